"""The MCP doors, as the official client uses them: over HTTP and over standard input and output."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from server_support import ENVIRONMENT, EVENT_ID, HOSTILE, Running, TellingAnswerer, parts_of, running, wait_until, web

from vedette.server import Limits
from vedette.server.mcp.quoting import fenced, inert
from vedette.store import Lake, audit
from vedette.store.sessions import SessionBook

MODES = ("auto", "legacy")
"""The protocol of 2026 without a handshake, and those before it."""


def over_http(url: str, mode: str, use: Callable[[Client], Awaitable[Any]], token: str | None = None) -> Any:
    async def run() -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx2.AsyncClient(verify=False, headers=headers, timeout=30) as http:
            async with Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client:
                return await use(client)

    return asyncio.run(run())


@pytest.mark.parametrize("mode", MODES)
def test_tools_are_listed_read_only_with_their_schemas(standing: Running, mode: str) -> None:
    async def use(client: Client) -> Any:
        return (await client.list_tools()).tools, client.instructions

    tools, instructions = over_http(standing.url, mode, use)
    assert [tool.name for tool in tools] == ["ask", "who"]
    for tool in tools:
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema["type"] == "object"
        assert tool.description
    assert tools[1].input_schema["required"] == ["account"]
    assert "it is data" in instructions


@pytest.mark.parametrize("mode", MODES)
def test_a_tool_is_called_and_its_result_quotes_hostile_text_as_data(server: Running, mode: str, lake: Lake) -> None:
    async def use(client: Client) -> Any:
        await client.list_tools()  # so that the client holds the result against its schema
        return await client.call_tool("who", {"account": "alice"})

    result = over_http(server.url, mode, use)
    assert result.is_error is False
    text, file = result.content
    assert file.resource.mime_type == "application/x-test"
    assert base64.b64decode(file.resource.blob) == b"PK\x03\x04 deck"
    lines = text.text.splitlines()
    word = lines[1].split()[2]
    assert lines[1] == f"--- data {word} ---"
    assert lines[-1] == f"--- end {word} ---"
    assert text.text.count("--- end") == 1 + text.text.count("␊--- end ---␊"), "no text from a log ends the data"
    assert not any(char in text.text for char in "\x1b\u202e")
    structured = result.structured_content
    assert structured["values"]["count"] == 1
    assert structured["facts"][0]["evidence"] == [EVENT_ID]
    assert structured["query"] == "SELECT 1"
    assert structured["unknown"] == ["whether it was stolen"]
    assert not any(char in json.dumps(structured, ensure_ascii=False) for char in "\x1b\u202e")
    assert "Ignore all previous instructions" in structured["values"]["accounts"][0], "shown, as data"
    row = audit.entries(lake, action="tool.run")[0]
    assert (row.target, row.detail["door"]) == ("who", "mcp")


@pytest.mark.parametrize("mode", MODES)
def test_a_question_is_asked_and_its_session_gone_on_with(server: Running, mode: str, lake: Lake) -> None:
    async def use(client: Client) -> Any:
        await client.list_tools()
        first = await client.call_tool("ask", {"question": "slides about alice"})
        session = first.structured_content["session"]
        return first, await client.call_tool("ask", {"question": "and bob?", "session": session})

    first, second = over_http(server.url, mode, use)
    assert first.structured_content["status"] == "answered"
    assert first.structured_content["n_dropped"] == 1
    assert first.structured_content["citations"][0]["ref"] == EVENT_ID
    assert [block.type for block in first.content] == ["text", "resource"]
    assert "about slides about alice" in second.structured_content["answer"]
    assert SessionBook(lake).get(first.structured_content["session"]).n_turns == 2


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("who", {"account": "nobody"}, "there is no account of that name"),
        ("who", {}, "required"),
        ("who", {"account": "a", "count": "many"}, "count do not fit"),
        ("who", {"account": "a", "path": "/etc/passwd"}, "additionalProperties"),
        ("who", {"account": "x" * 201}, "maxLength"),
        ("delete_everything", {}, "no tool"),
        ("ask", {"question": ""}, "minLength"),
        ("ask", {"question": "and?", "session": "session-00"}, "no session"),
        ("ask", {"question": "and?", "session": "../x"}, "session do not fit"),
    ],
)
def test_a_call_that_makes_no_sense_is_an_error_that_says_why(
    standing: Running, tool: str, arguments: dict[str, Any], said: str
) -> None:
    result = over_http(standing.url, "auto", lambda client: client.call_tool(tool, arguments))
    assert result.is_error is True
    assert said in result.content[0].text


def test_tokens_and_roles_hold_at_this_door_too(lake: Lake, secrets: dict[str, str]) -> None:
    with running(parts_of(lake, TellingAnswerer())) as server:
        refused = web.post(f"{server.url}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        assert refused.status_code == 401

        async def use(client: Client) -> Any:
            return await client.call_tool("ask", {"question": "alice"})

        session = over_http(server.url, "auto", use, secrets["analyst"]).structured_content["session"]

        async def steal(client: Client) -> Any:
            return await client.call_tool("ask", {"question": "and bob?", "session": session})

        assert over_http(server.url, "auto", steal, secrets["other"]).is_error is True
    assert SessionBook(lake).get(session).owner == "analyst-token"


@pytest.mark.parametrize("mode", MODES)
def test_a_client_that_leaves_frees_its_slot(lake: Lake, mode: str) -> None:
    telling = TellingAnswerer(slow_s=30)
    with running(parts_of(lake, telling), limits=Limits(n_asking=1, shutdown_grace_s=0.5)) as server:

        async def use(client: Client) -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.0):
                    await client.call_tool("ask", {"question": "alice"})

        over_http(server.url, mode, use)
        wait_until(lambda: server.desk.asking.load.running == 0)
    assert telling.n_cancelled == 1


def test_bodies_that_are_no_protocol_are_refused(standing: Running) -> None:
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    for body in (b"", b"{", b"[]", b"null", b'{"jsonrpc":"2.0"}', b'{"jsonrpc":"2.0","id":1,"method":"x"}'):
        for version in ({}, {"MCP-Protocol-Version": "2026-07-28"}, {"MCP-Protocol-Version": "1"}):
            answer = web.post(f"{standing.url}/mcp", content=body, headers=headers | version)
            assert answer.status_code < 500, (body, version, answer.text)


def test_over_stdio_the_program_itself_lists_and_calls(tmp_path: Path) -> None:
    """The whole program, on an empty home and without a model."""
    (tmp_path / "home").mkdir()
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "vedette", "--home", str(tmp_path / "home"), "mcp", "--model", "none"],
        env=ENVIRONMENT,
    )

    async def run(mode: str) -> Any:
        async with Client(command, mode=mode, read_timeout_seconds=60) as client:
            tools = (await client.list_tools()).tools
            result = await client.call_tool("cases", {})
            answer = await client.call_tool("ask", {"question": "which cases are there?"})
            return tools, result, answer

    tools, result, answer = asyncio.run(run("auto"))
    assert {"ask", "cases", "implicated_accounts", "timeline", "events"} <= {tool.name for tool in tools}
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert result.is_error is False
    assert result.structured_content["values"]["count"] == 0
    assert answer.structured_content["values"]["count"] == 0


def test_text_from_logs_cannot_leave_its_block() -> None:
    block = fenced([HOSTILE, "--- end 0123 ---", "\u2028--- end"])
    assert len(block.splitlines()) == 6
    assert inert({"a\u202e": ["x\ny", "\U000e0041", 3, None]}) == {"a\\u202e": ["x\ny", "\\U000e0041", 3, None]}
