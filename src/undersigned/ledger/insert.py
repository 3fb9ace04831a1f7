"""Leaves by the thousand into the database, without a model instance for each."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from undersigned.ledger.models import Log
from undersigned.ledger.rules import Row

_COLUMNS = 'log_id, "index", entry, text_index, dead, adopted'
_SOME = f"INSERT INTO ledger_leaf ({_COLUMNS}) VALUES "  # noqa: S608  names above
# Six values a row: below SQLite's limit of parameters in one statement (32,766).
_CHUNK = 5000
_ARRAYS = (
    f"INSERT INTO ledger_leaf ({_COLUMNS}) SELECT %s, i, e, t, d, %s "  # noqa: S608  names above
    "FROM unnest(%s::bigint[], %s::bytea[], %s::bigint[], %s::boolean[]) AS v(i, e, t, d)"
)


def insert_leaves(log: Log, rows: Sequence[Row], *, adopted: bool) -> None:
    """Writes the rows of a batch in the caller's transaction; in one statement where arrays are known."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            indexes, entries = [row.index for row in rows], [row.entry for row in rows]
            texts, dead = [row.text_index for row in rows], [row.dead for row in rows]
            cursor.execute(_ARRAYS, [log.pk, adopted, indexes, entries, texts, dead])
            return
        for start in range(0, len(rows), _CHUNK):
            values: list[Any] = []
            for row in rows[start : start + _CHUNK]:
                values += (log.pk, row.index, row.entry, row.text_index, row.dead, adopted)
            places = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * (len(values) // 6))
            cursor.execute(_SOME + places, values)
