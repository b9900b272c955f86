//! What the fields of a schema cost, and how often what is selected in them comes in an answer.
//!
//! A field costs one, and a list without pages has as many entries as are assumed here. A command costs more
//! than a look.

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition},
};
use std::collections::HashMap;

pub(super) const MUTATION: &str = "Mutation";

/// A field of a mutation: it is decided, written to disk and read again.
const COMMAND: u64 = 10;

/// Entries that a list without pages is taken to have.
const LIST: u64 = 5;

/// Fields that cost more than what they answer: type, field, what it costs. A preview lays a whole plan out anew;
/// metrics read all that is claimed of an operation; what hangs on a partner is looked for in every plan that its sender
/// may see; a search, and one for lessons, reads the titles and texts of all of them, whatever it finds; what was known of
/// a thing is asked as of each command of its history, and steps of a replay each as of their own moment.
const COSTLY: [(&str, &str, u64); 13] = [
    ("Operation", "metrics", 100),
    ("Operation", "previewReschedule", 100),
    ("Partner", "suspensionEffects", 2_000),
    ("Query", "knowledge", 200),
    ("Query", "lessons", 2_000),
    ("Query", "search", 2_000),
    ("ReplayState", "persons", 20),
    ("ReplayStep", "changes", 50),
    ("ReplayStep", "knownThen", 50),
    ("ReplayStep", "state", 5),
    ("World", "knowledge", 200),
    ("World", "lessons", 2_000),
    ("World", "search", 2_000),
];

/// Entries of lists that usually have more: type, field, entries.
const LONG_LISTS: [(&str, &str, u64); 20] = [
    ("MatrixCell", "tasks", 10),
    ("Operation", "conflicts", 20),
    ("Operation", "metrics", 50),
    ("PlanComparison", "differences", 20),
    ("PlanVersion", "conflicts", 20),
    ("CriticalPath", "tasks", 20),
    ("Reschedule", "newConflicts", 20),
    ("Reschedule", "resolvedConflicts", 20),
    ("Reschedule", "tasks", 100),
    ("Schedule", "conflicts", 20),
    ("Schedule", "criticalPath", 20),
    ("Schedule", "criticalPaths", 20),
    ("Schedule", "groups", 20),
    ("Schedule", "tasks", 100),
    ("SuspensionEffects", "assignments", 20),
    ("SuspensionEffects", "tasks", 20),
    ("SynchronisationMatrix", "cells", 20),
    ("SynchronisationMatrix", "columns", 20),
    ("WorkCalendar", "holidays", 20),
    ("WorkCalendar", "week", 10),
];

/// How often what is selected in a field comes in its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entries {
    /// So often, whatever the arguments.
    Fixed(u64),
    /// Once; how many entries the connection has is said by its arguments.
    Connection,
    /// As often as the connection has entries.
    Edges,
    /// As often as the argument `ids` has entries.
    Ids,
}

#[derive(Debug)]
pub(super) struct FieldPrice {
    /// The type that it leads to, without lists and bangs.
    pub leads_to: String,
    /// What it costs itself.
    pub own: u64,
    pub entries: Entries,
}

pub(super) type TypePrices = HashMap<String, FieldPrice>;

/// What the fields of a schema cost.
#[derive(Debug)]
pub(crate) struct Prices {
    pub(super) types: HashMap<String, TypePrices>,
}

impl Prices {
    /// An SDL that cannot be read has no types: then every list counts once.
    pub fn of(sdl: &str) -> Self {
        let definitions = parse_schema(sdl).map(|document| document.definitions).unwrap_or_default();
        let mut types = HashMap::new();
        let mut sizes = Introspected::default();
        for definition in definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            sizes.types.add(1);
            let fields = match definition.node.kind {
                TypeKind::Object(object) => {
                    sizes.interfaces.add(object.implements.len());
                    object.fields
                }
                TypeKind::Interface(interface) => interface.fields,
                TypeKind::Union(union) => {
                    sizes.possible_types.add(union.members.len());
                    continue;
                }
                TypeKind::Enum(values) => {
                    sizes.enum_values.add(values.values.len());
                    continue;
                }
                TypeKind::InputObject(input) => {
                    sizes.input_fields.add(input.fields.len());
                    continue;
                }
                TypeKind::Scalar => continue,
            };
            sizes.fields.add(fields.len());
            for field in &fields {
                sizes.arguments.add(field.node.arguments.len());
            }
            let prices = fields.iter().map(|field| field_price(&name, &field.node)).collect();
            types.insert(name, prices);
        }
        types.extend(sizes.prices());
        Self { types }
    }
}

fn field_price(parent: &str, field: &FieldDefinition) -> (String, FieldPrice) {
    let name = field.name.node.to_string();
    let (leads_to, lists) = innermost(&field.ty.node, 0);
    let long = LONG_LISTS.iter().find(|(of, field, _)| *of == parent && *field == name);
    let is_connection = |of: &str| of.ends_with("Connection");
    let entries = if lists == 0 && is_connection(&leads_to) {
        Entries::Connection
    } else if lists > 0 && is_connection(parent) && matches!(name.as_str(), "edges" | "nodes") {
        Entries::Edges
    } else if lists > 0 && field.arguments.iter().any(|argument| argument.node.name.node == "ids") {
        Entries::Ids
    } else if let Some((.., size)) = long {
        Entries::Fixed(*size)
    } else {
        Entries::Fixed(LIST.saturating_pow(lists))
    };
    let costly = COSTLY.iter().find(|(of, field, _)| *of == parent && *field == name);
    let own = match costly {
        Some((.., cost)) => *cost,
        None if parent == MUTATION => COMMAND,
        None => 1,
    };
    (name, FieldPrice { leads_to, own, entries })
}

/// The type within the lists, and how many there are around it.
fn innermost(of: &Type, lists: u32) -> (String, u32) {
    match &of.base {
        BaseType::Named(name) => (name.to_string(), lists),
        BaseType::List(of) => innermost(of, lists + 1),
    }
}

/// A mean over what has any.
#[derive(Default)]
struct Mean {
    all: u64,
    having: u64,
}

impl Mean {
    fn add(&mut self, count: usize) {
        if count > 0 {
            self.all = self.all.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
            self.having += 1;
        }
    }

    /// Rounded up, and never nothing.
    fn size(&self) -> u64 {
        self.all.div_ceil(self.having.max(1)).max(1)
    }
}

/// A field of introspection: what it leads to, what it costs itself, and how many entries it has.
type Known = (&'static str, u64, u64);

/// How long the lists of introspection are.
#[derive(Default)]
struct Introspected {
    types: Mean,
    fields: Mean,
    arguments: Mean,
    interfaces: Mean,
    possible_types: Mean,
    enum_values: Mean,
    input_fields: Mean,
}

impl Introspected {
    /// Introspection asks no database: only its objects cost, and a type's wrappings (`ofType`) come with it.
    fn prices(&self) -> HashMap<String, TypePrices> {
        let list = |to, mean: &Mean| -> Known { (to, 1, mean.size()) };
        let one = |to| -> Known { (to, 1, 1) };
        let every = |to| -> Known { (to, 1, self.types.all) };
        let free: Known = ("", 0, 1);
        let table: [(&str, &[(&str, Known)]); 6] = [
            (
                "__Schema",
                &[
                    ("description", free),
                    ("types", every("__Type")),
                    ("queryType", one("__Type")),
                    ("mutationType", one("__Type")),
                    ("subscriptionType", one("__Type")),
                    ("directives", ("__Directive", 1, LIST)),
                ],
            ),
            (
                "__Type",
                &[
                    ("kind", free),
                    ("name", free),
                    ("description", free),
                    ("specifiedByURL", free),
                    ("isOneOf", free),
                    ("fields", list("__Field", &self.fields)),
                    ("interfaces", list("__Type", &self.interfaces)),
                    ("possibleTypes", list("__Type", &self.possible_types)),
                    ("enumValues", list("__EnumValue", &self.enum_values)),
                    ("inputFields", list("__InputValue", &self.input_fields)),
                    ("ofType", ("__Type", 0, 1)),
                ],
            ),
            (
                "__Field",
                &[
                    ("name", free),
                    ("description", free),
                    ("isDeprecated", free),
                    ("deprecationReason", free),
                    ("args", list("__InputValue", &self.arguments)),
                    ("type", one("__Type")),
                ],
            ),
            (
                "__InputValue",
                &[
                    ("name", free),
                    ("description", free),
                    ("defaultValue", free),
                    ("isDeprecated", free),
                    ("deprecationReason", free),
                    ("type", one("__Type")),
                ],
            ),
            (
                "__EnumValue",
                &[("name", free), ("description", free), ("isDeprecated", free), ("deprecationReason", free)],
            ),
            (
                "__Directive",
                &[
                    ("name", free),
                    ("description", free),
                    ("isRepeatable", free),
                    ("locations", free),
                    ("args", list("__InputValue", &self.arguments)),
                ],
            ),
        ];
        let price = |(leads_to, own, entries): Known| FieldPrice {
            leads_to: leads_to.to_owned(),
            own,
            entries: Entries::Fixed(entries),
        };
        table
            .into_iter()
            .map(|(name, fields)| {
                let fields = fields.iter().map(|(name, of)| ((*name).to_owned(), price(*of))).collect();
                (name.to_owned(), fields)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::PRICES;

    #[test]
    fn long_lists_and_roots_are_in_the_schema() {
        for (of, field, _) in LONG_LISTS {
            assert!(PRICES.types[of].contains_key(field), "{of}.{field}");
        }
        for root in ["Query", MUTATION] {
            assert!(PRICES.types.contains_key(root), "{root}");
        }
        let edges = PRICES.types.iter().filter(|(name, _)| name.ends_with("Connection"));
        for (name, fields) in edges {
            assert_eq!(fields["edges"].entries, Entries::Edges, "{name}");
        }
    }
}
