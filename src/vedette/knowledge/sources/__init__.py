"""Readers of what publishers give: the bytes of a feed go in, rows with a set's columns come out."""
