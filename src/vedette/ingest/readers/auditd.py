"""Linux audit logs: ``audit.log`` as auditd writes it, plain or enriched, and what ausearch prints.

Each line is an event. EXECVE, PATH and SOCKADDR get the fields of the SYSCALL record of the same
serial (who ran it, as which process). Audit records inside syslog are read by the syslog reader
with the same tables.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample
from vedette.ingest.convert import decode_text
from vedette.ingest.readers.auditd_events import audit_kind, audit_mapping
from vedette.ingest.readers.auditd_records import INTERPRETED, NOT_AUDIT, AuditJoiner, parse_record

_SEPARATORS = (b"----", b"time->")


class AuditSession:
    """Parses audit lines; remembers the last system calls."""

    def __init__(self) -> None:
        self._joiner = AuditJoiner()

    def parse(self, batch: Sequence[bytes]) -> list[Native | RecordError | None]:
        """Return the fields of each record; None for the lines that ausearch puts between events."""
        out: list[Native | RecordError | None] = []
        for line in batch:
            if not line or line.startswith(_SEPARATORS) or line.isspace():
                if line.startswith(_SEPARATORS):
                    self._joiner.is_reversed = True
                out.append(None)
                continue
            try:
                native = parse_record(decode_text(line))
            except RecordError as error:
                out.append(error)
                continue
            if native is None:
                out.append(RecordError(NOT_AUDIT))
                continue
            self._joiner.add(native, line)
            out.append(native)
        if self._joiner.is_reversed:
            self._joiner.settle([native for native in out if type(native) is dict])
        return out

    def preamble(self) -> bytes:
        """Return the SYSCALL records that later records may belong to."""
        return self._joiner.lines()


class AuditdReader:
    """Reads audit logs line by line."""

    name = "auditd"
    title = "Linux audit log"
    framing = Framing.LINES
    examples = ("audit.log (auditd)", "audit.log with enriched fields", "ausearch --raw", "ausearch")

    def sniff(self, sample: Sample) -> float:
        """Return the share of audit records among the first lines, short of certain."""
        lines = [line for line in sample.lines if line.strip() and not line.startswith(_SEPARATORS)]
        if not lines:
            return 0.0
        good = 0
        for line in lines:
            try:
                good += parse_record(decode_text(line)) is not None
            except RecordError as error:
                good += error.reason == INTERPRETED
        # the last line may be cut
        return 0.97 * min(1.0, good / max(1, len(lines) - 1)) if good * 2 >= len(lines) else 0.0

    def open(self, context: ReadContext) -> AuditSession:
        """Return a session."""
        return AuditSession()

    def kind(self, native: Native) -> Hashable:
        """Return the record type."""
        return audit_kind(native)

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping of a record type."""
        return audit_mapping(str(kind))

    def self_identifying(self, native: Native) -> bool:
        """Return whether the record names its host beside time and serial."""
        return "node" in native


READER = AuditdReader()
