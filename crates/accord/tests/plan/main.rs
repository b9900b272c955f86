//! `accord plan`, and what else is asked of one operation, as people run it: the program itself, against a server with
//! Operation SAPHAN.
#![cfg(test)]

mod formats;
mod metrics;
mod mining;
mod order;
mod report;
mod review;
mod sitrep;

use accord::{
    database, import,
    keys::Keys,
    scenario,
    server::{self, Limits, LiveSettings, Reach, Running, ServerSettings, WebhookSettings},
};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use domain::{Actor, Role};
use engine::{Clock, Entropy};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{fs, net::Ipv4Addr, path::PathBuf, process::Command, time::SystemTime};
use tempfile::TempDir;

/// The second version of the plan has been promulgated.
const IN_FORCE: &str = "2023-09-25T10:00:00+07:00";

struct Served {
    running: Running,
    keys: Keys,
    dir: TempDir,
}

/// What a run of the program came to.
#[derive(Debug)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{self:#?}"))
    }
}

impl Served {
    async fn saphan(options: PgConnectOptions) -> Self {
        Self::saphan_until(options, IN_FORCE).await
    }

    /// As it was recorded by then.
    async fn saphan_until(options: PgConnectOptions, until: &str) -> Self {
        let until: DateTime<FixedOffset> = until.parse().unwrap();
        let pool = database::prepare(options).await.unwrap();
        let saphan = scenario::read(include_str!("../../../../scenario/saphan.yaml")).unwrap();
        import::run(&pool, &saphan, Some(until), Entropy::seeded(1), |_, _| ()).await.unwrap();
        let keys = Keys::generate(["THA", "LAO", "INTERPOL"].map(|code| code.parse().unwrap())).unwrap();
        let settings = ServerSettings {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            clock: Clock::scripted(until.to_utc()),
            entropy: Entropy::seeded(2),
            trust: accord::api::trust::Trust::new(keys.issuers().unwrap(), accord::api::trust::TOKEN_LIFE),
            explorer: None,
            live: LiveSettings::default(),
            limits: Limits::default(),
            documents: accord::api::documents::Documents::default(),
            origins: accord::server::Origins::default(),
            metrics_listen: None,
            webhooks: WebhookSettings::new(None, Reach::Public),
        };
        let running = server::start(pool, settings).await.unwrap();
        Self { running, keys, dir: tempfile::tempdir().unwrap() }
    }

    fn token(&self, post: &str) -> String {
        let actor = Actor::Post {
            post: post.parse().unwrap(),
            partner: post.split_once('-').unwrap().0.parse().unwrap(),
            roles: [Role::Planner, Role::Commander].into(),
        };
        let now: DateTime<Utc> = SystemTime::now().into();
        self.keys.token(&actor, now + TimeDelta::hours(1)).unwrap()
    }

    /// `accord plan …` with the token of a post.
    async fn plan(&self, post: &str, arguments: &[&str]) -> Ran {
        self.run(post, &[&["plan"], arguments].concat()).await
    }

    /// `accord …` with the token of a post.
    async fn run(&self, post: &str, arguments: &[&str]) -> Ran {
        let token = self.token(post);
        let ran = self.run_with(&token, arguments).await;
        assert!(!ran.out.contains(&token) && !ran.err.contains(&token), "{ran:#?}");
        ran
    }

    async fn plan_with(&self, token: &str, arguments: &[&str]) -> Ran {
        self.run_with(token, &[&["plan"], arguments].concat()).await
    }

    async fn run_with(&self, token: &str, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_accord"));
        command.args(arguments).env("ACCORD_TOKEN", token).env("ACCORD_URL", &self.running.url);
        command.current_dir(self.dir.path()).env_remove("ACCORD_JSON");
        // The server runs on this thread.
        let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        // A PDF is no text.
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ran { code: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
    }

    /// One that must succeed.
    async fn done(&self, post: &str, arguments: &[&str]) -> Ran {
        let ran = self.plan(post, arguments).await;
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}: {ran:#?}");
        ran
    }

    /// What the API answers a post.
    async fn ask(&self, post: &str, query: &str, variables: Value) -> Value {
        let request = reqwest::Client::new().post(format!("{}/graphql", self.running.url));
        let request = request.bearer_auth(self.token(post));
        let answer = request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["data"].take()
    }

    /// A command on Operation SAPHAN, such as `SubmitPlan`, that must be carried out; `input` is what it
    /// takes besides.
    async fn on_saphan(&self, command: &str, mut input: Value) {
        let query = "{ operation(code: \"SAPHAN\") { id } }";
        input["operation"] = self.ask("THA-01", query, Value::Null).await["operation"]["id"].take();
        let (first, rest) = command.split_at(1);
        let query = format!(
            "mutation ($input: {command}Input!) {{ done: {}{rest}(input: $input) {{ __typename }} }}",
            first.to_lowercase()
        );
        let answer = self.ask("THA-01", &query, json!({ "input": input })).await;
        assert_eq!(answer["done"]["__typename"], format!("{command}Payload"));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn head(&self) -> i64 {
        self.running.engine.position().0
    }
}

#[sqlx::test(migrations = false)]
async fn a_plan_is_laid_out_for_programs_and_for_people(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan(options).await;
    let network = ["schedule", "--operation", "SAPHAN", "--basis", "network"];
    let laid_out = served.done("THA-02", &[&network[..], &["--json"]].concat()).await.json();
    assert_eq!(laid_out["length"], "PT868H");
    let tasks = laid_out["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 29);
    assert_eq!(tasks.iter().filter(|task| task["critical"] == true).count(), 17);
    assert_eq!(
        tasks[0],
        json!({
            "code": "T01", "earlyStart": "PT0H", "earlyFinish": "PT24H", "lateStart": "PT0H",
            "lateFinish": "PT24H", "totalFloat": "PT0H", "freeFloat": "PT0H", "critical": true,
        })
    );
    assert_eq!(laid_out.as_object().unwrap().len(), 2);

    let table = served.done("THA-02", &network).await.out;
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("SAPHAN, version 2 (PROMULGATED) as of position "), "{table}");
    assert!(lines[0].ends_with(": 868 h, 17 of 29 tasks critical (*)."), "{table}");
    let head = "Code     Early start  Early finish  Late start  Late finish  Total float  Free float  Title";
    let first = "T01   *           +0           +24          +0          +24            0           0  Open the centre \
                 and start the 24/7 watch";
    assert_eq!(&lines[1..3], [head, first]);

    // From the first start as well, though the API counts from H-hour there.
    let offsets = ["schedule", "--operation", "SAPHAN"];
    let laid_out = served.done("THA-02", &[&offsets[..], &["--json"]].concat()).await.json();
    assert_eq!(
        (&laid_out["length"], &laid_out["tasks"][0]["earlyStart"]),
        (&json!("PT1464H"), &json!("PT0H"))
    );
    let table = served.done("THA-02", &offsets).await.out;
    assert!(table.contains("\nT01            H-288"), "{table}");

    // On Myanmar's clocks, half an hour from Thailand's: T01 starts 288 h before H-hour, 9 October 6:00 in
    // Bangkok.
    let clocks = served.done("THA-02", &[&offsets[..], &["--zone", "MMR"]].concat()).await.out;
    assert!(clocks.contains("  2023-09-27T05:30+06:30  2023-09-28T05:30+06:30  Open the centre"), "{clocks}");
    let named = served.done("THA-02", &[&offsets[..], &["--zone", "Asia/Yangon"]].concat()).await.out;
    assert_eq!(named, clocks);
    let nowhere = served.plan("THA-02", &[&offsets[..], &["--zone", "Asia/Atlantis"]].concat()).await;
    assert_eq!((nowhere.code, nowhere.out.as_str()), (1, ""));
    assert!(nowhere.err.contains("--zone Asia/Atlantis"), "{}", nowhere.err);
    // By hand: 868 h less T13, over T09 and T12.
    let first = [&network[..], &["--version", "1", "--json"]].concat();
    assert_eq!(served.done("THA-02", &first).await.json()["length"], "PT820H");

    // Then there was one version, and one task fewer.
    let then = [&offsets[..], &["--as-of", "2023-09-12T00:00+07:00"]].concat();
    let table = served.done("THA-02", &then).await.out;
    assert!(table.starts_with("SAPHAN, version 1 ("), "{table}");
}

#[sqlx::test(migrations = false)]
async fn a_plan_that_went_out_comes_in_elsewhere_as_it_was(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan(options).await;
    let export = ["export", "--operation", "SAPHAN", "--format", "csv"];
    let out = served.done("THA-02", &export).await.out;
    assert_eq!(out.lines().count(), 30);
    assert!(
        out.starts_with(
            "code,title,phase,lead,territory,post,offset,duration,predecessors,line_of_effort\n\
             T01,Open the centre and start the 24/7 watch,P1,THA,THA,THA-02,-PT288H,PT24H,,LOE3\n"
        ),
        "{out}"
    );
    let told = served.done("THA-02", &[&export[..], &["-o", "out.csv", "--json"]].concat()).await.json();
    assert_eq!((&told["tasks"], &told["version"]), (&json!(29), &json!(2)));
    assert_eq!(fs::read_to_string(served.path("out.csv")).unwrap(), out);
    let first = served.done("THA-02", &[&export[..], &["--version", "1"]].concat()).await.out;
    assert_eq!(first.lines().count(), 29);

    let import = [
        "import",
        "out.csv",
        "--new-operation",
        "BRAVO",
        "--title",
        "Operation BRAVO",
        "--lead",
        "THA",
        "--json",
    ];
    let before = served.head();
    let checked = served.done("THA-02", &[&import[..], &["--dry-run"]].concat()).await.json();
    assert_eq!((checked, served.head()), (json!({ "tasks": 29, "calendars": null, "dryRun": true }), before));
    let imported = served.done("THA-02", &import).await.json();
    let head = served.head();
    assert_eq!(
        imported,
        json!({ "operation": "BRAVO", "tasks": 29, "calendars": null, "version": 1, "position": head, "changed": true })
    );
    let again = served.done("THA-02", &["export", "--operation", "BRAVO"]).await.out;
    assert_eq!(again, out);
    // A run that broke off and is repeated does nothing twice.
    assert_eq!(served.done("THA-02", &import).await.json(), imported);
    // Nor does the same file, sent to the draft that it has made.
    let same = served.done("THA-02", &["import", "out.csv", "--operation", "BRAVO"]).await.out;
    assert!(same.starts_with("Sent 29 tasks; version 1 of BRAVO has them all as they are"), "{same}");
    assert_eq!(served.head(), head);

    // A few changes, in a spreadsheet of another make, of one task alone.
    let changed = "\u{feff}Task Name;CODE;phase;lead;territory;duration;predecessors;note\r\n\
                   Open it;T01;P1;THA;THA;1d30m;;x\r\nGo on;T30;P1;THA;THA;2h;T01SS T02FF+30m;\r\n";
    fs::write(served.path("changed.csv"), changed).unwrap();
    let map = ["import", "changed.csv", "--operation", "BRAVO", "--map", "title=Task Name"];
    let told = served.done("THA-02", &map).await.out;
    assert!(told.starts_with("Imported 2 tasks into version 1 of BRAVO, at position "), "{told}");
    let after = served.done("THA-02", &["export", "--operation", "BRAVO"]).await.out;
    assert_eq!(after.lines().count(), 31);
    // What the file has no column for, the task has no more; it starts as soon as possible, which an empty
    // offset says.
    assert!(after.contains("\nT01,Open it,P1,THA,THA,,,PT24H30M,,\n"), "{after}");
    assert!(after.ends_with("PT2H,T01SS+0h T02FF+30m,\n"), "{after}");
}

#[sqlx::test(migrations = false)]
async fn a_file_with_faults_is_told_them_all_and_nothing_is_sent(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan(options).await;
    let bad = "code,title,phase,lead,territory,duration,predecessors\n\
               T01,,P1,THA,THA,2h,\nT02,b,P1,Thailand,THA,2 h,\nT01,c,P1,THA,THA,2h,T99\n";
    fs::write(served.path("bad.csv"), bad).unwrap();
    let before = served.head();
    let import =
        ["import", "bad.csv", "--new-operation", "BRAVO", "--title", "Operation BRAVO", "--lead", "THA"];
    let ran = served.plan("THA-02", &import).await;
    assert_eq!((ran.code, ran.out.as_str(), served.head()), (1, "", before));
    assert_eq!(
        ran.err,
        "bad.csv:2:2: title: must not be empty\n\
         bad.csv:3:4: lead: `Thailand` is not a code: 1 to 32 capital letters, digits, `_` or `-`, starting with a letter or digit\n\
         bad.csv:3:6: duration: `2 h` is no duration: write PT2H, -PT288H or P1DT2H, or in short 2h, -12h or 1d30m\n\
         bad.csv:4:1: code: T01 is on line 2 already\n\
         bad.csv:4:7: predecessors: there is no task T99\n\
         accord: nothing was sent: bad.csv has 5 faults. Mend it and try again\n"
    );
    let ran = served.plan("THA-02", &[&import[..], &["--json"]].concat()).await;
    let told = ran.json();
    assert_eq!(told["faults"].as_array().unwrap().len(), 5);
    assert_eq!(
        told["faults"][0],
        json!({ "line": 2, "column": 2, "header": "title", "message": "must not be empty" })
    );
}

#[sqlx::test(migrations = false)]
async fn what_the_server_refuses_is_told_with_its_place_in_the_file(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan(options).await;
    let good = "code,title,phase,lead,territory,duration\nT01,a,P1,THA,THA,2h\n";
    fs::write(served.path("good.csv"), good).unwrap();
    let found =
        ["import", "good.csv", "--new-operation", "BRAVO", "--title", "Operation BRAVO", "--lead", "THA"];
    served.done("THA-02", &found).await;
    let bad = "code,predecessors,title,phase,lead,territory,duration\n\n\
               T02,,b,P9,THA,THA,2h\nT03,T99,c,P1,XXX,THA,2h\n";
    fs::write(served.path("bad.csv"), bad).unwrap();
    let before = served.head();
    let ran = served.plan("THA-02", &["import", "bad.csv", "--operation", "BRAVO"]).await;
    assert_eq!((ran.code, served.head()), (1, before));
    for place in ["bad.csv:3:4: phase: ", "bad.csv:4:2: predecessors: ", "bad.csv:4:5: lead: "] {
        assert!(ran.err.contains(place), "{ran:#?}");
    }
    assert!(
        ran.err.ends_with("accord: nothing was imported into BRAVO: mend it and try again\n"),
        "{ran:#?}"
    );
    let told = served.plan("THA-02", &["import", "bad.csv", "--operation", "BRAVO", "--json"]).await.json();
    let refusals = told["refusals"].as_array().unwrap();
    assert!(refusals.iter().any(|refusal| refusal["line"] == 3 && refusal["header"] == "phase"), "{told}");
}

#[sqlx::test(migrations = false)]
async fn who_may_not_is_told_why_and_by_what_it_could_be_mended(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan(options).await;
    let schedule = ["schedule", "--operation", "SAPHAN"];
    for (token, why) in
        [("", "accord token"), ("no.token.atall", "accord token"), ("bad\nheader", "accord token")]
    {
        let ran = served.plan_with(token, &schedule).await;
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert!(ran.err.contains(why) && !ran.err.contains("atall"), "{ran:#?}");
    }
    let absent = served.plan("THA-02", &["schedule", "--operation", "NOWHERE"]).await;
    assert_eq!(
        (absent.code, absent.err.as_str()),
        (1, "accord: there is no operation NOWHERE that you may see\n")
    );
    let absent = served.plan("THA-02", &["export", "--operation", "SAPHAN", "--version", "9"]).await;
    assert_eq!((absent.code, absent.err.as_str()), (1, "accord: SAPHAN has no version 9 that you may see\n"));
    let late = served.plan("THA-02", &[&schedule[..], &["--as-of", "999999", "--json"]].concat()).await;
    assert_eq!((late.code, &late.json()["errors"][0]["code"]), (1, &json!("BAD_USER_INPUT")));
    let away = served.plan("THA-02", &[&schedule[..], &["--url", "http://127.0.0.1:1"]].concat()).await;
    assert!(away.code == 1 && away.err.contains("is a server running there?"), "{away:#?}");
}
