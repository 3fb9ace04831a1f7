"""Whether an address has signed an appeal before, known by a keyed hash and never by the address."""

import unicodedata
from collections.abc import Callable

from django.db.models import QuerySet

from undersigned.appeals.models import Appeal
from undersigned.lib import keys, vault
from undersigned.mailroom import address as addresses
from undersigned.signing.models import RecordedEnd, Signature

_GOOGLE = frozenset({"gmail.com", "googlemail.com"})


def key_name(appeal: Appeal) -> str:
    """The name of the appeal's own key; it is destroyed when the appeal's retention ends."""
    return f"repeat-{appeal.public_id}"


def has_key(appeal: Appeal) -> bool:
    """Whether repeats are known yet, or still: asking for a key makes it."""
    try:
        keys.read(key_name(appeal))
    except keys.KeyMissing:
        return False
    return True


def are_over(appeal: Appeal) -> bool:
    """Whether the key of repeats is gone for good, or will be in a moment: nobody may make it anew."""
    ended = RecordedEnd.objects.filter(appeal=appeal)
    return (ended if appeal.is_sealed else ended.filter(shred_leaf__isnull=False)).exists()


def normal(email: str) -> str:
    """One mailbox, one spelling: no case, no tag behind a plus, no dots where the provider ignores them."""
    local, domain = addresses.split(email)
    local = unicodedata.normalize("NFC", local.casefold())
    bare = local.partition("+")[0] or local
    if domain in _GOOGLE:
        domain = "gmail.com"
        bare = bare.replace(".", "") or bare
    return f"{bare}@{domain}"


def hasher(appeal: Appeal) -> Callable[[str], bytes]:
    """What makes the repeat keys of many addresses in one appeal."""
    hashed = vault.hasher(key_name(appeal))
    return lambda email: hashed(normal(email))


def marker(appeal: Appeal) -> Callable[[str], str]:
    """What makes of networks the marks that signatures keep, sealed; nothing where people are at risk.

    Under the appeal's own key: one network has other marks in other appeals, and none once the key is gone.
    """
    if appeal.profile == Appeal.Profile.AT_RISK:
        return lambda _network: ""
    hashed = vault.hasher(key_name(appeal))
    return lambda network: hashed(f"network {network}")[:9].hex() if network else ""


# As they stand in the indexes: SQLite takes a list of parameters for no proof, and would read every row.
_LIVE = "signing_signature.stands"
_ENDED = f"signing_signature.state IN ({', '.join(repr(state.value) for state in Signature.ENDED)})"


def live(rows: QuerySet[Signature]) -> QuerySet[Signature]:
    """Those that stand, found by appeal and address through their own index."""
    return rows.extra(where=[_LIVE])  # noqa: S610  the model's own column


def numbers(appeal: Appeal, key: bytes) -> list[int]:
    """All rows of an address in an appeal, whatever became of them."""
    rows = Signature.objects.filter(appeal=appeal, repeat_key=key).order_by()
    parts = [
        rows.filter(state=Signature.State.PENDING),
        live(rows),
        rows.extra(where=[_ENDED]),  # noqa: S610  the model's own states
    ]
    # Each has its own index. In the order in which states follow: a row that changes meanwhile is not missed.
    return [pk for part in parts for pk in part.values_list("pk", flat=True)]


def repeat_key(appeal: Appeal, email: str) -> bytes:
    """What the database keeps to find a repeat: an HMAC under the appeal's own key."""
    return hasher(appeal)(email)
