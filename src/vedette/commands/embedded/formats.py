"""``sprintf``, ``pack`` and ``unpack`` as Perl, PHP, Ruby and awk share them."""

from __future__ import annotations

import binascii
import re
import struct

from vedette.commands.decoding import unbase64
from vedette.commands.embedded.evaluator import Expressions as Evaluator
from vedette.commands.embedded.values import Unresolved, Value, raw, to_bytes

_FORM = re.compile(r"%(?:(\d+)\$)?(v?)([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?(?:[hlqLV]*)([a-zA-Z%])")
_PART = re.compile(r"\(([^()]*)\)(\d+|\*)?|([a-zA-Z@])([!<>_]*)(\d+|\*)?")


def sprintf(ev: Evaluator, form: str, args: list[Value], *, first_char: bool = False) -> str:
    """Return a text formatted.

    Args:
        ev: gives texts and numbers, and charges the result.
        form: the format.
        args: its values.
        first_char: whether ``%c`` of a text is its first character, as in awk.

    Raises:
        Unresolved: a value is missing or not known, or a width is beyond reason.
    """
    taken = 0

    def one(found: re.Match[str]) -> str:
        nonlocal taken
        place, vector, flags, width, precision, kind = found.groups()
        if kind == "%":
            return "%"
        size = width or ""
        if size == "*":
            size = str(ev.whole(args[taken]))
            taken += 1
        digits = precision
        if digits == "*":
            digits = str(ev.whole(args[taken]))
            taken += 1
        if len(size) > 4 or (digits and len(digits) > 4):
            raise Unresolved
        if place:
            value = args[int(place) - 1]
        else:
            if taken >= len(args):
                raise Unresolved
            value = args[taken]
            taken += 1
        dot = f".{digits}" if digits is not None else ""
        if vector:
            return ".".join(str(ord(c)) for c in ev.text(value))
        if kind == "c":
            if first_char and isinstance(value, str):
                return value[:1]
            ev.note("char-codes")
            return chr(ev.whole(value))
        if kind in "sS":
            return f"%{flags}{size}{dot}s" % ev.text(value)
        if kind in "dibBuxXoO":
            number = ev.whole(value)
            if kind in "bB":
                return format(number, f"{'0' if '0' in flags else ''}{size}b")
            return f"%{flags}{size}{dot}{'d' if kind in 'diu' else kind.lower() if kind == 'O' else kind}" % number
        if kind in "eEfFgG":
            return f"%{flags}{size}{dot}{kind}" % ev.number(value)
        raise Unresolved

    ev.note("format-operator")
    return ev.made(_FORM.sub(one, form))


def _parts(template: str) -> list[tuple[str, str, str | None]]:
    out: list[tuple[str, str, str | None]] = []
    for found in _PART.finditer(re.sub(r"#[^\n]*|\s+", "", template)):
        if found.group(3) is None:
            out.append(("(", found.group(1), found.group(2)))
        else:
            out.append((found.group(3), found.group(4), found.group(5)))
    return out


_NUMBERS = {
    "C": "B", "c": "b", "S": "<H", "s": "<h", "L": "<I", "l": "<i", "Q": "<Q", "q": "<q", "n": ">H", "N": ">I",
    "v": "<H", "V": "<I", "I": "<I", "i": "<i", "J": "<Q", "j": "<q",
}  # fmt: skip


def _uudecode(data: bytes) -> bytes:
    out = b""
    for line in data.split(b"\n"):
        if not line.strip() or line.startswith((b"begin", b"end", b"`")):
            continue
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            size = (line[0] - 32) & 63
            out += binascii.a2b_uu(line[: 1 + (size * 4 + 2) // 3 + 2])
    return out


def unpack(ev: Evaluator, template: str, text: str, depth: int = 0) -> list[Value]:
    """Return what ``unpack`` gives for a byte string."""
    data = to_bytes(text)
    out, _ = _unpack(ev, template, data, 0, depth)
    return out


def _unpack(ev: Evaluator, template: str, data: bytes, at: int, depth: int) -> tuple[list[Value], int]:
    out: list[Value] = []
    for kind, modifier, count in _parts(template):
        ev.budget.step()
        if kind == "(":
            rounds = len(data) if count == "*" else int(count or 1)
            while rounds and at < len(data) and depth < 4:
                more, after = _unpack(ev, modifier, data, at, depth + 1)
                if after == at:
                    break
                out += more
                at = after
                rounds -= 1
                ev.budget.step()
            continue
        left = len(data) - at
        if kind in "aAZ":
            size = left if count == "*" else min(int(count or 1), left)
            piece = data[at : at + size]
            at += size
            if kind == "A":
                piece = piece.rstrip(b" \0\n\t\r")
            elif kind == "Z":
                piece = piece.split(b"\0")[0]
            out.append(raw(piece))
        elif kind in "Hh":
            digits = 2 * left if count == "*" else min(int(count or 1), 2 * left)
            size = (digits + 1) // 2
            found = data[at : at + size].hex()
            if kind == "h":
                found = "".join(found[n + 1] + found[n] for n in range(0, len(found) - 1, 2))
            out.append(found[:digits])
            at += size
        elif kind in "Bb":
            bits = 8 * left if count == "*" else min(int(count or 1), 8 * left)
            size = (bits + 7) // 8
            text = "".join(format(b, "08b")[:: 1 if kind == "B" else -1] for b in data[at : at + size])
            out.append(text[:bits])
            at += size
        elif kind == "u":
            ev.note("uuencode")
            out.append(raw(_uudecode(data[at:])))
            at = len(data)
        elif kind == "m":
            ev.note("base64")
            decoded = unbase64(raw(data[at:]), ev.budget, strict=False)
            if decoded is None:
                raise Unresolved
            out.append(raw(decoded))
            at = len(data)
        elif kind == "M":
            import quopri

            ev.note("quoted-printable")
            out.append(raw(quopri.decodestring(data[at:])))
            at = len(data)
        elif kind == "U" or kind == "W":
            text = data[at:].decode("utf-8", "replace") if kind == "U" else raw(data[at:])
            some = text if count == "*" else text[: int(count or 1)]
            out += [ord(c) for c in some]
            at = len(data)
        elif kind in "xX":
            at = max(0, at + (1 if kind == "x" else -1) * (left if count == "*" else int(count or 1)))
        elif kind in _NUMBERS:
            form = _NUMBERS[kind]
            if ">" in modifier and len(form) > 1:
                form = ">" + form[1:]
            size = struct.calcsize(form)
            rounds = left // size if count == "*" else min(int(count or 1), left // size)
            ev.budget.make(rounds)
            for _ in range(rounds):
                out.append(struct.unpack_from(form, data, at)[0])
                at += size
        else:
            raise Unresolved
    return out, at


def pack(ev: Evaluator, template: str, args: list[Value], depth: int = 0) -> str:
    """Return what ``pack`` makes, as a byte string."""
    text, _ = _pack(ev, template, list(args), depth)
    return ev.made(text)


def _pack(ev: Evaluator, template: str, args: list[Value], depth: int) -> tuple[str, list[Value]]:
    out: list[str] = []
    for kind, modifier, count in _parts(template):
        ev.budget.step()
        if kind == "(":
            rounds = 4096 if count == "*" else int(count or 1)
            while rounds and args and depth < 4:
                more, args = _pack(ev, modifier, args, depth + 1)
                out.append(more)
                rounds -= 1
            continue
        if kind in "aAZHhBbumMw":
            value = ev.text(args.pop(0) if args else "")
            ev.budget.make(len(value))
            if kind in "aAZ":
                size = len(value) + (kind == "Z") if count == "*" else int(count or 1)
                ev.budget.make(size)
                out.append(value[:size].ljust(size, " " if kind == "A" else "\0"))
            elif kind in "Hh":
                digits = value if count in ("*", None) and count == "*" else value[: int(count or 1)]
                digits = digits + "0" if len(digits) % 2 else digits
                if kind == "h":
                    digits = "".join(digits[n + 1] + digits[n] for n in range(0, len(digits), 2))
                out.append(raw(bytes.fromhex(digits)))
                ev.note("hex")
            elif kind in "Bb":
                bits = value if count == "*" else value[: int(count or 1)]
                bits = bits + "0" * (-len(bits) % 8)
                ev.note("binary-digits")
                out.append(
                    "".join(chr(int(bits[n : n + 8][:: 1 if kind == "B" else -1], 2)) for n in range(0, len(bits), 8))
                )
            elif kind == "m":
                import base64

                out.append(base64.b64encode(to_bytes(value)).decode())
            else:
                raise Unresolved
        elif kind in "UWCc" and (kind in "UW" or True):
            rounds = len(args) if count == "*" else int(count or 1)
            codes = [ev.whole(args.pop(0)) for _ in range(min(rounds, len(args)))]
            ev.note("char-codes")
            out.append("".join(chr(c & 0xFF if kind in "Cc" else c) for c in codes))
        elif kind == "x":
            size = int(count or 1) if count != "*" else 0
            ev.budget.make(size)
            out.append("\0" * size)
        elif kind in _NUMBERS:
            form = _NUMBERS[kind]
            if ">" in modifier and len(form) > 1:
                form = ">" + form[1:]
            mask = (1 << (8 * struct.calcsize(form))) - 1
            rounds = len(args) if count == "*" else int(count or 1)
            for _ in range(min(rounds, len(args))):
                number = ev.whole(args.pop(0)) & mask
                out.append(raw(number.to_bytes(struct.calcsize(form), "big" if form[0] == ">" else "little")))
        else:
            raise Unresolved
    return "".join(out), args
