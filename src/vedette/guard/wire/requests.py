"""Bodies of requests become trees with slots."""

from __future__ import annotations

from typing import Any

from vedette.guard.wire.base import Body, Endpoint, Reading, WireError
from vedette.guard.wire.chat import CHAT, EMBEDDINGS
from vedette.guard.wire.forms import Shape, Walk, json_value, object_of
from vedette.guard.wire.messages import COUNT_TOKENS, MESSAGES
from vedette.guard.wire.responses import RESPONSES
from vedette.schema.guarding import Direction
from vedette.schema.message import Role

_FIELDS: dict[Endpoint, tuple[dict[str, Shape], tuple[str, ...]]] = {
    Endpoint.CHAT: (CHAT, ("model", "messages")),
    Endpoint.RESPONSES: (RESPONSES, ("model",)),
    Endpoint.EMBEDDINGS: (EMBEDDINGS, ("model", "input")),
    Endpoint.MESSAGES: (MESSAGES, ("model", "messages")),
    Endpoint.COUNT_TOKENS: (COUNT_TOKENS, ("model", "messages")),
}
MOST_SLOTS = 20_000


def read_request(endpoint: Endpoint, value: Any, reading: Reading) -> Body:
    """Return a request's body, taken apart.

    Raises:
        WireError: it holds what is not known, cannot be judged, or may not pass.
    """
    fields, needs = _FIELDS[endpoint]
    further = {name: json_value(Direction.PROMPT) for name in reading.fields if name not in fields}
    walk = Walk(reading)
    try:
        tree = object_of({**fields, **further}, needs=needs)(walk, value, "")
    except RecursionError:
        raise WireError("the body lies too deep", code="invalid_json") from None
    if len(walk.slots) > MOST_SLOTS:
        raise WireError(f"the body has more than {MOST_SLOTS:,} texts", code="too_large")
    if endpoint is Endpoint.RESPONSES:
        tree["store"] = False  # the upstream would else keep it
    return Body(
        tree=tree,
        slots=tuple(walk.slots),
        model=tree["model"],
        stream=tree.get("stream") is True,
        json_reply=_wants_json(endpoint, tree),
        opening=next((slot.passage.text for slot in walk.slots if slot.passage.role is Role.USER), ""),
        aliases=walk.aliases,
        n_most_tokens=_most_tokens(tree),
    )


def _wants_json(endpoint: Endpoint, tree: dict[str, Any]) -> bool:
    asked: Any = tree.get("response_format")
    if endpoint is Endpoint.RESPONSES:
        asked = (tree.get("text") or {}).get("format")
    elif endpoint is Endpoint.MESSAGES:
        asked = (tree.get("output_config") or {}).get("format")
    return isinstance(asked, dict) and asked.get("type") in ("json_object", "json_schema")


def _most_tokens(tree: dict[str, Any]) -> int:
    most = [tree.get(name) for name in ("max_completion_tokens", "max_tokens", "max_output_tokens")]
    n = tree.get("n")
    return max((int(one) for one in most if isinstance(one, (int, float))), default=0) * (
        int(n) if isinstance(n, int) and n > 0 else 1
    )
