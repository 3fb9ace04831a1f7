"""A letter that was read from a file becomes the draft of an appeal."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts.models import Team, User
from undersigned.appeals import draft, languages, reading
from undersigned.appeals.letter import Imported
from undersigned.appeals.models import Appeal, Text

# The head's key under which a draft keeps what has no place, until a person decides.
UNPLACED = "unplaced"


def source_of(letter: Imported) -> str:
    """The letter as a draft: head and body, and what could not be placed under a key of its own."""
    if not letter.unplaced:
        return letter.source
    kept = [letter.head.extra.get(UNPLACED, ""), *letter.unplaced]
    extra = {**letter.head.extra, UNPLACED: "\n\n".join(piece for piece in kept if piece)}
    return replace(letter, head=replace(letter.head, extra=extra)).source


@transaction.atomic
def import_letter(
    *, actor: User, team: Team, letter: Imported, slug: str = "", profile: str = Appeal.Profile.OPEN
) -> Text:
    """Makes the letter the draft of the appeal with that slug, or of a new appeal in a profile.

    A published text keeps its Versions: the letter becomes the draft of the next one.
    Raises Forbidden, ValidationError (no language code, or another language than the text's) and Conflict;
    nothing is changed then.
    """
    source = source_of(letter)
    if letter.head.lang and not languages.is_language(letter.head.lang):
        raise ValidationError(
            _("“%(value)s” is not a language code such as “es” or “pt-BR”.") % {"value": letter.head.lang}
        )
    existing = Appeal.objects.filter(slug=slug, team=team).first() if slug else None
    if existing is None:
        title = letter.head.title or _("Untitled letter")
        appeal = draft.create_appeal(
            actor=actor,
            team=team,
            slug=slug,
            title=title[:300],
            language=letter.head.lang or "en",
            source=source,
            profile=profile,
        )
        return reading.original(appeal)
    text = reading.original(existing)
    if letter.head.lang and text.versions.exclude(language=letter.head.lang).exists():
        raise ValidationError(
            _("The letter is in another language than the published text: make a translation instead.")
        )
    return draft.save_draft(actor=actor, text=text, source=source, revision=text.draft_revision)
