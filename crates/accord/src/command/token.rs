//! `accord token`: a token of a development issuer.

use super::serving::Life;
use crate::{output::Output, source::Source, values};
use anyhow::{Context as _, Result, bail};
use api::auth::{Holder, in_words, is_service_name};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{Actor, PartnerCode, PostCode, Role};
use engine::Clock;
use serde_json::json;
use std::{collections::BTreeSet, process::ExitCode};
use tracing::warn;

/// Print a token for a post or a service, signed with a key of the data directory.
///
/// A server on the same data directory trusts it, unless it has `ACCORD_ISSUERS`. A partner that has no key
/// yet gets one here, which a server that runs already takes as well.
#[derive(Clone, Debug, clap::Args)]
pub struct Token {
    /// The post, such as THA-01.
    #[arg(long, env = "ACCORD_POST", value_name = "POST", required_unless_present = "service")]
    post: Option<PostCode>,
    /// The post's partner, when it is not what its code begins with.
    #[arg(long, env = "ACCORD_PARTNER", value_name = "PARTNER", conflicts_with = "service")]
    partner: Option<PartnerCode>,
    /// A service instead of a post, such as import.
    #[arg(long, env = "ACCORD_SERVICE", value_name = "NAME", conflicts_with = "post")]
    service: Option<String>,
    /// PLANNER, COMMANDER, LIAISON, WATCH, REVIEWER, ADMIN, separated by commas; without any it only reads.
    #[arg(
        long,
        env = "ACCORD_ROLES",
        value_name = "ROLES",
        value_delimiter = ',',
        value_parser = values::role
    )]
    roles: Vec<Role>,
    /// How long it is good: a number and s, m, h or d.
    #[arg(
        long,
        env = "ACCORD_TTL",
        value_name = "DURATION",
        default_value = "8h",
        value_parser = values::duration
    )]
    ttl: TimeDelta,
    #[command(flatten)]
    life: Life,
    #[command(flatten)]
    source: Source,
}

impl Token {
    pub fn run(&self, output: Output) -> Result<ExitCode> {
        let actor = self.actor()?;
        if self.ttl > self.life.longest {
            let most =
                format!("a server takes tokens that are good for {} at most", in_words(self.life.longest));
            if !actor.roles().is_empty() {
                bail!("{most}, by --token-life or ACCORD_TOKEN_LIFE: name less in --ttl");
            }
            warn!("This token is good for calendars alone: for anything else, {most}");
        }
        let mut keys = self.source.keys("")?;
        if let Some(partner) = actor.partner() {
            keys.ensure(&Holder::Partner(partner.clone()))?;
        }
        let expires: DateTime<Utc> = Clock::System.now() + self.ttl;
        let token = keys.token(&actor, expires)?;
        output.say(&token, &json!({ "token": token, "expiresAt": expires.to_rfc3339() }))?;
        Ok(ExitCode::SUCCESS)
    }

    fn actor(&self) -> Result<Actor> {
        let roles: BTreeSet<Role> = self.roles.iter().copied().collect();
        match (&self.post, &self.service) {
            (Some(post), _) => Ok(Actor::Post { post: post.clone(), partner: self.partner_of(post)?, roles }),
            (None, Some(name)) if is_service_name(name) => Ok(Actor::Service { name: name.clone(), roles }),
            (None, Some(name)) => {
                bail!("`{name}` is no name of a service: small letters, digits and hyphens, 32 at most")
            }
            (None, None) => bail!("name a post with --post, or a service with --service"),
        }
    }

    fn partner_of(&self, post: &PostCode) -> Result<PartnerCode> {
        if let Some(partner) = &self.partner {
            return Ok(partner.clone());
        }
        let begins = post.as_str().split_once('-').map(|(partner, _)| partner);
        let begins = begins.with_context(|| {
            format!("the code {post} does not begin with a partner's; name it with --partner")
        })?;
        Ok(PartnerCode::new(begins)?)
    }
}
