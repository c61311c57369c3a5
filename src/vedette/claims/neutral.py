"""Sentences that claim nothing: headings, lead-ins, table heads.

A closed set: only words of a short list, so that nothing can be told by them.
"""

from __future__ import annotations

from vedette.claims.plain import folded, plain

_WORDS = frozenset(
    "summary overview timeline details findings accounts account hosts host techniques technique indicators evidence "
    "timestamp time times role roles confidence severity event events name value count step steps answer facts "
    "case incident investigation conclusion note notes key results result sources source date unknown open questions "
    "question description tactic tactics address addresses rule rules action actions entity entities what happened "
    "here there is are the a an of in for and to this these following as follows below above that was were show shows "
    "your with it i you can let me know if more have any further need would like details more information about who "
    "when where how many id kind type first last seen n no # number # mitre att&ck attack path from data logs log "
    "available relevant computed known computed be s found find please see next summary-table table list listed".split()
)
_NEVER = frozenset({"no", "unknown", "attack"})


def is_neutral(sentence: str, kind: str) -> bool:
    """Return whether a sentence is a heading or lead-in of nothing but words that claim nothing."""
    low = folded(plain(sentence)).replace("*", " ").replace("|", " ").replace("`", " ")
    words = low.replace(",", " ").replace(".", " ").strip(" :!").replace("-", " ").replace("/", " ").split()
    if not words or len(words) > 16 or "?" in low:
        return False
    if any(w not in _WORDS for w in words):
        return False
    leads = low.strip().endswith(":") or kind in ("heading", "row")
    if not leads and not (words[0] in ("here", "below", "this", "the") and words[-1] in ("found", "follows", "below")):
        return words[0] in ("let", "here", "below") and len(words) <= 12
    return not (len(words) > 3 and words[0] == "no")
