"""Attacks on the model's orders: texts enter; findings of injected orders, jailbreaks and hidden text leave.

``normalise``, ``decode`` and ``hidden`` make disguises plain, ``rules`` know the known forms, ``segments``,
``features`` and ``model`` judge what no rule knows, and ``scanner`` weighs both at one threshold.
"""

from vedette.guard.injection.scanner import InjectionScanner

__all__ = ["InjectionScanner"]
