"""Cmdlets whose output is computed from known values, and those that run code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from vedette.commands.base import Nested
from vedette.commands.powershell import nodes as n
from vedette.commands.powershell import objects, regexes, secure
from vedette.commands.powershell.calls import Arg, Bound, CommandEvaluator
from vedette.commands.powershell.evaluator import DOWNLOADED
from vedette.commands.powershell.object_evaluator import command_thing, member_things
from vedette.commands.powershell.operators import compare, glue
from vedette.commands.powershell.tables import ENVIRONMENT, PREFERENCES, VARIABLE_NAMES
from vedette.commands.powershell.values import (
    UNKNOWN,
    Code,
    Items,
    Partial,
    Table,
    Thing,
    TypeRef,
    Unclear,
    Unknown,
    Value,
    as_list,
    collapse,
    plain,
    sure_text,
    to_int,
    to_number,
    to_text,
    truth,
    type_name,
)
from vedette.schema.command import Language

Work = Callable[[CommandEvaluator, n.Command, Bound, "list[Value] | None", tuple[str, ...], int], list[Value]]


def _given(stream: list[Value] | None) -> list[Value]:
    return [UNKNOWN] if stream is None else stream


def _foreach(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    items = _given(stream)
    arg = b.get("process", 0) or b.get("membername", 0, 2)
    if b.get("begin", None, 2) is not None and isinstance((begin := b.get("begin", None, 2)).value, Code):  # type: ignore[union-attr]
        ev.each(begin.value, [None])  # type: ignore[union-attr]
    codes = [a.value for a in b.placed if isinstance(a.value, Code)]
    if len(codes) > 1 and b.get("process", None) is None:
        out: list[Value] = []
        out += ev.each(codes[0], [None])
        out += ev.each(codes[1], items)
        for c in codes[2:]:
            out += ev.each(c, [None])
        return out
    if arg is None:
        return [UNKNOWN]
    if isinstance(arg.value, Code):
        uncertain = all(isinstance(v, Unknown) for v in items)
        if uncertain and items:
            ev.unsure += 1
        try:
            made = ev.each(arg.value, items)
        finally:
            if uncertain and items:
                ev.unsure -= 1
        end = b.get("end", None, 2)
        if end is not None and isinstance(end.value, Code):
            made += ev.each(end.value, [None])
        return made
    name = plain(arg.value)
    rest = [a.value for a in b.placed if a is not arg]
    if (more := b.get("argumentlist", None)) is not None:
        rest += as_list(more.value)
    out = []
    for v in items:
        ev.budget.step(1)
        out += ev.spread(_member(ev, v, name, rest, node))
    return out


def _member(ev: CommandEvaluator, value: Value, name: str, args: list[Value], node: n.Command) -> Value:
    from vedette.commands.powershell import members

    if isinstance(value, Unknown):
        return value
    try:
        if isinstance(value, Thing):
            return objects.get(value, name.lower())
        if args or name.lower() in members.STRING or name.lower() in members.NUMBER:
            return members.call(value, name.lower(), args, ev.budget)
        return members.get(value, name.lower())
    except Unclear:
        return UNKNOWN


def _where(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    items = _given(stream)
    arg = b.get("filterscript", 0)
    if arg is None or not isinstance(arg.value, Code):
        return [UNKNOWN]
    if all(isinstance(v, Unknown) for v in items):
        ev.unsure += 1
        try:
            ev.each(arg.value, items[:1])
        finally:
            ev.unsure -= 1
        return items[:1]
    out: list[Value] = []
    for v in items:
        t = truth(collapse(ev.each(arg.value, [v])))
        if t is None:
            return [UNKNOWN]
        if t:
            out.append(v)
    return out


def _by_first(a: tuple[Value, Value], b: tuple[Value, Value]) -> int:
    return compare(a[0], b[0], False)


def _sort(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    import functools

    items = _given(stream)
    ev.budget.step(1 + len(items))
    if any(isinstance(v, Unknown) for v in items):
        return [UNKNOWN]
    keys: list[Value] = []
    by = b.get("property", 0)
    for v in items:
        if by is None:
            keys.append(v)
        elif isinstance(by.value, Code):
            key = collapse(ev.each(by.value, [v]))
            if isinstance(key, Unknown):
                return [UNKNOWN]
            keys.append(key)
        else:
            keys.append(_member(ev, v, plain(by.value), [], node))
    pairs: list[tuple[Value, Value]] = sorted(
        zip(keys, items, strict=True),
        key=functools.cmp_to_key(_by_first),
        reverse=b.has("descending", 3),
    )
    ev.log.append("sort")
    out = [v for _, v in pairs]
    if b.has("unique", 1):
        seen: list[Value] = []
        for v in out:
            if not seen or compare(seen[-1], v, False) != 0:
                seen.append(v)
        return seen
    return out


def _select(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    items = _given(stream)
    if all(isinstance(v, Unknown) for v in items) and items:
        for a in b.placed:
            if isinstance(a.value, Code):
                ev.each(a.value, items[:1])
        return items[:1]
    if (skip := b.get("skip", None, 2)) is not None:
        items = items[to_int(skip.value) :]
    if (first := b.get("first", None)) is not None:
        items = items[: to_int(first.value)]
    if (last := b.get("last", None)) is not None:
        count = to_int(last.value)
        items = items[-count:] if count else []
    if (index := b.get("index", None, 3)) is not None:
        wanted = sorted({to_int(v) for v in as_list(index.value)})
        items = [items[i] for i in wanted if 0 <= i < len(items)]
    if b.has("unique", 1):
        out: list[Value] = []
        for v in items:
            if not any(type(v) is type(o) and v == o for o in out[-500:]):
                out.append(v)
        items = out
    name = b.get("expandproperty", None, 2)
    if name is not None:
        made: list[Value] = []
        for v in items:
            made += ev.spread(_member(ev, v, plain(name.value), [], node))
        return made
    if b.get("property", 0) is not None:
        return [UNKNOWN]
    return items


def _echo(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    if b.placed or b.get("inputobject", None) is not None:
        out: list[Value] = []
        given = b.get("inputobject", None)
        for a in b.placed or ([given] if given is not None else []):
            out += ev.spread(a.value)
        return out
    return _given(stream)


def _pass(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    return _given(stream)


def _nothing(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    return []


def _out_string(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    made: str | Partial = ""
    for v in _given(stream):
        made = glue(made, to_text(v))
        if not b.has("nonewline", 3):
            made = glue(made, "\r\n")
    return [made]


def _variable_names(pattern: str, ev: CommandEvaluator) -> list[str]:
    from vedette.commands.powershell.regexes import wildcard

    if not any(c in pattern for c in "*?["):
        return [pattern]
    regex = wildcard(pattern)
    names = [v for v in VARIABLE_NAMES if regex.fullmatch(v)]
    for frame in ev.state.frames:
        names += [k for k in frame if regex.fullmatch(k) and k.lower() not in {x.lower() for x in names}]
    return sorted(names, key=str.lower)


def _variable_thing(name: str, ev: CommandEvaluator) -> Thing:
    slot = ev.state.find(name.lower())
    value = slot[0] if slot is not None else ev.state.special(name.lower(), "$" + name)
    if slot is not None:
        ev.reads.add(name.lower())
        ev.log.append("variable")
        ev.log.extend(reversed(slot[1]))
    if isinstance(value, Unknown) and name.lower() in PREFERENCES:
        value = PREFERENCES[name.lower()]
    return Thing("psvariable", {"name": name, "value": value})


def _get_variable(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    arg = b.get("name", 0)
    if arg is None:
        return [UNKNOWN]
    out: list[Value] = []
    for pattern in as_list(arg.value):
        for name in _variable_names(plain(pattern), ev):
            thing = _variable_thing(name, ev)
            out.append(thing.data["value"] if b.has("valueonly", 1) else thing)
    if not out:
        raise Unclear
    return out


def _set_variable(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    name, value = b.get("name", 0), b.get("value", 1 if b.get("name", None) is None else 0)
    if name is None:
        return []
    made: Value = value.value if value is not None else collapse(_given(stream)) if stream is not None else None
    for one in as_list(name.value):
        text = sure_text(one).lower()
        ev.state.set(text.partition(":")[2] if text.startswith(("global:", "script:", "variable:")) else text, made,
                     value.how if value is not None else ())  # fmt: skip
    return []


def _drive_path(value: Value) -> tuple[str, str] | None:
    text = to_text(value)
    shown = text if isinstance(text, str) else text.text()
    drive, colon, rest = shown.partition(":")
    drive = drive.lower().rpartition("\\")[2]
    if colon and drive in ("variable", "env", "alias", "function"):
        return drive, rest.lstrip("\\/")
    return None


def _set_item(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    path = b.get("path", 0) or b.get("literalpath", 0)
    value = b.get("value", 1 if b.get("path", None) is None else 0)
    if path is None:
        return []
    found = _drive_path(path.value)
    if found is None:
        return [UNKNOWN]
    drive, name = found
    made = value.value if value is not None else UNKNOWN
    if drive == "variable":
        ev.state.set(name.lower(), made, value.how if value is not None else ())
    elif drive == "env":
        ev.state.set("env:" + name.lower(), made)
    else:
        ev.set_drive(drive, name.lower(), made)
    return []


def _drive_items(ev: CommandEvaluator, drive: str, pattern: str) -> list[Value]:
    from vedette.commands.powershell.regexes import wildcard

    if drive == "variable":
        return [_variable_thing(name, ev) for name in _variable_names(pattern or "*", ev)]
    if drive == "env":
        pattern = pattern or "*"
        names = list(dict.fromkeys([*ENVIRONMENT, *(k.lower() for k in ev.scope.environment if ":" not in k)]))
        if any(c in pattern for c in "*?["):
            regex = wildcard(pattern)
            hits = [x for x in names if regex.fullmatch(x)]
            if len(hits) != 1:
                raise Unclear
        else:
            hits = [pattern.lower()]
        return [Thing("env", {"name": h, "key": h, "value": ev.state.env(h, "$env:" + h)}) for h in hits]
    if drive == "alias":
        pattern = pattern or "*"
        return [command_thing(c) for c in ev.commands_like(pattern, "alias")]
    code = ev.drive("function", pattern.lower())
    return (
        [Thing("function", {"name": pattern, "scriptblock": code, "definition": code.source()})]
        if isinstance(code, Code)
        else [UNKNOWN]
    )


def _get_item(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    path = b.get("path", 0) or b.get("literalpath", 0)
    if path is None:
        return [UNKNOWN]
    found = _drive_path(path.value)
    if found is None:
        return [UNKNOWN]
    return _drive_items(ev, *found)


def _get_content(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    path = b.get("path", 0) or b.get("literalpath", 0)
    if path is None:
        return [UNKNOWN]
    found = _drive_path(path.value)
    if found is not None:
        out: list[Value] = []
        for item in _drive_items(ev, *found):
            out += ev.spread(
                item.data.get("value", item.data.get("scriptblock", UNKNOWN)) if isinstance(item, Thing) else item
            )
        return out
    text = to_text(path.value)
    data = ev.scope.files.get((text if isinstance(text, str) else text.text()).casefold())
    if data is None:
        return [Unknown("", "")]
    from vedette.commands.decoding import decode_text

    encoding = b.get("encoding", None, 2)
    if b.has("asbytestream", 3) or (encoding is not None and plain(encoding.value).lower() == "byte"):
        return list(data)
    shown = decode_text(data)
    if shown is None:
        return [UNKNOWN]
    return [shown] if b.has("raw", 2) else list(shown.splitlines())


def _set_content(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    path = b.get("path", 0) or b.get("literalpath", 0) or b.get("filepath", 0)
    at = 1 if path is not None and path in b.placed else 0
    value = b.get("value", at) or b.get("inputobject", None)
    if path is None:
        return []
    made = value.value if value is not None else Items(_given(stream))
    found = _drive_path(path.value)
    if found is not None and found[0] in ("function", "variable", "alias", "env"):
        if found[0] == "variable":
            ev.state.set(found[1].lower(), made)
        elif found[0] == "env":
            ev.state.set("env:" + found[1].lower(), made)
        else:
            ev.set_drive(found[0], found[1].lower(), made)
        return []
    if (
        isinstance(made, (bytearray, Items))
        and ((enc := b.get("encoding", None, 2)) is not None)
        and (plain(enc.value).lower() == "byte" or b.has("asbytestream", 3))
    ):
        text = to_text(path.value)
        ev.scope.files[(text if isinstance(text, str) else text.text()).casefold()] = objects.data_of(made)
        return []
    low = CANONICAL_NAME.get(_name(ev, node), "")
    ev.write_file(">>" if "add" in low or b.has("append", 1) else ">", path.value, ev.spread(made))
    return []


def _name(ev: CommandEvaluator, node: n.Command) -> str:
    return ev.source(node.name).replace("`", "").lower()


CANONICAL_NAME = {"ac": "add", "add-content": "add"}


def _set_alias(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    name = b.get("name", 0)
    value = b.get("value", 1 if b.get("name", None) is None else 0)
    if name is None or value is None:
        return []
    target = value.value
    if isinstance(target, Thing) and target.type == "commandinfo":
        target = target.data["name"]
    ev.state.aliases[sure_text(name.value).lower()] = sure_text(target)
    return []


def _get_command(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    arg = b.get("name", 0)
    kind = b.get("commandtype", None, 1)
    found: list[Value] = []
    for pattern in as_list(arg.value) if arg is not None else ["*"]:
        found += [command_thing(c) for c in ev.commands_like(plain(pattern), plain(kind.value).lower() if kind else "")]
    if not found:
        return [UNKNOWN]
    ev.log.append("command-lookup")
    return found


def _get_alias(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    if (definition := b.get("definition", None, 1)) is not None:
        from vedette.commands.powershell.tables import ALIASES

        wanted = plain(definition.value).lower()
        hits: list[Value] = [command_thing(a) for a, c in sorted(ALIASES.items()) if c.lower() == wanted]
    else:
        arg = b.get("name", 0)
        hits = [command_thing(c) for c in ev.commands_like(plain(arg.value) if arg is not None else "*", "alias")]
    ev.log.append("command-lookup")
    return hits or [UNKNOWN]


def _iex(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: tuple[str, ...], mark: int
) -> list[Value]:
    arg = b.get("command", 0)
    if arg is not None:
        at: n.Node | None = arg.node
        return ev.invoke_text(arg.value, tuple(dict.fromkeys((*arg.how,))), node, at)
    if stream is None:
        return [UNKNOWN]
    value = collapse(stream)
    how2 = ev.how(mark)
    out: list[Value] = []
    if isinstance(value, Items) and all(isinstance(v, str) and len(v) > 1 for v in value):
        for v in value:
            out += ev.invoke_text(v, how2, node, None)
        return out
    return ev.invoke_text(value, how2, node, None)


def _invoke_command(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    args = b.get("argumentlist", None) or b.get("args", None, 4)
    passed = ev.spread(args.value) if args is not None else []
    for a in [b.get("scriptblock", None, 2), b.get("command", None, 2), *b.placed]:
        if a is None:
            continue
        if isinstance(a.value, Code):
            ev.hand(a.value, _with_name(node, args))
            if a.value.made:
                return ev.invoke_text(a.value, a.value.how, node, a.node, passed)
            return ev.call_code(a.value, passed, stream)
        if isinstance(a.value, Unknown) and a.value.type == DOWNLOADED:
            ev.stop("what it downloads is not known")
    return [UNKNOWN]


def _with_name(node: n.Command, arg: Arg | None) -> list[n.Node]:
    """Return an argument of a command and the parameter that names it, as nodes."""
    if arg is None:
        return []
    for before, at in zip([None, *node.args], node.args, strict=False):
        if at is arg.node:
            return [before, at] if isinstance(before, n.Param) and before.value is None else [at]
    return []


def _start_job(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    init = b.get("initializationscript", None, 2)
    if init is not None and isinstance(init.value, Code):
        ev.call_code(init.value, [], new=False)
    need, ev.need = ev.need, True
    try:
        out = _invoke_command(ev, node, b, stream, how, mark)
    finally:
        ev.need = need
    return [Thing(_JOB, {"out": out, "state": "Completed"})]


_JOB = "management.automation.job"


def _receive(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    arg = b.get("job", 0)
    out: list[Value] = []
    for v in ev.spread(arg.value) if arg is not None else _given(stream):
        out += v.data["out"] if isinstance(v, Thing) and v.type == _JOB else [UNKNOWN]
    return out


def _wait(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    arg = b.get("job", 0)
    return ev.spread(arg.value) if arg is not None else _given(stream)


def _new_object(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    com = b.get("comobject", None)
    if com is not None:
        return [Thing(plain(com.value).lower())]
    type_ = b.get("typename", 0)
    if type_ is None:
        return [UNKNOWN]
    given = b.get("argumentlist", 1 if type_ in b.placed else 0)
    name = type_.value.name if isinstance(type_.value, TypeRef) else type_name(plain(type_.value))
    if given is None:
        args: list[Value] = []
    elif isinstance(given.value, Items):
        args = list(given.value)
    else:
        args = [given.value]
    if not any(a.node is getattr(given, "node", None) for a in b.placed):
        pass
    extra = [a.value for a in b.placed if a is not type_ and a is not given]
    made = ev.new_object(name, args + extra)
    given_properties = b.get("property", None, 2)
    if given_properties is not None and isinstance(given_properties.value, Table):
        for key, value in given_properties.value.entries.values():
            if isinstance(made, Table):
                made.put(key, value)
            elif isinstance(made, Thing):
                made.data[str(key).lower()] = value
    return [made]


def _add_member(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    name = b.get("notepropertyname", None, 5) or b.get("name", None, 1) or b.get("name", 1)
    value = b.get("notepropertyvalue", None, 13) or b.get("value", None, 1)
    if value is None and b.placed:
        value = b.placed[-1]
    given = b.get("inputobject", None)
    items = [given.value] if given is not None else _given(stream)
    if name is not None and value is not None:
        for item in items:
            if isinstance(item, Table) and not ev.unsure:
                item.put(plain(name.value), value.value)
    return items if b.has("passthru", 2) else []


def _wmi(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    class_ = b.get("classname", None, 2) or (b.placed[0] if b.placed else None)
    listed = "list" in b.named or "get-cimclass" in ev.source(node.name).lower()
    if class_ is None and "list" in b.named:
        class_ = b.named["list"]
    if not listed or class_ is None:
        return [UNKNOWN]
    return [Thing("management.managementclass", {"argument": sure_text(class_.value)})]


def _string_data(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    arg = b.get("stringdata", 0)
    text = plain(arg.value) if arg is not None else "\n".join(plain(v) for v in _given(stream))
    table = Table()
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith("#"):
            table.put(key.strip(), regexes.unescape(value.strip()))
    return [table]


def _secure(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    text = b.get("string", 0)
    value = text.value if text is not None else collapse(_given(stream))
    secret = sure_text(value)
    key = b.get("key", None, 1)
    sec_key = b.get("securekey", None, 2)
    if b.has("asplaintext", 1):
        shown = secret
    elif key is not None:
        shown = secure.decrypt(secret, objects.data_of(key.value), ev.budget)
        ev.log.append("securestring")
    elif sec_key is not None and isinstance(sec_key.value, Thing) and "secret" in sec_key.value.data:
        shown = secure.decrypt(secret, sec_key.value.data["secret"].encode("utf-16-le"), ev.budget)
        ev.log.append("securestring")
    else:
        raise Unclear("the secure string is bound to a user of one machine")
    return [Thing("security.securestring", {"secret": shown, "length": len(shown)})]


def _from_secure(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    value = b.get("securestring", 0)
    thing = value.value if value is not None else collapse(_given(stream))
    if b.has("asplaintext", 1) and isinstance(thing, Thing) and "secret" in thing.data:
        return [thing.data["secret"]]
    return [UNKNOWN]


def _from_json(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    arg = b.get("inputobject", 0)
    text = plain(arg.value) if arg is not None else "\n".join(plain(v) for v in _given(stream))
    if text.count("[") + text.count("{") > 2000 or len(text) > 200_000:
        raise Unclear
    ev.budget.step(1 + len(text) // 50)
    try:
        return ev.spread(_jsoned(json.loads(text)))
    except (ValueError, RecursionError):
        raise Unclear from None


def _jsoned(value: Any) -> Value:
    if isinstance(value, dict):
        table = Table()
        for k, v in value.items():
            table.put(k, _jsoned(v))
        return table
    return Items([_jsoned(v) for v in value]) if isinstance(value, list) else value


def _join_path(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    path = b.get("path", 0)
    child = b.get("childpath", 1 if path in b.placed else 0)
    if path is None or child is None:
        return [UNKNOWN]
    base, leaf = to_text(path.value), to_text(child.value)
    shown = base if isinstance(base, str) else base.text()
    if shown.endswith(("\\", "/")) and isinstance(leaf, str):
        return [glue(base, leaf.lstrip("\\/"))]
    if isinstance(leaf, str):
        leaf = leaf.lstrip("\\/")
    return [glue(glue(base, "\\"), leaf)]


def _split_path(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    import ntpath

    path = b.get("path", 0)
    if path is None:
        return [UNKNOWN]
    text = sure_text(path.value)
    return [ntpath.basename(text) if b.has("leaf", 1) else ntpath.dirname(text)]


def _download(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    return [Unknown("", DOWNLOADED)]


def _select_string(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    pattern = b.get("pattern", 0)
    given = b.get("inputobject", None)
    if pattern is None or b.get("path", None, 2) is not None or len(b.placed) > 1:
        return [UNKNOWN]
    cased = "IgnoreCase" if not b.has("casesensitive", 2) else ""
    expression = plain(pattern.value) if not b.has("simplematch", 1) else regexes.escape(plain(pattern.value))
    out: list[Value] = []
    for v in ev.spread(given.value) if given is not None else _given(stream):
        line = plain(v)
        found = objects.regex_call(expression, cased, "matches", [line], ev.budget)
        if not found:
            continue
        matches = Items(found if b.has("allmatches", 2) else found[:1])
        out.append(Thing("selectedline", {"matches": matches, "line": line, "text": line, "pattern": expression}))
    ev.log.append("regex-match")
    return out


def _measure(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    items = _given(stream)
    if any(isinstance(v, Unknown) for v in items):
        return [UNKNOWN]
    table = Table()
    table.put("count", len(items))
    if b.has("sum", 2):
        table.put("sum", sum(to_number(v) for v in items))
    return [table]


def _tee(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    name = b.get("variable", None, 1)
    if name is not None:
        ev.state.set(plain(name.value).lower(), collapse(_given(stream)))
    else:
        path = b.get("filepath", 0)
        if path is not None:
            ev.write_file(">", path.value, stream)
    return _given(stream)


def _remove_variable(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    name = b.get("name", 0)
    if name is not None:
        for v in as_list(name.value):
            ev.state.set(plain(v).lower(), None)
    return []


def _add_type(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    return []


def _import_alias(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    path = b.get("name", 0)
    if path is None:
        return []
    low = plain(path.value).casefold()
    data = ev.scope.files.get(low) or ev.scope.files.get(low.removeprefix(".\\"))
    if data and low.endswith((".ps1", ".psm1")):
        from vedette.commands.decoding import decode_text

        text = decode_text(data)
        if text and not ev.silent:
            ev.reading.nested.append(Nested(Language.POWERSHELL, text))
    return []


def _get_member(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    given = b.get("inputobject", None)
    value = given.value if given is not None else collapse(_given(stream))
    found: list[Value] = [*member_things(value)]
    return found or [UNKNOWN]


def _get_random(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    return [UNKNOWN]


def _key(path: Value, name: Value) -> str:
    """Return where a registry value that the command itself writes is kept among its files."""
    text = to_text(path)
    low = (text if isinstance(text, str) else text.text()).lower().replace("/", "\\")
    low = low.removeprefix("registry::").removeprefix("microsoft.powershell.core\\registry::")
    hive, _, rest = low.partition("\\")
    hive = {"hkey_current_user": "hkcu", "hkey_local_machine": "hklm"}.get(hive.rstrip(":"), hive.rstrip(":"))
    return f"registry:{hive}\\{rest.strip(chr(92))}\\{plain(name).lower()}"


def _set_property(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    path, name = b.get("path", 0) or b.get("literalpath", 0), b.get("name", 1 if b.get("path", None) is None else 0)
    place = sum(1 for a in (path, name) if a is not None and a in b.placed)
    value = b.get("value", place)
    if path is None or name is None or value is None:
        return []
    key = _key(path.value, name.value)
    if ev.unsure:
        ev.scope.files.pop(key, None)
    else:
        ev.scope.files[key] = sure_text(value.value).encode("utf-8", "replace")
    return [UNKNOWN]


def _get_property(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    path, name = b.get("path", 0) or b.get("literalpath", 0), b.get("name", 1 if b.get("path", None) is None else 0)
    if path is None:
        return [UNKNOWN]
    found = Table()
    if name is None:
        prefix = _key(path.value, "")
        for key, data in ev.scope.files.items():
            if key.startswith(prefix) and "\\" not in key[len(prefix) :]:
                found.put(key[len(prefix) :], data.decode("utf-8", "replace"))
    else:
        got = ev.scope.files.get(_key(path.value, name.value))
        if got is not None:
            found.put(plain(name.value), got.decode("utf-8", "replace"))
    if not found.entries:
        return [UNKNOWN]
    ev.log.append("registry-value")
    return [found]


def _get_property_value(
    ev: CommandEvaluator, node: n.Command, b: Bound, stream: list[Value] | None, how: Any, mark: int
) -> list[Value]:
    (found,) = _get_property(ev, node, b, stream, how, mark)
    if isinstance(found, Table) and len(found.entries) == 1:
        return [v for _, v in found.entries.values()]
    return [UNKNOWN]


CMDLETS: dict[str, Work] = {
    "foreach-object": _foreach,
    "where-object": _where,
    "sort-object": _sort,
    "select-object": _select,
    "write-output": _echo,
    "write-host": _nothing,
    "write-verbose": _nothing,
    "out-null": _nothing,
    "out-default": _pass,
    "out-host": _nothing,
    "out-string": _out_string,
    "get-variable": _get_variable,
    "set-variable": _set_variable,
    "new-variable": _set_variable,
    "remove-variable": _remove_variable,
    "set-item": _set_item,
    "new-item": _set_item,
    "get-item": _get_item,
    "get-childitem": _get_item,
    "get-content": _get_content,
    "set-content": _set_content,
    "add-content": _set_content,
    "out-file": _set_content,
    "set-alias": _set_alias,
    "new-alias": _set_alias,
    "get-command": _get_command,
    "get-alias": _get_alias,
    "invoke-expression": _iex,
    "invoke-command": _invoke_command,
    "start-job": _start_job,
    "start-threadjob": _start_job,
    "receive-job": _receive,
    "wait-job": _wait,
    "measure-command": _invoke_command,
    "new-object": _new_object,
    "convertto-securestring": _secure,
    "convertfrom-securestring": _from_secure,
    "convertfrom-json": _from_json,
    "join-path": _join_path,
    "split-path": _split_path,
    "invoke-webrequest": _download,
    "invoke-restmethod": _download,
    "measure-object": _measure,
    "select-string": _select_string,
    "tee-object": _tee,
    "add-type": _add_type,
    "import-module": _import_alias,
    "set-strictmode": _nothing,
    "get-random": _get_random,
    "get-unique": _pass,
    "get-member": _get_member,
    "add-member": _add_member,
    "get-wmiobject": _wmi,
    "get-cimclass": _wmi,
    "convertfrom-stringdata": _string_data,
    "set-itemproperty": _set_property,
    "new-itemproperty": _set_property,
    "get-itemproperty": _get_property,
    "get-itempropertyvalue": _get_property_value,
}
QUIET = {
    "foreach-object", "where-object", "sort-object", "select-object", "write-output", "out-null", "out-default",
    "out-string", "get-variable", "set-variable", "new-variable", "get-command", "get-alias", "set-alias", "new-alias",
    "convertto-securestring", "convertfrom-json", "join-path", "split-path", "measure-object", "tee-object",
    "new-object", "set-strictmode", "get-random", "get-unique", "get-member", "add-member", "convertfrom-stringdata",
    "write-host", "write-verbose",
    "convertfrom-securestring",
}  # fmt: skip
"""Cmdlets that change nothing outside, so that a loop of them is run through."""
READS_TEXT: set[str] = set()
__all__ = ["CMDLETS", "Arg"]
