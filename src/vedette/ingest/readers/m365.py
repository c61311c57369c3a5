"""Microsoft 365 unified audit log.

Office 365 Management Activity API, Purview search exports (the record as text in ``AuditData``), and the
Log Analytics table OfficeActivity. ``Parameters`` and ``OperationProperties`` are added as JSON text, since rules
search them whole; records of the Security & Compliance Center carry the names that alert rules use.

Source: Office 365 Management Activity API schema.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample, StatelessSession, pick
from vedette.ingest.convert import (
    account_domain,
    account_name,
    as_ip,
    best_score,
    flatten,
    json_text,
    load_json,
    lower,
    parsed,
    to_text,
    unwrap,
)
from vedette.schema import EventClass

WRAPPERS = ("AuditData", "_source", "message", "event.original")

_LOGONS = frozenset({"UserLoggedIn", "UserLoginFailed", "MailboxLogin"})


def is_audit(value: dict[str, Any]) -> bool:
    """Return whether an object is a unified audit record."""
    if type(value.get("Operation")) is not str or "UserId" not in value:
        return False
    if "CreationTime" in value:
        return "RecordType" in value or "Workload" in value
    return value.get("Type") == "OfficeActivity" or ("TimeGenerated" in value and "OfficeWorkload" in value)


def _parse(data: bytes) -> Native | None:
    value = load_json(data)
    record = unwrap(value, is_audit, WRAPPERS)
    if record is None:
        raise RecordError("no Microsoft 365 audit record: Operation, UserId or CreationTime is missing")
    native = dict(flatten(record))
    for name in ("Parameters", "OperationProperties", "ModifiedProperties"):
        listed = parsed(record.get(name))
        text = json_text(listed)
        if text is not None:
            native.setdefault(name, text)
        for item in listed if type(listed) is list else ():
            if type(item) is dict and type(item.get("Name")) is str and type(item.get("Value")) is str:
                native.setdefault(f"{name}.{item['Name']}", item["Value"])
    if record.get("Workload") == "SecurityComplianceCenter":
        native.setdefault("eventSource", "SecurityComplianceCenter")
        native.setdefault("eventName", record.get("Name") or record["Operation"])
        native.setdefault("status", "success")
    return native


class M365Reader:
    """Microsoft 365 unified audit records."""

    name = "m365"
    title = "Microsoft 365 unified audit log"
    framing = Framing.JSON
    examples = ("Management Activity API", "Purview audit search export (JSON)", "OfficeActivity")

    def sniff(self, sample: Sample) -> float:
        """Return 1 for a unified audit record, wrapped or not."""
        return best_score(sample, lambda value: 1.0 if unwrap(value, is_audit, WRAPPERS) is not None else 0.0)

    def open(self, context: ReadContext) -> StatelessSession:
        """Return a session; records stand alone."""
        return StatelessSession(_parse)

    def kind(self, native: Native) -> Hashable:
        """Return the class of the operation."""
        operation = native.get("Operation")
        if native.get("eventSource") == "SecurityComplianceCenter":
            return "alert"
        if operation in _LOGONS:
            return "logon"
        if type(operation) is str and ("member to " in operation or "member from " in operation):
            return "group"
        if (
            type(native.get("ObjectId")) is str
            and type(operation) is str
            and operation.endswith((" user.", "password."))
        ):
            return "account"
        if str(operation).startswith("File"):
            return "file"
        return "audit"

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the class's mapping."""
        return _MAPPINGS.get(str(kind), _MAPPINGS["audit"])

    def self_identifying(self, native: Native) -> bool:
        """Return whether the record has its Id."""
        return bool(native.get("Id") or native.get("OfficeId"))


_OUTCOMES = {
    "success": "success", "succeeded": "success", "partiallysucceeded": "success", "true": "success",
    "failed": "failure", "failure": "failure", "false": "failure",
}  # fmt: skip


def _outcome(value: Any) -> str | None:
    return _OUTCOMES.get(lower(value) or "")


def _logon(native: Native) -> dict[str, Any]:
    login = native.get("UserId")
    out: dict[str, Any] = {
        "user_name": account_name(login),
        "user_domain": account_domain(login),
        "user_uid": to_text(native.get("UserKey")),
        "activity": "logon",
    }
    if native.get("Operation") == "UserLoginFailed":
        out["outcome"] = "failure"
    return out


def _target(native: Native) -> dict[str, Any]:
    target = native.get("ObjectId")
    return {"user_name": account_name(target), "user_domain": account_domain(target)}


_FIELDS = {
    "event_code": pick("Operation"),
    "api_operation": pick("Operation"),
    "api_service": pick("Workload", "OfficeWorkload"),
    "activity": pick("Operation", convert=lower),
    "outcome": pick("ResultStatus", convert=_outcome),
    "status_code": pick("ErrorNumber", "ResultStatus", convert=to_text),
    "actor_name": pick("UserId", convert=account_name),
    "actor_domain": pick("UserId", convert=account_domain),
    "actor_uid": pick("UserKey", convert=to_text),
    "actor_session": pick("SessionId", "AppAccessContext.AADSessionId", convert=to_text),
    "src_ip": pick("ClientIP", "ClientIPAddress", "Client_IPAddress", "ActorIpAddress", convert=as_ip),
    "user_agent": pick("UserAgent", "ClientInfoString", convert=to_text),
    "resource": pick("ObjectId", "MailboxOwnerUPN", convert=to_text),
    "cloud_account": pick("OrganizationId", convert=to_text),
}


def _mapping(class_name: EventClass, row: Any = None, service: str = "audit", **fields: Any) -> Mapping:
    return Mapping(
        class_name=class_name,
        # CreationTime is UTC by definition, written without zone
        time=(("CreationTime", "iso_utc"), ("TimeGenerated", "iso_utc")),
        const={"log_product": "m365", "log_service": service},
        fields={**_FIELDS, **fields},
        row=row,
    )


_MAPPINGS = {
    "audit": _mapping(EventClass.API),
    "logon": _mapping(EventClass.AUTHENTICATION, _logon),
    "group": _mapping(EventClass.GROUP, _target),
    "account": _mapping(EventClass.ACCOUNT_CHANGE, _target),
    "file": _mapping(EventClass.FILE, file_path=pick("ObjectId", "SourceFileName", convert=to_text)),
    "alert": _mapping(
        EventClass.FINDING,
        service="threat_management",
        alert=pick("eventName", convert=to_text),
        severity=pick("Severity", convert=lower),
        message=pick("Comments", convert=to_text),
    ),
}

READER = M365Reader()
