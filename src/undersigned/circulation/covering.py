"""The covering letter: a template in each language, composed for each addressee, edited, approved."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import languages
from undersigned.appeals.models import Appeal
from undersigned.circulation import enclosed, enclosed_pdf, people
from undersigned.circulation.fields import clean_language, clean_words
from undersigned.circulation.models import Carrier, CoveringLetter, LetterTemplate
from undersigned.circulation.people import Words
from undersigned.lib import canonical, clock
from undersigned.lib.fields import FieldError

FIELDS = ("name", "title", "link", "deadline", "author")
SUBJECT_MAX, BODY_MAX = 200, 10_000
_FIELD = re.compile(r"\{([^{}\n]*)\}")


class UnknownField(FieldError):
    """A template names a merge field that there is not; the message lists those that there are."""


class NoTemplate(Exception):
    """There is no template for an addressee's language; `language` says which."""

    def __init__(self, language: str) -> None:
        super().__init__(_("There is no covering letter in “%(language)s” yet.") % {"language": language})
        self.language = language


class NotPossible(Exception):
    """The letter's state does not allow the act; the message says why."""


def check(words: Words, *, known: tuple[str, ...] = FIELDS) -> Words:
    """The words as they are kept; raises UnknownField, FieldError."""
    subject = clean_words(words.subject, required=True, limit=SUBJECT_MAX)
    cleaned = Words(canonical.one_line(subject), clean_words(words.body, required=True, limit=BODY_MAX))
    used = [*_FIELD.findall(cleaned.subject), *_FIELD.findall(cleaned.body)]
    wrong = list(dict.fromkeys(name for name in used if name not in known))
    if wrong:
        raise UnknownField(
            _("There is no field %(wrong)s. The fields are %(known)s.")
            % {
                "wrong": ", ".join(f"{{{name}}}" for name in wrong),
                "known": ", ".join(f"{{{name}}}" for name in known),
            }
        )
    if "link" in _FIELD.findall(cleaned.subject):
        raise FieldError(_("The link opens the letter: it cannot stand in the subject."))
    return cleaned


def merge(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled; what is filled in is not read again.

    A line that names a date where there is none is left out, and no gap stays in its place.
    """
    lines: list[str] = []
    gap = False
    for line in text.split("\n"):
        if "deadline" in _FIELD.findall(line) and not values.get("deadline", "kept"):
            gap = True
        elif not (gap and not line.strip() and lines and not lines[-1].strip()):
            lines.append(line)
            gap = False
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), "\n".join(lines))


@transaction.atomic
def save_template(*, actor: User, appeal: Appeal, language: str, words: Words) -> LetterTemplate:
    """Keeps the covering letter in one language; raises Forbidden, FieldError."""
    require(actor, "carriers.manage", appeal.team)
    language = clean_language(language)
    words = check(words)
    template, _made = LetterTemplate.objects.update_or_create(
        appeal=appeal,
        language=language,
        defaults={"subject": words.subject, "body": words.body, "updated_at": clock.now()},
    )
    audit.record(
        team=appeal.team,
        actor=actor,
        verb="carriers.template",
        subject=f"appeal:{appeal.slug}",
        language=language,
    )
    return template


def starting_words(language: str) -> Words:
    """A covering letter to begin with, in the interface language nearest to the one asked for."""
    with translation.override(languages.interface_language(language)):
        return Words(
            _("A letter, and a request: {title}"),
            _(
                "Dear {name},\n\n"
                "I send you the draft of an appeal, “{title}”. Would you collect signatures for it among "
                "those you know? You may read it, and tell me whether you carry it, here:\n\n"
                "{link}\n\n"
                "Please let me know by {deadline}.\n\n"
                "If you cannot, a word on the same page is enough, and you will hear no more of it.\n\n"
                "{author}"
            ),
        )


@dataclass
class Composer:
    """Composes the letters of one appeal: its templates and texts are read once for many addressees."""

    appeal: Appeal

    def __post_init__(self) -> None:
        self._templates = {
            row.language.lower(): row for row in LetterTemplate.objects.filter(appeal=self.appeal)
        }
        self._texts = enclosed.texts_of(self.appeal)
        self._enclosed: dict[int, enclosed.Enclosed] = {}
        self._printed: set[int] = set()

    def template(self, language: str) -> LetterTemplate:
        """The template in a language, or in its main language; raises NoTemplate."""
        wanted = language.lower()
        near = [row for key, row in self._templates.items() if key.split("-")[0] == wanted.split("-")[0]]
        found = self._templates.get(wanted) or (near[0] if near else None)
        if found is None:
            raise NoTemplate(language)
        return found

    def enclosed(self, carrier: Carrier) -> enclosed.Enclosed:
        """What the carrier is sent."""
        text = enclosed.pick(carrier, self._texts)
        if text.pk not in self._enclosed:
            self._enclosed[text.pk] = enclosed.of(text)
        return self._enclosed[text.pk]

    def print(self, carrier: Carrier) -> None:
        """Lays out what the carrier is sent, unless that was done; raises printer.Busy."""
        found = self.enclosed(carrier)
        if found.text.pk not in self._printed:
            enclosed_pdf.make(found)
            self._printed.add(found.text.pk)

    def author(self, carrier: Carrier) -> str:
        """In whose name the letter is written."""
        return enclosed.author_of(self.appeal, self.enclosed(carrier))

    def compose(self, carrier: Carrier) -> tuple[str, Words]:
        """The language and the words of a carrier's letter, the link still a field; raises NoTemplate."""
        template = self.template(carrier.language)
        values = {
            "name": people.contact_of(carrier).name,
            "title": self.enclosed(carrier).title,
            "author": self.author(carrier),
            "deadline": written_date(carrier.deadline, template.language),
            "link": "{link}",
        }
        body = template.body if "{link}" in template.body else f"{template.body}\n\n{{link}}"
        subject = canonical.one_line(merge(template.subject, values))
        return template.language, Words(subject[:SUBJECT_MAX], merge(body, values))


def written_date(moment: datetime | None, language: str) -> str:
    """A day as a letter in that language writes it; empty for none."""
    if moment is None:
        return ""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(languages.interface_language(language))
    return format_date(timezone.localtime(moment).date(), format="long", locale=locale)


def draft(carrier: Carrier, composer: Composer, *, state: str, now: datetime) -> CoveringLetter:
    """A carrier's letter from the template, unsaved; raises NoTemplate."""
    language, words = composer.compose(carrier)
    return CoveringLetter(
        carrier=carrier, sealed=people.seal_words(words), language=language, state=state, updated_at=now
    )


@transaction.atomic
def compose(*, actor: User, carrier: Carrier) -> CoveringLetter:
    """Writes a carrier's letter anew from the template; raises Forbidden, NoTemplate, NotPossible."""
    require(actor, "carriers.manage", carrier.appeal.team)
    _unsent(carrier)
    letter = draft(carrier, Composer(carrier.appeal), state=CoveringLetter.State.DRAFT, now=clock.now())
    CoveringLetter.objects.filter(carrier=carrier).delete()
    letter.save(force_insert=True)
    _record(actor, carrier, "letter.compose")
    return letter


@transaction.atomic
def edit(*, actor: User, carrier: Carrier, words: Words) -> CoveringLetter:
    """Keeps a letter as edited by hand; it waits for approval again. Raises FieldError, NotPossible."""
    require(actor, "carriers.manage", carrier.appeal.team)
    _unsent(carrier)
    words = check(words, known=("link",))
    if "{link}" not in words.body:
        raise FieldError(_("The letter has lost its {link}: without it nobody can open the letter."))
    letter, _made = CoveringLetter.objects.update_or_create(
        carrier=carrier,
        defaults={
            "sealed": people.seal_words(words),
            "state": CoveringLetter.State.DRAFT,
            "edited_by_hand": True,
            "updated_at": clock.now(),
        },
        create_defaults={
            "sealed": people.seal_words(words),
            "language": carrier.language,
            "edited_by_hand": True,
            "updated_at": clock.now(),
        },
    )
    _record(actor, carrier, "letter.edit")
    return letter


@transaction.atomic
def approve(*, actor: User, carrier: Carrier) -> CoveringLetter:
    """Lets a letter go with the next run; raises Forbidden, NotPossible."""
    require(actor, "carriers.manage", carrier.appeal.team)
    _unsent(carrier)
    letter = CoveringLetter.objects.filter(carrier=carrier).first()
    if letter is None:
        raise NotPossible(_("This letter is not written yet."))
    letter.state = CoveringLetter.State.APPROVED
    letter.save(update_fields=["state"])
    _record(actor, carrier, "letter.approve")
    return letter


def _unsent(carrier: Carrier) -> None:
    current = Carrier.objects.select_for_update().get(pk=carrier.pk)
    if current.queued_at is not None:
        raise NotPossible(_("This letter has been sent; it cannot be changed."))
    if current.revoked_at is not None or current.erased_at is not None:
        raise NotPossible(_("This carrier was taken back."))


def _record(actor: User, carrier: Carrier, verb: str) -> None:
    audit.record(team=carrier.appeal.team, actor=actor, verb=verb, subject=f"carrier:{carrier.public_id}")
