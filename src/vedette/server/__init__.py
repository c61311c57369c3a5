"""The server room: HTTP enters; the API, OpenAI-compatible chat and MCP tools leave."""

from vedette.server.access import Access, Principal
from vedette.server.desk import Parts
from vedette.server.limits import Limits

__all__ = ["Access", "Limits", "Parts", "Principal"]
