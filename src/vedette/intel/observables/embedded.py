"""Whole rules of YARA and Sigma that stand in a text."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.guard.personal.sheet import Pattern
from vedette.intel.observables.candidates import Candidate
from vedette.intel.observables.mirror import Plain
from vedette.schema.entity import ObservableKind

_RULE = Pattern(rb"(?m)^[ \t>]*((?:(?:private|global) +)*rule +\w{1,128}\s*(?::[\w\s]{1,200})?\{)")
_TITLE = Pattern(rb"(?m)^[ \t]*(title ?: ?\S)")
_KEY = Pattern(rb"^[A-Za-z_][\w.\-]*[ \t]*:(?:[ \t]|$)")
_LONGEST = 64_000
_MOST_OPEN = 32
"""Heads of rules that are never closed, after which a text is not believed to hold whole ones."""
_SIGNS = Pattern(rb"[\"{}/\n]")


def yara(plain: Plain) -> Iterator[Candidate]:
    """Yield rules of YARA: from their head to the brace that closes them."""
    raw = plain.raw
    if b"rule" not in raw or b"condition" not in raw:
        return
    done = n_open = 0
    for found in _RULE.finditer(raw):
        start = found.start(1)
        if start < done:
            continue
        end = _closed(raw, found.end(1))
        if end is None:
            n_open += 1
            if n_open > _MOST_OPEN:
                return
            continue
        body = raw[found.end(1) : end]
        if b"condition" not in body:
            continue
        done = end
        yield Candidate(0, start, end, ObservableKind.YARA, plain.text[start:end])


def _closed(raw: bytes, at: int) -> int | None:
    """Return where the brace that is open at a place is closed; strings and comments are passed over."""
    depth, limit = 1, min(len(raw), at + _LONGEST)
    while at < limit:
        found = _SIGNS.search(raw, at, limit)
        if found is None:
            return None
        at = found.end()
        sign = found.group()
        if sign == b"{":
            depth += 1
        elif sign == b"}":
            depth -= 1
            if not depth:
                return at
        elif sign == b'"':
            end = _string(raw, at, limit)
            at = end if end is not None else at
        elif sign == b"/":
            if raw[at : at + 1] == b"/":
                line = raw.find(b"\n", at, limit)
                at = line if line >= 0 else limit
            elif raw[at : at + 1] == b"*":
                stop = raw.find(b"*/", at, limit)
                if stop < 0:
                    return None
                at = stop + 2
    return None


def _string(raw: bytes, at: int, limit: int) -> int | None:
    while at < limit and raw[at] not in b'"\n':
        at += 2 if raw[at] == 0x5C else 1
    return at + 1 if at < limit and raw[at] == 0x22 else None


def sigma(plain: Plain) -> Iterator[Candidate]:
    """Yield rules of Sigma: the lines from their title on that are one YAML document."""
    raw = plain.raw
    if b"logsource" not in raw or b"detection" not in raw:
        return
    done = 0
    for found in _TITLE.finditer(raw):
        start = found.start(1)
        if start < done:
            continue
        indent = start - (raw.rfind(b"\n", 0, start) + 1)
        end = _block(raw, start, indent)
        body = raw[start:end]
        done = end
        if b"logsource" in body and b"detection" in body and b"condition" in body:
            yield Candidate(0, start, end, ObservableKind.SIGMA, plain.text[start:end])


def _block(raw: bytes, at: int, indent: int) -> int:
    end, limit = at, min(len(raw), at + _LONGEST)
    while at < limit:
        stop = raw.find(b"\n", at, limit)
        stop = limit if stop < 0 else stop
        line = raw[at:stop].rstrip()
        if at != end or line:
            inner = line[indent:] if not line[:indent].strip() else line
            if line and not (inner[:1] in b" \t-#" or _KEY.match(inner)) and end != at:
                return end
            if line.strip().startswith((b"```", b"---")):
                return end
            if line:
                end = at + len(line)
        at = stop + 1
    return end
