use super::{
    actual::{Claim, Compared, Driver, Phase},
    *,
};
use crate::samples;
use domain::plan::DependencyKind;
use proptest::prelude::*;
use roxmltree::{Document, Node};

fn parsed(svg: &str) -> Document<'_> {
    Document::parse(svg).unwrap_or_else(|fault| panic!("{fault}: {svg}"))
}

fn all<'a, 'input>(document: &'a Document<'input>, name: &str) -> Vec<Node<'a, 'input>> {
    document.descendants().filter(|node| node.tag_name().name() == name).collect()
}

/// What is written in a chart, a line for each text.
fn texts(document: &Document<'_>) -> Vec<String> {
    let text = |node: Node<'_, '_>| {
        node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect::<String>()
    };
    all(document, "text").into_iter().map(text).collect()
}

fn task(code: &str, start: i64, hours: i64, float: i64) -> Task {
    Task {
        code: code.parse().unwrap(),
        title: format!("Task {code}"),
        phase: "P1".parse().unwrap(),
        group: None,
        start: Span::hours(start),
        finish: Span::hours(start + hours),
        late_finish: Span::hours(start + hours + float),
        total_float: Span::hours(float),
        critical: float == 0,
        links: Vec::new(),
    }
}

fn gantt(tasks: Vec<Task>) -> Gantt {
    let phases = vec![Lane { code: "P1".parse().unwrap(), name: "Prepare".to_owned() }];
    Gantt { heading: samples::heading(), phases, tasks }
}

/// By office hours, a day can lie between a finish and the latest one, and of it eight hours be worked.
#[test]
fn a_float_is_told_as_the_schedule_has_it_and_not_by_the_pauses_in_it() {
    let slack = Task { total_float: Span::hours(8), ..task("T1", 0, 8, 24) };
    let svg = gantt(vec![slack, task("T2", 0, 32, 0)]).svg("gantt");
    assert!(svg.contains("T1 Task T1: H+0 to H+8, float 8 h, to H+32"), "{svg}");
}

#[test]
fn a_gantt_chart_says_what_it_is_of_and_how_it_may_be_handled() {
    let svg = samples::gantt().svg("gantt");
    let document = parsed(&svg);
    let root = document.root_element();
    assert_eq!(
        (root.attribute("role"), root.attribute("aria-labelledby")),
        (Some("img"), Some("gantt-title gantt-desc"))
    );
    let title = all(&document, "title")[0];
    assert_eq!(title.text(), Some("Gantt chart: Assistance to trafficking victims, Myawaddy (SAPHAN)"));
    let told = all(&document, "desc")[0].text().unwrap();
    assert!(
        told.starts_with("29 tasks in 5 phases from H-288 to H+1176, 0 of them milestones. Critical: T29. H-hour: 2023-10-08 23:00 UTC"),
        "{told}"
    );
    let texts = texts(&document);
    let marking = "RESTRICTED · H1 · releasable to CHN, LAO, MMR, THA";
    assert_eq!(texts.iter().filter(|text| *text == marking).count(), 2, "at the head and at the foot");
    for text in [
        "Version 2 (PROMULGATED), as of position 115",
        "H-hour: 2023-10-08 23:00 UTC, 2023-10-09 06:00 +07:00 (Asia/Bangkok)",
        "D+7",
        "2023-10-15 23:00",
        "2023-10-16 06:00",
        "P3 · Action",
        "T29 *",
        "Reconcile missing-person reports into counts and national case references",
    ] {
        assert!(texts.iter().any(|found| found == text), "{text}: {texts:#?}");
    }
    assert!(!texts.iter().any(|text| text == "DRAFT"));
    assert!(all(&document, "script").is_empty() && all(&document, "style").is_empty());
}

#[test]
fn what_is_critical_is_filled_and_starred_and_a_milestone_is_a_rhombus() {
    let svg = gantt(vec![task("T1", 0, 24, 0), task("T2", 24, 0, 12), task("T3", 0, 12, 12)]).svg("g");
    let document = parsed(&svg);
    let told = |task: &str| {
        let titles = all(&document, "title").into_iter();
        let group = titles
            .filter_map(|title| Some((title.text()?, title.parent()?)))
            .find(|(text, _)| text.starts_with(task));
        group.unwrap()
    };
    let fill = |task: &str, shape: &str| {
        let (_, group) = told(task);
        let mut shapes = group.children().filter(|node| node.tag_name().name() == shape);
        shapes.next_back().and_then(|node| node.attribute("fill")).map(str::to_owned)
    };
    assert_eq!(told("T1").0, "T1 Task T1: H+0 to H+24, critical");
    assert_eq!(told("T2").0, "T2 Task T2: milestone at H+24, float 12 h, to H+36");
    assert_eq!(fill("T1", "rect").as_deref(), Some(INK));
    assert_eq!(fill("T3", "rect").as_deref(), Some("#ffffff"));
    assert_eq!((fill("T2", "rect"), fill("T2", "path").as_deref()), (None, Some("#ffffff")));
    let stars: Vec<_> = texts(&document).into_iter().filter(|text| text.ends_with(" *")).collect();
    assert_eq!(stars, ["T1 *"]);
}

#[test]
fn arrows_run_from_the_end_that_is_waited_for_to_the_end_that_waits() {
    let kinds = [
        DependencyKind::FinishToStart,
        DependencyKind::StartToStart,
        DependencyKind::FinishToFinish,
        DependencyKind::StartToFinish,
    ];
    // The first is at 0 to 10 h, the second at 20 to 30 h of 30 h.
    let paths = kinds.map(|kind| {
        let mut second = task("T2", 20, 10, 0);
        second.links = vec![Link { predecessor: "T1".parse().unwrap(), kind }];
        let svg = gantt(vec![task("T1", 0, 10, 20), second]).svg("g");
        let document = parsed(&svg);
        let arrows = all(&document, "path")
            .into_iter()
            .filter(|path| path.attribute("marker-end") == Some("url(#g-arrow)"));
        // The last is the legend's.
        arrows.map(|path| path.attribute("d").unwrap().to_owned()).next().unwrap()
    });
    let (left, right) = (MARGIN + 2_000, 16_000 - MARGIN - 450);
    let x = |hours: Length| left + hours * (right - left) / 30;
    let (y1, y2, gap) = (TOP + 620 + 300, TOP + 620 + 500, TOP + 620 + 400);
    assert_eq!(paths[0], format!("M{} {y1}H{}V{gap}H{}V{}", x(10), x(10) + 50, x(20) + 40, y2 - 68));
    assert_eq!(paths[1], format!("M{} {y1}H{}V{gap}H{}V{}", x(0), x(0) - 50, x(20) + 40, y2 - 68));
    assert_eq!(paths[2], format!("M{} {y1}H{}V{gap}H{}V{y2}H{}", x(10), x(10) + 50, x(30) + 120, x(30)));
    assert_eq!(paths[3], format!("M{} {y1}H{}V{gap}H{}V{y2}H{}", x(0), x(0) - 50, x(30) + 120, x(30)));
}

#[test]
fn tasks_stand_by_phase_and_group_and_those_of_no_known_phase_come_last() {
    let mut tasks = vec![task("T4", 0, 1, 0), task("T3", 9, 1, 0), task("T2", 5, 1, 0), task("T1", 7, 1, 0)];
    tasks[1].group = Some("Site B".to_owned());
    tasks[2].group = Some("Site A".to_owned());
    tasks[0].phase = "P9".parse().unwrap();
    let svg = gantt(tasks).svg("g");
    let texts = texts(&parsed(&svg));
    let order: Vec<&str> = texts
        .iter()
        .map(String::as_str)
        .filter(|text| {
            ["P1 · Prepare", "Site A", "Site B", "Other tasks"].contains(text) || text.starts_with("Task ")
        })
        .collect();
    assert_eq!(
        order,
        ["P1 · Prepare", "Task T1", "Site A", "Task T2", "Site B", "Task T3", "Other tasks", "Task T4"]
    );
}

#[test]
fn a_chart_of_a_suspended_plan_says_so() {
    let mut chart = gantt(Vec::new());
    chart.heading.status = "SUSPENDED".to_owned();
    let svg = chart.svg("g");
    assert!(texts(&parsed(&svg)).iter().any(|text| text == "SUSPENDED"));
}

#[test]
fn a_draft_and_a_plan_without_tasks_or_h_hour_say_so() {
    let mut chart = gantt(Vec::new());
    chart.heading.status = "DRAFT".to_owned();
    chart.heading.h_hour = None;
    let svg = chart.svg("g");
    let document = parsed(&svg);
    let texts = texts(&document);
    assert!(texts.iter().any(|text| text == "DRAFT") && texts.iter().any(|text| text == "H-hour: not set"));
    assert!(!texts.iter().any(|text| text == "UTC"), "there are no dates");
    assert!(all(&document, "desc")[0].text().unwrap().starts_with("The plan has no tasks yet."));
}

#[test]
fn a_long_plan_has_few_lines_of_time_and_fits_on_sheets() {
    let years = gantt(vec![task("T1", -24 * 365 * 50, 1, 0), task("T2", 24 * 365 * 50, 1, 0)]).svg("g");
    assert!(texts(&parsed(&years)).iter().filter(|text| text.starts_with('D')).count() < 20);
    let chart = gantt((0..500).map(|i| task(&format!("T{i:03}"), i, 5, i % 7)).collect());
    let sheets = chart.sheets("g", 40);
    assert_eq!(sheets.len(), 13);
    let titles = |svg: &String| texts(&parsed(svg)).iter().filter(|text| text.starts_with("Task ")).count();
    assert_eq!(sheets.iter().map(titles).sum::<usize>(), 500);
    assert!(sheets[12].contains("id=\"g-13-title\""), "ids are unique in a document");
}

#[test]
fn a_matrix_marks_what_is_decided_and_says_all_of_it_in_words() {
    let svg = samples::matrix(false).svg("m");
    let document = parsed(&svg);
    let texts = texts(&document);
    for text in [
        "P4",
        "Assist and return",
        "LOE2",
        "Disruption of gangs",
        "T16 Secure Site A",
        "DP1",
        "DP1 at T15: Go / no-go for phase P3",
    ] {
        assert!(texts.iter().any(|found| found == text), "{text}: {texts:#?}");
    }
    let marks =
        all(&document, "path").into_iter().filter(|path| path.attribute("fill") == Some(ACCENT)).count();
    assert_eq!(marks, 3 + 3, "in the cells, and explained below");
    let told = all(&document, "desc")[0].text().unwrap();
    assert!(told.contains("P2, LOE3: T12, T14, T15 (decision due: DP1)."), "{told}");
    let days = samples::matrix(true).svg("m");
    assert!(days.contains(">from 2023-09-26<") && days.contains(">23:00 UTC<"), "in two lines");
}

#[test]
fn texts_are_shortened_and_broken_between_letters_and_not_within() {
    assert_eq!(shortened("Secure Site A", 100, 10_000), "Secure Site A");
    assert_eq!(shortened("Secure Site A", 100, 700), "Secure Sit…");
    // The vowel stays with its consonant.
    assert_eq!(shortened("กำกำกำกำ", 100, 400), "กำกำ…");
    assert_eq!(wrapped("Secure both sites", 100, 700), ["Secure both", "sites"]);
    assert_eq!(wrapped("协调中心值班", 100, 350), ["协调中", "心值班"]);
    assert_eq!(wrapped("", 100, 350), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_plan_is_drawn_well_formed_and_its_texts_are_escaped(
        tasks in prop::collection::vec((-1_000_000..1_000_000_i64, 0..1_000_000_i64, -1_000..1_000_i64, "[\\PC]{0,60}", 0..20_usize), 0..20),
        title in "\\PC{0,80}",
    ) {
        let mut chart = gantt(Vec::new());
        chart.heading.title = title;
        for (index, (start, hours, float, name, predecessor)) in tasks.into_iter().enumerate() {
            let mut task = task(&format!("T{index}"), start, hours, float);
            task.title = name;
            task.links = vec![Link { predecessor: format!("T{predecessor}").parse().unwrap(), kind: DependencyKind::FinishToFinish }];
            chart.tasks.push(task);
        }
        let svg = chart.svg("g");
        let document = parsed(&svg);
        let name = format!("Gantt chart: {} (SAPHAN)", chart.heading.title);
        prop_assert_eq!(all(&document, "title")[0].text(), Some(name.as_str()));
        prop_assert_eq!(chart.svg("g"), svg);
    }
}

fn at(hours: i64) -> DateTime<Utc> {
    samples::heading().instant(Span::hours(hours)).unwrap()
}

fn compared(planned: (i64, i64), start: Option<i64>, finish: Option<i64>) -> Compared {
    Compared {
        planned_start: at(planned.0),
        planned_finish: at(planned.1),
        actual_start: start.map(at),
        actual_finish: finish.map(at),
        start_variance: start.map(|start| Span::hours(start - planned.0)),
        finish_variance: finish.map(|finish| Span::hours(finish - planned.1)),
    }
}

fn claim(kind: &str, hours: i64, lag: i64) -> Claim {
    Claim {
        kind: kind.to_owned(),
        at: at(hours),
        lag: Span::seconds(lag),
        corrects: false,
        position: Position(9),
    }
}

fn carried_out(code: &str, compared: Compared, claims: Vec<Claim>) -> actual::Task {
    actual::Task {
        code: code.to_owned(),
        title: format!("Task {code}"),
        phase: Some("P1".to_owned()),
        status: "IN_PROGRESS".to_owned(),
        compared,
        drivers: Vec::new(),
        claims,
    }
}

fn actual(tasks: Vec<actual::Task>) -> PlannedVersusActual {
    let phase = Phase {
        code: "P1".to_owned(),
        name: "Prepare".to_owned(),
        compared: compared((0, 40), Some(1), None),
    };
    PlannedVersusActual { heading: samples::heading(), until: at(60), phases: vec![phase], tasks }
}

/// What a task's group has: its title, and its shapes.
fn drawn<'a>(document: &'a Document<'_>, code: &str) -> (String, Vec<Node<'a, 'a>>) {
    let titles = all(document, "title").into_iter();
    let group = titles
        .filter_map(|title| Some((title.text()?.to_owned(), title.parent()?)))
        .find(|(text, _)| text.starts_with(&format!("{code} ")));
    let (text, group) = group.unwrap();
    (text, group.children().filter(Node::is_element).collect())
}

#[test]
fn each_task_has_its_baseline_and_what_happened_and_what_drove_it() {
    let mut late = carried_out("T1", compared((0, 10), Some(2), Some(13)), Vec::new());
    late.status = "COMPLETED".to_owned();
    late.drivers = vec![
        Driver { kind: "PREDECESSOR".to_owned(), by: Span::hours(2), task: Some("T9".to_owned()) },
        Driver { kind: "BLOCKS".to_owned(), by: Span::seconds(5_400), task: None },
        Driver { kind: "LENGTH".to_owned(), by: Span::seconds(-1_800), task: None },
    ];
    let under_way = carried_out("T2", compared((10, 20), Some(10), None), Vec::new());
    let mut waiting = carried_out("T3", compared((20, 30), None, None), Vec::new());
    waiting.status = "PLANNED".to_owned();
    let svg = actual(vec![late, under_way, waiting]).svg("g");
    let document = parsed(&svg);
    let (told, shapes) = drawn(&document, "T1");
    assert!(told.ends_with("; start +2, end +3; driven by T9 +2, blocked +1:30, own length -0:30"), "{told}");
    let fills: Vec<_> =
        shapes.iter().filter_map(|shape| Some((shape.tag_name().name(), shape.attribute("fill")?))).collect();
    assert_eq!(fills, [("rect", "#ffffff"), ("rect", QUIET)], "an outline above a filled bar");
    let width = |shape: &Node<'_, '_>| shape.attribute("width").unwrap().parse::<i64>().unwrap();
    assert!(width(&shapes[2]) > width(&shapes[1]), "it took longer than planned");
    let (told, shapes) = drawn(&document, "T2");
    assert!(told.contains("start 0, under way"), "{told}");
    assert_eq!(shapes.last().unwrap().tag_name().name(), "path", "its end is torn");
    let (told, shapes) = drawn(&document, "T3");
    assert!(told.ends_with("; not begun") && shapes.len() == 2, "{told}");
    let texts = texts(&document);
    for said in ["start +2, end +3", "T9 +2, blocked +1:30, own length -0:30", "P1 · Prepare", "start +1"] {
        assert!(texts.iter().any(|text| text == said), "{said}: {texts:#?}");
    }
}

#[test]
fn a_claim_is_a_mark_and_one_that_was_reported_late_is_hatched() {
    let mut right = claim("COMPLETED", 9, 60);
    right.corrects = true;
    let claims = vec![claim("STARTED", 1, 3_599), claim("PROGRESS", 5, 3_600), right];
    let svg = actual(vec![carried_out("T1", compared((0, 10), Some(1), Some(9)), claims)]).svg("g");
    let document = parsed(&svg);
    let mark = |start: &str| {
        let (told, shapes) = drawn(&document, start);
        let shapes: Vec<_> =
            shapes.iter().filter(|shape| shape.tag_name().name() == "path").copied().collect();
        (told, shapes[0].attribute("fill").unwrap().to_owned(), shapes.len())
    };
    assert_eq!(mark("started").1, "#ffffff");
    let (told, fill, _) = mark("progress");
    assert!(told.ends_with("UTC, known 1 h later") && fill == "url(#g-late)", "{told}");
    let (told, _, shapes) = mark("completed");
    assert!(told.ends_with(", puts another right") && shapes == 2, "a line stands across it: {told}");
    assert_eq!(all(&document, "pattern")[0].attribute("id"), Some("g-late"));
    let told = all(&document, "desc")[0].text().unwrap();
    assert!(told.contains("Claims that were reported late: 1."), "{told}");
}

#[test]
fn what_was_given_up_ends_where_that_was_reported() {
    let mut task = carried_out("T1", compared((0, 10), Some(1), None), vec![claim("CANCELLED", 4, 0)]);
    task.status = "CANCELLED".to_owned();
    let svg = actual(vec![task]).svg("g");
    let document = parsed(&svg);
    let (told, shapes) = drawn(&document, "T1");
    assert!(told.contains("start +1, cancelled"), "{told}");
    assert_eq!(shapes[2].tag_name().name(), "rect", "its end is whole");
}

#[test]
fn a_plan_of_which_nothing_is_known_is_compared_with_nothing() {
    let mut chart = actual(Vec::new());
    chart.heading.h_hour = None;
    chart.phases.clear();
    let svg = chart.svg("g");
    let document = parsed(&svg);
    assert!(all(&document, "desc")[0].text().unwrap().starts_with("There is nothing to compare yet."));
    assert!(chart.sheets("g", 20).is_empty());
}

#[test]
fn all_tasks_are_on_the_sheets_and_those_of_no_phase_come_last() {
    let mut tasks: Vec<_> = (0..50)
        .map(|i| carried_out(&format!("T{i:02}"), compared((i, i + 5), None, None), Vec::new()))
        .collect();
    tasks[0].phase = None;
    let chart = actual(tasks);
    let sheets = chart.sheets("g", 20);
    assert_eq!(sheets.len(), 3, "of 50 tasks and two lanes");
    let titles = |svg: &String| texts(&parsed(svg)).iter().filter(|text| text.starts_with("Task ")).count();
    assert_eq!(sheets.iter().map(titles).sum::<usize>(), 50);
    assert!(sheets[2].contains(">Other tasks<") && sheets[2].contains("T00 Task T00"));
}

fn history(target: Option<&str>, values: &[Option<&str>]) -> History {
    let points = values.iter().zip(0..).map(|(value, hour)| (at(hour), value.map(str::to_owned)));
    History {
        name: "On time of SAPHAN".to_owned(),
        unit: "%".to_owned(),
        target: target.map(str::to_owned),
        points: points.collect(),
    }
}

#[test]
fn a_metrics_line_has_a_gap_where_there_was_no_value() {
    let svg = history(None, &[Some("10"), Some("20.5"), None, Some("-5"), Some("0")]).svg("h");
    let document = parsed(&svg);
    let lines = all(&document, "path").len();
    assert_eq!(
        (lines, all(&document, "circle").len()),
        (2, 4 + 1),
        "two runs, and a dot for each value and for now"
    );
    let told = all(&document, "desc")[0].text().unwrap();
    assert!(
        told.contains("00:00 UTC: 20.5 %; ") && told.contains(": none; ") && told.ends_with(": 0 %."),
        "{told}"
    );
    // Without a value there is no line, and without a target no bar.
    let none = history(None, &[None, None]).svg("h");
    let none = parsed(&none);
    assert_eq!((all(&none, "path").len(), all(&none, "circle").len(), all(&none, "rect").len()), (0, 0, 1));
}

#[test]
fn a_metric_stands_against_what_was_aimed_at() {
    let svg = history(Some("95"), &[Some("90"), Some("97.5")]).svg("h");
    let document = parsed(&svg);
    let dashed =
        all(&document, "line").into_iter().filter(|line| line.attribute("stroke-dasharray").is_some());
    assert_eq!(dashed.count(), 1);
    let bar = all(&document, "rect").into_iter().find(|rect| rect.attribute("fill") == Some(INK)).unwrap();
    let end: i64 =
        ["x", "width"].map(|name| bar.attribute(name).unwrap().parse::<i64>().unwrap()).iter().sum();
    let aim: i64 = all(&document, "line")[0].attribute("x1").unwrap().parse().unwrap();
    assert!(end > aim, "it is above what was aimed at: {end} {aim}");
    assert!(all(&document, "desc")[0].text().unwrap().starts_with("Target 95. "));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_happened_is_drawn_well_formed_and_its_texts_are_escaped(
        tasks in prop::collection::vec((
            (-1_000_000..1_000_000_i64, 0..1_000_000_i64),
            prop::option::of(-1_000_000..1_000_000_i64),
            prop::option::of(-1_000_000..1_000_000_i64),
            "[\\PC]{0,300}",
            prop::collection::vec((-1_000_000..1_000_000_i64, 0..10_000_i64), 0..4),
        ), 0..12),
        title in "\\PC{0,80}",
    ) {
        let task = |(index, ((start, length), began, ended, title, claims)): (usize, (_, _, _, String, Vec<_>))| {
            let claims = claims.into_iter().map(|(hours, lag)| claim("PROGRESS", hours, lag)).collect();
            let mut task = carried_out(&format!("T{index}"), compared((start, start + length), began, ended), claims);
            task.drivers = vec![Driver { kind: "START".to_owned(), by: Span::hours(1), task: Some(title.clone()) }];
            task.title = title;
            task
        };
        let mut chart = actual(tasks.into_iter().enumerate().map(task).collect());
        chart.heading.title = title;
        let svg = chart.svg("g");
        let document = parsed(&svg);
        let name = format!("Planned against actual: {} (SAPHAN)", chart.heading.title);
        prop_assert_eq!(all(&document, "title")[0].text(), Some(name.as_str()));
        prop_assert_eq!(chart.svg("g"), svg);
    }

    #[test]
    fn whatever_a_metric_was_its_dots_are_on_the_chart(
        values in prop::collection::vec(prop::option::of("-?[0-9]{1,18}(\\.[0-9]{1,5})?"), 0..15),
        target in prop::option::of("[0-9]{1,9}"),
        name in "\\PC{0,80}",
    ) {
        let values: Vec<_> = values.iter().map(Option::as_deref).collect();
        let mut history = history(target.as_deref(), &values);
        history.name = name;
        let svg = history.svg("h");
        let document = parsed(&svg);
        let height = 10 * document.root_element().attribute("height").unwrap().parse::<i64>().unwrap();
        for dot in all(&document, "circle") {
            let [x, y] = ["cx", "cy"].map(|name| dot.attribute(name).unwrap().parse::<i64>().unwrap());
            prop_assert!((0..=2_600).contains(&x) && (0..=height).contains(&y), "{x} {y}");
        }
        prop_assert_eq!(all(&document, "title")[0].text().unwrap_or_default(), &history.name);
    }
}
