"""The analyst's own SQL over the lake: one SELECT, read-only, locked in.

Three walls, each enough for most attacks: the statement is parsed and only the lake's views and
harmless table functions may be named; the connection has no access to files but the lake's, no
extensions, no settings; and time, memory and rows are limited.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from vedette.errors import UserError
from vedette.schema.intel_tables import INTEL_TABLES
from vedette.schema.scan_tables import SCAN_TABLES
from vedette.store.lake import Lake

if TYPE_CHECKING:
    import duckdb

VIEWS = ("events", "hits", "findings", "cases", *SCAN_TABLES, *INTEL_TABLES)
_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each", "json_tree"})
_FORBIDDEN_FUNCTIONS = frozenset(
    {
        "getenv", "current_setting", "query", "query_table", "set_config", "nextval", "currval", "read_text",
        "read_blob", "getvariable", "json_execute_serialized_sql", "current_database", "current_schema",
        "current_schemas", "sleep_ms", "write_log", "parse_duckdb_log_message",
    }
)  # fmt: skip
_MAX_SQL_CHARS = 100_000
MAX_QUERY_BYTES = 2 << 30
"""What a query may take on top of the process."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a query gave."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    cut: bool
    """Whether there were more rows than the limit."""


def run_query(
    lake: Lake, sql: str, parameters: Sequence[Any] = (), *, max_rows: int = 10_000, timeout_s: float = 60.0
) -> QueryResult:
    """Return the rows of one SELECT over the views in ``VIEWS``.

    Args:
        lake: what is read.
        sql: one SELECT.
        parameters: values for its question marks.
        max_rows: rows at most.
        timeout_s: seconds at most.

    Raises:
        UserError: not one SELECT, names something else than the views, is wrong, or takes too long.
    """
    with reading(lake) as reader:
        return reader.run(sql, parameters, max_rows=max_rows, timeout_s=timeout_s)


@contextmanager
def reading(lake: Lake) -> Iterator[Reader]:
    """Yield a locked-in connection to the lake of this moment, for several SELECTs."""
    spill = lake.home / "tmp"
    spill.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=spill, prefix="query-") as folder,
        _locked_connection(lake, Path(folder)) as connection,
    ):
        yield Reader(lake, connection)


class Reader:
    """Runs SELECTs on one locked-in connection. For one thread; made by :func:`reading`."""

    def __init__(self, lake: Lake, connection: duckdb.DuckDBPyConnection) -> None:
        """Take a locked-in connection."""
        self._lake = lake
        self._connection = connection
        self._has_book = False

    def run(
        self, sql: str, parameters: Sequence[Any] = (), *, max_rows: int = 10_000, timeout_s: float = 60.0
    ) -> QueryResult:
        """Return the rows of one SELECT; see :func:`run_query`."""
        import duckdb

        connection = self._connection
        values = list(parameters)
        check(connection, sql)
        if not self._has_book and any(name in sql.lower() for name in ("findings", "cases")):
            _add_book(self._lake, connection)
            self._has_book = True
        with _bounded_memory():
            timer = threading.Timer(timeout_s, connection.interrupt)
            timer.start()
            try:
                cursor = connection.execute(sql, values)
                columns = tuple(d[0] for d in cursor.description or ())
                types = tuple(str(d[1]) for d in cursor.description or ())
                if any("WITH TIME ZONE" in kind for kind in types):
                    # Python values of zoned times need a package of their own: give the same moment in plain UTC
                    names = [f'"v{i}"' for i in range(len(types))]
                    cast = ", ".join(
                        f"CAST({n} AS TIMESTAMP)" if "WITH TIME ZONE" in k and k.startswith("TIMESTAMP") else n
                        for n, k in zip(names, types, strict=True)
                    )
                    cursor = connection.execute(
                        f"SELECT {cast} FROM ({sql.rstrip().rstrip(';')}\n) t({', '.join(names)})",  # noqa: S608 (checked above)
                        values,
                    )
                rows = cursor.fetchmany(max_rows + 1)
            except duckdb.InterruptException:
                raise UserError(
                    f"the query took longer than {timeout_s:g} s", next_step="narrow it by time or class"
                ) from None
            except (duckdb.OutOfMemoryException, MemoryError):
                raise UserError("the query needs too much memory", next_step="narrow it by time or class") from None
            except duckdb.Error as error:
                raise UserError(
                    f"the query failed: {_first_lines(error)}", next_step="vedette query --columns"
                ) from None
            finally:
                timer.cancel()
        return QueryResult(columns, types, rows[:max_rows], len(rows) > max_rows)


def check(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise UserError unless ``sql`` is one SELECT that names only the lake's views.

    Args:
        connection: any connection; the SQL is parsed by it, not run.
        sql: the analyst's text.
    """
    import duckdb

    if len(sql) > _MAX_SQL_CHARS:
        raise UserError("the query is too long")
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise UserError(f"the query does not parse: {_first_lines(error)}") from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UserError("only one SELECT statement can be run", next_step='vedette query "SELECT … FROM events"')
    row = connection.execute("SELECT json_serialize_sql(?)", [statements[0].query]).fetchone()
    tree = orjson.loads(row[0]) if row else {"error": True}
    if tree.get("error"):
        raise UserError(f"only a plain SELECT can be run: {str(tree.get('error_message', ''))[:200]}")
    _walk(tree, frozenset(VIEWS))


def _walk(root: Any, names: frozenset[str]) -> None:
    """Check every table and function that a parsed statement names."""
    stack: list[tuple[Any, frozenset[str]]] = [(root, names)]
    while stack:
        node, known = stack.pop()
        if isinstance(node, list):
            stack.extend((item, known) for item in node)
            continue
        if not isinstance(node, dict):
            continue
        ctes = node.get("cte_map")
        if isinstance(ctes, dict):
            # a common table sees those before it; itself only where it is recursive
            for entry in ctes.get("map", []):
                if isinstance(entry, dict):
                    stack.append((entry.get("value"), known))
                    known = known | {str(entry.get("key", "")).lower()}
        if node.get("type") in ("RECURSIVE_CTE_NODE", "CTE_NODE") and node.get("cte_name"):
            known = known | {str(node["cte_name"]).lower()}
        kind = node.get("type")
        if kind == "BASE_TABLE":
            table = str(node.get("table_name", "")).lower()
            path = (node.get("qualified_name") or {}).get("path", [])
            if node.get("schema_name") or node.get("catalog_name") or len(path) > 1 or table not in known:
                raise UserError(
                    f"there is no view {str(node.get('table_name'))[:80]!r} in the lake",
                    next_step=f"use {', '.join(VIEWS)}",
                )
        elif kind == "TABLE_FUNCTION":
            function = node.get("function")
            name = str(function.get("function_name", "")).lower() if isinstance(function, dict) else ""
            if name not in _TABLE_FUNCTIONS:
                raise UserError(f"the table function {name!r} is not allowed here", next_step=f"use {', '.join(VIEWS)}")
        elif kind in ("SHOW_REF", "COLUMN_DATA", "DELIM_GET", "BOUND_TABLE_REF"):
            raise UserError("only SELECT from the lake's views is allowed here", next_step="vedette query --columns")
        called = node.get("function_name")
        if isinstance(called, str):
            lowered = called.lower()
            if lowered in _FORBIDDEN_FUNCTIONS or lowered.startswith(
                ("duckdb_", "pragma_", "pg_", "read_", "scan_", "glob")
            ):
                raise UserError(f"the function {called!r} is not allowed here")
        stack.extend((value, known) for key, value in node.items() if key != "cte_map")


class _Bound:
    """The process's limit while queries run: set by the first, lifted by the last."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.n_running = 0
        self.before: tuple[int, int] | None = None


_BOUND = _Bound()


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """Hold the process to MAX_QUERY_BYTES more than it had when the latest of the running queries began.

    DuckDB's own limit is for its buffers: one huge text (``repeat('x', 3000000000)``) passes it.
    Where the system has no such limit (not Linux), DuckDB's is the only one.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (ImportError, OSError, ValueError):
        yield
        return
    with _BOUND.lock:
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        if _BOUND.before is None:
            _BOUND.before = (soft, hard)
        own = _BOUND.before[0]
        wanted = pages * resource.getpagesize() + MAX_QUERY_BYTES
        # while queries overlap, what else the process takes meanwhile must not count against them
        wanted = wanted if _BOUND.n_running == 0 else max(wanted, soft)
        bounds = [limit for limit in (own, hard) if limit != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *bounds]), hard))
        _BOUND.n_running += 1
    try:
        yield
    finally:
        with _BOUND.lock:
            _BOUND.n_running -= 1
            if _BOUND.n_running == 0 and _BOUND.before is not None:
                resource.setrlimit(resource.RLIMIT_AS, _BOUND.before)
                _BOUND.before = None


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "/'"


def _locked_connection(lake: Lake, spill: Path) -> duckdb.DuckDBPyConnection:
    connection = lake.connection(memory_limit="1GB")
    allowed = ", ".join(_quoted(folder) for folder in (lake.folder.resolve(), lake.folder, spill.resolve(), spill))
    for statement in (
        f"SET temp_directory = {_quoted(spill)}",
        "SET max_temp_directory_size = '4GB'",
        f"SET allowed_directories = [{allowed}]",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET python_enable_replacements = false",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    return connection


def _add_book(lake: Lake, connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables ``findings`` and ``cases`` from the state database."""
    from sqlalchemy import select

    from vedette.store import tables

    connection.execute(
        "CREATE TEMP TABLE findings(finding_id VARCHAR, severity VARCHAR, first_at TIMESTAMP, body JSON)"
    )
    connection.execute(
        "CREATE TEMP TABLE cases(case_id VARCHAR, status VARCHAR, verdict VARCHAR, severity VARCHAR, "
        "confidence DOUBLE, first_at TIMESTAMP, body JSON)"
    )
    f, c = tables.findings.c, tables.cases.c
    with lake.state.connect() as state:
        findings = state.execute(select(f.finding_id, f.severity, f.first_at, f.body)).all()
        cases = state.execute(
            select(c.case_id, c.status, c.verdict, c.severity, c.confidence, c.first_at, c.body).where(c.current == 1)
        ).all()
    if findings:
        connection.executemany("INSERT INTO findings VALUES (?, ?, ?, ?)", [tuple(row) for row in findings])
    if cases:
        connection.executemany("INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?)", [tuple(row) for row in cases])


def _first_lines(error: Exception) -> str:
    return " ".join(str(error).split())[:400]
