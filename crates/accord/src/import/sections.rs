//! The plan's sections, tasks and annexes in the domain's types.

use super::{
    error::ImportError,
    fit::{fit, fit_all, partner_role, unfit},
};
use crate::scenario::{
    Revision,
    model::{
        Scenario,
        operation::Classification as Marking,
        plan::{self, Command, Gate},
        values::Decimal,
    },
};
use domain::{
    PartnerCode, PostCode, Span, TaskCode,
    plan::{
        Annex, ApprovalPolicy, Ccir, CommandRelationship, CommandRelationshipKind, DecisionPoint, Dependency,
        Intent, LineOfEffort, Objective, Phase, PlannedTask, Risk, Sections, TaskRevision, Terms, TimeWindow,
    },
    release::{Classification, HandlingCode},
};
use std::{collections::BTreeSet, fmt::Display, str::FromStr};

pub fn classification(from: Marking) -> Classification {
    match from {
        Marking::Unclassified => Classification::Unclassified,
        Marking::Restricted => Classification::Restricted,
        Marking::Confidential => Classification::Confidential,
        Marking::Secret => Classification::Secret,
    }
}

/// Everything but tasks and annexes, risks and the approval policy too.
pub fn sections(scenario: &Scenario) -> Result<Sections, ImportError> {
    let plan = &scenario.plan;
    let intent = &plan.intent;
    let window = &scenario.operation.hhour_window;
    let policy = &scenario.approvals.policy;
    Ok(Sections {
        situation: Some(fit("plan.situation", &plan.situation)?),
        mission: Some(fit("plan.mission", &plan.mission)?),
        commanders_intent: Some(Intent {
            purpose: fit("plan.commanders_intent", &intent.purpose)?,
            key_tasks: fit_all("plan.commanders_intent", &intent.key_tasks)?,
            end_state: fit("plan.commanders_intent", &intent.end_state)?,
        }),
        concept: Some(fit("plan.concept", &plan.concept)?),
        administration: None,
        command_and_signal: None,
        lines_of_effort: each(&plan.lines_of_effort, |line| {
            let place = "plan.lines_of_effort";
            Ok(LineOfEffort { code: fit(place, &line.id)?, name: fit(place, &line.name)? })
        })?,
        phases: each(&plan.phases, phase)?,
        objectives: each(&plan.objectives, objective)?,
        decision_points: each(&plan.decision_points, decision_point)?,
        ccir: each(&plan.ccir, ccir)?,
        go_no_go: fit_all("plan.go_no_go", &plan.go_no_go)?,
        command_relationships: each(&plan.command_relationships, relationship)?,
        risks: each(&plan.risks, risk)?,
        h_hour_window: Some(TimeWindow { from: window.from, to: window.to }),
        calendars: Vec::new(),
        approval_policy: ApprovalPolicy {
            required_roles: policy
                .required_roles
                .iter()
                .map(|required| partner_role("approvals.policy", *required))
                .collect::<Result<_, _>>()?,
            ..ApprovalPolicy::default()
        },
    })
}

fn each<F, T>(from: &[F], to: impl FnMut(&F) -> Result<T, ImportError>) -> Result<Vec<T>, ImportError> {
    from.iter().map(to).collect()
}

fn phase(phase: &plan::Phase) -> Result<Phase, ImportError> {
    let place = "plan.phases";
    let gate = phase.gate.map(|gate| match gate {
        Gate::GoNoGo => fit(place, "GO_NO_GO"),
    });
    Ok(Phase { code: fit(place, &phase.id)?, name: fit(place, &phase.name)?, gate: gate.transpose()? })
}

fn objective(objective: &plan::Objective) -> Result<Objective, ImportError> {
    let place = format!("plan.objectives {}", objective.id);
    let Decimal { digits, scale } = objective.target;
    let unit = 10_i64.checked_pow(scale).filter(|unit| digits % unit == 0);
    let Some(unit) = unit else {
        let text = format!("{digits}E-{scale}");
        return Err(unfit(&place, &text, "a target is a whole number"));
    };
    Ok(Objective {
        code: fit(&place, &objective.id)?,
        line_of_effort: fit(&place, &objective.line_of_effort)?,
        text: fit(&place, &objective.text)?,
        measure: fit(&place, &objective.measure)?,
        target: digits / unit,
    })
}

fn ccir(ccir: &plan::Ccir) -> Result<Ccir, ImportError> {
    let place = "plan.ccir";
    let priority = ccir.priority.map(|priority| fit(place, &priority.to_string()));
    Ok(Ccir {
        code: fit(place, &ccir.id)?,
        text: fit(place, &ccir.text)?,
        events: fit_all(place, &ccir.events)?,
        priority: priority.transpose()?,
        categories: fit_all(place, &ccir.categories)?,
    })
}

fn decision_point(point: &plan::DecisionPoint) -> Result<DecisionPoint, ImportError> {
    let place = format!("plan.decision_points {}", point.id);
    Ok(DecisionPoint {
        code: fit(&place, &point.id)?,
        at: fit(&place, &point.at)?,
        decision: fit(&place, &point.decision)?,
        deciders: fit_all(&place, &point.deciders)?,
        trigger: point.trigger.as_ref().map(|trigger| fit(&place, trigger)).transpose()?,
        ccir: fit_all(&place, &point.ccir)?,
    })
}

fn relationship(relationship: &plan::CommandRelationship) -> Result<CommandRelationship, ImportError> {
    let place = "plan.command_relationships";
    Ok(CommandRelationship {
        of: fit(place, &relationship.of)?,
        to: fit(place, &relationship.to)?,
        kind: match relationship.kind {
            Command::National => CommandRelationshipKind::NationalCommand,
            Command::Supporting => CommandRelationshipKind::Supporting,
            Command::Coordinating => CommandRelationshipKind::CoordinatingAuthority,
        },
    })
}

fn risk(risk: &plan::Risk) -> Result<Risk, ImportError> {
    let place = format!("plan.risks {}", risk.id);
    Ok(Risk {
        code: fit(&place, &risk.id)?,
        text: fit(&place, &risk.text)?,
        likelihood: risk.likelihood,
        impact: risk.impact,
        treatment: fit(&place, &risk.treatment)?,
        owner: Some(fit(&place, &risk.owner)?),
    })
}

/// The task, waiting for those of its predecessors that are in `present`.
pub fn task(task: &plan::Task, present: &BTreeSet<&str>) -> Result<PlannedTask, ImportError> {
    let place = format!("plan.tasks {}", task.id);
    let predecessors = task.predecessors.iter().filter(|before| present.contains(before.as_str()));
    let predecessors: Vec<TaskCode> = fit_all(&place, predecessors)?;
    Ok(PlannedTask {
        code: fit(&place, &task.id)?,
        title: fit(&place, &task.title)?,
        phase: fit(&place, &task.phase)?,
        line_of_effort: Some(fit(&place, &task.line_of_effort)?),
        lead: fit(&place, &task.lead)?,
        territory: fit(&place, &task.territory)?,
        post: Some(fit(&place, &task.post)?),
        start_offset: Span::hours(task.start.into()),
        duration: Span::hours(task.duration.into()),
        predecessors: predecessors.into_iter().map(Dependency::plain).collect(),
        terms: Terms::default(),
    })
}

/// All that `v1_differences` says about the task.
pub fn revision(scenario: &Scenario, task: &str) -> Result<TaskRevision, ImportError> {
    let place = format!("plan.v1_differences {task}");
    let mut revision = TaskRevision::default();
    for step in scenario.amendment() {
        let Revision::Revise { task: revised, to, .. } = step else { continue };
        if revised != task {
            continue;
        }
        replace(&mut revision.title, &place, to.title.as_ref())?;
        replace(&mut revision.phase, &place, to.phase.as_ref())?;
        replace_some(&mut revision.line_of_effort, &place, to.line_of_effort.as_ref())?;
        replace::<PartnerCode>(&mut revision.lead, &place, to.lead.as_ref())?;
        replace::<PartnerCode>(&mut revision.territory, &place, to.territory.as_ref())?;
        replace_some::<PostCode>(&mut revision.post, &place, to.post.as_ref())?;
        revision.start_offset = to.start.map(|hours| Span::hours(hours.into())).or(revision.start_offset);
        revision.duration = to.duration.map(|hours| Span::hours(hours.into())).or(revision.duration);
    }
    Ok(revision)
}

fn replace<T: FromStr<Err: Display>>(
    old: &mut Option<T>,
    place: &str,
    new: Option<&String>,
) -> Result<(), ImportError> {
    if let Some(text) = new {
        *old = Some(fit(place, text)?);
    }
    Ok(())
}

/// The same for what a task need not have.
#[expect(clippy::option_option, reason = "left out and taken away are two things")]
fn replace_some<T: FromStr<Err: Display>>(
    old: &mut Option<Option<T>>,
    place: &str,
    new: Option<&String>,
) -> Result<(), ImportError> {
    let mut set = None;
    replace(&mut set, place, new)?;
    *old = set.map(Some).or_else(|| old.take());
    Ok(())
}

/// An annex is as secret as its operation: the file says nothing else.
pub fn annex(scenario: &Scenario, annex: &plan::Annex) -> Result<Annex, ImportError> {
    let place = format!("plan.annexes {}", annex.id);
    Ok(Annex {
        code: fit(&place, &annex.id)?,
        title: fit(&place, &annex.title)?,
        text: None,
        classification: classification(scenario.operation.classification),
        releasable_to: fit_all(&place, &annex.release)?,
        handling: HandlingCode::default(),
    })
}
