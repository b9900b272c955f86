//! What `serve` and `demo` share: from a database to a server that runs until it is told to stop.

use crate::{
    documents,
    keys::{Keys, Trusted},
    progress::Progress,
    server::{self, Limits, LiveSettings, Origins, Reach, Running, ServerSettings, WebhookSettings},
    source::{Database, Source},
    values, webhook_key,
};
use anyhow::{Context as _, Result, bail};
use api::{Explorer, auth::Holder, documents::Documents, http::Origin, rates::Allowance, trust::Trust};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use clap::builder::FalseyValueParser;
use domain::{PartnerCode, Position};
use engine::{Clock, Entropy};
use event_log::Head;
use read_model::{Page, Pin, ReadModel, Viewer};
use sqlx::PgPool;
use std::{
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;

/// More partners than a coalition has.
const MOST_PARTNERS: i64 = 1_000;

/// What both take alike.
#[derive(Clone, Debug, clap::Args)]
pub struct Serving {
    /// Address and port to listen on; port 0 takes any that is free.
    #[arg(long, env = "ACCORD_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub source: Source,
    /// Trust only the public keys in this directory: THA.pub.pem for the partner THA, services.pub.pem for
    /// services, and THA.NAME.pub.pem for further ones. Files that come, change or go are noticed while the
    /// server runs. Without it, development issuers are trusted, whose private keys lie in the data directory.
    #[arg(long, env = "ACCORD_ISSUERS", value_name = "DIR")]
    pub issuers: Option<PathBuf>,
    #[command(flatten)]
    pub life: Life,
    /// Let pages of these origins ask from browsers and open websockets, separated by commas,
    /// such as <https://console.example.org>. Without it, only pages of this server's own.
    #[arg(long, env = "ACCORD_ORIGINS", value_name = "ORIGINS", value_delimiter = ',')]
    origins: Vec<Origin>,
    /// Let the clock of an exercise stand still here, instead of running on from its last event.
    #[arg(long, env = "ACCORD_NOW", value_name = "TIME", value_parser = values::instant)]
    pub now: Option<DateTime<FixedOffset>>,
    #[command(flatten)]
    limiting: Limiting,
    /// Address and port at which Prometheus reads /metrics, without a token: for operators only, so that
    /// partners cannot read there how busy the others are. Without it there are no metrics.
    #[arg(long, env = "ACCORD_METRICS_LISTEN", value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    #[command(flatten)]
    sending: Sending,
    /// Trust the GraphQL documents in this directory, a file each: requests name them as `documentId`, which
    /// is `sha256:` and the SHA-256 of the file in hexadecimal.
    #[arg(long, env = "ACCORD_DOCUMENTS", value_name = "DIR")]
    documents: Option<PathBuf>,
    /// Answer trusted documents only, and no `query` that a client sends.
    #[arg(long, env = "ACCORD_DOCUMENTS_ONLY", requires = "documents", value_parser = FalseyValueParser::new())]
    documents_only: bool,
}

/// For how long tokens may be good.
#[derive(Clone, Debug, clap::Args)]
pub struct Life {
    /// Refuse tokens that are good for longer: a number and s, m, h or d. Calendars take those without roles
    /// however long they are good.
    #[arg(id = "token-life", long = "token-life", env = "ACCORD_TOKEN_LIFE", value_name = "DURATION",
          default_value = "24h", value_parser = values::duration)]
    pub longest: TimeDelta,
}

/// What can be read, and be wrong, before Postgres is started for it.
pub struct Beforehand {
    trusted: Option<Trust>,
    documents: Documents,
    webhooks: WebhookSettings,
}

impl Serving {
    /// `usual` is the place below the default data directory.
    pub async fn beforehand(&self, usual: &str) -> Result<Beforehand> {
        let trusted = self.issuers.as_deref().map(|dir| trust(dir, self.life.longest)).transpose()?;
        let documents = match &self.documents {
            Some(dir) => documents::read(dir, self.documents_only).await?,
            None => Documents::default(),
        };
        Ok(Beforehand { trusted, documents, webhooks: self.sending.settings(&self.source, usual)? })
    }

    /// How to serve what is `known`; `keys` are those of the data directory.
    pub fn settings(
        &self,
        beforehand: Beforehand,
        (known, clock): (&Known, Clock),
        keys: &mut Keys,
        usual: &str,
    ) -> Result<Settings> {
        let Beforehand { trusted, documents, webhooks } = beforehand;
        let trust = if let Some(trusted) = trusted {
            trusted
        } else {
            let dir = self.source.keys_dir(usual)?;
            info!(keys = %dir.display(), "Trusting development issuers: who reads their keys may be anybody");
            known.trust(keys, &dir, self.life.longest)?
        };
        Ok(Settings {
            listen: self.listen,
            clock,
            trust,
            explorer: None,
            limits: self.limiting.limits(),
            documents,
            origins: Origins(self.origins.clone()),
            metrics_listen: self.metrics_listen,
            webhooks,
        })
    }
}

/// How much is answered at once and in a time.
#[derive(Clone, Debug, clap::Args)]
struct Limiting {
    /// Cost that each actor may ask for per second, as `extensions.cost` tells it; ten seconds are saved up.
    /// 0: no limit.
    #[arg(long, env = "ACCORD_RATE", value_name = "COST", default_value_t = 100_000)]
    rate: u32,
    /// Requests that each actor may have under way. 0: no limit.
    #[arg(long, env = "ACCORD_CONCURRENT", value_name = "REQUESTS", default_value_t = 64)]
    concurrent: u32,
    /// Seconds after which the database gives up a question, which is then answered BUSY.
    #[arg(long, env = "ACCORD_STATEMENT_TIMEOUT", value_name = "SECONDS", default_value = "10",
          value_parser = clap::value_parser!(u16).range(1..=600))]
    statement_timeout: u16,
}

impl Limiting {
    fn limits(&self) -> Limits {
        let allowance =
            Allowance { per_second: NonZeroU32::new(self.rate), at_once: NonZeroU32::new(self.concurrent) };
        Limits { allowance, statement_timeout: Duration::from_secs(self.statement_timeout.into()) }
    }
}

/// To whom webhooks may send, and what they sign with.
#[derive(Clone, Debug, clap::Args)]
struct Sending {
    /// File with the key that the secrets of webhooks are computed from: 32 random bytes in base64, as `openssl rand
    /// -base64 32` writes them. All servers of a log need the same. Without it, events are sent to nobody, but on a
    /// database of Accord's own, whose key is made in the data directory.
    #[arg(long, env = "ACCORD_WEBHOOK_KEY", value_name = "FILE")]
    webhook_key: Option<PathBuf>,
    /// Let webhooks send to addresses that are not of the public Internet, and by plain HTTP.
    #[arg(long, env = "ACCORD_WEBHOOKS_ALLOW_PRIVATE", value_parser = FalseyValueParser::new())]
    webhooks_allow_private: bool,
}

impl Sending {
    fn settings(&self, source: &Source, usual: &str) -> Result<WebhookSettings> {
        let key = match (&self.webhook_key, source.url()) {
            (Some(path), _) => Some(webhook_key::read(path)?),
            (None, None) => {
                let path = source.data_dir(usual)?.join(webhook_key::FILE);
                Some(webhook_key::read_or_make(&path, &Entropy::system())?)
            }
            (None, Some(_)) => None,
        };
        let reach = if self.webhooks_allow_private { Reach::Private } else { Reach::Public };
        Ok(WebhookSettings::new(key, reach))
    }
}

/// What a log is, as far as serving it depends on that.
pub struct Known {
    pub head: Head,
    /// Title of the exercise that the log holds; `None` for the real thing.
    pub exercise: Option<String>,
    pub partners: Vec<PartnerCode>,
}

impl Known {
    /// Projects what the read model lacks, which takes a while after an upgrade, and looks at it.
    pub async fn look(pool: &PgPool) -> Result<Self> {
        let progress = Progress::new("Projecting");
        let position = engine::catch_up(pool, |done, total| progress.show_position(done.0, total.0))
            .await
            .context("could not bring the read model up to the log")?;
        drop(progress);
        let head = event_log::Log::new(pool.clone()).head().await?;
        let read_model = ReadModel::new(pool.clone());
        let coalition = read_model.coalition(position).await?;
        let partners = read_model.partners(&everybody(position), &Page::first(MOST_PARTNERS)).await?;
        let partners = partners.iter().map(|partner| PartnerCode::new(&partner.code));
        Ok(Self {
            head,
            exercise: coalition.and_then(|coalition| coalition.exercise),
            partners: partners.collect::<Result<_, _>>().context("could not read a partner's code")?,
        })
    }

    /// Where the present comes from: an exercise goes on from its last event, or stands still at `now`.
    pub fn clock(&self, now: Option<DateTime<Utc>>) -> Result<Clock> {
        match (&self.exercise, now) {
            (Some(_), Some(now)) if now < self.head.recorded_at => bail!(
                "this exercise has come to {} already, so its clock cannot stand at {now}. Name a later moment in --now",
                self.head.recorded_at
            ),
            (Some(_), Some(now)) => Ok(Clock::scripted(now)),
            (Some(_), None) => Ok(Clock::running_from(self.head.recorded_at)),
            (None, None) => Ok(Clock::System),
            (None, Some(_)) => bail!(
                "--now sets the clock of an exercise, and this log is none: what is recorded in it carries the real \
                 time. Leave --now out"
            ),
        }
    }

    /// Sees to a key for each partner in the data directory's, and trusts those that are there, also later.
    fn trust(&self, keys: &mut Keys, dir: &Path, longest_life: TimeDelta) -> Result<Trust> {
        for partner in &self.partners {
            keys.ensure(&Holder::Partner(partner.clone()))?;
        }
        trust(dir, longest_life)
    }
}

/// Trusts the public keys of a directory, as they are there from now on.
fn trust(dir: &Path, longest_life: TimeDelta) -> Result<Trust> {
    let (trusted, issuers) = Trusted::open(dir)?;
    Ok(Trust::new(issuers, longest_life).that_changes(trusted.into_look()))
}

/// Fails on a Postgres that may lose what it has acknowledged.
pub async fn refuse_if_not_durable(pool: &PgPool) -> Result<()> {
    let settings = event_log::durability(pool).await?;
    event_log::refuse_if_not_durable(&settings).context(
        "Accord does not work on such a Postgres. Turn these settings on in postgresql.conf, or with `alter system`, \
         and for this role and database too",
    )
}

/// Serves until SIGINT or SIGTERM, then stops in good order. `announce` is called when requests are answered.
pub async fn until_stopped(
    database: Database,
    pool: PgPool,
    settings: Settings,
    announce: impl FnOnce(&Running) -> Result<()>,
) -> Result<()> {
    // Before anything is announced, so that whoever reads the announcement may stop us.
    let mut interrupt = signal(SignalKind::interrupt()).context("could not listen for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("could not listen for SIGTERM")?;
    let Settings { listen, clock, trust, explorer, limits, documents, origins, metrics_listen, webhooks } =
        settings;
    let settings = ServerSettings {
        listen,
        clock,
        entropy: Entropy::system(),
        trust,
        explorer,
        limits,
        documents,
        origins,
        metrics_listen,
        webhooks,
        live: LiveSettings::default(),
    };
    let mut running = server::start(pool.clone(), settings).await?;
    if let Some(url) = &running.metrics_url {
        info!(url, "Metrics for whoever asks there");
    }
    info!(url = running.url, position = running.engine.position().0, "Listening");
    announce(&running)?;

    let why = tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
        ended = running.ended() => return ended.and_then(|()| bail!("the server has ended by itself")),
        error = database.keep_alive() => return Err(error),
    };
    info!(signal = why, "Stopping");
    tokio::select! {
        stopped = running.stop() => stopped?,
        // Somebody who asks twice does not want to wait.
        _ = interrupt.recv() => info!("Stopping at once"),
    }
    // Before Postgres goes, or every connection complains that it did. Who stops at once may still hold some.
    let _ = tokio::time::timeout(server::CLOSING, pool.close()).await;
    database.close().await?;
    info!("Stopped");
    Ok(())
}

pub struct Settings {
    pub listen: SocketAddr,
    pub clock: Clock,
    pub trust: Trust,
    pub explorer: Option<Explorer>,
    pub limits: Limits,
    pub documents: Documents,
    pub origins: Origins,
    pub metrics_listen: Option<SocketAddr>,
    pub webhooks: WebhookSettings,
}

fn everybody(position: Position) -> Pin {
    Pin::new(position, position, Viewer { partner: None })
}
