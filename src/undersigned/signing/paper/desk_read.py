"""The pages on which a sheet is read: the scan above, fields below; and where two readings differ."""

from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse as address_of
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from undersigned.appeals import languages
from undersigned.signing.desk import actor_of
from undersigned.signing.models import Gathering, Transcript
from undersigned.signing.paper import forms, lines, settle, transcribe
from undersigned.signing.paper.desk import gathering_or_404
from undersigned.signing.paper.refusals import NotPossible

ZOOMS = (1, 2, 3, 4)
# A page of ten lines keeps far below the number of fields that a request may have.
BLOCKS = (1, 10)


class _View:
    """How somebody wants to see a sheet: which line, how many at once, how large the scan."""

    def __init__(self, request: HttpRequest, gathering: Gathering) -> None:
        self.gathering = gathering
        self.most = gathering.sheet.lines if gathering.sheet else 1
        given = request.GET
        self.line = self._read(given.get("line"), range(1, self.most + 1))
        self.zoom = self._read(given.get("zoom"), ZOOMS) or 1
        self.block = self._read(given.get("lines"), BLOCKS) or 1

    @staticmethod
    def _read(value: str | None, allowed: Any) -> int:
        number = int(value) if value and value.isascii() and value.isdigit() and len(value) < 6 else 0
        return number if number in allowed else 0

    def numbers(self) -> list[int]:
        """The lines on the page."""
        first = self.line if self.block == 1 else (self.line - 1) // self.block * self.block + 1
        return list(range(first, min(first + self.block, self.most + 1)))

    def link(self, **changed: int) -> str:
        """The same page, seen otherwise; without a fragment, which would keep the focus from the field."""
        asked = {"line": self.line, "zoom": self.zoom, "lines": self.block, **changed}
        page = address_of("desk-paper-read", args=[self.gathering.appeal.slug, self.gathering.pk])
        return f"{page}?{urlencode(asked)}"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The actor's own reading; POST keeps the lines shown and goes on, or ends the reading."""
    gathering = gathering_or_404(request, slug, pk)
    actor = actor_of(request)
    mine = transcribe.own(actor=actor, gathering=gathering)
    if mine is None or mine.finished_at or gathering.sheet is None or gathering.state != "reading":
        return redirect("desk-paper-one", slug, pk)
    view = _View(request, gathering)
    try:
        if request.method == "POST":
            return _write(request, gathering, mine, view)
        return _page(request, gathering, mine, view)
    except NotPossible as refusal:
        notes.error(request, str(refusal))
        return redirect("desk-paper-one", slug, pk)


def _write(request: HttpRequest, gathering: Gathering, mine: Transcript, view: _View) -> HttpResponse:
    actor = actor_of(request)
    if request.POST.get("act") in ("finish", "finish-empty"):
        try:
            rest = request.POST["act"] == "finish-empty"
            transcribe.finish(actor=actor, gathering=gathering, rest_empty=rest)
        except NotPossible as refusal:
            notes.error(request, str(refusal))
            return redirect(view.link())
        notes.success(request, _("Your reading is complete."))
        return redirect("desk-paper-one", gathering.appeal.slug, gathering.pk)
    view.line = view.line or 1
    wrong: dict[int, forms.LineFields] = {}
    asks_email = bool(gathering.sheet and gathering.sheet.asks_email)
    for number in view.numbers():
        values = forms.typed(request.POST, number, asks_email=asks_email)
        try:
            transcribe.write(actor=actor, gathering=gathering, number=number, values=forms.as_line(values))
        except lines.Unfit as error:
            wrong[number] = forms.LineFields(number, asks_email, errors=error.messages, typed=values)
    if wrong:
        return _page(request, gathering, mine, view, wrong)
    return redirect(view.link(line=min(view.numbers()[-1] + 1, view.most)))


def _page(
    request: HttpRequest,
    gathering: Gathering,
    mine: Transcript,
    view: _View,
    wrong: dict[int, forms.LineFields] | None = None,
) -> HttpResponse:
    done = transcribe.read_lines(actor=actor_of(request), transcript=mine)
    missing = [number for number in range(1, view.most + 1) if number not in done]
    view.line = view.line or (missing[0] if missing else 1)
    asks_email = bool(gathering.sheet and gathering.sheet.asks_email)
    shown = [
        (wrong or {}).get(number) or forms.LineFields(number, asks_email, done.get(number))
        for number in view.numbers()
    ]
    first = min(wrong) if wrong else next((one.number for one in shown if not one.is_done), shown[0].number)
    context = {
        "appeal": gathering.appeal,
        "gathering": gathering,
        "shown": shown,
        "focus": first,
        "all": [(number, number in done, view.link(line=number)) for number in range(1, view.most + 1)],
        "current": view.numbers(),
        "done": len(done),
        "most": view.most,
        "missing": missing,
        "zoom": view.zoom,
        "scan_dir": languages.direction(gathering.version.language),
        "zooms": [(zoom * 100, view.link(zoom=zoom), zoom == view.zoom) for zoom in ZOOMS],
        "blocks": [(block, view.link(lines=block), block == view.block) for block in BLOCKS],
        "action": view.link(),
        "wrong": bool(wrong),
        "here": "paper",
    }
    return render(request, "desk/paper/read.html", context, status=422 if wrong else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settle_page(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The first line that two read differently, for a third; POST says which it is."""
    gathering = gathering_or_404(request, slug, pk)
    actor = actor_of(request)
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    try:
        if request.method == "POST":
            asks_email = bool(gathering.sheet and gathering.sheet.asks_email)
            number = int(request.POST.get("line", "0")) if request.POST.get("line", "0").isdigit() else 0
            values = forms.typed(request.POST, number, asks_email=asks_email)
            try:
                settle.settle(
                    actor=actor, gathering=gathering, number=number,
                    choice=request.POST.get("choice", ""), values=forms.as_line(values),
                )  # fmt: skip
            except lines.Unfit as error:
                errors = error.messages
            else:
                return redirect("desk-paper-settle", slug, pk)
        found = settle.differing(actor=actor, gathering=gathering)
    except NotPossible as refusal:
        notes.error(request, str(refusal))
        return redirect("desk-paper-one", slug, pk)
    if found is None:
        notes.success(request, _("Every line is settled."))
        return redirect("desk-paper-one", slug, pk)
    return _settle(request, gathering, found, values, errors)


def _settle(
    request: HttpRequest, gathering: Gathering, found: settle.Difference, values: dict[str, Any],
    errors: dict[str, str],
) -> HttpResponse:  # fmt: skip
    asks_email = bool(gathering.sheet and gathering.sheet.asks_email)
    if not values:
        # What both read alike is there already; where they differ nothing leads the eye.
        one = found.readings[0]
        names = ("name", "place", "email", "addressee", "edition")
        values = {name: getattr(one, name) for name in names if name not in found.fields}
        values = {} if "mark" in found.fields else values
    page = address_of("desk-paper-settle", args=[gathering.appeal.slug, gathering.pk])
    zoom = _View(request, gathering).zoom
    context = {
        "appeal": gathering.appeal,
        "gathering": gathering,
        "line": forms.LineFields(found.number, asks_email, errors=errors, typed=values or {"name": ""}),
        "readings": [
            (choice, forms.shown(reading))
            for choice, reading in zip((settle.FIRST, settle.SECOND), found.readings, strict=True)
        ],
        "differ": found.fields,
        "zoom": zoom,
        "scan_dir": languages.direction(gathering.version.language),
        "zooms": [(each * 100, f"{page}?zoom={each}", each == zoom) for each in ZOOMS],
        "wrong": bool(errors),
        "here": "paper",
    }
    return render(request, "desk/paper/settle.html", context, status=422 if errors else 200)
