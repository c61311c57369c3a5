"""Links and pictures in replies: where they lead, and whether they carry something away.

A picture is fetched without anybody clicking, so one on a host that nobody named is unsafe in itself. A link is unsafe
where it carries what the conversation holds, or long opaque data, to a host that nobody named; where it says one host
and leads to another; or where its scheme runs something. Hosts that the user or the policy named are fine.
"""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from vedette.guard.replies.leaks import SCANNER
from vedette.guard.secrets.values import entropy
from vedette.schema.guarding import Around, GuardFinding

_MOST_URL = 4096
_LONG = 40
"""Characters of a query or path part without a blank that say nothing to a reader."""
_SCHEMES = ("javascript:", "vbscript:", "data:", "file:", "ms-", "search-ms:")
_PATTERNS = (  # the label is the first group, the address the second
    ("picture", r"!\[([^\]\n]{0,1000})\]\(\s*<?([^\s)>]+)"),
    ("link", r"(?:^|[^!])\[([^\]\n]{0,1000})\]\(\s*<?([^\s)>]+)"),
    ("reference", r"(?m)^[ ]{0,3}\[([^\]\n]{1,200})\]:\s*<?([^\s>]+)"),
    (
        "picture",
        r"(?i)<(?:img|iframe|source|video|audio|embed|object|script|link|input)\b([^>]{0,999}?)"
        r"\b(?:src|href|data|srcset|poster)\s*=\s*[\"']?([^\s\"'>]+)",
    ),
    ("link", r"(?i)<(?:a|area|form)\b([^>]{0,999}?)\b(?:href|action)\s*=\s*[\"']?([^\s\"'>]+)"),
    ("picture", r"(?i)()url\(\s*[\"']?(https?://[^\s\"')]+)"),
    ("address", r"(?i)()(\bhttps?://[^\s<>\"'`)\]}]+)"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a reply."""

    kind: str
    label: str
    url: str
    start: int
    end: int


@cache
def _compiled() -> tuple[tuple[str, Any], ...]:
    import re2

    return tuple((kind, re2.compile(pattern)) for kind, pattern in _PATTERNS)


def found_links(text: str) -> list[Link]:
    """Return the links of a text, Markdown's, HTML's and bare ones, each address once."""
    if "://" not in text and "](" not in text and "]:" not in text and "=" not in text:
        return []
    out: dict[int, Link] = {}
    for kind, pattern in _compiled():
        for match in pattern.finditer(text):
            at = match.start(2)
            if at in out:
                continue
            start = match.start() if kind != "address" else at
            out[at] = Link(kind, match.group(1) or "", match.group(2), start, match.end(2))
    return [out[at] for at in sorted(out)]


def links(text: str, around: Around) -> Iterator[GuardFinding]:
    """Yield the unsafe links of a reply."""
    found = found_links(text)
    if not found:
        return
    known = frozenset(host.lower() for host in around.hosts)
    seen = "\n".join(around.seen)
    references = {one.label.lower() for one in found if one.kind == "reference"}
    pictured = {label for label in references if f"![{label}]" in text.lower() or f"][{label}]" in text.lower()}
    for one in found:
        kind = "picture" if one.kind == "reference" and one.label.lower() in pictured else one.kind
        why = _why_unsafe(kind, one, known, seen)
        if why is not None:
            rule, score, note = why
            yield GuardFinding(
                entity="UNSAFE_LINK",
                start=one.start,
                end=one.end,
                score=score,
                scanner=SCANNER,
                rule=rule,
                note=note,
            )


def _why_unsafe(kind: str, link: Link, known: frozenset[str], seen: str) -> tuple[str, float, str] | None:
    url = "".join(c for c in link.url if unicodedata.category(c) not in ("Cf", "Cc"))
    lowered = url.strip().lower()
    if url != link.url:
        return "hidden-characters", 0.95, "characters in the address that nobody sees"
    if lowered.startswith(_SCHEMES):
        return None if _plain_data(lowered) else ("scheme", 0.95, "an address that runs something or reads a file")
    if lowered.startswith("//"):
        url = f"https:{url}"
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        _ = parts.port
    except ValueError:
        return "unreadable", 0.8, "an address that cannot be read"
    if not host:
        return None
    if parts.username is not None:
        return "user-in-address", 0.9, "a name before the host hides where it leads"
    shown = _shown_host(link.label) if kind in ("link", "picture") else None
    if shown is not None and shown != host and not host.endswith(f".{shown}") and not shown.endswith(f".{host}"):
        return "other-host", 0.9, "the text names one host, the address another"
    if _is_known(host, known):
        return None
    if _odd_host(host):
        return "odd-host", 0.85, "a host written so that it is taken for another, or as a number"
    if url in seen:
        return None
    if kind == "picture":
        return "picture", 0.9, "a picture on a host that nobody named is fetched without a click"
    carried = _carried(parts.path, parts.query, parts.fragment, host, seen)
    return None if carried is None else ("carries-data", *carried)


def _plain_data(lowered: str) -> bool:
    return lowered.startswith(("data:image/png;base64", "data:image/jpeg;base64", "data:image/gif;base64"))


def _is_known(host: str, known: frozenset[str]) -> bool:
    host = host.lower()
    return any(host == one or host.endswith(f".{one}") for one in known)


def _shown_host(label: str) -> str | None:
    """Return the host that a link's text says it leads to; None where it says none."""
    text = label.strip().strip("`*_").lower()
    if "://" not in text and not text.startswith("www."):
        return None
    try:
        host = urlsplit(text if "://" in text else f"https://{text}").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def _odd_host(host: str) -> bool:
    if not host.isascii() or host.startswith("xn--") or ".xn--" in host:
        scripts = {unicodedata.name(c, "?").split()[0] for c in _unicode(host) if c.isalpha()}
        return len(scripts) > 1
    if host.replace(".", "").isdigit() or host.startswith("0x"):
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return True
    return False


def _unicode(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna") if host.isascii() else host
    except UnicodeError:
        return host


def _carried(path: str, query: str, fragment: str, host: str, seen: str) -> tuple[float, str] | None:
    """Return the score and the reason where an address carries something; None where it does not."""
    labels = host.split(".")
    pieces = [piece for part in query.split("&") for piece in part.split("=", 1)[-1:]] + fragment.split("&")
    pieces += [piece for piece in path.split("/") if len(piece) >= _LONG] + [
        one for one in labels[:-2] if len(one) > 24
    ]
    for piece in pieces:
        said = unquote(piece.replace("+", " "))
        if len(said) >= 12 and said in seen:
            return 0.95, "the address carries what the conversation holds"
        if len(said) >= _LONG and " " not in said and _opaque(said):
            return 0.85, "the address carries long opaque data"
        if len(said) >= 2 * _LONG and said.count(" ") >= 6:
            return 0.85, "the address carries a text"
    return None


def _opaque(text: str) -> bool:
    dashed = text.count("-") + text.count("_") + text.count(".")
    return entropy(text) >= 3.2 and dashed < len(text) / 8


def hosts_of(text: str) -> frozenset[str]:
    """Return the hosts that a text names in addresses: what a user named, a reply may name."""
    hosts = set()
    for one in found_links(text):
        try:
            host = urlsplit(one.url[:_MOST_URL]).hostname
        except ValueError:
            continue
        if host:
            hosts.add(host)
    return frozenset(hosts)
