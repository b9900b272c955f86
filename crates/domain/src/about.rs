//! What an event is about, told once by its family: what it is folded into, where it is shown, who may see
//! it.

use crate::{
    AnnexCode, IncidentCode, OperationCode, PartnerCode, PhaseCode, PostCode, Subject, TaskCode,
    ids::{AssistanceId, LogEntryId, OperationId, PartnerId, PlanVersionId, PostId, TaskId},
    release::{Matter, ScopeIds},
};
use uuid::Uuid;

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About<'a> {
    whole: Whole<'a>,
    version: Option<u32>,
    tasks: Vec<&'a TaskCode>,
    annex: Option<&'a AnnexCode>,
    matters: Vec<Uuid>,
    like: Option<&'a ScopeIds>,
    partner: Option<&'a PartnerCode>,
    post: Option<&'a PostCode>,
    bookings: Vec<&'a PostCode>,
    coalition: bool,
    led_by: Option<LedBy<'a>>,
}

/// What an event names, or answers, that led to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedBy<'a> {
    /// The report of the incident.
    Report(&'a IncidentCode),
    /// The decision that made the task and the assignment of the post to it; else the decisions on a response to the
    /// incident.
    Response(&'a IncidentCode, &'a PostCode, Option<&'a TaskCode>),
    /// That the officer was sent to the incident.
    Dispatch(&'a IncidentCode, &'a PostCode),
    /// The submission of the version.
    Submission,
    /// What the partner decided on the version.
    Decision(&'a PartnerCode),
    /// The submission of the version, and the decisions on it that stand.
    Decisions,
    /// The words that were given on whether the phase may start.
    Words(&'a PhaseCode),
}

/// The subject that an event changes before all others.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Whole<'a> {
    /// With what of it the event is about.
    Operation(&'a OperationCode),
    /// Any other, which everybody sees.
    Open(Subject),
}

/// What of an event may be released apart from the rest: whoever may not see all of it may not see the event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope<'a> {
    /// `None`: of the coalition, for all to see.
    pub operation: Option<&'a OperationCode>,
    /// Number of the plan version.
    pub version: Option<u32>,
    pub tasks: Vec<&'a TaskCode>,
    /// Of that version.
    pub annex: Option<&'a AnnexCode>,
    /// Ids of what it deals with besides its plan, or of an entry of a watch's log.
    pub matters: Vec<Uuid>,
    /// What other events, of which this one tells, are about.
    pub like: Option<&'a ScopeIds>,
}

impl<'a> About<'a> {
    fn new(whole: Whole<'a>) -> Self {
        Self {
            whole,
            version: None,
            tasks: Vec::new(),
            annex: None,
            matters: Vec::new(),
            like: None,
            partner: None,
            post: None,
            bookings: Vec::new(),
            coalition: false,
            led_by: None,
        }
    }

    /// A subject that everybody sees: any but operations.
    pub(crate) fn subject(subject: Subject) -> Self {
        Self::new(Whole::Open(subject))
    }

    pub(crate) fn operation(code: &'a OperationCode) -> Self {
        Self::new(Whole::Operation(code))
    }

    /// Version `number` of the operation's plan.
    pub(crate) fn version(operation: &'a OperationCode, number: u32) -> Self {
        Self { version: Some(number), ..Self::operation(operation) }
    }

    /// Also a task of the operation: shown in its history, and only to those who see the task.
    pub(crate) fn task(mut self, task: &'a TaskCode) -> Self {
        self.tasks.push(task);
        self
    }

    /// Also these tasks, as with [`Self::task`].
    pub(crate) fn tasks(mut self, tasks: impl IntoIterator<Item = &'a TaskCode>) -> Self {
        self.tasks.extend(tasks);
        self
    }

    /// An annex of the version, whose content the event may hold: only for those who see it.
    pub(crate) fn annex(self, annex: &'a AnnexCode) -> Self {
        Self { annex: Some(annex), ..self }
    }

    /// Also of this matter of the operation: shown in its history, and only to those who see it.
    pub(crate) fn matter(mut self, matter: &Matter) -> Self {
        // Matters are an operation's.
        if let Whole::Operation(code) = &self.whole {
            self.matters.push(matter.id(OperationId::of(code)));
        }
        self
    }

    /// Of this entry of a watch's log: only for those who see it.
    pub(crate) fn log_entry(mut self, entry: LogEntryId) -> Self {
        self.matters.push(entry.0);
        self
    }

    /// Of these counts of persons: only for the authority that counts.
    pub(crate) fn assistance(mut self, table: AssistanceId) -> Self {
        self.matters.push(table.0);
        self
    }

    /// Of what other events are about: only for those who see all of that.
    pub(crate) fn like(self, scope: &'a ScopeIds) -> Self {
        Self { like: Some(scope), ..self }
    }

    /// Also shown in the history of this partner, such as of one that decided.
    pub(crate) fn partner(self, partner: &'a PartnerCode) -> Self {
        Self { partner: Some(partner), ..self }
    }

    /// Also shown in the history of this post.
    pub(crate) fn post(self, post: &'a PostCode) -> Self {
        Self { post: Some(post), ..self }
    }

    /// Changes when these posts are bound.
    pub(crate) fn bookings(self, posts: impl IntoIterator<Item = &'a PostCode>) -> Self {
        Self { bookings: posts.into_iter().collect(), ..self }
    }

    /// Changes what holds for the whole coalition too.
    pub(crate) fn and_coalition(self) -> Self {
        Self { coalition: true, ..self }
    }

    /// What led to it, besides what every event of its kind follows from.
    pub(crate) fn led_by(self, led_by: LedBy<'a>) -> Self {
        Self { led_by: Some(led_by), ..self }
    }

    pub fn origin(&self) -> Option<LedBy<'a>> {
        self.led_by
    }

    /// The subjects whose folded state the event changes.
    pub fn folds(&self) -> Vec<Subject> {
        let whole = match &self.whole {
            Whole::Operation(code) => Subject::Operation((*code).clone()),
            Whole::Open(subject) => subject.clone(),
        };
        let bookings = self.bookings.iter().map(|post| Subject::Bookings((*post).clone()));
        let coalition = self.coalition.then_some(Subject::Coalition);
        std::iter::once(whole).chain(coalition).chain(bookings).collect()
    }

    /// What the event is about, as far as that may be released apart from the rest.
    pub fn scope(self) -> Scope<'a> {
        let operation = match self.whole {
            Whole::Operation(code) => Some(code),
            Whole::Open(_) => None,
        };
        Scope {
            operation,
            version: self.version,
            tasks: self.tasks,
            annex: self.annex,
            matters: self.matters,
            like: self.like,
        }
    }

    /// Ids of everything that the event concerns: what it changes, and what its history shows it under.
    pub fn subjects(&self) -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = self.folds().iter().map(Subject::id).collect();
        ids.extend(self.partner.map(|partner| PartnerId::of(partner).0));
        ids.extend(self.post.map(|post| PostId::of(post).0));
        ids.extend(&self.matters);
        if let Whole::Operation(code) = &self.whole {
            let operation = OperationId::of(code);
            ids.extend(self.version.map(|number| PlanVersionId::of(operation, number).0));
            ids.extend(self.tasks.iter().map(|task| TaskId::of(operation, task).0));
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
