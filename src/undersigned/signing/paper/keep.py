"""A signed sheet comes back: its photo or scan is kept sealed, with its digest and what it claims to hold."""

import base64
from datetime import datetime
from typing import IO

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import sniff
from undersigned.appeals.models import Appeal
from undersigned.circulation.models import Sheet
from undersigned.lib import clock
from undersigned.signing.models import Gathering
from undersigned.signing.paper import scans
from undersigned.signing.paper.refusals import KeptAlready
from undersigned.signing.paper.standing import refuse_sealed, require_open

SIZE_MAX = 30_000_000
_KINDS = ("image/jpeg", "image/png", "application/pdf")


def keep(
    *, actor: User, appeal: Appeal, number: int, claimed: int, data: IO[bytes], at: datetime | None = None
) -> Gathering:
    """Keeps the scan of a numbered sheet of this appeal. Raises Forbidden, ValidationError, NotPossible.

    The file is durable before the row is written. A sheet, or the same bytes, that is there already
    raises KeptAlready.
    """
    require(actor, "paper.enter", appeal.team)
    refuse_sealed(appeal)
    now = at or clock.now()
    sheet = _sheet(appeal, number)
    if not 0 <= claimed <= sheet.lines:
        most = _("This sheet has %(most)d lines: the number must lie between 0 and that.")
        raise ValidationError({"claimed": most % {"most": sheet.lines}})
    kinds: list[str] = []
    try:
        stored = scans.store(appeal, data, most=SIZE_MAX, judge=lambda head: kinds.append(_kind(head)))
    except scans.TooLarge:
        limit = SIZE_MAX // 1_000_000
        message = _("The file is larger than %(limit)s MB: photograph the sheet again with less detail.")
        raise ValidationError({"file": message % {"limit": limit}}) from None
    try:
        return _keep(actor, sheet, stored, kinds[0], claimed, now)
    except BaseException:
        scans.destroy(stored.mark)
        raise


def _sheet(appeal: Appeal, number: int) -> Sheet:
    found = Sheet.objects.select_related("version", "appeal__team").filter(appeal=appeal, number=number)
    sheet = found.first()
    if sheet is None:
        raise ValidationError(
            {
                "number": _(
                    "No sheet of this appeal has the number %(number)s. It may belong to another appeal: "
                    "compare the title on the sheet."
                )
                % {"number": number}
            }
        )
    return sheet


def _kind(head: bytes) -> str:
    if not head:
        raise ValidationError({"file": _("The file is empty.")})
    kind = sniff.media_type(head)
    if kind not in _KINDS:
        raise ValidationError({"file": _("A scan is a JPEG, a PNG or a PDF; this file is none of them.")})
    return kind


def _keep(
    actor: User, sheet: Sheet, stored: scans.Stored, kind: str, claimed: int, now: datetime
) -> Gathering:
    with transaction.atomic():
        require_open(sheet.appeal, now)
        refuse_known(sheet.appeal, stored.sha256, sheet)
        try:
            with transaction.atomic():
                made = Gathering.objects.create(
                    mark=stored.mark, appeal=sheet.appeal, version=sheet.version, sheet=sheet,
                    media_type=kind, size=stored.size, sha256=stored.sha256,
                    digest=digest_text(bytes.fromhex(stored.sha256)), claimed=claimed,
                    kept_by=actor, kept_at=now,
                )  # fmt: skip
        except IntegrityError:
            refuse_known(sheet.appeal, stored.sha256, sheet)
            raise
        audit.record(
            team=sheet.appeal.team, actor=actor, verb="paper.keep",
            subject=f"sheet:{sheet.appeal.slug}/{sheet.number}",
            sha256=stored.sha256, size=stored.size, claimed=claimed,
        )  # fmt: skip
    return made


def digest_text(digest: bytes) -> str:
    """A digest as a leaf spells it."""
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def refuse_known(appeal: Appeal, sha256: str, sheet: Sheet | None = None) -> None:
    """Raises KeptAlready where the same bytes, or the same sheet, came in and were not taken back."""
    standing = Gathering.objects.filter(appeal=appeal).exclude(state=Gathering.State.REVERSED)
    same = standing.filter(sha256=sha256).first()
    if same is not None:
        raise KeptAlready(_("This very file was brought in already."), same)
    again = standing.filter(sheet=sheet).first() if sheet else None
    if again is not None:
        raise KeptAlready(
            _("Sheet %(number)s was brought in already. To bring in a better scan, take it back first.")
            % {"number": sheet.number if sheet else ""},
            again,
        )


def subject(gathering: Gathering) -> str:
    """How the record of acts names a gathering."""
    if gathering.sheet is not None:
        return f"sheet:{gathering.appeal.slug}/{gathering.sheet.number}"
    return f"list:{gathering.appeal.slug}/{gathering.pk}"
