"""The sender's figures, measured within an installation; `sender.py` starts it."""

import json
import os
import smtplib
import statistics
import time
from collections.abc import Callable

from django.db import transaction

from undersigned.mailroom import queue, send
from undersigned.mailroom.models import Message
from undersigned.mailroom.prepared import render


def run(port: int, mails: int, rounds: int) -> None:
    """Prints mails a second as JSON: of the sender, and of smtplib alone in turns with it."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {0})
    _fill(f"warm-{port}", 200)
    send.send_due(limit=mails)
    alone, whole, rendering = [], [], []
    for number in range(rounds):
        _fill(f"{port}-{number}", mails)
        row = Message.objects.filter(state="queued")[0]
        rendering.append(_seconds_each(lambda row=row: render(row)))
        prepared = render(row)
        alone.append(_alone(port, prepared.sender, prepared.to, prepared.data, mails))
        began = time.perf_counter()
        done = send.send_due(limit=mails)
        whole.append(mails / (time.perf_counter() - began))
        if done.sent != mails or Message.objects.exclude(state="sent").exists():
            raise RuntimeError(f"not all were sent: {done}")
    print(
        json.dumps(
            {
                "smtplib": statistics.median(alone),
                "sender": statistics.median(whole),
                "render": statistics.median(rendering),
            }
        )
    )


def _fill(name: str, mails: int) -> None:
    with transaction.atomic():
        for number in range(mails):
            queue.enqueue(
                key=f"{name}-{number}",
                kind="confirm",
                to=f"signer{number}@bench.org",
                language="en",
                params={
                    "title": "A letter to measure",
                    "version": 1,
                    "title_language": "en",
                    "url": f"https://letters.example/confirm/{number:043d}/",
                    "code": f"{number:010d}",
                    "code_url": "https://letters.example/confirm/",
                    "days": 14,
                },
            )


def _alone(port: int, sender: str, to: str, data: bytes, mails: int) -> float:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        began = time.perf_counter()
        for _ in range(mails):
            client.sendmail(sender, [to], data)
        return mails / (time.perf_counter() - began)


def _seconds_each(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(200):
        act()
    return (time.perf_counter() - began) / 200
