//! What filters name by its code or its id. One that nothing has, as far as the viewer may see, is refused:
//! an empty list would say that there is nothing to see.

use crate::{
    Error,
    gate::auth::service_name,
    graph::{
        context::World,
        id::AskedId,
        node::{Item, Operation, Partner, Post},
    },
};
use async_graphql::ID;
use domain::{
    OperationCode, PartnerCode, PostCode,
    ids::{OperationId, PartnerId, PostId, from_text},
};
use read_model::{EventFilter, Page};
use std::sync::Arc;
use uuid::Uuid;

/// How events and the access log name an actor.
enum ActorName {
    Post(PostCode),
    Service,
}

/// Fails with `BAD_USER_INPUT` for what names no post, and no service either.
fn actor_name(name: &str) -> Result<ActorName, Error> {
    match (service_name(name), PostCode::new(name)) {
        (Some(_), _) => Ok(ActorName::Service),
        (None, Ok(code)) => Ok(ActorName::Post(code)),
        (None, Err(_)) => Err(unknown("post or service", name)),
    }
}

/// Fails with `BAD_USER_INPUT` when nobody could have this name, whether or not somebody has.
pub(crate) fn check_actor_name(name: Option<&str>) -> Result<(), Error> {
    name.map_or(Ok(()), |name| actor_name(name).map(drop))
}

impl World {
    /// Fails with `BAD_USER_INPUT` when there is no such partner.
    pub(crate) async fn check_partner(self: &Arc<Self>, code: Option<&str>) -> Result<(), Error> {
        let Some(code) = code else { return Ok(()) };
        let found = match PartnerCode::new(code) {
            Ok(code) => self.find::<Partner>(PartnerId::of(&code).0).await?,
            Err(_) => None,
        };
        found.map(|_| ()).ok_or_else(|| unknown(&Partner::what(), code))
    }

    /// Fails with `BAD_USER_INPUT` when it is no post, and not the name of a service either.
    pub(crate) async fn check_actor(self: &Arc<Self>, name: Option<&str>) -> Result<(), Error> {
        let Some(name) = name else { return Ok(()) };
        match actor_name(name)? {
            ActorName::Service => Ok(()),
            ActorName::Post(code) => {
                let found = self.find::<Post>(PostId::of(&code).0).await?;
                found.map(drop).ok_or_else(|| unknown(&Post::what(), name))
            }
        }
    }

    /// What a filter is to be about, whatever the moment of its id. Fails with `BAD_USER_INPUT` for what is
    /// no id, and for the id of something of which the viewer sees neither itself nor anything that happened
    /// to it.
    pub(crate) async fn named_subject(self: &Arc<Self>, asked: Option<&ID>) -> Result<Option<Uuid>, Error> {
        let Some(asked) = asked else { return Ok(None) };
        let named = AskedId::read(asked).and_then(|asked| Some((asked.key, from_text(asked.key)?.1)));
        let Some((key, id)) = named else {
            return Err(Error::bad_input(format!("`{}` is no id.", asked.as_str())));
        };
        // First of all its history, which what was removed still has.
        let history = (id, EventFilter::default(), Page::first(1));
        let is_known =
            !self.loaders.histories.children(history).await?.is_empty() || self.node(key).await?.is_some();
        if is_known { Ok(Some(id)) } else { Err(unknown("thing with the id", asked)) }
    }

    /// The operation that a filter names by its code or its id. Fails with `BAD_USER_INPUT` when there is none
    /// that the viewer may see.
    pub(crate) async fn named_operation(self: &Arc<Self>, asked: Option<&ID>) -> Result<Option<Uuid>, Error> {
        let Some(asked) = asked else { return Ok(None) };
        let found = self.operation_named(asked).await?;
        found.map(|found| Some(found.row.id)).ok_or_else(|| unknown(&Operation::what(), asked))
    }

    /// By its code or its id; `None` when there is none that the viewer may see.
    pub(crate) async fn operation_named(self: &Arc<Self>, asked: &ID) -> Result<Option<Operation>, Error> {
        let id = match OperationCode::new(asked.as_str()) {
            Ok(code) => Some(OperationId::of(&code).0),
            Err(_) => AskedId::read(asked).and_then(|asked| Operation::uuid_of(asked.key)),
        };
        match id {
            Some(id) => self.find(id).await,
            None => Ok(None),
        }
    }
}

fn unknown(what: &str, named: &str) -> Error {
    Error::bad_input(format!("There is no {what} `{named}`."))
}
