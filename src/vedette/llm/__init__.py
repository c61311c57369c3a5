"""The llm room: messages enter; text or an object of a given schema leaves, or embeddings.

The embedded model, any OpenAI-compatible endpoint, other providers, and a scripted double for tests. Nothing is fetched
and nothing leaves this machine unless it was configured.
"""

from vedette.llm.base import Ask, Embedder, LanguageModel
from vedette.llm.egress import AllowHosts, DenyAll, Egress
from vedette.llm.objects import Structured, structured
from vedette.llm.opening import open_model
from vedette.llm.options import ModelOptions, Price
from vedette.llm.retrying import Retry

__all__ = [
    "AllowHosts",
    "Ask",
    "DenyAll",
    "Egress",
    "Embedder",
    "LanguageModel",
    "ModelOptions",
    "Price",
    "Retry",
    "Structured",
    "open_model",
    "structured",
]
