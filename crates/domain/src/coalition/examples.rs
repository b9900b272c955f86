//! Examples of what happens to a coalition, its partners and their posts.

use crate::{
    Language, PartnerCode, PostCode,
    catalogue::examples::parse::{names, of, officer},
    coalition::{CoalitionEvent, PartnerEvent, PartnerRole, PostEvent, Profile},
};

impl CoalitionEvent {
    pub(crate) fn examples() -> Vec<Self> {
        vec![Self::ExerciseDeclared { title: of("Exercise SAPHAN 2023") }]
    }
}

impl PartnerEvent {
    pub(crate) fn examples() -> Vec<Self> {
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
            Self::PartnerInvited { partner: partner(), profile: profile(), role: PartnerRole::Participant },
            Self::PartnerInvited { partner: of("UNODC"), profile: unodc, role: PartnerRole::Observer },
            Self::InvitationAcknowledged { partner: partner() },
            Self::InvitationDeferred {
                partner: of("VNM"),
                reason: Some(of("To be answered after the action phase")),
            },
            Self::InvitationDeferred { partner: of("VNM"), reason: None },
            Self::InvitationDeclined { partner: of("VNM"), reason: Some(of("No mandate across borders")) },
            Self::InvitationDeclined { partner: of("VNM"), reason: None },
            Self::PartnerAcceded { partner: partner(), profile: profile(), role: PartnerRole::Participant },
            Self::ObserverAdmitted { partner: of("INTERPOL") },
            Self::PartnerRoleChanged {
                partner: of("LAO"),
                role: PartnerRole::Principal,
                reason: of("Decided at the Chiang Mai meeting"),
            },
            Self::PartnerSuspended { partner: of("LAO"), reason: of("Releasability was breached") },
            Self::PartnerReinstated { partner: of("LAO"), reason: of("The breach was closed") },
            Self::PartnerWithdrew { partner: of("LAO"), reason: of("Mandate has ended") },
            Self::PartnerNamed {
                partner: partner(),
                names: names(&[(Language::Th, "กัมพูชา"), (Language::Km, "កម្ពុជា")]),
                agency_names: names(&[(Language::Km, "នគរបាលជាតិកម្ពុជា")]),
            },
        ]
    }
}

impl PostEvent {
    pub(crate) fn examples() -> Vec<Self> {
        let post = || -> PostCode { of("MMR-01") };
        vec![
            Self::PostEstablished {
                post: post(),
                partner: of("MMR"),
                title: of("Liaison Officer"),
                liaison: true,
            },
            Self::OfficerNominated { post: post(), officer: officer(1) },
            Self::NominationAccepted { post: post(), officer: officer(1) },
            Self::NominationDeclined {
                post: post(),
                officer: officer(2),
                reason: Some(of("Posted elsewhere")),
            },
            Self::NominationDeclined { post: post(), officer: officer(2), reason: None },
            Self::OfficerTookPost { post: post(), officer: officer(1) },
            Self::ActingCoverAppointed { post: post(), officer: officer(3) },
            Self::OfficerRelieved { post: post(), officer: officer(1), reason: of("End of rotation") },
            Self::PostNamed {
                post: post(), titles: names(&[(Language::My, "ဆက်ဆံရေးအရာရှိ")])
            },
        ]
    }
}
