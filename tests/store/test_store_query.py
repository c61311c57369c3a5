"""The analyst's SQL: what is legitimate works, what is hostile is refused, by more than one wall."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from vedette.errors import UserError
from vedette.schema import event_arrow_schema
from vedette.store import Lake, hits_arrow_schema
from vedette.store.query import _locked_connection, check, reading, run_query

BASE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def fill(lake: Lake, n_events: int = 30) -> None:
    """Put events and hits into the lake."""
    rows: dict[str, list[Any]] = {name: [None] * n_events for name in event_arrow_schema().names}
    rows["event_id"] = [f"{i:032x}" for i in range(n_events)]
    rows["time"] = [BASE + timedelta(minutes=i) for i in range(n_events)]
    rows["class_name"] = ["authentication" if i % 2 else "process_activity" for i in range(n_events)]
    rows["source"] = ["s"] * n_events
    rows["reader"] = ["r"] * n_events
    rows["raw"] = [json.dumps({"EventID": i, "Items": [1, 2], "User": f"u{i % 3}"}) for i in range(n_events)]
    rows["actor_name"] = [f"u{i % 3}" for i in range(n_events)]
    table = pa.table(rows, schema=event_arrow_schema())
    lake.commit(lake.write("events", table, job="j", shard="1", source="s"), job="j", shard="1")
    hits: dict[str, list[Any]] = {name: [None] * 5 for name in hits_arrow_schema().names}
    hits["ruleset"], hits["rule_id"] = ["R"] * 5, ["r1"] * 5
    hits["event_id"] = [f"{i:032x}" for i in range(5)]
    hits["time"] = [BASE + timedelta(minutes=i) for i in range(5)]
    lake.commit(lake.write("hits", pa.table(hits, schema=hits_arrow_schema()), job="d", shard="1"), job="d", shard="1")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("query") / "home it's"
    lake = Lake.open(home)
    fill(lake)
    (home / "secret.csv").write_text("a,b\nsecret,1\n")
    (lake.folder / "inside.csv").write_text("a,b\nsecret,1\n")
    yield lake
    lake.close()


LEGITIMATE = [
    "SELECT count(*) FROM events",
    "SELECT * FROM events LIMIT 1",
    "FROM events SELECT event_id LIMIT 2",
    "FROM events",
    "SELECT 1",
    "VALUES (1, 2), (3, 4)",
    "SELECT count(*) FROM events; ",
    "-- a remark\nSELECT /* here too */ count(*) FROM events",
    "SELECT native->>'User' u, count(*) n FROM events GROUP BY ALL ORDER BY n DESC",
    "SELECT native->'$.Items[0]' FROM events LIMIT 1",
    "SELECT json_extract_string(native, 'User') FROM events WHERE native->>'EventID' = '3'",
    "SELECT json_keys(native) FROM events LIMIT 1",
    "WITH a AS (SELECT * FROM events), b AS (SELECT * FROM a) SELECT count(*) FROM b",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t",
    "WITH Big AS MATERIALIZED (SELECT 1 AS x) SELECT * FROM big",
    "SELECT *, row_number() OVER (PARTITION BY actor_name ORDER BY time) FROM events",
    "SELECT actor_name, lag(time) OVER w FROM events WINDOW w AS (PARTITION BY actor_name ORDER BY time)",
    "SELECT e.actor_name, h.rule_id FROM events e JOIN hits h USING (event_id)",
    "SELECT * FROM events e LEFT JOIN hits h USING (event_id) LEFT JOIN findings f ON f.finding_id = h.rule_id",
    "SELECT c.body->>'title' FROM cases c",
    "SELECT body->>'$.severity' FROM findings",
    "SELECT e.event_id, u.x FROM events e, unnest([1, 2]) AS u(x) LIMIT 3",
    "SELECT unnest(list(actor_name)) FROM events",
    "SELECT list_transform([1, 2], lambda x: x + 1)",
    "SELECT [x + 1 FOR x IN [1, 2, 3] IF x > 1]",
    "SELECT * FROM range(5)",
    "SELECT * FROM generate_series(1, 3)",
    "SELECT date_trunc('hour', time) h, count(*) FROM events GROUP BY h",
    "SELECT strftime(time, '%Y-%m-%d') FROM events LIMIT 1",
    "SELECT time_bucket(INTERVAL 15 MINUTE, time) b, count(*) FROM events GROUP BY b ORDER BY b",
    "SELECT count(*) FROM events WHERE time > TIMESTAMP '2026-01-02 03:00:00' + INTERVAL 10 MINUTE",
    "SELECT count(*) FROM events WHERE time BETWEEN '2026-01-02' AND '2026-01-03'",
    "SELECT epoch_ms(time), hour(time), dayname(time) FROM events LIMIT 1",
    "SELECT max(time) - min(time) FROM events",
    "SELECT regexp_matches(raw, 'User') FROM events LIMIT 1",
    "SELECT count(*) FILTER (WHERE class_name = 'authentication') FROM events",
    "SELECT actor_name FROM events UNION SELECT rule_id FROM hits",
    "SELECT actor_name FROM events EXCEPT SELECT 'u1'",
    "SELECT (SELECT count(*) FROM hits) AS n, EXISTS (SELECT 1 FROM findings)",
    "SELECT * FROM (SELECT actor_name FROM events) x WHERE actor_name IN (SELECT actor_name FROM events)",
    "SELECT * FROM events e, LATERAL (SELECT count(*) n FROM hits h WHERE h.event_id = e.event_id) LIMIT 1",
    "SELECT * FROM events QUALIFY row_number() OVER (PARTITION BY actor_name ORDER BY time) = 1",
    "SELECT * EXCLUDE (raw, native) FROM events LIMIT 1",
    "SELECT COLUMNS('actor.*') FROM events LIMIT 1",
    "SELECT approx_count_distinct(actor_name), histogram(class_name) FROM events",
    "SELECT 'it''s; DROP TABLE x' AS s",
    "SELECT * FROM events USING SAMPLE 3 ROWS",
    "SELECT x.key FROM events e, json_each(e.native) x LIMIT 2",
    "SELECT CASE WHEN actor_name = 'u1' THEN 1 ELSE 0 END, coalesce(src_ip, '-') FROM events",
    "SELECT string_agg(actor_name, ',' ORDER BY time) FROM events",
    "(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1 LIMIT 1",
    "PIVOT events ON class_name IN ('authentication', 'process_activity') USING count(*) GROUP BY actor_name",
    "SELECT * FROM (UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b)",
]


@pytest.mark.parametrize("sql", LEGITIMATE)
def test_legitimate_queries_work(sql: str, filled: Lake) -> None:
    result = run_query(filled, sql)
    assert result.columns
    assert not result.cut


HOSTILE = [
    # files
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_json_objects('/etc/passwd')",
    "SELECT * FROM read_ndjson_auto('/etc/passwd')",
    "SELECT * FROM read_parquet('{lake}/**/*.parquet')",
    "SELECT * FROM parquet_scan('{lake}/**/*.parquet')",
    "SELECT * FROM parquet_metadata('{lake}/**/*.parquet')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM glob('{lake}/**')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '{home}/secret.csv'",
    "SELECT * FROM '{lake}/inside.csv'",
    "SELECT * FROM \"{lake}/inside.csv\"",
    "FROM '{home}/secret.csv'",
    "SELECT * FROM '{lake}/**/*.parquet'",
    "SELECT * FROM sqlite_scan('{home}/state.sqlite', 'cases')",
    "COPY events TO '{home}/out.csv'",
    "COPY (SELECT 1) TO '{lake}/out.parquet'",
    "COPY t FROM '/etc/passwd'",
    "EXPORT DATABASE '{home}/x'",
    "IMPORT DATABASE '{home}/x'",
    "ATTACH '{home}/state.sqlite' AS s (TYPE sqlite)",
    "ATTACH '{home}/new.db'",
    "DETACH memory",
    # settings and extensions
    "PRAGMA database_list",
    "PRAGMA enable_external_access",
    "SET enable_external_access = true",
    "SET GLOBAL memory_limit = '100GB'",
    "RESET lock_configuration",
    "SELECT set_config('a', 'b', false)",
    "INSTALL httpfs",
    "LOAD httpfs",
    "FORCE INSTALL sqlite FROM community",
    "SELECT current_setting('home_directory')",
    "SELECT getenv('HOME')",
    "SELECT getvariable('x')",
    "SET VARIABLE x = 1",
    # changes
    "CREATE TABLE t AS SELECT 1",
    "CREATE VIEW v AS SELECT 1",
    "CREATE TEMP TABLE t(a INT)",
    "CREATE MACRO m() AS TABLE SELECT * FROM read_text('/etc/passwd')",
    "CREATE SECRET (TYPE s3)",
    "CREATE FUNCTION f(x) AS x",
    "INSERT INTO findings VALUES ('a')",
    "UPDATE cases SET status = 'closed'",
    "DELETE FROM findings",
    "DROP VIEW events",
    "ALTER TABLE cases RENAME TO x",
    "TRUNCATE findings",
    "BEGIN TRANSACTION",
    "CHECKPOINT",
    "VACUUM",
    "COMMENT ON TABLE findings IS 'x'",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE p",
    "CALL pragma_version()",
    "USE memory",
    # several statements, remarks
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP VIEW events",
    "SELECT 1;;COPY events TO '{home}/x'",
    "/* */ SET threads = 1 --",
    "SELECT 1 /* ; */; ATTACH ':memory:' AS x",
    "",
    ";",
    "-- nothing",
    # what the database says of itself
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM information_schema.schemata",
    "SELECT * FROM pg_catalog.pg_tables",
    "SELECT * FROM pg_tables",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_views()",
    "SELECT * FROM duckdb_temporary_files()",
    "SELECT * FROM pragma_database_list()",
    "SELECT * FROM pragma_table_info('events')",
    "SHOW TABLES",
    "SHOW ALL TABLES",
    "SHOW DATABASES",
    "DESCRIBE events",
    "DESCRIBE SELECT * FROM '{lake}/inside.csv'",
    "SUMMARIZE events",
    "SELECT * FROM (DESCRIBE events)",
    "SELECT * FROM (SHOW TABLES)",
    "SELECT * FROM (SUMMARIZE '{lake}/inside.csv')",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE SELECT * FROM events",
    # hidden in other things
    "WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM x",
    "WITH \"/etc/passwd\" AS (SELECT * FROM \"/etc/passwd\") SELECT * FROM \"/etc/passwd\"",
    "WITH \"{lake}/inside.csv\" AS (SELECT * FROM \"{lake}/inside.csv\") SELECT * FROM \"{lake}/inside.csv\"",
    "WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a",
    "WITH \"{lake}/inside.csv\" AS NOT MATERIALIZED (FROM '{lake}/inside.csv') FROM events",
    "SELECT * FROM (WITH \"{lake}/inside.csv\" AS (SELECT 1) SELECT 1), \"{lake}/inside.csv\"",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT 1 WHERE EXISTS (SELECT * FROM glob('/*'))",
    "SELECT * FROM events e, LATERAL (SELECT * FROM read_text(e.raw))",
    "SELECT 1 UNION ALL SELECT content FROM read_text('/etc/passwd')",
    "SELECT 1 EXCEPT SELECT content FROM read_text('/etc/passwd')",
    "SELECT list_transform(['/etc/passwd'], lambda f: (SELECT content FROM read_text(f)))",
    "SELECT [(SELECT content FROM read_text(f)) FOR f IN ['/etc/passwd']]",
    "SELECT * FROM events ORDER BY (SELECT count(*) FROM glob('/*'))",
    "SELECT * FROM events LIMIT (SELECT count(*) FROM glob('/*'))",
    "SELECT count(*) FROM events GROUP BY (SELECT 1 FROM glob('/*'))",
    "SELECT sum(1) OVER (ORDER BY (SELECT count(*) FROM glob('/*'))) FROM events",
    "SELECT * FROM events HAVING (SELECT count(*) FROM glob('/*')) > 0",
    "SELECT * FROM events QUALIFY (SELECT count(*) FROM glob('/*')) > 0",
    "SELECT CASE WHEN (SELECT count(*) FROM glob('/*')) > 0 THEN 1 END",
    "SELECT * FROM events e JOIN events f ON (SELECT count(*) FROM glob('/*')) > 0",
    "PIVOT (SELECT * FROM read_csv('/etc/passwd')) ON a USING count(*)",
    "PIVOT '{lake}/inside.csv' ON a USING count(*)",
    "SELECT * FROM (UNPIVOT '{lake}/inside.csv' ON a, b)",
    "SELECT COLUMNS(c -> (SELECT count(*) FROM glob('/*')) > 0) FROM events",
    "SELECT * REPLACE ((SELECT content FROM read_text('/etc/passwd')) AS raw) FROM events",
    "VALUES ((SELECT content FROM read_text('/etc/passwd')))",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('events')",
    "SELECT * FROM query_table(['{lake}/inside.csv'])",
    "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT json_execute_serialized_sql('x')",
    "SELECT * FROM sql_auto_complete('SEL')",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM pandas_scan(0)",
    "SELECT * FROM python_map_function()",
    "SELECT * FROM seq_scan('findings')",
    "SELECT * FROM repeat_row(1, num_rows=3)",
    "SELECT * FROM test_all_types()",
    "SELECT * FROM local_frame",
    "SELECT * FROM local_table",
    "SELECT * FROM lake",
    "SELECT * FROM memory.main.findings",
    "SELECT * FROM temp.findings",
    "SELECT * FROM main.events",
    "SELECT * FROM system.information_schema.tables",
    "SELECT nextval('s')",
    "SELECT pg_sleep(1)",
    "SELECT write_log('x')",
    "SELECT * FROM duckdb_logs",
    "SELECT * FROM events AT (VERSION => 1)",
    "SELECT * FROM $1",
    "SELECT ?",
    "SELECT $name",
    "MERGE INTO findings USING events ON true WHEN MATCHED THEN DELETE",
    "SELECT * FROM delta_scan('/x')",
    "SELECT * FROM iceberg_scan('/x')",
    "SELECT * FROM 'https://example.test/x.parquet'",
    "SELECT * FROM read_parquet('s3://bucket/x')",
    "SELECT * FROM st_read('/etc/passwd')",
    "SELECT \x00 1",
    "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
    "SELECT '" + "x" * 200_000 + "'",
]  # fmt: skip


@pytest.mark.parametrize("sql", HOSTILE)
def test_hostile_queries_are_refused(sql: str, filled: Lake) -> None:
    local_frame = local_table = pa.table({"a": [1]})  # what a Python replacement scan would find
    run_query(filled, "SELECT 1")  # the folder that queries spill into is made by the first
    before = sorted(p for p in filled.home.rglob("*"))
    filled_sql = sql.replace("{lake}", str(filled.folder).replace("'", "''")).replace(
        "{home}", str(filled.home).replace("'", "''")
    )
    with pytest.raises(UserError) as caught:
        run_query(filled, filled_sql)
    assert "secret,1" not in str(caught.value.message)
    assert len(caught.value.message) < 1_000
    assert sorted(p for p in filled.home.rglob("*")) == before
    assert local_frame is local_table


SECOND_WALL = [
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM '{home}/secret.csv'",
    "SELECT * FROM read_csv('{home}/secret.csv')",
    "SELECT * FROM read_blob('{home}/state.sqlite')",
    "SELECT * FROM read_text('{lake}/../secret.csv')",
    "COPY (SELECT 1) TO '{home}/out.csv'",
    "ATTACH '{home}/new.db'",
    "SET enable_external_access = true",
    "SET memory_limit = '100GB'",
    "SET lock_configuration = false",
    "INSTALL httpfs",
    "LOAD '{home}/secret.csv'",
    "SELECT * FROM local_table",
]


@pytest.mark.parametrize("sql", SECOND_WALL)
def test_the_connection_itself_is_locked_where_the_parser_would_let_something_pass(
    sql: str, filled: Lake, tmp_path: Path
) -> None:
    import duckdb

    local_table = pa.table({"a": [1]})
    with _locked_connection(filled, tmp_path) as connection, pytest.raises(duckdb.Error):
        connection.execute(
            sql.replace("{lake}", str(filled.folder).replace("'", "''")).replace(
                "{home}", str(filled.home).replace("'", "''")
            )
        ).fetchall()
    assert local_table.num_rows == 1
    assert not (filled.home / "out.csv").exists()


def test_a_link_to_the_home_works_and_leads_nowhere_else(filled: Lake, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(filled.home)
    lake = Lake.open(link)
    assert run_query(lake, "SELECT count(*) FROM events").rows == [(30,)]
    with pytest.raises(UserError):
        run_query(lake, f"SELECT * FROM '{link}/secret.csv'")
    lake.close()


def test_a_link_out_of_the_lake_is_not_followed_by_a_query(filled: Lake) -> None:
    import duckdb

    (filled.folder / "way-out.csv").unlink(missing_ok=True)
    (filled.folder / "way-out.csv").symlink_to(filled.home / "secret.csv")
    with pytest.raises(UserError):
        run_query(filled, f"SELECT * FROM read_csv('{filled.folder}/way-out.csv')")
    (filled.folder / "way-out.csv").unlink()
    assert duckdb


def test_rows_are_limited_and_it_says_so(filled: Lake) -> None:
    result = run_query(filled, "SELECT * FROM events", max_rows=7)
    assert (len(result.rows), result.cut) == (7, True)
    assert run_query(filled, "SELECT * FROM events", max_rows=30).cut is False


def test_endless_queries_stop(filled: Lake) -> None:
    started = time.monotonic()
    with pytest.raises(UserError, match="longer than"):
        run_query(filled, "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c", timeout_s=0.5)
    with pytest.raises(UserError, match="longer than"):
        run_query(
            filled,
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
            timeout_s=0.5,
        )
    assert time.monotonic() - started < 60


HOG = """
import resource, sys
from pathlib import Path
from vedette.errors import UserError
from vedette.store import Lake
from vedette.store.query import run_query
lake = Lake.open(Path(sys.argv[1]))
for sql in sys.argv[2:]:
    try:
        run_query(lake, sql, timeout_s=3)
        print("done")
    except UserError as error:
        print("refused:", error.message[:100].replace(chr(10), " "))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_hogs_of_memory_and_disk_are_stopped(filled: Lake) -> None:
    hogs = [
        "SELECT list(range) FROM range(1000000000)",
        "SELECT string_agg(repeat('x', 1000), '') FROM range(10000000)",
        "SELECT repeat('x', 3000000000)",
        "SELECT count(*) FROM (SELECT DISTINCT repeat(a.range::VARCHAR, 100) FROM range(2000000000) a)",
    ]
    done = subprocess.run(
        [sys.executable, "-c", HOG, str(filled.home), *hogs], capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    *answers, peak_mb = done.stdout.splitlines()
    assert len(answers) == len(hogs)
    assert all(a.startswith("refused") for a in answers), answers
    assert int(peak_mb) < 2_600, (answers, peak_mb)
    left = sum(p.stat().st_size for p in (filled.home / "tmp").rglob("*") if p.is_file())
    assert left == 0


def test_errors_name_the_next_step(filled: Lake) -> None:
    for sql in ("SELECT nothing FROM events", "SELEC 1", "SELECT * FROM nowhere", "SELECT 1/'x'"):
        with pytest.raises(UserError) as caught:
            run_query(filled, sql)
        assert caught.value.message
    assert resource.RUSAGE_SELF == 0


NOT_BY_THE_PARSER = ("SELECT ?", "SELECT $name", "SELECT * FROM events AT (VERSION => 1)")


def test_the_parser_alone_refuses_what_is_hostile(filled: Lake) -> None:
    """The first wall holds without the second."""
    passed = []
    with filled.connection() as connection:
        for sql in HOSTILE:
            try:
                check(connection, sql)
            except UserError:
                continue
            passed.append(sql)
        for sql in LEGITIMATE:
            check(connection, sql)
    assert sorted(passed) == sorted(NOT_BY_THE_PARSER)


def test_overlapping_queries_leave_the_process_its_own_limit(filled: Lake) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    wrong: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(3):
                assert run_query(filled, "SELECT count(*) FROM events WHERE time > ?", [BASE.replace(tzinfo=None)]).rows
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_values_are_parameters_and_never_part_of_the_statement(filled: Lake) -> None:
    hostile = "x' OR 1=1; DROP TABLE events; --"
    assert run_query(filled, "SELECT ? AS v", [hostile]).rows == [(hostile,)]
    assert run_query(filled, "SELECT count(*) FROM events WHERE actor_name = ?", [hostile]).rows == [(0,)]
    with pytest.raises(UserError, match="failed"):
        run_query(filled, "SELECT ?")


def test_one_connection_runs_several_selects(filled: Lake) -> None:
    with reading(filled) as reader:
        n = reader.run("SELECT count(*) FROM events").rows[0][0]
        assert reader.run("SELECT count(*) FROM events WHERE true").rows == [(n,)]
        assert reader.run("SELECT count(*) FROM findings").types == ("BIGINT",)
        with pytest.raises(UserError):
            reader.run("DROP TABLE events")
