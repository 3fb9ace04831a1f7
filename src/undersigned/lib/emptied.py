"""Nothing of what was deleted stays in the database's own files: its write-ahead log, its dead rows."""

import contextlib
from collections.abc import Sequence

from django.db import DatabaseError, OperationalError, connection

# How long readers are waited for before the emptying is left to the next time.
_WAIT_MS = 2000


def truncate_wal() -> bool:
    """Empties SQLite's write-ahead log, which holds older pages; False where readers kept it for now."""
    if connection.vendor != "sqlite":
        return True
    with contextlib.suppress(OperationalError), connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        before = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA busy_timeout={_WAIT_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return not cursor.fetchone()[0]
        finally:
            cursor.execute(f"PRAGMA busy_timeout={before}")
    return False


def sweep(tables: Sequence[str]) -> bool:
    """Takes deleted rows of these tables out of the database's files as far as it can; whether it could.

    SQLite overwrote them when they were deleted, and its log is emptied. PostgreSQL keeps dead rows in
    their pages until a VACUUM, which cannot run inside a transaction; the archive of its own log, if
    the operator keeps one, is out of reach.
    """
    if connection.in_atomic_block:
        return False
    if connection.vendor == "sqlite":
        return truncate_wal()
    with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM {connection.ops.quote_name(table)}")
        return True
    return False
