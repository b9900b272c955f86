//! Siting, establishing and activating coordination centres, their forward posts, and standing them down.

use crate::{
    Error,
    graph::{
        language::LocalisedNameInput,
        mutation::{Asked, At, Entry, results},
        node::Centre,
    },
};
use async_graphql::{Context, InputObject, Object};
use domain::{
    Command,
    centre::{CentreCode, CentreCommand, CentreId, Criterion, Score},
};

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
struct OpenForwardPostInput {
    /// Code of the centre.
    centre: String,
    /// What people will call it by, such as `FCP-MAESOT`; unique in the centre.
    code: String,
    place: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct StandDownCentreInput {
    /// Code of the centre.
    centre: String,
    reason: String,
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
    OpenForwardPostResult = OpenForwardPostPayload { centre: Centre }
    StandDownCentreResult = StandDownCentrePayload { centre: Centre }
    NameCentreResult = NameCentrePayload { centre: Centre }
}

impl CriterionInput {
    fn read(&self, at: &mut At<'_>) -> Option<Criterion> {
        Some(Criterion { name: at.parse("name", &self.name)?, weight: self.weight })
    }
}

impl SiteScoreInput {
    fn read(&self, at: &mut At<'_>) -> Option<Score> {
        Some(Score { criterion: at.parse("criterion", &self.criterion)?, score: self.score })
    }
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
    ) -> Result<Option<ProposeCentreResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let centre = asked.parse::<CentreCode>("code", &input.code);
        let name = asked.parse("name", &input.name);
        let criteria = asked.each("criteria", &input.criteria, CriterionInput::read);
        let (Some(centre), Some(name), Some(criteria)) = (centre, name, criteria) else {
            return asked.refuse().await;
        };
        let id = CentreId::of(&centre).0;
        asked.carry_out(id, Command::Centre(CentreCommand::Propose { centre, name, criteria })).await
    }

    /// Records how a site does under each criterion.
    async fn assess_site(
        &self,
        ctx: &Context<'_>,
        input: AssessSiteInput,
    ) -> Result<Option<AssessSiteResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let centre = asked.parse::<CentreCode>("centre", &input.centre);
        let site = asked.parse("site", &input.site);
        let place = asked.parse("place", &input.place);
        let scores = asked.each("scores", &input.scores, SiteScoreInput::read);
        let (Some(centre), Some(site), Some(place), Some(scores)) = (centre, site, place, scores) else {
            return asked.refuse().await;
        };
        let id = CentreId::of(&centre).0;
        asked.carry_out(id, Command::Centre(CentreCommand::Assess { centre, site, place, scores })).await
    }

    /// Records which site was chosen, by whom and why.
    async fn select_site(
        &self,
        ctx: &Context<'_>,
        input: SelectSiteInput,
    ) -> Result<Option<SelectSiteResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let centre = asked.parse::<CentreCode>("centre", &input.centre);
        let site = asked.parse("site", &input.site);
        let agreed_by = asked.parse_all("agreedBy", &input.agreed_by);
        let rationale = asked.parse("rationale", &input.rationale);
        let (Some(centre), Some(site), Some(agreed_by), Some(rationale)) =
            (centre, site, agreed_by, rationale)
        else {
            return asked.refuse().await;
        };
        let id = CentreId::of(&centre).0;
        let command = CentreCommand::Select { centre, site, agreed_by, rationale };
        asked.carry_out(id, Command::Centre(command)).await
    }

    /// The centre stands at the selected site.
    async fn establish_centre(
        &self,
        ctx: &Context<'_>,
        input: EstablishCentreInput,
    ) -> Result<Option<EstablishCentreResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let centre = asked.parse::<CentreCode>("centre", &input.centre);
        let Some(centre) = centre else { return asked.refuse().await };
        let id = CentreId::of(&centre).0;
        asked.carry_out(id, Command::Centre(CentreCommand::Establish { centre })).await
    }

    /// The centre goes to work; every partner that takes tasks needs a liaison officer in post.
    async fn activate_centre(
        &self,
        ctx: &Context<'_>,
        input: ActivateCentreInput,
    ) -> Result<Option<ActivateCentreResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let centre = asked.parse::<CentreCode>("centre", &input.centre);
        let Some(centre) = centre else { return asked.refuse().await };
        let id = CentreId::of(&centre).0;
        asked.carry_out(id, Command::Centre(CentreCommand::Activate { centre })).await
    }

    /// Opens a subordinate post near the action, of a centre that stands. For a planner or commander of the host, or an
    /// administering service.
    async fn open_forward_post(
        &self,
        ctx: &Context<'_>,
        input: OpenForwardPostInput,
    ) -> Result<Option<OpenForwardPostResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let centre = asked.parse::<CentreCode>("centre", &input.centre);
        let code = asked.parse("code", &input.code);
        let place = asked.parse("place", &input.place);
        let (Some(centre), Some(code), Some(place)) = (centre, code, place) else {
            return asked.refuse().await;
        };
        let id = CentreId::of(&centre).0;
        asked.carry_out(id, Command::Centre(CentreCommand::OpenForwardPost { centre, code, place })).await
    }

    /// Ends the work of an active centre, and of its forward posts. Partners, posts and operations go on. For a planner or
    /// commander of the host, or an administering service.
    async fn stand_down_centre(
        &self,
        ctx: &Context<'_>,
        input: StandDownCentreInput,
    ) -> Result<Option<StandDownCentreResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let centre = asked.parse::<CentreCode>("centre", &input.centre);
        let reason = asked.reason(&input.reason);
        let (Some(centre), Some(reason)) = (centre, reason) else { return asked.refuse().await };
        let id = CentreId::of(&centre).0;
        asked.carry_out(id, Command::Centre(CentreCommand::StandDown { centre, reason })).await
    }

    /// Says what a centre is called in other languages, in place of what was said before.
    async fn name_centre(
        &self,
        ctx: &Context<'_>,
        input: NameCentreInput,
    ) -> Result<Option<NameCentreResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let centre = asked.parse::<CentreCode>("centre", &input.centre);
        let names = asked.names("names", &input.names);
        let (Some(centre), Some(names)) = (centre, names) else { return asked.refuse().await };
        let id = CentreId::of(&centre).0;
        asked.carry_out(id, Command::Centre(CentreCommand::Name { centre, names })).await
    }
}
