use super::{
    model::{
        contribution::Terms,
        expected::Answer,
        plan::{Decision, Task, TaskPatch},
        timeline::TimelineEntry,
        values::Instant,
    },
    *,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

const SAPHAN: &str = include_str!("../../../../scenario/saphan.yaml");
const HALYARD: &str = include_str!("../../../../scenario/halyard.yaml");
const FORMAT: &str = include_str!("../../../../scenario/FORMAT.md");

fn saphan() -> Scenario {
    read(SAPHAN).unwrap_or_else(|faults| panic!("{}", shown(&faults)))
}

fn shown(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// SAPHAN with each `from`, which it has exactly once, replaced.
fn edited(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(SAPHAN.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` is to occur once");
        text.replace(from, to)
    })
}

fn faults(edits: &[(&str, &str)]) -> Vec<Fault> {
    read(&edited(edits)).expect_err(&format!("no fault after {edits:?}"))
}

/// Each line of `cases` is an edit of SAPHAN (`from | to`) and the only fault that it makes: a text on the
/// fault's line, its path, part of its message.
fn each_is_found(cases: &str) {
    let mut wrong = Vec::new();
    for case in cases.lines().filter(|case| !case.trim().is_empty()) {
        let [from, to, near, path, message] = case.split('|').map(str::trim).collect::<Vec<_>>()[..] else {
            panic!("five parts: {case}")
        };
        let (found, text) = (faults(&[(from, to)]), edited(&[(from, to)]));
        let line = text.lines().position(|line| line.contains(near)).unwrap() + 1;
        let hit = |only: &Fault| only.line == line && only.path == path && only.message.contains(message);
        if !matches!(&found[..], [only] if hit(only)) {
            wrong.push(format!("{case}\nexpected line {line}, found\n{}", shown(&found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn saphan_reads_with_everything_that_is_in_it() {
    let saphan = saphan();
    let plan = &saphan.plan;
    assert_eq!(
        (saphan.partners.len(), saphan.posts.len(), plan.tasks.len(), plan.phases.len()),
        (8, 18, 29, 5)
    );
    assert_eq!(
        (plan.lines_of_effort.len(), plan.objectives.len(), plan.annexes.len(), plan.risks.len()),
        (4, 5, 9, 6)
    );
    assert_eq!((plan.decision_points.len(), plan.ccir.len(), plan.go_no_go.len()), (3, 3, 6));
    assert_eq!((saphan.approvals.log.len(), saphan.actuals.len(), saphan.timeline.len()), (7, 29, 47));
    assert_eq!(
        (saphan.refusals.len(), saphan.as_of_checks.len(), saphan.metrics_expected.len()),
        (15, 14, 18)
    );
    assert_eq!(
        (saphan.requests.len(), saphan.sitreps.len(), saphan.expansion.len(), saphan.origin.len()),
        (5, 5, 8, 4)
    );
    assert_eq!(saphan.incident.as_ref().map(|incident| incident.log.len()), Some(9));
    assert_eq!(saphan.review.as_ref().map(|review| review.findings.len()), Some(7));
    assert_eq!(saphan.contributions.as_ref().map(|contributions| contributions.items.len()), Some(7));
}

#[test]
fn values_keep_their_types_units_and_offsets() {
    let saphan = saphan();
    let lao = saphan.approvals.log.last().unwrap();
    assert_eq!(lao.decision, Decision::TerritorialConsent { tasks: vec!["T27".to_owned()] });
    let mmr = saphan.posts.iter().find(|post| post.id == "MMR-01").unwrap();
    assert_eq!(mmr.since.to_rfc3339(), "2023-09-08T09:00:00+06:30");
    let t24 = saphan.plan.tasks.iter().find(|task| task.id == "T24").unwrap();
    assert_eq!((t24.start, t24.duration), (120, 264));
    assert_eq!(saphan.as_of_checks[2].answer, Answer::Count(101));
    assert_eq!(saphan.as_of_checks[8].answer, Answer::At(at("2023-10-11T06:00:00+07:00")));
    let contributions = saphan.contributions.unwrap();
    let rate = contributions.fx.rates["LAK"];
    assert_eq!((rate.digits, rate.scale), (18, 4));
    assert!(matches!(&contributions.items[1].terms, Terms::Cash { value, .. } if value.amount == 2_000_000));
}

#[test]
fn a_command_in_words_may_have_an_unquoted_comma() {
    let command = "AssignOfficer THA-05 to ET-01 (emergent task, 2023-10-11T23:33+07:00 for 3 h)";
    assert_eq!(saphan().refusals[6].command.0, command);
}

#[test]
fn version_1_is_version_2_less_the_differences() {
    let saphan = saphan();
    let (v1, v2) = (saphan.plan(1).unwrap().tasks, saphan.plan(2).unwrap().tasks);
    assert_eq!((v1.len(), v2.len(), saphan.plan(0), saphan.plan(3)), (28, 29, None, None));
    let find = |tasks: &[Task], id: &str| tasks.iter().find(|task| task.id == id).cloned();
    let changed: Vec<&str> =
        v2.iter().filter(|task| find(&v1, &task.id).as_ref() != Some(task)).map(|task| &*task.id).collect();
    assert_eq!(changed, ["T13", "T14", "T18", "T21", "T23"]);
    let t18 = find(&v1, "T18").unwrap();
    assert_eq!((&*t18.lead, &*t18.post, t18.start), ("CHN", "CHN-03", 12));
    assert_eq!(find(&v1, "T21").unwrap().title, "Hand over recovered persons at the sites to a joint escort");
    assert_eq!(find(&v1, "T14").unwrap().predecessors, ["T09", "T11", "T12"]);
    assert_eq!(find(&v1, "T23").unwrap().predecessors, ["T22"]);
}

#[test]
fn the_amendment_is_two_revisions_a_task_and_two_dependencies() {
    let saphan = saphan();
    let steps = saphan.amendment();
    let [
        Revision::Revise { task: "T18", to: lead_and_post, .. },
        Revision::Revise { task: "T21", to: title, .. },
        Revision::Add { task: t13, .. },
        Revision::AddDependency { predecessor: "T13", successor: "T14", .. },
        Revision::AddDependency { predecessor: "T13", successor: "T23", .. },
    ] = &steps[..]
    else {
        panic!("{steps:?}")
    };
    let (mmr, post) = (Some("MMR".to_owned()), Some("MMR-03".to_owned()));
    assert_eq!(**lead_and_post, TaskPatch { lead: mmr, post, ..TaskPatch::default() });
    assert!(title.title.is_some() && t13.predecessors == ["T05", "T08"]);
}

#[test]
fn posts_of_the_action_phase_are_nominated_14_days_ahead_and_the_others_together() {
    let saphan = saphan();
    let late: Vec<&str> = saphan
        .posts
        .iter()
        .filter(|post| saphan.appointment(post).nominated != at("2023-08-30T09:00:00+07:00"))
        .map(|post| &*post.id)
        .collect();
    assert_eq!(late, ["THA-09", "CHN-04"]);
    let mmr = saphan.appointment(&saphan.posts[13]);
    assert_eq!(mmr.accepted, at("2023-08-31T09:00:00+07:00"));
    assert_eq!(mmr.recorded, at("2023-09-09T10:15:00+07:00"));
    let review = saphan.appointment(&saphan.posts[8]);
    assert_eq!(
        (review.nominated, review.recorded),
        (at("2023-10-18T08:30:00+07:00"), at("2023-11-01T08:40:00+07:00"))
    );
}

#[test]
fn moments_are_in_recorded_order_and_phases_start_first() {
    let saphan = saphan();
    let moments = saphan.moments();
    assert_eq!(moments.len(), 4 * 18 + 8 + 46 + 2 * 29 + 1 + 9 + 15 + 10 + 6 + 5);
    assert!(moments.is_sorted_by_key(|moment| moment.recorded));
    let review = moments.iter().filter(|moment| moment.recorded == at("2023-11-24T08:00:00+07:00"));
    let names: Vec<&str> = review
        .filter_map(|moment| match moment.what {
            Happening::Timeline(TimelineEntry { event, .. }) => Some(event.name()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["PhaseStarted", "ReviewOpened"]);
    assert!(
        moments
            .iter()
            .any(|moment| matches!(moment.what, Happening::TookPost(_)) && moment.occurred < moment.recorded)
    );
}

#[test]
fn each_fault_of_shape_is_found_on_its_line() {
    each_is_found(
        r#"
        post: THA-05, s: -264 | post: THA-05, colour: red, s: -264 | id: T05, ph | plan.tasks[4].colour | is not a field here
        post: THA-05, s: -264, d: 96 | post: THA-05, s: -264 | id: T05, ph | plan.tasks[4].d | is missing
        s: -264, d: 96 | s: soon, d: 96 | id: T05, ph | plan.tasks[4].s | expected a whole number, found a text
        s: -264, d: 96 | s: -264, d: "96" | id: T05, ph | plan.tasks[4].d | found a text
        s: -264, d: 96 | s: -264, d: 9.6 | id: T05, ph | plan.tasks[4].d | not a whole number
        s: -264, d: 96 | s: -264, d: 0 | id: T05, ph | plan.tasks[4].d | out of bounds: 1 to 20000
        exercise: true | exercise: yes | meta: | meta.exercise | expected true or false
        title: Centre Director | title: 7 | id: THA-01 | posts[0].title | expected a text
        title: Centre Director | title: | id: THA-01 | posts[0].title | found nothing
        title: Centre Director | title: "a\tb" | id: THA-01 | posts[0].title | control characters
        role: HOST | role: HOTS | id: THA, name | partners[0].role | did you mean `HOST`?
        tz: Asia/Yangon | tz: Asia/Yagon | id: MMR, name | partners[2].tz | did you mean `Asia/Yangon`?
        currency: MMK | currency: Kyat | id: MMR, name | partners[2].currency | ISO 4217
        joined: "2023-09-28" | joined: "28 Sep" | id: INTERPOL | partners[4].joined | no ISO 8601 date
        found: "2023-10-05T15:00:00+07:00" | found: "5 Oct 15:00" | DCF-01 | deconfliction[0].found | no ISO 8601 instant
        found: "2023-10-05T15:00:00+07:00" | found: "2023-10-05T15:00:00" | DCF-01 | deconfliction[0].found | has no offset
        found: "2023-10-05T15:00:00+07:00" | found: "1923-10-05T15:00:00+07:00" | DCF-01 | deconfliction[0].found | year 1923
        overlap: [T24] | overlap: T24 | DCF-01 | deconfliction[0].overlap | expected a list, found a text
        overlap: [T24] | overlap: [T24], found: "2023-10-05T15:00:00+07:00" | DCF-01 | deconfliction[0].found | written twice
        overlap: [T24] | overlap: [&a T24] | DCF-01 |  | anchors are refused
        overlap: [T24] | overlap: [!str T24] | DCF-01 |  | tags are refused
        value: [600000, CNY] | value: [600000] | id: K1 | contributions.items[0].value | [amount, currency]
        ev: OperationClosed | ev: OperationCloset | 2023-12-11 | timeline[46].ev | did you mean `OperationClosed`?
        s: watch-CMCC | s: guard-CMCC | WatchGapDetected | timeline[42].s | is no subject
        14T11:00:00+08:00", conditions: [C1]} | 14T11:00:00+08:00"} | v: 1, partner: CHN | approvals.log[1].conditions | is missing
        schema: 1 | schema: 2 | meta: | meta.schema | out of bounds
        fx: {date: "2023-08-31", CNY: 4.80 | fx: {date: "2023-08-31", CNY: 4.8e0 | CNY: 4.8e0 | contributions.fx.CNY | decimal number
        known: "2023-10-11T12:00:00+07:00", answer: 101 | known: "2023-10-11T12:00:00+07:00", answer: many | answer: many | as_of_checks[2].answer | expected true, false
        "#,
    );
    let renamed = faults(&[("working_language: en", "working_langage: en")]);
    assert!(
        renamed
            .iter()
            .any(|fault| fault.line == 5 && fault.message.contains("did you mean `working_language`?"))
    );
}

#[test]
fn each_missing_or_repeated_name_is_found_on_its_line() {
    each_is_found(
        r#"
        {id: R6, text | {id: R5, text | River flooding", l | plan.risks[5].id | risk `R5` is already on line 135
        id: O5 | id: o5 | id: o5 | plan.objectives[4].id | is not a code
        title: Centre Director, in_post | liaison: true, title: Centre Director, in_post | id: THA-02, p | posts[1].liaison | second liaison post
        partner: LAO, title: Reception | partner: LAOS, title: Reception | id: LAO-02 | posts[17].partner | did you mean `LAO`?
        l: THA, terr: THA, post: THA-07 | l: TAH, terr: THA, post: THA-07 | id: T06, ph | plan.tasks[5].l | there is no partner
        l: THA, terr: THA, post: THA-07 | l: THA, terr: X, post: THA-07 | id: T06, ph | plan.tasks[5].terr | there is no partner
        l: THA, terr: THA, post: THA-07 | l: THA, terr: THA, post: THA-77 | id: T06, ph | plan.tasks[5].post | did you mean `THA-07`?
        l: THA, terr: THA, post: THA-07 | l: CHN, terr: THA, post: THA-07 | id: T06, ph | plan.tasks[5].post | is a post of THA
        id: T06, ph: P1, loe: LOE3 | id: T06, ph: P9, loe: LOE3 | id: T06, ph | plan.tasks[5].ph | there is no phase
        id: T06, ph: P1, loe: LOE3 | id: T06, ph: P1, loe: LOE9 | id: T06, ph | plan.tasks[5].loe | there is no line of effort
        pre: [T10, T14] | pre: [T10, T14, T99] | id: T15, ph | plan.tasks[14].pre[2] | there is no task `T99`
        key_tasks: [T16, T17 | key_tasks: [T61, T17 | key_tasks | plan.commanders_intent.key_tasks[0] | there is no task
        at: T22, decision | at: T92, decision | id: DP2 | plan.decision_points[1].at | there is no task
        decider: [THA, CHN, LAO] | decider: [THA, CHN, VTN] | id: DP3 | plan.decision_points[2].decider[2] | there is no partner
        ccir: [CCIR1, CCIR2] | ccir: [CCIR1, CCIR7] | id: DP1 | plan.decision_points[0].ccir[1] | there is no CCIR
        owner: THA-07} | owner: THA-99} | River flooding", l | plan.risks[5].owner | there is no post
        rel: [THA, CHN, MMR, LAO, INTERPOL] | rel: [THA, CHN, MMR, LAO, INTERPOLE] | id: C, title | plan.annexes[2].rel[4] | there is no partner
        default_release: [THA | default_release: [THAI | default_release | operation.default_release[0] | there is no partner
        lead_partner: THA | lead_partner: THAI | lead_partner | operation.lead_partner | there is no partner
        objects_to: [T18, T21] | objects_to: [T18, T81] | REJECTED | approvals.log[2].objects_to[1] | there is no task
        tasks: [T27] | tasks: [T72] | TERRITORIAL_CONSENT | approvals.log[6].tasks[0] | there is no task
        gate: P3 | gate: P8 | id: C1 | approvals.conditions[0].gate | there is no phase
        of: FCP-MAESOT | of: FCP-MAESOD | command_relationships | plan.command_relationships[3].of | did you mean `FCP-MAESOT`?
        allocated: {LOE1: 120000000} | allocated: {LOE8: 120000000} | id: K6 | contributions.items[5].allocated.LOE8 | there is no line of effort
        {id: T29, start | {id: T30, start | id: T30 | actuals[28].id | there is no task
        s: centre-CMCC, n: 3 | s: centre-CMMC, n: 3 | SiteOptionAssessed | timeline[6].s | there is no centre
        s: watch-CMCC | s: operation-SAPHAN | WatchGapDetected | timeline[42].s | is not a watch
        ph: P5} | ph: P6} | ph: P6} | timeline[43].ph | there is no phase
        dp: DP2, outcome | dp: DP9, outcome | DecisionRecorded | timeline[41].dp | there is no decision point
        decision: GO, by | decision: GO, not_met: [rain], by | GoNoGoDecided | timeline[38].not_met[0] | is no criterion of plan.go_no_go
        decision: GO, by | decision: GO, ph: P9, by | GoNoGoDecided | timeline[38].ph | there is no phase
        decision: GO, by | decision: GO, ph: P4, by | GoNoGoDecided | timeline[38] | is about no phase that has a gate
        decision: GO, by: [THA, CHN, MMR] | decision: GO, by: [THA, CHN, MRM] | GoNoGoDecided | timeline[38].by[2] | there is no partner or post
        evidence: [T13, | evidence: [T99, | id: F7 | review.findings[6].evidence[0] | is nothing that this file tells of
        plan-SAPHAN v1 rejection | plan-SAPHAN v2 rejection | id: F2 | review.findings[1].evidence[0] | is nothing that
        watch-CMCC 2023-10-14, metric | watch-CMCC 2023-10-13, metric | id: F6 | review.findings[5].evidence[0] | is nothing
        metric:watch_gap_min] | metric:watch_gap] | id: F6 | review.findings[5].evidence[1] | there is no metric
        incident: INC-001, issued: "2023-10-11T22:58:00+07:00", ack: "2023-10-11T23:02 | incident: INC-002, issued: "2023-10-11T22:58:00+07:00", ack: "2023-10-11T23:02 | RFA-002, kind | requests[1].incident | there is no incident
        "#,
    );
}

#[test]
fn h_hour_moves_by_the_next_order_which_the_timeline_has() {
    let other =
        [("order: FRAGO-1, reason", "order: FRAGO-2, reason"), ("order: FRAGO-1}", "order: FRAGO-2}")];
    let told: Vec<_> = faults(&other).into_iter().map(|fault| (fault.path, fault.message)).collect();
    assert_eq!(told, [("operation.hhour[1].order".to_owned(), "is order 1: FRAGO-1".to_owned())]);

    let early = [(
        r#"rec: "2023-10-06T18:00:00+07:00", ev: FragmentaryOrderIssued"#,
        r#"rec: "2023-10-06T17:00:00+07:00", ev: FragmentaryOrderIssued"#,
    )];
    let places: Vec<_> = faults(&early).into_iter().map(|fault| fault.path).collect();
    assert_eq!(places, ["operation.hhour[1].order", "timeline[36]"]);
}

#[test]
fn each_impossible_time_or_sum_is_found_on_its_line() {
    each_is_found(
        r#"
        rec: "2023-09-09T10:15:00+07:00" | rec: "2023-09-07T10:15:00+07:00" | id: MMR-01 | posts[13].rec | is before in_post
        Liaison Officer, liaison: true, in_post: "2023-09-04T09 | Liaison Officer, liaison: true, in_post: "2023-08-31T09 | id: CHN-01 | posts[9].in_post | before the nomination was accepted
        set: "2023-10-10T06:00:00+07:00" | set: "2023-10-18T06:00:00+07:00" | hhour: | operation.hhour[1].set | outside hhour_window
        order: FRAGO-1} | order: FRAGO-7} | FRAGO-7 | timeline[36].order | there is no order
        to: "2023-10-16T00:00:00+07:00" | to: "2023-10-06T00:00:00+07:00" | hhour_window: | operation.hhour_window.to | is before from
        s: 432, d: 48, pre: [T25] | s: 400, d: 48, pre: [T25] | id: T27, ph | plan.tasks[26].pre[0] | T25 is to finish at H+432, after T27 starts at H+400
        post: MMR-02, s: 12, d: 12 | post: MMR-03, s: 12, d: 12 | id: T21, ph | plan.tasks[20].s | overlaps
        start: "2023-11-24T08:00:00+07:00", end: "2023-11-28 | start: "2023-11-24T08:00:00+07:00", end: "2023-11-20 | id: T29, start | actuals[28].end | is before start
        start: "2023-10-12T10:30 | start: "2023-10-12T09:30 | id: T23, start | actuals[22].start | before its predecessor T22 ends
        corrected_rec: "2023-10-12T15:00:00+07:00"} | } | id: T21, start | actuals[20] | together
        end: "2023-10-10T15:00:00+07:00"} | end: "2023-10-10T15:00:00+07:00", end_rec: "2023-10-10T14:00:00+07:00"} | id: T16, start | actuals[15].end_rec | is before end
        occ: "2023-10-05T16:00:00+07:00" | occ: "2023-10-07T16:00:00+07:00" | ConditionSatisfied | timeline[35].rec | is before occ
        rec: "2023-08-29T09:00:00+07:00" | rec: "2023-08-19T09:00:00+07:00" | WarningOrderIssued | timeline[9].rec | is before the entry above
        occ: "2023-10-11T23:40:00+07:00" | occ: "2023-10-12T23:40:00+07:00" | T23:41 | incident.log[3].rec | is before occ
        missing: LAO-01 | missing: LAO-01, to: 1 | 2023-10-14 night | watch_sample[2].gap.to | written twice
        to: "2023-10-14T18:20:00+07:00", missing | to: "2023-10-15T18:20:00+07:00", missing | 2023-10-14 night | watch_sample[2].gap | outside its shift
        ack: "2023-10-11T23:09 | ack: "2023-10-11T23:19 | RFA-001, kind | requests[0].ack | the limit is 15 minutes
        joined: "2023-11-28" | joined: "2023-11-29" | id: KHM, name | partners[5].joined | day of the accession
        neutrality: 10, cost: 20 | neutrality: 10, cost: 30 | criteria_weights | centre.criteria_weights | adds up to 110
        communications: 5, neutrality: 4 | communications: 6, neutrality: 4 | CHIANG_MAI, place | centre.options[0].communications | scores are 1 to 5
        weighted: 3.40 | weighted: 3.41 | id: KUNMING | centre.options[2].weighted | not the sum
        id: R6, text: "River flooding", l: 3, i: 3 | id: R6, text: "River flooding", l: 3, i: 6 | id: R6 | plan.risks[5].i | out of bounds: 1 to 5
        {amt: 600000, at | {amt: 700000, at | id: K2 | contributions.items[1].disbursed | more than was allocated
        LOE2: 600000, LOE3 | LOE2: 900000, LOE3 | id: K2 | contributions.items[1].allocated | more than the value
        {qty: 2, at: "2023-10-03 | {qty: 1, at: "2023-10-03 | id: K3 | contributions.items[2].delivered | adds up to 11
        LAK: 0.0018, |  | id: K6 | contributions.items[5].value[1] | has no rate
        not_presumed: 20 | not_presumed: 21 | not_presumed: 21 | assistance.final.screened | adds up to 117
        corrects: 0, occ | corrects: 2, occ | FigureCorrected | assistance.reports[2].corrects | no earlier report
        "#,
    );
}

#[test]
fn each_difference_that_is_not_understood_is_found_on_its_line() {
    each_is_found(
        r#"
        field: "l, post" | field: "l, boat" | {task: T18 | plan.v1_differences[0] | `boat` is not understood
        v1: [CHN, CHN-03] | v1: [CHN] | {task: T18 | plan.v1_differences[0] | names 2 fields
        v1: [CHN, CHN-03] | v1: [CHN, CHN-33] | {task: T18 | plan.v1_differences[0].v1 | there is no post
        v2: [MMR, MMR-03] | v2: [MMR, MMR-02] | {task: T18 | plan.v1_differences[0].v2 | is not what task T18 says
        v1: absent | v1: present | {task: T13 | plan.v1_differences[2] | v1: absent, v2: present
        v2: "with T13" | v2: "with T12" | {task: "T14 | plan.v1_differences[3] | the same task
        task: "T14, T23" | task: "T14, T93" | {task: "T14 | plan.v1_differences[3].task | there is no task `T93`
        "#,
    );
    let untold = faults(&[(
        "ev: TaskAddedToPlan, s: plan-SAPHAN, task: T13",
        "ev: AmendmentOpened, s: plan-SAPHAN, v: 2",
    )]);
    assert!(
        untold[0].message.contains("is not in the timeline as TaskAddedToPlan T13"),
        "{}",
        shown(&untold)
    );
}

#[test]
fn a_time_that_section_and_timeline_tell_differently_is_found_in_both() {
    let found = faults(&[("v2: \"2023-09-19T09:00:00+07:00\"}", "v2: \"2023-09-19T09:30:00+07:00\"}")]);
    let paths: Vec<&str> = found.iter().map(|fault| &*fault.path).collect();
    assert_eq!(paths, ["approvals.submitted.v2", "timeline[22]"], "{}", shown(&found));
}

#[test]
fn a_clash_that_section_and_timeline_tell_differently_is_found_in_both() {
    let found =
        faults(&[("cleared: \"2023-10-06T04:30:00+07:00\"}]", "cleared: \"2023-10-06T04:00:00+07:00\"}]")]);
    let paths: Vec<&str> = found.iter().map(|fault| &*fault.path).collect();
    assert_eq!(paths, ["deconfliction[0].cleared", "timeline[34]"], "{}", shown(&found));
}

#[test]
fn what_was_done_stands_where_it_was_recorded_and_what_ended_before_what_started_then() {
    let saphan = saphan();
    let moments = saphan.moments();
    let told_at = |time: &str| -> Vec<String> {
        let recorded = moments.iter().filter(|moment| moment.recorded == at(time));
        recorded
            .map(|moment| match moment.what {
                Happening::TaskStarted(actual) => format!("{} starts", actual.id),
                Happening::TaskCompleted(actual) => format!("{} ends", actual.id),
                Happening::TaskCorrected(actual, _) => format!("{} is put right", actual.id),
                Happening::TaskReported(report) => format!("{} of {}", report.event.name(), report.task),
                _ => "something else".to_owned(),
            })
            .collect()
    };
    assert_eq!(told_at("2023-10-02T06:10:00+07:00"), ["T07 ends", "T08 starts", "T10 starts"]);
    assert_eq!(told_at("2023-10-10T11:30:00+07:00"), ["T17 starts"]);
    assert_eq!(told_at("2023-10-11T06:20:00+07:00"), ["T21 ends"]);
    assert_eq!(told_at("2023-10-12T15:00:00+07:00"), ["something else", "T21 is put right"]);
    let first = |code: &str| {
        let ends = moments
            .iter()
            .find(|moment| matches!(moment.what, Happening::TaskCompleted(actual) if actual.id == code));
        ends.map(|moment| moment.occurred)
    };
    assert_eq!(first("T21"), Some(at("2023-10-11T06:00:00+07:00")));
}

#[test]
fn halyard_reads_with_two_versions_in_force_and_claims_that_were_put_right_twice() {
    let halyard = read(HALYARD).unwrap_or_else(|faults| panic!("{}", shown(&faults)));
    let in_force: Vec<u32> = halyard.approvals.promulgated.0.iter().map(|told| told.version).collect();
    assert_eq!((in_force, halyard.versions()), (vec![1, 2], 2));
    let lead = |version: u32| {
        let tasks = halyard.plan(version).unwrap().tasks;
        tasks.into_iter().find(|task| task.id == "T05").unwrap().lead
    };
    assert_eq!((lead(1), lead(2)), ("MLT".to_owned(), "PRT".to_owned()));
    let t04 = halyard.actuals.iter().find(|actual| actual.id == "T04").unwrap();
    assert_eq!((t04.told_of_start().len(), t04.told_of_end().len()), (1, 3));
    let moments = halyard.moments();
    let put_right: Vec<String> = moments
        .iter()
        .filter_map(|moment| match moment.what {
            Happening::TaskCorrected(actual, corrected) => {
                Some(format!("{} {}", actual.id, corrected.at.to_rfc3339()))
            }
            Happening::OutcomeCorrected(outcome, correction) => {
                Some(format!("{} {}", outcome.id, correction.count.unwrap_or_default()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        put_right,
        ["OUT-01 5", "T04 2024-10-24T12:00:00-03:00", "T04 2024-10-24T10:00:00-03:00", "OUT-01 4"]
    );
    // Whoever joins later has its post established when it is nominated.
    let observer = halyard.posts.iter().find(|post| post.id == "CHE-01").unwrap();
    assert_eq!(halyard.appointment(observer).established, at("2024-09-16T11:00:00+01:00"));
}

#[test]
fn what_only_halyard_has_is_held_against_itself() {
    for (from, to, path, message) in [
        (
            "{at: \"2024-10-24T10:00:00-03:00\", rec",
            "{at: \"2024-10-24T10:30:00-03:00\", rec",
            "actuals[3].end_told",
            "does not end with the end",
        ),
        (
            "    end_told:\n",
            "    end_rec: \"2024-10-24T11:00:00-03:00\"\n    end_told:\n",
            "actuals[3].end_told",
            "so nothing else does",
        ),
        (", why: \"The court has closed that file\"}", "}", "requests[4]", "does not say why"),
        (
            "declined: \"2024-10-25T11",
            "fulfilled: \"2024-10-26T11:00:00-03:00\", declined: \"2024-10-25T11",
            "requests[4]",
            "ends once",
        ),
        ("channel: MLA", "channel: POST", "requests[4].channel", "is none of POLICE, MLA"),
        (
            ", by: MLT-01, note: \"A court in Valletta has stayed its part\"}",
            ", by: MLT-01}",
            "timeline[23]",
            "has no note",
        ),
        (
            "count: 2, source: Notice of the bank",
            "count: 2, value: [2, EUR], source: Notice of the bank",
            "outcomes[1]",
            "a count or a value",
        ),
        ("count: 4, reason", "value: [4, EUR], reason", "outcomes[0].corrections[1]", "the other way round"),
        (
            "{code: FULFILLED_ON_TIME}",
            "{code: FULFILLED}",
            "metrics_of.request_fulfilled_on_time_pct.code",
            "is no metric",
        ),
        (
            "{code: FULFILLED_ON_TIME}",
            "{code: FULFILLED_ON_TIME, event: RequestFulfilled}",
            "metrics_of.request_fulfilled_on_time_pct",
            "by a post",
        ),
        (
            "{v: 2, at: \"2024-10-21T17:00:00+01:00\"}]",
            "{v: 2, at: \"2024-10-21T13:00:00+01:00\"}]",
            "approvals.promulgated[1].at",
            "is not in the timeline as PlanPromulgated of v2",
        ),
    ] {
        assert_eq!(HALYARD.matches(from).count(), 1, "`{from}` is to occur once");
        let found = read(&HALYARD.replace(from, to)).expect_err(message);
        let hit = |fault: &Fault| fault.path == path && fault.message.contains(message);
        assert!(found.iter().any(hit), "{to}: {}", shown(&found));
    }
}

#[test]
fn a_score_without_a_criterion_and_a_criterion_without_a_score_are_found() {
    let found = faults(&[("communications: 5, neutrality: 4", "comunications: 5, neutrality: 4")]);
    let messages: Vec<&str> = found.iter().map(|fault| &*fault.message).collect();
    let unknown = "is neither a field nor a criterion; did you mean `communications`?";
    assert_eq!(messages, ["has no score for communications", unknown]);
}

#[test]
fn a_cycle_is_told_along_its_tasks() {
    let found = faults(&[(
        "post: CHN-03, s: -264, d: 72, pre: [T01]",
        "post: CHN-03, s: -264, d: 72, pre: [T01, T09]",
    )]);
    let cycle = found.iter().find(|fault| fault.message.contains("is a cycle")).unwrap();
    assert_eq!(cycle.path, "plan.tasks[1].pre");
    assert!(
        cycle.message.ends_with("T02 waits for T09, which waits for T07, which waits for T02"),
        "{cycle}"
    );
    assert!(
        found.iter().any(|fault| fault.path == "plan.tasks[1].pre[1]" && fault.message.contains("to finish"))
    );
}

#[test]
fn all_faults_are_reported_at_once_in_the_order_of_lines() {
    let found = faults(&[
        ("role: HOST", "role: HOST, colour: red"),
        ("post: THA-07, s: -240", "post: THA-70, s: -240"),
        ("owner: THA-07}", "owner: THA-99}"),
        ("{id: T29, start: \"2023-11-24T08:00:00+07:00\"", "{id: T29, start: \"2023-11-24T08:00:00\""),
        ("s: watch-CMCC", "s: operation-SAPHAN"),
        ("neutrality: 10, cost: 20", "neutrality: 10, cost: 21"),
    ]);
    let paths: Vec<&str> = found.iter().map(|fault| &*fault.path).collect();
    let expected = [
        "partners[0].colour",
        "centre.criteria_weights",
        "plan.tasks[5].post",
        "plan.risks[5].owner",
        "actuals[28].start",
        "timeline[42].s",
    ];
    assert_eq!(paths, expected, "{}", shown(&found));
    assert!(found.is_sorted_by_key(|fault| fault.line));
}

#[test]
fn text_that_is_no_yaml_is_one_fault_at_its_place() {
    let found = faults(&[("overlap: [T24]", "overlap: [T24}")]);
    assert!(
        found.len() == 1 && found[0].message.contains("is not YAML") && found[0].line > 200,
        "{}",
        shown(&found)
    );
    for (text, message) in [("", "is empty"), ("7", "expected a map"), ("a: 1\n---\nb: 2\n", "one document")]
    {
        assert!(read(text).unwrap_err()[0].message.contains(message), "{text}");
    }
}

#[test]
fn a_file_that_would_grow_or_nest_without_end_is_refused() {
    let bomb: String = (1..40).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        format!("{text}a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1)
    });
    assert!(read(&bomb).unwrap_err().iter().any(|fault| fault.message.contains("anchors are refused")));
    for nest in ["[", "- ", "? ", "{a: "] {
        let message = &read(&nest.repeat(100_000)).unwrap_err()[0].message;
        // The parser has a bound of its own for brackets, and looks ahead.
        assert!(message.contains("nests deeper") || message.contains("recursion limit"), "{nest}: {message}");
    }
    assert!(read(&" ".repeat(MAX_BYTES + 1)).unwrap_err()[0].message.contains("is the most"));
    let many = read(&format!("partners: [{}]", "7, ".repeat(5_000))).unwrap_err();
    assert!(many.len() == 1_001 && many[1_000].message.contains("more faults"), "{}", many.len());
}

#[test]
fn numbers_at_the_edge_are_faults_and_not_overflows() {
    let found = faults(&[
        ("s: -264, d: 96", "s: 2147483647, d: 2147483647"),
        ("s: 12, d: 24", "s: 2147483648, d: 24"),
        ("v1: [CHN, CHN-03], v2: [MMR, MMR-03]", "v1: [2147483647, 7], v2: [12, 24]"),
        ("field: \"l, post\"", "field: \"s, d\""),
        ("border_access: 25", "border_access: 9223372036854775807"),
        (
            "allocated: {LOE1: 1000000, LOE3: 500000}",
            "allocated: {LOE1: 9223372036854775807, LOE3: 9223372036854775807}",
        ),
        ("CNY: 4.80", "CNY: 99999999999999999999"),
    ]);
    assert!(found.len() >= 7, "{}", shown(&found));
}

#[test]
fn the_example_of_the_format_parses() {
    let (_, rest) = FORMAT.split_once("```yaml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let scenario = read(example).unwrap_or_else(|faults| panic!("{}", shown(&faults)));
    assert_eq!((scenario.plan.tasks.len(), scenario.versions()), (2, 1));
}

#[test]
fn the_format_names_every_section_and_every_field_of_saphan() {
    fn fields<'a>(node: &'a yaml::Node<'_>, into: &mut BTreeSet<&'a str>) {
        node.items().iter().for_each(|item| fields(item, into));
        if let yaml::Data::Map(entries) = &node.data {
            for entry in entries {
                into.insert(&entry.key);
                fields(&entry.value, into);
            }
        }
    }
    let root = yaml::parse(SAPHAN, &Faults::default()).unwrap();
    let mut names = BTreeSet::new();
    fields(&root, &mut names);
    let metrics = saphan().metrics_expected;
    let weights = saphan().centre.criteria_weights;
    // Partners, currencies, priorities and the pieces of prose begin with a capital letter or a digit.
    let free = |name: &str| {
        metrics.contains_key(name)
            || weights.contains_key(name)
            || !name.starts_with(|c: char| c.is_ascii_lowercase())
    };
    let missing: Vec<&&str> =
        names.iter().filter(|name| !free(name) && !FORMAT.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_text_makes_the_reader_panic(text in "[-\\[\\]{}:,&*!|>?'\"%@`#~a-z0-9 \\n\\t\\PC]{0,300}") {
        _ = read(&text);
    }

    #[test]
    fn no_mutation_of_saphan_makes_the_reader_panic(
        cuts in prop::collection::vec((0..SAPHAN.len(), 0..60_usize, "[-\\[\\]{}:,&*!|>\"# \\n0-9T+é]{0,6}"), 1..6)
    ) {
        let mut bytes = SAPHAN.as_bytes().to_vec();
        for (start, length, with) in cuts {
            let start = start.min(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, with.into_bytes());
        }
        if let Err(faults) = read(&String::from_utf8_lossy(&bytes)) {
            prop_assert!(faults.is_sorted_by_key(|fault| fault.line));
        }
    }
}
