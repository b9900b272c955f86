//! What a query document may ask for, checked before anything of it is validated or executed.
//!
//! Validation and execution walk through fragments again at every spread, so that a few hundred bytes can
//! cost minutes. Here each fragment is counted once. Nothing here knows the schema: what a single field costs
//! is the resolvers' matter.

use crate::gate::strings::{NoLetter, plain_escapes};
use async_graphql::{
    ErrorExtensionValues, Name, Pos, Positioned, ServerError,
    parser::{
        self, parse_query,
        types::{Directive, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet},
    },
};
use std::collections::HashMap;

/// Longest query, in bytes. Large inputs belong in the variables, which only the body limit bounds.
pub const QUERY_BYTES: usize = 256 * 1024;

/// Words, signs, texts and comments of a query, each eight blanks counted as one: what the parser takes time for. The
/// introspection of usual clients has about 600.
pub const TOKENS: usize = 20_000;

/// Values of a body, those within others too: an import of 10,000 tasks has half of it.
pub const VALUES: usize = 500_000;

/// Brackets of any kind within each other: the parser follows them by recursion.
pub const BRACKETS: usize = 64;

/// Operations and fragments of a document; a client's generated documents have a dozen.
pub const DEFINITIONS: usize = 100;

/// Fields with every fragment spread, per operation. The introspection of usual clients has under 300.
pub const FIELDS: u64 = 2_000;

/// Fields within fields, per operation. The introspection of usual clients has 15.
pub const DEPTH: u64 = 20;

/// Selection sets within each other, counting those of fragments: as [`DEPTH`], with room for fragments
/// between.
pub const LEVELS: u64 = 32;

/// Fields at the root of an operation: each is a query or a command of its own.
pub const ROOT_FIELDS: u64 = 50;

/// Renamed fields with every fragment spread, per operation: each may ask the same thing once more.
pub const ALIASES: u64 = 500;

/// Directives with every fragment spread, per operation.
pub const DIRECTIVES: u64 = 500;

/// Arguments of one field or directive: validation compares them pair by pair.
pub const ARGUMENTS: usize = 50;

/// Variables of one operation: execution looks for each use among all.
pub const VARIABLES: usize = 200;

/// Parses a query once and for all. Fails with `BAD_USER_INPUT` when it is not GraphQL or beyond a bound.
pub fn parse(query: &str) -> Result<ExecutableDocument, ServerError> {
    if query.len() > QUERY_BYTES {
        return Err(refusal(
            format!("The query has {} bytes; {QUERY_BYTES} is the most.", query.len()),
            None,
        ));
    }
    let Measured { depth, tokens } = Measured::of(query);
    if depth > BRACKETS {
        return Err(refusal(format!("The query has more than {BRACKETS} brackets within each other."), None));
    }
    if tokens > TOKENS {
        return Err(refusal(format!("The query has more than {TOKENS} words, signs and comments."), None));
    }
    let query = plain_escapes(query).map_err(|NoLetter { at, what }| {
        let Pos { line, column } = at;
        refusal(format!("The query is not GraphQL at line {line}, column {column}: {what}."), Some(at))
    })?;
    let document = parse_query(query).map_err(|error| syntax_error(&error))?;
    check(&document)?;
    Ok(document)
}

fn refusal(message: String, at: Option<Pos>) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", "BAD_USER_INPUT");
    ServerError { extensions: Some(extensions), ..ServerError::new(message, at) }
}

/// A subscription has one field: each of its answers is of one position. The library would run several beside
/// each other, and none of those in fragments.
pub fn check_subscription(operation: &OperationDefinition) -> Result<(), ServerError> {
    if operation.ty != OperationType::Subscription {
        return Ok(());
    }
    match operation.selection_set.node.items.as_slice() {
        [one] if matches!(&one.node, Selection::Field(field) if !field.node.name.node.starts_with("__")) => {
            Ok(())
        }
        _ => {
            let message = "A subscription has one field at its root, outside of fragments.".to_owned();
            Err(refusal(message, Some(operation.selection_set.pos)))
        }
    }
}

/// Without the parser's drawing, which quotes the whole line of the query.
fn syntax_error(error: &parser::Error) -> ServerError {
    let text = error.to_string();
    let what = text.rsplit_once("= ").map_or(text.as_str(), |(_, expected)| expected);
    let at = error.positions().next();
    let place =
        at.map(|Pos { line, column }| format!(" at line {line}, column {column}")).unwrap_or_default();
    refusal(format!("The query is not GraphQL{place}: {}.", what.trim_end_matches('.')), at)
}

/// What a query costs to parse.
struct Measured {
    /// The most brackets that are open at once; too many when the text ends within a block string, where this reading and
    /// the parser's may differ.
    depth: usize,
    tokens: usize,
}

impl Measured {
    fn of(query: &str) -> Self {
        let mut rest = query.as_bytes();
        let (mut open, mut depth) = (0_usize, 0);
        let (mut tokens, mut blanks) = (0_usize, 0_usize);
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            tokens += 1;
            match first {
                b'{' | b'[' | b'(' => {
                    open += 1;
                    depth = depth.max(open);
                }
                b'}' | b']' | b')' => open = open.saturating_sub(1),
                b'#' => {
                    let end =
                        rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
                    rest = &rest[end..];
                }
                b'"' if rest.starts_with(b"\"\"") => match end_of_block_string(&rest[2..]) {
                    Some(after) => rest = after,
                    None => return Self { depth: usize::MAX, tokens },
                },
                b'"' => rest = end_of_string(rest),
                b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                    tokens -= 1;
                    blanks += 1;
                }
                _ if is_of_word(first) => {
                    let end = rest.iter().position(|byte| !is_of_word(*byte)).unwrap_or(rest.len());
                    rest = &rest[end..];
                }
                _ => {}
            }
        }
        Self { depth, tokens: tokens + blanks / 8 }
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a body has no more values than may be: counted by what stands between them, before any is made.
pub fn has_few_values(body: &[u8]) -> bool {
    let (mut values, mut rest) = (1_usize, body);
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'"' => rest = end_of_string(rest),
            b',' | b'[' | b'{' => values += 1,
            _ => {}
        }
    }
    values <= VALUES
}

fn end_of_block_string(mut rest: &[u8]) -> Option<&[u8]> {
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(b"\"\"\"") {
            return Some(after);
        }
        rest = rest.strip_prefix(br#"\""""#).unwrap_or(&rest[1..]);
    }
    None
}

/// A string that does not end on its line ends there: the parser gives up at it.
fn end_of_string(mut rest: &[u8]) -> &[u8] {
    loop {
        match rest {
            [] => return rest,
            [b'"' | b'\n' | b'\r', after @ ..] => return after,
            [b'\\', _, after @ ..] | [_, after @ ..] => rest = after,
        }
    }
}

/// What a selection set asks for, with every fragment spread. Sums saturate.
#[derive(Clone, Copy, Default)]
struct Cost {
    fields: u64,
    /// Fields that stand directly in the set.
    width: u64,
    depth: u64,
    levels: u64,
    aliases: u64,
    directives: u64,
}

impl Cost {
    fn beside(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            width: self.width.saturating_add(other.width),
            depth: self.depth.max(other.depth),
            levels: self.levels.max(other.levels),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
        }
    }
}

fn check(document: &ExecutableDocument) -> Result<(), ServerError> {
    let definitions = document.operations.iter().len() + document.fragments.len();
    if definitions > DEFINITIONS {
        return Err(refusal(
            format!("The query has {definitions} operations and fragments; {DEFINITIONS} is the most."),
            None,
        ));
    }
    let mut counter = Counter { document, fragments: HashMap::new() };
    for (_, operation) in document.operations.iter() {
        let directives = count_directives(&operation.node.directives)?;
        let variables = operation.node.variable_definitions.len();
        if variables > VARIABLES {
            let message = format!("The operation has {variables} variables; {VARIABLES} is the most.");
            return Err(refusal(message, Some(operation.pos)));
        }
        for variable in &operation.node.variable_definitions {
            count_directives(&variable.node.directives)?;
        }
        let cost = counter.selection_set(&operation.node.selection_set, 0)?;
        hold_all(&Cost { directives: cost.directives.saturating_add(directives), ..cost }, operation.pos)?;
        hold("fields at its root", cost.width, ROOT_FIELDS, operation.pos)?;
    }
    // Also those that no operation spreads, because validation walks through them, too.
    for (name, fragment) in &document.fragments {
        let cost = counter.fragment(name, 0)?;
        hold_all(&cost, fragment.pos)?;
    }
    Ok(())
}

fn hold_all(cost: &Cost, at: Pos) -> Result<(), ServerError> {
    hold("fields", cost.fields, FIELDS, at)?;
    hold("fields within each other", cost.depth, DEPTH, at)?;
    hold("selections within each other", cost.levels, LEVELS, at)?;
    hold("aliases", cost.aliases, ALIASES, at)?;
    hold("directives", cost.directives, DIRECTIVES, at)
}

fn hold(what: &str, count: u64, most: u64, at: Pos) -> Result<(), ServerError> {
    if count <= most {
        return Ok(());
    }
    Err(refusal(
        format!("The query has too many {what}: {count}, with fragments spread; {most} is the most."),
        Some(at),
    ))
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    /// `None` while the fragment is being counted: meeting it then is a cycle.
    fragments: HashMap<&'a Name, Option<Cost>>,
}

impl<'a> Counter<'a> {
    fn selection_set(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        outside: u64,
    ) -> Result<Cost, ServerError> {
        if set.node.items.is_empty() {
            return Ok(Cost::default());
        }
        // Before going on, so that the recursion is bounded whatever the document.
        hold("selections within each other", outside + 1, LEVELS, set.pos)?;
        let mut sum = Cost::default();
        for selection in &set.node.items {
            sum = sum.beside(self.selection(&selection.node, outside + 1)?);
        }
        Ok(Cost { levels: sum.levels + 1, ..sum })
    }

    fn selection(&mut self, selection: &'a Selection, outside: u64) -> Result<Cost, ServerError> {
        let directives = count_directives(selection.directives())?;
        let cost = match selection {
            Selection::Field(field) => {
                check_arguments(field.node.arguments.len(), field.pos)?;
                let inner = self.selection_set(&field.node.selection_set, outside)?;
                Cost {
                    fields: inner.fields.saturating_add(1),
                    width: 1,
                    depth: inner.depth + 1,
                    aliases: inner.aliases.saturating_add(u64::from(field.node.alias.is_some())),
                    ..inner
                }
            }
            Selection::InlineFragment(fragment) => {
                self.selection_set(&fragment.node.selection_set, outside)?
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                match self.document.fragments.get_key_value(name) {
                    Some((name, _)) => self.fragment(name, outside)?,
                    // Validation says that it is unknown.
                    None => Cost::default(),
                }
            }
        };
        Ok(Cost { directives: cost.directives.saturating_add(directives), ..cost })
    }

    fn fragment(&mut self, name: &'a Name, outside: u64) -> Result<Cost, ServerError> {
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Cost::default()) };
        match self.fragments.get(name) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => {
                return Err(refusal(format!("The fragment `{name}` contains itself."), Some(fragment.pos)));
            }
            None => {}
        }
        self.fragments.insert(name, None);
        let directives = count_directives(&fragment.node.directives)?;
        let cost = self.selection_set(&fragment.node.selection_set, outside)?;
        let cost = Cost { directives: cost.directives.saturating_add(directives), ..cost };
        self.fragments.insert(name, Some(cost));
        Ok(cost)
    }
}

fn count_directives(directives: &[Positioned<Directive>]) -> Result<u64, ServerError> {
    for directive in directives {
        check_arguments(directive.node.arguments.len(), directive.pos)?;
    }
    Ok(u64::try_from(directives.len()).unwrap_or(u64::MAX))
}

fn check_arguments(count: usize, at: Pos) -> Result<(), ServerError> {
    if count > ARGUMENTS {
        return Err(refusal(format!("{count} arguments; {ARGUMENTS} is the most."), Some(at)));
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn message(query: &str) -> String {
        let error = parse(query).unwrap_err();
        assert_eq!(error.extensions.unwrap().get("code"), Some(&"BAD_USER_INPUT".into()));
        error.message
    }

    /// `length` fragments, each of which spreads the next `width` times.
    fn chain(width: usize, length: usize) -> String {
        let fragments: Vec<String> = (0..length)
            .map(|index| {
                let spreads = format!("...F{} ", index + 1).repeat(width);
                format!("fragment F{index} on Query{{{spreads}}}")
            })
            .collect();
        format!("{{...F0}}{}fragment F{length} on Query{{a}}", fragments.concat())
    }

    #[test]
    fn a_fragment_bomb_is_refused_at_once() {
        let bomb = chain(2, 24);
        assert!(bomb.len() < 1_000, "{}", bomb.len());
        let begun = Instant::now();
        let said = message(&bomb);
        assert!(said.contains("too many fields: 16777216"), "{said}");
        assert!(begun.elapsed() < Duration::from_millis(100), "{:?}", begun.elapsed());
    }

    #[test]
    fn a_count_beyond_all_numbers_saturates() {
        let said = message(&chain(40, 30));
        assert!(said.contains(&u64::MAX.to_string()), "{said}");
    }

    #[test]
    fn a_fragment_that_contains_itself_is_refused() {
        let said = message("{...A} fragment A on Query{a{...B}} fragment B on Query{b{...A}}");
        assert!(said.contains("contains itself"), "{said}");
        // Also when no operation spreads it.
        assert!(message("{a} fragment A on Query{...A}").contains("contains itself"));
    }

    #[test]
    fn fragments_that_nobody_spreads_count_too() {
        let unused = chain(2, 24).replacen("{...F0}", "{a}", 1);
        assert!(message(&unused).contains("too many fields"));
    }

    #[test]
    fn depth_is_counted_through_fragments() {
        let nested = |depth: usize| format!("{}{}", "{a".repeat(depth), "}".repeat(depth));
        assert!(parse(&nested(20)).is_ok());
        assert!(message(&nested(21)).contains("fields within each other: 21"));
        let split = format!("{{a{{...F}}}} fragment F on Query{}", nested(20));
        assert!(message(&split).contains("fields within each other: 21"));
        assert!(message(&chain(1, 40)).contains("selections within each other"));
    }

    #[test]
    fn root_fields_aliases_directives_arguments_variables_and_definitions_are_bounded() {
        let many = |what: &str, count: usize| what.repeat(count);
        assert!(message(&format!("{{{}}}", many("a ", 51))).contains("at its root: 51"));
        assert!(message(&format!("{{a{{{}}}}}", many("b: a ", 501))).contains("aliases: 501"));
        assert!(message(&format!("{{a{{b{}}}}}", many("@c ", 501))).contains("directives: 501"));
        assert!(message(&format!("{{a({})}}", many("b: 1 ", 51))).contains("51 arguments"));
        assert!(message(&format!("{{a @b({})}}", many("c: 1 ", 51))).contains("51 arguments"));
        let variables: Vec<String> = (0..201).map(|index| format!("$v{index}: Int ")).collect();
        assert!(message(&format!("query ({}) {{a}}", variables.concat())).contains("201 variables"));
        let operations: Vec<String> = (0..101).map(|index| format!("query Q{index} {{a}} ")).collect();
        assert!(message(&operations.concat()).contains("101 operations and fragments"));
    }

    #[test]
    fn brackets_are_counted_before_they_are_parsed() {
        for open in ["{a", "{a(b:[", "query($a:[", "{a(b:{c:"] {
            let deep = open.repeat(QUERY_BYTES / open.len());
            assert!(message(&deep).contains("brackets within each other"), "{open}");
        }
        assert!(message(&"{a".repeat(QUERY_BYTES)).contains("bytes"));
    }

    #[test]
    fn brackets_in_strings_and_comments_are_text() {
        let open = "([{".repeat(50);
        for query in [
            format!("{{a(b: \"{open}\")}}"),
            format!(r#"{{a(b: "\"{open}")}}"#),
            format!(r#"{{a(b: """{open}\"""{open}""")}}"#),
            format!("{{a # {open}\n}}"),
        ] {
            assert!(parse(&query).is_ok(), "{query}");
        }
        // Two readings of these are possible, and the parser may take the one with the brackets.
        assert!(message(&format!(r#"{{a(b: ["""a" {open}"#)).contains("brackets"));
    }

    #[test]
    fn a_syntax_error_says_where_without_the_query() {
        let said = message("{\n  secretField(\n}");
        assert!(said.starts_with("The query is not GraphQL at line 3, column 1: expected "), "{said}");
        assert!(!said.contains("secretField"), "{said}");
    }

    /// As graphql-js writes it, which GraphiQL and most tools use.
    pub(crate) fn introspection() -> String {
        let of_type = "ofType{kind name ".repeat(9) + &"}".repeat(9);
        format!(
            "query IntrospectionQuery{{__schema{{description queryType{{name kind}} mutationType{{name kind}}
             subscriptionType{{name kind}} types{{...FullType}}
             directives{{name description isRepeatable locations args(includeDeprecated:true){{...InputValue}}}}}}}}
             fragment FullType on __Type{{kind name description specifiedByURL isOneOf
             fields(includeDeprecated:true){{name description args(includeDeprecated:true){{...InputValue}}
             type{{...TypeRef}} isDeprecated deprecationReason}}
             inputFields(includeDeprecated:true){{...InputValue}} interfaces{{...TypeRef}}
             enumValues(includeDeprecated:true){{name description isDeprecated deprecationReason}}
             possibleTypes{{...TypeRef}}}}
             fragment InputValue on __InputValue{{name description type{{...TypeRef}} defaultValue isDeprecated
             deprecationReason}}
             fragment TypeRef on __Type{{kind name {of_type}}}"
        )
    }

    #[test]
    fn what_usual_clients_send_passes() {
        parse(&introspection()).unwrap();
    }
}
