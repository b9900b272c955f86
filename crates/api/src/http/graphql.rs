//! GraphQL over HTTP, as its specification has it: one request by POST in JSON, answered in the type that was
//! asked for.
//!
//! Deliberately absent: batches, queries by GET, uploads and whatever a page of another origin may send
//! unasked.

use crate::{
    Error, Manner, Session,
    gate::{
        auth::{Proof, Unauthenticated},
        cost,
        documents::Documents,
        limits,
        rates::{Permit, Rates, TooMuch},
        trust::Purpose,
    },
    graph::context::Cost,
    http::{
        introspection::Described,
        language, quality,
        request_log::{RequestId, Told},
        service::{BODY_BYTES, Service},
    },
    pin_of_cursors,
    schema::{INPUTS, PRICES},
};
use async_graphql::{
    ErrorExtensionValues, Name, PathSegment, Response as Answer, ServerError, Value, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    value,
};
use axum::{
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, FromRequest, Query, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri,
        header::{
            ACCEPT, ACCEPT_ENCODING, ALLOW, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE,
            RETRY_AFTER, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
        },
        request::Parts,
    },
    response::Response,
};
use domain::{Actor, Position};
use engine::{Asking, Clock, Part};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::{
    collections::BTreeMap,
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::{Instrument, error};

/// A client that has seen a position may ask not to be answered from before it.
pub(super) const MIN_POSITION: HeaderName = HeaderName::from_static("accord-min-position");

/// How long a request waits for the position that it asks for.
const POSITION_PATIENCE: Duration = Duration::from_secs(5);

/// How long a client may take to send the body.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// Bodies of so many KiB wait for no room: a usual request has a few.
const SHORT_KIBIBYTES: u32 = 64;

/// Bytes of a query that cost one, by the time that parsing them takes.
const QUERY_BYTES_OF_ONE: usize = 100;

/// The same of the rest of a body.
const BODY_BYTES_OF_ONE: usize = 4_000;

/// What is longer is read off the runtime's threads.
const LONG_BYTES: usize = 4 * 1024;

/// How long a question may take. What a command has begun is seen to its end.
const DEADLINE: Duration = Duration::from_secs(30);

/// Whoever has its fill is told so after this, not at once: else those who ask again without waiting keep the machine busy
/// with refusals.
pub(super) const REFUSED_PAUSE: Duration = Duration::from_secs(1);

/// In the extensions of an error.
const RETRY_AFTER_SECONDS: &str = "retryAfter";

/// Errors of one answer; the rest would say the same.
const MOST_ERRORS: usize = 100;

pub async fn answer(State(service): State<Service>, request: Request) -> Response {
    let begun = Instant::now();
    let (head, body) = request.into_parts();
    let mut told = Told::default();
    let media = Media::wanted(&head.headers);
    let outcome = match media {
        Some(_) => handle(&service, &head, body, &mut told).await,
        None => Err(Problem::new(
            StatusCode::NOT_ACCEPTABLE,
            Error::bad_input("This answers in application/graphql-response+json or application/json."),
        )),
    };
    let name = outcome_of(&outcome);
    let mut response = respond(media.unwrap_or(Media::Json), request_id(&head), outcome);
    service.metrics.count_answer(name, begun.elapsed().as_secs_f64(), response.status());
    response.extensions_mut().insert(told);
    response
}

pub async fn refuse_method(request: Request) -> Response {
    let (head, _) = request.into_parts();
    // Some clients ask so for what they hope is kept here, and send the query only when they are told.
    let error = if asks_for_persisted_query(&head.uri) {
        Error::PersistedQuery
    } else {
        Error::bad_input("GraphQL is asked for by POST here, with a body in JSON.")
    };
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, error).with(ALLOW, "POST");
    respond(Media::wanted(&head.headers).unwrap_or(Media::Json), request_id(&head), Err(problem))
}

/// What the address of a GET asks for.
#[derive(Deserialize)]
struct InAddress {
    query: Option<String>,
    extensions: Option<String>,
}

fn asks_for_persisted_query(uri: &Uri) -> bool {
    let Ok(Query(InAddress { query: None, extensions: Some(extensions) })) = Query::try_from_uri(uri) else {
        return false;
    };
    serde_json::from_str(&extensions).is_ok_and(|extensions| names_persisted_query(&extensions))
}

pub(super) fn request_id(head: &Parts) -> &str {
    head.extensions.get::<RequestId>().map_or("", |id| &id.0)
}

/// How the request came.
pub(super) fn manner(head: &Parts) -> Manner {
    Manner { request_id: request_id(head).to_owned(), languages: language::wanted(&head.headers) }
}

/// Fails with what is wrong before there is a GraphQL request; from then on, errors are in the answer.
async fn handle(service: &Service, head: &Parts, body: Body, told: &mut Told) -> Result<Answer, Problem> {
    let Asked { proof, permit, sent } = read(service, head, body, told).await?;
    match prepare(service, (proof.actor, permit), manner(head), sent, told).await {
        Ok(prepared) => execute(service, prepared).await.map_err(|error| match error {
            Error::Busy(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, error).with(RETRY_AFTER, "1"),
            error => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error),
        }),
        Err(error) => Ok(Answer::from_errors(vec![error])),
    }
}

/// Who asks, and for what.
pub(super) struct Asked {
    pub proof: Proof,
    pub permit: Permit,
    pub sent: Sent,
}

/// Nothing is held or read of a body whose sender has not paid for it.
pub(super) async fn read(
    service: &Service,
    head: &Parts,
    body: Body,
    told: &mut Told,
) -> Result<Asked, Problem> {
    let proof = prove(service, authorization(&head.headers), Purpose::Anything).await?;
    told.actor = Some(proof.actor.to_string());
    if !is_as_it_is(&head.headers) {
        let error =
            Error::bad_input("Send the body as it is, without `Content-Encoding`: nothing is unpacked here.");
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error);
        return Err(problem.with(ACCEPT_ENCODING, "identity"));
    }
    if !is_json(&head.headers) {
        let error = Error::bad_input("Send the request as `Content-Type: application/json`, in UTF-8.");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    let actor = &proof.actor;
    let permit = match service.rates.enter(actor, service.clock.now()) {
        Ok(permit) => permit,
        Err(refused) => {
            sleep(REFUSED_PAUSE).await;
            return Err(refused.into());
        }
    };
    wait_for_position(service, &head.headers).await?;
    let (bytes, memory) = read_body(service, actor, &head.headers, body).await?;
    service.rates.spend(actor, price_of_bytes(bytes.len(), BODY_BYTES_OF_ONE), service.clock.now())?;
    let documents = Arc::clone(&service.documents);
    let length = bytes.len();
    let parsed = off_the_runtime(service, actor, length, move || Sent::read(&bytes, &documents)).await?;
    let sent = parsed.map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error))?;
    // What was made of it counts no more: it is bounded by the number of its values.
    drop(memory);
    Ok(Asked { proof, permit, sent })
}

fn price_of_bytes(bytes: usize, of_one: usize) -> u64 {
    u64::try_from(bytes / of_one).unwrap_or(u64::MAX)
}

/// Work that takes the longer, the longer a text is: of long ones on another thread, as many at once as there are processors,
/// and fewer of one partner.
async fn off_the_runtime<T: Send + 'static>(
    service: &Service,
    actor: &Actor,
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    if bytes <= LONG_BYTES {
        return Ok(work());
    }
    let place = service.room.desks.take(actor.partner(), 1).await;
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(place);
        done
    });
    done.await.map_err(|failure| Error::internal("read a request", &failure))
}

/// Carries out a query or a mutation. Fails with `INTERNAL` when that broke off, with `BUSY` when a question took too long.
///
/// A question ends with whoever drops this, and so do its statements. A command does not: nothing is cancelled midway.
pub(super) async fn execute(service: &Service, prepared: Prepared) -> Result<Answer, Error> {
    let Prepared { session, request, query, kind, described, permit } = prepared;
    let (schema, careful_schema) = (service.schema.clone(), service.careful_schema.clone());
    let bill = Bill::new(service, &session);
    let asking = Arc::clone(&session);
    // Tasks of their own: what breaks off breaks nothing else.
    let mut question = JoinSet::new();
    let answer = if kind == Some(OperationType::Query) {
        let room = Arc::clone(&service.room);
        let execute = async move {
            let _bill = bill;
            let _turn = room.answers.take(asking.actor.partner(), 1).await;
            let again = Again {
                operation_name: request.operation_name.clone(),
                variables: request.variables.clone(),
            };
            let answer = schema.execute(request).await;
            if has_faults(&answer) {
                careful_schema.execute(again.request(&query, &asking)).await
            } else {
                answer
            }
        };
        question.spawn(execute.in_current_span());
        let Ok(answer) = timeout(DEADLINE, question.join_next()).await else {
            let seconds = DEADLINE.as_secs();
            return Err(Error::Busy(format!(
                "This took longer than {seconds} seconds and was given up. Ask for less, page by page."
            )));
        };
        answer
    } else {
        let execute = async move {
            let answer = careful_schema.execute(request).await;
            drop(bill);
            // Under way until here, also when nobody waits any more.
            drop(permit);
            answer
        };
        Some(tokio::spawn(execute.in_current_span()).await)
    };
    match answer {
        Some(Ok(mut answer)) => {
            described.write(&mut answer.data);
            say_what_was_done(&mut answer, &session);
            extend(&mut answer, &session);
            Ok(answer)
        }
        Some(Err(failure)) => {
            error!(%failure, "The execution of a request broke off");
            Err(Error::Internal)
        }
        None => Err(Error::Internal),
    }
}

/// What a request turns out to cost beyond what it was priced at: its sender has had it, so later requests pay. Also
/// of what was given up.
pub(super) struct Bill {
    rates: Arc<Rates>,
    clock: Clock,
    session: Arc<Session>,
    /// Of the cost, what is paid.
    paid: u64,
}

impl Bill {
    /// The price is paid already.
    pub fn new(service: &Service, session: &Arc<Session>) -> Self {
        let (rates, session) = (Arc::clone(&service.rates), Arc::clone(session));
        Self { rates, clock: service.clock.clone(), paid: session.cost().requested, session }
    }

    /// Takes what it has cost since.
    pub fn settle(&mut self) {
        let cost = self.session.cost().came_to();
        self.rates.charge(&self.session.actor, cost.saturating_sub(self.paid), self.clock.now());
        self.paid = self.paid.max(cost);
    }

    /// Pays for another answer, as soon as its sender can. Tells how long that took.
    pub async fn pay_again(&mut self) -> Duration {
        let (begun, price) = (Instant::now(), self.session.cost().requested);
        while let Err(refused) = self.rates.spend(&self.session.actor, price, self.clock.now()) {
            sleep(Duration::from_secs(refused.retry_after())).await;
        }
        self.paid = self.paid.saturating_add(price);
        begun.elapsed()
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        self.settle();
    }
}

/// What a question needs to be asked once more, besides its text. The library takes both for itself.
struct Again {
    operation_name: Option<String>,
    variables: Variables,
}

impl Again {
    /// In the same session: what it has read it does not read again, and its objects are not counted twice.
    fn request(self, query: &str, session: &Arc<Session>) -> async_graphql::Request {
        session.begin_again();
        let mut request = async_graphql::Request::new(query).variables(self.variables);
        request.operation_name = self.operation_name;
        if let Ok(document) = limits::parse(query) {
            request.set_parsed_query(document);
        }
        request.data(Arc::clone(session))
    }
}

/// Whether something was asked for in a way that cannot be answered: then the fields that are at fault are to
/// be null, and no others. Where everything that failed did so on this side, it fails again.
fn has_faults(answer: &Answer) -> bool {
    let is_fault = |error: &ServerError| matches!(code(error), "BAD_USER_INPUT" | "FORBIDDEN");
    answer.errors.iter().any(is_fault)
        // Not by whatever does not fit the schema, but for an argument's content, whose fault knows no path.
        && (was_executed(answer) || answer.errors.iter().any(|error| error.message.starts_with("Failed to parse")))
}

pub(super) fn with_position(mut answer: Answer, session: &Session) -> Answer {
    answer.extensions.insert("position".to_owned(), session.position().to_string().into());
    answer
}

/// Who sends this header `Authorization`.
pub(super) async fn prove(
    service: &Service,
    authorization: Result<Option<&[u8]>, Unauthenticated>,
    purpose: Purpose,
) -> Result<Proof, Problem> {
    let proof = match authorization {
        Ok(header) => service.trust.prove(header, service.clock.now(), purpose).await,
        Err(reason) => Err(reason),
    };
    proof.map_err(|reason| {
        let challenge = match reason {
            Unauthenticated::Missing => r#"Bearer realm="accord""#,
            _ => r#"Bearer realm="accord", error="invalid_token""#,
        };
        let error = Error::Unauthenticated(reason.to_string());
        Problem::new(StatusCode::UNAUTHORIZED, error).with(WWW_AUTHENTICATE, challenge)
    })
}

/// The one header `Authorization`, if there is any.
pub(super) fn authorization(headers: &HeaderMap) -> Result<Option<&[u8]>, Unauthenticated> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let first = sent.next().map(HeaderValue::as_bytes);
    if sent.next().is_some() { Err(Unauthenticated::NotBearer) } else { Ok(first) }
}

/// Pages of other origins can send other types without asking this server first, so nothing else is read.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let charset =
        parameters.split(';').filter_map(|parameter| parameter.split_once('=')).find_map(|(name, value)| {
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
        });
    essence.trim().eq_ignore_ascii_case("application/json")
        && charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"))
}

/// Not packed in any way (RFC 9110, section 8.4).
fn is_as_it_is(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
}

async fn wait_for_position(service: &Service, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(value) = headers.get(MIN_POSITION) else { return Ok(()) };
    let position = value.to_str().ok().and_then(|text| i64::from_str(text.trim()).ok());
    let Some(position) = position.filter(|position| *position >= 0).map(Position) else {
        let error = Error::bad_input("The header `Accord-Min-Position` is not a position, such as 4711.");
        return Err(Problem::new(StatusCode::BAD_REQUEST, error));
    };
    if service.engine.wait_for(position, POSITION_PATIENCE).await {
        return Ok(());
    }
    let error =
        Error::Busy(format!("This node has not reached position {position} yet. Try again in a moment."));
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, error).with(RETRY_AFTER, "1"))
}

/// And its share of the memory for bodies.
async fn read_body(
    service: &Service,
    actor: &Actor,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Bytes, Option<Part>), Problem> {
    let too_large = || {
        let mib = BODY_BYTES / 1024 / 1024;
        let error = Error::bad_input(format!(
            "The body has more than {BODY_BYTES} bytes ({mib} MiB), which is the most."
        ));
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, error)
    };
    // Whoever says so at once need not send it all.
    let said = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|length| length > BODY_BYTES) {
        return Err(too_large());
    }
    let kibibytes = u32::try_from(said.unwrap_or(BODY_BYTES).div_ceil(1024)).unwrap_or(u32::MAX);
    // Short ones wait for nobody: their number is bounded.
    let held = if kibibytes <= SHORT_KIBIBYTES {
        None
    } else {
        let Ok(held) = timeout(BODY_PATIENCE, service.room.bodies.take(actor.partner(), kibibytes)).await
        else {
            let error = Error::Busy("Your partner is sending as much as it may at once.".to_owned());
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, error).with(RETRY_AFTER, "1"));
        };
        Some(held)
    };
    let mut request = Request::new(body);
    // Else axum has a limit of its own, of 2 MB.
    DefaultBodyLimit::max(BODY_BYTES).apply(&mut request);
    match timeout(BODY_PATIENCE, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok((bytes, held)),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
        Ok(Err(rejection)) => {
            let error = Error::bad_input("The body could not be read to its end.");
            Err(Problem::new(rejection.status(), error))
        }
        Err(_) => {
            let error = Error::bad_input("The body did not come in time.");
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, error))
        }
    }
}

/// A GraphQL request that may be executed.
pub(super) struct Prepared {
    /// Knows the position of the answer when there is one.
    pub session: Arc<Session>,
    pub request: async_graphql::Request,
    /// The text of the request, which has it parsed.
    query: String,
    /// `None` when the document and the operation's name do not say, which validation then tells.
    pub kind: Option<OperationType>,
    /// Where the answer has the schema's description.
    described: Described,
    /// Counts among what its sender has under way for as long as it is kept.
    pub permit: Permit,
}

/// BUSY means that nothing was done, unless it says otherwise: so it must where a command was carried out and
/// its payload could not be read.
fn say_what_was_done(answer: &mut Answer, session: &Session) {
    for error in answer.errors.iter_mut().filter(|error| code(error) == "BUSY") {
        let Some(PathSegment::Field(answered_as)) = error.path.first() else { continue };
        if let Some(position) = session.position_of_mutation(answered_as) {
            Error::not_shown(position).message().clone_into(&mut error.message);
        }
    }
}

/// What every answer says besides: the position that it is true at, and what it cost.
fn extend(answer: &mut Answer, session: &Session) {
    // Not for how long the database worked: that would tell what is hidden from what is not there.
    let Cost { requested, limit, objects, statements, .. } = session.cost();
    let cost = value!({
        "requested": requested,
        "limit": limit,
        "objects": objects,
        "statements": statements,
    });
    answer.extensions.insert("position".to_owned(), session.position().to_string().into());
    answer.extensions.insert("cost".to_owned(), cost);
}

/// Everything that can be wrong with a GraphQL request before it is validated against the schema, and whether
/// its sender may ask for so much now.
pub(super) async fn prepare(
    service: &Service,
    (actor, permit): (Actor, Permit),
    manner: Manner,
    mut sent: Sent,
    told: &mut Told,
) -> Result<Prepared, ServerError> {
    let length = sent.query.len();
    let of_bytes = price_of_bytes(length, QUERY_BYTES_OF_ONE);
    service.rates.spend(&actor, of_bytes, service.clock.now()).map_err(too_much)?;
    let query = std::mem::take(&mut sent.query);
    let parsed = off_the_runtime(service, &actor, length, move || (limits::parse(&query), query)).await;
    let (parsed, query) = parsed.map_err(|error| entry(&error))?;
    let mut document = parsed?;
    sent.query = query;
    let operation_name = sent.operation_name.as_deref();
    let (mut kind, mut described) = (None, Described::default());
    let operation = operation(&document, operation_name);
    if let Some((name, operation)) = operation {
        told.operation = name.map(|name| name.chars().take(64).collect());
        check_variables(operation, &sent.variables)?;
        limits::check_subscription(operation)?;
        kind = Some(operation.ty);
        described = Described::of(&document, operation);
    }
    let requested = PRICES.price(&document, operation.map(|(_, operation)| operation), &sent.variables);
    cost::hold(requested)?;
    service.rates.spend(&actor, requested, service.clock.now()).map_err(too_much)?;
    let position =
        pin_of_cursors(&document, operation_name, &sent.variables).map_err(|error| entry(&error))?;
    let asking = match kind {
        Some(OperationType::Mutation) => Asking::Commands,
        _ => Asking::Questions,
    };
    let session = Session::new(&service.engine, (actor, asking), position, requested).await;
    let session = session.map_err(|error| entry(&error))?;
    if session.out_of_standing().is_some() {
        service.rates.spend_unheld(&session.actor, requested, service.clock.now()).map_err(too_much)?;
    }
    let faults = INPUTS.mend(&mut document, sent.operation_name.as_deref(), &sent.variables);
    let session = Arc::new(session.in_manner(manner).with_faults(faults));

    let Sent { query, operation_name, variables } = sent;
    let mut request = async_graphql::Request::new("").variables(variables).data(Arc::clone(&session));
    request = request.data(Arc::clone(&service.webhooks));
    request.operation_name = operation_name;
    request.set_parsed_query(document);
    Ok(Prepared { session, request, query, kind, described, permit })
}

/// The operation that is going to be executed; `None` when the name does not say, which validation then
/// tells.
fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<(Option<&'a Name>, &'a OperationDefinition)> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some((None, &operation.node)),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.iter().next().map(|(name, operation)| (Some(name), &operation.node))
        }
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get_key_value(name).map(|(name, operation)| (Some(name), &operation.node))
        }
        (DocumentOperations::Single(_), Some(_)) | (DocumentOperations::Multiple(_), None) => None,
    }
}

/// Otherwise execution would miss them field by field, when others have already been carried out.
fn check_variables(operation: &OperationDefinition, variables: &Variables) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let variable = &definition.node;
        let given = variables.get(&variable.name.node).is_some_and(|value| *value != Value::Null);
        if !variable.var_type.node.nullable && variable.default_value.is_none() && !given {
            let name = &variable.name.node;
            return Err(ServerError::new(
                format!("The variable `${name}` of type `{}` is missing.", variable.var_type.node),
                Some(definition.pos),
            ));
        }
    }
    Ok(())
}

/// What a client sends, or this server asks itself for one.
#[derive(Debug, Default)]
pub(super) struct Sent {
    query: String,
    operation_name: Option<String>,
    variables: Variables,
}

impl Sent {
    /// Of this server's own making, which needs no document that is trusted.
    pub(super) fn own(query: String, variables: Json) -> Self {
        Self { query, operation_name: None, variables: Variables::from_json(variables) }
    }

    fn read(body: &[u8], documents: &Documents) -> Result<Self, Error> {
        if !limits::has_few_values(body) {
            let most = limits::VALUES;
            return Err(Error::BadUserInput(format!("The body has more than {most} values.")));
        }
        let body: Json = serde_json::from_slice(body)
            .map_err(|error| Error::BadUserInput(format!("The body is not JSON: {error}.")))?;
        match body {
            Json::Object(members) => Self::of(members, documents),
            Json::Array(_) => Err(Error::bad_input("Batches are not taken: send one request at a time.")),
            _ => Err(Error::bad_input("The body is not a JSON object.")),
        }
    }

    pub(super) fn of(mut members: Map<String, Json>, documents: &Documents) -> Result<Self, Error> {
        let query = text(&mut members, "query")?;
        let document_id = text(&mut members, "documentId")?;
        let extensions = object(&mut members, "extensions")?;
        if query.is_none() && document_id.is_none() && names_persisted_query(&extensions) {
            return Err(Error::PersistedQuery);
        }
        let query = documents.resolve(query, document_id.as_deref()).map_err(Error::BadUserInput)?;
        let operation_name = text(&mut members, "operationName")?;
        let variables = Variables::from_json(Json::Object(object(&mut members, "variables")?));
        Ok(Self { query, operation_name, variables })
    }
}

/// A client that hopes that its query was kept here from an earlier time, as Apollo's do.
fn names_persisted_query(extensions: &Map<String, Json>) -> bool {
    extensions.contains_key("persistedQuery")
}

fn text(members: &mut Map<String, Json>, name: &str) -> Result<Option<String>, Error> {
    match members.remove(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::BadUserInput(format!("`{name}` is not a string."))),
    }
}

fn object(members: &mut Map<String, Json>, name: &str) -> Result<Map<String, Json>, Error> {
    match members.remove(name) {
        None | Some(Json::Null) => Ok(Map::new()),
        Some(Json::Object(object)) => Ok(object),
        Some(_) => Err(Error::BadUserInput(format!("`{name}` is not an object."))),
    }
}

/// What answers are sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// As clients have always had it: 200 says nothing but that there is an answer.
    Json,
    /// The status tells whether the request was executed.
    GraphqlResponse,
}

impl Media {
    fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GraphqlResponse => "application/graphql-response+json",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// `None` when the client takes neither.
    fn wanted(headers: &HeaderMap) -> Option<Self> {
        let Some(accepted) = accepted(headers) else { return Some(Self::Json) };
        let wish = |media: Self| Wish::of(&accepted, media.name());
        let (json, graphql) = (wish(Self::Json), wish(Self::GraphqlResponse));
        if json.quality == 0 && graphql.quality == 0 {
            None
        } else if graphql.quality > json.quality || graphql.quality == json.quality && graphql.is_named {
            Some(Self::GraphqlResponse)
        } else {
            Some(Self::Json)
        }
    }
}

/// What a client says that it takes; `None` when it says nothing.
fn accepted(headers: &HeaderMap) -> Option<String> {
    let accepted: Vec<&str> =
        headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    (!accepted.is_empty()).then(|| accepted.join(","))
}

/// Whether a client takes this type.
pub(super) fn takes(headers: &HeaderMap, name: &str) -> bool {
    accepted(headers).is_none_or(|accepted| Wish::of(&accepted, name).quality > 0)
}

/// How much a client wants a type.
#[derive(Clone, Copy, Default)]
struct Wish {
    /// In thousandths; 0: not at all.
    quality: u16,
    /// By its own name, not by `*/*`.
    is_named: bool,
}

impl Wish {
    /// What the most specific range says about the type.
    fn of(accepted: &str, wanted: &str) -> Self {
        let family = wanted.split('/').next().unwrap_or_default();
        let mut best = (0, Self::default());
        for range in accepted.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let specific = match name {
                "*/*" => 1,
                name if name.strip_suffix("/*") == Some(family) => 2,
                name if name.eq_ignore_ascii_case(wanted) => 3,
                _ => continue,
            };
            let quality = quality::of_parameters(parts);
            if specific > best.0 {
                best = (specific, Self { quality, is_named: specific == 3 });
            }
        }
        best.1
    }
}

/// Why there is no GraphQL request to answer.
pub(super) struct Problem {
    status: StatusCode,
    error: ServerError,
    header: Option<(HeaderName, HeaderValue)>,
}

impl From<TooMuch> for Problem {
    fn from(reason: TooMuch) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            error: too_much(reason),
            header: Some((RETRY_AFTER, reason.retry_after().into())),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error)
    }
}

impl Problem {
    #[expect(clippy::needless_pass_by_value, reason = "what it says is its caller's last word")]
    pub(super) fn new(status: StatusCode, error: Error) -> Self {
        Self { status, error: entry(&error), header: None }
    }

    pub(super) fn with(self, name: HeaderName, value: &'static str) -> Self {
        Self { header: Some((name, HeaderValue::from_static(value))), ..self }
    }
}

/// An answer as clients get it.
#[derive(Serialize)]
pub(super) struct Sending<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    /// Absent when nothing was executed, as the specification has it; null when that came to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

impl<'a> Sending<'a> {
    /// Completes the errors by what every one of them carries.
    pub(super) fn of(answer: &'a mut Answer, request_id: &str) -> Self {
        let executed = was_executed(answer);
        complete(&mut answer.errors, request_id);
        Self {
            errors: &answer.errors,
            data: executed.then_some(&answer.data),
            extensions: &answer.extensions,
        }
    }
}

pub(super) fn complete(errors: &mut Vec<ServerError>, request_id: &str) {
    // They come in the order in which fields were done: whoever was faster. They are told in the query's.
    errors.sort_by_cached_key(place_in_query);
    errors.truncate(MOST_ERRORS);
    for error in errors {
        // What came without a code is the library's: it does not fit the schema.
        if error.extensions.as_ref().is_none_or(|extensions| extensions.get("code").is_none()) {
            list_values(&mut error.message);
        }
        let code = code(error).to_owned();
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("code", code);
        extensions.set("requestId", request_id);
    }
}

type LinesAndColumns = Vec<(usize, usize)>;

/// Where an error stands: by its field in the text of the query, then by the entries of lists on the way there.
fn place_in_query(error: &ServerError) -> (LinesAndColumns, Vec<(usize, String)>) {
    let at: LinesAndColumns = error.locations.iter().map(|at| (at.line, at.column)).collect();
    let way = error.path.iter().map(|step| match step {
        PathSegment::Index(index) => (*index, String::new()),
        PathSegment::Field(name) => (0, name.clone()),
    });
    (at, way.collect())
}

/// Of an enum that has no such value, it says which it has.
fn list_values(message: &mut String) {
    let named = message.split_once("enumeration type \"").and_then(|(_, rest)| rest.split_once('"'));
    if let Some(values) = named.and_then(|(name, _)| INPUTS.values(name)) {
        *message = format!("{message}: it has {values}");
    }
}

pub(super) fn respond(media: Media, request_id: &str, outcome: Result<Answer, Problem>) -> Response {
    let (status, mut answer, header) = match outcome {
        Ok(answer) => match retry_after(&answer) {
            Some(seconds) => (StatusCode::TOO_MANY_REQUESTS, answer, Some((RETRY_AFTER, seconds.into()))),
            None => (status(media, &answer), answer, None),
        },
        Err(Problem { status, error, header }) => (status, Answer::from_errors(vec![error]), header),
    };
    let (status, body) = match serde_json::to_vec(&Sending::of(&mut answer, request_id)) {
        Ok(body) => (status, body),
        Err(failure) => {
            error!(%failure, "Could not write an answer as JSON");
            (StatusCode::INTERNAL_SERVER_ERROR, Vec::new())
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Language"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some((name, value)) = header {
        headers.insert(name, value);
    }
    response
}

/// As it stands in `errors[]`.
pub(super) fn entry(error: &Error) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", error.code());
    ServerError { extensions: Some(extensions), ..ServerError::new(error.message(), None) }
}

/// Also tells, in `extensions.retryAfter`, after how many seconds to come back.
pub(super) fn too_much(reason: TooMuch) -> ServerError {
    let mut error = entry(&Error::Busy(reason.to_string()));
    error.extensions.get_or_insert_default().set(RETRY_AFTER_SECONDS, reason.retry_after());
    error
}

/// Of a request that was beyond its sender's allowance.
fn retry_after(answer: &Answer) -> Option<u64> {
    match answer.errors.first()?.extensions.as_ref()?.get(RETRY_AFTER_SECONDS)? {
        Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    }
}

/// Why an answer to what this server asked for a client cannot be passed on; `None`: it is whole.
pub(super) fn failure(answer: &Answer) -> Option<Problem> {
    let first = answer.errors.first()?;
    let message = first.message.clone();
    let (status, error) = match code(first) {
        "BUSY" => (StatusCode::SERVICE_UNAVAILABLE, Error::Busy(message)),
        "FORBIDDEN" => (StatusCode::FORBIDDEN, Error::Forbidden(message)),
        "INTERNAL" => (StatusCode::INTERNAL_SERVER_ERROR, Error::Internal),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, Error::internal("answer a question of our own", &message)),
    };
    Some(match retry_after(answer) {
        Some(seconds) => Problem {
            header: Some((RETRY_AFTER, seconds.into())),
            ..Problem::new(StatusCode::TOO_MANY_REQUESTS, error)
        },
        None => Problem::new(status, error),
    })
}

/// Only an execution has data, or errors of fields.
fn was_executed(answer: &Answer) -> bool {
    answer.data != Value::Null || answer.errors.iter().any(|error| !error.path.is_empty())
}

/// For the metrics: `OK`, or the code of the first error.
fn outcome_of(outcome: &Result<Answer, Problem>) -> &'static str {
    let code = match outcome {
        Ok(answer) => answer.errors.first().map_or("OK", code),
        Err(problem) => code(&problem.error),
    };
    // One of a few, whatever an error says.
    let known =
        ["OK", "UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT", "BUSY", "PERSISTED_QUERY_NOT_SUPPORTED"];
    known.into_iter().find(|known| *known == code).unwrap_or("INTERNAL")
}

fn code(error: &ServerError) -> &str {
    match error.extensions.as_ref().and_then(|extensions| extensions.get("code")) {
        Some(Value::String(code)) => code,
        _ => "BAD_USER_INPUT",
    }
}

fn status(media: Media, answer: &Answer) -> StatusCode {
    if media == Media::Json || was_executed(answer) {
        return StatusCode::OK;
    }
    match answer.errors.first().map(code) {
        Some("BUSY") => StatusCode::SERVICE_UNAVAILABLE,
        Some("INTERNAL") => StatusCode::INTERNAL_SERVER_ERROR,
        Some("FORBIDDEN") => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::Pos;
    use axum::body::to_bytes;
    use serde_json::json;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    fn wanted(accept: &'static str) -> Option<Media> {
        Media::wanted(&headers(ACCEPT, accept))
    }

    async fn sent(media: Media, outcome: Result<Answer, Problem>) -> (StatusCode, HeaderMap, Json) {
        let (head, body) = respond(media, "r1", outcome).into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (head.status, head.headers, serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn the_type_that_is_wanted_most_is_answered_in() {
        assert_eq!(Media::wanted(&HeaderMap::new()), Some(Media::Json));
        for json in [
            "*/*",
            "application/*",
            "application/json",
            "APPLICATION/JSON; charset=utf-8",
            "application/json, multipart/mixed",
            "application/json, */*;q=0.5",
            "application/graphql-response+json;q=0.8, application/json;q=0.9",
            "application/graphql-response+json;q=0, */*",
            "text/html, */*;q=0.1",
        ] {
            assert_eq!(wanted(json), Some(Media::Json), "{json}");
        }
        for graphql in [
            "application/graphql-response+json",
            "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
            "application/json;q=0.9, application/graphql-response+json;q=1.0",
            "application/json;q=0, application/*",
        ] {
            assert_eq!(wanted(graphql), Some(Media::GraphqlResponse), "{graphql}");
        }
        for neither in ["text/html", "application/json;q=0", "application/xml, text/*"] {
            assert_eq!(wanted(neither), None, "{neither}");
        }
    }

    #[test]
    fn a_question_is_asked_again_for_whatever_its_sender_can_mend() {
        let failed = |errors: &[Error]| {
            let at_a_field = |error| {
                let path = vec![PathSegment::Field("operation".to_owned())];
                ServerError { path, ..entry(error) }
            };
            Answer::from_errors(errors.iter().map(at_a_field).collect())
        };
        let (fault, busy) = (Error::bad_input("No."), Error::Busy("Later.".to_owned()));
        assert!(has_faults(&failed(std::slice::from_ref(&fault))));
        // Also beside what failed on this side.
        assert!(has_faults(&failed(&[busy.clone(), fault.clone(), Error::Internal])));
        assert!(!has_faults(&failed(&[busy, Error::Internal])));
        assert!(!has_faults(&Answer::new(Value::Null)));
        // What does not fit the schema was not executed, and fits it no better then.
        assert!(!has_faults(&Answer::from_errors(vec![ServerError::new("Unknown field", None)])));
    }

    #[test]
    fn what_fails_for_a_client_tells_by_its_status_whose_fault_that_is() {
        let told = |errors| failure(&Answer::from_errors(errors)).map(|problem| problem.status.as_u16());
        assert_eq!(failure(&Answer::new(value!({ "head": null }))).map(|problem| problem.status), None);
        assert_eq!(told(vec![entry(&Error::Busy("Later.".to_owned()))]), Some(503));
        assert_eq!(told(vec![entry(&Error::Forbidden("No.".to_owned()))]), Some(403));
        // A question of our own that makes no sense is no client's.
        assert_eq!(told(vec![entry(&Error::bad_input("What?"))]), Some(500));
        let mut spent = entry(&Error::Busy("Later.".to_owned()));
        spent.extensions.get_or_insert_default().set(RETRY_AFTER_SECONDS, 3_u64);
        let problem = failure(&Answer::from_errors(vec![spent])).unwrap();
        assert_eq!((problem.status.as_u16(), problem.header), (429, Some((RETRY_AFTER, 3_u64.into()))));
    }

    #[test]
    fn only_json_in_utf_8_is_read() {
        for good in
            ["application/json", "Application/JSON; charset=UTF-8", r#"application/json;charset="utf-8""#]
        {
            assert!(is_json(&headers(CONTENT_TYPE, good)), "{good}");
        }
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/json; charset=latin1",
        ] {
            assert!(!is_json(&headers(CONTENT_TYPE, bad)), "{bad}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn each_parameter_has_its_type() {
        let documents = Documents::default();
        let read = |body: Json| Sent::read(body.to_string().as_bytes(), &documents);
        let sent = read(json!({
            "query": "{a}", "operationName": "A", "variables": { "b": 1 }, "extensions": {}, "other": true,
        }))
        .unwrap();
        assert_eq!((sent.query.as_str(), sent.operation_name.as_deref()), ("{a}", Some("A")));
        assert_eq!(sent.variables.len(), 1);
        assert!(
            read(json!({ "query": "{a}", "operationName": null, "variables": null, "extensions": null }))
                .is_ok()
        );

        for (body, says) in [
            (json!([{ "query": "{a}" }]), "one request at a time"),
            (json!("{a}"), "not a JSON object"),
            (json!({}), "has no `query`"),
            (json!({ "query": ["{a}"] }), "`query` is not a string"),
            (json!({ "documentId": 1 }), "`documentId` is not a string"),
            (json!({ "documentId": "sha256:00" }), "knows no document"),
            (json!({ "query": "{a}", "documentId": "sha256:00" }), "one of them"),
            (json!({ "query": "{a}", "operationName": 1 }), "`operationName` is not a string"),
            (json!({ "query": "{a}", "variables": [] }), "`variables` is not an object"),
            (json!({ "query": "{a}", "variables": "{}" }), "`variables` is not an object"),
            (json!({ "query": "{a}", "extensions": 1 }), "`extensions` is not an object"),
        ] {
            assert!(read(body).unwrap_err().message().contains(says), "{says}");
        }
        for no_json in [&b""[..], b"{\"query\": \"\xff\"}"] {
            assert!(Sent::read(no_json, &documents).unwrap_err().message().contains("not JSON"));
        }
    }

    #[test]
    fn what_was_never_kept_here_is_not_looked_for_and_its_client_told_to_send_the_query() {
        let documents = Documents::default();
        let read = |body: Json| Sent::read(body.to_string().as_bytes(), &documents);
        let hash = json!({ "persistedQuery": { "version": 1, "sha256Hash": "00" } });
        assert_eq!(read(json!({ "extensions": hash })).unwrap_err(), Error::PersistedQuery);
        // As it is sent then.
        assert!(read(json!({ "query": "{a}", "extensions": hash })).is_ok());

        let asks = |query: &str| asks_for_persisted_query(&format!("/graphql?{query}").parse().unwrap());
        let hash = "extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%7D%7D";
        assert!(asks(hash) && asks(&format!("operationName=A&variables=%7B%7D&{hash}")));
        for other in ["", "extensions=%7B%7D", "extensions=x", &format!("query=%7Ba%7D&{hash}")] {
            assert!(!asks(other), "{other}");
        }
    }

    #[test]
    fn a_body_that_is_packed_is_not_read() {
        let packed = |value| is_as_it_is(&headers(CONTENT_ENCODING, value));
        assert!(packed("identity") && packed(" Identity ") && is_as_it_is(&HeaderMap::new()));
        for bad in ["gzip", "br", "identity, gzip", ""] {
            assert!(!packed(bad), "{bad}");
        }
    }

    #[test]
    fn variables_that_may_not_be_null_are_asked_for() {
        let check = |query: &str, variables: Json| {
            let document = limits::parse(query).unwrap();
            let (_, operation) = operation(&document, None).unwrap();
            check_variables(operation, &Variables::from_json(variables))
        };
        let query = "query($a: ID!, $b: ID, $c: Int! = 1) { a(b: $b) }";
        assert!(check(query, json!({ "a": "x" })).is_ok());
        for variables in [json!({}), json!({ "a": null })] {
            let error = check(query, variables).unwrap_err();
            assert_eq!(error.message, "The variable `$a` of type `ID!` is missing.");
        }
    }

    #[test]
    fn the_operation_is_the_one_that_is_named() {
        let two = limits::parse("query A {a} query B {b}").unwrap();
        assert_eq!(operation(&two, Some("B")).unwrap().0.unwrap(), "B");
        assert!(operation(&two, Some("C")).is_none());
        assert!(operation(&two, None).is_none());
        let one = limits::parse("{a}").unwrap();
        assert!(operation(&one, None).unwrap().0.is_none());
        assert!(operation(&one, Some("A")).is_none());
    }

    #[tokio::test]
    async fn a_request_that_was_not_executed_has_no_data_and_says_so_in_the_newer_type() {
        let answer = || Answer::from_errors(vec![ServerError::new("Unknown field", None)]);
        let (status, headers, body) = sent(Media::GraphqlResponse, Ok(answer())).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(headers[CONTENT_TYPE], "application/graphql-response+json; charset=utf-8");
        let expected = json!({ "errors": [
            { "message": "Unknown field", "extensions": { "code": "BAD_USER_INPUT", "requestId": "r1" } }
        ] });
        assert_eq!(body, expected);

        let (status, headers, body) = sent(Media::Json, Ok(answer())).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[CONTENT_TYPE], "application/json; charset=utf-8");
        assert_eq!(body, expected);
    }

    #[tokio::test]
    async fn several_faults_are_told_in_the_order_of_the_query_whoever_was_faster() {
        let fault = |line, step: &str, index| {
            let mut fault = ServerError::new(format!("{step} {index}"), Some(Pos { line, column: 3 }));
            fault.path = vec![PathSegment::Field(step.to_owned()), PathSegment::Index(index)];
            fault
        };
        let done = vec![fault(2, "b", 10), fault(1, "z", 0), fault(2, "b", 9)];
        let (_, _, body) = sent(Media::GraphqlResponse, Ok(Answer::from_errors(done))).await;
        let told = body["errors"].as_array().unwrap().iter().map(|error| error["message"].clone());
        assert_eq!(told.collect::<Vec<_>>(), ["z 0", "b 9", "b 10"]);
    }

    #[tokio::test]
    async fn what_was_executed_is_answered_with_200_whatever_its_fields_met() {
        let mut failed = entry(&Error::Internal);
        failed.path = vec![PathSegment::Field("viewer".to_owned())];
        let answer = Answer::from_errors(vec![failed]).extension("position", "7".into());
        let (status, _, body) = sent(Media::GraphqlResponse, Ok(answer)).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body["data"], Json::Null);
        assert!(body.as_object().unwrap().contains_key("data"));
        assert_eq!(body["errors"][0]["extensions"], json!({ "code": "INTERNAL", "requestId": "r1" }));
        assert_eq!(body["extensions"], json!({ "position": "7" }));
    }

    #[tokio::test]
    async fn whoever_asks_for_too_much_is_told_when_to_come_back() {
        for media in [Media::Json, Media::GraphqlResponse] {
            let outcome = Ok(Answer::from_errors(vec![too_much(TooMuch::InTime(7))]));
            let (status, headers, body) = sent(media, outcome).await;
            assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(headers[RETRY_AFTER], "7");
            assert_eq!(body["errors"][0]["extensions"]["code"], "BUSY");
        }
    }

    #[tokio::test]
    async fn a_problem_keeps_its_status_in_both_types() {
        for media in [Media::Json, Media::GraphqlResponse] {
            let error = Error::Unauthenticated(Unauthenticated::Missing.to_string());
            let problem = Problem::new(StatusCode::UNAUTHORIZED, error).with(WWW_AUTHENTICATE, "Bearer");
            let (status, headers, body) = sent(media, Err(problem)).await;
            assert_eq!(
                (status, &headers[WWW_AUTHENTICATE]),
                (StatusCode::UNAUTHORIZED, &HeaderValue::from_static("Bearer"))
            );
            assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        }
    }
}
