"""Telling those who asked to hear of it: one mail each, at the mailroom's pace, nobody twice.

The mails of a chunk, their place in the round and the count are one transaction: a crash tells nobody
twice and forgets nobody. Who has the news is not remembered by person.
"""

import json
from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.lib import clock, env, vault
from undersigned.mailroom import address as addresses
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message
from undersigned.signing import mails, people, sealing
from undersigned.signing.delivery import ask
from undersigned.signing.models import Delivery, DeliveryAnswer, DeliveryNews, Signature

CHUNK = 500
# So many may wait to be sent before the round goes on: a million rows at once would help nobody.
WAITING_MOST = 5000
KINDS = ("delivered", "answered")
_TOLD = (Signature.State.CONFIRMED, Signature.State.RECORDED)


@transaction.atomic
def start(*, actor: User, delivery: Delivery, answer: DeliveryAnswer | None = None) -> DeliveryNews:
    """Starts the round about a handing over, or about an answer; raises Forbidden, ValidationError."""
    appeal = delivery.appeal
    require(actor, "delivery.manage", appeal.team)
    if appeal.is_sealed:
        raise ValidationError(str(sealing.CANNOT_WRITE))
    if delivery.handed_on is None:
        raise ValidationError(_("Note first when and how it was handed over."))
    if answer is not None and (answer.delivery_id != delivery.pk or answer.taken_down_at is not None):
        raise ValidationError(_("This answer is not published."))
    last = Signature.objects.filter(appeal=appeal).order_by("-pk").values_list("pk", flat=True).first()
    try:
        with transaction.atomic():
            made = DeliveryNews.objects.create(
                delivery=delivery, answer=answer, last=last or 0, started_by=actor, created_at=clock.now()
            )
    except IntegrityError:
        raise ValidationError(_("They have been told already; nobody is told twice.")) from None
    ask.record(actor, delivery, "delivery.tell", answer=answer.pk if answer else None)
    return made


def go(_now: datetime | None = None) -> int:
    """Carries on every round by a chunk, for the worker; how many signatures were looked at."""
    if queue.is_held():
        return 0
    rounds = DeliveryNews.objects.filter(finished_at__isnull=True).order_by("pk")
    return sum(step(number) for number in list(rounds.values_list("pk", flat=True)))


@transaction.atomic
def step(number: int, *, chunk: int = CHUNK) -> int:
    """Tells those among the next signatures who asked for it; how many signatures were looked at."""
    turn = (
        DeliveryNews.objects.select_for_update(of=("self",))
        .select_related("delivery__appeal", "answer")
        .filter(pk=number, finished_at__isnull=True)
        .first()
    )
    if turn is None or _is_full():
        return 0
    appeal = turn.delivery.appeal
    window = Signature.objects.filter(appeal=appeal, pk__gt=turn.cursor, pk__lte=turn.last).order_by("pk")
    numbers = list(window.values_list("pk", flat=True)[:chunk])
    over = len(numbers) < chunk or (turn.answer is not None and turn.answer.taken_down_at is not None)
    if not (turn.answer and turn.answer.taken_down_at):
        turn.told += _tell(turn, appeal, numbers)
    turn.cursor = numbers[-1] if numbers else turn.last
    turn.finished_at = clock.now() if over else None
    turn.save(update_fields=["told", "cursor", "finished_at"])
    return len(numbers)


def _is_full() -> bool:
    waiting = Message.objects.filter(state=Message.State.QUEUED, kind__in=KINDS)
    return len(waiting.values_list("pk", flat=True)[:WAITING_MOST]) >= WAITING_MOST


def _tell(turn: DeliveryNews, appeal: Appeal, numbers: list[int]) -> int:
    rows = list(
        Signature.objects.select_for_update(of=("self",))
        .select_related("person", "version__text")
        .defer("version__source", "version__canonical", "version__text__draft")
        .filter(pk__in=numbers, wants_updates=True, state__in=_TOLD, person__isnull=False)
        .order_by("pk")
    )
    opened, hashed = people.opener(), vault.hasher(queue.ADDRESS_KEY)
    page = env.load().base_url + reverse("delivery", args=[appeal.slug])
    letters = [_mail(turn, row, people.email(opened(row.person.sealed)), page, hashed) for row in rows]
    known = queue.look([mail.address_key for mail in letters])
    queue.enqueue_many(letters, known)
    return sum(known.takes(mail.address_key, mail.kind) for mail in letters)


def _mail(
    turn: DeliveryNews, row: Signature, to: str, page: str, hashed: Callable[[str], bytes]
) -> queue.Mail:
    params = {
        "title": row.version.title,
        "title_language": row.version.language,
        "recipient": turn.delivery.recipient,
        "url": page,
        "unsubscribe_url": mails.link("unsubscribe", "unsubscribe", row),
    }
    return queue.Mail(
        key=f"news:{turn.pk}:{row.pk}",
        kind=KINDS[1] if turn.answer_id else KINDS[0],
        to=to,
        address_key=hashed(addresses.normal(to)),
        language=row.version.language,
        params=json.dumps(params, ensure_ascii=False, separators=(",", ":")),
        subject_ref=mails.subject_ref(row),
    )


def askers(appeal: Appeal) -> int:
    """How many would be told if a round started now."""
    if appeal.is_sealed:
        # They agreed, and only the organisers can write to them.
        return 0
    rows = Signature.objects.filter(appeal=appeal, wants_updates=True, state__in=_TOLD)
    return rows.count()


def forget_queued(signature: Signature) -> None:
    """Drops news on its way to somebody who wants no more of it."""
    ref = mails.subject_ref(signature)
    Message.objects.filter(subject_ref=ref, kind__in=(*KINDS, "update"), state=Message.State.QUEUED).delete()
