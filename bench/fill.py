"""An open appeal for measurements, and as many recorded signatures in it as asked for."""

import itertools
import os
from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction

from bench.site import SLUG
from undersigned.accounts.models import Membership, Role, Team, User
from undersigned.appeals import draft, publish, reading
from undersigned.appeals.models import Appeal, Version
from undersigned.ledger.append import append
from undersigned.ledger.models import Log
from undersigned.ledger.publish import publish as publish_log
from undersigned.lib import clock, tokens, vault
from undersigned.signing import opening, sequence
from undersigned.signing.collation import sort_key
from undersigned.signing.models import Person, PublicLine, RecordedVersion, Signature
from undersigned.tlog.leaf import Sign, digest_text

BATCH = 5000


def open_appeal() -> None:
    """Makes and opens the appeal: about 20 kB of page."""
    now = clock.now()
    team = Team.objects.create(name="Bench", created_at=now)
    owner = User.objects.create_user("owner@bench.example", None, name="Owner")
    Membership.objects.create(team=team, user=owner, role=Role.OWNER, created_at=now)
    words = "\n\n".join(" ".join(f"word{(i * 7 + j) % 997}" for j in range(80)) for i in range(18))
    appeal = draft.create_appeal(
        actor=owner,
        team=team,
        slug=SLUG,
        title="A letter to measure",
        language="en",
        source=f"---\ntitle: A letter to measure\nlang: en\n---\n\n{words}\n",
        controller="Bench",
        controller_contact="bench@bench.example",
        purpose="Measuring.",
        closes_at=now + timedelta(days=300),
    )
    publish.publish(actor=owner, text=reading.original(appeal))
    opening.open_appeal(actor=owner, appeal=appeal)
    sequence.record_due(now=clock.now(), force=True)


def recorded(number: int) -> None:
    """Adds recorded signatures with their leaves, and publishes the log."""
    appeal = Appeal.objects.get(slug=SLUG)
    version = Version.objects.get(text__appeal=appeal)
    log = Log.objects.get(appeal_id=appeal.public_id)
    text_leaf = RecordedVersion.objects.get(version=version).leaf_index
    sealed = vault.seal_json({"email": "x@bench.example", "name": "X"}, context="person")
    numbers = iter(range(number))
    while chunk := list(itertools.islice(numbers, BATCH)):
        with transaction.atomic():
            _chunk(log, appeal, version, text_leaf, sealed, chunk)
    log.refresh_from_db()
    publish_log(log)


def _chunk(
    log: Log, appeal: Appeal, version: Version, text_leaf: int, sealed: bytes, chunk: list[int]
) -> None:
    now = clock.now()
    commitments = [digest_text(os.urandom(32)) for _ in chunk]
    leaves = [Sign(commitment=one, kind="mail", text=text_leaf) for one in commitments]
    first = append(log=log, leaves=leaves, at=now)
    rows = Signature.objects.bulk_create(
        Signature(
            appeal=appeal, version=version, state=Signature.State.RECORDED, nonce=os.urandom(16),
            repeat_key=os.urandom(32), consent_wording="1", created_at=now,
            confirmed_at=now, recorded_at=now, commitment=one, leaf_index=first + place,
            salt_public=os.urandom(32), salt_private=os.urandom(32),
        )
        for place, one in enumerate(commitments)
    )  # fmt: skip
    names = [f"{_NAMES[n % len(_NAMES)]} {n:07d}" for n in chunk]
    PublicLine.objects.bulk_create(
        PublicLine(
            signature=row,
            appeal=appeal,
            version=version,
            name=name,
            sort_key=sort_key(name, "en"),
            listed=True,
        )
        for row, name in zip(rows, names, strict=True)
    )
    Person.objects.bulk_create(Person(signature=row, sealed=sealed) for row in rows)


_NAMES = (
    "Ada",
    "Bruno",
    "Chidi",
    "Dalia",
    "Emre",
    "Farah",
    "Goran",
    "Hye-jin",
    "Iker",
    "Jana",
    "Kofi",
    "Lina",
)


def confirm_paths(number: int) -> Iterator[str]:
    """The links of that many signatures that wait for confirmation."""
    rows = (
        Signature.objects.filter(state=Signature.State.PENDING).order_by("pk").values_list("nonce", flat=True)
    )
    for nonce in rows[:number]:
        yield f"/confirm/{tokens.token('confirm', nonce)}/"
