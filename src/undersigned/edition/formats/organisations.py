"""The organisations that signed an appeal as one Markdown file, apart from people."""

from __future__ import annotations

from undersigned.edition import document as d
from undersigned.edition.formats.html_signed import details
from undersigned.edition.formats.letters import plain


def render(edition: d.Edition) -> str:
    """A list in alphabetical order, in the language of the original; each says which text it signed."""
    first = edition.texts[0]
    title = plain(f"{first.say('organisations')}: {edition.title}")
    lines = "".join(f"- {_line(edition, one)}\n" for one in edition.organisations)
    return f"# {title}\n\n{plain(first.say('organisations-apart'))}\n\n{lines}"


def _line(edition: d.Edition, one: d.Organisation) -> str:
    rest = [one.text] if len(edition.texts) > 1 else []
    return ", ".join(plain(part) for part in (one.name, *details(edition.texts[0], one), *rest))
