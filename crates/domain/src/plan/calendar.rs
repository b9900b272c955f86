//! When partners and posts work: weekly hours on the clocks of a zone, holidays, rest between two tasks.

use crate::{Code, PartnerCode, PostCode, RefusalCode, Span, TimeZone, Title, refusal::Parse};
use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::RangeInclusive,
    str::FromStr,
};

/// Most calendars of a plan, stretches of work of one's week, holidays of one, and days of a holiday: each
/// time a plan is laid out, its calendars are worked out day by day.
pub const MOST_CALENDARS: usize = 20;
pub const MOST_STRETCHES: usize = 50;
pub const MOST_HOLIDAYS: usize = 1_000;
pub const MOST_DAYS_OFF: i64 = 366;

/// Years in which holidays begin.
pub const HOLIDAY_YEARS: RangeInclusive<i32> = 1900..=2200;

/// A day of the week.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
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

/// A time of day in whole minutes, as clocks show it: `08:00`. `24:00` is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayTime(u16);

/// The text is no time of day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time of day from 00:00 to 24:00, such as 08:30")]
pub struct InvalidDayTime;

impl DayTime {
    /// `None`: the day has no such minute.
    pub const fn of(minutes: u16) -> Option<Self> {
        if minutes <= 24 * 60 { Some(Self(minutes)) } else { None }
    }

    /// From the day's beginning, on its clocks.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for DayTime {
    type Err = InvalidDayTime;

    fn from_str(text: &str) -> Result<Self, InvalidDayTime> {
        let two = |part: &str| match part.as_bytes() {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                Ok(u16::from(tens - b'0') * 10 + u16::from(ones - b'0'))
            }
            _ => Err(InvalidDayTime),
        };
        let (hours, minutes) = text.split_once(':').ok_or(InvalidDayTime)?;
        let (hours, minutes) = (two(hours)?, two(minutes)?);
        Self::of(hours * 60 + minutes).filter(|_| minutes < 60).ok_or(InvalidDayTime)
    }
}

impl Parse for DayTime {
    const CODE: RefusalCode = RefusalCode::InvalidValue;
}

impl Parse for NaiveDate {
    const CODE: RefusalCode = RefusalCode::InvalidValue;
}

impl Serialize for DayTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DayTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for DayTime {
    fn schema_name() -> Cow<'static, str> {
        "DayTime".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A time of day on the zone's clocks, from `00:00` to `24:00`.",
            "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        })
    }
}

/// A stretch of work on one day of every week, half-open; several may stand on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct WorkingHours {
    /// The day.
    pub day: Weekday,
    /// Its first moment.
    pub from: DayTime,
    /// The first moment after it, later than `from`.
    pub to: DayTime,
}

/// Days on which nobody works by the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Holiday {
    /// What it is called.
    pub name: Title,
    /// The first day, on the zone's calendar.
    pub from: NaiveDate,
    /// The last day: the first or a later one.
    pub to: NaiveDate,
}

/// When some partners and posts work. Whoever has none works round the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkCalendar {
    /// Unique in the plan.
    pub code: Code,
    /// What it is called.
    pub name: Title,
    /// On whose clocks its hours and days are.
    pub time_zone: TimeZone,
    /// 1 to 50 stretches.
    pub week: Vec<WorkingHours>,
    /// Days off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
    /// Least time between two tasks of one post; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Span>,
    /// The partners whose tasks are carried out by it, but those of posts with a calendar of their own.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub partners: BTreeSet<PartnerCode>,
    /// The posts whose tasks are carried out by it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub posts: BTreeSet<PostCode>,
}

impl fmt::Display for WorkCalendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, name, time_zone, week, holidays, rest, partners, posts } = self;
        write!(f, "Calendar {code}: {name} ({time_zone})")?;
        for WorkingHours { day, from, to } in week {
            write!(f, "; {day} {from} to {to}")?;
        }
        for Holiday { name, from, to } in holidays {
            write!(f, "; off {from} to {to} ({name})")?;
        }
        if let Some(rest) = rest {
            write!(f, "; rest {rest}")?;
        }
        let by: Vec<_> =
            partners.iter().map(ToString::to_string).chain(posts.iter().map(ToString::to_string)).collect();
        if by.is_empty() { Ok(()) } else { write!(f, "; for {}", by.join(", ")) }
    }
}

/// The calendar of each task, by its post's, else its leader's.
#[derive(Debug, Clone, Default)]
pub struct CalendarOf {
    posts: BTreeMap<PostCode, usize>,
    partners: BTreeMap<PartnerCode, usize>,
}

impl CalendarOf {
    pub fn new(calendars: &[WorkCalendar]) -> Self {
        let mut of = Self::default();
        for (index, calendar) in calendars.iter().enumerate() {
            of.posts.extend(calendar.posts.iter().map(|post| (post.clone(), index)));
            of.partners.extend(calendar.partners.iter().map(|partner| (partner.clone(), index)));
        }
        of
    }

    /// Its place among the plan's calendars; `None`: round the clock.
    pub fn task(&self, lead: &PartnerCode, post: Option<&PostCode>) -> Option<usize> {
        post.and_then(|post| self.posts.get(post)).or_else(|| self.partners.get(lead)).copied()
    }
}
