"""The whole way: sources in, a corpus with its card out."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys

import orjson
import pyarrow.parquet as pq
import pytest
import yaml
import zstandard
from forge_corpus_support import notes, spec_of, write_rows

from vedette.errors import UserError
from vedette.forge.base import Silent
from vedette.forge.corpus import build_corpus, layout, open_corpus

SPLITS = ("train", "validation", "test")


def every(corpus):
    return {s: list(corpus.records(s)) for s in SPLITS}


def test_texts_labels_groups_and_times_arrive(build, tmp_path):
    rows = notes(40)
    write_rows(tmp_path / "notes.jsonl", rows)
    corpus = build(
        [{"path": "notes.jsonl", "text": "text", "label": "label", "group": "report", "time": "day", "licence": "MIT"}]
    )
    found = {r.text: r for part in every(corpus).values() for r in part}
    assert len(found) == 40
    for row in rows:
        record = found[row["text"]]
        assert record.labels == (row["label"],)
        assert record.group == row["report"]
        assert record.licence == "MIT"
        assert record.at is not None
        assert record.fields["id"] == row["id"]
    assert sum(corpus.count(s) for s in SPLITS) == 40
    assert all(corpus.count(s) for s in SPLITS)


def test_groups_never_part(build, tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(60))
    corpus = build([{"path": "notes.jsonl", "group": "report"}])
    groups = {s: {r.group for r in records} for s, records in every(corpus).items()}
    assert not groups["train"] & groups["test"]
    assert not groups["train"] & groups["validation"]
    assert not groups["validation"] & groups["test"]


def test_by_time_the_last_are_the_test(build, tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(60))
    parts = every(build([{"path": "notes.jsonl", "time": "day"}], split={"by": "time", "test": 0.2, "validation": 0.2}))
    assert len(parts["test"]) == 12
    assert max(r.at for r in parts["train"]) < min(r.at for r in parts["validation"])
    assert max(r.at for r in parts["validation"]) < min(r.at for r in parts["test"])


def test_by_time_without_times_says_what_is_missing(build, tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(10))
    with pytest.raises(UserError, match="by time"):
        build([{"path": "notes.jsonl"}], split={"by": "time"})


def test_by_source_a_source_stays_whole(build, tmp_path):
    rows = notes(60)
    for at in range(4):
        write_rows(tmp_path / f"s{at}.jsonl", rows[at * 15 : at * 15 + 15])
    parts = every(build([{"path": f"s{at}.jsonl"} for at in range(4)], split={"by": "source"}))
    sources = {s: {r.source for r in records} for s, records in parts.items()}
    assert all(sources.values())
    assert sum(map(len, sources.values())) == 4


def test_by_source_needs_enough_sources(build, tmp_path):
    write_rows(tmp_path / "a.jsonl", notes(10))
    with pytest.raises(UserError, match="needs 3 sources"):
        build([{"path": "a.jsonl"}], split={"by": "source"})


def test_a_source_may_be_pinned(build, tmp_path):
    rows = notes(40)
    write_rows(tmp_path / "a.jsonl", rows[:30])
    write_rows(tmp_path / "b.jsonl", rows[30:])
    parts = every(build([{"path": "a.jsonl"}, {"path": "b.jsonl", "split": "test"}], split={"test": 0}))
    assert {r.source for r in parts["test"]} == {"b.jsonl"}
    assert len(parts["test"]) == 10


def test_same_inputs_and_seed_same_bytes_whatever_the_folder(tmp_path):
    digests = []
    for name in ("one", "two"):
        folder = tmp_path / name
        write_rows(folder / "data" / "b.jsonl", notes(50)[25:])
        write_rows(folder / "data" / "a.jsonl", notes(50)[:25])
        spec = spec_of([{"path": "data", "label": "label"}])
        corpus = build_corpus(spec, folder, folder / "corpus", seed=3, progress=Silent())
        digests.append({p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(corpus.path.iterdir())})
    assert digests[0] == digests[1]


def test_another_seed_splits_otherwise(build, tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(60))
    first = every(build([{"path": "notes.jsonl"}], out="a", seed=1))
    second = every(build([{"path": "notes.jsonl"}], out="b", seed=2))
    assert {r.text for r in first["test"]} != {r.text for r in second["test"]}


def test_a_built_corpus_is_reused_until_an_input_changes(build, tmp_path):
    path = write_rows(tmp_path / "notes.jsonl", notes(30))
    before = build([{"path": "notes.jsonl"}])
    made = (before.path / "manifest.json").stat().st_mtime_ns
    assert (build([{"path": "notes.jsonl"}]).path / "manifest.json").stat().st_mtime_ns == made
    write_rows(path, notes(31))
    after = build([{"path": "notes.jsonl"}])
    assert after.digest != before.digest
    assert sum(after.count(s) for s in SPLITS) == 31


def test_a_torn_corpus_is_never_opened_and_is_built_again(build, tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(30))
    corpus = build([{"path": "notes.jsonl"}])
    whole = (corpus.path / "train.parquet").read_bytes()
    (corpus.path / "train.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="torn"):
        open_corpus(corpus.path)
    again = build([{"path": "notes.jsonl"}])
    assert (again.path / "train.parquet").read_bytes() == whole


def test_a_folder_with_other_things_is_left_alone(build, tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(10))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match="no corpus"):
        build([{"path": "notes.jsonl"}])
    assert (tmp_path / "out" / "thesis.txt").read_text() == "years of work"


def test_nothing_is_left_behind_where_a_build_fails(build, tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(10))
    with pytest.raises(UserError):
        build([{"path": "notes.jsonl", "text": "nonsense"}])
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out.new-*"))


def test_a_licence_that_is_not_allowed_fails_with_source_and_licence(build, tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(10))
    with pytest.raises(UserError, match=r"notes\.jsonl.*CC-BY-NC-4\.0"):
        build([{"path": "notes.jsonl", "licence": "CC-BY-NC-4.0"}], clean={"licences": ["MIT"]})


def test_a_missing_text_field_names_the_fields_there_are(build, tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(10))
    with pytest.raises(UserError, match=r"report"):
        build([{"path": "notes.jsonl", "text": "body"}])


def test_a_missing_path_is_named(build):
    with pytest.raises(UserError, match="nowhere"):
        build([{"path": "nowhere"}])


def test_bad_input_is_quarantined_with_its_reason_and_nothing_else_is_lost(build, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    rows = notes(12)
    lines = [orjson.dumps(r) for r in rows]
    lines.insert(3, b'{"text": "cut sho')
    lines.insert(5, b"\xff\xfe not utf-8 \x80\x81 {}")
    lines.insert(7, b'{"text": ""}')
    lines.insert(8, b"[1, 2]")
    (folder / "a.jsonl").write_bytes(b"\n".join(lines))
    (folder / "empty.txt").write_bytes(b"")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    (folder / "latin.txt").write_bytes("d\xe9j\xe0 vu dans le journal".encode("latin-1"))
    packed = gzip.compress(b"\n".join(orjson.dumps(r) for r in notes(20)[12:]))
    (folder / "cut.jsonl.gz").write_bytes(packed[: len(packed) - 12])
    (folder / "bomb.txt.gz").write_bytes(gzip.compress(b"a" * (80 << 20), 9))
    corpus = build([{"path": "in"}])
    texts = {r.text for records in every(corpus).values() for r in records}
    assert {r["text"] for r in rows} <= texts
    quarantined = pq.read_table(corpus.path / "quarantine.parquet").to_pylist()
    reasons = {(q["file"], q["place"]): q["reason"] for q in quarantined}
    assert "no JSON" in reasons["a.jsonl", "line 4"]
    assert "not UTF-8" in reasons["a.jsonl", "line 6"]
    assert "empty" in reasons["a.jsonl", "line 8"]
    assert "no JSON object" in reasons["a.jsonl", "line 9"]
    assert reasons["empty.txt", ""] == "empty"
    assert "no reader" in reasons["picture.png", ""]
    assert "not UTF-8" in reasons["latin.txt", ""]
    assert any(f == "cut.jsonl.gz" and "cut short" in why for (f, _), why in reasons.items())
    assert "larger" in reasons["bomb.txt.gz", ""] or "bomb" in reasons["bomb.txt.gz", ""]
    assert sum(corpus.card["quarantined"].values()) == len(quarantined)


def test_another_encoding_is_read_where_it_is_named(build, tmp_path):
    (tmp_path / "a.csv").write_bytes(
        "text;label\nd\xe9j\xe0 vu;x\nr\xe9seau compromis;y\nrien \xe0 voir;x\n".encode("cp1252")
    )
    corpus = build([{"path": "a.csv", "label": "label", "options": {"encoding": "cp1252"}}])
    assert "déjà vu" in {r.text for records in every(corpus).values() for r in records}


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_packed_files_are_read(build, tmp_path, suffix):
    data = b"".join(orjson.dumps(r) + b"\n" for r in notes(20))
    packed = {"": data, ".gz": gzip.compress(data), ".zst": zstandard.ZstdCompressor().compress(data)}[suffix]
    (tmp_path / f"notes.jsonl{suffix}").write_bytes(packed)
    assert sum(build([{"path": f"notes.jsonl{suffix}"}]).count(s) for s in SPLITS) == 20


def test_exact_and_near_duplicates_go_and_are_counted(build, tmp_path):
    rows = notes(30)
    rows.append({**rows[0], "text": rows[0]["text"].upper() + "  "})
    rows.append({**rows[1], "text": rows[1]["text"] + " indeed"})
    rows.append({**rows[2], "label": "other", "text": rows[2]["text"]})
    write_rows(tmp_path / "notes.jsonl", rows)
    corpus = build([{"path": "notes.jsonl", "label": "label"}])
    assert corpus.card["removed"] == {"exact duplicate": 1, "near-duplicate": 1}
    # the same text under another label is kept, and stays in the same part
    where = [s for s, records in every(corpus).items() for r in records if r.text == rows[2]["text"]]
    assert len(where) == 2
    assert len(set(where)) == 1


def test_duplicates_are_kept_where_the_source_asks_for_it(build, tmp_path):
    rows = notes(10)
    write_rows(tmp_path / "notes.jsonl", rows + rows)
    corpus = build([{"path": "notes.jsonl", "options": {"keep_duplicates": True}}])
    assert sum(corpus.count(s) for s in SPLITS) == 20
    ids = [r.record_id for records in every(corpus).values() for r in records]
    assert len(set(ids)) == 20


def test_secrets_and_personal_data_leave_every_field(build, tmp_path):
    rows = notes(12)
    rows[0]["text"] += " password=correct-horse-77 by jane.doe@corp.example.org"
    rows[1]["owner"] = {"mail": "jane.doe@corp.example.org", "keys": ["AKIA" + "Q3EGRIHTLYABCDEF"]}
    rows[2]["report"] = "jane.doe@corp.example.org"
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\xfa jane.doe@corp.example.org")
    write_rows(tmp_path / "notes.jsonl", rows)
    corpus = build([{"path": "notes.jsonl", "group": "report"}])
    for path in corpus.path.iterdir():
        data = path.read_bytes() if path.suffix != ".parquet" else repr(pq.read_table(path).to_pylist()).encode()
        for secret in (b"correct-horse", b"jane.doe", b"Q3EGRIHTLY"):
            assert secret not in data, path
    assert corpus.card["redactions"]["email"] == 3
    assert corpus.card["redactor"] == "rules"


def test_without_a_redactor_the_card_says_so(build, tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(10))
    corpus = build([{"path": "notes.jsonl"}], clean={"redact": None})
    assert corpus.card["redactor"] is None
    assert "Nothing was looked for" in (corpus.path / "CARD.md").read_text()


def test_an_unknown_redactor_names_those_there_are(build, tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(10))
    with pytest.raises(UserError, match="no redactor") as raised:
        build([{"path": "notes.jsonl"}], clean={"redact": "magic"})
    assert "rules" in (raised.value.next_step or "")


def test_the_card_has_a_dataset_header_and_says_what_was_done(build, tmp_path):
    rows = notes(30)
    write_rows(tmp_path / "notes.jsonl", [*rows, rows[0]])
    corpus = build([{"path": "notes.jsonl", "label": "label", "time": "day", "licence": "MIT"}])
    text = (corpus.path / "CARD.md").read_text()
    header = yaml.safe_load(text.split("---\n")[1])
    assert header["license"] == "mit"
    assert header["configs"][0]["data_files"][0] == {"split": "train", "path": "train.parquet"}
    card = corpus.card
    assert card["splits"]["train"]["licences"] == {"MIT": corpus.count("train")}
    assert sum(sum(card["splits"][s]["labels"].values()) for s in SPLITS) == 30
    assert card["time_span"][0] < card["time_span"][1]
    assert card["removed"] == {"exact duplicate": 1}
    assert "exact duplicate" in text
    assert str(tmp_path) not in text


def test_where_limit_and_languages_choose(build, tmp_path):
    english = "The team found that the host was part of the botnet and it was cleaned on the same day number "
    german = "Das Team hat festgestellt, dass der Rechner nicht mehr mit dem Netz verbunden ist und die Daten sind weg "
    rows = [{"text": english + " ".join(["x" * (k % 5 + 1), str(k) * 3]), "kind": "a"} for k in range(10)]
    rows += [{"text": german + " ".join(["y" * (k % 5 + 1), str(k) * 3]), "kind": ["a", "c"]} for k in range(10)]
    rows += [{"text": f"dropped {k}", "kind": "b"} for k in range(10)]
    write_rows(tmp_path / "rows.jsonl", rows)
    corpus = build(
        [{"path": "rows.jsonl", "where": {"kind": ["a"]}}],
        clean={"languages": ["en"], "near_duplicates": None},
        leakage={"near_duplicates": 1.0, "template_duplicates": None, "ngram_share": 1.0},
    )
    assert corpus.card["removed"]["where"] == 10
    assert corpus.card["removed"]["language de"] == 10
    limited = build(
        [{"path": "rows.jsonl", "limit": 4}], out="limited", clean={"near_duplicates": None}, split={"test": 0}
    )
    assert sum(limited.count(s) for s in SPLITS) == 4


def test_quality_removes_with_the_reason(build, tmp_path):
    rows = [*notes(20), {"text": "#### $$$$ %%%% ^^^^ &&&& **** ((((( ))))) ==== ++++ |||| ~~~~"}]
    rows.append({"text": "Accept cookies\nSubscribe now\nAll rights reserved\nSign in\nBack to top"})
    write_rows(tmp_path / "rows.jsonl", rows)
    removed = build([{"path": "rows.jsonl"}], clean={"quality": 0.5}).card["removed"]
    assert removed == {"quality: boilerplate": 1, "quality: symbols": 1}


def test_a_killed_build_leaves_nothing_that_opens(tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(40))
    program = f"""
import os, signal
from pathlib import Path
from vedette.forge.base import Silent
from vedette.forge.corpus import build_corpus, layout
from vedette.forge.recipe import CorpusSpec, SourceSpec
layout.place = lambda work, out: os.kill(os.getpid(), signal.SIGKILL)
folder = Path({str(tmp_path)!r})
build_corpus(CorpusSpec(sources=(SourceSpec(path="notes.jsonl"),)), folder, folder / "out", seed=0, progress=Silent())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == -9
    with pytest.raises(UserError):
        open_corpus(tmp_path / "out")
    spec = spec_of([{"path": "notes.jsonl"}])
    assert build_corpus(spec, tmp_path, tmp_path / "out", seed=0, progress=Silent()).count("train")
    assert not list(tmp_path.glob(".out.new-*"))


def test_records_read_back_as_they_were(build, tmp_path):
    talk = [{"role": "user", "content": "what is T1059?"}, {"role": "assistant", "content": "a technique"}]
    write_rows(
        tmp_path / "m.jsonl", [{"messages": talk}, {"prompt": "p q r", "chosen": "good one", "rejected": "bad one"}]
    )
    parts = every(build([{"path": "m.jsonl", "weight": 2.0}], split={"test": 0, "validation": 0}))
    first, second = parts["train"]
    assert list(first.messages) == talk
    assert first.text == "what is T1059?\na technique"
    assert (second.chosen, second.rejected, second.weight) == ("good one", "bad one", 2.0)
    assert layout.record_of  # the same function reads single rows
