"""The engine: a passage goes through the scanners and the policy; what errs or takes too long blocks."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

from vedette.errors import OutsideError, UserError
from vedette.guard.base import GROUP, Pair, PairBook, Scanner
from vedette.guard.entities import Group, group_of
from vedette.guard.inside import inside
from vedette.guard.merging import merged
from vedette.guard.sound import sound
from vedette.guard.survivors import Survivors
from vedette.plugins import load_plugin, load_plugins
from vedette.schema.guarding import Action, Around, Direction, GuardFinding, GuardVerdict, Passage, Scanned, Unjudged
from vedette.schema.message import Role

if TYPE_CHECKING:
    from vedette.guard.policy import Policy
    from vedette.guard.pseudonyms import Masker

log = logging.getLogger(__name__)

T = TypeVar("T")

Approve = Callable[[GuardVerdict, str], GuardVerdict]
"""Takes a verdict that asks, and its text; returns the verdict as it was answered."""

MOST_CHARS = 4_000_000
"""Of one passage; a longer one is not judged, and so blocks."""
_SESSIONS_HELD = 256
"""Sessions whose values' other forms are held ready."""
_MANY = 16
"""Findings of a request from which on its pairs are kept in one go."""
_REMEMBERED = 2048
"""Texts whose findings are remembered; not the texts."""
FAILED = "failed: "
"""Begins the reason of what was not judged because something broke."""
_NOTHING = Around()


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A text as it may go on, and why."""

    text: str = field(repr=False)
    """Empty where nothing may go on."""
    verdict: GuardVerdict
    n_replaced: int = 0

    @property
    def passes(self) -> bool:
        """Whether the text may go on."""
        return not _stops(self.verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """On whose behalf a passage goes where: what policies tell apart."""

    route: str = ""
    role: str = ""
    """Of the client's token."""
    model: str = ""


NOBODY = Who()


def _stops(verdict: GuardVerdict) -> bool:
    return not verdict.dry_run and verdict.action in (Action.BLOCK, Action.ASK)


def scanners_named(names: Iterable[str] | None = None, *, third_party: bool = True) -> tuple[Scanner, ...]:
    """Return scanners by name, by default all.

    Raises:
        UserError: there is none of a name.
        OutsideError: one cannot be loaded: a guard that lacks a scanner does not guard.
    """
    if names is not None:
        return tuple(
            load_plugin(GROUP, name, "scanner", Scanner, third_party=third_party) for name in dict.fromkeys(names)
        )
    loaded, broken = load_plugins(GROUP, Scanner, third_party=third_party)
    if broken:
        raise OutsideError(
            f"the scanner {broken[0].name} cannot be loaded: {broken[0].reason}"[:300],
            next_step="reinstall the package that brings it, or name the scanners that you want",
        )
    return tuple(loaded.values())


class Guard:
    """Scanners and a policy. Safe from several threads; to be closed.

    Args:
        scanners: what looks.
        policy: what decides.
        timeout_s: for all scanners together on one passage; None waits for ever, and needs no threads.
        workers: passages judged at once; more wait, within their time.
    """

    def __init__(
        self, scanners: Sequence[Scanner], policy: Policy, *, timeout_s: float | None = 10.0, workers: int = 4
    ) -> None:
        if not scanners:
            raise UserError("a guard needs a scanner", next_step="leave the names of scanners out, and all are used")
        self.scanners = tuple(scanners)
        self.policy = policy
        self._timeout_s = timeout_s
        self._workers = workers
        self._pool = _pool(workers)
        self._stuck = 0
        self._lock = threading.Lock()
        self._memo = _Memo(_REMEMBERED)
        self._memo_secret = secrets.token_bytes(32)
        self._known: OrderedDict[str, tuple[int, Survivors]] = OrderedDict()

    def warm(self) -> None:
        """Load what scanners load once."""
        for scanner in self.scanners:
            scanner.warm()

    def close(self) -> None:
        """Free the threads; a scanner that is stuck is left to itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def scan(self, passage: Passage, around: Around = _NOTHING) -> Scanned:
        """Return what the scanners say together, whatever the policy thinks of it.

        A scanner that failed or ran out of time is among ``unjudged``; see :func:`failed`. What was found in a text is
        remembered for a while, by a digest of the text: a conversation is sent whole with each turn.
        """
        if len(passage.text) > MOST_CHARS:
            reason = f"{FAILED}{len(passage.text):,} characters are more than {MOST_CHARS:,}; give it in parts"
            return Scanned(unjudged=(Unjudged(scanner="engine", reason=reason),))
        key = self._memo_key(passage)
        if key is not None and (held := self._memo.get(key)) is not None:
            return held
        running: list[str] = []
        scanned = self._timed(lambda: self._scan(passage, around, running), lambda: self._late(running))
        if key is not None and not any(failed(one) for one in scanned.unjudged):
            self._memo.put(key, scanned)
        return scanned

    def _memo_key(self, passage: Passage) -> bytes | None:
        """Return what a passage's findings are remembered by; replies hang on what is around them, and are not."""
        if passage.direction is Direction.REPLY:
            return None
        told = f"{passage.direction}\0{passage.role}\0{passage.form}\0{passage.text}"
        return blake2b(told.encode("utf-8", "surrogatepass"), key=self._memo_secret, digest_size=16).digest()

    def _late(self, running: Sequence[str]) -> Scanned:
        scanner = running[-1] if running else "engine"
        return Scanned(unjudged=(Unjudged(scanner=scanner, reason=f"{FAILED}no answer within {self._timeout_s:g} s"),))

    def check(self, passage: Passage, around: Around = _NOTHING, *, who: Who = NOBODY) -> GuardVerdict:
        """Return what the policy makes of a passage; nothing is replaced."""
        return self.decide(passage, self.scan(passage, around), who=who)

    def decide(self, passage: Passage, scanned: Scanned, *, who: Who = NOBODY) -> GuardVerdict:
        """Return what the policy makes of what was found; a failed scanner blocks, whatever the policy says."""
        broken = next((one for one in scanned.unjudged if failed(one)), None)
        try:
            verdict = self.policy.decide(passage, scanned, route=who.route, client_role=who.role, model=who.model)
        except Exception as error:
            log.warning("the policy failed: %s", type(error).__name__)
            return GuardVerdict(action=Action.BLOCK, unjudged=scanned.unjudged, reason="the policy could not decide")
        if broken is not None:
            reason = f"the scanner {broken.scanner} failed ({broken.reason.removeprefix(FAILED)})"
            return replace(verdict, action=Action.BLOCK, reason=reason, dry_run=False)
        return verdict

    def protect(
        self,
        passage: Passage,
        book: PairBook,
        around: Around = _NOTHING,
        *,
        who: Who = NOBODY,
        approve: Approve | None = None,
    ) -> Protected:
        """Return a passage's text as it may go on, its values replaced as the policy says.

        Raises:
            OutsideError: the pairs cannot be kept; nothing may then go on.
        """
        return self.protect_all([passage], book, around, who=who, approve=approve)[0]

    def protect_all(
        self,
        passages: Sequence[Passage],
        book: PairBook,
        around: Around = _NOTHING,
        *,
        who: Who = NOBODY,
        approve: Approve | None = None,
    ) -> tuple[Protected, ...]:
        """Return the passages of one request as they may go on: to be used for all of them together.

        A value that is found in one of them is replaced in all, also where it stands encoded. Where one may not go on,
        none may: none has a text then, and nothing is kept in the book.

        Args:
            passages: the texts of the request.
            book: the session's pairs.
            around: what is known of the conversation.
            who: on whose behalf.
            approve: answers what the policy holds back until somebody approves it.

        Raises:
            OutsideError: the pairs cannot be kept; nothing may then go on.
        """
        verdicts = []
        for passage in passages:
            verdict = self.check(passage, around, who=who)
            if approve is not None and verdict.action is Action.ASK and not verdict.dry_run:
                verdict = approve(verdict, passage.text)
            verdicts.append(verdict)
        if any(_stops(one) for one in verdicts):
            return tuple(Protected(text="", verdict=one) for one in verdicts)
        if sum(len(one.decided) for one in verdicts) < _MANY:
            return tuple(self._masked(passages, verdicts, book))
        from vedette.guard.vault.batching import batched

        with batched(book) as gathered:
            made = tuple(self._masked(passages, verdicts, gathered))
        return made

    def _masked(
        self, passages: Sequence[Passage], verdicts: Sequence[GuardVerdict], book: PairBook
    ) -> Iterator[Protected]:
        from vedette.guard.pseudonyms import Masker

        masker = Masker(book, styles=self.policy.styles)
        out: list[Protected] = []
        for passage, verdict in zip(passages, verdicts, strict=True):
            if verdict.dry_run:
                out.append(Protected(text=passage.text, verdict=verdict))
                continue
            wanted = [(one.finding, one.action) for one in verdict.decided]
            masked = masker.mask(passage.text, wanted, form=passage.form)
            out.append(Protected(text=masked.text, verdict=verdict, n_replaced=len(masked.spans)))
        return self._again(masker, book, passages, out)

    def _again(
        self, masker: Masker, book: PairBook, passages: Sequence[Passage], protected: Sequence[Protected]
    ) -> Iterator[Protected]:
        """Yield the texts without what only a later one gave away, and without known values in other forms."""
        pairs = book.pairs()
        survivors = self._survivors(book.session_id, pairs) if pairs else None
        for passage, one in zip(passages, protected, strict=True):
            if survivors is None or one.verdict.dry_run or not one.text:
                yield one
                continue
            encoded = [(found, Action.PSEUDONYMISE) for found in survivors.find(sound(one.text))]
            if not encoded and len(passages) == 1:
                yield one
                continue
            masked = masker.mask(one.text, encoded, form=passage.form)
            yield replace(one, text=masked.text, n_replaced=one.n_replaced + len(masked.spans))

    def _survivors(self, session_id: str, pairs: Sequence[Pair]) -> Survivors:
        with self._lock:
            held = self._known.get(session_id)
            if held is not None and held[0] == len(pairs):
                self._known.move_to_end(session_id)
                return held[1]
        made = Survivors(pairs)
        with self._lock:
            self._known[session_id] = (len(pairs), made)
            while len(self._known) > _SESSIONS_HELD:
                self._known.popitem(last=False)
        return made

    def _scan(self, passage: Passage, around: Around, running: list[str]) -> Scanned:
        findings: list[GuardFinding] = []
        unjudged: list[Unjudged] = []
        if passage.direction is Direction.REPLY:
            around = replace(around, hosts=around.hosts | self.policy.allowed_hosts)
            if self.policy.forbidden is not None:
                findings += self.policy.forbidden.findings(passage.text)
        for scanner in self.scanners:
            if not _asked(scanner, passage):
                continue
            running.append(scanner.name)
            try:
                found = scanner.scan(_as_said(scanner, passage), around)
            except Exception as error:
                log.warning("the scanner %s failed: %s", scanner.name, type(error).__name__)
                reason = f"{FAILED}{type(error).__name__}"
                unjudged.append(Unjudged(scanner=scanner.name, reason=reason))
                continue
            findings += found.findings
            unjudged += found.unjudged
        if passage.direction is not Direction.REPLY:
            running.append("inside")
            try:
                findings += inside(passage.text, self.scanners)
            except Exception as error:
                unjudged.append(Unjudged(scanner="inside", reason=f"{FAILED}{type(error).__name__}"))
        size = len(passage.text)
        if any(not 0 <= one.start <= one.end <= size for one in findings):
            unjudged.append(Unjudged(scanner="engine", reason=f"{FAILED}a finding lies outside the text"))
        return Scanned(findings=merged(findings), unjudged=tuple(unjudged))

    def _timed(self, job: Callable[[], T], late: Callable[[], T]) -> T:
        if self._timeout_s is None:
            return job()
        future = self._pool.submit(job)
        try:
            return future.result(timeout=self._timeout_s)
        except LateError:
            if not future.cancel():
                self._replace_stuck()
            return late()

    def _replace_stuck(self) -> None:
        """Give the pool another thread for one that does not come back; many such mean that something is wrong."""
        with self._lock:
            self._stuck += 1
            log.warning("a scanner did not answer in time; %d so far", self._stuck)
            if self._stuck % self._workers == 0:
                old, self._pool = self._pool, _pool(self._workers)
                old.shutdown(wait=False, cancel_futures=False)


def _pool(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=workers, thread_name_prefix="guard")


def _asked(scanner: Scanner, passage: Passage) -> bool:
    if passage.direction is None:
        return scanner.directions != frozenset({Direction.REPLY})
    return passage.direction in scanner.directions


def _as_said(scanner: Scanner, passage: Passage) -> Passage:
    """Return a passage as a scanner of attacks is to read it: what the model said before, as a reply.

    A conversation is sent whole with each turn. The model repeats and explains what it read, and calls tools with
    orders of its own (``{"q": "send it to … by Friday"}``): in its mouth they are nobody else's orders.
    """
    if passage.role is not Role.ASSISTANT or not all(group_of(one) is Group.ATTACK for one in scanner.entities):
        return passage
    return replace(passage, direction=Direction.REPLY) if Direction.REPLY in scanner.directions else passage


def failed(one: Unjudged) -> bool:
    """Return whether something broke, as opposed to a scanner that says it cannot judge."""
    return one.reason.startswith(FAILED)


class _Memo:
    """Remembers the last so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[bytes, Scanned] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> Scanned | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: bytes, scanned: Scanned) -> None:
        with self._lock:
            self._held[key] = scanned
            while len(self._held) > self._most:
                self._held.popitem(last=False)


def unread(problem: str) -> GuardVerdict:
    """Return the verdict on what could not be read: it is not judged, and so blocked."""
    return GuardVerdict(
        action=Action.BLOCK,
        unjudged=(Unjudged(scanner="reader", reason=f"{FAILED}{problem}"),),
        reason=problem,
    )
