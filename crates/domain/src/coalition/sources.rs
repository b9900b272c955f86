//! Who may send what about the coalition, its partners and their posts.

use crate::{
    catalogue::sources::sender::{self, SERVICE, SPEAKER, Sender, Source, by, import, mutation, or_service},
    coalition::{CoalitionCommand, PartnerCommand, PostCommand},
};

const HOST: Sender = or_service(by(SPEAKER, sender::HOST));
const OWN_POSTS: Sender = or_service(by(SPEAKER, "the post's partner"));
const LEAVER: Sender = or_service(by(SPEAKER, "the host, or a commander of the partner itself"));
const NAMER: Sender = or_service(by(SPEAKER, "the host, or the partner itself"));

impl CoalitionCommand {
    pub(crate) const SOURCES: &'static [Source] =
        &[import("Coalition", "DeclareExercise", SERVICE, &["ExerciseDeclared"])];
}

impl PartnerCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Partner", "Invite", "invitePartner", HOST, &["PartnerInvited"]),
        import("Partner", "AcknowledgeInvitation", HOST, &["InvitationAcknowledged"]),
        import("Partner", "DeferInvitation", HOST, &["InvitationDeferred"]),
        import("Partner", "DeclineInvitation", HOST, &["InvitationDeclined"]),
        mutation("Partner", "Accede", "accedePartner", HOST, &["PartnerAcceded"]),
        mutation("Partner", "AdmitObserver", "admitObserver", HOST, &["ObserverAdmitted"]),
        import("Partner", "ChangeRole", HOST, &["PartnerRoleChanged"]),
        import("Partner", "Suspend", HOST, &["PartnerSuspended"]),
        import("Partner", "Withdraw", LEAVER, &["PartnerWithdrew"]),
        mutation("Partner", "Name", "namePartner", NAMER, &["PartnerNamed"]),
    ];
}

impl PostCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Post", "Establish", "establishPost", OWN_POSTS, &["PostEstablished"]),
        mutation("Post", "Nominate", "nominateOfficer", OWN_POSTS, &["OfficerNominated"]),
        mutation("Post", "AcceptNomination", "acceptNomination", OWN_POSTS, &["NominationAccepted"]),
        import("Post", "DeclineNomination", OWN_POSTS, &["NominationDeclined"]),
        mutation("Post", "TakePost", "takePost", OWN_POSTS, &["OfficerTookPost"]),
        import("Post", "AppointActing", OWN_POSTS, &["ActingCoverAppointed"]),
        mutation("Post", "Relieve", "relieveOfficer", OWN_POSTS, &["OfficerRelieved"]),
        mutation("Post", "Name", "namePost", OWN_POSTS, &["PostNamed"]),
    ];
}
