"""Mails a second of the sender, from queued rows to rows marked as sent, over one kept connection.

The limit is `smtplib` alone: one prepared message, sent again and again over one kept connection to the
same sink in the same run. The sink has one core, the sender the other. It is measured with a server that
takes several commands at once (PIPELINING, as every common mail server does) and with one that does not.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time

from bench.goals import Goal
from bench.site import PROJECT, Site, site


def main(argv: list[str] | None = None) -> list[Goal]:
    """Prints the table; gives what was wanted of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(argv)
    goals = []
    with site() as place:
        for more in (["--pipelining"], []):
            found = _measure(place, options.mails, options.rounds, more)
            rate, limit = found["sender"], found["smtplib"]
            name = "mail sender, " + ("pipelining" if more else "one command at a time")
            print(f"{name:36}{rate:>8,.0f} a second, {rate / limit:.2f} of smtplib alone ({limit:,.0f})")
            print(
                f"{'  of that, one message rendered':36}{found['render'] * 1e6:>8,.0f} microseconds",
                flush=True,
            )
            goals.append(Goal(f"{name}, of smtplib alone", rate / limit, 0.8))
    return goals


def _measure(place: Site, mails: int, rounds: int, more: list[str]) -> dict[str, float]:
    port = _free_port()
    pin = ["taskset", "-c", "1"] if (os.cpu_count() or 1) > 1 else []
    sink = subprocess.Popen([*pin, sys.executable, "-m", "bench.sink", str(port), *more], cwd=PROJECT)
    place.environment["UNDERSIGNED_EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
    try:
        _wait(port)
        # What is measured knows models: it is loaded where Django is set up.
        code = "import sys; from bench import sender_inside as s; s.run(*map(int, sys.argv[1:]))"
        found: dict[str, float] = json.loads(place.python(code, str(port), str(mails), str(rounds)))
    finally:
        sink.kill()
        sink.wait()
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the sink did not start")


if __name__ == "__main__":
    main()
