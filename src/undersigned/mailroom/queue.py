"""The queue of outgoing mail: written in the transaction that causes it, forgotten with its subject."""

import contextlib
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from undersigned.lib import clock, env, keys, vault
from undersigned.mailroom import address as addresses
from undersigned.mailroom import outbox
from undersigned.mailroom.models import Message, Suppression

TO_CONTEXT = "mail-to"
PARAMS_CONTEXT = "mail-params"
# Mail that Django and allauth send to a person about their own account: an unsubscription does not stop it.
ACCOUNT_KINDS = frozenset({"raw"})

_KIND = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")
_DEAD = frozenset({Suppression.Reason.REFUSED.value, Suppression.Reason.BOUNCED.value})
_COLUMNS = (
    "key", "kind", "language", "to_sealed", "address_key", "params_sealed", "subject_ref",
    "state", "attempts", "due_at", "created_at", "last_error",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO mailroom_message ({', '.join(_COLUMNS)}) "  # noqa: S608  names above, values as parameters
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))}) ON CONFLICT (key) DO NOTHING RETURNING id"
)


def address_key(address: str) -> bytes:
    """The keyed hash by which an address is found without being read: the same for every spelling of it."""
    return vault.keyed_hash("address", addresses.normal(address))


def enqueue(
    *,
    key: str,
    kind: str,
    to: str,
    language: str,
    params: Mapping[str, Any],
    subject_ref: str = "",
    due_at: datetime | None = None,
) -> Message | None:
    """Queues one message in the caller's transaction; None if its key exists or its address is suppressed."""
    if not _KIND.match(kind):
        raise ValueError(f"not a kind of mail: {kind!r}")
    hashed = address_key(to)
    if _suppressed(hashed, kind):
        return None
    now = clock.now()
    message = Message(
        key=key,
        kind=kind,
        language=language[:10],
        to_sealed=vault.seal(to.strip(), context=TO_CONTEXT),
        address_key=hashed,
        params_sealed=vault.seal_json(dict(params), context=PARAMS_CONTEXT),
        subject_ref=subject_ref,
        due_at=due_at or now,
        created_at=now,
    )
    return message if _insert(message) else None


def _insert(message: Message) -> bool:
    """Writes the row unless its key exists. The ORM's own ignoring of conflicts does not tell which."""
    adapt = connection.ops.adapt_datetimefield_value
    values: list[Any] = [
        message.key, message.kind, message.language, message.to_sealed, message.address_key,
        message.params_sealed, message.subject_ref, Message.State.QUEUED.value, 0,
        adapt(message.due_at), adapt(message.created_at), "",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        row = cursor.fetchone()
    if row is None:
        return False
    message.pk = row[0]
    message._state.adding = False
    message._state.db = connection.alias
    return True


def _suppressed(hashed: bytes, kind: str) -> bool:
    # Without the ORM, which would take half the time of queueing.
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM mailroom_suppression WHERE address_key = %s", [hashed])
        row = cursor.fetchone()
    return row is not None and (row[0] in _DEAD or kind not in ACCOUNT_KINDS)


def suppress(*, hashed: bytes, reason: Suppression.Reason, code: str = "") -> None:
    """Stops mail to an address, known by its key; the last reason stands."""
    Suppression.objects.update_or_create(
        address_key=hashed, defaults={"reason": reason, "code": code[:40], "at": clock.now()}
    )


def recent(address: str, since: datetime, kinds: Iterable[str] | None = None) -> int:
    """The number of messages to an address since a moment, whatever became of them."""
    rows = Message.objects.filter(address_key=address_key(address), created_at__gte=since)
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    return rows.count()


def forget(*, subject_ref: str) -> None:
    """Deletes every message of a subject, queued or sent, and its stored files once the caller commits."""
    if not subject_ref:
        raise ValueError("an empty subject is everybody's")
    numbers = list(Message.objects.filter(subject_ref=subject_ref).values_list("pk", flat=True))
    if not numbers:
        return
    Message.objects.filter(subject_ref=subject_ref).delete()
    transaction.on_commit(lambda: outbox.remove(numbers))


def _hold_file() -> Path:
    return env.load().data / "mail.held"


def is_held() -> bool:
    """Whether the queue is held: a restored database must not send its old mail again."""
    return _hold_file().exists()


def held_reason() -> str:
    """Why the queue is held; empty when it is not."""
    try:
        return _hold_file().read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def hold(reason: str) -> None:
    """Holds the queue until an operator releases it; survives a restart and a replaced database."""
    path = _hold_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(reason.strip() + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    keys.sync_folder(path.parent)


def release() -> None:
    """Lets the queue be sent again."""
    with contextlib.suppress(FileNotFoundError):
        _hold_file().unlink()
        keys.sync_folder(_hold_file().parent)
