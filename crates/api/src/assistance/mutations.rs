//! Counting persons, and putting counts right.

use crate::{
    Error,
    assistance::types::{AssistanceFigure, FigureCorrectionReason},
    graph::{
        context::World,
        mutation::{Answer, Asked, At, Entry, results},
        node::{AssistanceClaim, Incident},
    },
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Command, OperationCode, PartnerCode, RefusalCode,
    assistance::{AssistanceCommand, Correction, NationalityCount, OutcomeCount},
    ids::{AssistanceId, OperationId},
};
use read_model::parse;
use std::sync::Arc;

#[derive(InputObject)]
struct RecordPersonsReceivedInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// How many more, from 1 to 1,000,000.
    count: u32,
    /// Code of the partner on whose territory. Anything else is refused as `PERSONAL_DATA_REFUSED`, and not kept.
    place: Option<String>,
    /// Of the same operation.
    incident_id: Option<ID>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct TallyScreeningInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// How many more are presumed to be victims, up to 1,000,000, as all counts.
    presumed: u32,
    /// How many more are not.
    not_presumed: u32,
    /// How many of all those are younger than 18; left out where they were not counted.
    minors: Option<u32>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct NationalityCountInput {
    /// Code of the partner whose nationals they are, or `OTHER`. Anything else is refused as `PERSONAL_DATA_REFUSED`, and not
    /// kept.
    nationality: String,
    count: u32,
}

impl NationalityCountInput {
    fn read(&self, at: &mut At<'_>) -> Option<NationalityCount> {
        Some(NationalityCount {
            nationality: read_code(at, "nationality", &self.nationality)?,
            count: self.count,
        })
    }
}

#[derive(InputObject)]
struct TallyIdentificationInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// How many more are victims, by nationality, each once.
    identified: Vec<NationalityCountInput>,
    /// How many more are not.
    not_identified: u32,
    /// Of how many more it could not be found.
    undetermined: u32,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AssistanceOutcomeInput {
    /// From `RETURNED_VOLUNTARILY` to `AWAITING_DOCUMENTS`.
    outcome: AssistanceFigure,
    count: u32,
}

#[derive(InputObject)]
struct TallyOutcomesInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// How many more, for each thing that became of them.
    outcomes: Vec<AssistanceOutcomeInput>,
    /// How many more were punished for what they were compelled to do; left out where they were not counted.
    punished_for_compelled_acts: Option<u32>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CorrectFigureInput {
    /// The claim that was wrong.
    claim_id: ID,
    /// Which of its counts; it may be left out where there is one.
    figure: Option<AssistanceFigure>,
    /// Of which nationality, where the claim counts several.
    nationality: Option<String>,
    /// How many there were indeed.
    count: u32,
    reason: FigureCorrectionReason,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    RecordPersonsReceivedResult = RecordPersonsReceivedPayload { claim: AssistanceClaim }
    TallyScreeningResult = TallyScreeningPayload { claim: AssistanceClaim }
    TallyIdentificationResult = TallyIdentificationPayload { claim: AssistanceClaim }
    TallyOutcomesResult = TallyOutcomesPayload { claim: AssistanceClaim }
    CorrectFigureResult = CorrectFigurePayload { claim: AssistanceClaim }
}

/// A code, or what must not be kept: then it is not said again either.
fn read_code(at: &mut At<'_>, field: &str, text: &str) -> Option<PartnerCode> {
    let code = text.parse().ok();
    if code.is_none() {
        let message = "This is no code, and what else it may be is not kept: persons are counted, not named.";
        at.add(RefusalCode::PersonalDataRefused, field, message);
    }
    code
}

/// Carries a report out, and answers its claim.
async fn report<R: Answer<Subject = AssistanceClaim>>(
    asked: Asked<'_>,
    operation: OperationCode,
    command: AssistanceCommand,
) -> Result<Option<R>, Error> {
    let authority = asked.session.actor.partner().cloned();
    // In the world of the receipt, the newest of the sender's partner is the one that was entered.
    let find = move |world: Arc<World>| async move {
        let Some(authority) = authority else { return Ok(None) };
        let table = AssistanceId::of(OperationId::of(&operation), &authority);
        let rows = world.loaders.assistance_claims_of.children(table.0).await?;
        Ok(world.all(&rows).pop())
    };
    asked.carry_out_and(Command::Assistance(command), find).await
}

#[derive(Default)]
pub struct AssistanceMutations;

#[Object]
impl AssistanceMutations {
    /// Adds to the persons that the sender's partner has received.
    async fn record_persons_received(
        &self,
        ctx: &Context<'_>,
        input: RecordPersonsReceivedInput,
    ) -> Result<Option<RecordPersonsReceivedResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let place = match &input.place {
            Some(place) => read_code(&mut asked.input(), "place", place).map(Some),
            None => Some(None),
        };
        let incident = match &input.incident_id {
            Some(id) => asked.incident("incidentId", id).await?.map(Some),
            None => Some(None),
        };
        let (Some(operation), Some(place), Some(incident)) = (operation, place, incident) else {
            return asked.refuse().await;
        };
        if incident.as_ref().is_some_and(|(of, _)| *of != operation) {
            asked.miss::<Incident>("incidentId");
        }
        let incident = incident.map(|(_, code)| code);
        let command =
            AssistanceCommand::Receive { operation: operation.clone(), count: input.count, place, incident };
        report(asked, operation, command).await
    }

    /// Adds to the persons that the sender's partner has screened for signs of trafficking.
    async fn tally_screening(
        &self,
        ctx: &Context<'_>,
        input: TallyScreeningInput,
    ) -> Result<Option<TallyScreeningResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let Some(operation) = asked.operation(&input.operation).await? else {
            return asked.refuse().await;
        };
        let command = AssistanceCommand::Screen {
            operation: operation.clone(),
            presumed: input.presumed,
            not_presumed: input.not_presumed,
            minors: input.minors,
        };
        report(asked, operation, command).await
    }

    /// Adds to the persons of whom the sender's partner has formally found whether they are victims.
    async fn tally_identification(
        &self,
        ctx: &Context<'_>,
        input: TallyIdentificationInput,
    ) -> Result<Option<TallyIdentificationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let identified = asked.each("identified", &input.identified, NationalityCountInput::read);
        let (Some(operation), Some(identified)) = (operation, identified) else {
            return asked.refuse().await;
        };
        let command = AssistanceCommand::Identify {
            operation: operation.clone(),
            identified,
            not_identified: input.not_identified,
            undetermined: input.undetermined,
        };
        report(asked, operation, command).await
    }

    /// Adds to the persons of whom the sender's partner knows what became of them.
    async fn tally_outcomes(
        &self,
        ctx: &Context<'_>,
        input: TallyOutcomesInput,
    ) -> Result<Option<TallyOutcomesResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let Some(operation) = asked.operation(&input.operation).await? else {
            return asked.refuse().await;
        };
        let outcomes = input.outcomes.iter();
        let outcomes = outcomes
            .map(|entry| OutcomeCount { outcome: entry.outcome.into(), count: entry.count })
            .collect();
        let punished = input.punished_for_compelled_acts;
        let command = AssistanceCommand::TallyOutcomes { operation: operation.clone(), outcomes, punished };
        report(asked, operation, command).await
    }

    /// Puts a count of the sender's partner right: what was said stands, and another claim takes its place.
    async fn correct_figure(
        &self,
        ctx: &Context<'_>,
        input: CorrectFigureInput,
    ) -> Result<Option<CorrectFigureResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let wrong = asked.find::<AssistanceClaim>("claimId", &input.claim_id).await?;
        let nationality = match &input.nationality {
            Some(nationality) => read_code(&mut asked.input(), "nationality", nationality).map(Some),
            None => Some(None),
        };
        let (Some(wrong), Some(nationality)) = (wrong, nationality) else { return asked.refuse().await };
        let operation: crate::graph::node::Operation = asked.world.get(wrong.row.operation_id).await?;
        let correction = Correction {
            claim: wrong.row.number.cast_unsigned(),
            figure: input.figure.map(Into::into),
            nationality,
            count: input.count,
            reason: input.reason.into(),
        };
        let command = AssistanceCommand::Correct { operation: parse(&operation.row.code)?, correction };
        let id = wrong.row.id;
        // What takes its place; itself, where nothing changed.
        let find = move |world: Arc<World>| async move {
            let Some(wrong) = world.find::<AssistanceClaim>(id).await? else { return Ok(None) };
            Ok(Some(wrong.corrected().await?.unwrap_or(wrong)))
        };
        asked.carry_out_and(Command::Assistance(command), find).await
    }
}
