"""Questions about commands: what one does, and which suspicious ones were run."""
