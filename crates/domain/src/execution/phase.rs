//! Rules of phases: what the start of one waits for, and whose word it takes.
//!
//! Phases may overlap, so the order in which a plan lists them binds nobody.

use crate::{
    Actor, Code, Context, Event, Instant, PartnerCode, PhaseCode, PostCode, Reasons, RefusalCode, Rejection,
    Role, Title, World,
    coalition::Coalition,
    execution::{ExecutionEvent, Gate, GivenWord, GoNoGo, Judgement, Word, points_at_gate},
    ids::{OfficerId, TaskId},
    operation::{Operation, gates},
    plan::{DecisionPoint, Phase, Version},
};
use std::collections::BTreeSet;

/// Most criteria, and most risks, that one word names: as many as a plan has.
const MOST_CRITERIA: usize = 1_000;

/// Domain rules 7 and 18: an active operation, a go where the plan asks for one, no condition on it left open.
pub(super) fn start(
    world: &World,
    operation: &Operation,
    code: &PhaseCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, &[Role::Commander])?;
    let known = operation.phases.get(code);
    if known.is_some_and(|known| known.started_at.is_some()) {
        return reasons.or(Vec::new());
    }
    let (version, phase, mut reasons) = find(world, operation, code, context, reasons)?;
    gates::check_runs(version, &mut reasons);
    let runs = operation.activated_at.is_some() && operation.paused.is_none();
    reasons.check(runs, RefusalCode::WrongState, "", || {
        format!("{} is {}.", operation.code, operation.status())
    });
    if let Some(activated) = operation.activated_at {
        context.check_since(activated, &format!("{} was activated", operation.code), &mut reasons);
    }
    if phase.gate.is_some() {
        let none = Gate::default();
        let gate = known.map_or(&none, |known| &known.gate);
        let deciders = deciders_of(world.coalition()?, operation, version, phase);
        match went(gate, version.number) {
            Some(at) => context.check_since(at, &format!("The go for {code} was given"), &mut reasons),
            None => reasons.add(
                RefusalCode::GateNotPassed,
                "phase",
                why_shut(gate, version.number, phase, &deciders),
            ),
        }
    }
    gates::check_ran(operation, context.occurred_at, &mut reasons);
    check_conditions(operation, version, phase, &mut reasons);
    for (decision, condition) in version.live_conditions() {
        if gates_of(phase).contains(condition.gate.as_str())
            && let Some(settled) = condition.settled_at.filter(|_| !condition.status.blocks())
        {
            let what = format!("{} of {} was settled", condition.code, decision.partner);
            context.check_since(settled, &what, &mut reasons);
        }
    }
    reasons.or(vec![Event::Execution(ExecutionEvent::PhaseStarted {
        operation: operation.code.clone(),
        number: version.number,
        phase: code.clone(),
    })])
}

/// Once nothing of it goes on.
pub(super) fn complete(
    operation: &Operation,
    code: &PhaseCode,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, &[Role::Commander])?;
    let known = operation.phases.get(code);
    if known.is_some_and(|known| known.completed_at.is_some()) {
        return reasons.or(Vec::new());
    }
    let Some(version) = operation.plan.last_in_force() else {
        return Err(reasons.not_found("phase", "phase"));
    };
    let Some(started) = known.and_then(|known| known.started_at) else {
        if !version.sections.phases.iter().any(|phase| phase.code == *code) {
            return Err(reasons.not_found("phase", "phase"));
        }
        let message = format!("{code} has not been started.");
        return Err(reasons.refuse_with(RefusalCode::WrongState, "phase", message));
    };
    context.check_since(started, &format!("{code} was started"), &mut reasons);
    for task in version.tasks.values().filter(|task| task.phase == *code) {
        let standing = operation.standing(&task.code);
        if let Some(ended) = standing.ended_at {
            context.check_since(ended, &format!("{} ended", task.code), &mut reasons);
        }
        if standing.status.goes_on() {
            reasons.add_about(
                RefusalCode::TaskInProgress,
                "phase",
                format!("{} goes on.", task.code),
                Some(TaskId::of(operation.id(), &task.code).to_string()),
            );
        }
    }
    reasons.or(vec![Event::Execution(ExecutionEvent::PhaseCompleted {
        operation: operation.code.clone(),
        number: version.number,
        phase: code.clone(),
    })])
}

/// Domain rule 18. One partner's word, and what the operation has with it.
pub(super) fn decide(
    world: &World,
    operation: &Operation,
    code: &PhaseCode,
    asked: &Word,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let partner = context.require_post(&[Role::Commander])?;
    let (version, phase, mut reasons) = find(world, operation, code, context, reasons)?;
    if phase.gate.is_none() {
        let message = format!("{code} has no gate: it starts without a go.");
        return Err(reasons.refuse_with(RefusalCode::WrongState, "phase", message));
    }
    let coalition = world.coalition()?;
    let deciders = deciders_of(coalition, operation, version, phase);
    if !deciders.contains(partner) {
        return Err(Rejection::Forbidden(format!("This is for {} to say.", listed(&deciders))));
    }
    let (none, number) = (Gate::default(), version.number);
    let known = operation.phases.get(code);
    let gate = known.map_or(&none, |known| &known.gate);
    let others: Vec<_> = counting(gate, number).filter(|known| known.partner != *partner).collect();
    let stands: Vec<_> =
        others.iter().map(|known| Stand::given(known)).chain([Stand::asked(partner, asked)]).collect();
    let missing = Missing::of(&deciders, &stands);
    let go = asked.decision == GoNoGo::Go && missing.is_empty() && !gate.is_open(number);
    if is_said(gate, number, partner, asked) && !go {
        return reasons.or(Vec::new());
    }
    gates::check_runs(version, &mut reasons);
    let started = known.is_some_and(|known| known.started_at.is_some());
    reasons.check(!started, RefusalCode::WrongState, "phase", || format!("{code} has been started."));
    check_judgements(version, asked, &stands, &mut reasons);
    if asked.decision == GoNoGo::Go {
        check_conditions(operation, version, phase, &mut reasons);
        if gate.is_open(number) {
            // It went on the findings of all: what another finds now takes another go.
            for (decider, risk) in &missing.risks {
                reasons.add(
                    RefusalCode::RiskNotAccepted,
                    "criteria",
                    format!(
                        "{code} has a go, and {decider} has not accepted that {risk} is not met: say NO_GO, \
                         and all decide anew."
                    ),
                );
            }
        }
    }
    check_officer(coalition, &others, context, &mut reasons);
    let refused =
        gate.decided.filter(|decided| decided.decision == GoNoGo::NoGo && decided.version == number);
    let since = refused.map(|refused| refused.position).max(version.submitted_position);
    context.check_seen_at(&mut reasons, asked.seen_at, since.unwrap_or_default());
    if let Some(promulgated) = version.promulgated_at {
        context.check_since(promulgated, &format!("Version {number} came into force"), &mut reasons);
    }
    if let Some(refused) = refused {
        context.check_since(refused.at, "The no-go was given", &mut reasons);
    }
    let mut events = vec![ExecutionEvent::GoNoGoStated {
        operation: operation.code.clone(),
        phase: code.clone(),
        number,
        partner: partner.clone(),
        decision: asked.decision,
        criteria: asked.criteria.clone(),
        accepted_risks: asked.accepted_risks.clone(),
        seen_at: asked.seen_at,
    }];
    if go || asked.decision == GoNoGo::NoGo {
        events.push(ExecutionEvent::GoNoGoDecided {
            operation: operation.code.clone(),
            phase: code.clone(),
            number,
            decision: asked.decision,
        });
    }
    reasons.or(events.into_iter().map(Event::Execution).collect())
}

/// The phase, as the version in force has it and the actor sees it.
fn find<'a>(
    world: &World,
    operation: &'a Operation,
    code: &PhaseCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(&'a Version, &'a Phase, Reasons), Rejection> {
    let (coalition, viewer) = (world.coalition()?, context.actor.partner());
    let in_force = operation.plan.version_in_force();
    let Some(version) = in_force.filter(|version| operation.shows(version, viewer, coalition)) else {
        let message = "Phases of a promulgated plan are carried out, and there is none.";
        return Err(reasons.refuse_with(RefusalCode::PlanNotInForce, "", message));
    };
    match version.sections.phases.iter().find(|phase| phase.code == *code) {
        Some(phase) => Ok((version, phase, reasons)),
        None => Err(reasons.not_found("phase", "phase")),
    }
}

/// Domain rule 7: those that name the phase, and those that name its gate.
fn check_conditions(operation: &Operation, version: &Version, phase: &Phase, reasons: &mut Reasons) {
    for gate in gates_of(phase) {
        gates::check_conditions(operation, version, gate, "phase", reasons);
    }
}

/// What conditions on the phase name.
fn gates_of(phase: &Phase) -> BTreeSet<&str> {
    phase.gate.iter().map(Code::as_str).chain([phase.code.as_str()]).collect()
}

fn deciders_of<'a>(
    coalition: &'a Coalition,
    operation: &Operation,
    version: &'a Version,
    phase: &'a Phase,
) -> BTreeSet<&'a PartnerCode> {
    // What is in force has its readers from its submission.
    let readers = BTreeSet::new();
    let electorate = operation.electorate(version, &readers);
    let voters = coalition.members().filter(|member| electorate.has_vote(&member.code, member.role));
    deciders(&points_at_gate(version, phase), voters.map(|member| &member.code))
}

/// Whose word a phase waits for: those that the decision points at its gate name, else those with a vote on
/// the version.
pub fn deciders<'a>(
    points: &[&'a DecisionPoint],
    voters: impl IntoIterator<Item = &'a PartnerCode>,
) -> BTreeSet<&'a PartnerCode> {
    let named: BTreeSet<_> = points.iter().flat_map(|point| &point.deciders).collect();
    if named.is_empty() { voters.into_iter().collect() } else { named }
}

/// Whose go a phase waits for still: who has not said it, and who has and does not accept a risk that somebody
/// sees. `stands` are the words that count.
pub fn awaited<'a>(deciders: &BTreeSet<&'a PartnerCode>, stands: &[Stand<'a>]) -> BTreeSet<&'a PartnerCode> {
    let Missing { words, risks } = Missing::of(deciders, stands);
    words.into_iter().chain(risks.into_iter().map(|(partner, _)| partner)).collect()
}

/// The words that count on this version, at most one of each partner.
fn counting(gate: &Gate, version: u32) -> impl Iterator<Item = &GivenWord> {
    gate.live_words().filter(move |word| word.version == version)
}

/// When the go on this version was there: one that was entered late was not there before any of its words.
fn went(gate: &Gate, version: u32) -> Option<Instant> {
    let decided = gate.decided.filter(|_| gate.is_open(version))?;
    counting(gate, version).map(|word| word.at).chain([decided.at]).max()
}

/// Whether it is what the partner has said last.
fn is_said(gate: &Gate, version: u32, partner: &PartnerCode, word: &Word) -> bool {
    counting(gate, version).find(|known| known.partner == *partner).is_some_and(|known| {
        known.decision == word.decision
            && known.criteria == word.criteria
            && known.accepted_risks == word.accepted_risks.iter().cloned().collect()
    })
}

/// What a partner says of a phase, given before or asked to be.
pub struct Stand<'a> {
    pub partner: &'a PartnerCode,
    pub decision: GoNoGo,
    pub criteria: &'a [Judgement],
    /// The risks that it accepts.
    pub accepted: BTreeSet<&'a Title>,
}

impl<'a> Stand<'a> {
    fn given(word: &'a GivenWord) -> Self {
        let GivenWord { partner, decision, criteria, accepted_risks, .. } = word;
        Self { partner, decision: *decision, criteria, accepted: accepted_risks.iter().collect() }
    }

    fn asked(partner: &'a PartnerCode, word: &'a Word) -> Self {
        let Word { decision, criteria, accepted_risks, .. } = word;
        Self { partner, decision: *decision, criteria, accepted: accepted_risks.iter().collect() }
    }
}

/// The criteria that anybody finds unmet.
fn unmet<'a>(stands: &[Stand<'a>]) -> BTreeSet<&'a Title> {
    let judgements = stands.iter().flat_map(|stand| stand.criteria);
    judgements.filter(|judgement| !judgement.met).map(|judgement| &judgement.criterion).collect()
}

/// What a go waits for.
struct Missing<'a> {
    words: BTreeSet<&'a PartnerCode>,
    /// Who has said go and not accepted which risk.
    risks: BTreeSet<(&'a PartnerCode, &'a Title)>,
}

impl<'a> Missing<'a> {
    fn of(deciders: &BTreeSet<&'a PartnerCode>, stands: &[Stand<'a>]) -> Self {
        let said: Vec<_> = stands
            .iter()
            .filter(|stand| stand.decision == GoNoGo::Go && deciders.contains(stand.partner))
            .collect();
        let partners: BTreeSet<_> = said.iter().map(|stand| stand.partner).collect();
        let unmet = unmet(stands);
        let risks = said
            .iter()
            .flat_map(|stand| unmet.difference(&stand.accepted).map(|risk| (stand.partner, *risk)))
            .collect();
        Self { words: deciders.difference(&partners).copied().collect(), risks }
    }

    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.risks.is_empty()
    }
}

fn why_shut(gate: &Gate, version: u32, phase: &Phase, deciders: &BTreeSet<&PartnerCode>) -> String {
    let stands: Vec<_> = counting(gate, version).map(Stand::given).collect();
    let Missing { words, risks } = Missing::of(deciders, &stands);
    let refused =
        gate.decided.is_some_and(|decided| decided.decision == GoNoGo::NoGo && decided.version == version);
    let last = gate.words.iter().rev().find(|word| word.decision == GoNoGo::NoGo);
    let mut why: Vec<_> =
        last.filter(|_| refused).map(|word| format!("{} said no-go", word.partner)).into_iter().collect();
    if !words.is_empty() {
        why.push(format!("the word of {} is awaited", listed(&words)));
    }
    why.extend(
        risks.iter().map(|(partner, risk)| format!("{partner} has not accepted that {risk} is not met")),
    );
    if why.is_empty() {
        // A decider that was waited for decides no more.
        why.push(format!("{} say go once more", listed(deciders)));
    }
    format!("{} has no go on version {version}: {}.", phase.code, why.join("; "))
}

fn listed(partners: &BTreeSet<&PartnerCode>) -> String {
    partners.iter().map(|partner| partner.as_str()).collect::<Vec<_>>().join(", ")
}

/// Each criterion of the plan once, and each risk that a go takes by name.
fn check_judgements(version: &Version, word: &Word, stands: &[Stand<'_>], reasons: &mut Reasons) {
    for (length, field) in [(word.criteria.len(), "criteria"), (word.accepted_risks.len(), "acceptedRisks")] {
        if length > MOST_CRITERIA {
            let message = format!("{length} entries are more than the {MOST_CRITERIA} that a plan has.");
            reasons.add(RefusalCode::InvalidValue, field, message);
            return;
        }
    }
    let number = version.number;
    let criteria: BTreeSet<_> = version.sections.go_no_go.iter().collect();
    let mut judged = BTreeSet::new();
    for (index, Judgement { criterion, .. }) in word.criteria.iter().enumerate() {
        let field = format!("criteria.{index}.criterion");
        let known = criteria.contains(criterion);
        reasons.check(known, RefusalCode::UnknownReference, &field, || {
            format!("Version {number} has no criterion {criterion}.")
        });
        reasons.check(judged.insert(criterion), RefusalCode::InvalidValue, &field, || {
            format!("{criterion} is judged twice.")
        });
    }
    for criterion in criteria.difference(&judged) {
        let message = format!("{criterion} is not judged.");
        reasons.add(RefusalCode::InvalidValue, "criteria", message);
    }
    let unmet = unmet(stands);
    let mut accepted = BTreeSet::new();
    for (index, risk) in word.accepted_risks.iter().enumerate() {
        let field = format!("acceptedRisks.{index}");
        let known = criteria.contains(risk);
        reasons.check(known, RefusalCode::UnknownReference, &field, || {
            format!("Version {number} has no criterion {risk}.")
        });
        reasons.check(!known || unmet.contains(risk), RefusalCode::InvalidValue, &field, || {
            format!("Nobody finds that {risk} is not met.")
        });
        reasons.check(accepted.insert(risk), RefusalCode::InvalidValue, &field, || {
            format!("{risk} is accepted twice.")
        });
    }
    for (index, Judgement { criterion, met, .. }) in word.criteria.iter().enumerate() {
        let taken = *met || word.decision == GoNoGo::NoGo || accepted.contains(criterion);
        reasons.check(taken, RefusalCode::RiskNotAccepted, &format!("criteria.{index}"), || {
            format!("{criterion} is not met: a go accepts that risk by name.")
        });
    }
}

/// One person has one word, whichever posts it holds.
fn check_officer(coalition: &Coalition, others: &[&GivenWord], context: &Context<'_>, reasons: &mut Reasons) {
    let Actor::Post { post, .. } = context.actor else { return };
    let holder = coalition.posts.get(post).and_then(|post| post.holder()).map(|tenure| tenure.officer);
    for word in others.iter().filter(|word| holder.is_some() && officer_of(coalition, word) == holder) {
        let message = format!("The officer who holds {post} gave the word of {}.", word.partner);
        reasons.add(RefusalCode::AlreadyDecided, "", message);
    }
}

/// Who held the post where the log has the word.
fn officer_of(coalition: &Coalition, word: &GivenWord) -> Option<OfficerId> {
    let post = coalition.posts.get(&word.actor.parse::<PostCode>().ok()?)?;
    let tenure = post.tenures.iter().rev().find(|tenure| tenure.entered < word.position)?;
    Some(tenure.officer)
}
