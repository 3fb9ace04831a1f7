"""The desk's forms about signatures."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from undersigned.appeals.forms import profile_choices
from undersigned.signing import embargo, first_csv
from undersigned.signing.moderate import REASON_MAX

ACTS = (
    ("strike", gettext_lazy("Strike out")),
    ("hold", gettext_lazy("Hold back until it is decided")),
    ("release", gettext_lazy("Let it be recorded")),
)


class ProfileForm(forms.Form):
    """The profile of an appeal."""

    profile = forms.ChoiceField(
        label=gettext_lazy("How carefully signatures are treated"), widget=forms.RadioSelect()
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["profile"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = profile_choices()


class FirstForm(forms.Form):
    """One first signatory, typed in."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=2000,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        max_length=2000,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    affiliation = forms.CharField(
        label=gettext_lazy("Affiliation"),
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    role = forms.CharField(
        label=gettext_lazy("Role"),
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )

    entry: first_csv.Entry

    def clean(self) -> dict[str, Any]:
        """Checks by the rules that signers' own fields follow."""
        values = {name: str(value) for name, value in self.cleaned_data.items()}
        if self.errors:
            return self.cleaned_data
        try:
            self.entry = first_csv.clean_entry(values)
        except first_csv.Unfit as error:
            for name, message in error.messages.items():
                self.add_error(name, message)
        return self.cleaned_data


class UploadForm(forms.Form):
    """A list of first signatories as a file."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "The first line names the columns: name, email and, if you like, affiliation, role. Up to 2 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
    )

    found: first_csv.List

    def clean_file(self) -> Any:
        """Reads the list; what is wrong in it is shown line by line, not here."""
        upload = self.cleaned_data["file"]
        if upload.size > first_csv.BYTES_MAX:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        self.found = first_csv.read_csv(upload.read())
        return upload


class ModerateForm(forms.Form):
    """What a moderator decides about a signature, and why."""

    act = forms.ChoiceField(label=gettext_lazy("What is to be done"), choices=ACTS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=REASON_MAX,
        help_text=gettext_lazy(
            "Kept in the record of acts, which the team reads. Name no person and no address in it."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, acts: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["act"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [choice for choice in ACTS if choice[0] in acts]
        if len(acts) == 1:
            field.initial = acts[0]

    def clean(self) -> dict[str, Any]:
        """Every decision against a signature has its reason."""
        values = self.cleaned_data
        if (
            values.get("act") != "release"
            and not str(values.get("reason", "")).strip()
            and "reason" not in self.errors
        ):
            self.add_error("reason", _("Please give a reason."))
        return values


class EmbargoForm(forms.Form):
    """Until when an appeal circulates unseen."""

    until = forms.DateTimeField(
        label=gettext_lazy("The hour at which it appears"),
        required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "autocomplete": "off"}, format="%Y-%m-%dT%H:%M"
        ),
        help_text=gettext_lazy("In the time zone of this site. May be left empty if there is a number."),
    )
    number = forms.IntegerField(
        label=gettext_lazy("Or as soon as so many signatures are confirmed"),
        required=False,
        min_value=1,
        max_value=embargo.NUMBER_MAX,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("With an hour, too, whichever comes first. May be left empty."),
    )
