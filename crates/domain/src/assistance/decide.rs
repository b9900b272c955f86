//! Who may count persons, and which counts are taken.

use crate::{
    Context, Event, OperationCode, PartnerCode, Reasons, RefusalCode, Rejection, Role, World,
    assistance::{
        AssistanceCommand, AssistanceEvent, Cell, Correction, Figure, LateReason, NationalityCount, OTHER,
        OutcomeCount,
    },
    coalition::Coalition,
    command::Decide,
    operation::Operation,
};
use std::collections::BTreeSet;
use strum::VariantNames as _;

/// Roles that count: whoever speaks, plans, commands or stands the watch.
pub(super) const COUNTER: &[Role] = &[Role::Planner, Role::Commander, Role::Liaison, Role::Watch];

/// Most persons of one count.
const MOST_PERSONS: u32 = 1_000_000;

/// Most reports of one authority on one operation, corrections too.
const MOST_CLAIMS: u32 = 2_000;

impl Decide for AssistanceCommand {
    fn operation(&self) -> Option<&OperationCode> {
        Some(AssistanceCommand::operation(self))
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        // Persons are in somebody's care after the operation's end, too.
        let (operation, mut reasons) =
            world.visible_even_ended(AssistanceCommand::operation(self), context, reasons)?;
        let coalition = world.coalition()?;
        let authority = context.require_post(COUNTER)?;
        if !coalition.takes_tasks(authority) {
            let message = format!("{authority} takes no tasks, so it receives nobody.");
            return Err(Rejection::Forbidden(message));
        }
        check_late_reason(context, &mut reasons);
        context.check_since(
            operation.initiated_at,
            &format!("{} was initiated", operation.code),
            &mut reasons,
        );
        let claims = operation.assistance.get(authority).map_or(1, |known| known.claims.next_number());
        reasons.check(claims <= MOST_CLAIMS, RefusalCode::InvalidValue, "", || {
            format!("A partner counts at most {MOST_CLAIMS} times in one operation.")
        });
        let table = Table { operation, coalition, authority };
        let event = match self {
            Self::Receive { count, place, incident, .. } => {
                reasons.check(*count > 0, RefusalCode::InvalidValue, "count", || {
                    "Somebody was received: count from 1.".to_owned()
                });
                check_counts(&[("count", *count)], &mut reasons);
                if let Some(place) = place {
                    table.check_code(place, "place", &mut reasons);
                }
                if let Some(code) = incident {
                    let known = operation.incidents.get(code);
                    let shown =
                        known.is_some_and(|known| known.label.admits(Some(authority), &operation.lead));
                    reasons.check(shown, RefusalCode::UnknownReference, "incidentId", || {
                        "The operation has no such incident.".to_owned()
                    });
                }
                AssistanceEvent::PersonsReceived {
                    operation: operation.code.clone(),
                    authority: authority.clone(),
                    count: *count,
                    place: place.clone(),
                    incident: incident.clone(),
                }
            }
            Self::Screen { presumed, not_presumed, minors, .. } => {
                check_counts(
                    &[
                        ("presumed", *presumed),
                        ("notPresumed", *not_presumed),
                        ("minors", minors.unwrap_or_default()),
                    ],
                    &mut reasons,
                );
                AssistanceEvent::ScreeningTallied {
                    operation: operation.code.clone(),
                    authority: authority.clone(),
                    presumed: *presumed,
                    not_presumed: *not_presumed,
                    minors: *minors,
                }
            }
            Self::Identify { identified, not_identified, undetermined, .. } => {
                check_counts(
                    &[("notIdentified", *not_identified), ("undetermined", *undetermined)],
                    &mut reasons,
                );
                table.check_nationalities(identified, &mut reasons);
                AssistanceEvent::IdentificationTallied {
                    operation: operation.code.clone(),
                    authority: authority.clone(),
                    identified: identified.clone(),
                    not_identified: *not_identified,
                    undetermined: *undetermined,
                }
            }
            Self::TallyOutcomes { outcomes, punished, .. } => {
                check_counts(&[("punishedForCompelledActs", punished.unwrap_or_default())], &mut reasons);
                check_outcomes(outcomes, punished.is_some(), &mut reasons);
                AssistanceEvent::AssistanceOutcomeTallied {
                    operation: operation.code.clone(),
                    authority: authority.clone(),
                    outcomes: outcomes.clone(),
                    punished: *punished,
                }
            }
            Self::Correct { correction, .. } => return table.correct(correction, reasons),
        };
        reasons.or(vec![Event::Assistance(event)])
    }
}

/// Whose counts a command is about.
struct Table<'a> {
    operation: &'a Operation,
    coalition: &'a Coalition,
    authority: &'a PartnerCode,
}

impl Table<'_> {
    /// That a code is a partner's. The text is not said again: it may be somebody's name.
    fn check_code(&self, code: &PartnerCode, field: &str, reasons: &mut Reasons) {
        reasons.check(
            self.coalition.partners.contains_key(code),
            RefusalCode::PersonalDataRefused,
            field,
            || "This is no partner's code, and what else it may be is not kept: persons are counted, not named.".to_owned(),
        );
    }

    fn check_nationalities(&self, identified: &[NationalityCount], reasons: &mut Reasons) {
        let mut seen = BTreeSet::new();
        for (index, NationalityCount { nationality, count }) in identified.iter().enumerate() {
            let field = format!("identified.{index}.nationality");
            if nationality.as_str() != OTHER {
                self.check_code(nationality, &field, reasons);
            }
            reasons.check(seen.insert(nationality), RefusalCode::InvalidValue, &field, || {
                "This nationality is counted above.".to_owned()
            });
            check_counts(&[(&format!("identified.{index}.count"), *count)], reasons);
        }
    }

    fn correct(&self, asked: &Correction, mut reasons: Reasons) -> Result<Vec<Event>, Rejection> {
        let claims = self.operation.assistance.get(self.authority).map(|known| &known.claims);
        let Some(wrong) = claims.and_then(|claims| claims.get(asked.claim)) else {
            return Err(reasons.not_found("claimId", "claim"));
        };
        reasons.check(wrong.corrected_by.is_none(), RefusalCode::WrongState, "claimId", || {
            "This claim was corrected: correct the one that took its place.".to_owned()
        });
        check_counts(&[("count", asked.count)], &mut reasons);
        let mut meant = wrong.says.counts.keys().filter(|cell| {
            asked.figure.is_none_or(|figure| cell.figure == figure)
                && (asked.nationality.is_none() || cell.nationality == asked.nationality)
        });
        let (cell, other) = (meant.next(), meant.next());
        let (Some(cell), None) = (cell, other) else {
            let (field, message) = match (cell, asked.figure) {
                (Some(_), Some(_)) => ("nationality", "The claim counts several nationalities: say which."),
                (Some(_), None) => ("figure", "The claim makes several counts: say which."),
                (None, _) => ("figure", "The claim does not count this."),
            };
            return Err(reasons.refuse_with(RefusalCode::UnknownReference, field, message));
        };
        let Cell { figure, nationality } = cell.clone();
        let unchanged = wrong.says.counts.get(cell) == Some(&asked.count);
        let corrected = AssistanceEvent::AssistanceFigureCorrected {
            operation: self.operation.code.clone(),
            authority: self.authority.clone(),
            corrects: asked.claim,
            figure,
            nationality,
            count: asked.count,
            reason: asked.reason,
        };
        reasons.or(if unchanged { Vec::new() } else { vec![Event::Assistance(corrected)] })
    }
}

fn check_counts(counts: &[(&str, u32)], reasons: &mut Reasons) {
    for (field, count) in counts {
        reasons.check(*count <= MOST_PERSONS, RefusalCode::InvalidValue, field, || {
            format!("{count} persons: one count is at most {MOST_PERSONS}.")
        });
    }
}

fn check_outcomes(outcomes: &[OutcomeCount], is_punished_counted: bool, reasons: &mut Reasons) {
    reasons.check(!outcomes.is_empty() || is_punished_counted, RefusalCode::InvalidValue, "outcomes", || {
        "Nothing is counted.".to_owned()
    });
    let mut seen = BTreeSet::new();
    for (index, OutcomeCount { outcome, count }) in outcomes.iter().enumerate() {
        let field = format!("outcomes.{index}.outcome");
        reasons.check(Figure::OUTCOMES.contains(outcome), RefusalCode::InvalidValue, &field, || {
            format!("{outcome} is not what becomes of persons.")
        });
        reasons.check(seen.insert(outcome), RefusalCode::InvalidValue, &field, || {
            format!("{outcome} is counted above.")
        });
        check_counts(&[(&format!("outcomes.{index}.count"), *count)], reasons);
    }
}

/// Why it is told late is one of a few codes: a sentence could name somebody.
fn check_late_reason(context: &Context<'_>, reasons: &mut Reasons) {
    let is_code = context.late_reason.is_none_or(|reason| reason.parse::<LateReason>().is_ok());
    reasons.check(is_code, RefusalCode::PersonalDataRefused, "lateReason", || {
        format!("Of persons, say why it is late by one of {}.", LateReason::VARIANTS.join(", "))
    });
}
