"""OCSF events as JSON, of any version 1.x, as Amazon Security Lake and others write them.

Columns are named after OCSF, so nearly every column is the attribute of the same name. Where the
producer leaves out names (``activity_name``), the ids of the schema tell.

Source: OCSF schema 1.3 (classes, activities), AWS Security Lake source mappings.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample, StatelessSession, pick
from vedette.ingest.convert import account_domain, best_score, flatten, load_json, lower, to_text
from vedette.ingest.readers.ocsf_tables import ACTIVITIES, CLASSES, SIGMA_CATEGORIES, SYSTEMS
from vedette.schema import EventClass, Outcome

NOT_OCSF = "no OCSF event: class_uid and metadata are missing"


def _is_ocsf(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and type(value.get("class_uid")) is int
        and ("time" in value or "time_dt" in value)
        and (isinstance(value.get("metadata"), dict) or type(value.get("category_uid")) is int)
    )


def _parse(data: bytes) -> Native:
    value = load_json(data)
    if not _is_ocsf(value):
        raise RecordError(NOT_OCSF)
    return flatten(value)


def _outcome(value: Any) -> str | None:
    text = str(value).lower()
    if text in ("success", "1"):
        return Outcome.SUCCESS.value
    return Outcome.FAILURE.value if text in ("failure", "2") else None


def _name(value: Any) -> str | None:
    text = to_text(value)
    if text is None:
        return None
    if text.startswith("arn:"):
        part = text.split(":", 5)[-1]
        return part.rpartition("/")[2] if part.startswith("user/") else part or None
    _, backslash, name = text.rpartition("\\")
    if backslash:
        return name or None
    name, at, domain = text.partition("@")
    return name if at and name and domain else text


def _domain(value: Any) -> str | None:
    text = to_text(value)
    if text is None:
        return None
    if text.startswith("arn:"):
        parts = text.split(":", 5)
        return (parts[4] or None) if len(parts) > 4 else None
    return account_domain(text)


def _domains(native: Native) -> dict[str, Any]:
    """Return the domains that stand in the names, where no attribute of their own holds them."""
    columns: dict[str, Any] = {}
    for side, path in (("actor", "actor.user"), ("user", "user")):
        if native.get(f"{path}.domain") is None and native.get(f"{path}.account.uid") is None:
            columns[f"{side}_domain"] = _domain(native.get(f"{path}.name") or native.get(f"{path}.uid"))
    return columns


def _hashes(value: Any) -> str | None:
    return ",".join(map(str, value)) if type(value) is list else to_text(value)


def _first(value: Any) -> str | None:
    if type(value) is list:
        value = next((item for item in value if item is not None), None)
    return to_text(value)


_FIELDS = {
    "outcome": pick("status", "status_id", convert=_outcome),
    "event_code": pick("metadata.event_code", "type_uid"),
    "device_name": pick("device.hostname", "device.name", "device.instance_uid"),
    "device_ip": pick("device.ip"),
    "actor_name": pick("actor.user.name", "actor.user.uid", "actor.user.email_addr", convert=_name),
    "actor_domain": pick("actor.user.domain", "actor.user.account.uid"),
    "actor_uid": pick("actor.user.uid", "actor.user.uid_alt"),
    "actor_session": pick("actor.user.credential_uid", "actor.session.credential_uid", "actor.session.uid"),
    "user_name": pick("user.name", "user_result.name", "user.uid", "user.email_addr", convert=_name),
    "user_domain": pick("user.domain", "user_result.domain", "user.account.uid"),
    "user_uid": pick("user.uid", "user_result.uid"),
    "user_session": pick("session.uid"),
    "group_name": pick("group.name"),
    "logon_type": pick("logon_type_id", "logon_type"),
    "auth_protocol": pick("auth_protocol", "auth_protocol_id"),
    "process_path": pick("process.file.path", "actor.process.file.path"),
    "process_cmd": pick("process.cmd_line", "script.script_content.data", "actor.process.cmd_line"),
    "process_pid": pick("process.pid", "actor.process.pid"),
    "process_uid": pick("process.uid", "actor.process.uid"),
    "parent_path": pick("process.parent_process.file.path"),
    "parent_cmd": pick("process.parent_process.cmd_line"),
    "parent_pid": pick("process.parent_process.pid"),
    "parent_uid": pick("process.parent_process.uid"),
    "src_ip": pick("src_endpoint.ip"),
    "src_port": pick("src_endpoint.port"),
    "src_name": pick("src_endpoint.hostname", "src_endpoint.domain", "src_endpoint.name"),
    "dst_ip": pick("dst_endpoint.ip"),
    "dst_port": pick("dst_endpoint.port"),
    "dst_name": pick("dst_endpoint.hostname", "dst_endpoint.domain", "dst_endpoint.svc_name", "dst_endpoint.name"),
    "protocol": pick("connection_info.protocol_name", "connection_info.protocol_num"),
    "bytes_in": pick("traffic.bytes_in"),
    "bytes_out": pick("traffic.bytes_out"),
    "file_path": pick("file.path", "module.file.path", "file.name"),
    "file_hash": pick("file.hashes.value", "file.fingerprints.value", "process.file.hashes.value", convert=_hashes),
    "registry_path": pick("reg_key.path", "reg_value.path", "win_resource.name"),
    "service_name": pick("win_service.name", "job.name", "service.name"),
    "api_service": pick("api.service.name"),
    "api_operation": pick("api.operation"),
    "resource": pick("resources.uid", "resources.name", "resource.uid", "resource.name", convert=_first),
    "cloud_account": pick("cloud.account.uid", "cloud.account_uid"),
    "cloud_region": pick("cloud.region"),
    "dns_query": pick("query.hostname"),
    "url": pick("http_request.url.url_string", "http_request.url.text", "http_request.url.path", "url.url_string"),
    "user_agent": pick("http_request.user_agent"),
    "status_code": pick("status_code", "http_response.code", "api.response.code", "rcode"),
    "alert": pick("finding_info.title", "finding.title"),
    "severity": pick("severity", convert=lower),
    "message": pick("message"),
}


class OcsfReader:
    """Reads OCSF events."""

    name = "ocsf"
    title = "OCSF events as JSON"
    framing = Framing.JSON
    examples = ("OCSF 1.x JSON lines", "Amazon Security Lake exports")

    def sniff(self, sample: Sample) -> float:
        """Return 0.97 where the objects carry OCSF's class id."""
        return best_score(sample, lambda value: 0.97 if _is_ocsf(value) else 0.0)

    def open(self, context: ReadContext) -> StatelessSession:
        """Return a session."""
        return StatelessSession(_parse)

    def kind(self, native: Native) -> Hashable:
        """Return class, activity and operating system."""
        activity = native.get("activity_id")
        system = native.get("device.os.type_id", native.get("device.os.type"))
        return (
            native.get("class_uid"),
            activity if type(activity) is int and 0 <= activity < 100 else 0,
            SYSTEMS.get(system.lower() if type(system) is str else system) if type(system) in (int, str) else None,
        )

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping of a class, activity and operating system."""
        uid, activity_id, system = kind if isinstance(kind, tuple) else (0, 0, None)
        class_name = CLASSES.get(uid, EventClass.BASE)
        activity = ACTIVITIES.get(uid, {}).get(activity_id)
        const: dict[str, Any] = {}
        fields = dict(_FIELDS)
        if activity is not None:
            const["activity"] = activity
        else:
            fields["activity"] = pick("activity_name", convert=lower)
        if system is not None:
            const["log_product"] = system
            category = SIGMA_CATEGORIES.get((class_name, activity or ""))
            if category:
                const["log_category"] = category
        return Mapping(class_name, (("time", "epoch_ms"), ("time_dt", "iso")), const, fields, _domains)

    def self_identifying(self, native: Native) -> bool:
        """Return whether the event has its unique id."""
        return bool(native.get("metadata.uid"))


READER = OcsfReader()
