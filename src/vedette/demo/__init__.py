"""The demo world: a seeded company in native log formats, with one incident and its ground truth.

Enters: a folder, a seed, a number of events. Leaves: files as real systems write them, and beside
them what really happened. Nothing else of Vedette is told that the data is generated.
"""

from vedette.demo.sink import LogFile
from vedette.demo.world import World, benign_stream, remove_world, write_world

__all__ = ["LogFile", "World", "benign_stream", "remove_world", "write_world"]
