"""What Prometheus is told: counts and durations, by upstream, endpoint, entity and reason; never a text or a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.errors import MissingExtraError

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LONG = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)


class Metrics:
    """The gateway's own registry: two gateways in one process count apart."""

    def __init__(self) -> None:
        try:
            import prometheus_client as prometheus
        except ImportError:
            raise MissingExtraError("server", "metrics") from None
        self._prometheus = prometheus
        self.registry = registry = prometheus.CollectorRegistry(auto_describe=False)
        named: dict[str, Any] = {"registry": registry, "namespace": "vedette", "subsystem": "guard"}
        self.requests = prometheus.Counter(
            "requests", "Requests by outcome.", ["endpoint", "upstream", "status"], **named
        )
        self.refused = prometheus.Counter(
            "refused", "Requests and replies refused, by code.", ["endpoint", "code"], **named
        )
        self.findings = prometheus.Counter("findings", "What was found.", ["entity", "direction", "action"], **named)
        self.tokens = prometheus.Counter("tokens", "Tokens that upstreams counted.", ["upstream", "kind"], **named)
        self.cost = prometheus.Counter("cost_usd", "US dollars at configured prices.", ["upstream"], **named)
        self.judging = prometheus.Histogram(
            "judging_seconds", "Time that judging took.", ["stage"], buckets=_SECONDS, **named
        )
        self.upstream = prometheus.Histogram(
            "upstream_seconds", "Time until an upstream's answer began.", ["upstream"], buckets=_LONG, **named
        )
        self.streams = prometheus.Gauge("streams", "Streams that run.", **named)

    def found(self, counts: Mapping[tuple[str, str, str], int]) -> None:
        """Count findings by entity, direction and action."""
        for key, n in counts.items():
            self.findings.labels(*key).inc(n)

    def text(self) -> bytes:
        """Return all of them as Prometheus reads them."""
        return bytes(self._prometheus.generate_latest(self.registry))
