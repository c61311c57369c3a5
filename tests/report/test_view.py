from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from vedette.report.from_case import short_ids, view_of
from vedette.report.view import key_steps, short_names
from vedette.schema import Case

from .hostile import texts
from .sample import sample_events


@given(st.sets(st.text(min_size=1, max_size=12) | st.text(alphabet="ab", min_size=1, max_size=20), max_size=30))
def test_short_ids_tell_all_apart(full: set[str]) -> None:
    short = short_ids(full)
    assert set(short) == full
    assert len(set(short.values())) == len(full)
    assert all(name.startswith(s) for name, s in short.items())


def test_short_ids_have_eight_characters_where_that_is_enough() -> None:
    assert short_ids(["0123456789abcdef", "1123456789abcdef"])["0123456789abcdef"] == "01234567"
    assert short_ids(["0123456789abcdef", "01234567f9abcdef"])["0123456789abcdef"] == "012345678"


def test_each_statement_cites_evidence_that_is_listed(case: Case) -> None:
    view = view_of(case)
    listed = {e.short for e in view.evidence}
    cited = [s.evidence for s in (view.headline, *view.summary)]
    cited += [r.evidence for a in view.accounts for r in a.reasons] + [
        r.evidence for h in view.hosts for r in h.reasons
    ]
    cited += [s.evidence for s in view.steps] + [p.evidence for p in view.path] + [t.evidence for t in view.techniques]
    assert all(cited)
    assert {i for ids in cited for i in ids} <= listed
    assert len(listed) == len(view.evidence)


def test_evidence_is_completed_from_the_lake(case: Case) -> None:
    bare = view_of(case)
    full = view_of(case, sample_events)
    assert not any(e.source for e in bare.evidence)
    assert all(e.source == "windows/security" and e.quote for e in full.evidence)
    gone = view_of(case, lambda ids: {})
    assert all(e.gone for e in gone.evidence)


def test_case_without_summary_still_has_a_headline(case: Case) -> None:
    view = view_of(replace(case, summary=()))
    assert view.headline.text.startswith("40 findings on ws-finance-0147")
    assert view.headline.evidence


def test_key_steps_leave_out_no_phase(large: Case) -> None:
    view = view_of(large)
    chosen = key_steps(view.steps, 28)
    assert len(chosen) == 28
    assert [s.number for s in chosen] == sorted(s.number for s in chosen)
    assert {s.tactic for s in chosen} == {s.tactic for s in view.steps}
    assert chosen[0].number == 1
    assert chosen[-1].number == 10_000
    quarters = {s.number // 2_501 for s in key_steps(view.steps, 200)}
    assert quarters == {0, 1, 2, 3}
    assert key_steps(view.steps, 20_000) == list(view.steps)


@given(st.lists(texts, unique=True, max_size=6))
def test_short_names_keep_places_apart_that_names_keep_apart(names: list[str]) -> None:
    from vedette.report.view import NodeView

    nodes = {str(n): NodeView(name=name, kind="host", role="") for n, name in enumerate(names)}
    short = short_names(nodes)
    assert all(
        short[a] != short[b]
        for a in nodes
        for b in nodes
        if nodes[a].name.split(".")[0] != nodes[b].name.split(".")[0] and a != b
    )
