//! Drafting: one draft, references that hold, dependencies without cycles, submission.

use crate::support::{Ask, Story, instant, of, saphan::*};
use domain::{
    PostCode, RefusalCode, Role, Span, TaskCode,
    coalition::PartnerRole,
    plan::{
        ApprovalPolicy, Ccir, DecisionPoint, Dependency, DependencyKind, LineOfEffort, Objective, Phase,
        PlanCommand, PlanEvent, PlannedTask, Risk, Section, Sections, TaskRevision, TimeWindow,
        VersionStatus,
    },
};

fn draft_plan(sections: Sections) -> Ask {
    planning(PlanCommand::Draft { operation: saphan(), sections: Box::new(sections) })
}

fn revise(section: Section) -> Ask {
    planning(PlanCommand::ReviseSection { operation: saphan(), section: Box::new(section) })
}

fn add_phase(code: &str) -> Ask {
    let phase = Phase { code: of(code), name: of("Review"), gate: None };
    planning(PlanCommand::AddPhase { operation: saphan(), phase })
}

fn remove_dependency(task: &str, predecessor: &str) -> Ask {
    planning(PlanCommand::RemoveDependency {
        operation: saphan(),
        task: of(task),
        predecessor: of(predecessor),
    })
}

fn risk(code: &str, likelihood: u32, impact: u32, owner: Option<&str>) -> Risk {
    Risk {
        code: of(code),
        text: of("River flooding"),
        likelihood,
        impact,
        treatment: of("H-hour window"),
        owner: owner.map(of::<PostCode>),
    }
}

fn record(risk: Risk) -> Ask {
    planning(PlanCommand::RecordRisk { operation: saphan(), risk: Box::new(risk) })
}

#[test]
fn planners_of_all_task_taking_partners_draft_together() {
    let drafted =
        PlanEvent::PlanDrafted { operation: saphan(), number: 1, sections: Box::new(Sections::default()) };
    let added = task("T01", "LAO", "LAO", 0, 1, &[]);
    operation()
        .when(mmr(), draft_plan(Sections::default()))
        .then([drafted])
        .when(lao(), add_phase("P3"))
        .accepted()
        .when(lao(), add_task(PlannedTask { line_of_effort: None, ..added.clone() }))
        .then([PlanEvent::TaskAddedToPlan {
            operation: saphan(),
            number: 1,
            task: PlannedTask { line_of_effort: None, ..added },
        }])
        .when(post_as("LAO-01", [Role::Commander]), add_phase("P5"))
        .forbidden()
        .when(import(), add_phase("P5"))
        .forbidden();
}

#[test]
fn there_is_one_draft() {
    let again = |story: Story| story.when(tha(), draft_plan(sections()));
    again(draft()).refused_at([(RefusalCode::DraftExists, "operation")]);
    again(submitted()).refused_at([(RefusalCode::WrongState, "operation")]);
    draft().when(tha(), open_amendment()).refused_at([(RefusalCode::DraftExists, "operation")]);
    operation()
        .when(tha(), open_amendment())
        .refused_at([(RefusalCode::WrongState, "operation")])
        .when(tha(), add_phase("P1"))
        .refused_at([(RefusalCode::WrongState, "operation")]);
}

#[test]
fn a_submitted_version_never_changes() {
    let story = submitted();
    let commands = [
        add_phase("P5"),
        add_task(task("T30", "THA", "THA", 0, 1, &[])),
        move_task("T01", 0),
        remove_task("T27"),
        add_dependency("T27", "T02"),
        remove_dependency("T27", "T21"),
        revise(Section::Mission(of("Another"))),
        record(risk("R1", 1, 1, None)),
        attach(annex("B", "Text")),
        submit(),
    ];
    for command in commands {
        story
            .clone()
            .when(tha(), command)
            .refused_at([(RefusalCode::VersionImmutable, "operation")])
            .saying("Version 1 is SUBMITTED: open an amendment.");
    }
}

#[test]
fn sections_are_revised_one_by_one_and_repetition_changes_nothing() {
    let revisions = [
        Section::Situation(of("S")),
        Section::Mission(of("M")),
        Section::Concept(of("C")),
        Section::Administration(of("A")),
        Section::CommandAndSignal(of("Cs")),
        Section::Ccir(vec![Ccir::plain(of("CCIR1"), of("Route unusable"))]),
        Section::GoNoGo(vec![of("rehearsal_complete")]),
        Section::CommandRelationships(Vec::new()),
        Section::HHourWindow(window()),
        Section::ApprovalPolicy(ApprovalPolicy {
            required_roles: [PartnerRole::Principal].into(),
            ..ApprovalPolicy::default()
        }),
    ];
    for section in revisions {
        let mut wanted = sections();
        wanted.revise(&section);
        let unchanged = wanted == sections();
        let outcome = draft().when(tha(), revise(section.clone()));
        let story = if unchanged { outcome.unchanged() } else { outcome.accepted() };
        assert_eq!(*story.version(1).sections, wanted);
        story.when(tha(), revise(section)).unchanged();
    }
}

#[test]
fn the_sections_of_a_plan_hold_together_at_any_time() {
    let objective = Objective {
        code: of("O1"),
        line_of_effort: of("LOE9"),
        text: of("Screened"),
        measure: of("pct"),
        target: 100,
    };
    let point = DecisionPoint {
        code: of("DP1"),
        at: of("T16"),
        decision: of("Go"),
        deciders: Vec::new(),
        trigger: None,
        ccir: vec![of("CCIR9")],
    };
    let TimeWindow { from, to } = window();
    let twice = sections().phases[0].clone();
    let faulty = Sections {
        phases: vec![twice.clone(), twice],
        objectives: vec![objective],
        decision_points: vec![point],
        risks: vec![risk("R1", 0, 6, None)],
        h_hour_window: Some(TimeWindow { from: to, to: from }),
        ..sections()
    };
    operation().when(tha(), draft_plan(faulty)).refused_at([
        (RefusalCode::AlreadyExists, "sections.phases.1.code"),
        (RefusalCode::UnknownReference, "sections.objectives.0.lineOfEffort"),
        (RefusalCode::UnknownReference, "sections.decisionPoints.0.ccir"),
        (RefusalCode::InvalidValue, "sections.risks.0.likelihood"),
        (RefusalCode::InvalidValue, "sections.risks.0.impact"),
        (RefusalCode::InvalidValue, "sections.hHourWindow"),
    ]);
    let buddhist =
        TimeWindow { from: instant("2566-10-08T00:00:00+07:00"), to: instant("2566-10-16T00:00:00+07:00") };
    let refused = operation()
        .when(tha(), draft_plan(Sections { h_hour_window: Some(buddhist), ..sections() }))
        .refused_at([
            (RefusalCode::InvalidValue, "sections.hHourWindow.from"),
            (RefusalCode::InvalidValue, "sections.hHourWindow.to"),
        ]);
    let message = &refused.refusals[0].message;
    assert!(
        message.ends_with(" 2566 looks like a year of the Buddhist era: 2023 was probably meant."),
        "{message}"
    );
    let lines: Vec<_> = (0..1_001)
        .map(|number| LineOfEffort { code: of(&format!("LOE{number}")), name: of("Line") })
        .collect();
    draft()
        .when(tha(), revise(Section::LinesOfEffort(lines)))
        .refused_at([(RefusalCode::InvalidValue, "section.linesOfEffort")]);
}

#[test]
fn a_policy_asks_for_the_principals_and_for_nobody_without_a_vote() {
    let policies: [&[PartnerRole]; 5] = [
        &[],
        &[PartnerRole::Host],
        &[PartnerRole::Observer],
        &[PartnerRole::Principal, PartnerRole::Participant],
        &[PartnerRole::Principal, PartnerRole::Observer],
    ];
    for roles in policies {
        let policy =
            ApprovalPolicy { required_roles: roles.iter().copied().collect(), ..ApprovalPolicy::default() };
        draft()
            .when(tha(), revise(Section::ApprovalPolicy(policy)))
            .refused_at([(RefusalCode::InvalidValue, "section.approvalPolicy.requiredRoles")]);
    }
}

#[test]
fn a_phase_or_line_of_effort_stays_while_tasks_belong_to_it() {
    let tasks = small_plan().len();
    let refused = draft().when(tha(), revise(Section::Phases(Vec::new()))).rejected();
    assert_eq!(refused.refusals.len(), tasks);
    assert!(refused.refusals.iter().all(|refusal| refusal.code == RefusalCode::UnknownReference));
    draft()
        .when(tha(), revise(Section::LinesOfEffort(Vec::new())))
        .rejected()
        .saying("The plan has no line of effort LOE1, which T01 serves.");
}

#[test]
fn a_phase_is_added_once() {
    draft()
        .when(tha(), add_phase("P5"))
        .then([PlanEvent::PhaseAdded {
            operation: saphan(),
            number: 1,
            phase: Phase { code: of("P5"), name: of("Review"), gate: None },
        }])
        .when(tha(), add_phase("P5"))
        .refused_at([(RefusalCode::AlreadyExists, "phase.code")]);
}

#[test]
fn a_task_with_many_faults_is_told_all_of_them() {
    let faulty = PlannedTask {
        phase: of("P9"),
        line_of_effort: Some(of("LOE9")),
        post: Some(of("CHN-99")),
        duration: Span::hours(-1),
        start_offset: Span::MAX + Span::seconds(1),
        ..task("T01", "VNM", "KHM", 0, 0, &["T98", "T99"])
    };
    draft().when(tha(), add_task(faulty)).refused_at([
        (RefusalCode::AlreadyExists, "code"),
        (RefusalCode::UnknownReference, "phase"),
        (RefusalCode::UnknownReference, "lineOfEffort"),
        (RefusalCode::TakesNoTasks, "leadPartner"),
        (RefusalCode::UnknownReference, "territory"),
        (RefusalCode::UnknownReference, "post"),
        (RefusalCode::InvalidValue, "duration"),
        (RefusalCode::InvalidValue, "startOffset"),
        (RefusalCode::UnknownReference, "predecessors"),
        (RefusalCode::UnknownReference, "predecessors"),
    ]);
}

#[test]
fn the_post_that_a_task_foresees_is_one_of_its_lead() {
    let foreign = PlannedTask { post: Some(of("CHN-03")), ..task("T18", "MMR", "MMR", 12, 24, &["T16"]) };
    let own = PlannedTask { post: Some(of("MMR-02")), ..foreign.clone() };
    let lead = TaskRevision { lead: Some(of("CHN")), ..TaskRevision::default() };
    let both = TaskRevision { post: Some(Some(of("CHN-03"))), ..lead.clone() };
    draft()
        .when(tha(), add_task(foreign))
        .refused_at([(RefusalCode::PostNotOfLeadPartner, "post")])
        .when(tha(), add_task(own))
        .accepted()
        .when(tha(), revise_task("T18", lead))
        .refused_at([(RefusalCode::PostNotOfLeadPartner, "post")])
        .when(tha(), revise_task("T18", both))
        .accepted();
}

#[test]
fn foreign_lead_and_missing_liaison_are_conflicts_while_drafting_and_refuse_nothing() {
    operation()
        .when(tha(), draft_plan(sections()))
        .accepted()
        .when(mmr(), relieve("MMR-01"))
        .accepted()
        .when(tha(), add_task(task("T16", "CHN", "MMR", 0, 12, &[])))
        .accepted()
        .when(tha(), add_task(task("T17", "MMR", "MMR", 0, 12, &[])))
        .accepted()
        .when(tha(), submit())
        .accepted();
}

#[test]
fn a_task_is_revised_field_by_field() {
    let revision = TaskRevision { title: Some(of("Escort to the bridge")), ..TaskRevision::default() };
    let story = draft()
        .when(tha(), revise_task("T21", revision.clone()))
        .then([PlanEvent::TaskRevised {
            operation: saphan(),
            number: 1,
            task: of("T21"),
            revision: revision.clone(),
        }])
        .when(tha(), revise_task("T21", revision.clone()))
        .unchanged()
        .when(tha(), revise_task("T99", revision))
        .refused_at([(RefusalCode::NotFound, "task")])
        .story;
    let wanted =
        PlannedTask { title: of("Escort to the bridge"), ..task("T21", "MMR", "MMR", 12, 12, &["T16"]) };
    assert_eq!(*story.version(1).tasks[&of::<domain::TaskCode>("T21")], wanted);
}

#[test]
fn a_task_that_others_wait_for_stays() {
    draft()
        .when(tha(), remove_task("T01"))
        .refused_at([(RefusalCode::TaskHasSuccessors, "task"), (RefusalCode::TaskHasSuccessors, "task")])
        .saying("T02 waits for T01.")
        .when(tha(), remove_task("T27"))
        .then([PlanEvent::TaskRemovedFromPlan { operation: saphan(), number: 1, task: of("T27") }])
        .when(tha(), remove_task("T27"))
        .refused_at([(RefusalCode::NotFound, "task")]);
}

#[test]
fn dependencies_come_and_go_and_repetition_changes_nothing() {
    draft()
        .when(tha(), add_dependency("T27", "T02"))
        .then([PlanEvent::DependencyAdded {
            operation: saphan(),
            number: 1,
            task: of("T27"),
            dependency: of("T02"),
        }])
        .when(tha(), add_dependency("T27", "T02"))
        .unchanged()
        .when(tha(), remove_dependency("T27", "T02"))
        .then([PlanEvent::DependencyRemoved {
            operation: saphan(),
            number: 1,
            task: of("T27"),
            predecessor: of("T02"),
        }])
        .when(tha(), remove_dependency("T27", "T02"))
        .unchanged()
        .when(tha(), remove_dependency("T99", "T02"))
        .refused_at([(RefusalCode::NotFound, "task")])
        .when(tha(), add_dependency("T98", "T99"))
        .refused_at([(RefusalCode::NotFound, "task"), (RefusalCode::NotFound, "predecessor")]);
}

#[test]
fn a_dependency_takes_the_place_of_the_one_on_the_same_task() {
    let added = |dependency: &str| PlanEvent::DependencyAdded {
        operation: saphan(),
        number: 1,
        task: of("T27"),
        dependency: of(dependency),
    };
    let story = draft()
        .when(tha(), add_dependency("T27", "T02SS+2h"))
        .then([added("T02SS+2h")])
        .when(tha(), add_dependency("T27", "T02SS+120m"))
        .unchanged()
        .when(tha(), add_dependency("T27", "T02FF-1d"))
        .then([added("T02FF-1d")]);
    let waits: Vec<_> =
        story.version(1).tasks[&of::<TaskCode>("T27")].predecessors.iter().map(ToString::to_string).collect();
    assert_eq!(waits, ["T02FF-24h", "T21"]);
    let story = story.when(tha(), remove_dependency("T27", "T02")).accepted();
    assert_eq!(story.version(1).tasks[&of::<TaskCode>("T27")].predecessors, [of("T21")].into());
}

#[test]
fn a_task_waits_for_another_in_one_way_and_within_100_years() {
    let beyond = Dependency { lag: Span::seconds(-Span::MAX.as_seconds() - 1), ..of("T02") };
    draft()
        .when(tha(), add_task(task("T30", "THA", "THA", 0, 1, &["T01", "T02SS+0h", "T02FF+1h"])))
        .refused_at([(RefusalCode::AlreadyExists, "predecessors")])
        .saying("T02 stands twice: a task waits for another in one way.")
        .when(
            tha(),
            planning(PlanCommand::AddDependency { operation: saphan(), task: of("T27"), dependency: beyond }),
        )
        .refused_at([(RefusalCode::InvalidValue, "lag")]);
}

#[test]
fn a_task_whose_code_looks_like_notation_is_waited_for_and_notation_that_looks_like_a_code_is_explained() {
    let waiting = |predecessors: &[&str]| add_task(task("T30", "THA", "THA", 0, 1, predecessors));
    let story = draft()
        .when(tha(), waiting(&["T02SS", "T02FS-2", "T99"]))
        .refused_at([(RefusalCode::UnknownReference, "predecessors"); 3])
        .saying(
            "Version 1 has no task T02FS-2. Write the code of a task, as in T03, or behind it FS, SS, FF or SF with a lag \
             or a lead, as in T03FS+2h, T04SS-30m or T05FF+0h.",
        )
        .when(tha(), waiting(&["T99"]))
        .refused([RefusalCode::UnknownReference])
        .saying("Version 1 has no task T99.")
        .when(tha(), add_task(task("T02SS", "THA", "THA", 0, 1, &[])))
        .accepted()
        .when(tha(), waiting(&["T02SS", "T02SS+0h"]))
        .accepted();
    let waits = &story.version(1).tasks[&of::<TaskCode>("T30")].predecessors;
    let start_to_start =
        Dependency { predecessor: of("T02"), kind: DependencyKind::StartToStart, lag: Span::ZERO };
    assert_eq!(*waits, [start_to_start, Dependency::plain(of("T02SS"))].into());
}

#[test]
fn a_cycle_is_refused_whatever_the_kinds_of_its_dependencies() {
    let story = draft_with(
        sections(),
        vec![
            task("T01", "THA", "THA", 0, 1, &[]),
            task("T02", "THA", "THA", 0, 1, &["T01SS+2h"]),
            task("T03", "THA", "THA", 0, 1, &["T02FF-4h"]),
        ],
    );
    story
        .when(tha(), add_dependency("T01", "T03SF-30m"))
        .refused_at([(RefusalCode::DependencyCycle, "predecessor")])
        .saying("T01 would wait for T03, which waits for T02, which waits for T01.")
        .when(tha(), remove_task("T02"))
        .refused([RefusalCode::TaskHasSuccessors]);
}

#[test]
fn a_cycle_is_refused_with_the_chain_that_it_would_close() {
    let with = |tasks: Vec<PlannedTask>| draft_with(sections(), tasks);
    let story = with(vec![
        task("T01", "THA", "THA", 0, 1, &[]),
        task("T02", "CHN", "THA", 0, 1, &["T01"]),
        task("T03", "THA", "THA", 0, 1, &["T01"]),
        task("T07", "MMR", "THA", 0, 1, &["T02", "T03"]),
        task("T09", "MMR", "MMR", 0, 1, &["T07"]),
    ]);
    story
        .when(tha(), add_dependency("T02", "T09"))
        .refused_at([(RefusalCode::DependencyCycle, "predecessor")])
        .saying("T02 would wait for T09, which waits for T07, which waits for T02.")
        .when(tha(), add_dependency("T02", "T07"))
        .refused([RefusalCode::DependencyCycle])
        .saying("T02 would wait for T07, which waits for T02.")
        .when(tha(), add_dependency("T02", "T02"))
        .refused([RefusalCode::DependencyCycle])
        .saying("T02 would wait for T02.");
}

#[test]
fn of_several_chains_the_shortest_is_told() {
    let story = draft_with(
        sections(),
        vec![
            task("T01", "THA", "THA", 0, 1, &[]),
            task("T02", "THA", "THA", 0, 1, &["T01"]),
            task("T03", "THA", "THA", 0, 1, &["T02"]),
            task("T04", "THA", "THA", 0, 1, &["T01", "T03"]),
        ],
    );
    let chain = story.version(1).chain(&of("T04"), &of("T01"));
    assert_eq!(chain, Some(vec![of("T04"), of("T01")]));
    assert_eq!(story.version(1).chain(&of("T01"), &of("T04")), None);
    story
        .when(tha(), add_dependency("T01", "T04"))
        .rejected()
        .saying("T01 would wait for T04, which waits for T01.");
}

#[test]
fn a_new_task_does_not_wait_for_itself() {
    draft()
        .when(tha(), add_task(task("T30", "THA", "THA", 0, 1, &["T30"])))
        .refused_at([(RefusalCode::DependencyCycle, "predecessors")]);
}

#[test]
fn a_risk_is_rated_owned_by_a_post_and_replaced_under_its_code() {
    let story = draft()
        .when(tha(), record(risk("R1", 0, 6, Some("CHN-99"))))
        .refused_at([
            (RefusalCode::InvalidValue, "risk.likelihood"),
            (RefusalCode::InvalidValue, "risk.impact"),
            (RefusalCode::UnknownReference, "risk.owner"),
        ])
        .when(tha(), record(risk("R1", 3, 5, Some("MMR-01"))))
        .then([PlanEvent::RiskRecorded {
            operation: saphan(),
            number: 1,
            risk: risk("R1", 3, 5, Some("MMR-01")),
        }])
        .when(tha(), record(risk("R1", 3, 5, Some("MMR-01"))))
        .unchanged()
        .when(tha(), record(risk("R1", 2, 5, None)))
        .accepted();
    assert_eq!(story.version(1).sections.risks, [risk("R1", 2, 5, None)]);
}

#[test]
fn a_plan_full_of_risks_takes_no_other_but_has_each_replaced() {
    let risks: Vec<_> = (0..1_000).map(|number| risk(&format!("R{number}"), 1, 1, None)).collect();
    let story = draft_with(Sections { risks, ..sections() }, small_plan());
    story
        .when(tha(), record(risk("R7", 5, 5, None)))
        .accepted()
        .when(tha(), record(risk("R1000", 1, 1, None)))
        .refused_at([(RefusalCode::InvalidValue, "risk")]);
}

#[test]
fn an_annex_is_attached_replaced_and_not_repeated() {
    let story = draft()
        .when(tha(), attach(annex("B", "Site A")))
        .accepted()
        .when(tha(), attach(annex("B", "Site A")))
        .unchanged()
        .when(tha(), attach(annex("B", "Site B")))
        .accepted();
    let annexes: Vec<_> = story.version(1).annexes.values().map(|salted| salted.annex.clone()).collect();
    assert_eq!(annexes, [annex("B", "Site B")]);
}

#[test]
fn a_submission_names_the_content_under_its_hash() {
    let story = draft();
    let content_hash = story.version(1).content(&saphan()).hash();
    let story = story.when(tha(), submit()).then([PlanEvent::PlanVersionSubmitted {
        operation: saphan(),
        number: 1,
        content_hash,
    }]);
    let version = story.version(1);
    assert_eq!((version.status, version.content_hash), (VersionStatus::Submitted, Some(content_hash)));
    assert_eq!(version.submitted_position, Some(story.head()));
}

#[test]
fn the_lead_submits_by_its_planners_and_commanders() {
    draft().when(chn(), submit()).forbidden();
    draft().when(post_as("THA-02", [Role::Liaison]), submit()).forbidden();
    draft().when(post_as("THA-02", [Role::Planner]), submit()).accepted();
    draft().when(post_as("THA-02", [Role::Commander]), submit()).accepted();
    operation().when(tha(), submit()).refused([RefusalCode::WrongState]);
}

#[test]
fn a_submission_tells_all_that_the_plan_lacks() {
    let empty = Sections { h_hour_window: None, ..Sections::default() };
    let refused =
        draft_with(empty, Vec::new()).when(tha(), submit()).refused([RefusalCode::PlanIncomplete; 6]);
    let messages: Vec<_> = refused.refusals.iter().map(|refusal| refusal.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "The plan has no situation.",
            "The plan has no mission.",
            "The plan has no concept.",
            "The plan has no phases.",
            "The plan has no H-hour window.",
            "The plan has no tasks.",
        ]
    );
}

#[test]
fn a_submission_refers_to_nothing_that_is_not_there() {
    let point = DecisionPoint {
        code: of("DP1"),
        at: of("T99"),
        decision: of("Go"),
        deciders: vec![of("THA"), of("VNM")],
        trigger: None,
        ccir: Vec::new(),
    };
    let faulty = Sections {
        decision_points: vec![point],
        risks: vec![risk("R1", 1, 1, Some("CHN-99"))],
        ..sections()
    };
    draft_with(faulty, vec![task("T01", "THA", "THA", 0, 1, &[])]).when(tha(), submit()).refused_at([
        (RefusalCode::UnknownReference, "commandersIntent.keyTasks"),
        (RefusalCode::UnknownReference, "risks.0.owner"),
        (RefusalCode::UnknownReference, "decisionPoints.0.at"),
        (RefusalCode::UnknownReference, "decisionPoints.0.deciders"),
    ]);
}

#[test]
fn an_annex_is_replaced_by_those_who_may_read_it_and_guessed_at_by_nobody() {
    // `annex` is released to Thailand and Myanmar.
    let story = draft().when(tha(), attach(annex("B", "Two compounds"))).accepted();
    for text in ["Two compounds", "Three compounds"] {
        story
            .clone()
            .when(chn(), attach(annex("B", text)))
            .refused_at([(RefusalCode::AlreadyExists, "code")])
            .saying("There is an annex B, and it is not released to you.");
    }
    story.clone().when(mmr(), attach(annex("B", "Two compounds"))).unchanged();
    story.when(mmr(), attach(annex("B", "Three compounds"))).accepted();
}
