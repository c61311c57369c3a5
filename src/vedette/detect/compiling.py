"""Sigma rules to compact rules, by pySigma; the only module that imports it, and only when nothing is cached.

A rule that cannot be compiled becomes a :class:`RuleProblem` with its path, name and reason.
Regular expressions are RE2's dialect: linear time whatever the pattern and the text. What RE2
lacks (look-around, backreferences, repeats over 1,000) is refused by name, as pySigma's safe policy does.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
import yaml
from sigma import conditions as sc
from sigma import correlations as sk
from sigma import types as st
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError
from sigma.filters import SigmaFilter
from sigma.rule import SigmaRule
from sigma.rule.base import SigmaYAMLLoader

from vedette.detect.base import Atom, Cond, Correlation, Rule, RuleInfo, RuleProblem
from vedette.detect.literals import required_literal
from vedette.detect.sources import RuleFile
from vedette.detect.values import glob_regex, regex

Placeholders = Mapping[str, Sequence[str]]
_MAX_DEPTH = 200


class Refusal(Exception):  # noqa: N818 - carries the reason that the user is told
    """A rule that cannot be compiled, and why."""


class _Compiler:
    def __init__(self, placeholders: Placeholders) -> None:
        self.atoms: dict[Atom, int] = {}
        self.placeholders = placeholders

    def atom(self, *atom: Any) -> int:
        return self.atoms.setdefault(atom, len(self.atoms))

    def condition(self, node: Any, depth: int = 0) -> Cond:
        if depth > _MAX_DEPTH:
            raise Refusal("condition is nested too deeply")
        if isinstance(node, sc.ConditionNOT):
            return ["n", self.condition(node.args[0], depth + 1)]
        if isinstance(node, (sc.ConditionAND, sc.ConditionOR)):
            op = "a" if isinstance(node, sc.ConditionAND) else "o"
            return [op, *(self.condition(a, depth + 1) for a in node.args)]
        if isinstance(node, sc.ConditionFieldEqualsValueExpression):
            return self.value(node.field, node.value)
        if isinstance(node, sc.ConditionValueExpression):
            return self.value(None, node.value)
        raise Refusal(f"condition part {type(node).__name__} is not supported")

    def value(self, field: str | None, value: Any) -> Cond:
        if isinstance(value, st.SigmaExpansion):
            return ["o", *(self.value(field, v) for v in value.values)]
        if isinstance(value, st.SigmaString):
            return _either([self._string(field, v) for v in self._expand(value)])
        if isinstance(value, st.SigmaRegularExpression):
            return _either([self._regex(field, v) for v in self._expand(value)])
        if field is None:
            if isinstance(value, (st.SigmaNumber, st.SigmaBool)) and not isinstance(value, st.SigmaTimestampPart):
                return self.atom("s", None, "has", str(value).lower(), False)
            raise Refusal(f"a keyword cannot be a {type(value).__name__.removeprefix('Sigma')}")
        if isinstance(value, st.SigmaTimestampPart):
            return self.atom("ts", field, value.timestamp_part.name.lower(), value.number)
        if isinstance(value, st.SigmaNumber):
            return self.atom("n", field, value.number)
        if isinstance(value, st.SigmaBool):
            return self.atom("s", field, "eq", str(value).lower(), False)
        if isinstance(value, st.SigmaNull):
            return self.atom("null", field)
        if isinstance(value, st.SigmaExists):
            return self.atom("exists", field, bool(value))
        if isinstance(value, st.SigmaCompareExpression):
            return self.atom("cmp", field, value.op.name.lower(), value.number.number)
        if isinstance(value, st.SigmaCIDRExpression):
            return self.atom("cidr", field, str(value.network))
        if isinstance(value, st.SigmaFieldReference):
            return self.atom("ref", field, value.field, value.starts_with, value.ends_with)
        raise Refusal(f"values of type {type(value).__name__.removeprefix('Sigma')} are not supported")

    def _expand(self, value: Any) -> list[Any]:
        if not value.contains_placeholder():
            return [value]

        def fill(placeholder: st.Placeholder) -> Iterator[Any]:
            if placeholder.name not in self.placeholders:
                raise Refusal(f"needs values for the placeholder %{placeholder.name}%")
            for text in self.placeholders[placeholder.name]:
                yield st.SigmaString(str(text))

        cased = isinstance(value, st.SigmaCasedString)
        filled = value.replace_placeholders(fill)
        if not filled:
            raise Refusal("a placeholder was given an empty list of values")
        return [st.SigmaCasedString.from_sigma_string(v) for v in filled] if cased else list(filled)

    def _string(self, field: str | None, value: st.SigmaString) -> Cond:
        cased = isinstance(value, st.SigmaCasedString)
        parts: list[str | int] = []
        for part in value.s:
            if isinstance(part, str):
                text = part if cased else part.lower()
                if parts and isinstance(parts[-1], str):
                    parts[-1] += text
                elif text:
                    parts.append(text)
            elif part == st.SpecialChars.WILDCARD_MULTI:
                if not parts or parts[-1] != 0:
                    parts.append(0)
            else:
                parts.append(1)
        if field is None:  # a keyword stands anywhere in a value
            parts = [*([0] if parts[:1] != [0] else []), *parts, *([0] if parts[-1:] != [0] else [])]
        match parts:
            case [] | [str()]:
                return self.atom("s", field, "eq", parts[0] if parts else "", cased)
            case [0] | [0, 0]:
                return self.atom("s", field, "has", "", cased)
            case [0, str() as text, 0]:
                return self.atom("s", field, "has", text, cased)
            case [str() as text, 0]:
                return self.atom("s", field, "pre", text, cased)
            case [0, str() as text]:
                return self.atom("s", field, "suf", text, cased)
        glob_regex(tuple(parts))  # refuses here what RE2 cannot hold
        return self.atom("g", field, tuple(parts), cased)

    def _regex(self, field: str | None, value: st.SigmaRegularExpression) -> Cond:
        flags = "".join(sorted(value.sigma_to_re_flag[f] for f in value.flags))
        pattern = value.regexp.to_plain_regex()
        regex(pattern, flags)
        atom = self.atom("re", field, pattern, flags)
        # The pattern needs this text in the value: a cheap test that spares most values the pattern.
        literal = required_literal(pattern, flags)
        return ["a", self.atom("s", field, "has", literal, False), atom] if literal else atom


def _either(conditions: list[Cond]) -> Cond:
    return conditions[0] if len(conditions) == 1 else ["o", *conditions]


def compile_rules(
    files: Sequence[RuleFile], placeholders: Placeholders
) -> tuple[list[Rule], list[Correlation], list[Atom], list[RuleProblem]]:
    """Return compiled rules and correlations, their atoms, and a problem for each rule left out."""
    problems: list[RuleProblem] = []
    parsed: list[tuple[str, Any]] = []
    for file in files:
        for documents in _documents(file, problems):
            _parse(file.path, documents, parsed, problems)
    filters = [r for _, r in parsed if isinstance(r, SigmaFilter)]
    compiler = _Compiler(placeholders)
    rules: list[Rule] = []
    chains: list[tuple[str, sk.SigmaCorrelationRule, RuleInfo]] = []
    seen: dict[str, str] = {}
    names: dict[str, str] = {}
    for path, rule in parsed:
        if isinstance(rule, SigmaFilter):
            continue
        try:
            info = _info(rule, path)
            if info.rule_id in seen:
                raise Refusal(f"its id {info.rule_id} is already that of {seen[info.rule_id]}")
            if isinstance(rule, sk.SigmaCorrelationRule):
                chains.append((path, rule, info))
            else:
                for sigma_filter in filters:
                    rule = sigma_filter.apply_on_rule(rule)
                condition = _either([compiler.condition(c.parsed) for c in rule.detection.parsed_condition])
                rules.append(Rule(info=info, condition=condition))
        except Exception as error:
            problems.append(_problem(path, rule, error))
            continue
        seen[info.rule_id] = path
        for name in (rule.name, str(rule.id) if rule.id else None):
            if name:
                names.setdefault(name, info.rule_id)
    correlations = _correlations(chains, names, problems)
    rules, correlations = _connect(rules, correlations, {i.rule_id for _, r, i in chains if not r.generate})
    return rules, correlations, list(compiler.atoms), problems


def _documents(file: RuleFile, problems: list[RuleProblem]) -> Iterator[list[Any]]:
    """Yield groups of documents that must be parsed together; a line of JSON is a group."""
    if not file.lines:
        try:
            documents = list(yaml.load_all(file.data, Loader=SigmaYAMLLoader))
        except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError) as error:
            problems.append(RuleProblem(path=file.path, name="", reason=f"not YAML: {_short(error)}"))
            return
        documents = [d for d in documents if d is not None]
        if any(isinstance(d, dict) and "action" in d for d in documents):
            yield documents
        else:
            yield from ([d] for d in documents)
        return
    for number, line in enumerate(file.data.splitlines(), 1):
        if line.strip():
            try:
                yield [rule_document(orjson.loads(line))]
            except (ValueError, TypeError) as error:
                where = f"{file.path}:{number}"
                problems.append(RuleProblem(path=where, name="", reason=f"not a JSON rule: {_short(error)}"))


def rule_document(document: Any) -> Any:
    """Return a rule object as a rule file holds it: ``techniques`` and ``tactics`` lists become tags."""
    if not isinstance(document, dict):
        raise TypeError("not an object")
    extra = [document[key] for key in ("tactics", "techniques") if isinstance(document.get(key), list)]
    tags = [f"attack.{str(tag).lower()}" for listed in extra for tag in listed]
    if tags and isinstance(document.get("tags") or [], list):
        document = {**document, "tags": [*(document.get("tags") or []), *tags]}
    return {k: v for k, v in document.items() if v is not None and k not in ("tactics", "techniques")}


def _parse(path: str, documents: list[Any], parsed: list[tuple[str, Any]], problems: list[RuleProblem]) -> None:
    name = next((str(d.get("title") or d.get("id") or "") for d in documents if isinstance(d, dict)), "")
    try:
        if not all(isinstance(d, dict) for d in documents):
            raise Refusal("not a rule: the document is no mapping")
        collection = SigmaCollection.from_dicts(
            documents, collect_errors=True, collect_filters=True, resolve_references=False
        )
    except Exception as error:
        problems.append(RuleProblem(path=path, name=name[:200], reason=_short(error)))
        return
    reported: set[int] = set()
    for rule in (*collection.rules, *collection.filters):
        if rule.errors:
            reported.update(map(id, rule.errors))
            problems.append(_problem(path, rule, rule.errors[0]))
        else:
            parsed.append((path, rule))
    for left in collection.errors:
        if id(left) not in reported:
            problems.append(RuleProblem(path=path, name=name[:200], reason=_short(left)))


def _problem(path: str, rule: Any, error: BaseException) -> RuleProblem:
    return RuleProblem(path=path, name=str(rule.title or rule.id or "")[:200], reason=_short(error))


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if not isinstance(error, (Refusal, SigmaError, yaml.YAMLError)):
        text = f"{type(error).__name__}: {text}"
    return text[:300]


def _info(rule: SigmaRule | sk.SigmaCorrelationRule, path: str) -> RuleInfo:
    tags = [str(t) for t in rule.tags]
    attack = [t.removeprefix("attack.") for t in tags if t.startswith("attack.")]
    techniques = [t.upper() for t in attack if t[:1] in "tT" and t[1:5].isdigit()]
    tactics = [t.replace("_", "-") for t in attack if not any(c.isdigit() for c in t)]
    cves = [
        re.sub(r"[._]", "-", t[4:]) for t in tags if re.fullmatch(r"cve[.](?:cve-)?\d{4}[-._]\d{4,19}", t, re.A | re.I)
    ]
    source = rule.logsource if isinstance(rule, SigmaRule) else None
    ident = str(rule.id) if rule.id else str(uuid.uuid5(uuid.NAMESPACE_URL, f"{path}\0{rule.name}\0{rule.title}"))
    return RuleInfo(
        rule_id=ident,
        title=rule.title or rule.name or ident,
        level=rule.level.name.lower() if rule.level else "medium",
        status=rule.status.name.lower() if rule.status else "",
        techniques=tuple(dict.fromkeys(techniques)),
        tactics=tuple(dict.fromkeys(tactics)),
        description=rule.description or "",
        falsepositives=tuple(str(f) for f in rule.falsepositives if f),
        logsource=(source.product, source.category, source.service) if source else (None, None, None),
        author=rule.author or "",
        path=path,
        vulnerabilities=tuple(dict.fromkeys(f"CVE-{c.lower().removeprefix('cve-')}" for c in cves)),
    )


def _correlations(
    chains: list[tuple[str, sk.SigmaCorrelationRule, RuleInfo]], names: dict[str, str], problems: list[RuleProblem]
) -> list[Correlation]:
    """Return the correlations whose every part is there, parts before wholes."""
    waiting: dict[str, tuple[str, sk.SigmaCorrelationRule, Correlation]] = {}
    for path, rule, info in chains:
        try:
            waiting[info.rule_id] = (path, rule, _correlation(rule, info, names))
        except Exception as error:
            problems.append(_problem(path, rule, error))
    chain_ids = {info.rule_id for _, _, info in chains}
    done: list[Correlation] = []
    ready: set[str] = set()
    while waiting:
        step = [i for i, (_, _, c) in waiting.items() if all(r in ready or r not in chain_ids for r in c.rules)]
        for ident in step:
            done.append(waiting.pop(ident)[2])
            ready.add(ident)
        if not step:
            for path, rule, _ in waiting.values():
                reason = "refers to a correlation that could not be compiled, or to itself"
                problems.append(_problem(path, rule, Refusal(reason)))
            break
    return done


def _correlation(rule: sk.SigmaCorrelationRule, info: RuleInfo, names: dict[str, str]) -> Correlation:
    condition = rule.condition
    extended = isinstance(condition, sk.SigmaExtendedCorrelationCondition)
    references = [r.reference for r in rule.rules] if rule.rules else condition.get_referenced_rules()

    def resolve(reference: str) -> str:
        if reference not in names:
            raise Refusal(f"refers to the rule {reference}, which is not there or could not be compiled")
        return names[reference]

    ids = [resolve(r) for r in references]
    position = {r: i for i, r in enumerate(references)}

    def expression(node: Any) -> Cond:
        if isinstance(node, sk.SigmaRuleReference):
            return position[node.reference]
        op = {"OR": "o", "AND": "a", "NOT": "n"}[type(node).__name__.removeprefix("CorrelationCondition")]
        return [op, *(expression(a) for a in node.args)]

    fields = () if extended else condition.fieldref or ()
    return Correlation(
        info=info,
        kind=rule.type.name.lower(),
        rules=tuple(ids),
        timespan_s=int(rule.timespan.seconds),
        group_by=tuple(rule.group_by or ()),
        aliases={a.alias: {resolve(r.reference): f for r, f in a.mapping.items()} for a in rule.aliases},
        op="gte" if extended else condition.op.name.lower(),
        count=0 if extended else condition.count,
        fields=(fields,) if isinstance(fields, str) else tuple(fields),
        percentile=None if extended else condition.percentile,
        expression=expression(condition.parsed) if extended else None,
    )


def _connect(
    rules: list[Rule], correlations: list[Correlation], hiding: set[str]
) -> tuple[list[Rule], list[Correlation]]:
    """Return both, each rule with the fields its correlations need and whether it speaks for itself.

    Args:
        rules: The base rules.
        correlations: The correlations over them.
        hiding: Ids of correlations without ``generate``: what they watch makes no findings of its own.
    """
    keep: dict[str, dict[str, None]] = {}
    chained = {c.info.rule_id: c for c in correlations}
    hidden = {rule_id for c in correlations if c.info.rule_id in hiding for rule_id in c.rules}

    def add(rule_id: str, fields: Sequence[str]) -> None:
        if rule_id in chained:
            for inner in chained[rule_id].rules:
                add(inner, fields)
        else:
            keep.setdefault(rule_id, {}).update(dict.fromkeys(fields))

    for correlation in correlations:
        for rule_id in correlation.rules:
            wanted = [*correlation.group_by, *correlation.fields]
            add(rule_id, [correlation.aliases.get(f, {}).get(rule_id, f) for f in wanted])
    shown = {i: i not in hidden for i in (*chained, *(r.info.rule_id for r in rules))}
    return (
        [
            replace(r, keep=tuple(keep.get(r.info.rule_id, ())), info=replace(r.info, output=shown[r.info.rule_id]))
            for r in rules
        ],
        [replace(c, info=replace(c.info, output=shown[c.info.rule_id])) for c in correlations],
    )
