"""What requests may hold: every text is judged, everything else is known to hold none, and the rest is refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_examples import EXAMPLES

from vedette.guard.wire import Body, Endpoint, Media, Reading, WireError, parsed, read_request
from vedette.schema.guarding import Direction, Form
from vedette.schema.message import Role

MARK = "zq-planted-7fK2mX9-zq"
CARD = 4111111111111111
READING = Reading(alias=lambda text: f"alias-{len(text)}", media=frozenset(Media))


def read(endpoint: Endpoint, value: Any) -> Body:
    return read_request(endpoint, value, READING)


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path, value
        return
    for name, one in items:
        yield from leaves(one, (*path, name))


def objects(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in items:
        yield from objects(one, (*path, name))


def put(value: Any, path: tuple[str | int, ...], leaf: Any) -> Any:
    made = copy.deepcopy(value)
    at = made
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = leaf
    return made


def emptied(body: Body) -> str:
    """What would leave if every text that was judged were replaced."""
    return json.dumps(body.filled(["0" if slot.value else "" for slot in body.slots]))


@pytest.mark.parametrize("endpoint", EXAMPLES)
def test_a_request_that_nothing_is_found_in_leaves_as_it_came(endpoint: Endpoint) -> None:
    value = EXAMPLES[endpoint]
    body = read(endpoint, value)
    filled = body.filled([slot.passage.text for slot in body.slots])
    expected = dict(leaves(value))
    for path, leaf in leaves(filled):
        assert leaf == expected[path] or str(leaf).startswith("alias-")


@pytest.mark.parametrize("endpoint", EXAMPLES)
def test_no_text_leaves_unjudged_wherever_it_stands(endpoint: Endpoint) -> None:
    value = EXAMPLES[endpoint]
    n_judged = 0
    for path, leaf in leaves(value):
        changed = put(value, path, MARK)
        try:
            body = read(endpoint, changed)
        except WireError as error:
            said = str(error)
            assert MARK not in said, path
            continue
        if path == ("model",) or "input_audio" in path:
            continue  # the routes know the names of models; sound may pass unread, as it was told
        assert MARK not in emptied(body), f"{path} (was {leaf!r}) leaves unjudged"
        n_judged += 1
    assert n_judged > len(list(leaves(value))) // 4


@pytest.mark.parametrize("endpoint", EXAMPLES)
def test_no_long_number_leaves_unjudged(endpoint: Endpoint) -> None:
    value = EXAMPLES[endpoint]
    for path, _ in leaves(value):
        for number in (CARD, -CARD, CARD / 10**16):
            try:
                body = read(endpoint, put(value, path, number))
            except WireError as error:
                said = str(error)
                assert str(CARD) not in said
                continue
            assert str(CARD)[:12] not in emptied(body), path


@pytest.mark.parametrize("endpoint", EXAMPLES)
def test_a_field_that_is_not_known_is_refused_by_name(endpoint: Endpoint) -> None:
    value = EXAMPLES[endpoint]
    refused = []
    for path in objects(value):
        if path == ("logit_bias",):
            continue  # its names are numbers of tokens
        try:
            body = read(endpoint, put(value, (*path, "surprise"), MARK))
        except WireError as error:
            refused.append((error.code, error.param.rpartition(".")[2]))
        else:
            assert MARK not in emptied(body), path  # any JSON may stand there: it is judged whole
    assert set(refused) == {("unknown_field", "surprise")}


def test_a_name_that_is_no_field_is_not_said_back() -> None:
    with pytest.raises(WireError) as caught:
        read(Endpoint.CHAT, {**EXAMPLES[Endpoint.CHAT], "AKIA QX7R: secret": 1})
    assert "AKIA" not in str(caught.value)


@pytest.mark.parametrize(
    ("endpoint", "change", "code"),
    [
        (Endpoint.CHAT, {"logprobs": True}, "logprobs"),
        (Endpoint.CHAT, {"top_logprobs": 3}, "logprobs"),
        (Endpoint.CHAT, {"modalities": ["text", "audio"]}, "unknown_value"),
        (Endpoint.CHAT, {"audio": {"voice": "alloy", "format": "wav"}}, "media_refused"),
        (Endpoint.CHAT, {"web_search_options": {}}, "hosted_tool"),
        (Endpoint.CHAT, {"tools": [{"type": "web_search"}]}, "unknown_kind"),
        (Endpoint.CHAT, {"messages": [{"role": "oracle", "content": "x"}]}, "unknown_kind"),
        (Endpoint.CHAT, {"messages": [{"role": "user", "content": [{"type": "video"}]}]}, "unknown_kind"),
        (Endpoint.CHAT, {"messages": [{"role": "assistant", "audio": {"id": "a"}}]}, "upstream_state"),
        (Endpoint.CHAT, {"logit_bias": {"41111111": 1}}, "unknown_form"),
        (Endpoint.CHAT, {"messages": "hello"}, "unknown_form"),
        (Endpoint.RESPONSES, {"previous_response_id": "resp_1"}, "upstream_state"),
        (Endpoint.RESPONSES, {"conversation": "conv_1"}, "upstream_state"),
        (Endpoint.RESPONSES, {"prompt": {"id": "pmpt_1"}}, "upstream_state"),
        (Endpoint.RESPONSES, {"store": True}, "upstream_state"),
        (Endpoint.RESPONSES, {"background": True}, "not_judged"),
        (Endpoint.RESPONSES, {"tools": [{"type": "file_search", "vector_store_ids": ["v"]}]}, "unknown_kind"),
        (Endpoint.RESPONSES, {"tools": [{"type": "mcp", "server_url": "https://x"}]}, "unknown_kind"),
        (Endpoint.RESPONSES, {"include": ["message.output_text.logprobs"]}, "unknown_value"),
        (Endpoint.RESPONSES, {"input": [{"type": "item_reference", "id": "msg_1"}]}, "unknown_kind"),
        (Endpoint.RESPONSES, {"input": [{"type": "reasoning", "encrypted_content": "gAAA"}]}, "unknown_blob"),
        (Endpoint.MESSAGES, {"container": "c_1"}, "upstream_state"),
        (Endpoint.MESSAGES, {"mcp_servers": [{"url": "https://x"}]}, "hosted_tool"),
        (Endpoint.MESSAGES, {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "unknown_kind"),
        (
            Endpoint.MESSAGES,
            {"messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": "x", "signature": "s"}]}]},
            "unknown_blob",
        ),
        (Endpoint.EMBEDDINGS, {"input": [1, 2, 3]}, "tokens_refused"),
        (Endpoint.EMBEDDINGS, {"input": [[1, 2], [3]]}, "tokens_refused"),
    ],
)
def test_what_cannot_be_judged_is_refused(endpoint: Endpoint, change: dict[str, Any], code: str) -> None:
    with pytest.raises(WireError) as caught:
        read(endpoint, {**EXAMPLES[endpoint], **change})
    assert caught.value.code == code
    assert caught.value.param
    assert caught.value.next_step or code.startswith("unknown")


@pytest.mark.parametrize("kind", list(Media))
def test_media_do_not_pass_unless_they_may(kind: Media) -> None:
    parts = {
        Media.IMAGES: {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
        Media.AUDIO: {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
        Media.FILES: {"type": "file", "file": {"file_data": "data:text/plain;base64,aGk="}},
    }
    value = {"model": "m", "messages": [{"role": "user", "content": [parts[kind]]}]}
    with pytest.raises(WireError) as caught:
        read_request(Endpoint.CHAT, value, Reading(alias=str.upper, media=frozenset(Media) - {kind}))
    assert caught.value.code == "media_refused"
    read_request(Endpoint.CHAT, value, Reading(alias=str.upper, media=frozenset({kind})))


def test_directions_roles_and_forms() -> None:
    body = read(Endpoint.CHAT, EXAMPLES[Endpoint.CHAT])
    by_text = {slot.passage.text: slot.passage for slot in body.slots}
    assert by_text["be kind"].role is Role.SYSTEM
    assert by_text['{"found": "z"}'].direction is Direction.CONTEXT
    assert by_text['{"q": "x"}'].form is Form.JSON
    assert by_text["not json"].form is not Form.JSON
    assert by_text["hello"].direction is Direction.PROMPT
    assert body.instructions == ("be kind", "be brief")
    assert body.opening == "irma" or body.opening == "hello"
    assert body.json_reply
    assert body.stream
    assert body.n_most_tokens == 200


def test_responses_are_never_kept_upstream() -> None:
    value = {"model": "m", "input": "hello"}
    body = read(Endpoint.RESPONSES, value)
    assert body.filled(["hello"])["store"] is False


def test_further_fields_are_judged_as_json() -> None:
    reading = Reading(alias=str.upper, fields=frozenset({"guided_choice"}))
    value = {"model": "m", "messages": [], "guided_choice": ["yes", MARK]}
    body = read_request(Endpoint.CHAT, value, reading)
    assert [slot.passage.text for slot in body.slots] == [json.dumps(["yes", MARK])]
    assert MARK not in emptied(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda s: (
            st.lists(s, max_size=3)
            | st.dictionaries(
                st.sampled_from(["model", "messages", "role", "content", "type", "text", "input"]), s, max_size=4
            )
        ),
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    for endpoint in Endpoint:
        try:
            body = read_request(endpoint, value, READING)
        except WireError:
            continue
        body.filled([slot.passage.text for slot in body.slots])


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": NaN}', b'"\\ud800"', b"[" * 100_000, b"\xff", b'{"a": Infinity}'])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(WireError) as caught:
        parsed(data)
    assert caught.value.code == "invalid_json"
