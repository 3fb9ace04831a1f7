"""Confirming: the first confirmation of an address wins, and a signature of other words moves here."""

from collections.abc import Sequence
from datetime import datetime

from undersigned.appeals import profiles
from undersigned.appeals.models import Appeal
from undersigned.lib import clock, together, tokens, vault
from undersigned.mailroom import address as addresses
from undersigned.mailroom import queue
from undersigned.signing import mails, people, repeats, store_confirm
from undersigned.signing.decide_confirm import PENDING_FOR, Asked, Confirmed, Decider, Outcome, Standing
from undersigned.signing.decide_confirm import hindrance as standing
from undersigned.signing.models import Signature

__all__ = [
    "PENDING_FOR", "Asked", "Confirmed", "Outcome", "Standing", "confirm", "confirm_many", "drop", "family",
    "find", "is_told", "standing",
]  # fmt: skip

_CODE_MAX = 100
_NOBODY = Confirmed(None, Outcome.EXPIRED)


def find(token_or_code: str) -> Signature | None:
    """The signature of a confirmation's link or typed code, None for anything else."""
    by = _Keys().read(token_or_code)
    found = _rows([by] if by else [])
    rows = Signature.objects.select_related("appeal__team", "version__text", "public_line")
    return rows.filter(pk=found[by][0]).first() if by in found else None


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


# A link's nonce, or what a code was read as.
_By = bytes | tuple[int, bytes]


class _Keys:
    """Reads tokens and codes as what their rows are found by."""

    def __init__(self) -> None:
        self._nonce = tokens.reader("confirm")
        self._code = tokens.decoder()

    def read(self, token_or_code: str) -> _By | None:
        nonce = self._nonce(token_or_code)
        if nonce is not None:
            return nonce
        code = tokens.normal_code(token_or_code) if len(token_or_code) <= _CODE_MAX else None
        return self._code(code) if code else None


def _rows(some: Sequence[_By]) -> dict[_By | None, store_confirm.Found]:
    nonces = [by for by in some if isinstance(by, bytes)]
    codes = [by for by in some if not isinstance(by, bytes)]
    found: dict[_By | None, store_confirm.Found] = {}
    found.update(store_confirm.by_nonce(nonces).items())
    found.update(store_confirm.by_code(codes).items())
    return found


def _confirm(some: Sequence[_By], now: datetime) -> list[Confirmed | Exception]:
    found = _rows(some)
    families = store_confirm.families(list(found.values()))
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
    """Queues the message to each who now stands, where the profile has one, and forgets what has served."""
    letters, hashed = mails.Letters(), vault.hasher(queue.ADDRESS_KEY)
    told = [one for one in decider.changes.stand if is_told(one.row.appeal)]
    queued = [
        letters.signed(
            pk=one.row.pk, nonce=one.row.nonce, wants_updates=one.row.wants_updates, words=one.row.version,
            to=one.email, address_key=hashed(addresses.normal(one.email)),
        )
        for one in told
    ]  # fmt: skip
    if queued:
        queue.enqueue_many(queued, queue.look(mail.address_key for mail in queued))
    served = [one.row.pk for one in decider.changes.stand if one.row.appeal.is_sealed]
    queue.forget_many([mails.subject_ref_of(pk) for pk in served])


def is_told(appeal: Appeal) -> bool:
    """Whether the private page is mailed; otherwise the page after the confirmation leads there."""
    return not appeal.is_sealed and profiles.of(appeal).mails_link


def family(signature: Signature) -> list[Signature]:
    """All rows of an address in an appeal, locked in one order: no two acts deadlock."""
    rows = Signature.objects.select_for_update().order_by("pk")
    if signature.repeat_key is None:
        return list(rows.filter(pk=signature.pk))
    numbers = repeats.numbers(signature.appeal, bytes(signature.repeat_key))
    return list(rows.filter(pk__in={signature.pk, *numbers}))


def drop(rows: Sequence[Signature]) -> None:
    """Deletes rows that stand for nothing, with their messages."""
    store_confirm.drop([row.pk for row in rows])
