"""Values and the pseudonyms that stand in their place: findings of a text enter, a text without them leaves, and back.

:class:`Masker` puts pseudonyms into a text, :class:`Restorer` puts the values back, in whole texts and in streams;
the pairs are kept in a session's book (:class:`MemoryPairs`, or one of the vault's).
"""

from vedette.guard.pseudonyms.masking import Masked, Masker, Replaced
from vedette.guard.pseudonyms.memory import MemoryPairs
from vedette.guard.pseudonyms.restoring import Invented, Restorer, StreamRestorer, invented
from vedette.guard.pseudonyms.tokens import token_shapes, warm

__all__ = [
    "Invented",
    "Masked",
    "Masker",
    "MemoryPairs",
    "Replaced",
    "Restorer",
    "StreamRestorer",
    "invented",
    "token_shapes",
    "warm",
]
