//! Entries of a watch's log.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        node::{Centre, Event, LogEntry, Partner, Post},
        scalars::{DateTime, Duration, Position},
        zone::Zone,
    },
    operation::release::{Classification, HandlingCode},
};
use async_graphql::{ID, Object, SimpleObject};
use domain::{
    Code, PartnerCode, PostCode, Span,
    ids::{LogEntryId, PartnerId},
};
use read_model::parse;

/// Who may read an entry of a watch's log besides its owner, and how carefully.
#[derive(SimpleObject)]
pub struct LogEntryRelease {
    /// In the order of their codes.
    releasable_to: Vec<Partner>,
    /// Null where the entry does not say.
    classification: Option<Classification>,
    /// Null where the entry does not say.
    handling: Option<HandlingCode>,
}

impl LogEntry {
    async fn of_number(&self, number: Option<i32>) -> Result<Option<Self>, Error> {
        let Some(number) = number else { return Ok(None) };
        self.world.find(LogEntryId::of(self.row.centre_id, number.cast_unsigned()).0).await
    }
}

impl Centre {
    /// A page of its watch's log, in the order in which it was entered.
    pub(crate) async fn log_entry_page(
        &self,
        category: Option<String>,
        window: Window,
    ) -> Result<Connection<LogEntry>, Error> {
        if let Some(category) = category.as_deref()
            && Code::new(category).is_err()
        {
            return Err(Error::bad_input("`category` is no code."));
        }
        let (world, id) = (&self.world, self.row.id);
        let page = window.page(world)?;
        let invalid = |_| Error::bad_input("The cursor is not one of log entries.");
        let numbers = page.clone().by(|key| key.parse().map_err(invalid))?;
        let rows = world.loaders.log_entry_pages.children((id, category.clone(), numbers)).await?;
        let number = |entry: &LogEntry| entry.row.number.to_string();
        Ok(Connection::new(world, &page, world.all(&rows), number, move |world| {
            let key = (id, category.clone());
            async move { Ok(world.loaders.log_entry_counts.load(key).await?.unwrap_or_default()) }
        }))
    }
}

/// An entry of a watch's log. It never changes; a correction is another entry, which takes its place for the same readers.
#[Object]
impl LogEntry {
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

    /// Counted from 1 in its centre, corrections too. Those that you may not see are counted, too.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// What it is about, by a word of the centre's own, such as `SECURITY`.
    async fn category(&self) -> &str {
        &self.row.category
    }

    async fn text(&self) -> &str {
        &self.row.text
    }

    /// When it happened, as the entry says.
    async fn occurred_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.occurred_at, zone).await
    }

    /// When it was entered.
    async fn recorded_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.recorded_at, zone).await
    }

    /// Where it stands in the log of all events.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }

    /// Between that it happened and that it was entered, in whole seconds.
    async fn lag(&self) -> Duration {
        Span::seconds((self.row.recorded_at - self.row.occurred_at).num_seconds()).into()
    }

    /// Why it was entered late, where it was.
    async fn late_reason(&self) -> Option<&str> {
        self.row.late_reason.as_deref()
    }

    /// The post that entered it.
    async fn author(&self) -> Result<Option<Post>, Error> {
        self.world.post_of(Some(&parse::<PostCode>(&self.row.author)?)).await
    }

    /// The partner whose entry it is.
    async fn owner(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&parse::<PartnerCode>(&self.row.owner)?).0).await
    }

    /// Null where it is for everybody in the coalition.
    async fn release(&self) -> Result<Option<LogEntryRelease>, Error> {
        let Some(release) = &self.row.release else { return Ok(None) };
        let readers = release.releasable_to.iter().map(|partner| PartnerId::of(partner).0);
        Ok(Some(LogEntryRelease {
            releasable_to: self.world.find_many(readers).await?,
            classification: release.classification.map(Into::into),
            handling: release.handling.map(Into::into),
        }))
    }

    /// The entry that it puts right; null for one that is no correction.
    async fn corrects(&self) -> Result<Option<LogEntry>, Error> {
        self.of_number(self.row.corrects).await
    }

    /// Why that entry was wrong; null for one that is no correction.
    async fn correction_reason(&self) -> Option<&str> {
        self.row.correction_reason.as_deref()
    }

    /// The entry that puts it right, and holds in its place; null while it stands.
    async fn corrected_by(&self) -> Result<Option<LogEntry>, Error> {
        self.of_number(self.row.corrected_by).await
    }
}
