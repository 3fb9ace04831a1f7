"""The queue of outgoing mail: written in the transaction that causes it, forgotten with its subject."""

import contextlib
import json
import os
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from undersigned.lib import clock, env, keys, rows, vault
from undersigned.mailroom import outbox, passing
from undersigned.mailroom.address import normal
from undersigned.mailroom.models import Message, Suppression
from undersigned.mailroom.slots import slot, slots

TO_CONTEXT = "mail-to"
PARAMS_CONTEXT = "mail-params"
ADDRESS_KEY = "address"
# Mail that Django and allauth send to a person about their own account: an unsubscription does not stop it.
ACCOUNT_KINDS = frozenset({"raw"})

_KIND = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")
_DEAD = frozenset({Suppression.Reason.REFUSED.value, Suppression.Reason.BOUNCED.value})
_COLUMNS = (
    "key", "kind", "language", "to_sealed", "address_key", "address_slot", "params_sealed", "subject_ref",
    "state", "attempts", "due_at", "created_at", "last_error",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO mailroom_message ({', '.join(_COLUMNS)}) "  # noqa: S608  names above, values as parameters
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))}) ON CONFLICT (key) DO NOTHING RETURNING id"
)
_INSERT_MANY = rows.Insert(
    "mailroom_message",
    {
        "key": "text", "kind": "text", "language": "text", "to_sealed": "bytea", "address_key": "bytea",
        "address_slot": "bigint", "params_sealed": "bytea", "subject_ref": "text", "due_at": "timestamptz",
        "created_at": "timestamptz",
    },
    {"state": f"'{Message.State.QUEUED.value}'", "attempts": "0", "last_error": "''"},
    "ON CONFLICT (key) DO NOTHING",
)  # fmt: skip


@dataclass(slots=True)
class Mail:
    """A message to be queued: its parameters as JSON text, its address with the key it is found by."""

    key: str
    kind: str
    to: str
    address_key: bytes
    language: str
    params: str
    subject_ref: str
    # Whether its address must go with its delivery: see `passing`.
    passing: bool = False


@dataclass(slots=True)
class Known:
    """What the queue knows of addresses, by their keys: recent messages, and why some get none."""

    recent: Counter[bytes]
    stopped: dict[bytes, str]

    def takes(self, hashed: bytes, kind: str) -> bool:
        """Whether mail of this kind goes to the address at all."""
        reason = self.stopped.get(hashed)
        return reason is None or (reason not in _DEAD and kind in ACCOUNT_KINDS)


def address_key(address: str) -> bytes:
    """The keyed hash by which an address is found without being read: the same for every spelling of it."""
    return vault.keyed_hash(ADDRESS_KEY, normal(address))


def enqueue(
    *,
    key: str,
    kind: str,
    to: str,
    language: str,
    params: Mapping[str, Any],
    subject_ref: str = "",
    due_at: datetime | None = None,
    going: bool = False,
) -> Message | None:
    """Queues one message in the caller's transaction; None if its key exists or its address is suppressed.

    `going`: its address goes with its delivery, see `passing`.
    """
    if not _KIND.match(kind):
        raise ValueError(f"not a kind of mail: {kind!r}")
    hashed = address_key(to)
    if _suppressed(hashed, kind):
        return None
    now, span = clock.now(), vault.this_span()
    seal_to = vault.passing_sealer(TO_CONTEXT, span) if going else vault.sealer(TO_CONTEXT)
    seal_params = vault.passing_sealer(PARAMS_CONTEXT, span) if going else vault.sealer(PARAMS_CONTEXT)
    message = Message(
        key=key,
        kind=kind,
        language=language[:10],
        to_sealed=seal_to(to.strip()),
        address_key=hashed,
        address_slot=slot(hashed, now),
        params_sealed=seal_params(json.dumps(dict(params), ensure_ascii=False, separators=(",", ":"))),
        subject_ref=subject_ref,
        due_at=due_at or now,
        created_at=now,
    )
    if not _insert(message):
        return None
    if going:
        passing.mark([key], span)
    return message


def _insert(message: Message) -> bool:
    """Writes the row unless its key exists. The ORM's own ignoring of conflicts does not tell which."""
    adapt = connection.ops.adapt_datetimefield_value
    values: list[Any] = [
        message.key, message.kind, message.language, message.to_sealed, message.address_key,
        message.address_slot, message.params_sealed, message.subject_ref, Message.State.QUEUED.value, 0,
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


def enqueue_many(mails: Sequence[Mail], known: Known) -> None:
    """Queues messages in the caller's transaction with one statement; what `enqueue` would not, is not.

    `known` is what `look` said of their addresses in this transaction.
    """
    wanted = [mail for mail in mails if known.takes(mail.address_key, mail.kind)]
    staying = [mail for mail in wanted if not mail.passing]
    if staying:
        _write(staying, vault.sealer(TO_CONTEXT), vault.sealer(PARAMS_CONTEXT))
    if len(staying) < len(wanted):
        going, span = [mail for mail in wanted if mail.passing], vault.this_span()
        _write(going, vault.passing_sealer(TO_CONTEXT, span), vault.passing_sealer(PARAMS_CONTEXT, span))
        passing.mark([mail.key for mail in going], span)


def _write(
    mails: Sequence[Mail], seal_to: Callable[[str], bytes], seal_params: Callable[[str], bytes]
) -> None:
    now = clock.now()
    stored, here = rows.stored(now), slot(b"", now)
    _INSERT_MANY.run(
        [
            (
                mail.key, mail.kind, mail.language[:10], seal_to(mail.to.strip()), mail.address_key,
                here | int.from_bytes(mail.address_key[:5], "big"), seal_params(mail.params),
                mail.subject_ref, stored, stored,
            )
            for mail in mails
        ]
    )  # fmt: skip


def look(hashed: Iterable[bytes], *, since: datetime | None = None, kinds: Sequence[str] = ()) -> Known:
    """What the queue knows of many addresses, in one statement; messages are counted from `since` on."""
    wanted = set(hashed)
    among, values = rows.among("address_key", "bytea", list(wanted))
    stopped = f"SELECT address_key, reason, 0 FROM mailroom_suppression WHERE {among}"  # noqa: S608
    if since is None:
        found = rows.fetch(stopped, values)
    else:
        of_kinds, kind_values = rows.among("kind", "text", kinds)
        there, slot_values = rows.among("address_slot", "bigint", slots(wanted, since, clock.now()))
        counted = (
            f"SELECT address_key, '', count(*) FROM mailroom_message WHERE {there} "  # noqa: S608
            f"AND created_at >= %s AND {of_kinds} GROUP BY address_key"
        )
        found = rows.fetch(
            f"{stopped} UNION ALL {counted}", [*values, *slot_values, rows.stored(since), *kind_values]
        )
    known = Known(Counter(), {})
    for key, reason, number in found:
        if reason:
            known.stopped[bytes(key)] = reason
        else:
            known.recent[bytes(key)] = number
    return known


def _suppressed(hashed: bytes, kind: str) -> bool:
    return not look([hashed]).takes(hashed, kind)


def suppress(*, hashed: bytes, reason: Suppression.Reason, code: str = "") -> None:
    """Stops mail to an address, known by its key; the last reason stands."""
    Suppression.objects.update_or_create(
        address_key=hashed, defaults={"reason": reason, "code": code[:40], "at": clock.now()}
    )


def recent(address: str, since: datetime, kinds: Iterable[str] | None = None) -> int:
    """The number of messages to an address since a moment, whatever became of them."""
    found = to_address(address, since).filter(created_at__gte=since)
    if kinds is not None:
        found = found.filter(kind__in=list(kinds))
    return found.count()


def to_address(address: str, since: datetime) -> QuerySet[Message]:
    """The messages to an address, of that quarter of a day and later."""
    hashed = address_key(address)
    there = slots([hashed], since, clock.now())
    return Message.objects.filter(address_slot__in=there, address_key=hashed)


def forget(*, subject_ref: str) -> None:
    """Deletes every message of a subject, queued or sent, and its stored files once the caller commits."""
    forget_many([subject_ref])


def forget_many(subject_refs: Sequence[str]) -> None:
    """Does so for several subjects."""
    if not all(subject_refs):
        raise ValueError("an empty subject is everybody's")
    found = Message.objects.filter(subject_ref__in=list(subject_refs))
    forget_messages(list(found.values_list("pk", flat=True)) if subject_refs else [])


def forget_messages(numbers: Sequence[int]) -> None:
    """Deletes messages by their numbers, and their stored files once the caller commits."""
    if numbers:
        Message.objects.filter(pk__in=list(numbers)).delete()
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
