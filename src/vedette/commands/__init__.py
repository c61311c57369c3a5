"""Commands read aloud: a command line or script enters; decoded layers, tokens, steps and techniques leave.

Nothing is executed, opened or fetched: every value is computed by evaluators of our own, bounded in steps, size and
depth, and where they must stop they say so.
"""
