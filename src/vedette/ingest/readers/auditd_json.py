"""Linux audit events as JSON: laurel and Auditbeat, one object a call with its records inside.

The records' fields are put at the top under their own names, as auditd writes them, beside the
shape's own; ``type`` lists the record types that the object holds, so that a rule on ``EXECVE`` and
one on ``PATH`` both see it. Arguments of the command win over the call's numbers (both are ``a0``…).

Source: laurel 0.6 output; Auditbeat 8 auditd module, ECS 8.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample, StatelessSession, pick
from vedette.ingest.convert import best_score, flatten, load_json
from vedette.ingest.readers.auditd_events import audit_kind, audit_mapping

NOT_AUDIT = "neither a laurel nor an Auditbeat auditd event"
MAX_ARGUMENTS = 4096
"""Arguments that become fields; a kernel refuses longer lists long before."""


def _is_laurel(value: Any) -> bool:
    serial = value.get("ID") if isinstance(value, dict) else None
    if not isinstance(serial, str) or "." not in serial or ":" not in serial:
        return False
    return any(isinstance(value.get(key), (dict, list)) for key in value if key.isupper() and key not in ("ID", "NODE"))


def _is_auditbeat(value: Any) -> bool:
    if not isinstance(value, dict) or "@timestamp" not in value:
        return False
    event = value.get("event")
    module = event.get("module") if isinstance(event, dict) else value.get("event.module")
    return module == "auditd" and ("auditd" in value or any(key.startswith("auditd.") for key in value))


def _parse(data: bytes) -> Native:
    value = load_json(data)
    if _is_laurel(value):
        return _laurel(value)
    if _is_auditbeat(value):
        return _auditbeat(value)
    raise RecordError(NOT_AUDIT)


def _laurel(value: dict[str, Any]) -> Native:
    native = dict(flatten(value))
    stamp, _, serial = value["ID"].partition(":")
    kinds = [
        key
        for key, inner in value.items()
        if key.isupper() and isinstance(inner, (dict, list)) and key != "PARENT_INFO"
    ]
    own: Native = {"type": kinds, "timestamp": stamp, "serial": serial}
    if isinstance(value.get("NODE"), str):
        own["node"] = value["NODE"]
    execve = value.get("EXECVE")
    if isinstance(execve, dict):
        _put_arguments(own, execve.get("ARGV"))
    for kind in sorted(kinds, key=lambda kind: kind != "SYSCALL"):
        inner = value[kind]
        if isinstance(inner, dict):
            for key, item in inner.items():
                if not isinstance(item, dict):
                    own.setdefault(key, item if isinstance(item, list) or item is None else str(item))
        else:
            for key in {key for item in inner if isinstance(item, dict) for key in item}:
                own.setdefault(key, [str(item[key]) for item in inner if isinstance(item, dict) and key in item])
    title = value.get("PROCTITLE")
    if isinstance(title, dict) and isinstance(title.get("ARGV"), list):
        own.setdefault("proctitle", " ".join(map(str, title["ARGV"])))
    own.pop("ARGV", None)
    return {**native, **own}


def _auditbeat(value: dict[str, Any]) -> Native:
    native = dict(flatten(value))
    message = native.get("auditd.message_type")
    kinds = [message.upper() if isinstance(message, str) else "SYSCALL"]
    own: Native = {}
    for key, item in native.items():
        if key.startswith("auditd.data."):
            own[key.removeprefix("auditd.data.")] = item
    if own.get("syscall") in ("execve", "execveat") and "argc" in own:
        kinds.append("EXECVE")
    arguments = native.get("process.args")
    if "EXECVE" in kinds:
        _put_arguments(own, arguments)
    if "syscall" in own:
        own["SYSCALL"] = own["syscall"]
    if any(key.startswith("auditd.paths.") for key in native):
        kinds.append("PATH")
        own["name"] = native.get("auditd.paths.name")
        own["nametype"] = native.get("auditd.paths.nametype")
    names = {
        "exe": "process.executable",
        "comm": "process.name",
        "pid": "process.pid",
        "ppid": "process.parent.pid",
        "cwd": "process.working_directory",
        "proctitle": "process.title",
        "uid": "user.id",
        "UID": "user.name",
        "auid": "user.audit.id",
        "AUID": "user.audit.name",
        "euid": "user.effective.id",
        "ses": "auditd.session",
        "serial": "auditd.sequence",
        "success": "auditd.result",
        "key": "tags",
        "node": "host.name",
        "addr": "source.ip",
    }
    for key, path in names.items():
        item = native.get(path)
        if item is not None:
            own.setdefault(key, item)
    # Auditbeat writes the login uid under either name
    for key, path in (("auid", "auditd.user.auid"), ("ppid", "process.ppid"), ("AUID", "auditd.summary.actor.primary")):
        item = native.get(path)
        if item is not None:
            own.setdefault(key, item)
    own["type"] = kinds
    own["timestamp"] = native["@timestamp"]
    return {**native, **own}


def _put_arguments(own: Native, arguments: Any) -> None:
    if isinstance(arguments, list):
        for number, argument in enumerate(arguments[:MAX_ARGUMENTS]):
            own[f"a{number}"] = argument if isinstance(argument, str) else str(argument)


class AuditdJsonReader:
    """Reads audit events that a shipper has put together."""

    name = "auditd_json"
    title = "Linux audit events as JSON"
    framing = Framing.JSON
    examples = ("laurel", "Auditbeat (auditd module)")

    def sniff(self, sample: Sample) -> float:
        """Return 0.97 for laurel's or Auditbeat's shape."""
        return best_score(sample, lambda value: 0.97 if _is_laurel(value) or _is_auditbeat(value) else 0.0)

    def open(self, context: ReadContext) -> StatelessSession:
        """Return a session."""
        return StatelessSession(_parse)

    def kind(self, native: Native) -> Hashable:
        """Return the shape and the record type that tells the class."""
        return ("@timestamp" in native, audit_kind(native))

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping of a shape and record type."""
        is_beat, audit = kind if isinstance(kind, tuple) else (False, "")
        if is_beat:
            return audit_mapping(audit, device=pick("host.hostname", "host.name"), time=(("@timestamp", "iso"),))
        return audit_mapping(audit)

    def self_identifying(self, native: Native) -> bool:
        """Return whether the event names its host beside time and serial."""
        return "node" in native


READER = AuditdJsonReader()
