"""The figures of pages at many texts and carriers, measured within an installation; `many.py` starts it."""

import json
import os
import re
import statistics
import time
from typing import Any

from django.db import connection
from django.test import Client

from bench import circle
from bench.site import SLUG
from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal
from undersigned.circulation import covering

_ROUNDS = 9


def times(start: int, end: int) -> None:
    """Adds texts and carriers, and prints milliseconds and queries of each page as JSON."""
    appeal, owner = Appeal.objects.get(slug=SLUG), User.objects.get()
    for language in ("en", "es", "fr", "ar"):
        words = covering.starting_words(language)
        covering.save_template(actor=owner, appeal=appeal, language=language, words=words)
    circle.add(appeal, start, end)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    desk = Client()
    desk.force_login(owner)
    found = {}
    for face, paths in circle.pages(appeal).items():
        client = desk if face == "desk" else Client()
        for place, path in enumerate(paths):
            found[_name(face, place, path)] = _measured(client, path)
    print(json.dumps(found))


def _name(face: str, place: int, path: str) -> str:
    """The address without its slug and token; two carriers have the same addresses."""
    short = re.sub(r"^(/desk)?/appeals/[^/]+/|^/carry/[^/]+/", "…/", path)
    whose = ", own text" if face == "carry" and place >= len(circle.CARRY) else ""
    return f"{face} {short}{whose}"


def _measured(client: Client, path: str) -> tuple[float, int]:
    host = os.environ["UNDERSIGNED_BASE_URL"].partition("//")[2]
    answer = client.get(path, headers={"host": host})
    if answer.status_code not in (200, 302, 303):
        raise RuntimeError(f"{path} answers {answer.status_code}")
    asked: list[str] = []

    def ask(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(ask):
        client.get(path, headers={"host": host})
    taken = []
    for _round in range(_ROUNDS):
        began = time.perf_counter()
        client.get(path, headers={"host": host})
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000, len(asked)
