"""What reading one command may cost: steps, characters and depth, counted and never timed, so it ends the same way."""

from __future__ import annotations


class Exhausted(Exception):  # noqa: N818  (a state that ends a reading, no fault)
    """The budget is spent; the message says which part."""


class Budget:
    """Counts what an evaluation spends. One is shared by all layers of a command.

    Args:
        steps: operations of evaluators (about 1 microsecond each or more).
        chars: characters or bytes of decoded values made, over all layers.
        depth: layers in a row.
    """

    __slots__ = ("chars", "depth", "steps", "value_chars")

    def __init__(self, steps: int = 120_000, chars: int = 4_000_000, depth: int = 24, value_chars: int = 1_000_000):
        self.steps = steps
        self.chars = chars
        self.depth = depth
        self.value_chars = value_chars
        """Longest single value."""

    def step(self, n: int = 1) -> None:
        """Spend steps.

        Raises:
            Exhausted: none are left.
        """
        self.steps -= n
        if self.steps < 0:
            raise Exhausted("it takes more steps than are allowed")

    def make(self, n: int) -> None:
        """Spend the characters of a value that is about to be made.

        Raises:
            Exhausted: the value is too long, or none are left.
        """
        if n > self.value_chars:
            raise Exhausted("a value grows beyond what is allowed")
        self.chars -= n
        if self.chars < 0:
            raise Exhausted("its values grow beyond what is allowed")
