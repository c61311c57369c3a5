"""CVSS 3.1 base scores: known vectors, the corners of rounding, every vector, and hostile text."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.errors import UserError
from vedette.knowledge.cvss import METRICS, every_vector, parse, roundup, severity

KNOWN = [
    ("AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),  # CVE-2013-1937, phpMyAdmin reflected XSS
    ("AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),  # CVE-2013-0375, MySQL stored SQL injection
    ("AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1),  # CVE-2014-3566, POODLE
    ("AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),  # CVE-2012-1516, VMware guest to host
    ("AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8),
    ("AV:N/AC:H/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.5),  # CVE-2012-0384, Cisco IOS
    ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),  # CVE-2014-0160, Heartbleed
    ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),  # CVE-2014-6271, Shellshock
    ("AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8),  # CVE-2008-1447, DNS cache poisoning
    ("AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8),  # CVE-2014-2005, Sophos disk encryption
    ("AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 8.8),  # CVE-2015-1098
    ("AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3),
    ("AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H", 9.6),  # CVE-2012-5376, Chrome sandbox bypass
    ("AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
    ("AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 1.6),
    ("AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
    ("AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N", 0.0),
]


@pytest.mark.parametrize(("metrics", "score"), KNOWN)
@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_known_vectors(metrics: str, score: float, version: str) -> None:
    vector = parse(f"CVSS:{version}/{metrics}")
    assert vector.score == score
    assert str(vector) == f"CVSS:3.1/{metrics}"


def _exact(values: tuple[str, ...]) -> Decimal:
    """The specification's formulas in decimal arithmetic, where nothing is rounded before the end."""
    av, ac, pr, ui, scope, c, i, a = values
    d = Decimal
    impact_of = {"H": d("0.56"), "L": d("0.22"), "N": d(0)}
    iss = 1 - (1 - impact_of[c]) * (1 - impact_of[i]) * (1 - impact_of[a])
    changed = scope == "C"
    impact = d("7.52") * (iss - d("0.029")) - d("3.25") * (iss - d("0.02")) ** 15 if changed else d("6.42") * iss
    if impact <= 0:
        return d(0)
    privileges = {"N": "0.85", "L": "0.68", "H": "0.5"} if changed else {"N": "0.85", "L": "0.62", "H": "0.27"}
    exploitability = (
        d("8.22")
        * d({"N": "0.85", "A": "0.62", "L": "0.55", "P": "0.2"}[av])
        * d({"L": "0.77", "H": "0.44"}[ac])
        * d(privileges[pr])
        * d({"N": "0.85", "R": "0.62"}[ui])
    )
    total = min((impact + exploitability) * (d("1.08") if changed else d(1)), d(10))
    return total.quantize(d("0.00001")).quantize(d("0.1"), rounding=ROUND_CEILING)


def test_every_vector_has_the_score_of_exact_arithmetic() -> None:
    vectors = every_vector()
    assert len(vectors) == len(set(vectors)) == 2592
    wrong = [str(v) for v in vectors if Decimal(str(v.score)) != _exact(v.values)]
    assert wrong == []


def test_every_vector_parses_to_itself() -> None:
    assert all(parse(str(v)) == v for v in every_vector())


@pytest.mark.parametrize(
    ("value", "rounded"), [(4.0, 4.0), (4.02, 4.1), (4.00001, 4.1), (4.000001, 4.0), (8.600000000000001, 8.6), (0, 0.0)]
)
def test_roundup_is_not_led_astray_by_floating_point(value: float, rounded: float) -> None:
    assert roundup(value) == rounded


GOOD = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CVSS:3.1",
        "CVSS:3.1/",
        "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P",
        GOOD.replace("3.1", "3.2"),
        GOOD.replace("3.1", "4.0"),
        GOOD.lower(),
        GOOD.replace("AV:N", "AV:X"),
        GOOD.replace("AV:N", "AV:"),
        GOOD.replace("AV:N", "AV"),
        GOOD.replace("AV:N", "AV:NN"),
        GOOD.replace("/A:H", ""),
        GOOD + "/A:H",
        GOOD + "/A:L",
        GOOD + "/",
        GOOD + "//E:P",
        GOOD + " ",
        " " + GOOD,
        GOOD + "/XX:N",
        GOOD + "\n",
        GOOD.replace("/", "/" * 2),
        GOOD + "/E:P" * 1000,
        "CVSS:3.1/" + "A" * 1_000_000,
        "\0" * 20,
    ],
)
def test_what_is_no_vector_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        parse(text)


def test_order_and_later_metrics_do_not_matter() -> None:
    shuffled = "CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N"
    assert parse(shuffled) == parse(GOOD) == parse(GOOD + "/E:P/RL:O/RC:C/CR:H/MAV:L/MC:N")


@given(st.text(max_size=120))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        vector = parse(text)
    except UserError:
        return
    assert 0 <= vector.score <= 10


@given(st.lists(st.sampled_from([f"{m}:{v}" for m, vs in METRICS.items() for v in vs]), max_size=10))
def test_a_vector_needs_each_metric_once(parts: list[str]) -> None:
    names = [p.split(":")[0] for p in parts]
    text = "/".join(["CVSS:3.1", *parts])
    if sorted(names) == sorted(METRICS):
        assert parse(text).score >= 0
    else:
        with pytest.raises(UserError):
            parse(text)


@pytest.mark.parametrize(
    ("score", "name"),
    [(0.0, "none"), (0.1, "low"), (3.9, "low"), (4.0, "medium"), (6.9, "medium"), (7.0, "high"), (9.0, "critical")],
)
def test_severity(score: float, name: str) -> None:
    assert severity(score) == name


@pytest.mark.parametrize("score", [-0.1, 10.1, float("nan")])
def test_no_severity_of_what_is_no_score(score: float) -> None:
    with pytest.raises(ValueError, match="no CVSS score"):
        severity(score)
