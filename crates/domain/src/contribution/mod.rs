//! What partners give to an operation: money, training, technology, premises, people.
//!
//! A pledge is not money: it is accepted before it binds, money is allocated before it is spent, and what is handed
//! over in kind is accepted by the one who receives it. All of it folds into the state of its operation. Nothing
//! here satisfies a condition: a person does, and names a delivery as evidence.

mod command;
mod decide;
mod event;
mod examples;
mod found;
mod giving;
mod pledge;
mod pledging;
mod sources;
mod standing;
mod state;

pub use command::{ContributionCommand, NewPledge, PledgeRevision};
pub use event::ContributionEvent;
pub use pledge::{ContributionKind, Offer, Pledge};
pub use standing::{
    Acceptance, Allocation, Contribution, ContributionStatus, Delivery, Disbursement, Judgement, Refused,
};
