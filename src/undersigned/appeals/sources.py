"""Sources of an appeal: entered, corrected, taken away."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import case_shown, keep
from undersigned.appeals.case_models import Case
from undersigned.appeals.models import Appeal, CitedSource, LinkCheck, Source, SourceState, Version
from undersigned.appeals.references.csl import Csl, clean, digest_of
from undersigned.appeals.references.dates import date_key
from undersigned.appeals.references.problems import BadReference, ReferenceProblem
from undersigned.appeals.said import said
from undersigned.lib import clock


class StillCited(Exception):
    """A source that published words or evidence rest on; nothing was removed."""

    def __init__(self, source: Source, versions: list[Version], passages: int, statements: int = 0) -> None:
        super().__init__(f"{source.key} is cited")
        self.source = source
        self.versions = versions
        self.passages = passages
        self.statements = statements


@transaction.atomic
def add_source(*, actor: User, appeal: Appeal, key: str, csl: Mapping[str, Any], note: str = "") -> Source:
    """Enters a source under a key that no other of this appeal has; raises Forbidden, ValidationError."""
    require(actor, "appeal.edit", appeal.team)
    item = _checked(key, csl)
    if appeal.sources.filter(key=item["id"]).exists():
        raise _refused(ReferenceProblem(0, "key-taken", {"key": item["id"]}), "key")
    now = clock.now()
    source = Source(appeal=appeal, key=item["id"], note=note.strip(), created_at=now, changed_at=now)
    _write(source, item)
    source.full_clean()
    source.save(force_insert=True)
    SourceState.objects.create(source=source, digest=source.digest, csl=item, recorded_at=now)
    touch(appeal)
    _record(actor, source, "source.add")
    return source


@transaction.atomic
def change_source(*, actor: User, source: Source, csl: Mapping[str, Any], note: str | None = None) -> Source:
    """Corrects a source's data; what it said before stays readable for Versions that cite it so."""
    require(actor, "appeal.edit", source.appeal.team)
    current = Source.objects.select_for_update().select_related("appeal__team").get(pk=source.pk)
    item = _checked(current.key, csl)
    if note is not None:
        current.note = note.strip()
    current.changed_at = clock.now()
    _write(current, item)
    current.full_clean()
    current.save()
    # What was found at an address that the source no longer names says nothing of the new one.
    LinkCheck.objects.filter(source=current).exclude(url=str(current.csl.get("URL", ""))).delete()
    SourceState.objects.get_or_create(
        source=current, digest=current.digest, defaults={"csl": item, "recorded_at": current.changed_at}
    )
    touch(current.appeal)
    # Its data may name who is withheld now.
    resting = list(Case.objects.filter(statements__cites__source=current).distinct())
    if resting:
        case_shown.show(current.appeal, resting)
    _record(actor, current, "source.change")
    return current


@transaction.atomic
def remove_source(*, actor: User, source: Source) -> None:
    """Takes a source away with its kept copies; raises Forbidden, StillCited while anything rests on it."""
    require(actor, "appeal.edit", source.appeal.team)
    current = Source.objects.select_for_update().select_related("appeal__team").get(pk=source.pk)
    versions = list(
        Version.objects.filter(cited_sources__state__source=current).select_related("text").distinct()
    )
    passages = current.citations.count()
    statements = current.statements.count()
    if versions or passages or statements:
        raise StillCited(current, versions, passages, statements)
    keep.discard(list(current.captures.all()))
    _record(actor, current, "source.remove")
    touch(current.appeal)
    current.delete()


@transaction.atomic
def set_style(*, actor: User, appeal: Appeal, style: str) -> None:
    """Chooses the style in which the appeal's references are set; raises Forbidden, ValidationError."""
    require(actor, "appeal.edit", appeal.team)
    if style not in Appeal.CitationStyle.values:
        raise ValidationError(_("There is no such style."))
    Appeal.objects.filter(pk=appeal.pk).update(citation_style=style)
    audit.record(
        team=appeal.team, actor=actor, verb="source.style", subject=f"appeal:{appeal.slug}", style=style
    )


def cite_in(version: Version, digests: Mapping[str, str]) -> None:
    """Notes with a new Version which states of which sources its words cite; in the caller's transaction."""
    states = SourceState.objects.filter(source__appeal=version.text.appeal_id, source__key__in=digests)
    CitedSource.objects.bulk_create(
        CitedSource(version=version, state=state)
        for state in states.select_related("source")
        if state.digest == digests[state.source.key]
    )


def touch(appeal: Appeal) -> None:
    """Marks every page that shows this appeal's sources as out of date."""
    Appeal.objects.filter(pk=appeal.pk).update(sources_changed_at=clock.now())


def _write(source: Source, item: Csl) -> None:
    source.csl = item
    source.digest = digest_of(item)
    source.date_key = date_key(item.get("issued"))


def _checked(key: str, csl: Mapping[str, Any]) -> Csl:
    try:
        return clean(key, csl)
    except BadReference as error:
        field = "key" if error.problem.code.startswith("key") else None
        raise _refused(error.problem, field) from error


def _refused(problem: ReferenceProblem, field: str | None) -> ValidationError:
    return ValidationError({field: said(problem)} if field else said(problem))


def _record(actor: User, source: Source, verb: str) -> None:
    audit.record(
        team=source.appeal.team,
        actor=actor,
        verb=verb,
        subject=f"source:{source.appeal.slug}/{source.key}",
        digest=source.digest,
    )
