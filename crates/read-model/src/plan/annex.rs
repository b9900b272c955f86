//! Rows of annexes.

use crate::{
    Error, InvalidRow, Pin, ReadModel, doing,
    operation::readers,
    parse,
    tables::{Column, Versioned, row},
};
use domain::{
    Item, State,
    ids::AnnexId,
    plan::Annex,
    release::{Label, Release},
};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct AnnexRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub version_id: Uuid,
        pub code: String,
        pub title: String,
        pub text: Option<String>,
        /// As its content says; what a mark says since is in `release`.
        pub classification: String,
        /// As its content says.
        pub handling: String,
        /// As its content says.
        pub releasable_to: Vec<String>,
        /// What the annex itself says of its release.
        pub release: Json<Release>,
        pub readers: Vec<String>,
        /// 32 hexadecimal digits.
        pub salt: String,
        /// 64 hexadecimal digits.
        pub part_hash: String,
    }
}

/// The columns, once for all queries: what follows says where from, and the arguments.
macro_rules! annex_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            AnnexRow,
            r#"select
               annex.id,
               operation_id,
               version_id,
               code,
               title,
               text,
               classification,
               handling,
               releasable_to,
               release as "release: Json<Release>",
               readers,
               salt,
               part_hash
             "# + $($rest)*
        )
    };
}

impl AnnexRow {
    /// The annex as the domain knows it.
    pub fn annex(&self) -> Result<Annex, InvalidRow> {
        Ok(Annex {
            code: parse(&self.code)?,
            title: parse(&self.title)?,
            text: self.text.as_deref().map(parse).transpose()?,
            classification: parse(&self.classification)?,
            releasable_to: self.releasable_to.iter().map(|code| parse(code)).collect::<Result<_, _>>()?,
            handling: parse(&self.handling)?,
        })
    }

    /// The label in force on the annex, below its version's.
    pub fn label(&self, version: &Label) -> Label {
        version.narrowed(Some(&self.release))
    }
}

impl Versioned for AnnexRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("version_id", "where the object stands never changes"),
        Column::nowhere("code", "what names the object never changes"),
        Column::plain("title", "title"),
        Column::plain("text", "text"),
        Column::plain("classification", "classification"),
        Column::plain("handling", "handling"),
        Column::plain("releasable_to", "releasableTo"),
        Column::plain("release", "release"),
        Column::nowhere("readers", "computed from the label"),
        Column::plain("salt", "salt"),
        Column::plain("part_hash", "partHash"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Annex(_, number, code)) = (state, item) else {
            return None;
        };
        let version = operation.plan.version(*number)?;
        let salted = version.annexes.get(code)?;
        let (annex, release) = (&salted.annex, salted.release());
        let version_id = version.id(operation.id());
        Some(Self {
            id: AnnexId::of(version_id, &annex.code).0,
            operation_id: operation.id().0,
            version_id: version_id.0,
            code: annex.code.to_string(),
            title: annex.title.to_string(),
            text: annex.text.as_ref().map(ToString::to_string),
            classification: annex.classification.to_string(),
            handling: annex.handling.to_string(),
            releasable_to: annex.releasable_to.iter().map(ToString::to_string).collect(),
            readers: readers(operation, &release.releasable_to),
            release: Json(release),
            salt: salted.salt.to_string(),
            part_hash: salted.hash.to_string(),
        })
    }
}

impl ReadModel {
    pub async fn annexes_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<AnnexRow>, Error> {
        annex_rows!(
            "from annex
             join visible_annex($1, $2, $3) visible on visible.id = annex.id
             where annex.id = any ($4) and valid_from <= $1 and $1 < valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read annexes"))
    }

    /// The annexes of the versions that the viewer may see, by version and code.
    pub async fn annexes_of(&self, pin: &Pin, version_ids: &[Uuid]) -> Result<Vec<AnnexRow>, Error> {
        annex_rows!(
            "from annex
             join visible_annex($1, $2, $3) visible on visible.id = annex.id
             where version_id = any ($4) and valid_from <= $1 and $1 < valid_to
             order by version_id, code",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            version_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list annexes"))
    }
}
