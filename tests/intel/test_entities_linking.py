from __future__ import annotations

import pytest

from vedette.intel.entities.known import Known
from vedette.intel.entities.linking import link
from vedette.schema.intel import MentionKind


@pytest.fixture(scope="module")
def known() -> Known:
    return Known.load()


@pytest.mark.parametrize(
    ("written", "kind", "ref"),
    [
        ("Fancy Bear", MentionKind.GROUP, "G0007"),
        ("APT 28", MentionKind.GROUP, "G0007"),
        ("Lazarus", MentionKind.GROUP, "G0032"),
        ("the Winnti group", MentionKind.GROUP, "G0044"),
        ("Quasar", MentionKind.MALWARE, "S0262"),
        ("NetwireRAT", MentionKind.MALWARE, "S0198"),
        ("Emotet trojan", MentionKind.MALWARE, "S0367"),
        ("certutil.exe", MentionKind.TOOL, "S0160"),
        ("Trickbott", MentionKind.MALWARE, "S0266"),
    ],
)
def test_a_name_is_linked_however_it_is_written(written: str, kind: MentionKind, ref: str, known: Known) -> None:
    found = link(written, known, kind)
    assert found is not None
    assert found.thing.ref == ref


@pytest.mark.parametrize(
    "written", ["Grey Heron", "malware", "group", "", "???", "APT99999", "Bearly Fancy", "x" * 5000]
)
def test_what_nothing_bears_is_linked_to_nothing(written: str, known: Known) -> None:
    assert link(written, known, MentionKind.MALWARE) is None


def test_the_kind_decides_between_things_of_one_name(known: Known) -> None:
    group, malware = (link("Play", known, kind) for kind in (MentionKind.GROUP, MentionKind.MALWARE))
    assert group is not None
    assert malware is not None
    assert (group.thing.ref, malware.thing.ref) == ("G1040", "S1162")
    assert link("Emotet", known, MentionKind.GROUP) is None


def test_company_decides_where_the_kind_does_not(known: Known) -> None:
    alone = link("Play", known)
    assert alone is not None
    assert alone.confidence < 0.8
    assert alone.others
    beside = link("Play", known, company={"S1162"})
    assert beside is not None
    assert beside.thing.ref == "S1162"
    assert beside.confidence > alone.confidence


def test_a_close_spelling_is_less_sure_and_can_be_refused(known: Known) -> None:
    exact, near = link("TrickBot", known, MentionKind.MALWARE), link("Trickbott", known, MentionKind.MALWARE)
    assert exact is not None
    assert near is not None
    assert near.confidence < exact.confidence
    assert link("Trickbott", known, MentionKind.MALWARE, close=False) is None
