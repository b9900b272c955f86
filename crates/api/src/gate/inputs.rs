//! What is wrong with the scalars and enums in the inputs of commands, before the library sees them: it would tell
//! the first alone, without a place, and as an error. So each is replaced by something of its type, and its fault
//! goes with the request, to be told with all other faults of its command.

use crate::graph::scalars::{DateTime, Position, Sha256};
use async_graphql::{
    InputType, Name, Pos, Positioned, Value as Const, Variables,
    parser::{
        parse_schema,
        types::{
            BaseType, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, OperationDefinition,
            OperationType, Selection, SelectionSet, Type, TypeKind, TypeSystemDefinition, VariableDefinition,
        },
    },
};
use async_graphql_value::Value;
use domain::{Refusal, RefusalCode};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// The faults of a request's commands, by their names in the answer.
pub(crate) type Faults = BTreeMap<String, Vec<Refusal>>;

/// What inputs are made of.
#[derive(Debug)]
enum Input {
    Enum(Vec<Name>),
    Object(HashMap<Name, Type>),
    Scalar(Scalar),
}

/// What is wrong with a value, if anything; and one with which nothing is.
#[derive(Debug, Clone, Copy)]
struct Scalar {
    check: fn(&Const) -> Result<(), String>,
    sample: fn() -> Const,
}

fn read<T: InputType>(value: &Const) -> Result<(), String> {
    match T::parse(Some(value.clone())) {
        Ok(_) => Ok(()),
        Err(fault) => {
            let message = fault.into_server_error(Pos::default()).message;
            // The library says first that it failed, and at what.
            Err(message.split_once("\": ").map_or(message.clone(), |(_, fault)| fault.to_owned()))
        }
    }
}

fn scalar(name: &str) -> Option<Scalar> {
    let of = |check, sample| Some(Scalar { check, sample });
    match name {
        "Int" => of(
            |value| match value {
                Const::Number(number)
                    if number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()) =>
                {
                    Ok(())
                }
                _ => Err("This is a whole number, from -2147483648 to 2147483647.".to_owned()),
            },
            || Const::Number(0.into()),
        ),
        "Boolean" => of(
            |value| match value {
                Const::Boolean(_) => Ok(()),
                _ => Err("This is `true` or `false`.".to_owned()),
            },
            || Const::Boolean(false),
        ),
        "String" | "Duration" | "Decimal" => of(
            |value| match value {
                Const::String(_) => Ok(()),
                _ => Err("This is a text.".to_owned()),
            },
            || Const::String(String::new()),
        ),
        "ID" => of(
            |value| match value {
                Const::String(_) | Const::Number(_) => Ok(()),
                _ => Err("This is an id.".to_owned()),
            },
            || Const::String(String::new()),
        ),
        "DateTime" => of(read::<DateTime>, || Const::String("2000-01-01T00:00:00Z".to_owned())),
        "Position" => of(read::<Position>, || Const::String("0".to_owned())),
        "Sha256" => of(read::<Sha256>, || Const::String("0".repeat(64))),
        "UUID" => of(
            |value| {
                let digits = "This is a UUID: 32 hexadecimal digits, with hyphens between them or without.";
                read::<Uuid>(value).map_err(|_| digits.to_owned())
            },
            || Const::String(Uuid::nil().to_string()),
        ),
        _ => None,
    }
}

/// The input types of a schema.
#[derive(Debug)]
pub(crate) struct Inputs {
    types: HashMap<Name, Input>,
    /// The type of each mutation's one argument.
    mutations: HashMap<Name, (Name, Type)>,
}

impl Inputs {
    /// Of the schema with this SDL. One that cannot be read has none.
    pub fn of(sdl: &str) -> Self {
        let definitions = parse_schema(sdl).map(|document| document.definitions).unwrap_or_default();
        let (mut types, mut mutations) = (HashMap::new(), HashMap::new());
        for name in ["Int", "Boolean", "String", "ID"] {
            types.extend(scalar(name).map(|scalar| (Name::new(name), Input::Scalar(scalar))));
        }
        for definition in definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node;
            match definition.node.kind {
                TypeKind::Enum(of) => {
                    let values = of.values.into_iter().map(|value| value.node.value.node).collect();
                    types.insert(name, Input::Enum(values));
                }
                TypeKind::InputObject(of) => {
                    let fields =
                        of.fields.into_iter().map(|field| (field.node.name.node, field.node.ty.node));
                    types.insert(name, Input::Object(fields.collect()));
                }
                TypeKind::Scalar => {
                    types.extend(scalar(&name).map(|scalar| (name, Input::Scalar(scalar))));
                }
                TypeKind::Object(of) if name == "Mutation" => {
                    for field in of.fields {
                        let Some(argument) = field.node.arguments.into_iter().next() else { continue };
                        let of = (argument.node.name.node, argument.node.ty.node);
                        mutations.insert(field.node.name.node, of);
                    }
                }
                TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_) => {}
            }
        }
        Self { types, mutations }
    }

    /// The values that an enum has, one after the other; `None` when there is no such enum.
    pub fn values(&self, name: &str) -> Option<String> {
        match self.types.get(name) {
            Some(Input::Enum(values)) => Some(listed(values)),
            _ => None,
        }
    }

    /// Takes the faults out of the commands of the operation. A variable stays what it is, because others may
    /// use it, too: where its value is at fault, what is right stands in its place.
    pub fn mend(
        &self,
        document: &mut ExecutableDocument,
        operation_name: Option<&str>,
        variables: &Variables,
    ) -> Faults {
        let operation = match (&mut document.operations, operation_name) {
            (DocumentOperations::Single(operation), _) => Some(&mut operation.node),
            (DocumentOperations::Multiple(operations), Some(name)) => {
                operations.get_mut(name).map(|operation| &mut operation.node)
            }
            (DocumentOperations::Multiple(operations), None) => {
                operations.values_mut().next().map(|operation| &mut operation.node)
            }
        };
        let Some(operation) = operation.filter(|operation| operation.ty == OperationType::Mutation) else {
            return Faults::new();
        };
        let OperationDefinition { selection_set, variable_definitions, .. } = operation;
        let mut mending = Mending {
            inputs: self,
            variables,
            definitions: variable_definitions,
            faults: Faults::new(),
            replaced: HashSet::new(),
            spread: Vec::new(),
        };
        mending.commands(&mut selection_set.node);
        let mut seen = HashSet::new();
        while let Some(name) = mending.spread.pop() {
            if seen.insert(name.clone())
                && let Some(fragment) = document.fragments.get_mut(&name)
            {
                mending.commands(&mut fragment.node.selection_set.node);
            }
        }
        let Mending { faults, replaced, .. } = mending;
        if !replaced.is_empty() {
            take_unused(document, &replaced);
        }
        faults
    }
}

/// Takes away those variables that nothing uses any more, which validation would refuse.
fn take_unused(document: &mut ExecutableDocument, replaced: &HashSet<Name>) {
    let ExecutableDocument { operations, fragments } = document;
    let operations: Vec<&mut OperationDefinition> = match operations {
        DocumentOperations::Single(operation) => vec![&mut operation.node],
        DocumentOperations::Multiple(all) => all.values_mut().map(|operation| &mut operation.node).collect(),
    };
    for OperationDefinition { selection_set, variable_definitions, .. } in operations {
        let mut used = HashSet::new();
        uses(&selection_set.node, fragments, &mut used);
        variable_definitions.retain(|definition| {
            let name = &definition.node.name.node;
            !replaced.contains(name) || used.contains(name)
        });
    }
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// The variables that a selection uses. As deep and as often as fragments are spread, which the server limits
/// before.
fn uses<'a>(set: &'a SelectionSet, fragments: &'a Fragments, names: &mut HashSet<&'a Name>) {
    for selection in &set.items {
        for directive in selection.node.directives() {
            directive.node.arguments.iter().for_each(|(_, value)| variables_in(&value.node, names));
        }
        match &selection.node {
            Selection::Field(field) => {
                field.node.arguments.iter().for_each(|(_, value)| variables_in(&value.node, names));
                uses(&field.node.selection_set.node, fragments, names);
            }
            Selection::InlineFragment(fragment) => uses(&fragment.node.selection_set.node, fragments, names),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    uses(&fragment.node.selection_set.node, fragments, names);
                }
            }
        }
    }
}

fn variables_in<'a>(value: &'a Value, names: &mut HashSet<&'a Name>) {
    match value {
        Value::Variable(name) => drop(names.insert(name)),
        Value::List(entries) => entries.iter().for_each(|entry| variables_in(entry, names)),
        Value::Object(members) => members.values().for_each(|member| variables_in(member, names)),
        _ => {}
    }
}

/// The commands of one operation.
struct Mending<'a> {
    inputs: &'a Inputs,
    variables: &'a Variables,
    /// Of the variables, which have defaults.
    definitions: &'a [Positioned<VariableDefinition>],
    faults: Faults,
    /// Variables that something else stands for somewhere now.
    replaced: HashSet<Name>,
    /// Fragments with commands that are still to be mended.
    spread: Vec<Name>,
}

impl Mending<'_> {
    fn commands(&mut self, set: &mut SelectionSet) {
        for selection in &mut set.items {
            match &mut selection.node {
                Selection::Field(field) => self.command(&mut field.node),
                Selection::InlineFragment(fragment) => self.commands(&mut fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    self.spread.push(spread.node.fragment_name.node.clone());
                }
            }
        }
    }

    fn command(&mut self, field: &mut Field) {
        let Some((argument, ty)) = self.inputs.mutations.get(&field.name.node) else { return };
        let answered_as = field.alias.as_ref().unwrap_or(&field.name).node.to_string();
        let mut walk = Walk { of: self, path: Vec::new(), found: Vec::new() };
        for (name, value) in &mut field.arguments {
            if name.node == *argument {
                walk.value(&mut value.node, ty);
            }
        }
        let found = walk.found;
        if !found.is_empty() {
            // Whatever else has this name in the answer is to be the same command.
            self.faults.entry(answered_as).or_insert(found);
        }
    }

    fn given(&self, name: &Name) -> Option<&Const> {
        self.variables.get(name).or_else(|| {
            let of = self.definitions.iter().find(|definition| definition.node.name.node == *name)?;
            Some(&of.node.default_value.as_ref()?.node)
        })
    }
}

fn listed(values: &[Name]) -> String {
    values.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

/// The input of one command.
struct Walk<'w, 'a> {
    of: &'w mut Mending<'a>,
    path: Vec<String>,
    found: Vec<Refusal>,
}

impl Walk<'_, '_> {
    /// As deep as the document and the variables nest, which the server limits before.
    fn value(&mut self, value: &mut Value, ty: &Type) {
        match (&mut *value, &ty.base) {
            (Value::Null, _) => {}
            (Value::Variable(name), _) => {
                let Some(given) = self.of.given(name) else { return };
                let (mut mended, before) = (given.clone().into_value(), self.found.len());
                self.value(&mut mended, ty);
                if self.found.len() > before {
                    self.of.replaced.insert(name.clone());
                    *value = mended;
                }
            }
            (Value::List(entries), BaseType::List(of)) => {
                for (index, entry) in entries.iter_mut().enumerate() {
                    self.within(index.to_string(), entry, of);
                }
            }
            (_, BaseType::List(of)) => self.value(value, of),
            (_, BaseType::Named(name)) => match self.of.inputs.types.get(name) {
                Some(Input::Object(fields)) => {
                    let Value::Object(members) = value else { return };
                    for (name, member) in members {
                        if let Some(ty) = fields.get(name) {
                            self.within(name.to_string(), member, ty);
                        }
                    }
                }
                Some(Input::Enum(values)) => {
                    let known = match value {
                        Value::Enum(name) => values.contains(name),
                        Value::String(name) => values.iter().any(|value| value == name.as_str()),
                        _ => false,
                    };
                    if !known {
                        self.fault(format!("This is one of {}.", listed(values)));
                        if let Some(first) = values.first() {
                            *value = Value::Enum(first.clone());
                        }
                    }
                }
                Some(Input::Scalar(Scalar { check, sample })) => {
                    // A list or an object with variables in it is no scalar either.
                    let checked = value
                        .clone()
                        .into_const()
                        .map_or_else(|| Err("This is a single value.".to_owned()), |value| check(&value));
                    if let Err(message) = checked {
                        self.fault(message);
                        *value = sample().into_value();
                    }
                }
                None => {}
            },
        }
    }

    fn within(&mut self, step: String, value: &mut Value, ty: &Type) {
        self.path.push(step);
        self.value(value, ty);
        self.path.pop();
    }

    fn fault(&mut self, message: String) {
        let field = self.path.clone();
        let code = RefusalCode::InvalidValue;
        self.found.push(Refusal { code, message, field, entry: None, subject: None });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{gate::limits, schema::INPUTS};
    use proptest::prelude::*;
    use serde_json::json;

    /// Paths and messages of the faults, and whether nothing is at fault once they are mended.
    fn told(query: &str, variables: serde_json::Value) -> Vec<String> {
        let mut document = limits::parse(query).unwrap();
        let variables = Variables::from_json(variables);
        let faults = INPUTS.mend(&mut document, None, &variables);
        assert!(INPUTS.mend(&mut document, None, &variables).is_empty(), "mended: {query}");
        let told = faults.into_iter().flat_map(|(key, found)| {
            found.into_iter().map(move |fault| format!("{key} {}: {}", fault.field.join("."), fault.message))
        });
        told.collect()
    }

    #[test]
    fn every_fault_of_a_scalar_or_an_enum_is_told_at_its_place() {
        let query = "mutation ($input: RevisePlanSectionInput!, $at: DateTime) {
            one: revisePlanSection(input: $input) { __typename }
            setHHour(input: { operation: \"A\", at: $at, occurredAt: 7 }) { __typename } }";
        let week = json!([{ "day": "MON", "from": "08:00", "to": "17:00" }, { "day": "MONDAY", "from": 8 }]);
        let section = json!({ "calendars": [{ "partner": "THA", "week": week }] });
        let input = json!({ "operation": "A", "section": section, "occurredAt": "soon" });
        let told = told(query, json!({ "input": input, "at": "later" }));
        let mut places: Vec<_> = told.iter().map(|line| line.split(':').next().unwrap()).collect();
        let expected = [
            "one occurredAt",
            "one section.calendars.0.week.0.day",
            "one section.calendars.0.week.1.from",
            "setHHour at",
            "setHHour occurredAt",
        ];
        places.sort_unstable();
        assert_eq!(places, expected, "{told:#?}");
        let day = told.iter().find(|line| line.contains(".day")).unwrap();
        assert!(
            day.ends_with("This is one of MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY."),
            "{day}"
        );
    }

    /// Where the faults are.
    fn places(query: &str, variables: serde_json::Value) -> Vec<String> {
        let told = told(query, variables);
        told.iter().map(|line| line.split(':').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_variable_is_checked_at_each_of_its_uses_and_stays_what_it_is() {
        let query = "mutation ($at: DateTime!, $text: String!, $never: Int) {
            a: setHHour(input: { operation: $text, at: $at, occurredAt: $at }) { __typename }
            b: setHHour(input: { operation: \"B\", at: $at }) { __typename }
            c: setHHour(input: { operation: \"C\", at: $text }) { operation { code(as: $text) } }
            d: setHHour(input: { operation: \"D\", at: \"2023-10-09T06:00:00Z\" }) { __typename } }";
        let variables = json!({ "at": "yesterday", "text": "ALPHA" });
        assert_eq!(places(query, variables.clone()), ["a at", "a occurredAt", "b at", "c at"]);
        let mut document = limits::parse(query).unwrap();
        INPUTS.mend(&mut document, None, &Variables::from_json(variables));
        let (_, operation) = document.operations.iter().next().unwrap();
        // That nothing used `$never` before is for validation to say.
        let left: Vec<_> =
            operation.node.variable_definitions.iter().map(|of| of.node.name.node.as_str()).collect();
        assert_eq!(left, ["text", "never"]);
    }

    #[test]
    fn commands_in_fragments_and_defaults_of_variables_are_mended_too() {
        let query = "mutation ($at: DateTime = \"soon\", $late: DateTime = \"late\") {
            ...Commands ... on Mutation { ... { c: setHHour(input: { operation: \"C\", at: $at }) { __typename } } } }
            fragment Commands on Mutation {
              a: setHHour(input: { operation: \"A\", at: $at, occurredAt: $late }) { __typename } ...More }
            fragment More on Mutation { b: setHHour(input: { operation: \"B\", at: \"x\" }) { __typename } }";
        assert_eq!(places(query, json!({})), ["a at", "a occurredAt", "b at", "c at"]);
        // What is given stands before the default.
        let given = json!({ "at": "2023-10-09T06:00:00Z", "late": null });
        assert_eq!(places(query, given), ["b at"]);
    }

    #[test]
    fn every_type_that_an_input_of_a_command_is_made_of_is_known() {
        let mut asked: Vec<&Type> = INPUTS.mutations.values().map(|(_, ty)| ty).collect();
        let mut seen = HashSet::new();
        while let Some(ty) = asked.pop() {
            let mut base = &ty.base;
            while let BaseType::List(of) = base {
                base = &of.base;
            }
            let BaseType::Named(name) = base else { continue };
            if !seen.insert(name) {
                continue;
            }
            match INPUTS.types.get(name) {
                Some(Input::Object(fields)) => asked.extend(fields.values()),
                Some(Input::Scalar(Scalar { check, sample })) => {
                    assert_eq!(check(&sample()), Ok(()), "the sample of {name}");
                    assert!(check(&Const::List(Vec::new())).is_err(), "{name}");
                }
                Some(Input::Enum(values)) => assert!(!values.is_empty(), "{name}"),
                None => {
                    panic!("`{name}` has no entry in `scalar`: its faults would be told alone, as errors")
                }
            }
        }
        for name in ["UUID", "DateTime", "NominateOfficerInput", "Weekday"] {
            assert!(seen.contains(&Name::new(name)), "{name} is reached");
        }
    }

    /// How an instant stands in a command: written there, or as a variable; whether it is one.
    fn instant() -> impl Strategy<Value = (&'static str, bool)> {
        prop::sample::select(vec![
            ("\"2023-10-09T06:00:00Z\"", true),
            ("\"soon\"", false),
            ("$good", true),
            ("$bad", false),
            ("$default", false),
        ])
    }

    proptest! {
        #[test]
        fn each_command_is_told_exactly_the_faults_of_what_it_uses(
            commands in prop::collection::vec((instant(), instant(), any::<bool>()), 1..6),
        ) {
            let (mut expected, mut text) = (Vec::new(), String::new());
            for (number, ((at, at_is_right), (occurred, occurred_is_right), is_within)) in
                commands.iter().enumerate()
            {
                let command = format!(
                    "c{number}: setHHour(input: {{ operation: \"A\", at: {at}, occurredAt: {occurred} }})"
                );
                let command = format!("{command} {{ __typename }}");
                let [open, close] = if *is_within { ["... on Mutation { ", " } "] } else { ["", " "] };
                text.extend([open, &command, close]);
                let wrong = [("at", at_is_right), ("occurredAt", occurred_is_right)];
                let wrong = wrong.into_iter().filter(|(_, is_right)| !**is_right);
                expected.extend(wrong.map(|(field, _)| format!("c{number} {field}")));
            }
            let head = "mutation ($good: DateTime, $bad: DateTime, $default: DateTime = \"later\")";
            let variables = json!({ "good": "2023-10-09T06:00:00+07:00", "bad": "yesterday" });
            prop_assert_eq!(places(&format!("{head} {{ {text} }}"), variables), expected);
        }
    }

    #[test]
    fn what_is_right_and_what_is_a_question_stays_as_it_is() {
        let right = "mutation { setHHour(input: { operation: \"A\", at: \"2023-10-09T06:00:00+07:00\" }) { __typename } }";
        assert_eq!(told(right, json!({})), [""; 0]);
        assert_eq!(told("{ operations(filter: { status: BURNING }) { totalCount } }", json!({})), [""; 0]);
        assert!(INPUTS.values("OperationStatus").unwrap().starts_with("INITIATED, "));
    }
}
