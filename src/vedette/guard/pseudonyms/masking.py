"""Pseudonyms put in the place of what was found."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vedette.errors import InternalError, OutsideError
from vedette.guard.base import Pair, PairBook
from vedette.guard.pseudonyms.drawing import STRUCTURE, Draft
from vedette.guard.pseudonyms.index import Phrases, index_of, plain_entity, sweepable
from vedette.guard.pseudonyms.places import BARE, LITERAL, Place, Strings, Tracker, read, settled, write, written
from vedette.guard.pseudonyms.ranges import Range, apart
from vedette.guard.pseudonyms.restoring import Restorer, Standing
from vedette.guard.pseudonyms.sweeping import occurrences
from vedette.guard.pseudonyms.tokens import letter_of, word_of
from vedette.guard.pseudonyms.words import widened
from vedette.schema.guarding import Action, Form, GuardFinding

_TRIES = 8
_ROUNDS = 2
"""Times that a text is gone through anew for values that only replacing it brought up."""
_NEAR = 4
"""Characters between two ranges that are made one where a text does not come back otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """A range of a text, and what stands there now."""

    entity: str
    action: Action
    start: int
    end: int
    """Offsets into the text as it was given; whole words, so wider than the finding where that cut one."""
    put: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A text that holds no more what was found in it."""

    text: str = field(repr=False)
    pairs: tuple[Pair, ...] = field(default=(), repr=False)
    """Those that stand in it, each once, in order of appearance."""
    spans: tuple[Replaced, ...] = ()


class Masker:
    """Replaces what was found by pseudonyms of one session. Safe from several threads.

    Args:
        book: the session's.
        styles: entity to ``token`` or ``structure``; ``default`` for those not named, ``token`` where it is not.
    """

    def __init__(self, book: PairBook, *, styles: Mapping[str, str] | None = None) -> None:
        self.book = book
        self.index = index_of(book)
        self._styles = dict(styles or {})
        self._restorer = Restorer(book)

    def mask(self, text: str, findings: Sequence[tuple[GuardFinding, Action]], *, form: Form = Form.PLAIN) -> Masked:
        """Return a text in which findings are replaced, each by what its action says.

        ``pseudonymise`` puts a pseudonym, ``mask`` the entity's name, for good; so do ``ask`` and ``block``, which
        ought not to come here. ``allow`` leaves a finding as it is. Values that the session knows are replaced wherever
        they stand as whole words, found or not; pseudonyms of the session stay as they are. Where findings overlap, the
        widest range is replaced, and named by the secret among them, else by the longest.

        Args:
            text: what is to go upstream.
            findings: what was found in it, with what the policy says.
            form: ``json`` for raw JSON, which stays JSON; ``auto`` where the text's beginning tells.

        Raises:
            OutsideError: the pairs cannot be kept; nothing may then leave.
            InternalError: the text would not come back as it was.
        """
        form = settled(form, text) or Form.PLAIN
        for gap, tokens in ((0, False), (0, True), (_NEAR, True), (len(text), True)):
            for again in range(_TRIES):
                self.index.catch_up(self.book)
                work = _Work(self, text, form, tokens=tokens)
                masked = work.masked(findings, gap)
                if self._kept(work.draft) and (again >= _ROUNDS or not work.missed()):
                    break
            else:
                raise OutsideError(
                    f"no free pseudonyms after {_TRIES} tries: others draw in the same session",
                    next_step="send the text again",
                )
            if self._comes_back(work, masked, form):
                return masked
        raise InternalError("a masked text does not come back as it was", next_step="please report this")

    def _kept(self, draft: Draft) -> bool:
        """Keep what was drawn; return whether all of it holds."""
        if not draft.fresh:
            return True
        try:
            held = self.book.add(draft.fresh)
        except OutsideError:
            taken = [self.book.value_of(pair.pseudonym) for pair in draft.fresh]
            others = [one for one, pair in zip(taken, draft.fresh, strict=True) if one is not None and one != pair]
            if not others:
                raise
            return False
        self.index.catch_up(self.book)
        return list(held) == draft.fresh

    def _comes_back(self, work: _Work, masked: Masked, form: Form) -> bool:
        if not masked.spans:
            return True
        parts: list[str] = []
        done = 0
        for span in masked.spans:
            if span.action is not Action.PSEUDONYMISE:
                parts += (work.text[done : span.start], span.put)
                done = span.end
        expected = "".join((*parts, work.text[done:]))
        if work.standing:
            expected = self._restorer.restore(expected, form=form)
        return self._restorer.restore(masked.text, form=form) == expected

    def style_of(self, entity: str) -> str:
        """Return how an entity's pseudonyms are made."""
        return self._styles.get(entity, self._styles.get("default", "token"))

    def standing(self, text: str) -> list[Standing]:
        """Return the session's pseudonyms in a text."""
        return list(self._restorer.standing(text))


class _Work:
    """One text on its way."""

    def __init__(self, masker: Masker, text: str, form: Form, *, tokens: bool) -> None:
        self.text = text
        self._masker = masker
        self._form = form
        self._here = Phrases()
        self._word = (0, 0)  # the last word that a finding cut
        self._strings = Strings(text) if form is Form.JSON else None
        self.standing = masker.standing(text)
        self._standing_starts = [one.start for one in self.standing]
        self.draft = Draft(masker.book, masker.index, text, masker.style_of, tokens=tokens)

    def masked(self, findings: Sequence[tuple[GuardFinding, Action]], gap: int) -> Masked:
        """Return the text with ranges replaced."""
        text = self.text
        tracker = Tracker(self._form)
        parts: list[str] = []
        spans: list[Replaced] = []
        pairs: dict[str, Pair] = {}
        done = 0
        for one in self._ranges(findings, gap):
            before = text[done : one.start]
            tracker.follow(before)
            pair, put = self._put(one, tracker.place)
            tracker.follow(put)
            parts += (before, put)
            done = one.end
            if pair is not None:
                pairs[pair.pseudonym] = pair
            spans.append(Replaced(entity=one.entity, action=one.action, start=one.start, end=one.end, put=put))
        parts.append(text[done:])
        return Masked(text="".join(parts), pairs=tuple(pairs.values()), spans=tuple(spans))

    def missed(self) -> bool:
        """Return whether a value came up that was not looked for in the rest of the text."""
        return any(self._here.get(value) is None for entity, value in self.draft.values if sweepable(entity, value))

    def _put(self, one: Range, place: Place) -> tuple[Pair | None, str]:
        raw = self.text[one.start : one.end]
        bare = place.bare and LITERAL.fullmatch(raw) is not None
        if one.action is not Action.PSEUDONYMISE:
            put = f"[{word_of(one.entity)}]"
            return None, f"{place.quote}{put}{place.quote}" if bare else put
        spelled = self._restored(one, place)
        if bare:
            if _is_number(spelled) and self._masker.style_of(one.entity) == STRUCTURE:
                pair = self.draft.pair(one.entity, spelled, "", spelled)
                if _is_number(pair.pseudonym):
                    return pair, pair.pseudonym
            pair = self.draft.pair(one.entity, spelled, BARE, spelled)
            return pair, f"{place.quote}{pair.pseudonym}{place.quote}"
        value = read(spelled, place)
        if write(value, place) == spelled:
            pair = self.draft.pair(one.entity, value, "", value)
            if letter_of(pair.pseudonym) is None:
                put = write(pair.pseudonym, Place(depth=place.depth))
                if write(pair.pseudonym, place) == put:
                    return pair, put
                pair = self.draft.pair(one.entity, value, "", value, tokens=True)
        else:
            pair = self.draft.pair(one.entity, spelled, place.letter, value)
        return pair, pair.pseudonym

    def _restored(self, one: Range, place: Place) -> str:
        """Return a range's text with the pseudonyms in it turned back: none is ever put inside another."""
        out: list[str] = []
        done = one.start
        for standing in self.standing[bisect_right(self._standing_starts, one.start - 1) :]:
            if standing.end > one.end:
                break
            value = written(standing.pair.value, standing.letter, place)
            out += (self.text[done : standing.start], value)
            done = standing.end
        return "".join((*out, self.text[done : one.end]))

    def _ranges(self, findings: Sequence[tuple[GuardFinding, Action]], gap: int) -> list[Range]:
        text, strings = self.text, self._strings
        found: list[Range] = []
        for finding, action in findings:
            start, end = max(0, finding.start), min(len(text), finding.end)
            if action is Action.ALLOW or end <= start:
                continue
            pieces = strings.pieces(start, end) if strings else [(start, end)]
            for piece in pieces:
                found += self._piece(*piece, finding.entity, action, finding.score)
        for start, end, entity, action in self._known(found):
            pieces = strings.pieces(start, end) if strings else [(start, end)]
            for piece in pieces:
                found += self._piece(*piece, entity, action, None)
        ranges = apart(text, found, gap)
        if not gap:
            return ranges
        wide = apart(text, [self._widest(one) for one in ranges], gap)
        return [
            Range(*piece, one.entity, one.action, one.score, one.found)
            for one in wide
            for piece in (strings.pieces(one.start, one.end) if strings else [(one.start, one.end)])
        ]

    def _widest(self, one: Range) -> Range:
        """Return a range with all that touches it, up to white space."""
        if one.action is not Action.PSEUDONYMISE:
            return one
        start, end = one.start, one.end
        while start > 0 and not self.text[start - 1].isspace():
            start -= 1
        while end < len(self.text) and not self.text[end].isspace():
            end += 1
        return Range(start, end, one.entity, one.action, one.score, one.found)

    def _piece(self, start: int, end: int, entity: str, action: Action, score: float | None) -> list[Range]:
        """Return a range as whole words; none where it lies in a pseudonym of the session.

        What was not found but is known (no score) gives way to every pseudonym that it touches.
        """
        n_found = end - start
        if self._word[0] <= start and end <= self._word[1]:
            start, end = self._word
        else:
            start, end = wide = widened(self.text, start, end)
            if end - start > n_found:
                self._word = wide
        which = max(0, bisect_right(self._standing_starts, start) - 1)
        for standing in self.standing[which:]:
            if standing.start >= end:
                break
            if (standing.start <= start and end <= standing.end) or (score is None and standing.end > start):
                return []
            if standing.end > start:
                start, end = min(start, standing.start), max(end, standing.end)
        if score is None:
            return [Range(start, end, entity, action)]
        return [Range(start, end, entity, action, score, n_found)]

    def _known(self, found: Sequence[Range]) -> list[tuple[int, int, str, Action]]:
        """Return where values stand that the session knows, or that were found elsewhere in this text."""
        here = self._here
        named: dict[str, Range] = {}
        for one in {(each.start, each.end, each.action): each for each in found}.values():
            raw = self.text[one.start : one.end]
            for value in {raw, read(raw, Place(depth=1))}:
                if sweepable(one.entity, value):
                    here.add(value)
                    held = named.get(value)
                    if held is None or one.action.gravity > held.action.gravity:
                        named[value] = one
        index = self._masker.index
        out: list[tuple[int, int, str, Action]] = []
        for start, end, phrase, phrases in occurrences(self.text, here, index.values):
            if phrases is here:
                out.append((start, end, named[phrase].entity, named[phrase].action))
            else:
                pair = index.by_value[phrase]
                out.append((start, end, plain_entity(pair.entity), Action.PSEUDONYMISE))
        return out


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")
