//! SITREPs: figures of what all readers may see, which stay as they were.

use crate::support::{
    Story,
    carrying::{activated, at, at_h_hour, at_minute, complete, correct, minutes, start},
    giving::{self, cash, pledge, pledge_for, rate, terminals},
    matter::*,
    nothing, of,
    reporting::*,
    saphan::*,
};
use domain::{
    Instant, Money, Priority, RefusalCode, Role,
    operation::OperationCommand,
    release::{Matter, Release},
    request::NewRequest,
    sitrep::{
        ClockFigures, ContributionFigures, Difference, Figures, IncidentFigures, Period, RequestFigures,
        SitrepEvent, TaskFigures, Upcoming,
    },
};
use serde_json::json;

fn figures(story: &Story, code: &str) -> Figures {
    sitrep(story, code).figures
}

/// T16 was started half an hour after H-hour, and it is two hours later.
fn with_a_start() -> Story {
    let story = at_minute(at_h_hour(), 30).when(mmr(), start("T16")).accepted();
    at_minute(story, 120)
}

fn everybody() -> Release {
    giving::released(&["CHN", "LAO", "MMR", "THA"])
}

#[test]
fn a_sitrep_counts_what_was_at_its_end_and_stays_as_it_was() {
    let counted = Figures {
        tasks: TaskFigures { planned: 3, in_progress: 1, completed: 1, ..TaskFigures::default() },
        started: tasks(&["T01", "T16"]),
        ended: tasks(&["T01"]),
        // T02 should have been started a day before H-hour; MMR-02 is at T16 until half past the start of T21.
        conflicts: 2,
        next: Upcoming { starts: tasks(&["T21"]), finishes: tasks(&["T16", "T21"]) },
        ..Figures::default()
    };
    let issued = SitrepEvent::SitrepIssued {
        operation: saphan(),
        sitrep: of("SITREP-01"),
        number: 1,
        period: Period { from: None, until: at(60) },
        remarks: None,
        is_final: false,
        release: everybody(),
        figures: counted.clone(),
    };
    let story = with_a_start().when(watch("THA-01"), issue_sitrep(60)).then([issued]);
    let story = story.when(mmr(), complete("T16")).accepted();
    let story = story.when(mmr(), correct("T16", 1, at(61))).accepted();
    assert_eq!(figures(&story, "SITREP-01"), counted);
    let known = sitrep(&story, "SITREP-01");
    assert_eq!(
        (known.actor.as_str(), known.number, known.correction, known.corrected_by),
        ("THA-01", 1, None, None)
    );
}

#[test]
fn each_sitrep_tells_of_what_followed_the_one_before() {
    let story = with_a_start().when(tha(), issue_sitrep(60)).accepted();
    let story = at_minute(story, 600).when(mmr(), complete("T16")).accepted();
    let story = at_minute(story, 700).when(tha(), issue_sitrep(600)).accepted();
    let second = sitrep(&story, "SITREP-02");
    assert_eq!((second.number, second.period), (2, Period { from: Some(at(60)), until: at(600) }));
    // What happens at the end of a period belongs to it.
    assert_eq!((second.figures.started, second.figures.ended), (tasks(&[]), tasks(&["T16"])));
    assert_eq!(second.figures.tasks.completed, 2);
    let story = at_minute(story, 721).when(mmr(), start("T21")).accepted();
    let story = story.when(tha(), issue_sitrep(721)).accepted();
    assert_eq!(figures(&story, "SITREP-03").started, tasks(&["T21"]));
}

#[test]
fn what_was_later_in_the_world_is_left_out_though_it_is_known() {
    let story = with_a_start().when(tha(), issue_sitrep(29)).accepted();
    let Figures { tasks: by_status, started, .. } = figures(&story, "SITREP-01");
    assert_eq!((by_status.in_progress, started), (0, tasks(&["T01"])));
}

#[test]
fn incidents_requests_and_their_clocks_are_counted_by_where_they_stood() {
    let story = incident_triaged();
    let minor = at_minute(story, 20).when(tha(), report_as("INC-002", methane(), None)).accepted();
    let shown = |to: &str| NewRequest { release: everybody(), due: Some(at(90)), ..ask_of(to) };
    let story = at_minute(minor, 30)
        .when(tha(), issue_as("RFA-001", shown("LAO")))
        .accepted()
        .when(tha(), issue_as("RFA-002", shown("LAO")))
        .accepted()
        .when(tha(), issue_as("RFA-003", shown("MMR")))
        .accepted()
        .when(lao(), fulfil_of("RFA-001", None))
        .accepted();
    let story = at_minute(story, 100).when(lao(), decline_of("RFA-002")).accepted();
    let story = at_minute(story, 110).when(tha(), withdraw_of("RFA-003")).accepted();
    let story = at_minute(story, 120).when(tha(), issue_sitrep(115)).accepted();
    let found = figures(&story, "SITREP-01");
    assert_eq!(
        found.incidents,
        [
            IncidentFigures { priority: Some(Priority::P1), open: 1, ..IncidentFigures::default() },
            IncidentFigures { priority: None, open: 1, ..IncidentFigures::default() },
        ]
    );
    let answered = RequestFigures { open: 0, answered_on_time: 1, answered_late: 1, withdrawn: 1 };
    assert_eq!(found.requests, answered);
    // Deciding on INC-001 fell due at 72 and responding does at 192; of the requests each was to be acknowledged within a
    // quarter of an hour, and done by 90.
    assert_eq!(found.clocks, ClockFigures { open: 1, met: 2, breached: 5 });
    let story = at_minute(story, 130).when(tha(), contain(None)).accepted();
    let story = at_minute(story, 140).when(tha(), close_of("INC-002")).accepted();
    let story = at_minute(story, 150).when(tha(), issue_sitrep(150)).accepted();
    let found = figures(&story, "SITREP-02").incidents;
    assert_eq!(
        found.iter().map(|of| (of.open, of.contained, of.closed)).collect::<Vec<_>>(),
        [(0, 1, 0), (0, 0, 1)]
    );
}

#[test]
fn pledges_and_acceptances_are_counted_apart_and_only_money_that_was_taken_up_is_added() {
    let story = with_a_start()
        .when(chn(), pledge("K1", cash("500 CNY")))
        .accepted()
        .when(chn(), pledge("K2", cash("2000000 CNY")))
        .accepted()
        .when(chn(), pledge("K3", terminals(12)))
        .accepted()
        .when(tha(), pledge("K4", cash("100 THB")))
        .accepted()
        .when(chn(), pledge("K5", cash("1 CNY")))
        .accepted()
        .when(chn(), pledge("K6", cash("0.50 CNY")))
        .accepted();
    let rates = || vec![rate("CNY", "4.80", "THB"), rate("THB", "1", "THB")];
    let story = ["K2", "K3", "K4", "K6"]
        .into_iter()
        .fold(story, |story, code| story.when(tha(), giving::accept(code, rates())).accepted());
    let story = story.when(tha(), giving::decline("K5")).accepted();
    let story = at_minute(story, 200).when(tha(), issue_sitrep(200)).accepted();
    let money = |minor_units, currency: &str| Money { minor_units, currency: of(currency) };
    assert_eq!(
        figures(&story, "SITREP-01").contributions,
        ContributionFigures {
            pledged: 1,
            accepted: 4,
            accepted_money: vec![money(200_000_050, "CNY"), money(10_000, "THB")],
        }
    );
}

/// Of what China, Laos and Myanmar do not all see, there is something of each kind.
fn with_secrets() -> Story {
    let story = with_a_start()
        .when(tha(), report_as("INC-009", methane(), Some(&["MMR"])))
        .accepted()
        .when(tha(), triage_of("INC-009", Priority::P1))
        .accepted()
        .when(tha(), respond_to("INC-009", Some(receive("ET-09", 125))))
        .accepted()
        .when(tha(), issue_as("RFA-009", ask_of("MMR")))
        .accepted()
        .when(mmr(), pledge_for("K9", cash("5 MMK"), &["CHN"]))
        .accepted()
        .when(tha(), giving::accept("K9", vec![rate("MMK", "0.01", "THB")]))
        .accepted();
    at_minute(story, 180)
}

#[test]
fn what_one_of_its_readers_may_not_see_is_in_no_figure() {
    let open = at_minute(with_a_start(), 180).when(tha(), issue_sitrep(170)).accepted();
    let secret = with_secrets().when(tha(), issue_sitrep(170)).accepted();
    assert_eq!(figures(&secret, "SITREP-01"), figures(&open, "SITREP-01"));
    // Who reads less of it is told more in it.
    let story = with_secrets().when(tha(), issue_sitrep_for(170, Some(&["MMR"]))).accepted();
    let Figures { tasks: by_status, incidents, requests, contributions, .. } = figures(&story, "SITREP-01");
    assert_eq!((by_status.planned, incidents.len(), requests.open), (4, 1, 1));
    // K9 is for its giver, for China and for the lead.
    assert_eq!(contributions.accepted, 1);
    let story = with_secrets().when(tha(), issue_sitrep_for(170, Some(&["LAO"]))).accepted();
    assert_eq!(figures(&story, "SITREP-01").incidents, []);
}

#[test]
fn a_task_that_is_released_to_some_is_counted_for_them_alone() {
    let drafted = draft().when(tha(), release_task("T16", &["CHN"])).accepted();
    let approved = approve_by_all(drafted.when(tha(), submit()).accepted(), 1);
    let story = activated(approved.when(tha(), promulgate(1)).accepted());
    let story = at_minute(story, -24 * 60).when(tha(), start("T01")).accepted();
    let story = at_minute(story, 0).when(tha(), complete("T01")).accepted();
    let narrowed = at_minute(story, 30).when(mmr(), start("T16")).accepted().after(minutes(110));
    let story = narrowed.clone().when(tha(), issue_sitrep(130)).accepted();
    let found = figures(&story, "SITREP-01");
    assert_eq!((found.tasks.in_progress, &found.started), (0, &tasks(&["T01"])));
    assert_eq!(found.next.finishes, tasks(&["T21"]));
    let story = narrowed.when(tha(), issue_sitrep_for(130, Some(&["CHN"]))).accepted();
    assert_eq!(figures(&story, "SITREP-01").tasks.in_progress, 1);
}

#[test]
fn who_reads_the_operation_later_is_not_shown_what_was_not_counted_for_them() {
    let story = with_secrets().and(observer("VNM")).when(tha(), issue_sitrep(170)).accepted();
    let story = story.when(tha(), release(&["CHN", "LAO", "MMR", "THA", "VNM"])).accepted();
    let code = Matter::Sitrep(of("SITREP-01"));
    let label = story.operation("SAPHAN").label().narrowed_to_matter(&sitrep(&story, "SITREP-01").label);
    assert_eq!(label.releasable_to, partners(&["CHN", "LAO", "MMR", "THA"]));
    story
        .when(tha(), release_matter(code.clone(), &["CHN", "VNM"]))
        .refused_at([(RefusalCode::InvalidValue, "releasableTo")])
        .saying("SITREP-01 was not counted for VNM: issue another one for its readers.")
        .when(tha(), release_matter(code, &["CHN"]))
        .accepted();
}

#[test]
fn a_correction_counts_the_period_again_and_names_what_differs() {
    let story = with_a_start().when(tha(), issue_sitrep(60)).accepted();
    let story = story.when(mmr(), correct("T16", 1, at(90))).accepted();
    let before = figures(&story, "SITREP-01");
    let after = Figures {
        tasks: TaskFigures { planned: 4, in_progress: 0, ..before.tasks },
        started: tasks(&["T01"]),
        ..before.clone()
    };
    let difference = |figure: &str, was: &str, is: &str| Difference {
        figure: figure.to_owned(),
        was: Some(was.to_owned()),
        is: Some(is.to_owned()),
    };
    let corrected = SitrepEvent::SitrepCorrected {
        operation: saphan(),
        sitrep: of("SITREP-01-C1"),
        number: 1,
        correction: 1,
        corrects: of("SITREP-01"),
        period: Period { from: None, until: at(60) },
        remarks: None,
        reason: of("The list of the site came late"),
        release: everybody(),
        figures: after,
        differences: vec![
            difference("tasks.planned", "3", "4"),
            difference("tasks.inProgress", "1", "0"),
            difference("started", "T01, T16", "T01"),
        ],
    };
    let story = story.when(watch("THA-01"), correct_sitrep("SITREP-01")).then([corrected]);
    let first = sitrep(&story, "SITREP-01");
    assert_eq!((&first.figures, first.corrected_by), (&before, Some(of("SITREP-01-C1"))));
    // The next one counts on from the period, whoever corrected what.
    let story = story.when(tha(), issue_sitrep(100)).accepted();
    let second = sitrep(&story, "SITREP-02");
    assert_eq!(
        (second.number, second.period.from, second.figures.started),
        (2, Some(at(60)), tasks(&["T16"]))
    );
}

#[test]
fn what_was_corrected_is_corrected_again_at_its_correction() {
    let story = with_a_start().when(tha(), issue_sitrep(60)).accepted();
    let story = story.when(tha(), correct_sitrep("SITREP-01")).accepted();
    assert_eq!(sitrep(&story, "SITREP-01-C1").correction.map(|said| said.differences), Some(Vec::new()));
    let story = story
        .when(tha(), correct_sitrep("SITREP-01"))
        .refused_at([(RefusalCode::WrongState, "sitrepId")])
        .saying("SITREP-01 was corrected by SITREP-01-C1: correct that one.")
        .when(tha(), correct_sitrep("SITREP-01-C1"))
        .accepted();
    let second = sitrep(&story, "SITREP-01-C2");
    let correction = second.correction.expect("it is one");
    assert_eq!((second.number, correction.number, correction.corrects), (1, 2, of("SITREP-01-C1")));
    assert_eq!((second.entry, sitrep(&story, "SITREP-01").entry), (3, 1));
}

#[test]
fn a_correction_is_for_those_that_read_what_it_puts_right() {
    let story = with_secrets().when(tha(), issue_sitrep(170)).accepted();
    let story = story.when(tha(), release_matter(Matter::Sitrep(of("SITREP-01")), &["MMR"])).accepted();
    let story = story.when(tha(), correct_sitrep("SITREP-01")).accepted();
    let correction = sitrep(&story, "SITREP-01-C1");
    assert_eq!(correction.label.release, Some(giving::released(&["MMR"])));
    assert_eq!(correction.figures.incidents.len(), 1, "INC-009 is for Myanmar, too");
}

#[test]
fn the_end_of_a_period_lies_after_the_one_before_and_not_after_the_present() {
    let story = with_a_start().when(tha(), issue_sitrep(60)).accepted();
    let story = story
        .when(tha(), issue_sitrep(60))
        .refused_at([(RefusalCode::InvalidValue, "until")])
        .saying("SITREP-01 tells of what was until 2023-10-09T07:00:00+07:00.");
    story.when(tha(), issue_sitrep(200)).refused_at([(RefusalCode::OccurredInFuture, "until")]);
    let long_ago = -60 * 24 * 400;
    with_a_start().when(tha(), issue_sitrep(long_ago)).refused_at([(RefusalCode::InvalidValue, "until")]);
}

#[test]
fn nothing_follows_the_final_one_but_its_corrections() {
    let terminate =
        || operating(OperationCommand::Terminate { operation: saphan(), reason: of("Stood down") });
    let story = with_a_start().when(tha(), terminate()).accepted();
    // The last word may be said when all is over.
    let story = story.when(tha(), issue_final_sitrep(121)).accepted();
    story
        .after(minutes(10))
        .when(tha(), issue_sitrep(125))
        .refused_at([(RefusalCode::WrongState, "")])
        .saying("SITREP-01 was the final one: none follows it.")
        .when(tha(), correct_sitrep("SITREP-01"))
        .accepted();
}

#[test]
fn the_lead_reports_by_its_watch_and_by_those_who_speak_for_it() {
    let story = with_a_start();
    for role in [Role::Watch, Role::Liaison, Role::Commander] {
        story.clone().when(post_as("THA-01", [role]), issue_sitrep(60)).accepted();
    }
    let story = story.when(post_as("THA-01", [Role::Planner]), issue_sitrep(60)).forbidden();
    let story = story.when(chn(), issue_sitrep(60)).forbidden();
    let story = story.when(tha(), issue_sitrep_for(60, Some(&["LAO"]))).accepted();
    let absent = [(RefusalCode::NotFound, "sitrepId")];
    story
        .when(chn(), correct_sitrep("SITREP-01"))
        .refused_at(absent)
        .when(chn(), correct_sitrep("SITREP-09"))
        .refused_at(absent)
        .when(lao(), correct_sitrep("SITREP-01"))
        .forbidden()
        .when(tha(), issue_sitrep_for(70, Some(&["VNM"])))
        .refused_at([(RefusalCode::UnknownReference, "release.releasableTo")]);
    nothing().and(coalition()).when(tha(), issue_sitrep(60)).refused([RefusalCode::NotFound]);
}

#[test]
fn figures_are_kept_in_the_words_of_the_api() {
    let story = with_a_start().when(tha(), issue_sitrep(60)).accepted();
    let kept = serde_json::to_value(figures(&story, "SITREP-01")).unwrap();
    assert_eq!(
        kept["tasks"],
        json!({ "planned": 3, "issued": 0, "inProgress": 1, "blocked": 0, "completed": 1, "cancelled": 0 })
    );
    assert_eq!(kept["contributions"]["acceptedMoney"], json!([]));
    let until: Instant = sitrep(&story, "SITREP-01").period.until;
    assert_eq!(until, at(60));
}
