//! Establishing posts, nominating officers, taking posts and being relieved.

use crate::{
    Error,
    graph::{
        context::World,
        language::LocalisedNameInput,
        mutation::{Asked, Entry, Outcome, results},
        node::Post,
    },
};
use async_graphql::{Context, InputObject, Object};
use domain::{
    Command, PostCode,
    coalition::PostCommand,
    ids::{OfficerId, PostId},
};
use std::sync::Arc;
use uuid::Uuid;

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
    EstablishPostResult = EstablishPostPayload { post: Post }
    NominateOfficerResult = NominateOfficerPayload { post: Post }
    AcceptNominationResult = AcceptNominationPayload { post: Post }
    TakePostResult = TakePostPayload { post: Post }
    RelieveOfficerResult = RelieveOfficerPayload { post: Post }
    NamePostResult = NamePostPayload { post: Post }
}

async fn carry_out<R: From<Outcome<Post>>>(
    asked: Asked<'_>,
    post: Option<PostCode>,
    command: Option<PostCommand>,
) -> Result<R, Error> {
    let id = post.map(|code| PostId::of(&code).0).unwrap_or_default();
    let found = |world: Arc<World>| async move { world.find(id).await };
    Ok(asked.carry_out(command.map(Command::Post), found).await?.into())
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
    ) -> Result<EstablishPostResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<PostCode>("code", &input.code);
        let partner = asked.parse("partner", &input.partner);
        let title = asked.parse("title", &input.title);
        let command = code.clone().zip(partner).zip(title).map(|((post, partner), title)| {
            PostCommand::Establish { post, partner, title, liaison: input.liaison }
        });
        carry_out(asked, code, command).await
    }

    /// Nominates an officer for a post that nobody holds.
    async fn nominate_officer(
        &self,
        ctx: &Context<'_>,
        input: NominateOfficerInput,
    ) -> Result<NominateOfficerResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<PostCode>("post", &input.post);
        let officer = OfficerId(input.officer);
        let command = code.clone().map(|post| PostCommand::Nominate { post, officer });
        carry_out(asked, code, command).await
    }

    /// The nominated officer accepts.
    async fn accept_nomination(
        &self,
        ctx: &Context<'_>,
        input: AcceptNominationInput,
    ) -> Result<AcceptNominationResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<PostCode>("post", &input.post);
        let command = code.clone().map(|post| PostCommand::AcceptNomination { post });
        carry_out(asked, code, command).await
    }

    /// The officer whose nomination was accepted takes the post.
    async fn take_post(&self, ctx: &Context<'_>, input: TakePostInput) -> Result<TakePostResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<PostCode>("post", &input.post);
        let command = code.clone().map(|post| PostCommand::TakePost { post });
        carry_out(asked, code, command).await
    }

    /// Ends the time of the officer who holds the post; from then on its tokens may do nothing.
    async fn relieve_officer(
        &self,
        ctx: &Context<'_>,
        input: RelieveOfficerInput,
    ) -> Result<RelieveOfficerResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<PostCode>("post", &input.post);
        let reason = asked.reason(&input.reason);
        let command = code.clone().zip(reason).map(|(post, reason)| PostCommand::Relieve { post, reason });
        carry_out(asked, code, command).await
    }

    /// Says what a post's title is in other languages, in place of what was said before.
    async fn name_post(&self, ctx: &Context<'_>, input: NamePostInput) -> Result<NamePostResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<PostCode>("post", &input.post);
        let titles = asked.names("titles", &input.titles);
        let command = code.clone().zip(titles).map(|(post, titles)| PostCommand::Name { post, titles });
        carry_out(asked, code, command).await
    }
}
