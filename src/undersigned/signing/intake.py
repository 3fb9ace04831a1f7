"""Taking signatures: stored with their outgoing messages in one transaction, whoever signs."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from undersigned.appeals.models import Version
from undersigned.lib import clock, env, together, vault
from undersigned.mailroom import address as addresses
from undersigned.mailroom import queue
from undersigned.signing import decide_sign, mails, opening, people, repeats, sealing, store_batch
from undersigned.signing.decide_sign import Asking, Intake, Stored
from undersigned.signing.models import Signature
from undersigned.signing.request import SignRequest

__all__ = ["Intake", "NotAccepted", "SignRequest", "add_pending", "sign", "sign_many"]

_DAY = timedelta(hours=24)


class NotAccepted(Exception):
    """The appeal takes no signatures now: not open yet, or closed."""


def sign(
    *,
    version: Version,
    request: SignRequest,
    language: str,
    carrier_id: int | None = None,
    network: str = "",
    at: datetime | None = None,
) -> None:
    """Stores a pending signature and queues its mail; the same work whether or not the address has signed.

    `version.text.appeal` should be fetched with the version. Raises NotAccepted. Answers nothing: what
    there is to say goes to the address alone.
    """
    outcome = sign_many([Intake(version, request, language, carrier_id, network)], at=at)[0]
    if outcome is not None:
        raise outcome


def sign_many(items: Sequence[Intake], *, at: datetime | None = None) -> list[Exception | None]:
    """Takes many signatures in one durable transaction, as if one after the other; the outcome of each.

    What is wrong with one fails that one alone. Raises what stands in the way of all: OperationalError
    where the database is away or the disk is full, and then nothing is stored.
    """
    now = at or clock.now()
    outcomes: list[Exception | None] = [None] * len(items)
    ready = _Ready()
    askings = []
    for place, item in enumerate(items):
        try:
            if not opening.accepts(item.version.text.appeal, now):
                raise NotAccepted
            askings.append(ready.make(place, item))
        except Exception as error:
            outcomes[place] = error
    for asking, outcome in zip(askings, together.run(askings, lambda some: _store(some, now)), strict=True):
        outcomes[asking.place] = outcome
    return outcomes


class _Ready:
    """Makes requests ready for the database; what they share is made once."""

    def __init__(self) -> None:
        self._seal = people.sealer()
        self._hash: dict[int, Callable[[str], bytes]] = {}
        self._mark: dict[int, Callable[[str], str]] = {}
        self._sealers = sealing.Sealers()

    def make(self, place: int, item: Intake) -> Asking:
        """All that needs no lock, so that it waits for nobody; sealed, it asks for the team's keys."""
        version, request = item.version, item.request
        appeal = version.text.appeal
        if appeal.pk not in self._hash:
            self._hash[appeal.pk] = repeats.hasher(appeal)
            self._mark[appeal.pk] = repeats.marker(appeal)
        own = self._sealers.of(appeal).seal(vars(request)) if appeal.is_sealed else None
        return Asking(
            place=place,
            intake=item,
            appeal_id=appeal.pk,
            version_id=version.pk,
            repeat_key=self._hash[appeal.pk](request.email),
            sealed=b"" if own else self._seal(people.written(request, self._mark[appeal.pk](item.network))),
            own=own,
            line=people.shown(vars(request), display=request.display, language=version.language),
        )


def _store(askings: Sequence[Asking], now: datetime) -> list[Exception | None]:
    since = now - _DAY
    past = store_batch.past(askings, since)
    outcomes = _address(askings, past)
    sendable = [asking for asking in askings if asking.to]
    known = queue.look((asking.address_key for asking in sendable), since=since, kinds=mails.ASKING)
    most, counts = env.load().mails_per_address, clock.now() >= since
    stored: list[Stored | None] = []
    for asking in sendable:
        left = past.setdefault((asking.appeal_id, asking.repeat_key), decide_sign.Past())
        found = decide_sign.decide(asking, left, known.recent[asking.address_key], most)
        # Written all the same, and stale from the start, for the next sweep to take away: a commit that
        # waits for the disk must not tell whether an address got its day's mail.
        asking.stale = found is None
        stored.append(found)
        if found is not None:
            # The next of this batch sees what this one left.
            left.pending += 1
            known.recent[asking.address_key] += counts and known.takes(asking.address_key, found.kind)
    new = _insert(sendable, now)
    letters = mails.Letters()
    queue.enqueue_many(
        [
            decide_sign.letter(one, made.pk, made.nonce, letters)
            for one, made in zip(stored, new, strict=True)
            if one is not None
        ],
        known,
    )
    return outcomes


_insert = store_batch.insert


def _address(
    askings: Sequence[Asking], past: dict[tuple[int, bytes], decide_sign.Past]
) -> list[Exception | None]:
    """Finds out where the message of each goes; what went wrong with which."""
    opened, hashed = people.opener(), vault.hasher(queue.ADDRESS_KEY)
    outcomes: list[Exception | None] = []
    for asking in askings:
        left = past.get((asking.appeal_id, asking.repeat_key), decide_sign.NOTHING_PAST)
        asking.to = ""
        try:
            to = decide_sign.address(asking, left, opened)
            asking.address_key = hashed(addresses.normal(to))
            asking.to = to
            outcomes.append(None)
        except Exception as error:
            outcomes.append(error)
    return outcomes


def add_pending(
    *, version: Version, request: SignRequest, first_order: int | None = None, at: datetime | None = None
) -> Signature:
    """Stores a pending signature in the caller's transaction without any mail: for first signatories."""
    asking = _Ready().make(0, Intake(version, request, version.language))
    with transaction.atomic():
        new = _insert([asking], at or clock.now(), first_order)[0]
        signature = Signature.objects.get(pk=new.pk)
    signature.version, signature.appeal = version, version.text.appeal
    return signature
