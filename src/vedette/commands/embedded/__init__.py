"""Script languages read: a script's text enters; the calls it makes, what it hides and what it runs leave.

Every front end (one parser per language, the standard ``ast`` for Python) builds the same small tree, and one symbolic
evaluator walks it with the values and the library of that language. Nothing of the text is executed by Python.
"""
