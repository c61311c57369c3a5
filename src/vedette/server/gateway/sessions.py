"""Sessions: whose pairs a request uses, so that no value of one conversation is known to another.

A client that names a session (``X-Vedette-Session``) has its pairs kept in the vault, under its own token: nobody else
can open them. A client that names none resends its conversation with each request, as chat clients do. Its pairs then
live as long as the request: they are made anew from the conversation that the request itself holds, so that a
pseudonym resolves only where its value was sent along. They look the same in each turn, because the secret that they
are drawn with hangs on the client and on the user's first message; the pairs themselves are shared with nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from vedette.guard.base import PairBook
from vedette.guard.pseudonyms import MemoryPairs
from vedette.server.access import Principal
from vedette.server.refusals import RefusalError

HEADER = "X-Vedette-Session"
_SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,127}")
_PREFIX = re.compile(r"[a-z]{2,12}_")
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SEAL = ".vdt."


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """What is derived for one client from the gateway's own key.

    Args:
        key: 32 bytes that stay the same as long as conversations should.
        client: whose requests they are.
    """

    key: bytes = field(repr=False)
    client: str

    def digest(self, purpose: str, text: str) -> bytes:
        """Return 32 bytes that hang on the client, the purpose and the text."""
        said = b"\0".join((purpose.encode(), self.client.encode(), text.encode("utf-8", "surrogatepass")))
        return hmac.new(self.key, said, hashlib.sha256).digest()

    def alias(self, text: str) -> str:
        """Return what stands for an id: as long, with the same beginning where that is a usual one."""
        prefix = _PREFIX.match(text)
        head = prefix[0] if prefix and len(text) > len(prefix[0]) else ""
        size = min(max(len(text) - len(head), 9), 48)
        number = int.from_bytes(self.digest("alias", text) + self.digest("alias+", text), "big")
        made = []
        for _ in range(size):
            number, at = divmod(number, len(_LETTERS))
            made.append(_LETTERS[at])
        return head + "".join(made)

    def seal(self, blob: str) -> str:
        """Mark a blob of the upstream's, so that it is known when the client sends it back."""
        return f"{blob}{_SEAL}{self.digest('seal', blob).hex()[:32]}"

    def unseal(self, text: str) -> str | None:
        """Return a blob without its mark; None where it has none, or another's."""
        blob, found, mark = text.rpartition(_SEAL)
        if not found or not hmac.compare_digest(mark.encode(), self.digest("seal", blob).hex()[:32].encode()):
            return None
        return blob


OpenVault = Callable[[str, str], PairBook]
"""Opens the kept pairs of a session, by its owner and its name."""


def book_of(
    keyed: Keyed, principal: Principal, named: str | None, opening: str, open_vault: OpenVault | None
) -> PairBook:
    """Return the pairs that a request uses.

    Args:
        keyed: of the client.
        principal: who asks.
        named: the session that the client names.
        opening: the user's first message.
        open_vault: opens kept pairs; None where none are kept.

    Raises:
        RefusalError: the name is none, or nothing is kept here.
        OutsideError: the vault is gone.
    """
    if named is None:
        # never the same id twice: what others remember by it would be another request's
        return MemoryPairs(f"request-{secrets.token_hex(16)}", keyed.digest("pairs", opening))
    if not _SESSION.fullmatch(named):
        raise RefusalError(
            400, f"{HEADER} must be 8 to 128 letters, digits, and . _ : -", code="invalid_session", param=HEADER
        )
    if open_vault is None:
        raise RefusalError(400, "this gateway keeps no sessions", code="no_vault", next_step=f"leave {HEADER} out")
    # another client that names the same session has another one
    return open_vault(principal.key, named)
