"""Sheets that come back, made through the acts themselves."""

import io
import secrets

from tests.cast import Cast, person
from undersigned.accounts.models import User
from undersigned.appeals.models import Version
from undersigned.circulation.models import Carrier, Sheet
from undersigned.lib import clock
from undersigned.signing.models import Gathering
from undersigned.signing.paper import keep, transcribe, verify

PNG = b"\x89PNG\r\n\x1a\n"
ANA = {"name": "Ana Sol", "place": "Lower Quay", "addressee": "1", "edition": "1"}
BO = {"name": "Bo Reed", "place": "Upper Quay"}
CY = {"name": "Cy Dent", "place": "Hill"}


def sheet(version: Version, number: int = 1, *, lines: int = 4, email: bool = True,
          carrier: Carrier | None = None) -> Sheet:  # fmt: skip
    """A sheet as it was issued."""
    return Sheet.objects.create(
        public_id=secrets.token_urlsafe(16), appeal=version.text.appeal, version=version, number=number,
        lines=lines, asks_email=email, carrier=carrier, issued_at=clock.now(),
    )  # fmt: skip


def scan(more: bytes = b"") -> io.BytesIO:
    """A file that begins like a picture and is like no other."""
    return io.BytesIO(PNG + secrets.token_bytes(64) + more)


def kept(version: Version, actor: User, *, number: int = 1, claimed: int = 2, **more: object) -> Gathering:
    """A sheet that came back."""
    sheet(version, number, **more)  # type: ignore[arg-type]
    return keep.keep(actor=actor, appeal=version.text.appeal, number=number, claimed=claimed, data=scan())


def third(cast: Cast) -> User:
    """Somebody more of the team."""
    found = User.objects.filter(email="tess@people.example").first()
    return found or person("tess", cast.team, "moderator")


def read_by(actor: User, gathering: Gathering, *people: dict[str, str]) -> Gathering:
    """One whole reading: these people on the first lines, nobody below."""
    transcribe.begin(actor=actor, gathering=gathering)
    for number, values in enumerate(people, 1):
        transcribe.write(actor=actor, gathering=gathering, number=number, values=values)
    return transcribe.finish(actor=actor, gathering=gathering, rest_empty=True)


def read(cast: Cast, gathering: Gathering, *people: dict[str, str]) -> Gathering:
    """Read by two who agree."""
    read_by(cast.editor, gathering, *people)
    return read_by(cast.moderator, gathering, *people)


def counted(cast: Cast, version: Version, *people: dict[str, str], **more: object) -> Gathering:
    """A sheet that counts with the next batch."""
    gathering = read(cast, kept(version, cast.owner, **more), *people)  # type: ignore[arg-type]
    return verify.verify(actor=cast.owner, gathering=gathering)
