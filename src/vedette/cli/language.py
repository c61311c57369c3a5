"""The language model that settings name, for every verb that words something."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vedette.errors import UserError

if TYPE_CHECKING:
    from vedette.cli.frame import Frame
    from vedette.llm import LanguageModel, ModelOptions
    from vedette.llm.egress import Audit, EgressRecord
    from vedette.settings import Settings
    from vedette.store import Lake


def model_options(settings: Settings, *, audit: Audit | None = None, name: str | None = None) -> ModelOptions:
    """Return what settings say of language models.

    Args:
        settings: of this call.
        audit: told of each request before it is made; without one, only this machine can be asked.
        name: of the model, where it is not the one set: an endpoint of its kind on loopback may be asked.

    Raises:
        UserError: settings do not fit together.
    """
    from vedette.llm import AllowHosts, DenyAll, ModelOptions, Price, Retry

    prices = (settings.llm_price_prompt, settings.llm_price_completion)
    if (prices[0] is None) != (prices[1] is None):
        raise UserError("one price of the model is set", next_step="VEDETTE_LLM_PRICE_PROMPT and …_COMPLETION: both")
    price = None if prices[0] is None or prices[1] is None else Price(prompt_usd=prices[0], completion_usd=prices[1])
    hosts = [host for host in (settings.llm_allowed_hosts or "").split(",") if host.strip()]
    hosts += _own(name or settings.model or "", settings.llm_base_url)
    if audit is None:
        hosts = [host for host in hosts if _is_here(host)]
    return ModelOptions(
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key,
        api_version=settings.llm_api_version,
        proxy=settings.llm_proxy,
        ca_file=settings.llm_ca_file,
        timeout_s=settings.llm_timeout_s,
        retry=Retry(times=settings.llm_retries),
        pool_size=settings.llm_pool_size,
        price=price,
        egress=AllowHosts(hosts, audit=audit) if hosts else DenyAll(),
        n_ctx=settings.llm_context,
        threads=settings.llm_threads,
    )


@contextmanager
def language_model(
    frame: Frame, lake: Lake, name: str | None = None, *, actor: str = "cli"
) -> Iterator[LanguageModel | None]:
    """Yield the model that was named on the command line or by the settings; None where there is none.

    One that is not on this machine gets pseudonyms in the place of what the home's policy keeps here.

    Raises:
        UserError: see :func:`vedette.llm.open_model`.
    """
    from vedette.llm import open_model

    named = name or frame.settings.model
    options = model_options(frame.settings, audit=auditing(lake, actor), name=named)
    model = open_model(named, home=frame.home_path(), options=options)
    if model is not None and not model.local:
        from vedette.cli.guard_opening import opened_policy
        from vedette.guard.model import guarded

        model = guarded(model, opened_policy(frame, None), third_party=frame.settings.third_party_plugins)
    with contextlib.closing(model) if model is not None else contextlib.nullcontext():
        yield model


def _own(name: str, base_url: str | None) -> list[str]:
    """Return the loopback endpoint that a model's name and base URL mean: it leaves nothing from this machine."""
    from vedette.llm.egress import is_loopback, outbound_of
    from vedette.llm.wire import DIALECTS

    kind, _, model = name.partition(":")
    dialect = DIALECTS.get(kind.lower())
    where = base_url or (dialect.base_url if dialect else None)
    if not model or not where or kind.lower() == "embedded":
        return []
    outbound = outbound_of(where, purpose=f"model {name}")
    return [outbound.target] if is_loopback(outbound.host) else []


def _is_here(host: str) -> bool:
    from urllib.parse import urlsplit

    from vedette.llm.egress import is_loopback

    return is_loopback(urlsplit(f"//{host.strip()}").hostname or "")


def auditing(lake: Lake, actor: str) -> Audit:
    """Return what writes a row of the lake's audit for each request that leaves, or was kept from leaving.

    Args:
        lake: whose state.
        actor: who the rows say it was.
    """
    from vedette.store.audit import record

    def write(told: EgressRecord) -> None:
        out = told.outbound
        record(
            lake,
            actor,
            "egress.allowed" if told.allowed else "egress.denied",
            out.target,
            {"purpose": out.purpose[:200], "scheme": out.scheme, "path": out.path[:200], "n_bytes": out.n_bytes},
        )

    return write
