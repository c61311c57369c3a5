"""Clauses that no single fact says, told apart into what facts do say.

Lists member by member, counts one by one, *only* as X and a count of one, "before" as two times that are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from vedette.claims import lexicon
from vedette.claims.clauses import Clause, Item, clauses, keys
from vedette.claims.match import match, span_holds
from vedette.claims.naming import counts_members, misnamed
from vedette.claims.plain import folded, plain
from vedette.claims.resting import ADJECTIVES, TYPE_KEY, Resting, Support, says_something, tells
from vedette.claims.tokens import Token
from vedette.schema import ValueKind


class Apart(Resting):
    """The ways in which a clause is told apart, each a method that gives None where it does not apply."""

    def _each(self, clause: Clause) -> Support | None:
        """Return the support of a clause that says the same of each member of a list, member by member."""
        lists = [[i for i in clause.items if i.row == r] for r in sorted({i.row for i in clause.items if i.row >= 0})]
        if any(t.low == "then" for t in clause.tokens):
            for sort in {i.token.sort for i in clause.items if i.token.what == "name"} - {"who", "where"}:
                lists.append([i for i in clause.items if i.token.what == "name" and i.token.sort == sort])
        if any(i.token.what == "number" and i.token.value == 1 for i in clause.items):
            lists.extend([i] for i in clause.items if i.token.what == "name" and i.row < 0)
        for members in lists:
            if members[0].token.what not in ("name", "quote", "code", "time"):
                continue
            ordered = any(t.low in ("then", "first") for t in clause.tokens) and len(members) > 1
            counts = [
                i
                for i in clause.items
                if i.token.what == "number"
                and i.token.value == len(members)
                and i.token.relation == "="
                and counts_members(i, members)
            ]
            if len(members) < 2 and not counts:
                continue
            total = Support()
            moments: list[datetime | None] = []
            for member in members:
                alone = Clause(
                    items=[i for i in clause.items if (i not in members or i is member) and i not in counts],
                    words=[w for w in clause.words if not (ordered and w.low in _SEQUENCE)],
                    negative=clause.negative, owner=clause.owner, parent=clause.parent, link=clause.link,
                    subject=[i for i in clause.subject if i not in members or i is member], passive=clause.passive,
                    has_verb=clause.has_verb,
                    tokens=[t for t in clause.tokens if t.low not in ("both", "all", "each")],
                )  # fmt: skip
                support = self._one(alone)
                if not support.holds:
                    support = self._each(alone) or support
                if not support.holds:
                    total = support
                    break
                total.facts.extend(support.facts)
                total.at = total.at or support.at
                moments.append(support.at)
            if total.holds and ordered and not _rising(moments):
                return Support(reason="says an order that the facts do not hold")
            if total.holds:
                if counts:
                    number = Clause(items=list(counts), words=clause.words, negative=clause.negative,
                                    tokens=clause.tokens, has_verb=clause.has_verb)  # fmt: skip
                    said = self._one(number)
                    if not said.holds and not self._complete(members, total.facts):
                        return Support(reason="counts otherwise than the facts")
                    total.facts.extend(said.facts)
                return total
        return None

    def _each_number(self, clause: Clause) -> Support | None:
        """Return the support of a clause with several counts, count by count."""
        numbers = [i for i in clause.items if i.token.what == "number"]
        counted = frozenset().union(*(i.words for i in numbers)) if numbers else frozenset()
        if not numbers or (len(numbers) < 2 and not any(t.low == "all" for t in clause.tokens)):
            return None
        heads = [i.head for i in numbers if i.head and not i.head <= ADJECTIVES]
        total = Support()
        for number in numbers:
            words = number.words
            if heads and not (number.head and not number.head <= ADJECTIVES):
                words = words | heads[-1]
            keep = [t for t in clause.words if not (keys(t) & (counted - words))]
            if number.role == "total":
                keep = [t for t in clause.words if keys(t) & words]
            item = Item(number.token, "X", words=words, head=number.head)
            alone = Clause(
                items=[i for i in clause.items if i not in numbers and number.role != "total"] + [item],
                words=keep, negative=clause.negative, owner=clause.owner, subject=clause.subject,
                passive=clause.passive, has_verb=clause.has_verb,
                tokens=[t for t in clause.tokens if t.low not in ("all", "both")],
            )  # fmt: skip
            support = self._one(alone)
            if not support.holds:
                return support
            total.facts.extend(support.facts)
        if any(t.low == "all" for t in clause.tokens):
            for number in numbers[:1]:
                own = [t for t in clause.words if keys(t) & number.words]
                whole = Clause(items=[Item(number.token, "X", words=number.words, head=number.head)], words=own,
                               tokens=own, has_verb=clause.has_verb)  # fmt: skip
                support = self._one(whole)
                if not support.holds:
                    return support
                total.facts.extend(support.facts)
        return total

    def _each_state(self, clause: Clause) -> Support | None:
        """Return the support of "no medium or low findings", one by one."""
        said = [t for t in clause.words if t.groups & ADJECTIVES]
        if len(said) < 2 or not clause.negative:
            return None
        total = Support()
        for one in said:
            alone = Clause(items=clause.items, words=[t for t in clause.words if t is one or t not in said],
                           negative=True, subject=clause.subject, tokens=clause.tokens,
                           has_verb=clause.has_verb)  # fmt: skip
            support = self._one(alone)
            if not support.holds:
                return support
            total.facts.extend(support.facts)
        return total

    def _gapped(self, clause: Clause) -> Support | None:
        """Return the support of "X ran A at 9:00, and B at 10:00": the second part borrows what it leaves out."""
        cut = next((k for k in range(len(clause.tokens) - 1, 0, -1) if clause.tokens[k].low in ("and", ";")), None)
        if cut is None:
            return None
        after = {id(t) for t in clause.tokens[cut:]}
        left = [i for i in clause.items if id(i.token) not in after]
        right = [i for i in clause.items if id(i.token) in after]
        if len(right) < 2 or any(id(t) in after and tells(t) for t in clause.words):
            return None
        borrowed: list[Item] = []
        taken: list[Item] = []
        for item in right:
            twin = next((i for i in left if i.token.what == item.token.what and i.token.sort == item.token.sort
                         and i not in taken), None)  # fmt: skip
            if twin is None:
                return None
            taken.append(twin)
            borrowed.append(Item(item.token, twin.role, words=item.words or twin.words, head=item.head or twin.head,
                                 side=twin.side))  # fmt: skip
        total = Support()
        for items in (left, [i for i in left if i not in taken] + borrowed):
            part = Clause(
                items=[Item(i.token, i.role, words=i.words, head=i.head, side=i.side) for i in items],
                words=clause.words, negative=clause.negative, owner=clause.owner, passive=clause.passive,
                has_verb=clause.has_verb, tokens=[t for t in clause.tokens if id(t) not in after],
            )  # fmt: skip
            support = self._one(part)
            if not support.holds:
                return support
            total.facts.extend(support.facts)
            total.at = total.at or support.at
        return total

    def _only(self, clause: Clause) -> Support | None:
        """Return the support of "only X", "no account besides X": X, and a count of one."""
        lows = [t.low for t in clause.tokens]
        besides = clause.negative and any(
            w in ("besides", "except", "beyond") or (w == "other" and "than" in lows) for w in lows
        )
        alone = [w for w in ("only", "sole", "single", "solely", "alone", "one") if w in lows]
        if not besides and "other" in lows:
            return None
        if any(i.token.what == "number" and i.token.value != 1 for i in clause.items):
            return None
        if (not besides and not alone) or (not besides and any(w in ("besides", "except", "beyond") for w in lows)):
            return None
        named = [i for i in clause.items if i.token.what == "name" and i.token.sort in TYPE_KEY]
        named = named or [i for i in clause.items if i.token.what == "quote" or i.token.sort == "finding"]
        if len(named) != 1 or len([i for i in clause.items if i.token.what in ("name", "quote")]) != 1:
            return None
        type_key = TYPE_KEY.get(named[0].token.sort, "FINDING")
        drop = {*alone, "besides", "except", "other", "than", "no", "beyond"}
        words = [t for t in clause.words if t.low not in drop]
        kept = [i for i in clause.items if i.token.what != "number"]
        name = Item(named[0].token, "X")
        each = Clause(
            items=[name if i is named[0] else i for i in kept], words=words, subject=[name],
            negative=clause.negative and not besides, has_verb=clause.has_verb, has_asides=True,
            tokens=[t for t in clause.tokens if t.low not in drop],
        )  # fmt: skip
        first = self._one(each)
        if not first.holds:
            return first
        own = frozenset(k for t in words if lexicon.TYPE_WORDS.get(t.low) != "case" for k in keys(t)) | {type_key}
        one = Item(Token("number", "one", "one", value=1), words=own, head=frozenset({type_key}))
        count = Clause(items=[one], words=words, tokens=words, has_verb=True)
        second = self._one(count)
        if not second.holds:
            return Support(reason=f"no fact says that it is {named[0].token.text} alone")
        return Support(facts=first.facts + second.facts, at=first.at)

    def _only_listed(self, clause: Clause) -> Support | None:
        """Return the support of "X was active on A and B only": a fact whose whole list it names."""
        lows = [t.low for t in clause.tokens if t.what != "mark"]
        if clause.negative or not lows or lows.count("only") != 1 or (lows[-1] != "only" and lows[0] != "only"):
            return None
        if lows[0] == "only":
            return None
        plainly = Clause(
            items=clause.items, words=[t for t in clause.words if t.low != "only"], owner=clause.owner,
            parent=clause.parent, link=clause.link, subject=clause.subject, passive=clause.passive,
            has_verb=clause.has_verb, tokens=[t for t in clause.tokens if t.low != "only"],
        )  # fmt: skip
        for index in self._candidates(plainly):
            value = self._facts[index].value
            listed = [value] if isinstance(value, str) else value
            if not isinstance(listed, list | tuple) or self._facts[index].kind is ValueKind.TEXT:
                continue
            said: set[str] = set().union(*(i.token.ids for i in plainly.items))
            ids = [self._names.ids(str(v)) for v in listed]
            if not all(own and own & said for own in ids):
                continue
            reading = self._reading(index)
            for view in reading.views:
                result = match(plainly, reading, view, advised=self._advised)
                if result.whole and says_something(plainly, result) and not isinstance(value, str):
                    return Support(facts=[index], at=result.at)
        return None

    def _by_counts(self, clause: Clause) -> Support | None:
        """Return the support of "a high case with five findings on two hosts": what is said, and each count alone.

        Only where what comes before the counts names nothing that they could be counts of.
        """
        if clause.negative or clause.owner is not None or any(t.low in ("each", "times") for t in clause.tokens):
            return None
        starts = [k for k, t in enumerate(clause.tokens) if t.what == "number" and _may_split(clause.tokens, k)]
        if not starts or (len(starts) == 1 and starts[0] <= 1):
            return None
        cuts = [0, *starts] if starts[0] > 0 else starts
        pieces = [clause.tokens[a:b] for a, b in pairwise([*cuts, len(clause.tokens)])]
        pieces = [_trimmed(p) for p in pieces]
        pieces = [p for p in pieces if any(t.what != "mark" and t.low not in lexicon.FUNCTION_WORDS for t in p)]
        if len(pieces) < 2:
            return None
        first = pieces[0]
        if first[0].what != "number" and any(t.what in ("name", "quote", "code") and t.sort != "case" for t in first):
            return None
        heads = [_counted_noun(p) for p in pieces]
        total = Support()
        for k, piece in enumerate(pieces):
            if piece[0].what == "number" and heads[k] is None:
                head = next((h for h in [*heads[:k][::-1], *heads[k + 1 :]] if h is not None), None)
                if head is None:
                    return None
                piece = [*piece[:1], *[t for t in piece[1:] if t.low not in ("of", "them", "which", "these")], head]
            for part in clauses(piece):
                if not part.items and all(not tells(t) for t in part.words):
                    continue
                support = self._one(part)
                if not support.holds:
                    support = self._each(part) or self._only(part) or support
                if not support.holds:
                    return support
                total.facts.extend(support.facts)
        return total if total.facts else None

    def _all(self, clause: Clause) -> Support | None:
        """Return the support of "all findings are high": as many are high as there are findings."""
        if not any(t.low in ("all", "every") for t in clause.tokens) or clause.negative:
            return None
        if any(i.token.what == "number" for i in clause.items):
            return None
        states = [t for t in clause.words if t.groups & ADJECTIVES]
        things = [t for t in clause.words if t not in states and tells(t)]
        if not states or not things:
            return None
        head = frozenset().union(*(keys(t) for t in things))
        whole = {
            n: f.value for n, f in enumerate(self._facts)
            if f.kind is ValueKind.COUNT and f.subject_kind is ValueKind.CASE and isinstance(f.value, int)
            and f.value > 0 and not self._reading(n).name_words & ADJECTIVES
        }  # fmt: skip
        for value in sorted(set(whole.values())):
            token = Token("number", str(value), str(value), value=float(value))
            total = Support()
            for words in (things, [*things, *states]):
                item = Item(token, words=frozenset().union(*(keys(t) for t in words)), head=head)
                support = self._one(Clause(items=[item], words=list(words), tokens=list(words), has_verb=True))
                if not support.holds or (words is things and not any(n in whole for n in support.facts)):
                    break
                total.facts.extend(support.facts)
            else:
                return total
        return None

    def _described(self, clause: Clause) -> Support | None:
        """Return the support of a clause about "the attacker account", where one account alone has that role."""
        tokens = clause.tokens
        for k, token in enumerate(tokens):
            following = tokens[k + 1] if k + 1 < len(tokens) else None
            if token.low != "the" or following is None or following.what != "word":
                continue
            if k and tokens[k - 1].low in ("is", "was", "are", "were", "be"):
                continue
            role = following.groups & _ROLES
            if not role:
                continue
            noun = tokens[k + 2] if k + 2 < len(tokens) else None
            typed = noun is not None and noun.low in lexicon.TYPE_WORDS
            if not typed and "ATTACKER" not in role:
                continue
            holders = {
                f.subject for f in self._facts
                if f.kind is ValueKind.ROLE and isinstance(f.value, str)
                and (known := lexicon.word(f.value.lower())) is not None and known.groups & role
            }  # fmt: skip
            if len(holders) != 1:
                return None
            subject = holders.pop()
            ids = self._names.ids(subject)
            if not ids:
                return None
            low = folded(plain(subject))
            stand_in = Token("name", subject, low, ids, self._names.sort(next(iter(ids)), low))
            gone = {id(following), id(noun) if typed else 0}
            rest = [t for t in tokens[:k] if id(t) not in gone] + [stand_in]
            rest += [t for t in tokens[k + 1 :] if id(t) not in gone]
            parsed = clauses(rest)
            total = Support()
            for part in parsed:
                wrong = misnamed(part)
                support = Support(reason=wrong) if wrong else self._one(part)
                if not support.holds:
                    return support
                total.facts.extend(support.facts)
                total.at = total.at or support.at
            role_facts = [n for n, f in enumerate(self._facts) if f.subject == subject and f.kind is ValueKind.ROLE]
            total.facts.extend(role_facts[:1])
            return total
        return None

    def _compared(self, clause: Clause) -> Support | None:
        """Return the support of "X was called before Y": each by itself, and their times."""
        if clause.negative:
            return None
        later = [i for i in clause.items if i.role in ("T<", "T>") and i.token.what in ("name", "code", "quote")]
        if len(later) != 1:
            return None
        other = later[0]
        around = self._around(clause, other)
        if around is not None:
            return around
        mine = [i for i in clause.items if i is not other and i.token.sort == other.token.sort]
        mine = mine if len(mine) == 1 else [i for i in mine if self._names_deed(i) == self._names_deed(other)][:1]
        if len(mine) != 1:
            return None
        spans = [i for i in clause.items if i.token.what == "duration"]
        if other.token.sort in ("who", "where"):
            return self._seen_before(clause, mine[0], other, spans)
        words = [t for t in clause.words if not t.groups & {"BEFORE", "AFTER"}]
        sides = []
        for item in (mine[0].token, other.token):
            stand_in = Item(item, mine[0].role, side=mine[0].side)
            alone = Clause(
                items=[stand_in if i is mine[0] else i for i in clause.items
                       if i is not other and i not in spans and (item is mine[0].token or i is mine[0])],
                words=words, has_asides=True,
                negative=clause.negative, subject=[stand_in] if mine[0] in clause.subject else clause.subject,
                passive=clause.passive, has_verb=clause.has_verb, tokens=clause.tokens,
            )  # fmt: skip
            support = self._one(alone)
            if not support.holds or support.at is None:
                return support if not support.holds else None
            sides.append(support)
        first, second = sides
        if first.at is None or second.at is None:
            return None
        right = first.at < second.at if other.role == "T<" else first.at > second.at
        if not right:
            return Support(reason="turns round the order of time")
        gap = abs((second.at.replace(microsecond=0) - first.at.replace(microsecond=0)).total_seconds())
        if any(not span_holds(i.token, gap) for i in spans):
            return Support(reason=f"the duration “{spans[0].token.text}” does not follow from the facts")
        return Support(facts=first.facts + second.facts, at=first.at)

    def _around(self, clause: Clause, other: Item) -> Support | None:
        """Return the support of "N seconds after the DCSync, X did A": A, and when what is named there happened."""
        spans = [i for i in clause.items if i.token.what == "duration"]
        rest = [i for i in clause.items if i is not other and i not in spans]
        words = [t for t in clause.words if not t.groups & {"BEFORE", "AFTER"}]
        if other.token.sort in ("who", "where") or not rest:
            return None
        if any(i.token.sort == other.token.sort for i in rest if i.token.what == "name"):
            return None
        alone = Clause(
            items=rest, words=words, has_asides=True, negative=clause.negative,
            subject=[i for i in clause.subject if i is not other], passive=clause.passive, has_verb=clause.has_verb,
            tokens=[t for t in clause.tokens if t is not other.token and all(t is not s.token for s in spans)],
        )  # fmt: skip
        support = self._one(alone)
        if not support.holds or support.at is None:
            return None
        found = {}
        for n in self._candidates(Clause(items=[other])):
            fact = self._facts[n]
            if fact.kind is ValueKind.TIME and fact.subject_kind is ValueKind.ACCOUNT and fact.subject and (
                other.token.ids & self._reading(n).ids
            ):  # fmt: skip
                for moment in self._reading(n).moments[:1]:
                    found[moment] = n
        if not found or len(found) > 3:
            return None
        before = support.at.replace(microsecond=0)
        for moment, n in found.items():
            gap = (before - moment.replace(microsecond=0)).total_seconds()
            right = gap > 0 if other.role == "T>" else gap < 0
            if not right:
                return None
            if spans and not all(span_holds(i.token, abs(gap)) for i in spans):
                continue
            if n not in support.facts and (spans or len(found) >= 1):
                return Support(facts=[*support.facts, n], at=support.at)
        return None

    def _seen_before(self, clause: Clause, one: Item, other: Item, spans: Sequence[Item]) -> Support | None:
        """Return the support of "X was seen before Y": by when each was seen first."""
        if not clause.groups <= {"SEE", "FIRST", "ACT", "BEFORE", "AFTER", "IMPLICATE"}:
            return None
        if any(tells(t) and not t.groups for t in clause.words) or "MOST" in clause.groups:
            return None
        if any(t.low in lexicon.COMPARATIVES - {"earlier", "later", "sooner"} for t in clause.tokens):
            return None
        found: list[tuple[datetime, int]] = []
        for item in (one, other):
            seen = [
                (m, n) for n, f in enumerate(self._facts)
                if self._names.ids(f.subject) & item.token.ids
                and {"SEE", "FIRST"} & self._reading(n).name_words | {"SEE", "FIRST"} & self._reading(n).all_words
                for m in self._reading(n).moments
            ]  # fmt: skip
            if not seen:
                return None
            found.append(min(seen))
        right = found[0][0] < found[1][0] if other.role == "T<" else found[0][0] > found[1][0]
        gap = abs((found[1][0] - found[0][0]).total_seconds())
        if not right or any(not span_holds(i.token, gap) for i in spans):
            return Support(reason="turns round the order of time")
        return Support(facts=[n for _, n in found], at=found[0][0])

    def _names_deed(self, item: Item) -> bool:
        return "/" in item.token.low or "\\" in item.token.low or "." in item.token.low

    def _complete(self, members: Sequence[Item], facts: Sequence[int]) -> bool:
        """Return whether the facts of the same name hold nothing beyond the members of a list."""
        ids: set[str] = set()
        for member in members:
            ids |= member.token.ids
        named = {(self._facts[n].name, str(self._facts[n].subject)) for n in facts}
        for fact in self._facts:
            if (fact.name, str(fact.subject)) in named and isinstance(fact.value, str):
                own = self._names.ids(fact.value)
                if own and not own & ids:
                    return False
        return True


_SEQUENCE = frozenset("first then finally next later afterwards subsequently".split())
_ROLES = frozenset({"ATTACKER", "COMPROMISE", "ENTRY", "SOURCE", "TARGET", "BYSTANDER"})


def _rising(moments: Sequence[datetime | None]) -> bool:
    known = [m for m in moments if m is not None]
    return len(known) == len(moments) and all(a <= b for a, b in pairwise(known))


_BEFORE_COUNT = frozenset(
    "with of on over across and involving giving in has have for from shows showing , : ;".split()
)


def _may_split(tokens: Sequence[Token], k: int) -> bool:
    """Return whether a number begins a part of its own: "…, five findings", "with two hosts"."""
    if k == 0:
        return True
    before = tokens[k - 1].low
    if before in ("only", "just") and k > 1:
        before = tokens[k - 2].low
    return before in _BEFORE_COUNT


def _trimmed(tokens: Sequence[Token]) -> list[Token]:
    """Return a part without what joins it to the next, and without *only* beside its count."""
    out = [t for t in tokens if t.low not in ("only", "just", "here", "also")]
    while out and (out[-1].low in _BEFORE_COUNT or out[-1].low in ("the", "a", ".", "them")):
        out.pop()
    while out and out[0].low in ("of", "the", "with", "and", ",", "a", "an"):
        out.pop(0)
    return out


def _counted_noun(tokens: Sequence[Token]) -> Token | None:
    """Return the noun that the number at the start counts, None where it is left out."""
    for token in tokens[1:]:
        if token.what == "mark":
            return None
        if token.what == "word" and (token.low in lexicon.TYPE_WORDS or (token.noun and not token.groups & ADJECTIVES)):
            return token
    return None
