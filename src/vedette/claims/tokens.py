"""A sentence as a row of typed tokens: names, times, numbers, quotes, words.

Names come from the facts; everything else is recognised by its shape. What has the shape of a name, an id or a path
and is in no fact becomes a token of its own that nothing will match.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import re2

from vedette.claims import lexicon
from vedette.claims.names import Names
from vedette.claims.numbers import AT_LEAST, FREQUENCIES, NUMBER_WORDS, spelled
from vedette.claims.plain import folded, mixed_scripts, plain
from vedette.claims.times import TIME_PATTERN, UNITS, WEEKDAYS, Written, parse_time


@dataclass(slots=True)
class Token:
    """One unit of meaning in a sentence."""

    what: str
    """``name``, ``number``, ``share``, ``duration``, ``time``, ``quote``, ``code``, ``word`` or ``mark``."""
    text: str
    low: str
    ids: frozenset[str] = frozenset()
    sort: str = ""
    value: float = 0.0
    time: Written | None = None
    relation: str = "="
    """How a number relates to what was counted: ``>=`` for *at least*."""
    groups: frozenset[str] = frozenset()
    verb: bool = False
    participle: bool = False
    gerund: bool = False
    noun: bool = False
    places: int = 0
    """Decimals written."""
    capital: bool = False
    parts: tuple[float, ...] = field(default=())


_TIME = re2.compile(TIME_PATTERN)
_QUOTE = re2.compile(r"\"([^\"]+)\"|`([^`]+)`|(?:^|[\s(])'([^'\"]+)'(?:$|[\s).,;:!?])")
_CHUNK = re2.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|[^\s\"`()\[\]{},;!?|<>]+|[\"`()\[\]{},;!?|<>]")
_CITATION = re2.compile(r"\s?\[(?:f?\d{1,3}|\^\d{1,3})(?:\s?[,;]\s?f?\d{1,3})*\]")
_NUMBER = re2.compile(r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$")
_SHARE = re2.compile(r"^(\d+(?:\.\d+)?)%$")
_UNIT_WORD = "|".join(sorted((u + "s?" for u in UNITS if len(u) > 2), key=len, reverse=True))
_COMPOUND = re2.compile(rf"^(\d+(?:\.\d+)?)-?({_UNIT_WORD}|ms)$")
_SHORT_SPAN = re2.compile(r"^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?:in)?)?(?:(\d+(?:\.\d+)?)s)?$")
_TIMES = re2.compile(r"^(\d+)[x×]$")
_ORDINAL = re2.compile(r"^(\d+)(?:st|nd|rd|th)$")
_LEFT_CUES = frozenset("account user by as for named called identity username service daemon and , or".split())


def without_citations(sentence: str) -> str:
    """Return a sentence without citation marks such as ``[3]`` or ``[f2]``."""
    return str(_CITATION.sub("", sentence)) if "[" in sentence else sentence


def tokenise(sentence: str, names: Names) -> list[Token]:
    """Return the tokens of a sentence in order; citation marks and emphasis are left out."""
    text = plain(without_citations(sentence)).replace("**", "").replace("__", "")
    low = folded(text)
    spans: list[tuple[int, int, Token]] = []
    mentions = names.find(text, low)
    quotes = list(_QUOTE.finditer(text)) if ('"' in text or "`" in text or "'" in text) else []
    covered = -1
    at_quote = at_name = 0
    while at_quote < len(quotes) or at_name < len(mentions):
        quote = quotes[at_quote] if at_quote < len(quotes) else None
        name = mentions[at_name] if at_name < len(mentions) else None
        if quote is not None:
            group = 1 if quote.group(1) is not None else 2 if quote.group(2) is not None else 3
            q_start, q_end = quote.start(group) - 1, quote.end(group) + 1
            if q_start < covered:
                at_quote += 1
                continue
        if name is not None and name.start < covered:
            at_name += 1
            continue
        if quote is not None and (
            name is None or q_start < name.start or (q_start == name.start and q_end >= name.end)
        ):
            inner = text[q_start + 1 : q_end - 1].strip()
            token = _quoted(inner, names)
            spans.append((q_start, q_end, token))
            covered = q_end
            at_quote += 1
            continue
        if name is None:
            break
        written = text[name.start : name.end]
        if _only_a_word(written, low, name.start, name.end, name.sort):
            at_name += 1
            continue
        spans.append((name.start, name.end, Token("name", written, low[name.start : name.end], name.ids, name.sort)))
        covered = name.end
        at_name += 1
    tokens: list[Token] = []
    position = 0
    for start, end, token in spans:
        tokens.extend(_between(text, low, position, start))
        tokens.append(token)
        position = end
    tokens.extend(_between(text, low, position, len(text)))
    return _joined(tokens)


def _quoted(inner: str, names: Names) -> Token:
    low = folded(inner)
    ids = names.exactly(low.strip(" .,;:"))
    if ids:
        first = next(iter(ids))
        return Token("name", inner, low, ids, names.sort(first, low))
    return Token("quote", inner, low)


def _only_a_word(written: str, low: str, start: int, end: int, sort: str) -> bool:
    """Return whether what looks like a name is more likely the ordinary word."""
    if not written.isalpha() or not written.islower():
        return False
    if written not in lexicon.FUNCTION_WORDS and written not in lexicon.NEUTRAL and written not in lexicon.TYPE_WORDS:
        known = lexicon.word(written)
        if known is None:
            return False
    before = low[:start].rstrip()
    last = before.rsplit(None, 1)[-1] if before else ""
    return last.strip("(*") not in _LEFT_CUES


def _between(text: str, low: str, start: int, end: int) -> list[Token]:
    """Return the tokens of a stretch without names."""
    if start >= end:
        return []
    tokens: list[Token] = []
    piece = low[start:end]
    position = 0
    if any(c.isdigit() for c in piece):
        for match in _TIME.finditer(piece):
            a, b = match.start(), match.end()
            while b > a and piece[b - 1] in " .":
                b -= 1
            if not _alone(low, start + a, start + b):
                continue
            written = parse_time(piece[a:b])
            if written is None:
                continue
            tokens.extend(_chunks(text[start + position : start + a]))
            tokens.append(Token("time", text[start + a : start + b], piece[a:b], time=written))
            position = b
    tokens.extend(_chunks(text[start + position : end]))
    return tokens


def _alone(low: str, start: int, end: int) -> bool:
    before = low[start - 1] if start else " "
    after = low[end] if end < len(low) else " "
    if before.isalnum() or before in ".:/\\_-#$@=":
        return False
    if after.isalnum() or after in "/\\_%@=":
        return False
    return not (after in ".:-" and end + 1 < len(low) and low[end + 1].isalnum())


def _chunks(text: str) -> list[Token]:
    tokens: list[Token] = []
    for match in _CHUNK.finditer(text):
        chunk = match.group(0)
        if len(chunk) == 1 and not chunk.isalnum():
            tokens.append(Token("mark", chunk, chunk))
            continue
        after: list[Token] = []
        if chunk.lower() not in ("'s", "'"):
            chunk = chunk.lstrip("*_'~")
        while len(chunk) > 1 and chunk[-1] in ".:*_'~":
            if chunk[-1] in ":.":
                after.insert(0, Token("mark", chunk[-1], chunk[-1]))
            chunk = chunk[:-1]
        if chunk:
            if chunk == "-" or chunk == "->":
                tokens.append(Token("mark", chunk, chunk))
            else:
                if chunk.lower() in ("e.g", "i.e"):
                    after = [t for t in after if t.low != "."]
                tokens.extend(_chunk(chunk))
        tokens.extend(after)
    return tokens


def _chunk(chunk: str) -> list[Token]:
    low = chunk.lower()
    if low in lexicon.TYPE_WORDS:
        return [_word(low, chunk)]
    if low.isalpha():
        return [_word(low, chunk)] if not _suspicious(chunk) else [_code(chunk, low)]
    if low[-1].isdigit() and (low[0].isdigit() or low[0] in "+-") and _NUMBER.match(low):
        digits = low.replace(",", "")
        return [Token("number", chunk, low, value=float(digits), places=len(digits.partition(".")[2]))]
    share = _SHARE.match(low) if low[-1] == "%" else None
    if share:
        return [Token("share", chunk, low, value=float(share.group(1)), places=len(share.group(1).partition(".")[2]))]
    compound = _COMPOUND.match(low) if low[0].isdigit() else None
    if compound:
        unit = compound.group(2)
        unit = unit if unit in UNITS else unit.rstrip("s")
        return [Token("duration", chunk, low, value=float(compound.group(1)) * UNITS[unit], parts=(UNITS[unit],))]
    if low[0].isdigit():
        times = _TIMES.match(low)
        if times:
            return [
                Token("number", chunk, low, value=float(times.group(1))),
                _word("times"),
            ]
        ordinal = _ORDINAL.match(low)
        if ordinal:
            return [Token("code", chunk, low, frozenset({"?" + low}), "ordinal")]
        span = _SHORT_SPAN.match(low)
        if span and any(span.groups()):
            sizes = (86400.0, 3600.0, 60.0, 1.0)
            total = sum(float(v) * s for v, s in zip(span.groups(), sizes, strict=True) if v)
            finest = min(s for v, s in zip(span.groups(), sizes, strict=True) if v)
            return [Token("duration", chunk, low, value=total, parts=(finest,))]
    if low.endswith("'s") and len(low) > 2:
        return [*_chunk(chunk[:-2]), _word("'s")]
    if low.endswith("s'") and len(low) > 3:
        return [*_chunk(chunk[:-1]), _word("'s")]
    if low in ("'s", "'"):
        return [_word("'s")]
    if low.replace("-", "").replace("'", "").isalpha() and not _suspicious(chunk):
        return _worded(chunk, low)
    if low in ("and/or",):
        return [_word("and")]
    if low in ("&", "+"):
        return [_word("and")]
    if low in ("=", "~", "#", "%", "->", "…", "/"):
        return [Token("mark", chunk, low)] if low != "%" else [_word("percent")]
    return [_code(chunk, low)]


def _code(chunk: str, low: str) -> Token:
    return Token("code", chunk, low, frozenset({"?" + low}), "code")


def _suspicious(chunk: str) -> bool:
    """Return whether what is spelled like a word is more likely a name, or a trick."""
    return _odd_case(chunk) or mixed_scripts(chunk)


def _odd_case(chunk: str) -> bool:
    """Return whether capitals stand inside a word, as in ``GetObject``."""
    if chunk.islower() or chunk.isupper() or chunk.istitle():
        return False
    inner = chunk.replace("-", "").replace("'", "")[1:]
    return any(c.isupper() for c in inner)


def _worded(chunk: str, low: str) -> list[Token]:
    if "-" in low and lexicon.word(low) is None and low not in lexicon.FUNCTION_WORDS and low not in lexicon.NEUTRAL:
        if low in NUMBER_WORDS or all(p in NUMBER_WORDS for p in low.split("-")):
            return [_word(low, chunk)]
        parts = [p for p in low.split("-") if p]
        pieces = chunk.split("-")
        if len(parts) > 1 and len(parts) == len([p for p in pieces if p]):
            return [_word(p, w) for p, w in zip(parts, [p for p in pieces if p], strict=True)]
    return [_word(low, chunk)]


def _word(low: str, written: str | None = None) -> Token:
    written = written or low
    known = lexicon.word(low)
    token = Token("word", written, low, capital=written[:1].isupper())
    if known is not None:
        token.groups = known.groups
        token.verb, token.participle, token.gerund, token.noun = (
            known.verb, known.participle, known.gerund, known.noun,
        )  # fmt: skip
    return token


def _joined(tokens: list[Token]) -> list[Token]:
    """Join what belongs together: number words, units, percentages, loosening words, phrases, dates and clocks."""
    out: list[Token] = []
    i = 0
    n = len(tokens)
    while i < n:
        token = tokens[i]
        nxt = tokens[i + 1] if i + 1 < n else None
        if token.what == "word":
            if token.low in WEEKDAYS and token.capital:
                out.append(Token("time", token.text, token.low, time=Written(weekday=WEEKDAYS[token.low])))
                i += 1
                continue
            if token.low in ("a", "an") and nxt and nxt.what == "word" and nxt.low in ("dozen", "hundred", "thousand"):
                value = {"dozen": 12, "hundred": 100, "thousand": 1000}[nxt.low]
                out.append(Token("number", nxt.text, nxt.low, value=value))
                i += 2
                continue
            if token.low == "not" and nxt and nxt.low == "a" and i + 2 < n and tokens[i + 2].low == "single":
                out.append(_word("no"))
                i += 3
                continue
            if token.low == "a" and nxt and nxt.low == "single":
                out.append(Token("number", "a single", "single", value=1))
                i += 2
                continue
            if token.low in ("half",) and nxt and nxt.low in ("a", "an") and i + 2 < n:
                unit = tokens[i + 2].low.rstrip("s")
                if unit in UNITS and len(unit) > 1:
                    out.append(Token("duration", f"half {unit}", "half", value=UNITS[unit] / 2, parts=(UNITS[unit],)))
                    i += 3
                    continue
                if tokens[i + 2].low == "dozen":
                    out.append(Token("number", "half a dozen", "half", value=6))
                    i += 3
                    continue
            if token.low == "and" and out and out[-1].what == "number" and [t.low for t in tokens[i + 1 : i + 3]] == [
                "a", "half"
            ]:  # fmt: skip
                unit = tokens[i + 3].low.rstrip("s") if i + 3 < n else ""
                if unit in UNITS and len(unit) > 2:
                    number = out.pop()
                    out.append(
                        Token("duration", f"{number.text} and a half {unit}s", number.low, relation=number.relation,
                              value=(number.value + 0.5) * UNITS[unit], parts=(UNITS[unit] / 2,))
                    )  # fmt: skip
                    i += 4
                    continue
            if token.low in ("a", "an") and nxt and nxt.what == "word":
                unit = nxt.low
                if unit in UNITS and len(unit) > 2:
                    out.append(Token("duration", unit, unit, value=UNITS[unit], parts=(UNITS[unit],)))
                    i += 2
                    continue
            if token.low in FREQUENCIES:
                out.append(Token("number", token.text, token.low, value=FREQUENCIES[token.low]))
                out.append(_word("times"))
                i += 1
                continue
            if token.low in NUMBER_WORDS or "-" in token.low:
                said = spelled([t.low if t.what == "word" else "" for t in tokens[i : i + 10]])
                if said is not None and not (token.low == "one" and _pronoun(tokens, i)):
                    value, used = said
                    number = Token("number", " ".join(t.text for t in tokens[i : i + used]), token.low, value=value)
                    tokens[i + used - 1] = number
                    i += used - 1
                    continue
        if token.what == "number":
            if nxt is not None and nxt.what == "word":
                if nxt.low in ("percent", "per"):
                    step = 3 if nxt.low == "per" and i + 2 < n and tokens[i + 2].low == "cent" else 2
                    if nxt.low == "percent" or step == 3:
                        out.append(
                            Token("share", token.text + "%", token.low, value=token.value, places=token.places,
                                  relation=token.relation)
                        )  # fmt: skip
                        i += step
                        continue
                unit = nxt.low if nxt.low in UNITS else nxt.low.rstrip("s")
                if unit in UNITS and (len(unit) > 1 or unit in ("h", "s")):
                    out.append(
                        Token("duration", f"{token.text} {nxt.text}", token.low, value=token.value * UNITS[unit],
                              parts=(UNITS[unit],), relation=token.relation)
                    )  # fmt: skip
                    i += 2
                    continue
        out.append(token)
        i += 1
    return _durations(_loosened(_dated(out)))


def _pronoun(tokens: list[Token], i: int) -> bool:
    """Return whether *one* stands for a thing: "the one", "one of them"."""
    before = tokens[i - 1].low if i else ""
    after = tokens[i + 1].low if i + 1 < len(tokens) else ""
    return before in ("the", "this", "that", "no", "any", "each", "every") or after in ("another", "of")


def _dated(tokens: list[Token]) -> list[Token]:
    """Join a clock time and a date that stand side by side."""
    out: list[Token] = []
    for token in tokens:
        if token.what == "time" and token.time is not None:
            back = 1
            while (
                back <= 3
                and len(out) >= back
                and (out[-back].low in (",", "on", "at", "of", "the", "around") and out[-back].what in ("word", "mark"))
            ):
                back += 1
            if len(out) >= back and out[-back].what == "time":
                old = out[-back].time
                new = token.time
                if old is None:
                    out.append(token)
                    continue
                merged: Written | None = None
                if old.weekday is not None and old.month is None and new.weekday is None:
                    merged = replace(new, weekday=old.weekday)
                elif new.weekday is not None and new.month is None and old.weekday is None and back == 2:
                    merged = replace(old, weekday=new.weekday)
                elif old.second_of_day is None and new.month is None and new.second_of_day is not None:
                    merged = replace(new, year=old.year, month=old.month, day=old.day, weekday=old.weekday)
                elif old.month is None and new.second_of_day is None and new.month is not None:
                    merged = replace(old, year=new.year, month=new.month, day=new.day)
                if merged is not None:
                    text = out[-back].text + " " + token.text
                    del out[-back:]
                    out.append(Token("time", text, text.lower(), time=merged))
                    continue
        out.append(token)
    return out


_GAPS = frozenset("later after before into earlier".split())


def _loosened(tokens: list[Token]) -> list[Token]:
    """Fold *at least*, *about* and the like into the number after them."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        if token.what in ("number", "share", "duration") and token.relation == "=":
            for length in (3, 2, 1):
                if len(out) < length:
                    continue
                words = tuple(t.low for t in out[-length:])
                relation = AT_LEAST.get(words)
                if relation is None or any(t.what != "word" for t in out[-length:]):
                    continue
                if length == 1 and words[0] in ("over", "under", "some", "just", "only", "above", "below"):
                    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
                    if words[0] == "over" and token.what == "duration" and following not in _GAPS:
                        continue  # "over 13 minutes" may mean in the course of them
                    if words[0] == "only":
                        continue
                if relation == "=" and words[0] == "a":
                    del out[-length:]
                    break
                token.relation = relation
                del out[-length:]
                break
        out.append(token)
    return out


def _durations(tokens: list[Token]) -> list[Token]:
    """Add up "13 minutes and 16 seconds"."""
    out: list[Token] = []
    for token in tokens:
        if token.what == "duration" and out:
            back = 1
            while back <= 2 and len(out) > back and out[-back].low in (",", "and"):
                back += 1
            last = out[-back] if len(out) >= back else None
            if last is not None and last.what == "duration" and min(last.parts) > max(token.parts):
                del out[-back:]
                token = Token(
                    "duration", f"{last.text} {token.text}", last.low, value=last.value + token.value,
                    parts=token.parts, relation=last.relation,
                )  # fmt: skip
        out.append(token)
    return out
