//! Rows of coordination centres. Everybody in the coalition sees them.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    page::select_page,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, Names, State,
    centre::{CentreId, Criterion, ForwardPost, Selection, Site},
    watch::WatchRules,
};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct CentreRow {
        pub id: Uuid,
        pub code: String,
        pub name: String,
        /// In other languages.
        pub names: Json<Names>,
        pub status: String,
        pub criteria: Json<Vec<Criterion>>,
        pub sites: Json<Vec<Site>>,
        pub selection: Option<Json<Selection>>,
        pub forward_posts: Json<Vec<ForwardPost>>,
        pub activated_at: Option<DateTime<Utc>>,
        /// `None`: nobody has set any.
        pub watch_rules: Option<Json<WatchRules>>,
    }
}

/// The columns, once for all queries: what follows says where from, and the arguments.
macro_rules! centre_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            CentreRow,
            r#"select
               id,
               code,
               name,
               names as "names: Json<Names>",
               status,
               criteria as "criteria: Json<Vec<Criterion>>",
               sites as "sites: Json<Vec<Site>>",
               selection as "selection: Json<Selection>",
               forward_posts as "forward_posts: Json<Vec<ForwardPost>>",
               activated_at,
               watch_rules as "watch_rules: Json<WatchRules>"
             "# + $($rest)*
        )
    };
}

impl Versioned for CentreRow {
    const FIELDS: &'static [Column] = &[
        Column::plain("code", "code"),
        Column::plain("name", "name"),
        Column::names("names", "names"),
        Column::plain("status", "status"),
        Column::plain("criteria", "criteria"),
        Column::plain("sites", "sites"),
        Column::plain("selection", "selection"),
        Column::plain("forward_posts", "forwardPosts"),
        Column::instant("activated_at", "activatedAt"),
        Column::plain("watch_rules", "watchRules"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Centre(Some(centre)), Item::Centre(_)) = (state, item) else { return None };
        Some(Self {
            id: CentreId::of(&centre.code).0,
            code: centre.code.to_string(),
            name: centre.name.to_string(),
            names: Json(centre.names.clone()),
            status: centre.status.to_string(),
            criteria: Json(centre.criteria.clone()),
            sites: Json(centre.sites.clone()),
            selection: centre.selection.clone().map(Json),
            forward_posts: Json(centre.forward_posts.clone()),
            activated_at: centre.activated_at.map(|at| at.to_utc()),
            watch_rules: centre.watch.rules.clone().map(Json),
        })
    }
}

impl ReadModel {
    pub async fn centres_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<CentreRow>, Error> {
        centre_rows!(
            "from centre
             where id = any ($2) and valid_from <= $1 and $1 < valid_to",
            pin.position.0,
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read centres"))
    }

    /// In the order of their codes.
    pub async fn centres(&self, pin: &Pin, page: &Page) -> Result<Vec<CentreRow>, Error> {
        select_page!(
            centre_rows,
            self.db(),
            page,
            "from centre
             where valid_from <= $1
               and $1 < valid_to
               and code > coalesce($2, '')
               and ($3::text is null or code < $3)
             order by code "
                + order
                + " limit $4",
            pin.position.0,
            page.after.as_deref(),
            page.before.as_deref(),
            page.limit,
        )
        .map_err(doing("list centres"))
    }

    pub async fn count_centres(&self, pin: &Pin) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from centre where valid_from <= $1 and $1 < valid_to"#,
            pin.position.0
        )
        .fetch_one(self.db())
        .await
        .map_err(doing("count centres"))
    }
}
