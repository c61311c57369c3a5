"""What a script is written out as: without comments that hide, and without material that went into something else."""
# ruff: noqa: E501  (every form stands whole)

from __future__ import annotations

import pytest

from vedette.commands.base import Scope
from vedette.commands.budget import Budget
from vedette.commands.powershell import read

COMMENTED = [
    ("iwr<#a#> <#b#>-Uri <# http://example.net #> http://example.com/a", "iwr -Uri http://example.com/a"),
    ("iex<#a#>('i'<#b#>+<#c#>'wr a')", "iex 'iwr a'"),
    ("foreach<#x#>($u in<#x#> 'a'){<#k#>iwr<#l#> b<#m#>}", "foreach ($u in 'a'){iwr b}"),
    ("iwr ( # one\n'a' + # two\n'b'\n)\nGet-Date # three\n", "iwr 'ab'\nGet-Date \n"),
    ("Get-Date\niwr <# b #> a\n", "Get-Date\niwr a\n"),
]
PLAIN = [
    "<#\n.SYNOPSIS\n lists\n#>\nGet-Process # all of them\n",
    "if (1) {\n  # why\n  Get-Process\n}",
    "$a = @(\n 1, # one\n 2)\n",
    "'<# text #>'; iwr http://example.com/#part",
]
GIVEN = [
    ("& {param($a,$b) iex ($b+$a)} 'ple.com' 'iwr http://exam'", "iwr http://example.com"),
    ("{param($a,$b) iex ($b+$a)}.Invoke('ple.com','iwr http://exam')", "iwr http://example.com"),
    ("& {iex ('{1}{0}' -f $args)} 'ple.com' 'iwr http://exam'", "iwr http://example.com"),
    ("icm {iex ($args -join '')} -ArgumentList 'iwr http://exam','ple.com'", "iwr http://example.com"),
    ("function f($a,$b){iex ($b+$a)}; f 'ple.com' 'iwr http://exam'", "iwr http://example.com"),
]
MADE = [
    "& ([scriptblock]::Create('param($a,$b) iwr ($a+$b)')) 'http://exam' 'ple.com'",
    "[scriptblock]::Create('param($a,$b) iwr ($a+$b)').Invoke('http://exam','ple.com')",
    "icm ([scriptblock]::Create('param($a,$b) iwr ($a+$b)')) -ArgumentList 'http://exam','ple.com'",
]


@pytest.mark.parametrize(("text", "clear"), COMMENTED)
def test_that_comments_inside_statements_are_left_out(text: str, clear: str) -> None:
    assert read(text, Scope(Budget())).clear == clear


@pytest.mark.parametrize("text", PLAIN)
def test_that_comments_that_hide_nothing_stay(text: str) -> None:
    assert read(text, Scope(Budget())).clear is None


@pytest.mark.parametrize(("text", "code"), GIVEN)
def test_that_arguments_that_went_into_code_are_left_out(text: str, code: str) -> None:
    reading = read(text, Scope(Budget()))
    assert [x.text for x in reading.nested] == [code]
    assert reading.clear is not None
    assert reading.clear.replace(code, "").count("exam") == 0
    assert not any("exam" in w.text for c in reading.calls for w in c.args if w.text != code)


def test_that_an_argument_that_hides_nothing_stays() -> None:
    assert read("& {param($u) iwr $u} http://example.com/a", Scope(Budget())).clear is None


def test_that_arguments_of_a_block_that_is_called_twice_stay() -> None:
    clear = read("$f={param($a) iex ('i'+'wr '+$a)}; & $f 'one'; & $f 'two'", Scope(Budget())).clear
    assert clear is None or ("'one'" in clear and "'two'" in clear)


@pytest.mark.parametrize("text", MADE)
def test_that_code_made_of_text_gets_its_arguments(text: str) -> None:
    reading = read(text, Scope(Budget()))
    (nested,) = reading.nested
    assert "exam" not in (reading.clear or "")
    inner = read(nested.text, Scope(Budget(), environment=nested.environment or {}))
    assert [w.text for c in inner.calls for w in c.args] == ["http://example.com"]


STARTED = [
    ("Start-Process powershell -ArgumentList '-nop','-e','abc'", "Start-Process", "-nop -e abc"),
    ("$a=@{CommandLine='cal'+'c'};icim -ClassName Win32_Process -MethodName Create -Arguments $a", "Invoke-CimMethod",
     "@{CommandLine='calc'}"),
    ("([wmiclass]'root\\cimv2:Win32_Process').Create('calc')", "Win32_Process.Create", "calc"),
    ("(gwmi -List Win32_Process).Create('calc')", "Win32_Process.Create", "calc"),
    ("$i=[Diagnostics.ProcessStartInfo]::new('calc','-e a');[Diagnostics.Process]::Start($i)", "Diagnostics.Process.Start",
     "-e a"),
    ("& (gcm power*shell*) -e abc", "powershell.exe", "abc"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "word"), STARTED)
def test_that_what_is_started_is_named(text: str, name: str, word: str) -> None:
    reading = read(text, Scope(Budget()))
    assert any(c.name.text == name and word in [w.text for w in c.args] for c in reading.calls)


def test_that_a_type_made_of_too_little_stays_unknown() -> None:
    reading = read("iex ([regex]::new(place('a',{b})))", Scope(Budget()))
    assert not any("failed" in stop for stop in reading.stops)
