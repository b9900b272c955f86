//! Who may send what about the coalition, its partners and their posts.

use crate::{
    catalogue::sources::sender::{self, SERVICE, SPEAKER, Sender, Source, by, import, mutation, or_service},
    coalition::{CoalitionCommand, PartnerCommand, PostCommand},
};

const HOST: Sender = or_service(by(SPEAKER, sender::HOST));
const OWN_POSTS: Sender = or_service(by(SPEAKER, "the post's partner"));
const LEAVER: Sender = or_service(by(SPEAKER, "the host, or a commander of the partner itself"));
const NAMER: Sender = or_service(by(SPEAKER, "the host, or the partner itself"));

/// Its officers go with it.
const WITHDRAWAL: &[&str] = &["PartnerWithdrew", "NominationDeclined", "OfficerRelieved"];

impl CoalitionCommand {
    pub(crate) const SOURCES: &'static [Source] =
        &[import("Coalition", "DeclareExercise", SERVICE, &["ExerciseDeclared"])];
}

impl PartnerCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Partner", "Invite", "invitePartner", HOST, &["PartnerInvited"]),
        mutation(
            "Partner",
            "AcknowledgeInvitation",
            "acknowledgeInvitation",
            HOST,
            &["InvitationAcknowledged"],
        ),
        mutation("Partner", "DeferInvitation", "deferInvitation", HOST, &["InvitationDeferred"]),
        mutation("Partner", "DeclineInvitation", "declineInvitation", HOST, &["InvitationDeclined"]),
        mutation("Partner", "Accede", "accedePartner", HOST, &["PartnerAcceded"]),
        mutation("Partner", "AdmitObserver", "admitObserver", HOST, &["ObserverAdmitted"]),
        mutation("Partner", "ChangeRole", "changePartnerRole", HOST, &["PartnerRoleChanged"]),
        mutation("Partner", "Suspend", "suspendPartner", HOST, &["PartnerSuspended"]),
        mutation("Partner", "Reinstate", "reinstatePartner", HOST, &["PartnerReinstated"]),
        mutation("Partner", "Withdraw", "withdrawPartner", LEAVER, WITHDRAWAL),
        mutation("Partner", "Name", "namePartner", NAMER, &["PartnerNamed"]),
    ];
}

impl PostCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Post", "Establish", "establishPost", OWN_POSTS, &["PostEstablished"]),
        mutation("Post", "Nominate", "nominateOfficer", OWN_POSTS, &["OfficerNominated"]),
        mutation("Post", "AcceptNomination", "acceptNomination", OWN_POSTS, &["NominationAccepted"]),
        mutation("Post", "DeclineNomination", "declineNomination", OWN_POSTS, &["NominationDeclined"]),
        mutation("Post", "TakePost", "takePost", OWN_POSTS, &["OfficerTookPost"]),
        mutation("Post", "AppointActing", "appointActing", OWN_POSTS, &["ActingCoverAppointed"]),
        mutation("Post", "Relieve", "relieveOfficer", OWN_POSTS, &["OfficerRelieved"]),
        mutation("Post", "Name", "namePost", OWN_POSTS, &["PostNamed"]),
    ];
}
