"""Corpus readers, one module a family; found by entry point (``vedette.corpus_readers``)."""
