"""Reads PDF in a process of its own, bounded in memory, time and what it may touch.

:mod:`vedette.documents.pdf` runs it.

A hostile file can make a parser of PDF take any time and memory it likes. Here that costs one page or one file. The
process gets no environment, opens no file after its start, writes none, and takes requests one by one: a line of JSON
(size, limits), then the bytes. It answers in lines of JSON: what the file says of itself, each page, what could not be
read, and the end.

Nothing of a file is run: JavaScript, actions and forms are not looked at, links are told as text.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import math
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_ACTIVE = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/URI", "/GoToR")
_MAX_DEPTH = 40
_MAX_LINKS = 300
"""Of one page."""
_MAX_PAGE_CHARS = 2_000_000
_MAX_PAGE_ANNOTATIONS = 2000


class _SlowError(BaseException):
    """The time of a page is over; no handler of the parser may take it for a fault of the file."""


def main() -> None:
    """Answer requests until there are none."""
    import pypdf  # before files can no longer be opened

    with contextlib.suppress(ImportError):
        import pypdf._crypt_providers
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    say = sys.stdout
    takes = sys.stdin.buffer
    first = True
    while head := takes.readline():
        asked = json.loads(head)
        data = takes.read(asked["size"])
        if first:
            _bound(asked["memory"])
            first = False
        for message in _read(pypdf, data, asked):
            say.write(json.dumps(message) + "\n")
            say.flush()
        del data


def _bound(memory: int) -> None:
    """Give up what the reading of PDF does not need, where the platform knows how."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in (("RLIMIT_AS", memory), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)):
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, kind), (value, value))


@contextlib.contextmanager
def _timed(seconds: float) -> Iterator[None]:
    """Raise after so much time of the processor, where the platform can."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def over(*_: object) -> None:
        raise _SlowError

    signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, max(seconds, 0.05))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _read(pypdf: Any, data: bytes, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    began = time.process_time()
    total: float = asked["seconds"]

    def left() -> float:
        return total - (time.process_time() - began)

    number = 0
    try:
        with _timed(left()):
            document = pypdf.PdfReader(io.BytesIO(data), strict=False)
            if document.is_encrypted and not document.decrypt(""):
                yield {"refused": "encrypted: it needs a password"}
                yield {"end": time.process_time() - began}
                return
            info = _info(document)
        yield {"info": info}
        pages = _pages(pypdf, document, asked["pages"], info)
        n_chars = 0
        while True:
            slow = ""
            with _timed(left()):
                page = next(pages, None)
            if page is None:
                break
            number += 1
            if number > asked["pages"]:
                said = info.get("n_pages", 0)
                yield {
                    "bad": [
                        f"page {number}",
                        f"cut: more than {asked['pages']:,} pages" + (f" (it says {said:,})" if said else ""),
                    ]
                }
                break
            allowed = min(left(), max(total / 4, 2.0))
            try:
                with _timed(allowed):
                    told = _page(page, number)
            except _SlowError:
                slow = f"took more than {allowed:.0f} s"
            except MemoryError:
                slow = "took more memory than it may"
            except Exception as error:
                slow = f"cannot be read: {type(error).__name__}: {str(error)[:100]}"
            if slow:
                yield {"bad": [f"page {number}", slow]}
            else:
                yield told
                n_chars += sum(len(line[0]) for line in told["lines"])
            if left() <= 0:
                yield {"bad": [f"page {number + 1}", f"cut: more than {total:g} s of work"]}
                break
            if n_chars > asked["chars"]:
                yield {"bad": [f"page {number + 1}", f"cut: more than {asked['chars']:,} characters"]}
                break
    except _SlowError:
        yield {"bad": [f"page {number + 1}" if number else "", f"cut: more than {total:g} s of work"]}
    except MemoryError:
        yield {"bad": [f"page {number + 1}" if number else "", "took more memory than it may"]}
    except Exception as error:
        reason = f"no PDF that can be read{' on' if number else ''}: {type(error).__name__}: {str(error)[:100]}"
        yield {"bad": [f"page {number + 1}" if number else "", reason]}
    yield {"end": time.process_time() - began}


def _info(document: Any) -> dict[str, Any]:
    """Return what a file says of itself."""
    said: dict[str, Any] = {}
    with contextlib.suppress(Exception):
        meta = document.metadata or {}
        for key, name in (("/Title", "title"), ("/Author", "author"), ("/CreationDate", "created")):
            value = meta.get(key)
            if isinstance(value, str) and value.strip():
                said[name] = value.strip()[:500]
    root = document.trailer["/Root"]
    with contextlib.suppress(Exception):
        said["lang"] = str(root.get("/Lang", ""))[:20]
    with contextlib.suppress(Exception):
        named = root["/Names"].get_object()
        said["attachments"] = "/EmbeddedFiles" in named
        said["actions"] = "/JavaScript" in named
    with contextlib.suppress(Exception):
        action = root["/OpenAction"].get_object()
        said["actions"] = said.get("actions") or (isinstance(action, dict) and action.get("/S") in _ACTIVE)
    return said


def _pages(pypdf: Any, document: Any, limit: int, info: dict[str, Any]) -> Iterator[Any]:
    """Yield pages in order, each when it is asked for: a tree of a few nodes may say that it holds billions."""
    from pypdf.generic import NameObject

    stack: list[tuple[Any, dict[str, Any], tuple[int, ...]]] = [(document.trailer["/Root"].raw_get("/Pages"), {}, ())]
    n_nodes = 0
    while stack:
        reference, inherited, above = stack.pop()
        n_nodes += 1
        if n_nodes > 10 * limit + 1000:
            raise ValueError(f"more than {n_nodes - 1:,} nodes in the tree of pages")
        node: Any = reference.get_object()
        if not hasattr(node, "raw_get"):
            continue
        if n_nodes == 1 and isinstance(node.get("/Count"), int):
            info["n_pages"] = int(node["/Count"])
        given = {key: node.raw_get(key) for key in _INHERITED if key in node}
        if "/Kids" in node and node.get("/Type") != "/Page":
            number = getattr(reference, "idnum", -1)
            if number in above:
                raise ValueError("a tree of pages that is a ring")
            if len(above) >= _MAX_DEPTH:
                raise ValueError(f"a tree of pages deeper than {_MAX_DEPTH}")
            kids = node["/Kids"]
            merged = {**inherited, **given}
            stack.extend((kid, merged, (*above, number)) for kid in reversed(kids[: limit + 1]))
            continue
        page = pypdf.PageObject(document, reference if hasattr(reference, "idnum") else None)
        page.update(node)
        for key, value in inherited.items():
            if key not in page:
                page[NameObject(key)] = value
        yield page


def _page(page: Any, number: int) -> dict[str, Any]:
    """Return the lines of a page as [text, size, y, monospaced], its links, and whether it shows pictures."""
    runs: list[tuple[str, float, float, float, bool]] = []

    def seen(text: str, cm: Any, tm: Any, font: Any, size: Any) -> None:
        if not text:
            return
        scale = math.hypot(tm[2], tm[3]) * math.hypot(cm[2], cm[3])
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        name = str((font or {}).get("/BaseFont", "")).lower() if isinstance(font, dict) else ""
        mono = any(m in name for m in ("mono", "courier", "consol", "menlo", "typewriter"))
        runs.append((text, abs(float(size or 0)) * scale, x, y, mono))

    text = page.extract_text(visitor_text=seen) or ""
    text = text[:_MAX_PAGE_CHARS]
    joined = "".join(run[0] for run in runs)
    lines: list[list[Any]]
    links: list[list[Any]] = []
    if joined.split() == text.split():
        lines, places = _lines(runs)
        with contextlib.suppress(Exception):
            links = _links(page, runs, places)
    else:
        lines = [[line, 0.0, 0.0, False] for line in text.split("\n")]
    pictures = False
    if not text.strip():
        with contextlib.suppress(Exception):
            things = page["/Resources"].get_object()["/XObject"].get_object()
            pictures = any(things[key].get_object().get("/Subtype") == "/Image" for key in list(things)[:50])
    return {"page": number, "lines": lines, "links": links, "pictures": pictures}


def _lines(runs: list[tuple[str, float, float, float, bool]]) -> tuple[list[list[Any]], list[tuple[int, int, int]]]:
    """Return lines, and of each run the line it is in with its range there."""
    lines: list[list[Any]] = []
    places: list[tuple[int, int, int]] = []
    pieces: list[str] = []
    weights: dict[float, int] = {}
    top = 0.0
    n_mono = n_all = length = 0

    def end() -> None:
        nonlocal pieces, weights, n_mono, n_all, length
        size = max(weights, key=lambda s: (weights[s], s)) if weights else 0.0
        lines.append(["".join(pieces), size, round(top, 1), n_all > 0 and n_mono * 2 > n_all])
        pieces, weights, n_mono, n_all, length = [], {}, 0, 0, 0

    for text, size, _, y, mono in runs:
        for k, piece in enumerate(text.split("\n")):
            if k:
                end()
            if piece:
                n = len(piece.strip())
                if n and not n_all:
                    top = y
                if n:
                    weights[round(size, 1)] = weights.get(round(size, 1), 0) + n
                    n_all += n
                    n_mono += n if mono else 0
                pieces.append(piece)
                length += len(piece)
        last = text.split("\n")[-1] if text.split("\n")[-1].strip() else text.strip("\n").split("\n")[-1]
        places.append((len(lines), length - len(last), length) if length else (len(lines) - 1, 0, 0))
    end()
    return lines, places


def _links(
    page: Any, runs: list[tuple[str, float, float, float, bool]], places: list[tuple[int, int, int]]
) -> list[list[Any]]:
    """Return [line, start, end, target] of the links whose area begins a run of text."""
    found: list[list[Any]] = []
    for annotation in list(page.get("/Annots", []) or [])[:_MAX_PAGE_ANNOTATIONS]:
        thing = annotation.get_object()
        action = thing.get("/A")
        action = action.get_object() if action is not None else {}
        if thing.get("/Subtype") != "/Link" or action.get("/S") != "/URI":
            continue
        target = str(action.get("/URI", ""))[:4000]
        x0, y0, x1, y1 = (float(v) for v in thing["/Rect"])
        for (text, _, x, y, _), (line, start, end) in zip(runs, places, strict=True):
            if x0 - 1.5 <= x < x1 - 1 and y0 - 1.5 <= y <= y1 + 0.5 and text.strip() and end > start:
                found.append([line, start, end, target])
        if len(found) > _MAX_LINKS:
            break
    return found[:_MAX_LINKS]


if __name__ == "__main__":
    main()
