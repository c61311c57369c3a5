"""CloudTrail records: one gzipped document of ``Records`` a day, named as the service names its files."""

from __future__ import annotations

from random import Random
from typing import Any

import orjson

from vedette.demo.clock import SECOND, iso_second
from vedette.demo.company import AWS_ACCOUNT, AWS_REGION, CloudUser
from vedette.demo.formats.text import uuid4
from vedette.demo.sink import Sink

_READ = ("Get", "List", "Describe", "Head", "Lookup")


class CloudTrailWriter:
    """Writes API calls of IAM users, assumed roles and services."""

    def __init__(self, sink: Sink, rng: Random) -> None:
        self._sink = sink
        self._rng = rng

    def call(
        self,
        t: int,
        identity: str,
        service: str,
        operation: str,
        source: str,
        agent: str,
        *,
        request: dict[str, Any] | None = None,
        response: dict[str, Any] | None = None,
        resources: list[dict[str, str]] | None = None,
        error: str = "",
        data: bool = False,
        extra: dict[str, Any] | None = None,
        kind: str = "AwsApiCall",
    ) -> str:
        """Emit one API call and return its event id.

        Args:
            t: When; CloudTrail writes whole seconds.
            identity: The ``userIdentity`` object as JSON, from :meth:`user`, :meth:`role` or :meth:`service`.
            service: Event source, such as ``s3.amazonaws.com``.
            operation: Event name.
            source: Source address, or a service's name.
            agent: User agent.
            request: Request parameters.
            response: Response elements.
            resources: Resources touched.
            error: Error code of a refused call.
            data: Whether it is a data event (object access) and not a management event.
            extra: ``additionalEventData``.
            kind: Event type.
        """
        rng = self._rng
        event_id = uuid4(rng)
        failed = (
            f'"errorCode":"{error}","errorMessage":"User is not authorized to perform: {operation}",' if error else ""
        )
        more = f'"additionalEventData":{orjson.dumps(extra).decode()},' if extra else ""
        touched = f'"resources":{orjson.dumps(resources).decode()},' if resources else ""
        read_only = "true" if operation.startswith(_READ) else "false"
        self._sink.emit(
            "cloudtrail",
            t,
            f'{{"eventVersion":"1.09","userIdentity":{identity},"eventTime":"{iso_second(t // SECOND)}Z",'
            f'"eventSource":"{service}","eventName":"{operation}","awsRegion":"{AWS_REGION}",'
            f'"sourceIPAddress":"{source}",'
            f'"userAgent":"{agent}",{failed}"requestParameters":{_json(request)},'
            f'"responseElements":{_json(response)},{more}'
            f'"requestID":"{uuid4(rng)}","eventID":"{event_id}","readOnly":{read_only},'
            f'{touched}"eventType":"{kind}",'
            f'"managementEvent":{"false" if data else "true"},"recipientAccountId":"{AWS_ACCOUNT}",'
            f'"eventCategory":"{"Data" if data else "Management"}"}}',
        )
        return event_id

    @staticmethod
    def user(user: CloudUser, key: str = "") -> str:
        """Return the identity of an IAM user acting with an access key."""
        return (
            f'{{"type":"IAMUser","principalId":"{user.principal_id}","arn":"{user.arn}","accountId":"{AWS_ACCOUNT}",'
            f'"accessKeyId":"{key or user.access_key_id}","userName":"{user.name}"}}'
        )

    @staticmethod
    def role(role: CloudUser, session: str, key: str, since: int, *, instance: bool = False) -> str:
        """Return the identity of a session of an assumed role."""
        delivery = ',"ec2RoleDelivery":"2.0"' if instance else ""
        return (
            f'{{"type":"AssumedRole","principalId":"{role.principal_id}:{session}",'
            f'"arn":"arn:aws:sts::{AWS_ACCOUNT}:assumed-role/{role.name}/{session}","accountId":"{AWS_ACCOUNT}",'
            f'"accessKeyId":"{key}","sessionContext":{{"sessionIssuer":{{"type":"Role",'
            f'"principalId":"{role.principal_id}",'
            f'"arn":"{role.arn}","accountId":"{AWS_ACCOUNT}","userName":"{role.name}"}},"webIdFederationData":{{}},'
            f'"attributes":{{"creationDate":"{iso_second(since // SECOND)}Z","mfaAuthenticated":"false"}}{delivery}}}}}'
        )

    @staticmethod
    def service(name: str) -> str:
        """Return the identity of a cloud service acting for the account."""
        return f'{{"type":"AWSService","invokedBy":"{name}"}}'

    def get_object(self, t: int, identity: str, source: str, agent: str, bucket: str, key: str, size: int) -> str:
        """Emit one object read and return its event id."""
        return self.call(
            t,
            identity,
            "s3.amazonaws.com",
            "GetObject",
            source,
            agent,
            request={"bucketName": bucket, "Host": f"{bucket}.s3.{AWS_REGION}.amazonaws.com", "key": key},
            resources=[
                {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"},
                {"accountId": AWS_ACCOUNT, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"},
            ],
            data=True,
            extra={"SignatureVersion": "SigV4", "bytesTransferredIn": 0, "bytesTransferredOut": size},
        )


def _json(value: dict[str, Any] | None) -> str:
    return "null" if value is None else orjson.dumps(value).decode()
