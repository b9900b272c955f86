//! What is asked of the watch of a centre.

use crate::{Code, Instant, PostCode, Prose, centre::CentreCode, release::Release, watch::WatchRules};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum WatchCommand {
    SetRules {
        centre: CentreCode,
        rules: WatchRules,
    },
    /// A shift that begins then is planned anew.
    RosterShift {
        centre: CentreCode,
        from: Instant,
        to: Instant,
        officers: Vec<PostCode>,
    },
    /// By the officer who stands it.
    Assume {
        centre: CentreCode,
        shift: u32,
    },
    HandOver {
        centre: CentreCode,
        shift: u32,
        to: u32,
        brief: Prose,
    },
    MakeLogEntry {
        centre: CentreCode,
        category: Code,
        text: Prose,
        release: Option<Release>,
    },
    CorrectLogEntry {
        centre: CentreCode,
        entry: u32,
        text: Prose,
        reason: Prose,
    },
    /// Of the clock's service alone: that a shift has begun without enough officers.
    DetectGap {
        centre: CentreCode,
        shift: u32,
    },
}

impl WatchCommand {
    pub fn centre(&self) -> &CentreCode {
        match self {
            Self::SetRules { centre, .. }
            | Self::RosterShift { centre, .. }
            | Self::Assume { centre, .. }
            | Self::HandOver { centre, .. }
            | Self::MakeLogEntry { centre, .. }
            | Self::CorrectLogEntry { centre, .. }
            | Self::DetectGap { centre, .. } => centre,
        }
    }
}
