//! Rules of release labels: who may mark what, and for whom.

use crate::{
    Context, Event, PartnerCode, Reasons, RefusalCode, Rejection, Role, World,
    coalition::Coalition,
    operation::{Operation, OperationEvent},
    release::{Label, Marked, MarkedItem, Release},
};
use std::collections::BTreeSet;

/// A label names partners of this coalition, also such as have not joined yet.
pub(crate) fn check_partners(
    coalition: &Coalition,
    partners: &BTreeSet<PartnerCode>,
    field: &str,
    reasons: &mut Reasons,
) {
    for partner in partners {
        reasons.check(coalition.partners.contains_key(partner), RefusalCode::UnknownReference, field, || {
            format!("There is no partner {partner}.")
        });
    }
}

/// Replaces an item's own label. For commanders of its owner; the operation's lead owns its tasks too.
pub(crate) fn mark(
    world: &World,
    operation: &Operation,
    item: Option<&Marked>,
    new: &Release,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let viewer = context.actor.partner();
    let version =
        |number: u32| operation.plan.version(number).filter(|version| operation.shows(version, viewer));
    let commander = |owner: &PartnerCode| context.require_of(owner, &[Role::Commander]);
    let (known, item) = match item {
        None => {
            commander(&operation.lead)?;
            let Label { classification, handling, .. } = operation.label();
            let releasable_to = operation.releasable_to.clone();
            let known =
                Release { releasable_to, classification: Some(classification), handling: Some(handling) };
            (Some(known), None)
        }
        Some(Marked::PlanVersion { number }) => {
            let Some(version) = version(*number) else {
                return Err(reasons.not_found("planVersionId", "plan version"));
            };
            commander(&operation.lead)?;
            (version.release.clone(), Some(MarkedItem::PlanVersion { number: *number }))
        }
        Some(Marked::Task { task: code }) => {
            let Some(task) = operation.task(code, viewer) else {
                return Err(reasons.not_found("task", "task"));
            };
            commander(if viewer == Some(&task.lead) { &task.lead } else { &operation.lead })?;
            let known = operation.task_labels.get(code).map(|label| label.release.clone());
            // A fresh salt each time: who has lost the task must not know it again by its hash.
            (known, Some(MarkedItem::Task { task: code.clone(), salt: context.salt(0) }))
        }
        Some(Marked::Annex { number, annex: code }) => {
            let annex = version(*number).and_then(|version| version.annexes.get(code));
            let Some(annex) = annex.filter(|annex| operation.shows_annex(annex, viewer)) else {
                return Err(reasons.not_found("annexId", "annex"));
            };
            commander(&operation.lead)?;
            let known = Some(annex.release());
            (known, Some(MarkedItem::Annex { number: *number, annex: code.clone() }))
        }
    };
    if known.as_ref() == Some(&Release::marked(known.as_ref(), new)) {
        return reasons.or(Vec::new());
    }
    check_partners(world.coalition()?, &new.releasable_to, "releasableTo", &mut reasons);
    let Release { releasable_to, classification, handling } = new.clone();
    reasons.or(vec![Event::Operation(OperationEvent::ReleasabilityMarked {
        operation: operation.code.clone(),
        releasable_to,
        classification,
        handling,
        item,
    })])
}
