"""The order of versions by ecosystem, and ranges as five formats write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.knowledge.version_ranges import in_cpe_match, in_cve_list, in_native, in_osv, in_vers
from vedette.knowledge.versions import compare, scheme_of

ORDERED = {
    "npm": ["1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.2.9", "1.2.10", "1.2.3000"],
    "pypi": ["1.0.dev1", "1.0a1", "1.0rc1", "1.0", "1.0.post1", "1.9", "1.10", "1!0.1"],
    "maven": ["2.0-alpha-1", "2.0-SNAPSHOT", "2.0", "2.0-sp", "2.0.1", "2.9.10", "2.9.10.8", "2.10.0-rc1", "2.10.0"],
    "golang": ["v0.0.0-20210101000000-abcdefabcdef", "v0.1.0", "1.18", "1.21rc1", "go1.21.0", "v2.0.0+incompatible"],
    "deb": ["1.0~rc1", "1.0", "1.0-1", "1.0-1+deb11u3", "1.0-1+deb11u10", "1.1.1k-1", "1.1.1n-0+deb11u3", "1:0.1"],
    "rpm": ["1.0~rc1-1", "1.0-1", "1.0^git1-1", "1.0.1e-2.el6", "1.0.1e-2.el6_5.1", "1.0.10-1", "1:0.1-1"],
    "apk": ["7.80.0_rc1-r0", "7.80.0-r0", "7.80.0-r2", "7.80.0-r15", "7.80.0_p1-r0", "7.81.0-r0", "7.100.0-r0"],
    "gem": ["1.0.0.rc1", "1.0.0", "4.2.0", "4.10.0", "5.0.0", "5.0.0.1"],
    "nuget": ["4.3.0-beta", "4.3.0", "4.3.0.1", "9.0.0", "13.0.1"],
    "composer": ["1.0.0-beta9", "1.0.0-beta10", "1.0.0-RC1", "v1.0.0", "5.4.35", "5.4.35.9", "5.4.35.10"],
    "alpm": ["1.0rc1-1", "1.0-1", "1.0-2", "1.9-1", "1.10-1", "1:0.1-1"],
    "openssl": ["0.9.8z", "0.9.8za", "1.0.2", "1.0.2a", "1.0.2k", "1.0.2u", "1.1.1w", "3.0.9", "3.0.10"],
    "generic": ["0.9", "1.9", "1.10", "1.10.1", "2"],
}


@pytest.mark.parametrize("scheme", ORDERED)
def test_versions_are_ordered_as_their_ecosystem_orders_them(scheme):
    line = ORDERED[scheme]
    for i, a in enumerate(line):
        for j, b in enumerate(line):
            assert compare(a, b, scheme) == (i > j) - (i < j), (a, b)


@pytest.mark.parametrize(
    ("scheme", "a", "b"),
    [
        ("npm", "1.2", "v1.2.0"),
        ("maven", "4.1.77.Final", "4.1.77"),
        ("maven", "1.0.RELEASE", "1"),
        ("rpm", "0:1-1", "1-1"),
        ("golang", "v2.0.0+incompatible", "2.0.0"),
        ("pypi", "1.0", "1.0.0"),
        ("npm", "1.0.0+a", "1.0.0+b"),
        ("nuget", "1.0.0", "1.0.0.0"),
        ("generic", "1.2", "1.2.0"),
        ("composer", "v1.2.3.0", "1.2.3"),
    ],
)
def test_the_same_version_in_two_spellings_is_the_same(scheme, a, b):
    assert compare(a, b, scheme) == 0


@pytest.mark.parametrize(
    ("scheme", "a", "b"),
    [
        ("generic", "1.0-rc1", "1.0"),
        ("generic", "1.0a", "1.0"),
        ("generic", "1:1.0", "2.0"),
        ("generic", "abc", "1"),
        ("generic", "", "1"),
        ("npm", "abc", "1.0.0"),
        ("npm", "latest", "1.0.0"),
        ("composer", "dev-master", "1.0"),
        ("pypi", "2004d", "2005"),
        ("npm", "2004d", "2005.0.0"),
        ("rpm", "1.2", "1.2-3"),
        ("deb", "unknown", "1"),
        ("npm", "1" * 300, "1"),
        ("generic", "1.2-5", "1.2.3-5"),
        ("npm", "1.0", "١.٢"),
    ],
)
def test_what_cannot_be_ordered_is_not(scheme, a, b):
    assert compare(a, b, scheme) is None
    assert compare(b, a, scheme) is None


@pytest.mark.parametrize(
    ("word", "scheme"),
    [
        ("Debian:12", "deb"),
        ("Alpine:v3.18", "apk"),
        ("PyPI", "pypi"),
        ("Go", "golang"),
        ("crates.io", "cargo"),
        ("deb", "deb"),
        ("Linux", "generic"),
        ("", "generic"),
        ("intdot", "generic"),
        ("Packagist", "composer"),
        ("semver", "semver"),
    ],
)
def test_the_scheme_of_an_ecosystem(word, scheme):
    assert scheme_of(word) == scheme


@pytest.mark.parametrize(
    ("version", "vers", "answer"),
    [
        ("1.5.0", "vers:npm/>=1.0.0|<2.0.0", True),
        ("2.0.0", "vers:npm/>=1.0.0|<2.0.0", False),
        ("1.2.10", "vers:npm/<1.2.9", False),
        ("3.1.0", "vers:npm/<1.0.0|>=2.0.0|<3.0.0|>=3.1.0", True),
        ("3.0.5", "vers:npm/<1.0.0|>=2.0.0|<3.0.0|>=3.1.0", False),
        ("3.0.5", "vers:npm/>=3.1.0|<3.0.0|>=2.0.0|<1.0.0", False),  # in any order
        ("1.2.3", "vers:pypi/1.2.3|1.2.4", True),
        ("1.2.5", "vers:pypi/1.2.3|1.2.4", False),
        ("1.2.4", "vers:pypi/>=1.0|!=1.2.4|<2", False),
        ("1.2.4", "vers:pypi/!=1.2.4", False),
        ("1.2.5", "vers:pypi/!=1.2.4", True),
        ("7.9-r1", "vers:apk/<=7.80.0-r0", True),
        ("7.100-r1", "vers:apk/<=7.80.0-r0", False),
        ("3.0", "vers:generic/>=2.9|<=4.1", True),
        ("10.0", "vers:generic/>=2.9|<=4.1", False),
        ("4.1-rc1", "vers:generic/>=2.9|<=4.1", None),
        ("1:1.2", "vers:deb/>=1%3A1.0|<1%3A2.0", True),
        ("anything", "vers:npm/*", True),
        ("anything", "vers:all/*", True),
        ("1.0", "vers:none/*", False),
        ("1.0", "vers:npm/", None),
        ("1.0", "npm/>=1", None),
        ("", "vers:npm/>=1.0.0", None),
        ("latest", "vers:npm/>=1.0.0", None),
    ],
)
def test_vers_ranges(version, vers, answer):
    assert in_vers(version, vers) is answer


@pytest.mark.parametrize(
    ("version", "text", "scheme", "answer"),
    [
        ("2.14.1", ">= 2.0, < 2.15.0", "maven", True),
        ("2.15.0", ">= 2.0, < 2.15.0", "maven", False),
        ("2.0.5", "<1.2.3 || >=2.0.0 <2.1.0", "npm", True),
        ("1.5.0", "<1.2.3||>=2.0.0 <2.1.0", "npm", False),
        ("2.14.1", "[2.0,2.15.0)", "maven", True),
        ("2.15.0", "[2.0,2.15.0),(3,)", "maven", False),
        ("9", "(,1],[9]", "maven", True),
        ("1.0", "*", "npm", True),
        ("1.5.0", "^1.2", "npm", None),
        ("1.5.0", "before 2", "npm", None),
        ("1.5.0", "", "npm", None),
        ("1.5.0", "[1,2", "maven", None),
    ],
)
def test_native_ranges(version, text, scheme, answer):
    assert in_native(version, text, scheme) is answer


@pytest.mark.parametrize(
    ("version", "events", "answer"),
    [
        ("1.0.0", [{"introduced": "0"}, {"fixed": "1.2.0"}], True),
        ("1.2.0", [{"introduced": "0"}, {"fixed": "1.2.0"}], False),
        ("2.0.0", [{"introduced": "0"}, {"fixed": "1.2.0"}, {"introduced": "2.0.0"}, {"fixed": "2.1.0"}], True),
        ("1.5.0", [{"fixed": "2.1.0"}, {"introduced": "2.0.0"}, {"fixed": "1.2.0"}, {"introduced": "0"}], False),
        ("1.2.0", [{"introduced": "1.0.0"}, {"last_affected": "1.2.0"}], True),
        ("1.2.1", [{"introduced": "1.0.0"}, {"last_affected": "1.2.0"}], False),
        ("3.0.0", [{"introduced": "0"}, {"limit": "2.0.0"}], False),
        ("nonsense", [{"introduced": "0"}, {"fixed": "1.2.0"}], None),
        ("1.0.0", [], None),
    ],
)
def test_osv_events(version, events, answer):
    entry = {"package": {"ecosystem": "npm", "name": "x"}, "ranges": [{"type": "SEMVER", "events": events}]}
    assert in_osv(version, entry) is answer


def test_osv_lists_of_versions_decide_alone_and_beside_ranges():
    listed = {"package": {"ecosystem": "PyPI"}, "versions": ["1.0", "1.1"]}
    assert in_osv("1.0.0", listed) is True
    assert in_osv("1.2", listed) is False
    ranged = {
        **listed,
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}]}, {"type": "GIT", "events": []}],
    }
    assert (in_osv("1.1", ranged), in_osv("2.1", ranged), in_osv("1.5", ranged)) == (True, True, False)
    assert in_osv("1.0", {"package": None, "ranges": "no list", "versions": 7}) is None


@pytest.mark.parametrize(
    ("version", "versions", "default", "answer"),
    [
        (
            "2.14.1",
            [{"version": "2.0", "status": "affected", "lessThan": "2.15.0", "versionType": "maven"}],
            "unaffected",
            True,
        ),
        (
            "2.15.0",
            [{"version": "2.0", "status": "affected", "lessThan": "2.15.0", "versionType": "maven"}],
            "unaffected",
            False,
        ),
        (
            "2.15.0",
            [{"version": "2.0", "status": "affected", "lessThan": "2.15.0", "versionType": "maven"}],
            "unknown",
            None,
        ),
        (
            "2.3.1",
            [
                {
                    "version": "0",
                    "status": "affected",
                    "lessThanOrEqual": "3",
                    "versionType": "custom",
                    "changes": [{"at": "2.3.1", "status": "unaffected"}, {"at": "2.5", "status": "affected"}],
                }
            ],
            None,
            False,
        ),
        (
            "2.6",
            [
                {
                    "version": "0",
                    "status": "affected",
                    "lessThanOrEqual": "3",
                    "versionType": "custom",
                    "changes": [{"at": "2.3.1", "status": "unaffected"}, {"at": "2.5", "status": "affected"}],
                }
            ],
            None,
            True,
        ),
        ("1.0", [{"version": "1.0", "status": "unaffected"}], "affected", False),
        ("1.1", [{"version": "1.0", "status": "unaffected"}], "affected", True),
        ("1.4", [{"version": "< 1.5", "status": "affected"}], "unaffected", True),
        ("1.4", [{"version": ">= 1.0, < 1.3", "status": "affected"}], "unaffected", False),
        ("1.4", [{"version": "*", "status": "affected"}], "unaffected", True),
        ("9.9", [{"version": "unspecified", "status": "affected", "lessThan": "*"}], "unaffected", True),
        (
            "5.10.7",
            [
                {"version": "5.10.5", "status": "unaffected", "lessThanOrEqual": "5.10.*"},
            ],
            "affected",
            False,
        ),
        ("5.11", [{"version": "5.10.5", "status": "unaffected", "lessThanOrEqual": "5.10.*"}], "affected", True),
        (
            "1.0",
            [{"version": "deadbeef", "status": "affected", "lessThan": "cafe", "versionType": "git"}],
            "unaffected",
            None,
        ),
        ("1.0-rc1", [{"version": "0", "status": "affected", "lessThan": "1.0"}], "unaffected", None),
        ("1.0", [{"version": "n/a", "status": "affected"}], "unaffected", None),
        ("1.0", [], None, None),
        ("", [{"version": "*", "status": "affected"}], "affected", None),
    ],
)
def test_the_cve_list_s_versions(version, versions, default, answer):
    affected = {"versions": versions} | ({"defaultStatus": default} if default else {})
    assert in_cve_list(version, affected) is answer


@pytest.mark.parametrize(
    ("version", "match", "answer"),
    [
        (
            "2.14.1",
            {"criteria": "cpe:2.3:a:apache:log4j:*", "versionStartIncluding": "2.0", "versionEndExcluding": "2.15.0"},
            True,
        ),
        (
            "2.15.0",
            {"criteria": "cpe:2.3:a:apache:log4j:*", "versionStartIncluding": "2.0", "versionEndExcluding": "2.15.0"},
            False,
        ),
        (
            "2.0",
            {"cpe23Uri": "cpe:2.3:a:apache:log4j:*", "versionStartExcluding": "2.0", "versionEndIncluding": "3"},
            False,
        ),
        ("2.0", {"criteria": "cpe:2.3:a:apache:log4j:2.0:-"}, True),
        ("2.1", {"criteria": "cpe:2.3:a:apache:log4j:2.0:-"}, False),
        ("2.0-rc1", {"criteria": "cpe:2.3:a:apache:log4j:2.0:rc1"}, True),
        ("2.0", {"criteria": "cpe:2.3:a:apache:log4j:2.0:rc1"}, None),
        ("2.1", {"criteria": "cpe:2.3:a:apache:log4j:2.0:rc1"}, False),
        ("1.0.2k", {"criteria": "cpe:2.3:a:openssl:openssl:*", "versionEndExcluding": "1.0.2u"}, True),
        ("5", {"criteria": "cpe:2.3:a:apache:log4j:*"}, True),
        ("5", {"criteria": "cpe:2.3:a:apache:log4j:-"}, None),
        ("", {"criteria": "cpe:2.3:a:apache:log4j:*"}, None),
        ("5", {"criteria": "nonsense"}, None),
    ],
)
def test_cpe_matches(version, match, answer):
    assert in_cpe_match(version, match) is answer


SCHEMES = st.sampled_from(sorted(ORDERED))
NUMBERED = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}(-?(rc|alpha|r|p)?[0-9]{0,2})?", fullmatch=True)


@given(SCHEMES, NUMBERED, NUMBERED)
def test_turning_the_question_round_turns_the_answer_round(scheme, a, b):
    one, other = compare(a, b, scheme), compare(b, a, scheme)
    assert one == (None if other is None else -other)


@given(SCHEMES, NUMBERED, NUMBERED, NUMBERED)
def test_a_range_and_its_complement_share_no_version_and_leave_none(scheme, version, low, high):
    inside = in_vers(version, f"vers:{scheme}/>={low}|<{high}")
    if compare(low, high, scheme) == -1:
        outside = in_vers(version, f"vers:{scheme}/<{low}|>={high}")
        assert outside is (None if inside is None else not inside)
        assert in_native(version, f">={low}, <{high}", scheme) in (inside, None)


@given(st.text(max_size=60), st.text(max_size=60), SCHEMES)
def test_no_text_makes_a_range_raise(version, text, scheme):
    compare(version, text, scheme)
    in_vers(version, text)
    in_vers(version, f"vers:{scheme}/{text}")
    in_native(version, text, scheme)


@given(
    SCHEMES,
    st.text("019abrv.-+~^_:!* ", min_size=1, max_size=30),
    st.text("019abrv.-+~^_:!* ", min_size=1, max_size=30),
)
def test_nothing_like_a_version_raises(scheme, a, b):
    one, other = compare(a, b, scheme), compare(b, a, scheme)
    assert one == (None if other is None else -other)


def test_letters_alone_are_no_version_of_nuget():
    assert compare("aaaa", "1.2.3", "nuget") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda v: (
        st.lists(v, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "version",
                    "status",
                    "lessThan",
                    "changes",
                    "at",
                    "ranges",
                    "events",
                    "introduced",
                    "fixed",
                    "versions",
                    "package",
                    "type",
                    "criteria",
                ]
            ),
            v,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["versions", "ranges", "package", "defaultStatus", "criteria"]), JSON))
def test_wrong_types_are_answered_with_none_or_an_answer(entry):
    for ask in (in_osv, in_cve_list, in_cpe_match):
        assert ask("1.0", entry) in (True, False, None)
