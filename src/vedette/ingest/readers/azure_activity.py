"""Azure Activity log: control-plane operations, in three shapes.

Diagnostic export (``{"time": …, "operationName": "MICROSOFT.…", "category": "Administrative", "identity": …}``),
the management API (``eventTimestamp``, ``operationName.value``) and Log Analytics (``OperationNameValue``). Names
that rules use are added where a shape writes them otherwise.

Source: Azure Activity Log event schema; table AzureActivity.
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
    load_json,
    lower,
    parsed,
    to_text,
    unwrap,
)
from vedette.schema import EventClass

WRAPPERS = ("_source", "message", "event.original")

_CATEGORIES = frozenset(
    {"administrative", "security", "servicehealth", "alert", "recommendation", "policy", "autoscale", "resourcehealth"}
)
_UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
_OBJECT = "http://schemas.microsoft.com/identity/claims/objectidentifier"


def _shape(value: dict[str, Any]) -> str | None:
    operation, category = value.get("operationName"), value.get("category")
    if type(operation) is dict and "eventTimestamp" in value and "operationId" in value:
        return "api"
    if value.get("Type") == "AzureActivity" or (
        "OperationNameValue" in value and ("CategoryValue" in value or "Caller" in value)
    ):
        return "table"
    if (
        type(operation) is str
        and type(category) is str
        and category.lower() in _CATEGORIES
        and "time" in value
        and str(value.get("resourceId", "")).lower().startswith("/")
    ):
        return "diagnostic"
    return None


def is_activity(value: dict[str, Any]) -> bool:
    """Return whether an object is an Activity log record."""
    return _shape(value) is not None


def _parse(data: bytes) -> Native | None:
    value = load_json(data)
    record = unwrap(value, is_activity, WRAPPERS)
    if record is None:
        raise RecordError("no Azure Activity record: operationName with a category, or OperationNameValue, is missing")
    for name in ("properties", "identity", "Authorization", "Claims", "HTTPRequest", "Properties"):
        if type(record.get(name)) is str:
            record[name] = parsed(record[name])
    native = dict(flatten(record))
    operation = native.get("operationName.value") or native.get("OperationNameValue") or native.get("operationName")
    resource = native.get("resourceId") or native.get("ResourceId") or native.get("_ResourceId")
    provider = native.get("resourceProviderName.value")
    if provider is None and type(operation) is str:
        provider = operation.partition("/")[0]
    names = {
        "operationName": operation,
        "OperationNameValue": operation,
        "CategoryValue": native.get("category.value") or native.get("category"),
        "ResourceProviderValue": provider,
        "ResourceId": resource,
        "ActivityStatusValue": native.get("status.value") or native.get("resultType"),
        "Caller": _caller(native),
        "CallerIpAddress": native.get("callerIpAddress") or native.get("httpRequest.clientIpAddress"),
    }
    for name, said in names.items():
        if said is not None:
            native.setdefault(name, said)
    return native


def _caller(native: Native) -> Any:
    # claim names are URLs, so their dots are their own, and flatten leaves keys whole
    for key in ("caller", f"identity.claims.{_UPN}", f"Claims.{_UPN}", f"identity.claims.{_OBJECT}"):
        if native.get(key):
            return native[key]
    return native.get("identity.authorization.evidence.principalId")


class AzureActivityReader:
    """Azure Activity log records."""

    name = "azure_activity"
    title = "Azure Activity log"
    framing = Framing.JSON
    examples = ("diagnostic settings (Event Hub, storage)", "az monitor activity-log list", "Log Analytics")

    def sniff(self, sample: Sample) -> float:
        """Return 1 for an Activity log record."""
        return best_score(sample, lambda value: 1.0 if unwrap(value, is_activity, WRAPPERS) is not None else 0.0)

    def open(self, context: ReadContext) -> StatelessSession:
        """Return a session; records stand alone."""
        return StatelessSession(_parse)

    def kind(self, native: Native) -> Hashable:
        """Return one kind: every record is an API call."""
        return "activity"

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping."""
        return _MAPPING

    def self_identifying(self, native: Native) -> bool:
        """Return whether the record has its event id."""
        return bool(native.get("eventDataId") or native.get("EventDataId"))


_OUTCOMES = {"success": "success", "succeeded": "success", "failure": "failure", "failed": "failure"}


def _outcome(value: Any) -> str | None:
    # Start, Started and Accepted are neither
    return _OUTCOMES.get(value.lower()) if type(value) is str else None


_ENDINGS = {"write": "update", "delete": "delete", "read": "read", "action": "other"}


def _activity(value: Any) -> str | None:
    return _ENDINGS.get(value.lower().rpartition("/")[2]) if type(value) is str else None


def _subscription(value: Any) -> str | None:
    """Return the subscription in a resource id (``/subscriptions/<id>/…``) or the id itself."""
    text = to_text(value)
    if text is None or not text.lower().startswith("/subscriptions/"):
        return text
    return text.split("/", 3)[2] or None


def _uid(native: Native) -> dict[str, Any]:
    for start in ("identity.claims.", "claims.", "Claims."):
        if native.get(start + _OBJECT):
            return {"actor_uid": to_text(native[start + _OBJECT])}
    return {}


_MAPPING = Mapping(
    class_name=EventClass.API,
    time=(("eventTimestamp", "iso_utc"), ("time", "iso_utc"), ("TimeGenerated", "iso_utc")),
    const={"log_product": "azure", "log_service": "activitylogs"},
    fields={
        "event_code": pick("operationName"),
        "api_operation": pick("operationName"),
        "api_service": pick("ResourceProviderValue"),
        "activity": pick("operationName", convert=_activity),
        "outcome": pick("ActivityStatusValue", convert=_outcome),
        "status_code": pick("resultSignature", "subStatus.value", "ActivitySubstatusValue", convert=to_text),
        "actor_name": pick("Caller", convert=account_name),
        "actor_domain": pick("Caller", convert=account_domain),
        "src_ip": pick("CallerIpAddress", convert=as_ip),
        "resource": pick("ResourceId"),
        "cloud_account": pick("subscriptionId", "SubscriptionId", "ResourceId", convert=_subscription),
        "cloud_region": pick("location"),
        "severity": pick("level", "Level", convert=lower),
        "message": pick("resultDescription", "description", convert=to_text),
    },
    row=_uid,
)

READER = AzureActivityReader()
