//! Partners come in, and posts are filled.

use super::Script;
use crate::{
    import::{
        actors::service,
        error::ImportError,
        fit::{fit, partner_role, unfit},
    },
    scenario::model::{
        coalition::{Expansion, ExpansionEvent, Partner, Post},
        timeline::{GovernanceEvent, TimelineEntry},
        values::Instant,
    },
};
use domain::{
    Command, Role,
    coalition::{PartnerCommand, PostCommand, Profile},
    ids::{OfficerId, PostId},
};
use uuid::Uuid;

impl<'a> Script<'a> {
    pub fn establish_post(&mut self, at: Instant, post: &'a Post) -> Result<(), ImportError> {
        let command = PostCommand::Establish {
            post: fit("posts", &post.id)?,
            partner: fit("posts", &post.partner)?,
            title: fit(&format!("posts {}", post.id), &post.title)?,
            liaison: post.liaison,
        };
        self.post(at, "EstablishPost", post, command)
    }

    pub fn nominate(&mut self, at: Instant, post: &'a Post) -> Result<(), ImportError> {
        let code = fit("posts", &post.id)?;
        // Opaque, and the same each time that the file is imported.
        let officer = OfficerId(Uuid::new_v5(&PostId::of(&code).0, b"officer:1"));
        let command = PostCommand::Nominate { post: code, officer };
        self.post(at, "Nominate", post, command)
    }

    pub fn accept_nomination(&mut self, at: Instant, post: &'a Post) -> Result<(), ImportError> {
        let command = PostCommand::AcceptNomination { post: fit("posts", &post.id)? };
        self.post(at, "AcceptNomination", post, command)
    }

    pub fn take_post(&mut self, at: Instant, post: &'a Post) -> Result<(), ImportError> {
        let command = PostCommand::TakePost { post: fit("posts", &post.id)? };
        self.post(at, "TakePost", post, command)?;
        self.held.insert(&post.id);
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

    pub fn expansion(&mut self, at: Instant, entry: &Expansion) -> Result<(), ImportError> {
        let partner = fit("expansion", &entry.partner)?;
        let (verb, command) = match &entry.event {
            ExpansionEvent::PartnerInvited { role } => {
                let (profile, role) = (self.profile(&entry.partner)?, partner_role("expansion", *role)?);
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

    /// A founding partner, with the profile and role that the file gives it.
    pub fn accede(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let code = &entry.subject.code;
        let role = partner_role(&format!("partners {code}"), self.partner(code)?.role)?;
        let founding = Some((self.profile(code)?, role));
        let command = PartnerCommand::Accede { partner: fit("timeline", code)?, founding };
        self.add(entry.recorded, &format!("Accede {code}"), service(), Command::Partner(command));
        Ok(())
    }

    /// By the entry's `by` where it is a post, such as of the partner that leaves, else by the host's director.
    pub fn change_standing(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let code = &entry.subject.code;
        let partner = fit("timeline", code)?;
        let reason =
            entry.note.as_ref().ok_or_else(|| unfit("timeline", code, "has no note that says why"))?;
        let reason = fit("timeline", reason)?;
        let (verb, command) = match &entry.event {
            GovernanceEvent::PartnerSuspended {} => ("Suspend", PartnerCommand::Suspend { partner, reason }),
            GovernanceEvent::PartnerReinstated {} => {
                ("Reinstate", PartnerCommand::Reinstate { partner, reason })
            }
            _ => ("Withdraw", PartnerCommand::Withdraw { partner, reason }),
        };
        let actor = self.for_centre(entry)?;
        self.add(entry.recorded, &format!("{verb} {code}"), actor, Command::Partner(command));
        Ok(())
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
}
