"""The MCP server: the toolbox's tools and ``ask``, every one read-only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server

from vedette import __version__
from vedette.errors import VedetteError
from vedette.server.access import Principal
from vedette.server.desk import Desk, Request, fits
from vedette.server.mcp.quoting import INSTRUCTIONS, AskOut, ToolOut, ask_result, failure, tool_result
from vedette.server.refusals import as_refusal

ASK = "ask"
ASK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "question": {"type": "string", "minLength": 1, "maxLength": 4000, "description": "As a user would ask it."},
        "case": {"type": "string", "maxLength": 64, "description": "Only this case is meant: its id."},
        "session": {
            "type": "string",
            "pattern": "^session-[0-9a-f]{1,32}$",
            "description": "Of an earlier answer, to go on with what it was about.",
        },
    },
    "required": ["question"],
    "additionalProperties": False,
}

_READ_ONLY = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)

Who = Callable[[ServerRequestContext[Any, Any]], Principal]


def mcp_server(desk: Desk, who: Who) -> Server[Any]:
    """Return the server.

    Args:
        desk: what is behind it.
        who: from a request to whoever makes it.
    """
    listed = (
        [
            _listed(plugin.tool.name, plugin.tool.description, plugin.tool.schema(), ToolOut)
            for _, plugin in sorted(desk.parts.tools.items())
        ]
        if desk.parts.run_tool is not None
        else []
    )
    listed.insert(
        0,
        _listed(
            ASK,
            "Answers a question about the incidents, accounts, hosts and events in the logs; every claim is checked "
            "against them and cites its events.",
            ASK_SCHEMA,
            AskOut,
        ),
    )

    async def on_list_tools(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=listed)

    async def on_call_tool(
        context: ServerRequestContext[Any, Any], call: types.CallToolRequestParams
    ) -> types.CallToolResult:
        arguments: Mapping[str, Any] = call.arguments or {}
        try:
            principal = who(context)
            if call.name != ASK:
                return tool_result(await desk.run_tool(principal, call.name, arguments, door="mcp"))
            fits(ASK_SCHEMA, arguments)
            return ask_result(
                await desk.ask(
                    principal,
                    Request(
                        question=arguments["question"],
                        session_id=arguments.get("session"),
                        case_id=arguments.get("case"),
                        door="mcp",
                    ),
                )
            )
        except VedetteError as error:
            refusal = as_refusal(error)
            return failure(refusal.message, refusal.next_step)

    return Server(
        "vedette",
        version=__version__,
        title="Vedette",
        description="Questions about a security team's own logs and incidents, answered from evidence.",
        instructions=INSTRUCTIONS,
        on_list_tools=on_list_tools,
        on_call_tool=on_call_tool,
    )


def _listed(name: str, description: str, schema: dict[str, Any], out: type[ToolOut] | type[AskOut]) -> types.Tool:
    return types.Tool(
        name=name,
        title=name.replace("_", " ").capitalize(),
        description=description,
        input_schema=schema,
        output_schema=out.model_json_schema(mode="serialization"),
        annotations=_READ_ONLY,
    )
