"""Web server and proxy access logs written line by line; W3C extended logs with their ``#Fields:`` header.

Times of W3C logs are UTC by that format's definition; common logs write their offset. HAProxy logs
stand inside syslog and are read by the syslog reader. Access logs as JSON: ``web_json``.

Source: W3C Working Draft WD-logfile-960323; IIS and CloudFront field names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample
from vedette.ingest.convert import decode_text
from vedette.ingest.readers.web_lines import TIMES, parse_alb, parse_combined, parse_squid, put_target, web_mapping

NO_FIELDS = "W3C log line before its #Fields header"
NOT_WEB = "not a web access log line"
MAX_FIELDS = 256
"""Columns that a ``#Fields`` header may name."""

_HEADER_NAMES = {
    "cs(user-agent)": "cs-user-agent",
    "cs(referer)": "cs-referer",
    "cs(cookie)": "cs-cookie",
    "cs(host)": "cs-host",
    "cs-uri": "c-uri",
}
_W3C_WEB = frozenset({"cs-method", "cs-uri-stem", "cs-uri", "sc-status", "cs-uri-query"})
_W3C_TOKEN = re.compile(r'"([^"]*)"|(\S++)')
_W3C_LINE = re.compile(r"\d{4}-\d{2}-\d{2}[ \t]\d{2}:\d{2}:\d{2}[ \t].*", re.DOTALL)

_Parser = Callable[[str], Native | None]
_PARSERS: tuple[tuple[str, _Parser], ...] = (
    ("combined", parse_combined),
    ("squid", parse_squid),
    ("alb", parse_alb),
)


class WebSession:
    """Parses access log lines; remembers the W3C header."""

    def __init__(self) -> None:
        self._names: list[str] | None = None
        self._separator: str | None = None
        self._date = ""
        self._header = b""
        self._date_line = b""
        self._parser = _PARSERS[0][1]

    def parse(self, batch: Sequence[bytes]) -> list[Native | RecordError | None]:
        """Return the fields of each line, None for an empty or header line."""
        out: list[Native | RecordError | None] = []
        for line in batch:
            try:
                out.append(self._parse(line))
            except RecordError as error:
                out.append(error)
        return out

    def _parse(self, line: bytes) -> Native | None:
        if line[:1] == b"#":
            self._read_directive(line)
            return None
        text = decode_text(line)
        if self._names is not None:
            return self._read_w3c(text, self._names)
        # formats exclude each other, so trying the last one first changes only the speed
        native = self._parser(text)
        if native is not None:
            return native
        for _, parser in _PARSERS:
            native = parser(text)
            if native is not None:
                self._parser = parser
                return native
        if not text or text.isspace():
            return None
        raise RecordError(NO_FIELDS if _W3C_LINE.fullmatch(text) else NOT_WEB)

    def _read_directive(self, line: bytes) -> None:
        lowered = line[:9].lower()
        if lowered.startswith(b"#fields:"):
            text = decode_text(line)[8:].strip()
            self._separator = "\t" if "\t" in text else None
            names = text.split()[:MAX_FIELDS]
            self._names = [_HEADER_NAMES.get(name.lower(), name) for name in names]
            self._header = line
        elif lowered.startswith(b"#date:"):
            self._date = decode_text(line)[6:].strip()[:10]
            self._date_line = line[:64]

    def _read_w3c(self, text: str, names: list[str]) -> Native | None:
        # CloudFront heads with blanks and separates by tabs
        values = text.split("\t") if "\t" in text else text.split(" ")
        if len(values) != len(names):
            values = [quoted or bare for quoted, bare in _W3C_TOKEN.findall(text)]
            if not values:
                return None
            if len(values) != len(names):
                raise RecordError(f"{len(values)} values, the #Fields header names {len(names)}")
        native: Native = {name: value for name, value in zip(names, values, strict=True) if value not in ("-", "")}
        clock = native.get("time")
        if clock is not None:
            native["timestamp"] = f"{native.get('date', self._date)} {clock}"
        stem = native.get("cs-uri-stem")
        if stem is not None:
            query = native.get("cs-uri-query")
            put_target(native, stem if query is None else f"{stem}?{query}")
        elif "c-uri" in native:
            put_target(native, native["c-uri"])
        return native

    def preamble(self) -> bytes:
        """Return the header of a W3C log."""
        return b"\n".join(part for part in (self._date_line, self._header) if part)


class WebReader:
    """Reads access logs of web servers, load balancers and proxies."""

    name = "web"
    title = "Web access log"
    framing = Framing.LINES
    examples = (
        "Apache and nginx common, combined and vhost logs",
        "IIS and other W3C extended logs",
        "CloudFront standard log",
        "AWS Application Load Balancer",
        "Squid native log",
    )

    def sniff(self, sample: Sample) -> float:
        """Return the share of access log lines, or 0.97 for a W3C header that names web fields."""
        for line in sample.lines:
            if line[:8].lower() == b"#fields:":
                names = set(decode_text(line)[8:].lower().split())
                return 0.97 if names & _W3C_WEB and names & {"time", "date"} else 0.0
        lines = [line for line in sample.lines if line.strip() and line[:1] != b"#"]
        good = sum(any(parser(decode_text(line)) is not None for _, parser in _PARSERS) for line in lines)
        if not good or good * 2 < len(lines):
            return 0.0
        return 0.95 * min(1.0, good / max(1, len(lines) - 1))

    def open(self, context: ReadContext) -> WebSession:
        """Return a session."""
        return WebSession()

    def kind(self, native: Native) -> Hashable:
        """Return which format the line had."""
        if "x-squid-result" in native:
            return "squid"
        if "elb" in native:
            return "alb"
        return "combined" if "/" in native.get("timestamp", "") else "w3c"

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping of a format."""
        form = str(kind)
        return web_mapping(form, TIMES.get(form, TIMES["w3c"]))

    def self_identifying(self, native: Native) -> bool:
        """Return False: access logs carry no id."""
        return False


READER = WebReader()
