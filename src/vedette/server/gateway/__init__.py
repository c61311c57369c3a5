"""The gateway room: requests to language models enter; they leave masked, and their replies come back in clear.

``desk`` is the way of a request; ``config`` says what there is, ``upstreams`` sends, ``judging`` asks the guard,
``relay`` carries streams, ``sessions`` keep pairs apart, ``spending`` counts, ``metrics`` and ``tracing`` tell.
"""

from vedette.server.gateway.config import GatewayConfig, Hold, SpendLimit, Upstream, read_config

__all__ = ["GatewayConfig", "Hold", "SpendLimit", "Upstream", "read_config"]
