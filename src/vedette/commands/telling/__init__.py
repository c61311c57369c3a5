"""What is said of a traced command: tokens, steps, and the whole in one sentence. Computed, not worded by a model."""

from vedette.commands.telling.sentence import sentence_of
from vedette.commands.telling.steps import Told, steps_of
from vedette.commands.telling.tokens import tokens_of
from vedette.commands.telling.tools import look_alikes_of, tools_of

__all__ = ["Told", "look_alikes_of", "sentence_of", "steps_of", "tokens_of", "tools_of"]
