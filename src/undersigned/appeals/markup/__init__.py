"""The text format: Markdown with a YAML head (docs/reference/text-format.md)."""

from undersigned.appeals.markup.check import check
from undersigned.appeals.markup.head import Addressee, Head, Source, as_dict, join, split
from undersigned.appeals.markup.problems import MarkupError, Problem
from undersigned.appeals.markup.render import Footnote, Heading, Labels, Rendered, plain_text, render

__all__ = [
    "Addressee",
    "Footnote",
    "Head",
    "Heading",
    "Labels",
    "MarkupError",
    "Problem",
    "Rendered",
    "Source",
    "as_dict",
    "check",
    "join",
    "plain_text",
    "render",
    "split",
]
