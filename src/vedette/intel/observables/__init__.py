"""Values in running text: addresses, domains, URLs, hashes, files and more, defanged or not, with exact places."""
