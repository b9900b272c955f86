//! Whether the checker can see: an acknowledged command is taken out of a copy of the log, and one is doubled
//! in another. An experiment that finds nothing says something only because this one finds both.

use super::lab::Lab;
use crate::{
    history::{self, History, Kind},
    load::Load,
    logged,
    report::Row,
    stage::Stage,
};
use anyhow::{Context as _, Result};
use sqlx::{Connection as _, Executor as _, PgConnection};

const COMMANDS: usize = 30;

/// What whoever owns the database can do: the last command goes, with its commit.
const LOSE: &str = "
    set session_replication_role = replica;
    create temporary table gone as select max(position) as position from command;
    delete from event_subject where position in
        (select position from event where command_id = (select command_id from command join gone using (position)));
    delete from event where command_id = (select command_id from command join gone using (position));
    delete from command where position = (select position from gone);
    delete from log_commit where last_position = (select position from gone);
";

/// What a node that forgot the key would do: the last command again, as another.
const DOUBLE: &str = "
    insert into event
    select position + 1, recorded_at, occurred_at, occurred_offset, gen_random_uuid(),
        '00000000-0000-4000-8000-00000000d0b1', actor, late_reason, type, version, payload, salt
    from event order by position desc limit 1;
    insert into log_commit
    select last_position + 1, last_position, 1, recorded_at, node, sha256(hash)
    from log_commit order by last_position desc limit 1;
    insert into command
    select actor, idempotency_key || ' again', request_hash, '00000000-0000-4000-8000-00000000d0b1', position + 1, outcome
    from command order by position desc limit 1;
";

pub async fn run(lab: Lab) -> Result<Row> {
    let mut stage = lab.stage().await?;
    // One writer, so that each commit holds one command.
    let load = Load::start(&stage.client, &stage.world, 1, lab.settings.seed);
    load.more(COMMANDS).await?;
    let history = load.finish().await?;
    let untouched = stage.judge(lab.name, lab.count, &history).await?;
    for node in &mut stage.nodes {
        node.stop().await?;
    }

    let mut row = Row::new(lab.name, lab.count, &history);
    row.take(&stage.check(&history).await?);
    row.trouble.extend(untouched.trouble);
    let (lost, verified) = tamper(&stage, &lab, "lost", LOSE, &history).await?;
    if lost != (1, 0) || verified {
        row.trouble.push(format!(
            "one command was taken out of the log, and the checker saw {} lost and {} doubled, `accord verify` {}",
            lost.0,
            lost.1,
            if verified { "nothing" } else { "it" }
        ));
    }
    let (doubled, verified) = tamper(&stage, &lab, "doubled", DOUBLE, &history).await?;
    if doubled != (0, 1) || verified {
        row.trouble.push(format!(
            "one command was doubled in the log, and the checker saw {} lost and {} doubled, `accord verify` {}",
            doubled.0,
            doubled.1,
            if verified { "nothing" } else { "it" }
        ));
    }
    (row.lost, row.doubled) = (lost.0, doubled.1);
    row.notes.push("1 loss and 1 doubling were made, and have to be seen".to_owned());
    Ok(row)
}

/// Runs the SQL in a copy of the log; what the checker then finds lost and doubled, and whether `accord
/// verify` finds the log sound.
async fn tamper(
    stage: &Stage,
    lab: &Lab,
    name: &str,
    sql: &'static str,
    history: &History,
) -> Result<((usize, usize), bool)> {
    let original: String = {
        let mut connection = stage.connect().await?;
        let name = sqlx::query_scalar("select current_database()").fetch_one(&mut connection).await?;
        connection.close().await?;
        name
    };
    let copy = format!("{original}_{name}");
    let mut admin = PgConnection::connect(&lab.postgres.url("postgres")).await?;
    admin
        .execute(sqlx::AssertSqlSafe(format!("create database {copy} template {original}")))
        .await
        .context("could not copy the log")?;
    let url = lab.postgres.url(&copy);
    let mut connection = PgConnection::connect(&url).await?;
    connection.execute(sql).await.context("could not tamper with the copy")?;
    let findings = history::check(history, &logged::read(&mut connection).await?);
    connection.close().await?;
    let (sound, _) = stage.verify_database(&url, history).await?;
    Ok(((findings.count(Kind::Lost), findings.count(Kind::Doubled)), sound))
}
