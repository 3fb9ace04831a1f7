"""Confirming: the first confirmation of an address wins, and a signature of other words moves here."""

from collections.abc import Sequence
from datetime import datetime

from undersigned.lib import clock, together, tokens, vault
from undersigned.mailroom import address as addresses
from undersigned.mailroom import queue
from undersigned.signing import mails, people, store_confirm
from undersigned.signing.decide_confirm import PENDING_FOR, Asked, Confirmed, Decider, Outcome, Standing
from undersigned.signing.decide_confirm import hindrance as standing
from undersigned.signing.models import Signature

__all__ = [
    "PENDING_FOR", "Asked", "Confirmed", "Outcome", "Standing", "confirm", "confirm_many", "drop", "family",
    "find", "standing",
]  # fmt: skip

_CODE_MAX = 100
_NOBODY = Confirmed(None, Outcome.EXPIRED)


def find(token_or_code: str) -> Signature | None:
    """The signature of a confirmation's link or typed code, None for anything else."""
    by = _Keys().read(token_or_code)
    rows = Signature.objects.select_related("appeal__team", "version__text", "public_line")
    return rows.filter(**{by[0]: by[1]}).first() if by else None


def confirm(*, token: str | None = None, code: str | None = None, at: datetime | None = None) -> Confirmed:
    """Makes a pending signature count with the next batch; doing it twice changes nothing.

    An unknown link or code answers `expired` without a signature.
    """
    outcome = confirm_many([Asked(token, code)], at=at)[0]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def confirm_many(asked: Sequence[Asked], *, at: datetime | None = None) -> list[Confirmed | Exception]:
    """Confirms many in one durable transaction, as if one after the other; the outcome of each.

    What is wrong with one fails that one alone. Raises what stands in the way of all, and then nothing
    is changed.
    """
    now = at or clock.now()
    keys = _Keys()
    by = [keys.read(one.token or one.code or "") for one in asked]
    outcomes: list[Confirmed | Exception] = [_NOBODY] * len(asked)
    known = [(place, one) for place, one in enumerate(by) if one is not None]
    done = together.run([one for _place, one in known], lambda some: _confirm(some, now))
    for (place, _one), outcome in zip(known, done, strict=True):
        outcomes[place] = outcome
    return outcomes


_By = tuple[str, bytes]


class _Keys:
    """Reads tokens and codes as the column and value that their rows are found by."""

    def __init__(self) -> None:
        self._nonce = tokens.reader("confirm")
        self._code_key = tokens.code_keys()

    def read(self, token_or_code: str) -> _By | None:
        nonce = self._nonce(token_or_code)
        if nonce is not None:
            return "nonce", nonce
        code = tokens.normal_code(token_or_code) if len(token_or_code) <= _CODE_MAX else None
        return ("code_key", self._code_key(code)) if code else None


def _confirm(some: Sequence[_By], now: datetime) -> list[Confirmed | Exception]:
    found = {
        (column, value): row
        for column in ("nonce", "code_key")
        for value, row in store_confirm.find(
            column, [value for name, value in some if name == column]
        ).items()
    }
    families = store_confirm.families(found.values())
    decider = Decider(now, people.opener())
    outcomes: list[Confirmed | Exception] = []
    for by in some:
        if by not in found:
            outcomes.append(_NOBODY)
            continue
        pk, appeal, key = found[by]
        try:
            outcomes.append(decider.confirm(families.get(pk if key is None else (appeal, key), {}), pk))
        except Exception as error:
            outcomes.append(error)
    changes = decider.changes
    if changes.stand:
        store_confirm.stand(changes.stand, now)
        _tell(decider)
    store_confirm.drop([row.pk for row in changes.drop])
    return outcomes


def _tell(decider: Decider) -> None:
    """Queues the message to each who now stands."""
    letters, hashed = mails.Letters(), vault.hasher(queue.ADDRESS_KEY)
    queued = [
        letters.signed(
            pk=one.row.pk, nonce=one.row.nonce, wants_updates=one.row.wants_updates, words=one.row.version,
            to=one.email, address_key=hashed(addresses.normal(one.email)),
        )
        for one in decider.changes.stand
    ]  # fmt: skip
    queue.enqueue_many(queued, queue.look(mail.address_key for mail in queued))


def family(signature: Signature) -> list[Signature]:
    """All rows of an address in an appeal, locked in one order: no two acts deadlock."""
    rows = Signature.objects.select_for_update().order_by("pk")
    if signature.repeat_key is None:
        return list(rows.filter(pk=signature.pk))
    return list(rows.filter(appeal_id=signature.appeal_id, repeat_key=bytes(signature.repeat_key)))


def drop(rows: Sequence[Signature]) -> None:
    """Deletes rows that stand for nothing, with their messages."""
    store_confirm.drop([row.pk for row in rows])
