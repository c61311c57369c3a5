"""The activity model's serving side: findings as JSON objects in, chances, verdicts, reasons or refusals out.

Features, the running state and the drift measures live here, because training and serving must share them; the forge
imports them from here.
"""

from vedette.models.activity.drift import Drift, Level, Measured
from vedette.models.activity.fired import FindingError, Fired, Judged, Outcome, read_fired, read_outcome
from vedette.models.activity.model import ActivityModel, Scored, load
from vedette.models.activity.replay import replay
from vedette.models.activity.state import State

__all__ = [
    "ActivityModel",
    "Drift",
    "FindingError",
    "Fired",
    "Judged",
    "Level",
    "Measured",
    "Outcome",
    "Scored",
    "State",
    "load",
    "read_fired",
    "read_outcome",
    "replay",
]
