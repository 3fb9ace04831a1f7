"""Which senders live: a sender that starts alone takes back at once what a killed one had leased.

Every service holds a shared lock while it runs, and locks end with their holder, however it ended. Who
can have the lock alone for a moment knows that nobody is sending.
"""

import fcntl
import os

from django.db import connection, transaction

from undersigned.lib import clock, env
from undersigned.mailroom.models import Message

# Of the database session: "mail" in ASCII.
_NUMBER = 0x6D61696C


class Presence:
    """A sender's sign of life, from the first `keep` to `leave`."""

    def __init__(self) -> None:
        self._file: int | None = None
        self._session: object | None = None

    def keep(self) -> None:
        """Returns with the sign standing, set up again where a new connection has lost it."""
        if connection.vendor != "postgresql":
            if self._file is None:
                self._enter_file()
        elif self._session is None:
            self._enter_session()
        elif connection.connection is not self._session:
            self._share_session()

    def leave(self) -> None:
        """Takes the sign away; a connection that was lost has done so by itself."""
        if self._file is not None:
            os.close(self._file)
        if self._session is not None and connection.connection is self._session and connection.is_usable():
            _ask("SELECT pg_advisory_unlock_shared(%s)")
        self._file = self._session = None

    def _enter_file(self) -> None:
        folder = env.load().data / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / "mail-senders", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            take_back()
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def _enter_session(self) -> None:
        if _ask("SELECT pg_try_advisory_lock(%s)"):
            try:
                take_back()
            finally:
                _ask("SELECT pg_advisory_unlock(%s)")
        self._share_session()

    def _share_session(self) -> None:
        # Waits only for a sender that is taking back at this moment.
        _ask("SELECT pg_advisory_lock_shared(%s)")
        self._session = connection.connection


def take_back() -> int:
    """Leases of senders that are gone are due at once; their number."""
    with transaction.atomic():
        held = Message.objects.filter(state=Message.State.QUEUED, lease_token__isnull=False)
        # An idle start must not take SQLite's write lock for nothing, nor look at every row it ever sent.
        rows = list(held.filter(due_at__gt=clock.now()).values_list("pk", flat=True)[:100_000])
        # What was handed over when its sender died stays so: nobody knows whether the server took it.
        Message.objects.filter(state=Message.State.HANDED, lease_token__isnull=False).update(lease_token=None)
        for start in range(0, len(rows), 900):
            held.filter(pk__in=rows[start : start + 900]).update(lease_token=None, due_at=clock.now())
    return len(rows)


def _ask(statement: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_NUMBER])
        return bool(cursor.fetchone()[0])
