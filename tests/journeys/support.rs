//! A real server on a real Postgres, and people who send it requests.

use accord::{
    api::{
        documents::Documents,
        trust::{TOKEN_LIFE, Trust},
    },
    database,
    domain::{Actor, PartnerCode, Role},
    engine::{Clock, Engine, Entropy},
    import,
    keys::Keys,
    scenario,
    server::{
        self, Limits, Live, LiveSettings, Origins, Reach, Running, ServerSettings, WebhookKey,
        WebhookSettings,
    },
};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use std::{net::Ipv4Addr, time::SystemTime};

pub const SAPHAN: &str = include_str!("../../scenario/saphan.yaml");

pub const HALYARD: &str = include_str!("../../scenario/halyard.yaml");

const PARTNERS: [&str; 12] =
    ["THA", "CHN", "MMR", "LAO", "INTERPOL", "KHM", "VNM", "UNODC", "PRT", "CHL", "MLT", "CHE"];

/// How a server differs from the usual one.
#[derive(Default)]
struct Settings {
    live: LiveSettings,
    limits: Limits,
    documents: Documents,
    origins: Origins,
    /// `None`: keys that are kept nowhere, of every partner.
    trust: Option<Trust>,
    /// `None`: to the public Internet alone.
    webhooks: Option<WebhookSettings>,
}

pub struct Server {
    running: Running,
    keys: Keys,
    client: reqwest::Client,
}

impl Server {
    /// With SAPHAN as it was recorded by then; its clock stands there.
    pub async fn saphan(options: PgConnectOptions, until: &str) -> Self {
        Self::saphan_live(options, until, LiveSettings::default()).await
    }

    /// The same with other bounds of websockets and event streams.
    pub async fn saphan_live(options: PgConnectOptions, until: &str, live: LiveSettings) -> Self {
        Self::saphan_as(options, until, Settings { live, ..Settings::default() }).await
    }

    async fn saphan_as(options: PgConnectOptions, until: &str, settings: Settings) -> Self {
        Box::pin(Self::imported(options, SAPHAN, until, settings)).await
    }

    /// With HALYARD as it was recorded by then; its clock stands there.
    pub async fn halyard(options: PgConnectOptions, until: &str) -> Self {
        Box::pin(Self::imported(options, HALYARD, until, Settings::default())).await
    }

    async fn imported(options: PgConnectOptions, file: &str, until: &str, settings: Settings) -> Self {
        let until: DateTime<FixedOffset> = until.parse().unwrap();
        let pool = database::prepare(options).await.unwrap();
        let scenario = scenario::read(file).unwrap();
        import::run(&pool, &scenario, Some(until), Entropy::seeded(1), |_, _| ()).await.unwrap();
        Self::start(pool, until, settings).await
    }

    /// SAPHAN as it was recorded by then, under other limits.
    pub async fn saphan_with(options: PgConnectOptions, until: &str, limits: Limits) -> Self {
        Self::saphan_as(options, until, Settings { limits, ..Settings::default() }).await
    }

    /// With version 2 of SAPHAN's plan under decision and T21 withheld from Lao PDR, which has decided on nothing
    /// yet: afterwards nothing could be withheld from it. Then the version is decided on by all and carried out.
    pub async fn saphan_without_t21_for_laos(options: PgConnectOptions) -> Self {
        let server = Self::saphan(options, "2023-09-19T10:00:00+07:00").await;
        let query = "{ operation(code: \"SAPHAN\") {
           id task(code: \"T21\") { id } tasks(first: 100) { edges { node { id post { code } } } }
         } }";
        let seen = server.data("THA-01", query, Value::Null).await;
        let (operation, task) = (&seen["operation"]["id"], &seen["operation"]["task"]["id"]);
        let mark = json!({ "task": task, "releasableTo": ["CHN", "MMR"] });
        server.done("THA-01", "markReleasability", mark, "").await;
        server.decide_on_saphan(2).await;
        let at = json!({ "operation": operation, "at": "2023-10-09T06:00:00+07:00" });
        server.done("THA-01", "setHHour", at, "").await;
        for edge in seen["operation"]["tasks"]["edges"].as_array().unwrap() {
            let bound = json!({ "task": edge["node"]["id"], "post": edge["node"]["post"]["code"] });
            server.done("THA-01", "assignOfficer", bound, "").await;
        }
        server
    }

    /// Every nation agrees to a version of SAPHAN's plan, and it comes into force.
    pub async fn decide_on_saphan(&self, number: u32) {
        let promulgation = self.agree_on_saphan(number).await;
        self.done("THA-01", "promulgatePlan", promulgation, "").await;
    }

    /// Every nation agrees to a version of SAPHAN's plan; what promulgates it.
    pub async fn agree_on_saphan(&self, number: u32) -> Value {
        let (id, hash) = self.version("THA-01", number).await;
        let seen_at = self.head("THA-01").await;
        for (who, name) in [
            ("THA-01", "approvePlan"),
            ("CHN-01", "approvePlan"),
            ("MMR-01", "approvePlan"),
            ("LAO-01", "consentToPlan"),
        ] {
            let input = json!({ "planVersionId": id, "contentHash": hash, "seenAt": seen_at });
            self.done(who, name, input, "").await;
        }
        json!({ "planVersionId": id, "seenAt": seen_at })
    }

    /// With an empty log.
    pub async fn empty(options: PgConnectOptions) -> Self {
        Self::empty_with(options, Limits::default(), Documents::default()).await
    }

    /// The same with other bounds of websockets and event streams.
    pub async fn empty_live(options: PgConnectOptions, live: LiveSettings) -> Self {
        Self::empty_as(options, Settings { live, ..Settings::default() }).await
    }

    /// The same with other limits, and trusted documents.
    pub async fn empty_with(options: PgConnectOptions, limits: Limits, documents: Documents) -> Self {
        Self::empty_as(options, Settings { limits, documents, ..Settings::default() }).await
    }

    /// The same with pages of others that may ask.
    pub async fn empty_for(options: PgConnectOptions, origins: Origins) -> Self {
        Self::empty_as(options, Settings { origins, ..Settings::default() }).await
    }

    /// The same with tokens that others sign.
    pub async fn empty_that_trusts(options: PgConnectOptions, trust: Trust) -> Self {
        Self::empty_as(options, Settings { trust: Some(trust), ..Settings::default() }).await
    }

    /// SAPHAN as it was recorded by then, with events sent as these settings say.
    pub async fn saphan_that_sends(
        options: PgConnectOptions,
        until: &str,
        webhooks: WebhookSettings,
    ) -> Self {
        Self::saphan_as(options, until, Settings { webhooks: Some(webhooks), ..Settings::default() }).await
    }

    /// Another node on the log of one that there is or was.
    pub async fn beside(options: PgConnectOptions, webhooks: WebhookSettings) -> Self {
        Self::empty_as(options, Settings { webhooks: Some(webhooks), ..Settings::default() }).await
    }

    async fn empty_as(options: PgConnectOptions, settings: Settings) -> Self {
        let pool = database::prepare(options).await.unwrap();
        Self::start(pool, "2023-08-16T09:00:00+07:00".parse().unwrap(), settings).await
    }

    async fn start(pool: sqlx::PgPool, now: DateTime<FixedOffset>, settings: Settings) -> Self {
        let Settings { live, limits, documents, origins, trust, webhooks } = settings;
        let keys = Keys::generate(PARTNERS.map(|code| PartnerCode::new(code).unwrap())).unwrap();
        let settings = ServerSettings {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            clock: Clock::scripted(now.to_utc()),
            entropy: Entropy::seeded(2),
            trust: trust.unwrap_or_else(|| Trust::new(keys.issuers().unwrap(), TOKEN_LIFE)),
            explorer: None,
            live,
            limits,
            documents,
            origins,
            metrics_listen: Some((Ipv4Addr::LOCALHOST, 0).into()),
            webhooks: webhooks
                .unwrap_or_else(|| WebhookSettings::new(Some(WebhookKey::new(&[7; 32])), Reach::Public)),
        };
        // Too large to lie in the future of every test.
        let running = Box::pin(server::start(pool, settings)).await.unwrap();
        Self { running, keys, client: reqwest::Client::new() }
    }

    pub async fn stop(self) {
        self.running.stop().await.unwrap();
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.url)
    }

    pub fn metrics_url(&self) -> &str {
        self.running.metrics_url.as_deref().unwrap()
    }

    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    pub fn engine(&self) -> &Engine {
        &self.running.engine
    }

    /// Its open websockets and event streams.
    pub fn live(&self) -> &Live {
        &self.running.live
    }

    /// A token of a post with every role that posts have, or of `service:import`.
    pub fn token(&self, who: &str) -> String {
        self.token_for(who, TimeDelta::hours(1))
    }

    /// The same, good for this long by the machine's clock.
    pub fn token_for(&self, who: &str, life: TimeDelta) -> String {
        self.signed(who, &[Role::Planner, Role::Commander, Role::Liaison, Role::Reviewer], life)
    }

    /// A token of a post that only reads, good for this long.
    pub fn reader_token(&self, who: &str, life: TimeDelta) -> String {
        self.signed(who, &[], life)
    }

    /// A token of a post with these roles.
    pub fn token_as(&self, who: &str, roles: &[Role]) -> String {
        self.signed(who, roles, TimeDelta::hours(1))
    }

    /// A token that a partner signs for its own, under the name of a post which may be another's.
    pub fn borrowed_token(&self, post: &str, partner: &str) -> String {
        let roles = [Role::Planner, Role::Commander, Role::Liaison, Role::Reviewer].into();
        let actor = Actor::Post { post: post.parse().unwrap(), partner: partner.parse().unwrap(), roles };
        let now: DateTime<Utc> = SystemTime::now().into();
        self.keys.token(&actor, now + TimeDelta::hours(1)).unwrap()
    }

    fn signed(&self, who: &str, roles: &[Role], life: TimeDelta) -> String {
        let actor = match who.strip_prefix("service:") {
            Some(name) => Actor::Service { name: name.to_owned(), roles: [Role::Admin].into() },
            None => Actor::Post {
                post: who.parse().unwrap(),
                partner: who.split_once('-').unwrap().0.parse().unwrap(),
                roles: roles.iter().copied().collect(),
            },
        };
        let now: DateTime<Utc> = SystemTime::now().into();
        self.keys.token(&actor, now + life).unwrap()
    }

    /// The whole answer.
    pub async fn ask(&self, who: &str, query: &str, variables: Value) -> Value {
        let request = self.client.post(self.url("/graphql")).bearer_auth(self.token(who));
        let body = json!({ "query": query, "variables": variables });
        request.json(&body).send().await.unwrap().json().await.unwrap()
    }

    /// The very bytes of an answer.
    pub async fn bytes(&self, who: &str, query: &str, variables: Value) -> Vec<u8> {
        let request = self.client.post(self.url("/graphql")).bearer_auth(self.token(who));
        let body = json!({ "query": query, "variables": variables });
        request.json(&body).send().await.unwrap().bytes().await.unwrap().to_vec()
    }

    /// The data of an answer to whoever would rather read these languages.
    pub async fn data_in(&self, languages: &str, who: &str, query: &str) -> Value {
        let request = self.client.post(self.url("/graphql")).bearer_auth(self.token(who));
        let answer = request.header("Accept-Language", languages).json(&json!({ "query": query })).send();
        let answer = answer.await.unwrap();
        assert_eq!(answer.headers()["Vary"], "Accept, Accept-Language");
        let mut answer: Value = answer.json().await.unwrap();
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].take()
    }

    /// The data of an answer without errors.
    pub async fn data(&self, who: &str, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(who, query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].take()
    }

    /// Sends a mutation with one input; its result, with `__typename`.
    pub async fn command(&self, who: &str, name: &str, input: Value, shown: &str) -> Value {
        let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation ($input: {kind}Input!) {{
               result: {name}(input: $input) {{
                 __typename
                 ... on MutationOutcome {{
                   receipt {{ position eventIds commitHash }}
                   refusals {{ code message field subject {{ __typename id }} }}
                 }}
                 ... on {kind}Payload {{ __typename {shown} }}
               }}
             }}"
        );
        self.data(who, &query, json!({ "input": input })).await["result"].take()
    }

    /// Sends a mutation that must succeed; its payload.
    pub async fn done(&self, who: &str, name: &str, input: Value, shown: &str) -> Value {
        let result = self.command(who, name, input, shown).await;
        assert_ne!(result["__typename"], "Refused", "{name}: {result:#}");
        result
    }

    /// Sends a mutation that must be refused and append nothing; its refusals.
    pub async fn refused(&self, who: &str, name: &str, input: Value) -> Vec<Value> {
        let before = self.head(who).await;
        let result = self.command(who, name, input, "").await;
        assert_eq!(result["__typename"], "Refused", "{name}: {result:#}");
        assert_eq!(self.head(who).await, before, "a refused command appends nothing");
        result["refusals"].as_array().unwrap().clone()
    }

    /// The newest position, as text.
    pub async fn head(&self, who: &str) -> Value {
        self.data(who, "{ head { position } }", Value::Null).await["head"]["position"].take()
    }

    /// Id and content hash of a version of SAPHAN's plan.
    pub async fn version(&self, who: &str, number: u32) -> (Value, Value) {
        let query =
            "query ($n: Int!) { operation(code: \"SAPHAN\") { planVersion(number: $n) { id contentHash } } }";
        let mut data = self.data(who, query, json!({ "n": number })).await;
        let version = &mut data["operation"]["planVersion"];
        (version["id"].take(), version["contentHash"].take())
    }
}

/// The codes of refusals, in their order.
pub fn codes(refusals: &[Value]) -> Vec<&str> {
    refusals.iter().map(|refusal| refusal["code"].as_str().unwrap()).collect()
}

/// What `key` holds in each entry of a list.
pub fn column<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|entry| entry.pointer(key).unwrap().as_str().unwrap()).collect()
}
