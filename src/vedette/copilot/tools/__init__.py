"""Questions about events, entities, times and data: a lake and grounded arguments enter, facts with evidence leave."""
