"""What can be wrong with a reference or a file of references, said in one sentence with its line."""

from __future__ import annotations

from collections.abc import Mapping

from undersigned.appeals.markup.problems import Problem, gettext_noop

_ = gettext_noop

REFERENCE_MESSAGES: Mapping[str, str] = {
    "empty": _("The file holds no reference."),
    "encoding": _("The file is not UTF-8 text."),
    "control": _("The control character %(character)s cannot be part of a reference."),
    "too-large": _("The file is larger than %(limit)s kB."),
    "too-many": _("The file holds more than %(limit)s references; bring it in parts."),
    "too-slow": _("The file could not be read within %(seconds)s seconds; bring it in parts."),
    "unknown-format": _("This is neither BibTeX nor RIS nor CSL-JSON."),
    "bibtex-broken": _("The entry that begins here cannot be read: a brace, a quote or a comma is missing."),
    "bibtex-field-twice": _("The entry “%(key)s” has the field “%(field)s” twice."),
    "key-twice": _("The key “%(key)s” stands in the file twice."),
    "key-missing": _("The entry has no key."),
    "ris-outside": _("This line stands outside any reference: a line “TY  - …” begins one."),
    "ris-unclosed": _("The reference that begins here is never closed by a line “ER  - ”."),
    "json-broken": _("This is not valid JSON: %(reason)s."),
    "json-shape": _("CSL-JSON is a list of objects."),
    "csl-value": _("“%(field)s” does not have the form that CSL gives it."),
    "csl-large": _("The reference “%(key)s” is larger than %(limit)s kB."),
    "nothing-said": _("A reference needs a title, an author or an archive."),
    "date": _("“%(value)s” is no date that exists. Write 1936-07-06, 1936-07, 1936, c. 1936 or spring 1936."),
    "plain": "%(what)s",
    "key-form": _(
        "A key has letters, digits and . : + - _ only, and begins and ends with a letter or digit."
    ),
    "key-taken": _("The key “%(key)s” is taken by another source of this appeal."),
    "key-reserved": _("The key “%(key)s” is used by the pages themselves: choose another."),
}


class ReferenceProblem(Problem):
    """One thing that is wrong with a reference, at one line (0: the whole of it)."""

    @property
    def template(self) -> str:
        """The untranslated sentence."""
        return REFERENCE_MESSAGES[self.code]


class BadReference(ValueError):
    """A reference that cannot be kept; says why."""

    def __init__(self, code: str, line: int = 0, **params: str) -> None:
        self.problem = ReferenceProblem(line, code, params)
        super().__init__(str(self.problem))
