from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.knowledge import attack


def test_sub_technique_knows_name_tactic_and_parent() -> None:
    found = attack.technique("T1003.006")
    assert found is not None
    assert (found.name, found.tactics, found.parent) == ("DCSync", ("credential-access",), "T1003")
    assert found.title == "OS Credential Dumping: DCSync"
    assert found.platforms == ("Windows",)


@pytest.mark.parametrize("text", ["T1078", "t1078", "attack.t1078", " T1078 "])
def test_technique_id_in_the_ways_rules_write_it(text: str) -> None:
    found = attack.technique(text)
    assert found is not None
    assert found.name == "Valid Accounts"
    assert found.tactics == ("initial-access", "persistence", "privilege-escalation", "defense-evasion")


@pytest.mark.parametrize("text", ["T9999", "T1003.999", "T10030", "1003", "", "attack.", "T1003.006.001", "S0002"])
def test_unknown_technique_is_none(text: str) -> None:
    assert attack.technique(text) is None


@pytest.mark.parametrize(
    ("text", "shortname"),
    [
        ("credential-access", "credential-access"),
        ("attack.credential_access", "credential-access"),
        ("Credential Access", "credential-access"),
        ("TA0006", "credential-access"),
        ("stealth", "defense-evasion"),
        ("attack.defense-impairment", "defense-evasion"),
        ("c2", "command-and-control"),
    ],
)
def test_tactic_by_every_name(text: str, shortname: str) -> None:
    found = attack.tactic(text)
    assert found is not None
    assert found.shortname == shortname


@pytest.mark.parametrize("text", ["credential-acces", "TA9999", "ds0005", ""])
def test_unknown_tactic_is_none(text: str) -> None:
    assert attack.tactic(text) is None


def test_tactics_run_from_reconnaissance_to_impact() -> None:
    order = attack.tactic_order()
    assert len(order) == 14
    assert tuple(item.shortname for item in attack.tactics()) == order
    assert (order[0], order[2], order[-1]) == ("reconnaissance", "initial-access", "impact")
    assert order.index("command-and-control") < order.index("exfiltration")
    for place, name in enumerate(order):
        found = attack.tactic(name)
        assert found is not None
        assert found.order == place


def test_tactics_of_techniques_come_once_in_matrix_order() -> None:
    assert attack.tactics_of(["T1486", "T1003", "T1003.001", "T0000"]) == ("credential-access", "impact")


def test_every_sub_technique_has_its_parent() -> None:
    everything = attack.techniques()
    assert len(everything) == 691
    for item in everything:
        assert item.tactics
        assert (item.parent is not None) == ("." in item.id)
        if item.parent is not None:
            assert attack.technique(item.parent) is not None, item.id


def test_version_is_the_pinned_one() -> None:
    assert attack.version == "18.1"
    with pytest.raises(AttributeError):
        _ = attack.no_such_name


@given(st.text(max_size=40))
def test_lookups_never_raise(text: str) -> None:
    attack.technique(text)
    attack.tactic(text)


def test_importing_loads_no_data() -> None:
    code = (
        "import vedette.knowledge.attack as a; "
        "assert a._matrix.cache_info().currsize == 0; a.technique('T1003'); "
        "assert a._matrix.cache_info().currsize == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
