"""What has to hold when the storm is over."""

import json
import time

from tests.installation import Installation, sql
from tests.storm.crowd import Memory
from tests.storm.mail import MailServer

# A message on its way at the very moment of an erasure cannot be called back from the wire.
ON_THE_WIRE = 1.0

_ROWS = """
import json
from undersigned.signing import people
from undersigned.signing.models import Signature
from undersigned.mailroom.models import Message
rows = []
found = Signature.objects.filter(appeal__slug="lamp").select_related("person", "public_line").order_by("pk")
for row in found.iterator(chunk_size=2000):
    has_person = hasattr(row, "person")
    rows.append({
        "email": people.unseal(row.person)["email"] if has_person else "",
        "state": row.state, "leaf": row.leaf_index, "line": hasattr(row, "public_line"),
    })
print(json.dumps(rows))
"""


def settle(site: Installation, seconds: float = 180) -> None:
    """Returns when nothing waits any more: no mail to send, no signature to record."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        waiting = sql(site, "SELECT count(*) FROM mailroom_message WHERE state = 'queued'")[0][0]
        unrecorded = sql(site, "SELECT count(*) FROM signing_signature WHERE state = 'confirmed'")[0][0]
        undos = sql(site, "SELECT count(*) FROM signing_undo WHERE leaf_index IS NULL")[0][0]
        if not (waiting or unrecorded or undos):
            return
        site.run("publish", "--force")
        # Whoever was refused for a moment waits for minutes otherwise.
        sql(site, "UPDATE mailroom_message SET due_at = created_at WHERE state = 'queued' AND attempts > 0")
        time.sleep(0.5)
    raise AssertionError(f"still waiting: {waiting} mails, {unrecorded} signatures, {undos} undos")


def check(site: Installation, mail: MailServer, memory: Memory) -> dict[str, int]:
    """Raises AssertionError with the first thing that was lost or doubled; numbers of what was looked at."""
    rows = json.loads(site.python(_ROWS).out)
    by_email: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        if str(row["email"]).endswith("@storm.example"):
            by_email.setdefault(str(row["email"]), []).append(row)
    gone = memory.erasing | set(memory.erased)
    _check_rows(by_email, memory, gone)
    for email in memory.signed - gone:
        assert mail.taken.get(email), f"{email} got no mail"
    for email, moment in memory.erased.items():
        late = [began for began, _links in mail.taken.get(email, ()) if began > moment + ON_THE_WIRE]
        assert not late, f"{email} was written to {late[0] - moment:.1f} s after the erasure"
    assert not memory.strange, memory.strange[:5]
    recorded = sum(row["state"] == "recorded" for row in rows)
    done = site.run("verify", str(site.data / "ledger"), "--json", timeout=120)
    found = json.loads(done.out)
    assert done.code == 0 and found["ok"], found["errors"]
    assert found["logs"][0]["signatures"] == recorded
    fsck = site.run("fsck", timeout=120)
    assert fsck.code == 0, fsck.out + fsck.err
    return {
        "tried": len(memory.tried),
        "signed": len(memory.signed),
        "confirmed": len(memory.confirmed),
        "erased": len(memory.erased),
        "recorded": recorded,
        "mails": sum(len(some) for some in mail.taken.values()),
    }


def _check_rows(by_email: dict[str, list[dict[str, object]]], memory: Memory, gone: set[str]) -> None:
    for email in memory.signed - gone:
        assert len(by_email.get(email, ())) == 1, (
            f"{email}: {by_email.get(email)} after one acknowledged signature"
        )
    for email in memory.confirmed - gone:
        [row] = by_email[email]
        assert row["state"] == "recorded" and row["leaf"] is not None, f"{email}: {row}"
    for email, found in by_email.items():
        assert email in memory.tried, f"{email} never signed"
        assert len(found) == 1 and found[0]["line"], f"{email}: {found}"
    for email in memory.erased:
        assert email not in by_email, f"{email} is still there after the erasure"
