"""Words of a text that lead to a person: typed in the text, or linked by an editor without changing it."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import anchors, cite, markup, person_shown
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.appeals.person_models import Person, PersonMention
from undersigned.lib import clock

MENTIONS_MAX = 200
_EXACT_MAX = 500
# So many texts the desk looks through for words that lead to nobody.
_TEXTS_MOST = 200


@dataclass(frozen=True)
class Orphan:
    """A published text whose signed words lead to a person who is not there (any more)."""

    text: str
    number: int
    ident: str


@transaction.atomic
def mention(*, actor: User, person: Person, text: Text, passage: str, occurrence: int = 0) -> PersonMention:
    """Lets words of a text lead to a person; raises Forbidden, ValidationError.

    The words are quoted as they are read in the draft, and stand in plain words: across no mark.
    """
    require(actor, "appeal.edit", person.appeal.team)
    if text.appeal_id != person.appeal_id:
        raise ValidationError({"text": _("This text belongs to another appeal.")})
    if person.mentions.count() >= MENTIONS_MAX:
        raise ValidationError(_("A person has at most %(most)d such mentions.") % {"most": MENTIONS_MAX})
    found = cite.passage_in(cite.draft_words(text), passage, occurrence)
    if len(found.exact) > _EXACT_MAX:
        raise ValidationError({"passage": _("Quote fewer words.")})
    if not markup.can_be_linked(markup.split(text.draft)[1], found.start, found.end):
        raise ValidationError(
            {"passage": _("Choose words that stand together: across no emphasis, link or note mark.")}
        )
    row = PersonMention.objects.create(
        person=person, text=text, created_at=clock.now(), created_by=actor, **cite.selectors(found)
    )
    _record(actor, person, text, "person.mention")
    person_shown.show(person.appeal)
    return row


@transaction.atomic
def remove_mention(*, actor: User, mention: PersonMention) -> None:
    """Takes the link from the words; raises Forbidden."""
    person = mention.person
    require(actor, "appeal.edit", person.appeal.team)
    _record(actor, person, mention.text, "person.unmention")
    mention.delete()
    person_shown.touch(person.appeal)


def stands_in(mention: PersonMention) -> bool:
    """Whether the words still stand in the draft as they were."""
    words = cite.draft_words(mention.text)
    return anchors.find(words, mention.exact, mention.prefix, mention.suffix) is not None


def known_idents(appeal: Appeal) -> set[str]:
    """The short names to which texts of this appeal may lead."""
    return set(appeal.persons.values_list("ident", flat=True))


def orphans(appeal: Appeal) -> list[Orphan]:
    """Where newest signed words lead to a person whom the appeal does not have."""
    known = known_idents(appeal)
    rows = Version.objects.filter(text__appeal=appeal, source__contains="person:").select_related("text")
    newest: dict[int, Version] = {}
    for version in rows.defer("canonical").order_by("-text_id", "number")[:_TEXTS_MOST]:
        newest[version.text_id] = version
    return [
        Orphan(version.text.slug, version.number, ident)
        for version in newest.values()
        for ident in markup.person_idents(markup.split(version.source)[1])
        if ident not in known
    ]


def _record(actor: User, person: Person, text: Text, verb: str) -> None:
    audit.record(
        team=person.appeal.team,
        actor=actor,
        verb=verb,
        subject=f"person:{person.appeal.slug}/{person.ref}",
        text=text.slug,
    )
