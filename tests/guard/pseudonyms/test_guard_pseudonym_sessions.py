"""Sessions of several turns, beside each other."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from vedette.guard.pseudonyms import Masker, MemoryPairs, Restorer
from vedette.schema.guarding import Action, Form, GuardFinding

VALUES = {
    "Alicia Moreno": "PERSON",
    "José": "PERSON",
    "alicia.moreno": "USERNAME",
    "CORP\\alicia.moreno": "USERNAME",
    "alicia.moreno@corp.example": "EMAIL_ADDRESS",
    "corp.example": "DOMAIN_NAME",
    "WS-FIN-0042": "HOSTNAME",
    "ws-fin-0042": "HOSTNAME",
    "10.20.30.40": "IP_ADDRESS",
    "4111 1111 1111 1111": "CREDIT_CARD",
    'pa$$ "w0rd"': "PASSWORD",
    "https://corp.example/a?b=c": "URL",
    "田中": "PERSON",
}
BETWEEN = st.sampled_from([" ", " and ", ", ", "\n", " (", ") ", " '", "' ", " **", "** ", ": ", "; then ", " -> "])
words = st.lists(st.tuples(st.sampled_from(sorted(VALUES)), BETWEEN, st.booleans()), min_size=1, max_size=6)
names = st.sampled_from(["one", "two"])
DEFORMATIONS = [
    lambda one: one,
    str.lower,
    lambda one: f"**{one}**",
    lambda one: f"`{one}`",
    lambda one: one.replace("_", "\\_"),
    lambda one: one.replace("_", " "),
]


def findings(text: str, told: list[tuple[str, bool]]) -> list[tuple[GuardFinding, Action]]:
    out = []
    at = 0
    for value, seen in told:
        at = text.index(value, at)
        if seen:
            out.append(
                (
                    GuardFinding(entity=VALUES[value], start=at, end=at + len(value), score=1.0, scanner="test"),
                    Action.PSEUDONYMISE,
                )
            )
        at += len(value)
    return out


class Conversations(RuleBasedStateMachine):
    """Two sessions in which people speak of the same values."""

    style = "token"

    @initialize(secrets=st.tuples(*[st.binary(min_size=32, max_size=32)] * 2).filter(lambda two: two[0] != two[1]))
    def begin(self, secrets) -> None:
        self.books = {name: MemoryPairs(name, secret) for name, secret in zip(("one", "two"), secrets, strict=True)}
        self.said: dict[str, list[str]] = {"one": [], "two": []}
        self.known: dict[str, set[str]] = {"one": set(), "two": set()}

    def masked(self, name: str, text: str, found, form: Form) -> str:
        masked = Masker(self.books[name], styles={"default": self.style}).mask(text, found, form=form)
        assert Restorer(self.books[name]).restore(masked.text, form=form) == text
        again = Masker(self.books[name], styles={"default": self.style}).mask(masked.text, (), form=form)
        assert again.text == masked.text
        return masked.text

    @rule(name=names, told=words)
    def prose(self, name, told) -> None:
        text = "so " + "".join(f"{value}{between}" for value, between, _ in told)
        upstream = self.masked(name, text, findings(text, [(value, seen) for value, _, seen in told]), Form.PLAIN)
        self.known[name].update(value for value, _, seen in told if seen)
        self.said[name].append(upstream)
        self.nothing_survives(name, upstream)

    @rule(name=names, told=words, escaped=st.booleans(), nested=st.booleans())
    def tool_call(self, name, told, escaped, nested) -> None:
        value: object = {f"k{n}": word for n, (word, _, _) in enumerate(told)}
        if nested:
            value = {"arguments": json.dumps(value, ensure_ascii=escaped)}
        text = json.dumps(value, ensure_ascii=escaped)
        upstream = self.masked(name, text, [], Form.JSON)
        said = json.loads(upstream)
        self.nothing_survives(name, json.dumps(json.loads(said["arguments"]) if nested else said, ensure_ascii=False))

    def nothing_survives(self, name: str, upstream: str) -> None:
        for value in self.known[name]:
            shown = json.dumps(value, ensure_ascii=False)[1:-1]
            for one in {value, shown}:
                assert not re.search(rf"(?<!\w){re.escape(one)}(?!\w)", upstream, re.IGNORECASE) or not value.isascii()

    @rule(name=names, which=st.integers(0, 50), how=st.sampled_from(DEFORMATIONS), cuts=st.integers(1, 9))
    def reply(self, name, which, how, cuts) -> None:
        pairs = [one for one in self.books[name].pairs() if re.fullmatch(r"[A-Z_]+_[2-9B-Z]{7}(_\d)?", one.pseudonym)]
        if not pairs:
            return
        pair = pairs[which % len(pairs)]
        if "_" in pair.pseudonym[-3:] and how(pair.pseudonym).count(" "):
            return  # a mark behind a space is doubtful
        text = f"It was {how(pair.pseudonym)}'s."
        wrapped = how("\x00").replace("\x00", pair.value)
        stream = Restorer(self.books[name]).stream()
        pieces = [text[at : at + cuts] for at in range(0, len(text), cuts)]
        assert "".join([*map(stream.feed, pieces), stream.close()]) == f"It was {wrapped}'s."

    @invariant()
    def sessions_keep_apart(self) -> None:
        if self.style != "token" or not hasattr(self, "books"):
            return
        for name, other in (("one", "two"), ("two", "one")):
            for upstream in self.said[name][-2:]:
                assert Restorer(self.books[other]).restore(upstream) == upstream


class StructuredConversations(Conversations):
    """The same, with surrogates that are built like what they stand for."""

    style = "structure"


TestConversations = Conversations.TestCase
TestConversations.settings = settings(max_examples=25, stateful_step_count=8, deadline=None)
TestStructuredConversations = StructuredConversations.TestCase
TestStructuredConversations.settings = settings(max_examples=25, stateful_step_count=8, deadline=None)


@given(st.sets(st.binary(min_size=32, max_size=32), min_size=2, max_size=8))
@settings(max_examples=20, deadline=None)
def test_no_token_resolves_elsewhere(secrets) -> None:
    text = "; ".join(VALUES)
    told = findings(text, [(value, True) for value in VALUES])
    books = [MemoryPairs(str(number), secret) for number, secret in enumerate(secrets)]
    upstream = [Masker(book).mask(text, told).text for book in books]
    for number, book in enumerate(books):
        for other, said in enumerate(upstream):
            assert Restorer(book).restore(said) == (text if number == other else said)


@pytest.mark.slow
def test_two_hundred_streams_stay_small() -> None:
    import tracemalloc

    books = [MemoryPairs(str(number), number.to_bytes(32)) for number in range(200)]
    text = "so Alicia Moreno said that ws-fin-0042 is hers. "
    told = findings(text, [("Alicia Moreno", True), ("ws-fin-0042", True)])
    masked = [Masker(book).mask(text, told).text for book in books]
    streams = [Restorer(book).stream() for book in books]
    tracemalloc.start()
    for turn in range(40):
        for stream, said in zip(streams, masked, strict=True):
            for at in range(0, len(said), 5):
                stream.feed(said[at : at + 5])
        if turn == 4:
            early = tracemalloc.get_traced_memory()[0]
    late = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert late < early * 1.1 + 20_000
