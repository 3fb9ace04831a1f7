"""The forms in which carriers make a text and the desk answers it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from undersigned.appeals import languages
from undersigned.appeals.models import Text, Version
from undersigned.circulation.fields import WORDS_MAX, clean_language
from undersigned.lib.fields import FieldError

_NAMES = {
    Text.Relation.ADAPTATION.value: gettext_lazy("An adaptation, in the same language"),
    Text.Relation.TRANSLATION.value: gettext_lazy("A translation"),
}
_LINE = {"dir": "auto", "autocomplete": "off"}


class StartForm(forms.Form):
    """What a carrier wants to make, of which words, and under which name."""

    relation = forms.ChoiceField(label=gettext_lazy("What you make"), widget=forms.RadioSelect)
    source = forms.TypedChoiceField(label=gettext_lazy("Of which words"), coerce=int)
    language = forms.CharField(
        label=gettext_lazy("Language of a translation"),
        required=False,
        max_length=languages.LONGEST,
        help_text=gettext_lazy("A language code such as en, es, pt-BR or ar."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    made_by = forms.CharField(
        label=gettext_lazy("Made by"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Readers see this name beside the text. Leave it empty to stay unnamed."),
        widget=forms.TextInput(attrs=_LINE),
    )
    reason = forms.CharField(
        label=gettext_lazy("For whom or why, in one line"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs=_LINE),
    )

    def __init__(self, *args: Any, relations: Sequence[str], sources: Sequence[Version], **kwargs: Any):
        super().__init__(*args, **kwargs)
        relation, source = self.fields["relation"], self.fields["source"]
        assert isinstance(relation, forms.ChoiceField)
        assert isinstance(source, forms.ChoiceField)
        relation.choices = [(name, _NAMES[name]) for name in relations]
        source.choices = [(version.pk, _name(version)) for version in sources]

    def clean(self) -> dict[str, Any]:
        """A translation needs a language that exists."""
        values = self.cleaned_data
        if values.get("relation") == Text.Relation.TRANSLATION:
            try:
                values["language"] = clean_language(values.get("language"))
            except FieldError as error:
                self.add_error("language", str(error))
        return values


def _name(version: Version) -> str:
    return _("%(title)s (%(language)s, version %(n)s)") % {
        "title": version.title,
        "language": languages.own_name(version.language),
        "n": version.number,
    }


class BackForm(forms.Form):
    """What the desk writes when it sends a text back."""

    words = forms.CharField(
        label=gettext_lazy("What should be different"),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
