//! The plan, what its first version was, and who decided what on it.

use super::{
    coalition::Role,
    incident::Priority,
    values::{Decimal, Instant, OneOrMore},
};
use crate::scenario::{
    record::{kinds, names, record},
    yaml::{At, Read},
};

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
impl Plan {
    /// The phase of that code if it has a gate; without a code the first that has one.
    pub fn gated(&self, code: Option<&str>) -> Option<&Phase> {
        let mut gated = self.phases.iter().filter(|phase| phase.gate.is_some());
        gated.find(|phase| code.is_none_or(|code| phase.id == code))
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
record! {
    Ccir {
        id: String, text: String, events: Vec<String> = Vec::new(), priority: Option<Priority>,
        categories: Vec<String> = Vec::new(),
    }
}
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
    /// `start` and `duration` are whole hours; `start` counts from H-hour, and predecessors finish before it. The post is
    /// bound to the task once the plan is in force, unless it is only foreseen.
    Task {
        id: String, phase in "ph": String, line_of_effort in "loe": String, lead in "l": String,
        territory in "terr": String, post: String, start in "s": i32, duration in "d": i32,
        predecessors in "pre": Vec<String>, title in "t": String, bound: bool = true,
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
        submitted: Option<Submitted>, promulgated: OneOrMore<Promulgated> = OneOrMore(Vec::new()),
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
