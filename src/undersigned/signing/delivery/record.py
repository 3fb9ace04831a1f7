"""The digest of each bundle goes into its appeal's log, with the publisher's next turn."""

from datetime import datetime

from undersigned.appeals.models import Appeal
from undersigned.ledger import append
from undersigned.ledger.models import Log
from undersigned.signing.models import Delivery
from undersigned.tlog.leaf import Deliver, encode


def due(appeal: Appeal) -> bool:
    """Whether a bundle waits for its place."""
    return Delivery.objects.filter(appeal=appeal, made_at__isnull=False, leaf_index__isnull=True).exists()


def write(appeal: Appeal, locked: Log, now: datetime) -> int:
    """Appends the leaf of each bundle that has none, in the caller's transaction; how many.

    No crowd is waited for: a bundle names nobody in the log. One that stands there already, since the
    database was lost and brought back, keeps its place.
    """
    rows = Delivery.objects.select_for_update().filter(
        appeal=appeal, made_at__isnull=False, leaf_index__isnull=True
    )
    found = list(rows.order_by("pk"))
    for row in found:
        leaf = Deliver(row.digest)
        adopted = locked.leaves.filter(adopted=True, entry=encode(leaf)).values_list("index", flat=True)
        index = adopted.first()
        row.leaf_index = append.append(log=locked, leaves=[leaf], at=now) if index is None else index
        row.save(update_fields=["leaf_index"])
        locked.refresh_from_db()
    return len(found)
