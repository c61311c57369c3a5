"""The guard in another program's hooks."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from types import SimpleNamespace as Thing
from typing import Any

import pytest

from vedette.guard.engine import Guard, scanners_named
from vedette.guard.hooks import BlockedError, GuardHooks
from vedette.guard.policy import load_policy

MAIL = "ana.kovacs@corp.example"
CARD = "4111 1111 1111 1111"


class Delta(Thing):
    def model_copy(self, deep: bool = False) -> Delta:
        return copy.deepcopy(self)


@pytest.fixture(scope="module")
def hooks() -> GuardHooks:
    return GuardHooks(Guard(scanners_named(["personal", "secrets", "replies"]), load_policy("default"), timeout_s=None))


def request(text: str, **more: Any) -> dict[str, Any]:
    return {
        "model": "m",
        "messages": [{"role": "user", "content": text}],
        "litellm_call_id": f"call-{len(text)}",
        "proxy_server_request": {"body": text},
        **more,
    }


def sent(hooks: GuardHooks, data: dict[str, Any], call_type: str = "acompletion") -> dict[str, Any]:
    return asyncio.run(hooks.before(data, call_type))


def test_a_request_carries_pseudonyms_and_the_reply_values(hooks: GuardHooks) -> None:
    data = request(f"Write to {MAIL} about card {CARD}.")
    out = sent(hooks, data)
    said = out["messages"][0]["content"]
    assert MAIL not in said
    assert CARD not in said
    call = Thing(function=Thing(name="mail", arguments='{"to": "' + said.split()[2] + '"}'))
    message = Thing(content=f"I wrote: {said}", tool_calls=[call])
    reply = Thing(choices=[Thing(index=0, message=message, finish_reason="stop")])
    asyncio.run(hooks.after(data, reply))
    assert message.content == f"I wrote: Write to {MAIL} about card {CARD}."
    assert MAIL in call.function.arguments


def test_a_stream_is_restored_wherever_it_is_cut(hooks: GuardHooks) -> None:
    data = request(f"Mail {MAIL}", stream=True)
    said = sent(hooks, data)["messages"][0]["content"]

    async def chunks() -> AsyncIterator[Any]:
        for i, char in enumerate(said):
            last = i == len(said) - 1
            yield Delta(choices=[Thing(index=0, delta=Thing(content=char), finish_reason="stop" if last else None)])

    async def read() -> str:
        return "".join([c.choices[0].delta.content or "" async for c in hooks.during(data, chunks())])

    assert asyncio.run(read()) == f"Mail {MAIL}"


@pytest.mark.parametrize(
    ("data", "call_type"),
    [
        (request("x"), "image_generation"),
        (request("x", something_new={"text": "alice"}), "acompletion"),
        ({"model": "m", "messages": [{"role": "user", "content": [{"type": "hologram"}]}]}, "acompletion"),
    ],
)
def test_what_is_not_known_does_not_pass(hooks: GuardHooks, data: dict[str, Any], call_type: str) -> None:
    with pytest.raises(BlockedError):
        sent(hooks, data, call_type)


def test_a_reply_without_its_request_is_not_shown(hooks: GuardHooks) -> None:
    with pytest.raises(BlockedError):
        asyncio.run(hooks.after({"litellm_call_id": "never"}, Thing(choices=[])))
