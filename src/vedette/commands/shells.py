"""Which language a command line is written in, told from the text alone.

Signs are counted, each with a weight; the tables say on which system the first name is at home. A tie goes to cmd,
whose reader takes plain command lines as they are.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import re2

from vedette.commands.base import program_name
from vedette.knowledge.tools import ToolTables
from vedette.knowledge.tools.base import encodable
from vedette.schema.command import Language

_HEAD = 16_384

_SIGNS: tuple[tuple[str, Language, float], ...] = (
    # PowerShell
    (r"(?i)(?:^|[\s;|({&=])(?:get|set|new|remove|add|invoke|start|stop|test|import|export|write|out|select|where|foreach|convertto|convertfrom|copy|move|rename|clear|enable|disable|register|unregister|restart|resume|suspend|wait|read|join|split|resolve|measure|compare|sort|group|format|find|install|uninstall|update|save|mount|dismount|compress|expand|send|receive|enter|exit|debug|trace|push|pop|tee|unblock|limit|checkpoint|restore|connect|disconnect|grant|revoke|repair|show|hide|publish|use|backup|initialize|reset|protect|unprotect|lock|unlock|watch|assert|confirm|deny|approve|complete|submit|undo|switch|edit|close|open|optimize|redo|search|skip|step|sync|block|build|deploy|merge|ping|request|revoke|stop|uninstall|powershell)-[a-z]{2,}\b", Language.POWERSHELL, 3.0),
    (r"\$(?i:env|global|script|executioncontext|psversiontable|pshome|null|true|false|psitem|shellid|verbosepreference|error|host|myinvocation|args|input|this|profile)\b(?:[:.\[ ]|$)", Language.POWERSHELL, 2.0),
    (r"\[(?i:system\.|text\.|convert\]|char\b|char\[|string\]|int\]|byte\b|net\.|io\.|regex\]|array\]|scriptblock\]|ref\b|runtime\.|reflection\.|type\]|math\]|guid\]|void\]|environment\]|xml\]|diagnostics\.|bitconverter\]|activator\]|appdomain\]|wmiclass\]|wmi\]|adsi|security\.|microsoft\.|enum\]|uint32\]|intptr\]|console\]|datetime\])", Language.POWERSHELL, 3.0),
    (r"\]::[A-Za-z\"'{($]", Language.POWERSHELL, 3.0),
    (r"(?i)(?:^|[\s;|({&.=])(?:iex|iwr|irm|gci|gcm|gal|gwmi|icm|saps|sajb|ogv|sal|nal|ndr|gc|iwmi|icim|gcim|sls|rcjb|ipmo|nmo)\s*(?:[('\"$|;&{ -]|$)", Language.POWERSHELL, 2.0),
    (r"(?m)^\s*\$[A-Za-z_{][\w:}]*\s*(?:=|\+=|\.|\[)", Language.POWERSHELL, 3.0),
    (r"(?i)\s-(?:join|split|replace|creplace|ireplace|bxor|band|bor|match|notmatch|like|eq|ne|contains|isplit|csplit|as|f)\s*[\"'(\[$]", Language.POWERSHELL, 2.0),
    (r"(?i)\|\s*(?:%|\?|foreach|where|out-null|select|iex)\b?\s*[{( -]", Language.POWERSHELL, 1.5),
    (r"(?i)[&.]\s*\(\s*[\"'$(\[]", Language.POWERSHELL, 2.5),
    (r"(?i)^\s*&\s*[\"'{$(]", Language.POWERSHELL, 2.0),
    (r"(?i)\$env:\w+\s*\+?=", Language.POWERSHELL, 6.0),
    (r"\$\{[^}\w\s][^}\n]{0,40}\}\s*=", Language.POWERSHELL, 6.0),
    (r"(?i)\b(?:powershell|pwsh)(?:\.exe)?\s(?:[^|;\"']*\s)?-e[a-z]*[\s:]\s*(?:\(\s*[\"'\[$(]|\$\(\s*\[)", Language.POWERSHELL, 12.0),
    (r"(?i)\b(?:powershell|pwsh)(?:\.exe)?\s[^\n]*\"[^\"\n]*`\$[a-z_][^`\n]*\"", Language.POWERSHELL, 8.0),
    (r"(?i)-(?:band|bxor|bor|shl|shr)\b|\$\w+\s*-(?:lt|le|gt|ge)\s*\$\w+\.(?:length|count)", Language.POWERSHELL, 3.0),
    (r"(?i)\bfunction\s+[\w-]+\s*(?:\(\$|\{\s*(?:param\b|\$[A-Za-z]))", Language.POWERSHELL, 3.0),
    (r"@[\"'({]", Language.POWERSHELL, 0.8),
    (r"(?im)^\s*(?:if|foreach|while|switch|try|function\s+[\w-]+)\s*\(?.{0,200}\)?\s*\{\s*$", Language.POWERSHELL, 2.0),
    (r"(?i)\bif\s*\(\s*!?\s*\(?\s*(?:test-path|\$)", Language.POWERSHELL, 3.0),
    (r"\w`\w", Language.POWERSHELL, 0.7),
    # cmd
    (r"(?i)^\s*@?echo[\s.(].*\^[&|<>^].*\|\s*(?:powershell|pwsh|cmd)\b", Language.CMD, 12.0),
    (r"(?i)^\s*@echo\s+off", Language.CMD, 8.0),
    (r"%[A-Za-z_][A-Za-z0-9_()]*(?::[^%\n]*)?%", Language.CMD, 2.0),
    (r"![A-Za-z_][A-Za-z0-9_]*(?::~[^!\n]*)?!", Language.CMD, 1.0),
    (r"(?i)(?m)^\s*@?(?:echo\s+off|setlocal|rem\s|::)", Language.CMD, 3.0),
    (r"(?i)\bfor\s+(?:/[flrd]\s+.{0,200}?)?%%?[a-z]\s+in\b", Language.CMD, 3.0),
    (r"(?i)\bif\s+(?:/i\s+)?(?:not\s+)?(?:exist|defined|errorlevel)\b", Language.CMD, 2.5),
    (r"(?i)>\s*nul\b", Language.CMD, 2.0),
    (r"\^[A-Za-z&|<>\"^]", Language.CMD, 1.0),
    (r"(?i)(?:^|[&|(@\s\"\\])(?:cmd|comspec%?)(?:\.exe)?\"?\s+(?:/[a-z]\S*\s*)*/[ckr]", Language.CMD, 2.5),
    (r"(?i)(?:^|[&|(@]\s*)set\s+(?:/[ap]\s+)?\"?[a-z_][\w]*=", Language.CMD, 1.5),
    (r"(?i)(?:^|[\s\"'(])(?:[a-z]:)?\\(?:[\w .()-]+\\)*[\w .()-]+\.(?:exe|dll|bat|cmd|com|vbs|ps1|msi|cpl|scr)\b", Language.CMD, 1.0),
    (r"(?i)(?:^|[\s&|(\\])[\w.-]+\.exe\b", Language.CMD, 1.5),
    (r"(?i)\.(?:bat|cmd)\b", Language.CMD, 2.0),
    (r"(?:^|[\s\"'=:,(])[A-Za-z]:\\\w", Language.CMD, 2.0),
    (r"(?:^|[\s\"'=])\\\\[\w.$-]+\\", Language.CMD, 1.5),
    (r"(?i)^\s*\.\s+[\"']?(?:[a-z]:)?\.?\\[^;|&]*\.ps1", Language.POWERSHELL, 5.0),
    (r"(?i)(?:^|\s)(?:hklm|hkcu|hkcr|hku|hkey_[a-z_]+)\\", Language.CMD, 1.0),
    (r"(?i)\b(?:wmic|schtasks|bitsadmin|certutil|rundll32|regsvr32|mshta|vssadmin|wevtutil|netsh|reg|sc|net|net1|bcdedit|icacls|takeown|attrib|tasklist|taskkill|fsutil|wbadmin|cscript|wscript|msiexec|nltest|dsquery|gpresult|quser|qwinsta|systeminfo|ipconfig|cmdkey|copy|xcopy|robocopy|del|rd|ren|type|dir|powershell|pwsh)(?:\.exe)?\"?\s", Language.CMD, 0.6),
    (r"(?:^|\s)/[A-Za-z?]{1,12}(?:\s|:|$)", Language.CMD, 0.8),
    # sh
    (r"^#!\s*/\S*\b(?:ba|z|k|da|a)?sh\b", Language.SH, 6.0),
    (r"(?:^|[\s;|&(`'\"=<>])/(?:bin|usr|etc|tmp|var|dev|home|root|opt|proc|sbin|lib|mnt|srv|boot|sys|run|Users|Library|Applications|System|path)(?:/|\b)", Language.SH, 1.6),
    (r"(?:^|[\s;|&(=])(?:\./|~/|\.\./)", Language.SH, 0.8),
    (r"\$\{[#!]?[A-Za-z_][A-Za-z0-9_]*(?:[:#%/^,@\[][^}\n]*)?\}|\$\{?IFS\b|\$\{?[@*#?!](?:\}|\s|$|\")", Language.SH, 1.5),
    (r"\$\(|`[^`\n]+`|<<<|<\(|<<-?\s*['\"\\]?\w+", Language.SH, 1.0),
    (r"\$'(?:[^'\\]|\\.)*'", Language.SH, 2.0),
    (r"(?m)(?:^|[;&|(`]\s*|\s&&\s)(?:sudo|export|alias|eval|source|if\s+\[|then|fi|done|while\s+(?:read|true|:)|for\s+\w+\s+in|chmod|chown|grep|egrep|sed|awk|curl|wget|cat|ls|cp|mv|rm|ps|kill|find|xargs|tar|ssh|scp|echo\s+-[ne]|printf|touch|head|tail|sort|uniq|wc|tr|cut|base64|xxd|rev|nohup|crontab|systemctl|service|apt(?:-get)?|yum|dnf|brew|useradd|usermod|bash|sh|zsh|python[23]?|perl|launchctl|defaults|osascript|dscl|test|unset|declare|local|read|trap|exec|dd|ln|mkfifo|nc|openssl|docker|kubectl|git|df|du|mount|which|man|rsync|history|passwd)\s", Language.SH, 1.4),
    (r"(?m);\s*(?:do|then|done|fi|esac)\b", Language.SH, 3.0),
    (r"2>&1|>\s*/dev/|&>|2>\s*/dev/null", Language.SH, 0.7),
    (r"\s--[a-z][a-z-]+(?:[\s=]|$)", Language.SH, 0.8),
    (r"\s-[a-zA-Z]{1,4}(?:\s|$)", Language.SH, 0.4),
    (r"\[\[?\s.{1,200}?\s\]\]?", Language.SH, 0.8),
    (r"\|\s*(?:sh|bash|zsh|grep|awk|sed|xargs|sort|head|tail|wc|tee|cut|tr|base64|less|more|uniq)\b", Language.SH, 1.5),
    (r"\\\s*\n", Language.SH, 1.0),
    (r"[A-Za-z]''[A-Za-z]|[|;&]\s*[a-z]*\\[a-z]+\b", Language.SH, 4.0),
    (r"^\s*\{[\w./-]+(?:,[^\s,{}]*)+\}", Language.SH, 4.0),
    # others
    (r"=~\s*(?:s|y|tr|m)?[/{]|\beval\s*\(?\s*(?:scalar|join|reverse|pack|unpack|decode_base64)\b|\bmap\s*\{|\bsplit\s*\(?//", Language.PERL, 4.0),
    (r"(?im)^\s*set\s+\w+\s*=\s*(?:createobject|getobject|wscript|new)\b|^\s*execute(?:global)?\s*\(?\s*\w", Language.VBSCRIPT, 6.0),
    (r"\.replace\(/|\.reverse\(\)\s*\.join\(|\.split\(''\)|\.split\(\"\"\)|\bfromCharCode\b|\bunescape\(", Language.JSCRIPT, 4.0),
    (r"['\"]\.join\(|\bchr\(ord\(|\bbytes\.fromhex\(|\bcodecs\.decode\(", Language.PYTHON, 4.0),
    (r"(?m)^\s*(?:import\s+[a-z_][\w., ]*$|import\s+\w+\s*[;,]|from\s+[\w.]+\s+import\s|def\s+\w+\(.*\):|print\()|__import__\(", Language.PYTHON, 2.5),
    (r"(?i)\b(?:CreateObject|GetObject)\s*\(|(?m)(?i)^\s*(?:dim|set)\s+\w+(?:\s*=\s*createobject|$|\s*,)|\bExecuteGlobal\b|\bStrReverse\s*\(|\bchrw?\(\s*(?:\d|&h)", Language.VBSCRIPT, 3.0),
    (r"\bnew\s+ActiveXObject\s*\(|\bString\.fromCharCode\s*\(|(?m)^\s*(?:var|function)\s+\w+\s*[=(]|\bWScript\.\w+", Language.JSCRIPT, 3.0),
    (r"\brequire\s*\(\s*['\"](?:child_process|fs|net|http|https|os|crypto|vm|zlib)['\"]\s*\)|\bconst\s+\w+\s*=|=>\s*\{|\bBuffer\.from\(", Language.JAVASCRIPT, 4.0),
    (r"(?m)<\?php|\bbase64_decode\s*\(|\bgzinflate\s*\(|\$_(?:GET|POST|REQUEST|SERVER)\[", Language.PHP, 4.0),
    (r"(?m)^\s*(?:use\s+(?:strict|warnings|[A-Z]\w+(?:::\w+)*)\s*;|my\s+[$@%]\w+)|\bunpack\s*\(?\s*[\"'qQ]", Language.PERL, 4.0),
    (r"(?i)^\s*(?:select\s.{1,400}\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|exec(?:ute)?\s+(?:master\.\.?\w*\.?)?(?:xp_|sp_)\w+|declare\s+@|drop\s+(?:table|database)|create\s+(?:table|user|login|function)|copy\s.{1,200}\sfrom\s+program)", Language.SQL, 5.0),
)  # fmt: skip
"""Expression, the language that it speaks for, and how much."""

_START = re.compile(r"^[\s@(&]*(\"[^\"\n]{1,260}\"|'[^'\n]{1,260}'|[^\s|&;<>()\"']+)")
_IN_QUOTES = re.compile(r"\"[^\"]*\"")
_OWN_SYNTAX = re.compile(r"\]::|\$\(|\$[A-Za-z]|\[[A-Za-z.]+\]|\(-|\(\(|\bnew-object\b|-(?:join|split|replace|f)\b")
_INTO_SHELL = re.compile(
    r"^\s*[('\"\[$@].*\|\s*(?:cmd|powershell|pwsh|iex|invoke-expression)(?:\.exe)?(?:\s+-[\w-]*){0,9}\s*$",
    re.DOTALL | re.IGNORECASE,
)
_LIKE_SCRIPT = re.compile(
    r"\s*(?:[A-Za-z_$@%][\w$.:]*(?:\[['\"+\w ]+\])*\s*(?:\(|=(?!=))|(?:var|let|const|function|dim|import|from|my|use|require|execute"
    r"|executeglobal|on\s+error|def|class|print|puts)\b|<\?|\(function|%w|q[qwx]?[({])",
    re.IGNORECASE,
)
_SCRIPTS = (
    Language.PYTHON, Language.JSCRIPT, Language.VBSCRIPT, Language.PERL, Language.RUBY, Language.PHP, Language.POWERSHELL,
    Language.SH, Language.CMD,
)  # fmt: skip
_ON_WINDOWS = frozenset(
    {"powershell", "pwsh", "cmd", "mshta", "rundll32", "regsvr32", "wmic", "schtasks", "cscript", "wscript"}
)
_UNIX_FIRST = frozenset(
    {"find", "sort", "echo", "cd", "set", "mkdir", "rmdir", "more", "tree", "date", "time", "type", "curl", "finger"}
)


@cache
def _signs() -> Any:
    options = re2.Options()
    options.max_mem = 64 << 20
    options.log_errors = False
    signs = re2.Set.SearchSet(options)
    for pattern, _, _ in _SIGNS:
        signs.Add(pattern)
    signs.Compile()
    return signs


def candidates(text: str, tables: ToolTables) -> list[Language]:
    """Return the languages that a text may be written in, the likeliest first; what has no sign at all is left out.

    A text that begins like a statement of a scripting language is offered to all of them: ``exec('id')`` is Python,
    Ruby, Perl and PHP, and only reading it tells.
    """
    head = text[:_HEAD]
    scores: dict[Language, float] = {}
    for number in _signs().Match(encodable(head)) or ():
        _, language, weight = _SIGNS[number]
        scores[language] = scores.get(language, 0.0) + weight
    first = _START.match(head)
    if first:
        word = first[1].strip("\"'")
        _at_home(scores, head, word, program_name(word), tables)
    ranked = sorted(scores, key=lambda language: -scores[language])
    shells = (Language.SH, Language.CMD, Language.POWERSHELL)
    if not ranked or (scores[ranked[0]] < 1.0 and ranked[0] not in shells):
        ranked = [Language.CMD, *(language for language in ranked if language is not Language.CMD)]
    if _LIKE_SCRIPT.match(head):
        ranked += [language for language in _SCRIPTS if language not in ranked]
    return ranked


def like_script(text: str) -> bool:
    """Return whether a text begins as statements of scripting languages do, and command lines hardly ever."""
    return _LIKE_SCRIPT.match(text[:400]) is not None


def _at_home(scores: dict[Language, float], text: str, word: str, name: str, tables: ToolTables) -> None:
    """Count where the first name is at home: a shell on the line decides more than what its argument says."""

    def add(language: Language, weight: float) -> None:
        scores[language] = scores.get(language, 0.0) + weight

    lower = name.lower().replace("^", "").replace('"', "")
    own = lower == "cmd" and _OWN_SYNTAX.search(_IN_QUOTES.sub(" ", text)) and "powershell" not in text.lower()
    if own or _INTO_SHELL.search(text):
        add(Language.POWERSHELL, 14.0)  # typed into PowerShell: what stands outside quotes is its own syntax
    elif lower in _ON_WINDOWS:
        unix = lower == "pwsh" and (scores.get(Language.SH, 0.0) > 2 or word.startswith("/"))
        add(Language.SH if unix else Language.CMD, 6.0)
    elif lower in ("bash", "sh", "zsh", "dash", "ksh", "sudo", "env", "nohup", "busybox", "xargs"):
        add(Language.SH, 4.0)
    elif "\\" in word and ":" not in word and tables.tool("unix", word.replace("\\", "")) is not None:
        add(Language.SH, 5.0)  # a letter hidden behind a backslash
    elif "\\" in word or lower != name.lower():
        add(Language.CMD, 2.5)
    elif word.startswith("/"):
        add(Language.SH, 3.0)
    windows = tables.tool("windows", lower) is not None
    unix_tool = any(tables.tool(f, name) is not None for f in ("unix", "macos"))
    if windows and not unix_tool:
        add(Language.CMD, 2.0)
    elif unix_tool and not windows:
        add(Language.SH, 2.0)
    elif tables.tool("powershell", lower) is not None and "-" in lower:
        add(Language.POWERSHELL, 3.0)
    elif unix_tool and lower in _UNIX_FIRST:
        add(Language.SH, 0.3)
    elif tables.tool("cloud", name) is not None:
        add(Language.SH, 3.5)
