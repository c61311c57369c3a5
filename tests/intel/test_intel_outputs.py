"""What was read, in the forms that other tools take."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from intel_readings import reading

from vedette.errors import UserError
from vedette.intel.output import OUTPUTS, Told, readings_of
from vedette.schema import Standing

TOLD = Told(at=datetime(2026, 1, 2, tzinfo=UTC))


def _bundle(**told: object) -> dict[str, object]:
    return json.loads(OUTPUTS["stix"]([reading()], replace(TOLD, **told)))


def _checked(body: bytes) -> list[str]:
    stix2validator = pytest.importorskip("stix2validator")
    found = stix2validator.validate_string(body.decode(), stix2validator.ValidationOptions(version="2.1"))
    return [str(error) for error in found.errors]


def test_stix_is_valid_and_the_same_again() -> None:
    body = OUTPUTS["stix"]([reading()], TOLD)
    assert _checked(body) == []
    assert body == OUTPUTS["stix"]([reading()], TOLD)


def test_stix_gives_the_reading_back_whole() -> None:
    other = reading(source="other.txt")
    other = replace(other, document=replace(other.document, document_id="doc-0000000000000000", title="Other"))
    back = readings_of(OUTPUTS["stix"]([reading(), other], TOLD))
    assert sorted(back, key=lambda one: one.document.document_id) == sorted(
        [reading(), other], key=lambda one: one.document.document_id
    )


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=60), st.text(max_size=30))
def test_any_text_survives_stix(name: str, title: str) -> None:
    one = reading()
    odd = replace(one.entities[0], name=name, text=name)
    seen = replace(one.observables[2], value=name or "x", text=name)
    one = replace(
        one,
        document=replace(one.document, title=title),
        entities=(odd, *one.entities[1:]),
        observables=(*one.observables, seen),
    )
    body = OUTPUTS["stix"]([one], TOLD)
    assert readings_of(body) == [one]
    import stix2

    stix2.parse(body.decode(), allow_custom=True)


def test_things_keep_their_ids_across_reports() -> None:
    one = reading()
    two = replace(reading(), document=replace(one.document, document_id="doc-1111111111111111", published_at=None))
    found = [{o["id"] for o in json.loads(OUTPUTS["stix"]([r], TOLD))["objects"]} for r in (one, two)]
    kinds = {name.partition("--")[0] for name in found[0] & found[1]}
    assert {"intrusion-set", "tool", "attack-pattern", "indicator", "ipv4-addr", "vulnerability"} <= kinds


def test_stix_marks_what_the_report_marks() -> None:
    objects = {o["id"]: o for o in _bundle()["objects"]}  # type: ignore[union-attr]
    marked = [o for o in objects.values() if o["type"] == "indicator"]
    assert marked
    assert all(objects[o["object_marking_refs"][0]]["name"] == "TLP:GREEN" for o in marked)
    strict = _bundle(tlp="amber+strict")
    indicator = next(o for o in strict["objects"] if o["type"] == "indicator")  # type: ignore[union-attr]
    assert len(indicator["object_marking_refs"]) == 2


def test_stix_without_the_text_holds_none_of_it() -> None:
    body = OUTPUTS["stix"]([reading()], replace(TOLD, text=False))
    assert readings_of(body)[0].document.text == ""
    assert _checked(body) == []


def test_another_tool_s_bundle_is_refused_with_the_next_step() -> None:
    with pytest.raises(UserError) as told:
        readings_of(b'{"type": "bundle", "objects": [{"type": "report"}]}')
    assert told.value.next_step


def test_patterns_find_what_they_are_of() -> None:
    objects = _bundle()["objects"]
    patterns = {o["pattern"] for o in objects if o["type"] == "indicator"}  # type: ignore[union-attr]
    assert "[ipv4-addr:value = '203.0.113.7']" in patterns
    assert "[url:value = 'http://evil-c2.example/a.php']" in patterns
    assert any("parent_directory_ref.path = 'C:\\\\Users\\\\Public'" in one for one in patterns)
    assert any("HKEY_LOCAL_MACHINE" in one for one in patterns)


def test_misp_event_has_values_tags_and_marking() -> None:
    event = json.loads(OUTPUTS["misp"]([reading()], TOLD))["Event"]
    values = {(a["type"], a["value"], a["to_ids"]) for a in event["Attribute"]}
    assert ("ip-dst", "203.0.113.7", True) in values
    assert ("vulnerability", "CVE-2021-44228", False) in values
    tags = {tag["name"] for tag in event["Tag"]}
    assert "tlp:green" in tags
    assert 'misp-galaxy:mitre-attack-pattern="OS Credential Dumping - T1003"' in tags
    assert 'misp-galaxy:mitre-intrusion-set="APT28 - G0007"' in tags


def test_layer_scores_techniques_in_percent() -> None:
    layer = json.loads(OUTPUTS["navigator"]([reading()], TOLD))
    assert [(t["techniqueID"], t["score"]) for t in layer["techniques"]] == [("T1003", 85)]
    assert layer["domain"] == "enterprise-attack"


def test_sigma_rules_are_read_by_our_own_matcher(tmp_path) -> None:  # type: ignore[no-untyped-def]
    body = OUTPUTS["sigma"]([reading()], TOLD).decode()
    rules = list(yaml.safe_load_all(body))
    fields = {field for rule in rules for one in rule["detection"].values() if isinstance(one, dict) for field in one}
    assert {"DestinationIp", "c-uri", "TargetFilename|endswith", "TargetObject|contains"} <= fields
    from vedette.detect.loading import load_rules

    (tmp_path / "rules.yml").write_text(body, encoding="utf-8")
    assert len(load_rules([tmp_path], builtin=False).rules) == len(rules)


def test_table_runs_no_formula() -> None:
    one = reading()
    odd = replace(one.entities[0], text="=cmd|' /C calc'!A0", name="=1+1")
    rows = list(csv.DictReader(io.StringIO(OUTPUTS["csv"]([replace(one, entities=(odd,))], TOLD).decode())))
    cell = next(row for row in rows if row["what"] == "entity")
    assert cell["text"].startswith("'=")
    assert cell["value"].startswith("'=")


def test_page_escapes_what_the_report_wrote() -> None:
    one = reading()
    odd = replace(one, document=replace(one.document, title="<script>alert(1)</script> [x](http://a.example)"))
    page = OUTPUTS["md"]([odd], TOLD).decode()
    assert "\\<script\\>" in page
    assert "\\[x\\](http:\\//a.example)" in page
    assert "CVE-2021-44228" in page
    assert "203.0.113.7" in page


def test_examples_are_no_indicators_anywhere() -> None:
    one = reading()
    plain = tuple(replace(o, standing=Standing.EXAMPLE) for o in one.observables)
    bundle = json.loads(OUTPUTS["stix"]([replace(one, observables=plain)], TOLD))
    assert not [o for o in bundle["objects"] if o["type"] == "indicator"]
    assert OUTPUTS["sigma"]([replace(one, observables=plain)], TOLD) == b""
