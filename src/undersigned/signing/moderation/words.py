"""What a signer is told whose signature does not count: in the team's own words, once, and by mail alone.

The message waits half an hour, so that a decision that is taken back meanwhile is told to nobody.
"""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import languages
from undersigned.appeals import spoken as spoken_in
from undersigned.appeals.models import Appeal
from undersigned.lib import canonical, clock
from undersigned.lib.vault import VaultError
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message
from undersigned.signing import mails, people
from undersigned.signing.models import RefusalWords, Signature

WORDS_MAX = 3000
DELAY = timedelta(minutes=30)


@transaction.atomic
def keep(*, actor: User, appeal: Appeal, language: str, words: str) -> None:
    """Keeps the team's words in one language of the appeal; empty words take them away.

    Raises Forbidden, ValidationError.
    """
    require(actor, "roll.moderate", appeal.team)
    if language not in spoken_in.languages_of(appeal):
        raise ValidationError(_("The appeal has no text in this language."))
    try:
        cleaned = canonical.canonical_text(words).strip() if words.strip() else ""
    except canonical.CanonicalError:
        raise ValidationError(_("This holds characters that cannot be kept.")) from None
    if len(cleaned) > WORDS_MAX:
        raise ValidationError(_("This is too long: at most 3,000 characters."))
    kept = RefusalWords.objects.filter(appeal=appeal, language=language)
    if cleaned:
        RefusalWords.objects.update_or_create(
            appeal=appeal, language=language, defaults={"words": cleaned, "changed_at": clock.now()}
        )
    else:
        kept.delete()
    audit.record(
        team=appeal.team, actor=actor, verb="roll.words", subject=f"appeal:{appeal.slug}", language=language
    )


def all_of(appeal: Appeal) -> list[tuple[str, str, str]]:
    """Each language of the appeal with its own name and the words kept in it."""
    kept = dict(RefusalWords.objects.filter(appeal=appeal).values_list("language", "words"))
    tags = sorted(spoken_in.languages_of(appeal))
    return [(tag, languages.own_name(tag), kept.get(tag, "")) for tag in tags]


def find(appeal: Appeal, language: str) -> str:
    """The words for a signer of a text in this language; empty where the team wrote none in it."""
    kept = dict(RefusalWords.objects.filter(appeal=appeal).values_list("language", "words"))
    main = language.partition("-")[0]
    return kept.get(language) or next(
        (words for tag, words in kept.items() if tag.partition("-")[0] == main), ""
    )


def tell(signature: Signature, *, decision: int, now: datetime) -> None:
    """Queues the message to a signer who confirmed by mail; nobody else has an address that was proven."""
    to = _address(signature)
    if to:
        version, appeal = signature.version, signature.appeal
        queue.enqueue(
            key=_key(decision, signature.pk), kind="refused", to=to, language=version.language,
            params={
                "title": version.title, "version": version.number, "title_language": version.language,
                "words": find(appeal, version.language), "contact": appeal.controller_contact,
                "controller": appeal.controller,
            },
            subject_ref=mails.subject_ref(signature), due_at=now + DELAY,
        )  # fmt: skip


def untell(signature: Signature, *, decision: int) -> None:
    """Takes the message back while it waits; whoever has it is told that the signature counts after all."""
    waiting = Message.objects.filter(key=_key(decision, signature.pk))
    if waiting.filter(state=Message.State.QUEUED).delete()[0] or not waiting.exists():
        return
    to = _address(signature)
    if to:
        version = signature.version
        queue.enqueue(
            key=f"reinstated:{decision}:{signature.pk}", kind="reinstated", to=to, language=version.language,
            params={
                "title": version.title, "version": version.number, "title_language": version.language,
                "url": mails.link("mine", "mine", signature),
            },
            subject_ref=mails.subject_ref(signature),
        )  # fmt: skip


def _key(decision: int, number: int) -> str:
    return f"refused:{decision}:{number}"


def _address(signature: Signature) -> str:
    if signature.kind != Signature.Kind.MAIL or not hasattr(signature, "person"):
        return ""
    try:
        return people.unseal(signature.person)["email"]
    except (VaultError, people.Gone):
        return ""
