//! What a draft's parts must keep: bounds, unique codes, references.

use super::{
    ccir::can_be_met_by,
    dependency::{NOTATION, resembles_notation},
};
use crate::{
    Context, PartnerCode, Reasons, RefusalCode, Span, TaskCode,
    coalition::{Coalition, PartnerRole},
    instant,
    plan::{
        ApprovalPolicy, Ccir, Dependency, HOLIDAY_YEARS, Holiday, MOST_CALENDARS, MOST_DAYS_OFF,
        MOST_HOLIDAYS, MOST_STRETCHES, PlannedTask, Risk, Sections, Terms, Version, WorkCalendar,
    },
};
use chrono::Datelike as _;
use std::{collections::BTreeSet, fmt::Display};

/// Most entries of one list of a plan, tasks left out.
const MOST_ENTRIES: usize = 1_000;

/// Most hours of rest between two tasks.
const MOST_REST: i64 = 168;

/// Largest whole number, either way, that canonical JSON holds exactly (RFC 8785, as IEEE 754 doubles do):
/// two larger ones could stand under one content hash.
const MOST_EXACT: u64 = (1 << 53) - 1;

/// A task's own bounds and all that it refers to but its predecessors; `path` is that of the task in the
/// input.
pub(super) fn check_task(
    coalition: &Coalition,
    version: &Version,
    task: &PlannedTask,
    path: &str,
    reasons: &mut Reasons,
) {
    check_place(&version.sections, task, Some(path), reasons);
    reasons.check(
        coalition.takes_tasks(&task.lead),
        RefusalCode::TakesNoTasks,
        &join(path, "leadPartner"),
        || format!("{} takes no tasks.", task.lead),
    );
    reasons.check(
        coalition.takes_tasks(&task.territory),
        RefusalCode::UnknownReference,
        &join(path, "territory"),
        || format!("{} is not a partner on whose territory tasks can be planned.", task.territory),
    );
    if let Some(code) = &task.post {
        let field = join(path, "post");
        match coalition.posts.get(code) {
            Some(post) => {
                reasons.check(post.partner == task.lead, RefusalCode::PostNotOfLeadPartner, &field, || {
                    format!("{} leads {}, and {code} is a post of {}.", task.lead, task.code, post.partner)
                });
            }
            None => reasons.add(RefusalCode::UnknownReference, &field, format!("There is no post {code}.")),
        }
    }
    reasons.check(
        task.duration >= Span::ZERO && task.duration.is_within_bounds(),
        RefusalCode::InvalidValue,
        &join(path, "duration"),
        || "A task takes at most 100 years, a milestone nothing; no task takes less.".to_owned(),
    );
    check_terms(&task.terms, path, reasons);
    reasons.check(
        task.start_offset.is_within_bounds(),
        RefusalCode::InvalidValue,
        &join(path, "startOffset"),
        || "An offset lies within 100 years of H-hour.".to_owned(),
    );
}

pub(super) fn check_terms(terms: &Terms, path: &str, reasons: &mut Reasons) {
    let within = terms.finish_no_later_than.is_none_or(Span::is_within_bounds);
    reasons.check(within, RefusalCode::InvalidValue, &join(path, "finishNoLaterThan"), || {
        "A latest finish lies within 100 years of H-hour.".to_owned()
    });
}

pub(super) fn check_lag(dependency: &Dependency, field: &str, reasons: &mut Reasons) {
    let within = dependency.lag.is_within_bounds();
    reasons.check_entry(within, RefusalCode::InvalidValue, (field, dependency), || {
        "A lag or a lead is at most 100 years.".to_owned()
    });
}

/// `path` is that of the task in the input; `None` where the input has no task.
pub(super) fn check_place(
    sections: &Sections,
    task: &PlannedTask,
    path: Option<&str>,
    reasons: &mut Reasons,
) {
    let field = |name: &str| path.map(|path| join(path, name)).unwrap_or_default();
    reasons.check(
        sections.phases.iter().any(|phase| phase.code == task.phase),
        RefusalCode::UnknownReference,
        &field("phase"),
        || format!("The plan has no phase {}, which {} belongs to.", task.phase, task.code),
    );
    if let Some(line) = &task.line_of_effort {
        reasons.check(
            sections.lines_of_effort.iter().any(|known| known.code == *line),
            RefusalCode::UnknownReference,
            &field("lineOfEffort"),
            || format!("The plan has no line of effort {line}, which {} serves.", task.code),
        );
    }
}

pub(super) fn check_risk(risk: &Risk, field: &str, reasons: &mut Reasons) {
    for (value, name) in [(risk.likelihood, "likelihood"), (risk.impact, "impact")] {
        reasons.check((1..=5).contains(&value), RefusalCode::InvalidValue, &join(field, name), || {
            format!("{value} is not between 1 and 5.")
        });
    }
}

/// A name that no event has would keep its requirement from ever being met.
fn check_criteria(ccir: &Ccir, field: &str, reasons: &mut Reasons) {
    let at = |name: &str| join(field, name);
    check_length(&at("events"), ccir.events.len(), reasons);
    check_length(&at("categories"), ccir.categories.len(), reasons);
    for (index, name) in ccir.events.iter().enumerate() {
        let known = can_be_met_by(name.as_str());
        let field = at(&format!("events.{index}"));
        reasons.check(known, RefusalCode::UnknownReference, &field, || {
            format!("No event of an operation is called {name}.")
        });
    }
}

pub(super) fn check_length(field: &str, length: usize, reasons: &mut Reasons) {
    reasons.check(length <= MOST_ENTRIES, RefusalCode::InvalidValue, field, || {
        format!("{length} entries are more than the {MOST_ENTRIES} that a plan takes here.")
    });
}

/// Adds a reason for each code that stands twice.
fn check_unique<C: Ord + Display>(
    field: &str,
    codes: impl ExactSizeIterator<Item = C>,
    reasons: &mut Reasons,
) {
    check_length(field, codes.len(), reasons);
    let mut seen = BTreeSet::new();
    for (index, code) in codes.enumerate() {
        if seen.contains(&code) {
            reasons.add(
                RefusalCode::AlreadyExists,
                &format!("{field}.{index}.code"),
                format!("{code} stands twice."),
            );
        }
        seen.insert(code);
    }
}

/// What a version's sections must keep among themselves at any time.
pub(super) fn check_sections(sections: &Sections, context: &Context<'_>, reasons: &mut Reasons) {
    check_unique("linesOfEffort", sections.lines_of_effort.iter().map(|line| &line.code), reasons);
    check_unique("phases", sections.phases.iter().map(|phase| &phase.code), reasons);
    check_unique("objectives", sections.objectives.iter().map(|objective| &objective.code), reasons);
    check_unique("decisionPoints", sections.decision_points.iter().map(|point| &point.code), reasons);
    check_unique("ccir", sections.ccir.iter().map(|ccir| &ccir.code), reasons);
    check_unique("risks", sections.risks.iter().map(|risk| &risk.code), reasons);
    check_calendars(&sections.calendars, context.now.year(), reasons);
    check_length("goNoGo", sections.go_no_go.len(), reasons);
    check_length("commandRelationships", sections.command_relationships.len(), reasons);
    for (index, objective) in sections.objectives.iter().enumerate() {
        reasons.check(
            sections.lines_of_effort.iter().any(|line| line.code == objective.line_of_effort),
            RefusalCode::UnknownReference,
            &format!("objectives.{index}.lineOfEffort"),
            || format!("The plan has no line of effort {}.", objective.line_of_effort),
        );
        reasons.check(
            objective.target.unsigned_abs() <= MOST_EXACT,
            RefusalCode::InvalidValue,
            &format!("objectives.{index}.target"),
            || format!("{} is further from zero than {MOST_EXACT}.", objective.target),
        );
    }
    for (index, point) in sections.decision_points.iter().enumerate() {
        for ccir in &point.ccir {
            reasons.check(
                sections.ccir.iter().any(|known| known.code == *ccir),
                RefusalCode::UnknownReference,
                &format!("decisionPoints.{index}.ccir"),
                || format!("The plan has no information requirement {ccir}."),
            );
        }
    }
    for (index, ccir) in sections.ccir.iter().enumerate() {
        check_criteria(ccir, &format!("ccir.{index}"), reasons);
    }
    for (index, risk) in sections.risks.iter().enumerate() {
        check_risk(risk, &format!("risks.{index}"), reasons);
    }
    if let Some(window) = sections.h_hour_window {
        reasons.check(window.from < window.to, RefusalCode::InvalidValue, "hHourWindow", || {
            "The window ends before it starts.".to_owned()
        });
        context.check_near(window.from, "hHourWindow.from", reasons);
        context.check_near(window.to, "hHourWindow.to", reasons);
    }
    // Domain rule 4: else a policy could ask for nobody's approval, or for that of partners without a vote.
    let ApprovalPolicy { required_roles: roles, approvers, .. } = &sections.approval_policy;
    reasons.check(
        !approvers.is_empty()
            || roles.contains(&PartnerRole::Principal) && roles.iter().all(|role| role.may_approve()),
        RefusalCode::InvalidValue,
        "approvalPolicy.requiredRoles",
        || "Every plan needs the approval of its principals; the host's may be asked for too.".to_owned(),
    );
}

/// Hours that are hours, and one calendar at most for each partner and post.
fn check_calendars(calendars: &[WorkCalendar], present: i32, reasons: &mut Reasons) {
    check_unique("calendars", calendars.iter().map(|calendar| &calendar.code), reasons);
    reasons.check(calendars.len() <= MOST_CALENDARS, RefusalCode::InvalidValue, "calendars", || {
        format!("{} calendars are more than the {MOST_CALENDARS} that a plan takes.", calendars.len())
    });
    let mut taken = BTreeSet::new();
    for (index, calendar) in calendars.iter().enumerate() {
        let at = |field: &str| format!("calendars.{index}.{field}");
        let WorkCalendar { week, holidays, rest, partners, posts, .. } = calendar;
        reasons.check(week.len() <= MOST_STRETCHES, RefusalCode::InvalidValue, &at("week"), || {
            format!("{} stretches are more than the {MOST_STRETCHES} that a week takes.", week.len())
        });
        reasons.check(holidays.len() <= MOST_HOLIDAYS, RefusalCode::InvalidValue, &at("holidays"), || {
            format!("{} holidays are more than the {MOST_HOLIDAYS} that a calendar takes.", holidays.len())
        });
        reasons.check(!week.is_empty(), RefusalCode::InvalidValue, &at("week"), || {
            "A week has working hours: without any, no task would ever be done.".to_owned()
        });
        for (hours, number) in week.iter().zip(0..) {
            let field = at(&format!("week.{number}.to"));
            reasons.check(hours.from < hours.to, RefusalCode::InvalidValue, &field, || {
                format!("{} is not later than {}: hours over midnight are two entries.", hours.to, hours.from)
            });
        }
        for (Holiday { from, to, .. }, number) in holidays.iter().zip(0..) {
            let field = at(&format!("holidays.{number}.to"));
            reasons
                .check(from <= to, RefusalCode::InvalidValue, &field, || format!("{to} is before {from}."));
            let near = HOLIDAY_YEARS.contains(&from.year()) && (*to - *from).num_days() < MOST_DAYS_OFF;
            reasons.check(near, RefusalCode::InvalidValue, &field, || {
                let (first, last) = (HOLIDAY_YEARS.start(), HOLIDAY_YEARS.end());
                let hint = instant::hint(from.year(), present);
                format!(
                    "A holiday lies between {first} and {last}, and has at most {MOST_DAYS_OFF} days.{hint}"
                )
            });
        }
        let rest = rest.unwrap_or_default();
        reasons.check(
            (Span::ZERO..=Span::hours(MOST_REST)).contains(&rest),
            RefusalCode::InvalidValue,
            &at("rest"),
            || format!("Rest is at most {MOST_REST} hours, and never negative."),
        );
        let codes = partners.iter().map(|code| ("partners", code.to_string()));
        for (field, code) in codes.chain(posts.iter().map(|code| ("posts", code.to_string()))) {
            let first = taken.insert((field, code.clone()));
            reasons.check_entry(first, RefusalCode::AlreadyExists, (&at(field), &code), || {
                format!("{code} works by an earlier calendar already.")
            });
        }
    }
}

/// What may be left open while drafting, and may not once nations decide on it.
pub(super) fn check_references(version: &Version, coalition: &Coalition, reasons: &mut Reasons) {
    let known_task = |task: &TaskCode| version.tasks.contains_key(task);
    let sections = &version.sections;
    let intent = sections.commanders_intent.iter().flat_map(|intent| &intent.key_tasks);
    for task in intent {
        reasons.check(known_task(task), RefusalCode::UnknownReference, "commandersIntent.keyTasks", || {
            format!("The commander's intent names {task}, which the plan does not have.")
        });
    }
    for (index, risk) in sections.risks.iter().enumerate() {
        if let Some(owner) = &risk.owner {
            reasons.check(
                coalition.posts.contains_key(owner),
                RefusalCode::UnknownReference,
                &format!("risks.{index}.owner"),
                || format!("{} is owned by {owner}, which is no post.", risk.code),
            );
        }
    }
    let known_partner = |partner: &PartnerCode| coalition.partners.contains_key(partner);
    for (index, calendar) in sections.calendars.iter().enumerate() {
        for partner in calendar.partners.iter().filter(|partner| !known_partner(partner)) {
            let field = format!("calendars.{index}.partners");
            reasons.add(RefusalCode::UnknownReference, &field, format!("There is no partner {partner}."));
        }
        for post in calendar.posts.iter().filter(|post| !coalition.posts.contains_key(*post)) {
            let field = format!("calendars.{index}.posts");
            reasons.add(RefusalCode::UnknownReference, &field, format!("There is no post {post}."));
        }
    }
    for (index, partner) in sections.approval_policy.approvers.iter().enumerate() {
        let field = format!("approvalPolicy.approvers.{index}");
        reasons.check(coalition.takes_tasks(partner), RefusalCode::UnknownReference, &field, || {
            format!("{partner} is to approve, and is no partner that takes tasks.")
        });
    }
    for annex in version.annexes.values().map(|salted| &salted.annex) {
        for partner in &annex.releasable_to {
            reasons.check(known_partner(partner), RefusalCode::UnknownReference, "", || {
                format!("Annex {} is releasable to {partner}, which is no partner.", annex.code)
            });
        }
    }
    for (index, point) in sections.decision_points.iter().enumerate() {
        reasons.check(
            known_task(&point.at),
            RefusalCode::UnknownReference,
            &format!("decisionPoints.{index}.at"),
            || format!("{} is due at {}, which the plan does not have.", point.code, point.at),
        );
        for partner in &point.deciders {
            reasons.check(
                known_partner(partner),
                RefusalCode::UnknownReference,
                &format!("decisionPoints.{index}.deciders"),
                || format!("{} names {partner}, which is no partner.", point.code),
            );
        }
    }
}

/// For a dependency on a task that there is not.
pub(super) fn explain_unknown(version: &Version, dependency: &Dependency) -> String {
    let Dependency { predecessor, .. } = dependency;
    let unknown = format!("Version {} has no task {predecessor}.", version.number);
    let meant = dependency.is_plain() && resembles_notation(predecessor);
    if meant { format!("{unknown} {NOTATION}.") } else { unknown }
}

pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
