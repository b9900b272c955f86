//! Which commands an event comes from, and who may send them.
//!
//! What is said here is for people; a test holds every command of every story against it.

use crate::{
    Actor, Event, Role,
    assignment::AssignmentEvent,
    centre::CentreEvent,
    coalition::{CoalitionEvent, PartnerEvent, PostEvent},
    operation::OperationEvent,
    plan::PlanEvent,
};

/// A command from which an event follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Source {
    /// The subject and the name of the command.
    pub command: (&'static str, &'static str),
    /// The mutation that sends it; none where only an import does, so far.
    pub mutation: Option<&'static str>,
    pub sender: Sender,
}

/// Who may send a command.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sender {
    /// A post needs one of these roles. None: no post may.
    pub roles: &'static [Role],
    /// Of which partner the post is to be, as it stands after the roles.
    pub of: &'static str,
    /// Whether an administering service may too.
    pub service: bool,
}

impl Sender {
    /// Whether the actor may, as far as its roles say: of which partner it is, is not looked at.
    pub fn allows(&self, actor: &Actor) -> bool {
        match actor {
            Actor::Post { roles, .. } => self.roles.iter().any(|role| roles.contains(role)),
            Actor::Service { roles, .. } => self.service && roles.contains(&Role::Admin),
        }
    }
}

const fn by(roles: &'static [Role], of: &'static str) -> Sender {
    Sender { roles, of, service: false }
}

const fn or_service(sender: Sender) -> Sender {
    Sender { service: true, ..sender }
}

const COMMANDER: &[Role] = &[Role::Commander];
const PLANNER: &[Role] = &[Role::Planner];
const STAFF: &[Role] = &[Role::Planner, Role::Commander];
const SPEAKER: &[Role] = &[Role::Liaison, Role::Commander];

const LEAD: &str = "the operation's lead";

const SERVICE: Sender = or_service(by(&[], ""));
const HOST: Sender = or_service(by(SPEAKER, "the host"));
const HOST_STAFF: Sender = or_service(by(STAFF, "the host"));
const OWN_POSTS: Sender = or_service(by(SPEAKER, "the post's partner"));
const LEAD_STAFF: Sender = by(STAFF, LEAD);
const LEAD_COMMANDER: Sender = by(COMMANDER, LEAD);
const DRAFTER: Sender = by(PLANNER, "any partner that takes tasks and may read the operation");
const APPROVER: Sender = by(COMMANDER, "a partner whose role the approval policy names");
const TERRITORY: Sender = by(COMMANDER, "a partner with tasks on its territory");
const ASSIGNER: Sender = by(STAFF, "the post's partner or the operation's lead");

fn mutation(subject: &'static str, name: &'static str, mutation: &'static str, sender: Sender) -> Source {
    Source { command: (subject, name), mutation: Some(mutation), sender }
}

fn import(subject: &'static str, name: &'static str, sender: Sender) -> Source {
    Source { command: (subject, name), mutation: None, sender }
}

fn submit() -> Source {
    mutation("Plan", "Submit", "submitPlan", LEAD_STAFF)
}

fn promulgate() -> Source {
    mutation("Plan", "Promulgate", "promulgatePlan", LEAD_COMMANDER)
}

fn order() -> Source {
    mutation("Plan", "IssueFragmentaryOrder", "issueFragmentaryOrder", LEAD_COMMANDER)
}

fn set_h_hour() -> Source {
    mutation("Operation", "SetHHour", "setHHour", LEAD_COMMANDER)
}

fn shift_h_hour() -> Source {
    mutation("Operation", "ShiftHHour", "shiftHHour", LEAD_COMMANDER)
}

fn import_tasks() -> Source {
    mutation("Plan", "ImportTasks", "importTasks", DRAFTER)
}

/// The commands from which the event may follow.
pub fn sources(event: &Event) -> Vec<Source> {
    match event {
        Event::Coalition(CoalitionEvent::ExerciseDeclared { .. }) => {
            vec![import("Coalition", "DeclareExercise", SERVICE)]
        }
        Event::Partner(event) => of_partner(event),
        Event::Centre(event) => of_centre(event),
        Event::Post(event) => of_post(event),
        Event::Operation(event) => of_operation(event),
        Event::Plan(event) => of_plan(event),
        Event::Assignment(event) => of_assignment(event),
    }
}

fn of_partner(event: &PartnerEvent) -> Vec<Source> {
    const LEAVER: Sender = or_service(by(SPEAKER, "the host, or a commander of the partner itself"));
    const NAMER: Sender = or_service(by(SPEAKER, "the host, or the partner itself"));
    match event {
        PartnerEvent::PartnerInvited { .. } => vec![mutation("Partner", "Invite", "invitePartner", HOST)],
        PartnerEvent::InvitationAcknowledged { .. } => vec![import("Partner", "AcknowledgeInvitation", HOST)],
        PartnerEvent::InvitationDeferred { .. } => vec![import("Partner", "DeferInvitation", HOST)],
        PartnerEvent::InvitationDeclined { .. } => vec![import("Partner", "DeclineInvitation", HOST)],
        PartnerEvent::PartnerAcceded { .. } => vec![mutation("Partner", "Accede", "accedePartner", HOST)],
        PartnerEvent::ObserverAdmitted { .. } => {
            vec![mutation("Partner", "AdmitObserver", "admitObserver", HOST)]
        }
        PartnerEvent::PartnerRoleChanged { .. } => vec![import("Partner", "ChangeRole", HOST)],
        PartnerEvent::PartnerSuspended { .. } => vec![import("Partner", "Suspend", HOST)],
        PartnerEvent::PartnerWithdrew { .. } => vec![import("Partner", "Withdraw", LEAVER)],
        PartnerEvent::PartnerNamed { .. } => vec![mutation("Partner", "Name", "namePartner", NAMER)],
    }
}

fn of_centre(event: &CentreEvent) -> Vec<Source> {
    match event {
        CentreEvent::CentreProposed { .. } => {
            vec![mutation("Centre", "Propose", "proposeCentre", HOST_STAFF)]
        }
        CentreEvent::SiteOptionAssessed { .. } => {
            vec![mutation("Centre", "Assess", "assessSite", HOST_STAFF)]
        }
        CentreEvent::SiteSelected { .. } => vec![mutation("Centre", "Select", "selectSite", HOST_STAFF)],
        CentreEvent::CentreEstablished { .. } => {
            vec![mutation("Centre", "Establish", "establishCentre", HOST_STAFF)]
        }
        CentreEvent::CentreActivated { .. } => {
            vec![mutation("Centre", "Activate", "activateCentre", HOST_STAFF)]
        }
        CentreEvent::ForwardPostOpened { .. } => vec![import("Centre", "OpenForwardPost", HOST_STAFF)],
        CentreEvent::CentreStoodDown { .. } => vec![import("Centre", "StandDown", HOST_STAFF)],
        CentreEvent::CentreNamed { .. } => vec![mutation("Centre", "Name", "nameCentre", HOST_STAFF)],
    }
}

fn of_post(event: &PostEvent) -> Vec<Source> {
    match event {
        PostEvent::PostEstablished { .. } => vec![mutation("Post", "Establish", "establishPost", OWN_POSTS)],
        PostEvent::OfficerNominated { .. } => {
            vec![mutation("Post", "Nominate", "nominateOfficer", OWN_POSTS)]
        }
        PostEvent::NominationAccepted { .. } => {
            vec![mutation("Post", "AcceptNomination", "acceptNomination", OWN_POSTS)]
        }
        PostEvent::NominationDeclined { .. } => vec![import("Post", "DeclineNomination", OWN_POSTS)],
        PostEvent::OfficerTookPost { .. } => vec![mutation("Post", "TakePost", "takePost", OWN_POSTS)],
        PostEvent::ActingCoverAppointed { .. } => vec![import("Post", "AppointActing", OWN_POSTS)],
        PostEvent::OfficerRelieved { .. } => vec![mutation("Post", "Relieve", "relieveOfficer", OWN_POSTS)],
        PostEvent::PostNamed { .. } => vec![mutation("Post", "Name", "namePost", OWN_POSTS)],
    }
}

fn of_operation(event: &OperationEvent) -> Vec<Source> {
    const FOUNDER: Sender = or_service(LEAD_STAFF);
    const OWNER: Sender = by(COMMANDER, "the owner of what is marked");
    match event {
        OperationEvent::OperationInitiated { .. } => {
            vec![mutation("Operation", "Initiate", "initiateOperation", FOUNDER)]
        }
        OperationEvent::WarningOrderIssued { .. } => {
            vec![mutation("Operation", "IssueWarningOrder", "issueWarningOrder", FOUNDER)]
        }
        OperationEvent::LegalBasisRecorded { .. } => {
            vec![mutation("Operation", "RecordLegalBasis", "recordLegalBasis", LEAD_STAFF)]
        }
        OperationEvent::ReleasabilityMarked { .. } => {
            vec![mutation("Operation", "MarkReleasability", "markReleasability", OWNER)]
        }
        OperationEvent::HHourSet { .. } => {
            vec![set_h_hour()]
        }
        OperationEvent::HHourShifted { .. } => {
            vec![shift_h_hour(), order()]
        }
        OperationEvent::OperationActivated { .. } => {
            vec![mutation("Operation", "Activate", "activateOperation", LEAD_COMMANDER)]
        }
    }
}

fn of_plan(event: &PlanEvent) -> Vec<Source> {
    const REFUSER: Sender = by(COMMANDER, "a partner without a vote and with tasks on its territory");
    const DECIDER: Sender = by(COMMANDER, "the partner that had decided");
    const SETTLER: Sender = by(SPEAKER, "the condition's author or the operation's lead");
    const AUTHOR: Sender = by(COMMANDER, "the condition's author");
    match event {
        PlanEvent::PlanDrafted { .. } => vec![mutation("Plan", "Draft", "draftPlan", DRAFTER)],
        PlanEvent::PlanSectionRevised { .. } => {
            let revised = mutation("Plan", "ReviseSection", "revisePlanSection", DRAFTER);
            vec![revised, mutation("Plan", "Draft", "draftPlan", DRAFTER), import_tasks()]
        }
        PlanEvent::PhaseAdded { .. } => vec![mutation("Plan", "AddPhase", "addPhase", DRAFTER)],
        PlanEvent::TaskAddedToPlan { .. } => {
            vec![mutation("Plan", "AddTask", "addTask", DRAFTER), import_tasks()]
        }
        PlanEvent::TaskRevised { .. } => {
            vec![mutation("Plan", "ReviseTask", "reviseTask", DRAFTER), import_tasks(), submit()]
        }
        PlanEvent::TaskTermsSet { .. } => {
            let set = mutation("Plan", "SetTaskTerms", "setTaskTerms", DRAFTER);
            let revise = mutation("Plan", "ReviseTask", "reviseTask", DRAFTER);
            vec![set, mutation("Plan", "AddTask", "addTask", DRAFTER), revise, import_tasks()]
        }
        PlanEvent::TaskRemovedFromPlan { .. } => {
            vec![mutation("Plan", "RemoveTask", "removeTask", DRAFTER), import_tasks()]
        }
        PlanEvent::DependencyAdded { .. } => {
            vec![mutation("Plan", "AddDependency", "addDependency", DRAFTER), import_tasks()]
        }
        PlanEvent::DependencyRemoved { .. } => {
            vec![mutation("Plan", "RemoveDependency", "removeDependency", DRAFTER), import_tasks()]
        }
        PlanEvent::RiskRecorded { .. } => vec![mutation("Plan", "RecordRisk", "recordRisk", DRAFTER)],
        PlanEvent::AnnexAttached { .. } => vec![mutation("Plan", "AttachAnnex", "attachAnnex", DRAFTER)],
        PlanEvent::PlanVersionSubmitted { .. } => vec![submit()],
        PlanEvent::PlanVersionSuperseded { .. } => vec![submit(), promulgate()],
        PlanEvent::PlanVersionRecalled { .. } => vec![mutation("Plan", "Recall", "recallPlan", LEAD_STAFF)],
        PlanEvent::PlanVersionApproved { .. } | PlanEvent::PlanVersionApprovedWithConditions { .. } => {
            vec![mutation("Plan", "Approve", "approvePlan", APPROVER)]
        }
        PlanEvent::PlanVersionRejected { .. } => vec![mutation("Plan", "Reject", "rejectPlan", APPROVER)],
        PlanEvent::TerritorialConsentGiven { .. } => {
            vec![mutation("Plan", "Consent", "consentToPlan", TERRITORY)]
        }
        PlanEvent::TerritorialConsentRefused { .. } => {
            vec![mutation("Plan", "Reject", "rejectPlan", REFUSER)]
        }
        PlanEvent::ApprovalRevoked { .. } => vec![mutation("Plan", "Revoke", "revokeDecision", DECIDER)],
        PlanEvent::ApprovalConditionSatisfied { .. } => {
            vec![mutation("Plan", "SatisfyCondition", "satisfyCondition", SETTLER)]
        }
        PlanEvent::ApprovalConditionWaived { .. } => {
            vec![mutation("Plan", "WaiveCondition", "waiveCondition", AUTHOR)]
        }
        PlanEvent::AmendmentOpened { .. } => {
            vec![mutation("Plan", "OpenAmendment", "openAmendment", LEAD_STAFF)]
        }
        PlanEvent::PlanPromulgated { .. } => vec![promulgate()],
        PlanEvent::FragmentaryOrderIssued { .. } => vec![order()],
    }
}

fn of_assignment(event: &AssignmentEvent) -> Vec<Source> {
    match event {
        AssignmentEvent::OfficerAssigned { .. } => {
            vec![mutation("Assignment", "Assign", "assignOfficer", ASSIGNER), order()]
        }
        AssignmentEvent::AssignmentRetimed { .. } => {
            vec![promulgate(), set_h_hour(), shift_h_hour(), order()]
        }
        AssignmentEvent::AssignmentWithdrawn { .. } => {
            vec![mutation("Assignment", "Withdraw", "withdrawAssignment", ASSIGNER), promulgate(), order()]
        }
    }
}
