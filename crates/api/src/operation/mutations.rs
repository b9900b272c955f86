//! Initiating operations, warning orders, legal bases, H-hour, activation, pause and end; binding posts to tasks; and
//! marking items: who may read them from now on, also of their past.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Answer, Asked, Done, Entry, results},
        node::{Annex, Assignment, Item as _, Node, OfficerRequest, Operation, PlanVersion, Task},
        receipt::Receipt,
        refused::{Refusal, Refused},
        scalars::DateTime,
    },
    operation::release::{Classification, HandlingCode},
    schedule::effects::ConflictsChanged,
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject, Union};
use domain::{
    Command, OperationCode, PostCode, RefusalCode,
    assignment::AssignmentCommand,
    ids::{AnnexId, AssignmentId, OfficerRequestId, OperationId, PlanVersionId, TaskId},
    operation::OperationCommand,
    release::{Marked, Release},
};
use read_model::parse;
use std::sync::Arc;

#[derive(InputObject)]
struct InitiateOperationInput {
    /// What people will call it by, such as `SAPHAN`.
    code: String,
    title: String,
    /// Code of the partner that leads it.
    lead_partner: String,
    classification: Classification,
    #[graphql(default_with = "HandlingCode::H0")]
    handling: HandlingCode,
    /// Codes of the partners that may read it; its lead may besides.
    releasable_to: Vec<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct IssueWarningOrderInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    text: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RecordLegalBasisInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// All of them: they replace those recorded before.
    instruments: Vec<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct SetHHourInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    at: DateTime,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ShiftHHourInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    to: DateTime,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ActivateOperationInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct PauseOperationInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ResumeOperationInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CloseOperationInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct TerminateOperationInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AssignOfficerInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// Code of the post.
    post: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct WithdrawAssignmentInput {
    assignment_id: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RequestOfficerInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// Code of the post, which is one of the partner that leads the task.
    post: String,
    /// Why this one.
    reason: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AcceptRequestedOfficerInput {
    request_id: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct DeclineRequestedOfficerInput {
    request_id: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

/// Give one of `planVersionId`, `task`, `annexId` and `matterId`; or `operation` alone, to mark the operation itself.
#[derive(InputObject)]
struct MarkReleasabilityInput {
    /// Its code, such as `SAPHAN`, or its id. Beside `task`: of a task that is named by its code.
    operation: Option<ID>,
    plan_version_id: Option<ID>,
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well. Its mark holds in every
    /// version of the plan.
    task: Option<ID>,
    /// An annex of one version.
    annex_id: Option<ID>,
    /// An incident, a request, a contribution, an outcome or a SITREP.
    matter_id: Option<ID>,
    /// Codes of the partners that may read it, all of them. Those that may not read what it is in are kept, and may not
    /// read it until they do. Its owners may read it besides: the operation's lead, and the partners that carry out a
    /// task or on whose territory it lies.
    releasable_to: Vec<String>,
    /// As it was, when it is left out.
    classification: Option<Classification>,
    /// As it was, when it is left out.
    handling: Option<HandlingCode>,
    #[graphql(flatten)]
    entry: Entry,
}

/// The command was carried out.
#[derive(SimpleObject)]
pub struct MarkReleasabilityPayload {
    /// That of the item.
    operation: Option<Operation>,
    /// What was marked; null when you may not see it any more, and for a task that only a draft has beside a plan in force.
    item: Option<Result<Node, Error>>,
    receipt: Receipt,
    /// None: it was carried out.
    refusals: Vec<Refusal>,
}

#[derive(Union)]
pub enum MarkReleasabilityResult {
    Done(MarkReleasabilityPayload),
    Refused(Refused),
}

impl Answer for MarkReleasabilityResult {
    type Subject = (Option<Operation>, Option<Node>);

    fn done(subject: Result<Option<Self::Subject>, Error>, done: Done) -> Self {
        let (operation, item) = match subject {
            Ok(found) => {
                let (operation, item) = found.unwrap_or_default();
                (operation, item.map(Ok))
            }
            Err(error) => (None, Some(Err(error))),
        };
        let receipt = done.receipt;
        Self::Done(MarkReleasabilityPayload { operation, item, receipt, refusals: Vec::new() })
    }
}

results! {
    InitiateOperationResult = InitiateOperationPayload { operation: Operation }
    IssueWarningOrderResult = IssueWarningOrderPayload { operation: Operation }
    RecordLegalBasisResult = RecordLegalBasisPayload { operation: Operation }
    SetHHourResult = SetHHourPayload { operation: Operation, conflicts: ConflictsChanged }
    ShiftHHourResult = ShiftHHourPayload { operation: Operation, conflicts: ConflictsChanged }
    ActivateOperationResult = ActivateOperationPayload { operation: Operation }
    PauseOperationResult = PauseOperationPayload { operation: Operation }
    ResumeOperationResult = ResumeOperationPayload { operation: Operation }
    CloseOperationResult = CloseOperationPayload { operation: Operation }
    TerminateOperationResult = TerminateOperationPayload { operation: Operation }
    AssignOfficerResult = AssignOfficerPayload { task: Task }
    WithdrawAssignmentResult = WithdrawAssignmentPayload { assignment: Assignment }
    RequestOfficerResult = RequestOfficerPayload { request: OfficerRequest }
    AcceptRequestedOfficerResult = AcceptRequestedOfficerPayload { request: OfficerRequest }
    DeclineRequestedOfficerResult = DeclineRequestedOfficerPayload { request: OfficerRequest }
}

#[derive(Default)]
pub struct OperationMutations;

#[Object]
impl OperationMutations {
    /// Names an operation and its lead, and says who may read it.
    async fn initiate_operation(
        &self,
        ctx: &Context<'_>,
        input: InitiateOperationInput,
    ) -> Result<Option<InitiateOperationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.parse::<OperationCode>("code", &input.code);
        let title = asked.parse("title", &input.title);
        let lead = asked.parse("leadPartner", &input.lead_partner);
        let releasable_to = asked.parse_all("releasableTo", &input.releasable_to);
        let (Some(operation), Some(title), Some(lead), Some(releasable_to)) =
            (operation, title, lead, releasable_to)
        else {
            return asked.refuse().await;
        };
        let id = OperationId::of(&operation).0;
        let command = OperationCommand::Initiate {
            operation,
            title,
            lead,
            classification: input.classification.into(),
            handling: input.handling.into(),
            releasable_to,
        };
        asked.carry_out(id, Command::Operation(command)).await
    }

    /// Gives early notice; authorises planning, nothing else.
    async fn issue_warning_order(
        &self,
        ctx: &Context<'_>,
        input: IssueWarningOrderInput,
    ) -> Result<Option<IssueWarningOrderResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let text = asked.parse_if("text", input.text.as_deref());
        let (Some(operation), Some(text)) = (operation, text) else { return asked.refuse().await };
        let id = OperationId::of(&operation).0;
        asked.carry_out(id, Command::Operation(OperationCommand::IssueWarningOrder { operation, text })).await
    }

    /// Records the instruments that the operation rests on.
    async fn record_legal_basis(
        &self,
        ctx: &Context<'_>,
        input: RecordLegalBasisInput,
    ) -> Result<Option<RecordLegalBasisResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let instruments = asked.parse_all("instruments", &input.instruments);
        let (Some(operation), Some(instruments)) = (operation, instruments) else {
            return asked.refuse().await;
        };
        let id = OperationId::of(&operation).0;
        let command = OperationCommand::RecordLegalBasis { operation, instruments };
        asked.carry_out(id, Command::Operation(command)).await
    }

    /// Sets the one reference time, inside the window of the plan in force.
    async fn set_h_hour(
        &self,
        ctx: &Context<'_>,
        input: SetHHourInput,
    ) -> Result<Option<SetHHourResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let Some(operation) = operation else { return asked.refuse().await };
        let id = OperationId::of(&operation).0;
        let DateTime(at) = input.at;
        asked.carry_out(id, Command::Operation(OperationCommand::SetHHour { operation, at })).await
    }

    /// Moves H-hour inside the window of the plan in force.
    async fn shift_h_hour(
        &self,
        ctx: &Context<'_>,
        input: ShiftHHourInput,
    ) -> Result<Option<ShiftHHourResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let reason = asked.reason(&input.reason);
        let (Some(operation), Some(reason)) = (operation, reason) else { return asked.refuse().await };
        let id = OperationId::of(&operation).0;
        let DateTime(to) = input.to;
        asked.carry_out(id, Command::Operation(OperationCommand::ShiftHHour { operation, to, reason })).await
    }

    /// Starts carrying the plan in force out. What of it lies in the past by then is no refusal, and is told among the
    /// `conflicts` of the payload's operation: ask for them.
    async fn activate_operation(
        &self,
        ctx: &Context<'_>,
        input: ActivateOperationInput,
    ) -> Result<Option<ActivateOperationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let Some(operation) = operation else { return asked.refuse().await };
        let id = OperationId::of(&operation).0;
        asked.carry_out(id, Command::Operation(OperationCommand::Activate { operation })).await
    }

    /// Keeps tasks from starting until `resumeOperation`; what goes on may be ended.
    async fn pause_operation(
        &self,
        ctx: &Context<'_>,
        input: PauseOperationInput,
    ) -> Result<Option<PauseOperationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let reason = asked.reason(&input.reason);
        let (Some(operation), Some(reason)) = (operation, reason) else { return asked.refuse().await };
        let id = OperationId::of(&operation).0;
        asked.carry_out(id, Command::Operation(OperationCommand::Pause { operation, reason })).await
    }

    /// Lets tasks start again.
    async fn resume_operation(
        &self,
        ctx: &Context<'_>,
        input: ResumeOperationInput,
    ) -> Result<Option<ResumeOperationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let Some(operation) = operation else { return asked.refuse().await };
        let id = OperationId::of(&operation).0;
        asked.carry_out(id, Command::Operation(OperationCommand::Resume { operation })).await
    }

    /// Ends the operation as planned; refused while a task goes on. Nothing of it is changed any more, but late facts can be
    /// put right.
    async fn close_operation(
        &self,
        ctx: &Context<'_>,
        input: CloseOperationInput,
    ) -> Result<Option<CloseOperationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let Some(operation) = operation else { return asked.refuse().await };
        let id = OperationId::of(&operation).0;
        asked.carry_out(id, Command::Operation(OperationCommand::Close { operation })).await
    }

    /// Breaks the operation off: nothing of it is started any more, and what goes on can be ended.
    async fn terminate_operation(
        &self,
        ctx: &Context<'_>,
        input: TerminateOperationInput,
    ) -> Result<Option<TerminateOperationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let reason = asked.reason(&input.reason);
        let (Some(operation), Some(reason)) = (operation, reason) else { return asked.refuse().await };
        let id = OperationId::of(&operation).0;
        asked.carry_out(id, Command::Operation(OperationCommand::Terminate { operation, reason })).await
    }
}

#[derive(Default)]
pub struct AssignmentMutations;

#[Object]
impl AssignmentMutations {
    /// Binds a post to a task of the plan in force; refused where the post is bound elsewhere at that time. For planners and
    /// commanders of the post's partner, and of the operation's lead where the plan in force foresees the post for the task:
    /// what else is another partner's is asked for by `requestOfficer`.
    async fn assign_officer(
        &self,
        ctx: &Context<'_>,
        input: AssignOfficerInput,
    ) -> Result<Option<AssignOfficerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let post = asked.parse::<PostCode>("post", &input.post);
        let (Some((operation, task)), Some(post)) = (place, post) else { return asked.refuse().await };
        let id = TaskId::of(OperationId::of(&operation), &task).0;
        asked.carry_out(id, Command::Assignment(AssignmentCommand::Assign { operation, task, post })).await
    }

    /// Takes an assignment back. For planners and commanders of the post's partner and of the operation's lead.
    async fn withdraw_assignment(
        &self,
        ctx: &Context<'_>,
        input: WithdrawAssignmentInput,
    ) -> Result<Option<WithdrawAssignmentResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.assignment(&input.assignment_id).await?;
        let reason = asked.reason(&input.reason);
        let (Some((operation, number)), Some(reason)) = (place, reason) else {
            return asked.refuse().await;
        };
        let id = AssignmentId::of(OperationId::of(&operation), number).0;
        let command = AssignmentCommand::Withdraw { operation, number, reason };
        asked.carry_out(id, Command::Assignment(command)).await
    }

    /// Asks another partner for one of its posts, to carry a task of the plan in force out. Whether the post is free, its
    /// partner judges when it answers. For planners and commanders of every partner that takes tasks and may read the task.
    async fn request_officer(
        &self,
        ctx: &Context<'_>,
        input: RequestOfficerInput,
    ) -> Result<Option<RequestOfficerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let post = asked.parse::<PostCode>("post", &input.post);
        let reason = asked.parse_if("reason", input.reason.as_deref());
        let (Some((operation, task)), Some(post), Some(reason)) = (place, post, reason) else {
            return asked.refuse().await;
        };
        let by = asked.session.actor.partner().map(ToString::to_string).unwrap_or_default();
        let (id, wanted) = (OperationId::of(&operation).0, (task.to_string(), post.to_string(), by));
        let command = AssignmentCommand::Request { operation, task, post, reason };
        // The newest of those that ask for just this: the one that was made, or was there already.
        let find = |world: Arc<World>| async move {
            let rows = world.loaders.officer_requests_of.children(id).await?;
            let newest = rows
                .iter()
                .rev()
                .find(|row| (&row.task, &row.post, &row.partner) == (&wanted.0, &wanted.1, &wanted.2));
            Ok(newest.map(|row| OfficerRequest::new(&world, Arc::clone(row))))
        };
        asked.carry_out_and(Command::Assignment(command), find).await
    }

    /// Gives the post that was asked for: binds it to the task, unless it is bound elsewhere at that time. For planners and
    /// commanders of the post's partner.
    async fn accept_requested_officer(
        &self,
        ctx: &Context<'_>,
        input: AcceptRequestedOfficerInput,
    ) -> Result<Option<AcceptRequestedOfficerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let Some((operation, number)) = asked.officer_request(&input.request_id).await? else {
            return asked.refuse().await;
        };
        let id = OfficerRequestId::of(OperationId::of(&operation), number).0;
        let command = AssignmentCommand::AcceptRequested { operation, number };
        asked.carry_out(id, Command::Assignment(command)).await
    }

    /// Says why the post that was asked for is not given. For planners and commanders of the post's partner.
    async fn decline_requested_officer(
        &self,
        ctx: &Context<'_>,
        input: DeclineRequestedOfficerInput,
    ) -> Result<Option<DeclineRequestedOfficerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.officer_request(&input.request_id).await?;
        let reason = asked.reason(&input.reason);
        let (Some((operation, number)), Some(reason)) = (place, reason) else {
            return asked.refuse().await;
        };
        let id = OfficerRequestId::of(OperationId::of(&operation), number).0;
        let command = AssignmentCommand::DeclineRequested { operation, number, reason };
        asked.carry_out(id, Command::Assignment(command)).await
    }
}

/// The item's operation, and what in it is marked: `None` for the operation itself.
type Place = (OperationCode, Option<Marked>);

impl MarkReleasabilityInput {
    /// The one item named; `None` where none is, or several are, which is then among the reasons.
    async fn item(&self, asked: &mut Asked<'_>) -> Result<Option<Place>, Error> {
        let Self { operation, plan_version_id, task, annex_id, matter_id, .. } = self;
        match (operation, plan_version_id, task, annex_id, matter_id) {
            (Some(id), None, None, None, None) => {
                Ok(asked.operation(id).await?.map(|operation| (operation, None)))
            }
            (None, Some(id), None, None, None) => {
                let version = asked.version(id).await?;
                Ok(version.map(|(operation, number)| (operation, Some(Marked::PlanVersion { number }))))
            }
            (operation, None, Some(id), None, None) => {
                let place = asked.task(id, operation.as_ref()).await?;
                Ok(place.map(|(operation, task)| (operation, Some(Marked::Task { task }))))
            }
            (None, None, None, Some(id), None) => annex(asked, id).await,
            (None, None, None, None, Some(id)) => {
                let place = asked.matter(id).await?;
                Ok(place.map(|(operation, matter)| (operation, Some(Marked::Matter(matter)))))
            }
            _ => {
                let message = "Name what is marked: by `planVersionId`, `task`, `annexId` or `matterId`, or the operation by `operation`.";
                asked.reasons.add(RefusalCode::InvalidValue, "", message);
                Ok(None)
            }
        }
    }
}

async fn annex(asked: &mut Asked<'_>, id: &ID) -> Result<Option<Place>, Error> {
    let Some(annex) = asked.find::<Annex>("annexId", id).await? else { return Ok(None) };
    let version: PlanVersion = asked.world.get(annex.row.version_id).await?;
    let operation = asked.code_of(version.row.operation_id).await?;
    let number = version.row.number.cast_unsigned();
    Ok(Some((operation, Some(Marked::Annex { number, annex: parse(&annex.row.code)? }))))
}

#[derive(Default)]
pub struct ReleaseMutations;

#[Object]
impl ReleaseMutations {
    /// Says who may read an operation, a plan version, a task, an annex, an incident, a request, a contribution, an outcome or a
    /// SITREP, and how carefully. Narrowing works backwards, widening does not open earlier states; what a partner has decided on
    /// stays readable to it, and a SITREP is shown to nobody for whom it was not counted. For commanders of its owner.
    async fn mark_releasability(
        &self,
        ctx: &Context<'_>,
        mut input: MarkReleasabilityInput,
    ) -> Result<Option<MarkReleasabilityResult>, Error> {
        let mut asked = Asked::new(ctx, std::mem::take(&mut input.entry))?;
        let place = input.item(&mut asked).await?;
        let releasable_to = asked.parse_all("releasableTo", &input.releasable_to);
        let (Some((operation, item)), Some(releasable_to)) = (place, releasable_to) else {
            return asked.refuse().await;
        };
        let operation_id = OperationId::of(&operation).0;
        let release = Release {
            releasable_to,
            classification: input.classification.map(Into::into),
            handling: input.handling.map(Into::into),
        };
        let marked = item.clone();
        let command = OperationCommand::MarkReleasability { operation, item, release };
        let find = |world: Arc<World>| async move {
            let of = OperationId(operation_id);
            let item = match marked {
                None => world.find::<Operation>(operation_id).await?.map(Node::from),
                Some(Marked::PlanVersion { number }) => {
                    world.find::<PlanVersion>(PlanVersionId::of(of, number).0).await?.map(Node::from)
                }
                Some(Marked::Task { task }) => {
                    world.find::<Task>(TaskId::of(of, &task).0).await?.map(Node::from)
                }
                Some(Marked::Annex { number, annex }) => {
                    let id = AnnexId::of(PlanVersionId::of(of, number), &annex);
                    world.find::<Annex>(id.0).await?.map(Node::from)
                }
                Some(Marked::Matter(matter)) => world.matter(matter.id(of)).await?.map(Node::from),
            };
            Ok(Some((world.find::<Operation>(operation_id).await?, item)))
        };
        asked.carry_out_and(Command::Operation(command), find).await
    }
}
