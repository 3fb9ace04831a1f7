"""What the desk does with a letter: corrects its facts, asks its writer, takes it in or out, hands out."""

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.circulation import people
from undersigned.circulation.correspondence import letters
from undersigned.circulation.correspondence.answer import link
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.models import DoNotWrite, EditionHandedOut, EditionLetter
from undersigned.lib import clock
from undersigned.lib.fields import clean_line
from undersigned.mailroom import queue

Consent = EditionLetter.Consent


@transaction.atomic
def describe(*, actor: User, letter: EditionLetter, title: str, place: str, date: str) -> EditionLetter:
    """Keeps what editors add to a letter: title, place, date; its words stay. Raises FieldError."""
    row = _locked(actor, letter)
    content = letters.content_of(row)
    row.sealed = letters.seal(replace(content, title=clean_line(title), place=clean_line(place)))
    row.date = letters.clean_date(date)
    row.save(update_fields=["sealed", "date"])
    letters.record(actor, row, "letters.describe")
    return row


@transaction.atomic
def ask(*, actor: User, letter: EditionLetter) -> EditionLetter:
    """Asks a carrier by one mail; raises Forbidden, NotPossible where there is nobody to write to."""
    row = _locked(actor, letter)
    carrier = row.carrier
    if row.asked_at is not None:
        raise NotPossible(_("The carrier was asked already; nobody is asked twice."))
    if carrier is None or carrier.erased_at is not None or carrier.address_key is None:
        raise NotPossible(_("There is nobody to write to: send the private link yourself."))
    if DoNotWrite.objects.filter(address_key=bytes(carrier.address_key)).exists():
        raise NotPossible(_("This address wants no letters from this site."))
    row.asked_at = clock.now()
    row.save(update_fields=["asked_at"])
    queue.enqueue(
        key=f"letter-consent:{row.pk}",
        kind="letter-consent",
        to=people.contact_of(carrier).email,
        language=carrier.language,
        params={"url": link(row), "own": row.kind == EditionLetter.Kind.ANSWER},
        subject_ref=subject_ref(row.pk),
    )
    letters.record(actor, row, "letters.ask")
    return row


def subject_ref(pk: int) -> str:
    """What the mail about a letter is filed under."""
    return f"edition-letter:{pk}"


@transaction.atomic
def include(*, actor: User, letter: EditionLetter, wanted: bool) -> EditionLetter:
    """Takes a letter into the edition, or out of it; without its writer's consent it never is in it."""
    row = _locked(actor, letter)
    if wanted and row.consent != Consent.YES:
        raise NotPossible(_("Its writer has not agreed to have it printed."))
    row.included_at = clock.now() if wanted else None
    row.save(update_fields=["included_at"])
    letters.record(actor, row, "letters.include" if wanted else "letters.exclude")
    return row


@transaction.atomic
def agree_own(*, actor: User, letter: EditionLetter) -> EditionLetter:
    """An organiser agrees to have a letter of their own printed; a carrier's words are never theirs."""
    row = _locked(actor, letter)
    if row.kind == EditionLetter.Kind.ANSWER:
        raise NotPossible(_("Only the carrier can agree to this."))
    letters.agree(row, actor, clock.now())
    row.save(update_fields=["consent", "consent_wording", "consent_at", "consent_by"])
    letters.record(actor, row, "letters.agree")
    return row


@transaction.atomic
def remove(*, actor: User, letter: EditionLetter) -> None:
    """Deletes a letter from the list, with its words; what it was made of stays where it was."""
    row = _locked(actor, letter)
    letters.record(actor, row, "letters.remove")
    queue.forget(subject_ref=subject_ref(row.pk))
    row.delete()


@transaction.atomic
def hand_out(*, actor: User, appeal: Appeal, to: str = "") -> EditionHandedOut:
    """Notes that an edition is given away: what it prints cannot be called back from those copies."""
    require(actor, "carriers.manage", appeal.team)
    made = EditionHandedOut.objects.create(
        appeal=appeal, to=clean_line(to, limit=300), at=clock.now(), by=actor,
        letters=EditionLetter.objects.filter(
            appeal=appeal, consent=Consent.YES, included_at__isnull=False
        ).count(),
    )  # fmt: skip
    audit.record(
        team=appeal.team, actor=actor, verb="edition.hand_out", subject=f"appeal:{appeal.slug}",
        letters=made.letters,
    )  # fmt: skip
    return made


def _locked(actor: User, letter: EditionLetter) -> EditionLetter:
    require(actor, "carriers.manage", letter.appeal.team)
    rows = EditionLetter.objects.select_for_update(of=("self",)).select_related("appeal__team", "carrier")
    return rows.get(pk=letter.pk)
