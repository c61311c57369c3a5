"""Jobs that read from and write to an S3-compatible store: a real server on this machine's loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import job_functions
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from vedette.bulk.job import read_table, run_job
from vedette.bulk.places import Place, S3Access
from vedette.bulk.sources import ParquetSource, open_texts
from vedette.cli.bulk_options import s3_access
from vedette.errors import OutsideError, UserError

pytest.importorskip("moto.server", reason="the store of the tests needs moto and flask")


@pytest.fixture(scope="module")
def store() -> Iterator[S3Access]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    access = S3Access(endpoint=f"http://{host}:{port}", region="us-east-1", access_key="test", secret_key="test")
    from pyarrow import fs

    fs.S3FileSystem(
        access_key="test",
        secret_key="test",
        endpoint_override=f"{host}:{port}",
        scheme="http",
        allow_bucket_creation=True,
    ).create_dir("reports")
    yield access
    server.stop()


def fill(store: S3Access, prefix: str) -> str:
    """Put forty texts there, and return the URL."""
    import io

    place = Place(f"s3://reports/{prefix}", store)
    for part in range(2):
        ids = [f"d{n}" for n in range(part * 20, part * 20 + 20)]
        table = pa.table({"id": ids, "text": [f"text of {one}" if one != "d7" else "fault" for one in ids]})
        out = io.BytesIO()
        pq.write_table(table, out)
        place.write(f"part-{part}.parquet", out.getvalue())
    return place.url


def test_a_job_reads_and_writes_a_store(store: S3Access, tmp_path: Path) -> None:
    url = fill(store, "in1")
    here, there = tmp_path / "out", "s3://reports/out1"
    for sink in (here, there):
        report = run_job(job_functions.lengths, open_texts([url], access=store), sink, shard_rows=8, access=store)
        assert (report.n_rows, report.n_errors) == (40, 1)
    assert read_table(there, "lengths", store).equals(read_table(here, "lengths"))
    assert read_table(there, "errors", store).column("id").to_pylist() == ["d7"]
    place = Place(there, store)
    assert json.loads(place.read("_done.json") or b"")["n_rows"] == 40
    again = run_job(job_functions.lengths, open_texts([url], access=store), there, shard_rows=8, access=store)
    assert again.n_kept == again.n_shards == 6


def test_a_store_s_missing_part_is_made_again(store: S3Access) -> None:
    url, out = fill(store, "in2"), "s3://reports/out2"
    run_job(job_functions.lengths, open_texts([url], access=store), out, shard_rows=8, access=store)
    before = read_table(out, "words", store)
    Place(out, store).remove("words/part-00000002.parquet")
    again = run_job(job_functions.lengths, open_texts([url], access=store), out, shard_rows=8, access=store)
    assert again.n_kept == 5
    assert read_table(out, "words", store).equals(before)


def test_a_store_s_changed_input_is_another_job(store: S3Access) -> None:
    url, out = fill(store, "in3"), "s3://reports/out3"
    run_job(job_functions.lengths, open_texts([url], access=store), out, access=store)
    Place(url, store).remove("part-1.parquet")
    with pytest.raises(UserError, match="input"):
        run_job(job_functions.lengths, open_texts([url], access=store), out, access=store)


def test_columns_of_a_store_s_parquet(store: S3Access, tmp_path: Path) -> None:
    source = ParquetSource(fill(store, "in4"), ["id"], store)
    assert source.n_rows == 40
    shards = list(source.shards(16, lambda _: False))
    assert [s.table.num_rows for s in shards] == [16, 4, 16, 4]
    assert shards[0].table.column_names == ["id"]


def test_what_is_not_there_is_said(store: S3Access) -> None:
    with pytest.raises(UserError, match="nothing at"):
        open_texts(["s3://reports/nowhere/"], access=store)
    with pytest.raises(OutsideError) as caught:
        Place("s3://no-such-bucket/x", store).write("a", b"b")
    assert "AWS_ENDPOINT_URL" in str(caught.value.next_step)


def test_a_store_that_does_not_answer_is_said() -> None:
    access = S3Access(endpoint="http://127.0.0.1:9", access_key="a", secret_key="b")
    with pytest.raises(OutsideError):
        Place("s3://bucket/x", access).write("a", b"b")


def test_keys_come_from_the_usual_variables() -> None:
    access = s3_access(
        {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "hidden",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9000",
            "AWS_REGION": "eu-central-1",
        }
    )
    assert (access.access_key, access.endpoint, access.region) == ("key", "http://127.0.0.1:9000", "eu-central-1")
    assert "hidden" not in repr(access)
    with pytest.raises(UserError, match="no keys"):
        Place("s3://bucket/x", s3_access({}))


def test_extract_announces_the_store_and_audits_it(
    store: S3Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vedette.cli.main import app
    from vedette.store import Lake
    from vedette.store.audit import entries

    url = fill(store, "in5")
    monkeypatch.setenv("AWS_ENDPOINT_URL", str(store.endpoint))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    home = tmp_path / "home"
    result = CliRunner().invoke(app, ["--home", str(home), "extract", url, "--out", "s3://reports/out5", "--json"])
    assert result.exit_code == 0, result.output
    assert str(store.endpoint).removeprefix("http://") in result.stderr
    assert json.loads(result.stdout)["n_rows"] == 40
    lake = Lake.open(home)
    try:
        targets = [entry.target for entry in entries(lake, action="bulk.store")]
    finally:
        lake.close()
    assert targets == [url, "s3://reports/out5"]
