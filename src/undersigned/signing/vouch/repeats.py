"""Whether a person of the same name and place stands already: put to somebody, never decided here."""

from dataclasses import dataclass

from undersigned.appeals.models import Appeal, Version
from undersigned.lib import vault
from undersigned.signing import repeats
from undersigned.signing.collation import sort_key
from undersigned.signing.models import PublicLine, Signature, Voucher, Vouching

_ABOVE = b"\xff"
_LOOK = 50


@dataclass(frozen=True)
class Known:
    """Whether this carrier vouched for such a person, and whether anybody like that stands in the family."""

    own: bool
    family: bool


def folded(text: str) -> str:
    """A name or place without case, accents and punctuation, as the roll sorts it."""
    return sort_key(text).partition(b"\0")[0].decode("utf-8", "replace") if text else ""


def name_key(appeal: Appeal, name: str, place: str) -> bytes | None:
    """What a person is found by again: an HMAC under the appeal's own key; None without a name."""
    if not name:
        return None
    return vault.keyed_hash(repeats.key_name(appeal), f"vouched\0{folded(name)}\0{folded(place)}")


def known(voucher: Voucher, version: Version, *, key: bytes | None, name: str, place: str) -> Known:
    """Who of this name and place stands in the appeal, of vouched and of listed signatures."""
    if key is None:
        return Known(own=False, family=False)
    appeal = version.text.appeal
    same = Vouching.objects.filter(appeal=appeal, name_key=key, signature__state__in=Signature.LIVE)
    vouchers = set(same.values_list("voucher", flat=True)[:_LOOK])
    return Known(
        own=same.filter(voucher=voucher).exists(), family=bool(vouchers) or _listed(version, name, place)
    )


def _listed(version: Version, name: str, place: str) -> bool:
    """Whether the roll has such a line; its index finds the name, however long the roll is."""
    start = sort_key(name, version.language).partition(b"\0")[0] + b"\0"
    lines = PublicLine.objects.filter(
        appeal=version.text.appeal, listed=True, sort_key__gte=start, sort_key__lt=start + _ABOVE
    )
    return any(
        folded(other) == folded(place)
        for other in lines.order_by("sort_key").values_list("place", flat=True)[:_LOOK]
    )
