"""What is measured in a process of its own: each part prints one line of JSON.

python -m benchmarks.latency.parts model HOME N THREADS
python -m benchmarks.latency.parts answers HOME N THREADS MODEL
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

QUESTIONS = (
    "what happened?",
    "which accounts took part?",
    "who was first?",
    "which hosts were involved?",
    "when did it start and when did it end?",
    "show me the timeline",
    "how many cases are there?",
    "which ATT&CK techniques were used?",
    "what does T1003 mean?",
    "what should we do next?",
    "how many failed logons were there?",
    "what data do we have?",
)
"""Asked in turn; none names anything of the data."""

FACTS = (
    "The account jdoe was first seen on WS-014 at 2026-03-02 08:14:07 UTC.",
    "jdoe took part in 3 findings, the gravest of high severity.",
    "The case spans 2 hours and 31 minutes on 4 hosts.",
)
"""Made up here: what the model is given to word in the part without a lake."""


Clocked = tuple[float, float]
"""Seconds on the wall and of processor time."""


def now() -> Clocked:
    """Return both clocks."""
    return time.monotonic(), time.process_time()


def since(started: Clocked) -> Clocked:
    """Return what both clocks went on by."""
    return time.monotonic() - started[0], time.process_time() - started[1]


def age_s() -> float:
    """Return the seconds since this process began, interpreter included."""
    began = float(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19]) / os.sysconf("SC_CLK_TCK")
    return float(Path("/proc/uptime").read_text().split()[0]) - began


def peak_mb() -> float:
    """Return the most memory that this process has held, in millions of bytes; mapped weights count."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def model(home: Path, n: int, threads: int) -> dict[str, Any]:
    """Measure the model alone: cold, then ``n`` replies and ``n`` choices under a grammar."""
    from vedette.llm import Ask, ModelOptions, open_model
    from vedette.llm.embedded import EmbeddedModel
    from vedette.schema import Message, Role

    imported_s = age_s()
    opened = open_model("embedded", home=home, options=ModelOptions(threads=threads))
    assert isinstance(opened, EmbeddedModel)
    opened.load()
    loaded_s = age_s()
    system = Message(role=Role.SYSTEM, content="Word the facts in one short sentence. Add nothing.")

    def turns(number: int) -> list[Message]:
        lines = "\n".join(f"{i}. {fact}" for i, fact in enumerate(FACTS, 1))
        return [system, Message(role=Role.USER, content=f"<facts>\n{lines}\n</facts>\n\nQuestion {number}: who?")]

    stream = opened.stream(turns(0), Ask(max_tokens=48))
    next(stream)
    first_piece_s = age_s()
    list(stream)
    first_reply_s = age_s()
    cold_mb = peak_mb()
    replies: list[Clocked] = []
    choices: list[Clocked] = []
    pieces: list[Clocked] = []
    n_prompt = n_made = 0
    grammar = 'root ::= "{\\"steps\\":[{\\"tool\\":\\"" ("cases" | "hosts" | "timeline") "\\",\\"arguments\\":{}}]}"'
    for number in range(n):
        started = now()
        stream = opened.stream(turns(number), Ask(max_tokens=48))
        next(stream)
        pieces.append(since(started))
        list(stream)
        replies.append(since(started))
        assert stream.reply is not None
        n_prompt += stream.reply.usage.n_prompt_tokens
        n_made += stream.reply.usage.n_completion_tokens
        started = now()
        asked = [system, Message(role=Role.USER, content=QUESTIONS[number % len(QUESTIONS)])]
        opened.complete(asked, Ask(max_tokens=60, grammar=grammar))
        choices.append(since(started))
    opened.close()
    kinds = {"replies": replies, "pieces": pieces, "choices": choices}
    return {
        "imported_s": imported_s,
        "loaded_s": loaded_s,
        "first_piece_s": first_piece_s,
        "first_reply_s": first_reply_s,
        "cold_peak_mb": cold_mb,
        "peak_mb": peak_mb(),
        **{f"{name}_s": [s for s, _ in found] for name, found in kinds.items()},
        **{f"{name}_cpu_s": [cpu_s for _, cpu_s in found] for name, found in kinds.items()},
        "n_prompt": n_prompt,
        "n_made": n_made,
    }


def answers(home: Path, n: int, threads: int, name: str) -> dict[str, Any]:
    """Measure whole answers: question to checked answer, over the home's lake."""
    import contextlib

    from vedette.copilot.engine import Copilot
    from vedette.llm import ModelOptions, open_model
    from vedette.llm.embedded import EmbeddedModel
    from vedette.store import Lake

    opened = open_model(name, home=home, options=ModelOptions(threads=threads))
    rows = []
    with contextlib.closing(opened) if opened is not None else contextlib.nullcontext():
        lake = Lake.open(home)
        try:
            copilot = Copilot(lake, model=opened)
            for number in range(n):
                question = QUESTIONS[number % len(QUESTIONS)]
                started = now()
                answer = copilot.ask(question)
                took = since(started)
                rows.append(
                    {
                        "question": question,
                        "s": took[0],
                        "cpu_s": took[1],
                        "status": answer.status.value,
                        "n_calls": answer.usage.n_calls,
                        "model_s": answer.usage.duration_s,
                    }
                )
                if number == 0:
                    first_s, first_mb = age_s(), peak_mb()
                    if isinstance(opened, EmbeddedModel):
                        # it is loaded when it is first asked; the memory is to be that with it, asked or not
                        opened.load()
        finally:
            lake.close()
    return {"first_s": first_s, "first_peak_mb": first_mb, "peak_mb": peak_mb(), "rows": rows}


if __name__ == "__main__":
    part, home, n, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    found = model(home, n, threads) if part == "model" else answers(home, n, threads, sys.argv[5])
    print(json.dumps(found))
