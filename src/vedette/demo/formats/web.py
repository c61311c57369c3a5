"""Web server access lines and Suricata's EVE events."""

from __future__ import annotations

from random import Random

from vedette.demo.clock import SECOND, clf_second, iso_second
from vedette.demo.formats.text import quoted
from vedette.demo.sink import Sink


class WebWriter:
    """Writes the shop's access log and the intrusion detection sensor's events."""

    def __init__(self, sink: Sink, rng: Random) -> None:
        self._sink = sink
        self._rng = rng

    def access(
        self,
        t: int,
        client: str,
        method: str,
        uri: str,
        status: int,
        size: int,
        agent: str,
        referrer: str = "-",
        user: str = "-",
    ) -> None:
        """Emit one line in the combined format."""
        self._sink.emit(
            "nginx",
            t,
            f'{client} - {user} [{clf_second(t // SECOND)}] "{method} {uri} HTTP/1.1" {status} {size} "{referrer}" '
            f'"{agent}"',
        )

    def alert(
        self,
        t: int,
        src: tuple[str, int],
        dst: tuple[str, int],
        signature_id: int,
        signature: str,
        category: str,
        severity: int,
        *,
        proto: str = "TCP",
        flow_id: int | None = None,
    ) -> int:
        """Emit a Suricata alert and return its flow's id; ``flow_id`` is that of a flow with an alert already."""
        return self._eve(
            t,
            "alert",
            src,
            dst,
            proto,
            f'"alert":{{"action":"allowed","gid":1,"signature_id":{signature_id},"rev":3,'
            f'"signature":{quoted(signature)},'
            f'"category":{quoted(category)},"severity":{severity}}}',
            flow_id,
        )

    def tls(self, t: int, src: tuple[str, int], dst: tuple[str, int], name: str) -> None:
        """Emit a Suricata TLS event."""
        self._eve(
            t,
            "tls",
            src,
            dst,
            "TCP",
            f'"tls":{{"subject":"CN={name}","issuerdn":"C=XX, O=Example Trust, CN=Example Issuing CA","sni":"{name}",'
            f'"version":"TLS 1.3"}}',
        )

    def flow(self, t: int, src: tuple[str, int], dst: tuple[str, int], to_server: int, to_client: int) -> None:
        """Emit a Suricata flow end."""
        second = iso_second(t // SECOND)
        self._eve(
            t,
            "flow",
            src,
            dst,
            "TCP",
            f'"app_proto":"tls","flow":{{"pkts_toserver":{2 + to_server // 1200},'
            f'"pkts_toclient":{2 + to_client // 1400},'
            f'"bytes_toserver":{to_server},"bytes_toclient":{to_client},"start":"{second}.000000+0000",'
            f'"end":"{second}.900000+0000","age":1,"state":"closed","reason":"timeout","alerted":false}}',
        )

    def _eve(
        self,
        t: int,
        kind: str,
        src: tuple[str, int],
        dst: tuple[str, int],
        proto: str,
        rest: str,
        flow_id: int | None = None,
    ) -> int:
        second, us = divmod(t, SECOND)
        flow = self._rng.getrandbits(50) if flow_id is None else flow_id
        self._sink.emit(
            "suricata",
            t,
            f'{{"timestamp":"{iso_second(second)}.{us:06d}+0000","flow_id":{flow},'
            f'"in_iface":"span0",'
            f'"event_type":"{kind}","src_ip":"{src[0]}","src_port":{src[1]},"dest_ip":"{dst[0]}","dest_port":{dst[1]},'
            f'"proto":"{proto}",{rest}}}',
        )
        return flow
