"""Syslog messages as JSON: journald export, the Log Analytics Syslog table, Filebeat's system module.

What a message says is read as in syslog files: programs of auth.log, and audit records inside.

Source: systemd ``systemd.journal-fields(7)``; Azure Monitor Syslog table; ECS 8.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.ingest.base import Framing, Mapping, Native, Pick, ReadContext, RecordError, Sample, TimeHow, pick
from vedette.ingest.convert import as_ip, best_score, decode_text, flatten, load_json, lower, to_int
from vedette.ingest.readers.auditd_events import audit_kind, audit_mapping
from vedette.ingest.readers.auditd_records import AuditJoiner, parse_record
from vedette.ingest.readers.authlog import parse_message, service_of
from vedette.ingest.readers.authlog_events import message_mapping
from vedette.ingest.readers.syslog import audit_record
from vedette.ingest.readers.syslog_lines import SEVERITIES

NOT_SYSLOG = "no syslog message in a JSON shape that is known"


def _severity(value: Any) -> str | None:
    number = to_int(value)
    return SEVERITIES[number] if number is not None and 0 <= number < 8 else lower(value)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where one shape keeps what a syslog line says."""

    name: str
    is_it: Callable[[dict[str, Any]], bool]
    program: tuple[str, ...]
    message: str
    time: tuple[tuple[str, TimeHow], ...]
    columns: dict[str, Pick]


def _is_dataset(value: dict[str, Any]) -> bool:
    event = value.get("event")
    dataset = event.get("dataset") if isinstance(event, dict) else value.get("event.dataset")
    return dataset in ("system.auth", "system.syslog") and "message" in value


_SHAPES = (
    _Shape(
        "journald",
        lambda value: "__REALTIME_TIMESTAMP" in value and ("MESSAGE" in value or "__CURSOR" in value),
        ("SYSLOG_IDENTIFIER", "_COMM"),
        "MESSAGE",
        (("_SOURCE_REALTIME_TIMESTAMP", "epoch_us"), ("__REALTIME_TIMESTAMP", "epoch_us")),
        {
            "device_name": pick("_HOSTNAME"),
            "process_pid": pick("_PID", "SYSLOG_PID", convert=to_int),
            "process_path": pick("_EXE"),
            "actor_session": pick("_AUDIT_SESSION"),
            "severity": pick("PRIORITY", convert=_severity),
            "event_code": pick("MESSAGE_ID"),
            "service_name": pick("UNIT", "USER_UNIT"),
            "message": pick("MESSAGE"),
        },
    ),
    _Shape(
        "log_analytics",
        lambda value: "SyslogMessage" in value and ("Facility" in value or "ProcessName" in value),
        ("ProcessName",),
        "SyslogMessage",
        (("EventTime", "iso_utc"), ("TimeGenerated", "iso_utc"), ("TimeGenerated [UTC]", "iso_utc")),
        {
            "device_name": pick("HostName", "Computer"),
            "device_ip": pick("HostIP", convert=as_ip),
            "process_pid": pick("ProcessID", "ProcessId", convert=to_int),
            "severity": pick("SeverityLevel", convert=_severity),
            "message": pick("SyslogMessage"),
        },
    ),
    _Shape(
        "filebeat",
        _is_dataset,
        ("process.name",),
        "message",
        (("@timestamp", "iso"),),
        {
            "device_name": pick("host.hostname", "host.name"),
            "process_pid": pick("process.pid", convert=to_int),
            "severity": pick("log.syslog.severity.name", convert=_severity),
            "message": pick("message"),
        },
    ),
)
_BY_NAME = {shape.name: shape for shape in _SHAPES}


def _shape(value: dict[str, Any]) -> _Shape | None:
    for shape in _SHAPES:
        if shape.is_it(value):
            return shape
    return None


class SyslogJsonSession:
    """Parses syslog messages in JSON; keeps the last system calls of audit records inside."""

    def __init__(self) -> None:
        self._joiner = AuditJoiner()

    def parse(self, batch: Sequence[bytes]) -> list[Native | RecordError | None]:
        """Return the fields of each record."""
        out: list[Native | RecordError | None] = []
        for data in batch:
            try:
                out.append(self._parse(data))
            except RecordError as error:
                out.append(error)
        return out

    def _parse(self, data: bytes) -> Native:
        value = load_json(data)
        shape = _shape(value)
        if shape is None:
            raise RecordError(NOT_SYSLOG)
        native = dict(flatten(value))
        # a record cannot bring the names that the parsers of messages give
        native.pop("event", None)
        message = native.get(shape.message)
        if type(message) is list:
            # journald writes a message that is no UTF-8 as a list of bytes
            message = decode_text(bytes(byte for byte in message if type(byte) is int and 0 <= byte < 256))
            native[shape.message] = message
        if type(message) is not str:
            return native
        program = next((native[key] for key in shape.program if type(native.get(key)) is str), None)
        record = audit_record(program, message)
        if record is None and "_AUDIT_TYPE_NAME" in native:
            record = _journal_audit(native, message)
        if record is not None:
            self._joiner.add(record, data)
            return {**native, **record}
        said = parse_message(program, message)
        if program is not None:
            native.setdefault("program", program)
        return native if said is None else {**native, **said}

    def preamble(self) -> bytes:
        """Return the audit records that later ones may belong to."""
        return self._joiner.lines()


def _journal_audit(native: Native, message: str) -> Native | None:
    """Return the audit record of journald's audit transport: its head stands in fields of its own."""
    stamp = to_int(native.get("_SOURCE_REALTIME_TIMESTAMP") or native.get("__REALTIME_TIMESTAMP"))
    kind, serial = native["_AUDIT_TYPE_NAME"], native.get("_AUDIT_ID")
    if stamp is None or stamp < 0 or type(kind) is not str or type(serial) is not str:
        return None
    body = message.removeprefix(kind).lstrip(" ")
    return parse_record(f"type={kind} msg=audit({stamp // 1_000_000}.{stamp % 1_000_000:06d}:{serial}): {body}")


class SyslogJsonReader:
    """Reads syslog messages that stand in JSON."""

    name = "syslog_json"
    title = "Syslog messages as JSON"
    framing = Framing.JSON
    examples = (
        "journalctl -o json",
        "Azure Log Analytics Syslog table (auditd through AUOMS included)",
        "Filebeat system module",
    )

    def sniff(self, sample: Sample) -> float:
        """Return 0.96 where the objects are of a known shape."""
        return best_score(sample, lambda value: 0.96 if _shape(value) is not None else 0.0)

    def open(self, context: ReadContext) -> SyslogJsonSession:
        """Return a session."""
        return SyslogJsonSession()

    def kind(self, native: Native) -> Hashable:
        """Return shape, service and event; for an audit record its type."""
        shape = (
            "journald"
            if "__REALTIME_TIMESTAMP" in native
            else "log_analytics"
            if "SyslogMessage" in native
            else "filebeat"
        )
        if "serial" in native and "type" in native:
            return (shape, "audit", audit_kind(native))
        program = native.get("program")
        return (shape, service_of(program if type(program) is str else None), native.get("event"))

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping of a shape, service and event."""
        name, service, event = kind if isinstance(kind, tuple) else ("journald", "syslog", None)
        shape = _BY_NAME[name]
        if service == "audit":
            device = shape.columns["device_name"]
            return audit_mapping(event, device=Pick((*device.keys, "node")))
        return message_mapping(service, event, shape.time, shape.columns)

    def self_identifying(self, native: Native) -> bool:
        """Return whether the record has an id of its own."""
        return "__CURSOR" in native or "_ItemId" in native


READER = SyslogJsonReader()
