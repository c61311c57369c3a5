"""Google Cloud audit logs, and Google Workspace activity.

Cloud Audit Logs as LogEntry JSON (``protoPayload``), from a sink, ``gcloud logging read`` or Pub/Sub
(``data``, base64 or not); Workspace records from the Reports API (``kind: admin#reports#activity``), from which
the event's own parameters become fields.

Rules name the audit fields ``gcp.audit.method_name`` or ``data.protoPayload.…``: those are added.

Source: Cloud Logging LogEntry, AuditLog; Admin SDK Reports API, Activities.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Hashable
from typing import Any

import orjson

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample, StatelessSession, pick
from vedette.ingest.convert import (
    account_domain,
    account_name,
    as_ip,
    best_score,
    flatten,
    load_json,
    lower,
    to_text,
    unwrap,
)
from vedette.schema import EventClass

WRAPPERS = ("data", "message", "_source", "event.original")

_ALIASES = {
    "gcp.audit.method_name": "protoPayload.methodName",
    "gcp.audit.service_name": "protoPayload.serviceName",
    "gcp.audit.resource_name": "protoPayload.resourceName",
    "gcp.audit.authentication_info.principal_email": "protoPayload.authenticationInfo.principalEmail",
    "data.protoPayload.methodName": "protoPayload.methodName",
    "data.protoPayload.serviceName": "protoPayload.serviceName",
    "data.protoPayload.resourceName": "protoPayload.resourceName",
    "data.protoPayload.authorizationInfo.permission": "protoPayload.authorizationInfo.permission",
    "data.protoPayload.authorizationInfo.granted": "protoPayload.authorizationInfo.granted",
    "protoPayload.Servicename": "protoPayload.serviceName",
}


def is_audit(value: dict[str, Any]) -> bool:
    """Return whether an object is a LogEntry with an audit payload."""
    payload = value.get("protoPayload")
    return type(payload) is dict and "methodName" in payload and ("serviceName" in payload or "logName" in value)


def is_activity(value: dict[str, Any]) -> bool:
    """Return whether an object is a Workspace activity."""
    ident = value.get("id")
    return type(value.get("events")) is list and type(ident) is dict and "applicationName" in ident and "time" in ident


def _is_record(value: dict[str, Any]) -> bool:
    return is_audit(value) or is_activity(value)


def _record(value: dict[str, Any]) -> dict[str, Any] | None:
    found = unwrap(value, _is_record, WRAPPERS)
    if found is not None:
        return found
    message = value.get("message")
    data = message.get("data") if type(message) is dict else value.get("data")
    if type(data) is str and len(data) < 1_000_000:
        # Pub/Sub push: the entry in base64
        try:
            inner = orjson.loads(base64.b64decode(data, validate=True))
        except (binascii.Error, ValueError):
            return None
        if type(inner) is dict and _is_record(inner):
            return inner
    return None


def _parse(data: bytes) -> Native | None:
    value = load_json(data)
    record = _record(value)
    if record is None:
        raise RecordError("no Google audit record: protoPayload.methodName or Workspace events are missing")
    native = dict(flatten(record))
    if is_activity(record):
        _add_activity(native, record)
        return native
    for name, source in _ALIASES.items():
        if native.get(source) is not None:
            native.setdefault(name, native[source])
    return native


def _add_activity(native: Native, record: dict[str, Any]) -> None:
    """Put the event's name and parameters at the top, as rules write them; the first event's win."""
    application = record["id"]["applicationName"]
    native.setdefault("eventService", f"{application}.googleapis.com")
    for event in record["events"]:
        if type(event) is not dict:
            continue
        native.setdefault("eventName", event.get("name"))
        native.setdefault("eventType", event.get("type"))
        parameters = event.get("parameters")
        for item in parameters if type(parameters) is list else ():
            if type(item) is dict and type(item.get("name")) is str:
                said = next((item[k] for k in ("value", "intValue", "boolValue", "multiValue") if k in item), None)
                if said is not None and type(said) is not dict:
                    native.setdefault(item["name"].lower(), said)


class GcpReader:
    """Google Cloud audit and Google Workspace records."""

    name = "gcp"
    title = "Google Cloud audit logs, Google Workspace"
    framing = Framing.JSON
    examples = ("Cloud Logging sink", "gcloud logging read", "Pub/Sub", "Workspace Reports API")

    def sniff(self, sample: Sample) -> float:
        """Return 1 for an audit or Workspace record."""
        return best_score(sample, lambda value: 1.0 if _record(value) is not None else 0.0)

    def open(self, context: ReadContext) -> StatelessSession:
        """Return a session; records stand alone."""
        return StatelessSession(_parse)

    def kind(self, native: Native) -> Hashable:
        """Return audit or the Workspace application's group."""
        service = native.get("protoPayload.serviceName") or native.get("eventService")
        if "eventService" not in native and service not in ("login.googleapis.com", "admin.googleapis.com"):
            return "audit"
        place = "activity" if "eventService" in native else "entry"
        known = {"login.googleapis.com": "login", "admin.googleapis.com": "admin"}
        return (place, known.get(service if type(service) is str else "", "other"))

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping of a kind."""
        if isinstance(kind, tuple) and len(kind) == 2:
            place, application = kind
            return _activity(str(application)) if place == "activity" else _entry(f"google_workspace.{application}")
        return _entry("gcp.audit")

    def self_identifying(self, native: Native) -> bool:
        """Return whether the record has its insertId or uniqueQualifier."""
        return bool(native.get("insertId") or native.get("id.uniqueQualifier"))


_VERBS = ("get", "list", "create", "insert", "update", "patch", "delete", "set", "add", "remove", "disable", "enable")


def _verb(value: Any) -> str | None:
    """Return what a method does, from its last word (``google.iam.admin.v1.CreateServiceAccountKey``)."""
    if type(value) is not str:
        return None
    word = value.rpartition(".")[2].lower()
    for verb in _VERBS:
        if word.startswith(verb):
            return {"get": "read", "list": "read", "insert": "create", "patch": "update", "set": "update"}.get(
                verb, verb
            )
    return "other"


def _audit_row(native: Native) -> dict[str, Any]:
    code = native.get("protoPayload.status.code")
    granted = native.get("protoPayload.authorizationInfo.granted")
    denied = granted is False or (type(granted) is list and False in granted)
    failed = code not in (None, 0) or denied
    # the account a method makes or changes stands in its resource name
    target = native.get("protoPayload.resourceName")
    method = native.get("protoPayload.methodName")
    out: dict[str, Any] = {"outcome": "failure" if failed else "success"}
    if type(target) is str and "/serviceAccounts/" in target and type(method) is str and "ServiceAccount" in method:
        name = target.partition("/serviceAccounts/")[2].partition("/")[0]
        out["user_name"], out["user_domain"] = account_name(name), account_domain(name)
        if name and not method.rpartition(".")[2].startswith(("Get", "List", "Sign")):
            out["class_name"] = EventClass.ACCOUNT_CHANGE
    return out


def _login_entry(native: Native) -> dict[str, Any]:
    method = str(native.get("protoPayload.methodName") or "")
    login = native.get("protoPayload.authenticationInfo.principalEmail")
    ended = {"loginSuccess": "success", "loginFailure": "failure"}
    return {
        "activity": "logon",
        "outcome": ended.get(method.rpartition(".")[2]),
        "user_name": account_name(login),
        "user_domain": account_domain(login),
    }


def _entry(service: str) -> Mapping:
    return Mapping(
        class_name=EventClass.AUTHENTICATION if service.endswith(".login") else EventClass.API,
        time=(("timestamp", "iso_utc"), ("receiveTimestamp", "iso_utc")),
        const={"log_product": "gcp", "log_service": service},
        fields={
            "event_code": pick("protoPayload.methodName"),
            "api_service": pick("protoPayload.serviceName"),
            "api_operation": pick("protoPayload.methodName"),
            "activity": pick("protoPayload.methodName", convert=_verb),
            "status_code": pick("protoPayload.status.code", convert=to_text),
            "message": pick("protoPayload.status.message"),
            "actor_name": pick("protoPayload.authenticationInfo.principalEmail", convert=account_name),
            "actor_domain": pick("protoPayload.authenticationInfo.principalEmail", convert=account_domain),
            "actor_uid": pick(
                "protoPayload.authenticationInfo.principalSubject", "protoPayload.authenticationInfo.principalEmail"
            ),
            "actor_session": pick("protoPayload.authenticationInfo.serviceAccountKeyName"),
            "src_ip": pick("protoPayload.requestMetadata.callerIp", convert=as_ip),
            "user_agent": pick("protoPayload.requestMetadata.callerSuppliedUserAgent"),
            "resource": pick("protoPayload.resourceName"),
            "cloud_account": pick("resource.labels.project_id", "resource.labels.organization_id", convert=to_text),
            "cloud_region": pick("resource.labels.location", "resource.labels.zone", convert=to_text),
            "severity": pick("severity", convert=lower),
        },
        row=_login_entry if service.endswith(".login") else _audit_row,
    )


def _login_row(native: Native) -> dict[str, Any]:
    name = native.get("eventName")
    outcome = {"login_success": "success", "login_failure": "failure"}.get(name if type(name) is str else "")
    login = native.get("actor.email")
    return {
        "outcome": outcome,
        "activity": "logon",
        "user_name": account_name(login),
        "user_domain": account_domain(login),
    }


def _admin_row(native: Native) -> dict[str, Any]:
    login = native.get("user_email")
    if not login:
        return {}
    return {
        "user_name": account_name(login),
        "user_domain": account_domain(login),
        "class_name": EventClass.ACCOUNT_CHANGE,
    }


def _activity(application: str) -> Mapping:
    return Mapping(
        class_name=EventClass.AUTHENTICATION if application == "login" else EventClass.API,
        time=(("id.time", "iso_utc"),),
        const={"log_product": "gcp", "log_service": f"google_workspace.{application}"},
        fields={
            "event_code": pick("eventName", convert=to_text),
            "api_service": pick("eventService"),
            "api_operation": pick("eventName", convert=to_text),
            "actor_name": pick("actor.email", convert=account_name),
            "actor_domain": pick("actor.email", convert=account_domain),
            "actor_uid": pick("actor.profileId", convert=to_text),
            "src_ip": pick("ipAddress", convert=as_ip),
            "cloud_account": pick("id.customerId", convert=to_text),
            "group_name": pick("group_email", convert=to_text),
        },
        row=_login_row if application == "login" else _admin_row,
    )


READER = GcpReader()
