"""Policies: what is known of an exposure goes in, what must be done by when comes out. Pure, and replayable."""

from __future__ import annotations

from vedette.errors import UserError
from vedette.exposure.policies.base import GROUP, DecisionPoint, Policy
from vedette.exposure.policies.own import load_policy
from vedette.plugins import load_plugin, load_plugins

__all__ = ["GROUP", "DecisionPoint", "Policy", "load_policy", "policies", "policy"]

DEFAULT = "bod-26-04"


def policies(*, third_party: bool = True) -> dict[str, Policy]:
    """Return every installed policy by name.

    Args:
        third_party: whether those of other packages are loaded too.
    """
    return dict(load_plugins(GROUP, Policy, third_party=third_party)[0])


def policy(name: str, *, third_party: bool = True) -> Policy:
    """Return a policy by its name, or the user's own by the path of its file (``.yaml`` or ``.yml``).

    Raises:
        UserError: there is no such policy, or the file is none.
    """
    if name.endswith((".yaml", ".yml")):
        return load_policy(name)
    found = load_plugin(GROUP, name, "policy", Policy, third_party=third_party)
    if not isinstance(found, Policy):
        raise UserError(f"{name} is no policy")
    return found
