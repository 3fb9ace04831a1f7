"""Where a text comes from, as it stands above and below the letter."""

from dataclasses import dataclass

from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from undersigned.appeals import languages, markup
from undersigned.appeals.markup import Head
from undersigned.appeals.provenance import citation


@dataclass(frozen=True)
class Row:
    """A label in the page's language, and what is said of it: plain words or safe HTML."""

    label: str
    value: str | SafeString


@dataclass(frozen=True)
class Addressee:
    """To whom, and who that was."""

    name: str
    explanation: str


def addressee(head: Head) -> Addressee:
    """The addressee as the letter names him, and the civil name behind a pseudonym where it is known."""
    known = head.addressee
    parts = []
    if known.civil_name and known.civil_name != known.name:
        parts.append(_("pseudonym of %(name)s") % {"name": known.civil_name})
    elif known.pseudonym and known.pseudonym != known.name:
        parts.append(_("known as %(name)s") % {"name": known.pseudonym})
    if known.note:
        parts.append(known.note)
    return Addressee(known.name or known.pseudonym, ", ".join(parts))


def prose(text: str, language: str, name: str) -> SafeString:
    """A note's own Markdown as safe HTML; empty for nothing."""
    if not text.strip():
        return SafeString("")
    # The renderer cleans what it gives: raw HTML is off, tags and attributes are from a fixed list.
    return mark_safe(markup.render(text, id_prefix=f"p-{name}", lang=language or "und").html)  # noqa: S308


def rows(head: Head, language: str) -> list[Row]:
    """What is known of the text's origin, in the order in which an edition gives it."""
    found = [
        Row(_("Source"), _source(head, language)),
        Row(_("Archive"), head.archive),
        Row(_("Fonds"), head.extra.get("fonds", "")),
        Row(_("Shelfmark"), head.extra.get("shelfmark", "")),
        Row(_("Translated by"), head.translator),
        Row(_("Translated from"), _language(head.translated_from)),
        Row(_("Published by"), head.extra.get("publisher", "")),
        Row(_("Title"), _("given by the editors") if head.extra.get("title-supplied") else ""),
    ]
    return [row for row in found if row.value]


def _source(head: Head, language: str) -> str | SafeString:
    # An editors' note that holds the citation says it in its own words: then the parts are enough.
    if head.source.text and head.source.text not in head.note:
        return prose(head.source.text, language, "source")
    return citation(head.source)


def _language(tag: str) -> str:
    return languages.language_name(tag, translation.get_language() or "en") if tag else ""
