"""Which names are one asset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.exposure.assets import Assets, PlaceName
from vedette.exposure.names import image_names, net_name, repository_name
from vedette.schema import Asset, AssetKind

HOST, IMAGE = AssetKind.HOST, AssetKind.IMAGE
DIGEST = "sha256:" + "ab" * 32


def host(name: str, *aliases: str) -> PlaceName:
    return PlaceName(name, HOST, aliases)


def groups(places: list[PlaceName], inventory: tuple[Asset, ...] = ()) -> list[set[str]]:
    assets = Assets(places, inventory)
    found: dict[int, set[str]] = {}
    for place in places:
        found.setdefault(assets.of(place), set()).add(place.name)
    return sorted(found.values(), key=sorted)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("WEB-01.Corp.Example.", ("fqdn", "web-01.corp.example")),
        ("CORP\\WEB-01$", ("short", "web-01")),
        ("https://shop.example.com:8443/login", ("fqdn", "shop.example.com")),
        ("[2001:db8::1]", ("plain", "[2001:db8::1]")),
        ("http://[2001:db8::1]:80/", ("address", "2001:db8::1")),
        ("::ffff:10.0.0.1", ("address", "10.0.0.1")),
        ("10.0.0.1:443", ("address", "10.0.0.1")),
        ("00-11-22-33-44-55", ("address", "00:11:22:33:44:55")),
        ("i-0a1b2c3d4e5f67890", ("id", "i-0a1b2c3d4e5f67890")),
        ("localhost", None),
        ("127.0.0.1", None),
        ("unknown", None),
        ("", None),
        ("Payments front end", ("plain", "payments front end")),
    ],
)
def test_host_names(text: str, name: tuple[str, str] | None) -> None:
    assert net_name(text) == name


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("nginx", ["nginx:latest"]),
        ("docker.io/library/nginx:1.21", ["nginx:1.21"]),
        (f"nginx@{DIGEST}", [DIGEST]),
        (f"nginx:1.21@{DIGEST}", ["nginx:1.21", DIGEST]),
        ("localhost:5000/a/b", ["localhost:5000/a/b:latest"]),
        (DIGEST, [DIGEST]),
        ("nginx@sha256:12", []),
    ],
)
def test_image_names(text: str, values: list[str]) -> None:
    assert [n.value for n in image_names(text)] == values


def test_repository_names() -> None:
    for text in ("git@git.example.com:a/b.git", "https://git.example.com/a/b", "ssh://git@git.example.com/a/B.git/"):
        assert repository_name(text).value == "git.example.com/a/b"


def test_a_short_name_joins_the_one_host_that_has_it() -> None:
    assert groups([host("WEB-01"), host("web-01.corp.example")]) == [{"WEB-01", "web-01.corp.example"}]
    assert len(groups([host("WEB-01"), host("web-01.corp.example"), host("web-01.lab.example")])) == 3


def test_an_address_joins_the_one_host_that_lists_it() -> None:
    one = host("web-01.corp.example", "10.0.0.1")
    assert groups([host("10.0.0.1"), one]) == [{"10.0.0.1", "web-01.corp.example"}]
    assets = Assets([host("10.0.0.1"), one, host("web-02.corp.example", "10.0.0.1")])
    assert len(assets.assets) == 3
    assert assets.assets[assets.of(host("10.0.0.1"))].question.startswith("Which asset is 10.0.0.1")
    assert assets.find("10.0.0.1") is None


def test_a_name_of_a_cluster_makes_its_members_no_one() -> None:
    places = [host("a.corp.example", "vip.corp.example"), host("b.corp.example", "vip.corp.example")]
    assert len(groups(places)) == 2
    assert len(groups([*places, host("vip.corp.example")])) == 3


def test_a_short_name_and_an_address_that_disagree_join_neither_host_to_the_other() -> None:
    places = [host("a.corp.example"), host("b.corp.example", "10.0.0.2"), host("A", "10.0.0.2")]
    assert {"b.corp.example"} in groups(places)


def test_two_entries_of_the_inventory_are_never_one() -> None:
    shop = Asset(name="Shop", kind=HOST, aliases=("a.corp.example",))
    pay = Asset(name="Pay", kind=HOST, aliases=("b.corp.example", "10.0.0.2"))
    places = [host("a.corp.example", "10.0.0.2"), host("b.corp.example", "a.corp.example"), host("10.0.0.2")]
    assets = Assets(places, (shop, pay))
    names = {place.name: assets.assets[assets.of(place)].name for place in places}
    assert names["a.corp.example"] == "Shop"
    assert len({a.name for a in assets.assets}) == len(assets.assets)
    assert {"Shop", "Pay"} <= {a.name for a in assets.assets}


def test_an_entry_by_short_name_gives_its_facts_to_the_one_host_that_has_it() -> None:
    entry = Asset(name="WEB-01", kind=HOST, owner="web")
    assets = Assets([host("web-01.corp.example")], (entry,))
    assert [(a.name, a.facts and a.facts.owner) for a in assets.assets] == [("WEB-01", "web")]
    both = Assets([host("web-01.corp.example"), host("web-01.lab.example")], (entry,))
    assert [a.facts.owner if a.facts else None for a in both.assets].count("web") == 1
    assert len(both.assets) == 3


def test_of_each_fact_the_last_word_of_the_inventory_counts() -> None:
    first = Asset(name="web-01", kind=HOST, owner="web", internet_facing=True)
    assets = Assets([host("web-01")], (first, Asset(name="WEB-01", kind=HOST, internet_facing=False)))
    (asset,) = assets.assets
    assert asset.facts is not None
    assert (asset.facts.owner, asset.facts.internet_facing) == ("web", False)


def test_an_image_without_a_tag_in_the_inventory_speaks_of_each_tag() -> None:
    entry = Asset(name="registry.example.com/shop/web", kind=IMAGE, owner="shop")
    places = [PlaceName(f"registry.example.com/shop/web:{tag}", IMAGE) for tag in ("1", "2")]
    assets = Assets(places, (entry,))
    assert [assets.assets[assets.of(p)].facts for p in places] == [entry, entry]
    assert assets.of(places[0]) != assets.of(places[1])


def test_a_digest_that_two_tags_have_is_neither() -> None:
    tagged = [PlaceName(f"app:{tag}", IMAGE, (f"app@{DIGEST}",)) for tag in ("1", "2")]
    bare = PlaceName(f"app@{DIGEST}", IMAGE)
    assert len({Assets([*tagged, bare]).of(p) for p in (*tagged, bare)}) == 3
    assert Assets([tagged[0], bare]).of(bare) == Assets([tagged[0], bare]).of(tagged[0])


NAMES = st.sampled_from(
    [
        "web-01",
        "WEB-01",
        "web-01.corp.example",
        "web-01.lab.example",
        "web-02",
        "10.0.0.1",
        "10.0.0.2",
        "i-0a1b2c3d4e5f67890",
        "",
        "localhost",
        "nginx:1",
        DIGEST,
        "Shop",
        "\x00",
        "a b",
        "http://web-02/",
    ]
)
PLACES = st.builds(PlaceName, NAMES, st.sampled_from(list(AssetKind)), st.lists(NAMES, max_size=3).map(tuple))
ENTRIES = st.builds(
    Asset, name=NAMES, kind=st.sampled_from(list(AssetKind)), aliases=st.lists(NAMES, max_size=2).map(tuple)
)


@given(places=st.lists(PLACES, max_size=8), inventory=st.lists(ENTRIES, max_size=4))
def test_every_place_has_one_asset_with_a_name_of_its_own(places: list[PlaceName], inventory: list[Asset]) -> None:
    assets = Assets(places, inventory)
    assert all(0 <= assets.of(place) < len(assets.assets) for place in places)
    shown = [a.name.lower() for a in assets.assets]
    assert len(shown) == len(set(shown))
    assert len({a.key for a in assets.assets}) == len(assets.assets)
    owned = [alias for a in assets.assets for alias in {t.lower() for t in a.aliases[1:]}]
    assert all(assets.find(alias) is not None for alias in owned if net_name(alias) is not None)
