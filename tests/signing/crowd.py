"""Signatures by the dozen, made through the acts themselves."""

from datetime import datetime

from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock, tokens
from undersigned.signing import confirm, intake
from undersigned.signing.confirm import Confirmed
from undersigned.signing.models import Signature
from undersigned.signing.request import SignRequest


def original(appeal: Appeal) -> Version:
    """The newest version of an appeal's original text."""
    found = (
        Version.objects.select_related("text__appeal__team").filter(text__appeal=appeal).order_by("-number")
    )
    return found[0]


def pending(
    version: Version, name: str = "Ana Sol", *, at: datetime | None = None, **more: object
) -> Signature:
    """A signature that waits for its confirmation; the address is made of the name."""
    email = str(more.pop("email", f"{name.lower().replace(' ', '.')}@people.example"))
    request = SignRequest(name=name, email=email, **more)  # type: ignore[arg-type]
    return intake.add_pending(version=version, request=request, at=at or clock.now())


def confirmed(
    version: Version, name: str = "Ana Sol", *, at: datetime | None = None, **more: object
) -> Signature:
    """A signature that counts with the next batch."""
    row = pending(version, name, at=at, **more)
    done = confirmation(row, at=at)
    assert done.signature is not None
    return Signature.objects.get(pk=done.signature.pk)


def confirmation(row: Signature, *, at: datetime | None = None) -> Confirmed:
    """What confirming by the mailed link answers."""
    return confirm.confirm(token=tokens.token("confirm", row.nonce), at=at)
