"""Exports of ticket systems and of anything else that is records with a title and a text: JSON, JSON lines, CSV.

Known by their names of fields: Jira (its document format too), ServiceNow, GitHub issues, and whatever says ``title``
or ``summary`` beside ``description``, ``body`` or ``text``. Each record is a document: title, text, comments in their
order with who wrote them, the rest as fields. JSON and CSV that hold no such records are read as they are: long texts
as paragraphs, values as fields, rows as a table.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vedette.documents import values
from vedette.documents.base import Quarantined, RefusedError, Sample, Source
from vedette.documents.building import Block, Builder, clean, one_line
from vedette.documents.encodings import decode, looks_binary
from vedette.documents.readers.feed import add_markup
from vedette.documents.readers.markdown import markdown_blocks
from vedette.documents.readers.stix import flat
from vedette.documents.readers.text import text_blocks
from vedette.documents.times import parse_time
from vedette.schema.document import Document, PartKind

_TITLE = ("summary", "title", "short_description", "subject", "headline", "name", "issue_summary")
_TEXT = ("description", "body", "text", "content", "details", "message", "report", "steps_to_reproduce", "resolution")
_COMMENTS = ("comments", "comment", "work_notes", "comments_and_work_notes", "notes", "close_notes", "activity")
_ID = ("key", "issue_key", "number", "id", "sys_id", "ticket_id", "issue_id", "document_id", "uuid", "doc_id")
_TIME = (
    "created",
    "created_at",
    "createdat",
    "opened_at",
    "sys_created_on",
    "published",
    "published_at",
    "date",
    "timestamp",
)
_AUTHOR = ("reporter", "author", "user", "creator", "opened_by", "caller_id", "created_by", "sys_created_by")
_URL = ("html_url", "url", "link", "permalink")
_WRAPPERS = (
    "issues",
    "result",
    "results",
    "records",
    "items",
    "data",
    "tickets",
    "documents",
    "articles",
    "reports",
    "value",
)
_NESTED = ("fields", "attributes", "_source", "properties", "ticket", "issue")
_TAGGED = re.compile(r"<(?:p|br|div|b|a|ul|li|table|span|h[1-6])[\s>/]", re.IGNORECASE)
_MAX_LINE = 64 << 20
_MAX_ADF_DEPTH = 40
_MIN_PROSE_CHARS = 80
_MAX_CELL_CHARS = 2_000_000
_JSON_SUFFIXES = (".json", ".jsonl", ".ndjson", ".geojson")


class TicketsReader:
    """Reads tickets and other records in JSON, JSON lines and CSV; any other JSON and CSV too."""

    name = "tickets"
    title = "tickets and other records"
    examples = ("Jira", "ServiceNow", "GitHub issues", "JSON", "JSON lines", "CSV")

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the name, or a bracket or brace where the bytes begin."""
        if looks_binary(sample.head) and sample.head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            return 0.0
        if sample.suffix in (".csv", ".tsv"):
            return 0.8
        first = sample.head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if sample.suffix in _JSON_SUFFIXES:
            return 0.8
        return 0.6 if re.match(rb'\{\s*"|\[\s*(?:\{\s*"|\])', first) else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the records in order, or the file as one document where it holds none."""
        sample = source.sample()
        if sample.suffix in (".csv", ".tsv"):
            yield from _read_csv(source)
        elif _is_lines(sample):
            yield from _read_lines(source)
        else:
            yield from _read_json(source)


def _is_lines(sample: Sample) -> bool:
    """Return whether a file holds one object a line: a line that begins one is followed by another that does."""
    if sample.suffix in (".jsonl", ".ndjson"):
        return True
    lines = [line.strip() for line in sample.head.split(b"\n")[:3]]
    return len(lines) > 1 and lines[0][:1] == b"{" and lines[0][-1:] == b"}" and lines[1][:1] == b"{"


def _read_lines(source: Source) -> Iterator[Document | Quarantined]:
    with source.open() as handle:
        number = 0
        while line := handle.readline(_MAX_LINE):
            number += 1
            if not line.strip():
                continue
            name = f"{source.name}#{number}"
            try:
                if not line.endswith(b"\n") and len(line) >= _MAX_LINE:
                    raise RefusedError(f"a line longer than {_MAX_LINE >> 20} MiB")
                record = values.loads(line, source.limits)
                if not values.is_object(record):
                    raise RefusedError("no object on this line")
                yield from _one(record, source, name)
            except RefusedError as error:
                yield Quarantined(name, str(error))
                while not line.endswith(b"\n") and (line := handle.readline(_MAX_LINE)):
                    pass
            source.work.check()


def _read_json(source: Source) -> Iterator[Document | Quarantined]:
    loaded = values.loads(source.whole(), source.limits)
    records = _records(loaded)
    if records is None:
        if values.is_object(loaded) and _is_record(loaded):
            yield from _one(loaded, source, source.name)
            return
        builder = Builder(source, media_type="application/json")
        _tell(builder, loaded)
        yield builder.document()
        return
    for number, record in enumerate(records, start=1):
        name = f"{source.name}#{number}"
        try:
            yield from _one(record, source, name)
        except RefusedError as error:
            yield Quarantined(name, str(error))
        source.work.check()


def _records(value: object) -> list[dict[str, Any]] | None:
    """Return the records of a JSON value, None where it is something else."""
    if isinstance(value, list):
        found = values.objects(value)
        return found if found and any(_is_record(r) for r in found[:20]) else None
    if values.is_object(value) and not _is_record(value):
        for key in _WRAPPERS:
            if isinstance(value.get(key), list) and (inner := _records(value[key])) is not None:
                return inner
    return None


def _lowered(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record by field names in small letters with ``_``; what a record of a record holds counts too."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        name = re.sub(r"[^a-z0-9]+", "_", str(key).lower()).strip("_")
        if name in _NESTED and values.is_object(value):
            for inner, said in _lowered(value).items():
                found.setdefault(inner, said)
        else:
            found.setdefault(name, value)
    return found


def _is_record(record: Mapping[str, Any]) -> bool:
    low = _lowered(record)
    return any(_is_text(low.get(k)) for k in _TEXT) or (
        any(isinstance(low.get(k), str) for k in _TITLE) and any(k in low for k in (*_TEXT, *_COMMENTS))
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) or (values.is_object(value) and value.get("type") == "doc")


def _first(low: Mapping[str, Any], names: Iterable[str]) -> tuple[str, Any]:
    for name in names:
        if low.get(name) not in (None, "", [], {}):
            return name, low[name]
    return "", None


def _name_of(value: object) -> str:
    """Return what a person or a coded value is called."""
    if values.is_object(value):
        for key in ("displayName", "display_value", "name", "login", "emailAddress", "email", "value", "key"):
            if isinstance(value.get(key), str) and value[key].strip():
                return str(value[key])
        return ""
    return values.text(value)


def _one(record: Mapping[str, Any], source: Source, name: str) -> Iterator[Document | Quarantined]:
    low = _lowered(record)
    builder = Builder(source, media_type="application/json", name=name)
    if not _is_record(record):
        _tell(builder, record)
        yield builder.document(own_id=_name_of(_first(low, _ID)[1]))
        return
    yield ticket(low, builder)


def ticket(low: Mapping[str, Any], builder: Builder) -> Document:
    """Return the document of one record, given by field names in small letters."""
    title_key, title_value = _first(low, _TITLE)
    title = one_line(_name_of(title_value))
    url = values.text(_first(low, _URL)[1])
    if title:
        builder.put(PartKind.TITLE, title, target=url)
    used = {title_key}
    for key in _TEXT:
        if key in low and key not in used and _is_text(low[key]):
            used.add(key)
            _add_text(builder, low[key], key)
    for key in _COMMENTS:
        if key in low:
            used.add(key)
            _add_comments(builder, low[key], key)
    builder.leave_sections()
    own_id = _name_of(_first(low, _ID)[1])
    for key, value in low.items():
        if key in used:
            continue
        shown = _name_of(value) if values.is_object(value) else ""
        for path, text in [(key, shown)] if shown else flat(value, key):
            if len(text) >= _MIN_PROSE_CHARS and text.count(" ") > 8:
                _add_text(builder, text, path)
            else:
                builder.put(PartKind.FIELD, text, name=path)
    fields = {
        k: _name_of(low[k]) for k in ("status", "state", "priority", "severity", "issue_type", "issuetype") if k in low
    }
    return builder.document(
        title=title or own_id,
        own_id=own_id,
        published_at=next((at for key in _TIME if (at := parse_time(low.get(key)))), None),
        authors=[_name_of(_first(low, _AUTHOR)[1])],
        fields={"id": own_id, "url": url, **fields},
    )


def _add_text(builder: Builder, value: object, origin: str) -> None:
    if values.is_object(value):
        builder.add_all(_adf(value, origin))
        return
    text = clean(values.text(value))
    if _TAGGED.search(text[:20_000]):
        add_markup(builder, text)
    elif re.search(r"(?m)^(?:#{1,6} |```|\|.*\||[-*] )|\]\(https?:|\*\*\w", text[:20_000]):
        builder.add_all(markdown_blocks(text, origin=origin))
    else:
        builder.add_all(text_blocks(text, origin=origin))


def _add_comments(builder: Builder, value: object, key: str) -> None:
    if values.is_object(value):
        value = value.get("comments") or value.get("nodes") or value.get("value") or [value]
    for number, comment in enumerate(value if isinstance(value, list) else [value], start=1):
        origin = f"comment {number}" if isinstance(value, list) else key
        if not values.is_object(comment):
            if isinstance(comment, str) and comment.strip():
                _add_text(builder, comment, origin)
            continue
        low = _lowered(comment)
        author = _name_of(_first(low, _AUTHOR)[1])
        _, body = _first(low, (*_TEXT, "value", "note"))
        if body is None:
            continue
        builder.leave_sections()
        builder.put(PartKind.HEADING, f"Comment of {author}" if author else "Comment", level=1, origin=origin)
        _add_text(builder, body, origin)
        if builder.full:
            return


def _adf(node: Mapping[str, Any], origin: str) -> Iterator[Block]:
    """Yield the blocks of a text in Jira's document format."""
    stack: list[tuple[Mapping[str, Any], PartKind, int]] = [(node, PartKind.PARAGRAPH, 0)]
    while stack:
        node, kind, depth = stack.pop()
        of = node.get("type")
        inner = values.objects(node.get("content"))
        if of in ("paragraph", "heading", "codeBlock"):
            attributes = node.get("attrs")
            attrs = attributes if values.is_object(attributes) else {}
            block = Block(kind, origin=origin)
            for leaf in inner:
                said = "\n" if leaf.get("type") == "hardBreak" else values.text(leaf.get("text")) or _adf_leaf(leaf)
                for mark in values.objects(leaf.get("marks")):
                    target = mark.get("attrs")
                    if mark.get("type") == "link" and values.is_object(target) and said:
                        at = len(block.text)
                        block.links.append((at, at + len(said), values.text(target.get("href"))))
                block.text += said
            if of == "heading":
                level = attrs.get("level")
                block.kind, block.level = PartKind.HEADING, level if isinstance(level, int) and 0 < level < 9 else 1
            elif of == "codeBlock":
                block.kind, block.name = PartKind.CODE, values.text(attrs.get("language"))
            yield block
        elif of == "table":
            rows = [
                [one_line(" ".join(t for _, t in _adf_texts(cell))) for cell in values.objects(row.get("content"))]
                for row in inner
            ]
            yield Block(PartKind.TABLE, rows=rows, origin=origin)
        elif depth < _MAX_ADF_DEPTH:
            kind = {"listItem": PartKind.LIST_ITEM, "blockquote": PartKind.QUOTE}.get(str(of), kind)
            stack.extend((child, kind, depth + 1) for child in reversed(inner))


def _adf_leaf(leaf: Mapping[str, Any]) -> str:
    attrs = leaf.get("attrs")
    return values.text(attrs.get("text") or attrs.get("url")) if values.is_object(attrs) else ""


def _adf_texts(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path, text in flat(node, "", -2 * _MAX_ADF_DEPTH):
        if path.endswith((".text", ".url")) or path == "text":
            yield path, text


def _tell(builder: Builder, value: object) -> None:
    """Add any JSON: long texts as paragraphs, values as fields."""
    for path, text in flat(value, ""):
        if len(text) >= _MIN_PROSE_CHARS and text.count(" ") > 8:
            _add_text(builder, text, path)
        else:
            builder.put(PartKind.FIELD, text, name=path)
        if builder.full:
            return


def _read_csv(source: Source) -> Iterator[Document | Quarantined]:
    text, guess = decode(source.whole(), source.charset)
    text = text.replace("\0", "\ufffd")
    head = text[:8000].split("\n", 1)[0]
    delimiter = max(("\t", ",", ";", "|"), key=head.count)
    csv.field_size_limit(_MAX_CELL_CHARS)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    builder = Builder(source, media_type="text/csv")
    table: list[list[str]] = []
    try:
        header = next(rows, [])
        if _is_record(dict.fromkeys(header, "x")):
            for number, row in enumerate(rows, start=1):
                name = f"{source.name}#{number}"
                one = Builder(source, media_type="text/csv", name=name)
                if guess:
                    one.unread("", guess)
                try:
                    if any(cell.strip() for cell in row):
                        yield ticket(_lowered(_record_of(header, row)), one)
                except RefusedError as error:
                    yield Quarantined(name, str(error))
                source.work.check()
            return
        table.append([one_line(c) for c in header])
        n_cells = len(header)
        for row in rows:
            n_cells += len(row)
            table.append([one_line(c) for c in row])
            if n_cells > source.limits.max_cells:
                break
    except csv.Error as error:
        if number or not table:
            raise RefusedError(f"damaged CSV: {str(error)[:150]}") from None
        builder.unread(f"row {len(table) + 1}", f"damaged CSV: {str(error)[:150]}")
    if guess:
        builder.unread("", guess)
    builder.add(Block(PartKind.TABLE, rows=table))
    yield builder.document(title=source.base)


def _record_of(header: list[str], row: list[str]) -> dict[str, Any]:
    """Return a row by its header; columns of the same name (Jira writes one a comment) become a list."""
    record: dict[str, Any] = {}
    for key, cell in zip(header, row, strict=False):
        if not cell.strip():
            continue
        if key in record:
            held = record[key]
            record[key] = [*held, cell] if isinstance(held, list) else [held, cell]
        else:
            record[key] = cell
    for key, value in record.items():
        if isinstance(value, list) and key.lower() not in _COMMENTS:
            record[key] = ", ".join(value)
    return record


READER = TicketsReader()
