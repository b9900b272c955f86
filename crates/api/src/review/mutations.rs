//! Writing in a review, acting on what it found, and adopting it.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Asked, Entry, results},
        node::{Finding, Observation, Review},
        scalars::{DateTime, Position},
    },
    review::{asked::EvidenceInput, finding::FindingKind, types::ReviewQuestion},
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Command, OperationCode, PostCode, Prose,
    ids::OperationId,
    review::{FindingCode, FindingId, NewFinding, Remedy, ReviewCommand, ReviewId},
};
use read_model::Page;
use std::sync::Arc;

#[derive(InputObject)]
struct OpenReviewInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AnswerQuestionInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    question: ReviewQuestion,
    answer: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RecordObservationInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    text: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RecordFindingInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// What people will call it by, such as `F1`; unique in the operation.
    code: String,
    kind: FindingKind,
    /// What was seen.
    observation: String,
    /// What led to it.
    discussion: Option<String>,
    /// What it comes to: the cause.
    conclusion: Option<String>,
    /// What is to be done: the remedy.
    recommendation: Option<String>,
    /// Code of the post that answers for what becomes of it. Its partner must read the operation.
    owner: Option<String>,
    /// Until when: after now.
    due: Option<DateTime>,
    /// What proves it: from 1 to 100 pieces.
    evidence: Vec<EvidenceInput>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct MakeRecommendationInput {
    finding_id: ID,
    /// What it comes to: the cause.
    conclusion: String,
    /// What is to be done: the remedy.
    recommendation: String,
    /// Code of the post that answers for what becomes of it; as before when it is left out.
    owner: Option<String>,
    /// Until when: after now; as before when it is left out.
    due: Option<DateTime>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct LinkEvidenceInput {
    finding_id: ID,
    /// What proves it: at least one piece. A finding has at most 100.
    evidence: Vec<EvidenceInput>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AssignActionInput {
    finding_id: ID,
    /// Code of the post that has to act. Its partner must read the operation.
    post: String,
    /// Until when: after now.
    due: DateTime,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CompleteActionInput {
    finding_id: ID,
    /// What was done.
    note: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ValidateLessonInput {
    finding_id: ID,
    /// Whether the change does what it was made for.
    accepted: bool,
    /// What was seen of it.
    note: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AdoptReviewInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// What the officer was looking at: not before anything of it was written.
    seen_at: Position,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    OpenReviewResult = OpenReviewPayload { review: Review }
    AnswerQuestionResult = AnswerQuestionPayload { review: Review }
    RecordObservationResult = RecordObservationPayload { observation: Observation }
    RecordFindingResult = RecordFindingPayload { finding: Finding }
    MakeRecommendationResult = MakeRecommendationPayload { finding: Finding }
    LinkEvidenceResult = LinkEvidencePayload { finding: Finding }
    AssignActionResult = AssignActionPayload { finding: Finding }
    CompleteActionResult = CompleteActionPayload { finding: Finding }
    ValidateLessonResult = ValidateLessonPayload { finding: Finding }
    AdoptReviewResult = AdoptReviewPayload { review: Review }
}

fn finding_id(operation: &OperationCode, code: &FindingCode) -> uuid::Uuid {
    FindingId::of(OperationId::of(operation), code).0
}

#[derive(Default)]
pub struct ReviewMutations;

#[Object]
impl ReviewMutations {
    /// Begins the review of an operation that is carried out, or has ended. An operation has one.
    async fn open_review(
        &self,
        ctx: &Context<'_>,
        input: OpenReviewInput,
    ) -> Result<Option<OpenReviewResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let Some(operation) = asked.operation(&input.operation).await? else {
            return asked.refuse().await;
        };
        let id = ReviewId::of(OperationId::of(&operation)).0;
        asked.carry_out(id, Command::Review(ReviewCommand::Open { operation })).await
    }

    /// Answers one of the four questions, in place of an earlier answer.
    async fn answer_question(
        &self,
        ctx: &Context<'_>,
        input: AnswerQuestionInput,
    ) -> Result<Option<AnswerQuestionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let answer = asked.parse::<Prose>("answer", &input.answer);
        let (Some(operation), Some(answer)) = (operation, answer) else { return asked.refuse().await };
        let id = ReviewId::of(OperationId::of(&operation)).0;
        let command = ReviewCommand::Answer { operation, question: input.question.into(), answer };
        asked.carry_out(id, Command::Review(command)).await
    }

    /// Notes what the sender's partner saw.
    async fn record_observation(
        &self,
        ctx: &Context<'_>,
        input: RecordObservationInput,
    ) -> Result<Option<RecordObservationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let text = asked.parse::<Prose>("text", &input.text);
        let (Some(operation), Some(text)) = (operation, text) else { return asked.refuse().await };
        let id = OperationId::of(&operation).0;
        // In the world of the receipt, the newest is the one that was noted.
        let find = move |world: Arc<World>| async move {
            let newest = Page { backwards: true, ..Page::first(1) };
            let rows = world.loaders.observations.children((id, newest)).await?;
            Ok(world.all(&rows).pop())
        };
        let command = ReviewCommand::Observe { operation, text };
        asked.carry_out_and(Command::Review(command), find).await
    }

    /// Records what was found, with what proves it. With a conclusion and a recommendation it is a lesson identified, else an
    /// observation of which cause or remedy is not known yet. Whoever may not see a piece of evidence is told that there is one.
    async fn record_finding(
        &self,
        ctx: &Context<'_>,
        input: RecordFindingInput,
    ) -> Result<Option<RecordFindingResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let code = asked.parse::<FindingCode>("code", &input.code);
        let observation = asked.parse("observation", &input.observation);
        let discussion = asked.parse_if("discussion", input.discussion.as_deref());
        let conclusion = asked.parse_if("conclusion", input.conclusion.as_deref());
        let recommendation = asked.parse_if("recommendation", input.recommendation.as_deref());
        let owner = asked.parse_if::<PostCode>("owner", input.owner.as_deref());
        let evidence = match &operation {
            Some(operation) => asked.evidence(operation, &input.evidence).await?,
            None => None,
        };
        let (Some(operation), Some(code), Some(observation), Some(discussion)) =
            (operation, code, observation, discussion)
        else {
            return asked.refuse().await;
        };
        let (Some(conclusion), Some(recommendation), Some(owner), Some(evidence)) =
            (conclusion, recommendation, owner, evidence)
        else {
            return asked.refuse().await;
        };
        let id = finding_id(&operation, &code);
        let finding = Box::new(NewFinding {
            code,
            kind: input.kind.into(),
            observation,
            discussion,
            conclusion,
            recommendation,
            owner,
            due: input.due.map(|DateTime(due)| due),
            evidence,
        });
        let command = ReviewCommand::RecordFinding { operation, finding };
        asked.carry_out(id, Command::Review(command)).await
    }

    /// Says what a finding comes to and what is to be done, in place of what was said before, until a post has to act on it.
    async fn make_recommendation(
        &self,
        ctx: &Context<'_>,
        input: MakeRecommendationInput,
    ) -> Result<Option<MakeRecommendationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.finding(&input.finding_id).await?;
        let conclusion = asked.parse("conclusion", &input.conclusion);
        let recommendation = asked.parse("recommendation", &input.recommendation);
        let owner = asked.parse_if::<PostCode>("owner", input.owner.as_deref());
        let (Some((operation, finding)), Some(conclusion), Some(recommendation), Some(owner)) =
            (place, conclusion, recommendation, owner)
        else {
            return asked.refuse().await;
        };
        let id = finding_id(&operation, &finding);
        let due = input.due.map(|DateTime(due)| due);
        let remedy = Remedy { conclusion, recommendation, owner, due };
        let command = ReviewCommand::Recommend { operation, finding, remedy };
        asked.carry_out(id, Command::Review(command)).await
    }

    /// Says what else proves a finding. What does so already is not linked again.
    async fn link_evidence(
        &self,
        ctx: &Context<'_>,
        input: LinkEvidenceInput,
    ) -> Result<Option<LinkEvidenceResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let Some((operation, finding)) = asked.finding(&input.finding_id).await? else {
            return asked.refuse().await;
        };
        let Some(evidence) = asked.evidence(&operation, &input.evidence).await? else {
            return asked.refuse().await;
        };
        let id = finding_id(&operation, &finding);
        let command = ReviewCommand::LinkEvidence { operation, finding, evidence };
        asked.carry_out(id, Command::Review(command)).await
    }

    /// Says which post has to act on a finding, and until when: on a lesson identified, in place of a post that has not acted
    /// yet, or anew where the change was not adopted.
    async fn assign_action(
        &self,
        ctx: &Context<'_>,
        input: AssignActionInput,
    ) -> Result<Option<AssignActionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.finding(&input.finding_id).await?;
        let post = asked.parse::<PostCode>("post", &input.post);
        let (Some((operation, finding)), Some(post)) = (place, post) else { return asked.refuse().await };
        let id = finding_id(&operation, &finding);
        let DateTime(due) = input.due;
        let command = ReviewCommand::AssignAction { operation, finding, post, due };
        asked.carry_out(id, Command::Review(command)).await
    }

    /// Says that the sender's post has done what it had to.
    async fn complete_action(
        &self,
        ctx: &Context<'_>,
        input: CompleteActionInput,
    ) -> Result<Option<CompleteActionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.finding(&input.finding_id).await?;
        let note = asked.parse::<Prose>("note", &input.note);
        let (Some((operation, finding)), Some(note)) = (place, note) else { return asked.refuse().await };
        let id = finding_id(&operation, &finding);
        let command = ReviewCommand::CompleteAction { operation, finding, note };
        asked.carry_out(id, Command::Review(command)).await
    }

    /// Says whether the change does what it was made for: then the lesson is learned, else it is not adopted. Nobody validates
    /// their own work.
    async fn validate_lesson(
        &self,
        ctx: &Context<'_>,
        input: ValidateLessonInput,
    ) -> Result<Option<ValidateLessonResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.finding(&input.finding_id).await?;
        let note = asked.parse_if::<Prose>("note", input.note.as_deref());
        let (Some((operation, finding)), Some(note)) = (place, note) else { return asked.refuse().await };
        let id = finding_id(&operation, &finding);
        let command = ReviewCommand::ValidateLesson { operation, finding, accepted: input.accepted, note };
        asked.carry_out(id, Command::Review(command)).await
    }

    /// Adopts the review in the name of the sender's partner, as the officer saw it: once the four questions are answered. What
    /// is written later it adopts anew.
    async fn adopt_review(
        &self,
        ctx: &Context<'_>,
        input: AdoptReviewInput,
    ) -> Result<Option<AdoptReviewResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let Some(operation) = asked.operation(&input.operation).await? else {
            return asked.refuse().await;
        };
        let id = ReviewId::of(OperationId::of(&operation)).0;
        let Position(seen_at) = input.seen_at;
        asked.carry_out(id, Command::Review(ReviewCommand::Adopt { operation, seen_at })).await
    }
}
