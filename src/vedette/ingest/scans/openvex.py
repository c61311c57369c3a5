"""OpenVEX 0.0.x to 0.2.0: who judged which vulnerability in which product how.

Also inside an in-toto statement, whose subjects are the products where the document names none, and inside the DSSE
envelope that attestations come in; signatures are not checked.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.json_values import (
    JsonObject,
    arr,
    first_text,
    loads,
    long_text,
    moment,
    obj,
    objects,
    outline,
    records,
    refusal,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.vex_words import NOBODY_NAMED
from vedette.ingest.scans.vocabulary import vulnerability_ids
from vedette.schema import ScanRecord, VexStatement, VexStatus

Records = Iterator[ScanRecord | ScanRefusal]

_NAMESPACE = re.compile(rb'"(?:https?://)?openvex\.dev/ns(?:/v?[0-9.]{1,12})?/?"')
_DSSE = b"application/vnd.in-toto+json"
_STATUSES = {status.value: status for status in VexStatus}


class OpenVexReader:
    """OpenVEX."""

    name = "openvex"
    title = "OpenVEX (JSON)"
    examples = ("versions 0.0.0 to 0.2.0", "inside an in-toto statement or a DSSE envelope")

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by the namespace in ``@context`` or ``predicateType``."""
        if sample.head.lstrip()[:1] != b"{":
            return 0.0
        if _NAMESPACE.search(sample.head):
            return 0.98
        return 0.6 if _DSSE in sample.head and {"payload", "payloadType"} <= outline(sample.head) else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield a statement for each product, or for each group of products with the same subcomponents."""
        document, subjects = unwrapped(loads(content.read()))
        if "openvex.dev/ns" not in str(document.get("@context", ""))[:200] and "statements" not in document:
            raise ScanError("not an OpenVEX document: no statements and no OpenVEX context")
        head.made_at = moment(document.get("last_updated")) or moment(document.get("timestamp"), context.timezone)
        head.scanner = text(document.get("tooling")) or "OpenVEX"
        author = text(document.get("author"))
        for entry in records(document.get("statements"), "/statements"):
            if isinstance(entry, ScanRefusal):
                yield entry
            else:
                # what the user says of a file that names no product of its own
                named = subjects or ((context.asset,) if context.asset else ())
                yield from _statements(entry[1], entry[0], author, head, named)


READER = OpenVexReader()


def unwrapped(value: object, depth: int = 0) -> tuple[JsonObject, tuple[str, ...]]:
    """Return the document inside an envelope, and the subjects that the envelope names.

    Raises:
        ScanError: no object, or an envelope without one.
    """
    if not isinstance(value, dict):
        raise ScanError("not a JSON object")
    if "payload" in value and "payloadType" in value and depth < 2:
        try:
            payload = base64.b64decode(text(value["payload"], limit=1 << 28), validate=False)
        except (binascii.Error, ValueError):
            raise ScanError("the payload of the envelope is no base64") from None
        return unwrapped(loads(payload), depth + 1)
    if "predicate" in value and "predicateType" in value:
        names = tuple(text(one.get("name")) for one in objects(value.get("subject")))
        predicate = value["predicate"]
        if isinstance(predicate, dict) and isinstance(predicate.get("Data"), str):  # cosign's custom predicates
            predicate = loads(predicate["Data"].encode())
        return (predicate if isinstance(predicate, dict) else {}), unique(names)
    return value, ()


def _statements(
    value: JsonObject, pointer: str, author: str, head: ScanHead, subjects: tuple[str, ...]
) -> Iterator[VexStatement | ScanRefusal]:
    status = _STATUSES.get(text(value.get("status")).lower())
    ids = _ids(value.get("vulnerability"))
    if status is None or not ids:
        what = "a vulnerability" if status is not None else "a status that VEX knows"
        yield refusal(pointer, f"a statement without {what}", value)
        return
    said = (long_text(value.get("impact_statement")), long_text(value.get("action_statement")),
            long_text(value.get("status_notes")))  # fmt: skip
    groups: dict[tuple[str, ...], list[str]] = {}
    common = _names_of(value.get("subcomponents"))
    for product in arr(value.get("products")):
        inner = _names_of(obj(product).get("subcomponents")) or common
        groups.setdefault(inner, []).extend(_names(product))
    for index, (inner, names) in enumerate((groups or {common: list(subjects)}).items()):
        yield VexStatement(
            ids=ids,
            products=unique(tuple(names)),
            subcomponents=inner,
            status=status,
            justification=text(value.get("justification")),
            statement="\n".join(part for part in said if part),
            author=author or text(value.get("supplier")) or NOBODY_NAMED,
            at=moment(value.get("last_updated")) or moment(value.get("timestamp")) or head.made_at,
            pointer=pointer if index == 0 else f"{pointer}#{index}",
        )


def _ids(value: object) -> tuple[str, ...]:
    """Return the ids of a vulnerability: its name, and its aliases; a text before 0.2.0."""
    if not isinstance(value, dict):
        return vulnerability_ids(_last(text(value)))
    own = first_text(value.get("name"), _last(text(value.get("@id"))))
    return vulnerability_ids(own, *texts(value.get("aliases")))


def _last(text_: str) -> str:
    """Return the last part of an address that names a vulnerability."""
    return text_.rstrip("/").rsplit("/", 1)[-1] if "://" in text_ else text_


def _names_of(value: object) -> tuple[str, ...]:
    return unique(*(_names(one) for one in arr(value)))


def _names(value: object) -> tuple[str, ...]:
    """Return what identifies a product or subcomponent: id and other identifiers, its hashes where nothing else."""
    if not isinstance(value, dict):
        return unique((text(value),))
    identifiers = obj(value, "identifiers")
    found = unique(
        (text(identifiers.get("purl")), text(value.get("@id"))),
        (text(identifiers.get("cpe23")), text(identifiers.get("cpe22"))),
    )
    if found:
        return found
    hashes = obj(value, "hashes")
    return unique(tuple(f"{name.lower().replace('sha-', 'sha')}:{text(item)}" for name, item in hashes.items()))
