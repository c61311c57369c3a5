"""E-mail: single messages (eml) and mailboxes (mbox): headers, text, and each attachment by its reader.

A message with an HTML side is read from that, because only there the targets of links show; else from its plain text.
Attached messages and documents become documents of their own; what of them cannot be read is named in the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from typing import IO

from vedette.documents.base import Quarantined, RefusedError, Sample, Source
from vedette.documents.building import Builder, clean, one_line
from vedette.documents.encodings import decode
from vedette.documents.html import declared_charset, fragment_blocks, is_menu
from vedette.documents.readers.text import text_blocks
from vedette.documents.registry import inside, read_source
from vedette.documents.times import parse_time
from vedette.schema.document import Document, PartKind

_HEADERS = (
    "From", "Sender", "Reply-To", "Return-Path", "To", "Cc", "Date", "Subject", "Message-ID", "Received",
    "X-Originating-IP", "X-Sender-IP", "X-Mailer", "User-Agent", "Authentication-Results", "Received-SPF",
)  # fmt: skip
_START = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]{1,60}:[ \t][^\n]{0,2000}\n(?:[ \t][^\n]{0,2000}\n)*){2,}")
_KNOWN = re.compile(rb"(?im)^(?:from|to|subject|date|received|message-id|return-path|mime-version|delivered-to):")
_MAX_NESTED = 50
_NESTING = re.compile(rb"(?i)(?:boundary *=|content-type: *message/)")
_MAX_HEADER = 4000
_MAX_OF_A_KIND = 30
_MAX_PARTS = 2000
_MAX_HEADERS = 1 << 20
"""Bytes of all headers of a message."""
_MAX_LINE = 1 << 20


class MailReader:
    """Reads e-mail messages (eml)."""

    name = "mail"
    title = "e-mail messages"
    examples = ("eml",)

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the name, or by headers that only messages have."""
        if sample.suffix == ".eml":
            return 0.95
        head = sample.head[:8000]
        begins = _START.match(head.replace(b"\r\n", b"\n")) is not None
        return 0.85 if begins and len(set(m.lower() for m in _KNOWN.findall(head))) >= 3 else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the message, then its attachments."""
        yield from message_documents(source.whole(), source, source.name)


class MboxReader:
    """Reads mailboxes (mbox)."""

    name = "mbox"
    title = "mailboxes"
    examples = ("mbox",)

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the line that begins each message."""
        head = sample.head[:4000].replace(b"\r\n", b"\n")
        if not head.startswith(b"From "):
            return 0.0
        begins = _START.match(head.partition(b"\n")[2]) is not None
        return 0.96 if begins else 0.6 if sample.suffix == ".mbox" else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the messages in order, each with its attachments."""
        with source.open() as handle:
            for number, data in enumerate(_messages(handle, source.limits.max_bytes), start=1):
                name = f"{source.name}#{number}"
                source.work.entry()
                if isinstance(data, str):
                    yield Quarantined(name, data)
                    continue
                try:
                    yield from message_documents(data, source, name)
                except RefusedError as error:
                    yield Quarantined(name, str(error))
                except Exception as error:
                    yield Quarantined(name, f"cannot be read: {type(error).__name__}: {str(error)[:200]}")


def _messages(handle: IO[bytes], limit: int) -> Iterator[bytes | str]:
    """Yield the messages of a mailbox, or why one is not given."""
    lines: list[bytes] = []
    size = 0
    blank = True
    begun = False
    whole_line = True
    while line := handle.readline(_MAX_LINE):
        if whole_line and blank and line.startswith(b"From "):
            if begun:
                yield b"".join(lines) if size <= limit else f"larger than {limit >> 20} MiB"
            lines, size, begun = [], 0, True
        else:
            size += len(line)
            if size <= limit:
                lines.append(line[1:] if line.startswith(b">From ") else line)
        whole_line = line.endswith(b"\n")
        blank = whole_line and not line.strip()
    if begun:
        yield b"".join(lines) if size <= limit else f"larger than {limit >> 20} MiB"


def message_documents(data: bytes, source: Source, name: str) -> Iterator[Document | Quarantined]:
    """Yield a message as a document, then what is attached to it."""
    work = source.work
    if work.nesting > source.limits.max_nesting:
        raise RefusedError(f"messages in messages more than {source.limits.max_nesting} times over")
    builder = Builder(source, media_type="message/rfc822", name=name)
    end = min((at for mark in (b"\n\n", b"\r\n\r\n") if (at := data.find(mark)) >= 0), default=len(data))
    if end > _MAX_HEADERS:
        builder.unread("headers", f"cut: more than {_MAX_HEADERS >> 10:,} KiB")
        data = data[: data.rfind(b"\n", 0, _MAX_HEADERS) + 1] + b"\n" + data[end:].lstrip(b"\r\n")
    try:
        message = message_from_bytes(data)
    except RecursionError:
        builder.unread("", f"cut: parts nested in each other more than {_MAX_NESTED} deep")
        message = message_from_bytes(_shallow(data))
    headers = _headers(message)
    subject = one_line(headers.get("Subject", [""])[0])
    if subject:
        builder.put(PartKind.TITLE, subject)
    lines = [f"{key}: {value}" for key, values in headers.items() for value in values]
    builder.put(PartKind.HEADER, "\n".join(lines))
    bodies, attached = _sorted(message)
    if not lines and not bodies:
        raise RefusedError("no message: neither headers nor text")
    html = [part for part in bodies if part.get_content_type() == "text/html"]
    shown = html or bodies
    for part in shown:
        _read_body(part, builder)
    if html and builder.n_parts <= 2:
        for part in bodies:
            if part not in html:
                _read_body(part, builder)
    documents: list[Document | Quarantined] = []
    work.nesting += 1
    try:
        for at, part in enumerate(attached):
            said = _text_of(part.get_filename()) or part.get_param("name", "") or f"part {at + 1}"
            shown_name = one_line(str(said)).replace("!", "_").replace("/", "_")[:200]
            try:
                work.check()
                documents += _attached(part, source, name, shown_name, builder)
            except RefusedError as error:
                builder.unread(f"attachment {shown_name}", str(error))
            if len(documents) >= source.limits.max_entries:
                builder.unread("", f"cut: more than {source.limits.max_entries:,} attachments")
                break
    finally:
        work.nesting -= 1
    addresses = getaddresses([headers["From"][0]]) if headers.get("From") else []
    yield builder.document(
        title=subject or "message without a subject",
        own_id=one_line(_text_of(message.get("Message-ID"))),
        published_at=parse_time(one_line(_text_of(message.get("Date"))).split(" (")[0]),
        authors=[shown or address for shown, address in addresses],
    )
    yield from documents


def _shallow(data: bytes) -> bytes:
    """Return a message up to where its parts nest too deep: what stands before that is read."""
    for n, found in enumerate(_NESTING.finditer(data), start=1):
        if n > _MAX_NESTED:
            return data[: found.start()]
    return data[:_MAX_HEADERS]


def _attached(part: Message, source: Source, name: str, shown: str, builder: Builder) -> list[Document | Quarantined]:
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload()
        messages = inner if isinstance(inner, list) else []
        found: list[Document | Quarantined] = []
        for one in messages[:10]:
            if isinstance(one, Message):
                found += message_documents(one.as_bytes(), source, f"{name}!{shown}")
        return found
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if not data:
        builder.unread(f"attachment {shown}", "empty")
        return []
    inner_source = inside(source, shown, data, media_type=kind, charset=_charset(part))
    inner_source.name = f"{name}!{shown}"
    given = list(read_source(inner_source))
    documents = [item for item in given if isinstance(item, Document)]
    for item in given:
        if isinstance(item, Quarantined):
            if item.source == inner_source.name or not documents:
                builder.unread(f"attachment {shown}", item.reason)
            else:
                documents.append(item)  # type: ignore[arg-type]
    return list(documents)


def _sorted(message: Message) -> tuple[list[Message], list[Message]]:
    """Return the parts that make a message's text, and those attached to it; attached messages are not entered."""
    bodies: list[Message] = []
    attached: list[Message] = []
    stack: list[Message] = [message]
    n = 0
    while stack and n < _MAX_PARTS:
        part = stack.pop()
        n += 1
        if part.get_content_type() == "message/rfc822" and part is not message:
            attached.append(part)
        elif part.is_multipart():
            inner = part.get_payload()
            stack.extend(p for p in reversed(inner if isinstance(inner, list) else []) if isinstance(p, Message))
        elif part.get_content_maintype() == "text" and not part.get_filename() and not _is_attachment(part):
            bodies.append(part)
        elif part.get_filename() or part.get_payload():
            attached.append(part)
    return bodies, attached


def _is_attachment(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).lower().lstrip().startswith("attachment")


def _charset(part: Message) -> str:
    said = part.get_param("charset", "")
    return said if isinstance(said, str) else ""


def _read_body(part: Message, builder: Builder) -> None:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if not data.strip():
        return
    is_html = part.get_content_type() == "text/html"
    try:
        text, guess = decode(data, _charset(part) or (declared_charset(data) if is_html else ""))
        if guess:
            builder.unread("text", guess)
        if is_html:
            blocks = fragment_blocks(text, max_elements=builder.limits.max_elements)
            # what is a menu on a page is a button in a message, and where it leads matters
            builder.add_all(b for b in blocks if not is_menu(b) or b.links)
        else:
            builder.add_all(text_blocks(clean(text)))
    except RefusedError as error:
        builder.unread("text", str(error))


def _headers(message: Message) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key in _HEADERS:
        values = [one_line(_text_of(value))[:_MAX_HEADER] for value in (message.get_all(key) or [])[:_MAX_OF_A_KIND]]
        if any(values):
            found[key] = [v for v in values if v]
    return found


def _text_of(value: object) -> str:
    """Return a header's text, its encoded words put into letters."""
    if value is None:
        return ""
    text = str(value)[: 4 * _MAX_HEADER]
    if "=?" not in text:
        return text.encode("ascii", "surrogateescape").decode("utf-8", "replace") if not text.isascii() else text
    pieces: list[str] = []
    try:
        for piece, charset in decode_header(text):
            if isinstance(piece, str):
                pieces.append(piece)
                continue
            try:
                pieces.append(piece.decode(charset or "utf-8", "replace"))
            except (LookupError, ValueError):
                pieces.append(piece.decode("utf-8", "replace"))
    except (ValueError, AssertionError, IndexError):
        return text
    return "".join(pieces)


READER = MailReader()
MBOX = MboxReader()
