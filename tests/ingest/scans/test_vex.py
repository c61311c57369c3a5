"""OpenVEX and CSAF in every version."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sbom_forms import read, sample

from vedette.ingest.scans.csaf import READER as CSAF
from vedette.ingest.scans.openvex import READER as OPENVEX
from vedette.ingest.scans.vex_words import at_version
from vedette.schema import VexStatement, VexStatus

OLD = {
    "@context": "https://openvex.dev/ns",
    "@id": "https://example.org/vex-1",
    "author": "Ada <ada@example.org>",
    "timestamp": "2026-01-02T03:04:05.678Z",
    "version": "1",
    "statements": [
        {
            "vulnerability": "CVE-2026-0001",
            "products": ["pkg:oci/shop@sha256:00"],
            "subcomponents": ["pkg:apk/wolfi/openssl@3.0"],
            "status": "not_affected",
            "justification": "vulnerable_code_not_in_execute_path",
            "impact_statement": "Never called.",
        }
    ],
}
NEW = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.org/vex-2",
    "author": "Ada",
    "timestamp": "2026-01-02T03:04:05Z",
    "last_updated": "2026-02-02T03:04:05Z",
    "version": 2,
    "tooling": "vexctl/0.3",
    "statements": [
        {
            "vulnerability": {
                "@id": "https://nvd.example/vuln/detail/CVE-2026-0001",
                "name": "CVE-2026-0001",
                "aliases": ["GHSA-aaaa-bbbb-cccc"],
            },
            "products": [
                {"@id": "pkg:oci/shop@sha256:00", "subcomponents": [{"@id": "pkg:npm/a@1"}]},
                {
                    "@id": "https://example.org/cart",
                    "identifiers": {"purl": "pkg:oci/cart@sha256:11", "cpe23": "cpe:2.3:a:acme:cart:1"},
                },
                {"hashes": {"sha-256": "ff"}},
            ],
            "status": "fixed",
            "timestamp": "2026-01-05T00:00:00Z",
        },
        {
            "vulnerability": {"@id": "https://nvd.example/vuln/detail/CVE-2026-0002"},
            "status": "affected",
            "action_statement": "Update.",
        },
    ],
}


def test_the_first_openvex_is_read():
    assert OPENVEX.sniff(sample(json.dumps(OLD))) > 0.9
    got = read(OPENVEX, json.dumps(OLD))
    (one,) = got.of(VexStatement)
    assert (one.ids, one.products, one.subcomponents) == (
        ("CVE-2026-0001",),
        ("pkg:oci/shop@sha256:00",),
        ("pkg:apk/wolfi/openssl@3.0",),
    )
    assert (one.status, one.justification) == (VexStatus.NOT_AFFECTED, "vulnerable_code_not_in_execute_path")
    assert (one.author, one.statement) == ("Ada <ada@example.org>", "Never called.")
    assert one.at.isoformat() == "2026-01-02T03:04:05.678000+00:00"
    assert got.head.places == []  # nobody looked at anything


def test_openvex_0_2_has_products_with_identifiers_and_subcomponents_of_their_own():
    assert OPENVEX.sniff(sample(json.dumps(NEW))) > 0.9
    first, second, third = read(OPENVEX, json.dumps(NEW)).of(VexStatement)
    assert first.ids == ("CVE-2026-0001", "GHSA-aaaa-bbbb-cccc")
    assert (first.products, first.subcomponents) == (("pkg:oci/shop@sha256:00",), ("pkg:npm/a@1",))
    assert second.products == (
        "pkg:oci/cart@sha256:11",
        "https://example.org/cart",
        "cpe:2.3:a:acme:cart:1",
        "sha256:ff",
    )
    assert second.subcomponents == ()
    assert first.at.day == 5
    assert (third.ids, third.products, third.statement) == (("CVE-2026-0002",), (), "Update.")
    assert third.at.month == 2  # the document's own
    assert len({first.pointer, second.pointer, third.pointer}) == 3


def test_attestations_are_opened_and_their_subjects_are_the_products():
    bare = {**NEW, "statements": [{"vulnerability": "CVE-2026-0003", "status": "under_investigation"}]}
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": "https://openvex.dev/ns/v0.2.0",
        "subject": [{"name": "registry.example/shop", "digest": {"sha256": "00"}}],
        "predicate": bare,
    }
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    envelope = {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []}
    for document in (statement, envelope):
        assert OPENVEX.sniff(sample(json.dumps(document))) > 0.5
        (one,) = read(OPENVEX, json.dumps(document)).of(VexStatement)
        assert (one.products, one.status) == (("registry.example/shop",), VexStatus.UNDER_INVESTIGATION)


def test_the_user_says_what_a_document_without_products_is_about():
    document = json.dumps({**OLD, "statements": [{"vulnerability": "CVE-2026-0003", "status": "fixed"}]})
    assert read(OPENVEX, document).of(VexStatement)[0].products == ()
    assert read(OPENVEX, document, asset="shop").of(VexStatement)[0].products == ("shop",)
    assert read(OPENVEX, json.dumps(OLD), asset="shop").of(VexStatement)[0].products == ("pkg:oci/shop@sha256:00",)


def test_nobody_named_is_said_so():
    document = {key: value for key, value in OLD.items() if key != "author"}
    assert read(OPENVEX, json.dumps(document)).of(VexStatement)[0].author == "author not named"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "safe"}, "a status that VEX knows"),
        ({"status": None}, "status"),
        ({"vulnerability": ""}, "a vulnerability"),
        ({"vulnerability": ["x"]}, "a vulnerability"),
    ],
)
def test_a_statement_that_says_nothing_is_refused(change, reason):
    document = {**OLD, "statements": [{**OLD["statements"][0], **change}, OLD["statements"][0], 7]}
    got = read(OPENVEX, json.dumps(document))
    assert len(got.of(VexStatement)) == 1
    assert reason in got.refused[0].reason
    assert [r.pointer for r in got.refused] == ["/statements/0", "/statements/2"]


@pytest.mark.parametrize(
    "data", ["[]", "{}", '{"payload": "!", "payloadType": "x"}', "not json", '{"payload": "e30=", "payloadType": "x"}']
)
def test_what_is_no_openvex_is_refused(data):
    assert read(OPENVEX, data).problem


def advisory(version: str, category: str = "csaf_vex") -> dict:
    helper = {"purl": "pkg:rpm/redhat/openssl@1.1.1k-7?arch=x86_64"}
    return {
        "document": {
            "category": category,
            "csaf_version": version,
            "publisher": {"category": "vendor", "name": "Acme PSIRT", "namespace": "https://example.org"},
            "title": "A title",
            "tracking": {
                "id": "ACME-1",
                "current_release_date": "2026-03-04T05:06:07Z",
                "status": "final",
                "version": "1",
                "generator": {"engine": {"name": "Secvisogram", "version": "2"}},
            },
        },
        "product_tree": {
            "branches": [
                {
                    "category": "vendor",
                    "name": "Acme",
                    "branches": [
                        {
                            "category": "product_name",
                            "name": "Router",
                            "branches": [
                                {
                                    "category": "product_version",
                                    "name": "4.2",
                                    "product": {"name": "Acme Router 4.2", "product_id": "R42"},
                                },
                                {
                                    "category": "product_version_range",
                                    "name": "vers:generic/>=1.0|<4.0",
                                    "product": {"name": "Acme Router old", "product_id": "ROLD"},
                                },
                            ],
                        },
                        {
                            "category": "product_name",
                            "name": "Enterprise Linux 8",
                            "product": {
                                "name": "Acme Linux 8",
                                "product_id": "EL8",
                                "product_identification_helper": {"cpe": "cpe:/o:acme:linux:8"},
                            },
                        },
                        {
                            "category": "architecture",
                            "name": "x86_64",
                            "product": {
                                "name": "openssl",
                                "product_id": "openssl",
                                "product_identification_helper": {"purls": [helper["purl"]]}
                                if version == "2.1"
                                else helper,
                            },
                        },
                    ],
                }
            ],
            "full_product_names": [{"name": "Acme Cloud", "product_id": "CLOUD"}],
            "relationships": [
                {
                    "category": "default_component_of",
                    "product_reference": "openssl",
                    "relates_to_product_reference": "EL8",
                    "full_product_name": {"name": "openssl on EL8", "product_id": "EL8:openssl"},
                }
            ],
            "product_groups": [{"group_id": "G1", "product_ids": ["R42", "CLOUD"]}],
        },
        "vulnerabilities": [
            {
                "cve": "CVE-2026-0001",
                "ids": [{"system_name": "Acme", "text": "ACME-BUG-7"}],
                "product_status": {
                    "known_not_affected": ["R42", "CLOUD"],
                    "known_affected": ["ROLD"],
                    "first_fixed": ["EL8:openssl"],
                    "under_investigation": ["X9"],
                    "recommended": ["R42"],
                    "unknown": ["CLOUD"],
                },
                "flags": [{"label": "component_not_present", "group_ids": ["G1"]}],
                "threats": [
                    {"category": "impact", "details": "We ship no parser.", "product_ids": ["R42"]},
                    {"category": "exploit_status", "details": "none"},
                ],
                "remediations": [
                    {"category": "vendor_fix", "details": "Update to 4.2.", "product_ids": ["ROLD"]},
                    {"category": "workaround", "details": "Turn it off.", "product_ids": ["ROLD"]},
                ],
            }
        ],
    }


@pytest.mark.parametrize("version", ["2.0", "2.1"])
@pytest.mark.parametrize("category", ["csaf_vex", "csaf_security_advisory"])
def test_csaf_gives_each_product_its_status_and_its_words(version, category):
    data = json.dumps(advisory(version, category))
    assert CSAF.sniff(sample(data)) > 0.9
    got = read(CSAF, data)
    assert (got.problem, got.refused, got.head.scanner, got.head.places) == (None, [], "Secvisogram 2", [])
    said = {(s.status, s.products, s.subcomponents, s.justification, s.statement) for s in got.of(VexStatement)}
    assert said == {
        (VexStatus.NOT_AFFECTED, ("Router@4.2",), (), "component_not_present", "We ship no parser."),
        (VexStatus.NOT_AFFECTED, ("Acme Cloud",), (), "component_not_present", ""),
        (
            VexStatus.AFFECTED,
            ("Router vers:generic/>=1.0|<4.0",),
            (),
            "",
            "vendor_fix: Update to 4.2.\nworkaround: Turn it off.",
        ),
        (VexStatus.FIXED, ("cpe:/o:acme:linux:8",), ("pkg:rpm/redhat/openssl@1.1.1k-7?arch=x86_64",), "", ""),
        (VexStatus.UNDER_INVESTIGATION, ("X9",), (), "", ""),
    }
    assert {s.ids for s in got.of(VexStatement)} == {("CVE-2026-0001", "ACME-BUG-7")}
    assert {s.author for s in got.of(VexStatement)} == {"Acme PSIRT"}
    assert len({s.pointer for s in got.of(VexStatement)}) == 5


def test_products_with_the_same_words_share_a_statement_up_to_a_size():
    document = advisory("2.0")
    many = [f"P{i}" for i in range(1000)]
    document["vulnerabilities"][0]["product_status"] = {"known_not_affected": many}
    document["vulnerabilities"][0]["flags"] = [{"label": "vulnerable_code_not_present"}]
    del document["vulnerabilities"][0]["threats"]
    got = read(CSAF, json.dumps(document)).of(VexStatement)
    assert [len(s.products) for s in got] == [400, 400, 200]
    assert [name for s in got for name in s.products] == many
    assert {s.justification for s in got} == {"vulnerable_code_not_present"}


def test_a_path_of_products_in_2_1_is_a_relationship():
    document = advisory("2.1")
    tree = document["product_tree"]
    del tree["relationships"]
    tree["product_paths"] = [
        {
            "beginning_product_reference": "openssl",
            "full_product_name": {"name": "x", "product_id": "EL8:openssl"},
            "subpaths": [{"category": "default_component_of", "next_product_reference": "EL8"}],
        }
    ]
    fixed = next(s for s in read(CSAF, json.dumps(document)).of(VexStatement) if s.status is VexStatus.FIXED)
    assert (fixed.products, fixed.subcomponents[0][:20]) == (("cpe:/o:acme:linux:8",), "pkg:rpm/redhat/opens")


def test_relationships_in_a_circle_and_deep_branches_end():
    document = advisory("2.0")
    tree = document["product_tree"]
    tree["relationships"] = [
        {
            "category": "installed_on",
            "product_reference": b,
            "relates_to_product_reference": b,
            "full_product_name": {"name": a, "product_id": a},
        }
        for a, b in (("A", "B"), ("B", "A"))
    ]
    document["vulnerabilities"][0]["product_status"] = {"known_affected": ["A", "B"]}
    branch: dict = {"category": "vendor", "name": "x"}
    for _ in range(300):
        branch = {"category": "vendor", "name": "x", "branches": [branch]}
    tree["branches"].append(branch)
    assert len(read(CSAF, json.dumps(document)).of(VexStatement)) >= 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('{"document": {"csaf_version": "3.0"}}', "2.0 and 2.1 are read"),
        ("[]", "not a CSAF"),
        ("{}", "not a CSAF"),
        ("<cvrfdoc xmlns='http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2/cvrf'/>", "CVRF"),
        ("{", "not JSON"),
    ],
)
def test_what_is_no_csaf_is_refused(data, reason):
    assert reason in read(CSAF, data).problem


def test_a_vulnerability_without_an_id_is_refused():
    document = advisory("2.0")
    document["vulnerabilities"] += [{"title": "no id"}, "text"]
    got = read(CSAF, json.dumps(document))
    assert [r.pointer for r in got.refused] == ["/vulnerabilities/1", "/vulnerabilities/2"]
    assert len(got.of(VexStatement)) == 5


@pytest.mark.parametrize(
    ("name", "version", "joined"),
    [
        ("pkg:npm/a", "1.0", "pkg:npm/a@1.0"),
        ("pkg:npm/a@2", "1.0", "pkg:npm/a@2"),
        ("pkg:npm/%40s/a?x=y", "1", "pkg:npm/%40s/a@1?x=y"),
        ("Router", "4.2", "Router@4.2"),
        ("Router", "vers:generic/<4", "Router vers:generic/<4"),
        ("Router", "< 4", "Router < 4"),
        ("pkg:npm/a", "<4", "pkg:npm/a <4"),
        ("Router", "", "Router"),
        ("", "1", ""),
        ("urn:cdx:1/1#a", "2", "urn:cdx:1/1#a 2"),
    ],
)
def test_products_are_named_with_their_versions(name, version, joined):
    assert at_version(name, version) == joined


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda v: (
        st.lists(v, max_size=3) | st.dictionaries(st.sampled_from(["product_id", "@id", "name", "text", "branches"]), v)
    ),
    max_leaves=8,
)


@settings(max_examples=80)
@given(st.data())
def test_any_member_may_be_of_any_type(data):
    reader, document = data.draw(st.sampled_from([(OPENVEX, OLD), (OPENVEX, NEW), (CSAF, advisory("2.1"))]))
    document = json.loads(json.dumps(document))
    entry = document
    for _ in range(data.draw(st.integers(0, 6))):
        inner = [v for v in (entry.values() if isinstance(entry, dict) else entry) if isinstance(v, (dict, list)) and v]
        if not inner:
            break
        entry = data.draw(st.sampled_from(inner))
    keys = list(entry) if isinstance(entry, dict) else list(range(len(entry)))
    entry[data.draw(st.sampled_from(keys))] = data.draw(VALUES)
    for statement in read(reader, json.dumps(document)).of(VexStatement):
        assert statement.ids
        assert statement.author
