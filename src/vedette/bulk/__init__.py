"""Batch work: a function and its inputs in, its outputs out, each exactly once.

The same code runs on this process, on a pool of processes or on a Ray cluster; results are handed over in the
order of the inputs, so that one worker and many give the same answer. What makes a job resumable is the commit:
the caller stores each result together with the mark that its shard is finished, in one transaction, and leaves
finished shards out when it is called again; ``vedette.bulk.job`` does that for tables in Parquet.
"""

from vedette.bulk.engine import Engine, LocalEngine, PoolEngine, engine_named, run_shards

__all__ = ["Engine", "LocalEngine", "PoolEngine", "engine_named", "run_shards"]
