//! A command, who may send it, and what may follow from it, in words for people.

use crate::{Actor, Role};
use std::fmt;

/// A command from which events follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Source {
    /// The subject and the name of the command.
    pub command: (&'static str, &'static str),
    /// The mutation that sends it; none where only an import does, so far.
    pub mutation: Option<&'static str>,
    pub sender: Sender,
    /// Names of the events that may follow from it.
    pub events: &'static [&'static str],
    /// Whether it is an order, by which is changed what could be changed without one too.
    pub(super) is_order: bool,
}

/// Who may send a command.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sender {
    /// A post needs one of these roles. None: no post may.
    pub roles: &'static [Role],
    /// Of which partner the post is to be, as it stands after the roles.
    pub of: &'static str,
    /// Whether an administering service may too.
    pub service: bool,
}

impl Sender {
    /// Whether the post is to be of the operation's lead.
    pub fn is_lead(&self) -> bool {
        self.of == LEAD
    }

    /// Whether the post is to be of the coalition's host.
    pub fn is_host(&self) -> bool {
        self.of == HOST
    }

    /// Whether the actor may, as far as its roles say: of which partner it is, is not looked at.
    pub fn allows(&self, actor: &Actor) -> bool {
        match actor {
            Actor::Post { roles, .. } => self.roles.iter().any(|role| roles.contains(role)),
            Actor::Service { roles, .. } => {
                self.service && roles.contains(&Role::Admin) || *self == CLOCK && actor.is_clock()
            }
        }
    }
}

/// A sentence's beginning, such as "A planner or commander of the operation's lead".
impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roles: Vec<_> = self.roles.iter().map(|role| role.to_string().to_lowercase()).collect();
        match (roles.is_empty(), self.service) {
            (false, service) => {
                write!(f, "a {} of {}", roles.join(" or "), self.of)?;
                if service { f.write_str(", or an administering service") } else { Ok(()) }
            }
            (true, true) => f.write_str("an administering service"),
            (true, false) => f.write_str(self.of),
        }
    }
}

pub(crate) const fn by(roles: &'static [Role], of: &'static str) -> Sender {
    Sender { roles, of, service: false }
}

pub(crate) const fn or_service(sender: Sender) -> Sender {
    Sender { service: true, ..sender }
}

pub(crate) const fn mutation(
    subject: &'static str,
    name: &'static str,
    mutation: &'static str,
    sender: Sender,
    events: &'static [&'static str],
) -> Source {
    Source { command: (subject, name), mutation: Some(mutation), sender, events, is_order: false }
}

pub(crate) const fn import(
    subject: &'static str,
    name: &'static str,
    sender: Sender,
    events: &'static [&'static str],
) -> Source {
    Source { command: (subject, name), mutation: None, sender, events, is_order: false }
}

pub(crate) const fn order(source: Source) -> Source {
    Source { is_order: true, ..source }
}

pub(crate) const COMMANDER: &[Role] = &[Role::Commander];
pub(crate) const PLANNER: &[Role] = &[Role::Planner];
pub(crate) const STAFF: &[Role] = &[Role::Planner, Role::Commander];
pub(crate) const SPEAKER: &[Role] = &[Role::Liaison, Role::Commander];

pub(crate) const LEAD: &str = "the operation's lead";
pub(crate) const HOST: &str = "the host";

/// What fell due is told by the clock alone.
pub(crate) const CLOCK: Sender = by(&[], "the clock itself");
pub(crate) const SERVICE: Sender = or_service(by(&[], ""));
pub(crate) const LEAD_STAFF: Sender = by(STAFF, LEAD);
pub(crate) const LEAD_COMMANDER: Sender = by(COMMANDER, LEAD);
