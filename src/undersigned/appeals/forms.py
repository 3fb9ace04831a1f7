"""The desk's forms for appeals and their texts."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import Team
from undersigned.appeals import languages, profiles
from undersigned.appeals.letter import Imported, LetterError, read_letter
from undersigned.appeals.models import Appeal
from undersigned.appeals.said import said

LETTER_MAX = 2_000_000
# What a revision's column can hold.
REVISION_MAX = 2**31 - 1


_PROFILES = [
    (
        Appeal.Profile.OPEN,
        _("Open"),
        _(
            "For appeals whose signatories want to be seen. Names appear within minutes; addresses are kept "
            "for 180 days after closing."
        ),
    ),
    (
        Appeal.Profile.CAREFUL,
        _("Careful"),
        _(
            "Signatures are recorded once an hour, at least five at a time, or once a day; names appear one "
            "to two days later; moments are kept to the hour; addresses for 90 days after closing."
        ),
    ),
    (
        Appeal.Profile.AT_RISK,
        _("At risk"),
        _(
            "For people whom a signature can cost dearly. Signatures are recorded once a day, at least "
            "twenty at a time, or once a week; names appear days later, and only if the signer asks for it; "
            "moments are kept to the day; addresses for 30 days after closing; no second mail, no receipt "
            "by mail."
        ),
    ),
]


def profile_choices() -> list[tuple[str, SafeString]]:
    """The profiles, each with what it means."""
    return [
        (value.value, format_html('{} <span class="hint">{}</span>', label, words))
        for value, label, words in _PROFILES
    ]


class NewAppealForm(forms.Form):
    """A title, a language, a team: enough to start writing."""

    title = forms.CharField(
        label=_("Title"), max_length=300, widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    )
    language = forms.CharField(
        label=_("Language"),
        max_length=35,
        initial="en",
        help_text=_("A language code such as en, es, pt-BR or ar."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    profile = forms.ChoiceField(
        label=_("How carefully signatures are treated"),
        choices=Appeal.Profile.choices,
        initial=Appeal.Profile.OPEN,
        required=False,
        widget=forms.RadioSelect(),
        help_text=_("It can be tightened at any time, and not loosened once somebody has signed."),
    )
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), empty_label=None)

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = self.fields["profile"]
        assert isinstance(profile, forms.ChoiceField)
        profile.choices = profile_choices()
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Team.objects.filter(pk__in=[team.pk for team in teams]).order_by("name")
        if len(teams) == 1:
            field.initial = teams[0]
            field.widget = forms.HiddenInput()

    def clean_profile(self) -> str:
        """What was chosen, else open."""
        return str(self.cleaned_data["profile"] or Appeal.Profile.OPEN)

    def clean_language(self) -> str:
        """A language that exists."""
        tag = str(self.cleaned_data["language"])
        if not languages.is_language(tag):
            raise forms.ValidationError(_("This is not a language code such as “es” or “pt-BR”."))
        return tag


class ImportForm(NewAppealForm):
    """A letter's file; everything else is read from it."""

    title = None  # type: ignore[assignment]
    language = None  # type: ignore[assignment]
    letter = forms.FileField(
        label=_("Letter"),
        help_text=_("Markdown with a head, or a plain letter as published on the web, in UTF-8; up to 2 MB."),
        widget=forms.FileInput(attrs={"accept": ".md,.txt,.markdown,text/plain,text/markdown"}),
    )
    field_order = ("letter", "profile", "team")

    imported: Imported

    def clean_letter(self) -> Any:
        """Reads the letter; what is wrong with the file stands next to the field."""
        upload = self.cleaned_data["letter"]
        if upload.size > LETTER_MAX:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        try:
            self.imported = read_letter(upload.read(), filename=upload.name)
        except LetterError as error:
            raise forms.ValidationError(said(error)) from error
        return upload


class DraftForm(forms.Form):
    """The draft as typed, with the revision that it started from."""

    source = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        help_text=_(
            "Markdown with a head between two lines of three dashes. Footnotes: [^1] and, below, [^1]: …"
        ),
        widget=forms.Textarea(
            attrs={"rows": 28, "dir": "auto", "data-preview-source": "", "spellcheck": "true"}
        ),
    )
    revision = forms.IntegerField(min_value=0, max_value=REVISION_MAX, widget=forms.HiddenInput())


_LICENCES = [
    (
        Appeal.Licence.FREE,
        _("Free"),
        _("Carriers with the right adapt and translate, and publish what they made under their own name."),
    ),
    (
        Appeal.Licence.REVIEW,
        _("After review"),
        _("Carriers with the right write and hand in; you read, publish or send back."),
    ),
    (
        Appeal.Licence.NONE,
        _("None"),
        _("Carriers carry the words as they are. What is published already stays."),
    ),
]


_FIXED = {
    Appeal.State.DRAFT: (),
    Appeal.State.EMBARGO: ("slug",),
    Appeal.State.OPEN: ("slug",),
    Appeal.State.CLOSED: ("slug", "closes_at"),
}


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What an appeal asks, until when, and who answers for the personal data."""

    class Meta:
        model = Appeal
        fields = (
            "title",
            "slug",
            "closes_at",
            "ask_affiliation",
            "ask_role",
            "ask_place",
            "ask_country",
            "controller",
            "controller_contact",
            "purpose",
            "retention_days",
            "licence",
            "proof_of_work",
        )
        labels = {
            "title": _("Title"),
            "slug": _("Address"),
            "closes_at": _("Open for signature until"),
            "ask_affiliation": _("Affiliation"),
            "ask_role": _("Role or profession"),
            "ask_place": _("Place"),
            "ask_country": _("Country"),
            "controller": _("Who is responsible for the personal data"),
            "controller_contact": _("How to reach them"),
            "purpose": _("What the personal data are used for"),
            "retention_days": _("Days for which contact data are kept after closing"),
            "licence": _("Adaptations and translations by carriers"),
            "proof_of_work": _("Ask browsers for a small calculation before a signature is sent"),
        }
        help_texts = {
            "slug": _("The last part of the appeal's address. It cannot be changed once the appeal is open."),
            "closes_at": _(
                "The last moment at which a signature is accepted, in the time zone of this site."
            ),
            "controller": _("A person or an organisation, as the privacy notice names it."),
            "controller_contact": _("An e-mail or a postal address."),
            "proof_of_work": _(
                "Makes it dear for programs to sign in masses. A phone takes a few seconds, while the form "
                "is filled in; nobody else is asked. Who has no script can still sign, but only a few a "
                "minute from one network."
            ),
        }
        widgets = {
            "title": forms.TextInput(attrs={"dir": "auto"}),
            "closes_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "purpose": forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
            "licence": forms.RadioSelect(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        licence = self.fields["licence"]
        assert isinstance(licence, forms.ChoiceField)
        licence.choices = [
            (value, format_html('{} <span class="hint">{}</span>', label, words))
            for value, label, words in _LICENCES
        ]
        # A form that was opened before the question was there changes nothing about it.
        licence.required = False
        most = profiles.of(self.instance).retention_most
        self.fields["retention_days"].widget.attrs.update({"min": 0, "max": most})
        self.fields["retention_days"].validators.append(MaxValueValidator(most))
        for name in _FIXED[Appeal.State(self.instance.state)]:
            self.fields[name].disabled = True

    def clean_licence(self) -> str:
        """What was chosen, else what stands."""
        return str(self.cleaned_data["licence"] or self.initial.get("licence", Appeal.Licence.REVIEW))
