"""Back matter of the TEI document: the organisations, and a line for each signatory, who asked to be kept."""

from __future__ import annotations

from collections.abc import Iterator

from undersigned.edition import document as d
from undersigned.edition.formats import html_signed as said
from undersigned.edition.formats.tags import Child, Markup, end, joined, start, tag


def pieces(text: d.Text) -> Iterator[str]:
    """The organisations, then the signatories piece by piece."""
    if text.organisations or text.counts.org:
        yield _organisations(text) + "\n"
    yield from _signatories(text)


def _organisations(text: d.Text) -> Markup:
    named = text.say("organisations-named", named=len(text.organisations), number=text.counts.org)
    listed = [_organisation(text, one) for one in text.organisations]
    return tag(
        "div",
        tag("head", text.say("organisations")),
        tag("p", text.say("organisations-apart")),
        tag("p", named),
        tag("listOrg", *listed) if listed else None,
        type="organisations",
    )


def _organisation(text: d.Text, one: d.Organisation) -> Markup:
    day = one.resolved_on.isoformat()
    return tag(
        "org",
        tag("orgName", one.name),
        tag("placeName", one.place) if one.place else None,
        tag("country", one.country, key=one.country) if one.country else None,
        tag("idno", one.domain, type="domain"),
        tag("note", text.say(f"checked-{one.check}"), type="check"),
        tag("note", tag("date", day, when=day), type="resolution"),
        *(tag("note", officer, type="officer") for officer in one.officers),
        n=f"version-{one.version}",
    )


def _signatories(text: d.Text) -> Iterator[str]:
    """One item for each signatory; they are never all in memory."""
    if not text.signatures and not text.signatories.count:
        return
    yield start("div", type="signatories") + tag("head", text.say("signatories")) + "\n"
    for words in (said.named_said(text), said.kinds_said(text)):
        yield tag("p", words) + "\n" if words else ""
    if text.signatories.count:
        yield tag("p", text.say("identification")) + "\n"
    opened = False
    for line in text.signatories:
        yield "" if opened else start("list", type="signatories") + "\n"
        opened = True
        yield _signatory(text, line) + "\n"
    yield (end("list") + "\n" if opened else "") + end("div") + "\n"


def _signatory(text: d.Text, line: d.Signatory) -> Markup:
    parts: list[Child] = [
        tag("persName", line.name, type="pseudonym" if line.pseudonym else None),
        line.role and tag("roleName", line.role),
        line.affiliation and tag("orgName", line.affiliation),
        line.place and tag("placeName", line.place),
        line.country and tag("country", line.country, key=line.country),
    ]
    vouched = said.vouched_said(text, line)
    if vouched:
        parts.append(tag("note", vouched, type="vouched"))
    shown = joined(*parts, separator=", ")
    return tag("item", shown, n=f"version-{line.version}", rend="first" if line.first else None)
