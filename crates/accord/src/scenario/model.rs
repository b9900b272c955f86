//! The typed scenario: every section of the file; `in "…"` gives a field's name in the file.
//!
//! Absent on purpose: what one field says about another (see `check`), ids of the domain, and any default that
//! the importer could compute. Codes are plain texts that `check` has found well formed and defined.

use super::yaml::{At, Flat, Map, Read, did_you_mean, instant};
use chrono::{DateTime, FixedOffset, NaiveDate};
use chrono_tz::Tz;
use std::{collections::BTreeMap, fmt};

pub type Instant = DateTime<FixedOffset>;

/// A struct and its reading; a field is required unless it is an `Option` or has a default, and `flat "tag"`
/// reads it from among the fields of its owner.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident {
        $($field:ident $(in $key:literal)? $(flat $tag:literal)? : $ty:ty $(= $default:expr)?),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $(pub $field: $ty),* }

        impl Read for $name {
            fn read(at: &At<'_>) -> Self {
                let mut map = at.map();
                let read = Self { $($field: field!(map, $ty, $field $(in $key)? $(flat $tag)? $(= $default)?)),* };
                map.finish();
                read
            }
        }
    };
}

macro_rules! field {
    ($map:ident, $ty:ty, $field:ident flat $tag:literal) => { <$ty>::read_flat(&mut $map, $tag) };
    ($map:ident, $ty:ty, $field:ident in $key:literal $(= $default:expr)?) => { field!(@ $map, $key $(, $default)?) };
    ($map:ident, $ty:ty, $field:ident $(= $default:expr)?) => { field!(@ $map, stringify!($field) $(, $default)?) };
    (@ $map:ident, $key:expr) => { $map.field($key) };
    (@ $map:ident, $key:expr, $default:expr) => { $map.field_or($key, $default) };
}

/// Names out of a closed list.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($variant),* }

        impl Read for $name {
            fn read(at: &At<'_>) -> Self {
                at.one_of(&[$(($code, Self::$variant)),*])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $code),* })
            }
        }
    };
}

/// What happened, named by a tag field; each has fields of its own.
macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal {
        $($field:ident $(in $key:literal)? : $ty:ty $(= $default:expr)?),* $(,)?
    })* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name { $($variant { $($field: $ty),* }),* }

        impl $name {
            /// The name in the file.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $code),* }
            }
        }

        impl Flat for $name {
            fn read_flat(map: &mut Map<'_>, tag: &'static str) -> Self {
                let name = known_name(map, tag, &[$($code),*]);
                match name {
                    $($code => Self::$variant { $($field: field!(map, $ty, $field $(in $key)? $(= $default)?)),* },)*
                    _ => unreachable!("a name is one of those that were offered"),
                }
            }
        }
    };
}

/// The name under `tag`; when it is unknown, a stand-in, and the map says no more.
fn known_name(map: &mut Map<'_>, tag: &'static str, names: &[&'static str]) -> &'static str {
    let text: String = map.field(tag);
    if let Some(name) = names.iter().find(|name| **name == text) {
        return name;
    }
    if let (Some(at), false) = (map.get(tag), text.is_empty()) {
        at.fault(&format!("`{text}` is not known here{}", did_you_mean(&text, names.iter().copied())));
    }
    map.silence();
    names[0]
}

record! {
    /// A whole file that has no fault.
    Scenario {
        meta: Meta,
        origin: Vec<Fact> = Vec::new(),
        partners: Vec<Partner>,
        centre: Centre,
        posts: Vec<Post>,
        operation: Operation,
        plan: Plan,
        approvals: Approvals,
        contributions: Option<Contributions>,
        actuals: Vec<Actual> = Vec::new(),
        incident: Option<Incident>,
        requests: Vec<Request> = Vec::new(),
        assistance: Option<Assistance>,
        watch_sample: Vec<Shift> = Vec::new(),
        sitreps: Vec<Sitrep> = Vec::new(),
        deconfliction: Vec<Deconfliction> = Vec::new(),
        expansion: Vec<Expansion> = Vec::new(),
        timeline: Vec<TimelineEntry>,
        refusals: Vec<Refusal> = Vec::new(),
        as_of_checks: Vec<AsOfCheck> = Vec::new(),
        metrics_expected: BTreeMap<String, Decimal> = BTreeMap::new(),
        review: Option<Review>,
    }
}

record! {
    Meta {
        schema: u32, id: String, title: String, exercise: bool, working_language: String, display_tz: Tz,
    }
}
record! { Fact { fact: String, source in "src": String } }

names! {
    Role {
        Host = "HOST", Principal = "PRINCIPAL", Participant = "PARTICIPANT", Observer = "OBSERVER",
        None = "NONE",
    }
}

record! {
    /// `joined` and `tz` are there unless the role is NONE.
    Partner {
        id: String, name: String, agency: String, role: Role, tz: Option<Tz>, currency: Option<Currency>,
        joined: Option<NaiveDate>, note: Option<String>,
    }
}

record! {
    Centre {
        id: String, name: String, criteria_weights: BTreeMap<String, i64>, options: Vec<SiteOption>,
        decision: SiteDecision, forward_posts: Vec<ForwardPost> = Vec::new(), watch_rules: Option<WatchRules>,
    }
}
record! {
    /// `weighted` is the sum of score times weight, by 100.
    SiteOption { id: String, place: String, weighted: Decimal, scores flat "": BTreeMap<String, i64> }
}
record! { SiteDecision { selected: String, at: Instant, by: Vec<String>, rationale: String } }
record! { ForwardPost { id: String, place: String, opened_by: String } }
record! {
    WatchRules {
        cover: String, shift_hours: u32, min_officers: u32, min_nations: u32, ack_minutes: Minutes,
        decide_minutes: Minutes, respond_minutes: Minutes,
    }
}
record! {
    /// Limits by priority; a priority without one has no clock.
    Minutes { p1 in "P1": Option<u32>, p2 in "P2": Option<u32>, p3 in "P3": Option<u32> }
}

impl Minutes {
    pub fn of(&self, priority: Priority) -> Option<u32> {
        match priority {
            Priority::P1 => self.p1,
            Priority::P2 => self.p2,
            Priority::P3 => self.p3,
        }
    }
}

record! {
    /// Held from `since`, which the centre wrote down at `recorded`.
    Post {
        id: String, partner: String, title: String, liaison: bool = false, since in "in_post": Instant,
        recorded in "rec": Option<Instant>,
    }
}

names! {
    Classification {
        Unclassified = "UNCLASSIFIED", Restricted = "RESTRICTED", Confidential = "CONFIDENTIAL",
        Secret = "SECRET",
    }
}

record! {
    Operation {
        id: String, lead_partner: String, classification: Classification, default_release: Vec<String>,
        legal_basis: Vec<String>, hhour: Vec<HHour>, hhour_window: Window,
    }
}
record! { HHour { set: Instant, recorded in "rec": Instant, order: Option<String>, reason: Option<String> } }
record! {
    /// Half-open: from `from`, before `to`.
    Window { from: Instant, to: Instant }
}

record! {
    /// The newest version in full; earlier ones differ by `differences`.
    Plan {
        id: String, situation: String, mission: String, intent in "commanders_intent": Intent,
        concept: String,
        lines_of_effort: Vec<Named>, phases: Vec<Phase>, objectives: Vec<Objective>,
        decision_points: Vec<DecisionPoint> = Vec::new(), ccir: Vec<Ccir> = Vec::new(),
        go_no_go: Vec<String> = Vec::new(),
        command_relationships: Vec<CommandRelationship> = Vec::new(), tasks: Vec<Task>,
        differences in "v1_differences": Vec<Difference> = Vec::new(), annexes: Vec<Annex> = Vec::new(),
        risks: Vec<Risk> = Vec::new(),
    }
}
record! { Intent { purpose: String, key_tasks: Vec<String>, end_state: String } }
record! { Named { id: String, name: String } }
record! { Phase { id: String, name: String, gate: Option<Gate> } }
names! { Gate { GoNoGo = "GO_NO_GO" } }
record! {
    Objective {
        id: String, line_of_effort in "loe": String, text: String, measure: String, target: Decimal,
    }
}
record! {
    DecisionPoint {
        id: String, at: String, decision: String, deciders in "decider": Vec<String>,
        ccir: Vec<String> = Vec::new(),
        trigger: Option<String>,
    }
}
record! { Ccir { id: String, text: String } }
record! { CommandRelationship { of: String, to: String, kind in "type": Command } }
names! {
    Command {
        National = "NATIONAL_COMMAND", Supporting = "SUPPORTING", Coordinating = "COORDINATING_AUTHORITY",
    }
}
record! { Annex { id: String, title: String, release in "rel": Vec<String> } }
record! {
    Risk {
        id: String, text: String, likelihood in "l": u32, impact in "i": u32, treatment in "treat": String,
        owner: String,
    }
}
record! {
    /// `start` and `duration` are whole hours; `start` counts from H-hour, and predecessors finish before it.
    Task {
        id: String, phase in "ph": String, line_of_effort in "loe": String, lead in "l": String,
        territory in "terr": String, post: String, start in "s": i32, duration in "d": i32,
        predecessors in "pre": Vec<String>, title in "t": String,
    }
}

/// One entry of `v1_differences`.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub tasks: Vec<String>,
    pub change: Change,
    pub why: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The tasks read `v1` in version 1 and `v2` in version 2.
    Fields { v1: Box<TaskPatch>, v2: Box<TaskPatch> },
    /// Version 1 has no such tasks.
    Added,
    /// The tasks wait for `predecessor` in version 2 only.
    Predecessor { predecessor: String },
}

/// The fields of a task that change; the others stay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskPatch {
    pub phase: Option<String>,
    pub line_of_effort: Option<String>,
    pub lead: Option<String>,
    pub territory: Option<String>,
    pub post: Option<String>,
    pub start: Option<i32>,
    pub duration: Option<i32>,
    pub title: Option<String>,
}

impl TaskPatch {
    /// Reads the field that `name` means; `false` when it means none.
    fn set(&mut self, name: &str, at: &At<'_>) -> bool {
        match name {
            "ph" => self.phase = Read::read(at),
            "loe" => self.line_of_effort = Read::read(at),
            "l" => self.lead = Read::read(at),
            "terr" => self.territory = Read::read(at),
            "post" => self.post = Read::read(at),
            "s" => self.start = Read::read(at),
            "d" => self.duration = Read::read(at),
            "t" => self.title = Read::read(at),
            _ => return false,
        }
        true
    }

    pub fn apply(&self, task: &mut Task) {
        fn put<T: Clone>(from: Option<&T>, to: &mut T) {
            if let Some(value) = from {
                to.clone_from(value);
            }
        }
        put(self.phase.as_ref(), &mut task.phase);
        put(self.line_of_effort.as_ref(), &mut task.line_of_effort);
        put(self.lead.as_ref(), &mut task.lead);
        put(self.territory.as_ref(), &mut task.territory);
        put(self.post.as_ref(), &mut task.post);
        put(self.start.as_ref(), &mut task.start);
        put(self.duration.as_ref(), &mut task.duration);
        put(self.title.as_ref(), &mut task.title);
    }
}

impl Read for Difference {
    fn read(at: &At<'_>) -> Self {
        let mut map = at.map();
        let tasks: String = map.field("task");
        let field: String = map.field("field");
        let change = if let (Some(v1), Some(v2)) = (map.get("v1"), map.get("v2")) {
            Change::read(at, &field, &v1, &v2)
        } else {
            at.fault("needs both v1 and v2");
            Change::Added
        };
        let read = Self {
            tasks: tasks.split(',').map(|task| task.trim().to_owned()).collect(),
            change,
            why: map.field("why"),
        };
        map.finish();
        read
    }
}

impl Change {
    fn read(at: &At<'_>, field: &str, v1: &At<'_>, v2: &At<'_>) -> Self {
        match field {
            "task" => {
                if (String::read(v1), String::read(v2)) != ("absent".to_owned(), "present".to_owned()) {
                    at.fault("of a task is understood only as v1: absent, v2: present");
                }
                Self::Added
            }
            "pre" => {
                let (without, with) = (String::read(v1), String::read(v2));
                let pair = without.strip_prefix("without ").zip(with.strip_prefix("with "));
                let predecessor =
                    pair.filter(|(left, right)| left == right).map(|(task, _)| task.trim().to_owned());
                if predecessor.is_none() {
                    at.fault("of pre is understood only as v1: \"without T…\", v2: \"with T…\", both the same task");
                }
                Self::Predecessor { predecessor: predecessor.unwrap_or_default() }
            }
            _ => {
                let names: Vec<&str> = field.split(',').map(str::trim).collect();
                let (left, right) = match names.len() {
                    1 => (vec![v1.clone()], vec![v2.clone()]),
                    _ => (v1.items(), v2.items()),
                };
                let (mut before, mut after) = (TaskPatch::default(), TaskPatch::default());
                if left.len() != names.len() || right.len() != names.len() {
                    at.fault(&format!(
                        "names {} fields, so v1 and v2 are lists of as many values",
                        names.len()
                    ));
                }
                for ((name, old), new) in names.iter().zip(&left).zip(&right) {
                    if !before.set(name, old) || !after.set(name, new) {
                        at.fault(&format!(
                            "`{name}` is not understood: ph, loe, l, terr, post, s, d, t, pre or task"
                        ));
                    }
                }
                Self::Fields { v1: Box::new(before), v2: Box::new(after) }
            }
        }
    }
}

record! {
    Approvals {
        policy: Policy, log: Vec<DecisionEntry> = Vec::new(), conditions: Vec<Condition> = Vec::new(),
        submitted: Option<Submitted>, promulgated: Option<Promulgated>,
    }
}
record! {
    Policy {
        required_roles: Vec<Role>, plus: String, conditions_must_be: String, carry_over: CarryOver,
    }
}
names! { CarryOver { None = "none" } }
record! {
    DecisionEntry {
        version in "v": u32, partner: String, at: Instant, decision flat "decision": Decision,
    }
}
kinds! {
    Decision {
        Approved = "APPROVED" {}
        ApprovedWithConditions = "APPROVED_WITH_CONDITIONS" { conditions: Vec<String> }
        Rejected = "REJECTED" { reason_code: String, reason: String, objects_to: Vec<String> = Vec::new() }
        TerritorialConsent = "TERRITORIAL_CONSENT" { tasks: Vec<String> }
    }
}
record! {
    Condition {
        id: String, by: String, gate: String, text: String, satisfied_by: Option<String>,
        satisfied_at: Option<Instant>,
        recorded in "rec": Option<Instant>,
    }
}
record! { Submitted { v1: Instant, v2: Option<Instant> } }
record! { Promulgated { version in "v": u32, at: Instant } }

record! {
    /// Amounts are whole units of their currency.
    Contributions {
        reporting_currency: Currency, fx: Rates, cost_rule: String, items: Vec<Contribution>,
        expect: BTreeMap<String, Decimal> = BTreeMap::new(),
    }
}
record! {
    /// What one unit of each currency is worth in the reporting currency.
    Rates { date: NaiveDate, rates flat "": BTreeMap<String, Decimal> }
}
record! {
    Contribution {
        id: String, by: String, kind: ContributionKind, pledged: NaiveDate, accepted: Option<NaiveDate>,
        status: ContributionStatus, terms flat "in_kind": Terms,
    }
}
names! {
    ContributionKind {
        Training = "TRAINING", Budget = "BUDGET", Technology = "TECHNOLOGY", Premises = "PREMISES",
        Personnel = "PERSONNEL",
    }
}
names! {
    ContributionStatus {
        Pledged = "PLEDGED", Accepted = "ACCEPTED", PartlyDisbursed = "PARTLY_DISBURSED",
        PartlyDelivered = "PARTLY_DELIVERED", Fulfilled = "FULFILLED",
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Terms {
    Cash {
        value: Money,
        allocated: BTreeMap<String, i64>,
        disbursed: Vec<Payment>,
    },
    InKind {
        quantity: i64,
        unit: String,
        value: Option<Money>,
        delivered: Vec<Delivery>,
        delivery_accepted: Option<NaiveDate>,
    },
}

impl Flat for Terms {
    fn read_flat(map: &mut Map<'_>, tag: &'static str) -> Self {
        if map.field(tag) {
            Self::InKind {
                quantity: map.field("qty"),
                unit: map.field("unit"),
                value: map.field("value"),
                delivered: map.field_or("delivered", Vec::new()),
                delivery_accepted: map.field("delivery_accepted"),
            }
        } else {
            Self::Cash {
                value: map.field("value"),
                allocated: map.field_or("allocated", BTreeMap::new()),
                disbursed: map.field_or("disbursed", Vec::new()),
            }
        }
    }
}

record! { Payment { amount in "amt": i64, at: NaiveDate } }
record! { Delivery { quantity in "qty": i64, at: NaiveDate, rejected: bool = false, reason: Option<String> } }

/// `[amount, currency]`, the amount in whole units.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    pub amount: i64,
    pub currency: Currency,
}

impl Read for Money {
    fn read(at: &At<'_>) -> Self {
        match &at.items()[..] {
            [amount, currency] => Self { amount: i64::read(amount), currency: Currency::read(currency) },
            other => {
                if at.is_list() {
                    at.fault(&format!("is [amount, currency], not {} values", other.len()));
                }
                Self { amount: 0, currency: Currency::default() }
            }
        }
    }
}

/// Three capital letters, as in ISO 4217.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Currency(String);

impl Currency {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Read for Currency {
    fn read(at: &At<'_>) -> Self {
        at.parsed("a text", "a currency", |text| {
            let fine = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
            let wrong = || "is no ISO 4217 code of three capital letters".to_owned();
            fine.then(|| Self(text.to_owned())).ok_or_else(wrong)
        })
    }
}

/// An exact decimal number: `digits` by ten to the power of `scale`. Rates and figures are never floats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decimal {
    pub digits: i64,
    pub scale: u32,
}

impl Decimal {
    /// Most digits after the point.
    const MAX_SCALE: usize = 9;

    /// The number times ten to the power of the largest scale, so that two decimals compare.
    pub fn scaled(self) -> i128 {
        i128::from(self.digits) * 10_i128.pow(9_u32.saturating_sub(self.scale))
    }
}

impl Read for Decimal {
    fn read(at: &At<'_>) -> Self {
        at.parsed("a number", "a number", |text| {
            let (whole, part) = text.split_once('.').unwrap_or((text, ""));
            let digits = format!("{whole}{part}").parse().ok().filter(|_| part.len() <= Self::MAX_SCALE);
            let digits = digits.filter(|_| part.bytes().all(|b| b.is_ascii_digit()));
            let scale = u32::try_from(part.len()).unwrap_or_default();
            digits
                .map(|digits| Self { digits, scale })
                .ok_or_else(|| "is not a decimal number of at most 9 places".to_owned())
        })
    }
}

record! {
    /// When a task was really carried out; with `end_first_recorded_as`, its end was recorded wrongly at `end_rec`
    /// and put right at `corrected_rec`.
    Actual {
        id: String, start: Instant, end: Instant, start_recorded in "start_rec": Option<Instant>,
        end_recorded in "end_rec": Option<Instant>, end_first_recorded_as: Option<Instant>,
        corrected_recorded in "corrected_rec": Option<Instant>,
    }
}

record! {
    Incident {
        id: String, title: String, priority: Priority, ccir: Option<String>, log: Vec<IncidentEntry>,
    }
}
names! { Priority { P1 = "P1", P2 = "P2", P3 = "P3" } }
record! {
    IncidentEntry {
        occurred in "occ": Instant, recorded in "rec": Instant, by: String, late_reason: Option<String>,
        event flat "ev": IncidentEvent,
    }
}
kinds! {
    IncidentEvent {
        Reported = "IncidentReported" {}
        Triaged = "IncidentTriaged" {}
        ResponseDecided = "ResponseDecided" { task: String, post: String, known_as_of: Instant, rationale: String }
        ResponderDispatched = "ResponderDispatched" {}
        ResponderArrived = "ResponderArrived" {}
        Contained = "IncidentContained" { persons_recovered: Option<u32> }
        Closed = "IncidentClosed" {}
    }
}

record! {
    Request {
        id: String, kind: RequestKind, priority in "prio": Priority, to: String, incident: Option<String>,
        text: Option<String>, issued: Instant, acknowledged in "ack": Option<Instant>,
        acknowledgement_missed in "ack_missed": bool = false, due: Option<Instant>,
        fulfilled: Option<Instant>,
    }
}
names! { RequestKind { Information = "RFI", Assistance = "RFA" } }

record! {
    Assistance {
        min_cell: u32, reports: Vec<AssistanceEntry> = Vec::new(), last in "final": Option<Tally>,
        enforcement: Option<Enforcement>,
    }
}
record! {
    AssistanceEntry {
        occurred in "occ": Instant, recorded in "rec": Instant, persons in "n": u32,
        event flat "ev": AssistanceEvent,
    }
}
kinds! {
    AssistanceEvent {
        PersonsReceived = "PersonsReceived" { incident: Option<String> }
        FigureCorrected = "AssistanceFigureCorrected" { corrects: u32, reason: String }
    }
}
record! {
    Tally {
        received: u32, screened: Screened, identified: ByStatus,
        identified_by_nationality: BTreeMap<String, u32>,
        outcomes: BTreeMap<String, u32>, minors: u32, punished_for_compelled_acts: u32,
    }
}
record! { Screened { presumed: u32, not_presumed: u32 } }
record! { ByStatus { identified: u32, not_identified: u32, undetermined: u32 } }
record! {
    Enforcement {
        arrests: BTreeMap<String, u32>, accounts_frozen: u32, frozen_value: Money, sites_closed: u32,
    }
}

record! {
    Shift {
        name in "shift": String, from: Instant, to: Instant, on: Vec<String>, gap: Option<WatchGap>,
    }
}
record! { WatchGap { from: Instant, to: Instant, missing: String } }
record! {
    Sitrep {
        id: String, at: Instant, corrects: Option<String>, persons_received: u32,
        last in "final": bool = false,
    }
}
record! {
    Deconfliction {
        id: String, other: String, found: Instant, overlap: Vec<String>, resolution: String,
        cleared: Option<Instant>,
    }
}

record! { Expansion { partner: String, at: Instant, event flat "ev": ExpansionEvent } }
kinds! {
    ExpansionEvent {
        PartnerInvited = "PartnerInvited" { role in "as": Role }
        InvitationAcknowledged = "InvitationAcknowledged" {}
        InvitationDeferred = "InvitationDeferred" {}
        ObserverAdmitted = "ObserverAdmitted" {}
        PartnerAcceded = "PartnerAcceded" {}
    }
}

record! {
    /// A governance event; `by` names partners or posts, and `occurred` is `recorded` unless stated.
    TimelineEntry {
        recorded in "rec": Instant, occurred in "occ": Option<Instant>, subject in "s": Subject,
        by: OneOrMore = OneOrMore(Vec::new()),
        note: Option<String>, event flat "ev": GovernanceEvent,
    }
}

/// One name or a list of names.
#[derive(Clone, Debug, PartialEq)]
pub struct OneOrMore(pub Vec<String>);

impl Read for OneOrMore {
    fn read(at: &At<'_>) -> Self {
        Self(if at.is_list() { Vec::read(at) } else { vec![String::read(at)] })
    }
}

names! {
    SubjectKind {
        Partner = "partner", Centre = "centre", Post = "post", Watch = "watch", Operation = "operation",
        Plan = "plan",
        Review = "review",
    }
}

/// `kind-code`; the code of plan and review is the operation's, that of watch the centre's, and `post-*` is every
/// post.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    pub kind: SubjectKind,
    pub code: String,
}

impl Read for Subject {
    fn read(at: &At<'_>) -> Self {
        use SubjectKind::{Centre, Operation, Partner, Plan, Post, Review, Watch};
        let text = String::read(at);
        let (name, code) = text.split_once('-').unwrap_or((&text, ""));
        let all = [Partner, Centre, Post, Watch, Operation, Plan, Review];
        let kind = all.into_iter().find(|kind| kind.to_string() == name);
        if kind.is_none() || code.is_empty() {
            at.fault(
                "is no subject such as plan-SAPHAN: partner, centre, post, watch, operation, plan or review",
            );
        }
        Self { kind: kind.unwrap_or(Partner), code: code.to_owned() }
    }
}

kinds! {
    GovernanceEvent {
        PartnerAcceded = "PartnerAcceded" {}
        CentreProposed = "CentreProposed" {}
        SiteOptionAssessed = "SiteOptionAssessed" { options in "n": u32 }
        SiteSelected = "SiteSelected" {}
        CentreEstablished = "CentreEstablished" {}
        CentreActivated = "CentreActivated" {}
        OfficerNominated = "OfficerNominated" {}
        OperationInitiated = "OperationInitiated" {}
        WarningOrderIssued = "WarningOrderIssued" {}
        LegalBasisRecorded = "LegalBasisRecorded" {}
        HHourSet = "HHourSet" {}
        HHourShifted = "HHourShifted" { hours: i32 }
        OperationActivated = "OperationActivated" {}
        PhaseStarted = "PhaseStarted" { phase in "ph": String }
        GoNoGoDecided = "GoNoGoDecided" { decision: GoNoGo }
        DecisionRecorded = "DecisionRecorded" { decision_point in "dp": String, outcome: String, known_persons: Option<u32> }
        DeconflictionConflictFound = "DeconflictionConflictFound" {}
        DeconflictionCleared = "DeconflictionCleared" {}
        OperationClosed = "OperationClosed" {}
        PlanDrafted = "PlanDrafted" {}
        PlanVersionSubmitted = "PlanVersionSubmitted" { version in "v": u32 }
        PlanVersionApproved = "PlanVersionApproved" { version in "v": u32 }
        PlanVersionApprovedWithConditions = "PlanVersionApprovedWithConditions" { version in "v": u32 }
        PlanVersionRejected = "PlanVersionRejected" { version in "v": u32 }
        TerritorialConsentGiven = "TerritorialConsentGiven" { version in "v": u32 }
        PlanVersionSuperseded = "PlanVersionSuperseded" { version in "v": u32 }
        PlanPromulgated = "PlanPromulgated" { version in "v": u32 }
        AmendmentOpened = "AmendmentOpened" { version in "v": u32 }
        TaskRevised = "TaskRevised" { task: String }
        TaskAddedToPlan = "TaskAddedToPlan" { task: String }
        ApprovalConditionSatisfied = "ApprovalConditionSatisfied" { condition in "cond": String }
        FragmentaryOrderIssued = "FragmentaryOrderIssued" { order: String }
        WatchGapDetected = "WatchGapDetected" {}
        ReviewOpened = "ReviewOpened" {}
        ReviewAdopted = "ReviewAdopted" {}
    }
}
names! { GoNoGo { Go = "GO", NoGo = "NO_GO" } }

impl GovernanceEvent {
    /// The kind of subject that it concerns.
    pub fn subject_kind(&self) -> SubjectKind {
        match self {
            Self::PartnerAcceded {} => SubjectKind::Partner,
            Self::CentreProposed {}
            | Self::SiteOptionAssessed { .. }
            | Self::SiteSelected {}
            | Self::CentreEstablished {}
            | Self::CentreActivated {} => SubjectKind::Centre,
            Self::OfficerNominated {} => SubjectKind::Post,
            Self::WatchGapDetected {} => SubjectKind::Watch,
            Self::ReviewOpened {} | Self::ReviewAdopted {} => SubjectKind::Review,
            Self::PlanDrafted {}
            | Self::PlanVersionSubmitted { .. }
            | Self::PlanVersionApproved { .. }
            | Self::PlanVersionApprovedWithConditions { .. }
            | Self::PlanVersionRejected { .. }
            | Self::TerritorialConsentGiven { .. }
            | Self::PlanVersionSuperseded { .. }
            | Self::PlanPromulgated { .. }
            | Self::AmendmentOpened { .. }
            | Self::TaskRevised { .. }
            | Self::TaskAddedToPlan { .. }
            | Self::ApprovalConditionSatisfied { .. }
            | Self::FragmentaryOrderIssued { .. } => SubjectKind::Plan,
            Self::OperationInitiated {}
            | Self::WarningOrderIssued {}
            | Self::LegalBasisRecorded {}
            | Self::HHourSet {}
            | Self::HHourShifted { .. }
            | Self::OperationActivated {}
            | Self::PhaseStarted { .. }
            | Self::GoNoGoDecided { .. }
            | Self::DecisionRecorded { .. }
            | Self::DeconflictionConflictFound {}
            | Self::DeconflictionCleared {}
            | Self::OperationClosed {} => SubjectKind::Operation,
        }
    }
}

record! {
    /// A command in words that is to be refused at `at`, with `code` among the codes.
    Refusal { id: String, at: Instant, code: String, detail: Option<String>, command flat "cmd": Prose }
}
/// Words for people, in which a comma may stand unquoted.
#[derive(Clone, Debug, PartialEq)]
pub struct Prose(pub String);

impl Flat for Prose {
    fn read_flat(map: &mut Map<'_>, tag: &'static str) -> Self {
        Self(map.prose(tag))
    }
}

record! {
    /// What the answer to `question` is about `valid`, from what was recorded by `known`.
    AsOfCheck { question in "q": String, valid: Option<Instant>, known: Instant, answer: Answer }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    YesNo(bool),
    Count(i64),
    At(Instant),
}

impl Read for Answer {
    fn read(at: &At<'_>) -> Self {
        at.parsed_any("true, false, a whole number or an instant", |text| {
            let count = || text.parse().ok().map(Self::Count);
            let truth = || text.parse().ok().map(Self::YesNo);
            truth().or_else(count).or_else(|| instant(text).ok().map(Self::At))
        })
        .unwrap_or(Self::YesNo(false))
    }
}

record! {
    Review {
        id: String, questions: Questions, findings: Vec<Finding> = Vec::new(), adopted: Option<Adoption>,
    }
}
record! { Questions { planned: String, happened: String, why: String, next: String } }
record! {
    Finding {
        id: String, kind in "type": FindingKind, observation in "O": String, discussion in "D": String,
        conclusion in "C": String, recommendation in "R": String, evidence: Vec<String>, owner: String,
        due: NaiveDate,
        status: FindingStatus,
    }
}
names! { FindingKind { Sustain = "SUSTAIN", Improve = "IMPROVE" } }
names! {
    FindingStatus {
        Observed = "OBSERVED", LessonIdentified = "LESSON_IDENTIFIED", ActionAssigned = "ACTION_ASSIGNED",
        LessonLearned = "LESSON_LEARNED",
    }
}
record! { Adoption { at: Instant, by: Vec<String> } }
