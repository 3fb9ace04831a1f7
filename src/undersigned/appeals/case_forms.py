"""The desk's forms for cases."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from undersigned.appeals.case_files import FILE_MAX
from undersigned.appeals.case_history import Cited
from undersigned.appeals.case_models import Case, CaseStatement
from undersigned.appeals.case_sealed import About, Consent, Name
from undersigned.appeals.import_cases import OnClash
from undersigned.appeals.models import Appeal, Text

NAME_KINDS = [
    ("name", _("name")),
    ("pseudonym", _("pseudonym")),
    ("initials", _("initials")),
    ("civil", _("civil name")),
    ("transliteration", _("transliteration")),
]
if TYPE_CHECKING:
    _FormSet = forms.BaseFormSet["NameForm"]
    _Texts = forms.ModelChoiceField[Text]
else:
    # What they hold is known to the checker of types alone.
    _FormSet = forms.BaseFormSet
    _Texts = forms.ModelChoiceField

# Empty lines for more names.
_MORE_NAMES = 2
_DATES = _("1936-07-06, July 1936, 1936, c. 1936, spring 1936, 1930s, 1936/1938, 1936/..")


def _line(label: Any, help_text: Any = "", most: int = 200, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", **attrs})
    return forms.CharField(label=label, help_text=help_text, max_length=most, required=False, widget=widget)


def _words(label: Any, help_text: Any = "", rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, help_text=help_text, max_length=5000, required=False, widget=widget)


class NameForm(forms.Form):
    """One name."""

    kind = forms.ChoiceField(label=_("Kind of name"), choices=NAME_KINDS, initial="name")
    text = _line(_("Name"))
    language = _line(_("Language"), most=35, dir="ltr", spellcheck="false")


class _Names(_FormSet):
    @property
    def names(self) -> list[Name]:
        """What was typed, without the lines left empty."""
        values = (form.cleaned_data for form in self.forms)
        return [
            Name(one["kind"], one["text"], one["language"].strip())
            for one in values
            if one.get("text", "").strip()
        ]


NamesFormSet = forms.formset_factory(NameForm, formset=_Names, extra=_MORE_NAMES, max_num=40, absolute_max=60)


def names_formset(data: Any, about: About | None = None) -> _Names:
    """The lines for names: those that are known, and some more."""
    known = about.names if about else ()
    initial = [{"kind": one.kind, "text": one.text, "language": one.language} for one in known]
    return cast(_Names, NamesFormSet(data, initial=initial, prefix="names"))


class CaseForm(forms.Form):
    """Person or group, and what there is to say in general."""

    kind = forms.ChoiceField(label=_("Who it is"), choices=Case.Kind.choices, initial=Case.Kind.PERSON)
    note = _words(_("Note for readers"), _("A few sentences. A withheld name is taken out of them."))


class ConsentForm(forms.Form):
    """Whether the names may be shown."""

    level = forms.ChoiceField(
        label=_("Readers see"),
        choices=[
            (Case.Level.WITHHELD, _("no name at all")),
            (Case.Level.OTHER, _("initials and pseudonyms only")),
            (Case.Level.NAMED, _("every name entered above")),
        ],
        initial=Case.Level.WITHHELD,
        widget=forms.RadioSelect(),
    )
    by = _line(_("Who consented"), _("The person, or who may speak for them. Never shown."))
    on = _line(_("When"), _DATES, most=100)
    basis = _line(_("On what ground"), _("A letter, a call, what is public already. Never shown."), most=500)

    @property
    def consent(self) -> Consent:
        """What was typed."""
        values = self.cleaned_data
        return Consent(values["level"], values["by"], values["on"], values["basis"])


class StatementForm(forms.Form):
    """What is known from a date on."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("no change of state")), *CaseStatement.State.choices],
        required=False,
    )
    date = _line(_("Date"), _DATES, most=100)
    place = _line(_("Place"))
    note = _words(_("Note"), rows=2)
    sources = forms.CharField(
        label=_("Sources"),
        help_text=_("Keys of sources of this appeal, one to a line, with the place: ruiz1936, p. 3"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "spellcheck": "false"}),
    )

    @property
    def cited(self) -> list[Cited]:
        """The sources that were named."""
        lines = (line.partition(",") for line in self.cleaned_data["sources"].splitlines() if line.strip())
        return [Cited(key.strip(), locator.strip()) for key, _comma, locator in lines]


class UpdateForm(forms.Form):
    """News for readers."""

    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    text = _words(_("What happened"), rows=2)


class _TextField(_Texts):
    def label_from_instance(self, obj: Text) -> str:
        return f"{obj.get_relation_display()}, {obj.language} ({obj.slug})"


class MentionForm(forms.Form):
    """Words of a text that lead to the case."""

    text = _TextField(label=_("Text"), queryset=Text.objects.none(), to_field_name="slug", empty_label=None)
    passage = forms.CharField(
        label=_("Words"),
        max_length=500,
        help_text=_("Copied from the preview: plain words that stand together."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    occurrence = forms.IntegerField(
        label=_("Which one, if the words stand more than once"), required=False, min_value=1, max_value=1000
    )

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["text"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = appeal.texts.order_by("pk")


class CasesFileForm(forms.Form):
    """A file of cases."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or JSON in UTF-8, up to 2 MB. You see what it holds before anything is taken."),
        widget=forms.FileInput(attrs={"accept": ".csv,.json,text/csv,application/json"}),
    )
    on_clash = forms.ChoiceField(
        label=_("Where a case stands here with other data"),
        choices=[
            (OnClash.REFUSE.value, _("say so and take nothing")),
            (OnClash.UPDATE.value, _("replace the data here by those of the file")),
            (OnClash.KEEP.value, _("keep the data here")),
        ],
        initial=OnClash.REFUSE.value,
        widget=forms.RadioSelect(),
    )

    def clean_file(self) -> bytes:
        """The file's bytes, if they are not too many."""
        upload = self.cleaned_data["file"]
        if upload.size > FILE_MAX:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        return bytes(upload.read())
