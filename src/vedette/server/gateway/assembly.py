"""A gateway put together: scanners, policy, vault, audit and tokens of a home, and the application over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from vedette.errors import OutsideError
from vedette.guard.base import PairBook, Scanner
from vedette.guard.engine import Guard, scanners_named
from vedette.guard.policy import Policy, load_policy
from vedette.guard.trail import Trail
from vedette.guard.vault import Approvals, KeyPlace, KeyProvider, Vault, key_provider
from vedette.llm.egress import EgressRecord
from vedette.llm.options import ModelOptions
from vedette.schema import AccessRole
from vedette.schema.guarding import Action, Direction
from vedette.server.access import Access, Principal
from vedette.server.gateway.approving import AskingGuard
from vedette.server.gateway.config import GatewayConfig
from vedette.server.gateway.desk import Parts
from vedette.server.gateway.doors import create_app
from vedette.server.gateway.spending import KeptSpendBook, Spending
from vedette.server.gateway.upstreams import Ways
from vedette.server.limits import Limits
from vedette.store import Lake, audit
from vedette.store.book import whoami
from vedette.store.tokens import TokenBook

KEY_NAME = "gateway"
KEYRING = "guard/keys.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a gateway is made of, and where it is kept."""

    parts: Parts
    lake: Lake
    vault: Vault
    options: ModelOptions

    def app(self, *, access: Access, limits: Limits) -> Starlette:
        """Return the application."""
        return create_app(
            lambda: self.parts,
            lambda token, address: principal_of(self.lake, token, address),
            lambda parts: Ways(parts.config.upstreams, self.options, audit=self._audited),
            access=access,
            limits=limits,
        )

    def _audited(self, record: EgressRecord) -> None:
        """Write a row where a request would have gone elsewhere; those that go have theirs in the trail."""
        if not record.allowed:
            audit.record(self.lake, "gateway", "egress.refuse", record.outbound.target, {})


def opened_gateway(
    lake: Lake,
    config: GatewayConfig,
    *,
    policy: str | Path | Policy = "default",
    scanners: Sequence[Scanner] | None = None,
    keys: KeyProvider | None = None,
    options: ModelOptions | None = None,
    third_party: bool = True,
) -> Opened:
    """Return a gateway's parts, over a home's lake.

    Args:
        lake: whose state keeps tokens, vault and audit.
        config: upstreams and limits.
        policy: a policy, its file, or the name of a preset.
        scanners: what looks; None takes those of the configuration.
        keys: master keys; None takes the home's keyring file, made where there is none.
        options: proxy and certificates.
        third_party: whether plug-ins of other packages are loaded.

    Raises:
        UserError: the policy is none.
        OutsideError: a scanner cannot be loaded, or the vault or audit cannot be used.
    """
    decided = policy if isinstance(policy, Policy) else load_policy(policy)
    keys = keys or key_provider("file", KeyPlace(file=lake.home / KEYRING), third_party=third_party)
    vault = Vault(lake.state, keys)
    trail = Trail(lake.state, keys, anchor=lake.home / "guard" / "trail.json")
    looking = (
        tuple(scanners) if scanners is not None else scanners_named(config.scanners or None, third_party=third_party)
    )
    n = config.n_judging
    guard = AskingGuard(looking, decided, Approvals(lake.state, keys), timeout_s=config.scan_timeout_s, workers=n)
    replying = [one for one in looking if Direction.REPLY in one.directions and acts(decided, one)]
    # no threads of its own: the gateway's call has its time
    replies = Guard(replying or looking[:1], decided, timeout_s=None)

    def open_session(owner: str, named: str) -> PairBook:
        return vault.open(named, owner=owner, ttl_s=decided.session_ttl_s, longest_s=decided.session_longest_s)

    def check() -> None:
        vault.check()
        writable(trail)

    def close() -> None:
        guard.close()
        replies.close()
        trail.close()

    parts = Parts(
        config=config,
        guard=guard,
        replies=replies,
        trail=trail,
        spending=Spending(KeptSpendBook(lake.state)),
        key=vault.house.key(KEY_NAME),
        open_vault=open_session,
        check=check,
        close=close,
    )
    return Opened(parts=parts, lake=lake, vault=vault, options=options or ModelOptions())


def writable(trail: Trail) -> None:
    """Raise OutsideError unless the audit can be read; that it can be written shows with each request."""
    try:
        trail.entries(limit=1, newest_first=True)
    except OutsideError:
        raise


def acts(policy: Policy, scanner: Scanner) -> bool:
    """Return whether a policy may do something about what a scanner finds in replies."""
    return any(_acts_on(policy, entity) for entity in scanner.entities)


def _acts_on(policy: Policy, entity: str) -> bool:
    from vedette.guard.entities import group_of

    for rule in policy.rules:
        when = rule.when
        if not rule.for_replies or (when.directions and Direction.REPLY not in when.directions):
            continue
        named = not (when.entities or when.groups) or entity in when.entities or group_of(entity) in when.groups
        if not named:
            continue
        if rule.do is not Action.ALLOW:
            return True
        narrow = when.routes or when.models or when.roles or when.speakers or when.rules or when.scanners or when.beside
        if not narrow and not when.score_at_least:
            return False  # nothing behind it is asked
    return policy.otherwise[Direction.REPLY] is not Action.ALLOW


def principal_of(lake: Lake, token: str | None, address: str) -> Principal | None:
    """Return whom a token stands for; without one, the user of this machine as long as there are no tokens."""
    book = TokenBook(lake)
    known = book.check(token) if token is not None else None
    if known is not None:
        return Principal(name=known.name, role=known.role, token_id=known.token_id, address=address)
    needed = any(one.revoked_at is None for one in book.all())
    if token is not None and needed:
        audit.record(lake, "unknown", "token.refused", "", {"address": address})
    if token is not None or needed:
        return None  # the gate asks again without the token, where this machine's own programs need none
    return Principal(name=whoami(), role=AccessRole.ANALYST, address=address)
