//! Version 1 of what tells of a revised task: what was left out stayed, and nothing could be taken away.

use crate::{
    Code, Event, OperationCode, PartnerCode, PhaseCode, PostCode, Span, TaskCode, Title,
    plan::{PlanEvent, TaskRevision},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct TaskRevised1 {
    operation: OperationCode,
    number: u32,
    task: TaskCode,
    revision: TaskRevision1,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskRevision1 {
    title: Option<Title>,
    phase: Option<PhaseCode>,
    line_of_effort: Option<Code>,
    lead: Option<PartnerCode>,
    territory: Option<PartnerCode>,
    post: Option<PostCode>,
    start_offset: Option<Span>,
    duration: Option<Span>,
}

pub(super) fn task_revised_1(payload: &[u8]) -> Result<Event, serde_json::Error> {
    let TaskRevised1 { operation, number, task, revision } = serde_json::from_slice(payload)?;
    let revision = TaskRevision {
        title: revision.title,
        phase: revision.phase,
        line_of_effort: revision.line_of_effort.map(Some),
        lead: revision.lead,
        territory: revision.territory,
        post: revision.post.map(Some),
        start_offset: revision.start_offset,
        duration: revision.duration,
    };
    Ok(Event::Plan(PlanEvent::TaskRevised { operation, number, task, revision }))
}

#[cfg(test)]
mod tests {
    use crate::{Event, codec::Encoded};

    #[test]
    fn what_version_1_left_out_stays_even_where_it_says_null() {
        for (old, new) in [
            (r#"{"lead":"MMR","post":"MMR-03"}"#, r#"{"lead":"MMR","post":"MMR-03"}"#),
            (r#"{"lineOfEffort":null,"post":null}"#, "{}"),
        ] {
            let payload = |revision| {
                format!(r#"{{"operation":"SAPHAN","number":2,"task":"T18","revision":{revision}}}"#)
            };
            let event = Event::decode("TaskRevised", 1, payload(old).as_bytes()).unwrap();
            let Encoded { version, payload: written, .. } = event.encode();
            assert_eq!((version, String::from_utf8(written).unwrap()), (2, payload(new)));
        }
    }
}
