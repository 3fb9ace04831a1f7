"""Puts a backup back: verified first, changed in one step, with erased people erased again and mail held."""

import contextlib
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection

from undersigned.appeals import case_journal, person_journal
from undersigned.circulation import erasures
from undersigned.lib import clock, keys
from undersigned.mailroom import queue
from undersigned.operate import archive, copies, folder, schema
from undersigned.operate.backup import kept_folder, ledger_folder
from undersigned.signing import erase, hidden, protect
from undersigned.signing.organisations import withdraw
from undersigned.signing.paper import wipe

# Tables in which a row means that somebody has worked here.
_TELLING = ("accounts_user", "accounts_team", "appeals_appeal")


class CannotRestore(Exception):
    """The backup cannot be put back here; nothing was changed."""


def restore(path: Path, *, force: bool) -> dict[str, Any]:
    """Restores from a file and returns its manifest; raises CannotRestore or archive.BadArchive."""
    try:
        with folder.lock(alone=True):
            return _restore(path, force)
    except folder.InUse:
        raise CannotRestore("the server is running: stop it first") from None
    except copies.InUse:
        raise CannotRestore("another process uses the database: stop it first") from None
    except copies.Damaged as error:
        raise CannotRestore(str(error)) from error


def _restore(path: Path, force: bool) -> dict[str, Any]:
    if not force and _has_content():
        raise CannotRestore("there are data here already: they would be replaced; add --force to do so")
    with tempfile.TemporaryDirectory(dir=folder.prepare(), prefix=".restore-") as name:
        unpacked = Path(name)
        facts = archive.unpack(path, unpacked)
        _refuse_misfit(facts)
        _add_missing(unpacked / "ledger", ledger_folder())
        _add_missing(unpacked / "kept", kept_folder())
        copies.put_back(unpacked / "database", facts, _before_anybody_sees)
    return facts


def _refuse_misfit(facts: dict[str, Any]) -> None:
    if facts["database"] != connection.vendor:
        raise CannotRestore(
            f"the backup holds a {facts['database']} database and this site is set to {connection.vendor}"
        )
    newer = schema.unknown_here([(app, name) for app, name in facts["migrations"]])
    if newer:
        raise CannotRestore(
            f"the backup was made by a newer version of Undersigned ({facts['version']}): use that one"
        )
    if not _is_damaged() and schema.standing().unknown:
        raise CannotRestore(
            "the database here was written by a newer version of Undersigned: start from an empty one"
        )


def _has_content() -> bool:
    try:
        names = set(connection.introspection.table_names())
        with connection.cursor() as cursor:
            for table in names.intersection(_TELLING):
                cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')  # noqa: S608  names above
                if cursor.fetchone():
                    return True
    except DatabaseError:
        # What cannot be read may still be dear to somebody.
        return True
    return False


def _is_damaged() -> bool:
    if connection.vendor != "sqlite":
        return False
    try:
        with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as here:
            here.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        return True
    return False


def _add_missing(source: Path, target: Path) -> None:
    """What was published stays as it is: only files that are absent are put back, checkpoints last."""
    files = [file for file in source.rglob("*") if file.is_file()]
    for file in sorted(files, key=lambda file: (file.parent.parent == source, file)):
        there = target / file.relative_to(source)
        if not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            temporary = there.with_name(f".{there.name}.new")
            shutil.copyfile(file, temporary)
            temporary.replace(there)
            keys.sync_folder(there.parent)


def _before_anybody_sees() -> None:
    erase.replay_journal()
    withdraw.replay_journal()
    erasures.replay()
    case_journal.replay()
    person_journal.replay()
    wipe.replay()
    hidden.replay()
    protect.replay()
    queue.hold(f"a backup was restored on {clock.now():%Y-%m-%d}; its mails may have been sent already")
