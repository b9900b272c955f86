//! The schema: its roots, and its printed form.

use crate::{
    Error,
    coalition::viewer::Viewer,
    gate::{inputs::Inputs, prices::Prices},
    graph::{
        connection::{Connection, Window},
        context::{World, session},
        id::AskedId,
        interface::interface,
        moment::Moment,
        mutation::MutationOutcome,
        node::{Event, HasHistory, Node, PastWorld},
        nullable::NullAlone,
        receipt::Receipt,
        root::Root,
        scalars::DateTime,
        zone::Zone,
    },
    log::{
        change::Change,
        event::{EventFilter, EventOrder},
        knowledge::Knowledge,
        subscription::Subscription,
    },
};
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ID, MergedObject, Object, ObjectType, OutputType,
    Positioned, SDLExportOptions, SchemaBuilder, ServerResult,
    parser::types::Field,
    registry::{MetaTypeName, Registry},
};
use futures_util::future::{try_join, try_join_all};
use read_model::Search;
use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Longest text that is searched for, in bytes.
const LONGEST_SEARCH: usize = 200;

/// Most ids that `nodes` takes at once.
const MOST_NODES: usize = 100;

/// What only the present answers.
#[derive(Default)]
pub struct PresentQueries;

#[Object]
impl PresentQueries {
    /// The moment by the server's clock, which an exercise may let stand still.
    async fn now(&self, ctx: &Context<'_>, zone: Option<Zone>) -> Result<DateTime, Error> {
        let session = session(ctx)?;
        session.world().local(session.engine.clock().now(), zone).await
    }

    /// The world at a moment in the past: what was known then, as far as you may see it now. `seenAs` is the code of a
    /// partner: of that, what it could see then, by what was released to it then. Whoever could see what you may not see
    /// shows you none of it.
    async fn as_of(
        &self,
        ctx: &Context<'_>,
        at: Moment,
        seen_as: Option<String>,
    ) -> Result<PastWorld, Error> {
        let session = session(ctx)?;
        let position = at.resolve(session.world()).await?;
        let Some(code) = seen_as else { return Ok(PastWorld(session.past_at(position))) };
        match session.past_seen_as(position, &code).await? {
            Some(world) => Ok(PastWorld(world)),
            None => Err(Error::bad_input(format!("At that moment there was no partner {code:?}."))),
        }
    }
}

/// A world as a thing with an id.
#[derive(Clone)]
pub struct Itself(Arc<World>);

#[Object]
impl Itself {
    /// Opaque and global: `node` of it reads on at this moment.
    async fn id(&self) -> ID {
        self.0.id_of(PastWorld::KEY)
    }

    /// The same at every moment.
    async fn key(&self) -> ID {
        PastWorld::KEY.into()
    }
}

/// What no subject owns.
#[derive(Clone, Default)]
pub struct CommonQueries(Root);

#[Object]
impl CommonQueries {
    /// What the id names; null when it names nothing that you may see.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>, Error> {
        let Some(asked) = AskedId::read(&id) else { return Ok(None) };
        match self.0.world_of(ctx, asked).await? {
            Some(world) if asked.key == PastWorld::KEY => Ok(PastWorld::of(&world).map(Node::from)),
            Some(world) => world.node(asked.key).await,
            None => Ok(None),
        }
    }

    /// The same for up to 100 ids, in their order.
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Node>>, Error> {
        if ids.len() > MOST_NODES {
            return Err(Error::bad_input(format!("{} ids; {MOST_NODES} is the most.", ids.len())));
        }
        try_join_all(ids.into_iter().map(|id| self.node(ctx, id))).await
    }

    /// Who asks, and how they stand.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer, Error> {
        Ok(Viewer { actor: session(ctx)?.actor.clone(), world: self.0.world(ctx)? })
    }

    /// The newest position of this answer: keep it, to hold the log against it later.
    async fn head(&self, ctx: &Context<'_>) -> Result<Receipt, Error> {
        let world = self.0.world(ctx)?;
        let receipt = world.engine.receipt_at(world.pin.position).await?;
        // Whose events you may not see, their ids you may not either.
        let events = world.find_many::<Event>(receipt.event_ids.iter().map(|id| id.0)).await?;
        let mut receipt = Receipt::from(receipt);
        receipt.event_ids = events.iter().map(Event::node_id).collect();
        Ok(receipt)
    }

    /// The log as you may see it, in its order unless asked otherwise.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's filter, order and window are arguments in GraphQL"
    )]
    async fn events(
        &self,
        ctx: &Context<'_>,
        filter: Option<EventFilter>,
        order_by: Option<EventOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        let world = self.0.world(ctx)?;
        let wanted = filter.unwrap_or_default().read(&world).await?;
        let direction = order_by.unwrap_or_default().direction;
        let window = Window { first, after, last, before };
        world.events(wanted, direction, window).await
    }

    /// What differs between two moments, as far as you may see it: net, so that what was changed and changed back is left
    /// out. `subject` narrows it to events in that object's history, with all that they changed. Objects are as of `to`,
    /// with ids of that moment; those that were removed, as of `from`.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        from: Moment,
        to: Moment,
        subject: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Change>, Error> {
        let (session, world) = (session(ctx)?, self.0.world(ctx)?);
        let (from, to) = try_join(from.resolve(&world), to.resolve(&world)).await?;
        // As of `to`, also when that is the present: the same on each page, whatever has come since.
        let to = session.past_like(&world, to);
        let subject = to.named_subject(subject.as_ref()).await?;
        to.changes(&session.past_like(&world, from), subject, first, after).await
    }

    /// What the centre knew of how a thing stood at `validAt`: one entry for each time that it learned otherwise, in the order
    /// of the log, with the event by which it did; none of an id that names nothing that you may see. Of tasks, incidents,
    /// requests and posts; of one with more than 200 commands in its history it is bad input.
    async fn knowledge(
        &self,
        ctx: &Context<'_>,
        subject: ID,
        valid_at: DateTime,
    ) -> Result<Vec<Knowledge>, Error> {
        let (session, world) = (session(ctx)?, self.0.world(ctx)?);
        let named = match world.named_subject(Some(&subject)).await {
            Err(Error::BadUserInput(_)) => None,
            named => named?,
        };
        let key = AskedId::read(&subject).map_or(subject.as_str(), |asked| asked.key);
        session.knowledge(&world, named, key, valid_at).await
    }

    /// Operations, tasks, annexes, plan versions, incidents, requests, partners, centres and posts whose code begins with the
    /// text, or which have all its words, in the order of their codes. Words are looked for in codes, titles and names in every
    /// language, in the texts of annexes and requests, in the places of incidents, and for a plan version in its sections; of an operation only in its current plan version, and in tasks
    /// of its amendments, drafts too, that you may see. Upper and lower case are the same, and so are the spellings of a letter
    /// with its marks. The last letters of each word may be left out; in scripts without spaces between words, such as Thai,
    /// also what stands before it.
    async fn search(
        &self,
        ctx: &Context<'_>,
        text: String,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Node>, Error> {
        let world = self.0.world(ctx)?;
        let page = Window { first, after, last, before }.page(&world)?;
        if text.len() > LONGEST_SEARCH {
            return Err(Error::bad_input(format!("A search has {LONGEST_SEARCH} bytes at most.")));
        }
        let Some(search) = Search::new(&text) else { return Ok(Connection::empty()) };
        let found = world.engine.read_model().search(&world.pin, &search, &page).await?;
        let nodes = try_join_all(found.iter().map(|found| world.node_in(&found.table, found.id))).await?;
        let keys = found.into_iter().map(|found| found.key);
        let entries = keys.zip(nodes).filter_map(|(key, node)| Some((key, node?))).collect();
        Ok(Connection::with_keys(&world, &page, entries, move |world| {
            let search = search.clone();
            async move { Ok(world.engine.read_model().count_found(&world.pin, &search).await?) }
        }))
    }
}

/// What each subject has at the root, in the schema's order: its queries, then its mutations.
macro_rules! roots {
    ($([$($query:path),*] [$($mutation:path),*];)*) => {
        /// Everything that you may see now: at the position of `extensions.position`.
        #[derive(MergedObject, Default)]
        pub struct Query(PresentQueries, CommonQueries, $($($query,)*)*);

        /// Everything that was known at a moment in the past, as far as you may see it now. Each id in it is of that moment,
        /// and `node` finds the same by it again; `key` is the id of the present.
        #[derive(MergedObject)]
        #[graphql(name = "World")]
        struct Past(Itself, CommonQueries, $($($query,)*)*);

        impl Past {
            fn new(world: &Arc<World>) -> Self {
                let root = Root::past(Arc::clone(world));
                Self(Itself(Arc::clone(world)), CommonQueries(root.clone()), $($($query(root.clone()),)*)*)
            }
        }

        /// Commands. Each answers what it changed with a receipt, or every reason why it was refused. Anybody may send them;
        /// what a token may do is decided with the command, on the log as it stands then.
        #[derive(MergedObject, Default)]
        pub struct Mutation($($($mutation,)*)*);
    };
}

impl OutputType for PastWorld {
    fn type_name() -> Cow<'static, str> {
        Past::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Past::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<async_graphql::Value> {
        Past::new(&self.0).resolve(ctx, field).await
    }
}

impl ContainerType for PastWorld {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<async_graphql::Value>> {
        Past::new(&self.0).resolve_field(ctx).await
    }
}

impl ObjectType for PastWorld {}

/// What `Query` and `World` have in common. Nothing is answered by it.
struct Reading;

impl OutputType for Reading {
    fn type_name() -> Cow<'static, str> {
        "Reading".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let members = [Query::create_type_info(registry), PastWorld::create_type_info(registry)];
        let members = members.map(|name| MetaTypeName::concrete_typename(&name).to_owned());
        interface::<Self>(
            registry,
            &members.into(),
            "What can be read at any moment: now from `Query`, in the past from a `World`. One fragment on it serves both.",
        )
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<async_graphql::Value> {
        Ok(async_graphql::Value::Null)
    }
}

roots! {
    [crate::coalition::PartnerQueries]
        [crate::coalition::PartnerMutations, crate::coalition::StandingMutations];
    [crate::centre::CentreQueries] [crate::centre::CentreMutations, crate::watch::WatchMutations];
    [crate::coalition::PostQueries] [crate::coalition::PostMutations];
    [crate::operation::OperationQueries] [crate::operation::OperationMutations];
    [crate::plan::TaskQueries]
        [crate::plan::PlanMutations, crate::plan::FragoMutations, crate::plan::DecisionMutations];
    [] [crate::operation::AssignmentMutations, crate::operation::ReleaseMutations];
    [] [crate::execution::TaskExecutionMutations];
    [] [crate::execution::PhaseMutations, crate::operation::LogMutations];
    [] [crate::incident::IncidentMutations, crate::request::RequestMutations];
    [] [crate::contribution::PledgeMutations, crate::contribution::GivingMutations];
    [] [crate::sitrep::SitrepMutations];
    [] [crate::assistance::AssistanceMutations];
    [] [crate::outcome::OutcomeMutations];
    [crate::review::ReviewQueries] [crate::review::ReviewMutations];
    [crate::matter::ClockQueries] [];
    [crate::log::AccessQueries] [];
    [crate::webhook::WebhookQueries] [crate::webhook::WebhookMutations];
}

/// What the schema's inputs are made of.
pub(crate) static INPUTS: LazyLock<Inputs> = LazyLock::new(|| Inputs::of(&types()));

/// What the schema's fields cost.
pub(crate) static PRICES: LazyLock<Prices> = LazyLock::new(|| Prices::of(&types()));

/// The schema that is served. Limits on requests are the server's.
pub fn schema() -> Schema {
    build().finish()
}

/// The same, of which a nullable field that fails is null alone.
pub fn careful_schema() -> Schema {
    build().extension(NullAlone).finish()
}

fn build() -> SchemaBuilder<Query, Mutation, Subscription> {
    async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription)
        .register_output_type::<HasHistory>()
        .register_output_type::<Reading>()
        .register_output_type::<MutationOutcome>()
}

/// What the schema says of itself.
pub(crate) const DESCRIPTION: &str = "\
Accord: plans of joint operations of several nations, and the log of all that happened to them. Every answer is true
at one position of the log, which `extensions.position` tells; `asOf` reads any earlier one. A mutation answers what it
changed with a receipt, or every reason why it was refused. Everybody reads what their nation was shown, and no more.";

/// The schema's SDL, as `schema/api.graphql` has it.
pub fn sdl() -> String {
    let types = types();
    // At the end, as the library writes it, which has no description of the whole.
    match types.rsplit_once("schema {\n") {
        Some((types, roots)) => format!("{types}\"\"\"\n{DESCRIPTION}\n\"\"\"\nschema {{\n{roots}"),
        None => types,
    }
}

/// The SDL that the library's own parser reads, which knows no description of the whole.
pub(crate) fn types() -> String {
    schema().sdl_with_options(SDLExportOptions::new().include_specified_by())
}
