"""The text format: Markdown with a YAML head (docs/reference/text-format.md)."""

from undersigned.appeals.markup.check import check, cited_keys, link_targets, person_idents
from undersigned.appeals.markup.citations import Cite, Cluster, read_locator
from undersigned.appeals.markup.head import Addressee, Head, Source, as_dict, join, split
from undersigned.appeals.markup.mentions import Mention
from undersigned.appeals.markup.problems import MarkupError, Problem
from undersigned.appeals.markup.render import (
    Cited,
    Evidence,
    Footnote,
    Heading,
    Labels,
    Rendered,
    can_be_linked,
    plain_text,
    render,
    words_of,
)

__all__ = [
    "Addressee",
    "Cite",
    "Cited",
    "Cluster",
    "Evidence",
    "Footnote",
    "Head",
    "Heading",
    "Labels",
    "MarkupError",
    "Mention",
    "Problem",
    "Rendered",
    "Source",
    "as_dict",
    "can_be_linked",
    "check",
    "cited_keys",
    "join",
    "link_targets",
    "person_idents",
    "plain_text",
    "read_locator",
    "render",
    "split",
    "words_of",
]
