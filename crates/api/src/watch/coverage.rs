//! How the watch of a centre was stood, hour by hour.

use crate::{
    Error,
    graph::{
        node::{Centre, Partner},
        scalars::DateTime,
    },
};
use async_graphql::SimpleObject;
use chrono::TimeDelta;
use domain::{ids::PartnerId, watch};
use read_model::{Page, watch::ShiftSpan};

/// The longest period.
const MOST_DAYS: i64 = 31;

/// An hour of the watch. The last one of a period may be shorter.
#[derive(SimpleObject)]
pub struct WatchHour {
    from: DateTime,
    /// Exclusive.
    to: DateTime,
    /// How many officers stood the watch at some time of it.
    officers: usize,
    /// The same by partner, in the order of their codes.
    nations: Vec<WatchNation>,
}

/// A partner whose officers stood the watch.
#[derive(SimpleObject)]
pub struct WatchNation {
    partner: Partner,
    /// How many.
    officers: usize,
}

impl Centre {
    /// Fails with `BAD_USER_INPUT` when the period is none, or too long.
    pub(crate) async fn covered(&self, from: DateTime, to: DateTime) -> Result<Vec<WatchHour>, Error> {
        let (DateTime(from), DateTime(to)) = (from, to);
        if to <= from || to - from > TimeDelta::days(MOST_DAYS) {
            return Err(Error::bad_input(format!("`to` is after `from`, by {MOST_DAYS} days at most.")));
        }
        // A shift that ended before may have been relieved late, and one that begins later be stood already.
        let span = ShiftSpan {
            from: Some(from.to_utc() - TimeDelta::days(1)),
            to: Some(to.to_utc() + TimeDelta::hours(2)),
        };
        let all = (self.row.id, span, Page::first(i64::MAX));
        let rows = self.world.loaders.shift_pages.children(all).await?;
        self.world.spend(rows.len())?;
        let shifts = rows.iter().map(|row| row.shift()).collect::<Result<Vec<_>, _>>()?;
        let hours = watch::coverage(&shifts, from, to);
        self.world.spend(hours.iter().map(|hour| 1 + hour.officers.len()).sum())?;
        let mut shown = Vec::with_capacity(hours.len());
        for hour in hours {
            let mut nations = Vec::with_capacity(hour.officers.len());
            for (partner, posts) in &hour.officers {
                let partner = self.world.get(PartnerId::of(partner).0).await?;
                nations.push(WatchNation { partner, officers: posts.len() });
            }
            let officers = nations.iter().map(|nation| nation.officers).sum();
            shown.push(WatchHour { from: hour.from.into(), to: hour.to.into(), officers, nations });
        }
        Ok(shown)
    }
}
