"""What readers and the desk read of an appeal and its texts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils import translation
from django.utils.translation import gettext as _

from undersigned.accounts.models import User
from undersigned.accounts.permissions import Forbidden, can, role_in
from undersigned.appeals import languages, markup, noted
from undersigned.appeals.markup import Head, Rendered, safe_yaml
from undersigned.appeals.models import Appeal, Text, Version

# What the head says where every footnote is the editors'.
BY_EDITORS = frozenset({"editor", "editors"})
PUBLIC = (Appeal.State.OPEN, Appeal.State.CLOSED)


@dataclass(frozen=True)
class Document:
    """A Version ready for a page: its head, its safe HTML, footnotes and plain text."""

    head: Head
    rendered: Rendered

    @property
    def html(self) -> str:
        """Safe HTML of the body with its footnotes."""
        return self.rendered.html

    @property
    def note(self) -> str:
        """The editors' note without its markup."""
        return markup.plain_text(self.head.note).strip()


def public_appeal(slug: str) -> Appeal:
    """An appeal that the public may see; raises Appeal.DoesNotExist for a draft as for nothing at all."""
    return Appeal.objects.select_related("team").get(slug=slug, state__in=PUBLIC)


def public_text(appeal: Appeal, slug: str) -> Text:
    """A text with at least one Version; raises Text.DoesNotExist."""
    return (
        Text.objects.select_related("appeal__team").filter(versions__number=1).get(appeal=appeal, slug=slug)
    )


def public_texts(appeal: Appeal) -> list[Text]:
    """The appeal's published texts, the original first."""
    texts = Text.objects.filter(appeal=appeal, versions__number=1).select_related("appeal")
    return sorted(texts, key=lambda text: (text.relation != Text.Relation.ORIGINAL, text.slug))


def current_version(text: Text) -> Version | None:
    """The newest Version of a text, which is what a new signature signs."""
    return text.versions.order_by("-number").first()


def original(appeal: Appeal) -> Text:
    """The text that all others derive from."""
    return appeal.texts.get(relation=Text.Relation.ORIGINAL)


def desk_appeal(actor: User, slug: str, verb: str = "appeal.view") -> Appeal:
    """An appeal of the actor's team; DoesNotExist for outsiders, Forbidden for a role that may not."""
    appeal = Appeal.objects.select_related("team").get(slug=slug)
    if role_in(actor, appeal.team) is None:
        raise Appeal.DoesNotExist
    if not can(actor, verb, appeal.team):
        raise Forbidden(verb)
    return appeal


def document(version: Version) -> Document:
    """A Version rendered for readers; corrections of the apparatus show on the newest Version."""
    text = version.text
    newest = current_version(text)
    head, rendered = _rendered(version.pk, version.source, text.public_id, noted.for_version(version))
    if newest and newest.pk == version.pk:
        head = _corrected(head, text.apparatus)
    return Document(head, rendered)


def preview(source: str, language: str, text: Text | None = None) -> Document:
    """A draft as it would look, its text's sources in the notes; raises markup.MarkupError."""
    head, body = markup.split(source)
    spoken = head.lang or language
    notes = noted.for_draft(text, body, spoken) if text else None
    return Document(head, _render(body, "draft", head, spoken, notes))


@lru_cache(maxsize=512)
def _rendered(_pk: int, source: str, text_id: str, notes: noted.Notes) -> tuple[Head, Rendered]:
    head, body = markup.split(source)
    # A text id may start with a digit or hold an underscore; an id on a page may not.
    prefix = "t" + text_id.replace("_", "-")
    return head, _render(body, prefix, head, head.lang, notes)


def _render(body: str, prefix: str, head: Head, lang: str, notes: noted.Notes | None) -> Rendered:
    with translation.override(languages.interface_language(lang)):
        labels = markup.Labels(
            note=_("Note {number}"),
            back=_("Back to mark {number}"),
            source=_("Source {number}"),
            editor_note=_("Editors’ note {number}"),
        )
        return markup.render(
            body,
            id_prefix=prefix,
            lang=lang or "und",
            labels=labels,
            reference=notes.reference if notes else None,
            evidence=notes.passages if notes else (),
            mentions=notes.mentions if notes else (),
            persons=dict(notes.persons) if notes else None,
            by_editors=head.extra.get("notes-by", "") in BY_EDITORS,
        )


def _corrected(head: Head, apparatus: Mapping[str, object]) -> Head:
    frozen = {key: value for key, value in markup.as_dict(head).items() if key in ("title", "author", "lang")}
    corrected, _body = markup.split(f"---\n{safe_yaml.dump({**frozen, **apparatus})}---\n")
    return replace(corrected, addressee=head.addressee)
