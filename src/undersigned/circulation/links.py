"""A carrier's links: the private one opens the letter, the public one collects signatures.

Under embargo another takes the public one's place: it opens the text to whoever holds it, and to nobody else.
"""

import re
from datetime import datetime

from django.urls import reverse

from undersigned.appeals.models import Appeal, Text
from undersigned.circulation.models import Carrier
from undersigned.lib import env, tokens

PURPOSE = "carry"
_UNSEEN = "embargo"
_ID = re.compile(r"[A-Za-z0-9_-]{22}\Z")


def token(carrier: Carrier) -> str:
    """The token of a carrier's private link."""
    return tokens.token(PURPOSE, carrier.nonce)


def private(carrier: Carrier, name: str = "carry") -> str:
    """The whole private link."""
    return env.load().base_url + reverse(name, args=[token(carrier)])


def signing(carrier: Carrier, text: Text) -> str:
    """The link that a carrier gives to others: it names nobody.

    In public the letter is the same without it; under embargo there is no letter without it.
    """
    if carrier.appeal.state == Appeal.State.EMBARGO:
        return env.load().base_url + reverse("embargo-letter", args=[unseen(carrier), text.slug])
    return env.load().base_url + public(carrier, text)


def public(carrier: Carrier, text: Text) -> str:
    """The path of the public letter, by this carrier's link."""
    letter = reverse("letter", args=[text.appeal.slug, text.slug])
    return f"{letter}?via={carrier.public_id}"


def unseen(carrier: Carrier) -> str:
    """The token by which a carrier's signers read under embargo; it opens nothing of the carrier's own."""
    return tokens.token(_UNSEEN, carrier.nonce)


def find(value: str) -> Carrier | None:
    """The carrier of a private link's token, else None."""
    return _found(PURPOSE, value)


def find_unseen(value: str, now: datetime) -> Carrier | None:
    """The carrier whose signers read under embargo by this token, while the link is good; else None."""
    carrier = _found(_UNSEEN, value)
    if carrier is None or not carrier.may_collect or hindrance(carrier, now):
        return None
    return carrier


def _found(purpose: str, value: str) -> Carrier | None:
    nonce = tokens.nonce_of(purpose, value)
    if nonce is None:
        return None
    return Carrier.objects.select_related("appeal__team", "text__appeal").filter(nonce=nonce).first()


def hindrance(carrier: Carrier, now: datetime) -> str:
    """Why a private link no longer opens: `revoked`, `expired`, or empty where it does."""
    if carrier.revoked_at is not None or carrier.erased_at is not None:
        return "revoked"
    return "expired" if carrier.deadline is not None and carrier.deadline <= now else ""


def readable(via: str) -> str:
    """A carrier's public id as an address names it, empty for what cannot be one; asks no database."""
    return via if _ID.match(via) else ""


def carrier_of(*, appeal: Appeal, via: str, now: datetime) -> int | None:
    """The number of the carrier who collected a signature, None for a link that is none or is over.

    For `Signature.carrier`. A signature with a link that is over counts as any other, for no carrier.
    """
    if not _ID.match(via):
        return None
    row = (
        Carrier.objects.filter(
            public_id=via, appeal=appeal, may_collect=True, revoked_at__isnull=True, erased_at__isnull=True
        )
        .values_list("pk", "deadline")
        .first()
    )
    if row is None or (row[1] is not None and row[1] <= now):
        return None
    return row[0]
