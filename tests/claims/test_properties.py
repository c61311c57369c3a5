"""What holds of the checker for every text and every set of facts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.claims.test_checker import DROPPED, FACTS, KEPT

from vedette.claims import Checker, check, sentences
from vedette.schema import Evidence, Fact, ValueKind

PIECES = st.sampled_from(
    ["alice", "CORP\\bob", "DC01", "logged on to", "created", "svc_x", "12", "a dozen", "failed", "not", "at 09:52",
     "2026-03-09", "and", ",", ".", ". ", ":", ";", "(", ")", "[", "“", "”", "`", "\n", "- ", "| ", "before", "then",
     "first", "which", "96%", "\u200b", "é", "ß", "\u0130", "T1003.006", "…", "all", "both", "no", "unknown", "?",
     "one", "was", "by", "from", "10.0.0.5", "case", "the", "two thousand", "half", "an hour", "1,234", "'s"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=25).map(" ".join))
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30),
    st.lists(st.text(max_size=10), max_size=3), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)  # fmt: skip
KINDS = st.sampled_from(list(ValueKind))
SOME_FACTS = st.lists(
    st.builds(
        Fact,
        fact_id=st.text(max_size=4),
        name=st.text(max_size=12),
        value=VALUES,
        kind=KINDS,
        subject=st.text(max_size=20),
        subject_kind=st.one_of(st.none(), KINDS),
        aliases=st.lists(st.text(max_size=10), max_size=2).map(tuple),
        text=TEXTS,
        related=st.lists(st.tuples(KINDS, VALUES), max_size=3).map(tuple),
        evidence=st.lists(st.builds(Evidence, ref=st.text(max_size=4), quote=st.text(max_size=10)), max_size=1).map(
            tuple
        ),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(TEXTS, SOME_FACTS, st.text(max_size=30))
def test_never_raises_and_judges_every_sentence_once(text: str, facts: list[Fact], question: str) -> None:
    checked = check(text, facts, question=question)
    judged = sorted([c.text for c in checked.claims] + [c.text for c in checked.dropped])
    assert judged == sorted(sentences(text))
    assert all(c.checked and not c.reason for c in checked.claims)
    assert all(c.reason and not c.checked and not c.evidence for c in checked.dropped)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_keeps_what_it_kept(text: str) -> None:
    checker = Checker(FACTS)
    kept = [c.text for c in checker.check(text).claims]
    again = [c.text for c in checker.check("\n\n".join(kept)).claims]
    assert again == [s for k in kept for s in sentences(k)] or len(again) <= len(kept)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(KEPT + DROPPED), max_size=6))
def test_a_sentence_that_stands_alone_is_judged_alone(chosen: list[str]) -> None:
    chosen = [s for s in chosen if not s.startswith(("The attacker", "This"))]
    kept = [c.text for c in check("\n\n".join(chosen), FACTS).claims]
    assert kept == [s for s in chosen if s in KEPT]
