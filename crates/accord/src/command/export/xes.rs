//! Events as traces: what a case is, and what an activity.

use super::{
    history::{Event, History},
    objects::{Kind, Object, about, title},
    standing::of_work,
};
use domain::OperationCode;
use exchange::xes::{self, Trace, Transition};
use std::collections::{BTreeMap, BTreeSet};

/// What the work on a task is called in the task's own trace, so that traces of tasks compare.
const WORK: &str = "Carry out";

/// `kinds` are those of cases; none of them: all.
pub fn write(operation: &OperationCode, history: &History, kinds: &[Kind]) -> String {
    let mut titles = BTreeMap::new();
    for (object, told) in history.said.iter().filter_map(title) {
        titles.insert(object, told);
    }
    let whole = Object { kind: Kind::Operation, code: operation.to_string() };
    let is_case = |kind: Kind| {
        let can_be = !matches!(kind, Kind::Post | Kind::Partner);
        can_be && (kinds.is_empty() || kinds.contains(&kind))
    };
    let mut traces = BTreeMap::<Object, Vec<xes::Event>>::new();
    let mut begun = BTreeSet::new();
    for event in &history.events {
        let about: BTreeSet<Object> = about(event).into_iter().map(|(object, _)| object).collect();
        let parts = about.iter().filter(|object| object.kind != Kind::Operation && is_case(object.kind));
        let mut cases: Vec<&Object> = parts.collect();
        // What is about nothing else is about the operation as a whole.
        if cases.is_empty() && is_case(Kind::Operation) {
            cases.push(&whole);
        }
        let task = about.iter().find(|object| object.kind == Kind::Task);
        let transition = transition(event, task, &mut begun);
        for case in cases {
            let activity = match (transition, task) {
                (Some(_), Some(task)) if task == case => WORK.to_owned(),
                (Some(_), Some(task)) => match titles.get(task) {
                    Some(title) => format!("{} {title}", task.code),
                    None => task.code.clone(),
                },
                _ => event.kind.clone(),
            };
            let written = written(event, activity, transition.unwrap_or(Transition::Complete));
            traces.entry(case.clone()).or_default().push(written);
        }
    }
    let traces: Vec<Trace> = traces
        .into_iter()
        .map(|(case, events)| Trace {
            name: case.to_string(),
            kind: case.kind.to_string(),
            title: titles.get(&case).cloned(),
            code: case.code,
            events,
        })
        .collect();
    xes::write(operation.as_str(), &traces)
}

/// Of a step of the work on the task; what is cancelled before it began was given up otherwise than what goes on.
fn transition(event: &Event, task: Option<&Object>, begun: &mut BTreeSet<Object>) -> Option<Transition> {
    let (transition, task) = (of_work(&event.kind)?, task?);
    if transition == Transition::Start {
        begun.insert(task.clone());
    }
    Some(match transition {
        Transition::AteAbort if !begun.contains(task) => Transition::PiAbort,
        other => other,
    })
}

fn written(event: &Event, activity: String, transition: Transition) -> xes::Event {
    xes::Event {
        activity,
        transition,
        at: event.at,
        id: event.id.clone(),
        resource: event.details.actor.clone(),
        group: event.partner().map(|partner| partner.code.clone()),
        details: event.details.clone(),
    }
}
