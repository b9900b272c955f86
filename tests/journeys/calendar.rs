//! Calendars that programs of others subscribe to: what a reader may see of tasks, at their times.

use crate::support::Server;
use accord::domain::Role;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::BTreeSet;

/// Version 2 is in force, H-hour is set, and every task has its officer.
const END: &str = "2023-09-25T10:00:00+07:00";

/// Version 2 waits for the nations' decisions; H-hour is not set.
const BEFORE: &str = "2023-09-12T10:00:00+07:00";

const OPERATION: &str = "/calendar/operation/SAPHAN.ics";

async fn get(server: &Server, path: &str, token: &str) -> reqwest::Response {
    server.client().get(server.url(path)).bearer_auth(token).send().await.unwrap()
}

/// The text that this post is shown.
async fn feed(server: &Server, path: &str, who: &str) -> String {
    let answer = get(server, path, &server.token(who)).await;
    assert_eq!(answer.status(), 200, "{path} for {who}");
    answer.text().await.unwrap()
}

/// Summaries of the events, in their order.
fn summaries(text: &str) -> Vec<String> {
    let whole = text.replace("\r\n ", "");
    whole.lines().filter_map(|line| line.strip_prefix("SUMMARY:")).map(str::to_owned).collect()
}

#[sqlx::test(migrations = false)]
async fn a_calendar_shows_the_tasks_of_an_operation_a_post_or_a_partner(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    let query = "{ operation(code: \"SAPHAN\") { tasks(first: 100) { edges { node {
       id code title plannedStart leadPartner { code } post { code } } } } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let tasks: Vec<&Value> =
        data["operation"]["tasks"]["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]).collect();
    let summary = |task: &&Value, before: &str| {
        let title = task["title"].as_str().unwrap().replace(',', "\\,").replace(';', "\\;");
        format!("{before}{} {title}", task["code"].as_str().unwrap())
    };
    let whole = feed(&server, OPERATION, "THA-01").await;
    assert_eq!(summaries(&whole), tasks.iter().map(|task| summary(task, "")).collect::<Vec<_>>());
    for task in &tasks {
        let start = task["plannedStart"].as_str().unwrap().replace(['-', ':'], "");
        let id = task["id"].as_str().unwrap();
        assert!(whole.contains(&format!("UID:{id}@accord\r\n")), "{whole}");
        assert!(whole.contains(&format!("DTSTART:{start}\r\n")), "{start} in {whole}");
    }
    for (path, of) in
        [("/calendar/post/THA-02.ics", "/post/code"), ("/calendar/partner/MMR.ics", "/leadPartner/code")]
    {
        let code = path.split('/').next_back().unwrap().trim_end_matches(".ics");
        let own = tasks.iter().filter(|task| task.pointer(of) == Some(&json!(code)));
        let own: Vec<_> = own.map(|task| summary(task, "SAPHAN ")).collect();
        assert!(!own.is_empty());
        assert_eq!(summaries(&feed(&server, path, "THA-01").await), own, "{path}");
    }
    // Whoever knows it already is not sent it again.
    let token = server.token("THA-01");
    let answer = get(&server, OPERATION, &token).await;
    assert_eq!(answer.headers()["content-type"], "text/calendar; charset=utf-8");
    assert_eq!(answer.headers()["cache-control"], "private, no-cache");
    assert_eq!(answer.headers()["vary"], "Authorization");
    let known = answer.headers()["etag"].clone();
    let again =
        server.client().get(server.url(OPERATION)).bearer_auth(&token).header("If-None-Match", &known);
    let again = again.send().await.unwrap();
    assert_eq!((again.status().as_u16(), &again.headers()["etag"]), (304, &known));
    assert_eq!(again.text().await.unwrap(), "");
    server.stop().await;
}

/// The value of a property of the first event.
fn first(text: &str, name: &str) -> String {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap().to_owned()
}

#[sqlx::test(migrations = false)]
async fn a_calendar_tells_of_a_change_by_all_that_programs_look_at_and_of_nothing_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    let token = server.token("THA-01");
    let feed = async || {
        let answer = get(&server, OPERATION, &token).await;
        let etag = answer.headers()["etag"].clone();
        (etag, answer.text().await.unwrap())
    };
    let (etag, before) = feed().await;
    let position = server.head("THA-01").await;
    assert_eq!(first(&before, "SEQUENCE"), position.as_str().unwrap());
    assert_eq!(first(&before, "DTSTART"), "20230926T230000Z");

    // What is recorded elsewhere is not shown.
    let post = json!({ "code": "THA-77", "partner": "THA", "title": "Clerk" });
    server.done("service:import", "establishPost", post, "").await;
    assert_eq!(feed().await.0, etag);
    let known = server.client().get(server.url(OPERATION)).bearer_auth(&token).header("If-None-Match", &etag);
    assert_eq!(known.send().await.unwrap().status(), 304);

    let operation = server.data("THA-01", "{ operation(code: \"SAPHAN\") { id } }", Value::Null).await;
    let input = json!({
        "operation": operation["operation"]["id"], "to": "2023-10-09T08:00:00+07:00", "reason": "Fog",
    });
    let shifted = server.done("THA-01", "shiftHHour", input, "receipt { recordedAt }").await;
    let (moved, after) = feed().await;
    assert_ne!(moved, etag);
    assert_eq!(first(&after, "SEQUENCE"), shifted["receipt"]["position"].as_str().unwrap());
    assert_eq!(first(&after, "DTSTAMP"), stamp(&shifted["receipt"]["recordedAt"]));
    assert_eq!(first(&after, "DTSTART"), "20230927T010000Z");
    server.stop().await;
}

/// As iCalendar has an instant, in whole seconds.
fn stamp(at: &Value) -> String {
    let at: DateTime<Utc> = at.as_str().unwrap().parse().unwrap();
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

#[sqlx::test(migrations = false)]
async fn a_token_may_be_in_the_address_and_without_one_nothing_is_told(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    let token = server.token("THA-01");
    let bare = |path: String| server.client().get(server.url(&path)).send();
    let whole = feed(&server, OPERATION, "THA-01").await;
    let answer = bare(format!("{OPERATION}?token={token}")).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap()), (200, whole));
    let late = server.token_for("THA-01", TimeDelta::hours(-1));
    for path in [
        OPERATION.to_owned(),
        format!("{OPERATION}?token="),
        format!("{OPERATION}?token={late}"),
        format!("{OPERATION}?token={token}x"),
        "/calendar/operation/NOWHERE.ics".to_owned(),
        "/calendar/nothing/at-all".to_owned(),
    ] {
        let answer = bare(path).await.unwrap();
        assert_eq!(answer.status(), 401);
        assert!(
            answer.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer realm=\"accord\"")
        );
        assert_eq!(answer.headers()["cache-control"], "private, no-cache");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
    // The header counts, whatever the address says.
    let both = get(&server, &format!("{OPERATION}?token={token}"), &late).await;
    assert_eq!(both.status(), 401);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn of_a_plan_that_was_withdrawn_calendars_say_that_it_is_cancelled(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    let states = async |path: &str| -> BTreeSet<String> {
        let text = feed(&server, path, "MMR-01").await;
        text.lines().filter_map(|line| line.strip_prefix("STATUS:")).map(str::to_owned).collect()
    };
    assert_eq!(states(OPERATION).await, ["CONFIRMED".to_owned()].into());
    let withdrawal = json!({ "operation": "SAPHAN", "reason": "The border is closed" });
    server.done("THA-01", "withdrawPlan", withdrawal, "").await;
    assert_eq!(states(OPERATION).await, ["CANCELLED".to_owned()].into());
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn what_a_token_may_not_see_is_in_no_calendar(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan_without_t21_for_laos(options).await;
    let mmr = "/calendar/partner/MMR.ics";
    let tasks = |text: String| {
        let own = summaries(&text);
        (own.len(), own.iter().any(|summary| summary.contains("T21 ")))
    };
    assert_eq!(tasks(feed(&server, OPERATION, "MMR-01").await), (29, true));
    assert_eq!(tasks(feed(&server, OPERATION, "LAO-01").await), (28, false));
    assert!(tasks(feed(&server, mmr, "MMR-01").await).1);
    assert!(!tasks(feed(&server, mmr, "LAO-01").await).1);

    // Of an operation that is not released to them, they learn no more than of one that there is not.
    let hidden = json!({
        "code": "HIDDEN", "title": "Of two", "leadPartner": "THA", "classification": "SECRET",
        "releasableTo": ["MMR"],
    });
    server.done("THA-01", "initiateOperation", hidden, "").await;
    let mut told = Vec::new();
    for path in [
        "/calendar/operation/HIDDEN.ics",
        "/calendar/operation/NOWHERE.ics",
        "/calendar/post/NO-99.ics",
        "/calendar/post/x",
        "/calendar/task/T01.ics",
    ] {
        let answer = get(&server, path, &server.token("LAO-01")).await;
        assert_eq!(answer.status(), 404, "{path}");
        let body: Value = answer.json().await.unwrap();
        told.push(body["errors"][0]["message"].clone());
    }
    assert!(told.iter().all(|message| *message == told[0]), "{told:?}");
    // Services decide no plan, and see none.
    let answer = get(&server, OPERATION, &server.token("service:import")).await;
    assert_eq!(answer.status(), 404);
    assert_eq!(get(&server, OPERATION, &server.token_as("THA-02", &[Role::Watch])).await.status(), 200);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn without_h_hour_a_calendar_says_why_it_is_empty(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, BEFORE).await;
    let text = feed(&server, OPERATION, "THA-01").await.replace("\r\n ", "");
    assert!(!text.contains("VEVENT"), "{text}");
    assert!(
        text.contains("\r\nX-WR-CALDESC:H-hour is not set yet\\, so that no task has a time.\r\n"),
        "{text}"
    );
    server.stop().await;
}
