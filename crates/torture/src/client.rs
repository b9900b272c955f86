//! One client: sends requests to a node, and says what it knows afterwards.

use crate::{
    history::{Attempt, Outcome, Receipt},
    node::Address,
};
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::{
    sync::PoisonError,
    time::{Duration, Instant},
};

/// How long a client waits for an answer before it asks elsewhere.
const PATIENCE: Duration = Duration::from_secs(3);

/// The same of one that wants to know how it ends: longer than a node waits for its database.
const LONG_PATIENCE: Duration = Duration::from_secs(20);

/// Sends as one post or service to any of the nodes. Clones share connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    token: String,
    nodes: Vec<Address>,
    begun: Instant,
    patience: Duration,
}

/// What a mutation shows, and its kind of input.
pub struct Mutation {
    pub name: &'static str,
    pub input: Value,
    pub shown: &'static str,
}

impl Mutation {
    pub fn new(name: &'static str, input: Value) -> Self {
        Self { name, input, shown: "" }
    }

    /// What is sent for it.
    pub fn body(&self) -> Value {
        let Self { name, input, shown } = self;
        let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation ($input: {kind}Input!) {{
               result: {name}(input: $input) {{
                 __typename
                 ... on Refused {{ refusals {{ code message }} }}
                 ... on {kind}Payload {{ receipt {{ position eventIds commitHash }} {shown} }}
               }}
             }}"
        );
        json!({ "query": query, "variables": { "input": input } })
    }
}

impl Client {
    pub fn new(token: String, nodes: Vec<Address>, begun: Instant) -> Result<Self> {
        let http = reqwest::Client::builder().build().context("could not make an HTTP client")?;
        Ok(Self { http, token, nodes, begun, patience: PATIENCE })
    }

    /// The same, with more patience.
    pub fn patient(&self) -> Self {
        Self { patience: LONG_PATIENCE, ..self.clone() }
    }

    /// The same sender, before other nodes.
    pub fn at(&self, nodes: Vec<Address>) -> Self {
        Self { nodes, ..self.clone() }
    }

    /// How long this experiment has gone on.
    pub fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Sends a mutation once.
    pub async fn send(&self, node: usize, mutation: &Mutation) -> Attempt {
        self.send_and_hear(node, mutation).await.0
    }

    /// The same, with the message of an error; empty when there is none.
    pub async fn send_and_hear(&self, node: usize, mutation: &Mutation) -> (Attempt, String) {
        let sent = self.now();
        let (outcome, message) = match self.post(node, &mutation.body()).await {
            Ok(answer) => {
                let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
                (outcome(&answer), message.to_owned())
            }
            Err(_) => (Outcome::Unknown, String::new()),
        };
        (Attempt { node, sent, answered: self.now(), outcome }, message)
    }

    /// Sends a mutation that must succeed; its payload. For what comes before and after an experiment.
    pub async fn done(&self, node: usize, mutation: Mutation) -> Result<Value> {
        let mut answer = self.post(node, &mutation.body()).await?;
        let result = answer["data"]["result"].take();
        if !result["receipt"].is_object() {
            bail!("{} was not carried out: {answer} {result}", mutation.name);
        }
        Ok(result)
    }

    /// Sends a mutation once: its payload, or `None` when this node did not carry it out now.
    pub async fn done_if(&self, node: usize, mutation: &Mutation) -> Result<Option<Value>> {
        let mut answer = self.post(node, &mutation.body()).await?;
        let result = answer["data"]["result"].take();
        Ok(Some(result).filter(|result| result["receipt"].is_object()))
    }

    /// The data of an answer without errors.
    pub async fn ask(&self, node: usize, query: &str, variables: Value) -> Result<Value> {
        let mut answer = self.post(node, &json!({ "query": query, "variables": variables })).await?;
        if !answer["errors"].is_null() {
            bail!("node {node} answered {}", answer["errors"]);
        }
        Ok(answer["data"].take())
    }

    /// The same, as the node wrote it.
    pub async fn ask_literally(&self, node: usize, query: &str, variables: Value) -> Result<Box<RawValue>> {
        #[derive(Deserialize)]
        struct Answer {
            data: Option<Box<RawValue>>,
            errors: Option<Value>,
        }

        let body = json!({ "query": query, "variables": variables });
        match self.send_body(node, &body).await?.json().await? {
            Answer { data: Some(data), errors: None } => Ok(data),
            Answer { errors, .. } => bail!("node {node} answered {}", errors.unwrap_or_default()),
        }
    }

    /// Whether the node says that requests may be sent to it, and why not.
    pub async fn ready(&self, node: usize) -> Result<(bool, Value)> {
        let answer =
            self.http.get(format!("{}/readyz", self.address(node))).timeout(self.patience).send().await?;
        Ok((answer.status().is_success(), answer.json().await?))
    }

    async fn post(&self, node: usize, body: &Value) -> Result<Value> {
        Ok(self.send_body(node, body).await?.json().await?)
    }

    async fn send_body(&self, node: usize, body: &Value) -> Result<reqwest::Response> {
        let request = self.http.post(format!("{}/graphql", self.address(node))).bearer_auth(&self.token);
        Ok(request.timeout(self.patience).json(body).send().await?)
    }

    fn address(&self, node: usize) -> String {
        self.nodes[node].read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn outcome(answer: &Value) -> Outcome {
    let result = &answer["data"]["result"];
    if let Some(receipt) = receipt(&result["receipt"]) {
        return Outcome::Done(receipt);
    }
    if let Some(refusals) = result["refusals"].as_array() {
        return Outcome::Refused(refusals.iter().map(|refusal| text(&refusal["code"])).collect());
    }
    Outcome::Error(text(&answer["errors"][0]["extensions"]["code"]))
}

fn receipt(receipt: &Value) -> Option<Receipt> {
    Some(Receipt {
        position: position(&receipt["position"])?,
        event_ids: receipt["eventIds"].as_array()?.iter().map(uuid).collect::<Option<_>>()?,
        commit_hash: receipt["commitHash"].as_str()?.to_owned(),
    })
}

/// Positions are text in JSON, because they outgrow its numbers.
pub fn position(value: &Value) -> Option<i64> {
    value.as_str()?.parse().ok()
}

/// The UUID of an id, as Postgres writes it: after a prefix, its 128 bits stand in base 32.
fn uuid(id: &Value) -> Option<String> {
    const DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    let (_, digits) = id.as_str()?.rsplit_once('_')?;
    let bits = digits
        .chars()
        .try_fold(0_u128, |bits, digit| Some(bits << 5 | u128::try_from(DIGITS.find(digit)?).ok()?))?;
    let hex = format!("{bits:032x}");
    Some([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_receipt_refusals_or_an_error() {
        let id = "event_0000000000000000000000000a";
        let receipt = json!({ "position": "7", "eventIds": [id], "commitHash": "h" });
        assert_eq!(
            outcome(&json!({ "data": { "result": { "receipt": receipt } } })),
            Outcome::Done(Receipt {
                position: 7,
                event_ids: vec!["00000000-0000-0000-0000-00000000000a".to_owned()],
                commit_hash: "h".to_owned()
            })
        );
        let refused = json!({ "data": { "result": { "refusals": [{ "code": "NOT_FOUND" }] } } });
        assert_eq!(outcome(&refused), Outcome::Refused(vec!["NOT_FOUND".to_owned()]));
        let busy = json!({ "data": null, "errors": [{ "extensions": { "code": "BUSY" } }] });
        assert_eq!(outcome(&busy), Outcome::Error("BUSY".to_owned()));
    }
}
