"""Which readers of scans, SBOMs, VEX documents and inventories there are, and which one a file is for."""

from __future__ import annotations

from functools import cache

from vedette.errors import UserError
from vedette.ingest.base import Sample
from vedette.ingest.scans.base import GROUP, ScanReader
from vedette.plugins import BrokenPlugin, load_plugins, plugin_points, surest


@cache
def load_scan_readers(*, third_party: bool = True) -> tuple[dict[str, ScanReader], tuple[BrokenPlugin, ...]]:
    """Return the readers by name, in order of name, and those that are broken.

    Args:
        third_party: whether readers of other packages are loaded too.
    """
    loaded, broken = load_plugins(GROUP, ScanReader, third_party=third_party)
    own = plugin_points(GROUP, third_party=False)
    readers: dict[str, ScanReader] = {}
    for name, reader in loaded.items():
        if reader.name not in readers or name in own:
            readers[reader.name] = reader
    return dict(sorted(readers.items())), broken


def scan_reader_named(name: str) -> ScanReader:
    """Return a reader by name.

    Raises:
        UserError: there is none of that name.
    """
    readers, _ = load_scan_readers()
    if name not in readers:
        raise UserError(f"no reader of scans is called {name!r}", next_step=f"choose one of: {', '.join(readers)}")
    return readers[name]


def surest_scan(sample: Sample) -> tuple[ScanReader | None, float]:
    """Return the reader that is surest of a sample and how sure it is, or None and 0 where none is sure enough."""
    return surest(load_scan_readers()[0].values(), sample)


def recognise_scan(sample: Sample) -> ScanReader | None:
    """Return the reader that is surest of a sample, or None if none is sure enough."""
    return surest_scan(sample)[0]
