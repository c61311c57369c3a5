"""A command line of Windows is split as its programs split it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.commands.base import Scope
from vedette.commands.budget import Budget
from vedette.commands.programs import read, tool_name
from vedette.commands.programs.base import quote_windows
from vedette.commands.programs.line import split


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a b", ["a", "b"]),
        ('"a b" c', ["a b", "c"]),
        (r"a\\b", [r"a\\b"]),
        (r"a\"b", ['a"b']),
        (r'"a\\" b', ["a\\", "b"]),
        (r'"a\\\" b"', [r"a\" b"]),
        ('"a""b"', ['a"b']),
        ('a"b c"d', ["ab cd"]),
        ('""', [""]),
        ('"a b', ["a b"]),
        ("", []),
    ],
)
def test_split(line: str, words: list[str]) -> None:
    assert [text for text, _, _ in split(line)] == words


@given(st.lists(st.text(alphabet='ab \\"\t&^', max_size=8), max_size=6))
def test_quoting_and_splitting_undo_each_other(words: list[str]) -> None:
    assert [text for text, _, _ in split(" ".join(map(quote_windows, words)))] == words


@given(st.text(alphabet='ab \\"\t', max_size=40))
def test_spans_are_in_order(line: str) -> None:
    at = 0
    for _, start, end in split(line):
        assert at <= start <= end <= len(line)
        at = end


@pytest.mark.parametrize(
    ("line", "name", "args"),
    [
        ('"C:\\a b\\c.exe" -x', "C:\\a b\\c.exe", ["-x"]),
        ("C:\\Program Files\\a b.exe -x y", "C:\\Program Files\\a b.exe", ["-x", "y"]),
        ("tool a & b", "tool", ["a", "&", "b"]),
        ('cmd.exe /q /c "a "b" & c"', "cmd.exe", ["/q", "/c", 'a "b" & c']),
        ('mshta "javascript:a(""b"")"', "mshta", ["javascript:", 'a(""b"")']),
    ],
)
def test_a_line_is_one_call(line: str, name: str, args: list[str]) -> None:
    (call,) = read(line, Scope(Budget())).calls
    assert (call.name.text, [word.text for word in call.args]) == (name, args)


def test_an_empty_line_is_no_call() -> None:
    assert read("  ", Scope(Budget())).calls == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("C:\\Windows\\System32\\CMD.EXE", "cmd"),
        ("/usr/bin/python3.11", "python3.11"),
        ("'a.ps1'", "a"),
        ("tool.bat ", "tool"),
        ("regsvr32", "regsvr32"),
        ("x.txt", "x.txt"),
    ],
)
def test_tool_name(text: str, name: str) -> None:
    assert tool_name(text) == name
