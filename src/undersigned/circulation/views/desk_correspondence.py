"""The desk's pages of letters for the edition: which there are, one of them, a new one."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from undersigned.appeals import languages, reading, written_dates
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.circulation.correspondence import answer, choose, consent, letters
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.models import Carrier, EditionHandedOut, EditionLetter, Reply
from undersigned.circulation.views.desk import actor_of, frame
from undersigned.lib.fields import FieldError

PER_PAGE = 50
_TYPED = (EditionLetter.Kind.UPDATE, EditionLetter.Kind.OTHER)


def _line(label: Any, *, required: bool = False, hint: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    return forms.CharField(label=label, required=required, max_length=300, help_text=hint, widget=widget)


class FactsForm(forms.Form):
    """What editors may add to a letter."""

    title = _line(gettext_lazy("Title"))
    place = _line(gettext_lazy("Place"))
    date = _line(gettext_lazy("Date"), hint=gettext_lazy("2026-03-01, 2026-03, or as it is written"))


class NewForm(FactsForm):
    """A letter that is typed here."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"), choices=[(kind.value, kind.label) for kind in _TYPED]
    )
    sender = _line(gettext_lazy("Writer"), required=True)
    addressee = _line(gettext_lazy("To"))
    language = _line(gettext_lazy("Language"), required=True)
    words = forms.CharField(
        label=gettext_lazy("The letter"),
        help_text=gettext_lazy("Markdown, as a letter’s text."),
        max_length=letters.WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"}),
    )
    own = forms.BooleanField(
        label=cast(Any, consent.OWN.label), help_text=cast(Any, consent.OWN.hint), required=False
    )
    field_order = ("kind", "sender", "addressee", "place", "date", "language", "title", "words", "own")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Every letter with its state, in the order in which they were put down; POST notes a handing out."""
    appeal = appeal_or_404(request, slug, "carriers.manage")
    if request.method == "POST":
        return _post(request, appeal)
    asked = request.GET.get("after", "")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    rows = EditionLetter.objects.filter(appeal=appeal, pk__gt=after).order_by("pk")
    found = list(rows[: PER_PAGE + 1])
    context = frame(request, appeal) | {
        "rows": [_row(row) for row in found[:PER_PAGE]],
        "next": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else 0,
        "handed_out": EditionHandedOut.objects.filter(appeal=appeal).order_by("-at")[:10],
        "sub": "correspondence",
    }
    return render(request, "desk/circulation/correspondence.html", context)


def _post(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    """Puts a covering letter or a reply on the list, or notes that the edition was handed out."""
    actor, act, number = actor_of(request), request.POST.get("act", ""), request.POST.get("number", "")
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    try:
        if act == "hand-out":
            choose.hand_out(actor=actor, appeal=appeal, to=request.POST.get("to", "")[:1000])
            messages.success(request, _("Noted."))
            return redirect("desk-correspondence", appeal.slug)
        if act == "covering":
            carrier = Carrier.objects.select_related("appeal__team", "letter", "text")
            made = letters.from_covering(
                actor=actor,
                carrier=carrier.get(appeal=appeal, pk=wanted),
                own=request.POST.get("own") == "1",
            )
        elif act == "reply":
            reply = Reply.objects.select_related("carrier__appeal__team", "carrier__text")
            made = letters.take_reply(actor=actor, reply=reply.get(carrier__appeal=appeal, pk=wanted))
        else:
            raise Http404
    except (Carrier.DoesNotExist, Reply.DoesNotExist):
        raise Http404 from None
    except (NotPossible, FieldError) as error:
        messages.error(request, str(error))
        return redirect("desk-correspondence", appeal.slug)
    return redirect("desk-correspondence-one", appeal.slug, made.pk)


def _row(letter: EditionLetter) -> dict[str, Any]:
    content = letters.content_of(letter)
    return {
        "letter": letter,
        "content": content,
        "name": content.title or f"{content.sender} → {content.addressee or '–'}",
        "date": written_dates.written_out(letter.date, letter.language),
    }


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """A letter typed at the desk: an update, or another one around the appeal."""
    appeal = appeal_or_404(request, slug, "carriers.manage")
    language = reading.original(appeal).language
    form = NewForm(request.POST if request.method == "POST" else None, initial={"language": language})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        content = letters.Content(
            given["words"], given["sender"], given["addressee"], given["place"], given["title"], markup=True
        )
        try:
            made = letters.put_down(
                actor=actor_of(request), appeal=appeal, kind=given["kind"], content=content,
                language=given["language"], date=given["date"], own=given["own"],
            )  # fmt: skip
        except FieldError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Kept."))
            return redirect("desk-correspondence-one", appeal.slug, made.pk)
    context = frame(request, appeal) | {"form": form, "sub": "correspondence"}
    status = 422 if form.errors else 200
    return render(request, "desk/circulation/correspondence_new.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One letter as it would be printed; POST does one act."""
    appeal = appeal_or_404(request, slug, "carriers.manage")
    rows = EditionLetter.objects.select_related("appeal__team", "carrier")
    letter = rows.filter(appeal=appeal, pk=pk).first()
    if letter is None:
        raise Http404
    content = letters.content_of(letter)
    form = FactsForm(initial={"title": content.title, "place": content.place, "date": letter.date})
    if request.method == "POST":
        if request.POST.get("act") == "describe":
            form = FactsForm(request.POST)
        try:
            if _did(request, letter, request.POST.get("act", ""), form):
                gone = request.POST.get("act") == "remove"
                messages.success(request, _("Removed.") if gone else _("Kept."))
                place = "desk-correspondence" if gone else "desk-correspondence-one"
                return redirect(place, appeal.slug, *([] if gone else [letter.pk]))
        except NotPossible as error:
            messages.error(request, str(error))
            return redirect("desk-correspondence-one", appeal.slug, letter.pk)
        except FieldError as error:
            form.add_error(None, str(error))
    context = (
        frame(request, appeal)
        | _row(letter)
        | {
            "shown": letters.printed(letter),
            "direction": languages.direction(letter.language),
            "form": form,
            "link": answer.link(letter),
            "is_addressee": answer.is_addressee(letter),
            "askable": letter.asked_at is None and letter.carrier is not None,
            "own": consent.OWN,
            "sub": "correspondence",
        }
    )
    status = 422 if form.errors else 200
    return render(request, "desk/circulation/correspondence_one.html", context, status=status)


def _did(request: HttpRequest, letter: EditionLetter, act: str, form: FactsForm) -> bool:
    actor = actor_of(request)
    match act:
        case "describe":
            if not form.is_valid():
                return False
            choose.describe(actor=actor, letter=letter, **form.cleaned_data)
        case "ask":
            choose.ask(actor=actor, letter=letter)
        case "own":
            choose.agree_own(actor=actor, letter=letter)
        case "in" | "out":
            choose.include(actor=actor, letter=letter, wanted=act == "in")
        case "remove":
            choose.remove(actor=actor, letter=letter)
        case _unknown:
            raise Http404
    return True
