//! What nations approve of a plan version, out of rows: its parts may be released to fewer than the version.

use crate::{Error, InvalidRow, Pin, ReadModel, doing, parse, plan::PlanVersionRow};
use domain::{
    OperationCode,
    plan::{Content, ContentPart, ContentTask, PlannedTask},
};
use uuid::Uuid;

/// A part of a version's content that may be released to fewer than the version: who sees the version sees
/// this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRow {
    pub version_id: Uuid,
    /// As in the content, such as `annex/B`.
    pub code: String,
    /// 64 hexadecimal digits.
    pub part_hash: String,
}

impl PlanVersionRow {
    /// What nations approve, out of rows: the hash of a submitted version's is its `content_hash`. `tasks`
    /// are those that are no parts.
    pub fn content<'a>(
        &'a self,
        operation: &'a OperationCode,
        tasks: &'a [PlannedTask],
        parts: &[PartRow],
    ) -> Result<Content<'a>, InvalidRow> {
        let mut tasks: Vec<_> = tasks.iter().map(ContentTask).collect();
        // The order of bytes, whatever the database's collation is.
        tasks.sort_by(|ContentTask(one), ContentTask(other)| one.code.cmp(&other.code));
        let mut parts: Vec<_> = parts
            .iter()
            .map(|part| Ok(ContentPart { code: part.code.clone(), hash: parse(&part.part_hash)? }))
            .collect::<Result<_, _>>()?;
        parts.sort();
        Ok(Content { operation, number: self.number.cast_unsigned(), sections: &self.sections, tasks, parts })
    }
}

impl ReadModel {
    /// Version, code and salted hash of every part of the versions, also of those that the viewer may not
    /// see: whoever sees a version can check its content hash. By version and code.
    pub async fn parts_of(&self, pin: &Pin, version_ids: &[Uuid]) -> Result<Vec<PartRow>, Error> {
        sqlx::query_as!(
            PartRow,
            r#"select
               part.version_id as "version_id!",
               part.code as "code!",
               part.part_hash as "part_hash!"
             from (
               select
                 version_id,
                 'annex/' || code as code,
                 part_hash
               from annex
               where version_id = any ($4) and valid_from <= $1 and $1 < valid_to
               union all
               select
                 version_id,
                 'task/' || code,
                 part_hash
               from planned_task
               where version_id = any ($4)
                 and part_hash is not null
                 and valid_from <= $1
                 and $1 < valid_to
             ) part
             join visible_plan_version($1, $2, $3) visible on visible.id = part.version_id
             order by part.version_id, part.code"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            version_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list content parts"))
    }
}
