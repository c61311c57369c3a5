"""What can be set, once, from the environment or a file; read at the entry point and passed down."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings by environment variable (``VEDETTE_…``)."""

    model_config = SettingsConfigDict(env_prefix="VEDETTE_", extra="ignore")

    home: Path = Field(default_factory=lambda: user_data_path("vedette", appauthor=False))
    """Where the lake, the state and caches live."""
    state_url: str | None = None
    """SQLAlchemy URL of the state database; unset: SQLite in the home."""
    workers: int = Field(default=1, ge=1, le=64)
    """Processes for bulk work."""
    timezone: str | None = None
    """Zone of times in logs that are written without one."""
    third_party_plugins: bool = True
    """Whether plug-ins of other packages are loaded."""
    log_level: str = "warning"
    """debug, info, warning or error."""
