"""What pm4py makes of SAPHAN's event logs, and a log that it writes itself: `mining.py FOLDER`.

The folder has `all.xes`, `tasks.xes` and `all.json`, as `accord export` wrote them; `written.xes` is put beside them. What
they are held against is asked of the API, by ACCORD_URL and ACCORD_TOKEN.
"""

import json
import os
import sys
import urllib.request
from pathlib import Path

import pandas
import pm4py

FOLDER = Path(sys.argv[1])


def ask(query):
    headers = {"Authorization": f"Bearer {os.environ['ACCORD_TOKEN']}", "Content-Type": "application/json"}
    body = json.dumps({"query": query}).encode()
    with urllib.request.urlopen(urllib.request.Request(os.environ["ACCORD_URL"], body, headers), timeout=60) as answer:
        return json.load(answer)["data"]["operation"]


def told():
    """Positions of what happened, and the tasks with where they stand."""
    positions, after = [], ""
    while True:
        page = ask(
            '{ operation(code: "SAPHAN") { replay(order: AS_HAPPENED, first: 100%s) {'
            " pageInfo { hasNextPage endCursor } nodes { events { position } } } } }" % after
        )["replay"]
        positions += [int(event["position"]) for step in page["nodes"] for event in step["events"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = f', after: "{page["pageInfo"]["endCursor"]}"'
    tasks = ask('{ operation(code: "SAPHAN") { tasks { nodes { code status } } emergentTasks { code status } } }')
    return positions, {task["code"]: task["status"] for task in tasks["tasks"]["nodes"] + tasks["emergentTasks"]}


def check_xes(positions, tasks):
    log = pm4py.read_xes(str(FOLDER / "all.xes"))
    assert set(log["position"]) == set(positions), "all that happened, and nothing else"
    assert log.groupby("identity:id")["position"].nunique().eq(1).all()
    assert log["case:concept:name"].nunique() == log["case:code"].groupby(log["case:kind"]).nunique().sum()
    # In each case in the order of time, where the correction of T21 has it.
    assert log.groupby("case:concept:name")["time:timestamp"].is_monotonic_increasing.all()
    corrected = log[log["event_type"] == "TaskTimesCorrected"]
    assert list(corrected["time:timestamp"]) == [pandas.Timestamp("2023-10-11T02:00:00Z")]
    assert list(corrected["lifecycle:transition"]) == ["complete"] and corrected["corrects"].notna().all()

    cases = pm4py.read_xes(str(FOLDER / "tasks.xes"))
    assert set(cases["case:code"]) == set(tasks)
    work = cases[cases["concept:name"] == "Carry out"]
    times = work.pivot_table(
        index="case:code", columns="lifecycle:transition", values="time:timestamp", aggfunc="last"
    )
    done = [code for code, status in tasks.items() if status == "COMPLETED"]
    assert sorted(times[times["complete"].notna()].index) == sorted(done)
    assert (times["start"].dropna() <= times["complete"].dropna()).all()
    graph, starts, ends = pm4py.discover_dfg(cases)
    assert starts.get("TaskAddedToPlan") == 29 and graph[("TaskAddedToPlan", "Carry out")] > 0, (graph, starts)
    by_type, _, _ = pm4py.discover_dfg(cases, activity_key="event_type")
    assert by_type[("TaskStarted", "AssignmentUnderWay")] == 29, by_type
    return log["case:concept:name"].nunique(), len(log), len(by_type)


def check_ocel(positions, tasks):
    ocel = pm4py.read_ocel2_json(str(FOLDER / "all.json"))
    assert len(ocel.events) == len(positions)
    objects = ocel.objects
    assert set(objects[objects["ocel:type"] == "Task"]["code"]) == set(tasks)
    changes = ocel.object_changes
    status = changes[changes["ocel:field"] == "status"].sort_values("ocel:timestamp", kind="stable")
    # What never changes stands with the object.
    last = objects.set_index("ocel:oid")["status"].to_dict() | status.groupby("ocel:oid")["status"].last().to_dict()
    stands = {code: last.get(f"Task {code}") for code in tasks}
    assert stands == tasks, {code: (stands[code], tasks[code]) for code in tasks if stands[code] != tasks[code]}
    between = set(ocel.o2o[["ocel:oid", "ocel:oid_2", "ocel:qualifier"]].itertuples(index=False, name=None))
    for relation in [
        ("Incident INC-001", "Task ET-01", "answered by"),
        ("Request RFA-001", "Incident INC-001", "about"),
        ("Finding F5", "Task T27", "rests on"),
        ("Task T16", "Operation SAPHAN", "part of"),
        ("Task T18", "Partner MMR", "led by"),
        ("SITREP SITREP-03-C1", "SITREP SITREP-03", "corrects"),
    ]:
        assert relation in between, relation
    check_schema(json.loads((FOLDER / "all.json").read_text()))
    return len(ocel.events), len(objects), len(ocel.relations), len(ocel.o2o)


def check_schema(file):
    """As the standard has it: names declared, values as text, relations to what is there."""
    ids = {thing["id"] for thing in file["objects"]}
    assert len(ids) == len(file["objects"]) and len({event["id"] for event in file["events"]}) == len(file["events"])
    for types, things in (("objectTypes", "objects"), ("eventTypes", "events")):
        declared = {of["name"]: {a["name"]: a["type"] for a in of["attributes"]} for of in file[types]}
        for thing in file[things]:
            assert all(isinstance(a["value"], str) for a in thing["attributes"])
            assert {a["name"] for a in thing["attributes"]} <= set(declared[thing["type"]]), thing
            assert {relation["objectId"] for relation in thing["relationships"]} <= ids, thing
            assert things == "events" or all("time" in a for a in thing["attributes"])
        used = {"string", "time", "integer", "float", "boolean"}
        assert all(set(attributes.values()) <= used for attributes in declared.values())


def write():
    """Two cases, the second within the first, as other programs log them."""
    rows = [
        ("repair #1", "take in", "2019-06-03T08:00:00Z", "Ana"),
        ("repair #1", "order parts", "2019-06-03T09:00:00Z", "Ana"),
        ("repair #1", "parts came", "2019-06-03T15:30:00Z", "Ben"),
        ("repair #1", "hand over", "2019-06-04T10:00:00Z", "Ben"),
        ("repair #2 & more", "take in", "2019-06-03T09:30:00Z", "Ben"),
        ("repair #2 & more", "hand over", "2019-06-03T11:00:00Z", "Ben"),
    ]
    log = pandas.DataFrame(rows, columns=["case:concept:name", "concept:name", "time:timestamp", "org:resource"])
    log["time:timestamp"] = pandas.to_datetime(log["time:timestamp"], utc=True)
    pm4py.write_xes(log, str(FOLDER / "written.xes"))


positions, tasks = told()
cases, rows, arcs = check_xes(positions, tasks)
events, objects, relations, ties = check_ocel(positions, tasks)
write()
print(
    f"XES: {cases} cases, {rows} events of {events}, {arcs} arcs between tasks' events; "
    f"OCEL: {events} events, {objects} objects, {relations} relations, {ties} between objects"
)
