"""One pass over a batch of events with every rule that may apply to them.

Events are matched in columns. Rules that see a log source form a :class:`_Gate`; within it events are
grouped by the fields that most rules pin down (``EventID`` and its like), and for each group the rules
are simplified with what the group shares (:class:`_Plan`). What is left is judged in two steps.

First, each rule is watched through the rarest atoms that it cannot fire without. For the few fields these
stand in, every distinct value is turned into a class, the set of watched atoms it makes true; the classes
of a row are its signature, and most rows' signature wakes no rule. Second, for the rows of a signature
that does, the other fields of the rules woken are turned into classes too, and each distinct combination
is judged once. Patterns, field references, CIDR and date parts are judged per row, and only where
everything else leaves a rule open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.detect import conditions as c
from vedette.detect.base import Atom, LogSource, Rule, RuleSet
from vedette.detect.fields import aliases, stand_in
from vedette.detect.keywords import KeywordScanner
from vedette.detect.logsource import sees
from vedette.detect.scanning import CacheBudget, Classes, FieldScanner
from vedette.detect.values import ABSENT, LAZY_KINDS, elements, holds, plain

Core = Mapping[str, Sequence[Any]]
_MAX_SIGNATURES = 30_000
_MAX_VERDICTS = 20_000
_MAX_GATES = 2_000
_MIN_PINNED_RULES = 2
_TUNE_AFTER_ROWS = (500, 20_000)
"""A plan counts how often atoms are really true, and chooses the rarest anew, after so many rows."""
_TUNE_SAMPLE_ROWS = 1_500
_MAX_PINNING_FIELDS = 2
_PLAIN_TYPES = frozenset({str, int, type(None), type(ABSENT)})
_Entry = tuple[int, c.Node]


@dataclass(slots=True)
class _Outcome:
    """Which rules fire for a signature, and which are left to atoms that are judged per row."""

    fired: tuple[int, ...]
    left: tuple[_Entry, ...]
    true: frozenset[int]


@dataclass(slots=True)
class _Waking:
    """What a first signature leads to."""

    sure: _Outcome
    rules: tuple[_Entry, ...]
    """Rules to judge with all their fields."""
    fields: tuple[str, ...]
    """Their fields."""
    keywords: bool
    memo: dict[tuple[int, ...], _Outcome]


_NOTHING = _Outcome((), (), frozenset())
_ASLEEP = _Waking(_NOTHING, (), (), False, {})


@dataclass(slots=True)
class _Batch:
    natives: Sequence[Mapping[str, Any]]
    core: Core | None
    texts: Sequence[bytes] | None


class _Gate:
    """The rules that see one log source."""

    def __init__(
        self,
        source: LogSource,
        rules: Sequence[Rule],
        atoms: Sequence[Atom],
        nodes: Sequence[c.Node],
        costs: Sequence[float],
        budget: CacheBudget,
    ) -> None:
        self.atoms = atoms
        self.aliases = aliases(source)
        self.costs = list(costs)
        self.budget = budget
        seen = (i for i, r in enumerate(rules) if nodes[i] is not False and sees(r.info.logsource, source))
        self.rules = [(i, nodes[i]) for i in seen]
        used_by = {i: c.atoms_of(n) for i, n in self.rules}
        used: set[int] = set().union(*used_by.values())
        by_field: dict[str | None, dict[int, Atom]] = {}
        for number in used:
            if atoms[number][0] not in LAZY_KINDS:
                by_field.setdefault(atoms[number][1], {})[number] = atoms[number]
        keyword = by_field.pop(None, None)
        self.keywords = KeywordScanner(keyword) if keyword else None
        self.field_atoms: dict[str, dict[int, Atom]] = {f: a for f, a in by_field.items() if f is not None}
        self._scanners: dict[str, FieldScanner] = {}
        self.pins = self._pinning()
        pinning: set[int] = set().union(*(self.field_atoms[n].keys() for n in self.pins))
        self.pinned = [(i, n) for i, n in self.rules if not pinning.isdisjoint(used_by[i])]
        self.free = [(i, n) for i, n in self.rules if pinning.isdisjoint(used_by[i])]
        self.plans: dict[tuple[int, ...], _Plan] = {}

    def scanner(self, name: str) -> FieldScanner:
        known = self._scanners.get(name)
        if known is None:
            known = self._scanners[name] = FieldScanner(self.field_atoms[name], self.budget)
        return known

    def _pinning(self) -> list[str]:
        """Return the fields that rules demand exact values of and never search in: ``EventID`` and its like."""
        searched = {
            name
            for name, atoms in self.field_atoms.items()
            if not all(a[0] in ("n", "null", "exists") or (a[0] == "s" and a[2] == "eq") for a in atoms.values())
        }
        counts: dict[str, int] = {}
        for _, node in self.rules:
            if type(node) is not tuple or node[0] != c.AND:
                continue
            demanded = {self._exact_field(frozenset((a,))) for a in node[1]}
            demanded |= {self._exact_field(n[1]) for n in node[2] if type(n) is tuple and n[0] == c.OR and not n[2]}
            for name in demanded:
                if name is not None and name not in searched:
                    counts[name] = counts.get(name, 0) + 1
        best = sorted((n for n in counts if counts[n] >= _MIN_PINNED_RULES), key=lambda n: (-counts[n], n))
        return best[:_MAX_PINNING_FIELDS]

    def _exact_field(self, numbers: frozenset[int]) -> str | None:
        names = set()
        for number in numbers:
            atom = self.atoms[number]
            if atom[1] is None or not (atom[0] == "n" or (atom[0] == "s" and atom[2] == "eq")):
                return None
            names.add(atom[1])
        return names.pop() if len(names) == 1 else None

    def learn(self, counts: Mapping[int, int], n_rows: int) -> None:
        """Replace the guesses of how often atoms are true by what was counted."""
        for number, count in counts.items():
            self.costs[number] = (count + self.costs[number]) / (n_rows + 1)

    def plan(self, key: tuple[int, ...], *, anew: bool = False) -> _Plan:
        """Return the plan for these classes of the pinning fields."""
        known = self.plans.get(key)
        if known is None or anew:
            decided: set[int] = set()
            true: set[int] = set()
            for name, number in zip(self.pins, key, strict=True):
                decided |= self.field_atoms[name].keys()
                true |= self.scanner(name).classes.sets[number]
            known = self.plans[key] = _Plan(self, decided, true)
        return known


class _Plan:
    """The rules of a gate for events that share the pinning fields, simplified by them."""

    def __init__(self, gate: _Gate, decided: set[int], true: set[int]) -> None:
        self._gate = gate
        rules = [*((i, c.simplify(n, decided, true)) for i, n in gate.pinned), *gate.free]
        self._always = tuple(i for i, n in rules if n is True)
        rules = [(i, n) for i, n in rules if n is not True and n is not False]
        self._ungated: list[_Entry] = []
        self._watched: dict[int, list[_Entry]] = {}
        needed: set[int] = set()
        for entry in rules:
            found = c.trigger(entry[1], gate.costs)
            if found is None:
                self._ungated.append(entry)
                needed |= c.atoms_of(entry[1])
            else:
                for atom in found[1]:
                    self._watched.setdefault(atom, []).append(entry)
        by_field: dict[str | None, dict[int, Atom]] = {}
        for number in needed.union(self._watched):
            if gate.atoms[number][0] not in LAZY_KINDS:
                by_field.setdefault(gate.atoms[number][1], {})[number] = gate.atoms[number]
        self.keywords = gate.keywords if by_field.pop(None, None) else None
        self.scanners = {
            name: FieldScanner(by_field[name], gate.budget) for name in sorted(n for n in by_field if n is not None)
        }
        self._classes: list[Classes] = [s.classes for s in self.scanners.values()]
        if self.keywords is not None:
            self._classes.append(self.keywords.classes)
        self.memo: dict[tuple[int, ...], _Waking] = {}
        self._memo_size = 0
        self.empty = not rules and not self._always
        self.n_rows = 0
        self.n_tuned = 0
        eager = set().union(*(c.atoms_of(n) for _, n in rules))
        self._eager = {a for a in eager if gate.atoms[a][0] not in LAZY_KINDS and gate.atoms[a][1] is not None}

    @property
    def untuned(self) -> bool:
        """Whether it has seen enough rows to choose its watched atoms anew."""
        return self.n_tuned < len(_TUNE_AFTER_ROWS) and self.n_rows >= _TUNE_AFTER_ROWS[self.n_tuned]

    def count(self, classify: Callable[[str], list[int]]) -> dict[int, int]:
        """Return how often each of its atoms is true in a sample, given the classes of a field there."""
        counts = dict.fromkeys(self._eager, 0)
        for name in {self._gate.atoms[a][1] for a in self._eager}:
            sets = self._gate.scanner(name).classes.sets
            for number, n_rows in Counter(classify(name)).items():
                for atom in sets[number] & self._eager:
                    counts[atom] += n_rows
        return counts

    def wake(self, signature: tuple[int, ...]) -> _Waking:
        """Return what follows from the watched atoms alone."""
        true = _union(signature, self._classes)
        sure = _judge_all(self._ungated, true, self._always)
        woken: dict[int, _Entry] = {}
        for atom in true:
            for entry in self._watched.get(atom, ()):
                woken[entry[0]] = entry
        if sure is _NOTHING and not woken:
            result = _ASLEEP
        else:
            atoms = self._gate.atoms
            used: set[int] = set().union(*(c.atoms_of(n) for _, n in woken.values()))
            names = {atoms[a][1] for a in used if atoms[a][0] not in LAZY_KINDS}
            fields = tuple(sorted(n for n in names if n is not None))
            result = _Waking(sure, tuple(woken.values()), fields, None in names, {})
        self._grow()
        self.memo[signature] = result
        return result

    def judge(self, waking: _Waking, signature: tuple[int, ...]) -> _Outcome:
        """Return what follows from all fields of the rules woken."""
        classes = [self._gate.scanner(n).classes for n in waking.fields]
        if waking.keywords and self._gate.keywords is not None:
            classes.append(self._gate.keywords.classes)
        result = waking.memo[signature] = _judge_all(waking.rules, _union(signature, classes), ())
        self._grow()
        return result

    def _grow(self) -> None:
        self._memo_size += 1
        if self._memo_size > _MAX_SIGNATURES:
            self.memo.clear()
            self._memo_size = 0


def _pick(texts: Sequence[bytes] | None, rows: list[int]) -> list[bytes] | None:
    return None if texts is None else [texts[r] for r in rows]


def _union(signature: tuple[int, ...], classes: Sequence[Classes]) -> set[int]:
    true: set[int] = set()
    for number, known in zip(signature, classes, strict=True):
        if number:
            true |= known.sets[number]
    return true


def _judge_all(rules: Sequence[_Entry], true: set[int], always: tuple[int, ...]) -> _Outcome:
    fired = list(always)
    left = []
    for entry in rules:
        verdict = c.judge(entry[1], true)
        if verdict:
            fired.append(entry[0])
        elif verdict is None:
            left.append(entry)
    if not fired and not left:
        return _NOTHING
    return _Outcome(tuple(fired), tuple(left), frozenset(true) if left else frozenset())


def _cost(atom: Atom) -> float:
    """Return how often an atom is expected to be true: a guess from its kind and length."""
    kind = atom[0]
    if kind == "s":
        return float({"eq": 0.02, "suf": 0.2, "pre": 0.5, "has": 0.5}[atom[2]] / (1 + len(atom[3]) ** 2))
    if kind == "g":
        return 0.5 / (1 + max((len(p) for p in atom[2] if isinstance(p, str)), default=0) ** 2)
    return {"n": 0.01, "null": 0.7, "exists": 0.8, "cmp": 0.3}.get(kind, 1.0)


class Matcher:
    """Matches batches of events against a rule set; keeps what it learns of values between batches."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self._lazy = [a[0] in LAZY_KINDS for a in ruleset.atoms]
        self._nodes = [c.build(r.condition, self._lazy) for r in ruleset.rules]
        self._costs = [_cost(a) for a in ruleset.atoms]
        self._budget = CacheBudget()
        self._gates: dict[LogSource, _Gate] = {}
        self._verdicts: dict[tuple[int, Any], bool] = {}

    def match(
        self,
        natives: Sequence[Mapping[str, Any]],
        logsources: Sequence[LogSource],
        core: Core | None = None,
        texts: Sequence[bytes] | None = None,
    ) -> list[tuple[int, int]]:
        """Return ``(rule index, row)`` for each rule that fires, ordered by row, then rule.

        Args:
            natives: Each event's fields as its source writes them, nested objects flattened.
            logsources: Each event's (product, category, service).
            core: Core columns by name, aligned with ``natives``, for fields that the native record
                lacks; None if there are none.
            texts: Each event's native fields as JSON text, where it is at hand: keywords are searched in
                it, else it is written for that. The hits are the same.
        """
        batch = _Batch(natives, core, texts)
        by_source: dict[LogSource, list[int]] = {}
        for row, source in enumerate(logsources):
            rows = by_source.get(source)
            if rows is None:
                by_source[source] = [row]
            else:
                rows.append(row)
        hits: list[tuple[int, int]] = []
        for source, rows in by_source.items():
            gate = self._gate(source)
            if gate.rules:
                self._match_gate(gate, rows, batch, hits)
        hits.sort()
        return [(rule, row) for row, rule in hits]

    def sees(self, source: LogSource) -> bool:
        """Return whether any rule looks at events of this log source."""
        return bool(self._gate(source).rules)

    def lookup(self, native: Mapping[str, Any], source: LogSource, name: str, core: Callable[[str], Any]) -> Any:
        """Return what a rule's field means for one event: its own field, or what stands in for it; plain."""
        if name in native:
            return plain(native[name])
        names = self._gate(source).aliases.get(name)
        value = stand_in(names, native, core) if names else None
        return ABSENT if value is None else plain(value)

    def decisive(
        self, rule: int, native: Mapping[str, Any], source: LogSource, core: Callable[[str], Any]
    ) -> list[tuple[str, str]]:
        """Return the (field, value) pairs of an event that make positive parts of the rule true."""
        atoms = self.ruleset.atoms
        found: dict[str, str] = {}

        def walk(cond: Any) -> None:
            if type(cond) is int and cond is not True and cond is not False:
                atom = atoms[cond]
                if atom[0] in ("null", "exists"):
                    return
                items: list[tuple[str, Any]]
                if atom[1] is None:
                    items = [(k, plain(v)) for k, v in native.items()]
                else:
                    items = [(atom[1], self.lookup(native, source, atom[1], core))]
                for name, value in items:
                    other = lambda f: self.lookup(native, source, f, core)  # noqa: E731
                    if name not in found and holds(atom, value, other):
                        found[name] = ", ".join(map(str, elements(value)))
                        break
            elif type(cond) is list and cond[0] != "n":
                for child in cond[1:]:
                    walk(child)

        walk(self.ruleset.rules[rule].condition)
        return list(found.items())

    def _gate(self, source: LogSource) -> _Gate:
        gate = self._gates.get(source)
        if gate is None:
            if len(self._gates) >= _MAX_GATES:  # log source names are data: an attacker may invent many
                self._gates.clear()
                self._budget.drop()
            known = self.ruleset
            gate = self._gates[source] = _Gate(source, known.rules, known.atoms, self._nodes, self._costs, self._budget)
        return gate

    def _match_gate(
        self,
        gate: _Gate,
        rows: list[int],
        batch: _Batch,
        hits: list[tuple[int, int]],
    ) -> None:
        if not gate.pins:
            self._match_plan(gate, self._plan(gate, (), rows, batch), rows, batch, hits)
            return
        records = [batch.natives[r] for r in rows]
        keys = zip(
            *(self._classes(gate, gate.scanner(name), name, rows, records, batch.core) for name in gate.pins),
            strict=True,
        )
        groups: dict[tuple[int, ...], list[int]] = {}
        for row, key in zip(rows, keys, strict=True):
            group = groups.get(key)
            if group is None:
                groups[key] = [row]
            else:
                group.append(row)
        for key, group in groups.items():
            self._match_plan(gate, self._plan(gate, key, group, batch), group, batch, hits)

    def _plan(self, gate: _Gate, key: tuple[int, ...], rows: list[int], batch: _Batch) -> _Plan:
        plan = gate.plan(key)
        plan.n_rows += len(rows)
        if not plan.untuned or plan.empty:
            return plan
        sample = rows[:: max(1, len(rows) // _TUNE_SAMPLE_ROWS)]
        records = [batch.natives[r] for r in sample]
        counts = plan.count(lambda n: self._classes(gate, gate.scanner(n), n, sample, records, batch.core))
        gate.learn(counts, len(sample))
        tuned = gate.plan(key, anew=True)
        tuned.n_rows, tuned.n_tuned = plan.n_rows, plan.n_tuned + 1
        return tuned

    def _match_plan(
        self,
        gate: _Gate,
        plan: _Plan,
        rows: list[int],
        batch: _Batch,
        hits: list[tuple[int, int]],
    ) -> None:
        if plan.empty:
            return
        natives, core = batch.natives, batch.core
        records = [natives[r] for r in rows]
        columns = [self._classes(gate, s, name, rows, records, core) for name, s in plan.scanners.items()]
        keyword_column: list[int] | None = None
        if plan.keywords is not None:
            keyword_column = plan.keywords.classify(records, _pick(batch.texts, rows))
            columns.append(keyword_column)
        memo = plan.memo
        signatures: Any = zip(*columns, strict=True) if columns else [()] * len(rows)
        woken: dict[tuple[int, ...], tuple[_Waking, list[int]]] = {}
        for at, signature in enumerate(signatures):
            waking = memo.get(signature)
            if waking is None:
                waking = plan.wake(signature)
            if waking is _ASLEEP:
                continue
            group = woken.get(signature)
            if group is None:
                woken[signature] = (waking, [at])
            else:
                group[1].append(at)
        for waking, places in woken.values():
            if waking.sure is not _NOTHING:
                for at in places:
                    self._tell(gate, waking.sure, rows[at], batch, hits)
            if waking.rules:
                self._judge_woken(gate, plan, waking, places, rows, keyword_column, batch, hits)

    def _judge_woken(
        self,
        gate: _Gate,
        plan: _Plan,
        waking: _Waking,
        places: list[int],
        rows: list[int],
        keyword_column: list[int] | None,
        batch: _Batch,
        hits: list[tuple[int, int]],
    ) -> None:
        own = [rows[at] for at in places]
        records = [batch.natives[r] for r in own]
        columns = [self._classes(gate, gate.scanner(n), n, own, records, batch.core) for n in waking.fields]
        if waking.keywords and gate.keywords is not None:
            if keyword_column is not None:
                columns.append([keyword_column[at] for at in places])
            else:
                columns.append(gate.keywords.classify(records, _pick(batch.texts, own)))
        memo = waking.memo
        signatures: Any = zip(*columns, strict=True) if columns else [()] * len(own)
        for row, signature in zip(own, signatures, strict=True):
            outcome = memo.get(signature)
            if outcome is None:
                outcome = plan.judge(waking, signature)
            if outcome is not _NOTHING:
                self._tell(gate, outcome, row, batch, hits)

    def _tell(self, gate: _Gate, outcome: _Outcome, row: int, batch: _Batch, hits: list[tuple[int, int]]) -> None:
        for index in outcome.fired:
            hits.append((row, index))
        if outcome.left:
            lazy = self._lazy_judge(gate, row, batch.natives[row], batch.core)
            for index, node in outcome.left:
                if c.judge_fully(node, outcome.true, lazy):
                    hits.append((row, index))

    def _classes(
        self,
        gate: _Gate,
        scanner: FieldScanner,
        name: str,
        rows: list[int],
        records: list[Mapping[str, Any]],
        core: Core | None,
    ) -> list[int]:
        stand_ins = gate.aliases.get(name)
        if stand_ins is None and not scanner.tells_absent:
            column = [d.get(name) for d in records]
        else:
            column = [d.get(name, ABSENT) for d in records]
            if stand_ins is not None and ABSENT in column:
                for at, value in enumerate(column):
                    if value is ABSENT:
                        found = stand_in(stand_ins, records[at], _core_of(core, rows[at]))
                        if found is not None:
                            column[at] = found
        if not _PLAIN_TYPES.issuperset(map(type, column)):
            column = list(map(plain, column))
        return scanner.classify(column)

    def _lazy_judge(self, gate: _Gate, row: int, native: Mapping[str, Any], core: Core | None) -> Callable[[int], bool]:
        atoms, verdicts = self.ruleset.atoms, self._verdicts

        def value_of(name: str) -> Any:
            if name in native:
                return plain(native[name])
            names = gate.aliases.get(name)
            value = stand_in(names, native, _core_of(core, row)) if names else None
            return ABSENT if value is None else plain(value)

        def judge(number: int) -> bool:
            atom = atoms[number]
            if atom[1] is None:
                return any(holds(atom, plain(v)) for v in native.values())
            value = value_of(atom[1])
            if atom[0] == "ref" or (type(value) is str and len(value) > 1024):
                return holds(atom, value, value_of)
            key = (number, value)
            known = verdicts.get(key)
            if known is None:
                if len(verdicts) >= _MAX_VERDICTS:
                    verdicts.clear()
                known = verdicts[key] = holds(atom, value, value_of)
            return known

        return judge


def _core_of(core: Core | None, row: int) -> Callable[[str], Any]:
    def value(column: str) -> Any:
        values = core.get(column) if core is not None else None
        return values[row] if values is not None else None

    return value
