"""The desk's forms for persons."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from undersigned.appeals.case_forms import NAME_KINDS, CasesFileForm, MentionForm
from undersigned.appeals.import_cases import OnClash
from undersigned.appeals.person_fields import LABELS, NOTE_MAX
from undersigned.appeals.person_models import Person
from undersigned.appeals.person_sealed import SCHEMES, PersonAbout, PersonName

if TYPE_CHECKING:
    _FormSet = forms.BaseFormSet["PersonNameForm"]
else:
    # What it holds is known to the checker of types alone.
    _FormSet = forms.BaseFormSet

# Empty lines for more names.
_MORE_NAMES = 2
_DATES = _("1890, 1890-05-03, c. 1890, or nothing")
_ROLES = [
    ("author", pgettext_lazy("role of a person", "author")),
    ("addressee", pgettext_lazy("role of a person", "addressee")),
    ("translator", pgettext_lazy("role of a person", "translator")),
    ("editor", pgettext_lazy("role of a person", "editor")),
    ("signatory", pgettext_lazy("role of a person", "signatory")),
    ("mentioned", pgettext_lazy("role of a person", "mentioned in the text")),
]

__all__ = ["LevelForm", "MentionForm", "NewPersonForm", "PersonForm", "PersonsFileForm", "names_formset"]


def _line(label: Any, help_text: Any = "", most: int = 200, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", **attrs})
    return forms.CharField(label=label, help_text=help_text, max_length=most, required=False, widget=widget)


class PersonNameForm(forms.Form):
    """One name with the time in which it was used."""

    kind = forms.ChoiceField(label=_("Kind of name"), choices=NAME_KINDS, initial="name")
    text = _line(_("Name"))
    language = _line(_("Language"), most=35, dir="ltr", spellcheck="false")
    since = _line(_("Used since"), most=40, dir="ltr")
    until = _line(_("Used until"), most=40, dir="ltr")


class _Names(_FormSet):
    @property
    def names(self) -> tuple[PersonName, ...]:
        """What was typed, without the lines left empty."""
        values = (form.cleaned_data for form in self.forms)
        return tuple(
            PersonName(*(one[part].strip() for part in ("kind", "text", "language", "since", "until")))
            for one in values
            if one.get("text", "").strip()
        )


NamesFormSet = forms.formset_factory(
    PersonNameForm, formset=_Names, extra=_MORE_NAMES, max_num=40, absolute_max=60
)


def names_formset(data: Any, about: PersonAbout | None = None) -> _Names:
    """The lines for names: those that are known, and some more."""
    known = about.names if about else ()
    initial = [
        {
            "kind": one.kind, "text": one.text, "language": one.language,
            "since": one.since, "until": one.until,
        }
        for one in known
    ]  # fmt: skip
    return cast(_Names, NamesFormSet(data, initial=initial, prefix="names"))


class PersonForm(forms.Form):
    """Roles, life, note and numbers."""

    roles = forms.MultipleChoiceField(
        label=_("What the person is in this appeal"),
        choices=_ROLES,
        required=False,
        widget=forms.CheckboxSelectMultiple(),
    )
    born = _line(_("Born"), _DATES, most=100)
    died = _line(_("Died"), _DATES, most=100)
    note = forms.CharField(
        label=_("Note for readers"),
        help_text=_("A few sentences, in Markdown. A withheld name is taken out of them."),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    viaf = _line(LABELS["viaf"], _("Digits, such as 113230702"), dir="ltr")
    wikidata = _line(LABELS["wikidata"], _("A Q and digits, such as Q42"), dir="ltr")
    orcid = _line(LABELS["orcid"], _("Sixteen digits, such as 0000-0002-1825-0097"), dir="ltr")

    def about(self, names: tuple[PersonName, ...]) -> PersonAbout:
        """What was typed, with these names."""
        values = self.cleaned_data
        return PersonAbout(
            names=names,
            born=values["born"],
            died=values["died"],
            note=values["note"],
            roles=tuple(values["roles"]),
            identifiers=tuple((scheme, values[scheme]) for scheme in SCHEMES if values[scheme]),
        )


def initial_of(about: PersonAbout) -> dict[str, Any]:
    """What the form shows of a person that is known."""
    return {
        "roles": list(about.roles),
        "born": about.born,
        "died": about.died,
        "note": about.note,
        **dict(about.identifiers),
    }


_LEVELS = [
    (Person.Level.WITHHELD, _("nothing of this person")),
    (Person.Level.OTHER, _("pseudonyms and initials only, without dates and numbers")),
    (Person.Level.NAMED, _("all of it")),
]


class LevelForm(forms.Form):
    """What readers see."""

    level = forms.ChoiceField(
        label=_("Readers see"),
        choices=_LEVELS,
        initial=Person.Level.WITHHELD,
        widget=forms.RadioSelect(),
    )


class NewPersonForm(PersonForm):
    """The same with the name that texts use."""

    ident = _line(
        _("Short name"),
        _(
            "For addresses and texts: [Anna Kell](person:anna-kell). It stays as it is, and stands in signed "
            "words: it should tell nothing that you withhold."
        ),
        most=60,
        dir="ltr",
        spellcheck="false",
    )
    level = forms.ChoiceField(
        label=_("Readers see"),
        choices=_LEVELS,
        initial=Person.Level.WITHHELD,
        widget=forms.RadioSelect(),
    )
    field_order = ("ident",)


class PersonsFileForm(CasesFileForm):
    """A file of persons."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "CSV, JSON, or the Markdown file of an edition, in UTF-8, up to 2 MB. "
            "You see what it holds before anything is taken."
        )
        self.fields["file"].widget.attrs["accept"] = ".csv,.json,.md"
        clash = self.fields["on_clash"]
        assert isinstance(clash, forms.ChoiceField)
        clash.label = _("Where a person stands here with other data")
        clash.choices = [
            (OnClash.REFUSE.value, _("say so and take nothing")),
            (OnClash.UPDATE.value, _("replace the data here by those of the file")),
            (OnClash.KEEP.value, _("keep the data here")),
        ]
