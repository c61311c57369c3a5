"""From bytes to text, whatever they were written in.

Marks decide first, then zeros between letters (UTF-16 without a mark), then UTF-8. What is none of these is tried in
the encodings that reports are still found in, and taken where the outcome is a language that is written so; a file
that changes its encoding on the way is read line by line. What had to be guessed is said.
"""

from __future__ import annotations

import codecs
import re

from vedette.documents.base import RefusedError
from vedette.documents.language import language_of

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSES = (
    ("shift_jis", {"ja"}),
    ("euc_jp", {"ja"}),
    ("gb18030", {"zh"}),
    ("big5", {"zh"}),
    ("euc_kr", {"ko"}),
    ("cp1251", {"ru", "uk", "bg"}),
    ("koi8_r", {"ru"}),
    ("cp1250", {"pl", "cs", "hu", "ro"}),
    ("cp1254", {"tr"}),
)
_CHINESE = frozenset(
    "的一是不了在人有我他這这中大來来上國国個个到說说們们為为和你地出也時时年得要下以生會会自之過过後后可多而能都用於于"
    "成者日所被及與与並并取登服務务器郵邮件使其對对此發发現现安全網网路络攻擊击"
)
_MIN_CHINESE = 0.12
"""Of a text's letters, among those that Chinese writes most: what is misread as Chinese has them by chance only."""
_CONTROL = bytes(sorted(set(range(32)) - {9, 10, 12, 13, 27}))
_BINARY = (
    b"\x7fELF", b"PK\x03\x04", b"\x89PNG", b"%PDF", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf",
    b"Rar!", b"OggS", b"\xca\xfe\xba\xbe", b"\x00\x00\x01\x00", b"PAR1", b"SQLite format 3\0",
)  # fmt: skip
_HEAD = 64 << 10
_MAX_CONTROL_SHARE = 0.05
"""Of a text with stretches in UTF-16 or noise; programs and pictures have several times as many."""
_DECLARED = re.compile(r"[A-Za-z0-9_.:\-]{2,40}")
_CODECS = frozenset({"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})


def looks_binary(data: bytes) -> bool:
    """Return whether bytes are no text: control characters in the first 64 KiB beyond a stray few."""
    head = data[:_HEAD]
    if not head:
        return False
    n_control = len(head) - len(head.translate(None, _CONTROL))
    return n_control > max(1, len(head) // 200) or head.startswith(_BINARY)


def _control_share(data: bytes) -> float:
    head = data[:_HEAD]
    return (len(head) - len(head.translate(None, _CONTROL))) / max(len(head), 1)


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """Return bytes as text, and what of it was guessed (empty where nothing was).

    Args:
        data: the bytes.
        declared: the encoding that the file or its message claims; believed where the bytes can be read so.

    Raises:
        RefusedError: binary.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _lossy(data[len(mark) :], name)
    wide = _wide(data)
    if wide:
        return _lossy(data, wide)
    if data.startswith(_BINARY) or _control_share(data) > _MAX_CONTROL_SHARE:
        raise RefusedError("binary: no text in a form that is known")
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    known = _known(declared)
    if known:
        try:
            return data.decode(known), ""
        except UnicodeDecodeError:
            pass
    return _guessed(data)


def _known(declared: str) -> str:
    if not _DECLARED.fullmatch(declared):
        return ""
    try:
        info = codecs.lookup(declared)
    except (LookupError, ValueError):
        return ""
    if info.name in _CODECS or not info._is_text_encoding:
        return ""
    return "cp1252" if info.name in ("iso8859-1", "ascii") else info.name


def _lossy(data: bytes, name: str) -> tuple[str, str]:
    try:
        return data.decode(name), ""
    except UnicodeDecodeError:
        return data.decode(name, "replace"), f"{name} with damage: what does not decode is marked"


def _wide(data: bytes) -> str:
    """Return which UTF-16 a text without a mark is in: in most languages every second byte is 0, or a small number."""
    head = data[: 4096 & ~1]
    if len(head) < 4 or b"\0" not in head:
        return ""
    even, odd = head[::2], head[1::2]
    n = len(odd)
    if odd.count(0) > 0.6 * n and even.count(0) < 0.1 * n:
        return "utf-16-le"
    if even.count(0) > 0.6 * n and odd.count(0) < 0.1 * n:
        return "utf-16-be"
    return ""


def _chinese(text: str) -> bool:
    letters = [c for c in text if not c.isascii()]
    return sum(c in _CHINESE for c in letters) > _MIN_CHINESE * len(letters)


def _guessed(data: bytes) -> tuple[str, str]:
    lines = data.split(b"\n")
    n_bad = 0
    high: list[bytes] = []
    n_good_high = 0
    for line in lines:
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            n_good_high += 1
        except UnicodeDecodeError:
            n_bad += 1
            if len(high) < 400:
                high.append(line)
    # lines that hold no ASCII letters tell more of the encoding than a whole page of markup does
    joined = b"\n".join(high)[:20_000]
    name = "cp1252"
    for guess, languages in _GUESSES:
        try:
            text = joined.decode(guess)
        except UnicodeDecodeError:
            text = joined.decode(guess, "ignore") if len(joined) >= 20_000 else ""
        if text and language_of(text) in languages and ("zh" not in languages or _chinese(text)):
            name = guess
            break
    if not n_good_high:
        try:
            return data.decode(name), f"not UTF-8: read as {name}, a guess"
        except UnicodeDecodeError:
            pass
    out: list[str] = []
    for line in lines:
        try:
            out.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            try:
                out.append(line.decode(name))
            except UnicodeDecodeError:
                out.append(line.decode("latin-1") if name == "cp1252" else line.decode(name, "replace"))
    return "\n".join(out), f"mixed encodings: {n_bad:,} lines are not UTF-8 and were read as {name}, a guess"
