"""From a name to a language model.

| name | what answers |
|---|---|
| ``none`` | nothing: answers are composed without a model |
| ``embedded`` | the default weights in this process |
| ``embedded:NAME[@VERSION]`` | weights of the catalogue, a registered model, or a GGUF file, in this process |
| ``openai:MODEL`` | OpenAI, or with ``base_url`` any endpoint that speaks its chat completions |
| ``azure:DEPLOYMENT`` | Azure OpenAI at ``base_url`` |
| ``ollama:MODEL``, ``vllm:MODEL``, ``llama-server:MODEL`` | such a server, here unless ``base_url`` says where |
| ``PROVIDER:MODEL`` | any other provider that pydantic-ai knows: ``anthropic:…``, ``google:…``, ``mistral:…`` |
"""

from __future__ import annotations

from pathlib import Path

from vedette.errors import UserError
from vedette.llm.base import LanguageModel
from vedette.llm.options import ModelOptions

NONE = "none"
EMBEDDED = "embedded"
DEFAULT_OPTIONS = ModelOptions()


def open_model(name: str | None, *, home: Path, options: ModelOptions = DEFAULT_OPTIONS) -> LanguageModel | None:
    """Return a language model; nothing is fetched, and nothing leaves before the first request.

    Args:
        name: see the table above; None is ``embedded`` where its weights are here, else no model.
        home: where the registry and the weights are.
        options: see :class:`vedette.llm.options.ModelOptions`.

    Returns:
        The model, to be closed; None where there is none by name or by default.

    Raises:
        UserError: the name means nothing here, its weights were not pulled, or an option does not fit it.
        MissingExtraError: a part is not installed.
        OutsideError: files are damaged.
    """
    from vedette.llm.embedded import DEFAULT, EmbeddedModel, is_here

    said = (name or "").strip()
    if not said:
        return EmbeddedModel(DEFAULT, home, options, name=EMBEDDED) if _default_is_here(home) else None
    if said == NONE:
        return None
    kind, colon, rest = said.partition(":")
    kind = kind.lower()
    if kind == EMBEDDED:
        if colon and not rest:
            raise _unknown(said)
        return EmbeddedModel(rest or DEFAULT, home, options, name=said)
    if not rest:
        if is_here(said, home):
            raise UserError(f"{said[:80]!r} is no model by itself", next_step=f"write it as embedded:{said[:80]}")
        raise _unknown(said)
    from vedette.llm.wire import DIALECTS, dialect_of

    if kind in DIALECTS:
        from vedette.llm.endpoint import Endpoint

        return Endpoint(dialect_of(kind, options.base_url), rest, options, name=f"{kind}:{rest}")
    from vedette.llm.providers import ProviderModel

    return ProviderModel(kind, rest, options, name=f"{kind}:{rest}")


def _default_is_here(home: Path) -> bool:
    from importlib.util import find_spec

    from vedette.llm.embedded import DEFAULT, is_here

    return find_spec("xllamacpp") is not None and is_here(DEFAULT, home)


def _unknown(name: str) -> UserError:
    return UserError(
        f"there is no language model {name[:80]!r}",
        next_step="write it as embedded, embedded:NAME, openai:MODEL, azure:DEPLOYMENT, ollama:MODEL, or none",
    )
