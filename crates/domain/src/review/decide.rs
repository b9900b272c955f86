//! Who may write in a review, act on what it found, and adopt it.

use super::{acting, adopting, place::Place, sources::REVIEWER, writing};
use crate::{
    Context, Event, OperationCode, Reasons, Rejection, World, command::Decide, review::ReviewCommand,
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
