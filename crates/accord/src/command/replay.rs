//! `accord replay`: an operation played again on a terminal.

use crate::{
    client::UNEXPECTED,
    command::{
        plan::pinned::{PAGE_INFO, Pinned, Place, take_page},
        reasons,
    },
    output::{Output, print},
};
use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use domain::{Span, TimeZone};
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::{self, IsTerminal as _},
    process::ExitCode,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

/// Longest wait between two steps, however long nothing happened.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A lag that is told.
const LATE: Span = Span::hours(1);

/// Steps that are asked for at once.
const PAGE: u32 = 50;

/// Play an operation again, step by step.
///
/// A step is a command, as the log came to know of it; or with --order happened what happened, in the order in which it
/// did, with what was put right where its correction has it. Each tells its time, what was said and by whom, how much
/// later the log learned of it where that was an hour or more, and where the operation stood then, where that has changed.
///
/// With --pace steps come one by one. Enter pauses, and goes on; `b` goes back by one step, `g 120` goes to the step at that
/// position of the log, `q` ends. In a pipe all steps come at once.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Replay {
    /// In which order.
    #[arg(long, env = "ACCORD_ORDER", value_name = "ORDER", default_value = "known")]
    order: Order,
    /// So much of the world's time goes by in a second, such as 1h or 30m; all steps at once without it.
    #[arg(long, env = "ACCORD_PACE", value_name = "TIME", value_parser = Span::from_short)]
    pace: Option<Span>,
    /// IANA name of the zone of the times, such as Asia/Bangkok; UTC without one.
    #[arg(long, env = "ACCORD_ZONE", value_name = "ZONE")]
    zone: Option<TimeZone>,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Order {
    /// As the log came to know of it.
    Known,
    /// As it happened.
    Happened,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    position: String,
    at: DateTime<Utc>,
    lag: Span,
    is_correction: bool,
    events: Vec<Told>,
    state: State,
}

#[derive(Deserialize)]
struct Told {
    r#type: String,
    actor: String,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
struct State {
    tasks: Tasks,
    open_incidents: u32,
    open_clocks: u32,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
struct Tasks {
    planned: u32,
    issued: u32,
    in_progress: u32,
    blocked: u32,
    completed: u32,
    cancelled: u32,
}

/// The steps that were asked for so far.
struct Film {
    pinned: Pinned,
    shown: String,
    steps: Vec<Value>,
    /// Where the next page begins; `None` before the first.
    after: Option<String>,
    /// Whether they are all.
    whole: bool,
}

impl Replay {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        reasons::settle(self.play(output).await, output)
    }

    async fn play(&self, output: Output) -> Result<()> {
        let order = match self.order {
            Order::Known => "AS_KNOWN",
            Order::Happened => "AS_HAPPENED",
        };
        let shown = format!(
            "replay(order: {order}, first: {PAGE}, after: $after) {{ {PAGE_INFO} nodes {{ position at lag isCorrection \
             events {{ type actor }} state {{ openIncidents openClocks tasks {{ planned issued inProgress blocked \
             completed cancelled }} }} }} }}"
        );
        let film =
            Film { pinned: self.place.pinned().await?, shown, steps: Vec::new(), after: None, whole: false };
        match self.pace {
            Some(pace) if pace <= Span::ZERO => bail!("--pace is above nothing"),
            // In a pipe nobody watches.
            Some(pace) if io::stdout().is_terminal() && output == Output::People => {
                self.watch(film, pace).await
            }
            _ => self.print_all(film, output).await,
        }
    }

    async fn print_all(&self, mut film: Film, output: Output) -> Result<()> {
        let mut before = None;
        let mut index = 0;
        while let Some(value) = film.step(index).await? {
            let step: Step = serde_json::from_value(value.clone()).context(UNEXPECTED)?;
            output.say(&self.line(&step, before.as_ref()), &value)?;
            before = Some(step.state);
            index += 1;
        }
        Ok(())
    }

    async fn watch(&self, mut film: Film, pace: Span) -> Result<()> {
        let keys = keys();
        let (mut index, mut before, mut last) = (0, None, None);
        while let Some(value) = film.step(index).await? {
            let step: Step = serde_json::from_value(value).context(UNEXPECTED)?;
            let asked = match last {
                Some(last) => wait(&keys, pause(step.at - last, pace)),
                None => Asked::Nothing,
            };
            match asked {
                Asked::Nothing => {
                    print(&self.line(&step, before.as_ref()))?;
                    (before, last) = (Some(step.state), Some(step.at));
                    index += 1;
                }
                Asked::Back => {
                    index = index.saturating_sub(2);
                    (before, last) = (None, None);
                }
                Asked::Go(position) => match film.at(position).await? {
                    Some(found) => {
                        index = found;
                        (before, last) = (None, None);
                    }
                    None => print(&format!("There is no step at position {position} or after it."))?,
                },
                Asked::End => break,
            }
        }
        Ok(())
    }

    /// A step, and where the operation stood then where that differs from before.
    fn line(&self, step: &Step, before: Option<&State>) -> String {
        let at = match &self.zone {
            Some(zone) => zone.local(step.at).format("%Y-%m-%d %H:%M %:z").to_string(),
            None => step.at.format("%Y-%m-%d %H:%M UTC").to_string(),
        };
        let mut said: Vec<(&str, usize)> = Vec::new();
        for told in &step.events {
            match said.iter_mut().find(|(kind, _)| *kind == told.r#type) {
                Some((_, count)) => *count += 1,
                None => said.push((&told.r#type, 1)),
            }
        }
        let said: Vec<_> = said
            .into_iter()
            .map(|(kind, count)| if count == 1 { kind.to_owned() } else { format!("{count} × {kind}") })
            .collect();
        let actors: BTreeSet<&str> = step.events.iter().map(|told| told.actor.as_str()).collect();
        let actors: Vec<_> = actors.into_iter().collect();
        let mut line = format!("{:>6}  {at}  {} by {}", step.position, said.join(", "), actors.join(", "));
        if step.is_correction {
            line.push_str("  (puts right)");
        }
        if step.lag >= LATE {
            let _ = write!(line, "  (known {} later)", step.lag);
        }
        if before != Some(&step.state) {
            let _ = write!(line, "\n        {}", step.state.line());
        }
        line
    }
}

impl State {
    fn line(&self) -> String {
        let Tasks { planned, issued, in_progress, blocked, completed, cancelled } = self.tasks;
        let tasks = [
            (planned + issued, "to do"),
            (in_progress, "under way"),
            (blocked, "blocked"),
            (completed, "done"),
            (cancelled, "cancelled"),
        ];
        let tasks: Vec<_> = tasks
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let tasks = if tasks.is_empty() { "none".to_owned() } else { tasks.join(", ") };
        format!(
            "tasks: {tasks}; open incidents: {}; running clocks: {}",
            self.open_incidents, self.open_clocks
        )
    }
}

impl Film {
    async fn step(&mut self, index: usize) -> Result<Option<Value>> {
        while index >= self.steps.len() {
            if self.whole {
                return Ok(None);
            }
            let mut operation: Value = self.pinned.ask(&self.shown, self.after.as_deref()).await?;
            self.after = take_page(&mut operation["replay"], &mut self.steps)?;
            self.whole = self.after.is_none();
        }
        Ok(self.steps.get(index).cloned())
    }

    /// The step at a position, else the next one in the order of the log.
    async fn at(&mut self, position: i64) -> Result<Option<usize>> {
        let (mut index, mut found) = (0, None);
        while let Some(step) = self.step(index).await? {
            let here: i64 = step["position"].as_str().context(UNEXPECTED)?.parse().context(UNEXPECTED)?;
            if here >= position && found.is_none_or(|(nearest, _)| here < nearest) {
                found = Some((here, index));
            }
            index += 1;
        }
        Ok(found.map(|(_, index)| index))
    }
}

fn pause(between: chrono::TimeDelta, pace: Span) -> Duration {
    let milliseconds = between.num_milliseconds().max(0) / pace.as_seconds().max(1);
    Duration::from_millis(milliseconds.unsigned_abs()).min(LONGEST_WAIT)
}

/// What whoever watches asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Nothing,
    Back,
    Go(i64),
    End,
}

/// Lines as they are typed.
fn keys() -> Receiver<String> {
    let (typed, keys) = mpsc::channel();
    thread::spawn(move || {
        for line in io::stdin().lines() {
            if line.is_err() || line.is_ok_and(|line| typed.send(line).is_err()) {
                return;
            }
        }
    });
    keys
}

/// Until the time is over; a pause lasts until something is typed.
fn wait(keys: &Receiver<String>, time: Duration) -> Asked {
    let mut typed = match keys.recv_timeout(time) {
        Ok(typed) => typed,
        Err(RecvTimeoutError::Timeout) => return Asked::Nothing,
        Err(RecvTimeoutError::Disconnected) => {
            thread::sleep(time);
            return Asked::Nothing;
        }
    };
    let mut paused = false;
    loop {
        match typed.trim() {
            "" if paused => return Asked::Nothing,
            "b" => return Asked::Back,
            "q" => return Asked::End,
            other => {
                if let Some(position) = other.strip_prefix('g').and_then(|rest| rest.trim().parse().ok()) {
                    return Asked::Go(position);
                }
            }
        }
        paused = true;
        match keys.recv() {
            Ok(next) => typed = next,
            Err(_) => return Asked::Nothing,
        }
    }
}
