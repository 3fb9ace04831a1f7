"""What the writer of a letter does behind its private link: agrees, refuses, takes it back.

The addressee of a covering letter uses the same link to say whether the letter may name them: its
writer's consent is another's, and never theirs to give.
"""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from undersigned.circulation.correspondence.consent import WORDING
from undersigned.circulation.models import EditionHandedOut, EditionLetter
from undersigned.lib import clock, env, tokens

PURPOSE = "letter"
Consent = EditionLetter.Consent


def token(letter: EditionLetter) -> str:
    """The token of a letter's private link."""
    return tokens.token(PURPOSE, letter.nonce)


def link(letter: EditionLetter) -> str:
    """The whole private link."""
    return env.load().base_url + reverse("correspondence", args=[token(letter)])


def find(value: str) -> EditionLetter | None:
    """The letter of a private link's token, else None."""
    nonce = tokens.nonce_of(PURPOSE, value)
    if nonce is None:
        return None
    return EditionLetter.objects.select_related("appeal__team", "carrier").filter(nonce=nonce).first()


def is_addressee(letter: EditionLetter) -> bool:
    """Whether who holds the link is whom the letter was written to."""
    return letter.kind == EditionLetter.Kind.COVERING and letter.carrier_id is not None


@transaction.atomic
def answer(*, letter: EditionLetter, yes: bool, at: datetime | None = None) -> EditionLetter:
    """Keeps the answer with the wording that it was given to; the last one stands, from now on.

    A letter that is taken back is in no edition made after this moment.
    """
    row = EditionLetter.objects.select_for_update().get(pk=letter.pk)
    now = at or clock.now()
    if is_addressee(row):
        row.names_addressee, row.addressee_wording, row.addressee_at = yes, WORDING, now
        row.save(update_fields=["names_addressee", "addressee_wording", "addressee_at"])
        return row
    row.consent = Consent.YES if yes else Consent.NO
    row.consent_wording, row.consent_at, row.consent_by = WORDING, now, None
    if not yes:
        # Whoever agrees again is chosen again.
        row.included_at = None
    row.save(update_fields=["consent", "consent_wording", "consent_at", "consent_by", "included_at"])
    return row


def handed_out_with(letter: EditionLetter) -> datetime | None:
    """When an edition that prints the letter was first given away; None while it can be called back whole."""
    if letter.consent != Consent.YES or letter.included_at is None:
        return None
    given = EditionHandedOut.objects.filter(appeal=letter.appeal_id, at__gte=letter.included_at)
    return given.order_by("at").values_list("at", flat=True).first()
