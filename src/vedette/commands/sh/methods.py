"""The ways of hiding that the shell reader undoes, each with an inert example."""

from __future__ import annotations

from vedette.commands.base import Method

METHODS: tuple[Method, ...] = ()
