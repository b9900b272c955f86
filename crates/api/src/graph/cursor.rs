//! Cursors: a place in a list and the position at which the list was read.

use crate::{Error, graph::id::AskedId};
use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        DocumentOperations, ExecutableDocument, OperationType, Selection, SelectionSet, VariableDefinition,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Position;
use std::collections::HashSet;

/// As text opaque: base64 of the position, a colon and the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub position: Position,
    /// What the list is ordered by, unique in it.
    pub key: String,
}

impl Cursor {
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}", self.position, self.key))
    }

    /// `None` for a text that this server has not made.
    pub fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (position, key) = text.split_once(':')?;
        let position = Position(position.parse().ok()?);
        let cursor = Self { position, key: key.to_owned() };
        // No key has a control character, and the database takes no text with U+0000.
        let is_key = !key.is_empty() && !key.contains(char::is_control);
        // One spelling each, so that `+7` is none.
        (position >= Position(0) && is_key && text == format!("{position}:{key}")).then_some(cursor)
    }
}

/// The position of the cursors in the query, outside of fields that say their moment (`asOf`, `changes`, an id
/// at a moment): the whole request is pinned to it, so that a page never shifts under writes. `None` when there
/// is no cursor.
///
/// Fails with `BAD_USER_INPUT` when cursors of different positions meet. Cursors of mutations' payloads and
/// texts that are no cursor are left to the resolvers.
pub fn pin_of_cursors(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
) -> Result<Option<Position>, Error> {
    let operation = match (&document.operations, operation_name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(_), None) => None,
    };
    let Some(operation) = operation.filter(|operation| operation.node.ty == OperationType::Query) else {
        return Ok(None);
    };
    let definitions = &operation.node.variable_definitions;
    let mut walk = Walk { document, variables, definitions, spread: HashSet::new(), pin: None };
    walk.selections(&operation.node.selection_set)?;
    Ok(walk.pin)
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    /// Of the variables, which have defaults.
    definitions: &'a [Positioned<VariableDefinition>],
    /// Fragments that have been walked: each once, however often it is spread.
    spread: HashSet<&'a Name>,
    pin: Option<Position>,
}

impl<'a> Walk<'a> {
    /// As deep as the document nests, which the server limits before it calls this.
    fn selections(&mut self, set: &'a Positioned<SelectionSet>) -> Result<(), Error> {
        for selection in &set.node.items {
            match &selection.node {
                // These say their moments.
                Selection::Field(field) if matches!(field.node.name.node.as_str(), "asOf" | "changes") => {}
                Selection::Field(field) if self.is_past(&field.node.arguments) => {}
                Selection::Field(field) => {
                    for (name, value) in &field.node.arguments {
                        if name.node == "after" || name.node == "before" {
                            self.argument(self.given(value))?;
                        }
                    }
                    self.selections(&field.node.selection_set)?;
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.node.selection_set)?,
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some((name, fragment)) = self.document.fragments.get_key_value(name)
                        && self.spread.insert(name)
                    {
                        self.selections(&fragment.node.selection_set)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn given(&self, value: &Positioned<async_graphql_value::Value>) -> Result<Value, ()> {
        value.node.clone().into_const_with(|name| {
            let default = || {
                let of = self.definitions.iter().find(|definition| definition.node.name.node == name)?;
                Some(of.node.default_value.as_ref()?.node.clone())
            };
            self.variables.get(&name).cloned().or_else(default).ok_or(())
        })
    }

    /// Whether a field is asked for what has an id at a moment.
    fn is_past(&self, arguments: &[(Positioned<Name>, Positioned<async_graphql_value::Value>)]) -> bool {
        let is_past = |id: &Value| match id {
            Value::String(id) => AskedId::read(id).is_some_and(|asked| asked.at.is_some()),
            _ => false,
        };
        arguments.iter().any(|(name, value)| match (name.node.as_str(), self.given(value)) {
            // A single value stands for a list of one.
            ("id" | "ids", Ok(id @ Value::String(_))) => is_past(&id),
            ("ids", Ok(Value::List(ids))) => ids.iter().any(is_past),
            _ => false,
        })
    }

    fn argument(&mut self, given: Result<Value, ()>) -> Result<(), Error> {
        let Ok(Value::String(text)) = given else { return Ok(()) };
        let Some(cursor) = Cursor::decode(&text) else { return Ok(()) };
        match self.pin {
            Some(pin) if pin != cursor.position => Err(Error::bad_input(format!(
                "The cursors of one request must be of one position, and these are of {pin} and {}.",
                cursor.position
            ))),
            _ => {
                self.pin = Some(cursor.position);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;
    use serde_json::json;

    fn cursor(position: i64) -> String {
        Cursor { position: Position(position), key: "T16".to_owned() }.encode()
    }

    fn pin(query: &str, variables: serde_json::Value) -> Result<Option<i64>, Error> {
        let document = parse_query(query).unwrap();
        let pin = pin_of_cursors(&document, None, &Variables::from_json(variables))?;
        Ok(pin.map(|position| position.0))
    }

    #[test]
    fn a_cursor_survives_being_written_and_read() {
        for key in ["T16", "THA-02", "a:b", "é"] {
            let cursor = Cursor { position: Position(i64::MAX), key: key.to_owned() };
            assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
    }

    #[test]
    fn other_texts_are_no_cursors() {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let long = encode(&format!("{}:T16", "9".repeat(30)));
        for bad in [
            "",
            "T16",
            "===",
            &encode("7"),
            &encode("7:"),
            &encode("+7:T16"),
            &encode("-7:T16"),
            &encode("7:T\u{0}16"),
            &long,
        ] {
            assert_eq!(Cursor::decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_request_is_pinned_to_the_position_of_its_cursors() {
        let literal = format!("{{ posts(after: \"{}\") {{ edges {{ cursor }} }} }}", cursor(7));
        assert_eq!(pin(&literal, json!({})), Ok(Some(7)));
        let nested = "query ($c: String) { operation { ...F ... on Operation { ...F } } }
                      fragment F on Operation { tasks(last: 3, before: $c) { edges { cursor } } ...G }
                      fragment G on Operation { code ...F }";
        assert_eq!(pin(nested, json!({ "c": cursor(9) })), Ok(Some(9)));
        assert_eq!(pin(nested, json!({})), Ok(None));
        assert_eq!(pin(nested, json!({ "c": "rubbish" })), Ok(None));
    }

    #[test]
    fn cursors_in_the_past_and_in_payloads_do_not_pin() {
        let past = format!(
            "{{ asOf(at: {{ position: \"3\" }}) {{ posts(after: \"{}\") {{ edges {{ cursor }} }} }} }}",
            cursor(3)
        );
        assert_eq!(pin(&past, json!({})), Ok(None));
        let by_id = "query ($id: ID!, $c: String) {
            node(id: $id) { ... on Operation { tasks(after: $c) { edges { cursor } } } } }";
        assert_eq!(pin(by_id, json!({ "id": "operation_1@3", "c": cursor(3) })), Ok(None));
        assert_eq!(pin(by_id, json!({ "id": "operation_1", "c": cursor(3) })), Ok(Some(3)));
        // As the executor takes them: a default where nothing is given, and one for a list of one.
        let by_default = by_id.replace("$id: ID!", "$id: ID! = \"operation_1@3\"");
        assert_eq!(pin(&by_default, json!({ "c": cursor(3) })), Ok(None));
        assert_eq!(pin(&by_default, json!({ "id": "operation_1", "c": cursor(3) })), Ok(Some(3)));
        let one = by_id.replace("node(id: $id)", "nodes(ids: $id)");
        assert_eq!(pin(&one, json!({ "id": "operation_1@3", "c": cursor(3) })), Ok(None));
        let by_ids = format!(
            "{{ nodes(ids: [\"world@3\"]) {{ ... on World {{ posts(after: \"{}\") {{ a }} }} }} }}",
            cursor(3)
        );
        assert_eq!(pin(&by_ids, json!({})), Ok(None));
        let payload =
            format!("mutation {{ x {{ tasks(after: \"{}\") {{ edges {{ cursor }} }} }} }}", cursor(3));
        assert_eq!(pin(&payload, json!({})), Ok(None));
    }

    #[test]
    fn cursors_of_two_positions_are_refused() {
        let query = "query ($a: String, $b: String) { posts(after: $a) { a } partners(before: $b) { a } }";
        assert_eq!(pin(query, json!({ "a": cursor(5), "b": cursor(5) })), Ok(Some(5)));
        let error = pin(query, json!({ "a": cursor(5), "b": cursor(6) })).unwrap_err();
        assert_eq!(error.code(), "BAD_USER_INPUT");
    }
}
