"""The guard as a guardrail of LiteLLM's proxy.

In the proxy's configuration::

    guardrails:
      - guardrail_name: vedette
        litellm_params:
          guardrail: vedette.guard.litellm.VedetteGuardrail
          mode: [pre_call, post_call]
          default_on: true
          policy: default

``policy`` names a policy file or preset. Needs LiteLLM, which loads this module itself.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from litellm.integrations.custom_guardrail import CustomGuardrail

from vedette.guard.engine import Guard, scanners_named
from vedette.guard.hooks import GuardHooks
from vedette.guard.policy import load_policy


class VedetteGuardrail(CustomGuardrail):  # type: ignore[misc,unused-ignore]
    """Puts pseudonyms into requests and the values back into replies.

    Args:
        policy: a policy file or preset.
        timeout_s: for judging one text.
        **more: what LiteLLM tells its guardrails.
    """

    def __init__(self, policy: str = "default", timeout_s: float = 10.0, **more: Any) -> None:
        super().__init__(**more)
        guard = Guard(scanners_named(), load_policy(policy), timeout_s=timeout_s)
        guard.warm()
        self._hooks = GuardHooks(guard)

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: Any
    ) -> dict[str, Any]:
        """Return the request as it may go on; what it raises ends the request."""
        return await self._hooks.before(data, call_type)

    async def async_post_call_success_hook(self, data: dict[str, Any], user_api_key_dict: Any, response: Any) -> Any:
        """Return the reply, restored."""
        return await self._hooks.after(data, response)

    async def async_post_call_streaming_iterator_hook(
        self, user_api_key_dict: Any, response: Any, request_data: dict[str, Any]
    ) -> AsyncGenerator[Any]:
        """Yield the reply's chunks, restored."""
        async for chunk in self._hooks.during(request_data, response):
            yield chunk
