"""The serving room: a name and version come in, a loaded model and its predictions leave.

Nothing here needs a training library. The registry under the home holds the team's own models; a few small ones
ship with the package; the catalogue names base weights and says how they are had.
"""

from vedette.models.base import Predictor, Progress, Silent
from vedette.models.loading import find, load, load_folder
from vedette.models.manifest import Manifest
from vedette.models.registry import ModelEntry, Registry

__all__ = ["Manifest", "ModelEntry", "Predictor", "Progress", "Registry", "Silent", "find", "load", "load_folder"]
