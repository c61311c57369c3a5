"""Access logs as JSON: Caddy, Traefik, and nginx or Apache with a JSON log format.

The server's own fields stay; Sigma's webserver names are put beside them.

Source: Caddy 2 ``http.log.access``; Traefik 3 access logs; nginx variables.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample, StatelessSession, TimeHow
from vedette.ingest.convert import best_score, flatten, load_json, to_text
from vedette.ingest.readers.web_lines import clf_time, put_request, put_target, web_mapping

NOT_WEB = "no access log record in a JSON shape that is known"

_CADDY = {
    "request.remote_ip": "c-ip",
    "request.client_ip": "c-ip",
    "request.remote_port": "c-port",
    "request.method": "cs-method",
    "request.host": "cs-host",
    "request.proto": "cs-version",
    "request.headers.User-Agent": "cs-user-agent",
    "request.headers.Referer": "cs-referer",
    "user_id": "cs-username",
    "status": "sc-status",
    "size": "sc-bytes",
    "bytes_read": "cs-bytes",
    "duration": "time-taken",
}
_TRAEFIK = {
    "ClientHost": "c-ip",
    "ClientPort": "c-port",
    "RequestMethod": "cs-method",
    "RequestHost": "cs-host",
    "RequestProtocol": "cs-version",
    "request_User-Agent": "cs-user-agent",
    "request_Referer": "cs-referer",
    "ClientUsername": "cs-username",
    "DownstreamStatus": "sc-status",
    "DownstreamContentSize": "sc-bytes",
    "RequestContentSize": "cs-bytes",
    "Duration": "time-taken",
}
_NGINX = {
    "remote_addr": "c-ip",
    "remote_port": "c-port",
    "request_method": "cs-method",
    "http_host": "cs-host",
    "host": "cs-host",
    "server_name": "cs-host",
    "server_protocol": "cs-version",
    "http_user_agent": "cs-user-agent",
    "http_referer": "cs-referer",
    "http_referrer": "cs-referer",
    "remote_user": "cs-username",
    "status": "sc-status",
    "body_bytes_sent": "sc-bytes",
    "bytes_sent": "sc-bytes",
    "request_length": "cs-bytes",
    "request_time": "time-taken",
}
_TABLES = {"caddy": _CADDY, "traefik": _TRAEFIK, "nginx": _NGINX}
_TARGETS = {"caddy": "request.uri", "traefik": "RequestPath", "nginx": "request_uri"}
_TIMES: dict[str, tuple[tuple[str, TimeHow], ...]] = {
    "caddy": (("ts", "epoch_s"),),
    "traefik": (("StartUTC", "iso_utc"), ("time", "iso")),
    "nginx": (
        ("time_iso8601", "iso"),
        ("@timestamp", "iso"),
        ("timestamp", "iso"),
        ("msec", "epoch_s"),
        ("time_local", clf_time),
        ("time", "iso"),
    ),
}


def _form(value: dict[str, Any]) -> str | None:
    request = value.get("request")
    if isinstance(request, dict) and "uri" in request and "method" in request and "status" in value and "ts" in value:
        return "caddy"
    if "DownstreamStatus" in value and "RequestMethod" in value and "RequestPath" in value:
        return "traefik"
    if "remote_addr" in value and "status" in value and ("request_uri" in value or isinstance(request, str)):
        return "nginx"
    return None


def _parse(data: bytes) -> Native:
    value = load_json(data)
    form = _form(value)
    if form is None:
        raise RecordError(NOT_WEB)
    native = dict(flatten(value))
    own: Native = {"access_log": form}
    for key, name in _TABLES[form].items():
        item = native.get(key)
        if type(item) is list:
            item = item[0] if item else None
        text = to_text(item)
        if text is not None and text != "-":
            own.setdefault(name, text)
    target = native.get(_TARGETS[form])
    if type(target) is str and target:
        put_target(own, target)
    elif type(value.get("request")) is str:
        put_request(own, value["request"])
    return {**native, **own}


class WebJsonReader:
    """Reads access logs whose lines are JSON objects."""

    name = "web_json"
    title = "Web access log as JSON"
    framing = Framing.JSON
    examples = ("Caddy", "Traefik", "nginx with a JSON log format")

    def sniff(self, sample: Sample) -> float:
        """Return 0.95 for a known shape."""
        return best_score(sample, lambda value: 0.95 if _form(value) is not None else 0.0)

    def open(self, context: ReadContext) -> StatelessSession:
        """Return a session."""
        return StatelessSession(_parse)

    def kind(self, native: Native) -> Hashable:
        """Return which server wrote it."""
        return str(native.get("access_log", "nginx"))

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping of a server."""
        return web_mapping(str(kind), _TIMES.get(str(kind), _TIMES["nginx"]))

    def self_identifying(self, native: Native) -> bool:
        """Return False: access logs carry no id."""
        return False


READER = WebJsonReader()
