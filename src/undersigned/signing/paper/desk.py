"""The desk's pages about paper: what came in, reading it, settling, deciding, counting, taking back."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse as address_of
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from undersigned.accounts.again import proven
from undersigned.accounts.permissions import can
from undersigned.appeals import show_kept, sniff
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404, explain
from undersigned.lib.keys import KeyMissing
from undersigned.lib.vault import VaultError
from undersigned.signing.desk import actor_of
from undersigned.signing.models import Gathering, PaperLine, PaperMatch, Transcript
from undersigned.signing.paper import (
    elsewhere,
    forget,
    forms,
    keep,
    matches,
    reverse,
    scans,
    settle,
    transcribe,
    verify,
)
from undersigned.signing.paper.refusals import KeptAlready, NotPossible

SIZE = 50
_State = Gathering.State
# More lines are left to the worker: nobody waits minutes for a page.
_AT_ONCE = 3000


def gathering_or_404(request: HttpRequest, slug: str, pk: int) -> Gathering:
    """What came in, for this account; outsiders get the answer that a missing one gets."""
    appeal = appeal_or_404(request, slug, "paper.enter")
    found = Gathering.objects.select_related("appeal__team", "version__text", "sheet", "kept_by")
    gathering = found.filter(appeal=appeal, pk=pk).first()
    if gathering is None:
        raise Http404
    return gathering


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 16 else None


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """What came in on paper with its three counts; POST keeps a sheet."""
    appeal = appeal_or_404(request, slug, "paper.enter")
    form = forms.KeepForm(request.POST or None, request.FILES or None)
    known = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = keep.keep(
                actor=actor_of(request), appeal=appeal, number=values["number"], claimed=values["claimed"],
                data=values["file"],
            )  # fmt: skip
        except KeptAlready as refusal:
            known = refusal.gathering
            form.add_error("file", str(refusal))
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as error:
            explain(form, error)
        else:
            notes.success(request, _("The sheet is kept. Two people read it now, each alone."))
            return redirect("desk-paper-one", slug, made.pk)
    return _listing(request, appeal, form, known)


def _listing(
    request: HttpRequest, appeal: Appeal, form: forms.KeepForm, known: Gathering | None
) -> HttpResponse:
    before, after = _number(request.GET.get("before")), _number(request.GET.get("after"))
    rows = Gathering.objects.filter(appeal=appeal).select_related("sheet", "version__text")
    rows = rows.defer("version__source", "version__canonical")
    if before is not None:
        rows = rows.filter(pk__gt=before).order_by("pk")
    else:
        rows = rows.filter(pk__lt=after) if after is not None else rows
        rows = rows.order_by("-pk")
    found = list(rows[: SIZE + 1])
    more, found = len(found) > SIZE, found[:SIZE]
    if before is not None:
        found.reverse()
    questions = matches.questions(found)
    base = address_of("desk-paper", args=[appeal.slug])
    newer = more if before is not None else after is not None
    older = True if before is not None else more
    context = {
        "appeal": appeal,
        "form": form,
        "known": known,
        "rows": [(row, questions.get(row.pk, 0)) for row in found],
        "totals": verify.totals(appeal.pk),
        "pages": {
            "previous": f"{base}?before={found[0].pk}" if newer and found else "",
            "next": f"{base}?after={found[-1].pk}" if older and found else "",
        },
        "may_list": can(actor_of(request), "paper.list", appeal.team),
        "here": "paper",
    }
    return render(request, "desk/paper/list.html", context, status=422 if form.errors else 200)


@login_required
@proven(acts=["reverse"])
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One sheet or list: how far it is, its lines, what can be done; POST does it."""
    gathering = gathering_or_404(request, slug, pk)
    form = forms.ReverseForm()
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "reverse":
            form = forms.ReverseForm(request.POST)
        try:
            answer = _act(request, gathering, act, form)
        except NotPossible as refusal:
            notes.error(request, str(refusal))
            return redirect("desk-paper-one", slug, pk)
        if answer is not None:
            return answer
    return _one(request, gathering, form)


def _act(
    request: HttpRequest, gathering: Gathering, act: str, form: forms.ReverseForm
) -> HttpResponse | None:
    actor, here = actor_of(request), redirect("desk-paper-one", gathering.appeal.slug, gathering.pk)
    if act == "begin":
        transcribe.begin(actor=actor, gathering=gathering)
        return redirect("desk-paper-read", gathering.appeal.slug, gathering.pk)
    if act == "give-up":
        transcribe.give_up(actor=actor, gathering=gathering)
    elif act == "free":
        transcribe.free_seat(actor=actor, gathering=gathering, seat=_number(request.POST.get("seat")) or 0)
    elif act == "look":
        _told_found(request, settle.look_again(actor=actor, gathering=gathering))
    elif act == "verify":
        done = verify.verify(actor=actor, gathering=gathering, most=_AT_ONCE)
        notes.success(request, _counted(done.verified))
    elif act == "take":
        elsewhere.take(actor=actor, gathering=gathering)
    elif act == "discard":
        elsewhere.discard(actor=actor, gathering=gathering)
        notes.success(request, _("The list was dropped; nothing of it is kept."))
        return redirect("desk-paper", gathering.appeal.slug)
    elif act == "reverse":
        if not form.is_valid():
            return None
        reverse.reverse(actor=actor, gathering=gathering, reason=form.cleaned_data["reason"], most=_AT_ONCE)
        notes.success(request, _("Taken back: each of its lines is undone with the next batch."))
    else:
        raise Http404
    return here


def _counted(number: int) -> str:
    words = ngettext(
        "%(n)d signature counts; the log has it with the next batch.",
        "%(n)d signatures count; the log has them with the next batch.",
        number,
    )
    return words % {"n": number}


def _told_found(request: HttpRequest, number: int) -> None:
    if number:
        words = ngettext("%(n)d new question.", "%(n)d new questions.", number)
        notes.warning(request, words % {"n": number})
    else:
        notes.success(request, _("Nobody new was found."))


def _one(request: HttpRequest, gathering: Gathering, form: forms.ReverseForm) -> HttpResponse:
    actor, appeal = actor_of(request), gathering.appeal
    readers = list(Transcript.objects.filter(gathering=gathering).select_related("reader").order_by("seat"))
    mine = next((one for one in readers if one.reader_id == actor.pk), None)
    after = _number(request.GET.get("after")) or 0
    lines_shown, more = _lines(gathering, after)
    base = address_of("desk-paper-one", args=[appeal.slug, gathering.pk])
    context = {
        "appeal": appeal,
        "gathering": gathering,
        "readers": readers,
        "mine": mine,
        "places": transcribe.READERS - len(readers),
        "may_settle": settle.may_settle(actor, gathering),
        "may_reverse": can(actor, "paper.reverse", appeal.team),
        "may_list": can(actor, "paper.list", appeal.team),
        "open": PaperMatch.objects.filter(gathering=gathering, verdict="")[:100].count(),
        "asked": PaperMatch.objects.filter(gathering=gathering).exists(),
        "lines": lines_shown,
        "pages": {
            "first": base if after else "",
            "next": f"{base}?after={lines_shown[-1]['row'].number}" if more else "",
        },
        "form": form,
        "here": "paper",
    }
    return render(request, "desk/paper/one.html", context, status=422 if form.errors else 200)


def _lines(gathering: Gathering, after: int) -> tuple[list[dict[str, Any]], bool]:
    """A page of lines as settled; those that differ are nobody's to see here."""
    rows = PaperLine.objects.filter(gathering=gathering, number__gt=after)
    found = list(rows.select_related("signature__person", "gathering").order_by("number")[: SIZE + 1])
    shown = []
    for row in found[:SIZE]:
        reading = None if row.state == PaperLine.State.DIFFERS else matches.reading_of(row)
        shown.append({"row": row, "said": forms.shown(reading) if reading else []})
    return shown, len(found) > SIZE


@login_required
@require_safe
def scan(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The scan or file, for the team, in an answer in which it can run nothing."""
    gathering = gathering_or_404(request, slug, pk)
    if not gathering.is_kept:
        raise Http404
    etag = f'"{gathering.sha256}"'
    known = get_conditional_response(request, etag=etag)
    response: HttpResponseBase = known if known is not None else _stream(gathering)
    response["ETag"] = etag
    # Kept by the browser of whoever reads, asked for anew each time: a phone loads a photo once.
    response["Cache-Control"] = "private, no-cache"
    response["Content-Security-Policy"] = show_kept.POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _stream(gathering: Gathering) -> HttpResponseBase:
    pieces: Iterator[bytes] = scans.read(gathering.appeal, gathering.mark)
    try:
        first = next(pieces, b"")
    except (FileNotFoundError, VaultError, KeyMissing):
        raise Http404 from None
    response = StreamingHttpResponse(chain([first], pieces), content_type=gathering.media_type)
    response["Content-Length"] = str(gathering.size)
    if not gathering.media_type.startswith("image/"):
        name = f"{gathering.appeal.slug}-{gathering.sha256[:12]}"
        extension = sniff.EXTENSIONS.get(gathering.media_type, "csv")
        response["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
    return response


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duplicates(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Possible duplicates, a page at a time; POST says whether two are one person."""
    gathering = gathering_or_404(request, slug, pk)
    asked = PaperMatch.objects.filter(gathering=gathering)
    if request.method == "POST":
        match = asked.filter(pk=_number(request.POST.get("match")) or 0).first()
        if match is None or request.POST.get("verdict") not in ("same", "other"):
            raise Http404
        try:
            settle.decide(actor=actor_of(request), match=match, same=request.POST["verdict"] == "same")
        except NotPossible as refusal:
            notes.error(request, str(refusal))
        return redirect("desk-paper-matches", slug, pk)
    shown = _questions(asked.filter(verdict=""))
    after = _number(request.GET.get("after")) or 0
    decided = _questions(asked.exclude(verdict="").filter(pk__gt=after))
    base = address_of("desk-paper-matches", args=[slug, pk])
    context = {
        "appeal": gathering.appeal,
        "gathering": gathering,
        "open": shown,
        "decided": decided,
        "pages": {
            "first": base if after else "",
            "next": f"{base}?after={decided[-1]['match'].pk}" if len(decided) == 20 else "",
        },
        "may_change": gathering.state == _State.CHECKING,
        "here": "paper",
    }
    return render(request, "desk/paper/duplicates.html", context)


def _questions(asked: Any) -> list[dict[str, Any]]:
    found = asked.select_related(
        "line__signature__person", "signature__public_line", "signature__version__text",
        "other__signature__person", "other__gathering__sheet",
    ).order_by("pk")  # fmt: skip
    return [
        {
            "match": match,
            "line": forms.shown(reading) if (reading := matches.reading_of(match.line)) else [],
            "other": forms.shown(said) if match.other and (said := matches.reading_of(match.other)) else [],
        }
        for match in found[:20]
    ]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest, slug: str) -> HttpResponse:
    """Finds whoever signed on paper, by whole name or address; the words stand in no address."""
    appeal = appeal_or_404(request, slug, "paper.enter")
    query = str(request.POST.get("q", "")) if request.method == "POST" else ""
    found = forget.find(actor=actor_of(request), appeal=appeal, query=query) if query else []
    shown = [
        {"row": row, "said": forms.shown(reading) if (reading := matches.reading_of(row)) else []}
        for row in found
    ]
    context = {"appeal": appeal, "query": query, "lines": shown, "here": "paper"}
    return render(request, "desk/paper/find.html", context)


@login_required
@proven
@require_POST
def erase(request: HttpRequest, slug: str, pk: int, number: int) -> HttpResponse:
    """Erases one line; a tick says that it is meant."""
    gathering = gathering_or_404(request, slug, pk)
    line = PaperLine.objects.select_related("gathering__appeal__team", "gathering__sheet")
    found = line.filter(gathering=gathering, number=number).first()
    if found is None:
        raise Http404
    try:
        if request.POST.get("sure") != "1":
            notes.error(request, _("Nothing was erased: tick the box beside the button first."))
        else:
            forget.erase_line(actor=actor_of(request), line=found)
            notes.success(request, _("Erased, and the scan with it."))
    except NotPossible as refusal:
        notes.error(request, str(refusal))
    return redirect("desk-paper-one", slug, pk)
