"""Passages enter; what they say of persons and of the house leaves: by form, check sum, field name or context.

``sheet`` lays a text out, ``cues`` finds the words that announce numbers, one module a family finds things, and
``scanner`` settles what overlaps. Finders are functions of a sheet and its cues; they can be used one by one.
"""

from __future__ import annotations

from vedette.guard.personal.scanner import PersonalScanner

__all__ = ["PersonalScanner"]
