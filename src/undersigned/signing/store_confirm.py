"""The rows of many confirmations: read and locked by address, changed with one statement a table."""

import hmac
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from undersigned.appeals import profiles
from undersigned.appeals.models import Version
from undersigned.lib import rows, tokens
from undersigned.mailroom import queue
from undersigned.signing import commitment, ending, mails, people, sealing
from undersigned.signing.decide_confirm import Row, Stands
from undersigned.signing.models import Person, PublicLine, SealedPerson, Signature

Family = dict[int, Row]
Key = tuple[int, bytes]
# Number, appeal and repeat key of a row.
Found = tuple[int, int, bytes | None]

_COLUMNS = (
    "id", "appeal_id", "repeat_key", "version_id", "state", "nonce", "first_order", "wants_updates",
    "created_at", "confirmed_at",
)  # fmt: skip
_CONFIRMED = {
    "confirmed_at": "timestamptz", "salt_public": "bytea", "salt_private": "bytea",
    "commitment": "text", "first_order": "integer",
}  # fmt: skip
_ROUND = rows.Update("signing_signature", {"created_at": "timestamptz"}, {})
_STAND = rows.Update("signing_signature", _CONFIRMED, {"state": "'confirmed'", "stands": "true"})
# The same where organisers look at each signature before it is recorded.
_HOLD = rows.Update("signing_signature", _CONFIRMED, {"state": "'held'", "stands": "true"})


def by_nonce(nonces: Sequence[bytes]) -> dict[bytes, Found]:
    """The rows with these nonces."""
    return dict(_found("nonce", "bytea", nonces))


def by_code(codes: Sequence[tuple[int, bytes]]) -> dict[tuple[int, bytes], Found]:
    """The rows with these numbers whose nonces say the same as the codes."""
    check = tokens.checker()
    rows_ = {row[0]: (check(nonce), row) for nonce, row in _found("id", "bigint", [pk for pk, _ in codes])}
    return {
        (pk, said): rows_[pk][1]
        for pk, said in codes
        if pk in rows_ and hmac.compare_digest(rows_[pk][0], said)
    }


def _found(column: str, kind: str, values: Sequence[Any]) -> list[tuple[bytes, Found]]:
    if not values:
        return []
    among, parameters = rows.among(column, kind, values)
    statement = f"SELECT nonce, id, appeal_id, repeat_key FROM signing_signature WHERE {among}"  # noqa: S608
    return [
        (bytes(nonce), (pk, appeal, key and bytes(key)))
        for nonce, pk, appeal, key in rows.fetch(statement, parameters)
    ]


def families(found: Sequence[Found]) -> dict[Key | int, Family]:
    """These rows and all that wait or stand of their addresses there, locked in one order: no deadlocks.

    A row whose key was destroyed is a family of its own, by its number.
    """
    keys = {(appeal, key) for _pk, appeal, key in found if key is not None}
    records = _locked({pk for pk, _appeal, _key in found} | _beside_them(sorted(keys)))
    versions = _versions({record[3] for record in records})
    beside = _beside([record[0] for record in records])
    made: dict[Key | int, Family] = {}
    for pk, appeal, key, version, state, nonce, first, updates, created, confirmed in records:
        sealed, *shown = beside.get(pk, (None, "", "", "", "", ""))
        family = made.setdefault(pk if key is None else (appeal, bytes(key)), {})
        family[pk] = Row(
            pk, versions[version].text.appeal, versions[version], state, bytes(nonce), first,
            bool(updates), rows.moment(created) or _NEVER, rows.moment(confirmed),
            sealed and bytes(sealed), tuple(shown),
        )  # fmt: skip
    _unsealed_by_nobody([row for family in made.values() for row in family.values()])
    return made


def _unsealed_by_nobody(found: Sequence[Row]) -> None:
    """What there is of sealed persons; nothing is asked for rows of other appeals."""
    of_sealed = [row for row in found if row.appeal.is_sealed]
    kept = sealing.kept([row.pk for row in of_sealed])
    hashers: dict[int, Callable[[str], bytes]] = {}
    for row in of_sealed:
        if row.pk in kept:
            row.private_digest, row.spelling = kept[row.pk]
        elif row.sealed is not None:
            # Signed a moment before the appeal was sealed.
            hashed = hashers.setdefault(row.appeal.pk, sealing.spelling_hasher(row.appeal))
            row.spelling = hashed(people.email(people.opener()(row.sealed)))


# Each half by its own index; the conditions stand there as they stand in the index.
_WAIT_OR_STAND = """
    WITH wanted AS (SELECT * FROM {wanted})
    SELECT s.id FROM wanted k CROSS JOIN signing_signature s
    WHERE s.appeal_id = k.column1 AND s.repeat_key = k.column2 AND s.state = 'pending'
    UNION ALL
    SELECT s.id FROM wanted k CROSS JOIN signing_signature s
    WHERE s.appeal_id = k.column1 AND s.repeat_key = k.column2 AND s.stands
"""


def _beside_them(keys: Sequence[Key]) -> set[int]:
    if not keys:
        return set()
    wanted, values = rows.wanted(("bigint", "bytea"), keys)
    return {pk for (pk,) in rows.fetch(_WAIT_OR_STAND.format(wanted=wanted), values)}


def _locked(numbers: Iterable[int]) -> list[Any]:
    among, values = rows.among("s.id", "bigint", sorted(numbers))
    columns = ", ".join(rows.bare(f"s.{name}") for name in _COLUMNS)
    lock = "FOR UPDATE OF s" if connection.vendor == "postgresql" else ""
    return rows.fetch(
        f"SELECT {columns} FROM signing_signature s WHERE {among} ORDER BY s.id {lock}",  # noqa: S608
        values,
    )


def _beside(numbers: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """Sealed person and line of each row, read under the lock."""
    if not numbers:
        return {}
    among, parameters = rows.among("s.id", "bigint", numbers)
    found = rows.fetch(
        f"SELECT s.id, p.sealed, {', '.join(f'l.{name}' for name in commitment.SHOWN)} "  # noqa: S608
        "FROM signing_signature s LEFT JOIN signing_person p ON p.signature_id = s.id "
        f"LEFT JOIN signing_publicline l ON l.signature_id = s.id WHERE {among}",
        parameters,
    )
    return {pk: (sealed, *(value or "" for value in line)) for pk, sealed, *line in found}


def _versions(numbers: Iterable[int]) -> dict[int, Version]:
    wanted = Version.objects.select_related("text__appeal").defer("source", "canonical")
    return wanted.in_bulk(list(numbers))


def stand(stands: Sequence[Stands], at: datetime) -> None:
    """Makes rows count, under new salts; what they take the place of ends first."""
    for one in stands:
        if one.moved is not None:
            _move(one.moved, one.row, one.email, at)
    moments: dict[str, Any] = {}
    changed: list[tuple[Any, ...]] = []
    held: list[tuple[Any, ...]] = []
    for one in stands:
        profile = one.row.appeal.profile
        if profile not in moments:
            moments[profile] = rows.stored(profiles.PROFILES[profile].rounded(at))
        made = _commit(one)
        (held if one.row.state == Signature.State.HELD else changed).append(
            (
                moments[profile], made.salt_public, made.salt_private, made.text,
                one.row.first_order, one.row.pk,
            )
        )  # fmt: skip
    if changed:
        _STAND.run(changed)
    if held:
        _HOLD.run(held)
    _round(stands)
    _seal(stands)


def _commit(one: Stands) -> commitment.Commitment:
    shown = {name: value for name, value in zip(commitment.SHOWN, one.row.shown, strict=True) if value}
    if one.row.private_digest is not None:
        return commitment.commit_digest(shown, one.row.private_digest)
    return commitment.commit_shown(shown, one.email)


def _round(stands: Sequence[Stands]) -> None:
    """When somebody signed is not kept more exactly than the profile says, once it has served."""
    _ROUND.run(
        [
            (rows.stored(profiles.of(one.row.appeal).rounded(one.row.created_at)), one.row.pk)
            for one in stands
            if profiles.of(one.row.appeal).rounding is not None
        ]
    )


def _seal(stands: Sequence[Stands]) -> None:
    """Seals who signed a moment before the appeal was sealed."""
    for one in stands:
        if one.row.appeal.is_sealed and one.row.private_digest is None:
            sealing.seal_rows([one.row.pk])


def _move(old: Row, row: Row, email: str, at: datetime) -> None:
    """Ends the old signature in favour of the new one; the new one keeps the proven address and its place."""
    was = Signature.objects.select_related("public_line", "appeal").get(pk=old.pk)
    new = Signature.objects.select_related("person", "public_line").get(pk=row.pk)
    if email and hasattr(new, "person"):
        new.person.sealed = people.seal_values({**people.unseal(new.person), "email": email})
        new.person.save(update_fields=["sealed"])
    if row.first_order != new.first_order:
        new.public_line.first_order = row.first_order
        new.public_line.save(update_fields=["first_order"])
    if was.carrier_id is not None and new.carrier_id is None:
        # Who asked this person stays who asked, unless another link brought the new signature.
        Signature.objects.filter(pk=new.pk).update(carrier=was.carrier_id)
    if was.leaf_index is None:
        drop([was.pk])
        return
    ending.ask_undo(was, "moved", at)
    Person.objects.filter(pk=was.pk).delete()
    if was.appeal.is_sealed:
        SealedPerson.objects.filter(pk=was.pk).delete()
    PublicLine.objects.filter(pk=was.pk).delete()
    was.state = Signature.State.MOVED
    was.ended_at = profiles.of(was.appeal).rounded(at)
    was.salt_public = was.salt_private = None
    was.save(update_fields=["state", "ended_at", "salt_public", "salt_private"])


def drop(numbers: Sequence[int]) -> None:
    """Deletes rows that stand for nothing, with their messages."""
    if numbers:
        queue.forget_many([mails.subject_ref_of(pk) for pk in numbers])
        Signature.objects.filter(pk__in=list(numbers)).delete()


_NEVER = datetime.fromisoformat("0001-01-01T00:00:00+00:00")
