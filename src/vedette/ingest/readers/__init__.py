"""The built-in readers, one module a family of formats; found by entry point like anybody's."""
