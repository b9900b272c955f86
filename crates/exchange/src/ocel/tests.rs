use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn details(late_reason: &str) -> Details {
    Details {
        event_type: "TaskTimesCorrected".to_owned(),
        position: 7,
        recorded_at: "2023-10-09T06:10:00Z".parse().unwrap(),
        lag_seconds: 600,
        actor: "THA-02".to_owned(),
        command: "018a4e66-93e0-79b2-bba0-33e0bbd4fde9".to_owned(),
        corrects: Some(3),
        causes: vec![3],
        late_reason: Some(late_reason.to_owned()),
    }
}

fn event(id: &str, late_reason: &str) -> Event {
    let relation = Relation { object: "Task T16".to_owned(), qualifier: "task" };
    let at = "2023-10-09T06:00:00Z".parse().unwrap();
    let (id, kind) = (id.to_owned(), "TaskStarted".to_owned());
    Event { id, kind, at, details: details(late_reason), relations: vec![relation] }
}

fn task(title: &str) -> Object {
    let status = |since: &str, value: &str| Attribute {
        name: "status",
        since: Some(since.parse().unwrap()),
        value: value.to_owned(),
    };
    Object {
        id: "Task T16".to_owned(),
        kind: "Task".to_owned(),
        attributes: vec![
            Attribute { name: "title", since: None, value: title.to_owned() },
            status("2023-10-09T06:00:00Z", "IN_PROGRESS"),
            status("2023-10-09T09:00:00Z", "COMPLETED"),
        ],
        relations: vec![Relation { object: "Operation SAPHAN".to_owned(), qualifier: "part of" }],
    }
}

fn written(events: &[Event], objects: &[Object]) -> Value {
    serde_json::from_str(&write(events, objects).unwrap()).unwrap()
}

#[test]
fn types_are_declared_and_what_changes_has_its_times() {
    let file = written(&[event("event-7", "far")], &[task("Enter")]);
    assert_eq!(
        file["objectTypes"],
        json!([{ "name": "Task", "attributes": [
            { "name": "status", "type": "string" }, { "name": "title", "type": "string" },
        ] }])
    );
    assert_eq!(file["eventTypes"][0]["name"], "TaskStarted");
    let declared = file["eventTypes"][0]["attributes"].as_array().unwrap();
    let valued = file["events"][0]["attributes"].as_array().unwrap();
    assert_eq!(declared.len(), valued.len());
    assert!(declared.contains(&json!({ "name": "lag_seconds", "type": "integer" })), "{declared:?}");
    assert!(declared.contains(&json!({ "name": "recorded_at", "type": "time" })), "{declared:?}");
    assert!(valued.contains(&json!({ "name": "lag_seconds", "value": "600" })), "{valued:?}");
    assert_eq!(file["events"][0]["time"], "2023-10-09T06:00:00.000+00:00");
    assert_eq!(file["events"][0]["relationships"], json!([{ "objectId": "Task T16", "qualifier": "task" }]));
    assert_eq!(
        file["objects"][0]["attributes"],
        json!([
            { "name": "title", "time": "1970-01-01T00:00:00.000+00:00", "value": "Enter" },
            { "name": "status", "time": "2023-10-09T06:00:00.000+00:00", "value": "IN_PROGRESS" },
            { "name": "status", "time": "2023-10-09T09:00:00.000+00:00", "value": "COMPLETED" },
        ])
    );
}

proptest! {
    #[test]
    fn any_text_is_written_as_it_is(texts in prop::collection::vec(any::<String>(), 0..10)) {
        let events: Vec<_> = texts.iter().enumerate().map(|(index, text)| event(&format!("event-{index}"), text)).collect();
        let objects: Vec<_> = texts.iter().map(|text| task(text)).collect();
        prop_assert_eq!(write(&events, &objects).unwrap(), write(&events, &objects).unwrap());
        let file = written(&events, &objects);
        prop_assert_eq!(file["events"].as_array().unwrap().len(), texts.len());
        for ((event, object), text) in
            file["events"].as_array().unwrap().iter().zip(file["objects"].as_array().unwrap()).zip(&texts)
        {
            let reasons = event["attributes"].as_array().unwrap();
            let reason = reasons.iter().find(|attribute| attribute["name"] == "late_reason").unwrap();
            prop_assert_eq!(&reason["value"], &json!(text));
            prop_assert_eq!(&object["attributes"][0]["value"], &json!(text));
        }
    }
}
