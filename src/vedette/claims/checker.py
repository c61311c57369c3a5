"""The checker: keeps of a worded answer the sentences that follow from facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from vedette.claims import lexicon
from vedette.claims.base import Checked
from vedette.claims.clauses import Clause, Item, clauses, keys
from vedette.claims.derived import derived
from vedette.claims.match import OWN_LABELS, TYPE_GROUPS, Match, Reading, advises, match, read, span_holds, told
from vedette.claims.names import Names, is_address
from vedette.claims.neutral import is_neutral
from vedette.claims.plain import folded, hidden, plain
from vedette.claims.reword import reworded
from vedette.claims.sentences import blocks
from vedette.claims.tokens import Token, tokenise, without_citations
from vedette.schema import Claim, Evidence, Fact, ValueKind

MAX_SENTENCE = 4000
"""Characters; a longer sentence is dropped unread."""


@dataclass(slots=True)
class _Support:
    """How a sentence or clause came out."""

    facts: list[int] = field(default_factory=list)
    reason: str = ""
    at: datetime | None = None
    subjects: list[Item] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.reason


def check(text: str, facts: Sequence[Fact], *, required: Sequence[str] = (), question: str = "") -> Checked:
    """Return the sentences of a worded answer that follow from facts, and those that do not.

    Args:
        text: the answer, in Markdown or plain text.
        facts: what was computed; names in it may be written in any of their forms.
        required: ids of the facts that an answer must say; those that no kept sentence rests on come back in
            ``uncovered``.
        question: what was asked; an answer that only makes sense beside it ("Two.") is read together with it.

    Raises nothing: a sentence that cannot be judged is dropped.
    """
    return Checker(facts, question=question).check(text, required=required)


class Checker:
    """Facts made ready for checking; one may check many texts against the same facts."""

    def __init__(self, facts: Sequence[Fact], *, question: str = "") -> None:
        """Take the facts. Reading each is put off until a sentence may rest on it."""
        together = derived(facts)
        self._facts = [*facts, *(f for f, _ in together)]
        self._sources = [*((n,) for n in range(len(facts))), *(s for _, s in together)]
        self._names = Names(list(facts))
        self._readings: dict[int, Reading] = {}
        self._question = question
        self._advised = False
        self._in_time = False
        self._within: list[int] | None = None
        self._sentences: dict[str, int] = {}
        for index, fact in enumerate(self._facts):
            for part in told(fact):
                self._sentences.setdefault(_bare(part), index)
            if fact.text:
                self._sentences.setdefault(_bare(fact.text), index)
                label, _, rest = fact.text.partition(": ")
                if label.lower() in OWN_LABELS and rest:
                    self._sentences.setdefault(_bare(rest), index)

    def check(self, text: str, *, required: Sequence[str] = ()) -> Checked:
        """Return the checked sentences of a text; see :func:`check`."""
        kept: list[Claim] = []
        dropped: list[Claim] = []
        used: set[int] = set()
        context = _Context()
        lead = ""
        for kind, parts in blocks(text):
            for sentence in parts:
                support = self._sentence(sentence, kind, context)
                if kind == "item" and lead and not support.holds and len(parts) == 1:
                    beside = self._sentence(f"{lead} {sentence}", "text", context)
                    support = beside if beside.holds else support
                if kind != "item":
                    lead = sentence if support.holds and sentence.rstrip(" *_").endswith(":") else ""
                if support.holds:
                    used.update(s for n in support.facts for s in self._sources[n])
                    kept.append(self._claim(sentence, support))
                else:
                    dropped.append(Claim(text=sentence, evidence=(), checked=False, reason=support.reason))
                context.after(sentence, support)
        uncovered = tuple(f for i, f in enumerate(self._facts) if f.fact_id in set(required) and i not in used)
        return Checked(claims=tuple(kept), dropped=tuple(dropped), uncovered=uncovered)

    def _claim(self, sentence: str, support: _Support) -> Claim:
        numbers = list(dict.fromkeys(s for n in support.facts for s in self._sources[n]))
        evidence: dict[str, Evidence] = {}
        for number in numbers:
            for item in self._facts[number].evidence:
                evidence.setdefault(f"{item.ref}:{item.start}", item)
        return Claim(
            text=sentence, evidence=tuple(evidence.values()), facts=tuple(self._facts[n].fact_id for n in numbers),
            checked=True,
        )  # fmt: skip

    # ---------------------------------------------------------------- one sentence

    def _sentence(self, sentence: str, kind: str, context: _Context) -> _Support:
        trick = hidden(sentence)
        if trick:
            return _Support(reason=trick)
        if len(sentence) > MAX_SENTENCE:
            return _Support(reason="is too long to be checked")
        whole = self._sentences.get(_bare(sentence))
        if whole is not None:
            reading = self._reading(whole)
            return _Support(
                facts=[whole],
                at=reading.moments[0] if reading.moments else None,
                subjects=_subjects(clauses(tokenise(sentence, self._names))),
            )
        if is_neutral(sentence, kind):
            return _Support()
        tokens = tokenise(sentence, self._names)
        if kind == "code":
            return self._quoted_block(sentence)
        if kind == "row":
            return self._row(tokens, context)
        if any(t.low == "?" for t in tokens):
            return _Support(reason="asks and does not say")
        if any(a.low in _FOLDS and c.what in ("number", "duration") for a, c in _nearby(tokens)):
            return _Support(reason="multiplies what was counted")
        tokens = _unreported(tokens)
        verdict = tokens[0].low if tokens and tokens[0].low in ("yes", "no") else ""
        if verdict and (len(tokens) == 1 or tokens[1].what == "mark"):
            tokens = tokens[2:] if len(tokens) > 1 else []
            wrong = self._verdict(verdict, tokens)
            if wrong:
                return _Support(reason=wrong)
            if not tokens or all(t.what == "mark" for t in tokens):
                return self._beside_question(sentence, verdict, context)
        tokens, opening = _opening(tokens)
        if not tokens:
            return _Support(reason="says nothing that a fact holds")
        lows = [t.low for t in tokens[:5]]
        if lows[:2] in (["it", "was"], ["it", "is"]) and len(lows) > 3 and lows[3] in ("who", "that", "which"):
            tokens = [tokens[2], *tokens[4:]]  # "it was X who did it"
        tokens, advice = reworded(_turned(tokens))
        cause = _cause(tokens)
        if cause:
            return _Support(reason=f"invents a cause (“{cause}”)")
        parsed = clauses(tokens)
        if len(parsed) > 1 and parsed[0].tokens and parsed[1].owner is None:
            opens = parsed[0].tokens[0].low
            if opens in ("after", "once", "before") and parsed[1].link == ",":
                parsed[1].link = "earlier" if opens == "before" else "then"
        self._advised = advice or advises(tokens)
        support = self._clauses(parsed, opening, context)
        if not support.holds and self._question and len(tokens) <= 10 and not any(c.has_verb for c in parsed):
            beside = self._beside_question(sentence, "", context)
            if beside.holds:
                support = beside
        support.subjects = support.subjects or _subjects(parsed)
        return support

    def _verdict(self, verdict: str, tokens: Sequence[Token]) -> str:
        """Return what is wrong with answering yes or no to the question with what follows."""
        if not self._question:
            return "" if tokens else "answers a question that is not there"
        if not tokens:
            return ""
        if verdict == "no":
            denied = any(t.low in lexicon.NEGATIONS or (t.what == "number" and t.value == 0) for t in tokens)
            return "" if denied else "says no where the fact says yes"
        asked: set[str] = set()
        for token in tokenise(self._question, self._names):
            if token.what in ("name", "code"):
                asked |= token.ids
        said: set[str] = set().union(*(t.ids for t in tokens if t.what in ("name", "code")))
        return "" if asked <= said else "answers yes to what it does not say"

    def _beside_question(self, sentence: str, verdict: str, context: _Context) -> _Support:
        """Return the support of a short answer put in the place of what was asked for."""
        asked = [t for t in tokenise(self._question, self._names) if t.low not in ("?", ".")]
        answer = [] if verdict else [t for t in tokenise(sentence, self._names) if t.low != "."]
        lows = [t.low for t in asked[:2]]
        if lows == ["how", "many"]:
            asked, answer = answer + asked[2:], []
        elif lows and lows[0] in ("who", "what", "which"):
            noun = next((k for k, t in enumerate(asked) if k and (t.verb or t.low in ("is", "was", "are", "were"))), 1)
            asked, answer = answer + asked[noun:], []
        elif lows and lows[0] in ("when", "where"):
            asked = asked[1:]
        elif not verdict:
            return _Support(reason="rests on no fact")
        parsed = clauses([*asked, *answer])
        self._advised = False
        for clause in parsed:
            clause.negative = clause.negative or verdict == "no"
        return self._clauses(parsed, "", context)

    def _row(self, tokens: list[Token], context: _Context) -> _Support:
        """Return the support of a row of a table: as one sentence, or cell by cell where it only lists attributes."""
        self._advised = False
        parsed = clauses([t for t in tokens if t.low != "|"])
        whole = self._clauses(parsed, "", context)
        if whole.holds or any(t.what == "time" or t.verb for t in tokens):
            return whole
        cells: list[list[Token]] = [[]]
        for token in tokens:
            if token.low == "|":
                cells.append([])
            else:
                cells[-1].append(token)
        topic = next((t for t in tokens if t.what == "name"), None)
        if topic is None:
            return whole
        total = _Support()
        for cell in cells:
            rest = [t for t in cell if t is not topic]
            if not rest:
                continue
            support = self._clauses(clauses([topic, *rest]), "", context)
            if not support.holds:
                return support
            total.facts.extend(support.facts)
        return total if total.facts else whole

    def _quoted_block(self, sentence: str) -> _Support:
        core = folded(plain(sentence))
        for index in range(len(self._facts)):
            if any(core in q for q in self._reading(index).quotes):
                return _Support(facts=[index])
        return _Support(reason="shows text that no fact holds")

    def _clauses(self, parsed: list[Clause], opening: str, context: _Context) -> _Support:
        total = _Support()
        self._in_time = bool(opening) or any(c.link in ("then", "after", "before", "earlier") for c in parsed)
        previous_at = context.at
        previous_failed = context.last_dropped
        if parsed and any(c.link == "then" for c in parsed[1:]):
            parsed[0].words = [w for w in parsed[0].words if w.low not in ("first", "initially")]
        counted: Item | None = None
        waiting: Item | None = None
        for index, clause in enumerate(parsed):
            if index and clause.owner is None and any(t.low in _AFTERWARDS for t in clause.words):
                clause.words = [t for t in clause.words if t.low not in _AFTERWARDS]
                clause.link = "then"
            for item in clause.items:
                if item.token.what == "number":
                    if counted is not None and (not item.words or item.words <= _ADJECTIVES):
                        own = item.words or frozenset(k for t in clause.words for k in keys(t) if k in _ADJECTIVES)
                        item.words = own | counted.head
                        item.head = counted.head
                    elif item.words:
                        counted = item
            states = [t for t in clause.words if t.groups & _ADJECTIVES]
            if counted is not None and states and not any(t.noun and t not in states for t in clause.words):
                if not any(i.token.what in ("name", "number", "quote") for i in clause.items):
                    clause.words = [*clause.words, Token("word", "things", "things", groups=counted.head, noun=True)]
            if clause.negative and not any(i.token.what == "number" for i in clause.items):
                things = [t for t in clause.words if t.noun and not t.groups & _ADJECTIVES and _tells(t)]
                if things:
                    counted = Item(things[0], words=keys(things[0]), head=keys(things[0]))
            gap: Item | None = None
            if index + 1 < len(parsed) and parsed[index + 1].link in ("after", "before"):
                last = clause.items[-1] if clause.items else None
                if last is not None and last.token.what == "duration" and clause.tokens[-1] is last.token:
                    gap = last
                    clause.items = clause.items[:-1]
            nameless = not any(i.token.what in ("name", "quote") for i in clause.items)
            self._within = list(total.facts) if self._advised and index and nameless else None
            support = self._clause(clause, context)
            self._within = None
            if not support.holds:
                return support
            total.facts.extend(support.facts)
            if waiting is not None and (
                previous_at is None
                or support.at is None
                or not span_holds(
                    waiting.token,
                    abs((support.at.replace(microsecond=0) - previous_at.replace(microsecond=0)).total_seconds()),
                )
            ):
                return _Support(reason=f"the duration “{waiting.token.text}” does not follow from the facts")
            waiting = gap
            link = clause.link if index else opening
            if self._advised:
                if (
                    index
                    and not any(i.token.what in ("name", "quote") for i in clause.items)
                    and not (set(support.facts) & set(total.facts[: -len(support.facts) or None]))
                ):
                    return _Support(reason="advises what no fact advises")
                if link in ("before", "after") and not any(
                    link in self._facts[n].text.lower().split() for n in support.facts
                ):
                    return _Support(reason="turns round the order of time")
                continue
            if link in ("then", "after", "later", "next", "earlier") or (index == 0 and opening):
                wrong = self._ordered(link or opening, previous_at, support.at, index, previous_failed)
                if wrong:
                    return _Support(reason=wrong)
            if link == "before" and index and previous_at is not None and support.at is not None:
                if not previous_at <= support.at:
                    return _Support(reason="turns round the order of time")
            if clause.owner is None:
                previous_at = support.at or previous_at
                previous_failed = False
                total.at = total.at or support.at
        return total

    def _ordered(self, link: str, before: datetime | None, now: datetime | None, index: int, failed: bool) -> str:
        if link == "first":
            return ""
        if index == 0 and failed:
            return "refers to a sentence that was dropped"
        if before is None or now is None:
            return "says an order that the facts do not hold"
        if link == "earlier" or (link == "after" and index):
            return "" if before >= now else "turns round the order of time"
        return "" if before <= now else "turns round the order of time"

    def _clause(self, clause: Clause, context: _Context) -> _Support:
        if clause.pronoun and not clause.inherited:
            said = [i for i in clause.items if i in clause.subject]
            if context.last_dropped and not said:
                return _Support(reason="refers to a sentence that was dropped")
            if not said and context.subjects and clause.pronoun.split()[0] not in ("there",):
                if context.last_dropped:
                    return _Support(reason="refers to a sentence that was dropped")
                for item in context.subjects:
                    role, side = ("P", -1) if clause.passive else ("A", 1)
                    if clause.pronoun.split()[0] in ("its", "their", "his", "her"):
                        role, side = "O", 0
                    stand_in = Item(item.token, role, side=side)
                    clause.items.insert(0, stand_in)
                    clause.subject.append(stand_in)
        if clause.owner is not None:
            clause.items.insert(0, Item(clause.owner.token))
        wrong = _misnamed(clause) or _miscounted(clause)
        if wrong:
            return _Support(reason=wrong)
        support = self._one(clause)
        if support.holds:
            return support
        for apart in (
            self._each, self._each_number, self._each_state, self._compared, self._gapped, self._only, self._all,
            self._described, self._only_listed, self._by_counts,
        ):  # fmt: skip
            other = apart(clause)
            if other is not None:
                if other.holds:
                    return other
                support = other if apart is self._each else support
        return support

    def _each(self, clause: Clause) -> _Support | None:
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
                and _counts_members(i, members)
            ]
            if len(members) < 2 and not counts:
                continue
            total = _Support()
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
                return _Support(reason="says an order that the facts do not hold")
            if total.holds:
                if counts:
                    number = Clause(items=list(counts), words=clause.words, negative=clause.negative,
                                    tokens=clause.tokens, has_verb=clause.has_verb)  # fmt: skip
                    said = self._one(number)
                    if not said.holds and not self._complete(members, total.facts):
                        return _Support(reason="counts otherwise than the facts")
                    total.facts.extend(said.facts)
                return total
        return None

    def _each_number(self, clause: Clause) -> _Support | None:
        """Return the support of a clause with several counts, count by count."""
        numbers = [i for i in clause.items if i.token.what == "number"]
        counted = frozenset().union(*(i.words for i in numbers)) if numbers else frozenset()
        if not numbers or (len(numbers) < 2 and not any(t.low == "all" for t in clause.tokens)):
            return None
        heads = [i.head for i in numbers if i.head and not i.head <= _ADJECTIVES]
        total = _Support()
        for number in numbers:
            words = number.words
            if heads and not (number.head and not number.head <= _ADJECTIVES):
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

    def _each_state(self, clause: Clause) -> _Support | None:
        """Return the support of "no medium or low findings", one by one."""
        said = [t for t in clause.words if t.groups & _ADJECTIVES]
        if len(said) < 2 or not clause.negative:
            return None
        total = _Support()
        for one in said:
            alone = Clause(items=clause.items, words=[t for t in clause.words if t is one or t not in said],
                           negative=True, subject=clause.subject, tokens=clause.tokens,
                           has_verb=clause.has_verb)  # fmt: skip
            support = self._one(alone)
            if not support.holds:
                return support
            total.facts.extend(support.facts)
        return total

    def _gapped(self, clause: Clause) -> _Support | None:
        """Return the support of "X ran A at 9:00, and B at 10:00": the second part borrows what it leaves out."""
        cut = next((k for k in range(len(clause.tokens) - 1, 0, -1) if clause.tokens[k].low in ("and", ";")), None)
        if cut is None:
            return None
        after = {id(t) for t in clause.tokens[cut:]}
        left = [i for i in clause.items if id(i.token) not in after]
        right = [i for i in clause.items if id(i.token) in after]
        if len(right) < 2 or any(id(t) in after and _tells(t) for t in clause.words):
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
        total = _Support()
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

    def _only(self, clause: Clause) -> _Support | None:
        """Return the support of "only X", "no account besides X": X, and a count of one."""
        lows = [t.low for t in clause.tokens]
        besides = clause.negative and any(
            w in ("besides", "except", "beyond") or (w == "other" and "than" in lows) for w in lows
        )
        alone = [w for w in ("only", "sole", "single", "solely", "alone", "one") if w in lows]
        if (not besides and not alone) or (not besides and any(w in ("besides", "except", "beyond") for w in lows)):
            return None
        named = [i for i in clause.items if i.token.what == "name" and i.token.sort in _TYPE_KEY]
        named = named or [i for i in clause.items if i.token.what == "quote" or i.token.sort == "finding"]
        if len(named) != 1 or len([i for i in clause.items if i.token.what in ("name", "quote")]) != 1:
            return None
        type_key = _TYPE_KEY.get(named[0].token.sort, "FINDING")
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
            return _Support(reason=f"no fact says that it is {named[0].token.text} alone")
        return _Support(facts=first.facts + second.facts, at=first.at)

    def _only_listed(self, clause: Clause) -> _Support | None:
        """Return the support of "X was active on A and B only": a fact whose whole list it names."""
        lows = [t.low for t in clause.tokens if t.what != "mark"]
        if clause.negative or not lows or lows.count("only") != 1 or lows[-1] != "only" and lows[0] != "only":
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
                if result.whole and _says_something(plainly, result) and not isinstance(value, str):
                    return _Support(facts=[index], at=result.at)
        return None

    def _by_counts(self, clause: Clause) -> _Support | None:
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
        total = _Support()
        for k, piece in enumerate(pieces):
            if piece[0].what == "number" and heads[k] is None:
                head = next((h for h in [*heads[:k][::-1], *heads[k + 1 :]] if h is not None), None)
                if head is None:
                    return None
                piece = [*piece[:1], *[t for t in piece[1:] if t.low not in ("of", "them", "which", "these")], head]
            for part in clauses(piece):
                if not part.items and all(not _tells(t) for t in part.words):
                    continue
                support = self._one(part)
                if not support.holds:
                    support = self._each(part) or self._only(part) or support
                if not support.holds:
                    return support
                total.facts.extend(support.facts)
        return total if total.facts else None

    def _all(self, clause: Clause) -> _Support | None:
        """Return the support of "all findings are high": as many are high as there are findings."""
        if not any(t.low in ("all", "every") for t in clause.tokens) or clause.negative:
            return None
        if any(i.token.what == "number" for i in clause.items):
            return None
        states = [t for t in clause.words if t.groups & _ADJECTIVES]
        things = [t for t in clause.words if t not in states and _tells(t)]
        if not states or not things:
            return None
        head = frozenset().union(*(keys(t) for t in things))
        for value in sorted({f.value for f in self._facts if isinstance(f.value, int) and f.value > 0}):
            token = Token("number", str(value), str(value), value=float(value))
            total = _Support()
            for words in (things, [*things, *states]):
                item = Item(token, words=frozenset().union(*(keys(t) for t in words)), head=head)
                support = self._one(Clause(items=[item], words=list(words), tokens=list(words), has_verb=True))
                if not support.holds:
                    break
                total.facts.extend(support.facts)
            else:
                return total
        return None

    def _described(self, clause: Clause) -> _Support | None:
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
            total = _Support()
            for part in parsed:
                wrong = _misnamed(part)
                support = _Support(reason=wrong) if wrong else self._one(part)
                if not support.holds:
                    return support
                total.facts.extend(support.facts)
                total.at = total.at or support.at
            role_facts = [n for n, f in enumerate(self._facts) if f.subject == subject and f.kind is ValueKind.ROLE]
            total.facts.extend(role_facts[:1])
            return total
        return None

    def _compared(self, clause: Clause) -> _Support | None:
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
            return _Support(reason="turns round the order of time")
        gap = abs((second.at.replace(microsecond=0) - first.at.replace(microsecond=0)).total_seconds())
        if any(not span_holds(i.token, gap) for i in spans):
            return _Support(reason=f"the duration “{spans[0].token.text}” does not follow from the facts")
        return _Support(facts=first.facts + second.facts, at=first.at)

    def _around(self, clause: Clause, other: Item) -> _Support | None:
        """Return the support of "N seconds after the DCSync, X did A": A, and when what is named there happened."""
        spans = [i for i in clause.items if i.token.what == "duration"]
        rest = [i for i in clause.items if i is not other and i not in spans]
        words = [t for t in clause.words if not t.groups & {"BEFORE", "AFTER"}]
        if other.token.sort in ("who", "where") or not rest:
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
                return _Support(facts=[*support.facts, n], at=support.at)
        return None

    def _seen_before(self, clause: Clause, one: Item, other: Item, spans: Sequence[Item]) -> _Support | None:
        """Return the support of "X was seen before Y": by when each was seen first."""
        if not clause.groups <= {"SEE", "FIRST", "ACT", "BEFORE", "AFTER", "IMPLICATE"}:
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
            return _Support(reason="turns round the order of time")
        return _Support(facts=[n for _, n in found], at=found[0][0])

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

    def _one(self, clause: Clause) -> _Support:
        """Return the support of one clause by one fact, completed by what others say of the same things."""
        best: tuple[Match, int] | None = None
        untimed: _Support | None = None
        for index in self._candidates(clause):
            reading = self._reading(index)
            for view in reading.views:
                result = match(clause, reading, view, advised=self._advised)
                if result.whole and _says_something(clause, result):
                    if self._in_time and result.at is None:
                        untimed = untimed or _Support(facts=[index])
                        continue
                    return _Support(facts=[index], at=result.at)
                if best is None or result.cost < best[0].cost:
                    best = (result, index)
        if untimed is not None:
            return untimed
        if best is None:
            return _Support(reason=_unknown_names(clause) or "rests on no fact")
        return self._completed(clause, *best)

    def _completed(self, clause: Clause, first: Match, index: int) -> _Support:
        """Return the support by two facts of one thing: what one leaves open, the other says."""
        reason = _reason(first, clause)
        if first.whole:
            if clause.has_asides and not any(_tells(t) for t in clause.words):
                return _Support(facts=[index], at=first.at)
            return _Support(reason="names something and says nothing of it")
        if first.wrong or len(first.missing_items) > 2 or not first.used:
            return _Support(reason=reason)
        topics = [m for m, _ in first.used if m.token.what == "name" and m.token.sort in _TOPICS]
        if clause.owner is not None:
            topics.append(clause.owner)
        timed = any(i.token.what == "time" for i in clause.items)
        rivals = {i.token.text for i in clause.items if i.token.what == "name" and i.token.sort in ("who", "where")}
        sorts = {i.token.sort for i in clause.items if i.token.what == "name" and i not in first.missing_items}
        counted = any(i.token.what == "number" for i in clause.items)
        if counted and any(i.token.sort in sorts for i in first.missing_items):
            return _Support(reason=reason)  # the count is of one of them
        if not topics or not _joinable(first) or timed or (first.missing_words and len(rivals) > 1):
            return _Support(reason=reason)
        rest = Clause(
            items=[*topics[:1], *first.missing_items], words=list(first.missing_words), negative=clause.negative,
            subject=topics[:1], tokens=list(first.missing_words),
        )  # fmt: skip
        for item in rest.items:
            item.side = item.side
        for other in self._candidates(rest):
            if first.missing_words and self._facts[other].kind not in _STATE_KINDS:
                continue
            reading = self._reading(other)
            for view in reading.views:
                result = match(rest, reading, view, advised=self._advised)
                if result.whole:
                    return _Support(facts=[index, other], at=first.at)
        return _Support(reason=reason)

    def _candidates(self, clause: Clause) -> list[int]:
        """Return the numbers of the facts that hold every name of the clause."""
        if self._within is not None:
            return self._within
        wanted: set[str] = set()
        for item in clause.items:
            if item.token.what == "name":
                wanted |= item.token.ids
        if not wanted:
            return list(range(len(self._facts)))
        found = []
        for index in range(len(self._facts)):
            if self._reading(index).ids & wanted:
                found.append(index)
        return found

    def _reading(self, index: int) -> Reading:
        reading = self._readings.get(index)
        if reading is None:
            reading = read(self._facts[index], self._names)
            self._readings[index] = reading
        return reading


_STATE_KINDS = frozenset({ValueKind.ROLE, ValueKind.SHARE, ValueKind.CHOICE, ValueKind.COUNT})
_TOPICS = frozenset({"who", "where", "entity", "technique", "case", "finding", "rule"})


class _Context:
    """What the sentences before spoke of."""

    def __init__(self) -> None:
        self.subjects: list[Item] = []
        self.at: datetime | None = None
        self.last_dropped = False

    def after(self, sentence: str, support: _Support) -> None:
        self.last_dropped = not support.holds
        if support.holds:
            if support.subjects:
                self.subjects = support.subjects
            self.at = support.at or self.at


_FOLDS = frozenset({"twice", "thrice", "double", "triple", "half"})


def _nearby(tokens: Sequence[Token]) -> list[tuple[Token, Token]]:
    """Return each token with the one after it, *times* and *of the* between them left out."""
    told_of = [t for t in tokens if t.low not in ("times", "of", "the", "as", "many")]
    return list(pairwise(told_of))


_BEFORE_COUNT = frozenset("with of on over across and involving giving in has have for from shows showing , : ;".split())


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
        if token.what == "word" and (token.low in lexicon.TYPE_WORDS or (token.noun and not token.groups & _ADJECTIVES)):
            return token
    return None


def _joinable(result: Match) -> bool:
    """Return whether what is missing is of the sort that another fact may add: a state, a share, a technique."""
    for item in result.missing_items:
        if item.token.what == "share" or item.token.sort in ("technique", "tactic"):
            continue
        return False
    from vedette.claims.match import _STATES

    return all(t.groups & (_STATES - _ADJECTIVES) for t in result.missing_words)


def _subjects(parsed: Sequence[Clause]) -> list[Item]:
    for clause in parsed:
        if clause.owner is None:
            named = [i for i in clause.subject if i.token.what == "name"] or [
                i for i in clause.items if i.token.what == "name"
            ]
            if named:
                row = named[0].row
                return [i for i in named if i is named[0] or (row >= 0 and i.row == row)]
    return []


def _says_something(clause: Clause, result: Match) -> bool:
    return result.said > 0 or len(result.used) >= 2 or (clause.owner is not None and bool(result.used))


def _reason(result: Match, clause: Clause) -> str:
    if result.missing_items:
        item = result.missing_items[0]
        named = {
            "time": "the time", "number": "the number", "share": "the percentage", "duration": "the duration",
            "quote": "the quote", "name": "the name", "code": "the name",
        }  # fmt: skip
        return f"{named.get(item.token.what, 'the value')} “{item.token.text}” does not follow from the facts"
    if result.wrong:
        return result.wrong
    if result.missing_words:
        return f"no fact says “{result.missing_words[0].text}” of this"
    return "rests on no fact"


def _unknown_names(clause: Clause) -> str:
    for item in clause.items:
        if item.token.what == "code":
            return f"no fact holds “{item.token.text}”"
    return ""


def _bare(sentence: str) -> str:
    return folded(plain(without_citations(sentence))).strip(" .,;:!*_")


def _unreported(tokens: list[Token]) -> list[Token]:
    """Return the tokens without an opening like "The logs show that" or "According to the data,"."""
    words = [t.low for t in tokens[:9]]
    if words[:2] == ["according", "to"] and "," in words:
        inside = tokens[2 : words.index(",")]
        if all(t.what == "word" and (t.low in lexicon.NEUTRAL or t.low in lexicon.FUNCTION_WORDS) for t in inside):
            return tokens[words.index(",") + 1 :]
    if "that" in words:
        at = words.index("that")
        head = tokens[:at]
        if (
            2 <= at
            and all(
                t.what == "word"
                and (t.low in lexicon.NEUTRAL or t.low in lexicon.FUNCTION_WORDS)
                and t.low not in lexicon.NEGATIONS
                for t in head
            )
            and any(t.verb or t.low in ("show", "shows", "indicate", "indicates", "say", "says", "state") for t in head)
        ):
            return tokens[at + 1 :]
    return tokens


def _counts_members(number: Item, members: Sequence[Item]) -> bool:
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


def _miscounted(clause: Clause) -> str:
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


def _misnamed(clause: Clause) -> str:
    """Return what is wrong where two names are said to be one thing's and are not: "T1018 (DCSync)"."""
    meant = "MEAN" in clause.groups
    if any(_tells(t) and "MEAN" not in t.groups and not (t.groups and t.groups <= TYPE_GROUPS) for t in clause.words):
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


def _address_of(a: Item, b: Item) -> bool:
    """Return whether one is an address and the other a host: a fact must tell whether it has it."""
    return is_address(a.token.low) != is_address(b.token.low)


def _tells(token: Token) -> bool:
    return token.low not in lexicon.NEUTRAL and token.low not in lexicon.TYPE_WORDS


_AFTERWARDS = frozenset("afterwards afterward later subsequently thereafter then next".split())
_ADJECTIVES = frozenset({"LOW", "MEDIUM", "HIGH", "CRITICAL", "INFORMATIONAL"})
_SEQUENCE = frozenset("first then finally next later afterwards subsequently".split())


def _rising(moments: Sequence[datetime | None]) -> bool:
    known = [m for m in moments if m is not None]
    return len(known) == len(moments) and all(a <= b for a, b in pairwise(known))


_TYPE_KEY = {"who": "=account", "where": "=host", "technique": "TECHNIQUE"}
_ROLES = frozenset({"ATTACKER", "COMPROMISE", "ENTRY", "SOURCE", "TARGET", "BYSTANDER"})


def _cause(tokens: Sequence[Token]) -> str:
    """Return the words by which a sentence makes one thing the cause of another; facts are only said beside another."""
    lows = [t.low if t.what in ("word", "mark") else "" for t in tokens]
    for k, low in enumerate(lows):
        two, three = lows[k : k + 2], lows[k : k + 3]
        if low in ("because", "therefore", "thus", "hence", "thereby", "consequently", "owing", "enabling", "allowing"):
            return low
        if two in (["so", "that"], ["due", "to"], ["resulting", "in"], ["leading", "to"], ["consequence", "of"],
                   ["result", "of"], ["thanks", "to"]):  # fmt: skip
            return " ".join(two)
        if three in (["which", "is", "why"], ["as", "a", "result"], ["as", "a", "consequence"], ["in", "order", "to"],
                     ["for", "this", "reason"], ["for", "that", "reason"], ["that", "is", "why"]):  # fmt: skip
            return " ".join(three)
    return ""


def _turned(tokens: list[Token]) -> list[Token]:
    """Return "the account that created X is Y" as "Y created X"."""
    lows = [t.low for t in tokens]
    if len(tokens) < 6 or lows[0] != "the" or lows[2] not in ("that", "which", "who"):
        return tokens
    body = [t for t in tokens if t.what != "mark"]
    if (
        len(body) > 5
        and body[-2].low in ("is", "was")
        and body[-1].what == "name"
        and body[1].low in lexicon.TYPE_WORDS
    ):
        return [body[-1], *body[3:-2]]
    return tokens


_OPENINGS = {
    "then": "then", "next": "then", "afterwards": "then", "afterward": "then", "subsequently": "then",
    "later": "then", "thereafter": "then", "finally": "then", "lastly": "then", "first": "first", "firstly": "first",
}  # fmt: skip
_PLEASANT = frozenset(
    "yes also additionally furthermore moreover in addition overall specifically however meanwhile notably".split()
)


def _opening(tokens: list[Token]) -> tuple[list[Token], str]:
    """Return the tokens without an opening adverb, and the order in time that it says."""
    opening = ""
    while tokens:
        low = tokens[0].low
        if tokens[0].what == "mark" and low in (",", "-", ":"):
            tokens = tokens[1:]
            continue
        following = tokens[1].low if len(tokens) > 1 else ""
        if tokens[0].what == "word" and low in _OPENINGS and (following == "," or low in ("then", "afterwards")):
            opening = _OPENINGS[low]
            tokens = tokens[1:]
            continue
        if (
            tokens[0].what == "word"
            and low
            in (
                "yes",
                "also",
                "additionally",
                "furthermore",
                "moreover",
                "overall",
                "specifically",
                "however",
                "and",
                "but",
            )
            and len(tokens) > 1
        ):
            tokens = tokens[1:]
            continue
        if [t.low for t in tokens[:3]] in (
            ["in", "addition", ","],
            ["in", "total", ","],
            ["in", "summary", ","],
            ["in", "short", ","],
            ["after", "that", ","],
        ):
            if low == "after":
                opening = "then"
            tokens = tokens[3:]
            continue
        break
    return tokens, opening
