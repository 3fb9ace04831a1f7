"""What may go wrong around a site: the mail server away, a kill at any moment, a form sent twice."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from urllib.error import URLError

from tests.installation import sql
from tests.journeys.client import Client
from tests.journeys.town import FERRY, RIVER, Town
from tests.journeys.waiting import until

QUEUED = "SELECT count(*) FROM mailroom_message WHERE state = 'queued'"
SIGN = f"/appeals/{FERRY}/en/sign"


def _fields(name: str, **more: str) -> dict[str, str]:
    return {"name": name, "email": f"{name}@letters.example", "display": "name"} | more


def test_signing_goes_on_while_the_mail_server_is_away(town: Town) -> None:
    client = town.client()
    assert client.post(SIGN, _fields("before")).status == 303
    town.postbox.wait("before@letters.example")
    town.postbox.stop()
    for number in range(5):
        assert client.post(SIGN, _fields(f"away{number}")).status == 303
    process = town.site.processes[-1]
    until(lambda: "mail waits" in town.site.output(process), "the sender to notice")
    town.postbox.start()
    for number in range(5):
        # Patience for a message that met the dying connection: it may wait a minute and a bit.
        town.postbox.wait(f"away{number}@letters.example", seconds=150)
    until(
        lambda: sql(town.site, "SELECT count(*) FROM mailroom_message WHERE state = 'queued'") == [(0,)],
        "all sent",
    )
    assert Counter(letter.to for letter in town.postbox.letters()).most_common(1)[0][1] == 1
    assert town.verify(town.url)[0].code == 0


def test_what_was_acknowledged_survives_a_kill_once(town: Town) -> None:
    taken: list[str] = []
    stop = threading.Event()

    def crowd(number: int) -> None:
        client, turn = Client(town.url), 0
        while not stop.is_set():
            name = f"p{number}x{turn}"
            turn += 1
            try:
                if client.post(SIGN, _fields(name)).status == 303:
                    taken.append(name)
            except (URLError, OSError):
                return

    before = town.rows("signing_signature")
    threads = [threading.Thread(target=crowd, args=(number,), daemon=True) for number in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: len(taken) > 25, "two dozen signatures")
    killed = town.site.processes[-1]
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait(20)
    stop.set()
    for thread in threads:
        thread.join(30)
    confirmable = taken[:3]
    town.serve()
    rows = town.rows("signing_signature") - before
    assert len(taken) <= rows <= len(taken) + 4
    # What the killed sender had in hand is leased to it for minutes: as if they had passed.
    sql(town.site, "UPDATE mailroom_message SET due_at = created_at WHERE state = 'queued'")
    for name in taken:
        town.postbox.wait(f"{name}@letters.example")
    ids = Counter(letter.message["Message-ID"] for letter in town.postbox.letters())
    # A mail may arrive twice when the kill fell between the server's answer and ours; its identity tells.
    assert len(ids) == len({letter.to for letter in town.postbox.letters()})
    for name in confirmable:
        town.confirm(f"{name}@letters.example")
    count = town.recorded(FERRY)
    killed = town.site.processes[-1]
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait(20)
    town.publish()
    town.serve()
    assert count <= town.recorded(FERRY)
    assert town.site.run("fsck").code == 0
    done, found = town.verify(town.url)
    assert done.code == 0, done.err
    signed = sql(town.site, "SELECT count(*) FROM signing_signature WHERE state = 'recorded'")
    assert sum(log["signatures"] for log in found["logs"]) == signed[0][0]


def test_a_form_sent_twice_is_one_signature(town: Town) -> None:
    client = town.client()
    before = town.recorded(FERRY)
    answers = [client.post(SIGN, _fields("twice")) for _ in range(2)]
    assert {(answer.status, answer.location) for answer in answers} == {
        (303, f"{town.url}/appeals/{FERRY}/en/signed/")
    }
    links = [town.postbox.wait("twice@letters.example", number).link("confirm") for number in (1, 2)]
    for link in links * 2:
        page = client.get(link)
        for form in [form for form in page.forms() if form.method == "post"]:
            client.follow(client.fill(page, form))
    town.publish()
    assert town.recorded(FERRY) == before + 1
    assert town.verify(town.url)[0].code == 0


def test_garbage_is_answered_and_arabic_is_kept(town: Town) -> None:
    client = town.client()
    for body in (
        b"",
        b"%",
        b"\xff\xfe" * 500,
        b"name=" + b"a" * 900_000,
        b"name[]=1&email[$gt]=",
        b"=&=&==;;",
    ):
        answer = client.post(SIGN, body)
        assert answer.status in (400, 413, 422), answer.status
    for kind in ("application/json", "text/xml", "multipart/form-data; boundary=x", "nonsense"):
        assert client.post(SIGN, b"\x00{[<", content_type=kind).status in (400, 415, 422), kind
    for path in (
        "/confirm/%00/",
        "/mine/../../etc/",
        "/appeals/%ff/",
        f"/appeals/{FERRY}/names/?q=%00%ff",
        "/%2e%2e/",
    ):
        assert client.get(path).status in (200, 301, 302, 400, 404), path
    name = "عبد الرحمن بن يوسف الساحلي"
    fields = {"name": name, "email": "abd@letters.example", "display": "name", "role": "بحّار"}
    assert client.post(f"/appeals/{RIVER}/ar/sign", fields).status == 303
    town.confirm("abd@letters.example")
    town.publish()
    assert name in client.get(f"/appeals/{RIVER}/names/").text


def test_the_publisher_keeps_its_minute_by_itself(build: Callable[..., Town]) -> None:
    town = build()
    town.serve()
    before = town.recorded(RIVER)
    town.sign(RIVER, "ar", name="Wilma Warten", email="wilma@letters.example", role="x")
    town.confirm("wilma@letters.example")
    town.wait_recorded(RIVER, before + 1)
