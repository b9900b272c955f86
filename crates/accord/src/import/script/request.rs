//! What was asked of other partners, and when they answered.

use super::{Script, incident::priority};
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, fit_if, unfit},
    },
    scenario::model::{
        coalition::Post,
        request::{Channel as Way, Request, RequestKind as Told},
        values::Instant,
    },
};
use domain::{
    Command, Role,
    release::Release,
    request::{Channel, NewRequest, RequestCommand, RequestKind},
};

impl<'a> Script<'a> {
    /// In the name of the partner that asks, by its liaison officer; of the operation's lead, where another is not named, by
    /// whoever reported the incident that it is about.
    pub fn issue_request(&mut self, at: Instant, told: &Request) -> Result<(), ImportError> {
        let place = format!("requests {}", told.id);
        let incident =
            self.scenario.incident.as_ref().filter(|known| told.incident.as_ref() == Some(&known.id));
        let text = told.text.as_deref().or(incident.map(|known| known.title.as_str()));
        let text =
            text.ok_or_else(|| unfit(&place, &told.id, "has no text, and no incident that says what for"))?;
        let ask = NewRequest {
            kind: match told.kind {
                Told::Information => RequestKind::Rfi,
                Told::Assistance => RequestKind::Rfa,
            },
            channel: match told.channel {
                Way::Police => Channel::Police,
                Way::LegalAssistance => Channel::Mla,
            },
            priority: priority(told.priority),
            to: fit(&place, &told.to)?,
            incident: fit_if(&place, told.incident.as_deref())?,
            text: fit(&place, text)?,
            due: told.due,
            release: Release::default(),
        };
        let command = RequestCommand::Issue {
            operation: self.operation.clone(),
            request: fit("requests", &told.id)?,
            ask: Box::new(ask),
        };
        let asker = self.asker(told)?;
        self.add(
            at,
            &format!("IssueRequest {}", told.id),
            holder(asker, Role::Watch)?,
            Command::Request(command),
        );
        Ok(())
    }

    pub fn acknowledge_request(&mut self, at: Instant, told: &Request) -> Result<(), ImportError> {
        let (operation, request) = (self.operation.clone(), fit("requests", &told.id)?);
        self.answer(at, "AcknowledgeRequest", told, RequestCommand::Acknowledge { operation, request })
    }

    pub fn fulfil_request(&mut self, at: Instant, told: &Request) -> Result<(), ImportError> {
        let (operation, request) = (self.operation.clone(), fit("requests", &told.id)?);
        self.answer(at, "FulfilRequest", told, RequestCommand::Fulfil { operation, request, answer: None })
    }

    pub fn decline_request(&mut self, at: Instant, told: &Request) -> Result<(), ImportError> {
        let (operation, request) = (self.operation.clone(), fit("requests", &told.id)?);
        let reason = fit("requests", told.why.as_deref().unwrap_or_default())?;
        self.answer(at, "DeclineRequest", told, RequestCommand::Decline { operation, request, reason })
    }

    /// By the partner that asked.
    pub fn withdraw_request(&mut self, at: Instant, told: &Request) -> Result<(), ImportError> {
        let command = RequestCommand::Withdraw {
            operation: self.operation.clone(),
            request: fit("requests", &told.id)?,
            reason: fit("requests", told.why.as_deref().unwrap_or_default())?,
        };
        let actor = holder(self.asker(told)?, Role::Liaison)?;
        self.add(at, &format!("WithdrawRequest {}", told.id), actor, Command::Request(command));
        Ok(())
    }

    /// By the liaison officer of the partner that was asked; of one without a post its answer is entered by the asker.
    fn answer(
        &mut self,
        at: Instant,
        verb: &str,
        told: &Request,
        command: RequestCommand,
    ) -> Result<(), ImportError> {
        let post = match self.liaison(&told.to).or(self.director(&told.to)) {
            Some(post) => post,
            None => self.asker(told)?,
        };
        self.add(at, &format!("{verb} {}", told.id), holder(post, Role::Liaison)?, Command::Request(command));
        Ok(())
    }

    fn asker(&self, told: &Request) -> Result<&'a Post, ImportError> {
        let incident =
            self.scenario.incident.as_ref().filter(|known| told.incident.as_ref() == Some(&known.id));
        let reporter = incident.and_then(|known| known.log.first()).map(|entry| entry.by.as_str());
        let reporter = self.scenario.posts.iter().find(|post| Some(post.id.as_str()) == reporter);
        let from = told.from.as_ref().unwrap_or(&self.scenario.operation.lead_partner);
        let reporter = reporter.filter(|post| post.partner == *from);
        let post = reporter.or(self.liaison(from)).or(self.director(from));
        post.ok_or_else(|| unfit("requests", &told.id, "is of a partner without posts"))
    }
}
