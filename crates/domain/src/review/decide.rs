//! Who may write in a review, act on what it found, and adopt it.

use super::{acting, adopting, sources::REVIEWER, writing};
use crate::{
    Context, Event, OperationCode, Reasons, RefusalCode, Rejection, World,
    command::Decide,
    operation::Operation,
    review::{Finding, FindingCode, Review, ReviewCommand, ReviewEvent},
};

impl Decide for ReviewCommand {
    fn operation(&self) -> Option<&OperationCode> {
        Some(ReviewCommand::operation(self))
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        // What was learned of an operation is written, and acted on, after its end too.
        let (operation, reasons) = world.visible_even_ended(self.operation(), context, reasons)?;
        let place = Place { world, operation, context };
        let events = match self {
            Self::Open { .. } => adopting::open(operation, context, reasons)?,
            Self::Answer { question, answer, .. } => {
                context.require_of(&operation.lead, REVIEWER)?;
                let (review, reasons) = place.review(reasons)?;
                writing::answer(&place, review, *question, answer, reasons)?
            }
            Self::Observe { text, .. } => writing::observe(&place, text, reasons)?,
            Self::RecordFinding { finding, .. } => {
                context.require_of(&operation.lead, REVIEWER)?;
                writing::record(&place, finding, reasons)?
            }
            Self::Recommend { finding, remedy, .. } => {
                context.require_of(&operation.lead, REVIEWER)?;
                let (_, finding, reasons) = place.finding(finding, reasons)?;
                writing::recommend(&place, finding, remedy, reasons)?
            }
            Self::LinkEvidence { finding, evidence, .. } => {
                context.require_post(REVIEWER)?;
                let (_, finding, reasons) = place.finding(finding, reasons)?;
                writing::link(&place, finding, evidence, reasons)?
            }
            Self::AssignAction { finding, post, due, .. } => {
                acting::assign(&place, finding, (post, *due), reasons)?
            }
            Self::CompleteAction { finding, note, .. } => acting::complete(&place, finding, note, reasons)?,
            Self::ValidateLesson { finding, accepted, note, .. } => {
                acting::validate(&place, finding, (*accepted, note.as_ref()), reasons)?
            }
            Self::Adopt { seen_at, .. } => adopting::adopt(&place, *seen_at, reasons)?,
        };
        Ok(events.into_iter().map(Event::Review).collect())
    }
}

/// No events: nothing changes.
pub(super) type Written = Result<Vec<ReviewEvent>, Rejection>;

/// Where something is written.
pub(super) struct Place<'a> {
    pub world: &'a World,
    pub operation: &'a Operation,
    pub context: &'a Context<'a>,
}

impl<'a> Place<'a> {
    /// Nothing is written before it was opened, also in late entries.
    pub fn review(&self, mut reasons: Reasons) -> Result<(&'a Review, Reasons), Rejection> {
        let code = &self.operation.code;
        let Some(review) = &self.operation.review else {
            let message = format!("{code} has no review: it is opened first.");
            return Err(reasons.refuse_with(RefusalCode::WrongState, "operation", message));
        };
        let what = format!("The review of {code} was opened");
        self.context.check_since(review.opened_at, &what, &mut reasons);
        Ok((review, reasons))
    }

    /// Whoever reads the operation reads all its findings.
    pub fn finding(
        &self,
        code: &FindingCode,
        reasons: Reasons,
    ) -> Result<(&'a Review, &'a Finding, Reasons), Rejection> {
        let review = self.operation.review.as_ref();
        let found = review.and_then(|review| Some((review, review.findings.get(code)?)));
        let Some((review, finding)) = found else { return Err(reasons.not_found("findingId", "finding")) };
        let mut reasons = reasons;
        self.context.check_since(finding.at, &format!("{code} was recorded"), &mut reasons);
        Ok((review, finding, reasons))
    }
}
