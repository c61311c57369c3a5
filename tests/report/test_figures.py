# ruff: noqa: E501
"""The geometry that every figure rests on: time scale, lanes, graph layout, text measure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.report.graph import lay_out, links
from vedette.report.lanes import marks
from vedette.report.measure import fit, text_width, wrap
from vedette.report.timescale import span_words, time_scale
from vedette.report.view import StepView
from vedette.report.words import listed, share
from vedette.schema import Severity

START = datetime(2026, 1, 1, tzinfo=UTC)
times = st.lists(st.integers(0, 10**7), min_size=1, max_size=40).map(
    lambda s: [START + timedelta(seconds=x) for x in s]
)


@given(times)
def test_scale_keeps_order_and_range(at: list[datetime]) -> None:
    scale = time_scale(at)
    placed = [scale.position(t) for t in sorted(at)]
    assert placed == sorted(placed)
    assert all(0 <= p <= 1 + 1e-9 for p in placed)
    for t, p in zip(sorted(at), placed, strict=True):
        assert scale.position(scale.time(p)) == pytest.approx(p, abs=1e-6)
        assert t is not None


def test_long_silence_is_folded_and_short_ones_are_not() -> None:
    busy = [START + timedelta(minutes=m) for m in (0, 10, 20)]
    later = [t + timedelta(days=3) for t in busy]
    scale = time_scale(busy + later)
    assert [s.folded for s in scale.segments] == [False, True, False]
    assert scale.position(busy[-1]) > 0.4
    assert [s.folded for s in time_scale([START + timedelta(minutes=m) for m in range(30)]).segments] == [False]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "under 1 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (3_600, "1 h"), (7_680, "2 h 8 min"), (90_000, "1 d 1 h")],
)  # fmt: skip
def test_length_of_time_is_said_in_two_units(seconds: int, words: str) -> None:
    assert span_words(timedelta(seconds=seconds)) == words


@given(times, st.floats(60, 900))
def test_marks_never_touch_and_hold_every_step(at: list[datetime], width: float) -> None:
    steps = [
        StepView(
            number=n, at=t, text="", tactic=None, techniques=(), severity=Severity.LOW, host="", account="", evidence=(),
            n_events=1,
        )
        for n, t in enumerate(sorted(at), start=1)
    ]  # fmt: skip
    drawn = marks(steps, time_scale(at), 0.0, width, smallest=20.0)
    assert [s.number for m in drawn for s in m.steps] == [s.number for s in steps]
    assert all(a.left + a.width <= b.left for a, b in pairwise(drawn))
    assert len(drawn) == 1 or all(m.left >= -1e-6 and m.left + m.width <= width + 1e-6 for m in drawn)


edges = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=20)


@given(edges)
def test_layout_puts_no_node_on_another_and_runs_from_left_to_right(steps: list[tuple[str, str]]) -> None:
    layout = lay_out(steps)
    assert set(layout.nodes) == {n for step in steps for n in step}
    for (_, (la, ra)), (_, (lb, rb)) in combinations(layout.nodes.items(), 2):
        assert la != lb or abs(ra - rb) >= 0.99
    assert len(layout.routes) == len(links(steps))
    for route in layout.routes:
        layers = [at for at, _ in route.points]
        assert len(layers) == abs(layers[0] - layers[-1]) + 1 >= 2
        assert route.points[0] == layout.nodes[route.link.source]
        assert route.points[-1] == layout.nodes[route.link.target]
    assert {n for r in layout.routes for n in r.link.steps} == {n for n, (a, b) in enumerate(steps) if a != b}
    assert lay_out(steps) == layout


def test_layout_crosses_no_lines_where_it_need_not() -> None:
    layout = lay_out([("a", "x"), ("a", "y"), ("b", "z"), ("x", "r"), ("y", "q"), ("z", "p")])
    rows = {name: row for name, (_, row) in layout.nodes.items()}
    assert (rows["x"] < rows["y"]) == (rows["r"] < rows["q"])
    assert (rows["y"] < rows["z"]) == (rows["q"] < rows["p"])


@given(
    st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Zs"]) | st.just(" "), max_size=80),
    st.floats(30, 400),
)
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    lines = wrap(text, width, 14)
    assert "".join("".join(lines).split(" ")) == "".join(text.split(" "))
    assert all(text_width(line, 14) <= width or len(line) == 1 for line in lines)


@given(st.text(max_size=300), st.floats(40, 300), st.integers(1, 4))
def test_fitted_text_takes_no_more_lines_than_there_are(text: str, width: float, n: int) -> None:
    text = text.replace("\n", " ")
    made = fit(text, width, n, 14)
    assert len(wrap(made, width, 14)) <= n
    assert made == text or made.endswith("…")


def test_measure_agrees_with_the_font() -> None:
    image_font = pytest.importorskip("PIL.ImageFont")
    try:
        font = image_font.truetype("LiberationSans-Regular.ttf", 100)
    except OSError:
        pytest.skip("Liberation Sans is not installed")
    for text in ("The attacker made one account", "C:\\Windows\\System32\\cmd.exe /c whoami", "Zürich-Büro"):
        assert 1.0 <= text_width(text, 100) / font.getlength(text) < 1.12


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "50 %"), (0.994, "99 %"), (0.999, "over 99 %"), (1.0, "over 99 %"), (0.001, "under 1 %")]
)
def test_share_is_never_certain(value: float, text: str) -> None:
    assert share(value) == text


def test_list_says_how_many_more() -> None:
    assert listed(["a", "b", "c"], 2) == "a, b and 1 more"
    assert listed(["a"], 2) == "a"
