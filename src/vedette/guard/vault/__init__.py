"""The vault room: values and their pseudonyms enter, and lie encrypted until they expire or are erased.

Each session has a random key of its own, wrapped by a master key; erasing the key erases the session.
"""

from vedette.guard.vault.approvals import Approval, Approvals, ApprovalState
from vedette.guard.vault.base import GROUP, KeyPlace, KeyProvider, key_provider
from vedette.guard.vault.batching import batched
from vedette.guard.vault.keys import EnvironmentKeys, FileKeys, shown_key
from vedette.guard.vault.pairs import VaultPairs
from vedette.guard.vault.vault import Erased, Rotated, Vault, VaultSession

__all__ = [
    "GROUP",
    "Approval",
    "ApprovalState",
    "Approvals",
    "EnvironmentKeys",
    "Erased",
    "FileKeys",
    "KeyPlace",
    "KeyProvider",
    "Rotated",
    "Vault",
    "VaultPairs",
    "VaultSession",
    "batched",
    "key_provider",
    "shown_key",
]
