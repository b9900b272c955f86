//! Custom fields, in which a file says what the format has no element for.

use crate::{
    Faults, Field, Mapping,
    mspdi::{CUSTOM, PREFIX, xml::Element},
};
use std::collections::BTreeMap;

/// What each custom field of a file tells, by its id.
pub struct CustomFields(BTreeMap<String, Vec<Field>>);

impl CustomFields {
    pub fn of(root: &Element, mapping: &Mapping, faults: &mut Faults) -> Self {
        let mut custom = BTreeMap::<String, Vec<Field>>::new();
        let definitions: Vec<&Element> = root
            .child("ExtendedAttributes")
            .into_iter()
            .flat_map(|all| all.children("ExtendedAttribute"))
            .collect();
        for field in Field::ALL {
            let is_custom = CUSTOM.iter().any(|(custom, ..)| *custom == field);
            let wanted = mapping.header(field);
            if !is_custom {
                if mapping.is_chosen(field) {
                    let message =
                        format!("the {field} stands in an element of its own, and in no custom field");
                    faults.add(root.place.line, None, &message);
                }
                continue;
            }
            let own = format!("{PREFIX}{field}");
            let is_called = |definition: &Element, wanted: &str| {
                let names = [definition.value("Alias"), definition.value("FieldName")];
                names.into_iter().flatten().any(|name| name.to_lowercase() == wanted.to_lowercase())
            };
            let find = |wanted: &str| definitions.iter().find(|definition| is_called(definition, wanted));
            let chosen = mapping.is_chosen(field);
            let found = if chosen { find(wanted) } else { find(&own).or_else(|| find(wanted)) };
            match found.and_then(|definition| definition.value("FieldID")) {
                Some(id) => custom.entry(id.to_owned()).or_default().push(field),
                None if chosen => {
                    let message = format!("there is no custom field `{wanted}`, which is to be the {field}");
                    faults.add(root.place.line, None, &message);
                }
                None => {}
            }
        }
        Self(custom)
    }

    /// What a task says in it, if anything.
    pub fn value<'e>(&self, element: &'e Element, field: Field) -> Option<&'e Element> {
        let mut values = element.children("ExtendedAttribute");
        let value = values.find_map(|attribute| {
            let id = attribute.value("FieldID")?;
            let is_it = self.0.get(id).is_some_and(|fields| fields.contains(&field));
            attribute.child("Value").filter(|_| is_it)
        });
        value.filter(|value| !value.text().is_empty())
    }
}

/// Whether this crate wrote it: nobody else has a use for what links cannot say.
pub fn is_own(root: &Element) -> bool {
    let name = format!("{PREFIX}{}", Field::Predecessors);
    let mut definitions =
        root.child("ExtendedAttributes").into_iter().flat_map(|all| all.children("ExtendedAttribute"));
    definitions.any(|definition| definition.value("Alias") == Some(name.as_str()))
}
