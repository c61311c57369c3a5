"""VEX statements are put to exposures with their author, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from exposure_support import DAY, World, find

from vedette.exposure.assets import Assets, PlaceName
from vedette.exposure.components import signature
from vedette.exposure.identity import Vulnerabilities
from vedette.exposure.resolve import Resolved
from vedette.exposure.vex import Match, match_of, part_match
from vedette.schema import AssetKind, ExposureStatus

IMAGE = "registry.example.com/shop/web:1.4.2"
LOG4J = "pkg:maven/org.apache.logging.log4j/log4j-core"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.lake.close()


def status(world: World, *statements: dict[str, Any], version: str = "2.14.1", purl: str = "") -> tuple[Any, ...]:
    """Status, its author's words and the questions of log4j-core on an image, under statements."""
    flaw = find("CVE-2021-44228", "log4j-core", version, IMAGE, place_kind="image", purl=purl or f"{LOG4J}@{version}")
    world.report(findings=(flaw,))
    for number, statement in enumerate(statements):
        at = DAY + timedelta(days=number)
        full = {"ids": ["CVE-2021-44228"], "author": "Example Corp", "at": at, **statement}
        world.report("openvex", at=at, vex=(full,))
    with world.open() as exposures:
        (found,) = exposures.select()
    return found.status, found.status_by, found.unknown


def not_affected(*products: str, **more: Any) -> dict[str, Any]:
    return {
        "products": list(products),
        "status": "not_affected",
        "justification": "vulnerable_code_not_present",
        **more,
    }


def test_a_statement_on_the_component_is_applied_with_its_author(world: World) -> None:
    state, said, _ = status(world, not_affected(f"{LOG4J}@2.14.1"))
    assert state is ExposureStatus.NOT_AFFECTED
    assert said == "Example Corp: not affected, vulnerable code not present"


def match(*products: str, parts: tuple[str, ...] = ()) -> Any:
    """How a statement meets log4j-core 2.14.1 on the image."""
    resolved = Resolved(Vulnerabilities([]), (), Assets([PlaceName(IMAGE, AssetKind.IMAGE)]), ())
    component = signature("", "", f"{LOG4J}@2.14.1", "", "")
    return match_of(products, parts, 0, component, "2.14.1", resolved)


@pytest.mark.parametrize(
    "product",
    [
        f"{LOG4J}@2.14.0",
        "pkg:maven/org.apache.logging.log4j/log4j-api@2.14.1",
        "pkg:maven/com.example/log4j-core@2.14.1",
        "pkg:npm/log4j-core@2.14.1",
        "registry.example.com/shop/web:1.4.3",
        "pkg:oci/web?repository_url=registry.example.com/shop/web&tag=1.4.3",
        f"{LOG4J}?vers=vers:maven/%3C2.14.0",
        "log4j",
        "",
    ],
)
def test_a_statement_on_something_else_is_not_applied(product: str) -> None:
    assert match(product) is None
    assert match(IMAGE, parts=(product,)) is None


@pytest.mark.parametrize(
    ("products", "parts", "specificity"),
    [
        ((IMAGE,), (), 4),
        ((IMAGE,), (f"{LOG4J}@2.14.1",), 6),
        ((IMAGE,), (LOG4J,), 5),
        (("pkg:oci/web?repository_url=registry.example.com/shop/web&tag=1.4.2",), (), 4),
        ((LOG4J,), (), 1),
        ((f"{LOG4J}@2.14.1",), (), 2),
        (("cpe:2.3:a:apache:log4j-core:2.14.1:*:*:*:*:*:*:*",), (), 2),
        ((f"{LOG4J} vers:maven/>=2.0|<2.15.0",), (), 1),
    ],
)
def test_products_are_images_packages_ranges_and_parts(products: Any, parts: Any, specificity: int) -> None:
    assert match(*products, parts=parts) == Match(specificity)


def test_without_a_version_a_statement_about_versions_becomes_a_question(world: World) -> None:
    state, said, questions = status(world, not_affected(f"{LOG4J}@2.14.1"), version="", purl=LOG4J)
    assert (state, said) == (ExposureStatus.OPEN, "")
    assert "Is the version meant by Example Corp (not affected)?" in questions


def test_of_equals_the_latest_counts(world: World) -> None:
    affected = {"products": [f"{LOG4J}@2.14.1"], "status": "affected", "author": "Other"}
    assert status(world, not_affected(f"{LOG4J}@2.14.1"), affected)[0] is ExposureStatus.OPEN


def test_the_more_specific_before_the_latest(world: World) -> None:
    affected = {"products": [LOG4J], "status": "affected", "author": "Other"}
    state, said, _ = status(world, not_affected(IMAGE), affected)
    assert (state, said.partition(":")[0]) == (ExposureStatus.NOT_AFFECTED, "Example Corp")


def test_a_fix_that_is_claimed_is_the_claimants_word(world: World) -> None:
    state, said, _ = status(world, {"products": [IMAGE], "status": "fixed", "statement": "patched in place"})
    assert (state, said) == (ExposureStatus.FIXED, "Example Corp: fixed, patched in place")


def test_a_statement_about_another_vulnerability_changes_nothing(world: World) -> None:
    state, _, _ = status(world, {**not_affected(IMAGE), "ids": ["CVE-2021-45046"]})
    assert state is ExposureStatus.OPEN


@pytest.mark.parametrize(
    "text", ["", "@", "pkg:", "cpe:2.3:", "vers:", "pkg:npm/a@", "x" * 10_000, "\x00\ufffe", "a vers:x/<"]
)
def test_odd_product_names_raise_nothing(text: str) -> None:
    part_match(text, signature("log4j-core", "2.14.1", "", "", ""))
