//! How a log is to be read.

use crate::scenario::{
    check::select::{locate, select},
    model::{execution::BlockReason, values::Instant},
    record::{names, record},
    yaml::{At, Faults, Node, Read as _, brief, did_you_mean, instant},
};
use chrono_tz::Tz;
use exchange::xes::{Keys, ReadEvent};
use std::collections::{BTreeMap, BTreeSet};

record! {
    /// Which events report what, and what the log does not say of its tasks.
    LogMapping {
        phase in "ph": String, line_of_effort in "loe": String, post: String,
        posts: BTreeMap<String, String> = BTreeMap::new(), territory in "terr": Option<String>,
        begin: Option<Instant>, zone in "tz": Option<Tz>, prefix: Option<String>, keys: Option<LogKeys>,
        rules: Vec<Rule>,
    }
}
record! {
    /// Which attributes of the log are read, where they are not the standard's.
    LogKeys {
        case: Option<String>, activity: Option<String>, transition: Option<String>, time: Option<String>,
        resource: Option<String>,
    }
}
record! {
    /// What the events report that it matches: those of which everything holds that it says.
    Rule {
        is: Option<Which>, activity: Option<String>, transition: Option<String>, says in "ev": Says,
        reason: Option<BlockReason>,
    }
}
names! { Which { First = "FIRST", Last = "LAST" } }
names! {
    Says {
        Started = "TaskStarted", Progress = "TaskProgressReported", Blocked = "TaskBlocked", Unblocked = "TaskUnblocked",
        Completed = "TaskCompleted", Cancelled = "TaskCancelled",
    }
}

/// What the section names, and where that is defined.
const REFERENCES: [(&str, &str, &str); 5] = [
    ("log.ph", "phase", "plan.phases[].id"),
    ("log.loe", "line of effort", "plan.lines_of_effort[].id"),
    ("log.post", "post", "posts[].id"),
    ("log.posts.*", "post", "posts[].id"),
    ("log.terr", "partner", "partners[].id"),
];

/// The section, with what the rest of the file says of what it names.
pub struct Rules {
    pub section: LogMapping,
    /// From which its tasks are planned.
    pub h_hour: Instant,
    /// Of each post that it names.
    pub partners: BTreeMap<String, String>,
}

/// `None`: the section, or what it rests on, has a fault, which is told.
pub fn read(root: &Node<'_>, faults: &Faults) -> Option<Rules> {
    let Some(at) = At::root(root, faults).map().get("log") else {
        faults.add((root.line, root.column), "log", "is missing: it says how the log is read");
        return None;
    };
    let section = LogMapping::read(&at);
    check_rules(root, &section, faults);
    check_references(root, faults);
    check_liaisons(root, faults);
    let h_hour = select(root, "operation.hhour[].set").into_iter().next();
    let h_hour = h_hour.and_then(|found| instant(found.text?).ok());
    if h_hour.is_none() {
        let message = "sets no H-hour, from which the tasks of a log are planned";
        faults.add(locate(root, "operation.hhour"), "operation.hhour", message);
    }
    let posts = select(root, "posts[]").into_iter();
    let partners = posts.filter_map(|found| {
        let text = |field| Some(found.node.get(field)?.text()?.to_owned());
        Some((text("id")?, text("partner")?))
    });
    let rules = Rules { section, h_hour: h_hour?, partners: partners.collect() };
    faults.clean("log").then_some(rules)
}

fn check_rules(root: &Node<'_>, section: &LogMapping, faults: &Faults) {
    for (index, rule) in section.rules.iter().enumerate() {
        let path = format!("log.rules[{index}]");
        if !faults.clean(&path) {
            continue;
        }
        if rule.is.is_none() && rule.activity.is_none() && rule.transition.is_none() {
            let message = "matches every event: say which with `is`, `activity` or `transition`";
            faults.add(locate(root, &path), &path, message);
        }
        if rule.reason.is_some() && rule.says != Says::Blocked {
            faults.add(locate(root, &path), &format!("{path}.reason"), "goes with TaskBlocked");
        }
    }
}

fn check_references(root: &Node<'_>, faults: &Faults) {
    for (pattern, kind, defined) in REFERENCES {
        let known = select(root, defined);
        let known = || known.iter().filter_map(|found| found.text);
        for found in select(root, pattern) {
            let Some(code) = found.text.filter(|code| !code.is_empty()) else { continue };
            if !known().any(|known| known == code) {
                let hint = did_you_mean(code, known());
                faults.add(found.place, &found.path, &format!("there is no {kind} `{}`{hint}", brief(code)));
            }
        }
    }
}

/// What follows the start of a task, nobody else may report.
fn check_liaisons(root: &Node<'_>, faults: &Faults) {
    let posts = select(root, "posts[]");
    let text = |node: &Node<'_>, field: &str| node.get(field).and_then(Node::text).map(str::to_owned);
    let liaisons: BTreeSet<String> = posts
        .iter()
        .filter(|found| text(found.node, "liaison").as_deref() == Some("true"))
        .filter_map(|found| text(found.node, "partner"))
        .collect();
    for named in ["log.post", "log.posts.*"].into_iter().flat_map(|pattern| select(root, pattern)) {
        let of = posts.iter().find(|found| text(found.node, "id").as_deref() == named.text);
        if let Some(partner) = of.and_then(|found| text(found.node, "partner"))
            && !liaisons.contains(&partner)
        {
            let message =
                format!("is of {partner}, which has no liaison officer to report what follows a start");
            faults.add(named.place, &named.path, &message);
        }
    }
}

impl LogMapping {
    pub fn keys(&self) -> Keys {
        let mut keys = Keys::default();
        if let Some(LogKeys { case, activity, transition, time, resource }) = &self.keys {
            for (own, key) in [
                (case, &mut keys.case),
                (activity, &mut keys.activity),
                (transition, &mut keys.transition),
                (time, &mut keys.time),
                (resource, &mut keys.resource),
            ] {
                if let Some(own) = own {
                    key.clone_from(own);
                }
            }
        }
        keys
    }

    /// The rules that match an event which is the first or the last one of its trace, or both: the first of them; and of
    /// one that is both, the first that is for last ones.
    pub fn matching(&self, event: &ReadEvent, first: bool, last: bool) -> Vec<&Rule> {
        let matches = |rule: &&Rule| {
            let is = match rule.is {
                Some(Which::First) => first,
                Some(Which::Last) => last,
                None => true,
            };
            let same = |wanted: &Option<String>, told: &Option<String>| wanted.is_none() || wanted == told;
            is && same(&rule.activity, &event.activity) && same(&rule.transition, &event.transition)
        };
        let mut all = self.rules.iter().filter(matches);
        let Some(found) = all.next() else { return Vec::new() };
        let only_first = found.is == Some(Which::First) && last;
        let besides = all.find(|rule| rule.is == Some(Which::Last)).filter(|_| only_first);
        [found].into_iter().chain(besides).collect()
    }
}
