"""Whether questions in words that were never trained on become the right plan."""
