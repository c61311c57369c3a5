"""``/api``: sessions, cases, reports, evidence, tools; and its description."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pyarrow as pa
import pytest
from server_support import EVENT_ID, HOSTILE, Running, TellingAnswerer, parts_of, running, web

from report.sample import sample_case
from vedette.schema import event_arrow_schema
from vedette.server import Limits
from vedette.server.app import create_app
from vedette.store import Lake
from vedette.store.book import find_case, save_cases
from vedette.store.feedback import FeedbackBook

CASE = sample_case()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def put_event(lake: Lake, event_id: str, raw: str) -> None:
    values: dict[str, list[Any]] = {name: [None] for name in event_arrow_schema().names}
    values |= {"event_id": [event_id], "time": [CASE.first_at], "class_name": ["process_activity"], "source": ["s"]}
    values |= {"reader": ["r"], "raw": [raw], "actor_name": [HOSTILE]}
    written = lake.write("events", pa.table(values, schema=event_arrow_schema()), job="j", shard="1", source="s")
    lake.commit(written, job="j", shard="1")


@pytest.fixture
def lake(lake: Lake) -> Lake:
    save_cases(lake, [CASE])
    put_event(lake, EVENT_ID, json.dumps({"CommandLine": HOSTILE}))
    return lake


@pytest.fixture
def http(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(verify=False, base_url=server.url, timeout=30) as client:
        yield client


# -- sessions ----------------------------------------------------------------------------------------


def test_a_session_from_its_start_to_its_end(http: httpx.Client, lake: Lake, answerer: TellingAnswerer) -> None:
    made = http.post("/api/sessions", json={"title": "the night shift", "case_id": CASE.case_id[:8]})
    assert made.status_code == 201
    session = made.json()
    assert (session["title"], session["case_id"], session["n_turns"]) == ("the night shift", CASE.case_id, 0)
    path = f"/api/sessions/{session['session_id']}"
    first = http.post(f"{path}/ask", json={"question": "slides about alice"}).json()
    assert (first["turn"], first["session_id"]) == (1, session["session_id"])
    second = http.post(f"{path}/ask", json={"question": "and bob?"}).json()
    assert "about slides about alice" in second["answer"]
    assert [case_id for _, _, case_id in answerer.asked] == [CASE.case_id] * 2, "the session is bound to its case"

    whole = http.get(path).json()
    assert [turn["answer"]["question"] for turn in whole["turns"]] == ["slides about alice", "and bob?"]
    assert whole["turns"][0]["answer"] == first, "what is read later is what was answered"
    assert whole["session"]["focus"]["entities"] == ["and bob?", "slides about alice"]
    file = whole["turns"][0]["answer"]["files"][0]
    assert (file["name"], file["size_bytes"]) == ("deck.pptx", 9)
    got = http.get(file["url"])
    assert got.content == b"PK\x03\x04 deck"
    assert got.headers["content-disposition"].startswith('attachment; filename="deck.pptx"')
    assert http.get(file["url"].replace("deck", "other")).status_code == 404

    exported = http.get(f"{path}/export").json()
    assert exported["format"] == "vedette-session"
    assert len(exported["turns"]) == 2
    listed = http.get("/api/sessions").json()["sessions"]
    assert [one["session_id"] for one in listed] == [session["session_id"]]

    assert http.delete(path).status_code == 204
    assert http.get(path).status_code == 404
    assert http.post(f"{path}/ask", json={"question": "x"}).status_code == 404


def test_a_question_can_be_asked_without_a_session_and_kept_or_not(http: httpx.Client) -> None:
    kept = http.post("/api/ask", json={"question": "alice"}).json()
    assert kept["turn"] == 1
    unkept = http.post("/api/ask", json={"question": "bob", "keep": False}).json()
    assert (unkept["session_id"], unkept["turn"]) == (None, None)
    assert len(http.get("/api/sessions").json()["sessions"]) == 1
    on = http.post("/api/ask", json={"question": "and now?", "session_id": kept["session_id"]}).json()
    assert "about alice" in on["answer"]


def test_an_answer_as_it_is_made(http: httpx.Client) -> None:
    with http.stream("POST", "/api/ask", json={"question": "alice", "stream": True}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = answer.read().decode()
    events = [
        (block.split("\n")[0].removeprefix("event: "), json.loads(block.split("\n")[1].removeprefix("data: ")))
        for block in text.strip().split("\n\n")
    ]
    assert [name for name, _ in events] == ["planned", "ran", "claim", "claim", "done"]
    assert events[0][1]["plan"]["steps"][0]["tool"] == "who"
    assert events[2][1]["text"] == "You asked alice [1]."
    assert events[2][1]["claim"]["evidence"][0]["quote"] == HOSTILE
    assert events[-1][1]["answer"].startswith("You asked alice [1].")
    assert events[-1][1]["session_id"].startswith("session-")


def test_shares_are_read_only_and_can_be_taken_back(lake: Lake, secrets: dict[str, str]) -> None:
    with running(parts_of(lake, TellingAnswerer())) as server:
        owner = httpx.Client(
            verify=False, base_url=server.url, headers={"Authorization": f"Bearer {secrets['analyst']}"}
        )
        other = httpx.Client(
            verify=False, base_url=server.url, headers={"Authorization": f"Bearer {secrets['viewer']}"}
        )
        with owner, other:
            asked = owner.post("/api/ask", json={"question": "slides"}).json()
            path = f"/api/sessions/{asked['session_id']}"
            shared = owner.post(f"{path}/share", json={}).json()
            read = other.get(shared["path"]).json()
            assert read["turns"][0]["answer"]["question"] == "slides"
            assert read["turns"][0]["answer"]["files"][0]["url"].startswith(shared["path"])
            assert other.get(read["turns"][0]["answer"]["files"][0]["url"]).content == b"PK\x03\x04 deck"
            assert other.get(path).status_code == 404, "the share opens what was shared, and not the session"
            assert web.get(server.url + shared["path"]).status_code == 401
            share_id = owner.get(f"{path}/shares").json()["shares"][0]["share_id"]
            assert owner.delete(f"{path}/shares/{share_id}").status_code == 204
            assert other.get(shared["path"]).status_code == 404
            past = owner.post(f"{path}/share", json={"expires_at": "2020-01-01T00:00:00Z"})
            assert past.status_code == 400


def test_feedback_is_kept_as_labelled_data(http: httpx.Client, lake: Lake) -> None:
    session_id = http.post("/api/ask", json={"question": "alice"}).json()["session_id"]
    path = f"/api/sessions/{session_id}/feedback"
    good = http.post(path, json={"turn": 1, "kind": "corrected", "text": "It was bob."})
    assert good.status_code == 201
    assert good.json()["text"] == "It was bob."
    for body in (
        {"turn": 1, "kind": "corrected"},
        {"turn": 1, "kind": "verdict"},
        {"turn": 1, "kind": "accepted", "verdict": "benign"},
        {"turn": 0, "kind": "accepted"},
        {"turn": 1, "kind": "loved"},
    ):
        assert http.post(path, json=body).status_code == 400, body
    assert http.post(path, json={"turn": 2, "kind": "accepted"}).status_code == 404
    assert [said["kind"] for said in http.get(path).json()["feedback"]] == ["corrected"]
    corpus = list(FeedbackBook(lake).corpus())
    assert corpus[0]["messages"][1]["corrected"] == "It was bob."


# -- cases -------------------------------------------------------------------------------------------


def test_cases_are_listed_and_read_whole(http: httpx.Client) -> None:
    row = http.get("/api/cases").json()["cases"][0]
    assert row["case_id"] == CASE.case_id
    assert row["implicated_accounts"] == [a.name for a in CASE.accounts if a.implicated]
    assert row["n_findings"] == len(CASE.findings)
    case = http.get(f"/api/cases/{CASE.case_id[:-2]}").json()
    assert len(case["timeline"]) == len(CASE.timeline)
    assert case["accounts"][0]["reasons"][0]["evidence"]
    assert http.get("/api/cases?status=closed").json() == {"cases": []}
    assert http.get("/api/cases/case-ffffffff").status_code == 404


@pytest.mark.parametrize(
    ("format", "media", "begins"),
    [
        ("html", "text/html; charset=utf-8", b"<!DOCTYPE html>"),
        ("markdown", "text/markdown; charset=utf-8", b"**TLP"),
        ("md", "text/markdown; charset=utf-8", b"**TLP"),
        ("json", "application/json", b"{"),
        ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", b"PK"),
    ],
)
def test_reports(http: httpx.Client, format: str, media: str, begins: bytes) -> None:
    answer = http.get(f"/api/cases/{CASE.case_id}/report", params={"format": format})
    assert answer.headers["content-type"] == media
    assert answer.content.lstrip().lower().startswith(begins.lower())
    if format == "pptx":
        assert "ppt/presentation.xml" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert ".pptx" in answer.headers["content-disposition"]
    if format == "html":
        assert answer.headers["content-security-policy"].startswith("sandbox allow-scripts;")
        assert "connect-src" not in answer.headers["content-security-policy"], "default-src 'none' is for that"
    else:
        assert answer.headers["content-disposition"].startswith("attachment")


def test_a_format_that_is_not_there_is_refused(http: httpx.Client) -> None:
    for format in ("exe", "../x", ""):
        assert http.get(f"/api/cases/{CASE.case_id}/report", params={"format": format}).status_code == 400


def test_notes_verdicts_and_status(http: httpx.Client, lake: Lake) -> None:
    path = f"/api/cases/{CASE.case_id}/notes"
    made = http.post(path, json={"text": "it was a test", "verdict": "benign", "status": "closed"})
    assert made.status_code == 201
    case = find_case(lake, CASE.case_id)
    assert (case.verdict, case.status, case.notes[-1].text) == ("benign", "closed", "it was a test")
    assert http.post(path, json={"text": ""}).status_code == 400
    assert http.post(path, json={"text": "x", "finding_id": "ffffffff"}).status_code == 400


def test_evidence_by_event_id(http: httpx.Client) -> None:
    event = http.get(f"/api/evidence/{EVENT_ID}").json()
    assert event["event_id"] == EVENT_ID
    assert event["native"] == {"CommandLine": HOSTILE}
    assert event["actor_name"] == HOSTILE
    assert http.get("/api/evidence/ev-unknown").status_code == 404
    assert http.get("/api/evidence/a%27%20OR%201=1").status_code == 400


# -- tools -------------------------------------------------------------------------------------------


def test_tools_are_described_and_run(http: httpx.Client) -> None:
    tools = http.get("/api/tools").json()["tools"]
    assert [one["tool"]["name"] for one in tools] == ["who"]
    assert tools[0]["arguments"]["required"] == ["account"]
    answer = http.post("/api/tools/who", json={"arguments": {"account": "alice"}}).json()
    assert answer["values"]["count"] == 1
    assert answer["facts"][0]["evidence"][0]["ref"] == EVENT_ID
    assert answer["query"] == "SELECT 1"
    assert http.post("/api/tools/what", json={"arguments": {}}).status_code == 404
    for bad in ({}, {"account": 3}, {"account": "a", "more": 1}, {"account": "nobody"}):
        assert http.post("/api/tools/who", json={"arguments": bad}).status_code == 400


# -- shape -------------------------------------------------------------------------------------------

WRONG: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/nothing", {}, 404),
    ("GET", "/api/", {}, 404),
    ("GET", "/api/cases/", {}, 404),
    ("POST", "/api/cases", {}, 405),
    ("GET", "/v1/chat/completions", {}, 405),
    ("POST", "/api/ask", {"content": b"{"}, 400),
    ("POST", "/api/ask", {"content": b""}, 400),
    ("POST", "/api/ask", {"content": b"[" * 100_000}, 400),
    ("POST", "/api/ask", {"content": b'{"question": ' + b"9" * 5000 + b"}"}, 400),
    ("POST", "/api/ask", {"json": {"question": 3}}, 400),
    ("POST", "/api/ask", {"json": {"question": " "}}, 400),
    ("POST", "/api/ask", {"content": b'{"question": "\\ud800"}'}, 400),
    ("POST", "/api/ask", {"json": {"question": "x" * 5000}}, 400),
    ("POST", "/api/ask", {"content": b"question=x", "headers": {"Content-Type": "text/plain"}}, 400),
    ("GET", "/api/sessions/session-zz", {}, 400),
    ("GET", "/api/sessions?limit=0", {}, 400),
    ("GET", "/api/cases/%00", {}, 400),
    ("GET", "/api/evidence/" + "a" * 200, {}, 400),
    ("GET", "/api/tokens", {}, 403),
]


@pytest.mark.parametrize(("method", "path", "more", "status"), WRONG, ids=lambda v: v if isinstance(v, str) else "")
def test_every_error_has_one_shape(
    standing: Running, method: str, path: str, more: dict[str, Any], status: int
) -> None:
    answer = web.request(method, standing.url + path, **more)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code", "next_step", "location"}
    assert error["message"]
    assert error["type"]


def test_what_was_sent_is_not_said_back(standing: Running) -> None:
    answer = web.post(f"{standing.url}/api/sessions", json={"title": {"secret-4711": 1}})
    assert answer.status_code == 400
    assert "secret-4711" not in answer.text


def test_the_description_is_complete() -> None:
    """Every route is described: what it takes, what it gives, what its errors look like, that it needs a token."""
    described = create_app(lambda: pytest.fail("nothing is opened to describe")).openapi()
    routes = 0
    ids = []
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            routes += 1
            ids.append(route["operationId"])
            assert route["summary"], (method, path)
            assert route["description"].endswith("."), (method, path)
            error = route["responses"]["default"]["content"]["application/json"]["schema"]
            assert error == {"$ref": "#/components/schemas/Error"}
            good = [code for code in route["responses"] if code.startswith("2")]
            assert len(good) == 1
            assert "422" not in route["responses"]
            if path != "/api/health":
                assert route["security"] == [{"token": []}], (method, path)
            if good != ["204"] and "file" not in path and "report" not in path:
                assert route["responses"][good[0]]["content"]["application/json"]["schema"], (method, path)
    assert routes > 30
    assert len(set(ids)) == len(ids)
    shown = described["components"]["schemas"]["AnswerView"]["properties"]
    assert shown["unknown"]["description"] == "What the data cannot tell, and what is missing."


def test_health_needs_nothing_and_says_little(lake: Lake, secrets: dict[str, str]) -> None:
    with running(parts_of(lake, TellingAnswerer()), limits=Limits(shutdown_grace_s=0.5)) as server:
        assert set(web.get(f"{server.url}/api/health").json()) == {"status", "version"}
        assert web.get(f"{server.url}/openapi.json").status_code == 401
