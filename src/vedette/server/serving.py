"""The application on a socket: bound before it starts, told to stop with everything that runs in it."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from vedette.errors import OutsideError, UserError
from vedette.server.access import Access
from vedette.server.desk import Desk
from vedette.server.limits import Limits

MAX_CONNECTIONS = 1000


def bind(access: Access, port: int) -> socket.socket:
    """Return a bound socket; port 0 takes any that is free.

    Raises:
        UserError: the address is not this machine's, or the port is taken or needs rights.
    """
    kind = socket.AF_INET6 if ":" in access.host else socket.AF_INET
    listening = socket.socket(kind, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((access.host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        raise UserError(
            f"cannot listen on {access.host} port {port}: {'another program does' if taken else error}",
            next_step="vedette serve --port with another number" if taken else "name an address of this machine",
        ) from None
    return listening


def check_tls(certificate: Path, key: Path) -> None:
    """Raise UserError unless the files hold a certificate and its key."""
    try:
        # without a password it would ask for one
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise UserError(
            f"{certificate} and {key} cannot be used for TLS: {getattr(error, 'strerror', None) or error}",
            next_step="name a PEM file with the certificate chain and one with its key, without a pass phrase",
        ) from None


def serve(
    app: Starlette,
    listening: socket.socket,
    *,
    limits: Limits,
    certificate: Path | None = None,
    key: Path | None = None,
    on_started: Callable[[], None] = lambda: None,
) -> None:
    """Serve until the program is told to stop (Ctrl-C, SIGTERM).

    Args:
        app: from :func:`vedette.server.app.create_app`.
        listening: from :func:`bind`.
        limits: how long calls may take to end when it stops.
        certificate: PEM file with the certificate chain, for TLS.
        key: PEM file with its key.
        on_started: called once it answers.

    Raises:
        OutsideError: it did not start.
    """
    server = StoppableServer(config(app, limits, certificate, key), on_started)
    with suppress(KeyboardInterrupt):  # everything has ended by then
        server.run(sockets=[listening])
    if not server.started:
        raise OutsideError("the server did not start", next_step="run it with --verbose to see why")


def config(app: Starlette, limits: Limits, certificate: Path | None = None, key: Path | None = None) -> uvicorn.Config:
    """Return how the application is served: no access log (it would hold ids), no proxy believed, no server name."""
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=max(1, round(limits.shutdown_grace_s)),
        limit_concurrency=MAX_CONNECTIONS,
        ssl_certfile=str(certificate) if certificate else None,
        ssl_keyfile=str(key) if key else None,
    )


class StoppableServer(uvicorn.Server):
    """Ends what runs before it waits for connections to close: whoever streams is told, and Ctrl-C is quick."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None] = lambda: None) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell every call to stop, then close."""
        for server in self.servers:
            server.close()
        state = getattr(self.config.app, "state", None)
        desk: Desk | None = getattr(state, "desk", None)
        if desk is not None:
            await desk.close()
        await super().shutdown(sockets=sockets)
