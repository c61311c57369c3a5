"""Sentences of a report go in, the ATT&CK techniques that they describe come out, by sentence and for the report."""

from vedette.intel.techniques.finding import find

__all__ = ["find"]
