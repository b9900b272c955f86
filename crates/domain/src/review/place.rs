//! Where something is written: the review, or the finding in it.

use crate::{
    Context, Reasons, RefusalCode, Rejection, World,
    operation::Operation,
    review::{Finding, FindingCode, Review, ReviewEvent},
};

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
