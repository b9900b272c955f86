//! Traces as tasks and reports, in the words of a scenario file.

use super::mapping::{Rule, Rules, Says};
use crate::scenario::{
    model::execution::BlockReason,
    yaml::{Data, Entry, Faults, Node},
};
use chrono::{DateTime, FixedOffset, LocalResult, TimeDelta, TimeZone as _};
use exchange::{
    printable,
    xes::{Log, Place, ReadEvent, ReadTrace, Time},
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
};

/// Most traces, which are as many tasks: what a plan's file may have.
const MOST_TRACES: usize = exchange::csv::MOST_ROWS;

/// Longest text that is taken from a log, in characters.
const MOST_TEXT: usize = 100;

/// Longest code, in bytes.
const MOST_CODE: usize = 32;

/// What stays of a code that is there already, in bytes, so that a number finds room behind it.
const MOST_STEM: usize = 24;

/// What is made of a log.
#[derive(Default)]
pub struct Made<'a> {
    pub tasks: Vec<Node<'a>>,
    pub reports: Vec<Node<'a>>,
    /// Events that no rule matches, by their activities.
    pub left_out: BTreeMap<String, usize>,
    /// How many traces have no report.
    pub empty: usize,
}

/// An event with what it reports, at the log's own time until that is moved.
struct Reported<'r> {
    place: Place,
    at: DateTime<FixedOffset>,
    activity: String,
    rule: &'r Rule,
    /// How much of its trace has happened by then, from 0 to 100.
    percent: usize,
}

/// A trace of which something is reported.
struct Case<'r> {
    place: Place,
    title: String,
    code: String,
    post: &'r str,
    reports: Vec<Reported<'r>>,
}

impl Made<'_> {
    /// Beside the tasks of these codes; what could not be reported so is told to `faults`.
    pub fn of(log: &Log, rules: &Rules, codes: &[String], faults: &Faults) -> Self {
        let mut made = Self::default();
        if let Some(trace) = log.traces.get(MOST_TRACES) {
            let place = (trace.place.line, trace.place.column);
            faults.add(place, "", &format!("is one trace more than {MOST_TRACES}, which are the most"));
            return made;
        }
        let mut codes = Codes { taken: codes.iter().cloned().collect(), next: HashMap::new() };
        let mut cases = Vec::new();
        for (number, trace) in (1..).zip(&log.traces) {
            match made.case(number, trace, rules, &mut codes, faults) {
                Some(case) => cases.push(case),
                None => made.empty += 1,
            }
        }
        let first = cases.iter().flat_map(|case| &case.reports).map(|report| report.at).min();
        let Some(first) = first else { return made };
        let begin = rules.section.begin.unwrap_or(rules.h_hour);
        for mut case in cases {
            for report in &mut case.reports {
                if let Some(moved) = begin.checked_add_signed(report.at - first) {
                    report.at = moved;
                } else {
                    let message = "is moved to a time that no calendar has, by `log.begin` or the H-hour";
                    faults.add((report.place.line, report.place.column), "", message);
                }
            }
            made.tasks.extend(task(&case, rules));
            made.reports.extend(case.reports.iter().map(|told| report(&case.code, told)));
        }
        made
    }

    /// `None`: nothing is reported of it.
    fn case<'r>(
        &mut self,
        number: usize,
        trace: &ReadTrace,
        rules: &'r Rules,
        codes: &mut Codes,
        faults: &Faults,
    ) -> Option<Case<'r>> {
        let section = &rules.section;
        let mut events: Vec<(&ReadEvent, Option<DateTime<FixedOffset>>)> =
            trace.events.iter().map(|event| (event, self::time(event, rules))).collect();
        // Without a time, an event stays where it stands.
        if events.iter().all(|(_, at)| at.is_some()) {
            events.sort_by_key(|(_, at)| *at);
        }
        let mut reports = Vec::new();
        let mut post = None;
        for (index, (event, at)) in events.iter().enumerate() {
            let last = index + 1 == events.len();
            let matching = section.matching(event, index == 0, last);
            let activity = short(event.activity.as_deref().unwrap_or("an event without a name"));
            if matching.is_empty() {
                *self.left_out.entry(activity).or_default() += 1;
                continue;
            }
            let place = (event.place.line, event.place.column);
            let Some(at) = *at else {
                faults.add(place, "", &untimed(event, rules));
                continue;
            };
            let mapped = event.resource.as_ref().and_then(|resource| section.posts.get(resource));
            post = post.or(mapped);
            let percent = (index + 1) * 100 / events.len();
            reports.extend(matching.into_iter().map(|rule| Reported {
                place: event.place,
                at,
                activity: activity.clone(),
                rule,
                percent,
            }));
        }
        check_order(&reports, faults);
        if reports.is_empty() {
            return None;
        }
        let title = trace.name.as_deref().map(short).filter(|name| !name.trim().is_empty());
        let title = title.unwrap_or_else(|| format!("Trace {number}"));
        let code = codes.make(section.prefix.as_deref().unwrap_or_default(), &title, number);
        Some(Case { place: trace.place, title, code, post: post.unwrap_or(&section.post), reports })
    }
}

/// `None`: it has none, or one that is in no zone.
fn time(event: &ReadEvent, rules: &Rules) -> Option<DateTime<FixedOffset>> {
    match event.time? {
        Time::Zoned(at) => Some(at),
        Time::Local(at) => match rules.section.zone?.from_local_datetime(&at) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.fixed_offset()),
            // The hour that clocks leave out.
            LocalResult::None => None,
        },
    }
}

fn untimed(event: &ReadEvent, rules: &Rules) -> Cow<'static, str> {
    match (event.time, rules.section.zone) {
        (None, _) => "has no time, and a rule matches it".into(),
        (Some(Time::Local(at)), Some(zone)) => format!(
            "has the time {at}, which clocks in {zone} (`log.tz` of the mapping) leave out: give it an offset"
        )
        .into(),
        (Some(_), _) => {
            "has a time without an offset: say in `log.tz` of the mapping in which zone that is".into()
        }
    }
}

/// Tells what would be refused: of what a task has come to, not everything can be reported.
fn check_order(reports: &[Reported<'_>], faults: &Faults) {
    let (mut begun, mut blocked, mut ended) = (false, false, false);
    for report in reports {
        let wrong = match report.rule.says {
            _ if ended => Some("the trace has ended before"),
            Says::Started if begun => Some("the trace has begun before"),
            Says::Progress | Says::Blocked | Says::Completed if !begun => Some("the trace has not begun"),
            Says::Blocked if blocked => Some("the trace is blocked already"),
            Says::Unblocked if !blocked => Some("the trace is not blocked"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            let message = format!("is {} by a rule, but {wrong}", report.rule.says);
            faults.add((report.place.line, report.place.column), "", &message);
            continue;
        }
        match report.rule.says {
            Says::Started => begun = true,
            Says::Blocked => blocked = true,
            Says::Unblocked => blocked = false,
            Says::Completed | Says::Cancelled => ended = true,
            Says::Progress => {}
        }
    }
}

/// A text of a log for a scenario, where it is one line.
fn short(text: &str) -> String {
    let text: String = printable(text.trim()).chars().take(MOST_TEXT).collect();
    if text.is_empty() { "-".to_owned() } else { text }
}

/// The codes of tasks that are there.
pub struct Codes {
    pub taken: HashSet<String>,
    /// The number that comes next behind what is there already, so that no number is tried twice.
    pub next: HashMap<String, usize>,
}

impl Codes {
    /// Made of the title, another one for each trace.
    pub fn make(&mut self, prefix: &str, title: &str, number: usize) -> String {
        let mut code = String::new();
        for letter in prefix.chars().chain(title.chars()).map(|letter| letter.to_ascii_uppercase()) {
            match letter {
                'A'..='Z' | '0'..='9' | '_' => code.push(letter),
                _ if code.is_empty() || code.ends_with('-') => {}
                _ => code.push('-'),
            }
        }
        let code = code.trim_matches(['-', '_']);
        let mut code = if code.is_empty() { format!("TRACE-{number}") } else { cut(code, MOST_CODE) };
        if self.taken.contains(&code) {
            let stem = cut(&code, MOST_STEM);
            let next = self.next.entry(stem.clone()).or_insert(2);
            while self.taken.contains(&code) {
                code = format!("{stem}-{next}");
                *next += 1;
            }
        }
        self.taken.insert(code.clone());
        code
    }
}

/// The first letters of a code, which is ASCII, without what joins words at their end.
fn cut(code: &str, most: usize) -> String {
    code.get(..most).unwrap_or(code).trim_end_matches(['-', '_']).to_owned()
}

/// Planned in whole hours around all that is reported of it.
fn task<'a>(case: &Case<'_>, rules: &Rules) -> Option<Node<'a>> {
    let times = || case.reports.iter().map(|report| (report.at - rules.h_hour).num_seconds());
    let hour = TimeDelta::hours(1).num_seconds();
    let first = times().min()?.div_euclid(hour);
    let last = times().max()?.saturating_add(hour - 1).div_euclid(hour);
    let section = &rules.section;
    let lead = rules.partners.get(case.post)?;
    let node = |data| Node { line: case.place.line, column: case.place.column, data };
    let text = |text: &str| node(Data::Scalar { text: Cow::Owned(text.to_owned()), quoted: true });
    let plain = |text: String| node(Data::Scalar { text: Cow::Owned(text), quoted: false });
    Some(map(
        case.place,
        vec![
            ("id", text(&case.code)),
            ("ph", text(&section.phase)),
            ("loe", text(&section.line_of_effort)),
            ("l", text(lead)),
            ("terr", text(section.territory.as_ref().unwrap_or(lead))),
            ("post", text(case.post)),
            ("s", plain(first.to_string())),
            ("d", plain((last - first).max(1).to_string())),
            ("pre", node(Data::List(Vec::new()))),
            ("t", text(&case.title)),
            // Others do many things at once.
            ("bound", plain("false".to_owned())),
        ],
    ))
}

fn report<'a>(task: &str, report: &Reported<'_>) -> Node<'a> {
    let Place { line, column } = report.place;
    let node = |data| Node { line, column, data };
    let text = |text: String| node(Data::Scalar { text: Cow::Owned(text), quoted: true });
    let mut fields = vec![
        ("task", text(task.to_owned())),
        ("occ", text(report.at.to_rfc3339())),
        ("ev", text(report.rule.says.to_string())),
    ];
    match report.rule.says {
        Says::Started => {}
        Says::Progress => {
            let percent = Cow::Owned(report.percent.to_string());
            fields.push(("percent", node(Data::Scalar { text: percent, quoted: false })));
            fields.push(("text", text(report.activity.clone())));
        }
        Says::Blocked => {
            let reason = report.rule.reason.unwrap_or(BlockReason::Other);
            fields.push(("reason", text(reason.to_string())));
            fields.push(("text", text(report.activity.clone())));
        }
        Says::Unblocked | Says::Completed | Says::Cancelled => {
            fields.push(("text", text(report.activity.clone())));
        }
    }
    map(report.place, fields)
}

fn map<'a>(place: Place, fields: Vec<(&'static str, Node<'a>)>) -> Node<'a> {
    let Place { line, column } = place;
    let entries =
        fields.into_iter().map(|(name, value)| Entry { line, column, key: Cow::Borrowed(name), value });
    Node { line, column, data: Data::Map(entries.collect()) }
}
