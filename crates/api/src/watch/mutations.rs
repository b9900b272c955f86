//! Saying how the watch of a centre is stood.

use crate::{
    Error,
    graph::{
        mutation::{Asked, At, Entry, results},
        node::Centre,
        priority::Priority,
    },
    matter::clock::ClockKind,
};
use async_graphql::{Context, InputObject, Object};
use domain::{
    Command,
    centre::{CentreCode, CentreId},
    clock,
    watch::{WatchCommand, WatchRules},
};

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

results! {
    SetWatchRulesResult = SetWatchRulesPayload { centre: Centre }
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
}
