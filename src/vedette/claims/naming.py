"""What is wrong with how a clause names and counts things, before any fact is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vedette.claims import lexicon
from vedette.claims.clauses import Clause, Item
from vedette.claims.match import TYPE_GROUPS
from vedette.claims.names import is_address
from vedette.claims.resting import tells
from vedette.claims.tokens import Token


def counts_members(number: Item, members: Sequence[Item]) -> bool:
    """Return whether a number counts the sort of thing that the members of a list are."""
    sorts = {m.token.sort for m in members}
    if not number.words:
        return len(members) > 1
    for sort in sorts:
        if _TYPE_OF.get(sort, frozenset()) & number.words:
            return True
    return not sorts & set(_TYPE_OF) and len(members) > 1


_TYPE_OF: dict[str, frozenset[str]] = {
    "who": frozenset("=" + lexicon.stem(w) for w, s in lexicon.TYPE_WORDS.items() if s == "who"),
    "where": frozenset("=" + lexicon.stem(w) for w, s in lexicon.TYPE_WORDS.items() if s == "where"),
    "technique": frozenset({"TECHNIQUE", "SUBTECHNIQUE"}),
    "tactic": frozenset({"TACTIC"}),
}


def miscounted(clause: Clause) -> str:
    """Return what is wrong with "three accounts: A and B"."""
    tokens = clause.tokens
    for item in clause.items:
        if item.token.what != "number" or item.token.relation != "=" or not item.words:
            continue
        at = next((k for k, t in enumerate(tokens) if t is item.token), None)
        if at is None:
            continue
        mark = next((k for k in range(at + 1, len(tokens)) if tokens[k].what != "word"), None)
        if (
            mark is None
            or tokens[mark].low not in (":", ",", "-", "(")
            or any(t.low in ("including", "among", "such") for t in tokens)
        ):
            continue
        listed = [i for i in clause.items if i.token.what == "name" and any(t is i.token for t in tokens[mark:])]
        alike = [i for i in listed if _TYPE_OF.get(i.token.sort, frozenset()) & item.words]
        after = tokens[mark + 1] if mark + 1 < len(tokens) else None
        if alike and len(alike) == len(listed) and alike[0].token is after and len(alike) != item.token.value:
            return f"counts {item.token.text} and names {len(alike)}"
    return ""


def misnamed(clause: Clause) -> str:
    """Return what is wrong where two names are said to be one thing's and are not: "T1018 (DCSync)"."""
    meant = "MEAN" in clause.groups
    if any(tells(t) and "MEAN" not in t.groups and not (t.groups and t.groups <= TYPE_GROUPS) for t in clause.words):
        return ""
    named = [i for i in clause.items if i.token.what == "name" and i.row < 0]
    for a, b in pairwise(named):
        alike = a.token.sort == b.token.sort or {a.token.sort, b.token.sort} <= {"who", "entity"}
        equated = clause.owner is not None or (clause.has_verb and ({a.role, b.role} == {"X"} or meant))
        if (
            alike
            and equated
            and not a.token.ids & b.token.ids
            and (clause.owner is None or a.token is clause.owner.token)
            and not _address_of(a, b)
        ):
            return f"{b.token.text} is not {a.token.text}"
    return ""


def misapposed(tokens: Sequence[Token]) -> str:
    """Return what is wrong with "T1190, Unix Shell, is …": an id and, set off behind it, the name of another."""
    for k in range(len(tokens) - 2):
        one, mark, other = tokens[k : k + 3]
        if one.sort == other.sort == "technique" and mark.low == "," and one.what == other.what == "name":
            after = tokens[k + 3].low if k + 3 < len(tokens) else "."
            before = tokens[k - 1].low if k else ""
            is_id = one.low[1:2].isdigit() and not other.low[1:2].isdigit()
            if is_id and after not in ("and", "or") and before not in (",", "and") and not one.ids & other.ids:
                if after != "," or not any(t.low == "and" for t in tokens[k + 3 : k + 8]):
                    return f"{other.text} is not {one.text}"
    return ""


def _address_of(a: Item, b: Item) -> bool:
    """Return whether one is an address and the other a host: a fact must tell whether it has it."""
    return is_address(a.token.low) != is_address(b.token.low)
