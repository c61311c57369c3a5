"""XML of any size, element by element, from files that attackers may have written.

The parser is the standard library's, in C. What makes XML dangerous is shut out before and while it runs: a document
whose prologue declares an entity is refused (billion laughs, external files), no DTD is fetched, depth and the length
of one field are bounded, and what has been read is freed, so that a file of 1 GB takes a few MB of memory.

``elements`` gives each wanted element once it is complete, with everything inside it, and forgets it afterwards;
text of elements that nobody asked for is never kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser, iterparse
from xml.parsers import expat

from vedette.ingest.scans.base import ScanContent, ScanError

MAX_DEPTH = 200
MAX_FIELD_BYTES = 16 << 20
"""What may stand between two tags: the parser goes over an unfinished tag again with each block."""
MAX_NODES = 200_000
"""Elements inside one wanted element."""
MAX_WHOLE_NODES = 2_000_000
_BLOCK_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Found:
    """One element, as it begins or once it is complete."""

    element: Element
    """While it begins: its tag and attributes only."""
    name: str
    """Local name, without namespace."""
    is_end: bool
    pointer: str
    """XPath-like steps from the root: ``/NessusClientData_v2/Report/ReportHost[2]/ReportItem[7]``."""


def local(tag: object) -> str:
    """Return a tag's name without its namespace."""
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def namespace(tag: object) -> str:
    """Return a tag's namespace, or an empty text."""
    return tag[1:].split("}", 1)[0] if isinstance(tag, str) and tag.startswith("{") else ""


def root_of(head: bytes) -> tuple[str, str, dict[str, str]] | None:
    """Return namespace, local name and attributes of the root element, None where the bytes are no XML.

    For recognising a format by the head of a file; a document type and comments before the root are skipped. A document
    that declares entities is recognised too, so that its reader can say why it refuses it.
    """
    if not head.lstrip()[:1] == b"<":
        return None
    parser = expat.ParserCreate("utf-8", " ")

    def start(tag: str, attributes: dict[str, str]) -> None:
        raise _RootError(tag, attributes)

    parser.StartElementHandler = start
    try:
        parser.Parse(head.lstrip(), False)
    except _RootError as root:
        space, _, name = root.tag.rpartition(" ")
        return space, name, root.attributes
    except (expat.ExpatError, ValueError):
        pass
    return None


class _RootError(Exception):
    """The root has been met: what follows it is not read."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        super().__init__(tag)
        self.tag = tag
        self.attributes = attributes


def elements(
    content: ScanContent, wanted: Collection[str], *, begins: Collection[str] = (), max_nodes: int = MAX_NODES
) -> Iterator[Found]:
    """Yield each complete element whose local name is wanted, in document order.

    Inside a wanted element nothing is yielded apart: it comes whole.

    Args:
        content: an XML document.
        wanted: local names.
        begins: local names of elements that are told when they begin too (a host around its findings).
        max_nodes: how many elements may stand inside one.

    Raises:
        ScanError: malformed or dangerous; what was yielded before stands.
    """
    with content.open() as handle:
        _check_prologue(handle)
    with content.open() as handle:
        source = _Source(handle)
        try:
            yield from _walk(source, frozenset(wanted), frozenset(begins), max_nodes)
        except ParseError as error:
            line, column = error.position
            reason = "it ends too early" if "no element found" in str(error) or "unclosed" in str(error) else str(error)
            raise ScanError(f"damaged XML at line {line}, column {column}: {reason[:120]}") from None
        except (ValueError, OverflowError, MemoryError) as error:
            raise ScanError(f"XML that cannot be read: {type(error).__name__}: {str(error)[:120]}") from None


def whole(content: ScanContent) -> Element:
    """Return the root element of a document small enough to be read whole.

    Raises:
        ScanError: malformed, dangerous or too large.
    """
    root = root_of(content.read()[:_BLOCK_BYTES])
    if root is None:
        raise ScanError("no XML document")
    for found in elements(content, (root[1],), max_nodes=MAX_WHOLE_NODES):
        return found.element
    raise ScanError("no XML document")


def text_of(element: Element | None, *path: str) -> str:
    """Return the trimmed text at a path of local names below an element, or an empty text."""
    node = element
    for name in path:
        node = child(node, name)
    return (node.text or "").strip() if node is not None else ""


def child(element: Element | None, name: str) -> Element | None:
    """Return the first child of that local name."""
    return next(children(element, name), None)


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Yield the children of that local name."""
    for node in element if element is not None else ():
        if local(node.tag) == name:
            yield node


def _walk(source: _Source, wanted: frozenset[str], begins: frozenset[str], max_nodes: int) -> Iterator[Found]:
    # the content is UTF-8 whatever the declaration says
    parser = XMLParser(target=TreeBuilder(), encoding="utf-8")  # noqa: S314 (what is unsafe in it is shut out above)
    stack: list[tuple[Element, str, Counter[str]]] = []
    n_inside = 0  # elements open in a wanted one, itself counted
    n_nodes = 0
    for event, element in iterparse(source, ("start", "end"), parser=parser):  # noqa: S314
        source.n_since = 0
        if event == "start":
            if len(stack) + n_inside >= MAX_DEPTH:
                raise ScanError(f"nested deeper than {MAX_DEPTH} elements")
            if n_inside:
                n_inside += 1
                n_nodes += 1
                if n_nodes > max_nodes:
                    raise ScanError(f"more than {max_nodes:,} elements in {stack[-1][1]}")
                continue
            name = local(element.tag)
            above, counts = (stack[-1][1], stack[-1][2]) if stack else ("", Counter[str]())
            counts[name] += 1
            pointer = f"{above}/{name}" + (f"[{counts[name]}]" if stack else "")
            stack.append((element, pointer, Counter()))
            if name in wanted:
                n_inside, n_nodes = 1, 0
            if name in begins:
                yield Found(element, name, False, pointer)
            continue
        n_inside -= 1
        if n_inside > 0:
            continue  # part of a wanted element
        _, pointer, _ = stack.pop()
        if n_inside == 0:
            yield Found(element, local(element.tag), True, pointer)
        n_inside = 0
        element.clear()
        if stack:
            del stack[-1][0][:]
            stack[-1][0].text = None


class _Source:
    """A file that counts what the parser takes between two tags."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self._begun = False
        self.n_since = 0

    def read(self, size: int = -1) -> bytes:
        data = self._handle.read(_BLOCK_BYTES)
        while data and not self._begun:  # nothing may stand before a declaration, but blanks do
            data = data.lstrip()
            self._begun = bool(data)
            data = data or self._handle.read(_BLOCK_BYTES)
        self.n_since += len(data)
        if self.n_since > MAX_FIELD_BYTES:
            raise ScanError(f"a field is longer than {MAX_FIELD_BYTES >> 20} MB")
        return data


def _guarded() -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8", " ")

    def entity(*_: object) -> Any:
        raise ScanError("refused: the document declares an entity, which scanners never do and attackers may")

    parser.EntityDeclHandler = entity
    parser.UnparsedEntityDeclHandler = entity
    parser.ExternalEntityRefHandler = entity
    return parser


def _check_prologue(handle: IO[bytes]) -> None:
    """Read up to the root element and refuse entity declarations: they can stand nowhere else."""
    parser = _guarded()
    began: list[bool] = []

    def start(*_: object) -> None:
        began.append(True)

    parser.StartElementHandler = start
    source = _Source(handle)
    while not began and (data := source.read()):
        try:
            parser.Parse(data, False)
        except expat.ExpatError:
            return  # malformed: the reading itself says where
