"""Copies of the database, taken while it is in use and put back as one step: SQLite and PostgreSQL.

Sessions are left out: a copy must not let anybody sign in.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from undersigned.operate.schema import Key

SQLITE_FILE = "database.sqlite3"
_SESSIONS = ("django_session", "accounts_desksession")
_LEFT_OUT = frozenset({*_SESSIONS, "django_migrations"})
_CHUNK = 1 << 20
# Rows made after the backup are lost, but their numbers stand in mails, in file names and in the
# journal of erasures. No number is given out twice: counting goes on far above them.
_GAP = 10_000_000

Facts = dict[str, Any]


class InUse(Exception):
    """Another process still uses the database that is to be replaced."""


class Damaged(Exception):
    """The copy of the database does not pass its own checks."""


def take(into: Path) -> Facts:
    """Writes a consistent copy into a folder; what must be known to put it back."""
    return _take_sqlite(into) if connection.vendor == "sqlite" else _take_postgres(into)


def put_back(source: Path, facts: Facts, finish: Callable[[], None]) -> None:
    """Replaces the database by a copy. `finish` works on the copy before anybody can see it."""
    if connection.vendor == "sqlite":
        _put_back_sqlite(source / SQLITE_FILE, finish)
    else:
        _put_back_postgres(source, facts, finish)


def _numbered_models() -> Iterator[tuple[str, str]]:
    """Tables of this program's own with their counted column."""
    for model in apps.get_models(include_auto_created=True):
        column = model._meta.pk
        if model.__module__.startswith("undersigned.") and isinstance(
            column, models.AutoField | models.BigAutoField
        ):
            yield model._meta.db_table, str(column.column)


# SQLite ------------------------------------------------------------------------------------------


def _take_sqlite(into: Path) -> Facts:
    target = into / SQLITE_FILE
    with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as source:
        source.execute("VACUUM INTO ?", [str(target)])
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        # Overwritten, not only unlinked.
        copy.execute("PRAGMA secure_delete=ON")
        for table in _SESSIONS:
            with contextlib.suppress(sqlite3.OperationalError):
                copy.execute(f'DELETE FROM "{table}"')  # noqa: S608  named above
    return {}


def _put_back_sqlite(staged: Path, finish: Callable[[], None]) -> None:
    target = connection.settings_dict["NAME"]
    _check_sqlite(staged)
    connection.close()
    connection.settings_dict["NAME"] = str(staged)
    try:
        call_command("migrate", interactive=False, verbosity=0)
        _count_on_sqlite()
        finish()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("PRAGMA journal_mode=DELETE")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = target
    _swap(staged, Path(target))


def _check_sqlite(staged: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(staged)) as copy:
            found = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise Damaged(f"the database in the backup cannot be read: {error}") from error
    if found != ("ok",):
        raise Damaged(f"the database in the backup is damaged: {found[0]}")


def _count_on_sqlite() -> None:
    with connection.cursor() as cursor:
        for table, _column in _numbered_models():
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [_GAP, table])
            if cursor.rowcount == 0:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, _GAP])


def _swap(staged: Path, target: Path) -> None:
    # A write-ahead log left beside the new file would be read as a part of it.
    if target.exists():
        try:
            with contextlib.closing(sqlite3.connect(target, timeout=2)) as old:
                old.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise InUse(str(error)) from error
        except sqlite3.DatabaseError:
            # Beyond reading: the reason to restore, and no reason not to.
            pass
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    with staged.open("rb") as file:
        os.fsync(file.fileno())
    staged.replace(target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# PostgreSQL --------------------------------------------------------------------------------------


def _take_postgres(into: Path) -> Facts:
    own = connection.copy()
    tables: dict[str, list[str]] = {}
    try:
        with own.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            names = own.introspection.django_table_names(only_existing=True, include_views=False)
            for table in sorted(set(names) - _LEFT_OUT):
                tables[table] = _columns(cursor, table)
                _copy_out(cursor, table, tables[table], into / table)
            # Read last: counters stand outside the snapshot, and must not be behind it.
            counters = {table: _counter(cursor, table, column) for table, column in _numbered_models()}
            cursor.execute("COMMIT")
    finally:
        own.close()
    return {"tables": tables, "counters": counters}


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [row[0] for row in cursor.fetchall()]


def _statement(template: str, table: str, columns: list[str]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(template).format(sql.Identifier(table), names)  # literals below


def _copy_out(cursor: Any, table: str, columns: list[str], target: Path) -> None:
    with cursor.copy(_statement("COPY {} ({}) TO STDOUT", table, columns)) as rows, target.open("wb") as file:
        for chunk in rows:
            file.write(chunk)


def _copy_in(cursor: Any, table: str, columns: list[str], source: Path) -> None:
    with (
        cursor.copy(_statement("COPY {} ({}) FROM STDIN", table, columns)) as rows,
        source.open("rb") as file,
    ):
        while chunk := file.read(_CHUNK):
            rows.write(chunk)


def _counter(cursor: Any, table: str, column: str) -> int:
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
    name = cursor.fetchone()[0]
    cursor.execute("SELECT last_value FROM pg_sequences WHERE schemaname || '.' || sequencename = %s", [name])
    row = cursor.fetchone()
    return (row[0] or 0) if row else 0


def _put_back_postgres(source: Path, facts: Facts, finish: Callable[[], None]) -> None:
    """Everything in one transaction: the database is as before, or whole as in the backup."""
    with transaction.atomic(), connection.cursor() as cursor:
        _drop_tables(cursor)
        _migrate_to([(app, name) for app, name in facts["migrations"]])
        # Rows that migrations made are in the copy as well.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        names = sql.SQL(", ").join(map(sql.Identifier, facts["tables"]))
        # Sessions, which no copy holds, point at accounts; all tables were made anew, so theirs is empty.
        cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        # Guards that look at other tables would find them empty: the copy kept them when it was made.
        _guards(cursor, facts["tables"], "DISABLE")
        for table, columns in facts["tables"].items():
            _copy_in(cursor, table, columns, source / table)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _guards(cursor, facts["tables"], "ENABLE")
        # What a newer release adds to these tables must not begin with numbers that are taken.
        _count_others(cursor, facts["tables"])
        call_command("migrate", interactive=False, verbosity=0)
        _count_on_postgres(cursor, facts["counters"])
        finish()


def _drop_tables(cursor: Any) -> None:
    names = connection.introspection.table_names(cursor)
    ours = {*connection.introspection.django_table_names(), "django_migrations"}
    for table in sorted(ours.intersection(names)):
        cursor.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))
    # The guards of rows are functions beside their tables, and begin with their names.
    cursor.execute(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE n.nspname = current_schema() AND p.prorettype = 'trigger'::regtype"
    )
    for (name,) in cursor.fetchall():
        if any(str(name).startswith(f"{table}_") for table in ours):
            cursor.execute(sql.SQL("DROP FUNCTION IF EXISTS {}() CASCADE").format(sql.Identifier(name)))


def _guards(cursor: Any, tables: Iterable[str], verb: Literal["ENABLE", "DISABLE"]) -> None:
    for table in tables:
        statement = sql.SQL("ALTER TABLE {} " + verb + " TRIGGER USER")
        cursor.execute(statement.format(sql.Identifier(table)))


def _migrate_to(wanted: list[Key]) -> None:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    nodes = executor.loader.graph.node_map
    last = [key for key in wanted if not any(child.key in wanted for child in nodes[key].children)]
    executor.migrate(last)


def _count_on_postgres(cursor: Any, counters: dict[str, int]) -> None:
    for table, column in _numbered_models():
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
            [table, column, counters.get(table, 0) + _GAP],
        )
    _count_others(cursor, connection.introspection.table_names(cursor))


def _count_others(cursor: Any, tables: Iterable[str]) -> None:
    there = set(tables)
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith("undersigned.") and model._meta.db_table in there:
            _count_after_last(cursor, model)


def _count_after_last(cursor: Any, model: type[models.Model]) -> None:
    column = model._meta.pk
    if isinstance(column, models.AutoField):
        cursor.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({}, {}), (SELECT COALESCE(MAX({}), 0) + 1 FROM {}))"
            ).format(
                sql.Literal(model._meta.db_table),
                sql.Literal(column.column),
                sql.Identifier(str(column.column)),
                sql.Identifier(model._meta.db_table),
            )
        )
