//! The access log: writing what must be known of a request before it is answered, and reading it as a
//! reviewer.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window, by_position},
        context::{Session, World, session},
        filter::check_actor_name,
        node::{Annex, Node, Operation, Partner},
        root::Root,
        scalars::{DateTime, Position},
        zone::Zone,
    },
};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use domain::{
    OperationCode, PartnerCode, Role,
    coalition::{PartnerRole, PartnerStatus},
    ids::{AnnexId, OperationId, PartnerId},
};
use engine::{AccessFilter, AccessPage, AccessReader, StoredAccess};
use read_model::{Page, parse};
use std::sync::Arc;
use uuid::Uuid;

/// What stands in the access log.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "engine::AccessKind")]
pub enum AccessKind {
    /// The content of something sensitive was delivered.
    Read,
    /// A command was forbidden.
    Refused,
}

/// Which entries; what is left out does not narrow.
#[derive(InputObject, Default)]
pub struct AccessLogFilter {
    kind: Option<AccessKind>,
    /// Post or service that asked, such as `LAO-01`.
    actor: Option<String>,
    /// Code of the partner that it belongs to.
    partner: Option<String>,
    /// The operation by its code or its id.
    operation: Option<ID>,
    /// Not before this.
    from: Option<DateTime>,
    /// Before this.
    to: Option<DateTime>,
}

impl AccessLogFilter {
    /// Fails with `BAD_USER_INPUT` when it names a partner or an operation that there is not, or what is no
    /// actor's name. Who was refused may have claimed a post that there never was.
    async fn read(self, world: &Arc<World>) -> Result<AccessFilter, Error> {
        let Self { kind, actor, partner, operation, from, to } = self;
        check_actor_name(actor.as_deref())?;
        world.check_partner(partner.as_deref()).await?;
        let operation_id = world.named_operation(operation.as_ref()).await?;
        let utc = |DateTime(at): DateTime| at.to_utc();
        Ok(AccessFilter {
            kind: kind.map(Into::into),
            actor,
            partner,
            operation_id,
            from: from.map(utc),
            to: to.map(utc),
        })
    }
}

/// Somebody was shown something sensitive, or refused a permission.
pub struct AccessLogEntry {
    row: StoredAccess,
    world: Arc<World>,
}

/// Somebody was shown something sensitive, or refused a permission.
#[Object]
impl AccessLogEntry {
    async fn at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.at, zone).await
    }

    async fn kind(&self) -> AccessKind {
        self.row.kind.into()
    }

    /// Who asked: a post's code, or `service:` and a name.
    async fn actor(&self) -> &str {
        &self.row.actor
    }

    /// Null for a service, but for `service:webhook`, which delivers to a partner.
    async fn partner(&self) -> Result<Option<Partner>, Error> {
        match &self.row.partner {
            Some(code) => self.world.find(PartnerId::of(&parse::<PartnerCode>(code)?).0).await,
            None => Ok(None),
        }
    }

    /// Id of what was read, or name of the mutation that was refused.
    async fn what(&self) -> &str {
        &self.row.what
    }

    /// What was read; null for a refusal, and where it is not there at the position of this answer.
    async fn item(&self) -> Result<Option<Node>, Error> {
        match self.row.kind {
            engine::AccessKind::Read => self.world.node(&self.row.what).await,
            engine::AccessKind::Refused => Ok(None),
        }
    }

    /// Null where no operation was concerned.
    async fn operation(&self) -> Result<Option<Operation>, Error> {
        match self.row.operation_id {
            Some(id) => self.world.find(id).await,
            None => Ok(None),
        }
    }

    /// As in the answer's header `X-Request-Id`.
    async fn request_id(&self) -> &str {
        &self.row.request_id
    }

    /// What was read was true at this position; for a refusal, the newest one then.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }
}

#[derive(Clone, Default)]
pub struct AccessQueries(pub(crate) Root);

#[Object]
impl AccessQueries {
    /// Deliveries of sensitive content, and commands that were forbidden, in the order of writing. For reviewers: of what
    /// their partner leads; the host's see besides what concerned no operation. It is no part of the log, and therefore
    /// the same at every moment.
    async fn access_log(
        &self,
        ctx: &Context<'_>,
        filter: Option<AccessLogFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<AccessLogEntry>, Error> {
        let window = Window { first, after, last, before };
        list(session(ctx)?, &self.0.world(ctx)?, filter.unwrap_or_default(), window).await
    }
}

/// Fails with `FORBIDDEN` for whoever is no reviewer, whatever there is to read.
async fn list(
    session: &Session,
    world: &Arc<World>,
    filter: AccessLogFilter,
    window: Window,
) -> Result<Connection<AccessLogEntry>, Error> {
    world.check_own_sight()?;
    let page = window.page(world)?;
    let reviews = session.actor.roles().contains(&Role::Reviewer);
    let Some(partner) = session.viewer.partner.as_ref().filter(|_| reviews) else {
        return Err(Error::Forbidden(format!(
            "The access log is read in a post, with the role {}.",
            Role::Reviewer
        )));
    };
    let reader =
        AccessReader { partner: partner.to_string(), is_host: world.is_host(partner.as_str()).await? };
    let filter = filter.read(world).await?;
    let Page { limit, after, before, backwards } = by_position(page.clone(), "the access log")?;
    let stretch = AccessPage { after, before, backwards, limit };
    let rows = world.engine.accesses(&reader, &filter, stretch).await?;
    let entry = |row| AccessLogEntry { row, world: Arc::clone(world) };
    let shown: Vec<_> = rows.into_iter().map(entry).collect();
    world.spend(shown.len())?;
    let number = |entry: &AccessLogEntry| entry.row.number.to_string();
    Ok(Connection::new(world, &page, shown, number, move |world| {
        let (reader, filter) = (reader.clone(), filter.clone());
        async move { Ok(world.engine.count_accesses(&reader, &filter).await?) }
    }))
}

impl World {
    /// Whether the coalition's host has this code.
    pub(crate) async fn is_host(&self, code: &str) -> Result<bool, Error> {
        let partners = self.loaders.coalition.children(()).await?;
        let Some(partner) = partners.iter().find(|partner| partner.code == code) else { return Ok(false) };
        Ok(parse::<PartnerRole>(&partner.role)? == PartnerRole::Host
            && parse::<PartnerStatus>(&partner.status)? == PartnerStatus::Acceded)
    }
}

impl Annex {
    /// By the label in force.
    pub(crate) async fn is_sensitive(&self) -> Result<bool, Error> {
        Ok(self.label().await?.is_sensitive())
    }

    /// As [`Session::log_read`], where it has content and that is sensitive.
    pub(crate) async fn log_read(&self, session: &Session) -> Result<(), Error> {
        if self.row.text.is_none() || !self.is_sensitive().await? {
            return Ok(());
        }
        session.log_read(&self.world, AnnexId(self.row.id), Some(self.row.operation_id)).await
    }
}

impl Session {
    /// Logs that sensitive content of an annex is delivered. Fails with `BUSY` when it cannot: then the
    /// content must not be delivered.
    pub(crate) async fn log_read(
        &self,
        world: &Arc<World>,
        annex: AnnexId,
        operation: Option<Uuid>,
    ) -> Result<(), Error> {
        let operation: Option<Operation> = match operation {
            Some(id) => world.find(id).await?,
            None => None,
        };
        let position = world.pin.position;
        let access = self.access(engine::AccessKind::Read, &annex.to_string(), operation.as_ref(), position);
        let engine = self.engine.clone();
        let write = async move { engine.log_access(access).await.map_err(Error::from) };
        self.reads.once(annex.0, position, write).await
    }

    /// Logs that a mutation was forbidden. Fails with `BUSY` when it cannot.
    pub(crate) async fn log_refusal(
        &self,
        mutation: &str,
        operation: Option<&OperationCode>,
    ) -> Result<(), Error> {
        let world = self.present_at(self.engine.position());
        let operation: Option<Operation> = match operation {
            Some(code) => world.find(OperationId::of(code).0).await?,
            None => None,
        };
        let kind = engine::AccessKind::Refused;
        let access = self.access(kind, mutation, operation.as_ref(), world.pin.position);
        Ok(self.engine.log_access(access).await?)
    }

    fn access(
        &self,
        kind: engine::AccessKind,
        what: &str,
        operation: Option<&Operation>,
        position: domain::Position,
    ) -> engine::Access {
        engine::Access {
            kind,
            actor: self.actor.to_string(),
            partner: self.actor.partner().or(self.viewer.partner.as_ref()).map(ToString::to_string),
            what: what.to_owned(),
            operation_id: operation.map(|operation| operation.row.id),
            owner: operation.map(|operation| operation.row.lead.clone()),
            request_id: self.manner.request_id.clone(),
            position: position.0,
        }
    }
}
