//! What was planned held against what happened: by how much a task slipped, and what drove it.
//!
//! The parts add up, to the second: what held its start and what it waited longer than that are the slippage of its start;
//! with what it was blocked and what else it took longer, they are the slippage of its finish. It is the usual reckoning
//! of a delay by the activity before, and by the activity itself (as in the "as-planned versus as-built" of AACE
//! International's recommended practice 29R-03).

use crate::{
    Instant, Span, TaskCode,
    plan::{Dependency, DependencyKind},
};

/// When a task was carried out, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CarriedOut {
    pub started: Option<Instant>,
    /// When it was completed.
    pub finished: Option<Instant>,
    /// How long it was blocked in between.
    pub blocked: Span,
}

/// Why a task began or was finished at another time than planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Driver {
    /// It waited for a task that was late itself.
    Predecessor(TaskCode),
    /// It could have begun, and began later; or earlier than planned, where that is negative.
    Start,
    /// It was blocked.
    Blocks,
    /// It took longer than planned, blocks left out; or shorter, where that is negative.
    Length,
}

/// By how much a task slipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slippage {
    /// Actual less planned start.
    pub start: Span,
    /// Actual less planned finish; `None` until it is completed.
    pub finish: Option<Span>,
    /// Each with its part, which is not zero. Those of the start come first.
    pub drivers: Vec<(Driver, Span)>,
}

/// The slippage of a task that was planned so; `None` until it began. `other` tells when other tasks were carried out.
///
/// What its finish waits for does not hold it here: that shows as its length.
pub fn slippage<'a>(
    planned: (Instant, Instant),
    predecessors: impl IntoIterator<Item = &'a Dependency>,
    own: &CarriedOut,
    other: impl Fn(&TaskCode) -> CarriedOut,
) -> Option<Slippage> {
    let started = own.started?;
    let seconds = |from: Instant, to: Instant| Span::seconds((to - from).num_seconds());
    let start = seconds(planned.0, started);
    let released = predecessors.into_iter().filter_map(|dependency| {
        let before = other(&dependency.predecessor);
        let end = match dependency.kind {
            DependencyKind::FinishToStart => before.finished,
            DependencyKind::StartToStart => before.started,
            DependencyKind::FinishToFinish | DependencyKind::StartToFinish => None,
        };
        Some((end? + dependency.lag.as_delta(), &dependency.predecessor))
    });
    // Of several that released it at once, the first by its code.
    let last = released.max_by(|one, other| one.0.cmp(&other.0).then_with(|| other.1.cmp(one.1)));
    let mut drivers = Vec::new();
    let mut held = Span::ZERO;
    if let Some((released, task)) = last {
        // What began before it was released was not held until then.
        held = seconds(planned.0, released.min(started)).max(Span::ZERO);
        drivers.push((Driver::Predecessor(task.clone()), held));
    }
    drivers.push((Driver::Start, start - held));
    let finish = own.finished.map(|finished| seconds(planned.1, finished));
    if let Some(finish) = finish {
        drivers.push((Driver::Blocks, own.blocked));
        drivers.push((Driver::Length, finish - start - own.blocked));
    }
    drivers.retain(|(_, by)| *by != Span::ZERO);
    Some(Slippage { start, finish, drivers })
}
