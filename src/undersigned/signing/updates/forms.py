"""The form of an update."""

from django import forms
from django.utils.translation import gettext_lazy as _

from undersigned.signing.updates.write import TITLE_MAX, WORDS_MAX


class UpdateForm(forms.Form):
    """What an update says, and in which language."""

    title = forms.CharField(
        label=_("Title"),
        help_text=_("The subject of the mail, too."),
        max_length=TITLE_MAX,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    language = forms.CharField(
        label=_("Language"), help_text=_("A code such as “es” or “pt-BR”."), max_length=35
    )
    words = forms.CharField(
        label=_("What is new"),
        help_text=_("Markdown, as a letter’s text. It is published and sent as it stands here."),
        max_length=WORDS_MAX + 1000,
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"}),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
