"""The forms that signers see. The rules are those of `request` and `fields`; a form keeps what was typed.

Labels are made when a form is: make it while the page's language is active.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from undersigned.appeals import profiles
from undersigned.appeals.models import Version
from undersigned.lib import fields
from undersigned.signing import consent
from undersigned.signing.collation import sort_key
from undersigned.signing.models import Signature
from undersigned.signing.request import ASKED, TICKS, Invalid, SignRequest, asked, read, read_display


def display_choices() -> list[tuple[str, SafeString]]:
    """The three ways to be shown, each with what it means."""
    explained = [
        ("name", _("With my name"), _("Everyone can read it in the list of names.")),
        (
            "pseudonym",
            _("Under a pseudonym"),
            _("The list shows a name you choose. The organisers know who you are."),
        ),
        ("unlisted", _("Counted, not listed"), _("You count as one signature. Nothing about you appears.")),
    ]
    return [
        (value, format_html('{} <span class="hint">{}</span>', label, hint))
        for value, label, hint in explained
    ]


def country_choices() -> list[tuple[str, str]]:
    """All countries in the page's language, in its order, with nothing chosen first."""
    language = get_language() or "en"
    names = fields.country_names(language)
    ordered = sorted(names.items(), key=lambda item: sort_key(item[1], language))
    return [("", "—"), *ordered]


def line(
    label: str,
    *,
    help_text: str = "",
    required: bool = False,
    widget: forms.Widget | None = None,
    **attrs: Any,
) -> forms.Field:
    """A field that takes anything: what it may hold is decided in one place, for every door."""
    widget = widget or forms.TextInput()
    widget.attrs.update({name.replace("_", "-"): value for name, value in attrs.items()})
    if required:
        widget.attrs["required"] = True
    return forms.Field(label=label, help_text=help_text, required=False, widget=widget)


def _display_fields(required: bool = True) -> dict[str, forms.Field]:
    return {
        "display": line(
            _("How your signature is shown"),
            required=required,
            widget=forms.RadioSelect(choices=display_choices()),
        ),
        "pseudonym": line(
            _("Pseudonym"), help_text=_("Shown instead of your name."), autocomplete="off", dir="auto"
        ),
    }


def _asked_field(name: str, required: bool) -> forms.Field:
    match name:
        case "affiliation":
            return line(
                _("Affiliation"),
                help_text=_("For identification only."),
                required=required,
                autocomplete="organization",
                dir="auto",
            )
        case "role":
            return line(_("Occupation"), required=required, autocomplete="organization-title", dir="auto")
        case "place":
            return line(_("Place"), required=required, autocomplete="address-level2", dir="auto")
        case _:
            return line(
                _("Country"),
                required=required,
                widget=forms.Select(choices=country_choices()),
                autocomplete="country",
            )


def _ticks() -> dict[str, forms.Field]:
    return {
        scope.name: forms.Field(
            label=str(scope.label), help_text=str(scope.hint), required=False, widget=forms.CheckboxInput()
        )
        for scope in consent.SCOPES
    }


class ErrorsFromRules(forms.Form):
    """A form whose errors come from the rules shared with the other doors."""

    def raw(self) -> dict[str, Any]:
        """What was typed, untouched; of a field sent twice the last."""
        return {name: self.data.get(name) for name in self.fields}

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Puts errors beside their fields."""
        for name, messages in errors.items():
            for message in messages:
                self.add_error(name, message)


class SignForm(ErrorsFromRules):
    """The form under a letter, with the fields that its appeal asks for; `request` holds a valid answer."""

    def __init__(self, version: Version, data: QueryDict | None = None) -> None:
        super().__init__(data.copy() if data is not None else None, label_suffix="")
        self.version = version
        self.request: SignRequest | None = None
        self.fields["version"] = forms.Field(
            required=False, widget=forms.HiddenInput(), initial=version.number
        )
        self.fields["name"] = line(
            _("Your name"),
            help_text=_("As you would sign a letter, in your own script."),
            required=True,
            autocomplete="name",
            dir="auto",
        )
        self.fields["email"] = line(
            _("E-mail address"),
            help_text=_("Only to confirm that it is you. It is never shown."),
            required=True,
            widget=forms.EmailInput(),
            autocomplete="email",
        )
        self.fields.update(_display_fields())
        self.initial["display"] = profiles.of(version.text.appeal).display
        self.needed = asked(version.text.appeal)
        for name, required in self.needed.items():
            self.fields[name] = _asked_field(name, required)
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
            self.request = read(self.version.text.appeal, self.raw())
        except Invalid as invalid:
            self.refuse(invalid.errors)
        if isinstance(self.data, QueryDict):
            # The page that answers shows the words of today; signing it again signs those.
            self.data["version"] = str(self.version.number)
        return {}

    @property
    def asked_fields(self) -> list[tuple[forms.BoundField, bool]]:
        """The further fields in their order, each with whether it may stay empty."""
        return [(self[name], not self.needed[name]) for name in ASKED if name in self.needed]

    @property
    def consents(self) -> list[forms.BoundField]:
        """The boxes, each for one purpose."""
        return [self[name] for name in TICKS]


class DisplayForm(ErrorsFromRules):
    """How a signature is shown from now on."""

    def __init__(
        self, signature: Signature, values: Mapping[str, str], data: QueryDict | None = None
    ) -> None:
        super().__init__(
            data,
            label_suffix="",
            initial={"display": signature.display, "pseudonym": values.get("pseudonym", "")},
        )
        self.fields.update(_display_fields())
        self.chosen = ("", "")
        self.name = ""
        # Whoever was vouched for under a pseudonym told this server no name.
        self.nameless = not values.get("name") and signature.kind == Signature.Kind.VOUCHED
        # Of a sealed appeal this server knows no name that does not stand on the page.
        self.asks_name = signature.appeal.is_sealed and not values.get("name")
        if self.asks_name:
            self.fields["name"] = line(
                _("Your name"),
                help_text=_("Only to show it: this server does not know it any more."),
                autocomplete="name",
                dir="auto",
            )
        if self.nameless:
            widget = forms.RadioSelect(choices=display_choices()[1:], attrs={"required": True})
            self.fields["display"].widget = widget

    def clean(self) -> dict[str, Any]:
        try:
            self.chosen = read_display(self.raw())
        except Invalid as invalid:
            self.refuse(invalid.errors)
        if self.nameless and self.chosen[0] == "name":
            self.add_error("display", _("Please choose one of the possibilities."))
        if self.asks_name and self.chosen[0] == "name":
            try:
                self.name = fields.clean_name(self.raw().get("name"))
            except fields.FieldError as error:
                self.add_error("name", str(error))
        return {}


class ConsentForm(ErrorsFromRules):
    """What a signer agrees to from now on."""

    def __init__(self, signature: Signature, data: QueryDict | None = None) -> None:
        super().__init__(
            data,
            label_suffix="",
            initial={
                "updates": signature.wants_updates,
                "addressee": signature.for_addressee,
                "edition": signature.for_edition,
            },
        )
        self.fields.update(_ticks())
        self.chosen: dict[str, bool] = {"updates": False}
        if signature.kind == Signature.Kind.VOUCHED:
            # There is no address here that could be written to.
            del self.fields["updates"]

    def clean(self) -> dict[str, Any]:
        for name, typed in self.raw().items():
            try:
                self.chosen[name] = fields.clean_tick(typed)
            except fields.FieldError as error:
                self.add_error(name, str(error))
        return {}


class TickForm(ErrorsFromRules):
    """One box: `keep` may stay empty, `sure` must be ticked."""

    def __init__(self, name: str, label: str, *, must: bool, data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.name, self.must, self.ticked = name, must, False
        self.fields[name] = forms.Field(label=label, required=False, widget=forms.CheckboxInput())

    def clean(self) -> dict[str, Any]:
        try:
            self.ticked = fields.clean_tick(self.data.get(self.name))
        except fields.FieldError as error:
            self.add_error(self.name, str(error))
            return {}
        if self.must and not self.ticked:
            self.add_error(self.name, _("Please tick this box if you are sure."))
        return {}


class CodeForm(ErrorsFromRules):
    """The short code from the mail."""

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["code"] = line(
            _("Code"),
            help_text=_("Ten letters and digits, as in the message we sent you."),
            required=True,
            autocomplete="one-time-code",
            autocapitalize="characters",
            spellcheck="false",
            dir="ltr",
        )
        self.fields["code"].widget.attrs["class"] = "code"
        self.typed = ""

    def clean(self) -> dict[str, Any]:
        try:
            self.typed = fields.clean_line(self.data.get("code"), required=True)
        except fields.FieldError as error:
            self.add_error("code", str(error))
        return {}
