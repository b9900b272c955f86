//! Reporting incidents, judging and answering them, and putting right what was said.

use crate::{
    Error,
    graph::{
        mutation::{Answer, Asked, At, Entry, results},
        node::Incident,
        priority::Priority,
        scalars::{DateTime, Duration, Position},
    },
    incident::types::IncidentKind,
    matter::release::ReleaseInput,
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Command,
    ids::{IncidentId, OperationId},
    incident::{IncidentCommand, Methane, ResponseTask},
};

#[derive(InputObject)]
struct ReportIncidentInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// What people will call it by, such as `INC-001`; unique in the operation.
    code: String,
    /// What happened, in a line.
    title: String,
    kind: IncidentKind,
    /// Where, exactly.
    place: Option<String>,
    /// Code of the partner on whose territory.
    territory: Option<String>,
    /// What is dangerous there.
    hazards: Option<String>,
    /// How to get there.
    access: Option<String>,
    /// How many persons it concerns: a count, never who.
    persons: Option<u32>,
    /// Who and what is there.
    present: Option<String>,
    /// Code of the critical information requirement of the plan that it meets.
    ccir: Option<String>,
    /// Who may read it; whoever reads the operation when it is left out.
    release: Option<ReleaseInput>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct TriageIncidentInput {
    incident_id: ID,
    priority: Priority,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct EscalateIncidentInput {
    incident_id: ID,
    /// How urgent it has become; as before when it is left out.
    priority: Option<Priority>,
    /// Code of the post that is called.
    to: Option<String>,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

/// A task that a response makes, outside of every plan version.
#[derive(InputObject)]
struct ResponseTaskInput {
    /// What people will call it by, such as `ET-01`; unique among the operation's tasks.
    code: String,
    title: String,
    /// Code of the partner that carries it out.
    lead_partner: String,
    /// Code of the partner on whose territory it is carried out: its lead.
    territory: String,
    /// Code of the post that is to do it.
    post: Option<String>,
    start: DateTime,
    duration: Duration,
}

impl ResponseTaskInput {
    fn read(&self, at: &mut At<'_>) -> Option<ResponseTask> {
        let code = at.parse("code", &self.code);
        let title = at.parse("title", &self.title);
        let lead = at.parse("leadPartner", &self.lead_partner);
        let territory = at.parse("territory", &self.territory);
        let post = at.parse_if("post", self.post.as_deref());
        let duration = at.parse("duration", &self.duration.0);
        Some(ResponseTask {
            code: code?,
            title: title?,
            lead: lead?,
            territory: territory?,
            post: post?,
            start: self.start.0,
            duration: duration?,
        })
    }
}

#[derive(InputObject)]
struct DecideResponseInput {
    incident_id: ID,
    /// The task that this makes, for a nation on its own territory.
    task: Option<ResponseTaskInput>,
    /// Why so.
    reasons: String,
    /// What the commander was looking at.
    seen_at: Position,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct DispatchResponderInput {
    incident_id: ID,
    /// Code of the post that goes.
    post: String,
    /// Code of the task of the operation that it goes for.
    task: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RecordArrivalInput {
    incident_id: ID,
    /// Code of the post that is there.
    post: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ContainIncidentInput {
    incident_id: ID,
    /// How many persons were brought to safety: a count, never who.
    persons_recovered: Option<u32>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CloseIncidentInput {
    incident_id: ID,
    /// What came of it.
    outcome: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ReopenIncidentInput {
    incident_id: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CorrectIncidentTimesInput {
    /// The claim that is wrong.
    claim_id: ID,
    /// When it happened.
    at: DateTime,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    ReportIncidentResult = ReportIncidentPayload { incident: Incident }
    TriageIncidentResult = TriageIncidentPayload { incident: Incident }
    EscalateIncidentResult = EscalateIncidentPayload { incident: Incident }
    DecideResponseResult = DecideResponsePayload { incident: Incident }
    DispatchResponderResult = DispatchResponderPayload { incident: Incident }
    RecordArrivalResult = RecordArrivalPayload { incident: Incident }
    ContainIncidentResult = ContainIncidentPayload { incident: Incident }
    CloseIncidentResult = CloseIncidentPayload { incident: Incident }
    ReopenIncidentResult = ReopenIncidentPayload { incident: Incident }
    CorrectIncidentTimesResult = CorrectIncidentTimesPayload { incident: Incident }
}

async fn carry_out<R: Answer<Subject = Incident>>(
    asked: Asked<'_>,
    command: IncidentCommand,
) -> Result<Option<R>, Error> {
    let (operation, code) = command.place();
    let id = IncidentId::of(OperationId::of(operation), code).0;
    asked.carry_out(id, Command::Incident(command)).await
}

#[derive(Default)]
pub struct IncidentMutations;

#[Object]
impl IncidentMutations {
    /// Reports that something happened which needs a response. It is your partner's from then on.
    async fn report_incident(
        &self,
        ctx: &Context<'_>,
        input: ReportIncidentInput,
    ) -> Result<Option<ReportIncidentResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let code = asked.parse("code", &input.code);
        let title = asked.parse("title", &input.title);
        let place = asked.parse_if("place", input.place.as_deref());
        let territory = asked.parse_if("territory", input.territory.as_deref());
        let hazards = asked.parse_if("hazards", input.hazards.as_deref());
        let access = asked.parse_if("access", input.access.as_deref());
        let present = asked.parse_if("present", input.present.as_deref());
        let ccir = asked.parse_if("ccir", input.ccir.as_deref());
        let release = match &input.release {
            Some(release) => release.read(&mut asked.at("release")).map(Some),
            None => Some(None),
        };
        let read = || {
            Some(Methane {
                title: title?,
                kind: input.kind.into(),
                place: place?,
                territory: territory?,
                hazards: hazards?,
                access: access?,
                persons: input.persons,
                present: present?,
                ccir: ccir?,
            })
        };
        let (Some(operation), Some(incident), Some(report), Some(release)) =
            (operation, code, read(), release)
        else {
            return asked.refuse().await;
        };
        let command = IncidentCommand::Report { operation, incident, report, release };
        carry_out(asked, command).await
    }

    /// Says how urgent an incident is. Its clocks, by the rules of the watch, run from when it was reported.
    async fn triage_incident(
        &self,
        ctx: &Context<'_>,
        input: TriageIncidentInput,
    ) -> Result<Option<TriageIncidentResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.incident("incidentId", &input.incident_id).await?;
        let Some((operation, incident)) = place else { return asked.refuse().await };
        let command = IncidentCommand::Triage { operation, incident, priority: input.priority.into() };
        carry_out(asked, command).await
    }

    /// Says that an incident has become more urgent, or calls a post to it.
    async fn escalate_incident(
        &self,
        ctx: &Context<'_>,
        input: EscalateIncidentInput,
    ) -> Result<Option<EscalateIncidentResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.incident("incidentId", &input.incident_id).await?;
        let to = asked.parse_if("to", input.to.as_deref());
        let reason = asked.reason(&input.reason);
        let (Some((operation, incident)), Some(to), Some(reason)) = (place, to, reason) else {
            return asked.refuse().await;
        };
        let command = IncidentCommand::Escalate {
            operation,
            incident,
            priority: input.priority.map(Into::into),
            to,
            reason,
        };
        carry_out(asked, command).await
    }

    /// Decides how to respond, on what `seenAt` shows, and may make a task of it, which is assigned, started and completed like those of the plan.
    async fn decide_response(
        &self,
        ctx: &Context<'_>,
        input: DecideResponseInput,
    ) -> Result<Option<DecideResponseResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.incident("incidentId", &input.incident_id).await?;
        let task = match &input.task {
            Some(task) => task.read(&mut asked.at("task")).map(Some),
            None => Some(None),
        };
        let reasons = asked.parse("reasons", &input.reasons);
        let (Some((operation, incident)), Some(task), Some(reasons)) = (place, task, reasons) else {
            return asked.refuse().await;
        };
        let command =
            IncidentCommand::DecideResponse { operation, incident, task, reasons, seen_at: input.seen_at.0 };
        carry_out(asked, command).await
    }

    /// Says that an officer was sent to an incident. Everybody sends their own.
    async fn dispatch_responder(
        &self,
        ctx: &Context<'_>,
        input: DispatchResponderInput,
    ) -> Result<Option<DispatchResponderResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.incident("incidentId", &input.incident_id).await?;
        let post = asked.parse("post", &input.post);
        let task = asked.parse_if("task", input.task.as_deref());
        let (Some((operation, incident)), Some(post), Some(task)) = (place, post, task) else {
            return asked.refuse().await;
        };
        let command = IncidentCommand::Dispatch { operation, incident, post, task };
        carry_out(asked, command).await
    }

    /// Says that an officer that was sent is on the scene.
    async fn record_arrival(
        &self,
        ctx: &Context<'_>,
        input: RecordArrivalInput,
    ) -> Result<Option<RecordArrivalResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.incident("incidentId", &input.incident_id).await?;
        let post = asked.parse("post", &input.post);
        let (Some((operation, incident)), Some(post)) = (place, post) else { return asked.refuse().await };
        let command = IncidentCommand::RecordArrival { operation, incident, post };
        carry_out(asked, command).await
    }

    /// Says that an incident grows no more, and how many persons were brought to safety.
    async fn contain_incident(
        &self,
        ctx: &Context<'_>,
        input: ContainIncidentInput,
    ) -> Result<Option<ContainIncidentResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.incident("incidentId", &input.incident_id).await?;
        let Some((operation, incident)) = place else { return asked.refuse().await };
        let command =
            IncidentCommand::Contain { operation, incident, persons_recovered: input.persons_recovered };
        carry_out(asked, command).await
    }

    /// Says that nothing more is done about an incident: its clocks stop.
    async fn close_incident(
        &self,
        ctx: &Context<'_>,
        input: CloseIncidentInput,
    ) -> Result<Option<CloseIncidentResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.incident("incidentId", &input.incident_id).await?;
        let outcome = asked.parse_if("outcome", input.outcome.as_deref());
        let (Some((operation, incident)), Some(outcome)) = (place, outcome) else {
            return asked.refuse().await;
        };
        let command = IncidentCommand::Close { operation, incident, outcome };
        carry_out(asked, command).await
    }

    /// Says that an incident was not over: its clocks run anew.
    async fn reopen_incident(
        &self,
        ctx: &Context<'_>,
        input: ReopenIncidentInput,
    ) -> Result<Option<ReopenIncidentResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.incident("incidentId", &input.incident_id).await?;
        let reason = asked.reason(&input.reason);
        let (Some((operation, incident)), Some(reason)) = (place, reason) else {
            return asked.refuse().await;
        };
        let command = IncidentCommand::Reopen { operation, incident, reason };
        carry_out(asked, command).await
    }

    /// Says that what a claim on an incident tells happened at another time. The claim stays as it is; this one takes its
    /// place.
    async fn correct_incident_times(
        &self,
        ctx: &Context<'_>,
        input: CorrectIncidentTimesInput,
    ) -> Result<Option<CorrectIncidentTimesResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.incident_claim(&input.claim_id).await?;
        let reason = asked.reason(&input.reason);
        let (Some((operation, incident, claim)), Some(reason)) = (place, reason) else {
            return asked.refuse().await;
        };
        let command = IncidentCommand::CorrectTimes { operation, incident, claim, at: input.at.0, reason };
        carry_out(asked, command).await
    }
}
