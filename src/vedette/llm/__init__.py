"""The llm room: messages enter; text or an object of a given schema leaves, or embeddings.

The embedded model, any OpenAI-compatible endpoint, other providers, and a scripted double for tests. Nothing is fetched
and nothing leaves this machine unless it was configured.
"""

from vedette.llm.base import Ask, Embedder, LanguageModel

__all__ = ["Ask", "Embedder", "LanguageModel"]
