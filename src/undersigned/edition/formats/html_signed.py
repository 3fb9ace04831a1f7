"""The counts by their kind, and the organisations, which sign apart from people."""

from __future__ import annotations

from undersigned.edition import document as d
from undersigned.edition.formats.tags import Markup, joined, tag

# The kinds that are told apart, in the order in which they are told.
KINDS = ("vouched", "paper", "org")


def count(text: d.Text) -> Markup:
    """How many signed, and how many of them otherwise than by mail."""
    whole = tag("p", text.say("signatures", number=text.signatures), class_="count")
    kinds = kinds_said(text)
    return joined(whole, tag("p", kinds, class_="soft") if kinds else None, separator="\n")


def kinds_said(text: d.Text) -> str:
    """The separate counts as one run of words; empty where everybody confirmed by mail."""
    counts = text.counts
    said = {kind: text.say(f"signatures-{kind}", number=getattr(counts, kind)) for kind in KINDS}
    return ", ".join(words for kind, words in said.items() if getattr(counts, kind))


def named_said(text: d.Text) -> str:
    """How many people are named, of how many that signed."""
    return text.say("signatories-named", named=text.signatories.count, number=text.counts.people)


def vouched_said(text: d.Text, line: d.Signatory) -> str:
    """Who vouched for a signatory; empty where nobody had to."""
    if line.vouched_by is None:
        return ""
    return text.say("vouched-by", name=line.vouched_by) if line.vouched_by else text.say("vouched-for")


def organisations(text: d.Text) -> Markup | None:
    """The organisations in a section of their own."""
    if not text.organisations and not text.counts.org:
        return None
    named = text.say("organisations-named", named=len(text.organisations), number=text.counts.org)
    listed = [_line(text, one) for one in text.organisations]
    return tag(
        "section",
        tag("h2", text.say("organisations")),
        tag("p", text.say("organisations-apart"), class_="soft"),
        tag("p", named, class_="soft"),
        tag("ul", *listed, class_="names") if listed else None,
        id="organisations",
    )


def _line(text: d.Text, one: d.Organisation) -> Markup:
    shown = [tag("bdi", detail) for detail in details(text, one)]
    rest = tag("span", ", ", joined(*shown, separator=", "), class_="soft")
    return tag("li", tag("bdi", one.name), rest)


def details(text: d.Text, one: d.Organisation) -> list[str]:
    """What stands behind an organisation's name."""
    found = [one.place, one.country, one.domain, text.say(f"checked-{one.check}")]
    found += [text.say("resolved-on", day=one.resolved_on.isoformat()), *one.officers]
    found += [text.say("signed-version", version=one.version)] if len(text.versions) > 1 else []
    return [detail for detail in found if detail]
