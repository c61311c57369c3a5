"""Inventories in anybody's headings, and assets by hand."""

# ruff: noqa: E501 (documents read best whole)

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sbom_forms import read, sample

from vedette.errors import UserError
from vedette.ingest.scans.assets import READER, asset_by_hand, facing_of, weight_of
from vedette.schema import Asset, AssetKind

SERVICENOW = (
    '"name","fqdn","ip_address","sys_class_name","owned_by","busines_criticality","u_internet_facing","used_for","asset_tag"\n'
    '"web-1","web-1.example.org","203.0.113.7, 10.0.0.7","cmdb_ci_linux_server","Shop team","1 - most critical","true","Production","P1000"\n'
    '"db-1","","10.0.0.9","cmdb_ci_database","DBA, night shift","3 - less critical","","Production","P1001"\n'
)


def test_a_servicenow_export_is_read_by_its_headings():
    assert READER.sniff(sample(SERVICENOW)) > 0.8
    got = read(READER, SERVICENOW)
    assert got.refused == []
    web, db = got.of(Asset)
    assert (web.name, web.kind, web.owner) == ("web-1", AssetKind.HOST, "Shop team")
    assert web.aliases == ("web-1.example.org", "203.0.113.7", "10.0.0.7", "P1000")
    assert (web.business_weight, web.internet_facing, web.environment) == (1.0, True, "Production")
    assert (db.owner, db.business_weight) == ("DBA, night shift", 0.5)
    assert db.internet_facing is None  # an empty cell is no "no"
    assert (web.pointer, db.pointer) == ("line 2", "line 3")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_columns_come_in_any_order_and_with_any_delimiter(delimiter):
    rows = [
        ["Data Classification", "Public IP", "Criticality", "Hostname", "Internet-facing?", "Private IP"],
        ["confidential", "203.0.113.7", "High", "web-1", "No", "10.0.0.7"],
    ]
    got = read(READER, "\r\n".join(delimiter.join(row) for row in rows))
    (asset,) = got.of(Asset)
    assert (asset.data_class, asset.business_weight, asset.internet_facing) == ("confidential", 0.75, False)
    assert asset.aliases == ("10.0.0.7", "203.0.113.7")


@pytest.mark.parametrize(
    "document",
    [
        [
            {
                "hostName": "web-1",
                "owner": {"display_value": "Ops", "value": "a1"},
                "internetFacing": True,
                "ipAddresses": ["10.0.0.7"],
            }
        ],
        {
            "result": [
                {
                    "name": "web-1",
                    "owned_by": {"display_value": "Ops", "link": "x"},
                    "u_internet_exposed": "yes",
                    "ip_address": "10.0.0.7",
                }
            ]
        },
        {"assets": [{"name": "web-1", "owner": "Ops", "internet_facing": "yes", "ip": "10.0.0.7"}]},
    ],
)
def test_json_inventories_of_several_makers_say_the_same(document):
    data = json.dumps(document)
    assert READER.sniff(sample(data)) > 0.5
    (asset,) = read(READER, data).of(Asset)
    assert (asset.name, asset.owner, asset.internet_facing, asset.aliases) == ("web-1", "Ops", True, ("10.0.0.7",))


def test_json_lines_are_read_and_a_broken_one_is_refused():
    lines = ['{"name": "a", "owner": "x", "criticality": "low"}', '{"name": "b", "owner', '{"name": "c", "owner": "y"}']
    got = read(READER, "\n".join(lines))
    assert [(a.name, a.business_weight, a.pointer) for a in got.of(Asset)] == [
        ("a", 0.25, "line 1"),
        ("c", None, "line 3"),
    ]
    assert [r.pointer for r in got.refused] == ["line 2"]


def test_a_value_that_is_not_understood_is_refused_and_the_asset_stays():
    got = read(READER, "name,owner,criticality,internet facing\nweb-1,Ops,Tier 1,sometimes\n,,,\n")
    (asset,) = got.of(Asset)
    assert (asset.business_weight, asset.internet_facing) == (None, None)
    assert [r.pointer for r in got.refused] == ["line 2#business_weight", "line 2#internet_facing"]
    assert "write low, medium, high, critical" in got.refused[0].reason


def test_an_asset_without_a_name_goes_by_its_address_or_is_refused():
    got = read(READER, "name,ip,owner\n,10.0.0.1,Ops\n,,Ops\nunknown,10.0.0.2,Ops\n")
    assert [a.name for a in got.of(Asset)] == ["10.0.0.1", "10.0.0.2"]
    assert [r.pointer for r in got.refused] == ["line 3"]


@pytest.mark.parametrize(
    ("said", "weight"),
    [
        ("Critical", 1.0),
        ("HIGH", 0.75),
        ("medium", 0.5),
        ("low", 0.25),
        ("2 - somewhat critical", 0.75),
        ("mission-critical", 1.0),
        ("0.8", 0.8),
        ("80%", 0.8),
        ("0,5", 0.5),
        ("1.0", 1.0),
        ("0", 0.0),
        ("100%", 1.0),
        ("1", None),
        ("5", None),
        ("Tier 1", None),
        ("P1", None),
        ("", None),
        ("120%", None),
        ("-1", None),
        ("nan", None),
        ("1e9", None),
    ],
)
def test_business_weights(said, weight):
    assert weight_of(said) == weight


@pytest.mark.parametrize(
    ("said", "facing"),
    [
        ("Yes", True),
        ("internet-facing", True),
        ("External", True),
        ("1", True),
        ("no", False),
        ("Internal", False),
        ("", None),
        ("DMZ", None),
        ("None", None),
        ("-- None --", None),
        ("unknown", None),
        ("partly", None),
        ("203.0.113.7", None),
    ],
)
def test_internet_facing_is_read_in_known_words_only(said, facing):
    assert facing_of(said) is facing


@pytest.mark.parametrize(
    "data",
    [
        "Plugin ID,CVE,CVSS,Risk,Host,Owner\n1,CVE-2026-1,9,High,web-1,Ops\n",
        "timestamp,host,owner\n2026-01-01T00:00:00Z,web-1,root\n",
        "host,path\nweb-1,/etc\n",
        "name,email\nAda,ada@example.org\n",
        '[{"name": "web-1", "cve": "CVE-2026-1", "owner": "x"}]',
        '{"name": "left-pad", "version": "1.0"}',
        "<a/>",
        "",
        "\x00\x01,owner,name",
    ],
)
def test_other_tables_are_not_taken_for_an_inventory(data):
    assert READER.sniff(sample(data)) <= 0.5


def test_a_table_without_such_headings_is_refused_with_what_is_missing():
    assert "there must be a name" in read(READER, "a,b\n1,2\n").problem


def test_an_asset_by_hand():
    asset = asset_by_hand(
        "name=web-1, ip=203.0.113.7, 10.0.0.7, owner=Shop team, internet facing=yes, weight=high, type=server"
    )
    assert (asset.name, asset.aliases, asset.owner) == ("web-1", ("203.0.113.7", "10.0.0.7"), "Shop team")
    assert (asset.internet_facing, asset.business_weight, asset.kind) == (True, 0.75, AssetKind.HOST)
    assert asset_by_hand("web-1").name == "web-1"
    assert asset_by_hand("web-1").internet_facing is None


@pytest.mark.parametrize(
    "said", ["", "colour=red", "name=a,internet_facing=perhaps", "name=a,weight=5", "owner=Ops", "name=a,kind=toaster"]
)
def test_what_cannot_be_an_asset_by_hand_names_what_can(said):
    with pytest.raises(UserError) as caught:
        asset_by_hand(said)
    assert caught.value.next_step


@given(
    st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=6), min_size=1, max_size=6), st.sampled_from(",;\t")
)
def test_no_table_raises(rows, delimiter):
    data = delimiter.join(["name", "owner", "internet facing"]) + "\n" + "\n".join(delimiter.join(row) for row in rows)
    READER.sniff(sample(data))
    for asset in read(READER, data).of(Asset):
        assert asset.name.strip()
        assert asset.business_weight is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda v: (
        st.lists(v, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "owner", "ip", "assets", "value", "kind"]), v)
    ),
    max_leaves=10,
)


@given(JSON)
def test_no_json_raises(value):
    read(READER, json.dumps([value]))
    read(READER, json.dumps({"assets": value, "name": "x"}))
