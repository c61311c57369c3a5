"""Readers of documents, one module a family; found by entry point (``vedette.document_readers``)."""
