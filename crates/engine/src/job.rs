//! A command on its way from its sender to its answer, through the tasks that write.

use crate::{Error, Outcome, Request};
use tokio::sync::oneshot;
use tracing::Span;

pub(crate) struct Job {
    pub request: Request,
    pub reply: oneshot::Sender<Result<Outcome, Error>>,
    /// From its sender to its answer.
    pub span: Span,
}

impl Job {
    /// The caller may have gone; that changes nothing.
    pub(crate) fn answer(self, answer: Result<Outcome, Error>) {
        drop(self.reply.send(answer));
    }
}
