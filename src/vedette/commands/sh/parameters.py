"""Parameters, arrays, patterns and arithmetic, expanded; nothing is run."""

from __future__ import annotations

import re

from vedette.commands.budget import Budget
from vedette.commands.sh import arithmetic, patterns
from vedette.commands.sh.environment import COMMON, IFS, PICKED, PREFIXES
from vedette.commands.sh.escapes import ansi
from vedette.commands.sh.state import Sink, State, Var
from vedette.commands.sh.syntax import Arith, Lit, Param, Proc, Sub, WordNode
from vedette.commands.sh.values import Field, Result, all_quoted, ordered, reusable

ARGUMENT = -2
"""The origin of positional parameters."""

_REFERENCE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[(.*)\])?\Z", re.S)


class Parameters:
    """Expands parameters and arithmetic against a state. What runs commands is given by its children."""

    budget: Budget
    state: State
    text: str
    source: str
    testing: bool
    empty: set[str]
    empties: bool
    """Whether words of the layer are seen to have empty pieces in their middle."""
    consumed: set[int]
    used: set[str]
    alone: bool
    """Whether the script takes no arguments of its own, so that there are none."""
    status: int | None

    def field(self, word: WordNode) -> Field:
        """Return a word expanded to one field, without splitting."""
        raise NotImplementedError

    def piece(self, part: Param | Sub | Arith | Proc) -> Result:
        """Return what a piece expands to."""
        raise NotImplementedError

    def handed_arguments(self) -> bool:
        """Return whether positional parameters are what the whole layer was handed."""
        raise NotImplementedError

    def spend_arguments(self) -> None:
        """Note that positional parameters are pieces of a longer word."""
        raise NotImplementedError

    def substitute(self, part: Sub) -> Sink:
        """Return what the commands of a substitution write."""
        raise NotImplementedError

    def process(self, part: Proc) -> Result:
        """Return the name that a process substitution is passed as."""
        raise NotImplementedError

    def set(self, name: str, text: str, known: bool = True, methods: tuple[str, ...] = ()) -> None:
        """Assign a scalar."""
        raise NotImplementedError

    def set_item(self, name: str, index: str, text: str, known: bool = True) -> None:
        """Assign an element."""
        raise NotImplementedError

    def charge(self, n: int) -> None:
        """Spend the characters of a word: a long one is a copy, which costs less than making it did."""
        self.budget.make(n if n < 64 or n > self.budget.value_chars else 64 + n // 64)

    def ifs(self) -> str:
        """Return IFS."""
        var = self.state.variables.get("IFS")
        if var is None or not var.known:
            return IFS
        return var.text

    def raw(self, part: Param | Sub | Arith | Proc) -> str:
        """Return a piece as it is written."""
        return self.source[part.start : part.end]

    def arithmetic(self, word: WordNode) -> int | None:
        """Return the value of an arithmetic expression, or None where it is not known."""
        save = self.testing
        self.testing = False
        try:
            made = self.field(word)
        finally:
            self.testing = save
        if not made.known:
            return None
        return self.computed(made.text)

    def computed(self, text: str) -> int | None:
        """Return the value of an expression's text, or None where it is not known."""
        if text.isdigit() and len(text) < 16 and (text[0] != "0" or text == "0") and text.isascii():
            return int(text)
        if len(text) > 24:
            self.budget.step(len(text) // 24)
        if len(text) > 20_000:
            return None
        try:
            return arithmetic.evaluate(text, self._number, self._assign_number)
        except arithmetic.UnknownError:
            return None

    def _number(self, name: str, index: str | None) -> str:
        self.used.add(name)
        result = self.lookup(name, index)
        if result is None:
            if name in COMMON:
                raise arithmetic.UnknownError
            if name in self.state.variables:
                return "0"
            # never set: an ordinary script gets it from outside
            raise arithmetic.UnknownError
        if not result[1]:
            raise arithmetic.UnknownError
        return result[0]

    def _assign_number(self, name: str, index: str | None, text: str) -> None:
        if index is None:
            self.set(name, text)
        else:
            self.set_item(name, index, text)

    def lookup(self, name: str, index: str | None = None) -> tuple[str, bool] | None:
        """Return a variable's text and whether it is known; None where nothing has set it."""
        var = self.state.variables.get(name)
        if var is None:
            return None
        if "n" in var.attributes and var.known and var.text != name:
            m = _REFERENCE.match(var.text)
            if m is not None and self.state.variables.get(m.group(1)) is not var:
                target = self.state.variables.get(m.group(1))
                if target is None or "n" in target.attributes:
                    return None
                var = target
                index = m.group(2) or index
        if index is None:
            return var.scalar()
        if var.items is None:
            return (var.text, var.known) if index == "0" else None
        if var.associative:
            return var.items.get(index)
        try:
            at = int(index)
        except ValueError:
            return None
        if at < 0:
            at += max((k for k in var.items if isinstance(k, int)), default=-1) + 1
        return var.items.get(at)

    def _index(self, var: Var | None, index: WordNode) -> str | None:
        """Return a subscript's value, ``@`` and ``*`` as they are; None where it is not known."""
        made = self.field(index)
        if not made.known:
            return None
        if made.text in ("@", "*") or (var is not None and var.associative):
            return made.text
        if made.text.isdigit():
            return made.text
        value = self.computed(made.text)
        return None if value is None else str(value)

    def special(self, name: str) -> tuple[str, bool] | None:
        """Return a special or positional parameter; None where nothing has set it."""
        arguments = self.state.arguments
        if name.isdigit():
            if name == "0":
                return (self.state.name, True) if self.state.name is not None else ("$0", False)
            if arguments is None:
                return None
            at = int(name) - 1 if len(name) < 6 else 99_999
            return arguments[at] if at < len(arguments) else ("", True)
        if name == "#":
            if arguments is None:
                return ("$#", False) if self.testing or not self.alone else ("0", True)
            return str(len(arguments)), True
        if name == "?":
            return (str(self.status), True) if self.status is not None else ("$?", False)
        return "$" + name, False

    def param(self, part: Param) -> Result:
        """Return what a parameter expands to."""
        name = part.name
        if part.op == "raw":
            return Result(self.raw(part), False)
        if part.op.startswith("prefix"):
            names = sorted(n for n in self.state.variables if n.startswith(name))
            if not names and name not in ("@", "*"):
                return Result(self.raw(part), False, unset=name)
            return Result(" ".join(names), True, ("indirection",), many=names if part.op == "prefix@" else None)
        methods: tuple[str, ...] = ()
        index: str | None = None
        var = self.state.variables.get(name)
        if part.indirect and part.index is None:
            target = self._target(name)
            if target is None:
                if name in ("@", "*") and not self.state.arguments:
                    return Result(self.raw(part), False, unset=name)
                return Result(self.raw(part), False)
            name, index = target
            methods = ("indirection",)
            var = self.state.variables.get(name)
        elif part.index is not None:
            index = self._index(var, part.index)
            if index is None:
                return Result(self.raw(part), False)
            if part.indirect:
                return self._keys(part, var, index)
        if index in ("@", "*") or name in ("@", "*"):
            return self._listed(part, name, index, var)
        origin = -1
        if var is not None:
            value = self.lookup(name, index)
            origin = var.origin
            self.used.add(part.name)
            self.used.add(name)
            methods = (*var.methods, *methods)
            if name != "IFS" and value is not None and value[1]:
                methods = (*methods, "variable" if index is None else "array")
        elif not (name[0].isalpha() or name[0] == "_"):
            value = self.special(name)
            origin = ARGUMENT if name.isdigit() else -1
            if origin == ARGUMENT and value is not None and value[1] and value[0] and self.handed_arguments():
                methods = ("positional-parameter",)
        elif name in PREFIXES or name in PICKED:
            return self._prefixed(part, name)
        else:
            value = None
        if part.length:
            if value is None or not value[1]:
                return Result(self.raw(part), False)
            return Result(str(len(value[0])), True, ("parameter-expansion",))
        if not part.op:
            if value is None:
                return Result(self.raw(part), False, unset="" if name in COMMON else name)
            text, known = value
            if known:
                return Result(text, True, methods, origin=origin)
            return Result(text if var is not None and text != "$" + name else self.raw(part), False, methods)
        if origin >= 0:
            self.consumed.add(origin)
        return self._operated(part, name, value, methods)

    def _target(self, name: str) -> tuple[str, str | None] | None:
        """Return the name and subscript that ``${!name}`` means."""
        if name == "#":
            arguments = self.state.arguments
            return (str(len(arguments)), None) if arguments else ("0", None)
        var = self.state.variables.get(name)
        value = self.lookup(name) if var is not None else self.special(name) if not name[0].isalpha() else None
        if value is None or not value[1]:
            return None
        m = _REFERENCE.match(value[0])
        if m is None:
            if value[0].isdigit() or value[0] in ("@", "*", "#", "?"):
                return value[0], None
            return None
        index = m.group(2)
        if index is not None and index not in ("@", "*") and not index.isdigit():
            computed = self.computed(index)
            if computed is None:
                return None
            index = str(computed)
        return m.group(1), index

    def _keys(self, part: Param, var: Var | None, index: str) -> Result:
        if var is None or index not in ("@", "*") or (var.items is None and not var.known):
            return Result(self.raw(part), False)
        keys = ["0"] if var.items is None else [str(k) for k in ordered(var)]
        return Result(" ".join(keys), True, ("indirection",), many=keys if index == "@" or not part.quoted else None)

    def _listed(self, part: Param, name: str, index: str | None, var: Var | None) -> Result:
        """Return ``$@``, ``$*``, ``${a[@]}`` or ``${a[*]}``."""
        star = name == "*" or index == "*"
        values: list[tuple[str, bool]]
        methods: tuple[str, ...] = ()
        if name in ("@", "*"):
            if self.state.arguments is None:
                if part.length:
                    return Result("0") if not self.testing else Result(self.raw(part), False)
                if part.op in ("-", ":-", "+", ":+") and part.arg is not None:
                    return self._defaulted(part, name, None, ())
                return Result(self.raw(part), False, unset=name)
            values = list(self.state.arguments)
        elif var is None:
            return Result(self.raw(part), False, unset="" if name in COMMON else name)
        elif var.items is None:
            values = [(var.text, var.known)]
        else:
            values = [var.items[k] for k in ordered(var)]
            methods = (*var.methods, "array")
        if var is not None:
            self.used.add(name)
            if var.origin >= 0:
                self.consumed.add(var.origin)
        if not all([known for _, known in values]):
            if not part.op and not part.length and not star:
                return Result(
                    " ".join([t for t, _ in values]), False, methods, many=[t for t, _ in values] if values else None
                )
            return Result(self.raw(part), False)
        items = [text for text, _ in values]
        self.budget.step(len(items) // 4)
        if part.length:
            return Result(str(len(items)), True, ("parameter-expansion",))
        if part.op == ":":
            first, count = self._range(part)
            if first is None:
                return Result(self.raw(part), False)
            if name in ("@", "*"):
                items = [self.state.name or "bash", *items]
            keys = list(range(len(items)))
            if var is not None and var.items is not None and not var.associative:
                keys = [k for k in ordered(var) if isinstance(k, int)]
            if first < 0:
                first += (keys[-1] + 1) if keys else 0
            if first < 0:
                items = []
            else:
                items = [v for k, v in zip(keys, items, strict=False) if k >= first]
            if count is not None:
                if count < 0:
                    return Result(self.raw(part), False)
                items = items[:count]
            methods = (*methods, "parameter-expansion")
        elif part.op in ("-", ":-", "+", ":+", "=", ":=", "?", ":?"):
            filled = bool(items) and (len(part.op) == 1 or any(items))
            if (part.op[-1] == "+") == filled and part.arg is not None:
                made = self.field(part.arg)
                return Result(made.text, made.known, (*methods, "parameter-expansion"))
            if part.op[-1] == "+":
                items = []
        elif part.op:
            done = []
            for item in items:
                one = self._transformed(part, item)
                if one is None or not one.known:
                    return Result(self.raw(part), False)
                done.append(one.text)
            items = done
            methods = (*methods, "parameter-expansion")
        separator = self.ifs()[:1] if star and part.quoted else " "
        text = separator.join(items)
        self.budget.make(len(text))
        if name in ("@", "*") and (star and part.quoted):
            self.spend_arguments()
        return Result(text, True, methods, many=None if star and part.quoted else items)

    def _prefixed(self, part: Param, name: str) -> Result:
        """Return what picks characters out of a value whose beginning is the same everywhere."""
        if part.op == ":" and not part.length:
            first, count = self._range(part)
            if first is not None and count is not None and first >= 0 and count > 0:
                for value in (PICKED.get(name), PREFIXES.get(name)):
                    if value is not None and first + count <= len(value):
                        return Result(value[first : first + count], True, ("environment-substring",))
        elif part.op == "%%" and name in PREFIXES and name not in PICKED and part.arg is not None:
            # what comes before the first of the characters is known if that stands in the beginning
            pattern = self._pattern(part.arg) or ""
            if pattern.endswith("*") and pattern[:-1] and "*" not in pattern[:-1]:
                begins = PREFIXES[name]
                for at in range(len(begins)):
                    if patterns.matches(pattern, begins[at:]):
                        return Result(begins[:at], True, ("environment-substring",))
        elif part.op and part.op[0] in "#%/^,~" and name in PICKED:
            made = self._transformed(part, PICKED[name])
            if made is not None and made.known:
                return Result(made.text, True, ("environment-substring",))
        return Result(self.raw(part), False)

    def _range(self, part: Param) -> tuple[int | None, int | None]:
        """Return the offset and length of ``${x:o:l}``; the offset is None where one of them is not known."""
        if part.arg is None:
            return None, None
        first = self.arithmetic(part.arg)
        if part.arg2 is None:
            return first, None
        count = self.arithmetic(part.arg2)
        return (None, None) if count is None else (first, count)

    def _defaulted(self, part: Param, name: str, value: tuple[str, bool] | None, methods: tuple[str, ...]) -> Result:
        """Return ``${x-…}``, ``${x=…}``, ``${x?…}``, ``${x+…}`` and their forms with a colon."""
        op = part.op
        if value is not None and not value[1]:
            return Result(self.raw(part), False)
        if value is None and name in COMMON:
            return Result(self.raw(part), False)
        filled = value is not None and (len(op) == 1 or value[0] != "")
        how = (*methods, "default-value")
        if op[-1] == "?":
            return Result(value[0], True, methods) if filled and value is not None else Result(self.raw(part), False)
        if (op[-1] == "+") == filled:
            made = self.field(part.arg) if part.arg is not None else Field("")
            if op[-1] == "=" and made.known:
                self.set(name, made.text, True, how)
            solid = all_quoted(part.arg) and bool(part.arg and part.arg.parts)
            return Result(made.text, made.known, tuple(dict.fromkeys((*how, *made.methods))), solid=solid)
        if op[-1] == "+":
            return Result("", True, how)
        return Result(value[0] if value is not None else "", True, methods)

    def _operated(self, part: Param, name: str, value: tuple[str, bool] | None, methods: tuple[str, ...]) -> Result:
        op = part.op
        if op in ("-", ":-", "+", ":+", "=", ":=", "?", ":?"):
            return self._defaulted(part, name, value, methods)
        if value is None:
            return Result(self.raw(part), False, unset="" if name in COMMON else name)
        if not value[1]:
            if name in PICKED or name in PREFIXES:
                return self._prefixed(part, name)
            return Result(self.raw(part), False)
        made = self._transformed(part, value[0], name)
        if made is None:
            return Result(self.raw(part), False)
        made.methods = tuple(dict.fromkeys((*methods, *made.methods, "parameter-expansion")))
        return made

    def _transformed(self, part: Param, text: str, name: str = "") -> Result | None:
        """Return a value after ``#``, ``%``, ``/``, ``:``, ``^``, ``,``, ``~`` or ``@``; None where it is not known."""
        op = part.op
        if op == ":":
            first, count = self._range(part)
            if first is None:
                return None
            size = len(text)
            if first < 0:
                first += size
                if first < 0:
                    return Result("")
            if first > size:
                return Result("")
            if count is None:
                return Result(text[first:])
            end = first + count if count >= 0 else size + count
            return Result(text[first:end]) if end >= first else None
        self.budget.step(1 + len(text) // 200)
        if op[0] == "@":
            return self._attribute(op[1], text, name)
        if part.arg is None:
            return None
        pattern = self._pattern(part.arg)
        if pattern is None:
            return None
        if op[0] in "#%":
            done = patterns.trimmed(text, pattern, op)
        elif op[0] == "/":
            by = self.field(part.arg2) if part.arg2 is not None else Field("")
            if not by.known or ("&" in by.text and not all_quoted(part.arg2)):
                # an ampersand is what was matched in some versions, and itself in others
                return None
            self.budget.make(len(text) * max(1, len(by.text)) if len(text) < 2000 else len(text) + len(by.text))
            done = patterns.replaced(text, pattern, by.text, op)
            if done is not None and len(done) > self.budget.value_chars:
                return None
        else:
            done = self._cased(text, pattern, op)
        return None if done is None else Result(done)

    def _cased(self, text: str, pattern: str, op: str) -> str | None:
        def change(c: str) -> str:
            made = c.upper() if op[0] == "^" else c.lower() if op[0] == "," else c.swapcase()
            return made if len(made) == 1 else c

        head = text if len(op) == 2 else text[:1]
        if not pattern or pattern == "?":
            return "".join([change(c) for c in head]) + text[len(head) :]
        out = []
        for c in head:
            matched = patterns.matches(pattern, c)
            if matched is None:
                return None
            out.append(change(c) if matched else c)
        return "".join(out) + text[len(head) :]

    def _attribute(self, letter: str, text: str, name: str) -> Result | None:
        if letter == "Q":
            return Result(reusable(text))
        if letter == "E":
            return Result(ansi(text))
        if letter == "U":
            return Result(text.upper())
        if letter == "u":
            return Result(text[:1].upper() + text[1:])
        if letter == "L":
            return Result(text.lower())
        if letter == "P":
            return Result(text) if "\\" not in text and "!" not in text else None
        if letter == "A" and name:
            return Result(f"{name}='" + text.replace("'", "'\\''") + "'")
        return None

    def _pattern(self, word: WordNode) -> str | None:
        """Return a word as a pattern: what is quoted stands for itself; None where it is not known."""
        out = []
        for part in word.parts:
            if isinstance(part, Lit):
                out.append(patterns.escape(part.text) if part.quoted else part.text)
                continue
            result = self.piece(part)
            if not result.known:
                return None
            # in ${x#"$y"} the quotes are pieces of their own; a quoted parameter stands for itself
            out.append(patterns.escape(result.text) if part.quoted else result.text)
        if not word.parts and word.lit:
            return word.lit
        return "".join(out)

    def pattern(self, word: WordNode) -> str | None:
        """Return a word of ``case`` or ``[[ == ]]`` as a pattern; None where it is not known."""
        save = self.source
        if word.source is not None:
            self.source = word.source
        try:
            return self._pattern(word)
        finally:
            self.source = save
