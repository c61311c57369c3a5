"""``vedette guard serve``: the gateway before models: OpenAI's and Anthropic's clients speak to it as to their own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli.frame import Frame, frame_of

if TYPE_CHECKING:
    from vedette.guard.wire import Dialect
    from vedette.server import Access
    from vedette.server.gateway import GatewayConfig, Upstream

PORT = 8585
SWITCH_S = 0.0005
"""For so long one thread keeps the interpreter from others: the loop would else wait longer than a piece takes."""
_EXAMPLE = (
    "vedette guard serve --upstream openai=https://api.openai.com/v1 --key-env openai=OPENAI_API_KEY, "
    "or --config gateway.yaml"
)


def serve(
    context: typer.Context,
    upstream: Annotated[
        list[str] | None,
        typer.Option(
            "--upstream",
            "-u",
            metavar="NAME=URL",
            help="Where models answer, up to /v1: openai=https://api.openai.com/v1. Anthropic's dialect is spoken to "
            "names that begin with anthropic; may be repeated.",
        ),
    ] = None,
    key_env: Annotated[
        list[str] | None,
        typer.Option(
            "--key-env",
            metavar="NAME=VARIABLE",
            help="Variable of the environment that holds an upstream's key: openai=OPENAI_API_KEY; may be repeated.",
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Upstreams, prices and limits (YAML), instead of --upstream.")
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", "-p", help="A policy file (YAML), or a preset: default, strict, watch.")
    ] = None,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on. Elsewhere than on this machine only with tokens.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")] = PORT,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="Host name that the gateway is known by, besides its address; may be repeated."),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option("--proxy", help="Address of a proxy whose X-Forwarded-For is believed; may be repeated."),
    ] = None,
    tokens: Annotated[bool, typer.Option("--tokens", help="A token is needed on this machine too.")] = False,
    certificate: Annotated[Path | None, typer.Option("--tls-cert", help="Certificate chain (PEM), for TLS.")] = None,
    key: Annotated[Path | None, typer.Option("--tls-key", help="Its key (PEM).")] = None,
) -> None:
    """Serve the gateway: a drop-in for OpenAI's and Anthropic's APIs that keeps in what must not leave.

    On this machine alone it needs no token; other machines may connect only with tokens (vedette tokens create).

    Example: vedette guard serve --upstream openai=https://api.openai.com/v1 --key-env openai=OPENAI_API_KEY
    """
    frame = frame_of(context)
    from vedette.errors import UserError

    _needs_server()
    if (certificate is None) != (key is None):
        raise UserError("TLS needs a certificate and its key", next_step="give --tls-cert and --tls-key")
    from vedette.server.serving import bind, check_tls
    from vedette.server.serving import serve as run

    if certificate is not None and key is not None:
        check_tls(certificate, key)
    from vedette.cli.guard_opening import opened_keys, opened_policy
    from vedette.cli.serve import host_names, n_tokens_of
    from vedette.llm.options import ModelOptions
    from vedette.server import Access, Limits
    from vedette.server.gateway.assembly import opened_gateway

    sys.setswitchinterval(SWITCH_S)
    said = _config(config, upstream, key_env)
    access = Access(
        host=host,
        tokens_needed=tokens,
        names=host_names(host, name),
        proxies=frozenset(proxy or ()),
        tls=certificate is not None,
    )
    limits = Limits(
        body_bytes=said.max_request_bytes, body_timeout_s=60.0, requests_per_minute=said.requests_per_minute
    )
    settings = frame.settings
    with frame.lake(make=True) as lake:
        n_tokens = n_tokens_of(lake)
        access.check_start(n_tokens=n_tokens)
        opened = opened_gateway(
            lake,
            said,
            policy=opened_policy(frame, policy),
            keys=opened_keys(frame),
            options=ModelOptions(proxy=settings.llm_proxy, ca_file=settings.llm_ca_file),
            third_party=settings.third_party_plugins,
        )
        opened.parts.guard.warm()  # what cannot be loaded is said here, and not by a server that does not start
        listening = bind(access, port)
        port = listening.getsockname()[1]
        run(
            opened.app(access=access, limits=limits),
            listening,
            limits=limits,
            certificate=certificate,
            key=key,
            on_started=lambda: _say(frame, access, port, said, opened.parts.guard.policy.name, n_tokens),
        )
    frame.note("stopped")


def _config(config: Path | None, upstreams: list[str] | None, key_envs: list[str] | None) -> GatewayConfig:
    """Return what the gateway is told, keys read."""
    from dataclasses import replace

    from vedette.errors import UserError
    from vedette.server.gateway import GatewayConfig, read_config

    if config is not None:
        if upstreams:
            raise UserError("upstreams are named by --upstream or in --config, not both")
        try:
            text = config.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"{config} cannot be read: {getattr(error, 'strerror', None) or error}", next_step=_EXAMPLE
            ) from None
        said = read_config(text, name=str(config))
    elif upstreams:
        said = GatewayConfig(upstreams=tuple(_upstream(one) for one in upstreams))
    else:
        raise UserError("no upstream is named", next_step=_EXAMPLE)
    variables = dict(_pair(one, "--key-env") for one in key_envs or ())
    unknown = set(variables) - {one.name for one in said.upstreams}
    if unknown:
        raise UserError(f"--key-env names {min(unknown)!r}, which is no upstream")
    named = (replace(one, key_env=variables.get(one.name, one.key_env)) for one in said.upstreams)
    return replace(said, upstreams=tuple(_with_key(one) for one in named))


def _upstream(said: str) -> Upstream:
    from vedette.server.gateway import read_config

    name, url = _pair(said, "--upstream")
    # read like a file's, so that both are held to the same
    quoted = "'" + url.replace("'", "''") + "'"
    text = f"upstreams:\n- name: {name}\n  base_url: {quoted}\n  dialect: {_dialect(name, url).value}\n"
    return read_config(text, name="--upstream").upstreams[0]


def _dialect(name: str, url: str) -> Dialect:
    from urllib.parse import urlsplit

    from vedette.guard.wire import Dialect

    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        host = ""
    anthropic = name.startswith("anthropic") or host == "anthropic.com" or host.endswith(".anthropic.com")
    return Dialect.ANTHROPIC if anthropic else Dialect.OPENAI


def _pair(said: str, option: str) -> tuple[str, str]:
    import re

    from vedette.errors import UserError

    name, found, value = said.partition("=")
    if not found or not value or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,31}", name):
        raise UserError(f"{option} is written as NAME=…, the name in small letters", next_step=_EXAMPLE)
    return name, value


def _with_key(upstream: Upstream) -> Upstream:
    """Return an upstream with its key, from where it was named."""
    import os
    from dataclasses import replace

    from pydantic import SecretStr

    from vedette.errors import UserError

    if upstream.key_env is not None:
        key = os.environ.get(upstream.key_env, "").strip()
        if not key:
            raise UserError(
                f"the environment has no {upstream.key_env}, which holds the key of the upstream {upstream.name}",
                next_step=f"export {upstream.key_env}=…",
            )
    elif upstream.key_file is not None:
        try:
            key = Path(upstream.key_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"{upstream.key_file} cannot be read: {getattr(error, 'strerror', None) or error}",
                next_step=f"put the key of the upstream {upstream.name} there, alone",
            ) from None
    else:
        return upstream
    if not key.isascii() or not key.isprintable() or " " in key or not key:
        raise UserError(f"the key of the upstream {upstream.name} is no key: it must be one printable word")
    return replace(upstream, api_key=SecretStr(key))


def _needs_server() -> None:
    from importlib.util import find_spec

    from vedette.errors import MissingExtraError

    for part, extra in (
        ("starlette", "server"),
        ("uvicorn", "server"),
        ("prometheus_client", "server"),
        ("httpx", "llm"),
    ):
        if find_spec(part) is None:
            raise MissingExtraError(extra, "serving the gateway")


def _say(frame: Frame, access: Access, port: int, said: GatewayConfig, policy: str, n_tokens: int) -> None:
    """Say where the gateway is, what is behind it, who may come, and a first thing to try."""
    shown = "127.0.0.1" if access.host in ("0.0.0.0", "::") else access.host  # noqa: S104 (said, not bound)
    base = f"{'https' if access.tls else 'http'}://{f'[{shown}]' if ':' in shown else shown}:{port}"
    needed = n_tokens > 0 or access.tokens_needed or not access.loopback
    frame.say(f"The guard listens on {base}", "bold")
    for one in said.upstreams:
        key = "with its key" if one.api_key else "without a key"
        frame.say(f"  upstream  {one.name} ({one.dialect.value}) at {one.base_url}, {key}")
    frame.say(f"  policy    {policy}")
    frame.say(
        f"  access    with a token ({n_tokens} hold{'s' if n_tokens == 1 else ''})"
        if needed
        else "  access    this machine only, any key will do"
    )
    if not access.loopback and not access.tls:
        frame.say(
            "  caution   without TLS tokens can be read on the way: --tls-cert and --tls-key, or a proxy with TLS"
        )
    if needed and not n_tokens:
        frame.say("  caution   there is no token yet: vedette tokens create NAME --role viewer")
    frame.say("\nPoint your program at it:", "bold")
    key = "TOKEN" if needed else "any"
    dialects = {one.dialect.value for one in said.upstreams}
    if "openai" in dialects:
        frame.say(f"  export OPENAI_BASE_URL={base}/v1 OPENAI_API_KEY={key}")
    if "anthropic" in dialects:
        frame.say(f"  export ANTHROPIC_BASE_URL={base} ANTHROPIC_API_KEY={key}")
    frame.say("\nCtrl-C stops it.")
