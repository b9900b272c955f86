//! The incident that a command is about, and what all its rules ask of it.

use crate::{
    Context, IncidentCode, OperationCode, PartnerCode, Reasons, RefusalCode, Rejection, Role, Subject, World,
    incident::{Incident, IncidentStanding, IncidentStatus},
    operation::Operation,
};

/// Whoever works in the field or in the centre, not those who only read or administer.
pub(super) const FIELD: &[Role] = &[Role::Planner, Role::Commander, Role::Liaison, Role::Watch];

/// Who judges incidents in the centre, and who calls others to them.
pub(super) const WATCH: &[Role] = &[Role::Watch, Role::Commander];

/// What the rules of an incident ask of.
pub(super) struct Found<'a> {
    pub operation: &'a Operation,
    pub incident: &'a Incident,
    pub standing: IncidentStanding,
}

/// The incident, if the actor may see it: its owner and those who were sent to it do, whether or not they read the
/// operation.
pub(super) fn find<'a>(
    world: &'a World,
    operation: &OperationCode,
    code: &IncidentCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(Found<'a>, Reasons), Rejection> {
    world.need([Subject::Coalition, Subject::Operation(operation.clone())])?;
    let viewer = context.actor.partner();
    let known = world.operation(operation)?.and_then(|operation| {
        let incident = operation.incidents.get(code)?;
        let reads_operation = |partner: &PartnerCode| operation.is_visible_to(partner);
        let seen = incident.label.is_seen_by(viewer, reads_operation, &operation.lead);
        seen.then_some((operation, incident.as_ref()))
    });
    match known {
        Some((operation, incident)) => {
            Ok((Found { operation, incident, standing: incident.standing() }, reasons))
        }
        None => Err(reasons.not_found("incident", "incident")),
    }
}

impl Found<'_> {
    /// Adds a reason when it was closed by then, and when a late entry puts what follows it before it was reported.
    pub(super) fn check_open(&self, context: &Context<'_>, reasons: &mut Reasons) {
        let code = &self.incident.code;
        let closed = || self.incident.standing_at(context.occurred_at).status == IncidentStatus::Closed;
        // What happened before it was closed, and is told afterwards, happened all the same.
        let open = self.standing.status != IncidentStatus::Closed || !closed();
        reasons.check(open, RefusalCode::WrongState, "incident", || format!("{code} is closed."));
        self.check_since(context, reasons);
    }

    pub(super) fn check_since(&self, context: &Context<'_>, reasons: &mut Reasons) {
        let IncidentStanding { reported_at, reopened_at, .. } = self.standing;
        let code = &self.incident.code;
        if let Some(at) = reported_at {
            context.check_since(at, &format!("{code} was reported"), reasons);
        }
        // Whatever clocks differ: what is said of a moment before it was reopened is of what was over then.
        if let Some(at) = reopened_at.filter(|at| context.occurred_at < *at) {
            let message = format!("{code} was reopened only at {}.", at.to_rfc3339());
            reasons.add(RefusalCode::InvalidValue, "occurredAt", message);
        }
    }

    /// Whose commanders and watch answer for it: its owner's and the operation's lead's.
    pub(super) fn require_answerable(&self, roles: &[Role], context: &Context<'_>) -> Result<(), Rejection> {
        context.require(roles)?;
        let (owner, lead) = (&self.incident.label.owner, &self.operation.lead);
        match context.actor.partner() {
            Some(own) if own == owner || own == lead => Ok(()),
            _ if owner == lead => Err(Rejection::Forbidden(format!("This is for {owner} to do."))),
            _ => Err(Rejection::Forbidden(format!("This is for {owner} or {lead} to do."))),
        }
    }

    pub(super) fn place(&self) -> (OperationCode, IncidentCode) {
        (self.operation.code.clone(), self.incident.code.clone())
    }
}
