"""Assignments: scalars, arrays, attributes, references."""

from __future__ import annotations

import re

from vedette.commands.base import Word
from vedette.commands.sh.core import Core
from vedette.commands.sh.environment import COMMON
from vedette.commands.sh.expand import Field
from vedette.commands.sh.state import Var, unknown
from vedette.commands.sh.syntax import (
    Assign,
    Param,
    WordNode,
)

_OF_ITSELF = r"\$(?:{0}\b|\{{{0}\}})"


class Assigning(Core):
    """Assigns variables."""

    def _declared_text(self, assign: Assign) -> tuple[str, bool]:
        """Return ``name=value`` of a declaration as the builtin gets it."""
        if assign.items is not None or assign.value is None:
            return self.source[assign.start : assign.end], True
        made = self.field(assign.value)
        self.declared[id(assign)] = made
        self.edit(assign.value, [made])
        head = self.source[assign.start : assign.value.start] if self.source else assign.name + "="
        return head + made.text, made.known

    def assign(self, assign: Assign, exported: bool = False, local: bool = False) -> None:
        """Carry out an assignment."""
        name = assign.name
        if assign.items is not None:
            self._assign_array(assign)
            self._sync(name)
            return
        value = assign.value
        if self.blocks and value is not None and name not in self.state.variables and name not in COMMON:
            pattern = _OF_ITSELF.format(name)
            if not name.isupper() and re.search(pattern, (value.source or self.source)[value.start : value.end]):
                # what a loop adds to begins empty
                self.set(name, "")
        ready = self.declared.pop(id(assign), None)
        made = ready or (self.field(value) if value is not None else Field(""))
        if value is not None and ready is None:
            self.edit(value, [made])
        if assign.index is not None:
            var = self.state.variables.get(name)
            index = self._index(var, assign.index)
            if index is None or index in ("@", "*"):
                self.state.variables[name] = unknown(name)
                return
            text, known = made.text, made.known
            if assign.append:
                old = self.lookup(name, index)
                if old is not None:
                    text, known = old[0] + text, known and old[1]
            self.set_item(name, index, text, known)
            return
        if assign.append:
            old_var = self.state.variables.get(name)
            if old_var is not None and old_var.items is not None:
                self.set_item(name, "0", (self.lookup(name, "0") or ("", True))[0] + made.text, made.known)
                return
            if old_var is not None:
                if "i" in old_var.attributes and old_var.known and made.known:
                    total = self.computed(f"({old_var.text or 0})+({made.text or 0})")
                    self.set(name, str(total or 0), total is not None)
                    return
                if old_var.origin >= 0:
                    self.consumed.add(old_var.origin)
                methods = tuple(dict.fromkeys((*old_var.methods, *made.methods, "concatenation")))
                self.budget.make(len(made.text))
                if len(old_var.text) > self.budget.value_chars:
                    self.budget.make(len(old_var.text))
                self.set(name, old_var.text + made.text, old_var.known and made.known, methods)
                self._string(name, value, made)
                return
        self.set(name, made.text, made.known, made.methods)
        self._string(name, value, made)

    def _string(self, name: str, value: WordNode | None, made: Field) -> None:
        """Keep an assigned text, unless it turns out to be a piece of another."""
        if self.quiet or value is None or not made.known or len(made.text) < 4:
            return
        var = self.state.variables.get(name)
        if var is None:
            return
        start, end = self.pin or (value.start, value.end)
        var.origin = len(self.assigned_strings)
        self.assigned_strings.append(Word(var.text, start, end, True, var.methods))

    def _assign_array(self, assign: Assign) -> None:
        old = self.state.variables.get(assign.name)
        items: dict[int | str, tuple[str, bool]] = {}
        associative = old is not None and old.associative
        if assign.append and old is not None:
            items = dict(old.items) if old.items is not None else {0: (old.text, old.known)}
        at = max([k for k in items if isinstance(k, int)], default=-1) + 1
        methods: dict[str, None] = {}
        for index, word in assign.items or []:
            if index is not None:
                key = self._index(old, index)
                if key is None:
                    self.state.variables[assign.name] = unknown(assign.name)
                    return
                made = self.field(word)
                if associative:
                    items[key] = (made.text, made.known)
                else:
                    if not key.lstrip("-").isdigit():
                        number = self.computed(key)
                        if number is None:
                            self.state.variables[assign.name] = unknown(assign.name)
                            return
                        key = str(number)
                    at = int(key)
                    if abs(at) > 10_000_000:
                        self.state.variables[assign.name] = unknown(assign.name)
                        return
                    items[at] = (made.text, made.known)
                    at += 1
            else:
                fields = self.fields(word)
                self.edit(word, fields)
                if not all([one.known for one in fields]) and not _is_single(word):
                    # nobody knows how many elements that makes
                    self.state.variables[assign.name] = unknown(assign.name)
                    return
                for made in fields:
                    items[at] = (made.text, made.known and not made.pattern)
                    at += 1
                    for method in made.methods:
                        methods[method] = None
        self.state.variables[assign.name] = Var(
            "", True, items, associative, False, old.attributes if old is not None else "", tuple(methods)
        )

    def set(self, name: str, text: str, known: bool = True, methods: tuple[str, ...] = ()) -> None:
        """Assign a scalar."""
        old = self.state.variables.get(name)
        attributes = old.attributes if old is not None else ""
        if attributes:
            if "n" in attributes and old is not None and old.text and old.text != name:
                m = re.match(r"([A-Za-z_]\w*)(?:\[(.+)\])?\Z", old.text)
                if m is not None:
                    target = self.state.variables.get(m.group(1))
                    if m.group(2) is not None:
                        self.set_item(m.group(1), m.group(2), text, known)
                    elif target is None or "n" not in target.attributes:
                        self.set(m.group(1), text, known, methods)
                    return
            if known and "i" in attributes:
                value = self.computed(text)
                text, known = (str(value), True) if value is not None else ("$" + name, False)
            if "l" in attributes:
                text = text.lower()
            elif "u" in attributes:
                text = text.upper()
        if old is not None and old.items is not None:
            self.set_item(name, "0", text, known)
            return
        if not known and not text:
            text = "$" + name
        self.state.variables[name] = Var(text, known, None, False, False, attributes, methods)
        self._sync(name)

    def _sync(self, name: str) -> None:
        if name == "BASH_ALIASES":
            var = self.state.variables[name]
            for key, (text, known) in (var.items or {}).items():
                if known:
                    self.state.aliases[str(key)] = text

    def set_item(self, name: str, index: str, text: str, known: bool = True) -> None:
        """Assign an element."""
        var = self.state.variables.get(name)
        if var is None:
            var = Var("", True, {})
            self.state.variables[name] = var
        elif var.items is None and not var.known:
            return
        elif var.items is None:
            items: dict[int | str, tuple[str, bool]] = {0: (var.text, var.known)} if var.text else {}
            var = Var("", var.known, items, False, False, var.attributes, var.methods)
            self.state.variables[name] = var
        elif var.shared:
            self.budget.step(len(var.items) // 16)
            var = Var("", True, dict(var.items), var.associative, False, var.attributes, var.methods)
            self.state.variables[name] = var
        if var.items is None:
            return
        if var.associative:
            var.items[index] = (text, known)
        else:
            try:
                at = int(index)
            except ValueError:
                return
            if at < 0:
                at += max((k for k in var.items if isinstance(k, int)), default=-1) + 1
            if 0 <= at <= 10_000_000_000:
                var.items[at] = (text, known)
        self._sync(name)


def _is_single(word: WordNode) -> bool:
    """Return whether a word is one quoted piece that cannot become several words."""
    if len(word.parts) != 1 or not word.parts[0].quoted:
        return False
    part = word.parts[0]
    return not isinstance(part, Param) or (part.index is None and part.name not in ("@", "*"))
