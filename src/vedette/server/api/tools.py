"""The tools: what can be asked, and each of them asked by itself."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import Field
from starlette.responses import Response

from vedette.schema import Choice, DataTable, Fact, Tool
from vedette.server.access import Principal
from vedette.server.desk import Desk
from vedette.server.turnstile import asked_desk, caller
from vedette.server.wire import View, reply

router = APIRouter(tags=["tools"])

Caller = Annotated[Principal, Depends(caller)]
Inside = Annotated[Desk, Depends(asked_desk)]


class ToolView(View):
    """A tool: what it answers, what it takes."""

    tool: Tool
    arguments: dict[str, Any]
    """JSON Schema of its arguments."""


class ToolList(View):
    """Every tool."""

    tools: list[ToolView]


class Arguments(View):
    """A tool's arguments, as a user would write them: a case by its id or number, a time as ``since Monday``."""

    arguments: dict[str, Any] = Field(default_factory=dict)


class ToolAnswer(View):
    """What a tool found out."""

    facts: list[Fact]
    values: dict[str, Any]
    """The answer for programs."""
    tables: list[DataTable]
    query: str | None
    """The SQL that was run."""
    unknown: list[str]
    """What the data cannot tell, and what is missing."""
    choice: Choice | None
    """What only the user can decide; the rest is then empty."""
    next_questions: list[str]


@router.get("/tools", response_model=ToolList, operation_id="list_tools")
async def list_tools(_: Caller, desk: Inside) -> Response:
    """List the tools. All of them are read-only."""
    listed = sorted(desk.parts.tools.items())
    return reply({"tools": [{"tool": plugin.tool, "arguments": plugin.tool.schema()} for _, plugin in listed]})


@router.post("/tools/{name}", response_model=ToolAnswer, operation_id="run_tool")
async def run_tool(
    name: Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$")], given: Arguments, principal: Caller, desk: Inside
) -> Response:
    """Run one tool and return its facts, without a model and without sentences about them.

    Files that it makes are left out: ask a question for those.
    """
    result = await desk.run_tool(principal, name, given.arguments, door="api")
    return reply(
        ToolAnswer.model_construct(
            facts=list(result.facts),
            values=dict(result.values),
            tables=list(result.tables),
            query=result.query,
            unknown=list(result.unknown),
            choice=result.choice,
            next_questions=list(result.next_questions),
        )
    )
