"""What was read, in the forms that other tools take: STIX, MISP, Navigator, rules, tables."""
