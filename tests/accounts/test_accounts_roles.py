"""Every verb, every role, and a stranger's team."""

import pytest
from django.core.exceptions import ValidationError

from tests.cast import Cast
from undersigned.accounts import invitations, record, teams
from undersigned.accounts.models import AuditRecord, Invitation, Membership, Team
from undersigned.accounts.permissions import VERBS, Forbidden, can, require

pytestmark = pytest.mark.django_db

ALLOWED = {
    "appeal.view": "owner editor moderator viewer",
    "appeal.create": "owner editor",
    "appeal.edit": "owner editor",
    "appeal.publish": "owner editor",
    "appeal.open": "owner editor",
    "appeal.close": "owner editor",
    "appeal.delete": "owner",
    "cases.view": "owner editor moderator",
    "persons.view": "owner editor moderator",
    "carriers.view": "owner editor moderator",
    "carriers.manage": "owner editor",
    "update.write": "owner editor",
    "update.send": "owner editor",
    "delivery.manage": "owner editor",
    "delivery.fetch": "owner editor",
    "edition.make": "owner editor",
    "edition.fetch": "owner editor",
    "paper.enter": "owner editor moderator",
    "paper.list": "owner editor",
    "paper.reverse": "owner editor",
    "roll.view": "owner editor moderator viewer",
    "roll.contacts": "owner editor moderator",
    "names.hide": "owner editor moderator",
    "roll.moderate": "owner editor moderator",
    "roll.invite": "owner editor",
    "roll.export": "owner editor",
    "mail.view": "owner",
    "audit.view": "owner editor moderator",
    "team.manage": "owner",
}
ROLES = ("owner", "editor", "moderator", "viewer")


def test_the_matrix_names_every_verb() -> None:
    assert set(ALLOWED) == set(VERBS)


@pytest.mark.parametrize("verb", sorted(ALLOWED))
def test_each_role_may_what_the_table_says_and_nothing_elsewhere(cast: Cast, verb: str) -> None:
    foreign = Membership.objects.get(user=cast.outsider).team
    for role in ROLES:
        actor = getattr(cast, role)
        assert can(actor, verb, cast.team) is (role in ALLOWED[verb].split())
        assert not can(actor, verb, foreign)
    assert not can(cast.outsider, verb, cast.team)
    assert can(cast.outsider, verb, foreign)
    with pytest.raises(Forbidden):
        require(cast.outsider, verb, cast.team)


def test_a_closed_account_may_nothing(cast: Cast) -> None:
    cast.owner.is_active = False
    assert not any(can(cast.owner, verb, cast.team) for verb in VERBS)


def test_an_unknown_verb_is_an_error_and_not_a_no(cast: Cast) -> None:
    with pytest.raises(KeyError):
        can(cast.owner, "appeal.burn", cast.team)


@pytest.mark.parametrize("role", ["editor", "moderator", "viewer", "outsider"])
def test_only_owners_manage_the_team(cast: Cast, role: str) -> None:
    actor = getattr(cast, role)
    other = Membership.objects.get(user=cast.viewer if role != "viewer" else cast.editor)
    invitation = invitations.invite(actor=cast.owner, team=cast.team, email="n@people.example", role="viewer")
    before = AuditRecord.objects.count()
    for act in (
        lambda: invitations.invite(actor=actor, team=cast.team, email="x@people.example", role="owner"),
        lambda: invitations.revoke_invitation(actor=actor, invitation=invitation),
        lambda: teams.change_role(actor=actor, membership=other, role="owner"),
        lambda: teams.remove_member(actor=actor, membership=other),
        lambda: teams.rename_team(actor=actor, team=cast.team, name="Mine now"),
    ):
        with pytest.raises(Forbidden):
            act()
    assert AuditRecord.objects.count() == before
    assert Invitation.objects.count() == 1 and cast.team.memberships.count() == 4


def test_a_team_keeps_its_last_owner(cast: Cast) -> None:
    only = Membership.objects.get(user=cast.owner)
    for act in (
        lambda: teams.change_role(actor=cast.owner, membership=only, role="viewer"),
        lambda: teams.remove_member(actor=cast.owner, membership=only),
    ):
        with pytest.raises(ValidationError, match="needs an owner"):
            act()
    second = Membership.objects.get(user=cast.editor)
    teams.change_role(actor=cast.owner, membership=second, role="owner")
    teams.remove_member(actor=cast.owner, membership=only)
    assert not cast.team.memberships.filter(user=cast.owner).exists()
    with pytest.raises(ValidationError, match="needs an owner"):
        teams.remove_member(actor=cast.editor, membership=second)


def test_an_owner_whose_account_is_closed_does_not_count(cast: Cast) -> None:
    second = Membership.objects.get(user=cast.editor)
    teams.change_role(actor=cast.owner, membership=second, role="owner")
    cast.editor.is_active = False
    cast.editor.save()
    with pytest.raises(ValidationError, match="needs an owner"):
        teams.remove_member(actor=cast.owner, membership=Membership.objects.get(user=cast.owner))


def test_anybody_may_leave(cast: Cast) -> None:
    teams.remove_member(actor=cast.viewer, membership=Membership.objects.get(user=cast.viewer))
    assert not can(cast.viewer, "appeal.view", cast.team)
    assert AuditRecord.objects.order_by("-pk")[0].verb == "team.leave"


def test_who_loses_the_owners_role_leaves_no_invitation_behind(cast: Cast) -> None:
    second = Membership.objects.get(user=cast.editor)
    teams.change_role(actor=cast.owner, membership=second, role="owner")
    invitations.invite(actor=cast.editor, team=cast.team, email="x@people.example", role="owner")
    teams.change_role(actor=cast.owner, membership=second, role="viewer")
    assert not Invitation.objects.exists()


def test_every_act_of_a_team_is_recorded_without_addresses(cast: Cast) -> None:
    team = teams.found_team(actor=cast.viewer, name="  Night   watch ")
    assert team.name == "Night watch"
    invitation = invitations.invite(actor=cast.viewer, team=team, email="New@People.Example", role="editor")
    invitations.revoke_invitation(actor=cast.viewer, invitation=invitation)
    teams.rename_team(actor=cast.viewer, team=team, name="Day watch")
    rows = AuditRecord.objects.filter(team=team).order_by("pk")
    assert [row.verb for row in rows] == ["team.found", "team.invite", "team.uninvite", "team.rename"]
    assert all(row.actor_id == cast.viewer.pk for row in rows)
    assert not any("people.example" in f"{row.subject}{row.detail}".lower() for row in rows)


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x00b", "a\x1bb", "in \u202evert"])
def test_a_name_that_cannot_be_shown_founds_nothing(cast: Cast, name: str) -> None:
    with pytest.raises(ValidationError):
        teams.found_team(actor=cast.viewer, name=name)
    assert Team.objects.count() == 2


@pytest.mark.parametrize(
    "name", ["Кола", "اللجنة", "委员会", "კომიტეტი", "O’Brien & 🌊", "نیم\u200cفاصله", "=1+1"]
)
def test_names_of_every_script_are_kept(cast: Cast, name: str) -> None:
    assert teams.found_team(actor=cast.viewer, name=name).name == name


def test_the_record_is_read_a_page_at_a_time(cast: Cast) -> None:
    for number in range(5):
        teams.rename_team(actor=cast.owner, team=cast.team, name=f"Quay {number}")
    first = record.page(actor=cast.moderator, team=cast.team, size=3)
    assert len(first.lines) == 3 and first.older is not None
    second = record.page(actor=cast.moderator, team=cast.team, before=first.older, size=3)
    assert len(second.lines) == 2 and second.older is None
    numbers = [line.number for line in first.lines + second.lines]
    assert numbers == sorted(numbers, reverse=True) and len(set(numbers)) == 5
    with pytest.raises(Forbidden):
        record.page(actor=cast.viewer, team=cast.team)
    with pytest.raises(Forbidden):
        record.page(actor=cast.outsider, team=cast.team)
