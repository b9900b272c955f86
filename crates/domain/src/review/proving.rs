//! Whether there is what is named as evidence, as far as whoever names it may see it.

use crate::{
    PartnerCode, Rejection, Subject, World,
    operation::Operation,
    release::Matter,
    review::{Evidence, evidence::Parts},
};

impl Evidence {
    /// Whether there is such a thing, as far as the viewer may see it. Of an event and of a metric whoever made the command
    /// knows.
    pub(super) fn is_known(
        &self,
        world: &World,
        operation: &Operation,
        viewer: Option<&PartnerCode>,
    ) -> Result<bool, Rejection> {
        let coalition = world.coalition()?;
        let Parts { version, task, matter, authority } = self.parts();
        let shown = |number: u32| {
            operation.plan.version(number).filter(|version| operation.shows(version, viewer, coalition))
        };
        let is_told = version.is_none_or(|number| shown(number).is_some())
            && task.is_none_or(|task| operation.shows_work(task, viewer, coalition))
            && matter.is_none_or(|matter| {
                operation.matter(matter).is_some_and(|label| label.admits(viewer, &operation.lead))
            })
            && authority.is_none_or(|authority| viewer == Some(authority));
        if !is_told {
            return Ok(false);
        }
        Ok(match self {
            Self::Event { .. }
            | Self::Task { .. }
            | Self::Matter(_)
            | Self::PlanVersion { .. }
            | Self::Metric { .. } => true,
            Self::TaskClaim { task, claim } => {
                operation.executions.get(task).is_some_and(|known| known.claims.get(*claim).is_some())
            }
            Self::MatterClaim { matter, claim } => operation.has_claim(matter, *claim),
            Self::AssistanceClaim { authority, claim } => {
                operation.assistance.get(authority).is_some_and(|known| known.claims.get(*claim).is_some())
            }
            Self::PlanDecision { version, decision } => shown(*version)
                .is_some_and(|version| version.decisions.iter().any(|known| known.number == *decision)),
            Self::RecordedDecision { number, version } => operation.decision_log.iter().any(|known| {
                let point = known.decision_point.as_ref().map(|point| point.number);
                (known.number, point) == (*number, *version)
            }),
            Self::GoNoGoWord { phase, number, version } => operation.phases.get(phase).is_some_and(|known| {
                known.gate.words.iter().any(|word| (word.number, word.version) == (*number, *version))
            }),
            Self::Shift { centre, number } => {
                world.need([Subject::Centre(centre.clone())])?;
                world.centre(centre)?.is_some_and(|centre| centre.watch.shifts.contains_key(number))
            }
            Self::Assistance { authority, valid_at, .. } => {
                operation.assistance.get(authority).is_some_and(|known| known.at(valid_at.to_utc()).is_some())
            }
        })
    }
}

impl Operation {
    fn has_claim(&self, matter: &Matter, claim: u32) -> bool {
        match matter {
            Matter::Incident(code) => {
                self.incidents.get(code).is_some_and(|known| known.claims.get(claim).is_some())
            }
            Matter::Request(code) => {
                self.requests.get(code).is_some_and(|known| known.claims.get(claim).is_some())
            }
            Matter::Outcome(code) => {
                self.outcomes.get(code).is_some_and(|known| known.claims.get(claim).is_some())
            }
            Matter::Contribution(_) | Matter::Sitrep(_) => false,
        }
    }
}
