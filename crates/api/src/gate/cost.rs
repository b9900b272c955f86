//! What a request asks for at most, priced before anything of it is executed.
//!
//! A field costs one, and what is selected in a list once for each entry: of a page as many as are asked for,
//! of other lists as many as are assumed here. A command costs more than a look. Nothing is left out for a
//! condition (`@skip`) or for types that exclude each other, so the price is never too low for that. Nothing
//! here validates: what does not fit the schema gets some price, and is refused later.

use crate::{
    gate::prices::{Entries, MUTATION, Prices, TypePrices},
    graph::{connection, context::MOST_COST},
};
use async_graphql::{
    ErrorExtensionValues, Name, Positioned, ServerError, Value, Variables,
    parser::types::{
        ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
        VariableDefinition,
    },
};
use async_graphql_value::Value as Literal;
use std::{borrow::Cow, collections::HashMap, convert::Infallible};

/// So many values of arguments and variables cost one at each use: a large input that is used once costs
/// little.
const WEIGHT: u64 = 10;

impl Prices {
    /// Of the operation that is going to be executed; `None`: there is none, as validation will say.
    pub fn price(
        &self,
        document: &ExecutableDocument,
        operation: Option<&OperationDefinition>,
        variables: &Variables,
    ) -> u64 {
        let Some(operation) = operation else { return 1 };
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => MUTATION,
            OperationType::Subscription => "Subscription",
        };
        let definitions = &operation.variable_definitions;
        let defaults = definitions.iter().filter_map(|definition| {
            let VariableDefinition { name, default_value, .. } = &definition.node;
            Some((&name.node, &default_value.as_ref()?.node))
        });
        let mut pricing = Pricing {
            types: &self.types,
            document,
            definitions,
            variables,
            // What is given stands in the place of a default.
            sizes: defaults.chain(variables.iter()).map(|(name, value)| (name, size(value))).collect(),
            fragments: HashMap::new(),
        };
        pricing.selection_set(self.types.get(root), &operation.selection_set).fixed.max(1)
    }
}

/// Fails with `BAD_USER_INPUT` when the request costs too much.
pub(crate) fn hold(requested: u64) -> Result<(), ServerError> {
    if requested <= MOST_COST {
        return Ok(());
    }
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", "BAD_USER_INPUT");
    let message = format!(
        "The request costs {requested}; {MOST_COST} is the most. Ask for shorter pages or fewer fields."
    );
    Err(ServerError { extensions: Some(extensions), ..ServerError::new(message, None) })
}

/// What a selection set costs. Sums saturate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Price {
    fixed: u64,
    /// What each entry costs besides, in a connection: its field knows how many there are.
    per_entry: u64,
}

impl Price {
    fn fixed(fixed: u64) -> Self {
        Self { fixed, per_entry: 0 }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            fixed: self.fixed.saturating_add(other.fixed),
            per_entry: self.per_entry.saturating_add(other.per_entry),
        }
    }
}

struct Pricing<'a> {
    types: &'a HashMap<String, TypePrices>,
    document: &'a ExecutableDocument,
    definitions: &'a [Positioned<VariableDefinition>],
    variables: &'a Variables,
    /// Of the variables that are given or have defaults.
    sizes: HashMap<&'a Name, u64>,
    /// Each is priced once, however often it is spread: what it costs does not depend on where.
    fragments: HashMap<&'a Name, Price>,
}

impl<'a> Pricing<'a> {
    /// As deep as the document nests, which [`crate::gate::limits::parse`] has bounded.
    fn selection_set(&mut self, of: Option<&'a TypePrices>, set: &'a Positioned<SelectionSet>) -> Price {
        let mut sum = Price::default();
        for selection in &set.node.items {
            let directives = selection.node.directives().iter();
            let weight = directives.map(|directive| self.arguments(&directive.node.arguments).1);
            sum = sum.plus(Price::fixed(weight.fold(0, u64::saturating_add) / WEIGHT));
            sum = sum.plus(match &selection.node {
                Selection::Field(field) => self.field(of, &field.node),
                Selection::InlineFragment(fragment) => {
                    let of = match &fragment.node.type_condition {
                        Some(condition) => self.types.get(condition.node.on.node.as_str()),
                        None => of,
                    };
                    self.selection_set(of, &fragment.node.selection_set)
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            });
        }
        sum
    }

    fn fragment(&mut self, name: &Name) -> Price {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Price::default();
        };
        if let Some(price) = self.fragments.get(name) {
            return *price;
        }
        // Met again while it is priced, it adds nothing: a fragment within itself is refused before this.
        self.fragments.insert(name, Price::default());
        let of = self.types.get(fragment.node.type_condition.node.on.node.as_str());
        let price = self.selection_set(of, &fragment.node.selection_set);
        self.fragments.insert(name, price);
        price
    }

    fn field(&mut self, of: Option<&'a TypePrices>, field: &'a Field) -> Price {
        let name = field.name.node.as_str();
        let introspected = match name {
            "__schema" => Some("__Schema"),
            "__type" => Some("__Type"),
            _ => None,
        };
        let known = of.and_then(|of| of.get(name));
        let leads_to = introspected.or(known.map(|known| known.leads_to.as_str()));
        let inner = self.selection_set(leads_to.and_then(|name| self.types.get(name)), &field.selection_set);
        let (arguments, weight) = self.arguments(&field.arguments);
        let own = known.map_or(1, |known| known.own).saturating_add(weight / WEIGHT);
        // Of a connection that is reached by another way than its field, each entry counts once.
        let once = inner.fixed.saturating_add(inner.per_entry);
        match known.map_or(Entries::Fixed(1), |known| known.entries) {
            Entries::Fixed(entries) => Price::fixed(entries.saturating_mul(once).saturating_add(own)),
            Entries::Ids => Price::fixed(ids(&arguments).saturating_mul(once).saturating_add(own)),
            Entries::Connection => {
                let entries = page(&arguments).saturating_mul(inner.per_entry);
                Price::fixed(own.saturating_add(inner.fixed).saturating_add(entries))
            }
            Entries::Edges => Price { fixed: own, per_entry: inner.fixed },
        }
    }

    /// What the arguments are, variables put in, and what they weigh: the library copies them at every use.
    fn arguments(&self, given: &'a [(Positioned<Name>, Positioned<Literal>)]) -> (Arguments<'a>, u64) {
        let mut arguments = HashMap::with_capacity(given.len());
        let mut weight = 0_u64;
        for (name, value) in given {
            let mut used = None;
            let literal = value.node.clone().into_const_with(|variable| {
                weight = weight.saturating_add(self.sizes.get(&variable).copied().unwrap_or_default());
                used = Some(variable);
                Ok::<_, Infallible>(Value::Null)
            });
            let Ok(literal) = literal;
            weight = weight.saturating_add(size(&literal));
            let argument = match (literal, used) {
                (Value::Null, Some(variable)) => self.variable(&variable).map(Cow::Borrowed),
                (literal, _) => Some(Cow::Owned(literal)),
            };
            if let Some(argument) = argument {
                arguments.insert(name.node.as_str(), argument);
            }
        }
        (arguments, weight)
    }

    fn variable(&self, name: &Name) -> Option<&'a Value> {
        self.variables.get(name).or_else(|| {
            let of = self.definitions.iter().find(|definition| definition.node.name.node == *name)?;
            Some(&of.node.default_value.as_ref()?.node)
        })
    }
}

type Arguments<'a> = HashMap<&'a str, Cow<'a, Value>>;

/// Values within a value, itself included; a text counts by its length.
fn size(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Enum(_) => 1,
        Value::String(text) => 1 + count(text.len()) / 32,
        Value::Binary(bytes) => 1 + count(bytes.len()) / 32,
        Value::List(values) => values.iter().map(size).fold(1, u64::saturating_add),
        Value::Object(members) => members.values().map(size).fold(1, u64::saturating_add),
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Entries that a list is taken to have when no number of them is asked for. Whatever it turns out to have more is
/// charged afterwards, see [`Rates::charge`](crate::gate::rates::Rates::charge).
const ASSUMED: u64 = 20;

/// Entries of the page that the arguments ask for. Some number also for what is no page: that is refused
/// later.
fn page(arguments: &Arguments<'_>) -> u64 {
    let asked = ["first", "last"].into_iter().filter_map(|name| match arguments.get(name)?.as_ref() {
        Value::Null => None,
        Value::Number(number) => Some(match (number.as_u64(), number.as_i64()) {
            (Some(size), _) => size.clamp(1, MOST_ENTRIES),
            (None, Some(_)) => 1,
            (None, None) => MOST_ENTRIES,
        }),
        _ => Some(MOST_ENTRIES),
    });
    asked.max().unwrap_or(ASSUMED)
}

fn ids(arguments: &Arguments<'_>) -> u64 {
    match arguments.get("ids").map(AsRef::as_ref) {
        Some(Value::List(ids)) => count(ids.len()).clamp(1, MOST_ENTRIES),
        // A single value stands for a list of one.
        _ => 1,
    }
}

/// The most entries of a page.
const MOST_ENTRIES: u64 = connection::MOST.unsigned_abs() as u64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{gate::limits, schema::PRICES};
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    fn price(query: &str, variables: Json) -> u64 {
        let document = limits::parse(query).unwrap();
        let operation = document.operations.iter().next().map(|(_, operation)| &operation.node);
        PRICES.price(&document, operation, &Variables::from_json(variables))
    }

    fn cost(query: &str) -> u64 {
        price(query, json!({}))
    }

    #[test]
    fn a_field_costs_one_and_a_page_its_entries() {
        assert_eq!(cost("{ head { position } }"), 2);
        assert_eq!(cost("{ partners { totalCount pageInfo { endCursor } } }"), 4);
        // The list, its entries, and of each the node and a field of it.
        assert_eq!(cost("{ partners(first: 7) { edges { node { code } } } }"), 1 + 1 + 7 * 2);
        assert_eq!(cost("{ partners { edges { cursor node { code } } } }"), 1 + 1 + 20 * 3);
        let nested =
            "{ operations(first: 3) { edges { node { tasks(last: 4) { edges { node { code } } } } } } }";
        assert_eq!(cost(nested), 2 + 3 * (1 + 2 + 4 * 2));
    }

    #[test]
    fn fragments_and_aliases_cost_what_they_bring_along() {
        let plain = "{ partners(first: 7) { edges { node { code name } } } }";
        let spread = "{ partners(first: 7) { ...List } }
                      fragment List on PartnerConnection { edges { node { ...Node ... on Node { id } } } }
                      fragment Node on Partner { code }";
        assert_eq!(cost(spread), cost(plain));
        let twice = "{ a: partners(first: 7) { ...L } b: partners(first: 2) { ...L } }
                     fragment L on PartnerConnection { edges { node { code } } }";
        assert_eq!(cost(twice), (2 + 7 * 2) + (2 + 2 * 2));
    }

    #[test]
    fn variables_and_their_defaults_say_how_long_a_page_is() {
        let query = "query ($n: Int = 30) { partners(first: $n) { edges { node { code } } } }";
        let of = |entries: u64| 2 + entries * 2;
        assert_eq!(price(query, json!({ "n": 3 })), of(3));
        assert_eq!(price(query, json!({})), of(30));
        assert_eq!(price(query, json!({ "n": null })), of(20));
        // What is no page gets a price all the same, and is refused where it is met.
        for (odd, entries) in [
            (json!(0), 1),
            (json!(-1), 1),
            (json!(i64::MIN), 1),
            (json!(101), 100),
            (json!(u64::MAX), 100),
            (json!(1e300), 100),
            (json!(0.5), 100),
            (json!("7"), 100),
            (json!([1]), 100),
            (json!({ "a": 1 }), 100),
        ] {
            assert_eq!(price(query, json!({ "n": odd })), of(entries), "{odd}");
        }
        assert_eq!(cost("{ partners(first: 3, last: 9) { edges { node { code } } } }"), of(9));
        assert_eq!(cost("query ($n: Int) { partners(first: $n) { edges { node { code } } } }"), of(20));
        let ids = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        assert_eq!(price(ids, json!({ "ids": ["a", "b", "c"] })), 1 + 3);
        assert_eq!(price(ids, json!({ "ids": "a" })), 1 + 1);
        assert_eq!(cost("{ nodes(ids: [\"a\", \"b\"]) { id } }"), 1 + 2);
    }

    #[test]
    fn lists_without_pages_have_the_size_that_is_assumed() {
        let schedule = "{ operation(code: \"A\") { schedule { tasks { critical } } } }";
        assert_eq!(cost(schedule), 1 + 1 + 1 + 100);
        assert_eq!(
            cost("{ operation(code: \"A\") { plan { phases { code } gates } } }"),
            1 + 1 + (1 + 5) + 1
        );
    }

    #[test]
    fn a_command_costs_more_than_a_look() {
        let query =
            "mutation ($input: IssueWarningOrderInput!) { issueWarningOrder(input: $input) { __typename } }";
        assert_eq!(cost(query), 11);
    }

    #[test]
    fn a_large_variable_costs_at_every_use() {
        let variables = json!({ "i": vec![0; 9_999] });
        let once = "query ($i: [Int!]) { partners(first: $i) { totalCount } }";
        assert_eq!(price(once, variables.clone()), 2 + 1_000);
        let often = format!("query ($i: [Int!]) {{ {} }}", "partners(first: $i) { totalCount } ".repeat(50));
        assert_eq!(price(&often, variables.clone()), 50 * 1_002);
        let in_directives = "query ($i: Boolean) { partners @include(if: $i) @skip(if: $i) { totalCount } }";
        assert_eq!(price(in_directives, variables), 2 + 2_000);
        let literal = format!("{{ partners(first: [{}]) {{ totalCount }} }}", "0 ".repeat(9_999));
        assert_eq!(cost(&literal), 2 + 1_000);
        let zeroes = "0 ".repeat(9_999);
        let default = format!("query ($i: [Int!] = [{zeroes}]) {{ partners(first: $i) {{ totalCount }} }}");
        assert_eq!(cost(&default), 2 + 1_000);
    }

    #[test]
    fn what_is_no_part_of_the_schema_has_a_price() {
        assert_eq!(cost("{ nothing { of { this } } }"), 3);
        assert_eq!(cost("{ partners { ...Unknown ... on Unknown { a } } }"), 2);
        let document = limits::parse("query A {a} query B {b}").unwrap();
        assert_eq!(PRICES.price(&document, None, &Variables::default()), 1);
    }

    #[test]
    fn honest_clients_stay_far_below_the_bound() {
        let introspection = cost(&limits::tests::introspection());
        assert!(introspection < MOST_COST / 2, "{introspection}");
        let whole_plan = cost(
            "{ operation(code: \"SAPHAN\") { code title status plan { number status phases { code name }
               decisions { partner { code } kind reason } }
               tasks(first: 100) { edges { node { code title plannedStart plannedFinish critical
                 phase { code } leadPartner { code name } territory { code } post { code holder { officer } }
                 predecessors { predecessor { code } }
                 assignments { post { code title holder { officer } } } } } } } }",
        );
        assert!(whole_plan < MOST_COST / 5, "{whole_plan}");
        let many = "{ operations(first: 100) { edges { node { code tasks(first: 5) { edges { node {
            code title status leadPartner { code } } } } } } } }";
        assert!(cost(many) < MOST_COST / 10, "{}", cost(many));
    }

    #[test]
    fn lists_in_lists_in_lists_are_beyond_it() {
        let mut query = "title".to_owned();
        for _ in 0..4 {
            query = format!("tasks(first: 100) {{ edges {{ node {{ operation {{ {query} }} }} }} }}");
        }
        let requested = cost(&format!("{{ operation(code: \"A\") {{ {query} }} }}"));
        let error = hold(requested).unwrap_err();
        assert!(
            error.message.contains(&format!("costs {requested}; 100000 is the most")),
            "{}",
            error.message
        );
        assert_eq!(error.extensions.unwrap().get("code"), Some(&"BAD_USER_INPUT".into()));
        // Types of fields of types of fields.
        let types = "fields{type{".repeat(6) + "name" + &"}}".repeat(6);
        assert!(hold(cost(&format!("{{__schema{{types{{{types}}}}}}}"))).is_err());
    }

    #[test]
    fn a_price_beyond_all_numbers_saturates() {
        let mut query = "title".to_owned();
        for _ in 0..9 {
            query = format!(
                "tasks(first: 100) {{ edges {{ node {{ a: operation {{ {query} }} b: operation {{ {query} }} }} }} }}"
            );
        }
        let document = parse_query_unchecked(&format!("{{ operation {{ {query} }} }}"));
        let operation = document.operations.iter().next().map(|(_, operation)| &operation.node);
        assert_eq!(PRICES.price(&document, operation, &Variables::default()), u64::MAX);
    }

    fn parse_query_unchecked(query: &str) -> ExecutableDocument {
        async_graphql::parser::parse_query(query).unwrap()
    }

    /// A selection on a type that leads on and on.
    #[derive(Clone, Debug)]
    enum Chosen {
        Code,
        Operation(Vec<Chosen>),
        Predecessors(Vec<Chosen>),
        Tasks(Page, Vec<Chosen>),
        InFragment(Vec<Chosen>),
    }

    #[derive(Clone, Debug)]
    enum Page {
        Usual,
        First(String),
        Variable(Json),
    }

    fn written(chosen: &[Chosen], variables: &mut Vec<Json>) -> String {
        let selected = chosen.iter().map(|one| match one {
            Chosen::Code => "code".to_owned(),
            Chosen::Operation(inner) => format!("operation {{ {} }}", written(inner, variables)),
            Chosen::Predecessors(inner) => {
                format!("predecessors {{ predecessor {{ {} }} }}", written(inner, variables))
            }
            Chosen::Tasks(page, inner) => {
                let page = match page {
                    Page::Usual => String::new(),
                    Page::First(literal) => format!("(first: {literal})"),
                    Page::Variable(value) => {
                        variables.push(value.clone());
                        format!("(last: $v{})", variables.len() - 1)
                    }
                };
                let inner = written(inner, variables);
                format!("operation {{ tasks{page} {{ edges {{ node {{ {inner} }} }} }} }}")
            }
            Chosen::InFragment(inner) => format!("... on Task {{ {} }}", written(inner, variables)),
        });
        ["__typename".to_owned()].into_iter().chain(selected).collect::<Vec<_>>().join(" ")
    }

    fn total(chosen: &[Chosen]) -> u64 {
        let mut values = Vec::new();
        let selection = written(chosen, &mut values);
        let query = format!("{{ task(id: \"a\") {{ {selection} }} }}");
        let variables = values.into_iter().enumerate().map(|(index, value)| (format!("v{index}"), value));
        let document = parse_query_unchecked(&query);
        let operation = document.operations.iter().next().map(|(_, operation)| &operation.node);
        PRICES.price(&document, operation, &Variables::from_json(Json::Object(variables.collect())))
    }

    fn values() -> impl Strategy<Value = Json> {
        prop_oneof![
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            any::<String>().prop_map(Json::from),
            (0..200_i32).prop_map(Json::from),
            Just(json!(null)),
            Just(json!([1, [2, { "a": null }]])),
            Just(json!({ "first": 100 })),
        ]
    }

    fn pages() -> impl Strategy<Value = Page> {
        let literals = prop_oneof![
            any::<i64>().prop_map(|number| number.to_string()),
            Just("99999999999999999999999999".to_owned()),
            Just("1.5e300".to_owned()),
            Just("[1, $missing]".to_owned()),
            Just("$missing".to_owned()),
            Just("null".to_owned()),
            Just("FIRST".to_owned()),
            Just("{ a: { b: $missing } }".to_owned()),
        ];
        prop_oneof![Just(Page::Usual), literals.prop_map(Page::First), values().prop_map(Page::Variable),]
    }

    fn selections() -> impl Strategy<Value = Vec<Chosen>> {
        let one = Just(Chosen::Code).prop_recursive(8, 40, 4, |inner| {
            let several = || prop::collection::vec(inner.clone(), 0..4);
            prop_oneof![
                several().prop_map(Chosen::Operation),
                several().prop_map(Chosen::Predecessors),
                (pages(), several()).prop_map(|(page, inner)| Chosen::Tasks(page, inner)),
                several().prop_map(Chosen::InFragment),
            ]
        });
        prop::collection::vec(one, 0..5)
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_has_a_price_and_more_never_costs_less(
            one in selections(),
            other in selections(),
        ) {
            let both: Vec<_> = one.iter().chain(&other).cloned().collect();
            let (all, part) = (total(&both), total(&one));
            prop_assert!(part >= 2);
            prop_assert!(all >= part);
            prop_assert!(all >= total(&other));
        }

        #[test]
        fn longer_pages_never_cost_less(inner in selections(), sizes in (any::<i64>(), any::<i64>())) {
            let of = |size: i64| total(&[Chosen::Tasks(Page::First(size.to_string()), inner.clone())]);
            let (less, more) = (sizes.0.min(sizes.1), sizes.0.max(sizes.1));
            prop_assert!(of(less) <= of(more));
            let within = |size: i64| total(&[Chosen::Tasks(Page::Variable(size.into()), inner.clone())]);
            prop_assert!(within(less % 200) <= within((less % 200).max(more % 200)));
        }
    }
}
