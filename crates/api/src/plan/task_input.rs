//! What a task is to be, as inputs give it: read in one way, whether it is added, imported or revised.

use crate::{
    graph::{
        mutation::{At, Entry},
        scalars::Duration,
    },
    plan::terms::TaskTermsInput,
};
use async_graphql::{ID, InputObject};
use domain::{
    TaskCode,
    plan::{ImportedTask, PlannedTask, TaskRevision},
};

#[derive(InputObject)]
pub(super) struct AddTaskInput {
    pub operation_id: ID,
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
    pub entry: Entry,
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
}

/// What is left out stays as it is.
#[derive(InputObject)]
pub(super) struct ReviseTaskInput {
    pub task_id: ID,
    title: Option<String>,
    phase: Option<String>,
    line_of_effort: Option<String>,
    lead_partner: Option<String>,
    territory: Option<String>,
    post: Option<String>,
    start_offset: Option<Duration>,
    duration: Option<Duration>,
    #[graphql(flatten)]
    pub entry: Entry,
}

/// The fields of a task that an input may have, as it writes them. `None` was left out.
struct Texts<'a> {
    title: Option<&'a str>,
    phase: Option<&'a str>,
    line_of_effort: Option<&'a str>,
    lead_partner: Option<&'a str>,
    territory: Option<&'a str>,
    post: Option<&'a str>,
    start_offset: Option<&'a str>,
    duration: Option<&'a str>,
}

impl Texts<'_> {
    fn read(&self, at: &mut At<'_>) -> Option<TaskRevision> {
        let title = at.parse_if("title", self.title);
        let phase = at.parse_if("phase", self.phase);
        let line_of_effort = at.parse_if("lineOfEffort", self.line_of_effort);
        let lead = at.parse_if("leadPartner", self.lead_partner);
        let territory = at.parse_if("territory", self.territory);
        let post = at.parse_if("post", self.post);
        let start_offset = at.parse_if("startOffset", self.start_offset);
        let duration = at.parse_if("duration", self.duration);
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

/// A whole task: its code, its fields, what it waits for and its terms.
struct WholeTask<'a> {
    code: &'a str,
    texts: Texts<'a>,
    predecessors: &'a [String],
    terms: Option<&'a TaskTermsInput>,
}

impl WholeTask<'_> {
    /// `texts` has all fields that every task has.
    fn read(&self, at: &mut At<'_>) -> Option<ImportedTask> {
        let code = at.parse::<TaskCode>("code", self.code);
        let fields = self.texts.read(at);
        let predecessors = at.parse_all("predecessors", self.predecessors);
        let none = TaskTermsInput::default();
        let open = self.texts.start_offset.is_none();
        let terms = self.terms.unwrap_or(&none).read(&mut at.at("terms"), open);
        let fields = fields?;
        Some(ImportedTask {
            code: code?,
            title: fields.title?,
            phase: fields.phase?,
            line_of_effort: fields.line_of_effort,
            lead: fields.lead?,
            territory: fields.territory?,
            post: fields.post,
            start_offset: fields.start_offset,
            duration: fields.duration?,
            predecessors: predecessors?,
            terms: terms?,
        })
    }
}

impl AddTaskInput {
    pub fn read(&self, at: &mut At<'_>) -> Option<PlannedTask> {
        let task = WholeTask {
            code: &self.code,
            texts: Texts {
                title: Some(&self.title),
                phase: Some(&self.phase),
                line_of_effort: self.line_of_effort.as_deref(),
                lead_partner: Some(&self.lead_partner),
                territory: Some(&self.territory),
                post: self.post.as_deref(),
                start_offset: Some(self.start_offset.as_str()),
                duration: Some(self.duration.as_str()),
            },
            predecessors: &self.predecessors,
            terms: self.terms.as_ref(),
        };
        let ImportedTask {
            code,
            title,
            phase,
            line_of_effort,
            lead,
            territory,
            post,
            start_offset,
            duration,
            predecessors,
            terms,
        } = task.read(at)?;
        Some(PlannedTask {
            code,
            title,
            phase,
            line_of_effort,
            lead,
            territory,
            post,
            start_offset: start_offset?,
            duration,
            predecessors,
            terms,
        })
    }
}

impl ImportedTaskInput {
    pub fn read(&self, at: &mut At<'_>) -> Option<ImportedTask> {
        let task = WholeTask {
            code: &self.code,
            texts: Texts {
                title: Some(&self.title),
                phase: Some(&self.phase),
                line_of_effort: self.line_of_effort.as_deref(),
                lead_partner: Some(&self.lead_partner),
                territory: Some(&self.territory),
                post: self.post.as_deref(),
                start_offset: self.start_offset.as_ref().map(Duration::as_str),
                duration: Some(self.duration.as_str()),
            },
            predecessors: &self.predecessors,
            terms: self.terms.as_ref(),
        };
        task.read(at)
    }
}

impl ReviseTaskInput {
    pub fn read(&self, at: &mut At<'_>) -> Option<TaskRevision> {
        let texts = Texts {
            title: self.title.as_deref(),
            phase: self.phase.as_deref(),
            line_of_effort: self.line_of_effort.as_deref(),
            lead_partner: self.lead_partner.as_deref(),
            territory: self.territory.as_deref(),
            post: self.post.as_deref(),
            start_offset: self.start_offset.as_ref().map(Duration::as_str),
            duration: self.duration.as_ref().map(Duration::as_str),
        };
        texts.read(at)
    }
}
