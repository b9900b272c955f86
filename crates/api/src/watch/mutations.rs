//! Saying how the watch of a centre is stood, standing it, and writing its log.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Asked, At, Entry, results},
        node::{Centre, LogEntry, Shift},
        priority::Priority,
        scalars::DateTime,
    },
    matter::clock::ClockKind,
    operation::release::{Classification, HandlingCode},
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Code, Command, PartnerCode, PostCode, Prose,
    centre::{CentreCode, CentreId},
    clock,
    ids::LogEntryId,
    release::Release,
    watch::{WatchCommand, WatchRules},
};
use read_model::{Page, parse};
use std::sync::Arc;

/// How long something of a priority may take.
#[derive(InputObject)]
struct LimitInput {
    priority: Priority,
    /// What must be done: acknowledge, decide or respond.
    clock: ClockKind,
    /// From 1 to 527,040, which are 366 days.
    minutes: u32,
    /// Code of the post that is called when it takes longer.
    escalate_to: Option<String>,
}

impl LimitInput {
    fn read(&self, at: &mut At<'_>) -> Option<clock::Limit> {
        Some(clock::Limit {
            priority: self.priority.into(),
            clock: self.clock.into(),
            minutes: self.minutes,
            escalate_to: at.parse_if("escalateTo", self.escalate_to.as_deref())?,
        })
    }
}

#[derive(InputObject)]
struct SetWatchRulesInput {
    /// Code of the centre.
    centre: String,
    /// How long a shift lasts, from 1 to 24 hours.
    shift_hours: u32,
    /// How many officers stand a shift at least, from 1 to 100.
    min_officers: u32,
    /// Of how many partners they are at least, from 1 to as many as there are officers.
    min_nations: u32,
    /// How soon incidents and requests of each priority must be answered.
    #[graphql(default)]
    limits: Vec<LimitInput>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RosterShiftInput {
    /// Code of the centre.
    centre: String,
    /// When it begins. A shift that begins then already is planned anew.
    from: DateTime,
    /// When it ends; exclusive. At most 24 hours later.
    to: DateTime,
    /// Codes of the posts that are to stand it, from 1 to 100.
    officers: Vec<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AssumeWatchInput {
    shift_id: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct HandOverWatchInput {
    /// The shift that is relieved.
    shift_id: ID,
    /// The shift that relieves it.
    relief_id: ID,
    /// What the next one must know: events, decisions, what is open.
    brief: String,
    #[graphql(flatten)]
    entry: Entry,
}

/// Who may read an entry of the log besides its owner, and how carefully.
#[derive(InputObject, Default)]
struct LogEntryReleaseInput {
    /// Codes of the partners.
    releasable_to: Vec<String>,
    classification: Option<Classification>,
    handling: Option<HandlingCode>,
}

impl LogEntryReleaseInput {
    fn read(&self, at: &mut At<'_>) -> Option<Release> {
        Some(Release {
            releasable_to: at.parse_all::<PartnerCode, _>("releasableTo", &self.releasable_to)?,
            classification: self.classification.map(Into::into),
            handling: self.handling.map(Into::into),
        })
    }
}

#[derive(InputObject)]
struct MakeLogEntryInput {
    /// Code of the centre.
    centre: String,
    /// What it is about, by a code of the centre's own, such as `SECURITY`.
    category: String,
    text: String,
    /// Who may read it; everybody in the coalition when it is left out.
    release: Option<LogEntryReleaseInput>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CorrectLogEntryInput {
    /// The entry that was wrong.
    entry_id: ID,
    /// What it should have said.
    text: String,
    /// Why it was wrong.
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    SetWatchRulesResult = SetWatchRulesPayload { centre: Centre }
    RosterShiftResult = RosterShiftPayload { shift: Shift }
    AssumeWatchResult = AssumeWatchPayload { shift: Shift }
    HandOverWatchResult = HandOverWatchPayload { shift: Shift }
    MakeLogEntryResult = MakeLogEntryPayload { entry: LogEntry }
    CorrectLogEntryResult = CorrectLogEntryPayload { entry: LogEntry }
}

#[derive(Default)]
pub struct WatchMutations;

#[Object]
impl WatchMutations {
    /// Says how a centre's watch is stood, and how soon incidents and requests must be answered, in place of what was said
    /// before. Clocks that run stay as they are.
    async fn set_watch_rules(
        &self,
        ctx: &Context<'_>,
        input: SetWatchRulesInput,
    ) -> Result<Option<SetWatchRulesResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let centre = asked.parse::<CentreCode>("centre", &input.centre);
        let limits = asked.each("limits", &input.limits, LimitInput::read);
        let (Some(centre), Some(limits)) = (centre, limits) else { return asked.refuse().await };
        let id = CentreId::of(&centre).0;
        let rules = WatchRules {
            shift_hours: input.shift_hours,
            min_officers: input.min_officers,
            min_nations: input.min_nations,
            limits,
        };
        asked.carry_out(id, Command::Watch(WatchCommand::SetRules { centre, rules })).await
    }
    /// Plans who stands the watch of an active centre from when to when, or plans it anew. Whoever has taken a place stays on
    /// the roster.
    async fn roster_shift(
        &self,
        ctx: &Context<'_>,
        input: RosterShiftInput,
    ) -> Result<Option<RosterShiftResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let centre = asked.parse::<CentreCode>("centre", &input.centre);
        let officers = asked.parse_all::<PostCode, Vec<_>>("officers", &input.officers);
        let (Some(centre), Some(officers)) = (centre, officers) else { return asked.refuse().await };
        let (DateTime(from), DateTime(to)) = (input.from, input.to);
        let of = centre.clone();
        let find = |world: Arc<World>| async move { world.shift_from(&of, from).await };
        let command = WatchCommand::RosterShift { centre, from, to, officers };
        asked.carry_out_and(Command::Watch(command), find).await
    }

    /// Takes the sender's own place in a shift of its roster, from an hour before it begins until it is over. When it has
    /// enough officers and nations again, its gap ends.
    async fn assume_watch(
        &self,
        ctx: &Context<'_>,
        input: AssumeWatchInput,
    ) -> Result<Option<AssumeWatchResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let Some(shift) = asked.find::<Shift>("shiftId", &input.shift_id).await? else {
            return asked.refuse().await;
        };
        let (centre, number) = shift.place()?;
        let command = WatchCommand::Assume { centre, shift: number };
        asked.carry_out(shift.row.id, Command::Watch(command)).await
    }

    /// Relieves a shift by a later one, which must have as many officers and nations as the rules ask for (`NO_RELIEF`);
    /// officers of partners that are suspended do not count.
    async fn hand_over_watch(
        &self,
        ctx: &Context<'_>,
        input: HandOverWatchInput,
    ) -> Result<Option<HandOverWatchResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let shift = asked.find::<Shift>("shiftId", &input.shift_id).await?;
        let relief = asked.find::<Shift>("reliefId", &input.relief_id).await?;
        let brief = asked.parse::<Prose>("brief", &input.brief);
        let (Some(shift), Some(relief), Some(brief)) = (shift, relief, brief) else {
            return asked.refuse().await;
        };
        let ((centre, number), (other, to)) = (shift.place()?, relief.place()?);
        if other != centre {
            asked.miss::<Shift>("reliefId");
            return asked.refuse().await;
        }
        let command = WatchCommand::HandOver { centre, shift: number, to, brief };
        asked.carry_out(shift.row.id, Command::Watch(command)).await
    }

    /// Enters something in the log of an active centre's watch, for everybody in the coalition or for some.
    async fn make_log_entry(
        &self,
        ctx: &Context<'_>,
        input: MakeLogEntryInput,
    ) -> Result<Option<MakeLogEntryResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let centre = asked.parse::<CentreCode>("centre", &input.centre);
        let category = asked.parse::<Code>("category", &input.category);
        let text = asked.parse::<Prose>("text", &input.text);
        let release = match &input.release {
            Some(release) => release.read(&mut asked.at("release")).map(Some),
            None => Some(None),
        };
        let (Some(centre), Some(category), Some(text), Some(release)) = (centre, category, text, release)
        else {
            return asked.refuse().await;
        };
        let id = CentreId::of(&centre).0;
        // In the world of the receipt, the newest is the one that was entered.
        let find = move |world: Arc<World>| async move {
            let newest = Page { backwards: true, ..Page::first(1) };
            let rows = world.loaders.log_entry_pages.children((id, None, newest)).await?;
            Ok(world.all(&rows).pop())
        };
        let command = WatchCommand::MakeLogEntry { centre, category, text, release };
        asked.carry_out_and(Command::Watch(command), find).await
    }

    /// Puts an entry of the sender's partner right: it stays as it is, and another one takes its place for the same readers.
    async fn correct_log_entry(
        &self,
        ctx: &Context<'_>,
        input: CorrectLogEntryInput,
    ) -> Result<Option<CorrectLogEntryResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let wrong = asked.find::<LogEntry>("entryId", &input.entry_id).await?;
        let text = asked.parse::<Prose>("text", &input.text);
        let reason = asked.reason(&input.reason);
        let (Some(wrong), Some(text), Some(reason)) = (wrong, text, reason) else {
            return asked.refuse().await;
        };
        let centre: Centre = asked.world.get(wrong.row.centre_id).await?;
        let (id, of) = (wrong.row.id, wrong.row.centre_id);
        let entry = wrong.row.number.cast_unsigned();
        // Where nothing was to be changed, the entry itself.
        let find = move |world: Arc<World>| async move {
            let Some(wrong) = world.find::<LogEntry>(id).await? else { return Ok(None) };
            match wrong.row.corrected_by {
                Some(number) => world.find(LogEntryId::of(of, number.cast_unsigned()).0).await,
                None => Ok(Some(wrong)),
            }
        };
        let command = WatchCommand::CorrectLogEntry { centre: parse(&centre.row.code)?, entry, text, reason };
        asked.carry_out_and(Command::Watch(command), find).await
    }
}
