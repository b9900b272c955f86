//! Inviting partners, their accession, and admitting observers; establishing posts, nominating officers,
//! taking posts, covering for them and being relieved.

use crate::{
    Error,
    coalition::partner::PartnerRole,
    graph::{
        language::LocalisedNameInput,
        mutation::{Asked, At, Entry, results},
        node::{Partner, Post},
    },
};
use async_graphql::{Context, InputObject, Object};
use domain::{
    Command, PartnerCode, PostCode,
    coalition::{PartnerCommand, PostCommand, Profile},
    ids::{OfficerId, PartnerId, PostId},
};
use uuid::Uuid;

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

#[derive(InputObject)]
struct EstablishPostInput {
    /// What people will call it by, such as `THA-02`.
    code: String,
    /// Code of the partner that fills it.
    partner: String,
    title: String,
    /// Whether it speaks for its partner in the centre.
    #[graphql(default)]
    liaison: bool,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct NominateOfficerInput {
    /// Code of the post.
    post: String,
    /// The officer, opaque: no name ever enters the log.
    officer: Uuid,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AcceptNominationInput {
    /// Code of the post.
    post: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct DeclineNominationInput {
    /// Code of the post.
    post: String,
    reason: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AppointActingInput {
    /// Code of the post.
    post: String,
    /// The officer, opaque: no name ever enters the log.
    officer: Uuid,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct TakePostInput {
    /// Code of the post.
    post: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RelieveOfficerInput {
    /// Code of the post.
    post: String,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct NamePostInput {
    /// Code of the post.
    post: String,
    /// One for each language.
    titles: Vec<LocalisedNameInput>,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    InvitePartnerResult = InvitePartnerPayload { partner: Partner }
    AccedePartnerResult = AccedePartnerPayload { partner: Partner }
    AdmitObserverResult = AdmitObserverPayload { partner: Partner }
    NamePartnerResult = NamePartnerPayload { partner: Partner }
    EstablishPostResult = EstablishPostPayload { post: Post }
    NominateOfficerResult = NominateOfficerPayload { post: Post }
    AcceptNominationResult = AcceptNominationPayload { post: Post }
    DeclineNominationResult = DeclineNominationPayload { post: Post }
    TakePostResult = TakePostPayload { post: Post }
    AppointActingResult = AppointActingPayload { post: Post }
    RelieveOfficerResult = RelieveOfficerPayload { post: Post }
    NamePostResult = NamePostPayload { post: Post }
}

impl PartnerProfileInput {
    fn read(&self, at: &mut At<'_>) -> Option<Profile> {
        let name = at.parse("name", &self.name);
        let agency = at.parse("agency", &self.agency);
        let time_zone = at.parse_if("timeZone", self.time_zone.as_deref());
        let currency = at.parse_if("currency", self.currency.as_deref());
        Some(Profile { name: name?, agency: agency?, time_zone: time_zone?, currency: currency? })
    }
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
    ) -> Result<Option<InvitePartnerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let partner = asked.parse::<PartnerCode>("code", &input.code);
        let profile = input.profile.read(&mut asked.at("profile"));
        let (Some(partner), Some(profile)) = (partner, profile) else { return asked.refuse().await };
        let id = PartnerId::of(&partner).0;
        let command = PartnerCommand::Invite { partner, profile, role: input.role.into() };
        asked.carry_out(id, Command::Partner(command)).await
    }

    /// A partner accepts the terms and joins.
    async fn accede_partner(
        &self,
        ctx: &Context<'_>,
        input: AccedePartnerInput,
    ) -> Result<Option<AccedePartnerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let partner = asked.parse::<PartnerCode>("partner", &input.partner);
        let founding = match &input.founding {
            Some(founding) => {
                let profile = founding.profile.read(&mut asked.at("founding").at("profile"));
                profile.map(|profile| Some((profile, founding.role.into())))
            }
            None => Some(None),
        };
        let (Some(partner), Some(founding)) = (partner, founding) else { return asked.refuse().await };
        let id = PartnerId::of(&partner).0;
        asked.carry_out(id, Command::Partner(PartnerCommand::Accede { partner, founding })).await
    }

    /// Admits an invited observer, which then reads what is released to it.
    async fn admit_observer(
        &self,
        ctx: &Context<'_>,
        input: AdmitObserverInput,
    ) -> Result<Option<AdmitObserverResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let partner = asked.parse::<PartnerCode>("partner", &input.partner);
        let Some(partner) = partner else { return asked.refuse().await };
        let id = PartnerId::of(&partner).0;
        asked.carry_out(id, Command::Partner(PartnerCommand::AdmitObserver { partner })).await
    }

    /// Says what a partner and its agency are called in other languages, in place of what was said before; for itself, the
    /// host, or an administering service.
    async fn name_partner(
        &self,
        ctx: &Context<'_>,
        input: NamePartnerInput,
    ) -> Result<Option<NamePartnerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let partner = asked.parse::<PartnerCode>("partner", &input.partner);
        let names = asked.names("names", &input.names);
        let agency_names = asked.names("agencyNames", &input.agency_names);
        let (Some(partner), Some(names), Some(agency_names)) = (partner, names, agency_names) else {
            return asked.refuse().await;
        };
        let id = PartnerId::of(&partner).0;
        asked.carry_out(id, Command::Partner(PartnerCommand::Name { partner, names, agency_names })).await
    }
}

#[derive(Default)]
pub struct PostMutations;

#[Object]
impl PostMutations {
    /// Creates a post of a partner.
    async fn establish_post(
        &self,
        ctx: &Context<'_>,
        input: EstablishPostInput,
    ) -> Result<Option<EstablishPostResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let post = asked.parse::<PostCode>("code", &input.code);
        let partner = asked.parse("partner", &input.partner);
        let title = asked.parse("title", &input.title);
        let (Some(post), Some(partner), Some(title)) = (post, partner, title) else {
            return asked.refuse().await;
        };
        let id = PostId::of(&post).0;
        let command = PostCommand::Establish { post, partner, title, liaison: input.liaison };
        asked.carry_out(id, Command::Post(command)).await
    }

    /// Nominates an officer for a post that nobody holds.
    async fn nominate_officer(
        &self,
        ctx: &Context<'_>,
        input: NominateOfficerInput,
    ) -> Result<Option<NominateOfficerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let post = asked.parse::<PostCode>("post", &input.post);
        let Some(post) = post else { return asked.refuse().await };
        let id = PostId::of(&post).0;
        let command = PostCommand::Nominate { post, officer: OfficerId(input.officer) };
        asked.carry_out(id, Command::Post(command)).await
    }

    /// The nominated officer accepts.
    async fn accept_nomination(
        &self,
        ctx: &Context<'_>,
        input: AcceptNominationInput,
    ) -> Result<Option<AcceptNominationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let post = asked.parse::<PostCode>("post", &input.post);
        let Some(post) = post else { return asked.refuse().await };
        let id = PostId::of(&post).0;
        asked.carry_out(id, Command::Post(PostCommand::AcceptNomination { post })).await
    }

    /// The nominated officer declines, and the post has no nominee. For a commander or liaison officer of the post's partner, or
    /// an administering service.
    async fn decline_nomination(
        &self,
        ctx: &Context<'_>,
        input: DeclineNominationInput,
    ) -> Result<Option<DeclineNominationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let post = asked.parse::<PostCode>("post", &input.post);
        let reason = asked.parse_if("reason", input.reason.as_deref());
        let (Some(post), Some(reason)) = (post, reason) else { return asked.refuse().await };
        let id = PostId::of(&post).0;
        asked.carry_out(id, Command::Post(PostCommand::DeclineNomination { post, reason })).await
    }

    /// The officer whose nomination was accepted takes the post.
    async fn take_post(
        &self,
        ctx: &Context<'_>,
        input: TakePostInput,
    ) -> Result<Option<TakePostResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let post = asked.parse::<PostCode>("post", &input.post);
        let Some(post) = post else { return asked.refuse().await };
        let id = PostId::of(&post).0;
        asked.carry_out(id, Command::Post(PostCommand::TakePost { post })).await
    }

    /// An officer holds a post that nobody holds, until the nominated officer takes it or the cover is relieved: whoever acts does
    /// all that the post may do. For a commander or liaison officer of the post's partner, or an administering service.
    async fn appoint_acting(
        &self,
        ctx: &Context<'_>,
        input: AppointActingInput,
    ) -> Result<Option<AppointActingResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let post = asked.parse::<PostCode>("post", &input.post);
        let Some(post) = post else { return asked.refuse().await };
        let id = PostId::of(&post).0;
        let command = PostCommand::AppointActing { post, officer: OfficerId(input.officer) };
        asked.carry_out(id, Command::Post(command)).await
    }

    /// Ends the time of the officer who holds the post; from then on its tokens may do nothing.
    async fn relieve_officer(
        &self,
        ctx: &Context<'_>,
        input: RelieveOfficerInput,
    ) -> Result<Option<RelieveOfficerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let post = asked.parse::<PostCode>("post", &input.post);
        let reason = asked.reason(&input.reason);
        let (Some(post), Some(reason)) = (post, reason) else { return asked.refuse().await };
        let id = PostId::of(&post).0;
        asked.carry_out(id, Command::Post(PostCommand::Relieve { post, reason })).await
    }

    /// Says what a post's title is in other languages, in place of what was said before.
    async fn name_post(
        &self,
        ctx: &Context<'_>,
        input: NamePostInput,
    ) -> Result<Option<NamePostResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let post = asked.parse::<PostCode>("post", &input.post);
        let titles = asked.names("titles", &input.titles);
        let (Some(post), Some(titles)) = (post, titles) else { return asked.refuse().await };
        let id = PostId::of(&post).0;
        asked.carry_out(id, Command::Post(PostCommand::Name { post, titles })).await
    }
}
