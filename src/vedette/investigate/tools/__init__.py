"""Questions about cases: a lake and grounded arguments enter, facts with evidence leave.

Each module holds the tools of one noun (cases, accounts, hosts, timeline, path, techniques, indicators, findings,
next steps). What they share stands in :mod:`vedette.toolbox` (sentences, arguments, cases) and
:mod:`vedette.investigate.tools.base` (who in a case a name is).
"""
