"""Names in reports: groups, malware, tools, products and more, found and linked to what is known."""
