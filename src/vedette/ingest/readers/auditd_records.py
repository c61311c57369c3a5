"""Linux audit records: one line to its fields, and the fields of its SYSCALL record beside them.

Used by the readers of raw audit logs and of syslog that carries them. A record's own fields come
first: a later field of the same name (a command line may hold ``uid=0``) never replaces one.

Source: Linux audit userspace, ``audit-fields.txt`` and ``msg_typetab.h``; kernel ``audit.h``.
"""

from __future__ import annotations

import re

from vedette.ingest.base import Native, RecordError
from vedette.ingest.convert import decode_text
from vedette.ingest.readers.auditd_tables import SYSCALLS, TYPE_NUMBERS

INTERPRETED = (
    "time is written as the locale of the host has it (ausearch -i): export with `ausearch --raw`, or without -i"
)
NOT_AUDIT = "not an audit record"

JOINED_TYPES = frozenset({"EXECVE", "PATH", "SOCKADDR"})
"""Record types that get the fields of the SYSCALL record with the same serial."""

JOINED_FIELDS = (
    "arch",
    "syscall",
    "success",
    "exit",
    "ppid",
    "pid",
    "auid",
    "uid",
    "gid",
    "euid",
    "tty",
    "ses",
    "comm",
    "exe",
    "key",
    "cwd",
    "ARCH",
    "SYSCALL",
    "AUID",
    "UID",
    "GID",
    "EUID",
)

MAX_HELD = 64
"""SYSCALL records kept for joining: the records of one call stand next to each other."""

_HEADER = re.compile(
    r"(?:node=(\S{1,255}) )?type=([A-Z0-9_]{1,64}|UNKNOWN\[\d{1,6}\]) (?:msg=)?"
    r"audit\((\d{1,12}\.\d{1,9}):(\d{1,20})\) ?: ?(.*)",
    re.DOTALL,
)
_INTERPRETED = re.compile(
    r"(?:node=\S{1,255} )?type=[A-Z0-9_]{1,64} msg=audit\([^)]{1,40}[/.-][^)]{1,40}:\d{1,20}\) ?:"
)

# key=, then a quoted, braced or bare value. The lookbehind lets a key start only where a word starts and ++
# never gives back, so the scan is linear; braces are bounded for the same reason.
_FIELD = re.compile(r'(?<![\w\[\]-])([\w\[\]-]++)=(?:"([^"]*)"|\{ ?([^}]{0,400})\}|(\S*))', re.ASCII)
_AVC = re.compile(r"avc: {1,4}(granted|denied) {1,4}\{ ?([^}]{0,400}?) ?\} for ")

# written in hex when they hold a blank, a quote or a control character
_TEXT_FIELDS = frozenset(
    {"proctitle", "comm", "exe", "name", "cwd", "acct", "cmd", "dir", "path", "key", "data", "watch", "unit", "grp"}
)
_HEX = re.compile(r"(?:[0-9A-F]{2})+")
_ARGUMENT = re.compile(r"a(\d{1,7})(?:\[(\d{1,7})\])?")


def unhex(text: str) -> str | None:
    """Return the text that audit wrote in hex (NUL between arguments becomes a blank), or None if it is no hex."""
    if not _HEX.fullmatch(text):
        return None
    return decode_text(bytes.fromhex(text).rstrip(b"\0").replace(b"\0", b" "))


def parse_record(line: str) -> Native | None:
    """Return the fields of one audit record: ``type``, ``timestamp``, ``serial``, ``node`` and its own.

    None if the line is no audit record.

    Raises:
        RecordError: an audit record whose time cannot be told.
    """
    match = _HEADER.fullmatch(line)
    if match is None:
        if _INTERPRETED.match(line):
            raise RecordError(INTERPRETED)
        return None
    node, kind, stamp, serial, body = match.groups()
    kind = TYPE_NUMBERS.get(kind, kind)
    native: Native = {"type": kind, "timestamp": stamp, "serial": serial}
    if node:
        native["node"] = node
    if kind.startswith("AUOMS_"):
        _read_auoms(native, body)
        return native
    body, _, enriched = body.partition("\x1d")
    if kind == "EXECVE":
        _read_execve(native, body)
    else:
        # a program's own message stands in msg='…'; the kernel's facts about the program come before it
        outer, marked, inner = body.partition("msg='")
        if marked:
            inner, _, rest = inner.rpartition("'")
            _read_fields(native, outer)
            _read_fields(native, inner)
            enriched = f"{rest} {enriched}"
        else:
            _read_fields(native, body)
        if "avc: " in body[:8]:
            avc = _AVC.match(body)
            if avc:
                native["avc"] = f"{avc[1]} {{ {avc[2]} }}"
    if enriched:
        _read_fields(native, enriched)
    if "syscall" in native and "SYSCALL" not in native:
        name = SYSCALLS.get(native.get("arch"), {}).get(native["syscall"])
        if name:
            native["SYSCALL"] = name
    return native


def _read_fields(native: Native, text: str) -> None:
    for key, quoted, braced, bare in _FIELD.findall(text):
        if key in native:
            continue
        if bare:
            if key in _TEXT_FIELDS:
                decoded = unhex(bare)
                if decoded is not None:
                    native[key] = decoded.replace("\x01", ",") if key == "key" else decoded
                    continue
            native[key] = bare.rstrip(",") if bare[-1] == "," else bare
        else:
            native[key] = quoted or braced.strip()


def _read_execve(native: Native, text: str) -> None:
    pieces: dict[str, dict[int, str]] = {}
    for key, quoted, braced, bare in _FIELD.findall(text):
        argument = _ARGUMENT.fullmatch(key)
        if argument is None:
            native.setdefault(key, quoted or braced or bare)
        elif argument[2] is None:
            # a bare argument is hex, also when it looks like a number
            native.setdefault(key, (unhex(bare) if bare else quoted or braced) or bare)
        else:
            pieces.setdefault(f"a{argument[1]}", {}).setdefault(int(argument[2]), bare or quoted)
    for key, parts in pieces.items():
        # a long argument is cut into a1[0], a1[1]…; hex may be cut in the middle of a letter
        joined = "".join(parts[number] for number in sorted(parts))
        native.setdefault(key, unhex(joined) or joined)


def _read_auoms(native: Native, body: str) -> None:
    # AUOMS writes cmdline and proctitle last and as they are, quotes included: what they hold is no field
    ends = body.rfind(" redactors=")
    tail = body[ends:] if ends >= 0 else ""
    for key in ("cmdline", "proctitle"):
        start = body.find(f" {key}=")
        if start < 0:
            continue
        value = body[start + len(key) + 2 : ends if ends > start else None]
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1]
        native[key] = value
        body = body[:start]
        ends = -1
    _read_fields(native, body)
    _read_fields(native, tail)


class AuditJoiner:
    """Gives records the fields of the SYSCALL record that they belong to; remembers the last few calls."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str, str | None], Native] = {}
        self._lines: dict[tuple[str, str, str | None], bytes] = {}
        self.is_reversed = False
        """Whether SYSCALL stands after the records that belong to it, as ausearch prints them."""

    def add(self, native: Native, line: bytes) -> None:
        """Join ``native`` in place, or remember it if it is what others join."""
        kind = native["type"]
        key = (native["serial"], native["timestamp"], native.get("node"))
        if kind == "SYSCALL":
            if len(self._held) >= MAX_HELD:
                oldest = next(iter(self._held))
                del self._held[oldest]
                self._lines.pop(oldest, None)
            # its own copy: what is remembered grows by the working directory, what is returned does not
            self._held[key] = {name: native[name] for name in JOINED_FIELDS if name in native}
            self._lines[key] = line[:4096]
        elif kind == "CWD":
            held = self._held.get(key)
            if held is not None and "cwd" not in held and "cwd" in native:
                held["cwd"] = native["cwd"]
                self._lines[key] += b"\n" + line[:4096]
        elif kind in JOINED_TYPES:
            held = self._held.get(key)
            if held is not None:
                join(native, held)

    def settle(self, natives: list[Native]) -> None:
        """Join again within ``natives`` where SYSCALL came later (ausearch prints records last first)."""
        for native in natives:
            if native["type"] in JOINED_TYPES and "pid" not in native:
                held = self._held.get((native["serial"], native["timestamp"], native.get("node")))
                if held is not None:
                    join(native, held)

    def lines(self) -> bytes:
        """Return the lines that bring a new joiner to the same state."""
        lines = list(self._lines.values())
        return b"\n".join([b"----", *lines] if self.is_reversed else lines)


def join(native: Native, held: Native) -> None:
    """Put the fields of a SYSCALL record into another record of the same call, in place."""
    for name, value in held.items():
        if name not in native:
            native[name] = value
