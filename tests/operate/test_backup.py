"""Backup and restore: taken from a running site, checked byte for byte, and nobody comes back to life."""

import json
import shutil
import tarfile
from decimal import Decimal
from pathlib import Path

import pytest

from tests.installation import Installation, sql

pytestmark = pytest.mark.database

ERASE = """
from undersigned.signing import erase
from undersigned.signing.models import Signature
row = Signature.objects.get(public_line__name="Maren Holt")
print(row.pk)
erase.erase(signature=row)
"""
SIGN = """
from undersigned.appeals.models import Version
from undersigned.signing import intake, request
version = Version.objects.select_related("text__appeal").order_by("-number").first()
values = {"name": "Late Comer", "email": "late@people.example"}
intake.sign(version=version, request=request.read(version.text.appeal, values), language="en")
"""


FACTORS = """
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from undersigned.accounts.models import User
for kept in Authenticator.objects.filter(type="recovery_codes"):
    assert len(kept.wrap().get_unused_codes()) == 10
user = User.objects.create_user(f"a{Authenticator.objects.count()}@people.example", None, name="A")
TOTP.activate(user, "JBSWY3DPEHPK3PXP")
RecoveryCodes.activate(user)
print(Authenticator.objects.count())
"""


@pytest.fixture
def site(demo_installation: Installation) -> Installation:
    """A site with the demonstration appeal: signatures of two versions in a published log."""
    return demo_installation


@pytest.fixture
def backup(site: Installation) -> Path:
    path = site.folder / "backup.tar"
    done = site.run("backup", str(path))
    assert done.code == 0, done.err
    return path


def names(site: Installation) -> set[object]:
    return {row[0] for row in sql(site, "SELECT name FROM signing_publicline")}


def test_a_backup_comes_back_whole_on_another_machine(
    site: Installation, backup: Path, empty_installation: Installation
) -> None:
    # The keys travel by another way.
    shutil.copytree(site.data / "keys", empty_installation.data / "keys")
    done = empty_installation.run("restore", str(backup))
    assert done.code == 0, done.err
    assert "send-mail --release" in done.out
    assert names(empty_installation) == names(site)
    assert empty_installation.run("check").code == 0
    log = next(empty_installation.data.glob("ledger/*/checkpoint"))
    assert log.read_bytes() == (site.data / "ledger" / log.parent.name / "checkpoint").read_bytes()
    fsck = empty_installation.run("fsck")
    assert fsck.code == 0, fsck.out + fsck.err


def test_it_holds_no_key_no_mail_no_session_and_no_journal(site: Installation) -> None:
    site.python(ERASE)
    site.python(SIGN)
    site.run("send-mail")
    assert list((site.data / "outbox").iterdir())
    sql(
        site,
        "INSERT INTO django_session (session_key, session_data, expire_date) "
        "VALUES ('a-session-key', 'x', '2099-01-01 00:00:00')",
    )
    sql(
        site,
        "INSERT INTO accounts_desksession (session_key, session_data, expire_date, device) "
        "VALUES ('another-session-key', 'x', '2099-01-01 00:00:00', '')",
    )
    path = site.folder / "whole.tar"
    assert site.run("backup", str(path)).code == 0
    with tarfile.open(path) as tar:
        members = tar.getnames()
    assert {name.split("/")[0] for name in members} == {"database", "kept", "ledger", "manifest.json"}
    content = path.read_bytes()
    assert b"a-session-key" not in content and b"another-session-key" not in content
    assert (site.data / "erasures.journal").read_bytes() not in content
    for key in (path for path in (site.data / "keys").iterdir() if path.is_file()):
        assert key.read_bytes() not in content
    for memory in (site.data / "keys" / "signer").iterdir():
        assert memory.read_bytes() not in content


def test_second_factors_come_back(site: Installation) -> None:
    assert int(site.python(FACTORS).out) == 2
    backup = site.folder / "site.tar"
    assert site.run("backup", str(backup)).code == 0
    sql(site, "DELETE FROM mfa_authenticator")
    done = site.run("restore", str(backup), "--force")
    assert done.code == 0, done.err
    # They open with the key that was kept apart, and the next one gets a number of its own.
    assert int(site.python(FACTORS).out) == 4


def test_whoever_was_erased_since_stays_erased(site: Installation, backup: Path) -> None:
    before = names(site)
    (own,) = sql(site, "SELECT sum(own) FROM ledger_versiontally")[0]
    assert "Maren Holt" in before
    erased = int(site.python(ERASE).out)
    done = site.run("restore", str(backup), "--force")
    assert done.code == 0, done.err
    assert names(site) == before - {"Maren Holt"}
    assert sql(site, f"SELECT count(*) FROM signing_person WHERE signature_id = {erased}") == [(0,)]
    assert site.run("publish").code == 0
    assert isinstance(own, int | Decimal)
    assert sql(site, "SELECT sum(own) FROM ledger_versiontally") == [(own + 1,)]


def test_no_old_mail_goes_out_before_somebody_says_so(site: Installation) -> None:
    site.python(SIGN)
    path = site.folder / "backup.tar"
    assert site.run("backup", str(path)).code == 0
    assert site.run("restore", str(path), "--force").code == 0
    site.run("send-mail")
    assert list(site.data.glob("outbox/*.eml")) == []
    assert site.run("doctor").code == 1
    assert site.run("send-mail", "--release").code == 0
    site.run("send-mail")
    assert len(list(site.data.glob("outbox/*.eml"))) == 1


def test_no_row_number_is_given_out_twice(site: Installation, backup: Path) -> None:
    site.python(SIGN)
    (lost,) = sql(site, "SELECT max(id) FROM signing_signature")[0]
    assert site.run("restore", str(backup), "--force").code == 0
    site.python(SIGN)
    (made,) = sql(site, "SELECT max(id) FROM signing_signature")[0]
    assert isinstance(made, int)
    assert isinstance(lost, int)
    assert made > lost


def test_a_published_file_is_never_taken_back(site: Installation, backup: Path) -> None:
    site.python(ERASE)
    assert site.run("publish").code == 0
    checkpoint = next(site.data.glob("ledger/*/checkpoint"))
    published = checkpoint.read_bytes()
    assert site.run("restore", str(backup), "--force").code == 0
    assert checkpoint.read_bytes() == published
    doctor = site.run("doctor")
    assert doctor.code == 1
    assert "fsck --mend" in doctor.out
    mended = site.run("fsck", "--mend")
    assert mended.code == 0, mended.out + mended.err
    assert "Maren Holt" not in names(site)


def test_data_that_are_here_are_not_replaced_unasked(site: Installation, backup: Path) -> None:
    before = (
        (site.data / "undersigned.sqlite3").read_bytes()
        if (site.data / "undersigned.sqlite3").exists()
        else b""
    )
    done = site.run("restore", str(backup))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "--force" in done.err
    if before:
        assert (site.data / "undersigned.sqlite3").read_bytes() == before


def test_a_running_server_is_not_pulled_away(site: Installation, backup: Path) -> None:
    site.serve("--only-web")
    done = site.run("restore", str(backup), "--force")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "stop it first" in done.err


def damaged(path: Path) -> dict[str, bytes]:
    """Files that are no backup, or a damaged one."""
    whole = path.read_bytes()
    middle = bytearray(whole)
    middle[len(whole) // 2] ^= 1
    first = bytearray(whole)
    # Past the tar header of the first member: its content.
    first[600] ^= 1
    return {
        "empty": b"",
        "text": b"Dear members of the Board,\n" * 100,
        "cut short": whole[: len(whole) // 2],
        "without its end": whole[:-11_000],
        "a byte in the middle": bytes(middle),
        "a byte of the first file": bytes(first),
    }


def test_a_bad_file_is_one_line_and_changes_nothing(site: Installation, backup: Path) -> None:
    there = names(site)
    for what, content in damaged(backup).items():
        bad = site.folder / "bad.tar"
        bad.write_bytes(content)
        done = site.run("restore", str(bad), "--force")
        assert (done.code, done.err.count("\n")) == (2, 1), (what, done.err)
        assert str(bad) in done.err, what
    assert names(site) == there
    assert list(site.data.glob(".restore-*")) == []
    done = site.run("restore", str(site.folder / "absent.tar"))
    assert (done.code, done.err.count("\n")) == (2, 1)


def rewritten(backup: Path, target: Path, **changes: object) -> Path:
    with tarfile.open(backup) as old, tarfile.open(target, "w") as new:
        for member in old:
            file = old.extractfile(member)
            assert file is not None
            if member.name == "manifest.json":
                data = json.dumps({**json.load(file), **changes}).encode()
                (target.parent / "manifest").write_bytes(data)
                new.add(target.parent / "manifest", arcname="manifest.json")
            else:
                new.addfile(member, file)
    return target


def test_a_backup_of_a_newer_version_is_refused(site: Installation, backup: Path) -> None:
    newer = rewritten(
        backup, site.folder / "newer.tar", migrations=[["signing", "0999_later"]], version="9.0"
    )
    done = site.run("restore", str(newer), "--force")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "newer version of Undersigned (9.0)" in done.err


def test_a_backup_of_another_kind_of_database_is_refused(site: Installation, backup: Path) -> None:
    other = rewritten(backup, site.folder / "other.tar", database="oracle")
    done = site.run("restore", str(other), "--force")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "oracle" in done.err


def test_a_member_with_a_path_of_its_own_is_refused(site: Installation, backup: Path) -> None:
    bad = site.folder / "bad.tar"
    with tarfile.open(bad, "w") as tar:
        tar.add(backup, arcname="../escaped")
    done = site.run("restore", str(bad), "--force")
    assert done.code == 2
    assert not (site.data / "escaped").exists()


def test_a_backup_is_written_whole_or_not_at_all(site: Installation, backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    done = site.run("backup", str(backup))
    assert (done.code, done.err.count("\n")) == (2, 1)
    done = site.run("backup", str(site.folder / "no" / "folder" / "b.tar"))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert site.run("backup", str(site.folder / "small.tar.gz")).code == 0
    assert (site.folder / "small.tar.gz").stat().st_size < backup.stat().st_size
    assert site.run("restore", str(site.folder / "small.tar.gz"), "--force").code == 0
    assert not [path for path in site.folder.iterdir() if path.name.startswith(".")]
