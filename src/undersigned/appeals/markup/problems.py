"""What can be wrong with a text, said in one sentence that can be translated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def gettext_noop(message: str) -> str:
    """The sentence is marked for the catalogues and left as it is."""
    return message


_ = gettext_noop

MESSAGES: dict[str, str] = {
    "control": _("The control character %(character)s cannot be part of a text."),
    "too-long": _("The text is longer than %(limit)s kB."),
    "too-dense": _(
        "The text holds more markup characters or lines than a letter can have (limit %(limit)s)."
    ),
    "head-unclosed": _("The head is never closed: a line of three dashes is missing."),
    "head-too-long": _("The head is longer than %(limit)s kB."),
    "head-broken": _("The head is not valid YAML: %(reason)s."),
    "head-alias": _("The head may not use YAML anchors, aliases or tags."),
    "head-deep": _("The head is nested too deeply."),
    "head-not-mapping": _("The head must be a list of keys and values, such as “title: A letter”."),
    "head-key-twice": _("The head names “%(key)s” twice."),
    "head-value": _("“%(key)s” must be plain text."),
    "head-lang": _("“%(value)s” is not a language code such as “es” or “pt-BR”."),
    "raw-html": _("Raw HTML is not accepted: %(what)s"),
    "image": _("Images are not accepted; describe the picture, or cite it as a source."),
    "link": _("A link may only lead to http, https or mailto addresses: %(what)s"),
    "cite-unknown": _("The text cites “%(key)s”, and this appeal has no source with that key."),
    "person-unknown": _("The text leads to the person “%(ident)s”, and this appeal has no such person."),
    "cross-gone": _("The text leads to %(what)s, and readers find no text there."),
    "note-undefined": _("The footnote mark [^%(mark)s] has no footnote."),
    "note-twice": _("Two footnotes have the mark [^%(mark)s]."),
    "note-unused": _("The footnote [^%(mark)s] is never referred to."),
    "note-inline": _("A footnote written inside the line, ^[...], is not accepted: use a mark such as [^1]."),
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, at one line (counted from 1; 0 is the whole text)."""

    line: int
    code: str
    params: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def template(self) -> str:
        """The untranslated sentence with its places, for the caller's gettext."""
        return MESSAGES[self.code]

    @property
    def message(self) -> str:
        """The English sentence."""
        return self.template % self.params

    def __str__(self) -> str:
        return f"Line {self.line}: {self.message}" if self.line else self.message


class MarkupError(ValueError):
    """A text that cannot be read at all; says where and why."""

    def __init__(self, code: str, line: int = 0, **params: str) -> None:
        self.problem = Problem(line, code, params)
        super().__init__(str(self.problem))

    @property
    def code(self) -> str:
        """The kind of problem, a key of MESSAGES."""
        return self.problem.code

    @property
    def line(self) -> int:
        """The line at fault, counted from 1."""
        return self.problem.line
