"""Attacks on language models, and ordinary texts like them, written by us: forms with alternatives, spelled out.

``python -m recipes.injection FILE.jsonl`` writes all rows. Nothing is copied from a data set, a paper or a site; kinds of
harm are named and never explained; hosts, addresses and accounts are the reserved ones.
"""
