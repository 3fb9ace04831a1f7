"""Confirming for an organisation: its officer, its second officer, and the check of its domain."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from undersigned.lib import clock, tokens
from undersigned.signing.models import Organisation
from undersigned.signing.organisations import domains, mails, sealed, stand
from undersigned.signing.organisations.read import locked
from undersigned.signing.organisations.stand import NotPossible
from undersigned.tlog import leaf

WAITING_FOR = timedelta(days=mails.WAITING_DAYS)
_DNS = "organisation-dns"
_State = Organisation.State

# From a domain to the texts of the records at both its places; raises `Unanswered`.
Look = Callable[[str], list[str]]


class Unanswered(Exception):
    """The DNS did not answer; nothing is known."""


def hindrance(row: Organisation, at: datetime) -> str:
    """Why a waiting request cannot be confirmed: `expired`, `closed`, or nothing."""
    if row.state != _State.WAITING:
        return ""
    if row.created_at + WAITING_FOR <= at:
        return "expired"
    return "" if stand.may_stand(row, at) else "closed"


@transaction.atomic
def confirm(*, organisation: Organisation, at: datetime | None = None) -> Organisation:
    """The officer confirms; an address at the domain proves the domain too. Twice is as once.

    Raises NotPossible for what has run out or was closed.
    """
    now = at or clock.now()
    row = locked(organisation)
    if row is None or hindrance(row, now):
        raise NotPossible
    if row.state != _State.WAITING:
        return row
    kept = sealed.opened(row)
    if kept.officer is None:
        raise NotPossible
    row.state, row.confirmed_at = _State.CONFIRMED, now
    if domains.holds(row.domain, kept.officer.email) and not domains.is_shared(row.domain):
        row.check_kind, row.checked_at = Organisation.Check.MAIL, now
    stand.go_on(row, now)
    language = row.version.language
    mails.page(row, to=kept.officer.email, language=language)
    if kept.second is not None:
        mails.cosign(row, to=kept.second.email, language=language)
    return row


@transaction.atomic
def cosign(*, organisation: Organisation, at: datetime | None = None) -> Organisation:
    """The second officer signs too; twice is as once. Raises NotPossible."""
    now = at or clock.now()
    row = locked(organisation)
    if row is None or row.state not in (_State.CONFIRMED, _State.CHECKED, _State.SIGNED):
        raise NotPossible
    if row.cosigned_at is not None:
        return row
    if sealed.opened(row).second is None:
        raise NotPossible
    row.cosigned_at = now
    if row.state == _State.SIGNED:
        stand.name_officers(row)
    row.save(update_fields=["cosigned_at", "officer_line", "second_line"])
    return row


def record_text(row: Organisation) -> str:
    """What the domain's TXT record must say; it leads to no link."""
    made = sha256(tokens.token(_DNS, row.nonce).encode()).digest()
    return f"undersigned={leaf.b64u(made)}"


def check(*, organisation: Organisation, look: Look, at: datetime | None = None) -> Organisation:
    """Looks whether the domain's DNS names the request; keeps what was found. Raises NotPossible."""
    now = at or clock.now()
    if organisation.state != _State.CONFIRMED:
        raise NotPossible
    # Outside the transaction: the DNS may take seconds.
    failure = _look(organisation, look)
    with transaction.atomic():
        row = locked(organisation)
        if row is None or row.state != _State.CONFIRMED:
            raise NotPossible
        row.looked_at, row.check_failure = now, failure
        if not failure:
            row.check_kind, row.checked_at = Organisation.Check.DNS, now
        stand.go_on(row, now)
        if row.state == _State.SIGNED and (officer := sealed.opened(row).officer):
            mails.signed(row, to=officer.email, language=row.version.language)
        return row


def _look(row: Organisation, look: Look) -> str:
    wanted = record_text(row).encode()
    try:
        found = look(row.domain)
    except Unanswered:
        return "unanswered"
    # Every record is compared, so that the time tells nothing of a likeness.
    fits = [hmac.compare_digest(wanted, text.strip().encode()) for text in found]
    return "" if any(fits) else ("other" if any("undersigned=" in text for text in found) else "missing")
