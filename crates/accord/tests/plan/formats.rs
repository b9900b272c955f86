//! Plans out to Microsoft Project and to calendars, and in from the former.

use crate::Served;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::fs;

const NEW: [&str; 5] = ["--title", "Operation SAPHAN", "--lead", "THA", "--json"];

#[sqlx::test(migrations = false)]
async fn a_plan_that_went_out_as_xml_comes_in_elsewhere_as_it_was(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan(options).await;
    let export = |operation| ["export", "--operation", operation, "--format", "mspdi"];
    let out = served.done("THA-02", &export("SAPHAN")).await.out;
    assert!(
        out.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Project "),
        "{out}"
    );
    // H-hour, the phases and the tasks.
    assert_eq!(out.matches("<Task>").count(), 1 + 5 + 29);
    assert!(out.contains("<Name>H-hour</Name>") && out.contains("<Value>T29</Value>"), "{out}");
    let told =
        served.done("THA-02", &[&export("SAPHAN")[..], &["-o", "out.xml", "--json"]].concat()).await.json();
    assert_eq!((&told["tasks"], &told["version"]), (&json!(29), &json!(2)));
    assert_eq!(fs::read_to_string(served.path("out.xml")).unwrap(), out);

    let import = |file, operation| [&["import", file, "--new-operation", operation][..], &NEW].concat();
    let before = served.head();
    let checked =
        served.done("THA-02", &[&import("out.xml", "BRAVO")[..], &["--dry-run"]].concat()).await.json();
    assert_eq!((checked, served.head()), (json!({ "tasks": 29, "calendars": null, "dryRun": true }), before));
    let imported = served.done("THA-02", &import("out.xml", "BRAVO")).await.json();
    assert_eq!((&imported["tasks"], &imported["changed"]), (&json!(29), &json!(true)));
    let [csv, copied] =
        ["SAPHAN", "BRAVO"].map(|operation| ["export", "--operation", operation, "--format", "csv"]);
    assert_eq!(served.done("THA-02", &copied).await.out, served.done("THA-02", &csv).await.out);

    // BRAVO has no H-hour yet: its file is the same around another date.
    let bravo = served.done("THA-02", &export("BRAVO")).await.out;
    assert!(bravo.contains("<Name>H-hour (not set; dates are nominal)</Name>"), "{bravo}");
    assert_eq!(bravo.lines().count(), out.lines().count());
    fs::write(served.path("bravo"), &bravo).unwrap();
    // By its content, for its name does not say it.
    served.done("THA-02", &import("bravo", "CHARLIE")).await;
    assert_eq!(served.done("THA-02", &export("CHARLIE")).await.out, bravo);
    let same = served.done("THA-02", &["import", "bravo", "--operation", "CHARLIE"]).await.out;
    assert!(same.starts_with("Sent 29 tasks; version 1 of CHARLIE has them all as they are"), "{same}");
}

#[sqlx::test(migrations = false)]
async fn a_version_that_is_not_in_force_goes_out_with_its_own_times(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan(options).await;
    served.on_saphan("OpenAmendment", json!({ "reason": "Flood" })).await;
    let csv = "code,title,phase,lead,territory,duration,predecessors\nT90,Follow,P1,THA,THA,1h,T01FS+2h\n";
    fs::write(served.path("follow.csv"), csv).unwrap();
    served.done("THA-02", &["import", "follow.csv", "--operation", "SAPHAN"]).await;
    let export = ["export", "--operation", "SAPHAN", "--format", "mspdi"];
    let third = served.done("THA-02", &[&export[..], &["--version", "3"]].concat()).await.out;
    // T01 finishes 264 h before 9 October, 6:00 in Bangkok.
    let (_, follow) = third.split_once("<Name>Follow</Name>").unwrap();
    let start = follow.lines().find(|line| line.contains("<Start>")).unwrap().trim();
    assert_eq!(start, "<Start>2023-09-28T01:00:00</Start>");
    let [current, second] = [&export[..], &[&export[..], &["--version", "2"]].concat()].map(<[&str]>::to_vec);
    assert_eq!(served.done("THA-02", &second).await.out, served.done("THA-02", &current).await.out);
}

#[sqlx::test(migrations = false)]
async fn what_binds_tasks_and_groups_them_goes_out_and_comes_in(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan(options).await;
    let csv = "code,title,phase,lead,territory,post,offset,duration,predecessors,group,constraint,finish_no_later_than,\
               mutual_legal_assistance\n\
               T01,Ask for assistance,P1,THA,MMR,,PT6H,PT8H,,Letters,MUST_START_ON,PT20H,yes\n\
               T02,It is granted,P1,MMR,MMR,,,PT0H,T01FS+2h,Letters,,,\n\
               T03,Tell the posts,P1,THA,THA,THA-02,,PT1H,T02,,,,\n";
    fs::write(served.path("bound.csv"), csv).unwrap();
    let import = |file, operation| [&["import", file, "--new-operation", operation][..], &NEW].concat();
    served.done("THA-02", &import("bound.csv", "BRAVO")).await;
    let export = ["export", "--operation", "BRAVO", "--format", "mspdi"];
    let out = served.done("THA-02", &export).await.out;
    for there in [
        "<Name>Letters</Name>",
        "<ConstraintType>2</ConstraintType>\n      <ConstraintDate>2000-01-01T06:00:00</ConstraintDate>\n      \
         <Deadline>2000-01-01T20:00:00</Deadline>",
        // It waits for T01, as the schedule has it.
        "<Start>2000-01-01T16:00:00</Start>\n      <Finish>2000-01-01T16:00:00</Finish>\n      \
         <Duration>PT0H0M0S</Duration>",
    ] {
        assert!(out.contains(there), "{there} is not in {out}");
    }
    fs::write(served.path("bound.xml"), &out).unwrap();
    served.done("THA-02", &import("bound.xml", "CHARLIE")).await;
    assert_eq!(served.done("THA-02", &["export", "--operation", "CHARLIE"]).await.out, csv);
}

#[sqlx::test(migrations = false)]
async fn calendars_go_out_and_come_in_with_the_tasks(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan(options).await;
    let csv = "code,title,phase,lead,territory,post,duration,predecessors\n\
               T01,Ask,P1,MMR,MMR,,PT8H,\n\
               T02,Answer,P1,THA,THA,THA-02,PT8H,T01\n\
               T03,Tell,P1,THA,THA,,PT1H,T02\n";
    fs::write(served.path("plain.csv"), csv).unwrap();
    let import = |file, operation| [&["import", file, "--new-operation", operation][..], &NEW].concat();
    served.done("THA-02", &import("plain.csv", "BRAVO")).await;
    // In Yangon it is half past six when it is midnight in UTC.
    let office = json!({
        "code": "NPT", "name": "Naypyidaw & <harbour>", "timeZone": "Asia/Yangon", "rest": "PT8H", "partners": ["MMR"],
        "week": [
            { "day": "MONDAY", "from": "02:00", "to": "06:30" }, { "day": "MONDAY", "from": "06:30", "to": "12:00" },
            { "day": "SATURDAY", "from": "20:00", "to": "24:00" }, { "day": "SUNDAY", "from": "00:00", "to": "04:00" },
        ],
        "holidays": [
            { "name": "Thingyan", "from": "2024-04-13", "to": "2024-04-16" },
            { "name": "New Year", "from": "2024-04-17", "to": "2024-04-17" },
        ],
    });
    let watch = json!({
        "code": "WATCH", "name": "Night watch", "timeZone": "Asia/Bangkok", "posts": ["THA-02"],
        "week": [{ "day": "FRIDAY", "from": "00:00", "to": "24:00" }],
    });
    let query = "{ operation(code: \"BRAVO\") { id } }";
    let id = served.ask("THA-02", query, Value::Null).await["operation"]["id"].take();
    let input = json!({ "operation": id, "section": { "calendars": [office, watch] } });
    let query =
        "mutation ($input: RevisePlanSectionInput!) { revisePlanSection(input: $input) { __typename } }";
    let revised = served.ask("THA-02", query, json!({ "input": input })).await;
    assert_eq!(revised["revisePlanSection"]["__typename"], "RevisePlanSectionPayload");

    let export = |operation| ["export", "--operation", operation, "--format", "mspdi"];
    let out = served.done("THA-02", &export("BRAVO")).await.out;
    fs::write(served.path("out.xml"), &out).unwrap();
    served.done("THA-02", &import("out.xml", "CHARLIE")).await;
    assert_eq!(served.done("THA-02", &export("CHARLIE")).await.out, out);
    let shown = "{ bravo: operation(code: \"BRAVO\") { ...P } charlie: operation(code: \"CHARLIE\") { ...P } }
        fragment P on Operation { plan { calendars { code name timeZone week { day from to } holidays { name from to } rest
        partners { code } posts { code } } } }";
    let both = served.ask("THA-02", shown, Value::Null).await;
    assert_eq!(both["bravo"], both["charlie"]);
    assert_eq!(both["charlie"]["plan"]["calendars"][0]["week"][1]["from"], "06:30");
    let again = served.done("THA-02", &["import", "out.xml", "--operation", "BRAVO", "--json"]).await.json();
    assert_eq!(again["changed"], false);
    // A file that has none leaves them.
    let again =
        served.done("THA-02", &["import", "plain.csv", "--operation", "BRAVO", "--json"]).await.json();
    assert_eq!(again["changed"], false);

    // What the server refuses of a calendar is told with its line, and no task comes in without it.
    let wrong = out.replace("\"PT8H\"", "\"PT999H\"").replace("<Name>Ask<", "<Name>Beg<");
    fs::write(served.path("wrong.xml"), &wrong).unwrap();
    let ran = served.plan("THA-02", &["import", "wrong.xml", "--operation", "CHARLIE"]).await;
    let line = wrong.lines().position(|line| line.contains("<Name>NPT ")).unwrap() - 1;
    let told = format!("wrong.xml:{line}: Rest is at most 168 hours, and never negative. (INVALID_VALUE)\n");
    assert!(ran.code == 1 && ran.err.starts_with(&told), "{ran:#?}");
    assert_eq!(served.done("THA-02", &export("CHARLIE")).await.out, out);

    // One in which all were deleted takes them away, and how many come is said before and after.
    let kept = served.done("THA-02", &["import", "out.xml", "--operation", "CHARLIE", "--dry-run"]).await.out;
    assert_eq!(
        kept,
        "out.xml has no faults: 3 tasks and 2 calendars in place of the draft's would be sent.\n"
    );
    let deleted = out.replace("<Name>NPT ", "<Name>Mine ").replace("<Name>WATCH ", "<Name>Mine ");
    let unused = |line: &&str| !line.contains("<CalendarUID>") || line.contains("<CalendarUID>1<");
    let deleted: Vec<&str> = deleted.lines().filter(unused).collect();
    fs::write(served.path("deleted.xml"), deleted.join("\n")).unwrap();
    let import = ["import", "deleted.xml", "--operation", "CHARLIE"];
    let checked = served.done("THA-02", &[&import[..], &["--dry-run", "--json"]].concat()).await.json();
    assert_eq!(checked, json!({ "tasks": 3, "calendars": 0, "dryRun": true }));
    let told = served.done("THA-02", &import).await.out;
    let begin = "Imported 3 tasks and no calendars in place of the draft's into version 1 of CHARLIE, at ";
    assert!(told.starts_with(begin), "{told}");
    let gone = served.ask("THA-02", shown, Value::Null).await;
    assert_eq!((&gone["charlie"]["plan"]["calendars"], &gone["bravo"]), (&json!([]), &both["bravo"]));
    let told = served.done("THA-02", &["import", "out.xml", "--operation", "CHARLIE", "--json"]).await.json();
    assert_eq!((&told["calendars"], &told["changed"]), (&json!(2), &json!(true)));
    assert_eq!(served.done("THA-02", &export("CHARLIE")).await.out, out);
}

#[sqlx::test(migrations = false)]
async fn a_file_of_another_program_is_told_what_it_lacks(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan(options).await;
    let text = "<Project xmlns=\"http://schemas.microsoft.com/project\">\n<Tasks>\n\
                <Task><UID>1</UID><ID>1</ID><Name>Move</Name><Duration>PT8H0M0S</Duration>\n\
                <ConstraintType>4</ConstraintType><ConstraintDate>2023-10-15T06:00:00</ConstraintDate></Task>\n\
                </Tasks>\n</Project>\n";
    fs::write(served.path("other.xml"), text).unwrap();
    let import = [&["import", "other.xml", "--new-operation", "BRAVO"][..], &NEW[..4]].concat();
    let before = served.head();
    let ran = served.plan("THA-02", &import).await;
    assert_eq!((ran.code, ran.out.as_str(), served.head()), (1, "", before));
    assert_eq!(
        ran.err,
        "other.xml:3:1: Task: is in no phase: put it into a summary task, or say which phase such tasks are of\n\
         other.xml:3:1: Task: has no lead: give it the custom field `Accord lead`, or say which partner is meant\n\
         other.xml:3:1: Task: has no territory: give it the custom field `Accord territory`, or say which partner is meant\n\
         other.xml:4:35: ConstraintDate: cannot be counted from H-hour: add a milestone `H-hour` on the first level, or say \
         when H-hour is\n\
         accord: nothing was sent: other.xml has 4 faults. Mend it and try again\n"
    );
    let said = [
        &import[..],
        &[
            "--task-phase",
            "P1",
            "--task-lead",
            "THA",
            "--task-territory",
            "MMR",
            "--h-hour",
            "2023-10-15T12:00+07:00",
        ],
    ]
    .concat();
    served.done("THA-02", &said).await;
    let out = served.done("THA-02", &["export", "--operation", "BRAVO"]).await.out;
    assert!(out.ends_with("\nT1,Move,P1,THA,MMR,,PT1H,PT8H,\n"), "{out}");
    // What the server refuses is told with the line of its task.
    let other = text.replace("<ID>1<", "<ID>7<");
    fs::write(served.path("unknown.xml"), other).unwrap();
    let unknown = ["import", "unknown.xml", "--operation", "BRAVO"];
    let said = [&unknown[..], &said[said.len() - 8..], &["--task-lead", "XXX"]].concat();
    let ran = served.plan("THA-02", &said).await;
    assert_eq!(ran.code, 2, "an option twice: {ran:#?}");
    let said =
        [&unknown[..], &["--task-phase", "P1", "--task-lead", "XXX", "--task-territory", "MMR"]].concat();
    let ran = served.plan("THA-02", &[&said[..], &["--h-hour", "2023-10-15T12:00+07:00"]].concat()).await;
    assert!(ran.code == 1 && ran.err.contains("unknown.xml:3: "), "{ran:#?}");
}

#[sqlx::test(migrations = false)]
async fn a_plan_goes_out_as_a_calendar(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan(options).await;
    let export = ["export", "--operation", "SAPHAN", "--format", "ics"];
    let out = served.done("THA-02", &export).await.out;
    assert!(
        out.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && out.ends_with("END:VCALENDAR\r\n"),
        "{out}"
    );
    assert_eq!(out.matches("BEGIN:VEVENT\r\n").count(), 29);
    assert_eq!(out.matches("STATUS:CONFIRMED\r\n").count(), 29);
    assert!(out.contains("SUMMARY:T01 Open the centre and start the 24/7 watch\r\n"), "{out}");
    assert!(out.contains("DTSTART:20230926T230000Z\r\nDTEND:20230927T230000Z\r\n"), "{out}");

    let one = [&export[..], &["--post", "THA-02", "-o", "post.ics", "--json"]].concat();
    let told = served.done("THA-02", &one).await.json();
    let post = fs::read_to_string(served.path("post.ics")).unwrap();
    let tasks = post.matches("BEGIN:VEVENT\r\n").count();
    assert!(tasks > 0 && tasks < 29, "{post}");
    assert_eq!((&told["tasks"], &told["version"]), (&json!(tasks), &json!(2)));
    assert!(post.contains("SUMMARY:SAPHAN T01 Open the centre and start the 24/7 watch\r\n"), "{post}");
    let partner = served.done("THA-02", &[&export[..], &["--partner", "MMR"]].concat()).await.out;
    assert!(partner.contains("SUMMARY:SAPHAN T21 ") && !partner.contains("SAPHAN T01 "), "{partner}");

    for (more, why) in [
        (&["--version", "1"][..], "leave out --version"),
        (&["--as-of", "2023-09-12T00:00+07:00"][..], "H-hour is not set yet"),
    ] {
        let ran = served.plan("THA-02", &[&export[..], more].concat()).await;
        assert!(ran.code == 1 && ran.out.is_empty() && ran.err.contains(why), "{ran:#?}");
    }
    let csv = ["export", "--operation", "SAPHAN", "--post", "THA-02"];
    let ran = served.plan("THA-02", &csv).await;
    assert!(ran.code == 1 && ran.err.contains("--format ics"), "{ran:#?}");
}
