from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mapping_driver import check_golden, golden_cases, run, sample_of

from vedette.ingest.readers.entra import READER, kind_of

SIGNIN: dict[str, Any] = {
    "id": "s1",
    "createdDateTime": "2024-05-14T09:12:31Z",
    "userPrincipalName": "alice@corp.example",
    "userId": "aaaa-1",
    "appDisplayName": "Azure Portal",
    "ipAddress": "198.51.100.23",
    "authenticationRequirement": "singleFactorAuthentication",
    "authenticationProtocol": "ropc",
    "riskState": "atRisk",
    "userAgent": "azurehound/v2.1",
    "status": {"errorCode": 50057, "failureReason": "User account is disabled.", "additionalDetails": None},
    "deviceDetail": {"trustType": "", "isCompliant": False},
    "location": {"countryOrRegion": "NO"},
}
TABLE: dict[str, Any] = {
    "TimeGenerated": "2024-05-14T09:12:31Z",
    "Type": "SigninLogs",
    "ResultType": "50057",
    "ResultDescription": "User account is disabled.",
    "UserPrincipalName": "alice@corp.example",
    "UserId": "aaaa-1",
    "AppDisplayName": "Azure Portal",
    "IPAddress": "198.51.100.23",
    "AuthenticationRequirement": "singleFactorAuthentication",
    "AuthenticationProtocol": "ropc",
    "RiskState": "atRisk",
    "UserAgent": "azurehound/v2.1",
    "Status": json.dumps(SIGNIN["status"]),
    "DeviceDetail": json.dumps(SIGNIN["deviceDetail"]),
    "Location": "NO",
}
SIGNINS = {
    "graph": SIGNIN,
    "diagnostic": {
        "time": "2024-05-14T09:12:35Z",
        "category": "SignInLogs",
        "operationName": "Sign-in activity",
        "resultType": "50057",
        "resultDescription": "User account is disabled.",
        "tenantId": "t",
        "properties": SIGNIN,
    },
    "table": TABLE,
}
AUDIT: dict[str, Any] = {
    "id": "d1",
    "category": "RoleManagement",
    "result": "success",
    "resultReason": "",
    "activityDisplayName": "Add member to role",
    "activityDateTime": "2024-05-14T09:12:31Z",
    "loggedByService": "Core Directory",
    "initiatedBy": {"user": {"id": "aaaa-1", "userPrincipalName": "alice@corp.example", "ipAddress": "198.51.100.23"}},
    "targetResources": [
        {
            "id": "bbbb-2",
            "type": "User",
            "userPrincipalName": "mallory@corp.example",
            "modifiedProperties": [
                {"displayName": "Role.DisplayName", "newValue": '"Global Administrator"'},
                {"displayName": "ConsentContext.IsAdminConsent", "newValue": '"False"'},
            ],
        }
    ],
    "additionalDetails": [{"key": "additionalInfo", "value": "by device id"}],
}
AUDITS = {
    "graph": AUDIT,
    "diagnostic": {
        "time": "2024-05-14T09:12:35Z",
        "category": "AuditLogs",
        "operationName": "Add member to role",
        "tenantId": "t",
        "properties": AUDIT,
    },
    "table": {
        "TimeGenerated": "2024-05-14T09:12:35Z",
        "ActivityDateTime": "2024-05-14T09:12:31Z",
        "Type": "AuditLogs",
        "Category": "RoleManagement",
        "OperationName": "Add member to role",
        "ActivityDisplayName": "Add member to role",
        "Result": "success",
        "LoggedByService": "Core Directory",
        "InitiatedBy": json.dumps(AUDIT["initiatedBy"]),
        "TargetResources": json.dumps(AUDIT["targetResources"]),
        "AdditionalDetails": json.dumps(AUDIT["additionalDetails"]),
    },
}


def one(record: dict[str, Any]) -> dict[str, Any]:
    (event,) = run(READER, json.dumps(record).encode())
    return event


@pytest.mark.parametrize("case", golden_cases("entra"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case)


@pytest.mark.parametrize("shape", SIGNINS)
def test_sign_in_reads_the_same_in_every_shape(shape: str) -> None:
    event = one(SIGNINS[shape])
    wanted = {
        "time": "2024-05-14T09:12:31.000+00:00",
        "class_name": "authentication",
        "log_product": "azure",
        "log_service": "signinlogs",
        "actor_name": "alice",
        "actor_domain": "corp.example",
        "user_name": "alice",
        "user_uid": "aaaa-1",
        "outcome": "failure",
        "status_code": "50057",
        "src_ip": "198.51.100.23",
        "user_agent": "azurehound/v2.1",
        "auth_protocol": "ropc",
        "logon_type": "interactive",
    }
    assert {key: event.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("shape", SIGNINS)
def test_sign_in_has_the_names_that_rules_use(shape: str) -> None:
    native = one(SIGNINS[shape])["native"]
    assert str(native["ResultType"]) == "50057"
    assert native["ResultDescription"] == "User account is disabled."
    assert "Failure" in native["Status"]
    assert native["AuthenticationRequirement"] == "singleFactorAuthentication"
    assert native["RiskState"] == "atRisk"
    assert native["DeviceDetail.trusttype"] == ""
    assert native["DeviceDetail.isCompliant"] is False
    assert native["userAgent"] == "azurehound/v2.1"
    assert native["Location"] == "NO"
    assert "ropc" in native["properties.message"]


@pytest.mark.parametrize("shape", SIGNINS)
def test_sign_in_fields_stay_as_written(shape: str) -> None:
    record = SIGNINS[shape]
    native = one(record)["native"]
    for key, value in record.items():
        if not isinstance(value, (dict, list)) and value[:1] != "{":
            assert native[key] == value


@pytest.mark.parametrize("shape", AUDITS)
def test_audit_reads_the_same_in_every_shape(shape: str) -> None:
    event = one(AUDITS[shape])
    wanted = {
        "time": "2024-05-14T09:12:31.000+00:00",
        "class_name": "group_management",
        "log_service": "auditlogs",
        "activity": "add",
        "actor_name": "alice",
        "src_ip": "198.51.100.23",
        "user_name": "mallory",
        "user_uid": "bbbb-2",
        "group_name": "Global Administrator",
        "api_operation": "Add member to role",
        "outcome": "success",
    }
    assert {key: event.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("shape", AUDITS)
def test_audit_has_the_names_that_rules_use(shape: str) -> None:
    native = one(AUDITS[shape])["native"]
    for name in ("properties.message", "OperationName", "operationName", "ActivityDisplayName", "activityType"):
        assert native[name] == "Add member to role"
    assert native["Category"] == "RoleManagement"
    assert native["LoggedByService"] == "Core Directory"
    assert native["Status"] == ["success"]
    for name in ("TargetResources", "properties.targetResources", "TargetResources.modifiedProperties"):
        assert "Global Administrator" in native[name]
    assert native["targetResources.type"] == ["User"]
    assert native["ConsentContext.IsAdminConsent"] == "False"
    assert native["additionalDetails.additionalInfo"] == "by device id"


@pytest.mark.parametrize(
    ("code", "outcome", "word"),
    [
        (0, "success", "Success"),
        ("0", "success", "Success"),
        (50126, "failure", "Failure"),
        (53003, "failure", "Failure"),
        (50074, None, "Interrupted"),
        (50140, None, "Interrupted"),
        (500740, "failure", "Failure"),
    ],
)
def test_an_interrupted_sign_in_is_neither_success_nor_failure(code: object, outcome: str | None, word: str) -> None:
    event = one({**SIGNIN, "status": {"errorCode": code}})
    assert event.get("outcome") == outcome
    assert event["native"]["Status"] == [word]


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"category": "AuditLogs", "properties": {}}, "audit"),
        ({"category": "AuditLogs"}, None),
        ({"category": "Administrative", "time": "x", "properties": {}}, None),
        ({"createdDateTime": "x", "status": {"errorCode": 0}}, "interactive"),
        ({"createdDateTime": "x", "status": {"errorCode": 0}, "isInteractive": False}, "non_interactive"),
        ({"createdDateTime": "x", "status": {}}, None),
        ({"createdDateTime": "x", "status": "ok"}, None),
        ({"riskEventType": "x", "riskLevel": "low"}, "risk"),
        ({"riskEventType": "x"}, None),
        ({"@odata.type": "#microsoft.graph.invalidLicenseAlertIncident"}, "pim"),
        ({"@odata.type": "#microsoft.graph.user"}, None),
    ],
)
def test_which_log_a_record_belongs_to(record: dict[str, Any], kind: str | None) -> None:
    assert kind_of(record) == kind
    assert bool(READER.sniff(sample_of(json.dumps(record).encode()))) == (kind is not None)


def test_a_hostile_name_overwrites_no_field() -> None:
    hostile = {"displayName": "properties.message", "newValue": '"harmless"'}
    target = {"type": "User", "modifiedProperties": [hostile]}
    native = one({**AUDIT, "targetResources": [target]})["native"]
    assert native["properties.message"] == "Add member to role"
