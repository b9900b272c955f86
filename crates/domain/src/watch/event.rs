//! What happened to the watch of a centre.

use crate::{
    About, Code, Instant, PartnerCode, PostCode, Prose, Subject,
    centre::{CentreCode, CentreId},
    clock::Limit,
    ids::LogEntryId,
    release::Release,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happened to the watch of a centre. When something happened in the world is the event's own `occurredAt`, and why it
/// is told late its `lateReason`.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum WatchEvent {
    /// It was said how the centre's watch is stood, and how soon incidents and requests must be answered; what was said
    /// before is void. Clocks that run stay as they are.
    WatchRulesSet {
        /// The centre.
        centre: CentreCode,
        /// Its rules.
        rules: WatchRules,
    },
    /// It was planned who stands a shift, or planned anew. Officers of a partner that is suspended later stay
    /// on the roster and cannot take their places; those in their places stay there, and relieve nobody.
    ShiftRostered {
        /// The centre.
        centre: CentreCode,
        /// The shift, counted from 1 for its centre.
        shift: u32,
        /// When it begins.
        from: Instant,
        /// When it ends; exclusive.
        to: Instant,
        /// The posts that are to stand it.
        officers: Vec<PostCode>,
    },
    /// An officer took its place in a shift.
    WatchAssumed {
        /// The centre.
        centre: CentreCode,
        /// The shift.
        shift: u32,
        /// The officer's post.
        post: PostCode,
        /// The partner of that post.
        partner: PartnerCode,
    },
    /// A shift was relieved by the next one: its officers stand the watch no more.
    WatchHandedOver {
        /// The centre.
        centre: CentreCode,
        /// The shift that was relieved.
        shift: u32,
        /// The shift that relieves it.
        to: u32,
        /// What the next one must know: events, decisions, what is open.
        brief: Prose,
    },
    /// A shift has begun without as many officers, or nations, as the rules ask for, as far as was known. Told once.
    WatchGapDetected {
        /// The centre.
        centre: CentreCode,
        /// The shift.
        shift: u32,
        /// The posts that are to stand it and do not.
        missing: Vec<PostCode>,
        /// How many officers stand it.
        officers: u32,
        /// Of how many partners.
        nations: u32,
    },
    /// A shift has as many officers and nations as the rules ask for, since this occurred. By a later report
    /// that may have been earlier than was told before; where it was before the shift began, there was no gap.
    WatchGapEnded {
        /// The centre.
        centre: CentreCode,
        /// The shift.
        shift: u32,
    },
    /// Something was entered in the watch's log.
    LogEntryMade {
        /// The centre.
        centre: CentreCode,
        /// The entry, counted from 1 for its centre, corrections too.
        entry: u32,
        /// Whose entry it is: the partner of the post that made it.
        owner: PartnerCode,
        /// What it is about, by a word of the centre's own.
        category: Code,
        /// The entry.
        text: Prose,
        /// Who may read it; everybody in the coalition when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<Release>,
    },
    /// An entry was wrong. It stays as it is; this one takes its place, for the same readers.
    LogEntryCorrected {
        /// The centre.
        centre: CentreCode,
        /// The entry that this is, counted from 1 for its centre.
        entry: u32,
        /// The entry that was wrong.
        corrects: u32,
        /// What it should have said.
        text: Prose,
        /// Why it was wrong.
        reason: Prose,
    },
}

/// How the watch of a centre is stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WatchRules {
    /// How long a shift lasts, in hours.
    #[schemars(range(min = 1, max = 24))]
    pub shift_hours: u32,
    /// How many officers stand a shift at least.
    #[schemars(range(min = 1, max = 100))]
    pub min_officers: u32,
    /// Of how many partners they are at least.
    #[schemars(range(min = 1, max = 100))]
    pub min_nations: u32,
    /// How soon incidents and requests of each priority must be answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
}

impl WatchEvent {
    pub(crate) fn about(&self) -> About<'_> {
        let of = |centre: &CentreCode| About::subject(Subject::Centre(centre.clone()));
        let entry = |centre: &CentreCode, number| LogEntryId::of(CentreId::of(centre).0, number);
        match self {
            Self::WatchRulesSet { centre, .. } => of(centre).and_coalition(),
            Self::WatchAssumed { centre, post, .. } => of(centre).post(post),
            Self::LogEntryMade { centre, entry: number, .. } => of(centre).log_entry(entry(centre, *number)),
            // Read by whoever reads the entry that was wrong.
            Self::LogEntryCorrected { centre, corrects, .. } => {
                of(centre).log_entry(entry(centre, *corrects))
            }
            Self::ShiftRostered { centre, .. }
            | Self::WatchHandedOver { centre, .. }
            | Self::WatchGapDetected { centre, .. }
            | Self::WatchGapEnded { centre, .. } => of(centre),
        }
    }
}
