//! Who sends a command, where the file does not say it.

use super::Script;
use crate::{
    import::{
        actors::{holder, service},
        error::ImportError,
        fit::unfit,
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
        match self.post_of(entry) {
            Some(post) => self.if_held(Some(post), Role::Commander),
            None => self.for_host(),
        }
    }

    /// The director of the centre's host.
    pub fn for_host(&self) -> Result<Actor, ImportError> {
        let host = self.scenario.partners.iter().find(|partner| partner.role == Membership::Host);
        self.if_held(host.and_then(|host| self.director(&host.id)), Role::Commander)
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

    /// The posts, one for each name: a partner speaks by its first post.
    pub fn speakers(&self, names: &[String]) -> Result<Vec<&'a Post>, ImportError> {
        let posts = &self.scenario.posts;
        let speaker = |name: &String| {
            let post = posts.iter().find(|post| post.id == *name).or(self.director(name));
            post.ok_or_else(|| unfit("posts", name, "has no post that speaks for it"))
        };
        names.iter().map(speaker).collect()
    }

    pub fn post_of(&self, entry: &TimelineEntry) -> Option<&'a Post> {
        let [by] = &entry.by.0[..] else { return None };
        self.scenario.posts.iter().find(|post| post.id == *by)
    }
}
