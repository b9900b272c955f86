//! Where attacks play: SAPHAN, four operations of the attackers' partner that are as large as can be, and a small
//! one of the others.

use super::wire;
use crate::{
    client::{Client, Mutation},
    node::{Accord, Allowances, Node},
};
use anyhow::{Context as _, Result, bail};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use std::{path::Path, time::Instant};

/// Tasks of each large operation.
const TASKS: usize = 10_000;

/// Of the others' operation.
const GENTLE_TASKS: usize = 20;

/// The attackers' partner fills so many posts, and signs for as many as it likes that nobody holds.
const POSTS: usize = 8;
const INVENTED: usize = 32;

/// Posts that SAPHAN has of the attackers' partner.
const POSTS_OF_SAPHAN: usize = 4;

const ROLES: &str = "PLANNER,COMMANDER,LIAISON,WATCH,REVIEWER";

/// In force, its H-hour set, and with an amendment.
pub const GREAT: &str = "GREAT";

/// Drafts, to be submitted and recalled.
pub const LONG: [&str; 2] = ["LONG-1", "LONG-2"];

/// A draft, to be imported again and again.
pub const AGAIN: &str = "AGAIN";

/// Whose tasks the attackers' small commands change.
pub const BUSY: &str = "BUSY";

const GENTLE: &str = "GENTLE";

pub struct Scene {
    /// Tokens of the others' two posts.
    pub others: [String; 2],
    /// Of posts that the attackers' partner fills.
    pub posts: Vec<String>,
    /// Of posts that nobody holds; it signs these, too.
    pub invented: Vec<String>,
    /// Of the others' posts by their names, signed by the attackers' partner.
    pub borrowed: Vec<String>,
    /// The id of [`GREAT`].
    pub great: Value,
    /// Where the log ended when all this was there.
    pub head: Value,
}

impl Scene {
    /// On an empty database. The node is ended afterwards.
    pub async fn set(accord: &Accord, scenario: &Path) -> Result<Self> {
        let file = scenario.to_str().context("the scenario's path is no text")?;
        let (imported, said) = accord.run(&["import", file]).await?;
        if !imported {
            bail!("the scenario was not imported: {said}");
        }
        let admin = accord.token(&["--service", "setup"], "ADMIN").await?;
        let post = async |code: String, partner: &str| {
            accord.token(&["--post", &code, "--partner", partner], ROLES).await
        };
        let mut scene = Self {
            others: [post("THA-02".to_owned(), "THA").await?, post("THA-03".to_owned(), "THA").await?],
            posts: Vec::new(),
            invented: Vec::new(),
            borrowed: Vec::new(),
            great: Value::Null,
            head: Value::Null,
        };
        for number in 1..=POSTS {
            scene.posts.push(post(format!("CHN-{number:02}"), "CHN").await?);
        }
        for number in 0..INVENTED {
            scene.invented.push(post(format!("CHN-{}", 101 + number), "CHN").await?);
        }
        for code in ["THA-02", "THA-03"] {
            scene.borrowed.push(post(code.to_owned(), "CHN").await?);
        }

        let mut node = Node::new(accord.clone(), 0, accord.database.clone());
        node.set_allowances(Allowances::Unlimited);
        node.start().await?;
        let client = |token: &str| {
            Client::new(token.to_owned(), vec![node.address()], Instant::now()).map(|client| client.patient())
        };
        fill_posts(&client(&admin)?).await?;
        draft(&client(&scene.others[0])?, GENTLE, "THA", GENTLE_TASKS).await?;
        let attacker = client(&scene.posts[0])?;
        draft(&attacker, BUSY, "CHN", POSTS).await?;
        for code in [LONG[0], LONG[1], AGAIN] {
            draft(&attacker, code, "CHN", TASKS).await?;
        }
        scene.great = draft(&attacker, GREAT, "CHN", TASKS).await?;
        bring_into_force(&attacker, &scene.great).await?;
        scene.head = attacker.ask(0, "{ head { position } }", json!({})).await?["head"]["position"].take();
        node.kill().await?;
        Ok(scene)
    }
}

/// What the others may do again and again: another title for a task of their draft.
pub fn gentle_revision(round: usize, number: u32) -> Mutation {
    let task = usize::try_from(number).unwrap_or_default() % GENTLE_TASKS;
    revision(GENTLE, task, &format!("Round {round}, revision {number}"))
}

/// Another title for a task.
pub fn revision(operation: &str, task: usize, title: &str) -> Mutation {
    Mutation::new("reviseTask", json!({ "operation": operation, "task": code(task), "title": title }))
}

/// All tasks of a large plan, with titles that begin so.
pub fn import(operation: &str, titles: &str) -> Mutation {
    Mutation::new("importTasks", json!({ "operation": operation, "tasks": tasks("CHN", TASKS, titles) }))
}

fn code(task: usize) -> String {
    format!("T{task:05}")
}

/// Each waits for up to three of the hundred before it.
fn tasks(partner: &str, count: usize, titles: &str) -> Vec<Value> {
    let mut random = StdRng::seed_from_u64(5);
    let mut task = |number: usize| {
        let mut before: Vec<usize> = (0..random.random_range(0..=3.min(number)))
            .map(|_| random.random_range(number.saturating_sub(100)..number))
            .collect();
        before.sort_unstable();
        before.dedup();
        json!({
            "code": code(number), "title": format!("{titles}: task {number} of a plan"), "phase": "P1",
            "leadPartner": partner, "territory": partner,
            "post": format!("{partner}-{:02}", 1 + number % POSTS_OF_SAPHAN),
            "startOffset": format!("PT{}H", random.random_range(0..500)),
            "duration": format!("PT{}H", random.random_range(0..48)),
            "predecessors": before.into_iter().map(code).collect::<Vec<_>>(),
        })
    };
    (0..count).map(&mut task).collect()
}

/// SAPHAN has half of the attackers' posts.
async fn fill_posts(admin: &Client) -> Result<()> {
    for number in POSTS_OF_SAPHAN + 1..=POSTS {
        let post = format!("CHN-{number:02}");
        let officer = format!("00000000-0000-4000-8000-{number:012}");
        let establish = json!({ "code": post, "partner": "CHN", "title": "Planner" });
        for (name, input) in [
            ("establishPost", establish),
            ("nominateOfficer", json!({ "post": post, "officer": officer })),
            ("acceptNomination", json!({ "post": post })),
            ("takePost", json!({ "post": post })),
        ] {
            admin.done(0, Mutation::new(name, input)).await?;
        }
    }
    Ok(())
}

/// An operation of one partner alone, with a draft; its id.
async fn draft(planner: &Client, code: &str, partner: &str, count: usize) -> Result<Value> {
    let input = json!({
        "code": code, "title": format!("Operation {code}"), "leadPartner": partner,
        "classification": "RESTRICTED", "releasableTo": [],
    });
    let initiate = Mutation { shown: "operation { id }", ..Mutation::new("initiateOperation", input) };
    let operation = planner.done(0, initiate).await?["operation"]["id"].take();
    let sections = json!({
        "situation": "Known.", "mission": "Carry it out.", "concept": "Together.",
        "phases": [{ "code": "P1", "name": "Action" }],
        "hHourWindow": { "from": "2030-01-01T00:00:00Z", "to": "2030-12-01T00:00:00Z" },
        "approvalPolicy": { "requiredRoles": [], "approvers": [partner] },
    });
    planner.done(0, Mutation::new("draftPlan", json!({ "operation": code, "sections": sections }))).await?;
    let import = json!({ "operation": code, "tasks": tasks(partner, count, "First") });
    planner.done(0, Mutation::new("importTasks", import)).await?;
    Ok(operation)
}

/// Its plan is submitted, approved and promulgated; then it has an H-hour and an amendment.
async fn bring_into_force(planner: &Client, operation: &Value) -> Result<()> {
    planner.done(0, Mutation::new("submitPlan", json!({ "operation": operation }))).await?;
    let query =
        "query ($id: ID!) { head { position } operation(id: $id) { underDecision { id contentHash } } }";
    let seen = planner.ask(0, query, json!({ "id": operation })).await?;
    let version = &seen["operation"]["underDecision"];
    let (id, position) = (&version["id"], &seen["head"]["position"]);
    let approve = json!({ "planVersionId": id, "contentHash": version["contentHash"], "seenAt": position });
    let amend = json!({ "operation": operation, "reason": "It goes on." });
    for (name, input) in [
        ("approvePlan", approve),
        ("promulgatePlan", json!({ "planVersionId": id, "seenAt": position })),
        ("setHHour", json!({ "operation": operation, "at": "2030-06-01T00:00:00Z" })),
        ("openAmendment", amend),
    ] {
        planner.done(0, Mutation::new(name, input)).await?;
    }
    Ok(())
}

/// The address of a node as attackers and others read it.
pub fn url(node: &Node) -> Result<String> {
    let url = node.address().read().map_err(|_| anyhow::anyhow!("a node has no address"))?.clone();
    if wire::host(&url).is_empty() {
        bail!("the node does not run");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_plan_fits_into_one_request_and_is_the_same_each_time() {
        let body = import(AGAIN, "Second").body().to_string();
        assert!(body.len() < 4 * 1_024 * 1_024, "{}", body.len());
        assert_eq!(body, import(AGAIN, "Second").body().to_string());
        assert_eq!(tasks("CHN", TASKS, "A").len(), TASKS);
    }
}
