"""Rules and events made at random: the matcher agrees with the plain reading of the specification."""

from __future__ import annotations

import json
from typing import Any

import detect_reference
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from vedette.detect import Matcher, load_rules

SOURCE = ("windows", None, "security")
# A small alphabet makes rules and events meet; the odd characters are those with a meaning somewhere.
words = st.text(alphabet="abAB\\*?_%-/.$ ıK", max_size=5)
values = st.one_of(
    words, st.integers(-2, 300), st.booleans(), st.none(), st.sampled_from(["0x10", "16", "true", "1.0", ""])
)
names = st.sampled_from(["A", "B", "EventID", "a b"])
events = st.dictionaries(names, st.one_of(values, st.lists(values, max_size=3)), max_size=4)
modifiers = st.sampled_from(
    ["", "|contains", "|startswith", "|endswith", "|contains|all", "|cased", "|contains|cased", "|windash|contains",
     "|base64offset|contains", "|re", "|re|i", "|exists", "|lt", "|gte", "|fieldref", "|neq", "|cidr", "|hour", "|wide"]
)  # fmt: skip
items = st.dictionaries(
    st.builds(lambda n, m: n + m, names, modifiers), st.one_of(values, st.lists(values, min_size=1, max_size=3)),
    min_size=1, max_size=3,
)  # fmt: skip
selections = st.one_of(
    items, st.lists(items, min_size=1, max_size=2), st.lists(words.filter(bool), min_size=1, max_size=2)
)
conditions = st.sampled_from(
    ["a", "not a", "a and b", "a or b", "a and not b", "not a and not b", "not (a and b)", "(a or b) and not c",
     "1 of them", "all of them", "a or not (b and not c)", "not (a or b)"]
)  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(selections, selections, selections, conditions), min_size=1, max_size=6),
    st.lists(events, min_size=1, max_size=8),
)
def test_matcher_equals_reference(
    tmp_path_factory: pytest.TempPathFactory, made: list[Any], natives: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("rules") / "r.jsonl"
    documents = [
        {
            "title": f"r{i}",
            "logsource": {"product": "windows"},
            "detection": {"a": a, "b": b, "c": c, "condition": condition},
        }
        for i, (a, b, c, condition) in enumerate(made)
    ]
    path.write_text("\n".join(map(json.dumps, documents)))
    ruleset = load_rules([path], builtin=False)
    titles = [r.info.title for r in ruleset.rules]
    assert len(titles) + len(ruleset.problems) == len(documents)
    expected = set()
    for document in documents:
        if document["title"] not in titles:
            continue
        try:
            reference = detect_reference.ReferenceRule(SigmaRule.from_dict(document))
        except SigmaError as error:  # pragma: no cover - loading would have named it
            pytest.fail(f"loaded, but not by the reference: {error}")
        expected |= {(document["title"], row) for row, e in enumerate(natives) if reference.fires(e, SOURCE)}
    matcher = Matcher(ruleset)
    got = {(titles[r], row) for r, row in matcher.match(natives, [SOURCE] * len(natives))}
    assert got == expected
    # What it learned from one batch must not colour the next.
    again = {(titles[r], row) for r, row in matcher.match(natives[::-1], [SOURCE] * len(natives))}
    assert {(t, len(natives) - 1 - row) for t, row in again} == expected
