"""``vedette mcp``: the tools for another assistant on this machine, over standard input and output."""

from __future__ import annotations

import typer

from vedette.cli.answering import ModelOption
from vedette.cli.frame import Frame, frame_of
from vedette.cli.serve import needs_server, opened_parts

app = typer.Typer(rich_markup_mode=None)


@app.command()
def mcp(context: typer.Context, model: ModelOption = None) -> None:
    """Serve MCP on standard input and output; an assistant starts it as a command.

    Example: {"mcpServers": {"vedette": {"command": "vedette", "args": ["mcp"]}}}
    """
    frame = frame_of(context)
    needs_server()
    over_stdio(frame, model)


def over_stdio(frame: Frame, model: str | None) -> None:
    """Serve MCP until standard input ends."""
    from vedette.server.mcp.stdio import run

    with opened_parts(frame, model, actor="mcp") as parts:
        run(parts)
