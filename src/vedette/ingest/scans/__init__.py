"""Scanner results, SBOMs, VEX documents and inventories: what each says, as nouns."""
