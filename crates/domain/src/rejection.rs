//! Why a command was not decided, and how its reasons are collected, so that a caller gets all of them at
//! once.

use crate::{Parse, Refusal, RefusalCode, Subject};
use std::{collections::BTreeSet, fmt};

/// Why a command was not decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// Load these subjects and ask again.
    Missing(BTreeSet<Subject>),
    /// Another input would not help: the actor may not do this.
    Forbidden(String),
    /// Every reason that applies.
    Refused(Vec<Refusal>),
}

/// Collects reasons, so that a caller gets all of them at once.
#[derive(Debug, Default)]
pub struct Reasons(Vec<Refusal>);

impl Reasons {
    /// Adds a reason; `field` is a dotted path in the API's spelling, empty for the whole command.
    pub fn add(&mut self, code: RefusalCode, field: &str, message: impl Into<String>) {
        self.add_about(code, field, message, None);
    }

    /// Adds a reason that names what stands in the way.
    pub fn add_about(
        &mut self,
        code: RefusalCode,
        field: &str,
        message: impl Into<String>,
        subject: Option<String>,
    ) {
        let field = field.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        self.0.push(Refusal { code, message: message.into(), field, entry: None, subject });
    }

    /// Adds the reason when `holds` is false, about an entry of the list at `field`.
    pub fn check_entry(
        &mut self,
        holds: bool,
        code: RefusalCode,
        (field, entry): (&str, &impl fmt::Display),
        message: impl FnOnce() -> String,
    ) {
        if !holds {
            self.add(code, field, message());
            if let Some(added) = self.0.last_mut() {
                added.entry = Some(entry.to_string());
            }
        }
    }

    /// Adds the reason when `holds` is false.
    pub fn check(&mut self, holds: bool, code: RefusalCode, field: &str, message: impl FnOnce() -> String) {
        if !holds {
            self.add(code, field, message());
        }
    }

    /// Parses input text; `None` when that failed and the reason has been added.
    pub fn parse<T: Parse>(&mut self, field: &str, raw: &str) -> Option<T> {
        match raw.parse() {
            Ok(value) => Some(value),
            Err(fault) => {
                self.add(T::CODE, field, fault.to_string());
                None
            }
        }
    }

    /// Adds what is wrong with a part of the input, whose paths begin at that part; empty for the input itself.
    pub fn add_within(&mut self, part: &str, found: Reasons) {
        let part = || part.split('.').filter(|part| !part.is_empty()).map(str::to_owned);
        self.0.extend(found.0.into_iter().map(|mut refusal| {
            refusal.field.splice(0..0, part());
            refusal
        }));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The value, unless there is a reason against it.
    pub fn or<T>(self, value: T) -> Result<T, Rejection> {
        if self.0.is_empty() { Ok(value) } else { Err(self.refuse()) }
    }

    pub fn refuse(self) -> Rejection {
        Rejection::Refused(self.into_refusals())
    }

    /// Refuses with one more reason: nothing further can be judged without what it names.
    pub fn refuse_with(mut self, code: RefusalCode, field: &str, message: impl Into<String>) -> Rejection {
        self.add(code, field, message);
        self.refuse()
    }

    /// Hidden and absent answer alike.
    pub fn not_found(self, field: &str, what: &str) -> Rejection {
        self.refuse_with(RefusalCode::NotFound, field, format!("There is no such {what}."))
    }

    /// Each once, in the order in which they were found: of what the actor may not see, the same reason again would
    /// tell how many there are.
    pub fn into_refusals(self) -> Vec<Refusal> {
        let mut given = BTreeSet::new();
        self.0.into_iter().filter(|refusal| given.insert(refusal.clone())).collect()
    }
}

impl From<Vec<Refusal>> for Reasons {
    fn from(refusals: Vec<Refusal>) -> Self {
        Self(refusals)
    }
}
