"""What the shell's own commands do to its state."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from vedette.commands.base import Word
from vedette.commands.decoding import decode_text
from vedette.commands.sh import shells, tools
from vedette.commands.sh.conditions import decide
from vedette.commands.sh.escapes import to_bytes, to_text
from vedette.commands.sh.state import Sink, Stream, Var, unknown
from vedette.commands.sh.syntax import Assign, Simple

if TYPE_CHECKING:
    from vedette.commands.sh.calls import Calling

Builtin = Callable[["Calling", list[Word], bool, Simple | None], None]

CONDITIONS = frozenset(
    """
    [ test [[ grep egrep fgrep pgrep command which type hash diff cmp getent pidof
    """.split()
)
"""Commands that are asked whether they succeed: what follows ``&&`` may well not run."""
SILENT = frozenset(
    """
    mkdir rmdir rm chmod chown chgrp cp mv ln touch kill killall pkill sleep mount umount swapoff sync renice insmod
    modprobe useradd userdel usermod groupadd setenforce shred truncate mkfifo mknod chattr setfacl install unlink
    """.split()
)
"""Programs that write nothing unless they fail."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_ITEM = re.compile(r"(?:'[^'\n]*'|\"[^\"\n]*\"|\\.|[^\\\\\s'\"])+", re.S)
_ITEM_PART = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|(\\.)|([^\\\\\s'\"]+)", re.S)


def _silent(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.status = 0


def _false(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.status = 1


def _unsure(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.status = None


def _unknown(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.unknown_output()


def _setting(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    """Without a value it writes what is set."""
    if len(words) < 2 or words[-1].text.startswith("-"):
        ev.unknown_output()
    ev.status = None


def _shopt(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    if not any(w.text.startswith(("-s", "-u", "-q", "-os", "-ou")) for w in words[1:]):
        ev.unknown_output()
        return
    ev.status = 0


def _echo(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    made = tools.echo([w.text for w in words[1:]])
    ev.budget.make(len(made[0]))
    methods: dict[str, None] = dict.fromkeys(made[1])
    for word in words[1:]:
        for method in word.methods:
            methods[method] = None
    ev.out.write(made[0], tuple(methods))
    if ev.call is not None:
        ev.out.feeders.append(ev.call)
    if not known:
        ev.out.exact = False
        for word in words[1:]:
            if not word.known and _opaque(word.text):
                ev.out.known = ev.out.known and ev.out is not ev.top
    ev.status = 0


def _opaque(text: str) -> bool:
    return text.startswith(("$(", "`"))


def _printf(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    args = [w.text for w in words[1:]]
    into: str | None = None
    if len(args) > 2 and args[0] == "-v":
        into = args[1]
        args = args[2:]
    if args and args[0] == "--":
        args = args[1:]
    ev.status = 0
    made = tools.printf(args, ev.budget) if args else None
    if made is None:
        if into is not None:
            ev.state.variables[into] = unknown(into)
        else:
            ev.unknown_output()
        return
    methods: dict[str, None] = dict.fromkeys(made[1])
    for word in words[1:]:
        for method in word.methods:
            methods[method] = None
    if into is not None:
        m = re.match(r"([A-Za-z_]\w*)\[(.+)\]\Z", into)
        text = to_text(made[0])
        if m is not None:
            var = ev.state.variables.get(m.group(1))
            index: str | None = m.group(2)
            if var is None or not var.associative:
                number = ev.computed(m.group(2))
                index = None if number is None else str(number)
            if index is not None:
                ev.set_item(m.group(1), index, text, known)
        elif _NAME.match(into):
            ev.set(into, text if known else "$" + into, known, tuple(methods))
        return
    ev.out.write(made[0], tuple(methods))
    if ev.call is not None:
        ev.out.feeders.append(ev.call)
    if not known:
        ev.out.exact = False


def _cd(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.status = None


def _declare(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    kind = words[0].text
    attributes = ""
    removed = ""
    prints = functions = False
    local = kind == "local" or (kind in ("declare", "typeset") and bool(ev.frames))
    names: list[tuple[int, str]] = []
    for i, word in enumerate(words[1:], 1):
        text = word.text
        if node is not None and i in node.arrays and len(words) == len(node.words):
            names.append((i, text))
        elif text.startswith("-") and len(text) > 1:
            for letter in text[1:]:
                if letter == "g":
                    local = False
                elif letter == "p":
                    prints = True
                elif letter in "fF":
                    functions = True
                else:
                    attributes += letter
        elif text.startswith("+"):
            removed += text[1:]
        else:
            names.append((i, text))
    ev.status = 0
    if kind == "export" and "n" in attributes:
        removed, attributes = removed + "x", ""
    elif kind == "export":
        attributes += "x"
    if (prints and not names) or (functions and not names) or (prints and kind != "export"):
        ev.unknown_output()
        return
    if functions:
        return
    for i, text in names:
        assign = node.arrays.get(i) if node is not None and len(words) == len(node.words) else None
        name = assign.name if assign is not None else re.split(r"[+=\[]", text, maxsplit=1)[0]
        if not _NAME.match(name):
            continue
        old = ev.state.variables.get(name)
        if local:
            if name not in ev.frames[-1] if ev.frames else False:
                ev.frames[-1][name] = old
            if assign is None or not assign.append:
                old = None
        before = old.attributes if old is not None else ""
        letters = "".join([c for c in dict.fromkeys(before + attributes) if c not in removed and c not in "aA"])
        if "l" in attributes:
            letters = letters.replace("u", "")
        if "u" in attributes:
            letters = letters.replace("l", "")
        if ("a" in attributes or "A" in attributes) and (old is None or old.items is None):
            old = Var("", True, {}, "A" in attributes, False, letters)
            ev.state.variables[name] = old
        elif old is not None:
            ev.state.variables[name] = Var(
                old.text, old.known, old.items, old.associative, old.shared, letters, old.methods, old.origin
            )
        elif assign is not None or "=" in text or letters.strip("x"):
            ev.state.variables[name] = Var("", True, None, False, False, letters)
        if assign is not None:
            quiet = ev.edits
            if "n" in letters:
                value = ev.field(assign.value) if assign.value is not None else None
                if value is not None:
                    ev.state.variables[name] = Var(value.text, value.known, None, False, False, letters)
            else:
                ev.assign(assign)
            del quiet
        elif "=" in text:
            value_text = text.split("=", 1)[1]
            if name + "=" == text[: len(name) + 1]:
                if "n" in letters:
                    ev.state.variables[name] = Var(value_text, words[i].known, None, False, False, letters)
                elif value_text.startswith("(") and value_text.endswith(")") and words[i].known:
                    _text_array(ev, name, value_text)
                else:
                    ev.set(name, value_text, words[i].known, words[i].methods)


def _text_array(ev: Calling, name: str, text: str) -> None:
    """Assign an array out of text: ``declare -a "x=(a b)"``."""
    from vedette.commands.sh.parser import Parser

    parser = Parser(f"{name}={text}", True, 1)
    listing = parser.script()
    source, ev.source = ev.source, parser.text
    try:
        for item, _ in listing.items:
            if isinstance(item, Simple):
                for assign in item.assigns:
                    if isinstance(assign, Assign):
                        ev.assign(assign)
    finally:
        ev.source = source


def _unset(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.status = 0
    kind = ""
    for word in words[1:]:
        text = word.text
        if text in ("-v", "-f", "-n"):
            kind = text
            continue
        m = re.match(r"([A-Za-z_]\w*)\[(.+)\]\Z", text)
        if m is not None:
            var = ev.state.variables.get(m.group(1))
            if var is not None and var.items is not None:
                items = dict(var.items)
                key: int | str = m.group(2) if var.associative else int(m.group(2)) if m.group(2).isdigit() else -1
                items.pop(key, None)
                ev.state.variables[m.group(1)] = Var(
                    "", True, items, var.associative, False, var.attributes, var.methods
                )
            continue
        if kind != "-f" and text in ev.state.variables:
            if ev.uncertain:
                ev.state.variables[text] = unknown(text)
            else:
                del ev.state.variables[text]
                ev.empty.add(text)
        elif kind != "-v" and text in ev.state.functions:
            del ev.state.functions[text]
        elif kind != "-f" and _NAME.match(text):
            ev.empty.add(text)


def _eval(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    args = words[1:]
    if args and args[0].text == "--":
        args = args[1:]
    if not args:
        ev.status = 0
        return
    text = " ".join([w.text for w in args])
    ev.scope.budget.step(len(text) // 4)
    if not known and not any(w.methods for w in args if not w.known):
        head = text.lstrip()
        if not head or head[0] in "$`" or all(not w.known and _opaque(w.text) for w in args):
            ev.unknown_output()
            return
    methods: dict[str, None] = {}
    for word in args:
        for method in word.methods:
            methods[method] = None
    ev.hand(text, tuple(methods) or ("nested-interpreter",), args[0].start, args[-1].end)


def _source(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    args = words[1:]
    if args and args[0].text == "--":
        args = args[1:]
    if not args:
        ev.status = None
        return
    first = args[0]
    data = ev.file(first.text)
    ev.spend_file(first.text)
    methods = first.methods
    if data is None and first.text in ("/dev/stdin", "/proc/self/fd/0", "/dev/fd/0") and ev.stdin is not None:
        methods = ev.stdin.methods
        data = ev.stdin.rest()
    text = decode_text(data) if data is not None else None
    if text is None:
        ev.unknown_output()
        return
    saved = ev.state.arguments
    if len(args) > 1:
        ev.state.arguments = tuple([(w.text, w.known) for w in args[1:]])
    try:
        ev.hand(text, methods or ("written-file",), first.start, first.end, tuple([w.text for w in args[1:]]))
    finally:
        ev.state.arguments = saved


def _set(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.status = 0
    args = words[1:]
    for i, word in enumerate(args):
        text = word.text
        if text == "--" or text == "-":
            rest = args[i + 1 :]
            if ev.uncertain:
                ev.state.arguments = None
            else:
                ev.state.arguments = tuple([(w.text, w.known) for w in rest])
                ev.set_call = ev.call
            return
        if not text.startswith(("-", "+")) or not word.known:
            if text in ("errexit", "pipefail", "nounset", "xtrace", "noglob", "history", "posix", "emacs", "vi"):
                continue
            ev.state.arguments = None if ev.uncertain else tuple([(w.text, w.known) for w in args[i:]])
            return
    if not args:
        ev.unknown_output()


def _shift(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.status = 0
    arguments = ev.state.arguments
    count = int(words[1].text) if len(words) > 1 and words[1].text.isdigit() and len(words[1].text) < 8 else 1
    if arguments is None:
        ev.status = None
    elif ev.uncertain:
        ev.state.arguments = None
    elif count <= len(arguments):
        ev.state.arguments = arguments[count:]
    else:
        ev.status = 1


def _jump(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    from vedette.commands.sh.core import JumpError

    kind = words[0].text
    if kind in ("return", "exit"):
        if len(words) > 1 and words[1].text.isdigit() and known:
            ev.status = int(words[1].text[:9]) & 255
    if ev.uncertain:
        return
    levels = 1
    if kind in ("break", "continue") and len(words) > 1 and words[1].text.isdigit():
        levels = max(1, int(words[1].text[:6]))
    raise JumpError(kind, levels)


def _test(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    items: list[str | tuple[str | None] | None] = [w.text if w.known else None for w in words[1:]]
    if words[0].text == "[":
        if items and items[-1] == "]":
            items.pop()
        else:
            ev.status = None
            return
    verdict = decide(items, ev, extended=False)
    ev.status = None if verdict is None else int(not verdict)


def _let(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    value: int | None = None
    for word in words[1:]:
        value = ev.computed(word.text) if word.known else None
        if value is None:
            m = re.match(r"([A-Za-z_]\w*)\s*(?:[-+*/%&|^]|<<|>>)?=", word.text)
            if m is not None:
                ev.state.variables[m.group(1)] = unknown(m.group(1))
    ev.status = None if value is None else int(value == 0)


def _alias(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.status = 0
    if not all("=" in word.text for word in words[1:]) or len(words) == 1:
        ev.unknown_output()
    for word in words[1:]:
        if "=" in word.text and word.known:
            name, value = word.text.split("=", 1)
            if name:
                ev.state.aliases[name] = value


def _unalias(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    for word in words[1:]:
        ev.state.aliases.pop(word.text, None)
        if word.text == "-a":
            ev.state.aliases.clear()


def _trap(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.status = 0
    args = words[1:]
    if args and args[0].text == "--":
        args = args[1:]
    if len(args) < 2 or args[0].text.startswith("-"):
        return
    code = args[0]
    if not code.text.strip():
        return
    if code.known or code.methods:
        for signal in args[1:]:
            ev.trapped[signal.text] = (code.text, code.methods, code.start, code.end)
            if ev.quiet:
                ev.trapped.pop(signal.text)
            break


def _read(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    raw = False
    delimiter = b"\n"
    array: str | None = None
    count: int | None = None
    exactly = False
    args = [w.text for w in words[1:]]
    at = 0
    source = ev.stdin
    while at < len(args) and args[at].startswith("-") and len(args[at]) > 1:
        option = args[at]
        at += 1
        if option == "--":
            break
        i = 1
        while i < len(option):
            letter = option[i]
            i += 1
            if letter == "r":
                raw = True
            elif letter in "adinNptu":
                value = option[i:]
                i = len(option)
                if not value:
                    value = args[at] if at < len(args) else ""
                    at += 1
                if letter == "a":
                    array = value
                elif letter == "d":
                    delimiter = to_bytes(value[:1]) or b"\0"
                elif letter in "nN":
                    count = int(value) if value.isdigit() and len(value) < 9 else None
                    exactly = letter == "N"
                elif letter == "u":
                    source = ev.stdin if value == "0" else ev.descriptors.get(value)
    names = [n for n in args[at:] if _NAME.match(n)] or ([] if array else ["REPLY"])
    stream = source
    if stream is None or not stream.exact or ev.uncertain:
        for name in [*names, *([array] if array else [])]:
            ev.state.variables[name] = unknown(name)
        ev.status = None
        if stream is not None and stream.at >= len(stream.data):
            ev.status = 1
        elif stream is not None:
            stream.line(delimiter)
        return
    if count is not None:
        data = stream.data[stream.at :]
        text_all = to_text(data)[:count]
        if not exactly:
            cut = text_all.find(delimiter.decode("latin-1"))
            ended = cut >= 0
            text_line = text_all[:cut] if ended else text_all
            stream.at += len(to_bytes(text_line)) + (1 if ended else 0)
            finished = ended or len(text_all) == count
        else:
            text_line = text_all
            stream.at += len(to_bytes(text_line))
            finished = len(text_all) == count
        if exactly:
            for i, name in enumerate(names):
                ev.set(name, text_line if i == 0 else "", True, stream.methods)
            ev.status = 0 if finished else 1
            return
    else:
        line = stream.line(delimiter)
        if line is None:
            for name in names:
                ev.set(name, "")
            ev.status = 1
            return
        # a backslash at the end of the line joins it with the next
        while not raw and delimiter == b"\n" and _continues(line):
            more = stream.line(delimiter)
            line = line[:-2] + (more or b"")
            if more is None:
                break
        finished = line.endswith(delimiter)
        text_line = to_text(line[: -len(delimiter)] if finished else line)
    ev.spend(stream.feeders)
    _only_assigns(ev, node, [*names, *([array] if array else [])])
    ev.budget.step(1 + len(text_line) // 100)
    ifs = ev.ifs()
    fields = _read_fields(text_line, ifs, None if array else len(names), raw)
    if array is not None:
        ev.state.variables[array] = Var(
            "", True, {i: (value, True) for i, value in enumerate(fields)}, False, False, "", stream.methods
        )
    elif names == ["REPLY"] and not args[at:]:
        ev.set("REPLY", text_line if raw else re.sub(r"\\(.)", r"\1", text_line), True, stream.methods)
    else:
        for i, name in enumerate(names):
            ev.set(name, fields[i] if i < len(fields) else "", True, stream.methods)
    ev.status = 0 if finished else 1


def _only_assigns(ev: Calling, node: Simple | None, names: list[str]) -> None:
    """Note a call that reads a here-string into variables: it may be left out of the clear text."""
    if node is None or ev.quiet or ev.pin is not None or ev.blocks or not node.redirects:
        return
    if all(redirect.operator in ("<<<", "<") for redirect in node.redirects):
        ev.pure_spans.append((node.start, node.end, frozenset(names)))


def _continues(line: bytes) -> bool:
    """Return whether an odd number of backslashes stands before the line's end."""
    if not line.endswith(b"\n"):
        return False
    body = line[:-1]
    return (len(body) - len(body.rstrip(b"\\"))) % 2 == 1


def _read_fields(text: str, ifs: str, most: int | None, raw: bool) -> list[str]:
    """Return a line split as ``read`` does it: the last name takes the rest."""
    white = "".join([c for c in ifs if c in " \t\n"])
    out: list[str] = []
    i, n = 0, len(text)
    while i < n and text[i] in white:
        i += 1
    while i < n:
        if most is not None and len(out) == most - 1:
            rest = text[i:].rstrip(white) if white else text[i:]
            # one solid separator at the very end goes too
            if rest and rest[-1] in ifs and rest[-1] not in white and not any(c in ifs for c in rest[:-1]):
                rest = rest[:-1]
            out.append(rest if raw else re.sub(r"\\(.)", r"\1", rest))
            return out
        piece: list[str] = []
        while i < n:
            c = text[i]
            if c == "\\" and not raw:
                piece.append(text[i + 1 : i + 2])
                i += 2
                continue
            if c in ifs:
                break
            piece.append(c)
            i += 1
        out.append("".join(piece))
        solid = False
        while i < n and text[i] in ifs:
            if text[i] not in white:
                if solid:
                    break
                solid = True
            i += 1
    return out


def _mapfile(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    args = [w.text for w in words[1:]]
    trim = False
    delimiter = b"\n"
    name = "MAPFILE"
    stream = ev.stdin
    at = 0
    plain = True
    while at < len(args):
        arg = args[at]
        at += 1
        if arg == "-t":
            trim = True
        elif arg == "-d" and at < len(args):
            delimiter = to_bytes(args[at][:1]) or b"\0"
            at += 1
        elif arg.startswith("-d"):
            delimiter = to_bytes(arg[2:3]) or b"\0"
        elif arg == "-u" and at < len(args):
            stream = ev.stdin if args[at] == "0" else ev.descriptors.get(args[at])
            at += 1
        elif arg.startswith("-"):
            plain = False
        else:
            name = arg
    ev.status = 0
    if stream is None or not stream.exact or not plain or ev.uncertain:
        ev.state.variables[name] = unknown(name)
        return
    ev.spend(stream.feeders)
    _only_assigns(ev, node, [name])
    items: dict[int | str, tuple[str, bool]] = {}
    while (line := stream.line(delimiter)) is not None:
        ev.budget.step()
        if trim and line.endswith(delimiter):
            line = line[: -len(delimiter)]
        items[len(items)] = (to_text(line), True)
    ev.state.variables[name] = Var("", True, items, False, False, "", stream.methods)


def _prefix(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    """``command``, ``builtin``, ``exec``: the rest is the call."""
    at = 1
    kind = words[0].text
    while at < len(words) and words[at].text.startswith("-") and len(words[at].text) > 1:
        option = words[at].text
        at += 1
        if kind == "command" and option in ("-v", "-V"):
            ev.unknown_output()
            return
        if kind == "exec" and option == "-a":
            at += 1
        if option == "--":
            break
    rest = words[at:]
    if not rest:
        ev.status = 0
        return
    if not rest[0].known:
        ev.unknown_output()
        return
    ev.depth += 1
    try:
        if ev.depth > 30:
            ev.unknown_output()
        elif kind == "exec" and not ev.out.wanted:
            ev.status = None
        else:
            ev.invoke(rest, known)
    finally:
        ev.depth -= 1


def _getopts(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.status = None
    if len(words) > 2 and _NAME.match(words[2].text):
        ev.state.variables[words[2].text] = unknown(words[2].text)
    ev.state.variables["OPTARG"] = unknown("OPTARG")


def _xargs(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    """Go through ``xargs`` for what it writes, where what it reads is known."""
    stream = ev.stdin
    if not known or stream is None or not stream.exact or not ev.out.wanted or ev.out is ev.top:
        ev.unknown_output()
        return
    args = words[1:]
    at = 0
    replace: str | None = None
    per: int | None = None
    delimiter: str | None = None
    while at < len(args) and args[at].text.startswith("-"):
        option = args[at].text
        at += 1
        if option in ("-0", "--null"):
            delimiter = "\0"
        elif option in ("-r", "--no-run-if-empty", "-t"):
            pass
        elif option[:2] in ("-I", "-n", "-d", "-L", "-P"):
            value = option[2:]
            if not value and at < len(args):
                value = args[at].text
                at += 1
            if option[1] == "I":
                replace = value
            elif option[1] in "sa":
                ev.unknown_output()
                return
            elif option[1] == "n" and value.isdigit():
                per = max(1, int(value[:6]))
            elif option[1] == "d":
                delimiter = {"\\n": "\n", "\\0": "\0", "\\t": "\t"}.get(value, value[:1])
            elif option[1] == "L":
                ev.unknown_output()
                return
        elif option == "-i":
            replace = "{}"
        else:
            ev.unknown_output()
            return
    command = args[at:] or [Word("echo", 0, 0)]
    text = to_text(stream.rest())
    if delimiter is not None:
        items = text.split(delimiter)
        if items and not items[-1].strip("\n"):
            items.pop()
    elif replace is not None:
        items = [line.strip() for line in text.split("\n") if line.strip()]
    else:
        made = _items(text)
        if made is None:
            ev.unknown_output()
            return
        items = made
    old, ev.stdin = ev.stdin, Stream(b"")
    ev.quiet += 1
    try:
        if replace is not None:
            rounds = [[Word(w.text.replace(replace, item), 0, 0) for w in command] for item in items]
        else:
            size = per or max(1, len(items))
            rounds = [
                [*command, *[Word(i, 0, 0) for i in items[k : k + size]]] for k in range(0, max(1, len(items)), size)
            ]
        for one in rounds:
            ev.budget.step(2 + len(one))
            ev.invoke(one, True)
    finally:
        ev.stdin = old
        ev.quiet -= 1


def _items(text: str) -> list[str] | None:
    """Return the words of its input as ``xargs`` reads them: quotes hold, a backslash keeps the next character."""
    if "'" not in text and '"' not in text and "\\" not in text:
        return text.split()
    out = []
    at = 0
    for found in _ITEM.finditer(text):
        if text[at : found.start()].strip():
            return None
        at = found.end()
        out.append("".join([a or b or c[1:] or d for a, b, c, d in _ITEM_PART.findall(found.group())]))
    return None if text[at:].strip() else out


def _command_output(ev: Calling, words: list[Word], known: bool, node: Simple | None) -> None:
    ev.unknown_output()


BUILTINS: dict[str, Builtin] = {
    ":": _silent,
    "true": _silent,
    "false": _false,
    "echo": _echo,
    "printf": _printf,
    "cd": _cd,
    "chdir": _cd,
    "pushd": _cd,
    "popd": _cd,
    "export": _declare,
    "declare": _declare,
    "typeset": _declare,
    "local": _declare,
    "readonly": _declare,
    "unset": _unset,
    "eval": _eval,
    ".": _source,
    "source": _source,
    "set": _set,
    "shift": _shift,
    "break": _jump,
    "continue": _jump,
    "return": _jump,
    "exit": _jump,
    "test": _test,
    "[": _test,
    "let": _let,
    "alias": _alias,
    "unalias": _unalias,
    "trap": _trap,
    "read": _read,
    "mapfile": _mapfile,
    "readarray": _mapfile,
    "command": _prefix,
    "builtin": _prefix,
    "exec": _prefix,
    "getopts": _getopts,
    "xargs": _xargs,
    "shopt": _shopt,
    "setopt": _silent,
    "unsetopt": _silent,
    "enable": _setting,
    "umask": _setting,
    "ulimit": _setting,
    "wait": _unsure,
    "disown": _unsure,
    "hash": _setting,
    "logout": _unsure,
    "bg": _unsure,
    "fg": _unknown,
    "jobs": _unknown,
    "type": _command_output,
    "which": _command_output,
    "pwd": _unknown,
    "history": _unknown,
}
__all__ = ["BUILTINS", "CONDITIONS", "SILENT", "Sink", "shells"]
