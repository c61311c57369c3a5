"""Names in running text: persons, places, organisations, dates, addresses, titles, nationalities, ages.

A text goes in, findings with offsets come out. A small tagger of our own does it, trained on sentences that we wrote;
what machines wrote (logs, commands, code) is told by its marks and left alone.
"""

from vedette.guard.names.scanner import NamesScanner

__all__ = ["NamesScanner"]
