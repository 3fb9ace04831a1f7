"""The carrier's own page, reached by the private link alone: no account, no cookie, no script needed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from undersigned.appeals import answers, languages, reading
from undersigned.appeals.models import Appeal
from undersigned.circulation import answer as act
from undersigned.circulation import (
    collected,
    covering,
    enclosed,
    enrol,
    links,
    pass_on,
    people,
    pictures,
    rights,
)
from undersigned.circulation.correspondence import answer as consenting
from undersigned.circulation.forms import AnswerForm, PassOnForm, WriteForm
from undersigned.circulation.models import Carrier, EditionLetter, LetterTemplate
from undersigned.lib import clock
from undersigned.lib.fields import FieldError

View = Callable[..., HttpResponse]
LETTERS_SHOWN = 60
# What a page says after a POST, by the word in its address.
SAID = ("answer", "written", "passed")


def private(view: View) -> View:
    """Finds the carrier of a link and speaks their language; a link that is over is answered 410."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, token: str, **place: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "POST"):
            return answers.guarded(HttpResponseNotAllowed(["GET", "HEAD", "POST"]))
        carrier = links.find(token)
        if carrier is None:
            return dead(request)
        request.encoding = "utf-8"
        with answers.speaking(carrier.language):
            if why := links.hindrance(carrier, clock.now()):
                return over(request, carrier, why)
            if request.method == "POST" and answers.is_cross_site(request):
                return answers.page(request, "circulation/cross_site.html", {}, status=403)
            try:
                return view(request, carrier, token, **place)
            except act.LinkOver as error:
                return over(request, carrier, error.why)

    return answered


def dead(request: HttpRequest) -> HttpResponse:
    """The answer to a link that leads nowhere."""
    with answers.speaking(answers.wanted_language(request)):
        return answers.page(request, "circulation/dead.html", {}, status=404)


def over(request: HttpRequest, carrier: Carrier, why: str) -> HttpResponse:
    """The answer to a link that was taken back or whose time is over."""
    context = {
        "why": why,
        "carrier": carrier,
        "token": links.token(carrier),
        "public": _is_public(carrier),
        # What was typed when the link ended goes back to whoever typed it.
        "typed": request.POST.get("source") or request.POST.get("words", ""),
    }
    return answers.page(request, "circulation/over.html", context, status=410)


def _is_public(carrier: Carrier) -> bool:
    return carrier.appeal.state in reading.PUBLIC


@private
def carry(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    """The covering letter, the text, what the carrier can do; fetching it means that it was opened."""
    if request.method == "POST":
        return _answer(request, carrier, token)
    if request.method == "GET":
        act.opened(carrier=carrier)
    return _show(request, carrier)


def _answer(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, carrier, status=422, answer_form=form)
    try:
        act.answer(token=token, choice=request.POST.get("answer", ""), **form.cleaned_data)
    except (act.NotAllowed, FieldError) as error:
        form.add_error(None, str(error))
        return _show(request, carrier, status=422, answer_form=form)
    return _back(token, "answer")


def _back(token: str, said: str) -> HttpResponse:
    return answers.see(f"{reverse('carry', args=[token])}?said={said}")


def _show(request: HttpRequest, carrier: Carrier, *, status: int = 200, **more: Any) -> HttpResponse:
    found = enclosed.of(enclosed.text_for(carrier))
    # Under embargo the link works, too, for those alone who are given it.
    unseen = carrier.appeal.state == Appeal.State.EMBARGO
    public = _is_public(carrier) or unseen
    link = links.signing(carrier, enclosed.text_to_sign(carrier))
    said = request.GET.get("said", "")
    given = rights.now_of(carrier)
    today = timezone.localdate()
    context = {
        "carrier": carrier,
        "contact": people.contact_of(carrier),
        "letter": _letter(carrier),
        "enclosed": found,
        "direction": languages.direction(found.language),
        "author": enclosed.author_of(carrier.appeal, found),
        "rights": given,
        "may": given.names(),
        "room": pass_on.room(carrier),
        "depth_max": pass_on.depth_max(carrier),
        "token": links.token(carrier),
        "link": link if carrier.may_collect else "",
        "public": public,
        "embargo": getattr(carrier.appeal, "embargo", None) if unseen else None,
        "qr": pictures.qr_svg(link, label=_("QR code of your signing link")) if carrier.may_collect else "",
        "days": collected.per_day(carrier, until=today) if public else [],
        "count": collected.counts([carrier.pk]).get(carrier.pk, 0),
        "circle": _circle(carrier),
        "letters_kept": _letters_kept(carrier),
        "replies": [(row.at, people.reply_text(row)) for row in carrier.replies.order_by("pk")],
        "answer_form": AnswerForm(),
        "write_form": WriteForm(),
        "said": said if said in SAID else "",
        **more,
    }
    context["chart"] = (
        pictures.bars(context["days"], label=_("Signatures by day")) if context["count"] else ""
    )
    return answers.page(request, "circulation/carry.html", context, status=status)


def _letter(carrier: Carrier) -> dict[str, str] | None:
    row = getattr(carrier, "letter", None)
    if row is None:
        return None
    words = people.words_of(row)
    # The reader stands behind the link already; what leads up to it must not end in nothing.
    here, link = _("(this page)"), links.private(carrier)
    lines = [
        here if line.strip() == "{link}" else line.replace("{link}", link) for line in words.body.split("\n")
    ]
    return {
        "subject": words.subject,
        "body": "\n".join(lines),
        "language": row.language,
        "direction": languages.direction(row.language),
    }


def _letters_kept(carrier: Carrier) -> list[dict[str, Any]]:
    """Letters of this carrier's, or to them, that the edition may print, each with its own page."""
    rows = EditionLetter.objects.filter(carrier=carrier).order_by("pk")[:LETTERS_SHOWN]
    return [{"letter": row, "token": consenting.token(row)} for row in rows]


def _circle(carrier: Carrier) -> list[dict[str, Any]]:
    """Those whom this carrier passed the letter on to, and nobody else."""
    rows = list(carrier.children.order_by("pk"))
    counts = collected.counts([row.pk for row in rows])
    return [
        {
            "name": people.contact_of(row).name,
            "state": Carrier.State(row.state).label,
            "signatures": counts.get(row.pk, 0),
        }
        for row in rows
    ]


@private
def write(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    """Words to the author."""
    if request.method != "POST":
        return answers.see(reverse("carry", args=[token]))
    form = WriteForm(request.POST)
    if not form.is_valid():
        return _show(request, carrier, status=422, write_form=form)
    try:
        act.write(token=token, **form.cleaned_data)
    except (act.NotAllowed, FieldError) as error:
        form.add_error("words", str(error))
        return _show(request, carrier, status=422, write_form=form)
    return _back(token, "written")


@private
def hand_on(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    """The form that passes the letter on to one more person."""
    offered = list(
        LetterTemplate.objects.filter(appeal=carrier.appeal)
        .order_by("language")
        .values_list("language", flat=True)
    )
    form = PassOnForm(
        request.POST if request.method == "POST" else None,
        allowed=_to_give(carrier),
        offered=offered,
        spoken=carrier.language,
    )
    if request.method == "POST" and form.is_valid():
        try:
            pass_on.pass_on(token=token, entry=form.entry, given=form.given)
        except (act.NotAllowed, FieldError, covering.NoTemplate, enrol.AlreadyThere) as error:
            form.add_error(None, str(error))
        else:
            return _back(token, "passed")
    context = {
        "carrier": carrier,
        "form": form,
        "token": token,
        "room": pass_on.room(carrier),
        "depth_max": pass_on.depth_max(carrier),
        "offered": offered,
    }
    return answers.page(request, "circulation/pass_on.html", context, status=422 if form.errors else 200)


def _to_give(carrier: Carrier) -> rights.Rights:
    given = rights.now_of(carrier)
    last = carrier.depth + 1 >= pass_on.depth_max(carrier)
    return given.within(rights.Rights(True, True, True, True, not last))


@private
def code(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    """The QR code of the signing link as a picture to be printed."""
    if not carrier.may_collect:
        return dead(request)
    link = links.signing(carrier, enclosed.text_to_sign(carrier))
    response = HttpResponse(pictures.qr_png(link), content_type="image/png")
    response["Content-Disposition"] = f'inline; filename="{carrier.appeal.slug}.png"'
    return answers.guarded(response)


@private
def text(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    """The enclosed text as a file."""
    found = enclosed.of(enclosed.text_for(carrier))
    response = HttpResponse(found.plain, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    return answers.guarded(response)


@csrf_exempt
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """No more letters: GET shows a button, POST (one click of a mail program, too) does it."""
    if request.method not in ("GET", "HEAD", "POST"):
        return answers.guarded(HttpResponseNotAllowed(["GET", "HEAD", "POST"]))
    carrier = links.find(token)
    if carrier is None:
        return dead(request)
    with answers.speaking(carrier.language):
        # A mail program that unsubscribes for its owner is another site, and may (RFC 8058).
        if request.method == "POST":
            act.stop(token=token)
        context = {"done": request.method == "POST", "carrier": carrier}
        return answers.page(request, "circulation/stop.html", context)
