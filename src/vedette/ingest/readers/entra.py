"""Microsoft Entra ID: sign-ins, directory audit, risk; in three shapes.

Microsoft Graph (``createdDateTime``, ``status.errorCode``), diagnostic export of Azure Monitor
(``{"time": …, "category": "SignInLogs", "properties": {…}}``) and Log Analytics (``TimeGenerated``,
``ResultType``). Fields stay as written; the names that rules use (those of Log Analytics) are added
where the shape at hand writes them otherwise, so that mapping and rules need one set of names.

Source: Microsoft Graph v1.0 signIn, directoryAudit, riskDetection, riskyUser; Azure Monitor tables SigninLogs,
AADNonInteractiveUserSignInLogs, AADServicePrincipalSignInLogs, AADManagedIdentitySignInLogs, AuditLogs,
AADRiskyUsers, AADUserRiskEvents.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample, StatelessSession
from vedette.ingest.convert import best_score, flatten, json_text, load_json, parsed, unwrap
from vedette.ingest.readers.entra_fields import (
    AUDIT,
    INTERRUPTS,
    NESTED_COLUMNS,
    RISK,
    SIGNIN,
    SIGNIN_KINDS,
    mapping_for,
)

WRAPPERS = ("_source", "message", "event.original")

_BY_CATEGORY = {
    "signinlogs": "interactive",
    "noninteractiveusersigninlogs": "non_interactive",
    "aadnoninteractiveusersigninlogs": "non_interactive",
    "serviceprincipalsigninlogs": "service_principal",
    "aadserviceprincipalsigninlogs": "service_principal",
    "managedidentitysigninlogs": "managed_identity",
    "aadmanagedidentitysigninlogs": "managed_identity",
    "adfssigninlogs": "interactive",
    "auditlogs": "audit",
    "riskyusers": "risky_user",
    "aadriskyusers": "risky_user",
    "userriskevents": "risk",
    "aaduserriskevents": "risk",
    "riskyserviceprincipals": "risky_user",
    "aadriskyserviceprincipals": "risky_user",
    "serviceprincipalriskevents": "risk",
    "aadserviceprincipalriskevents": "risk",
}


def kind_of(value: dict[str, Any]) -> str | None:
    """Return which Entra log an object belongs to, None where it is no Entra record."""
    for key in ("category", "Type", "Category"):
        said = value.get(key)
        if type(said) is str:
            kind = _BY_CATEGORY.get(said.lower())
            if kind is not None and ("properties" in value or "TimeGenerated" in value or "time" in value):
                return kind
    if "createdDateTime" in value and type(value.get("status")) is dict and "errorCode" in value["status"]:
        return _signin_kind(value)
    if "TimeGenerated" in value and "ResultType" in value and ("UserPrincipalName" in value or "AppId" in value):
        return "interactive"
    if ("activityDateTime" in value and "activityDisplayName" in value and "initiatedBy" in value) or (
        "TimeGenerated" in value and "InitiatedBy" in value and "TargetResources" in value
    ):
        return "audit"
    if "riskEventType" in value or "RiskEventType" in value:
        return "risk" if "riskLevel" in value or "RiskLevel" in value else None
    if "riskLastUpdatedDateTime" in value or "RiskLastUpdatedDateTime" in value:
        return "risky_user"
    said = value.get("@odata.type")
    if type(said) is str and said.startswith("#microsoft.graph.") and said.endswith("AlertIncident"):
        return "pim"
    return None


def _signin_kind(value: dict[str, Any]) -> str:
    kinds = value.get("signInEventTypes")
    if type(kinds) is list and kinds:
        known = {"nonInteractiveUser": "non_interactive", "servicePrincipal": "service_principal"}
        known["managedIdentity"] = "managed_identity"
        for kind in kinds:
            if kind in known:
                return known[kind]
    return "non_interactive" if value.get("isInteractive") is False else "interactive"


def _is_entra(value: dict[str, Any]) -> bool:
    return kind_of(value) is not None


def _parse(data: bytes) -> Native | None:
    value = load_json(data)
    kind = kind_of(value)
    if kind is None:
        record = unwrap(value, _is_entra, WRAPPERS)
        if record is None:
            raise RecordError("no Entra ID record: neither sign-in, audit nor risk fields")
        value, kind = record, kind_of(record) or ""
    for name in NESTED_COLUMNS:
        if type(value.get(name)) is str:
            # exports write nested columns as text
            value[name] = parsed(value[name])
    native = dict(flatten(value))
    properties = parsed(value.get("properties"))
    inner = properties if type(properties) is dict else value
    said = _Said(value, inner)
    if kind in SIGNIN_KINDS:
        _add_signin(native, said)
        native.setdefault("SignInKind", kind)
    elif kind == "audit":
        _add_audit(native, said)
    else:
        _add(native, said, RISK)
        if "riskEventType" not in native and said.get("RiskEventType") is not None:
            native["riskEventType"] = said.get("RiskEventType")
        if kind == "pim":
            native["riskEventType"] = value["@odata.type"].removeprefix("#microsoft.graph.")
        if kind == "risky_user" and said.get("Id") is not None:
            # the record of a risky user has the user's id for its own
            native.setdefault("UserId", said.get("Id"))
        native.setdefault("RiskKind", kind)
    return native


@cache
def _camel(name: str) -> str:
    """Return the name as Graph writes it (``ResultType``: ``resultType``; ``IPAddress``: ``ipAddress``)."""
    return name.replace("IP", "ip", 1) if name.startswith("IP") else name[0].lower() + name[1:]


class _Said:
    """A record's fields by their Log Analytics names, whichever shape it has.

    Args:
        outer: the record.
        inner: its ``properties`` where it has them, else the record; these win.
    """

    def __init__(self, outer: dict[str, Any], inner: dict[str, Any]) -> None:
        self.places = (inner,) if inner is outer else (inner, outer)

    def get(self, name: str) -> Any:
        for key in (_camel(name), name):
            for place in self.places:
                value = place.get(key)
                if value is not None:
                    return value
        return None


def _add(native: Native, said: _Said, names: tuple[str, ...]) -> None:
    """Add plain values; a field that Log Analytics writes is in ``native`` already, so only Graph's name is tried."""
    for name in names:
        if name not in native:
            for place in said.places:
                value = place.get(_camel(name))
                if value is not None:
                    if type(value) is not dict and type(value) is not list:
                        native[name] = value
                    break


def _texts(*values: Any) -> list[str]:
    return [value for value in values if type(value) is str and value]


def _add_signin(native: Native, said: _Said) -> None:
    _add(native, said, SIGNIN)
    status = parsed(said.get("Status"))
    status = status if type(status) is dict else {}
    code = said.get("ResultType")
    if code is None:
        code = status.get("errorCode")
    reason = said.get("ResultDescription") or status.get("failureReason")
    detail = status.get("additionalDetails")
    if code is not None:
        native.setdefault("ResultType", code)
    if reason is not None and str(code) != "0":
        # a successful sign-in says "Other."
        native.setdefault("ResultDescription", reason)
    if "Status" not in native and code is not None:
        text = str(code)
        word = "Success" if text == "0" else "Interrupted" if text in INTERRUPTS else "Failure"
        native["Status"] = [word, *_texts(detail)]
    native.setdefault("properties.message", _texts(said.get("AuthenticationProtocol"), reason, detail))
    agent = said.get("UserAgent")
    if type(agent) is str:
        native.setdefault("userAgent", agent)
    device = parsed(said.get("DeviceDetail"))
    if type(device) is dict:
        for key, item in device.items():
            if type(item) not in (dict, list):
                native.setdefault(f"DeviceDetail.{key}", item)
        native.setdefault("DeviceDetail.trusttype", device.get("trustType"))
    place = parsed(said.get("LocationDetails")) or parsed(said.get("Location"))
    if type(place) is dict and type(place.get("countryOrRegion")) is str:
        native.setdefault("Location", place["countryOrRegion"])


def _add_audit(native: Native, said: _Said) -> None:
    _add(native, said, AUDIT)
    activity = said.get("ActivityDisplayName") or said.get("OperationName")
    if type(activity) is str:
        for name in ("ActivityDisplayName", "OperationName", "operationName", "activityType", "properties.message"):
            native.setdefault(name, activity)
    if "Status" not in native:
        native["Status"] = _texts(said.get("Result") or said.get("ResultType"), said.get("ResultReason"))
    for name in ("TargetResources", "InitiatedBy", "AdditionalDetails"):
        text = json_text(said.get(name))
        if text is not None:
            native.setdefault(name, text)
    targets = parsed(said.get("TargetResources"))
    if type(targets) is list:
        _add_targets(native, [item for item in targets if type(item) is dict])
    details = parsed(said.get("AdditionalDetails"))
    for item in details if type(details) is list else ():
        if type(item) is dict and type(item.get("key")) is str and type(item.get("value")) is str:
            native.setdefault(f"additionalDetails.{item['key']}", item["value"])


def _add_targets(native: Native, targets: list[dict[str, Any]]) -> None:
    native.setdefault("properties.targetResources", native.get("TargetResources"))
    native.setdefault("targetResources.type", [item["type"] for item in targets if type(item.get("type")) is str])
    changes: list[dict[str, Any]] = []
    for item in targets:
        listed = parsed(item.get("modifiedProperties"))
        changes.extend(change for change in listed or () if type(change) is dict)
    if not changes:
        return
    native.setdefault("TargetResources.modifiedProperties", json_text(changes))
    values = [change["newValue"] for change in changes if type(change.get("newValue")) is str]
    native.setdefault("TargetResources.modifiedProperties.newValue", values)
    for change in changes:
        name, value = change.get("displayName"), change.get("newValue")
        if type(name) is str and "." in name and type(value) is str:
            # ConsentContext.IsAdminConsent, Role.DisplayName: the value is JSON text in a text
            native.setdefault(name, value.strip('"'))


class EntraReader:
    """Entra ID sign-in, audit and risk records."""

    name = "entra"
    title = "Microsoft Entra ID (Azure AD)"
    framing = Framing.JSON
    examples = ("Microsoft Graph", "diagnostic settings (Event Hub, storage)", "Log Analytics / Sentinel export")

    def sniff(self, sample: Sample) -> float:
        """Return 1 for records of an Entra log."""
        return best_score(sample, lambda value: 1.0 if unwrap(value, _is_entra, WRAPPERS) is not None else 0.0)

    def open(self, context: ReadContext) -> StatelessSession:
        """Return a session; records stand alone."""
        return StatelessSession(_parse)

    def kind(self, native: Native) -> Hashable:
        """Return which log the record belongs to."""
        kind = native.get("SignInKind")
        if type(kind) is str and kind in SIGNIN_KINDS:
            return kind
        kind = native.get("RiskKind")
        return kind if kind in ("risk", "risky_user", "pim") else "audit"

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the log's mapping."""
        return mapping_for(str(kind))

    def self_identifying(self, native: Native) -> bool:
        """Return whether the record has its id (a request id or audit id, with the time)."""
        return bool(native.get("id") or native.get("Id") or native.get("properties.id"))


READER = EntraReader()
