//! The coalition: who has joined, who holds which post, and whether all this is an exercise.
//!
//! One subject, because rules that span partners (who must approve, whose liaison officer is missing, who
//! may act) have to be decided on all of them at once.

use crate::{
    Context, Event, Item, PartnerCode, Position, PostCode, Reasons, Recorded, RefusalCode, Rejection, Title,
    partner::{Partner, PartnerRole, PartnerStatus},
    post::{Post, PostStatus},
};
use imbl::OrdMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum CoalitionCommand {
    /// Marks the whole log as an exercise, before anything else is in it.
    DeclareExercise { title: Title },
}

/// What happened to the coalition as a whole.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[warn(missing_docs)]
pub enum CoalitionEvent {
    /// The whole log was marked as an exercise, before anything else was in it.
    ExerciseDeclared {
        /// What the exercise is called.
        title: Title,
    },
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coalition {
    /// Title of the exercise that the log holds; `None` for the real thing.
    pub exercise: Option<Title>,
    pub partners: OrdMap<PartnerCode, Arc<Partner>>,
    pub posts: OrdMap<PostCode, Arc<Post>>,
}

impl Coalition {
    pub fn host(&self) -> Option<&Partner> {
        self.members().find(|partner| partner.role == PartnerRole::Host)
    }

    /// Partners that have acceded and are in good standing, observers left out.
    pub fn members(&self) -> impl Iterator<Item = &Partner> {
        self.partners.values().map(Arc::as_ref).filter(|partner| partner.status == PartnerStatus::Acceded)
    }

    /// Partners that take tasks: domain rule 13.
    pub fn takes_tasks(&self, code: &PartnerCode) -> bool {
        self.partners.get(code).is_some_and(|partner| partner.takes_tasks())
    }

    pub fn has_liaison_in_post(&self, partner: &PartnerCode) -> bool {
        self.posts.values().any(|post| post.liaison && post.partner == *partner && post.holder().is_some())
    }

    /// Whether the post may act: why not, as text.
    pub fn standing(&self, post: &PostCode, partner: &PartnerCode) -> Result<(), String> {
        let held = self.posts.get(post).filter(|known| known.partner == *partner);
        match held.map(|post| post.status()) {
            Some(PostStatus::InPost | PostStatus::Acting) => {}
            _ => return Err(format!("Nobody holds {post} for {partner} at this moment.")),
        }
        match self.partners.get(partner).map(|partner| partner.status) {
            Some(PartnerStatus::Acceded | PartnerStatus::Observer) => Ok(()),
            _ => Err(format!("{partner} is not a partner in good standing.")),
        }
    }

    /// Adds `LIAISON_NOT_IN_POST` for each of the partners that lacks one.
    pub fn check_liaison<'a>(
        &self,
        partners: impl IntoIterator<Item = &'a PartnerCode>,
        field: &str,
        reasons: &mut Reasons,
    ) {
        for partner in partners {
            if !self.has_liaison_in_post(partner) {
                reasons.add_about(
                    RefusalCode::LiaisonNotInPost,
                    field,
                    format!("{partner} has no liaison officer in post."),
                    Some(crate::ids::PartnerId::of(partner).to_string()),
                );
            }
        }
    }

    pub(crate) fn evolve(&mut self, recorded: &Recorded, touched: &mut Vec<Item>) {
        match &recorded.event {
            Event::Coalition(CoalitionEvent::ExerciseDeclared { title }) => {
                self.exercise = Some(title.clone());
                touched.push(Item::Coalition);
            }
            Event::Partner(event) => self.evolve_partner(event, recorded, touched),
            Event::Post(event) => self.evolve_post(event, recorded, touched),
            Event::Centre(_) | Event::Operation(_) | Event::Plan(_) | Event::Assignment(_) => {}
        }
    }

    pub(crate) fn items(&self) -> Vec<Item> {
        let mut items: Vec<Item> = self.exercise.iter().map(|_| Item::Coalition).collect();
        items.extend(self.partners.keys().cloned().map(Item::Partner));
        for post in self.posts.values() {
            items.push(Item::Post(post.code.clone()));
            items.extend((1..).zip(&post.tenures).map(|(number, _)| Item::Tenure(post.code.clone(), number)));
        }
        items
    }
}

pub(crate) fn decide(
    command: &CoalitionCommand,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let CoalitionCommand::DeclareExercise { title } = command;
    if !context.administers() {
        return Err(Rejection::Forbidden("Only an administering service declares an exercise.".to_owned()));
    }
    reasons.check(context.head == Position(0), RefusalCode::ExerciseInUsedLog, "", || {
        format!("The log holds {} events: only an empty one can become an exercise.", context.head)
    });
    reasons.or(vec![Event::Coalition(CoalitionEvent::ExerciseDeclared { title: title.clone() })])
}
