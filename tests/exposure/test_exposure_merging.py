"""Which words for components are one component, and that decisions may be taken from halves."""

from __future__ import annotations

import pytest
from exposure_support import NOW
from hypothesis import given
from hypothesis import strategies as st

from vedette.exposure.components import Signature, copy_of, same_copy, signature
from vedette.exposure.deciding import ASSET_POINTS, NOBODY, Decider
from vedette.exposure.inputs import inputs_of
from vedette.exposure.merging import merge
from vedette.exposure.policies import policies, policy
from vedette.schema import Asset


def words(name: str = "", version: str = "", purl: str = "", cpe: str = "", path: str = "") -> Signature:
    return signature(name, version, purl, cpe, path)


def groups(*now: Signature, past: tuple[Signature, ...] = ()) -> list[list[int]]:
    """Numbers of the heads that each signature comes to."""
    every = [*now, *past]
    found = merge(range(len(now)), range(len(now), len(every)), every.__getitem__)
    return [sorted(g.head for g in found[i]) for i in range(len(every))]


LODASH = words("lodash", "4.17.20", "pkg:npm/lodash@4.17.20", path="a/node_modules/lodash")
COPY = words("lodash", "4.17.20", "pkg:npm/lodash@4.17.20", path="b/node_modules/lodash")


def test_what_says_less_supports_every_copy_that_it_fits() -> None:
    assert groups(LODASH, COPY, words("lodash", "4.17.20"), words()) == [[0], [1], [0, 1], [0, 1]]


def test_what_supports_several_ties_none_of_them_together() -> None:
    vague = words("lodash")
    assert groups(words("lodash", "4.17.20"), words("lodash", "4.17.15"), vague) == [[0], [1], [0, 1]]


def test_a_past_version_is_the_past_of_the_one_that_is_there() -> None:
    old = words("lodash", "4.17.15", "pkg:npm/lodash@4.17.15", path="a/node_modules/lodash")
    assert groups(LODASH, past=(old,)) == [[0], [0]]
    assert groups(LODASH, COPY, past=(old,)) == [[0], [1], [0]]
    assert groups(past=(old, LODASH)) in ([[0], [0]], [[1], [1]])


def test_a_flaw_without_a_component_supports_what_is_there_before_what_was() -> None:
    assert groups(LODASH, words(), past=(words("jquery", "3.4.1", "pkg:npm/jquery@3.4.1"),)) == [[0], [0], [2]]
    assert groups(words()) == [[0]]


@pytest.mark.parametrize(
    ("path", "other", "same"),
    [
        ("a/node_modules/lodash/package.json", "/a/node_modules/lodash", True),
        ("a/node_modules/lodash", "a/node_modules/b/node_modules/lodash", False),
        ("package-lock.json", "node_modules/lodash", True),
        ("web/package-lock.json", "admin/node_modules/lodash", False),
        ("web/yarn.lock", "web/package.json", True),
        ("C:\\app\\lib\\a.jar", "C:/app/lib/a.jar", True),
        ("opt/a.war!/WEB-INF/lib/b.jar", "/opt/a.war:WEB-INF/lib/b.jar", True),
        ("opt/a.war!/WEB-INF/lib/b.jar", "opt/c.war!/WEB-INF/lib/b.jar", False),
        ("lib/b.jar", "opt/app/lib/b.jar", True),
        ("lib/b.jar", "opt/app/glib/b.jar", False),
        ("var/lib/dpkg/status", "usr/bin/x", True),
        ("", "usr/bin/x", True),
        ("usr/lib/python3/site-packages/a-1.dist-info/METADATA", "opt/v/site-packages/a-1.dist-info/METADATA", False),
    ],
)
def test_copies(path: str, other: str, same: bool) -> None:
    assert same_copy(copy_of(path), copy_of(other)) is same
    assert same_copy(copy_of(other), copy_of(path)) is same


SIGNATURES = st.builds(
    words,
    st.sampled_from(["", "lodash", "log4j-core", "openssl", "Apache HTTP Server", "@types/lodash", "a:b"]),
    st.sampled_from(["", "1.0", "1:1.0-1", "1.0-1.el8", "2.0"]),
    st.sampled_from(["", "pkg:npm/lodash@1.0", "pkg:rpm/redhat/openssl@1.0-1.el8", LODASH.key]),
    st.sampled_from(["", "cpe:2.3:a:openssl:openssl:1.0:*:*:*:*:*:*:*"]),
    st.sampled_from(["", "a/node_modules/lodash", "b/node_modules/lodash", "package-lock.json"]),
)


@given(now=st.lists(SIGNATURES, max_size=5, unique=True), past=st.lists(SIGNATURES, max_size=3), order=st.randoms())
def test_every_word_comes_to_a_component_whatever_the_order(
    now: list[Signature], past: list[Signature], order: object
) -> None:
    every = list(dict.fromkeys([*now, *past]))
    n_now = len(now)
    found = merge(range(n_now), range(n_now, len(every)), every.__getitem__)
    assert set(found) == set(range(len(every)))
    assert all(found.values())
    turned = list(range(len(every)))
    order.shuffle(turned)  # type: ignore[attr-defined]
    again = merge([n for n in turned if n < n_now], [n for n in turned if n >= n_now], every.__getitem__)
    assert {n: set(g) for n, g in again.items()} == {n: set(g) for n, g in found.items()}


@given(st.text(max_size=80), st.text(max_size=40), st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_no_words_raise(name: str, version: str, purl: str, cpe: str, path: str) -> None:
    assert signature(name, version, f"pkg:{purl}", f"cpe:{cpe}", path).detail >= 0


@pytest.mark.parametrize("name", sorted(policies()))
def test_a_point_rests_on_the_vulnerability_or_on_the_asset_and_never_on_both(name: str) -> None:
    rules = policy(name)
    asset = Asset(
        name="a", internet_facing=True, business_weight=1.0, data_class="personal", environment="production",
        mission_impact="mission failure", safety_impact="catastrophic",
    )  # fmt: skip
    decider = Decider(rules, NOW)
    decider.facts[0] = NOBODY
    together, _ = inputs_of(NOBODY, asset, rules, now=NOW)
    apart = decider.decide(decider.of_vulnerability(0, "")[0], decider.of_asset(asset)[0])
    assert apart.inputs == rules.decide(together).inputs
    bare, _ = inputs_of(NOBODY, None, rules, now=NOW)
    moved = {point for point in together if together[point] != bare[point]}
    assert moved <= ASSET_POINTS
