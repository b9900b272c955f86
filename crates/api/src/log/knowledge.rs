//! What was known of a moment in the world, and since when: one moment held against all that the log learned of it.

use crate::{
    Error,
    graph::{
        context::{Session, World},
        node::{Event, Incident, Item, Node, Post, Request, Task},
        scalars::{DateTime, Json, Position},
    },
};
use async_graphql::SimpleObject;
use domain::Instant;
use futures_util::future::try_join_all;
use read_model::Page;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Most commands of one thing's history that are looked at.
const MOST_COMMANDS: usize = 200;

/// What was known of a moment in the world, from some position of the log on.
#[derive(SimpleObject)]
pub struct Knowledge {
    /// The end of the command since which it was known so, until the next entry.
    since: Position,
    /// The first event of that command that concerns it.
    event: Event,
    /// What was known. Of a task `status issuedAt acknowledgedAt startedAt endedAt progress blockedSince`; of an incident
    /// `status priority reportedAt triagedAt decidedAt containedAt closedAt personsRecovered`, and `arrivals` with `post` and
    /// `at`; of a request `status issuedAt acknowledgedAt answeredAt endedAt`; of a post `inPost officer`. Times are in UTC.
    /// Null while it was not known that there is such a thing, or it was not for you.
    answer: Option<Json>,
}

impl Session {
    /// What the centre knew, one after the other, of how a thing stood at a moment in the world.
    pub(crate) async fn knowledge(
        self: &Arc<Self>,
        world: &Arc<World>,
        subject: Option<Uuid>,
        key: &str,
        valid_at: DateTime,
    ) -> Result<Vec<Knowledge>, Error> {
        let Some(subject) = subject else { return Ok(Vec::new()) };
        let most = i64::try_from(MOST_COMMANDS * 10).unwrap_or(i64::MAX);
        let history = (subject, read_model::EventFilter::default(), Page::first(most));
        let events = world.loaders.histories.children(history).await?;
        let is_whole = events.len() < MOST_COMMANDS * 10;
        // The first of each command: what it made holds from the command's end on.
        let mut commands: Vec<_> = events.iter().map(Arc::clone).collect();
        commands.dedup_by_key(|event| event.command_end);
        if commands.len() > MOST_COMMANDS || !is_whole {
            return Err(Error::bad_input(format!(
                "It has more than {MOST_COMMANDS} commands in its history. Ask `asOf` of single moments."
            )));
        }
        let answers = commands.iter().map(|event| async {
            let then = self.past_like(world, domain::Position(event.command_end));
            match then.node(key).await? {
                Some(node) => answer(&node, valid_at).await.map(Some),
                None => Ok(None),
            }
        });
        let answers = try_join_all(answers).await?;
        let mut known: Vec<Knowledge> = Vec::new();
        let mut last: Option<Option<Value>> = None;
        for (event, answer) in commands.into_iter().zip(answers) {
            let before = last.replace(answer.clone());
            // Before the first event nothing was known.
            if before.unwrap_or_default() == answer {
                continue;
            }
            known.push(Knowledge {
                since: Position(domain::Position(event.command_end)),
                event: Event::new(world, event),
                answer: answer.map(Json),
            });
        }
        world.spend(known.len())?;
        Ok(known)
    }
}

/// How a thing stood at a moment in the world, as far as is known in the world that it was read in.
async fn answer(node: &Node, valid_at: DateTime) -> Result<Value, Error> {
    match node {
        Node::Task(task) => of_task(task, valid_at).await,
        Node::Incident(incident) => of_incident(incident, valid_at).await,
        Node::Request(request) => of_request(request, valid_at).await,
        Node::Post(post) => of_post(post, valid_at).await,
        _ => Err(Error::bad_input("What was known is told of tasks, incidents, requests and posts.")),
    }
}

fn utc(at: Option<Instant>) -> Value {
    at.map_or(Value::Null, |at| at.to_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true).into())
}

async fn of_task(task: &Task, valid_at: DateTime) -> Result<Value, Error> {
    let standing = task.standing(Some(valid_at)).await?;
    Ok(json!({
        "status": standing.status.to_string(),
        "issuedAt": utc(standing.issued_at),
        "acknowledgedAt": utc(standing.acknowledged_at),
        "startedAt": utc(standing.started_at),
        "endedAt": utc(standing.ended_at),
        "progress": standing.progress,
        "blockedSince": utc(standing.blocked.map(|(since, _)| since)),
    }))
}

async fn of_incident(incident: &Incident, valid_at: DateTime) -> Result<Value, Error> {
    let standing = incident.standing(Some(valid_at)).await?;
    let arrivals: Vec<_> = standing
        .responders
        .iter()
        .filter_map(|responder| {
            Some(json!({ "post": responder.post.as_str(), "at": utc(Some(responder.arrived_at?)) }))
        })
        .collect();
    Ok(json!({
        "status": standing.status.to_string(),
        "priority": standing.priority.map(|priority| priority.to_string()),
        "reportedAt": utc(standing.reported_at),
        "triagedAt": utc(standing.triaged_at),
        "decidedAt": utc(standing.decided_at),
        "arrivals": arrivals,
        "containedAt": utc(standing.contained_at),
        "closedAt": utc(standing.closed_at),
        "personsRecovered": standing.persons_recovered,
    }))
}

async fn of_request(request: &Request, valid_at: DateTime) -> Result<Value, Error> {
    let standing = request.standing(Some(valid_at)).await?;
    Ok(json!({
        "status": standing.status.to_string(),
        "issuedAt": utc(standing.issued_at),
        "acknowledgedAt": utc(standing.acknowledged_at),
        "answeredAt": utc(standing.answered_at),
        "endedAt": utc(standing.ended_at),
    }))
}

async fn of_post(post: &Post, valid_at: DateTime) -> Result<Value, Error> {
    let officer = post.officer_at(Some(valid_at)).await?;
    Ok(json!({ "inPost": officer.is_some(), "officer": officer }))
}
