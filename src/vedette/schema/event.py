"""The event: one normalised log record, in OCSF names, with what its source wrote beside it.

The fields are declared once, here. :func:`event_arrow_schema` gives the same names as Arrow
columns; the lake, DuckDB and the reference table in the documentation are made from it. Every
column but the identity columns may be null, and null means that the source did not say.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, get_type_hints

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA_VERSION = 1
"""Version of the event columns; the lake migrates older segments when it opens them."""


class EventClass(StrEnum):
    """OCSF event classes that Vedette tells apart (names of OCSF 1.3, in lower case)."""

    PROCESS = "process_activity"
    MODULE = "module_activity"
    MEMORY = "memory_activity"
    FILE = "file_activity"
    REGISTRY = "registry_activity"
    SCRIPT = "script_activity"
    SCHEDULED_JOB = "scheduled_job_activity"
    SERVICE = "windows_service_activity"
    AUTHENTICATION = "authentication"
    ACCOUNT_CHANGE = "account_change"
    GROUP = "group_management"
    ENTITY = "entity_management"
    DIRECTORY = "directory_service_activity"
    API = "api_activity"
    NETWORK = "network_activity"
    DNS = "dns_activity"
    HTTP = "http_activity"
    SMB = "smb_activity"
    RPC = "rpc_activity"
    EMAIL = "email_activity"
    FINDING = "detection_finding"
    LOG = "log_activity"
    BASE = "base_event"


class Outcome(StrEnum):
    """What came of the activity, where the source says so (OCSF ``status``)."""

    SUCCESS = "success"
    FAILURE = "failure"


def _column(ocsf: str, doc: str, default: Any = None) -> Any:
    return field(default=default, metadata={"ocsf": ocsf, "doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One log record.

    Source: OCSF 1.3 for the names of the typed core; Sigma's taxonomy for ``log_*``.
    """

    event_id: str = field(
        metadata={
            "ocsf": "metadata.uid",
            "doc": "32 hex digits: a digest of the logical source, the raw record and its occurrence number",
        }
    )
    time: datetime = field(metadata={"ocsf": "time", "doc": "when it happened, UTC, microseconds"})
    class_name: str = field(metadata={"ocsf": "class_name", "doc": "one of EventClass"})
    source: str = field(
        metadata={"ocsf": "metadata.log_provider", "doc": "logical source: survives renaming, rotation and growth"}
    )
    reader: str = field(metadata={"ocsf": "metadata.product.name", "doc": "the reader that parsed the record"})
    raw: str = field(metadata={"ocsf": "raw_data", "doc": "the record as it stood in its source"})

    activity: str | None = _column("activity_name", "launch, logon, create, delete, read, open, …")
    outcome: str | None = _column("status", "success or failure")
    log_product: str | None = _column("metadata.log_name", "Sigma log source product: windows, linux, aws, zeek, …")
    log_category: str | None = _column("metadata.log_name", "Sigma log source category: process_creation, …")
    log_service: str | None = _column("metadata.log_name", "Sigma log source service: security, sysmon, cloudtrail, …")
    event_code: str | None = _column("metadata.event_code", "the source's own number or name for the kind of event")

    device_name: str | None = _column("device.hostname", "host that the event happened on, as written")
    device_ip: str | None = _column("device.ip", "its address, where the record gives it")

    actor_name: str | None = _column("actor.user.name", "account that acted, without domain")
    actor_domain: str | None = _column("actor.user.domain", "its domain, or the host for a local account")
    actor_uid: str | None = _column("actor.user.uid", "its SID, uid, ARN or object id")
    actor_session: str | None = _column("actor.session.uid", "logon id, audit session or access key id it acted under")
    user_name: str | None = _column("user.name", "account acted upon (logged on, created, changed)")
    user_domain: str | None = _column("user.domain", "its domain")
    user_uid: str | None = _column("user.uid", "its SID, uid, ARN or object id")
    user_session: str | None = _column("session.uid", "session that the event opened or closed")
    group_name: str | None = _column("group.name", "group changed")
    logon_type: str | None = _column("logon_type_id", "Windows logon type number, or interactive, network, … elsewhere")
    auth_protocol: str | None = _column("auth_protocol", "NTLM, Kerberos, publickey, password, mfa, …")

    process_path: str | None = _column("process.file.path", "executable of the process")
    process_cmd: str | None = _column("process.cmd_line", "its command line, or the script text for script activity")
    process_pid: int | None = _column("process.pid", "its id")
    process_uid: str | None = _column("process.uid", "its unique id (Sysmon ProcessGuid)")
    parent_path: str | None = _column("process.parent_process.file.path", "executable of its parent")
    parent_cmd: str | None = _column("process.parent_process.cmd_line", "command line of its parent")
    parent_pid: int | None = _column("process.parent_process.pid", "id of its parent")
    parent_uid: str | None = _column("process.parent_process.uid", "unique id of its parent")
    target_path: str | None = _column("target.process.file.path", "process opened, injected into or accessed")
    target_pid: int | None = _column("target.process.pid", "its id")

    src_ip: str | None = _column("src_endpoint.ip", "where it came from")
    src_port: int | None = _column("src_endpoint.port", "port there")
    src_name: str | None = _column("src_endpoint.hostname", "host name there")
    dst_ip: str | None = _column("dst_endpoint.ip", "where it went")
    dst_port: int | None = _column("dst_endpoint.port", "port there")
    dst_name: str | None = _column("dst_endpoint.hostname", "host name there")
    protocol: str | None = _column("connection_info.protocol_name", "transport or application protocol")
    bytes_in: int | None = _column("traffic.bytes_in", "bytes received by the source endpoint")
    bytes_out: int | None = _column("traffic.bytes_out", "bytes sent by the source endpoint")

    file_path: str | None = _column("file.path", "file, module or pipe touched")
    file_hash: str | None = _column("file.hashes", "its hashes as written (SHA256=…,MD5=…)")
    registry_path: str | None = _column("reg_key.path", "registry key or value touched")
    service_name: str | None = _column("service.name", "service or scheduled task touched")
    api_service: str | None = _column("api.service.name", "service called (s3.amazonaws.com)")
    api_operation: str | None = _column("api.operation", "operation called (GetObject)")
    resource: str | None = _column("resources.name", "cloud or directory resource acted upon")
    cloud_account: str | None = _column("cloud.account.uid", "cloud account or tenant")
    cloud_region: str | None = _column("cloud.region", "region")
    dns_query: str | None = _column("query.hostname", "name asked for")
    url: str | None = _column("http_request.url", "URL asked for, as written")
    user_agent: str | None = _column("http_request.user_agent", "client, as it names itself")
    status_code: str | None = _column("status_code", "the source's own result code")
    alert: str | None = _column("finding_info.title", "what a security product said, for detection_finding")
    severity: str | None = _column("severity", "the source's own severity, lower case")
    message: str | None = _column("message", "free text of a log line that has no finer fields")

    native: dict[str, Any] = field(
        default_factory=dict,
        metadata={
            "ocsf": "unmapped",
            "doc": "the fields as the source writes them (JSON text in bulk; rules match on these)",
        },
    )


COLUMNS: tuple[str, ...] = tuple(f.name for f in fields(Event))
"""Every event column, in order."""

CORE_COLUMNS: tuple[str, ...] = tuple(c for c in COLUMNS if c not in {"event_id", "source", "reader", "raw", "native"})
"""The columns that a reader's mapping fills."""


@cache
def event_arrow_schema() -> pa.Schema:
    """Return the Arrow schema with one column per :class:`Event` field, in the same order."""
    import pyarrow as pa

    kinds: dict[str, pa.DataType] = {
        "str": pa.string(),
        "datetime": pa.timestamp("us", tz="UTC"),
        "int": pa.int64(),
        "dict": pa.string(),
    }
    hints = get_type_hints(Event)
    columns = []
    for name in COLUMNS:
        hint = str(hints[name]).replace(" | None", "").removeprefix("<class '").removesuffix("'>")
        kind = hint.split("[")[0].rsplit(".", 1)[-1]
        columns.append(pa.field(name, kinds[kind], nullable=" | None" in str(hints[name]) or name == "native"))
    return pa.schema(columns)
