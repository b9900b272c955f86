//! `accord doctor`: whether this machine and this database can carry Accord, and what to do when not.

use crate::{
    database::{self, SERVING_ROLE, Work},
    listening,
    output::Output,
    source::{Source, Use},
};
use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use embedded_postgres::{Binaries, MINIMUM_VERSION};
use engine::{Clock, chain};
use event_log::Log;
use read_model::Schema;
use serde::Serialize;
use sqlx::PgPool;
use std::{
    fmt::{self, Write as _},
    path::Path,
    process::ExitCode,
};

/// Below this much free space a busy log has days, not months.
const LITTLE_KIB: u64 = 5 * 1024 * 1024;
const TOO_LITTLE_KIB: u64 = 512 * 1024;

/// A difference that people notice, and one at which tokens are refused.
const NOTABLE_MILLIS: i64 = 1_000;
const TOO_MANY_MILLIS: i64 = 30_000;

/// Events that a running server projects within moments.
const NOTABLE_LAG: i64 = 5_000;

/// Check the database, its settings and rights, the disk and the clocks, and say what to do.
#[derive(Clone, Debug, clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    source: Source,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Verdict {
    Ok,
    Warning,
    Fail,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Fail => "FAIL",
        })
    }
}

#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    /// What is, and what to do about it.
    text: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, check: &'static str, verdict: Verdict, text: impl Into<String>) {
        self.0.push(Finding { check, verdict, text: text.into() });
    }
}

impl Doctor {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let mut findings = Findings::default();
        self.check(&mut findings).await;
        let Findings(findings) = findings;
        let lines: Vec<String> = findings
            .iter()
            .map(|Finding { check, verdict, text }| format!("{verdict:<8}{check}: {text}"))
            .collect();
        output.say(&lines.join("\n"), &findings)?;
        let failed = findings.iter().any(|finding| finding.verdict == Verdict::Fail);
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    async fn check(&self, findings: &mut Findings) {
        check_files(findings);
        if self.source.url().is_none() {
            let dir = match self.source.data_dir("") {
                Ok(dir) => dir,
                Err(error) => return findings.add("data directory", Verdict::Fail, format!("{error:#}")),
            };
            check_disk(&dir, findings);
            check_binaries(findings);
            if !dir.join("postgres").exists() {
                let text = format!("there is none in {} yet; `accord serve` makes one", dir.display());
                return findings.add("database", Verdict::Warning, text);
            }
        }
        // Postgres itself is asked below how old it is.
        let database = match self.source.open("", Use::Existing).await {
            Ok(database) => database,
            Err(error) => return findings.add("database", Verdict::Fail, format!("{error:#}")),
        };
        match database::login_pool(&database.options).await {
            Ok(pool) => {
                findings.add("connection", Verdict::Ok, "Postgres answers");
                check_settings(&pool, findings).await;
                check_clock(&pool, findings).await;
                let lacking = database::lacking(&database.options).await;
                check_tables(lacking, findings);
                check_rights(&pool, database.options.get_username(), findings).await;
            }
            Err(error) => return findings.add("connection", Verdict::Fail, format!("{error:#}")),
        }
        // Without tables or rights there is nothing to compare, and both were told.
        if let Ok(pool) = database::serving_pool(&database.options, Work::Maintenance).await {
            check_lag(&pool, findings).await;
        }
        if let Err(error) = database.close().await {
            findings.add("database", Verdict::Warning, format!("{error:#}"));
        }
    }
}

/// Each connection is one.
fn check_files(findings: &mut Findings) {
    let files = listening::raise_file_limit();
    let verdict = if files < listening::ENOUGH_FILES { Verdict::Warning } else { Verdict::Ok };
    let mut text = format!("a process may have {files} open");
    if verdict == Verdict::Warning {
        let most = listening::ConnectionSettings::of(files, std::time::Duration::ZERO).most;
        let _ = write!(
            text,
            ", so a server takes {most} connections at once. Raise it to {} (LimitNOFILE of a unit, `ulimit -Hn`)",
            listening::ENOUGH_FILES
        );
    }
    findings.add("open files", verdict, text);
}

fn check_disk(dir: &Path, findings: &mut Findings) {
    let check = "disk space";
    // Of the place where it will be, when it is not there yet.
    let Some(existing) = dir.ancestors().find(|dir| dir.exists()) else { return };
    let Some(free) = free_kib(existing) else {
        let text = format!("`df` does not say how much is free in {}", existing.display());
        return findings.add(check, Verdict::Warning, text);
    };
    let text = format!("{} MiB free in {}", free / 1024, dir.display());
    if free < TOO_LITTLE_KIB {
        findings.add(check, Verdict::Fail, format!("{text}: Postgres stops when it is full. Make room"));
    } else if free < LITTLE_KIB {
        findings.add(check, Verdict::Warning, format!("{text}: make room soon"));
    } else {
        findings.add(check, Verdict::Ok, text);
    }
}

fn free_kib(dir: &Path) -> Option<u64> {
    let output = std::process::Command::new("df").arg("-Pk").arg(dir).output().ok()?;
    let table = String::from_utf8_lossy(&output.stdout);
    table.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

fn check_binaries(findings: &mut Findings) {
    let check = "PostgreSQL programs";
    match Binaries::find(None) {
        Ok(Some(binaries)) => {
            let path = binaries.path("postgres");
            findings.add(check, Verdict::Ok, format!("version {} in {}", binaries.version(), path.display()));
        }
        Ok(None) => {
            let text = format!(
                "none on this machine. Install PostgreSQL {MINIMUM_VERSION} or newer, or name a server in DATABASE_URL"
            );
            findings.add(check, Verdict::Fail, text);
        }
        Err(error) => findings.add(check, Verdict::Fail, format!("{error:#}")),
    }
}

async fn check_settings(pool: &PgPool, findings: &mut Findings) {
    let settings = match event_log::durability(pool).await {
        Ok(settings) => settings,
        Err(error) => return findings.add("durability", Verdict::Fail, chain(&error)),
    };
    let value = |name: &str| settings.iter().find(|setting| setting.name == name).map(|found| &*found.value);

    let version: u32 =
        value("server_version_num").and_then(|number| number.parse().ok()).unwrap_or(0) / 10_000;
    if version >= MINIMUM_VERSION {
        findings.add("version", Verdict::Ok, format!("PostgreSQL {version}"));
    } else {
        let text = format!("PostgreSQL {version} is too old. Upgrade to {MINIMUM_VERSION} or newer");
        findings.add("version", Verdict::Fail, text);
    }
    match event_log::refuse_if_not_durable(&settings) {
        Ok(()) => findings.add("durability", Verdict::Ok, "what Postgres acknowledges, it keeps"),
        Err(error) => {
            findings.add("durability", Verdict::Fail, format!("{error}. Turn them on and reload Postgres"));
        }
    }
    if value("data_checksums") == Some("on") {
        findings.add("data checksums", Verdict::Ok, "Postgres notices when its disk returns something else");
    } else {
        let text = "off: a bad disk goes unnoticed. Stop Postgres and run `pg_checksums --enable`";
        findings.add("data checksums", Verdict::Warning, text);
    }
}

async fn check_clock(pool: &PgPool, findings: &mut Findings) {
    let check = "clock";
    let asked = Clock::System.now();
    let theirs = sqlx::query_scalar::<_, DateTime<Utc>>("select clock_timestamp()").fetch_one(pool).await;
    let answered = Clock::System.now();
    let theirs = match theirs {
        Ok(theirs) => theirs,
        Err(error) => return findings.add(check, Verdict::Fail, chain(&error)),
    };
    // Any moment between the question and the answer is as good as the other.
    let difference = theirs - theirs.clamp(asked, answered);
    let millis = difference.num_milliseconds();
    let text = format!("Postgres and this machine differ by {millis} ms");
    if millis.abs() >= TOO_MANY_MILLIS {
        findings.add(check, Verdict::Fail, format!("{text}: set both by NTP, one of them is wrong"));
    } else if millis.abs() >= NOTABLE_MILLIS {
        findings.add(check, Verdict::Warning, format!("{text}: set both by NTP"));
    } else {
        findings.add(check, Verdict::Ok, text);
    }
}

fn check_tables(lacking: Result<Vec<String>>, findings: &mut Findings) {
    match lacking {
        Ok(lacking) if lacking.is_empty() => {
            findings.add("tables", Verdict::Ok, format!("as of this build ({})", Schema::default().name));
        }
        Ok(lacking) => {
            let text =
                format!("the database lacks {}. Run `accord migrate` as its owner", lacking.join(", "));
            findings.add("tables", Verdict::Fail, text);
        }
        Err(error) => findings.add("tables", Verdict::Fail, format!("{error:#}")),
    }
}

async fn check_rights(pool: &PgPool, login: &str, findings: &mut Findings) {
    let check = "rights";
    match wrong_rights(pool, login).await {
        Ok(wrong) if wrong.is_empty() => {
            let text = format!("{SERVING_ROLE} may append to the log and read it, and change nothing in it");
            findings.add(check, Verdict::Ok, text);
        }
        Ok(wrong) => wrong.into_iter().for_each(|wrong| findings.add(check, Verdict::Fail, wrong)),
        Err(error) => findings.add(check, Verdict::Fail, format!("{error:#}")),
    }
}

/// One sentence for each.
async fn wrong_rights(pool: &PgPool, login: &str) -> Result<Vec<String>> {
    let member: Option<bool> =
        sqlx::query_scalar("select (select pg_has_role(oid, 'member') from pg_roles where rolname = $1)")
            .bind(SERVING_ROLE)
            .fetch_one(pool)
            .await
            .context("could not look for the role of servers")?;
    match member {
        None => {
            return Ok(vec![format!("there is no role {SERVING_ROLE}. Run `accord migrate` as the owner")]);
        }
        Some(false) => {
            return Ok(vec![format!(
                "{login} may not work as {SERVING_ROLE}. As the owner, run: grant {SERVING_ROLE} to \"{login}\";"
            )]);
        }
        Some(true) => {}
    }
    let rights: Vec<(String, bool, bool)> = sqlx::query_as(
        "select
           name,
           has_table_privilege($1, to_regclass(name), 'select') and has_table_privilege($1, to_regclass(name), 'insert'),
           has_table_privilege($1, to_regclass(name), 'update, delete, truncate')
         from unnest(array['log_commit', 'event', 'event_subject', 'command', 'access_log']) name
         where to_regclass(name) is not null",
    )
    .bind(SERVING_ROLE)
    .fetch_all(pool)
    .await
    .context("could not look at the rights on the log")?;
    let mut wrong = Vec::new();
    for (table, appends, changes) in rights {
        if !appends {
            wrong.push(format!(
                "{SERVING_ROLE} may not append to {table}. As the owner, run: grant select, insert on {table} to \
                 {SERVING_ROLE};"
            ));
        }
        if changes {
            wrong.push(format!(
                "{SERVING_ROLE} may change {table}. As the owner, run: revoke update, delete, truncate on {table} from \
                 {SERVING_ROLE};"
            ));
        }
    }
    Ok(wrong)
}

async fn check_lag(pool: &PgPool, findings: &mut Findings) {
    let check = "read model";
    let (head, checkpoint) = match (Log::new(pool.clone()).head().await, read_model::checkpoint(pool).await) {
        (Ok(head), Ok(checkpoint)) => (head.position, checkpoint.0),
        // The tables were told to be missing already.
        _ => return,
    };
    let behind = head - checkpoint;
    if behind < 0 {
        let text =
            format!("it stands at {checkpoint}, beyond the end of the log at {head}. Run `accord rebuild`");
        findings.add(check, Verdict::Fail, text);
    } else if behind > NOTABLE_LAG {
        let text = format!("{behind} events behind the log at {head}; a server that starts catches up");
        findings.add(check, Verdict::Warning, text);
    } else {
        findings.add(check, Verdict::Ok, format!("{behind} events behind the log, which ends at {head}"));
    }
}
