"""Web server and proxy log lines: to Sigma's webserver field names, and those to event columns.

Every format gives ``cs-method``, ``cs-uri-stem`` (path), ``cs-uri-query`` (path and query, which is
what Sigma's rules compare), ``c-uri`` (as asked for), ``cs-host``, ``cs-user-agent``, ``cs-referer``,
``cs-username``, ``c-ip``, ``sc-status``, ``sc-bytes`` as far as it has them.

Patterns are anchored; quoted parts use ``*+``, which never gives back, so they take linear time.

Source: Apache ``mod_log_config``; nginx ``ngx_http_log_module``; Squid native log; AWS Application
Load Balancer access log; HAProxy HTTP log format; Sigma taxonomy (webserver, proxy).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from vedette.ingest.base import Mapping, Native, Pick, ReadContext, RecordError, TimeHow, pick
from vedette.ingest.convert import account_domain, account_name, as_ip, not_ip, to_int
from vedette.ingest.readers.syslog_lines import MONTHS
from vedette.ingest.times import parse_iso
from vedette.schema import EventClass, Outcome

_QUOTED = r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'

# c-ip ident user [time] "request" status bytes "referer" "agent" and whatever the owner appended
_COMBINED = re.compile(
    r"(\S{1,255}) (\S{1,255}) (.{1,1024}?) \[(\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2}(?: [+-]\d{4})?)\] "
    rf"{_QUOTED} (\d{{3}}|-) (\d{{1,19}}|-)"
    rf"(?: {_QUOTED} {_QUOTED})?(?: (.*))?",
    re.DOTALL,
)
_SQUID = re.compile(
    r"(\d{9,11}\.\d{3}) {1,8}(-?\d{1,12}) (\S{1,255}) ([A-Z_]{2,64})/(\d{3}) (\d{1,19}) ([A-Z_]{1,32}|-) "
    r"(\S+) (\S{1,255}) ([A-Z_0-9]{1,64})/(\S{1,255}) (\S{1,255})(?: (.*))?",
    re.DOTALL,
)
_ALB = re.compile(
    r"(https?|h2|grpcs|wss?) (\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{1,9}Z) (\S{1,255}) (\S{1,64}) (\S{1,64}) "
    r"(-?[\d.]{1,16}) (-?[\d.]{1,16}) (-?[\d.]{1,16}) (\d{3}|-) (\d{3}|-) (\d{1,19}|-) (\d{1,19}|-) "
    rf"{_QUOTED} {_QUOTED}(?: (.*))?",
    re.DOTALL,
)
_HAPROXY = re.compile(
    # the last quote opens the request: captured headers, which the client writes, come before it
    r"(\S{1,64}):(\d{1,5}) \[(\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2}\.\d{3})\] (\S{1,255}) "
    r"(\S{1,255}) (\S{1,64}) (\d{3}|-1) \+?(\d{1,19}) (.{1,4096}) "
    r'"([^"\n]{0,16384})"?',
    re.DOTALL,
)
_CLF = re.compile(r"(\d{1,2})/([A-Z][a-z]{2})/(\d{4}):(\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(?: ([+-]\d{4}))?")
_VHOST = re.compile(r"([\w.-]{1,255})(?::(\d{1,5}))?")
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,6})?")
_ESCAPE = re.compile(r'\\(["\\]|x22|x5[Cc])')
_ESCAPES = {'"': '"', "\\": "\\", "x22": '"', "x5C": "\\", "x5c": "\\"}


def unescape(text: str) -> str:
    r"""Return ``text`` with the quotes and backslashes that the server escaped; other ``\xHH`` stay as written."""
    return _ESCAPE.sub(lambda match: _ESCAPES[match[1]], text) if "\\" in text else text


def put_request(native: Native, request: str) -> None:
    """Split ``GET /path?query HTTP/1.1`` into its fields; a request that is none is kept as ``request``."""
    method, found, rest = request.partition(" ")
    if not found or not method.isalpha() or len(method) > 32:
        if request not in ("", "-"):
            native["request"] = request
        return
    target, found, version = rest.rpartition(" ")
    if found and version.startswith("HTTP/"):
        native["cs-version"] = version
    else:
        target = rest
    native["cs-method"] = method
    put_target(native, target)


def put_target(native: Native, target: str) -> None:
    """Put a request target (``/path?query`` or a whole URL) into its fields."""
    native["c-uri"] = target
    if target[:1] != "/" and "://" in target[:16]:
        host, _, path = target.partition("://")[2].partition("/")
        host = host.rpartition("@")[2]
        native.setdefault("cs-host", host[: host.rfind(":")] if host.rpartition(":")[2].isdigit() else host)
        target = f"/{path}"
    native["cs-uri-stem"] = target.partition("?")[0]
    native["cs-uri-query"] = target


def parse_combined(text: str) -> Native | None:
    """Return the fields of a common or combined log line, with or without virtual host before it."""
    match = _COMBINED.fullmatch(text)
    if match is None:
        return None
    address, ident, user, stamp, request, status, size, referer, agent, rest = match.groups()
    if rest and (rest.count('"') - rest.count('\\"')) % 2:
        # an open quote: the line is cut
        return None
    native: Native = {"timestamp": stamp}
    if " " in user and as_ip(ident) and (host := _VHOST.fullmatch(address)):
        # vhost:port c-ip ident user
        native["cs-host"] = host[1]
        if host[2]:
            native["s-port"] = host[2]
        address = ident
        ident, _, user = user.partition(" ")
    native["c-ip"] = address
    if ident != "-":
        native["cs-ident"] = ident
    if user not in ("-", '""'):
        native["cs-username"] = unescape(user)
    put_request(native, unescape(request))
    if status != "-":
        native["sc-status"] = status
    if size != "-":
        native["sc-bytes"] = size
    if referer is not None and referer != "-":
        native["cs-referer"] = unescape(referer)
    if agent is not None and agent != "-":
        native["cs-user-agent"] = unescape(agent)
    if rest:
        native["time-taken" if _NUMBER.fullmatch(rest) else "extra"] = rest
    return native


def parse_squid(text: str) -> Native | None:
    """Return the fields of a line of Squid's native access log."""
    match = _SQUID.fullmatch(text)
    if match is None:
        return None
    stamp, elapsed, address, result, status, size, method, url, user, hierarchy, peer, content, rest = match.groups()
    native: Native = {"timestamp": stamp, "time-taken": elapsed, "c-ip": address, "x-squid-result": result}
    native |= {"sc-status": status, "sc-bytes": size, "cs-method": method, "x-hierarchy": hierarchy}
    put_target(native, url)
    if method == "CONNECT":
        # the target is host:port, no path
        native["cs-host"] = url.rpartition(":")[0] or url
        del native["cs-uri-stem"], native["cs-uri-query"]
    else:
        path, asked, query = native["cs-uri-query"].partition("?")
        native |= {"c-uri-query": query} if asked else {}
        extension = path.rpartition("/")[2].rpartition(".")
        native |= {"c-uri-extension": extension[2]} if extension[1] and len(extension[2]) <= 16 else {}
    if user != "-":
        native["cs-username"] = user
    if peer != "-":
        native["r-ip"] = peer
    if content != "-":
        native["rs-content-type"] = content
    if rest:
        native["extra"] = rest
    return native


def parse_alb(text: str) -> Native | None:
    """Return the fields of a line of an AWS Application Load Balancer's access log."""
    match = _ALB.fullmatch(text)
    if match is None:
        return None
    kind, stamp, elb, client, target, *_, status, target_status, received, sent, request, agent, rest = match.groups()
    address, _, port = client.rpartition(":")
    native: Native = {"timestamp": stamp, "type": kind, "elb": elb, "c-ip": address.strip("[]"), "c-port": port}
    native |= {"target": target, "sc-status": status, "target-status": target_status}
    native |= {"cs-bytes": received, "sc-bytes": sent}
    put_request(native, unescape(request))
    if agent != "-":
        native["cs-user-agent"] = unescape(agent)
    if rest:
        native["extra"] = rest
    return native


def parse_haproxy(text: str) -> Native | None:
    """Return the fields of a message of HAProxy's HTTP log (inside syslog; its own time has no zone)."""
    match = _HAPROXY.fullmatch(text)
    if match is None:
        return None
    address, port, accepted, frontend, backend, timers, status, size, rest, request = match.groups()
    native: Native = {"event": "haproxy", "c-ip": address, "c-port": port, "accept-date": accepted}
    native |= {"frontend": frontend, "backend": backend, "timers": timers, "sc-status": status, "sc-bytes": size}
    native["extra"] = rest
    put_request(native, request)
    return native


def _clf_iso(text: str) -> str:
    match = _CLF.fullmatch(text)
    number = MONTHS.get(match[2]) if match is not None else None
    if match is None or number is None:
        raise RecordError(f"not a time: {text[:60]!r}")
    day, _, year, clock, zone = match.groups()
    return f"{year}-{number:02d}-{day} {clock}{zone or ''}"


def clf_time(value: Any, context: ReadContext) -> int:
    """Return microseconds for ``10/Oct/2000:13:55:36 -0700``; without zone in the user's zone.

    Raises:
        RecordError: not such a time, or no zone known.
    """
    text = value if type(value) is str else ""
    return _zoned_clf(text) if text[-5:-4] in ("+", "-") else parse_iso(_clf_iso(text), context.timezone)


@lru_cache(maxsize=8192)
def _zoned_clf(text: str) -> int:
    # lines of one second have the same text
    return parse_iso(_clf_iso(text), None)


def _outcome(value: Any) -> str | None:
    status = to_int(value)
    if status is None or not 100 <= status <= 599:
        return None
    return Outcome.SUCCESS.value if status < 400 else Outcome.FAILURE.value


def _lower_version(value: Any) -> str | None:
    return value.partition("/")[0].lower() if type(value) is str else None


TIMES: dict[str, tuple[tuple[str, TimeHow], ...]] = {
    "combined": (("timestamp", clf_time),),
    "squid": (("timestamp", "epoch_s"),),
    "alb": (("timestamp", "iso_utc"),),
    "w3c": (("timestamp", "iso_utc"),),
}
"""How each line format writes its time."""


def web_mapping(form: str, time: tuple[tuple[str, TimeHow], ...], device: Pick | None = None) -> Mapping:
    """Return the mapping for Sigma's webserver names; proxies get category proxy."""
    is_proxy = form == "squid"
    const = {"log_category": "proxy" if is_proxy else "webserver"}
    fields = {
        "activity": pick("cs-method", convert=lambda value: value.lower() if type(value) is str else None),
        "outcome": pick("sc-status", convert=_outcome),
        "status_code": pick("sc-status"),
        "src_ip": pick("c-ip", convert=as_ip),
        "src_name": pick("c-ip", convert=not_ip),
        "src_port": pick("c-port", convert=to_int),
        "dst_ip": pick("r-ip" if is_proxy else "s-ip", convert=as_ip),
        "dst_port": pick("s-port", convert=to_int),
        "dst_name": pick("cs-host"),
        "url": pick("c-uri", "request"),
        "user_agent": pick("cs-user-agent"),
        "actor_name": pick("cs-username", convert=account_name),
        "actor_domain": pick("cs-username", convert=account_domain),
        "protocol": pick("cs-version", convert=_lower_version),
        "bytes_in": pick("sc-bytes", convert=to_int),
        "bytes_out": pick("cs-bytes", convert=to_int),
        "device_name": device or pick("s-computername", "elb"),
        "event_code": pick("x-squid-result"),
    }
    return Mapping(EventClass.HTTP, time, const, fields)
