"""Asking for an edition or an archive, publishing what was made, and taking it down again."""

from collections.abc import Collection, Iterator

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import reading
from undersigned.appeals.models import Appeal
from undersigned.lib import clock, tokens
from undersigned.signing.editions import kept, making, stamp
from undersigned.signing.models import EditionBuild, EditionFile

_HIDDEN = (Appeal.State.DRAFT, Appeal.State.EMBARGO)


class NotKept(Exception):
    """The file is not handed out: it is not made, or it is gone; the message says why."""


@transaction.atomic
def ask(*, actor: User, appeal: Appeal, kinds: Collection[str], publish: bool = False) -> list[EditionBuild]:
    """Asks for these kinds, as of the moment in which they are made; raises Forbidden, ValidationError."""
    require(actor, "edition.make", appeal.team)
    appeal = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if appeal.state in _HIDDEN or not reading.public_texts(appeal):
        raise ValidationError(_("An edition can be made once the appeal is public."))
    if not kinds or not set(kinds) <= set(EditionBuild.Kind.values):
        raise ValidationError(_("Please choose what is to be made."))
    if making.unmade(appeal).filter(kind__in=kinds).exists():
        raise ValidationError(_("It is being made already. Wait until it is there."))
    making.drop(EditionBuild.objects.filter(
        appeal=appeal, kind__in=kinds, published_at__isnull=True
    ).exclude(problem=""))  # fmt: skip
    now = clock.now()
    said = {"published_at": now, "published_by": actor} if publish else {}
    made = [
        EditionBuild.objects.create(
            public_id=tokens.public_id(), appeal=appeal, kind=kind, asked_by=actor, created_at=now, **said
        )
        for kind in sorted(set(kinds))
    ]
    for row in made:
        _record(actor, row, "edition.make", kind=row.kind, publish=publish)
    return made


@transaction.atomic
def publish(*, actor: User, build: EditionBuild) -> EditionBuild:
    """Shows its files to everybody from now on; raises Forbidden, NotKept."""
    require(actor, "edition.make", build.appeal.team)
    row = _locked(build)
    _check_kept(row)
    if row.published_at is None:
        row.published_at, row.published_by = clock.now(), actor
        row.save(update_fields=["published_at", "published_by"])
        making.drop_older(row)
        _record(actor, row, "edition.publish", kind=row.kind)
    return row


@transaction.atomic
def take_down(*, actor: User, appeal: Appeal, kind: str) -> None:
    """Nobody outside the team is handed files of this kind from now on; raises Forbidden."""
    require(actor, "edition.make", appeal.team)
    rows = EditionBuild.objects.select_for_update().filter(
        appeal=appeal, kind=kind, published_at__isnull=False
    )
    for row in rows:
        row.published_at = row.published_by = None
        row.save(update_fields=["published_at", "published_by"])
        _record(actor, row, "edition.down", kind=kind)


@transaction.atomic
def fetch(*, actor: User, file: EditionFile) -> Iterator[bytes]:
    """A file for the team, piece by piece; each fetch leaves a row. Raises Forbidden, NotKept."""
    require(actor, "edition.fetch", file.build.appeal.team)
    row = _locked(file.build)
    _check_kept(row)
    try:
        pieces = kept.read(file)
    except kept.Missing:
        raise NotKept(_("The files are not on this server any more: make them anew.")) from None
    _record(actor, row, "edition.fetch", kind=row.kind, file=file.number)
    return pieces


def _locked(build: EditionBuild) -> EditionBuild:
    rows = EditionBuild.objects.select_for_update(of=("self",)).select_related("appeal__team")
    return rows.get(pk=build.pk)


def _check_kept(row: EditionBuild) -> None:
    if row.made_at is None:
        raise NotKept(_("It is not made yet."))
    if row.gone_at is not None or row.stamp != stamp.of(row.appeal_id):
        raise NotKept(gone_words())


def gone_words() -> str:
    """Why something that was made is not handed out any more."""
    return _(
        "Since these files were made, somebody who may stand in them took their name or their words back: "
        "the files are not handed out again."
    )


def _record(actor: User, row: EditionBuild, verb: str, **detail: object) -> None:
    appeal = row.appeal
    audit.record(
        team=appeal.team, actor=actor, verb=verb, subject=f"edition:{appeal.slug}/{row.pk}", **detail
    )
