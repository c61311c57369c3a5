"""Questions about reports that the copilot answers."""
