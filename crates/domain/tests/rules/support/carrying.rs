//! Carrying plans out: commands as their senders would say them, and stories that have come so far.

use super::{Ask, Story, instant, of, saphan::*};
use domain::{
    Command, Event, Instant, Span,
    assignment::AssignmentEvent,
    execution::{BlockReason, ExecutionCommand, ExecutionEvent, TaskClaim, TaskReport},
};

/// H-hour of these stories.
pub const H_HOUR: &str = "2023-10-09T06:00:00+07:00";

fn executing(command: ExecutionCommand) -> Ask {
    Box::new(|_| Command::Execution(command))
}

pub fn claim(task: &str, says: TaskClaim) -> Ask {
    executing(ExecutionCommand::Claim { operation: saphan(), task: of(task), says })
}

pub fn start(task: &str) -> Ask {
    claim(task, TaskClaim::Started)
}

pub fn complete(task: &str) -> Ask {
    claim(task, TaskClaim::Completed { outcome: None })
}

pub fn block(task: &str) -> Ask {
    claim(task, TaskClaim::Blocked { reason: BlockReason::NoAccess, text: None })
}

pub fn unblock(task: &str) -> Ask {
    claim(task, TaskClaim::Unblocked { text: None })
}

pub fn cancel(task: &str) -> Ask {
    claim(task, TaskClaim::Cancelled { reason: of("Not needed any more") })
}

pub fn progress(task: &str, percent: u32) -> Ask {
    claim(task, TaskClaim::Progress { percent, text: None })
}

pub fn report(reports: Vec<TaskReport>) -> Ask {
    executing(ExecutionCommand::Report { operation: saphan(), reports })
}

pub fn correct(task: &str, claim: u32, to: Instant) -> Ask {
    let reason = of("By the team's own list");
    executing(ExecutionCommand::CorrectTimes { operation: saphan(), task: of(task), claim, at: to, reason })
}

pub fn start_phase(phase: &str) -> Ask {
    executing(ExecutionCommand::StartPhase { operation: saphan(), phase: of(phase) })
}

pub fn complete_phase(phase: &str) -> Ask {
    executing(ExecutionCommand::CompletePhase { operation: saphan(), phase: of(phase) })
}

/// So many minutes from H-hour.
pub fn at(minutes: i64) -> Instant {
    instant(H_HOUR) + Span::seconds(minutes * 60).as_delta()
}

pub fn minutes(minutes: i64) -> Span {
    Span::seconds(minutes * 60)
}

/// The story so many minutes from H-hour.
pub fn at_minute(mut story: Story, minute: i64) -> Story {
    story.now = at(minute).to_utc();
    story
}

/// The small plan in force, with H-hour, active and in phase P3 a day before H-hour, and MMR-02 bound to T16 (H to
/// H+12) and T21 (H+12 to H+24).
pub fn active() -> Story {
    activated(in_force())
}

/// The same of any plan in force that has P3.
pub fn activated(story: Story) -> Story {
    let story = story.when(tha(), set_h_hour(H_HOUR)).accepted();
    let story = story.when(mmr(), assign("T16", "MMR-02")).accepted();
    let story = story.when(mmr(), assign("T21", "MMR-02")).accepted();
    let story = at_minute(story, -24 * 60 - 2).when(tha(), activate()).accepted();
    story.and([ExecutionEvent::PhaseStarted { operation: saphan(), number: 1, phase: of("P3") }])
}

/// T01 was carried out as planned, and it is H-hour.
pub fn at_h_hour() -> Story {
    let story = at_minute(active(), -24 * 60).when(tha(), start("T01")).accepted();
    at_minute(story, 0).when(tha(), complete("T01")).accepted()
}

pub fn under_way(number: u32, task: &str, post: &str, start: i64, duration: i64) -> Event {
    Event::Assignment(AssignmentEvent::AssignmentUnderWay {
        operation: saphan(),
        number,
        task: of(task),
        post: of(post),
        start: minutes(start),
        duration: minutes(duration),
        h_hour: instant(H_HOUR),
    })
}

/// The post was bound from `start` for so many minutes, from H-hour.
pub fn bound(number: u32, task: &str, post: &str, start: i64, duration: i64) -> Event {
    Event::Assignment(AssignmentEvent::AssignmentRetimed {
        operation: saphan(),
        number,
        task: of(task),
        post: of(post),
        start: minutes(start),
        duration: minutes(duration),
    })
}
