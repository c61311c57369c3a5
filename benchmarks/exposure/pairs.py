"""Labelled pairs: two scanner records, and whether they are one vulnerability in one component of one asset.

Every pair is written here by hand: public facts (ids, package names, versions) in the words in which scanners write
them. Families alternate between ``dev``, which the merging was developed on, and ``held_out``, which was written before
the merging and not looked at until it was done. ``python -m benchmarks.exposure.pairs`` writes ``pairs.jsonl``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

Row = dict[str, Any]
Pair = tuple[bool, str, Row, Row, Row]
PAIRS = Path(__file__).with_name("pairs.jsonl")
FAMILIES: list[tuple[str, str, Callable[[], Iterator[Pair]]]] = []


def family(split: str) -> Callable[[Callable[[], Iterator[Pair]]], Callable[[], Iterator[Pair]]]:
    """Register a template family."""

    def take(make: Callable[[], Iterator[Pair]]) -> Callable[[], Iterator[Pair]]:
        FAMILIES.append((make.__name__, split, make))
        return make

    return take


def row(reader: str, place: str, ids: str, package: str = "", version: str = "", purl: str = "", **more: Any) -> Row:
    """Return a finding; ``ids`` parted by spaces, empty fields left out."""
    made: Row = {"reader": reader, "place": place, "ids": ids.split(), "package_name": package}
    made |= {"package_version": version, "purl": purl, **more}
    return {key: value for key, value in made.items() if value not in ("", [], None)}


def same(why: str, left: Row, right: Row, **context: Any) -> Pair:
    return True, why, left, right, context


def apart(why: str, left: Row, right: Row, **context: Any) -> Pair:
    return False, why, left, right, context


NPM = (
    ("CVE-2021-23337", "GHSA-35jh-r3h4-6jhm", "lodash", "4.17.20"),
    ("CVE-2020-8203", "GHSA-p6mc-m468-83gw", "lodash", "4.17.15"),
    ("CVE-2021-44906", "GHSA-xvch-5gv4-984h", "minimist", "1.2.5"),
    ("CVE-2022-46175", "GHSA-9c47-m6qq-7p4h", "json5", "1.0.1"),
    ("CVE-2022-25883", "GHSA-c2qf-rxjj-qqgw", "semver", "5.7.1"),
    ("CVE-2021-3807", "GHSA-93q8-gq69-wqmw", "ansi-regex", "5.0.0"),
    ("CVE-2022-3517", "GHSA-f8q6-p94x-37v3", "minimatch", "3.0.4"),
    ("CVE-2021-3749", "GHSA-cph5-m8f7-6c5x", "axios", "0.21.1"),
)
MAVEN = (
    ("CVE-2021-44228", "GHSA-jfh8-c2jp-5v3q", "org.apache.logging.log4j", "log4j-core", "2.14.1"),
    ("CVE-2021-45046", "GHSA-7rjr-3q55-vv33", "org.apache.logging.log4j", "log4j-core", "2.15.0"),
    ("CVE-2022-22965", "GHSA-36p3-wjmg-h94x", "org.springframework", "spring-beans", "5.3.17"),
    ("CVE-2022-42889", "GHSA-599f-7c49-w659", "org.apache.commons", "commons-text", "1.9"),
    ("CVE-2022-42003", "GHSA-jjjh-jjxp-wpff", "com.fasterxml.jackson.core", "jackson-databind", "2.13.4"),
    ("CVE-2017-5638", "GHSA-j77q-2qqg-6989", "org.apache.struts", "struts2-core", "2.3.31"),
)
PYTHON = (
    ("CVE-2020-14343", "GHSA-8q59-q68h-6hv4", "PyYAML", "pyyaml", "5.3.1"),
    ("CVE-2024-22195", "GHSA-h5c8-rqwp-cp95", "Jinja2", "jinja2", "3.1.2"),
    ("CVE-2023-30861", "GHSA-m2qf-hxjv-5gpq", "Flask", "flask", "2.2.3"),
    ("CVE-2022-40897", "GHSA-r9hx-vwmv-q579", "setuptools", "setuptools", "65.3.0"),
)
RPM = (
    ("CVE-2022-0778", "openssl-libs", "1", "1.1.1k", "5.el8_5", "x86_64"),
    ("CVE-2021-33574", "glibc", "0", "2.28", "164.el8", "x86_64"),
    ("CVE-2022-1271", "gzip", "0", "1.9", "12.el8", "x86_64"),
    ("CVE-2022-40674", "expat", "0", "2.2.5", "8.el8_6.2", "x86_64"),
    ("CVE-2021-25220", "bind-libs", "32", "9.11.36", "3.el8", "x86_64"),
)
DEB = (
    ("CVE-2022-0778", "libssl1.1", "openssl", "1.1.1k-1+deb11u1"),
    ("CVE-2021-33574", "libc6", "glibc", "2.31-13+deb11u2"),
    ("CVE-2022-1271", "liblzma5", "xz-utils", "5.2.5-2"),
    ("CVE-2022-37434", "zlib1g", "zlib", "1:1.2.11.dfsg-2"),
    ("CVE-2022-1304", "libcom-err2", "e2fsprogs", "1.46.2-2"),
)
IMAGE = "registry.example.com/shop/web:1.4.2"


# -- ids -------------------------------------------------------------------------------------------


@family("dev")
def npm_ghsa_beside_cve() -> Iterator[Pair]:
    for cve, ghsa, name, version in NPM:
        purl = f"pkg:npm/{name}@{version}"
        yield same(
            "one scanner lists the CVE, the other the GHSA with its CVE",
            row("trivy", IMAGE, cve, name, version, purl, path=f"app/node_modules/{name}/package.json"),
            row("grype", IMAGE, f"{ghsa} {cve}", name, version, purl, path=f"/app/node_modules/{name}/package.json"),
        )


@family("held_out")
def npm_ghsa_alone_known_by_knowledge() -> Iterator[Pair]:
    for cve, ghsa, name, version in NPM:
        yield same(
            "only the advisory database tells that both ids are one",
            row("npm_audit", "shop-frontend", ghsa, name, version, path=f"node_modules/{name}"),
            row(
                "snyk",
                "shop-frontend",
                f"SNYK-JS-{name.replace('-', '').upper()}-{len(name)}0718 {cve}",
                name,
                version,
                f"pkg:npm/{name}@{version}",
            ),
            known=[[ghsa, cve]],
        )


@family("dev")
def two_cves_of_one_advisory() -> Iterator[Pair]:
    for advisory, first, second, name, version in (
        ("RHSA-2022:1065", "CVE-2022-0778", "CVE-2021-3712", "openssl-libs", "1.1.1k-5.el8_5"),
        ("RHSA-2021:5128", "CVE-2021-44228", "CVE-2021-45046", "log4j-core", "2.14.1"),
        ("USN-5378-1", "CVE-2022-1271", "CVE-2021-3999", "gzip", "1.10-4ubuntu4"),
        ("DSA-5111-1", "CVE-2018-25032", "CVE-2022-37434", "zlib1g", "1:1.2.11.dfsg-2"),
        ("ALAS2-2022-1801", "CVE-2022-1292", "CVE-2022-2068", "openssl", "1:1.0.2k-24.amzn2.0.2"),
    ):
        yield apart(
            "two flaws that one advisory mends",
            row("inspector", "web-01.corp.example", f"{first} {advisory}", name, version),
            row("openvas", "web-01.corp.example", f"{second} {advisory}", name, version),
        )


@family("held_out")
def cves_chained_by_a_sloppy_alias() -> Iterator[Pair]:
    for shared, first, second, name, version in (
        ("GHSA-7rjr-3q55-vv33", "CVE-2021-44228", "CVE-2021-45046", "log4j-core", "2.14.1"),
        ("GHSA-p6mc-m468-83gw", "CVE-2020-8203", "CVE-2019-10744", "lodash", "4.17.11"),
        ("PYSEC-2021-142", "CVE-2020-14343", "CVE-2020-1747", "pyyaml", "5.3"),
        ("GHSA-vh95-rmgr-6w4m", "CVE-2020-7598", "CVE-2021-44906", "minimist", "1.2.0"),
        ("SNYK-JS-AXIOS-1579269", "CVE-2021-3749", "CVE-2020-28168", "axios", "0.19.0"),
    ):
        yield apart(
            "an alias that two scanners tie to different CVEs merges neither",
            row("grype", IMAGE, f"{shared} {first}", name, version),
            row("osv_scanner", IMAGE, f"{shared} {second}", name, version),
        )


@family("dev")
def ids_written_otherwise() -> Iterator[Pair]:
    for left, right, name, version in (
        ("CVE-2021-44228", "cve-2021-44228", "log4j-core", "2.14.1"),
        ("CVE-2021-33574", "DEBIAN-CVE-2021-33574", "libc6", "2.31-13+deb11u2"),
        ("CVE-2022-1271", "UBUNTU-CVE-2022-1271", "gzip", "1.10-4ubuntu4"),
        ("CVE-2020-14343", "PYSEC-2021-142 CVE-2020-14343", "pyyaml", "5.3.1"),
        ("GHSA-p6mc-m468-83gw", "ghsa-P6MC-M468-83GW", "lodash", "4.17.15"),
    ):
        yield same(
            "the same id in another spelling",
            row("trivy", IMAGE, left, name, version),
            row("osv_scanner", IMAGE, right, name, version),
        )


@family("held_out")
def distribution_ids() -> Iterator[Pair]:
    for left, right, name, version in (
        ("ALPINE-CVE-2022-37434", "CVE-2022-37434", "zlib", "1.2.12-r1"),
        ("CVE-2022-37434", "CAN-2022-37434", "zlib", "1.2.12-r1"),
        ("UBUNTU-CVE-2022-0778 CVE-2022-0778", "USN-5328-1 CVE-2022-0778", "libssl1.1", "1.1.1f-1ubuntu2.10"),
        ("DSA-5103-1 CVE-2022-0778", "CVE-2022-0778 DLA-2952-1", "libssl1.1", "1.1.1k-1+deb11u1"),
        ("ELSA-2022-1065 CVE-2022-0778", "CVE-2022-0778", "openssl-libs", "1.1.1k-5.el8_5"),
    ):
        yield same(
            "a distribution's own id beside the CVE",
            row("osv_scanner", IMAGE, left, name, version),
            row("trivy", IMAGE, right, name, version),
        )


@family("dev")
def different_flaws_of_one_package() -> Iterator[Pair]:
    for first, second, name, version in (
        ("CVE-2021-23337", "CVE-2020-28500", "lodash", "4.17.20"),
        ("CVE-2020-11022", "CVE-2020-11023", "jquery", "3.4.1"),
        ("GHSA-35jh-r3h4-6jhm", "GHSA-29mw-wpgm-hmr9", "lodash", "4.17.20"),
        ("CVE-2021-45046", "CVE-2021-45105", "log4j-core", "2.15.0"),
        ("CVE-2022-0778", "CVE-2022-07781", "openssl", "1.1.1k"),
    ):
        yield apart(
            "two flaws of one component",
            row("trivy", IMAGE, first, name, version),
            row("grype", IMAGE, second, name, version),
        )


@family("held_out")
def plugins_that_cover_several() -> Iterator[Pair]:
    for plugin, first, second, host in (
        ("nessus:155999", "CVE-2021-44228", "CVE-2021-45046", "app-01.corp.example"),
        ("nessus:158975", "CVE-2022-0778", "CVE-2021-4160", "app-02.corp.example"),
        ("qualys:376157", "CVE-2021-44228", "CVE-2021-44832", "app-03.corp.example"),
        ("openvas:1.3.6.1.4.1.25623.1.0.117842", "CVE-2021-44228", "CVE-2021-45105", "app-04.corp.example"),
    ):
        yield apart(
            "one check, another of its CVEs",
            row("nessus", host, f"{plugin} {first}", location="8443/tcp"),
            row("nessus", host, f"{plugin} {second}", location="8443/tcp"),
        )


# -- packages --------------------------------------------------------------------------------------


@family("dev")
def maven_group_and_artifact() -> Iterator[Pair]:
    for cve, ghsa, group, artifact, version in MAVEN:
        yield same(
            "group and artifact against the artifact with its purl",
            row("trivy", IMAGE, cve, f"{group}:{artifact}", version, path=f"app/lib/{artifact}-{version}.jar"),
            row(
                "grype",
                IMAGE,
                f"{ghsa} {cve}",
                artifact,
                version,
                f"pkg:maven/{group}/{artifact}@{version}",
                path=f"/app/lib/{artifact}-{version}.jar",
            ),
        )


@family("held_out")
def maven_artifact_only() -> Iterator[Pair]:
    for cve, _, group, artifact, version in MAVEN:
        yield same(
            "the bare artifact or its jar against the full coordinates",
            row(
                "dependency_check",
                IMAGE,
                cve,
                f"{artifact}-{version}.jar",
                version,
                f"pkg:maven/{group}/{artifact}@{version}",
                path=f"/app/lib/{artifact}-{version}.jar",
            ),
            row("inspector", IMAGE, cve, f"{group}:{artifact}", version, path=f"app/lib/{artifact}-{version}.jar"),
        )


@family("dev")
def same_cve_in_sibling_artifacts() -> Iterator[Pair]:
    for cve, group, first, second, version in (
        ("CVE-2021-44228", "org.apache.logging.log4j", "log4j-core", "log4j-api", "2.14.1"),
        ("CVE-2022-22965", "org.springframework", "spring-beans", "spring-webmvc", "5.3.17"),
        ("CVE-2022-42003", "com.fasterxml.jackson.core", "jackson-databind", "jackson-core", "2.13.4"),
        ("CVE-2023-44487", "io.netty", "netty-codec-http2", "netty-codec-http", "4.1.97.Final"),
    ):
        yield apart(
            "one CVE in two artifacts",
            row("trivy", IMAGE, cve, f"{group}:{first}", version, f"pkg:maven/{group}/{first}@{version}"),
            row("grype", IMAGE, cve, second, version, f"pkg:maven/{group}/{second}@{version}"),
        )


@family("held_out")
def same_artifact_of_two_groups() -> Iterator[Pair]:
    for cve, artifact, first, second, version in (
        ("CVE-2015-6420", "commons-collections", "commons-collections", "org.apache.servicemix.bundles", "3.2.1"),
        ("CVE-2022-42889", "commons-text", "org.apache.commons", "com.example.shaded", "1.9"),
        ("CVE-2021-29425", "commons-io", "commons-io", "org.apache.commons", "2.6"),
        ("CVE-2020-13956", "httpclient", "org.apache.httpcomponents", "commons-httpclient", "4.5.10"),
    ):
        yield apart(
            "one artifact name, two groups",
            row("trivy", IMAGE, cve, f"{first}:{artifact}", version, f"pkg:maven/{first}/{artifact}@{version}"),
            row("grype", IMAGE, cve, artifact, version, f"pkg:maven/{second}/{artifact}@{version}"),
        )


@family("dev")
def python_names() -> Iterator[Pair]:
    for cve, ghsa, shown, normal, version in PYTHON:
        yield same(
            "names that PEP 503 makes one",
            row("pip_audit", "billing-api", f"{ghsa} {cve}", shown, version, path="requirements.txt"),
            row("trivy", "billing-api", cve, normal, version, f"pkg:pypi/{normal}@{version}", path="requirements.txt"),
        )
    yield same(
        "underscore, dash and capitals",
        row(
            "pip_audit", "billing-api", "CVE-2023-23931", "Flask_SQLAlchemy", "2.5.1", "pkg:pypi/flask-sqlalchemy@2.5.1"
        ),
        row("snyk", "billing-api", "CVE-2023-23931", "flask.sqlalchemy", "2.5.1", "pkg:pypi/Flask_SQLAlchemy@2.5.1"),
    )


@family("held_out")
def python_installed_and_listed() -> Iterator[Pair]:
    for cve, ghsa, shown, normal, version in PYTHON:
        site = "usr/lib/python3.9/site-packages"
        yield same(
            "one installation: its metadata as two scanners point to it",
            row(
                "trivy",
                IMAGE,
                cve,
                shown,
                version,
                f"pkg:pypi/{normal}@{version}",
                path=f"{site}/{shown}-{version}.dist-info/METADATA",
            ),
            row(
                "grype",
                IMAGE,
                f"{ghsa} {cve}",
                shown,
                version,
                f"pkg:pypi/{shown}@{version}",
                path=f"/{site}/{shown}-{version}.dist-info/RECORD",
            ),
        )


@family("dev")
def same_name_in_two_ecosystems() -> Iterator[Pair]:
    for cve, first, second in (
        ("CVE-2021-23337", "pkg:npm/lodash@4.17.20", "pkg:nuget/lodash@4.17.20"),
        ("CVE-2020-11023", "pkg:npm/jquery@3.4.1", "pkg:nuget/jQuery@3.4.1"),
        ("CVE-2020-11023", "pkg:npm/jquery@3.4.1", "pkg:gem/jquery@3.4.1"),
        ("CVE-2023-4863", "pkg:npm/electron@22.3.0", "pkg:pypi/electron@22.3.0"),
        ("CVE-2022-37434", "pkg:cargo/zlib@1.2.11", "pkg:conan/zlib@1.2.11"),
    ):
        name = first.split("/")[1].split("@")[0]
        yield apart(
            "one name, two ecosystems",
            row("grype", IMAGE, cve, name, first.split("@")[1], first),
            row("trivy", IMAGE, cve, name, second.split("@")[1], second),
        )


@family("held_out")
def distribution_against_language_package() -> Iterator[Pair]:
    for cve, first, second in (
        ("CVE-2020-14343", "pkg:deb/debian/python3-yaml@5.3.1-5", "pkg:pypi/pyyaml@5.3.1"),
        ("CVE-2022-40897", "pkg:rpm/redhat/python3-setuptools@39.2.0-6.el8", "pkg:pypi/setuptools@65.3.0"),
        ("CVE-2023-32681", "pkg:deb/debian/requests@2.25.1", "pkg:pypi/requests@2.25.1"),
        ("CVE-2022-25883", "pkg:deb/debian/node-semver@7.3.4-1", "pkg:npm/semver@7.3.4"),
        ("CVE-2024-22195", "pkg:apk/alpine/py3-jinja2@3.1.2-r0", "pkg:pypi/jinja2@3.1.2"),
    ):
        named = [p.split("/")[-1].split("@") for p in (first, second)]
        yield apart(
            "the distribution's package is mended apart from the language's",
            row("trivy", IMAGE, cve, *named[0], first),
            row("grype", IMAGE, cve, *named[1], second),
        )


@family("dev")
def npm_scopes() -> Iterator[Pair]:
    for cve, scope, name, version in (
        ("CVE-2023-45133", "@babel", "traverse", "7.22.8"),
        ("CVE-2022-21803", "@nestjs", "core", "8.0.0"),
        ("CVE-2022-31129", "@types", "moment", "2.13.0"),
    ):
        purl = f"pkg:npm/%40{scope[1:]}/{name}@{version}"
        yield same(
            "scope in the name and in the purl",
            row("npm_audit", "portal", cve, f"{scope}/{name}", version),
            row("grype", "portal", cve, f"{scope}/{name}", version, purl),
        )
        yield apart(
            "the same name without its scope is another package",
            row("npm_audit", "portal", cve, name, version, f"pkg:npm/{name}@{version}"),
            row("grype", "portal", cve, f"{scope}/{name}", version, purl),
        )


@family("held_out")
def go_modules() -> Iterator[Pair]:
    for cve, go_id, module, version in (
        ("CVE-2023-39325", "GO-2023-2102", "golang.org/x/net", "0.7.0"),
        ("CVE-2022-27664", "GO-2022-0969", "golang.org/x/net", "0.0.0-20220722155237-a158d28d115b"),
        ("CVE-2022-32149", "GO-2022-1059", "golang.org/x/text", "0.3.7"),
        ("CVE-2023-45142", "GO-2023-2113", "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", "0.42.0"),
    ):
        yield same(
            "the v before a Go version, and the module in the purl",
            row("trivy", IMAGE, cve, module, f"v{version}", f"pkg:golang/{module}@v{version}", path="usr/bin/agent"),
            row("osv_scanner", IMAGE, f"{go_id} {cve}", module, version, path="/usr/bin/agent"),
        )
    for cve, version in (("CVE-2023-24538", "1.19.4"), ("CVE-2023-29405", "1.20.3"), ("CVE-2022-41717", "1.18.8")):
        yield same(
            "the standard library under its names",
            row("trivy", IMAGE, cve, "stdlib", f"v{version}", f"pkg:golang/stdlib@v{version}", path="usr/bin/agent"),
            row("grype", IMAGE, cve, "stdlib", f"go{version}", f"pkg:golang/stdlib@{version}", path="/usr/bin/agent"),
        )


# -- versions --------------------------------------------------------------------------------------


@family("dev")
def rpm_epoch_and_release() -> Iterator[Pair]:
    for cve, name, epoch, version, release, arch in RPM:
        yield same(
            "epoch in the version, in a qualifier, or left out",
            row(
                "trivy",
                "db-02",
                cve,
                name,
                f"{version}-{release}",
                f"pkg:rpm/redhat/{name}@{version}-{release}?arch={arch}&distro=redhat-8.5&epoch={epoch}",
            ),
            row(
                "grype",
                "db-02",
                cve,
                name,
                f"{epoch}:{version}-{release}",
                f"pkg:rpm/rhel/{name}@{version}-{release}?arch={arch}&epoch={epoch}&distro=rhel-8.5",
            ),
        )
        yield same(
            "no purl: the name with epoch against the plain version",
            row("inspector", "db-02", cve, name, f"{version}-{release}.{arch}"),
            row("openvas", "db-02", cve, name, f"{version}-{release}"),
        )


@family("held_out")
def deb_epoch_and_arch() -> Iterator[Pair]:
    for cve, name, source, version in DEB:
        bare = version.split(":")[-1]
        yield same(
            "distribution qualifiers do not matter; the epoch may be missing",
            row("trivy", "mail-01", cve, name, version, f"pkg:deb/debian/{name}@{bare}?arch=amd64&distro=debian-11.2"),
            row(
                "grype",
                "mail-01",
                cve,
                name,
                version,
                f"pkg:deb/debian/{name}@{version}?arch=amd64&upstream={source}&distro=debian-11",
            ),
        )


@family("dev")
def release_differs() -> Iterator[Pair]:
    for cve, name, first, second, kind in (
        ("CVE-2022-0778", "openssl-libs", "1:1.1.1k-5.el8_5", "1:1.1.1k-6.el8_5", "rpm/redhat"),
        ("CVE-2022-40674", "expat", "2.2.5-4.el8", "2.2.5-8.el8_6.2", "rpm/redhat"),
        ("CVE-2021-25220", "bind-libs", "32:9.11.36-3.el8", "31:9.11.36-3.el8", "rpm/redhat"),
        ("CVE-2022-1304", "libcom-err2", "1.46.2-2", "1.46.2-2+deb11u1", "deb/debian"),
        ("CVE-2022-37434", "zlib1g", "1:1.2.11.dfsg-2", "1:1.2.11.dfsg-2+deb11u1", "deb/debian"),
    ):
        yield apart(
            "two builds side by side",
            row("trivy", "db-03", cve, name, first, f"pkg:{kind}/{name}@{first}"),
            row("grype", "db-03", cve, name, second, f"pkg:{kind}/{name}@{second}"),
        )


@family("held_out")
def backports_and_versions() -> Iterator[Pair]:
    for cve, name, first, second, kind in (
        ("CVE-2021-33574", "libc6", "2.31-13+deb11u2", "2.31-13~bpo10+1", "deb/debian"),
        ("CVE-2022-1271", "gzip", "1.10-4ubuntu4", "1.10-4ubuntu4.1", "deb/ubuntu"),
        ("CVE-2021-23337", "lodash", "4.17.15", "4.17.20", "npm"),
        ("CVE-2022-42003", "com.fasterxml.jackson.core:jackson-databind", "2.12.6", "2.12.6.1", "maven"),
        ("CVE-2020-14343", "pyyaml", "5.3", "5.3.1", "pypi"),
        ("CVE-2023-39325", "golang.org/x/net", "0.7.0", "0.17.0-rc1", "golang"),
    ):
        purls = [f"pkg:{kind}/{name.replace(':', '/')}@{v}" for v in (first, second)]
        yield apart(
            "two versions of one package",
            row("trivy", "db-04", cve, name, first, purls[0]),
            row("grype", "db-04", cve, name, second, purls[1]),
        )


@family("dev")
def equal_versions_written_otherwise() -> Iterator[Pair]:
    for cve, name, first, second, kind in (
        ("CVE-2021-23337", "lodash", "4.17.20", "v4.17.20", "npm"),
        ("CVE-2023-30861", "flask", "2.2.3", "2.2.3", "pypi"),
        ("CVE-2020-14343", "pyyaml", "5.3.1", "5.3.1.0", "pypi"),
        ("CVE-2022-21449", "openjdk", "17.0.2+8", "17.0.2%2B8", "generic"),
    ):
        yield same(
            "one version, two spellings",
            row("trivy", "ci/portal", cve, name, first, f"pkg:{kind}/{name}@{first.replace('+', '%2B')}"),
            row("snyk", "ci/portal", cve, name, second, f"pkg:{kind}/{name}@{second}" if "%" in second else ""),
        )


@family("held_out")
def one_scanner_knows_no_version() -> Iterator[Pair]:
    for cve, name, version, kind in (
        ("CVE-2022-0778", "openssl", "3.0.1-1", "deb/debian"),
        ("CVE-2023-38545", "curl", "7.88.1-10", "deb/debian"),
        ("CVE-2021-23337", "lodash", "4.17.20", "npm"),
        ("CVE-2021-4034", "polkit", "0.115-12.el8", "rpm/redhat"),
    ):
        yield same(
            "no version is no other version",
            row("trivy", "edge-01", cve, name, version, f"pkg:{kind}/{name}@{version}"),
            row("defender", "edge-01", cve, name),
        )


# -- copies ----------------------------------------------------------------------------------------


@family("dev")
def vendored_copies() -> Iterator[Pair]:
    for cve, name, version, purl, first, second in (
        (
            "CVE-2021-23337",
            "lodash",
            "4.17.20",
            "pkg:npm/lodash@4.17.20",
            "app/node_modules/lodash/package.json",
            "app/node_modules/grunt/node_modules/lodash/package.json",
        ),
        (
            "CVE-2021-44906",
            "minimist",
            "1.2.5",
            "pkg:npm/minimist@1.2.5",
            "srv/a/node_modules/minimist/package.json",
            "srv/b/node_modules/minimist/package.json",
        ),
        (
            "CVE-2021-44228",
            "log4j-core",
            "2.14.1",
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
            "opt/a/lib/log4j-core-2.14.1.jar",
            "opt/b/lib/log4j-core-2.14.1.jar",
        ),
        (
            "CVE-2020-14343",
            "pyyaml",
            "5.3.1",
            "pkg:pypi/pyyaml@5.3.1",
            "opt/venv/lib/python3.9/site-packages/PyYAML-5.3.1.dist-info/METADATA",
            "usr/lib/python3/dist-packages/PyYAML-5.3.1.egg-info",
        ),
        (
            "CVE-2023-39325",
            "golang.org/x/net",
            "0.7.0",
            "pkg:golang/golang.org/x/net@0.7.0",
            "usr/bin/agent",
            "usr/bin/proxy",
        ),
    ):
        yield apart(
            "two copies, each to be mended",
            row("trivy", IMAGE, cve, name, version, purl, path=first),
            row("grype", IMAGE, cve, name, version, purl, path="/" + second),
        )


@family("held_out")
def copies_in_archives() -> Iterator[Pair]:
    purl = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"
    inner = "WEB-INF/lib/log4j-core-2.14.1.jar"
    for left, right in (
        (f"srv/shop.war:{inner}", f"srv/admin.war:{inner}"),
        (f"/srv/shop.war!/{inner}", f"/opt/shop.war!/{inner}"),
        ("opt/app/lib/log4j-core-2.14.1.jar", f"srv/shop.war:{inner}"),
    ):
        yield apart(
            "in two archives",
            row("trivy", IMAGE, "CVE-2021-44228", "log4j-core", "2.14.1", purl, path=left),
            row("grype", IMAGE, "CVE-2021-44228", "log4j-core", "2.14.1", purl, path=right),
        )
    for left, right in (
        (f"srv/shop.war/{inner}", f"/srv/shop.war:{inner}"),
        (f"/srv/shop.war!/{inner}", f"srv/shop.war:{inner}"),
        (f"jar:file:/srv/shop.war!/{inner}", f"srv/shop.war/{inner}"),
    ):
        yield same(
            "one place in an archive, two spellings",
            row("trivy", IMAGE, "CVE-2021-44228", "log4j-core", "2.14.1", purl, path=left),
            row("grype", IMAGE, "CVE-2021-44228", "log4j-core", "2.14.1", purl, path=right),
        )


@family("dev")
def lock_file_and_installation() -> Iterator[Pair]:
    for cve, ghsa, name, version in NPM[:4]:
        yield same(
            "what the lock file of a project lists lies in its node_modules",
            row("osv_scanner", "portal", f"{ghsa} {cve}", name, version, path="web/package-lock.json"),
            row(
                "trivy",
                "portal",
                cve,
                name,
                version,
                f"pkg:npm/{name}@{version}",
                path=f"web/node_modules/{name}/package.json",
            ),
        )
    for cve, ghsa, name, version in NPM[4:6]:
        yield apart(
            "two projects of one repository",
            row("osv_scanner", "portal", f"{ghsa} {cve}", name, version, path="web/package-lock.json"),
            row("trivy", "portal", cve, name, version, f"pkg:npm/{name}@{version}", path="admin/package-lock.json"),
        )


@family("held_out")
def roots_of_paths() -> Iterator[Pair]:
    for cve, ghsa, name, version in NPM[:4]:
        yield same(
            "an absolute path in the build folder against the path in the repository",
            row(
                "osv_scanner",
                "portal",
                f"{ghsa} {cve}",
                name,
                version,
                path="/home/ci/build/portal/web/package-lock.json",
            ),
            row("trivy", "portal", cve, name, version, f"pkg:npm/{name}@{version}", path="web/package-lock.json"),
        )
    yield same(
        "a lock file against the same in a scanner that gives no path",
        row("pip_audit", "billing-api", "CVE-2024-22195", "jinja2", "3.1.2"),
        row("osv_scanner", "billing-api", "CVE-2024-22195", "jinja2", "3.1.2", path="/src/requirements.txt"),
    )


# -- distributions, hosts, products ----------------------------------------------------------------


@family("dev")
def source_and_binary() -> Iterator[Pair]:
    for cve, name, source, version in DEB[:4]:
        yield same(
            "the source package that the binary was built from",
            row(
                "osv_scanner",
                IMAGE,
                f"DEBIAN-{cve} {cve}",
                source,
                version,
                f"pkg:deb/debian/{source}@{version}?arch=source",
            ),
            row("grype", IMAGE, cve, name, version, f"pkg:deb/debian/{name}@{version}?arch=amd64&upstream={source}"),
        )
    for cve, first, second, version in (
        ("CVE-2022-1304", "libcom-err2", "libss2", "1.46.2-2"),
        ("CVE-2021-33574", "libc6", "libc-bin", "2.31-13+deb11u2"),
    ):
        yield apart(
            "two binaries: each is a package of its own",
            row("trivy", IMAGE, cve, first, version, f"pkg:deb/debian/{first}@{version}"),
            row("grype", IMAGE, cve, second, version, f"pkg:deb/debian/{second}@{version}"),
        )


@family("held_out")
def rpm_source_and_binary() -> Iterator[Pair]:
    for cve, name, source, version in (
        ("CVE-2022-0778", "openssl-libs", "openssl-1.1.1k-5.el8_5.src.rpm", "1.1.1k-5.el8_5"),
        ("CVE-2021-33574", "glibc-common", "glibc-2.28-164.el8.src.rpm", "2.28-164.el8"),
        ("CVE-2021-25220", "bind-libs-lite", "bind-9.11.36-3.el8.src.rpm", "9.11.36-3.el8"),
    ):
        bare = source.rsplit("-", 2)[0]
        yield same(
            "the source rpm",
            row("openvas", "db-05", cve, bare, version),
            row("grype", "db-05", cve, name, version, f"pkg:rpm/redhat/{name}@{version}?arch=x86_64&upstream={source}"),
        )
        yield apart(
            "another binary",
            row("trivy", "db-05", cve, name + "-devel", version, f"pkg:rpm/redhat/{name}-devel@{version}"),
            row("grype", "db-05", cve, name, version, f"pkg:rpm/redhat/{name}@{version}?arch=x86_64"),
        )


@family("dev")
def host_scanners_without_a_package() -> Iterator[Pair]:
    for cve, plugin, name, version, kind in (
        ("CVE-2022-0778", "nessus:158974", "openssl-libs", "1.1.1k-5.el8_5", "rpm/redhat"),
        ("CVE-2021-4034", "nessus:157139", "polkit", "0.115-12.el8", "rpm/redhat"),
        ("CVE-2021-3156", "openvas:1.3.6.1.4.1.25623.1.0.118146", "sudo", "1.8.29-6.el8", "rpm/redhat"),
        ("CVE-2021-44228", "nessus:156014", "log4j-core", "2.14.1", "maven/org.apache.logging.log4j"),
    ):
        yield same(
            "a host scanner names the flaw and no package",
            row("nessus", "web-07.corp.example", f"{plugin} {cve}", location="0/tcp"),
            row("trivy", "web-07.corp.example", cve, name, version, f"pkg:{kind}/{name}@{version}"),
        )
    for first, second in (("CVE-2022-0778", "CVE-2021-4034"), ("CVE-2021-3156", "CVE-2021-44228")):
        yield apart(
            "another flaw",
            row("nessus", "web-07.corp.example", f"nessus:1 {first}", location="443/tcp"),
            row("trivy", "web-07.corp.example", second, "openssl-libs", "1.1.1k-5.el8_5"),
        )


@family("held_out")
def products_by_cpe() -> Iterator[Pair]:
    for cve, cpe, name, version in (
        ("CVE-2021-41773", "cpe:2.3:a:apache:http_server:2.4.49:*:*:*:*:*:*:*", "Apache HTTP Server", "2.4.49"),
        ("CVE-2022-22965", "cpe:2.3:a:vmware:spring_framework:5.3.17:*:*:*:*:*:*:*", "spring framework", "5.3.17"),
        ("CVE-2023-38545", "cpe:2.3:a:haxx:curl:7.88.1:*:*:*:*:*:*:*", "curl", "7.88.1"),
        ("CVE-2014-0160", "cpe:/a:openssl:openssl:1.0.1f", "openssl", "1.0.1f"),
        ("CVE-2023-4863", "cpe:2.3:a:google:chrome:116.0.5845.179:*:*:*:*:windows:*:*", "chrome", "116.0.5845.179"),
    ):
        yield same(
            "a product as CPE and by name",
            row("openvas", "web-08", cve, cpe=cpe, location="80/tcp"),
            row("defender", "web-08", cve, name, version),
        )
    for cve, first, second in (
        (
            "CVE-2023-4863",
            "cpe:2.3:a:google:chrome:116.0:*:*:*:*:*:*:*",
            "cpe:2.3:a:mozilla:firefox:117.0:*:*:*:*:*:*:*",
        ),
        ("CVE-2023-44487", "cpe:2.3:a:f5:nginx:1.25.2:*:*:*:*:*:*:*", "cpe:2.3:a:apache:tomcat:9.0.80:*:*:*:*:*:*:*"),
    ):
        yield apart(
            "one CVE in two products",
            row("openvas", "web-08", cve, cpe=first),
            row("nessus", "web-08", cve, cpe=second),
        )


# -- assets ----------------------------------------------------------------------------------------


@family("dev")
def host_names_and_addresses() -> Iterator[Pair]:
    package = ("openssl-libs", "1.1.1k-5.el8_5")
    cve = "CVE-2022-0778"
    for left, right, left_more, right_more in (
        ("web-01.corp.example", "WEB-01", ["10.0.0.11"], []),
        ("10.0.0.12", "web-02.corp.example", [], ["10.0.0.12", "WEB-02"]),
        ("WEB-03", "web-03", ["WEB-03.corp.example"], ["10.0.0.13"]),
        ("i-0a1b2c3d4e5f67890", "web-04.corp.example", [], ["i-0a1b2c3d4e5f67890"]),
        ("web-05.corp.example.", "Web-05.Corp.Example", [], []),
    ):
        yield same(
            "one host under two names",
            row("nessus", left, cve, *package, place_kind="host", place_aliases=left_more),
            row("trivy", right, cve, *package, place_kind="host", place_aliases=right_more),
        )
    for left, right, left_more, right_more in (
        ("web-01.corp.example", "web-01.lab.example", [], []),
        ("web-01.corp.example", "web-01.lab.example", ["WEB-01"], ["WEB-01"]),
        ("web-06.corp.example", "web-07.corp.example", ["10.0.0.16"], ["10.0.0.16"]),
        ("10.0.0.21", "10.0.0.22", [], []),
        ("web-1", "web-11", [], []),
    ):
        yield apart(
            "two hosts",
            row("nessus", left, cve, *package, place_kind="host", place_aliases=left_more),
            row("trivy", right, cve, *package, place_kind="host", place_aliases=right_more),
        )


@family("held_out")
def hosts_by_inventory() -> Iterator[Pair]:
    package = ("polkit", "0.115-12.el8")
    cve = "CVE-2021-4034"
    pay = {"name": "Payments front end", "kind": "host", "aliases": ["pay-01.corp.example", "172.16.4.9"]}
    lab = {"name": "Lab box", "kind": "host", "aliases": ["pay-01.lab.example", "172.16.4.10"]}
    yield same(
        "the inventory lists both names",
        row("nessus", "172.16.4.9", cve, *package, place_kind="host"),
        row("trivy", "pay-01.corp.example", cve, *package, place_kind="host"),
        assets=[pay],
    )
    yield same(
        "the inventory's own name",
        row("qualys", "Payments front end", cve, *package, place_kind="host"),
        row("trivy", "PAY-01.corp.example", cve, *package, place_kind="host"),
        assets=[pay, lab],
    )
    yield apart(
        "two hosts of one short name, as the inventory tells them apart",
        row("nessus", "172.16.4.9", cve, *package, place_kind="host"),
        row("trivy", "pay-01.lab.example", cve, *package, place_kind="host"),
        assets=[pay, lab],
    )
    both = [{**pay, "aliases": ["172.16.4.9", "pay-01"]}, {**lab, "aliases": ["172.16.4.9", "lab-01"]}]
    yield apart(
        "an address that two assets claim belongs to neither",
        row("nessus", "172.16.4.9", cve, *package, place_kind="host"),
        row("trivy", "pay-01", cve, *package, place_kind="host"),
        assets=both,
    )
    yield apart(
        "a short name that fits two hosts of the inventory",
        row("nessus", "pay-01", cve, *package, place_kind="host"),
        row("trivy", "pay-01.corp.example", cve, *package, place_kind="host"),
        assets=[pay, lab],
    )
    yield apart(
        "a repository and a host of one name",
        row("trivy", "pay-01", cve, *package, place_kind="repository"),
        row("nessus", "pay-01", cve, *package, place_kind="host"),
    )


@family("dev")
def images_by_tag() -> Iterator[Pair]:
    digest = "sha256:" + "3f" * 32
    found = ("CVE-2022-37434", "zlib", "1.2.12-r1", "pkg:apk/alpine/zlib@1.2.12-r1")
    for left, right, left_more, right_more in (
        ("nginx:1.21", "docker.io/library/nginx:1.21", [], []),
        ("nginx", "index.docker.io/library/nginx:latest", [], []),
        (
            f"registry.example.com/shop/web@{digest}",
            "registry.example.com/shop/web:1.4.2",
            [],
            [f"registry.example.com/shop/web@{digest}"],
        ),
        ("registry.example.com/shop/web:1.4.2", f"registry.example.com/shop/web:1.4.2@{digest}", [], []),
    ):
        yield same(
            "one image",
            row("trivy", left, *found, place_kind="image", place_aliases=left_more),
            row("grype", right, *found, place_kind="image", place_aliases=right_more),
        )
    for left, right in (
        ("registry.example.com/shop/web:1.4.2", "registry.example.com/shop/web:1.4.3"),
        ("registry.example.com/shop/web:1.4.2", "registry.example.com/shop/api:1.4.2"),
        ("registry.example.com/shop/web:1.4.2", "mirror.example.net/shop/web:1.4.2"),
        ("nginx:1.21", "bitnami/nginx:1.21"),
    ):
        yield apart(
            "two images",
            row("trivy", left, *found, place_kind="image"),
            row("grype", right, *found, place_kind="image"),
        )


@family("held_out")
def images_by_digest_and_repositories() -> Iterator[Pair]:
    one, two = "sha256:" + "a1" * 32, "sha256:" + "b2" * 32
    found = ("CVE-2022-37434", "zlib", "1.2.12-r1", "pkg:apk/alpine/zlib@1.2.12-r1")
    for left, right, left_more, right_more in (
        (one, "ghcr.io/acme/api:2", [], [one]),
        ("ghcr.io/acme/api:2", f"ghcr.io/acme/api@{one}", [f"ghcr.io/acme/api@{one}"], []),
        ("GHCR.io/acme/api:2", "ghcr.io/acme/api:2", [], []),
    ):
        yield same(
            "one image by its digest",
            row("inspector", left, *found, place_kind="image", place_aliases=left_more),
            row("grype", right, *found, place_kind="image", place_aliases=right_more),
        )
    for left, right in ((one, two), (f"ghcr.io/acme/api@{one}", f"ghcr.io/acme/api@{two}")):
        yield apart(
            "two digests",
            row("inspector", left, *found, place_kind="image"),
            row("grype", right, *found, place_kind="image"),
        )
    code = ("CVE-2021-23337", "lodash", "4.17.20", "pkg:npm/lodash@4.17.20")
    for left, right in (
        ("https://git.example.com/acme/portal.git", "git.example.com/acme/portal"),
        ("git@git.example.com:acme/portal.git", "https://git.example.com/acme/portal"),
    ):
        yield same(
            "one repository",
            row("snyk", left, *code, place_kind="repository"),
            row("trivy", right, *code, place_kind="repository"),
        )
    yield apart(
        "two repositories",
        row("snyk", "https://git.example.com/acme/portal", *code, place_kind="repository"),
        row("trivy", "https://git.example.com/other/portal", *code, place_kind="repository"),
    )


def pairs() -> Iterator[Row]:
    """Yield the pairs in order, each with its id, family and split."""
    for name, split, make in FAMILIES:
        for number, (label, why, left, right, context) in enumerate(make()):
            yield {
                "pair_id": f"{name}-{number:02}",
                "family": name,
                "split": split,
                "same": label,
                "why": why,
                "left": left,
                "right": right,
                **context,
            }


def main() -> None:
    """Write the pairs beside this file."""
    PAIRS.write_bytes(b"".join(orjson.dumps(pair) + b"\n" for pair in pairs()))


if __name__ == "__main__":
    main()
