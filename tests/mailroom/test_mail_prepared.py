"""A prepared form gives what the templates give, byte for byte, or is not used."""

import re
from typing import Any

import pytest
import time_machine

from undersigned.lib import vault
from undersigned.mailroom import prepared, render
from undersigned.mailroom.models import Message
from undersigned.mailroom.queue import PARAMS_CONTEXT, TO_CONTEXT

BOUNDARY = re.compile(rb"===============\d+==|==undersigned=form==")


def message(number: int, *, kind: str = "confirm", language: str = "en", **more: Any) -> Message:
    to = more.pop("to", f"p{number}@people.example")
    params = {
        "title": "An open letter", "version": 1, "title_language": "en", "days": 14,
        "url": f"https://letters.example/confirm/{number:043d}/", "code": f"{number:010d}",
        "code_url": "https://letters.example/confirm/", **more,
    }  # fmt: skip
    return Message(
        key=f"{kind}:{number}", kind=kind, language=language, to_sealed=vault.seal(to, context=TO_CONTEXT),
        params_sealed=vault.seal_json(params, context=PARAMS_CONTEXT),
    )  # fmt: skip


def same(one: Message) -> bool:
    with time_machine.travel("2027-01-23T10:00:00Z", tick=False):
        short, long = prepared.render(one), render.render(one)
    assert (short.sender, short.to, short.message_id, short.utf8) == (
        long.sender, long.to, long.message_id, long.utf8
    )  # fmt: skip
    return BOUNDARY.sub(b"-", short.data) == BOUNDARY.sub(b"-", long.data)


@pytest.mark.parametrize("language", ["en", "es", "fr", "ar"])
@pytest.mark.parametrize("title", ["A letter", "Une lettre d'été à tous", "رسالة", "<b>&amp; = x", "x" * 150])
def test_each_message_is_as_the_templates_make_it(data: object, language: str, title: str) -> None:
    for kind in ("confirm", "move"):
        for number in (1, 22, 333_333):
            assert same(message(number, kind=kind, language=language, title=title))


def test_a_form_serves_many_messages(data: object) -> None:
    prepared._forms.clear()
    assert all(same(message(number)) for number in range(5))
    assert len(prepared._forms) == 1 and all(prepared._forms.values())


@pytest.mark.parametrize(
    "more",
    [{"url": "https://letters.example/?a=1&b=2"}, {"code": "ab=cd"}, {"to": "jörg@people.example"},
     {"to": '"a b"@people.example'}, {"url": 7}],
)  # fmt: skip
def test_what_does_not_fit_a_form_goes_the_long_way(data: object, more: dict[str, Any]) -> None:
    assert same(message(1, **more))


def test_forms_are_forgotten_when_they_become_many(data: object) -> None:
    for number in range(prepared._FORMS + 10):
        prepared.render(message(1, title=f"Letter {number}"))
    assert len(prepared._forms) <= prepared._FORMS
