"""Zeek logs in the classic tab-separated form, with the header and footer lines that it writes.

A connection's line is written when it ends and carries the time it began, so the files are in
order of ending, as on a real sensor.
"""

from __future__ import annotations

from random import Random

from vedette.demo.clock import SECOND, iso_second
from vedette.demo.formats.text import short_id
from vedette.demo.sink import Sink

_ID = "id.orig_h\tid.orig_p\tid.resp_h\tid.resp_p"
_ID_TYPES = "addr\tport\taddr\tport"

FIELDS: dict[str, tuple[str, str]] = {
    "conn": (
        f"ts\tuid\t{_ID}\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\t"
        "missed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents",
        f"time\tstring\t{_ID_TYPES}\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\t"
        "count\tcount\tcount\tset[string]",
    ),
    "dns": (
        f"ts\tuid\t{_ID}\tproto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\t"
        "RD\tRA\tZ\tanswers\tTTLs\trejected",
        f"time\tstring\t{_ID_TYPES}\tenum\tcount\tinterval\tstring\tcount\tstring\tcount\tstring\tcount\tstring\tbool\t"
        "bool\tbool\tbool\tcount\tvector[string]\tvector[interval]\tbool",
    ),
    "http": (
        f"ts\tuid\t{_ID}\ttrans_depth\tmethod\thost\turi\treferrer\tversion\tuser_agent\torigin\trequest_body_len\t"
        "response_body_len\tstatus_code\tstatus_msg\tusername\tpassword\tresp_fuids\tresp_mime_types",
        f"time\tstring\t{_ID_TYPES}\tcount\tstring\tstring\tstring\tstring\tstring\tstring\tstring\tcount\tcount\tcount\t"
        "string\tstring\tstring\tvector[string]\tvector[string]",
    ),
    "ssl": (
        f"ts\tuid\t{_ID}\tversion\tcipher\tcurve\tserver_name\tresumed\tlast_alert\tnext_protocol\testablished",
        f"time\tstring\t{_ID_TYPES}\tstring\tstring\tstring\tstring\tbool\tstring\tstring\tbool",
    ),
    "smb_files": (
        f"ts\tuid\t{_ID}\tfuid\taction\tpath\tname\tsize\tprev_name",
        f"time\tstring\t{_ID_TYPES}\tstring\tenum\tstring\tstring\tcount\tstring",
    ),
    "dce_rpc": (
        f"ts\tuid\t{_ID}\trtt\tnamed_pipe\tendpoint\toperation",
        f"time\tstring\t{_ID_TYPES}\tinterval\tstring\tstring\tstring",
    ),
    "kerberos": (
        f"ts\tuid\t{_ID}\trequest_type\tclient\tservice\tsuccess\terror_msg\tfrom\ttill\tcipher\tforwardable\trenewable",
        f"time\tstring\t{_ID_TYPES}\tstring\tstring\tstring\tbool\tstring\ttime\ttime\tstring\tbool\tbool",
    ),
    "ssh": (
        f"ts\tuid\t{_ID}\tversion\tauth_success\tauth_attempts\tdirection\tclient\tserver\tcipher_alg",
        f"time\tstring\t{_ID_TYPES}\tcount\tbool\tcount\tenum\tstring\tstring\tstring",
    ),
}
"""Field names and types per log. Source: Zeek 6 log reference."""

_HISTORY = {"SF": "ShADadFf", "S0": "S", "REJ": "Sr", "RSTO": "ShADadR", "S1": "ShADad"}


def header(name: str, t: int) -> str:
    """Return the lines at the head of a log file opened at ``t``."""
    names, types = FIELDS[name]
    return (
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
        f"#path\t{name}\n#open\t{_stamp(t)}\n#fields\t{names}\n#types\t{types}\n"
    )


def footer(t: int) -> str:
    """Return the line at the end of a log file closed at ``t``."""
    return f"#close\t{_stamp(t)}\n"


def _stamp(t: int) -> str:
    return iso_second(t // SECOND).replace("T", "-").replace(":", "-")


def _ts(t: int) -> str:
    second, us = divmod(t, SECOND)
    return f"{second}.{us:06d}"


class ZeekWriter:
    """Writes what a network sensor saw."""

    def __init__(self, sink: Sink, rng: Random) -> None:
        self._sink = sink
        self._rng = rng

    def conn(
        self,
        t: int,
        src: tuple[str, int],
        dst: tuple[str, int],
        *,
        proto: str = "tcp",
        service: str = "-",
        seconds: float = 0.1,
        sent: int = 500,
        received: int = 1500,
        state: str = "SF",
    ) -> str:
        """Emit a connection that began at ``t``; return its unique id and addresses, ready for other logs."""
        uid = short_id(self._rng, "C")
        ids = f"{uid}\t{src[0]}\t{src[1]}\t{dst[0]}\t{dst[1]}"
        if state in ("S0", "REJ"):
            duration, sent, received = "-", 0, 0
        else:
            duration = f"{seconds:.6f}"
        out, back = 2 + sent // 1200, (0 if state == "S0" else 1 + received // 1400)
        history = "Dd" if proto == "udp" else _HISTORY[state]
        local = "T" if dst[0].startswith("10.") else "F"
        self._sink.emit(
            "conn",
            t + int(seconds * SECOND),
            f"{_ts(t)}\t{ids}\t{proto}\t{service}\t{duration}\t{sent}\t{received}\t{state}\t"
            f"{'T' if src[0].startswith('10.') else 'F'}\t{local}\t0\t{history}\t{out}\t{sent + 40 * out}\t{back}\t"
            f"{received + 40 * back}\t-",
        )
        return ids

    def dns(self, t: int, client: str, server: str, query: str, answer: str, port: int) -> None:
        """Emit a lookup and its connection; an empty answer is NXDOMAIN."""
        ids = self.conn(
            t, (client, port), (server, 53), proto="udp", service="dns", seconds=0.002, sent=40, received=90
        )
        code = "0\tNOERROR" if answer else "3\tNXDOMAIN"
        trans = port * 31 & 0xFFFF
        self._sink.emit(
            "dns",
            t,
            f"{_ts(t)}\t{ids}\tudp\t{trans}\t0.001870\t{query}\t1\tC_INTERNET\t1\tA\t{code}\tF\tF\tT\tT\t0\t"
            f"{answer or '-'}\t{'300.000000' if answer else '-'}\tF",
        )

    def http(
        self,
        t: int,
        ids: str,
        method: str,
        host: str,
        uri: str,
        agent: str,
        status: int,
        size: int,
        *,
        sent: int = 0,
        mime: str = "text/html",
    ) -> None:
        """Emit an HTTP transaction on a connection."""
        message = {200: "OK", 204: "No Content", 301: "Moved Permanently", 304: "Not Modified", 404: "Not Found"}
        self._sink.emit(
            "http",
            t,
            f"{_ts(t)}\t{ids}\t1\t{method}\t{host}\t{uri}\t-\t1.1\t{agent}\t-\t{sent}\t{size}\t{status}\t"
            f"{message.get(status, 'OK')}\t-\t-\t{short_id(self._rng, 'F')}\t{mime}",
        )

    def ssl(self, t: int, ids: str, server: str) -> None:
        """Emit a TLS handshake on a connection."""
        self._sink.emit("ssl", t, f"{_ts(t)}\t{ids}\tTLSv13\tTLS_AES_128_GCM_SHA256\tx25519\t{server}\tF\t-\th2\tT")

    def smb_file(self, t: int, ids: str, action: str, share: str, name: str, size: int) -> None:
        """Emit a file operation over SMB."""
        self._sink.emit("smb_files", t, f"{_ts(t)}\t{ids}\t-\tSMB::{action}\t{share}\t{name}\t{size}\t-")

    def rpc(self, t: int, ids: str, pipe: str, endpoint: str, operation: str) -> None:
        """Emit a DCE/RPC call."""
        self._sink.emit("dce_rpc", t, f"{_ts(t)}\t{ids}\t0.000910\t{pipe}\t{endpoint}\t{operation}")

    def kerberos(self, t: int, ids: str, kind: str, client: str, service: str, error: str = "") -> None:
        """Emit a Kerberos exchange (``AS`` or ``TGS``)."""
        ok = "F" if error else "T"
        self._sink.emit(
            "kerberos",
            t,
            f"{_ts(t)}\t{ids}\t{kind}\t{client}\t{service}\t{ok}\t{error or '-'}\t-\t{_ts(t + 36_000 * SECOND)}\t"
            f"aes256-cts-hmac-sha1-96\tT\tT",
        )

    def ssh(self, t: int, ids: str, ok: bool, attempts: int, client: str) -> None:
        """Emit an SSH connection's outcome."""
        self._sink.emit(
            "ssh",
            t,
            f"{_ts(t)}\t{ids}\t2\t{'T' if ok else 'F'}\t{attempts}\t-\t{client}\t"
            "SSH-2.0-OpenSSH_9.2p1\taes128-gcm@openssh.com",
        )
