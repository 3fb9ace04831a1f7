"""The fixed cast: one owner, editor, moderator and viewer of a team, and an outsider who must get nothing."""

import importlib
from dataclasses import dataclass
from datetime import timedelta

import pytest

from undersigned.accounts.models import Membership, Team, User
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.lib import clock

PASSWORD = "a long enough passphrase"

LETTER = """\
---
title: For the night ferry
author: The people of Lower Quay
date: 2026-03-01
lang: en
addressee: The Harbour Board
---

Dear members of the Board,

The last ferry leaves at nine.[^1] Nurses, bakers and students *walk home* over the hill.

We ask for one boat more.

[^1]: Timetable of January 2026, page 4.
"""


@dataclass
class Cast:
    """Everybody at once, for tests that go through a matrix of roles."""

    team: Team
    owner: User
    editor: User
    moderator: User
    viewer: User
    outsider: User


def person(name: str, team: Team | None = None, role: str = "") -> User:
    """An account of the cast, with its place in a team."""
    user = User.objects.create_user(f"{name}@people.example", PASSWORD, name=name.title())
    if team:
        Membership.objects.create(team=team, user=user, role=role, created_at=clock.now())
    return user


@pytest.fixture
def cast(db: None) -> Cast:
    team = Team.objects.create(name="Lower Quay", created_at=clock.now())
    other = Team.objects.create(name="Upper Quay", created_at=clock.now())
    return Cast(
        team=team,
        owner=person("olive", team, "owner"),
        editor=person("edda", team, "editor"),
        moderator=person("mo", team, "moderator"),
        viewer=person("vera", team, "viewer"),
        outsider=person("otto", other, "owner"),
    )


@pytest.fixture
def team(cast: Cast) -> Team:
    return cast.team


@pytest.fixture
def author(cast: Cast) -> User:
    return cast.owner


@pytest.fixture
def outsider(cast: Cast) -> User:
    return cast.outsider


@pytest.fixture
def draft_appeal(cast: Cast) -> Appeal:
    """An appeal with a draft and settings complete, nothing published."""
    return draft.create_appeal(
        actor=cast.owner,
        team=cast.team,
        slug="night-ferry",
        title="For the night ferry",
        language="en",
        source=LETTER,
        controller="Lower Quay Residents",
        controller_contact="board@lower-quay.example",
        purpose="To ask for one more ferry.",
        closes_at=clock.now() + timedelta(days=30),
    )


@pytest.fixture
def text(draft_appeal: Appeal) -> Text:
    return draft_appeal.texts.get()


@pytest.fixture
def published(cast: Cast, text: Text) -> Version:
    """Version 1, frozen; the appeal is not open."""
    return publish.publish(actor=cast.owner, text=text)


@pytest.fixture
def open_appeal(cast: Cast, published: Version) -> Appeal:
    """An appeal open for signature."""
    opening = importlib.import_module("undersigned.signing.opening")
    opened: Appeal = opening.open_appeal(actor=cast.owner, appeal=published.text.appeal)
    return opened
