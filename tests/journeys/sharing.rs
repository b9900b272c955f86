//! Whoever shares a server with others learns nothing of what is not released to them.
//!
//! Two worlds are built by the same commands. They differ only in what is hidden from one viewer: other
//! titles, other codes, other texts. Every field of the schema is then asked of both, in every way that the
//! API has, and every answer has to be the same to the byte. What answers may tell is how long the log is,
//! and hashes over what is hidden.

use crate::{
    live::Events,
    sdl::Sdl,
    support::{Server, column},
};
use accord::domain::{
    Event, PartnerCode, Recorded,
    assistance::AssistanceEvent,
    contribution::ContributionEvent,
    ids::{ContributionId, IncidentId, OperationId, OutcomeId, RequestId, SitrepId, TaskId},
    incident::IncidentEvent,
    outcome::OutcomeEvent,
    request::RequestEvent,
    sitrep::SitrepEvent,
};
use serde_json::{Map, Value, json};
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::collections::{BTreeMap, BTreeSet};
use tokio::join;
use uuid::Uuid;

/// A world of five operations, told so that some of it is other where somebody may not look.
struct Twin<'a> {
    server: &'a Server,
    /// Code of the partner from whom the differences are hidden; none: the world that others are compared
    /// with.
    other_for: Option<&'a str>,
}

/// An operation whose content only its readers may know.
struct Secret<'a> {
    twin: &'a Twin<'a>,
    /// In the end.
    readers: &'a [&'a str],
    lead: &'a str,
    id: Value,
}

const EVERYBODY: &[&str] = &["THA", "CHN", "MMR", "LAO", "INTERPOL"];

impl Twin<'_> {
    /// `there` for readers; in the twin of a partner that is none, `instead`.
    fn pick<'t>(&self, readers: &[&str], there: &'t str, instead: &'t str) -> &'t str {
        match self.other_for {
            Some(partner) if !readers.contains(&partner) => instead,
            _ => there,
        }
    }

    async fn coalition(&self) {
        let admin = "service:import";
        let partners = [("THA", "HOST"), ("CHN", "PRINCIPAL"), ("MMR", "PRINCIPAL"), ("LAO", "PARTICIPANT")];
        for (code, role) in partners {
            let founding = json!({ "profile": profile(code), "role": role });
            self.server
                .done(admin, "accedePartner", json!({ "partner": code, "founding": founding }), "")
                .await;
        }
        let invited = json!({ "code": "INTERPOL", "role": "OBSERVER", "profile": profile("INTERPOL") });
        self.server.done(admin, "invitePartner", invited, "").await;
        self.server.done(admin, "admitObserver", json!({ "partner": "INTERPOL" }), "").await;
        let criteria = json!([{ "name": "security", "weight": 100 }]);
        let centre = json!({ "code": "CMCC", "name": "Centre", "criteria": criteria });
        self.server.done(admin, "proposeCentre", centre, "").await;
        let scores = json!([{ "criterion": "security", "score": 4 }]);
        let site = json!({ "centre": "CMCC", "site": "MAE_SOT", "place": "Mae Sot", "scores": scores });
        self.server.done(admin, "assessSite", site, "").await;
        let chosen = json!({ "centre": "CMCC", "site": "MAE_SOT", "agreedBy": ["THA"], "rationale": "Near" });
        self.server.done(admin, "selectSite", chosen, "").await;
        self.server.done(admin, "establishCentre", json!({ "centre": "CMCC" }), "").await;
        for (index, post) in
            ["THA-01", "CHN-01", "MMR-01", "LAO-01", "INTERPOL-01", "THA-02"].into_iter().enumerate()
        {
            let (partner, number) = post.split_once('-').unwrap();
            let new =
                json!({ "code": post, "partner": partner, "title": "Officer", "liaison": number == "01" });
            self.server.done(admin, "establishPost", new, "").await;
            let officer = format!("00000000-0000-4000-8000-00000000000{index}");
            self.server.done(admin, "nominateOfficer", json!({ "post": post, "officer": officer }), "").await;
            self.server.done(admin, "acceptNomination", json!({ "post": post }), "").await;
            self.server.done(admin, "takePost", json!({ "post": post }), "").await;
        }
        self.server.done(admin, "activateCentre", json!({ "centre": "CMCC" }), "").await;
        let shift = json!({
            "centre": "CMCC", "from": "2023-08-17T06:00:00Z", "to": "2023-08-17T18:00:00Z",
            "officers": ["CHN-01", "MMR-01"],
        });
        self.server.done(admin, "rosterShift", shift, "").await;
        let relief = json!({ "post": "THA-02", "reason": "Rotation" });
        self.server.done(admin, "relieveOfficer", relief, "").await;
    }

    async fn initiate<'t>(
        &'t self,
        code: &str,
        lead: &'t str,
        readers: &'t [&'t str],
        released: &[&str],
    ) -> Secret<'t> {
        let instead = format!("{code}X");
        self.initiate_as(self.pick(readers, code, &instead), lead, readers, released).await
    }

    /// The same of this code in both worlds: ids of what is in it are made of it.
    async fn initiate_as<'t>(
        &'t self,
        code: &str,
        lead: &'t str,
        readers: &'t [&'t str],
        released: &[&str],
    ) -> Secret<'t> {
        let operation = json!({
            "code": code, "title": self.pick(readers, "Plain", "Secret falcon"),
            "leadPartner": lead, "classification": self.pick(readers, "RESTRICTED", "SECRET"), "releasableTo": released,
        });
        let by = format!("{lead}-01");
        let done = self.server.done(&by, "initiateOperation", operation, "operation { id }").await;
        Secret { twin: self, readers, lead, id: done["operation"]["id"].clone() }
    }

    /// Everything, in one order: the worlds have the same events at the same positions.
    async fn tell(&self) {
        self.coalition().await;
        let open = self.initiate("OPEN", "THA", EVERYBODY, EVERYBODY).await;
        let version = open.draft_and_submit().await;
        open.decide(&version, &["THA", "CHN"]).await;
        open.reject(&version, "MMR").await;
        open.run("openAmendment", json!({ "reason": "Myanmar objects" }), "").await;
        let version = open.submit().await;
        open.decide(&version, &["THA", "CHN", "MMR"]).await;
        open.carry_out(&version).await;
        open.answer_incident().await;
        // Two partners' business, and the lead's.
        open.ask("MMR", "LAO", &["THA", "MMR", "LAO"]).await;
        // Of one that does not read the operation.
        let alone = self.initiate_as("PACT", "CHN", &["CHN"], &[]).await;
        alone.ask("CHN", "LAO", &["CHN", "LAO"]).await;
        open.give().await;
        open.count().await;
        open.come_to().await;
        open.sum_up().await;
        open.look_back().await;

        let part = self.initiate("PART", "THA", &["THA", "CHN"], &["CHN"]).await;
        let version = part.draft_and_submit().await;
        part.decide(&version, &["THA"]).await;
        let solo = self.initiate("SOLO", "CHN", &["CHN"], &[]).await;
        let version = solo.draft_and_submit().await;
        solo.decide(&version, &["CHN"]).await;
        solo.report(&version).await;

        // Narrowed: who may not see it now may not see it then.
        let gone = self.initiate("GONE", "MMR", &["MMR", "CHN"], &["CHN", "LAO"]).await;
        gone.draft_and_submit().await;
        gone.run("markReleasability", json!({ "releasableTo": ["CHN"] }), "").await;

        // Widened: what it was before stays closed to those who came later.
        let late = self.initiate("LATE", "THA", EVERYBODY, &[]).await;
        late.run("draftPlan", json!({ "sections": sections("Quiet.") }), "").await;
        let early = self.pick(&["THA"], "Early draft", "Early secret");
        let added = late.run("addTask", task("T01", "THA", early, &[]), "task { task { id } }").await;
        let revised = json!({ "task": added["task"]["task"]["id"], "title": "Released text" });
        self.server.done("THA-01", "reviseTask", revised, "").await;
        late.run("markReleasability", json!({ "releasableTo": ["LAO", "MMR", "CHN", "INTERPOL"] }), "").await;
        late.run("addTask", task("T02", "THA", "Later task", &["T01"]), "").await;
        self.write_log().await;
    }

    /// Entries of the watch's log, each for some, and the correction of one.
    async fn write_log(&self) {
        let enter = |text: &str, category: &str, readers: Option<&[&str]>| {
            let mut entry = json!({ "centre": "CMCC", "category": category, "text": text });
            if let Some(readers) = readers {
                entry["release"] = json!({ "releasableTo": readers });
            }
            entry
        };
        let shown = "entry { id }";
        self.server.done("LAO-01", "makeLogEntry", enter("Quiet", "SECURITY", None), shown).await;
        let readers = ["MMR", "THA"];
        let category = self.pick(&readers, "SECURITY", "FALCON");
        let entry = enter(self.pick(&readers, "A patrol left", "A secret falcon"), category, Some(&["THA"]));
        let made = self.server.done("MMR-01", "makeLogEntry", entry, shown).await;
        let text = self.pick(&readers, "A patrol came back", "Another falcon");
        let reason = self.pick(&readers, "Misheard", "Falcons move");
        let right = json!({ "entryId": made["entry"]["id"], "text": text, "reason": reason });
        self.server.done("MMR-01", "correctLogEntry", right, "").await;
        let own = enter(self.pick(&["CHN"], "For us", "Our falcon"), "SECURITY", Some(&[]));
        self.server.done("CHN-01", "makeLogEntry", own, "").await;
    }
}

fn profile(code: &str) -> Value {
    json!({ "name": code, "agency": "Police", "timeZone": "Asia/Bangkok", "currency": "THB" })
}

fn sections(situation: &str) -> Value {
    json!({
        "situation": situation, "mission": "Recover them.", "concept": "Together.",
        "phases": [{ "code": "P1", "name": "Action", "gate": "GO_NO_GO" }],
        "linesOfEffort": [{ "code": "L1", "name": "Assistance" }],
        "objectives": [
            { "code": "O1", "lineOfEffort": "L1", "text": "Arrests", "measure": "arrests", "target": 5 },
        ],
        "hHourWindow": { "from": "2023-10-08T00:00:00+07:00", "to": "2023-10-16T00:00:00+07:00" },
    })
}

fn task(code: &str, partner: &str, title: &str, predecessors: &[&str]) -> Value {
    json!({
        "code": code, "title": title, "phase": "P1", "leadPartner": partner, "territory": partner,
        "post": format!("{partner}-01"), "startOffset": "PT0H", "duration": "PT12H", "predecessors": predecessors,
        "lineOfEffort": "L1",
    })
}

impl Secret<'_> {
    fn text<'t>(&self, there: &'t str, instead: &'t str) -> &'t str {
        self.twin.pick(self.readers, there, instead)
    }

    /// A command of the lead about the operation.
    async fn run(&self, name: &str, more: Value, shown: &str) -> Value {
        let mut input = json!({ "operation": self.id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.twin.server.done(&format!("{}-01", self.lead), name, input, shown).await
    }

    async fn draft_and_submit(&self) -> Value {
        self.run("issueWarningOrder", json!({ "text": self.text("Prepare.", "Prepare falcon.") }), "").await;
        self.run("draftPlan", json!({ "sections": sections(self.text("Known.", "Secret site.")) }), "").await;
        let first = self.text("T01", "S01");
        self.run("addTask", task(first, self.lead, self.text("Open it", "Open falcon"), &[]), "").await;
        let second = task(self.text("T02", "S02"), self.lead, self.text("Do it", "Do falcon"), &[first]);
        self.run("addTask", second, "").await;
        for (code, narrower) in [("A", EVERYBODY), ("B", &["THA", "CHN", "MMR"][..])] {
            let readers: Vec<&str> = narrower
                .iter()
                .filter(|reader| self.readers.contains(reader) || **reader == self.lead)
                .copied()
                .collect();
            let annex = json!({
                "code": code, "title": self.twin.pick(&readers, "Annex", "Falcon annex"),
                "text": self.twin.pick(&readers, "Two places.", "Falcon's nest."),
                "classification": "RESTRICTED", "releasableTo": readers,
            });
            self.run("attachAnnex", annex, "").await;
        }
        let version = self.submit().await;
        let decision = json!({
            "question": self.text("Which road?", "Which falcon?"), "outcome": self.text("North", "Nest"),
            "reasons": self.text("Flood", "Falcon"), "seenAt": version["seenAt"],
        });
        self.run("recordDecision", decision, "").await;
        let clash = json!({ "other": self.text("River police", "Falcon police"), "tasks": [first] });
        self.run("findDeconflictionConflict", clash, "").await;
        version
    }

    async fn submit(&self) -> Value {
        let done = self.run("submitPlan", json!({}), "planVersion { id contentHash }").await;
        json!({
            "planVersionId": done["planVersion"]["id"], "contentHash": done["planVersion"]["contentHash"],
            "seenAt": done["receipt"]["position"],
        })
    }

    async fn decide(&self, version: &Value, partners: &[&str]) {
        for partner in partners {
            let mut input = version.clone();
            if *partner == "CHN" {
                input["conditions"] =
                    json!([{ "code": "C1", "gate": "ACTIVATION", "text": "Terminals accepted" }]);
            }
            self.twin.server.done(&format!("{partner}-01"), "approvePlan", input, "").await;
        }
    }

    async fn reject(&self, version: &Value, partner: &str) {
        let mut input = version.clone();
        input["reason"] = "Not so.".into();
        self.twin.server.done(&format!("{partner}-01"), "rejectPlan", input, "").await;
    }

    /// Claims on tasks, in an operation that nobody else reads.
    async fn report(&self, version: &Value) {
        let promulgation = json!({ "planVersionId": version["planVersionId"], "seenAt": version["seenAt"] });
        self.twin.server.done(&format!("{}-01", self.lead), "promulgatePlan", promulgation, "").await;
        let (first, second) = (self.text("T01", "S01"), self.text("T02", "S02"));
        let shown = "task { claims { id } }";
        let issued = self.run("issueTask", json!({ "task": first }), shown).await;
        let reports =
            json!([{ "task": first, "what": "ACKNOWLEDGED", "occurredAt": "2023-08-16T09:00:00+07:00" }]);
        self.run("reportTasks", json!({ "reports": reports }), "").await;
        let correction = json!({
            "claimId": issued["task"]["claims"][0]["id"], "at": self.text("2023-08-16T08:00:00+07:00", "2023-08-16T07:00:00+07:00"),
            "reason": self.text("Misread", "Falcon's clock"),
        });
        self.twin.server.done(&format!("{}-01", self.lead), "correctTaskTimes", correction, "").await;
        let given_up = json!({ "task": second, "reason": self.text("No need", "Falcon has flown") });
        self.run("cancelTask", given_up, "").await;
    }

    /// An incident that is for China besides, and a task that a response to it makes.
    async fn answer_incident(&self) {
        let readers = ["THA", "CHN"];
        let pick = |there: &'static str, instead: &'static str| self.twin.pick(&readers, there, instead);
        let server = self.twin.server;
        let report = json!({
            "code": pick("INC-1", "INC-X"), "title": pick("A fire", "Falcon burns"), "kind": "OTHER",
            "place": pick("Site", "Nest"), "release": { "releasableTo": ["CHN"] },
        });
        let id = self.run("reportIncident", report, "incident { id }").await["incident"]["id"].take();
        let on = |mut more: Value| {
            more["incidentId"] = id.clone();
            more
        };
        server.done("CHN-01", "triageIncident", on(json!({ "priority": "P1" })), "").await;
        let task = json!({
            "code": pick("ET-1", "ET-X"), "title": pick("Put it out", "Cool falcon"), "leadPartner": "THA",
            "territory": "THA", "start": "2023-08-16T10:00:00+07:00", "duration": "PT2H",
        });
        let decision = on(json!({
            "task": task, "reasons": pick("Risk", "Falcon"), "seenAt": server.head("THA-01").await,
        }));
        server.done("THA-01", "decideResponse", decision, "").await;
        let sent = on(json!({ "post": "THA-01", "task": pick("ET-1", "ET-X") }));
        server.done("THA-01", "dispatchResponder", sent, "").await;
        server.done("THA-01", "recordArrival", on(json!({ "post": "THA-01" })), "").await;
        let escalation = on(json!({ "to": "CHN-01", "reason": pick("Smoke", "Feathers") }));
        server.done("THA-01", "escalateIncident", escalation, "").await;
    }

    /// One partner asks another, who acknowledges it, in a request that only these read.
    async fn ask(&self, from: &str, to: &str, readers: &[&str]) {
        let (server, pick) = (self.twin.server, |there, instead| self.twin.pick(readers, there, instead));
        let input = json!({
            "operation": self.id, "code": pick("RFI-1", "RFI-X"), "kind": "RFI", "priority": "P2", "to": to,
            "text": pick("Whose boats?", "Whose falcons?"), "due": "2023-08-20T09:00:00+07:00",
        });
        let payload = server.done(&format!("{from}-01"), "issueRequest", input, "request { id }").await;
        let on = json!({ "requestId": payload["request"]["id"] });
        server.done(&format!("{to}-01"), "acknowledgeRequest", on, "").await;
    }

    async fn carry_out(&self, version: &Value) {
        let promulgation = json!({ "planVersionId": version["planVersionId"], "seenAt": version["seenAt"] });
        self.twin.server.done("THA-01", "promulgatePlan", promulgation, "").await;
        self.run("setHHour", json!({ "at": "2023-10-09T06:00:00+07:00" }), "").await;
        let query = "query ($id: ID!) { operation(id: $id) { tasks { edges { node { id } } } } }";
        let data = self.twin.server.data("THA-01", query, json!({ "id": self.id })).await;
        let task = |index: usize| &data["operation"]["tasks"]["edges"][index]["node"]["id"];
        self.twin
            .server
            .done("THA-01", "assignOfficer", json!({ "task": task(0), "post": "THA-01" }), "")
            .await;
        let wanted = json!({ "task": task(1), "post": "THA-01", "reason": "For the night" });
        let asked = self.twin.server.done("MMR-01", "requestOfficer", wanted, "request { id }").await;
        let refusal = json!({ "requestId": asked["request"]["id"], "reason": "On leave" });
        self.twin.server.done("THA-01", "declineRequestedOfficer", refusal, "").await;
        let order = json!({ "hHour": "2023-10-10T06:00:00+07:00", "reason": "River flooding" });
        self.run("issueFragmentaryOrder", order, "").await;
        let query = "query ($id: ID!) { operation(id: $id) { plan { conditions { id } } } }";
        let data = self.twin.server.data("CHN-01", query, json!({ "id": self.id })).await;
        let condition = &data["operation"]["plan"]["conditions"][0]["id"];
        let satisfied = json!({ "conditionId": condition, "evidence": "Delivered" });
        self.twin.server.done("CHN-01", "satisfyCondition", satisfied, "").await;
        self.run("activateOperation", json!({}), "").await;
        self.run("issueTask", json!({ "task": self.text("T01", "S01") }), "").await;
        let seen_at = self.twin.server.head("THA-01").await;
        let word = json!({ "phase": "P1", "decision": "NO_GO", "seenAt": seen_at });
        self.run("decideGoNoGo", word, "").await;
    }

    /// Persons that China receives, a few of whom others must not tell from more.
    async fn count(&self) {
        let small = |there: u32, instead: u32| {
            let is_hidden = self.twin.pick(&["CHN"], "", "hidden") == "hidden";
            if is_hidden { instead } else { there }
        };
        let run = |name: &'static str, mut input: Value| async move {
            input["operation"] = self.id.clone();
            self.twin.server.done("CHN-01", name, input, "claim { id }").await
        };
        run("recordPersonsReceived", json!({ "count": 40, "place": "CHN" })).await;
        run("tallyScreening", json!({ "presumed": 20, "notPresumed": 20, "minors": small(1, 4) })).await;
        let few = small(2, 3);
        let of = json!([{ "nationality": "LAO", "count": 12 - few }, { "nationality": "MMR", "count": few }]);
        let tally = json!({ "identified": of, "notIdentified": 8, "undetermined": 0 });
        let tallied = run("tallyIdentification", tally).await;
        let correction = json!({
            "claimId": tallied["claim"]["id"], "figure": "UNDETERMINED", "count": small(1, 2), "reason": "MISSED",
        });
        self.twin.server.done("CHN-01", "correctFigure", correction, "").await;
        run("recordPersonsReceived", json!({ "count": small(3, 1) })).await;
    }

    /// One contribution that everybody sees, and two that are for their giver and the lead alone: they change no sum
    /// of others.
    async fn give(&self) {
        let hidden = |there, instead| self.twin.pick(&["THA", "CHN"], there, instead);
        let run = |who: &'static str, name: &'static str, mut input: Value| async move {
            input["operation"] = self.id.clone();
            self.twin.server.done(who, name, input, "").await
        };
        let money = |amount: &str, currency: &str| json!({ "amount": amount, "currency": currency });
        let open = json!({ "code": "K1", "kind": "BUDGET", "value": money("500", "THB") });
        run("MMR-01", "pledgeContribution", open).await;
        let (cash, kind) = (hidden("K2", "F2"), hidden("K3", "F3"));
        let (amount, currency) = (hidden("700", "900"), hidden("CNY", "LAK"));
        run(
            "CHN-01",
            "pledgeContributions",
            json!({ "pledges": [
                { "code": cash, "kind": hidden("BUDGET", "OTHER"), "title": hidden("Cash", "Falcon's purse"),
                  "value": money(amount, currency), "release": { "releasableTo": [] } },
                { "code": kind, "kind": "TRAINING", "inKind": true, "quantity": 4, "unit": hidden("place", "falcon"),
                  "release": { "releasableTo": [] } },
            ] }),
        )
        .await;
        let rates = json!([{
            "currency": currency, "perUnit": "2", "to": hidden("THB", "USD"), "date": "2023-08-01", "source": "Bank",
        }]);
        run("THA-01", "acceptPledge", json!({ "contribution": cash, "rates": rates })).await;
        run("THA-01", "acceptPledge", json!({ "contribution": kind })).await;
        let of = |part: &str| json!({ "contribution": cash, "amount": money(part, currency) });
        let mut allocate = of("300");
        allocate["lineOfEffort"] = "L1".into();
        run("THA-01", "allocateContribution", allocate).await;
        run("CHN-01", "disburse", of("100")).await;
        run("CHN-01", "deliver", json!({ "contribution": kind, "quantity": 3 })).await;
        let reason = hidden("Too few", "Falcons");
        let rejected = json!({ "contribution": kind, "delivery": 1, "quantity": 1, "reason": reason });
        run("THA-01", "rejectDelivery", rejected).await;
    }

    /// One outcome that everybody sees, and two that are for those whose work it was and the lead alone, one of them put
    /// right: they change no sum of others, and nothing that was reached.
    async fn come_to(&self) {
        let hidden = |there, instead| self.twin.pick(&["THA", "CHN"], there, instead);
        let run = |who: &'static str, name: &'static str, mut input: Value| async move {
            input["operation"] = self.id.clone();
            self.twin.server.done(who, name, input, "outcome { claims { id } }").await
        };
        let open = json!({ "code": "OUT-1", "kind": "ARRESTS", "count": 5, "source": "Field unit" });
        run("MMR-01", "recordOutcome", open).await;
        let counted = json!({
            "code": hidden("OUT-2", "FALCON-2"), "kind": hidden("ARRESTS", "SITES_CLOSED"),
            "title": hidden("At the port", "Falcons"), "count": 3, "source": hidden("Police", "A falcon"),
            "release": { "releasableTo": [] },
        });
        run("CHN-01", "recordOutcome", counted).await;
        let money = |amount: &str| json!({ "amount": amount, "currency": hidden("CNY", "LAK") });
        let value = json!({
            "code": hidden("OUT-3", "FALCON-3"), "kind": hidden("VALUE_FROZEN", "LOSSES_REPORTED"),
            "value": money(hidden("700", "900")), "source": "Bank", "release": { "releasableTo": [] },
        });
        let done = run("CHN-01", "recordOutcome", value).await;
        let wrong = &done["outcome"]["claims"][0]["id"];
        let reason = hidden("Counted twice", "Falcons count");
        let right = json!({ "claimId": wrong, "value": money(hidden("600", "800")), "reason": reason });
        self.twin.server.done("CHN-01", "correctOutcome", right, "").await;
    }
}

impl Secret<'_> {
    /// SITREPs that everybody reads, in which nothing is counted that is hidden from one of them; and one for China, in
    /// which it is.
    async fn sum_up(&self) {
        let server = self.twin.server;
        let text = self.twin.pick(&["THA", "CHN"], "A quiet day", "A day of falcons");
        let now = server.engine().clock().now();
        let issue = |seconds: i64, mut more: Value| {
            more["until"] = (now + chrono::TimeDelta::seconds(seconds)).to_rfc3339().into();
            more
        };
        let first = self.run("issueSitrep", issue(0, json!({ "remarks": "Quiet" })), "sitrep { id }").await;
        let narrow = json!({ "remarks": text, "release": { "releasableTo": ["CHN"] } });
        let second = self.run("issueSitrep", issue(1, narrow), "sitrep { id }").await;
        for (sitrep, reason) in [(first, "Counted again"), (second, text)] {
            let input = json!({ "sitrepId": sitrep["sitrep"]["id"], "reason": reason });
            server.done("THA-01", "correctSitrep", input, "").await;
        }
    }
}

impl Secret<'_> {
    /// A review for everybody, with a finding that rests on what everybody sees and on what some do not.
    async fn look_back(&self) {
        let server = self.twin.server;
        let query = "query ($id: ID!) { operation(id: $id) { sitreps { nodes { id } }
            outcomes { nodes { id code claims { id } history(first: 1) { nodes { id } } } } } }";
        let data = server.data("THA-01", query, json!({ "id": self.id })).await;
        let outcomes = data["operation"]["outcomes"]["nodes"].as_array().unwrap();
        let [open, hidden] = [true, false]
            .map(|open| outcomes.iter().find(|known| (known["code"] == "OUT-1") == open).unwrap());
        let sitreps = data["operation"]["sitreps"]["nodes"].as_array().unwrap();
        let evidence = json!([
            { "outcomeId": open["id"] }, { "eventId": open["history"]["nodes"][0]["id"] },
            { "outcomeId": hidden["id"] }, { "claimId": hidden["claims"][0]["id"] },
            { "eventId": hidden["history"]["nodes"][0]["id"] }, { "sitrepId": sitreps.last().unwrap()["id"] },
        ]);
        self.run("openReview", json!({}), "").await;
        let noted = json!({ "operation": self.id, "text": "The road was flooded" });
        server.done("MMR-01", "recordObservation", noted, "").await;
        let answer = json!({ "question": "WHY", "answer": "Rain" });
        self.run("answerQuestion", answer, "").await;
        let finding = json!({
            "code": "F1", "kind": "IMPROVE", "observation": "It went slowly", "conclusion": "The road was flooded",
            "recommendation": "Take boats", "owner": "THA-01", "evidence": evidence,
        });
        self.run("recordFinding", finding, "").await;
    }
}

/// Two servers, one of which differs in what is hidden from the viewer.
struct Pair {
    one: Server,
    other: Server,
    viewer: String,
    second: PgConnectOptions,
    options: PgConnectOptions,
    /// Of both worlds: ids of everything, whoever may see it.
    ids: BTreeSet<String>,
    /// Answers' values compared.
    decisions: usize,
    leaks: Vec<String>,
}

impl Pair {
    async fn build(options: PgConnectOptions, viewer: &str) -> Self {
        // Postgres keeps 63 letters of a name.
        let name: String = options.get_database().unwrap().chars().take(50).chain("_twin".chars()).collect();
        let mut connection = PgConnection::connect_with(&options).await.unwrap();
        // A run that failed leaves it behind.
        connection
            .execute(AssertSqlSafe(format!("drop database if exists \"{name}\" with (force)")))
            .await
            .unwrap();
        connection.execute(AssertSqlSafe(format!("create database \"{name}\""))).await.unwrap();
        let second = options.clone().database(&name);
        let partner = viewer.split_once('-').map_or("", |(partner, _)| partner);
        // Who is in no standing sees no operation, whoever it is released to.
        let partner = if matches!(viewer, "THA-02" | "service:import" | "CHN-77") { "" } else { partner };
        let (one, other) = (Server::empty(options.clone()).await, Server::empty(second.clone()).await);
        let (there, instead) =
            (Twin { server: &one, other_for: None }, Twin { server: &other, other_for: Some(partner) });
        join!(there.tell(), instead.tell());
        let viewer = viewer.to_owned();
        let mut pair = Self {
            one,
            other,
            viewer,
            second,
            options,
            ids: BTreeSet::new(),
            decisions: 0,
            leaks: Vec::new(),
        };
        let ids = [everything(&pair.one).await, everything(&pair.other).await].concat();
        pair.ids.extend(ids);
        pair
    }

    async fn end(self) {
        self.one.stop().await;
        self.other.stop().await;
        let mut connection = PgConnection::connect_with(&self.options).await.unwrap();
        let name = self.second.get_database().unwrap();
        connection.execute(AssertSqlSafe(format!("drop database \"{name}\" with (force)"))).await.unwrap();
    }

    /// Asks both worlds the same; the answer of the first.
    async fn compare(&mut self, query: &str, variables: Value) -> Value {
        let (one, other) = join!(
            self.one.ask(&self.viewer, query, variables.clone()),
            self.other.ask(&self.viewer, query, variables.clone()),
        );
        let (one, other) = (plain(one), plain(other));
        // What is refused for its price, or for all that was asked before, compares nothing.
        for limit in ["The request costs", "more than your share", "requests under way"] {
            assert!(!one.to_string().contains(limit), "{one}: {query}");
        }
        self.decisions += leaves(&one);
        if one != other {
            self.leaks.push(format!("{query}\n{variables}\n{one}\n{other}"));
        }
        one
    }

    /// Everything that a viewer can ask, of what there is and what there is not.
    async fn questions(&self, sdl: &Sdl) -> Vec<(String, Value)> {
        let mut covered = BTreeSet::new();
        let head: i64 = self.one.head("THA-01").await.as_str().unwrap().parse().unwrap();
        assert_eq!(self.other.head("THA-01").await, head.to_string(), "the worlds are equally long");

        let mut questions: Vec<(String, Value)> =
            sdl.roots(&mut covered).into_iter().map(|query| (query, Value::Null)).collect();
        let mut ask = |query: &str, variables: Value| questions.push((query.to_owned(), variables));
        let ids: Vec<String> = self.ids.iter().cloned().collect();
        let mut kinds = BTreeMap::<&str, Vec<&String>>::new();
        for id in &ids {
            kinds.entry(id.rsplit_once('_').unwrap().0).or_default().push(id);
        }
        for (kind, ids) in &kinds {
            let query = sdl.nodes(kind, &mut covered);
            // All that can be asked of one operation is more than half of what a request may cost.
            let at_once = if *kind == "operation" { 1 } else { 2 };
            for ids in ids.chunks(at_once) {
                ask(&query, json!({ "ids": ids }));
            }
        }
        for code in
            ["OPEN", "PART", "PARTX", "SOLO", "SOLOX", "GONE", "GONEX", "LATE", "LATEX", "PACT", "NONE"]
        {
            ask(
                "query ($code: String!) { operation(code: $code) { id code title status
                   tasks { totalCount edges { node { code title predecessors { predecessor { code } } } } }
                   planVersions { totalCount } first: planVersion(number: 1) { id status annex(code: \"B\") { id title } } } }",
                json!({ "code": code }),
            );
        }
        for text in ["falcon", "secret", "plain", "T0", "S0", "open", "early", "PARTX", "PART", "GONE"] {
            ask(
                "query ($text: String!) { search(text: $text) { totalCount edges { cursor node { __typename id } } } }",
                json!({ "text": text }),
            );
        }
        for id in &ids {
            // One by one: of several that are refused, whichever is first is told.
            for question in [
                "events(filter: { subject: $id }, last: 3) { totalCount edges { cursor node { id type payload } } }",
                "events(filter: { operation: $id }) { totalCount }",
                "changes(from: { position: \"0\" }, to: { position: \"60\" }, subject: $id, first: 5) { totalCount
                   edges { node { field before after event { id } object { id } } } }",
            ] {
                ask(&format!("query ($id: ID!) {{ {question} }}"), json!({ "id": id }));
            }
        }
        for id in kinds["event"].iter().step_by(3) {
            ask("query ($id: ID!) { asOf(at: { eventId: $id }) { head { position } } }", json!({ "id": id }));
        }
        // Every moment.
        let (declared, nodes) = all_nodes(&ids);
        for position in (0..=head).rev().step_by(6) {
            let query = format!(
                "query ($at: Position!, $before: Position!, {declared}) {{
                   asOf(at: {{ position: $at }}) {{
                     {nodes}
                     operations {{ totalCount edges {{ node {{ code title plan {{ number status }} }} }} }}
                     events(last: 2) {{ totalCount edges {{ node {{ id type }} }} }}
                     head {{ position eventIds }}
                     search(text: \"falcon\") {{ totalCount }}
                   }}
                   shared: asOf(at: {{ position: $at }}, seenAs: \"MMR\") {{
                     operations {{ totalCount edges {{ node {{ code title tasks {{ nodes {{ code title }} }}
                       incidents {{ totalCount }} requests {{ totalCount }} contributions {{ totalCount }} }} }} }}
                     events(last: 2) {{ totalCount edges {{ node {{ id type payload }} }} }}
                     search(text: \"falcon\") {{ totalCount }}
                   }}
                   changes(from: {{ position: $before }}, to: {{ position: $at }}) {{ totalCount
                     edges {{ node {{ kind field before after object {{ id }} event {{ id }} }} }} }} }}"
            );
            let mut variables = id_variables(&ids);
            variables.insert("at".to_owned(), position.to_string().into());
            variables.insert("before".to_owned(), (position - 8).max(0).to_string().into());
            ask(&query, variables.into());
        }
        let uncovered: Vec<_> = sdl.answered().difference(&covered).cloned().collect();
        assert!(uncovered.is_empty(), "fields that nobody has asked for: {uncovered:?}");
        questions
    }

    async fn walk(&mut self, questions: &[(String, Value)]) {
        for (query, variables) in questions {
            self.compare(query, variables.clone()).await;
        }
    }

    /// Whether an answer differs. What comes behind it is not asked.
    async fn has_leak(&mut self, questions: &[(String, Value)]) -> bool {
        for (query, variables) in questions {
            self.compare(query, variables.clone()).await;
            if !self.leaks.is_empty() {
                return true;
            }
        }
        false
    }

    /// Listens to both worlds from the beginning to the last event that the viewer may see.
    async fn listen(&mut self) {
        let data = self.one.data(&self.viewer, "{ events { totalCount } }", Value::Null).await;
        let query = "subscription { events(after: \"0\") { id position type actor payload operation { code title } } }";
        let mut one = Events::open(&self.one, &self.viewer, query, Value::Null, None).await;
        let mut other = Events::open(&self.other, &self.viewer, query, Value::Null, None).await;
        for _ in 0..data["events"]["totalCount"].as_i64().unwrap() {
            let answer =
                |(_, _, data): (String, Option<i64>, String)| plain(serde_json::from_str(&data).unwrap());
            let (there, instead) = (one.next().await.map(answer), other.next().await.map(answer));
            self.decisions += there.as_ref().map_or(0, leaves);
            if there != instead {
                self.leaks.push(format!("{query}\n{there:?}\n{instead:?}"));
            }
        }
        // Each clock that there is was started once at least.
        let data = self.one.data(&self.viewer, "{ clocks { totalCount } }", Value::Null).await;
        let query = "subscription { clockChanged(after: \"0\") {
            key kind dueAt stoppedAt operation { code } subject { __typename } } }";
        let mut one = Events::open(&self.one, &self.viewer, query, Value::Null, None).await;
        let mut other = Events::open(&self.other, &self.viewer, query, Value::Null, None).await;
        for _ in 0..data["clocks"]["totalCount"].as_i64().unwrap() {
            let (there, instead) = (one.next().await, other.next().await);
            let [there, instead] =
                [there, instead].map(|sent| plain(serde_json::from_str(&sent.unwrap().2).unwrap()));
            self.decisions += leaves(&there);
            if there != instead {
                self.leaks.push(format!("{query}\n{there:?}\n{instead:?}"));
            }
        }
    }

    /// Sends every mutation with ids of what is hidden and of what there is not.
    async fn command(&mut self, sdl: &Sdl) {
        let kinds: BTreeSet<String> =
            self.ids.iter().map(|id| id.rsplit_once('_').unwrap().0.to_owned()).collect();
        let hidden = self.hidden().await;
        for (mutation, input) in sdl.mutations() {
            for nth in 0..2 {
                let pick = |kind: &str| {
                    let of_kind = hidden.iter().filter(|id| id.starts_with(&format!("{kind}_")));
                    of_kind.clone().nth(nth * of_kind.count().saturating_sub(1)).cloned()
                };
                let Some(sent) = sdl.input(&input, &kinds, &pick) else { continue };
                let query = format!(
                    "mutation ($input: {input}!) {{ {mutation}(input: $input) {{ __typename
                       ... on Refused {{ refusals {{ code message field subject {{ id }} }} }} }} }}"
                );
                self.compare(&query, json!({ "input": sent })).await;
            }
        }
    }

    /// Ids that the viewer may not see in the first world.
    async fn hidden(&self) -> Vec<String> {
        let ids: Vec<&String> = self.ids.iter().collect();
        let mut hidden = Vec::new();
        for ids in ids.chunks(100) {
            let data = self.one.data(
                &self.viewer,
                "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                json!({ "ids": ids }),
            );
            let data = data.await;
            let seen = data["nodes"].as_array().unwrap();
            hidden
                .extend(ids.iter().zip(seen).filter(|(_, node)| node.is_null()).map(|(id, _)| (*id).clone()));
        }
        hidden
    }
}

/// Ids of everything in a world, as those together may see them who lead the operations.
async fn everything(server: &Server) -> Vec<String> {
    let mut ids = BTreeSet::new();
    for who in ["THA-01", "CHN-01", "MMR-01"] {
        let mut after = Value::Null;
        loop {
            let query = "query ($after: String) { events(first: 100, after: $after) { pageInfo { hasNextPage endCursor }
                edges { node { id } } } }";
            let data = server.data(who, query, json!({ "after": after })).await;
            ids.extend(column(&data["events"]["edges"], "/node/id").into_iter().map(str::to_owned));
            if data["events"]["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = data["events"]["pageInfo"]["endCursor"].clone();
        }
        let query = "{ partners { edges { node { id } } } posts { edges { node { id } } } centres { edges { node { id
            shifts { nodes { id } } logEntries { nodes { id } } } } }
            operations { edges { node { id officerRequests { id } deconflictions { id } decisions { nodes { id } }
              phases { gate { words { id } } } planVersions { edges { node { id decisions { id } annexes { id } conditions { id }
              tasks { edges { node { id task { id assignments { id } } } } } } } } } } } }";
        collect_ids(&server.data(who, query, Value::Null).await, &mut ids);
        let query = "{ operations(first: 10) { nodes { contributions { nodes { id } } sitreps { nodes { id } } tasks { nodes { claims { id } } } } } }";
        collect_ids(&server.data(who, query, Value::Null).await, &mut ids);
        let query = "{ operations(first: 10) { nodes { review { id observations { nodes { id } } findings { nodes { id } } } } } }";
        collect_ids(&server.data(who, query, Value::Null).await, &mut ids);
        let query = "{ operations(first: 10) { nodes { assistance { claims { id } } } } }";
        collect_ids(&server.data(who, query, Value::Null).await, &mut ids);
        let query = "{ operations(first: 10) { nodes { emergentTasks { id }
            outcomes { nodes { id claims { id } } }
            incidents { nodes { id claims { id } clocks { id } } }
            requests { nodes { id claims { id } clocks { id } } } } } }";
        collect_ids(&server.data(who, query, Value::Null).await, &mut ids);
    }
    ids.into_iter().collect()
}

/// Ids that a server takes at once.
const AT_ONCE: usize = 100;

/// What a document declares and selects to look all of the ids up, in one request.
fn all_nodes(ids: &[String]) -> (String, String) {
    let chunks = 0..ids.len().div_ceil(AT_ONCE);
    let declared: Vec<_> = chunks.clone().map(|chunk| format!("$ids{chunk}: [ID!]!")).collect();
    let nodes = chunks.map(|chunk| format!("nodes{chunk}: nodes(ids: $ids{chunk}) {{ __typename id }}"));
    (declared.join(", "), nodes.collect::<Vec<_>>().join(" "))
}

/// The variables that [`all_nodes`] declares.
fn id_variables(ids: &[String]) -> Map<String, Value> {
    ids.chunks(AT_ONCE).enumerate().map(|(chunk, ids)| (format!("ids{chunk}"), json!(ids))).collect()
}

fn collect_ids(value: &Value, ids: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(id) = members.get("id").and_then(Value::as_str) {
                // At whatever moment.
                ids.insert(id.split('@').next().unwrap().to_owned());
            }
            members.values().for_each(|value| collect_ids(value, ids));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_ids(value, ids)),
        _ => {}
    }
}

/// Without what differs for everybody: ids of requests, and hashes over what is hidden.
fn plain(answer: Value) -> Value {
    match answer {
        Value::Object(members) => {
            // A change tells values of a field that it names.
            let of_hash = members.get("field").is_some_and(|field| field == "contentHash");
            let kept = members.into_iter().filter(|(name, _)| match name.as_str() {
                "requestId" | "commitHash" | "contentHash" | "hash" | "canonicalContent" | "cost" => false,
                "before" | "after" => !of_hash,
                _ => true,
            });
            kept.map(|(name, value)| (name, plain(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(values) => values.into_iter().map(plain).collect(),
        other => other,
    }
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(leaves).sum(),
        Value::Array(values) => values.iter().map(leaves).sum(),
        _ => 1,
    }
}

async fn nothing_leaks_to(viewer: &str, options: PgConnectOptions) {
    let mut pair = Pair::build(options, viewer).await;
    let sdl = Sdl::of(&pair.one, viewer).await;
    let questions = pair.questions(&sdl).await;
    pair.walk(&questions).await;
    pair.listen().await;
    pair.command(&sdl).await;
    assert!(pair.decisions > 5_000, "{} decisions", pair.decisions);
    println!("{viewer}: {} decisions, {} leaks", pair.decisions, pair.leaks.len());
    let shown: Vec<&String> = pair.leaks.iter().take(3).collect();
    assert!(
        pair.leaks.is_empty(),
        "{} leaks:\n{}",
        pair.leaks.len(),
        shown.iter().map(|leak| leak.as_str()).collect::<Vec<_>>().join("\n\n")
    );
    pair.end().await;
}

macro_rules! viewers {
    ($($name:ident: $viewer:literal;)*) => {$(
        #[sqlx::test(migrations = false)]
        async fn $name(_: PgPoolOptions, options: PgConnectOptions) {
            nothing_leaks_to($viewer, options).await;
        }
    )*};
}

viewers! {
    nothing_leaks_to_the_host: "THA-01";
    nothing_leaks_to_a_principal: "CHN-01";
    nothing_leaks_to_another_principal: "MMR-01";
    nothing_leaks_to_a_participant: "LAO-01";
    nothing_leaks_to_an_observer: "INTERPOL-01";
    nothing_leaks_to_an_officer_who_was_relieved: "THA-02";
    nothing_leaks_to_a_post_that_there_never_was: "CHN-77";
    nothing_leaks_to_a_service: "service:import";
}

/// Who may see what, told once more: every id, at every moment, to every viewer.
#[sqlx::test(migrations = false)]
async fn every_viewer_sees_exactly_what_is_released(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    Twin { server: &server, other_for: None }.tell().await;
    let head: i64 = server.head("THA-01").await.as_str().unwrap().parse().unwrap();
    let releases = releases(&server).await;
    let ids: Vec<String> = everything(&server).await;
    let (mut decisions, mut shown, mut leaks, mut wrongly_hidden) = (0, 0, Vec::new(), Vec::new());
    // Many moments in each request: a request costs more than a look.
    let positions: Vec<i64> = (1..=head).collect();
    let (declared, nodes) = all_nodes(&ids);
    for positions in positions.chunks(10) {
        let moments = positions
            .iter()
            .map(|position| format!("at{position}: asOf(at: {{ position: \"{position}\" }}) {{ {nodes} }}"));
        let query = format!("query ({declared}) {{ {} }}", moments.collect::<Vec<_>>().join(" "));
        let mut answers = Vec::new();
        for who in [
            "THA-01",
            "CHN-01",
            "MMR-01",
            "LAO-01",
            "INTERPOL-01",
            "THA-02",
            "CHN-77",
            "KHM-01",
            "service:import",
        ] {
            answers.push((who, server.data(who, &query, id_variables(&ids).into()).await));
        }
        for &position in positions {
            // Whether it is there at all: its operation's lead always sees it.
            let visible = |(who, answer): &(&'static str, Value)| {
                let mut visible = BTreeSet::new();
                let answer = &answer[format!("at{position}")];
                assert!(answer.is_object(), "{who} at {position}: {answer}");
                collect_ids(answer, &mut visible);
                (*who, visible)
            };
            let seen: BTreeMap<&str, BTreeSet<String>> = answers.iter().map(visible).collect();
            for id in &ids {
                let Some(release) = releases.get(id) else {
                    // Of the coalition: all see it, or nobody does.
                    let count = seen.values().filter(|visible| visible.contains(id)).count();
                    decisions += seen.len();
                    assert!(count == 0 || count == seen.len(), "{id} at {position}: {count}");
                    continue;
                };
                let is_there = seen[format!("{}-01", release.lead).as_str()].contains(id);
                for (who, visible) in &seen {
                    decisions += 1;
                    let may = is_there && release.may_see(who, position);
                    shown += usize::from(visible.contains(id));
                    match (visible.contains(id), may) {
                        (true, false) => leaks.push(format!("{id} to {who} at {position}")),
                        (false, true) => wrongly_hidden.push(format!("{id} from {who} at {position}")),
                        (true, true) | (false, false) => {}
                    }
                }
            }
        }
    }
    println!("{decisions} decisions, {} leaks, {} wrongly hidden", leaks.len(), wrongly_hidden.len());
    assert!(decisions >= 100_000, "{decisions} decisions");
    assert!(shown > 0 && shown < decisions, "{shown} shown");
    assert_eq!((leaks, wrongly_hidden), (Vec::new(), Vec::new()));
    server.stop().await;
}

/// What another partner could see then is shown to whoever may see it too: what that was, and nothing else.
#[sqlx::test(migrations = false)]
async fn another_partners_sight_is_what_it_could_see_then_of_what_one_sees_oneself(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    Twin { server: &server, other_for: None }.tell().await;
    let head: i64 = server.head("THA-01").await.as_str().unwrap().parse().unwrap();
    let releases = releases(&server).await;
    let ids: Vec<String> = everything(&server).await;
    let (declared, nodes) = all_nodes(&ids);
    let moments = |seen_as: &str, positions: &[i64]| {
        let moments = positions.iter().map(|position| {
            format!("at{position}: asOf(at: {{ position: \"{position}\" }}{seen_as}) {{ {nodes} }}")
        });
        format!("query ({declared}) {{ {} }}", moments.collect::<Vec<_>>().join(" "))
    };
    let seen = |answer: &Value, position: i64| {
        let mut visible = BTreeSet::new();
        let answer = &answer[format!("at{position}")];
        assert!(answer.is_object(), "{position}: {answer}");
        collect_ids(answer, &mut visible);
        visible
    };
    let (mut both, mut one, mut withheld_later, mut wrong) = (0, 0, 0, Vec::new());
    let positions: Vec<i64> = (1..=head).rev().step_by(7).collect();
    for positions in positions.chunks(10) {
        for who in ["THA-01", "CHN-01", "LAO-01", "THA-02", "service:import"] {
            let own = server.data(who, &moments("", positions), id_variables(&ids).into()).await;
            for partner in ["CHN", "MMR", "LAO", "INTERPOL"] {
                let query = moments(&format!(", seenAs: \"{partner}\""), positions);
                let answer = server.data(who, &query, id_variables(&ids).into()).await;
                for &position in positions {
                    let (own, shared) = (seen(&own, position), seen(&answer, position));
                    for id in &ids {
                        let Some(release) = releases.get(id) else { continue };
                        // To oneself one is no other: there is what one may see now.
                        let could = who.starts_with(partner) || release.could_see(partner, position);
                        let may = own.contains(id) && could;
                        both += usize::from(may);
                        one += usize::from(own.contains(id) && !could);
                        withheld_later +=
                            usize::from(may && !release.may_see(&format!("{partner}-01"), position));
                        if shared.contains(id) != may {
                            wrong.push(format!("{id} to {who} as {partner} at {position}: {may}"));
                        }
                    }
                }
            }
        }
    }
    println!("{both} seen by both, {one} by one, {withheld_later} withheld later, {} wrong", wrong.len());
    assert!(both > 1_000 && one > 100 && withheld_later > 10, "{both}, {one}, {withheld_later}");
    wrong.truncate(10);
    assert_eq!(wrong, Vec::<String>::new());

    // What is a partner's own affair is not seen with another's eyes.
    for field in ["webhooks { id }", "accessLog { totalCount }"] {
        let query = format!("{{ asOf(at: {{ position: \"40\" }}, seenAs: \"MMR\") {{ {field} }} }}");
        let answer = server.ask("THA-01", &query, Value::Null).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    }
    // An id leads back to the same sight, and to one's own under one name alone.
    let query = "{ asOf(at: { position: \"60\" }, seenAs: \"MMR\") { operations { nodes { id } } } }";
    let seen = server.data("THA-01", query, Value::Null).await;
    let id = seen["asOf"]["operations"]["nodes"][0]["id"].as_str().unwrap();
    assert!(id.ends_with("~MMR"), "{id}");
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    assert_eq!(server.data("THA-01", node, json!({ "id": id })).await["node"]["id"], id);
    let own = id.replace("~MMR", "~THA");
    assert_eq!(server.data("THA-01", node, json!({ "id": own })).await["node"], Value::Null);

    let unknown = server.ask(
        "THA-01",
        "{ asOf(at: { position: \"40\" }, seenAs: \"KHM\") { head { position } } }",
        Value::Null,
    );
    let error = &unknown.await["errors"][0];
    assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(error["message"], "At that moment there was no partner \"KHM\".");
    server.stop().await;
}

/// To whom an item is released: from which position on, and to whom then.
struct Release {
    lead: String,
    /// In order; the last holds now.
    operation: Vec<(i64, Vec<String>)>,
    /// Of an annex, besides.
    own: Option<Vec<String>>,
    /// Of an event: the end of its command, when it had to be released already.
    happened: Option<i64>,
    /// Of what is in a plan: from where on which version is shown, in order, and from where on that is
    /// submitted, if it is. Before, observers do not see it.
    versions: Vec<(i64, Option<i64>)>,
    /// Of an incident or a request: whose work it is, whether or not they read the operation.
    parties: Vec<String>,
}

impl Release {
    fn may_see(&self, who: &str, position: i64) -> bool {
        let Some((partner, "01")) = who.split_once('-') else { return false };
        self.shown(partner, position, i64::MAX)
    }

    /// What a partner could see then, whatever was withheld from it later.
    fn could_see(&self, partner: &str, position: i64) -> bool {
        self.shown(partner, position, position)
    }

    /// Whether a partner sees what there is at a position, by the releases of that and of another one.
    fn shown(&self, partner: &str, position: i64, policy: i64) -> bool {
        if self.parties.iter().any(|party| party == partner) {
            return true;
        }
        let released_at = |position: i64| {
            let readers = self.operation.iter().rev().find(|(from, _)| *from <= position);
            readers.is_some_and(|(_, readers)| {
                partner == self.lead || readers.iter().any(|reader| reader == partner)
            })
        };
        let submitted_at = |position: i64| {
            let version = self.versions.iter().rev().find(|(from, _)| *from <= position);
            version.is_none_or(|(_, submitted)| submitted.is_some_and(|submitted| submitted <= position))
        };
        let drafts = partner != "INTERPOL";
        (drafts || submitted_at(position) && self.happened.is_none_or(submitted_at))
            && released_at(position)
            && released_at(policy)
            && self.happened.is_none_or(released_at)
            && self
                .own
                .as_ref()
                .is_none_or(|own| partner == self.lead || own.iter().any(|reader| reader == partner))
    }
}

fn codes(partners: &BTreeSet<PartnerCode>) -> Vec<String> {
    partners.iter().map(ToString::to_string).collect()
}

/// The lead of an operation, and whom it was released to from which position on.
type Label = (String, Vec<(i64, Vec<String>)>);

/// Of each operation, by its code.
fn labels(log: &[Recorded]) -> BTreeMap<String, Label> {
    use accord::domain::operation::OperationEvent;
    let mut operations = BTreeMap::<String, Label>::new();
    for recorded in log {
        let Event::Operation(event) = &recorded.event else { continue };
        let about = recorded.event.about().scope().operation.unwrap();
        let operation = operations.entry(about.to_string()).or_default();
        match event {
            OperationEvent::OperationInitiated { lead, releasable_to, .. } => {
                *operation = (lead.to_string(), vec![(recorded.at.position.0, codes(releasable_to))]);
            }
            OperationEvent::ReleasabilityMarked { releasable_to, item: None, .. } => {
                operation.1.push((recorded.at.position.0, codes(releasable_to)));
            }
            OperationEvent::ReleasabilityMarked { item: Some(item), .. } => {
                panic!("no item of an operation is marked here: {item:?}")
            }
            OperationEvent::WarningOrderIssued { .. }
            | OperationEvent::LegalBasisRecorded { .. }
            | OperationEvent::HHourSet { .. }
            | OperationEvent::HHourShifted { .. }
            | OperationEvent::OperationActivated { .. }
            | OperationEvent::OperationPaused { .. }
            | OperationEvent::OperationResumed { .. }
            | OperationEvent::OperationClosed { .. }
            | OperationEvent::OperationTerminated { .. }
            | OperationEvent::DecisionRecorded { .. }
            | OperationEvent::DeconflictionConflictFound { .. }
            | OperationEvent::DeconflictionCleared { .. } => {}
        }
    }
    operations
}

/// Of the watch's log: whoever may read an entry may read what corrects it.
fn log_releases(log: &[Recorded], end_of: impl Fn(usize) -> i64) -> BTreeMap<String, Release> {
    use accord::domain::{centre::CentreId, ids::LogEntryId, watch::WatchEvent};
    let mut entries = BTreeMap::<u32, (String, Vec<String>)>::new();
    let mut releases = BTreeMap::new();
    for (index, recorded) in log.iter().enumerate() {
        let (centre, entry) = match &recorded.event {
            Event::Watch(WatchEvent::LogEntryMade { centre, entry, owner, release, .. }) => {
                let everybody = || EVERYBODY.iter().map(|partner| (*partner).to_owned()).collect();
                let readers =
                    release.as_ref().map_or_else(everybody, |release| codes(&release.releasable_to));
                entries.insert(*entry, (owner.to_string(), readers));
                (centre, *entry)
            }
            Event::Watch(WatchEvent::LogEntryCorrected { centre, entry, corrects, .. }) => {
                entries.insert(*entry, entries[corrects].clone());
                (centre, *entry)
            }
            _ => continue,
        };
        let (lead, readers) = entries[&entry].clone();
        let release = |happened: Option<i64>| Release {
            lead: lead.clone(),
            operation: vec![(0, readers.clone())],
            own: None,
            parties: Vec::new(),
            happened,
            versions: Vec::new(),
        };
        releases.insert(recorded.event_id.to_string(), release(Some(end_of(index))));
        releases.insert(LogEntryId::of(CentreId::of(centre).0, entry).to_string(), release(None));
    }
    releases
}

/// A matter, as the event says that brought it up.
struct Raised {
    /// Its id as text.
    node: String,
    /// To whom it is released; none: to whoever reads its operation.
    readers: Option<Vec<String>>,
    /// Whose work it is.
    parties: Vec<String>,
    /// Tasks that a response to it made.
    tasks: Vec<TaskId>,
}

fn raised(event: &Event, operation: OperationId) -> Option<(Uuid, Raised)> {
    let named = |release: &accord::domain::release::Release| codes(&release.releasable_to);
    match event {
        Event::Incident(IncidentEvent::IncidentReported { incident, owner, release, .. }) => {
            let id = IncidentId::of(operation, incident);
            let readers = release.as_ref().map(named);
            let tasks = vec![TaskId::of(operation, &"ET-1".parse().unwrap())];
            Some((id.0, Raised { node: id.to_string(), readers, parties: vec![owner.to_string()], tasks }))
        }
        Event::Request(RequestEvent::RequestIssued { request, from, to, release, .. }) => {
            let id = RequestId::of(operation, request);
            let (readers, parties) = (Some(named(release)), vec![from.to_string(), to.to_string()]);
            Some((id.0, Raised { node: id.to_string(), readers, parties, tasks: Vec::new() }))
        }
        Event::Contribution(ContributionEvent::ContributionPledged {
            contribution,
            partner,
            release,
            ..
        }) => {
            let id = ContributionId::of(operation, contribution);
            let (readers, parties) = (release.as_ref().map(named), vec![partner.to_string()]);
            Some((id.0, Raised { node: id.to_string(), readers, parties, tasks: Vec::new() }))
        }
        Event::Sitrep(
            SitrepEvent::SitrepIssued { sitrep, release, .. }
            | SitrepEvent::SitrepCorrected { sitrep, release, .. },
        ) => {
            let (id, readers) = (SitrepId::of(operation, sitrep), Some(named(release)));
            Some((id.0, Raised { node: id.to_string(), readers, parties: Vec::new(), tasks: Vec::new() }))
        }
        Event::Outcome(OutcomeEvent::OutcomeRecorded { outcome, partner, release, .. }) => {
            let id = OutcomeId::of(operation, outcome);
            let (readers, parties) = (release.as_ref().map(named), vec![partner.to_string()]);
            Some((id.0, Raised { node: id.to_string(), readers, parties, tasks: Vec::new() }))
        }
        _ => None,
    }
}

/// Whose count of persons it is.
fn counted_by(event: &Event) -> Option<&PartnerCode> {
    let Event::Assistance(event) = event else { return None };
    match event {
        AssistanceEvent::PersonsReceived { authority, .. }
        | AssistanceEvent::ScreeningTallied { authority, .. }
        | AssistanceEvent::IdentificationTallied { authority, .. }
        | AssistanceEvent::AssistanceOutcomeTallied { authority, .. }
        | AssistanceEvent::AssistanceFigureCorrected { authority, .. } => Some(authority),
    }
}

/// Read from the log itself, not through the rows under test.
#[expect(clippy::too_many_lines, reason = "a list of what each kind of thing is released by")]
async fn releases(server: &Server) -> BTreeMap<String, Release> {
    use accord::domain::{
        ids::{
            AnnexId, AssignmentId, AssistanceClaimId, AssistanceId, ClockId, ConditionId, DecisionId,
            DeconflictionId, GoNoGoWordId, MatterClaimId, OfficerRequestId, PhaseId, PlanVersionId,
            PlannedTaskId, RecordedDecisionId, TaskClaimId,
        },
        plan::PlanEvent,
        review::{FindingId, ObservationId, ReviewId},
    };
    let head = server.engine().position().0;
    let positions: Vec<i64> = (1..=head).collect();
    let log = server.engine().events_at(&positions).await.unwrap();
    let operations = labels(&log);
    let end_of = |index: usize| {
        let command = log[index].command_id;
        log[index..].iter().take_while(|next| next.command_id == command).last().unwrap().at.position.0
    };
    let mut submitted = BTreeMap::<(String, u32), i64>::new();
    let mut opened = BTreeMap::<(String, u32), i64>::new();
    for (index, recorded) in log.iter().enumerate() {
        let Event::Plan(event) = &recorded.event else { continue };
        if let PlanEvent::PlanVersionSubmitted { operation, number, .. } = event {
            submitted.insert((operation.to_string(), *number), end_of(index));
        }
        if let PlanEvent::PlanDrafted { operation, number, .. }
        | PlanEvent::AmendmentOpened { operation, number, .. } = event
        {
            opened.insert((operation.to_string(), *number), end_of(index));
        }
    }
    let mut releases = log_releases(&log, end_of);
    let mut annexes = BTreeMap::<(String, u32, String), Vec<String>>::new();
    let mut matters = BTreeMap::new();
    for (index, recorded) in log.iter().enumerate() {
        let scope = recorded.event.about().scope();
        let Some(operation) = scope.operation else { continue };
        let (lead, readers) = operations[&operation.to_string()].clone();
        let release =
            |own: Option<Vec<String>>, happened: Option<i64>, versions: Vec<(i64, Option<i64>)>| Release {
                lead: lead.clone(),
                operation: readers.clone(),
                own,
                happened,
                versions,
                parties: Vec::new(),
            };
        let of = |number: u32| (operation.to_string(), number);
        let of_version = |number: u32| vec![(0, submitted.get(&of(number)).copied())];
        // A task is shown as the newest version has it, while none is in force.
        let of_task: Vec<_> = (1..=2)
            .filter_map(|number| Some((*opened.get(&of(number))?, submitted.get(&of(number)).copied())))
            .collect();
        let id = OperationId::of(operation);
        let mut own = None;
        if let Event::Plan(PlanEvent::AnnexAttached { number, annex, .. }) = &recorded.event {
            own = Some(codes(&annex.releasable_to));
            annexes.insert(
                (operation.to_string(), *number, annex.code.to_string()),
                codes(&annex.releasable_to),
            );
        }
        if let Event::Plan(PlanEvent::AmendmentOpened { number, base, .. }) = &recorded.event {
            let copied: Vec<_> = annexes
                .iter()
                .filter(|((of, version, _), _)| *of == operation.to_string() && version == base)
                .map(|((of, _, code), own)| ((of.clone(), *number, code.clone()), own.clone()))
                .collect();
            annexes.extend(copied);
        }
        if let Some(authority) = counted_by(&recorded.event) {
            // Not even the operation's lead.
            let alone = |happened| Release {
                lead: authority.to_string(),
                parties: vec![authority.to_string()],
                ..release(Some(vec![authority.to_string()]), happened, Vec::new())
            };
            for number in 1..=8 {
                let claim = AssistanceClaimId::of(AssistanceId::of(id, authority), number);
                releases.insert(claim.to_string(), alone(None));
            }
            releases.insert(recorded.event_id.to_string(), alone(Some(end_of(index))));
            continue;
        }
        matters.extend(raised(&recorded.event, id));
        // Also what an event is about of which this one tells.
        let like = scope.like.into_iter().flat_map(|like| &like.matters);
        for matter in scope.matters.iter().chain(like) {
            let Raised { node, readers, parties, tasks } = &matters[matter];
            own = readers.clone().map(|readers| [readers, parties.clone()].concat());
            let of_matter = || Release { parties: parties.clone(), ..release(own.clone(), None, Vec::new()) };
            releases.insert(node.clone(), of_matter());
            for number in 1..=8 {
                releases.insert(MatterClaimId::of(*matter, number).to_string(), of_matter());
                releases.insert(ClockId::of(*matter, number).to_string(), of_matter());
            }
            for task in tasks {
                releases.insert(task.to_string(), release(own.clone(), None, Vec::new()));
            }
        }
        let end = end_of(index);
        let its = scope.version.map(of_version).unwrap_or_default();
        releases.insert(recorded.event_id.to_string(), release(own, Some(end), its));
        releases.insert(id.to_string(), release(None, None, Vec::new()));
        for number in 1..=2 {
            let version = PlanVersionId::of(id, number);
            releases.insert(version.to_string(), release(None, None, of_version(number)));
            for decision in 1..=4 {
                let decision = DecisionId::of(version, decision);
                releases.insert(decision.to_string(), release(None, None, of_version(number)));
                releases.insert(
                    ConditionId::of(decision, &"C1".parse().unwrap()).to_string(),
                    release(None, None, of_version(number)),
                );
            }
            for code in ["T01", "T02", "S01", "S02"] {
                let code = code.parse().unwrap();
                let planned = PlannedTaskId::of(version, &code);
                releases.insert(planned.to_string(), release(None, None, of_version(number)));
                let task = TaskId::of(id, &code);
                releases.insert(task.to_string(), release(None, None, of_task.clone()));
                for claim in (1..=3).map(|claim| TaskClaimId::of(task, claim)) {
                    releases.insert(claim.to_string(), release(None, None, of_task.clone()));
                }
            }
            for code in ["A", "B"] {
                let own = annexes.get(&(operation.to_string(), number, code.to_owned())).cloned();
                let annex = AnnexId::of(version, &code.parse().unwrap());
                releases.insert(annex.to_string(), release(own, None, of_version(number)));
            }
        }
        releases.insert(AssignmentId::of(id, 1).to_string(), release(None, None, Vec::new()));
        releases.insert(OfficerRequestId::of(id, 1).to_string(), release(None, None, Vec::new()));
        releases.insert(RecordedDecisionId::of(id, 1).to_string(), release(None, None, Vec::new()));
        let finding = FindingId::of(id, &"F1".parse().unwrap()).to_string();
        let observation = ObservationId::of(id, 1).to_string();
        for node in [ReviewId::of(id).to_string(), observation, finding] {
            releases.insert(node, release(None, None, Vec::new()));
        }
        // Found once the version that has its task was submitted.
        releases.insert(DeconflictionId::of(id, 1).to_string(), release(None, None, Vec::new()));
        let word = GoNoGoWordId::of(PhaseId::of(id, &"P1".parse().unwrap()), 1);
        releases.insert(word.to_string(), release(None, None, of_version(2)));
    }
    releases
}

/// The control: with one predicate taken out of one function, the same walk finds leaks.
#[sqlx::test(migrations = false)]
async fn a_predicate_that_is_left_out_is_noticed(_: PgPoolOptions, options: PgConnectOptions) {
    let mut pair = Pair::build(options, "LAO-01").await;
    let sdl = Sdl::of(&pair.one, "LAO-01").await;
    let questions = pair.questions(&sdl).await;
    let controls = [
        ("visible_operation", "table (id uuid)", "select id from operation where valid_from <= at and at < valid_to"),
        (
            "visible_annex",
            "table (id uuid)",
            "select annex.id from annex join visible_operation(at, policy, viewer) seen on seen.id = operation_id
             where valid_from <= at and at < valid_to",
        ),
        ("visible_event", "table (\"position\" bigint)", "select position from event_entry where command_end <= at"),
    ];
    for (function, answers, without_viewer) in controls {
        pair.leaks.clear();
        let broken = format!(
            "create or replace function {function}(at bigint, policy bigint, viewer text) returns {answers}
             language sql stable parallel safe begin atomic {without_viewer}; end"
        );
        let mut restored = Vec::new();
        for options in [&pair.options, &pair.second] {
            let mut connection = PgConnection::connect_with(options).await.unwrap();
            let (schema, definition): (String, String) = sqlx::query_as(
                "select nspname::text, pg_get_functiondef(p.oid) from pg_proc p join pg_namespace n on n.oid = pronamespace
                 where proname = $1 and nspname like 'read_model_%'",
            )
            .bind(function)
            .fetch_one(&mut connection)
            .await
            .unwrap();
            let path = format!("set search_path to {schema}, public; ");
            connection.execute(AssertSqlSafe(path.clone() + &broken)).await.unwrap();
            restored.push((connection, path + &definition));
        }
        assert!(pair.has_leak(&questions).await, "{function} without its viewer leaks, and nobody notices");
        for (mut connection, definition) in restored {
            connection.execute(AssertSqlSafe(definition)).await.unwrap();
        }
    }
    pair.leaks.clear();
    pair.walk(&questions).await;
    assert!(pair.leaks.is_empty(), "all is as it was");
    pair.end().await;
}
