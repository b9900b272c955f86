//! What sections and timeline both tell is the same.

use super::Check;
use crate::scenario::{
    Revision,
    model::{
        plan::Decision,
        timeline::{GovernanceEvent, SubjectKind, TimelineEntry},
        values::Instant,
    },
    yaml::brief,
};
use std::collections::BTreeSet;

/// The events, and when each was recorded.
type Dated = BTreeSet<(String, Option<Instant>)>;

impl Check<'_> {
    pub fn timeline(&self) {
        let scenario = self.scenario;
        let operation = &scenario.operation.id;
        for (index, entry) in scenario.timeline.iter().enumerate() {
            let path = format!("timeline[{index}]");
            if !self.clean(&path) {
                continue;
            }
            let (kind, code) = (entry.subject.kind, &entry.subject.code);
            if kind != entry.event.subject_kind() {
                self.fault(
                    &format!("{path}.s"),
                    &format!("is not a {}, which this event needs", entry.event.subject_kind()),
                );
                continue;
            }
            let there = match kind {
                SubjectKind::Partner => scenario.partners.iter().any(|partner| partner.id == *code),
                SubjectKind::Post => code == "*" || scenario.posts.iter().any(|post| post.id == *code),
                SubjectKind::Centre | SubjectKind::Watch => scenario.centre.id == *code,
                SubjectKind::Operation | SubjectKind::Plan | SubjectKind::Review => operation == code,
            };
            if !there {
                self.fault(&format!("{path}.s"), &format!("there is no {kind} `{}`", brief(code)));
            }
            let is_of_second = matches!(
                entry.event,
                GovernanceEvent::PlanVersionSubmitted { version: 2 }
                    | GovernanceEvent::PlanPromulgated { version: 2 }
            );
            if is_of_second && scenario.versions() == 1 {
                self.fault(&format!("{path}.v"), "is 2, but without v1_differences the plan has one version");
            }
            let needs_reason = matches!(
                entry.event,
                GovernanceEvent::PartnerSuspended {}
                    | GovernanceEvent::PartnerReinstated {}
                    | GovernanceEvent::PartnerWithdrew {}
            );
            if needs_reason && entry.note.is_none() {
                self.fault(&path, "has no note that says why");
            }
            if let GovernanceEvent::GoNoGoDecided { phase, not_met, .. } = &entry.event {
                self.go_no_go(&path, phase.as_deref(), not_met);
            }
        }
        if !["timeline", "approvals", "operation", "centre.decision", "plan", "deconfliction"]
            .iter()
            .all(|section| self.clean(section))
        {
            return;
        }
        let (sections, timeline) = (self.events_of_sections(), self.events_of_timeline());
        let known: Dated = sections.iter().map(|(_, told)| told.clone()).collect();
        let heard: Dated = timeline.iter().map(|(_, told)| told.clone()).collect();
        let when = |at: Option<Instant>| at.map_or(String::new(), |at| format!(" at {}", at.to_rfc3339()));
        for (path, (event, at)) in sections.iter().filter(|(_, told)| !heard.contains(told)) {
            self.fault(path, &format!("is not in the timeline as {event}{}", when(*at)));
        }
        for (path, (event, at)) in timeline.iter().filter(|(_, told)| !known.contains(told)) {
            self.fault(path, &format!("{event}{} is not told by the section that it belongs to", when(*at)));
        }
    }

    fn go_no_go(&self, path: &str, phase: Option<&str>, not_met: &[String]) {
        let plan = &self.scenario.plan;
        if !self.clean("plan.phases") || !self.clean("plan.go_no_go") {
            return;
        }
        if plan.gated(phase).is_none() {
            self.fault(path, "is about no phase that has a gate");
        }
        for (index, criterion) in not_met.iter().enumerate() {
            if !plan.go_no_go.contains(criterion) {
                self.fault(&format!("{path}.not_met[{index}]"), "is no criterion of plan.go_no_go");
            }
        }
    }

    fn events_of_sections(&self) -> Vec<(String, (String, Option<Instant>))> {
        let (scenario, approvals) = (self.scenario, &self.scenario.approvals);
        let mut told = vec![(
            "centre.decision.at".to_owned(),
            ("SiteSelected".to_owned(), Some(scenario.centre.decision.at)),
        )];
        for (index, hhour) in scenario.operation.hhour.iter().enumerate() {
            let event = if index == 0 { "HHourSet" } else { "HHourShifted" };
            told.push((format!("operation.hhour[{index}].rec"), (event.to_owned(), Some(hhour.recorded))));
            if let Some(order) = &hhour.order {
                let event = format!("FragmentaryOrderIssued {order}");
                told.push((format!("operation.hhour[{index}].order"), (event, Some(hhour.recorded))));
            }
        }
        for (index, entry) in approvals.log.iter().enumerate() {
            let event = match entry.decision {
                Decision::Approved {} => "PlanVersionApproved",
                Decision::ApprovedWithConditions { .. } => "PlanVersionApprovedWithConditions",
                Decision::Rejected { .. } => "PlanVersionRejected",
                Decision::TerritorialConsent { .. } => "TerritorialConsentGiven",
            };
            let event = format!("{event} of v{} by {}", entry.version, entry.partner);
            told.push((format!("approvals.log[{index}]"), (event, Some(entry.at))));
        }
        if let Some(submitted) = &approvals.submitted {
            for (version, at) in [("v1", Some(submitted.v1)), ("v2", submitted.v2)] {
                let event = format!("PlanVersionSubmitted of {version}");
                told.extend(at.map(|at| (format!("approvals.submitted.{version}"), (event, Some(at)))));
            }
        }
        for (index, promulgated) in approvals.promulgated.0.iter().enumerate() {
            let event = format!("PlanPromulgated of v{}", promulgated.version);
            let path = format!("{}.at", self.promulgation(index));
            told.push((path, (event, Some(promulgated.at))));
        }
        for (index, condition) in
            approvals.conditions.iter().enumerate().filter(|(_, held)| held.recorded.is_some())
        {
            let event = format!("ApprovalConditionSatisfied {}", condition.id);
            told.push((format!("approvals.conditions[{index}].rec"), (event, condition.recorded)));
        }
        for (index, clash) in scenario.deconfliction.iter().enumerate() {
            for (field, event, at) in [
                ("found", "DeconflictionConflictFound", Some(clash.found)),
                ("cleared", "DeconflictionCleared", clash.cleared),
            ] {
                let path = format!("deconfliction[{index}].{field}");
                told.extend(at.map(|at| (path, (event.to_owned(), Some(at)))));
            }
        }
        told.extend(scenario.amendment().iter().filter_map(|step| {
            let event = match step {
                Revision::Revise { task, .. } => format!("TaskRevised {task}"),
                Revision::Add { task, .. } => format!("TaskAddedToPlan {}", task.id),
                Revision::AddDependency { .. } => return None,
            };
            Some(("plan.v1_differences".to_owned(), (event, None)))
        }));
        told
    }

    fn events_of_timeline(&self) -> Vec<(String, (String, Option<Instant>))> {
        let tell = |(index, entry): (usize, &TimelineEntry)| {
            let name = entry.event.name();
            let (event, at) = match &entry.event {
                GovernanceEvent::SiteSelected {}
                | GovernanceEvent::HHourSet {}
                | GovernanceEvent::HHourShifted { .. }
                | GovernanceEvent::DeconflictionConflictFound {}
                | GovernanceEvent::DeconflictionCleared {} => (name.to_owned(), Some(entry.recorded)),
                GovernanceEvent::PlanVersionApproved { version }
                | GovernanceEvent::PlanVersionApprovedWithConditions { version }
                | GovernanceEvent::PlanVersionRejected { version }
                | GovernanceEvent::TerritorialConsentGiven { version } => {
                    (format!("{name} of v{version} by {}", entry.by.0.join(", ")), Some(entry.recorded))
                }
                GovernanceEvent::PlanVersionSubmitted { version }
                | GovernanceEvent::PlanPromulgated { version } => {
                    (format!("{name} of v{version}"), Some(entry.recorded))
                }
                GovernanceEvent::ApprovalConditionSatisfied { condition: code }
                | GovernanceEvent::FragmentaryOrderIssued { order: code } => {
                    (format!("{name} {code}"), Some(entry.recorded))
                }
                GovernanceEvent::TaskRevised { task } | GovernanceEvent::TaskAddedToPlan { task } => {
                    (format!("{name} {task}"), None)
                }
                // No section tells of these.
                GovernanceEvent::PartnerAcceded {}
                | GovernanceEvent::PartnerSuspended {}
                | GovernanceEvent::PartnerReinstated {}
                | GovernanceEvent::PartnerWithdrew {}
                | GovernanceEvent::CentreProposed {}
                | GovernanceEvent::SiteOptionAssessed { .. }
                | GovernanceEvent::CentreEstablished {}
                | GovernanceEvent::CentreActivated {}
                | GovernanceEvent::OfficerNominated {}
                | GovernanceEvent::OperationInitiated {}
                | GovernanceEvent::WarningOrderIssued {}
                | GovernanceEvent::LegalBasisRecorded {}
                | GovernanceEvent::OperationActivated {}
                | GovernanceEvent::PhaseStarted { .. }
                | GovernanceEvent::GoNoGoDecided { .. }
                | GovernanceEvent::DecisionRecorded { .. }
                | GovernanceEvent::OperationClosed {}
                | GovernanceEvent::PlanDrafted {}
                | GovernanceEvent::PlanVersionSuperseded { .. }
                | GovernanceEvent::AmendmentOpened { .. }
                | GovernanceEvent::WatchGapDetected {}
                | GovernanceEvent::ReviewOpened {}
                | GovernanceEvent::ReviewAdopted {} => return None,
            };
            Some((format!("timeline[{index}]"), (event, at)))
        };
        self.scenario.timeline.iter().enumerate().filter_map(tell).collect()
    }
}
