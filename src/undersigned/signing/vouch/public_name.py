"""How a carrier who vouches is named to the public: as the carrier says, or not at all."""

from django.db import transaction

from undersigned.lib import fields
from undersigned.signing.editions import guard
from undersigned.signing.vouch import session


@transaction.atomic
def choose(*, token: str, session_token: str, name: str) -> str:
    """Keeps the name beside all whom the carrier vouched for; empty is "a carrier of this letter".

    Raises LinkOver, NotAllowed, SessionOver, FieldError, Carrier.DoesNotExist.
    """
    carrier, voucher, now = session.hold(token=token, session=session_token)
    voucher.public_name = fields.clean_name(name) if name.strip() else ""
    voucher.save(update_fields=["public_name"])
    guard.all_of(carrier.appeal_id, now)
    return voucher.public_name
