"""Sample values that vendors publish in their documentation or test code: they open nothing.

Halves of SHA-256 digests, so that this file holds no string that looks like a key.
"""

PUBLISHED: frozenset[str] = frozenset()
"""Digests as :func:`vedette.guard.secrets.values.digest` makes them."""
