"""The bundle for the addressee: who is in it, what it proves, who may have it, and when it goes."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from tests.cast import Cast
from tests.signing import crowd
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals.models import Appeal
from undersigned.edition.delivery import bundle
from undersigned.edition.delivery.make import make, make_all
from undersigned.ledger import read
from undersigned.ledger.receipt import receipt
from undersigned.lib import clock, sealed_file
from undersigned.lib.fields import FieldError
from undersigned.mailroom.models import Message
from undersigned.signing import mine, sequence
from undersigned.signing.delivery import ask, hand_over, kept, making, tell
from undersigned.signing.erase import erase
from undersigned.signing.models import Delivery, DeliveryNews, Signature
from undersigned.signing.withdraw import withdraw
from undersigned.tlog.encoding import b64u
from undersigned.tlog.leaf import Deliver, parse
from undersigned.tlog.verify import verify_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(open_appeal: Appeal) -> Appeal:
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol", addressee=True, updates=True, place="Carrow", country="ES")
    crowd.confirmed(version, "=cmd()", addressee=True, updates=True)
    crowd.confirmed(version, "أمينة قادر", addressee=True, email="amina@people.example")
    crowd.confirmed(version, "Kept Civil", addressee=True, display="pseudonym", pseudonym="Red Heron")
    crowd.confirmed(version, "Not Given", addressee=False, updates=True)
    crowd.confirmed(version, "Quiet One", addressee=True, display="unlisted")
    sequence.record_due(force=True)
    Message.objects.all().delete()
    return Appeal.objects.select_related("team").get(pk=open_appeal.pk)


def asked(cast: Cast, appeal: Appeal) -> Delivery:
    return ask.ask(actor=cast.editor, appeal=appeal, text=appeal.texts.get(), recipient="The Harbour Board")


@pytest.fixture
def made(cast: Cast, signed: Appeal) -> Delivery:
    row = asked(cast, signed)
    assert make(row.pk)
    sequence.record_due(force=True)
    row.refresh_from_db()
    return row


def fetched(cast: Cast, delivery: Delivery) -> bytes:
    return b"".join(hand_over.fetch(actor=cast.owner, delivery=delivery))


def files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        return {name.split("/", 1)[1]: found.read(name) for name in found.namelist()}


def person(name: str) -> Signature:
    return Signature.objects.get(public_line__name=name)


def test_it_holds_only_those_who_agreed(cast: Cast, made: Delivery) -> None:
    found = files(fetched(cast, made))
    rows = list(csv.DictReader(io.StringIO(found["data/signatories.csv"].decode("utf-8-sig"))))
    assert {row["name"] for row in rows} == {"Ana Sol", "'=cmd()", "Red Heron", "أمينة قادر"}
    assert (made.names, made.signatures) == (4, 6)
    everything = b"".join(found.values())
    for absent in ("Not Given", "Quiet One", "Kept Civil", "@people.example"):
        assert absent.encode() not in everything


def test_it_is_checked_by_its_own_tool(cast: Cast, made: Delivery, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(fetched(cast, made))) as found:
        found.extractall(tmp_path / "out")
    (root,) = (tmp_path / "out").iterdir()
    told = subprocess.run(
        [sys.executable, "-I", "data/verifier/verify.py", "--json"], cwd=root, capture_output=True, check=True
    )
    (log,) = json.loads(told.stdout)["logs"]
    facts = json.loads((root / "data/delivery.json").read_text(encoding="utf-8"))
    assert log["signatures"] == facts["signatures"]["recorded"] == 6
    assert (log["size"], log["root"]) == (made.log_size, made.log_root)
    assert verify_source(str(root))["ok"]
    (root / "data/signatories.csv").write_text("name\n", encoding="utf-8")
    worse = subprocess.run(
        [sys.executable, "-I", "data/verifier/verify.py"], cwd=root, capture_output=True, check=False
    )
    assert worse.returncode == 1


def test_its_digest_stands_in_the_log(cast: Cast, made: Delivery, tmp_path: Path) -> None:
    data = fetched(cast, made)
    log = read.log_of(made.appeal.public_id)
    assert log and made.leaf_index is not None
    assert made.digest == b64u(hashlib.sha256(data).digest())
    assert parse(bytes(log.leaves.get(index=made.leaf_index).entry)) == Deliver(made.digest)
    assert made.leaf_index >= made.log_size
    proof = tmp_path / "delivery.tlog-proof"
    proof.write_text(receipt(log=log, index=made.leaf_index), encoding="utf-8")
    answer = verify_source(str(proof), key=log.vkey)
    assert answer["ok"] and answer["receipt"]["leaf"] == {"d": made.digest, "t": "deliver"}
    sequence.record_due(force=True)
    assert log.leaves.filter(entry=bytes(log.leaves.get(index=made.leaf_index).entry)).count() == 1


class _Bytes:
    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def test_the_same_moment_gives_the_same_bytes(cast: Cast, signed: Appeal) -> None:
    row = Delivery.objects.select_related("appeal__team", "text__appeal").get(pk=asked(cast, signed).pk)
    moment = clock.now()
    first, second = _Bytes(), _Bytes()
    bundle.write(row, moment, first, lambda *_: None)
    bundle.write(row, moment, second, lambda *_: None)
    assert first.data == second.data and len(first.data) > 10_000


def test_it_lies_sealed(cast: Cast, made: Delivery) -> None:
    raw = kept.path_of(made.public_id).read_bytes()
    assert b"PK\x03\x04" not in raw and b"Ana Sol" not in raw
    assert kept.path_of(made.public_id).stat().st_mode & 0o077 == 0
    kept.path_of(made.public_id).write_bytes(raw[:-1])
    with pytest.raises(sealed_file.Damaged):
        fetched(cast, made)


@pytest.mark.parametrize("who", ["moderator", "viewer", "outsider"])
def test_others_neither_ask_nor_fetch(cast: Cast, made: Delivery, who: str) -> None:
    actor = getattr(cast, who)
    with pytest.raises(Forbidden):
        ask.ask(actor=actor, appeal=made.appeal, text=made.text, recipient="Board")
    with pytest.raises(Forbidden):
        hand_over.fetch(actor=actor, delivery=made)


def test_each_fetch_leaves_a_row(cast: Cast, made: Delivery) -> None:
    fetched(cast, made)
    row = AuditRecord.objects.get(verb="delivery.fetch")
    assert row.actor == cast.owner
    assert "Sol" not in str(row.detail)


@pytest.mark.parametrize("way", ["erase", "withdraw", "consent", "display"])
def test_a_name_taken_back_takes_the_bundle_with_it(
    cast: Cast, made: Delivery, way: str, django_capture_on_commit_callbacks: object
) -> None:
    row = person("Ana Sol")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        if way == "erase":
            erase(signature=row)
        elif way == "withdraw":
            withdraw(signature=row, keeps_name=False)
        elif way == "consent":
            mine.change_consents(signature=row, updates=True, addressee=False, edition=False)
        else:
            mine.change_display(signature=row, display="pseudonym", pseudonym="Wren")
    assert not kept.path_of(made.public_id).exists()
    made.refresh_from_db()
    assert (made.gone_why, made.is_kept) == ("people", False)
    with pytest.raises(hand_over.NotKept, match="took their name back"):
        fetched(cast, made)


def test_somebody_who_is_not_in_it_changes_nothing(cast: Cast, made: Delivery) -> None:
    erase(signature=person("Not Given"))
    made.refresh_from_db()
    assert made.is_kept
    assert fetched(cast, made)


def test_a_new_bundle_leaves_the_erased_out(cast: Cast, made: Delivery) -> None:
    erase(signature=person("Ana Sol"))
    sequence.record_due(force=True)
    again = asked(cast, made.appeal)
    assert make_all() == 1
    again.refresh_from_db()
    assert again.names == 3
    assert b"Ana Sol" not in b"".join(files(fetched(cast, again)).values())


def test_who_leaves_while_it_is_made_is_in_none(
    cast: Cast, signed: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = asked(cast, signed)
    write = bundle.write

    def interrupted(*args: object) -> making.Made:
        found = write(*args)  # type: ignore[arg-type]
        if Signature.objects.filter(public_line__name="Ana Sol").exists():
            erase(signature=person("Ana Sol"))
        return found

    monkeypatch.setattr(bundle, "write", interrupted)
    assert not make(row.pk)
    row.refresh_from_db()
    assert row.made_at is None and row.gone_at is not None
    assert list(kept.folder().iterdir()) == []
    sequence.record_due(force=True)
    assert make_all() == 1
    row.refresh_from_db()
    assert row.is_kept
    assert b"Ana Sol" not in b"".join(files(fetched(cast, row)).values())


def test_a_maker_that_dies_leaves_nothing_acknowledged(
    cast: Cast, signed: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = asked(cast, signed)
    kept.folder().mkdir(parents=True)
    left = kept.folder() / f".new-{row.public_id}-abc"
    left.write_bytes(b"half a file")

    def dies(*_args: object) -> making.Made:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bundle, "write", dies)
        with pytest.raises(KeyboardInterrupt):
            make(row.pk)
    row.refresh_from_db()
    assert (row.digest, row.made_at, row.tries) == ("", None, 1)
    with pytest.raises(ValidationError, match="being made"):
        asked(cast, signed)
    assert make_all() == 1
    assert not left.exists()


def test_what_cannot_be_made_gives_up_and_says_so(
    cast: Cast, signed: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = asked(cast, signed)

    def fails(*_args: object) -> making.Made:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundle, "write", fails)
    assert make_all() == 0
    row.refresh_from_db()
    assert row.problem == making.FAILED
    assert ask.unmade(signed) is None


def test_what_the_log_was_told_stays(made: Delivery) -> None:
    with pytest.raises(Exception, match="can not be changed"), connection.cursor() as cursor:
        cursor.execute("UPDATE signing_delivery SET digest = 'x' WHERE id = %s", [made.pk])


def test_handing_over_and_answer(cast: Cast, made: Delivery) -> None:
    today = clock.now().date()
    with pytest.raises(ValidationError, match="Note first"):
        tell.start(actor=cast.editor, delivery=made)
    row = hand_over.note(
        actor=cast.editor, delivery=made, on=today, how="person", by="Ms Porter", told="Gate 2"
    )
    assert hand_over.handed(row) == hand_over.Handed("Ms Porter", "Gate 2")
    assert b"Porter" not in bytes(row.sealed)
    answer = hand_over.publish_answer(
        actor=cast.editor, delivery=made, words="We will *consider* it.", language="en", signed="The Board",
        on="spring 2026",
    )  # fmt: skip
    assert answer.date == "2026-21"
    with pytest.raises(FieldError, match="date"):
        hand_over.publish_answer(
            actor=cast.editor, delivery=made, words="x", language="en", signed="B", on="soon"
        )
    with pytest.raises(FieldError, match="Raw HTML"):
        hand_over.publish_answer(
            actor=cast.editor, delivery=made, words="<script>1</script>", language="en", signed="B", on="2026"
        )


def test_those_who_asked_are_told_once(cast: Cast, made: Delivery) -> None:
    hand_over.note(actor=cast.editor, delivery=made, on=clock.now().date(), how="post")
    made.refresh_from_db()
    assert tell.askers(made.appeal) == 3
    turn = tell.start(actor=cast.editor, delivery=made)
    assert tell.step(turn.pk, chunk=2) == 2
    # A crash here goes on from what was committed.
    while not DeliveryNews.objects.filter(pk=turn.pk, finished_at__isnull=False).exists():
        tell.go()
    assert Message.objects.filter(kind="delivered").count() == 3
    turn.refresh_from_db()
    assert turn.told == 3
    tell.go()
    assert Message.objects.filter(kind="delivered").count() == 3
    with pytest.raises(ValidationError, match="nobody is told twice"):
        tell.start(actor=cast.editor, delivery=made)


def test_who_stops_the_news_gets_none_that_waits(cast: Cast, made: Delivery) -> None:
    hand_over.note(actor=cast.editor, delivery=made, on=clock.now().date(), how="post")
    made.refresh_from_db()
    tell.start(actor=cast.editor, delivery=made)
    tell.go()
    mine.unsubscribe(signature=person("Ana Sol"))
    assert Message.objects.filter(kind="delivered").count() == 2


def test_a_held_queue_tells_nobody(cast: Cast, made: Delivery) -> None:
    hand_over.note(actor=cast.editor, delivery=made, on=clock.now().date(), how="post")
    made.refresh_from_db()
    tell.start(actor=cast.editor, delivery=made)
    tell.queue.hold("a test")
    try:
        assert tell.go() == 0
    finally:
        tell.queue.release()
    assert not Message.objects.filter(kind="delivered").exists()
