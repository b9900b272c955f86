use crate::support::*;
use accord::{import::ImportError, scenario::model::timeline::GovernanceEvent};
use domain::{
    PostCode, RefusalCode,
    ids::{PlanVersionId, PlannedTaskId, PostId},
};
use read_model::{Page, operation::OperationFilter, plan::PlannedTaskRow};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::BTreeMap;

/// 1 declaration, 4 accessions, 8 steps of the expansion, 8 of the centre, 72 of posts, 6 of the operation,
/// 38 of the first draft, 1 submission and 3 decisions, 6 of the amendment, 1 submission and 4 decisions, 1
/// promulgation, 29 assignments, 1 condition satisfied, 1 order; 5 phases, 3 words on the gate, 1 decision, 2 of
/// a clash with another operation; 29 starts, 29 completions and 1 correction; the rules of the watch, 9 reports on an
/// incident and the officer of its response, 15 steps of requests; 40 steps of contributions; 10 of the watch; 6 counts of
/// persons; 5 outcomes; 4 SITREPs and the correction of one; 5 of a review and 7 findings, of which 5 are acted on and 2
/// done and validated, and 4 that adopt it.
const COMMANDS: usize = 254 + 26 + 40 + 10 + 6 + 5 + 5 + 5 + 7 + 9 + 4;
/// Submitting version 2 supersedes version 1, the order moves H-hour, and the last word is a go; each of the 59
/// that are said of tasks says when its officer was bound; two clocks fell due; all contributions but one are
/// fulfilled; closing frees the officer of the response, of whose start nothing is told; a gap of the watch began and
/// ended; 18 pieces of evidence are linked.
const EVENTS: i64 = 254 + 26 + 40 + 10 + 6 + 5 + 5 + 5 + 7 + 9 + 4 + 18 + 3 + 59 + 2 + 6 + 1 + 2;

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn all_of_saphan_that_there_are_commands_for_is_imported(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let mut told = Vec::new();
    let (scenario, entropy) = (saphan(), engine::Entropy::seeded(1));
    let summary =
        accord::import::run(&pool, &scenario, None, entropy, |done, of| told.push((done, of))).await.unwrap();
    assert_eq!((summary.commands, summary.position.0), (COMMANDS, EVENTS));
    assert_eq!(summary.stopped_at, at("2023-12-11T09:00:00+07:00"));
    assert_eq!(told, (0..=COMMANDS).map(|done| (done, COMMANDS)).collect::<Vec<_>>());
    assert_eq!(summary.left_for_later, Vec::<String>::new());
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
    let decisions = engine::check_decisions(&pool, |_, _| ()).await.unwrap();
    // Those of the clock are commands too.
    assert_eq!(decisions, engine::Decisions { checked: COMMANDS as u64 + 3, ..engine::Decisions::default() });
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn the_imported_operation_is_an_exercise_that_is_closed_and_whose_h_hour_was_shifted(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let history = History::of_saphan(&pool(options).await).await;
    let (model, pin) = (history.engine.read_model(), History::pin(history.summary.position, "LAO"));
    let coalition = model.coalition(pin.position).await.unwrap().unwrap();
    assert_eq!(coalition.exercise, Some(saphan().meta.title));
    let operation =
        model.operations(&pin, &OperationFilter::default(), &Page::first(9)).await.unwrap().remove(0);
    assert_eq!((&*operation.status, operation.in_force), ("CLOSED", Some(2)));
    assert_eq!(operation.h_hour, Some(at("2023-10-10T06:00:00+07:00").to_utc()));
    let centre = model.centres(&pin, &Page::first(9)).await.unwrap().remove(0);
    assert_eq!((&*centre.code, &*centre.status), ("CMCC", "ACTIVE"));
    let open: Vec<_> = centre.forward_posts.iter().map(|post| (post.code.as_str(), post.at)).collect();
    assert_eq!(open, [("FCP-MAESOT", at("2023-10-01T10:00:00+07:00"))]);
    let in_force = PlanVersionId::of(saphan_id(), 2);
    let tasks: Vec<_> =
        saphan().plan.tasks.iter().map(|task| PlannedTaskId::of(in_force, &good(&task.id)).0).collect();
    let assigned: BTreeMap<_, _> = model
        .assignments_of(&pin, &tasks)
        .await
        .unwrap()
        .into_iter()
        .map(|(_, row)| (row.task, row.post))
        .collect();
    let told: BTreeMap<_, _> = saphan().plan.tasks.into_iter().map(|task| (task.id, task.post)).collect();
    assert_eq!(assigned, told);
    for partner in ["INTERPOL", "KHM"] {
        let pin = History::pin(history.summary.position, partner);
        assert!(
            model.operations(&pin, &OperationFilter::default(), &Page::first(9)).await.unwrap().is_empty()
        );
    }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn what_was_known_of_h_hour_depends_on_when_it_is_asked(_: PgPoolOptions, options: PgConnectOptions) {
    let history = History::of_saphan(&pool(options).await).await;
    // `hhour` of the scenario's `as_of_checks`.
    for (known, h_hour) in [
        ("2023-10-06T17:00:00+07:00", "2023-10-09T06:00:00+07:00"),
        ("2023-10-07T00:00:00+07:00", "2023-10-10T06:00:00+07:00"),
    ] {
        let pin = History::pin(history.known_at(known).await, "THA");
        let operations = history.engine.read_model();
        let operations = operations.operations(&pin, &OperationFilter::default(), &Page::first(9)).await;
        assert_eq!(operations.unwrap()[0].h_hour, Some(at(h_hour).to_utc()), "as known at {known}");
    }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn partners_join_as_the_scenario_says(_: PgPoolOptions, options: PgConnectOptions) {
    let history = History::of_saphan(&pool(options).await).await;
    for (known, told) in [
        ("2023-09-26T00:00:00+07:00", "CHN ACCEDED, INTERPOL INVITED, LAO ACCEDED, MMR ACCEDED, THA ACCEDED"),
        (
            "2023-10-01T09:00:00+07:00",
            "CHN ACCEDED, INTERPOL OBSERVER, LAO ACCEDED, MMR ACCEDED, THA ACCEDED",
        ),
        (
            "2023-11-28T10:00:00+07:00",
            "CHN ACCEDED, INTERPOL OBSERVER, KHM ACCEDED, LAO ACCEDED, MMR ACCEDED, THA ACCEDED, UNODC INVITED, \
             VNM DEFERRED",
        ),
    ] {
        let pin = History::pin(history.known_at(known).await, "THA");
        let partners = history.engine.read_model().partners(&pin, &Page::first(20)).await.unwrap();
        let partners: Vec<_> = partners.iter().map(|row| format!("{} {}", row.code, row.status)).collect();
        assert_eq!(partners.join(", "), told, "as known at {known}");
    }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn each_event_is_recorded_when_the_scenario_says_and_by_whom(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let history = History::of_saphan(&pool(options).await).await;
    let events = history.engine.log().read(0, EVENTS, EVENTS).await.unwrap();
    let first_of = |kind: &str| {
        let event = events.iter().find(|event| event.kind == kind).unwrap();
        (event.actor.as_str(), event.occurred_at.to_rfc3339())
    };
    for (kind, actor, occurred) in [
        ("ExerciseDeclared", "service:import", "2023-08-16T17:00:00+07:00"),
        ("PostEstablished", "service:import", "2023-08-30T09:00:00+07:00"),
        ("PlanDrafted", "THA-02", "2023-09-01T14:00:00+07:00"),
        ("TaskAddedToPlan", "THA-02", "2023-09-01T14:01:00+07:00"),
        ("AnnexAttached", "THA-02", "2023-09-01T14:29:00+07:00"),
        ("CentreActivated", "THA-01", "2023-09-11T08:00:00+07:00"),
        ("PlanVersionSubmitted", "THA-02", "2023-09-12T09:00:00+07:00"),
        ("PlanVersionRejected", "MMR-01", "2023-09-15T10:30:00+06:30"),
        ("DependencyAdded", "THA-02", "2023-09-18T09:00:00+07:00"),
        ("TerritorialConsentGiven", "LAO-01", "2023-09-22T11:00:00+07:00"),
        ("PlanPromulgated", "THA-01", "2023-09-25T09:00:00+07:00"),
        ("OfficerAssigned", "THA-01", "2023-09-25T09:00:01+07:00"),
        ("HHourSet", "THA-01", "2023-09-25T09:30:00+07:00"),
        ("OperationActivated", "THA-01", "2023-09-27T05:55:00+07:00"),
        ("ObserverAdmitted", "service:import", "2023-09-28T10:00:00+07:00"),
        ("PhaseStarted", "THA-01", "2023-09-27T06:00:00+07:00"),
        ("TaskStarted", "THA-02", "2023-09-27T06:00:00+07:00"),
        ("TaskCompleted", "THA-02", "2023-09-28T05:30:00+07:00"),
        ("ForwardPostOpened", "THA-01", "2023-10-01T10:00:00+07:00"),
        ("DeconflictionConflictFound", "THA-02", "2023-10-05T15:00:00+07:00"),
        ("DeconflictionCleared", "THA-02", "2023-10-06T04:30:00+07:00"),
        ("ApprovalConditionSatisfied", "CHN-01", "2023-10-05T16:00:00+07:00"),
        ("FragmentaryOrderIssued", "THA-01", "2023-10-06T18:00:00+07:00"),
        ("HHourShifted", "THA-01", "2023-10-06T18:00:00+07:00"),
        ("GoNoGoStated", "THA-01", "2023-10-09T09:20:00+07:00"),
        ("GoNoGoDecided", "MMR-01", "2023-10-09T09:20:00+07:00"),
        ("DecisionRecorded", "THA-01", "2023-10-12T05:00:00+07:00"),
        ("SitrepIssued", "THA-03", "2023-10-10T12:00:00+07:00"),
        ("TaskTimesCorrected", "MMR-02", "2023-10-12T15:00:00+07:00"),
        ("SitrepCorrected", "THA-03", "2023-10-12T15:30:00+07:00"),
        // Pledged before there was anybody to say so.
        ("ContributionPledged", "THA-02", "2023-08-24T10:00:00+07:00"),
        ("PledgeAccepted", "THA-01", "2023-08-25T10:00:00+07:00"),
        ("FundsDisbursed", "CHN-01", "2023-09-26T10:00:00+08:00"),
        ("DeliveryRejected", "THA-01", "2023-09-29T10:00:00+08:00"),
        ("OperationClosed", "THA-01", "2023-12-11T09:00:00+07:00"),
        ("InvitationDeferred", "service:import", "2023-11-10T10:00:00+07:00"),
    ] {
        assert_eq!(first_of(kind), (actor, occurred.to_owned()), "{kind}");
    }
    assert!(events.is_sorted_by_key(|event| event.recorded_at));
    // Of what was given, what was said on one day is recorded minute by minute.
    let given = ["Contribution", "Pledge", "Allocat", "Funds", "InKind", "Delivery"];
    let late: Vec<_> = events
        .iter()
        .filter(|event| !given.iter().any(|word| event.kind.contains(word)))
        .filter(|event| event.recorded_at > event.occurred_at)
        .filter(|event| event.recorded_at - event.occurred_at.to_utc() != chrono::TimeDelta::minutes(10))
        .map(|event| (event.kind.as_str(), event.recorded_at, event.occurred_at.to_rfc3339()))
        .collect();
    let mmr = at("2023-09-09T10:15:00+07:00").to_utc();
    let c1 = at("2023-10-06T10:00:00+07:00").to_utc();
    let t17 = at("2023-10-10T11:30:00+07:00").to_utc();
    let t21 = at("2023-10-11T06:20:00+07:00").to_utc();
    let expected = [
        ("OfficerTookPost", mmr, "2023-09-08T09:00:00+06:30".to_owned()),
        ("ApprovalConditionSatisfied", c1, "2023-10-05T16:00:00+07:00".to_owned()),
        ("TaskStarted", t17, "2023-10-10T07:30:00+07:00".to_owned()),
        ("AssignmentUnderWay", t17, "2023-10-10T07:30:00+07:00".to_owned()),
        ("TaskCompleted", t21, "2023-10-11T06:00:00+07:00".to_owned()),
        ("AssignmentRetimed", t21, "2023-10-11T06:00:00+07:00".to_owned()),
    ];
    let matters = [
        ("PersonsReceived", "2023-10-11T10:00:00+07:00", "2023-10-11T09:30:00+07:00"),
        ("IncidentReported", "2023-10-11T22:44:00+07:00", "2023-10-11T22:40:00+07:00"),
        ("ResponseDecided", "2023-10-11T23:33:00+07:00", "2023-10-11T23:31:00+07:00"),
        ("OfficerAssigned", "2023-10-11T23:33:00+07:00", "2023-10-11T23:31:00+07:00"),
        ("ResponderDispatched", "2023-10-11T23:41:00+07:00", "2023-10-11T23:40:00+07:00"),
        ("ResponderDispatched", "2023-10-11T23:55:00+07:00", "2023-10-11T23:20:00+06:30"),
        // Told by the clock, once the moment was past.
        ("IncidentDeadlineMissed", "2023-10-12T01:40:01+07:00", "2023-10-11T18:40:00+00:00"),
        ("ResponderArrived", "2023-10-12T01:42:00+07:00", "2023-10-12T01:40:00+07:00"),
        ("IncidentContained", "2023-10-12T02:15:00+07:00", "2023-10-12T02:10:00+07:00"),
        ("PersonsReceived", "2023-10-12T04:50:00+07:00", "2023-10-12T04:30:00+07:00"),
        ("ResponderArrived", "2023-10-12T05:30:00+07:00", "2023-10-12T00:55:00+06:30"),
        ("AssistanceFigureCorrected", "2023-10-12T15:00:00+07:00", "2023-10-11T09:30:00+07:00"),
        ("WatchGapDetected", "2023-10-14T18:00:01+07:00", "2023-10-14T18:00:00+07:00"),
        ("RequestDeadlineMissed", "2023-10-27T09:00:01+07:00", "2023-10-27T02:00:00+00:00"),
    ];
    let matters =
        matters.map(|(kind, recorded, occurred)| (kind, at(recorded).to_utc(), occurred.to_owned()));
    let expected: Vec<_> = expected.into_iter().chain(matters).collect();
    assert_eq!(late, expected);
}

/// Each field in which a task differs, as `T18 lead: CHN -> MMR`.
fn differences(v1: &BTreeMap<String, PlannedTaskRow>, v2: &BTreeMap<String, PlannedTaskRow>) -> Vec<String> {
    let mut found = Vec::new();
    for (code, new) in v2 {
        let Some(old) = v1.get(code) else {
            found.push(format!("{code} is new"));
            continue;
        };
        let (old, new) = (serde_json::to_value(old).unwrap(), serde_json::to_value(new).unwrap());
        for (field, old) in old.as_object().unwrap() {
            let own = ["id", "version", "version_id"].contains(&field.as_str());
            if !own && *old != new[field] {
                found.push(format!("{code} {field}: {old} -> {}", new[field]));
            }
        }
    }
    found.extend(v1.keys().filter(|code| !v2.contains_key(*code)).map(|code| format!("{code} is gone")));
    found
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn the_two_versions_differ_exactly_as_the_scenario_says(_: PgPoolOptions, options: PgConnectOptions) {
    let history = History::of_saphan(&pool(options).await).await;
    let (v1, v2) = (history.newest_tasks(1).await, history.newest_tasks(2).await);
    assert_eq!((v1.len(), v2.len()), (28, 29));
    assert_eq!(
        differences(&v1, &v2),
        [
            "T13 is new",
            r#"T14 dependencies: ["T09","T11","T12"] -> ["T09","T11","T12","T13"]"#,
            r#"T14 predecessors: ["T09","T11","T12"] -> ["T09","T11","T12","T13"]"#,
            r#"T18 lead: "CHN" -> "MMR""#,
            r#"T18 post: "CHN-03" -> "MMR-03""#,
            r#"T21 title: "Hand over recovered persons at the sites to a joint escort" -> "Escort recovered persons to Friendship Bridge No. 2""#,
            r#"T23 dependencies: ["T22"] -> ["T13","T22"]"#,
            r#"T23 predecessors: ["T22"] -> ["T13","T22"]"#,
        ]
    );
    let (one, two) = (history.newest_version(1).await, history.newest_version(2).await);
    assert_eq!(one.sections, two.sections);
    assert_eq!((&*one.status, &*two.status), ("SUPERSEDED", "PROMULGATED"));
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn tasks_may_stand_before_those_that_they_wait_for(_: PgPoolOptions, options: PgConnectOptions) {
    let mut scenario = saphan();
    scenario.plan.tasks.reverse();
    let history = History::of(&pool(options).await, &scenario).await;
    for number in [1, 2] {
        let told = scenario.plan(number).unwrap().tasks;
        let told: BTreeMap<_, _> = told.into_iter().map(|task| (task.id, task.predecessors)).collect();
        let planned = history.newest_tasks(number).await;
        let planned: BTreeMap<_, _> =
            planned.into_iter().map(|(code, row)| (code, row.predecessors)).collect();
        assert_eq!(planned, told);
    }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn first_submission_to_promulgation_takes_312_hours(_: PgPoolOptions, options: PgConnectOptions) {
    let history = History::of_saphan(&pool(options).await).await;
    let submitted = history.newest_version(1).await.submitted_at.unwrap();
    let promulgated = history.newest_version(2).await.promulgated_at.unwrap();
    assert_eq!((promulgated - submitted).num_minutes(), 312 * 60);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn decisions_and_missing_approvals_are_known_at_each_date(_: PgPoolOptions, options: PgConnectOptions) {
    let history = History::of_saphan(&pool(options).await).await;
    for (time, version, decided, missing) in [
        (
            "2023-09-13T13:59:00+07:00",
            1,
            "",
            "approval of CHN, approval of MMR, approval of THA, consent of LAO",
        ),
        ("2023-09-13T14:00:00+07:00", 1, "THA APPROVED", "approval of CHN, approval of MMR, consent of LAO"),
        (
            "2023-09-14T11:00:00+08:00",
            1,
            "THA APPROVED, CHN APPROVED_WITH_CONDITIONS",
            "approval of MMR, consent of LAO",
        ),
        (
            "2023-09-15T10:30:00+06:30",
            1,
            "THA APPROVED, CHN APPROVED_WITH_CONDITIONS, MMR REJECTED",
            "MMR has rejected, consent of LAO",
        ),
        (
            "2023-09-19T09:00:00+07:00",
            2,
            "",
            "approval of CHN, approval of MMR, approval of THA, consent of LAO",
        ),
        ("2023-09-20T10:00:00+07:00", 2, "THA APPROVED", "approval of CHN, approval of MMR, consent of LAO"),
        ("2023-09-21T09:30:00+06:30", 2, "THA APPROVED, MMR APPROVED", "approval of CHN, consent of LAO"),
        (
            "2023-09-21T16:00:00+08:00",
            2,
            "THA APPROVED, MMR APPROVED, CHN APPROVED_WITH_CONDITIONS",
            "consent of LAO",
        ),
        (
            "2023-09-22T11:00:00+07:00",
            2,
            "THA APPROVED, MMR APPROVED, CHN APPROVED_WITH_CONDITIONS, LAO TERRITORIAL_CONSENT",
            "",
        ),
    ] {
        assert_eq!(history.decisions(time, version).await.join(", "), decided, "{time}");
        assert_eq!(history.missing(time, version).await.join(", "), missing, "{time}");
    }
    let pin = History::pin(history.summary.position, "CHN");
    let decisions =
        history.engine.read_model().decisions_of(&pin, &[version_id(1), version_id(2)]).await.unwrap();
    assert!(decisions.iter().all(|decision| decision.seen_at == decision.position - 1), "{decisions:?}");
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn whether_a_liaison_officer_was_in_post_depends_on_when_it_is_asked(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let history = History::of_saphan(&pool(options).await).await;
    let valid = at("2023-09-08T12:00:00+07:00");
    for (known, in_post) in [("2023-09-08T12:00:00+07:00", false), ("2023-09-10T00:00:00+07:00", true)] {
        let pin = History::pin(history.known_at(known).await, "THA");
        let post = PostId::of(&good::<PostCode>("MMR-01")).0;
        let tenures = history.engine.read_model().tenures_of(&pin, &[post]).await.unwrap();
        let held = tenures
            .iter()
            .any(|tenure| tenure.taken_at <= valid && tenure.relieved_at.is_none_or(|end| valid < end));
        assert_eq!(held, in_post, "as known at {known}");
    }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_log_that_holds_anything_is_refused_and_stays_as_it_is(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options).await;
    let first = import(&pool, &saphan(), Some("2023-08-16T17:02:00+07:00")).await.unwrap();
    assert_eq!((first.commands, first.position.0), (4, 4));
    let again = import(&pool, &saphan(), None).await.unwrap_err();
    assert!(matches!(again, ImportError::NotEmpty { position } if position == first.position), "{again}");
    assert_eq!(event_log::Log::new(pool).head().await.unwrap().position, 4);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn an_import_stops_at_the_time_that_it_is_given(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let summary = import(&pool, &saphan(), Some("2023-09-15T16:00:00+07:00")).await.unwrap();
    assert_eq!(summary.stopped_at, at("2023-09-15T16:00:00+07:00"));
    let log = event_log::Log::new(pool.clone());
    let last = log.read(summary.position.0 - 1, summary.position.0, 1).await.unwrap().remove(0);
    assert_eq!(
        (last.kind.as_str(), last.recorded_at),
        ("AmendmentOpened", at("2023-09-15T15:00:00+07:00").to_utc())
    );
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_history_that_stops_before_it_begins_is_a_declared_exercise(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let summary = import(&pool(options).await, &saphan(), Some("2023-08-01T00:00:00+07:00")).await.unwrap();
    assert_eq!((summary.commands, summary.position.0), (1, 1));
    assert_eq!(summary.stopped_at, at("2023-08-01T00:00:00+07:00"));
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_refused_step_is_told_with_its_time_and_every_reason(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let mut scenario = saphan();
    for post in scenario.posts.iter_mut().filter(|post| ["MMR-01", "LAO-01"].contains(&post.id.as_str())) {
        post.recorded = Some(at("2023-09-11T08:01:00+07:00"));
    }
    let error = import(&pool, &scenario, None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "CentreActivated at 2023-09-11T08:00:00+07:00 was refused: LAO has no liaison officer in post. \
         (LIAISON_NOT_IN_POST) MMR has no liaison officer in post. (LIAISON_NOT_IN_POST)"
    );
    let ImportError::Refused { reasons, .. } = error else { panic!("{error}") };
    assert!(reasons.iter().all(|reason| reason.code == RefusalCode::LiaisonNotInPost));
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_start_that_was_recorded_before_the_end_it_waits_for_stops_the_import(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut scenario = saphan();
    let t07 = scenario.actuals.iter_mut().find(|actual| actual.id == "T07").unwrap();
    t07.end_recorded = Some(at("2023-10-02T06:11:00+07:00"));
    let error = import(&pool(options).await, &scenario, None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "StartTask T08 at 2023-10-02T06:10:00+07:00 was refused: T08 waits for T07: T07 has not been completed. \
         (PREDECESSOR_INCOMPLETE)"
    );
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn whoever_says_go_accepts_the_risk_of_what_is_not_met(_: PgPoolOptions, options: PgConnectOptions) {
    let mut scenario = saphan();
    let mut told = scenario.timeline.iter_mut().filter_map(|entry| match &mut entry.event {
        GovernanceEvent::GoNoGoDecided { not_met, .. } => Some(not_met),
        _ => None,
    });
    told.next().unwrap().push("rehearsal_complete".to_owned());
    let history = History::of(&pool(options).await, &scenario).await;
    let log = history.engine.log();
    let events = log.read(0, history.summary.position.0, 1_000).await.unwrap();
    let words: Vec<serde_json::Value> = events
        .iter()
        .filter(|event| event.kind == "GoNoGoStated")
        .map(|event| serde_json::from_slice(&event.payload).unwrap())
        .collect();
    assert_eq!(words.len(), 3);
    for word in words {
        assert_eq!(word["acceptedRisks"], serde_json::json!(["rehearsal_complete"]), "{word}");
        let criteria = word["criteria"].as_array().unwrap().iter();
        let unmet: Vec<_> = criteria.filter(|criterion| criterion["met"] == false).collect();
        assert_eq!(unmet, [&serde_json::json!({ "criterion": "rehearsal_complete", "met": false })]);
    }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_forward_post_whose_task_was_not_carried_out_is_left_and_named(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut scenario = saphan();
    scenario.actuals.retain(|actual| actual.id != "T06");
    let summary = import(&pool(options).await, &scenario, None).await.unwrap();
    assert_eq!(summary.commands, COMMANDS - 3);
    let left = "centre: forward posts, opened by tasks that were not carried out: 1".to_owned();
    assert!(summary.left_for_later.contains(&left), "{:?}", summary.left_for_later);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_text_that_the_domain_does_not_take_is_found_before_anything_is_run(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options).await;
    let mut scenario = saphan();
    scenario.plan.tasks[27].title = "x".repeat(201);
    let error = import(&pool, &scenario, None).await.unwrap_err().to_string();
    assert!(error.ends_with("in plan.tasks T28: is longer than 200 characters"), "{error}");
    assert_eq!(event_log::Log::new(pool).head().await.unwrap().position, 0);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn each_sitrep_stays_as_it_was_issued_and_its_correction_names_what_differs(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let history = History::of_saphan(&pool(options).await).await;
    let (model, ids) = (history.engine.read_model(), [saphan_id().0]);
    let last = History::pin(history.summary.position, "LAO");
    let sitreps = model.sitreps_of(&last, &ids, &Page::first(9)).await.unwrap();
    let told: Vec<_> = sitreps.iter().map(|row| (row.code.as_str(), row.until, row.is_final)).collect();
    let third = at("2023-10-12T12:00:00+07:00").to_utc();
    assert_eq!(
        told,
        [
            ("SITREP-01", at("2023-10-10T12:00:00+07:00").to_utc(), false),
            ("SITREP-02", at("2023-10-11T12:00:00+07:00").to_utc(), false),
            ("SITREP-03", third, false),
            ("SITREP-03-C1", third, false),
            ("SITREP-04", at("2023-11-01T05:00:00+07:00").to_utc(), true),
        ]
    );
    for row in &sitreps {
        let then = History::pin(domain::Position(row.position), "LAO");
        let as_issued = model.sitreps_by_id(&then, &[row.id]).await.unwrap().remove(0);
        assert_eq!(as_issued.figures, row.figures, "{}", row.code);
        assert_eq!((as_issued.corrected_by, row.actor.as_str()), (None, "THA-03"), "{}", row.code);
    }
    let codes = |row: usize| {
        let figures = &sitreps[row].figures;
        let join = |codes: &std::collections::BTreeSet<domain::TaskCode>| {
            codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        (join(&figures.started), join(&figures.ended))
    };
    assert_eq!(codes(1), ("T18 T21 T22".to_owned(), "T16 T17 T19 T20 T21".to_owned()));
    assert_eq!(sitreps[2].corrected_by.as_deref(), Some("SITREP-03-C1"));
    let difference = domain::sitrep::Difference {
        figure: "persons.THA.RECEIVED".to_owned(),
        was: Some("118".to_owned()),
        is: Some("116".to_owned()),
    };
    assert_eq!(sitreps[3].differences.0, [difference]);
}
