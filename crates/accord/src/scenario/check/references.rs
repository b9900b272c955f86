//! Codes are well formed and unique, and what is referred to is defined.

use super::select::{Found, select};
use crate::scenario::yaml::{Faults, Node, brief, did_you_mean};
use std::collections::{BTreeMap, HashMap};

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
    ("outcome", "outcomes[].id"),
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
    ("reports[].task", &["task"]),
    ("incident.ccir", &["CCIR"]),
    ("incident.log[].by", &["post"]),
    ("incident.log[].post", &["post"]),
    ("requests[].from", &["partner"]),
    ("requests[].to", &["partner"]),
    ("requests[].incident", &["incident"]),
    ("assistance.reports[].incident", &["incident"]),
    ("assistance.enforcement.arrests.{}", &["partner"]),
    ("watch_sample[].on[]", &["post"]),
    ("watch_sample[].gap.missing", &["post"]),
    ("outcomes[].by", &["partner"]),
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
    ("schedule_expected[].critical[]", &["task"]),
    ("schedule_expected[].float.{}", &["task"]),
    ("slippage_expected[].id", &["task"]),
    ("knowledge_expected[].id", &["task"]),
    ("metrics_of.*.by", &["post"]),
    ("review.findings[].owner", &["post"]),
    ("review.adopted.by[]", &["partner"]),
];

pub fn check(root: &Node<'_>, faults: &Faults) {
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
