"""Sample values that vendors publish in their documentation or test code: they open nothing.

Halves of SHA-256 digests, so that this file holds no string that looks like a key.
"""

PUBLISHED: frozenset[str] = frozenset(
    {
        # Firebase: keys in the tests of its Android, JavaScript and Flutter SDKs
        "3f370c9dd8225c63",
        "e4a5542bb7fd7b67",
        "37f8f09bdf12c2f2",
        "8731261cb72d8626",
        "27a9a42931dff7eb",
        "dc0fcf046c61640c",
        "4c98242dcadc8b29",
        # Stripe: keys of its documentation
        "2cafc0970149a84f",
        "f2d6ca16515033e5",
        "b1471f544ceeea31",
        # jwt.io: the token that it opens with
        "7f75367e78812551",
        # Microsoft: keys of the storage and Cosmos DB emulators
        "0011cc25eb432071",
        "aa6547439583c3a2",
    }
)
"""Digests as :func:`vedette.guard.secrets.values.digest` makes them."""
