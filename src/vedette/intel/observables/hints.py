"""What a text can hold at all: one pass over it tells which of the finders need to look.

Most texts hold few kinds of values. Patterns asked one after another cost a pass each, some twenty of them; a set of
RE2's tells in the time of one which of them occur. A hint says that a finder has to look, never that it will find:
whatever a finder can find has its hint.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

_END = rb"\z"
"""Occurs in every text: where a set does not say so, it ran out of memory and has told nothing."""


class Hints:
    """Patterns by name, sought together."""

    def __init__(self, patterns: Mapping[str, bytes]) -> None:
        """Keep the patterns, in RE2's syntax; they are compiled with their first use."""
        self._patterns = patterns
        self._names = tuple(patterns)
        self._all = frozenset(patterns)

    @cached_property
    def _set(self) -> Any:
        import re2

        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.log_errors = False
        options.max_mem = 32 << 20
        made = re2.Set.SearchSet(options)
        for pattern in (*self._patterns.values(), _END):
            made.Add(pattern)
        made.Compile()
        return made

    def of(self, raw: bytes) -> frozenset[str]:
        """Return the names of the patterns that occur in the mirror of a text."""
        found = self._set.Match(raw)
        if not found or found[-1] != len(self._names):
            return self._all
        return frozenset(self._names[at] for at in found[:-1])


WRITTEN = Hints(
    {
        "groups": rb"[0-9A-Fa-f]{8} [0-9A-Fa-f]{8}",
        "broken hash": rb"[0-9A-Fa-f]{12}[ \t]*\r?\n[ \t]*[0-9A-Fa-f]{4}",
        "broken url": rb"[\-_=&?%/][ \t]?\r?\n[ \t]*[A-Za-z0-9%]",
        "dot": rb"\[\.\]",
        "other dot": rb"\[ (?:\\?\.|(?i:dot)|(?i:punkt)|,) ?[\])}>]|\[(?:\\\.|(?i:dot)|(?i:punkt)|,) ?[\])}>]|\[\.(?: [\])}>]|[)}>])|"
        rb"[({<] ?(?:\\?\.|(?i:dot)|(?i:punkt)|,) ?[\])}>]|\\\[\.(?:[^\]]|\z)|[\w\xff] ?\[\.[\w\xff]|[\w\xff][({]\.[\w\xff]|"
        rb"[\w\xff]\.[\])}][\w\xff]|[\w\xff]\]\.[\w\xff]| \[\.\]|\[\.\] ",
        "at": rb"(?i)[\[({<] ?(?:@|at|et) ?[\])}>]",
        "colon": rb"(?:\A|[^:])\[/|[({]/|[\[({]:",
        "scheme": rb"(?i)h(?:xx|\*\*|tx|xt|__|\+\+|ttx)p|hxp|htxp|httx|fxp|f\*p|meow|\[tt\]|\[p\]|:\[/|:\\|: // ?|:// ",
        "spoken": rb"(?i) dot ",
        "spaced": rb" \. ",
        "escaped": rb"\\[._\-&=?#~+!*]|\\\\_",
    }
)
"""What there may be to take back: dots, signs and schemes that somebody defanged, values that a line end broke."""

VALUES = Hints(
    {
        "rule": rb"rule",
        "logsource": rb"logsource",
        "agent": rb"(?:lla|era|url|get|sts|lib|ent|ttp|ava|erl|ITS|ios|URL|uby|vik|ell|API|WNS|oIt|etc|hon)/\d|(?i:r[- ]?agent)",
        "mutex": rb"(?i)mut(?:ex|ant)",
        "url": rb"://",
        "email": rb"[A-Za-z0-9_\xff.+%\-]@[A-Za-z0-9\xff\-]",
        "handle": rb"elegram|TELEGRAM",
        "windows": rb"\\",
        "unix": rb"~/|/(?:etc|usr|bin|sbin|var|tmp|opt|home|root|dev|proc|sys|lib|lib64|mnt|Library|Users|Applications|System|private|data|"
        rb"sdcard|Volumes|boot|run|srv|media|storage|www)/",
        "quoted": rb"\.[A-Za-z0-9]{2,5}[,.]?[\x01\"`]",
        "numbered": rb"[0-9][\])]\.[A-Za-z0-9]{2}",
        "v6": rb":[0-9A-Fa-f]{0,4}:",
        "catalogued": rb"(?:CVE|cve|Cve)[\-\x03_ ]\d|(?:CWE|cwe)[\-\x03 ]\d|ASN? ?\d{3}|TA00|[TGSMt][01]\d{3}|C00\d",
    }
)
"""What finders look for in a text once that is done."""
