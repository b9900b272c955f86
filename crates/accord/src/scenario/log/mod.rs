//! Somebody's event log, in XES, as a scenario: each trace a task, planned from its first report to its last.
//!
//! A mapping is a scenario file with one section more, `log`, which says how to read the log; everything else in it is
//! what a log does not know. What is read of the log is put into the mapping's tree, each value with its place in the
//! log, and read and checked with it: so that one scenario comes of both, or every fault of both.
//!
//! No rule of ours is bent for what others logged: what could not have been reported so is a fault. What no rule of the
//! mapping matches is left out, and counted.

mod mapping;
mod tasks;
#[cfg(test)]
mod tests;

use super::{
    Scenario, check,
    check::select::select,
    fault::Fault,
    tree,
    yaml::{At, Data, Entry, Faults, Node, Read as _},
};
use exchange::xes::{self, Keys};
use std::{borrow::Cow, collections::BTreeMap};
use tasks::Made;

/// In which of the two files something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum In {
    Mapping,
    Log,
}

/// A scenario, and what of the log is not in it.
#[derive(Debug, PartialEq)]
pub struct FromLog {
    pub scenario: Scenario,
    /// Events that no rule matches, by their activities.
    pub events: BTreeMap<String, usize>,
    /// Traces of which nothing is reported.
    pub traces: usize,
}

impl FromLog {
    /// For people, a line for each kind.
    pub fn left_out(&self) -> Vec<String> {
        let each: Vec<String> =
            self.events.iter().map(|(activity, count)| format!("{count} {activity}")).collect();
        let events = format!("log: events that no rule matches: {}", each.join(", "));
        let traces = format!("log: traces of which nothing is reported: {}", self.traces);
        [(events, !each.is_empty()), (traces, self.traces > 0)]
            .into_iter()
            .filter_map(|(line, is_told)| is_told.then_some(line))
            .collect()
    }
}

/// Fails with every fault of both files, by file and line; behind what is no YAML or no XML, nothing else of that file is
/// judged.
pub fn read_log(mapping: &str, log: &[u8]) -> Result<FromLog, Vec<(In, Fault)>> {
    let (faults, of_log) = (Faults::default(), Faults::default());
    let Some(mut root) = tree(mapping, &faults) else {
        if let Err(wrong) = xes::read(log, &Keys::default()) {
            take(&wrong, &of_log);
        }
        return Err(told(faults, of_log, &Own::default()));
    };
    let own = Own::of(&root);
    let rules = mapping::read(&root, &faults);
    let keys = rules.as_ref().map(|rules| rules.section.keys()).unwrap_or_default();
    let (mut events, mut traces) = (BTreeMap::new(), 0);
    let mut whole = false;
    match (xes::read(log, &keys), &rules) {
        (Err(wrong), _) => take(&wrong, &of_log),
        (Ok(read), Some(rules)) => {
            let made = Made::of(&read, rules, &own.codes, &of_log);
            (events, traces) = (made.left_out, made.empty);
            put(&mut root, &["plan", "tasks"], made.tasks);
            put(&mut root, &["reports"], made.reports);
            whole = true;
        }
        // What the section says is wrong, and told.
        (Ok(_), None) => {}
    }
    if let Data::Map(entries) = &mut root.data {
        entries.retain(|entry| entry.key != "log");
    }
    let scenario = Scenario::read(&At::root(&root, &faults));
    // Without the log's tasks, what names them would be told to name nothing.
    if whole {
        check::check(&root, &scenario, &faults);
    }
    if faults.is_empty() && of_log.is_empty() {
        Ok(FromLog { scenario, events, traces })
    } else {
        Err(told(faults, of_log, &own))
    }
}

/// What the mapping has of its own: what comes behind that in the same lists is of the log.
#[derive(Default)]
struct Own {
    tasks: usize,
    reports: usize,
    codes: Vec<String>,
}

impl Own {
    fn of(root: &Node<'_>) -> Self {
        let codes = select(root, "plan.tasks[].id").into_iter();
        Self {
            tasks: select(root, "plan.tasks[]").len(),
            reports: select(root, "reports[]").len(),
            codes: codes.filter_map(|found| found.text.map(str::to_owned)).collect(),
        }
    }

    fn place(&self, path: &str) -> In {
        let beyond = |list: &str, own: usize| {
            let index =
                path.strip_prefix(list).and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
            index.is_some_and(|index| index >= own)
        };
        if beyond("plan.tasks[", self.tasks) || beyond("reports[", self.reports) {
            In::Log
        } else {
            In::Mapping
        }
    }
}

/// Appends to the list at the path, which is made where only its last field is missing. What stands there and is no
/// list is a fault that is told elsewhere.
fn put<'a>(node: &mut Node<'a>, path: &[&'static str], items: Vec<Node<'a>>) {
    let Some((name, rest)) = path.split_first() else {
        if let Data::List(list) = &mut node.data {
            list.extend(items);
        }
        return;
    };
    let (line, column) = (node.line, node.column);
    let Data::Map(entries) = &mut node.data else { return };
    match entries.iter_mut().find(|entry| entry.key == *name) {
        Some(entry) => put(&mut entry.value, rest, items),
        None if rest.is_empty() => {
            let value = Node { line, column, data: Data::List(items) };
            entries.push(Entry { line, column, key: Cow::Borrowed(name), value });
        }
        None => {}
    }
}

fn take(wrong: &exchange::Faults, faults: &Faults) {
    for fault in &wrong.listed {
        let column = fault.column.as_ref().map_or(1, |column| column.number);
        faults.add((fault.line, column), "", &fault.message);
    }
    if let (more @ 1.., Some(last)) = (wrong.more, wrong.listed.last()) {
        faults.add((last.line, 1), "", &format!("and {more} more faults, which are not listed"));
    }
}

fn told(of_mapping: Faults, of_log: Faults, own: &Own) -> Vec<(In, Fault)> {
    let (log, mapping): (Vec<_>, Vec<_>) = of_mapping
        .into_sorted()
        .into_iter()
        .map(|fault| (own.place(&fault.path), fault))
        .partition(|(place, _)| *place == In::Log);
    let mut log: Vec<_> = of_log.into_sorted().into_iter().map(|fault| (In::Log, fault)).chain(log).collect();
    log.sort_by_key(|(_, fault)| (fault.line, fault.column));
    mapping.into_iter().chain(log).collect()
}
