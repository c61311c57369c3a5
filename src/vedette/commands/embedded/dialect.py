"""What one language means by the shared tree: its values, its library, and what of it runs commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from vedette.commands.embedded.tree import Node, Special
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
)
from vedette.schema.command import Language

if TYPE_CHECKING:
    from vedette.commands.embedded.evaluator import Expressions as Evaluator

Pure = Callable[["Evaluator", list[Value]], Value]
Method = Callable[["Evaluator", Value, list[Value]], Value]


@dataclass(slots=True)
class HostCall:
    """A call into the library that is not computed here: recorded, and followed where it runs something."""

    name: str
    args: list[Value]
    keywords: dict[str, Value]
    nodes: list[Node]
    node: Node
    holder: Value = None

    def arg(self, number: int, name: str = "") -> Value:
        """Return an argument by place or by name; UNKNOWN where it is not given."""
        if number < len(self.args):
            return self.args[number]
        return self.keywords.get(name, UNKNOWN)

    def place(self, number: int = 0) -> Node:
        """Return where an argument stands, or the whole call."""
        return self.nodes[number] if number < len(self.nodes) else self.node


Host = Callable[["Evaluator", HostCall], Value]


class Dialect:
    """The meaning of one language; the defaults suit most."""

    language: ClassVar[Language]
    fold_case: ClassVar[bool] = False
    """Whether names are alike in capitals and small letters."""
    local: ClassVar[bool] = False
    """Whether an assignment in a function makes a name of its own."""
    strict: ClassVar[bool] = False
    """Whether reading a name that nothing binds is an error of the script."""
    separators: ClassVar[str] = ";\n"
    """What ends a statement."""
    functions: ClassVar[Mapping[str, Pure]] = {}
    """Computed functions by name."""
    methods: ClassVar[Mapping[str, Method]] = {}
    """Computed methods of known values by name."""
    hosts: ClassVar[Mapping[str, Host]] = {}
    """What calls into the library do, by dotted name."""

    def name(self, name: str) -> str:
        """Return a name as it is looked up."""
        return name.casefold() if self.fold_case else name

    def builtin(self, ev: Evaluator, name: str) -> Value:
        """Return what a name that the script does not bind stands for, or MISSING."""
        run = self.functions.get(name)
        return Native(name, run) if run else MISSING

    def text(self, value: Value) -> str:
        """Return a value as text.

        Raises:
            Unresolved: it is not known.
        """
        kind = type(value)
        if kind is str:
            return value  # type: ignore[no-any-return]
        if kind is bool:
            return "1" if value else ""
        if kind is int:
            return str(value)
        if kind is float:
            return str(int(value)) if value == value and abs(value) < 1e15 and value == int(value) else repr(value)
        if value is None:
            return ""
        if kind is Inherited:
            return str(value)
        raise Unresolved

    def number(self, value: Value) -> int | float:
        """Return a value as a number.

        Raises:
            Unresolved: it is not known, or is none.
        """
        kind = type(value)
        if kind is int or kind is float:
            return value  # type: ignore[no-any-return]
        if kind is bool:
            return int(value)
        if kind is str:
            try:
                return int(value)
            except ValueError:
                pass
            try:
                return float(value)
            except ValueError:
                raise Unresolved from None
        raise Unresolved

    def truth(self, value: Value) -> bool | None:
        """Return whether a value counts as true; None where it is not known."""
        if value is UNKNOWN or isinstance(value, (Thing, Inherited)):
            return None
        if value is UNDEFINED:
            return False
        if isinstance(value, (Closure, Native, Bound)):
            return True
        return bool(value)

    def binary(self, ev: Evaluator, op: str, left: Value, right: Value) -> Value:
        """Return what an operator makes of two known values."""
        raise NotImplementedError

    def unary(self, ev: Evaluator, op: str, value: Value) -> Value:
        """Return what an operator makes of a known value."""
        if op in ("!", "not"):
            truth = self.truth(value)
            return UNKNOWN if truth is None else not truth
        if op == "-":
            return -self.number(value)
        if op == "+":
            return self.number(value)
        if op == "~":
            return ~int(self.number(value))
        return UNKNOWN

    def member(self, ev: Evaluator, holder: Value, name: str) -> Value:
        """Return a member of a value."""
        if isinstance(holder, Thing):
            key = self.name(name)
            if key in holder.data:
                return holder.data[key]
            dotted = f"{holder.name}.{name}"
            run = self.functions.get(self.name(dotted))
            return Native(dotted, run) if run else Thing(dotted, holder.args, {})
        if isinstance(holder, dict) and name in holder:
            return holder[name]
        if holder is UNKNOWN:
            return UNKNOWN
        return Bound(holder, name)

    def index(self, ev: Evaluator, holder: Value, key: Value) -> Value:
        """Return an item of a known value."""
        if isinstance(holder, (list, tuple, str, bytes)):
            place = int(self.number(key))
            return holder[place] if -len(holder) <= place < len(holder) else UNKNOWN
        if isinstance(holder, dict):
            return holder.get(key, UNKNOWN)
        if isinstance(holder, Thing) and isinstance(key, str):
            return self.member(ev, holder, key)
        return UNKNOWN

    def set_member(self, ev: Evaluator, holder: Value, name: str, value: Value, node: Node) -> None:
        """Bind a member."""
        if isinstance(holder, Thing):
            holder.data[self.name(name)] = value
        elif isinstance(holder, dict):
            holder[name] = value
        elif isinstance(holder, Closure):
            holder.data[name] = value

    def set_index(self, ev: Evaluator, holder: Value, key: Value, value: Value, node: Node) -> bool:
        """Bind an item; return whether that is understood."""
        if isinstance(holder, dict):
            if isinstance(key, (str, int, float)):
                holder[key] = value
                return True
            return False
        if isinstance(holder, list) and not isinstance(key, (list, dict, str)):
            place = int(self.number(key))
            if place < 0:
                place += len(holder)
            if 0 <= place < len(holder):
                holder[place] = value
                return True
            if len(holder) <= place <= len(holder) + 4096:
                ev.budget.make(place - len(holder) + 1)
                holder.extend([UNDEFINED] * (place - len(holder)))
                holder.append(value)
                return True
            return False
        if isinstance(holder, Thing) and isinstance(key, str):
            self.set_member(ev, holder, key, value, node)
            return True
        return False

    def iterate(self, ev: Evaluator, value: Value, *, keys: bool) -> list[Value]:
        """Return what a loop goes over.

        Raises:
            Unresolved: that is not known.
        """
        if isinstance(value, (list, tuple)):
            return list(range(len(value))) if keys else list(value)
        if isinstance(value, dict):
            return list(value)
        if isinstance(value, str) and not keys:
            return list(value)
        if isinstance(value, (bytes, bytearray)):
            return list(value)
        raise Unresolved

    def template(self, ev: Evaluator, values: list[Value]) -> Value:
        """Return the text that the parts of a template make."""
        out = [self.text(v) for v in values]
        ev.budget.make(sum(map(len, out)))
        return "".join(out)

    def call_bound(self, ev: Evaluator, holder: Value, name: str, args: list[Value]) -> Value:
        """Return what a method of a known value gives.

        Raises:
            Unresolved: it is not computed here.
        """
        run = self.methods.get(self.name(name))
        if run is None:
            raise Unresolved
        return run(ev, holder, args)

    def host(self, ev: Evaluator, call: HostCall) -> Value:
        """Follow a call into the library; return what is known of its result."""
        run = self.hosts.get(self.name(call.name))
        return run(ev, call) if run else Thing(call.name, tuple(call.args))

    def construct(self, ev: Evaluator, func: Value, call: HostCall) -> Value:
        """Return a new object."""
        return Thing(call.name, tuple(call.args))

    def special(self, ev: Evaluator, node: Special) -> Value:
        """Return the value of syntax that only this language has."""
        return UNKNOWN

    def quote(self, value: Value) -> str | None:
        """Return a value as a plain literal, or None where it has none that reads well."""
        raise NotImplementedError
