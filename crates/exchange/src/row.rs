//! A task as files have it.

use domain::{
    Code, PartnerCode, PhaseCode, PostCode, Span, TaskCode, Title,
    plan::{Dependency, Terms},
};
use std::collections::BTreeSet;

/// What a file says of one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub code: TaskCode,
    pub title: Title,
    pub phase: PhaseCode,
    pub line_of_effort: Option<Code>,
    /// The partner that carries it out.
    pub lead: PartnerCode,
    /// The partner on whose territory it is carried out.
    pub territory: PartnerCode,
    /// The post that the plan foresees.
    pub post: Option<PostCode>,
    /// From H-hour, negative before it; `None`: as early as what it waits for allows, as its terms say, too.
    pub offset: Option<Span>,
    /// Nothing for a milestone.
    pub duration: Span,
    /// What it waits for, each task once.
    pub predecessors: BTreeSet<Dependency>,
    pub terms: Terms,
}
