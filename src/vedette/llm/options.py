"""How a model is opened: what settings say, as arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from vedette.llm.egress import DenyAll, Egress
from vedette.llm.retrying import Retry
from vedette.schema import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model's tokens cost."""

    prompt_usd: float
    """US dollars for a million tokens of prompt."""
    completion_usd: float
    """US dollars for a million tokens of reply."""

    def cost_usd(self, usage: Usage) -> float:
        """Return what so many tokens cost."""
        return (usage.n_prompt_tokens * self.prompt_usd + usage.n_completion_tokens * self.completion_usd) / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """What every backend may need; each takes what concerns it."""

    base_url: str | None = None
    """Of an endpoint, up to before ``/chat/completions``: ``http://gpu-box:8000/v1``."""
    api_key: SecretStr | None = None
    api_version: str | None = None
    """Of Azure's dated API; without it, its ``/openai/v1`` is used."""
    proxy: str | None = None
    """Of requests that leave: ``http://proxy.internal:3128``. The environment's are not used."""
    ca_file: Path | None = None
    """Certificates that are trusted instead of the public ones."""
    timeout_s: float = 120.0
    """Of a request with its waits and retries, where it says nothing else."""
    connect_timeout_s: float = 10.0
    pool_size: int | None = None
    """Requests at once, others wait; unset: 1 for the embedded model, 8 for an endpoint."""
    retry: Retry = field(default_factory=Retry)
    price: Price | None = None
    """None leaves the cost of a remote model unknown."""
    egress: Egress = field(default_factory=DenyAll)
    max_reply_bytes: int = 8 << 20
    n_ctx: int = 2048
    """Tokens of prompt and reply together, for the embedded model."""
    threads: int | None = None
    """Of the embedded model; unset: one less than the processors that may be used, at most 8."""
    adapters: tuple[str, ...] = ()
    """Registered adapters that the embedded model loads at once; others are loaded when first asked for."""
    reuse_prompt: bool = False
    """Whether the embedded model keeps what it computed for a beginning shared with the request before: faster, at the
    price of strict repeatability."""
