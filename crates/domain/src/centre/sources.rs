//! Who may send what about a coordination centre.

use crate::{
    catalogue::sources::sender::{self, STAFF, Sender, Source, by, mutation, or_service},
    centre::CentreCommand,
};

const HOST_STAFF: Sender = or_service(by(STAFF, sender::HOST));

impl CentreCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Centre", "Propose", "proposeCentre", HOST_STAFF, &["CentreProposed"]),
        mutation("Centre", "Assess", "assessSite", HOST_STAFF, &["SiteOptionAssessed"]),
        mutation("Centre", "Select", "selectSite", HOST_STAFF, &["SiteSelected"]),
        mutation("Centre", "Establish", "establishCentre", HOST_STAFF, &["CentreEstablished"]),
        mutation("Centre", "Activate", "activateCentre", HOST_STAFF, &["CentreActivated"]),
        mutation("Centre", "OpenForwardPost", "openForwardPost", HOST_STAFF, &["ForwardPostOpened"]),
        mutation("Centre", "StandDown", "standDownCentre", HOST_STAFF, &["CentreStoodDown"]),
        mutation("Centre", "Name", "nameCentre", HOST_STAFF, &["CentreNamed"]),
    ];
}
