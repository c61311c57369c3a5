"""Sessions: kept whole, resumed, exported, shared read-only, deleted for good; on both databases."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sqlalchemy import func, select
from store_support import AT, HOSTILE, answer

from vedette.errors import UserError
from vedette.schema import Answer, AnswerStatus, Artefact, Claim, FeedbackKind, Focus
from vedette.store import Lake, audit, tables
from vedette.store.feedback import FeedbackBook
from vedette.store.sessions import SessionBook


def rows(lake: Lake) -> dict[str, int]:
    with lake.state.connect() as connection:
        return {
            t.name: connection.execute(select(func.count()).select_from(t)).scalar() or 0
            for t in (tables.sessions, tables.turns, tables.artefacts, tables.feedback, tables.shares)
        }


def test_everything_of_an_answer_comes_back(lake: Lake, open_lake: Callable[[Path], Lake]) -> None:
    book = SessionBook(lake)
    session = book.start(f"what   happened {HOSTILE}", f"jo {HOSTILE}", "case-1")
    first, second = answer(1), answer(2, focus=Focus(entities=("bob",)), artefacts=())
    book.add(session.session_id, first)
    assert book.add(session.session_id, second).number == 2

    again = SessionBook(open_lake(lake.home))
    assert [t.answer for t in again.turns(session.session_id)] == [first, second]
    assert [t.number for t in again.turns(session.session_id)] == [1, 2]
    assert again.turn(session.session_id, 1).answer.artefacts == first.artefacts
    found = again.get(session.session_id)
    assert found.focus == second.focus, "the next question starts from the last answer"
    assert (found.n_turns, found.last_at, found.case_id) == (2, second.asked_at, "case-1")
    assert found.owner == session.owner == f"jo {HOSTILE}"
    assert found.title == session.title


def test_texts_that_are_no_unicode_are_kept_as_their_escape(lake: Lake) -> None:
    book = SessionBook(lake)
    session = book.start("file \udcff", "jo")
    book.add(session.session_id, answer(1, question="what is \udcff?", values={"names": ["\ud800", 1, None]}))
    kept = book.turns(session.session_id)[0].answer
    assert kept.question == "what is \\udcff?"
    assert kept.values == {"names": ["\\ud800", 1, None]}
    assert kept.facts == answer(1).facts
    assert book.get(session.session_id).title == "file \\udcff"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    question=st.text(),
    values=st.dictionaries(st.text(), json_values, max_size=3),
    names=st.lists(st.text(), max_size=3),
)
def test_any_answer_round_trips(lake: Lake, question: str, values: dict[str, Any], names: list[str]) -> None:
    book = SessionBook(lake)
    given_answer = Answer(
        answer_id="a",
        question=question,
        status=AnswerStatus.UNKNOWN,
        text=question,
        values=values,
        dropped=tuple(Claim(text=n, evidence=()) for n in names),
        artefacts=tuple(Artefact(name=n, media_type="x", content=n.encode()) for n in names),
        asked_at=AT,
    )
    session = book.start(question, question)
    book.add(session.session_id, given_answer)
    assert book.turns(session.session_id)[0].answer == given_answer


def test_sessions_are_listed_last_used_first_and_by_owner(lake: Lake) -> None:
    book = SessionBook(lake, clock=lambda: AT)
    one, two, three = (book.start(f"q{n}", owner) for n, owner in enumerate(("jo", "al", "jo")))
    for n, session in enumerate((three, one, two)):
        book.add(session.session_id, answer(n))
    assert [s.session_id for s in book.list()] == [two.session_id, one.session_id, three.session_id]
    assert [s.session_id for s in book.list("jo")] == [one.session_id, three.session_id]
    assert [s.session_id for s in book.list(limit=1)] == [two.session_id]
    assert book.rename(one.session_id, "x " * 300).title.endswith("…")


def test_a_session_is_found_by_the_beginning_of_its_id(lake: Lake) -> None:
    book = SessionBook(lake)
    session = book.start("q", "jo")
    book.start("q", "jo")
    digits = session.session_id.removeprefix("session-")
    assert book.find(digits[:8]) == book.find(session.session_id) == session
    for wrong in ("", "session-", "%", "zzz", "session-_"):
        with pytest.raises(UserError):
            book.find(wrong)
    with pytest.raises(UserError, match="no session"):
        book.find(digits, owner="somebody else")


@pytest.mark.parametrize("call", ["get", "turns", "export", "share", "shares", "unshare", "delete"])
def test_a_session_that_is_not_there_is_told(lake: Lake, call: str) -> None:
    with pytest.raises(UserError, match="no session") as caught:
        getattr(SessionBook(lake), call)("session-none")
    assert caught.value.next_step
    with pytest.raises(UserError, match="no session"):
        SessionBook(lake).add("session-none", answer())
    with pytest.raises(UserError, match="no session"):
        SessionBook(lake).turn("session-none", 1)


def test_an_export_holds_everything(lake: Lake) -> None:
    book = SessionBook(lake)
    session = book.start("q", "jo")
    book.add(session.session_id, answer(1))
    FeedbackBook(lake).add(session.session_id, 1, FeedbackKind.CORRECTED, text="bob failed.", author="al")
    made = orjson.loads(orjson.dumps(book.export(session.session_id)))
    assert (made["format"], made["version"]) == ("vedette-session", 1)
    told = made["turns"][0]["answer"]
    assert told["dropped"][0]["reason"] == "bob is in no fact"
    assert told["plan"]["steps"][0]["tool"] == "hosts"
    assert told["facts"][0]["evidence"][0]["ref"] == "event1"
    assert b64decode(told["artefacts"][0]["content"]) == answer(1).artefacts[0].content
    assert made["feedback"][0]["text"] == "bob failed."
    assert made["session"]["session_id"] == session.session_id


def test_an_export_is_as_its_schema_says(lake: Lake) -> None:
    from vedette.store.sessions import SessionExport

    book = SessionBook(lake)
    session = book.start("q", "jo", "case-1")
    book.add(session.session_id, answer(1))
    FeedbackBook(lake).add(session.session_id, 1, FeedbackKind.ACCEPTED)
    made = book.export(session.session_id)
    path = Path(__file__).parents[2] / "docs" / "reference" / "session.schema.json"
    schema = orjson.loads(path.read_bytes())
    assert missing(made, schema, schema) == []
    assert missing({**made, "version": 2, "turns": [{"number": "1"}]}, schema, schema)
    read = TypeAdapter(SessionExport).validate_python(made)
    assert read["turns"][0]["answer"].facts == answer(1).facts
    assert read["session"] == book.get(session.session_id)


def missing(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """Return where a value is not what a schema of ours says: the words that our schemas use."""
    if "$ref" in schema:
        return missing(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, at)
    if "anyOf" in schema:
        tried = [missing(value, one, root, at) for one in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    if "const" in schema or "enum" in schema:
        return [] if value in schema.get("enum", [schema.get("const")]) else [at]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "null": type(None)}
    kinds["boolean"] = bool
    kind = schema.get("type")
    if kind is None:
        return []
    if not isinstance(value, kinds[kind]):
        return [f"{at} is no {kind}"]
    found: list[str] = []
    if kind == "object":
        found += [f"{at}.{name} is missing" for name in schema.get("required", ()) if name not in value]
        for name, one in value.items():
            if name in schema.get("properties", {}):
                found += missing(one, schema["properties"][name], root, f"{at}.{name}")
            elif schema.get("properties") and not schema.get("additionalProperties"):
                found.append(f"{at}.{name} is unknown")
    if kind == "array":
        for n, one in enumerate(value):
            prefix = schema.get("prefixItems")
            found += missing(one, prefix[n] if prefix else schema.get("items", {}), root, f"{at}[{n}]")
    return found


def test_a_share_opens_one_session_until_it_is_taken_back(lake: Lake) -> None:
    book = SessionBook(lake)
    session, other = book.start("q", "jo"), book.start("other", "jo")
    token, second = book.share(session.session_id, actor="jo"), book.share(session.session_id)
    assert token != second
    assert len(token) >= 43, "256 bits"
    assert book.by_share(token).session_id == session.session_id
    held = [s.share_id for s in book.shares(session.session_id)]
    assert len(held) == 2
    assert book.shares(other.session_id) == ()
    with lake.state.connect() as connection:
        stored = repr(connection.execute(select(tables.shares)).all())
    assert token not in stored
    assert token[4:] not in stored

    with pytest.raises(UserError, match="no share"):
        book.unshare(other.session_id, held[0])
    assert book.unshare(session.session_id, held[0]) == 1
    assert book.unshare(session.session_id) == 1
    assert book.unshare(session.session_id) == 0
    for gone in (token, second):
        with pytest.raises(UserError, match="opens nothing"):
            book.by_share(gone)


@pytest.mark.parametrize(
    "wrong", ["", "vds_", "vds_" + "A" * 43, "vdt_x", "x" * 100_000, "vds_\x00", "vds_%", "vds_\ud800"]
)
def test_a_guessed_share_opens_nothing(lake: Lake, wrong: str) -> None:
    book = SessionBook(lake)
    book.share(book.start("q", "jo").session_id)
    with pytest.raises(UserError, match="opens nothing"):
        book.by_share(wrong)


def test_a_share_expires(lake: Lake) -> None:
    now = [AT]
    book = SessionBook(lake, clock=lambda: now[0])
    session = book.start("q", "jo")
    token = book.share(session.session_id, expires_at=AT + timedelta(hours=1))
    assert book.shares(session.session_id)[0].expires_at == AT + timedelta(hours=1)
    now[0] = AT + timedelta(minutes=59)
    assert book.by_share(token)
    now[0] = AT + timedelta(hours=1)
    with pytest.raises(UserError, match="opens nothing"):
        book.by_share(token)
    with pytest.raises(UserError, match="expired"):
        book.share(session.session_id, expires_at=AT)


def test_deleting_takes_all_of_it_and_leaves_an_audit_row_without_content(lake: Lake) -> None:
    book = SessionBook(lake)
    session, other = book.start("secretword in the title", "jo"), book.start("other", "jo")
    token = book.share(session.session_id)
    book.add(session.session_id, answer(1, text="secretword " * 2_000))
    book.add(other.session_id, answer(1))
    FeedbackBook(lake).add(session.session_id, 1, FeedbackKind.CORRECTED, text="secretword")
    book.delete(session.session_id, actor="al")
    assert rows(lake) == {"sessions": 1, "turns": 1, "artefacts": 1, "feedback": 0, "shares": 0}
    with pytest.raises(UserError):
        book.get(session.session_id)
    with pytest.raises(UserError):
        book.by_share(token)
    last = audit.entries(lake, newest_first=True)[0]
    assert (last.actor, last.action, last.target) == ("al", "session.delete", session.session_id)
    assert last.detail == {"n_shares": 1, "n_feedback": 1, "n_turns": 1, "n_artefacts": 1}
    assert "secretword" not in repr(audit.entries(lake))
    if lake.state.dialect.name == "sqlite":
        left = b"".join(p.read_bytes() for p in lake.home.glob("state.sqlite*"))
        assert b"secretword" not in left, "the bytes are overwritten"


def test_an_answer_too_large_to_keep_is_told(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.store.sessions.MAX_ANSWER_BYTES", 10_000)
    book = SessionBook(lake)
    session = book.start("q", "jo")
    with pytest.raises(UserError, match="too large"):
        book.add(session.session_id, answer(1, text="x" * 20_000))
    assert book.turns(session.session_id) == ()


def test_eight_writers_lose_and_mix_nothing(lake: Lake, open_lake: Callable[[Path], Lake]) -> None:
    """Each through a connection of its own, into one shared session and one of its own."""
    book = SessionBook(lake)
    shared = book.start("shared", "all")
    lakes = [open_lake(lake.home) for _ in range(8)]

    def write(n: int) -> str:
        own_book = SessionBook(lakes[n])
        own = own_book.start(f"own {n}", f"w{n}")
        for k in range(6):
            own_book.add(own.session_id, answer(k, text=f"w{n} k{k}"))
            own_book.add(shared.session_id, answer(k, text=f"w{n} k{k}", artefacts=()))
        return own.session_id

    with ThreadPoolExecutor(8) as pool:
        owns = list(pool.map(write, range(8)))
    for n, own in enumerate(owns):
        assert [t.answer.text for t in book.turns(own)] == [f"w{n} k{k}" for k in range(6)]
    turns = book.turns(shared.session_id)
    assert [t.number for t in turns] == list(range(1, 49))
    assert sorted(t.answer.text for t in turns) == sorted(f"w{n} k{k}" for n in range(8) for k in range(6))
    for n in range(8):  # a writer's own order stands
        mine = [t.answer.text for t in turns if re.match(rf"w{n} ", t.answer.text)]
        assert mine == [f"w{n} k{k}" for k in range(6)]
    assert book.get(shared.session_id).n_turns == 48


def test_a_session_deleted_while_it_is_written_to_leaves_nothing(lake: Lake, open_lake: Callable[[Path], Lake]) -> None:
    book = SessionBook(lake)
    session = book.start("q", "jo")
    lakes = [open_lake(lake.home) for _ in range(4)]

    def write(n: int) -> int:
        done = 0
        for k in range(20):
            if n == 3 and k == 3:
                SessionBook(lakes[n]).delete(session.session_id)
            try:
                SessionBook(lakes[n]).add(session.session_id, answer(k))
            except UserError:
                return done
            done += 1
        return done

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert set(rows(lake).values()) == {0}
