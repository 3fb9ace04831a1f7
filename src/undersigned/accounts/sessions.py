"""Who is signed in where: sessions that can be listed and ended, and that a stolen disk does not open.

The table knows a keyed hash of the cookie and sealed data. What a session tells of its browser is coarse.
"""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from undersigned.accounts.devices import device_of
from undersigned.accounts.models import DeskSession, User
from undersigned.lib import clock, keys, vault

CONTEXT = "session"
# However often it is used, it ends so long after signing in.
LONGEST = timedelta(days=14)
_DEVICE, _SINCE, _SEEN = "device", "since", "seen"


def _hashed(key: str) -> str:
    """What the table knows a cookie by: whoever reads the table cannot make the cookie."""
    return vault.keyed_hash("session", key).hex()[:40]


class SessionStore(DatabaseStore):
    """Django's sessions in a table of ours."""

    @classmethod
    def get_model_class(cls) -> type[DeskSession]:
        return DeskSession

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Seals what the session holds: among it are codes and secrets not yet in use."""
        return base64.b64encode(vault.seal_json(session_dict, context=CONTEXT)).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """Opens what `encode` sealed; anything else is an empty session."""
        try:
            opened = vault.unseal_json(base64.b64decode(session_data, validate=True), context=CONTEXT)
        except (vault.VaultError, keys.KeyMissing, binascii.Error, ValueError):
            return {}
        return opened if isinstance(opened, dict) else {}

    def _get_session_from_db(self) -> DeskSession | None:
        key = self.session_key or ""
        found = DeskSession.objects.filter(session_key=_hashed(key), expire_date__gt=clock.now()).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return DeskSession.objects.filter(session_key=_hashed(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> DeskSession:
        user, since, end = data.get("_auth_user_id"), _moment(data.get(_SINCE)), self.get_expiry_date()
        return DeskSession(
            session_key=_hashed(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=min(end, since + LONGEST) if since else end,
            user_id=int(user) if user else None,
            device=str(data.get(_DEVICE, "")),
            since=since,
            seen=_moment(data.get(_SEEN)),
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            DeskSession.objects.filter(session_key=_hashed(key)).delete()


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


class Seen:
    """Notes in a session which kind of browser it is and in which hour it was used last."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/desk/") and request.user.is_authenticated:
            hour = clock.now().replace(minute=0, second=0, microsecond=0).isoformat()
            if request.session.get(_SEEN) != hour:
                request.session[_SEEN] = hour
                request.session.setdefault(_SINCE, hour)
                request.session[_DEVICE] = device_of(request.headers.get("User-Agent", ""))
        return self.get_response(request)


def current(request: HttpRequest) -> str:
    """What the table knows the session of this request by."""
    return _hashed(request.session.session_key or "")


def sessions_of(user: User) -> QuerySet[DeskSession]:
    """Where somebody is signed in, the last used first."""
    return DeskSession.objects.filter(user=user, expire_date__gt=clock.now()).order_by("-seen", "session_key")


def end_session(*, actor: User, key: str) -> bool:
    """Signs the actor out of one browser; False where it is over or somebody else's."""
    ended, _rows = DeskSession.objects.filter(user=actor, session_key=key).delete()
    return bool(ended)


def end_all(*, user: User, but: str = "") -> int:
    """Signs somebody out everywhere, but for one session; how many ended."""
    ended, _rows = DeskSession.objects.filter(user=user).exclude(session_key=but).delete()
    return ended


def forget_over(now: datetime | None = None) -> int:
    """Deletes sessions whose time is over; how many."""
    gone, _rows = DeskSession.objects.filter(expire_date__lt=now or clock.now()).delete()
    return gone
