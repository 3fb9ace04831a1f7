"""What circulation keeps, a module for each subject."""

from undersigned.circulation.models.carriers import DEPTH_LIMIT, Carrier, Circulation
from undersigned.circulation.models.correspondence import EditionHandedOut, EditionLetter
from undersigned.circulation.models.letters import (
    CoveringLetter,
    Dispatch,
    DoNotWrite,
    LetterTemplate,
    ListPreview,
    Reply,
)
from undersigned.circulation.models.sheets import Sheet
from undersigned.circulation.models.work import Work

__all__ = [
    "DEPTH_LIMIT",
    "Carrier",
    "Circulation",
    "CoveringLetter",
    "Dispatch",
    "DoNotWrite",
    "EditionHandedOut",
    "EditionLetter",
    "LetterTemplate",
    "ListPreview",
    "Reply",
    "Sheet",
    "Work",
]
