"""Questions about reports: what one says, what of it was seen here, what is new, what they say of a thing."""
