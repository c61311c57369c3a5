"""Pairs that are gathered: as if each had been kept at once, in one transaction, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from vault_support import pair, vault_of

from vedette.errors import OutsideError
from vedette.guard.base import PairBook
from vedette.guard.pseudonyms import Masker, MemoryPairs, Restorer
from vedette.guard.vault.batching import batched
from vedette.schema.guarding import Action, GuardFinding
from vedette.store import Lake


def test_a_request_is_one_transaction(lake: Lake) -> None:
    book = vault_of(lake).open("talk", ttl_s=60)
    book.add([pair("Zoe", "P_Z")])
    commits: list[int] = []
    event.listen(lake.state, "commit", lambda _: commits.append(1))
    text = " ".join(f"name{n}x" for n in range(40)) + " Zoe"
    findings = []
    for word in text.split():
        at = text.index(word)
        findings.append(GuardFinding(entity="PERSON", start=at, end=at + len(word), score=1.0, scanner="t"))
    with batched(book) as gathered:
        assert isinstance(gathered, PairBook)
        masked = Masker(gathered).mask(text, [(one, Action.PSEUDONYMISE) for one in findings])
        assert len(book.pairs()) == 1
        assert Restorer(gathered).restore(masked.text) == text
    assert len(commits) == 1
    assert masked.text.endswith(" P_Z")
    again = vault_of(lake).open("talk", ttl_s=60)
    assert len(again.pairs()) == 41
    assert Restorer(again).restore(masked.text) == text


def test_nothing_is_kept_of_a_request_that_failed(lake: Lake) -> None:
    book = vault_of(lake).open("talk", ttl_s=60)

    def fails() -> None:
        with batched(book) as gathered:
            gathered.add([pair("Alice", "A")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert book.pairs() == ()


def test_who_comes_second_with_another_pseudonym_starts_again(lake: Lake) -> None:
    vault = vault_of(lake)
    book = vault.open("talk", ttl_s=60)

    def second(name: str) -> None:
        with batched(book) as gathered:
            gathered.add([pair("Alice", name)])
            vault_of(lake).open("talk", ttl_s=60).add([pair("Alice", "FIRST")])

    with pytest.raises(OutsideError, match="another request"):
        second("SECOND")
    second("FIRST")
    assert book.pairs() == (pair("Alice", "FIRST"),)


pairs = st.builds(pair, st.sampled_from("abcd"), st.sampled_from("WXYZ"), st.sampled_from(["PERSON", "URL"]))


@given(before=st.lists(pairs, max_size=3), calls=st.lists(st.lists(pairs, max_size=3), max_size=6))
def test_gathering_is_like_keeping_at_once(before: list, calls: list[list]) -> None:  # type: ignore[type-arg]
    plain, kept = MemoryPairs("s", bytes(32)), MemoryPairs("s", bytes(32))
    for one in before:
        for book in (plain, kept):
            try:
                book.add([one])
            except OutsideError:
                continue
    with batched(kept) as gathered:
        for call in calls:
            told = []
            for book in (plain, gathered):
                try:
                    told.append(book.add(call))
                except OutsideError as error:
                    told.append(error.message)
            assert told[0] == told[1]
            assert gathered.pairs() == plain.pairs()
            assert gathered.pairs() is gathered.pairs()
            for one in call:
                assert gathered.pseudonym_of(one.entity, one.value) == plain.pseudonym_of(one.entity, one.value)
                assert gathered.value_of(one.pseudonym) == plain.value_of(one.pseudonym)
    assert kept.pairs() == plain.pairs()
