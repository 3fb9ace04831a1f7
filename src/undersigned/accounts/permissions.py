"""Who may do what: one table of verbs and roles, asked inside every act of a team."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied

from undersigned.accounts.models import Membership, Role, Team, User

_ALL = frozenset(Role.values)
_EDITORS = frozenset({Role.OWNER.value, Role.EDITOR.value})
_MODERATORS = _EDITORS | {Role.MODERATOR.value}
_OWNERS = frozenset({Role.OWNER.value})

VERBS: Mapping[str, frozenset[str]] = {
    "appeal.view": _ALL,
    "appeal.create": _EDITORS,
    "appeal.edit": _EDITORS,
    "appeal.publish": _EDITORS,
    "appeal.open": _EDITORS,
    "appeal.close": _EDITORS,
    "appeal.delete": _OWNERS,
    # Names that are withheld from readers as well.
    "cases.view": _MODERATORS,
    # The same for persons.
    "persons.view": _MODERATORS,
    "carriers.view": _MODERATORS,
    "carriers.manage": _EDITORS,
    "update.write": _EDITORS,
    "update.send": _EDITORS,
    # The bundle holds names; whoever may have the roll as a file may have it.
    "delivery.manage": _EDITORS,
    "delivery.fetch": _EDITORS,
    # Making an edition, and showing it to everybody.
    "edition.make": _EDITORS,
    "edition.fetch": _EDITORS,
    "roll.view": _ALL,
    "roll.contacts": _MODERATORS,
    "roll.moderate": _MODERATORS,
    # Every name off every page, and back.
    "names.hide": _MODERATORS,
    "roll.invite": _EDITORS,
    "roll.export": _EDITORS,
    # Scans show handwriting, names and addresses: for those who see contact data.
    "paper.enter": _MODERATORS,
    "paper.list": _EDITORS,
    "paper.reverse": _EDITORS,
    # The numbers are those of the whole installation.
    "mail.view": _OWNERS,
    "audit.view": _MODERATORS,
    "team.manage": _OWNERS,
}


class Forbidden(PermissionDenied):
    """The actor's role in this team does not allow the act; nothing was changed."""


def role_in(actor: User, team: Team) -> str | None:
    """The actor's role in a team, None for an outsider or a closed account."""
    if not actor.is_active:
        return None
    return Membership.objects.filter(team=team, user=actor).values_list("role", flat=True).first()


def can(actor: User, verb: str, team: Team) -> bool:
    """Whether the actor may do the verb in this team; an unknown verb raises KeyError."""
    return role_in(actor, team) in VERBS[verb]


def require(actor: User, verb: str, team: Team) -> None:
    """Raises Forbidden unless the actor may do the verb in this team."""
    if not can(actor, verb, team):
        raise Forbidden(verb)


def teams_where(actor: User, verb: str) -> list[Team]:
    """The teams in which the actor may do the verb, by name."""
    if not actor.is_active:
        return []
    return list(
        Team.objects.filter(memberships__user=actor, memberships__role__in=VERBS[verb]).order_by("name", "pk")
    )
