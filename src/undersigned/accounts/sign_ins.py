"""Signing in leaves a line in the log: which account, and whether it succeeded; never an address."""

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

log = logging.getLogger(__name__)


def listen() -> None:
    """Begins to note; once in a process."""
    user_logged_in.connect(_signed_in, dispatch_uid="sign-ins")
    user_logged_out.connect(_signed_out, dispatch_uid="sign-outs")
    user_login_failed.connect(_failed, dispatch_uid="sign-in-failures")


def _signed_in(sender: object, user: Any, **_more: object) -> None:
    log.info("account %s signed in", user.pk)


def _signed_out(sender: object, user: Any, **_more: object) -> None:
    if user is not None:
        log.info("account %s signed out", user.pk)


def _failed(sender: object, **_more: object) -> None:
    # Neither what was typed nor from where: a mistyped password often stands in the field of the address.
    log.warning("a sign-in failed")
