"""XML from anybody: no entity is expanded, no DTD loaded, nothing fetched; depth and size are bounded."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from vedette.documents.base import RefusedError
from vedette.documents.times import parse_time


def events(
    data: bytes, tags: Collection[str] | None, *, max_elements: int, starts: bool = True
) -> Iterator[tuple[str, Any]]:
    """Yield (``start`` or ``end``, element) of the elements wanted, in order, while the document is parsed.

    Entities stay as they stand, and so read as nothing. Damage ends the reading where it stands, as a cut does.

    Args:
        data: an XML document.
        tags: names with their namespace, ``{…}p``; None wants all.
        max_elements: tags read; what lies beyond is cut.
        starts: whether beginnings are told too.

    Raises:
        RefusedError: it is damaged or cut; what was yielded before stands.
    """
    from lxml import etree

    cut = False
    if data.count(b"<") > 2 * max_elements:
        at, left = -1, 2 * max_elements
        while left > 0:
            at = data.find(b"<", at + 1)
            left -= 1
        data, cut = data[:at], True
    wanted = tuple(tags) if tags is not None else None
    try:
        walk = etree.iterparse(
            io.BytesIO(data), events=("start", "end") if starts else ("end",), tag=wanted, resolve_entities=False,
            no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True, recover=False,
        )  # fmt: skip
        yield from walk
    except etree.LxmlError as error:
        if cut:
            raise RefusedError(f"cut: more than {max_elements:,} elements") from None
        raise RefusedError(_reason(error)) from None
    except (ValueError, LookupError, AssertionError) as error:
        raise RefusedError(f"no XML: {str(error)[:120]}") from None


def _reason(error: Exception) -> str:
    said = str(error)
    if "amplification" in said or "entity reference loop" in said:
        return "refused: it declares entities that swell without end"
    if "xcessive depth" in said:
        return "cut: elements nested deeper than 256"
    return f"damaged XML: {said[:120]}"


def tree(data: bytes, *, max_elements: int) -> Any:
    """Return the root of a small document.

    Raises:
        RefusedError: damaged, or too large.
    """
    from lxml import etree

    if data.count(b"<") > 2 * max_elements:
        raise RefusedError(f"more than {max_elements:,} elements")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError, LookupError, AssertionError) as error:
        raise RefusedError(_reason(error)) from None


def free(element: Any) -> None:
    """Forget what an element held, and its siblings before it: they have been read."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def local(tag: object) -> str:
    """Return a tag's name without its namespace; empty for what is no element."""
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def first_text(root: Any, *names: str) -> str:
    """Return the text of the first element of one of these local names below a root, or an empty text."""
    for element in root.iter():
        if local(element.tag) in names and element.text and element.text.strip():
            return str(element.text).strip()
    return ""


def first_time(root: Any, *names: str) -> datetime | None:
    """Return the time that the first element of one of these local names says."""
    return parse_time(first_text(root, *names))
