"""Rows that must never change are guarded by the database: triggers for SQLite and PostgreSQL."""

from collections.abc import Sequence

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def _sqlite(table: str, columns: Sequence[str], deletable: bool) -> list[str]:
    differs = " OR ".join(f'NEW."{c}" IS NOT OLD."{c}"' for c in columns)
    made = [
        (
            f'CREATE TRIGGER "{table}_frozen_update" BEFORE UPDATE ON "{table}" WHEN {differs} '
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
            f'CREATE TRIGGER "{table}_frozen_update" BEFORE UPDATE ON "{table}" '
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

    return migrations.RunPython(forwards, backwards)
