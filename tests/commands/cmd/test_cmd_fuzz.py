"""Whatever the text, the reader returns: spans inside it, nothing raised, and the same again for the same text."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vedette.commands.base import Scope
from vedette.commands.budget import Budget, Exhausted
from vedette.commands.cmd import read
from vedette.commands.programs import nested
from vedette.commands.programs.base import BATCH, DELAYED

BITS = (
    "for %i in (a b) do",
    "for /f \"tokens=1,2* delims=:\" %a in ('set x^|findstr y') do",
    "for /l %i in (3,-1,0) do",
    "if exist x",
    'if /i "%a%"=="b"',
    "else",
    "(",
    ")",
    "&",
    "&&",
    "||",
    "|",
    ">x.bat",
    ">>x.bat",
    "<x.bat",
    "2>&1",
    "^",
    '"',
    "%x%",
    "%x:~1,2%",
    "%x:a=b%",
    "%%i",
    "%i",
    "%~nxi",
    "%1",
    "!x!",
    "!x:~%i,1!",
    "set x=ab",
    'set "y=%x%"',
    "set /a x=1+2",
    "set /p z=q",
    "call",
    "call :l 1 2",
    "goto l",
    "\n:l\n",
    "\n",
    "\r\n",
    "echo a",
    "echo(",
    "cmd /c",
    "cmd /v:on /c",
    "powershell -enc dwBoAG8A",
    "start /min",
    "certutil -decode x.bat y.bat",
    "x.bat",
    "rem",
    "exit /b",
    "setlocal enabledelayedexpansion",
    "wmic process call create",
    "mshta vbscript:Execute(",
    "\u202e",
    "\x00",
    "\x1a",
    ",;=",
    " ",
)
TEXTS = st.one_of(
    st.lists(st.sampled_from(BITS), max_size=25).map(" ".join),
    st.lists(st.sampled_from(BITS), max_size=25).map("".join),
    st.lists(st.one_of(st.sampled_from(BITS), st.text(max_size=5)), max_size=25).map("".join),
    st.text(max_size=200),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, st.booleans(), st.sampled_from(["", "0", "1"]))
def test_any_text(text: str, delayed: bool, batch: str) -> None:
    environment = {DELAYED: "1" if delayed else "0", BATCH: batch} if batch else {}
    scope = Scope(Budget(steps=20_000), environment=dict(environment))
    found = read(text, scope)
    for call in found.calls:
        assert 0 <= call.start <= call.end <= len(text)
        for word in [call.name, *call.args]:
            assert 0 <= word.start <= word.end <= len(text)
        for redirect in call.redirects:
            assert 0 <= redirect.start <= redirect.end <= len(text)
        try:
            for layer in nested(call, scope):
                assert layer.text.strip()
                assert layer.start is None or 0 <= layer.start <= (layer.end or 0) <= len(text)
        except Exhausted:
            pass
    for part in found.parts:
        assert 0 <= part.start <= part.end <= len(text)
    again = read(text, Scope(Budget(steps=20_000), environment=dict(environment)))
    assert (again.clear, again.output, again.stops) == (found.clear, found.output, found.stops)
