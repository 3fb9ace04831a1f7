"""Whether addresses of sources answer: noted, flagged at the desk, told to readers with the kept copy."""

import io
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests.appeals.sourced import add, write
from tests.cast import Cast
from tests.town import town
from undersigned import cli
from undersigned.appeals import dead_links, keep, publish, sources
from undersigned.appeals.models import Appeal, LinkCheck, Source, Text
from undersigned.lib import clock, reach
from undersigned.lib.reach import Reach
from undersigned.signing import opening, publisher

pytestmark = pytest.mark.django_db(transaction=True)

Outcome = LinkCheck.Outcome
PAGE = "/appeals/night-ferry/sources/"


def linked(cast: Cast, text: Text, url: str, *, is_public: bool = True) -> Source:
    """A cited source with an address and a kept copy."""
    source = add(cast.owner, text.appeal, URL=url)
    keep.keep(actor=cast.owner, source=source, data=io.BytesIO(b"No flour"))
    write(cast.owner, text, "one boat more", "one boat more [@ruiz1936]")
    publish.publish(actor=cast.owner, text=text)
    text.refresh_from_db()
    if is_public:
        opening.open_appeal(actor=cast.owner, appeal=text.appeal)
    return Source.objects.select_related("appeal").get(pk=source.pk)


def looked(source: Source, within: Reach, days: float = 0) -> LinkCheck:
    return dead_links.check(source, now=clock.now() + timedelta(days=days), within=within)


def get(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_is_gone_is_told_with_the_kept_copy(cast: Cast, text: Text, site_port: int) -> None:
    url = f"http://gazette.example:{site_port}/404"
    source = linked(cast, text, url)
    assert "no longer found" not in get(PAGE)
    row = looked(source, town(site_port))
    assert (row.outcome, row.detail, row.is_lost) == (Outcome.MISSING, "404", True)
    page = get(PAGE)
    assert "no longer found" in page and url in page and "kept copy here" in page
    capture = source.captures.get()
    assert f"{PAGE}ruiz1936/kept/{capture.sha256}" in page
    client = Client()
    client.force_login(cast.viewer)
    for address in ("", "ruiz1936/"):
        assert (
            "not found there" in client.get(f"/desk/appeals/night-ferry/sources/{address}").content.decode()
        )


def test_what_is_found_again_is_told_no_more(cast: Cast, text: Text, site_port: int) -> None:
    source = linked(cast, text, f"http://gazette.example:{site_port}/404")
    looked(source, town(site_port))
    letter = Client().get(PAGE)
    sources.change_source(
        actor=cast.owner, source=source, csl={**source.csl, "URL": f"http://gazette.example:{site_port}/200"}
    )
    assert not LinkCheck.objects.exists() and "no longer found" not in get(PAGE)
    source.refresh_from_db()
    row = looked(source, town(site_port))
    assert row.outcome == Outcome.FOUND and row.due_at - row.checked_at > timedelta(days=20)
    assert Client().get(PAGE, headers={"If-None-Match": letter["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("path", "outcome"),
    [("200", "found"), ("403", "unsure"), ("404", "missing"), ("410", "missing"), ("503", "unreachable")],
)
def test_an_answer_means_something(
    cast: Cast,
    text: Text,
    site_port: int,
    path: str,
    outcome: str,
) -> None:
    source = linked(cast, text, f"http://gazette.example:{site_port}/{path}")
    assert looked(source, town(site_port)).outcome == outcome


def test_a_site_that_is_down_is_lost_after_days_only(cast: Cast, text: Text, site_port: int) -> None:
    source = linked(cast, text, f"http://nowhere.example:{site_port}/")
    first = looked(source, town(site_port))
    assert first.outcome == Outcome.UNREACHABLE and first.is_troubled and not first.is_lost
    assert "no longer found" not in get(PAGE)
    later = looked(source, town(site_port), days=4)
    assert later.troubled_since == first.troubled_since and later.is_lost
    assert "no longer found" in get(PAGE)


def test_an_address_inside_is_never_asked(cast: Cast, text: Text) -> None:
    source = linked(cast, text, "http://127.0.0.1:8080/admin")
    row = looked(source, reach.PUBLIC)
    assert (row.outcome, row.detail, row.is_troubled) == (Outcome.REFUSED, "private", False)


def test_each_is_looked_at_in_its_turn(cast: Cast, text: Text, site_port: int) -> None:
    linked(cast, text, f"http://gazette.example:{site_port}/404")
    now = clock.now()
    assert dead_links.check_next(now=now, within=town(site_port)) is not None
    assert dead_links.check_next(now=now, within=town(site_port)) is None
    assert list(dead_links.check_all(now=now, within=town(site_port))) == []
    assert len(list(dead_links.check_all(now=now, everything=True, within=town(site_port)))) == 1
    assert dead_links.check_next(now=now + timedelta(days=2), within=town(site_port)) is not None


def test_a_draft_and_a_source_without_address_are_left_alone(cast: Cast, text: Text, site_port: int) -> None:
    source = linked(cast, text, f"http://gazette.example:{site_port}/404", is_public=False)
    add(cast.owner, text.appeal, "bare")
    assert dead_links.check_next(now=clock.now(), within=town(site_port)) is None
    Appeal.objects.filter(pk=source.appeal_id).update(is_demonstration=True)
    text.refresh_from_db()
    opening.open_appeal(actor=cast.owner, appeal=text.appeal)
    assert dead_links.check_next(now=clock.now(), within=town(site_port)) is None


def test_the_command_says_what_each_answered(
    cast: Cast, text: Text, capsys: pytest.CaptureFixture[str]
) -> None:
    linked(cast, text, "http://127.0.0.1:8080/")
    assert cli.main(["check-links", "--pause", "0"]) == 0
    said = capsys.readouterr().out
    assert "refused private night-ferry/ruiz1936 http://127.0.0.1:8080/" in said
    assert "addresses looked at: 1" in said


def test_the_publisher_looks_only_where_it_was_switched_on(
    cast: Cast, text: Text, configure: Callable[..., None]
) -> None:
    linked(cast, text, "http://127.0.0.1:8080/")

    def watchers() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == "links"]

    stop = threading.Event()
    publisher._watch_links(stop)
    assert watchers() == []
    configure(check_links="yes")
    publisher._watch_links(stop)
    (watcher,) = watchers()
    stop.set()
    watcher.join(5)
    assert not watcher.is_alive()


def test_the_watcher_goes_from_one_to_the_next(cast: Cast, text: Text) -> None:
    linked(cast, text, "http://127.0.0.1:8080/")
    stop = threading.Event()
    watcher = threading.Thread(target=dead_links.watch, args=(stop, 0.05))
    watcher.start()
    deadline = time.monotonic() + 10
    while not LinkCheck.objects.filter(detail="private").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    watcher.join(5)
    assert LinkCheck.objects.get().outcome == Outcome.REFUSED
