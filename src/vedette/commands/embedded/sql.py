"""SQL of the usual servers: statements enter; procedures and functions that they call, and commands they run, leave.

Texts are computed where they are built from literals, character codes and variables; tables are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from vedette.commands.base import Call, Nested, Reading, Scope, Word
from vedette.commands.budget import Exhausted
from vedette.commands.decoding import decode_text, unbase64
from vedette.commands.embedded.runs import program_language, shell_language
from vedette.commands.embedded.start import shorten
from vedette.schema.command import Language

_LEX = re.compile(
    r"""
    (?P<space>(?:\s|--[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|\#[^\n]*)+)
  | (?P<meta>(?:^|(?<=\n))[ \t]*(?:\\!|\.(?:shell|system)\b)[^\n]*|\\!(?:[^\n']*))
  | (?P<str>[nNxXeEbB]?'(?:[^'\\]|''|\\[\s\S])*'?|\$(?P<tag>\w*)\$[\s\S]*?\$(?P=tag)\$)
  | (?P<hex>0[xX][0-9A-Fa-f]*)
  | (?P<num>\d+(?:\.\d+)?)
  | (?P<quoted>"(?:[^"]|"")*"|\[[^\]\n]*\]|`[^`]*`)
  | (?P<name>@{0,2}[A-Za-z_\x80-\U0010ffff\#$][\w$\#]*)
  | (?P<op>\|\||:=|::|<>|<=|>=|!=|[-+*/%=<>(),.;&|^~!:?])
  | (?P<bad>[\s\S])
    """,
    re.VERBOSE,
)
_MOST = 20_000
_DEEPEST = 30


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class _Text(NamedTuple):
    """A value: text or bytes where it is known, with how it was hidden."""

    value: str | bytes | None
    start: int
    end: int
    methods: tuple[str, ...] = ()


def _tokens(text: str) -> list[_Token]:
    out: list[_Token] = []
    at = 0
    while at < len(text) and len(out) < _MOST:
        found = _LEX.match(text, at)
        if found is None:
            break
        kind = found.lastgroup or "bad"
        kind = "str" if kind == "tag" else kind
        if kind not in ("space", "bad"):
            out.append(_Token(kind, found.group(), found.start(), found.end()))
        at = max(found.end(), at + 1)
    out.append(_Token("end", "", len(text), len(text)))
    return out


def _literal(text: str) -> str | bytes:
    if text.startswith("$"):
        return text[text.index("$", 1) + 1 : text.rindex("$", 0, len(text) - 1)].removesuffix("$")
    prefix = text[0] if text[0] != "'" else ""
    body = text[len(prefix) + 1 :]
    body = body[:-1] if body.endswith("'") else body
    if prefix in ("x", "X"):
        try:
            return bytes.fromhex(body)
        except ValueError:
            return body
    body = body.replace("''", "'")
    if prefix in ("e", "E") or "\\'" in body:
        body = re.sub(r"\\(['\"\\])", r"\1", body)
    return body


class _Reader:
    """Goes through statements once."""

    def __init__(self, text: str, scope: Scope):
        self.text = text
        self.scope = scope
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0
        self.bound: dict[str, _Text] = {}
        self.reading = Reading()
        self.edits: list[tuple[int, int, str]] = []
        self.methods: dict[str, None] = {}

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def next(self) -> _Token:
        token = self.tokens[self.at]
        if self.at < len(self.tokens) - 1:
            self.at += 1
        return token

    def word(self, *names: str) -> bool:
        """Return whether one of these words stands here."""
        return self.token.kind == "name" and self.token.text.lower() in names

    # Expressions.

    def expression(self) -> _Text:
        """Return the text that an expression makes."""
        left = self.operand()
        joined = [left]
        while self.token.kind == "op" and self.token.text in ("+", "||", "&"):
            self.next()
            joined.append(self.operand())
        if len(joined) == 1:
            return left
        methods = tuple(dict.fromkeys([m for each in joined for m in each.methods] + ["concatenation"]))
        if any(each.value is None for each in joined):
            return _Text(None, left.start, joined[-1].end, methods)
        value = "".join(_as_text(each.value) or "" for each in joined)
        self.scope.budget.make(len(value))
        return self.folded(_Text(value, left.start, joined[-1].end, methods))

    def folded(self, text: _Text) -> _Text:
        """Record that an expression is worth a text."""
        if text.value is not None and text.end > text.start:
            self.edits = [edit for edit in self.edits if not (text.start <= edit[0] and edit[1] <= text.end)]
            shown = _as_text(text.value)
            if shown is not None and len(shown) < 60_000:
                self.edits.append((text.start, text.end, "'" + shown.replace("'", "''") + "'"))
                self.methods.update(dict.fromkeys(text.methods))
        return text

    def operand(self) -> _Text:
        """Return a literal, a variable, a call, or what stands in parentheses."""
        self.scope.budget.step()
        token = self.token
        if token.kind == "str":
            self.next()
            value = _literal(token.text)
            return _Text(value, token.start, token.end, ("hex",) if isinstance(value, bytes) else ())
        if token.kind == "hex":
            self.next()
            digits = token.text[2:]
            if len(digits) % 2 or not digits:
                return _Text(None, token.start, token.end)
            return _Text(bytes.fromhex(digits), token.start, token.end, ("hex",))
        if token.kind == "num":
            self.next()
            return _Text(token.text, token.start, token.end)
        if token.kind == "op" and token.text == "(" and self.depth < _DEEPEST:
            self.next()
            self.depth += 1
            inner = self.expression()
            self.depth -= 1
            if self.token.text == ")":
                end = self.next().end
                return _Text(inner.value, token.start, end, inner.methods)
            return _Text(None, token.start, inner.end)
        if token.kind in ("name", "quoted"):
            return self.name()
        if token.kind != "end" and token.text not in (";", ")", ","):
            self.next()
        return _Text(None, token.start, token.end)

    def name(self) -> _Text:
        """Return a variable's text, or what a function gives."""
        token = self.next()
        dotted = token.text.strip('"[]`')
        end = token.end
        while self.token.text == "." and self.tokens[self.at + 1].kind in ("name", "quoted"):
            self.next()
            part = self.next()
            dotted, end = f"{dotted}.{part.text.strip(chr(34) + '[]`')}", part.end
        if self.token.text == "(" and self.depth < _DEEPEST:
            return self.call(dotted, token.start, end)
        low = dotted.lower()
        if low in self.bound:
            known = self.bound[low]
            return (
                self.folded(_Text(known.value, token.start, end, known.methods)) if known.value is not None else known
            )
        return _Text(None, token.start, end)

    def arguments(self) -> tuple[list[_Text], str | None]:
        """Return the arguments of a call, and the type behind ``AS``."""
        self.next()
        self.depth += 1
        args: list[_Text] = []
        kind: str | None = None
        while self.token.text != ")" and self.token.kind != "end":
            before = self.at
            if self.word("as", "using"):
                self.next()
                kind = self.token.text.lower()
                while self.token.text not in (")", "") and self.token.kind != "end":
                    if self.token.text == "(":
                        while self.token.text != ")" and self.token.kind != "end":
                            self.next()
                    self.next()
                break
            args.append(self.expression())
            while self.token.text not in (",", ")", ";") and self.token.kind != "end" and not self.word("as", "using"):
                self.next()
            if self.token.text == ",":
                self.next()
            if self.token.text == ";" or self.at == before:
                break
        self.depth -= 1
        if self.token.text == ")":
            self.next()
        return args, kind

    def call(self, name: str, start: int, end: int) -> _Text:
        """Return what a function gives; record it where it reaches outside."""
        args, _ = self.arguments()
        stop = self.tokens[self.at - 1].end
        low = name.lower()
        run = _FUNCTIONS.get(low.rpartition(".")[2])
        values = [arg.value for arg in args]
        methods = tuple(dict.fromkeys(m for arg in args for m in arg.methods))
        if run is not None:
            try:
                value, method = run(values, self.scope)
            except (ValueError, TypeError, IndexError, AttributeError, OverflowError):
                value, method = None, None
            if value is None:
                return _Text(None, start, stop)
            more = (*methods, method) if method else methods
            made = _Text(value, start, stop, tuple(dict.fromkeys(more)))
            return self.folded(made) if not isinstance(value, bytes) or _as_text(value) is not None else made
        if low.rpartition(".")[2] in _OUTSIDE or low.startswith(("utl_", "dbms_", "sys_", "xp_", "sp_", "pg_", "lo_")):
            self.say(name, start, end, args, stop)
            if low.rpartition(".")[2] in ("sys_exec", "sys_eval", "system", "shell", "load_extension", "xp_cmdshell"):
                self.run_shell(args[0] if args else None)
        return _Text(None, start, stop)

    # What is recorded.

    def say(self, name: str, start: int, end: int, args: list[_Text], stop: int) -> None:
        """Record a call."""
        words = []
        for arg in args:
            shown = _as_text(arg.value)
            written = self.text[arg.start : arg.end][:2000]
            words.append(
                Word(shown if shown is not None else written, arg.start, arg.end, shown is not None, arg.methods)
            )
        call = Call(Word(name, start, end), words, Language.SQL, method=True, start=start, end=max(stop, end))
        if len(self.reading.calls) < 300:
            self.reading.calls.append(call)

    def nest(self, language: Language, text: str, arg: _Text) -> None:
        """Record code that is run."""
        if text.strip() and len(self.reading.nested) < 64:
            self.reading.nested.append(Nested(language, text, arg.methods, arg.start, arg.end))

    def run_shell(self, arg: _Text | None, *, windows: bool = False, program: bool = False) -> None:
        """Record a command line that the server's system runs."""
        text = _as_text(arg.value) if arg is not None else None
        if arg is None or text is None:
            return
        if windows:
            self.nest(Language.PROGRAM if program else Language.CMD, text, arg)
        else:
            self.nest(program_language(text) if program else shell_language(text), text, arg)

    # Statements.

    def read(self) -> Reading:
        """Go through all statements."""
        while self.token.kind != "end":
            before = self.at
            self.scope.budget.step()
            self.statement()
            if self.at == before:
                self.next()
        self.edits.sort()
        out: list[str] = []
        at = 0
        for start, end, shown in self.edits:
            if start >= at and self.text[start:end] != shown:
                out += [self.text[at:start], shown]
                at = end
        cleared = "".join([*out, self.text[at:]])
        if cleared != self.text:
            self.reading.clear = cleared
            self.reading.methods = tuple(self.methods)
        return self.reading

    def statement(self) -> None:
        """Read what begins here."""
        token = self.token
        if token.kind == "meta":
            self.next()
            found = re.match(r"\s*(?:\\!|\.(?:shell|system))\s*(.*)", token.text, re.DOTALL)
            command = found.group(1).strip() if found else ""
            start = token.end - len(token.text.rstrip()) + token.text.rfind(command) if command else token.start
            place = _Text(command, token.start, token.end)
            self.say("\\!", token.start, token.start + 2, [place], token.end)
            if command:
                self.nest(shell_language(command), command, place)
            del start
            return
        low = token.text.lower()
        if token.kind == "name" and low in ("exec", "execute"):
            self.next()
            self.execute()
        elif token.kind == "name" and low in ("declare", "set", "select") and self.tokens[self.at + 1].text[:1] == "@":
            self.next()
            self.bind()
        elif token.kind == "name" and low in ("program",):
            self.next()
            arg = self.operand()
            self.say("COPY PROGRAM", token.start, token.end, [arg], arg.end)
            self.run_shell(arg)
        elif token.kind == "name" and low in ("outfile", "dumpfile", "infile"):
            self.next()
            arg = self.operand()
            self.say(
                f"{'LOAD DATA' if low == 'infile' else 'INTO'} {low.upper()}", token.start, token.end, [arg], arg.end
            )
        elif token.kind == "name" and low == "copy":
            self.next()
            self.copy(token)
        elif token.kind in ("name", "quoted") and low.strip('[]"`').startswith(("xp_", "sp_")):
            self.execute()
        elif token.kind == "name" and low == "system" and self.at == 0 and self.tokens[1].text != "(":
            rest = self.text[token.end :].strip().rstrip(";")
            self.nest(shell_language(rest), rest, _Text(rest, token.end, len(self.text)))
            self.at = len(self.tokens) - 1
        elif token.kind in ("name", "quoted", "str", "hex"):
            value = self.expression()
            if value.value is not None and token.kind != "hex":
                shown = _as_text(value.value)
                if shown and shown.strip() and not shown.isdigit():
                    self.reading.strings.append(Word(shown, value.start, value.end, True, value.methods))
        else:
            self.next()

    def copy(self, token: _Token) -> None:
        """``COPY t FROM|TO 'file'`` or ``PROGRAM 'command'``."""
        while self.token.kind != "end" and self.token.text != ";":
            if self.word("from", "to"):
                way = self.next()
                if self.token.kind == "str":
                    arg = self.operand()
                    self.say(f"COPY {way.text.upper()}", token.start, way.end, [arg], arg.end)
                return
            self.next()

    def bind(self) -> None:
        """``DECLARE @x varchar(9) = …``, ``SET @x = …``, ``SELECT @x = …``."""
        while self.token.text[:1] == "@":
            name = self.next().text.lower()
            while self.token.text not in ("=", ":=", ",", ";", "+") and self.token.kind not in ("end",):
                if self.token.kind == "name" and self.token.text.lower() in (
                    "set",
                    "select",
                    "exec",
                    "execute",
                    "declare",
                ):
                    return
                if self.token.text[:1] == "@":
                    break
                self.next()
            joins = False
            if self.token.text == "+" and self.tokens[self.at + 1].text == "=":
                self.next()
                joins = True
            if self.token.text in ("=", ":="):
                self.next()
                value = self.expression()
                old = self.bound.get(name)
                if joins and (old is None or old.value is None or value.value is None):
                    value = _Text(None, 0, 0)
                elif joins and old is not None:
                    value = _Text(
                        (_as_text(old.value) or "") + (_as_text(value.value) or ""),
                        value.start,
                        value.end,
                        value.methods,
                    )
                self.bound[name] = value
            else:
                self.bound[name] = _Text(None, 0, 0)
            if self.token.text != ",":
                return
            self.next()

    def execute(self) -> None:
        """``EXEC proc args``, ``EXEC(@text)``, ``EXECUTE IMMEDIATE text``."""
        if self.word("immediate"):
            self.next()
            self.run_sql(self.expression())
            return
        if self.token.text == "(":
            start = self.token.start
            args, _ = self.arguments()
            self.say("EXEC", start, start, args, self.tokens[self.at - 1].end)
            for arg in args[:1]:
                self.run_sql(arg)
            return
        if self.token.text[:1] == "@" and self.tokens[self.at + 1].text == "=":
            self.next()
            self.next()
        if self.token.kind == "str":
            self.run_sql(self.expression())
            return
        if self.token.kind not in ("name", "quoted"):
            return
        first = self.next()
        parts, end = [first.text.strip('[]"`')], first.end
        while self.token.text == "." and self.token.kind == "op":
            self.next()
            if self.token.kind in ("name", "quoted"):
                part = self.next()
                parts.append(part.text.strip('[]"`'))
                end = part.end
        name = parts[-1]
        if name.startswith("@") and name.lower() in self.bound:
            known = self.bound[name.lower()].value
            name = _as_text(known) or name if isinstance(known, str) else name
        args = self._procedure_arguments()
        self.say(name, first.start, end, args, args[-1].end if args else end)
        self._procedure(name.lower().rpartition(".")[2], args)

    def _procedure_arguments(self) -> list[_Text]:
        args: list[_Text] = []
        if self.token.text == "(":
            return self.arguments()[0]
        while self.token.kind not in ("end", "meta") and self.token.text != ";":
            if self.token.kind == "name" and self.token.text.lower() in _STARTS:
                break
            if self.token.text[:1] == "@" and self.tokens[self.at + 1].text == "=":
                self.next()
                self.next()
            before = self.at
            args.append(self.expression())
            if self.word("output", "out"):
                self.next()
            if self.token.text == ",":
                self.next()
                continue
            if self.at == before:
                self.next()
            break
        return args

    def _procedure(self, name: str, args: list[_Text]) -> None:
        if name == "xp_cmdshell":
            self.run_shell(args[0] if args else None, windows=True)
        elif name in ("sp_executesql", "sp_sqlexec") and args:
            self.run_sql(args[0])
        elif name == "sp_oamethod" and len(args) > 3:
            method = (_as_text(args[1].value) or "").casefold()
            if method in ("run", "exec", "shellexecute"):
                self.run_shell(args[3], windows=True, program=True)
        elif name == "sp_add_jobstep":
            for arg in args:
                text = _as_text(arg.value) or ""
                if re.match(r"(?i)\s*(?:cmd|powershell|[a-z]:\\)", text) and " " in text.strip():
                    self.run_shell(arg, windows=True)

    def run_sql(self, arg: _Text) -> None:
        """Record SQL that is run as text."""
        text = _as_text(arg.value)
        if text is None:
            self.reading.stops.append("the code that it runs is known only when it runs")
        else:
            self.nest(Language.SQL, text, arg)


_STARTS = frozenset(
    "exec execute declare set select insert update delete drop go create alter if begin end while use print".split()
)
_OUTSIDE = frozenset(
    "load_file sys_exec sys_eval system shell load_extension readfile writefile edit openrowset opendatasource "
    "openquery httpuritype lo_import lo_export pg_read_file pg_ls_dir copy xp_cmdshell do_system "
    "version sleep benchmark waitfor".split()
)


def _as_text(value: str | bytes | None) -> str | None:
    if isinstance(value, bytes):
        return decode_text(value)
    return value


_Value = str | bytes | None
_Function = Callable[[list[_Value], Scope], tuple[_Value, str | None]]


def _one(values: list[_Value]) -> str:
    text = _as_text(values[0])
    if text is None:
        raise ValueError
    return text


def _chars(values: list[_Value], scope: Scope) -> tuple[_Value, str | None]:
    out = [chr(int(str(v)) if not isinstance(v, bytes) else int.from_bytes(v, "big")) for v in values]
    return "".join(out), "char-codes"


def _concat(values: list[_Value], scope: Scope) -> tuple[_Value, str | None]:
    parts = [_as_text(v) for v in values]
    if any(p is None for p in parts):
        return None, None
    made = "".join(p for p in parts if p is not None)
    scope.budget.make(len(made))
    return made, "concatenation"


def _replace(values: list[_Value], scope: Scope) -> tuple[_Value, str | None]:
    text, old, new = _one(values), _one(values[1:]), _one(values[2:])
    scope.budget.make(len(text) + text.count(old) * len(new))
    return text.replace(old, new) if old else text, "replace"


def _substring(values: list[_Value], scope: Scope) -> tuple[_Value, str | None]:
    text, start = _one(values), int(_one(values[1:])) - 1
    size = int(_one(values[2:])) if len(values) > 2 else len(text)
    return text[max(start, 0) : max(start, 0) + size], "substring"


def _cast(values: list[_Value], scope: Scope) -> tuple[_Value, str | None]:
    value = values[-1] if len(values) > 1 and values[0] is None else values[0]
    return (decode_text(value) if isinstance(value, bytes) else value), None


def _unbase64(values: list[_Value], scope: Scope) -> tuple[_Value, str | None]:
    return unbase64(_one(values), scope.budget, strict=False), "base64"


_FUNCTIONS: dict[str, _Function] = {
    "char": _chars,
    "chr": _chars,
    "nchar": _chars,
    "concat": _concat,
    "cast": _cast,
    "convert": _cast,
    "try_cast": _cast,
    "reverse": lambda v, s: (_one(v)[::-1], "reverse"),
    "replace": _replace,
    "substring": _substring,
    "substr": _substring,
    "mid": _substring,
    "unhex": lambda v, s: (bytes.fromhex(_one(v)), "hex"),
    "from_base64": _unbase64,
    "lower": lambda v, s: (_one(v).lower(), None),
    "upper": lambda v, s: (_one(v).upper(), None),
    "ltrim": lambda v, s: (_one(v).lstrip(), None),
    "rtrim": lambda v, s: (_one(v).rstrip(), None),
    "decode": lambda v, s: (
        (unbase64(_one(v), s.budget), "base64") if _one(v[1:]) == "base64" else (bytes.fromhex(_one(v)), "hex")
    ),
    "convert_from": lambda v, s: (v[0], None),
}


def read(text: str, scope: Scope) -> Reading:
    """Return what SQL says."""
    text, cut = shorten(text)
    reader = _Reader(text, scope)
    try:
        reading = reader.read()
    except Exhausted as error:
        reading = reader.reading
        reading.stops.append(str(error))
    if cut:
        reading.stops.append(cut)
    return reading
