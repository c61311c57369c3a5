"""Tools that encode, decode, compress and encrypt."""

from __future__ import annotations

import base64
import binascii
import bz2
import hashlib
import lzma
import re
import zlib
from typing import Any

from vedette.commands.decoding import inflate, unbase64
from vedette.commands.sh.bench import Bench, Tool, number, options

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")
_SPACE = re.compile(rb"\s+")


def _wrapped(data: bytes, width: int) -> bytes:
    if not width or not data:
        return data
    return b"".join([data[i : i + width] + b"\n" for i in range(0, len(data), width)])


def _decoded(data: bytes, garbage: bool, bench: Bench) -> bytes | None:
    """Return base64 undone as the tool does it: what comes before a mistake is written."""
    packed = data.replace(b"\n", b"")
    if garbage:
        packed = _NOT_BASE64.sub(b"", packed)
    else:
        m = _NOT_BASE64.search(packed)
        if m is not None:
            if packed[m.start() :].strip() == b"":
                packed = packed[: m.start()]
            else:
                bench.status = 1
                packed = packed[: m.start() // 4 * 4]
    bench.budget.make(len(packed))
    out = []
    for piece in re.findall(rb"[^=]+=*|=+", packed):
        body = piece.rstrip(b"=")
        if len(body) % 4 == 1:
            body = body[:-1]
            bench.status = 1
        if not body:
            continue
        try:
            out.append(base64.b64decode(body + b"=" * (-len(body) % 4)))
        except (binascii.Error, ValueError):
            return None
    return b"".join(out)


def base64_(args: list[str], bench: Bench) -> bytes | None:
    """``base64``."""
    made = options(
        args, "dDiu", "wbo", {"decode": "d", "ignore-garbage": "i", "wrap": "w", "break": "b", "output": "o"}
    )
    inputs: list[str] = []
    if made is None or ("i" in [k for k, _ in made[0]] and len(made[1]) > 1):
        return None
    found, rest = made
    letters = [k for k, _ in found]
    decode = "d" in letters or "D" in letters or "u" in letters
    if "o" in letters:
        return None
    data = bench.read(inputs or rest)
    if data is None:
        return None
    if decode:
        bench.methods = ("base64",)
        return _decoded(data, "i" in letters, bench)
    width = 76
    for key, value in found:
        if key in "wb":
            asked = number(value)
            if asked is None:
                return None
            width = asked
    bench.budget.make(len(data) * 4 // 3 + 4)
    return _wrapped(base64.b64encode(data), width)


def base32_(args: list[str], bench: Bench) -> bytes | None:
    """``base32``."""
    made = options(args, "di", "w", {"decode": "d", "ignore-garbage": "i", "wrap": "w"})
    if made is None:
        return None
    found, rest = made
    letters = [k for k, _ in found]
    data = bench.read(rest)
    if data is None:
        return None
    if "d" in letters:
        bench.methods = ("base32",)
        packed = re.sub(rb"[^A-Z2-7]" if "i" in letters else rb"[\s=]", b"", data)
        bench.budget.make(len(packed))
        try:
            return base64.b32decode(packed + b"=" * (-len(packed) % 8))
        except (binascii.Error, ValueError):
            return None
    width = 76
    for key, value in found:
        if key == "w":
            asked = number(value)
            if asked is None:
                return None
            width = asked
    return _wrapped(base64.b32encode(data), width)


def basenc(args: list[str], bench: Bench) -> bytes | None:
    """``basenc``."""
    kinds = {
        "--base64": "64", "--base64url": "64url", "--base32": "32", "--base32hex": "32hex", "--base16": "16",
        "--z85": "85",
    }  # fmt: skip
    kind = next((kinds[a] for a in args if a in kinds), None)
    rest = [a for a in args if a not in kinds]
    if kind == "64":
        return base64_(rest, bench)
    if kind == "32":
        return base32_(rest, bench)
    made = options(rest, "di", "w", {"decode": "d", "ignore-garbage": "i", "wrap": "w"})
    if made is None or kind is None or kind == "85":
        return None
    data = bench.read(made[1])
    if data is None:
        return None
    decode = "d" in [k for k, _ in made[0]]
    width = next((number(v) for k, v in made[0] if k == "w"), 76)
    try:
        if kind == "64url":
            if decode:
                bench.methods = ("base64",)
                return unbase64(data.decode("ascii"), bench.budget)
            return _wrapped(base64.urlsafe_b64encode(data), width or 0)
        if kind == "16":
            if decode:
                bench.methods = ("hex",)
                return bytes.fromhex(_SPACE.sub(b"", data).decode("ascii"))
            return _wrapped(data.hex().upper().encode(), width or 0)
        if decode:
            bench.methods = ("base32",)
            return base64.b32hexdecode(_SPACE.sub(b"", data))
        return _wrapped(base64.b32hexencode(data), width or 0)
    except (ValueError, UnicodeDecodeError):
        return None


def xxd(args: list[str], bench: Bench) -> bytes | None:
    """``xxd``: ``-r -p``, ``-r``, ``-p``."""
    reverse = plain = upper = False
    columns: int | None = None
    rest: list[str] = []
    seek = 0
    at = 0
    limit: int | None = None
    while at < len(args):
        arg = args[at]
        at += 1
        if arg in ("-r", "-revert"):
            reverse = True
        elif arg in ("-p", "-ps", "-plain", "-postscript"):
            plain = True
        elif arg in ("-rp", "-pr"):
            reverse = plain = True
        elif arg == "-u":
            upper = True
        elif (arg[:2] in ("-c", "-l", "-s") and arg[:2] != arg) or arg in ("-c", "-l", "-s"):
            value = arg[2:]
            if not value:
                if at >= len(args):
                    return None
                value = args[at]
                at += 1
            count = number(value)
            if count is None:
                return None
            if arg[1] == "c":
                columns = count
            elif arg[1] == "l":
                limit = count
            else:
                seek = count
        elif arg.startswith("-") and arg != "-":
            return None
        else:
            rest.append(arg)
    if len(rest) > 1:
        return None
    data = bench.read(rest)
    if data is None:
        return None
    if reverse:
        bench.methods = ("hex",)
        if plain:
            packed = re.sub(rb"[^0-9a-fA-F]", b"", data)
            bench.budget.make(len(packed))
            return bytes.fromhex(packed[: len(packed) // 2 * 2].decode("ascii"))
        return _undumped(data, bench)
    data = data[max(seek, 0) :]
    if limit is not None:
        data = data[:limit]
    bench.budget.make(len(data) * 4)
    if plain:
        text = data.hex()
        if upper:
            text = text.upper()
        width = 60 if columns is None else columns * 2
        return b"" if not text else _wrapped(text.encode(), width) if width else text.encode() + b"\n"
    if columns not in (None, 16) or upper or seek:
        return None
    lines = []
    for i in range(0, len(data), 16):
        row = data[i : i + 16]
        pairs = " ".join([row[j : j + 2].hex() for j in range(0, len(row), 2)])
        shown = "".join([chr(b) if 32 <= b < 127 else "." for b in row])
        lines.append(f"{i:08x}: {pairs:<39}  {shown}\n")
    return "".join(lines).encode()


def _undumped(data: bytes, bench: Bench) -> bytes | None:
    """Return what a dump of ``xxd`` shows."""
    out = bytearray()
    for line in data.decode("latin-1").split("\n"):
        if not line.strip():
            continue
        m = re.match(r"\s*([0-9a-fA-F]+):?\s?((?:\s?[0-9a-fA-F]{2})*)", line)
        if m is None:
            return None
        at = int(m.group(1), 16) if len(m.group(1)) < 9 else -1
        if at < 0 or at > bench.budget.value_chars:
            return None
        row = bytes.fromhex(re.sub(r"\s", "", m.group(2).split("  ")[0]))
        if at > len(out):
            out.extend(bytes(at - len(out)))
        out[at : at + len(row)] = row
    bench.budget.make(len(out))
    return bytes(out)


def od(args: list[str], bench: Bench) -> bytes | None:
    """``od``: hex, octal, decimal and character bytes, with or without addresses."""
    kind: str | None = None
    address = "o"
    squeeze = True
    rest: list[str] = []
    width = 16
    at = 0
    while at < len(args):
        arg = args[at]
        at += 1
        if arg[:2] in ("-A", "-t", "-w", "-N") and not arg.startswith("--"):
            value = arg[2:]
            if not value and arg[1] != "w":
                value = args[at] if at < len(args) else ""
                at += 1
            if arg[1] == "A":
                address = value
            elif arg[1] == "t":
                kind = value
            elif arg[1] == "w":
                width = number(value) or 32
            else:
                return None
        elif arg in ("-An", "-v", "-vAn", "-Anv"):
            squeeze = squeeze and "v" not in arg
            address = "n" if "A" in arg else address
        elif arg in ("-c", "-b", "-x", "-d"):
            kind = {"-c": "c", "-b": "o1", "-x": "x2", "-d": "u2"}[arg]
        elif arg.startswith("-") and arg != "-":
            return None
        else:
            rest.append(arg)
    data = bench.read(rest)
    if data is None or kind not in ("x1", "u1", "o1", "d1", "c", "x2") or address not in ("n", "x", "d", "o"):
        return None
    bench.budget.make(len(data) * 5)
    lines = []
    previous: bytes | None = None
    starred = False
    for i in range(0, len(data), width):
        row = data[i : i + width]
        if squeeze and row == previous and len(row) == width:
            if not starred:
                lines.append("*\n")
                starred = True
            continue
        starred, previous = False, row
        if kind == "x1":
            shown = "".join([f" {b:02x}" for b in row])
        elif kind == "o1":
            shown = "".join([f" {b:03o}" for b in row])
        elif kind in ("u1",):
            shown = "".join([f" {b:3d}" for b in row])
        elif kind == "d1":
            shown = "".join([f" {b - 256 if b > 127 else b:4d}" for b in row])
        elif kind == "x2":
            padded = row + b"\0" * (len(row) % 2)
            shown = "".join([f" {padded[j + 1]:02x}{padded[j]:02x}" for j in range(0, len(padded), 2)])
        else:
            named = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
            shown = "".join([f"{named.get(b) or (chr(b) if 32 <= b < 127 else f'{b:03o}'):>4}" for b in row])
        head = "" if address == "n" else format(i, {"x": "06x", "d": "07d", "o": "07o"}[address])
        lines.append(f"{head}{shown}\n")
    if address != "n":
        lines.append(format(len(data), {"x": "06x", "d": "07d", "o": "07o"}[address]) + "\n")
    return "".join(lines).encode()


def hexdump(args: list[str], bench: Bench) -> bytes | None:
    """``hexdump``: ``-C`` and ``-e`` of one byte at a time."""
    form: str | None = None
    canonical = False
    rest: list[str] = []
    at = 0
    while at < len(args):
        arg = args[at]
        at += 1
        if arg in ("-v", "-ve"):
            if arg == "-ve" and at < len(args):
                form = args[at]
                at += 1
        elif arg == "-C":
            canonical = True
        elif arg == "-e" and at < len(args):
            form = args[at]
            at += 1
        elif arg.startswith("-"):
            return None
        else:
            rest.append(arg)
    data = bench.read(rest)
    if data is None:
        return None
    bench.budget.make(len(data) * 5)
    if form is not None:
        m = re.fullmatch(r"\s*(?:\d*/1\s+)?\"([^\"%]*)(%([-0-9]*(?:\.\d{1,3})?)([xXduo]))([^\"%]*)\"\s*", form)
        if m is None:
            return None
        from vedette.commands.sh.escapes import formatted

        head, tail = formatted(m.group(1)), formatted(m.group(5))
        layout = "%" + m.group(3) + m.group(4).replace("u", "d")
        return "".join([head + layout % b + tail for b in data]).encode()
    if canonical:
        lines = []
        for i in range(0, len(data), 16):
            row = data[i : i + 16]
            left = " ".join([f"{b:02x}" for b in row[:8]])
            right = " ".join([f"{b:02x}" for b in row[8:]])
            shown = "".join([chr(b) if 32 <= b < 127 else "." for b in row])
            lines.append(f"{i:08x}  {left:<23}  {right:<23}  |{shown}|\n")
        lines.append(f"{len(data):08x}\n")
        return "".join(lines).encode()
    return None


def _packer(form: str, always: bool) -> Tool:
    def tool(args: list[str], bench: Bench) -> bytes | None:
        made = options(
            args,
            "dcfkqnNtv123456789z" if form == "gzip" else "dcfkqnNtv123456789",
            "",
            {"decompress": "d", "uncompress": "d", "stdout": "c", "to-stdout": "c", "force": "f", "keep": "k",
             "quiet": "q", "best": "9", "fast": "1"},
        )  # fmt: skip
        if made is None:
            return None
        letters = [k for k, _ in made[0]]
        unpack = always or "d" in letters
        names = made[1]
        if names and "c" not in letters and names != ["-"]:
            # files in place
            for name in names:
                data = bench.file(name)
                if data is None:
                    return None
                if unpack:
                    out = inflate(data, bench.budget, form=form)
                    if out is None:
                        return None
                    bench.write(re.sub(r"\.(?:gz|bz2|xz|lzma|Z)$", "", name), out, False)
            return b""
        data = bench.read(names)
        if data is None:
            return None
        if unpack:
            bench.methods = ({"gzip": "gzip", "bz2": "bzip2", "xz": "xz"}[form],)
            if "z" in letters and data[:2] != b"\x1f\x8b":
                bench.methods = ("deflate",)
                return inflate(data, bench.budget, form="zlib")
            out = inflate(data, bench.budget, form=form)
            return out
        if "z" in letters:
            return zlib.compress(data)
        if form == "gzip":
            z = zlib.compressobj(9, zlib.DEFLATED, 31)
            return z.compress(data) + z.flush()
        return bz2.compress(data) if form == "bz2" else lzma.compress(data)

    return tool


def uudecode(args: list[str], bench: Bench) -> bytes | None:
    """``uudecode -o /dev/stdout``."""
    made = options(args, "", "o")
    if made is None:
        return None
    data = bench.read(made[1])
    if data is None:
        return None
    target = next((v for k, v in made[0] if k == "o"), None)
    out = bytearray()
    name: str | None = None
    mime = False
    for line in data.split(b"\n"):
        if name is None:
            m = re.match(rb"begin(-base64)? [0-7]+ (.+)", line)
            if m is not None:
                name = m.group(2).decode("utf-8", "replace").strip()
                mime = m.group(1) is not None
            continue
        if line.strip() in (b"end", b"===="):
            break
        try:
            out += base64.b64decode(line) if mime else binascii.a2b_uu(line)
        except (binascii.Error, ValueError):
            return None
    if name is None:
        return None
    bench.budget.make(len(out))
    bench.methods = ("uuencode",)
    if target in (None, "-", "/dev/stdout") and (target is not None or name in ("-", "/dev/stdout")):
        return bytes(out)
    bench.write(target or name, bytes(out), False)
    return b""


def iconv(args: list[str], bench: Bench) -> bytes | None:
    """``iconv -f A -t B``."""
    made = options(args, "cs", "ft", {"from-code": "f", "to-code": "t"})
    if made is None:
        return None
    codes = {"f": "utf-8", "t": "utf-8"}
    for key, value in made[0]:
        if key in codes:
            codes[key] = value.split("//")[0].lower().replace("utf16", "utf-16").replace("utf8", "utf-8")
    known = {"utf-8", "utf-16le", "utf-16be", "ascii", "us-ascii", "latin1", "iso-8859-1", "cp1252", "utf-32le"}
    data = bench.read(made[1])
    if data is None or not set(codes.values()) <= known:
        return None
    bench.budget.make(len(data) * 4)
    try:
        return data.decode(codes["f"]).encode(codes["t"])
    except (UnicodeDecodeError, UnicodeEncodeError, LookupError):
        return None


_KEYS = {"128": 16, "192": 24, "256": 32}


def openssl(args: list[str], bench: Bench) -> bytes | None:
    """``openssl base64`` and ``openssl enc`` with a password that stands in the command."""
    if not args:
        return None
    verb, rest = args[0], args[1:]
    if verb in ("base64", "-base64"):
        rest = ["-base64", *rest]
    elif verb in ("zlib", "-zlib"):
        rest = ["-zlib", *rest]
    elif verb != "enc":
        if verb in ("md5", "sha1", "sha256", "dgst"):
            return None
        if not verb.startswith("aes"):
            return None
        rest = ["-" + verb, *rest]
    decode = armoured = one_line = packed = False
    salted = True
    derive = iterations = 0
    cipher = digest = None
    password: str | None = None
    key = vector = None
    names: list[str] = []
    target: str | None = None
    at = 0
    while at < len(rest):
        arg = rest[at]
        at += 1
        low = arg.lower()
        if arg == "-d":
            decode = True
        elif arg == "-e" or low in ("-salt", "-p", "-v"):
            continue
        elif arg in ("-base64", "-a"):
            armoured = True
        elif low == "-zlib":
            packed = True
        elif low in ("-none", "-bufsize"):
            continue
        elif arg == "-A":
            one_line = True
        elif low == "-nosalt":
            salted = False
        elif low == "-pbkdf2":
            derive = 1
        elif re.fullmatch(r"-aes-?(128|192|256)(-(cbc|ecb|ctr|cfb|ofb))?", low):
            cipher = low.replace("-", "", 1).replace("aes", "aes", 1)
        elif arg in ("-k", "-pass", "-K", "-iv", "-md", "-in", "-out", "-iter", "-S"):
            if at >= len(rest):
                return None
            value = rest[at]
            at += 1
            if arg == "-k":
                password = value
            elif arg == "-pass":
                if not value.startswith("pass:"):
                    return None
                password = value[5:]
            elif arg == "-K":
                key = value
            elif arg == "-iv":
                vector = value
            elif arg == "-md":
                digest = value.lower()
            elif arg == "-in":
                names = [value]
            elif arg == "-out":
                target = value
            elif arg == "-iter":
                iterations = number(value) or 0
                derive = 1
            else:
                return None
        else:
            return None
    data = bench.read(names)
    if data is None:
        return None
    if cipher is None:
        if packed:
            if not decode:
                return None
            unarmoured = unbase64(data.decode("latin-1"), bench.budget) if armoured else data
            bench.methods = ("base64", "deflate") if armoured else ("deflate",)
            made: bytes | None = None if unarmoured is None else inflate(unarmoured, bench.budget, form="zlib")
        elif not armoured:
            return None
        elif not decode:
            made = _wrapped(base64.b64encode(data), 0 if one_line else 64)
        else:
            bench.methods = ("base64",)
            made = unbase64(data.decode("latin-1"), bench.budget, strict=True)
    elif not decode:
        return None
    else:
        if armoured:
            data = unbase64(data.decode("latin-1"), bench.budget)
            if data is None:
                return None
        bench.methods = ("aes",)
        made = _decrypted(data, cipher, digest or "sha256", password, salted, derive, iterations, key, vector, bench)
    if made is None or target is None:
        return made
    bench.write(target, made, False)
    return b""


def _decrypted(
    data: bytes,
    cipher: str,
    digest: str,
    password: str | None,
    salted: bool,
    derive: int,
    iterations: int,
    key_hex: str | None,
    vector_hex: str | None,
    bench: Bench,
) -> bytes | None:
    m = re.fullmatch(r"aes-?(\d+)(?:-(\w+))?", cipher)
    if m is None or digest not in ("md5", "sha1", "sha256", "sha512"):
        return None
    size, mode = _KEYS[m.group(1)], m.group(2) or "cbc"
    try:
        if key_hex is not None:
            key = bytes.fromhex(key_hex)[:size].ljust(size, b"\0")
            vector = bytes.fromhex(vector_hex or "").ljust(16, b"\0")[:16]
        elif password is not None:
            salt = b""
            if salted:
                if data[:8] != b"Salted__":
                    return None
                salt, data = data[8:16], data[16:]
            secret = password.encode("utf-8", "surrogateescape")
            if derive:
                rounds = iterations or 10_000
                if rounds > 200_000:
                    return None
                bench.budget.step(rounds // 20)
                made = hashlib.pbkdf2_hmac(digest, secret, salt, rounds, size + 16)
            else:
                made, block = b"", b""
                while len(made) < size + 16:
                    block = hashlib.new(digest, block + secret + salt, usedforsecurity=False).digest()
                    made += block
            key, vector = made[:size], made[size : size + 16]
            if vector_hex is not None:
                vector = bytes.fromhex(vector_hex).ljust(16, b"\0")[:16]
        else:
            return None
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        if mode in ("cbc", "ecb") and len(data) % 16:
            return None
        how: modes.Mode
        if mode == "cbc":
            how = modes.CBC(vector)
        elif mode == "ecb":
            how = modes.ECB()  # noqa: S305  (undone, not used)
        elif mode == "ctr":
            how = modes.CTR(vector)
        else:
            return None
        bench.budget.make(len(data))
        worker: Any = Cipher(algorithms.AES(key), how).decryptor()
        plain: bytes = worker.update(data) + worker.finalize()
    except ValueError:
        return None
    if mode == "ctr":
        return plain
    pad = plain[-1] if plain else 0
    if not 1 <= pad <= 16 or plain[-pad:] != bytes([pad]) * pad:
        return None
    return plain[:-pad]


def mimencode(args: list[str], bench: Bench) -> bytes | None:
    """``mimencode -u``, ``mmencode -u``, ``b64decode -r``: base64 by its other names."""
    data = bench.read([a for a in args if not a.startswith("-")])
    if data is None or [a for a in args if a.startswith("-")] not in (["-u"], ["-b", "-u"], ["-u", "-b"]):
        return None
    bench.methods = ("base64",)
    return _decoded(data, True, bench)


def b64decode(args: list[str], bench: Bench) -> bytes | None:
    """``b64decode -r`` of BSD: base64 without a header."""
    flags = "".join([a[1:] for a in args if a.startswith("-")])
    if "r" not in flags or not set(flags) <= set("rpm"):
        return None
    data = bench.read([a for a in args if not a.startswith("-")])
    if data is None:
        return None
    bench.methods = ("base64",)
    return _decoded(data, True, bench)


def zlib_flate(args: list[str], bench: Bench) -> bytes | None:
    """``zlib-flate -uncompress``."""
    data = bench.stdin()
    if data is None or args != ["-uncompress"]:
        return None
    bench.methods = ("deflate",)
    return inflate(data, bench.budget, form="zlib")


_GZIP, _GUNZIP = _packer("gzip", False), _packer("gzip", True)
_BZIP, _BUNZIP = _packer("bz2", False), _packer("bz2", True)
_XZ, _UNXZ = _packer("xz", False), _packer("xz", True)


def _to_stdout(tool: Tool) -> Tool:
    def run(args: list[str], bench: Bench) -> bytes | None:
        return tool(["-c", *args], bench)

    return run


TOOLS: dict[str, Tool] = {
    "base64": base64_,
    "gbase64": base64_,
    "base32": base32_,
    "basenc": basenc,
    "openssl": openssl,
    "xxd": xxd,
    "od": od,
    "hexdump": hexdump,
    "gzip": _GZIP,
    "pigz": _GZIP,
    "gunzip": _GUNZIP,
    "unpigz": _GUNZIP,
    "zcat": _to_stdout(_GUNZIP),
    "gzcat": _to_stdout(_GUNZIP),
    "bzip2": _BZIP,
    "bunzip2": _BUNZIP,
    "bzcat": _to_stdout(_BUNZIP),
    "xz": _XZ,
    "unxz": _UNXZ,
    "xzcat": _to_stdout(_UNXZ),
    "lzma": _XZ,
    "unlzma": _UNXZ,
    "uudecode": uudecode,
    "iconv": iconv,
    "zlib-flate": zlib_flate,
    "mimencode": mimencode,
    "mmencode": mimencode,
    "b64decode": b64decode,
}
