"""Tells the team by mail that a carrier has written; what was written stays at the desk."""

from datetime import datetime, timedelta

from django.urls import reverse

from undersigned.accounts.models import Membership, User
from undersigned.accounts.permissions import VERBS
from undersigned.appeals.models import Appeal
from undersigned.lib import env
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message

# Nobody gets more than one such mail about an appeal in this time: later replies wait for the next.
PAUSE = timedelta(hours=1)
_KIND = "carrier-wrote"


def reply(appeal: Appeal, now: datetime) -> None:
    """Queues the notice to whoever writes the covering letters, in the caller's transaction.

    A notice that has not gone yet tells of this reply, too.
    """
    # Two replies at once wait here for each other, so that the second finds the first one's notice.
    Appeal.objects.select_for_update(no_key=True).get(pk=appeal.pk)
    members = Membership.objects.filter(team=appeal.team, role__in=VERBS["carriers.manage"])
    for member in members.filter(user__is_active=True).select_related("user").order_by("pk"):
        _tell(member.user, appeal, now)


def subject_ref(appeal: Appeal, user: User) -> str:
    """What the notices to one person about one appeal are filed under."""
    return f"{_KIND}:{appeal.pk}:{user.pk}"


def _tell(user: User, appeal: Appeal, now: datetime) -> None:
    ref = subject_ref(appeal, user)
    last = Message.objects.filter(subject_ref=ref).order_by("-due_at", "-pk").first()
    # One that is just being sent may be read before this reply is stored: it counts as gone.
    if last is not None and last.state == Message.State.QUEUED and last.lease_token is None:
        return
    due = now if last is None else max(now, (last.sent_at or last.due_at) + PAUSE)
    queue.enqueue(
        key=f"{ref}:{due:%Y%m%d%H%M%S%f}",
        kind=_KIND,
        to=user.email,
        language=user.language,
        params={
            "title": appeal.title,
            "url": env.load().base_url + reverse("desk-carriers", args=[appeal.slug]) + "?state=wrote",
        },
        subject_ref=ref,
        due_at=due,
    )
