//! Plans as calendars: the tasks of an operation at their times, all of them or those of a post or a partner.

use super::pinned::Pinned;
use crate::client::UNEXPECTED;
use anyhow::{Context as _, Result, bail};
use api::feed::{AsOf, NO_H_HOUR, Of, Operation, calendar, shown};
use domain::{PartnerCode, Position, PostCode};
use exchange::ical;

/// Which tasks a calendar shows.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// In a calendar: only tasks that are planned for this post, or that it is bound to.
    #[arg(long, value_name = "CODE", conflicts_with = "partner")]
    post: Option<PostCode>,
    /// In a calendar: only tasks that this partner carries out.
    #[arg(long, value_name = "CODE")]
    partner: Option<PartnerCode>,
}

impl Options {
    /// Whether they say anything.
    pub fn are_given(&self) -> bool {
        self.post.is_some() || self.partner.is_some()
    }

    fn of(&self, pinned: &Pinned) -> Of {
        match (&self.post, &self.partner) {
            (Some(post), _) => Of::Post(post.clone()),
            (None, Some(partner)) => Of::Partner(partner.clone()),
            (None, None) => Of::Operation(pinned.operation.clone()),
        }
    }

    /// Number of the version, how many of its tasks are in the calendar, and that.
    pub async fn write(&self, pinned: &Pinned) -> Result<(u32, usize, String)> {
        let of = self.of(pinned);
        let shown = shown(self.partner.as_ref());
        let (mut events, mut after) = (Vec::new(), None);
        loop {
            let page: Operation = pinned.ask(&shown, after.as_deref()).await?;
            let Some(number) = page.version() else {
                bail!("{} has no plan that you may see", page.code);
            };
            if page.h_hour.is_none() {
                bail!("there is nothing to show of {}: {NO_H_HOUR}", page.code);
            }
            let recorded_at = pinned.recorded_at.context(UNEXPECTED)?;
            let as_of = AsOf { position: Position(pinned.position()?), recorded_at };
            events.extend(page.events(&of, as_of));
            after = page.next().map(str::to_owned);
            if after.is_none() {
                return Ok((number, events.len(), ical::write(&calendar(&of, events, String::new()))));
            }
        }
    }
}
