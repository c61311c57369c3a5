"""The harness: runs the product over worlds and incidents, and scores what it says."""
