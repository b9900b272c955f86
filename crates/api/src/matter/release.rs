//! What an operation deals with besides its plan, and who may read it.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Asked, At},
        node::{Contribution, Incident, Node, Operation, Outcome, Request, Sitrep},
    },
    operation::release::{Classification, HandlingCode, ReleaseLabel},
};
use async_graphql::{ID, InputObject, Union};
use domain::{
    PartnerCode,
    ids::{ContributionId, IncidentId, OutcomeId, RequestId, SitrepId, from_text},
    release::{self, MatterLabel, Release},
};
use read_model::parse;
use std::sync::Arc;
use uuid::Uuid;

/// What an operation deals with besides its plan.
#[derive(Union, Clone)]
pub enum Matter {
    Incident(Incident),
    Request(Request),
    Contribution(Contribution),
    Sitrep(Sitrep),
    Outcome(Outcome),
}

impl From<Matter> for Node {
    fn from(matter: Matter) -> Self {
        match matter {
            Matter::Incident(incident) => incident.into(),
            Matter::Request(request) => request.into(),
            Matter::Contribution(contribution) => contribution.into(),
            Matter::Sitrep(sitrep) => sitrep.into(),
            Matter::Outcome(outcome) => outcome.into(),
        }
    }
}

impl World {
    /// What has a label of its own; `None` when the viewer may not see it.
    pub(crate) async fn matter(self: &Arc<Self>, id: Uuid) -> Result<Option<Matter>, Error> {
        if let Some(incident) = self.find::<Incident>(id).await? {
            return Ok(Some(Matter::Incident(incident)));
        }
        if let Some(request) = self.find::<Request>(id).await? {
            return Ok(Some(Matter::Request(request)));
        }
        if let Some(contribution) = self.find::<Contribution>(id).await? {
            return Ok(Some(Matter::Contribution(contribution)));
        }
        if let Some(outcome) = self.find::<Outcome>(id).await? {
            return Ok(Some(Matter::Outcome(outcome)));
        }
        Ok(self.find::<Sitrep>(id).await?.map(Matter::Sitrep))
    }
}

/// What a matter's row says of its label.
pub(crate) fn label(
    owner: &str,
    parties: &[String],
    release: Option<&Release>,
) -> Result<MatterLabel, Error> {
    let parties = parties.iter().map(|party| parse(party)).collect::<Result<_, _>>()?;
    Ok(MatterLabel { owner: parse(owner)?, parties, release: release.cloned() })
}

impl Operation {
    /// The label in force on one of its matters.
    pub(crate) fn label_of(&self, matter: &MatterLabel) -> Result<ReleaseLabel, Error> {
        self.label_with(|label| label.narrowed_to_matter(matter))
    }
}

/// Who may read a matter, and how carefully.
#[derive(InputObject, Default)]
pub(crate) struct ReleaseInput {
    /// Codes of the partners that may read it, besides its owner, the operation's lead and those whose work it is.
    releasable_to: Vec<String>,
    /// As the operation's when it is left out.
    classification: Option<Classification>,
    /// As the operation's when it is left out.
    handling: Option<HandlingCode>,
}

impl ReleaseInput {
    pub(crate) fn read(&self, at: &mut At<'_>) -> Option<Release> {
        Some(Release {
            releasable_to: at.parse_all::<PartnerCode, _>("releasableTo", &self.releasable_to)?,
            classification: self.classification.map(Into::into),
            handling: self.handling.map(Into::into),
        })
    }
}

impl Asked<'_> {
    /// The operation of a matter and what it is there; `None` when there is none that the caller may see, which is then
    /// among the reasons.
    pub async fn matter(
        &mut self,
        id: &ID,
    ) -> Result<Option<(domain::OperationCode, release::Matter)>, Error> {
        match from_text(id.as_str()) {
            Some((IncidentId::PREFIX, _)) => {
                let found = self.incident("matterId", id).await?;
                Ok(found.map(|(operation, code)| (operation, release::Matter::Incident(code))))
            }
            Some((RequestId::PREFIX, _)) => {
                let found = self.request("matterId", id).await?;
                Ok(found.map(|(operation, code)| (operation, release::Matter::Request(code))))
            }
            Some((ContributionId::PREFIX, _)) => {
                let found = self.contribution("matterId", id, None).await?;
                Ok(found.map(|(operation, code)| (operation, release::Matter::Contribution(code))))
            }
            Some((SitrepId::PREFIX, _)) => {
                let found = self.sitrep("matterId", id).await?;
                Ok(found.map(|(operation, code)| (operation, release::Matter::Sitrep(code))))
            }
            Some((OutcomeId::PREFIX, _)) => {
                let found = self.outcome("matterId", id).await?;
                Ok(found.map(|(operation, code)| (operation, release::Matter::Outcome(code))))
            }
            _ => {
                self.miss::<Incident>("matterId");
                Ok(None)
            }
        }
    }
}
