"""The audit record as people read it: newest first, a page at a time, never counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import AuditRecord, Team, User
from undersigned.accounts.permissions import require

SIZE = 50

# What an act is called on the page; one that is missing here is shown by its own name.
ACTS: Mapping[str, object] = {
    "team.found": _("founded the team"),
    "team.rename": _("renamed the team"),
    "team.invite": _("invited somebody"),
    "team.uninvite": _("took an invitation back"),
    "team.join": _("joined the team"),
    "team.role": _("changed a member's role"),
    "team.remove": _("removed a member"),
    "team.leave": _("left the team"),
    "appeal.create": _("started an appeal"),
    "appeal.settings": _("changed an appeal's settings"),
    "appeal.open": _("opened an appeal for signature"),
    "embargo.begin": _("put an appeal under embargo"),
    "embargo.change": _("changed the end of an embargo"),
    "embargo.end": _("ended an embargo"),
    "appeal.close": _("closed an appeal"),
    "appeal.delete": _("deleted an appeal"),
    "appeal.erase": _("erased contact data whose time had ended"),
    "first.invite": _("invited first signatories"),
    "first.ask": _("asked a first signatory again"),
    "first.remove": _("took a first signatory off the list"),
    "first.move": _("moved a first signatory"),
    "first.sort": _("put the first signatories into alphabetical order"),
    "signature.strike": _("struck a signature out"),
    "organisation.approve": _("let an organisation sign"),
    "organisation.refuse": _("refused an organisation"),
    "organisation.strike": _("struck an organisation out"),
    "organisations.rule": _("changed the rule for organisations"),
    "signature.hold": _("held a signature"),
    "signature.release": _("released a signature"),
    "signature.refuse": _("refused a signature"),
    "signature.repeat_kept": _("let a possible repeat stand"),
    "roll.export": _("exported the signatures"),
    "draft.save": _("saved a draft"),
    "text.publish": _("published a version"),
    "text.derive": _("started a translation or an adaptation"),
    "text.describe": _("described where a text comes from"),
    "text.correct": _("corrected the notes of a version"),
    "source.add": _("entered a source"),
    "source.change": _("changed a source"),
    "source.remove": _("removed a source"),
    "source.style": _("changed the style of the references"),
    "source.keep": _("kept a copy of a source"),
    "source.discard": _("removed a kept copy"),
    "source.open": _("opened a kept copy to readers"),
    "source.close": _("closed a kept copy to readers"),
    "citation.add": _("anchored evidence to a passage"),
    "citation.remove": _("removed evidence from a passage"),
    "citation.anchor": _("anchored evidence again"),
    "case.add": _("entered a case"),
    "case.change": _("changed a case"),
    "case.consent": _("recorded whether a case may be named"),
    "case.publish": _("showed a case to readers"),
    "case.hide": _("took a case from readers"),
    "case.remove": _("erased a case"),
    "case.state": _("added a statement to a case"),
    "case.unstate": _("removed a statement from a case"),
    "case.update": _("added an update to a case"),
    "case.unupdate": _("removed an update from a case"),
    "case.mention": _("linked words of a text to a case"),
    "case.unmention": _("took the link to a case from words of a text"),
    "case.export": _("exported the cases"),
    "signers.ask": _("asked signers about the new words"),
    "carriers.template": _("wrote a covering letter"),
    "carriers.add": _("added a carrier"),
    "carriers.import": _("added carriers from a list"),
    "carriers.change": _("changed what a carrier may do"),
    "carriers.revoke": _("took a carrier's right back"),
    "carriers.erase": _("erased a carrier"),
    "carriers.settle": _("set how far the letter may travel"),
    "carriers.send": _("sent a covering letter"),
    "carriers.remind": _("reminded a carrier"),
    "carriers.vouch": _("vouched for somebody"),
    "carriers.vouch_back": _("took back the word for somebody"),
    "carriers.vouch_quota": _("set for how many people a carrier may vouch"),
    "carriers.vouch_keep": _("ended a carrier's vouching and kept the signatures"),
    "carriers.vouch_undo": _("ended a carrier's vouching and struck the signatures out"),
    "sheets.issue": _("issued signature sheets"),
    "dispatch.start": _("started sending covering letters"),
    "letter.compose": _("composed a carrier's letter"),
    "letter.edit": _("changed a carrier's letter"),
    "letter.approve": _("approved a carrier's letter"),
}


@dataclass(frozen=True)
class Line:
    """One act."""

    number: int
    at: datetime
    who: str
    act: str
    subject: str
    detail: list[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """A page of acts; `older` is the number to continue below, or None."""

    lines: list[Line]
    older: int | None


def page(*, actor: User, team: Team, before: int | None = None, size: int = SIZE) -> Page:
    """The acts of a team below a number; raises Forbidden for who may not read them."""
    require(actor, "audit.view", team)
    rows = AuditRecord.objects.filter(team=team).select_related("actor").order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: size + 1])
    older = found[size - 1].pk if len(found) > size else None
    return Page([_line(row) for row in found[:size]], older)


def _line(row: AuditRecord) -> Line:
    detail = [(str(key), _said(value)) for key, value in sorted(row.detail.items())]
    who = str(row.actor) if row.actor else ""
    return Line(row.pk, row.at, who, str(ACTS.get(row.verb, row.verb)), _subject(row.subject), detail)


def _subject(subject: str) -> str:
    """What the act was about, without the word that tells programs its kind; empty for the team."""
    kind, _colon, name = subject.partition(":")
    return "" if kind == "team" else name or subject


def _said(value: object) -> str:
    """A detail as a person writes it."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
