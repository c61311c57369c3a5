from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.ingest.scans import vocabulary
from vedette.ingest.scans.base import ScanContext
from vedette.ingest.scans.content import HeldContent
from vedette.ingest.scans.subjects import image_names, image_reference, named_place
from vedette.knowledge.packages import make_purl
from vedette.schema import AssetKind, Severity

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V30 = "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V40 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("CRITICAL", Severity.CRITICAL),
        (" Important ", Severity.HIGH),
        ("moderate", Severity.MEDIUM),
        ("Negligible", Severity.INFORMATIONAL),
        ("UNKNOWN", None),
        ("UNTRIAGED", None),
        ("", None),
        (3, None),
        (None, None),
    ],
)
def test_severity(word: object, severity: Severity | None) -> None:
    assert vocabulary.severity_of(word) is severity


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("cve-2018-15473", "CVE-2018-15473"),
        ("GHSA-JFH8-C2JP-5V3Q", "GHSA-jfh8-c2jp-5v3q"),
        ("RHSA-2021:5128", "RHSA-2021:5128"),
        ("CVE-2021-123", "CVE-2021-123"),
        ("CVE-2021-12345-x", "CVE-2021-12345-x"),
    ],
)
def test_ids_are_written_as_their_makers_write_them(text: str, written: str) -> None:
    assert vocabulary.vulnerability_id(text) == written


def test_ids_in_a_text_are_whole_ids() -> None:
    text = "https://x/GHSA-pfrx-2q88-qq97, CVE-2021-44228; XCVE-2021-1111 CVE-2021-44229-libfoo cve-2021-3807."
    assert vocabulary.ids_in(text) == ("GHSA-pfrx-2q88-qq97", "CVE-2021-44228", "CVE-2021-3807")


@pytest.mark.parametrize(
    ("main", "others", "same", "related"),
    [
        ("GHSA-aaaa-bbbb-cccc", ["CVE-2021-1111"], ("GHSA-aaaa-bbbb-cccc", "CVE-2021-1111"), ()),
        ("CVE-2021-1111", ["GHSA-aaaa-bbbb-cccc"], ("CVE-2021-1111", "GHSA-aaaa-bbbb-cccc"), ()),
        ("CVE-2021-1111", ["CVE-2021-2222"], ("CVE-2021-1111",), ("CVE-2021-2222",)),
        ("ELSA-2021-1", ["CVE-2021-1111"], ("ELSA-2021-1", "CVE-2021-1111"), ()),
        ("ELSA-2021-1", ["CVE-2021-1111", "CVE-2021-2222"], ("ELSA-2021-1",), ("CVE-2021-1111", "CVE-2021-2222")),
        ("CVE-2021-1111", ["RHSA-2021:1"], ("CVE-2021-1111",), ("RHSA-2021:1",)),
        ("CVE-2021-1111", ["cve-2021-1111"], ("CVE-2021-1111",), ()),
    ],
)
def test_same_flaw_or_only_related(
    main: str, others: list[str], same: tuple[str, ...], related: tuple[str, ...]
) -> None:
    assert vocabulary.same_and_related(main, others) == (same, related)


def test_cwes() -> None:
    said = ["CWE-79", "cwe-079", 89, "CWE-20: Improper Input Validation", "NVD-CWE-noinfo", "CWE-0", None, [], True, ""]
    assert vocabulary.cwes_of(said) == ("CWE-79", "CWE-89", "CWE-20")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        *((V31, True), (V30, True), (V40, True), (V2, True), (f"{V31}/RL:O", True)),
        *(("CVSS:9.1/AV:N/AC:L", False), ("AV:N", False), ("<script>", False), (None, False), ("A:B/" * 400, False)),
    ],
)
def test_vectors(text: object, is_one: bool) -> None:
    assert vocabulary.is_vector(text) is is_one


def test_ratings_keep_their_order_with_version_2_last() -> None:
    assert vocabulary.cvss_of([(V2, 7.5), (V31, 9.8), ("", 3.0), (V30, 9.1)]) == ((V31, V30, V2), 9.8)
    assert vocabulary.cvss_of([(V31, None), (V2, 7.5)]) == ((V31, V2), 7.5)
    assert vocabulary.cvss_of([("nonsense", 42.0), ("", 5.0)]) == ((), 5.0)
    assert vocabulary.cvss_of([]) == ((), None)


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "purl"),
    [
        ("npm", "@babel/core", "7.0.0", "pkg:npm/%40babel/core@7.0.0"),
        ("node-pkg", "lodash", "4.17.19", "pkg:npm/lodash@4.17.19"),
        ("PyPI", "Jinja2", "2.4", "pkg:pypi/jinja2@2.4"),
        (
            "pom",
            "org.apache.logging.log4j:log4j-core",
            "2.14.1",
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
        ),
        ("jar", "log4j-core", "2.14.1", ""),
        ("gobinary", "golang.org/x/net", "0.1.0", "pkg:golang/golang.org/x/net@v0.1.0"),
        ("gobinary", "stdlib", "1.22.1", "pkg:golang/stdlib@1.22.1"),
        ("Debian:12", "apt", "1.8.2.3", "pkg:deb/debian/apt@1.8.2.3"),
        ("alpine", "freetype", "2.9.1-r2", "pkg:apk/alpine/freetype@2.9.1-r2"),
        ("redhat", "cups-libs", "1:2.2.6-50.el8", "pkg:rpm/redhat/cups-libs@2.2.6-50.el8?epoch=1"),
        ("NODEPKG", "ws", "7.0.0", "pkg:npm/ws@7.0.0"),
        ("DOTNET_CORE", "Newtonsoft.Json", "12.0.1", "pkg:nuget/Newtonsoft.Json@12.0.1"),
        ("binary", "java", "17", ""),
        ("", "x", "1", ""),
        ("npm", "", "1", ""),
    ],
)
def test_purls_are_made_only_where_they_are_certain(ecosystem: str, name: str, version: str, purl: str) -> None:
    assert make_purl(ecosystem, name, version) == purl


@given(st.sampled_from(["npm", "maven", "go", "deb", "debian", "redhat", "composer"]), st.text(), st.text())
def test_purls_never_raise(ecosystem: str, name: str, version: str) -> None:
    assert isinstance(make_purl(ecosystem, name, version), str)


CONTENT = HeldContent("web-scan.json", "", 0, b"")


def test_a_place_has_the_name_that_the_report_gives_then_the_users_then_the_files() -> None:
    user = ScanContext(asset="shop")
    assert named_place(CONTENT, user, "nginx:1.25", AssetKind.IMAGE).name == "nginx:1.25"
    assert named_place(CONTENT, user, "/src/package-lock.json", AssetKind.REPOSITORY, is_path=True).name == "shop"
    assert named_place(CONTENT, ScanContext(), "/src", AssetKind.REPOSITORY, is_path=True).name == "/src"
    for nothing in ("", ".", "unknown", "N/A", "/"):
        assert named_place(CONTENT, user, nothing, AssetKind.IMAGE).name == "shop"
        assert named_place(CONTENT, ScanContext(), nothing, AssetKind.IMAGE).name == "web-scan"


def test_addresses_that_everybody_has_are_no_aliases() -> None:
    place = named_place(
        CONTENT, ScanContext(), "web", AssetKind.HOST, aliases=("127.0.0.1", "::1", "0.0.0.0", "10.0.0.4", "web", "")
    )
    assert place.aliases == ("10.0.0.4",)


def test_images_of_docker_hub_have_short_names() -> None:
    assert image_names("index.docker.io/library/ubuntu:20.04", "ghcr.io/a/b:1", "") == (
        "index.docker.io/library/ubuntu:20.04",
        "library/ubuntu:20.04",
        "ubuntu:20.04",
        "ghcr.io/a/b:1",
    )


@pytest.mark.parametrize(
    ("said", "reference"),
    [
        ("shop:1.4", "shop:1.4"),
        ("docker:shop:1.4", "shop:1.4"),
        ("registry:example.org/shop:1.4", "example.org/shop:1.4"),
        ("docker.io/library/shop:1.4", "docker.io/library/shop:1.4"),
        ("registry:5000/shop:1.4", "registry:5000/shop:1.4"),
        ("build/shop.tar", "shop:tagged"),
        ("docker-archive:build/shop", "shop:tagged"),
        ("", "shop:tagged"),
        ("unknown", "shop:tagged"),
    ],
)
def test_an_image_in_a_file_has_the_name_of_its_tag(said: str, reference: str) -> None:
    assert image_reference(said, "", "shop:tagged") == reference
    assert image_reference("build/shop.tar") == "build/shop.tar"
