//! What a command is decided from, apart from the world: as the committer puts it together, and as the log
//! keeps it so that [`crate::check_decisions`] can decide it again. Nothing here decides.

use crate::Request;
use chrono::{DateTime, FixedOffset, Utc};
use domain::{
    Actor, Command, Context, Instant, Position, RULES_VERSION, Reported, Sha256, Told, hash::canonical_json,
    instant,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// In the log as JSON, in the order of these fields: no hash covers it. What else a decision depends on is
/// there already: the events before the command, their end, and when its own were recorded.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Basis<'a> {
    /// Of the rules that it was decided by.
    rules: u32,
    pub command: Cow<'a, Command>,
    /// With the roles of its token: nothing else in the log tells them.
    pub actor: Cow<'a, Actor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<DateTime<FixedOffset>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_reason: Option<Cow<'a, str>>,
    #[serde(with = "hex::serde")]
    entropy: [u8; 32],
}

/// The one field that says whether this build can read the others.
#[derive(Deserialize)]
struct Rules {
    rules: u32,
}

/// What must be the same for a repeated request to be the same request.
fn fingerprint(
    command: &Command,
    occurred_at: Option<DateTime<FixedOffset>>,
    late_reason: Option<&str>,
) -> Sha256 {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Fingerprint<'a> {
        command: &'a Command,
        occurred_at: Option<DateTime<FixedOffset>>,
        late_reason: Option<&'a str>,
    }
    Sha256::of(&[canonical_json(&Fingerprint { command, occurred_at, late_reason }).as_bytes()])
}

impl Request {
    pub(crate) fn fingerprint(&self) -> Sha256 {
        fingerprint(&self.command, self.occurred_at, self.late_reason.as_deref())
    }
}

impl<'a> Basis<'a> {
    /// `entropy`: fresh for each command.
    pub fn new(request: &'a Request, entropy: [u8; 32]) -> Self {
        Self {
            rules: RULES_VERSION,
            command: Cow::Borrowed(&request.command),
            actor: Cow::Borrowed(&request.actor),
            occurred_at: request.occurred_at,
            late_reason: request.late_reason.as_deref().map(Cow::Borrowed),
            entropy,
        }
    }

    pub fn context(&self, now: DateTime<Utc>, head: Position) -> Context<'_> {
        Context {
            actor: &self.actor,
            now,
            head,
            occurred_at: self.reported(now),
            late_reason: self.late_reason.as_deref(),
            entropy: self.entropy,
        }
    }

    /// When one of the command's events happened, as the log has it, and why it is told late.
    pub fn reported_of(&self, told: &Told, now: DateTime<Utc>) -> Reported {
        let said = told.reported.clone().unwrap_or_else(|| Reported {
            occurred_at: self.reported(now),
            late_reason: self.late_reason.as_deref().map(str::to_owned),
        });
        // Within the clock's tolerance a reporter may be ahead; the log never is.
        Reported { occurred_at: said.occurred_at.min(now.fixed_offset()), ..said }
    }

    fn reported(&self, now: DateTime<Utc>) -> Instant {
        // As the log stores it: older builds took leap seconds, and decided on what Postgres had made of them.
        instant::stored(self.occurred_at.unwrap_or_else(|| now.fixed_offset()))
    }

    pub fn fingerprint(&self) -> Sha256 {
        fingerprint(&self.command, self.occurred_at, self.late_reason.as_deref())
    }

    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("commands have string keys and derived serializers")
    }

    /// By the rules of which version a command was decided, whether this build has them or not.
    pub fn rules_of(bytes: &[u8]) -> Result<u32, serde_json::Error> {
        serde_json::from_slice(bytes).map(|Rules { rules }| rules)
    }

    /// `None`: decided by other rules than this build's, and perhaps not even readable to it.
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>, serde_json::Error> {
        if Self::rules_of(bytes)? == RULES_VERSION {
            serde_json::from_slice(bytes).map(Some)
        } else {
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        Event, Role,
        coalition::CoalitionEvent,
        plan::{Named, PlanCommand},
    };

    fn approval() -> Request {
        let named = Named {
            operation: "SAPHAN".parse().unwrap(),
            number: 2,
            content_hash: Sha256([0xab; 32]),
            seen_at: Position(207),
        };
        Request {
            command: Command::Plan(PlanCommand::Approve { named, conditions: Vec::new() }),
            actor: Actor::Post {
                post: "THA-01".parse().unwrap(),
                partner: "THA".parse().unwrap(),
                roles: [Role::Commander, Role::Planner].into(),
            },
            idempotency_key: Some("not part of it".to_owned()),
            occurred_at: Some("2023-09-20T10:15:00+06:30".parse().unwrap()),
            late_reason: Some("Ratified in Bangkok".to_owned()),
        }
    }

    /// In logs as it stands here: a change needs another `RULES_VERSION`.
    const STORED: &str = concat!(
        r#"{"rules":2,"command":{"Plan":{"Approve":{"named":{"operation":"SAPHAN","number":2,"#,
        r#""content_hash":"abababababababababababababababababababababababababababababababab","#,
        r#""seen_at":207},"conditions":[]}}},"#,
        r#""actor":{"Post":{"post":"THA-01","partner":"THA","roles":["PLANNER","COMMANDER"]}},"#,
        r#""occurredAt":"2023-09-20T10:15:00+06:30","#,
        r#""lateReason":"Ratified in Bangkok","#,
        r#""entropy":"0707070707070707070707070707070707070707070707070707070707070707"}"#
    );

    #[test]
    fn what_a_command_was_decided_from_is_written_as_it_always_was() {
        let request = approval();
        let basis = Basis::new(&request, [7; 32]);
        assert_eq!(String::from_utf8(basis.encode()).unwrap(), STORED);
    }

    #[test]
    fn what_was_written_is_read_with_all_that_a_decision_needs() {
        let request = approval();
        let read = Basis::decode(STORED.as_bytes()).unwrap().unwrap();
        assert_eq!(read.encode(), STORED.as_bytes());
        assert_eq!(read.fingerprint(), request.fingerprint());
        let now = "2023-09-25T00:00:00Z".parse().unwrap();
        let (written, read) =
            (Basis::new(&request, [7; 32]), format!("{:?}", read.context(now, Position(210))));
        assert_eq!(format!("{:?}", written.context(now, Position(210))), read);
    }

    #[test]
    fn what_other_rules_decided_is_not_read() {
        assert!(Basis::decode(br#"{"rules":0,"command":"of a shape long gone"}"#).unwrap().is_none());
        assert!(Basis::decode(br#"{"command":"of no rules"}"#).is_err());
    }

    #[test]
    fn the_log_never_says_that_something_happened_after_it_was_recorded() {
        let now = "2023-09-25T00:00:00.5Z".parse().unwrap();
        let request = Request { occurred_at: None, ..approval() };
        let told =
            Told::from(Event::Coalition(CoalitionEvent::ExerciseDeclared { title: "E".parse().unwrap() }));
        assert_eq!(Basis::new(&request, [7; 32]).reported_of(&told, now).occurred_at, now);
        let ahead = Request { occurred_at: Some("2023-09-25T07:00:01+07:00".parse().unwrap()), ..approval() };
        let basis = Basis::new(&ahead, [7; 32]);
        assert_eq!(basis.reported_of(&told, now).occurred_at, now);
        let earlier: Instant = "2023-09-24T07:00:00+06:30".parse().unwrap();
        let reported = Reported { occurred_at: earlier, late_reason: Some("By radio".to_owned()) };
        let own = Told { reported: Some(reported.clone()), ..told };
        assert_eq!(basis.reported_of(&own, now), reported);
        assert_eq!(Some(basis.context(now, Position(1)).occurred_at), ahead.occurred_at);
    }
}
