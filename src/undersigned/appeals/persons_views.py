"""The desk's pages of persons: the list, entering one, one with its mentions."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from undersigned.accounts.again import proven
from undersigned.accounts.permissions import can
from undersigned.appeals import person_forms, person_mentions, person_reading, person_sealed, persons
from undersigned.appeals.models import Appeal
from undersigned.appeals.person_forms import LevelForm, MentionForm, NewPersonForm, PersonForm
from undersigned.appeals.person_models import Person
from undersigned.appeals.sources_views import actor_of
from undersigned.appeals.views import appeal_or_404, explain, posted

_SIZE = 50
# What a refused act puts on the page again; None where it was done.
Refused = dict[str, Any] | None


def person_page(
    request: HttpRequest, template: str, appeal: Appeal, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of persons in the desk's frame."""
    may_edit = can(actor_of(request), "appeal.edit", appeal.team)
    shared = {"appeal": appeal, "here": "persons", "may_edit": may_edit, "may": {"appeal_edit": may_edit}}
    return render(request, f"desk/persons/{template}.html", {**shared, **context}, status=status)


@login_required
@require_safe
def list_persons(request: HttpRequest, slug: str) -> HttpResponse:
    """The persons of the appeal, as they were entered, a page at a time; and words that lead to nobody."""
    appeal = appeal_or_404(request, slug, "persons.view")
    after = request.GET.get("after", "")
    rows = appeal.persons.order_by("pk")
    if after:
        rows = rows.filter(pk__gt=int(after)) if after.isdecimal() and len(after) < 19 else rows.none()
    found = list(rows[: _SIZE + 1])
    words = person_reading.role_words()
    context = {
        "rows": [(person, about, _roles(about, words)) for person, about in _opened(found[:_SIZE])],
        "orphans": person_mentions.orphans(appeal),
        "pages": {
            "first": "." if after else "",
            "next": f"?after={found[_SIZE - 1].pk}" if len(found) > _SIZE else "",
        },
    }
    return person_page(request, "list", appeal, context)


def _opened(found: list[Person]) -> list[tuple[Person, person_sealed.PersonAbout]]:
    return [(person, person_sealed.about(person)) for person in found]


def _roles(about: person_sealed.PersonAbout, words: dict[str, str]) -> str:
    return ", ".join(words[role] for role in about.roles)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: HttpRequest, slug: str) -> HttpResponse:
    """Enters a person."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    data = posted(request)
    form, names = NewPersonForm(data), person_forms.names_formset(data)
    if request.method == "POST" and all([form.is_valid(), names.is_valid()]):
        try:
            person = persons.add_person(
                actor=actor_of(request), appeal=appeal, ident=form.cleaned_data["ident"],
                about=form.about(names.names), level=form.cleaned_data["level"],
            )  # fmt: skip
        except ValidationError as error:
            explain(form, error)
        else:
            messages.success(request, _("The person was entered."))
            return redirect("desk-person", appeal.slug, person.ref)
    wrong = bool(form.errors or (names.is_bound and not names.is_valid()))
    return person_page(request, "new", appeal, {"form": form, "names": names}, 422 if wrong else 200)


@login_required
@proven(acts=["remove"])
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """One person; POST does one act, which `act` names."""
    appeal = appeal_or_404(request, slug, "appeal.edit" if request.method == "POST" else "persons.view")
    found = Person.objects.select_related("appeal__team").filter(appeal=appeal, ref=ref).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return _page(request, found, {})
    act = _ACTS.get(str(request.POST.get("act", "")))
    if act is None:
        raise Http404
    refused = act(request, found)
    if refused is not None:
        return _page(request, found, refused)
    if not Person.objects.filter(pk=found.pk).exists():
        return redirect("desk-persons", slug)
    return redirect("desk-person", slug, ref)


def _page(request: HttpRequest, found: Person, refused: dict[str, Any]) -> HttpResponse:
    about = person_sealed.about(found)
    context = {
        "person": found,
        "called": about.names[0],
        "form": PersonForm(initial=person_forms.initial_of(about)),
        "names": person_forms.names_formset(None, about),
        "level": LevelForm(initial={"level": found.level}, prefix="level"),
        "mention": MentionForm(appeal=found.appeal, prefix="mention"),
        "mentions": [(row, person_mentions.stands_in(row)) for row in found.mentions.select_related("text")],
        **refused,
    }
    return person_page(request, "person", found.appeal, context, 422 if refused else 200)


def _tried(form: Form, act: Callable[[], Any]) -> bool:
    """Whether an act was done; what it refused stands beside its field."""
    try:
        act()
    except ValidationError as error:
        explain(form, error)
        return False
    return True


def _change(request: HttpRequest, found: Person) -> Refused:
    form, names = PersonForm(request.POST), person_forms.names_formset(request.POST)
    if all([form.is_valid(), names.is_valid()]) and _tried(
        form,
        lambda: persons.change_person(actor=actor_of(request), person=found, about=form.about(names.names)),
    ):
        messages.success(request, _("The person was changed."))
        return None
    return {"form": form, "names": names}


def _level(request: HttpRequest, found: Person) -> Refused:
    form = LevelForm(request.POST, prefix="level")
    if form.is_valid() and _tried(
        form,
        lambda: persons.set_level(actor=actor_of(request), person=found, level=form.cleaned_data["level"]),
    ):
        messages.success(request, _("Recorded: readers see no more than this from now on."))
        return None
    return {"level": form}


def _mention(request: HttpRequest, found: Person) -> Refused:
    form = MentionForm(request.POST, appeal=found.appeal, prefix="mention")
    if form.is_valid():
        values = {**form.cleaned_data, "occurrence": form.cleaned_data["occurrence"] or 0}
        if _tried(form, lambda: person_mentions.mention(actor=actor_of(request), person=found, **values)):
            messages.success(request, _("The words lead to the person."))
            return None
    return {"mention": form}


def _unmention(request: HttpRequest, found: Person) -> Refused:
    number = str(request.POST.get("row", ""))
    rows = found.mentions.select_related("person__appeal__team", "text")
    row = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if row is None:
        raise Http404
    person_mentions.remove_mention(actor=actor_of(request), mention=row)
    messages.success(request, _("The link was taken from the words."))
    return None


def _remove(request: HttpRequest, found: Person) -> Refused:
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Tick the box first: a person who is erased is gone for good."))
        return None
    persons.remove_person(actor=actor_of(request), person=found)
    messages.success(request, _("The person was erased."))
    return None


_ACTS: dict[str, Callable[[HttpRequest, Person], Refused]] = {
    "change": _change, "level": _level, "mention": _mention, "unmention": _unmention, "remove": _remove,
}  # fmt: skip
