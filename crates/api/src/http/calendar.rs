//! Calendars to subscribe to: `/calendar/operation/SAPHAN.ics`, `/calendar/post/THA-02.ics`,
//! `/calendar/partner/THA.ics`.
//!
//! A feed is what its reader is answered by GraphQL, all at one position, so it shows what they may see,
//! counts against their allowance and is noted in the access log like any other question. What they may not
//! see does not exist.
//!
//! Programs that subscribe to calendars cannot send a header: the token may be in the address, as `?token=…`.
//! Nothing here logs an address; whoever has one reads what its token reads, for as long as that is good.

use crate::{
    Error,
    gate::{auth::Proof, trust::Purpose},
    http::{
        feed::{AsOf, NO_H_HOUR, Of, Operation, PageInfo, calendar, shown},
        graphql::{
            Media, Problem, Sent, authorization, execute, failure, manner, prepare, prove, request_id,
            respond,
        },
        request_log::Told,
        service::Service,
    },
};
use axum::{
    body::Body,
    extract::{Path, Query, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{
            CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
        },
        request::Parts,
    },
    response::Response,
};
use chrono::{DateTime, Utc};
use domain::{Actor, PartnerCode, Position, Sha256};
use exchange::ical;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Asked {
    token: Option<String>,
}

pub async fn answer(
    State(service): State<Service>,
    Path((of, file)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    let mut told = Told::default();
    let outcome = feed(&service, &head, &of, &file, &mut told).await;
    let mut response =
        outcome.unwrap_or_else(|problem| respond(Media::Json, request_id(&head), Err(problem)));
    // Also of what is not there: an address may have a token in it.
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response.extensions_mut().insert(told);
    response
}

async fn feed(
    service: &Service,
    head: &Parts,
    of: &str,
    file: &str,
    told: &mut Told,
) -> Result<Response, Problem> {
    let Proof { actor, .. } = authenticate(service, head).await?;
    told.actor = Some(actor.to_string());
    let of = read_path(of, file).ok_or_else(nothing)?;
    let text = Reader { service, head, actor, told }.calendar(&of).await?;
    Ok(feed_response(&head.headers, &text))
}

/// By the header, else by the address.
async fn authenticate(service: &Service, head: &Parts) -> Result<Proof, Problem> {
    let of_address = bearer_of_address(&head.uri);
    let authorization = match authorization(&head.headers) {
        Ok(None) => Ok(of_address.as_deref()),
        header => header,
    };
    prove(service, authorization, Purpose::Calendar).await
}

fn bearer_of_address(uri: &Uri) -> Option<Vec<u8>> {
    let Query(Asked { token }) = Query::try_from_uri(uri).ok()?;
    token.map(|token| format!("Bearer {token}").into_bytes())
}

fn read_path(of: &str, file: &str) -> Option<Of> {
    let code = file.strip_suffix(".ics")?;
    match of {
        "operation" => code.parse().ok().map(Of::Operation),
        "post" => code.parse().ok().map(Of::Post),
        "partner" => code.parse().ok().map(Of::Partner),
        _ => None,
    }
}

/// The same for what is hidden.
fn nothing() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, Error::bad_input("There is no such calendar that you may see."))
}

/// Not sent again to whoever has one that shows the same. The tag is weak: what is recorded elsewhere in the
/// log makes another text of it that says the same.
fn feed_response(asked: &HeaderMap, text: &str) -> Response {
    let etag = format!("\"{}\"", Sha256::of(&[ical::shown(text).as_bytes()]));
    let known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|value| value.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag
    });
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(text.to_owned()) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(VARY, HeaderValue::from_static("Authorization"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(etag) = HeaderValue::from_str(&format!("W/{etag}")) {
        headers.insert(ETAG, etag);
    }
    response
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    position: String,
    /// `None`: the log is empty.
    recorded_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Subject {
    /// Of a post, the one that fills it.
    partner: Option<Partner>,
}

#[derive(Deserialize)]
struct Partner {
    code: PartnerCode,
}

/// What there is at the position of the first question.
#[derive(Deserialize)]
struct Root {
    head: Head,
    /// Of a post or a partner, whether there is one.
    subject: Option<Subject>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Moment<T> {
    as_of: T,
}

#[derive(Deserialize)]
struct OneOperation {
    operation: Option<Operation>,
}

#[derive(Deserialize)]
struct Operations {
    operations: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    edges: Vec<Edge>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
struct Edge {
    node: Listed,
}

#[derive(Deserialize)]
struct Listed {
    code: String,
    status: String,
}

/// What is asked for.
struct Feed<'a> {
    of: &'a Of,
    /// Who carries out all of its tasks; `None`: several do.
    lead: Option<PartnerCode>,
    as_of: AsOf,
}

/// Asks for one reader.
struct Reader<'a> {
    service: &'a Service,
    head: &'a Parts,
    actor: Actor,
    told: &'a mut Told,
}

impl Reader<'_> {
    async fn calendar(mut self, of: &Of) -> Result<String, Problem> {
        let (root, code, fields) = match of {
            Of::Operation(code) => ("operation", code.as_str(), "code"),
            Of::Post(code) => ("post", code.as_str(), "partner { code }"),
            Of::Partner(code) => ("partner", code.as_str(), "code"),
        };
        let query = format!(
            "query Calendar($code: String!) {{
               head {{ position recordedAt }} subject: {root}(code: $code) {{ {fields} }} }}"
        );
        let Root { head: Head { position, recorded_at }, subject } =
            self.ask(query, json!({ "code": code })).await?;
        let Subject { partner } = subject.ok_or_else(nothing)?;
        let recorded_at = recorded_at.ok_or_else(nothing)?;
        let position = position.parse().map(Position);
        let position =
            position.map_err(|error| internal(Error::internal("read a position of our own", &error)))?;
        let lead = match of {
            Of::Operation(_) => None,
            Of::Post(_) => partner.map(|partner| partner.code),
            Of::Partner(code) => Some(code.clone()),
        };
        let feed = Feed { of, lead, as_of: AsOf { position, recorded_at } };
        let (events, description) = match of {
            Of::Operation(code) => {
                let (events, timed) = self.events(&feed, code.as_str()).await?.ok_or_else(nothing)?;
                (events, if timed { "" } else { NO_H_HOUR })
            }
            Of::Post(_) | Of::Partner(_) => {
                let mut events = Vec::new();
                for code in self.operations(position).await? {
                    if let Some((found, _)) = self.events(&feed, &code).await? {
                        events.extend(found);
                    }
                }
                (events, "")
            }
        };
        Ok(ical::write(&calendar(of, events, description.to_owned())))
    }

    /// Codes of those that have not ended.
    async fn operations(&mut self, position: Position) -> Result<Vec<String>, Problem> {
        let query = "query CalendarOperations($position: Position!, $after: String) {
            asOf(at: { position: $position }) { operations(first: 100, after: $after) {
              pageInfo { hasNextPage endCursor } edges { node { code status } } } } }";
        let (mut codes, mut after) = (Vec::new(), None);
        loop {
            let variables = json!({ "position": position.to_string(), "after": after });
            let Moment { as_of: Operations { operations } } = self.ask(query.to_owned(), variables).await?;
            after = operations.page_info.next().map(str::to_owned);
            let listed = operations.edges.into_iter().map(|edge| edge.node);
            let going_on = listed.filter(|one| !matches!(one.status.as_str(), "CLOSED" | "TERMINATED"));
            codes.extend(going_on.map(|one| one.code));
            if after.is_none() {
                return Ok(codes);
            }
        }
    }

    /// Of one operation, and whether it has H-hour; `None`: there is none.
    async fn events(
        &mut self,
        feed: &Feed<'_>,
        code: &str,
    ) -> Result<Option<(Vec<ical::Event>, bool)>, Problem> {
        let query = format!(
            "query CalendarTasks($position: Position!, $code: String!, $after: String) {{
               asOf(at: {{ position: $position }}) {{ operation(code: $code) {{ {} }} }} }}",
            shown(feed.lead.as_ref())
        );
        let position = feed.as_of.position.to_string();
        let (mut events, mut after) = (Vec::new(), None);
        loop {
            let variables = json!({ "position": position, "code": code, "after": after });
            let Moment { as_of: OneOperation { operation } } = self.ask(query.clone(), variables).await?;
            let Some(operation) = operation else { return Ok(None) };
            events.extend(operation.events(feed.of, feed.as_of));
            after = operation.next().map(str::to_owned);
            if after.is_none() || operation.h_hour.is_none() {
                return Ok(Some((events, operation.h_hour.is_some())));
            }
        }
    }

    async fn ask<T: DeserializeOwned>(&mut self, query: String, variables: Value) -> Result<T, Problem> {
        let sent = Sent::own(query, variables);
        let permit = self.service.rates.enter(&self.actor, self.service.clock.now())?;
        let asker = (self.actor.clone(), permit);
        let prepared = prepare(self.service, asker, manner(self.head), sent, self.told).await;
        let answer = match prepared {
            Ok(prepared) => execute(self.service, prepared).await.map_err(internal)?,
            Err(error) => async_graphql::Response::from_errors(vec![error]),
        };
        if let Some(problem) = failure(&answer) {
            return Err(problem);
        }
        let data = answer.data.into_json().and_then(serde_json::from_value);
        data.map_err(|error| internal(Error::internal("understand an answer of our own", &error)))
    }
}

fn internal(error: Error) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_named_by_what_it_is_of_and_a_code() {
        assert_eq!(read_path("operation", "SAPHAN.ics"), Some(Of::Operation("SAPHAN".parse().unwrap())));
        assert_eq!(read_path("post", "THA-02.ics"), Some(Of::Post("THA-02".parse().unwrap())));
        assert_eq!(read_path("partner", "THA.ics"), Some(Of::Partner("THA".parse().unwrap())));
        for (of, file) in [("task", "T01.ics"), ("post", "THA-02"), ("post", "x.ics"), ("post", ".ics")] {
            assert_eq!(read_path(of, file), None, "{of}/{file}");
        }
    }

    #[test]
    fn a_token_is_read_from_the_address() {
        let bearer = |uri: &'static str| bearer_of_address(&Uri::from_static(uri));
        assert_eq!(bearer("/calendar/post/A.ics?x=1&token=a.b-c_"), Some(b"Bearer a.b-c_".to_vec()));
        assert_eq!(bearer("/calendar/post/A.ics?token="), Some(b"Bearer ".to_vec()));
        assert_eq!(bearer("/calendar/post/A.ics"), None);
    }

    #[test]
    fn what_somebody_has_is_not_sent_again() {
        let status = |known: &str| {
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_str(known).unwrap())]);
            feed_response(&headers, "a").status()
        };
        let etag = feed_response(&HeaderMap::new(), "a").headers()[ETAG].to_str().unwrap().to_owned();
        assert_eq!(status(&etag), StatusCode::NOT_MODIFIED);
        assert_eq!(status(&format!("\"b\", {etag}")), StatusCode::NOT_MODIFIED);
        assert_eq!(status(etag.trim_start_matches("W/")), StatusCode::NOT_MODIFIED);
        assert_eq!(status("\"b\""), StatusCode::OK);
    }
}
