//! What one part of the file says about another: references, bounds, times, sums.
//!
//! Tables walk the YAML tree, so they see what is written even where it could not be read; the rules after them
//! need the typed scenario and skip what already has a fault. The rules of the domain are deliberately absent,
//! because the import tries them for itself.

use super::{
    Revision,
    model::{
        Change, ContributionStatus, Decision, GovernanceEvent, Instant, Role, Scenario, SubjectKind, Task,
        Terms,
    },
    yaml::{Data, Faults, Node, brief, date, did_you_mean, instant},
};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What is defined where. `[]` is every item of a list, `{}` every name in a map, `*` every value.
const DEFINED: &[(&str, &str)] = &[
    ("partner", "partners[].id"),
    ("centre", "centre.id"),
    ("site option", "centre.options[].id"),
    ("forward post", "centre.forward_posts[].id"),
    ("post", "posts[].id"),
    ("operation", "operation.id"),
    ("order", "operation.hhour[].order"),
    ("plan", "plan.id"),
    ("line of effort", "plan.lines_of_effort[].id"),
    ("phase", "plan.phases[].id"),
    ("objective", "plan.objectives[].id"),
    ("decision point", "plan.decision_points[].id"),
    ("CCIR", "plan.ccir[].id"),
    ("task", "plan.tasks[].id"),
    ("annex", "plan.annexes[].id"),
    ("risk", "plan.risks[].id"),
    ("condition", "approvals.conditions[].id"),
    ("contribution", "contributions.items[].id"),
    ("actual", "actuals[].id"),
    ("incident", "incident.id"),
    ("emergent task", "incident.log[].task"),
    ("request", "requests[].id"),
    ("SITREP", "sitreps[].id"),
    ("deconfliction", "deconfliction[].id"),
    ("refusal", "refusals[].id"),
    ("review", "review.id"),
    ("finding", "review.findings[].id"),
];

const REFERENCES: &[(&str, &[&str])] = &[
    ("centre.decision.selected", &["site option"]),
    ("centre.decision.by[]", &["partner"]),
    ("centre.forward_posts[].opened_by", &["task"]),
    ("posts[].partner", &["partner"]),
    ("operation.lead_partner", &["partner"]),
    ("operation.default_release[]", &["partner"]),
    ("plan.commanders_intent.key_tasks[]", &["task"]),
    ("plan.objectives[].loe", &["line of effort"]),
    ("plan.decision_points[].at", &["task"]),
    ("plan.decision_points[].decider[]", &["partner"]),
    ("plan.decision_points[].ccir[]", &["CCIR"]),
    ("plan.command_relationships[].of", &["post", "partner", "centre", "forward post"]),
    ("plan.command_relationships[].to", &["post", "partner", "centre", "forward post"]),
    ("plan.tasks[].ph", &["phase"]),
    ("plan.tasks[].loe", &["line of effort"]),
    ("plan.tasks[].l", &["partner"]),
    ("plan.tasks[].terr", &["partner"]),
    ("plan.tasks[].post", &["post"]),
    ("plan.tasks[].pre[]", &["task"]),
    ("plan.annexes[].rel[]", &["partner"]),
    ("plan.risks[].owner", &["post"]),
    ("approvals.log[].partner", &["partner"]),
    ("approvals.log[].conditions[]", &["condition"]),
    ("approvals.log[].objects_to[]", &["task"]),
    ("approvals.log[].tasks[]", &["task"]),
    ("approvals.conditions[].by", &["partner"]),
    ("approvals.conditions[].gate", &["phase"]),
    ("contributions.items[].by", &["partner"]),
    ("contributions.items[].allocated.{}", &["line of effort"]),
    ("actuals[].id", &["task"]),
    ("incident.ccir", &["CCIR"]),
    ("incident.log[].by", &["post"]),
    ("incident.log[].post", &["post"]),
    ("requests[].to", &["partner"]),
    ("requests[].incident", &["incident"]),
    ("assistance.reports[].incident", &["incident"]),
    ("assistance.enforcement.arrests.{}", &["partner"]),
    ("watch_sample[].on[]", &["post"]),
    ("watch_sample[].gap.missing", &["post"]),
    ("sitreps[].corrects", &["SITREP"]),
    ("deconfliction[].overlap[]", &["task"]),
    ("expansion[].partner", &["partner"]),
    ("timeline[].by", &["partner", "post"]),
    ("timeline[].by[]", &["partner", "post"]),
    ("timeline[].ph", &["phase"]),
    ("timeline[].dp", &["decision point"]),
    ("timeline[].task", &["task"]),
    ("timeline[].cond", &["condition"]),
    ("timeline[].order", &["order"]),
    ("review.findings[].owner", &["post"]),
    ("review.adopted.by[]", &["partner"]),
];

/// Most and least of whole numbers.
const BOUNDS: &[(&str, i64, i64)] = &[
    ("meta.schema", 1, 1),
    ("centre.criteria_weights.*", 1, 100),
    ("centre.watch_rules.shift_hours", 1, 24),
    ("centre.watch_rules.min_officers", 1, 1_000),
    ("centre.watch_rules.min_nations", 1, 100),
    ("centre.watch_rules.ack_minutes.*", 1, 100_000),
    ("centre.watch_rules.decide_minutes.*", 1, 100_000),
    ("centre.watch_rules.respond_minutes.*", 1, 100_000),
    ("plan.tasks[].s", -20_000, 20_000),
    ("plan.tasks[].d", 1, 20_000),
    ("plan.risks[].l", 1, 5),
    ("plan.risks[].i", 1, 5),
    ("approvals.log[].v", 1, 2),
    ("approvals.promulgated.v", 1, 2),
    ("contributions.items[].qty", 1, 1_000_000_000),
    ("contributions.items[].value[]", 1, 1_000_000_000_000_000),
    ("contributions.items[].allocated.*", 1, 1_000_000_000_000_000),
    ("contributions.items[].disbursed[].amt", 1, 1_000_000_000_000_000),
    ("contributions.items[].delivered[].qty", -1_000_000_000, 1_000_000_000),
    ("assistance.enforcement.frozen_value[]", 0, 1_000_000_000_000_000),
    ("assistance.min_cell", 1, 1_000),
    ("timeline[].v", 1, 2),
    ("timeline[].n", 1, 1_000),
    ("timeline[].hours", -20_000, 20_000),
];

/// In each item of a pattern, the first field's time is not after the second's.
const NOT_AFTER: &[(&str, &str, &str)] = &[
    ("posts[]", "in_post", "rec"),
    ("operation.hhour_window", "from", "to"),
    ("operation.hhour[]", "rec", "set"),
    ("approvals.conditions[]", "satisfied_at", "rec"),
    ("contributions.items[]", "pledged", "accepted"),
    ("contributions.items[]", "accepted", "delivery_accepted"),
    ("actuals[]", "start", "end"),
    ("actuals[]", "start", "end_first_recorded_as"),
    ("actuals[]", "start", "start_rec"),
    ("actuals[]", "end_first_recorded_as", "end_rec"),
    ("actuals[]", "end_rec", "corrected_rec"),
    ("actuals[]", "end", "corrected_rec"),
    ("incident.log[]", "occ", "rec"),
    ("incident.log[]", "known_as_of", "rec"),
    ("requests[]", "issued", "ack"),
    ("requests[]", "issued", "due"),
    ("requests[]", "ack", "fulfilled"),
    ("assistance.reports[]", "occ", "rec"),
    ("watch_sample[]", "from", "to"),
    ("watch_sample[].gap", "from", "to"),
    ("deconfliction[]", "found", "cleared"),
    ("timeline[]", "occ", "rec"),
];

/// Lists that are in the order of a field.
const IN_ORDER: &[(&str, &str)] = &[
    ("operation.hhour", "rec"),
    ("approvals.log", "at"),
    ("contributions.items[].delivered", "at"),
    ("contributions.items[].disbursed", "at"),
    ("watch_sample", "from"),
    ("sitreps", "at"),
    ("expansion", "at"),
    ("timeline", "rec"),
];

/// A value, or the name of a field, that a pattern found.
struct Found<'a> {
    place: (usize, usize),
    path: String,
    text: Option<&'a str>,
    node: &'a Node<'a>,
}

fn select<'a>(root: &'a Node<'a>, pattern: &str) -> Vec<Found<'a>> {
    let found =
        |node: &'a Node<'a>, path| Found { place: (node.line, node.column), path, text: node.text(), node };
    let mut all = vec![found(root, String::new())];
    for step in pattern.split('.') {
        let name = step.trim_end_matches("[]");
        let each = step.ends_with("[]");
        let mut next = Vec::new();
        for Found { node, path, .. } in all {
            let inner = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            match (&node.data, name) {
                (Data::Map(entries), "{}") => next.extend(entries.iter().map(|entry| Found {
                    place: (entry.line, entry.column),
                    path: inner(&entry.key),
                    text: Some(&entry.key),
                    node: &entry.value,
                })),
                (Data::Map(entries), "*") => {
                    next.extend(entries.iter().map(|entry| found(&entry.value, inner(&entry.key))));
                }
                _ => next.extend(node.get(name).map(|value| found(value, inner(name)))),
            }
        }
        if each {
            let items = |list: Found<'a>| {
                let numbered = list.node.items().iter().enumerate();
                numbered.map(move |(index, item)| found(item, format!("{}[{index}]", list.path)))
            };
            next = next.into_iter().flat_map(items).collect();
        }
        all = next;
    }
    all
}

/// Where the value at `path` stands, or else the nearest thing around it.
fn locate(root: &Node<'_>, path: &str) -> (usize, usize) {
    let mut node = root;
    for step in path.split(['.', '[']) {
        let index = step.strip_suffix(']').and_then(|index| index.parse::<usize>().ok());
        let next = index.map_or_else(|| node.get(step), |index| node.items().get(index));
        let Some(next) = next else { break };
        node = next;
    }
    (node.line, node.column)
}

pub fn check(root: &Node<'_>, scenario: &Scenario, faults: &Faults) {
    names(root, faults);
    numbers_and_times(root, faults);
    let check = Check { root, scenario, faults };
    check.partners();
    check.centre();
    check.posts();
    check.hhour();
    check.plan();
    check.timeline();
    check.approvals();
    check.contributions();
    check.actuals();
    check.figures();
}

/// Codes are well formed and unique, and what is referred to is defined.
fn names(root: &Node<'_>, faults: &Faults) {
    let mut defined: BTreeMap<&str, HashMap<&str, usize>> = BTreeMap::new();
    for (kind, pattern) in DEFINED {
        let codes = defined.entry(kind).or_default();
        for Found { place, path, text, .. } in select(root, pattern) {
            let Some(code) = text else { continue };
            let inner =
                |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
            if !(code.len() <= 32 && code.bytes().all(inner) && !code.starts_with(['_', '-'])) {
                let rule = "1 to 32 capital letters, digits, `_` or `-`, starting with a letter or digit";
                faults.add(place, &path, &format!("`{}` is not a code: {rule}", brief(code)));
            }
            match codes.get(code) {
                Some(line) => {
                    faults.add(place, &path, &format!("{kind} `{}` is already on line {line}", brief(code)));
                }
                None => _ = codes.insert(code, place.0),
            }
        }
    }
    for (pattern, kinds) in REFERENCES {
        for Found { place, path, text, .. } in select(root, pattern) {
            let Some(code) = text else { continue };
            if code.is_empty() || kinds.iter().any(|kind| defined[kind].contains_key(code)) {
                continue;
            }
            let known = kinds.iter().flat_map(|kind| defined[kind].keys().copied());
            let hint = if faults.full() { String::new() } else { did_you_mean(code, known) };
            faults.add(place, &path, &format!("there is no {} `{}`{hint}", kinds.join(" or "), brief(code)));
        }
    }
}

fn numbers_and_times(root: &Node<'_>, faults: &Faults) {
    for &(pattern, least, most) in BOUNDS {
        for Found { place, path, text, .. } in select(root, pattern) {
            let number = text.and_then(|text| text.parse::<i64>().ok());
            if number.is_some_and(|number| !(least..=most).contains(&number)) {
                faults.add(place, &path, &format!("is out of bounds: {least} to {most}"));
            }
        }
    }
    for (pattern, first, second) in NOT_AFTER {
        for item in select(root, pattern) {
            let (Some(earlier), Some(later)) = (item.node.get(first), item.node.get(second)) else {
                continue;
            };
            if is_after(earlier, later) {
                let path = format!("{}.{second}", item.path);
                faults.add((later.line, later.column), &path, &format!("is before {first}"));
            }
        }
    }
    for (pattern, field) in IN_ORDER {
        for list in select(root, pattern) {
            let timed = list.node.items().iter().enumerate();
            let timed: Vec<_> = timed.filter_map(|(index, item)| Some((index, item.get(field)?))).collect();
            for pair in timed.windows(2).filter(|pair| is_after(pair[0].1, pair[1].1)) {
                let (index, time) = pair[1];
                let path = format!("{}[{index}].{field}", list.path);
                faults.add(
                    (time.line, time.column),
                    &path,
                    "is before the entry above: this list is in order of time",
                );
            }
        }
    }
}

/// Two dates or two instants; what is neither has its fault already.
fn is_after(earlier: &Node<'_>, later: &Node<'_>) -> bool {
    let (Some(a), Some(b)) = (earlier.text(), later.text()) else { return false };
    match (instant(a), instant(b), date(a), date(b)) {
        (Ok(a), Ok(b), ..) => a > b,
        (_, _, Ok(a), Ok(b)) => a > b,
        _ => false,
    }
}

/// What sections and timeline both tell must be the same: the event, and when it was recorded.
type Told = BTreeSet<(String, Option<Instant>)>;

struct Check<'a> {
    root: &'a Node<'a>,
    scenario: &'a Scenario,
    faults: &'a Faults,
}

impl Check<'_> {
    fn fault(&self, path: &str, message: &str) {
        self.faults.add(locate(self.root, path), path, message);
    }

    fn clean(&self, path: &str) -> bool {
        self.faults.clean(path)
    }

    fn partners(&self) {
        let partners = self.scenario.partners.iter().enumerate();
        if self.clean("partners")
            && partners.clone().filter(|(_, partner)| partner.role == Role::Host).count() != 1
        {
            self.fault("partners", "needs exactly one partner with role HOST");
        }
        for (index, partner) in partners {
            let path = format!("partners[{index}]");
            if !self.clean(&path) || partner.role == Role::None {
                continue;
            }
            for (field, there) in [("joined", partner.joined.is_some()), ("tz", partner.tz.is_some())] {
                if !there {
                    self.fault(
                        &format!("{path}.{field}"),
                        &format!("is missing, and role {} needs it", partner.role),
                    );
                }
            }
            let subject = format!("partner-{}", partner.id);
            let timeline = self
                .scenario
                .timeline
                .iter()
                .filter(|entry| entry.event == GovernanceEvent::PartnerAcceded {});
            let timeline =
                timeline.filter(|entry| format!("{}-{}", entry.subject.kind, entry.subject.code) == subject);
            let expansion = self.scenario.expansion.iter().filter(|entry| entry.partner == partner.id);
            let expansion = expansion
                .filter(|entry| ["PartnerAcceded", "ObserverAdmitted"].contains(&entry.event.name()));
            let mut dates =
                timeline.map(|entry| entry.recorded).chain(expansion.map(|entry| entry.at)).peekable();
            let told = self.clean("timeline") && self.clean("expansion") && dates.peek().is_some();
            if let (true, Some(joined)) = (told, partner.joined)
                && !dates.any(|at| at.date_naive() == joined)
            {
                self.fault(
                    &format!("{path}.joined"),
                    "is not the day of the accession in timeline or expansion",
                );
            }
        }
    }

    fn centre(&self) {
        let centre = &self.scenario.centre;
        let weights = &centre.criteria_weights;
        let sum: i128 = weights.values().map(|weight| i128::from(*weight)).sum();
        if self.clean("centre.criteria_weights") && sum != 100 {
            self.fault("centre.criteria_weights", &format!("adds up to {sum}, not 100"));
        }
        for (index, option) in centre.options.iter().enumerate() {
            let path = format!("centre.options[{index}]");
            for (criterion, score) in &option.scores {
                if !weights.contains_key(criterion) {
                    let hint = did_you_mean(criterion, weights.keys().map(String::as_str));
                    self.fault(
                        &format!("{path}.{criterion}"),
                        &format!("is neither a field nor a criterion{hint}"),
                    );
                } else if self.clean(&format!("{path}.{criterion}")) && !(1..=5).contains(score) {
                    self.fault(&format!("{path}.{criterion}"), "is out of bounds: scores are 1 to 5");
                }
            }
            for criterion in weights.keys().filter(|criterion| !option.scores.contains_key(*criterion)) {
                self.fault(&path, &format!("has no score for {criterion}"));
            }
            let score =
                |(name, weight): (&String, &i64)| i128::from(*weight) * i128::from(option.scores[name]);
            if !self.clean(&path) || !self.clean("centre.criteria_weights") {
                continue;
            }
            // The weights are hundredths, so the sum has two decimal places.
            if weights.iter().map(score).sum::<i128>() * 10_i128.pow(7) != option.weighted.scaled() {
                self.fault(&format!("{path}.weighted"), "is not the sum of score times weight, by 100");
            }
        }
    }

    fn posts(&self) {
        let mut liaison = HashSet::new();
        for (index, post) in self.scenario.posts.iter().enumerate() {
            let path = format!("posts[{index}]");
            if post.liaison && !liaison.insert(&post.partner) {
                self.fault(
                    &format!("{path}.liaison"),
                    &format!("is the second liaison post of {}", post.partner),
                );
            }
            let accepted = self.scenario.appointment(post).accepted;
            if self.clean(&path)
                && self.clean("timeline")
                && self.clean("operation.hhour")
                && post.since < accepted
            {
                let message = format!("is before the nomination was accepted, {}", accepted.to_rfc3339());
                self.fault(&format!("{path}.in_post"), &message);
            }
        }
    }

    fn hhour(&self) {
        let operation = &self.scenario.operation;
        for (index, hhour) in operation.hhour.iter().enumerate() {
            let path = format!("operation.hhour[{index}]");
            let window = &operation.hhour_window;
            if self.clean(&path)
                && self.clean("operation.hhour_window")
                && !(window.from..window.to).contains(&hhour.set)
            {
                self.fault(&format!("{path}.set"), "is outside hhour_window");
            }
            match &hhour.order {
                None if index > 0 => self.fault(&path, "moves H-hour, which takes an order"),
                // Orders are counted, and no others are told.
                Some(order) if *order != format!("FRAGO-{index}") => {
                    self.fault(&format!("{path}.order"), &format!("is order {index}: FRAGO-{index}"));
                }
                Some(_) | None => {}
            }
        }
    }

    fn plan(&self) {
        let plan = &self.scenario.plan;
        let known: HashMap<&str, &Task> = plan.tasks.iter().map(|task| (&*task.id, task)).collect();
        let partners: HashSet<&str> = self.scenario.partners.iter().map(|partner| &*partner.id).collect();
        let holders: HashMap<&str, &str> =
            self.scenario.posts.iter().map(|post| (&*post.id, &*post.partner)).collect();
        for (index, difference) in plan.differences.iter().enumerate() {
            let path = format!("plan.v1_differences[{index}]");
            if !self.clean(&path) {
                continue;
            }
            for id in &difference.tasks {
                let Some(&task) = known.get(&**id) else {
                    self.fault(
                        &format!("{path}.task"),
                        &format!("there is no task `{}`{}", brief(id), near(id, &known)),
                    );
                    continue;
                };
                match &difference.change {
                    Change::Added => {}
                    Change::Predecessor { predecessor } => {
                        if !task.predecessors.contains(predecessor) {
                            self.fault(
                                &format!("{path}.v2"),
                                &format!("but {id} does not wait for `{predecessor}`"),
                            );
                        }
                    }
                    Change::Fields { v1, v2 } => {
                        let mut now = task.clone();
                        v2.apply(&mut now);
                        if now != *task && self.clean("plan.tasks") {
                            self.fault(&format!("{path}.v2"), &format!("is not what task {id} says"));
                        }
                        let mut first = task.clone();
                        v1.apply(&mut first);
                        if !(-20_000..=20_000).contains(&first.start)
                            || !(1..=20_000).contains(&first.duration)
                        {
                            self.fault(
                                &format!("{path}.v1"),
                                "is out of bounds: s -20000 to 20000, d 1 to 20000",
                            );
                        }
                        let phases = plan.phases.iter().any(|phase| phase.id == first.phase);
                        let efforts =
                            plan.lines_of_effort.iter().any(|effort| effort.id == first.line_of_effort);
                        for (what, code, there) in [
                            ("partner", v1.lead.as_ref(), partners.contains(&*first.lead)),
                            ("partner", v1.territory.as_ref(), partners.contains(&*first.territory)),
                            ("post", v1.post.as_ref(), holders.contains_key(&*first.post)),
                            ("phase", v1.phase.as_ref(), phases),
                            ("line of effort", v1.line_of_effort.as_ref(), efforts),
                        ] {
                            if let (Some(code), false) = (code, there) {
                                self.fault(
                                    &format!("{path}.v1"),
                                    &format!("there is no {what} `{}`", brief(code)),
                                );
                            }
                        }
                    }
                }
            }
        }
        let newest = self.scenario.versions();
        // Differences with a fault of their own say nothing about what version 1 was.
        for version in (1..=newest).filter(|version| *version == newest || self.clean("plan.v1_differences"))
        {
            let tasks = self.scenario.plan(version).map(|draft| draft.tasks).unwrap_or_default();
            self.tasks(version, &tasks, &holders);
        }
    }

    /// Leads, times and dependencies of one version. What version 1 shares with version 2 is said once.
    fn tasks(&self, version: u32, tasks: &[Task], holders: &HashMap<&str, &str>) {
        let newest = version == self.scenario.versions();
        let written: HashMap<&str, (usize, &Task)> = self
            .scenario
            .plan
            .tasks
            .iter()
            .enumerate()
            .map(|(index, task)| (&*task.id, (index, task)))
            .collect();
        let own: HashMap<&str, &Task> = tasks.iter().map(|task| (&*task.id, task)).collect();
        let fine = |task: &Task| self.clean(&format!("plan.tasks[{}]", written[&*task.id].0));
        let said = |task: &Task| !newest && written[&*task.id].1 == task;
        let at = |task: &Task, field: &str| {
            let here = || format!("plan.tasks[{}].{field}", written[&*task.id].0);
            if newest { here() } else { "plan.v1_differences".to_owned() }
        };
        let clean: Vec<&Task> = tasks.iter().filter(|task| fine(task)).collect();
        for &task in &clean {
            if let Some(partner) = holders.get(&*task.post)
                && self.clean("posts")
                && **partner != *task.lead
                && !said(task)
            {
                let message = format!(
                    "{} of {} is a post of {partner}, not of the lead {}",
                    task.post, task.id, task.lead
                );
                self.fault(&at(task, "post"), &message);
            }
            for (index, id) in task.predecessors.iter().enumerate() {
                let Some(&before) = own.get(&**id) else {
                    if !newest {
                        self.fault(
                            "plan.v1_differences",
                            &format!("leaves {} waiting for {id}, absent from v1", task.id),
                        );
                    }
                    continue;
                };
                let end = before.start.saturating_add(before.duration);
                if end > task.start && fine(before) && !(said(task) && said(before)) {
                    let (id, start) = (&task.id, task.start);
                    let message =
                        format!("{} is to finish at H{end:+}, after {id} starts at H{start:+}", before.id);
                    self.fault(&at(task, &format!("pre[{index}]")), &message);
                }
            }
        }
        let mut by_post = clean;
        by_post.sort_by_key(|task| (&task.post, task.start));
        for pair in by_post.windows(2) {
            let (first, second) = (pair[0], pair[1]);
            let overlap =
                first.post == second.post && first.start.saturating_add(first.duration) > second.start;
            if overlap && !(said(first) && said(second)) {
                let message = format!("of {} overlaps {}: {} has both", second.id, first.id, second.post);
                self.fault(&at(second, "s"), &message);
            }
        }
        if newest {
            for cycle in cycles(tasks) {
                let message =
                    format!("is a cycle: {} waits for {}", cycle[0], cycle[1..].join(", which waits for "));
                self.fault(&at(own[cycle[0]], "pre"), &message);
            }
        }
    }

    fn timeline(&self) {
        let scenario = self.scenario;
        let operation = &scenario.operation.id;
        for (index, entry) in scenario.timeline.iter().enumerate() {
            let path = format!("timeline[{index}]");
            if !self.clean(&path) {
                continue;
            }
            let (kind, code) = (entry.subject.kind, &entry.subject.code);
            if kind != entry.event.subject_kind() {
                self.fault(
                    &format!("{path}.s"),
                    &format!("is not a {}, which this event needs", entry.event.subject_kind()),
                );
                continue;
            }
            let there = match kind {
                SubjectKind::Partner => scenario.partners.iter().any(|partner| partner.id == *code),
                SubjectKind::Post => code == "*" || scenario.posts.iter().any(|post| post.id == *code),
                SubjectKind::Centre | SubjectKind::Watch => scenario.centre.id == *code,
                SubjectKind::Operation | SubjectKind::Plan | SubjectKind::Review => operation == code,
            };
            if !there {
                self.fault(&format!("{path}.s"), &format!("there is no {kind} `{}`", brief(code)));
            }
            let version = match entry.event {
                GovernanceEvent::PlanVersionSubmitted { version }
                | GovernanceEvent::PlanPromulgated { version } => version,
                _ => 1,
            };
            if version == 2 && scenario.versions() == 1 {
                self.fault(&format!("{path}.v"), "is 2, but without v1_differences the plan has one version");
            }
        }
        if !["timeline", "approvals", "operation", "centre.decision", "plan"]
            .iter()
            .all(|section| self.clean(section))
        {
            return;
        }
        let (sections, timeline) = (self.told_by_sections(), self.told_by_timeline());
        let known: Told = sections.iter().map(|(_, told)| told.clone()).collect();
        let heard: Told = timeline.iter().map(|(_, told)| told.clone()).collect();
        let when = |at: Option<Instant>| at.map_or(String::new(), |at| format!(" at {}", at.to_rfc3339()));
        for (path, (event, at)) in sections.iter().filter(|(_, told)| !heard.contains(told)) {
            self.fault(path, &format!("is not in the timeline as {event}{}", when(*at)));
        }
        for (path, (event, at)) in timeline.iter().filter(|(_, told)| !known.contains(told)) {
            self.fault(path, &format!("{event}{} is not told by the section that it belongs to", when(*at)));
        }
    }

    fn told_by_sections(&self) -> Vec<(String, (String, Option<Instant>))> {
        let (scenario, approvals) = (self.scenario, &self.scenario.approvals);
        let mut told = vec![(
            "centre.decision.at".to_owned(),
            ("SiteSelected".to_owned(), Some(scenario.centre.decision.at)),
        )];
        for (index, hhour) in scenario.operation.hhour.iter().enumerate() {
            let event = if index == 0 { "HHourSet" } else { "HHourShifted" };
            told.push((format!("operation.hhour[{index}].rec"), (event.to_owned(), Some(hhour.recorded))));
            if let Some(order) = &hhour.order {
                let event = format!("FragmentaryOrderIssued {order}");
                told.push((format!("operation.hhour[{index}].order"), (event, Some(hhour.recorded))));
            }
        }
        for (index, entry) in approvals.log.iter().enumerate() {
            let event = match entry.decision {
                Decision::Approved {} => "PlanVersionApproved",
                Decision::ApprovedWithConditions { .. } => "PlanVersionApprovedWithConditions",
                Decision::Rejected { .. } => "PlanVersionRejected",
                Decision::TerritorialConsent { .. } => "TerritorialConsentGiven",
            };
            let event = format!("{event} of v{} by {}", entry.version, entry.partner);
            told.push((format!("approvals.log[{index}]"), (event, Some(entry.at))));
        }
        if let Some(submitted) = &approvals.submitted {
            for (version, at) in [("v1", Some(submitted.v1)), ("v2", submitted.v2)] {
                let event = format!("PlanVersionSubmitted of {version}");
                told.extend(at.map(|at| (format!("approvals.submitted.{version}"), (event, Some(at)))));
            }
        }
        if let Some(last) = &approvals.promulgated {
            let event = format!("PlanPromulgated of v{}", last.version);
            told.push(("approvals.promulgated.at".to_owned(), (event, Some(last.at))));
        }
        for (index, condition) in
            approvals.conditions.iter().enumerate().filter(|(_, held)| held.recorded.is_some())
        {
            let event = format!("ApprovalConditionSatisfied {}", condition.id);
            told.push((format!("approvals.conditions[{index}].rec"), (event, condition.recorded)));
        }
        told.extend(scenario.amendment().iter().filter_map(|step| {
            let event = match step {
                Revision::Revise { task, .. } => format!("TaskRevised {task}"),
                Revision::Add { task, .. } => format!("TaskAddedToPlan {}", task.id),
                Revision::AddDependency { .. } => return None,
            };
            Some(("plan.v1_differences".to_owned(), (event, None)))
        }));
        told
    }

    fn told_by_timeline(&self) -> Vec<(String, (String, Option<Instant>))> {
        let tell = |(index, entry): (usize, &super::TimelineEntry)| {
            let name = entry.event.name();
            let (event, at) = match &entry.event {
                GovernanceEvent::SiteSelected {}
                | GovernanceEvent::HHourSet {}
                | GovernanceEvent::HHourShifted { .. } => (name.to_owned(), Some(entry.recorded)),
                GovernanceEvent::PlanVersionApproved { version }
                | GovernanceEvent::PlanVersionApprovedWithConditions { version }
                | GovernanceEvent::PlanVersionRejected { version }
                | GovernanceEvent::TerritorialConsentGiven { version } => {
                    (format!("{name} of v{version} by {}", entry.by.0.join(", ")), Some(entry.recorded))
                }
                GovernanceEvent::PlanVersionSubmitted { version }
                | GovernanceEvent::PlanPromulgated { version } => {
                    (format!("{name} of v{version}"), Some(entry.recorded))
                }
                GovernanceEvent::ApprovalConditionSatisfied { condition: code }
                | GovernanceEvent::FragmentaryOrderIssued { order: code } => {
                    (format!("{name} {code}"), Some(entry.recorded))
                }
                GovernanceEvent::TaskRevised { task } | GovernanceEvent::TaskAddedToPlan { task } => {
                    (format!("{name} {task}"), None)
                }
                _ => return None,
            };
            Some((format!("timeline[{index}]"), (event, at)))
        };
        self.scenario.timeline.iter().enumerate().filter_map(tell).collect()
    }

    fn approvals(&self) {
        let approvals = &self.scenario.approvals;
        let Some(submitted) = &approvals.submitted else {
            if !approvals.log.is_empty() || approvals.promulgated.is_some() {
                self.fault("approvals", "has decisions, but `submitted` is missing");
            }
            return;
        };
        let decided = approvals.log.iter().enumerate();
        let decided =
            decided.map(|(index, entry)| (format!("approvals.log[{index}]"), entry.version, entry.at));
        let last = approvals
            .promulgated
            .iter()
            .map(|last| ("approvals.promulgated".to_owned(), last.version, last.at));
        for (path, version, at) in decided.chain(last).filter(|(path, ..)| self.clean(path)) {
            match if version == 1 { Some(submitted.v1) } else { submitted.v2 } {
                None => self.fault(&format!("{path}.v"), &format!("is {version}, which was never submitted")),
                Some(from) if at < from => {
                    self.fault(&format!("{path}.at"), "is before that version was submitted");
                }
                Some(_) => {}
            }
        }
    }

    fn contributions(&self) {
        let Some(contributions) = &self.scenario.contributions else { return };
        for (currency, rate) in &contributions.fx.rates {
            if rate.digits <= 0 && self.clean("contributions.fx") {
                self.fault(&format!("contributions.fx.{currency}"), "is not a rate above 0");
            }
        }
        for (index, item) in contributions.items.iter().enumerate() {
            let path = format!("contributions.items[{index}]");
            if !self.clean(&path) {
                continue;
            }
            let (value, first_use) = match &item.terms {
                Terms::Cash { value, allocated, disbursed } => {
                    let sum: i128 = allocated.values().map(|amount| i128::from(*amount)).sum();
                    let paid: i128 = disbursed.iter().map(|payment| i128::from(payment.amount)).sum();
                    if sum > i128::from(value.amount) {
                        self.fault(
                            &format!("{path}.allocated"),
                            &format!("adds up to {sum}, more than the value"),
                        );
                    }
                    if paid > sum {
                        self.fault(
                            &format!("{path}.disbursed"),
                            &format!("adds up to {paid}, more than was allocated"),
                        );
                    }
                    (Some(value), disbursed.first().map(|payment| ("disbursed", payment.at)))
                }
                Terms::InKind { quantity, value, delivered, .. } => {
                    let sum: i128 = delivered.iter().map(|delivery| i128::from(delivery.quantity)).sum();
                    let quantity = i128::from(*quantity);
                    if sum > quantity || (item.status == ContributionStatus::Fulfilled && sum != quantity) {
                        self.fault(
                            &format!("{path}.delivered"),
                            &format!("adds up to {sum}, but qty is {quantity}"),
                        );
                    }
                    (value.as_ref(), delivered.first().map(|delivery| ("delivered", delivery.at)))
                }
            };
            if let Some(value) =
                value.filter(|value| !contributions.fx.rates.contains_key(value.currency.as_str()))
            {
                self.fault(
                    &format!("{path}.value[1]"),
                    &format!("has no rate in fx: {}", value.currency.as_str()),
                );
            }
            if let Some((field, at)) = first_use
                && item.accepted.is_none_or(|accepted| at < accepted)
            {
                self.fault(&format!("{path}.{field}"), "is used before it is accepted");
            }
        }
    }

    fn actuals(&self) {
        let actuals =
            self.scenario.actuals.iter().enumerate().map(|(index, actual)| (&*actual.id, (index, actual)));
        let actuals: HashMap<_, _> =
            actuals.filter(|(_, (index, _))| self.clean(&format!("actuals[{index}]"))).collect();
        let in_post: HashMap<_, _> = self.scenario.posts.iter().map(|post| (&*post.id, post.since)).collect();
        for (index, actual) in actuals.values() {
            let path = format!("actuals[{index}]");
            match (actual.end_first_recorded_as, actual.end_recorded, actual.corrected_recorded) {
                (Some(_), Some(_), Some(_)) => {}
                (None, recorded, None) => {
                    if recorded.is_some_and(|recorded| recorded < actual.end) {
                        self.fault(&format!("{path}.end_rec"), "is before end");
                    }
                }
                _ => self.fault(
                    &path,
                    "a correction takes end_first_recorded_as, end_rec and corrected_rec together",
                ),
            }
        }
        for (index, task) in self.scenario.plan.tasks.iter().enumerate() {
            let Some((place, actual)) =
                actuals.get(&*task.id).filter(|_| self.clean(&format!("plan.tasks[{index}]")))
            else {
                continue;
            };
            let path = format!("actuals[{place}].start");
            let clean = self.clean("posts");
            if let Some(from) = in_post.get(&*task.post).filter(|from| clean && actual.start < **from) {
                self.fault(&path, &format!("is before {} is in post, {}", task.post, from.to_rfc3339()));
            }
            for before in task.predecessors.iter().filter_map(|before| actuals.get(&**before)) {
                if before.1.end > actual.start {
                    let message = format!(
                        "is before its predecessor {} ends, {}",
                        before.1.id,
                        before.1.end.to_rfc3339()
                    );
                    self.fault(&path, &message);
                }
            }
        }
    }

    /// Requests, watches, counts of persons, evidence.
    fn figures(&self) {
        let scenario = self.scenario;
        for (index, request) in scenario.requests.iter().enumerate() {
            let path = format!("requests[{index}]");
            let limits = scenario.centre.watch_rules.as_ref().map(|rules| &rules.ack_minutes);
            let limit = limits.and_then(|limits| limits.of(request.priority));
            let (Some(limit), Some(at), true) = (limit, request.acknowledged, self.clean(&path)) else {
                continue;
            };
            let late = at - request.issued > TimeDelta::minutes(i64::from(limit));
            if late != request.acknowledgement_missed {
                let message = format!(
                    "but ack_missed is {}: the limit is {limit} minutes",
                    request.acknowledgement_missed
                );
                self.fault(&format!("{path}.ack"), &message);
            }
        }
        for (index, shift) in scenario.watch_sample.iter().enumerate() {
            let outside = |gap: &super::model::WatchGap| gap.from < shift.from || gap.to > shift.to;
            let path = format!("watch_sample[{index}]");
            if self.clean(&path) && shift.gap.as_ref().is_some_and(outside) {
                self.fault(&format!("{path}.gap"), "is outside its shift");
            }
        }
        let Some(assistance) = &scenario.assistance else { return self.evidence() };
        for (index, report) in assistance.reports.iter().enumerate() {
            let super::model::AssistanceEvent::FigureCorrected { corrects, .. } = report.event else {
                continue;
            };
            if usize::try_from(corrects).is_ok_and(|corrects| corrects >= index) {
                let path = format!("assistance.reports[{index}].corrects");
                self.fault(&path, "is the index, from 0, of no earlier report");
            }
        }
        if let Some(last) = assistance.last.as_ref().filter(|_| self.clean("assistance.final")) {
            let (screened, identified) = (&last.screened, &last.identified);
            let sum = |counts: &[u32]| counts.iter().map(|count| u64::from(*count)).sum::<u64>();
            let all =
                |counts: &BTreeMap<String, u32>| counts.values().map(|count| u64::from(*count)).sum::<u64>();
            let by_status = sum(&[identified.identified, identified.not_identified, identified.undetermined]);
            for (field, parts, whole, of) in [
                ("screened", sum(&[screened.presumed, screened.not_presumed]), last.received, "received"),
                ("identified", by_status, screened.presumed, "presumed"),
                (
                    "identified_by_nationality",
                    all(&last.identified_by_nationality),
                    identified.identified,
                    "identified",
                ),
                ("outcomes", all(&last.outcomes), identified.identified, "identified"),
            ] {
                if parts != u64::from(whole) {
                    self.fault(
                        &format!("assistance.final.{field}"),
                        &format!("adds up to {parts}, but {of} is {whole}"),
                    );
                }
            }
        }
        self.evidence();
    }

    fn evidence(&self) {
        let metrics = &self.scenario.metrics_expected;
        for (index, finding) in self.scenario.review.iter().flat_map(|review| &review.findings).enumerate() {
            for (place, evidence) in finding.evidence.iter().enumerate() {
                let path = format!("review.findings[{index}].evidence[{place}]");
                let metric = evidence.strip_prefix("metric:").filter(|metric| !metrics.contains_key(*metric));
                if let Some(metric) = metric {
                    let hint = did_you_mean(metric, metrics.keys().map(String::as_str));
                    self.fault(
                        &path,
                        &format!("there is no metric `{}` in metrics_expected{hint}", brief(metric)),
                    );
                }
            }
        }
    }
}

fn near(id: &str, known: &HashMap<&str, &Task>) -> String {
    did_you_mean(id, known.keys().copied())
}

/// The cycles among finish-to-start dependencies, each as the codes along it, first and last the same.
///
/// Walks and queues only: a chain of 100,000 tasks would overflow the stack of a recursive search.
fn cycles(tasks: &[Task]) -> Vec<Vec<&str>> {
    let mut before: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut after: HashMap<&str, Vec<&str>> = HashMap::new();
    for task in tasks {
        before.entry(&task.id).or_default().extend(task.predecessors.iter().map(String::as_str));
        for predecessor in &task.predecessors {
            after.entry(predecessor).or_default().push(&task.id);
        }
    }
    let known: HashSet<&str> = before.keys().copied().collect();
    for list in before.values_mut() {
        list.retain(|id| known.contains(id));
    }
    let mut waiting: HashMap<&str, usize> = before.iter().map(|(id, list)| (*id, list.len())).collect();
    let mut free: Vec<&str> = waiting.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    while let Some(id) = free.pop() {
        waiting.remove(id);
        for next in after.get(id).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(next) {
                *count -= 1;
                if *count == 0 {
                    free.push(next);
                }
            }
        }
    }
    // What is left waits, directly or not, for a cycle: going from predecessor to predecessor ends in one.
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut found = Vec::new();
    for (walk, start) in tasks.iter().enumerate().filter(|(_, task)| waiting.contains_key(&*task.id)) {
        let mut way = vec![&*start.id];
        while let Some(id) = way.last().filter(|id| !seen.contains_key(**id)).copied() {
            seen.insert(id, walk);
            way.extend(before[id].iter().find(|id| waiting.contains_key(**id)));
        }
        let end = way[way.len() - 1];
        let entry = way.iter().position(|id| *id == end).unwrap_or_default();
        if seen[end] == walk && entry + 1 < way.len() {
            found.push(way.split_off(entry));
        }
    }
    found
}
