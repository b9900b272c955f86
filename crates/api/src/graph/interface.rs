//! Interfaces that only documents name: no field answers by them, so that one fragment serves types which the
//! library knows nothing common of.

use async_graphql::{
    OutputType,
    indexmap::{IndexMap, IndexSet},
    registry::{MetaType, MetaTypeId, Registry},
};

/// Registers the interface of these object types, which has all fields that they share. Its fields are typed as
/// those of the first, of which the others' are special cases.
pub(crate) fn interface<T: OutputType>(
    registry: &mut Registry,
    members: &IndexSet<String>,
    description: &str,
) -> String {
    registry.create_output_type::<T, _>(MetaTypeId::Interface, |registry| {
        let name = T::type_name().into_owned();
        let fields = |member: &String| match registry.types.get(member) {
            Some(MetaType::Object { fields, .. }) => fields.clone(),
            _ => IndexMap::new(),
        };
        let mut shared = members.first().map(fields).unwrap_or_default();
        for member in members {
            let its = fields(member);
            shared.retain(|field, _| its.contains_key(field));
        }
        for member in members {
            registry.add_implements(member, &name);
        }
        MetaType::Interface {
            name,
            description: Some(description.to_owned()),
            fields: shared,
            possible_types: members.clone(),
            extends: false,
            keys: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(std::any::type_name::<T>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    })
}
