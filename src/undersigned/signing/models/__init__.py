"""What signing keeps, a module for each subject."""

from undersigned.signing.models.asking import Asking, AskingRound
from undersigned.signing.models.changes import Amendment, RecordedEnd, RecordedVersion, Undo
from undersigned.signing.models.delivery import Delivery, DeliveryAnswer, DeliveryNews
from undersigned.signing.models.disputes import Dispute, DisputeLine
from undersigned.signing.models.editions import EditionBuild, EditionFile
from undersigned.signing.models.moderation import Decision, DecisionLine, Growth, RefusalWords
from undersigned.signing.models.organisations import Organisation, OrganisationRule
from undersigned.signing.models.paper import (
    Gathering,
    PaperLine,
    PaperMatch,
    PaperWatch,
    Transcript,
    TranscriptLine,
)
from undersigned.signing.models.sealed import DelayedLine, SealedPerson
from undersigned.signing.models.signature import Person, PublicLine, Signature
from undersigned.signing.models.updates import Update, UpdateRound
from undersigned.signing.models.vouched import Voucher, Vouching

__all__ = [
    "Amendment",
    "Asking",
    "AskingRound",
    "Decision",
    "DecisionLine",
    "DelayedLine",
    "Delivery",
    "DeliveryAnswer",
    "DeliveryNews",
    "Dispute",
    "DisputeLine",
    "EditionBuild",
    "EditionFile",
    "Gathering",
    "Growth",
    "Organisation",
    "OrganisationRule",
    "PaperLine",
    "PaperMatch",
    "PaperWatch",
    "Person",
    "PublicLine",
    "RecordedEnd",
    "RecordedVersion",
    "RefusalWords",
    "SealedPerson",
    "Signature",
    "Transcript",
    "TranscriptLine",
    "Undo",
    "Update",
    "UpdateRound",
    "Voucher",
    "Vouching",
]
