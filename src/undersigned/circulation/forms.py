"""The forms of carriers and of the circulation desk."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from undersigned.appeals import languages
from undersigned.appeals.models import Appeal
from undersigned.circulation import csv_list, rights, vcard
from undersigned.circulation.correspondence.consent import PRINT
from undersigned.circulation.covering import BODY_MAX, SUBJECT_MAX
from undersigned.circulation.enrol import AUTHORS_RIGHTS, Entry, clean
from undersigned.circulation.fields import WORDS_MAX, clean_language
from undersigned.circulation.models import DEPTH_LIMIT, Carrier
from undersigned.circulation.people import Words
from undersigned.circulation.rights import Rights
from undersigned.lib.fields import FieldError

_RAW = 2000


def _line(label: Any, **more: Any) -> forms.CharField:
    attrs = {"dir": "auto", "autocomplete": "off"}
    return forms.CharField(label=label, max_length=_RAW, widget=forms.TextInput(attrs=attrs), **more)


class _EntryForm(forms.Form):
    name = _line(gettext_lazy("Name"))
    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        max_length=_RAW,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )

    entry: Entry

    def clean(self) -> dict[str, Any]:
        """Checks each field by the rules that a list follows, too."""
        values = self.cleaned_data
        if not self.errors:
            for name in ("name", "email", "language"):
                trial = {"name": "A", "email": "a@example.org", "language": "en", name: values[name]}
                try:
                    clean(**trial)
                except FieldError as error:
                    self.add_error(name, str(error))
        if not self.errors:
            self.entry = clean(name=values["name"], email=values["email"], language=values["language"])
        return values


class _RightsForm(forms.Form):
    rights = forms.MultipleChoiceField(
        label=gettext_lazy("May"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, allowed: Rights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rights"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(name, label) for name, label in rights.NAMES.items() if getattr(allowed, name)]

    @property
    def given(self) -> Rights:
        """The rights that were ticked."""
        chosen = set(self.cleaned_data["rights"])
        return Rights(**{name: name in chosen for name in rights.NAMES})


class _DeadlineForm(forms.Form):
    deadline = forms.DateTimeField(
        label=gettext_lazy("Answer and carry until"),
        required=False,
        help_text=gettext_lazy("In the time zone of this site. Afterwards the private link no longer opens."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def _language_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Language"),
        max_length=_RAW,
        help_text=gettext_lazy("A language code such as en, es, pt-BR or ar."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )


def chosen_rights(given: Rights) -> list[str]:
    """Rights as the form ticks them."""
    return [name for name in rights.NAMES if getattr(given, name)]


class CarrierForm(_EntryForm, _RightsForm, _DeadlineForm):
    """One carrier, typed in."""

    language = _language_field()
    field_order = ("name", "email", "language", "rights", "deadline")

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        allowed = rights.of_appeal(appeal)
        kwargs.setdefault("initial", {"rights": chosen_rights(AUTHORS_RIGHTS.within(allowed))})
        super().__init__(*args, allowed=allowed, **kwargs)


class ChangeForm(_RightsForm, _DeadlineForm):
    """What a carrier may do and until when."""

    language = _language_field()

    def __init__(self, *args: Any, carrier: Carrier, allowed: Rights, **kwargs: Any) -> None:
        initial = {
            "rights": chosen_rights(rights.of(carrier)),
            "deadline": carrier.deadline,
            "language": carrier.language,
        }
        super().__init__(*args, allowed=allowed, initial=initial, **kwargs)

    def clean_language(self) -> str:
        """A language that exists."""
        return _checked_language(self.cleaned_data["language"])


def _checked_language(value: object) -> str:
    try:
        return clean_language(value)
    except FieldError as error:
        raise forms.ValidationError(str(error)) from None


class ListForm(_RightsForm, _DeadlineForm):
    """A list of addressees as a file: a table or an address book."""

    file = forms.FileField(
        label=gettext_lazy("Table (CSV) or address book (vCard)"),
        help_text=gettext_lazy(
            "A table's first line names the columns: name, email and, if you like, language. Up to 4 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.vcf,text/csv,text/vcard,text/plain"}),
    )
    language = _language_field()
    field_order = ("file", "language", "rights", "deadline")

    found: csv_list.Read

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        allowed = rights.of_appeal(appeal)
        initial = {"rights": chosen_rights(AUTHORS_RIGHTS.within(allowed)), **kwargs.pop("initial", {})}
        super().__init__(*args, allowed=allowed, initial=initial, **kwargs)
        self.fields["language"].help_text = _("For those whom the file gives no language.")

    def clean_language(self) -> str:
        """A language that exists."""
        return _checked_language(self.cleaned_data["language"])

    def clean(self) -> dict[str, Any]:
        """Reads the list; what is wrong in it is shown line by line, not here."""
        upload = self.cleaned_data.get("file")
        if upload is None or self.errors:
            return self.cleaned_data
        if upload.size > csv_list.BYTES_MAX:
            self.add_error("file", _("The file is larger than %(most)d MB.") % {"most": 4})
            return self.cleaned_data
        data = upload.read()
        read = vcard.read_vcard if vcard.is_vcard(data) else csv_list.read_csv
        self.found = read(data, language=self.cleaned_data["language"])
        return self.cleaned_data


class LetterForm(forms.Form):
    """A covering letter's words."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=SUBJECT_MAX,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    body = forms.CharField(
        label=gettext_lazy("Letter"),
        max_length=BODY_MAX,
        widget=forms.Textarea(attrs={"rows": 16, "dir": "auto", "spellcheck": "true"}),
    )

    @property
    def words(self) -> Words:
        """What was typed."""
        return Words(self.cleaned_data["subject"], self.cleaned_data["body"])


class LanguageForm(forms.Form):
    """A language to write a covering letter in."""

    language = _language_field()

    def clean_language(self) -> str:
        """A language that exists."""
        return _checked_language(self.cleaned_data["language"])


class TravelForm(forms.Form):
    """How far the letter may travel, and in whose name it is written."""

    author = _line(
        gettext_lazy("In whose name the letter is written"),
        required=False,
        help_text=gettext_lazy("Left empty: the author whom the text names."),
    )
    depth_max = forms.IntegerField(
        label=gettext_lazy("How often the letter may be passed on"),
        min_value=0,
        max_value=DEPTH_LIMIT,
        help_text=gettext_lazy("0: only you write to people. 1: they may write to others, and so on."),
    )


def _printed() -> forms.BooleanField:
    return forms.BooleanField(label=cast(Any, PRINT.label), help_text=cast(Any, PRINT.hint), required=False)


class AnswerForm(forms.Form):
    """A carrier's answer, with words to the author."""

    words = forms.CharField(
        label=gettext_lazy("A word to the author"),
        required=False,
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    printed = _printed()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Two forms with words stand on one page.
        kwargs.setdefault("auto_id", "answer_%s")
        super().__init__(*args, **kwargs)


class WriteForm(forms.Form):
    """Words to the author alone."""

    words = forms.CharField(
        label=gettext_lazy("Your words"),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    printed = _printed()


class PassOnForm(_EntryForm, _RightsForm):
    """Somebody whom a carrier passes the letter on to; in a language that there is a letter in."""

    language = forms.ChoiceField(label=gettext_lazy("Language of the letter"))
    field_order = ("name", "email", "language", "rights")

    def __init__(self, *args: Any, offered: Sequence[str], spoken: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(tag, languages.own_name(tag)) for tag in offered]
        field.initial = spoken if spoken in offered else None
        self.fields["rights"].initial = ["collect"]
