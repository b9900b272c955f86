//! Plans: drafting, submission, decisions of nations on one exact content, amendment, promulgation,
//! fragmentary orders.

mod approval;
mod calendar;
mod ccir;
mod check;
mod command;
mod content;
mod decide;
mod decision;
mod dependency;
mod difference;
mod drafting;
mod event;
mod examples;
mod frago;
mod importing;
mod outstanding;
mod sections;
mod sources;
mod state;
mod task;
mod terms;

pub(crate) use approval::deciders;
pub use calendar::{
    CalendarOf, DayTime, HOLIDAY_YEARS, Holiday, InvalidDayTime, MOST_CALENDARS, MOST_DAYS_OFF,
    MOST_HOLIDAYS, MOST_STRETCHES, Weekday, WorkCalendar, WorkingHours,
};
pub use ccir::{Met, met_by};
pub use command::{ImportedTask, Named, NewOfficer, OrderedChange, PlanCommand};
pub use content::{Annex, Content, ContentPart, NewCondition};
pub use decision::{
    Condition, ConditionStatus, Confirmation, Contest, Decision, DecisionKind, Proposal, Revoked, Withheld,
};
pub use dependency::{Dependency, DependencyKind, InvalidDependency};
pub use difference::{Contents, Difference, DifferenceKind};
pub use event::{Given, PlanEvent};
pub use importing::{MOST_IMPORTED, stop_looking};
pub use outstanding::{Electorate, Outstanding, outstanding, unsettled};
pub use sections::{
    ApprovalPolicy, Ccir, CommandRelationship, CommandRelationshipKind, DecisionPoint, Intent, LineOfEffort,
    Objective, Paragraph, Phase, Risk, Section, Sections, TimeWindow, View, Withdrawal,
};
pub use state::{FragmentaryOrder, Plan, SaltedAnnex, Version, VersionStatus, Withdrawn};
pub use task::{ContentTask, PlannedTask, TaskRevision, territories};
pub use terms::{StartConstraint, Term, Terms};

/// Gate of conditions that block promulgation.
pub const GATE_PROMULGATION: &str = "PROMULGATION";
/// Gate of conditions that block activation.
pub const GATE_ACTIVATION: &str = "ACTIVATION";

/// The gates that a version has to pass to come into force: where its operation is active, it is carried out
/// from its promulgation on.
pub const fn gates_of_promulgation(active: bool) -> &'static [&'static str] {
    if active { &[GATE_PROMULGATION, GATE_ACTIVATION] } else { &[GATE_PROMULGATION] }
}
