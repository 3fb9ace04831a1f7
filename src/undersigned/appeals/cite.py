"""Evidence for a passage: anchored to its words, kept when they are edited, moved by people only."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import anchors, languages, markup
from undersigned.appeals.models import Appeal, Citation, Source, Text, Version
from undersigned.lib import canonical, clock

_TEXTS = {"claim": 500, "quotation": 5000, "translation": 5000, "locator": 100, "shelfmark": 300}


@dataclass(frozen=True)
class Standing:
    """A citation against the words of one state of its text; without a place it is an orphan there."""

    citation: Citation
    place: tuple[int, int] | None

    @property
    def is_orphaned(self) -> bool:
        """Whether the passage no longer stands there as it was."""
        return self.place is None


@transaction.atomic
def cite(
    *,
    actor: User,
    text: Text,
    passage: str,
    source: Source | None = None,
    occurrence: int = 0,
    quotation_language: str = "",
    **said: str,
) -> Citation:
    """Anchors evidence, or a claim that has none yet, to a passage; raises Forbidden, ValidationError.

    `passage` is quoted as it is read, without marks. Where it stands more than once, `occurrence` (from 1)
    says which is meant. `said` may hold claim, quotation, translation, locator and shelfmark.
    """
    require(actor, "appeal.edit", text.appeal.team)
    if source is not None and source.appeal_id != text.appeal_id:
        raise ValidationError({"source": _("This source belongs to another appeal.")})
    found = passage_in(draft_words(text), passage, occurrence)
    if quotation_language and not languages.is_language(quotation_language):
        raise ValidationError(
            {"quotation_language": _("This is not a language code such as “es” or “pt-BR”.")}
        )
    values = _said(said)
    if source is None and not values["claim"]:
        raise ValidationError({"claim": _("Say what the passage claims, or name a source.")})
    citation = Citation(
        text=text,
        source=source,
        **selectors(found),
        **values,
        quotation_language=quotation_language,
        created_at=clock.now(),
        created_by=actor,
    )
    citation.full_clean()
    citation.save(force_insert=True)
    _record(actor, citation, "citation.add")
    return citation


@transaction.atomic
def remove_citation(*, actor: User, citation: Citation) -> None:
    """Takes evidence away from its passage; the record of acts says of what."""
    require(actor, "appeal.edit", citation.text.appeal.team)
    _record(actor, citation, "citation.remove")
    citation.delete()


@transaction.atomic
def anchor_again(*, actor: User, citation: Citation, start: int, end: int, words: str) -> Citation:
    """Anchors an orphan to the passage that a person chose, in place of the old anchor.

    `words` is what the person saw there; raises ValidationError when the draft has changed since.
    """
    require(actor, "appeal.edit", citation.text.appeal.team)
    current = draft_words(citation.text)
    if not words or current[start:end] != words:
        raise ValidationError(_("The text has changed meanwhile: look again."))
    fresh = Citation.objects.select_related("text__appeal__team", "source").get(pk=citation.pk)
    fresh.pk = None
    fresh.state = Citation.State.ANCHORED
    for name, value in selectors(anchors.passage_at(current, start, end)).items():
        setattr(fresh, name, value)
    fresh.full_clean()
    fresh.save(force_insert=True)
    Citation.objects.filter(pk=citation.pk).delete()
    _record(actor, fresh, "citation.anchor", before=citation.pk)
    return fresh


def settle(version: Version) -> None:
    """Notes where each passage stands in new words, or that it was edited; in the caller's transaction."""
    words = version_words(version)
    for standing in standings(version.text, words):
        citation = standing.citation
        if standing.place is None:
            citation.state = Citation.State.ORPHANED
        else:
            citation.state = Citation.State.ANCHORED
            citation.start, citation.end = standing.place
        citation.save(update_fields=["state", "start", "end"])


def standings(text: Text, words: str) -> list[Standing]:
    """Every citation of a text, and where it stands in these words."""
    rows = text.citations.select_related("source")
    return [Standing(row, anchors.find(words, row.exact, row.prefix, row.suffix)) for row in rows]


def citing(appeal: Appeal) -> set[int]:
    """The numbers of the texts with citations, found from the evidence: the other texts are not read."""
    by_source = Citation.objects.filter(source__appeal=appeal).values_list("text", flat=True)
    without = Citation.objects.filter(source__isnull=True, text__appeal=appeal).values_list("text", flat=True)
    return {*by_source.order_by().distinct(), *without.order_by().distinct()}


def is_orphaned(citation: Citation, words: str) -> bool:
    """Whether these words no longer hold the passage as it was."""
    return anchors.find(words, citation.exact, citation.prefix, citation.suffix) is None


def draft_words(text: Text) -> str:
    """The words of the draft as they are read; empty while its head cannot be read."""
    try:
        return markup.words_of(markup.split(text.draft)[1])
    except markup.MarkupError:
        return ""


def version_words(version: Version) -> str:
    """The words of a Version as they are read."""
    return markup.words_of(markup.split(version.source)[1])


def proposal(citation: Citation) -> anchors.Proposal | None:
    """Where an edited passage may stand in the draft now; for a person to decide."""
    return anchors.propose(draft_words(citation.text), citation.exact)


def passage_in(words: str, quoted: str, occurrence: int) -> anchors.Passage:
    """The place where quoted words stand; raises ValidationError where there is none, or several."""
    places = anchors.occurrences(words, quoted)
    if not places:
        raise ValidationError(
            {
                "passage": _(
                    "These words do not stand in the draft. Copy them from the preview, without marks."
                )
            }
        )
    if len(places) > 1 and not 1 <= occurrence <= len(places):
        count = len(places)
        raise ValidationError(
            {
                "passage": ngettext(
                    "These words stand in the draft %(count)s time: quote more, or say which is meant.",
                    "These words stand in the draft %(count)s times: quote more, or say which is meant.",
                    count,
                )
                % {"count": count}
            }
        )
    return anchors.passage_at(words, *places[occurrence - 1 if len(places) > 1 else 0])


def selectors(passage: anchors.Passage) -> dict[str, str | int]:
    """A passage as its row holds it."""
    return {
        "exact": passage.exact,
        "prefix": passage.prefix,
        "suffix": passage.suffix,
        "start": passage.start,
        "end": passage.end,
    }


def _said(said: dict[str, str]) -> dict[str, str]:
    unknown = said.keys() - _TEXTS.keys()
    if unknown:
        raise TypeError(f"not parts of a citation: {', '.join(sorted(unknown))}")
    values = {}
    for name in _TEXTS:
        try:
            values[name] = canonical.canonical_text(said.get(name, "")).strip()
        except canonical.CanonicalError:
            raise ValidationError({name: _("This holds characters that cannot be shown.")}) from None
    return values


def _record(actor: User, citation: Citation, verb: str, **detail: object) -> None:
    appeal = citation.text.appeal
    Appeal.objects.filter(pk=appeal.pk).update(sources_changed_at=clock.now())
    audit.record(
        team=appeal.team,
        actor=actor,
        verb=verb,
        subject=f"text:{appeal.slug}/{citation.text.slug}",
        source=citation.source.key if citation.source else "",
        passage=citation.exact[:80],
        **detail,
    )
