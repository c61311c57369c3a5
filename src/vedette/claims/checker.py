"""The checker: keeps of a worded answer the sentences that follow from facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import re2

from vedette.claims import lexicon
from vedette.claims.base import Checked
from vedette.claims.clauses import Clause, Item, clauses, keys
from vedette.claims.counting import Counting
from vedette.claims.joined import Joined
from vedette.claims.match import OWN_LABELS, advises, span_holds, told
from vedette.claims.names import values_of
from vedette.claims.naming import misapposed, miscounted, misnamed
from vedette.claims.neutral import is_neutral
from vedette.claims.openings import FOLDS, cause_of, nearby, opened, turned, unreported
from vedette.claims.plain import folded, hidden, plain
from vedette.claims.restated import restated
from vedette.claims.resting import ADJECTIVES, Support, tells
from vedette.claims.reword import reworded
from vedette.claims.sentences import blocks
from vedette.claims.tokens import Token, tokenise, without_citations
from vedette.schema import Claim, Evidence, Fact, ValueKind

MAX_SENTENCE = 4000
"""Characters; a longer sentence is dropped unread."""


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


_REPEATED = 3
"""Words from which a clause that is a piece of a value is taken for a quote."""
_OPENING = 8
"""Words by which a sentence that begins as a value does is taken for a quote."""
_DATA_KINDS = frozenset(
    {ValueKind.TEXT, ValueKind.COMMAND, ValueKind.FILE, ValueKind.PROCESS, ValueKind.RESOURCE, ValueKind.URL}
)
_WORDS = re2.compile(r"\w+")


class Checker(Joined):
    """Facts made ready for checking; one may check many texts against the same facts."""

    def __init__(self, facts: Sequence[Fact], *, question: str = "") -> None:
        """Take the facts, and the question that short answers are read beside."""
        super().__init__(facts)
        self._question = question
        self._counting: Counting | None = None
        self._values: tuple[str, ...] | None = None
        self._sentences: dict[str, int] = {}
        for index, fact in enumerate(self._facts):
            for part in told(fact):
                self._sentences.setdefault(bare(part), index)
            if fact.text:
                self._sentences.setdefault(bare(fact.text), index)
                label, _, rest = fact.text.partition(": ")
                if label.lower() in OWN_LABELS and rest:
                    self._sentences.setdefault(bare(rest), index)

    def check(self, text: str, *, required: Sequence[str] = ()) -> Checked:
        """Return the checked sentences of a text; see :func:`check`."""
        kept: list[Claim] = []
        dropped: list[Claim] = []
        used: set[int] = set()
        context = Context()
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

    def _claim(self, sentence: str, support: Support) -> Claim:
        numbers = list(dict.fromkeys(s for n in support.facts for s in self._sources[n]))
        evidence: dict[str, Evidence] = {}
        for number in numbers:
            for item in self._facts[number].evidence:
                evidence.setdefault(f"{item.ref}:{item.start}", item)
        return Claim(
            text=sentence, evidence=tuple(evidence.values()), facts=tuple(self._facts[n].fact_id for n in numbers),
            checked=True,
        )  # fmt: skip

    def _sentence(self, sentence: str, kind: str, context: Context) -> Support:
        trick = hidden(sentence)
        if trick:
            return Support(reason=trick)
        if len(sentence) > MAX_SENTENCE:
            return Support(reason="is too long to be checked")
        whole = self._sentences.get(bare(sentence))
        if whole is not None:
            reading = self._reading(whole)
            return Support(
                facts=[whole],
                at=reading.moments[0] if reading.moments else None,
                subjects=subjects(clauses(tokenise(sentence, self._names))),
            )
        if is_neutral(sentence, kind):
            return Support()
        tokens = tokenise(sentence, self._names)
        if kind == "code":
            return self._quoted_block(sentence)
        if kind == "row":
            return self._row(tokens, context)
        if any(t.low == "?" for t in tokens):
            return Support(reason="asks and does not say")
        plainly = {t.low for t in tokens if t.what == "word"}
        if plainly & {"nobody", "none"} and plainly & {"not", "never", "isn't", "wasn't", "aren't", "weren't"}:
            return Support(reason="denies twice")
        if any(a.low in FOLDS and c.what in ("number", "duration") for a, c in nearby(tokens)):
            return Support(reason="multiplies what was counted")
        tokens = unreported(tokens)
        verdict = tokens[0].low if tokens and tokens[0].low in ("yes", "no") else ""
        if verdict and (len(tokens) == 1 or tokens[1].what == "mark"):
            tokens = tokens[2:] if len(tokens) > 1 else []
            wrong = self._verdict(verdict, tokens)
            if wrong:
                return Support(reason=wrong)
            if not tokens or all(t.what == "mark" for t in tokens):
                return self._beside_question(sentence, verdict, context)
        tokens, opening = opened(tokens)
        if not tokens:
            return Support(reason="says nothing that a fact holds")
        lows = [t.low for t in tokens[:5]]
        if lows[:2] in (["it", "was"], ["it", "is"]) and len(lows) > 3 and lows[3] in ("who", "that", "which"):
            tokens = [tokens[2], *tokens[4:]]  # "it was X who did it"
        tokens, advice = reworded(turned(tokens))
        cause = cause_of(tokens)
        if cause:
            return Support(reason=f"invents a cause (“{cause}”)")
        wrong = misapposed(tokens)
        if wrong:
            return Support(reason=wrong)
        parsed = clauses(tokens)
        if len(parsed) > 1 and parsed[0].tokens and parsed[1].owner is None:
            opens = parsed[0].tokens[0].low
            if opens in ("after", "once", "before") and parsed[1].link == ",":
                parsed[1].link = "earlier" if opens == "before" else "then"
        first_words = [] if sentence.lstrip()[:1] in "“\"'‘«" else sentence.split()[:_OPENING]
        if self._repeats(first_words) or any(self._only_repeats(clause) for clause in parsed):
            return Support(reason="repeats words of a log as if it said them")
        self._advised = advice or advises(tokens)
        support = self._clauses(parsed, opening, context)
        if not support.holds and self._question and len(tokens) <= 10 and not any(c.has_verb for c in parsed):
            beside = self._beside_question(sentence, "", context)
            if beside.holds:
                support = beside
        if not support.holds:
            own = [self._reading(n) for n in range(len(self._facts)) if len(self._sources[n]) == 1]
            other = restated(tokens, own, self._names, advised=self._advised)
            support = other if other is not None else support
        if not support.holds and not advice:
            counted = self._counted(tokens, parsed)
            support = counted if counted.holds else support
        support.subjects = support.subjects or subjects(parsed)
        return support

    def _counted(self, tokens: Sequence[Token], parsed: Sequence[Clause]) -> Support:
        """Return the support of a sentence of nothing but counts by what the facts list."""
        if any(t.low in lexicon.HEDGES or t.low in lexicon.COMPARATIVES for t in tokens if t.what == "word"):
            return Support(reason="rests on no fact")
        if any(misnamed(clause) for clause in parsed):
            return Support(reason="rests on no fact")
        if self._counting is None:
            self._counting = Counting(self._facts, self._names)
        found = self._counting.facts_for(tokens)
        return Support(facts=found) if found else Support(reason="rests on no fact")

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

    def _beside_question(self, sentence: str, verdict: str, context: Context) -> Support:
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
            return Support(reason="rests on no fact")
        parsed = clauses([*asked, *answer])
        self._advised = False
        for clause in parsed:
            clause.negative = clause.negative or verdict == "no"
        return self._clauses(parsed, "", context)

    def _row(self, tokens: list[Token], context: Context) -> Support:
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
        total = Support()
        for cell in cells:
            rest = [t for t in cell if t is not topic]
            if not rest:
                continue
            support = self._clauses(clauses([topic, *rest]), "", context)
            if not support.holds:
                return support
            total.facts.extend(support.facts)
        return total if total.facts else whole

    def _quoted_block(self, sentence: str) -> Support:
        core = folded(plain(sentence))
        for index in range(len(self._facts)):
            if any(core in q for q in self._reading(index).quotes):
                return Support(facts=[index])
        return Support(reason="shows text that no fact holds")

    def _clauses(self, parsed: list[Clause], opening: str, context: Context) -> Support:
        total = Support()
        self._in_time = bool(opening) or any(c.link in ("then", "after", "before", "earlier") for c in parsed)
        previous_at = context.at
        previous_failed = context.last_dropped
        if parsed and any(c.link == "then" for c in parsed[1:]):
            parsed[0].words = [w for w in parsed[0].words if w.low not in ("first", "initially")]
        counted: Item | None = None
        waiting: Item | None = None
        for index, clause in enumerate(parsed):
            if index and clause.owner is None and any(t.low in AFTERWARDS for t in clause.words):
                clause.words = [t for t in clause.words if t.low not in AFTERWARDS]
                clause.link = "then"
            for item in clause.items:
                if item.token.what == "number":
                    if counted is not None and (not item.words or item.words <= ADJECTIVES):
                        own = item.words or frozenset(k for t in clause.words for k in keys(t) if k in ADJECTIVES)
                        item.words = own | counted.head
                        item.head = counted.head
                    elif item.words:
                        counted = item
            states = [t for t in clause.words if t.groups & ADJECTIVES]
            if counted is not None and states and not any(t.noun and t not in states for t in clause.words):
                if not any(i.token.what in ("name", "number", "quote") for i in clause.items):
                    clause.words = [*clause.words, Token("word", "things", "things", groups=counted.head, noun=True)]
            if clause.negative and not any(i.token.what == "number" for i in clause.items):
                things = [t for t in clause.words if t.noun and not t.groups & ADJECTIVES and tells(t)]
                if things:
                    counted = Item(things[0], words=keys(things[0]), head=keys(things[0]))
            later = _later(clause)
            if later is not None:
                clause.items = [i for i in clause.items if i is not later]
                clause.words = [w for w in clause.words if w.low not in AFTERWARDS]
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
            if later is not None:
                if index == 0 and previous_failed:
                    return Support(reason="refers to a sentence that was dropped")
                if previous_at is None or support.at is None or not span_holds(
                    later.token,
                    (support.at.replace(microsecond=0) - previous_at.replace(microsecond=0)).total_seconds(),
                ):  # fmt: skip
                    return Support(reason=f"the duration “{later.token.text}” does not follow from the facts")
            if waiting is not None and (
                previous_at is None
                or support.at is None
                or not span_holds(
                    waiting.token,
                    abs((support.at.replace(microsecond=0) - previous_at.replace(microsecond=0)).total_seconds()),
                )
            ):
                return Support(reason=f"the duration “{waiting.token.text}” does not follow from the facts")
            waiting = gap
            link = clause.link if index else opening
            if self._advised:
                if (
                    index
                    and not any(i.token.what in ("name", "quote") for i in clause.items)
                    and not (set(support.facts) & set(total.facts[: -len(support.facts) or None]))
                ):
                    return Support(reason="advises what no fact advises")
                if link in ("before", "after") and not any(
                    link in self._facts[n].text.lower().split() for n in support.facts
                ):
                    return Support(reason="turns round the order of time")
                continue
            if link in ("then", "after", "later", "next", "earlier") or (index == 0 and opening):
                wrong = self._ordered(link or opening, previous_at, support.at, index, previous_failed)
                if wrong:
                    return Support(reason=wrong)
            if link == "before" and index and previous_at is not None and support.at is not None:
                if not previous_at <= support.at:
                    return Support(reason="turns round the order of time")
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

    def _clause(self, clause: Clause, context: Context) -> Support:
        if clause.pronoun and not clause.inherited:
            said = [i for i in clause.items if i in clause.subject]
            if context.last_dropped and not said:
                return Support(reason="refers to a sentence that was dropped")
            if not said and context.subjects and clause.pronoun.split()[0] not in ("there",):
                if context.last_dropped:
                    return Support(reason="refers to a sentence that was dropped")
                for item in context.subjects:
                    role, side = ("P", -1) if clause.passive else ("A", 1)
                    if clause.pronoun.split()[0] in ("its", "their", "his", "her"):
                        role, side = "O", 0
                    stand_in = Item(item.token, role, side=side)
                    clause.items.insert(0, stand_in)
                    clause.subject.append(stand_in)
        if clause.owner is not None:
            clause.items.insert(0, Item(clause.owner.token))
        wrong = misnamed(clause) or miscounted(clause)
        if wrong:
            return Support(reason=wrong)
        support = self._one(clause)
        if support.holds:
            return support
        for apart in (
            self._each, self._each_number, self._each_state, self._compared, self._gapped, self._only, self._all,
            self._described, self._only_listed, self._by_counts, self._joined,
        ):  # fmt: skip
            other = apart(clause)
            if other is not None:
                if other.holds:
                    return other
                support = other if apart is self._each else support
        return support

    def _only_repeats(self, clause: Clause) -> bool:
        """Return whether a clause is nothing but some words of a value, said without quotation marks."""
        if any(t.what not in ("word", "mark") for t in clause.tokens):
            return False
        return self._repeats([t.low for t in clause.tokens if t.what == "word"])

    def _repeats(self, words: Sequence[str]) -> bool:
        """Return whether words stand so, one after the other, in a value that facts quote."""
        if len(words) < _REPEATED:
            return False
        if self._values is None:
            values = (
                text
                for fact in self._facts
                if fact.text.partition(": ")[0].lower() not in OWN_LABELS
                for value in (fact.value, *(v for kind, v in fact.related if kind in _DATA_KINDS))
                for text in values_of(value)
                if text != fact.text
            )
            self._values = tuple(f" {' '.join(_WORDS.findall(text.lower()))} " for text in dict.fromkeys(values))
        said = f" {' '.join(_WORDS.findall(' '.join(words).lower()))} "
        return any(said in value for value in self._values)


def _later(clause: Clause) -> Item | None:
    """Return the duration of "N seconds later", by which a clause hangs on what was said before it."""
    for item in clause.items:
        if item.token.what == "duration" and not clause.negative:
            at = next((k for k, t in enumerate(clause.tokens) if t is item.token), None)
            if at is not None and at + 1 < len(clause.tokens) and clause.tokens[at + 1].low == "later":
                return item
    return None


class Context:
    """What the sentences before spoke of."""

    def __init__(self) -> None:
        self.subjects: list[Item] = []
        self.at: datetime | None = None
        self.last_dropped = False

    def after(self, sentence: str, support: Support) -> None:
        """Note a sentence and how it came out."""
        self.last_dropped = not support.holds
        if support.holds:
            if support.subjects:
                self.subjects = support.subjects
            self.at = support.at or self.at


def subjects(parsed: Sequence[Clause]) -> list[Item]:
    """Return what the first clause that names something speaks of."""
    for clause in parsed:
        if clause.owner is None:
            named = [i for i in clause.subject if i.token.what == "name"] or [
                i for i in clause.items if i.token.what == "name"
            ]
            if named:
                row = named[0].row
                return [i for i in named if i is named[0] or (row >= 0 and i.row == row)]
    return []


def bare(sentence: str) -> str:
    """Return a sentence without citation marks, emphasis and closing marks."""
    return folded(plain(without_citations(sentence))).strip(" .,;:!*_")


AFTERWARDS = frozenset("afterwards afterward later subsequently thereafter then next".split())
