//! Version 1 of what tells of a plan's approval policy: roles, and nothing else.

use crate::{
    Event, OperationCode,
    plan::{ApprovalPolicy, PlanEvent, Section, Sections},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct PlanDrafted1 {
    operation: OperationCode,
    number: u32,
    sections: Box<Sections>,
}

#[derive(Deserialize)]
struct PlanSectionRevised1 {
    operation: OperationCode,
    number: u32,
    section: Section,
}

/// The policy as version 1 reads it.
fn of_roles(policy: ApprovalPolicy) -> ApprovalPolicy {
    ApprovalPolicy { required_roles: policy.required_roles, ..ApprovalPolicy::default() }
}

pub(super) fn plan_drafted_1(payload: &[u8]) -> Result<Event, serde_json::Error> {
    let PlanDrafted1 { operation, number, mut sections } = serde_json::from_slice(payload)?;
    sections.approval_policy = of_roles(sections.approval_policy);
    Ok(Event::Plan(PlanEvent::PlanDrafted { operation, number, sections }))
}

pub(super) fn plan_section_revised_1(payload: &[u8]) -> Result<Event, serde_json::Error> {
    let PlanSectionRevised1 { operation, number, section } = serde_json::from_slice(payload)?;
    let section = match section {
        Section::ApprovalPolicy(policy) => Section::ApprovalPolicy(of_roles(policy)),
        other => other,
    };
    Ok(Event::Plan(PlanEvent::PlanSectionRevised { operation, number, section }))
}

#[cfg(test)]
mod tests {
    use crate::Event;

    #[test]
    fn a_policy_of_version_1_names_roles_alone() {
        let plain = r#"{"requiredRoles":["HOST"]}"#;
        let more = r#"{"requiredRoles":["HOST"],"approvers":["CHN"],"withdrawal":"BROKEN_CONDITION"}"#;
        for (kind, before, after) in [
            ("PlanDrafted", r#""sections":{"approvalPolicy":"#, "}}"),
            ("PlanSectionRevised", r#""section":{"approvalPolicy":"#, "}}"),
        ] {
            let decoded = |version, policy| {
                let payload = format!(r#"{{"operation":"SAPHAN","number":1,{before}{policy}{after}"#);
                Event::decode(kind, version, payload.as_bytes()).unwrap()
            };
            assert_eq!(decoded(1, plain), decoded(2, plain), "{kind}");
            assert_eq!(decoded(1, more), decoded(1, plain), "{kind}");
            assert_ne!(decoded(2, more), decoded(2, plain), "{kind}");
        }
    }
}
