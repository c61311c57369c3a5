"""Promptbooks: a named sequence of questions with parameters enters; one session with an answer to each leaves."""

from vedette.copilot.promptbooks.base import Input, Promptbook, Step, filled
from vedette.copilot.promptbooks.library import Library
from vedette.copilot.promptbooks.running import Asked, run_promptbook

__all__ = ["Asked", "Input", "Library", "Promptbook", "Step", "filled", "run_promptbook"]
