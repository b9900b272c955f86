//! The coalition: partners, and the posts that their officers hold.
//!
//! One subject, because rules that span partners (who must approve, whose liaison officer is missing, who
//! may act) have to be decided on all of them at once.

mod command;
pub(crate) mod decide;
mod event;
mod examples;
mod partner;
mod post;
mod sources;
mod state;

pub use command::{CoalitionCommand, PartnerCommand, PostCommand};
pub use event::{CoalitionEvent, PartnerEvent, PartnerRole, PostEvent, Profile};
pub use state::{Coalition, Nominee, Partner, PartnerStatus, Post, PostStatus, Tenure};
