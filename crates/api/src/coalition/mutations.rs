//! Inviting partners, their accession, and admitting observers.

use crate::{
    Error,
    coalition::partner::PartnerRole,
    graph::{
        context::World,
        language::LocalisedNameInput,
        mutation::{Asked, Entry, Outcome, results},
        node::Partner,
    },
};
use async_graphql::{Context, InputObject, Object};
use domain::{
    Command, PartnerCode,
    coalition::{PartnerCommand, Profile},
    ids::PartnerId,
};
use std::sync::Arc;

/// What a partner is, apart from what it does here.
#[derive(InputObject)]
struct PartnerProfileInput {
    name: String,
    /// The agency that acts for it.
    agency: String,
    /// IANA name, such as `Asia/Yangon`.
    time_zone: Option<String>,
    /// ISO 4217 code.
    currency: Option<String>,
}

#[derive(InputObject)]
struct InvitePartnerInput {
    /// What people will call it by, such as `THA`.
    code: String,
    profile: PartnerProfileInput,
    role: PartnerRole,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AccedePartnerInput {
    /// Code of the partner.
    partner: String,
    /// A founding partner comes without an invitation and brings these.
    founding: Option<FoundingInput>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct FoundingInput {
    profile: PartnerProfileInput,
    role: PartnerRole,
}

#[derive(InputObject)]
struct AdmitObserverInput {
    /// Code of the partner.
    partner: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct NamePartnerInput {
    /// Code of the partner.
    partner: String,
    /// One for each language.
    names: Vec<LocalisedNameInput>,
    /// Of the agency that acts for it; one for each language.
    #[graphql(default)]
    agency_names: Vec<LocalisedNameInput>,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    InvitePartnerResult = InvitePartnerPayload { partner: Partner }
    AccedePartnerResult = AccedePartnerPayload { partner: Partner }
    AdmitObserverResult = AdmitObserverPayload { partner: Partner }
    NamePartnerResult = NamePartnerPayload { partner: Partner }
}

fn profile(asked: &mut Asked<'_>, field: &str, input: &PartnerProfileInput) -> Option<Profile> {
    let name = asked.parse(&format!("{field}.name"), &input.name);
    let agency = asked.parse(&format!("{field}.agency"), &input.agency);
    let time_zone = asked.parse_if(&format!("{field}.timeZone"), input.time_zone.as_deref());
    let currency = asked.parse_if(&format!("{field}.currency"), input.currency.as_deref());
    Some(Profile { name: name?, agency: agency?, time_zone: time_zone?, currency: currency? })
}

async fn carry_out<R: From<Outcome<Partner>>>(
    asked: Asked<'_>,
    partner: Option<PartnerCode>,
    command: Option<PartnerCommand>,
) -> Result<R, Error> {
    let id = partner.map(|code| PartnerId::of(&code).0).unwrap_or_default();
    let found = |world: Arc<World>| async move { world.find(id).await };
    Ok(asked.carry_out(command.map(Command::Partner), found).await?.into())
}

#[derive(Default)]
pub struct PartnerMutations;

#[Object]
impl PartnerMutations {
    /// Invites a partner; for the host, or an administering service.
    async fn invite_partner(
        &self,
        ctx: &Context<'_>,
        input: InvitePartnerInput,
    ) -> Result<InvitePartnerResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<PartnerCode>("code", &input.code);
        let profile = profile(&mut asked, "profile", &input.profile);
        let command = code.clone().zip(profile).map(|(partner, profile)| PartnerCommand::Invite {
            partner,
            profile,
            role: input.role.into(),
        });
        carry_out(asked, code, command).await
    }

    /// A partner accepts the terms and joins.
    async fn accede_partner(
        &self,
        ctx: &Context<'_>,
        input: AccedePartnerInput,
    ) -> Result<AccedePartnerResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<PartnerCode>("partner", &input.partner);
        let founding = match &input.founding {
            Some(founding) => profile(&mut asked, "founding.profile", &founding.profile)
                .map(|profile| Some((profile, founding.role.into()))),
            None => Some(None),
        };
        let command = code
            .clone()
            .zip(founding)
            .map(|(partner, founding)| PartnerCommand::Accede { partner, founding });
        carry_out(asked, code, command).await
    }

    /// Admits an invited observer, which then reads what is released to it.
    async fn admit_observer(
        &self,
        ctx: &Context<'_>,
        input: AdmitObserverInput,
    ) -> Result<AdmitObserverResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<PartnerCode>("partner", &input.partner);
        let command = code.clone().map(|partner| PartnerCommand::AdmitObserver { partner });
        carry_out(asked, code, command).await
    }

    /// Says what a partner and its agency are called in other languages, in place of what was said before; for itself, the
    /// host, or an administering service.
    async fn name_partner(
        &self,
        ctx: &Context<'_>,
        input: NamePartnerInput,
    ) -> Result<NamePartnerResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<PartnerCode>("partner", &input.partner);
        let names = asked.names("names", &input.names);
        let agency_names = asked.names("agencyNames", &input.agency_names);
        let command =
            code.clone().zip(names).zip(agency_names).map(|((partner, names), agency_names)| {
                PartnerCommand::Name { partner, names, agency_names }
            });
        carry_out(asked, code, command).await
    }
}
