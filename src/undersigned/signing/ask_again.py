"""Asking again: whoever signed an earlier Version is asked once about the new one. No answer is not a yes.

The questions go out in chunks, each of them one transaction with its mails and its place in the list, so
that a crash asks nobody twice and forgets nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Version
from undersigned.lib import clock, env, tokens
from undersigned.mailroom import queue
from undersigned.signing import confirm, intake, mails, opening, people, sealing
from undersigned.signing.models import Asking, AskingRound, Person, Signature
from undersigned.signing.request import SignRequest

CHUNK = 200
PURPOSE = "again"
OPEN_FOR = timedelta(days=90)
_ASKED = (Signature.State.CONFIRMED, Signature.State.RECORDED)


@dataclass(frozen=True)
class Answers:
    """How a round went so far: people asked, and what they said."""

    asked: int = 0
    yes: int = 0
    no: int = 0

    @property
    def silent(self) -> int:
        """Asked, and not answered yet."""
        return self.asked - self.yes - self.no


@transaction.atomic
def ask(*, actor: User, version: Version) -> AskingRound:
    """Starts the round for the newest Version of a text; raises Forbidden, ValidationError."""
    appeal = version.text.appeal
    require(actor, "appeal.publish", appeal.team)
    if appeal.is_sealed:
        raise ValidationError(str(sealing.CANNOT_WRITE))
    if not opening.accepts(appeal, clock.now()):
        raise ValidationError(_("The appeal takes no signatures now."))
    if version.text.versions.filter(number__gt=version.number).exists():
        raise ValidationError(_("There is a newer version: ask about that one."))
    last = _earlier(version).order_by("-pk").values_list("pk", flat=True).first()
    if last is None:
        raise ValidationError(_("Nobody who signed an earlier version can be asked."))
    try:
        with transaction.atomic():
            made = AskingRound.objects.create(version=version, last=last, created_at=clock.now())
    except IntegrityError:
        raise ValidationError(_("They have been asked already; nobody is asked twice.")) from None
    audit.record(
        team=appeal.team,
        actor=actor,
        verb="signers.ask",
        subject=f"text:{appeal.slug}/{version.text.slug}",
        version=version.number,
    )
    return made


def go(_now: datetime | None = None) -> int:
    """Carries on every round by one chunk, for the worker; how many signatures were looked at."""
    if queue.is_held():
        return 0
    rounds = AskingRound.objects.filter(finished_at__isnull=True).values_list("pk", flat=True)
    return sum(step(number) for number in list(rounds))


@transaction.atomic
def step(number: int, *, chunk: int = CHUNK) -> int:
    """Asks the next of a round, and ends it after the last; how many signatures were looked at."""
    turn = (
        AskingRound.objects.select_for_update(of=("self",))
        .select_related("version__text__appeal")
        .filter(pk=number, finished_at__isnull=True)
        .first()
    )
    if turn is None:
        return 0
    now = clock.now()
    rows = list(
        _earlier(turn.version)
        .filter(pk__gt=turn.cursor, pk__lte=turn.last)
        .select_for_update(of=("self",))
        .order_by("pk")[:chunk]
    )
    for row in rows:
        _ask(row, turn.version, now)
    turn.asked += len(rows)
    turn.cursor = rows[-1].pk if rows else turn.last
    if len(rows) < chunk or not opening.accepts(turn.version.text.appeal, now):
        turn.finished_at = now
    turn.save(update_fields=["asked", "cursor", "finished_at"])
    return len(rows)


def _earlier(version: Version) -> QuerySet[Signature]:
    """Signatures of earlier Versions of the text whose people can be written to."""
    return Signature.objects.filter(
        appeal=version.text.appeal_id,
        version__text=version.text_id,
        version__number__lt=version.number,
        kind=Signature.Kind.MAIL,
        state__in=_ASKED,
        person__isnull=False,
    ).select_related("person", "version")


def _ask(row: Signature, version: Version, now: datetime) -> None:
    made = Asking.objects.create(version=version, signature=row, nonce=tokens.new_nonce(), asked_at=now)
    queue.enqueue(
        key=f"again:{made.pk}",
        kind="again",
        to=people.unseal(row.person)["email"],
        language=version.language,
        params={
            "title": version.title,
            "title_language": version.language,
            "version": version.number,
            "signed_version": row.version.number,
            "url": link(made),
        },
        subject_ref=mails.subject_ref(row),
    )


def link(asking: Asking) -> str:
    """The whole link to the question."""
    return f"{env.load().base_url}/again/{tokens.token(PURPOSE, asking.nonce)}/"


def find(token: str) -> Asking | None:
    """The question behind a link; None for anything else."""
    nonce = tokens.nonce_of(PURPOSE, token)
    if nonce is None:
        return None
    rows = Asking.objects.select_related(
        "version__text__appeal", "signature__version", "signature__public_line", "signature__person"
    )
    return rows.filter(nonce=nonce).first()


def is_open(asking: Asking, at: datetime | None = None) -> bool:
    """Whether the question can still be answered: not answered, not too old, the signature as it was."""
    now = at or clock.now()
    version = asking.version
    return (
        not asking.answer
        and asking.asked_at + OPEN_FOR > now
        and asking.signature.state in _ASKED
        and asking.signature.version_id != version.pk
        and opening.accepts(version.text.appeal, now)
        and not version.text.versions.filter(number__gt=version.number).exists()
    )


@transaction.atomic
def answer(*, asking: Asking, yes: bool) -> bool:
    """Keeps the one answer; a yes moves the signature. False, and nothing done, where it comes too late."""
    # The whole address is locked, as every act does, in one order: no two acts deadlock.
    rows = confirm.family(asking.signature)
    row = next((one for one in rows if one.pk == asking.signature_id), None)
    current = Asking.objects.select_for_update(of=("self",)).filter(pk=asking.pk)
    found = current.select_related("version__text__appeal", "signature__version").first()
    if row is None or found is None or not is_open(found):
        return False
    now = clock.now()
    found.answer = Asking.Answer.YES if yes else Asking.Answer.NO
    found.answered_at = now
    found.save(update_fields=["answer", "answered_at"])
    if yes:
        _move(row, found, now)
    return True


def _move(row: Signature, asking: Asking, now: datetime) -> None:
    """The same person signs the new words, as shown before, and confirms by this very answer."""
    version = asking.version
    person = Person.objects.get(signature=row)
    request = SignRequest(
        **people.unseal(person),
        display=row.display,
        updates=row.wants_updates,
        addressee=row.for_addressee,
        edition=row.for_edition,
    )
    made = intake.add_pending(version=version, request=request, at=now)
    if row.leaf_index is None:
        # No batch took the old row yet: it is deleted, and the answer must not go with it.
        Asking.objects.filter(pk=asking.pk).update(signature=made)
    # A later moment than the one that the standing signature was confirmed at: the link went to its mailbox.
    confirm.confirm(token=tokens.token("confirm", made.nonce), at=now)


def answers(version: int) -> Answers | None:
    """What the page says of the round about a Version, by its primary key; None where nobody was asked."""
    if not AskingRound.objects.filter(version=version).exists():
        return None
    said = dict(Asking.objects.filter(version=version).values_list("answer").annotate(n=Count("pk")))
    return Answers(sum(said.values()), said.get("yes", 0), said.get("no", 0))


def askable(version: Version) -> int:
    """How many would be asked if a round started now."""
    return _earlier(version).count()
