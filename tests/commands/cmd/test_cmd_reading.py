"""cmd read by its own phases: what calls come out, with which words, and what the line written out is."""

from __future__ import annotations

import pytest

from vedette.commands.base import Call, Reading, Scope
from vedette.commands.budget import Budget
from vedette.commands.cmd import read
from vedette.commands.programs.base import BATCH, DELAYED


def reading(text: str, *, delayed: bool = False, batch: bool | None = None, scope: Scope | None = None) -> Reading:
    scope = scope or Scope(Budget())
    if delayed:
        scope.environment[DELAYED] = "1"
    if batch is not None or delayed:
        scope.environment[BATCH] = "1" if batch else "0"
    return read(text, scope)


def lines(found: list[Call]) -> list[str]:
    return [" ".join([call.name.text, *(word.text for word in call.args)]) for call in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("net user", ["net user"]),
        ("net user&whoami", ["net user", "whoami"]),
        ("net user && whoami || hostname", ["net user", "whoami", "hostname"]),
        ("a | b", ["a", "b"]),
        ('a "b & c" d', ["a b & c d"]),
        ("a b^&c", ["a b&c"]),
        ("c^e^rtutil -f^oo", ["certutil -foo"]),
        ('a "x^y"', ["a x^y"]),
        ('"C:\\Program Files\\a.exe" -x', ["C:\\Program Files\\a.exe -x"]),
        ('p"ow"ers"hell" -c x', ["powershell -c x"]),
        ("(a&b)&c", ["a", "b", "c"]),
        (",;=a,b", ["a ,b"]),
        ("@a", ["a"]),
        ("rem a & b", []),
        ("rem & b", ["b"]),
        (":label", []),
        ("a ^\nb", ["a b"]),
        ("cmd/c dir", ["cmd /c dir"]),
        ("cd\\windows", ["cd \\windows"]),
        ("echo.hello", ["echo hello"]),
        ("echo(hello", ["echo hello"]),
        ("a >x.txt b 2>&1", ["a b"]),
        ('>x.txt a "b"', ["a b"]),
        ('start "title" /min calc.exe -x', ["start title /min", "calc.exe -x"]),
        ("call a b", ["a b"]),
        ("if 1==1 (a) else (b)", ["a"]),
        ("if 1==2 (a) else (b)", ["b"]),
        ("if not 1==1 a", []),
        ('if /i "AB"=="ab" a', ["a"]),
        ('if "AB"=="ab" a', []),
        ("if 10 gtr 9 a", ["a"]),
        ("if 0x10 equ 16 a", ["a"]),
        ("if exist x (a) else (b)", ["a", "b"]),
        ("if 1==2 a & b", []),
        ("for %i in (x y) do a %i & b %i", ["a x", "b x", "a y", "b y"]),
        ("for /l %i in (1,1,3) do a %i", ["a 1", "a 2", "a 3"]),
        ("for /l %i in (3,-2,1) do a %i", ["a 3", "a 1"]),
        ('for /f "tokens=2,3*" %a in ("p q r s t") do x %a %b %c', ["x q r s t"]),
        ('for /f "tokens=1,3 delims=:" %a in ("p:q:r") do x %a %b', ["x p r"]),
        ("for /f \"usebackq delims==\" %a in ('p=q') do x %a", ["x p"]),
        ("for /f %a in ('echo hello world') do x %a", ["x hello"]),
        ("for /f \"tokens=2\" %a in ('echo a b^|findstr b') do x %a", ["x b"]),
        ("for %i in (C:\\dir\\name.txt) do x %~ni %~xi %~nxi %~dpi", ["x name .txt name.txt C:\\dir\\"]),
        ("for %a in (q) do x %~na", ["x q"]),
        ("for %i in (*.txt) do x %i", ["x %i"]),
        ("for %i in (x) do (for %j in (y) do a %i%j)", ["a xy"]),
        ('for /f "tokens=1" %a in (\' "ec^ho b c" \') do x %a', ["x b"]),
        ("for x", ["for x"]),
        ("if x", ["if x"]),
        ("", []),
        ("   \n\n ", []),
        (")", []),
    ],
)
def test_calls(text: str, expected: list[str]) -> None:
    assert lines(reading(text).calls) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%COMSPEC% /c x", "C:\\Windows\\system32\\cmd.exe /c x"),
        ("%ComSpec:~-7,3%", "cmd"),
        ("%windir:~3,3%", "Win"),
        ("%ProgramFiles:~-5%", "Files"),
        ("%OS:Windows=x%", "x_NT"),
        ("%OS:*_=x%", "xNT"),
        ("%OS:windows=x%", "x_NT"),
        ("%TMP:~-4%", "Temp"),
        ("%APPDATA:~0,9%", "C:\\Users\\"),
        ("%windir:~0x3,03%", "Win"),
        # What only the machine knows stays as it is written.
        ("%USERNAME%", "%USERNAME%"),
        ("%APPDATA:~9,4%", "%APPDATA:~9,4%"),
        ("%nothing%", "%nothing%"),
        ("50% off", "50% off"),
        ("%OS:~x%", "%OS:~x%"),
    ],
)
def test_variables_of_every_windows(text: str, expected: str) -> None:
    assert lines(reading(f"x {text}").calls) == [f"x {expected}"]


def test_words_say_what_is_not_known() -> None:
    known, unknown = reading("x %windir% %TEMP%\\a.exe").calls[0].args
    assert (known.known, known.text) == (True, "C:\\Windows")
    assert (unknown.known, unknown.text) == (False, "%TEMP%\\a.exe")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set a=cer&&set b=tutil&&call %a%%b% -f", "certutil -f"),
        ('set "a=cer" & call %a%tutil', "certutil"),
        ("set a=cXrtutil&&call %a:X=e%", "certutil"),
        ("set a=x&call set a=%a%y&call z%a%", "zxy"),
        ("set a=1&&set a=&&call x%a%", "x%a%"),
        ("set /a n=3*(2+1)&call x%n%", "x9"),
        ("set /a n=0x10,m=n%2&call x%n%", "x16"),
    ],
)
def test_call_reads_a_line_again(text: str, expected: str) -> None:
    found = reading(text)
    assert lines(found.calls)[-1] == expected


def test_a_percent_sign_is_expanded_before_the_line_runs() -> None:
    assert lines(reading("set a=b&x %a%").calls)[-1] == "x %a%"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set x=calc&&!x!", "calc"),
        ("set x=clac&&!x:~0,1!!x:~2,1!!x:~1,1!!x:~3,1!", "calc"),
        ("set x=clac&&for /l %i in (3,-1,0) do set y=!y!!x:~%i,1!&&if %i==0 call %y:~-4%", "calc"),
        ("set x=clac&&for /l %i in (3,-1,0) do set y=!y!!x:~%i,1!&&if %i==0 call x %y:~3%", "x calc"),
        ("set u=nets /ao&&for %i in (0 1 2 3 2 6 2 4 5 6 0 7 99) do set f=!f!!u:~%i,1!&&if %i==99 call %f:~-12%", None),
        ("x ^!a^!", "x !a!"),
    ],
)
def test_delayed_expansion(text: str, expected: str | None) -> None:
    assert lines(reading(text, delayed=True).calls)[-1] == (expected or "netstat /ano")


def test_delayed_expansion_is_off_by_default() -> None:
    assert lines(reading("set x=calc&&y !x!", batch=False).calls)[-1] == "y !x!"
    assert lines(reading("@echo off\nset x=calc\ny !z!").calls)[-1] == "y !z!"
    # A line that only makes sense with it was started with it.
    assert lines(reading("set x=calc&&y !x!").calls)[-1] == "y calc"


def test_a_batch_file_runs_line_by_line() -> None:
    text = """@echo off
setlocal enabledelayedexpansion
set host=example.com
set /a n=1
call :get %host% a.exe
if "%n%"=="1" goto end
echo never
:end
for %%i in (1 2) do (
  set /a n+=%%i
  tool !n!
)
exit /b
:get
curl http://%1/%~2 -o "%TEMP%\\%~n2"
goto :eof
"""
    found = reading(text)
    names = [line for line in lines(found.calls) if line.startswith(("curl", "tool", "echo never"))]
    assert names == ["curl http://example.com/a.exe -o %TEMP%\\a", "tool 2", "tool 4"]
    assert not found.broken
    assert not found.stops


def test_variables_that_never_were_vanish_where_a_batch_file_is_strewn_with_them() -> None:
    found = reading("@echo off\nc%aa%er%bb%tut%cc%il -f%dd%\n")
    assert lines(found.calls)[-1] == "certutil -f"
    assert "noise" in found.methods


def test_a_single_variable_that_is_not_set_is_not_taken_for_noise() -> None:
    assert lines(reading("@echo off\ncopy a%x%b c\n").calls)[-1] == "copy a%x%b c"


def test_a_condition_that_is_not_known_leaves_both_branches_and_forgets_what_they_set() -> None:
    found = reading("@echo off\nif exist a (set x=1) else (set x=2)\ntool %x%\n")
    assert lines(found.calls)[-1] == "tool %x%"
    assert not found.calls[-1].args[0].known
    branches = [call for call in reading("if exist a (b) else (c)").calls if not call.sure]
    assert lines(branches) == ["b", "c"]


def test_a_number_that_cmd_ends_with_is_a_letter() -> None:
    text = "@echo off\nfor %%i in (99 97 108 99) do (\ncmd /c exit %%i\ncall set s=%%s%%%%=exitcodeascii%%\n)\n%s%\n"
    assert lines(reading(text).calls)[-1] == "calc"


def test_a_title_may_follow_the_switches_of_start() -> None:
    assert lines(reading('start /b "" /min calc -x').calls)[-1] == "calc -x"


def test_what_a_pipe_gives_the_next_command_is_known() -> None:
    call = reading("echo whoami^&hostname|cmd").calls[-1]
    assert call.stdin == b"whoami&hostname\r\n"
    assert call.piped
    assert reading("whoami|cmd").calls[-1].stdin is None


def test_files_that_are_written_go_to_the_scope() -> None:
    scope = Scope(Budget())
    reading("(echo a&echo b)>X.bat&echo c>>x.bat&whoami>y.txt&type x.bat|more>z.txt", scope=scope)
    assert scope.files == {"x.bat": b"a\r\nb\r\nc\r\n", "z.txt": b"a\r\nb\r\nc\r\n"}


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        ("c^er^tutil -f x", "certutil -f x"),
        ("set a=cer&&call %a%tutil&&whoami", "certutil&&whoami"),
        ("for %i in (a b) do x %i", "x a & x b"),
        ('x"y"z -"a"b', "xyz -ab"),
        ("whoami & net user", None),
        ('"C:\\Program Files"\\a.exe /x:"y z" -d"k=v w" \\"q\\"r', None),
        ("echo a ^& b", None),
        ("x %windir%\\a", None),
        ("for /l %i in (1,1,254) do ping 192.0.2.%i", None),
        ("set a=b", None),
    ],
)
def test_the_line_written_out(text: str, clear: str | None) -> None:
    assert reading(text).clear == clear


def test_a_loop_of_many_turns_is_shown_as_a_loop() -> None:
    found = reading("for /l %i in (1,1,254) do ping 192.0.2.%i")
    assert lines(found.calls) == ["ping 192.0.2.%i"]
    assert not found.calls[0].args[0].known


def test_values_that_are_only_parts_are_not_shown_as_words_of_set() -> None:
    found = reading("set a=http://exam&&set b=ple.com/x&&call curl %a%%b%")
    assert lines(found.calls) == ["curl http://example.com/x"]
    assert lines(reading("set a=b").calls) == ["set a=b"]


@pytest.mark.parametrize(
    "text",
    [
        "@echo off\n:a\ngoto a\n",
        "@echo off\n:a\ncall :a\n",
        "for /l %i in (1,0,2) do x",
        "for /l %i in (1,1,2000000000) do set x=%i",
        "(" * 500,
        "for %i in (a) do " * 500,
        "call " * 500,
        "start " * 500,
        "set x=a\n" + "set x=%x%%x%%x%%x%%x%%x%%x%%x%\n" * 40,
    ],
)
def test_what_has_no_end_is_stopped_and_said(text: str) -> None:
    assert reading(text, batch="\n" in text).stops


def test_spans_point_at_what_a_word_is_written_as() -> None:
    text = "x & set a=cal&& call %a%c.e^xe -^f"
    call = reading(text).calls[-1]
    assert (call.name.text, text[call.name.start : call.name.end]) == ("calc.exe", "%a%c.e^xe")
    assert (call.args[0].text, text[call.args[0].start : call.args[0].end]) == ("-f", "^f") or text[
        call.args[0].start : call.args[0].end
    ] == "-^f"


def test_output_is_known_where_all_of_it_is() -> None:
    assert reading("echo a&echo b").output == b"a\r\nb\r\n"
    assert reading("echo a&whoami").output is None
