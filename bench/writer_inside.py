"""The writer's figures, measured within an installation; `writer.py` starts it."""

import cProfile
import itertools
import os
import pstats
import sys
import time
from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from bench.site import SLUG
from undersigned.appeals.models import Version
from undersigned.lib import tokens
from undersigned.signing import confirm, intake
from undersigned.signing.models import Signature

_CHUNK = 100_000
_BARE = """CREATE TABLE bare (id integer PRIMARY KEY AUTOINCREMENT, a blob, b blob, c blob, d text);
CREATE INDEX bare_a ON bare (a); CREATE INDEX bare_b ON bare (b); CREATE INDEX bare_c ON bare (c)"""
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT %s UNION ALL SELECT i + 1 FROM n WHERE i < %s)"
_NOW = "'2026-01-01 00:00:00'"
# What recorded signatures and their sent mail take up; no leaves, since no writer looks at them.
_FILL = (
    f"""{_NUMBERS} INSERT INTO signing_signature (id, appeal_id, version_id, kind, state, stands, display,
        nonce, repeat_key, wants_updates, for_addressee, for_edition, consent_wording,
        created_at, confirmed_at, recorded_at, keeps_name, reason, salt_public, salt_private,
        commitment, leaf_index)
    SELECT i, v.appeal, v.version, 'mail', 'recorded', 1, 'name',
        cast(printf('%%012d', i) || 'abcd' AS blob), randomblob(32), 0, 0, 0, '1',
        {_NOW}, {_NOW}, {_NOW}, 0, '', randomblob(32), randomblob(32), hex(randomblob(21)), i
    FROM n, (SELECT appeal_id AS appeal, v.id AS version FROM appeals_version v
        JOIN appeals_text t ON t.id = v.text_id LIMIT 1) v""",
    f"""{_NUMBERS} INSERT INTO signing_publicline (signature_id, appeal_id, version_id, name,
        affiliation, role, place, country, sort_key, listed)
    SELECT i, s.appeal_id, s.version_id, 'Ada ' || i, '', '', 'Lower Quay', 'ES',
        cast(hex(randomblob(4)) || i AS blob), 1
    FROM n JOIN signing_signature s ON s.id = i""",
    f"{_NUMBERS} INSERT INTO signing_person (signature_id, sealed) SELECT i, randomblob(190) FROM n",
    f"""{_NUMBERS} INSERT INTO mailroom_message (key, kind, language, to_sealed, address_key,
        address_slot, params_sealed, subject_ref, state, attempts, due_at, created_at, last_error)
    SELECT 'confirm:' || i, 'confirm', 'en', randomblob(45), randomblob(32),
        (81816 << 40) + (abs(random()) & 1099511627775), randomblob(330),
        'signature:' || i, 'sent', 1, {_NOW}, {_NOW}, ''
    FROM n""",
)


_INDEXES = """SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN
    ('signing_signature', 'signing_publicline', 'signing_person', 'mailroom_message')"""


def fill(arguments: Sequence[str]) -> None:
    """Adds as many recorded signatures to the installation."""

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("PRAGMA cache_size=-600000")
        cursor.execute("SELECT coalesce(max(id), 0) FROM signing_signature")
        first = cursor.fetchone()[0] + 1
        last = first + int(arguments[0])
        # Made again afterwards: sorting is faster than a look for the place of each row.
        cursor.execute(_INDEXES)
        indexes = cursor.fetchall()
        for name, _sql in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        for begin in range(first, last, _CHUNK):
            with transaction.atomic():
                for statement in _FILL[: int(arguments[1])]:
                    cursor.execute(statement, [begin, min(begin + _CHUNK, last) - 1])
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        for _name, sql in indexes:
            cursor.execute(sql)
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def inside(arguments: Sequence[str]) -> None:
    """Measures in the installation's own process."""
    filled, batch, number, profile = map(int, arguments)
    profiler = cProfile.Profile() if profile else None
    print(f"at {filled:,} recorded, batches of {batch}:")
    bare = _rate(_bare(batch), number)
    print(f"  {'bare rows, three indexes':28}{bare[0]:>9,.0f} a second, {bare[1]:>9,.0f} of the processor's")
    if profiler:
        profiler.enable()
    for name, steps in (("sign_many", _signs(filled, batch)), ("confirm_many", _confirms(batch))):
        rate = _rate(steps, number)
        print(
            f"  {name:28}{rate[0]:>9,.0f} a second, {rate[1]:>9,.0f} of the processor's, "
            f"{rate[0] / bare[0]:.2f} and {rate[1] / bare[1]:.2f} of bare",
            flush=True,
        )
    if profiler:
        profiler.disable()
        pstats.Stats(profiler, stream=sys.stdout).sort_stats("tottime").print_stats(40)


def _rate(steps: Iterator[int], number: int) -> tuple[float, float]:
    """By the clock and by the processor's own time, which others on the machine do not use up."""
    next(steps)
    done, began, used = 0, time.perf_counter(), time.process_time()
    while done < number:
        some = next(steps, 0)
        if not some:
            break
        done += some
    return done / (time.perf_counter() - began), done / (time.process_time() - used)


def _bare(batch: int) -> Iterator[int]:

    with connection.cursor() as cursor:
        for statement in ("DROP TABLE IF EXISTS bare", *_BARE.split(";")):
            cursor.execute(statement)
    while True:
        rows = [(os.urandom(16), os.urandom(16), os.urandom(32), "x" * 400) for _ in range(batch)]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bare (a, b, c, d) VALUES (%s, %s, %s, %s)", rows)
        yield batch


def _signs(filled: int, batch: int) -> Iterator[int]:

    version = Version.objects.select_related("text__appeal__team").get(text__appeal__slug=SLUG)
    numbers = itertools.count(filled * 10)
    while True:
        items = [
            intake.Intake(
                version,
                intake.SignRequest(
                    name=f"Ada Quay {number}", email=f"signer{number}@bench.org", edition=True,
                    affiliation="Harbour School", place="Lower Quay", country="ES", updates=True,
                ),
                "en",
            )
            for number in itertools.islice(numbers, batch)
        ]  # fmt: skip
        wrong = [one for one in intake.sign_many(items) if one is not None]
        if wrong:
            raise wrong[0]
        yield batch


def _confirms(batch: int) -> Iterator[int]:

    nonces = Signature.objects.filter(state="pending").order_by("pk").values_list("nonce", flat=True)
    waiting = iter([tokens.token("confirm", nonce) for nonce in nonces])
    while asked := [confirm.Asked(token=one) for one in itertools.islice(waiting, batch)]:
        for one in confirm.confirm_many(asked):
            if isinstance(one, Exception):
                raise one
            if one.outcome != confirm.Outcome.RECORDED_SOON:
                raise RuntimeError(one.outcome)
        yield len(asked)
