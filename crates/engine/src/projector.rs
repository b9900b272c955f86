//! From events to rows: what each command made of the items that it touched.
//!
//! Whoever commits projects its own commit from the folds that it decided on ([`add`]); whatever was
//! committed elsewhere, or was left behind by a crash, is projected from the log ([`Projector::catch_up`]).
//! Both go through the same fold and the same lock.

use crate::{
    StoreError,
    loading::{decode, load},
};
use domain::{Happening, Item, Position, Recorded, State, Subject, World, plan::met_by};
use event_log::Log;
use read_model::{Change, Entry, Projection};
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet};

/// Events read at a time.
const PAGE: i64 = 5_000;

/// An event that a world has taken in, and what it touched there.
pub(crate) type Applied = (Recorded, Vec<Item>);

/// Adds what a command made of this world, in which all its events, and no later ones, have been taken in.
pub(crate) fn add(projection: &mut Projection, world: &World, command: &[Applied]) {
    let Some((last, _)) = command.last() else { return };
    let at = last.at.position;
    // An item that a command touches twice has one version: no position shows half a command.
    let touched: BTreeSet<&Item> = command.iter().flat_map(|(_, touched)| touched).collect();
    projection.changes.extend(touched.into_iter().map(|item| {
        let row = world.get(&item.subject()).and_then(|state| read_model::row(state, item));
        Change { item: item.clone(), at, row }
    }));
    projection.events.extend(entries(command, at, |subject| world.get(subject)));
}

/// Rows of a command's events; `state` is of the world in which they, and no later ones, have been taken in.
fn entries<'a>(
    command: &[Applied],
    end: Position,
    state: impl Fn(&Subject) -> Option<&'a State>,
) -> impl Iterator<Item = Entry> {
    command.iter().map(move |(recorded, touched)| {
        let met = met_by(&recorded.event, &state);
        Entry::of(recorded, touched, end, met.as_ref(), &Happening::of(recorded, touched, &state))
    })
}

/// Takes a command's events into a world that has all their subjects, and adds what they made of it.
pub(crate) fn take(projection: &mut Projection, world: &mut World, command: Vec<Recorded>) {
    let apply = |recorded: Recorded| {
        let touched = world.apply(&recorded);
        (recorded, touched)
    };
    let command: Vec<Applied> = command.into_iter().map(apply).collect();
    add(projection, world, &command);
}

/// Projects from the log. Keeps its folds from page to page.
pub(crate) struct Projector<'a> {
    log: &'a Log,
    world: World,
    /// Where `world` stands.
    pub at: Position,
    /// The folds began at an empty log, so a subject that is not among them has no event yet.
    from_the_start: bool,
}

impl<'a> Projector<'a> {
    fn new(log: &'a Log, at: Position) -> Self {
        Self { log, world: World::default(), at, from_the_start: at == Position(0) }
    }

    /// Goes on from folds of the whole log up to `at`.
    pub(crate) fn going_on(log: &'a Log, world: World, at: Position) -> Self {
        Self { log, world, at, from_the_start: true }
    }

    /// Projects everything from the checkpoint to `up_to`, the end of a commit; where the checkpoint then
    /// stands. Fails with [`StoreError::Lost`] when the log does not reach `up_to`: it did when somebody said
    /// so.
    pub(crate) async fn catch_up(
        pool: &PgPool,
        log: &'a Log,
        up_to: Position,
        mut progress: impl FnMut(Position, Position),
    ) -> Result<Position, StoreError> {
        let mut projector: Option<Self> = None;
        let mut connection = pool.acquire().await.map_err(StoreError::when("connect to the read model"))?;
        loop {
            let checkpoint = read_model::checkpoint(pool).await?;
            if checkpoint >= up_to {
                return Ok(checkpoint);
            }
            // Another node may have projected a stretch in between: then these folds are behind.
            let current = projector.take().filter(|projector| projector.at == checkpoint);
            let mut current = current.unwrap_or_else(|| Self::new(log, checkpoint));
            let projection = current.page(up_to).await?;
            if current.at == checkpoint {
                return Err(StoreError::Lost { position: up_to });
            }
            if read_model::write(&mut connection, &projection, checkpoint, current.at).await? {
                progress(current.at, up_to);
                projector = Some(current);
            }
        }
    }

    /// Takes in the next page of whole commands, up to `head` at most: what they made.
    pub(crate) async fn page(&mut self, head: Position) -> Result<Projection, StoreError> {
        let commands = self.read_commands(head).await?;
        let mut projection = Projection::default();
        let events = commands.iter().flatten();
        let lacking: BTreeSet<Subject> =
            events.flat_map(|recorded| self.world.lacks(&recorded.event)).collect();
        if self.from_the_start {
            for subject in lacking {
                let state = State::absent(&subject);
                self.world.insert(subject, state);
            }
        } else {
            for (subject, state) in load(self.log, lacking, self.at).await? {
                self.world.insert(subject, state);
            }
        }
        for command in commands {
            self.at = command.last().map_or(self.at, |last| last.at.position);
            take(&mut projection, &mut self.world, command);
        }
        Ok(projection)
    }

    /// The next events by command, none of them cut.
    async fn read_commands(&self, head: Position) -> Result<Vec<Vec<Recorded>>, StoreError> {
        let mut limit = PAGE;
        loop {
            let stored = self.log.read(self.at.0, head.0, limit).await?;
            let full = stored.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
            let mut commands: Vec<Vec<Recorded>> = Vec::new();
            for event in &stored {
                let recorded = decode(event)?;
                match commands.last_mut() {
                    Some(command) if command[0].command_id == recorded.command_id => command.push(recorded),
                    _ => commands.push(vec![recorded]),
                }
            }
            if full
                && commands
                    .last()
                    .is_some_and(|last| last.last().is_some_and(|event| event.at.position < head))
            {
                // More of the last command may follow.
                commands.pop();
            }
            if !commands.is_empty() || !full {
                return Ok(commands);
            }
            limit *= 2;
        }
    }
}

/// Compares the rows at a position with those of a fold of the log to that position: one sentence for each
/// difference.
pub(crate) async fn check(
    pool: &PgPool,
    log: &Log,
    up_to: Position,
    mut progress: impl FnMut(Position, Position),
) -> Result<Vec<String>, StoreError> {
    let mut states: BTreeMap<Subject, State> = BTreeMap::new();
    let mut at = 0;
    let mut findings = Vec::new();
    // Events of the command that may go on in the next page.
    let mut command: Vec<Applied> = Vec::new();
    while at < up_to.0 {
        let page = log.read(at, up_to.0, PAGE).await?;
        let Some(last) = page.last() else { break };
        at = last.position;
        let mut found = Vec::new();
        for stored in &page {
            let recorded = decode(stored)?;
            if command.last().is_some_and(|(before, _)| before.command_id != recorded.command_id) {
                found.extend(take_entries(&mut command, &states));
            }
            let mut touched = Vec::new();
            for subject in recorded.event.about().folds() {
                let absent = State::absent(&subject);
                states.entry(subject).or_insert(absent).evolve(&recorded, &mut touched);
            }
            command.push((recorded, touched));
        }
        if at >= up_to.0 {
            found.extend(take_entries(&mut command, &states));
        }
        findings.extend(read_model::compare_events(pool, &found).await?);
        progress(Position(at), up_to);
    }
    let rows = |state: &State| -> Vec<_> {
        state.items().iter().filter_map(|item| read_model::row(state, item)).collect()
    };
    let rows: Vec<_> = states.values().flat_map(rows).collect();
    findings.extend(read_model::compare(pool, up_to, &rows).await?);
    Ok(findings)
}

fn take_entries(command: &mut Vec<Applied>, states: &BTreeMap<Subject, State>) -> Vec<Entry> {
    let command = std::mem::take(command);
    let Some((last, _)) = command.last() else { return Vec::new() };
    entries(&command, last.at.position, |subject| states.get(subject)).collect()
}
