"""The extent of exposure: vulnerabilities joined over scanners, assets and own logs, with a decision and a date."""
