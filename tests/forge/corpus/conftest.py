"""Fixtures of the corpus tests."""

from forge_corpus_support import build

__all__ = ["build"]
