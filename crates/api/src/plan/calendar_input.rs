//! Inputs on what binds tasks in time.

use crate::{
    graph::{
        mutation::{Asked, each},
        scalars::Duration,
    },
    plan::calendar::{StartConstraint, Weekday},
};
use async_graphql::InputObject;
use domain::plan;

/// What binds a task in time besides what it waits for, and what it needs. What is left out it has not.
#[derive(InputObject, Default)]
pub(crate) struct TaskTermsInput {
    /// Its group within its phase.
    group: Option<String>,
    /// `START_NO_EARLIER_THAN` when it is left out.
    constraint: Option<StartConstraint>,
    /// From H-hour.
    finish_no_later_than: Option<Duration>,
    /// Whether it needs mutual legal assistance.
    #[graphql(default)]
    mutual_legal_assistance: bool,
}

/// `open`: the task is imported without an offset, which by itself means as soon as possible.
pub(crate) fn terms(
    asked: &mut Asked<'_>,
    field: &str,
    input: Option<&TaskTermsInput>,
    open: bool,
) -> Option<plan::Terms> {
    let none = TaskTermsInput::default();
    let input = input.unwrap_or(&none);
    let group = asked.parse_if(&format!("{field}.group"), input.group.as_deref());
    let latest = input.finish_no_later_than.as_ref().map(|Duration(text)| text.as_str());
    let latest = asked.parse_if(&format!("{field}.finishNoLaterThan"), latest);
    let constraint = match input.constraint {
        Some(constraint) => constraint.into(),
        None if open => plan::StartConstraint::AsSoonAsPossible,
        None => plan::StartConstraint::default(),
    };
    Some(plan::Terms {
        group: group?,
        constraint,
        finish_no_later_than: latest?,
        mutual_legal_assistance: input.mutual_legal_assistance,
    })
}

/// A stretch of work on one day of every week.
#[derive(InputObject)]
pub(crate) struct WorkingHoursInput {
    day: Weekday,
    /// On the clocks of the calendar's zone: `08:30`.
    from: String,
    /// Exclusive, and later than `from`; `24:00` at the end of the day.
    to: String,
}

/// Days on which nobody works.
#[derive(InputObject)]
pub(crate) struct HolidayInput {
    name: String,
    /// The first day, in the years 1900 to 2200: `2023-10-13`.
    from: String,
    /// The last day, inclusive, at most a year on; the first when it is left out.
    to: Option<String>,
}

/// When some partners and posts work.
#[derive(InputObject)]
pub(crate) struct WorkCalendarInput {
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

pub(crate) fn calendar(
    asked: &mut Asked<'_>,
    field: &str,
    input: &WorkCalendarInput,
) -> Option<plan::WorkCalendar> {
    let at = |name: &str| format!("{field}.{name}");
    let code = asked.parse(&at("code"), &input.code);
    let name = asked.parse(&at("name"), &input.name);
    let time_zone = asked.parse(&at("timeZone"), &input.time_zone);
    let week = each(asked, &at("week"), &input.week, |asked, field, hours: &WorkingHoursInput| {
        let from = asked.parse(&format!("{field}.from"), &hours.from);
        let to = asked.parse(&format!("{field}.to"), &hours.to);
        Some(plan::WorkingHours { day: hours.day.into(), from: from?, to: to? })
    });
    let holidays = each(asked, &at("holidays"), &input.holidays, |asked, field, days: &HolidayInput| {
        let name = asked.parse(&format!("{field}.name"), &days.name);
        let from = asked.parse(&format!("{field}.from"), &days.from);
        let to = asked.parse(&format!("{field}.to"), days.to.as_ref().unwrap_or(&days.from));
        Some(plan::Holiday { name: name?, from: from?, to: to? })
    });
    let rest = input.rest.as_ref().map(|Duration(text)| text.as_str());
    let rest = asked.parse_if(&at("rest"), rest);
    let partners = asked.parse_all(&at("partners"), &input.partners);
    let posts = asked.parse_all(&at("posts"), &input.posts);
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
