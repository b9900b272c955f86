//! How the engine is, as those who write find it.

use crate::{StoreError, chain};
use tokio::sync::watch;

/// How the engine is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// What is wrong, as text for an operator; `None` when nothing is.
    pub trouble: Option<String>,
    /// The log holds what only a newer build can read: this node reads on at the last position that it knows,
    /// and writes nothing, until it is upgraded.
    pub outdated: bool,
}

/// Says what is wrong: once in the log, and to whoever asks until it is mended.
pub(crate) fn raise(health: &watch::Sender<Health>, what: &'static str, error: &StoreError) {
    let reason = format!("{what}: {}", chain(error));
    health.send_if_modified(|health| {
        let news = health.trouble.as_deref() != Some(reason.as_str());
        if news {
            tracing::error!("Trouble: {reason}");
            health.trouble = Some(reason);
            health.outdated |= error.outdated();
        }
        news
    });
}
