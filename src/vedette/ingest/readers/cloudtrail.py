"""AWS CloudTrail, in every wrapping it is shipped in.

Source: CloudTrail record contents, event version 1.11; userIdentity element; AWS console sign-in
events. Wrappings: log files (``{"Records": […]}``), JSON lines, EventBridge (``detail``), CloudWatch
Logs exports and ``lookup-events`` (the record as JSON text in a field), Logstash (``@timestamp`` in
place of ``eventTime``).

Traffic is written as the record has it, seen from the service: ``bytes_out`` left it,
``bytes_in`` came to it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import orjson

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample, StatelessSession, pick
from vedette.ingest.convert import as_ip, best_score, flatten, json_text, load_json, not_ip, to_int, to_text, unwrap
from vedette.schema import EventClass

WRAPPERS = ("detail", "message", "CloudTrailEvent", "_source", "event.original", "Message", "Records", "logEvents")
_EXPORT_PREFIX = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z\s{0,4}")
DIGEST = "CloudTrail digest file: signatures of log files, no events"

_READ = ("Get", "List", "Describe", "Head", "Lookup", "Search", "Select", "Query", "Scan", "BatchGet", "Check", "Test")
_CREATE = ("Create", "Run", "Put", "Add", "Import", "Upload", "Register", "Allocate", "Generate", "Issue", "Copy")
_DELETE = ("Delete", "Remove", "Terminate", "Deregister", "Detach", "Disassociate", "Revoke", "Release")
_UPDATE = ("Update", "Modify", "Attach", "Associate", "Set", "Change", "Enable", "Disable", "Authorize", "Stop")

_SESSIONS = frozenset({"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot"})
_TOKENS = frozenset({"GetFederationToken", "GetSessionToken"})
_GROUPS = frozenset({"AddUserToGroup", "RemoveUserFromGroup"})
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"

# where the thing acted upon stands, when the record lists no resources
_RESOURCE_KEYS = (
    "requestParameters.roleArn",
    "requestParameters.secretId",
    "requestParameters.functionName",
    "requestParameters.keyId",
    "requestParameters.policyArn",
    "requestParameters.trailName",
    "requestParameters.detectorId",
    "requestParameters.instanceId",
    "requestParameters.instancesSet.items.instanceId",
    "requestParameters.snapshotId",
    "requestParameters.volumeId",
    "requestParameters.groupId",
    "requestParameters.dBInstanceIdentifier",
    "requestParameters.tableName",
    "requestParameters.queueUrl",
    "requestParameters.topicArn",
    "requestParameters.roleName",
    "requestParameters.groupName",
    "requestParameters.name",
)


def is_cloudtrail(value: dict[str, Any]) -> bool:
    """Return whether an object is a CloudTrail record."""
    return (
        isinstance(value.get("eventName"), str)
        and isinstance(value.get("eventSource"), str)
        and ("userIdentity" in value or "awsRegion" in value)
        and ("eventVersion" in value or "eventID" in value or "recipientAccountId" in value)
    )


def _is_digest(value: dict[str, Any]) -> bool:
    return ("digestStartTime" in value and "digestS3Bucket" in value) or (
        "s3Object" in value and "hashAlgorithm" in value and "newestEventTime" in value
    )


def _parse(data: bytes) -> Native | None:
    if data[:1].isdigit():
        # CloudWatch Logs export tasks write "2024-05-01T10:00:00.000Z {…}"; JSON framing parts the two
        prefix = _EXPORT_PREFIX.match(data)
        if prefix is not None:
            if prefix.end() == len(data):
                return None
            data = data[prefix.end() :]
    value = load_json(data)
    if not is_cloudtrail(value):
        record = unwrap(value, is_cloudtrail, WRAPPERS)
        if record is None:
            if _is_digest(value):
                raise RecordError(DIGEST)
            if value.get("messageType") == "CONTROL_MESSAGE":
                return None
            for name in ("Records", "logEvents"):
                held = value.get(name)
                if type(held) is list and len(held) > 1:
                    raise RecordError(f"{len(held)} records inside one: {name} is not at the top of its file")
            raise RecordError("no CloudTrail record: eventName, eventSource or userIdentity is missing")
        value = record
    native = flatten(value)
    response = value.get("responseElements")
    if type(response) is dict and response:
        # rules search the whole response; only changes carry one, so the copy is cheap
        native["responseElements"] = json_text(response)
    return native


class CloudTrailReader:
    """AWS CloudTrail records."""

    name = "cloudtrail"
    title = "AWS CloudTrail"
    framing = Framing.JSON
    examples = ("CloudTrail log files", "EventBridge", "CloudWatch Logs", "lookup-events", "Logstash")

    def sniff(self, sample: Sample) -> float:
        """Return 1 for a CloudTrail record, wrapped or not, 0.9 for a digest file (refused with its reason)."""

        def score(value: dict[str, Any]) -> float:
            if is_cloudtrail(value) or unwrap(value, is_cloudtrail, WRAPPERS) is not None:
                return 1.0
            return 0.9 if _is_digest(value) else 0.0

        found = best_score(sample, score)
        prefix = _EXPORT_PREFIX.match(sample.lines[0]) if found == 0.0 and sample.lines else None
        if prefix is not None:
            try:
                inner = orjson.loads(sample.lines[0][prefix.end() :])
            except orjson.JSONDecodeError:
                return 0.0
            return 0.95 if isinstance(inner, dict) and is_cloudtrail(inner) else 0.0
        return found

    def open(self, context: ReadContext) -> StatelessSession:
        """Return a session; records stand alone."""
        return StatelessSession(_parse)

    def kind(self, native: Native) -> Hashable:
        """Return the class of activity that the operation is."""
        operation = native.get("eventName")
        service = native.get("eventSource")
        if service == "signin.amazonaws.com":
            return "signin"
        if operation in _SESSIONS or operation in _TOKENS:
            return "session"
        if service == "iam.amazonaws.com" and type(operation) is str:
            if operation in _GROUPS:
                return "group"
            if "requestParameters.userName" in native and not operation.startswith(_READ):
                return "account"
            if operation in ("CreateAccessKey", "ChangePassword", "CreateUser"):
                return "account"
        return "api"

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping for a class of activity."""
        return _MAPPINGS.get(str(kind), _MAPPINGS["api"])

    def self_identifying(self, native: Native) -> bool:
        """Return whether the record has its eventID, which is unique."""
        return bool(native.get("eventID"))


def _role_session(arn: Any) -> str | None:
    """Return ``assumed-role/ROLE/SESSION`` (or ``federated-user/NAME``) from an STS ARN."""
    if type(arn) is not str or not arn.startswith("arn:"):
        return None
    parts = arn.split(":", 5)
    return parts[5] if len(parts) == 6 and parts[5].partition("/")[0] in ("assumed-role", "federated-user") else None


def _arn_account(arn: Any) -> str | None:
    parts = arn.split(":", 5) if type(arn) is str else []
    return parts[4] or None if len(parts) == 6 else None


def _actor(native: Native) -> dict[str, Any]:
    """Return the actor columns, and the device of an instance's own role session."""
    kind = native.get("userIdentity.type")
    arn = native.get("userIdentity.arn")
    principal = native.get("userIdentity.principalId")
    account = native.get("userIdentity.accountId")
    name = _role_session(arn)
    device = None
    if name is None and kind == "AssumedRole":
        role = native.get("userIdentity.sessionContext.sessionIssuer.userName")
        session = principal.partition(":")[2] if type(principal) is str else ""
        if role and session:
            name = f"assumed-role/{role}/{session}"
    if name is not None:
        session = name.rpartition("/")[2]
        if name.startswith("assumed-role/") and session.startswith("i-"):
            device = session
    elif kind == "Root":
        name = "root"
    elif kind == "AWSService":
        name = native.get("userIdentity.invokedBy") or native.get("sourceIPAddress")
    else:
        name = native.get("userIdentity.userName") or native.get("additionalEventData.UserName")
        if name == _HIDDEN:
            name = None
        elif name is None and type(arn) is str and ":user/" in arn:
            name = arn.rpartition("/")[2]
        elif name is None:
            name = native.get("userIdentity.onBehalfOf.userId") or principal or account
    return {
        "actor_name": to_text(name),
        "actor_domain": to_text(account or _arn_account(arn)),
        "actor_uid": to_text(arn or principal or native.get("userIdentity.onBehalfOf.userId") or account),
        "actor_session": to_text(native.get("userIdentity.accessKeyId") or native.get("userIdentity.credentialId")),
        "device_name": device,
    }


def _first(value: Any) -> Any:
    return value[0] if type(value) is list and value else value


def _resource(native: Native) -> str | None:
    bucket = _first(native.get("requestParameters.bucketName"))
    if type(bucket) is str and bucket:
        key = _first(native.get("requestParameters.key"))
        return f"s3://{bucket}/{key}" if type(key) is str and key else f"s3://{bucket}"
    listed = native.get("resources.ARN") or native.get("resources.arn")
    if listed:
        return to_text(_first(listed))
    for key in _RESOURCE_KEYS:
        value = native.get(key)
        if value:
            return to_text(_first(value))
    return None


def _activity(operation: Any) -> str:
    if type(operation) is str:
        for verbs, activity in ((_READ, "read"), (_CREATE, "create"), (_DELETE, "delete"), (_UPDATE, "update")):
            if operation.startswith(verbs):
                return activity
    return "other"


def _general(native: Native) -> dict[str, Any]:
    out = _actor(native)
    code = native.get("errorCode")
    out["outcome"] = "failure" if code and code != "Success" else "success"
    out["activity"] = _activity(native.get("eventName"))
    out["resource"] = _resource(native)
    return out


def _signin(native: Native) -> dict[str, Any]:
    out = _general(native)
    operation = native.get("eventName")
    said = native.get(f"responseElements.{operation}")
    if type(said) is str:
        out["outcome"] = "success" if said.lower() == "success" else "failure"
    out["activity"] = "logon" if operation in ("ConsoleLogin", "UserAuthentication") else "other"
    mfa = native.get("additionalEventData.MFAUsed")
    out["auth_protocol"] = {"yes": "mfa", "no": "password"}.get(str(mfa).lower())
    for column in ("name", "domain", "uid"):
        out[f"user_{column}"] = out[f"actor_{column}"]
    return out


def _session(native: Native) -> dict[str, Any]:
    """Return columns with ``user_*`` the session that STS made (or was asked for)."""
    out = _general(native)
    out["activity"] = "create"
    arn = native.get("responseElements.assumedRoleUser.arn") or native.get("responseElements.federatedUser.arn")
    if arn is None:
        role = native.get("requestParameters.roleArn")
        session = native.get("requestParameters.roleSessionName")
        account = _arn_account(role)
        if type(role) is str and type(session) is str and account and ":role/" in role:
            partition = role.split(":", 2)[1]
            # an STS session ARN leaves the role's path out
            arn = f"arn:{partition}:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{session}"
    key = native.get("responseElements.credentials.accessKeyId")
    if arn is None and native.get("eventName") == "GetSessionToken":
        out["user_name"], out["user_domain"], out["user_uid"] = out["actor_name"], out["actor_domain"], out["actor_uid"]
    elif arn is not None:
        out["user_name"], out["user_domain"], out["user_uid"] = _role_session(arn), _arn_account(arn), to_text(arn)
    out["user_session"] = to_text(key)
    return out


def _account(native: Native) -> dict[str, Any]:
    out = _general(native)
    target = (
        native.get("responseElements.accessKey.userName")
        or native.get("responseElements.user.userName")
        or native.get("requestParameters.userName")
    )
    if target is None and native.get("eventName") in ("CreateAccessKey", "ChangePassword"):
        # without a user name these act on the caller itself
        target, out["user_uid"] = out["actor_name"], out["actor_uid"]
    out["user_name"] = to_text(target)
    out["user_domain"] = to_text(native.get("recipientAccountId")) or out["actor_domain"]
    if native.get("responseElements.user.arn"):
        out["user_uid"] = to_text(native["responseElements.user.arn"])
    out["user_session"] = to_text(native.get("responseElements.accessKey.accessKeyId"))
    return out


def _group(native: Native) -> dict[str, Any]:
    out = _account(native)
    out["group_name"] = to_text(native.get("requestParameters.groupName"))
    out["activity"] = "add" if native.get("eventName") == "AddUserToGroup" else "remove"
    return out


def _mapping(class_name: EventClass, row: Any) -> Mapping:
    return Mapping(
        class_name=class_name,
        time=(("eventTime", "iso_utc"), ("@timestamp", "iso_utc")),
        const={"log_product": "aws", "log_service": "cloudtrail"},
        fields={
            "event_code": pick("eventName"),
            "api_service": pick("eventSource"),
            "api_operation": pick("eventName"),
            "cloud_account": pick("recipientAccountId", "userIdentity.accountId", convert=to_text),
            "cloud_region": pick("awsRegion"),
            "src_ip": pick("sourceIPAddress", convert=as_ip),
            "src_name": pick("sourceIPAddress", convert=not_ip),
            "user_agent": pick("userAgent"),
            "status_code": pick("errorCode"),
            "message": pick("errorMessage"),
            "bytes_out": pick("additionalEventData.bytesTransferredOut", convert=to_int),
            "bytes_in": pick("additionalEventData.bytesTransferredIn", convert=to_int),
        },
        row=row,
    )


_MAPPINGS = {
    "api": _mapping(EventClass.API, _general),
    "signin": _mapping(EventClass.AUTHENTICATION, _signin),
    "session": _mapping(EventClass.API, _session),
    "account": _mapping(EventClass.ACCOUNT_CHANGE, _account),
    "group": _mapping(EventClass.GROUP, _group),
}

READER = CloudTrailReader()
