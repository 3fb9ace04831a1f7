"""Writing an update: drafted, published once under its number, taken down; each act leaves its row."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import languages, markup, said
from undersigned.appeals.models import Appeal
from undersigned.lib import canonical, clock
from undersigned.lib.fields import FieldError, clean_line
from undersigned.signing.models import Update, UpdateRound

TITLE_MAX = 200
# A mail, and no book: each goes out once for each reader.
WORDS_MAX = 20_000


class Conflict(Exception):
    """Somebody else changed the draft meanwhile; nothing was kept or published."""


@transaction.atomic
def save(
    *,
    actor: User,
    appeal: Appeal,
    title: str,
    words: str,
    language: str,
    update: Update | None = None,
    revision: int = 0,
) -> Update:
    """Keeps a draft, new or changed; raises Forbidden, FieldError, Conflict, ValidationError."""
    require(actor, "update.write", appeal.team)
    if not languages.is_language(language):
        wrong = _("“%(tag)s” is not a language code such as “es” or “pt-BR”.")
        raise FieldError(wrong % {"tag": language[:40]})
    values = {
        "title": clean_line(title, required=True, limit=TITLE_MAX),
        "words": _clean(words),
        "language": language,
    }
    if update is None:
        row = Update.objects.create(appeal=appeal, created_at=clock.now(), created_by=actor, **values)
    else:
        row = _draft(update, revision)
        for name, value in values.items():
            setattr(row, name, value)
        row.revision += 1
        row.save()
    record(actor, row, "update.save", revision=row.revision)
    return row


def _clean(words: str) -> str:
    if not words.strip():
        raise FieldError(_("Please fill in this field."))
    if len(words) > WORDS_MAX:
        raise FieldError(
            _("This is too long: %(length)s characters, where %(limit)s are possible.")
            % {"length": len(words), "limit": WORDS_MAX}
        )
    try:
        cleaned = canonical.canonical_text(words).strip() + "\n"
        problems = markup.check(cleaned, ())
    except canonical.CanonicalError:
        raise FieldError(_("This holds characters that cannot be kept.")) from None
    if problems:
        raise FieldError(" ".join(said.said(problem) for problem in problems[:5]))
    return cleaned


def _draft(update: Update, revision: int) -> Update:
    row = _locked(update)
    if row.published_at is not None:
        raise ValidationError(_("This update is published: it stays as it is."))
    if row.revision != revision:
        raise Conflict
    return row


def _locked(update: Update) -> Update:
    rows = Update.objects.select_for_update(of=("self",)).select_related("appeal__team")
    return rows.get(pk=update.pk)


@transaction.atomic
def discard(*, actor: User, update: Update) -> None:
    """Deletes a draft; raises Forbidden, ValidationError for what is published."""
    require(actor, "update.write", update.appeal.team)
    row = _locked(update)
    if row.published_at is not None:
        raise ValidationError(_("This update is published: it stays as it is."))
    record(actor, row, "update.discard")
    row.delete()


@transaction.atomic
def publish(*, actor: User, update: Update, revision: int) -> Update:
    """Puts an update on the appeal's page and feed, as it was previewed; it never changes again.

    Raises Forbidden, Conflict, ValidationError where the appeal has no page yet.
    """
    require(actor, "update.send", update.appeal.team)
    # One at a time: numbers follow each other.
    appeal = Appeal.objects.select_for_update().get(pk=update.appeal_id)
    row = _draft(update, revision)
    if not appeal.is_public:
        raise ValidationError(_("The appeal is not public yet: nothing can be told of it."))
    last = Update.objects.filter(appeal=appeal).aggregate(last=Max("number"))["last"]
    row.number, row.published_at, row.published_by = (last or 0) + 1, clock.now(), actor
    row.save()
    record(actor, row, "update.publish", number=row.number)
    return row


@transaction.atomic
def take_down(*, actor: User, update: Update) -> Update:
    """Takes a published update off page, feed and edition; a round that goes on ends where it is."""
    require(actor, "update.send", update.appeal.team)
    row = _locked(update)
    if row.published_at is None:
        raise ValidationError(_("This update is not published."))
    if row.taken_down_at is None:
        row.taken_down_at = clock.now()
        row.save()
        running = UpdateRound.objects.filter(update=row).exclude(state=UpdateRound.State.DONE)
        running.update(state=UpdateRound.State.DONE, finished_at=row.taken_down_at)
        record(actor, row, "update.take_down", number=row.number)
    return row


def rendered(words: str, language: str, ident: str) -> str:
    """An update as safe HTML; `ident` keeps its notes apart from others on the page."""
    with translation.override(languages.interface_language(language)):
        labels = markup.Labels(
            note=_("Note {number}"), back=_("Back to mark {number}"), source=_("Source {number}"),
            editor_note=_("Editors’ note {number}"),
        )  # fmt: skip
        return markup.render(words, id_prefix=ident, lang=language, labels=labels).html


def record(actor: User | None, update: Update, verb: str, **detail: object) -> None:
    """One audit row about an update."""
    appeal = update.appeal
    audit.record(
        team=appeal.team, actor=actor, verb=verb, subject=f"update:{appeal.slug}/{update.pk}", **detail
    )
