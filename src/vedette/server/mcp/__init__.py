"""The same tools for other assistants, over the Model Context Protocol: on stdio and on HTTP."""
