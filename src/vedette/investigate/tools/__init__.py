"""Questions about cases: a lake and grounded arguments enter, facts with evidence leave.

Each module holds the tools of one noun (cases, accounts, hosts, timeline, path, techniques, indicators, findings,
next steps). What they share stands in :mod:`vedette.investigate.tools.saying` (sentences that know their values) and
:mod:`vedette.investigate.tools.base` (which case, which window, which evidence).
"""
