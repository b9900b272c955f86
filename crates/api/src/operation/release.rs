//! Release labels: who may read an item, and how carefully.

use crate::{
    Error,
    graph::{
        context::World,
        node::{Annex, Operation, Partner, PlanVersion},
    },
};
use async_graphql::{Enum, Object};
use domain::{
    ids::PartnerId,
    release::{self, Label},
};
use read_model::plan::PlannedTaskRow;
use std::sync::Arc;

/// How carefully something is to be handled.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::release::Classification")]
pub enum Classification {
    /// Needs no protection.
    Unclassified,
    /// Disclosure would be a disadvantage.
    Restricted,
    /// Disclosure would do harm.
    Confidential,
    /// Disclosure would do serious harm.
    Secret,
}

/// What may be done with what is read, after Europol's handling codes. Each is stricter than those before it.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "release::HandlingCode")]
pub enum HandlingCode {
    /// To prevent and fight crime, and for nothing else.
    #[graphql(name = "H0")]
    H0,
    /// Not as evidence in court without its owner's permission.
    #[graphql(name = "H1")]
    H1,
    /// Not passed on to anybody without its owner's permission.
    #[graphql(name = "H2")]
    H2,
    /// Under restrictions of its own: ask its owner before any use.
    #[graphql(name = "H3")]
    H3,
}

/// The label in force on an item: its own and those of all that it is in. An item's own label can take readers away and
/// ask for more care, never the reverse.
pub struct ReleaseLabel {
    label: Label,
    world: Arc<World>,
}

/// The label in force on an item: its own and those of all that it is in. An item's own label can take readers away and
/// ask for more care, never the reverse.
#[Object]
impl ReleaseLabel {
    /// Whose item it is: the operation's lead, of a task the partner that carries it out.
    async fn owner(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&self.label.owner).0).await
    }

    /// Everybody who may read it, its owner included, in the order of their codes.
    async fn releasable_to(&self) -> Result<Vec<Partner>, Error> {
        self.world.find_many(self.label.releasable_to.iter().map(|partner| PartnerId::of(partner).0)).await
    }

    async fn classification(&self) -> Classification {
        self.label.classification.into()
    }

    async fn handling(&self) -> HandlingCode {
        self.label.handling.into()
    }
}

impl ReleaseLabel {
    pub(crate) fn is_sensitive(&self) -> bool {
        self.label.is_sensitive()
    }
}

impl Operation {
    pub(crate) fn label(&self) -> Result<ReleaseLabel, Error> {
        Ok(ReleaseLabel { label: self.row.label()?, world: Arc::clone(&self.world) })
    }
}

impl Operation {
    /// The label of something in it.
    pub(crate) fn label_with(&self, below: impl FnOnce(&Label) -> Label) -> Result<ReleaseLabel, Error> {
        Ok(ReleaseLabel { label: below(&self.row.label()?), world: Arc::clone(&self.world) })
    }
}

impl PlanVersion {
    pub(crate) async fn label(&self) -> Result<ReleaseLabel, Error> {
        let ReleaseLabel { label, world } = self.operation_of().await?.label()?;
        Ok(ReleaseLabel { label: self.row.label(&label), world })
    }
}

impl Annex {
    pub(crate) async fn label(&self) -> Result<ReleaseLabel, Error> {
        let version: PlanVersion = self.world.get(self.row.version_id).await?;
        let ReleaseLabel { label, world } = version.label().await?;
        Ok(ReleaseLabel { label: self.row.label(&label), world })
    }
}

/// Of a task as a version has it.
pub(crate) async fn task_label(world: &Arc<World>, row: &PlannedTaskRow) -> Result<ReleaseLabel, Error> {
    let version: PlanVersion = world.get(row.version_id).await?;
    let ReleaseLabel { label, world } = version.label().await?;
    let own = world.loaders.task_labels.load(row.task_id).await?;
    Ok(ReleaseLabel { label: row.label(&label, own.as_deref())?, world })
}
