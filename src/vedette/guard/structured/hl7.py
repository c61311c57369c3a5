"""Messages of hospitals (HL7 version 2): lines of fields between bars, known by segment and number."""

from __future__ import annotations

import re

from vedette.guard.structured.base import Path, Reader

_SEGMENT = re.compile(r"(?:^|(?<=[\r\n\x0b]))(PID|NK1|PV1|IN1|GT1|OBX|ORC|OBR)\|([^\r\n]*+)")
_NAMES = {
    ("PID", 2): "patient_id", ("PID", 3): "mrn", ("PID", 4): "patient_id", ("PID", 5): "patient_name",
    ("PID", 6): "mothers_maiden_name", ("PID", 7): "dob", ("PID", 9): "patient_name", ("PID", 11): "address",
    ("PID", 13): "phone", ("PID", 14): "phone", ("PID", 18): "patient_id", ("PID", 19): "ssn",
    ("PID", 20): "driver_license", ("NK1", 2): "next_of_kin", ("NK1", 4): "address", ("NK1", 5): "phone",
    ("PV1", 7): "attending_physician", ("PV1", 8): "referring_physician", ("PV1", 19): "encounter_id",
    ("IN1", 16): "insured_name", ("IN1", 18): "dob", ("IN1", 19): "address", ("IN1", 36): "insurance_id",
    ("GT1", 3): "guardian_name", ("GT1", 5): "address", ("GT1", 6): "phone", ("GT1", 12): "ssn",
}  # fmt: skip
"""Source: HL7 2.5.1, chapters 3 and 6."""
_PARTS = frozenset(("patient_name", "mothers_maiden_name", "next_of_kin", "insured_name", "guardian_name"))
_NUMBERED = frozenset(("attending_physician", "referring_physician"))


def read_segments(reader: Reader, text: str, start: int, end: int, base: Path = ()) -> None:
    """Read the fields that are of a person; names part by part, of others the first component."""
    for segment in _SEGMENT.finditer(text, start, end):
        kind = segment.group(1)
        at = segment.start(2)
        for number, value in enumerate(segment.group(2).split("|"), 1):
            if value and (name := _NAMES.get((kind, number))):
                _components(reader, (*base, kind, number), name, value, at)
            at += len(value) + 1


def _components(reader: Reader, path: Path, name: str, value: str, at: int) -> None:
    for n, part in enumerate(value.split("^")):
        taken = name
        if name in _PARTS:
            taken = "last_name" if n == 0 else "first_name" if n in (1, 2) else ""
        elif name in _NUMBERED:
            taken = "last_name" if n == 1 else "first_name" if n == 2 else ""
        elif name == "address":
            taken = "street_address" if n == 0 else ""
        elif n:
            taken = ""
        if taken and part:
            reader.add((*path, n), taken, part, at, at + len(part))
        at += len(part) + 1
