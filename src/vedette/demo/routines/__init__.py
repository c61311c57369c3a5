"""What happens on purpose and to a timetable: people's days, and administrators' real work.

Much of it looks like an attack to a rule that sees one record: remote service installation,
password resets, new accounts, directory replication, failed logons, encoded PowerShell, bulk reads
at night. All of it is benign, and a copilot that makes a case of it is wrong.
"""
