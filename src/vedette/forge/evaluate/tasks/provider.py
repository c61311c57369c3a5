"""Our own models as an inspect-ai provider: ``vedette/NAME``, ``vedette/NAME@VERSION``, ``vedette//path/to/model``.

Requests that wait are answered in one batch, which is several times faster on a CPU than one after the other.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from anyio import to_thread
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessageAssistant,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
)

from vedette.errors import UserError
from vedette.forge.evaluate.local import Generated
from vedette.forge.evaluate.tasks.subject import Subject, open_subject

_TOGETHER = 16
_WAIT_S = 0.02


@dataclass(eq=False)
class _Waiting:
    turns: list[dict[str, str]]
    max_tokens: int
    stop: tuple[str, ...]
    done: anyio.Event = field(default_factory=anyio.Event)
    said: Generated | None = None
    error: BaseException | None = None


class VedetteAPI(ModelAPI):  # type: ignore[misc]  # inspect-ai is not looked into
    """One of our models under inspect-ai."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig | None = None,
        *,
        subject: Subject | None = None,
        home: str | None = None,
        **more: Any,
    ) -> None:
        """Open a model by name, or take one that is open.

        Args:
            model_name: what comes after ``vedette/``.
            base_url: not used.
            api_key: not used.
            config: inspect-ai's defaults for generating.
            subject: a model that is open already.
            home: the home; default: ``$VEDETTE_HOME``, else the platform's data folder.
            more: unknown model arguments, which are refused.

        Raises:
            UserError: there is no such model, or a model argument is unknown.
        """
        super().__init__(model_name, base_url, api_key, [], config or GenerateConfig())
        if more:
            raise UserError(f"vedette/ models know no {', '.join(sorted(more))}", next_step="they know home")
        self.subject: Subject = subject or open_subject(model_name, Path(home) if home else _home())
        self._queue: list[_Waiting] = []
        self._busy = False

    async def generate(self, input: list[Any], tools: list[Any], tool_choice: Any, config: GenerateConfig) -> Any:
        """Return the model's answer to a conversation. Tools are not offered to it."""
        if tools:
            raise UserError("a vedette/ model takes no tools from inspect-ai")
        turns = [{"role": message.role, "content": message.text} for message in input]
        waiting = _Waiting(turns, config.max_tokens or 128, tuple(config.stop_seqs or ()))
        self._queue.append(waiting)
        if not self._busy:
            await self._answer_all()
        await waiting.done.wait()
        if waiting.error is not None:
            raise waiting.error
        assert waiting.said is not None  # noqa: S101 (done without an error)
        said = waiting.said
        return ModelOutput(
            model=self.model_name,
            choices=[
                ChatCompletionChoice(
                    message=ChatMessageAssistant(content=said.text, model=self.model_name, source="generate"),
                    stop_reason="stop" if said.stopped else "max_tokens",
                )
            ],
            usage=ModelUsage(
                input_tokens=said.n_prompt_tokens,
                output_tokens=said.n_tokens,
                total_tokens=said.n_prompt_tokens + said.n_tokens,
            ),
        )

    async def count_text_tokens(self, text: str) -> int:
        """Return about how many tokens a text has; inspect-ai's own counter would fetch a vocabulary."""
        return len(text.encode("utf-8", "replace")) // 4 + 1

    async def odds(self, turns: list[dict[str, str]], options: list[str], how: str) -> tuple[list[float], list[float]]:
        """Return what decides between options, and their log-likelihoods."""
        found: tuple[list[float], list[float]] = await to_thread.run_sync(self.subject.odds, turns, options, how)
        return found

    async def _answer_all(self) -> None:
        """Answer what waits, until nothing does; whoever comes meanwhile is answered too."""
        self._busy = True
        try:
            await anyio.sleep(_WAIT_S)
            while self._queue:
                like = (self._queue[0].max_tokens, self._queue[0].stop)
                part = [w for w in self._queue if (w.max_tokens, w.stop) == like][:_TOGETHER]
                self._queue = [w for w in self._queue if w not in part]
                try:
                    said = await to_thread.run_sync(self._reply, [w.turns for w in part], *like)
                    for waiting, one in zip(part, said, strict=True):
                        waiting.said = one
                except Exception as error:
                    for waiting in part:
                        waiting.error = error
                finally:
                    for waiting in part:
                        if waiting.said is None and waiting.error is None:
                            waiting.error = UserError("the evaluation was stopped")
                        waiting.done.set()
        finally:
            self._busy = False

    def _reply(self, prompts: list[list[dict[str, str]]], max_tokens: int, stop: tuple[str, ...]) -> list[Generated]:
        return self.subject.reply(prompts, max_tokens=max_tokens, stop=stop)

    def max_connections(self) -> int:
        """Return how many requests may wait together."""
        return 2 * _TOGETHER

    def max_tokens(self) -> int | None:
        """Return how long an answer is where nobody says."""
        return 128


def _home() -> Path:
    """Return the home where inspect-ai was started by itself: it knows no settings of ours."""
    import platformdirs

    given = os.environ.get("VEDETTE_HOME")
    return Path(given) if given else Path(platformdirs.user_data_dir("vedette", appauthor=False))
