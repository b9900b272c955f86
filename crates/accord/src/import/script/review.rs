//! The review: its questions, what was found, what was done about that, and who adopted it.

use super::Script;
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, unfit, whole},
        measure::{Measured, Wanted},
        steps::{Act, Step},
    },
    scenario::{
        Proof,
        model::{
            coalition::Post,
            review::{Finding, FindingKind as ToldKind, FindingStatus as ToldStatus},
            timeline::TimelineEntry,
            values::Instant,
        },
    },
};
use chrono::{NaiveDate, TimeDelta, TimeZone as _};
use domain::{
    Actor, Command, Role, SitrepCode,
    release::Matter,
    review::{Evidence, FindingCode, FindingKind, NewFinding, Question, ReviewCommand},
};

const SECTION: &str = "review";

/// Findings are recorded one after the other.
const NEXT: TimeDelta = TimeDelta::minutes(1);

/// From the beginning of the review until what was to be done is done, and until somebody has looked at it.
const DONE_AFTER: TimeDelta = TimeDelta::days(7);
const SEEN_AFTER: TimeDelta = TimeDelta::days(8);

/// The file has no place for what was done.
const NOTE: &str = "As the log of this exercise has it.";

/// Of a tally's reports the last: with it stands what became of persons.
const REPORTS_OF_TALLY: usize = 3;

impl<'a> Script<'a> {
    /// With all that the section says of it, as far as it had come to when it was adopted.
    pub fn open_review(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let reviewer = self.reviewer(entry)?;
        let (at, actor) = (entry.recorded, holder(reviewer, Role::Reviewer)?);
        let open = ReviewCommand::Open { operation: self.operation.clone() };
        self.add(at, entry.event.name(), actor.clone(), Command::Review(open));
        let Some(review) = &self.scenario.review else { return Ok(()) };
        let told = &review.questions;
        for (question, answer) in [
            (Question::Planned, &told.planned),
            (Question::Happened, &told.happened),
            (Question::Why, &told.why),
            (Question::Next, &told.next),
        ] {
            let answer = fit(SECTION, answer)?;
            let answer = ReviewCommand::Answer { operation: self.operation.clone(), question, answer };
            self.add(at, &format!("AnswerQuestion {question}"), actor.clone(), Command::Review(answer));
        }
        let mut next = at;
        for finding in &review.findings {
            next += NEXT;
            self.find(next, &actor, finding)?;
            self.act(at, (next, reviewer), finding)?;
        }
        Ok(())
    }

    fn find(&mut self, at: Instant, actor: &Actor, told: &Finding) -> Result<(), ImportError> {
        let place = format!("review.findings {}", told.id);
        let (mut evidence, mut metrics) = (Vec::new(), Vec::new());
        for text in &told.evidence {
            evidence.extend(self.proof(&place, text)?);
            metrics.extend(self.metric(&place, text)?);
        }
        let is_lesson = told.status != ToldStatus::Observed;
        let lesson = |text: &str| is_lesson.then(|| fit(&place, text)).transpose();
        let finding = NewFinding {
            code: fit(&place, &told.id)?,
            kind: match told.kind {
                ToldKind::Sustain => FindingKind::Sustain,
                ToldKind::Improve => FindingKind::Improve,
            },
            observation: fit(&place, &told.observation)?,
            discussion: Some(fit(&place, &told.discussion)?),
            conclusion: lesson(&told.conclusion)?,
            recommendation: lesson(&told.recommendation)?,
            owner: Some(fit(&place, &told.owner)?),
            due: Some(self.end_of(&place, told.due)?),
            evidence,
        };
        let (operation, finding) = (self.operation.clone(), Box::new(finding));
        self.steps.push(Step {
            recorded: at,
            occurred: at,
            actor: actor.clone(),
            late_reason: None,
            name: format!("RecordFinding {}", told.id),
            act: Act::Find { operation, finding, metrics },
        });
        Ok(())
    }

    /// What its status says that was done: assigned by the reviewer when it was found, done by its owner, looked at by the
    /// reviewer, or by the lead's director where the reviewer did it.
    fn act(
        &mut self,
        opened: Instant,
        (found, reviewer): (Instant, &Post),
        told: &Finding,
    ) -> Result<(), ImportError> {
        let place = format!("review.findings {}", told.id);
        let (operation, finding): (_, FindingCode) = (self.operation.clone(), fit(&place, &told.id)?);
        if matches!(told.status, ToldStatus::ActionAssigned | ToldStatus::LessonLearned) {
            let command = ReviewCommand::AssignAction {
                operation: operation.clone(),
                finding: finding.clone(),
                post: fit(&place, &told.owner)?,
                due: self.end_of(&place, told.due)?,
            };
            let actor = holder(reviewer, Role::Reviewer)?;
            self.add(found, &format!("AssignAction {}", told.id), actor, Command::Review(command));
        }
        if told.status == ToldStatus::LessonLearned {
            let owner = self.scenario.posts.iter().find(|post| post.id == told.owner);
            let owner = owner.ok_or_else(|| unfit(&place, &told.owner, "is no post"))?;
            let (of, code) = (operation.clone(), finding.clone());
            let command =
                ReviewCommand::CompleteAction { operation: of, finding: code, note: fit(&place, NOTE)? };
            let name = format!("CompleteAction {}", told.id);
            self.add(opened + DONE_AFTER, &name, holder(owner, Role::Watch)?, Command::Review(command));
            let other = if owner.id == reviewer.id { self.director(&owner.partner) } else { Some(reviewer) };
            let other = other.ok_or_else(|| unfit(&place, &owner.partner, "has no post that validates"))?;
            let command = ReviewCommand::ValidateLesson { operation, finding, accepted: true, note: None };
            let name = format!("ValidateLesson {}", told.id);
            self.add(opened + SEEN_AFTER, &name, holder(other, Role::Commander)?, Command::Review(command));
        }
        Ok(())
    }

    /// The metric that a text under `evidence` stands for, if it is said which it is.
    fn metric(&self, place: &str, text: &str) -> Result<Option<Wanted>, ImportError> {
        let Some(Proof::Metric(name)) = self.scenario.proof(text) else { return Ok(None) };
        let Some(named) = self.scenario.metrics_of.get(name) else { return Ok(None) };
        let of = match (&named.of, &named.event, &named.by) {
            (Some(of), ..) => Measured::Thing(of.clone()),
            (None, Some(kind), Some(by)) => Measured::Event { kind: kind.clone(), by: by.clone() },
            (None, ..) => Measured::Only,
        };
        let (place, name) = (place.to_owned(), name.to_owned());
        Ok(Some(Wanted { code: fit("metrics_of", &named.code)?, of, place, name }))
    }

    /// What a text under `evidence` stands for; none for metrics, whose value is known only when they are linked.
    fn proof(&self, place: &str, text: &str) -> Result<Vec<Evidence>, ImportError> {
        let proof = self.scenario.proof(text).ok_or_else(|| unfit(place, text, "is nothing of this file"))?;
        let matter = |matter| Ok(vec![Evidence::Matter(matter)]);
        match proof {
            Proof::Metric(_) => Ok(Vec::new()),
            Proof::LastTally => {
                let authority = fit(place, &self.scenario.operation.lead_partner)?;
                let claims = i64::try_from(self.counted.len() + REPORTS_OF_TALLY).unwrap_or(i64::MAX);
                Ok(vec![Evidence::AssistanceClaim { authority, claim: whole(place, claims)? }])
            }
            Proof::Incident(code) => matter(Matter::Incident(fit(place, code)?)),
            Proof::Request(code) => matter(Matter::Request(fit(place, code)?)),
            Proof::Sitrep(told) => {
                let known = self.sitreps.get(told.id.as_str());
                let known = known.ok_or_else(|| unfit(place, text, "has not been issued by then"))?;
                matter(Matter::Sitrep(SitrepCode::of(known.0, known.1)))
            }
            Proof::Task(code) => Ok(vec![Evidence::Task { task: fit(place, code)? }]),
            Proof::Rejection(index) => {
                let log = &self.scenario.approvals.log;
                let version = log.get(index).map_or(0, |entry| entry.version);
                let before = log.iter().take(index).filter(|entry| entry.version == version);
                let decision = u32::try_from(before.count() + 1).unwrap_or(u32::MAX);
                Ok(vec![Evidence::PlanDecision { version, decision }])
            }
            Proof::Shift(shift) => {
                let centre = fit(place, &self.scenario.centre.id)?;
                Ok(vec![Evidence::Shift { centre, number: self.number(shift)? }])
            }
            Proof::Outcome(code) => matter(Matter::Outcome(fit(place, code)?)),
            Proof::DecisionPoint(point) => {
                let entries = (1..).zip(&self.decided).filter(|(_, (decided, _))| *decided == point);
                let recorded = entries
                    .map(|(number, (_, version))| Evidence::RecordedDecision { number, version: *version });
                Ok(recorded.collect())
            }
        }
    }

    /// By each in `by`, else by each that the section names.
    pub fn adopt_review(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let told = self.scenario.review.as_ref().and_then(|review| review.adopted.as_ref());
        let by = if entry.by.0.is_empty() { told.map(|told| &told.by[..]) } else { Some(&entry.by.0[..]) };
        let operation = self.operation.clone();
        let adopt =
            move |seen_at| Command::Review(ReviewCommand::Adopt { operation: operation.clone(), seen_at });
        self.by_each(entry, by.unwrap_or_default(), entry.event.name(), adopt)
    }

    /// The entry's `by` where it is a post, else the lead's post that is called so, else its director.
    fn reviewer(&self, entry: &TimelineEntry) -> Result<&'a Post, ImportError> {
        let lead = &self.scenario.operation.lead_partner;
        let is_reviewer = |post: &&Post| post.partner == *lead && post.title == "Review Lead";
        let titled = self.scenario.posts.iter().find(is_reviewer);
        let post = self.post_of(entry).or(titled).or(self.director(lead));
        post.ok_or_else(|| unfit(SECTION, lead, "has no post that reviews"))
    }

    /// When a day is over where the file is shown.
    fn end_of(&self, place: &str, day: NaiveDate) -> Result<Instant, ImportError> {
        let zone = self.scenario.meta.display_tz;
        let midnight = day.succ_opt().and_then(|day| day.and_hms_opt(0, 0, 0));
        let end = midnight.and_then(|at| zone.from_local_datetime(&at).earliest());
        end.map(|at| at.fixed_offset()).ok_or_else(|| unfit(place, &day.to_string(), "has no end there"))
    }
}
