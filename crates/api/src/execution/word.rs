//! Partners' words on whether a phase may start.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        mutation::At,
        node::{Event, GoNoGoWord, Operation, Partner, PastWorld, PlanVersion, Post},
        scalars::{DateTime, Position},
        zone::Zone,
    },
};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use domain::{
    PartnerCode, PostCode, execution,
    ids::{PartnerId, PostId},
};
use read_model::parse;

/// Whether a phase may start.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "execution::GoNoGo")]
pub enum GoNoGo {
    /// It may.
    Go,
    /// It may not.
    NoGo,
}

/// What a partner finds of a criterion.
#[derive(SimpleObject)]
pub struct CriterionJudgement {
    /// As the plan has it.
    criterion: String,
    met: bool,
    /// What that rests on; null where nothing was said.
    note: Option<String>,
}

impl From<&execution::Judgement> for CriterionJudgement {
    fn from(judgement: &execution::Judgement) -> Self {
        Self {
            criterion: judgement.criterion.to_string(),
            met: judgement.met,
            note: judgement.note.as_ref().map(ToString::to_string),
        }
    }
}

/// What you find of a criterion.
#[derive(InputObject)]
pub(super) struct CriterionJudgementInput {
    /// As the plan has it.
    criterion: String,
    met: bool,
    /// What that rests on.
    note: Option<String>,
}

impl CriterionJudgementInput {
    pub fn read(&self, at: &mut At<'_>) -> Option<execution::Judgement> {
        let criterion = at.parse("criterion", &self.criterion);
        let note = at.parse_if("note", self.note.as_deref());
        Some(execution::Judgement { criterion: criterion?, met: self.met, note: note? })
    }
}

/// A partner's word on whether a phase may start, given on one version of the plan.
#[Object]
impl GoNoGoWord {
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

    async fn operation(&self) -> Result<Operation, Error> {
        self.world.get(self.row.operation_id).await
    }

    /// The version that it was given on.
    async fn plan_version(&self) -> Result<PlanVersion, Error> {
        self.world.get(self.row.version_id).await
    }

    async fn phase_code(&self) -> &str {
        &self.row.phase
    }

    /// Counted from 1 for each phase, words that count no more too.
    async fn number(&self) -> i32 {
        self.row.number
    }

    async fn partner(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&parse::<PartnerCode>(&self.row.partner)?).0).await
    }

    /// The post that gave it for the partner.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.world.find(PostId::of(&parse::<PostCode>(&self.row.actor)?).0).await
    }

    async fn decision(&self) -> Result<GoNoGo, Error> {
        Ok(parse::<execution::GoNoGo>(&self.row.decision)?.into())
    }

    /// What the partner finds of each criterion of the plan.
    async fn criteria(&self) -> Result<Vec<CriterionJudgement>, Error> {
        self.world.spend(self.row.criteria.len())?;
        Ok(self.row.criteria.iter().map(CriterionJudgement::from).collect())
    }

    /// Criteria that are not met and whose risk the partner accepts.
    async fn accepted_risks(&self) -> &[String] {
        &self.row.accepted_risks
    }

    async fn stated_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.stated_at, zone).await
    }

    /// Where the word stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }

    /// What its author was looking at.
    async fn seen_at(&self) -> Position {
        Position(domain::Position(self.row.seen_at))
    }

    /// The world as of `seenAt`, as far as you may see it now.
    async fn known_then(&self, ctx: &Context<'_>) -> Result<PastWorld, Error> {
        PastWorld::seen_at(ctx, &self.world, self.row.seen_at).await
    }

    /// False once the partner has given another, or another version was spoken of; of a go also once a no-go was decided: all
    /// decide anew.
    async fn counts(&self) -> bool {
        self.row.counts
    }
}
