"""Vedette: a self-hosted security copilot that computes first and checks every claim."""

__version__ = "0.1.0"
