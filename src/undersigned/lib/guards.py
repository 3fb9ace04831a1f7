"""Rows that must never change are guarded by the database: triggers for SQLite and PostgreSQL."""

from collections.abc import Callable, Sequence

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_Step = Callable[[StateApps, BaseDatabaseSchemaEditor], None]


def _named(columns: Sequence[str]) -> str:
    # A statement that names none of them costs nothing: the publisher changes millions of rows.
    return ", ".join(f'"{column}"' for column in columns)


def _sqlite(table: str, columns: Sequence[str], deletable: bool) -> list[str]:
    differs = " OR ".join(f'NEW."{c}" IS NOT OLD."{c}"' for c in columns)
    made = [
        (
            f'CREATE TRIGGER "{table}_frozen_update" BEFORE UPDATE OF {_named(columns)} ON "{table}" '
            f"WHEN {differs} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: this row can not be changed'); END"
        )
    ]
    if not deletable:
        made.append(
            f'CREATE TRIGGER "{table}_frozen_delete" BEFORE DELETE ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{table}: this row can not be deleted'); END"
        )
    return made


def _postgresql(table: str, columns: Sequence[str], deletable: bool) -> list[str]:
    differs = " OR ".join(f'NEW."{c}" IS DISTINCT FROM OLD."{c}"' for c in columns)
    made = [
        (
            f'CREATE FUNCTION "{table}_frozen"() RETURNS trigger LANGUAGE plpgsql AS $$ '
            f"BEGIN RAISE EXCEPTION '{table}: this row can not be changed' "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        ),
        (
            f'CREATE TRIGGER "{table}_frozen_update" BEFORE UPDATE OF {_named(columns)} ON "{table}" '
            f'FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION "{table}_frozen"()'
        ),
    ]
    if not deletable:
        made.append(
            f'CREATE TRIGGER "{table}_frozen_delete" BEFORE DELETE ON "{table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{table}_frozen"()'
        )
    return made


def freeze(table: str, columns: Sequence[str], *, deletable: bool = False) -> migrations.RunPython:
    """A migration step: the columns of a row never change once written, and the row is never deleted.

    Table and column names come from migrations, never from input.
    """
    forwards, backwards = _steps(table, columns, deletable)
    return migrations.RunPython(forwards, backwards)


def thaw(table: str, columns: Sequence[str], *, deletable: bool = False) -> migrations.RunPython:
    """A migration step that takes a guard away, given what it guarded: before it is made anew."""
    forwards, backwards = _steps(table, columns, deletable)
    return migrations.RunPython(backwards, forwards)


def refuse(
    table: str, name: str, *, event: str, when: str, unless: str, message: str
) -> migrations.RunPython:
    """A migration step: a change for which `when` holds is refused unless the query finds a row.

    `event` is `INSERT` or `UPDATE`; `when` and `unless` speak of NEW and OLD in SQL that both databases
    read. All of it comes from migrations, never from input.
    """
    trigger = f"{table}_{name}"

    def forwards(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            editor.execute(
                f'CREATE TRIGGER "{trigger}" BEFORE {event} ON "{table}" WHEN ({when}) '
                f"AND NOT EXISTS ({unless}) BEGIN SELECT RAISE(ABORT, '{table}: {message}'); END"
            )
            return
        editor.execute(
            f'CREATE FUNCTION "{trigger}"() RETURNS trigger LANGUAGE plpgsql AS $$ '
            f"BEGIN IF NOT EXISTS ({unless}) THEN RAISE EXCEPTION '{table}: {message}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
        )
        editor.execute(
            f'CREATE TRIGGER "{trigger}" BEFORE {event} ON "{table}" '
            f'FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION "{trigger}"()'
        )

    def backwards(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        on = f' ON "{table}"' if editor.connection.vendor == "postgresql" else ""
        editor.execute(f'DROP TRIGGER IF EXISTS "{trigger}"{on}')
        if editor.connection.vendor == "postgresql":
            editor.execute(f'DROP FUNCTION IF EXISTS "{trigger}"()')

    return migrations.RunPython(forwards, backwards)


def _steps(table: str, columns: Sequence[str], deletable: bool) -> tuple[_Step, _Step]:
    def forwards(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        make = {"sqlite": _sqlite, "postgresql": _postgresql}[editor.connection.vendor]
        for statement in make(table, columns, deletable):
            editor.execute(statement)

    def backwards(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        on = f' ON "{table}"' if editor.connection.vendor == "postgresql" else ""
        for name in (f"{table}_frozen_update", f"{table}_frozen_delete"):
            editor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
        if editor.connection.vendor == "postgresql":
            editor.execute(f'DROP FUNCTION IF EXISTS "{table}_frozen"()')

    return forwards, backwards
