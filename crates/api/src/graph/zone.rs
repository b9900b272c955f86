//! Instants on the clocks of a zone: the same instant, written with the offset that people there read.

use crate::{
    Error,
    graph::{context::World, scalars::DateTime},
};
use async_graphql::OneofObject;
use domain::{PartnerCode, TimeZone, ids::PartnerId, text::InvalidText};
use std::sync::Arc;

/// Whose clocks an instant is written by. Without one it is written in UTC.
#[derive(OneofObject, Debug, Clone, PartialEq, Eq)]
#[graphql(name = "ZoneInput")]
pub enum Zone {
    /// IANA name, such as `Asia/Yangon`.
    Name(String),
    /// Code of a partner, such as `MMR`: its zone at the moment of the answer.
    Partner(String),
}

impl World {
    /// The instant as the zone writes it. Fails with `BAD_USER_INPUT` for a zone that there is not.
    pub(crate) async fn local(
        self: &Arc<Self>,
        at: impl Into<DateTime>,
        zone: Option<Zone>,
    ) -> Result<DateTime, Error> {
        let zone = self.zone(zone).await?;
        Ok(at.into().local(zone.as_ref()))
    }

    /// As [`World::local`]; `None` stays so, whatever the zone.
    pub(crate) async fn local_if(
        self: &Arc<Self>,
        at: Option<impl Into<DateTime>>,
        zone: Option<Zone>,
    ) -> Result<Option<DateTime>, Error> {
        match at {
            Some(at) => self.local(at, zone).await.map(Some),
            None => Ok(None),
        }
    }

    /// `None` for UTC.
    pub(crate) async fn zone(self: &Arc<Self>, zone: Option<Zone>) -> Result<Option<TimeZone>, Error> {
        match zone {
            None => Ok(None),
            Some(Zone::Name(name)) => {
                name.parse().map(Some).map_err(|fault: InvalidText| Error::bad_input(format!("{fault}.")))
            }
            Some(Zone::Partner(code)) => self.zone_of(&code).await.map(Some),
        }
    }

    async fn zone_of(self: &Arc<Self>, code: &str) -> Result<TimeZone, Error> {
        let partner = match code.parse::<PartnerCode>() {
            Ok(code) => self.loaders.partners_by_id.load(PartnerId::of(&code).0).await?,
            Err(_) => None,
        };
        let Some(partner) = partner else { return Err(Error::bad_input("There is no such partner.")) };
        match &partner.time_zone {
            Some(zone) => Ok(read_model::parse(zone)?),
            None => Err(Error::bad_input(format!("{code} has no time zone."))),
        }
    }
}
