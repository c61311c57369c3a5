"""The guard room: prompts, replies and tool calls enter; verdicts and pseudonymised texts leave.

``scanners`` say what a text holds, ``policy`` what is done about it, ``pseudonyms`` put something in its place and give
it back, ``vault`` keeps what was replaced, encrypted, and ``engine`` ties them together. Whatever errs, takes too long
or meets a form that it does not know blocks, and says why.
"""
