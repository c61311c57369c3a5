"""Many reports together: merged with provenance, what is new, what of it was seen in the own lake."""
