"""SPDX in every form and version, and what hostile or broken documents come to."""

# ruff: noqa: E501 (documents read best whole)

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sbom_forms import (
    PARTS,
    SPDX,
    SPDX_VERSIONS,
    SUBJECT,
    read,
    sample,
    spdx3_graph,
    spdx_document,
    spdx_json,
    spdx_tag_value,
)

from vedette.ingest.scans import json_parts
from vedette.ingest.scans.spdx import READER, form_of
from vedette.schema import AssetKind, Component, ScanFinding, VexStatement, VexStatus

BASE = "https://example.org/spdx3/"


@pytest.mark.parametrize(("form", "version"), SPDX_VERSIONS)
def test_every_form_and_version_says_the_same(form, version):
    data = SPDX[form](version)
    assert READER.sniff(sample(data)) > 0.9
    got = read(READER, data)
    assert (got.problem, got.refused) == (None, [])
    assert [(c.package.name, c.package.version, c.package.purl) for c in got.of(Component)] == [
        (p.name, p.version, p.purl) for p in (SUBJECT, *PARTS)
    ]
    by_ref = {c.ref.removeprefix("SPDXRef-").removeprefix(BASE): c for c in got.of(Component)}
    for part in (SUBJECT, *PARTS):
        component = by_ref[part.ref]
        needs = [ref.removeprefix("SPDXRef-").removeprefix(BASE) for ref in component.depends_on]
        assert needs == list(part.needs)
        assert component.licences == ((part.licence,) if part.licence else ())
        assert component.hashes == ((f"sha1:{part.sha1}",) if part.sha1 else ())
        assert component.place.name == "shop"
    assert got.head.scanner == "maker-3"
    assert got.head.made_at.isoformat() == "2026-03-04T05:06:07+00:00"
    assert len({c.pointer for c in got.of(Component)}) == len(PARTS) + 1


@pytest.mark.parametrize(("form", "version"), [("json", "2.3"), ("json-ld", "3.0.1")])
def test_a_large_document_is_streamed_and_says_the_same(form, version, monkeypatch):
    data = SPDX[form](version)
    whole = read(READER, data)
    monkeypatch.setattr(json_parts, "WHOLE_BYTES", 100)
    assert read(READER, data).records == whole.records


def test_the_document_names_the_place_where_it_describes_several_packages():
    document = spdx_document("2.3")
    document["documentDescribes"] = ["SPDXRef-a", "SPDXRef-b"]
    got = read(READER, json.dumps(document))
    assert {c.place.name for c in got.of(Component)} == {"shop-sbom"}
    del document["name"]
    assert read(READER, json.dumps(document), "shop.spdx.json").of(Component)[0].place.name == "shop.spdx"
    assert read(READER, json.dumps(document), asset="web-1").of(Component)[0].place.name == "web-1"


def test_a_described_container_is_an_image_with_its_names():
    document = spdx_document("2.3")
    document["packages"][0] |= {
        "name": "registry.example/shop",
        "versionInfo": "sha256:" + "ab" * 32,
        "primaryPackagePurpose": "CONTAINER",
    }
    place = read(READER, json.dumps(document)).of(Component)[0].place
    assert (place.name, place.kind) == ("registry.example/shop", AssetKind.IMAGE)
    assert "sha256:" + "ab" * 32 in place.aliases


def test_a_scanned_folder_gets_the_name_that_the_user_says():
    document = spdx_document("2.3")
    document["packages"][0]["name"] = "/home/ci/build"
    assert read(READER, json.dumps(document), asset="shop").of(Component)[0].place.name == "shop"


def test_github_wraps_its_export():
    got = read(READER, json.dumps({"sbom": spdx_document("2.3")}))
    assert len(got.of(Component)) == 4
    assert got.of(Component)[1].pointer == "/sbom/packages/1"
    assert READER.sniff(sample(json.dumps({"sbom": spdx_document("2.3")}))) > 0.9


def test_cpe_names_of_both_forms_are_taken_the_newer_first():
    document = spdx_document("2.3")
    document["packages"][1]["externalRefs"] += [
        {"referenceCategory": "SECURITY", "referenceType": "cpe22Type", "referenceLocator": "cpe:/a:x:y:1"},
        {
            "referenceCategory": "SECURITY",
            "referenceType": "http://spdx.org/rdf/references/cpe23Type",
            "referenceLocator": "cpe:2.3:a:x:y:1:*:*:*:*:*:*:*",
        },
    ]
    assert read(READER, json.dumps(document)).of(Component)[1].package.cpe.startswith("cpe:2.3:a:x:y:1")


def _element(kind, ref, **members):
    return {"type": kind, "spdxId": BASE + ref, "creationInfo": "_:c", **members}


SECURITY = (
    _element(
        "security_Vulnerability", "v1", name="CVE-2026-0001",
        externalIdentifier=[{"type": "ExternalIdentifier", "externalIdentifierType": "cve", "identifier": "CVE-2026-0001"}],
    ),
    _element(
        "Relationship", "r1", relationshipType="hasAssociatedVulnerability", to=[BASE + "v1"], **{"from": BASE + "a"}
    ),
    _element(
        "security_CvssV3VulnAssessmentRelationship", "r2", relationshipType="hasAssessmentFor", to=[BASE + "a"],
        security_score=9.8, security_severity="critical",
        security_vectorString="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", **{"from": BASE + "v1"},
    ),
    _element(
        "security_EpssVulnAssessmentRelationship", "r3", relationshipType="hasAssessmentFor", to=[BASE + "a"],
        security_probability=0.5, **{"from": BASE + "v1"},
    ),
    _element(
        "security_ExploitCatalogVulnAssessmentRelationship", "r4", relationshipType="hasAssessmentFor", to=[BASE + "a"],
        security_catalogType="kev", security_exploited=True, **{"from": BASE + "v1"},
    ),
    _element(
        "security_VexNotAffectedVulnAssessmentRelationship", "r5", relationshipType="doesNotAffect", to=[BASE + "b"],
        security_justificationType="vulnerableCodeNotPresent", security_impactStatement="Not built in.",
        suppliedBy=BASE + "acme", security_publishedTime="2026-04-01T00:00:00Z", **{"from": BASE + "v1"},
    ),
    _element(
        "security_VexFixedVulnAssessmentRelationship", "r6", relationshipType="fixedIn", to=[BASE + "c"],
        **{"from": BASE + "v1"},
    ),
)  # fmt: skip


def test_the_security_profile_gives_findings_and_statements():
    got = read(READER, json.dumps(spdx3_graph("3.0.1", *SECURITY)))
    (finding,) = got.of(ScanFinding)
    assert finding.ids == ("CVE-2026-0001",)
    assert (finding.score, finding.severity.value, finding.epss, finding.known_exploited) == (
        9.8,
        "critical",
        0.5,
        True,
    )
    assert finding.package.purl == "pkg:npm/left-pad@1.10"
    judged, fixed = got.of(VexStatement)
    assert (judged.status, judged.justification) == (VexStatus.NOT_AFFECTED, "vulnerable_code_not_present")
    assert (judged.products, judged.author) == (("pkg:pypi/pillow@9.0",), "Acme")
    assert (judged.statement, judged.at.isoformat()) == ("Not built in.", "2026-04-01T00:00:00+00:00")
    assert (fixed.status, fixed.products) == (VexStatus.FIXED, ("no-version",))
    assert got.head.places == ["shop"]


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ('@prefix spdx: <http://spdx.org/rdf/terms#> .\n<x> a spdx:SpdxDocument .', "other"),
        ('{"@graph": [{"@type": "http://spdx.org/rdf/terms#SpdxDocument"}]}', "other"),
        ('{"bomFormat": "CycloneDX"}', None),
        ("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'></rdf:RDF>", None),
        ("PackageName: x\nVersion: 1\n", None),
        ("a page about http://spdx.org/rdf/terms in prose", None),
        ("", None),
        ("\x00\x01", None),
    ],
)  # fmt: skip
def test_what_is_not_read_is_told_apart(data, form):
    assert form_of(data.encode()) == form
    if form == "other":
        assert "export it as JSON or tag-value" in read(READER, data).problem


@pytest.mark.parametrize("version", ["SPDX-1.2", "SPDX-4.0", "SPDX-2.3; DROP"])
def test_an_unknown_version_is_refused_by_name(version):
    document = {**spdx_document("2.3"), "spdxVersion": version}
    assert "SPDX 2.0 to 2.3 and 3.0 are read" in read(READER, json.dumps(document)).problem


def test_records_of_the_wrong_type_are_refused_and_the_rest_goes_on():
    document = spdx_document("2.3")
    document["packages"][1:1] = [7, None, {"SPDXID": "x"}, {"name": ["list"]}]
    document["relationships"][1:1] = ["text", {"spdxElementId": 1}]
    got = read(READER, json.dumps(document))
    assert [r.pointer for r in got.refused] == [
        "/relationships/1", "/packages/1", "/packages/2", "/packages/3", "/packages/4",
    ]  # fmt: skip
    assert len(got.of(Component)) == 4


@pytest.mark.parametrize(
    "data",
    [
        "spdxVersion: SPDX-2.3\na0: &a0 [x]\n"
        + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
        + "packages: [*a11]\n",
        "spdxVersion: SPDX-2.3\npackages: &a [*a]\n",
        "spdxVersion: SPDX-2.3\npackages: " + "[" * 500 + "]" * 500,
        "spdxVersion: SPDX-2.3\npackages: [",
        "spdxVersion: SPDX-2.3\n? [a]\n: b\n",
        "- spdxVersion: SPDX-2.3",
    ],
)
def test_hostile_yaml_is_refused(data):
    got = read(READER, data)
    assert got.problem
    assert got.records == []


def test_a_document_that_says_its_version_last_is_recognised():
    files = [{"fileName": f"./{i}", "SPDXID": f"SPDXRef-File-{i}"} for i in range(3000)]
    document = {"files": files, **{k: v for k, v in spdx_document("2.2").items() if k != "SPDXID"}}
    data = json.dumps(document)
    assert READER.sniff(sample(data)) > 0.9
    assert len(read(READER, data).of(Component)) == 4
    graph = spdx3_graph("3.0.1")
    turned = json.dumps({"@graph": graph["@graph"], "@context": graph["@context"]})
    assert len(read(READER, turned).of(Component)) == 4


def test_yaml_that_repeats_a_part_by_an_alias_is_read():
    data = (
        "SPDXID: SPDXRef-DOCUMENT\ncreationInfo:\n  created: '2026-01-01T00:00:00Z'\npackages:\n- SPDXID: SPDXRef-a\n"
        "  checksums: &id001\n  - {algorithm: SHA1, checksumValue: ab}\n  name: a\n- {SPDXID: SPDXRef-b, checksums: *id001, name: b}\n"
        + "# the version comes last\n" * 4000
        + "spdxVersion: SPDX-2.3\n"
    )
    assert READER.sniff(sample(data)) > 0.9
    assert [c.hashes for c in read(READER, data).of(Component)] == [("sha1:ab",), ("sha1:ab",)]


def test_yaml_makes_no_objects_and_keeps_versions_as_written():
    data = 'spdxVersion: SPDX-2.3\npackages:\n- name: !!python/object/apply:os.system ["x"]\n- {name: y, versionInfo: 1.10}\n'
    got = read(READER, data)
    assert [(c.package.name, c.package.version) for c in got.of(Component)] == [("y", "1.10")]


def test_a_billion_laughs_is_refused():
    laughs = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><Document><name>&b;</name><x>SPDXRef-</x></Document>'
    assert "entity" in read(READER, laughs).problem
    rdf = (
        '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://spdx.org/rdf/terms#">&a;</rdf:RDF>'
    )
    got = read(READER, rdf)
    assert got.problem
    assert got.records == []


def test_a_text_that_never_ends_is_told():
    assert "never ends" in read(READER, "SPDXVersion: SPDX-2.3\nDocumentComment: <text>open\nPackageName: x\n").problem


def test_rdf_that_goes_in_circles_ends():
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://spdx.org/rdf/terms#">'
        '<s:SpdxDocument rdf:about="u#SPDXRef-DOCUMENT"><s:specVersion>SPDX-2.2</s:specVersion><s:describesPackage '
        'rdf:resource="u#SPDXRef-a"/></s:SpdxDocument><s:Package rdf:about="u#SPDXRef-a"><s:name>a</s:name><s:relationship>'
        '<s:Relationship><s:relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_dependsOn"/>'
        '<s:relatedSpdxElement><s:Package rdf:about="u#SPDXRef-a"/></s:relatedSpdxElement></s:Relationship>'
        "</s:relationship></s:Package></rdf:RDF>"
    )
    (component,) = read(READER, rdf).of(Component)
    assert (component.package.name, component.depends_on, component.place.name) == ("a", ("SPDXRef-a",), "a")


FORMS = [SPDX[form](version) for form, version in SPDX_VERSIONS if version in ("2.3", "3.0.1")]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FORMS), st.data())
def test_damage_anywhere_raises_nothing_but_a_reason(data, draw):
    raw = bytearray(data.encode())
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(raw) - 1))
        match draw.draw(st.sampled_from(["cut", "flip", "insert"])):
            case "cut":
                raw = raw[: max(at, 1)]
            case "flip":
                raw[at] = draw.draw(st.integers(0, 255))
            case "insert":
                raw[at:at] = draw.draw(st.binary(max_size=8))
    READER.sniff(sample(bytes(raw)))
    read(READER, bytes(raw))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "type", "from", "to", "spdxId"]), inner),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=60)
@given(st.data())
def test_any_member_may_be_of_any_type(data):
    document = data.draw(st.sampled_from([spdx_document("2.3"), spdx3_graph("3.0.1", *SECURITY)]))
    document = json.loads(json.dumps(document))
    entry = document
    for _ in range(data.draw(st.integers(0, 3))):
        inner = [v for v in (entry.values() if isinstance(entry, dict) else entry) if isinstance(v, (dict, list)) and v]
        if not inner:
            break
        entry = data.draw(st.sampled_from(inner))
    keys = list(entry) if isinstance(entry, dict) else list(range(len(entry)))
    entry[data.draw(st.sampled_from(keys))] = data.draw(VALUES)
    text = json.dumps(document)
    if b"SPDX" in text.encode():
        read(READER, text)


def test_tag_values_of_a_license_section_end_a_package():
    data = spdx_tag_value("2.3").replace("FileName: ./a.js", "LicenseID: LicenseRef-1\nPackageVersion: 99")
    assert [c.package.version for c in read(READER, data).of(Component)] == ["2.1", "1.10", "9.0", ""]


def test_an_empty_document_has_no_records():
    assert read(READER, json.dumps({"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT"})).records == []
    assert spdx_json("2.3")


def test_rdf_sets_of_licences_are_expressions():
    sets = (
        "<s:ConjunctiveLicenseSet><s:member rdf:resource='http://spdx.org/licenses/MIT'/><s:member><s:DisjunctiveLicenseSet>"
        "<s:member rdf:resource='http://spdx.org/licenses/Apache-2.0'/><s:member><s:ListedLicense "
        "rdf:about='http://spdx.org/licenses/BSD-3-Clause'/></s:member></s:DisjunctiveLicenseSet></s:member></s:ConjunctiveLicenseSet>"
    )
    rdf = (
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:s='http://spdx.org/rdf/terms#'>"
        "<s:SpdxDocument rdf:about='u#SPDXRef-DOCUMENT'><s:specVersion>SPDX-2.3</s:specVersion></s:SpdxDocument>"
        f"<s:Package rdf:about='u#SPDXRef-a'><s:name>a</s:name><s:licenseDeclared>{sets}</s:licenseDeclared></s:Package></rdf:RDF>"
    )
    (component,) = read(READER, rdf).of(Component)
    assert component.licences == ("(Apache-2.0 OR BSD-3-Clause) AND MIT",)


def test_rdf_nested_too_deep_says_what_to_export():
    deep = "<s:relationship>" * 300
    rdf = (
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:s='http://spdx.org/rdf/terms#'>"
        f"<s:SpdxDocument rdf:about='u#SPDXRef-DOCUMENT'>{deep}</s:SpdxDocument></rdf:RDF>"
    )
    assert "export it as JSON" in read(READER, rdf).problem
