"""Taking bytes from elsewhere, when somebody asked for it: only over https, whole, and no more than agreed.

Nothing here is called but by an explicit command (``models pull``, ``knowledge sync``): the user's word is the consent,
and the caller says to which host it goes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from vedette import __version__
from vedette.files import CHUNK

_SOCKET_TIMEOUT_S = 30.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class RefusedError(Exception):
    """A source did not give what was asked of it; the message says why."""

    def __init__(self, reason: str, *, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.unreachable = unreachable
        """Whether the host gave no answer at all, so that asking it for another file is in vain."""


def host_of(url: str) -> str:
    """Return the host that a URL leads to, for people."""
    return urlsplit(url).hostname or url


def check_url(url: str) -> None:
    """See whether a URL may be followed at all.

    Raises:
        RefusedError: it is neither https nor http on this machine.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise RefusedError("only https is followed")


@contextmanager
def opened(url: str) -> Iterator[tuple[IO[bytes], int | None]]:
    """Yield what a URL gives, and the length that the host says, or None where it says none.

    Raises:
        RefusedError: it may not be followed, or gives nothing; also where reading fails within the block.
    """
    check_url(url)
    request = Request(url, headers={"User-Agent": f"vedette/{__version__}"})  # noqa: S310 (checked above)
    try:
        with build_opener(_Redirects).open(request, timeout=_SOCKET_TIMEOUT_S) as answer:
            length = answer.headers.get("Content-Length", "")
            yield answer, int(length) if length.isdigit() else None
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        if isinstance(error, HTTPError):
            error.close()
        why = str(getattr(error, "reason", None) or error)[:200]
        # an answer with a status concerns this file; no answer concerns the host
        code = getattr(error, "code", "")
        raise RefusedError(f"{code} {why}".strip(), unreachable=not code) from None


def copy(
    read: IO[bytes] | Any,
    out: IO[bytes],
    *,
    cap_bytes: int,
    size_bytes: int | None = None,
    sha256: str | None = None,
    tell: Callable[[int], None] | None = None,
) -> tuple[int, str]:
    """Copy a stream, flush it to the disk, and return its size and SHA-256.

    Args:
        read: from here.
        out: to here.
        cap_bytes: more is refused.
        size_bytes: what it must have, where that is known.
        sha256: what it must be, where that is known.
        tell: called with the size of each block.

    Raises:
        RefusedError: it is longer, shorter or other than it should be.
    """
    digest, size = hashlib.sha256(), 0
    while block := read.read(CHUNK):
        size += len(block)
        if size > cap_bytes:
            raise RefusedError(f"it is longer than {cap_bytes:,} bytes")
        digest.update(block)
        out.write(block)
        if tell is not None:
            tell(len(block))
    if size_bytes is not None and size != size_bytes:
        raise RefusedError(f"it ended after {size:,} of {size_bytes:,} bytes")
    if sha256 is not None and digest.hexdigest() != sha256:
        raise RefusedError(f"wrong digest: SHA-256 {digest.hexdigest()}, pinned is {sha256}")
    out.flush()
    os.fsync(out.fileno())
    return size, digest.hexdigest()


class _Redirects(HTTPRedirectHandler):
    """Follows a redirection only to where a URL may lead at all."""

    max_redirections = 5

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        """Return the next request."""
        try:
            check_url(newurl)
        except RefusedError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)
