"""The meaning of Sigma, one pitfall at a time; each case is also put to the reference evaluator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import detect_reference
import pytest
from detect_support import LINUX, rule_text
from sigma.rule import SigmaRule

Fires = Callable[..., bool]


@pytest.fixture
def both(fires: Fires) -> Fires:
    def run(detection: str, event: dict[str, Any], source: Any = LINUX, core: Any = None) -> bool:
        rule = detect_reference.ReferenceRule(SigmaRule.from_yaml(rule_text(detection)))
        expected = rule.fires(event, source, core)
        got = fires(detection, event, source, core)
        assert got == expected, "the matcher and the reference disagree"
        return got

    return run


CASES: list[tuple[str, str, dict[str, Any], bool]] = [
    # Equality ignores case, except with |re and |cased.
    ("equal ignores case", "Image: /BIN/bash", {"Image": "/bin/BASH"}, True),
    ("equal is whole", "Image: /bin/bas", {"Image": "/bin/bash"}, False),
    ("cased keeps case", "Image|cased: /BIN/bash", {"Image": "/bin/bash"}, False),
    ("cased hits", "Image|cased: /bin/bash", {"Image": "/bin/bash"}, True),
    ("cased contains", "Image|contains|cased: IN/b", {"Image": "/bIN/bash"}, True),
    ("cased contains misses", "Image|contains|cased: IN/b", {"Image": "/bin/bash"}, False),
    ("cased startswith", "Image|startswith|cased: /B", {"Image": "/bin"}, False),
    ("cased endswith", "Image|endswith|cased: In", {"Image": "/bIn"}, True),
    ("re keeps case", "Image|re: BASH", {"Image": "/bin/bash"}, False),
    ("re searches", "Image|re: b.sh", {"Image": "/bin/bash -c"}, True),
    ("re i", "Image|re|i: BASH$", {"Image": "/bin/bash"}, True),
    ("re without s stops at newline", "A|re: a.b", {"A": "a\nb"}, False),
    ("re s", "A|re|s: a.b", {"A": "a\nb"}, True),
    ("re without m", "A|re: ^b", {"A": "a\nb"}, False),
    ("re m", "A|re|m: ^b", {"A": "a\nb"}, True),
    ("re dollar is the very end", "A|re: b$", {"A": "b\n"}, False),
    ("re needs the raw value", r"A|re: C:\\Users\\\w+\.exe", {"A": r"C:\Users\evil.exe"}, True),
    ("re on a number", "A|re: ^46..$", {"A": 4688}, True),
    ("non-ASCII case", "A: ÄÖ", {"A": "äö"}, True),
    # Wildcards and their escapes; LIKE's own wildcards mean nothing.
    ("star", "A: a*d", {"A": "abcd"}, True),
    ("star spans lines", "A: a*d", {"A": "a\nd"}, True),
    ("question mark is one", "A: a?d", {"A": "abcd"}, False),
    ("question mark", "A: a?c", {"A": "abc"}, True),
    ("escaped star", r"A: a\*c", {"A": "abc"}, False),
    ("escaped star is a star", r"A: a\*c", {"A": "A*C"}, True),
    ("escaped question mark", r"A: a\?c", {"A": "abc"}, False),
    ("double backslash and star", r"A: C:\\*", {"A": "C:\\x"}, True),
    ("plain backslash", r"A|endswith: \cmd.exe", {"A": r"C:\Windows\CMD.EXE"}, True),
    ("underscore is itself", "A|endswith: a_c.exe", {"A": "abc.exe"}, False),
    ("percent is itself", "A|contains: 100%", {"A": "100 of"}, False),
    ("percent hits", "A|contains: 100%", {"A": "a 100% b"}, True),
    ("six underscores", "A|endswith: ______.exe", {"A": "notepad.exe"}, False),
    ("lone star needs a value", "A: '*'", {"B": "x"}, False),
    ("lone star", "A: '*'", {"A": "x"}, True),
    ("one question mark alone", "A: '?'", {"A": "xy"}, False),
    ("only wildcards", "A: '?*'", {"A": ""}, False),
    ("contains in the middle", "A|contains: bc", {"A": "aBCd"}, True),
    ("contains with wildcard inside", "A|contains: b*d", {"A": "abcde"}, True),
    ("startswith", "A|startswith: ab", {"A": "ABc"}, True),
    ("startswith not inside", "A|startswith: bc", {"A": "abc"}, False),
    ("endswith not inside", "A|endswith: ab", {"A": "abc"}, False),
    ("endswith where the text stands twice", "A|endswith: ab", {"A": "abcab"}, True),
    ("short literal", "A|contains: '-'", {"A": "a-b"}, True),
    ("short suffix", "A|endswith: '$'", {"A": "HOST$"}, True),
    ("short suffix inside", "A|endswith: '$'", {"A": "HO$T"}, False),
    ("contains all", "A|contains|all: [ab, cd]", {"A": "cd ab"}, True),
    ("contains all misses one", "A|contains|all: [ab, cd]", {"A": "ab"}, False),
    ("overlapping literals", "A|contains|all: [abc, bcd, c]", {"A": "abcd"}, True),
    ("empty text", "A: ''", {"A": ""}, True),
    ("empty text is not absent", "A: ''", {}, False),
    ("contains nothing", "A|contains: ''", {"A": "x"}, True),
    # Null, absent, exists.
    ("null on null", "A: null", {"A": None}, True),
    ("null on absent", "A: null", {"B": 1}, True),
    ("null on a value", "A: null", {"A": ""}, False),
    ("exists", "A|exists: true", {"A": "x"}, True),
    ("exists on null", "A|exists: true", {"A": None}, True),
    ("exists on absent", "A|exists: true", {"B": "x"}, False),
    ("not exists", "A|exists: false", {"B": "x"}, True),
    ("absent is never an error", "Missing|contains: x", {"A": "x"}, False),
    ("absent number", "Missing|gt: 3", {"A": "x"}, False),
    ("a value or null", "A: [x, null]", {}, True),
    # Types.
    ("true against text", "A: 'true'", {"A": True}, True),
    ("text against true", "A: true", {"A": "True"}, True),
    ("false", "A: false", {"A": False}, True),
    ("true is not one", "A: 1", {"A": True}, False),
    ("one is not true", "A: true", {"A": 1}, False),
    ("number as text", "EventID: 4688", {"EventID": "4688"}, True),
    ("text as number", "EventID: '4688'", {"EventID": 4688}, True),
    ("number against another", "EventID: 468", {"EventID": 4688}, False),
    ("hex text against decimal", "A: 4096", {"A": "0x1000"}, True),
    ("hex rule against number", "A: '0x1000'", {"A": 4096}, True),
    ("hex rule against hex text", "A: '0x1F'", {"A": "0x1f"}, True),
    ("hex rule against decimal text", "A: '0x1000'", {"A": "4096"}, False),
    ("float", "A: 1.5", {"A": 1.5}, True),
    ("whole float", "A: 2", {"A": 2.0}, True),
    ("negative", "A: -1", {"A": "-1"}, True),
    ("number with wildcard text", "A|startswith: '46'", {"A": 4688}, True),
    ("lt", "A|lt: 10", {"A": "9"}, True),
    ("lt is numeric", "A|lt: 10", {"A": "100"}, False),
    ("lte", "A|lte: 10", {"A": 10}, True),
    ("gt", "A|gt: 10", {"A": 10}, False),
    ("gte", "A|gte: 10", {"A": "0xA"}, True),
    ("compare with text", "A|gte: 10", {"A": "many"}, False),
    # Lists in events: any element.
    ("list any", "A: x", {"A": ["y", "X"]}, True),
    ("list none", "A: x", {"A": ["y"]}, False),
    ("list all over elements", "A|contains|all: [a, b]", {"A": ["xa", "xb"]}, True),
    ("empty list is null", "A: null", {"A": []}, True),
    ("list of nulls is null", "A: null", {"A": [None]}, True),
    ("list number", "A: 5", {"A": ["4", 5]}, True),
    ("list re", "A|re: ^b", {"A": ["ab", "ba"]}, True),
    # Field names: spaces and case are the source's.
    ("name with space", "Threat Name: x", {"Threat Name": "X"}, True),
    ("name with space is not the one without", "Threat Name: x", {"ThreatName": "X"}, False),
    ("name keeps case", "LogonID: x", {"LogonId": "x"}, False),
    ("name with dot", "a.b: x", {"a.b": "x"}, True),
    # CIDR.
    ("cidr", "A|cidr: 10.0.0.0/8", {"A": "10.255.0.1"}, True),
    ("cidr outside", "A|cidr: 10.0.0.0/8", {"A": "11.0.0.1"}, False),
    ("cidr is no prefix", "A|cidr: 192.168.1.0/28", {"A": "192.168.1.16"}, False),
    ("cidr v6", "A|cidr: fe80::/10", {"A": "FE80::1"}, True),
    ("cidr on a name", "A|cidr: 10.0.0.0/8", {"A": "10.example.com"}, False),
    ("cidr odd prefix", "A|cidr: 172.16.0.0/12", {"A": "172.31.255.255"}, True),
    # Encodings.
    ("base64", "A|base64|contains: foobar", {"A": "xx Zm9vYmFy yy"}, True),
    ("base64offset 1", "A|base64offset|contains: foobar", {"A": "IGZvb2Jhcg=="}, True),
    ("base64offset 2", "A|base64offset|contains: foobar", {"A": "eHhmb29iYXI="}, True),
    ("wide base64offset", "A|wide|base64offset|contains: ping", {"A": "cABpAG4AZwAgAA=="}, True),
    # Dashes.
    ("windash slash", "A|windash|contains: ' -f'", {"A": "cmd /f"}, True),
    ("windash en dash", "A|contains|windash: ' -f'", {"A": "cmd –F"}, True),
    ("windash keeps inner", "A|windash|contains: -a-b", {"A": "/a/b"}, False),
    ("windash and all", "A|windash|contains|all: [' -a', ' -b']", {"A": "x /a —b"}, True),
    # Field references.
    ("fieldref", "A|fieldref: B", {"A": "x", "B": "X"}, True),
    ("fieldref differs", "A|fieldref: B", {"A": "x", "B": "y"}, False),
    ("fieldref absent", "A|fieldref: B", {"A": "x"}, False),
    ("fieldref startswith", "A|fieldref|startswith: B", {"A": "xyz", "B": "xy"}, True),
    ("fieldref endswith", "A|fieldref|endswith: B", {"A": "xyz", "B": "xy"}, False),
    ("fieldref contains", "A|fieldref|contains: B", {"A": "xyz", "B": "y"}, True),
    # Keywords: any value of any field.
    ("keyword", "- evil", {"a": 1, "b": "so EVIL indeed"}, True),
    ("keyword is no field name", "- evil", {"evil": "x"}, False),
    ("keyword in a number", "- 468", {"a": 4688}, True),
    ("keyword in a list", "- evil", {"a": ["x", "evil"]}, True),
    ("keyword across values", "- ab", {"x": "a", "y": "b"}, False),
    ("keyword with wildcard", "- 'a*c'", {"x": "xx abbc"}, True),
    ("keyword with backslash", r"- '\temp\x'", {"x": r"c:\TEMP\x.exe"}, True),
    ("keyword with quotes", "- 'say \"hi\"'", {"x": 'I say "HI" now'}, True),
    ("keyword not ASCII", "- ünïcode", {"x": "some ÜNÏCODE"}, True),
    ("keyword line break", '- "a\\nb"', {"x": "xa\nbx"}, True),
    ("keywords all", "'|all': [ab, cd]", {"x": "ab", "y": "cd"}, True),
    ("keywords all misses", "'|all': [ab, cd]", {"x": "ab"}, False),
    ("keyword re", "'|re': 'a+b'", {"x": "caab"}, True),
    # Structure.
    ("map is and", "A: x\nB: y", {"A": "x", "B": "z"}, False),
    ("list of maps is or", "- A: x\n- B: y", {"B": "y"}, True),
    ("neq", "A|neq: x", {"A": "y"}, True),
    ("neq on absent", "A|neq: x", {}, True),
    ("neq hit", "A|neq: x", {"A": "X"}, False),
]


@pytest.mark.parametrize(("detection", "event", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_comparison(both: Fires, detection: str, event: dict[str, Any], expected: bool) -> None:
    assert both(detection, event) is expected


CONDITIONS: list[tuple[str, str, dict[str, Any], bool]] = [
    ("not over null", "  a: {A: x}\n  f: {Gone: y}\n  condition: a and not f", {"A": "x"}, True),
    ("only not", "  f: {A: x}\n  condition: not f", {"A": "y"}, True),
    ("only not, hit", "  f: {A: x}\n  condition: not f", {"A": "X"}, False),
    ("not over absent re", "  f: {A|re: x}\n  condition: not f", {}, True),
    ("1 of", "  s1: {A: x}\n  s2: {B: y}\n  condition: 1 of s*", {"B": "y"}, True),
    ("all of", "  s1: {A: x}\n  s2: {B: y}\n  condition: all of s*", {"B": "y"}, False),
    ("all of them", "  s1: {A: x}\n  s2: {B: y}\n  condition: all of them", {"A": "x", "B": "y"}, True),
    ("precedence", "  a: {A: x}\n  b: {B: x}\n  c: {C: x}\n  condition: a or b and c", {"A": "x"}, True),
    ("brackets", "  a: {A: x}\n  b: {B: x}\n  c: {C: x}\n  condition: (a or b) and c", {"A": "x"}, False),
    ("not of all", "  a: {A: x}\n  b: {B: x}\n  condition: not (a and b)", {"A": "x"}, True),
    ("double not", "  a: {A: x}\n  condition: not (not a)", {"A": "x"}, True),
    ("re in or", "  a: {A|re: 'x+y'}\n  b: {B: q}\n  condition: a or b", {"A": "xxy"}, True),
    ("re or not", "  a: {A|re: 'x+y'}\n  b: {B: q}\n  condition: b and not a", {"A": "xxy", "B": "q"}, False),
    ("several conditions are or", "  a: {A: x}\n  b: {B: x}\n  condition: [a, b]", {"B": "x"}, True),
    ("null filter", "  a: {A: x}\n  f: {B: null}\n  condition: a and not f", {"A": "x"}, False),
]


@pytest.mark.parametrize(
    ("detection", "event", "expected"), [c[1:] for c in CONDITIONS], ids=[c[0] for c in CONDITIONS]
)
def test_condition(both: Fires, detection: str, event: dict[str, Any], expected: bool) -> None:
    assert both(detection, event) is expected


@pytest.mark.parametrize(
    ("part", "number", "expected"),
    [("minute", 7, True), ("hour", 6, True), ("hour", 7, False), ("day", 2, True), ("week", 31, True),
     ("month", 8, True), ("year", 2026, True)],
)  # fmt: skip
@pytest.mark.parametrize("at", ["2026-08-02T06:07:08.1234567Z", "2026-08-02 08:07:08+02:00", 1785650828, 1785650828000])
def test_parts_of_time(fires: Fires, part: str, number: int, expected: bool, at: Any) -> None:
    assert fires(f"At|{part}: {number}", {"At": at}) is expected


def test_a_time_that_is_none(fires: Fires) -> None:
    assert not fires("At|hour: 0", {"At": "midnight"})
    assert not fires("At|hour: 0", {"At": 10**40})


def test_values_that_python_calls_equal_are_told_apart(rules: Callable[..., Any]) -> None:
    from vedette.detect import Matcher

    ruleset = rules(rule_text("A: 1"))
    values = [1, True, 1.0, "1", "true", "1.0", [1], [True], None, {"x": 1}]
    hits = Matcher(ruleset).match([{"A": v} for v in values], [LINUX] * len(values))
    assert [values[row] for _, row in hits] == [1, 1.0, "1", "1.0", [1]]
    assert [row for _, row in hits] == [0, 2, 3, 5, 6]


def test_lone_surrogates_are_only_text(fires: Fires) -> None:
    odd = "evil \ud800 x"
    assert fires("A|contains: evil", {"A": odd})
    assert fires("A|re: evil", {"A": odd})
    assert fires("- evil", {"A": odd})
    assert not fires("- good", {"A": odd})


def test_huge_numbers_are_only_numbers(fires: Fires) -> None:
    assert fires("- '999999'", {"A": 10**30 - 1})
    assert fires("A|gt: 5", {"A": 10**30})


def test_one_pattern_dialect_linear_time(rules: Callable[..., Any]) -> None:
    ruleset = rules(rule_text("A|re: '(?!x)y'", title="Looks ahead"), rule_text(r"A|re: '(a)\1'", title="Refers back"))
    assert ruleset.rules == ()
    assert {p.name for p in ruleset.problems} == {"Looks ahead", "Refers back"}
    assert all("regular expression" in p.reason.lower() for p in ruleset.problems)


def test_a_catastrophic_pattern_is_harmless(fires: Fires) -> None:
    assert not fires("A|re: '^(a+)+$'", {"A": "a" * 20_000 + "!"})


KEYWORD_TEXTS = [
    b'{"a": "so evil"}',
    b'{"a": "so EV\\u0049L"}',  # escapes that need not be
    b'{"a": "so ev\\u0130l"}',
    b'{"evil": "so good"}',
    '{"a": "ünï evil"}'.encode(),
    b'{"a": "path/evil\\/more"}',
    b'[1, "evil"]',
    b"",
]


def test_keywords_are_found_in_whatever_json_says_it(rules: Callable[..., Any]) -> None:
    import orjson

    from vedette.detect import Matcher

    ruleset = rules(
        rule_text("- evil", title="a"), rule_text("- evil/more", title="b"), rule_text("- 'ï E'", title="c")
    )
    matcher = Matcher(ruleset)
    natives = [n if isinstance(n := orjson.loads(t or b"{}"), dict) else {} for t in KEYWORD_TEXTS]
    sources = [LINUX] * len(natives)
    expected = [(0, 0), (0, 1), (0, 4), (2, 4), (0, 5), (1, 5)]
    assert matcher.match(natives, sources) == expected
    assert matcher.match(natives, sources, None, KEYWORD_TEXTS) == expected


def test_what_is_learned_of_rarity_changes_no_hit(rules: Callable[..., Any]) -> None:
    from vedette.detect import Matcher

    ruleset = rules(
        rule_text("A|contains: common text\nB: rare", title="a"),
        rule_text("A|contains|all: [common, x1]\nC|startswith: '7'", title="b"),
    )
    events = [{"A": f"common text x{i % 50}", "B": "rare" if i % 97 == 0 else "b", "C": i} for i in range(3_000)]
    matcher = Matcher(ruleset)
    first = matcher.match(events, [LINUX] * len(events))
    again = matcher.match(events, [LINUX] * len(events))
    expected = [(0, i) for i in range(0, 3_000, 97)]
    expected += [(1, i) for i in range(3_000) if "x1" in events[i]["A"] and str(i).startswith("7")]
    assert sorted(first) == sorted(expected)
    assert again == first
