//! Every scalar of every mutation's input at its bounds, beside good commands of another nation. Made from the
//! schema, so that no input is forgotten when one is added.

use crate::{
    plan::{coalition, sections},
    support::Server,
};
use accord::{api::rates::Allowance, server::Limits};
use futures_util::{StreamExt as _, stream};
use serde_json::{Map, Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

const INTROSPECTION: &str = "{ __schema {
    mutationType { fields { name args { name type { ...T } } } }
    types { kind name isOneOf inputFields { name defaultValue type { ...T } } enumValues { name } } } }
  fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// Requests under way at once.
const AT_ONCE: usize = 16;

/// A type reference of the schema.
struct Type<'a> {
    name: &'a str,
    required: bool,
    list: bool,
}

impl<'a> Type<'a> {
    fn of(mut ty: &'a Value) -> Self {
        let (required, mut list) = (ty["kind"] == "NON_NULL", false);
        while let Some(inner) = ty.get("ofType").filter(|inner| !inner.is_null()) {
            list |= ty["kind"] == "LIST";
            ty = inner;
        }
        Self { name: ty["name"].as_str().unwrap(), required, list }
    }

    fn wrap(&self, value: Value) -> Value {
        if self.list { json!([value]) } else { value }
    }
}

fn entries(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A scalar of an input, perhaps of one within it.
struct Leaf {
    /// The input that it is a field of.
    parent: String,
    path: Vec<String>,
    ty: String,
}

/// What is asked of the world that the commands are sent to.
struct Inputs {
    types: BTreeMap<String, Value>,
    mutations: Vec<Value>,
    /// Of things that there are, by the field that names them.
    known: BTreeMap<&'static str, Value>,
    /// An operation without a plan.
    bare: Value,
    /// One that may end.
    ending: Value,
    number: AtomicU32,
}

impl Inputs {
    /// A value that is in order, or looks like it.
    fn plain(&self, parent: &str, field: &str, ty: &Type<'_>) -> Value {
        let value = match (parent, field) {
            ("WorkingHoursInput", "from") => json!("08:00"),
            ("WorkingHoursInput", "to") => json!("16:00"),
            ("HolidayInput", _) if field != "name" => json!("2023-10-02"),
            ("DraftPlanInput", "operation") => self.bare.clone(),
            ("CloseOperationInput" | "TerminateOperationInput", "operation") => self.ending.clone(),
            // China must stay: it sends all this.
            ("WithdrawPartnerInput", "partner") => json!("THA"),
            ("EstablishPostInput", "code") => {
                json!(format!("CHN-P{}", self.number.fetch_add(1, Ordering::Relaxed)))
            }
            (_, "code" | "site") => json!(format!("P{}", self.number.fetch_add(1, Ordering::Relaxed))),
            _ => match self.known.get(field) {
                Some(known) => known.clone(),
                None => match (self.types[ty.name]["kind"].as_str().unwrap(), ty.name) {
                    ("ENUM", _) => self.types[ty.name]["enumValues"][0]["name"].clone(),
                    ("INPUT_OBJECT", _) => self.object(ty.name, &[], &Value::Null),
                    (_, "Int") => json!(3),
                    (_, "Float") => json!(0.5),
                    (_, "Boolean") => json!(true),
                    (_, "DateTime") => json!("2023-09-11T09:00:00+07:00"),
                    (_, "Duration") => json!("PT1H"),
                    (_, "Decimal" | "Position") => json!("1"),
                    (_, "Sha256") => json!("ab".repeat(32)),
                    (_, "UUID") => json!("00000000-0000-4000-8000-00000000000a"),
                    (_, "ID") => json!("task_00000000000000000000000000"),
                    (_, "String") => json!("CHN"),
                    (kind, name) => panic!("say here what a usual {kind} {name} is"),
                },
            },
        };
        ty.wrap(value)
    }

    /// An input with what it requires, and with `bound` at the path.
    fn object(&self, name: &str, path: &[String], bound: &Value) -> Value {
        let definition = &self.types[name];
        let mut given = Map::new();
        for (index, input) in entries(&definition["inputFields"]).enumerate() {
            let (field, ty) = (input["name"].as_str().unwrap(), Type::of(&input["type"]));
            let value = match path {
                [step, rest @ ..] if step == field => {
                    let nested = self.types[ty.name]["kind"] == "INPUT_OBJECT";
                    let value = if nested { self.object(ty.name, rest, bound) } else { bound.clone() };
                    ty.wrap(value)
                }
                _ if ty.required && input["defaultValue"].is_null()
                    || definition["isOneOf"] == true && path.is_empty() && index == 0 =>
                {
                    self.plain(name, field, &ty)
                }
                _ => continue,
            };
            given.insert(field.to_owned(), value);
        }
        Value::Object(given)
    }

    /// The scalars of an input.
    fn leaves(&self, parent: &str) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        for input in entries(&self.types[parent]["inputFields"]) {
            let (field, ty) = (input["name"].as_str().unwrap().to_owned(), Type::of(&input["type"]));
            if self.types[ty.name]["kind"] == "INPUT_OBJECT" {
                leaves.extend(self.leaves(ty.name).into_iter().map(|mut leaf| {
                    leaf.path.insert(0, field.clone());
                    leaf
                }));
            } else {
                leaves.push(Leaf { parent: parent.to_owned(), path: vec![field], ty: ty.name.to_owned() });
            }
        }
        leaves
    }

    /// What is at the edge of a scalar, on either side.
    fn bounds(&self, leaf: &str) -> Vec<Value> {
        let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect();
        match leaf {
            "String" => {
                let mut bounds: Vec<Value> = texts(&[
                    "",
                    "a\0b",
                    "Hold fire until \u{202e}00:21\u{202c}",
                    "\u{200b}",
                    "E\u{301}quipe",
                    "\u{ffff}",
                    "24:00",
                    "9999-12-31",
                ]);
                // In characters, in bytes, of codes.
                bounds.extend(
                    [("A", 32), ("𠀀", 200), ("𠀀", 20_000)]
                        .map(|(letter, length)| json!(letter.repeat(length))),
                );
                bounds
            }
            "ID" => texts(&["", "operation_7zzzzzzzzzzzzzzzzzzzzzzzzz", "task_0@9223372036854775807", "\0"]),
            "DateTime" => texts(&[
                "0001-01-01T00:00:00Z",
                "0001-01-01T23:59:59+23:59",
                "1900-01-01T00:00:00Z",
                "2023-09-11T00:00:00.123456789-23:59",
                "2016-12-31T23:59:60Z",
                "2023-09-11T03:00:60Z",
                "2566-10-08T00:00:00+07:00",
                "9999-12-31T23:59:59.999999999Z",
                "9999-12-31T23:59:59-23:59",
                "10000-01-01T00:00:00Z",
            ]),
            "Duration" => texts(&[
                "PT0S",
                "-PT1S",
                "PT878400H",
                "-PT878400H",
                "PT878400H1S",
                "PT9223372036854775807S",
                "P99999999999999999999D",
            ]),
            "Decimal" => texts(&[
                "0",
                "-1",
                "0.000000000001",
                "0.0000000000001",
                "9223372036854775807",
                "9223372036854775808",
                "1e6",
                "",
            ]),
            "Position" => texts(&["0", "-1", "9223372036854775807", "9223372036854775808"]),
            "Sha256" => vec![json!("00".repeat(32)), json!("FF".repeat(32)), json!("")],
            "UUID" => {
                texts(&["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", ""])
            }
            "Int" => {
                let numbers =
                    [0, -1, i64::from(i32::MAX), i64::from(u32::MAX) + 1, (1 << 53) - 1, i64::MAX, i64::MIN];
                numbers.map(|number| json!(number)).into()
            }
            "Float" => vec![json!(0.0), json!(-0.0), json!(f64::MAX), json!(f64::MIN_POSITIVE)],
            "Boolean" => vec![json!(true), json!(false)],
            other if self.types[other]["kind"] == "ENUM" => {
                entries(&self.types[other]["enumValues"]).map(|value| value["name"].clone()).collect()
            }
            other => panic!("say here what the bounds of {other} are"),
        }
    }

    /// What each mutation has, which one place reads for all of them.
    fn shared(&self) -> BTreeSet<(Vec<String>, String)> {
        let inputs = self.mutations.iter().flat_map(|mutation| entries(&mutation["args"]));
        let leaves = inputs.map(|argument| {
            let leaves = self.leaves(Type::of(&argument["type"]).name);
            leaves.into_iter().map(|leaf| (leaf.path, leaf.ty)).collect()
        });
        leaves.reduce(|one: BTreeSet<_>, other| &one & &other).unwrap_or_default()
    }

    /// Each mutation with each scalar at each bound: its name and its arguments. What is read in one place for several
    /// mutations has each bound once, and one of them, another each time, in every mutation.
    fn cases(&self) -> Vec<(&str, Map<String, Value>)> {
        let mut cases = Vec::new();
        let shared = self.shared();
        let mut had = BTreeSet::new();
        // The last of several: a plan's sections are drafted once, and revised as often as one likes.
        for (turn, mutation) in self.mutations.iter().enumerate().rev() {
            let name = mutation["name"].as_str().unwrap();
            let arguments: Vec<_> = entries(&mutation["args"])
                .map(|argument| (argument["name"].as_str().unwrap(), Type::of(&argument["type"])))
                .collect();
            for (argument, ty) in &arguments {
                for Leaf { parent, path, ty } in self.leaves(ty.name) {
                    let mut bounds = self.bounds(&ty);
                    let common = shared.contains(&(path.clone(), ty));
                    let place =
                        if common { ("", path[0].clone()) } else { (&*parent, path[path.len() - 1].clone()) };
                    if !had.insert((place.0.to_owned(), place.1)) {
                        bounds = vec![bounds.swap_remove(turn % bounds.len())];
                    }
                    for bound in bounds {
                        let given = arguments.iter().map(|(other, of)| {
                            let path = if other == argument { &path[..] } else { &[] };
                            ((*other).to_owned(), self.object(of.name, path, &bound))
                        });
                        cases.push((name, given.collect()));
                    }
                }
            }
        }
        cases.reverse();
        // What ends the operation comes last: nothing of it is carried out after that.
        cases.sort_by_key(|(name, _)| matches!(*name, "closeOperation" | "terminateOperation"));
        cases
    }

    /// The document that sends a mutation.
    fn document(&self, name: &str) -> String {
        let mutation = self.mutations.iter().find(|mutation| mutation["name"] == name).unwrap();
        let of = |argument: &Value| {
            (argument["name"].as_str().unwrap().to_owned(), Type::of(&argument["type"]).name.to_owned())
        };
        let arguments: Vec<_> = entries(&mutation["args"]).map(of).collect();
        let variables: Vec<_> = arguments.iter().map(|(name, ty)| format!("${name}: {ty}!")).collect();
        let passed: Vec<_> = arguments.iter().map(|(name, _)| format!("{name}: ${name}")).collect();
        format!("mutation({}) {{ {name}({}) {{ __typename }} }}", variables.join(", "), passed.join(", "))
    }
}

/// An operation that whoever asks leads; its id.
async fn initiated(server: &Server, who: &str, code: &str) -> Value {
    let lead = &who[..3];
    let operation = json!({
        "code": code, "title": code, "leadPartner": lead, "classification": "RESTRICTED", "releasableTo": ["THA", "CHN", "MMR"],
    });
    let payload = server.done(who, "initiateOperation", operation, "operation { id }").await;
    payload["operation"]["id"].clone()
}

/// The same with a draft of a phase and two tasks.
async fn drafted(server: &Server, who: &str, code: &str) -> Value {
    let lead = &who[..3];
    let id = initiated(server, who, code).await;
    let sections = json!({ "phases": [{ "code": "P1", "name": "Act" }], "linesOfEffort": [{ "code": "L1", "name": "Line" }] });
    server.done(who, "draftPlan", json!({ "operation": id, "sections": sections }), "").await;
    for task in ["T1", "T2"] {
        let task = json!({
            "operation": id, "code": task, "title": task, "phase": "P1", "leadPartner": lead, "territory": lead,
            "startOffset": "PT0H", "duration": "PT1H",
        });
        server.done(who, "addTask", task, "").await;
    }
    id
}

#[sqlx::test(migrations = false)]
async fn no_scalar_of_any_input_fails_a_neighbour_or_leaves_what_does_not_verify(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let limits = Limits { allowance: Allowance::NONE, ..Limits::default() };
    let server = Server::saphan_with(options.clone(), "2023-09-12T09:00:00+07:00", limits).await;
    let operation = drafted(&server, "CHN-01", "PROBE").await;
    let bare = initiated(&server, "CHN-01", "BARE").await;
    let ending = initiated(&server, "CHN-01", "ENDING").await;
    let neighbour = drafted(&server, "THA-01", "GOOD").await;
    let post = json!({ "code": "CHN-P0", "partner": "CHN", "title": "Probe" });
    server.done("service:import", "establishPost", post, "").await;
    let query = "{ operation(code: \"PROBE\") { planVersion(number: 1) { id contentHash schedule { tasks { task { id } } } } } }";
    let data = server.data("CHN-01", query, Value::Null).await;
    let version = &data["operation"]["planVersion"];
    let schema = server.data("CHN-01", INTROSPECTION, Value::Null).await["__schema"].take();
    let types = entries(&schema["types"]).map(|ty| (ty["name"].as_str().unwrap().to_owned(), ty.clone()));
    let inputs = Inputs {
        types: types.collect(),
        mutations: entries(&schema["mutationType"]["fields"]).cloned().collect(),
        known: BTreeMap::from([
            ("operation", operation),
            ("task", version["schedule"]["tasks"][0]["task"]["id"].clone()),
            ("planVersionId", version["id"].clone()),
            ("contentHash", version["contentHash"].clone()),
            ("phase", json!("P1")),
            ("gate", json!("P1")),
            ("lineOfEffort", json!("L1")),
            ("predecessor", json!("T2")),
            ("centre", json!("CMCC")),
            ("post", json!("CHN-P0")),
            ("timeZone", json!("Asia/Shanghai")),
            ("currency", json!("CNY")),
        ]),
        bare,
        ending,
        number: AtomicU32::new(1),
    };

    let (done, over) = (AtomicU32::new(0), AtomicBool::new(false));
    let carried_out = std::sync::Mutex::new(BTreeSet::new());
    let send = async |(name, arguments): (&str, Map<String, Value>)| {
        for who in ["CHN-01", "service:import"] {
            let answer = server.ask(who, &inputs.document(name), json!(arguments)).await;
            let shown =
                || format!("{name} {arguments:?}: {answer:#}").chars().take(2_000).collect::<String>();
            let codes: Vec<_> = entries(&answer["errors"])
                .map(|error| error["extensions"]["code"].as_str().unwrap_or_default())
                .collect();
            assert!(codes.iter().all(|code| ["FORBIDDEN", "BAD_USER_INPUT"].contains(code)), "{}", shown());
            let result = &answer["data"][name]["__typename"];
            if result.as_str().is_some_and(|result| result.ends_with("Payload")) {
                done.fetch_add(1, Ordering::Relaxed);
                carried_out.lock().unwrap().insert(name.to_owned());
            }
            if !codes.contains(&"FORBIDDEN") {
                break;
            }
        }
    };
    let probe = async {
        stream::iter(inputs.cases()).for_each_concurrent(AT_ONCE, send).await;
        over.store(true, Ordering::Relaxed);
    };
    let good = async {
        let mut number = 0;
        while !over.load(Ordering::Relaxed) {
            let section = json!({ "mission": format!("Good {number}") });
            let input = json!({ "operation": neighbour, "section": section });
            server.done("THA-01", "revisePlanSection", input, "").await;
            number += 1;
        }
        number
    };
    let ((), good) = tokio::join!(probe, good);
    let (done, carried_out) = (done.into_inner(), carried_out.into_inner().unwrap());
    for mutation in
        ["addTask", "importTasks", "revisePlanSection", "draftPlan", "establishPost", "nominateOfficer"]
    {
        assert!(carried_out.contains(mutation), "{mutation} was never carried out: {carried_out:?}");
    }
    assert!(good > 20 && done > 150, "{good} good commands beside {done} of the probe");

    // What was taken is shown, too.
    let query = "{ operation(code: \"PROBE\") { conflicts { kind message } hHourWindow { from to }
        schedule { tasks { earliestStart latestFinish task { plannedStart plannedFinish } } }
        previewReschedule(input: { hHour: \"2023-10-10T06:00:00+07:00\" }) { tasks { startsAfter } }
        planVersion(number: 1) { view(as: SMEAC) { heading text } } } }";
    server.data("CHN-01", query, Value::Null).await;
    assert_eq!(server.engine().health().trouble, None);
    let pool = accord::database::prepare(options).await.unwrap();
    let decided = accord::engine::check_decisions(&pool, |_, _| ()).await.unwrap();
    assert_eq!((decided.differences, decided.other_rules), (Vec::new(), 0));
    let rows = accord::engine::check_read_models(&pool, None, |_, _| ()).await.unwrap();
    assert_eq!(rows, Vec::<String>::new());
}

#[sqlx::test(migrations = false)]
async fn times_are_what_the_log_can_store_and_near_its_clock(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-12T09:00:00+07:00").await;
    let operation = drafted(&server, "THA-01", "TIMES").await;
    let phase = json!({ "operation": operation, "phase": { "code": "P2", "name": "Two" } });
    let told = |refusals: Vec<Value>| -> Vec<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let path = |refusal: &Value| {
            let parts: Vec<_> = entries(&refusal["field"]).map(text).collect();
            parts.join(".")
        };
        let of = |refusal: &Value| (text(&refusal["code"]), path(refusal), text(&refusal["message"]));
        refusals.iter().map(of).collect()
    };

    // What Go and .NET send for a time that is not set.
    let mut unset = phase.clone();
    unset["occurredAt"] = json!("0001-01-01T00:00:00Z");
    unset["lateReason"] = json!("x");
    let refusals = told(server.refused("THA-01", "addPhase", unset).await);
    assert_eq!((refusals.len(), &*refusals[0].0, &*refusals[0].1), (1, "INVALID_VALUE", "occurredAt"));

    let window = |from: &str, to: &str| json!({ "operation": operation, "section": { "hHourWindow": { "from": from, "to": to } } });
    let buddhist = window("2566-10-08T00:00:00+07:00", "2566-10-16T00:00:00+07:00");
    let refusals = told(server.refused("THA-01", "revisePlanSection", buddhist).await);
    assert_eq!(refusals.iter().map(|(code, ..)| &**code).collect::<Vec<_>>(), ["INVALID_VALUE"; 2]);
    assert!(refusals[0].2.ends_with(": 2023 was probably meant."), "{refusals:?}");

    // No second 60, and microseconds in and out.
    let leap = window("2023-12-10T03:00:60Z", "2023-12-11T00:00:00Z");
    let refusals = told(server.refused("THA-01", "revisePlanSection", leap).await);
    let (code, path, message) = &refusals[0];
    assert_eq!((refusals.len(), &**code, &**path), (1, "INVALID_VALUE", "section.hHourWindow.from"));
    assert!(message.contains("no second 60"), "{message}");
    let finer = window("2023-12-10T03:00:00.123456789+07:00", "2023-12-11T00:00:00Z");
    let shown = "planVersion { hHourWindow { from to } }";
    let payload = server.done("THA-01", "revisePlanSection", finer, shown).await;
    let from = &payload["planVersion"]["hHourWindow"]["from"];
    assert_eq!(*from, json!("2023-12-09T20:00:00.123456Z"));
}

#[sqlx::test(migrations = false)]
async fn texts_have_one_spelling_and_show_what_they_say(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-12T09:00:00+07:00").await;
    let operation = drafted(&server, "THA-01", "TEXTS").await;
    let task = |code: &str, title: &str, group: &str| {
        json!({
            "code": code, "title": title, "phase": "P1", "leadPartner": "THA", "territory": "THA", "duration": "PT1H",
            "terms": { "group": group },
        })
    };
    let import = |tasks: Vec<Value>| json!({ "operation": operation, "tasks": tasks });
    // The same group, as two programs write it.
    let (composed, apart) = ("\u{c9}quipe Grenz\u{fc}bergang", "E\u{301}quipe Grenzu\u{308}bergang");
    server
        .done("THA-01", "importTasks", import(vec![task("A", "a", composed), task("B", "b", apart)]), "")
        .await;
    let query = "{ operation(code: \"TEXTS\") { planVersion(number: 1) { tasks { edges { node { code terms { group } } } } } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let tasks = entries(&data["operation"]["planVersion"]["tasks"]["edges"]);
    let groups: BTreeSet<_> = tasks.filter_map(|edge| edge["node"]["terms"]["group"].as_str()).collect();
    assert_eq!(groups, BTreeSet::from([composed]));

    let spoof = vec![task("C", "c", "g"), task("D", "Hold fire until \u{202e}00:21\u{202c}", "\u{3164}")];
    let refusals = server.refused("THA-01", "importTasks", import(spoof)).await;
    assert!(refusals.iter().all(|refusal| refusal["code"] == "INVALID_TEXT"), "{refusals:?}");
    let fields: Vec<_> = refusals.iter().map(|refusal| refusal["field"].clone()).collect();
    assert_eq!(fields, [json!(["tasks", "1", "title"]), json!(["tasks", "1", "terms", "group"])]);
    let message = refusals[0]["message"].as_str().unwrap();
    assert!(message.contains("U+202E") && message.ends_with("as character 17"), "{message}");
    // A reason for being late stands with every event.
    let mut late = json!({ "operation": operation, "phase": { "code": "P2", "name": "Two" } });
    late["lateReason"] = json!("\u{2066}");
    let refusals = server.refused("THA-01", "addPhase", late).await;
    assert_eq!(
        (&refusals[0]["code"], &refusals[0]["field"]),
        (&json!("INVALID_TEXT"), &json!(["lateReason"]))
    );
}

#[sqlx::test(migrations = false)]
async fn what_lies_in_the_past_is_a_conflict_and_activation_says_so(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    let on = |more: Value| {
        let mut input = json!({ "operation": operation });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    // The server's clock stands at 16 August 2023.
    let mut sections = sections();
    sections["hHourWindow"] =
        json!({ "from": "2023-07-01T00:00:00+07:00", "to": "2023-08-01T00:00:00+07:00" });
    let shown = "planVersion { conflicts { kind } }";
    let drafted = server.done("THA-01", "draftPlan", on(json!({ "sections": sections })), shown).await;
    assert_eq!(drafted["planVersion"]["conflicts"], json!([{ "kind": "HHOUR_WINDOW_IN_PAST" }]));
    let task = on(json!({
        "code": "T01", "title": "Act", "phase": "P1", "leadPartner": "THA", "territory": "THA", "post": "THA-01",
        "startOffset": "PT1H", "duration": "PT1H",
    }));
    server.done("THA-01", "addTask", task, "").await;
    let submitted =
        server.done("THA-01", "submitPlan", on(json!({})), "planVersion { id contentHash }").await;
    let (version, hash) = (&submitted["planVersion"]["id"], &submitted["planVersion"]["contentHash"]);
    let seen_at = &submitted["receipt"]["position"];
    for who in ["THA-01", "MMR-01"] {
        let decision = json!({ "planVersionId": version, "contentHash": hash, "seenAt": seen_at });
        server.done(who, "approvePlan", decision, "").await;
    }
    let promulgation = json!({ "planVersionId": version, "seenAt": seen_at });
    server.done("THA-01", "promulgatePlan", promulgation, "").await;
    let at = on(json!({ "at": "2023-07-10T06:00:00+07:00" }));
    server.done("THA-01", "setHHour", at, "").await;
    let shown = "operation { status conflicts { kind message tasks { code } } }";
    let activated = server.done("THA-01", "activateOperation", on(json!({})), shown).await;
    assert_eq!(
        activated["operation"],
        json!({ "status": "ACTIVE", "conflicts": [
            {
                "kind": "HHOUR_IN_PAST",
                "message": "H-hour, 2023-07-09T23:00:00+00:00, has passed: shift it.",
                "tasks": [],
            },
            {
                "kind": "TASKS_IN_PAST",
                "message": "A task is planned to start at a time that has passed.",
                "tasks": [{ "code": "T01" }],
            },
            {
                "kind": "STARTS_LATE",
                "message": "T01 should have been started PT890H ago.",
                "tasks": [{ "code": "T01" }],
            },
        ] })
    );
}
