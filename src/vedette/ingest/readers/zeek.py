r"""Zeek logs, TSV (``#fields`` header) and JSON.

TSV values become what Zeek's JSON writer would write: unset fields are absent, counts and ports
are numbers, ``T``/``F`` booleans, sets and vectors lists; times and intervals keep their digits.
The stream (``#path``, ``_path``, or the file's name) is kept as ``_path``.

Source: Zeek's ASCII writer (``src/logging/writers/ascii``): it escapes as ``\xHH`` only, a backslash
too (``\x5c``); older versions wrote backslashes bare, so ``\\`` is not an escape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample, StatelessSession
from vedette.ingest.convert import flatten, load_json, sample_objects
from vedette.ingest.readers.zeek_streams import STREAMS, mapping_for

Convert = Callable[[Sequence[str]], Sequence[Any]]

_HEX = re.compile(rb"\\x([0-9a-fA-F]{2})")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MAX_FIELDS = 1000

# streams told by their fields where neither record nor file name says: every name must be there
_SIGNATURES = (
    ("conn", ("conn_state", "history")),
    ("conn", ("conn_state", "orig_pkts")),
    ("dns", ("trans_id", "rejected")),
    ("dns", ("query", "qtype_name")),
    ("http", ("trans_depth", "method", "uri")),
    ("http", ("trans_depth", "request_body_len")),
    ("ssl", ("cipher", "established")),
    ("ssl", ("resumed", "established")),
    ("files", ("fuid", "seen_bytes")),
    ("smb_files", ("action", "path", "name")),
    ("smb_mapping", ("path", "share_type")),
    ("dce_rpc", ("endpoint", "operation")),
    ("notice", ("note", "actions")),
    ("kerberos", ("request_type", "client")),
    ("dpd", ("analyzer", "failure_reason")),
    ("weird", ("name", "peer", "notice")),
    ("pe", ("compile_ts", "machine")),
    ("x509", ("certificate.serial",)),
    ("ntlm", ("hostname", "domainname", "uid")),
)


def stream_of_name(name: str) -> str | None:
    """Return the stream that a file name tells (``conn.log``, ``conn.2024-05-01-10.log``), else None."""
    match = _NAME.match(name.rpartition("/")[2].lower())
    if match is None:
        return None
    word = match[0]
    while word:
        if word in STREAMS:
            return word
        word = word.rpartition("_")[0]
    return None


def _stream_of_fields(native: Native) -> str | None:
    for stream, names in _SIGNATURES:
        if all(name in native for name in names):
            return stream
    return None


def is_zeek_json(value: dict[str, Any], name: str = "") -> bool:
    """Return whether an object is a Zeek record: a stream or its fields, a time, and a connection or file id."""
    if "ts" not in value or not isinstance(value["ts"], (int, float, str)):
        return False
    stream = value.get("_path") or value.get("@stream")
    if isinstance(stream, str) and (stream in STREAMS or "uid" in value):
        return True
    connection = "uid" in value and ("id.orig_h" in value or "id_orig_h" in value or isinstance(value.get("id"), dict))
    return (connection or stream_of_name(name) is not None) and _stream_of_fields(value) is not None


class ZeekReader:
    """Zeek logs."""

    name = "zeek"
    title = "Zeek logs"
    framing = Framing.LINES
    examples = ("Zeek TSV", "Zeek JSON", "Corelight JSON")

    def sniff(self, sample: Sample) -> float:
        """Return 1 for a Zeek header, or a JSON record with stream, time and ids."""
        for line in sample.lines[:8]:
            if line.startswith((b"#separator ", b"#fields\t", b"#path\t")):
                return 1.0
            if not line.startswith(b"#"):
                break
        found = 0.0
        for place, value in enumerate(sample_objects(sample)):
            if is_zeek_json(value, sample.name):
                said = "_path" in value or "@stream" in value
                found = max(found, (1.0 if said else 0.9) * (1.0 if place == 0 else 0.95))
        return found

    def open(self, context: ReadContext) -> ZeekSession:
        """Return a session that remembers the header."""
        return ZeekSession(context)

    def kind(self, native: Native) -> Hashable:
        """Return stream and how it writes times."""
        stream = native.get("_path") or native.get("@stream")
        ts = native.get("ts")
        iso = type(ts) is str and len(ts) > 10 and ts[4:5] == "-"
        return (stream if type(stream) is str and stream in STREAMS else "", iso)

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the stream's mapping."""
        stream, iso = kind if isinstance(kind, tuple) and len(kind) == 2 else ("", False)
        return mapping_for(str(stream), iso=bool(iso))

    def self_identifying(self, native: Native) -> bool:
        """Return whether the record names its connection or file.

        A connection's id is unique, but not to a record: several of a connection's records may even be
        equal (the same call twice in a packet). Those stand in one file, where they are counted; equal
        ones in two files are one record, since Zeek rotates by time.
        """
        return "uid" in native or "fuid" in native


class ZeekSession:
    """Parses lines under the latest header; JSON lines need none."""

    def __init__(self, context: ReadContext) -> None:
        self._stream = stream_of_name(context.name)
        self._json = StatelessSession(self._parse_json)
        self._header: dict[bytes, bytes] = {}
        self._reset()

    def _reset(self) -> None:
        self._separator, self._set_separator = "\t", ","
        self._empty, self._unset = "(empty)", "-"
        self._path = self._stream
        self._names: tuple[str, ...] = ()
        self._kinds: tuple[str, ...] = ()
        self._table: tuple[tuple[str, Convert | None], ...] = ()

    def preamble(self) -> bytes:
        """Return the header lines in force."""
        return b"\n".join(self._header.values())

    def parse(self, batch: Sequence[bytes]) -> list[Native | RecordError | None]:
        """Return native fields, None for header lines, or why not."""
        out: list[Native | RecordError | None] = []
        run: list[bytes] = []
        for data in batch:
            first = data[:1]
            if first != b"#" and first != b"{" and data:
                run.append(data)
                continue
            if run:
                out.extend(self._parse_run(run))
                run = []
            if first == b"#":
                out.append(self._read_header(data))
            elif first == b"{":
                out.extend(self._json.parse((data,)))
            else:
                out.append(None)
        if run:
            out.extend(self._parse_run(run))
        return out

    def _read_header(self, data: bytes) -> RecordError | None:
        text = data.decode("utf-8", "replace").rstrip("\r")
        if text.startswith("#separator"):
            # a new header block: what the last one said no longer holds
            self._reset()
            self._header = {b"#separator": data}
            written = text[len("#separator") :].strip(" ")
            self._separator = _unescape(written) or "\t"
            return None
        word, _, rest = text.partition(self._separator)
        key = word.encode()
        if word == "#set_separator":
            self._set_separator = _unescape(rest) or ","
        elif word == "#empty_field":
            self._empty = rest
        elif word == "#unset_field":
            self._unset = rest
        elif word == "#path":
            self._path = rest or self._stream
        elif word == "#fields":
            names = tuple(rest.split(self._separator))
            if len(names) > _MAX_FIELDS or len(set(names)) != len(names) or "" in names:
                self._names, self._table = (), ()
                return RecordError("#fields header: empty, repeated or too many names")
            self._names, self._kinds = names, ()
        elif word == "#types":
            self._kinds = tuple(rest.split(self._separator))
        else:
            return None  # #open, #close and comments
        self._header[key] = data
        self._build()
        return None

    def _build(self) -> None:
        """Make the table of names and conversions; without types every value is text."""
        kinds = self._kinds if len(self._kinds) == len(self._names) else ("string",) * len(self._names)
        self._table = tuple(
            (name, self._conversion(kind.strip())) for name, kind in zip(self._names, kinds, strict=True)
        )

    def _conversion(self, kind: str) -> Convert | None:
        """Return what makes a column of texts into values; None where text it stays."""
        if kind in ("count", "int", "port"):
            return _numbers
        if kind == "bool":
            return _booleans
        if kind.startswith(("set[", "vector[", "table[")):
            inner = self._conversion(kind.partition("[")[2].rstrip("]"))
            separator, empty = self._set_separator, self._empty
            return lambda column: [_items(text, separator, empty, inner) for text in column]
        if kind in ("string", "pattern"):
            empty = self._empty
            return lambda column: ["" if text == empty else text for text in column] if empty in column else column
        return None

    def _parse_run(self, run: list[bytes]) -> Sequence[Native | RecordError | None]:
        """Parse lines under one header, column by column, which is half again as fast as line by line."""
        table = self._table
        if not table:
            return [RecordError("no #fields header before this line") if data.strip() else None for data in run]
        texts = [_decode(data) for data in run]
        width = len(table)
        rows = [text.split(self._separator) for text in texts]
        out: list[Native | RecordError | None] = [None] * len(rows)
        good = [place for place, row in enumerate(rows) if len(row) == width]
        if len(good) < len(rows):
            for place, row in enumerate(rows):
                if len(row) != width and run[place].strip():
                    out[place] = RecordError(f"{len(row)} fields where the header names {width}")
            rows = [rows[place] for place in good]
            if not rows:
                return out
        natives = self._natives(rows)
        escaped = any(b"\\x" in data for data in run)
        for place, native in zip(good, natives, strict=True):
            out[place] = _unescaped(native) if escaped and b"\\x" in run[place] else native
        return out

    def _natives(self, rows: list[list[str]]) -> list[Native]:
        """Return the records of rows that all fit the header; keys in the header's order."""
        unset = self._unset
        names: list[str] = []
        columns: list[Sequence[Any]] = []
        partial: list[tuple[str, tuple[str, ...]]] = []
        for (name, convert), column in zip(self._table, zip(*rows, strict=True), strict=True):
            n_unset = column.count(unset)
            if n_unset == len(column):
                continue
            if n_unset:
                partial.append((name, column))
            names.append(name)
            columns.append(column if convert is None else convert(column))
        if self._path and "_path" not in self._names:
            names.append("_path")
            columns.append((self._path,) * len(rows))
        if not columns:
            return [{} for _ in rows]
        natives: list[Native] = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        for name, column in partial:
            for native, text in zip(natives, column, strict=True):
                if text == unset:
                    del native[name]
        return natives

    def _parse_json(self, data: bytes) -> Native | None:
        value = load_json(data)
        if "ts" not in value:
            raise RecordError("no Zeek record: ts is missing")
        native = flatten(value)
        if "id_orig_h" in native and "id.orig_h" not in native:
            # some shippers cannot write dots; rules use Zeek's own names
            native = dict(native)
            for end in ("orig_h", "orig_p", "resp_h", "resp_p"):
                if f"id_{end}" in native:
                    native[f"id.{end}"] = native[f"id_{end}"]
        if type(native.get("_path")) is not str and type(native.get("@stream")) is not str:
            stream = self._stream or _stream_of_fields(native)
            if stream is not None:
                native = {**native, "_path": stream}
        return native


_BOOLS = {"T": True, "F": False}


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "backslashreplace")


def _booleans(column: Sequence[str]) -> Sequence[Any]:
    return [_BOOLS.get(text, text) for text in column]


def _numbers(column: Sequence[str]) -> Sequence[Any]:
    joined = "".join(column)
    if joined.isdecimal() and joined.isascii() and "" not in column and max(map(len, column)) < 19:
        return list(map(int, column))
    return [_number(text) for text in column]


def _unescaped(native: Native) -> Native:
    for name, value in native.items():
        if type(value) is str:
            if "\\x" in value:
                native[name] = _unescape(value)
        elif type(value) is list:
            native[name] = [_unescape(item) if type(item) is str else item for item in value]
    return native


def _number(text: str) -> int | str:
    """Return a whole number within 64 bits, else the text as it stands."""
    if len(text) < 19 and text.isdecimal() and text.isascii():
        return int(text)
    return _long_number(text)


def _long_number(text: str) -> int | str:
    digits = text.removeprefix("-")
    if digits.isdecimal() and digits.isascii() and len(digits) <= 20:
        number = int(text)
        return number if -(2**63) <= number < 2**64 else text
    return text


def _items(text: str, separator: str, empty: str, convert: Convert | None) -> list[Any]:
    if text in ("", empty):
        return []
    items = text.split(separator)
    return items if convert is None else list(convert(items))


def _unescape(text: str) -> str:
    if "\\x" not in text:
        return text
    raw = _HEX.sub(lambda match: bytes((int(match[1], 16),)), text.encode("utf-8", "surrogatepass"))
    return raw.decode("utf-8", "backslashreplace")


READER = ZeekReader()
