//! What binds tasks in time: terms, calendars, and starts that are laid out when the plan is submitted.

use crate::support::{Ask, Story, of, saphan::*};
use domain::{
    Event, RefusalCode, Span, TaskCode,
    plan::{
        Holiday, ImportedTask, PlanCommand, PlanEvent, PlannedTask, Section, StartConstraint, TaskRevision,
        Terms, Weekday, WorkCalendar, WorkingHours,
    },
};

fn floating() -> Terms {
    Terms { constraint: StartConstraint::AsSoonAsPossible, ..Terms::default() }
}

fn terms_set(code: &str, terms: Terms) -> PlanEvent {
    PlanEvent::TaskTermsSet { operation: saphan(), number: 1, task: of(code), terms }
}

fn calendar() -> WorkCalendar {
    WorkCalendar {
        code: of("OFFICE"),
        name: of("Office hours"),
        time_zone: of("Asia/Bangkok"),
        week: vec![WorkingHours { day: Weekday::Monday, from: of("08:00"), to: of("16:00") }],
        holidays: Vec::new(),
        rest: None,
        partners: [of("THA")].into(),
        posts: [].into(),
    }
}

fn calendars(calendars: Vec<WorkCalendar>) -> Ask {
    let section = Box::new(Section::Calendars(calendars));
    planning(PlanCommand::ReviseSection { operation: saphan(), section })
}

#[test]
fn terms_are_set_as_a_whole_and_what_is_so_already_is_no_event() {
    let bound = Terms {
        group: Some(of("Ports")),
        finish_no_later_than: Some(Span::hours(6)),
        mutual_legal_assistance: true,
        ..floating()
    };
    let story = draft()
        .when(tha(), set_terms("T01", bound.clone()))
        .then([terms_set("T01", bound.clone())])
        .when(tha(), set_terms("T01", bound))
        .unchanged()
        .when(mmr(), set_terms("T01", Terms::default()))
        .then([terms_set("T01", Terms::default())])
        .when(tha(), set_terms("T99", floating()))
        .refused_at([(RefusalCode::NotFound, "task")])
        .when(
            tha(),
            set_terms(
                "T01",
                Terms { finish_no_later_than: Some(Span::MAX + Span::seconds(1)), ..floating() },
            ),
        )
        .refused_at([(RefusalCode::InvalidValue, "terms.finishNoLaterThan")])
        .saying("A latest finish lies within 100 years of H-hour.");
    drop(story);
}

#[test]
fn terms_change_what_nations_approve_and_their_absence_changes_nothing() {
    let story = draft();
    let before = story.version(1).content(&saphan()).canonical();
    assert!(!before.contains("terms") && !before.contains("calendars"), "{before}");
    let bound = Terms { group: Some(of("Ports")), ..Terms::default() };
    let story = story.when(tha(), set_terms("T01", bound)).accepted();
    assert!(story.version(1).content(&saphan()).canonical().contains(r#""terms":{"group":"Ports"}"#));
    let story = story.when(tha(), set_terms("T01", Terms::default())).accepted();
    assert_eq!(story.version(1).content(&saphan()).canonical(), before);
    let story = submitted().when(tha(), set_terms("T01", floating()));
    story.refused([RefusalCode::VersionImmutable]);
}

#[test]
fn a_task_is_added_with_terms_in_an_event_of_their_own() {
    let plain = task("T30", "THA", "THA", 0, 0, &[]);
    let bound = PlannedTask { terms: floating(), ..plain.clone() };
    let story = draft().when(tha(), add_task(bound.clone())).then([
        PlanEvent::TaskAddedToPlan { operation: saphan(), number: 1, task: plain },
        terms_set("T30", floating()),
    ]);
    assert_eq!(*story.version(1).tasks[&of::<TaskCode>("T30")], bound);
}

#[test]
fn an_import_sets_and_clears_terms() {
    let task = |terms| ImportedTask { terms, ..imported("T31", Some(4), &[]) };
    let grouped = Terms { group: Some(of("Ports")), ..Terms::default() };
    let story = draft().when(tha(), import_tasks(vec![task(grouped.clone())])).accepted();
    assert_eq!(story.version(1).tasks[&of::<TaskCode>("T31")].terms, grouped);
    story
        .when(tha(), import_tasks(vec![task(grouped)]))
        .unchanged()
        .when(tha(), import_tasks(vec![task(Terms::default())]))
        .then([terms_set("T31", Terms::default())])
        .when(
            tha(),
            import_tasks(vec![ImportedTask {
                terms: Terms { constraint: StartConstraint::MustStartOn, ..Terms::default() },
                ..imported("T32", None, &[])
            }]),
        )
        .refused_at([(RefusalCode::InvalidValue, "tasks.0.startOffset")])
        .saying("T32 must start on its offset, and has none.");
}

/// T01 takes from -24 to 0.
#[test]
fn submitting_lays_out_what_starts_as_soon_as_possible_and_nations_approve_that() {
    let waiting = PlannedTask { terms: floating(), ..task("T30", "THA", "THA", 90, 1, &["T01"]) };
    let late = PlannedTask { terms: floating(), ..task("T31", "THA", "THA", 1, 1, &["T30"]) };
    let story = draft_with(sections(), [small_plan(), vec![waiting, late]].concat());
    let story = story.when(tha(), submit()).accepted();
    let start = |code: &str| story.version(1).tasks[&of::<TaskCode>(code)].start_offset;
    assert_eq!((start("T30"), start("T31")), (Span::ZERO, Span::hours(1)));
    let version = story.version(1);
    assert_eq!(
        version.content_hash,
        Some(version.content(&saphan()).hash()),
        "what was approved is what is there"
    );
    let told: Vec<_> = story.log.iter().rev().take(2).map(|recorded| recorded.event.clone()).collect();
    let moved = PlanEvent::TaskRevised {
        operation: saphan(),
        number: 1,
        task: of("T30"),
        revision: TaskRevision { start_offset: Some(Span::ZERO), ..TaskRevision::default() },
    };
    assert_eq!(told[1], Event::Plan(moved), "T31 was where it belongs already");
}

#[test]
fn a_start_that_would_lie_beyond_what_can_be_written_is_refused_at_submission() {
    // Each within its bounds: two lags of 60 years are 120.
    let late =
        |code, waits: &str| PlannedTask { terms: floating(), ..task(code, "THA", "THA", 0, 1, &[waits]) };
    let tasks = vec![late("T30", "T01FS+525600h"), late("T31", "T30FS+525600h")];
    draft_with(sections(), [small_plan(), tasks].concat())
        .when(tha(), submit())
        .refused_at([(RefusalCode::InvalidValue, "")])
        .saying("T31 would start more than 100 years from H-hour, with what it waits for.");
}

#[test]
fn a_start_that_is_said_holds_and_floats_no_more() {
    let floats = PlannedTask { terms: floating(), ..task("T30", "THA", "THA", 0, 1, &["T01"]) };
    let moved = TaskRevision { start_offset: Some(Span::hours(48)), ..TaskRevision::default() };
    let story = draft_with(sections(), [small_plan(), vec![floats]].concat());
    let story = story.when(tha(), revise_task("T30", moved.clone())).then([
        PlanEvent::TaskRevised { operation: saphan(), number: 1, task: of("T30"), revision: moved },
        terms_set("T30", Terms::default()),
    ]);
    let story = story
        .when(tha(), set_terms("T30", floating()))
        .accepted()
        // Also the start that it was laid at last.
        .when(
            tha(),
            revise_task(
                "T30",
                TaskRevision { start_offset: Some(Span::hours(48)), ..TaskRevision::default() },
            ),
        )
        .then([terms_set("T30", Terms::default())]);
    let story = story.when(tha(), submit()).accepted();
    assert_eq!(story.version(1).tasks[&of::<TaskCode>("T30")].start_offset, Span::hours(48));
}

#[test]
fn calendars_are_a_section_and_every_fault_of_theirs_is_told() {
    draft().when(tha(), calendars(vec![calendar()])).then([PlanEvent::PlanSectionRevised {
        operation: saphan(),
        number: 1,
        section: Section::Calendars(vec![calendar()]),
    }]);
    let faulty = WorkCalendar {
        week: vec![WorkingHours { day: Weekday::Sunday, from: of("22:00"), to: of("06:00") }],
        holidays: vec![Holiday { name: of("Ends first"), from: of("2023-10-05"), to: of("2023-10-04") }],
        rest: Some(Span::hours(-1)),
        ..calendar()
    };
    let idle = WorkCalendar { code: of("IDLE"), week: Vec::new(), partners: [].into(), ..calendar() };
    draft().when(tha(), calendars(vec![calendar(), faulty, idle])).refused_at([
        (RefusalCode::AlreadyExists, "section.calendars.1.code"),
        (RefusalCode::InvalidValue, "section.calendars.1.week.0.to"),
        (RefusalCode::InvalidValue, "section.calendars.1.holidays.0.to"),
        (RefusalCode::InvalidValue, "section.calendars.1.rest"),
        (RefusalCode::AlreadyExists, "section.calendars.1.partners"),
        (RefusalCode::InvalidValue, "section.calendars.2.week"),
    ]);
    let long = WorkCalendar {
        week: vec![calendar().week[0]; 51],
        holidays: [("0001-01-01", "0001-01-01"), ("2023-01-01", "2024-01-02")]
            .map(|(from, to)| Holiday { name: of("Long"), from: of(from), to: of(to) })
            .into(),
        ..calendar()
    };
    draft().when(tha(), calendars(vec![long])).refused_at([
        (RefusalCode::InvalidValue, "section.calendars.0.week"),
        (RefusalCode::InvalidValue, "section.calendars.0.holidays.0.to"),
        (RefusalCode::InvalidValue, "section.calendars.0.holidays.1.to"),
    ]);
    let many = (0..21).map(|number| WorkCalendar {
        code: of(&format!("C{number}")),
        partners: [].into(),
        ..calendar()
    });
    draft()
        .when(tha(), calendars(many.collect()))
        .refused_at([(RefusalCode::InvalidValue, "section.calendars")])
        .saying("21 calendars are more than the 20 that a plan takes.");
}

#[test]
fn an_import_brings_its_calendars_before_the_tasks_that_are_laid_out_by_them() {
    let calendars_set = |calendars| PlanEvent::PlanSectionRevised {
        operation: saphan(),
        number: 1,
        section: Section::Calendars(calendars),
    };
    let plain = || imported("T31", Some(4), &[]);
    let added = PlannedTask { line_of_effort: None, ..task("T31", "THA", "THA", 4, 1, &[]) };
    let story = draft()
        .when(tha(), import_with(vec![plain()], vec![calendar()]))
        .then([
            calendars_set(vec![calendar()]),
            PlanEvent::TaskAddedToPlan { operation: saphan(), number: 1, task: added },
        ])
        .when(tha(), import_with(vec![plain()], vec![calendar()]))
        .unchanged()
        // A file without calendars leaves them.
        .when(tha(), import_tasks(vec![plain()]))
        .unchanged();
    assert_eq!(story.version(1).sections.calendars, [calendar()]);
    story.when(tha(), import_with(vec![plain()], Vec::new())).then([calendars_set(Vec::new())]);

    // H-hour is Monday 06:00 in Bangkok. T40 takes an hour of any time, T30 two of the office's, and T31
    // comes after it.
    let dated = in_force().when(tha(), set_h_hour("2023-10-09T06:00:00+07:00")).accepted();
    let dated = dated.when(tha(), open_amendment()).accepted();
    let waits = |code: &str, on: &str| ImportedTask { terms: floating(), ..imported(code, None, &[on]) };
    let file = || {
        vec![
            ImportedTask { lead: of("LAO"), territory: of("LAO"), ..imported("T40", Some(0), &[]) },
            ImportedTask { duration: Span::hours(2), ..waits("T30", "T40") },
            waits("T31", "T30"),
        ]
    };
    let start = |story: &Story| story.version(2).tasks[&of::<TaskCode>("T31")].start_offset;
    assert_eq!(start(&dated.clone().when(tha(), import_tasks(file())).accepted()), Span::hours(3));
    assert_eq!(start(&dated.when(tha(), import_with(file(), vec![calendar()])).accepted()), Span::hours(4));
}

#[test]
fn faults_of_imported_calendars_and_tasks_are_told_together() {
    let idle = WorkCalendar { week: Vec::new(), ..calendar() };
    let wrong = ImportedTask { phase: of("P9"), ..imported("T31", None, &["T99"]) };
    draft().when(tha(), import_with(vec![wrong], vec![calendar(), idle])).refused_at([
        (RefusalCode::AlreadyExists, "calendars.1.code"),
        (RefusalCode::InvalidValue, "calendars.1.week"),
        (RefusalCode::AlreadyExists, "calendars.1.partners"),
        (RefusalCode::UnknownReference, "tasks.0.phase"),
        (RefusalCode::UnknownReference, "tasks.0.predecessors"),
    ]);
    let backwards = WorkCalendar {
        week: vec![WorkingHours { day: Weekday::Sunday, from: of("22:00"), to: of("06:00") }],
        ..calendar()
    };
    draft().when(tha(), import_with(Vec::new(), vec![backwards])).refused_at([
        (RefusalCode::InvalidValue, "calendars.0.week.0.to"),
        (RefusalCode::InvalidValue, "tasks"),
    ]);
}

#[test]
fn calendars_of_whom_nobody_knows_are_refused_when_the_plan_is_submitted() {
    let stray = WorkCalendar { partners: [of("XXX")].into(), posts: [of("XXX-01")].into(), ..calendar() };
    draft_with(sections(), small_plan())
        .when(tha(), calendars(vec![stray]))
        .accepted()
        .when(tha(), submit())
        .refused_at([
            (RefusalCode::UnknownReference, "calendars.0.partners"),
            (RefusalCode::UnknownReference, "calendars.0.posts"),
        ]);
}

#[test]
fn a_first_draft_with_calendars_tells_them_in_an_event_of_their_own() {
    let with = domain::plan::Sections { calendars: vec![calendar()], ..sections() };
    let command = PlanCommand::Draft { operation: saphan(), sections: Box::new(with.clone()) };
    let story = operation().when(tha(), planning(command)).then([
        PlanEvent::PlanDrafted { operation: saphan(), number: 1, sections: Box::new(sections()) },
        PlanEvent::PlanSectionRevised {
            operation: saphan(),
            number: 1,
            section: Section::Calendars(vec![calendar()]),
        },
    ]);
    assert_eq!(*story.version(1).sections, with);
}
