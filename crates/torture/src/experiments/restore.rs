//! Backups are taken under load, as docs/operations.md has it, and restored to moments at random, each on a
//! Postgres and with a node of its own. A copy has all that clients were told by then, to the byte, and
//! nothing of what came later.
//!
//! Moments are named points and positions in the write-ahead log, before which a transaction has committed or
//! has not: so what has to be there is known exactly. They are times, too, because those are what people
//! restore to: exact by the clock of Postgres, as long as nobody sets it. They are never transactions, which
//! commit in another order than they begin.

use super::lab::{Lab, scratch};
use crate::{
    client::position,
    history::{self, History, Kind, Log, Receipt},
    load::Load,
    logged,
    node::{Accord, Node},
    report::Row,
    stage::{ANCHORS, NODES, OPERATIONS, Stage},
    waiting::until,
};
use anyhow::{Context as _, Result, bail};
use embedded_postgres::{Backup, Scratch, Server};
use rand::{Rng as _, rngs::StdRng};
use serde_json::{json, value::RawValue};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::{path::PathBuf, time::Duration};
use tokio::{process::Command, task::block_in_place, time::sleep};

/// Commands before each moment.
const BETWEEN: usize = 20;

/// Questions before each moment.
const QUESTIONS: usize = 8;

/// Moments that one base backup serves.
const MOMENTS_EACH: usize = 4;

const PATIENCE: Duration = Duration::from_mins(2);

/// What is asked as of a position: an operation with its plan and tasks, all of them, and what has happened.
const DOCUMENTS: [&str; 3] = [
    "query ($position: Position!, $code: String!) { asOf(at: { position: $position }) {
       head { position commitHash recordedAt }
       operation(code: $code) { id code title status initiatedAt planVersion(number: 1) {
         number status contentHash tasks(first: 100) { totalCount edges { node {
           id code title startOffset duration totalFloat critical leadPartner { code name } } } } } } } }",
    "query ($position: Position!) { asOf(at: { position: $position }) {
       operations(first: 20) { totalCount edges { node {
         code title status plan { number status }
         tasks(first: 100) { totalCount edges { node { code title } } } } } } } }",
    "query ($position: Position!, $code: String!) { asOf(at: { position: $position }) {
       operation(code: $code) { history(last: 10) { edges { node { position type actor recordedAt payload } } } }
       events(last: 5) { edges { node { position type payload } } } } }",
];

pub async fn run(mut lab: Lab) -> Result<Row> {
    block_in_place(|| lab.postgres.archive())?;
    let mut stage = lab.stage().await?;
    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    let progress = lab.progress();
    let (mut backups, mut moments, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..lab.count {
        if number % MOMENTS_EACH == 0 {
            backups.push(block_in_place(|| lab.postgres.backup())?);
        }
        load.more(BETWEEN).await?;
        for _ in 0..QUESTIONS {
            sleep(Duration::from_millis(lab.random.random_range(0..30))).await;
            answers.push(Answer::ask(&stage, &mut lab.random).await?);
        }
        // The last is the end of everything.
        if number + 1 < lab.count {
            moments.push(Moment::choose(&stage, &lab.postgres, number, backups.len() - 1).await?);
        }
    }
    load.more(BETWEEN).await?;
    let history = load.finish().await?;
    let mut row = stage.judge(lab.name, lab.count, &history).await?;
    archive_all(&lab.postgres).await?;
    let now = stage.client.now();
    let source = Source::Archive { backup: backups.len() - 1, target: Vec::new() };
    moments.push(Moment { what: "the end of the archive".to_owned(), source, begun: now, ended: now });
    // What is restored has to stand on its own.
    for node in &mut stage.nodes {
        node.stop().await?;
    }

    let told = Told { history: &history, answers: &answers };
    let (mut compared, mut beyond, mut places) = (0, 0, Vec::new());
    for (number, moment) in moments.iter().enumerate() {
        let postgres = moment.restore(&stage, &lab, &backups).await?;
        let url = stage.url_on(&postgres);
        let found = told.hold(&stage, &url, Some(moment)).await?;
        row.lost += found.lost;
        row.trouble.extend(found.trouble.iter().map(|what| format!("restored to {}: {what}", moment.what)));
        if found.compared == 0 {
            row.trouble.push(format!("no answer was of a position before {}", moment.what));
        }
        compared += found.compared;
        beyond += found.beyond;
        places.push(found.head.to_string());
        if number + 1 == moments.len() {
            row.trouble.extend(control(&stage, &postgres, &told).await?);
        }
        progress.step();
    }
    row.notes.push(format!(
        "{} base backups restored to positions {}; {compared} answers as of past positions are the same to the byte, and \
         {beyond} receipts beyond a copy's end do not hold in it",
        backups.len(),
        places.join(", ")
    ));
    row.notes.push("1 event was dropped and 1 altered, and had to be seen".to_owned());
    Ok(Lab::conclude(stage, row))
}

/// What a node answered as of a position.
struct Answer {
    position: i64,
    document: &'static str,
    operation: String,
    data: Box<RawValue>,
}

impl Answer {
    /// Any of the questions, of a position that a node shows: every other time its newest.
    async fn ask(stage: &Stage, random: &mut StdRng) -> Result<Self> {
        let node = random.random_range(0..NODES);
        let client = stage.client.patient();
        let data = client.ask(node, "{ head { position } }", json!({})).await?;
        let newest = position(&data["head"]["position"]).context("a node told no position")?;
        let position = if random.random() { newest } else { random.random_range(1..=newest) };
        let document = DOCUMENTS[random.random_range(0..DOCUMENTS.len())];
        let operation = format!("OP-{}", random.random_range(0..OPERATIONS));
        let variables = json!({ "position": position.to_string(), "code": operation });
        let data = client.ask_literally(node, document, variables).await?;
        Ok(Self { position, document, operation, data })
    }

    /// Whether the one node of a client answers it so.
    async fn is_given_by(&self, client: &crate::client::Client) -> Result<bool> {
        let variables = json!({ "position": self.position.to_string(), "code": self.operation });
        let data = client.ask_literally(0, self.document, variables).await?;
        Ok(data.get() == self.data.get())
    }
}

/// A moment to restore to.
struct Moment {
    /// For people.
    what: String,
    source: Source,
    /// What had been acknowledged by then has to be there.
    begun: Duration,
    /// What was sent from then on must not be.
    ended: Duration,
}

enum Source {
    /// A base backup, by its number, and the archive up to a target; without one, to its end.
    Archive { backup: usize, target: Vec<(&'static str, String)> },
    /// What `pg_dump` has saved.
    Dump(PathBuf),
}

impl Moment {
    async fn choose(stage: &Stage, postgres: &Server, number: usize, backup: usize) -> Result<Self> {
        let mut connection = stage.connect().await?;
        let begun = stage.client.now();
        let (what, source) = match number % 4 {
            0 => {
                let name = format!("moment_{number}");
                sqlx::query("select pg_create_restore_point($1)")
                    .bind(&name)
                    .execute(&mut connection)
                    .await?;
                let target = vec![("recovery_target_name", name.clone())];
                (format!("the restore point {name}"), Source::Archive { backup, target })
            }
            1 => {
                let path = stage.accord.dir.join(format!("{number}.dump"));
                let mut dump = Command::from(postgres.program("pg_dump"));
                dump.args(["--format=custom", "--exclude-schema=read_model_*", "--file"]).arg(&path);
                finish(dump.arg("--dbname").arg(&stage.accord.database)).await?;
                ("what pg_dump has saved".to_owned(), Source::Dump(path))
            }
            2 => {
                let time: String = ask(&mut connection, "select clock_timestamp()::text").await?;
                let target = vec![("recovery_target_time", time.clone())];
                (time, Source::Archive { backup, target })
            }
            _ => {
                let place: String = ask(&mut connection, "select pg_current_wal_insert_lsn()::text").await?;
                // What begins there comes later.
                let target =
                    vec![("recovery_target_lsn", place.clone()), ("recovery_target_inclusive", "off".into())];
                (format!("WAL position {place}"), Source::Archive { backup, target })
            }
        };
        let ended = stage.client.now();
        connection.close().await.context("could not close a connection")?;
        Ok(Self { what, source, begun, ended })
    }

    /// A server of its own that has the database as it was then.
    async fn restore(&self, stage: &Stage, lab: &Lab, backups: &[Backup]) -> Result<Scratch> {
        match &self.source {
            Source::Archive { backup, target } => {
                let target: Vec<_> = target.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let postgres = block_in_place(|| backups[*backup].restore(&target))?;
                let mut connection = PgConnection::connect(&postgres.url("postgres")).await?;
                until("a restored server to have recovered", PATIENCE, async || {
                    let recovers: bool = sqlx::query_scalar("select pg_is_in_recovery()")
                        .fetch_one(&mut connection)
                        .await
                        .context("it may have ended: its log says why")?;
                    Ok((!recovers).then_some(()))
                })
                .await?;
                Ok(postgres)
            }
            Source::Dump(path) => {
                let postgres = scratch(&lab.settings)?;
                let url = stage.url_on(&postgres);
                let mut admin = PgConnection::connect(&postgres.url("postgres")).await?;
                admin.execute("create role accord_app nologin").await.context("could not make the role")?;
                block_in_place(|| postgres.create_database(stage.database()))?;
                let mut restore = Command::from(postgres.program("pg_restore"));
                finish(restore.args(["--exit-on-error", "--dbname", &url]).arg(path)).await?;
                on(stage, &url, "migrate").await?;
                Ok(postgres)
            }
        }
    }
}

/// Everything that clients were told.
struct Told<'a> {
    history: &'a History,
    answers: &'a [Answer],
}

/// What holding a copy against what clients were told came to.
#[derive(Default)]
struct Found {
    /// The copy's end.
    head: i64,
    /// Acknowledged before the moment, and not there.
    lost: usize,
    /// Receipts of what came later.
    beyond: usize,
    compared: usize,
    /// Answers that are no longer the same.
    differing: usize,
    /// Whether `accord verify` found nothing, given every receipt up to the end.
    verified: bool,
    trouble: Vec<String>,
}

impl Told<'_> {
    /// Of which `moment` a copy is says what it has to hold; a copy that was tampered with is of none.
    async fn hold(&self, stage: &Stage, url: &str, moment: Option<&Moment>) -> Result<Found> {
        let log = log_of(url).await?;
        let head = log.commits.last().map_or(0, |commit| commit.last_position);
        let mut found = Found { head, ..Found::default() };
        self.count(&log, moment, &mut found);
        self.verify(stage, url, &mut found).await?;

        let accord = Accord { database: url.to_owned(), ..stage.accord.clone() };
        let mut node = Node::new(accord, NODES, url.to_owned());
        node.start().await?;
        let client = stage.client.at(vec![node.address()]).patient();
        let data = client.ask(0, "{ head { position } }", json!({})).await?;
        if position(&data["head"]["position"]) != Some(head) {
            found.trouble.push(format!("the log ends at {head}, and its node says {data}"));
        }
        for answer in self.answers.iter().filter(|answer| answer.position <= head) {
            found.compared += 1;
            if !answer.is_given_by(&client).await? {
                found.differing += 1;
            }
        }
        if found.differing > 0 {
            let Found { differing, compared, .. } = found;
            found.trouble.push(format!("{differing} of {compared} answers as of a past position differ"));
        }
        if moment.is_some() {
            // It is no museum.
            let added = client.done(0, stage.world.add_task("AFTER", "After a restoration")).await?;
            if position(&added["receipt"]["position"]) != Some(head + 1) {
                found
                    .trouble
                    .push(format!("the next command after {head} got the receipt {}", added["receipt"]));
            }
        }
        node.stop().await?;
        Ok(found)
    }

    /// What is there, and what is not.
    fn count(&self, log: &Log, moment: Option<&Moment>, found: &mut Found) {
        let mut early = 0;
        for (sent, known, position) in self.history.submissions.iter().filter_map(history::Submission::span) {
            let is_there = position <= found.head;
            found.beyond += usize::from(!is_there);
            if let Some(moment) = moment {
                found.lost += usize::from(!is_there && known < moment.begun);
                early += usize::from(is_there && sent > moment.ended);
            }
        }
        if found.lost > 0 {
            found.trouble.push(format!("{} commands are lost that had been acknowledged", found.lost));
        }
        if early > 0 {
            found.trouble.push(format!("{early} commands are there that were sent later"));
        }
        let findings = history::check(self.history, log);
        // Exactly the commands beyond the end are missing.
        let missing = findings.count(Kind::Lost);
        if missing != found.beyond {
            found
                .trouble
                .push(format!("{missing} receipts do not hold, and {} are beyond its end", found.beyond));
        }
        let faults = findings.faults.iter().filter(|fault| fault.kind != Kind::Lost);
        found.trouble.extend(faults.map(|fault| format!("{}: {}", fault.kind, fault.what)));
    }

    /// Accord's own checks: every receipt up to the end holds, and none beyond it does.
    async fn verify(&self, stage: &Stage, url: &str, found: &mut Found) -> Result<()> {
        let (mut there, mut beyond): (Vec<&Receipt>, Vec<&Receipt>) =
            self.history.receipts().partition(|receipt| receipt.position <= found.head);
        there.sort_by_key(|receipt| receipt.position);
        found.verified = true;
        for (number, anchors) in there.chunks(ANCHORS).enumerate() {
            let also = if number == 0 { &["--read-models", "--decisions"][..] } else { &[] };
            let (sound, said) = stage.verify_anchors(url, anchors, also).await?;
            if !sound {
                found.verified = false;
                found.trouble.push(format!("accord verify: {said}"));
            }
        }
        beyond.sort_by_key(|receipt| receipt.position);
        let ends = [beyond.first(), beyond.last()];
        for anchor in ends.into_iter().flatten() {
            if stage.verify_anchors(url, &[anchor], &[]).await?.0 {
                found.trouble.push(format!("accord verify: found the receipt of {}", anchor.position));
            }
        }
        Ok(())
    }
}

/// Whether all this sees anything: an event is dropped from a copy of what was restored, and altered in
/// another, whose rows are computed anew, so that nothing but the log's hashes and what clients keep can
/// tell.
async fn control(stage: &Stage, postgres: &Scratch, told: &Told<'_>) -> Result<Vec<String>> {
    let log = log_of(&stage.url_on(postgres)).await?;
    // The newest title that an answer shows.
    let shown = log.events.iter().rev().find_map(|event| {
        let title = format!(r#""title":"{}""#, event.title.as_ref()?);
        let shows =
            |answer: &&Answer| answer.position >= event.position && answer.data.get().contains(&title);
        told.answers.iter().find(shows).map(|_| (event.position, title))
    });
    let (position, title) = shown.context("no answer shows what a command did")?;
    let mut trouble = Vec::new();

    let dropped = tamper(
        stage,
        postgres,
        "dropped",
        &format!(
            "delete from event_subject where position = {position};
             delete from event where position = {position};"
        ),
    )
    .await?;
    // It has its end, so nothing is missing because it came later.
    let head = told.history.receipts().map(|receipt| receipt.position).max().unwrap_or(0);
    let mut found = Found { head, ..Found::default() };
    told.count(&log_of(&dropped).await?, None, &mut found);
    if found.trouble.is_empty() {
        trouble.push(format!("event {position} was dropped from a copy, and clients would not know"));
    }
    told.verify(stage, &dropped, &mut found).await?;
    if found.verified {
        trouble.push(format!("event {position} was dropped from a copy, and `accord verify` saw nothing"));
    }

    let altered = tamper(
        stage,
        postgres,
        "altered",
        &format!(
            r#"update event set payload =
                   convert_to(replace(convert_from(payload, 'UTF8'), '{title}', '"title":"Forged"'), 'UTF8')
               where position = {position};"#
        ),
    )
    .await?;
    on(stage, &altered, "rebuild").await?;
    let found = told.hold(stage, &altered, None).await?;
    if found.verified || found.differing == 0 {
        trouble.push(format!(
            "event {position} was altered in a copy, and `accord verify` saw {}, and {} of {} answers differ",
            if found.verified { "nothing" } else { "it" },
            found.differing,
            found.compared
        ));
    }
    Ok(trouble)
}

/// Runs the SQL in a copy of the database, as whoever owns it can; where the copy is.
async fn tamper(stage: &Stage, postgres: &Scratch, name: &str, sql: &str) -> Result<String> {
    let original = stage.database();
    let copy = format!("{original}_{name}");
    let mut admin = PgConnection::connect(&postgres.url("postgres")).await?;
    admin
        .execute(AssertSqlSafe(format!("create database {copy} template {original}")))
        .await
        .context("could not copy the database")?;
    let url = postgres.url(&copy);
    let mut connection = PgConnection::connect(&url).await?;
    let sql = format!("set session_replication_role = replica; {sql}");
    connection.execute(AssertSqlSafe(sql)).await.context("could not tamper with the copy")?;
    connection.close().await?;
    Ok(url)
}

/// From when this returns, the archive has all that was committed before.
async fn archive_all(postgres: &Scratch) -> Result<()> {
    let mut connection = PgConnection::connect(&postgres.url("postgres")).await?;
    let segment: String = ask(&mut connection, "select pg_walfile_name(pg_switch_wal())").await?;
    until("the last segment to be archived", PATIENCE, async || {
        let newest: Option<String> =
            ask(&mut connection, "select last_archived_wal from pg_stat_archiver").await?;
        Ok(newest.is_some_and(|newest| newest >= segment).then_some(()))
    })
    .await
}

async fn ask<T>(connection: &mut PgConnection, sql: &'static str) -> Result<T>
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    sqlx::query_scalar(sql).fetch_one(connection).await.with_context(|| format!("could not `{sql}`"))
}

async fn log_of(url: &str) -> Result<Log> {
    let mut connection = PgConnection::connect(url).await?;
    let log = logged::read(&mut connection).await?;
    connection.close().await?;
    Ok(log)
}

/// Runs a subcommand of Accord that has to succeed, on another database.
async fn on(stage: &Stage, database: &str, subcommand: &str) -> Result<()> {
    let accord = Accord { database: database.to_owned(), ..stage.accord.clone() };
    let (done, said) = accord.run(&[subcommand]).await?;
    if !done {
        bail!("accord {subcommand}: {said}");
    }
    Ok(())
}

/// Runs a program of Postgres that has to succeed.
async fn finish(command: &mut Command) -> Result<()> {
    let output = command.output().await.context("could not run a program of Postgres")?;
    if !output.status.success() {
        let program = command.as_std().get_program().display();
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
