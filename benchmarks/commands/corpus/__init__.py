"""Inert commands and the many ways in which they are hidden: the development half and the half kept apart."""
