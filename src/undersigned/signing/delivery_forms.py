"""The forms of the desk's pages about deliveries."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undersigned.appeals.models import Appeal, Text
from undersigned.signing.models import Delivery


def _line(label: Any, *, required: bool = True, hint: Any = "", most: int = 300) -> forms.CharField:
    widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    return forms.CharField(label=label, required=required, max_length=most, help_text=hint, widget=widget)


class AskForm(forms.Form):
    """For whom a bundle is made, and which text is printed in it."""

    recipient = _line(_("Addressee"), hint=_("As readers shall read it: an office, a person in office."))
    text = forms.ModelChoiceField(label=_("Text"), queryset=Text.objects.none(), empty_label=None)

    def __init__(self, appeal: Appeal, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        texts = Text.objects.filter(appeal=appeal, versions__number=1).defer("draft").order_by("pk")
        self.fields["text"].queryset = texts  # type: ignore[attr-defined]
        self.fields["text"].label_from_instance = lambda text: text.slug  # type: ignore[attr-defined]
        self.fields["text"].initial = texts.filter(relation=Text.Relation.ORIGINAL).first()


class HandOverForm(forms.Form):
    """When and how it was handed over."""

    on = forms.DateField(label=_("Handed over on"), widget=forms.DateInput(attrs={"type": "date"}))
    how = forms.ChoiceField(label=_("How"), choices=Delivery.Way.choices)
    by = _line(_("Who took it"), required=False, hint=_("For the team alone."), most=200)
    told = _line(_("Note"), required=False, hint=_("For the team alone."), most=500)


class AnswerForm(forms.Form):
    """What the addressee answered."""

    signed = _line(_("Who answered, as they signed"))
    on = _line(_("Date of the answer"), hint=_("2026-03-01, 2026-03, or as it is written"), most=60)
    language = _line(_("Language of the answer"), hint=_("A code such as “es” or “pt-BR”."), most=35)
    words = forms.CharField(
        label=_("The answer, word for word"),
        help_text=_("Markdown, as a letter’s text."),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto"}),
    )
