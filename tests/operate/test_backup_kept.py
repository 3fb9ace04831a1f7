"""Kept copies of sources travel with a backup."""

import hashlib
from pathlib import Path

import pytest

from tests.installation import Installation

pytestmark = pytest.mark.database

KEEP = """
import io
from undersigned.accounts.models import User
from undersigned.appeals import keep, sources
from undersigned.appeals.models import Appeal
User.objects.update(is_active=True)
owner, appeal = User.objects.first(), Appeal.objects.first()
source = sources.add_source(actor=owner, appeal=appeal, key="a", csl={"title": "x"})
keep.keep(actor=owner, source=source, data=io.BytesIO(b"%PDF-1.7 kept"))
"""


def test_a_kept_copy_comes_back_with_its_row(
    demo_installation: Installation, empty_installation: Installation
) -> None:
    done = demo_installation.python(KEEP)
    assert done.code == 0, done.err
    backup: Path = demo_installation.folder / "backup.tar"
    assert demo_installation.run("backup", str(backup)).code == 0
    assert empty_installation.run("restore", str(backup)).code == 0
    digest = hashlib.sha256(b"%PDF-1.7 kept").hexdigest()
    assert (empty_installation.data / "kept" / digest[:2] / digest).read_bytes() == b"%PDF-1.7 kept"
    found = empty_installation.python(
        "from undersigned.appeals.models import Capture; print(Capture.objects.latest('pk').sha256)"
    )
    assert found.out.strip() == digest
