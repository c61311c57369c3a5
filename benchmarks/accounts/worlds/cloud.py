"""What clouds and identity providers write: CloudTrail, Entra sign-ins and audits, Okta, nginx, Zeek."""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from .base import Host, Person, World

BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
)
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Cloud:
    """The cloud side of a world."""

    def __init__(self, world: World) -> None:
        """Take a world and choose its cloud accounts, tenant and regions."""
        self.w = world
        rng = world.rng
        self.account = rng.choice(["111122223333", "444455556666", "123456789012", "999988887777"])
        self.region = rng.choice(["us-east-1", "eu-central-1", "eu-west-1", "ap-southeast-2"])
        self.tenant = str(self.uuid())
        self.org = f"{world.company}.okta.example"
        self.prefix = rng.choice([world.company, world.company[:4], "prod", "core"])

    def uuid(self) -> uuid.UUID:
        """Return a UUID from the world's seed."""
        return uuid.UUID(int=self.w.rng.getrandbits(128), version=4)

    def key_id(self, start: str = "AKIA") -> str:
        """Return an access key id."""
        return start + "".join(self.w.rng.choice(UPPER) for _ in range(16))

    # ---- AWS ---------------------------------------------------------------------------------
    def iam_user(
        self, person: Person | str, *, key: str | None = None, mfa: bool = False, console: bool = False
    ) -> dict[str, Any]:
        """Return the identity part of an IAM user's calls."""
        name = person if isinstance(person, str) else person.name
        identity: dict[str, Any] = {
            "type": "IAMUser",
            "principalId": "AIDA" + self._stable(name),
            "arn": f"arn:aws:iam::{self.account}:user/{name}",
            "accountId": self.account,
            "userName": name,
        }
        if key or not console:
            identity["accessKeyId"] = key or self._key(name)
        if console or mfa:
            identity["sessionContext"] = {
                "sessionIssuer": {},
                "webIdFederationData": {},
                "attributes": {
                    "creationDate": f"{self.w.start:%Y-%m-%dT%H:%M:%SZ}",
                    "mfaAuthenticated": str(mfa).lower(),
                },
            }
        return identity

    def _stable(self, name: str) -> str:
        import random

        r = random.Random(f"{self.account}{name}")
        return "".join(r.choice(UPPER) for _ in range(17))

    def _key(self, name: str) -> str:
        return "AKIA" + self._stable("key" + name)[:16]

    def session_name(self, role: str, session: str) -> str:
        """Return an assumed role's name as it is compared: role and session."""
        return f"assumed-role/{role}/{session}"

    def role(self, role: str, session: str, *, key: str, ec2: bool = False, mfa: bool = False) -> dict[str, Any]:
        """Return the identity part of an assumed role's calls."""
        principal = "AROA" + self._stable(role)
        identity: dict[str, Any] = {
            "type": "AssumedRole",
            "principalId": f"{principal}:{session}",
            "arn": f"arn:aws:sts::{self.account}:assumed-role/{role}/{session}",
            "accountId": self.account,
            "accessKeyId": key,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": principal,
                    "arn": f"arn:aws:iam::{self.account}:role/{role}",
                    "accountId": self.account,
                    "userName": role,
                },
                "webIdFederationData": {},
                "attributes": {
                    "creationDate": f"{self.w.start:%Y-%m-%dT%H:%M:%SZ}",
                    "mfaAuthenticated": str(mfa).lower(),
                },
            },
        }
        if ec2:
            identity["sessionContext"]["ec2RoleDelivery"] = self.w.rng.choice(["1.0", "2.0"])
        return identity

    def aws(
        self,
        at: datetime,
        identity: dict[str, Any],
        service: str,
        name: str,
        *,
        ip: str,
        agent: str,
        request: dict[str, Any] | None = None,
        response: dict[str, Any] | None = None,
        error: str | None = None,
        resources: list[dict[str, Any]] | None = None,
        extra: dict[str, Any] | None = None,
        also: tuple[str, ...] = (),
        region: str | None = None,
        host: Host | None = None,
    ) -> None:
        """Write one CloudTrail record."""
        read = name.startswith(("Get", "List", "Describe", "Head", "Lookup"))
        body: dict[str, Any] = {
            "eventVersion": "1.08",
            "userIdentity": identity,
            "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": region or self.region,
            "sourceIPAddress": ip,
            "userAgent": agent,
            "requestParameters": request,
            "responseElements": response,
            "requestID": str(self.uuid()),
            "eventID": str(self.uuid()),
            "readOnly": read,
            "eventType": "AwsApiCall",
            "managementEvent": name not in ("GetObject", "PutObject", "ListObjects", "DeleteObject"),
            "recipientAccountId": self.account,
            "eventCategory": "Data" if name in ("GetObject", "PutObject", "ListObjects") else "Management",
        }
        if error:
            body |= {"errorCode": error, "errorMessage": "User is not authorized to perform this operation"}
        if resources:
            body["resources"] = resources
        if extra:
            body |= extra
        arn = identity.get("arn", "")
        who = identity.get("userName") or (arn.split(":", 5)[-1] if arn else None)
        self.w.emit(at, "cloudtrail", body, who, *also, host=host)

    def get_object(
        self,
        at: datetime,
        identity: dict[str, Any],
        bucket: str,
        key: str,
        *,
        ip: str,
        agent: str,
        host: Host | None = None,
    ) -> None:
        """Write an object read from S3."""
        self.aws(
            at,
            identity,
            "s3",
            "GetObject",
            ip=ip,
            agent=agent,
            host=host,
            request={"bucketName": bucket, "Host": f"{bucket}.s3.{self.region}.amazonaws.com", "key": key},
            resources=[
                {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"},
                {"accountId": self.account, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"},
            ],
            extra={
                "additionalEventData": {
                    "bytesTransferredIn": 0,
                    "bytesTransferredOut": self.w.rng.randrange(900, 9_000_000),
                    "SignatureVersion": "SigV4",
                    "AuthenticationMethod": "AuthHeader",
                }
            },
        )

    def assume(
        self, at: datetime, identity: dict[str, Any], role: str, session: str, *, ip: str, agent: str, key: str
    ) -> dict[str, Any]:
        """Write a role assumed; return the identity of the new session."""
        new = self.role(role, session, key=key)
        self.aws(
            at,
            identity,
            "sts",
            "AssumeRole",
            ip=ip,
            agent=agent,
            also=(self.session_name(role, session),),
            request={"roleArn": f"arn:aws:iam::{self.account}:role/{role}", "roleSessionName": session},
            response={
                "credentials": {
                    "accessKeyId": key,
                    "expiration": "Jan 1, 2027, 1:00:00 AM",
                    "sessionToken": "REDACTED",
                },
                "assumedRoleUser": {"assumedRoleId": new["principalId"], "arn": new["arn"]},
            },
            resources=[
                {"accountId": self.account, "type": "AWS::IAM::Role", "ARN": f"arn:aws:iam::{self.account}:role/{role}"}
            ],
        )
        return new

    def console(self, at: datetime, person: Person, *, ip: str, ok: bool = True, mfa: bool = True) -> None:
        """Write a console sign-in."""
        identity = {
            "type": "IAMUser",
            "accountId": self.account,
            "userName": person.name,
            "principalId": "AIDA" + self._stable(person.name),
            "arn": f"arn:aws:iam::{self.account}:user/{person.name}",
        }
        self.aws(
            at,
            identity,
            "signin",
            "ConsoleLogin",
            ip=ip,
            agent=BROWSERS[len(person.name) % 3],
            response={"ConsoleLogin": "Success" if ok else "Failure"},
            extra={
                "eventType": "AwsConsoleSignIn",
                "readOnly": False,
                "additionalEventData": {
                    "LoginTo": "https://console.aws.amazon.com/",
                    "MobileVersion": "No",
                    "MFAUsed": "Yes" if mfa else "No",
                },
                **({} if ok else {"errorMessage": "Failed authentication"}),
            },
        )

    # ---- Entra -------------------------------------------------------------------------------
    def object_id(self, person: Person) -> str:
        """Return the person's directory object id."""
        if "oid" not in person.facts:
            person.facts["oid"] = str(self.uuid())
        return str(person.facts["oid"])

    def signin(
        self,
        at: datetime,
        person: Person,
        *,
        ip: str,
        code: int = 0,
        reason: str = "Other.",
        app: str = "Office 365 Exchange Online",
        client: str = "Browser",
        country: str = "DE",
        city: str = "Berlin",
        agent: str | None = None,
        risk: str = "none",
        mfa: str | None = None,
        device: str | None = None,
    ) -> None:
        """Write one Entra sign-in."""
        body: dict[str, Any] = {
            "id": str(self.uuid()),
            "createdDateTime": f"{at:%Y-%m-%dT%H:%M:%S}Z",
            "userDisplayName": f"{person.given} {person.family}",
            "userPrincipalName": person.upn,
            "userId": self.object_id(person),
            "appId": "00000002-0000-0ff1-ce00-000000000000",
            "appDisplayName": app,
            "ipAddress": ip,
            "clientAppUsed": client,
            "userAgent": agent or BROWSERS[person.uid % 3],
            "correlationId": str(self.uuid()),
            "conditionalAccessStatus": "success" if code == 0 else "failure",
            "isInteractive": True,
            "riskDetail": "none",
            "riskLevelAggregated": risk,
            "riskLevelDuringSignIn": risk,
            "riskState": "none" if risk == "none" else "atRisk",
            "riskEventTypes_v2": [] if risk == "none" else ["unfamiliarFeatures"],
            "resourceDisplayName": app,
            "tenantId": self.tenant,
            "authenticationRequirement": "multiFactorAuthentication" if mfa else "singleFactorAuthentication",
            "status": {"errorCode": code, "failureReason": reason, "additionalDetails": mfa or ""},
            "deviceDetail": {
                "deviceId": "",
                "displayName": device or "",
                "operatingSystem": "Windows10",
                "browser": "Chrome 126.0.0",
                "isCompliant": bool(device),
                "isManaged": bool(device),
                "trustType": "Hybrid Azure AD joined" if device else "",
            },
            "location": {
                "city": city,
                "state": "",
                "countryOrRegion": country,
                "geoCoordinates": {"latitude": 1.0, "longitude": 1.0},
            },
            "appliedConditionalAccessPolicies": [],
        }
        self.w.emit(at, "entra/signins", body, person)

    def directory(
        self,
        at: datetime,
        actor: Person,
        activity: str,
        *,
        category: str,
        ip: str,
        targets: list[dict[str, Any]] | None = None,
        also: tuple[Person | str, ...] = (),
        details: list[dict[str, str]] | None = None,
        service: str = "Core Directory",
    ) -> None:
        """Write one Entra audit record."""
        body: dict[str, Any] = {
            "id": f"Directory_{self.uuid()}",
            "category": category,
            "correlationId": str(self.uuid()),
            "result": "success",
            "resultReason": "",
            "activityDisplayName": activity,
            "activityDateTime": f"{at:%Y-%m-%dT%H:%M:%S}Z",
            "loggedByService": service,
            "operationType": "Update",
            "tenantId": self.tenant,
            "initiatedBy": {
                "app": None,
                "user": {
                    "id": self.object_id(actor),
                    "displayName": None,
                    "userPrincipalName": actor.upn,
                    "ipAddress": ip,
                    "roles": [],
                },
            },
            "targetResources": targets or [],
            "additionalDetails": details or [],
        }
        self.w.emit(at, "entra/audit", body, actor, *also)

    # ---- Okta --------------------------------------------------------------------------------
    def okta(
        self,
        at: datetime,
        actor: Person,
        event: str,
        *,
        ip: str,
        message: str,
        result: str = "SUCCESS",
        reason: str | None = None,
        targets: list[dict[str, Any]] | None = None,
        also: tuple[Person | str, ...] = (),
        country: str = "Germany",
        agent: str | None = None,
        severity: str = "INFO",
        debug: dict[str, Any] | None = None,
    ) -> None:
        """Write one Okta system log record."""
        body: dict[str, Any] = {
            "actor": {
                "id": "00u" + self._stable(actor.name)[:17],
                "type": "User",
                "alternateId": actor.upn,
                "displayName": f"{actor.given} {actor.family}",
                "detailEntry": None,
            },
            "client": {
                "userAgent": {
                    "rawUserAgent": agent or BROWSERS[actor.uid % 3],
                    "os": "Windows 10",
                    "browser": "CHROME",
                },
                "zone": "null",
                "device": "Computer",
                "id": None,
                "ipAddress": ip,
                "geographicalContext": {
                    "city": "Berlin",
                    "state": None,
                    "country": country,
                    "postalCode": None,
                    "geolocation": {"lat": 1.0, "lon": 1.0},
                },
            },
            "device": None,
            "authenticationContext": {
                "authenticationProvider": None,
                "credentialProvider": None,
                "credentialType": None,
                "issuer": None,
                "interface": None,
                "authenticationStep": 0,
                "externalSessionId": "102" + self._stable(actor.name + ip)[:20],
            },
            "displayMessage": message,
            "eventType": event,
            "outcome": {"result": result, "reason": reason},
            "published": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
            "securityContext": {
                "asNumber": 64500,
                "asOrg": "example isp",
                "isp": "example isp",
                "domain": None,
                "isProxy": False,
            },
            "severity": severity,
            "debugContext": {"debugData": {"requestUri": "/api/v1/authn", **(debug or {})}},
            "legacyEventType": event.replace(".", "_"),
            "transaction": {"type": "WEB", "id": str(self.uuid()), "detail": {}},
            "uuid": str(self.uuid()),
            "version": "0",
            "request": {"ipChain": [{"ip": ip, "version": "V4", "source": None}]},
            "target": targets,
        }
        self.w.emit(at, "okta", body, actor, *also)

    def okta_user(self, person: Person) -> dict[str, Any]:
        """Return a person as Okta names a target."""
        return {
            "id": "00u" + self._stable(person.name)[:17],
            "type": "User",
            "alternateId": person.upn,
            "displayName": f"{person.given} {person.family}",
            "detailEntry": None,
        }

    # ---- web and network ---------------------------------------------------------------------
    def web(
        self,
        at: datetime,
        host: Host,
        ip: str,
        line: str,
        status: int,
        size: int,
        agent: str,
        *,
        user: str = "-",
        referer: str = "-",
    ) -> None:
        """Write one nginx combined access line."""
        self.w.emit(
            at,
            f"{host.name}-access",
            f'{ip} - {user} [{at:%d/%b/%Y:%H:%M:%S} +0000] "{line}" {status} {size} "{referer}" "{agent}"',
            host=None,
        )

    def flow(
        self,
        at: datetime,
        src: str,
        dst: str,
        port: int,
        *,
        service: str | None = None,
        out: int = 900,
        back: int = 2000,
        seconds: float = 1.0,
        proto: str = "tcp",
    ) -> str:
        """Write one Zeek connection; return its uid."""
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        uid = "C" + "".join(self.w.rng.choice(alphabet) for _ in range(17))
        self.w.emit(
            at,
            "zeek/conn",
            {
                "ts": round(at.timestamp(), 6),
                "uid": uid,
                "id.orig_h": src,
                "id.orig_p": self.w.rng.randrange(49152, 65500),
                "id.resp_h": dst,
                "id.resp_p": port,
                "proto": proto,
                "service": service,
                "duration": round(seconds, 6),
                "orig_bytes": out,
                "resp_bytes": back,
                "conn_state": "SF",
            },
        )
        return uid

    def zeek(self, at: datetime, kind: str, uid: str, src: str, dst: str, port: int, **fields: Any) -> None:
        """Write one Zeek record of another kind on a connection."""
        self.w.emit(
            at,
            f"zeek/{kind}",
            {
                "ts": round(at.timestamp(), 6),
                "uid": uid,
                "id.orig_h": src,
                "id.orig_p": 50123,
                "id.resp_h": dst,
                "id.resp_p": port,
                **fields,
            },
        )
