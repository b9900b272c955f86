//! Partners and posts.

use super::Check;
use crate::scenario::model::{coalition::Role, timeline::GovernanceEvent};
use std::collections::HashSet;

impl Check<'_> {
    pub fn partners(&self) {
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

    pub fn posts(&self) {
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
}
