"""What becomes of a bundle: fetched by the team, handed to the addressee, answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import languages, markup, said
from undersigned.appeals.references.dates import plain, read_date
from undersigned.appeals.references.problems import BadReference
from undersigned.lib import canonical, clock, vault
from undersigned.lib.fields import FieldError, clean_line
from undersigned.signing.delivery import ask, kept
from undersigned.signing.models import Delivery, DeliveryAnswer

WORDS_MAX = 50_000
_SEALED = "delivery"


class NotKept(Exception):
    """The bundle is not handed out: it is not made, or it is gone; the message says why."""


@dataclass(frozen=True)
class Handed:
    """Who took the bundle and what was said of it: for the team alone."""

    by: str = ""
    note: str = ""


@transaction.atomic
def fetch(*, actor: User, delivery: Delivery) -> Iterator[bytes]:
    """The bundle for the team, piece by piece; each fetch leaves a row. Raises Forbidden, NotKept."""
    require(actor, "delivery.fetch", delivery.appeal.team)
    row = _locked(delivery)
    if row.made_at is None:
        raise NotKept(_("The bundle is not made yet."))
    if row.gone_at is not None:
        raise NotKept(gone_words(row))
    if row.appeal.names_hidden_at is not None:
        raise NotKept(_("The names of this appeal are hidden: no bundle is handed out until they are shown."))
    try:
        pieces = kept.read(row)
    except kept.Missing:
        raise NotKept(_("The file is not on this server any more: make a new bundle.")) from None
    ask.record(actor, row, "delivery.fetch", size=row.size)
    return pieces


def gone_words(delivery: Delivery) -> str:
    """Why a bundle that was made is not handed out any more."""
    if delivery.gone_why == Delivery.Gone.RETENTION:
        return _(
            "The time for which personal data are kept is over: the bundle was deleted. "
            "Its digest stays in the log."
        )
    return _(
        "Somebody who may stand in this bundle took their name back: it was deleted and is not handed out "
        "again. Its digest stays in the log. Make a new one of those who stand now."
    )


@transaction.atomic
def note(*, actor: User, delivery: Delivery, on: date, how: str, by: str = "", told: str = "") -> Delivery:
    """Keeps when and how the addressee got it, and who took it; raises Forbidden, FieldError."""
    require(actor, "delivery.manage", delivery.appeal.team)
    row = _locked(delivery)
    if row.made_at is None:
        raise ValidationError(_("The bundle is not made yet."))
    if how not in Delivery.Way.values:
        raise FieldError(_("Please choose one of the possibilities."))
    if not row.made_at.date() <= on <= clock.now().date():
        raise FieldError(_("Not before the day on which it was made, and not in the future."))
    row.sealed = vault.seal_json({"by": clean_line(by), "note": clean_line(told, limit=500)}, context=_SEALED)
    row.handed_on, row.handed_how, row.handed_noted_at = on, how, clock.now()
    row.save(update_fields=["sealed", "handed_on", "handed_how", "handed_noted_at"])
    ask.record(actor, row, "delivery.hand_over", how=how)
    return row


def handed(delivery: Delivery) -> Handed:
    """Who took it, as the team noted."""
    return Handed(**vault.unseal_json(delivery.sealed, context=_SEALED)) if delivery.sealed else Handed()


@transaction.atomic
def publish_answer(
    *, actor: User, delivery: Delivery, words: str, language: str, signed: str, on: str
) -> DeliveryAnswer:
    """Publishes what the addressee answered, word for word; raises Forbidden, FieldError, ValidationError."""
    require(actor, "delivery.manage", delivery.appeal.team)
    row = _locked(delivery)
    if row.handed_on is None:
        raise ValidationError(_("Note first when and how it was handed over."))
    if not languages.is_language(language):
        wrong = _("“%(tag)s” is not a language code such as “es” or “pt-BR”.")
        raise FieldError(wrong % {"tag": language[:40]})
    made = DeliveryAnswer.objects.create(
        delivery=row,
        signed=clean_line(signed, required=True, limit=300),
        language=language,
        date=edtf(on),
        words=clean_markdown(words),
        published_at=clock.now(),
        published_by=actor,
    )
    ask.record(actor, row, "delivery.answer", answer=made.pk, language=language)
    return made


@transaction.atomic
def take_down(*, actor: User, answer: DeliveryAnswer) -> None:
    """Takes a published answer off the page; the record of acts says that there was one."""
    delivery = answer.delivery
    require(actor, "delivery.manage", delivery.appeal.team)
    DeliveryAnswer.objects.filter(pk=answer.pk, taken_down_at__isnull=True).update(taken_down_at=clock.now())
    ask.record(actor, delivery, "delivery.answer_down", answer=answer.pk)


def edtf(typed: str) -> str:
    """A date as EDTF, however it was typed; raises FieldError for what is no date."""
    try:
        found = read_date(typed)
    except BadReference:
        found = None
    if found is None or not plain(found):
        raise FieldError(_("This is no date: write it as 2026-03-01, 2026-03 or 2026."))
    return plain(found)


def clean_markdown(words: str) -> str:
    """Markdown that the pages can show; raises FieldError."""
    if not words.strip():
        raise FieldError(_("Please fill in this field."))
    if len(words) > WORDS_MAX:
        raise FieldError(
            _("This is too long: %(length)s characters, where %(limit)s are possible.")
            % {"length": len(words), "limit": WORDS_MAX}
        )
    try:
        cleaned = canonical.canonical_text(words)
        problems = markup.check(cleaned, ())
    except canonical.CanonicalError:
        raise FieldError(_("This holds characters that cannot be kept.")) from None
    if problems:
        raise FieldError(" ".join(said.said(problem) for problem in problems[:5]))
    return cleaned


def _locked(delivery: Delivery) -> Delivery:
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("appeal__team", "text")
    return rows.get(pk=delivery.pk)
