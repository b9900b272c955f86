//! Given events, when a command, then events: an engine in memory that loads what a decision lacks.

pub mod assisting;
pub mod carrying;
pub mod coming;
pub mod gate;
pub mod giving;
pub mod matter;
pub mod measured;
pub mod reporting;
pub mod reviewing;
pub mod saphan;

use chrono::{DateTime, Utc};
use domain::{
    Actor, At, Command, Context, Event, Instant, Item, OperationCode, Position, Recorded, Refusal,
    RefusalCode, Rejection, Reported, Role, Span, State, Subject, Told, World,
    catalogue::sources::sources,
    decide,
    ids::{CommandId, EventId},
    operation::Operation,
    plan::Version,
};
use std::{collections::BTreeSet, fmt::Debug, str::FromStr};
use strum::IntoEnumIterator;
use uuid::Uuid;

/// Parses what a test says.
pub fn of<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|fault| panic!("`{text}`: {fault:?}"))
}

pub fn instant(text: &str) -> Instant {
    Instant::parse_from_rfc3339(text).expect("tests write times as RFC 3339 has them")
}

/// A command that may name what the story has come to, such as the hash of a submitted version.
pub type Ask = Box<dyn FnOnce(&Story) -> Command>;

/// A log and the world folded from it.
#[derive(Clone)]
pub struct Story {
    pub log: Vec<Recorded>,
    pub now: DateTime<Utc>,
    world: World,
    occurred_at: Option<Instant>,
    late_reason: Option<&'static str>,
}

/// Begins with a history; `given([])` is an empty log.
pub fn given<E: Into<Event>>(events: impl IntoIterator<Item = E>) -> Story {
    nothing().and(events)
}

/// An empty log.
pub fn nothing() -> Story {
    Story {
        log: Vec::new(),
        now: instant("2023-09-12T00:00:00Z").to_utc(),
        world: World::default(),
        occurred_at: None,
        late_reason: None,
    }
}

/// A subject's state, folded from the log alone.
pub fn fold(log: &[Recorded], subject: &Subject) -> State {
    let mut state = State::absent(subject);
    for recorded in log.iter().filter(|recorded| recorded.event.about().folds().contains(subject)) {
        state.evolve(recorded, &mut Vec::new());
    }
    state
}

impl Story {
    pub fn head(&self) -> Position {
        Position(self.log.len().try_into().expect("stories are short"))
    }

    /// More events, whether or not the rules would allow them.
    pub fn and<E: Into<Event>>(mut self, events: impl IntoIterator<Item = E>) -> Self {
        for event in events {
            self.pass(Span::seconds(60));
            let reported = Reported { occurred_at: self.now.fixed_offset(), late_reason: None };
            self.record(event.into(), reported, "service:import");
        }
        self
    }

    /// Time passes.
    pub fn after(mut self, span: Span) -> Self {
        self.pass(span);
        self
    }

    /// The next command tells of something that happened so long before it is entered.
    pub fn late(mut self, span: Span) -> Self {
        self.occurred_at = Some((self.now - span.as_delta()).fixed_offset());
        self
    }

    pub fn because(mut self, late_reason: &'static str) -> Self {
        self.late_reason = Some(late_reason);
        self
    }

    pub fn when(mut self, actor: Actor, ask: Ask) -> Outcome {
        let command = ask(&self);
        let result = self.decide(&actor, &command);
        Outcome { story: self, actor, command, result }
    }

    /// Decides as an engine would: what is missing is loaded, then it is asked again.
    pub fn decide(&mut self, actor: &Actor, command: &Command) -> Result<Vec<Told>, Rejection> {
        for _ in 0..8 {
            let context = Context {
                actor,
                now: self.now,
                head: self.head(),
                occurred_at: self.occurred_at.unwrap_or_else(|| self.now.fixed_offset()),
                late_reason: self.late_reason,
                entropy: [7; 32],
            };
            match decide(&self.world, command, &context) {
                Err(Rejection::Missing(subjects)) => {
                    for subject in subjects {
                        let state = fold(&self.log, &subject);
                        self.world.insert(subject, state);
                    }
                }
                decided => return decided,
            }
        }
        panic!("{command:?} never had enough of the world")
    }

    /// Appends what was decided and evolves the world; the items touched.
    pub fn append(&mut self, actor: &Actor, told: Vec<Told>) -> Vec<Item> {
        let occurred_at = self.occurred_at.take().unwrap_or_else(|| self.now.fixed_offset());
        let late_reason = self.late_reason.take().map(str::to_owned);
        let reported = Reported { occurred_at, late_reason };
        let touched = told
            .into_iter()
            .flat_map(|told| {
                let reported = told.reported.unwrap_or_else(|| reported.clone());
                self.record(told.event, reported, &actor.to_string())
            })
            .collect();
        self.pass(Span::seconds(60));
        touched
    }

    fn record(&mut self, event: Event, reported: Reported, actor: &str) -> Vec<Item> {
        let position = Position(self.head().0 + 1);
        let id = Uuid::from_u128(position.0.try_into().expect("positions are positive"));
        let recorded = Recorded {
            at: At {
                position,
                occurred_at: reported.occurred_at,
                recorded_at: self.now,
                late_reason: reported.late_reason,
                actor: actor.to_owned(),
            },
            event_id: EventId(id),
            command_id: CommandId(id),
            event,
        };
        let touched = self.world.apply(&recorded);
        self.log.push(recorded);
        touched
    }

    fn pass(&mut self, span: Span) {
        self.now += span.as_delta();
    }

    /// The world as it evolved, for comparison with a fold.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The operation as the log tells it.
    pub fn operation(&self, code: &str) -> Operation {
        match fold(&self.log, &Subject::Operation(of::<OperationCode>(code))) {
            State::Operation(Some(operation)) => operation,
            other => panic!("{code} is no operation of this story: {other:?}"),
        }
    }

    /// A version of the plan of SAPHAN.
    pub fn version(&self, number: u32) -> Version {
        let operation = self.operation("SAPHAN");
        operation.plan.version(number).unwrap_or_else(|| panic!("there is no version {number}")).clone()
    }
}

/// What came of a command.
pub struct Outcome {
    story: Story,
    actor: Actor,
    command: Command,
    result: Result<Vec<Told>, Rejection>,
}

impl Outcome {
    /// What the catalogue says of these events is so: they follow from this command, by those who may send
    /// it, and nobody else may.
    fn hold_against_catalogue(&mut self, told: &[Told]) {
        let debug = format!("{:?}", self.command);
        let mut words = debug.split(|letter: char| !letter.is_alphanumeric());
        let command = (words.next().unwrap(), words.next().unwrap());
        for Told { event, .. } in told {
            let kind = event.kind();
            let sources = sources(event);
            let told: Vec<_> = sources.iter().filter(|source| source.command == command).collect();
            let [told] = told.as_slice() else { panic!("{kind} follows from {command:?} too") };
            assert!(told.sender.allows(&self.actor), "{kind} is sent by {:?} too", self.actor);
            let others: BTreeSet<Role> =
                Role::iter().filter(|role| !told.sender.roles.contains(role)).collect();
            let stranger = match &self.actor {
                Actor::Post { post, partner, .. } => {
                    Some(Actor::Post { post: post.clone(), partner: partner.clone(), roles: others })
                }
                // The clock has no roles: it is who it is.
                clock if clock.is_clock() => None,
                // Services that administer may, or the assertion above had failed; those that do not, may
                // not.
                Actor::Service { name, .. } => {
                    Some(Actor::Service { name: name.clone(), roles: BTreeSet::new() })
                }
            };
            let services = Actor::Service { name: "import".to_owned(), roles: [Role::Admin].into() };
            for refused in [stranger, (!told.sender.service).then_some(services)].into_iter().flatten() {
                let result = self.story.decide(&refused, &self.command);
                assert!(
                    matches!(result, Err(Rejection::Forbidden(_))),
                    "{command:?} is not for {refused:?}: {result:?}"
                );
            }
        }
    }

    /// Exactly these events followed, and are history now.
    pub fn then<E: Into<Event>>(mut self, events: impl IntoIterator<Item = E>) -> Story {
        let wanted: Vec<Event> = events.into_iter().map(Into::into).collect();
        let told =
            self.result.clone().unwrap_or_else(|rejection| panic!("{:?}: {rejection:?}", self.command));
        let found: Vec<Event> = told.iter().map(|told| told.event.clone()).collect();
        assert_eq!(found, wanted, "{:?}", self.command);
        self.hold_against_catalogue(&told);
        self.story.append(&self.actor, told);
        self.story
    }

    /// Something happened; what, is another test's.
    pub fn accepted(mut self) -> Story {
        let events =
            self.result.clone().unwrap_or_else(|rejection| panic!("{:?}: {rejection:?}", self.command));
        assert!(!events.is_empty(), "{:?} changed nothing", self.command);
        self.hold_against_catalogue(&events);
        self.story.append(&self.actor, events);
        self.story
    }

    /// Success without events: it is so already.
    pub fn unchanged(mut self) -> Story {
        assert_eq!(self.result, Ok(Vec::new()), "{:?}", self.command);
        self.story.append(&self.actor, Vec::new());
        self.story
    }

    /// Refused for exactly these reasons, in the order in which they were found.
    pub fn refused<const N: usize>(self, codes: [RefusalCode; N]) -> Refused {
        let refused = self.rejected();
        let found: Vec<_> = refused.refusals.iter().map(|refusal| refusal.code).collect();
        assert_eq!(found, codes, "{:?}", refused.refusals);
        refused
    }

    /// Refused for exactly these reasons, each at this field; an empty path is the command as a whole.
    pub fn refused_at<const N: usize>(self, reasons: [(RefusalCode, &str); N]) -> Refused {
        let refused = self.rejected();
        let found: Vec<_> =
            refused.refusals.iter().map(|refusal| (refusal.code, refusal.field.join("."))).collect();
        let wanted: Vec<_> = reasons.iter().map(|(code, field)| (*code, (*field).to_owned())).collect();
        assert_eq!(found, wanted, "{:?}", refused.refusals);
        refused
    }

    pub fn rejected(mut self) -> Refused {
        let Err(Rejection::Refused(refusals)) = self.result else {
            panic!("{:?} was not refused: {:?}", self.command, self.result)
        };
        self.story.append(&self.actor, Vec::new());
        Refused { story: self.story, refusals }
    }

    /// Not for this actor, whatever the input.
    pub fn forbidden(mut self) -> Story {
        assert!(
            matches!(self.result, Err(Rejection::Forbidden(_))),
            "{:?} was not forbidden: {:?}",
            self.command,
            self.result
        );
        self.story.append(&self.actor, Vec::new());
        self.story
    }
}

/// A refusal leaves the log as it was.
pub struct Refused {
    pub story: Story,
    pub refusals: Vec<Refusal>,
}

impl Refused {
    /// The first reason reads like this.
    pub fn saying(self, message: &str) -> Story {
        assert_eq!(self.refusals.first().map(|refusal| refusal.message.as_str()), Some(message));
        self.story
    }

    pub fn when(self, actor: Actor, ask: Ask) -> Outcome {
        self.story.when(actor, ask)
    }
}
