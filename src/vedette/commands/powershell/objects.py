"""Objects of .NET whose state is followed: builders, streams, encodings, regexes, secure strings, ciphers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from vedette.commands.budget import Budget
from vedette.commands.decoding import inflate
from vedette.commands.powershell import bits, regexes, secure
from vedette.commands.powershell.formatting import format_values
from vedette.commands.powershell.values import (
    Items,
    Partial,
    Thing,
    Unclear,
    Unknown,
    Value,
    plain,
    sure_text,
    to_int,
    to_text,
)

ENCODINGS = {
    "ascii": "ascii",
    "us-ascii": "ascii",
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "bigendianunicode": "utf-16-be",
    "utf-16be": "utf-16-be",
    "utf7": "utf-7",
    "utf-7": "utf-7",
    "utf32": "utf-32-le",
    "utf-32": "utf-32-le",
    "default": "cp1252",
    "latin1": "latin-1",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
    "1252": "cp1252",
    "65001": "utf-8",
    "1200": "utf-16-le",
    "1201": "utf-16-be",
    "20127": "ascii",
    "28591": "latin-1",
    "oem": "cp437",
    "437": "cp437",
}
ENCODING_TYPES = {
    "text.utf8encoding": "utf-8",
    "text.asciiencoding": "ascii",
    "text.unicodeencoding": "utf-16-le",
    "text.utf7encoding": "utf-7",
    "text.utf32encoding": "utf-32-le",
}


def encoding(name: str) -> Thing:
    """Return an encoding by one of its names or its number.

    Raises:
        Unclear: it is none that is read.
    """
    codec = ENCODINGS.get(name.lower())
    if codec is None:
        raise Unclear
    return Thing("text.encoding", {"codec": codec})


def data_of(value: Value) -> bytes:
    """Return the bytes of an array or a stream.

    Raises:
        Unclear: they are not known.
    """
    if isinstance(value, bytearray):
        return bytes(value)
    if isinstance(value, Items):
        out = bytearray()
        for v in value:
            i = to_int(v)
            if not 0 <= i <= 255:
                raise Unclear
            out.append(i)
        return bytes(out)
    if isinstance(value, Thing) and "bytes" in value.data:
        data: bytes = value.data["bytes"]
        return data
    raise Unclear


def new(name: str, args: list[Value], budget: Budget) -> Thing | None:
    """Return a new object of a type whose state is followed, or None where that is not done.

    Raises:
        Unclear: its state is not known.
    """
    if name == "text.stringbuilder":
        return Thing(name, {"text": to_text(args[0]) if args and not isinstance(args[0], int) else ""})
    if name == "io.memorystream":
        first = args[0] if args and not isinstance(args[0], int) else bytearray()
        if isinstance(first, Items) and len(first) == 1 and isinstance(first[0], bytearray):
            first = first[0]
        return Thing(name, {"bytes": data_of(first), "pos": 0})
    if name in ("io.compression.deflatestream", "io.compression.gzipstream", "io.compression.zlibstream"):
        mode = args[1] if len(args) > 1 else 0
        if not (mode == 0 or (isinstance(mode, str) and mode.lower() == "decompress")):
            return None
        form = {"d": "deflate", "g": "gzip", "z": "zlib"}[name[15]]
        raw = data_of(args[0])[args[0].data.get("pos", 0) if isinstance(args[0], Thing) else 0 :]
        out = inflate(raw, budget, form=form)
        if out is None:
            raise Unclear
        return Thing(name, {"bytes": out, "pos": 0, "how": "gzip" if form == "gzip" else "deflate"})
    if name in ("io.streamreader", "io.binaryreader", "io.stringreader"):
        if args and isinstance(args[0], str):
            return Thing(name, {"string": str(args[0]), "pos": 0}) if name == "io.stringreader" else None
        codec = (
            args[1].data["codec"] if len(args) > 1 and isinstance(args[1], Thing) and "codec" in args[1].data else ""
        )
        start = args[0].data.get("pos", 0) if args and isinstance(args[0], Thing) else 0
        return Thing(name, {"bytes": data_of(args[0])[start:], "codec": codec, "pos": 0})
    if name == bits.TYPE:
        return bits.new(args, budget)
    if name in ENCODING_TYPES:
        return Thing("text.encoding", {"codec": ENCODING_TYPES[name]})
    if name == "text.regularexpressions.regex":
        return Thing(name, {"pattern": plain(args[0]), "options": plain(args[1]) if len(args) > 1 else ""})
    if name in ("management.automation.pscredential", "net.networkcredential"):
        return Thing(name, {"user": args[0], "password": args[1] if len(args) > 1 else None})
    if name in ("security.cryptography.aesmanaged", "security.cryptography.rijndaelmanaged",
                "security.cryptography.aescryptoserviceprovider"):  # fmt: skip
        return Thing(name, {"mode": "cbc", "padding": "pkcs7"})
    if name == "security.cryptography.cryptostream" and len(args) > 1 and isinstance(args[1], Thing):
        data = data_of(args[0])[args[0].data.get("pos", 0) if isinstance(args[0], Thing) else 0 :]
        clear = _decryptor(args[1], "transformfinalblock", [bytearray(data), 0, len(data)], budget)
        return Thing(name, {"bytes": bytes(clear), "pos": 0, "how": "aes"})
    if name == "security.cryptography.rfc2898derivebytes" and len(args) > 1:
        return Thing(name, {"derived": _derive(args, budget), "pos": 0})
    if name.startswith("security.cryptography.") and (digest := _digest(name)):
        return Thing(name, {"digest": digest})
    if name in ("collections.arraylist", "collections.queue", "collections.stack"):
        return None
    return None


def _derive(args: list[Value], budget: Budget) -> bytes:
    """Return the first bytes that a key derived from a password gives (PBKDF2 with SHA-1, the default)."""
    password = plain(args[0]).encode() if isinstance(args[0], str) else data_of(args[0])
    rounds = to_int(args[2]) if len(args) > 2 else 1000
    if not 1 <= rounds <= 20_000 or len(args) > 3:
        raise Unclear
    budget.step(rounds // 10)
    return hashlib.pbkdf2_hmac("sha1", password, data_of(args[1]), rounds, 128)


def _digest(name: str) -> str:
    low = name.rpartition(".")[2]
    for known in ("sha256", "sha1", "md5", "sha512", "sha384"):
        if low.startswith(known):
            return known
    return ""


def decode(codec: str, data: bytes, budget: Budget) -> str:
    """Return bytes as text."""
    budget.make(len(data))
    if codec in ("utf-16-le", "utf-16-be"):
        if len(data) % 2:
            data = data[:-1] + b"\xfd\xff" if codec == "utf-16-le" else data[:-1]
        return data.decode(codec, "replace")
    if codec == "ascii":
        return data.decode("ascii", "replace").replace("\ufffd", "?")
    return data.decode(codec, "replace")


def _encoding(thing: Thing, name: str, args: list[Value], budget: Budget) -> Value:
    codec = thing.data["codec"]
    if name in ("getstring", "getchars"):
        data = data_of(args[0])
        if len(args) == 3:
            at = to_int(args[1])
            data = data[at : at + to_int(args[2])]
        text = decode(codec, data, budget)
        if name == "getstring":
            return text
        from vedette.commands.powershell.casts import cast

        return cast(text, "char[]", budget)
    if name == "getbytes":
        value = args[0]
        text = "".join(value) if isinstance(value, Items) else plain(value)
        budget.make(len(text) * 2)
        return bytearray(text.encode(codec, "replace"))
    raise Unclear


def _builder(thing: Thing, name: str, args: list[Value], budget: Budget) -> Value:
    from vedette.commands.powershell import members
    from vedette.commands.powershell.operators import glue

    text = thing.data["text"]
    if name in ("append", "appendline", "appendformat"):
        if name == "appendformat":
            more: str | Partial = format_values(plain(args[0]), args[1:])
        elif len(args) > 1 and isinstance(args[1], int) and isinstance(args[0], str):
            budget.make(len(args[0]) * max(args[1], 0))
            more = str(args[0]) * args[1]
        else:
            more = "".join(args[0]) if args and isinstance(args[0], Items) else to_text(args[0]) if args else ""
        if name == "appendline":
            more = glue(more, "\r\n")
        budget.make(len(more) if isinstance(more, str) else 1)
        thing.data["text"] = glue(text, more)
        return thing
    if name == "tostring":
        if len(args) == 2:
            return members.call(text, "substring", args, budget)
        return text
    if name == "clear":
        thing.data["text"] = ""
        return thing
    if name in ("insert", "remove", "replace"):
        thing.data["text"] = members.call(text, name, args, budget)
        return thing
    raise Unclear


def _stream(thing: Thing, name: str, args: list[Value], budget: Budget) -> Value:
    state = thing.data
    if "string" in state:
        if name in ("readtoend", "tostring"):
            return state["string"][state["pos"] :]
        raise Unclear
    data: bytes = state["bytes"]
    if name == "toarray":
        return bytearray(data)
    if name == "getbuffer":
        return bytearray(data)
    if name == "readtoend":
        rest = data[state["pos"] :]
        state["pos"] = len(data)
        codec = state.get("codec") or _guess(rest)
        text = decode(codec, rest, budget)
        return text.lstrip("\ufeff")
    if name == "readline":
        codec = state.get("codec") or "utf-8"
        rest_text = decode(codec, data[state["pos"] :], budget)
        line = rest_text.split("\n", 1)[0]
        if not rest_text:
            return None
        state["pos"] += len((line + "\n").encode(codec, "replace"))
        return line.rstrip("\r")
    if name == "readbytes":
        count = to_int(args[0])
        out = data[state["pos"] : state["pos"] + count]
        state["pos"] += count
        return bytearray(out)
    if name == "readbyte":
        if state["pos"] >= len(data):
            return -1
        state["pos"] += 1
        return data[state["pos"] - 1]
    if name == "read" and len(args) == 3 and isinstance(args[0], bytearray):
        at, count = to_int(args[1]), to_int(args[2])
        out = data[state["pos"] : state["pos"] + count]
        if at < 0 or at + len(out) > len(args[0]):
            raise Unclear
        args[0][at : at + len(out)] = out
        state["pos"] += len(out)
        return len(out)
    if name == "write" and args:
        more = data_of(args[0])
        if len(args) == 3:
            more = more[to_int(args[1]) : to_int(args[1]) + to_int(args[2])]
        budget.make(len(more))
        state["bytes"] = data[: state["pos"]] + more + data[state["pos"] + len(more) :]
        state["pos"] += len(more)
        return None
    if name == "writebyte":
        return _stream(thing, "write", [Items([args[0]])], budget)
    if name == "copyto":
        target = args[0]
        if not isinstance(target, Thing) or "bytes" not in target.data:
            raise Unclear
        _stream(target, "write", [bytearray(data[state["pos"] :])], budget)
        state["pos"] = len(data)
        return None
    if name == "seek":
        state["pos"] = to_int(args[0])
        return state["pos"]
    if name in ("close", "dispose", "flush"):
        return None
    raise Unclear


def _guess(data: bytes) -> str:
    if data[:2] == b"\xff\xfe":
        return "utf-16-le"
    return "utf-8"


def match_thing(m: object, text: str) -> Thing:
    """Return a match as an object."""
    groups = Items()
    everything = [m.group(0), *m.groups()]  # type: ignore[attr-defined]
    for g in everything:
        groups.append(
            Thing("text.regularexpressions.group", {"value": g or "", "text": g or "", "success": g is not None})
        )
    value = everything[0]
    return Thing(
        "text.regularexpressions.match",
        {"value": value, "text": value, "success": True, "index": m.start(), "length": len(value), "groups": groups},  # type: ignore[attr-defined]
    )


def regex_call(pattern: str, options: str, name: str, args: list[Value], budget: Budget) -> Value:
    """Return what ``[regex]::Name(text, …)`` gives, the pattern already taken out.

    Raises:
        Unclear: it cannot be computed.
    """
    text = plain(args[0])
    budget.step(1 + len(text) // 512)
    if "righttoleft" in options.lower():
        if name == "matches":
            found = regexes.backwards(pattern, text)
            return Items(
                [Thing("text.regularexpressions.match", {"value": t, "text": t, "success": True}) for t in found]
            )
        raise Unclear(regexes.REFUSED)
    regex = regexes.Regex(pattern, ignore_case=False, options=options)
    if name == "replace":
        made = regex.replace(text, sure_text(args[1]))
        budget.make(len(made))
        return made
    if name == "split":
        special = regexes.split_special(pattern, text)
        return Items(special if special is not None else regex.split(text), "string")
    if name == "ismatch":
        return regex.search(text) is not None
    if name == "match":
        m = regex.search(text)
        if m is None:
            return Thing("text.regularexpressions.match", {"value": "", "text": "", "success": False})
        return match_thing(m, text)
    if name == "matches":
        out = Items()
        for m in regex.finditer(text):
            budget.make(1)
            out.append(match_thing(m, text))
        return out
    raise Unclear


def _regex(thing: Thing, name: str, args: list[Value], budget: Budget) -> Value:
    return regex_call(thing.data["pattern"], thing.data["options"], name, args, budget)


def _cipher(thing: Thing, name: str, args: list[Value], budget: Budget) -> Value:
    if name == "createdecryptor":
        state = dict(thing.data)
        if len(args) == 2:
            state["key"], state["iv"] = args
        return Thing("security.cryptography.decryptor", state)
    if name in ("dispose", "clear"):
        return None
    raise Unclear


def _decryptor(thing: Thing, name: str, args: list[Value], budget: Budget) -> Value:
    if name != "transformfinalblock":
        raise Unclear
    data = data_of(args[0])
    at, count = to_int(args[1]), to_int(args[2])
    state = thing.data
    mode = {"1": "cbc", "2": "ecb"}.get(str(state.get("mode", "cbc")).lower(), str(state.get("mode", "cbc")).lower())
    padding = str(state.get("padding", "pkcs7")).lower()
    padding = {"1": "none", "2": "pkcs7", "3": "zeros"}.get(padding, padding)
    key = data_of(state.get("key"))
    iv = data_of(state["iv"]) if state.get("iv") is not None else bytes(16)
    return bytearray(secure.unpad(secure.aes(data[at : at + count], key, iv, mode, budget), padding))


def _secret(thing: Thing, name: str, args: list[Value], budget: Budget) -> Value:
    if name == "getnetworkcredential":
        return Thing("net.networkcredential", dict(thing.data))
    raise Unclear


def _hash(thing: Thing, name: str, args: list[Value], budget: Budget) -> Value:
    if name == "computehash":
        return bytearray(hashlib.new(thing.data["digest"], data_of(args[0]), usedforsecurity=False).digest())
    raise Unclear


def call(thing: Thing, name: str, args: list[Value], budget: Budget) -> Value:
    """Return what a method of an object gives; its state may change.

    Raises:
        Unclear: it cannot be computed.
    """
    state = thing.data
    work: Callable[[Thing, str, list[Value], Budget], Value]
    if thing.type == bits.TYPE:
        work = bits.call
    elif "codec" in state and "bytes" not in state:
        work = _encoding
    elif thing.type == "text.stringbuilder" and "text" in state:
        work = _builder
    elif "bytes" in state or "string" in state:
        work = _stream
    elif thing.type == "text.regularexpressions.regex" and "pattern" in state:
        work = _regex
    elif thing.type == "security.cryptography.decryptor":
        work = _decryptor
    elif "padding" in state:
        work = _cipher
    elif "password" in state:
        work = _secret
    elif "digest" in state:
        work = _hash
    elif "derived" in state and name == "getbytes":
        at = state["pos"]
        state["pos"] = at + to_int(args[0])
        if state["pos"] > len(state["derived"]):
            raise Unclear
        return bytearray(state["derived"][at : state["pos"]])
    elif thing.type == "guid" and name == "tobytearray" and "text" in state:
        import uuid

        return bytearray(uuid.UUID(state["text"]).bytes_le)
    elif name == "tostring" and "text" in state:
        return state["text"]
    else:
        raise Unclear
    if any(isinstance(a, Unknown) for a in args):
        if work is _builder:
            state.pop("text", None)
        raise Unclear
    try:
        return work(thing, name, args, budget)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, AttributeError, LookupError):
        raise Unclear from None


def get(thing: Thing, name: str) -> Value:
    """Return a property of an object.

    Raises:
        Unclear: it is not known.
    """
    state = thing.data
    if name in ("length", "count") and "bytes" in state:
        return len(state["bytes"])
    if name in ("length",) and isinstance(state.get("text"), str):
        return len(state["text"])
    if name == "position" and "pos" in state:
        return state["pos"]
    if name == "basestream":
        return thing
    if name == "password" and isinstance(state.get("password"), Thing):
        secret = state["password"]
        return secret.data["secret"] if thing.type == "net.networkcredential" and "secret" in secret.data else secret
    if name in state and name not in ("bytes", "codec", "pos", "digest"):
        return state[name]
    raise Unclear
