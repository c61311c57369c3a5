"""What can be set, once, from the environment or a file; read at the entry point and passed down."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings by environment variable (``VEDETTE_…``)."""

    model_config = SettingsConfigDict(env_prefix="VEDETTE_", extra="ignore")

    home: Path = Field(default_factory=lambda: user_data_path("vedette", appauthor=False))
    """Where the lake, the state and caches live."""
    state_url: str | None = None
    """URL of the state database, such as `postgresql+psycopg://user@host/database`; unset: where the home's state was
    last, which is at first its own SQLite."""
    workers: int = Field(default=1, ge=1, le=64)
    """Processes for bulk work."""
    timezone: str | None = None
    """Zone of times in logs that are written without one."""
    third_party_plugins: bool = True
    """Whether plug-ins of other packages are loaded."""
    log_level: str = "warning"
    """debug, info, warning or error."""

    model: str | None = None
    """What words answers: `none`, `embedded`, `embedded:NAME`, `openai:MODEL`, `azure:DEPLOYMENT`, `ollama:MODEL`,
    `vllm:MODEL`, `llama-server:MODEL`, or `PROVIDER:MODEL` of another provider. Unset: `embedded` once its weights were
    pulled, else none. See [connect a language model](../how-to/connect-a-language-model.md)."""
    llm_base_url: str | None = None
    """Where the model's endpoint is, up to before `/chat/completions`: `http://gpu-box.internal:8000/v1`."""
    llm_api_key: SecretStr | None = None
    """Key of the endpoint. It is sent there, and shown nowhere."""
    llm_allowed_hosts: str | None = None
    """Hosts that data may be sent to for language models, with commas: `api.openai.com,gpu-box.internal:8000`. Unset:
    nothing leaves this machine. An endpoint on loopback need not be listed."""
    llm_api_version: str | None = None
    """Version of Azure's dated API: `2024-10-21`; unset: its undated one."""
    llm_proxy: str | None = None
    """Proxy of requests to models that leave this machine: `http://proxy.internal:3128`. The environment's proxies are
    not used."""
    llm_ca_file: Path | None = None
    """PEM certificates that endpoints of models are trusted by, instead of the public ones."""
    llm_timeout_s: float = Field(default=120.0, gt=0, le=86_400)
    """Seconds for one request to a model, with its waits and retries."""
    llm_retries: int = Field(default=2, ge=0, le=10)
    """Times that a request to an endpoint is tried again, while nothing of its reply has come."""
    llm_pool_size: int | None = Field(default=None, ge=1, le=256)
    """Requests to a model at once, others wait; unset: 1 for the embedded model, 8 for an endpoint."""
    llm_price_prompt: float | None = Field(default=None, ge=0)
    """US dollars for a million tokens of prompt; unset: what a remote model costs is unknown."""
    llm_price_completion: float | None = Field(default=None, ge=0)
    """US dollars for a million tokens of reply; set both prices or none."""
    llm_context: int = Field(default=2048, ge=256, le=131_072)
    """Tokens of prompt and reply together, for the embedded model."""
    llm_threads: int | None = Field(default=None, ge=1, le=256)
    """Threads of the embedded model; unset: one less than the processors that may be used, at most 8. On a machine that
    does nothing else, as many as there are processors are faster; on a busy one, far slower."""

    guard_keys: str | None = None
    """Where the master keys of the guard's vault are: `file`, `environment`, or the name of a plug-in for a key
    management service. Unset: `environment` where `VEDETTE_GUARD_KEY` is set, else `file`."""
    guard_key: SecretStr | None = None
    """Master keys of the guard's vault: 32 random bytes in Base64, the current one first, with commas between."""
    guard_key_file: Path | None = None
    """Keyring of the guard's vault; unset: `guard/keys.json` in the home. Only its owner may read it."""
    guard_key_options: str = ""
    """What the plug-in of `VEDETTE_GUARD_KEYS` wants to be told: a region, a key's name."""
