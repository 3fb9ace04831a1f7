"""The rows of many signatures: read by what addresses left, written with one statement a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from undersigned.appeals import profiles
from undersigned.lib import rows, tokens
from undersigned.signing import consent, sealing
from undersigned.signing.decide_sign import Asking, Past, Standing
from undersigned.signing.mails import PENDING_DAYS

_SIGNATURES = rows.Insert(
    "signing_signature",
    {
        "id": "bigint", "appeal_id": "bigint", "version_id": "bigint", "display": "text", "nonce": "bytea",
        "repeat_key": "bytea", "carrier_id": "bigint", "first_order": "integer",
        "wants_updates": "boolean", "for_addressee": "boolean", "for_edition": "boolean",
        "created_at": "timestamptz",
    },
    {
        "kind": "'mail'", "state": "'pending'", "stands": "false", "consent_wording": f"'{consent.WORDING}'",
        "keeps_name": "false", "reason": "''", "commitment": "''",
    },
)  # fmt: skip
_LINES = rows.Insert(
    "signing_publicline",
    {
        "signature_id": "bigint", "appeal_id": "bigint", "version_id": "bigint", "name": "text",
        "affiliation": "text", "role": "text", "place": "text", "country": "text", "sort_key": "bytea",
        "first_order": "integer",
    },
    {"listed": "false"},
)  # fmt: skip
_PERSONS = rows.Insert("signing_person", {"signature_id": "bigint", "sealed": "bytea"}, {})
# Each half by its own index; the conditions stand there as they stand in the index.
_LEFT = """
    WITH wanted AS (SELECT * FROM {wanted})
    SELECT s.appeal_id, s.repeat_key, s.state, {created}, s.id, 0, NULL, NULL, '', 0, ''
    FROM wanted k CROSS JOIN signing_signature s
    WHERE s.appeal_id = k.column1 AND s.repeat_key = k.column2 AND s.state = 'pending'
    UNION ALL
    SELECT s.appeal_id, s.repeat_key, s.state, NULL, s.id, s.version_id, s.nonce,
           p.sealed, v.title, v.number, v.language
    FROM wanted k CROSS JOIN signing_signature s
         JOIN appeals_version v ON v.id = s.version_id
         LEFT JOIN signing_person p ON p.signature_id = s.id
    WHERE s.appeal_id = k.column1 AND s.repeat_key = k.column2 AND s.stands
    ORDER BY 5
"""


@dataclass(frozen=True, slots=True)
class New:
    """A pending row as it was written."""

    pk: int
    nonce: bytes


def past(askings: Sequence[Asking], since: datetime) -> dict[tuple[int, bytes], Past]:
    """What the addresses of these requests left in their appeals; requests count from `since` on."""
    keys = list({(asking.appeal_id, asking.repeat_key) for asking in askings})
    if not keys:
        return {}
    wanted, values = rows.wanted(("bigint", "bytea"), keys)
    statement = _LEFT.format(wanted=wanted, created=rows.bare("s.created_at"))
    found: dict[tuple[int, bytes], Past] = {}
    for appeal, key, state, created, pk, version, nonce, sealed, *words in rows.fetch(statement, values):
        left = found.setdefault((appeal, bytes(key)), Past())
        if state != "pending":
            left.standing = left.standing or Standing(
                pk, version, state, bytes(nonce), sealed and bytes(sealed), *words
            )
        elif (rows.moment(created) or since) >= since:
            left.pending += 1
    _spell(askings, found)
    return found


def _spell(askings: Iterable[Asking], found: dict[tuple[int, bytes], Past]) -> None:
    """How the addresses were typed that stand in sealed appeals; nothing is asked for others."""
    sealed = {asking.appeal_id for asking in askings if asking.own is not None}
    standing = {
        left.standing.pk: left.standing
        for (appeal, _key), left in found.items()
        if appeal in sealed and left.standing is not None
    }
    for pk, (_digest, spelling) in sealing.kept(list(standing)).items():
        standing[pk].spelling = spelling


def insert(askings: Sequence[Asking], now: datetime, first_order: int | None = None) -> list[New]:
    """Writes pending rows with fresh random bytes, in the caller's transaction."""
    moment = rows.stored(now)
    stale = rows.stored(now - timedelta(days=PENDING_DAYS, seconds=1))
    nonces = tokens.ordered_nonces(len(askings))
    for place, asking in enumerate(askings):
        rounding = profiles.of(asking.intake.version.text.appeal).rounding
        if rounding is not None:
            nonces[place] = tokens.coarser(nonces[place], int(rounding.total_seconds()))
    made = [New(*one) for one in zip(rows.reserve("signing_signature", len(askings)), nonces, strict=True)]
    signatures, lines, persons, sealed = [], [], [], []
    for asking, new in zip(askings, made, strict=True):
        asked, nonce = asking.intake.request, new.nonce
        signatures.append(
            (
                new.pk, asking.appeal_id, asking.version_id, asked.display, nonce,
                asking.repeat_key, asking.intake.carrier_id, first_order,
                asked.updates, asked.addressee, asked.edition, stale if asking.stale else moment,
            )
        )  # fmt: skip
        lines.append((new.pk, asking.appeal_id, asking.version_id, *asking.line, first_order))
        if asking.own is None:
            persons.append((new.pk, asking.sealed))
        else:
            sealed.append((new.pk, asking.own))
    _SIGNATURES.run(signatures)
    _LINES.run(lines)
    _PERSONS.run(persons)
    sealing.insert(sealed)
    return made
