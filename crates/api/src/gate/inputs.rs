//! What is wrong with the scalars and enums in the inputs of commands, before the library sees them: it would tell
//! the first alone, without a place, and as an error. So each is replaced by something of its type, and its fault
//! goes with the request, to be told with all other faults of its command.

use crate::graph::scalars::{DateTime, Position, Sha256};
use async_graphql::{
    InputType, Name, Pos, Value as Const, Variables,
    parser::{
        parse_schema,
        types::{
            BaseType, DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
            Type, TypeKind, TypeSystemDefinition,
        },
    },
};
use async_graphql_value::Value;
use domain::{Refusal, RefusalCode};
use std::collections::{BTreeMap, HashMap};

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
        "String" | "Duration" => of(
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

    /// Takes the faults out of the commands that stand at the root of the operation.
    pub fn mend(
        &self,
        document: &mut ExecutableDocument,
        operation_name: Option<&str>,
        variables: &mut Variables,
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
        let mut faults = Faults::new();
        let Some(operation) = operation.filter(|operation| operation.ty == OperationType::Mutation) else {
            return faults;
        };
        let OperationDefinition { selection_set, .. } = operation;
        for selection in &mut selection_set.node.items {
            let Selection::Field(field) = &mut selection.node else { continue };
            let Some((argument, ty)) = self.mutations.get(&field.node.name.node) else { continue };
            let mut walk = Walk { inputs: self, variables, path: Vec::new(), found: Vec::new() };
            for (name, value) in &mut field.node.arguments {
                if name.node == *argument {
                    walk.value(&mut value.node, ty);
                }
            }
            let found = walk.found;
            if !found.is_empty() {
                faults.insert(field.node.response_key().node.to_string(), found);
            }
        }
        faults
    }
}

fn listed(values: &[Name]) -> String {
    values.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

struct Walk<'a> {
    inputs: &'a Inputs,
    variables: &'a mut Variables,
    path: Vec<String>,
    found: Vec<Refusal>,
}

impl Walk<'_> {
    /// As deep as the document and the variables nest, which the server limits before.
    fn value(&mut self, value: &mut Value, ty: &Type) {
        match (&mut *value, &ty.base) {
            (Value::Null, _) => {}
            (Value::Variable(name), _) => {
                let Some(given) = self.variables.get(name).cloned() else { return };
                let mut given = given.into_value();
                let before = self.found.len();
                self.value(&mut given, ty);
                if self.found.len() > before
                    && let Some(mended) = given.into_const()
                {
                    self.variables.insert(name.clone(), mended);
                }
            }
            (Value::List(entries), BaseType::List(of)) => {
                for (index, entry) in entries.iter_mut().enumerate() {
                    self.within(index.to_string(), entry, of);
                }
            }
            (_, BaseType::List(of)) => self.value(value, of),
            (_, BaseType::Named(name)) => match self.inputs.types.get(name) {
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
        self.found.push(Refusal { code: RefusalCode::InvalidValue, message, field, subject: None });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{gate::limits, schema::INPUTS};
    use serde_json::json;

    /// Paths and messages of the faults, and whether nothing is at fault once they are mended.
    fn told(query: &str, variables: serde_json::Value) -> Vec<String> {
        let mut document = limits::parse(query).unwrap();
        let mut variables = Variables::from_json(variables);
        let faults = INPUTS.mend(&mut document, None, &mut variables);
        assert!(INPUTS.mend(&mut document, None, &mut variables).is_empty(), "mended: {query}");
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
        let places: Vec<_> = told.iter().map(|line| line.split(':').next().unwrap()).collect();
        let expected = [
            "one occurredAt",
            "one section.calendars.0.week.0.day",
            "one section.calendars.0.week.1.from",
            "setHHour at",
            "setHHour occurredAt",
        ];
        let mut places = places;
        places.sort_unstable();
        assert_eq!(places, expected, "{told:#?}");
        let day = told.iter().find(|line| line.contains(".day")).unwrap();
        assert!(
            day.ends_with("This is one of MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY."),
            "{day}"
        );
    }

    #[test]
    fn what_is_right_and_what_is_a_question_stays_as_it_is() {
        let right = "mutation { setHHour(input: { operation: \"A\", at: \"2023-10-09T06:00:00+07:00\" }) { __typename } }";
        assert_eq!(told(right, json!({})), [""; 0]);
        assert_eq!(told("{ operations(filter: { status: BURNING }) { totalCount } }", json!({})), [""; 0]);
        assert!(INPUTS.values("OperationStatus").unwrap().starts_with("INITIATED, "));
    }
}
