from __future__ import annotations

import json
import unicodedata
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from vedette.report import render_json
from vedette.report.json_file import case_schema, case_schema_text, read_case
from vedette.schema import Case

from .hostile import cases
from .sample import large_case

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "case.schema.json"


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(cases)
def test_any_case_survives_the_round_trip(case: Case) -> None:
    content = render_json(case)
    assert read_case(content) == case
    assert not [c for c in content if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}]


def test_nothing_is_left_out_of_a_large_case() -> None:
    case = large_case(2_000, 100, 50)
    assert read_case(render_json(case)) == case


def test_schema_in_the_documentation_is_current(case: Case) -> None:
    assert SCHEMA.read_text(encoding="utf-8") == case_schema_text(), (
        "write it again: python -c 'from vedette.report.json_file import case_schema_text as t; print(t(), end=\"\")'"
    )
    assert set(json.loads(render_json(case))) == set(case_schema()["properties"])
