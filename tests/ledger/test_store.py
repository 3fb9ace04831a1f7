import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages
from django.test import override_settings

from tests.ledger.conftest import APPEAL, Grow
from undersigned.ledger.errors import ImmutableFile
from undersigned.ledger.fsck import fsck
from undersigned.ledger.models import Log
from undersigned.ledger.publish import publish
from undersigned.ledger.store import LogFiles, stored_logs
from undersigned.lib import env


@pytest.fixture
def files(data: Path) -> LogFiles:
    return LogFiles(APPEAL)


def test_it_writes_below_the_data_folder_of_the_moment(
    files: LogFiles, data: Path, tmp_path: Path, configure: object
) -> None:
    files.put("tile/0/000.p/1", b"a" * 32)
    assert (data / "ledger" / APPEAL / "tile/0/000.p/1").read_bytes() == b"a" * 32
    configure(data=tmp_path / "elsewhere")  # type: ignore[operator]
    assert files("tile/0/000.p/1") is None and stored_logs() == []
    assert env.load().data.name == "elsewhere"


def test_a_tile_is_written_once(files: LogFiles) -> None:
    files.put("tile/0/000", b"first")
    files.put("tile/0/000", b"first")
    with pytest.raises(ImmutableFile, match="tile/0/000"):
        files.put("tile/0/000", b"other")
    assert files("tile/0/000") == b"first"


def test_a_checkpoint_is_replaced_whole(files: LogFiles) -> None:
    files.put("checkpoint", b"one")
    files.put("checkpoint", b"two")
    assert files("checkpoint") == b"two" and stored_logs() == [APPEAL]


def test_each_folder_is_synced_once(files: LogFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    for number in range(5):
        files.put(f"tile/0/00{number}", b"x")
        files.put(f"tile/entries/00{number}", b"y")
    monkeypatch.setattr(os, "fsync", fsync)
    files.sync()
    names = [Path(name).name for name in synced]
    assert len(synced) == len(set(synced))
    assert {"0", "entries", "tile", APPEAL, "ledger"} <= set(names) and names.index("0") < names.index("tile")
    files.sync()
    assert len(synced) == len(names)


def test_an_equal_file_is_made_durable_too(files: LogFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    files.put("tile/0/000", b"x")
    files.sync()
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    files.put("tile/0/000", b"x")
    files.sync()
    assert len(synced) >= 3


def test_a_partial_tile_is_cut_from_the_full_one(files: LogFiles) -> None:
    full = bytes(range(256)) * 32
    files.put("tile/0/000", full)
    assert files.tile(0, 0, 3) == full[:96]
    assert files.tile("entries", 0, 3) is None


def test_a_path_cannot_leave_the_log(files: LogFiles) -> None:
    with pytest.raises(Exception, match=r"outside|path traversal"):
        files.put("../../keys/secret", b"x")


@pytest.mark.django_db(transaction=True)
def test_a_bucket_can_hold_the_files(log: Log, grow: Grow, data: Path) -> None:
    class Bucket(InMemoryStorage):
        """Overwrites by name, as a bucket set up for the ledger does."""

        def get_available_name(self, name: str, max_length: int | None = None) -> str:
            self.delete(name)
            return name

    from django.conf import settings

    with override_settings(STORAGES={**settings.STORAGES, "ledger": {"BACKEND": "unused"}}):
        storages._storages["ledger"] = Bucket()  # type: ignore[attr-defined]
        for count in (40, 300):
            grow(log, count)
            publish(log)
        assert fsck(log) == [] and log.published_size == 341
        storages["ledger"].save("unrelated", ContentFile(b""))
    assert not (data / "ledger").exists()
