//! Calendars by which partners and posts work.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::At,
        node::{Partner, Post},
        scalars::Duration,
    },
};
use async_graphql::{ComplexObject, Enum, InputObject, SimpleObject};
use domain::{
    ids::{PartnerId, PostId},
    plan,
};
use std::sync::Arc;

/// A day of the week.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "plan::Weekday")]
pub enum Weekday {
    /// The first day of the week (ISO 8601).
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The last.
    Sunday,
}

/// A stretch of work on one day of every week.
#[derive(SimpleObject)]
pub struct WorkingHours {
    day: Weekday,
    /// On the clocks of the calendar's zone: `08:30`.
    from: String,
    /// Exclusive; `24:00` at the end of the day.
    to: String,
}

/// Days on which nobody works by the calendar.
#[derive(SimpleObject)]
pub struct Holiday {
    name: String,
    /// The first day: `2023-10-13`.
    from: String,
    /// The last day, inclusive.
    to: String,
}

/// When some partners and posts work; whoever has no calendar works round the clock. Hours and days off hold once
/// H-hour is set, and within ten years of it; rest always does.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct WorkCalendar {
    code: String,
    name: String,
    /// IANA name of the zone that its hours and days are on.
    time_zone: String,
    week: Vec<WorkingHours>,
    holidays: Vec<Holiday>,
    /// Least time between two tasks of one post; null when there is none.
    rest: Option<Duration>,
    #[graphql(skip)]
    of: plan::WorkCalendar,
    #[graphql(skip)]
    world: Arc<World>,
}

impl WorkCalendar {
    pub(crate) fn new(world: &Arc<World>, of: &plan::WorkCalendar) -> Self {
        let hours = |hours: &plan::WorkingHours| WorkingHours {
            day: hours.day.into(),
            from: hours.from.to_string(),
            to: hours.to.to_string(),
        };
        let holiday = |holiday: &plan::Holiday| Holiday {
            name: holiday.name.to_string(),
            from: holiday.from.to_string(),
            to: holiday.to.to_string(),
        };
        Self {
            code: of.code.to_string(),
            name: of.name.to_string(),
            time_zone: of.time_zone.to_string(),
            week: of.week.iter().map(hours).collect(),
            holidays: of.holidays.iter().map(holiday).collect(),
            rest: of.rest.map(Duration::from),
            of: of.clone(),
            world: Arc::clone(world),
        }
    }
}

#[ComplexObject]
impl WorkCalendar {
    /// The partners whose tasks are carried out by it, but those of posts with a calendar of their own.
    async fn partners(&self) -> Result<Vec<Partner>, Error> {
        self.world.find_many(self.of.partners.iter().map(|code| PartnerId::of(code).0)).await
    }

    /// The posts whose tasks are carried out by it.
    async fn posts(&self) -> Result<Vec<Post>, Error> {
        self.world.find_many(self.of.posts.iter().map(|code| PostId::of(code).0)).await
    }
}

/// A stretch of work on one day of every week.
#[derive(InputObject)]
pub(super) struct WorkingHoursInput {
    day: Weekday,
    /// On the clocks of the calendar's zone: `08:30`.
    from: String,
    /// Exclusive, and later than `from`; `24:00` at the end of the day.
    to: String,
}

/// Days on which nobody works.
#[derive(InputObject)]
pub(super) struct HolidayInput {
    name: String,
    /// The first day, in the years 1900 to 2200: `2023-10-13`.
    from: String,
    /// The last day, inclusive, at most a year on; the first when it is left out.
    to: Option<String>,
}

/// When some partners and posts work.
#[derive(InputObject)]
pub(super) struct WorkCalendarInput {
    code: String,
    name: String,
    /// IANA name, such as `Asia/Yangon`.
    time_zone: String,
    /// 1 to 50 stretches.
    week: Vec<WorkingHoursInput>,
    #[graphql(default)]
    holidays: Vec<HolidayInput>,
    /// Least time between two tasks of one post, at most a week.
    rest: Option<Duration>,
    /// Codes of the partners whose tasks are carried out by it.
    #[graphql(default)]
    partners: Vec<String>,
    /// Codes of the posts whose tasks are carried out by it, whatever their partner's is.
    #[graphql(default)]
    posts: Vec<String>,
}

impl WorkingHoursInput {
    fn read(&self, at: &mut At<'_>) -> Option<plan::WorkingHours> {
        let from = at.parse("from", &self.from);
        let to = at.parse("to", &self.to);
        Some(plan::WorkingHours { day: self.day.into(), from: from?, to: to? })
    }
}

impl HolidayInput {
    fn read(&self, at: &mut At<'_>) -> Option<plan::Holiday> {
        let name = at.parse("name", &self.name);
        let from = at.parse("from", &self.from);
        let to = at.parse("to", self.to.as_ref().unwrap_or(&self.from));
        Some(plan::Holiday { name: name?, from: from?, to: to? })
    }
}

impl WorkCalendarInput {
    pub(super) fn read(&self, at: &mut At<'_>) -> Option<plan::WorkCalendar> {
        let code = at.parse("code", &self.code);
        let name = at.parse("name", &self.name);
        let time_zone = at.parse("timeZone", &self.time_zone);
        let week = at.each("week", &self.week, WorkingHoursInput::read);
        let holidays = at.each("holidays", &self.holidays, HolidayInput::read);
        let rest = at.parse_if("rest", self.rest.as_ref().map(Duration::as_str));
        let partners = at.parse_all("partners", &self.partners);
        let posts = at.parse_all("posts", &self.posts);
        Some(plan::WorkCalendar {
            code: code?,
            name: name?,
            time_zone: time_zone?,
            week: week?,
            holidays: holidays?,
            rest: rest?,
            partners: partners?,
            posts: posts?,
        })
    }
}
