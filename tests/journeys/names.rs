//! Names in the languages of the coalition, and times on the clocks of its partners.

use crate::support::{Server, codes};
use chrono::DateTime;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const H_HOUR_IS_SET: &str = "2023-09-25T10:00:00+07:00";

const NAMES: &str = "{
   partner(code: \"THA\") { name agency }
   post(code: \"MMR-01\") { title }
   centre(code: \"CMCC\") { name }
 }";

#[sqlx::test(migrations = false)]
async fn people_read_names_in_their_languages(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, H_HOUR_IS_SET).await;
    let plain = server.data_in("th, zh;q=0.9", "THA-01", NAMES).await;

    let thailand = json!({
        "partner": "THA",
        "names": [{ "language": "TH", "text": "ไทย" }, { "language": "ZH", "text": "泰国" }],
        "agencyNames": [{ "language": "TH", "text": "สำนักงานตำรวจแห่งชาติ" }],
    });
    let shown = "partner { names { language text } agencyNames { text } }";
    let named = server.done("THA-01", "namePartner", thailand.clone(), shown).await;
    assert_eq!(named["partner"]["names"], thailand["names"]);
    assert_eq!(named["partner"]["agencyNames"], json!([{ "text": "สำนักงานตำรวจแห่งชาติ" }]));
    let liaison = json!({ "post": "MMR-01", "titles": [{ "language": "MY", "text": "ဆက်ဆံရေးအရာရှိ" }] });
    server.done("MMR-01", "namePost", liaison, "post { titles { language text } }").await;
    let centre = json!({ "centre": "CMCC", "names": [
        { "language": "LO", "text": "ສູນປະສານງານ" }, { "language": "ZH", "text": "协调中心" },
    ] });
    server.done("THA-01", "nameCentre", centre, "centre { names { language text } }").await;

    let in_english = &plain;
    for (languages, partner, agency, title, centre) in [
        ("th", Some("ไทย"), Some("สำนักงานตำรวจแห่งชาติ"), None, None),
        ("zh-Hans-CN, en;q=0.5", Some("泰国"), None, None, Some("协调中心")),
        (
            "my;q=0.2, lo;q=0.7, th;q=0.1",
            Some("ไทย"),
            Some("สำนักงานตำรวจแห่งชาติ"),
            Some("ဆက်ဆံရေးအရာရှိ"),
            Some("ສູນປະສານງານ"),
        ),
        ("en, th;q=0.9", None, None, None, None),
        ("fr", None, None, None, None),
    ] {
        let names = server.data_in(languages, "LAO-01", NAMES).await;
        let name = |text: Option<&str>, pointer: &str| {
            text.map_or_else(|| in_english.pointer(pointer).unwrap().clone(), Value::from)
        };
        assert_eq!(names["partner"]["name"], name(partner, "/partner/name"), "{languages}");
        assert_eq!(names["partner"]["agency"], name(agency, "/partner/agency"), "{languages}");
        assert_eq!(names["post"]["title"], name(title, "/post/title"), "{languages}");
        assert_eq!(names["centre"]["name"], name(centre, "/centre/name"), "{languages}");
    }

    // The argument stands above the header, and what is not there is in English.
    let chosen = "{ partner(code: \"THA\") {
       zh: name(language: ZH) en: name(language: EN) vi: name(language: VI) agency(language: ZH)
     } }";
    let chosen = server.data_in("th", "LAO-01", chosen).await;
    let name = &in_english["partner"]["name"];
    let expected = json!({ "zh": "泰国", "en": name, "vi": name, "agency": in_english["partner"]["agency"] });
    assert_eq!(chosen["partner"], expected);

    // Names are history as everything else is.
    let then = format!("{{ asOf(at: {{ recordedAt: \"2023-09-25T09:59:00+07:00\" }}) {NAMES} }}");
    assert_eq!(server.data_in("th", "LAO-01", &then).await["asOf"], plain);

    let changes = "{ changes(from: { recordedAt: \"2023-09-25T09:59:00+07:00\" }, to: { recordedAt: \"2023-09-25T10:00:00+07:00\" }) {
       edges { node { field before after object { ... on Post { code } } } }
     } }";
    let data = server.data("LAO-01", changes, Value::Null).await;
    let titles = data["changes"]["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]);
    let titles: Vec<_> = titles.filter(|node| node["object"]["code"] == "MMR-01").collect();
    let expected = json!({
        "field": "titles", "before": [], "after": [{ "language": "MY", "text": "ဆက်ဆံရေးအရာရှိ" }],
        "object": { "code": "MMR-01" },
    });
    assert_eq!(titles, [&expected]);

    // Said again, nothing changes; a language has one name, and a nation's name is its own and the host's to
    // say.
    let again = server.done("THA-01", "namePartner", thailand, "").await;
    assert_eq!(again["receipt"]["eventIds"], json!([]));
    let twice = json!({ "partner": "THA", "names": [
        { "language": "TH", "text": "ไทย" }, { "language": "TH", "text": "สยาม" },
    ] });
    let refusals = server.refused("THA-01", "namePartner", twice).await;
    assert_eq!((&refusals[0]["code"], &refusals[0]["field"]), (&json!("INVALID_VALUE"), &json!(["names"])));
    let empty = json!({ "partner": "THA", "names": [{ "language": "TH", "text": " " }] });
    let refusals = server.refused("THA-01", "namePartner", empty).await;
    assert_eq!(refusals[0]["field"], json!(["names", "0", "text"]));
    let foreign = json!({ "partner": "LAO", "names": [] });
    assert_eq!(codes(&server.refused("CHN-01", "namePartner", foreign).await), ["FORBIDDEN"]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn times_are_read_on_the_clocks_of_a_partner(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, H_HOUR_IS_SET).await;
    let query = "query ($zone: ZoneInput) {
       operation(code: \"SAPHAN\") {
         hHour(zone: $zone)
         hHourWindow(zone: $zone) { from }
         task(code: \"T16\") { plannedStart(zone: $zone) }
         planVersion(number: 1) { decisions { decidedAt(zone: $zone) } }
         ... on HasHistory { history(last: 1) { edges { node { type occurredAt(zone: $zone) } } } }
       }
     }";
    for (zone, h_hour, rejected, set) in [
        (Value::Null, "2023-10-08T23:00:00Z", "2023-09-15T04:00:00Z", "2023-09-25T02:30:00Z"),
        (
            json!({ "partner": "MMR" }),
            "2023-10-09T05:30:00+06:30",
            "2023-09-15T10:30:00+06:30",
            "2023-09-25T09:00:00+06:30",
        ),
        (
            json!({ "name": "Asia/Shanghai" }),
            "2023-10-09T07:00:00+08:00",
            "2023-09-15T12:00:00+08:00",
            "2023-09-25T10:30:00+08:00",
        ),
    ] {
        let data = server.data("THA-01", query, json!({ "zone": zone })).await;
        let operation = &data["operation"];
        assert_eq!(operation["hHour"], h_hour);
        assert_eq!(operation["task"]["plannedStart"], h_hour, "T16 starts at H");
        assert_eq!(operation["planVersion"]["decisions"][2]["decidedAt"], rejected);
        let event = &operation["history"]["edges"][0]["node"];
        assert_eq!((&event["type"], &event["occurredAt"]), (&json!("HHourSet"), &json!(set)));
        let opens = operation["hHourWindow"]["from"].as_str().unwrap();
        let opens = (DateTime::parse_from_rfc3339(opens).unwrap(), opens.ends_with(&h_hour[19..]));
        let told = DateTime::parse_from_rfc3339("2023-10-08T00:00:00+07:00").unwrap();
        assert_eq!(opens, (told, true), "the same instant, as the zone writes it");
    }

    let local = "{ partner(code: \"MMR\") { timeZone localTime(of: \"2023-10-09T06:00:00+07:00\") } }";
    let data = server.data("THA-01", local, Value::Null).await;
    assert_eq!(
        data["partner"],
        json!({ "timeZone": "Asia/Yangon", "localTime": "2023-10-09T05:30:00+06:30" })
    );

    for zone in
        [json!({ "name": "Asia/Atlantis" }), json!({ "partner": "XXX" }), json!({ "partner": "no code" })]
    {
        let answer = server.ask("THA-01", query, json!({ "zone": zone })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{zone}");
    }
    server.stop().await;
}
