"""Fields of logs: whole, within other text, nested, escaped, cut off."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.guard.structured import MAX_DEPTH, MAX_FIELDS, Field, fields
from vedette.schema.guarding import Form


def named(text: str, form: Form = Form.AUTO) -> list[tuple[str, str]]:
    """Return names and values, each value checked against its place."""
    found = fields(text, form) or ()
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        if not one.escaped:
            assert text[one.start : one.end] == one.value
    return [(one.name, one.value) for one in found]


def one(text: str, name: str, form: Form = Form.AUTO) -> Field:
    """Return the only field of a name."""
    (found,) = [f for f in fields(text, form) or () if f.name == name]
    return found


def test_json_values_stand_where_their_offsets_say() -> None:
    text = '{"user": "DOM\\\\bob", "n": -1.5e3, "ok": true, "none": null, "list": ["a", {"b": "\\u00e9\\n"}]}'
    assert named(text) == [("user", "DOM\\bob"), ("n", "-1.5e3"), ("ok", "true"), ("list", "a"), ("b", "é\n")]
    assert one(text, "b").path == ("list", 1, "b")
    assert text[one(text, "user").start : one(text, "user").end] == "DOM\\\\bob"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"v": "a\\ud83d\\ude00b"}', "a😀b"),
        ('{"v": "\\ud83d alone"}', "\ud83d alone"),
        ('{"v": "tab\\tquote\\"slash\\/"}', 'tab\tquote"slash/'),
        ("{'v': 'it\\'s'}", "it's"),
        ("{'v': \"it's\"}", "it's"),
        ("{'v': u'x', 'w': None, 'x': (1, 2)}", "x"),
        ('\ufeff{"v": "behind a byte order mark"}', "behind a byte order mark"),
        ('{"v": "cut off", "w": "and her', "cut off"),
        ('{"v": "before a fault", oops}', "before a fault"),
        ('2024-01-01T00:00:00Z host app[12]: {"v": "at a tail"}\nnext line', "at a tail"),
        ('Look at this:\n\n```json\n{\n  "v": "pretty"\n}\n```\nWhat is it?', "pretty"),
        ('{\r\n\t"v" : "crlf"\r\n}', "crlf"),
    ],
)
def test_json_as_logs_have_it(text: str, value: str) -> None:
    assert one(text, "v").value == value


def test_lines_of_json_are_all_read_and_a_bad_one_is_left_out() -> None:
    text = '{"a": "1"}\n{"a": "2"\n{"a": "3"}\n'
    assert [v for _, v in named(text, Form.JSON)] == ["1", "2", "3"]


def test_a_key_said_twice_gives_both_values() -> None:
    assert named('{"a": "1", "a": "2"}') == [("a", "1"), ("a", "2")]


def test_json_within_a_string_of_json_is_read_where_it_stands() -> None:
    inner = json.dumps({"ssn": "536-22-3982", "name": 'the "x"'})
    text = json.dumps({"body": inner, "deeper": json.dumps({"again": inner})})
    found = [f for f in fields(text) or () if f.name == "ssn"]
    assert [text[f.start : f.end] for f in found] == ["536-22-3982", "536-22-3982"]
    assert found[0].path == ("body", "ssn")
    assert found[1].path == ("deeper", "again", "ssn")


def test_the_text_of_a_windows_event_within_json_gives_its_own_fields() -> None:
    message = "Logon.\r\n\r\nSubject:\r\n\tAccount Name:\t\tpedro\r\n\tLogon ID:\t\t0x1\r\n\r\n"
    message += "New Logon:\r\n\tAccount Name:\t\tanna\r\n"
    text = json.dumps({"EventID": 4624, "Message": message})
    found = [f for f in fields(text) or () if f.name == "Account Name"]
    assert [text[f.start : f.end] for f in found] == ["pedro", "anna"]
    assert found[1].path == ("Message", "New Logon", "Account Name")


def test_a_name_beside_its_value_names_it() -> None:
    text = '{"ExtendedProperties": [{"Name": "UserAgent", "Value": "x"}, {"Name": "Phone", "Value": "555"}]}'
    assert ("Phone", "555") in named(text)


EVENT = """<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>
<Provider Name='Microsoft-Windows-Security-Auditing' Guid='{5}'/><Computer>WS&amp;1</Computer></System>
<EventData><Data Name='SubjectUserName'>o&#39;neil</Data><Data Name="Empty"></Data><Data>bare</Data></EventData>
<!-- <Data Name='X'>not</Data> --><UserData><![CDATA[<raw> & text]]></UserData></Event>"""


def test_windows_event_xml() -> None:
    assert [pair for pair in named(EVENT) if pair[0] in ("Computer", "SubjectUserName", "Data", "UserData", "X")] == [
        ("Computer", "WS&1"),
        ("SubjectUserName", "o'neil"),
        ("Data", "bare"),
        ("UserData", "<raw> & text"),
    ]
    found = one(EVENT, "SubjectUserName")
    assert found.path == ("Event", "EventData", "SubjectUserName")
    assert EVENT[found.start : found.end] == "o&#39;neil"
    assert found.escaped


def test_entities_of_a_document_type_are_not_expanded() -> None:
    text = '<!DOCTYPE a [<!ENTITY x "boom"><!ENTITY y SYSTEM "file:///etc/passwd">]><a><b>&x;&y;</b></a>'
    assert ("b", "&x;&y;") in named(text, Form.XML)


@pytest.mark.parametrize("text", ["<a><b>one</b", "<a><b>one</b></a><c>", "<a><b>one</c></b></a>", "x <a><b>one</b>"])
def test_broken_xml_gives_what_stands_before_the_fault(text: str) -> None:
    assert ("b", "one") in named(text, Form.XML)


def test_auditd_logfmt_and_what_is_quoted_in_them() -> None:
    text = (
        'type=USER_AUTH msg=audit(1610.1:2): pid=1 acct="root" exe="/bin/su" '
        "msg='op=PAM acct=\"bob smith\" hostname=? addr=10.0.0.1 res=failed'"
    )
    found = named(text)
    assert ("acct", "root") in found
    assert ("acct", "bob smith") in found
    assert ("addr", "10.0.0.1") in found
    assert named('level=info msg="said \\"hi\\"" user=anna')[1] == ("msg", 'said "hi"')


def test_cef_and_leef_values_hold_blanks() -> None:
    cef = "Jan 1 host CEF:0|V|P|1|100|x|5|suser=John Doe src=10.0.0.1 cs1Label=Badge cs1=A 17 msg=a\\=b"
    assert named(cef)[-5:] == [
        ("suser", "John Doe"), ("src", "10.0.0.1"), ("cs1Label", "Badge"), ("Badge", "A 17"), ("msg", "a=b")
    ]  # fmt: skip
    assert ("usrName", "jane roe") in named("LEEF:1.0|V|P|1|e|src=1.1.1.1\tusrName=jane roe\tx=1")


def test_tables_with_a_header() -> None:
    text = 'id,full name,note\r\n1,"Doe, ""JD"" John",x\r\n2,Roe,\r\n'
    assert named(text) == [
        ("id", "1"),
        ("full name", 'Doe, "JD" John'),
        ("note", "x"),
        ("id", "2"),
        ("full name", "Roe"),
    ]
    assert one(text.replace(",", "\t", 2).replace('"Doe, ""JD"" John"', "J").replace("1,J,x", "1\tJ\tx"), "note")
    zeek = (
        "#separator \\x09\n#fields\tts\tid.orig_h\tuser\n#types\ttime\taddr\tstring\n1.5\t10.0.0.1\tbob\n2.5\t-\tann\n"
    )
    assert [v for n, v in named(zeek) if n == "user"] == ["bob", "ann"]
    assert [v for n, v in named("#Fields: date c-ip cs-username\n2024-01-01 10.1.1.1 CORP\\bob\n") if "user" in n] == [
        "CORP\\bob"
    ]


def test_a_table_in_the_middle_of_a_question() -> None:
    assert ("ssn", "123") in named("Who is this?\n\nname,ssn,city\nx,123,Rome\n\nThanks, Bob")


@pytest.mark.parametrize(
    "text",
    [
        "Dear all, please read this, and tell me, if you can, what it means.\nBest, Bob",
        "a sentence without any form",
        "",
        "{}",
        "{",
        "if (x == 1) { return y; }",
        "1,2,3\n4,5,6\n",
        "https://example.com/?a=1&b=2",
    ],
)
def test_prose_has_no_fields(text: str) -> None:
    assert fields(text) is None


def test_plain_text_is_taken_as_it_is() -> None:
    assert fields('{"a": "b"}', Form.PLAIN) is None


def test_depth_and_number_are_bounded() -> None:
    assert fields('{"a":' * 100_000) is None
    assert fields("[" * 100_000 + "]" * 100_000) is None
    many = fields("a,b\n" + "1,2\n" * (MAX_FIELDS // 2 + 10), Form.CSV)
    assert many is not None
    assert len(many) == MAX_FIELDS
    deep = "<a>" * 5_000 + "x" + "</a>" * 5_000
    assert all(len(f.path) <= MAX_DEPTH for f in fields(deep, Form.XML) or ())


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4),
    max_leaves=12,
)


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [s for inner in value.values() for s in _strings(inner)]
    if isinstance(value, list):
        return [s for inner in value for s in _strings(inner)]
    return []


@settings(max_examples=60)
@given(st.dictionaries(st.text(min_size=1, max_size=8), _VALUES, min_size=1, max_size=5), st.booleans())
def test_every_string_of_any_json_is_read_as_it_was(value: dict[str, object], ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    found = [f for f in fields(text, Form.JSON) or ()]
    read = [f.value for f in found]
    for wanted in _strings(value):
        assert not wanted or wanted in read
    for f in found:
        assert 0 <= f.start < f.end <= len(text)


_SIGNS = "{ } [ ] \" ' : , = \\ \n \r\n \t < > / <a> </a> <![CDATA[ ]]> <!-- --> &amp; &# key a=b é 😀 CEF:0|"
_PIECES = st.lists(
    st.sampled_from([*_SIGNS.split(" "), '{"a":', "{'a':", " ", "K: v", "\ufeff", "\ud83d"]), max_size=60
)


@settings(max_examples=60)
@given(_PIECES.map("".join), st.sampled_from(Form))
def test_nothing_raises_and_places_lie_within_the_text(text: str, form: Form) -> None:
    for f in fields(text, form) or ():
        assert 0 <= f.start < f.end <= len(text)
        assert f.escaped or text[f.start : f.end] == f.value
