//! `accord demo`: Operation SAPHAN to look at and to try.

use super::{
    import,
    serving::{Known, Serving, refuse_if_not_durable, until_stopped},
};
use crate::{
    database,
    keys::Keys,
    output::Output,
    scenario::{self, Scenario},
    server::Running,
    source::Use,
    values,
};
use anyhow::{Context as _, Result, anyhow, bail};
use api::{DemoPost, Explorer};
use chrono::{DateTime, FixedOffset, TimeDelta};
use domain::{Actor, PartnerCode, PostCode, Role};
use engine::Clock;
use serde_json::json;
use sqlx::PgPool;
use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path, process::ExitCode, sync::Arc};
use tracing::warn;

const SAPHAN: &str = include_str!("../../../../scenario/saphan.yaml");

const QUERY: &str = include_str!("demo.graphql");

/// Questions about the operation as a whole that take its history to answer.
const QUESTIONS: [&str; 3] = [
    include_str!("demo_queries/known.graphql"),
    include_str!("demo_queries/changed.graphql"),
    include_str!("demo_queries/awaited.graphql"),
];

/// How long a token of the page is good; each visit gets fresh ones.
const TOKEN_LIFE: TimeDelta = TimeDelta::hours(8);

/// Whom the page can act as.
const POSTS: [(&str, &str, &str, &[Role]); 5] = [
    ("THA-01", "THA", "Centre Director", &[Role::Commander, Role::Planner, Role::Reviewer]),
    ("THA-02", "THA", "Host Liaison Officer", &[Role::Planner, Role::Liaison]),
    ("CHN-01", "CHN", "Liaison Officer", &[Role::Liaison, Role::Commander, Role::Planner]),
    ("MMR-01", "MMR", "Liaison Officer", &[Role::Liaison, Role::Commander, Role::Planner]),
    ("LAO-01", "LAO", "Liaison Officer", &[Role::Liaison, Role::Commander, Role::Planner]),
];

/// Serve Operation SAPHAN, an exercise, with a page to explore it.
///
/// Without `DATABASE_URL` the demo has a database of its own, apart from that of `accord serve`, which is
/// filled on the first start and kept.
#[derive(Clone, Debug, clap::Args)]
pub struct Demo {
    #[command(flatten)]
    serving: Serving,
    /// Load the operation only up to this moment, and let the clock stand still there.
    #[arg(long, env = "ACCORD_UNTIL", value_name = "TIME", value_parser = values::instant, conflicts_with = "now")]
    until: Option<DateTime<FixedOffset>>,
}

impl Demo {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let scenario = scenario::read(SAPHAN).map_err(|faults| anyhow!("SAPHAN has faults: {faults:?}"))?;
        let (dir, source) = (self.usual_dir(), &self.serving.source);
        let beforehand = self.serving.beforehand(&dir).await?;
        let database = source.open(&dir, Use::Own).await?;
        let data_dir = source.data_dir(&dir)?;
        // There while an import goes on: one that was interrupted leaves half an operation, which cannot be
        // gone on with.
        let unfinished = source.url().is_none().then(|| data_dir.join("import-unfinished"));
        if unfinished.as_ref().is_some_and(|marker| marker.exists()) {
            warn!("An earlier start was interrupted while it loaded SAPHAN: loading it anew");
            database.empty().await?;
        }
        let pool = database::prepare(database.options.clone()).await?;
        refuse_if_not_durable(&pool).await?;
        let known = self.load(&pool, &scenario, unfinished.as_deref()).await?;

        let clock = match self.until {
            Some(until) => Clock::scripted(until.to_utc().max(known.head.recorded_at)),
            None => known.clock(self.serving.now.map(|now| now.to_utc()))?,
        };
        let mut keys = source.keys(&dir)?;
        let mut settings = self.serving.settings(beforehand, (&known, clock), &mut keys, &dir)?;
        let (keys, life) = (Arc::new(keys), TOKEN_LIFE.min(self.serving.life.longest));
        // Whoever names their own issuers trusts no token that is made here.
        if self.serving.issuers.is_none() {
            if !self.serving.listen.ip().is_loopback() {
                warn!("The page gives tokens to everybody who can reach {}", self.serving.listen);
            }
            settings.explorer = Some(explorer(Arc::clone(&keys), life));
        }
        until_stopped(database, pool, settings, |running| {
            let token = tokens(&keys, life)?.swap_remove(0).token;
            let now = running.engine.clock().now();
            let mut text = format!(
                "\nOperation SAPHAN, an exercise, as of {} ({} events).\n\n  Open   {}/\n\n  Or paste this:\n\n{}\n",
                now.with_timezone(&scenario.meta.display_tz).format("%-d %B %Y, %H:%M %Z"),
                running.engine.position(),
                running.url,
                curl(running, &token),
            );
            if self.until.is_none() {
                text.push_str("\n  Or ask on the page:\n");
                for question in QUESTIONS {
                    let _ = write!(text, "\n{question}");
                }
            }
            if source.url().is_none() {
                let _ = write!(
                    text,
                    "\n  Its data are in {0}; other commands find them with `--data-dir {0}`.",
                    data_dir.display()
                );
            }
            text.push_str("\n  Stop it with Ctrl-C.\n");
            output.say(&text, &json!({ "url": running.url, "token": token, "position": running.engine.position() }))
        })
        .await?;
        Ok(ExitCode::SUCCESS)
    }

    /// A moment has a database of its own, so that one can go back and forth between them.
    fn usual_dir(&self) -> String {
        match self.until {
            Some(until) => format!("demo/until-{}", until.to_utc().format("%Y%m%dT%H%M%SZ")),
            None => "demo/whole".to_owned(),
        }
    }

    /// Imports SAPHAN unless it is there.
    async fn load(&self, pool: &PgPool, scenario: &Scenario, unfinished: Option<&Path>) -> Result<Known> {
        let known = Known::look(pool).await?;
        if known.head.position == 0 {
            if let Some(marker) = unfinished {
                fs::write(marker, "").with_context(|| format!("could not write {}", marker.display()))?;
            }
            import::import(pool, scenario, self.until).await?;
            if let Some(marker) = unfinished {
                fs::remove_file(marker).with_context(|| format!("could not remove {}", marker.display()))?;
            }
            return Known::look(pool).await;
        }
        if known.exercise.as_deref() != Some(&*scenario.meta.title) {
            bail!(
                "this database holds something else than SAPHAN ({}). Give the demo another one, with --data-dir or \
                 DATABASE_URL",
                known.exercise.as_deref().unwrap_or("no exercise, so it may be the real thing")
            );
        }
        if self.until.is_some() && self.serving.source.is_chosen() {
            bail!(
                "this database holds SAPHAN already, and --until loads it into a fresh one. Give it another, with \
                 --data-dir or DATABASE_URL, or leave these out"
            );
        }
        Ok(known)
    }
}

fn explorer(keys: Arc<Keys>, life: TimeDelta) -> Explorer {
    let posts = move || {
        tokens(&keys, life).unwrap_or_else(|error| {
            warn!("Could not make tokens for the page: {error:#}");
            Vec::new()
        })
    };
    Explorer { posts: Arc::new(posts), query: QUERY.into() }
}

fn tokens(keys: &Keys, life: TimeDelta) -> Result<Vec<DemoPost>> {
    let expires = Clock::System.now() + life;
    POSTS
        .iter()
        .map(|(post, partner, title, roles)| {
            let actor = Actor::Post {
                post: PostCode::new(post)?,
                partner: PartnerCode::new(partner)?,
                roles: roles.iter().copied().collect::<BTreeSet<_>>(),
            };
            let token = keys.token(&actor, expires).context("the log lacks a partner of SAPHAN")?;
            Ok(DemoPost { label: format!("{post} {title}"), token })
        })
        .collect()
}

fn curl(running: &Running, token: &str) -> String {
    let body = json!({ "query": QUERY.split_whitespace().collect::<Vec<_>>().join(" ") });
    format!(
        "curl {}/graphql \\\n  -H 'Content-Type: application/json' \\\n  -H 'Authorization: Bearer {token}' \\\n  \
         -d '{}'",
        running.url,
        body.to_string().replace('\'', r"'\''")
    )
}
