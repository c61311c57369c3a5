"""The server room: HTTP enters; the API, OpenAI-compatible chat and MCP tools leave."""
