//! Questions made from the schema, so that no field is forgotten when one is added.

use crate::support::Server;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const INTROSPECTION: &str = "{ __schema { types { kind name
    fields { name args { name type { ...T } defaultValue } type { ...T } }
    inputFields { name type { ...T } defaultValue } enumValues { name } possibleTypes { name } } } }
  fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// Levels of objects within objects that have no id.
const DEEPEST: usize = 6;

pub struct Sdl {
    types: BTreeMap<String, Value>,
}

/// A type without its wrappers, and whether a value is required.
fn named(ty: &Value) -> (&str, bool) {
    let required = ty["kind"] == "NON_NULL";
    let mut ty = ty;
    while let Some(inner) = ty.get("ofType").filter(|inner| !inner.is_null()) {
        ty = inner;
    }
    (ty["name"].as_str().unwrap(), required)
}

fn is_list(ty: &Value) -> bool {
    ty["kind"] == "LIST" || ty["ofType"]["kind"] == "LIST"
}

/// As a query names it.
fn written(ty: &Value) -> String {
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", written(&ty["ofType"])),
        "LIST" => format!("[{}]", written(&ty["ofType"])),
        _ => ty["name"].as_str().unwrap().to_owned(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

impl Sdl {
    pub async fn of(server: &Server, who: &str) -> Self {
        let data = server.data(who, INTROSPECTION, Value::Null).await;
        let types =
            list(&data["__schema"]["types"]).map(|ty| (ty["name"].as_str().unwrap().to_owned(), ty.clone()));
        Self { types: types.collect() }
    }

    fn kind(&self, ty: &str) -> &str {
        self.types[ty]["kind"].as_str().unwrap()
    }

    fn has_id(&self, ty: &str) -> bool {
        list(&self.types[ty]["fields"]).any(|field| field["name"] == "id")
    }

    /// What an argument that has to be given is given.
    fn argument(name: &str, ty: &str) -> &'static str {
        match name {
            "from" if ty == "DateTime" => "\"2023-08-17T06:00:00Z\"",
            "to" if ty == "DateTime" => "\"2023-08-17T09:00:00Z\"",
            "ids" => "[\"task_00000000000000000000000000\"]",
            "id" | "subject" => "\"task_00000000000000000000000000\"",
            "code" => "\"T01\"",
            "number" => "1",
            "codes" => {
                "[TIME_TO_ACKNOWLEDGE, TIME_TO_DECIDE, TIME_TO_RESPOND, ACKNOWLEDGED_ON_TIME, FULFILLED_ON_TIME, \
                  RECORDING_LAG, RECORDING_LAG_WORST, START_VARIANCE, FINISH_VARIANCE, SUBMISSION_TO_PROMULGATION, \
                  SUBMISSION_TO_LAST_CONSENT, DECISION_AGE, ROUNDS, REJECTION_RATE, CORRECTIONS, WATCH_GAP, \
                  PLEDGE_TO_DISBURSEMENT, DISBURSED, SCREENED_WITHIN_96H, IDENTIFIED_WITHIN_15D, OBJECTIVE]"
            }
            "text" => "\"falcon\"",
            "view" => "SMEAC",
            "by" => "LINE_OF_EFFORT",
            "from" => "{position: \"0\"}",
            "to" | "at" => "{position: \"40\"}",
            "of" | "validAt" => "\"2023-09-15T10:30:00Z\"",
            "mutation" => "\"addTask\"",
            "input" => "{hHour: \"2023-10-10T06:00:00+07:00\"}",
            other => panic!("say here what to give the argument `{other}`"),
        }
    }

    fn arguments(field: &Value) -> String {
        let mut given: Vec<String> = list(&field["args"])
            .filter(|arg| named(&arg["type"]).1 && arg["defaultValue"].is_null())
            .map(|arg| {
                let name = arg["name"].as_str().unwrap();
                format!("{name}: {}", Self::argument(name, named(&arg["type"]).0))
            })
            .collect();
        if list(&field["args"]).any(|arg| arg["name"] == "first") {
            given.push("first: 4".to_owned());
        }
        if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
    }

    /// Every field of a type: objects with ids by their plain fields, others whole.
    fn whole(&self, ty: &str, depth: usize, covered: &mut BTreeSet<String>) -> String {
        let mut selected = String::from("{ __typename");
        for field in list(&self.types[ty]["fields"]) {
            let name = field["name"].as_str().unwrap();
            let (inner, _) = named(&field["type"]);
            let below = match self.kind(inner) {
                "SCALAR" | "ENUM" => String::new(),
                "OBJECT"
                    if inner.ends_with("Connection") || inner.ends_with("Edge") || inner == "PageInfo" =>
                {
                    self.whole(inner, depth, covered)
                }
                "OBJECT" if self.has_id(inner) => self.plain(inner),
                "OBJECT" if depth >= DEEPEST => continue,
                "OBJECT" => self.whole(inner, depth + 1, covered),
                _ => " { __typename }".to_owned(),
            };
            covered.insert(format!("{ty}.{name}"));
            selected.extend([" ", name, &Self::arguments(field), &below]);
        }
        selected + " }"
    }

    /// The fields of a type that are no objects.
    fn plain(&self, ty: &str) -> String {
        let mut selected = String::from(" { __typename");
        for field in list(&self.types[ty]["fields"]) {
            if matches!(self.kind(named(&field["type"]).0), "SCALAR" | "ENUM") {
                selected.extend([" ", field["name"].as_str().unwrap(), &Self::arguments(field)]);
            }
        }
        selected + " }"
    }

    /// Every field of a world, with the values of what it answers.
    fn past(&self, covered: &mut BTreeSet<String>) -> String {
        let mut selected = String::from(" {");
        for field in list(&self.types["World"]["fields"]) {
            let name = field["name"].as_str().unwrap();
            let (ty, _) = named(&field["type"]);
            covered.insert(format!("World.{name}"));
            let (arguments, below) = match (name, self.kind(ty)) {
                ("operation", _) => ("(code: \"OPEN\")".to_owned(), self.plain(ty)),
                (_, "OBJECT") => (Self::arguments(field), self.plain(ty)),
                (_, "SCALAR" | "ENUM") => (Self::arguments(field), String::new()),
                _ => (Self::arguments(field), " { __typename }".to_owned()),
            };
            selected.extend([" ", name, &arguments, &below]);
        }
        selected + " }"
    }

    /// A query for each field at the root.
    pub fn roots(&self, covered: &mut BTreeSet<String>) -> Vec<String> {
        let mut queries = Vec::new();
        for field in list(&self.types["Query"]["fields"]) {
            let name = field["name"].as_str().unwrap();
            covered.insert(format!("Query.{name}"));
            let (ty, _) = named(&field["type"]);
            let query = match name {
                "asOf" => format!("{{ asOf(at: {{ position: \"40\" }}) {} }}", self.past(covered)),
                "operation" => format!("{{ operation(code: \"OPEN\") {} }}", self.whole(ty, 0, covered)),
                _ if self.kind(ty) == "OBJECT" => {
                    format!("{{ {name}{} {} }}", Self::arguments(field), self.whole(ty, 0, covered))
                }
                _ => format!("{{ {name}{} {{ __typename }} }}", Self::arguments(field)),
            };
            queries.push(query);
        }
        queries
    }

    /// A query of things by their ids, whose text begins with `prefix`, with every field that they have.
    pub fn nodes(&self, prefix: &str, covered: &mut BTreeSet<String>) -> String {
        let ty = match prefix {
            "decision" => "PlanDecision",
            "gonogo" => "GoNoGoWord",
            prefix => self
                .types
                .keys()
                .find(|ty| ty.to_lowercase() == prefix)
                .unwrap_or_else(|| panic!("no type is called `{prefix}`")),
        };
        format!(
            "query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename id ... on {ty} {} }} }}",
            self.whole(ty, 0, covered)
        )
    }

    /// A question for each place at which a text or an id may be given, in an argument or within one: of each
    /// type that is reached from the root without any.
    pub fn texts(&self, text: &str) -> Vec<(String, Value)> {
        let mut questions = Vec::new();
        let mut seen = BTreeSet::new();
        let mut ahead = VecDeque::from([("Query", Vec::<String>::new())]);
        while let Some((ty, way)) = ahead.pop_front() {
            if !seen.insert(ty) {
                continue;
            }
            let (open, close) = (way.concat(), " }".repeat(way.len()));
            for field in list(&self.types[ty]["fields"]) {
                let name = field["name"].as_str().unwrap();
                let (inner, _) = named(&field["type"]);
                let is_leaf = matches!(self.kind(inner), "SCALAR" | "ENUM");
                let below = if is_leaf { "" } else { " { __typename }" };
                let required = |arg: &&Value| named(&arg["type"]).1 && arg["defaultValue"].is_null();
                for arg in list(&field["args"]) {
                    let tried = arg["name"].as_str().unwrap();
                    let others: Vec<String> = list(&field["args"])
                        .filter(required)
                        .map(|arg| (arg["name"].as_str().unwrap(), named(&arg["type"]).0))
                        .filter(|(other, _)| *other != tried)
                        .map(|(other, ty)| format!(", {other}: {}", Self::argument(other, ty)))
                        .collect();
                    for value in self.with_text(&arg["type"], text) {
                        let query = format!(
                            "query ($value: {}) {{ {open}{name}({tried}: $value{}){below}{close} }}",
                            written(&arg["type"]),
                            others.concat()
                        );
                        questions.push((query, json!({ "value": value })));
                    }
                }
                if self.kind(inner) == "OBJECT" && !list(&field["args"]).any(|arg| required(&arg)) {
                    let step = format!("{name}{} {{ ", Self::arguments(field));
                    ahead.push_back((inner, way.iter().cloned().chain([step]).collect()));
                }
            }
        }
        questions
    }

    /// A value of the type for each place in it that may have a text.
    fn with_text(&self, ty: &Value, text: &str) -> Vec<Value> {
        let (name, _) = named(ty);
        let values = match (self.kind(name), name) {
            (_, "String" | "ID") => vec![json!(text)],
            ("INPUT_OBJECT", _) => {
                let fields = || list(&self.types[name]["inputFields"]);
                let member = |field: &Value| field["name"].as_str().unwrap().to_owned();
                let required =
                    fields().filter(|field| named(&field["type"]).1 && field["defaultValue"].is_null());
                let required: Map<_, _> =
                    required.map(|field| (member(field), self.value(named(&field["type"]).0))).collect();
                let tried = fields().flat_map(|field| {
                    self.with_text(&field["type"], text).into_iter().map(|value| (member(field), value))
                });
                tried
                    .map(|tried| required.clone().into_iter().chain([tried]).collect::<Map<_, _>>().into())
                    .collect()
            }
            _ => Vec::new(),
        };
        let wrap = |value| if is_list(ty) { json!([value]) } else { value };
        values.into_iter().map(wrap).collect()
    }

    /// Every field of every object that a query can answer with.
    pub fn answered(&self) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut ahead = vec!["Query"];
        while let Some(name) = ahead.pop() {
            if !name.starts_with("__") && reached.insert(name) {
                let ty = &self.types[name];
                ahead.extend(list(&ty["fields"]).map(|field| named(&field["type"]).0));
                ahead.extend(list(&ty["possibleTypes"]).map(|ty| ty["name"].as_str().unwrap()));
            }
        }
        let objects = reached.into_iter().filter(|name| self.kind(name) == "OBJECT");
        objects
            .flat_map(|name| {
                let fields = list(&self.types[name]["fields"]);
                fields.map(move |field| format!("{name}.{}", field["name"].as_str().unwrap()))
            })
            .collect()
    }

    /// Every mutation and the type of its input.
    pub fn mutations(&self) -> Vec<(String, String)> {
        list(&self.types["Mutation"]["fields"])
            .map(|field| {
                let input = named(&field["args"][0]["type"]).0;
                (field["name"].as_str().unwrap().to_owned(), input.to_owned())
            })
            .collect()
    }

    /// An input whose ids are picked by their kinds; `None` when it has none.
    pub fn input(
        &self,
        ty: &str,
        kinds: &BTreeSet<String>,
        pick: &impl Fn(&str) -> Option<String>,
    ) -> Option<Value> {
        let mut input = Map::new();
        let mut has_id = false;
        for field in list(&self.types[ty]["inputFields"]) {
            let name = field["name"].as_str().unwrap();
            let (inner, required) = named(&field["type"]);
            // A request for an officer is one of another kind.
            let kind = match name {
                "requestId" if ty.ends_with("RequestedOfficerInput") => "officerrequest".to_owned(),
                _ => name.strip_suffix("Id").unwrap_or(name).to_lowercase(),
            };
            let kind = Some(kind).filter(|kind| kinds.contains(kind));
            if let ("ID", Some(kind)) = (inner, kind) {
                has_id = true;
                let id = pick(&kind).unwrap_or_else(|| format!("{kind}_00000000000000000000000000"));
                input.insert(name.to_owned(), id.into());
            } else if required && field["defaultValue"].is_null() {
                let value = self.value(inner);
                input.insert(name.to_owned(), if is_list(&field["type"]) { json!([value]) } else { value });
            }
        }
        // One of several ids.
        if ty == "MarkReleasabilityInput" && input.len() > 2 {
            input.retain(|name, _| !matches!(name.as_str(), "planVersionId" | "task" | "annexId"));
        }
        has_id.then_some(input.into())
    }

    fn value(&self, ty: &str) -> Value {
        match (self.kind(ty), ty) {
            ("ENUM", _) => self.types[ty]["enumValues"][0]["name"].clone(),
            ("INPUT_OBJECT", _) => {
                let mut members = Map::new();
                for field in list(&self.types[ty]["inputFields"]) {
                    let (inner, required) = named(&field["type"]);
                    // Of a choice, the first.
                    if required && field["defaultValue"].is_null() || members.is_empty() {
                        let value = self.value(inner);
                        let value = if is_list(&field["type"]) { json!([value]) } else { value };
                        members.insert(field["name"].as_str().unwrap().to_owned(), value);
                    }
                }
                members.into()
            }
            (_, "Int") => 1.into(),
            (_, "Boolean") => true.into(),
            (_, "Position") => "7".into(),
            (_, "Sha256") => "0".repeat(64).into(),
            (_, "DateTime") => "2023-09-01T00:00:00Z".into(),
            (_, "Duration") => "PT1H".into(),
            (_, "Decimal") => "1".into(),
            (_, "UUID") => "00000000-0000-4000-8000-000000000000".into(),
            _ => "T01".into(),
        }
    }
}
