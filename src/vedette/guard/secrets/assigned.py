"""Secrets that only the name before them gives away: ``password=``, ``"token":``, ``<Pass>``, ``--secret``, ``setPassword(``.

Where a word of :data:`~vedette.guard.secrets.names.KEYWORDS` stands, the whole name is read, then the sign behind it, then the
value; each step looks at a bounded number of characters, so that time grows in line with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2
from ahocorasick_rs import AhoCorasick

from vedette.guard.secrets import judging, names, values
from vedette.guard.secrets.base import Hit
from vedette.guard.secrets.providers.named import NAMED
from vedette.guard.secrets.published import PUBLISHED

_IDENTIFIER = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.$-"
_PARTICLES = ".-はがを是为為은는이"
"""What may end a name's letters and is none of them; the grammar of some languages puts it there."""
_RIGHT = re.compile(r"[\w$.-]{0,40}")
_BEFORE_WORD = re.compile(r"(?:^|[\s\"'(>,;-])([A-Za-z][A-Za-z-]{1,20}) $")
_SIGN = re.compile(
    r"""(?x)
    (?P<close>(?:\\?["'`]|[\])}*]|&quot;){0,4})
    (?:
      [ \t]{0,40}(?::[ \t]{0,3}[A-Za-z][\w.<>\[\]|?]{0,40}[ \t]{0,8})? (?P<equals>=== | !== | == | != | :== | := | =>  | \+= | \?= | = | <-) [ \t]{0,40}
    | [ \t]{0,12} (?P<colon>[:：]) (?:\*\*)? [ \t]{0,40}
    | [ \t]{0,3} (?P<comma>,) [ \t]{0,40} (?=[bru]?["'])
    | [ \t]{0,2} (?P<call>\() [ \t]{0,4} (?=[bru]?["'])
    | (?P<attribute>[ ]{1,4}(?:[Vv]alue|content)\s{0,3}=\s{0,3}) (?=["'])
    | (?P<tag>(?:[ ][^<>\n]{0,120})?>) \s{0,40}
    | (?P<gap>[ \t]{1,20})
    )"""
)
_QUOTED = re.compile(
    r'''(?x)(?:[bBrRuUfFL@$]{1,2}(?=["'`]))?(?:
      """(?P<a>[^"\n]{1,1000}) | \'\'\'(?P<b>[^'\n]{1,1000}) | \\"(?P<c>(?:[^"\\\n]|\\[^"\n]){1,1000})\\"
    | "(?P<d>(?:[^"\\\n]|\\.){1,2000})["\\] | '(?P<e>(?:[^'\\\n]|\\.){1,2000})['\\] | `(?P<f>[^`\n]{1,1000})` | &quot;(?P<g>[^\s&]{1,200})&quot;
    | “(?P<h>[^”\n]{1,200})” )'''
)
_BARE = re.compile(r"[^\s\"'`<>]{1,1000}")
_CUT = re.compile(r"[;&|]|,(?=[\w.-]{1,40}[:=])|,$|/(?=[A-Za-z]{2,20}(?::|=[^=;,&]))|\\n|\\r|&quot")
"""Where a value without quotes ends and the next name begins; the ``=`` that fill up base64 name nothing."""
_TAG_VALUE = re.compile(r"(?:<!\[CDATA\[)?[\"']?([^<>\n\"']{1,1000}?)\s{0,40}(?:\]\]>)?(?:</|\n[^<>]{1,2000}</)")
_OTHERWISE = re.compile(r"[^\n;]{1,120}?(?:\bor\b|\|\||\?\?)[ ]{0,2}[\"'](?P<v>[^\"'\n]{4,100})[\"']")
"""``os.environ.get("PASSWORD") or "…"``."""
_ARRAY = re.compile(
    r"(?:\[\d{0,4}\])?\s{0,3}=?\s{0,3}(?:new byte\[\]\s?)?[{\[]\s{0,40}(?:(?://|/\*)[^\n]{0,120}\n\s{0,40})?(?P<v>(?:0x[0-9A-Fa-f]{1,2}|0[0-7]{2,3}|[0-9]{1,3}),\s{0,40}(?:(?:0x[0-9A-Fa-f]{1,2}|0[0-7]{2,3}),\s{0,40}){6,200}(?:0x[0-9A-Fa-f]{1,2})?)"
)


@lru_cache(maxsize=1)
def _automaton() -> tuple[AhoCorasick, tuple[str, ...]]:
    words = tuple(sorted({*names.KEYWORDS, *NAMED}))
    return AhoCorasick(words), words


@lru_cache(maxsize=1)
def _provider_words() -> Any:
    return re2.compile("|".join(map(re2.escape, sorted(NAMED, key=len, reverse=True))))


def load() -> None:
    """Build the automaton."""
    _automaton()


def folded(text: str) -> str:
    """Return a text in lower case, character by character: positions stay."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def find(text: str, low: str, *, eager: bool = False) -> Iterator[Hit]:
    """Yield secrets behind names.

    Args:
        text: what is looked through.
        low: the same in lower case, of the same length.
        eager: take any value of letters and digits, though it look invented.
    """
    automaton, words = _automaton()
    seen_to = 0
    for which, start, end in automaton.find_matches_as_indexes(low, overlapping=True):
        if start < seen_to and " " not in words[which] and words[which] not in NAMED:
            continue
        left = text[max(0, start - 60) : start]
        first = start - (len(left) - len(left.rstrip(_IDENTIFIER)))
        right = _RIGHT.match(text, end)
        last = right.end() if right else end
        while last > end and text[last - 1] in _PARTICLES:
            last -= 1
        seen_to = last
        hit = _named(text, first, last, words[which], eager)
        if hit is not None:
            yield hit
            seen_to = max(seen_to, hit.end)


def _named(text: str, first: int, last: int, word: str, eager: bool) -> Hit | None:
    name = text[first:last]
    before = _BEFORE_WORD.search(text[max(0, first - 22) : first])
    told = f"{before[1]} {name}" if before else name
    found = names.sort_of(told)
    sign = _SIGN.match(text, last)
    if found is None and before and sign is not None and sign.lastgroup == "equals":
        found = names.sort_of(name)  # "use api_key=…": the word before is the sentence's
    if found is None:
        return _provider(text, name, last, word) if word in NAMED else None
    if sign is None:
        spot = judging.Spot(
            text=text, name=name, start=first, sort=found[0], random=found[1], sign="prose", eager=eager
        )
        return None if last < len(text) and text[last].isascii() else _told(spot, text, last)
    at = sign.end()
    kind = sign.lastgroup or ""
    spot = judging.Spot(
        text=text,
        name=name,
        start=first,
        sort=found[0],
        random=found[1],
        sign=kind,
        mark=(sign[kind] or "").strip(),
        spaced=sign[0][-1:] in " \t",
        eager=eager,
    )
    if kind == "gap":
        spot = _after_gap(spot, text, first)
    if spot.sign == "prose":
        return _told(spot, text, last)
    array = _ARRAY.match(text, last)
    if array is not None and found[0] is not names.Sort.PASSWORD:
        return Hit(*array.span("v"), judging.entity_of(spot), "key-bytes", 0.8)
    if kind == "tag":
        value = _TAG_VALUE.match(text, at)
        span = value.span(1) if value else None
        quoted = True
    else:
        span, quoted = value_at(text, at)
    if span is None:
        return None
    if not quoted and text.startswith(("...", "…"), span[1]) and spot.sort is not names.Sort.PASSWORD:
        return None
    score = judging.judge(spot, text[span[0] : span[1]], span[0], span[1], quoted)
    if not score and kind == "equals" and not quoted:
        other = _OTHERWISE.match(text, at)
        if other is not None:
            span = other.span("v")
            score = judging.judge(spot, other["v"], *span, True)
    if not score and kind in ("equals", "colon") and _provided(name.lower(), text[span[0] : span[1]]):
        score = 0.7
    if not score:
        return _told(spot, text, last) if kind == "gap" else None
    if values.digest(text[span[0] : span[1]]) in PUBLISHED and not _of_an_account(text, first, span[1]):
        return None
    return Hit(span[0], span[1], judging.entity_of(spot), judging.rule_of(spot, name), score)


_ACCOUNT = re.compile(r"(?i)Account(?:Name|Endpoint)=(?P<n>[^;\"'\s]{1,100})")
_EMULATED = re.compile(r"(?i)devstoreaccount1|localhost|127\.0\.0\.1")


def _of_an_account(text: str, first: int, end: int) -> bool:
    """Return whether a published key stands in the connection string of an account that no emulator has."""
    account = _ACCOUNT.search(text, max(0, first - 200), end + 200)
    return account is not None and _EMULATED.search(account["n"]) is None


def value_at(text: str, at: int) -> tuple[tuple[int, int] | None, bool]:
    """Return the range of the value that begins at a place, and whether quotes enclose it."""
    quoted = _QUOTED.match(text, at)
    if quoted is not None and quoted.lastgroup:
        return quoted.span(quoted.lastgroup), True
    bare = _BARE.match(text, at)
    if bare is None:
        return None, False
    value = bare[0]
    cut = _CUT.search(value, 1)
    end = cut.start() if cut else len(value)
    value = value[:end].rstrip(",;.:")
    kept = value.rstrip(")]}")
    if kept != value and not (set(kept) & set("([{")):
        value = kept.rstrip(",;.:")
    end = len(value)
    if value[:1] == "(" and end > 1:
        return (at + 1, at + end), False
    return ((at, at + end) if end else None), False


_CONFIG = re.compile(r"(?i)(?:^|[\n\r;])[ \t]*(?:#define|%define|%global|set|setx|export|env|identity)?[ \t]*$")
_NETRC = re.compile(r"(?i)(?:^|\s)(?:(?P<sure>machine\s+\S+\s+|default\s+)login|login|user)\s+\S+\s+$")
_PROSE = re.compile(
    r"""(?xi)["'`*)\]]{0,3}(?:[ \t]{1,3}(?:for|of|to|in|on|für|pour|para)[ \t][^\n:=.,;]{1,40}?)?
    (?:[ \t]{1,3}(?:now[ ]|still[ ]|(?:will[ ]be|ha[sd][ ]been|is|was|were|got|is[ ]being)[ ](?=(?:re)?set[ ]|changed[ ])|has[ ]been[ ]|will[ ]be[ ]|again[ ]|initially[ ]|currently[ ])?(?:is|was|are|be|equals|(?:re)?set[ ]to|changed[ ]to|es|ist|lautet|est|è|é|är|jest|on|olarak|(?P<weak>to))[ \t]{0,2}:?[ \t]{1,3}
    |[ \t]{0,3}(?:は|是|为|為|：|은|는|→|->)[ \t]{0,3}|(?<=[^\s])[ ]{0,2}:[ ]{0,3})
    (?P<quote>["'“‘`«]?)(?P<v>[^\s"'“”‘’`«»<>]{4,100})"""
)


def _after_gap(spot: judging.Spot, text: str, first: int) -> judging.Spot:
    """Return the spot of a value that follows a name and a space only: an option, a definition, a line of netrc."""
    name = spot.name
    before = text[max(0, first - 160) : first]
    line = before[before.rfind("\n") + 1 :]
    if name.startswith("-") or (line.endswith("/") and line[-2:-1] in " \t"):
        return judging.moved(spot, "option")
    if spot.sort is names.Sort.PASSWORD and name.islower() and (pair := _NETRC.search(line)) is not None:
        return judging.moved(spot, "netrc" if pair["sure"] else "pair")
    if _CONFIG.search("\n" + line):
        return judging.moved(spot, "define" if line.strip() else "line")
    return judging.moved(spot, "prose")


def _told(spot: judging.Spot, text: str, last: int) -> Hit | None:
    """Return what a sentence says that a password or a token is."""
    match = _PROSE.match(text, last)
    if match is None:
        return _beside(spot, text, last)
    start = match.start("v")
    if match["weak"] and (values.n_classes(match["v"].rstrip(".,;:!?)")) < 3 or not any(map(str.isdigit, match["v"]))):
        return None
    value = match["v"].rstrip(",;.:)]}!?")
    if match["v"][len(value) :][:1] == "!" and not match["quote"]:
        value += "!"
    score = judging.judge_told(
        spot, value, text[start + len(match["v"]) : start + len(match["v"]) + 24], bool(match["quote"])
    )
    return Hit(start, start + len(value), judging.entity_of(spot), f"{spot.sort.value}-told", score) if score else None


_BESIDE = re.compile(r"[ \t]{1,4}(?P<v>[A-Za-z0-9+/_=.-]{24,400})(?=[\s\"'`,;)]|$)")


def _beside(spot: judging.Spot, text: str, last: int) -> Hit | None:
    """Return what stands behind a name with nothing between, where nothing but a key can look so."""
    match = _BESIDE.match(text, last)
    if match is None or spot.sort is not names.Sort.SECRET or spot.random:
        return None
    value = match["v"].rstrip(".")
    if values.n_classes(value) < 3 or not judging.judge(judging.moved(spot, "line"), value, *match.span("v"), False):
        return None
    return Hit(match.start("v"), match.start("v") + len(value), "SECRET", "secret-beside", 0.7)


def _provided(name: str, value: str) -> bool:
    """Return whether a name holds a provider's and the value has the shape of its keys."""
    word = _provider_words().search(name)
    return word is not None and NAMED[word.group()][1].fullmatch(value) is not None and judging.is_drawn(value)


def _provider(text: str, name: str, last: int, word: str) -> Hit | None:
    """Return a key whose name holds only its provider's."""
    words = names.words_of(name)
    if (
        not words
        or (words[-1] in names.NOT_AFTER and words[-2:] not in (["access", "id"], ["key", "id"]))
        or words[-1] not in {word, *_OF_KEYS}
    ):
        return None
    sign = _SIGN.match(text, last)
    if sign is None or sign.lastgroup not in ("equals", "colon"):
        return None
    span, _ = value_at(text, sign.end())
    if span is None:
        return None
    value = text[span[0] : span[1]]
    rule, shape = NAMED[word]
    if shape.fullmatch(value) and judging.is_drawn(value):
        return Hit(span[0], span[1], "API_KEY", rule, 0.7)
    return None


_OF_KEYS = frozenset("key secret token id sid api app access client auth pat".split())
