"""Questions about exposure: what is exposed, what must be mended by whom, what changed, what touches a case."""
