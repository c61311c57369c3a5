"""The names of Entra records, and which column each fills. See :mod:`vedette.ingest.readers.entra`."""

from __future__ import annotations

from functools import cache
from typing import Any

from vedette.ingest.base import Mapping, Native, TimeHow, pick
from vedette.ingest.convert import account_domain, account_name, as_ip, lower, parsed, to_text
from vedette.schema import EventClass

SIGNIN_KINDS = ("interactive", "non_interactive", "service_principal", "managed_identity")

NESTED_COLUMNS = (
    "Status", "DeviceDetail", "LocationDetails", "InitiatedBy", "TargetResources", "AdditionalDetails",
    "ConditionalAccessPolicies", "AuthenticationDetails", "MfaDetail", "NetworkLocationDetails", "properties",
    "AuthenticationProcessingDetails", "status", "deviceDetail", "location", "initiatedBy", "targetResources",
)  # fmt: skip

SIGNIN = (
    "UserPrincipalName", "UserId", "UserDisplayName", "UserType", "AppDisplayName", "AppId", "IPAddress", "UserAgent",
    "ClientAppUsed", "AuthenticationRequirement", "AuthenticationProtocol", "ConditionalAccessStatus",
    "conditionalAccessStatus", "RiskState", "RiskDetail", "RiskLevelDuringSignIn", "RiskLevelAggregated",
    "ResourceDisplayName", "HomeTenantId", "ResourceTenantId", "CorrelationId", "SessionId", "UniqueTokenIdentifier",
    "ServicePrincipalName", "ServicePrincipalId", "IsInteractive", "CrossTenantAccessType", "TokenIssuerType",
    "OperationName", "Category", "IncomingTokenType",
)  # fmt: skip
AUDIT = ("Category", "LoggedByService", "OperationType", "Result", "ResultReason", "CorrelationId", "Workload")
RISK = (
    "RiskEventType", "RiskLevel", "RiskState", "RiskDetail", "UserPrincipalName", "UserId", "UserDisplayName",
    "IpAddress", "Activity", "Source", "DetectionTimingType", "TokenIssuerType", "CorrelationId", "RequestId",
    "AppId", "ServicePrincipalDisplayName", "assigneeDisplayName", "assigneeUserPrincipalName",
)  # fmt: skip

INTERRUPTS = frozenset(
    # the sign-in was asked for more, neither let in nor turned away
    # Source: Entra authentication error codes (AADSTS)
    "16000 16001 16003 50058 50072 50074 50076 50079 50097 50125 50127 50129 50140 50143 50199 51006 65001".split()
)

_TIMES: tuple[tuple[str, TimeHow], ...] = tuple(
    (name, "iso_utc")
    for name in (
        "createdDateTime", "properties.createdDateTime", "CreatedDateTime",
        "activityDateTime", "properties.activityDateTime", "ActivityDateTime",
        "detectedDateTime", "properties.detectedDateTime", "DetectedDateTime",
        "riskLastUpdatedDateTime", "properties.riskLastUpdatedDateTime", "RiskLastUpdatedDateTime",
        "incidentCreatedDateTime", "assignmentCreatedDateTime",
        "TimeGenerated", "time",
    )
)  # fmt: skip

_TENANT = pick("tenantId", "AADTenantId", "ResourceTenantId", "HomeTenantId", "properties.resourceTenantId")


def _signin_outcome(value: Any) -> str | None:
    text = to_text(value)
    if text is None or text in INTERRUPTS:
        return None
    return "success" if text == "0" or text.lower() == "success" else "failure"


def _result(value: Any) -> str | None:
    text = lower(value)
    return {"success": "success", "failure": "failure", "fail": "failure", "timeout": "failure"}.get(text or "")


def _requirement(value: Any) -> str | None:
    return "mfa" if value == "multiFactorAuthentication" else None


def _not_none(value: Any) -> str | None:
    return None if value in ("none", "None") else to_text(value)


def _signin(native: Native) -> dict[str, Any]:
    """Return actor and user, who are one: the account that signs in."""
    name = native.get("UserPrincipalName")
    uid = native.get("UserId")
    if not name:
        name, uid = native.get("ServicePrincipalName") or native.get("AppDisplayName"), native.get("ServicePrincipalId")
    who = {"name": account_name(name), "domain": account_domain(name), "uid": to_text(uid)}
    out: dict[str, Any] = {}
    for key, value in who.items():
        out[f"actor_{key}"] = out[f"user_{key}"] = value
    out["auth_protocol"] = _requirement(native.get("AuthenticationRequirement")) or _not_none(
        native.get("AuthenticationProtocol")
    )
    return out


_ACTIVITY = (
    ("add ", "create"),
    ("create ", "create"),
    ("invite ", "create"),
    ("delete ", "delete"),
    ("hard delete ", "delete"),
    ("remove ", "delete"),
    ("reset ", "reset_password"),
    ("change user password", "change_password"),
    ("change ", "update"),
    ("update ", "update"),
    ("set ", "update"),
    ("disable ", "disable"),
    ("enable ", "enable"),
    ("consent ", "consent"),
    ("read ", "read"),
)


def _audit(native: Native) -> dict[str, Any]:
    """Return who acted, and on what: the target list tells accounts from groups and the rest."""
    out: dict[str, Any] = {}
    by = parsed(native.get("InitiatedBy"))
    user = parsed(by.get("user")) if type(by) is dict else None
    app = parsed(by.get("app")) if type(by) is dict else None
    if type(user) is dict and (user.get("userPrincipalName") or user.get("id") or user.get("displayName")):
        name = user.get("userPrincipalName") or user.get("displayName")
        out["actor_name"], out["actor_domain"] = account_name(name), account_domain(name)
        out["actor_uid"], out["src_ip"] = to_text(user.get("id")), as_ip(user.get("ipAddress"))
    elif type(app) is dict:
        out["actor_name"] = to_text(app.get("displayName"))
        out["actor_uid"] = to_text(app.get("servicePrincipalId") or app.get("appId"))
    category = native.get("Category")
    operation = (to_text(native.get("OperationName")) or "").lower()
    out["activity"] = next((word for start, word in _ACTIVITY if operation.startswith(start)), "other")
    targets = parsed(native.get("TargetResources"))
    for item in targets if type(targets) is list else ():
        if type(item) is not dict:
            continue
        kind = str(item.get("type") or "").lower()
        name = item.get("userPrincipalName") or item.get("displayName")
        if kind == "user" and "user_name" not in out:
            out["user_name"], out["user_domain"] = account_name(name), account_domain(name)
            out["user_uid"] = to_text(item.get("id"))
        elif kind == "group" and "group_name" not in out:
            out["group_name"] = to_text(item.get("displayName") or item.get("id"))
        elif kind not in ("user", "group") and "resource" not in out:
            out["resource"] = to_text(item.get("displayName") or item.get("id"))
    for key in ("Role.DisplayName", "Group.DisplayName"):
        if "group_name" not in out and native.get(key):
            out["group_name"] = to_text(native[key])
    if "member to " in operation or "member from " in operation or category in ("GroupManagement", "RoleManagement"):
        out["class_name"] = EventClass.GROUP
        if " member " in f" {operation}":
            out["activity"] = "add" if operation.startswith("add") else "remove"
    elif category == "UserManagement" or "user_name" in out:
        out["class_name"] = EventClass.ACCOUNT_CHANGE
    return out


def _risk(native: Native) -> dict[str, Any]:
    name = (
        native.get("UserPrincipalName")
        or native.get("ServicePrincipalDisplayName")
        or native.get("assigneeUserPrincipalName")
        or native.get("assigneeDisplayName")
    )
    return {"user_name": account_name(name), "user_domain": account_domain(name)}


@cache
def mapping_for(kind: str) -> Mapping:
    """Return the mapping of one of Entra's logs."""
    if kind in SIGNIN_KINDS:
        return Mapping(
            class_name=EventClass.AUTHENTICATION,
            time=_TIMES,
            const={
                "activity": "logon",
                "log_product": "azure",
                "log_service": "signinlogs",
                "logon_type": kind,
                "api_operation": "Sign-in activity",
            },
            fields={
                "event_code": pick("category", "Type", "Category"),
                "outcome": pick("ResultType", convert=_signin_outcome),
                "status_code": pick("ResultType", convert=to_text),
                "message": pick("ResultDescription"),
                "user_session": pick("SessionId"),
                "src_ip": pick("IPAddress", "callerIpAddress", convert=as_ip),
                "src_name": pick("DeviceDetail.displayName"),
                "user_agent": pick("UserAgent", "userAgent"),
                "api_service": pick("AppDisplayName"),
                "resource": pick("ResourceDisplayName"),
                "cloud_account": _TENANT,
                "severity": pick("RiskLevelDuringSignIn", convert=_risk_level),
            },
            row=_signin,
        )
    if kind in ("risk", "risky_user", "pim"):
        return Mapping(
            class_name=EventClass.FINDING,
            time=_TIMES,
            const={
                "activity": "create",
                "log_product": "azure",
                "log_service": "pim" if kind == "pim" else "riskdetection",
            },
            fields={
                "event_code": pick("riskEventType", "RiskKind"),
                "alert": pick("riskEventType", "RiskState", "RiskKind"),
                "severity": pick("RiskLevel", convert=_risk_level),
                "status_code": pick("RiskState"),
                "message": pick("RiskDetail", convert=_not_none),
                "user_uid": pick("UserId"),
                "src_ip": pick("IpAddress", convert=as_ip),
                "cloud_account": _TENANT,
            },
            row=_risk,
        )
    return Mapping(
        class_name=EventClass.ENTITY,
        time=_TIMES,
        const={"log_product": "azure", "log_service": "auditlogs"},
        fields={
            "event_code": pick("OperationName"),
            "api_operation": pick("OperationName"),
            "api_service": pick("LoggedByService"),
            "outcome": pick("Result", "resultType", convert=_result),
            "status_code": pick("Result", "resultType", convert=to_text),
            "message": pick("ResultReason"),
            "cloud_account": _TENANT,
        },
        row=_audit,
    )


def _risk_level(value: Any) -> str | None:
    text = lower(value)
    return text if text in ("low", "medium", "high") else None
