"""What a translator has beside the draft: the source's words, and what a newer Version changed in them."""

from dataclasses import dataclass

from undersigned.appeals import derive, diff, languages, markup, reading
from undersigned.appeals.markup import Rendered
from undersigned.appeals.models import Text, Version


@dataclass(frozen=True)
class Beside:
    """The followed Version as readers see it, and what its text has published since."""

    version: Version
    rendered: Rendered
    newer: Version | None
    changes: list[diff.Paragraph]

    @property
    def name(self) -> str:
        """The source's language in itself."""
        return languages.own_name(self.version.language)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return languages.direction(self.version.language)


def beside(text: Text) -> Beside | None:
    """The source of a derived text's draft; None for an original."""
    if text.parent is None:
        return None
    followed = text.parent
    newest = derive.newest_source(text)
    if newest is None or newest.number <= followed.number:
        return Beside(followed, reading.document(followed).rendered, None, [])
    newer = Version.objects.select_related("text").get(pk=newest.pk)
    changes = diff.flowing(diff.word_diff(markup.split(followed.source)[1], markup.split(newer.source)[1]))
    return Beside(followed, reading.document(followed).rendered, newer, changes)
