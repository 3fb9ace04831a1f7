"""The carrier's workbench: the source beside the draft, behind the private link alone."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from undersigned.appeals import answers, draft, languages, markup, parallel, publish, reading
from undersigned.appeals import diff as differ
from undersigned.appeals.beside import beside
from undersigned.appeals.forms import DraftForm
from undersigned.appeals.models import Text, Version
from undersigned.appeals.said import said
from undersigned.circulation import people
from undersigned.circulation import work as act
from undersigned.circulation.answer import NotAllowed
from undersigned.circulation.models import Carrier, Work
from undersigned.circulation.views.carry import private
from undersigned.circulation.work_forms import StartForm

SAID = ("started", "saved", "follows", "waits", "published")


@private
def bench(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    """Starts a text, or writes in the one that was started."""
    known = act.of(carrier)
    if known is None:
        return _start(request, carrier, token)
    if request.method != "POST":
        return _show(request, known, token)
    if request.POST.get("act") == "follow":
        return _follow(request, known, token)
    return _save(request, known, token)


def _back(token: str, said_word: str) -> HttpResponse:
    return answers.see(f"{reverse('carry-work', args=[token])}?said={said_word}")


def _start(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    relations, sources = act.relations(carrier), act.sources(carrier)
    wanted = request.GET.get("make", "")
    form = StartForm(
        request.POST if request.method == "POST" else None,
        relations=relations,
        sources=sources,
        initial={
            "made_by": people.contact_of(carrier).name,
            "relation": wanted if wanted in relations else (relations or [""])[0],
            "language": carrier.language,
        },
    )
    hindrance = _no_start(carrier, relations, sources)
    if request.method == "POST" and not hindrance and form.is_valid():
        try:
            act.start(token=token, **form.cleaned_data)
        except NotAllowed as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            _explain(form, error)
        else:
            return _back(token, "started")
    refused = request.method == "POST" or (hindrance and carrier.appeal.state == "closed")
    context = {"carrier": carrier, "form": form, "token": token, "hindrance": hindrance}
    return answers.page(request, "circulation/work_start.html", context, status=422 if refused else 200)


def _no_start(carrier: Carrier, relations: list[str], sources: list[Version]) -> str:
    """Why no text can be started; empty where one can."""
    if carrier.appeal.state == "closed":
        return _("The appeal is closed: its words stay as they are.")
    if not relations:
        return _("The author did not give you this right.")
    return "" if sources else _("There is no published text to start from yet.")


def _explain(form: StartForm, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def _save(request: HttpRequest, known: Work, token: str) -> HttpResponse:
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _show(request, known, token, form=form, status=422)
    if "preview" in request.POST:
        return _show(request, known, token, form=form)
    try:
        act.save(token=token, **form.cleaned_data)
    except draft.Conflict as clash:
        return _show(request, known, token, form=form, conflict=clash.text, status=409)
    except NotAllowed as error:
        form.add_error(None, str(error))
    except ValidationError as error:
        form.add_error("source", error)
    else:
        return _back(token, "saved")
    return _show(request, known, token, form=form, status=422)


def _follow(request: HttpRequest, known: Work, token: str) -> HttpResponse:
    try:
        act.follow(token=token)
    except (NotAllowed, ValidationError) as error:
        form = DraftForm(initial={"source": known.text.draft, "revision": known.text.draft_revision})
        words = error.messages if isinstance(error, ValidationError) else [str(error)]
        return _show(request, known, token, form=form, refusals=words, status=422)
    return _back(token, "follows")


def _show(
    request: HttpRequest, known: Work, token: str, *, form: DraftForm | None = None, **more: Any
) -> HttpResponse:
    text = known.text
    status = more.pop("status", 200)
    if form is None:
        form = DraftForm(initial={"source": text.draft, "revision": text.draft_revision})
    typed = str(form.data.get("source", text.draft))
    told = request.GET.get("said", "")
    context = {
        "work": known,
        "text": text,
        "form": form,
        "token": token,
        "beside": beside(text),
        "published": reading.current_version(text),
        "publishes": act.publishes(text.appeal),
        "back_words": people.back_text(known),
        "direction": languages.direction(text.language),
        "said": told if told in SAID and request.method != "POST" else "",
        **preview_of(typed, text),
        **more,
    }
    return answers.page(request, "circulation/work.html", context, status=status)


def preview_of(source: str, text: Text) -> dict[str, object]:
    """A draft as readers would see it, or what keeps it from being read."""
    try:
        document = reading.preview(source, text.language, text)
    except markup.MarkupError as error:
        return {"problems": [said(error.problem)], "document": None}
    problems = publish.check_body(text.appeal, markup.split(source)[1])
    return {"document": document, "problems": [said(problem) for problem in problems]}


@private
def ready(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    """The last look: what would be handed in or frozen, how it differs, and the button."""
    known = act.of(carrier)
    if known is None:
        return answers.see(reverse("carry-work", args=[token]))
    problems = [said(problem) for problem in publish.problems_of(known.text)]
    refusals: list[str] = []
    status = 200
    if request.method == "POST":
        revision = request.POST.get("revision", "")
        number = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else -1
        try:
            done = act.hand_in(token=token, revision=number)
        except draft.Conflict:
            refusals, status = [_("The draft was changed meanwhile: please look at it again.")], 409
        except NotAllowed as error:
            refusals, status = [str(error)], 422
        except publish.NotPublishable:
            status = 422
        else:
            return _back(token, "published" if done.version else "waits")
        known = act.of(carrier) or known
    context = {
        "work": known,
        "text": known.text,
        "token": token,
        "problems": problems,
        "refusals": refusals,
        "publishes": act.publishes(known.text.appeal),
        "published": reading.current_version(known.text),
        "direction": languages.direction(known.text.language),
        **({} if problems else compared(known.text)),
    }
    return answers.page(request, "circulation/work_ready.html", context, status=status)


def compared(text: Text) -> dict[str, Any]:
    """The draft against the words it follows: word by word in one language, else paragraph by paragraph.

    Beside that, against what is published of it already. Raises markup.MarkupError.
    """
    document = reading.preview(text.draft, text.language, text)
    body = markup.split(text.draft)[1]
    found: dict[str, Any] = {"document": document, "source": text.parent}
    if last := reading.current_version(text):
        found["since"] = differ.flowing(differ.word_diff(markup.split(last.source)[1], body))
    if text.parent is None:
        return found
    if text.relation == Text.Relation.ADAPTATION:
        found["changes"] = differ.flowing(differ.word_diff(markup.split(text.parent.source)[1], body))
        return found
    sides = (reading.document(text.parent).rendered.plain, document.rendered.plain)
    found["source_direction"] = languages.direction(text.parent.language)
    found["rows"] = parallel.beside(*(parallel.paragraphs(side) for side in sides))
    return found
