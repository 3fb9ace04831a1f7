"""A running site with its mail server, and what everybody there knows."""

import json
from dataclasses import dataclass
from typing import Any

from tests.installation import Done, Installation, sql
from tests.journeys.client import Client
from tests.journeys.postbox import Postbox
from tests.journeys.waiting import until

PASSWORD = "a long enough passphrase"
OWNER, OUTSIDER = "olive@people.example", "otto@people.example"
FERRY, LIGHTHOUSE, RIVER = "night-ferry", "lighthouse", "river"
HIDDEN, CLOSED, OTHERS = "not-yet", "over", "others-secret"


@dataclass
class Town:
    """An installation and its postbox."""

    site: Installation
    postbox: Postbox

    @property
    def url(self) -> str:
        """The site's address."""
        return self.site.url

    def serve(self) -> None:
        """Opens the site: web, mail sender and publisher in one command."""
        self.site.serve()

    def client(self) -> Client:
        """Somebody who asks by hand."""
        return Client(self.url)

    def owner(self) -> Client:
        """The owner of the stage's team, signed in."""
        client = self.client()
        client.sign_in(OWNER, PASSWORD)
        return client

    def appeal(self, slug: str) -> Any:
        """What the public interface says of an appeal."""
        return self.client().get(f"/api/v1/appeals/{slug}").json

    def recorded(self, slug: str) -> int:
        """The published count of an appeal."""
        return int(self.appeal(slug)["signatures"]["recorded"])

    def publish(self) -> None:
        """Runs the publisher once, for all that waits; its minute is not waited for."""
        done = self.site.run("publish", "--force")
        assert done.code == 0, done.err

    def verify(self, *what: str) -> tuple[Done, Any]:
        """Runs our verifier; its exit code and what it found."""
        done = self.site.run("verify", *what, "--json")
        return done, json.loads(done.out) if done.out.startswith("{") else None

    def sign(self, slug: str, text: str, **values: str) -> None:
        """Signs by hand, without a browser."""
        fields = {"name": "Ana Sol", "email": "ana@people.example", "display": "name"} | values
        answer = self.client().post(f"/appeals/{slug}/{text}/sign", fields)
        assert answer.status == 303

    def confirm(self, email: str) -> str:
        """Confirms the newest signature of an address by hand; the link of the private page."""
        link = self.postbox.wait_link(email, "confirm")
        client = self.client()
        page = client.get(link)
        answer = client.follow(client.fill(page, page.form()))
        assert answer.status == 200
        return self.postbox.wait_link(email, "mine")

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return int(str(sql(self.site, f"SELECT count(*) FROM {table}")[0][0]))

    def wait_recorded(self, slug: str, number: int) -> None:
        """Returns when the published count is this."""
        until(lambda: self.recorded(slug) == number, f"{number} recorded signatures of {slug}", 90)
