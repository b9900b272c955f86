//! Who must still decide on a version before it can be promulgated.

use crate::{
    PartnerCode, TaskCode,
    coalition::PartnerRole,
    plan::{ApprovalPolicy, DecisionKind, VersionStatus, territories},
};
use std::collections::{BTreeMap, BTreeSet};

/// What promulgation still waits for from one partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outstanding {
    Approval {
        partner: PartnerCode,
        rejected: bool,
    },
    /// Consent for these tasks on its territory.
    Consent {
        partner: PartnerCode,
        tasks: BTreeSet<TaskCode>,
        refused: bool,
    },
}

impl Outstanding {
    pub fn partner(&self) -> &PartnerCode {
        match self {
            Self::Approval { partner, .. } | Self::Consent { partner, .. } => partner,
        }
    }
}

/// Among whom those are that decide on a version.
#[derive(Debug, Clone, Copy)]
pub struct Electorate<'a> {
    pub policy: &'a ApprovalPolicy,
    /// Who could read the version when it was submitted, or can while it is a draft.
    pub readers: &'a BTreeSet<PartnerCode>,
    pub lead: &'a PartnerCode,
    pub status: VersionStatus,
}

impl Electorate<'_> {
    /// Whether a member of the coalition has a vote: whom the policy lists, else whom it means by their
    /// roles.
    pub fn has_vote(&self, partner: &PartnerCode, role: PartnerRole) -> bool {
        let ApprovalPolicy { required_roles, approvers, .. } = self.policy;
        self.readers.contains(partner)
            && if approvers.is_empty() { required_roles.contains(&role) } else { approvers.contains(partner) }
    }

    /// The tasks that the lead has consented to by submitting: those on its own ground, if it has no vote
    /// and has not decided otherwise. With its code, for decisions to be chained with.
    pub fn implied_consent<'a>(
        &self,
        members: impl IntoIterator<Item = (&'a PartnerCode, PartnerRole)>,
        tasks: impl IntoIterator<Item = (&'a TaskCode, &'a PartnerCode)>,
        mut decided: impl Iterator<Item = &'a PartnerCode>,
    ) -> Option<(PartnerCode, BTreeSet<TaskCode>)> {
        let votes =
            members.into_iter().any(|(member, role)| member == self.lead && self.has_vote(member, role));
        if self.status == VersionStatus::Draft || votes || decided.any(|partner| partner == self.lead) {
            return None;
        }
        let own = tasks.into_iter().filter(|(_, territory)| *territory == self.lead);
        Some((self.lead.clone(), own.map(|(task, _)| task.clone()).collect()))
    }
}

/// Of the partners that have suspended the version in force, those that have not agreed to what is to take its
/// place: by an approval, or by consent for their ground.
pub fn unsettled<'a, 'b>(
    suspended_by: impl IntoIterator<Item = &'a PartnerCode>,
    decisions: impl IntoIterator<Item = (&'b PartnerCode, DecisionKind, &'b BTreeSet<TaskCode>)>,
) -> Vec<&'a PartnerCode> {
    let agreed: BTreeSet<_> = decisions
        .into_iter()
        .filter(|(_, kind, _)| kind.approves() || *kind == DecisionKind::TerritorialConsent)
        .map(|(partner, ..)| partner)
        .collect();
    suspended_by.into_iter().filter(|partner| !agreed.contains(partner)).collect()
}

/// Domain rule 5: who must still decide. `members` are the acceded partners with their roles, `decisions`
/// the live ones of the version. An approval includes consent for one's own territory.
pub fn outstanding<'a>(
    electorate: &Electorate<'_>,
    members: impl IntoIterator<Item = (&'a PartnerCode, PartnerRole)>,
    tasks: impl IntoIterator<Item = (&'a TaskCode, &'a PartnerCode)>,
    decisions: impl IntoIterator<Item = (&'a PartnerCode, DecisionKind, &'a BTreeSet<TaskCode>)>,
) -> Vec<Outstanding> {
    let decided: BTreeMap<_, _> =
        decisions.into_iter().map(|(partner, kind, tasks)| (partner, (kind, tasks))).collect();
    let approves = |partner| decided.get(partner).is_some_and(|(kind, _)| kind.approves());
    let mut missing = Vec::new();
    let mut voters = BTreeSet::new();
    for (partner, role) in members {
        if !electorate.has_vote(partner, role) {
            continue;
        }
        voters.insert(partner);
        if !approves(partner) {
            let rejected = decided.get(partner).is_some_and(|(kind, _)| *kind == DecisionKind::Rejected);
            missing.push(Outstanding::Approval { partner: partner.clone(), rejected });
        }
    }
    // A rejection counts until it is revoked, also when its author has lost its vote since.
    for (partner, (kind, _)) in &decided {
        if *kind == DecisionKind::Rejected && !voters.contains(*partner) {
            missing.push(Outstanding::Approval { partner: (*partner).clone(), rejected: true });
        }
    }
    for (partner, tasks) in territories(tasks) {
        // A voter's approval is waited for above; who has approved has consented, whatever its role became.
        if voters.contains(partner) || approves(partner) {
            continue;
        }
        let decision = decided.get(partner);
        let left: BTreeSet<_> = tasks
            .into_iter()
            .filter(|task| {
                !decision.is_some_and(|(kind, consented)| {
                    *kind == DecisionKind::TerritorialConsent && consented.contains(*task)
                })
            })
            .cloned()
            .collect();
        if !left.is_empty() {
            let refused = decision.is_some_and(|(kind, _)| *kind == DecisionKind::ConsentRefused);
            missing.push(Outstanding::Consent { partner: partner.clone(), tasks: left, refused });
        }
    }
    missing
}
