"""Taking a signature: stored with its outgoing message in one transaction, whoever signs."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from undersigned.appeals.models import Version
from undersigned.lib import clock, env, tokens
from undersigned.mailroom import queue
from undersigned.signing import consent, mails, opening, people, repeats
from undersigned.signing.models import Person, PublicLine, Signature
from undersigned.signing.request import SignRequest

__all__ = ["NotAccepted", "SignRequest", "add_pending", "sign"]

_DAY = timedelta(hours=24)


class NotAccepted(Exception):
    """The appeal takes no signatures now: not open yet, or closed."""


def sign(*, version: Version, request: SignRequest, language: str, at: datetime | None = None) -> None:
    """Stores a pending signature and queues its mail; the same work whether or not the address has signed.

    `version.text.appeal` should be fetched with the version. Raises NotAccepted. Answers nothing: what
    there is to say goes to the address alone.
    """
    now = at or clock.now()
    if not opening.accepts(version.text.appeal, now):
        raise NotAccepted
    for attempt in (1, 2, 3):
        try:
            with transaction.atomic():
                _store(version, request, language, now)
            return
        except IntegrityError:
            # Two codes of 50 bits met: other random bytes will do.
            if attempt == 3:
                raise


def _store(version: Version, request: SignRequest, language: str, now: datetime) -> None:
    signature = new_signature(version, request, now)
    standing = (
        Signature.objects.select_related("version", "person")
        .filter(appeal=version.text.appeal, repeat_key=signature.repeat_key, state__in=Signature.LIVE)
        .first()
    )
    sealed = people.seal(request)
    # The same opening of a sealed value in each case: no clock tells a repeat from a first.
    person = standing.person if standing and hasattr(standing, "person") else Person(sealed=sealed)
    # The standing signature's own address is the proven one: the typed one may only look the same.
    to = people.unseal(person)["email"]
    if _too_many(signature, to, now):
        return
    _insert(signature, request, sealed, language=version.language)
    if standing is None:
        mails.ask("confirm", signature, to=to, language=language)
    elif standing.version_id == version.pk or standing.state in _FROZEN:
        mails.already(signature, about=standing, to=to, language=language)
    else:
        mails.ask("move", signature, to=to, language=language)


# A signature under a moderator's eye or in dispute is not moved out of it by signing again.
_FROZEN = frozenset({Signature.State.HELD.value, Signature.State.DISPUTED.value})


def _too_many(signature: Signature, to: str, now: datetime) -> bool:
    """Whether the address got its day's mail: by its spelling everywhere, by its mailbox in this appeal."""
    most = env.load().mails_per_address
    if queue.recent(to, now - _DAY, mails.ASKING) >= most:
        return True
    same = Signature.objects.filter(
        appeal_id=signature.appeal_id,
        repeat_key=signature.repeat_key,
        state=Signature.State.PENDING,
        created_at__gte=now - _DAY,
    )
    return same.count() >= most


def new_signature(version: Version, request: SignRequest, now: datetime) -> Signature:
    """A pending row with fresh random bytes, unsaved."""
    nonce = tokens.new_nonce()
    return Signature(
        appeal=version.text.appeal,
        version=version,
        display=request.display,
        nonce=nonce,
        code_key=tokens.code_key(tokens.code(nonce)),
        repeat_key=repeats.repeat_key(version.text.appeal, request.email),
        wants_updates=request.updates,
        for_addressee=request.addressee,
        for_edition=request.edition,
        consent_wording=consent.WORDING,
        created_at=now,
    )


def _insert(signature: Signature, request: SignRequest, sealed: bytes, *, language: str) -> None:
    signature.save(force_insert=True)
    values = {name: getattr(request, name) for name in people.FIELDS}
    line = PublicLine(
        signature=signature,
        appeal_id=signature.appeal_id,
        version_id=signature.version_id,
        first_order=signature.first_order,
    )
    people.fill_line(line, values, display=request.display, language=language)
    line.save(force_insert=True)
    Person(signature=signature, sealed=sealed).save(force_insert=True)


def add_pending(
    *, version: Version, request: SignRequest, first_order: int | None = None, at: datetime | None = None
) -> Signature:
    """Stores a pending signature in the caller's transaction without any mail: for first signatories."""
    signature = new_signature(version, request, at or clock.now())
    signature.first_order = first_order
    _insert(signature, request, people.seal(request), language=version.language)
    return signature
