"""Who does what to whom: the clauses of a sentence, with the part each name plays in them.

A shallow reading that needs no model: verbs and prepositions tell agent from object and source from target, the
passive is turned round, coordinated clauses inherit their subject, what stands in brackets belongs to what stands
before them. Facts and answers are read by the same code, so that what it misreads it misreads alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vedette.claims import lexicon
from vedette.claims.tokens import Token

_BE = frozenset(
    "is are was were be been being am isn't aren't wasn't weren't got remain remains remained stays stayed".split()
)
_HAVE = frozenset("has have had having hasn't haven't hadn't".split())
_DO = frozenset("do does did didn't doesn't don't can could will would shall should may might must cannot".split())
_PREPOSITIONS = {
    "on": "L", "in": "L", "at": "L", "within": "L", "inside": "L", "across": "L", "upon": "L",
    "to": "D", "into": "D", "onto": "D", "against": "D", "toward": "D", "towards": "D",
    "from": "S", "by": "A", "with": "W", "using": "W", "via": "W", "through": "W",
    "as": "R", "for": "F", "under": "R", "of": "O", "behind": "L", "between": "B", "among": "B", "about": "O",
    "around": "L", "before": "T<", "after": "T>", "until": "T]", "till": "T]", "since": "T[", "during": "L",
    "per": "O", "than": "C", "without": "W", "like": "C", "versus": "C",
}  # fmt: skip
_COORDINATORS = frozenset("and but while whereas although though when because once or nor yet plus".split())
_SEQUENCERS = frozenset("then before after until till since".split())
_RELATIVES = frozenset("which who whose whom".split())
_DETERMINERS = frozenset(
    "a an the this that these those its their his her any some every each all both another".split()
)
_ADVERBS = frozenset(
    "also then not never again still already later first last subsequently afterwards both all each itself "
    "successfully unsuccessfully only just directly remotely normally currently together once twice initially "
    "finally next thereafter afterward".split()
)
_ACTION_NOUNS = frozenset(
    "LOGON ACT TRY FAIL SESSION COMMAND RUN CALL REQUEST DO REACH OPEN READ USE PROCESS SUCCEED OPERATION".split()
)
_BEFORE_NOUNS = frozenset({"FAIL", "FIRST", "LAST", "NETWORK", "REMOTE", "SUCCEED"})
_PARTS = frozenset({"BYSTANDER", "ATTACKER", "COMPROMISE", "ENTRY", "TARGET"})
_PRONOUNS = frozenset("it they he she this these that them him her its their his both".split())
_WHATEVER = frozenset({"what", "whatever"})
_PLACES_AS_SUBJECT = frozenset({"SEE", "HOLD", "SHOW", "REPORT", "NAME", "LISTED"})
_SEEN = frozenset({"SEE", "NAME", "LISTED"})


@dataclass(slots=True, eq=False)
class Item:
    """A name, number, time or quote in a clause, and its part."""

    token: Token
    role: str = "X"
    """``A`` does, ``P`` is done to, ``L`` place, ``D`` to, ``S`` from, ``W`` with, ``R`` as, ``O`` of, ``X`` open."""
    row: int = -1
    """Number of the list it is a member of: "A, B and C"."""
    words: frozenset[str] = frozenset()
    """For a number: what is counted."""
    head: frozenset[str] = frozenset()
    """For a number: the noun itself, without what narrows it."""
    side: int = 0
    """+1 acting or from, -1 acted on or to, 0 open."""


@dataclass(slots=True, eq=False)
class Clause:
    """One thing said."""

    items: list[Item] = field(default_factory=list)
    words: list[Token] = field(default_factory=list)
    """Words that say something, in order."""
    negative: bool = False
    owner: Item | None = None
    """For what stands in brackets or after a relative: whom it is said of."""
    parent: Clause | None = None
    link: str = ""
    """The word that joins it to the clause before."""
    subject: list[Item] = field(default_factory=list)
    inherited: bool = False
    asks: bool = False
    """Whether it is a question: what it says is open."""
    passive: bool = False
    has_verb: bool = False
    pronoun: str = ""
    has_asides: bool = False
    """Whether something in brackets or a relative clause hangs on it."""
    tokens: list[Token] = field(default_factory=list)

    @property
    def groups(self) -> frozenset[str]:
        """Return the groups of meaning that its words say."""
        found: set[str] = set()
        for token in self.words:
            found |= token.groups
        return frozenset(found)


def keys(token: Token) -> frozenset[str]:
    """Return what a word is compared by: its groups, or its stem where it has none."""
    return token.groups or frozenset({"=" + lexicon.stem(token.low)})


def clauses(tokens: list[Token]) -> list[Clause]:
    """Return the clauses of a sentence: those of the sentence itself first, then what hangs on them."""
    tokens = _phrased(tokens)
    asides: list[tuple[int, list[Token]]] = []
    whole: list[Token] = []
    main = _without_asides(tokens, asides, whole)
    found: list[Clause] = []
    placed: dict[int, Item] = {}
    position: dict[int, int] = {}
    for index, token in enumerate(main):
        position[id(token)] = index
    before: list[Token] = []
    for link, part in _coordinated(main):
        if len(part) > 2 and part[0].low == "so" and part[1].low in _BE | _HAVE | _DO and before:
            verb = next((k for k in range(len(before)) if finite(before, k)), None)
            if verb is not None:  # "and so is X"
                part = [t for t in part[2:] if t.what != "mark"] + before[verb:]
        before = part
        clause = _read(part)
        clause.link = link
        if found:
            _carry_over(clause, next((c for c in reversed(found) if c.subject), found[-1]), part)
        found.append(clause)
        for item in clause.items:
            if id(item.token) in position:
                placed[position[id(item.token)]] = item
    for token in whole:
        if token.what == "word":
            found[-1].words.append(token)
        elif token.what != "mark":
            found[-1].items.append(Item(token))
    extra: list[Clause] = []
    for at, inside in asides:
        owner = next((placed[i] for i in range(at - 1, -1, -1) if i in placed), None)
        clause = _read(inside)
        clause.owner = owner
        if (
            owner is not None
            and owner.token.sort in ("who", "where", "command", "process", "resource", "file", "entity")
            and clause.items
            and all(i.token.sort in ("technique", "tactic") for i in clause.items)
            and not any(w.groups - frozenset({"TECHNIQUE", "MAP"}) or not w.groups for w in clause.words)
        ):
            home = next((c for c in found if owner in c.items), found[0])
            home.items.extend(Item(i.token) for i in clause.items)  # what it shows is said of the whole
            continue
        clause.parent = next((c for c in found if owner is not None and owner in c.items), found[0] if found else None)
        if clause.parent is not None:
            clause.parent.has_asides = True
        extra.append(clause)
    return found + extra


def _phrased(tokens: list[Token]) -> list[Token]:
    """Return the tokens with phrases ("log on", "ask for") made one word."""
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.what == "word" and token.verb:
            for rest, groups in lexicon.phrases(token.low):
                if tuple(t.low for t in tokens[i + 1 : i + 1 + len(rest)]) == rest and all(
                    t.what == "word" for t in tokens[i + 1 : i + 1 + len(rest)]
                ):
                    same = frozenset().union(*(g for r, g in lexicon.phrases(token.low) if r == rest))
                    keep_last = rest[-1] if rest[-1] in ("to", "from", "as", "for", "at", "into", "onto", "on") else ""
                    joined = Token(
                        "word", token.text + " " + " ".join(rest), token.low + " " + " ".join(rest),
                        groups=same | groups, verb=True, participle=token.participle, gerund=token.gerund,
                    )  # fmt: skip
                    out.append(joined)
                    if keep_last in ("from", "into", "onto"):
                        out.append(tokens[i + len(rest)])
                    i += 1 + len(rest)
                    break
            else:
                out.append(token)
                i += 1
            continue
        out.append(token)
        i += 1
    return out


def _without_asides(tokens: list[Token], asides: list[tuple[int, list[Token]]], whole: list[Token]) -> list[Token]:
    """Take out brackets, appositions and relative clauses between commas; note what each hangs on."""
    main: list[Token] = []
    i = 0
    n = len(tokens)
    while i < n:
        token = tokens[i]
        if token.what == "mark" and token.low in "([":
            depth, j = 1, i + 1
            while j < n and depth:
                if tokens[j].what == "mark" and tokens[j].low in "([":
                    depth += 1
                elif tokens[j].what == "mark" and tokens[j].low in ")]":
                    depth -= 1
                j += 1
            inside = tokens[i + 1 : j - 1] if depth == 0 else tokens[i + 1 : j]
            if token.low == "[":
                whole.extend(t for t in inside if t.low not in ("(", ")", "[", "]", ","))
                i = j
                continue
            if any(t.what != "mark" for t in inside):
                asides.append((len(main), [t for t in inside if t.low not in ("(", ")", "[", "]")]))
            i = j
            continue
        if token.what == "word" and token.groups & _PARTS and i + 1 < n and not token.verb:
            ahead = 2 if tokens[i + 1].low in lexicon.TYPE_WORDS and i + 2 < n else 1
            if i + ahead < n and tokens[i + ahead].what == "name" and tokens[i + ahead].sort in ("who", "where"):
                asides.append((len(main) + ahead, [token]))  # "the bystander X"
                i += 1
                continue
        if token.low == "," and main and main[-1].what in ("name", "quote", "code") and i + 1 < n:
            nxt = tokens[i + 1]
            relative = nxt.what == "word" and nxt.low in _RELATIVES
            apposed = nxt.what == "word" and nxt.low in ("a", "an", "the", "another")
            closed = next((k for k in range(i + 2, n) if tokens[k].low == ","), None)
            if (
                nxt.what == "word"
                and nxt.participle
                and closed is not None
                and closed + 1 < n
                and (finite(tokens, closed + 1))
            ):
                asides.append((len(main), tokens[i + 1 : closed]))
                i = closed + 1
                continue
            if relative or apposed:
                j = i + 1
                while j < n and not (tokens[j].what == "mark" and tokens[j].low in ",;"):
                    j += 1
                inside = tokens[i + 1 : j]
                said = any(finite(inside, k) for k in range(len(inside)))
                if relative or (not said and j < n and not any(t.what in ("time",) for t in inside)):
                    asides.append((len(main), inside))
                    i = j + 1 if j < n and tokens[j].low == "," else j
                    continue
        main.append(token)
        i += 1
    return main


def finite(tokens: list[Token], i: int) -> bool:
    """Return whether the word at ``i`` is the verb of a clause."""
    token = tokens[i]
    if token.what != "word":
        return False
    if token.low in _BE:
        return token.low not in ("be", "been", "being")
    if token.low in _HAVE or token.low in _DO:
        return token.low not in ("having",)
    if not token.verb or token.gerund:
        return False
    before = tokens[i - 1] if i else None
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    if before is None:
        return not token.noun and not (after is not None and after.low in ("by",))
    if before.what == "word":
        if before.low in _BE or before.low in _HAVE or before.low in _DO or before.low in ("to", "not", "never"):
            return True
        if before.low in _DETERMINERS and before.low not in ("that", "both", "all", "each"):
            return False
        if before.low in _PREPOSITIONS or before.low == "'s":
            return False
        if before.groups & frozenset({"LOW", "MEDIUM", "HIGH", "CRITICAL", "FAIL"}) and token.noun:
            return False
        if token.noun and not token.participle and not (before.low in _PRONOUNS or before.low in _ADVERBS):
            return before.low in _RELATIVES or before.low == "that"
        if token.participle and after is not None and after.low == "by":
            return False
        if token.participle and before.low in ("and", "or", ","):
            return True
        return True
    if before.what == "number":
        return False
    if before.what == "mark":
        return not token.noun or token.participle
    if token.participle and after is not None and after.low == "by":
        return False
    return True


def _coordinated(tokens: list[Token]) -> list[tuple[str, list[Token]]]:
    """Return the clauses that stand side by side, each with the word that joins it."""
    cuts: list[tuple[int, int, str]] = []
    n = len(tokens)
    i = 0
    while i < n:
        token = tokens[i]
        if token.what == "mark" and token.low in (";", "-", "|"):
            cuts.append((i, i + 1, token.low))
        elif token.what == "mark" and token.low == ",":
            j = i + 1
            link = ","
            while (
                j < n and tokens[j].what == "word" and (tokens[j].low in _COORDINATORS or tokens[j].low in _SEQUENCERS)
            ):
                link = tokens[j].low if link in (",", "and") else link
                j += 1
            cuts.append((i, j, link))
            i = j
            continue
        elif token.what == "word" and (token.low in _COORDINATORS or token.low in _SEQUENCERS) and i > 0:
            j = i + 1
            link = token.low
            if token.low == "and" and j < n and tokens[j].low == "then":
                link, j = "then", j + 1
            cuts.append((i, j, link))
            i = j
            continue
        i += 1
    parts: list[tuple[str, list[Token]]] = []
    start = 0
    link = ""
    for index, (a, b, word) in enumerate(cuts):
        if (
            0 < a
            and b < n
            and tokens[a - 1].verb
            and tokens[b].verb
            and word in ("and", "or", ",")
            and (tokens[b].low not in _BE | _HAVE | _DO)
        ):
            continue  # two verbs of one object: "disable or reset X"
        end = cuts[index + 1][0] if index + 1 < len(cuts) else n
        left = tokens[start:a]
        right = tokens[b:end]
        # what the comma cuts off may go on behind the next comma: "and, at 9:52, ran"
        left_verb = any(finite(left, k) for k in range(len(left)))
        right_verb = any(finite(tokens[b - 1 : end], k + 1) for k in range(len(right))) if b > 0 else False
        if not right_verb and right and right[0].what == "name" and index + 2 <= len(cuts) - 0:
            later = cuts[index + 2][0] if index + 2 < len(cuts) else n
            if index + 1 < len(cuts) and cuts[index + 1][2] == "and" and word == "," and right[-1].what == "name":
                right_verb = any(finite(tokens, k) for k in range(cuts[index + 1][1], later))
        gerund = word == "," and bool(right) and right[0].gerund
        hard = word in (";", "-") and left_verb
        fits = left_verb and (right_verb or gerund or (hard and bool(right)))
        if word in _SEQUENCERS and not right_verb:
            fits = False
        if word == "," and right and right[0].low in _RELATIVES:
            fits = False  # "…, which maps to T1070" goes on with the same thing
        if word == "and" and right and right[0].low in ("no", "none", "so") and left_verb:
            fits = True
        if fits:
            parts.append((link, left))
            start, link = b, word
    parts.append((link, tokens[start:]))
    return [(k, p) for k, p in parts if any(t.what != "mark" for t in p)] or [("", tokens)]


def _begins_with_verb(tokens: list[Token]) -> bool:
    for index, token in enumerate(tokens[:4]):
        if token.what != "word":
            return False
        if token.verb or token.low in _BE or token.low in _HAVE or token.low in _DO:
            return True
        if token.low not in _ADVERBS or index > 2:
            return False
    return False


def _carry_over(clause: Clause, before: Clause, part: list[Token]) -> None:
    """Give a coordinated clause the subject, or what its pronouns stand for, of the clause before."""
    lows = [t.low for t in part]
    if not clause.subject and _begins_with_verb(part) and not clause.pronoun:
        helped = any(low in _BE or low in _HAVE or low in _DO for low in lows[:3])
        first = next((t for t in part if t.verb), None)
        if (
            before.passive
            and not helped
            and first is not None
            and first.participle
            and (first.groups & _SEEN or "by" in lows)
        ):
            clause.passive = True
        _inherit(clause, before)
    elif clause.pronoun and not clause.subject:
        own = clause.pronoun.split()[0] in ("its", "their", "his", "her")
        for item in before.subject or [i for i in before.items if i.token.what == "name"][:1]:
            free = any(low in _WHATEVER for low in lows[1:])  # "find what it was given"
            passive = clause.passive and not free
            side = 0 if own else -1 if passive else 1
            copy = Item(item.token, "X" if own else "P" if passive else "A", item.row, side=side)
            clause.items.insert(0, copy)
            clause.subject.append(copy)
        clause.inherited = bool(before.subject)
    if any(low in ("it", "them") for low in lows[1:]) and clause.pronoun not in ("it", "them", "they"):
        mine: set[str] = set().union(*(i.token.ids for i in clause.subject))
        named = [i for i in before.items if i.token.what == "name" and not i.token.ids & mine]
        named.sort(key=lambda i: (i.token.sort != "who", i in before.subject))
        taken = any(low in _WHATEVER for low in (*lows[1:], *(t.low for t in before.tokens[1:])))
        if not taken and not any(i.token.what == "name" and i.role == "P" for i in clause.items):
            clause.items.extend(Item(i.token, "P", i.row, side=-1) for i in named[:1])


def _inherit(clause: Clause, before: Clause) -> None:
    clause.inherited = True
    role, side = ("P", -1) if clause.passive else ("A", 1)
    if before.subject and before.subject[0].role == "X" and clause.passive:
        role, side = "X", 0
    for item in before.subject:
        copy = Item(item.token, role, item.row, item.words, item.head, side)
        clause.items.insert(0, copy)
        clause.subject.append(copy)
    clause.pronoun = before.pronoun


def _read(tokens: list[Token]) -> Clause:
    """Return one clause with the parts of its names."""
    clause = Clause(tokens=tokens)
    verb = next((i for i in range(len(tokens)) if finite(tokens, i)), None)
    if verb is None:
        verb = next((i for i, t in enumerate(tokens) if t.what == "word" and t.gerund and i == 0), None)
    clause.has_verb = verb is not None
    clause.passive, copula, places = _voice(tokens, verb)
    role = "P" if clause.passive else "A"
    if copula or places or verb is None:
        role = "X"
    involves = verb is not None and bool(tokens[verb].groups & {"IMPLICATE", "MEAN"})
    had = verb is not None and tokens[verb].low in _HAVE and places
    pending = ""
    rows = 0
    last: Item | None = None
    noun: Token | None = None
    for i, token in enumerate(tokens):
        before_verb = verb is not None and i < verb
        if token.what == "mark":
            if token.low in (":", ","):
                pending, noun = "", None
            continue
        if token.what == "word":
            low = token.low
            if low in lexicon.NEGATIONS and low != "nor":
                clause.negative = not clause.negative
            if low in ("before", "after") and _opens_clause(tokens, i):
                continue
            if low in _PREPOSITIONS and not (
                low == "to" and i + 1 < len(tokens) and tokens[i + 1].verb and not tokens[i + 1].noun
            ):
                if low == "of" and pending:
                    pending = _of(noun)
                else:
                    pending = _PREPOSITIONS[low] if low != "of" else _of(noun)
                noun = None
                if low in ("without",):
                    clause.words.append(token)
                if low == "using":
                    clause.words.append(token)
                continue
            if low == "'s":
                if last is not None:
                    nxt = tokens[i + 1] if i + 1 < len(tokens) else None
                    k = i + 1
                    while nxt is not None and (
                        nxt.what == "number" or nxt.groups & _BEFORE_NOUNS or nxt.low in ("only", "own")
                    ):
                        k += 1
                        nxt = tokens[k] if k < len(tokens) and k < i + 4 else None
                    last.role = "A" if nxt is not None and nxt.groups & _ACTION_NOUNS else "O"
                    last.side = _side(last.role, last.token)
                    if last in clause.subject:
                        clause.subject.remove(last)
                pending = ""
                continue
            if low in _PRONOUNS and not clause.pronoun and (before_verb or verb is None) and not clause.items:
                nxt = tokens[i + 1] if i + 1 < len(tokens) else None
                if low in ("this", "these", "that", "its", "their", "his", "her", "both"):
                    if nxt is not None and (nxt.low in lexicon.TYPE_WORDS or low in ("its", "their", "his", "her")):
                        clause.pronoun = low + " " + nxt.low
                    elif nxt is not None and nxt.what == "word" and finite(tokens, i + 1):
                        clause.pronoun = low
                else:
                    clause.pronoun = low
            if low in lexicon.FUNCTION_WORDS:
                if low in ("and", "or", ",", "both", "nor"):
                    continue
                if low not in _DETERMINERS and pending and low not in _ADVERBS:
                    pending = pending if low in ("other", "same", "more", "such") else ""
                continue
            clause.words.append(token)
            if (
                low not in lexicon.TYPE_WORDS
                and not (
                    token.groups
                    & frozenset(
                        {
                            "PROCESS",
                            "SERVICE",
                            "FILE",
                            "COMMAND",
                            "TECHNIQUE",
                            "BUCKET",
                            "TACTIC",
                            "RULE",
                            "FINDING",
                            "KEY",
                        }
                    )
                )
                and (token.noun or not token.verb)
                and not _adjective(tokens, i)
            ):
                pending = "" if not token.verb else pending
                if token.noun or not token.verb:
                    pending = ""
            if token.verb and not token.noun:
                pending = ""
            noun = token if (token.noun or not token.verb) else noun
            continue
        item = Item(token)
        if (
            last is not None
            and last.token.sort == token.sort
            and last.token.what == token.what
            and _listed(tokens, last.token, i)
        ):
            if last.row < 0:
                last.row = rows
                rows += 1
            item.row = last.row
            item.role = last.role
        elif token.what in ("number", "share", "duration"):
            item.role = pending or "X"
            _count(tokens, i, item)
            lows = [t.low for t in tokens[max(0, i - 3) : i]]
            if token.what == "number" and any(t.what == "number" for t in tokens[max(0, i - 3) : i]) and "of" in lows:
                item.role = "total"
        elif pending:
            item.role = pending
            if pending == "A" and token.sort not in ("who", "where", "entity") and not clause.passive:
                item.role = "W"
        elif before_verb and i + 1 < len(tokens) and tokens[i + 1].low == ":" and not clause.items:
            item.role = "X"  # "DC01: it was acted upon"
        elif before_verb:
            item.role = role
        elif verb is None:
            item.role = "X"
        elif (
            i + 1 < len(tokens)
            and finite(tokens, i + 1)
            and tokens[i - 1].what == "word"
            and (not tokens[i - 1].verb or tokens[i - 1].low in _DO)
        ):
            item.role = "P" if _voice(tokens, i + 1)[0] else "A"  # "an event that X caused"
        else:
            item.role = "X" if copula or had or involves else "P"
        if token.what == "time":
            item.role = _time_role(tokens, i, item, clause)
        item.side = _side(item.role, token)
        clause.items.append(item)
        if before_verb and not pending and token.what in ("name", "code", "quote", "number"):
            clause.subject.append(item)
        elif item.row >= 0 and last is not None and last in clause.subject and before_verb:
            clause.subject.append(item)
        if token.what != "number":
            pending = ""
        last = item
        noun = None
    return clause


def _opens_clause(tokens: list[Token], i: int) -> bool:
    """Return whether *before* or *after* at ``i`` begins a clause and not a phrase."""
    for k in range(i + 1, min(len(tokens), i + 12)):
        if tokens[k].what == "mark":
            return False
        if finite(tokens, k):
            return True
    return False


def _adjective(tokens: list[Token], i: int) -> bool:
    """Return whether the word stands before another noun or a name of its preposition."""
    nxt = tokens[i + 1] if i + 1 < len(tokens) else None
    return nxt is not None and (nxt.what == "name" or nxt.low in lexicon.TYPE_WORDS)


def _of(noun: Token | None) -> str:
    return "A" if noun is not None and noun.groups & _ACTION_NOUNS else "O"


def _voice(tokens: list[Token], verb: int | None) -> tuple[bool, bool, bool]:
    """Return (passive, copula, whether the subject is a place or holder rather than somebody acting)."""
    if verb is None:
        by = any(t.low == "by" for t in tokens)
        participle = any(t.participle for t in tokens)
        return by and participle, False, False
    first = tokens[verb]
    i = verb
    while (
        i < len(tokens)
        and tokens[i].what == "word"
        and (tokens[i].low in _BE or tokens[i].low in _HAVE or tokens[i].low in _DO or tokens[i].low in _ADVERBS)
    ):
        i += 1
    main = tokens[i] if i < len(tokens) else None
    helper = {t.low for t in tokens[verb:i]}
    if helper & _BE:
        if main is not None and main.what == "word" and main.participle:
            return True, False, bool(main.groups & _SEEN)
        if main is not None and main.what == "word" and main.gerund:
            return False, False, bool(main.groups & _PLACES_AS_SUBJECT)
        return False, True, False
    if helper & _HAVE and (main is None or not main.participle):
        return False, False, True
    active = main if helper else first
    return False, False, bool(active is not None and active.groups & _PLACES_AS_SUBJECT)


def _listed(tokens: list[Token], last: Token, i: int) -> bool:
    """Return whether only commas and *and* stand between two items."""
    j = i - 1
    seen = False
    while j >= 0 and tokens[j] is not last:
        if tokens[j].low not in (",", "and", "or", "both", "nor", "&", "then", "later", "again", "once"):
            if not (tokens[j].low in ("at", "on", "from", "to", "of") and last.what == "time"):
                return False
        seen = True
        j -= 1
    return seen and j >= 0


def _side(role: str, token: Token) -> int:
    if token.what == "time":
        return 0
    if role in ("A", "S"):
        return 1
    if role in ("P", "D", "L", "O", "R", "F"):
        return -1
    return 0


def _count(tokens: list[Token], i: int, item: Item) -> None:
    """Note what a number counts."""
    words: set[str] = set()
    head: frozenset[str] = frozenset()
    j = i + 1
    if j < len(tokens) and tokens[j].low == "of":
        j += 1
        while j < len(tokens) and (
            tokens[j].low in _DETERMINERS or tokens[j].low in ("those", "them") or tokens[j].what == "number"
        ):
            j += 1
    while j < len(tokens) and tokens[j].what == "word":
        token = tokens[j]
        if token.low in lexicon.FUNCTION_WORDS or (j > i + 1 and finite(tokens, j) and not token.noun):
            break
        if j > i + 1 and finite(tokens, j) and not (tokens[j - 1].groups or tokens[j - 1].low):
            break
        words |= keys(token)
        head = keys(token)
        j += 1
    if not words:
        j = i - 1
        while j >= 0 and (
            tokens[j].low in (":", "is", "was", "are", "were", "=", "of", "at", "(", "to", "type")
            and tokens[j].low not in ("type",)
        ):
            j -= 1
        while j >= 0 and tokens[j].what == "word" and tokens[j].low not in lexicon.FUNCTION_WORDS:
            if not head:
                head = keys(tokens[j])
            words |= keys(tokens[j])
            j -= 1
    item.words = frozenset(words)
    item.head = head


def _time_role(tokens: list[Token], i: int, item: Item, clause: Clause) -> str:
    """Return what a time is: ``T`` when it happened, ``[`` since, ``]`` until, ``<`` before, ``>`` after."""
    j = i - 1
    while j >= 0 and tokens[j].low in ("the", "on", "at", "about", "around", "approximately", "date", "time", ","):
        if tokens[j].low == ",":
            break
        j -= 1
    before = tokens[j].low if j >= 0 else ""
    if before == "between":
        return "["
    if before == "from":
        return "["
    if before in ("until", "till", "to", "through", "up to"):
        return "]"
    if before == "and" or before == "-":
        previous = next((it for it in reversed(clause.items) if it.token.what == "time"), None)
        if previous is not None and previous.role == "[":
            return "]"
        if before == "-" and previous is not None:
            previous.role = "["
            return "]"
        return previous.role if previous is not None else "T"
    if before == "since":
        return "["
    if before == "before":
        return "<"
    if before == "after":
        return ">"
    return "T"
