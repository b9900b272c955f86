//! What an after-action report is made from: all that its reader sees at one position, and nothing of any other.

use crate::{
    client::UNEXPECTED,
    command::plan::{
        actual::compared,
        pinned::{Coded, PAGE_INFO, Pinned, take_page},
        presentation::{RELEASE, Release, zone_at},
        version::Wanted,
    },
};
use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use document::{
    chart::{Heading, PlannedVersusActual},
    metrics::Metric,
    review::{
        Action, Adoption, Answer, Decision, Event, Evidence, Finding, Observation, Opened, Review,
        SitrepCorrection,
    },
    sitrep::Difference,
};
use domain::{Position, TimeZone, metrics::MetricCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Of the operation's events; the report tells when there are more.
const MOST_EVENTS: usize = 20_000;

/// Events that say of another one that it was wrong. Of SITREPs that is told by themselves.
const CORRECTIONS: [&str; 5] = [
    "TaskTimesCorrected",
    "IncidentTimesCorrected",
    "RequestTimesCorrected",
    "OutcomeCorrected",
    "AssistanceFigureCorrected",
];

const EVENT: &str =
    "position type happenedAt recordedAt actor payload corrects { position happenedAt payload }";

/// Of what proves a finding: what people call it, and where the log tells of it first.
const OBJECT: &str = "object { __typename ... on HasHistory { history(first: 1) { nodes { position } } }
  ... on Event { position type } ... on Incident { code } ... on Request { code } ... on Contribution { code }
  ... on Sitrep { code } ... on Outcome { code } ... on Task { code } ... on PlanVersion { number }
  ... on PlanDecision { decided: kind partner { code } planVersion { number } }
  ... on RecordedDecision { number question } ... on GoNoGoWord { phaseCode partner { code } }
  ... on TaskClaim { taskCode claimed: kind } ... on MatterClaim { number told: kind } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct World {
    viewer: Viewer,
    head: Head,
    operation: Option<Operation>,
}

#[derive(Deserialize)]
struct Viewer {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    commit_hash: String,
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    title: String,
    release: Release,
}

#[derive(Deserialize)]
struct Measured {
    metrics: Vec<Metric>,
}

#[derive(Deserialize)]
struct Reviewed {
    review: Option<AnsweredReview>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredReview {
    opened_at: DateTime<Utc>,
    questions: Vec<AnsweredQuestion>,
    adoptions: Vec<AnsweredAdoption>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredQuestion {
    question: String,
    answer: String,
    post: Option<Coded<String>>,
    answered_at: DateTime<Utc>,
    position: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredAdoption {
    partner: Coded<String>,
    post: Option<Coded<String>>,
    adopted_at: DateTime<Utc>,
    position: String,
    seen_at: String,
    current: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredObservation {
    partner: Coded<String>,
    text: String,
    noted_at: DateTime<Utc>,
    position: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredFinding {
    code: String,
    kind: String,
    status: String,
    observation: String,
    discussion: Option<String>,
    conclusion: Option<String>,
    recommendation: Option<String>,
    owner_code: Option<String>,
    due: Option<DateTime<Utc>>,
    action: Option<AnsweredAction>,
    evidence: Vec<AnsweredEvidence>,
    history: History,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredAction {
    post: Option<Coded<String>>,
    assigned_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    note: Option<String>,
    accepted: Option<bool>,
    validated_by: Option<Coded<String>>,
    validated_at: Option<DateTime<Utc>>,
    validation_note: Option<String>,
}

#[derive(Deserialize)]
struct AnsweredEvidence {
    kind: String,
    withheld: bool,
    position: Option<String>,
    object: Option<Value>,
    metric: Option<AnsweredMetric>,
    assistance: Option<AnsweredCount>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredMetric {
    code: String,
    as_known_at: String,
    value: String,
    unit: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredCount {
    referring_authority: Coded<String>,
    figure: String,
    count: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredPlan {
    number: u32,
    decisions: Vec<AnsweredDecision>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredDecision {
    partner: Coded<String>,
    post: Option<Coded<String>>,
    kind: String,
    decided_at: DateTime<Utc>,
    position: String,
    seen_at: String,
    reason: Option<String>,
    conditions: Vec<AnsweredCondition>,
    revoked_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct AnsweredCondition {
    code: String,
    text: String,
    status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recorded {
    partner: Coded<String>,
    post: Option<Coded<String>>,
    question: String,
    outcome: String,
    reasons: String,
    decided_at: DateTime<Utc>,
    position: String,
    seen_at: String,
}

#[derive(Deserialize)]
struct Phases {
    phases: Vec<Phase>,
}

#[derive(Deserialize)]
struct Phase {
    code: String,
    gate: Option<Gate>,
}

#[derive(Deserialize)]
struct Gate {
    words: Vec<Word>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Word {
    partner: Coded<String>,
    post: Option<Coded<String>>,
    decision: String,
    accepted_risks: Vec<String>,
    stated_at: DateTime<Utc>,
    position: String,
    seen_at: String,
}

/// A word on a phase as the log has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatedEvent {
    position: String,
    happened_at: DateTime<Utc>,
    post: Option<Coded<String>>,
    payload: Stated,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stated {
    phase: String,
    partner: String,
    decision: String,
    #[serde(default)]
    accepted_risks: Vec<String>,
    seen_at: i64,
}

#[derive(Deserialize)]
struct AnsweredIncident {
    code: String,
    claims: Vec<AnsweredClaim>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredClaim {
    number: u32,
    corrects: Option<Numbered>,
    corrected_by: Option<Numbered>,
    kind: String,
    occurred_at: DateTime<Utc>,
    position: String,
    reporter: Option<Reporter>,
    text: Option<String>,
    seen_at: Option<String>,
}

#[derive(Deserialize)]
struct Numbered {
    number: u32,
}

#[derive(Deserialize)]
struct Reporter {
    code: String,
    partner: Coded<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredSitrep {
    code: String,
    corrects: Option<Corrected>,
    reason: Option<String>,
    issued_at: DateTime<Utc>,
    differences: Vec<Difference>,
    history: History,
}

#[derive(Deserialize)]
struct Corrected {
    code: String,
    history: History,
}

#[derive(Deserialize)]
struct History {
    nodes: Vec<Positioned>,
}

#[derive(Deserialize)]
struct Positioned {
    position: String,
}

/// The report of the operation at that position.
pub async fn report(pinned: &Pinned, zone: Option<&TimeZone>) -> Result<Review> {
    let shown = format!(
        "viewer {{ name }} head {{ commitHash }} operation(code: \"{}\") {{ id title {RELEASE} }}",
        pinned.operation
    );
    let World { viewer, head, operation } =
        serde_json::from_value(pinned.ask_world(&shown, None).await?).context(UNEXPECTED)?;
    let operation =
        operation.with_context(|| format!("there is no operation {} that you may see", pinned.operation))?;
    let zone = zone_at(pinned, zone).await?;
    let marking = operation.release.marking();
    let compared = match compared(pinned, Wanted::Current, zone.as_ref()).await? {
        Some(compared) => compared,
        None => nothing_compared(pinned, &operation.title, &marking)?,
    };
    let (events, more_events) = events(pinned, &operation.id, None, EVENT, MOST_EVENTS).await?;
    let events: Vec<Event> = list(events)?;
    let corrections = if more_events {
        list(of_types(pinned, &operation.id, &CORRECTIONS, EVENT).await?)?
    } else {
        events.iter().filter(|event| event.corrects.is_some()).cloned().collect()
    };
    Ok(Review {
        operation: pinned.operation.clone(),
        title: operation.title,
        marking,
        reader: viewer.name,
        position: Position(pinned.position()?),
        recorded_at: pinned.recorded_at.context(UNEXPECTED)?,
        commit_hash: head.commit_hash,
        zone,
        opened: opened(pinned).await?,
        compared,
        metrics: metrics(pinned).await?,
        decisions: decisions(pinned, &operation.id).await?,
        sitreps: sitreps(pinned).await?,
        events,
        more_events,
        corrections,
    })
}

/// Of an operation without a plan that its reader may see.
fn nothing_compared(pinned: &Pinned, title: &str, marking: &str) -> Result<PlannedVersusActual> {
    let heading = Heading {
        operation: pinned.operation.clone(),
        title: title.to_owned(),
        version: 0,
        status: String::new(),
        position: Position(pinned.position()?),
        marking: marking.to_owned(),
        h_hour: None,
        zone: None,
    };
    let until = pinned.recorded_at.context(UNEXPECTED)?;
    Ok(PlannedVersusActual { heading, until, phases: Vec::new(), tasks: Vec::new() })
}

/// Those of the operation, of these types where they are named, in the order of the log: no more than `most` and the rest of
/// a page; and whether there are more.
async fn events(
    pinned: &Pinned,
    operation: &str,
    types: Option<&[&str]>,
    shown: &str,
    most: usize,
) -> Result<(Vec<Value>, bool)> {
    let shown = format!(
        "events(filter: {{ operation: \"{operation}\", types: {} }}, first: 100, after: $after) {{
           {PAGE_INFO} nodes {{ {shown} }} }}",
        json!(types)
    );
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let mut world = pinned.ask_world(&shown, after.as_deref()).await?;
        after = take_page(&mut world["events"], &mut all)?;
        if after.is_none() || all.len() >= most {
            return Ok((all, after.is_some()));
        }
    }
}

/// All of the operation that have one of these types, in the order of the log.
async fn of_types(pinned: &Pinned, operation: &str, types: &[&str], shown: &str) -> Result<Vec<Value>> {
    Ok(events(pinned, operation, Some(types), shown, usize::MAX).await?.0)
}

async fn metrics(pinned: &Pinned) -> Result<Vec<Metric>> {
    let codes: Vec<_> = MetricCode::all().map(|code| code.to_string()).collect();
    let shown = format!(
        "metrics(codes: [{}]) {{ code name subjectCode unit value reason numerator denominator target
         definition {{ meaning formula }} evidence(first: 100) {{ totalCount nodes {{ {EVENT} }} }} }}",
        codes.join(", ")
    );
    let Measured { metrics } = pinned.ask(&shown, None).await?;
    Ok(metrics)
}

/// `None`: no review has been opened.
async fn opened(pinned: &Pinned) -> Result<Option<Opened>> {
    let shown = "review { openedAt questions { question answer post { code } answeredAt position }
      adoptions { partner { code } post { code } adoptedAt position seenAt current } }";
    let Reviewed { review } = pinned.ask(shown, None).await?;
    let Some(review) = review else { return Ok(None) };
    let noted = format!(
        "review {{ page: observations(first: 100, after: $after) {{ {PAGE_INFO}
         nodes {{ partner {{ code }} text notedAt position }} }} }}"
    );
    let found = format!(
        "review {{ page: findings(first: 20, after: $after) {{ {PAGE_INFO} nodes {{
         code kind status observation discussion conclusion recommendation ownerCode due history(first: 50) {{ nodes {{ position }} }}
         action {{ post {{ code }} assignedAt completedAt note accepted validatedBy {{ code }} validatedAt validationNote }}
         evidence {{ kind withheld position metric {{ code asKnownAt value unit }}
           assistance {{ referringAuthority {{ code }} figure count }} {OBJECT} }} }} }} }}"
    );
    let noted: Vec<AnsweredObservation> = list(pinned.pages(&noted, "/review/page").await?)?;
    let found: Vec<AnsweredFinding> = list(pinned.pages(&found, "/review/page").await?)?;
    Ok(Some(Opened {
        at: review.opened_at,
        answers: review.questions.into_iter().map(Answer::try_from).collect::<Result<_>>()?,
        observations: noted.into_iter().map(Observation::try_from).collect::<Result<_>>()?,
        findings: found.into_iter().map(Finding::try_from).collect::<Result<_>>()?,
        adoptions: review.adoptions.into_iter().map(Adoption::try_from).collect::<Result<_>>()?,
    }))
}

/// Of every kind.
async fn decisions(pinned: &Pinned, operation: &str) -> Result<Vec<Decision>> {
    let on_plans = format!(
        "page: planVersions(first: 20, after: $after) {{ {PAGE_INFO} nodes {{ number decisions {{
         partner {{ code }} post {{ code }} kind decidedAt position seenAt reason revokedAt
         conditions {{ code text status }} }} }} }}"
    );
    let recorded = format!(
        "page: decisions(first: 100, after: $after) {{ {PAGE_INFO} nodes {{
         partner {{ code }} post {{ code }} question outcome reasons decidedAt position seenAt }} }}"
    );
    let on_incidents = format!(
        "page: incidents(first: 50, after: $after) {{ {PAGE_INFO} nodes {{ code claims {{
         number corrects {{ number }} correctedBy {{ number }} kind occurredAt position reporter {{ code partner {{ code }} }} text seenAt }} }} }}"
    );
    let mut all = Vec::new();
    for plan in list::<AnsweredPlan>(pinned.pages(&on_plans, "/page").await?)? {
        for decision in plan.decisions {
            all.push(decision.on(plan.number)?);
        }
    }
    all.extend(words(pinned, operation).await?);
    for AnsweredIncident { code, claims } in
        list::<AnsweredIncident>(pinned.pages(&on_incidents, "/page").await?)?
    {
        let decided =
            claims.iter().filter(|claim| claim.kind == "RESPONSE_DECIDED" && claim.corrects.is_none());
        for claim in decided {
            all.push(claim.on(&code, happened_at(claim, &claims))?);
        }
    }
    for decision in list::<Recorded>(pinned.pages(&recorded, "/page").await?)? {
        all.push(decision.try_into()?);
    }
    Ok(all)
}

/// Go or no-go. The phases of the plan in force tell their words; those of phases that no plan in force has are in the log
/// alone, which has none of before its reader saw the operation.
async fn words(pinned: &Pinned, operation: &str) -> Result<Vec<Decision>> {
    let gates = "phases { code gate { words { partner { code } post { code } decision acceptedRisks statedAt position \
                 seenAt } } }";
    let mut all = Vec::new();
    let Phases { phases } = pinned.ask(gates, None).await?;
    for Phase { code, gate } in phases {
        for word in gate.into_iter().flat_map(|gate| gate.words) {
            all.push(word.on(&code)?);
        }
    }
    let known: BTreeSet<Position> = all.iter().map(|word| word.position).collect();
    let shown = "position happenedAt post { code } payload";
    for event in list::<StatedEvent>(of_types(pinned, operation, &["GoNoGoStated"], shown).await?)? {
        let word = event.decision()?;
        if !known.contains(&word.position) {
            all.push(word);
        }
    }
    Ok(all)
}

/// Those that put others right.
async fn sitreps(pinned: &Pinned) -> Result<Vec<SitrepCorrection>> {
    const FIRST: &str = "history(first: 1) { nodes { position } }";
    let shown = format!(
        "page: sitreps(first: 50, after: $after) {{ {PAGE_INFO} nodes {{ code reason issuedAt
         differences {{ figure was is }} {FIRST} corrects {{ code {FIRST} }} }} }}"
    );
    let sitreps: Vec<AnsweredSitrep> = list(pinned.pages(&shown, "/page").await?)?;
    let corrections = sitreps.into_iter().filter_map(|sitrep| {
        let AnsweredSitrep { code, corrects, reason, issued_at, differences, history } = sitrep;
        let Corrected { code: corrects, history: before } = corrects?;
        let events = history.nodes.iter().chain(&before.nodes).map(|event| position(&event.position));
        let events = events.collect::<Result<_>>();
        Some(events.map(|events| SitrepCorrection {
            code,
            corrects,
            reason,
            at: issued_at,
            events,
            differences,
        }))
    });
    corrections.collect()
}

/// By all that is known: of a claim that was put right, the time of its last correction.
fn happened_at(claim: &AnsweredClaim, all: &[AnsweredClaim]) -> DateTime<Utc> {
    let mut last = claim;
    // A correction has a higher number than what it puts right.
    while let Some(by) = &last.corrected_by
        && let Some(next) = all.iter().find(|other| other.number == by.number && other.number > last.number)
    {
        last = next;
    }
    last.occurred_at
}

fn list<T: DeserializeOwned>(values: Vec<Value>) -> Result<Vec<T>> {
    values.into_iter().map(|value| serde_json::from_value(value).context(UNEXPECTED)).collect()
}

fn position(text: &str) -> Result<Position> {
    Ok(Position(text.parse().context(UNEXPECTED)?))
}

fn code(post: Option<Coded<String>>) -> Option<String> {
    post.map(|post| post.code)
}

impl TryFrom<AnsweredQuestion> for Answer {
    type Error = anyhow::Error;

    fn try_from(from: AnsweredQuestion) -> Result<Self> {
        let AnsweredQuestion { question, answer, post, answered_at, position: at } = from;
        Ok(Self { question, text: answer, post: code(post), at: answered_at, position: position(&at)? })
    }
}

impl TryFrom<AnsweredObservation> for Observation {
    type Error = anyhow::Error;

    fn try_from(from: AnsweredObservation) -> Result<Self> {
        let AnsweredObservation { partner, text, noted_at, position: at } = from;
        Ok(Self { partner: partner.code, text, at: noted_at, position: position(&at)? })
    }
}

impl TryFrom<AnsweredAdoption> for Adoption {
    type Error = anyhow::Error;

    fn try_from(from: AnsweredAdoption) -> Result<Self> {
        Ok(Self {
            partner: from.partner.code,
            post: code(from.post),
            at: from.adopted_at,
            position: position(&from.position)?,
            seen_at: position(&from.seen_at)?,
            current: from.current,
        })
    }
}

impl TryFrom<AnsweredFinding> for Finding {
    type Error = anyhow::Error;

    fn try_from(from: AnsweredFinding) -> Result<Self> {
        let action = from.action.map(|action| Action {
            post: code(action.post),
            assigned_at: action.assigned_at,
            completed_at: action.completed_at,
            note: action.note,
            accepted: action.accepted,
            validated_by: code(action.validated_by),
            validated_at: action.validated_at,
            validation_note: action.validation_note,
        });
        Ok(Self {
            code: from.code,
            kind: from.kind,
            status: from.status,
            observation: from.observation,
            discussion: from.discussion,
            conclusion: from.conclusion,
            recommendation: from.recommendation,
            owner: from.owner_code,
            due: from.due,
            action,
            evidence: from.evidence.into_iter().map(Evidence::try_from).collect::<Result<_>>()?,
            events: from.history.positions()?,
        })
    }
}

impl History {
    fn positions(&self) -> Result<Vec<Position>> {
        self.nodes.iter().map(|event| position(&event.position)).collect()
    }
}

impl TryFrom<AnsweredEvidence> for Evidence {
    type Error = anyhow::Error;

    fn try_from(from: AnsweredEvidence) -> Result<Self> {
        let what = if from.withheld { None } else { Some(from.name()) };
        // What a metric is of does not prove it; what froze its value does.
        let object = from.object.as_ref().filter(|_| from.metric.is_none());
        let first = object.and_then(|object| {
            object.get("position").or_else(|| object.pointer("/history/nodes/0/position"))?.as_str()
        });
        let mut events: Vec<Position> =
            first.into_iter().chain(from.position.as_deref()).map(position).collect::<Result<_>>()?;
        events.dedup();
        Ok(Self { kind: from.kind, what, events })
    }
}

impl AnsweredEvidence {
    /// As people call it.
    fn name(&self) -> String {
        if let Some(AnsweredMetric { code, as_known_at, value, unit }) = &self.metric {
            let unit = document::metrics::short_unit(unit);
            return format!("{code} {value} {unit}, as known at position {as_known_at}");
        }
        if let Some(AnsweredCount { referring_authority, figure, count }) = &self.assistance {
            let count = count.map_or("not told".to_owned(), |count| count.to_string());
            return format!("{} {figure} {count}", referring_authority.code);
        }
        let Some(object) = &self.object else { return "not there any more".to_owned() };
        let text = |at: &str| object.pointer(at).and_then(Value::as_str).unwrap_or_default();
        let number = |at: &str| object.pointer(at).and_then(Value::as_u64).unwrap_or_default();
        match text("/__typename") {
            "PlanVersion" => format!("version {}", number("/number")),
            "PlanDecision" => format!(
                "{} {} version {}",
                text("/partner/code"),
                text("/decided").to_lowercase().replace('_', " "),
                number("/planVersion/number")
            ),
            "RecordedDecision" => format!("{}, {}", number("/number"), text("/question")),
            "GoNoGoWord" => format!("{} on {}", text("/partner/code"), text("/phaseCode")),
            "TaskClaim" => format!("{} {}", text("/taskCode"), text("/claimed").to_lowercase()),
            "MatterClaim" => {
                format!("{}, {}", number("/number"), text("/told").to_lowercase().replace('_', " "))
            }
            "Event" => text("/type").to_owned(),
            kind if text("/code").is_empty() => kind.to_lowercase(),
            _ => text("/code").to_owned(),
        }
    }
}

impl AnsweredDecision {
    fn on(self, version: u32) -> Result<Decision> {
        let conditions = self.conditions.iter().map(|condition| {
            let AnsweredCondition { code, text, status } = condition;
            format!("{code} {text} ({})", status.to_lowercase())
        });
        let revoked = self.revoked_at.map(|at| format!("Taken back on {} UTC", document::chart::utc(at)));
        let reasons: Vec<_> = self.reason.into_iter().chain(conditions).chain(revoked).collect();
        Ok(Decision {
            on: format!("Plan version {version}"),
            partner: self.partner.code,
            post: code(self.post),
            decided: self.kind.to_lowercase().replace('_', " "),
            reasons: Some(reasons.join("\n")).filter(|reasons| !reasons.is_empty()),
            at: self.decided_at,
            position: position(&self.position)?,
            seen_at: Some(position(&self.seen_at)?),
        })
    }
}

impl StatedEvent {
    fn decision(self) -> Result<Decision> {
        let Self { position, happened_at: stated_at, post, payload } = self;
        let Stated { phase, partner, decision, accepted_risks, seen_at } = payload;
        let (partner, seen_at) = (Coded { code: partner }, seen_at.to_string());
        Word { partner, post, decision, accepted_risks, stated_at, position, seen_at }.on(&phase)
    }
}

impl Word {
    fn on(self, phase: &str) -> Result<Decision> {
        let risks = (!self.accepted_risks.is_empty())
            .then(|| format!("Risks that are accepted: {}", self.accepted_risks.join(", ")));
        Ok(Decision {
            on: format!("Go or no-go for {phase}"),
            partner: self.partner.code,
            post: code(self.post),
            decided: self.decision.to_lowercase().replace('_', "-"),
            reasons: risks,
            at: self.stated_at,
            position: position(&self.position)?,
            seen_at: Some(position(&self.seen_at)?),
        })
    }
}

impl AnsweredClaim {
    fn on(&self, incident: &str, at: DateTime<Utc>) -> Result<Decision> {
        let reporter = self.reporter.as_ref();
        let (post, partner) =
            reporter.map(|reporter| (reporter.code.clone(), reporter.partner.code.clone())).unzip();
        Ok(Decision {
            on: format!("Response to {incident}"),
            partner: partner.unwrap_or_default(),
            post,
            decided: "response decided".to_owned(),
            reasons: self.text.clone(),
            at,
            position: position(&self.position)?,
            seen_at: self.seen_at.as_deref().map(position).transpose()?,
        })
    }
}

impl TryFrom<Recorded> for Decision {
    type Error = anyhow::Error;

    fn try_from(from: Recorded) -> Result<Self> {
        Ok(Self {
            on: from.question,
            partner: from.partner.code,
            post: code(from.post),
            decided: from.outcome,
            reasons: Some(from.reasons),
            at: from.decided_at,
            position: position(&from.position)?,
            seen_at: Some(position(&from.seen_at)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::CORRECTIONS;
    use serde_json::Value;
    use std::{collections::BTreeSet, fs};

    #[test]
    fn every_event_of_an_operation_that_puts_another_right_is_asked_for() {
        let catalogue = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/events");
        let events = fs::read_dir(catalogue)
            .unwrap()
            .map(|file| serde_json::from_slice::<Value>(&fs::read(file.unwrap().path()).unwrap()).unwrap());
        let corrects = events.filter(|event| {
            let of = |name| event["properties"].get(name).is_some();
            of("corrects") && of("operation")
        });
        let mut corrects: BTreeSet<_> =
            corrects.map(|event| event["title"].as_str().unwrap().to_owned()).collect();
        assert!(corrects.remove("SitrepCorrected"));
        assert_eq!(corrects, CORRECTIONS.map(str::to_owned).into());
    }
}
