//! Operations: initiation, warning order, legal basis, H-hour and its window, activation.
//!
//! The plan of an operation is in [`crate::plan`], who is bound to its tasks in [`crate::assignment`]; all
//! three fold into one state, because their rules need each other.

use crate::{
    Context, Event, Instant, Item, OperationCode, PartnerCode, PostCode, Prose, Reasons, Recorded,
    RefusalCode, Rejection, Role, Subject, TaskCode, Title, World,
    assignment::{self, Assignment},
    ids::{ConditionId, OperationId},
    plan::{ConditionStatus, GATE_ACTIVATION, Version},
    release::{self, HandlingCode, Marked, MarkedItem, Release, TaskLabel},
};
use imbl::{OrdMap, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum OperationCommand {
    Initiate {
        operation: OperationCode,
        title: Title,
        lead: PartnerCode,
        classification: Classification,
        handling: HandlingCode,
        releasable_to: BTreeSet<PartnerCode>,
    },
    /// Authorises planning, nothing else.
    IssueWarningOrder {
        operation: OperationCode,
        text: Option<Prose>,
    },
    RecordLegalBasis {
        operation: OperationCode,
        instruments: Vec<Title>,
    },
    /// Replaces the label of the operation, or of one item in it: the partners that may read it as a whole, the rest
    /// where it is given. Owners always read what is theirs.
    MarkReleasability {
        operation: OperationCode,
        item: Option<Marked>,
        release: Release,
    },
    SetHHour {
        operation: OperationCode,
        at: Instant,
    },
    ShiftHHour {
        operation: OperationCode,
        to: Instant,
        reason: Prose,
    },
    Activate {
        operation: OperationCode,
    },
}

impl OperationCommand {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::Initiate { operation, .. }
            | Self::IssueWarningOrder { operation, .. }
            | Self::RecordLegalBasis { operation, .. }
            | Self::MarkReleasability { operation, .. }
            | Self::SetHHour { operation, .. }
            | Self::ShiftHHour { operation, .. }
            | Self::Activate { operation } => operation,
        }
    }
}

/// How carefully something is to be handled.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Classification {
    /// Needs no protection.
    Unclassified,
    /// Disclosure would be a disadvantage.
    Restricted,
    /// Disclosure would do harm.
    Confidential,
    /// Disclosure would do serious harm.
    Secret,
}

/// What happened to an operation, its plan apart.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum OperationEvent {
    /// An operation was named, with its lead and who may read it.
    OperationInitiated {
        /// The operation.
        operation: OperationCode,
        /// What it is called.
        title: Title,
        /// The partner that leads it, and may always read it.
        lead: PartnerCode,
        /// How carefully it is to be handled.
        classification: Classification,
        /// The partners that may read it besides its lead.
        releasable_to: BTreeSet<PartnerCode>,
        /// What its readers may do with it; H0 when left out.
        #[serde(default, skip_serializing_if = "HandlingCode::is_default")]
        handling: HandlingCode,
    },
    /// Early notice was given: it authorises planning, nothing else.
    WarningOrderIssued {
        /// The operation.
        operation: OperationCode,
        /// The order; null when it was given otherwise.
        text: Option<Prose>,
    },
    /// The instruments that the operation rests on were recorded, in place of those recorded before.
    LegalBasisRecorded {
        /// The operation.
        operation: OperationCode,
        /// At least one.
        instruments: Vec<Title>,
    },
    /// The partners that may read the operation, or an item of it, were named anew; what is left out stays as it was.
    ReleasabilityMarked {
        /// The operation.
        operation: OperationCode,
        /// The partners that may read it from now on, besides its lead.
        releasable_to: BTreeSet<PartnerCode>,
        /// How carefully it is to be handled; as before when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        classification: Option<Classification>,
        /// What its readers may do with it; as before when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handling: Option<HandlingCode>,
        /// What was marked; the operation itself when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<MarkedItem>,
    },
    /// H-hour, the one reference time of an operation, was set, inside the window of the plan in force if that has one.
    HHourSet {
        /// The operation.
        operation: OperationCode,
        /// H-hour.
        at: Instant,
        /// The posts bound to tasks of the operation: their calendars now have instants.
        calendars: Vec<PostCode>,
    },
    /// H-hour was moved, inside the window of the plan in force if that has one.
    HHourShifted {
        /// The operation.
        operation: OperationCode,
        /// H-hour from now on.
        to: Instant,
        /// Why; of a fragmentary order its code, such as `FRAGO-1`: its reason is told by the order.
        reason: Prose,
        /// The posts bound to tasks of the operation, whose calendars this moves.
        calendars: Vec<PostCode>,
    },
    /// Carrying out the plan in force began.
    OperationActivated {
        /// The operation.
        operation: OperationCode,
    },
}

impl OperationEvent {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::OperationInitiated { operation, .. }
            | Self::WarningOrderIssued { operation, .. }
            | Self::LegalBasisRecorded { operation, .. }
            | Self::ReleasabilityMarked { operation, .. }
            | Self::HHourSet { operation, .. }
            | Self::HHourShifted { operation, .. }
            | Self::OperationActivated { operation } => operation,
        }
    }

    /// What a mark is on, when that is less than the operation.
    pub fn marked(&self) -> Option<&MarkedItem> {
        match self {
            Self::ReleasabilityMarked { item, .. } => item.as_ref(),
            Self::OperationInitiated { .. }
            | Self::WarningOrderIssued { .. }
            | Self::LegalBasisRecorded { .. }
            | Self::HHourSet { .. }
            | Self::HHourShifted { .. }
            | Self::OperationActivated { .. } => None,
        }
    }

    /// Posts whose calendars the event changes.
    pub fn calendars(&self) -> &[PostCode] {
        match self {
            Self::HHourSet { calendars, .. } | Self::HHourShifted { calendars, .. } => calendars,
            Self::OperationInitiated { .. }
            | Self::WarningOrderIssued { .. }
            | Self::LegalBasisRecorded { .. }
            | Self::ReleasabilityMarked { .. }
            | Self::OperationActivated { .. } => &[],
        }
    }
}

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum OperationStatus {
    Initiated,
    Planning,
    Authorised,
    Active,
    Paused,
    Closed,
    Terminated,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    pub code: OperationCode,
    pub title: Title,
    pub lead: PartnerCode,
    pub classification: Classification,
    pub handling: HandlingCode,
    pub releasable_to: BTreeSet<PartnerCode>,
    pub initiated_at: Instant,
    pub warning_order_at: Option<Instant>,
    pub warning_order: Option<Prose>,
    pub legal_basis: Vec<Title>,
    pub h_hour: Option<Instant>,
    pub activated_at: Option<Instant>,
    /// Version `n` of the plan stands at `n - 1`.
    pub versions: Vector<Arc<Version>>,
    /// Number of the version in force.
    pub in_force: Option<u32>,
    /// By number, from 1; withdrawn ones stay.
    pub assignments: OrdMap<u32, Arc<Assignment>>,
    /// Tasks that have a label of their own, in every version.
    pub task_labels: OrdMap<TaskCode, Arc<TaskLabel>>,
}

impl Operation {
    pub fn id(&self) -> OperationId {
        OperationId::of(&self.code)
    }

    /// Whether the partner may read the operation.
    pub fn is_visible_to(&self, partner: &PartnerCode) -> bool {
        self.lead == *partner || self.releasable_to.contains(partner)
    }

    pub fn status(&self) -> OperationStatus {
        if self.activated_at.is_some() {
            OperationStatus::Active
        } else if self.in_force.is_some() {
            OperationStatus::Authorised
        } else if self.warning_order_at.is_some() || !self.versions.is_empty() {
            OperationStatus::Planning
        } else {
            OperationStatus::Initiated
        }
    }

    /// Version `number` of the plan.
    pub fn version(&self, number: u32) -> Option<&Version> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        self.versions.get(index).map(Arc::as_ref)
    }

    pub fn version_in_force(&self) -> Option<&Version> {
        self.version(self.in_force?)
    }

    /// The version in force, else the one being worked on.
    pub fn current_version(&self) -> Option<&Version> {
        self.version_in_force().or_else(|| self.versions.last().map(Arc::as_ref))
    }

    /// Assignments that have not been withdrawn.
    pub fn live_assignments(&self) -> impl Iterator<Item = &Assignment> {
        self.assignments.values().map(Arc::as_ref).filter(|assignment| assignment.withdrawn_at.is_none())
    }

    pub fn assignments_of<'a>(&'a self, task: &'a TaskCode) -> impl Iterator<Item = &'a Assignment> {
        self.live_assignments().filter(move |assignment| assignment.task == *task)
    }

    pub(crate) fn evolve(state: &mut Option<Self>, recorded: &Recorded, touched: &mut Vec<Item>) {
        match &recorded.event {
            Event::Operation(event) => Self::evolve_operation(state, event, recorded, touched),
            Event::Plan(event) => {
                if let Some(operation) = state {
                    operation.evolve_plan(event, recorded, touched);
                }
            }
            Event::Assignment(event) => {
                if let Some(operation) = state {
                    operation.evolve_assignment(event, recorded, touched);
                }
            }
            Event::Coalition(_) | Event::Partner(_) | Event::Centre(_) | Event::Post(_) => {}
        }
    }

    fn evolve_operation(
        state: &mut Option<Self>,
        event: &OperationEvent,
        recorded: &Recorded,
        touched: &mut Vec<Item>,
    ) {
        let at = recorded.occurred_at;
        if let OperationEvent::OperationInitiated {
            operation,
            title,
            lead,
            classification,
            releasable_to,
            handling,
        } = event
        {
            *state = Some(Self {
                code: operation.clone(),
                title: title.clone(),
                lead: lead.clone(),
                classification: *classification,
                handling: *handling,
                releasable_to: releasable_to.clone(),
                initiated_at: at,
                warning_order_at: None,
                warning_order: None,
                legal_basis: Vec::new(),
                h_hour: None,
                activated_at: None,
                versions: Vector::new(),
                in_force: None,
                assignments: OrdMap::new(),
                task_labels: OrdMap::new(),
            });
        }
        let Some(operation) = state else { return };
        if let OperationEvent::ReleasabilityMarked { releasable_to, classification, handling, item, .. } =
            event
        {
            let releasable_to = releasable_to.clone();
            let new = Release { releasable_to, classification: *classification, handling: *handling };
            operation.evolve_release(item.as_ref(), &new, touched);
            return;
        }
        touched.push(Item::Operation(event.operation().clone()));
        match event {
            OperationEvent::OperationInitiated { .. } | OperationEvent::ReleasabilityMarked { .. } => {}
            OperationEvent::WarningOrderIssued { text, .. } => {
                operation.warning_order_at = Some(at);
                operation.warning_order.clone_from(text);
            }
            OperationEvent::LegalBasisRecorded { instruments, .. } => {
                operation.legal_basis.clone_from(instruments);
            }
            OperationEvent::HHourSet { at: h_hour, .. } | OperationEvent::HHourShifted { to: h_hour, .. } => {
                operation.h_hour = Some(*h_hour);
            }
            OperationEvent::OperationActivated { .. } => operation.activated_at = Some(at),
        }
    }

    pub(crate) fn items(&self) -> Vec<Item> {
        let mut items = vec![Item::Operation(self.code.clone())];
        for version in &self.versions {
            items.extend(version.items(&self.code));
        }
        items.extend(self.assignments.keys().map(|number| Item::Assignment(self.code.clone(), *number)));
        items.extend(self.task_labels.keys().map(|task| Item::TaskLabel(self.code.clone(), task.clone())));
        items
    }
}

/// The operation, if the actor may see it; hidden and absent answer alike. Services see operations that
/// they initiate, by their code.
pub(crate) fn find<'a>(
    world: &'a World,
    code: &OperationCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(&'a Operation, Reasons), Rejection> {
    // Named together, so that one round trip loads both.
    world.need([Subject::Coalition, Subject::Operation(code.clone())])?;
    let visible = world
        .operation(code)?
        .filter(|operation| context.actor.partner().is_none_or(|partner| operation.is_visible_to(partner)));
    match visible {
        Some(operation) => Ok((operation, reasons)),
        None => Err(reasons.not_found("operationId", "operation")),
    }
}

pub(crate) fn decide(
    world: &World,
    command: &OperationCommand,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let code = command.operation().clone();
    if let OperationCommand::Initiate { title, lead, classification, handling, releasable_to, .. } = command {
        let event = OperationEvent::OperationInitiated {
            operation: code,
            title: title.clone(),
            lead: lead.clone(),
            classification: *classification,
            releasable_to: releasable_to.clone(),
            handling: *handling,
        };
        return initiate(world, lead, releasable_to, event, context, reasons);
    }
    let (operation, mut reasons) = find(world, &code, context, reasons)?;
    match command {
        OperationCommand::Initiate { .. } => reasons.or(Vec::new()),
        OperationCommand::IssueWarningOrder { text, .. } => {
            if !context.administers() {
                context.require_of(&operation.lead, &[Role::Planner, Role::Commander])?;
            }
            reasons.check(operation.warning_order_at.is_none(), RefusalCode::AlreadyExists, "", || {
                "The warning order has been issued.".to_owned()
            });
            check_before_activation(operation, &mut reasons);
            let text = text.clone();
            reasons.or(vec![Event::Operation(OperationEvent::WarningOrderIssued { operation: code, text })])
        }
        OperationCommand::RecordLegalBasis { instruments, .. } => {
            context.require_of(&operation.lead, &[Role::Planner, Role::Commander])?;
            if operation.legal_basis == *instruments {
                return reasons.or(Vec::new());
            }
            reasons.check(!instruments.is_empty(), RefusalCode::InvalidValue, "instruments", || {
                "Name at least one instrument.".to_owned()
            });
            let instruments = instruments.clone();
            reasons.or(vec![Event::Operation(OperationEvent::LegalBasisRecorded {
                operation: code,
                instruments,
            })])
        }
        OperationCommand::MarkReleasability { item, release, .. } => {
            release::mark(world, operation, item.as_ref(), release, context, reasons)
        }
        OperationCommand::SetHHour { at, .. } => {
            context.require_of(&operation.lead, &[Role::Commander])?;
            if operation.h_hour == Some(*at) {
                return reasons.or(Vec::new());
            }
            reasons.check(operation.h_hour.is_none(), RefusalCode::WrongState, "at", || {
                "H-hour is set: shift it, with a reason.".to_owned()
            });
            check_window(operation, *at, "at", &mut reasons);
            let (calendars, retimed) = assignment::retime(world, operation, *at, "at", &mut reasons)?;
            let mut events =
                vec![Event::Operation(OperationEvent::HHourSet { operation: code, at: *at, calendars })];
            events.extend(retimed);
            reasons.or(events)
        }
        OperationCommand::ShiftHHour { to, reason, .. } => {
            context.require_of(&operation.lead, &[Role::Commander])?;
            if operation.h_hour == Some(*to) {
                return reasons.or(Vec::new());
            }
            check_shift(operation, *to, "to", &mut reasons);
            let (calendars, retimed) = assignment::retime(world, operation, *to, "to", &mut reasons)?;
            let mut events = vec![Event::Operation(OperationEvent::HHourShifted {
                operation: code,
                to: *to,
                reason: reason.clone(),
                calendars,
            })];
            events.extend(retimed);
            reasons.or(events)
        }
        OperationCommand::Activate { .. } => activate(world, operation, context, reasons),
    }
}

fn initiate(
    world: &World,
    lead: &PartnerCode,
    releasable_to: &BTreeSet<PartnerCode>,
    event: OperationEvent,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let code = event.operation();
    world.need([Subject::Coalition, Subject::Operation(code.clone())])?;
    if !context.administers() {
        context.require_of(lead, &[Role::Planner, Role::Commander])?;
    }
    reasons.check(world.operation(code)?.is_none(), RefusalCode::AlreadyExists, "code", || {
        format!("The code {code} is taken.")
    });
    let coalition = world.coalition()?;
    reasons.check(coalition.takes_tasks(lead), RefusalCode::TakesNoTasks, "leadPartner", || {
        format!("{lead} has not acceded, so it cannot lead an operation.")
    });
    release::check_partners(coalition, releasable_to, "releasableTo", &mut reasons);
    reasons.or(vec![Event::Operation(event)])
}

fn activate(
    world: &World,
    operation: &Operation,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, &[Role::Commander])?;
    if operation.activated_at.is_some() {
        return reasons.or(Vec::new());
    }
    reasons.check(operation.h_hour.is_some(), RefusalCode::HhourNotSet, "", || {
        "H-hour has not been set.".to_owned()
    });
    match operation.version_in_force() {
        Some(version) => {
            world.coalition()?.check_liaison(version.leads(), "", &mut reasons);
            check_conditions(operation, version, GATE_ACTIVATION, "", &mut reasons);
        }
        None => reasons.add(RefusalCode::PlanNotInForce, "", "No plan has been promulgated."),
    }
    reasons
        .or(vec![Event::Operation(OperationEvent::OperationActivated { operation: operation.code.clone() })])
}

fn check_before_activation(operation: &Operation, reasons: &mut Reasons) {
    reasons.check(operation.activated_at.is_none(), RefusalCode::WrongState, "", || {
        format!("{} is {}.", operation.code, operation.status())
    });
}

/// Whether H-hour can move there, as far as the operation and its plan say.
pub(crate) fn check_shift(operation: &Operation, to: Instant, field: &str, reasons: &mut Reasons) {
    reasons.check(operation.h_hour.is_some(), RefusalCode::HhourNotSet, "", || {
        "H-hour has not been set, so it cannot be shifted.".to_owned()
    });
    check_window(operation, to, field, reasons);
}

/// Domain rule 17. The window is half-open and part of the plan's content, under its hash.
fn check_window(operation: &Operation, at: Instant, field: &str, reasons: &mut Reasons) {
    let Some(version) = operation.version_in_force() else {
        reasons.add(
            RefusalCode::PlanNotInForce,
            "",
            "No plan has been promulgated, so there is no H-hour window.",
        );
        return;
    };
    let Some(window) = version.sections.h_hour_window else { return };
    reasons.check(window.contains(at), RefusalCode::HhourOutsideWindow, field, || {
        format!(
            "{} is outside the window from {} to {} (excluded): an amendment can change it.",
            at.to_rfc3339(),
            window.from.to_rfc3339(),
            window.to.to_rfc3339()
        )
    });
}

/// Domain rule 7.
pub(crate) fn check_conditions(
    operation: &Operation,
    version: &Version,
    gate: &str,
    field: &str,
    reasons: &mut Reasons,
) {
    for (decision, condition) in version.live_conditions() {
        if condition.gate.as_str() == gate && condition.status == ConditionStatus::Outstanding {
            reasons.add_about(
                RefusalCode::ConditionOutstanding,
                field,
                format!("{} of {} is outstanding: {}", condition.code, decision.partner, condition.text),
                Some(
                    ConditionId::of(decision.id(operation.id(), version.number), &condition.code).to_string(),
                ),
            );
        }
    }
}
