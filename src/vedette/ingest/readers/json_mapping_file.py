"""The mapping file: how a CSV or JSON log that no reader knows becomes events, in YAML.

Every value is read as the text that stands there, so that ``yes`` or ``010`` in a log needs no
quotes; anchors and aliases are refused; errors name file and line. The form is described in
``docs/how-to/own-logs.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from vedette.errors import OutsideError, UserError
from vedette.ingest.base import Mapping, Pick, ReadContext, RecordError, TimeHow, pick
from vedette.ingest.convert import account_domain, account_name, as_ip, lower, not_ip, to_text
from vedette.ingest.times import NEEDS_YEAR, parse_iso, to_us
from vedette.schema import CORE_COLUMNS, EventClass

MAX_BYTES = 1 << 20
"""A mapping file is smaller by far."""
MAX_DEPTH = 8
"""Tables in tables; the form has three."""
HOW_TO = "docs/how-to/own-logs.md describes the mapping file"

READERS = {"csv": "csv", "json": "json_mapping", "json_mapping": "json_mapping"}
"""What ``reader:`` may say, and the reader it names."""

_FORMS = ("iso", "iso_utc", "epoch", "epoch_s", "epoch_ms", "epoch_us", "filetime")
_TAKES: dict[str, Callable[[Any], Any]] = {
    "account_name": account_name,
    "account_domain": account_domain,
    "ip": as_ip,
    "host": not_ip,
    "lower": lower,
}
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", ",": ",", ";": ";", "\\t": "\t", "|": "|"}
_COLUMNS = frozenset(CORE_COLUMNS) - {"time", "class_name"}


@dataclass(frozen=True, slots=True, eq=False)
class MappingFile:
    """A mapping file that has been read and checked."""

    reader: str
    """The reader it is for: ``csv`` or ``json_mapping``."""
    mapping: Mapping
    time_fields: tuple[str, ...]
    """More than one: their values, joined by a blank, are the time (a date and a clock column)."""
    delimiter: str | None = None
    header: tuple[str, ...] = ()
    """Column names of a CSV file that has no header line."""


@dataclass(frozen=True, slots=True)
class _Value:
    """A YAML value with the line it stands on: text, list or dict of these."""

    value: Any
    line: int
    keys: MappingABC[str, int] = field(default_factory=dict)


def load_mapping_file(path: str | Path) -> MappingFile:
    """Return the mapping file at ``path``.

    Raises:
        UserError: it says something wrong; the location is file and line.
        OutsideError: it cannot be read.
    """
    place = Path(path)
    try:
        with place.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise OutsideError(f"cannot read the mapping file: {error.strerror}", location=str(path)) from None
    if len(data) > MAX_BYTES:
        raise UserError(f"a mapping file has at most {MAX_BYTES:,} bytes", location=str(path), next_step=HOW_TO)
    return parse_mapping_file(data, str(path))


def parse_mapping_file(data: bytes, name: str) -> MappingFile:
    """Return the mapping file in ``data``; ``name`` is for error messages.

    Raises:
        UserError: it says something wrong; the location is file and line.
    """
    return _Checker(name).file(_load(data, name))


def _load(data: bytes, name: str) -> _Value:
    try:
        text = data.decode("utf-8-sig")
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise _fault(name, 1, "nested too deep")
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                mark = event.start_mark
                raise _fault(name, mark.line + 1 if mark else 1, "anchors and aliases have no place here")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        raise UserError("the mapping file is not UTF-8", location=name) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not YAML"
        raise _fault(name, mark.line + 1 if mark else 1, str(problem)) from None
    except RecursionError:
        raise _fault(name, 1, "nested too deep") from None
    if node is None:
        raise _fault(name, 1, "the mapping file is empty")
    return _plain(node, name)


def _plain(node: yaml.Node, name: str) -> _Value:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return _Value([_plain(item, name) for item in node.value], line)
    if isinstance(node, yaml.MappingNode):
        out: dict[str, _Value] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _fault(name, key.start_mark.line + 1, "a key must be text")
            if key.value in out:
                raise _fault(name, key.start_mark.line + 1, f"{key.value!r} stands twice")
            out[key.value] = _plain(value, name)
            lines[key.value] = key.start_mark.line + 1
        return _Value(out, line, lines)
    return _Value(node.value, line)


def _fault(name: str, line: int, what: str) -> UserError:
    return UserError(f"{name}:{line}: {what}", location=f"{name}:{line}", next_step=HOW_TO)


class _Checker:
    """Turns the YAML values into a mapping file, or says what is wrong and where."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _fault(self, value: _Value, what: str) -> UserError:
        return _fault(self._name, value.line, what)

    def _dict(self, value: _Value, what: str, allowed: tuple[str, ...] | None = None) -> dict[str, _Value]:
        if not isinstance(value.value, dict):
            raise self._fault(value, f"{what} must be a table of names and values")
        for key in value.value:
            if allowed is not None and key not in allowed:
                raise _fault(self._name, value.keys[key], f"{what} has no {key!r}; it has {', '.join(allowed)}")
        return value.value

    def _text(self, value: _Value, what: str) -> str:
        if not isinstance(value.value, str) or not value.value:
            raise self._fault(value, f"{what} must be text")
        return value.value

    def _texts(self, value: _Value, what: str) -> tuple[str, ...]:
        items = value.value if isinstance(value.value, list) else [value]
        if not items:
            raise self._fault(value, f"{what} names nothing")
        return tuple(self._text(item, what) for item in items)

    def file(self, root: _Value) -> MappingFile:
        """Return the whole file."""
        known = ("reader", "time", "class", "logsource", "constants", "fields", "csv")
        table = self._dict(root, "the mapping file", known)
        for key in ("reader", "time", "class"):
            if key not in table:
                raise self._fault(root, f"{key!r} is missing")
        reader = READERS.get(self._text(table["reader"], "reader"))
        if reader is None:
            raise self._fault(table["reader"], "reader must be csv or json")
        time_fields, time = self._time(table["time"])
        const = self._constants(table)
        fields = self._fields(table["fields"]) if "fields" in table else {}
        for column in fields:
            if column in const:
                raise _fault(self._name, table["fields"].keys[column], f"{column!r} is a constant too")
        delimiter: str | None = None
        header: tuple[str, ...] = ()
        if "csv" in table:
            if reader != "csv":
                raise self._fault(table["csv"], "csv has a meaning only where reader is csv")
            delimiter, header = self._csv(table["csv"])
        mapping = Mapping(self._class(table["class"]), time, const, fields)
        return MappingFile(reader, mapping, time_fields, delimiter, header)

    def _class(self, value: _Value) -> EventClass:
        text = self._text(value, "class")
        try:
            return EventClass(text)
        except ValueError:
            raise self._fault(value, f"no class {text!r}; there are {', '.join(EventClass)}") from None

    def _constants(self, table: dict[str, _Value]) -> dict[str, Any]:
        const: dict[str, Any] = {}
        if "logsource" in table:
            for key, value in self._dict(table["logsource"], "logsource", ("product", "category", "service")).items():
                const[f"log_{key}"] = self._text(value, f"logsource {key}")
        if "constants" in table:
            constants = table["constants"]
            for key, value in self._dict(constants, "constants").items():
                self._column(key, constants.keys[key])
                const[key] = self._text(value, key)
        return const

    def _column(self, name: str, line: int) -> None:
        if name not in _COLUMNS:
            raise _fault(self._name, line, f"events have no column {name!r}; there are {', '.join(sorted(_COLUMNS))}")

    def _fields(self, value: _Value) -> dict[str, Pick]:
        fields: dict[str, Pick] = {}
        for column, given in self._dict(value, "fields").items():
            self._column(column, value.keys[column])
            if not isinstance(given.value, dict):
                fields[column] = pick(*self._texts(given, column))
                continue
            table = self._dict(given, column, ("field", "values", "take"))
            if "field" not in table:
                raise self._fault(given, f"{column} does not say which 'field'")
            convert: Callable[[Any], Any] | None = None
            if "values" in table:
                words = self._dict(table["values"], "values")
                convert = _words({key: self._text(item, f"value {key!r}") for key, item in words.items()})
            if "take" in table:
                if convert is not None:
                    raise self._fault(table["take"], "values and take exclude each other")
                convert = _TAKES.get(self._text(table["take"], "take"))
                if convert is None:
                    raise self._fault(table["take"], f"take must be one of {', '.join(_TAKES)}")
            fields[column] = pick(*self._texts(table["field"], f"{column} field"), convert=convert)
        return fields

    def _csv(self, value: _Value) -> tuple[str | None, tuple[str, ...]]:
        table = self._dict(value, "csv", ("delimiter", "header"))
        delimiter = None
        if "delimiter" in table:
            text = table["delimiter"].value
            delimiter = _DELIMITERS.get(text) if isinstance(text, str) and text != "\t" else "\t"
            if delimiter is None:
                raise self._fault(table["delimiter"], "delimiter must be comma, semicolon, tab or pipe")
        return delimiter, self._texts(table["header"], "header") if "header" in table else ()

    def _time(self, value: _Value) -> tuple[tuple[str, ...], tuple[tuple[str, TimeHow], ...]]:
        table = self._dict(value, "time", ("field", "form", "zone"))
        if "field" not in table:
            raise self._fault(value, "time does not say which 'field'")
        names = self._texts(table["field"], "time field")
        form = self._text(table["form"], "form") if "form" in table else "iso"
        zone: ZoneInfo | None = None
        if "zone" in table:
            text = self._text(table["zone"], "zone")
            try:
                zone = ZoneInfo(text)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise self._fault(table["zone"], f"no time zone {text!r}; names are such as Europe/Berlin") from None
        how: TimeHow
        if "%" in form:
            how = self._pattern(table["form"], form, zone)
        elif form not in _FORMS:
            allowed = ", ".join(_FORMS)
            raise self._fault(table["form"], f"form must be one of {allowed}, or a pattern such as %d/%m/%Y %H:%M:%S")
        elif zone is not None and form == "iso":
            how = _iso_in(zone)
        elif zone is not None:
            raise self._fault(table["zone"], f"times of form {form} have their zone in themselves")
        else:
            how = form
        return names, ((" ".join(names), how),)

    def _pattern(self, value: _Value, form: str, zone: ZoneInfo | None) -> TimeHow:
        try:
            datetime.strptime(datetime(2024, 2, 1).strftime(form), form)  # noqa: DTZ001, DTZ007 (only tries the pattern)
        except (ValueError, IndexError) as error:
            raise self._fault(value, f"form is no time pattern: {error}") from None
        return _pattern_time(form, zone)


def _words(table: dict[str, str]) -> Callable[[Any], Any]:
    def convert(value: Any) -> str | None:
        text = to_text(value)
        return table.get(text) if text is not None else None

    return convert


def _iso_in(zone: ZoneInfo) -> Callable[[Any, ReadContext], int]:
    def convert(value: Any, context: ReadContext) -> int:
        if type(value) is not str:
            raise RecordError(f"not a time: {str(value)[:60]!r}")
        return parse_iso(value, zone)

    return convert


def _pattern_time(form: str, zone: ZoneInfo | None) -> Callable[[Any, ReadContext], int]:
    has_year = any(mark in form for mark in ("%Y", "%y", "%c", "%x", "%G"))

    @lru_cache(maxsize=4096)
    def moment(text: str, year: int | None) -> datetime:
        if has_year:
            return datetime.strptime(text, form)  # noqa: DTZ007 (the zone is put on below)
        return datetime.strptime(f"{year} {text}", f"%Y {form}")  # noqa: DTZ007

    def convert(value: Any, context: ReadContext) -> int:
        text = to_text(value) or ""
        if not has_year and context.year is None:
            raise RecordError(NEEDS_YEAR)
        try:
            return to_us(moment(text.strip()[:100], context.year), zone or context.timezone)
        except (ValueError, OverflowError):
            raise RecordError(f"not a time of form {form}: {text[:60]!r}") from None

    return convert
