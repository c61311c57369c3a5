"""The symbolic evaluator, expressions: values where they can be computed, calls recorded, code handed on."""

from __future__ import annotations

from typing import Any

from vedette.commands.base import Call as ReadCall
from vedette.commands.base import Nested, Reading, Scope, Word
from vedette.commands.budget import Exhausted
from vedette.commands.decoding import decode_text
from vedette.commands.embedded import tree as t
from vedette.commands.embedded.dialect import Dialect, HostCall
from vedette.commands.embedded.values import (
    MISSING,
    UNDEFINED,
    UNKNOWN,
    Bound,
    Closure,
    Inherited,
    Native,
    Thing,
    Unresolved,
    Value,
    is_known,
    to_bytes,
)
from vedette.schema.command import Language

MOST_DEPTH = 110
MOST_CALLS = 22
_LONGEST_FOLD = 100_000
_VARIES = object()
_COMPARES = frozenset("== != === !== < > <= >= in is eq ne =~ !~ <> like isnot notin".split())
_ERRORS = (
    Unresolved,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    AttributeError,
    ZeroDivisionError,
    ArithmeticError,
    LookupError,
    NotImplementedError,
    MemoryError,
)


class ScriptError(Exception):
    """The script itself raises here."""


class Halt(Exception):  # noqa: N818
    """The script ends here."""


class Environment:
    """Names bound in a function, and around it."""

    __slots__ = ("methods", "parent", "shared", "values")

    def __init__(self, parent: Environment | None = None):
        self.values: dict[str, Value] = {}
        self.methods: dict[str, tuple[str, ...]] = {}
        self.parent = parent
        self.shared: set[str] | None = None
        """Names that the function takes from the outermost environment."""

    def find(self, name: str) -> Environment | None:
        """Return the innermost environment that binds a name."""
        env: Environment | None = self
        while env is not None:
            if name in env.values:
                return env
            env = env.parent
        return None


class Expressions:
    """Evaluates expressions of one layer."""

    def __init__(self, dialect: Dialect, text: str, scope: Scope):
        self.dialect = dialect
        self.source = text
        self.scope = scope
        self.budget = scope.budget
        self.reading = Reading()
        self.globals = Environment()
        self.env = self.globals
        self.sure = True
        self.muted = 0
        """Above 0 where another layer says what is called here."""
        self.effects = 0
        """Calls into the library so far, said or not."""
        self.foreign = 0
        """Above 0 in code whose text is not this layer's."""
        self.site: t.Node = t.Node(0, 0)
        self.depth = 0
        self.calls = 0
        self.trying = 0
        self.used: dict[str, None] = {}
        self.keywords: dict[str, Value] = {}
        self.holder: Value = None
        """What the function that is about to be called is a method of."""
        self.folds: dict[tuple[int, int], Any] = {}
        self.joins: dict[tuple[int, int], list[t.Node]] = {}
        """Operands of what joins texts: one alone is a fragment."""
        self.reads: dict[str, list[tuple[int, int]]] = {}
        self.consumed: set[str] = set()
        self.callees: set[tuple[int, int]] = set()
        """Where a text stands for the function that it names."""
        self.picked: set[str] = set()
        """Tables that parts are picked out of by computed numbers."""
        self.closures: list[Closure] = []
        self.output: list[bytes] | None = []
        self.printed: list[Word] = []
        """Whole lines written, for where not all of the output is known."""
        self._said: set[tuple[str, tuple[str, ...], int]] = set()
        self._kinds: dict[type, Any] = {
            t.Const: self._const,
            t.Name: self._name,
            t.Binary: self._binary,
            t.Call: self._spine,
            t.Member: self._spine,
            t.Index: self._spine,
            t.Array: self._array,
            t.Pairs: self._pairs,
            t.Unary: self._unary,
            t.Logic: self._logic,
            t.Choice: self._choice,
            t.Assign: self._assign,
            t.Update: self._update,
            t.Template: self._template,
            t.Shell: self._shell,
            t.Function: self._function,
            t.Comprehension: self._comprehension,
            t.Sequence: self._sequence,
            t.Special: self._special,
            t.Slice: self._slice,
            t.Spread: self._spread,
            t.Keyword: self._spread,
        }

    # What statements.py adds.

    def run(self, node: t.Node) -> Any:
        """Run a statement."""
        raise NotImplementedError

    def invoke(self, closure: Closure, args: list[Value], keywords: dict[str, Value] | None = None) -> Value:
        """Return what a function of the script gives."""
        raise NotImplementedError

    def run_inline(self, tree: t.Node) -> tuple[Value, int]:
        """Return the value of code made at run time, and how many calls into the library it makes."""
        raise NotImplementedError

    # Helpers for dialects.

    def note(self, method: str) -> None:
        """Record a way of hiding that was just undone."""
        self.used[method] = None

    def stop(self, why: str) -> None:
        """Record where the reading had to stop."""
        if why not in self.reading.stops:
            self.reading.stops.append(why)

    def text(self, value: Value) -> str:
        """Return a known value as text, charged to the budget where it is made and long."""
        if type(value) is str:
            return value
        out = self.dialect.text(value)
        if len(out) > 256:
            self.budget.make(len(out))
        return out

    def number(self, value: Value) -> int | float:
        """Return a known value as a number."""
        return self.dialect.number(value)

    def whole(self, value: Value) -> int:
        """Return a known value as a whole number."""
        return int(self.dialect.number(value))

    def items(self, value: Value) -> list[Value]:
        """Return the items of a known list."""
        if isinstance(value, (list, tuple)):
            return list(value)
        raise Unresolved

    def grow(self, left: int, right: int) -> None:
        """Charge a text that two of these lengths make: the shorter in full, so that building one by one stays cheap.

        Raises:
            Exhausted: it is too long, or the budget is spent.
        """
        total = left + right
        if total > 4096:
            self.budget.step(total >> 12)
        if total > self.budget.value_chars:
            self.budget.make(total)
        self.budget.make(min(left, right))

    def made(self, value: str) -> str:
        """Charge a new text and return it."""
        self.budget.make(len(value))
        return value

    # Evaluation.

    def eval(self, node: t.Node) -> Value:
        """Return the value of an expression."""
        kind = self._kinds.get(type(node))
        if kind is None:
            self.run(node)
            return UNKNOWN
        self.depth += 1
        try:
            if self.depth > MOST_DEPTH:
                self.stop("it is nested deeper than is read")
                return UNKNOWN
            return kind(node)
        finally:
            self.depth -= 1

    def fold(self, node: t.Node, value: Value) -> Value:
        """Record what an expression of this layer's text is worth, and return it."""
        if self.foreign == 0:
            kind = type(value)
            key = (node.start, node.end)
            if (kind is str and len(value) <= _LONGEST_FOLD) or kind is int or kind is float or kind is bytes:
                old = self.folds.get(key)
                if old is None:
                    self.folds[key] = value
                elif old is not value and (type(old) is not kind or old != value):
                    self.folds[key] = _VARIES
            else:
                self.folds[key] = _VARIES
        return value

    def _const(self, node: t.Const) -> Value:
        if node.method is not None:
            self.note(node.method)
            return self.fold(node, node.value)
        return node.value

    def lookup(self, name: str) -> Value:
        """Return what a name stands for, or MISSING."""
        env: Environment | None = self.env
        while env is not None:
            values = env.values
            if name in values:
                if name in env.methods:
                    self.used.update(dict.fromkeys(env.methods[name]))
                return values[name]
            env = env.parent
        return self.dialect.builtin(self, name)

    def _name(self, node: t.Name) -> Value:
        value = self.lookup(self.dialect.name(node.id))
        if self.foreign == 0:
            self.reads.setdefault(self.dialect.name(node.id), []).append((node.start, node.end))
        if value is MISSING:
            if self.trying and self.dialect.strict and self.sure:
                raise ScriptError(node.id)
            return UNKNOWN
        if type(value) is str:
            self.fold(node, value)
        elif self.foreign == 0:
            self.folds[(node.start, node.end)] = _VARIES
        return value

    def _consume(self, *nodes: t.Node) -> None:
        for node in nodes:
            while type(node) in (t.Index, t.Member):
                node = node.holder  # type: ignore[attr-defined]
            if type(node) is t.Name:
                self.consumed.add(self.dialect.name(node.id))

    def _array(self, node: t.Array) -> Value:
        values = self._values(node.items)
        self.budget.make(len(values))
        return tuple(values) if node.fixed else values

    def _values(self, nodes: list[t.Node]) -> list[Value]:
        out: list[Value] = []
        for item in nodes:
            if type(item) is t.Spread:
                try:
                    out.extend(self.dialect.iterate(self, self.eval(item.value), keys=False))
                except _ERRORS:
                    out.append(UNKNOWN)
            else:
                out.append(self.eval(item))
        return out

    def _pairs(self, node: t.Pairs) -> Value:
        out: dict[Value, Value] = {}
        for key, item in node.items:
            value = self.eval(item)
            if key is None:
                if isinstance(value, dict):
                    out.update(value)
                continue
            name = self.eval(key)
            if isinstance(name, (str, int, float, bytes, bool, tuple)) and is_known(name):
                out[name] = value
        return out

    def _binary(self, node: t.Binary) -> Value:
        self.budget.step(len(node.ops) + 1 >> 1)
        values = self._values(node.items)
        self._consume(*node.items)
        left = values[0]
        for op, right in zip(node.ops, values[1:], strict=True):
            left = self.operate(op, left, right)
        if self.foreign == 0:
            self.joins[(node.start, node.end)] = node.items
        return self.fold(node, left)

    def operate(self, op: str, left: Value, right: Value) -> Value:
        """Return what an operator makes of two values; UNKNOWN where that is not known."""
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        if (type(left) is Inherited or type(right) is Inherited) and op in _COMPARES:
            return UNKNOWN
        try:
            return self.dialect.binary(self, op, left, right)
        except _ERRORS:
            return UNKNOWN

    def _unary(self, node: t.Unary) -> Value:
        self.budget.step()
        if node.op == "typeof" and type(node.value) is t.Name:
            found = self.lookup(node.value.id)
            if found is MISSING:
                return "undefined"
        value = self.eval(node.value)
        if value is UNKNOWN:
            return UNKNOWN
        try:
            return self.fold(node, self.dialect.unary(self, node.op, value))
        except _ERRORS:
            return UNKNOWN

    def _logic(self, node: t.Logic) -> Value:
        self.budget.step()
        left = self.eval(node.left)
        truth = (left is not None and left is not UNDEFINED) if node.op == "??" else self.dialect.truth(left)
        if truth is None or left is UNKNOWN:
            self.perhaps(node.right)
            return UNKNOWN if isinstance(left, Thing) is False else left
        if node.op in ("&&", "and"):
            return self.eval(node.right) if truth else left
        return left if truth else self.eval(node.right)

    def perhaps(self, node: t.Node) -> Value:
        """Return the value of an expression that may not be reached."""
        before, self.sure = self.sure, False
        try:
            return self.eval(node)
        finally:
            self.sure = before

    def _choice(self, node: t.Choice) -> Value:
        self.budget.step()
        truth = self.dialect.truth(self.eval(node.test))
        if truth is None:
            one, two = self.perhaps(node.then), self.perhaps(node.other)
            try:
                return one if type(one) is type(two) and one == two else UNKNOWN
            except RecursionError:
                return UNKNOWN
        return self.fold(node, self.eval(node.then if truth else node.other))

    def _template(self, node: t.Template) -> Value:
        self.budget.step()
        values = self._values(node.parts)
        self._consume(*node.parts)
        if self.foreign == 0:
            self.joins[(node.start, node.end)] = node.parts
        if any(v is UNKNOWN for v in values):
            return self.fold(node, UNKNOWN)
        try:
            return self.fold(node, self.dialect.template(self, values))
        except _ERRORS:
            return UNKNOWN

    def _sequence(self, node: t.Sequence) -> Value:
        value: Value = UNKNOWN
        for item in node.items:
            value = self.eval(item)
        return value

    def _special(self, node: t.Special) -> Value:
        self.budget.step()
        try:
            self._consume(*[part for part in node.parts if isinstance(part, t.Node)])
            value = self.dialect.special(self, node)
            return value if type(value) is int else self.fold(node, value)
        except _ERRORS:
            return UNKNOWN

    def _slice(self, node: t.Slice) -> Value:
        return tuple(None if part is None else self.eval(part) for part in (node.low, node.high, node.step))

    def _spread(self, node: t.Spread | t.Keyword) -> Value:
        return self.eval(node.value)

    def _function(self, node: t.Function) -> Value:
        closure = Closure(node, self.env, self.foreign > 0)
        if len(self.closures) < 2000:
            self.closures.append(closure)
        if node.name:
            inner = Environment(self.env)
            inner.values[self.dialect.name(node.name)] = closure
            closure.env = inner
        return closure

    def _comprehension(self, node: t.Comprehension) -> Value:
        outer, self.env = self.env, Environment(self.env)
        out: list[Value] = []
        try:
            self._loops(node, 0, out)
        except Unresolved:
            return UNKNOWN
        finally:
            self.env = outer
        if node.kind == "pairs":
            return {k: v for k, v in out if isinstance(k, (str, int, bytes, tuple))}
        return out

    def _loops(self, node: t.Comprehension, number: int, out: list[Value]) -> None:
        target, source, tests = node.loops[number]
        self._consume(source)
        value = self.eval(source)
        try:
            values = self.dialect.iterate(self, value, keys=False)
        except _ERRORS:
            self.bind(target, UNKNOWN)
            self.perhaps(node.element)
            raise Unresolved from None
        for value in values:
            self.budget.step()
            self.bind(target, value)
            truth: bool | None = True
            for test in tests:
                truth = self.dialect.truth(self.eval(test))
                if not truth:
                    break
            if truth is None:
                self.perhaps(node.element)
                raise Unresolved
            if not truth:
                continue
            if number + 1 < len(node.loops):
                self._loops(node, number + 1, out)
            else:
                self.budget.make(1)
                out.append(self.eval(node.element))

    # Binding.

    def _assign(self, node: t.Assign) -> Value:
        self.budget.step()
        outer, self.used = self.used, {}
        value = self.eval(node.value)
        if node.op and node.op not in ("||", "&&", "??", "//"):
            value = self.operate(node.op, self.eval(node.target), value)
        elif node.op:
            old = self.eval(node.target)
            truth = self.dialect.truth(old)
            value = UNKNOWN if truth is None else (value if truth == (node.op == "&&") else old)
        self.bind(node.target, value, local=node.local, join=bool(node.op))
        if len(outer) < 64:
            outer.update(self.used)
        self.used = outer
        return value

    def _update(self, node: t.Update) -> Value:
        old = self.eval(node.target)
        try:
            new = UNKNOWN if old is UNKNOWN else self.number(old) + (1 if node.op == "++" else -1)
        except _ERRORS:
            new = UNKNOWN
        self.bind(node.target, new, join=True)
        return new if node.before else old

    def bind(self, target: t.Node, value: Value, *, local: bool = False, join: bool = False) -> None:
        """Bind a name, a member, an item or several of them."""
        kind = type(target)
        if kind is t.Name:
            self.bind_name(self.dialect.name(target.id), value, local=local, join=join)  # type: ignore[attr-defined]
        elif kind is t.Member:
            holder = self.eval(target.holder)  # type: ignore[attr-defined]
            self.dialect.set_member(self, holder, target.name, value, target)  # type: ignore[attr-defined]
        elif kind is t.Index:
            self._bind_index(target, value)  # type: ignore[arg-type]
        elif kind is t.Array:
            self._bind_many(target.items, value, local=local)  # type: ignore[attr-defined]
        elif kind is t.Pairs:
            for key, inner in target.items:  # type: ignore[attr-defined]
                name = self.eval(key) if key is not None else UNKNOWN
                self.bind(inner, self._member(value, name) if isinstance(name, str) else UNKNOWN, local=local)
        elif kind in (t.Spread, t.Keyword):
            self.bind(target.value, UNKNOWN, local=local)  # type: ignore[attr-defined]

    def bind_name(self, name: str, value: Value, *, local: bool = False, join: bool = False) -> None:
        """Bind a name where the language binds it."""
        env = self.env
        if env.shared and name in env.shared:
            env = self.globals
        elif not local and not self.dialect.local:
            env = env.find(name) or self.globals
        env.values[name] = value
        if self.used:
            kept = env.methods.get(name, ()) if join else ()
            env.methods[name] = tuple(dict.fromkeys((*kept, *self.used)))[:16]
        elif not join and env.methods:
            env.methods.pop(name, None)

    def _bind_index(self, target: t.Index, value: Value) -> None:
        holder, key = self.eval(target.holder), self.eval(target.key)
        done = False
        if holder is not UNKNOWN and key is not UNKNOWN:
            try:
                done = self.dialect.set_index(self, holder, key, value, target)
            except _ERRORS:
                done = False
        if not done and isinstance(holder, (list, dict)):
            if type(target.holder) is t.Name:
                self.bind(target.holder, UNKNOWN)
            else:
                holder.clear()

    def _bind_many(self, targets: list[t.Node], value: Value, *, local: bool) -> None:
        try:
            values = self.dialect.iterate(self, value, keys=False)
        except _ERRORS:
            values = []
        for number, target in enumerate(targets):
            if type(target) is t.Spread:
                self.bind(target.value, values[number:] if values else UNKNOWN, local=local)
                break
            self.bind(target, values[number] if number < len(values) else UNKNOWN, local=local)

    # Calls.

    def _spine(self, node: t.Node) -> Value:
        links: list[Any] = []
        at: Any = node
        while True:
            kind = type(at)
            if kind is t.Call:
                links.append(at)
                at = at.func
            elif kind is t.Member or kind is t.Index:
                links.append(at)
                at = at.holder
            else:
                break
        self.budget.step(len(links) + 1 >> 1)
        base = at
        value = self.eval(base)
        links.reverse()
        number, last = 0, len(links)
        handed = len(self.reading.nested)
        while number < last:
            link = links[number]
            if type(link) is t.Call:
                value = self._call(value, link)
            else:
                follows = links[number + 1] if number + 1 < last else None
                if type(link) is t.Member:
                    key: Value = link.name
                else:
                    if not isinstance(value, Thing):
                        self._consume(link.holder)
                        if isinstance(value, list) and type(link.key) is not t.Const and type(link.holder) is t.Name:
                            self.picked.add(self.dialect.name(link.holder.id))
                    key = self.eval(link.key)
                if type(follows) is t.Call and not follows.new and (type(link) is t.Member or isinstance(key, str)):
                    self._consume(base)
                    value = self._method(value, key, follows)
                    number += 1
                    link = follows
                elif type(link) is t.Member:
                    value = self._member(value, key)
                else:
                    value = self._item(value, key, link)
            self.fold(link, value if len(self.reading.nested) == handed else UNKNOWN)
            number += 1
        return value

    def _member(self, holder: Value, name: str) -> Value:
        if holder is UNKNOWN:
            return UNKNOWN
        try:
            return self.dialect.member(self, holder, name)
        except _ERRORS:
            return UNKNOWN

    def _item(self, holder: Value, key: Value, node: t.Index) -> Value:
        if holder is UNKNOWN or key is UNKNOWN:
            return UNKNOWN
        try:
            value = self.dialect.index(self, holder, key)
        except _ERRORS:
            return UNKNOWN
        if type(value) is str and isinstance(holder, (str, list)):
            self.note("index-pick")
        return value

    def arguments(self, nodes: list[t.Node]) -> tuple[list[Value], dict[str, Value], list[t.Node], list[Any]]:
        """Return values, keywords, places and ways of hiding of arguments."""
        values: list[Value] = []
        keywords: dict[str, Value] = {}
        places: list[t.Node] = []
        methods: list[Any] = []
        for item in nodes:
            outer, self.used = self.used, {}
            if type(item) is t.Keyword:
                value = self.eval(item.value)
                if item.name:
                    keywords[item.name] = value
                elif isinstance(value, dict):
                    keywords.update({str(k): v for k, v in value.items()})
            elif type(item) is t.Spread:
                value = self.eval(item.value)
                try:
                    spread = self.dialect.iterate(self, value, keys=False)
                except _ERRORS:
                    spread = [UNKNOWN]
                values.extend(spread)
                places.extend([item] * len(spread))
                methods.extend([tuple(self.used)] * len(spread))
            else:
                values.append(self.eval(item))
                places.append(item)
                methods.append(tuple(self.used))
            outer.update(self.used)
            self.used = outer
        return values, keywords, places, methods

    def _call(self, func: Value, node: t.Call) -> Value:
        values, keywords, places, methods = self.arguments(node.args)
        return self.apply(func, values, keywords, places, methods, node)

    def _method(self, holder: Value, name: Any, node: t.Call) -> Value:
        values, keywords, places, methods = self.arguments(node.args)
        if holder is not UNKNOWN and not isinstance(holder, Thing):
            found = self._member(holder, name) if isinstance(holder, (dict, Closure, Native, Bound)) else None
            if found is None or isinstance(found, Bound):
                found = Bound(holder, name)
        else:
            found = self._member(holder, name)
        if found is UNKNOWN:
            self._inner(values)
            self.say(str(name), values, keywords, places, methods, node, known=False)
            return UNKNOWN
        self._consume(*node.args)
        return self.apply(found, values, keywords, places, methods, node, holder=holder)

    def apply(
        self,
        func: Value,
        values: list[Value],
        keywords: dict[str, Value],
        places: list[t.Node],
        methods: list[Any],
        node: t.Call,
        holder: Value = None,
    ) -> Value:
        """Return what a call gives; record it where it goes into the library."""
        if isinstance(func, Closure):
            self.holder = {} if node.new else holder
            made = self.holder
            out = self.invoke(func, values, keywords)
            return out if not node.new or isinstance(out, (dict, list, Thing)) else made
        if isinstance(func, Native):
            self.keywords = keywords
            try:
                self._consume(*node.args)
                return func.run(self, values)
            except _ERRORS:
                if "." in func.name or any(isinstance(v, Closure) for v in values):
                    self._inner(values)
                    self.say(func.name, values, keywords, places, methods, node)
                return UNKNOWN
        if isinstance(func, Bound):
            self.keywords = keywords
            try:
                return self.dialect.call_bound(self, func.holder, func.name, values)
            except _ERRORS:
                self._inner(values)
                return UNKNOWN
        if isinstance(func, Thing):
            call = HostCall(func.name, values, keywords, places, node, holder)
            self.say(func.name, values, keywords, places, methods, node)
            outer, self.used = self.used, dict.fromkeys(m for each in methods for m in each)
            try:
                out = self.dialect.construct(self, func, call) if node.new else self.dialect.host(self, call)
            except _ERRORS:
                out = UNKNOWN
            self.used = outer
            self._inner([*values, *keywords.values()])
            return out
        name = self.source[node.func.start : node.func.end] if self.foreign == 0 else ""
        self._inner(values)
        self.effects += not name
        if name and len(name) < 80 and name.replace(".", "").replace("_", "").replace("$", "").isalnum():
            self.say(name, values, keywords, places, methods, node, known=False)
        return UNKNOWN

    def _inner(self, values: list[Value]) -> None:
        """Read functions that are handed to what is not computed here: it may call them."""
        for value in values:
            inner = value.values() if isinstance(value, dict) else (value,)
            for item in inner:
                if isinstance(item, Closure) and not item.called:
                    before, self.sure = self.sure, False
                    self.invoke(item, [UNKNOWN] * len(item.node.params))
                    self.sure = before

    def say(
        self,
        name: str,
        values: list[Value],
        keywords: dict[str, Value],
        places: list[t.Node],
        methods: list[Any],
        node: t.Node,
        *,
        known: bool = True,
    ) -> None:
        """Record a call."""
        self.effects += 1
        if self.muted or len(self.reading.calls) >= 400:
            return
        spot = node if self.foreign == 0 else self.site
        words: list[Word] = []
        for value, place, how in zip(values, places, methods, strict=True):
            self._words(value, place if self.foreign == 0 else self.site, how, words)
        for key, value in keywords.items():
            inner: list[Word] = []
            self._words(value, spot, (), inner)
            for word in inner[:20]:
                words.append(Word(f"{key}={word.text}" if word.known else key, word.start, word.end, word.known))
        key_of = (name, tuple(w.text for w in words), spot.start)
        if key_of in self._said:
            return
        self._said.add(key_of)
        func = node.func if isinstance(node, t.Call) and self.foreign == 0 else spot
        self.reading.calls.append(
            ReadCall(
                name=Word(name, func.start, func.end, known),
                args=words,
                language=self.dialect.language,
                method=True,
                sure=self.sure,
                start=spot.start,
                end=spot.end,
            )
        )

    def _words(self, value: Value, place: t.Node, methods: tuple[str, ...], out: list[Word]) -> None:
        start, end = place.start, place.end
        if isinstance(value, (list, tuple)) and len(value) <= 64:
            for item in value:
                self._words(item, place, methods, out)
            return
        text: str | None = None
        if isinstance(value, (bytes, bytearray)):
            text = decode_text(bytes(value))
        elif isinstance(value, str):
            text = readable(value)
        elif value is not UNKNOWN and value is not UNDEFINED:
            try:
                text = self.dialect.text(value)
            except _ERRORS:
                text = None
        if text is None:
            written = self.source[start:end] if self.foreign == 0 else ""
            out.append(Word(written[:2000], start, end, False))
        else:
            out.append(Word(text, start, end, True, methods))

    def _shell(self, node: t.Shell) -> Value:
        outer, self.used = self.used, {}
        value = self.eval(node.value)
        if self.foreign == 0:
            self.folds[(node.value.start, node.value.end)] = _VARIES
        self.say("`", [value], {}, [node.value], [tuple(self.used)], node)
        result = self.run_shell(value, node.value) if isinstance(value, str) else UNKNOWN
        outer.update(self.used)
        self.used = outer
        return result

    # Code that is run.

    def run_shell(self, command: Value, place: t.Node) -> Value:
        """Hand on a command line that the system's shell runs; return what it writes, where that is known."""
        from vedette.commands.embedded.runs import shell_language

        if isinstance(command, (bytes, bytearray)):
            command = decode_text(bytes(command))
        if not isinstance(command, str) or not command.strip():
            return UNKNOWN
        return self.nest(shell_language(command), command, place)

    def run_words(self, words: Value, place: t.Node) -> Value:
        """Hand on a program with its arguments, run by no shell."""
        from vedette.commands.embedded.runs import join_words

        try:
            texts = [self.dialect.text(w) if not isinstance(w, bytes) else decode_text(w) or "" for w in words]
        except _ERRORS:
            return UNKNOWN
        if not texts or not texts[0]:
            return UNKNOWN
        language, text = join_words(texts)
        return self.nest(language, text, place)

    def nest(
        self,
        language: Language,
        text: str,
        place: t.Node,
        *,
        methods: tuple[str, ...] | None = None,
        environment: dict[str, str] | None = None,
        stdin: bytes | None = None,
    ) -> Value:
        """Record code that an interpreter is handed; return its output where it is known."""
        self.effects += 1
        if self.muted:
            return UNKNOWN
        text = readable(text)
        if not text.strip() or len(self.reading.nested) >= 64:
            return UNKNOWN
        here = place if self.foreign == 0 else self.site
        nested = Nested(
            language=language,
            text=text,
            methods=tuple(self.used) if methods is None else methods,
            start=here.start,
            end=here.end,
            environment=environment,
            stdin=stdin,
        )
        known = [(n.language, n.text) for n in self.reading.nested]
        if (language, text) not in known:
            self.reading.nested.append(nested)
        try:
            out = self.scope.capture(nested)
        except Exhausted:
            raise
        if out is None:
            return UNKNOWN
        return decode_text(out) or UNKNOWN

    def variables(self) -> dict[str, str] | None:
        """Return the texts that code run here would find bound, as an environment of names with a mark before them."""
        out: dict[str, str] = {}
        env: Environment | None = self.env
        while env is not None:
            for name, value in env.values.items():
                if type(value) is str and len(value) <= 4096 and len(out) < 64:
                    out.setdefault(f"var:{name}", value)
            env = env.parent
        return out or None

    def write(self, value: Value, end: str = "") -> None:
        """Write on standard output."""
        if self.muted:
            return
        try:
            text = self.dialect.text(value) if not isinstance(value, bytes) else None
        except _ERRORS:
            self.output = None
            return
        if text is not None and (end or text.endswith("\n")) and len(self.printed) < 200:
            self.printed.append(Word(readable(text), self.site.start, self.site.end, True, tuple(self.used)))
        if not self.sure or self.output is None:
            self.output = None
            return
        data = bytes(value) if text is None else to_bytes(text)
        self.budget.make(len(data))
        self.output.append(data + end.encode())


def readable(text: str) -> str:
    """Return a byte string that holds UTF-8 or UTF-16 as the text that it stands for; other text as it is."""
    if text.isascii() and "\0" not in text:
        return text
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return text
    decoded = decode_text(data)
    return decoded if decoded is not None else text
