//! What the schema says of itself as a whole: the library answers `__schema { description }` with a text of its
//! own, the same for everybody's schema.

use crate::schema::DESCRIPTION;
use async_graphql::{
    Name, Value,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};

/// Where an answer has the schema's description: what `__schema` is answered as, and the description in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Described(Vec<(Name, Name)>);

impl Described {
    /// The document's fragments contain none that contains itself.
    pub fn of(document: &ExecutableDocument, operation: &OperationDefinition) -> Self {
        let mut places = Vec::new();
        each_field(document, &operation.selection_set.node, "__schema", &mut |schema| {
            each_field(document, &schema.selection_set.node, "description", &mut |description| {
                places.push((schema.response_key().node.clone(), description.response_key().node.clone()));
            });
        });
        Self(places)
    }

    /// Puts the schema's own words there.
    pub fn write(&self, data: &mut Value) {
        for (schema, description) in &self.0 {
            let Value::Object(fields) = &mut *data else { return };
            let Some(Value::Object(fields)) = fields.get_mut(schema) else { continue };
            if let Some(text) = fields.get_mut(description) {
                *text = DESCRIPTION.into();
            }
        }
    }
}

/// Every field of this name in a set, through its fragments.
fn each_field<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    name: &str,
    found: &mut dyn FnMut(&'a Field),
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) if field.node.name.node == name => found(&field.node),
            Selection::Field(_) => {}
            Selection::InlineFragment(inline) => {
                each_field(document, &inline.node.selection_set.node, name, found);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    each_field(document, &fragment.node.selection_set.node, name, found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::limits;

    #[tokio::test]
    async fn the_schema_is_described_in_its_own_words_however_it_is_asked() {
        let query = "query {
            __schema { description types { description } }
            again: __schema { ...Described }
            ... on Query { inner: __schema { ... { as: description } not: description @skip(if: true) } }
        }
        fragment Described on __Schema { one: description two: description queryType { description } }";
        let document = limits::parse(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let described = Described::of(&document, &operation.node);
        let mut data = crate::schema().execute(query).await.into_result().unwrap().data;
        described.write(&mut data);
        let data = data.into_json().unwrap();
        for place in ["/__schema/description", "/again/one", "/again/two", "/inner/as"] {
            assert_eq!(data.pointer(place).unwrap(), DESCRIPTION, "{place}");
        }
        assert_eq!(data.pointer("/inner/not"), None);
        let others = [data["again"]["queryType"]["description"].clone(), data["__schema"]["types"].clone()];
        assert!(!others.iter().any(|other| other.to_string().contains(DESCRIPTION)));
        assert!(crate::sdl().contains(&format!("\"\"\"\n{DESCRIPTION}\n\"\"\"\nschema {{")));
    }

    #[test]
    fn hardly_any_query_asks_for_it() {
        let document = limits::parse("{ viewer { description } }").unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        assert_eq!(Described::of(&document, &operation.node), Described::default());
    }
}
