"""The form of organisations; its rules are those of `request`, and it keeps what was typed."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from undersigned.appeals.models import Version
from undersigned.lib import clock
from undersigned.signing.forms import ErrorsFromRules, country_choices, line
from undersigned.signing.organisations.request import Request, read
from undersigned.signing.request import Invalid

TICKS = ("addressee", "edition", "shows_officers")
_OPTIONAL = ("resolution", "second_name", "second_role", "second_email")


class OrganisationForm(ErrorsFromRules):
    """What an organisation says of itself and its officers; `request` holds a valid answer."""

    def __init__(self, version: Version, data: QueryDict | None = None) -> None:
        super().__init__(data.copy() if data is not None else None, label_suffix="")
        self.version = version
        self.request: Request | None = None
        self.fields["version"] = forms.Field(
            required=False, widget=forms.HiddenInput(), initial=version.number
        )
        self.fields.update(_organisation())
        self.fields.update(_resolution())
        self.fields.update(_officer())
        self.fields.update(_second())
        self.fields.update(_ticks())

    def clean(self) -> dict[str, Any]:
        typed = self.data.get("version")
        if typed and typed.strip() != str(self.version.number):
            self.add_error(
                None,
                _("The text has changed since you opened it. Please read version %(number)s, then sign.")
                % {"number": self.version.number},
            )
        try:
            self.request = read(self.raw())
        except Invalid as invalid:
            self.refuse(invalid.errors)
        if isinstance(self.data, QueryDict):
            # The page that answers shows the words of today; sending it again signs those.
            self.data["version"] = str(self.version.number)
        return {}

    def _some(self, *names: str) -> list[tuple[forms.BoundField, bool]]:
        return [(self[name], name in _OPTIONAL) for name in names]

    @property
    def organisation_fields(self) -> list[tuple[forms.BoundField, bool]]:
        """The organisation itself, each field with whether it may stay empty."""
        return self._some("name", "place", "country", "domain")

    @property
    def resolution_fields(self) -> list[tuple[forms.BoundField, bool]]:
        """What it resolved."""
        return self._some("resolved_on", "resolution")

    @property
    def officer_fields(self) -> list[tuple[forms.BoundField, bool]]:
        """Who speaks for it."""
        return self._some("officer_name", "officer_role", "officer_email")

    @property
    def second_fields(self) -> list[tuple[forms.BoundField, bool]]:
        """Who signs beside them, if anybody."""
        return self._some("second_name", "second_role", "second_email")

    @property
    def consents(self) -> list[forms.BoundField]:
        """The boxes, each for one purpose."""
        return [self[name] for name in TICKS]


def _organisation() -> dict[str, forms.Field]:
    return {
        "name": line(
            _("Name of the organisation"),
            help_text=_("As it signs a letter, in its own script."),
            required=True, autocomplete="organization", dir="auto",
        ),
        "place": line(_("Place"), required=True, autocomplete="address-level2", dir="auto"),
        "country": line(
            _("Country"), required=True, widget=forms.Select(choices=country_choices()),
            autocomplete="country",
        ),
        "domain": line(
            _("Web domain"),
            help_text=_("Its own, like example.org. It is shown, and it proves that the organisation signs."),
            required=True, autocomplete="off", autocapitalize="none", spellcheck="false", inputmode="url",
            dir="ltr",
        ),
    }  # fmt: skip


def _resolution() -> dict[str, forms.Field]:
    return {
        "resolved_on": line(
            _("Date of the resolution"),
            help_text=_("The day on which the organisation decided to sign."),
            required=True,
            widget=forms.DateInput(attrs={"type": "date"}),
            min="1900-01-01",
            max=clock.now().date().isoformat(),
        ),
        "resolution": line(
            _("Words of the resolution"),
            help_text=_("Readers do not see them. A fingerprint of them is part of the proof."),
            widget=forms.Textarea(attrs={"rows": 4}),
            dir="auto",
        ),
    }


def _officer() -> dict[str, forms.Field]:
    return {
        "officer_name": line(_("Your name"), required=True, autocomplete="name", dir="auto"),
        "officer_role": line(
            _("Your office"),
            help_text=_("Chair, secretary, director: what lets you sign for it."),
            required=True, autocomplete="organization-title", dir="auto",
        ),
        "officer_email": line(
            _("Your e-mail address"),
            help_text=_(
                "Best one at the domain above: then confirming is all. With another address the domain is "
                "checked by a DNS record. It is never shown."
            ),
            required=True, widget=forms.EmailInput(), autocomplete="email",
        ),
    }  # fmt: skip


def _second() -> dict[str, forms.Field]:
    return {
        "second_name": line(_("Name of the second officer"), autocomplete="off", dir="auto"),
        "second_role": line(_("Office of the second officer"), autocomplete="off", dir="auto"),
        "second_email": line(
            _("E-mail address of the second officer"),
            help_text=_("We write there once you have confirmed."),
            widget=forms.EmailInput(),
            autocomplete="off",
        ),
    }


def _ticks() -> dict[str, forms.Field]:
    said = {
        "addressee": (
            _("Give the organisation's name to the addressee"),
            _("It is on the list handed over, as it is shown here."),
        ),
        "edition": (
            _("Keep the organisation's name in the permanent edition and archive"),
            _("Printed and archived copies cannot be called back later."),
        ),
        "shows_officers": (
            _("Show the officers' names and offices beside it"),
            _("Only of those who confirm. Tick this only if the second officer agrees."),
        ),
    }
    return {
        name: forms.Field(label=label, help_text=hint, required=False, widget=forms.CheckboxInput())
        for name, (label, hint) in said.items()
    }
