"""The desk's forms about paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from undersigned.appeals.models import Appeal, Version
from undersigned.signing.moderate import REASON_MAX
from undersigned.signing.paper import lines
from undersigned.signing.paper.lines import BLANK, UNREADABLE, Reading

_TEXTS = 100


class KeepForm(forms.Form):
    """A sheet that came back."""

    number = forms.IntegerField(
        label=gettext_lazy("Number of the sheet"),
        min_value=1,
        max_value=2_000_000_000,
        help_text=gettext_lazy("It stands at the top of the sheet."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    claimed = forms.IntegerField(
        label=gettext_lazy("Signatures that the sheet claims to hold"),
        min_value=0,
        max_value=1000,
        help_text=gettext_lazy("As whoever collected them wrote at its foot, or as you count them."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Photo or scan"),
        allow_empty_file=True,
        help_text=gettext_lazy(
            "JPEG, PNG or PDF, up to 30 MB. Only the side with the signatures. It is encrypted before it is "
            "kept, and only the team sees it."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )


class ListForm(forms.Form):
    """Signatures gathered elsewhere, as a table."""

    version = forms.ModelChoiceField(
        label=gettext_lazy("The words that they signed"), queryset=Version.objects.none(), empty_label=None
    )
    origin = forms.CharField(
        label=gettext_lazy("Where the list comes from"),
        max_length=300,
        help_text=gettext_lazy("Who collected the signatures, when and how. It is kept with the list."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    basis = forms.CharField(
        label=gettext_lazy("On what ground these people agreed that their data stand here"),
        max_length=500,
        help_text=gettext_lazy(
            "The sentence that they signed under, or where it can be read. Without it no list is taken."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "The first line names the columns: name and, as far as there are, email, place, country, "
            "affiliation, role, public, addressee, edition. Up to 50,000 people."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
    )

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["version"]
        assert isinstance(chosen, forms.ModelChoiceField)
        versions = Version.objects.filter(text__appeal=appeal)
        # Of thousands of texts the newest are offered.
        newest = list(versions.order_by("-pk").values_list("pk", flat=True)[:_TEXTS])
        chosen.queryset = (
            Version.objects.filter(pk__in=newest)
            .select_related("text")
            .defer("source", "canonical", "text__draft")
            .order_by("pk")
        )
        chosen.label_from_instance = _told  # type: ignore[assignment, method-assign]


def _told(version: Version) -> str:
    return _("%(text)s, version %(number)s: %(title)s") % {
        "text": version.text.slug,
        "number": version.number,
        "title": version.title,
    }


class ReverseForm(forms.Form):
    """Why a sheet or list is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=REASON_MAX,
        help_text=gettext_lazy("Name no person and no address in it."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


@dataclass
class LineFields:
    """One line of a sheet as fields to type into; fields that a sheet does not ask for are not there."""

    number: int
    asks_email: bool
    reading: Reading | None = None
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """What the fields show: what was just typed, else what is kept."""
        if self.typed:
            return self.typed
        if self.reading is None:
            return {}
        found = {name: getattr(self.reading, name) for name in (*_NAMES, *_BOXES)}
        return found | {"unreadable": self.reading.mark == UNREADABLE}

    @property
    def is_done(self) -> bool:
        """Whether the line was looked at."""
        return self.reading is not None


_NAMES, _BOXES = ("name", "place", "email"), ("addressee", "edition")


def typed(data: Mapping[str, Any], number: int, *, asks_email: bool) -> dict[str, Any]:
    """What stands in the fields of a line: nobody, where all are empty."""
    names = _NAMES if asks_email else _NAMES[:2]
    found: dict[str, Any] = {name: str(data.get(f"{name}-{number}", "")) for name in names}
    found |= {name: bool(data.get(f"{name}-{number}")) for name in (*_BOXES, "unreadable")}
    return found


def as_line(values: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values as the acts read them."""
    if values.get("unreadable"):
        return {"mark": UNREADABLE}
    if not any(str(values.get(name, "")).strip() for name in _NAMES) and not any(
        values.get(name) for name in _BOXES
    ):
        return {"mark": BLANK}
    return dict(values)


def shown(reading: Reading) -> Sequence[tuple[str, str, str]]:
    """A reading as (field, label, value) for a page."""
    if reading.mark == BLANK:
        return [("mark", "", _("nobody"))]
    if reading.mark == UNREADABLE:
        return [("mark", "", _("cannot be read"))]
    labels = lines.labels()
    said = []
    for name in (
        "name",
        "place",
        "email",
        "affiliation",
        "role",
        "country",
        "unlisted",
        "addressee",
        "edition",
    ):
        value = getattr(reading, name)
        if value:
            said.append((name, labels[name], _("yes") if value is True else str(value)))
    return said
