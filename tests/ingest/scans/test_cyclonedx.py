"""CycloneDX in every form and version, its vulnerabilities and VEX, and what hostile documents come to."""

# ruff: noqa: E501 (documents read best whole)
import json
import tracemalloc
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sbom_forms import CYCLONEDX, CYCLONEDX_VERSIONS, PARTS, cyclonedx_json, cyclonedx_xml, read, sample

from vedette.ingest.scans import json_parts
from vedette.ingest.scans.base import ScanContext, ScanHead
from vedette.ingest.scans.content import HeldContent
from vedette.ingest.scans.cyclonedx import READER
from vedette.schema import AssetKind, Component, ScanFinding, Severity, VexStatement, VexStatus


@pytest.mark.parametrize(("form", "version"), CYCLONEDX_VERSIONS)
def test_every_form_and_version_says_the_same(form, version):
    data = CYCLONEDX[form](version)
    assert READER.sniff(sample(data)) > 0.9
    got = read(READER, data, "shop.cdx")
    assert (got.problem, got.refused) == (None, [])
    components = got.of(Component)
    assert [(c.package.name, c.package.version, c.package.purl) for c in components] == [
        (p.name, p.version, p.purl) for p in PARTS
    ]
    assert [c.licences for c in components] == [(p.licence,) if p.licence else () for p in PARTS]
    assert [c.hashes for c in components] == [(f"sha1:{p.sha1}",) if p.sha1 else () for p in PARTS]
    if version >= "1.2":
        assert [c.depends_on for c in components] == [p.needs for p in PARTS]
        assert {c.place.name for c in components} == {"shop"}
        assert {c.place.kind for c in components} == {AssetKind.APPLICATION}
        assert got.head.scanner == "maker 3"
        assert got.head.made_at.isoformat() == "2026-03-04T05:06:07+00:00"
    else:
        assert {c.place.name for c in components} == {"shop.cdx"}  # these versions name no subject
    assert len({c.pointer for c in components}) == len(PARTS)


def test_a_large_document_is_streamed_and_says_the_same(monkeypatch):
    data = json.dumps(with_vulnerabilities())
    whole = read(READER, data)
    monkeypatch.setattr(json_parts, "WHOLE_BYTES", 100)
    streamed = read(READER, data)
    assert streamed.records == whole.records
    assert len(whole.of(ScanFinding)) == 3
    assert read(READER, data[:-40]).problem
    assert len(read(READER, data[:-40]).of(Component)) in (0, 3)


def with_vulnerabilities() -> dict:
    bom = json.loads(cyclonedx_json("1.6"))
    bom["vulnerabilities"] = [
        {
            "bom-ref": "v1",
            "id": "CVE-2026-0001",
            "source": {"name": "vendor", "url": "https://example.org/CVE-2026-0001"},
            "references": [{"id": "GHSA-aaaa-bbbb-cccc", "source": {"name": "GHSA"}}],
            "ratings": [
                {
                    "source": {"name": "nvd"},
                    "score": 9.8,
                    "severity": "critical",
                    "method": "CVSSv31",
                    "vector": "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                },
                {"source": {"name": "vendor"}, "severity": "high"},
                {"source": {"name": "x"}, "score": 80, "severity": "low", "method": "OWASP", "vector": "SL:1"},
            ],
            "cwes": [79, 20],
            "description": "A flaw. It is bad.",
            "advisories": [{"url": "https://example.org/a"}],
            "affects": [
                {"ref": "a", "versions": [{"version": "1.10", "status": "affected"}]},
                {
                    "ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#c",
                    "versions": [{"version": "7", "status": "affected"}],
                },
            ],
        },
        {
            "id": "3f2b1c9e-0000-4000-8000-0123456789ab",
            "source": {"name": "OSS Index"},
            "references": [{"id": "CVE-2026-0002"}],
            "analysis": {
                "state": "not_affected",
                "justification": "code_not_reachable",
                "response": ["will_not_fix"],
                "detail": "Never called.",
                "lastUpdated": "2026-05-01T00:00:00Z",
            },
            "affects": [{"ref": "b"}],
        },
    ]
    bom["metadata"]["authors"] = [{"name": "Ada", "email": "ada@example.org"}]
    return bom


def test_vulnerabilities_are_findings_of_what_they_affect():
    got = read(READER, json.dumps(with_vulnerabilities()))
    first, second, judged = got.of(ScanFinding)
    assert first.ids == ("CVE-2026-0001", "GHSA-aaaa-bbbb-cccc")
    assert (first.package.name, first.package.version) == ("left-pad", "1.10")
    assert (first.severity, first.score) == (Severity.HIGH, 9.8)  # the reporter's severity, the only score there is
    assert first.cvss == ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",)
    assert first.cwes == ("CWE-79", "CWE-20")
    assert first.title == "A flaw"
    assert first.references == ("https://example.org/a", "https://example.org/CVE-2026-0001")
    assert first.status is None
    assert (second.package.name, second.package.version) == ("no-version", "7")  # by its BOM-Link
    assert judged.ids == ("ossindex:3f2b1c9e-0000-4000-8000-0123456789ab", "CVE-2026-0002")
    assert (judged.status, judged.status_by, judged.reachable) == (VexStatus.NOT_AFFECTED, "Ada", False)
    assert got.head.places == ["shop"]


def test_an_analysis_is_a_statement_too():
    (statement,) = read(READER, json.dumps(with_vulnerabilities())).of(VexStatement)
    assert statement.status is VexStatus.NOT_AFFECTED
    assert statement.products == (
        "pkg:npm/shop@2.1",
        "shop@2.1",
        "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#root",
    )
    place = read(READER, json.dumps(with_vulnerabilities())).of(Component)[0].place
    assert set(statement.products) <= set(place.aliases)
    assert statement.subcomponents == ("pkg:pypi/pillow@9.0",)
    assert (statement.justification, statement.author) == ("code_not_reachable", "Ada")
    assert statement.statement == "Never called.\nResponse: will_not_fix"
    assert statement.at.isoformat() == "2026-05-01T00:00:00+00:00"


def test_xml_vulnerabilities_are_the_same_as_json_ones():
    xml = (
        cyclonedx_xml("1.6")
        .replace(
            "</bom>",
            """<vulnerabilities><vulnerability bom-ref="v1"><id>CVE-2026-0001</id><source><name>vendor</name>
        <url>https://example.org/CVE-2026-0001</url></source><references><reference><id>GHSA-aaaa-bbbb-cccc</id></reference></references>
        <ratings><rating><source><name>nvd</name></source><score>9.8</score><severity>critical</severity><method>CVSSv31</method>
        <vector>AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</vector></rating><rating><source><name>vendor</name></source>
        <severity>high</severity></rating></ratings><cwes><cwe>79</cwe><cwe>20</cwe></cwes><description>A flaw. It is bad.</description>
        <advisories><advisory><url>https://example.org/a</url></advisory></advisories>
        <affects><target><ref>a</ref><versions><version><version>1.10</version><status>affected</status></version></versions></target>
        <target><ref>urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#c</ref><versions><version><version>7</version>
        <status>affected</status></version></versions></target></affects></vulnerability>
        <vulnerability><id>3f2b1c9e-0000-4000-8000-0123456789ab</id><source><name>OSS Index</name></source>
        <references><reference><id>CVE-2026-0002</id></reference></references><analysis><state>not_affected</state>
        <justification>code_not_reachable</justification><responses><response>will_not_fix</response></responses>
        <detail>Never called.</detail><lastUpdated>2026-05-01T00:00:00Z</lastUpdated></analysis>
        <affects><target><ref>b</ref></target></affects></vulnerability></vulnerabilities></bom>""",
        )
        .replace("</tools>", "</tools><authors><author><name>Ada</name></author></authors>")
    )

    def bare(got):
        return [{f: getattr(r, f) for f in r.__slots__ if f not in ("pointer", "place")} for r in got.records]

    assert bare(read(READER, xml)) == bare(read(READER, json.dumps(with_vulnerabilities())))


def test_the_vulnerability_extension_of_old_xml():
    xml = cyclonedx_xml("1.2").replace(
        "<modified>false</modified></component><component",
        """<modified>false</modified><v:vulnerabilities xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0">
        <v:vulnerability ref="urn:uuid:0"><v:id>CVE-2020-0001</v:id><v:source name="NVD"><v:url>https://example.org/n</v:url></v:source>
        <v:ratings><v:rating><v:score><v:base>7.5</v:base><v:impact>3.6</v:impact></v:score><v:severity>High</v:severity>
        <v:method>CVSSv3</v:method><v:vector>AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N</v:vector></v:rating></v:ratings>
        <v:cwes><v:cwe>184</v:cwe></v:cwes><v:description>Old.</v:description>
        <v:advisories><v:advisory>https://example.org/o</v:advisory></v:advisories></v:vulnerability></v:vulnerabilities>
        </component><component""",
        1,
    )
    got = read(READER, xml)
    (finding,) = got.of(ScanFinding)
    assert (finding.ids, finding.package.name, finding.score) == (("CVE-2020-0001",), "left-pad", 7.5)
    assert finding.cvss == ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",)
    assert finding.references == ("https://example.org/o", "https://example.org/n")
    assert len(got.of(Component)) == 3
    moved = cyclonedx_xml("1.2").replace(
        "</bom>",
        """<v:vulnerabilities xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0"><v:vulnerability ref="b">
        <v:id>CVE-2020-0002</v:id></v:vulnerability></v:vulnerabilities></bom>""",
    )
    (finding,) = read(READER, moved).of(ScanFinding)
    assert (finding.ids, finding.package.purl) == (("CVE-2020-0002",), "pkg:pypi/pillow@9.0")


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("resolved", VexStatus.FIXED),
        ("resolved_with_pedigree", VexStatus.FIXED),
        ("exploitable", VexStatus.AFFECTED),
        ("in_triage", VexStatus.UNDER_INVESTIGATION),
        ("false_positive", VexStatus.NOT_AFFECTED),
        ("not_affected", VexStatus.NOT_AFFECTED),
    ],
)
def test_a_document_of_statements_alone_has_no_findings(state, status):
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.4",
        "metadata": {"component": {"type": "application", "name": "Acme", "version": "2", "bom-ref": "p"}},
        "vulnerabilities": [{"id": "CVE-2026-0001", "analysis": {"state": state}, "affects": [{"ref": "p"}]}],
    }
    got = read(READER, json.dumps(bom))
    (statement,) = got.of(VexStatement)
    assert (statement.status, statement.products, statement.author) == (status, ("Acme@2",), "author not named")
    assert got.of(ScanFinding) == []
    assert got.head.places == []  # it has looked at nothing, so it finds nothing clean


def test_versions_of_products_elsewhere_have_their_own_status():
    link = "urn:cdx:cbb2cd68-2857-43b8-a10b-e8c03d277d18/1#abc"
    versions = [
        {"version": "2.4", "status": "affected"},
        {"range": "vers:generic/>=2.9|<=4.1"},
        {"version": "4.2", "status": "unaffected"},
    ]
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.4",
        "vulnerabilities": [
            {"id": "CVE-2026-1", "analysis": {"state": "exploitable"}, "affects": [{"ref": link, "versions": versions}]}
        ],
    }
    affected, clear = read(READER, json.dumps(bom)).of(VexStatement)
    assert affected.products == (f"{link} 2.4", f"{link} vers:generic/>=2.9|<=4.1")
    assert (clear.status, clear.products) == (VexStatus.NOT_AFFECTED, (f"{link} 4.2",))
    assert affected.pointer != clear.pointer


def test_a_vulnerability_that_names_nothing_is_the_subject_s_own():
    bom = json.loads(cyclonedx_json("1.5"))
    bom["vulnerabilities"] = [
        {"id": "CVE-2026-0001"},
        {"id": "CVE-2026-0002", "affects": [{"ref": "pkg:npm/unlisted@1"}]},
    ]
    own, other = read(READER, json.dumps(bom)).of(ScanFinding)
    assert own.package.purl == "pkg:npm/shop@2.1"
    assert other.package.purl == "pkg:npm/unlisted@1"


def test_an_image_has_its_names_digests_and_layers():
    bom = json.loads(cyclonedx_json("1.5"))
    bom["metadata"]["component"] = {
        "type": "container",
        "name": "docker.io/library/shop:1",
        "version": "sha256:" + "ab" * 32,
        "bom-ref": "i",
        "properties": [
            {"name": "aquasecurity:trivy:DiffID", "value": "sha256:1"},
            {"name": "aquasecurity:trivy:DiffID", "value": "sha256:2"},
            {"name": "aquasecurity:trivy:ImageID", "value": "sha256:3"},
            {"name": "aquasecurity:trivy:RepoTag", "value": "shop:latest"},
        ],
    }
    bom["components"][0]["properties"] = [{"name": "syft:location:0:path", "value": "/app/p.json"}]
    component = read(READER, json.dumps(bom)).of(Component)[0]
    assert (component.place.name, component.place.kind) == ("docker.io/library/shop:1", AssetKind.IMAGE)
    assert component.place.base_layers == ("sha256:1", "sha256:2")
    assert {"shop:1", "shop:latest", "sha256:3", "sha256:" + "ab" * 32} <= set(component.place.aliases)
    assert component.package.path == "/app/p.json"


def test_nested_components_are_components():
    bom = json.loads(cyclonedx_json("1.5"))
    bom["components"][0]["components"] = [{"name": "inner", "components": [{"name": "innermost"}, 5]}]
    bom["metadata"]["component"]["components"] = [{"name": "part of the subject"}]
    got = read(READER, json.dumps(bom))
    assert [c.package.name for c in got.of(Component)] == [
        "part of the subject",
        "left-pad",
        "inner",
        "innermost",
        "Pillow & Söhne <1>",
        "no-version",
    ]
    assert [r.pointer for r in got.refused] == ["/components/0/components/0/components/1"]


def test_groups_are_joined_as_the_ecosystem_writes_them():
    bom = {
        "bomFormat": "CycloneDX",
        "components": [
            {"group": "org.apache", "name": "log4j", "purl": "pkg:maven/org.apache/log4j@1"},
            {"group": "@angular", "name": "core", "purl": "pkg:npm/%40angular/core@1"},
            {"group": "com.acme", "name": "thing"},
            {"name": "alone"},
        ],
    }
    names = [c.package.name for c in read(READER, json.dumps(bom)).of(Component)]
    assert names == ["org.apache:log4j", "@angular/core", "com.acme:thing", "alone"]


def test_dependencies_in_circles_are_kept_as_they_stand():
    bom = json.loads(cyclonedx_json("1.5"))
    bom["dependencies"] = [
        {"ref": "a", "dependsOn": ["a", "b", "a"]},
        {"ref": "b", "dependsOn": ["a"]},
        3,
        {"ref": "c", "dependsOn": 7},
    ]
    got = read(READER, json.dumps(bom))
    assert [c.depends_on for c in got.of(Component)] == [("a", "b"), ("a",), ()]
    assert [r.pointer for r in got.refused] == ["/dependencies/2"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\n\x031.4\x10\x01\x1a-urn:uuid:x", "Protocol Buffers is not read: export the BOM as JSON or XML"),
        (json.dumps({"bomFormat": "CycloneDX", "specVersion": "2.0"}), "CycloneDX 2.0 is not known"),
        ("[]", "not a JSON object"),
        ("{", "not JSON, or cut off"),
        ("<notabom/>", "the root element is no bom"),
        ('<!DOCTYPE b [<!ENTITY a "x">]><bom xmlns="http://cyclonedx.org/schema/bom/1.4">&a;</bom>', ""),
        (
            '<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><name>x',
            "ends too early",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data, reason):
    got = read(READER, data)
    assert got.problem
    assert reason in got.problem
    assert got.records == []


def test_protocol_buffers_are_recognised_to_be_refused():
    assert READER.sniff(sample(b"\n\x031.4\x10\x01\x1a-urn:uuid:x")) > 0.5
    assert READER.sniff(sample('<bom xmlns="urn:other"/>')) == 0.0
    assert READER.sniff(sample('{"bom": 1}')) == 0.0
    assert READER.sniff(sample(b"")) == 0.0


def test_a_document_that_says_its_name_last_is_recognised():
    bom = json.loads(cyclonedx_json("1.5"))
    turned = dict(reversed(bom.items()))
    turned["components"] = turned.pop("components") * 2000
    del turned["bomFormat"]
    data = json.dumps({"components": turned["components"], **turned, "bomFormat": "CycloneDX"})
    assert READER.sniff(sample(data)) > 0.5
    assert len(read(READER, data).of(Component)) == 6000


def test_entities_expand_to_nothing():
    laughs = '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + cyclonedx_xml("1.4").split("?>", 1)[1].replace(
        "left-pad", "&b;"
    )
    got = read(READER, laughs)
    assert "entity" in got.problem
    assert got.records == []


def test_a_tower_of_components_ends():
    component: dict = {"name": "x"}
    for _ in range(300):
        component = {"name": "x", "components": [component]}
    got = read(READER, json.dumps({"bomFormat": "CycloneDX", "components": [component]}))
    assert len(got.of(Component)) == 101
    assert "nested deeper" in got.refused[0].reason


def test_components_without_a_name_are_refused_and_the_rest_goes_on():
    bom = json.loads(cyclonedx_json("1.5"))
    bom["components"][0:0] = [{}, {"name": 5}, {"name": ["x"]}, None]
    got = read(READER, json.dumps(bom))
    assert [r.pointer for r in got.refused] == ["/components/0", "/components/2", "/components/3"]
    assert [c.package.name for c in got.of(Component)] == ["5", *(p.name for p in PARTS)]


FORMS = [cyclonedx_json("1.6"), cyclonedx_xml("1.6"), json.dumps(with_vulnerabilities())]


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
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "ref", "id", "state", "versions"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=80)
@given(st.data())
def test_any_member_may_be_of_any_type(data):
    document = with_vulnerabilities()
    entry = document
    for _ in range(data.draw(st.integers(0, 5))):
        inner = [v for v in (entry.values() if isinstance(entry, dict) else entry) if isinstance(v, (dict, list)) and v]
        if not inner:
            break
        entry = data.draw(st.sampled_from(inner))
    keys = list(entry) if isinstance(entry, dict) else list(range(len(entry)))
    entry[data.draw(st.sampled_from(keys))] = data.draw(VALUES)
    read(READER, json.dumps(document))


@pytest.mark.slow
def test_a_million_components_do_not_fill_the_memory(tmp_path):
    n = 1_000_000
    path = tmp_path / "big.json"
    with path.open("w") as out:
        out.write('{"bomFormat":"CycloneDX","specVersion":"1.5","components":[')
        for i in range(n):
            out.write(
                f'{"," if i else ""}{{"type":"library","bom-ref":"r{i}","name":"p{i}","version":"1.{i}","purl":"pkg:npm/p{i}@1.{i}"}}'
            )
        out.write("]}")
    tracemalloc.start()
    found = Counter(
        type(r).__name__
        for r in READER.read(HeldContent("big", "0" * 32, path.stat().st_size, path), ScanHead(), ScanContext())
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == {"Component": n}
    assert peak < 64 << 20
