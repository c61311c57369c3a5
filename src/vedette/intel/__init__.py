"""The room that reads threat reports: a document comes in; values, names, techniques and relations go out, each placed."""
