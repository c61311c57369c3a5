"""Inert commands and the many ways in which they are hidden: the development half and the half kept apart.

A half is a module with ``rows() -> Iterator[Row]``, the same rows each time: ``development``, ``held_out``. Both take
the commands from ``truth`` (``TRUTHS[language](rng)``), whose :class:`~.truth.Code` notes what each way of hiding adds
(``code.hidden(language, text, name, *adds)``); they share no code that hides.
"""
