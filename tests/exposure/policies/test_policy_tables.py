"""Every row of every published table, decided from its inputs; and what each policy says of itself."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from vedette.errors import UserError
from vedette.exposure.policies import policies, policy
from vedette.exposure.policies.base import Deciding
from vedette.knowledge import ssvc

TABLE_OF = {
    "bod-26-04": "bod-26-04",
    "ssvc-deployer": "deployer-patch-priority",
    "ssvc-coordinator": "cisa-coordinator",
}
ROWS = [
    pytest.param(name, dict(zip([p.name for p in ssvc.table(table).points], cells, strict=True)), outcome)
    for name, table in TABLE_OF.items()
    for cells, outcome in ssvc.table(table).rows.items()
]
DAYS = {
    "fix on system upgrade": None,
    "60 days": 60,
    "14 days": 14,
    "3 days": 3,
    "3 days & forensic investigation": 3,
}


@pytest.mark.parametrize(("name", "inputs", "outcome"), ROWS)
def test_every_row_decides(name: str, inputs: dict[str, str], outcome: str) -> None:
    decision = policy(name).decide(inputs)
    assert (decision.outcome, decision.possible, decision.unknown, decision.question) == (outcome, (outcome,), (), "")
    assert decision.inputs == inputs
    assert decision.days == (DAYS[outcome] if name == "bod-26-04" else None)


def test_tables_have_their_published_sizes() -> None:
    sizes = {name: len(table.rows) for name, table in ssvc.tables().items()}
    assert sizes == {
        "bod-26-04": 16,
        "cisa-coordinator": 36,
        "deployer-patch-priority": 72,
        "human-impact": 16,
        "public-safety-impact": 4,
        "utility": 4,
    }


@pytest.mark.parametrize(
    ("table", "values", "outcome"),
    [
        ("human-impact", {"safety_impact": "critical", "mission_impact": "degraded"}, "medium"),
        ("human-impact", {"safety_impact": "negligible", "mission_impact": "mission failure"}, "very high"),
        ("public-safety-impact", {"safety_impact": "marginal"}, "significant"),
        ("utility", {"automatable": "yes", "value_density": "concentrated"}, "super effective"),
    ],
)
def test_side_tables_decide(table: str, values: dict[str, str], outcome: str) -> None:
    assert ssvc.table(table).decide(values) == outcome


def _human(safety: str, mission: str) -> str:
    """SSVC's definition of Human Impact 2.0.2, in its own words."""
    if safety == "catastrophic" or mission == "mission failure":
        return "very high"
    if safety == "critical":
        return "medium" if mission == "degraded" else "high"
    return "medium" if mission == "mef failure" else "low"


@pytest.mark.parametrize(("cells", "outcome"), sorted(ssvc.table("human-impact").rows.items()))
def test_human_impact_is_as_it_is_defined(cells: tuple[str, str], outcome: str) -> None:
    assert outcome == _human(*cells)


@pytest.mark.parametrize(("cells", "outcome"), sorted(ssvc.table("public-safety-impact").rows.items()))
def test_public_safety_impact_is_as_it_is_defined(cells: tuple[str], outcome: str) -> None:
    assert outcome == ("minimal" if cells == ("negligible",) else "significant")


@pytest.mark.parametrize(("cells", "outcome"), sorted(ssvc.table("utility").rows.items()))
def test_utility_is_as_it_is_defined(cells: tuple[str, str], outcome: str) -> None:
    n_bad = (cells[0] == "yes") + (cells[1] == "concentrated")
    assert outcome == ("laborious", "efficient", "super effective")[n_bad]


def test_tables_are_those_of_their_publisher(shared_data: Path) -> None:
    """Row by row from the published CSV, read here on its own."""
    files = sorted((shared_data / "ssvc").glob("*.csv"))
    assert len(files) == 6
    for file in files:
        with file.open(newline="") as stream:
            headings, *rows = list(csv.reader(stream))
        names = [re.sub(r" v\d.*", "", heading) for heading in headings[1:]]
        (table,) = [t for t in ssvc.tables().values() if [*[p.title for p in t.points], t.outcome.title] == names]
        assert table.version.replace(".", "_") in file.name
        assert {tuple(row[1:-1]): row[-1] for row in rows} == dict(table.rows)
        assert [int(row[0]) for row in rows] == list(range(len(table.rows)))


@pytest.mark.parametrize("name", sorted(policies()))
def test_every_policy_describes_itself(name: str) -> None:
    found = policies()[name]
    assert found.name == name
    assert found.title
    assert found.version
    assert list(found.outcomes)
    for point in found.points:
        assert len(point.values) > 1
        assert point.question.endswith("?")


def test_outcomes_stand_gravest_first() -> None:
    assert list(policy("bod-26-04").outcomes) == list(reversed(DAYS))
    assert list(policy("ssvc-deployer").outcomes) == ["immediate", "out-of-cycle", "scheduled", "defer"]
    assert list(policy("ssvc-coordinator").outcomes) == ["act", "attend", "track*", "track"]


@pytest.mark.parametrize(
    ("severity", "outcome", "days"),
    [
        ("critical", "fix critical", 15),
        ("high", "fix high", 30),
        ("medium", "fix medium", 90),
        ("low", "fix low", 180),
        ("none", "no action", None),
    ],
)
def test_cvss_policy(severity: str, outcome: str, days: int | None) -> None:
    decision = policy("cvss").decide({"severity": severity})
    assert (decision.outcome, decision.days) == (outcome, days)


@pytest.mark.parametrize("inputs", [{"in_kev": "perhaps"}, {"in_kev": ""}, {"in_kev": "yes|"}, {"inkev": "yes"}])
def test_what_is_no_input_is_refused(inputs: dict[str, str]) -> None:
    with pytest.raises(UserError) as caught:
        policy("bod-26-04").decide(inputs)
    assert caught.value.next_step


def test_an_unknown_policy_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UserError, match="no policy is called 'bod'") as caught:
        policy("bod")
    assert "bod-26-04" in str(caught.value.next_step)


def test_policies_are_loaded_by_entry_point() -> None:
    assert set(policies()) >= {"bod-26-04", "ssvc-deployer", "ssvc-coordinator", "cvss"}
    assert all(isinstance(p, Deciding) for p in policies().values())
