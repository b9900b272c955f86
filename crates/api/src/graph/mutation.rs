//! Mutations: inputs become commands, and what came of them becomes an answer.
//!
//! No rule is here. Texts are parsed, ids are looked up in what the caller may see, and every fault of both
//! is answered at once; the rest is the domain's.

use crate::{
    Error,
    graph::{
        context::{Session, World, session},
        id::AskedId,
        interface::interface,
        language::LocalisedNameInput,
        node::Item,
        receipt::Receipt,
        refused::Refused,
        scalars::DateTime,
    },
};
use async_graphql::{
    Context, ContextSelectionSet, ID, InputObject, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexSet,
    parser::types::Field,
    registry::{MetaType, MetaTypeName, Registry},
};
use domain::{
    Command, Names, Position, Prose, Reasons, Refusal, RefusalCode, Title, catalogue::sources::senders,
    refusal::Parse,
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    sync::Arc,
};
use uuid::Uuid;

/// Longest idempotency key, in bytes: a UUID has 36.
const KEY_BYTES: usize = 128;

/// What every input may say besides.
#[derive(InputObject, Default)]
pub(crate) struct Entry {
    /// The same key again answers the first success, once more; it belongs to the one who sends it.
    idempotency_key: Option<String>,
    /// When it happened; now, when it is left out.
    occurred_at: Option<DateTime>,
    /// Why it is entered late, where it is.
    late_reason: Option<String>,
}

/// What a mutation answers: a payload with what the command was about, or the refusals.
pub(crate) trait Answer: From<Refused> {
    /// What the payload shows besides the receipt.
    type Subject;

    /// That the command was carried out. `subject` is what it was about, as it is now; `None` when the caller
    /// may not see it, an error when it cannot be read: the receipt stands in any case.
    fn done(subject: Result<Option<Self::Subject>, Error>, done: Done) -> Self;
}

/// A command that was carried out.
pub(crate) struct Done {
    pub receipt: Receipt,
    session: Arc<Session>,
    /// Where the log stood before the command, and where it stands by it.
    positions: [Position; 2],
}

impl Done {
    fn new(session: &Arc<Session>, receipt: engine::Receipt) -> Self {
        let after = receipt.position;
        let events = i64::try_from(receipt.event_ids.len()).unwrap_or_default();
        let positions = [Position(after.0 - events), after];
        Self { receipt: receipt.into(), session: Arc::clone(session), positions }
    }

    /// The present before the command, and by it.
    pub fn worlds(&self) -> [Arc<World>; 2] {
        self.positions.map(|position| self.session.present_at(position))
    }
}

/// What every mutation answers, done or refused, so that one fragment serves all of them. Nothing is answered by
/// it.
pub(crate) struct MutationOutcome;

impl OutputType for MutationOutcome {
    fn type_name() -> Cow<'static, str> {
        "MutationOutcome".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        say_who_may_send(registry);
        let refused = Refused::create_type_info(registry);
        let refused = MetaTypeName::concrete_typename(&refused).to_owned();
        // `Refused` first, of which more is null.
        let mut members: IndexSet<String> = [refused.clone()].into();
        for kind in registry.types.values() {
            if let MetaType::Union { possible_types, .. } = kind
                && possible_types.contains(&refused)
            {
                members.extend(possible_types.iter().cloned());
            }
        }
        interface::<Self>(
            registry,
            &members,
            "What came of a command: a receipt, or every reason why it was not carried out.",
        )
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

/// Ends each mutation's description with what the domain says of its senders.
fn say_who_may_send(registry: &mut Registry) {
    let Some(MetaType::Object { fields, .. }) = registry.types.get_mut("Mutation") else { return };
    for (name, field) in fields {
        let senders: BTreeSet<String> = senders(name).map(ToString::to_string).collect();
        let who = senders.into_iter().collect::<Vec<_>>().join("; or ");
        let what = field.description.take().unwrap_or_default();
        field.description = Some(format!("{what}\n\nFor {who}."));
    }
}

/// The answers of mutations: their payloads and unions.
macro_rules! results {
    ($(
        $result:ident = $payload:ident {
            $(#[$doc:meta])* $field:ident: $subject:ty $(, $effects:ident: $effect:ty)?
        }
    )*) => {$(
        /// The command was carried out.
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            $(#[$doc])*
            $field: Option<Result<$subject, $crate::Error>>,
            $(#[graphql(flatten)] $effects: $effect,)?
            receipt: $crate::graph::receipt::Receipt,
            /// None: it was carried out.
            refusals: Vec<$crate::graph::refused::Refusal>,
        }

        #[derive(async_graphql::Union)]
        pub enum $result {
            Done($payload),
            Refused($crate::graph::refused::Refused),
        }

        impl $crate::graph::mutation::Answer for $result {
            type Subject = $subject;

            fn done(
                $field: Result<Option<$subject>, $crate::Error>,
                done: $crate::graph::mutation::Done,
            ) -> Self {
                Self::Done($payload {
                    $($effects: <$effect>::of(&done, &$field),)?
                    $field: $field.transpose(),
                    receipt: done.receipt,
                    refusals: Vec::new(),
                })
            }
        }
    )*};
}
pub(crate) use results;

/// The lists of texts in an input, by their paths: what each entry was read as.
type Lists = BTreeMap<String, Vec<String>>;

/// Ends the path with the place of the entry that the refusal is about: the first of several that are the
/// same.
fn placed(mut refusal: Refusal, lists: &Lists) -> Refusal {
    let list = refusal.entry.as_ref().zip(lists.get(&refusal.field.join(".")));
    let place = list.and_then(|(entry, list)| list.iter().position(|known| known == entry));
    refusal.field.extend(place.map(|place| place.to_string()));
    refusal
}

/// A place in an input: the faults of what is read there are told under its path.
pub(crate) struct At<'a> {
    reasons: &'a mut Reasons,
    lists: &'a mut Lists,
    /// Dotted, in the schema's spelling, such as `sections.phases.2`; empty for the input itself.
    path: String,
}

impl At<'_> {
    /// The place of one of its fields, or of an entry by its index.
    pub fn at(&mut self, step: impl Display) -> At<'_> {
        At { path: self.path_to(step), reasons: self.reasons, lists: self.lists }
    }

    fn path_to(&self, step: impl Display) -> String {
        if self.path.is_empty() { step.to_string() } else { format!("{}.{step}", self.path) }
    }

    /// Tells one more reason, at one of its fields.
    pub fn add(&mut self, code: RefusalCode, field: &str, message: impl Into<String>) {
        let path = self.path_to(field);
        self.reasons.add(code, &path, message);
    }

    /// `None` when the text was not taken, which is then among the reasons.
    pub fn parse<T: Parse>(&mut self, field: impl Display, raw: &str) -> Option<T> {
        let path = self.path_to(field);
        self.reasons.parse(&path, raw)
    }

    /// The outer `None` when the text was not taken, the inner one when there is none.
    #[expect(clippy::option_option, reason = "absent and wrong are two things")]
    pub fn parse_if<T: Parse>(&mut self, field: &str, raw: Option<&str>) -> Option<Option<T>> {
        match raw {
            Some(raw) => self.parse(field, raw).map(Some),
            None => Some(None),
        }
    }

    /// What a revision sets: the outer `None` when the text was not taken, or is null where there is always one;
    /// the inner one when it was left out.
    #[expect(clippy::option_option, reason = "absent, null and wrong are three things")]
    pub fn parse_set<T: Parse>(&mut self, field: &str, raw: Option<Option<&str>>) -> Option<Option<T>> {
        match raw {
            None => Some(None),
            Some(Some(raw)) => self.parse(field, raw).map(Some),
            Some(None) => {
                let path = self.path_to(field);
                let message = "This cannot be taken away. Leave it out to keep what is there.";
                self.reasons.add(RefusalCode::InvalidValue, &path, message);
                None
            }
        }
    }

    /// What a revision sets or, by null, takes away: as [`Self::parse_set`], and `Some(None)` within for null.
    #[expect(clippy::option_option, reason = "absent, null and wrong are three things")]
    pub fn parse_or_clear<T: Parse>(
        &mut self,
        field: &str,
        raw: Option<Option<&str>>,
    ) -> Option<Option<Option<T>>> {
        match raw {
            Some(None) => Some(Some(None)),
            Some(Some(raw)) => self.parse(field, raw).map(|value| Some(Some(value))),
            None => Some(None),
        }
    }

    /// `None` when one of the texts was not taken; all that were not are among the reasons. Later refusals of
    /// an entry are told at its place, too.
    pub fn parse_all<T: Parse + Display, C: FromIterator<T>>(
        &mut self,
        field: &str,
        raw: &[String],
    ) -> Option<C> {
        let mut list = self.at(field);
        let parsed: Vec<Option<T>> =
            raw.iter().enumerate().map(|(index, raw)| list.parse(index, raw)).collect();
        let parsed: Vec<T> = parsed.into_iter().collect::<Option<_>>()?;
        let At { path, lists, .. } = list;
        lists.insert(path, parsed.iter().map(ToString::to_string).collect());
        Some(parsed.into_iter().collect())
    }

    /// Reads each entry of a list at its place; `None` when one has faults.
    pub fn each<I, T>(
        &mut self,
        field: &str,
        entries: &[I],
        read: impl Fn(&I, &mut At<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut list = self.at(field);
        // All are read before any is missed, so that all faults are told.
        let read: Vec<Option<T>> =
            entries.iter().enumerate().map(|(index, entry)| read(entry, &mut list.at(index))).collect();
        read.into_iter().collect()
    }

    /// `None` when a text was not taken, or a language comes twice.
    pub fn names(&mut self, field: &str, raw: &[LocalisedNameInput]) -> Option<Names> {
        let names =
            self.each(field, raw, |name, at| Some((name.language.into(), at.parse("text", &name.text)?)))?;
        match Names::new(names) {
            Ok(names) => Some(names),
            Err(fault) => {
                self.reasons.add(RefusalCode::InvalidValue, &self.path_to(field), format!("{fault}."));
                None
            }
        }
    }
}

/// A mutation while its input is read.
pub(crate) struct Asked<'a> {
    /// Its name in the schema.
    mutation: String,
    /// Its name in the answer.
    answered_as: String,
    pub(crate) session: &'a Arc<Session>,
    /// The newest: what ids are looked up in.
    pub(crate) world: Arc<World>,
    entry: Entry,
    pub(crate) reasons: Reasons,
    lists: Lists,
}

impl<'a> Asked<'a> {
    pub fn new(ctx: &Context<'a>, mut entry: Entry) -> Result<Self, Error> {
        let session = session(ctx)?;
        let world = session.present_at(session.engine.position());
        let mut reasons = Reasons::default();
        if let Some(key) = &entry.idempotency_key {
            let sane = (1..=KEY_BYTES).contains(&key.len()) && !key.chars().any(char::is_control);
            reasons.check(sane, RefusalCode::InvalidText, "idempotencyKey", || {
                format!("A key has 1 to {KEY_BYTES} bytes and no control characters.")
            });
        }
        if let Some(reason) = &entry.late_reason {
            // Stands with every event of the command, spelt like all else in it.
            let read = reasons.parse::<Title>("lateReason", reason);
            entry.late_reason = read.map(|reason| reason.as_str().to_owned());
        }
        let mutation = ctx.field().name().to_owned();
        let answered_as = ctx.field().alias().unwrap_or(&mutation).to_owned();
        Ok(Self { mutation, answered_as, session, world, entry, reasons, lists: Lists::new() })
    }

    /// The place of the input itself.
    pub fn input(&mut self) -> At<'_> {
        At { reasons: &mut self.reasons, lists: &mut self.lists, path: String::new() }
    }

    /// The place of one of its fields.
    pub fn at(&mut self, field: &str) -> At<'_> {
        At { reasons: &mut self.reasons, lists: &mut self.lists, path: field.to_owned() }
    }

    /// As [`At::parse`].
    pub fn parse<T: Parse>(&mut self, field: &str, raw: &str) -> Option<T> {
        self.input().parse(field, raw)
    }

    /// As [`At::parse_if`].
    #[expect(clippy::option_option, reason = "absent and wrong are two things")]
    pub fn parse_if<T: Parse>(&mut self, field: &str, raw: Option<&str>) -> Option<Option<T>> {
        self.input().parse_if(field, raw)
    }

    /// As [`At::parse_all`].
    pub fn parse_all<T: Parse + Display, C: FromIterator<T>>(
        &mut self,
        field: &str,
        raw: &[String],
    ) -> Option<C> {
        self.input().parse_all(field, raw)
    }

    /// As [`At::each`].
    pub fn each<I, T>(
        &mut self,
        field: &str,
        entries: &[I],
        read: impl Fn(&I, &mut At<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.input().each(field, entries, read)
    }

    /// As [`At::names`].
    pub fn names(&mut self, field: &str, raw: &[LocalisedNameInput]) -> Option<Names> {
        self.input().names(field, raw)
    }

    /// Domain rule 9 and its like: what was left out is asked for by its own code.
    pub fn reason(&mut self, raw: &str) -> Option<Prose> {
        if raw.trim().is_empty() {
            self.reasons.add(RefusalCode::ReasonRequired, "reason", "Say why.");
            return None;
        }
        self.parse("reason", raw)
    }

    /// The UUID of an id of the present; `None` when it is none, which is then among the reasons.
    pub fn present<T: Item>(&mut self, field: &str, id: &ID) -> Option<Uuid> {
        let asked = AskedId::read(id).and_then(|asked| Some((asked, T::uuid_of(asked.key)?)));
        match asked {
            Some((AskedId { key, at: Some(position), .. }, _)) => {
                let what = T::what();
                let message = format!(
                    "This is the {what} as it was at position {position}; what is changed is the present. \
                     Send `{key}`."
                );
                self.reasons.add(RefusalCode::InvalidValue, field, message);
                None
            }
            Some((AskedId { at: None, .. }, id)) => Some(id),
            None => {
                self.miss::<T>(field);
                None
            }
        }
    }

    /// That an id names nothing, as one of something hidden does.
    pub fn miss<T: Item>(&mut self, field: &str) {
        self.reasons.add(RefusalCode::NotFound, field, format!("There is no such {}.", T::what()));
    }

    /// What an id names now; `None` when there is none, which is then among the reasons.
    pub async fn find<T: Item>(&mut self, field: &str, id: &ID) -> Result<Option<T>, Error> {
        let Some(id) = self.present::<T>(field, id) else { return Ok(None) };
        let found = self.world.find::<T>(id).await?;
        if found.is_none() {
            self.miss::<T>(field);
        }
        Ok(found)
    }

    /// Says every fault of the input. For whoever could not make a command of it.
    pub async fn refuse<R: From<Refused>>(self) -> Result<Option<R>, Error> {
        // What was put in place of something wrong has faults of its own, or none: neither is told.
        let wrong = self.session.faults_of(&self.answered_as);
        let follows = |refusal: &Refusal| wrong.iter().any(|fault| fault.field.starts_with(&refusal.field));
        // Who sees nothing is told so, and not that there is nothing.
        let unseen = self.session.out_of_standing();
        let standing = unseen.map(|post| {
            forbidden(format!("Nobody acts as {post} now: the post is vacant, or its partner takes no part."))
        });
        let is_told = |refusal: &Refusal| {
            !follows(refusal) && (unseen.is_none() || refusal.code != RefusalCode::NotFound)
        };
        let others = self.reasons.into_refusals().into_iter().filter(is_told);
        let refusals: Vec<Refusal> =
            standing.into_iter().chain(wrong.iter().cloned()).chain(others).collect();
        self.session.engine.metrics().refused_early(&refusals);
        Ok(Some(Refused::new(&self.world, refusals).await?.into()))
    }

    /// Carries the command out, unless the input had faults, and answers what has this id, as it is then.
    pub async fn carry_out<R>(self, id: Uuid, command: Command) -> Result<Option<R>, Error>
    where
        R: Answer<Subject: Item>,
    {
        self.carry_out_and(command, |world| async move { world.find(id).await }).await
    }

    /// Carries the command out, unless the input had faults. `find` fetches what the command was about, in
    /// the world that its receipt names.
    pub async fn carry_out_and<R, Found>(
        self,
        command: Command,
        find: impl FnOnce(Arc<World>) -> Found,
    ) -> Result<Option<R>, Error>
    where
        R: Answer,
        Found: Future<Output = Result<Option<R::Subject>, Error>>,
    {
        // Those of what every input may say besides: they hinder no command from being made.
        if !self.reasons.is_empty() || !self.session.faults_of(&self.answered_as).is_empty() {
            return self.refuse().await;
        }
        let Self { mutation, answered_as, session, world, entry, lists, .. } = self;
        let operation = command.operation().cloned();
        let request = engine::Request {
            command,
            actor: session.actor.clone(),
            idempotency_key: entry.idempotency_key,
            occurred_at: entry.occurred_at.map(|DateTime(at)| at),
            late_reason: entry.late_reason,
        };
        match session.engine.execute(request).await {
            Ok(outcome) => {
                session.note_carried_out(answered_as, outcome.receipt.position);
                let world = session.present_at(outcome.receipt.position);
                let subject = find(world).await;
                Ok(Some(R::done(subject, Done::new(session, outcome.receipt))))
            }
            Err(engine::Error::Refused(refusals)) => {
                let world = session.present_at(session.engine.position());
                let refusals = refusals.into_iter().map(|refusal| placed(refusal, &lists)).collect();
                Ok(Some(Refused::new(&world, refusals).await?.into()))
            }
            Err(engine::Error::Forbidden(message)) => {
                session.log_refusal(&mutation, operation.as_ref()).await?;
                Ok(Some(Refused::new(&world, vec![forbidden(message)]).await?.into()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Says, and logs, that the sender may not do this. For what is decided beside the log; of commands the domain says it.
    pub async fn forbid<R: From<Refused>>(self, message: String) -> Result<Option<R>, Error> {
        self.session.log_refusal(&self.mutation, None).await?;
        Ok(Some(Refused::new(&self.world, vec![forbidden(message)]).await?.into()))
    }

    /// That something was done beside the log: the receipt is of the present, which it does not change.
    pub async fn done_beside(&self) -> Result<Receipt, Error> {
        let receipt = self.session.engine.receipt_at(self.world.pin.position).await?;
        self.session.note_carried_out(self.answered_as.clone(), receipt.position);
        Ok(engine::Receipt { event_ids: Vec::new(), ..receipt }.into())
    }
}

/// That the sender may not do this, whatever the input.
fn forbidden(message: String) -> Refusal {
    Refusal { code: RefusalCode::Forbidden, message, field: Vec::new(), entry: None, subject: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::plan::Dependency;

    #[test]
    fn a_refused_entry_of_a_list_is_told_at_its_place_in_the_input() {
        let (mut reasons, mut lists) = (Reasons::default(), Lists::new());
        let mut input = At { reasons: &mut reasons, lists: &mut lists, path: String::new() };
        let raw = ["T02", "T01FS+0h", "ZZ"].map(str::to_owned);
        let mut task = input.at("tasks");
        assert!(task.at(3).parse_all::<Dependency, Vec<_>>("predecessors", &raw).is_some());
        let told = |entry: &str, field: &str| -> Vec<String> {
            let mut refused = Reasons::default();
            refused.check_entry(false, RefusalCode::UnknownReference, (field, &entry), String::new);
            refused
                .into_refusals()
                .into_iter()
                .map(|refusal| placed(refusal, &lists).field.join("."))
                .collect()
        };
        assert_eq!(told("ZZ", "tasks.3.predecessors"), ["tasks.3.predecessors.2"]);
        // As it was read, however it was spelt.
        assert_eq!(told("T01", "tasks.3.predecessors"), ["tasks.3.predecessors.1"]);
        // What is not in the input, and a list that is none of it.
        assert_eq!(told("T09", "tasks.3.predecessors"), ["tasks.3.predecessors"]);
        assert_eq!(told("ZZ", "tasks.2.predecessors"), ["tasks.2.predecessors"]);
    }

    #[test]
    fn faults_are_all_told_each_under_the_path_of_what_was_read() {
        let (mut reasons, mut lists) = (Reasons::default(), Lists::new());
        let mut input = At { reasons: &mut reasons, lists: &mut lists, path: String::new() };
        let [good, bad] = ["A title", ""].map(str::to_owned);
        assert!(input.parse::<Title>("title", &good).is_some());
        assert!(input.parse::<Title>("title", &bad).is_none());
        assert_eq!(input.parse_if::<Title>("note", None), Some(None));
        assert!(
            input.parse_all::<Title, Vec<_>>("texts", &[good.clone(), bad.clone(), bad.clone()]).is_none()
        );
        let tasks = [&good, &bad, &bad];
        assert!(input.each("tasks", &tasks, |task, at| at.parse::<Title>("title", task)).is_none());
        assert!(input.at("terms").at("group").parse::<Title>(7, &bad).is_none());
        let fields: Vec<_> =
            reasons.into_refusals().into_iter().map(|refusal| refusal.field.join(".")).collect();
        assert_eq!(
            fields,
            ["title", "texts.1", "texts.2", "tasks.1.title", "tasks.2.title", "terms.group.7"]
        );
    }
}
