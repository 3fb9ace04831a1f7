"""The desk reads what carriers handed in: publishes exactly that, or sends it back with words."""

from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import draft, languages, publish
from undersigned.appeals.models import Appeal, Version
from undersigned.circulation import enclosed, links, people, post
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.fields import clean_words
from undersigned.circulation.models import Carrier, DoNotWrite, Work
from undersigned.lib import clock
from undersigned.mailroom import queue

PAGE = 50


def waiting(appeal: Appeal) -> int:
    """How many texts wait for the author."""
    return Work.objects.filter(appeal=appeal, handed_at__isnull=False).count()


def works(appeal: Appeal, *, after: int = 0) -> list[Work]:
    """A page of texts that carriers make and one row more; those that wait stand on the first one."""
    rows = Work.objects.select_related("carrier", "text__parent__text").filter(appeal=appeal)
    parent = "text__parent"
    rows = rows.defer("text__draft", f"{parent}__source", f"{parent}__canonical", f"{parent}__text__draft")
    first = list(rows.filter(handed_at__isnull=False).order_by("handed_at")[:PAGE]) if not after else []
    others = rows.filter(handed_at__isnull=True, carrier__gt=after).order_by("carrier")
    return [*first, *others[: PAGE + 1]]


@transaction.atomic
def approve(*, actor: User, work: Work, revision: int) -> Version:
    """Publishes the revision that was read; raises Forbidden, NotPossible, Conflict, NotPublishable."""
    require(actor, "appeal.publish", work.appeal.team)
    row = _waiting(work)
    if row.text.draft_revision != revision:
        raise draft.Conflict(row.text)
    version = publish.publish(actor=actor, text=row.text)
    row.handed_at = row.handed_revision = row.sent_back_at = None
    row.sealed = b""
    row.save(update_fields=["handed_at", "handed_revision", "sent_back_at", "sealed"])
    _tell(row, "text-published", str(version.number), title=version.title, number=version.number)
    return version


@transaction.atomic
def send_back(*, actor: User, work: Work, words: str) -> Work:
    """Gives a text back to its carrier with words; raises Forbidden, NotPossible, FieldError."""
    require(actor, "carriers.manage", work.appeal.team)
    row = _waiting(work)
    words = clean_words(words, required=True)
    row.handed_at = row.handed_revision = None
    row.sealed, row.sent_back_at = people.seal_back(words), clock.now()
    row.save(update_fields=["handed_at", "handed_revision", "sealed", "sent_back_at"])
    audit.record(
        team=row.appeal.team,
        actor=actor,
        verb="carriers.text_back",
        subject=f"text:{row.appeal.slug}/{row.text.slug}",
    )
    _tell(row, "text-back", f"{row.sent_back_at:%Y%m%d%H%M%S%f}", words=words)
    return row


def _waiting(work: Work) -> Work:
    rows = Work.objects.select_for_update(of=("self",))
    row = rows.select_related("carrier__appeal__team", "text__appeal__team", "appeal__team").get(pk=work.pk)
    if row.handed_at is None:
        raise NotPossible(_("This text does not wait any more: its carrier writes on, or it was answered."))
    return row


def _tell(work: Work, kind: str, key: str, **params: object) -> None:
    """Writes to the carrier, unless the link is over or the address wants no letters.

    Read again and held: who is erased at this moment is not written to, and the mail that was is forgotten.
    """
    rows = Carrier.objects.select_for_update(of=("self",)).select_related("appeal__team", "text__appeal")
    carrier = rows.get(pk=work.carrier_id)
    if links.hindrance(carrier, clock.now()) or carrier.address_key is None:
        return
    if DoNotWrite.objects.filter(address_key=bytes(carrier.address_key)).exists():
        return
    found = enclosed.of(enclosed.text_for(carrier))
    author = enclosed.author_of(work.appeal, found)
    queue.enqueue(
        key=f"{kind}:{work.pk}:{key}",
        kind=kind,
        to=people.contact_of(carrier).email,
        language=languages.interface_language(carrier.language),
        params={
            "author": author,
            "sender_name": author,
            "title": found.title,
            "title_language": found.language,
            "url": links.private(carrier, "carry-work"),
            "unsubscribe_url": links.private(carrier, "carry-stop"),
            **params,
        },
        subject_ref=post.cover_ref(carrier.pk),
    )
