"""Looks at everything that the server depends on; each look says in one line what is and what to do."""

import os
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, connection

from undersigned.ledger.errors import LedgerError
from undersigned.ledger.models import Log
from undersigned.ledger.standing import refuse_foreign_key, refuse_if_behind, standing
from undersigned.lib import env, keys
from undersigned.lib.http import is_loopback
from undersigned.mailroom import queue, smtp
from undersigned.operate import folder, schema

_LITTLE_SPACE = 500 << 20
_EARLIEST = 1_767_225_600  # 1 January 2026: before that, this program did not exist


@dataclass(frozen=True)
class Finding:
    """What one look found."""

    subject: str
    ok: bool
    text: str


def _fine(subject: str, text: str) -> Finding:
    return Finding(subject, True, text)


def _problem(subject: str, text: str) -> Finding:
    return Finding(subject, False, text)


def examine() -> Iterator[Finding]:
    """All findings, in the order in which they build on each other."""
    for look in (_settings, _folders, _space, _clock, _keys):
        yield from look()
    reachable = list(_database())
    yield from reachable
    yield from _mail_server()
    if all(finding.ok for finding in reachable):
        yield from _mail_queue()
        yield from _logs()


def _settings() -> Iterator[Finding]:
    settings = env.load()
    host = settings.host.rsplit(":", 1)[0]
    yield _fine("settings", f"the site is {settings.base_url}")
    if not is_loopback(settings.bind) and is_loopback(host):
        yield _problem("settings", f"open to the network, but known as {host}: set UNDERSIGNED_BASE_URL")
    if not is_loopback(host) and not settings.base_url.startswith("https:"):
        yield _problem("settings", "a public site without https: names and links can be read on the way")
    if settings.debug and not is_loopback(host):
        yield _problem("settings", "UNDERSIGNED_DEBUG is on for a public address: switch it off")


def _folders() -> Iterator[Finding]:
    data = env.load().data.resolve()
    trouble = f"the data folder {data} does not exist: run `undersigned migrate`"
    if data.is_dir():
        trouble = folder.unwritable(data)
    yield _problem("folders", trouble) if trouble else _fine("folders", f"{data} can be written to")
    yield from (_open_to_others(path) for path in (env.load().keys_folder,) if path.is_dir())


def _open_to_others(path: Path) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return _problem("folders", f"others can look into the keys folder {path}: chmod 700 {path}")
    return _fine("folders", "the keys folder is closed to others")


def _space() -> Iterator[Finding]:
    path = env.load().data.resolve()
    if path.is_dir():
        free = shutil.disk_usage(path).free
        text = f"{free / 1e9:.1f} GB free in the data folder"
        yield _fine("disk", text) if free > _LITTLE_SPACE else _problem("disk", f"only {text}: make room")


def _clock() -> Iterator[Finding]:
    # A closing date and the age of a link are as right as the clock.
    newest = max((path.stat().st_mtime for path in env.load().data.glob("*.sqlite3*")), default=0)
    if time.time() < max(_EARLIEST, newest - 300):
        yield _problem("clock", "the clock is behind what was written here already: set it")
    else:
        yield _fine("clock", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()))


def _keys() -> Iterator[Finding]:
    place = env.load().keys_folder
    if not place.is_dir():
        yield _fine("keys", "none yet: made at the first start")
        return
    bad = [path.name for path in place.iterdir() if path.is_file() and path.stat().st_size != keys.SIZE]
    if bad:
        yield _problem("keys", f"damaged: {', '.join(sorted(bad))}; put the copy of the keys folder back")
    elif not os.access(place, os.R_OK | os.X_OK):
        yield _problem("keys", f"{place} cannot be read by this user")
    else:
        yield _fine("keys", f"{sum(path.is_file() for path in place.iterdir())} keys in {place}")


def _database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
        problem = schema.standing().problem
    except DatabaseError as error:
        yield _problem("database", f"{connection.vendor} cannot be used: {' '.join(str(error).split())}")
        return
    yield _problem("database", problem) if problem else _fine("database", f"{connection.vendor}, up to date")


def _mail_server() -> Iterator[Finding]:
    if not env.load().email_url:
        yield _fine("mail", "no mail server is set: messages stay in the local outbox")
        return
    try:
        server = smtp.Connection(smtp.parse(env.load().email_url))
        server.greet()
        server.close()
    except (env.SettingsError, smtp.Away) as error:
        yield _problem("mail", f"{error}: check UNDERSIGNED_EMAIL_URL")
    else:
        yield _fine("mail", "the mail server lets us in")


def _mail_queue() -> Iterator[Finding]:
    if queue.is_held():
        yield _problem("mail", f"held: {queue.held_reason()}; `undersigned send-mail --release` lets it go")


def _logs() -> Iterator[Finding]:
    for log in Log.objects.order_by("pk"):
        try:
            stands = standing(log)
            refuse_foreign_key(log)
            refuse_if_behind(log, stands)
        except (LedgerError, keys.KeyMissing) as error:
            yield _problem("ledger", str(error))
        else:
            yield _fine("ledger", f"{log.origin}: {log.size} leaves, {stands.size} published")
