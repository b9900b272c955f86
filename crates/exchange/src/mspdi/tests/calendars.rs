use super::*;
use chrono::{Days, NaiveDate};
use domain::{
    Code,
    plan::{DayTime, Holiday, Weekday, WorkCalendar, WorkingHours},
};
use strum::VariantArray as _;

fn hours(day: Weekday, from: &str, to: &str) -> WorkingHours {
    WorkingHours { day, from: from.parse().unwrap(), to: to.parse().unwrap() }
}

fn holiday(name: &str, from: &str, to: &str) -> Holiday {
    Holiday { name: name.parse().unwrap(), from: from.parse().unwrap(), to: to.parse().unwrap() }
}

/// Of the post that leads T01; Bangkok is seven hours ahead of UTC.
pub fn bangkok() -> WorkCalendar {
    WorkCalendar {
        code: "BKK".parse().unwrap(),
        name: "Bangkok".parse().unwrap(),
        time_zone: "Asia/Bangkok".parse().unwrap(),
        week: vec![
            hours(Weekday::Monday, "02:00", "12:00"),
            hours(Weekday::Monday, "13:00", "17:00"),
            hours(Weekday::Friday, "08:00", "17:00"),
            hours(Weekday::Sunday, "07:00", "24:00"),
        ],
        holidays: vec![holiday("Songkran", "2023-10-13", "2023-10-15")],
        rest: None,
        partners: [].into(),
        posts: ["THA-02".parse().unwrap()].into(),
    }
}

fn with(calendars: &[WorkCalendar]) -> String {
    write(Plan { calendars, ..plan(&[], &BTreeMap::new(), &[]) })
}

fn calendars_of(text: &str) -> Vec<WorkCalendar> {
    project(text).calendars.unwrap()
}

/// What a file says of its only calendar after something in it was changed.
fn changed(text: &str, from: &str, to: &str) -> WorkCalendar {
    assert!(text.contains(from), "{from} is not in {text}");
    calendars_of(&text.replacen(from, to, 1)).remove(0)
}

fn faults_in(text: &str, from: &str, to: &str) -> Vec<String> {
    assert!(text.contains(from), "{from} is not in {text}");
    faults_of(&text.replacen(from, to, 1), &defaults())
}

#[test]
fn a_long_holiday_is_one_exception_whatever_it_takes() {
    let mut calendar = bangkok();
    calendar.holidays[0].to = NaiveDate::MAX;
    calendar.week = vec![hours(Weekday::Friday, "08:00", "17:00")];
    let text = with(&[calendar]);
    assert_eq!(text.matches("<Exception>").count(), 1);
    assert!(text.contains("<FromDate>2023-10-12T00:00:00</FromDate>"), "{text}");
}

/// Two local days that follow each other share a day in UTC, which is an exception once.
#[test]
fn holidays_that_touch_are_exceptions_that_do_not_overlap() {
    let calendar = WorkCalendar {
        week: Weekday::VARIANTS.iter().map(|day| hours(*day, "00:00", "24:00")).collect(),
        holidays: vec![
            holiday("Second", "2023-10-14", "2023-10-14"),
            holiday("First", "2023-10-13", "2023-10-13"),
        ],
        ..bangkok()
    };
    let text = with(std::slice::from_ref(&calendar));
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let dates: Vec<&&str> = lines.iter().filter(|line| line.starts_with("<FromDate>")).collect();
    assert_eq!(
        dates,
        [
            // Until 17:00, whole, and from 17:00 on.
            &"<FromDate>2023-10-12T00:00:00</FromDate>",
            &"<FromDate>2023-10-13T00:00:00</FromDate>",
            &"<FromDate>2023-10-14T00:00:00</FromDate>",
        ]
    );
    assert_eq!(calendars_of(&text), [calendar]);
}

#[test]
fn a_calendar_that_was_changed_elsewhere_counts_as_it_is_now() {
    let yangon = WorkCalendar {
        time_zone: "Asia/Yangon".parse().unwrap(),
        week: vec![hours(Weekday::Monday, "02:00", "06:30"), hours(Weekday::Monday, "06:30", "12:00")],
        rest: Some(Span::hours(8)),
        ..bangkok()
    };
    let text = with(std::slice::from_ref(&yangon));
    // Sunday 19:30 to Monday 05:30 in UTC.
    assert_eq!(
        changed(&text, "<FromTime>19:30:00<", "<FromTime>18:30:00<"),
        WorkCalendar {
            week: vec![hours(Weekday::Monday, "01:00", "12:00")],
            // Sunday is worked on neither as a whole nor in part.
            holidays: vec![holiday("Songkran", "2023-10-13", "2023-10-14")],
            ..yangon.clone()
        }
    );
    let renamed = changed(&text, "<Name>BKK Bangkok<", "<Name>BKK  Other <");
    assert_eq!(renamed, WorkCalendar { name: "Other".parse().unwrap(), ..yangon.clone() });
    // One that is there no more, also the last, and others' notes around it.
    assert_eq!(calendars_of(&text.replace("BKK Bangkok", "Mine")), []);
    let noted = text.lines().find(|line| line.contains("<Notes>")).unwrap();
    assert_eq!(project(&text.replace("BKK Bangkok", "Mine").replace(noted, "")).calendars, None);
    let noted =
        text.replace("<Notes>", "<Notes>Call the harbour.&#10;").replace("</Notes>", "\nSoon.</Notes>");
    assert_eq!(calendars_of(&noted), std::slice::from_ref(&yangon));
    // H-hour moves by half a year: hours are those that they were written with.
    let moved = text.replace("<ConstraintDate>2023-10", "<ConstraintDate>2023-04");
    assert_eq!(calendars_of(&moved), [yangon]);
    // Its holidays go by its own clocks.
    let whole = "<ToDate>2023-10-14T23:59:00<";
    let shortened = changed(&with(&[bangkok()]), whole, "<ToDate>2023-10-13T23:59:00<");
    let days =
        [holiday("Songkran", "2023-10-13", "2023-10-13"), holiday("Songkran", "2023-10-15", "2023-10-15")];
    assert_eq!(shortened, WorkCalendar { holidays: days.into(), ..bangkok() });
}

#[test]
fn a_calendar_of_the_code_24_is_not_the_one_of_24_hours() {
    let watch = WorkCalendar { code: "24".parse().unwrap(), name: "Watch".parse().unwrap(), ..bangkok() };
    let always = WorkCalendar {
        name: "Hours".parse().unwrap(),
        week: Weekday::VARIANTS.iter().map(|day| hours(*day, "00:00", "24:00")).collect(),
        holidays: Vec::new(),
        ..watch.clone()
    };
    for calendar in [&watch, &always] {
        let text = with(std::slice::from_ref(calendar));
        assert_eq!(calendars_of(&text), std::slice::from_ref(calendar));
        let (before, after) = text.rsplit_once("<Name>24 ").unwrap();
        assert!(!before.contains("<Name>24 "), "{text}");
        // It is called otherwise now, and there is one with its code before it.
        let copied = office(9, "24 Copy", "");
        let copied = text.replacen("<Calendars>", &format!("<Calendars>{copied}"), 1);
        assert_eq!(calendars_of(&copied), std::slice::from_ref(calendar));
        let renamed = calendars_of(&format!("{before}<Name>24 Other {after}"));
        assert_eq!(renamed[0].week, calendar.week);
    }
    // Programs have one of that name.
    let theirs = with(std::slice::from_ref(&watch)).replace("<Name>Round the clock<", "<Name>24 Hours<");
    assert_eq!(calendars_of(&theirs), [watch]);
    assert_eq!(calendars_of(&theirs.replace("<Name>24 Watch<", "<Name>Mine<")), []);
}

#[test]
fn a_note_that_somebody_broke_is_a_fault() {
    let text = with(&[bangkok()]);
    for (from, to) in [
        ("{\"hHour\"", "{\"hHou\""),
        ("\"2023-10-15T06:00:00\"", "\"+262142-12-31T23:00:00\""),
        ("Asia/Bangkok", "Asia/Atlantis"),
        ("\"BKK\"", "\"bkk\""),
        ("\"to\":\"2023-10-15\"", "\"to\":\"2123-10-15\""),
        ("\"to\":\"12:00\"", "\"to\":\"01:00\""),
        ("THA-02", " THA-02"),
    ] {
        assert_eq!(
            faults_in(&text, from, to),
            [
                "line 255, column 7 (Notes): is not what was noted of the plan's calendars: export the plan anew, or take the note away"
            ],
            "{to}"
        );
    }
}

/// A file of another program: tasks of posts and without, and calendars of UTC.
fn foreign(calendars: &str, tasks: &str) -> String {
    format!(
        "<Project>\n<ExtendedAttributes><ExtendedAttribute><FieldID>1</FieldID><Alias>Accord post</Alias></ExtendedAttribute>\
         </ExtendedAttributes>\n<Calendars>\n{calendars}</Calendars>\n<Tasks>\n{tasks}</Tasks></Project>"
    )
}

/// Monday to Friday, 08:00 to 16:00.
fn office(uid: u32, name: &str, more: &str) -> String {
    let day = |number: u32| {
        let works = "<DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>16:00:00</ToTime></WorkingTime></WorkingTimes>";
        let works = if (2..=6).contains(&number) { works } else { "<DayWorking>0</DayWorking>" };
        format!("<WeekDay><DayType>{number}</DayType>{works}</WeekDay>\n")
    };
    let days: String = (1..=7).map(day).collect();
    format!("<Calendar><UID>{uid}</UID><Name>{name}</Name><WeekDays>\n{days}</WeekDays>{more}</Calendar>\n")
}

fn works_by(number: u32, uid: &str, post: &str) -> String {
    let post = format!("<ExtendedAttribute><FieldID>1</FieldID><Value>{post}</Value></ExtendedAttribute>");
    task(number, &format!("<CalendarUID>{uid}</CalendarUID>{post}"))
}

fn exception(first: &str, last: &str, rest: &str) -> String {
    format!(
        "<TimePeriod><FromDate>{first}T00:00:00</FromDate><ToDate>{last}T23:59:00</ToDate></TimePeriod>{rest}"
    )
}

#[test]
fn calendars_of_another_program_come_in_if_posts_and_leads_have_one_each() {
    let off = exception(
        "2023-12-23",
        "2024-01-01",
        "<Name>Year's end</Name><Type>1</Type><DayWorking>0</DayWorking>",
    );
    let newer = format!("<Exceptions><Exception>{off}</Exception></Exceptions>");
    // As programs before 2007 have it.
    let older = office(4, "Night", "").replace(
        "</WeekDays>",
        &format!(
            "<WeekDay><DayType>0</DayType><DayWorking>0</DayWorking>{}</WeekDay></WeekDays>",
            exception("2023-10-16", "2023-10-16", "")
        ),
    );
    let all_day = "<FromTime>00:00:00</FromTime><ToTime>00:00:00</ToTime>";
    let always = office(5, "Always", "").replace(
        "<DayWorking>0</DayWorking>",
        &format!(
            "<DayWorking>1</DayWorking><WorkingTimes><WorkingTime>{all_day}</WorkingTime></WorkingTimes>"
        ),
    );
    let always = always.replace("<FromTime>08:00:00</FromTime><ToTime>16:00:00</ToTime>", all_day);
    let calendars = [office(1, "Standard", ""), office(3, "OFF-1 Office", &newer), older, always].concat();
    let tasks = [
        works_by(1, "3", "THA-01"),
        works_by(2, "4", "THA-02"),
        works_by(3, "3", "THA-01"),
        works_by(4, "-1", "THA-03"),
        works_by(5, "5", "THA-03"),
        task(6, "<CalendarUID>4</CalendarUID>").replace("<UID>", "<Summary>0</Summary><UID>"),
    ];
    let text = foreign(&calendars, &tasks[..5].concat());
    let read = read(text.as_bytes(), &Mapping::default(), &defaults()).unwrap();
    let week = || [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    let week = || week().map(|day| hours(day, "08:00", "16:00")).into();
    let calendar = |code: &str, name: &str, day_off: Holiday, post: &str| WorkCalendar {
        code: code.parse().unwrap(),
        name: name.parse().unwrap(),
        time_zone: "UTC".parse().unwrap(),
        week: week(),
        holidays: vec![day_off],
        posts: [post.parse().unwrap()].into(),
        ..WorkCalendar { rest: None, ..bangkok() }
    };
    let office = calendar("OFF-1", "Office", holiday("Year's end", "2023-12-23", "2024-01-01"), "THA-01");
    let night = calendar("C4", "Night", holiday("Off", "2023-10-16", "2023-10-16"), "THA-02");
    assert_eq!(read.calendars.unwrap(), [office.clone(), night.clone()]);
    let line = |index: usize| text.lines().nth(read.calendar_lines[index] - 1).unwrap();
    assert!(line(0).contains("<UID>3<") && line(1).contains("<UID>4<"), "{:?}", read.calendar_lines);
    // A task without a post: its lead's. Those of THA-03 would have it, too.
    assert_eq!(
        faults_of(&foreign(&calendars, &tasks.concat()), &defaults()),
        [
            "line 45, column 72 (CalendarUID): has no calendar here, and would have the calendar C4 in the plan: give all tasks of \
             THA-03 one calendar; a post without any has that of its tasks' lead",
            "line 46, column 72 (CalendarUID): has no calendar here, and would have the calendar C4 in the plan: give all tasks of \
             THA-03 one calendar; a post without any has that of its tasks' lead",
        ]
    );
    let tasks = [&tasks[..3], &tasks[5..]].concat().concat();
    let read = super::read(foreign(&calendars, &tasks).as_bytes(), &Mapping::default(), &defaults()).unwrap();
    assert_eq!(
        read.calendars.unwrap(),
        [office, WorkCalendar { partners: ["THA".parse().unwrap()].into(), ..night }]
    );
}

#[test]
fn every_fault_of_calendars_is_told_with_those_of_tasks() {
    let exceptions = [
        exception("2023-12-25", "2023-12-26", "<Type>3</Type>"),
        exception("2023-12-25", "2023-12-24", ""),
        exception("soon", "2023-12-24", "<Type>1</Type><Period>2</Period>"),
        "<DayWorking>1</DayWorking>".to_owned(),
    ];
    let exceptions = exceptions.map(|one| format!("<Exception>{one}</Exception>\n")).concat();
    let partly = "<DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime></WorkingTimes>";
    let unlike: String =
        [("2023-10-14", partly), ("2023-10-16", partly), ("2023-10-18", ""), ("2023-10-18", "")]
            .map(|(day, rest)| format!("<Exception>{}</Exception>\n", exception(day, day, rest)))
            .concat();
    let calendars = [
        office(1, "Unused", "<WorkWeeks><WorkWeek/></WorkWeeks>"),
        office(2, "a", &format!("<WorkWeeks><WorkWeek/></WorkWeeks><Exceptions>\n{exceptions}</Exceptions>")),
        office(3, "b", &format!("<Exceptions>\n{unlike}</Exceptions>")),
        office(3, "Of a number that is taken", "").replace("<DayType>1</DayType>", "<DayType>9</DayType>"),
        office(4, "c", "")
            .replace("<FromTime>08:00:00<", "<FromTime>08:00:30<")
            .replace("<DayType>1<", "<DayType>9<"),
        office(5, "c", "").replace("<DayType>1</DayType>", "<DayType>2</DayType>"),
        office(6, "c", "").replace("<ToTime>16", "<ToTime>06").replace("<DayWorking>0<", "<DayWorking>1<"),
        "<Calendar><UID>7</UID><Name/></Calendar>\n".to_owned(),
    ];
    let tasks: String = (2..=8).map(|number| works_by(number, &number.to_string(), "THA-01")).collect();
    let told =
        faults_of(&foreign(&calendars.concat(), &(tasks + &task(9, "<Manual>1</Manual>"))), &defaults());
    let unlike = unlike.replace("2023-10-18", "2023-10-19").replacen("2023-10-19", "2023-10-18", 2);
    let apart = office(3, "b", &format!("<Exceptions>\n{unlike}</Exceptions>"));
    let apart = faults_of(&foreign(&apart, &works_by(3, "3", "THA-01")), &defaults());
    assert_eq!(
        told,
        [
            "line 21, column 23 (WorkWeek): weeks of other hours are not known here: a calendar has the same hours in every week",
            "line 22, column 113 (Type): exceptions that repeat are not known here: make one for each time",
            "line 23, column 12 (TimePeriod): an exception begins between 1900 and 2200, and has 1 to 366 days",
            "line 24, column 24 (FromDate): `soonT00:00:00` is no date: write it as 2023-10-15T06:00:00",
            "line 24, column 121 (Period): exceptions that repeat are not known here: make one for each time",
            "line 25, column 1 (Exception): is worked on, and does not say when",
            "line 25, column 1 (Exception): has no TimePeriod",
            "line 39, column 1 (Exception): is of days that the exception on line 38 is of, too",
            "line 41, column 1 (Calendar): has a UID that another calendar has already",
            "line 51, column 10 (DayType): is no day: they are 1 (Sunday) to 7",
            "line 52, column 83 (FromTime): is no time of day in whole minutes, such as 08:30:00",
            "line 53, column 83 (FromTime): is no time of day in whole minutes, such as 08:30:00",
            "line 54, column 83 (FromTime): is no time of day in whole minutes, such as 08:30:00",
            "line 55, column 83 (FromTime): is no time of day in whole minutes, such as 08:30:00",
            "line 56, column 83 (FromTime): is no time of day in whole minutes, such as 08:30:00",
            "line 61, column 10 (DayType): is a day that the calendar has already",
            "line 69, column 1 (WeekDay): is worked on, and does not say when",
            "line 70, column 70 (WorkingTime): ends before it begins",
            "line 71, column 70 (WorkingTime): ends before it begins",
            "line 72, column 70 (WorkingTime): ends before it begins",
            "line 73, column 70 (WorkingTime): ends before it begins",
            "line 74, column 70 (WorkingTime): ends before it begins",
            "line 75, column 1 (WeekDay): is worked on, and does not say when",
            "line 77, column 1 (Calendar): does not say of each of the seven days whether it is worked on",
            "line 86, column 72 (CalendarUID): there is no calendar of this UID",
            "line 87, column 72 (Manual): is scheduled manually: schedule it automatically, with a constraint where it needs one",
        ]
    );
    assert_eq!(
        apart,
        [
            "line 13, column 1 (Exception): is worked on more than in every week, which a plan's calendar cannot say: it has days off only",
            "line 14, column 1 (Exception): takes a part of a day, on the calendar's clocks: a plan's calendar has whole days off",
        ]
    );
}

#[test]
fn time_of_work_passes_by_a_projects_calendar_of_all_hours_that_is_never_off() {
    let link = "<PredecessorLink><PredecessorUID>1</PredecessorUID><LinkLag>600</LinkLag><LagFormat>5</LagFormat></PredecessorLink>";
    let tasks = [task(1, ""), task(2, link)].concat();
    let of = |times: &str, more: &str| {
        let works = format!("<DayWorking>1</DayWorking><WorkingTimes>{times}</WorkingTimes>");
        let day = |number: u32| format!("<WeekDay><DayType>{number}</DayType>{works}</WeekDay>");
        let days: String = (1..=7).map(day).collect();
        let calendar =
            format!("<Calendar><UID>1</UID><Name>All</Name><WeekDays>{days}</WeekDays>{more}</Calendar>");
        let text = foreign(&calendar, &tasks).replace("<Tasks>", "<CalendarUID>1</CalendarUID><Tasks>");
        read(text.as_bytes(), &Mapping::default(), &defaults())
    };
    let time = |from: &str, to: &str| {
        format!("<WorkingTime><FromTime>{from}</FromTime><ToTime>{to}</ToTime></WorkingTime>")
    };
    let halves = [time("00:00:00", "12:00:00"), time("12:00:00", "00:00:00")].concat();
    for times in [&time("00:00:00", "00:00:00"), &halves] {
        assert_eq!(of(times, "").unwrap().rows[1].predecessors, ["T1FS+1h".parse().unwrap()].into());
    }
    let off = exception("2023-10-16", "2023-10-16", "");
    for (times, more) in [
        (time("00:00:00", "12:00:00"), String::new()),
        (halves, format!("<Exceptions><Exception>{off}</Exception></Exceptions>")),
    ] {
        let told = of(&times, &more).unwrap_err().listed;
        assert!(told.len() == 1 && told[0].message.starts_with("is in time of work, "), "{told:?}");
    }
}

#[test]
fn two_calendars_of_one_code_are_a_fault_wherever_they_stand() {
    let calendars = [office(1, "OFF One", ""), office(2, "OFF Two", "")].concat();
    let tasks = [works_by(1, "1", "THA-01"), works_by(2, "2", "THA-02")].concat();
    let text = foreign(&calendars, &tasks);
    assert_eq!(
        faults_of(&text, &defaults()),
        ["line 13, column 1 (Calendar): OFF is the code of the calendar on line 4 already"]
    );
    let told = faults_of(&text.replace('\n', ""), &defaults());
    assert!(
        told.len() == 1 && told[0].ends_with("(Calendar): OFF is the code of the calendar on line 1 already"),
        "{told:?}"
    );
}

#[test]
fn calendars_of_a_file_are_bounded() {
    let many: String = (1..=21).map(|number| office(number, "Office", "")).collect();
    let tasks: String =
        (1..=21).map(|number| works_by(number, &number.to_string(), &format!("THA-{number}"))).collect();
    assert_eq!(
        faults_of(&foreign(&many, &tasks), &defaults()),
        ["line 184, column 1 (Calendar): tasks have more than the 20 calendars that a plan takes"]
    );
    let off = |day: u64| {
        let day = "1950-01-01".parse::<NaiveDate>().unwrap() + Days::new(day * 2);
        format!("<Exception>{}</Exception>", exception(&day.to_string(), &day.to_string(), ""))
    };
    let exceptions =
        |count| format!("<Exceptions>\n{}</Exceptions>", (0..count).map(off).collect::<String>());
    let of = |more: &str| {
        faults_of(&foreign(&office(1, "Office", more), &works_by(1, "1", "THA-01")), &defaults())
    };
    assert_eq!(
        of(&exceptions(2_000)),
        [
            "line 4, column 1 (Calendar): has more than the 1000 holidays in the years 1900 to 2200 that a plan takes"
        ]
    );
    let told = of(&exceptions(4_000));
    assert!(
        told.len() == 1 && told[0].ends_with("(Exception): a calendar has at most 3000 exceptions"),
        "{told:?}"
    );
}

/// Days off are held against the hours of each day: of a week that is too much, nothing is told but that.
#[test]
fn stretches_of_a_day_and_a_week_are_bounded_before_days_off_are_worked_out() {
    let stretches = |count: u32| {
        let minute = |minute: u32| format!("{:02}:{:02}:00", minute / 60, minute % 60);
        let stretch = |number: u32| {
            let (from, to) = (minute(480 + number * 2), minute(481 + number * 2));
            format!("\n<WorkingTime><FromTime>{from}</FromTime><ToTime>{to}</ToTime></WorkingTime>")
        };
        format!("<WorkingTimes>{}</WorkingTimes>", (0..count).map(stretch).collect::<String>())
    };
    // On a Saturday, which takes nothing from a week of any hours but adds to it.
    let works = |count| {
        exception("2023-10-14", "2023-10-14", &format!("<DayWorking>1</DayWorking>{}", stretches(count)))
    };
    let of = |week: u32, day: u32| {
        let office =
            office(1, "Office", &format!("<Exceptions>\n<Exception>{}</Exception></Exceptions>", works(day)));
        let (before, rest) = office.split_once("<WorkingTimes>").unwrap();
        let (_, after) = rest.split_once("</WorkingTimes>").unwrap();
        let text = foreign(&format!("{before}{}{after}", stretches(week)), &works_by(1, "1", "THA-01"));
        faults_of(&text, &defaults())
    };
    let more = "(Exception): is worked on more than in every week, which a plan's calendar cannot say: it has days off only";
    // Four other days have a stretch each.
    assert_eq!(of(46, 50), [format!("line 59, column 1 {more}")]);
    assert_eq!(
        of(47, 50),
        ["line 4, column 1 (Calendar): has more than the 50 stretches of work in a week that a plan takes"]
    );
    assert_eq!(
        of(51, 51),
        [
            "line 57, column 1 (WorkingTime): a day has at most 50 stretches of work",
            "line 115, column 1 (WorkingTime): a day has at most 50 stretches of work",
        ]
    );
}

/// On a day of the calendar's clocks.
fn works(calendar: &WorkCalendar, date: NaiveDate) -> Vec<(u16, u16)> {
    use chrono::Datelike as _;
    if calendar.holidays.iter().any(|days| (days.from..=days.to).contains(&date)) {
        return Vec::new();
    }
    let day = Weekday::VARIANTS[date.weekday().num_days_from_monday() as usize];
    let mut minutes = vec![false; 24 * 60 + 1];
    for hours in calendar.week.iter().filter(|hours| hours.day == day) {
        minutes[usize::from(hours.from.minutes())..usize::from(hours.to.minutes())].fill(true);
    }
    let ends = minutes.windows(2).zip(1..).filter(|(pair, _)| pair[0] != pair[1]).map(|(_, minute)| minute);
    let ends: Vec<u16> = minutes[0].then_some(0).into_iter().chain(ends).collect();
    ends.chunks(2).map(|pair| (pair[0], pair[1])).collect()
}

fn any_hours() -> impl Strategy<Value = WorkingHours> {
    // Also hours that touch, overlap, or go on at midnight.
    let time = || prop_oneof![0..=1_440_u16, (0..=8_u16).prop_map(|part| part * 180)];
    let different = (time(), time()).prop_filter("no hours", |(from, to)| from != to);
    (0..7_usize, different).prop_map(|(day, (one, two))| WorkingHours {
        day: Weekday::VARIANTS[day],
        from: DayTime::of(one.min(two)).unwrap(),
        to: DayTime::of(one.max(two)).unwrap(),
    })
}

fn any_holiday() -> impl Strategy<Value = Holiday> {
    let first = || "2023-10-01".parse::<NaiveDate>().unwrap();
    ("[ab\u{e000}]{0,1}b", 0..40_u64, 0..9_u64).prop_map(move |(name, from, days)| Holiday {
        name: name.parse().unwrap(),
        from: first() + Days::new(from),
        to: first() + Days::new(from + days),
    })
}

fn any_calendar() -> impl Strategy<Value = WorkCalendar> {
    let zones = [
        "Asia/Yangon",
        "Asia/Bangkok",
        "Asia/Kathmandu",
        "America/St_Johns",
        "America/Los_Angeles",
        "Pacific/Kiritimati",
        "Pacific/Niue",
        "UTC",
    ];
    (
        prop::sample::select(zones.to_vec()),
        "[a-z<&\"\u{e000} ]{0,8}x|Hours",
        prop::collection::vec(any_hours(), 1..8),
        prop::collection::vec(any_holiday(), 0..5),
        prop::option::of((0..168_i64).prop_map(Span::hours)),
    )
        .prop_map(|(zone, name, week, holidays, rest)| WorkCalendar {
            time_zone: zone.parse().unwrap(),
            name: name.parse().unwrap(),
            week,
            holidays,
            rest,
            ..bangkok()
        })
}

pub fn any_calendars() -> impl Strategy<Value = Vec<WorkCalendar>> {
    let of = prop::collection::btree_map("[A-C]|24|2[A-C]", "(THA|MMR|LAO)(-0[12])?", 0..4);
    of.prop_flat_map(|of| {
        let calendars = of.into_iter().map(|(code, whom)| {
            any_calendar().prop_map(move |calendar| WorkCalendar {
                code: code.parse::<Code>().unwrap(),
                partners: (!whom.contains('-')).then(|| whom.parse().unwrap()).into_iter().collect(),
                posts: whom.contains('-').then(|| whom.parse().unwrap()).into_iter().collect(),
                ..calendar
            })
        });
        calendars.collect::<Vec<_>>()
    })
}

proptest! {
    /// What stands in the elements, when the note is of another week.
    #[test]
    fn hours_and_days_off_are_moved_back_to_the_calendars_clocks(calendar in any_calendar(), h_hour in 1_600_000_000..1_800_000_000_i64) {
        let h_hour = DateTime::from_timestamp(h_hour, 0);
        let text = |calendar: &WorkCalendar| {
            write(Plan { h_hour, calendars: std::slice::from_ref(calendar), ..plan(&[], &BTreeMap::new(), &[]) })
        };
        let other = WorkCalendar {
            week: vec![hours(Weekday::Monday, "00:00", "00:01")],
            holidays: Vec::new(),
            ..calendar.clone()
        };
        let note = |text: &str| text.lines().find(|line| line.contains("<Notes>")).unwrap().to_owned();
        let ours = text(&calendar);
        let read = calendars_of(&ours.replace(&note(&ours), &note(&text(&other)))).remove(0);
        for date in "2023-09-20".parse::<NaiveDate>().unwrap().iter_days().take(80) {
            prop_assert_eq!(works(&read, date), works(&calendar, date), "{}", date);
        }
        let WorkCalendar { code, name, time_zone, rest, posts, .. } = read;
        prop_assert_eq!((code, name, time_zone, rest, posts), (calendar.code, calendar.name, calendar.time_zone, calendar.rest, calendar.posts));
    }
}
