"""Markdown: headings, paragraphs, lists, quotes, tables, code with its language, links with their targets.

One pass over the lines, one over the characters of each block: linear, however a file is nested. Marks of emphasis are
taken off; ``_`` within a word, which file names have, stays. Front matter gives title, date and authors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.documents.base import Quarantined, Sample, Source
from vedette.documents.building import Block, Builder, clean
from vedette.documents.encodings import decode
from vedette.documents.times import parse_time
from vedette.schema.document import Document, PartKind

_SUFFIXES = frozenset({".md", ".markdown", ".mdx", ".mkd"})
_BLANK = re.compile(r"\n(?:[ \t]*+\n){50,}+")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([A-Za-z0-9_+#.-]{0,40})")
_BULLET = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_TABLE_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_REFERENCE = re.compile(r" {0,3}\[([^\[\]]{1,200})\]:[ \t]*<?([^\s<>]{1,4000})>?")
_FRONT = re.compile(r"([A-Za-z_]{1,40}):[ \t]*(.{0,500})")
_MAX_TARGET_CHARS = 2000
_ESCAPED = frozenset("\\`*_{}[]()#+-.!|<>~")


class MarkdownReader:
    """Reads Markdown."""

    name = "markdown"
    title = "Markdown"
    examples = ("md",)

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the name."""
        return 0.9 if sample.suffix in _SUFFIXES else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the file as one document."""
        text, guess = decode(source.whole(), source.charset)
        builder = Builder(source, media_type="text/markdown")
        if guess:
            builder.unread("", guess)
        front, text = front_matter(clean(text))
        builder.add_all(markdown_blocks(text))
        yield builder.document(
            title=front.get("title", ""),
            published_at=parse_time(front.get("date", "")),
            authors=[a.strip() for a in front.get("author", front.get("authors", "")).strip("[]").split(",")],
            fields={k: v for k, v in front.items() if k not in ("title", "date", "author", "authors")},
        )


def _without_comments(text: str) -> str:
    kept = []
    at = 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        kept.append(text[at:begin])
        at = end + 3
    return "".join([*kept, text[at:]])


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """Return the plain values of a file's front matter, and the text after it."""
    if not text.startswith("---\n"):
        return {}, text
    end = text.find("\n---\n", 3, 20_000)
    if end < 0:
        return {}, text
    values = {}
    for line in text[4:end].split("\n"):
        found = _FRONT.fullmatch(line)
        if found and found[2].strip():
            values[found[1].lower()] = found[2].strip().strip("\"'")
    return values, text[end + 5 :]


def markdown_blocks(text: str, *, origin: str = "") -> Iterator[Block]:
    """Yield the blocks of a Markdown text."""
    lines = _BLANK.sub("\n\n", _without_comments(text)).split("\n")
    references = {}
    if "]:" in text:
        for line in lines:
            found = _REFERENCE.match(line) if line.lstrip()[:1] == "[" else None
            if found:
                references[found[1].casefold()] = found[2]
    held: list[str] = []
    kind = PartKind.PARAGRAPH
    i, n = 0, len(lines)

    def flush() -> Iterator[Block]:
        nonlocal kind
        if held:
            yield inline(Block(kind, origin=origin), "\n".join(s.strip() for s in held), references)
            held.clear()
        kind = PartKind.PARAGRAPH

    while i < n:
        line = lines[i]
        i += 1
        body = line.lstrip(" \t")
        if not body:
            yield from flush()
            continue
        quoted = body[0] == ">"
        if quoted:
            if kind is not PartKind.QUOTE:
                yield from flush()
                kind = PartKind.QUOTE
            body = body.lstrip("> ")
            if body:
                held.append(body)
            continue
        if body[0] in "`~" and (fence := _FENCE.match(body)):
            yield from flush()
            mark, begin = fence[1], i
            while i < n and not (lines[i].strip().startswith(mark) and not lines[i].strip().strip(mark[0])):
                i += 1
            yield Block(PartKind.CODE, "\n".join(lines[begin:i]), name=fence[2].lower(), origin=origin)
            i += 1
            continue
        if body[0] == "#" and (atx := _ATX.match(line)):
            yield from flush()
            yield inline(
                Block(PartKind.HEADING, level=len(atx[1]), origin=origin),
                line[atx.end() :].rstrip().rstrip("#").strip(),
                references,
            )
            continue
        if "|" in line and i < n and "|" in lines[i] and "-" in lines[i] and _TABLE_RULE.fullmatch(lines[i].strip()):
            yield from flush()
            begin = i - 1
            while i < n and "|" in lines[i]:
                i += 1
            yield _table(table_rows(lines[begin:i]), references, origin)
            continue
        if body[0] == "|" and not held:
            begin = i - 1
            while i < n and lines[i].lstrip()[:1] == "|":
                i += 1
            yield _table(table_rows(lines[begin:i]), references, origin)
            continue
        if (kind is PartKind.PARAGRAPH and held and line.strip("= \t") == "") or (
            kind is PartKind.PARAGRAPH and len(held) == 1 and len(body) > 1 and line.strip("- \t") == ""
        ):
            title = " ".join(s.strip() for s in held)
            held.clear()
            yield inline(Block(PartKind.HEADING, level=1 if body[0] == "=" else 2, origin=origin), title, references)
            continue
        if body[0] in "-*_" and _RULE.fullmatch(line):
            yield from flush()
            continue
        if (bullet := _BULLET.match(line)) is not None:
            yield from flush()
            kind = PartKind.LIST_ITEM
            held.append(line[bullet.end() :] if not body[0].isdigit() else body)
            continue
        if line.startswith(("    ", "\t")) and not held and kind is PartKind.PARAGRAPH:
            begin = i - 1
            while i < n and (lines[i].startswith(("    ", "\t")) or not lines[i].strip()):
                i += 1
            yield Block(
                PartKind.CODE,
                "\n".join(s[4:] if s.startswith("    ") else s.lstrip("\t") for s in lines[begin:i]),
                origin=origin,
            )
            continue
        if body[0] == "[" and _REFERENCE.match(line):
            continue
        if kind is PartKind.QUOTE:
            yield from flush()
        held.append(line)
    yield from flush()


def table_rows(lines: list[str]) -> list[list[str]]:
    """Return the cells of a table drawn with bars, without the rule below its head."""
    rows = []
    for at, line in enumerate(lines):
        if at <= 1 and "-" in line and _TABLE_RULE.fullmatch(line.strip()):
            continue
        body = line.strip().removeprefix("|")
        body = body[:-1] if body.endswith("|") and not body.endswith("\\|") else body
        cells = body.replace("\\|", "\x00").split("|")
        rows.append([c.strip().replace("\x00", "|") for c in cells])
    return rows


def _table(rows: list[list[str]], references: dict[str, str], origin: str) -> Block:
    laid: list[list[str]] = []
    block = Block(PartKind.TABLE, rows=laid, origin=origin)
    for r, row in enumerate(rows):
        cells = []
        for c, cell in enumerate(row):
            done = inline(Block(PartKind.PARAGRAPH), cell, references)
            cells.append(done.text)
            block.row_links.extend((r, c, a, b, target) for a, b, target in done.links)
        laid.append(cells)
    return block


def inline(block: Block, text: str, references: dict[str, str]) -> Block:
    """Return the block with the text as it reads, without marks, and its links."""
    out: list[str] = []
    length = 0
    opened: list[tuple[int, int, int]] = []  # of each "[": place in the text, in what came out, and in its list
    i, n = 0, len(text)
    unclosed: set[str] = set()
    steps = 20 * len(text) + 10 * _MAX_TARGET_CHARS  # looking for the end of a target, over all of the text

    def say(piece: str) -> None:
        nonlocal length
        out.append(piece)
        length += len(piece)

    while i < n:
        char = text[i]
        if char not in "\\`[]*_<!~":
            j = i + 1
            while j < n and text[j] not in "\\`[]*_<!~":
                j += 1
            say(text[i:j])
            i = j
            continue
        if char == "\\" and i + 1 < n and text[i + 1] in _ESCAPED:
            say(text[i : i + 2] if _path_like(text, i) else text[i + 1])
            i += 2
            continue
        if char == "`":
            j = i
            while j < n and text[j] == "`":
                j += 1
            mark = text[i:j]
            end = text.find(mark, j) if len(mark) <= 8 and mark not in unclosed else -1
            if end < 0:
                unclosed.add(mark[:9])
                say(mark)
                i = j
            else:
                say(text[j:end].strip() if len(mark) > 1 else text[j:end])
                i = end + len(mark)
            continue
        if char == "!" and i + 1 < n and text[i + 1] == "[":
            i += 1  # an image reads as its description
            continue
        if char == "[":
            opened.append((i, length, len(out)))
            say("[")
            i += 1
            continue
        if char == "]" and opened:
            begin, at, where = opened.pop()
            target, after = _target(text, i + 1, text[begin + 1 : i], references) if steps > 0 else (None, i)
            steps -= max(after - i, _MAX_TARGET_CHARS if target is None else 0)
            if target is None:
                say("]")
                i += 1
                continue
            out[where] = ""  # the bracket that was said
            length -= 1
            for k in range(len(block.links) - 1, -1, -1):
                a, b, inner = block.links[k]
                if a <= at:
                    break
                block.links[k] = (a - 1, b - 1, inner)
            block.links.append((at, length, target))
            i = after
            continue
        if char == "<" and (end := text.find(">", i, i + 2000)) > 0:
            inside = text[i + 1 : end]
            if inside.startswith(("http://", "https://", "mailto:")) and " " not in inside:
                shown = inside.removeprefix("mailto:")
                block.links.append((length, length + len(shown), inside))
                say(shown)
                i = end + 1
                continue
            if inside.split(" ", 1)[0].strip("/").isalnum() and inside[:1].isascii() and inside[:1] not in "0123456789":
                if inside.lower().startswith("br"):
                    say(" ")
                i = end + 1  # a tag
                continue
        if char in "*_~":
            j = i
            while j < n and text[j] == char:
                j += 1
            before = text[i - 1] if i else " "
            behind = text[j] if j < n else " "
            spaced = before.isspace() and behind.isspace()
            in_word = before.isalnum() and behind.isalnum()
            if spaced or (char == "_" and (in_word or not _emphasis(before, behind))) or (char == "~" and j - i != 2):
                say(text[i:j])
            elif char == "*" and not _emphasis(before, behind) and not in_word:
                say(text[i:j])
            i = j
            continue
        say(char)
        i += 1
    block.text = "".join(out)
    block.links = [link for link in block.links if link[0] < link[1]]
    return block


def _emphasis(before: str, behind: str) -> bool:
    """Return whether a run of marks stands where one that opens or closes emphasis may."""
    opens = not behind.isspace() and (before.isspace() or before in "([{\"'“‘-*_|,:;")
    closes = not before.isspace() and (behind.isspace() or behind in ")]}\"'”’-.,:;!?*_|")
    return opens or closes


def _path_like(text: str, i: int) -> bool:
    r"""Return whether a backslash parts a path and escapes nothing: in ``C:\\x\\_y``, and not in ``file\\_name``."""
    if text[i + 1] == "{" and i and text[i - 1].isalnum():  # Global\{BEF590BE-…}, CLSID\{…}
        return True
    begin = max(text.rfind(" ", max(i - 300, 0), i), text.rfind("\n", max(i - 300, 0), i)) + 1
    token = text[begin:i].lstrip("\"'`(*")
    return token[1:3] == ":\\" or token.startswith(("\\\\", "%", "HK"))


def _target(text: str, at: int, label: str, references: dict[str, str]) -> tuple[str | None, int]:
    """Return what the bracket before ``at`` links to, and where the text goes on; None where it is no link."""
    if text[at : at + 1] == "(":
        depth = 0
        for j in range(at, min(len(text), at + _MAX_TARGET_CHARS)):
            if text[j] == "(":
                depth += 1
            elif text[j] == ")":
                depth -= 1
                if depth == 0:
                    inner = text[at + 1 : j].strip()
                    target = (
                        inner[1:].split(">", 1)[0] if inner[:1] == "<" else inner.split(None, 1)[0] if inner else ""
                    )
                    return target, j + 1
            elif text[j] == "\n" and text[j - 1 : j] == "\n":
                break
        return None, at
    if text[at : at + 1] == "[":
        end = text.find("]", at, at + 220)
        if end > 0:
            name = text[at + 1 : end] or label
            target2 = references.get(name.casefold())
            return (target2, end + 1) if target2 is not None else (None, at)
    found = references.get(label.casefold()) if len(label) <= 200 else None
    return (found, at) if found is not None else (None, at)


READER = MarkdownReader()
