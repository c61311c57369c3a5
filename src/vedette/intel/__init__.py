"""The room that reads threat reports: from a document to values, names, techniques and relations, each placed."""
