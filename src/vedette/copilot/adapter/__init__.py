"""Requests that the routing adapter is trained on and measured with: intents, phrasings, values, by seed.

``python -m vedette.copilot.adapter --rows 30000 --seed 7 --out FILE.jsonl`` writes the training set, with
``--held-out`` the other one; ``recipes/routing.yaml`` trains on it, and ``make routing`` does both.
"""

from vedette.copilot.adapter.intents import Intent, intents
from vedette.copilot.adapter.requests import Phrasing, Request, phrasings, requests

__all__ = ["Intent", "Phrasing", "Request", "intents", "phrasings", "requests"]
