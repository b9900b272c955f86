//! Who may send what about the watch.

use crate::{
    catalogue::sources::sender::{COMMANDER, HOST, Sender, Source, by, mutation},
    watch::WatchCommand,
};

const HOST_COMMANDER: Sender = by(COMMANDER, HOST);

impl WatchCommand {
    pub(crate) const SOURCES: &'static [Source] =
        &[mutation("Watch", "SetRules", "setWatchRules", HOST_COMMANDER, &["WatchRulesSet"])];
}
