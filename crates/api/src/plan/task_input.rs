//! What a task is to be, as inputs give it: read in one way, whether it is added, imported or revised.

use crate::{
    graph::{
        mutation::{At, Entry},
        scalars::Duration,
    },
    operation::release::{Classification, HandlingCode},
    plan::terms::TaskTermsInput,
};
use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::{
    RefusalCode, TaskCode,
    plan::{ImportedTask, PlannedTask, TaskRevision},
    release::Release,
};

#[derive(InputObject)]
pub(super) struct AddTaskInput {
    /// Its code, such as `SAPHAN`, or its id.
    pub operation: ID,
    /// What people will call it by, such as `T16`.
    code: String,
    title: String,
    /// Code of the phase.
    phase: String,
    /// Code of the line of effort.
    line_of_effort: Option<String>,
    /// Code of the partner that carries it out.
    lead_partner: String,
    /// Code of the partner on whose territory it is carried out.
    territory: String,
    /// Code of the post that the plan foresees.
    post: Option<String>,
    /// From H-hour; negative before it.
    start_offset: Duration,
    /// Nothing (`PT0H`) for a milestone.
    duration: Duration,
    /// What it waits for, each task once: by its code (`T03`) what must finish before it starts; else with the kind behind
    /// it, and a lag or a lead: `T03FS+2h`, `T04SS-30m`, `T05FF+0h`. Kinds are FS, SS, FF and SF, as in `DependencyKind`.
    /// What may be a code is one: `T03SS` and `T04SS-PT30M` name tasks, and `T03SS+0h` waits for the start of `T03`.
    #[graphql(default)]
    predecessors: Vec<String>,
    terms: Option<TaskTermsInput>,
    #[graphql(flatten)]
    label: TaskLabelInput,
    #[graphql(flatten)]
    pub entry: Entry,
}

/// The label that a task has from its first moment on.
#[derive(InputObject)]
struct TaskLabelInput {
    /// Codes of the partners that may read it, from the moment at which it is added: nobody else sees it or is told of it,
    /// but its owners: the operation's lead, and the partners that carry it out or on whose territory it lies. Left out:
    /// whoever may read the draft. A code that the plan has had keeps its label, which `markReleasability` changes.
    releasable_to: Option<Vec<String>>,
    /// Goes with `releasableTo`; as the version's when left out.
    classification: Option<Classification>,
    /// Goes with `releasableTo`; as the version's when left out.
    handling: Option<HandlingCode>,
}

impl TaskLabelInput {
    /// The outer `None` when it was not taken, the inner one when there is none.
    #[expect(clippy::option_option, reason = "absent and wrong are two things")]
    fn read(&self, at: &mut At<'_>) -> Option<Option<Release>> {
        release_of(at, self.releasable_to.as_deref(), self.classification, self.handling)
    }
}

/// A label that may be left out, as a whole. The outer `None` when it was not taken, the inner one when there is none.
#[expect(clippy::option_option, reason = "absent and wrong are two things")]
pub(super) fn release_of(
    at: &mut At<'_>,
    releasable_to: Option<&[String]>,
    classification: Option<Classification>,
    handling: Option<HandlingCode>,
) -> Option<Option<Release>> {
    let (classification, handling) = (classification.map(Into::into), handling.map(Into::into));
    let Some(partners) = releasable_to else {
        if classification.is_none() && handling.is_none() {
            return Some(None);
        }
        at.add(
            RefusalCode::InvalidValue,
            "releasableTo",
            "Say who may read it, also where that is nobody else.",
        );
        return None;
    };
    let releasable_to = at.parse_all("releasableTo", partners)?;
    Some(Some(Release { releasable_to, classification, handling }))
}

/// A task as a file has it.
#[derive(InputObject)]
pub(super) struct ImportedTaskInput {
    code: String,
    title: String,
    /// Code of the phase.
    phase: String,
    /// Code of the line of effort.
    line_of_effort: Option<String>,
    /// Code of the partner that carries it out.
    lead_partner: String,
    /// Code of the partner on whose territory it is carried out.
    territory: String,
    /// Code of the post that the plan foresees.
    post: Option<String>,
    /// From H-hour; negative before it. Left out: as early as what it waits for lets it; what waits for nothing starts with
    /// the earliest of the others, at H-hour when there is none. It is worked out now, and again when the draft is
    /// submitted, unless `terms` name another constraint than `AS_SOON_AS_POSSIBLE`, which is what it gets by itself.
    start_offset: Option<Duration>,
    /// Nothing (`PT0H`) for a milestone.
    duration: Duration,
    /// As for `addTask`.
    #[graphql(default)]
    predecessors: Vec<String>,
    terms: Option<TaskTermsInput>,
    #[graphql(flatten)]
    label: TaskLabelInput,
}

/// What is left out stays as it is. Null takes away what a task need not have; every task has a title, a phase, a lead, a
/// territory, a start and a duration.
#[derive(InputObject)]
pub(super) struct ReviseTaskInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    pub task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    pub operation: Option<ID>,
    title: MaybeUndefined<String>,
    phase: MaybeUndefined<String>,
    /// Null: none any more.
    line_of_effort: MaybeUndefined<String>,
    lead_partner: MaybeUndefined<String>,
    territory: MaybeUndefined<String>,
    /// Null: none any more.
    post: MaybeUndefined<String>,
    start_offset: MaybeUndefined<Duration>,
    duration: MaybeUndefined<Duration>,
    #[graphql(flatten)]
    pub entry: Entry,
}

/// A whole task as inputs write it. `None` was left out.
struct WholeTask<'a> {
    code: &'a str,
    title: &'a str,
    phase: &'a str,
    line_of_effort: Option<&'a str>,
    lead_partner: &'a str,
    territory: &'a str,
    post: Option<&'a str>,
    start_offset: Option<&'a str>,
    duration: &'a str,
    predecessors: &'a [String],
    terms: Option<&'a TaskTermsInput>,
    label: &'a TaskLabelInput,
}

impl WholeTask<'_> {
    fn read(&self, at: &mut At<'_>) -> Option<ImportedTask> {
        let code = at.parse::<TaskCode>("code", self.code);
        let title = at.parse("title", self.title);
        let phase = at.parse("phase", self.phase);
        let line_of_effort = at.parse_if("lineOfEffort", self.line_of_effort);
        let lead = at.parse("leadPartner", self.lead_partner);
        let territory = at.parse("territory", self.territory);
        let post = at.parse_if("post", self.post);
        let start_offset = at.parse_if("startOffset", self.start_offset);
        let duration = at.parse("duration", self.duration);
        let predecessors = at.parse_all("predecessors", self.predecessors);
        let none = TaskTermsInput::default();
        let open = self.start_offset.is_none();
        let terms = self.terms.unwrap_or(&none).read(&mut at.at("terms"), open);
        let release = self.label.read(at);
        Some(ImportedTask {
            code: code?,
            title: title?,
            phase: phase?,
            line_of_effort: line_of_effort?,
            lead: lead?,
            territory: territory?,
            post: post?,
            start_offset: start_offset?,
            duration: duration?,
            predecessors: predecessors?,
            terms: terms?,
            release: release?,
        })
    }
}

impl AddTaskInput {
    /// The task, and its own label if it is to have one.
    pub fn read(&self, at: &mut At<'_>) -> Option<(PlannedTask, Option<Release>)> {
        let task = WholeTask {
            code: &self.code,
            title: &self.title,
            phase: &self.phase,
            line_of_effort: self.line_of_effort.as_deref(),
            lead_partner: &self.lead_partner,
            territory: &self.territory,
            post: self.post.as_deref(),
            start_offset: Some(self.start_offset.as_str()),
            duration: self.duration.as_str(),
            predecessors: &self.predecessors,
            terms: self.terms.as_ref(),
            label: &self.label,
        };
        let task = task.read(at)?;
        let planned = PlannedTask {
            code: task.code,
            title: task.title,
            phase: task.phase,
            line_of_effort: task.line_of_effort,
            lead: task.lead,
            territory: task.territory,
            post: task.post,
            start_offset: task.start_offset?,
            duration: task.duration,
            predecessors: task.predecessors,
            terms: task.terms,
        };
        Some((planned, task.release))
    }
}

impl ImportedTaskInput {
    pub fn read(&self, at: &mut At<'_>) -> Option<ImportedTask> {
        let task = WholeTask {
            code: &self.code,
            title: &self.title,
            phase: &self.phase,
            line_of_effort: self.line_of_effort.as_deref(),
            lead_partner: &self.lead_partner,
            territory: &self.territory,
            post: self.post.as_deref(),
            start_offset: self.start_offset.as_ref().map(Duration::as_str),
            duration: self.duration.as_str(),
            predecessors: &self.predecessors,
            terms: self.terms.as_ref(),
            label: &self.label,
        };
        task.read(at)
    }
}

impl ReviseTaskInput {
    pub fn read<'a>(&'a self, at: &mut At<'_>) -> Option<TaskRevision> {
        let title = at.parse_set("title", self.title.as_opt_deref());
        let phase = at.parse_set("phase", self.phase.as_opt_deref());
        let line_of_effort = at.parse_or_clear("lineOfEffort", self.line_of_effort.as_opt_deref());
        let lead = at.parse_set("leadPartner", self.lead_partner.as_opt_deref());
        let territory = at.parse_set("territory", self.territory.as_opt_deref());
        let post = at.parse_or_clear("post", self.post.as_opt_deref());
        let text = |given: &'a MaybeUndefined<Duration>| Some(given.as_opt_ref()?.map(Duration::as_str));
        let start_offset = at.parse_set("startOffset", text(&self.start_offset));
        let duration = at.parse_set("duration", text(&self.duration));
        Some(TaskRevision {
            title: title?,
            phase: phase?,
            line_of_effort: line_of_effort?,
            lead: lead?,
            territory: territory?,
            post: post?,
            start_offset: start_offset?,
            duration: duration?,
        })
    }
}
