"""Planted leaks of each kind are caught; with ``remove`` they leave train, without it the build fails."""

from __future__ import annotations

import pytest
from forge_corpus_support import notes, write_rows

from vedette.errors import UserError

TEST = (
    "A stored cross-site scripting flaw in Acme Helpdesk before 4.2.1 allows remote authenticated users to inject "
    "arbitrary web script through the subject field of a ticket that an administrator opens later"
)
TEMPLATE = (
    "A stored cross-site scripting flaw in Borealis Ticketing Suite through 11.0.7-rc2 allows remote authenticated users to "  # noqa: E501
    "inject arbitrary web script through the subject field of a ticket that an administrator opens later"
)
NEAR = TEST.replace("opens later", "opens later on")
CARRIER = (
    "Weekly digest of the response team, first the summary of what was patched and by whom. "
    + " ".join(TEST.split()[4:])
    + ". Then follows the rota of the next week with the names of the people on call and their deputies."
)
PLANTED = {
    "exact": TEST.upper(),
    "near": NEAR,
    "template": TEMPLATE,
    "ngram": CARRIER,
}


def sources(tmp_path, planted: str, **fields):
    write_rows(tmp_path / "train.jsonl", [*notes(30), {"text": planted, "label": "x", **fields}])
    write_rows(
        tmp_path / "test.jsonl",
        [{"text": TEST, "label": "x", **fields}, {"text": "an unrelated sentence about routers"}],
    )
    return [{"path": "train.jsonl", "group": "key"}, {"path": "test.jsonl", "split": "test", "group": "key"}]


@pytest.mark.parametrize("kind", PLANTED)
def test_a_leak_fails_the_build_and_is_shown(build, tmp_path, kind):
    with pytest.raises(UserError, match=rf"50\.0% of its 2 records were seen \(1 {kind} \(train→test\)\)") as raised:
        build(sources(tmp_path, PLANTED[kind]), split={"test": 0, "validation": 0}, leakage={"remove": False})
    assert "tored cross-site scripting" in raised.value.message
    assert "remove: true" in (raised.value.next_step or "")


@pytest.mark.parametrize("kind", PLANTED)
def test_a_leak_is_taken_out_of_train_and_counted_by_kind(build, tmp_path, kind):
    corpus = build(sources(tmp_path, PLANTED[kind]), split={"test": 0, "validation": 0})
    leakage = corpus.card["leakage"]
    assert leakage["found"] == {"train→test": {kind: 1}}
    assert leakage["removed"] == {"train→test": {kind: 1}}
    assert leakage["left"] == {}
    assert corpus.card["removed"] == {f"leakage: {kind}": 1}
    assert corpus.count("train") == 30
    assert corpus.count("test") == 2
    assert kind in (corpus.path / "CARD.md").read_text()


def test_a_group_on_both_sides_leaks(build, tmp_path):
    other = "something else entirely is said of it here"
    write_rows(tmp_path / "train.jsonl", [*notes(30), {"text": other, "key": "CVE-2024-0001"}])
    write_rows(tmp_path / "test.jsonl", [{"text": TEST, "key": "CVE-2024-0001"}])
    given = [{"path": "train.jsonl", "group": "key"}, {"path": "test.jsonl", "split": "test", "group": "key"}]
    corpus = build(given, split={"test": 0, "validation": 0})
    assert corpus.card["leakage"]["removed"] == {"train→test": {"group": 1}}
    with pytest.raises(UserError, match="1 group"):
        build(given, out="b", split={"test": 0, "validation": 0}, leakage={"remove": False})


def test_what_is_not_alike_is_no_leak(build, tmp_path):
    other = (
        "A stored procedure in Acme Helpdesk before 4.2.1 lets local operators read the configuration of another tenant "  # noqa: E501
        "because the row filter is applied after the page was cached"
    )
    corpus = build(sources(tmp_path, other), split={"test": 0, "validation": 0}, leakage={"remove": False})
    assert corpus.card["leakage"]["found"] == {}


def test_a_share_may_be_allowed(build, tmp_path):
    corpus = build(
        sources(tmp_path, NEAR), split={"test": 0, "validation": 0}, leakage={"remove": False, "max_share": 0.5}
    )
    assert corpus.card["leakage"]["left_share"] == 0.5


def test_template_duplicates_stay_together_where_nothing_is_pinned(build, tmp_path):
    products = ["Acme Desk", "Borealis Suite", "Cirrus Mail", "Dorado Shop", "Evergreen Forum", "Fjord Wiki"]
    rows = notes(60)
    for at, product in enumerate(products):
        rows.append(
            {"text": TEST.replace("Acme Helpdesk", product).replace("4.2.1", f"{at}.{at + 3}"), "label": str(at)}
        )
    write_rows(tmp_path / "rows.jsonl", rows)
    corpus = build([{"path": "rows.jsonl", "label": "label"}], clean={"near_duplicates": None})
    where = {s for s in ("train", "validation", "test") for r in corpus.records(s) if "cross-site" in r.text}
    assert len(where) == 1
    assert corpus.card["leakage"]["found"] == {}
    assert "template duplicates" in corpus.card["kept_together"]


def test_templates_are_not_looked_for_where_the_recipe_says_so(build, tmp_path):
    corpus = build(
        sources(tmp_path, TEMPLATE),
        split={"test": 0, "validation": 0},
        leakage={"template_duplicates": None, "ngram_share": 1.0},
    )
    assert corpus.card["leakage"]["found"] == {}


def test_a_split_by_time_takes_repeats_out_of_train(build, tmp_path):
    rows = notes(40)
    rows += [{**row, "day": 2000 + at, "label": "again"} for at, row in enumerate(rows[:5])]
    write_rows(tmp_path / "rows.jsonl", rows)
    corpus = build(
        [{"path": "rows.jsonl", "label": "label", "time": "day"}],
        split={"by": "time", "test": 0.12, "validation": 0},
    )
    assert corpus.card["leakage"]["removed"]["train→test"] == {"exact": 5}
    tested = {r.text for r in corpus.records("test")}
    assert not tested & {r.text for r in corpus.records("train")}
