"""What schemathesis sends to the API, and what it must be answered. Loaded by SCHEMATHESIS_HOOKS.

The server may refuse whatever it is sent, as data or as an error whose code says that the input is at fault. What it
may not do is fail.
"""

import json
import os
import re
import urllib.request

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

URL, TOKEN = os.environ["ACCORD_URL"], os.environ["ACCORD_TOKEN"]

# Errors that an input can lead to; FORBIDDEN, because the token does not let its holder do everything.
EXPECTED = {"BAD_USER_INPUT", "FORBIDDEN"}


def texts(*typical):
    """A scalar that travels as text: typical values, and any other text."""
    return st.one_of(st.sampled_from(typical), st.text(max_size=40)).map(nodes.String)


INSTANTS = ("2023-09-21T12:00:00+07:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2023-02-29T00:00:00Z")
schemathesis.graphql.scalar("DateTime", texts(*INSTANTS))
schemathesis.graphql.scalar("Decimal", texts("2000000.00", "0.0018", "0", "-1", "1" * 40, "0.0000000000001", "1e3"))
schemathesis.graphql.scalar("Duration", texts("PT72H", "-PT30M", "P1DT30M", "PT0H", "P36600D", "PT9999999999999999999H"))
schemathesis.graphql.scalar("Position", texts("0", "1", "100", "-1", "9223372036854775807", "9223372036854775808"))
schemathesis.graphql.scalar("Sha256", texts("0" * 64, "AB" * 32, "zz" * 32))
schemathesis.graphql.scalar("UUID", texts("00000000-0000-0000-0000-000000000000", "not-one"))


def ask(query):
    body = json.dumps({"query": query}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
    with urllib.request.urlopen(urllib.request.Request(URL, body, headers)) as answer:
        return json.load(answer)["data"]


def known():
    """Names of things that are there: arguments of random names are refused at the door."""
    data = ask(
        """{ posts { edges { node { id code } } } partners { edges { node { id code } } }
             operation(code: "SAPHAN") { id code plan { id contentHash decisions { id conditions { id } } }
               tasks(first: 100) { edges { node { id code } } } } }"""
    )
    operation = data["operation"]
    partners = [edge["node"] for edge in data["partners"]["edges"]]
    posts = [edge["node"] for edge in data["posts"]["edges"]]
    tasks = [edge["node"] for edge in operation["tasks"]["edges"]]
    everything = [operation, operation["plan"], *partners, *posts, *tasks, *operation["plan"]["decisions"]]
    codes = {
        "partner": [partner["code"] for partner in partners],
        "post": [post["code"] for post in posts],
        "task": [task["code"] for task in tasks],
        "phase": ["P1", "P3"],
    }
    return {
        "operation": [operation["id"]],
        "planVersionId": [operation["plan"]["id"]],
        "contentHash": [operation["plan"]["contentHash"]],
        "task": [task["id"] for task in tasks],
        "id": [thing["id"] for thing in everything],
        "subject": [thing["id"] for thing in everything],
        "code": ["SAPHAN", *codes["partner"], *codes["post"], *codes["task"]],
        "leadPartner": codes["partner"],
        "territory": codes["partner"],
        "predecessor": codes["task"],
        **codes,
    }


KNOWN = known()
# A window on a list that is one: most of the random ones are no pages.
WINDOW = re.compile(r"first: (-?[0-9]+|null), after: [^,)]*, last: [^,)]*, before: [^,)]*")
ARGUMENT = re.compile(r"\b(%s): \"((?:[^\"\\]|\\.)*)\"" % "|".join(KNOWN))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Every other random name becomes that of something, always the same one for the same name."""

    def replaced(match):
        name, value = match.groups()
        number = sum(value.encode())
        values = KNOWN[name]
        return f'{name}: "{values[number % len(values)]}"' if number % 2 else match[0]

    query = case.body if isinstance(case.body, str) else case.body["query"]
    query = ARGUMENT.sub(replaced, query)
    if len(query) % 2:
        query = WINDOW.sub(lambda match: f"first: {len(match[0]) % 100 + 1}", query)
    case.body = query if isinstance(case.body, str) else {**case.body, "query": query}


@schemathesis.check
def answered_in_good_order(context, response, case):
    assert response.status_code == 200, f"status {response.status_code}: {response.text}"
    answer = response.json()
    assert "data" in answer or "errors" in answer, "neither data nor errors"
    for error in answer.get("errors", []):
        extensions = error.get("extensions", {})
        assert extensions.get("code") in EXPECTED, f"{extensions.get('code')}: {error['message']}"
        assert extensions.get("requestId"), "an error without the request's id"
