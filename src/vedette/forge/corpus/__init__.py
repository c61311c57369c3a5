"""Corpora: sources go in; records, parted, free of duplicates, secrets and leaks, come out with a data card."""

from __future__ import annotations

from vedette.forge.corpus.base import Bad, CorpusReader, Row, Sample, SourceFile
from vedette.forge.corpus.build import build_corpus
from vedette.forge.corpus.layout import FolderCorpus, open_corpus
from vedette.forge.corpus.redact import Redacted, Redactor

__all__ = [
    "Bad",
    "CorpusReader",
    "FolderCorpus",
    "Redacted",
    "Redactor",
    "Row",
    "Sample",
    "SourceFile",
    "build_corpus",
    "open_corpus",
]
