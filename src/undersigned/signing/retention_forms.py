"""The form of an appeal's retention."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undersigned.appeals import profiles
from undersigned.appeals.models import Appeal

# The act knows what the appeal's own profile allows.
_MOST = profiles.PROFILES[Appeal.Profile.OPEN].retention_most


def _days(label: Any, hint: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=hint, min_value=0, max_value=_MOST)


class RetentionForm(forms.Form):
    """Days after closing, for each kind of what leads to persons."""

    contacts = _days(
        _("Names and addresses"),
        _("Then salts and keys go too: nothing leads from the log to a person any more. The count stays."),
    )
    notes = _days(_("Moderators’ notes and reasons"))
    scans = _days(
        _("Scans of paper sheets"), _("The lines that were read from them stay with the contact data.")
    )
    carriers = _days(_("Carriers, with their letters"))
