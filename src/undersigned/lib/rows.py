"""Many rows in one statement, without a model instance for each: for the few writes that a crowd causes.

Names of tables and columns come from the modules that call this, never from input; values are
parameters throughout. On PostgreSQL a whole batch is one round trip, on SQLite one prepared statement.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection

Row = Sequence[Any]


class Insert:
    """An INSERT: `typed` names each column that has a value in the row with its PostgreSQL type, in order.

    `fixed` are columns with the same literal in every row, `after` is what follows the rows.
    """

    def __init__(self, table: str, typed: dict[str, str], fixed: dict[str, str], after: str = "") -> None:
        names = ", ".join((*typed, *fixed))
        begin = f"INSERT INTO {table} ({names})"
        literals = "".join(f", {literal}" for literal in fixed.values())
        places = ", ".join(["%s"] * len(typed))
        arrays = ", ".join(f"%s::{kind}[]" for kind in typed.values())
        fields = ", ".join(f"v.{name}" for name in typed)
        self._values = f"{begin} VALUES ({places}{literals}) {after}"
        self._arrays = (
            f"{begin} SELECT {fields}{literals} FROM unnest({arrays}) AS v({', '.join(typed)}) {after}"  # noqa: S608
        )

    def run(self, rows: Sequence[Row]) -> None:
        """Writes the rows; raises what the database says against any of them."""
        _run(rows, self._values, self._arrays)


class Update:
    """An UPDATE of rows by their number: the number comes last in each row, after the columns named."""

    def __init__(self, table: str, typed: dict[str, str], fixed: dict[str, str], key: str = "id") -> None:
        literals = "".join(f", {name} = {literal}" for name, literal in fixed.items())
        places = ", ".join(f"{name} = %s" for name in typed)
        fields = ", ".join(f"{name} = v.{name}" for name in typed)
        arrays = ", ".join(f"%s::{kind}[]" for kind in (*typed.values(), "bigint"))
        self._values = f"UPDATE {table} SET {places}{literals} WHERE {key} = %s"  # noqa: S608
        self._arrays = (
            f"UPDATE {table} SET {fields}{literals} FROM unnest({arrays}) "  # noqa: S608
            f"AS v({', '.join(typed)}, number) WHERE {table}.{key} = v.number"
        )

    def run(self, rows: Sequence[Row]) -> None:
        """Changes the rows."""
        _run(rows, self._values, self._arrays)


def _run(rows: Sequence[Row], values: str, arrays: str) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(arrays, [list(column) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(values, rows)


def reserve(table: str, number: int) -> Sequence[int]:
    """Numbers for new rows of a table, in the caller's transaction; nobody else is given them.

    On SQLite they are free as long as the transaction holds the write lock, which ours take at once.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(statement, [table, number])
            return sorted(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    last = row[0] if row else 0
    return range(last + 1, last + 1 + number)


def among(column: str, kind: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """The condition that a column holds one of these values, and its parameters."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::{kind}[])", [list(values)]
    return f"{column} IN ({_places(1, len(values))})", list(values)


def wanted(kinds: Sequence[str], values: Sequence[Row]) -> tuple[str, list[Any]]:
    """What stands in FROM for these rows of values, with columns `k.column1` and on, and its parameters.

    To be joined by CROSS JOIN and a condition: SQLite then goes by the other table's index.
    """
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
        names = ", ".join(f"column{place}" for place in range(1, len(kinds) + 1))
        columns = [list(column) for column in zip(*values, strict=True)] or [[] for _ in kinds]
        return f"unnest({arrays}) AS k({names})", columns
    return f"(VALUES {_places(len(kinds), len(values))}) AS k", [one for row in values for one in row]


@lru_cache(maxsize=2048)
def _places(width: int, number: int) -> str:
    one = "%s" if width == 1 else f"({', '.join(['%s'] * width)})"
    return ", ".join([one] * number)


def bare(column: str) -> str:
    """A column as its database stores it, for `moment`: Django's parser for SQLite takes its time."""
    return column if connection.vendor == "postgresql" else f"+{column}"


def fetch(statement: str, values: Sequence[Any]) -> list[Any]:
    """All rows of a SELECT."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def stored(moment: datetime) -> Any:
    """A moment as a column of this database holds it."""
    return connection.ops.adapt_datetimefield_value(moment)


def moment(value: Any) -> datetime | None:
    """What a column of moments holds, read without a model: SQLite keeps no zone."""
    if value is None:
        return None
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
