"""Tools that choose and order lines: cut, head, tail, sort, uniq, grep, wc."""

from __future__ import annotations

import functools
import re

from vedette.commands.sh.bench import Bench, Tool, number, options
from vedette.commands.sh.escapes import to_bytes, to_text
from vedette.commands.sh.patterns import compiled, safe
from vedette.commands.sh.regexes import translated


def _rows(text: str) -> list[str]:
    rows = text.split("\n")
    if rows and not rows[-1]:
        rows.pop()
    return rows


def ranges(text: str) -> list[tuple[int, int]] | None:
    """Return the ranges of a list such as ``1,3-5,7-``, counted from 1; an open end is large."""
    out = []
    for piece in text.replace(" ", ",").split(","):
        m = re.fullmatch(r"(\d{1,9})?(-)?(\d{1,9})?", piece)
        if m is None or not (m.group(1) or m.group(3)):
            return None
        first = int(m.group(1) or 1)
        last = int(m.group(3)) if m.group(3) else 1 << 40 if m.group(2) else first
        if first < 1 or last < first:
            return None
        out.append((first, last))
    out.sort()
    merged: list[tuple[int, int]] = []
    for first, last in out:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def cut(args: list[str], bench: Bench) -> bytes | None:
    """``cut``."""
    made = options(
        args, "ns", "bcfdO", {"bytes": "b", "characters": "c", "fields": "f", "delimiter": "d", "only-delimited": "s",
                              "output-delimiter": "O"},
    )  # fmt: skip
    if made is None or any(a == "--complement" for a in args):
        return None
    found = dict(made[0])
    data = bench.read(made[1])
    if data is None:
        return None
    kind = next((k for k in "bcf" if k in found), None)
    wanted = ranges(found[kind]) if kind else None
    if wanted is None or kind is None:
        return None
    bench.methods = ("index-pick",)
    bench.budget.step(1 + len(data) // 200)
    if not data:
        return b""
    if kind in "bc":
        # GNU cut counts bytes for both
        rows = data.split(b"\n")
        end = rows.pop() if rows and not rows[-1] else None
        joiner = to_bytes(found.get("O", ""))
        out = [joiner.join([row[a - 1 : b] for a, b in wanted if a <= len(row)]) for row in rows]
        return b"\n".join(out) + (b"\n" if out or end is not None else b"")
    delimiter = found.get("d", "\t")
    if len(delimiter) != 1:
        return None
    between = found.get("O", delimiter)
    picked = []
    for row in _rows(to_text(data)):
        if delimiter not in row:
            if "s" not in found:
                picked.append(row)
            continue
        pieces = row.split(delimiter)
        picked.append(between.join([p for a, b in wanted for p in pieces[a - 1 : b]]))
    return to_bytes("".join([p + "\n" for p in picked]))


def head(args: list[str], bench: Bench) -> bytes | None:
    """``head``."""
    return _ends(args, bench, True)


def tail(args: list[str], bench: Bench) -> bytes | None:
    """``tail``."""
    return _ends(args, bench, False)


def _ends(args: list[str], bench: Bench, first: bool) -> bytes | None:
    if args and re.fullmatch(r"[-+]\d+", args[0]):
        args = [f"-n{args[0].lstrip('-')}", *args[1:]]
    made = options(args, "q", "nc", {"lines": "n", "bytes": "c", "quiet": "q"})
    if made is None or len(made[1]) > 1:
        return None
    kind, value = next(((k, v) for k, v in made[0] if k in "nc"), ("n", "10"))
    m = re.fullmatch(r"([+-]?)(\d{1,12})", value)
    data = bench.read(made[1])
    if m is None or data is None:
        return None
    sign, count = m.group(1), int(m.group(2))
    if kind == "c":
        bench.methods = ("index-pick",)
        if first:
            out = data[: max(0, len(data) - count)] if sign == "-" else data[:count]
            if not made[1]:
                bench.taken_bytes = len(out)
            return out
        return data[max(count - 1, 0) :] if sign == "+" else data[len(data) - min(count, len(data)) :]
    rows = data.splitlines(keepends=True) if b"\r" not in data else re.findall(rb"[^\n]*\n|[^\n]+", data)
    if first:
        out = b"".join(rows[: max(0, len(rows) - count)] if sign == "-" else rows[:count])
        if not made[1]:
            bench.taken_bytes = len(out)
        return out
    return b"".join(rows[max(count - 1, 0) :] if sign == "+" else rows[len(rows) - min(count, len(rows)) :])


def sort(args: list[str], bench: Bench) -> bytes | None:
    """``sort``, by bytes or numbers, by one key."""
    made = options(
        args, "nrufbs", "kt", {"numeric-sort": "n", "reverse": "r", "unique": "u", "key": "k", "field-separator": "t"}
    )
    if made is None:
        return None
    data = bench.read(made[1])
    letters = "".join([k for k, _ in made[0] if k not in "kt"])
    keys = [v for k, v in made[0] if k == "k"]
    separator = next((v for k, v in made[0] if k == "t"), None)
    if data is None or len(keys) > 1 or "f" in letters or "b" in letters:
        return None
    rows = _rows(to_text(data))
    numeric, reverse = "n" in letters, "r" in letters
    field: tuple[int, int | None] | None = None
    if keys:
        m = re.fullmatch(r"(\d{1,4})([nr]*)(?:,(\d{1,4})([nr]*))?", keys[0])
        if m is None:
            return None
        numeric = numeric or "n" in m.group(2) + (m.group(4) or "")
        reverse = reverse or "r" in m.group(2) + (m.group(4) or "")
        field = (int(m.group(1)), int(m.group(3)) if m.group(3) else None)
    elif not numeric and not all(r.isascii() and (r.isalnum() or not r) for r in rows):
        # the order of anything else depends on the locale
        if any(not r.isascii() for r in rows):
            return None
        kinds = {bool(re.search(r"[^A-Za-z0-9 ]", r)) for r in rows}
        if True in kinds and len({r[:1] for r in rows}) != len(rows):
            return None
    if not numeric and not field and any(r != r.lower() for r in rows) and any(r != r.upper() for r in rows):
        lowered = [r.lower() for r in rows]
        if sorted(range(len(rows)), key=lambda i: rows[i]) != sorted(range(len(rows)), key=lambda i: lowered[i]):
            return None
    bench.budget.step(1 + len(rows))

    def key_of(row: str) -> str:
        if field is None:
            return row
        if separator is not None:
            pieces = row.split(separator)
            return separator.join(pieces[field[0] - 1 : field[1]])
        pieces = re.findall(r"\s*\S+", row)
        return "".join(pieces[field[0] - 1 : field[1]])

    def number_of(text: str) -> float:
        m = re.match(r"\s*(-?\d{0,300}(?:\.\d*)?)", text)
        try:
            return float(m.group(1)) if m is not None and m.group(1) not in ("", "-", ".") else 0.0
        except ValueError:
            return 0.0

    def compare(a: str, b: str) -> int:
        x: str | float = key_of(a)
        y: str | float = key_of(b)
        if numeric:
            x, y = number_of(str(x)), number_of(str(y))
        if x != y:
            return (-1 if x < y else 1) * (-1 if reverse else 1)  # type: ignore[operator]
        if a == b or "u" in letters or "s" in letters:
            return 0
        return (-1 if a < b else 1) * (-1 if "r" in letters else 1)

    rows.sort(key=functools.cmp_to_key(compare))
    if "u" in letters:
        unique: list[str] = []
        for row in rows:
            if not unique or compare(unique[-1], row) != 0:
                unique.append(row)
        rows = unique
    bench.methods = ("sort",)
    return to_bytes("".join([r + "\n" for r in rows]))


def uniq(args: list[str], bench: Bench) -> bytes | None:
    """``uniq``."""
    made = options(args, "cdu")
    if made is None or len(made[1]) > 1:
        return None
    data = bench.read(made[1])
    if data is None:
        return None
    letters = [k for k, _ in made[0]]
    runs: list[tuple[str, int]] = []
    for row in _rows(to_text(data)):
        if runs and runs[-1][0] == row:
            runs[-1] = (row, runs[-1][1] + 1)
        else:
            runs.append((row, 1))
    if "d" in letters:
        runs = [r for r in runs if r[1] > 1]
    if "u" in letters:
        runs = [r for r in runs if r[1] == 1]
    return to_bytes("".join([f"{count:7d} {row}\n" if "c" in letters else row + "\n" for row, count in runs]))


def _grep(default: str) -> Tool:
    def tool(args: list[str], bench: Bench) -> bytes | None:
        args = [f"-m{a[1:]}" if re.fullmatch(r"-\d+", a) else a for a in args]
        made = options(
            args,
            "ovEiFGPcqawxhns",
            "em",
            {"only-matching": "o", "invert-match": "v", "extended-regexp": "E", "ignore-case": "i",
             "fixed-strings": "F", "perl-regexp": "P", "text": "a", "regexp": "e", "max-count": "m", "count": "c",
             "quiet": "q", "line-regexp": "x", "word-regexp": "w", "line-number": "n"},
        )  # fmt: skip
        if made is None:
            return None
        letters = "".join([k for k, _ in made[0]])
        rest = made[1]
        patterns = [v for k, v in made[0] if k == "e"]
        if not patterns:
            if not rest:
                return None
            patterns, rest = [rest[0]], rest[1:]
        most = next((number(v) for k, v in made[0] if k == "m"), None)
        if len(rest) > 1 or "w" in letters or any("\n" in p for p in patterns):
            return None
        data = bench.read(rest)
        if data is None:
            return None
        kind = "F" if "F" in letters else "P" if "P" in letters else "E" if "E" in letters else default
        expressions = []
        for one in patterns:
            made_one = translated(one, kind)
            if made_one is None:
                return None
            expressions.append(f"(?:{made_one})")
        expression = "|".join(expressions)
        if "x" in letters:
            expression = f"^(?:{expression})$"
        program = compiled(expression, kind != "P", "i" in letters)
        if program is None:
            return None
        bench.budget.step(1 + len(data) // 200)
        out: list[str] = []
        hits = 0
        for i, row in enumerate(_rows(to_text(data)), 1):
            subject = safe(row)
            hit = program.search(subject) is not None
            if hit == ("v" in letters):
                continue
            hits += 1
            front = f"{i}:" if "n" in letters else ""
            if "o" in letters:
                if "v" not in letters:
                    for m in program.finditer(subject):
                        if m.end() > m.start():
                            out.append(front + row[m.start() : m.end()])
            else:
                out.append(front + row)
            if most is not None and hits >= most:
                break
        bench.status = 0 if hits else 1
        if "q" in letters:
            return b""
        if "c" in letters:
            return b"%d\n" % hits
        bench.methods = ("filter",)
        return to_bytes("".join([row + "\n" for row in out]))

    return tool


def wc(args: list[str], bench: Bench) -> bytes | None:
    """``wc`` of one count of standard input."""
    made = options(args, "lwcm", "", {"lines": "l", "words": "w", "bytes": "c", "chars": "m"})
    if made is None or made[1]:
        return None
    letters = [k for k, _ in made[0]]
    data = bench.stdin()
    if data is None or len(letters) != 1:
        return None
    count = {
        "l": data.count(b"\n"), "w": len(data.split()), "c": len(data), "m": len(to_text(data))
    }[letters[0]]  # fmt: skip
    return b"%d\n" % count


TOOLS: dict[str, Tool] = {
    "cut": cut,
    "head": head,
    "tail": tail,
    "sort": sort,
    "uniq": uniq,
    "grep": _grep("G"),
    "egrep": _grep("E"),
    "fgrep": _grep("F"),
    "wc": wc,
}
