"""Whether one clause follows from facts: every name, number, time and word of it, in the same relation.

A clause rests on one reading of one fact. What the fact says of one thing is not lent to another: names that could be
taken for one another must play the same part, what stands in brackets stays with its owner, a count keeps what it
counts, *failed* and *not* stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from vedette.claims import lexicon
from vedette.claims.clauses import Clause, Item, clauses, keys
from vedette.claims.names import Names, holds_quote, quotes_of, sort_of, values_of
from vedette.claims.numbers import holds
from vedette.claims.plain import folded, plain
from vedette.claims.sentences import sentences
from vedette.claims.standing import unsaid
from vedette.claims.times import Written, as_moment
from vedette.claims.tokens import Token, tokenise
from vedette.schema import Fact, ValueKind

_LOCATED = frozenset({"where", "entity"})
_OUTWARD = frozenset({"REACH", "RUN", "ACT", "CAUSE", "CALL", "USE", "LOGON"})
_REACHES = frozenset({"REACH", "CALL", "DOWNLOAD", "UPLOAD", "SEND"})
_ADVISING = frozenset(
    "recommended recommend recommendation suggested advised should must need needs needed next step steps action "
    "plan".split()
)
_EVENT_NOUNS = frozenset({"LOGON", "REQUEST", "CHANGE", "REACH", "CALL", "TRY"})
_THING_GROUPS = frozenset({"PROCESS", "SERVICE", "FILE", "COMMAND", "BUCKET", "OBJECT", "KEY"})
_QUANTIFIERS = frozenset("all every each any both everything whole entire full".split())
_SEVERITIES = frozenset({"LOW", "MEDIUM", "HIGH", "CRITICAL", "INFORMATIONAL"})
_BE_FORMS = frozenset("is are was were be been being am".split())
_OTHERS = frozenset("other others another more further besides except else".split())
_SHOUTED = frozenset("utc ids ips urls mitre api att&ck sha256 sha1 md5 rdp ttp ttps url sha-256 sha-1 sha-512".split())
_DENIALS = lexicon.NEGATIONS - {"no", "none"}
_OUTCOMES = frozenset({"FAIL", "SUCCEED", "BLOCK", "DENY", "TRY"})
TYPE_GROUPS = frozenset(
    "HAPPEN HOLD_UP PROCESS SERVICE FILE COMMAND TECHNIQUE SUBTECHNIQUE TACTIC BUCKET OBJECT CONFIDENCE SEVERITY ROLE "
    "TOTAL DO NAME KEY".split()
)
STATES = frozenset(
    "COMPROMISE ATTACKER CREATE TARGET BYSTANDER ENTRY SOURCE AFFECT IMPLICATE LOW MEDIUM HIGH CRITICAL INFORMATIONAL "
    "CONFIDENCE SEVERITY ROLE".split()
)
_RELATION_OF_FIRST = {"FIRST": "[", "BEGIN": "[", "LAST": "]", "END": "]"}


@dataclass(slots=True, eq=False)
class View:
    """What one reading of a fact says together: a clause with what hangs on it."""

    items: list[Item]
    owners: dict[int, Item | None]
    """By the item's ``id``: the item that must also be meant for this one to count."""
    words: dict[str, list[Item | None]]
    """Key of a word to the items that it is said of; None where of the whole."""
    groups: frozenset[str]
    negative: bool
    hedges: frozenset[str]
    subject: list[Item]
    raw: frozenset[str]
    """The words as written."""
    asks: bool = False
    """Whether it is an open question."""
    advises: bool = False
    """Whether it is something to do and not something that happened."""


@dataclass(slots=True, eq=False)
class Reading:
    """A fact, read."""

    fact: Fact
    views: list[View]
    name_words: frozenset[str]
    moments: list[datetime]
    quotes: list[str]
    ids: frozenset[str]
    all_words: frozenset[str]


@dataclass(slots=True)
class Match:
    """How well a clause follows from a view."""

    missing_items: list[Item] = field(default_factory=list)
    missing_words: list[Token] = field(default_factory=list)
    wrong: str = ""
    """A contradiction: nothing can mend it."""
    at: datetime | None = None
    """When what the clause speaks of happened."""
    used: list[tuple[Item, Item]] = field(default_factory=list)
    said: int = 0

    @property
    def whole(self) -> bool:
        """Return whether the clause follows."""
        return not (self.missing_items or self.missing_words or self.wrong)

    @property
    def cost(self) -> int:
        """Return how much is missing."""
        return 4 * len(self.missing_items) + 2 * len(self.missing_words) + (100 if self.wrong else 0)


def read(fact: Fact, names: Names) -> Reading:
    """Return a fact as its computed sentences and its structured value say it."""
    views: list[View] = []
    words: set[str] = set()
    ids: set[str] = set()
    topic: Item | None = None
    for sentence in told(fact):
        tokens = tokenise(sentence, names)
        parsed = clauses(tokens)
        named = [i for c in parsed for i in c.items if i.token.what == "name" and i.token.sort != "case"]
        if topic is not None and not named:
            for clause in parsed:
                if clause.pronoun.split()[:1] in (["it"], ["its"]) or "its" in [t.low for t in clause.tokens]:
                    stand_in = Item(topic.token)
                    clause.items.insert(0, stand_in)
                    clause.subject.append(stand_in)
        topic = named[0] if len({min(i.token.ids) for i in named}) == 1 else None
        asks = sentence.rstrip().endswith("?")
        for clause in parsed:
            if clause.owner is None or clause.items:
                view = _view(clause, parsed)
                view.asks, view.advises = asks, advises(tokens)
                views.append(view)
            words.update(k for t in clause.words for k in keys(t))
            ids.update(i for item in clause.items for i in item.token.ids)
    structured = _structured(fact, names)
    if structured is not None:
        views.append(structured)
        ids.update(i for item in structured.items for i in item.token.ids)
    for _, value in fact.related:
        for written in values_of(value):
            ids.update(names.ids(written))
    moments = [m for m in [as_moment(v) for v in _times(fact)] if m is not None]
    name_words = frozenset(k for t in tokenise(fact.name.replace("_", " "), names) for k in keys(t))
    return Reading(fact, views, name_words, moments, quotes_of(fact), frozenset(ids), frozenset(words))


OWN_LABELS = frozenset(
    {"next step", "open question", "recommended", "recommendation", "still unknown", "unknown", "note"}
)
"""Words before a colon under which a fact says something of its own, and not out of a log."""


def told(fact: Fact) -> list[str]:
    """Return the computed sentences of a fact; a value that holds a full stop does not split the sentence around it."""
    if fact.text.partition(": ")[0].lower() in OWN_LABELS:
        return sentences(fact.text)
    values = [*values_of(fact.value), *(v for _, value in fact.related for v in values_of(value))]
    lines = [" ".join(v.split()) for v in values]  # a text shows a value on one line, and cuts it where it is long
    if any(v[:30] in fact.text and v != fact.text and len(sentences(v + " x")) > 1 for v in lines if len(v) > 3):
        return [fact.text]
    pieces = sentences(fact.text)
    if len(pieces) > 1 and any(_inside(piece, lines) for piece in pieces):
        return [fact.text]  # a piece of a value is no sentence of the fact
    return pieces


def _inside(piece: str, values: Sequence[str]) -> bool:
    """Return whether a piece of a text is a piece of a value that the text shows, whole or cut."""
    bare = " ".join(piece.split()).strip("….,;:()[]“”\"'` ")
    return len(bare) > 3 and any(bare in value for value in values)


def advises(tokens: Sequence[Token]) -> bool:
    """Return whether a sentence says what to do: it is imperative, or speaks of a next step."""
    lows = [t.low for t in tokens[:12]]
    if any(a in ("next", "recommended", "suggested") and b in ("step", "steps", "action") for a, b in pairwise(lows)):
        return True
    if "should" in lows or "recommended" in lows or "recommend" in lows or "advised" in lows:
        return True
    first = tokens[0] if tokens else None
    if first is not None and first.noun and any(t.low in ("is", "was", "are", "were") for t in tokens[1:7]):
        return False  # "Access key X is an indicator"
    if first is None or first.what != "word" or first.low.split(" ")[0] not in lexicon.bases():
        return False
    return len(tokens) > 1 and tokens[1].low not in (":", "of", "by")


_OPEN_WORDS = frozenset(
    "know knows known show shows shown tell tells clear answer determined established say says".split()
)


def open_ended(clause: Clause) -> bool:
    """Return whether a clause says that something is not known."""
    if "UNKNOWN" in clause.groups:
        return True
    lows = {t.low for t in clause.tokens}
    return clause.negative and bool(lows & _OPEN_WORDS)


def _times(fact: Fact) -> Iterable[object]:
    if fact.kind is ValueKind.TIME:
        yield fact.value
    for kind, value in fact.related:
        if kind is ValueKind.TIME:
            if isinstance(value, list | tuple):
                yield from value
            else:
                yield value


def _view(clause: Clause, parsed: Sequence[Clause]) -> View:
    items = list(clause.items)
    owners: dict[int, Item | None] = {id(i): None for i in items}
    words: dict[str, list[Item | None]] = {}
    raw: set[str] = set()
    groups: set[str] = set()
    negative = clause.negative
    hedges: set[str] = set()

    def put(part: Clause, owner: Item | None) -> None:
        for token in part.words:
            for key in keys(token):
                words.setdefault(key, []).append(owner)
            raw.add(token.low)
        for token in part.tokens:
            if token.what == "word" and (token.low in lexicon.HEDGES or token.low in lexicon.ALWAYS):
                hedges.add(token.low)
            raw.add(token.low)

    put(clause, None)
    groups |= clause.groups
    if clause.owner is not None:
        items.append(clause.owner)
        owners[id(clause.owner)] = None
    for other in parsed:
        if other.parent is clause and other is not clause:
            for item in other.items:
                items.append(item)
                owners[id(item)] = other.owner
            put(other, other.owner)
    return View(
        items, owners, words, frozenset(groups), negative, frozenset(hedges), list(clause.subject), frozenset(raw)
    )


def _structured(fact: Fact, names: Names) -> View | None:
    """Return what subject, name and value say without the sentence."""
    items: list[Item] = []
    if fact.subject:
        form = folded(plain(fact.subject))
        ids = names.ids(fact.subject)
        if ids:
            items.append(Item(Token("name", fact.subject, form, ids, names.sort(next(iter(ids)), form))))
    words: dict[str, list[Item | None]] = {}
    for token in tokenise(fact.name.replace("_", " "), names):
        if token.what == "word" and token.low not in ("n", "at", "count", "number", "in", "of"):
            for key in keys(token):
                words.setdefault(key, []).append(None)
    if not words:
        return None
    value = fact.value
    if fact.kind is ValueKind.COUNT and isinstance(value, int | float) and not isinstance(value, bool):
        said = frozenset(words) - {"=n", "COUNT"}
        items.append(Item(Token("number", str(value), str(value), value=float(value)), words=said, head=said))
    elif fact.kind is ValueKind.SHARE and isinstance(value, int | float) and not isinstance(value, bool):
        items.append(Item(Token("share", str(value), str(value), value=float(value) * 100, places=9)))
    elif fact.kind is ValueKind.DURATION and isinstance(value, int | float) and not isinstance(value, bool):
        items.append(Item(Token("duration", str(value), str(value), value=float(value), parts=(0.0,))))
    elif fact.kind is ValueKind.TIME:
        moment = as_moment(value)
        if moment is not None:
            role = "[" if "FIRST" in words or "BEGIN" in words else "]" if "LAST" in words or "END" in words else "T"
            items.append(Item(Token("time", str(value), str(value), time=_exact(moment)), role=role))
    elif fact.kind in (ValueKind.ROLE, ValueKind.SEVERITY, ValueKind.CHOICE, ValueKind.TACTIC):
        for written in values_of(value):
            for token in tokenise(written.replace("_", " "), names):
                if token.what == "name":
                    items.append(Item(token))
                for key in keys(token):
                    words.setdefault(key, []).append(None)
    elif isinstance(value, str | list | tuple):
        found = list(values_of(value))
        row = 0 if len(found) > 1 else -1
        for written in found[:200]:
            ids = names.ids(written)
            if ids and fact.kind is not ValueKind.TEXT:
                form = folded(plain(written))
                sort = sort_of(fact.kind, form)
                items.append(Item(Token("name", written, form, ids, sort), row=row))
    named = [i.token.sort for i in items if i.token.what == "name"]
    if not items or (fact.text and len(named) > len(set(named)) and items[0].row < 0):
        return None  # who acts on whom only the sentence says
    empty = value == 0 or value == [] or value == () or value is False
    groups = frozenset(k for k in words if not k.startswith("="))
    return View(items, {id(i): None for i in items}, words, groups, bool(empty), frozenset(), items[:1], frozenset())


def _exact(moment: datetime) -> Written:
    return Written(
        year=moment.year, month=moment.month, day=moment.day,
        second_of_day=moment.hour * 3600 + moment.minute * 60 + moment.second, fraction=f"{moment.microsecond:06d}",
        seconds=True,
    )  # fmt: skip


# ------------------------------------------------------------------ matching


def match(clause: Clause, reading: Reading, view: View, *, advised: bool = False) -> Match:
    """Return how a clause follows from one view of a fact; ``advised`` says that it tells what to do."""
    result = Match()
    pairs: list[tuple[Item, Item]] = []
    open_items: list[Item] = []
    for item in clause.items:
        found = _partner(item, clause, view, reading, pairs)
        if found is not None:
            pairs.append((item, found))
        else:
            open_items.append(item)
    matched = {id(b) for _, b in pairs}
    # what belongs to an owner counts only where the owner is meant too
    for item, other in list(pairs):
        owner = view.owners.get(id(other))
        if owner is not None and id(owner) not in matched and _has_rivals(owner, view):
            if clause.owner is not None and clause.owner.token.ids & owner.token.ids:
                continue
            pairs.remove((item, other))
            open_items.append(item)
    for item in clause.items:
        if item.role in ("T<", "T>", "C") and item.token.what != "time":
            result.wrong = "says an order or comparison that the facts do not hold"
            return result
    listed = False
    for item in open_items:
        if not _computed(item, clause, view, reading):
            result.missing_items.append(item)
        elif item.token.what == "number" and not view.advises:
            listed = True
    result.used = pairs
    scope = _scope_left_out(pairs, view, clause)
    unknown = open_ended(clause)
    if view.asks:
        result.wrong = "" if unknown else "says as known what is an open question"
    elif view.advises != advised:
        result.wrong = "says as done what is advised" if view.advises else "advises what no fact advises"
    else:
        result.wrong = _parts_swapped(pairs, view, clause) or _polarity(clause, view) or scope
    result.wrong = result.wrong or unsaid(clause, view) or _shares_swapped(pairs, view, clause)
    matched = {id(b) for _, b in pairs}
    derived = _derived(pairs, reading)
    for token in clause.words:
        if view.asks and (token.low in _OPEN_WORDS or "UNKNOWN" in token.groups):
            result.said += 1
            continue
        if listed and token.groups & STATES and not any(i.token.what == "name" for i in clause.items):
            result.said += 1
            continue
        if not _word_held(token, clause, view, reading, matched, derived):
            result.missing_words.append(token)
        elif token.low in lexicon.TYPE_WORDS and "HOLD" in clause.groups:
            result.said += 1
        elif token.low not in lexicon.NEUTRAL and token.low not in lexicon.TYPE_WORDS:
            result.said += not token.groups or not token.groups <= TYPE_GROUPS or "TECHNIQUE" in token.groups
    result.said += sum(a.token.what == "number" for a, _ in pairs)
    result.said += sum(i.token.what == "duration" for i in clause.items) * (not result.missing_items)
    result.said += "NAME" in clause.groups and "NAME" in view.groups
    clause_lows = {t.low for t in clause.tokens}
    for token in clause.tokens:
        low = token.low
        if token.what != "word":
            continue
        if low in ("appear", "appears") and ("in" in clause_lows or "times" in clause_lows):
            continue
        if low in lexicon.HEDGES and low not in view.raw and not (view.advises and low in _ADVISING):
            result.missing_words.append(token)
        elif (low in lexicon.ALWAYS or low in lexicon.CAUSAL) and low not in view.raw and not token.groups:
            result.missing_words.append(token)
        elif low in _OTHERS and low not in view.raw and not (low == "others" and "among" in clause_lows):
            result.missing_words.append(token)
        elif low in ("same", "identical") and low not in view.raw and not _same_time(clause):
            result.missing_words.append(token)
        elif low in _QUANTIFIERS and not _quantified(low, clause, view):
            result.missing_words.append(token)
    if not result.wrong and "=step" in _said_of(clause) and clause.groups & {"FIRST", "LAST"}:
        if not view.raw & {"first", "last"}:
            result.wrong = "says of a step what no fact says: that it was the first or last"
    if not result.wrong and _habitual(clause) and "used" not in view.raw:
        result.wrong = "tells what was done as a habit"
    if not result.wrong:
        for low in view.hedges:
            if not any(t.low == low for t in clause.tokens):
                result.wrong = f"leaves out “{low}”"
    if result.at is None:
        result.at = _moment(pairs, view, reading)
    return result


def _said_of(clause: Clause) -> set[str]:
    return {k for t in clause.words for k in keys(t)}


def _habitual(clause: Clause) -> bool:
    """Return whether a clause says "used to do"."""
    lows = [t.low for t in clause.tokens]
    return any(
        a == "used" and b == "to" and (k == 0 or lows[k - 1] not in _BE_FORMS)
        for k, (a, b) in enumerate(pairwise(lows))
    ) or any(low.startswith("use to") or low.startswith("used to") for low in lows)


def _same_time(clause: Clause) -> bool:
    """Return whether *same* is said of a time or of what a list has in common."""
    lows = [t.low for t in clause.tokens]
    at = next((k for k, low in enumerate(lows) if low in ("same", "identical")), 0)
    return bool(set(lows[at + 1 : at + 2]) & {"day", "time", "second", "minute", "hour", "moment", "date"})


def _scope_left_out(pairs: Sequence[tuple[Item, Item]], view: View, clause: Clause) -> str:
    """Return what is wrong where a count is said of more than the fact counts: it counts what one name did or shows."""
    counted = [t for m, t in pairs if m.token.what in ("number", "duration")]
    ranged = {"[", "]"} <= {m.role for m, _ in pairs if m.token.what == "time"}
    if (
        not counted
        and not ranged
        and not (clause.groups & {"FIRST", "LAST"} and any(t.token.what == "time" for _, t in pairs))
    ):
        return ""
    matched = {id(t) for _, t in pairs}
    said: set[str] = set().union(*(m.token.ids for m, _ in pairs))
    for item in view.items:
        if item.token.what not in ("name", "quote", "code") or item.row >= 0 or item.token.sort in ("case", "tactic"):
            continue
        of_it = item in view.subject or (item.token.sort == "who" and item.role in ("R", "O", "F", "A", "P"))
        if of_it and id(item) not in matched and not item.token.ids & said and view.owners.get(id(item)) is None:
            return f"leaves out that the fact counts this of {item.token.text} only"
    return ""


def _quantified(low: str, clause: Clause, view: View) -> bool:
    of = _quantified_noun(low, clause)
    if of is not None and low in ("each", "every", "all"):
        sort = lexicon.TYPE_WORDS.get(of.low)
        listed = any(i.row >= 0 and i.token.sort == sort for i in clause.items)
        if sort is None and of.groups and not keys(of) & set(view.words):
            return False
        if sort in ("who", "where") and not listed and not keys(of) & set(view.words):
            return False
    if low in view.raw or (low in ("every", "each") and view.raw & {"every", "each", "all"}):
        return True
    if low in ("all", "everything", "whole", "entire", "full"):
        spans = [i for i in clause.items if i.token.what == "duration" or i.role in ("[", "]")]
        if spans and not any(i.token.what == "name" and i.token.sort != "case" for i in clause.items):
            return True
    if low in ("both", "all", "each"):
        rows = [i.row for i in clause.items if i.row >= 0]
        most = max((rows.count(r) for r in set(rows)), default=0)
        return most == 2 if low == "both" else most >= 2
    return False


def _quantified_noun(low: str, clause: Clause) -> Token | None:
    """Return the noun behind *each* or *all*, where one follows at once."""
    at = next((k for k, t in enumerate(clause.tokens) if t.low == low), -1)
    rest = [t for t in clause.tokens[at + 1 : at + 4] if t.low not in ("of", "the", "these", "those")]
    first = rest[0] if rest and rest[0].what == "word" else None
    return first if first is not None and (first.noun or first.low in lexicon.TYPE_WORDS) else None


def _partner(
    item: Item, clause: Clause, view: View, reading: Reading, pairs: Sequence[tuple[Item, Item]]
) -> Item | None:
    """Return the item of the view that the item of the clause speaks of."""
    token = item.token
    best: tuple[int, Item] | None = None
    taken = {id(b) for _, b in pairs}
    for other in view.items:
        if not _same(item, other, clause, view, reading):
            continue
        score = 2 * (other.side * item.side >= 0) + (id(other) not in taken)
        if token.what == "time":
            score = 2 * _time_fits(item, other, clause, view) + (id(other) not in taken)
            if not _time_fits(item, other, clause, view):
                continue
        owner = view.owners.get(id(other))
        if owner is not None and id(owner) in taken:
            score += 4
        if best is None or score > best[0]:
            best = (score, other)
    return best[1] if best is not None else None


def _same(item: Item, other: Item, clause: Clause, view: View, reading: Reading) -> bool:
    a, b = item.token, other.token
    if a.what == "name" or a.what == "code":
        return bool(a.ids & b.ids)
    if a.what == "time":
        return b.what == "time" and a.time is not None and any(a.time.agrees(m) for m in _moments(b, reading))
    if a.what == "number":
        if b.what != "number":
            return False
        return _number_holds(a, b) and _counts_same(item, other, clause, view, reading)
    if a.what == "share":
        if b.what != "share":
            return False
        return _share_holds(a, b)
    if a.what == "duration":
        if b.what == "duration" and a.relation == b.relation != "=":
            return a.value == b.value
        return b.what == "duration" and b.relation == "=" and span_holds(a, b.value)
    if a.what == "quote":
        return b.what in ("quote", "name") and a.low.strip(" .,;:!?…") in b.low and len(a.low.strip(" .,;:!?…")) > 2
    return False


def _moments(token: Token, reading: Reading) -> list[datetime]:
    written = token.time
    if written is None:
        return []
    exact = [m for m in reading.moments if written.agrees(m)]
    own = written.moment()
    if exact:
        return exact
    if own is not None:
        return [own]
    return []


def _number_holds(a: Token, b: Token) -> bool:
    if b.relation == "=":
        return holds(a.value, a.relation, b.value)
    if a.relation == b.relation:
        return a.value == b.value
    return False


def _share_holds(a: Token, b: Token) -> bool:
    if b.relation not in ("=", a.relation):
        return False
    if a.relation in ("=", "~"):
        if b.places >= a.places:
            if a.relation == "~":
                return abs(a.value - b.value) <= 2
            return abs(round(b.value, a.places) - a.value) < 1e-6 or abs(b.value - a.value) < 0.5 * 10**-a.places
        return a.value == b.value
    return holds(a.value, a.relation, b.value)


def span_holds(a: Token, actual: float) -> bool:
    """Return whether a written duration is a computed one, as finely as it was written."""
    unit = min(a.parts) if a.parts else 1.0
    if a.relation == "=":
        if unit <= 0:
            return abs(a.value - actual) < 1e-6
        return abs(a.value - actual) < 1e-6 or abs(a.value - actual) <= unit / 2 or 0 <= actual - a.value < unit
    if a.relation == "~":
        return abs(a.value - actual) <= unit / 2
    return holds(a.value, a.relation, actual)


def _counts_same(item: Item, other: Item, clause: Clause, view: View, reading: Reading) -> bool:
    """Return whether two numbers count the same thing."""
    plainly = frozenset({"TOTAL", "=distinct", "=different", "=separat", "=individual", "=overall", "TOGETHER"})
    mine = _things(item.words) - plainly
    theirs = _things(other.words) - plainly
    around = frozenset(_things(k for t in clause.words for k in keys(t)))
    around_view = frozenset(view.words) | reading.name_words
    if not mine:
        return theirs <= around or not theirs
    if mine == theirs:
        return True
    if mine <= {"=tim"} and theirs <= {"FINDING"} and "SHOW" in view.groups:
        return True
    if mine <= {"=tim"} or "=time" in mine or "=tim" in mine:
        return bool(theirs & around) and _narrowing(theirs, around)
    if not theirs:
        return mine <= _things(around_view)
    head_mine, head_theirs = _things(item.head), _things(other.head)
    if not (mine & head_theirs or head_mine & theirs or mine & theirs):
        return False
    extra = mine - theirs - ({"TRY"} if "FAIL" in around_view else set())
    if extra and not extra <= _things(around_view):
        return False
    return _narrowing(theirs - mine, around)


def _narrowing(left_out: frozenset[str], around: frozenset[str]) -> bool:
    """Return whether what narrows the fact's count and is not in the answer's is said elsewhere or says nothing."""
    return all(
        k in around or k in TYPE_GROUPS or k.startswith("#") or k in ("=person", "=program", "EVENT", "HUMAN")
        for k in left_out
    )


def _things(found: Iterable[str]) -> frozenset[str]:
    """Return keys with the words for one sort of thing made one."""
    out: set[str] = set()
    for key in found:
        sort = _TYPE_KEYS.get(key)
        out.add("#" + sort if sort else key)
    return frozenset(out)


_TYPE_KEYS = {"=" + lexicon.stem(w): s for w, s in lexicon.TYPE_WORDS.items()}


def _time_fits(item: Item, other: Item, clause: Clause, view: View) -> bool:
    """Return whether a time is said in the sense in which the fact says it: when, since, until."""
    theirs = other.role
    mine = item.role
    if theirs == "T" and view.words:
        for group, role in _RELATION_OF_FIRST.items():
            if group in view.words:
                theirs = role
                break
    if mine == "T":
        for token in clause.words:
            for group in token.groups:
                if group in ("FIRST", "LAST") or (
                    group in ("BEGIN", "END") and token.groups <= {"BEGIN", "END", "RUN"}
                ):
                    wanted = _RELATION_OF_FIRST[group]
                    others = [i for i in clause.items if i.token.what == "time"]
                    if len(others) == 1:
                        mine = wanted
    times = [i for i in view.items if i.token.what == "time"]
    if mine == theirs:
        return True
    if mine in "[]" and theirs in "[]":
        return False
    if mine == "T" and item.token.time is not None and item.token.time.second_of_day is None:
        return True
    if mine == "T":
        ranged = sum(1 for t in times if t.role in "[]") >= 2
        return not ranged
    if mine in ("[", "]"):
        groups = {g for t in clause.words for g in t.groups}
        if theirs == "T" and len(times) == 1 and not groups & {"FIRST", "LAST", "BEGIN", "END"}:
            return False
        return theirs == mine
    return False


def _has_rivals(owner: Item, view: View) -> bool:
    return any(
        o is not owner and o.token.what == owner.token.what and o.token.sort == owner.token.sort
        and not o.token.ids & owner.token.ids
        for o in view.items
    )  # fmt: skip


def _computed(item: Item, clause: Clause, view: View, reading: Reading) -> bool:
    """Return whether an item that the fact does not state follows from it by calculation."""
    token = item.token
    times = [(i, m) for i in view.items if i.token.what == "time" for m in _moments(i.token, reading)[:1]]
    if token.what == "duration" and any(i.token.what == "duration" for i in view.items):
        return False
    if token.what == "duration":
        starts = [m for i, m in times if i.role == "["]
        ends = [m for i, m in times if i.role == "]"]
        if not (starts and ends) and reading.moments:
            return False
        return any(span_holds(token, (b - a).total_seconds()) for a in starts for b in ends if b >= a)
    if token.what == "time" and token.time is not None and item.role in ("<", ">"):
        moment = token.time.moment()
        if moment is None and token.time.month is None and times and token.time.second_of_day is not None:
            day = times[0][1].date()
            moment = Written(
                year=day.year, month=day.month, day=day.day, second_of_day=token.time.second_of_day,
                seconds=token.time.seconds, offset=token.time.offset,
            ).moment()  # fmt: skip
        if moment is None or not times:
            return False
        return all(m < moment if item.role == "<" else m > moment for _, m in times)
    if token.what == "quote":
        return holds_quote(reading.quotes, token.low)
    if token.what == "number" and token.value == 1 and view.advises:
        return True
    if token.what == "number" and token.relation == "=" and "more" not in view.raw:
        said: set[str] = set().union(*(i.token.ids for i in clause.items))
        if any(i.token.what == "name" and i.token.sort != "case" and not i.token.ids & said for i in view.subject):
            return False
        return token.value in _listed_counts(item, clause, view)
    return False


def _listed_counts(item: Item, clause: Clause, view: View) -> set[int]:
    """Return how many members of a whole list in the view are of the sort, and in the state, that a number counts."""
    sorts = {_TYPE_KEYS[k] for k in item.words if k in _TYPE_KEYS}
    found: set[int] = set()
    totals = {i.token.value for i in view.items if i.token.what == "number"}
    for row in {i.row for i in view.items if i.row >= 0}:
        members = [i for i in view.items if i.row == row]
        if not members or members[0].token.sort not in sorts or members[0].token.what != "name":
            continue
        asked = {k for t in clause.words for k in keys(t) if k in STATES and k != "IMPLICATE"}
        if not asked or (len(members) > 1 and all(None in view.words.get(k, []) for k in asked)):
            found.add(len(members))
        elif len(members) in totals:
            owned = [[o for k in asked for o in view.words.get(k, [])]]
            found.add(len({id(o) for group in owned for o in group if o in members}))
    return found - {0}


def _parts_swapped(pairs: Sequence[tuple[Item, Item]], view: View, clause: Clause) -> str:
    """Return what is wrong with who does what to whom, empty where nothing is."""
    for mine, theirs in pairs:
        if mine.token.what not in ("name", "code") or mine.token.sort in ("technique", "tactic"):
            continue
        rivals = [
            o for o in view.items
            if o is not theirs and o.token.what in ("name", "code") and not o.token.ids & theirs.token.ids
            and _class(o) == _class(theirs) and not (o.row >= 0 and o.row == theirs.row)
        ]  # fmt: skip
        located = _class(theirs) == "where"
        if not rivals:
            if mine.side * theirs.side < 0 and not _lenient(mine, theirs, clause, view, located):
                return f"turns round the part of {mine.token.text}"
            continue
        for rival in rivals:
            order = _order(theirs, rival, view.groups)
            other = next((m for m, t in pairs if t is rival), None)
            if order == 0:
                if other is not None and _order(mine, other, clause.groups) and not _identity(view):
                    return f"says who acted, which no fact does of {mine.token.text}"
                continue
            if other is not None:
                said = _order(mine, other, clause.groups)
                if said != order:
                    if said == 0 and _open(mine) and _open(other):
                        return f"does not say which part {mine.token.text} plays"
                    if said == 0 and not (mine.side * order < 0 or other.side * order > 0):
                        if mine.side == other.side and mine.role == other.role:
                            return f"mixes up {mine.token.text} and {other.token.text}"
                        continue
                    return f"mixes up {mine.token.text} and {other.token.text}"
            elif mine.side * order < 0:
                if located and mine.role == "L" and theirs.side > 0 and clause.groups & _OUTWARD:
                    continue
                if mine.role in ("R", "F") and theirs.side > 0 and mine.token.sort == "who" and order > 0:
                    return f"turns round the part of {mine.token.text}"
                return f"turns round the part of {mine.token.text}"
    return ""


def _shares_swapped(pairs: Sequence[tuple[Item, Item]], view: View, clause: Clause) -> str:
    """Return what is wrong where each of several names has its percentage, and one has another's."""
    order = [i for i in clause.items if i.token.what == "share" or i.token.sort in ("who", "entity")]
    place = {id(t): k for k, t in enumerate(clause.tokens)}
    order.sort(key=lambda i: place.get(id(i.token), -1))
    kinds = ["%" if i.token.what == "share" else "n" for i in order]
    if kinds != ["n", "%"] * (len(kinds) // 2) or len(kinds) < 4:
        return ""
    partner = {id(mine): theirs for mine, theirs in pairs}
    for name, said in zip(order[::2], order[1::2], strict=True):
        theirs = partner.get(id(said))
        owner = view.owners.get(id(theirs)) if theirs is not None else None
        if owner is not None and not owner.token.ids & name.token.ids:
            return f"gives {name.token.text} the percentage of another"
    return ""


def _class(item: Item) -> str:
    return item.token.sort


def _open(item: Item) -> bool:
    return item.side == 0


def _order(a: Item, b: Item, groups: frozenset[str]) -> int:
    """Return +1 where the first acts on, or is the source towards, the second; -1 the other way round; 0 for open."""
    first, second = _reach(a, groups), _reach(b, groups)
    return (first > second) - (first < second)


def _reach(item: Item, groups: frozenset[str]) -> int:
    """Return the side of an item; where something reaches out, the place it happens on is the source."""
    return 1 if item.role == "L" and item.token.sort == "where" and groups & _REACHES else item.side


def _identity(view: View) -> bool:
    """Return whether the view says that two names are one thing's: a host has an address."""
    return "=address" in view.words or "=addres" in view.words


def _lenient(mine: Item, theirs: Item, clause: Clause, view: View, located: bool) -> bool:
    """Return whether two parts that look opposite may mean the same where nothing else could be meant."""
    if mine.token.sort in ("who", "entity") and {mine.role, theirs.role} <= {"A", "R", "F", "O"}:
        return True
    if located and {mine.role, theirs.role} <= {"L", "S"}:
        return bool((clause.groups | view.groups) & _OUTWARD)
    if located and mine.role == "A":
        return False
    return mine.token.sort not in ("who", "where", "entity")


def _polarity(clause: Clause, view: View) -> str:
    """Return what is wrong with *not*, *failed* and the like."""
    zero = any(i.token.what == "number" and i.token.value == 0 and i.token.relation == "=" for i in clause.items)
    zero_view = any(i.token.what == "number" and i.token.value == 0 for i in view.items)
    mine_no = zero != any(t.low in _DENIALS for t in clause.tokens) if zero else clause.negative
    if mine_no != (view.negative or zero_view):
        return "says no where the fact says yes" if mine_no else "says yes where the fact says no"
    mine, theirs = _outcomes(clause.groups), _outcomes(frozenset(view.words))
    if mine["FAIL"] != theirs["FAIL"]:
        return "says that it failed" if mine["FAIL"] else "leaves out that it failed"
    if theirs["TRY"] and not (mine["TRY"] or mine["FAIL"]):
        return "leaves out that it was only tried"
    return ""


def _outcomes(groups: frozenset[str]) -> dict[str, bool]:
    return {"FAIL": bool(groups & {"FAIL"}), "TRY": "TRY" in groups and "FAIL" not in groups}


def _derived(pairs: Sequence[tuple[Item, Item]], reading: Reading) -> frozenset[str]:
    """Return groups that the matched times say without words: the start of a range is its first."""
    found: set[str] = set()
    for mine, theirs in pairs:
        if theirs.token.what == "time":
            if theirs.role == "[" or "FIRST" in reading.name_words or "FIRST" in reading.all_words:
                found |= {"FIRST", "BEGIN"}
            if theirs.role == "]" or "LAST" in reading.name_words or "LAST" in reading.all_words:
                found |= {"LAST", "END"}
            if {"[", "]"} <= {t.role for _, t in pairs if t.token.what == "time"}:
                found |= {"SPAN"}
        if mine.token.what == "duration":
            found |= {"SPAN", "FIRST", "LAST"}
    return frozenset(found)


def _word_held(
    token: Token, clause: Clause, view: View, reading: Reading, matched: set[int], derived: frozenset[str]
) -> bool:
    """Return whether the fact says a word, of the thing that the clause says it of."""
    low = token.low
    sorts = {i.token.sort for i in clause.items}
    if len(low) > 2 and token.text.isupper() and low not in view.raw and low not in _SHOUTED:
        return False  # a name, as it is written
    if low in lexicon.TYPE_WORDS:
        return _type_held(low, clause, view, reading)
    if low == "created" and view.raw and low not in view.raw and _before_type(token, clause):
        return False  # "a created account" is not one that made something
    said = token.groups or frozenset({"=" + lexicon.stem(low)})
    if (
        "RUN" in said
        and said & {"BEGIN", "SPAN"}
        and not clause.passive
        and not any(i.role == "P" for i in clause.items)
    ):
        said = said - {"RUN"}  # "the case started": nothing was run
    if low in lexicon.NEUTRAL and not token.groups & lexicon.CRITICAL_GROUPS:
        return True
    if said & derived:
        return True
    if said & TYPE_GROUPS:
        if not said & _THING_GROUPS or any(
            i.token.what in ("name", "code", "quote") and i.token.sort not in ("who", "where") for i in clause.items
        ):
            return True
    if view.advises and low in _ADVISING:
        return True
    if "USE" in said and (
        _identity(view) or "RUN" in view.groups or any(id(t) in matched and t.role == "W" for t in view.items)
    ):
        return True
    if low == "using" and any(id(t) in matched and t.role == "W" for t in view.items):
        return True
    if low in ("make", "makes", "made", "making") and clause.groups & _EVENT_NOUNS:
        return True
    if "HOLD" in said and "SEVERITY" in clause.groups and not sorts & {"who", "where"}:
        return True
    if "TRY" in said and "FAIL" in view.words and "FAIL" in clause.groups:
        return True
    if said & {"HOLD", "SHOW", "SEE", "REPORT", "SERVE", "BELONG"} and any(
        i.token.what == "number" for i in clause.items
    ):
        return True
    if said & {"SERVE", "MEAN"} and (sorts & {"technique", "tactic"}):
        return True
    if said & {"SERVE", "BELONG"} and _identity(view):
        return True
    if "IMPLICATE" in said and any(i.token.what == "quote" or i.token.sort == "finding" for i in clause.items):
        return True
    if said & {"DOWNLOAD", "OPEN"} and any(i.token.low.startswith("getobject") for i in view.items):
        return True
    if (
        said & _SEVERITIES
        and not (
            "FINDING" in clause.groups
            or any("FINDING" in i.words for i in clause.items)
            or any(i.token.what == "quote" or i.token.sort == "finding" for i in clause.items)
        )
        and "FINDING" in view.groups
    ):
        return False  # a finding's severity is not the case's
    if said & {"USE", "SHOW", "SEE", "MAP"} and (
        sorts & {"technique", "tactic"} or "TECHNIQUE" in clause.groups or "TACTIC" in clause.groups
    ):
        return True
    if said & {"REPORT", "SEE"} and "FINDING" in clause.groups and "FINDING" in view.groups:
        return True
    if low == "made" and "FINDING" in clause.groups and clause.passive:
        return True
    if "IMPLICATE" in said and sorts & {"where"} and "who" not in sorts and "=host" in view.words and view.raw:
        return True
    for key in said:
        owners = view.words.get(key)
        if owners is None:
            continue
        if None in owners:
            return True
        bound = [o for o in owners if o is not None]
        mine = clause.owner.token.ids if clause.owner is not None else frozenset()
        if any(id(o) in matched or not _has_rivals(o, view) or o.token.ids & mine for o in bound):
            # said of some: then every name of that sort that the clause speaks of must be one of them
            theirs = frozenset().union(*(o.token.ids for o in bound))
            sorts_bound = {o.token.sort for o in bound}
            alike = [i for i in clause.items if i.token.what == "name" and i.token.sort in sorts_bound]
            if all(i.token.ids & theirs for i in alike):
                return True
    if said & reading.name_words and not said & lexicon.CRITICAL_GROUPS:
        return True
    acted_on = any(i.token.sort == "who" and id(t) in matched and t.side < 0 for i in clause.items for t in view.items
                   if i.token.ids & t.token.ids)  # fmt: skip
    for group in view.groups:
        if said & lexicon.IMPLIED.get(group, frozenset()) and not acted_on:
            return True
    if not said & lexicon.CRITICAL_GROUPS and said & reading.all_words and not token.verb:
        return not any(v.negative for v in reading.views)
    return False


def _before_type(token: Token, clause: Clause) -> bool:
    at = next((k for k, t in enumerate(clause.tokens) if t is token), len(clause.tokens))
    return at + 1 < len(clause.tokens) and clause.tokens[at + 1].low in lexicon.TYPE_WORDS


def _type_held(low: str, clause: Clause, view: View, reading: Reading) -> bool:
    sort = lexicon.TYPE_WORDS[low]
    if sort == "case":
        return True
    named = {i.token.sort for i in clause.items if i.token.what == "name"} & {"who", "where"}
    if sort in ("who", "where") and named and sort not in named and _predicated(low, clause):
        return False  # "the host X is an account"
    if any(i.token.sort == sort or i.token.sort == "entity" for i in clause.items if i.token.what in ("name", "code")):
        return True
    if "=" + lexicon.stem(low) in view.words or any(
        _TYPE_KEYS.get(k) == sort for k in list(view.words) + list(reading.name_words)
    ):
        return True
    return any(i.token.sort == sort for i in view.items) or sort in ("net", "hash", "file")


def _predicated(low: str, clause: Clause) -> bool:
    """Return whether a type is said of what the clause speaks of: "X is an implicated account"."""
    lows = [t.low for t in clause.tokens]
    at = lows.index(low)
    start = next((k for k in range(at - 1, -1, -1) if lows[k] in _BE_FORMS), None)
    after = clause.tokens[at + 1] if at + 1 < len(lows) else None
    between = clause.tokens[start + 1 : at] if start is not None else []
    return (
        start is not None
        and (after is None or after.what in ("mark", "word"))
        and any(t.low in ("a", "an", "the", "one") for t in between)
        and all(t.what == "word" for t in between)
        and not any(t.low in ("of", "by", "from", "to", "on") for t in between)
    )


def _moment(pairs: Sequence[tuple[Item, Item]], view: View, reading: Reading) -> datetime | None:
    for mine, theirs in pairs:
        if mine.token.what == "time" and mine.token.time is not None:
            agreed = [m for m in _moments(theirs.token, reading) if mine.token.time.agrees(m)]
            if agreed:
                return min(agreed)
    found = [m for i in view.items if i.token.what == "time" for m in _moments(i.token, reading)]
    return min(found) if found else (reading.moments[0] if len(reading.moments) == 1 else None)


__all__ = ["Match", "Reading", "View", "match", "read"]
