//! Rows of partners. Everybody in the coalition sees who belongs to it.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    page::select_page,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{Item, Names, State, ids::PartnerId};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct PartnerRow {
        pub id: Uuid,
        pub code: String,
        pub name: String,
        pub agency: String,
        /// Of the partner, in other languages.
        pub names: Json<Names>,
        pub agency_names: Json<Names>,
        pub role: String,
        pub status: String,
        pub time_zone: Option<String>,
        pub currency: Option<String>,
        pub invited_at: Option<DateTime<Utc>>,
        pub joined_at: Option<DateTime<Utc>>,
    }
}

/// The columns, once for all queries: what follows says where from, and the arguments.
macro_rules! partner_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            PartnerRow,
            r#"select
               id,
               code,
               name,
               agency,
               names as "names: Json<Names>",
               agency_names as "agency_names: Json<Names>",
               role,
               status,
               time_zone,
               currency,
               invited_at,
               joined_at
             "# + $($rest)*
        )
    };
}

impl Versioned for PartnerRow {
    const FIELDS: &'static [Column] = &[
        Column::plain("code", "code"),
        Column::plain("name", "name"),
        Column::plain("agency", "agency"),
        Column::names("names", "names"),
        Column::names("agency_names", "agencyNames"),
        Column::plain("role", "role"),
        Column::plain("status", "status"),
        Column::plain("time_zone", "timeZone"),
        Column::plain("currency", "currency"),
        Column::instant("invited_at", "invitedAt"),
        Column::instant("joined_at", "joinedAt"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Coalition(coalition), Item::Partner(code)) = (state, item) else { return None };
        let partner = coalition.partners.get(code)?;
        Some(Self {
            id: PartnerId::of(&partner.code).0,
            code: partner.code.to_string(),
            name: partner.profile.name.to_string(),
            agency: partner.profile.agency.to_string(),
            names: Json(partner.names.clone()),
            agency_names: Json(partner.agency_names.clone()),
            role: partner.role.to_string(),
            status: partner.status.to_string(),
            time_zone: partner.profile.time_zone.as_ref().map(ToString::to_string),
            currency: partner.profile.currency.as_ref().map(ToString::to_string),
            invited_at: partner.invited_at.map(|at| at.to_utc()),
            joined_at: partner.joined_at.map(|at| at.to_utc()),
        })
    }
}

impl ReadModel {
    pub async fn partners_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<PartnerRow>, Error> {
        partner_rows!(
            "from partner
             where id = any ($2) and valid_from <= $1 and $1 < valid_to",
            pin.position.0,
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read partners"))
    }

    /// In the order of their codes.
    pub async fn partners(&self, pin: &Pin, page: &Page) -> Result<Vec<PartnerRow>, Error> {
        select_page!(
            partner_rows,
            self.db(),
            page,
            "from partner
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
        .map_err(doing("list partners"))
    }

    pub async fn count_partners(&self, pin: &Pin) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from partner where valid_from <= $1 and $1 < valid_to"#,
            pin.position.0
        )
        .fetch_one(self.db())
        .await
        .map_err(doing("count partners"))
    }
}
