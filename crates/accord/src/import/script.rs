//! The scenario as steps in recorded order: who sends which command when.
//!
//! Nothing here asks the rules or reads a log: whether a step is allowed is the engine's to say.

use super::{
    ImportError, fit, fit_all, plan,
    steps::{Act, Step, Verdict},
    unfit,
};
use crate::scenario::{
    Happening, Moment, Revision,
    model::{
        Decision, DecisionEntry, Expansion, ExpansionEvent, GovernanceEvent, HHour, Instant, Partner, Post,
        Role as Membership, Scenario, Task, TimelineEntry,
    },
};
use chrono::TimeDelta;
use domain::{
    Actor, Code, Command, OperationCode, Prose, Role,
    assignment::AssignmentCommand,
    centre::{CentreCommand, Criterion, Score},
    coalition::{CoalitionCommand, PartnerCommand, PostCommand, Profile},
    ids::{OfficerId, PostId},
    operation::OperationCommand,
    plan::{Dependency, NewCondition, OrderedChange, PlanCommand},
    release::HandlingCode,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The steps, and the governance events that this build leaves out, because it has no command for them: no step
/// needs what they would do. The exercise is declared with the first of all, or at `until` when that is earlier, so
/// that a history that stops before it begins is an exercise all the same.
pub fn write(
    scenario: &Scenario,
    until: Option<Instant>,
) -> Result<(Vec<Step>, Vec<&TimelineEntry>), ImportError> {
    let moments = scenario.governance();
    let mut script = Script {
        scenario,
        operation: fit("operation.id", &scenario.operation.id)?,
        held: BTreeSet::new(),
        tasks: BTreeSet::new(),
        assessed: 0,
        steps: Vec::new(),
        left: Vec::new(),
    };
    if let Some(first) = moments.first().map(|moment| moment.recorded) {
        let at = until.map_or(first, |until| until.min(first));
        let title = fit("meta.title", &scenario.meta.title)?;
        let declare = Command::Coalition(CoalitionCommand::DeclareExercise { title });
        script.add(at, "DeclareExercise", service(), declare);
    }
    for moment in moments {
        script.moment(moment)?;
    }
    // Stable: what a moment has drawn after it stays behind the moments of the same instant.
    script.steps.sort_by_key(|step| step.recorded);
    Ok((script.steps, script.left))
}

struct Script<'a> {
    scenario: &'a Scenario,
    operation: OperationCode,
    /// Posts taken so far.
    held: BTreeSet<&'a str>,
    /// Tasks of the draft so far.
    tasks: BTreeSet<&'a str>,
    /// Sites assessed so far.
    assessed: usize,
    steps: Vec<Step>,
    left: Vec<&'a TimelineEntry>,
}

/// Establishes partners, centres and posts until posts are held.
fn service() -> Actor {
    Actor::Service { name: "import".to_owned(), roles: [Role::Admin].into() }
}

fn holder(post: &Post, role: Role) -> Result<Actor, ImportError> {
    Ok(Actor::Post {
        post: fit("posts", &post.id)?,
        partner: fit("posts", &post.partner)?,
        roles: [role].into(),
    })
}

impl<'a> Script<'a> {
    fn add(&mut self, at: Instant, name: &str, actor: Actor, command: Command) {
        let (name, act) = (name.to_owned(), Act::Run(Box::new(command)));
        self.steps.push(Step { recorded: at, occurred: at, actor, late_reason: None, name, act });
    }

    fn moment(&mut self, moment: Moment<'a>) -> Result<(), ImportError> {
        let before = self.steps.len();
        let mut note = None;
        match moment.what {
            Happening::PostEstablished(post) => {
                let command = PostCommand::Establish {
                    post: fit("posts", &post.id)?,
                    partner: fit("posts", &post.partner)?,
                    title: fit(&format!("posts {}", post.id), &post.title)?,
                    liaison: post.liaison,
                };
                self.post(moment.recorded, "EstablishPost", post, command)?;
            }
            Happening::Nominated(post) => {
                let code = fit("posts", &post.id)?;
                // Opaque, and the same each time that the file is imported.
                let officer = OfficerId(Uuid::new_v5(&PostId::of(&code).0, b"officer:1"));
                let command = PostCommand::Nominate { post: code, officer };
                self.post(moment.recorded, "Nominate", post, command)?;
            }
            Happening::NominationAccepted(post) => {
                let command = PostCommand::AcceptNomination { post: fit("posts", &post.id)? };
                self.post(moment.recorded, "AcceptNomination", post, command)?;
            }
            Happening::TookPost(post) => {
                let command = PostCommand::TakePost { post: fit("posts", &post.id)? };
                self.post(moment.recorded, "TakePost", post, command)?;
                self.held.insert(&post.id);
            }
            Happening::Expansion(entry) => self.expansion(moment.recorded, entry)?,
            Happening::Timeline(entry) => {
                note = entry.note.as_deref();
                if !self.timeline(entry)? {
                    self.left.push(entry);
                }
            }
        }
        // The moment's own steps; what follows from them happened when it was recorded.
        for step in self.steps[before..].iter_mut().filter(|step| step.recorded == moment.recorded) {
            step.occurred = moment.occurred;
            step.late_reason = Step::late_reason(step.recorded, step.occurred, note);
        }
        Ok(())
    }

    /// A partner's liaison officer fills its posts, and the service does until there is one.
    fn post(
        &mut self,
        at: Instant,
        verb: &str,
        post: &Post,
        command: PostCommand,
    ) -> Result<(), ImportError> {
        let actor = self.if_held(self.liaison(&post.partner), Role::Liaison)?;
        self.add(at, &format!("{verb} {}", post.id), actor, Command::Post(command));
        Ok(())
    }

    fn liaison(&self, partner: &str) -> Option<&'a Post> {
        self.scenario.posts.iter().find(|post| post.liaison && post.partner == partner)
    }

    /// The first post of a partner speaks for it where no liaison officer is asked for.
    fn director(&self, partner: &str) -> Option<&'a Post> {
        self.scenario.posts.iter().find(|post| post.partner == partner)
    }

    fn if_held(&self, post: Option<&Post>, role: Role) -> Result<Actor, ImportError> {
        match post.filter(|post| self.held.contains(post.id.as_str())) {
            Some(post) => holder(post, role),
            None => Ok(service()),
        }
    }

    /// The entry's `by` where it is a post, else the director of the centre's host.
    fn for_centre(&self, entry: &TimelineEntry) -> Result<Actor, ImportError> {
        let host = self.scenario.partners.iter().find(|partner| partner.role == Membership::Host);
        let director = host.and_then(|host| self.director(&host.id));
        self.if_held(self.named(entry).or(director), Role::Commander)
    }

    /// The entry's `by` where it is a post, else the lead's director.
    fn commander(&self, entry: &TimelineEntry) -> Result<Actor, ImportError> {
        let lead = &self.scenario.operation.lead_partner;
        self.if_held(self.named(entry).or(self.director(lead)), Role::Commander)
    }

    /// The entry's `by` where it is a post, else the lead's liaison officer.
    fn planner(&self, entry: &TimelineEntry) -> Result<Actor, ImportError> {
        let lead = &self.scenario.operation.lead_partner;
        self.if_held(self.named(entry).or(self.liaison(lead)), Role::Planner)
    }

    fn named(&self, entry: &TimelineEntry) -> Option<&'a Post> {
        let [by] = &entry.by.0[..] else { return None };
        self.scenario.posts.iter().find(|post| post.id == *by)
    }

    fn partner(&self, code: &str) -> Result<&'a Partner, ImportError> {
        let found = self.scenario.partners.iter().find(|partner| partner.id == code);
        found.ok_or_else(|| unfit("partners", code, "is no partner"))
    }

    fn profile(&self, code: &str) -> Result<Profile, ImportError> {
        let (partner, place) = (self.partner(code)?, format!("partners {code}"));
        Ok(Profile {
            name: fit(&place, &partner.name)?,
            agency: fit(&place, &partner.agency)?,
            time_zone: partner.tz.map(|zone| fit(&place, zone.name())).transpose()?,
            currency: partner.currency.as_ref().map(|code| fit(&place, code.as_str())).transpose()?,
        })
    }

    fn expansion(&mut self, at: Instant, entry: &Expansion) -> Result<(), ImportError> {
        let partner = fit("expansion", &entry.partner)?;
        let (verb, command) = match &entry.event {
            ExpansionEvent::PartnerInvited { role } => {
                let (profile, role) = (self.profile(&entry.partner)?, plan::role("expansion", *role)?);
                ("Invite", PartnerCommand::Invite { partner, profile, role })
            }
            ExpansionEvent::InvitationAcknowledged {} => {
                ("AcknowledgeInvitation", PartnerCommand::AcknowledgeInvitation { partner })
            }
            ExpansionEvent::InvitationDeferred {} => {
                ("DeferInvitation", PartnerCommand::DeferInvitation { partner, reason: None })
            }
            ExpansionEvent::ObserverAdmitted {} => {
                ("AdmitObserver", PartnerCommand::AdmitObserver { partner })
            }
            ExpansionEvent::PartnerAcceded {} => {
                ("Accede", PartnerCommand::Accede { partner, founding: None })
            }
        };
        self.add(at, &format!("{verb} {}", entry.partner), service(), Command::Partner(command));
        Ok(())
    }

    /// False when this build leaves the entry for later.
    fn timeline(&mut self, entry: &'a TimelineEntry) -> Result<bool, ImportError> {
        let at = entry.recorded;
        match &entry.event {
            GovernanceEvent::PartnerAcceded {} => self.accede(entry)?,
            GovernanceEvent::CentreProposed {}
            | GovernanceEvent::SiteSelected {}
            | GovernanceEvent::CentreEstablished {}
            | GovernanceEvent::CentreActivated {} => self.centre(entry)?,
            GovernanceEvent::SiteOptionAssessed { options } => self.assess(entry, *options)?,
            GovernanceEvent::OperationInitiated {}
            | GovernanceEvent::WarningOrderIssued {}
            | GovernanceEvent::LegalBasisRecorded {}
            | GovernanceEvent::HHourSet {}
            | GovernanceEvent::OperationActivated {} => self.operation(entry)?,
            GovernanceEvent::FragmentaryOrderIssued { order } => self.order(entry, order)?,
            GovernanceEvent::PlanDrafted {} => self.draft(entry)?,
            GovernanceEvent::PlanVersionSubmitted { version } => {
                let command = PlanCommand::Submit { operation: self.operation.clone() };
                let actor = self.planner(entry)?;
                self.add(at, &format!("Submit v{version}"), actor, Command::Plan(command));
            }
            GovernanceEvent::PlanVersionApproved { version }
            | GovernanceEvent::PlanVersionApprovedWithConditions { version }
            | GovernanceEvent::PlanVersionRejected { version }
            | GovernanceEvent::TerritorialConsentGiven { version } => self.decide(entry, *version)?,
            GovernanceEvent::AmendmentOpened { version } => self.amend(entry, *version)?,
            GovernanceEvent::TaskRevised { task } => {
                let revision = Box::new(plan::revision(self.scenario, task)?);
                let (operation, code) = (self.operation.clone(), fit("timeline", task)?);
                let command = PlanCommand::ReviseTask { operation, task: code, revision };
                let actor = self.planner(entry)?;
                self.add(at, &format!("ReviseTask {task}"), actor, Command::Plan(command));
            }
            GovernanceEvent::TaskAddedToPlan { task } => self.add_in_amendment(entry, task)?,
            GovernanceEvent::PlanPromulgated { version } => self.promulgate(entry, *version)?,
            GovernanceEvent::ApprovalConditionSatisfied { condition } => self.satisfy(entry, condition)?,
            // Said by the order, by the submission, and by the posts' own moments.
            GovernanceEvent::HHourShifted { .. }
            | GovernanceEvent::PlanVersionSuperseded { .. }
            | GovernanceEvent::OfficerNominated {} => {}
            GovernanceEvent::PhaseStarted { .. }
            | GovernanceEvent::GoNoGoDecided { .. }
            | GovernanceEvent::DecisionRecorded { .. }
            | GovernanceEvent::DeconflictionConflictFound {}
            | GovernanceEvent::DeconflictionCleared {}
            | GovernanceEvent::OperationClosed {}
            | GovernanceEvent::WatchGapDetected {}
            | GovernanceEvent::ReviewOpened {}
            | GovernanceEvent::ReviewAdopted {} => return Ok(false),
        }
        Ok(true)
    }

    /// A founding partner, with the profile and role that the file gives it.
    fn accede(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let code = &entry.subject.code;
        let role = plan::role(&format!("partners {code}"), self.partner(code)?.role)?;
        let founding = Some((self.profile(code)?, role));
        let command = PartnerCommand::Accede { partner: fit("timeline", code)?, founding };
        self.add(entry.recorded, &format!("Accede {code}"), service(), Command::Partner(command));
        Ok(())
    }

    fn centre(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let from = &self.scenario.centre;
        let centre = fit("centre.id", &from.id)?;
        let command = match entry.event {
            GovernanceEvent::CentreProposed {} => CentreCommand::Propose {
                centre,
                name: fit("centre.name", &from.name)?,
                criteria: from
                    .criteria_weights
                    .iter()
                    .map(|(name, weight)| {
                        let place = "centre.criteria_weights";
                        Ok(Criterion { name: fit(place, name)?, weight: whole(place, *weight)? })
                    })
                    .collect::<Result<_, ImportError>>()?,
            },
            GovernanceEvent::SiteSelected {} => CentreCommand::Select {
                centre,
                site: fit("centre.decision", &from.decision.selected)?,
                agreed_by: fit_all("centre.decision", &from.decision.by)?,
                rationale: fit("centre.decision", &from.decision.rationale)?,
            },
            GovernanceEvent::CentreEstablished {} => CentreCommand::Establish { centre },
            _ => CentreCommand::Activate { centre },
        };
        let actor = self.for_centre(entry)?;
        self.add(entry.recorded, entry.event.name(), actor, Command::Centre(command));
        Ok(())
    }

    /// The next `count` sites, in the file's order.
    fn assess(&mut self, entry: &TimelineEntry, count: u32) -> Result<(), ImportError> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let sites = &self.scenario.centre.options;
        for site in sites.iter().skip(self.assessed).take(count) {
            let place = format!("centre.options {}", site.id);
            let scores = site.scores.iter().map(|(criterion, score)| {
                Ok(Score { criterion: fit(&place, criterion)?, score: whole(&place, *score)? })
            });
            let command = CentreCommand::Assess {
                centre: fit("centre.id", &self.scenario.centre.id)?,
                site: fit(&place, &site.id)?,
                place: fit(&place, &site.place)?,
                scores: scores.collect::<Result<_, ImportError>>()?,
            };
            let actor = self.for_centre(entry)?;
            self.add(entry.recorded, &format!("AssessSite {}", site.id), actor, Command::Centre(command));
        }
        self.assessed = self.assessed.saturating_add(count);
        Ok(())
    }

    fn operation(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let from = &self.scenario.operation;
        let operation = self.operation.clone();
        let (actor, command) = match entry.event {
            GovernanceEvent::OperationInitiated {} => (
                self.planner(entry)?,
                OperationCommand::Initiate {
                    operation,
                    title: fit("meta.title", &self.scenario.meta.title)?,
                    lead: fit("operation.lead_partner", &from.lead_partner)?,
                    classification: plan::classification(from.classification),
                    handling: HandlingCode::default(),
                    releasable_to: fit_all("operation.default_release", &from.default_release)?,
                },
            ),
            GovernanceEvent::WarningOrderIssued {} => {
                (self.planner(entry)?, OperationCommand::IssueWarningOrder { operation, text: None })
            }
            GovernanceEvent::LegalBasisRecorded {} => {
                let instruments = fit_all("operation.legal_basis", &from.legal_basis)?;
                (self.planner(entry)?, OperationCommand::RecordLegalBasis { operation, instruments })
            }
            GovernanceEvent::OperationActivated {} => {
                (self.commander(entry)?, OperationCommand::Activate { operation })
            }
            _ => {
                let at = self.h_hour(entry)?.set;
                (self.commander(entry)?, OperationCommand::SetHHour { operation, at })
            }
        };
        self.add(entry.recorded, entry.event.name(), actor, Command::Operation(command));
        Ok(())
    }

    /// What `operation.hhour` says about the entry.
    fn h_hour(&self, entry: &TimelineEntry) -> Result<&'a HHour, ImportError> {
        let told = self.scenario.operation.hhour.iter().find(|hhour| hhour.recorded == entry.recorded);
        told.ok_or_else(|| unfit("operation.hhour", entry.event.name(), "is not told"))
    }

    /// By which H-hour moves.
    fn order(&mut self, entry: &TimelineEntry, code: &str) -> Result<(), ImportError> {
        let told = self.h_hour(entry)?;
        let reason = told.reason.as_ref().or(entry.note.as_ref());
        let reason = reason.ok_or_else(|| unfit("operation.hhour", code, "has no reason"))?;
        let command = PlanCommand::IssueFragmentaryOrder {
            operation: self.operation.clone(),
            reason: fit("operation.hhour", reason)?,
            change: OrderedChange { h_hour: Some(told.set), officers: Vec::new() },
        };
        let actor = self.commander(entry)?;
        self.add(entry.recorded, code, actor, Command::Plan(command));
        Ok(())
    }

    /// On the newest version that the condition was attached to.
    fn satisfy(&mut self, entry: &TimelineEntry, code: &str) -> Result<(), ImportError> {
        let place = format!("approvals.conditions {code}");
        let condition = self.scenario.approvals.conditions.iter().find(|condition| condition.id == code);
        let condition = condition.ok_or_else(|| unfit("timeline", code, "is no condition"))?;
        let attached = |log: &&DecisionEntry| match &log.decision {
            Decision::ApprovedWithConditions { conditions } => conditions.contains(&condition.id),
            Decision::Approved {} | Decision::Rejected { .. } | Decision::TerritorialConsent { .. } => false,
        };
        let number = self.scenario.approvals.log.iter().filter(attached).map(|log| log.version).max();
        let evidence = condition.satisfied_by.as_ref().or(entry.note.as_ref());
        let command = PlanCommand::SatisfyCondition {
            operation: self.operation.clone(),
            number: number.ok_or_else(|| unfit(&place, code, "is attached to no approval"))?,
            partner: fit(&place, &condition.by)?,
            condition: fit(&place, code)?,
            evidence: fit(&place, evidence.ok_or_else(|| unfit(&place, code, "has no evidence"))?)?,
        };
        let actor = self.commander(entry)?;
        self.add(entry.recorded, &format!("SatisfyCondition {code}"), actor, Command::Plan(command));
        Ok(())
    }

    /// The sections in one command, then tasks and annexes a minute apart.
    fn draft(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let scenario = self.scenario;
        let actor = self.planner(entry)?;
        let mut at = entry.recorded;
        let sections = Box::new(plan::sections(scenario)?);
        let draft = PlanCommand::Draft { operation: self.operation.clone(), sections };
        self.add(at, "DraftPlan", actor.clone(), Command::Plan(draft));
        let Some(first) = scenario.plan(1) else { return Ok(()) };
        let mut after = || {
            at += TimeDelta::minutes(1);
            at
        };
        let mut waiting = Vec::new();
        for task in &first.tasks {
            self.add_task(after(), &actor, task)?;
            // Found by its code in the scenario, because version 1 is a copy that does not last.
            self.tasks.extend(known(scenario, &task.id).map(|task| task.id.as_str()));
            let later = task.predecessors.iter().filter(|before| !self.tasks.contains(before.as_str()));
            waiting.extend(later.map(|before| (task.id.clone(), before.clone())));
        }
        for from in &scenario.plan.annexes {
            let (operation, annex) = (self.operation.clone(), Box::new(plan::annex(scenario, from)?));
            let attach = Command::Plan(PlanCommand::AttachAnnex { operation, annex });
            self.add(after(), &format!("AttachAnnex {}", from.id), actor.clone(), attach);
        }
        for (task, predecessor) in waiting {
            self.add_dependency(after(), &actor, &task, &predecessor)?;
        }
        Ok(())
    }

    fn add_task(&mut self, at: Instant, actor: &Actor, task: &Task) -> Result<(), ImportError> {
        let planned = Box::new(plan::task(task, &self.tasks)?);
        let command = PlanCommand::AddTask { operation: self.operation.clone(), task: planned };
        self.add(at, &format!("AddTask {}", task.id), actor.clone(), Command::Plan(command));
        Ok(())
    }

    fn add_dependency(
        &mut self,
        at: Instant,
        actor: &Actor,
        task: &str,
        predecessor: &str,
    ) -> Result<(), ImportError> {
        let command = PlanCommand::AddDependency {
            operation: self.operation.clone(),
            task: fit("plan.tasks", task)?,
            dependency: Dependency::plain(fit("plan.tasks", predecessor)?),
        };
        let name = format!("AddDependency {task} waits for {predecessor}");
        self.add(at, &name, actor.clone(), Command::Plan(command));
        Ok(())
    }

    /// Opened because of what was objected to; dependencies among tasks that the draft has already come with it.
    fn amend(&mut self, entry: &TimelineEntry, version: u32) -> Result<(), ImportError> {
        let rejections = self.scenario.approvals.log.iter().filter(|log| log.version + 1 == version);
        let objections: Vec<&str> = rejections
            .filter_map(|log| match &log.decision {
                Decision::Rejected { reason, .. } => Some(reason.as_str()),
                _ => None,
            })
            .collect();
        let reason = if objections.is_empty() {
            entry.note.clone().unwrap_or_else(|| format!("Version {version} of the plan"))
        } else {
            objections.join("; ")
        };
        let actor = self.planner(entry)?;
        let reason: Prose = fit("the reason of the amendment", &reason)?;
        let open = PlanCommand::OpenAmendment { operation: self.operation.clone(), reason };
        self.add(entry.recorded, &format!("OpenAmendment v{version}"), actor.clone(), Command::Plan(open));
        for revision in self.scenario.amendment() {
            let Revision::AddDependency { predecessor, successor, .. } = revision else { continue };
            if self.tasks.contains(predecessor) && self.tasks.contains(successor) {
                self.add_dependency(entry.recorded, &actor, successor, predecessor)?;
            }
        }
        Ok(())
    }

    /// The task, and at once what waits for it among the tasks that were there before.
    fn add_in_amendment(&mut self, entry: &TimelineEntry, code: &str) -> Result<(), ImportError> {
        let task = known(self.scenario, code).ok_or_else(|| unfit("timeline", code, "is no task"))?;
        let actor = self.planner(entry)?;
        self.add_task(entry.recorded, &actor, task)?;
        for successor in &self.scenario.plan.tasks {
            let waits = successor.predecessors.contains(&task.id);
            if waits && self.tasks.contains(successor.id.as_str()) {
                self.add_dependency(entry.recorded, &actor, &successor.id, code)?;
            }
        }
        self.tasks.insert(&task.id);
        Ok(())
    }

    /// By the liaison officer of the partner, as the section tells it.
    fn decide(&mut self, entry: &TimelineEntry, version: u32) -> Result<(), ImportError> {
        let told = self.scenario.approvals.log.iter().find(|log| {
            log.version == version && log.at == entry.recorded && entry.by.0.contains(&log.partner)
        });
        let told = told.ok_or_else(|| unfit("approvals.log", entry.event.name(), "is not told"))?;
        let liaison = self.liaison(&told.partner);
        let liaison = liaison.ok_or_else(|| unfit("posts", &told.partner, "has no liaison post"))?;
        let (name, verdict) = self.verdict(told)?;
        self.steps.push(Step {
            recorded: entry.recorded,
            occurred: entry.recorded,
            actor: holder(liaison, Role::Commander)?,
            late_reason: None,
            name: format!("{name} v{version} by {}", told.partner),
            act: Act::Decide { operation: self.operation.clone(), number: version, verdict },
        });
        Ok(())
    }

    fn verdict(&self, told: &DecisionEntry) -> Result<(&'static str, Verdict), ImportError> {
        let place = format!("approvals.log of {}", told.partner);
        Ok(match &told.decision {
            Decision::Approved {} => ("Approve", Verdict::Approve { conditions: Vec::new() }),
            Decision::ApprovedWithConditions { conditions } => {
                let all = self.scenario.approvals.conditions.iter();
                let attached = all.filter(|condition| conditions.contains(&condition.id)).map(|condition| {
                    Ok(NewCondition {
                        code: fit(&place, &condition.id)?,
                        gate: fit::<Code>(&place, &condition.gate)?,
                        text: fit(&place, &condition.text)?,
                    })
                });
                let conditions = attached.collect::<Result<_, ImportError>>()?;
                ("ApproveWithConditions", Verdict::Approve { conditions })
            }
            Decision::Rejected { reason_code, reason, objects_to } => {
                let reason_code = fit(&place, reason_code)?;
                let (reason, objects_to) = (fit(&place, reason)?, fit_all(&place, objects_to)?);
                ("Reject", Verdict::Reject { reason_code, reason, objects_to })
            }
            Decision::TerritorialConsent { tasks } => {
                ("Consent", Verdict::Consent { tasks: fit_all(&place, tasks)? })
            }
        })
    }

    /// Puts the version in force; then each task's post is bound to it, a second apart.
    fn promulgate(&mut self, entry: &TimelineEntry, version: u32) -> Result<(), ImportError> {
        let actor = self.commander(entry)?;
        self.steps.push(Step {
            recorded: entry.recorded,
            occurred: entry.recorded,
            actor: actor.clone(),
            late_reason: None,
            name: format!("Promulgate v{version}"),
            act: Act::Promulgate { operation: self.operation.clone(), number: version },
        });
        let tasks = self.scenario.plan(version).map(|draft| draft.tasks).unwrap_or_default();
        let mut at = entry.recorded;
        for task in tasks {
            at += TimeDelta::seconds(1);
            let command = AssignmentCommand::Assign {
                operation: self.operation.clone(),
                task: fit("plan.tasks", &task.id)?,
                post: fit("plan.tasks", &task.post)?,
            };
            let name = format!("AssignOfficer {} to {}", task.post, task.id);
            self.add(at, &name, actor.clone(), Command::Assignment(command));
        }
        Ok(())
    }
}

fn known<'a>(scenario: &'a Scenario, code: &str) -> Option<&'a Task> {
    scenario.plan.tasks.iter().find(|task| task.id == code)
}

fn whole(place: &str, number: i64) -> Result<u32, ImportError> {
    u32::try_from(number).map_err(|_| unfit(place, &number.to_string(), "is out of bounds"))
}
