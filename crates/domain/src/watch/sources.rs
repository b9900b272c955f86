//! Who may send what about the watch.

use crate::{
    catalogue::sources::sender::{COMMANDER, HOST, Sender, Source, by, mutation, or_service},
    watch::WatchCommand,
};

const HOST_COMMANDER: Sender = or_service(by(COMMANDER, HOST));

impl WatchCommand {
    pub(crate) const SOURCES: &'static [Source] =
        &[mutation("Watch", "SetRules", "setWatchRules", HOST_COMMANDER, &["WatchRulesSet"])];
}
