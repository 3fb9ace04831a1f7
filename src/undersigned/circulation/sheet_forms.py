"""The forms that ask for signature sheets."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undersigned.appeals.models import Text
from undersigned.circulation.models import Sheet
from undersigned.circulation.sheets import AT_ONCE, LINES, LINES_MAX, Layout


def _number(label: Any, most: int, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=1, max_value=most, widget=widget, **more)


class SheetsForm(forms.Form):
    """How many sheets, and what they look like."""

    count = _number(_("Sheets"), AT_ONCE, initial=1)
    lines = _number(_("Lines on each"), LINES_MAX, initial=LINES)
    paper = forms.ChoiceField(
        label=_("Paper"), choices=Sheet.Paper.choices, initial=Sheet.Paper.A4, widget=forms.RadioSelect
    )
    asks_email = forms.BooleanField(
        label=_("Ask for an e-mail address"),
        help_text=_("It is never shown and serves to find double signatures."),
        required=False,
    )

    @property
    def layout(self) -> Layout:
        """What was asked for."""
        values = self.cleaned_data
        return Layout(values["paper"], values["lines"], values["asks_email"])


class DeskSheetsForm(SheetsForm):
    """The same for the team, who choose the text by its name in the address."""

    text = forms.CharField(
        label=_("Text"),
        help_text=_("The name of the text as it stands in its address."),
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "list": "texts"}),
    )
    field_order = ("text", "count", "lines", "paper", "asks_email")

    def __init__(self, *args: Any, texts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._texts = texts

    def clean_text(self) -> Text:
        """The text of this appeal that is meant."""
        found = self._texts.select_related("appeal").filter(slug=self.cleaned_data["text"].strip()).first()
        if not isinstance(found, Text):
            raise forms.ValidationError(_("There is no text of this name."))
        return found
