//! Who sends a command, where the file does not say it.

use super::Script;
use crate::{
    import::{
        actors::{holder, service},
        error::ImportError,
    },
    scenario::model::{
        coalition::{Post, Role as Membership},
        timeline::TimelineEntry,
    },
};
use domain::{Actor, Role};

impl<'a> Script<'a> {
    pub fn liaison(&self, partner: &str) -> Option<&'a Post> {
        self.scenario.posts.iter().find(|post| post.liaison && post.partner == partner)
    }

    /// The first post of a partner speaks for it where no liaison officer is asked for.
    pub fn director(&self, partner: &str) -> Option<&'a Post> {
        self.scenario.posts.iter().find(|post| post.partner == partner)
    }

    pub fn if_held(&self, post: Option<&Post>, role: Role) -> Result<Actor, ImportError> {
        match post.filter(|post| self.held.contains(post.id.as_str())) {
            Some(post) => holder(post, role),
            None => Ok(service()),
        }
    }

    /// The entry's `by` where it is a post, else the director of the centre's host.
    pub fn for_centre(&self, entry: &TimelineEntry) -> Result<Actor, ImportError> {
        let host = self.scenario.partners.iter().find(|partner| partner.role == Membership::Host);
        let director = host.and_then(|host| self.director(&host.id));
        self.if_held(self.post_of(entry).or(director), Role::Commander)
    }

    /// The entry's `by` where it is a post, else the lead's director.
    pub fn commander(&self, entry: &TimelineEntry) -> Result<Actor, ImportError> {
        let lead = &self.scenario.operation.lead_partner;
        self.if_held(self.post_of(entry).or(self.director(lead)), Role::Commander)
    }

    /// The entry's `by` where it is a post, else the lead's liaison officer.
    pub fn planner(&self, entry: &TimelineEntry) -> Result<Actor, ImportError> {
        let lead = &self.scenario.operation.lead_partner;
        self.if_held(self.post_of(entry).or(self.liaison(lead)), Role::Planner)
    }

    pub fn post_of(&self, entry: &TimelineEntry) -> Option<&'a Post> {
        let [by] = &entry.by.0[..] else { return None };
        self.scenario.posts.iter().find(|post| post.id == *by)
    }
}
