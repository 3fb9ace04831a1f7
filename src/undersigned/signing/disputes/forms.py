"""The form of who did not sign; its rules are those of `ask`, and it keeps what was typed."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from undersigned.signing.disputes.ask import Request, read
from undersigned.signing.forms import ErrorsFromRules, line
from undersigned.signing.request import Invalid

_OPTIONAL = ("place", "words")


class DisputeForm(ErrorsFromRules):
    """Which name, and where the answer goes; `request` holds a valid answer."""

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.request: Request | None = None
        self.fields["name"] = line(
            _("The name, as it stands under the letter"), required=True, autocomplete="off", dir="auto"
        )
        self.fields["place"] = line(
            _("Place or affiliation beside it"),
            help_text=_("If several people have this name: which of them."),
            autocomplete="off",
            dir="auto",
        )
        self.fields["email"] = line(
            _("Your e-mail address"),
            help_text=_("The answer goes there and nowhere else."),
            required=True,
            widget=forms.EmailInput(),
            autocomplete="email",
            dir="ltr",
        )
        self.fields["words"] = line(
            _("What the organisers should know"),
            help_text=_("They alone read it."),
            widget=forms.Textarea(attrs={"rows": 4}),
            dir="auto",
        )

    def clean(self) -> dict[str, Any]:
        try:
            self.request = read(self.raw())
        except Invalid as invalid:
            self.refuse(invalid.errors)
        return {}

    @property
    def shown(self) -> list[tuple[forms.BoundField, bool]]:
        """The fields, each with whether it may stay empty."""
        return [(self[name], name in _OPTIONAL) for name in self.fields]
