//! Rules of release labels: who may mark what, and for whom.

use crate::{
    Context, Event, PartnerCode, Reasons, RefusalCode, Rejection, Role, World,
    coalition::{Coalition, PartnerStatus},
    ids::PartnerId,
    operation::{Operation, OperationEvent},
    plan::{Decision, Version, deciders},
    release::{Label, Marked, MarkedItem, Matter, Release},
};
use std::collections::{BTreeMap, BTreeSet};

/// A label names partners of this coalition, also such as have not joined yet.
pub(crate) fn check_partners(
    coalition: &Coalition,
    partners: &BTreeSet<PartnerCode>,
    field: &str,
    reasons: &mut Reasons,
) {
    for partner in partners {
        let known = coalition.partners.contains_key(partner);
        reasons.check_entry(known, RefusalCode::UnknownReference, (field, partner), || {
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
    let coalition = world.coalition()?;
    let version = |number: u32| {
        operation.plan.version(number).filter(|version| operation.shows(version, viewer, coalition))
    };
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
            let Some(task) = operation.task(code, viewer, coalition) else {
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
        Some(Marked::Matter(matter)) => {
            let Some(label) = operation.matter(matter).filter(|label| label.admits(viewer, &operation.lead))
            else {
                return Err(reasons.not_found("matterId", "matter"));
            };
            commander(&label.owner)?;
            (label.release.clone(), Some(MarkedItem::Matter(matter.clone())))
        }
    };
    if known.as_ref() == Some(&Release::marked(known.as_ref(), new)) {
        return reasons.or(Vec::new());
    }
    let instead = match &item {
        None => "release the next version to fewer",
        Some(MarkedItem::PlanVersion { .. } | MarkedItem::Annex { .. }) => "narrow it in the next version",
        // Its label is the same in every version; nobody decides on a version with a matter in it.
        Some(MarkedItem::Task { .. } | MarkedItem::Matter(_)) => "what is to be withheld needs another task",
    };
    // Who may not see a version is not told that there is one.
    let named = |partner: &PartnerCode, number: u32| {
        let seen = version(number).is_some();
        let who = if seen { partner.to_string() } else { "A partner".to_owned() };
        let which = if seen { format!("version {number}") } else { "a version".to_owned() };
        (who, which, seen.then(|| PartnerId::of(partner).to_string()))
    };
    for (partner, number) in deciders_without(coalition, operation, item.as_ref(), new) {
        let (who, which, about) = named(partner, number);
        reasons.add_about(
            RefusalCode::DecidedUpon,
            "releasableTo",
            format!("{who} decided on {which} with this in it, which stays readable to it: {instead}."),
            about,
        );
    }
    if matches!(item, None | Some(MarkedItem::PlanVersion { .. })) {
        for (partner, number) in waited_for_without(coalition, operation, item.as_ref(), new) {
            let (who, which, about) = named(partner, number);
            reasons.add_about(
                RefusalCode::DeciderCannotRead,
                "releasableTo",
                format!("{who} has to decide on {which}, which is under decision."),
                about,
            );
        }
    }
    if let (Some(MarkedItem::Matter(Matter::Sitrep(code))), Some(known)) = (&item, &known) {
        // Its figures hold what its readers of then may see, and nobody counts them anew.
        for partner in new.releasable_to.iter().filter(|partner| !known.admits(partner, &[&operation.lead])) {
            reasons.check_entry(false, RefusalCode::InvalidValue, ("releasableTo", partner), || {
                format!("{code} was not counted for {partner}: issue another one for its readers.")
            });
        }
    }
    check_partners(coalition, &new.releasable_to, "releasableTo", &mut reasons);
    let Release { releasable_to, classification, handling } = new.clone();
    reasons.or(vec![Event::Operation(OperationEvent::ReleasabilityMarked {
        operation: operation.code.clone(),
        releasable_to,
        classification,
        handling,
        item,
    })])
}

/// Whether the mark takes from a reader what it is on, as the version has that. What it is not on, it takes
/// from nobody.
fn takes(
    operation: &Operation,
    version: &Version,
    item: Option<&MarkedItem>,
    new: &Release,
    reader: &PartnerCode,
) -> bool {
    let admits = |keepers: &[&PartnerCode]| new.admits(reader, keepers);
    let lead = &operation.lead;
    match item {
        None => operation.is_visible_to(reader) && !admits(&[lead]),
        Some(MarkedItem::PlanVersion { number }) => {
            *number == version.number
                && operation.version_label(version).is_readable_by(reader)
                && !admits(&[lead])
        }
        Some(MarkedItem::Task { task, .. }) => version.tasks.get(task).is_some_and(|task| {
            operation.shows_task(task, Some(reader)) && !admits(&[lead, &task.lead, &task.territory])
        }),
        Some(MarkedItem::Annex { number, annex }) => {
            let annex = version.annexes.get(annex).filter(|_| *number == version.number);
            annex.is_some_and(|annex| operation.shows_annex(annex, Some(reader)) && !admits(&[lead]))
        }
        Some(MarkedItem::Matter(_)) => false,
    }
}

/// The partners from which the mark would take what they have decided on, each with the version. One that has
/// left the coalition reads nothing any more.
fn deciders_without<'a>(
    coalition: &Coalition,
    operation: &'a Operation,
    item: Option<&MarkedItem>,
    new: &Release,
) -> BTreeMap<&'a PartnerCode, u32> {
    let stays = |partner: &PartnerCode| {
        coalition.partners.get(partner).is_some_and(|partner| partner.status != PartnerStatus::Withdrawn)
    };
    let saw = |decision: &Decision| match item {
        None | Some(MarkedItem::PlanVersion { .. }) => true,
        Some(MarkedItem::Task { task, .. }) => !decision.withheld.tasks.contains(task),
        Some(MarkedItem::Annex { annex, .. }) => !decision.withheld.annexes.contains(annex),
        Some(MarkedItem::Matter(_)) => false,
    };
    let mut without = BTreeMap::new();
    for version in &operation.plan.versions {
        for decision in version.decisions.iter().filter(|decision| saw(decision)) {
            let partner = &decision.partner;
            if stays(partner) && takes(operation, version, item, new, partner) {
                without.insert(partner, version.number);
            }
        }
    }
    without
}

/// The partners that a version under decision waits for, or may, and from which the mark would take it.
fn waited_for_without<'a>(
    coalition: &'a Coalition,
    operation: &'a Operation,
    item: Option<&MarkedItem>,
    new: &Release,
) -> BTreeMap<&'a PartnerCode, u32> {
    let mut without = BTreeMap::new();
    for version in operation.plan.versions.iter().filter(|version| version.is_under_decision()) {
        let electorate = operation.electorate(version, &version.submitted_to);
        let voters = coalition.members().filter(|member| electorate.has_vote(&member.code, member.role));
        let undecided = deciders(coalition, version)
            .chain(voters.map(|member| &member.code))
            .filter(|partner| !version.decisions.iter().any(|decision| decision.partner == **partner));
        for partner in undecided {
            if takes(operation, version, item, new, partner) {
                without.insert(partner, version.number);
            }
        }
    }
    without
}
