//! Siting, establishing and activating coordination centres.

use crate::{
    Error,
    graph::{
        context::World,
        language::LocalisedNameInput,
        mutation::{Asked, Entry, Outcome, results},
        node::Centre,
    },
};
use async_graphql::{Context, InputObject, Object};
use domain::{
    CentreCode, Command,
    centre::{CentreCommand, Criterion, Score},
    ids::CentreId,
};
use std::sync::Arc;

#[derive(InputObject)]
struct CriterionInput {
    name: String,
    /// Percent; the weights of a centre sum to 100.
    weight: u32,
}

#[derive(InputObject)]
struct SiteScoreInput {
    /// The criterion's name.
    criterion: String,
    /// 1 (poor) to 5 (best).
    score: u32,
}

#[derive(InputObject)]
struct ProposeCentreInput {
    /// What people will call it by, such as `CMCC`.
    code: String,
    name: String,
    /// What its sites are judged by.
    criteria: Vec<CriterionInput>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AssessSiteInput {
    /// Code of the centre.
    centre: String,
    /// Code of the site.
    site: String,
    place: String,
    /// One for each criterion.
    scores: Vec<SiteScoreInput>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct SelectSiteInput {
    /// Code of the centre.
    centre: String,
    /// Code of an assessed site.
    site: String,
    /// Codes of the partners that agreed.
    agreed_by: Vec<String>,
    rationale: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct EstablishCentreInput {
    /// Code of the centre.
    centre: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ActivateCentreInput {
    /// Code of the centre.
    centre: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct NameCentreInput {
    /// Code of the centre.
    centre: String,
    /// One for each language.
    names: Vec<LocalisedNameInput>,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    ProposeCentreResult = ProposeCentrePayload { centre: Centre }
    AssessSiteResult = AssessSitePayload { centre: Centre }
    SelectSiteResult = SelectSitePayload { centre: Centre }
    EstablishCentreResult = EstablishCentrePayload { centre: Centre }
    ActivateCentreResult = ActivateCentrePayload { centre: Centre }
    NameCentreResult = NameCentrePayload { centre: Centre }
}

async fn carry_out<R: From<Outcome<Centre>>>(
    asked: Asked<'_>,
    centre: Option<CentreCode>,
    command: Option<CentreCommand>,
) -> Result<R, Error> {
    let id = centre.map(|code| CentreId::of(&code).0).unwrap_or_default();
    let found = |world: Arc<World>| async move { world.find(id).await };
    Ok(asked.carry_out(command.map(Command::Centre), found).await?.into())
}

#[derive(Default)]
pub struct CentreMutations;

#[Object]
impl CentreMutations {
    /// Proposes a centre and names what its sites are judged by.
    async fn propose_centre(
        &self,
        ctx: &Context<'_>,
        input: ProposeCentreInput,
    ) -> Result<ProposeCentreResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<CentreCode>("code", &input.code);
        let name = asked.parse("name", &input.name);
        let criteria: Vec<_> = input
            .criteria
            .iter()
            .enumerate()
            .map(|(index, criterion)| {
                let name = asked.parse(&format!("criteria.{index}.name"), &criterion.name)?;
                Some(Criterion { name, weight: criterion.weight })
            })
            .collect();
        let criteria = criteria.into_iter().collect::<Option<Vec<_>>>();
        let command = code
            .clone()
            .zip(name)
            .zip(criteria)
            .map(|((centre, name), criteria)| CentreCommand::Propose { centre, name, criteria });
        carry_out(asked, code, command).await
    }

    /// Records how a site does under each criterion.
    async fn assess_site(
        &self,
        ctx: &Context<'_>,
        input: AssessSiteInput,
    ) -> Result<AssessSiteResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<CentreCode>("centre", &input.centre);
        let site = asked.parse("site", &input.site);
        let place = asked.parse("place", &input.place);
        let scores: Vec<_> = input
            .scores
            .iter()
            .enumerate()
            .map(|(index, score)| {
                let criterion = asked.parse(&format!("scores.{index}.criterion"), &score.criterion)?;
                Some(Score { criterion, score: score.score })
            })
            .collect();
        let scores = scores.into_iter().collect::<Option<Vec<_>>>();
        let command =
            code.clone().zip(site).zip(place).zip(scores).map(|(((centre, site), place), scores)| {
                CentreCommand::Assess { centre, site, place, scores }
            });
        carry_out(asked, code, command).await
    }

    /// Records which site was chosen, by whom and why.
    async fn select_site(
        &self,
        ctx: &Context<'_>,
        input: SelectSiteInput,
    ) -> Result<SelectSiteResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<CentreCode>("centre", &input.centre);
        let site = asked.parse("site", &input.site);
        let agreed_by = asked.parse_all("agreedBy", &input.agreed_by);
        let rationale = asked.parse("rationale", &input.rationale);
        let command = code.clone().zip(site).zip(agreed_by).zip(rationale).map(
            |(((centre, site), agreed_by), rationale)| CentreCommand::Select {
                centre,
                site,
                agreed_by,
                rationale,
            },
        );
        carry_out(asked, code, command).await
    }

    /// The centre stands at the selected site.
    async fn establish_centre(
        &self,
        ctx: &Context<'_>,
        input: EstablishCentreInput,
    ) -> Result<EstablishCentreResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<CentreCode>("centre", &input.centre);
        let command = code.clone().map(|centre| CentreCommand::Establish { centre });
        carry_out(asked, code, command).await
    }

    /// The centre goes to work; every partner that takes tasks needs a liaison officer in post.
    async fn activate_centre(
        &self,
        ctx: &Context<'_>,
        input: ActivateCentreInput,
    ) -> Result<ActivateCentreResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<CentreCode>("centre", &input.centre);
        let command = code.clone().map(|centre| CentreCommand::Activate { centre });
        carry_out(asked, code, command).await
    }

    /// Says what a centre is called in other languages, in place of what was said before.
    async fn name_centre(
        &self,
        ctx: &Context<'_>,
        input: NameCentreInput,
    ) -> Result<NameCentreResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<CentreCode>("centre", &input.centre);
        let names = asked.names("names", &input.names);
        let command = code.clone().zip(names).map(|(centre, names)| CentreCommand::Name { centre, names });
        carry_out(asked, code, command).await
    }
}
