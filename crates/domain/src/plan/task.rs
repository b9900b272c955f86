//! A task as a plan has it, and what can be revised of it.

use super::{Dependency, StartConstraint, Terms, terms::is_default};
use crate::{
    Code, PartnerCode, PhaseCode, PostCode, Salt, Sha256, Span, TaskCode, Title,
    hash::{canonical_json, part_hash},
    words::nullable::given,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A task as one plan version has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedTask {
    /// Unique in the operation; the same code is the same task in every version.
    pub code: TaskCode,
    /// What is to be done.
    pub title: Title,
    /// The phase that it belongs to.
    pub phase: PhaseCode,
    /// The line of effort that it belongs to; absent when it serves none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_of_effort: Option<Code>,
    /// The partner that carries it out.
    pub lead: PartnerCode,
    /// The partner on whose territory it is carried out, and whose consent it needs.
    pub territory: PartnerCode,
    /// The post that the plan foresees; absent when it foresees none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostCode>,
    /// Planned start relative to H-hour; negative before it.
    pub start_offset: Span,
    /// How long it takes; nothing for a milestone.
    pub duration: Span,
    /// What it waits for: at most one dependency on each other task.
    pub predecessors: BTreeSet<Dependency>,
    /// What else binds it. Events tell it in one of their own, so that a node of a build before it stops
    /// there and does not read over it.
    #[serde(skip)]
    pub terms: Terms,
}

/// What a revision of a task changes; what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::option_option, reason = "left out and taken away are two things")]
pub struct TaskRevision {
    /// What is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// The phase that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<PhaseCode>,
    /// The line of effort that it belongs to; null: none any more.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    #[schemars(schema_with = "or_null::<Code>")]
    pub line_of_effort: Option<Option<Code>>,
    /// The partner that carries it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<PartnerCode>,
    /// The partner on whose territory it is carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<PartnerCode>,
    /// The post that the plan foresees; null: none any more.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    #[schemars(schema_with = "or_null::<PostCode>")]
    pub post: Option<Option<PostCode>>,
    /// Planned start relative to H-hour; negative before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_offset: Option<Span>,
    /// How long it takes; nothing for a milestone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
}

impl PlannedTask {
    /// Its dependency on the task, if it waits for it.
    pub fn dependency_on(&self, predecessor: &TaskCode) -> Option<&Dependency> {
        self.predecessors.iter().find(|dependency| dependency.predecessor == *predecessor)
    }

    /// Whether it starts as soon as possible, wherever it was laid last.
    pub fn is_floating(&self) -> bool {
        self.terms.constraint == StartConstraint::AsSoonAsPossible
    }

    /// The text under the part's hash.
    pub fn canonical(&self) -> String {
        canonical_json(&ContentTask(self))
    }

    /// As [`crate::plan::Annex::part_hash`], for a task that is no plain part of the content.
    pub fn part_hash(&self, salt: Salt) -> Sha256 {
        part_hash(salt, &self.canonical())
    }
}

impl TaskRevision {
    /// What makes the one task the other, predecessors and terms left out. A post or a line of effort that is no
    /// more it leaves there: an import makes such a task anew.
    pub fn between(known: &PlannedTask, wanted: &PlannedTask) -> Self {
        fn new<T: Clone + PartialEq>(known: &T, wanted: &T) -> Option<T> {
            (known != wanted).then(|| wanted.clone())
        }
        Self {
            title: new(&known.title, &wanted.title),
            phase: new(&known.phase, &wanted.phase),
            line_of_effort: new(&known.line_of_effort, &wanted.line_of_effort).filter(Option::is_some),
            lead: new(&known.lead, &wanted.lead),
            territory: new(&known.territory, &wanted.territory),
            post: new(&known.post, &wanted.post).filter(Option::is_some),
            start_offset: new(&known.start_offset, &wanted.start_offset),
            duration: new(&known.duration, &wanted.duration),
        }
    }

    /// The task as revised.
    pub fn apply(&self, task: &PlannedTask) -> PlannedTask {
        fn or<T: Clone>(new: Option<&T>, old: &T) -> T {
            new.unwrap_or(old).clone()
        }
        PlannedTask {
            code: task.code.clone(),
            title: or(self.title.as_ref(), &task.title),
            phase: or(self.phase.as_ref(), &task.phase),
            line_of_effort: or(self.line_of_effort.as_ref(), &task.line_of_effort),
            lead: or(self.lead.as_ref(), &task.lead),
            territory: or(self.territory.as_ref(), &task.territory),
            post: or(self.post.as_ref(), &task.post),
            start_offset: self.start_offset.unwrap_or(task.start_offset),
            duration: self.duration.unwrap_or(task.duration),
            predecessors: task.predecessors.clone(),
            terms: task.terms.clone(),
        }
    }
}

/// The catalogue takes null from what may be left out, but not from `oneOf`.
fn or_null<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "oneOf": [generator.subschema_for::<T>(), { "type": "null" }] })
}

/// A task as contents have it: a dependency that is a finish to start without lag is the predecessor's code,
/// any other an object, so that the hash of a content without such others is what it was when there were
/// none.
#[derive(Debug, Serialize)]
pub struct ContentTask<'a>(#[serde(with = "brief::BriefTask")] pub &'a PlannedTask);

/// How contents and commands write a task; events have all dependencies as objects.
pub(super) mod brief {
    use super::{
        BTreeSet, Code, Dependency, PartnerCode, PhaseCode, PlannedTask, PostCode, Span, TaskCode, Terms,
        Title, is_default,
    };
    use crate::plan::dependency::brief;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    #[serde(remote = "PlannedTask", rename_all = "camelCase")]
    pub struct BriefTask {
        code: TaskCode,
        title: Title,
        phase: PhaseCode,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line_of_effort: Option<Code>,
        lead: PartnerCode,
        territory: PartnerCode,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        post: Option<PostCode>,
        start_offset: Span,
        duration: Span,
        #[serde(default, with = "brief::set")]
        predecessors: BTreeSet<Dependency>,
        #[serde(default, skip_serializing_if = "is_default")]
        terms: Terms,
    }

    /// The same in a box.
    pub mod boxed {
        use super::{BriefTask, PlannedTask};
        use serde::{Deserializer, Serializer};

        pub fn serialize<S: Serializer>(task: &PlannedTask, serializer: S) -> Result<S::Ok, S::Error> {
            BriefTask::serialize(task, serializer)
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<PlannedTask>, D::Error> {
            BriefTask::deserialize(deserializer).map(Box::new)
        }
    }
}

/// Tasks by the partner on whose territory they lie.
pub fn territories<'a>(
    tasks: impl IntoIterator<Item = (&'a TaskCode, &'a PartnerCode)>,
) -> BTreeMap<&'a PartnerCode, BTreeSet<&'a TaskCode>> {
    let mut territories = BTreeMap::<_, BTreeSet<_>>::new();
    for (task, territory) in tasks {
        territories.entry(territory).or_default().insert(task);
    }
    territories
}
