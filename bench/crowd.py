"""Signatures by the million, written into SQLite beside the ORM: for measurements alone.

Rows are copies of one row that the models made, with what must differ set anew: a model that
gains a field needs no change here. Indexes are taken away while rows are written and made again after.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, models

from bench.site import SLUG
from undersigned.appeals.models import Appeal, Version
from undersigned.ledger.models import Log, VersionTally
from undersigned.lib import clock, vault
from undersigned.signing.collation import sort_key
from undersigned.signing.models import Person, PublicLine, RecordedVersion, Signature
from undersigned.tlog.leaf import digest_text

BATCH = 20_000
# Before these numbers stand the rows of the appeal itself.
FIRST = 1_000_000_000
_GIVEN = ("Ada", "Bruno", "Chidi", "Dalia", "Emre", "Farah", "Goran", "Iker", "Jana", "Kofi", "Lina", "Zoé")


def confirmed(number: int, start: int = 0, database: sqlite3.Connection | None = None) -> None:
    """Adds signatures that wait to be recorded; to a copy of the database, where one is given."""
    _write(number, start, _state(Signature.State.CONFIRMED, listed=False), database)


def recorded(number: int, start: int = 0) -> None:
    """Adds signatures as they are when recorded and listed; their leaves are counted, not written."""
    _write(number, start, _state(Signature.State.RECORDED, listed=True))
    log = Log.objects.get(appeal_id=Appeal.objects.get(slug=SLUG).public_id)
    VersionTally.objects.filter(log=log).update(mail=start + number)
    Log.objects.filter(pk=log.pk).update(size=models.F("size") + number, appended_at=clock.now())


def _state(state: str, *, listed: bool) -> tuple[Signature, PublicLine]:
    appeal = Appeal.objects.get(slug=SLUG)
    version = Version.objects.get(text__appeal=appeal)
    now = clock.now()
    done = state == Signature.State.RECORDED
    signature = Signature(
        appeal=appeal, version=version, state=state, stands=True, consent_wording="1",
        created_at=now, confirmed_at=now, recorded_at=now if done else None,
        salt_public=bytes(32), salt_private=bytes(32),
    )  # fmt: skip
    line = PublicLine(appeal=appeal, version=version, place="Lower Quay", country="PT", listed=listed)
    return signature, line


def _write(
    number: int,
    start: int,
    pattern: tuple[Signature, PublicLine],
    given: sqlite3.Connection | None = None,
) -> None:
    done = pattern[0].state == Signature.State.RECORDED
    first_leaf = RecordedVersion.objects.get(version=pattern[0].version).leaf_index + 1
    sealed = vault.seal_json({"email": "x@bench.example", "name": "X"}, context="person")
    keys = [sort_key(name, "en").partition(b"\0")[0] for name in _GIVEN]
    connection.ensure_connection()
    database: sqlite3.Connection = given or connection.connection
    indexes = _take_indexes(database) if number > BATCH else []
    for low in range(start, start + number, BATCH):
        numbers = range(low, min(low + BATCH, start + number))
        with database:
            database.execute("BEGIN IMMEDIATE")
            _insert(database, pattern[0], _signatures(numbers, first_leaf if done else None))
            _insert(database, pattern[1], _lines(numbers, keys))
            _insert(database, Person(sealed=sealed), ({"signature_id": FIRST + n} for n in numbers))
    for sql in indexes:
        database.execute(sql)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _take_indexes(database: sqlite3.Connection) -> list[str]:
    rows = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name IN ('signing_signature', 'signing_publicline', 'signing_person')"
    ).fetchall()
    for name, _sql in rows:
        database.execute(f'DROP INDEX "{name}"')
    return [sql for _name, sql in rows]


def _signatures(numbers: Iterable[int], first_leaf: int | None) -> Iterator[dict[str, Any]]:
    for n in numbers:
        yield {
            "id": FIRST + n,
            # In ascending order, so that the indexes of unique columns are written at their ends.
            "nonce": n.to_bytes(8, "big") + os.urandom(8),
            "repeat_key": os.urandom(32),
            "commitment": digest_text(os.urandom(32)),
            "leaf_index": None if first_leaf is None else first_leaf + n,
        }


def _lines(numbers: Iterable[int], keys: list[bytes]) -> Iterator[dict[str, Any]]:
    for n in numbers:
        given = n % len(_GIVEN)
        family = f"Q{n * 7_919 % 100_000_007:09d}"
        name = f"{_GIVEN[given]} {family}"
        key = keys[given] + b" " + family.lower().encode() + b"\0" + name.encode()
        yield {"signature_id": FIRST + n, "name": name, "sort_key": key}


def _insert(database: sqlite3.Connection, pattern: models.Model, rows: Iterable[dict[str, Any]]) -> None:
    columns: dict[str, Any] = {}
    for field in type(pattern)._meta.concrete_fields:
        columns[str(field.column)] = field.get_db_prep_save(getattr(pattern, str(field.attname)), connection)
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join(f":{name}" for name in columns)
    table = type(pattern)._meta.db_table
    statement = f"INSERT INTO {table} ({names}) VALUES ({places})"
    database.executemany(statement, ({**columns, **row} for row in rows))
