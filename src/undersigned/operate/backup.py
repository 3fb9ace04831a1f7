"""A backup of a site that stays in use: database, published ledger and kept copies, in one checked file.

Left out on purpose: keys and the signers' memory (keep a copy of the keys folder elsewhere), the
journal of erasures (so that a restore erases again), and mails.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from undersigned import __version__
from undersigned.lib import clock, env
from undersigned.operate import archive, copies, schema


def ledger_folder() -> Path:
    """Where the published files of all logs lie."""
    return env.load().data / "ledger"


def write(path: Path) -> int:
    """Writes the backup and returns its size in bytes."""
    with (
        archive.Writer(path) as writer,
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder,
    ):
        # Checkpoints, then tiles, then the database: each holds at least what the one before speaks of,
        # whatever is published meanwhile.
        _add_ledger(writer)
        facts = copies.take(Path(folder))
        for file in sorted(Path(folder).iterdir()):
            writer.add(f"database/{file.name}", file)
        # A copy's file is there before its row, and goes after it.
        _add_kept(writer)
        writer.finish(
            {
                "version": __version__,
                "created_at": clock.now().isoformat(timespec="seconds"),
                "database": connection.vendor,
                "migrations": schema.applied(),
                **facts,
            }
        )
        _note()
        return writer.size


def _noted() -> Path:
    return env.load().data / "last-backup"


def _note() -> None:
    """Leaves the time for those who ask how old the last backup is; a full disk spoils no backup."""
    with contextlib.suppress(OSError):
        _noted().touch(mode=0o600)


def last() -> datetime | None:
    """When the last backup was written here; None where none was."""
    try:
        return datetime.fromtimestamp(_noted().stat().st_mtime, UTC)
    except OSError:
        return None


def _add_ledger(writer: archive.Writer) -> None:
    top = ledger_folder()
    for file in _published(top):
        # A partial tile may go once the full one exists.
        with contextlib.suppress(FileNotFoundError):
            writer.add(f"ledger/{file.relative_to(top).as_posix()}", file)


def kept_folder() -> Path:
    """Where the kept copies of sources lie."""
    return env.load().data / "kept"


def _add_kept(writer: archive.Writer) -> None:
    top = kept_folder()
    for file in sorted(top.rglob("*")) if top.is_dir() else []:
        if file.is_file() and not file.name.startswith("."):
            with contextlib.suppress(FileNotFoundError):
                writer.add(f"kept/{file.relative_to(top).as_posix()}", file)


def _published(top: Path) -> Iterator[Path]:
    if not top.is_dir():
        return
    logs = sorted(folder for folder in top.iterdir() if folder.is_dir())
    for log in logs:
        yield from (file for file in log.iterdir() if file.is_file() and not file.name.startswith("."))
    for log in logs:
        for folder in (entry for entry in log.iterdir() if entry.is_dir()):
            yield from (
                file for file in sorted(folder.rglob("*")) if file.is_file() and not file.name.startswith(".")
            )
