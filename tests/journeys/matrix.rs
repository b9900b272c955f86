//! Synchronisation matrices of Operation SAPHAN: phases or days, by lines of effort or by partners.

use crate::support::{Server, column};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const END: &str = "2023-09-25T10:00:00+07:00";

async fn matrix(server: &Server, who: &str, of: &str, arguments: &str) -> Value {
    let query = format!(
        "{{ operation(code: \"SAPHAN\") {{ of: {of} {{ synchronisationMatrix{arguments} {{
           columns {{ code name start }} rows {{ code name start }}
           cells {{ column row phase {{ code }} lineOfEffort {{ code }} tasks {{ code }} decisionPoints {{ code }} }} }} }} }} }}"
    );
    server.data(who, &query, Value::Null).await["operation"]["of"]["synchronisationMatrix"].take()
}

fn cell<'a>(matrix: &'a Value, column: &str, row: &str) -> &'a Value {
    let mut cells = matrix["cells"].as_array().unwrap().iter();
    cells.find(|cell| cell["column"] == column && cell["row"] == row).unwrap_or(&Value::Null)
}

#[sqlx::test(migrations = false)]
async fn phases_meet_lines_of_effort_and_days_meet_partners(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, END).await;
    let usual = matrix(&server, "THA-01", "plan", "").await;
    assert_eq!(column(&usual["columns"], "/code"), ["P1", "P2", "P3", "P4", "P5"]);
    assert_eq!(usual["columns"][4], json!({ "code": "P5", "name": "Review", "start": null }));
    assert_eq!(column(&usual["rows"], "/code"), ["LOE1", "LOE2", "LOE3", "LOE4"]);
    assert_eq!(
        cell(&usual, "P2", "LOE3"),
        &json!({
            "column": "P2", "row": "LOE3", "phase": { "code": "P2" }, "lineOfEffort": { "code": "LOE3" },
            "tasks": [{ "code": "T12" }, { "code": "T14" }, { "code": "T15" }],
            "decisionPoints": [{ "code": "DP1" }],
        })
    );
    let cells = usual["cells"].as_array().unwrap();
    assert_eq!(cells.iter().map(|cell| cell["tasks"].as_array().unwrap().len()).sum::<usize>(), 29);
    assert_eq!(matrix(&server, "THA-01", "plan", "(columns: PHASE, rows: LINE_OF_EFFORT)").await, usual);

    let days = matrix(&server, "THA-01", "plan", "(columns: DAY, rows: PARTNER)").await;
    assert_eq!(
        column(&days["columns"], "/code").join(" "),
        "D-12 D-11 D-10 D-8 D-7 D-6 D-5 D-4 D-2 D-1 D+0 D+1 D+2 D+5 D+16 D+18 D+21 D+45"
    );
    assert_eq!(days["columns"][0], json!({ "code": "D-12", "name": "D-12", "start": "-PT288H" }));
    assert_eq!(column(&days["rows"], "/name"), ["China", "Lao PDR", "Myanmar", "Thailand"]);
    assert_eq!(
        cell(&days, "D+0", "MMR"),
        &json!({
            "column": "D+0", "row": "MMR", "phase": { "code": "P3" }, "lineOfEffort": null,
            "tasks": [{ "code": "T16" }, { "code": "T17" }, { "code": "T18" }, { "code": "T21" }],
            "decisionPoints": [],
        })
    );
    assert_eq!(column(&cell(&days, "D+1", "THA")["decisionPoints"], "/code"), ["DP2"]);
    assert_eq!(cell(&days, "D+1", "MMR"), &Value::Null, "a cell without tasks is none");

    // Of a version by its number: T18 was China's in the first, T13 was not there.
    let first = matrix(&server, "THA-01", "planVersion(number: 1)", "(rows: PARTNER)").await;
    assert_eq!(column(&cell(&first, "P3", "CHN")["tasks"], "/code"), ["T18"]);
    assert_eq!(column(&cell(&first, "P2", "THA")["tasks"], "/code"), ["T08", "T10", "T12", "T15"]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_version_by_its_number_is_laid_out_as_the_one_in_force_is(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    let query = "{ operation(code: \"SAPHAN\") {
       schedule { ...Times } one: planVersion(number: 1) { schedule { tasks { task { code } } } }
       two: planVersion(number: 2) { schedule { ...Times } network: schedule(basis: NETWORK) { length } } } }
     fragment Times on Schedule { basis start length criticalPath { code } tasks { earlyStart earliestStart } }";
    let operation = &server.data("THA-01", query, Value::Null).await["operation"];
    assert_eq!(operation["schedule"], operation["two"]["schedule"]);
    assert_eq!(operation["two"]["network"]["length"], "PT868H");
    assert_eq!(operation["one"]["schedule"]["tasks"].as_array().unwrap().len(), 28);
    server.stop().await;
}
