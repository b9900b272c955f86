//! Shifts: who is to stand the watch, who does, and what it lacks.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{Centre, Event, Post, Shift},
        scalars::{DateTime, Duration},
        zone::Zone,
    },
};
use async_graphql::{Enum, ID, Object, SimpleObject};
use chrono::{TimeDelta, Utc};
use domain::{
    Instant, PostCode, Span,
    centre::{CentreCode, CentreId},
    ids::{PostId, ShiftId},
    watch,
};
use read_model::{Page, parse, watch::ShiftSpan};
use std::sync::Arc;

/// Where a shift stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "watch::ShiftStatus")]
pub enum ShiftStatus {
    /// Nobody has taken a place in it.
    Rostered,
    /// It is stood.
    OnWatch,
    /// It has begun, and has not as many officers or nations as the rules ask for.
    Gap,
    /// It was relieved by a later one.
    HandedOver,
    /// Its time is over, and nobody has relieved it.
    Ended,
}

/// How many officers stand a shift, and of how many partners.
#[derive(SimpleObject)]
pub struct WatchStrength {
    officers: u32,
    nations: u32,
}

/// An officer in its place.
#[derive(SimpleObject)]
pub struct OfficerOnWatch {
    post: Post,
    since: DateTime,
}

/// A time in which a shift had not enough officers or nations.
#[derive(SimpleObject)]
pub struct WatchGap {
    from: DateTime,
    /// When it was filled, else when the shift ended; null while it goes on.
    until: Option<DateTime>,
    /// The posts that were missing when it was found.
    missing: Vec<Post>,
    /// Null while it goes on. Nothing, where late reports say that there was none.
    duration: Option<Duration>,
}

/// That a shift was relieved.
#[derive(SimpleObject)]
pub struct WatchHandover {
    at: DateTime,
    /// The shift that relieves it.
    to: Shift,
    /// What the next one must know: events, decisions, what is open.
    brief: String,
}

/// Shifts of a centre never meet, so that their beginnings order them.
fn key_of(shift: &Shift) -> String {
    shift.row.begins_at.timestamp_micros().to_string()
}

fn place(key: &str) -> Result<chrono::DateTime<Utc>, Error> {
    let read = key.parse().ok().and_then(chrono::DateTime::from_timestamp_micros);
    read.ok_or_else(|| Error::bad_input("The cursor is not one of shifts."))
}

impl Shift {
    async fn posts(&self, posts: &[PostCode]) -> Result<Vec<Post>, Error> {
        self.world.find_many(posts.iter().map(|post| PostId::of(post).0)).await
    }

    async fn moment(&self, valid_at: Option<DateTime>) -> Result<Instant, Error> {
        match valid_at {
            Some(DateTime(at)) => Ok(at),
            None => Ok(self.world.now().await?.fixed_offset()),
        }
    }
}

impl World {
    /// The shift of a centre that begins at that moment.
    pub(crate) async fn shift_from(
        self: &Arc<Self>,
        centre: &CentreCode,
        from: Instant,
    ) -> Result<Option<Shift>, Error> {
        let from = from.to_utc();
        let span = ShiftSpan { from: Some(from), to: Some(from + TimeDelta::microseconds(1)) };
        let key = (CentreId::of(centre).0, span, Page { backwards: true, ..Page::first(1) });
        let rows = self.loaders.shift_pages.children(key).await?;
        Ok(self.all::<Shift>(&rows).into_iter().find(|shift| shift.row.begins_at == from))
    }
}

impl Centre {
    /// A page of its shifts that run at some time of a period.
    pub(crate) async fn shift_page(
        &self,
        from: Option<DateTime>,
        to: Option<DateTime>,
        window: Window,
    ) -> Result<Connection<Shift>, Error> {
        let (world, id) = (&self.world, self.row.id);
        let utc = |at: Option<DateTime>| at.map(|DateTime(at)| at.to_utc());
        let span = ShiftSpan { from: utc(from), to: utc(to) };
        let page = window.page(world)?;
        let places = page.clone().by(|key| place(&key))?;
        let rows = world.loaders.shift_pages.children((id, span, places)).await?;
        Ok(Connection::new(world, &page, world.all(&rows), key_of, move |world| async move {
            Ok(world.loaders.shift_counts.load((id, span)).await?.unwrap_or_default())
        }))
    }

    /// The shift that runs at a moment.
    pub(crate) async fn running_shift(&self, valid_at: Option<DateTime>) -> Result<Option<Shift>, Error> {
        let at = match valid_at {
            Some(DateTime(at)) => at,
            None => self.world.now().await?.fixed_offset(),
        };
        // One that is to begin may have relieved another already.
        let span = ShiftSpan { from: Some(at.to_utc()), to: Some(at.to_utc() + TimeDelta::hours(2)) };
        let rows = self.world.loaders.shift_pages.children((self.row.id, span, Page::first(100))).await?;
        let late = ShiftSpan { from: Some(at.to_utc() - TimeDelta::days(1)), to: Some(at.to_utc()) };
        let newest = Page { backwards: true, ..Page::first(2) };
        let before = self.world.loaders.shift_pages.children((self.row.id, late, newest)).await?;
        let shifts =
            rows.iter().chain(before.iter()).map(|row| row.shift()).collect::<Result<Vec<_>, _>>()?;
        let Some(runs) = watch::running(&shifts.iter().collect::<Vec<_>>(), at) else { return Ok(None) };
        self.world.find(ShiftId::of(self.row.id, runs.number).0).await
    }
}

/// A time of the watch of a centre: who is to stand it and who does. Everybody in the coalition sees it.
#[Object]
impl Shift {
    pub async fn id(&self) -> ID {
        self.node_id()
    }

    pub async fn key(&self) -> ID {
        self.node_key()
    }

    /// The events that changed or concern it, as far as you may see them, in the order of the log.
    pub async fn history(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        self.world.history(self.row.id, Window { first, after, last, before }).await
    }

    async fn centre(&self) -> Result<Centre, Error> {
        self.world.get(self.row.centre_id).await
    }

    /// Counted from 1 in its centre.
    async fn number(&self) -> i32 {
        self.row.number
    }

    async fn from(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.begins_at, zone).await
    }

    /// As it was rostered; exclusive.
    async fn to(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.ends_at, zone).await
    }

    /// Where it stood at that time in the world; without a time, now: as far as is known at this moment of the log.
    async fn status(&self, valid_at: Option<DateTime>) -> Result<ShiftStatus, Error> {
        let at = self.moment(valid_at).await?;
        Ok(self.row.shift()?.status(at).into())
    }

    /// The posts that are to stand it, in the order of the roster.
    async fn officers(&self) -> Result<Vec<Post>, Error> {
        self.posts(&self.row.shift()?.officers).await
    }

    /// How many officers of how many partners it must have, by the rules of its beginning.
    async fn least(&self) -> WatchStrength {
        let watch::Strength { officers, nations } = self.row.least.0;
        WatchStrength { officers, nations }
    }

    /// Those who have taken their places by that time in the world, in the order in which it became known; without a time, by
    /// now. None once it is over.
    async fn on_watch(&self, valid_at: Option<DateTime>) -> Result<Vec<OfficerOnWatch>, Error> {
        let (at, shift) = (self.moment(valid_at).await?, self.row.shift()?);
        if shift.is_over(at) {
            return Ok(Vec::new());
        }
        let standing: Vec<_> = shift.on_watch.iter().filter(|officer| officer.since <= at).collect();
        self.world.spend(standing.len())?;
        let mut shown = Vec::with_capacity(standing.len());
        for officer in standing {
            let post = self.world.get(PostId::of(&officer.post).0).await?;
            shown.push(OfficerOnWatch { post, since: officer.since.into() });
        }
        Ok(shown)
    }

    /// The posts of the roster that have not taken their places by that time in the world; without a time, by now.
    async fn missing(&self, valid_at: Option<DateTime>) -> Result<Vec<Post>, Error> {
        let at = self.moment(valid_at).await?;
        self.posts(&self.row.shift()?.missing(at)).await
    }

    /// The time from its beginning on in which it lacked officers or nations; none where it lacked nobody when it began, as far
    /// as was known.
    async fn gaps(&self) -> Result<Vec<WatchGap>, Error> {
        let shift = self.row.shift()?;
        let Some(gap) = &shift.gap else { return Ok(Vec::new()) };
        let now = self.world.now().await?.fixed_offset();
        let until = gap.until.or(Some(shift.end()).filter(|_| shift.is_over(now)));
        let duration = until.map(|until| Span::seconds((until - gap.from).num_seconds()).into());
        let missing = self.posts(&gap.missing).await?;
        Ok(vec![WatchGap { from: gap.from.into(), until: until.map(Into::into), missing, duration }])
    }

    /// Null until it is relieved.
    async fn handover(&self) -> Result<Option<WatchHandover>, Error> {
        let Some(over) = &self.row.handed_over else { return Ok(None) };
        let to = self.world.get(ShiftId::of(self.row.centre_id, over.to).0).await?;
        Ok(Some(WatchHandover { at: over.at.into(), to, brief: over.brief.to_string() }))
    }
}

impl Shift {
    /// What commands call it by.
    pub(crate) fn place(&self) -> Result<(CentreCode, u32), Error> {
        Ok((parse(&self.row.centre)?, self.row.number.cast_unsigned()))
    }
}
