"""XML element by element: what is yielded, what is refused, and that memory does not grow with the file."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from typing import IO

import pytest

from vedette.ingest.scans import xml
from vedette.ingest.scans.base import ScanError
from vedette.ingest.scans.content import HeldContent
from vedette.ingest.scans.xml import elements, local, namespace, root_of, text_of, whole


def content(data: bytes) -> HeldContent:
    return HeldContent("x.xml", "0" * 32, len(data), data)


def names(data: bytes, *wanted: str, begins: tuple[str, ...] = ()) -> list[tuple[str, bool, str]]:
    return [(f.name, f.is_end, f.pointer) for f in elements(content(data), wanted, begins=begins)]


def test_wanted_elements_come_whole_with_their_place() -> None:
    data = b'<r><h n="1"><a>x<b>y</b></a><a/></h><h n="2"><a><a>inner</a></a></h></r>'
    assert names(data, "a", begins=("h",)) == [
        ("h", False, "/r/h[1]"),
        ("a", True, "/r/h[1]/a[1]"),
        ("a", True, "/r/h[1]/a[2]"),
        ("h", False, "/r/h[2]"),
        ("a", True, "/r/h[2]/a[1]"),
    ]
    first = next(iter(elements(content(data), ("a",))))
    assert (text_of(first.element), text_of(first.element, "b"), text_of(first.element, "c")) == ("x", "y", "")


def test_names_without_namespace() -> None:
    data = b'<b:r xmlns:b="http://example.com/1"><b:c/></b:r>'
    assert root_of(data) == ("http://example.com/1", "r", {})
    found = next(iter(elements(content(data), ("c",))))
    assert (local(found.element.tag), namespace(found.element.tag)) == ("c", "http://example.com/1")


def test_root_of_a_head_that_is_cut() -> None:
    assert root_of(b'\n <?xml version="1.0"?><!DOCTYPE S SYSTEM "http://x/y.dtd"><!-- c --><S v="1"><a') == (
        "",
        "S",
        {"v": "1"},
    )
    assert root_of(b"<unfinished") is None
    assert root_of(b"{}") is None
    assert root_of(b"") is None


def test_text_behind_blanks_is_read() -> None:
    assert names(b"\n\n  <?xml version='1.0'?><r><a/></r>", "a") == [("a", True, "/r/a[1]")]


def test_the_declaration_does_not_choose_the_encoding() -> None:
    data = '<?xml version="1.0" encoding="UTF-16"?><r><a>é</a></r>'.encode()
    assert [f.element.text for f in elements(content(data), ("a",))] == ["é"]


ENTITIES = (
    b'<!DOCTYPE r [<!ENTITY a "b">]><r><a>&a;</a></r>',
    b'<!DOCTYPE r [<!ENTITY % p SYSTEM "http://x/y"> %p;]><r><a/></r>',
    b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r><a>&a;</a></r>',
)


@pytest.mark.parametrize("data", ENTITIES)
def test_entities_are_refused(data: bytes) -> None:
    with pytest.raises(ScanError, match="entity"):
        names(data, "a")
    assert root_of(data) == ("", "r", {}), "it is recognised, so that the refusal can be told"


def test_a_document_type_alone_is_harmless() -> None:
    assert names(b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r><a/></r>', "a") == [("a", True, "/r/a[1]")]


def test_depth_is_bounded_and_what_came_before_stands() -> None:
    found = elements(content(b"<r><a/>" + b"<d>" * 300), ("a",))
    assert next(found).name == "a"
    with pytest.raises(ScanError, match="nested deeper"):
        next(found)


def test_damage_says_where() -> None:
    with pytest.raises(ScanError, match=r"line 2, column \d+"):
        names(b"<r>\n<a></b></r>", "a")
    with pytest.raises(ScanError, match="ends too early"):
        names(b"<r>\n<a/>", "a")
    with pytest.raises(ScanError):
        names(b"", "a")


def test_a_field_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MAX_FIELD_BYTES", 200_000)
    for data in (b'<r a="' + b"x" * 900_000, b"<r><a>" + b"x" * 900_000, b"<!--" + b"x" * 900_000, b" " * 900_000):
        with pytest.raises(ScanError):
            names(data, "b")


def test_whole() -> None:
    root = whole(content(b"<r><a>1</a></r>"))
    assert text_of(root, "a") == "1"
    with pytest.raises(ScanError):
        whole(content(b"no xml"))


class _Generated(io.RawIOBase):
    """A document of many elements that is never in memory."""

    def __init__(self, n_elements: int) -> None:
        self._parts = self._made(n_elements)

    @staticmethod
    def _made(n_elements: int) -> Iterator[bytes]:
        yield b"<r><h>"
        for i in range(n_elements):
            yield b"<x>not asked for</x><a>" + b"%d " % i * 300 + b"</a>"
        yield b"</h></r>"

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return next(self._parts, b"")


class _Big:
    name, size = "big.xml", 1 << 40

    def open(self) -> IO[bytes]:
        return _Generated(20_000)  # type: ignore[return-value]

    def read(self) -> bytes:
        raise AssertionError("not whole")


def test_memory_does_not_grow_with_the_file() -> None:
    tracemalloc.start()
    n_found = sum(1 for _ in elements(_Big(), ("a",)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_found == 20_000
    assert peak < 2 << 20


def test_an_element_of_too_many_parts_is_refused() -> None:
    data = b"<r><a/><a>" + b"<b/>" * 50 + b"</a></r>"
    assert len(names(data, "a")) == 2
    found = elements(content(data), ("a",), max_nodes=40)
    assert next(found).pointer == "/r/a[1]"
    with pytest.raises(ScanError, match=r"more than 40 elements in /r/a\[2\]"):
        next(found)
