"""Writes a script anew with what was computed in place: the edits are found on the tree, outermost first."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Any

from vedette.commands.powershell import comments
from vedette.commands.powershell import nodes as n
from vedette.commands.powershell.calls import CommandEvaluator
from vedette.commands.powershell.code_evaluator import assigned
from vedette.commands.powershell.evaluator import VARIES, Fold
from vedette.commands.powershell.tables import ALIASES, CANONICAL, NICE_MEMBERS
from vedette.commands.powershell.values import Char, Partial, Table, literal, quote, quote_partial

Edit = tuple[int, int, str, tuple[str, ...]]

_HIDING_TICK = re.compile(r"`[A-Zc-dg-mo-qswxyz1-9]")
_PLAIN_NAME = re.compile(r"[A-Za-z_?%][\w.\-\\:?%]*")
_SIMPLE_WORD = re.compile(r"[A-Za-z_./\\:~][\w./\\:~\-=+]*")
_ODD = re.compile(r"[a-z][A-Z]")
MOST = 200_000


class Clearer:
    """Collects the edits that make a script clear."""

    def __init__(self, ev: CommandEvaluator, text: str) -> None:
        self.ev = ev
        self.text = text
        self.edits: list[Edit] = []
        self.inside = 0
        """How many functions the walk is in: what depends on their arguments is not written out."""
        self.shown: list[tuple[n.Node, Fold]] = []
        """Expressions that are written out, outermost only."""

    def clear(self, block: n.Block) -> tuple[str | None, tuple[str, ...]]:
        """Return the clear text, or None where nothing changes, and how it was hidden."""
        self._walk(block)
        for start, end in self.ev.spent[:200]:
            self._drop(start, end)
        if self.edits:
            self._drop_spent(block)
        if "#" in self.text:
            self._uncomment(block)
        if not self.edits:
            return None, ()
        out: list[str] = []
        last = 0
        size = 0
        methods: dict[str, None] = {}
        for start, end, by, how in sorted(self.edits):
            if start < last:
                continue
            gap = self.text[last:start]
            out.append(gap)
            before = (gap or (out[-2] if len(out) > 1 else ""))[-1:]
            if by and before and (before.isalnum() or before == "_") and (by[0] in "'\"@" or by[0].isalnum()):
                out.append(" ")
            out.append(by)
            after = self.text[end : end + 1]
            if (
                by
                and after
                and (by[-1].isalnum() and (after in "'\"([{$@" or after.isalnum()))
                and not self._member_end(start)
            ):
                out.append(" ")
            size += len(by) + len(gap)
            last = end
            for m in how:
                methods.setdefault(m)
        out.append(self.text[last:])
        made = "".join(out)
        if made == self.text or size > MOST * 2:
            return None, ()
        return made, tuple(methods)

    def _uncomment(self, block: n.Block) -> None:
        """Leave out the comments, where one of them hides something or the script is written anew anyway."""
        found = comments.comments_of(self.text)
        if not found or not (self.edits or comments.hiding(self.text, found, block.body)):
            return
        how = ("comment",) if comments.hiding(self.text, found, block.body) else ()
        taken = sorted((s, e) for s, e, _, _ in self.edits)
        starts = [s for s, _ in taken]
        for start, end in found:
            i = bisect_left(starts, start + 1) - 1
            if i < 0 or taken[i][1] <= start:
                self._edit(start, *comments.without(self.text, start, end), how)

    def _drop(self, start: int, end: int) -> None:
        """Leave out a range, and what was to be written out in it; calls lose the words that stand there."""
        while start and self.text[start - 1] in " \t":
            start -= 1
        self.edits = [e for e in self.edits if not start <= e[0] < end]
        self.shown = [(s, f) for s, f in self.shown if not start <= s.start < end]
        self._edit(start, end, "", ("variable",))
        for call in self.ev.reading.calls:
            if call.start < start and end <= call.end:
                call.args = [w for w in call.args if not start <= w.start < end]

    def _called_once(self, block: n.Block) -> bool:
        """Write a block out with the arguments of its only call in place; return whether none needs them."""
        calls = self.ev.handed.get(id(block))
        if calls is None or len(calls) != 1 or not calls[0] or self.inside:
            return False
        nodes = [*block.begin, *(block.process or []), *block.body]
        if not nodes:
            return False
        keep, shown, spent = self.edits, self.shown, len(self.ev.spent)
        self.edits, self.shown = [], []
        for x in nodes:
            self._walk(x)
        made, seen = self.edits, self.shown
        start, end = min(x.start for x in nodes), max(x.end for x in nodes)
        nested = sorted(x.start for x in self.ev.reading.nested if x.start is not None)
        hidden = any(set(how) - {"variable"} for _, _, _, how in made) or _between(nested, n.Node(start, end))
        rest: list[str] = []
        last = start
        for s, e, by, _ in sorted(made):
            if s >= last:
                rest += [self.text[last:s], "''" if by[:1] == "'" else by]
                last = e
        rest.append(self.text[last:end])
        names = {"args", *(p.name for p in block.params)}
        if not hidden or not self._unused(names, "".join(rest).lower()):
            self.edits, self.shown = keep, shown
            del self.ev.spent[spent:]
            return False
        self.edits, self.shown = keep + made, shown + seen
        self.ev.spent.extend(calls[0])
        return True

    def _drop_spent(self, block: n.Block) -> None:
        """Leave out the statements that only make values which are written out wherever they are used."""
        ev = self.ev
        if not (ev.reads or ev.state.aliases or ev.state.functions) or len(block.body) > 3000:
            return
        calls = sorted(c.start for c in self.ev.reading.calls if c.end > c.start)
        nested = sorted(x.start for x in self.ev.reading.nested if x.start is not None)
        spent: list[tuple[n.Node, set[str]]] = []
        for node in block.body:
            if isinstance(node, n.Function):
                if id(node.block) in self.ev.ran and not _between(calls, node) and not _between(nested, node):
                    spent.append((node, {"\0" + node.name.lower()}))
                continue
            if isinstance(node, n.Command) and (alias := self._aliases(node)) is not None:
                spent.append((node, {"\0" + alias}))
                continue
            if isinstance(node, n.Command) and (name := self._sets(node)) is not None:
                if name in self.ev.reads:
                    spent.append((node, {name}))
                continue
            if (changed := _changed(node)) is not None:
                if changed in self.ev.reads and self._quiet(node) and not _between(nested, node):
                    spent.append((node, {changed}))
                continue
            if not isinstance(node, (n.Assign, n.Loop, n.Foreach, n.If, n.Step, n.Switch)):
                continue
            names = assigned(node)
            if isinstance(node, n.Assign) and not isinstance(node.target, (n.Var, n.Cast, n.Index)):
                continue
            if not names & self.ev.reads or any(x.startswith("env:") for x in names) or _between(nested, node):
                continue
            if _between(calls, node) and not self._quiet(node):
                continue
            spent.append((node, names))
        for _ in range(min(len(spent), 40) + 1):
            if len(spent) * len(self.text) > 10_000_000:
                return
            gone = [(x.start, x.end) for x, _ in spent]
            rest = self._applied(gone).lower()
            kept = [(x, names) for x, names in spent if self._unused(names, rest)]
            if len(kept) == len(spent):
                break
            spent = kept
        else:
            return
        for x, _ in spent:
            if isinstance(x, n.Command):
                self.ev.reading.calls[:] = [c for c in self.ev.reading.calls if c.start != x.start]
            end = x.end
            m = _AFTER.match(self.text, end)
            end = m.end() if m else end
            how = self._how_of(x.start, x.end)
            self.edits = [e for e in self.edits if not x.start <= e[0] < end]
            self.shown = [(s, f) for s, f in self.shown if not x.start <= s.start < end]
            self.edits.append((x.start, end, "", how))

    def _aliases(self, node: n.Command) -> str | None:
        """Return the alias that a command does nothing but set, or None."""
        call = next((c for c in self.ev.reading.calls if c.start == node.start and c.end == node.end), None)
        if call is None or not call.sure or call.name.text.lower() not in ("set-alias", "new-alias"):
            return None
        words = [w.text for w in call.args]
        for i, w in enumerate(words):
            if len(w) > 1 and "-name".startswith(w.lower()) and i + 1 < len(words):
                return words[i + 1].lower()
        return words[0].lower() if words and words[0][:1] != "-" else None

    def _sets(self, node: n.Command) -> str | None:
        """Return the variable that a command does nothing but set, or None."""
        call = next((c for c in self.ev.reading.calls if c.start == node.start and c.end == node.end), None)
        if call is None or not call.sure:
            return None
        words = [w.text for w in call.args]
        low = call.name.text.lower()
        if low in ("set-variable", "new-variable"):
            for i, w in enumerate(words):
                if "-name".startswith(w.lower()) and len(w) > 1 and i + 1 < len(words):
                    return words[i + 1].lower()
            return words[0].lower() if words and words[0][:1] != "-" else None
        if low in ("set-item", "new-item"):
            for w in words:
                drive, colon, name = w.partition(":")
                if colon and drive.lower() == "variable":
                    return name.lstrip("\\/").lower()
        return None

    def _how_of(self, start: int, end: int) -> tuple[str, ...]:
        return ("variable",)

    def _quiet(self, node: n.Node) -> bool:
        from vedette.commands.powershell.cmdlets import QUIET

        return all(c.name.text.lower() in QUIET for c in self.ev.reading.calls if node.start <= c.start < node.end)

    def _unused(self, names: set[str], rest: str) -> bool:
        for name in names:
            if name[:1] == "\0":
                if re.search(rf"(?<![\w-]){re.escape(name[1:])}(?![\w-])", rest):
                    return False
            elif re.search(
                rf"[$@](?:\w+:)?{re.escape(name)}(?![\w:])|\{{(?:\w+:)?{re.escape(name)}\}}|variable:.?{re.escape(name)}",
                rest,
            ):
                return False
            elif "variable" in rest or " gv " in rest or "(gv " in rest:
                if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", rest):
                    return False
        return True

    def _applied(self, gone: list[tuple[int, int]]) -> str:
        out: list[str] = []
        last = 0
        for start, end, by in sorted(
            [(s, e, "") for s, e in gone] + [(s, e, "''" if by[:1] == "'" else by) for s, e, by, _ in self.edits]
        ):
            if start < last:
                continue
            out.append(self.text[last:start])
            out.append(by)
            last = end
        out.append(self.text[last:])
        return "".join(out)

    def _member_end(self, start: int) -> bool:
        return start > 0 and self.text[start - 1] in ".:"

    def _edit(self, start: int, end: int, by: str, how: tuple[str, ...]) -> None:
        if 0 <= start < end <= len(self.text) and self.text[start:end] != by:
            self.edits.append((start, end, by, how))

    # the walk ---------------------------------------------------------------------------------------------------

    def _walk(self, root: n.Node) -> None:
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            node, interesting = stack.pop()
            if node is None:
                continue
            if isinstance(node, list):
                stack.extend((x, interesting) for x in node)
                continue
            if self._folded(node, interesting):
                continue
            stack.extend(self._children(node))

    def _fold_of(self, node: n.Node) -> Fold | None:
        fold = self.ev.folds.get(id(node))
        if fold is None or fold.value is VARIES:
            return None
        return fold

    def _folded(self, node: Any, interesting: bool) -> bool:
        """Write a node out where its value is known; return whether its parts are done with."""
        if isinstance(node, n.Str):
            self._string(node)
            return True
        if isinstance(node, n.Param):
            self._parameter(node)
            return node.value is None
        if not isinstance(node, _FOLDS):
            return False
        inner: Any = node
        while isinstance(inner, n.Paren):
            inner = inner.body
        if isinstance(inner, (n.Str, n.Num, n.ArrayLit, n.HashLit, n.Block, n.Type)):
            return False
        if isinstance(inner, n.Var) and inner.splat and node is inner:
            self._splat(inner)
            return True
        if isinstance(inner, n.Var) and (not interesting or inner.splat or inner.name in ("_", "psitem")):
            self._variable(inner)
            return True
        if isinstance(inner, n.Expand) and inner.bare and node is inner and not interesting:
            return False
        fold = self._fold_of(node)
        if fold is None or not isinstance(fold.value, (str, Partial)):
            return False
        if self.inside and "variable" in fold.how:
            return False
        if isinstance(inner, n.Var) and isinstance(fold.value, Partial):
            return False
        if isinstance(fold.value, Partial) and not _hidden(inner, fold):
            return False
        made = (
            quote_partial(fold.value)
            if isinstance(fold.value, Partial)
            else literal(str(fold.value) if isinstance(fold.value, Char) else fold.value, MOST)
        )
        if made is None or made == self.text[node.start : node.end]:
            return False
        if not fold.how:
            return False
        self._edit(node.start, node.end, made, fold.how)
        self.shown.append((node, fold))
        return True

    def _string(self, node: n.Str) -> None:
        source = self.text[node.start : node.end]
        if node.bare:
            if node.ticked and node.value != source:
                plain = _SIMPLE_WORD.fullmatch(node.value)
                self._edit(node.start, node.end, node.value if plain else quote(node.value),
                           ("backtick" if "`" in source else "quote-splitting",))  # fmt: skip
        elif node.ticked and _HIDING_TICK.search(source) and "\n" not in node.value:
            self._edit(node.start, node.end, quote(node.value), ("backtick",))

    def _parameter(self, node: n.Param) -> None:
        end = node.start + len(self.text[node.start : node.end].split(":")[0]) if node.value is not None else node.end
        source = self.text[node.start : end]
        if "`" in source:
            self._edit(node.start, end, node.name, ("backtick",))

    def _variable(self, node: n.Var) -> None:
        source = self.text[node.start : node.end]
        if "`" in source and re.fullmatch(r"[\w:]+", node.name):
            self._edit(node.start, node.end, "$" + node.name, ("backtick",))

    def _splat(self, node: n.Var) -> None:
        """Write out the parameters that a splatted table holds."""
        fold = self._fold_of(node)
        if fold is None or not isinstance(fold.value, Table) or self.inside:
            return
        words: list[str] = []
        for key, value in fold.value.entries.values():
            shown = "" if value is True else literal(value, 2000)
            if shown is None or not re.fullmatch(r"\w+", str(key)):
                return
            words.append(f"-{key} {shown}".rstrip())
        self._edit(node.start, node.end, " ".join(words), ("splatting", *fold.how))

    def _name(self, node: n.Command) -> bool:
        """Write out the name of a command; return whether it is done with."""
        name = node.name
        source = self.text[name.start : name.end]
        how: tuple[str, ...]
        if isinstance(name, n.Str):
            value = name.value
            how = ()
            if name.bare:
                if name.ticked:
                    how = ("backtick" if "`" in source else "quote-splitting",)
            elif not node.operator:
                return True
            elif name.ticked and _HIDING_TICK.search(source):
                how = ("backtick",)
            elif value.lower() in ALIASES or value.lower() in CANONICAL:
                how = ("call-operator",)
        else:
            fold = self._fold_of(name)
            command = self.ev.folds.get(-1 - node.start)
            if command is not None and command.value is not VARIES and isinstance(command.value, str):
                value, how = str(command.value), command.how
            elif fold is not None and isinstance(fold.value, str):
                value, how = str(fold.value), fold.how
            else:
                return False
        if isinstance(name, n.Str) and (target := self.ev.state.aliases.get(value.lower())) is not None:
            value, how = target, (*how, "alias")
        if not isinstance(name, n.Str) and value.lower() in ALIASES:
            value = value.lower()
        odd = _odd_case(value)
        if odd is not None:
            value, how = odd, (*how, "letter-case")
        if not how:
            return True
        start = node.start if node.operator else name.start
        if node.operator == "." and value.lower() not in ALIASES and value.lower() not in CANONICAL:
            self._edit(name.start, name.end, quote(value), how)
        elif _PLAIN_NAME.fullmatch(value):
            self._edit(start, name.end, value, how)
        else:
            self._edit(start, name.end, "& " + quote(value), how)
        return True

    def _member_name(self, node: n.Member | n.Invoke) -> None:
        name = node.name
        source = self.text[name.start : name.end]
        if isinstance(name, n.Str):
            value = name.value
            how: tuple[str, ...] = ("backtick",) if "`" in source else ("member-name",) if not name.bare else ()
        else:
            fold = self._fold_of(name)
            if fold is None or not isinstance(fold.value, str):
                self._walk(name)
                return
            value, how = str(fold.value), fold.how or ("member-name",)
        nice = NICE_MEMBERS.get(value.lower())
        if nice is not None and nice != value and _is_odd(value):
            value, how = nice, (*how, "letter-case")
        if how and re.fullmatch(r"[A-Za-z_]\w*", value):
            self._edit(name.start, name.end, value, how)

    def _children(self, node: Any) -> list[tuple[Any, bool]]:
        """Return the parts of a node, and for each whether a variable there is written out."""
        if isinstance(node, n.Block):
            if id(node) in self.ev.handed and self._called_once(node):
                return []
            if node.params and not self.inside and not {p.name for p in node.params} <= self.ev.given:
                self.inside += 1
                self._walk(node)
                self.inside -= 1
                return []
            return [(node.begin, False), (node.process, False), (node.body, False),
                    *[(p.default, False) for p in node.params]]  # fmt: skip
        if isinstance(node, n.Command):
            if not self._name(node):
                self._walk(node.name)
            return [*[(a, True) for a in node.args], *[(r.target, True) for r in node.redirects]]
        if isinstance(node, n.Pipeline):
            inner = [
                (i, len(node.items) > 1 and k == 0 and isinstance(i, (n.Var, n.Paren)))
                for k, i in enumerate(node.items)
            ]
            return [*inner, *[(r.target, True) for r in node.redirects]]
        if isinstance(node, n.Invoke):
            self._member_name(node)
            return [(node.target, False), *[(a, True) for a in node.args]]
        if isinstance(node, n.Member):
            self._member_name(node)
            return [(node.target, False)]
        if isinstance(node, n.Assign):
            target = node.target
            return [(node.value, False), (target, False)]
        if isinstance(node, n.Binary):
            found: list[tuple[Any, bool]] = []
            at: Any = node
            while isinstance(at, n.Binary):
                found.append((at.right, False))
                if at is not node and self._folded(at, False):
                    return found
                at = at.left
            found.append((at, False))
            return found
        if isinstance(node, n.Param):
            return [(node.value, True)]
        if isinstance(node, n.ArrayLit):
            return [(i, True) for i in node.items]
        if isinstance(node, n.HashLit):
            return [(v, True) for _, v in node.pairs]
        if isinstance(node, n.Expand):
            return [(p, False) for p in node.parts if isinstance(p, n.Sub)]
        if isinstance(node, n.If):
            return [*[(t, False) for t, _ in node.clauses], *[(b, False) for _, b in node.clauses], (node.other, False)]
        if isinstance(node, n.Switch):
            return [(node.subject, False), *[(b, False) for _, b in node.clauses]]
        if isinstance(node, n.Loop):
            return [(node.init, False), (node.test, False), (node.step, False), (node.body, False)]
        if isinstance(node, n.Foreach):
            return [(node.source, True), (node.body, False)]
        if isinstance(node, n.Try):
            return [(node.body, False), *[(h, False) for h in node.handlers], (node.last, False)]
        if isinstance(node, n.Function):
            if self._called_once(node.block):
                return []
            self.inside += 1
            self._walk(node.block)
            self.inside -= 1
            return []
        if isinstance(node, (n.Paren, n.Sub, n.ArrayOf)):
            return [(node.body, False)]
        if isinstance(node, (n.Cast, n.Unary)):
            return [(node.operand, False)]
        if isinstance(node, n.Index):
            return [(node.target, False), (node.index, False)]
        if isinstance(node, n.Leave):
            return [(node.value, False)]
        if isinstance(node, n.Chain):
            return [(node.left, False), (node.right, False)]
        return []


_AFTER = re.compile(r"[^\S\r\n]*+;?[^\S\r\n]*+(?:\r?\n)?")


def _between(starts: list[int], node: n.Node) -> bool:
    i = bisect_left(starts, node.start)
    return i < len(starts) and starts[i] < node.end


def _hidden(node: Any, fold: Fold) -> bool:
    """Return whether a text with unknown parts is put together in a way that hides it."""
    return bool(fold.how) and not isinstance(node, (n.Var, n.Member))


def _changed(node: n.Node) -> str | None:
    """Return the variable whose object a statement does nothing but change: ``[void]$b.Append('a')``."""
    at: Any = node.items[0] if isinstance(node, n.Pipeline) else node
    if isinstance(node, n.Pipeline) and not (
        len(node.items) == 2
        and isinstance(node.items[1], n.Command)
        and isinstance(node.items[1].name, n.Str)
        and node.items[1].name.value.lower() == "out-null"
    ):
        return None
    if isinstance(at, n.Cast):
        at = at.operand
    if not isinstance(at, n.Invoke):
        return None
    while isinstance(at, (n.Invoke, n.Member, n.Index)):
        if isinstance(at, n.Invoke) and at.static:
            found = at.args[0] if at.args else None
            return found.name if isinstance(found, n.Var) else None
        at = at.target
    return at.name if isinstance(at, n.Var) else None


def _is_odd(text: str) -> bool:
    humps = len(_ODD.findall(text))
    return (humps >= 2 and not text[0].isupper()) or humps >= 3 or bool(re.search(r"[A-Z]{2}[a-z].*[a-z][A-Z]", text))


def _odd_case(text: str) -> str | None:
    """Return a known command's name as it is usually written, where its letters are shuffled."""
    low = text.lower()
    if low in CANONICAL:
        nice = CANONICAL[low]
        return nice if text != nice and _is_odd(text.replace("-", "")) else None
    if low in ALIASES and text not in (low, low.upper(), low.capitalize(), "ForEach"):
        return low
    return None


_FOLDS = (n.Binary, n.Invoke, n.Index, n.Cast, n.Unary, n.Expand, n.Member, n.Sub, n.Paren, n.Var)
