//! What happens to a coalition, its partners and their posts.

use super::parse::{names, of, officer};
use crate::{
    Language, PartnerCode, PostCode,
    coalition::{CoalitionEvent, PartnerEvent, PartnerRole, PostEvent, Profile},
};

pub(super) fn exercise_declared() -> CoalitionEvent {
    CoalitionEvent::ExerciseDeclared { title: of("Exercise SAPHAN 2023") }
}

pub(super) fn partner_events() -> Vec<PartnerEvent> {
    let partner = || -> PartnerCode { of("KHM") };
    let profile = || Profile {
        name: of("Cambodia"),
        agency: of("Cambodian National Police"),
        time_zone: Some(of("Asia/Phnom_Penh")),
        currency: Some(of("KHR")),
    };
    let unodc = Profile {
        name: of("UNODC"),
        agency: of("Regional Office for Southeast Asia and the Pacific"),
        time_zone: None,
        currency: None,
    };
    vec![
        PartnerEvent::PartnerInvited {
            partner: partner(),
            profile: profile(),
            role: PartnerRole::Participant,
        },
        PartnerEvent::PartnerInvited { partner: of("UNODC"), profile: unodc, role: PartnerRole::Observer },
        PartnerEvent::InvitationAcknowledged { partner: partner() },
        PartnerEvent::InvitationDeferred {
            partner: of("VNM"),
            reason: Some(of("To be answered after the action phase")),
        },
        PartnerEvent::InvitationDeferred { partner: of("VNM"), reason: None },
        PartnerEvent::InvitationDeclined {
            partner: of("VNM"),
            reason: Some(of("No mandate across borders")),
        },
        PartnerEvent::InvitationDeclined { partner: of("VNM"), reason: None },
        PartnerEvent::PartnerAcceded {
            partner: partner(),
            profile: profile(),
            role: PartnerRole::Participant,
        },
        PartnerEvent::ObserverAdmitted { partner: of("INTERPOL") },
        PartnerEvent::PartnerRoleChanged {
            partner: of("LAO"),
            role: PartnerRole::Principal,
            reason: of("Decided at the Chiang Mai meeting"),
        },
        PartnerEvent::PartnerSuspended { partner: of("LAO"), reason: of("Releasability was breached") },
        PartnerEvent::PartnerWithdrew { partner: of("LAO"), reason: of("Mandate has ended") },
        PartnerEvent::PartnerNamed {
            partner: partner(),
            names: names(&[(Language::Th, "กัมพูชา"), (Language::Km, "កម្ពុជា")]),
            agency_names: names(&[(Language::Km, "នគរបាលជាតិកម្ពុជា")]),
        },
    ]
}

pub(super) fn post_events() -> Vec<PostEvent> {
    let post = || -> PostCode { of("MMR-01") };
    vec![
        PostEvent::PostEstablished {
            post: post(),
            partner: of("MMR"),
            title: of("Liaison Officer"),
            liaison: true,
        },
        PostEvent::OfficerNominated { post: post(), officer: officer(1) },
        PostEvent::NominationAccepted { post: post(), officer: officer(1) },
        PostEvent::NominationDeclined {
            post: post(),
            officer: officer(2),
            reason: Some(of("Posted elsewhere")),
        },
        PostEvent::NominationDeclined { post: post(), officer: officer(2), reason: None },
        PostEvent::OfficerTookPost { post: post(), officer: officer(1) },
        PostEvent::ActingCoverAppointed { post: post(), officer: officer(3) },
        PostEvent::OfficerRelieved { post: post(), officer: officer(1), reason: of("End of rotation") },
        PostEvent::PostNamed {
            post: post(), titles: names(&[(Language::My, "ဆက်ဆံရေးအရာရှိ")])
        },
    ]
}
