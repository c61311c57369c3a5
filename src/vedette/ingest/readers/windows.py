"""Windows events: EVTX files, and the JSON shapes that shippers make of them.

Whatever the shape, ``native`` is flat: the event's own data fields at top level under their own
names, beside ``EventID``, ``Channel``, ``Provider_Name``, ``Computer`` and ``EventRecordID``. A
record that is flat already (NXLog, most SIEM exports) is kept exactly as it is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import orjson

from vedette.ingest.base import (
    Framing,
    Mapping,
    Native,
    ReadContext,
    Rebuilt,
    RecordError,
    Sample,
    Session,
    StatelessSession,
)
from vedette.ingest.convert import flatten, load_json, to_int
from vedette.ingest.framing import RawBatch
from vedette.ingest.readers.windows_tables import PROVIDERS, SERVICES, mapping_for

_SYSMON_REGISTRY = frozenset((12, 13, 14))
_RECORD_KEYS = ("RecordNumber", "EventRecordID", "RecordID", "RecordId")


def _attributes(value: Any) -> dict[str, Any]:
    return value.get("#attributes") or {} if isinstance(value, dict) else {}


def _scalar(value: Any) -> Any:
    """Return the text of an element that may carry attributes (``{"#text": …, "#attributes": …}``)."""
    return value.get("#text") if isinstance(value, dict) else value


def _put_data(native: Native, data: Any) -> None:
    """Add the fields of EventData or UserData in any of the forms that dumps give them."""
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        if key.startswith(("#", "@", "xmlns")):
            continue
        if key == "Data" and isinstance(value, (dict, list)):
            _put_unnamed(native, value)
        elif isinstance(value, dict):
            inner = value.get("#text") if "#text" in value else None
            if inner is None and any(not k.startswith(("#", "@", "xmlns")) for k in value):
                _put_data(native, value)  # UserData wraps its fields in an element of its own
            else:
                native[key] = inner
        else:
            native[key] = value


def _put_unnamed(native: Native, value: Any) -> None:
    """Add ``Data`` elements: named by an attribute, or only a list of texts."""
    items = value if isinstance(value, list) else [value]
    texts: list[Any] = []
    for item in items:
        name = _attributes(item).get("Name") or (item.get("@Name") if isinstance(item, dict) else None)
        text = _scalar(item)
        if isinstance(name, str):
            native[name] = text
        elif isinstance(text, list):
            texts.extend(text)
        else:
            texts.append(text)
    if texts:
        native["Data"] = texts if len(texts) > 1 else texts[0]


def _from_event(event: dict[str, Any]) -> Native:
    """Return the native fields of an evtx_dump record (``{"Event": {"System": …}}``)."""
    system = event.get("System")
    if not isinstance(system, dict):
        raise RecordError("no System in the event")
    given = system.get("Provider")
    provider: dict[str, Any] = given if isinstance(given, dict) else {}
    attributes = _attributes(provider) or {k.lstrip("@"): v for k, v in provider.items()}
    created = system.get("TimeCreated")
    execution = system.get("Execution")
    security = system.get("Security")
    native: Native = {
        "EventID": to_int(_scalar(system.get("EventID"))),
        "Channel": system.get("Channel"),
        "Provider_Name": attributes.get("Name"),
        "Computer": system.get("Computer"),
        "EventRecordID": system.get("EventRecordID"),
        "SystemTime": (_attributes(created) or created).get("SystemTime") if isinstance(created, dict) else created,
        "Level": system.get("Level"),
        "Task": system.get("Task"),
        "Opcode": system.get("Opcode"),
        "Keywords": system.get("Keywords"),
        "Execution_ProcessID": _attributes(execution).get("ProcessID"),
        "UserID": _attributes(security).get("UserID"),
    }
    for part in ("EventData", "UserData", "ProcessingErrorData", "DebugData"):
        if part in event:
            _put_data(native, event[part])
    return native


def _from_winlog(record: dict[str, Any]) -> Native:
    """Return the native fields of a Winlogbeat or Elastic Agent record, versions 6 to 9."""
    winlog = record.get("winlog")
    if isinstance(winlog, dict):
        code = winlog.get("event_id", (record.get("event") or {}).get("code"))
        host = winlog.get("computer_name") or (record.get("host") or {}).get("name")
        native: Native = {
            "EventID": to_int(code),
            "Channel": winlog.get("channel"),
            "Provider_Name": winlog.get("provider_name"),
            "Computer": host,
            "EventRecordID": winlog.get("record_id"),
            "@timestamp": record.get("@timestamp"),
        }
        user = winlog.get("user")
        if isinstance(user, dict) and user.get("identifier"):
            native["UserID"] = user["identifier"]
        for part in ("event_data", "user_data"):
            _put_data(native, winlog.get(part))
    else:
        native = {
            "EventID": to_int(record.get("event_id")),
            "Channel": record.get("log_name"),
            "Provider_Name": record.get("source_name"),
            "Computer": record.get("computer_name"),
            "EventRecordID": record.get("record_number"),
            "@timestamp": record.get("@timestamp"),
        }
        for part in ("event_data", "user_data"):
            _put_data(native, record.get(part))
    if isinstance(record.get("message"), str):
        native["Message"] = record["message"]
    return native


def _from_nested(record: dict[str, Any]) -> Native:
    """Return a record whose EventData is an object beside flat system fields."""
    native: Native = {}
    for key, value in record.items():
        if key in ("EventData", "UserData"):
            _put_data(native, value)
        elif key in ("Provider", "ProviderName") and "Provider_Name" not in record:
            native["Provider_Name"] = _attributes(value).get("Name") or _scalar(value)
        elif isinstance(value, dict):
            native.update(flatten({key: value}))
        else:
            native[key] = value
    return native


def parse_windows(data: bytes) -> Native:
    """Return the native fields of one Windows event in any JSON shape.

    Raises:
        RecordError: not JSON, or not a Windows event.
    """
    record = load_json(data)
    event = record.get("Event")
    native: Native
    if type(event) is dict:
        native = Rebuilt(_from_event(event))
    elif "winlog" in record or ("event_id" in record and "log_name" in record):
        native = Rebuilt(_from_winlog(record))
    elif "EventID" not in record and "EventId" not in record:
        raise RecordError("no EventID: not a Windows event")
    elif dict in set(map(type, record.values())):
        native = Rebuilt(_from_nested(record))
    else:
        native = record
    if to_int(native.get("EventID", native.get("EventId"))) is None:
        raise RecordError("EventID is no number")
    return native


class WindowsJsonReader:
    """Windows events as JSON, one shape or several in a file."""

    name = "windows_json"
    title = "Windows events as JSON"
    framing = Framing.JSON
    examples: tuple[str, ...] = (
        "NXLog",
        "Winlogbeat / Elastic Agent (ECS)",
        "evtx_dump",
        "flat SIEM exports",
        "Log Analytics SecurityEvent",
    )
    keeps_json = True

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is that the sample holds Windows events."""
        first = sample.first
        if first is None:
            return 0.0
        if isinstance(first.get("winlog"), dict):
            return 0.99
        event = first.get("Event")
        if isinstance(event, dict) and isinstance(event.get("System"), dict):
            return 0.99
        if "event_id" in first and "log_name" in first and "computer_name" in first:
            return 0.95
        if "EventID" in first or "EventId" in first:
            marks = {
                "Channel",
                "Computer",
                "Hostname",
                "SourceName",
                "Provider_Name",
                "ProviderGuid",
                "Provider",
                "EventData",
            }
            found = len(marks & first.keys())
            return 0.95 if found >= 2 else 0.6 if found else 0.0
        return 0.0

    def open(self, context: ReadContext) -> Session:
        """Return a session; it has no state."""
        return StatelessSession(parse_windows)

    def kind(self, native: Native) -> Hashable:
        """Return (Sigma service, event id, Sysmon's registry event type)."""
        code = native.get("EventID")
        if type(code) is not int:
            code = to_int(native.get("EventId") if code is None else code)
        channel = native.get("Channel")
        service = SERVICES.get(channel.lower()) if type(channel) is str else None
        if service is None and not channel:
            provider = native.get("Provider_Name") or native.get("SourceName") or native.get("EventSourceName")
            service = PROVIDERS.get(provider.lower()) if type(provider) is str else None
        if service == "sysmon" and code in _SYSMON_REGISTRY:
            variant = native.get("EventType")
            return service, code, variant.lower() if type(variant) is str and len(variant) < 16 else None
        return service, code, None

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping of one kind of event."""
        service, code, variant = cast("tuple[str | None, int | None, str | None]", kind)
        return mapping_for(service, code, variant)

    def self_identifying(self, native: Native) -> bool:
        """Return whether it carries its record number and host."""
        host = native.get("Computer") or native.get("Hostname")
        return bool(host) and any(native.get(key) is not None for key in _RECORD_KEYS)


_MAX_DAMAGED = 1_000
"""Damaged records in a row after which the rest of the file is given up."""


def _reason(error: BaseException) -> str:
    """Return what the Rust library said, its panics included; anything else is raised again."""
    if isinstance(error, (RuntimeError, OSError, ValueError)) or type(error).__name__ == "PanicException":
        return str(error)[:200]
    raise error


class EvtxReader(WindowsJsonReader):
    """Windows event log files, by the Rust ``evtx`` library."""

    name = "evtx"
    title = "Windows event log files (EVTX)"
    framing = Framing.BINARY
    examples = (".evtx files, whole or damaged",)

    def sniff(self, sample: Sample) -> float:
        """Return 1 for the EVTX magic."""
        return 1.0 if sample.head[:8] == b"ElfFile\x00" else 0.0

    def frame(self, path: Path) -> Iterator[RawBatch]:
        """Yield records as JSON; a damaged record is reported by its position in the file."""
        from evtx import PyEvtxParser

        with path.open("rb") as handle:
            head = handle.read(4096)
        try:
            parser = PyEvtxParser(str(path), number_of_threads=1)
            records = parser.records_json()
        except BaseException as error:
            yield RawBatch([head], [0], {0: f"damaged EVTX file: {_reason(error)}"})
            return
        file_id = blake2b(head, digest_size=6).hexdigest()  # tells damaged records of different files apart
        batch = RawBatch([], [])
        position = n_damaged = 0
        while n_damaged < _MAX_DAMAGED:
            try:
                record = next(records)
            except StopIteration:
                break
            except BaseException as error:
                n_damaged += 1
                batch.bad[len(batch.records)] = f"damaged EVTX record: {_reason(error)}"
                batch.records.append(f"evtx record {position} of {file_id}: {_reason(error)}".encode())
                batch.offsets.append(position)
            else:
                n_damaged = 0
                # the library indents; compact text is the stable form of the record
                assert record is not None  # noqa: S101 (the iterator yields dicts)
                try:
                    batch.records.append(orjson.dumps(orjson.loads(record["data"])))
                except ValueError:  # numbers or nesting that it cannot hold: parsing will say so
                    batch.records.append(record["data"].encode("utf-8", "backslashreplace"))
                batch.offsets.append(int(record["event_record_id"]))
            position += 1
            if len(batch.records) >= 4096:
                yield batch
                batch = RawBatch([], [])
        if batch.records:
            yield batch


JSON_READER = WindowsJsonReader()
EVTX_READER = EvtxReader()
