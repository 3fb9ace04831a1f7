"""Reads an appeal with its texts, log and signatories into the neutral document."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from django.utils import translation
from django.utils.translation import gettext

from undersigned.appeals import languages, markup, reading, series, written_dates
from undersigned.appeals.markup import Head
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.appeals.references.dates import plain as edtf
from undersigned.appeals.references.dates import read_date
from undersigned.appeals.references.problems import BadReference
from undersigned.edition import cases, correspondence, evidence, family, origin, persons, signatories
from undersigned.edition import document as d
from undersigned.edition.body import read_body, salutation
from undersigned.edition.wording import WORDS
from undersigned.ledger.published import Count, Published, published
from undersigned.lib import env
from undersigned.tlog.encoding import b64

# Head keys for the desk alone: what an import could not place, and lists that the edition has anew.
_DESK = frozenset({"unplaced", "persons", "cases"})


class NothingPublished(ValueError):
    """An appeal without any published text has no edition."""


def gather(appeal: Appeal) -> d.Edition:
    """The edition of an appeal, of any state, that has published versions; raises NothingPublished."""
    texts = reading.public_texts(appeal)
    if not texts:
        raise NothingPublished(appeal.slug)
    log = published([appeal.public_id]).get(appeal.public_id)
    versions = family.versions(texts)
    total = sum(log.versions.values(), Count()) if log else Count()
    spoken = {versions[text.pk][-1].language for text in texts}
    people = persons.of_appeal(appeal, spoken)
    return d.Edition(
        slug=appeal.slug,
        id=appeal.public_id,
        title=versions[texts[0].pk][-1].title,
        url=_url(appeal),
        site=env.load().site_name,
        publisher=appeal.controller or appeal.team.name,
        state=appeal.state,
        changed=_changed(appeal, versions, log),
        texts=tuple(_text(text, versions, log, people) for text in texts),
        counts=d.Counts.of(total),
        log=_log(log),
        sources=evidence.sources(appeal, texts[0].language),
        persons=people,
        cases=cases.of_appeal(appeal, spoken),
        correspondence=correspondence.of_appeal(appeal),
        signatories=signatories.of_appeal(appeal),
        organisations=signatories.organisations(appeal),
    )


def one_text(appeal: Appeal, text: Text) -> d.Edition:
    """The edition of a single text, whatever else the appeal has published; raises NothingPublished."""
    log = published([appeal.public_id]).get(appeal.public_id)
    versions = family.versions([text])
    if not versions.get(text.pk):
        raise NothingPublished(appeal.slug)
    total = sum(log.versions.values(), Count()) if log else Count()
    return d.Edition(
        slug=appeal.slug,
        id=appeal.public_id,
        title=versions[text.pk][-1].title,
        url=_url(appeal),
        site=env.load().site_name,
        publisher=appeal.controller or appeal.team.name,
        state=appeal.state,
        changed=_changed(appeal, versions, log),
        texts=(_text(text, versions, log),),
        counts=d.Counts.of(total),
        log=_log(log),
    )


# So many texts a public list of letters names at most: its cost must not grow with a family's size.
LISTED_MOST = 200


def for_list(appeal: Appeal) -> d.Edition:
    """What a list of letters needs: who wrote to whom, where and when, without any words."""
    texts = list(Text.objects.filter(appeal=appeal, versions__number=1).order_by("pk")[:LISTED_MOST])
    versions = [version for text in texts if (version := reading.current_version(text))]
    if not versions:
        raise NothingPublished(appeal.slug)
    return d.Edition(
        slug=appeal.slug,
        id=appeal.public_id,
        title=versions[0].title,
        url=_url(appeal),
        site=env.load().site_name,
        publisher=appeal.controller or appeal.team.name,
        state=appeal.state,
        changed=_changed(appeal, {version.text_id: [version] for version in versions}, None),
        texts=tuple(_listed(appeal, version) for version in versions),
        correspondence=correspondence.of_appeal(appeal),
    )


def _listed(appeal: Appeal, version: Version) -> d.Text:
    text = version.text
    text.appeal = appeal
    head = markup.split(version.source)[0]
    return d.Text(
        slug=text.slug,
        id=text.public_id,
        url=f"{_url(appeal)}{text.slug}/",
        language=version.language,
        language_name=languages.own_name(version.language),
        direction="rtl" if languages.direction(version.language) == "rtl" else "ltr",
        relation=family.relation(text),
        title=version.title,
        author=head.author,
        versions=(_line(version, None),),
        markdown="",
        canonical=b"",
        blocks=(),
        addressee=origin.addressee(head),
        date=_edtf(head.date),
        place=head.extra.get("place", ""),
    )


def text_at(versions: list[Version], log: Published | None, people: tuple[d.Person, ...] = ()) -> d.Text:
    """A text as an earlier edition printed it: of its versions up to the last of these."""
    text = versions[-1].text
    return _text(text, {text.pk: versions}, log, people)


def _url(appeal: Appeal) -> str:
    return f"{env.load().base_url.rstrip('/')}/appeals/{appeal.slug}/"


def _changed(appeal: Appeal, versions: Mapping[int, list[Version]], log: Published | None) -> datetime:
    moments = [version.published_at for some in versions.values() for version in some]
    others = (
        appeal.opened_at, appeal.closed_at, appeal.sources_changed_at, appeal.cases_changed_at,
        appeal.persons_changed_at, appeal.roll_changed_at, log and log.log.published_at,
        correspondence.changed(appeal),
    )  # fmt: skip
    moments += [moment for moment in others if moment]
    return max(moments).astimezone(UTC).replace(microsecond=0)


def _log(log: Published | None) -> d.Log | None:
    if log is None or log.checkpoint is None:
        return None
    return d.Log(log.log.origin, log.log.vkey, log.checkpoint.size, b64(log.checkpoint.root))


def _text(
    text: Text,
    versions: Mapping[int, list[Version]],
    log: Published | None,
    people: tuple[d.Person, ...] = (),
) -> d.Text:
    printed = versions[text.pk][-1]
    head = reading.document(printed).head
    typed = markup.split(printed.source)[1]
    claims = evidence.of_text(text, typed)
    states = evidence.cited_states(printed)
    references = evidence.References(
        text.appeal.citation_style, printed.language, {key: state.csl for key, state in states.items()}
    )
    by_editors = head.extra.get("notes-by", "") in reading.BY_EDITORS
    # Words lead to the list of persons: where there is none, they lead nowhere.
    mentions = persons.mentions(text, typed) if people else persons.Mentions()
    body = read_body(
        typed,
        by_editors=by_editors,
        marks=claims.marks,
        cite=references.cite,
        site=env.load().base_url,
        persons=mentions.typed | {person for _start, _end, person in mentions.linked},
        mentions=mentions.linked,
    )
    addressee = origin.addressee(head)
    addressee = replace(addressee, person=persons.named(addressee, people))
    with translation.override(languages.interface_language(printed.language)):
        words = {word: gettext(sentence) for word, sentence in WORDS.items()}
        known = origin.provenance(head, printed.language, series.of(text))
        date_written = written_dates.written_out(head.date, printed.language)
    return d.Text(
        slug=text.slug,
        id=text.public_id,
        url=f"{_url(text.appeal)}{text.slug}/",
        language=printed.language,
        language_name=languages.own_name(printed.language),
        direction="rtl" if languages.direction(printed.language) == "rtl" else "ltr",
        relation=family.relation(text),
        title=head.title,
        author=head.author,
        versions=tuple(_line(version, log) for version in versions[text.pk]),
        markdown=markup.join(_public(head), typed),
        canonical=bytes(printed.canonical),
        blocks=body.blocks,
        notes=body.notes,
        editor_notes=body.editor_notes,
        derived_from=family.derivation(text, printed),
        addressee=addressee,
        date=_edtf(head.date),
        date_written=date_written,
        place=head.extra.get("place", ""),
        salutation=salutation(body.blocks),
        provenance=known,
        apparatus=family.apparatus(text, body.blocks, versions, _cite_all(text, references)),
        evidence=claims.placed(body),
        signatories=signatories.of_text(text),
        organisations=signatories.organisations(text.appeal, text),
        cited=body.cited,
        sources=evidence.text_sources(references, states, claims.sources),
        words=words,
    )


def _cite_all(text: Text, references: evidence.References) -> Callable[[markup.Cluster], str]:
    """Citations of any version as the printed one sets them: a source reads alike wherever it is cited."""
    now = dict(text.appeal.sources.values_list("key", "csl"))
    return replace(references, known={**now, **references.known}).cite


def _line(version: Version, log: Published | None) -> d.VersionLine:
    key = (version.text.public_id, version.number)
    count = log.versions.get(key, Count()) if log else Count()
    return d.VersionLine(
        number=version.number,
        digest=version.digest,
        sha256=version.digest_hex,
        published=version.published_at.astimezone(UTC).date(),
        signatures=count.signatures,
        own=count.own,
        struck=count.struck,
        moved=count.moved,
        vouched=count.vouched,
        paper=count.paper,
        org=count.org,
    )


def _public(head: Head) -> Head:
    return replace(head, extra={key: value for key, value in head.extra.items() if key not in _DESK})


def _edtf(typed: str) -> str:
    """What was typed as EDTF; empty for nothing, or for what is no date."""
    try:
        found = read_date(typed)
    except BadReference:
        return ""
    return edtf(found) if found else ""
