"""Corpora, labels and triage outcomes come in; trained, evaluated, exported and registered models leave."""
