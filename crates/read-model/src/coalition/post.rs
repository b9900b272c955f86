//! Rows of posts and of the tenures in them. Everybody in the coalition sees them; officers are opaque ids.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    page::select_page,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, Names, PartnerCode, Position, State,
    coalition::Tenure,
    ids::{OfficerId, PartnerId, PostId, TenureId},
};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct PostRow {
        pub id: Uuid,
        pub code: String,
        pub partner: String,
        pub title: String,
        /// Of `title`, in other languages.
        pub titles: Json<Names>,
        pub liaison: bool,
        pub status: String,
        pub nominee: Option<Uuid>,
    }
}

/// The columns, once for all queries: what follows says where from, and the arguments.
macro_rules! post_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            PostRow,
            r#"select
               id,
               code,
               partner,
               title,
               titles as "titles: Json<Names>",
               liaison,
               status,
               nominee
             "# + $($rest)*
        )
    };
}

row! {
    /// Half-open in the world's time: from `taken_at`, before `relieved_at`.
    pub struct TenureRow {
        pub id: Uuid,
        pub post_id: Uuid,
        pub number: i32,
        pub officer: Uuid,
        pub acting: bool,
        pub taken_at: DateTime<Utc>,
        pub relieved_at: Option<DateTime<Utc>>,
        /// Where the log says that it was taken.
        pub entered: i64,
    }
}

impl TenureRow {
    pub fn tenure(&self) -> Tenure {
        Tenure {
            officer: OfficerId(self.officer),
            acting: self.acting,
            taken_at: self.taken_at.into(),
            relieved_at: self.relieved_at.map(Into::into),
            entered: Position(self.entered),
        }
    }
}

/// Which posts; what is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PostFilter {
    pub partner: Option<String>,
    pub liaison: Option<bool>,
    pub status: Option<String>,
}

impl Versioned for PostRow {
    const FIELDS: &'static [Column] = &[
        Column::plain("code", "code"),
        Column::plain("partner", "partner"),
        Column::plain("title", "title"),
        Column::names("titles", "titles"),
        Column::plain("liaison", "liaison"),
        Column::plain("status", "status"),
        Column::plain("nominee", "nominee"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Coalition(coalition), Item::Post(code)) = (state, item) else { return None };
        let post = coalition.posts.get(code)?;
        Some(Self {
            id: PostId::of(&post.code).0,
            code: post.code.to_string(),
            partner: post.partner.to_string(),
            title: post.title.to_string(),
            titles: Json(post.titles.clone()),
            liaison: post.liaison,
            status: post.status().to_string(),
            nominee: post.nominee.as_ref().map(|nominee| nominee.officer.0),
        })
    }
}

impl Versioned for TenureRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("post_id", "a tenure is a field of its post"),
        Column::plain("number", "number"),
        Column::plain("officer", "officer"),
        Column::plain("acting", "acting"),
        Column::instant("taken_at", "takenAt"),
        Column::instant("relieved_at", "relievedAt"),
        Column::nowhere("entered", "where the log says that it began never changes"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Coalition(coalition), Item::Tenure(code, number)) = (state, item) else { return None };
        let post = coalition.posts.get(code)?;
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        let tenure = post.tenures.get(index)?;
        let post_id = PostId::of(&post.code);
        Some(Self {
            id: TenureId::of(post_id, *number).0,
            post_id: post_id.0,
            number: number.cast_signed(),
            officer: tenure.officer.0,
            acting: tenure.acting,
            taken_at: tenure.taken_at.to_utc(),
            relieved_at: tenure.relieved_at.map(|at| at.to_utc()),
            entered: tenure.entered.0,
        })
    }
}

impl ReadModel {
    pub async fn posts_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<PostRow>, Error> {
        post_rows!(
            "from post
             where id = any ($2) and valid_from <= $1 and $1 < valid_to",
            pin.position.0,
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read posts"))
    }

    /// In the order of their codes.
    pub async fn posts(&self, pin: &Pin, filter: &PostFilter, page: &Page) -> Result<Vec<PostRow>, Error> {
        select_page!(
            post_rows,
            self.db(),
            page,
            "from post
             where valid_from <= $1
               and $1 < valid_to
               and ($2::text is null or partner = $2)
               and ($3::boolean is null or liaison = $3)
               and ($4::text is null or status = $4)
               and code > coalesce($5, '')
               and ($6::text is null or code < $6)
             order by code "
                + order
                + " limit $7",
            pin.position.0,
            filter.partner.as_deref(),
            filter.liaison,
            filter.status.as_deref(),
            page.after.as_deref(),
            page.before.as_deref(),
            page.limit,
        )
        .map_err(doing("list posts"))
    }

    pub async fn count_posts(&self, pin: &Pin, filter: &PostFilter) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!"
             from post
             where valid_from <= $1
               and $1 < valid_to
               and ($2::text is null or partner = $2)
               and ($3::boolean is null or liaison = $3)
               and ($4::text is null or status = $4)"#,
            pin.position.0,
            filter.partner.as_deref(),
            filter.liaison,
            filter.status.as_deref()
        )
        .fetch_one(self.db())
        .await
        .map_err(doing("count posts"))
    }

    /// Whether the post is held for the partner, and the partner has joined and is in good standing.
    pub async fn in_standing(
        &self,
        position: Position,
        post: PostId,
        partner: &PartnerCode,
    ) -> Result<bool, Error> {
        sqlx::query_scalar!(
            r#"select exists (
               select
               from post
               join partner on partner.code = post.partner
               where post.id = $2
                 and post.partner = $3
                 and post.status in ('IN_POST', 'ACTING')
                 and post.valid_from <= $1
                 and $1 < post.valid_to
                 and partner.id = $4
                 and partner.status in ('ACCEDED', 'OBSERVER')
                 and partner.valid_from <= $1
                 and $1 < partner.valid_to
             ) as "exists!""#,
            position.0,
            post.0,
            partner.as_str(),
            PartnerId::of(partner).0
        )
        .fetch_one(self.db())
        .await
        .map_err(doing("read who is in standing"))
    }

    /// Whether the partner has joined and is in good standing.
    pub async fn partner_in_standing(
        &self,
        position: Position,
        partner: &PartnerCode,
    ) -> Result<bool, Error> {
        sqlx::query_scalar!(
            r#"select exists (
               select
               from partner
               where id = $2
                 and status in ('ACCEDED', 'OBSERVER')
                 and valid_from <= $1
                 and $1 < valid_to
             ) as "exists!""#,
            position.0,
            PartnerId::of(partner).0
        )
        .fetch_one(self.db())
        .await
        .map_err(doing("read which partner is in standing"))
    }

    /// All tenures of the posts, by post and number.
    pub async fn tenures_of(&self, pin: &Pin, post_ids: &[Uuid]) -> Result<Vec<TenureRow>, Error> {
        sqlx::query_as!(
            TenureRow,
            "select
               id,
               post_id,
               number,
               officer,
               acting,
               taken_at,
               relieved_at,
               entered
             from tenure
             where post_id = any ($2) and valid_from <= $1 and $1 < valid_to
             order by post_id, number",
            pin.position.0,
            post_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read tenures"))
    }
}
