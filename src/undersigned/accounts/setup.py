"""The set-up link: makes the first organiser, works once and for 15 minutes."""

import math
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from undersigned.accounts import organisers
from undersigned.accounts.models import SetupLink, User
from undersigned.lib import clock, env, tokens

PURPOSE = "setup"
GOOD_FOR = timedelta(minutes=15)


class Ended(Exception):
    """The link was used, is older than 15 minutes, or somebody was set up by another way."""


def link() -> str | None:
    """The set-up link: the open one while there is one, else a new one; None when an organiser exists.

    So a server that starts again ends nobody's page.
    """
    if organisers.any_organiser():
        return None
    now = clock.now()
    with transaction.atomic():
        made = _still_open().first() or SetupLink.objects.create(
            nonce=tokens.new_nonce(), created_at=now, expires_at=now + GOOD_FOR
        )
    return f"{env.load().base_url}{reverse('setup', args=[tokens.token(PURPOSE, made.nonce)])}"


def minutes_left() -> int:
    """For how long the open link can still be used, in minutes begun; 0 where there is none."""
    ends = _still_open().values_list("expires_at", flat=True).first()
    return math.ceil((ends - clock.now()).total_seconds() / 60) if ends else 0


def is_open(token: str) -> bool:
    """Whether the link can still be used."""
    nonce = tokens.nonce_of(PURPOSE, token)
    return nonce is not None and _open(nonce) and not organisers.any_organiser()


def set_up(*, token: str, email: str, name: str, team: str, password: str, language: str = "") -> User:
    """Makes the first organiser with a team and ends the link; raises Ended or ValidationError."""
    nonce = tokens.nonce_of(PURPOSE, token)
    with transaction.atomic():
        if nonce is None or organisers.any_organiser():
            raise Ended
        # The row itself decides between two who use the link at once.
        used = SetupLink.objects.filter(nonce=nonce, used_at__isnull=True, expires_at__gt=clock.now()).update(
            used_at=clock.now()
        )
        if not used:
            raise Ended
        user, _team = organisers.make_organiser(
            email=email, name=name, team=team, password=password, language=language
        )
    return user


def _still_open() -> QuerySet[SetupLink]:
    return SetupLink.objects.filter(used_at__isnull=True, expires_at__gt=clock.now()).order_by("-pk")


def _open(nonce: bytes) -> bool:
    return _still_open().filter(nonce=nonce).exists()
