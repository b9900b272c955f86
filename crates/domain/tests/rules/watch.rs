//! The watch: its rules, who stands it, what it lacks, and its log.

use crate::support::{
    Ask, Outcome, Story,
    carrying::{at, at_minute, minutes},
    given,
    matter::{limit, observer, rules, watch},
    of,
    saphan::*,
};
use domain::{
    Actor, Command, Instant, Priority, RefusalCode, Role, State, Subject,
    agenda::AgendaKind::{ShiftToAssume, ShiftToHandOver},
    centre::{Centre, CentreEvent},
    clock::{ClockKind, Limit},
    release::Release,
    watch::{
        LogEntry, Shift, ShiftFacts, ShiftStatus, WatchCommand, WatchEvent, WatchRules, coverage, running,
    },
};

fn set_in(centre: &str, rules: WatchRules) -> Ask {
    let centre = of(centre);
    Box::new(|_| Command::Watch(WatchCommand::SetRules { centre, rules }))
}

fn set(rules: WatchRules) -> Ask {
    set_in("CMCC", rules)
}

fn is_set(rules: WatchRules) -> WatchEvent {
    WatchEvent::WatchRulesSet { centre: of("CMCC"), rules }
}

fn proposed() -> Story {
    centre_proposed(given(coalition()), "CMCC")
}

fn centre_proposed(story: Story, centre: &str) -> Story {
    let criterion = domain::centre::Criterion { name: of("security"), weight: 100 };
    story.and([CentreEvent::CentreProposed {
        centre: of(centre),
        name: of("Coordination Centre"),
        criteria: vec![criterion],
    }])
}

fn established() -> Story {
    proposed().and([CentreEvent::CentreEstablished { centre: of("CMCC") }])
}

fn limits(story: &Story) -> Vec<Limit> {
    let State::Coalition(coalition) = crate::support::fold(&story.log, &Subject::Coalition) else {
        panic!("the coalition folds into itself")
    };
    coalition.limits
}

#[test]
fn a_commander_of_the_host_or_a_service_sets_how_the_watch_is_stood() {
    let story = established().when(tha(), set(rules())).then([is_set(rules())]);
    assert_eq!(limits(&story), rules().limits);
    let story = story.when(tha(), set(rules())).unchanged();
    let other = WatchRules { limits: Vec::new(), ..rules() };
    let story = story.when(tha(), set(other.clone())).then([is_set(other)]);
    assert_eq!(limits(&story), []);
    let active = established().and([CentreEvent::CentreActivated { centre: of("CMCC") }]);
    active.when(tha(), set(rules())).accepted();
    established().when(chn(), set(rules())).forbidden();
    established().when(import(), set(rules())).accepted();
    established().when(domain::Actor::clock(), set(rules())).forbidden();
    let others = [Role::Planner, Role::Liaison, Role::Watch];
    established().when(post_as("THA-02", others), set(rules())).forbidden();
}

#[test]
fn a_watch_is_stood_in_a_centre_that_stands() {
    let wrong = [(RefusalCode::WrongState, "centre")];
    proposed().when(tha(), set(rules())).refused_at(wrong).saying("CMCC is PROPOSED.");
    let down = established().and([CentreEvent::CentreStoodDown { centre: of("CMCC"), reason: of("Done") }]);
    down.when(tha(), set(rules())).refused_at(wrong);
    established().when(tha(), set_in("OTHER", rules())).refused_at([(RefusalCode::NotFound, "centre")]);
}

#[test]
fn everything_that_is_wrong_with_rules_is_told_at_once() {
    let limits = vec![
        limit(Priority::P1, ClockKind::Decide, 0, None),
        limit(Priority::P1, ClockKind::Due, 60, None),
        limit(Priority::P1, ClockKind::Decide, 366 * 24 * 60 + 1, Some("THA-99")),
        limit(Priority::P2, ClockKind::Decide, 366 * 24 * 60, None),
    ];
    let wrong = WatchRules { shift_hours: 25, min_officers: 101, min_nations: 0, limits };
    established().when(tha(), set(wrong)).refused_at([
        (RefusalCode::InvalidValue, "shiftHours"),
        (RefusalCode::InvalidValue, "minOfficers"),
        (RefusalCode::InvalidValue, "minNations"),
        (RefusalCode::InvalidValue, "limits.0.minutes"),
        (RefusalCode::InvalidValue, "limits.1.clock"),
        (RefusalCode::InvalidValue, "limits.2.minutes"),
        (RefusalCode::InvalidValue, "limits.2.clock"),
        (RefusalCode::UnknownReference, "limits.2.escalateTo"),
    ]);
    let few = WatchRules { min_officers: 1, min_nations: 2, ..rules() };
    established()
        .when(tha(), set(few))
        .refused_at([(RefusalCode::InvalidValue, "minNations")])
        .saying("1 officers are not of 2 nations.");
}

#[test]
fn limits_are_those_that_were_set_last_whichever_centre_set_them() {
    let story = centre_proposed(established(), "SECOND");
    let story = story.and([CentreEvent::CentreEstablished { centre: of("SECOND") }]);
    let none = WatchRules { limits: Vec::new(), ..rules() };
    let story = story.when(tha(), set(rules())).accepted().when(tha(), set_in("SECOND", none)).accepted();
    assert_eq!(limits(&story), []);
    let story = story.when(tha(), set(rules())).then([is_set(rules())]);
    assert_eq!(limits(&story), rules().limits);
}

fn asked(command: WatchCommand) -> Ask {
    Box::new(|_| Command::Watch(command))
}

/// From one minute after H-hour to another.
fn roster(from: i64, to: i64, officers: &[&str]) -> Ask {
    let officers = officers.iter().map(|post| of(post)).collect();
    asked(WatchCommand::RosterShift { centre: of("CMCC"), from: at(from), to: at(to), officers })
}

fn assume(shift: u32) -> Ask {
    asked(WatchCommand::Assume { centre: of("CMCC"), shift })
}

fn hand_over(shift: u32, to: u32) -> Ask {
    let brief = of("One request is open");
    asked(WatchCommand::HandOver { centre: of("CMCC"), shift, to, brief })
}

fn detect(shift: u32) -> Ask {
    asked(WatchCommand::DetectGap { centre: of("CMCC"), shift })
}

fn enter(text: &str, readers: Option<&[&str]>) -> Ask {
    let release = readers.map(|to| Release { releasable_to: partners(to), ..Release::default() });
    asked(WatchCommand::MakeLogEntry {
        centre: of("CMCC"),
        category: of("SECURITY"),
        text: of(text),
        release,
    })
}

fn put_right(entry: u32, text: &str) -> Ask {
    asked(WatchCommand::CorrectLogEntry {
        centre: of("CMCC"),
        entry,
        text: of(text),
        reason: of("The patrol has seen them"),
    })
}

fn assumed(shift: u32, post: &str) -> WatchEvent {
    let (partner, _) = post.split_once('-').unwrap();
    WatchEvent::WatchAssumed { centre: of("CMCC"), shift, post: of(post), partner: of(partner) }
}

fn gap_found(shift: u32, missing: &[&str], officers: u32, nations: u32) -> WatchEvent {
    let missing = missing.iter().map(|post| of(post)).collect();
    WatchEvent::WatchGapDetected { centre: of("CMCC"), shift, missing, officers, nations }
}

fn gap_ended(shift: u32) -> WatchEvent {
    WatchEvent::WatchGapEnded { centre: of("CMCC"), shift }
}

/// At work, with two officers of two nations for each shift.
fn at_work() -> Story {
    established().and([CentreEvent::CentreActivated { centre: of("CMCC") }]).and([is_set(rules())])
}

/// A shift of half a day from H-hour on and the one after it, rostered the day before.
fn rostered() -> Story {
    let story = at_minute(at_work(), -24 * 60);
    let story = story.when(tha(), roster(0, 720, &["CHN-01", "LAO-01"])).accepted();
    story.when(tha(), roster(720, 1_440, &["THA-02", "MMR-01"])).accepted()
}

/// Both shifts are stood: the second one took its places half an hour before it begins.
fn stood() -> Story {
    let story = at_minute(rostered(), -20).when(chn(), assume(1)).accepted();
    let story = story.when(lao(), assume(1)).accepted();
    let story = at_minute(story, 690).when(tha(), assume(2)).accepted();
    story.when(mmr(), assume(2)).accepted()
}

/// Of the second shift only Myanmar is there.
pub fn unrelieved() -> Outcome {
    let story = at_minute(rostered(), -20).when(chn(), assume(1)).accepted();
    let story = story.when(lao(), assume(1)).accepted();
    let story = at_minute(story, 690).when(mmr(), assume(2)).accepted();
    story.when(chn(), hand_over(1, 2))
}

/// The clock found that Laos is missing.
fn lacking() -> Story {
    let story = at_minute(rostered(), -20).when(chn(), assume(1)).accepted();
    at_minute(story, 1).when(Actor::clock(), detect(1)).then([gap_found(1, &["LAO-01"], 1, 1)])
}

fn cmcc(story: &Story) -> Centre {
    let State::Centre(Some(centre)) = crate::support::fold(&story.log, &Subject::Centre(of("CMCC"))) else {
        panic!("CMCC was proposed")
    };
    centre
}

fn shift(story: &Story, number: u32) -> Shift {
    cmcc(story).watch.shift(number).expect("it was rostered").clone()
}

fn entry(story: &Story, number: u32) -> LogEntry {
    cmcc(story).watch.entry(number).expect("it was made").clone()
}

fn gap(story: &Story) -> (Instant, Option<Instant>) {
    let gap = shift(story, 1).gap.expect("it was found");
    (gap.from, gap.until)
}

fn gap_due(story: &Story, number: u32) -> Option<Instant> {
    let centre = cmcc(story);
    centre.gap_due(centre.watch.shift(number).unwrap())
}

#[test]
fn the_host_plans_shifts_of_officers_who_may_stand_them() {
    let story = at_minute(at_work(), 0).and(observer("INTERPOL")).and(held("INTERPOL-01", true));
    story.clone().when(watch("THA-02"), roster(60, 780, &["CHN-01"])).accepted();
    story.clone().when(import(), roster(60, 780, &["CHN-01"])).accepted();
    story.clone().when(chn(), roster(60, 780, &["CHN-01"])).forbidden();
    let wrong = story.clone().when(tha(), roster(60, 60, &["CHN-01", "CHN-01", "XXX-01", "INTERPOL-01"]));
    wrong.refused_at([
        (RefusalCode::InvalidValue, "to"),
        (RefusalCode::InvalidValue, "officers.1"),
        (RefusalCode::UnknownReference, "officers.2"),
        (RefusalCode::TakesNoTasks, "officers.3"),
    ]);
    let long = story.clone().when(tha(), roster(60, 60 + 1_441, &[]));
    long.refused_at([(RefusalCode::InvalidValue, "to"), (RefusalCode::InvalidValue, "officers")]);
    let down = story.and([CentreEvent::CentreStoodDown { centre: of("CMCC"), reason: of("Done") }]);
    down.when(tha(), roster(60, 780, &["CHN-01"])).refused_at([(RefusalCode::WrongState, "centre")]);
}

#[test]
fn a_shift_is_planned_anew_by_its_beginning_and_meets_no_other() {
    let story = rostered().when(tha(), roster(0, 720, &["CHN-01", "LAO-01"])).unchanged();
    let story = story.when(tha(), roster(0, 660, &["CHN-01", "MMR-01"])).accepted();
    assert_eq!(shift(&story, 1).officers, [of("CHN-01"), of("MMR-01")]);
    assert_eq!(cmcc(&story).watch.shifts.len(), 2);
    let meets = story.when(tha(), roster(600, 720, &["CHN-01"]));
    meets
        .refused_at([(RefusalCode::WrongState, "from")])
        .saying("There is a shift from 2023-10-09T06:00:00+07:00 to 2023-10-09T17:00:00+07:00.");
    // Between both it is free.
    rostered().when(tha(), roster(1_440, 1_500, &["CHN-01"])).accepted();
}

#[test]
fn who_stands_a_shift_stays_on_its_roster_and_what_is_over_stays_as_it_was() {
    let story = at_minute(lacking(), 10);
    let dropped = story.clone().when(tha(), roster(0, 720, &["MMR-01", "LAO-01"]));
    let story = dropped
        .refused_at([(RefusalCode::WrongState, "officers")])
        .saying("CHN-01 has taken its place in this shift.");
    // Also when its partner was suspended since: it is there.
    let story = story.when(tha(), suspend("CHN")).accepted();
    let story = story.when(tha(), roster(0, 720, &["CHN-01", "MMR-01"])).accepted();
    assert_eq!(gap(&story), (at(0), None), "a roster fills nothing");
    let story = at_minute(story, 15).when(mmr(), assume(1)).then([assumed(1, "MMR-01"), gap_ended(1)]);
    assert_eq!(gap(&story), (at(0), Some(at(15))));
    let over = at_minute(story, 721).when(tha(), roster(0, 720, &["CHN-01", "MMR-01", "THA-01"]));
    over.refused_at([(RefusalCode::WrongState, "from")]);
}

#[test]
fn an_officer_takes_its_own_place_from_an_hour_before() {
    let early = at_minute(rostered(), -70).when(chn(), assume(1));
    early.refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
    let story = at_minute(rostered(), -60).when(chn(), assume(1)).then([assumed(1, "CHN-01")]);
    let story = story.when(chn(), assume(1)).unchanged();
    let story = story.when(tha(), assume(1)).refused_at([(RefusalCode::WrongState, "shiftId")]).story;
    let story = story.when(tha(), assume(9)).refused_at([(RefusalCode::NotFound, "shiftId")]).story;
    let story = story.when(post_as("LAO-01", [Role::Planner]), assume(1)).forbidden();
    let over = at_minute(story, 721).when(lao(), assume(1));
    over.refused_at([(RefusalCode::WrongState, "shiftId")])
        .saying("The shift is over since 2023-10-09T18:00:00+07:00.");
}

#[test]
fn who_was_on_the_roster_and_takes_no_tasks_any_more_stands_no_watch() {
    let story = at_minute(rostered(), -20);
    let suspended = story.clone().when(tha(), suspend("LAO")).accepted();
    suspended.when(lao(), assume(1)).forbidden();
    story.and(observer("LAO")).when(lao(), assume(1)).refused_at([(RefusalCode::TakesNoTasks, "shiftId")]);
}

#[test]
fn nobody_is_relieved_by_a_shift_that_is_not_there() {
    let story = unrelieved()
        .refused_at([(RefusalCode::NoRelief, "reliefId")])
        .saying("1 of 2 officers stand the next shift, of 1 of 2 nations. THA-02 is missing.");
    let story = story.when(tha(), assume(2)).accepted();
    let story = story.when(mmr(), hand_over(1, 2)).forbidden();
    let story =
        story.when(chn(), hand_over(1, 1)).refused_at([(RefusalCode::InvalidValue, "reliefId")]).story;
    let over =
        WatchEvent::WatchHandedOver { centre: of("CMCC"), shift: 1, to: 2, brief: of("One request is open") };
    let story = at_minute(story, 715).when(chn(), hand_over(1, 2)).then([over]);
    let story = story.when(lao(), hand_over(1, 2)).unchanged();
    let first = shift(&story, 1);
    assert_eq!(first.status(at(714)), ShiftStatus::OnWatch);
    assert_eq!(first.status(at(715)), ShiftStatus::HandedOver);
    story.when(lao(), assume(1)).unchanged();
}

#[test]
fn a_relief_of_a_suspended_partner_is_none_and_neither_is_one_that_is_over() {
    let story = stood().when(chn(), suspend("MMR"));
    let story = story.forbidden().when(tha(), suspend("MMR")).accepted();
    story.when(chn(), hand_over(1, 2)).refused_at([(RefusalCode::NoRelief, "reliefId")]);
    let over = at_minute(stood(), 1_441).when(chn(), hand_over(1, 2));
    over.refused_at([(RefusalCode::WrongState, "reliefId")]);
    // What is told late is judged by who was there then.
    let before = at_minute(stood(), 800).late(minutes(120)).when(chn(), hand_over(1, 2));
    before.refused_at([(RefusalCode::NoRelief, "reliefId")]);
    let story = at_minute(stood(), 800).late(minutes(80)).when(chn(), hand_over(1, 2)).accepted();
    assert_eq!(shift(&story, 1).end(), at(720));
}

#[test]
fn a_gap_is_found_by_the_clock_once_and_ends_when_it_is_filled() {
    let story = at_minute(rostered(), -20).when(chn(), assume(1)).accepted();
    assert_eq!(gap_due(&story, 1), Some(at(0)));
    let early = at_minute(story, -1).when(Actor::clock(), detect(1));
    let story = early.refused_at([(RefusalCode::WrongState, "shiftId")]).story;
    let story = at_minute(story, 1).when(tha(), detect(1)).forbidden().when(import(), detect(1)).forbidden();
    let found = gap_found(1, &["LAO-01"], 1, 1);
    let story =
        story.when(Actor::clock(), detect(1)).then([found]).when(Actor::clock(), detect(1)).unchanged();
    assert_eq!(gap_due(&story, 1), None);
    assert_eq!(shift(&story, 1).status(at(10)), ShiftStatus::Gap);
    let story = at_minute(story, 20).when(lao(), assume(1)).then([assumed(1, "LAO-01"), gap_ended(1)]);
    assert_eq!(shift(&story, 1).status(at(19)), ShiftStatus::Gap);
    assert_eq!(shift(&story, 1).status(at(20)), ShiftStatus::OnWatch);
}

#[test]
fn a_shift_that_is_full_when_it_begins_has_no_gap() {
    let story = at_minute(stood(), 1);
    assert_eq!(gap_due(&story, 1), None);
    story.when(Actor::clock(), detect(1)).unchanged();
    // Entered after it began and before anybody looked.
    let story = at_minute(rostered(), -20).when(chn(), assume(1)).accepted();
    let story = at_minute(story, 1).late(minutes(3)).when(lao(), assume(1)).then([assumed(1, "LAO-01")]);
    story.when(Actor::clock(), detect(1)).unchanged();
}

#[test]
fn late_reports_move_the_end_of_a_gap_to_when_it_was_filled() {
    // Laos came twenty minutes late, and says so an hour later.
    let story = at_minute(lacking(), 80).late(minutes(60)).when(lao(), assume(1)).accepted();
    assert_eq!(gap(&story), (at(0), Some(at(20))));
    // Another one had come before, as is told later still; who came after that changes nothing.
    let more = ["CHN-01", "LAO-01", "MMR-01", "THA-02"];
    let story = story.when(tha(), roster(0, 720, &more)).accepted();
    let story = at_minute(story, 90).late(minutes(85)).when(mmr(), assume(1));
    let story = story.then([assumed(1, "MMR-01"), gap_ended(1)]);
    assert_eq!(gap(&story), (at(0), Some(at(5))));
    let story = at_minute(story, 100).late(minutes(90)).when(tha(), assume(1)).then([assumed(1, "THA-02")]);
    assert_eq!(gap(&story), (at(0), Some(at(5))));
}

#[test]
fn a_gap_that_late_reports_show_was_none_lasts_no_time() {
    let story = at_minute(lacking(), 30).late(minutes(35)).when(lao(), assume(1));
    let story = story.then([assumed(1, "LAO-01"), gap_ended(1)]);
    assert_eq!(gap(&story), (at(0), Some(at(0))));
    assert_eq!(shift(&story, 1).status(at(0)), ShiftStatus::OnWatch);
}

#[test]
fn a_gap_that_nobody_saw_until_it_was_filled_is_told_with_its_end() {
    let story = at_minute(rostered(), -20).when(chn(), assume(1)).accepted();
    let story = at_minute(story, 20).when(lao(), assume(1)).then([assumed(1, "LAO-01")]);
    let story = at_minute(story, 60).late(minutes(60)).when(Actor::clock(), detect(1));
    let story = story.then([gap_found(1, &["LAO-01"], 1, 1), gap_ended(1)]);
    assert_eq!(gap(&story), (at(0), Some(at(20))));
}

#[test]
fn two_officers_of_one_nation_are_not_enough_and_one_is_without_rules() {
    let story = at_minute(rostered(), -90).when(tha(), roster(0, 720, &["CHN-01", "CHN-03"])).accepted();
    let story = at_minute(story, -20).when(chn(), assume(1)).accepted();
    let story = story.when(post("CHN-03"), assume(1)).accepted();
    at_minute(story, 1).when(Actor::clock(), detect(1)).then([gap_found(1, &[], 2, 1)]);
    let without = established().and([CentreEvent::CentreActivated { centre: of("CMCC") }]);
    let story = at_minute(without, -30).when(tha(), roster(0, 720, &["CHN-01", "LAO-01"])).accepted();
    let story = story.when(chn(), assume(1)).accepted();
    assert_eq!(gap_due(&story, 1), None);
}

#[test]
fn a_shift_is_judged_by_the_rules_of_its_beginning() {
    let strict = WatchRules { min_officers: 3, ..rules() };
    let story = at_minute(stood(), 700).when(tha(), set(strict)).accepted();
    assert_eq!(gap_due(&story, 1), None, "it has begun");
    assert_eq!(gap_due(&story, 2), Some(at(720)), "it begins under the new rules");
    story.when(chn(), hand_over(1, 2)).refused_at([(RefusalCode::NoRelief, "reliefId")]);
}

#[test]
fn a_centre_that_has_ended_its_work_lacks_nobody() {
    let story = at_minute(rostered(), -10);
    let story = story.and([CentreEvent::CentreStoodDown { centre: of("CMCC"), reason: of("Done") }]);
    assert_eq!(gap_due(&story, 1), None);
    at_minute(story, 1).when(Actor::clock(), detect(1)).unchanged();
}

#[test]
fn whoever_is_on_watch_writes_the_log_and_says_who_may_read_it() {
    let story = at_minute(at_work(), 0);
    let story = story.when(chn(), enter("Shots were heard", None)).accepted();
    let story = story.when(watch("MMR-01"), enter("A patrol left", Some(&["THA"]))).accepted();
    assert_eq!((entry(&story, 1).owner, entry(&story, 2).owner), (of("CHN"), of("MMR")));
    let reads = |partner: &str| [1, 2].map(|number| entry(&story, number).is_seen_by(&of(partner)));
    assert_eq!(["CHN", "THA", "MMR", "LAO"].map(reads), [[true, false], [true; 2], [true; 2], [true, false]]);
    let story = story.when(post_as("THA-02", [Role::Planner]), enter("No", None)).forbidden();
    let story = story.when(import(), enter("No", None)).forbidden();
    let unknown = story.when(chn(), enter("No", Some(&["XXX"])));
    unknown.refused_at([(RefusalCode::UnknownReference, "release.releasableTo")]);
}

#[test]
fn a_wrong_entry_stays_and_another_one_takes_its_place_for_the_same_readers() {
    let story = at_minute(at_work(), 0).when(mmr(), enter("Shots were heard", Some(&["THA"]))).accepted();
    let story = story.when(tha(), put_right(1, "Fireworks")).forbidden();
    // Who may not read it is answered as if there were none.
    let hidden = story.clone().when(chn(), put_right(1, "Fireworks")).rejected().refusals;
    assert_eq!(hidden, story.clone().when(chn(), put_right(9, "Fireworks")).rejected().refusals);
    let story = story.when(mmr(), put_right(1, "Shots were heard")).unchanged();
    let story = story.when(mmr(), put_right(1, "Fireworks")).accepted();
    let (wrong, right) = (entry(&story, 1), entry(&story, 2));
    assert_eq!((wrong.text, wrong.corrected_by), (of("Shots were heard"), Some(2)));
    assert_eq!((right.text, right.release, right.at), (of("Fireworks"), wrong.release, wrong.at));
    assert_eq!(right.corrects.map(|(number, _)| number), Some(1));
    let story =
        story.when(mmr(), put_right(1, "A car")).refused_at([(RefusalCode::WrongState, "entryId")]).story;
    let story = story.when(mmr(), put_right(2, "A car")).accepted();
    // Also once the centre has ended its work; new entries are not made then.
    let down = story.and([CentreEvent::CentreStoodDown { centre: of("CMCC"), reason: of("Done") }]);
    let down = down.when(mmr(), put_right(3, "Two cars")).accepted();
    down.when(mmr(), enter("No", None)).refused_at([(RefusalCode::WrongState, "centre")]);
}

#[test]
fn an_hour_is_covered_by_whoever_stood_at_some_time_of_it() {
    let story = at_minute(stood(), 715).when(chn(), hand_over(1, 2)).accepted();
    let shifts = [shift(&story, 1), shift(&story, 2)];
    let hours = coverage(&shifts, at(600), at(750));
    let spans: Vec<_> = hours.iter().map(|hour| (hour.from, hour.to)).collect();
    assert_eq!(spans, [(at(600), at(660)), (at(660), at(720)), (at(720), at(750))]);
    let nations = |index: usize| hours[index].officers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(nations(0), ["CHN", "LAO"]);
    assert_eq!(nations(1), ["CHN", "LAO", "MMR", "THA"], "the relief was there before it began");
    assert_eq!(nations(2), ["MMR", "THA"]);
    assert_eq!(coverage(&shifts, at(0), at(0)), []);
}

#[test]
fn a_shift_runs_from_its_beginning_or_its_relief_until_it_is_over() {
    let runs = |story: &Story, minute| {
        let shifts = [shift(story, 1), shift(story, 2)];
        running(&shifts.iter().collect::<Vec<_>>(), at(minute)).map(|shift| shift.number)
    };
    let story = at_minute(stood(), 715).when(chn(), hand_over(1, 2)).accepted();
    assert_eq!(
        [-1, 0, 714, 715, 1_439, 1_440].map(|minute| runs(&story, minute)),
        [None, Some(1), Some(1), Some(2), Some(2), None]
    );
    // Relieved late, it still ends its time when the next one begins.
    let late = at_minute(stood(), 730).when(chn(), hand_over(1, 2)).accepted();
    assert_eq!([719, 720, 729, 730].map(|minute| runs(&late, minute)), [Some(1), Some(2), Some(2), Some(2)]);
    assert_eq!(shift(&late, 1).status(at(729)), ShiftStatus::OnWatch);
}

#[test]
fn a_shift_waits_for_its_officers_and_then_for_its_relief() {
    let waits = |story: &Story, number: u32, post: &str, minute| {
        let (shift, next) = (shift(story, number), cmcc(story).watch.shift(number + 1).cloned());
        let (centre, post) = (of("CMCC"), of(post));
        let facts = ShiftFacts {
            id: uuid::Uuid::from_u128(7),
            centre: &centre,
            shift: &shift,
            next: next.as_ref(),
            post: &post,
        };
        facts.waits(at(minute).to_utc()).map(|waiting| (waiting.kind, waiting.due, waiting.is_overdue))
    };
    let (begins, ends) = (Some(at(0).to_utc()), Some(at(720).to_utc()));
    assert_eq!(waits(&rostered(), 1, "CHN-01", -61), None, "it is too early");
    assert_eq!(waits(&rostered(), 1, "CHN-01", -60), Some((ShiftToAssume, begins, false)));
    assert_eq!(waits(&rostered(), 1, "CHN-01", 10), Some((ShiftToAssume, begins, true)));
    assert_eq!(waits(&rostered(), 1, "CHN-03", -10), None, "it is not on the roster");
    assert_eq!(waits(&lacking(), 1, "CHN-01", 10), None, "nobody is there to relieve it");
    assert_eq!(waits(&stood(), 1, "CHN-01", 700), Some((ShiftToHandOver, ends, false)));
    assert_eq!(waits(&stood(), 1, "CHN-01", 720), None, "it is over");
}
