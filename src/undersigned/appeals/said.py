"""What reader and checker found, said in the reader's language."""

from collections.abc import Mapping
from typing import Protocol

from django.utils.translation import gettext as _


class Finding(Protocol):
    """A problem, a remark or an error: a sentence with places, and the line that it is about."""

    @property
    def line(self) -> int:
        """Counted from 1; 0 is the whole text."""

    @property
    def params(self) -> Mapping[str, str]:
        """What stands in the places."""

    @property
    def template(self) -> str:
        """The untranslated sentence."""


def said(finding: Finding) -> str:
    """A finding as one sentence in the current language, with its line."""
    sentence = _(finding.template) % finding.params
    if not finding.line:
        return sentence
    return _("Line %(line)s: %(sentence)s") % {"line": finding.line, "sentence": sentence}
