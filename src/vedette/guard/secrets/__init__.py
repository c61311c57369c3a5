"""Secrets: texts enter; keys, tokens, passwords, private keys and what they stand in leave as findings."""

from vedette.guard.secrets.scanner import SecretsScanner

__all__ = ["SecretsScanner"]
