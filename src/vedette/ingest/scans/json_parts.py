"""One JSON document taken part by part: whole where it is small, streamed where it is large.

An SBOM of a million components is some 500 MB. Up to ``WHOLE_BYTES`` a document is parsed at once, which is fastest;
above, each list in it is streamed on its own, in a pass over the file, and only the entry at hand is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.ingest.scans.base import ScanContent, ScanError
from vedette.ingest.scans.json_values import JsonObject, loads, obj

WHOLE_BYTES = 32 << 20


class JsonParts:
    """The members of a document's object.

    Args:
        content: a JSON document.
        below: member that wraps the document, where one does.

    Raises:
        ScanError: it is small enough to be parsed at once, and no JSON object.
    """

    def __init__(self, content: ScanContent, below: str = "") -> None:
        self._content = content
        self._above = f"{below}." if below else ""
        self._pointer = f"/{below}" if below else ""
        self._whole: JsonObject | None = None
        if content.size <= WHOLE_BYTES:
            value = loads(content.read())
            if not isinstance(value, dict):
                raise ScanError("not a JSON object")
            self._whole = obj(value, below) if below else value

    def value(self, key: str) -> object:
        """Return a member that is small: metadata, a version; None where there is none."""
        if self._whole is not None:
            return self._whole.get(key)
        return next(self._streamed(key), None)

    def entries(self, key: str) -> Iterator[tuple[str, object]]:
        """Yield pointer and value of each entry of a member that is a list; none where it is no list.

        Raises:
            ScanError: damaged from here on.
        """
        if self._whole is not None:
            found = self._whole.get(key)
            for index, value in enumerate(found if isinstance(found, list) else ()):
                yield f"{self._pointer}/{key}/{index}", value
            return
        for index, value in enumerate(self._streamed(f"{key}.item")):
            yield f"{self._pointer}/{key}/{index}", value

    def _streamed(self, prefix: str) -> Iterator[object]:
        import ijson

        with self._content.open() as handle:
            try:
                yield from ijson.items(handle, self._above + prefix, use_float=True)
            except (ijson.JSONError, ValueError, OverflowError, RecursionError, MemoryError) as error:
                raise ScanError(f"not JSON, or cut off: {str(error)[:200]}") from None
