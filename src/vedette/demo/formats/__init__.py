"""Writers of the native log formats: values go in, the text of one record comes out.

A writer knows how its system frames and names things, and nothing of the story. Records are made
with f-strings and not with a JSON library: their shape is fixed, and a world has millions of them.
Every value that is not made of safe characters passes :func:`vedette.demo.formats.text.quoted`.
"""
