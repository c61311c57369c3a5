"""From a trained model to the forms it is kept and served in, each held against the trained one.

A trained model (a PEFT adapter, a Transformers folder) enters; PEFT, merged, GGUF and ONNX files leave, with a report
of whether each says what the trained model says, and a model card.
"""

from vedette.forge.export.build import export
from vedette.forge.export.formats import OF_ENCODER, OF_LANGUAGE

__all__ = ["OF_ENCODER", "OF_LANGUAGE", "export"]
