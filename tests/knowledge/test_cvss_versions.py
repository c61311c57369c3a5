"""CVSS 2.0, 3.x and 4.0 with threat and environmental metrics: FIRST's own examples, and properties."""

from __future__ import annotations

import contextlib
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.errors import UserError
from vedette.knowledge import _build_cvss4, pinned
from vedette.knowledge.cvss import every_vector, parse, read, v2, v3full, v4

# the examples of FIRST's guides, and vectors that NVD and CNAs publish with their scores
KNOWN = [
    # CVSS v2 guide, section 3.3: CVE-2002-0392, CVE-2003-0818, CVE-2003-0062
    ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, 7.8),
    ("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", 7.8, 6.4),
    ("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", 7.8, 9.2),
    ("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C", 10.0, 8.3),
    ("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L", 10.0, 9.0),
    ("AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C", 6.2, 4.9),
    ("AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M", 6.2, 7.5),
    ("AV:N/AC:M/Au:N/C:N/I:P/A:N", 4.3, 4.3),
    ("AV:L/AC:L/Au:N/C:N/I:N/A:N", 0.0, 0.0),
    # 3.x
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, 9.8),
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:F/RL:O/RC:C", 9.8, 9.1),
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C", 9.8, 8.5),
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/MC:N/MI:N/MA:N", 10.0, 0.0),
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/CR:L/IR:L/AR:L", 9.8, 8.0),
    ("CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C", 7.8, 7.0),
    # CVSS v4.0 examples of FIRST
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0, 10.0),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3, 9.3),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 8.7, 8.7),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A", 8.7, 8.7),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N", 6.9, 6.9),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1, 5.1),
    ("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3, 7.3),
    ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.7, 7.7),
    ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 7.7, 5.2),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0, 0.0),
    ("CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 1.0, 1.0),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/MSI:S", 0.0, 8.9),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/S:P/AU:Y/R:I/V:C/RE:H/U:Red", 9.3, 9.3),
]


@pytest.mark.parametrize(("text", "base", "score"), KNOWN)
def test_known_vectors(text: str, base: float, score: float) -> None:
    vector = read(text)
    assert (vector.base_score, vector.score) == (base, score)
    assert str(vector) == text
    assert read(str(vector)) == vector


@pytest.mark.parametrize("written", ["({})", "CVSS2#{}", "CVSS:2.0/{}", " {} ", "CVSS2#({})"])
def test_version_2_is_read_as_scanners_write_it(written: str) -> None:
    vector = read(written.format("AV:N/AC:L/Au:N/C:P/I:P/A:P"))
    assert (vector.version, vector.base_score, vector.severity) == ("2.0", 7.5, "high")


def test_base_scores_of_3_1_agree_with_the_base_reader() -> None:
    """Two implementations, one in floating point and one in decimals, over all 2,592 vectors."""
    for vector in every_vector():
        assert read(str(vector)).base_score == vector.score


def test_every_class_of_4_0_has_a_score_that_falls_with_it() -> None:
    table = v4._lookup()
    assert len(table) == 270
    for digits, score in table.items():
        for place in range(6):
            lower = digits[:place] + str(int(digits[place]) + 1) + digits[place + 1 :]
            assert table.get(lower, 0) <= score, (digits, lower)


def _text(metrics: dict[str, str]) -> str:
    return "CVSS:4.0/" + "/".join(f"{k}:{v}" for k, v in metrics.items())


base4 = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in v4.BASE.items()})
_GRAVEST_FIRST = {**{n: v for n, v in v4.BASE.items()}, "E": ("A", "P", "U"), "CR": ("H", "M", "L")}


@settings(max_examples=300)
@given(base4, st.sampled_from(sorted(_GRAVEST_FIRST)))
def test_a_milder_metric_of_4_0_never_raises_the_score(metrics: dict[str, str], name: str) -> None:
    values = _GRAVEST_FIRST[name]
    scores = [read(_text({**metrics, name: value})).score for value in values]
    # the specification's interpolation is not monotone everywhere; it never jumps by more than rounding allows
    assert all(later <= earlier + 0.5 for earlier, later in pairwise(scores))


@given(base4)
def test_what_is_not_defined_changes_nothing(metrics: dict[str, str]) -> None:
    spelled = {**metrics, **{name: "X" for name in v4.ALLOWED if name not in v4.BASE}}
    assert read(_text(spelled)).score == read(_text(metrics)).base_score


@given(base4, st.permutations(sorted(v4.BASE)))
def test_order_changes_nothing(metrics: dict[str, str], order: list[str]) -> None:
    assert read(_text({name: metrics[name] for name in order})).score == read(_text(metrics)).score


def test_not_defined_changes_nothing_in_older_versions() -> None:
    for cells in list(product(*v3full.METRICS.values()))[::97]:
        base = "CVSS:3.1/" + "/".join(f"{n}:{v}" for n, v in zip(v3full.METRICS, cells, strict=True))
        spelled = base + "".join(f"/{name}:X" for name in v3full.OPTIONAL)
        assert read(spelled).score == read(base).score == read(base).base_score
    for cells in list(product(*(v2.WEIGHTS[n] for n in v2.BASE)))[::37]:
        base = "/".join(f"{n}:{v}" for n, v in zip(v2.BASE, cells, strict=True))
        spelled = base + "".join(f"/{n}:ND" for n in v2.WEIGHTS if n not in v2.BASE)
        assert read(spelled).score == read(base).base_score


def test_a_score_of_2_0_is_never_negative() -> None:
    assert read("AV:L/AC:H/Au:M/C:N/I:N/A:P/RL:U/RC:UC/AR:L").score == 0.0


WRONG = [
    "",
    "CVSS:4.0",
    "CVSS:4.0/",
    "CVSS:5.0/AV:N",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N",
    "CVSS:4.0/AV:N/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:R/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/U:red",
    "CVSS:4.0/av:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    "CVSS:4.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
    "AV:N/AC:L/Au:N/C:P/I:P",
    "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "(AV:N/AC:L/Au:N/C:P/I:P/A:P",
    "AV:N/AC:L/Au:N/C:P/I:P/A:P" * 100,
    "AV:NN/AC:L/Au:N/C:P/I:P/A:P",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_vector_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        read(text)


@given(st.text(max_size=80) | st.builds("CVSS:4.0/{}".format, st.text(alphabet="AVNCLPRUIHS:/X", max_size=60)))
def test_hostile_text_is_refused_or_read(text: str) -> None:
    with contextlib.suppress(UserError):
        assert 0.0 <= read(text).score <= 10.0


def test_the_base_reader_still_takes_3_x_only() -> None:
    with pytest.raises(UserError):
        parse("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H")


def test_builder_makes_the_packaged_table(tmp_path: Path) -> None:
    lines = [f'  "{digits}": {score / 10:g},' for digits, score in v4._lookup().items()]
    text = "export const cvssLookup_global = {\n" + "\n".join(lines) + "\n};\n"
    assert _build_cvss4.compact(text) == pinned.read_data("cvss4.json")
    with pytest.raises(ValueError, match="269"):
        _build_cvss4.compact(text.replace(lines[3], ""))
