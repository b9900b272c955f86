//! Rows of reviews as a whole.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    review::{Adoption, Answer, ReviewId},
};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct ReviewRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        /// The post that opened it.
        pub actor: String,
        pub opened_at: DateTime<Utc>,
        pub position: i64,
        /// In the order of the questions.
        pub answers: Json<Vec<AnswerColumn>>,
        /// In the order of the partners' codes.
        pub adoptions: Json<Vec<AdoptionColumn>>,
        /// Where what partners adopt was written last.
        pub written: i64,
    }
}

/// The last answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerColumn {
    pub question: String,
    #[serde(flatten)]
    pub answer: Answer,
}

/// The last word of a partner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdoptionColumn {
    pub partner: String,
    /// Whether nothing was written since its author looked.
    pub is_current: bool,
    #[serde(flatten)]
    pub adoption: Adoption,
}

impl Versioned for ReviewRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("actor", "who opened it never changes"),
        Column::instant("opened_at", "openedAt"),
        Column::position("position", "position"),
        Column::plain("answers", "questions"),
        Column::plain("adoptions", "adoptions"),
        Column::position("written", "writtenAt"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Review(_)) = (state, item) else { return None };
        let review = operation.review.as_ref()?;
        let answers = review.answers.iter().map(|(question, answer)| AnswerColumn {
            question: question.to_string(),
            answer: answer.clone(),
        });
        let adoptions = review.adoptions.iter().map(|(partner, adoption)| AdoptionColumn {
            partner: partner.to_string(),
            is_current: review.is_current(adoption),
            adoption: adoption.clone(),
        });
        Some(Self {
            id: ReviewId::of(operation.id()).0,
            operation_id: operation.id().0,
            actor: review.actor.clone(),
            opened_at: review.opened_at.to_utc(),
            position: review.position.0,
            answers: Json(answers.collect()),
            adoptions: Json(adoptions.collect()),
            written: review.written.0,
        })
    }
}

impl ReadModel {
    pub async fn reviews_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<ReviewRow>, Error> {
        sqlx::query_as!(
            ReviewRow,
            r#"select
               review.id,
               review.operation_id,
               review.actor,
               review.opened_at,
               review.position,
               review.answers as "answers: Json<Vec<AnswerColumn>>",
               review.adoptions as "adoptions: Json<Vec<AdoptionColumn>>",
               review.written
             from review
             join visible_operation($1, $2, $3) visible on visible.id = review.operation_id
             where review.id = any ($4) and review.valid_from <= $1 and $1 < review.valid_to"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read reviews"))
    }
}
