"""The lake (append-only Parquet, read through DuckDB) and the state (small things that change)."""

from vedette.store.digests import DigestSet
from vedette.store.lake import HIT_COLUMNS, Lake, Segment, Written, hits_arrow_schema

__all__ = ["HIT_COLUMNS", "DigestSet", "Lake", "Segment", "Written", "hits_arrow_schema"]
