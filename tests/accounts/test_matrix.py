"""Every route of the desk, every role, a stranger, an outsider and another team's objects: one table.

A row says who may look and who may send: `o`wner, `e`ditor, `m`oderator, `v`iewer, `x` an owner of another
team, `-` nobody because the route knows no such request. A route without a row fails.

Rights are asked before objects: for who has them, an object that is not there is 404, for who has not 403.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from tests.appeals import cased, sourced
from tests.cast import LETTER, Cast
from tests.signing import crowd
from undersigned.accounts import invitations
from undersigned.accounts.models import Membership, Team, User
from undersigned.appeals import draft, publish
from undersigned.circulation import enrol
from undersigned.circulation.enrol import Entry
from undersigned.circulation.rights import Rights
from undersigned.lib import clock
from undersigned.signing import opening

pytestmark = pytest.mark.django_db

ROLES = {"o": "owner", "e": "editor", "m": "moderator", "v": "viewer", "x": "outsider"}
MISSING = 987654
# Before or without signing in; their own tests say what they do. Nothing of a team is behind them.
APART = {"setup", "invitation"}
APART_BEGIN = ("account_", "mfa_")
# Who signed in long ago is asked again, before anything else is said; of POST those acts alone.
PROOF = {
    "desk-address": "", "desk-close-account": "", "desk-audit-export": "", "desk-team-invite": "",
    "desk-team-role": "", "desk-team-remove": "", "desk-cases-export": "", "desk-case": "remove",
    "desk-persons-export": "", "desk-person": "remove", "desk-team-key-retire": "", "desk-seal": "",
    "desk-moderation": "strike", "desk-dispute": "uphold", "desk-edition-file": "",
    "desk-carrier": "erase", "desk-delivery-file": "", "desk-paper-one": "reverse", "desk-paper-erase": "",
    "desk-strike": "", "desk-organisation": "strike", "desk-vouched-carrier": "finish", "desk-export": "",
}  # fmt: skip

TABLE = """
desk-me                   oemvx  oemvx
desk-sessions             oemvx  oemvx
desk-address              oemvx  oemvx
desk-close-account        oemvx  oemvx
desk-audit                oemx   -
desk-audit-export         oemx   -
desk-team                 oemvx  -
desk-team-new             oemvx  oemvx
desk-team-one             oemv   -
desk-team-name            -      o
desk-team-invite          -      o
desk-team-revoke          -      o
desk-team-role            -      o
desk-team-remove          -      ov
desk-team-keys            oemv   o
desk-team-key-retire      -      o
desk-appeal-new           oemvx  oex
desk-import               oemvx  oex
desk-appeal-settings      oe     oe
desk-derive               oe     oe
desk-describe             oe     oe
desk-catch-up             -      oe
desk-draft                oe     oe
desk-preview              -      oe
desk-publish              oe     oe
desk-sources              oemv   -
desk-sources-style        -      oe
desk-source-new           oe     oe
desk-sources-import       oe     oe
desk-citations            oemv   oe
desk-citation             -      oe
desk-source               oemv   oe
desk-source-remove        -      oe
desk-keep                 -      oe
desk-kept                 oemv   -
desk-kept-changes         oemv   -
desk-kept-change          -      oe
desk-cases                oem    -
desk-case-new             oe     oe
desk-cases-import         oe     oe
desk-cases-export         oe     -
desk-case                 oem    oe
desk-persons              oem    -
desk-person-new           oe     oe
desk-persons-import       oe     oe
desk-persons-export       oe     -
desk-person               oem    oe
desk-carriers             oem    -
desk-carriers-tree        oem    -
desk-carriers-add         oe     oe
desk-carriers-list        oe     oe
desk-letters              oe     oe
desk-letter               oe     oe
desk-runs                 oe     oe
desk-run                  oe     oe
desk-sheets               oem    oe
desk-sheets-page          oem    -
desk-sheets-pdf           oem    -
desk-carriers-texts       oem    -
desk-carriers-text        oem    oem
desk-correspondence       oe     oe
desk-correspondence-new   oe     oe
desk-correspondence-one   oe     oe
desk-carrier              oem    oe
desk-carrier-letter       oe     oe
desk-open                 oe     oe
desk-embargo              oe     oe
desk-close                oe     oe
desk-ask                  oe     oe
desk-deliveries           oemv   oe
desk-delivery             oemv   oe
desk-delivery-file        -      oe
desk-edition              oemv   oe
desk-edition-file         -      oe
desk-first                oe     oe
desk-first-upload         -      oe
desk-first-change         -      oe
desk-paper                oem    oem
desk-paper-list           oe     oe
desk-paper-find           oem    oem
desk-paper-one            oem    oem
desk-paper-scan           oem    -
desk-paper-read           oem    oem
desk-paper-settle         oem    oem
desk-paper-matches        oem    oem
desk-paper-erase          -      oem
desk-roll                 oemv   -
desk-strike               oem    oem
desk-moderation           oem    oem
desk-moderation-words     oem    oem
desk-patterns             oem    -
desk-review               -      oem
desk-undo                 -      oem
desk-names                oem    oem
desk-disputes             oem    -
desk-dispute              oem    oem
desk-safety               oe     oe
desk-seal                 -      o
desk-retention            oemv   oe
desk-updates              oemv   -
desk-update               oemv   oe
desk-update-new           oe     oe
desk-organisations        oemv   -
desk-organisations-rule   -      oe
desk-organisation         oemv   oemv
desk-vouched              oem    oem
desk-vouched-carrier      oem    oem
desk-export               oe     oe
desk-home                 oemvx  -
desk-mail                 ox     -
desk-appeal               oemv   -
"""

# What is sent where an empty form would be answered before anybody is asked for rights.
FORMS: dict[str, dict[str, str]] = {
    "desk-team-name": {"name": "Another"},
    "desk-team-invite": {"email": "late@people.example", "role": "viewer"},
    "desk-team-role": {"role": "viewer"},
}
# Acts that share a route, and who may do each; everybody else of the team is refused.
ACTS = {
    ("desk-carrier", "revoke"): "oe", ("desk-carrier", "erase"): "oe", ("desk-carrier", "remind"): "oe",
    ("desk-case", "remove"): "oe", ("desk-case", "publish"): "oe", ("desk-case", "consent"): "oe",
    ("desk-embargo", "lift"): "oe",
    ("desk-edition", "publish"): "oe", ("desk-strike", "strike"): "oem", ("desk-strike", "hold"): "oem",
    ("desk-vouched-carrier", "quota"): "oem", ("desk-vouched-carrier", "finish"): "oem",
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """What one team has."""

    values: dict[str, Any]
    by_route: dict[str, dict[str, Any]]

    def path(self, name: str, wanted: tuple[str, ...], **other: Any) -> str:
        """A route's address with this team's own objects, or others'."""
        values = {**self.values, **self.by_route.get(name, {}), **other}
        return reverse(name, kwargs={key: values[key] for key in wanted})


def world(owner: User, team: Team, slug: str) -> World:
    """An open appeal with one of everything that is quick to make."""
    appeal = draft.create_appeal(
        actor=owner, team=team, slug=slug, title="For the night ferry", language="en", source=LETTER,
        controller="Residents", controller_contact="board@lower-quay.example", purpose="To ask.",
        closes_at=clock.now() + timedelta(days=30),
    )  # fmt: skip
    case = cased.enter(owner, appeal)
    key = sourced.add(owner, appeal, key=f"key-{slug}").key
    version = publish.publish(actor=owner, text=appeal.texts.get())
    opening.open_appeal(actor=owner, appeal=appeal)
    carrier = enrol.add(
        actor=owner, appeal=appeal, entry=Entry("Ines", f"{slug}@people.example", "en"), given=Rights()
    )
    invitation = invitations.invite(actor=owner, team=team, email=f"new@{slug}.example", role="viewer")
    member = Membership.objects.filter(team=team).order_by("-pk")[0]
    carried = {"pk": carrier.pk}
    return World(
        {
            "slug": slug, "text": version.text.slug, "key": key, "ref": case.ref, "language": "en",
            "sha256": "a" * 64, "format": "csv", "first": MISSING, "last": MISSING, "pk": MISSING,
            "number": MISSING,
        },
        {
            "desk-strike": {"pk": crowd.confirmed(version, f"Ana {slug}").pk},
            "desk-carrier": carried, "desk-carrier-letter": carried, "desk-vouched-carrier": carried,
            "desk-team-one": {"pk": team.pk}, "desk-team-name": {"pk": team.pk},
            "desk-team-invite": {"pk": team.pk},
            "desk-team-keys": {"pk": team.pk}, "desk-team-key-retire": {"pk": team.pk, "number": MISSING},
            "desk-team-revoke": {"pk": team.pk, "number": invitation.pk},
            "desk-team-role": {"pk": team.pk, "number": member.pk},
            "desk-team-remove": {"pk": team.pk, "number": member.pk},
        },
    )  # fmt: skip


def routes(table: URLResolver | None = None, start: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names of the desk's routes and what their addresses hold."""
    for one in (table or get_resolver()).url_patterns:
        path = start + str(one.pattern)
        if not path.startswith("desk/"):
            continue
        if isinstance(one, URLResolver):
            yield from routes(one, path)
        else:
            yield str(one.name), tuple(one.pattern.converters)


def rows() -> dict[str, tuple[str, str]]:
    parsed = [line.split() for line in TABLE.strip().splitlines()]
    return {name: (look, send) for name, look, send in parsed}


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    """A thousand refusals, each with its trace, would take longer to write than to give."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def asked(client: Client, method: str, path: str, **values: str) -> Any:
    """What a request answers; whatever it did is undone."""
    with transaction.atomic():
        answer = client.post(path, values) if method == "POST" else client.get(path)
        transaction.set_rollback(True)
    return answer


def seen(client: Client, method: str, path: str, values: dict[str, str], *, stranger: bool) -> str:
    """`y` let in, `n` refused, `-` no such request; anything that tells an outsider more is `?`."""
    status = asked(client, method, path, **values).status_code
    assert status < 500, (method, path)
    if status in (403, 405):
        return {403: "?" if stranger else "n", 405: "-"}[status]
    return "n" if stranger and status == 404 else "y"


def clients(cast: Cast) -> dict[str, Client]:
    made = {letter: Client() for letter in ROLES}
    for letter, name in ROLES.items():
        made[letter].force_login(getattr(cast, name))
    return made


def found(cast: Cast) -> Iterator[tuple[str, str, str]]:
    """What each route really says, as a row says it."""
    own, people = world(cast.owner, cast.team, "ferry"), clients(cast)
    for name, wanted in routes():
        if name in APART or name.startswith(APART_BEGIN):
            continue
        path = own.path(name, wanted)
        said = []
        for method in ("GET", "POST"):
            letters = ""
            for one, client in people.items():
                what = seen(client, method, path, FORMS.get(name, {}), stranger=one == "x")
                assert what != "?", (name, method, one)
                letters += {"y": one, "n": "", "-": "-"}[what]
                if what == "-":
                    # A method that the owner cannot use is one that the route does not know.
                    break
            said.append(letters or "none")
        yield name, said[0], said[1]


def test_every_role_gets_what_the_table_says(cast: Cast) -> None:
    real = {name: (look, send) for name, look, send in found(cast)}
    written = rows()
    wrong = [name for name in sorted(real.keys() | written.keys()) if real.get(name) != written.get(name)]
    assert not wrong, "\n".join(f"{name}: is {real.get(name)}, written {written.get(name)}" for name in wrong)


def test_acts_that_share_a_page_ask_each_for_their_own_right(cast: Cast) -> None:
    own, people = world(cast.owner, cast.team, "ferry"), clients(cast)
    wanted = dict(routes())
    for (name, act), allowed in ACTS.items():
        path, values = own.path(name, wanted[name]), {"act": act, "reason": "because"}
        each = {one: seen(people[one], "POST", path, values, stranger=one == "x") for one in people}
        assert "".join(one for one in people if each[one] == "y") == allowed, (name, act, each)


def test_nobody_gets_anywhere_without_signing_in(cast: Cast) -> None:
    own, nobody = world(cast.owner, cast.team, "ferry"), Client()
    for name, wanted in routes():
        if name in APART or name.startswith(APART_BEGIN):
            continue
        path = own.path(name, wanted)
        for method in ("GET", "POST"):
            answer = asked(nobody, method, path)
            assert answer.status_code == 302, (method, path)
            assert answer["Location"].startswith("/desk/account/login/?next="), (method, path)


def test_objects_of_another_team_are_not_there(cast: Cast) -> None:
    """An owner who puts another team's number into the own address gets what a missing one gets."""
    foreign = Team.objects.get(name="Upper Quay")
    own, other = world(cast.owner, cast.team, "ferry"), world(cast.outsider, foreign, "barge")
    owner = clients(cast)["o"]
    tried = 0
    for name, wanted in routes():
        if name in APART or name.startswith(APART_BEGIN):
            continue
        theirs = {**other.values, **other.by_route.get(name, {})}
        for field in set(wanted) & {"pk", "number", "key", "ref", "slug"}:
            if theirs[field] == MISSING:
                continue
            path = own.path(name, wanted, **{field: theirs[field]})
            answers = {method: asked(owner, method, path).status_code for method in ("GET", "POST")}
            assert set(answers.values()) <= {404, 405}, (name, field, answers)
            tried += 1
    assert tried > 80


def test_what_could_harm_asks_again_after_a_while(cast: Cast) -> None:
    own, owner = world(cast.owner, cast.team, "ferry"), clients(cast)["o"]
    asking = dict.fromkeys(name for name, _wanted in routes())
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=False):
        for name, wanted in routes():
            if name in APART or name.startswith(APART_BEGIN):
                continue
            values = {"act": PROOF[name]} if PROOF.get(name) else {}
            answer = asked(owner, "POST", own.path(name, wanted), **values)
            again = answer.status_code == 302 and answer["Location"].startswith("/desk/account/again/")
            assert again == (name in PROOF), name
    assert PROOF.keys() <= asking.keys()
