"""What each Zeek stream's fields mean: one mapping a stream.

The sensor that wrote a record is not the host that it is about, so ``device_name`` stays empty.
``dns`` is also offered as Sigma's general ``dns`` category, whose ``query`` field it shares.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from functools import cache
from typing import Any

from vedette.ingest.base import Mapping, Native, Pick, pick
from vedette.ingest.convert import as_ip, lower, to_int, to_text
from vedette.schema import EventClass

Row = Callable[[Native], MappingABC[str, Any]]

_ENDPOINTS = {
    "src_ip": pick("id.orig_h", "id_orig_h"),
    "src_port": pick("id.orig_p", "id_orig_p", convert=to_int),
    "dst_ip": pick("id.resp_h", "id_resp_h"),
    "dst_port": pick("id.resp_p", "id_resp_p", convert=to_int),
}


def _outcome(value: Any) -> str | None:
    if value is True or value == "T":
        return "success"
    return "failure" if value is False or value == "F" else None


def _first_ip(value: Any) -> str | None:
    return as_ip(value[0]) if type(value) is list and value else as_ip(value)


def _http(native: Native) -> dict[str, Any]:
    uri, host = native.get("uri"), native.get("host")
    if type(uri) is not str:
        return {}
    if type(host) is str and host and uri.startswith("/"):
        port = native.get("id.resp_p")
        scheme = "https" if port == 443 else "http"
        shown = "" if port in (80, 443, None) or ":" in host else f":{port}"
        return {"url": f"{scheme}://{host}{shown}{uri}"}
    return {"url": uri}


_SMB_ACTIVITY = {
    "SMB::FILE_OPEN": "open",
    "SMB::FILE_READ": "read",
    "SMB::FILE_WRITE": "update",
    "SMB::FILE_CLOSE": "close",
    "SMB::FILE_DELETE": "delete",
    "SMB::FILE_RENAME": "rename",
    "SMB::FILE_SET_ATTRIBUTE": "set_attributes",
    "SMB::PIPE_OPEN": "open",
    "SMB::PIPE_READ": "read",
    "SMB::PIPE_WRITE": "update",
    "SMB::PIPE_CLOSE": "close",
    "SMB::PRINT_OPEN": "open",
    "SMB::PRINT_WRITE": "update",
    "SMB::PRINT_CLOSE": "close",
}


def _smb_activity(value: Any) -> str | None:
    return _SMB_ACTIVITY.get(value) if type(value) is str else None


def _smb_files(native: Native) -> dict[str, Any]:
    share, name = native.get("path"), native.get("name")
    if type(share) is str and share and type(name) is str and name:
        return {"file_path": share.rstrip("\\") + "\\" + name.lstrip("\\")}
    return {"file_path": to_text(name) or to_text(share)}


def _files(native: Native) -> dict[str, Any]:
    hashes = [f"{kind.upper()}={native[kind]}" for kind in ("md5", "sha1", "sha256") if native.get(kind)]
    out: dict[str, Any] = {"file_hash": ",".join(hashes) or None}
    if native.get("id.orig_h") is None:
        # who sends the file is the source of this transfer
        out["src_ip"] = _first_ip(native.get("tx_hosts"))
        out["dst_ip"] = _first_ip(native.get("rx_hosts"))
    return out


def _kerberos(native: Native) -> dict[str, Any]:
    client = native.get("client")
    name, realm = (client.rpartition("/")[0], client.rpartition("/")[2]) if type(client) is str else (None, None)
    if client and not name:
        name, realm = realm, None
    request = native.get("request_type")
    activity = {"AS": "authentication_ticket", "TGS": "service_ticket"}.get(request if type(request) is str else "")
    return {"user_name": name or None, "user_domain": realm or None, "activity": activity}


def _notice(native: Native) -> dict[str, Any]:
    source, target = as_ip(native.get("src")), as_ip(native.get("dst"))
    out: dict[str, Any] = {}
    if source:
        out["src_ip"] = source
    if target:
        out["dst_ip"] = target
    return out


_STREAMS: dict[str, tuple[EventClass, dict[str, Any], dict[str, Pick], Row | None]] = {
    "conn": (
        EventClass.NETWORK,
        {"activity": "traffic"},
        {
            "protocol": pick("proto"),
            "bytes_out": pick("orig_bytes", convert=to_int),
            "bytes_in": pick("resp_bytes", convert=to_int),
            "status_code": pick("conn_state"),
        },
        None,
    ),
    "dns": (
        EventClass.DNS,
        {"activity": "query", "protocol": "dns", "log_category": "dns"},
        {"dns_query": pick("query"), "status_code": pick("rcode_name")},
        None,
    ),
    "http": (
        EventClass.HTTP,
        {"protocol": "http"},
        {
            "activity": pick("method", convert=lower),
            "dst_name": pick("host"),
            "user_agent": pick("user_agent"),
            "status_code": pick("status_code", convert=to_text),
            "actor_name": pick("username"),
            "bytes_out": pick("request_body_len", convert=to_int),
            "bytes_in": pick("response_body_len", convert=to_int),
        },
        _http,
    ),
    "ssl": (
        EventClass.NETWORK,
        {"activity": "tls_handshake", "protocol": "tls"},
        {
            "dst_name": pick("server_name"),
            "outcome": pick("established", convert=_outcome),
            "status_code": pick("validation_status"),
        },
        None,
    ),
    "files": (
        EventClass.FILE,
        {"activity": "transfer"},
        {
            "file_path": pick("filename"),
            "protocol": pick("source", convert=lower),
            "bytes_out": pick("seen_bytes", convert=to_int),
        },
        _files,
    ),
    "smb_files": (
        EventClass.SMB,
        {"protocol": "smb"},
        {"activity": pick("action", convert=_smb_activity), "resource": pick("path")},
        _smb_files,
    ),
    "smb_mapping": (
        EventClass.SMB,
        {"activity": "connect_share", "protocol": "smb"},
        {"resource": pick("path"), "service_name": pick("service")},
        None,
    ),
    "smb_cmd": (
        EventClass.SMB,
        {"protocol": "smb"},
        {"activity": pick("command", convert=lower), "resource": pick("tree"), "status_code": pick("status")},
        None,
    ),
    "dce_rpc": (
        EventClass.RPC,
        {"activity": "call", "protocol": "dce_rpc"},
        {"api_service": pick("endpoint"), "api_operation": pick("operation"), "file_path": pick("named_pipe")},
        None,
    ),
    "ntlm": (
        EventClass.AUTHENTICATION,
        {"activity": "logon", "logon_type": "network", "auth_protocol": "NTLM"},
        {
            "user_name": pick("username"),
            "user_domain": pick("domainname"),
            "src_name": pick("hostname"),
            "dst_name": pick("server_dns_computer_name", "server_nb_computer_name"),
            "outcome": pick("success", convert=_outcome),
            "status_code": pick("status"),
        },
        None,
    ),
    "kerberos": (
        EventClass.AUTHENTICATION,
        {"auth_protocol": "Kerberos"},
        {
            "service_name": pick("service"),
            "outcome": pick("success", convert=_outcome),
            "status_code": pick("error_msg"),
        },
        _kerberos,
    ),
    "rdp": (
        EventClass.NETWORK,
        {"activity": "connect", "protocol": "rdp"},
        {"user_name": pick("cookie"), "src_name": pick("client_name"), "status_code": pick("result")},
        None,
    ),
    "ssh": (
        EventClass.AUTHENTICATION,
        {"activity": "logon", "logon_type": "network", "protocol": "ssh"},
        {"outcome": pick("auth_success", convert=_outcome), "user_agent": pick("client")},
        None,
    ),
    "ftp": (
        EventClass.NETWORK,
        {"protocol": "ftp"},
        {
            "user_name": pick("user"),
            "activity": pick("command", convert=lower),
            "api_operation": pick("command"),
            "file_path": pick("arg"),
            "status_code": pick("reply_code", convert=to_text),
            "message": pick("reply_msg"),
        },
        None,
    ),
    "smtp": (
        EventClass.EMAIL,
        {"activity": "send", "protocol": "smtp"},
        {"message": pick("subject"), "user_agent": pick("user_agent"), "status_code": pick("last_reply")},
        None,
    ),
    "notice": (
        EventClass.FINDING,
        {"activity": "create"},
        {
            "alert": pick("note"),
            "message": pick("msg", "sub"),
            "protocol": pick("proto"),
            "file_path": pick("file_desc"),
        },
        _notice,
    ),
    "signatures": (
        EventClass.FINDING,
        {"activity": "create"},
        {"alert": pick("sig_id", "note"), "message": pick("event_msg")},
        None,
    ),
    "intel": (
        EventClass.FINDING,
        {"activity": "create"},
        {"alert": pick("seen.indicator"), "message": pick("seen.where")},
        None,
    ),
    "x509": (
        EventClass.NETWORK,
        {"activity": "certificate"},
        {
            "file_hash": pick("fingerprint"),
            "message": pick("certificate.subject", "certificate_subject"),
        },
        None,
    ),
    "pe": (EventClass.FILE, {"activity": "inspect"}, {"message": pick("subsystem")}, None),
    "ocsp": (EventClass.NETWORK, {"activity": "certificate"}, {"status_code": pick("certStatus")}, None),
    "weird": (EventClass.LOG, {}, {"event_code": pick("name"), "message": pick("addl", "name")}, None),
    "dpd": (EventClass.LOG, {}, {"protocol": pick("proto"), "message": pick("failure_reason")}, None),
    "analyzer": (EventClass.LOG, {}, {"event_code": pick("cause"), "message": pick("failure_reason")}, None),
    "software": (
        EventClass.LOG,
        {"activity": "inventory"},
        {"src_ip": pick("host", convert=as_ip), "message": pick("unparsed_version", "name")},
        None,
    ),
    "dhcp": (
        EventClass.NETWORK,
        {"activity": "lease", "protocol": "dhcp"},
        {
            "src_ip": pick("assigned_addr", "client_addr", "id.orig_h"),
            "src_name": pick("host_name", "client_fqdn"),
            "dst_ip": pick("server_addr", "id.resp_h"),
        },
        None,
    ),
    "tunnel": (
        EventClass.NETWORK,
        {"activity": "tunnel"},
        {"protocol": pick("tunnel_type"), "status_code": pick("action")},
        None,
    ),
    "ldap": (
        EventClass.DIRECTORY,
        {"protocol": "ldap"},
        {
            "activity": pick("opcode", convert=lower),
            "resource": pick("object"),
            "status_code": pick("result"),
            "message": pick("diagnostic_message"),
        },
        None,
    ),
    "ldap_search": (
        EventClass.DIRECTORY,
        {"activity": "search", "protocol": "ldap"},
        {"resource": pick("base_object"), "status_code": pick("result"), "message": pick("filter")},
        None,
    ),
    "radius": (
        EventClass.AUTHENTICATION,
        {"activity": "logon", "auth_protocol": "RADIUS"},
        {
            "user_name": pick("username"),
            "outcome": pick("result", convert=lambda value: {"success": "success", "failed": "failure"}.get(value)),
            "src_ip": pick("tunnel_client", "id.orig_h", convert=as_ip),
        },
        None,
    ),
    "syslog": (EventClass.LOG, {}, {"severity": pick("severity", convert=lower), "message": pick("message")}, None),
    "mysql": (
        EventClass.NETWORK,
        {"protocol": "mysql"},
        {"activity": pick("cmd", convert=lower), "message": pick("arg"), "outcome": pick("success", convert=_outcome)},
        None,
    ),
    "quic": (EventClass.NETWORK, {"protocol": "quic"}, {"dst_name": pick("server_name")}, None),
    "sip": (EventClass.NETWORK, {"protocol": "sip"}, {"user_agent": pick("user_agent"), "url": pick("uri")}, None),
    "snmp": (EventClass.NETWORK, {"protocol": "snmp"}, {}, None),
    "socks": (
        EventClass.NETWORK,
        {"protocol": "socks"},
        {"user_name": pick("user"), "dst_name": pick("request.host", "request.name"), "status_code": pick("status")},
        None,
    ),
    "irc": (EventClass.NETWORK, {"protocol": "irc"}, {"user_name": pick("nick", "user")}, None),
}

_PLAIN = (
    "broker", "capture_loss", "cluster", "config", "conn_long", "dnp3", "known_certs", "known_hosts", "known_services",
    "loaded_scripts", "modbus", "netcontrol", "ntp", "openflow", "packet_filter", "reporter", "stats", "stderr",
    "stdout", "telemetry", "traceroute", "unknown_protocols", "wireguard",
)  # fmt: skip

STREAMS = frozenset(_STREAMS) | frozenset(_PLAIN)
"""Streams known by name."""


@cache
def mapping_for(stream: str, *, iso: bool) -> Mapping:
    """Return the mapping of a stream; a stream without its own gets time and endpoints."""
    class_name, const, fields, row = _STREAMS.get(stream, (EventClass.LOG, {}, {}, None))
    return Mapping(
        class_name=class_name,
        time=(("ts", "iso_utc" if iso else "epoch_s"),),
        const={"log_product": "zeek", "log_service": stream or None, **const},
        fields={**_ENDPOINTS, **fields},
        row=row,
    )
