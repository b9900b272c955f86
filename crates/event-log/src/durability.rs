//! Whether this Postgres keeps what it acknowledges. Changes no setting.

use crate::Error;
use sqlx::PgPool;

/// A server setting that the log's durability rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub name: String,
    pub value: String,
}

/// The settings that matter to the log, as they are in force for this pool's sessions.
///
/// Besides those that [`refuse_if_not_durable`] insists on, `data_checksums`, which only an initialisation
/// can turn on.
pub async fn durability(pool: &PgPool) -> Result<Vec<Setting>, Error> {
    sqlx::query_as!(
        Setting,
        r#"
        select name as "name!", setting as "value!"
        from pg_settings
        where name in (
            'data_checksums',
            'fsync',
            'full_page_writes',
            'server_version_num',
            'synchronous_commit'
        )
        order by name
        "#
    )
    .fetch_all(pool)
    .await
    .map_err(Error::when("read the server's settings"))
}

/// Fails with `NotDurable`, naming each setting that would let Postgres lose what it has acknowledged.
pub fn refuse_if_not_durable(settings: &[Setting]) -> Result<(), Error> {
    let off: Vec<&str> = settings
        .iter()
        .filter(|setting| {
            matches!(setting.name.as_str(), "fsync" | "full_page_writes" | "synchronous_commit")
                && setting.value == "off"
        })
        .map(|setting| setting.name.as_str())
        .collect();
    if off.is_empty() { Ok(()) } else { Err(Error::NotDurable(off.join(", "))) }
}
