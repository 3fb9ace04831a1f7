"""The form that asks for an edition or an archive."""

from django import forms
from django.utils.translation import gettext_lazy as _

from undersigned.signing.models import EditionBuild


class AskForm(forms.Form):
    """What is to be made, and whether everybody gets it."""

    kinds = forms.MultipleChoiceField(
        label=_("What is made"),
        choices=EditionBuild.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please choose what is to be made.")},
    )
    publish = forms.BooleanField(label=_("Publish it once it is there"), required=False)
