"""Vouching for one person: a signature of the exact words, and the private link that is handed over."""

import hashlib

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.appeals import profiles, reading
from undersigned.appeals.models import Version
from undersigned.circulation import enclosed
from undersigned.circulation.answer import NotAllowed
from undersigned.circulation.models import Carrier
from undersigned.lib import tokens
from undersigned.signing import commitment, consent, opening, people
from undersigned.signing.models import Person, PublicLine, Signature, Voucher, Vouching
from undersigned.signing.vouch import repeats, session
from undersigned.signing.vouch.entry import Entry

_FORM_MAX = 100


class TextChanged(Exception):
    """The words are not those that the form was made for: they are to be read first."""


class SameName(Exception):
    """This carrier vouched for a person of this name and place: is it another one?"""


def version_for(carrier: Carrier) -> Version | None:
    """The words that somebody signs for whom this carrier vouches now; None before they are published."""
    found = reading.current_version(enclosed.text_to_sign(carrier))
    if found is not None:
        found.text.appeal = carrier.appeal
    return found


@transaction.atomic
def vouch(
    *, token: str, session_token: str, entry: Entry, version: int, form: str, another: bool = False
) -> Signature:
    """A signature that counts with the next batch; the same form sent again gives the same one.

    Raises LinkOver, NotAllowed, SessionOver, TextChanged, SameName, Carrier.DoesNotExist.
    """
    carrier, voucher, now = session.hold(token=token, session=session_token)
    form_key = hashlib.sha256(form[:_FORM_MAX].encode()).digest()
    known = voucher.vouchings.select_related("signature__version").filter(form_key=form_key).first()
    if known is not None:
        return known.signature
    current = version_for(carrier)
    if current is None or not opening.accepts(carrier.appeal, now):
        raise NotAllowed(_("The letter takes no signatures now."))
    if current.pk != version:
        raise TextChanged
    key = repeats.name_key(carrier.appeal, entry.name, entry.place)
    same = repeats.known(voucher, current, key=key, name=entry.name, place=entry.place)
    if same.own and not another:
        raise SameName
    number = _take_place(voucher)
    profile = profiles.of(carrier.appeal)
    kept, nonce = profile.rounded(now), tokens.ordered_nonces(1)[0]
    if profile.rounding is not None:
        nonce = tokens.coarser(nonce, int(profile.rounding.total_seconds()))
    row = Signature.objects.create(
        appeal=carrier.appeal, version=current, kind=Signature.Kind.VOUCHED, carrier=carrier,
        state=Signature.State.CONFIRMED, display=entry.display, nonce=nonce,
        for_addressee=entry.addressee, for_edition=entry.edition, consent_wording=consent.WORDING,
        created_at=kept, confirmed_at=kept,
    )  # fmt: skip
    _write_beside(row, entry)
    Vouching.objects.create(
        signature=row, voucher=voucher, appeal=carrier.appeal, number=number, name_key=key,
        form_key=form_key, is_repeat=same.own or same.family,
    )  # fmt: skip
    audit.record(
        team=carrier.appeal.team, actor=None, verb="carriers.vouch", subject=f"carrier:{carrier.public_id}",
        number=number,
    )  # fmt: skip
    return row


def _take_place(voucher: Voucher) -> int:
    """The next place of the quota; the database gives each to one."""
    taken = Voucher.objects.filter(pk=voucher.pk, used__lt=F("quota")).update(used=F("used") + 1)
    if not taken:
        raise NotAllowed(_("You have vouched for as many people as the author lets you."))
    voucher.refresh_from_db(fields=["used"])
    return voucher.used


def _write_beside(row: Signature, entry: Entry) -> None:
    """The line, the sealed row and the commitment: what is shown, and whose word it is."""
    line = PublicLine(signature=row, appeal=row.appeal, version=row.version)
    people.fill_line(line, entry.values(), display=row.display, language=row.version.language)
    line.save()
    Person.objects.create(signature=row, sealed=people.seal_values(entry.values()))
    commitment.apply(row, commitment.commit(line, commitment.bound(row, "")))
    row.save(update_fields=["salt_public", "salt_private", "commitment"])
