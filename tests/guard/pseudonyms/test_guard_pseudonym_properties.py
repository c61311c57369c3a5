"""What goes out comes back as it was, whatever the text, the form, the findings and the cuts."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vedette.guard.pseudonyms import Masker, MemoryPairs, Restorer
from vedette.schema.guarding import Action, Form, GuardFinding

ENTITIES = ["PERSON", "USERNAME", "EMAIL_ADDRESS", "IP_ADDRESS", "HOSTNAME", "API_KEY", "NATIONAL_ID", "OWN_THING"]
ATOMS = [
    *(
        "Alice",
        "alice",
        "ALICE",
        "Bob O'Hara",
        "ws01",
        "WS01",
        "DOM\\alice",
        "DOM\\\\alice",
        "10.0.0.1",
        "4111111111111111",
    ),
    *("José", "Jos\\u00e9", "Jose\u0301", "alice%40x.org", "alice@x.org", "&amp;", "田中", "مرحبا", "ß", "İ", "Σ", "ﬁ"),
    *(
        " ",
        "\n",
        "_",
        "__",
        "-",
        "*",
        "`",
        "'",
        '"',
        '\\"',
        "\\",
        "\\n",
        "\\u00",
        "%",
        "%5F",
        "\ud800",
        "\udc00",
        "\U0001f600",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        '{"a": "',
        '{\\"a\\": \\"',
        "https://x.org/?u=",
        "://",
        "PERSON",
        "PERSON_",
        "_2",
        "\\_2",
        "%5F2",
        "_J1",
    ),
    *("\u200b", "\u00ad", "\u202e", "\u0301", "\x00", "2B3C4D5", "PERSON_2B3C4D5", "7", "é"),
]
hostile = st.lists(
    st.one_of(st.sampled_from(ATOMS), st.text(st.characters(exclude_categories=()), max_size=3)), max_size=14
)
ranges = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.integers(1, 24),
        st.sampled_from(ENTITIES),
        st.sampled_from([Action.PSEUDONYMISE] * 7 + [Action.ALLOW]),
    ),
    max_size=6,
)
EASY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
STYLES = st.sampled_from([{}, {"default": "structure"}])


def findings(text: str, wanted) -> list[tuple[GuardFinding, Action]]:
    out = []
    for start, length, entity, action in wanted:
        if text:
            start %= len(text)
            end = min(len(text), start + length)
            out.append((GuardFinding(entity=entity, start=start, end=end, score=0.9, scanner="test"), action))
    return out


def cut(text: str, cuts: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(one % (len(text) + 1) for one in cuts)})
    return [text[a:b] for a, b in pairwise(edges)]


def check_comes_back(book: MemoryPairs, text: str, wanted, form: Form, cuts: list[int], styles=None) -> str:
    masked = Masker(book, styles=styles).mask(text, findings(text, wanted), form=form)
    restorer = Restorer(book)
    assert restorer.restore(masked.text, form=form) == text
    for pieces in (cut(masked.text, cuts), list(masked.text)):
        stream = restorer.stream(form=form)
        assert "".join([*map(stream.feed, pieces), stream.close()]) == text
    again = Masker(book, styles=styles).mask(masked.text, (), form=form)
    assert again.text == masked.text
    return masked.text


@given(
    hostile,
    ranges,
    st.sampled_from([Form.PLAIN, Form.JSON, Form.XML, Form.AUTO]),
    st.lists(st.integers(0, 400), max_size=6),
    STYLES,
)
@EASY
def test_any_text_comes_back(parts, wanted, form, cuts, styles) -> None:
    check_comes_back(MemoryPairs("one", bytes(32)), "".join(parts), wanted, form, cuts, styles)


@given(st.lists(st.tuples(hostile, ranges, st.sampled_from([Form.PLAIN, Form.JSON])), min_size=2, max_size=4), STYLES)
@EASY
def test_every_turn_of_a_session_comes_back(turns, styles) -> None:
    book = MemoryPairs("one", bytes(32))
    for parts, wanted, form in turns:
        check_comes_back(book, "".join(parts), wanted, form, [], styles)


words = st.one_of(st.sampled_from(ATOMS), hostile.map("".join))
trees = st.recursive(
    st.one_of(words, st.integers(-5, 10**12), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(words, inner, max_size=3),
        inner.map(lambda value: json.dumps(value)),
        inner.map(lambda value: json.dumps({"x": value}, ensure_ascii=False)),
    ),
    max_leaves=6,
)


@given(trees, ranges, st.booleans(), st.sampled_from([None, 1]), st.lists(st.integers(0, 400), max_size=6), STYLES)
@EASY
def test_json_stays_json_and_comes_back(tree, wanted, escaped, indent, cuts, styles) -> None:
    text = json.dumps({"arguments": tree}, ensure_ascii=escaped, indent=indent)
    masked = check_comes_back(MemoryPairs("one", bytes(32)), text, wanted, Form.JSON, cuts, styles)
    json.loads(masked)
