"""Sending an update to those who asked for it: one mail each, at the mailroom's pace, nobody twice.

The mails of a chunk, their place in the round and the counts are one transaction: a crash tells nobody
twice and forgets nobody, and the mailroom's key of each mail is the second lock. Who got it is remembered
by no row about a person.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, QuerySet
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
from undersigned.signing.models import Signature, Update, UpdateRound
from undersigned.signing.updates import write

KIND = "update"
# Signatures looked at in one transaction: most of them may have asked for nothing.
CHUNK = 250
# So many wait in the mailroom at most: what a pause does not hold back any more.
WAITING = 500
# So long a round keeps other work waiting at most.
_STEPS = 40
# Who hears of it: whoever withdrew, was erased, struck, held or is in dispute does not.
_TOLD = (Signature.State.CONFIRMED, Signature.State.RECORDED)
_OPEN = (UpdateRound.State.RUNNING, UpdateRound.State.PAUSED)
# Bounces come late.
_LOOKED_AFTER = timedelta(days=10)
# A look reads the mails of the round: the more there are, the rarer it is.
_LOOK_MILLIS_A_MAIL = 2


@transaction.atomic
def start(*, actor: User, update: Update) -> UpdateRound:
    """Starts the round of a published update; raises Forbidden, ValidationError. Never a second one."""
    appeal = update.appeal
    require(actor, "update.send", appeal.team)
    row = Update.objects.select_related("appeal").get(pk=update.pk)
    if row.appeal.is_sealed:
        raise ValidationError(str(sealing.CANNOT_WRITE))
    if row.published_at is None or row.taken_down_at is not None:
        raise ValidationError(_("Publish the update first: the mail leads to its page."))
    if not row.appeal.is_public:
        # Under embargo nothing of an appeal leaves the circle of those who carry it.
        raise ValidationError(_("The appeal is not public: no update is sent."))
    last = Signature.objects.filter(appeal=appeal).order_by("-pk").values_list("pk", flat=True).first()
    try:
        with transaction.atomic():
            made = UpdateRound.objects.create(
                update=row, last=last or 0, started_by=actor, created_at=clock.now()
            )
    except IntegrityError:
        raise ValidationError(_("This update was sent already; nobody gets it twice.")) from None
    write.record(actor, row, "update.send", number=row.number)
    return made


@transaction.atomic
def pause(*, actor: User, turn: UpdateRound) -> None:
    """Stops a round after the chunk in hand; mails that the mailroom has still go. Raises Forbidden."""
    _turn_to(actor, turn, UpdateRound.State.RUNNING, UpdateRound.State.PAUSED, "update.pause")


@transaction.atomic
def resume(*, actor: User, turn: UpdateRound) -> None:
    """Lets a paused round go on from where it stopped. Raises Forbidden."""
    _turn_to(actor, turn, UpdateRound.State.PAUSED, UpdateRound.State.RUNNING, "update.resume")


def _turn_to(actor: User, turn: UpdateRound, before: str, after: str, verb: str) -> None:
    require(actor, "update.send", turn.update.appeal.team)
    if UpdateRound.objects.filter(pk=turn.pk, state=before).update(state=after):
        write.record(actor, turn.update, verb, told=turn.told)


def go(now: datetime | None = None) -> int:
    """Carries on every round by some chunks, for the worker; how many signatures were looked at."""
    running = UpdateRound.objects.filter(state=UpdateRound.State.RUNNING)
    if queue.is_held():
        # After a restore nobody knows whom the round has written to since the backup: a person decides.
        running.update(state=UpdateRound.State.PAUSED)
    seen = 0
    for number in list(running.order_by("pk").values_list("pk", flat=True)):
        for _turn in range(_STEPS):
            handled = step(number, chunk=CHUNK) if _waiting() <= WAITING - CHUNK else 0
            seen += handled
            if handled < CHUNK:
                break
    learn(now or clock.now())
    return seen


def _waiting() -> int:
    """Updates that the mailroom has and has not sent, counted up to the limit."""
    rows = Message.objects.filter(state=Message.State.QUEUED, kind=KIND)
    return len(rows.values_list("pk", flat=True)[:WAITING])


@transaction.atomic
def step(number: int, *, chunk: int = CHUNK) -> int:
    """Writes to those among the next signatures who asked for it; how many were looked at."""
    turn = (
        UpdateRound.objects.select_for_update(of=("self",))
        .select_related("update__appeal")
        .filter(pk=number, state=UpdateRound.State.RUNNING)
        .first()
    )
    if turn is None:
        return 0
    appeal = turn.update.appeal
    if not appeal.is_public:
        UpdateRound.objects.filter(pk=turn.pk).update(state=UpdateRound.State.PAUSED)
        return 0
    window = Signature.objects.filter(appeal=appeal, pk__gt=turn.cursor, pk__lte=turn.last).order_by("pk")
    numbers = list(window.values_list("pk", flat=True)[:chunk])
    _write_to(turn, numbers)
    turn.cursor = numbers[-1] if len(numbers) == chunk else turn.last
    if len(numbers) < chunk:
        turn.state, turn.finished_at = UpdateRound.State.DONE, clock.now()
    turn.save(update_fields=["told", "unreachable", "cursor", "state", "finished_at"])
    return len(numbers)


def _write_to(turn: UpdateRound, numbers: list[int]) -> None:
    rows = list(
        _askers(turn.update.appeal)
        .select_for_update(of=("self",))
        .select_related("person", "version")
        .defer("version__source", "version__canonical")
        .filter(pk__in=numbers)
        .order_by("pk")
    )
    opened, hashed = people.opener(), vault.hasher(queue.ADDRESS_KEY)
    shared = _shared(turn.update)
    letters = []
    for row in rows:
        to = people.email(opened(row.person.sealed)) if hasattr(row, "person") else ""
        if to:
            letters.append(_mail(turn, row, to, shared, hashed))
    known = queue.look([mail.address_key for mail in letters])
    queue.enqueue_many(letters, known)
    told = sum(known.takes(mail.address_key, mail.kind) for mail in letters)
    turn.told += told
    turn.unreachable += len(rows) - told


def _shared(update: Update) -> dict[str, str]:
    """What is the same in every mail of an update."""
    path = reverse("update", args=[update.appeal.slug, update.number])
    return {
        "heading": update.title,
        "words": update.words.strip(),
        "words_html": write.rendered(update.words, update.language, "u"),
        "words_language": update.language,
        "url": env.load().base_url + path,
    }


def _mail(
    turn: UpdateRound, row: Signature, to: str, shared: dict[str, str], hashed: Callable[[str], bytes]
) -> queue.Mail:
    params = {
        **shared,
        "title": row.version.title,
        "title_language": row.version.language,
        "unsubscribe_url": mails.link("unsubscribe", "unsubscribe", row),
    }
    return queue.Mail(
        key=f"{KIND}:{turn.pk}:{row.pk}",
        kind=KIND,
        to=to,
        address_key=hashed(addresses.normal(to)),
        language=turn.update.language,
        params=json.dumps(params, ensure_ascii=False, separators=(",", ":")),
        subject_ref=mails.subject_ref(row),
    )


def _askers(appeal: Appeal) -> QuerySet[Signature]:
    return Signature.objects.filter(appeal=appeal, wants_updates=True, state__in=_TOLD)


def askers(appeal: Appeal) -> int:
    """How many would be written to if a round started now; of a sealed appeal nobody can be."""
    return 0 if appeal.is_sealed else _askers(appeal).count()


def waiting(turn: UpdateRound) -> int:
    """Mails of a round that the mailroom has and has not sent; they are few at any moment."""
    rows = Message.objects.filter(state=Message.State.QUEUED, kind=KIND).values_list("key", flat=True)
    begin = f"{KIND}:{turn.pk}:"
    return sum(key.startswith(begin) for key in rows[: WAITING * 2])


def learn(now: datetime) -> None:
    """Notes how many mails of each round were sent, and how many refused or came back."""
    rounds = UpdateRound.objects.filter(created_at__gt=now - _LOOKED_AFTER * 3)
    for turn in rounds.exclude(finished_at__lt=now - _LOOKED_AFTER):
        pause = timedelta(seconds=1, milliseconds=_LOOK_MILLIS_A_MAIL * turn.told)
        if turn.looked_at is not None and turn.looked_at + pause > now:
            continue
        if turn.state == UpdateRound.State.DONE and turn.sent + turn.failed >= turn.told:
            # All is known; only what comes back late can still change it.
            pause = timedelta(minutes=10)
            if turn.looked_at is not None and turn.looked_at + pause > now:
                continue
        _learn(turn, now)


def _learn(turn: UpdateRound, now: datetime) -> None:
    found = dict(_of(turn).values_list("state").annotate(Count("pk")).order_by())
    sent = found.get(Message.State.SENT, 0) + found.get(Message.State.HANDED, 0)
    failed = found.get(Message.State.FAILED, 0) + found.get(Message.State.DROPPED, 0)
    # Mails of people who went are gone with them: what was counted stays counted.
    values = {"sent": max(turn.sent - max(0, failed - turn.failed), sent), "failed": max(turn.failed, failed)}
    UpdateRound.objects.filter(pk=turn.pk).update(**values, looked_at=now)


def _of(turn: UpdateRound) -> QuerySet[Message]:
    """The round's mails, found by the index of their keys: as text on PostgreSQL, as bytes on SQLite."""
    begin = f"{KIND}:{turn.pk}:"
    if connection.vendor == "postgresql":
        return Message.objects.filter(key__startswith=begin)
    return Message.objects.filter(key__gte=begin, key__lt=begin[:-1] + ";")
