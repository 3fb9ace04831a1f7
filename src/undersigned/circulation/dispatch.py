"""A run over many carriers: started, paused and resumed by the team, carried on in chunks by the worker.

Each chunk is one transaction: mails, dates and the place in the list are kept together or not at all, so
that a crash repeats nothing and forgets nobody. The mailroom's key of each letter is the second lock.
"""

import contextlib
from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.circulation import post
from undersigned.circulation.covering import Composer, NoTemplate, NotPossible
from undersigned.circulation.models import Carrier, CoveringLetter, Dispatch
from undersigned.lib import clock, printer
from undersigned.mailroom import queue

CHUNK = 100
LIVE = (Dispatch.State.RUNNING, Dispatch.State.PAUSED)


def live(appeal: Appeal) -> Dispatch | None:
    """The run that goes on or is paused; the older where there are two kinds."""
    return Dispatch.objects.filter(appeal=appeal, state__in=LIVE).order_by("pk").first()


def missing_templates(appeal: Appeal) -> list[str]:
    """The languages of carriers not yet written to for which there is no covering letter."""
    composer = Composer(appeal)
    missing = []
    for language in _spoken(appeal):
        try:
            composer.template(language)
        except NoTemplate:
            missing.append(language)
    return missing


def _spoken(appeal: Appeal) -> Iterator[str]:
    """The languages of carriers without a letter, each found by one step in an index of them."""
    rows = post.to_send(appeal).filter(letter__isnull=True).order_by("language")
    language = rows.values_list("language", flat=True).first()
    while language is not None:
        yield language
        language = rows.filter(language__gt=language).values_list("language", flat=True).first()


@transaction.atomic
def start(*, actor: User, appeal: Appeal, kind: str = Dispatch.Kind.COVER) -> Dispatch:
    """Starts a run over everybody whom it is for at this moment; raises Forbidden, NotPossible."""
    require(actor, "carriers.manage", appeal.team)
    now = clock.now()
    if kind == Dispatch.Kind.COVER and (missing := missing_templates(appeal)):
        raise NotPossible(
            _("There is no covering letter yet in: %(languages)s.") % {"languages": ", ".join(missing)}
        )
    rows = post.due(appeal, kind, now)
    last = rows.order_by("-pk").values_list("pk", flat=True).first()
    if last is None:
        raise NotPossible(_("There is nobody to write to."))
    try:
        with transaction.atomic():
            made = Dispatch.objects.create(
                appeal=appeal,
                kind=kind,
                last_carrier=last,
                total=rows.count(),
                started_by=actor,
                created_at=now,
            )
    except IntegrityError:
        raise NotPossible(_("Such a run is going on already.")) from None
    _record(actor, made, "dispatch.start", total=made.total)
    return made


def pause(*, actor: User, dispatch: Dispatch) -> None:
    """Stops a run after the chunk in hand; letters that the mailroom has still go. Raises Forbidden."""
    _turn(actor, dispatch, Dispatch.State.RUNNING, Dispatch.State.PAUSED, "dispatch.pause")


def resume(*, actor: User, dispatch: Dispatch) -> None:
    """Lets a paused run go on from where it stopped; raises Forbidden, NotPossible."""
    _turn(actor, dispatch, Dispatch.State.PAUSED, Dispatch.State.RUNNING, "dispatch.resume")


@transaction.atomic
def _turn(actor: User, dispatch: Dispatch, before: str, after: str, verb: str) -> None:
    require(actor, "carriers.manage", dispatch.appeal.team)
    if not Dispatch.objects.filter(pk=dispatch.pk, state=before).update(state=after):
        raise NotPossible(_("The run has changed meanwhile; nothing was done."))
    _record(actor, dispatch, verb)


def print_ahead(number: int, *, chunk: int = CHUNK) -> None:
    """Lays out what the next chunk of a run encloses, each text once, before its transaction begins."""
    runs = Dispatch.objects.select_related("appeal__team")
    run = runs.filter(pk=number, state=Dispatch.State.RUNNING, kind=Dispatch.Kind.COVER).first()
    if run is None:
        return
    composer = Composer(run.appeal)
    for carrier in _next(run, chunk).select_related("text__appeal"):
        with contextlib.suppress(printer.Busy):
            composer.print(carrier)


def _next(run: Dispatch, chunk: int) -> QuerySet[Carrier]:
    rows = post.due(run.appeal, run.kind, clock.now()).filter(pk__gt=run.cursor, pk__lte=run.last_carrier)
    return rows.order_by("pk")[:chunk]


@transaction.atomic
def step(number: int, *, chunk: int = CHUNK) -> int:
    """Queues the next chunk of a run, and ends the run after the last one; how many carriers were seen."""
    now = clock.now()
    run = (
        Dispatch.objects.select_for_update(of=("self",))
        .select_related("appeal__team")
        .filter(pk=number, state=Dispatch.State.RUNNING)
        .first()
    )
    if run is None:
        return 0
    # Locked against a letter that is edited or taken back at this very moment.
    numbers = list(_next(run, chunk).values_list("pk", flat=True))
    found = list(Carrier.objects.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk"))
    letters = {row.pk: row for row in CoveringLetter.objects.filter(carrier__in=numbers)}
    done = _post(run, [_with(row, run, letters.get(row.pk)) for row in found if _still(row, run)])
    run.queued += len(done.queued)
    run.left_out += len(numbers) - len(done.queued)
    if numbers:
        run.cursor = numbers[-1]
    if len(numbers) < chunk:
        run.state, run.finished_at = Dispatch.State.DONE, now
    run.save(update_fields=["queued", "left_out", "cursor", "state", "finished_at"])
    return len(numbers)


def _with(carrier: Carrier, run: Dispatch, letter: CoveringLetter | None) -> Carrier:
    carrier.appeal = run.appeal
    if letter is not None:
        carrier.letter = letter
    return carrier


def _still(carrier: Carrier, run: Dispatch) -> bool:
    if carrier.revoked_at is not None or carrier.erased_at is not None:
        return False
    return run.kind == Dispatch.Kind.REMINDER or carrier.queued_at is None


def _post(run: Dispatch, carriers: list[Carrier]) -> post.Posted:
    office = post.Post(run.appeal, clock.now())
    if run.kind == Dispatch.Kind.COVER:
        return office.covers([c for c in carriers if not _waits(c)])
    return office.reminders([c for c in carriers if c.answered_at is None])


def _waits(carrier: Carrier) -> bool:
    """Whether a letter was put back into draft since the chunk was chosen."""
    letter: CoveringLetter | None = getattr(carrier, "letter", None)
    return letter is not None and letter.state == CoveringLetter.State.DRAFT


def send_one(*, actor: User, carrier: Carrier) -> None:
    """Sends one covering letter, approved by this very act; raises Forbidden, NoTemplate, NotPossible."""
    require(actor, "carriers.manage", carrier.appeal.team)
    try:
        Composer(carrier.appeal).print(carrier)
    except printer.Busy:
        raise NotPossible(_("Others are printing just now. Please try again in a moment.")) from None
    _send_one(actor, carrier)


@transaction.atomic
def _send_one(actor: User, carrier: Carrier) -> None:
    row = Carrier.objects.select_for_update(of=("self",)).get(pk=carrier.pk)
    if row.queued_at is not None:
        raise NotPossible(_("This letter has been sent."))
    if row.revoked_at is not None or row.erased_at is not None:
        raise NotPossible(_("This carrier was taken back."))
    done = post.Post(carrier.appeal, clock.now()).covers([row])
    if done.left_out:
        raise NoTemplate(row.language)
    if done.unwilling:
        raise NotPossible(_("This address takes no letters from this site, or asked for none."))
    audit.record(
        team=carrier.appeal.team, actor=actor, verb="carriers.send", subject=f"carrier:{row.public_id}"
    )


def send_again(*, actor: User, carrier: Carrier) -> None:
    """Sends a letter once more of which nobody knows whether it went; raises as `send_one` does."""
    require(actor, "carriers.manage", carrier.appeal.team)
    with transaction.atomic():
        row = Carrier.objects.select_for_update(of=("self",)).get(pk=carrier.pk)
        if row.refusal != post.UNSURE or row.state != Carrier.State.SENT:
            raise NotPossible(_("This letter has been sent."))
        queue.forget(subject_ref=post.cover_ref(row.pk))
        row.queued_at = row.sent_at = None
        row.refusal = ""
        row.save(update_fields=["queued_at", "sent_at", "refusal"])
    send_one(actor=actor, carrier=row)


@transaction.atomic
def remind_one(*, actor: User, carrier: Carrier) -> None:
    """Reminds one carrier; raises Forbidden, and NotPossible for one who answered or was just written to."""
    require(actor, "carriers.manage", carrier.appeal.team)
    now = clock.now()
    # Held against an answer, and an erasure, at this very moment.
    found = post.to_remind(carrier.appeal, now).select_for_update(of=("self",))
    row = found.filter(pk=carrier.pk).first()
    if row is None or not post.Post(carrier.appeal, now).reminders([row]).queued:
        raise NotPossible(
            _("Who has answered, was written to within three days or twice before, is not reminded.")
        )
    audit.record(
        team=carrier.appeal.team, actor=actor, verb="carriers.remind", subject=f"carrier:{row.public_id}"
    )


def _record(actor: User, run: Dispatch, verb: str, **detail: int) -> None:
    audit.record(
        team=run.appeal.team,
        actor=actor,
        verb=verb,
        subject=f"dispatch:{run.pk}",
        kind=run.kind,
        **detail,
    )
