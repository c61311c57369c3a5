"""Evaluates members, calls of methods, static methods and indexes: what is computed, and what is noted as a call."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vedette.commands.base import Nested
from vedette.commands.powershell import members, objects, operators, statics
from vedette.commands.powershell import nodes as n
from vedette.commands.powershell.casts import cast
from vedette.commands.powershell.evaluator import DOWNLOADED, EVALUATE, ExpressionEvaluator, unknown_from
from vedette.commands.powershell.tables import ALIASES, CMDLETS, MEMBERS, NICE_MEMBERS, ONLY_OF, PROGRAMS, RETURNS
from vedette.commands.powershell.values import (
    UNKNOWN,
    Char,
    Code,
    Items,
    MethodRef,
    Partial,
    Table,
    Thing,
    TypeRef,
    Unclear,
    Unknown,
    Value,
    as_list,
    collapse,
    nice_type,
    plain,
    to_int,
    to_text,
    truth,
    type_name,
)
from vedette.schema.command import Language


@dataclass(slots=True)
class Step:
    """A command or script that was added to a session, with its arguments."""

    what: Value
    command: bool
    how: tuple[str, ...]
    node: n.Node
    args: list[Value]
    nodes: list[n.Node]

    def add(self, value: Value, node: n.Node) -> None:
        """Add an argument."""
        self.args.append(value)
        self.nodes.append(node)


class ObjectEvaluator(ExpressionEvaluator):
    """Evaluates what objects do; statements and commands come with its subclasses."""

    sessions: list[Thing]
    """Sessions to which commands and scripts are added."""

    def _spine(self, node: n.Index | n.Member | n.Invoke) -> Value:
        """Return the value of a chain of members, calls and indexes: walked, not recursed into."""
        target = node.target
        if self.repeat and type(node) is n.Index and type(target) is n.Var:
            return self._index(node, self.again(target), len(self.log))
        chain = [node]
        while isinstance(target, (n.Invoke, n.Member, n.Index)):
            chain.append(target)
            target = target.target
        mark = len(self.log)
        value = self.eval(target)
        for link in reversed(chain):
            if isinstance(link, n.Invoke):
                value = self._invoke(link, value, mark)
            elif isinstance(link, n.Member):
                value = self._member(link, value, mark)
            else:
                value = self._index(link, value, mark)
        return value

    def _index(self, node: n.Index, target: Value, mark: int) -> Value:
        key = self.again(node.index) if self.repeat else self.eval(node.index)
        if self.repeat and type(key) is int and type(target) in _INDEXED and 0 <= key < len(target):
            return Char(target[key]) if type(target) is str else target[key]
        try:
            if isinstance(target, Thing) and "items" in target.data:
                target = Items(target.data["items"])
            made = operators.index(target, key, self.budget)
        except Unclear:
            if isinstance(target, Thing):
                return Unknown("", target.type if target.type == DOWNLOADED else "")
            return unknown_from(target)
        except (IndexError, TypeError, ValueError):
            return UNKNOWN
        if isinstance(target, Partial):
            self.log.append("environment-substring")
        elif isinstance(target, str):
            self.log.append("index-pick")
        elif isinstance(target, Items) and isinstance(key, Items):
            if len(key) > 1 and len(key) == len(target) and key[0] == -1:
                self.log.append("reverse")
            else:
                self.log.append("index-pick")
        if (
            isinstance(target, str)
            and isinstance(key, Items)
            and len(key) == len(target) > 1
            and key[0]
            in (
                -1,
                len(target) - 1,
            )
        ):
            self.log[-1] = "reverse"
        self.fold(node, made, mark)
        return made

    # members ----------------------------------------------------------------------------------------------------

    def member_name(self, node: n.Node) -> str | None:
        """Return the name of a member, or None where it is not known."""
        if isinstance(node, n.Str):
            return node.value
        value = self.eval(node)
        if isinstance(value, MethodRef):
            return value.name
        try:
            return plain(value)
        except Unclear:
            return None

    def _member(self, node: n.Member, target: Value, mark: int) -> Value:
        name = self.member_name(node.name)
        if name is None:
            if node.static and isinstance(target, TypeRef):
                return MethodRef(target, "?", True)
            return unknown_from(target)
        value = self.property(target, name.lower(), name, node.static)
        if node.static and isinstance(target, TypeRef) and statics.is_enum(target.name):
            return value
        if not isinstance(value, (Unknown, Thing, MethodRef, Code)):
            self.fold(node, value, mark)
        return value

    def property(self, target: Value, low: str, name: str, static: bool) -> Value:
        """Return a property of a value."""
        if isinstance(target, Unknown):
            return target if target.type == DOWNLOADED else Unknown("", "")
        try:
            if static:
                if isinstance(target, TypeRef) or isinstance(target, str):
                    type_ = target.name if isinstance(target, TypeRef) else type_name(target)
                    try:
                        return statics.get(type_, low)
                    except Unclear:
                        return MethodRef(TypeRef(type_), name, True)
                return UNKNOWN
            if isinstance(target, Thing):
                return self._thing_property(target, low, name)
            if isinstance(target, TypeRef) and low == "assembly":
                return Thing("reflection.assembly")
            if isinstance(target, Code) and low == "tostring":
                return MethodRef(target, name, False)
            if low == "psobject":
                return Thing("psobject", {"of": target})
            if (
                isinstance(target, (str, Items, bytearray, int, float, Partial))
                and (low in members.STRING or low in members.ARRAY or low in members.NUMBER)
                and low not in ("length", "count")
            ):
                return MethodRef(target, name, False)
            if (
                isinstance(target, Items)
                and target
                and all(isinstance(v, Thing) for v in target)
                and low not in ("count", "length")
            ):
                return Items([self._thing_property(v, low, name) for v in target])
            return members.get(target, low)
        except Unclear:
            return UNKNOWN

    def _thing_property(self, target: Thing, low: str, name: str) -> Value:
        if target.type == "executioncontext":
            return Thing("invokecommand" if low == "invokecommand" else "sessionstate" if low == "sessionstate" else "")
        if target.type == "sessionstate":
            return Thing("sessionstate." + low)
        if target.type == "psobject" and low in ("methods", "members", "properties"):
            return Thing("psmembers", {"of": target.data["of"], "items": member_things(target.data["of"])})
        if low == "psobject":
            return Thing("psobject", {"of": target})
        if target.type == "psmembers" and low == "name":
            return Items([t.data["name"] for t in target.data["items"]])
        try:
            return objects.get(target, low)
        except Unclear:
            pass
        if target.type in ("", DOWNLOADED):
            return Unknown("", target.type)
        if low in ("responsetext", "responsebody", "responsestream") or (low == "content" and "http" in target.type):
            return Unknown("", DOWNLOADED)
        return MethodRef(target, name, False)

    def _invoke(self, node: n.Invoke, target: Value, mark: int) -> Value:
        name = self.member_name(node.name)
        args: list[Value] = []
        hows: list[tuple[str, ...]] = []
        for a in node.args:
            at = len(self.log)
            args.append(self.eval(a))
            hows.append(self.how(at))
        if name is None:
            if isinstance(target, TypeRef):
                name = "?"
            else:
                return unknown_from(target)
        self.budget.step(1)
        value = self.invoke(target, name, args, node, hows, mark)
        if not isinstance(value, (Unknown, Thing, MethodRef, Code)):
            self.fold(node, value, mark)
        return value

    def invoke(
        self, target: Value, name: str, args: list[Value], node: n.Invoke, hows: list[tuple[str, ...]], mark: int
    ) -> Value:
        """Return what a method gives."""
        low = name.lower()
        if low in ("invoke", "invokereturnasis", "dynamicinvoke") and isinstance(target, (MethodRef, Code)):
            if isinstance(target, Code):
                return self._invoke_code(target, args, node)
            if target.static and isinstance(target.target, TypeRef):
                return self._static(target.target, target.name.lower(), target.name, args, node, hows)
            return self.invoke(target.target, target.name, args, node, hows, mark)
        if isinstance(target, MethodRef):
            target = UNKNOWN if not isinstance(target.target, TypeRef) else self._as_type(target)
        if isinstance(target, str) and node.static:
            target = TypeRef(type_name(target))
        if isinstance(target, TypeRef) and node.static:
            return self._static(target, low, name, args, node, hows)
        if isinstance(target, Code):
            if low == "tostring":
                return target.source()
            if low == "clone":
                return target
            if low == "getnewclosure":
                kept = {k: v for frame in self.state.frames[-2:] for k, v in frame.items() if k not in ("args", "_")}
                return Code(target.block, target.text, target.made, target.how, target.at, kept)
            if low == "invokewithcontext":
                return self._invoke_code(target, args, node)
            return UNKNOWN
        if isinstance(target, Thing):
            return self._thing_call(target, low, name, args, node, hows, mark)
        if isinstance(target, Unknown):
            return self._unknown_call(target, low, name, args, node, hows)
        if isinstance(target, TypeRef):
            if low in (
                "getfield",
                "getmethod",
                "getmethods",
                "getfields",
                "getproperty",
                "invokemember",
                "getconstructor",
            ):
                self.record_method("Type." + NICE_MEMBERS.get(low, name), node, args, hows)
                return Thing(RETURNS.get(("type", low), ""))
            if low == "getmembers":
                return Unknown()
            if low == "tostring":
                return to_text(target)
            return UNKNOWN
        if low in ("foreach", "where") and args and isinstance(args[0], Code):
            return self._array_code(low, target, args[0])
        try:
            made = members.call(target, low, args, self.budget)
        except Unclear as stop:
            self._note(stop)
            return unknown_from(target, *args)
        if low in _FILLS and isinstance(target, Items):
            self.made_of(node.target, tuple(dict.fromkeys(m for h in hows for m in h)))
        method = members.METHOD_OF.get(low)
        if method is not None and isinstance(target, (str, Partial)):
            self.log.append(method)
        elif low == "reverse":
            self.log.append("reverse")
        return made

    def _as_type(self, ref: MethodRef) -> Value:
        return UNKNOWN

    def _array_code(self, low: str, target: Value, code: Code) -> Value:
        try:
            items = as_list(target)
        except Unclear:
            return UNKNOWN
        if low == "foreach":
            return Items(self.each(code, items))
        out = Items()
        for v in items:
            t = truth(collapse(self.each(code, [v])))
            if t is None:
                return UNKNOWN
            if t:
                out.append(v)
        return out

    def _invoke_code(self, code: Code, args: list[Value], node: n.Invoke) -> Value:
        flat = list(args[0]) if len(args) == 1 and isinstance(args[0], Items) else args
        self.hand(code, node.args)
        if code.made:
            return collapse(self.invoke_text(code.text, code.how, node, node.target, flat))
        return collapse(self.call_code(code, flat))

    def _static(
        self, type_: TypeRef, low: str, name: str, args: list[Value], node: n.Invoke, hows: list[tuple[str, ...]]
    ) -> Value:
        t = type_.name
        if t == "management.automation.scriptblock" and low == "create" and args:
            if isinstance(args[0], str):
                return self.make_code(str(args[0]), hows[0], node.args[0])
            self.invoke_text(args[0], hows[0], node, node.args[0])
            return UNKNOWN
        if low == "new":
            if t in ("string", "char"):
                self.log.append("char-array")
                try:
                    return statics.call("string", "new", args, self.budget)
                except Unclear:
                    return UNKNOWN
            return self.new_object(t, args)
        if t == "type" and low == "gettype" and args and isinstance(args[0], str):
            return TypeRef(type_name(str(args[0])))
        if t == "activator" and low == "createinstance" and args and isinstance(args[0], TypeRef):
            rest = list(args[1]) if len(args) == 2 and isinstance(args[1], Items) else args[1:]
            return self.new_object(args[0].name, rest)
        if t == _REGEX and low == "replace" and len(args) > 2 and isinstance(args[2], Code):
            return self._replace_code(args)
        if low == "divrem" and len(args) == 3 and t in ("numerics.biginteger", "math"):
            return self._divide(args, node)
        if t in ("environment",) and low == "getenvironmentvariable" and args and isinstance(args[0], str):
            return self.state.env(args[0].lower(), "$env:" + args[0])
        if t == "environment" and low == "setenvironmentvariable" and len(args) > 1 and isinstance(args[0], str):
            self.state.set("env:" + args[0].lower(), args[1])
        if t.startswith("io.file"):
            found = self._file(low, args)
            if found is not None:
                return found
        try:
            made = statics.call(t, low, args, self.budget)
            method = statics.METHOD_OF.get((t, low))
            if method is not None:
                self.log.append(method)
            elif t == "convert" and len(args) > 1 and args[1] in (2, 8, 16):
                self.log.append({2: "binary-digits", 8: "octal", 16: "hex"}[args[1]])
            return made
        except Unclear as stop:
            self._note(stop)
        except (RecursionError, MemoryError):
            return UNKNOWN
        nice = f"{nice_type(t, node_type(node))}.{NICE_MEMBERS.get(low, name)}"
        if nice.endswith(".?"):
            return unknown_from(*args)
        self.record_method(nice, node, args, hows)
        if t == "reflection.assembly" and low == "load" and args:
            self._binary_layer(args[0], hows[0] if hows else (), node)
        returns = RETURNS.get((t, low))
        if returns is not None:
            return Thing(returns) if returns else UNKNOWN
        if (t, low) in _CREATES:
            return self.new_object(t, args)
        return unknown_from(*args)

    def _divide(self, args: list[Value], node: n.Invoke) -> Value:
        """Return ``DivRem(a, b, [ref]$rest)``, which sets the rest."""
        try:
            rest = operators.OPERATORS["%"](args[0], args[1], self.budget)
            whole = operators.OPERATORS["/"](operators.minus(args[0], rest, self.budget), args[1], self.budget)
        except Unclear:
            rest = whole = unknown_from(*args[:2])
        target = node.args[2]
        while isinstance(target, (n.Paren, n.Cast)):
            target = target.body if isinstance(target, n.Paren) else target.operand
        self.assign(target, rest, ())
        return whole

    def _replace_code(self, args: list[Value]) -> Value:
        try:
            options = plain(args[3]) if len(args) > 3 else ""
            made = self.replace_code(plain(args[0]), plain(args[1]), args[2], options)
        except Unclear:
            return unknown_from(*args)
        self.log.append("replace")
        return made

    def replace_code(self, text: str, pattern: str, code: Code, options: str = "") -> Value:
        """Return a text with every match replaced by what a script block gives for it.

        Raises:
            Unclear: what it gives is not known.
        """
        from vedette.commands.powershell.regexes import Regex

        out: list[str] = []
        last = 0
        for m in Regex(pattern, ignore_case=False, options=options).finditer(text):
            self.budget.step(2)
            out.append(text[last : m.start()])
            match = objects.match_thing(m, text)
            if code.made:
                given = self.run_text(code.text, [match])
            else:
                given = self.call_code(code, [match], [match], item=match)
            out.append(plain(collapse(given)))
            self.budget.make(len(out[-1]))
            last = m.end()
        out.append(text[last:])
        return "".join(out)

    def _binary_layer(self, value: Value, how: tuple[str, ...], node: n.Invoke) -> None:
        try:
            data = objects.data_of(value)
        except Unclear:
            if isinstance(value, Unknown) and value.type == DOWNLOADED:
                self.stop("what it downloads is not known")
            return
        if not self.silent and data:
            self.reading.nested.append(
                Nested(Language.BINARY, data.decode("latin-1"), how, node.args[0].start, node.args[0].end)
            )

    def new_object(self, type_: str, args: list[Value]) -> Value:
        """Return a new object of a type."""
        if type_ in ("string", "numerics.biginteger"):
            if args and isinstance(args[0], Items) and len(args[0]) == 1 and isinstance(args[0][0], bytearray):
                args = [args[0][0], *args[1:]]
            try:
                return statics.call(type_, "new", args, self.budget)
            except Unclear:
                return UNKNOWN
        if type_ in ("byte[]", "char[]", "object[]", "int32[]", "string[]") and args:
            try:
                size = to_int(args[0])
            except Unclear:
                return UNKNOWN
            self.budget.make(max(size, 0))
            if type_ == "byte[]":
                return bytearray(max(size, 0))
            return Items([0 if type_ == "int32[]" else None] * max(size, 0), type_[:-2])
        if type_.startswith(_LISTS):
            try:
                given = as_list(args[0]) if args and not isinstance(args[0], int) else []
            except Unclear:
                return UNKNOWN
            return Items(reversed(given) if "stack" in type_ else given)
        if type_.startswith(("collections.generic.sorteddictionary", "collections.sortedlist",
                             "collections.generic.sortedlist")):  # fmt: skip
            table = Table(ordered=True)
            if args and isinstance(args[0], Table):
                for key, value in args[0].entries.values():
                    table.put(key, value)
            return table
        if type_.startswith(("collections.generic.dictionary", "collections.specialized.ordereddictionary")):
            return Table()
        if type_ in ("collections.hashtable", "management.automation.psobject", "object"):
            return args[0] if args and isinstance(args[0], Table) else Table()
        if type_ == "guid" and args and isinstance(args[0], str):
            try:
                return cast(args[0], type_, self.budget)
            except Unclear:
                return UNKNOWN
        if type_ == "diagnostics.processstartinfo" and args:
            return Thing(type_, dict(zip(("filename", "arguments"), args, strict=False)))
        if type_ == "uri" and args:
            return args[-1] if isinstance(args[-1], (str, Partial)) else UNKNOWN
        try:
            made = objects.new(type_, args, self.budget)
        except (Unclear, IndexError, TypeError, ValueError, KeyError, AttributeError):
            return unknown_from(*args) if unknown_from(*args).type else Thing(type_)
        if made is None:
            if args and unknown_from(*args).type == DOWNLOADED:
                return unknown_from(*args)
            return Thing(type_, {"argument": args[0]} if args else {})
        if (how := made.data.pop("how", None)) is not None:
            self.log.append(how)
        return made

    def _thing_call(
        self,
        target: Thing,
        low: str,
        name: str,
        args: list[Value],
        node: n.Invoke,
        hows: list[tuple[str, ...]],
        mark: int,
    ) -> Value:
        type_ = target.type
        if type_ == "invokecommand":
            return self._engine_call(low, args, node, hows)
        if type_ == "psmembers" and low in ("item",):
            return MethodRef(target.data["of"], plain(args[0]), False) if args else UNKNOWN
        if type_.startswith("sessionstate.") and low in ("getvalue", "get"):
            slot = self.state.find(str(args[0]).lower()) if args and isinstance(args[0], str) else None
            return UNKNOWN if slot is None else slot[0]
        if low == "gettype" and type_ and not args:
            return TypeRef(type_)
        if type_ == "management.automation.powershell" and low in _OF_SESSIONS:
            return self._session(target, low, args, node, hows)
        if type_ == _REGEX and low == "replace" and len(args) > 1 and isinstance(args[1], Code):
            data = target.data
            return self._replace_code([args[0], data.get("pattern"), args[1], data.get("options", "")])
        try:
            made = objects.call(target, low, args, self.budget)
            if low in _FILLS:
                self.made_of(node.target, tuple(dict.fromkeys(m for h in hows for m in h)))
            elif low == "copyto" and node.args:
                self.made_of(node.args[0], self.how(mark))
            elif low == "getstring" and not any(m != "variable" for h in hows for m in h):
                self.log.append("char-codes")
            if type_ == _REGEX and low == "replace":
                self.log.append("replace")
            elif low == "transformfinalblock":
                self.log.append("aes")
            elif low == "getnetworkcredential":
                self.log.append("securestring")
            elif type_ == _REGEX:
                self.log.append("split" if low == "split" else "regex-match")
            return made
        except Unclear as stop:
            self._note(stop)
        if type_ in ("", DOWNLOADED):
            return self._unknown_call(Unknown("", type_), low, name, args, node, hows)
        if low in ("createpipeline", "addscript") and "powershell" not in type_ and args and isinstance(args[0], str):
            self.invoke_text(args[0], hows[0], node, node.args[0])
            return UNKNOWN
        owner = nice_type(type_)
        if type_ == "management.managementclass" and isinstance(target.data.get("argument"), str):
            owner = re.split(r"[:\\/]", target.data["argument"].strip())[-1] or owner
        self.record_method(f"{owner}.{NICE_MEMBERS.get(low, name)}", node, args, hows)
        if low in ("downloadstring", "downloaddata", "openread", "getresponse", "getresponsestream", "getstringasync",
                   "getbytearrayasync", "downloadstringtaskasync", "getstringtaskasync"):  # fmt: skip
            return Unknown("", DOWNLOADED)
        if type_ in ("net.webclient", "net.http.httpclient") and low.startswith(("get", "download")):
            return Unknown("", DOWNLOADED)
        returns = RETURNS.get((type_, low))
        if returns:
            return Thing(returns)
        return unknown_from(*args)

    def _session(
        self, target: Thing, low: str, args: list[Value], node: n.Invoke, hows: list[tuple[str, ...]]
    ) -> Value:
        """Follow ``[powershell]::Create().AddScript(…).AddArgument(…).Invoke()``."""
        if "steps" not in target.data and not self.silent and len(self.sessions) < 200:
            self.sessions.append(target)
        steps: list[Step] = target.data.setdefault("steps", [])
        if low in ("addscript", "addcommand") and args:
            steps.append(Step(args[0], low == "addcommand", hows[0], node.args[0], [], []))
        elif low == "addargument" and args and steps:
            steps[-1].add(args[0], node.args[0])
        elif low == "addparameter" and args and steps:
            steps[-1].add(self.named_argument(args[0], args[1] if len(args) > 1 else None), node.args[-1])
        elif low == "addparameters" and args and steps:
            if isinstance(args[0], Table):
                for key, value in args[0].entries.values():
                    steps[-1].add(self.named_argument(key, value), node.args[0])
            elif isinstance(args[0], Items):
                for value in args[0]:
                    steps[-1].add(value, node.args[0])
        elif low in _RUNS_SESSION:
            target.data["steps"] = []
            out: list[Value] | None = None
            need, self.need = self.need, True
            try:
                for step in steps:
                    out = self.run_step(step, out)
            finally:
                self.need = need
            made = collapse(out or [])
            return Thing("management.automation.powershellresult", {"out": made}) if low != "invoke" else made
        elif low == "endinvoke":
            first = args[0] if args else None
            return first.data["out"] if isinstance(first, Thing) and "out" in first.data else UNKNOWN
        return target

    def named_argument(self, name: Value, value: Value) -> Value:
        """Return an argument that is given by its name."""
        raise NotImplementedError

    def run_step(self, step: Step, stream: list[Value] | None) -> list[Value]:
        """Return what a command or script that was added to a session writes."""
        raise NotImplementedError

    def _unknown_call(
        self, target: Unknown, low: str, name: str, args: list[Value], node: n.Invoke, hows: list[tuple[str, ...]]
    ) -> Value:
        owner = ONLY_OF.get(low)
        if owner is None and target.type not in ("", DOWNLOADED):
            owner = nice_type(target.type)
        if low in ("addscript", "createpipeline") and args and isinstance(args[0], (str, Partial)):
            self.invoke_text(args[0], hows[0], node, node.args[0])
            return UNKNOWN
        if owner is not None:
            self.record_method(f"{owner}.{NICE_MEMBERS.get(low, name)}", node, args, hows)
            if low.startswith("download") or low == "openread":
                return Unknown("", DOWNLOADED)
        elif any(isinstance(a, (str, Partial)) and len(str(to_text(a))) > 3 for a in args) and low not in _QUIET:
            self.record_method(NICE_MEMBERS.get(low, name), node, args, hows)
        for a in args:
            if isinstance(a, Code):
                self.call_code(a, [])
        return unknown_from(target, *args)

    def _engine_call(self, low: str, args: list[Value], node: n.Invoke, hows: list[tuple[str, ...]]) -> Value:
        """Return what ``$ExecutionContext.InvokeCommand.Name(…)`` gives."""
        first = args[0] if args else UNKNOWN
        if low == "invokescript":
            at = 0
            for i, a in enumerate(args):
                if isinstance(a, (str, Code, Partial)) or i == len(args) - 1:
                    first, at = a, i
                    break
            if isinstance(first, Code) and not first.made:
                return collapse(self.call_code(first, []))
            text = first.text if isinstance(first, Code) else first
            return collapse(
                self.invoke_text(text, hows[at] if hows else (), node, node.args[at] if node.args else None)
            )
        if low == "newscriptblock":
            if isinstance(first, str):
                return self.make_code(str(first), hows[0], node.args[0])
            self.invoke_text(first, hows[0] if hows else (), node, None)
            return UNKNOWN
        if low == "expandstring":
            if isinstance(first, str):
                return self.expand_text(str(first))
            return first
        if low in ("getcommand", "getcommands", "getcmdlet", "getcmdlets", "getcommandname", "getaliases"):
            try:
                found = self.commands_like(plain(first), "alias" if low == "getaliases" else "")
            except Unclear:
                return UNKNOWN
            self.log.append("command-lookup")
            made: list[Value] = list(found) if low == "getcommandname" else [command_thing(c) for c in found]
            return collapse(made)
        return UNKNOWN

    def expand_text(self, text: str) -> Value:
        """Return a text with its variables written out, as ``ExpandString`` does."""
        from vedette.commands.powershell.parser import Parser

        parser = Parser(text)
        parts, _, _ = parser.expandable(len(text), quoted=False)
        keep, self.text = self.text, text
        silent, self.silent = self.silent, True
        try:
            return self._expand(n.Expand(0, len(text), parts))
        finally:
            self.text, self.silent = keep, silent

    def commands_like(self, pattern: str, kind: str = "") -> list[str]:
        """Return the aliases, functions and cmdlets that a name or wildcard matches, in the order they are listed."""
        from vedette.commands.powershell.regexes import wildcard

        low = pattern.lower()
        if not any(c in low for c in "*?["):
            target = self.state.alias(low)
            if target is not None:
                return [target] if kind != "alias" else [low]
            return [] if kind == "alias" else [pattern]
        regex = wildcard(low)
        found: list[str] = []
        if kind in ("", "alias"):
            found += [a for a in sorted({**ALIASES, **self.state.aliases}) if regex.fullmatch(a)]
        if kind in ("", "cmdlet", "function"):
            found += [c for c in CMDLETS if regex.fullmatch(c)]
            found += [f for f in self.state.functions if regex.fullmatch(f)]
        if not found and kind in ("", "application"):
            found = [p for p in PROGRAMS if regex.fullmatch(p)]
        return sorted(found, key=str.lower)

    def _file(self, low: str, args: list[Value]) -> Value:
        """Return what a call of ``[IO.File]`` reads of a file that the command itself wrote; note what it writes."""
        if not args:
            return None
        try:
            shown = to_text(args[0])
        except Unclear:
            return None
        path = (shown if isinstance(shown, str) else shown.text()).casefold()
        files = self.scope.files
        if low in ("readalltext", "readallbytes", "readalllines"):
            data = files.get(path)
            if data is None:
                return None
            if low == "readallbytes":
                return bytearray(data)
            from vedette.commands.decoding import decode_text

            text = decode_text(data)
            if text is None:
                return UNKNOWN
            return text if low == "readalltext" else Items(text.splitlines(), "string")
        if low in ("writeallbytes", "writealltext", "appendalltext") and len(args) > 1 and not self.unsure:
            try:
                data = objects.data_of(args[1]) if low == "writeallbytes" else plain(args[1]).encode()
            except Unclear:
                files.pop(path, None)
                return None
            files[path] = files.get(path, b"") + data if low.startswith("append") else data
        return None


_INDEXED = {str, Items, bytearray}


def command_thing(name: str) -> Thing:
    """Return the description of a command, as ``Get-Command`` gives it."""
    return Thing("commandinfo", {"name": name, "text": name, "definition": ALIASES.get(name.lower(), name)})


def member_things(value: Value) -> list[Thing]:
    """Return the methods of an object, as ``Get-Member`` lists them."""
    if isinstance(value, Thing):
        names = MEMBERS.get(value.type, ())
    elif isinstance(value, (str, Partial)):
        names = MEMBERS["string"]
    else:
        names = ()
    return [Thing("psmember", {"name": name, "text": name, "membertype": "Method"}) for name in names]


def node_type(node: n.Invoke) -> str:
    """Return the type that a static call names, as written."""
    return node.target.name if isinstance(node.target, n.Type) else ""


_REGEX = "text.regularexpressions.regex"
_RUNS_SESSION = {"invoke", "begininvoke", "invokeasync"}
_OF_SESSIONS = _RUNS_SESSION | {"addscript", "addcommand", "addargument", "addparameter", "addparameters",
                                "addstatement", "endinvoke"}  # fmt: skip
_LISTS = ("collections.arraylist", "collections.queue", "collections.stack", "collections.generic.queue",
          "collections.generic.stack", "collections.generic.linkedlist", "collections.generic.list")  # fmt: skip
_QUIET = {"replace", "split", "substring", "startswith", "endswith", "contains", "trim", "equals", "indexof",
          "tostring",
          "add", "append", "join", "padleft", "padright", "insert", "remove", "trimend", "trimstart"}  # fmt: skip
_FILLS = {"write", "append", "appendline", "add", "addrange", "insert", "push", "enqueue", "writebyte"}
_CREATES = {("net.webrequest", "createhttp"), ("net.webrequest", "createdefault")}

EVALUATE.update({n.Index: ObjectEvaluator._spine, n.Member: ObjectEvaluator._spine, n.Invoke: ObjectEvaluator._spine})
