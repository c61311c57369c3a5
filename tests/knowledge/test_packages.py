"""Package URLs and CPE names in every spelling, and one key for one component."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.knowledge.ecosystems import ecosystem_type
from vedette.knowledge.packages import (
    identify,
    identity_of,
    make_purl,
    normal_purl,
    package_key,
    parse_cpe,
    parse_purl,
    version_spelling,
)
from vedette.schema import Package


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("pkg:npm/@angular/core@1.0", "pkg:npm/%40angular/core@1.0"),
        ("pkg://NPM/foo@1", "pkg:npm/foo@1"),
        (" pkg:pypi/Foo_Bar@1 ", "pkg:pypi/foo-bar@1"),
        ("pkg:deb/debian/libssl1.1@1%3A1.1?distro=debian-11&arch=amd64", None),
        ("pkg:npm/foo@1?nonsense", "pkg:npm/foo@1"),
        ("npm/foo@1", ""),
        ("pkg:", ""),
        ("pkg:npm", ""),
        ("", ""),
        ("pkg:npm/" + "a" * 5000, ""),
    ],
)
def test_a_purl_has_one_spelling_and_what_is_none_gives_nothing(written, normal):
    if normal is None:
        purl = parse_purl(written)
        assert (purl.namespace, purl.name, purl.version) == ("debian", "libssl1.1", "1:1.1")
        assert normal_purl(written).endswith("?arch=amd64&distro=debian-11")
    else:
        assert normal_purl(written) == normal


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "purl"),
    [
        (
            "Maven",
            "org.apache.logging.log4j:log4j-core",
            "2.14.1",
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
        ),
        ("jar", "log4j-core", "2.14.1", ""),  # without its group nobody can say which one
        ("npm", "@babel/core", "7.0.0", "pkg:npm/%40babel/core@7.0.0"),
        ("yarn", "lodash", "", "pkg:npm/lodash"),
        ("PyPI", "Django", "4.2", "pkg:pypi/django@4.2"),
        ("Go", "golang.org/x/net", "v0.7.0", "pkg:golang/golang.org/x/net@v0.7.0"),
        ("gobinary", "stdlib", "1.20", "pkg:golang/stdlib@1.20"),
        ("crates.io", "smallvec", "0.6.2", "pkg:cargo/smallvec@0.6.2"),
        ("Packagist", "symfony/http-kernel", "5.0", "pkg:composer/symfony/http-kernel@5.0"),
        ("composer", "http-kernel", "5.0", ""),
        ("Debian:12", "openssl", "3.0.9-1", "pkg:deb/debian/openssl@3.0.9-1"),
        ("Ubuntu:22.04:LTS", "openssl", "3.0.2", "pkg:deb/ubuntu/openssl@3.0.2"),
        ("Alpine:v3.18", "busybox", "1.36.1-r0", "pkg:apk/alpine/busybox@1.36.1-r0"),
        ("alpine 3.18", "busybox", "1.36.1-r0", "pkg:apk/alpine/busybox@1.36.1-r0"),
        ("Rocky Linux:8", "bash", "4.4", "pkg:rpm/rocky/bash@4.4"),
        ("Red Hat", "openssl", "1:1.1.1k-7", "pkg:rpm/redhat/openssl@1.1.1k-7?epoch=1"),
        ("Red Hat", "openssl", "0:1.1.1k-7", "pkg:rpm/redhat/openssl@1.1.1k-7"),
        ("gomod", "golang.org/x/net", "0.7.0", "pkg:golang/golang.org/x/net@v0.7.0"),
        ("deb", "openssl", "3.0", ""),  # no distribution named
        ("Linux", "kernel", "5", ""),
        ("", "openssl", "1", ""),
        ("npm", "", "1", ""),
    ],
)
def test_a_purl_is_made_only_where_it_is_certain(ecosystem, name, version, purl):
    assert make_purl(ecosystem, name, version) == purl


@pytest.mark.parametrize(
    ("text", "part", "vendor", "product", "version", "update"),
    [
        ("cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*", "a", "apache", "log4j", "2.14.1", "*"),
        ("cpe:2.3:a:apache:log4j:2.0:rc1:*:*:*:*:*:*", "a", "apache", "log4j", "2.0", "rc1"),
        (r"cpe:2.3:a:vendor\:x:pro\.duct:1\:2", "a", "vendor:x", "pro.duct", "1:2", "*"),
        ("cpe:/a:apache:log4j:2.14.1", "a", "apache", "log4j", "2.14.1", "*"),
        ("cpe:/o:microsoft:windows_10:1607::~~~~x64~", "o", "microsoft", "windows_10", "1607", "*"),
        ("CPE:2.3:O:Linux:Linux_Kernel:-", "o", "linux", "linux_kernel", "-", "*"),
        ("cpe:/a:a%2bb:c%20d:1", "a", "a+b", "c d", "1", "*"),
    ],
)
def test_cpe_names_of_both_forms_are_read(text, part, vendor, product, version, update):
    cpe = parse_cpe(text)
    assert (cpe.part, cpe.vendor, cpe.product, cpe.version, cpe.update) == (part, vendor, product, version, update)
    assert parse_cpe(cpe.formatted()) == cpe


def test_the_packed_edition_of_a_uri_is_unpacked():
    cpe = parse_cpe("cpe:/a:v:p:1:u:~ed~sw~tsw~thw~oth:en")
    assert (cpe.edition, cpe.language, cpe.sw_edition, cpe.target_sw, cpe.target_hw, cpe.other) == (
        "ed",
        "en",
        "sw",
        "tsw",
        "thw",
        "oth",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cpe:",
        "cpe:2.3:",
        "cpe:2.3:a",
        "cpe:2.3:a:b",
        "cpe:2.3:q:b:c",
        "cpe:/x:b:c",
        "cpe:2.3:a:*:*:1",
        "log4j",
        "cpe:2.3:a:b:c:" + "1" * 9000,
        "cpe:2.3" + ":a" * 40,
    ],
)
def test_what_is_no_cpe_gives_nothing(text):
    assert parse_cpe(text) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Package(purl="pkg:npm/lodash@1"), Package(purl="pkg:npm/Lodash@v1")),
        (Package(purl="pkg:pypi/ruamel.yaml@1"), Package(purl="pkg:pypi/ruamel-yaml@1")),
        (
            Package(purl="pkg:golang/github.com/Masterminds/x@v1.0.0"),
            Package(purl="pkg:golang/github.com/masterminds/x@1.0.0"),
        ),
        (Package(purl="pkg:rpm/redhat/openssl@1.1-2?epoch=1"), Package(purl="pkg:rpm/rhel/openssl@1:1.1-2")),
        (Package(purl="pkg:deb/debian/bash@5.1-2?distro=debian-11"), Package(purl="pkg:deb/bash@0:5.1-2")),
        (Package(cpe="cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*"), Package(cpe="cpe:/a:apache:log4j:2.14.1")),
        (Package(name="Open SSL", version="1"), Package(name="open  ssl", version="1")),
        (Package(name="x", version="1", purl="pkg:npm/lodash"), Package(purl="pkg:npm/lodash@1")),
    ],
)
def test_one_component_has_one_identity_whoever_names_it(one, other):
    assert identify(one).key == identify(other).key != ""
    assert identify(one).version == identify(other).version


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pkg:maven/org.apache/log4j@1", "pkg:maven/log4j/log4j@1"),
        ("pkg:npm/%40a/core", "pkg:npm/core"),
        ("pkg:npm/core", "pkg:pypi/core"),
        ("pkg:golang/github.com/a/b/v2", "pkg:golang/github.com/a/b"),
    ],
)
def test_different_components_have_different_keys(one, other):
    assert package_key(Package(purl=one)) != package_key(Package(purl=other))


def test_the_source_package_is_told_where_the_purl_says_it():
    assert identity_of("", "", "pkg:deb/debian/libssl3@3.0?upstream=openssl%403.0").source_name == "openssl"
    assert (
        identity_of("", "", "pkg:rpm/redhat/glibc-common@2.28?upstream=glibc-2.28-101.el8.src.rpm").source_name
        == "glibc"
    )
    assert identity_of("", "", "pkg:npm/lodash@1").source_name == ""


def test_a_name_alone_is_a_key_of_its_own_kind():
    assert identify(Package(name="openssl", version="1")).key == "name/openssl"
    assert identify(Package()).key == ""


@pytest.mark.parametrize(
    ("kind", "written", "plain"),
    [
        ("golang", "v1.2.3+incompatible", "1.2.3"),
        ("golang", "go1.20", "1.20"),
        ("deb", "0:1.2", "1.2"),
        ("npm", "v1", "1"),
        ("deb", "v1", "v1"),
        ("maven", "vFinal", "vFinal"),
        ("rpm", "(none):1.0-1", "1.0-1"),
    ],
)
def test_versions_lose_what_tools_write_differently(kind, written, plain):
    assert version_spelling(kind, written) == plain


@given(st.text(max_size=200))
def test_no_text_makes_parsing_raise(text):
    for prefix in ("", "pkg:", "pkg:npm/", "cpe:2.3:a:", "cpe:/a:"):
        parse_purl(prefix + text)
        parse_cpe(prefix + text)
        identity_of(text, text, prefix + text, prefix + text)
        make_purl("npm", text, text)
        make_purl(text, "a/b", "1")
        ecosystem_type(text)


@given(
    st.sampled_from(["npm", "pypi", "cargo", "gem", "nuget"]),
    st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True),
    st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}", fullmatch=True),
)
def test_a_purl_that_was_made_is_read_back(kind, name, version):
    purl = make_purl(kind, name, version)
    assert normal_purl(purl) == purl
    assert identify(Package(purl=purl)).version == version
