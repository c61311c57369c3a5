"""Counts over what the facts list: how many of a sort are in a state, where, and that all, both or none are.

A count is worked out from the rows that the facts hold, and only where a fact counts those rows and all of them are
there; nothing is concluded from a list that may have been cut off. Every word of the sentence must be used up: as the
number, what is counted, a state, a name, or a word that says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vedette.claims import lexicon
from vedette.claims.names import Names
from vedette.claims.tokens import Token
from vedette.schema import Fact, ValueKind

_SEVERITIES = frozenset({"LOW", "MEDIUM", "HIGH", "CRITICAL", "INFORMATIONAL"})
_ROLES = frozenset({"COMPROMISE", "ATTACKER", "BYSTANDER", "TARGET", "ENTRY", "SOURCE"})
_NO = frozenset("no none nothing nobody neither nor without zero".split())
_ALL = frozenset("all every each both everything".split())
_EXISTING = frozenset({"SEE", "SHOW", "HOLD", "REPORT", "HAPPEN", "SEVERITY", "ROLE", "TOTAL", "FIRE", "TOGETHER"})
_GLUE = frozenset(
    "of the a an in on at by with from and but or there here it them these those this that which who are is was were "
    "be been being has have had do does did we our they their its to as for into exactly altogether all-in "
    "made raised produced came come out up turned found rules rated classed graded counted looked took part "
    "concerned remaining rest other others one ones same also overall respectively 's whole "
    "one-off case cases incident incidents investigation involved present each examined checked reviewed".split()
)
_WHOLE = frozenset("case incident investigation severity".split())
_REST = frozenset("other others rest remaining".split())
_MARKS = frozenset(", . : ; - ( )".split())


@dataclass(slots=True)
class Row:
    """One thing that the facts list."""

    fact: int
    ids: frozenset[str]
    """The ids of the thing itself."""
    states: frozenset[str]
    beside: frozenset[str] = frozenset()
    """The ids of what it is on, or shows."""


@dataclass(slots=True)
class Table:
    """All things of a sort."""

    rows: list[Row]
    counted_by: int
    """The number of the fact that counts them."""


@dataclass(slots=True)
class _Part:
    """One number of a sentence with what is said of it."""

    number: Token | None = None
    every: bool = False
    none: bool = False
    rest: bool = False
    some: bool = False
    """Whether what is named is only some of what is counted."""
    out_of: Token | None = None
    """The number of all, as in "four of six"."""
    alone: bool = False
    """Whether *only* or *just* stands beside it."""
    sort: str = ""
    states: set[str] = field(default_factory=set)
    named: list[Token] = field(default_factory=list)


def _total_of(tokens: Sequence[Token], k: int) -> bool:
    """Return whether the number at ``k`` is the whole of the number before: "four of the six"."""
    j = k - 1
    while j > 0 and tokens[j].low in ("the", "all", "these", "those"):
        j -= 1
    return j > 0 and tokens[j].low == "of" and tokens[j - 1].what == "number"


class Counting:
    """The tables of some facts."""

    def __init__(self, facts: Sequence[Fact], names: Names) -> None:
        """Read the tables out of the facts."""
        self._facts = facts
        self._names = names
        self._tactics: set[str] = set()
        self.tables: dict[str, Table] = {}
        for sort, table in (
            ("finding", self._findings()), ("technique", self._techniques()), ("who", self._accounts()),
            ("where", self._hosts()), ("step", self._listed("step")),
        ):  # fmt: skip
            if table is not None:
                self.tables[sort] = table

    def facts_for(self, tokens: Sequence[Token]) -> list[int]:
        """Return the numbers of the facts that a sentence of counts follows from, none where it does not."""
        parts = self._parts(tokens)
        if not parts:
            return []
        used: list[int] = []
        before: list[float] = []
        total = 0.0
        for part in parts:
            found = self._count(part)
            if found is None:
                return []
            counted, whole, sources = found
            if part.out_of is not None and part.out_of.value != whole:
                return []
            if part.out_of is not None:
                before, total = [], whole
            if part.none:
                right = counted == 0
            elif part.every:
                right = counted == whole > (0 if part.number is not None else 1)
                right = right and (part.number is None or part.number.value == counted)
            elif part.number is None:
                return []
            else:
                right = part.number.relation == "=" and part.number.value == counted
            if part.rest:
                right = right and part.number is not None and total - sum(before) == part.number.value
                before.append(counted)
            elif part.states and not part.none:
                before.append(counted)
            else:
                before, total = [], counted
            if not right:
                return []
            used += sources
        return list(dict.fromkeys(used))

    def _count(self, part: _Part) -> tuple[int, int, list[int]] | None:
        """Return how many rows a part is of, out of how many, and the facts that say so."""
        table = self.tables.get(part.sort)
        if table is None:
            return None
        if part.sort not in ("who", "where"):
            part.states -= {"IMPLICATE"}
        members = [t for t in part.named if any(t.ids & r.ids for r in table.rows)]
        rows = [r for r in table.rows if part.sort != "who" or "IMPLICATE" in r.states or part.states & _ROLES]
        if part.sort == "who" and (not part.states or (part.none and part.states - {"IMPLICATE"})):
            return None  # the facts list no account that nothing is known of
        if part.alone and len(members) < len(part.named):
            return None  # "just one high finding, on X": of all, or of those on X
        several = [kind for kind in (_SEVERITIES, _ROLES) if len(part.states & kind) > 1]
        if several and not part.none:
            return None
        either = frozenset(part.states & several[0]) if several else frozenset()
        held = [
            r for r in rows
            if part.states - either <= r.states and (not either or either & r.states)
            and all(t.ids & r.beside for t in part.named if t not in members)
        ]  # fmt: skip
        said = [next((r for r in held if t.ids & r.ids), None) for t in members]
        if None in said or (members and not part.some and len({r.fact for r in said if r}) != len(held)):
            return None
        if part.sort == "who" and not {"IMPLICATE"} & part.states and any("IMPLICATE" not in r.states for r in held):
            return None
        return len(held), len(rows), [table.counted_by, *(r.fact for r in held[:20])]

    def _parts(self, tokens: Sequence[Token]) -> list[_Part]:
        """Return the numbers of a sentence with what is said of each; empty where a word is left over."""
        parts: list[_Part] = []
        current = _Part()
        started = False
        sort = ""
        k = 0
        while k < len(tokens):
            token = tokens[k]
            low = token.low
            opens = token.what == "number" or (token.what == "word" and (low in _NO or low in _ALL))
            if opens and not (token.what == "number" and token.value == 1 and started and self._pronoun(tokens, k)):
                if token.what == "number" and _total_of(tokens, k):
                    current.out_of = token
                    k += 1
                    continue
                plain = current.number is None and not current.none
                if started and not (plain and (not current.every or token.what == "number") and not current.states):
                    parts.append(current)
                    current = _Part()
                started = True
                current.rest = current.rest or (k > 0 and tokens[k - 1].low in _REST)
                if token.what == "number":
                    current.number = token
                elif low in _NO:
                    current.none = True
                else:
                    current.every = True
            elif token.what == "mark":
                if low not in _MARKS:
                    return []
            elif token.what == "name":
                if token.sort == "case":
                    pass
                elif token.sort in ("who", "where", "entity", "technique"):
                    current.named.append(token)
                else:
                    return []
            elif token.what != "word":
                if not (token.what == "number" and token.value == 1):
                    return []
            else:
                step = self._word(tokens, k, current)
                if not step:
                    return []
                k += step - 1
            sort = current.sort or sort
            k += 1
        if not started:
            return []
        parts.append(current)
        sorts = [p.sort for p in parts if p.sort]
        if not sorts:
            return []
        last = sorts[0]
        for part in parts:
            part.sort = last = part.sort or last
        return parts

    @staticmethod
    def _pronoun(tokens: Sequence[Token], k: int) -> bool:
        before = tokens[k - 1] if k else None
        return before is not None and (before.low in ("the", "only") or before.what == "number")

    def _word(self, tokens: Sequence[Token], k: int, part: _Part) -> int:
        """Return how many tokens the word at ``k`` uses up, 0 where it is none that counting knows."""
        token, low = tokens[k], tokens[k].low
        two = " ".join(t.low for t in tokens[k : k + 2])
        for phrase, length in ((two, 2), (low, 1)):
            if phrase in self._tactics:
                part.states.add(f"tactic:{phrase}")
                return length
        sort = lexicon.TYPE_WORDS.get(low, "")
        if sort == "where" and low in ("address", "addresses", "ip", "ips"):
            return 0
        if "FINDING" in token.groups:
            sort = "finding"
        elif "TECHNIQUE" in token.groups or "SUBTECHNIQUE" in token.groups:
            sort = "technique"
        elif low in ("step", "steps"):
            sort = "step"
        if sort == "technique" and any(t.sort == "technique" for t in (*part.named, *tokens[k + 1 : k + 2])):
            return 1
        if sort in ("finding", "technique", "step", "who", "where"):
            if part.sort and part.sort != sort:
                return 0
            part.sort = sort
            return 1
        if "ATTACKER" in token.groups and "CREATE" in part.states and k > 1 and tokens[k - 2].low == "by":
            return 1
        states = token.groups & (_SEVERITIES | _ROLES)
        if low == "created":
            states = frozenset({"CREATE"})
        if states:
            if any(t.low in _WHOLE for t in tokens[k + 1 : k + 3]):
                return 0  # "a high case": the state is the case's
            part.states |= states
            return 1
        if low in ("implicated", "involved") or "IMPLICATE" in token.groups:
            part.states |= {"IMPLICATE"}
            return 1
        if low in _REST:
            nxt = tokens[k + 1] if k + 1 < len(tokens) else None
            part.rest = part.rest or nxt is None or nxt.what != "number"
            return 1
        if low in ("among", "including", "include", "includes"):
            part.some = True
            return 1
        if low == "accounts" and two == "accounts for":
            return 2
        if low in ("just", "only"):
            part.alone = True
            return 1
        if low in _GLUE or token.groups & _EXISTING:
            return 1
        return 0

    # ---- the tables

    def _listed(self, name: str) -> Table | None:
        members = [n for n, f in enumerate(self._facts) if f.name == name]
        count = next((n for n, f in enumerate(self._facts) if f.name == f"n_{name}s"), None)
        if count is None or self._facts[count].value != len(members):
            return None
        return Table([Row(n, frozenset(), frozenset(), self._beside(self._facts[n])) for n in members], count)

    def _beside(self, fact: Fact) -> frozenset[str]:
        found: set[str] = set()
        for kind, value in fact.related:
            if kind in (ValueKind.HOST, ValueKind.TECHNIQUE) and isinstance(value, str):
                found |= self._names.ids(value)
        return frozenset(found)

    def _findings(self) -> Table | None:
        table = self._listed("finding")
        for row in table.rows if table is not None else []:
            words = self._facts[row.fact].text.split(" finding", 1)[0].lower().split()
            known = lexicon.word(words[-1]) if words else None
            if known is None or not known.groups & _SEVERITIES:
                return None
            row.states = known.groups & _SEVERITIES
        return table

    def _techniques(self) -> Table | None:
        table = self._listed("technique")
        for row in table.rows if table is not None else []:
            text = self._facts[row.fact].text.lower()
            _, _, said = text.partition("its tactics are ")
            tactics = [t.strip(" .") for t in said.split(",") if t.strip(" .")]
            self._tactics.update(tactics)
            row.states = frozenset(f"tactic:{t}" for t in tactics)
            row.ids = self._names.ids(str(self._facts[row.fact].value))
        return table

    def _accounts(self) -> Table | None:
        count = next((n for n, f in enumerate(self._facts) if f.name == "n_implicated_accounts"), None)
        if count is None or self._facts[count].kind is not ValueKind.COUNT:
            return None
        named = {str(v) for k, v in self._facts[count].related if k is ValueKind.ACCOUNT}
        if len(named) != self._facts[count].value:
            return None
        rows = self._roles(ValueKind.ACCOUNT)
        for row in rows:
            if self._facts[row.fact].subject in named:
                row.states |= {"IMPLICATE"}
        if len([r for r in rows if "IMPLICATE" in r.states]) != len(named):
            return None
        return Table(rows, count)

    def _hosts(self) -> Table | None:
        count = next((n for n, f in enumerate(self._facts) if f.name == "n_hosts"), None)
        rows = self._roles(ValueKind.HOST)
        if count is None or self._facts[count].value != len(rows):
            return None
        for row in rows:
            row.states |= {"IMPLICATE"}
        return Table(rows, count)

    def _roles(self, kind: ValueKind) -> list[Row]:
        found: dict[str, Row] = {}
        for n, fact in enumerate(self._facts):
            if fact.kind is ValueKind.ROLE and fact.subject_kind is kind and isinstance(fact.value, str):
                known = lexicon.word(fact.value.lower())
                states = (known.groups if known is not None else frozenset()) & (_ROLES | {"CREATE"})
                found.setdefault(fact.subject, Row(n, self._names.ids(fact.subject), states))
        return list(found.values())


__all__ = ["Counting"]
