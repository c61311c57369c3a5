"""A plain reading of the Sigma specification: one event, one rule, no speed-up.

Written from the specification and pySigma's data model alone. It shares with the matcher the tables of
field aliases and log source names (they are data, not logic) and nothing else.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

import re2
from sigma import conditions as sc
from sigma import types as st
from sigma.rule import SigmaRule

from vedette.detect.fields import aliases, stand_in
from vedette.detect.logsource import sees

MISSING = object()


class ReferenceRule:
    def __init__(self, rule: SigmaRule) -> None:
        self.id = str(rule.id)
        self.source = (rule.logsource.product, rule.logsource.category, rule.logsource.service)
        self.trees = [condition.parsed for condition in rule.detection.parsed_condition]

    def fires(self, event: dict[str, Any], source: Any, core: dict[str, Any] | None = None) -> bool:
        if not sees(self.source, source):
            return False
        names = aliases(source)

        def field(name: str) -> Any:
            if name in event:
                return event[name]
            value = stand_in(names[name], event, (core or {}).get) if name in names else None
            return MISSING if value is None else value

        return any(truth(tree, event, field) for tree in self.trees)


def truth(node: Any, event: dict[str, Any], field: Any) -> bool:
    if isinstance(node, sc.ConditionNOT):
        return not truth(node.args[0], event, field)
    if isinstance(node, sc.ConditionAND):
        return all(truth(a, event, field) for a in node.args)
    if isinstance(node, sc.ConditionOR):
        return any(truth(a, event, field) for a in node.args)
    if isinstance(node, sc.ConditionFieldEqualsValueExpression):
        return field_is(field(node.field), node.value, field)
    assert isinstance(node, sc.ConditionValueExpression)
    return any(keyword(v, node.value) for v in event.values())


def field_is(actual: Any, wanted: Any, field: Any) -> bool:
    if isinstance(wanted, st.SigmaExpansion):
        return any(field_is(actual, w, field) for w in wanted.values)
    if isinstance(wanted, st.SigmaExists):
        return (actual is not MISSING) == bool(wanted)
    values = actual if isinstance(actual, list) else [actual]
    values = [v for v in values if v is not None and v is not MISSING]
    if isinstance(wanted, st.SigmaNull):
        return values == []
    return any(value_is(v, wanted, field) for v in values)


def as_text(value: Any) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str(value)


def as_number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value
    text = str(value).strip()
    if re.fullmatch(r"0[xX][0-9a-fA-F]{1,16}", text):
        return int(text, 16)
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) else None


def value_is(actual: Any, wanted: Any, field: Any) -> bool:
    if isinstance(wanted, st.SigmaString):
        if string_is(as_text(actual), wanted):
            return True
        plain = "".join(p for p in wanted.s if isinstance(p, str))
        hexadecimal = not wanted.contains_special() and re.fullmatch(r"0[xX][0-9a-fA-F]{1,16}", plain)
        return bool(hexadecimal) and type(actual) is int and int(plain, 16) == actual
    if isinstance(wanted, st.SigmaRegularExpression):
        flags = "".join(wanted.sigma_to_re_flag[f] for f in wanted.flags)
        return bool(re2.search((f"(?{flags})" if flags else "") + str(wanted.regexp.to_plain_regex()), as_text(actual)))
    if isinstance(wanted, st.SigmaBool):
        return as_text(actual).lower() == str(wanted.boolean).lower()
    if isinstance(wanted, st.SigmaNumber):
        return as_number(actual) == wanted.number
    if isinstance(wanted, st.SigmaCompareExpression):
        number = as_number(actual)
        return (
            number is not None
            and {
                "LT": number < wanted.number.number,
                "LTE": number <= wanted.number.number,
                "GT": number > wanted.number.number,
                "GTE": number >= wanted.number.number,
                "NEQ": number != wanted.number.number,
            }[wanted.op.name]
        )
    if isinstance(wanted, st.SigmaCIDRExpression):
        try:
            return ipaddress.ip_address(as_text(actual).strip()) in wanted.network
        except ValueError:
            return False
    if isinstance(wanted, st.SigmaFieldReference):
        other = field(wanted.field)
        others = other if isinstance(other, list) else [other]
        mine = as_text(actual).lower()
        for theirs in (as_text(o).lower() for o in others if o is not None and o is not MISSING):
            if wanted.starts_with and wanted.ends_with:
                if theirs in mine:
                    return True
            elif wanted.starts_with:
                if mine.startswith(theirs):
                    return True
            elif wanted.ends_with:
                if mine.endswith(theirs):
                    return True
            elif mine == theirs:
                return True
        return False
    raise AssertionError(type(wanted))


def string_is(text: str, wanted: st.SigmaString) -> bool:
    cased = isinstance(wanted, st.SigmaCasedString)
    pattern = ""
    for part in wanted.s:
        if isinstance(part, str):
            pattern += re.escape(part if cased else part.lower())
        else:
            pattern += ".*" if part == st.SpecialChars.WILDCARD_MULTI else "."
    return re.fullmatch(pattern, text if cased else text.lower(), re.DOTALL) is not None


def keyword(actual: Any, wanted: Any) -> bool:
    if isinstance(wanted, st.SigmaExpansion):
        return any(keyword(actual, w) for w in wanted.values)
    values = [v for v in (actual if isinstance(actual, list) else [actual]) if v is not None]
    if isinstance(wanted, st.SigmaString):
        star = st.SpecialChars.WILDCARD_MULTI
        return any(string_is(as_text(v), star + wanted + star) for v in values)
    if isinstance(wanted, st.SigmaRegularExpression):
        return any(value_is(v, wanted, None) for v in values)
    return any(str(wanted).lower() in as_text(v).lower() for v in values)
