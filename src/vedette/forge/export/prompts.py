"""The prompts that an exported form is asked, always the same.

Either drawn from a recipe's held-out part, or the built-in set: questions of a security desk and of everyday life,
with what tokenisers part on (digits, runs of spaces, addresses, paths, other scripts, line ends, emoji) and what chat
templates part on (a system turn, several turns, trailing space).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vedette.forge.base import Record

MAX_CHARS = 600
"""Longer texts are cut to this: a prompt tests the form, not its patience."""

_ASK = (
    "What is {}?",
    "Explain {} to a new colleague in two sentences.",
    "Name three signs of {} in a log.",
    "How would you begin to investigate {}?",
    "Write one line for the report about {}.",
    "Which question would you ask first about {}?",
)
_ABOUT = (
    "a burst of failed logons followed by one that works",
    "a scheduled task made by a service account",
    "PowerShell started by a word processor",
    "credential dumping from the memory of a process",
    "a DNS query for a long random name",
    "lateral movement over remote desktop",
    "a phishing mail with a link to a login page",
    "an access key used from two countries in 10 minutes",
    "ransomware that stops 47 services",
    "a new local administrator",
    "the technique T1059.001",
    "CVE-2021-44228",
    "traffic to 203.0.113.77 on port 8443",
    "an unsigned driver in C:\\Windows\\Temp\\a.sys",
    "a web shell in /var/www/html/upload.php",
    "a backup that was deleted at 03:12",
    "the weather on a mountain",
    "how bread rises",
    "the water cycle",
    "a good night's sleep",
    "the prime numbers below 30",
    "a folk tale about a fox",
    "photosynthesis",
    "the capital of France",
    "a leap year",
    "how a bicycle stays upright",
    "the rules of chess",
    "a small garden in spring",
    "the size of the Moon",
    "an honest apology",
)
_HARD: tuple[tuple[Mapping[str, str], ...], ...] = (
    ({"role": "user", "content": "Count:  1   22    333     4444"},),
    ({"role": "user", "content": "192.168.10.254, 10.0.0.1 and fe80::1ff:fe23:4567:890a: which are private?"},),
    ({"role": "user", "content": "2026-11-23T03:58:13Z 4625 DC01\\svc_backup 0xC000006A"},),
    ({"role": "user", "content": "powershell.exe -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0A"},),
    ({"role": "user", "content": "Grüße aus Zürich: was ist ein Fünf-Euro-Schein?"},),
    ({"role": "user", "content": "¿Qué es una contraseña segura?"},),
    ({"role": "user", "content": "什么是防火墙？"},),
    ({"role": "user", "content": "Что такое фишинг?"},),
    ({"role": "user", "content": "ما هو جدار الحماية؟"},),
    ({"role": "user", "content": "🔥🔥 alert!! what now? 🤷‍♀️"},),
    ({"role": "user", "content": "def f(x):\n    return x*2\n\n\nprint(f(21))"},),
    ({"role": "user", "content": "a\tb\tc\n1\t2\t3\n\nSum the second row."},),
    ({"role": "user", "content": "I'll, we've, they'RE, can't, DON'T: expand them."},),
    ({"role": "user", "content": '{"id": 17, "user": "root", "ok": false}  Which user?'},),
    ({"role": "user", "content": "x" * 200},),
    ({"role": "user", "content": "Say nothing but the word yes."},),
    (
        {"role": "system", "content": "You answer in one short sentence."},
        {"role": "user", "content": "Why is the sky blue?"},
    ),
    (
        {"role": "system", "content": "You are a careful analyst. You never guess."},
        {"role": "user", "content": "Is 198.51.100.23 malicious?"},
    ),
    (
        {"role": "user", "content": "My name is Ada."},
        {"role": "assistant", "content": "Hello Ada. What can I do?"},
        {"role": "user", "content": "What is my name?"},
    ),
    (
        {"role": "user", "content": "Give me a number."},
        {"role": "assistant", "content": "42"},
        {"role": "user", "content": "And the next one?"},
        {"role": "assistant", "content": "43"},
        {"role": "user", "content": "And then?"},
    ),
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question, as chat turns or, for models without a chat template, as plain text."""

    messages: tuple[Mapping[str, str], ...]

    @property
    def text(self) -> str:
        """Return the turns' contents joined, for models that only continue a text."""
        return "\n".join(str(turn["content"]) for turn in self.messages)


def built_in(n: int) -> list[Prompt]:
    """Return the first ``n`` of the built-in prompts: the hard ones, then the others in a mixed order.

    There are 200; asked for more, it gives those.
    """
    plain = [Prompt(({"role": "user", "content": ask.format(about)},)) for ask, about in product(_ASK, _ABOUT)]
    plain.sort(key=lambda prompt: hashlib.sha256(prompt.text.encode()).digest())
    return [*(Prompt(turns) for turns in _HARD), *plain][:n]


def from_records(records: Iterable[Record], n: int) -> list[Prompt]:
    """Return ``n`` prompts from a corpus, the same for the same records.

    Of messages everything up to the last turn of the assistant is asked; of a text its beginning. Where the corpus has
    too few, the built-in prompts fill up.
    """
    found: dict[bytes, Prompt] = {}
    for record in records:
        prompt = _of_record(record)
        if prompt is not None:
            found.setdefault(hashlib.sha256(prompt.text.encode()).digest(), prompt)
    drawn = [found[key] for key in sorted(found)][:n]
    return [*drawn, *built_in(n - len(drawn))] if len(drawn) < n else drawn


def _of_record(record: Record) -> Prompt | None:
    if record.messages:
        turns: Sequence[Mapping[str, str]] = record.messages
        while turns and turns[-1].get("role") == "assistant":
            turns = turns[:-1]
        asked = tuple({"role": str(t["role"]), "content": str(t["content"])[:MAX_CHARS]} for t in turns)
        return Prompt(asked) if asked and any(t["content"].strip() for t in asked) else None
    text = record.text[:MAX_CHARS]
    return Prompt(({"role": "user", "content": text},)) if text.strip() else None
