"""How fast a language model reads and writes, and what it takes of memory. Figures of this machine, now."""

from __future__ import annotations

import time
from pathlib import Path

from vedette.forge.base import Measure
from vedette.forge.evaluate.local import LocalModel
from vedette.forge.evaluate.stats import interval

_TEXT = "At 02:14 the host asked for a name that nobody knew, and the answer came from an address in another country. "
_ROUNDS = 4


def measure_speed(model: LocalModel, *, n_prompt_chars: int = 1000, n_tokens: int = 24) -> dict[str, Measure]:
    """Return ``prompt_tokens_per_s``, ``generated_tokens_per_s``, ``memory_weights_bytes`` and ``memory_bytes``.

    One row at a time, as an analyst waits for one answer; the first round warms up and does not count.
    """
    text = (_TEXT * (n_prompt_chars // len(_TEXT) + 1))[:n_prompt_chars]
    read, written = [], []
    for k in range(_ROUNDS + 1):
        started = time.perf_counter()
        loss = model.losses([text])[0]
        read_s = time.perf_counter() - started
        said = model.generate([text[:200]], max_tokens=n_tokens)[0]
        if k:
            read.append(loss.n_tokens / read_s)
            if said.n_tokens:
                written.append(said.n_tokens / said.seconds)
    found = {
        "prompt_tokens_per_s": interval(read),
        "memory_weights_bytes": Measure(value=float(model.size_bytes), n=1),
    }
    if written:
        found["generated_tokens_per_s"] = interval(written)
    resident = resident_bytes()
    if resident is not None:
        found["memory_bytes"] = Measure(value=float(resident), n=1)
    return found


def resident_bytes(pid: int | None = None) -> int | None:
    """Return the memory that a process holds now, or ``None`` where the system does not tell."""
    status = Path(f"/proc/{pid or 'self'}/status")
    try:
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return None
