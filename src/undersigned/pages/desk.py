"""The desk's pages that read several apps: my appeals, one appeal at a glance, the mail queue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from undersigned.accounts.models import User
from undersigned.accounts.permissions import VERBS, can, teams_where
from undersigned.appeals import languages, publish, reading
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.appeals.views import appeal_or_404
from undersigned.ledger import read as ledger
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message
from undersigned.signing import opening
from undersigned.signing.models import Signature

# Derived texts on one page of an appeal.
TEXTS = 50


@dataclass(frozen=True)
class Standing:
    """One appeal as the list of appeals shows it."""

    appeal: Appeal
    signatures: int
    ends_at: datetime | None


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My appeals, the newest first."""
    actor = cast(User, request.user)
    teams = teams_where(actor, "appeal.view")
    appeals = Appeal.objects.filter(team__in=teams).select_related("team").order_by("-created_at")[:500]
    rows = [Standing(appeal, _recorded(appeal), opening.ends_at(appeal)) for appeal in appeals]
    context = {"rows": rows, "teams": teams, "may_create": bool(teams_where(actor, "appeal.create"))}
    return render(request, "desk/home.html", context)


def _recorded(appeal: Appeal) -> int:
    log = ledger.log_of(appeal.public_id)
    return ledger.totals(log).signatures if log else 0


@login_required
@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """One appeal: how far it is, what comes next, what was signed."""
    actor = cast(User, request.user)
    appeal = appeal_or_404(request, slug, "appeal.view")
    texts, following = _texts(appeal, str(request.GET.get("after", "")))
    log = ledger.log_of(appeal.public_id)
    may = {verb.replace(".", "_"): can(actor, verb, appeal.team) for verb in VERBS}
    return render(
        request,
        "desk/overview.html",
        {
            "appeal": appeal,
            "texts": texts,
            "following": following,
            "log": log,
            "totals": ledger.totals(log) if log else None,
            "waiting": _waiting(appeal),
            "steps": _steps(appeal),
            "may": may,
            "here": "overview",
        },
    )


def _waiting(appeal: Appeal) -> list[tuple[str, int]]:
    """Signatures on their way: these states have partial indexes, so the count costs what is waiting."""
    states = (Signature.State.PENDING, Signature.State.CONFIRMED)
    return [
        (str(state.label), Signature.objects.filter(appeal=appeal, state=state).count()) for state in states
    ]


@dataclass(frozen=True)
class TextRow:
    """A text with its newest Version and whether its draft says something else."""

    text: Text
    version: Version | None
    changed: bool

    @property
    def language(self) -> str:
        """The text's language in itself."""
        return languages.own_name(self.text.language)


def _texts(appeal: Appeal, after: str) -> tuple[list[TextRow], str]:
    """A page of texts behind the one of this name, the original first; the last name where more follow."""
    derived = appeal.texts.exclude(relation=Text.Relation.ORIGINAL)
    found = list(derived.filter(slug__gt=after).order_by("slug")[: TEXTS + 1])
    shown = found[:TEXTS] if after else [reading.original(appeal), *found[:TEXTS]]
    newest = Version.objects.filter(text=OuterRef("pk")).order_by("-number").values("pk")[:1]
    numbers = Text.objects.filter(pk__in=[text.pk for text in shown]).annotate(newest=Subquery(newest))
    versions = Version.objects.in_bulk([pk for pk in numbers.values_list("newest", flat=True) if pk])
    by_text = {version.text_id: version for version in versions.values()}
    return [_text_row(text, appeal, by_text.get(text.pk)) for text in shown], (
        found[TEXTS - 1].slug if len(found) > TEXTS else ""
    )


def _text_row(text: Text, appeal: Appeal, version: Version | None) -> TextRow:
    text.appeal = appeal
    return TextRow(text, version, version is not None and publish.would_be_new(text, version))


@dataclass(frozen=True)
class Step:
    """One step of an appeal's life; exactly one is current."""

    name: str
    done: bool
    current: bool


def _steps(appeal: Appeal) -> list[Step]:
    # Nothing is published before the original is.
    published = reading.original(appeal).versions.exists()
    reached = {
        Appeal.State.DRAFT: 1 if published else 0,
        Appeal.State.EMBARGO: 2,
        Appeal.State.OPEN: 2,
        Appeal.State.CLOSED: 3,
    }[Appeal.State(appeal.state)]
    signed = _("Under embargo") if appeal.state == Appeal.State.EMBARGO else _("Open for signature")
    names = [_("Draft"), _("Published"), signed, _("Closed")]
    return [Step(name, place < reached, place == reached) for place, name in enumerate(names)]


# What each kind of mail is for; one that is missing here is shown by its own name.
_KINDS: Mapping[str, Promise] = {
    "confirm": gettext_lazy("asks to confirm a signature"),
    "move": gettext_lazy("asks to confirm a move to another version"),
    "already": gettext_lazy("says that an address has signed before"),
    "first": gettext_lazy("asks a first signatory"),
    "signed": gettext_lazy("leads to one's private page"),
    "reminder": gettext_lazy("reminds of a signature that is not confirmed"),
    "again": gettext_lazy("asks whether somebody signs the new words too"),
    "delivered": gettext_lazy("says that a letter was handed over"),
    "answered": gettext_lazy("says that the addressee answered"),
    "own-data": gettext_lazy("opens what is kept about somebody, for that person"),
    "update": gettext_lazy("news for those who asked for it"),
    "dispute-confirm": gettext_lazy("asks to confirm that a name is disputed"),
    "dispute-frozen": gettext_lazy("tells a disputer that a name is out of sight"),
    "dispute-looked": gettext_lazy("tells a disputer that the team looks first"),
    "dispute-none": gettext_lazy("tells a disputer that no such name is listed"),
    "dispute-upheld": gettext_lazy("tells a disputer that a name was struck out"),
    "dispute-dismissed": gettext_lazy("tells a disputer that a name is shown again"),
    "dispute-overdue": gettext_lazy("tells a disputer that nothing is decided yet"),
    "dispute-asked": gettext_lazy("asks a signatory whose name is disputed"),
    "dispute-struck": gettext_lazy("tells a signatory that a disputed name was struck out"),
    "dispute-shown": gettext_lazy("tells a signatory that a disputed name is shown again"),
    "dispute-team": gettext_lazy("tells the team that a name is disputed"),
    "dispute-late": gettext_lazy("reminds the team of a disputed name"),
    "refused": gettext_lazy("says that a signature does not count"),
    "reinstated": gettext_lazy("says that a signature counts after all"),
    "cover": gettext_lazy("covering letter to a carrier"),
    "cover-reminder": gettext_lazy("reminds a carrier"),
    "text-back": gettext_lazy("sends a carrier's text back"),
    "text-published": gettext_lazy("says that a carrier's text is published"),
    "letter-consent": gettext_lazy("asks whether a letter may be printed"),
    "raw": gettext_lazy("accounts and invitations"),
}
_MAIL_STATES: Mapping[str, Promise] = {
    Message.State.QUEUED: gettext_lazy("waiting"),
    Message.State.HANDED: gettext_lazy("handed over, no answer yet"),
    Message.State.SENT: gettext_lazy("sent"),
    Message.State.FAILED: gettext_lazy("failed"),
    Message.State.DROPPED: gettext_lazy("dropped"),
}


@login_required
@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """The whole installation's mail queue in numbers: no address and no text of a mail stands here."""
    actor = cast(User, request.user)
    if not teams_where(actor, "mail.view"):
        raise PermissionDenied
    found = Message.objects.values("kind", "state").annotate(n=Count("pk")).order_by("kind", "state")
    rows = [
        {
            "kind": _KINDS.get(row["kind"], row["kind"]),
            "state": row["state"],
            "state_name": _MAIL_STATES[row["state"]],
            "n": row["n"],
        }
        for row in found
    ]
    failures = (
        Message.objects.exclude(last_error="")
        .values("last_error")
        .annotate(n=Count("pk"))
        .order_by("-n")[:20]
    )
    return render(request, "desk/mail.html", {"rows": rows, "failures": failures, "held": queue.is_held()})
