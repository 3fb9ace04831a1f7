"""The forms of a carrier who vouches; the rules are those of `entry`, and a form keeps what was typed."""

import secrets
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _

from undersigned.appeals.models import Version
from undersigned.lib import fields
from undersigned.signing.forms import CodeForm, ErrorsFromRules, line
from undersigned.signing.models import Voucher
from undersigned.signing.models.vouched import QUOTA_MAX
from undersigned.signing.request import Invalid
from undersigned.signing.vouch import entry

__all__ = ["CodeForm", "FinishForm", "NameForm", "PersonForm", "QuotaForm"]


def _displays() -> list[tuple[str, Any]]:
    explained = [
        ("pseudonym", _("Under a pseudonym"), _("This server never learns the name.")),
        ("name", _("With their name"), _("Everyone can read it in the list of names.")),
        ("unlisted", _("Counted, not listed"), _("They count as one signature. Nothing about them appears.")),
    ]
    return [
        (value, format_html('{} <span class="hint">{}</span>', label, hint))
        for value, label, hint in explained
    ]


class PersonForm(ErrorsFromRules):
    """One person whom a carrier knows; `entry` holds a valid answer."""

    def __init__(self, version: Version | None, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.entry: entry.Entry | None = None
        number = version.pk if version else ""
        self.fields["version"] = forms.Field(required=False, widget=forms.HiddenInput(), initial=number)
        self.fields["form"] = forms.Field(
            required=False, widget=forms.HiddenInput(), initial=secrets.token_urlsafe(16)
        )
        self.fields["display"] = line(
            _("How the signature is shown"), required=True, widget=forms.RadioSelect(choices=_displays())
        )
        self.initial["display"] = "pseudonym"
        self.fields["name"] = line(
            _("Name or pseudonym"),
            help_text=_("As it is to be shown. For a person who is not listed it may stay empty."),
            autocomplete="off",
            dir="auto",
        )
        self.fields["place"] = line(_("Place"), autocomplete="off", dir="auto")
        ticks = {
            "addressee": _("The person agrees that the addressee gets the name as it is shown here"),
            "edition": _("The person agrees that it stays in the permanent edition and archive"),
            "stated": _("I know this person. They read these words and asked me to sign in this way."),
        }
        for name, label in ticks.items():
            self.fields[name] = forms.Field(label=label, required=False, widget=forms.CheckboxInput())

    def clean(self) -> dict[str, Any]:
        """Checks by the rules that signers' own fields follow."""
        try:
            self.entry = entry.read(self.raw())
        except Invalid as invalid:
            self.refuse(invalid.errors)
        return {}

    @property
    def version(self) -> int:
        """The number of the Version that the form was made for, 0 for what is none."""
        typed = str(self.data.get("version", ""))
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0

    def made_for(self, version: Version | None) -> None:
        """The form as typed, for other words than those it was sent for."""
        self.data = {**{name: self.data.get(name) for name in self.fields}, "version": version and version.pk}

    @property
    def chance(self) -> str:
        """What tells this form from every other."""
        return str(self.data.get("form", ""))


class NameForm(ErrorsFromRules):
    """How the carrier is named to the public."""

    def __init__(self, voucher: Voucher, data: Any = None) -> None:
        super().__init__(data, label_suffix="", initial={"public_name": voucher.public_name})
        self.fields["public_name"] = line(
            _("Your name beside those you vouch for"),
            help_text=_("Everyone can read it. Empty: “a carrier of this letter”."),
            autocomplete="off",
            dir="auto",
        )


class QuotaForm(forms.Form):
    """For how many people a carrier may vouch."""

    quota = forms.IntegerField(min_value=0, max_value=QUOTA_MAX)

    def __init__(self, voucher: Voucher, data: Any = None) -> None:
        super().__init__(data, label_suffix="", initial={"quota": voucher.quota})
        self.fields["quota"].label = _("For how many people this carrier may vouch")
        self.fields["quota"].help_text = _("A place that was taken stays taken, whatever becomes of it.")


class FinishForm(ErrorsFromRules):
    """What becomes of the signatures of a carrier who is taken back."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        choices = [
            ("keep", _("Keep the signatures")),
            ("undo", _("Strike out all of them; each leaves the count with the next batch")),
        ]
        self.fields["fate"] = line(
            _("What becomes of those whom this carrier vouched for"),
            required=True,
            widget=forms.RadioSelect(choices=choices),
        )
        self.undo = False

    def clean(self) -> dict[str, Any]:
        """Nothing is chosen for anybody."""
        try:
            chosen = fields.clean_choice(self.data.get("fate"), ("keep", "undo"), default="")
        except fields.FieldError:
            chosen = ""
        if not chosen:
            self.add_error("fate", _("Please choose one of the possibilities."))
        self.undo = chosen == "undo"
        return {}
