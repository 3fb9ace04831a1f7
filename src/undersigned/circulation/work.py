"""A carrier writes a text of the family: starts it, saves it, catches up, and hands it in or publishes it."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.appeals import derive, draft, markup, publish, reading
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.circulation import enclosed, post, rights
from undersigned.circulation.answer import NotAllowed, locked
from undersigned.circulation.models import Carrier, Work
from undersigned.mailroom import queue

_RIGHTS = {Text.Relation.ADAPTATION.value: "adapt", Text.Relation.TRANSLATION.value: "translate"}
_ANSWERS = {
    Text.Relation.ADAPTATION.value: Carrier.Answer.ADAPT,
    Text.Relation.TRANSLATION.value: Carrier.Answer.TRANSLATE,
}


@dataclass(frozen=True)
class Done:
    """What became of a text that was handed in: a Version, or it waits for the author."""

    version: Version | None


def of(carrier: Carrier) -> Work | None:
    """The text that a carrier makes, None before it was started."""
    rows = Work.objects.select_related("text__appeal__team", "text__parent__text")
    return rows.filter(carrier=carrier).first()


def sources(carrier: Carrier) -> list[Version]:
    """What a carrier may start from: the published words that the carrier reads, and the original's."""
    texts = {text.pk: text for text in (enclosed.text_for(carrier), reading.original(carrier.appeal))}
    found = [reading.current_version(text) for text in texts.values()]
    return [version for version in found if version is not None]


def relations(carrier: Carrier) -> list[str]:
    """What a carrier may make now."""
    may = rights.now_of(carrier)
    return [relation for relation, right in _RIGHTS.items() if getattr(may, right)]


def publishes(appeal: Appeal) -> bool:
    """Whether carriers publish what they made themselves."""
    return appeal.licence == Appeal.Licence.FREE


@transaction.atomic
def start(
    *, token: str, relation: str, source: int, language: str, made_by: str = "", reason: str = ""
) -> Work:
    """Makes the carrier's text under a published Version; a second start finds the first.

    Raises LinkOver, NotAllowed, ValidationError, Carrier.DoesNotExist.
    """
    carrier, now = locked(token)
    if (known := of(carrier)) is not None:
        return known
    if relation not in relations(carrier):
        raise NotAllowed(_("The author did not give you this right."))
    chosen = [version for version in sources(carrier) if version.pk == source]
    if not chosen:
        raise NotAllowed(_("There is no published text to start from yet."))
    if relation == Text.Relation.ADAPTATION:
        language = chosen[0].language
    text = derive.plant(
        source=chosen[0], relation=relation, language=language, made_by=made_by, reason=reason
    )
    work = Work.objects.create(carrier=carrier, text=text, appeal=carrier.appeal, created_at=now)
    carrier.text, carrier.answer = text, _ANSWERS[relation]
    carrier.answered_at, carrier.silent_at = carrier.answered_at or now, None
    carrier.save(update_fields=["text", "answer", "answered_at", "silent_at"])
    queue.forget(subject_ref=post.reminder_ref(carrier.pk))
    _record(work, "carriers.text_start", relation=relation)
    return work


@transaction.atomic
def save(*, token: str, source: str, revision: int) -> Work:
    """Keeps the draft as typed; what was handed in no longer waits, for it is no longer what stands there.

    Raises LinkOver, NotAllowed, draft.Conflict, ValidationError, Carrier.DoesNotExist.
    """
    work, _now = _writable(token)
    _check_head(work.text, source)
    work.text = draft.keep(text=work.text, source=source, revision=revision)
    work.handed_at = work.handed_revision = None
    work.save(update_fields=["handed_at", "handed_revision"])
    return work


@transaction.atomic
def follow(*, token: str) -> Work:
    """The draft follows the newest Version of its source from now on; raises as `save` does."""
    work, _now = _writable(token)
    newest = derive.newest_source(work.text)
    if newest is not None:
        work.text = derive.follow(text=work.text, source=newest)
    return work


@transaction.atomic
def hand_in(*, token: str, revision: int) -> Done:
    """Publishes the draft where the licence is free, else leaves it to the author.

    Raises LinkOver, NotAllowed, draft.Conflict, publish.NotPublishable, Carrier.DoesNotExist.
    """
    work, now = _writable(token)
    if work.text.draft_revision != revision:
        raise draft.Conflict(work.text)
    if problems := publish.problems_of(work.text):
        raise publish.NotPublishable(problems)
    if publishes(work.text.appeal):
        version = publish.freeze(text=work.text, by=None)
        work.handed_at = work.handed_revision = None
    else:
        version = None
        work.handed_at, work.handed_revision = now, revision
    work.sealed, work.sent_back_at = b"", None
    work.save(update_fields=["handed_at", "handed_revision", "sealed", "sent_back_at"])
    _record(work, "carriers.text_publish" if version else "carriers.text_hand_in", revision=revision)
    return Done(version)


def _writable(token: str) -> tuple[Work, datetime]:
    """The carrier's text, locked, where it may be written in now."""
    carrier, now = locked(token)
    work = of(carrier)
    if work is None:
        raise NotAllowed(_("You have not started a text yet."))
    if work.text.relation not in relations(carrier):
        raise NotAllowed(_("The author has taken this right back."))
    # The state is read behind the lock: a text is never frozen into an appeal that closes meanwhile.
    appeal = Appeal.objects.select_for_update(of=("self",)).select_related("team").get(pk=work.appeal_id)
    if appeal.state == Appeal.State.CLOSED:
        raise NotAllowed(_("The appeal is closed: its words stay as they are."))
    work.text.appeal = appeal
    return work, now


def _check_head(text: Text, source: str) -> None:
    """A text keeps its language: in another one it would be another text."""
    try:
        head, _body = markup.split(source)
    except markup.MarkupError:
        # Half-written heads are saved as well; publishing says what is wrong with them.
        return
    if head.lang and head.lang.lower() != text.language.lower():
        raise ValidationError(
            _("This text is in “%(language)s”: the head cannot name another language.")
            % {"language": text.language}
        )


def _record(work: Work, verb: str, **detail: object) -> None:
    audit.record(
        team=work.text.appeal.team,
        actor=None,
        verb=verb,
        subject=f"carrier:{work.carrier.public_id}",
        text=work.text.slug,
        **detail,
    )
