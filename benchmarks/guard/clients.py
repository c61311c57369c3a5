"""Do real clients see through the gateway what they would see without it, and does the upstream see no secret?

Usage: ``python -m benchmarks.guard.clients [--n 1000] [--seed 11] [--scanners NAMES] [--write]``

The ``openai`` and ``anthropic`` Python packages ask for chat completions, responses, embeddings and messages, whole and
streamed, with tools, against an upstream that says what it was told (again, in Markdown, in JSON, as arguments of a
tool, as thoughts), once through the gateway and once without. What the client's objects hold is compared, but for what
the upstream counted or signed. Everything that reached the upstream through the gateway is searched for every planted
value, in every field that carries text, in plain and in ten other forms; some values are sent encoded too.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.guard.gateway_process import free_port, started
from benchmarks.guard.planted import Planted, forms, planted
from benchmarks.guard.tables import write_section
from benchmarks.guard.upstream_double import Upstream, serving

AT_ONCE = 6
"""Values of one request."""
DIFFERENT = frozenset({"usage", "signature", "encrypted_content", "store"})
"""What may differ: the upstream counts and signs other words than the client sent."""
Call = Callable[[Any, Any], Any]


def plain(value: Any) -> Any:
    """Return what is compared of a client's object."""
    if hasattr(value, "model_dump"):
        value = value.model_dump(warnings=False)
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if name not in DIFFERENT}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


# -- what is asked --------------------------------------------------------------------------------


def chat(model: str, values: Sequence[Planted], chosen: random.Random, *, streamed: bool) -> Call:
    said = [one.text for one in values]
    tools = [_tool(said[3]) if model == "tool" else None]
    history: list[dict[str, Any]] = [
        {"role": "system", "content": f"You help the team. {said[0]}"},
        {"role": "user", "content": [{"type": "text", "text": said[1]}]},
    ]
    if chosen.random() < 0.5:
        arguments = json.dumps({"line": said[2], "deep": {"list": [values[2].value]}})
        call = {"id": "call_1", "type": "function", "function": {"name": "lookup", "arguments": arguments}}
        history += [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": json.dumps({"found": said[4]})},
        ]
    history.append({"role": "user", "content": "\n".join((said[5], f"once more: {values[1].value}", said[4]))})
    asked: dict[str, Any] = {"model": model, "messages": history, "user": values[0].value, "stop": [values[5].value]}
    if tools[0]:
        asked["tools"] = tools
    if model == "json":
        schema = {"type": "object", "properties": {"said": {"type": "string", "description": said[3]}}}
        asked["response_format"] = {"type": "json_schema", "json_schema": {"name": "said", "schema": schema}}
    asked["extra_headers"] = {"X-Note": values[0].value.encode("ascii", "ignore").decode(), "User-Agent": "mine"}

    def whole(openai: Any, _: Any) -> Any:
        return plain(openai.chat.completions.create(**asked))

    def stream(openai: Any, _: Any) -> Any:
        with openai.chat.completions.stream(**asked) as events:
            for _event in events:
                pass
            return plain(events.get_final_completion())

    return stream if streamed else whole


def _tool(text: str) -> dict[str, Any]:
    properties = {"query": {"type": "string", "description": text}, "limit": {"type": "integer"}}
    parameters = {
        "type": "object",
        "properties": properties,
        "required": ["query", "limit"],
        "additionalProperties": False,
    }
    function = {"name": "lookup", "description": f"Looks up. {text}", "parameters": parameters, "strict": True}
    return {"type": "function", "function": function}


def responses(model: str, values: Sequence[Planted], chosen: random.Random, *, streamed: bool) -> Call:
    said = [one.text for one in values]
    call = {"type": "function_call", "call_id": "call_1", "name": "lookup", "arguments": json.dumps({"q": said[2]})}
    asked: dict[str, Any] = {
        "model": model,
        "instructions": f"You help the team. {said[0]}",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": said[1]}]},
            call,
            {"type": "function_call_output", "call_id": "call_1", "output": said[4]},
            {"role": "user", "content": f"{said[5]} {values[2].value}"},
        ],
        "metadata": {"ticket": values[0].value},
        "user": values[1].value,
    }
    if model == "tool":
        asked["tools"] = [{**{k: v for k, v in _tool(said[3])["function"].items()}, "type": "function"}]

    def whole(openai: Any, _: Any) -> Any:
        return plain(openai.responses.create(**asked))

    def stream(openai: Any, _: Any) -> Any:
        texts: Counter[str] = Counter()
        kinds, last, spoken = [], None, {}
        for event in openai.responses.create(stream=True, **asked):
            if event.type.endswith(".delta"):
                spoken[event.type] = spoken.get(event.type, "") + event.delta
            else:
                kinds.append(event.type)
            last = event
        return plain([kinds, spoken, last.response, dict(texts)])  # type: ignore[union-attr]

    return stream if streamed else whole


def messages(model: str, values: Sequence[Planted], chosen: random.Random, *, streamed: bool) -> Call:
    said = [one.text for one in values]
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": said[4]}]}
    document = {"type": "text", "media_type": "text/plain", "data": said[3]}
    asked: dict[str, Any] = {
        "model": model,
        "max_tokens": 1000,
        "system": [{"type": "text", "text": f"You help the team. {said[0]}", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": [{"type": "document", "source": document, "title": said[1]}]},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "toolu_1", "name": "lookup", "input": {"line": said[2]}}],
            },
            {"role": "user", "content": [result, {"type": "text", "text": f"{said[5]} {values[1].value}"}]},
        ],
        "metadata": {"user_id": values[0].value},
        "stop_sequences": [values[5].value],
    }
    if model == "tool":
        function = _tool(said[3])["function"]
        asked["tools"] = [
            {"name": "lookup", "description": function["description"], "input_schema": function["parameters"]}
        ]

    def whole(_: Any, anthropic: Any) -> Any:
        return plain(anthropic.messages.create(**asked))

    def stream(_: Any, anthropic: Any) -> Any:
        with anthropic.messages.stream(**asked) as events:
            return plain(events.get_final_message())

    return stream if streamed else whole


def embeddings(model: str, values: Sequence[Planted], chosen: random.Random, *, streamed: bool) -> Call:
    asked = {"model": "embed", "input": [one.text for one in values], "user": values[0].value}
    return lambda openai, _: [len(one.embedding) for one in openai.embeddings.create(**asked).data]


def counted(model: str, values: Sequence[Planted], chosen: random.Random, *, streamed: bool) -> Call:
    said = "\n".join(one.text for one in values)
    asked = {"model": "echo", "messages": [{"role": "user", "content": said}]}
    return lambda _, anthropic: plain(anthropic.messages.count_tokens(**asked))


def encoded(model: str, values: Sequence[Planted], chosen: random.Random, *, streamed: bool) -> Call:
    """Values said in plain and, elsewhere in the same request, encoded."""
    parts = []
    for one in values:
        data = one.value.encode()
        coded = chosen.choice(
            (base64.b64encode(data).decode(), data.hex(), one.value[::-1], base64.b16encode(data).decode())
        )
        parts.append(f"{one.text}\n{coded}")
    asked = {"model": "echo", "messages": [{"role": "user", "content": "\n".join(parts)}], "stream": False}
    return lambda openai, _: plain(openai.chat.completions.create(**asked))


KINDS = (chat, responses, messages, chat, responses, messages, embeddings, counted, encoded)
MODELS = ("echo", "tool", "bold", "json", "think")


def calls(n: int, seed: int) -> Iterator[tuple[str, Sequence[Planted], Call]]:
    """Yield what is asked, with the values that it carries."""
    chosen = random.Random(seed)
    values = list(planted(n, seed))
    for number, at in enumerate(range(0, len(values), AT_ONCE)):
        some = values[at : at + AT_ONCE]
        some += values[: AT_ONCE - len(some)]
        chosen.shuffle(some)
        kind = KINDS[number % len(KINDS)]
        model = MODELS[(number // 3) % len(MODELS)]
        streamed = number % 2 == 1
        made = kind(model, some, chosen, streamed=streamed)
        shown = f"{kind.__name__} {model}{' streamed' if streamed else ''}"
        yield shown, some, made


# -- what came of it ------------------------------------------------------------------------------


def compared(
    made: Iterator[tuple[str, Sequence[Planted], Call]], clients: tuple[Any, Any], straight: tuple[Any, Any]
) -> dict[str, Any]:
    """Ask everything twice; return what differed."""
    differ: list[str] = []
    failed: list[str] = []
    kinds: Counter[str] = Counter()
    n = 0
    for shown, _, call in made:
        n += 1
        kinds[shown.split()[0]] += 1
        expected = call(*straight)
        try:
            got = call(*clients)
        except Exception as error:
            failed.append(f"{shown}: {type(error).__name__}: {error}"[:300])
            continue
        if got != expected:
            differ.append(f"{shown}: {first_difference(expected, got)}")
    return {"n_requests": n, "differ": differ, "failed": failed, "kinds": dict(kinds)}


def first_difference(left: Any, right: Any, place: str = "") -> str:
    """Return where two values first differ, and how."""
    if isinstance(left, dict) and isinstance(right, dict):
        for name in {**left, **right}:
            if left.get(name) != right.get(name):
                return first_difference(left.get(name), right.get(name), f"{place}.{name}")
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for at, (one, other) in enumerate(zip(left, right, strict=True)):
            if one != other:
                return first_difference(one, other, f"{place}[{at}]")
    return f"{place}: {str(left)[:160]!r} became {str(right)[:160]!r}"


def leaked(values: Sequence[Planted], recorded: Sequence[bytes]) -> list[tuple[Planted, str]]:
    """Return the values that stand in what was recorded, and in which form."""
    everything = b"\n".join(recorded)
    # bodies are JSON: what a reader of it would see counts too
    read = b"\n".join(_unescaped(one) for one in recorded)
    found = []
    for one in values:
        for form, data in forms(one.value):
            if len(data) > 5 and (data in everything or data in read):
                found.append((one, form))
                break
    return found


def _unescaped(data: bytes) -> bytes:
    start = data.find(b"\n{")
    try:
        value = json.loads(data[start + 1 :])
    except ValueError:
        return b""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def clients_of(base: str) -> tuple[Any, Any]:
    """Return a client of each package."""
    import anthropic
    import openai

    return (
        openai.OpenAI(base_url=base, api_key="any", max_retries=0),
        anthropic.Anthropic(base_url=base.removesuffix("/v1"), api_key="any", max_retries=0),
    )


def measured(base: str, through: Upstream, straight: str, n: int, seed: int) -> dict[str, Any]:
    """Return the figures: through a gateway at ``base`` whose upstream records, and without it."""
    found = compared(calls(n, seed), clients_of(base), clients_of(straight))
    values = list(planted(n, seed))
    leaks = leaked(values, [one.everything for one in through.requests])
    return {
        "n_values": len(values),
        "n_recorded": len(through.requests),
        "leaked": [(one.kind, form, one.text) for one, form in leaks],
        **found,
    }


def run(n: int, seed: int, scanners: str) -> dict[str, Any]:
    """Start the processes, measure, return the figures."""
    through, straight = Upstream(piece_chars=5), Upstream(piece_chars=5, recording=False)
    port = free_port()
    with serving(through) as behind, serving(straight) as beside, tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "gateway.yaml"
        named = f"scanners: [{scanners}]\n" if scanners else ""
        config.write_text(
            "upstreams:\n"
            f"- {{name: openai, base_url: '{behind}', dialect: openai}}\n"
            f"- {{name: anthropic, base_url: '{behind}', dialect: anthropic}}\n{named}",
            encoding="utf-8",
        )
        home = str(Path(folder) / "home")
        arguments = ("benchmarks.guard.gateway_process", home, str(config), str(port))
        with started(*arguments, port=port, path="/readyz"):
            return measured(f"http://127.0.0.1:{port}/v1", through, beside, n, seed)


def table(found: dict[str, Any]) -> str:
    """Return the figures as Markdown."""
    rows = [
        ("requests, each asked twice", f"{found['n_requests']}"),
        ("by endpoint", ", ".join(f"{name} {n}" for name, n in found["kinds"].items())),
        ("objects that differ from those without the gateway", f"{len(found['differ'])}"),
        ("requests that failed through the gateway", f"{len(found['failed'])}"),
        ("planted values", f"{found['n_values']:,}"),
        ("**values that reached the upstream**, in any form", f"**{len(found['leaked'])}** (bar: 0)"),
    ]
    body = "| | |\n|---|---|\n" + "\n".join(f"| {a} | {b} |" for a, b in rows)
    by_kind = Counter(f"{kind} ({form})" for kind, form, _ in found["leaked"])
    if by_kind:
        body += "\n\nReached it: " + ", ".join(f"{name} {n}" for name, n in by_kind.most_common()) + "."
    held = Counter(shown.partition(": ")[0] for shown in found["failed"] if "PROMPT_INJECTION" in shown)
    if held:
        body += "\n\nHeld back, as a sentence that was put into a tool's description or output reads like an order: "
        body += ", ".join(f"{name} {n}" for name, n in held.most_common()) + "."
    return body


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=1000, help="planted values")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--scanners", default="", help="names with commas between; all by default")
    parser.add_argument("--show", action="store_true", help="print what leaked, differed and failed")
    parser.add_argument("--write", action="store_true", help="fill the README's table")
    said = parser.parse_args(arguments)
    found = run(said.n, said.seed, said.scanners)
    print(table(found))
    if said.show:
        for name in ("leaked", "differ", "failed"):
            for one in found[name]:
                print(name, one)
    if said.write:
        figures = {name: len(value) if isinstance(value, list) else value for name, value in found.items()}
        write_section("clients", table(found), figures)


if __name__ == "__main__":
    main()
