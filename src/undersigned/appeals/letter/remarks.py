"""What the reader says: errors that end an import, remarks that a person should look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from undersigned.appeals.markup.problems import MESSAGES as MARKUP_MESSAGES
from undersigned.appeals.markup.problems import Problem, gettext_noop

_ = gettext_noop

ERRORS: dict[str, str] = {
    "too-large": _("The file is larger than %(limit)s MB; a letter is not."),
    "empty": _("The file is empty."),
    "binary": _("The file is not text but binary data, such as a word processor's; save it as plain text."),
    "encoding": _("The file is not UTF-8: the byte %(byte)s at offset %(offset)s cannot be read."),
    "utf-16": _("The file starts like UTF-16 but cannot be read as such."),
    "note-twice": _("Two footnotes have the mark %(mark)s (the first is on line %(first)s)."),
    "unreadable": _("The file cannot be read: %(reason)s."),
}

REMARKS: dict[str, str] = {
    "lang-guessed": _("The language was guessed from its words: %(lang)s."),
    "lang-unknown": _("The language could not be told; please give it."),
    "no-title": _("No title was found; please give one."),
    "no-author": _("No author was found; please give one."),
    "no-date": _("No date was found."),
    "no-body": _("The head is there, but no letter below it."),
    "date-odd": _("“%(date)s” is not a date such as 1936-07-06; it stays as it was written."),
    "title-supplied": _("The title stood in square brackets, so an editor supplied it."),
    "date-ambiguous": _("The date “%(date)s” was read with the day before the month."),
    "date-in-body": _("The date was taken from a line of the letter itself, which stays there: %(date)s"),
    "note-open": _("The editorial note is never closed; it was taken to end with its paragraph."),
    "note-taken": _("Taken for an editorial note: %(text)s"),
    "addressee-guessed": _("The addressee was taken from %(place)s: %(name)s."),
    "translated-from-guessed": _(
        "The language translated from was guessed from the source's title: %(lang)s."
    ),
    "publisher-guessed": _("Taken for the publisher, not for a signature: %(text)s"),
    "body-before-salutation": _("Kept as the letter's first lines: %(text)s"),
    "mark-without-note": _("The mark %(mark)s has no footnote and stays as it was."),
    "note-without-mark": _("The footnote %(mark)s has no mark in the letter."),
    "note-continued": _("Taken as a further paragraph of footnote %(mark)s: %(text)s"),
    "not-placed": _("Not placed, please decide: %(text)s"),
}


@dataclass(frozen=True)
class Remark:
    """One thing that a person should look at, with its line (0 is the whole letter)."""

    code: str
    line: int = 0
    params: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def template(self) -> str:
        """The untranslated sentence with its places, for the caller's gettext."""
        return REMARKS.get(self.code) or MARKUP_MESSAGES[self.code]

    @property
    def message(self) -> str:
        """The English sentence."""
        return self.template % self.params

    @classmethod
    def of(cls, problem: Problem) -> Remark:
        """A problem of the markup as a remark: an import keeps what publishing would refuse."""
        return cls(problem.code, problem.line, problem.params)


class LetterError(ValueError):
    """A file that is no letter; one sentence says why, and nothing was changed."""

    def __init__(self, code: str, line: int = 0, **params: str) -> None:
        self.code, self.line, self.params = code, line, params
        self.template = ERRORS.get(code) or MARKUP_MESSAGES[code]
        sentence = self.template % params
        super().__init__(f"Line {line}: {sentence}" if line else sentence)


def short(text: str) -> str:
    """The beginning of a text, for a report of one line."""
    text = " ".join(text.split())
    return text if len(text) <= 70 else text[:69] + "…"
