"""What a carrier does behind the private link: opens it, answers, writes to the author, asks for silence."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.circulation import erasures, links, notices, people, post, rights
from undersigned.circulation.correspondence import letters
from undersigned.circulation.fields import clean_words
from undersigned.circulation.models import Carrier, DoNotWrite, Reply
from undersigned.lib import clock
from undersigned.mailroom import queue

REPLIES_MAX = 50
# An answer that needs a right; whoever has none may still decline or write.
NEEDS = {
    Carrier.Answer.CARRY: "collect",
    Carrier.Answer.ADAPT: "adapt",
    Carrier.Answer.TRANSLATE: "translate",
}


class LinkOver(Exception):
    """The link was taken back or its time is over; `why` says which. Nothing was changed."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotAllowed(Exception):
    """The carrier has no right to this, or has used it up; the message says so."""


def opened(*, carrier: Carrier, at: datetime | None = None) -> None:
    """The link was used: the first time is kept, and whoever was silent is so no more."""
    now = at or clock.now()
    if carrier.opened_at is None or carrier.silent_at is not None:
        Carrier.objects.filter(pk=carrier.pk, opened_at__isnull=True).update(opened_at=now)
        Carrier.objects.filter(pk=carrier.pk, silent_at__isnull=False).update(silent_at=None)
        carrier.refresh_from_db(fields=["opened_at", "silent_at", "state"])


@transaction.atomic
def answer(*, token: str, choice: str, words: str = "", printed: bool = False) -> Carrier:
    """Keeps what a carrier decides, and the words to the author; reminders stop.

    The last answer stands. Raises LinkOver, NotAllowed, FieldError, Carrier.DoesNotExist.
    """
    carrier, now = locked(token)
    if choice not in Carrier.Answer.values:
        raise NotAllowed(_("Please choose one of the possibilities."))
    right = NEEDS.get(Carrier.Answer(choice))
    if right and not getattr(rights.now_of(carrier), right):
        raise NotAllowed(_("The author did not give you this right."))
    words = clean_words(words)
    carrier.answer = choice
    carrier.answered_at = now
    carrier.silent_at = None
    carrier.opened_at = carrier.opened_at or now
    carrier.save(update_fields=["answer", "answered_at", "silent_at", "opened_at"])
    if words:
        _keep(carrier, words, now, printed)
    queue.forget(subject_ref=post.reminder_ref(carrier.pk))
    return carrier


@transaction.atomic
def write(*, token: str, words: str, printed: bool = False) -> Carrier:
    """Keeps words to the author; raises LinkOver, NotAllowed, FieldError, Carrier.DoesNotExist."""
    carrier, now = locked(token)
    _keep(carrier, clean_words(words, required=True), now, printed)
    return carrier


@transaction.atomic
def stop(*, token: str) -> Carrier:
    """Nobody writes letters to this address from this site again; works after the link is over, too."""
    carrier = links.find(token)
    if carrier is None:
        raise Carrier.DoesNotExist
    now = clock.now()
    if carrier.address_key is not None:
        erasures.note_stop(bytes(carrier.address_key), now)
        DoNotWrite.objects.get_or_create(address_key=bytes(carrier.address_key), defaults={"at": now})
    if not carrier.answer:
        Carrier.objects.filter(pk=carrier.pk, answered_at__isnull=True).update(
            answer=Carrier.Answer.DECLINE, answered_at=now, silent_at=None
        )
    queue.forget(subject_ref=post.reminder_ref(carrier.pk))
    return carrier


def locked(token: str) -> tuple[Carrier, datetime]:
    """The carrier of a link that still opens, locked for this transaction; raises LinkOver, DoesNotExist."""
    found = links.find(token)
    if found is None:
        raise Carrier.DoesNotExist
    carrier = Carrier.objects.select_for_update(of=("self",)).select_related("appeal__team").get(pk=found.pk)
    now = clock.now()
    if why := links.hindrance(carrier, now):
        raise LinkOver(why)
    return carrier, now


def _keep(carrier: Carrier, words: str, now: datetime, printed: bool) -> None:
    if Reply.objects.filter(carrier=carrier).count() >= REPLIES_MAX:
        raise NotAllowed(_("You have written very often. Please wait for the author's answer."))
    reply = Reply.objects.create(carrier=carrier, sealed=people.seal_reply(words), at=now)
    if printed:
        letters.from_reply(reply=reply, agreed=True, at=now)
    notices.reply(carrier.appeal, now)
