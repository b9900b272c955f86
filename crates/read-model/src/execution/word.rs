//! Rows of partners' words on whether a phase may start.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    execution::Judgement,
    ids::{GoNoGoWordId, PhaseId, PlanVersionId},
};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct GoNoGoWordRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        /// That it was given on.
        pub version_id: Uuid,
        /// Code of the phase.
        pub phase: String,
        pub number: i32,
        pub partner: String,
        /// The post that gave it.
        pub actor: String,
        pub decision: String,
        pub criteria: Json<Vec<Judgement>>,
        pub accepted_risks: Vec<String>,
        /// The position that its author was looking at.
        pub seen_at: i64,
        pub stated_at: DateTime<Utc>,
        pub position: i64,
        /// Nothing that was said or decided since has taken its place.
        pub counts: bool,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `word`, and the
/// arguments.
macro_rules! word_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            GoNoGoWordRow,
            r#"select
               word.id,
               word.operation_id,
               word.version_id,
               word.phase,
               word.number,
               word.partner,
               word.actor,
               word.decision,
               word.criteria as "criteria: Json<Vec<Judgement>>",
               word.accepted_risks,
               word.seen_at,
               word.stated_at,
               word.position,
               word.counts
             "# + $($rest)*
        )
    };
}

impl Versioned for GoNoGoWordRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("version_id", "where the object stands never changes"),
        Column::plain("phase", "phaseCode"),
        Column::nowhere("number", "what names the object never changes"),
        Column::nowhere("partner", "who gave it never changes"),
        Column::nowhere("actor", "who gave it never changes"),
        Column::plain("decision", "decision"),
        Column::plain("criteria", "criteria"),
        Column::plain("accepted_risks", "acceptedRisks"),
        Column::position("seen_at", "seenAt"),
        Column::instant("stated_at", "statedAt"),
        Column::position("position", "position"),
        Column::plain("counts", "counts"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::GoNoGoWord(_, code, number)) = (state, item) else {
            return None;
        };
        let words = &operation.phases.get(code)?.gate.words;
        let word = words.iter().find(|word| word.number == *number)?;
        let id = operation.id();
        Some(Self {
            id: GoNoGoWordId::of(PhaseId::of(id, code), word.number).0,
            operation_id: id.0,
            version_id: PlanVersionId::of(id, word.version).0,
            phase: code.to_string(),
            number: word.number.cast_signed(),
            partner: word.partner.to_string(),
            actor: word.actor.clone(),
            decision: word.decision.to_string(),
            criteria: Json(word.criteria.clone()),
            accepted_risks: word.accepted_risks.iter().map(ToString::to_string).collect(),
            seen_at: word.seen_at.0,
            stated_at: word.at.to_utc(),
            position: word.position.0,
            counts: word.is_live,
        })
    }
}

impl ReadModel {
    pub async fn go_no_go_words_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<GoNoGoWordRow>, Error> {
        word_rows!(
            "from go_no_go_word word
             join visible_plan_version($1, $2, $3) visible on visible.id = word.version_id
             where word.id = any ($4) and word.valid_from <= $1 and $1 < word.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read go and no-go words"))
    }

    /// All words in the operations, those that count no more too, by operation, phase and number.
    pub async fn go_no_go_words_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
    ) -> Result<Vec<GoNoGoWordRow>, Error> {
        word_rows!(
            "from go_no_go_word word
             join visible_plan_version($1, $2, $3) visible on visible.id = word.version_id
             where word.operation_id = any ($4) and word.valid_from <= $1 and $1 < word.valid_to
             order by word.operation_id, word.phase, word.number",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list go and no-go words"))
    }
}
