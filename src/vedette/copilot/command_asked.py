"""A command line that a question asks about: the question's own words ask, the command is data and means nothing else.

``explain `certutil -decode a b` ``, ``what does "whoami /all" do?``, ``decode this: powershell -enc …``.
"""

from __future__ import annotations

import re2

TOOL = "command_explanation"

_POLITE = r"^\W*(?:(?:please|can you|could you|would you|hey|so|and|now|i want you to)\W+)*"
_ASKS = (
    r"(?:explain|decode|deobfuscate|de-obfuscate|analy[sz]e|read|describe|unpack|translate|interpret|break down|judge"
    r"|what(?: exactly)? (?:does|do|would|will|did|is)|what(?:'s| is) (?:this|that|the following)"
    r"|(?:is|are|was|would) (?:this|that|it|the following)|is|how (?:bad|dangerous|risky) is|tell me (?:about|what)"
    r"|meaning of)"
)
_IN_QUOTES = r"(?:```(.+)```|`(.+)`|\"(.+)\"|“(.+)”|(?:^|\s)'(.+)')"
_QUOTED = re2.compile(rf"(?is){_POLITE}{_ASKS}\b(.{{0,80}}?){_IN_QUOTES}(.{{0,80}})$")
_AFTER_COLON = re2.compile(rf"(?is){_POLITE}{_ASKS}\b[^:`\"]{{0,80}}:\s+(.+)$")
_BARE = re2.compile(
    r"(?is)^\W*(?:please\s+)?(?:explain|decode|deobfuscate)\s+(?:this\s+|the\s+)?(?:command(?:\s+line)?\s+|script\s+)?(.+)$"
)
_ABOUT = re2.compile(
    r"(?i)\b(?:commands?|command ?lines?|cmdline|scripts?|one-?liners?|powershell|bash|shell|line|code|snippet|do|does"
    r"|mean|means|dangerous|malicious|harmful|safe|bad|risky)\b"
)
_LIKE_CODE = re2.compile(r"(?i)(?:^|\s)[-/][a-z]|[|;&><$%^{}()=]|\\|\.(?:exe|dll|ps1|bat|vbs|sh|py)\b|://")
_PROGRAM = re2.compile(r"(?i)^[\w.\\/:%$~^\"'-]+(?:\.exe)?\s")


def command_asked(question: str) -> str | None:
    """Return the command that a question asks to have explained, or None where it asks none."""
    after = _AFTER_COLON.match(question)
    if after is not None and (command := _code(str(after[1]))) is not None:
        return command
    quoted = _QUOTED.match(question)
    if quoted is not None:
        command = str(next(g for g in quoted.groups()[1:6] if g is not None)).strip()
        around = f"{question[: quoted.start(1)]} {quoted[1]} {quoted[7]}"
        about = _LIKE_CODE.search(command) or _ABOUT.search(around)
        return command if len(command) > 2 and about and _is_code(command) else None
    bare = _BARE.match(question)
    return _code(str(bare[1])) if bare is not None else None


def _code(text: str) -> str | None:
    command = text.strip()
    if len(command) > 1 and command[0] == command[-1] and command[0] in "\"'`":
        command = command[1:-1]
    fits = _LIKE_CODE.search(command) and _PROGRAM.match(f"{command} ") and _starts_known(command)
    return command if fits else None


def _is_code(text: str) -> bool:
    return bool(_LIKE_CODE.search(text)) or _starts_known(text)


def _starts_known(text: str) -> bool:
    """Return whether the text begins with a program, cmdlet or builtin that the tables know."""
    from vedette.knowledge.tools import packed_tables

    first = text.split(maxsplit=1)[0].strip("\"'`&(@^").replace("^", "").replace("`", "")
    name = first[max(first.rfind("/"), first.rfind("\\")) + 1 :]
    lower = name.lower().removesuffix(".exe")
    tables = packed_tables()
    return any(
        tables.tool(family, key) is not None
        for family in ("windows", "powershell", "unix", "macos", "cloud")
        for key in dict.fromkeys((name, lower))
    )
