//! Version 1 of what tells of dependencies: the code of a task that must finish before another starts.

use crate::{
    Code, Event, OperationCode, PartnerCode, PhaseCode, PostCode, Span, TaskCode, Title,
    plan::{Dependency, PlanEvent, PlannedTask, Terms},
};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct DependencyAdded1 {
    operation: OperationCode,
    number: u32,
    task: TaskCode,
    predecessor: TaskCode,
}

#[derive(Deserialize)]
struct TaskAddedToPlan1 {
    operation: OperationCode,
    number: u32,
    task: PlannedTask1,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlannedTask1 {
    code: TaskCode,
    title: Title,
    phase: PhaseCode,
    line_of_effort: Option<Code>,
    lead: PartnerCode,
    territory: PartnerCode,
    post: Option<PostCode>,
    start_offset: Span,
    duration: Span,
    #[serde(default)]
    predecessors: BTreeSet<TaskCode>,
}

pub(super) fn dependency_added_1(payload: &[u8]) -> Result<Event, serde_json::Error> {
    let DependencyAdded1 { operation, number, task, predecessor } = serde_json::from_slice(payload)?;
    let dependency = Dependency::plain(predecessor);
    Ok(Event::Plan(PlanEvent::DependencyAdded { operation, number, task, dependency }))
}

pub(super) fn task_added_to_plan_1(payload: &[u8]) -> Result<Event, serde_json::Error> {
    let TaskAddedToPlan1 { operation, number, task } = serde_json::from_slice(payload)?;
    let task = PlannedTask {
        code: task.code,
        title: task.title,
        phase: task.phase,
        line_of_effort: task.line_of_effort,
        lead: task.lead,
        territory: task.territory,
        post: task.post,
        start_offset: task.start_offset,
        duration: task.duration,
        predecessors: task.predecessors.into_iter().map(Dependency::plain).collect(),
        terms: Terms::default(),
    };
    Ok(Event::Plan(PlanEvent::TaskAddedToPlan { operation, number, task }))
}

#[cfg(test)]
mod tests {
    use crate::{
        Event,
        codec::{DecodeError, Encoded},
    };

    /// As an older build logged it, and as this build would.
    const SHAPES: [(&str, &str, &str); 3] = [
        (
            "DependencyAdded",
            r#"{"operation":"SAPHAN","number":2,"task":"T14","predecessor":"T13"}"#,
            concat!(
                r#"{"operation":"SAPHAN","number":2,"task":"T14","#,
                r#""dependency":{"predecessor":"T13","kind":"FINISH_TO_START","lag":"PT0H"}}"#
            ),
        ),
        (
            "TaskAddedToPlan",
            concat!(
                r#"{"operation":"SAPHAN","number":1,"task":{"code":"T16","title":"Secure Site A","phase":"P3","#,
                r#""lineOfEffort":"LOE2","lead":"MMR","territory":"MMR","post":"MMR-02","startOffset":"PT0H","#,
                r#""duration":"PT12H","predecessors":["T15","T15SS"]}}"#
            ),
            concat!(
                r#"{"operation":"SAPHAN","number":1,"task":{"code":"T16","title":"Secure Site A","phase":"P3","#,
                r#""lineOfEffort":"LOE2","lead":"MMR","territory":"MMR","post":"MMR-02","startOffset":"PT0H","#,
                r#""duration":"PT12H","predecessors":["#,
                r#"{"predecessor":"T15","kind":"FINISH_TO_START","lag":"PT0H"},"#,
                r#"{"predecessor":"T15SS","kind":"FINISH_TO_START","lag":"PT0H"}]}}"#
            ),
        ),
        (
            "TaskAddedToPlan",
            concat!(
                r#"{"operation":"SAPHAN","number":1,"task":{"code":"T01","title":"Secure Site A","phase":"P3","#,
                r#""lead":"MMR","territory":"MMR","startOffset":"-PT288H","duration":"PT1H30M","predecessors":[]}}"#
            ),
            concat!(
                r#"{"operation":"SAPHAN","number":1,"task":{"code":"T01","title":"Secure Site A","phase":"P3","#,
                r#""lead":"MMR","territory":"MMR","startOffset":"-PT288H","duration":"PT1H30M","predecessors":[]}}"#
            ),
        ),
    ];

    #[test]
    fn a_predecessor_of_version_1_is_a_finish_to_start_without_lag() {
        for (kind, old, new) in SHAPES {
            let event = Event::decode(kind, 1, old.as_bytes()).unwrap();
            let Encoded { kind: written, version, payload } = event.encode();
            assert_eq!((written, version, std::str::from_utf8(&payload).unwrap()), (kind, 2, new));
        }
    }

    #[test]
    fn each_version_has_its_own_shape_and_a_third_is_unknown() {
        for (kind, old, new) in &SHAPES[..2] {
            let decoded = |version, payload: &str| Event::decode(kind, version, payload.as_bytes());
            assert!(matches!(decoded(2, old), Err(DecodeError::Shape { version: 2, .. })), "{kind}");
            assert!(matches!(decoded(1, new), Err(DecodeError::Shape { version: 1, .. })), "{kind}");
            for unknown in [0, 3] {
                assert!(matches!(decoded(unknown, new), Err(DecodeError::Unknown { .. })), "{kind}");
            }
        }
    }
}
