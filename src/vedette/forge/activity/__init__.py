"""The activity model: what a team's own triage teaches about which findings matter.

Findings with the verdicts of analysts enter (from the home's casebook, or an exported file); a model that ranks new
findings by the chance that they matter leaves, with a suggested verdict, its reasons, and the measures by which it
refuses: too little history, no better than chance, or a world that has changed. Serving is in
:mod:`vedette.models.activity`.
"""
