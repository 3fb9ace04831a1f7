"""The day a letter goes viral, replayed: signatures over HTTP, confirmed over HTTP, pages read meanwhile.

Web and publisher run on one core, the crowd on the other; with `--mail` the sender too, and a mail server
that takes everything. A signature counts as acknowledged when its confirmation was answered. At the end
the log is verified, and every acknowledged signature has to be in the database once, recorded, and none more.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from urllib.parse import urlencode
from urllib.request import urlopen

from bench import load
from bench.site import PROJECT, SLUG, Site, site

# The largest petition known, and how its day went: the share of each hour, from its first to its last.
# A steep morning, a plateau of hours at the top, a night, and a second, smaller day.
LARGEST = 6_103_056
HOURS = (
    1, 2, 5, 11, 18, 24, 27, 28, 27, 26, 24, 22, 20, 17, 12, 7, 3, 2, 2, 4, 9, 14, 16, 16,
)  # fmt: skip
DAY = 24 * 3600
TAKEN = 20_000


class Crowd:
    """Who has signed, who has confirmed, and what was answered."""

    def __init__(self, number: int, factor: float, pages: float) -> None:
        self.number = number
        self.factor = factor
        self.pages = pages
        self.next = 0
        self.again: deque[int] = deque()
        self.to_confirm: deque[tuple[int, str]] = deque()
        self.signed = bytearray(number)
        self.confirmed = bytearray(number)
        self.counts: Counter[str] = Counter()
        self.began = time.monotonic()
        self.views = 0.0
        self.waits: list[float] = []

    @property
    def is_over(self) -> bool:
        """Whether everybody has signed and confirmed."""
        return self.counts["confirmed"] >= self.number

    def due(self) -> int:
        """How many may have signed by now."""
        if not self.factor:
            return self.number
        passed = (time.monotonic() - self.began) * self.factor / DAY * len(HOURS)
        hour, part = int(passed), passed % 1
        done = sum(HOURS[:hour]) + (HOURS[hour] * part if hour < len(HOURS) else 0)
        return min(self.number, int(self.number * done / sum(HOURS)))

    def signer(self) -> int | None:
        """Who signs next; None while nobody does."""
        if self.again:
            return self.again.popleft()
        if self.next < self.due():
            self.next += 1
            return self.next - 1
        return None


def main(argv: list[str] | None = None) -> None:
    """Runs the replay and prints what came of it; exit code 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=TAKEN, help=f"how many; {LARGEST:,} were the most")
    parser.add_argument("--factor", type=float, default=0, help="times faster than the day; 0: at full rate")
    parser.add_argument("--pages", type=float, default=1, help="letter pages read for each signature")
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument(
        "--mail", action="store_true", help="send the mails, to a local server that takes all"
    )
    options = parser.parse_args(argv)
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    with site() as place, contextlib.ExitStack() as stack:
        commands = [("serve", "--only-web"), ("publish", "--loop")]
        if options.mail:
            place.environment["UNDERSIGNED_EMAIL_URL"] = f"smtp://127.0.0.1:{stack.enter_context(_sink())}"
            commands.append(("send-mail", "--loop"))
        processes = [stack.enter_context(_running(place, command)) for command in commands]
        _await_answer(place)
        crowd = Crowd(options.signatures, options.factor, options.pages)
        asyncio.run(_replay(place, crowd, options.connections))
        _say(crowd, time.monotonic() - crowd.began)
        took = _wait_for_log(place, options.signatures)
        print(f"recorded and published {took:,.1f} s after the last confirmation")
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)
        whole = _is_whole(place, crowd)
    if not whole:
        raise SystemExit(1)


@contextlib.contextmanager
def _sink() -> Iterator[int]:
    """A mail server on the crowd's core; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", "bench.sink", str(port)], cwd=PROJECT)
    try:
        yield port
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _running(place: Site, command: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the server, on the first core; its words go to a file."""
    whole = [sys.executable, "-m", "undersigned.cli", *command]
    pinned = ["taskset", "-c", "0", *whole] if (os.cpu_count() or 1) > 1 else whole
    with (place.folder / f"{command[0]}.log").open("wb") as log:
        process = subprocess.Popen(pinned, env=place.environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _await_answer(place: Site) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{place.port}/healthz", timeout=5):
            return
        time.sleep(0.05)
    raise RuntimeError((place.folder / "serve.log").read_text()[-2000:])


async def _replay(place: Site, crowd: Crowd, connections: int) -> None:
    async with asyncio.TaskGroup() as group:
        mailbox = group.create_task(asyncio.to_thread(_open_mails, place, crowd))
        told = group.create_task(_progress(crowd))
        await asyncio.gather(*(_client(place, crowd) for _ in range(connections)))
        told.cancel()
        await mailbox


async def _progress(crowd: Crowd) -> None:
    while True:
        await asyncio.sleep(10)
        seconds = time.monotonic() - crowd.began
        rate = crowd.counts["confirmed"] / seconds
        print(
            f"  {seconds:6.0f} s: {crowd.counts['confirmed']:,} confirmed, {rate:,.0f} a second", flush=True
        )


async def _client(place: Site, crowd: Crowd) -> None:
    """One kept connection: confirms what was mailed, signs, reads pages."""
    host = f"127.0.0.1:{place.port}"
    page = load.get(f"/appeals/{SLUG}/en/", host)
    reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
    while not crowd.is_over:
        if crowd.views >= 1:
            crowd.views -= 1
            kind, who, request = "page", -1, page
        elif crowd.to_confirm:
            who, token = crowd.to_confirm.popleft()
            kind, request = "confirm", load.post(f"/confirm/{token}/", host, "")
        elif (signer := crowd.signer()) is not None:
            kind, who = "sign", signer
            request = load.post(f"/appeals/{SLUG}/en/sign", host, _form(signer))
            crowd.views += crowd.pages
        else:
            await asyncio.sleep(0.01)
            continue
        began = time.monotonic()
        try:
            writer.write(request)
            status = await load.answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            # The server closed a kept connection: what was asked may or may not have been done.
            status = 0
            reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        if random.random() < 0.01:
            crowd.waits.append(time.monotonic() - began)
        _note(crowd, kind, who, request, status)
        if status in (429, 503):
            await asyncio.sleep(0.2)
    writer.close()


def _note(crowd: Crowd, kind: str, who: int, request: bytes, status: int) -> None:
    crowd.counts[f"{kind} {status}"] += 1
    if kind == "sign":
        if status == 303:
            crowd.signed[who] = 1
        else:
            crowd.again.append(who)
    elif kind == "confirm":
        if status in (200, 303):
            crowd.counts["confirmed"] += not crowd.confirmed[who]
            crowd.confirmed[who] = 1
        else:
            crowd.to_confirm.append((who, request.split(b"/", 3)[2].decode()))


def _form(number: int) -> str:
    letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    values = {"name": f"Signer {letters}", "email": f"s{number}@replay.example.org", "display": "name"}
    return urlencode(values)


def _open_mails(place: Site, crowd: Crowd) -> None:
    """What each person reads in the mail: the token of their own row, read as the sender renders it."""
    child = subprocess.Popen(
        [sys.executable, "-c", _TOKENS], env=place.environment, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    threading.Thread(target=_end_with, args=(crowd, child), daemon=True).start()
    for line in child.stdout:
        email, token = line.split()
        crowd.to_confirm.append((int(email[1:].partition("@")[0]), token))
    child.wait()


def _end_with(crowd: Crowd, child: subprocess.Popen[str]) -> None:
    while not crowd.is_over:
        time.sleep(0.2)
    child.terminate()


_TOKENS = """
import django, sys, time
django.setup()
from undersigned.lib import tokens
from undersigned.signing import people
from undersigned.signing.models import Person
last = 0
while True:
    rows = Person.objects.filter(pk__gt=last).order_by("pk")
    found = list(rows.values_list("pk", "sealed", "signature__nonce")[:2000])
    for pk, sealed, nonce in found:
        email = people.unseal(Person(sealed=sealed))["email"]
        sys.stdout.write(f"{email} {tokens.token('confirm', nonce)}\\n")
        last = pk
    sys.stdout.flush()
    if len(found) < 2000:
        time.sleep(0.05)
"""


def _say(crowd: Crowd, seconds: float) -> None:
    waits = sorted(crowd.waits) or [0.0]
    rate = crowd.number / seconds
    print(f"{crowd.number:,} people in {seconds:,.1f} s: {rate:,.0f} signed and confirmed a second")
    told = [f"{kind} {count:,}" for kind, count in sorted(crowd.counts.items()) if " " in kind]
    print("answers: " + ", ".join(told))
    middle, most = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    print(f"waiting time: median {middle * 1000:,.0f} ms, 99 of 100 under {most * 1000:,.0f} ms")


def _wait_for_log(place: Site, number: int) -> float:
    """Until the signed count holds everybody; seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < 900:
        with urlopen(f"http://127.0.0.1:{place.port}/api/v1/appeals/{SLUG}", timeout=30) as answer:
            if json.load(answer)["signatures"]["recorded"] >= number:
                return time.monotonic() - began
        time.sleep(1)
    raise RuntimeError("the log did not take everybody in 15 minutes")


def _is_whole(place: Site, crowd: Crowd) -> bool:
    """Verifies the log, then looks for everybody."""
    began = time.monotonic()
    ledger = f"{place.environment['UNDERSIGNED_DATA']}/ledger"
    done = subprocess.run(
        [sys.executable, "-m", "undersigned.cli", "verify", ledger, "--json"],
        env=place.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    counted = json.loads(done.stdout)["logs"][0]["signatures"] if done.stdout else None
    print(f"verify: exit code {done.returncode}, {counted:,} signatures, {time.monotonic() - began:,.1f} s")
    found = json.loads(place.python(_FOUND, str(crowd.number)))
    print(
        f"in the database: {found['once']:,} once, {found['twice']:,} twice, {found['strange']:,} of nobody"
    )
    lost = sum(crowd.confirmed) - found["once"]
    print(f"lost: {lost:,}")
    wrong = lost or found["twice"] or found["strange"]
    return done.returncode == 0 and counted == crowd.number and not wrong


_FOUND = """
import json, sys
from undersigned.signing import people
from undersigned.signing.models import Person, Signature
seen = bytearray(int(sys.argv[1]))
strange = 0
rows = Person.objects.filter(signature__state=Signature.State.RECORDED, signature__leaf_index__isnull=False)
for sealed in rows.values_list("sealed", flat=True).iterator(chunk_size=5000):
    number = int(people.unseal(Person(sealed=sealed))["email"][1:].partition("@")[0])
    if number < len(seen):
        seen[number] = min(2, seen[number] + 1)
    else:
        strange += 1
print(json.dumps({"once": seen.count(1), "twice": seen.count(2), "strange": strange}))
"""


if __name__ == "__main__":
    main()
