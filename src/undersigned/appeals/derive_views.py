"""The desk's pages on which a text is derived from another, described, and brought up to date."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from undersigned.accounts.models import User
from undersigned.appeals import derive, languages
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.appeals.views import appeal_or_404, explain, posted, text_or_404

# Texts whose Versions are offered to derive from; any other by its own page.
_OFFERED = 20


class DeriveForm(forms.Form):
    """From which words, what is made, in which language, by whom and why."""

    source = forms.ModelChoiceField(label=gettext_lazy("Made from"), queryset=Version.objects.none())
    relation = forms.ChoiceField(
        label=gettext_lazy("What is made"),
        choices=[
            ("translation", gettext_lazy("A translation: the same in another language")),
            ("adaptation", gettext_lazy("An adaptation: changed for another circle, in the same language")),
        ],
        widget=forms.RadioSelect,
        initial="translation",
    )
    language = forms.CharField(
        label=gettext_lazy("Language"),
        max_length=languages.LONGEST,
        help_text=gettext_lazy("A language code such as en, es, pt-BR or ar."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    made_by = forms.CharField(
        label=gettext_lazy("Made by"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The name that readers see; it may stay empty."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("One or two sentences for readers: for whom, and what is different."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("The last part of the text's address; empty: made from the language."),
    )

    def __init__(self, *args: Any, appeal: Appeal, of: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Version.objects.filter(text__appeal=appeal)
        field.empty_label = None
        field.widget.choices = [(version.pk, _said_version(version)) for version in _offered(appeal, of)]


class DescribeForm(forms.Form):
    """What readers are told of a derived text."""

    made_by = forms.CharField(label=gettext_lazy("Made by"), max_length=200, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    attested_by = forms.CharField(
        label=gettext_lazy("Attested by"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Who compared the newest version with its source and stands for it."),
    )
    rules_in_doubt = forms.BooleanField(
        label=gettext_lazy("In doubt, this text rules, not the one that it comes from"), required=False
    )


def _offered(appeal: Appeal, of: str) -> list[Version]:
    """Of thousands of Versions those of the original, of the text in question, and of the first others."""
    versions = Version.objects.select_related("text").defer("source", "canonical", "text__draft")
    first = appeal.texts.order_by("pk").values_list("pk", flat=True)[:_OFFERED]
    asked = appeal.texts.filter(slug=of).values_list("pk", flat=True)
    rows = versions.filter(text__in=[*first, *asked], number__gte=1).order_by("text_id", "-number")
    return list(rows[: 4 * _OFFERED])


def _said_version(version: Version) -> str:
    return _("%(title)s (%(text)s, version %(n)s)") % {
        "title": version.title,
        "text": version.text.slug,
        "n": version.number,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_text(request: HttpRequest, slug: str) -> HttpResponse:
    """Starts a translation or an adaptation of a published Version."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    first = Version.objects.filter(text__appeal=appeal, text__relation="original").order_by("-number").first()
    of = str(request.GET.get("of", ""))
    newest = Version.objects.filter(text__appeal=appeal, text__slug=of).order_by("-number").first()
    form = DeriveForm(posted(request), appeal=appeal, of=of, initial={"source": newest or first})
    if form.is_valid():
        try:
            text = derive.derive(actor=cast(User, request.user), **form.cleaned_data)
        except ValidationError as error:
            explain(form, error)
        else:
            messages.success(request, _("The text is made. Its words follow below; nothing is public yet."))
            return redirect("desk-draft", appeal.slug, text.slug)
    return render(
        request,
        "desk/appeals/derive.html",
        {"form": form, "appeal": appeal, "published": first, "here": "overview"},
        status=422 if form.errors else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def describe_text(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """Who made a derived text and why, who attests it, and which text rules in doubt."""
    found = _derived_or_404(request, slug, text)
    names = ("made_by", "reason", "attested_by", "rules_in_doubt")
    form = DescribeForm(posted(request), initial={name: getattr(found, name) for name in names})
    if form.is_valid():
        try:
            derive.describe(actor=cast(User, request.user), text=found, **form.cleaned_data)
        except ValidationError as error:
            explain(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("desk-appeal", found.appeal.slug)
    return render(
        request,
        "desk/appeals/describe.html",
        {"form": form, "text": found, "appeal": found.appeal, "here": "overview"},
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def catch_up(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """Says that the draft now follows the newest Version of its source."""
    found = _derived_or_404(request, slug, text)
    newest = derive.newest_source(found)
    if newest is None:
        raise Http404
    derive.catch_up(actor=cast(User, request.user), text=found, source=newest)
    messages.success(request, _("The draft follows version %(n)s of its source now.") % {"n": newest.number})
    return redirect("desk-draft", found.appeal.slug, found.slug)


def _derived_or_404(request: HttpRequest, slug: str, text: str) -> Text:
    found = text_or_404(request, slug, text, "appeal.edit")
    if found.relation == Text.Relation.ORIGINAL:
        raise Http404
    return found
