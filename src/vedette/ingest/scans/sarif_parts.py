"""One run of a SARIF log: finding rules, messages, places in code and weaknesses by the references that SARIF uses."""

from __future__ import annotations

import re
from urllib.parse import unquote

from vedette.ingest.scans.json_values import JsonObject, arr, first_text, long_text, number, obj, objects, text, texts
from vedette.ingest.scans.vocabulary import cwes_of

# CodeQL, Semgrep and others put weaknesses into tags: external/cwe/cwe-079, CWE-79: Improper…
_CWE_TAG = re.compile(r"(?:external/cwe/)?(cwe-\d{1,5})(?!\d)", re.ASCII | re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{(\d{1,3})\}", re.ASCII)
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]{1,500}@")
_MAX_RULES = 200_000


def without_credentials(url: str) -> str:
    """Return a URL without the user and password or token in it."""
    return _CREDENTIALS.sub("", url)


class Run:
    """A run and its tool's components, by the references of its results."""

    def __init__(self, value: JsonObject) -> None:
        self.value = value
        driver = obj(value, "tool", "driver")
        self._driver = driver
        self._extensions = list(objects(obj(value, "tool").get("extensions")))
        self._taxonomies = [obj(one) for one in arr(value.get("taxonomies"))]
        version = first_text(driver.get("semanticVersion"), driver.get("version"))
        self.tool = " ".join(part for part in (text(driver.get("name")), version) if part)
        self.short_tool = text(driver.get("name")).lower().replace(" ", "_") or "sarif"
        self._by_id: dict[str, JsonObject] = {}
        for component in (driver, *self._extensions):
            for rule in objects(component.get("rules")):
                if len(self._by_id) < _MAX_RULES and (name := text(rule.get("id"))):
                    self._by_id.setdefault(name, rule)

    def rule(self, result: JsonObject) -> JsonObject:
        """Return the rule of a result: by its component and index, by index in the driver, or by id."""
        reference = obj(result, "rule")
        rules = arr(self._component(obj(reference, "toolComponent")).get("rules"))
        index = number(reference.get("index"))
        if index is None:
            index = number(result.get("ruleIndex"))
        named = first_text(reference.get("id"), result.get("ruleId"))
        if index is not None and 0 <= index < len(rules):
            found = obj(rules[int(index)])
            # a reference that points to another rule than it names is broken: the name counts
            if not named or not text(found.get("id")) or named.split("/")[0] == text(found.get("id")).split("/")[0]:
                return found
        # CA1000/1 is a part of the rule CA1000
        return self._by_id.get(named) or self._by_id.get(named.rpartition("/")[0]) or {}

    def rule_id(self, result: JsonObject, rule: JsonObject) -> str:
        """Return the id of a result's rule."""
        return first_text(result.get("ruleId"), obj(result, "rule").get("id"), rule.get("id"))

    def _component(self, reference: JsonObject) -> JsonObject:
        """Return the component that a reference means: the driver unless it says another."""
        index = number(reference.get("index"))
        if index is not None and 0 <= index < len(self._extensions):
            return self._extensions[int(index)]
        name, guid = text(reference.get("name")), text(reference.get("guid")).lower()
        for component in self._extensions:
            if (guid and text(component.get("guid")).lower() == guid) or (name and text(component.get("name")) == name):
                return component
        return self._driver

    def message(self, result: JsonObject, rule: JsonObject) -> str:
        """Return a result's message, looked up and filled in where it is only an id with arguments."""
        said = obj(result, "message")
        pattern = long_text(said.get("text"), said.get("markdown"))
        if not pattern and (key := text(said.get("id"))):
            for strings in (obj(rule, "messageStrings"), obj(self._driver, "globalMessageStrings")):
                pattern = pattern or long_text(obj(strings, key).get("text"), obj(strings, key).get("markdown"))
        arguments = [text(one) for one in arr(said.get("arguments"))]
        if not arguments:
            return pattern

        def filled(match: re.Match[str]) -> str:
            index = int(match[1])
            return arguments[index] if index < len(arguments) else match[0]

        return long_text(_PLACEHOLDER.sub(filled, pattern))

    def level(self, result: JsonObject, rule: JsonObject) -> str:
        """Return a result's level: its own, its rule's, else ``warning``, as the standard says."""
        own = text(result.get("level"))
        return own or text(obj(rule, "defaultConfiguration").get("level")) or "warning"

    def location(self, result: JsonObject) -> str:
        """Return file and line of the first place that a result names, or what it is called in code."""
        for location in objects(result.get("locations")):
            physical = obj(location, "physicalLocation")
            path = self._path(obj(physical, "artifactLocation"))
            line = number(obj(physical, "region").get("startLine"))
            if path:
                return f"{path}:{line:.0f}" if line and line > 0 else path
            for logical in objects(location.get("logicalLocations")):
                if name := first_text(logical.get("fullyQualifiedName"), logical.get("name")):
                    return name
        return ""

    def _path(self, reference: JsonObject) -> str:
        uri = text(reference.get("uri"))
        index = number(reference.get("index"))
        artifacts = arr(self.value.get("artifacts"))
        if not uri and index is not None and 0 <= index < len(artifacts):
            uri = text(obj(artifacts[int(index)], "location").get("uri"))
        return unquote(without_credentials(uri))

    def tags(self, result: JsonObject, rule: JsonObject) -> tuple[str, ...]:
        """Return the tags of a result and its rule."""
        own, general = obj(result, "properties").get("tags"), obj(rule, "properties").get("tags")
        return (*texts(own), *texts(general))

    def cwes(self, result: JsonObject, rule: JsonObject) -> tuple[str, ...]:
        """Return the weaknesses that a result names by taxonomy, relationship, property or tag."""
        found: list[object] = []
        for taxon in objects(result.get("taxa")):
            found += self._weakness(taxon)
        for relationship in objects(rule.get("relationships")):
            found += self._weakness(obj(relationship, "target"))
        for holder in (result, rule):
            for key in ("cwe", "cwes", "CWE"):
                found += texts(obj(holder, "properties").get(key), split=",")
        for tag in self.tags(result, rule):
            if match := _CWE_TAG.match(tag):
                found.append(match[1])
        return cwes_of(found)

    def _weakness(self, reference: JsonObject) -> list[object]:
        """Return the CWE that a reference to a taxon means; nothing for another taxonomy."""
        component = obj(reference, "toolComponent")
        name = text(component.get("name"))
        index, guid = number(component.get("index")), text(component.get("guid")).lower()
        taxonomy: JsonObject = {}
        if index is not None and 0 <= index < len(self._taxonomies):
            taxonomy = self._taxonomies[int(index)]
        elif guid:
            taxonomy = next((one for one in self._taxonomies if text(one.get("guid")).lower() == guid), {})
        named = first_text(name, taxonomy.get("name"))
        said = text(reference.get("id"))
        taxa = arr(taxonomy.get("taxa"))
        position = number(reference.get("index"))
        if not said and position is not None and 0 <= position < len(taxa):
            said = text(obj(taxa[int(position)]).get("id"))
        return [said] if "cwe" in named.lower() or said.upper().startswith("CWE-") else []
