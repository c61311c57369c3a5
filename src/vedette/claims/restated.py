"""Advice and open questions in other words: the same names, and no content word that the fact does not have.

"Isolate X and take its memory" may be told as "X should be isolated", "How did the attacker come to control X?" as
"it is not known how …". Such sentences state nothing that happened, so that what stands around their words is free;
their words and names are not, nor is a negation, nor the order in time, nor whom an open question is about.
"""

from __future__ import annotations

from collections.abc import Sequence

from vedette.claims import lexicon
from vedette.claims.match import Reading, View
from vedette.claims.names import Names
from vedette.claims.resting import Support
from vedette.claims.tokens import Token, tokenise

_ADVISING = frozenset(
    "should must need needs needed please recommend recommended suggest suggested advise advised consider first now "
    "also then next step steps immediately to-do do contain this we you be been has have have".split()
)
_SHOULD = frozenset("should must need needs please recommend recommended suggest suggested advise consider".split())
_NOT_KNOWN = (
    ("not", "known"), ("not", "know"), ("not", "clear"), ("do", "n't", "know"), ("don't", "know"), ("cannot", "tell"),
    ("cannot", "say"), ("not", "say"), ("not", "tell"), ("not", "show"), ("cannot", "be", "said"),
    ("cannot", "be", "told"), ("nobody", "knows"), ("no", "one", "knows"), ("is", "open"), ("remains", "open"),
    ("still", "open"), ("is", "unknown"), ("is", "unclear"), ("remains", "unclear"), ("remains", "unknown"),
    ("unclear",), ("unknown",), ("open", "question"), ("not", "been", "answered"),
)  # fmt: skip
_WRAPPING = frozenset(
    "not known know clear do n't don't does doesn't cannot tell tells say says show shows be said told nobody knows "
    "no one open remains still unknown unclear question yet really it is was are were we record records log logs data "
    "the a an by at on in of as to from whether and or here this that so far answered been has have which who what "
    "how when where why did do did".split()
)
_ORDER = frozenset({"before", "after", "until"})


def restated(tokens: Sequence[Token], readings: Sequence[Reading], names: Names, *, advised: bool) -> Support | None:
    """Return the support of a sentence that words advice or an open question otherwise, None where it does neither."""
    lows = [t.low for t in tokens if t.what == "word"]
    if any(t.what not in ("word", "mark", "name", "time", "quote") for t in tokens):
        return None
    unknown = any(lows[k : k + len(p)] == list(p) for p in _NOT_KNOWN for k in range(len(lows)))
    if unknown and not advised:
        return _open(tokens, readings, names)
    if (advised or _SHOULD & set(lows)) and not unknown and not lexicon.NEGATIONS & set(lows):
        return _advice(tokens, readings)
    return None


def _advice(tokens: Sequence[Token], readings: Sequence[Reading]) -> Support | None:
    """Return the support of advice: what is advised of each thing named must be advised of it."""
    named = [t for t in tokens if t.what == "name"]
    if not named:
        return None
    said = [
        t for t in tokens
        if t.what == "word" and t.low not in lexicon.FUNCTION_WORDS | _ADVISING | _ORDER
    ]  # fmt: skip
    order = _ORDER & {t.low for t in tokens}
    if not said:
        return None
    used: list[int] = []
    held: set[str] = set()
    for thing in named:
        right = False
        for n, reading in enumerate(readings):
            advice = [v for v in reading.views if v.advises and not v.asks]
            alone = len({min(i.token.ids) for v in advice for i in v.items if i.token.what == "name"}) == 1
            views = [
                v for v in advice
                if _speaks_of(v, thing) or (alone and thing.ids & reading.ids and not v.raw & {"it", "them"})
            ]  # fmt: skip
            raw = {w for v in views for w in v.raw}
            stems = {lexicon.base(w) for w in raw}
            own = {lexicon.base(t.low) for t in said} & stems
            if not views or not own or not order <= set(reading.fact.text.lower().split()):
                continue
            if all(lexicon.base(t.low) in stems for t in said) and _times_held(tokens, reading):
                right = True
                held |= own
                used.append(n)
                break
        if not right:
            return None
    return Support(facts=used) if all(lexicon.base(t.low) in held for t in said) else None


def _speaks_of(view: View, thing: Token) -> bool:
    return any(i.token.ids & thing.ids for i in view.items if i.side <= 0 or i.role in ("O", "X", "F", "R"))


def _times_held(tokens: Sequence[Token], reading: Reading) -> bool:
    for token in tokens:
        if token.what == "time" and token.time is not None:
            own = [i.token.time.moment() for v in reading.views for i in v.items if i.token.time is not None]
            if not any(m is not None and token.time.agrees(m) for m in own):
                return False
    return True


def _open(tokens: Sequence[Token], readings: Sequence[Reading], names: Names) -> Support | None:
    """Return the support of what is said to be unknown: a question of the same words in the same order."""
    asked = [t for t in tokens if t.what in ("name", "quote") or (t.what == "word" and t.low not in _WRAPPING)]
    asked = [t for t in asked if t.what != "word" or t.low not in lexicon.FUNCTION_WORDS - {"behind", "else"}]
    if len(asked) < 2 or not any(t.what == "name" or t.low not in lexicon.NEUTRAL for t in asked):
        return None
    for n, reading in enumerate(readings):
        if not any(v.asks for v in reading.views):
            continue
        words: list[Token] = []
        for token in tokenise(reading.fact.text, names):
            inner = tokenise(token.low, Names([])) if token.what in ("quote",) or token.sort == "finding" else []
            words += [token, *inner]
        at = 0
        for wanted in asked:
            at = next((k + 1 for k in range(at, len(words)) if _alike(wanted, words[k])), -1)
            if at < 0:
                break
        if at > 0:
            return Support(facts=[n])
    return None


def _alike(a: Token, b: Token) -> bool:
    if a.what == "name" or b.what == "name":
        return bool(a.ids & b.ids)
    return a.low == b.low or (a.what == b.what == "word" and lexicon.base(a.low) == lexicon.base(b.low))
