"""Batch work: a function and its inputs in, its outputs out, each exactly once.

The same code runs on this process or on a pool of processes; results are handed over in the
order of the inputs either way, so that one worker and many give the same answer. What makes a
job resumable is the commit: the caller stores each result together with the mark that its shard
is finished, in one transaction, and leaves finished shards out when it is called again.
"""

from vedette.bulk.engine import run_shards

__all__ = ["run_shards"]
