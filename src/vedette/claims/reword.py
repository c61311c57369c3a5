"""Wordings brought into the order in which clauses are read, before anything is compared.

What opens a sentence without saying anything ("Bottom line:", "FYI,", "Please", "We saw") goes; "N seconds after doing
A, X did B" becomes "X did B N seconds after X did A". Nothing is dropped that could be true or false.
"""

from __future__ import annotations

from dataclasses import replace

from vedette.claims import lexicon
from vedette.claims.clauses import finite
from vedette.claims.tokens import Token

_LABELS = frozenset(
    "bottom line manager management executive summary note notes fyi update headline key point takeaway takeaways "
    "status tl dr tldr brief in short heads up reminder hi hello hey dear team all everyone folks colleagues quick "
    "good morning afternoon evening thanks for information information the answer overall verdict remark comment "
    "ps btw so well basically simply what to do actions put to sum up again plainly first things things worth noting "
    "and".split()
)
_WE = frozenset({"we", "i"})
_HAVE_FOUND = frozenset("saw see have had found find count counted identified know observed got logged mapped".split())
_ADVISING = frozenset("suggest recommend advise propose".split())
_NAMING = frozenset("called named".split())
_SEVERITIES = frozenset({"LOW", "MEDIUM", "HIGH", "CRITICAL", "INFORMATIONAL"})
_MOVING = frozenset("working acting operating coming".split())


def reworded(tokens: list[Token]) -> tuple[list[Token], bool]:
    """Return the tokens in the order in which clauses are read, and whether their opening makes them advice."""
    tokens = [t for t in tokens if t.low not in ("alone",) or t.what != "word" or "logs" not in [u.low for u in tokens]]
    tokens = [t for t in tokens if not (t.what == "code" and t.low in ("att&ck", "mitre"))]
    tokens, advises = _without_opening(_excepting(tokens))
    return _unfronted(_gapped(_unnamed(_without_contrast(_participled(_later(tokens)))))), advises


def _later(tokens: list[Token]) -> list[Token]:
    """Read "N seconds after that" as "N seconds later"."""
    out = list(tokens)
    for k in range(len(out) - 3):
        if out[k].what == "duration" and out[k + 1].low == "into" and out[k + 2].low in ("the", "this"):
            if out[k + 3].low in ("case", "incident", "attack"):  # "two seconds into the case"
                after = replace(out[k + 1], text="after", low="after")
                began = replace(
                    out[k + 3], text="began", low="began", groups=frozenset({"BEGIN"}), verb=True, noun=False
                )
                return [*out[: k + 1], after, *out[k + 2 : k + 4], began, *out[k + 4 :]]
    for k in range(len(out) - 2):
        if out[k].what == "duration" and out[k + 1].low == "after" and out[k + 2].low in ("that", "this"):
            following = out[k + 3] if k + 3 < len(out) else None
            if following is None or following.what == "mark":
                later = replace(out[k + 1], text="later", low="later")
                return [*out[: k + 1], later, *out[k + 3 :]]
    return out


def _participled(tokens: list[Token]) -> list[Token]:
    """Read ", starting at A and ending at B" as ", started at A and ended at B"."""
    return [
        replace(t, gerund=False, noun=False)
        if t.gerund and t.groups & {"BEGIN", "END"} and k and tokens[k - 1].low in (",", "and")
        and k + 1 < len(tokens) and tokens[k + 1].low in ("at", "on", "with") else t
        for k, t in enumerate(tokens)
    ]  # fmt: skip


def _without_opening(tokens: list[Token]) -> tuple[list[Token], bool]:
    advises = False
    for _ in range(2):
        mark = next((k for k, t in enumerate(tokens[:6]) if t.what == "mark" and t.low in (":", ",", "-", "!")), None)
        if mark and mark + 1 < len(tokens) and all(t.what == "word" and t.low in _LABELS for t in tokens[:mark]):
            tokens = tokens[mark + 1 :]
    lows = [t.low for t in tokens[:3]]
    if lows[:1] == ["consider"] and len(tokens) > 2 and tokens[1].gerund:
        return [replace(tokens[1], gerund=False, noun=False), *tokens[2:]], True
    if lows[:1] == ["please"] and len(tokens) > 1:
        return tokens[1:], True
    if len(lows) > 2 and lows[0] in _WE and lows[1] in _ADVISING:
        return tokens[2:], True
    if len(lows) > 2 and lows[0] in _WE and lows[1] in _HAVE_FOUND and tokens[2].what == "number":
        return tokens[2:], advises
    if lows[:2] == ["still", "open"]:
        return tokens[1:], advises
    return tokens, advises


def _unnamed(tokens: list[Token]) -> list[Token]:
    """Leave out *called* in "an account called X", *working* in "working from X"."""
    out: list[Token] = []
    for k, token in enumerate(tokens):
        nxt = tokens[k + 1] if k + 1 < len(tokens) else None
        last = out[-1] if out else None
        if nxt is not None and last is not None and token.what == "word":
            noun = last.what == "word" and (last.noun or last.low in lexicon.TYPE_WORDS)
            if token.low in _NAMING and noun and nxt.what in ("name", "code", "quote"):
                continue
            if token.low in _MOVING and nxt.low == "from" and last.low == ",":
                out.pop()
                continue
        out.append(token)
    return out


def _excepting(tokens: list[Token]) -> list[Token]:
    """Read *but* between a noun and a name as *except*: "no account but X"."""
    return [
        replace(t, low="except")
        if t.low == "but" and 0 < k < 4 and tokens[k - 1].what == "word" and k + 1 < len(tokens)
        and tokens[k + 1].what == "name" and not any(finite(tokens, i) for i in range(k)) else t
        for k, t in enumerate(tokens)
    ]  # fmt: skip


def _gapped(tokens: list[Token]) -> list[Token]:
    """Give "A is the entry and B the target" its second *is*."""
    copula = next((t for t in tokens if t.low in ("is", "was", "are", "were")), None)
    if copula is None:
        return tokens
    start = tokens.index(copula)
    for k in range(start + 1, len(tokens) - 3):
        article = tokens[k + 2]
        if tokens[k].low in ("and", ";", ",") and tokens[k + 1].what == "name" and article.low in ("the", "a", "an"):
            if not any(finite(tokens, i) for i in range(k + 2, len(tokens))):
                return [*tokens[: k + 2], replace(copula), *tokens[k + 2 :]]
    return tokens


def _without_contrast(tokens: list[Token]) -> list[Token]:
    """Leave out ", not critical" behind another severity: one thing has one."""
    body = tokens[:-1] if tokens and tokens[-1].low == "." else tokens
    if len(body) > 4 and body[-3].low == "," and body[-2].low == "not" and body[-1].groups & _SEVERITIES:
        said = [t for t in body[:-3] if t.groups & _SEVERITIES]
        if said and not any(t.groups & body[-1].groups for t in said):
            return body[:-3]
    return tokens


def _unfronted(tokens: list[Token]) -> list[Token]:
    """Return "after A, B" as "B after A" where a duration opens it or A is worded by a gerund."""
    at = 1 if tokens and tokens[0].what == "duration" else 0
    if len(tokens) > at + 3 and tokens[at].low in ("after", "before"):
        comma = next((k for k in range(at + 1, len(tokens)) if tokens[k].low == ","), None)
        if comma is not None and comma + 2 < len(tokens):
            inner, rest = tokens[at + 1 : comma], tokens[comma + 1 :]
            rest = rest[:-1] if rest and rest[-1].low == "." else rest
            said = any(finite(inner, k) for k in range(len(inner)))
            if any(finite(rest, k) for k in range(len(rest))) and (said or (inner and inner[0].gerund)):
                if at or not said:
                    return _with_subject([*rest, *tokens[: at + 1], *inner])
    return _with_subject(tokens)


def _with_subject(tokens: list[Token]) -> list[Token]:
    """Give "X did B after doing A" its subject: "X did B after X did A"."""
    for k in range(1, len(tokens) - 1):
        if tokens[k].low in ("after", "before") and tokens[k + 1].what == "word" and tokens[k + 1].gerund:
            subject = next((t for t in tokens[:k] if t.what == "name" and t.sort in ("who", "entity")), None)
            verb = next((i for i in range(k) if finite(tokens, i)), None)
            if subject is None or verb is None or tokens.index(subject) > verb:
                return tokens
            done = replace(tokens[k + 1], gerund=False, noun=False)
            return [*tokens[: k + 1], replace(subject), done, *tokens[k + 2 :]]
    return tokens
