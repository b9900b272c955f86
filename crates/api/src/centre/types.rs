//! Coordination centres: siting by weighted criteria, establishment, activation.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        language::{self, Language, LocalisedName, localise},
        node::{Centre, Event, LogEntry, Partner, Shift},
        scalars::DateTime,
        zone::Zone,
    },
    watch::{coverage::WatchHour, types::WatchRules},
};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use domain::{centre, ids::PartnerId};
use read_model::parse;

/// Where a centre stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "centre::CentreStatus")]
pub enum CentreStatus {
    /// Its criteria are named; sites are being assessed.
    Proposed,
    /// A site is selected.
    Sited,
    /// It stands, and is not yet at work.
    Established,
    /// It works: every partner that takes tasks has a liaison officer in post.
    Active,
    /// It has ended its work.
    StoodDown,
}

/// What a site is judged by.
#[derive(SimpleObject)]
pub struct Criterion {
    name: String,
    /// Percent; the weights of a centre sum to 100.
    weight: u32,
}

/// How a site does under a criterion.
#[derive(SimpleObject)]
pub struct SiteScore {
    /// The criterion's name.
    criterion: String,
    /// 1 (poor) to 5 (best).
    score: u32,
}

/// A place that was assessed.
#[derive(SimpleObject)]
pub struct Site {
    code: String,
    place: String,
    scores: Vec<SiteScore>,
    /// Sum of score × weight in percent: 1 to 5, to the hundredth.
    weighted_score: f64,
    /// Whether it is the one selected.
    selected: bool,
}

/// The choice of a site.
#[derive(SimpleObject)]
pub struct SiteSelection {
    /// The site's code.
    site: String,
    /// The partners that agreed.
    agreed_by: Vec<Partner>,
    rationale: String,
    selected_at: DateTime,
}

/// A subordinate post near the action.
#[derive(SimpleObject)]
pub struct ForwardPost {
    code: String,
    place: String,
    opened_at: DateTime,
}

/// A standing place where liaison officers work and the watch runs. Everybody in the coalition sees it.
#[Object]
impl Centre {
    pub async fn id(&self) -> ID {
        self.node_id()
    }

    pub async fn key(&self) -> ID {
        self.node_key()
    }

    /// The events that changed or concern it, as far as you may see them, in the order of the log.
    pub async fn history(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        self.world.history(self.row.id, Window { first, after, last, before }).await
    }

    /// What people call it by, such as `CMCC`.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// In the language given, else in that of `Accept-Language`; in English, where it has no name in that.
    async fn name(&self, ctx: &Context<'_>, language: Option<Language>) -> Result<&str, Error> {
        localise(ctx, &self.row.names, &self.row.name, language)
    }

    /// Its names in other languages.
    async fn names(&self) -> Vec<LocalisedName> {
        language::all(&self.row.names)
    }

    async fn status(&self) -> Result<CentreStatus, Error> {
        Ok(parse::<centre::CentreStatus>(&self.row.status)?.into())
    }

    /// What sites are judged by.
    async fn criteria(&self) -> Vec<Criterion> {
        let criterion = |criterion: &centre::Criterion| Criterion {
            name: criterion.name.to_string(),
            weight: criterion.weight,
        };
        self.row.criteria.iter().map(criterion).collect()
    }

    /// In the order of their first assessment.
    async fn sites(&self) -> Vec<Site> {
        let selected = self.row.selection.as_ref().map(|selection| &selection.site);
        let score =
            |score: &centre::Score| SiteScore { criterion: score.criterion.to_string(), score: score.score };
        let site = |site: &centre::Site| Site {
            code: site.code.to_string(),
            place: site.place.to_string(),
            scores: site.scores.iter().map(score).collect(),
            weighted_score: f64::from(site.weighted) / 100.0,
            selected: selected == Some(&site.code),
        };
        self.row.sites.iter().map(site).collect()
    }

    /// Null until a site is selected.
    async fn selection(&self) -> Result<Option<SiteSelection>, Error> {
        let Some(selection) = &self.row.selection else { return Ok(None) };
        let ids = selection.agreed_by.iter().map(|code| PartnerId::of(code).0);
        Ok(Some(SiteSelection {
            site: selection.site.to_string(),
            agreed_by: self.world.find_many(ids).await?,
            rationale: selection.rationale.to_string(),
            selected_at: selection.at.into(),
        }))
    }

    /// In the order of their opening.
    async fn forward_posts(&self) -> Vec<ForwardPost> {
        let post = |post: &centre::ForwardPost| ForwardPost {
            code: post.code.to_string(),
            place: post.place.to_string(),
            opened_at: post.at.into(),
        };
        self.row.forward_posts.iter().map(post).collect()
    }

    /// How its watch is stood, and how soon incidents and requests must be answered; null until somebody has said so.
    async fn watch_rules(&self) -> Result<Option<WatchRules>, Error> {
        match &self.row.watch_rules {
            Some(rules) => WatchRules::of(&self.world, rules).await.map(Some),
            None => Ok(None),
        }
    }

    /// The shift of its watch that runs at that time in the world, or now: the last one to begin that has begun or has
    /// relieved another; null where none does.
    async fn watch(&self, valid_at: Option<DateTime>) -> Result<Option<Shift>, Error> {
        self.running_shift(valid_at).await
    }

    /// The shifts of its watch that run at some time from `from` on and before `to`, as they were rostered, in the order in
    /// which they begin.
    #[expect(clippy::too_many_arguments, reason = "a list's arguments and its period")]
    async fn shifts(
        &self,
        from: Option<DateTime>,
        to: Option<DateTime>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Shift>, Error> {
        self.shift_page(from, to, Window { first, after, last, before }).await
    }

    /// How its watch was stood, hour by hour from `from` on: by how many officers of which partners. For 31 days at most.
    async fn coverage(&self, from: DateTime, to: DateTime) -> Result<Vec<WatchHour>, Error> {
        self.covered(from, to).await
    }

    /// What was entered in its watch's log, as far as you may see it, in that order; `category` asks for entries of one.
    async fn log_entries(
        &self,
        category: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<LogEntry>, Error> {
        self.log_entry_page(category, Window { first, after, last, before }).await
    }

    /// Null until it is active.
    async fn activated_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.activated_at, zone).await
    }
}
