"""``vedette serve``: the copilot over HTTP: chat as OpenAI's clients speak it, an API, and MCP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli.answering import ModelOption
from vedette.cli.frame import Frame, frame_of

if TYPE_CHECKING:
    from vedette.server import Access, Parts
    from vedette.store import Lake

app = typer.Typer(rich_markup_mode=None)

PORT = 8484


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on. Elsewhere than on this machine only with tokens.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="0 takes any free one.")] = PORT,
    model: ModelOption = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="Host name that the server is known by, besides its address; may be repeated."),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin", help="Web origin whose pages may use the server: https://soc.example; may be repeated."
        ),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option("--proxy", help="Address of a proxy whose X-Forwarded-For is believed; may be repeated."),
    ] = None,
    tokens: Annotated[bool, typer.Option("--tokens", help="A token is needed on this machine too.")] = False,
    certificate: Annotated[Path | None, typer.Option("--tls-cert", help="Certificate chain (PEM), for TLS.")] = None,
    key: Annotated[Path | None, typer.Option("--tls-key", help="Its key (PEM).")] = None,
    slots: Annotated[int, typer.Option("--slots", min=1, max=64, help="Questions that are answered at once.")] = 4,
    ask_timeout_s: Annotated[
        float, typer.Option("--ask-timeout", min=1, max=3600, help="Seconds that one question may take.")
    ] = 180.0,
    mcp: Annotated[bool, typer.Option("--mcp", help="Serve MCP on standard input and output instead.")] = False,
) -> None:
    """Serve the copilot: OpenAI-compatible chat (/v1), an API (/api) and MCP (/mcp).

    On this machine alone it needs no token; other machines may connect only with tokens (vedette tokens create).

    Example: vedette serve --port 8484
    """
    frame = frame_of(context)
    needs_server()
    if mcp:
        from vedette.cli.mcp import over_stdio

        over_stdio(frame, model)
        return
    if (certificate is None) != (key is None):
        from vedette.errors import UserError

        raise UserError("TLS needs a certificate and its key", next_step="give --tls-cert and --tls-key")
    if certificate is not None and key is not None:
        from vedette.server.serving import check_tls

        check_tls(certificate, key)
    from vedette.server import Access, Limits
    from vedette.server.app import create_app
    from vedette.server.serving import bind
    from vedette.server.serving import serve as run

    access = Access(
        host=host,
        tokens_needed=tokens,
        names=host_names(host, name),
        origins=frozenset(o.lower().rstrip("/") for o in origin or ()),
        proxies=frozenset(proxy or ()),
        tls=certificate is not None,
    )
    limits = Limits(n_asking=slots, ask_timeout_s=ask_timeout_s)
    with opened_parts(frame, model, actor="server") as parts:
        n_tokens = n_tokens_of(parts.lake)
        access.check_start(n_tokens=n_tokens)
        listening = bind(access, port)
        port = listening.getsockname()[1]
        run(
            create_app(lambda: parts, access=access, limits=limits),
            listening,
            limits=limits,
            certificate=certificate,
            key=key,
            on_started=lambda: _say(frame, access, port, parts, n_tokens),
        )
    frame.note("stopped")


@contextmanager
def opened_parts(frame: Frame, model: str | None, *, actor: str) -> Iterator[Parts]:
    """Yield what a server serves: the home's lake, its copilot and tools."""
    from vedette.cli.language import language_model
    from vedette.copilot.engine import Copilot
    from vedette.server import Parts
    from vedette.server.grounded import ToolRunner
    from vedette.toolbox import tools as registered

    third_party = frame.settings.third_party_plugins
    tools, broken = registered(third_party=third_party)
    for one in broken:
        frame.note(f"the tool {one.name} cannot be loaded and is left out: {one.reason}")
    with frame.lake() as lake, language_model(frame, lake, model, actor=actor) as words:
        plain = Copilot(lake, tools=tools)
        yield Parts(
            lake=lake,
            answerer=plain if words is None else Copilot(lake, model=words, tools=tools),
            replayer=plain,
            tools=tools,
            run_tool=ToolRunner(lake, tools),
            model="" if words is None else words.name,
        )


def needs_server() -> None:
    """Raise MissingExtraError where what serving needs is not installed."""
    from importlib.util import find_spec

    from vedette.errors import MissingExtraError

    if any(find_spec(part) is None for part in ("fastapi", "uvicorn", "mcp")):
        raise MissingExtraError("server", "serving")


def host_names(host: str, given: list[str] | None) -> frozenset[str]:
    """Return the names that a server answers to: its own, and those that were given."""
    import socket

    from vedette.server.access import is_loopback

    own = set() if is_loopback(host) else {socket.gethostname().lower(), host.lower()}
    return frozenset({name.lower().rstrip(".") for name in given or ()} | own)


def n_tokens_of(lake: Lake) -> int:
    """Return how many tokens hold."""
    from datetime import UTC, datetime

    from vedette.store.tokens import TokenBook

    now = datetime.now(UTC)
    return sum(
        token.revoked_at is None and (token.expires_at is None or token.expires_at > now)
        for token in TokenBook(lake).all()
    )


def _say(frame: Frame, access: Access, port: int, parts: Parts, n_tokens: int) -> None:
    """Say where the server is, what answers, who may come, and a first thing to try."""
    shown = "127.0.0.1" if access.host in ("0.0.0.0", "::") else access.host  # noqa: S104 (said, not bound)
    host = f"[{shown}]" if ":" in shown else shown
    base = f"{'https' if access.tls else 'http'}://{host}:{port}"
    needed = n_tokens > 0 or access.tokens_needed or not access.loopback
    frame.say(f"Vedette listens on {base}", "bold")
    frame.say(f"  chat     {base}/v1  (any OpenAI client; model: vedette)")
    frame.say(f"  API      {base}/api  (described at {base}/openapi.json)")
    frame.say(f"  MCP      {base}/mcp")
    frame.say(f"  answers  worded by {parts.model}" if parts.model else "  answers  composed without a model")
    frame.say(
        f"  access   with a token ({n_tokens} hold{'s' if n_tokens == 1 else ''})"
        if needed
        else "  access   this machine only, without a token"
    )
    if not access.loopback and not access.tls:
        frame.say("  caution  without TLS tokens can be read on the way: --tls-cert and --tls-key, or a proxy with TLS")
    if needed and not n_tokens:
        frame.say("  caution  there is no token yet: vedette tokens create NAME --role analyst")
    token = " -H 'Authorization: Bearer TOKEN'" if needed else ""
    frame.say("\nTry:", "bold")
    frame.say(f"  curl -s {base}/v1/chat/completions{token} -H 'Content-Type: application/json' \\")
    frame.say("""    -d '{"messages": [{"role": "user", "content": "which accounts are implicated?"}]}'""")
    frame.say("\nCtrl-C stops it.")
