"""A page of the tables made from a manual page or from what ``--help`` prints.

Only what the text says in the usual forms is taken: the name line, and each option with what stands beside or below
it. Nothing is run: the user gives the text, or the manual page's file.
"""

from __future__ import annotations

import bz2
import gzip
import re
from pathlib import Path
from typing import Any

from vedette.errors import UserError
from vedette.knowledge.tools.base import Family, Role
from vedette.knowledge.tools.reading import Wrong, tool_of

MAX_BYTES = 4_000_000
_LONGEST = 160
_NAME = re.compile(r"^\s*([\w.+-]+(?:\s*,\s*[\w.+-]+){0,8})\s+(?:\\?-|\u2013|\u2014|--)\s+(\S.{2,200})$")
_OPTION = re.compile(
    r"^\s{0,24}(?P<flags>-{1,2}[A-Za-z0-9?][\w-]*(?:[ =\[]{0,2}(?:<[\w .|-]+>|[A-Z][\w-]*)\]?)?"
    r"(?:\s*[,|/]\s*-{1,2}[A-Za-z0-9?][\w-]*(?:[ =\[]{0,2}(?:<[\w .|-]+>|[A-Z][\w-]*)\]?)?){0,5})"
    r"(?:(?:\s{2,}|\t|\s*:\s)(?P<says>\S.*))?$"
)
_SPELLING = re.compile(r"(-{1,2}[A-Za-z0-9?][\w-]*)(?:[ =\[]{0,2}(<[\w .|-]+>|[A-Z][\w-]*)\]?)?")
_NO_ABOUT = re.compile(r"(?i)usage|options?\b|commands?\b|copyright|version|try |or:|synopsis|see ")
_ROLE_WORDS = (
    ("OUT", ("output", "outfile", "dest", "target")),
    ("FILE", ("file", "path", "config", "input", "script")),
    ("DIR", ("dir", "folder", "directory")),
    ("URL", ("url", "uri")),
    ("HOST", ("host", "server", "address", "addr", "ip")),
    ("PORT", ("port",)),
    ("USER", ("user", "login", "owner")),
    ("PASSWORD", ("password", "pass", "secret")),
    ("COMMAND", ("command", "cmd", "program")),
    ("PATTERN", ("pattern", "regex", "regexp", "glob")),
    ("TIME", ("time", "date", "seconds", "secs", "timeout", "duration")),
    ("N", ("n", "num", "number", "count", "size", "level", "bytes", "width", "lines", "limit", "max", "min")),
)


def read_manual(path: Path) -> str:
    """Return a manual page's text, unpacked and with its markup taken out.

    Raises:
        UserError: it is not there, too large, or no text.
    """
    try:
        data = path.read_bytes()[: MAX_BYTES + 1]
        if path.suffix == ".gz":
            with gzip.open(path) as opened:
                data = opened.read(MAX_BYTES + 1)
        elif path.suffix == ".bz2":
            with bz2.open(path) as opened:
                data = opened.read(MAX_BYTES + 1)
    except (OSError, EOFError) as error:
        raise UserError(f"{path} cannot be read: {error}", next_step="give a manual page, such as tar.1.gz") from None
    if len(data) > MAX_BYTES or b"\0" in data[:4096]:
        raise UserError(f"{path} is no manual page", next_step="give a manual page, such as tar.1.gz")
    return plain(data.decode("utf-8", "replace"))


def plain(text: str) -> str:
    """Return text without roff markup and overstrikes; text that has none is returned as it is."""
    text = re.sub(r".\x08", "", text)
    if not re.search(r"(?m)^\.(?:TH|Dd|SH|Sh)\b", text):
        return text
    out: list[str] = []
    tagged = False
    for line in text.splitlines():
        if line.startswith(('.\\"', "'\\\"")):
            continue
        macro = re.match(r"^[.']\s*(\w+)\s*(.*)$", line)
        if macro:
            name, rest = macro[1], _unroffed(macro[2]).strip()
            if name in ("SH", "Sh", "SS", "Ss"):
                out += ["", rest.strip('"').upper()]
            elif name == "Nd":
                out[-1:] = [f"{out[-1].strip() if out else ''} - {rest}"]
            elif name in ("Nm",) and rest:
                out.append(rest)
            elif name == "It" and "Fl" in rest:
                flags = re.sub(r"\bFl\s+", "-", rest)
                out.append(re.sub(r"\b(?:Ar|Ns|Xo|Cm|No)\s*", " ", flags))
                tagged = False
            elif name == "TP":
                tagged = True
            elif name in ("B", "BR", "BI", "I", "IR", "RB", "IP", "RI", "IB") and rest:
                words = " ".join(part.strip('"') for part in re.findall(r'"[^"]*"|\S+', rest))
                words = words.replace(" , ", ", ").replace(" ,", ",")
                out.append(words if tagged or words.startswith("-") else f"        {words}")
                tagged = False
            continue
        said = _unroffed(line)
        out.append(said if tagged or said.lstrip().startswith("-") or " - " in said else f"        {said}")
        tagged = False
    return "\n".join(out)


def _unroffed(text: str) -> str:
    text = re.sub(r"\\f(?:\[\w*\]|\(\w\w|\w)", "", text)
    text = re.sub(r"\\s[+-]?\d", "", text)
    for written, meant in ((r"\-", "-"), (r"\&", ""), (r"\e", "\\"), (r"\(aq", "'"), (r"\(en", "-"), (r"\(em", "-")):
        text = text.replace(written, meant)
    return re.sub(r"\\(?:\[\w+\]|\(\w\w|[ |^~/,cd0%:])", " ", text)


def learn(name: str, text: str, *, family: str = "unix", source: str) -> dict[str, Any]:
    """Return a table with one page for a tool, in the form of the tables' files.

    Args:
        name: the tool.
        text: its manual or help, without markup (see :func:`plain`).
        family: where the tool is at home.
        source: where the text comes from, for people.

    Raises:
        UserError: the text tells of no option and says nothing of what the tool is.
    """
    lines = text.splitlines()[:20_000]
    what = _what(name, lines)
    flags = _flags(lines)
    if not flags and what is None:
        raise UserError(
            f"the text tells nothing of {name} in a form that is known",
            next_step="give its manual page (tar.1.gz) or what --help prints",
        )
    entry: dict[str, Any] = {"learned": True, "what": what or f"is described by {source}", "source": source}
    if flags:
        entry["flags"] = flags
    if any(re.match(r"-\w{2,}", spelled) for spelled in flags):
        entry["style"] = "single" if sum(f.startswith("--") for f in flags) == 0 else "gnu"
    try:
        tool_of(name, Family(family), entry)
    except (Wrong, ValueError) as error:
        raise UserError(f"no page could be made of it: {error}", next_step="write one by hand") from None
    return {"family": family, "source": source, "tools": {name: entry}}


def _what(name: str, lines: list[str]) -> str | None:
    for line in lines[:200]:
        found = _NAME.match(line)
        if found and name in re.split(r"\s*,\s*", found[1]):
            said = found[2].strip().rstrip(".")
            return f"is for: {said[:_LONGEST]}"
    for line in lines[:15]:
        said = line.strip().rstrip(".:")
        plain_words = len(said.split()) > 2 and said[:1].isalpha() and not _NO_ABOUT.match(said)
        if plain_words and "[" not in said and "=" not in said and not said.startswith(name):
            return f"is for: {said[:1].lower()}{said[1:_LONGEST]}"
    return None


def _flags(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    seen: set[str] = set()
    for number, line in enumerate(lines):
        match = _OPTION.match(line.rstrip())
        if match is None:
            continue
        spelled = _SPELLING.findall(match["flags"])
        names = [flag for flag, _ in spelled]
        if not names or seen.intersection(names):
            continue
        says = match["says"] or next((x.strip() for x in lines[number + 1 : number + 3] if x.strip()), "")
        says = " ".join(says.split())
        if not says or says.startswith("-"):
            continue
        seen.update(names)
        word = next((value for _, value in spelled if value), "")
        role = _role(word, names) if word else None
        found[", ".join(names) + (f" {role}" if role else "")] = says[:_LONGEST]
        if len(found) >= 400:
            break
    return found


def _role(word: str, names: list[str]) -> str:
    words = set(re.findall(r"[a-z]+", f"{word} {' '.join(names)}".lower()))
    return next((role for role, known in _ROLE_WORDS if words.intersection(known)), Role.TEXT.value)
