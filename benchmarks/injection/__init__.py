"""Instructions planted in log records, and whether anything but quoting them changes."""
