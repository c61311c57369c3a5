"""Syslog files: messages, syslog, auth.log, secure, and whatever else a syslog daemon writes.

One reader for all of them, because they mix: what a line says is told by the program that wrote it
(``authlog`` for sshd, sudo, su, useradd …; the audit tables for audit records that were sent on by
syslog; ``web_lines`` for HAProxy). Lines of other programs become ``log_activity`` with their text.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from vedette.ingest.base import Framing, Mapping, Native, Pick, ReadContext, RecordError, Sample, pick
from vedette.ingest.convert import as_ip, decode_text, to_int
from vedette.ingest.readers.auditd_events import audit_kind, audit_mapping
from vedette.ingest.readers.auditd_records import AuditJoiner, parse_record
from vedette.ingest.readers.authlog import parse_message, program_name, service_of
from vedette.ingest.readers.authlog_events import message_mapping
from vedette.ingest.readers.syslog_lines import NOT_SYSLOG, Years, parse_line, settle_time
from vedette.ingest.readers.web_lines import parse_haproxy, web_mapping

AUDIT_PROGRAMS = frozenset({"audispd", "audisp-syslog", "auditd", "audit", "kernel", "auoms", "auomscollect"})
"""Programs that pass audit records on to syslog."""

# the kernel puts its clock and "audit:" before a record
_AUDIT = re.compile(r"(?:\[ {0,12}\d{1,10}\.\d{1,9}\] ?)?(?:audit: )?((?:node=|type=).*)", re.DOTALL)

_LEVELS = frozenset({"INFO", "WARN", "WARNING", "ERROR", "DEBUG", "TRACE", "FATAL", "NOTICE", "CRITICAL"})

_COMMON: dict[str, Pick] = {
    "device_name": pick("host"),
    "device_ip": pick("host", convert=as_ip),
    "process_pid": pick("pid", convert=to_int),
    "event_code": pick("msgid"),
    "severity": pick("severity"),
    "message": pick("message"),
}


def audit_record(program: str | None, message: str) -> Native | None:
    """Return the audit record that a syslog message carries, None if it carries none.

    Raises:
        RecordError: an audit record whose time cannot be told.
    """
    if program is None or program_name(program) not in AUDIT_PROGRAMS:
        return None
    match = _AUDIT.match(message)
    return None if match is None else parse_record(match[1])


class SyslogSession:
    """Parses syslog lines in order; keeps the year and the last system calls."""

    def __init__(self, context: ReadContext) -> None:
        self._years = Years(context.year)
        self._joiner = AuditJoiner()

    def parse(self, batch: Sequence[bytes]) -> list[Native | RecordError | None]:
        """Return the fields of each line, None for an empty one."""
        out: list[Native | RecordError | None] = []
        for line in batch:
            try:
                out.append(self._parse(line))
            except RecordError as error:
                out.append(error)
        return out

    def _parse(self, line: bytes) -> Native | None:
        native = parse_line(decode_text(line))
        if native is None:
            if not line or line.isspace():
                return None
            raise RecordError(NOT_SYSLOG)
        program = native.get("program")
        if program is not None:
            message = native["message"]
            record = audit_record(program, message)
            if record is not None:
                # the record has a time of its own: no year is needed
                self._joiner.add(record, line)
                for key in ("host", "relay", "program"):
                    if key in native:
                        record.setdefault(key, native[key])
                return record
            said = parse_message(program, message)
            if said is None and program == "haproxy":
                said = parse_haproxy(message)
            if said is not None:
                # the head wins: a message cannot change host or time
                native = {**said, **native}
        settle_time(native, self._years)
        return native

    def preamble(self) -> bytes:
        """Return lines that bring a new session to the same year and system calls."""
        return b"\n".join(part for part in (self._years.lines(), self._joiner.lines()) if part)


class SyslogReader:
    """Reads syslog files of any mix of programs."""

    name = "syslog"
    title = "Syslog, auth.log and secure"
    framing = Framing.LINES
    examples = (
        "/var/log/syslog and messages (RFC 3164, ISO times)",
        "auth.log and secure (sshd, sudo, su, useradd, passwd, cron …)",
        "RFC 5424 with structured data",
        "audit records sent on by syslog",
        "HAProxy HTTP log",
    )

    def sniff(self, sample: Sample) -> float:
        """Return the share of syslog lines among the first lines, short of certain."""
        lines = [line for line in sample.lines if line.strip()]
        good = sum(_is_syslog(decode_text(line[:4096])) for line in lines)
        if not good or good * 2 < len(lines):
            return 0.0
        return 0.9 * min(1.0, good / max(1, len(lines) - 1))

    def open(self, context: ReadContext) -> SyslogSession:
        """Return a session that knows the year and zone of ``context``."""
        return SyslogSession(context)

    def kind(self, native: Native) -> Hashable:
        """Return service and event of a line, or the type of an audit record."""
        if "serial" in native and "type" in native:
            return ("audit", audit_kind(native))
        event = native.get("event")
        if event is None:
            return (service_of(native.get("program")), None)
        return (service_of(native.get("program")), event)

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping of a service and event."""
        service, event = kind if isinstance(kind, tuple) else ("syslog", None)
        if service == "audit":
            return audit_mapping(event, device=pick("node", "host"))
        if event == "haproxy":
            return web_mapping("haproxy", (("timestamp", "iso"),), device=pick("host"))
        return message_mapping(service, event, (("timestamp", "iso"),), _COMMON)

    def self_identifying(self, native: Native) -> bool:
        """Return False: syslog lines carry no id."""
        return False


def _is_syslog(text: str) -> bool:
    native = parse_line(text)
    if native is None or native.get("host") in _LEVELS:
        return False
    stamp = native["timestamp"]
    # an ISO time and words is any program's log; a program with a colon, a priority or a month makes it syslog
    return "program" in native or "facility" in native or (stamp is not None and stamp.startswith("--"))


READER = SyslogReader()
