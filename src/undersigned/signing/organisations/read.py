"""Finding an organisation by a link that its officers have."""

from undersigned.lib import tokens
from undersigned.signing.models import Organisation
from undersigned.signing.organisations import mails


def find(token: str, purpose: str) -> Organisation | None:
    """The organisation of a link made for that purpose, None for anything else."""
    nonce = tokens.nonce_of(purpose, token)
    if nonce is None:
        return None
    by = {"second_nonce": nonce} if purpose == mails.COSIGN else {"nonce": nonce}
    rows = Organisation.objects.select_related("appeal__team", "version__text", "signature")
    return rows.filter(**by).first()


def locked(row: Organisation) -> Organisation | None:
    """The same row under a lock, None where it is gone; in the caller's transaction."""
    rows = Organisation.objects.select_for_update(of=("self",))
    return rows.select_related("appeal__team", "version__text", "signature").filter(pk=row.pk).first()
