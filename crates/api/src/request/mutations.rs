//! Asking other partners for information and assistance, and answering.

use crate::{
    Error,
    graph::{
        mutation::{Answer, Asked, Entry, results},
        node::Request,
        priority::Priority,
        scalars::DateTime,
    },
    matter::release::ReleaseInput,
    request::types::{RequestChannel, RequestKind},
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Command,
    ids::{OperationId, RequestId},
    release::Release,
    request::{NewRequest, RequestCommand},
};

#[derive(InputObject)]
struct IssueRequestInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// What people will call it by, such as `RFA-001`; unique in the operation.
    code: String,
    kind: RequestKind,
    /// By which way it goes.
    #[graphql(default_with = "RequestChannel::Police")]
    channel: RequestChannel,
    priority: Priority,
    /// Code of the partner that is asked.
    to: String,
    /// The incident that it is about.
    incident_id: Option<ID>,
    /// What is asked, in words.
    text: String,
    /// Until when it is to be fulfilled.
    due: Option<DateTime>,
    /// Who may read it besides both partners and the operation's lead; nobody when it is left out.
    release: Option<ReleaseInput>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AcknowledgeRequestInput {
    request_id: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AcceptRequestInput {
    request_id: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct DeclineRequestInput {
    request_id: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct FulfilRequestInput {
    request_id: ID,
    /// The answer, in words.
    answer: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct EscalateRequestInput {
    request_id: ID,
    /// How urgent it has become; as before when it is left out.
    priority: Option<Priority>,
    /// Code of the post that is called.
    to: Option<String>,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct WithdrawRequestInput {
    request_id: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CorrectRequestTimesInput {
    /// The claim that is wrong.
    claim_id: ID,
    /// When it happened.
    at: DateTime,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    IssueRequestResult = IssueRequestPayload { request: Request }
    AcknowledgeRequestResult = AcknowledgeRequestPayload { request: Request }
    AcceptRequestResult = AcceptRequestPayload { request: Request }
    DeclineRequestResult = DeclineRequestPayload { request: Request }
    FulfilRequestResult = FulfilRequestPayload { request: Request }
    EscalateRequestResult = EscalateRequestPayload { request: Request }
    WithdrawRequestResult = WithdrawRequestPayload { request: Request }
    CorrectRequestTimesResult = CorrectRequestTimesPayload { request: Request }
}

async fn carry_out<R: Answer<Subject = Request>>(
    asked: Asked<'_>,
    command: RequestCommand,
) -> Result<Option<R>, Error> {
    let (operation, code) = command.place();
    let id = RequestId::of(OperationId::of(operation), code).0;
    asked.carry_out(id, Command::Request(command)).await
}

#[derive(Default)]
pub struct RequestMutations;

#[Object]
impl RequestMutations {
    /// Asks another partner for information or for assistance, in your partner's name. It must be acknowledged in the time
    /// that the rules of the watch give, by the police channel.
    async fn issue_request(
        &self,
        ctx: &Context<'_>,
        input: IssueRequestInput,
    ) -> Result<Option<IssueRequestResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let code = asked.parse("code", &input.code);
        let to = asked.parse("to", &input.to);
        let text = asked.parse("text", &input.text);
        let incident = match &input.incident_id {
            Some(id) => asked.incident("incidentId", id).await?.map(Some),
            None => Some(None),
        };
        let release = match &input.release {
            Some(release) => release.read(&mut asked.at("release")),
            None => Some(Release::default()),
        };
        let (Some(operation), Some(request), Some(to), Some(text), Some(incident), Some(release)) =
            (operation, code, to, text, incident, release)
        else {
            return asked.refuse().await;
        };
        // An incident of another operation is none of this one.
        let incident = match incident {
            Some((of, incident)) if of == operation => Some(incident),
            Some(_) => {
                asked.miss::<crate::graph::node::Incident>("incidentId");
                return asked.refuse().await;
            }
            None => None,
        };
        let ask = NewRequest {
            kind: input.kind.into(),
            channel: input.channel.into(),
            priority: input.priority.into(),
            to,
            incident,
            text,
            due: input.due.map(|DateTime(at)| at),
            release,
        };
        let command = RequestCommand::Issue { operation, request, ask: Box::new(ask) };
        carry_out(asked, command).await
    }

    /// Says that a request has come.
    async fn acknowledge_request(
        &self,
        ctx: &Context<'_>,
        input: AcknowledgeRequestInput,
    ) -> Result<Option<AcknowledgeRequestResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.request("requestId", &input.request_id).await?;
        let Some((operation, request)) = place else { return asked.refuse().await };
        let command = RequestCommand::Acknowledge { operation, request };
        carry_out(asked, command).await
    }

    /// Says that your partner will do what it was asked for.
    async fn accept_request(
        &self,
        ctx: &Context<'_>,
        input: AcceptRequestInput,
    ) -> Result<Option<AcceptRequestResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.request("requestId", &input.request_id).await?;
        let Some((operation, request)) = place else { return asked.refuse().await };
        let command = RequestCommand::Accept { operation, request };
        carry_out(asked, command).await
    }

    /// Says why your partner will not do what it was asked for.
    async fn decline_request(
        &self,
        ctx: &Context<'_>,
        input: DeclineRequestInput,
    ) -> Result<Option<DeclineRequestResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.request("requestId", &input.request_id).await?;
        let reason = asked.reason(&input.reason);
        let (Some((operation, request)), Some(reason)) = (place, reason) else { return asked.refuse().await };
        let command = RequestCommand::Decline { operation, request, reason };
        carry_out(asked, command).await
    }

    /// Says that your partner has done what it was asked for, and may give the answer.
    async fn fulfil_request(
        &self,
        ctx: &Context<'_>,
        input: FulfilRequestInput,
    ) -> Result<Option<FulfilRequestResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.request("requestId", &input.request_id).await?;
        let answer = asked.parse_if("answer", input.answer.as_deref());
        let (Some((operation, request)), Some(answer)) = (place, answer) else { return asked.refuse().await };
        let command = RequestCommand::Fulfil { operation, request, answer };
        carry_out(asked, command).await
    }

    /// Says that a request of your partner has become more urgent, or calls a post to it.
    async fn escalate_request(
        &self,
        ctx: &Context<'_>,
        input: EscalateRequestInput,
    ) -> Result<Option<EscalateRequestResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.request("requestId", &input.request_id).await?;
        let to = asked.parse_if("to", input.to.as_deref());
        let reason = asked.reason(&input.reason);
        let (Some((operation, request)), Some(to), Some(reason)) = (place, to, reason) else {
            return asked.refuse().await;
        };
        let command = RequestCommand::Escalate {
            operation,
            request,
            priority: input.priority.map(Into::into),
            to,
            reason,
        };
        carry_out(asked, command).await
    }

    /// Takes a request of your partner back.
    async fn withdraw_request(
        &self,
        ctx: &Context<'_>,
        input: WithdrawRequestInput,
    ) -> Result<Option<WithdrawRequestResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.request("requestId", &input.request_id).await?;
        let reason = asked.reason(&input.reason);
        let (Some((operation, request)), Some(reason)) = (place, reason) else { return asked.refuse().await };
        let command = RequestCommand::Withdraw { operation, request, reason };
        carry_out(asked, command).await
    }

    /// Says that what a claim on a request tells happened at another time. The claim stays as it is; this one takes its
    /// place.
    async fn correct_request_times(
        &self,
        ctx: &Context<'_>,
        input: CorrectRequestTimesInput,
    ) -> Result<Option<CorrectRequestTimesResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.request_claim(&input.claim_id).await?;
        let reason = asked.reason(&input.reason);
        let (Some((operation, request, claim)), Some(reason)) = (place, reason) else {
            return asked.refuse().await;
        };
        let command = RequestCommand::CorrectTimes { operation, request, claim, at: input.at.0, reason };
        carry_out(asked, command).await
    }
}
