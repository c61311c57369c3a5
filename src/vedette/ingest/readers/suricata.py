"""Suricata EVE JSON.

Source: Suricata user guide 7.0, EVE JSON format. Statistics records are no events and are left
out. ATT&CK ids in rule metadata (``mitre_technique_id``, ``mitre_tactic_id``) stay in ``native`` under
``alert.metadata.*``. The sensor's name is not the host that a record is about, so ``device_name`` stays
empty. DNS records are also offered as Sigma's general ``dns`` category.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from collections.abc import Mapping as MappingABC
from typing import Any

from vedette.ingest.base import Framing, Mapping, Native, Pick, ReadContext, RecordError, Sample, StatelessSession, pick
from vedette.ingest.convert import best_score, flatten, load_json, lower, to_int, to_text, unwrap
from vedette.schema import EventClass

WRAPPERS = ("_source", "message", "event.original", "suricata.eve")

_KINDS = frozenset(
    {
        "alert", "anomaly", "dcerpc", "dhcp", "dnp3", "dns", "drop", "fileinfo", "flow", "frame", "ftp", "ftp_data",
        "http", "http2", "ike", "ikev2", "krb5", "ldap", "metadata", "modbus", "mqtt", "netflow", "nfs", "pgsql",
        "quic", "rdp", "rfb", "sip", "smb", "smtp", "snmp", "ssh", "stats", "telnet", "tftp", "tls", "websocket",
        "arp", "bittorrent_dht", "enip", "packet", "pop3",
    }
)  # fmt: skip


def is_eve(value: dict[str, Any]) -> bool:
    """Return whether an object is an EVE record."""
    kind = value.get("event_type")
    if type(kind) is not str or "timestamp" not in value:
        return False
    return kind in _KINDS and (kind in value or "flow_id" in value or "src_ip" in value or "proto" in value)


def _parse(data: bytes) -> Native | None:
    value = load_json(data)
    kind = value.get("event_type")
    if type(kind) is not str or "timestamp" not in value:
        record = unwrap(value, is_eve, WRAPPERS)
        if record is None:
            raise RecordError("no EVE record: event_type or timestamp is missing")
        value, kind = record, record["event_type"]
    return None if kind == "stats" else flatten(value)


class SuricataReader:
    """Suricata EVE records."""

    name = "suricata"
    title = "Suricata EVE JSON"
    framing = Framing.JSON
    examples = ("eve.json", "EVE in Elasticsearch exports")

    def sniff(self, sample: Sample) -> float:
        """Return 1 for records with a known event_type and its object, flow or endpoints."""
        return best_score(
            sample, lambda value: 1.0 if is_eve(value) or unwrap(value, is_eve, WRAPPERS) is not None else 0.0
        )

    def open(self, context: ReadContext) -> StatelessSession:
        """Return a session; records stand alone."""
        return StatelessSession(_parse)

    def kind(self, native: Native) -> Hashable:
        """Return the event type."""
        kind = native.get("event_type")
        return kind if type(kind) is str and kind in _EVENTS else ""

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the event type's mapping."""
        class_name, const, fields, row = _EVENTS.get(str(kind), (EventClass.NETWORK, {}, {}, None))
        return Mapping(
            class_name=class_name,
            time=(("timestamp", "iso"),),
            const={"log_product": "suricata", "log_service": "suricata", **const},
            fields={**{column: source for column, source in _COMMON.items() if column not in const}, **fields},
            row=row,
        )

    def self_identifying(self, native: Native) -> bool:
        """Return whether it names its flow: with time in microseconds, equal ones in two files are one record."""
        return "flow_id" in native


_COMMON = {
    "event_code": pick("event_type"),
    "src_ip": pick("src_ip"),
    "src_port": pick("src_port", convert=to_int),
    "dst_ip": pick("dest_ip"),
    "dst_port": pick("dest_port", convert=to_int),
    "protocol": pick("app_proto", "proto", convert=lower),
    "bytes_out": pick("flow.bytes_toserver", convert=to_int),
    "bytes_in": pick("flow.bytes_toclient", convert=to_int),
}

_SEVERITIES = {1: "high", 2: "medium", 3: "low", 4: "informational"}


def _severity(value: Any) -> str | None:
    number = to_int(value)
    return _SEVERITIES.get(number) if number is not None else None


def _url(native: Native) -> str | None:
    url, host = native.get("http.url"), native.get("http.hostname")
    if type(url) is not str or not url:
        return None
    if type(host) is str and host and url.startswith("/"):
        # either endpoint may be the server in an alert, so only a port that the record names is shown
        port = native.get("http.http_port")
        shown = "" if port in (80, 443, None) or ":" in host else f":{port}"
        return f"{'https' if port == 443 else 'http'}://{host}{shown}{url}"
    return url


def _alert(native: Native) -> dict[str, Any]:
    blocked = native.get("alert.action")
    return {
        "url": _url(native),
        "dns_query": _dns_name(native),
        # what the sensor stopped did not happen; "allowed" says nothing of the attack's success
        "outcome": "failure" if blocked in ("blocked", "drop") else None,
    }


def _http(native: Native) -> dict[str, Any]:
    return {"url": _url(native)}


def _first(value: Any) -> Any:
    return value[0] if type(value) is list and value else value


def _dns_name(native: Native) -> str | None:
    # version 2 writes dns.rrname, version 3 and alerts a list of queries
    for key in ("dns.rrname", "dns.queries.rrname", "dns.query.rrname"):
        name = _first(native.get(key))
        if type(name) is str and name:
            return name
    return None


def _dns(native: Native) -> dict[str, Any]:
    kind = native.get("dns.type")
    answer = kind in ("answer", "response")
    return {"dns_query": _dns_name(native), "activity": "response" if answer else "query"}


def _fileinfo(native: Native) -> dict[str, Any]:
    hashes = [
        f"{k.upper()}={native[f'fileinfo.{k}']}" for k in ("md5", "sha1", "sha256") if native.get(f"fileinfo.{k}")
    ]
    return {"file_hash": ",".join(hashes) or None, "url": _url(native)}


_SMB_ACTIVITY = {
    "SMB2_COMMAND_CREATE": "open",
    "SMB2_COMMAND_READ": "read",
    "SMB2_COMMAND_WRITE": "update",
    "SMB2_COMMAND_TREE_CONNECT": "connect_share",
    "SMB2_COMMAND_SESSION_SETUP": "logon",
}


def _smb(native: Native) -> dict[str, Any]:
    share, name = native.get("smb.share"), native.get("smb.filename")
    path = name if type(name) is str and name else None
    if path and type(share) is str and share.startswith("\\\\"):
        path = share.rstrip("\\") + "\\" + path.lstrip("\\")
    command = native.get("smb.command")
    status = native.get("smb.status")
    out: dict[str, Any] = {
        "file_path": path,
        "resource": to_text(share),
        "activity": _SMB_ACTIVITY.get(command, command.lower()) if type(command) is str else None,
    }
    if type(status) is str and command == "SMB2_COMMAND_SESSION_SETUP":
        # the first leg of NTLM ends in MORE_PROCESSING, which is neither
        out["outcome"] = {"STATUS_SUCCESS": "success", "STATUS_LOGON_FAILURE": "failure"}.get(status)
    return out


def _krb5(native: Native) -> dict[str, Any]:
    error = native.get("krb5.error_code")
    kind = str(native.get("krb5.failed_request") or native.get("krb5.msg_type") or "")
    activity = "authentication_ticket" if "AS_" in kind else "service_ticket" if "TGS_" in kind else None
    outcome = "failure" if error or native.get("krb5.msg_type") == "KRB_ERROR" else "success"
    return {"activity": activity, "outcome": outcome}


_Row = Callable[[Native], MappingABC[str, Any]]

_HTTP: dict[str, Pick] = {
    "activity": pick("http.http_method", convert=lower),
    "dst_name": pick("http.hostname"),
    "user_agent": pick("http.http_user_agent"),
    "status_code": pick("http.status", convert=to_text),
    "bytes_in": pick("http.length", convert=to_int),
}
_TLS: dict[str, Pick] = {
    "dst_name": pick("tls.sni"),
    "message": pick("tls.subject"),
}

_EVENTS: dict[str, tuple[EventClass, dict[str, Any], dict[str, Pick], _Row | None]] = {
    "alert": (
        EventClass.FINDING,
        {"activity": "create"},
        {
            "alert": pick("alert.signature"),
            "severity": pick("alert.severity", convert=_severity),
            "message": pick("alert.category"),
            "event_code": pick("alert.signature_id", convert=to_text),
            "user_agent": pick("http.http_user_agent"),
            "dst_name": pick("http.hostname", "tls.sni"),
            "status_code": pick("alert.action"),
        },
        _alert,
    ),
    "drop": (EventClass.NETWORK, {"activity": "refuse"}, {"status_code": pick("drop.reason")}, None),
    "anomaly": (
        EventClass.LOG,
        {},
        {"message": pick("anomaly.event"), "status_code": pick("anomaly.type")},
        None,
    ),
    "dns": (EventClass.DNS, {"protocol": "dns", "log_category": "dns"}, {"status_code": pick("dns.rcode")}, _dns),
    "http": (EventClass.HTTP, {"protocol": "http"}, _HTTP, _http),
    "http2": (EventClass.HTTP, {"protocol": "http2"}, _HTTP, _http),
    "tls": (EventClass.NETWORK, {"activity": "tls_handshake", "protocol": "tls"}, _TLS, None),
    "quic": (EventClass.NETWORK, {"protocol": "quic"}, {"dst_name": pick("quic.sni")}, None),
    "flow": (EventClass.NETWORK, {"activity": "traffic"}, {"status_code": pick("flow.state")}, None),
    "netflow": (
        EventClass.NETWORK,
        {"activity": "traffic"},
        {"bytes_out": pick("netflow.bytes", convert=to_int)},
        None,
    ),
    "fileinfo": (
        EventClass.FILE,
        {"activity": "transfer"},
        {
            "file_path": pick("fileinfo.filename"),
            "bytes_out": pick("fileinfo.size", convert=to_int),
            "dst_name": pick("http.hostname"),
            "user_agent": pick("http.http_user_agent"),
        },
        _fileinfo,
    ),
    "ssh": (
        EventClass.NETWORK,
        {"activity": "connect", "protocol": "ssh"},
        {"user_agent": pick("ssh.client.software_version")},
        None,
    ),
    "smb": (
        EventClass.SMB,
        {"protocol": "smb"},
        {
            "user_name": pick("smb.ntlmssp.user"),
            "user_domain": pick("smb.ntlmssp.domain"),
            "src_name": pick("smb.ntlmssp.host"),
            "status_code": pick("smb.status"),
        },
        _smb,
    ),
    "dcerpc": (
        EventClass.RPC,
        {"activity": "call", "protocol": "dce_rpc"},
        {
            "api_operation": pick("dcerpc.req.opnum", convert=to_text),
            "api_service": pick("dcerpc.interfaces.uuid", convert=to_text),
        },
        None,
    ),
    "krb5": (
        EventClass.AUTHENTICATION,
        {"auth_protocol": "Kerberos", "protocol": "krb5"},
        {
            "user_name": pick("krb5.cname"),
            "user_domain": pick("krb5.realm"),
            "service_name": pick("krb5.sname"),
            "status_code": pick("krb5.error_code", convert=to_text),
        },
        _krb5,
    ),
    "rdp": (
        EventClass.NETWORK,
        {"activity": "connect", "protocol": "rdp"},
        {"user_name": pick("rdp.cookie"), "src_name": pick("rdp.client.client_name")},
        None,
    ),
    "ftp": (
        EventClass.NETWORK,
        {"protocol": "ftp"},
        {"activity": pick("ftp.command", convert=lower), "message": pick("ftp.command_data")},
        None,
    ),
    "ftp_data": (
        EventClass.FILE,
        {"protocol": "ftp"},
        {"file_path": pick("ftp_data.filename"), "activity": pick("ftp_data.command", convert=lower)},
        None,
    ),
    "nfs": (
        EventClass.FILE,
        {"protocol": "nfs"},
        {"file_path": pick("nfs.filename"), "activity": pick("nfs.procedure", convert=lower)},
        None,
    ),
    "smtp": (
        EventClass.EMAIL,
        {"activity": "send", "protocol": "smtp"},
        {"message": pick("email.subject"), "src_name": pick("smtp.helo")},
        None,
    ),
    "dhcp": (
        EventClass.NETWORK,
        {"activity": "lease", "protocol": "dhcp"},
        {"src_ip": pick("dhcp.assigned_ip", "src_ip"), "src_name": pick("dhcp.hostname")},
        None,
    ),
    "ldap": (
        EventClass.DIRECTORY,
        {"protocol": "ldap"},
        {
            "activity": pick("ldap.request.operation", convert=lower),
            "resource": pick("ldap.request.search_request.base_object"),
        },
        None,
    ),
}

READER = SuricataReader()
