"""The questions: what a person is asked where a fact is missing, the same for every policy."""

from __future__ import annotations

QUESTIONS: dict[str, str] = {
    "in_kev": "Is the vulnerability in CISA's list of known exploited vulnerabilities today?",
    "kev": "Is the vulnerability in CISA's list of known exploited vulnerabilities today?",
    "ransomware": "Is the vulnerability known to be used by ransomware?",
    "publicly_exposed": "Can people who are not trusted reach the asset over a public network?",
    "internet_facing": "Can the asset be reached from the internet?",
    "automatable": "Can attackers automate every step from finding a target to exploiting this vulnerability?",
    "technical_impact": "Does exploiting it give total control of the vulnerable software, or only part of it?",
    "exploitation": "Do real attackers exploit it, is there only a public proof of concept, or neither?",
    "system_exposure": "Is the service on a closely held network or local only (small), reached with restrictions or "
    "mitigations (controlled), or open to the internet?",
    "human_impact": "How badly would an attack on this asset hurt people's safety and the mission: low, medium, high "
    "or very high?",
    "safety_impact": "How badly could an attack on this asset hurt people: negligible, marginal, critical or "
    "catastrophic?",
    "mission_impact": "What would an attack on this asset do to the mission: degrade it, cripple what supports "
    "essential functions, fail an essential function, or fail the mission?",
    "mission_and_well_being_impact": "How much do essential missions and public well-being rest on it: low, medium or "
    "high?",
    "value_density": "Does one such system hold much that an attacker wants (concentrated), or little (diffuse)?",
    "severity": "What is the CVSS rating of the vulnerability?",
    "score": "What is the CVSS score of the vulnerability?",
    "epss": "What is the vulnerability's EPSS score today?",
    "business_weight": "How much does the business rest on the asset: low, medium, high or critical?",
    "data_class": "What class of data does the asset hold?",
    "environment": "Is the asset in production, or in which other environment?",
    "asset_kind": "What kind of asset is it?",
    "reachable": "Is the vulnerable code ever reached in this product?",
    "fix_available": "Is there a version that mends it?",
    "attempted": "Do your own logs show that somebody tried to exploit it here?",
    "exploited": "Do your own logs or cases show that it was exploited here?",
}
"""Decision point or fact to its question."""
