"""Messages of one kind rendered once: those that follow differ in a few places, which are filled in.

Where those places are is not assumed but found: the message is rendered with other values of the same
length, and what changes is the place of a value. A form is used only if it gives the first message byte
for byte as the templates give it; whatever does not fit is rendered the long way.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from undersigned.lib import clock, env, vault
from undersigned.mailroom import address as addresses
from undersigned.mailroom import render as rendering
from undersigned.mailroom.models import Message
from undersigned.mailroom.queue import PARAMS_CONTEXT, TO_CONTEXT
from undersigned.mailroom.render import Rendered

# Parameters that are each message's own; all others are part of what a form is made for.
OWN = ("url", "code", "unsubscribe_url")
_FORMS = 64
# Characters that no encoding of mail or HTML changes, so that another value takes the same bytes.
_SAFE = re.compile(r"[A-Za-z0-9:/._~-]{4,300}", re.ASCII).fullmatch
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9.-]+", re.ASCII).fullmatch
_BOUNDARY = re.compile(rb'boundary="([^"\r\n]+)"')
_HEADERS = {
    name: re.compile(rb"^%s: ([^\r\n]+)\r\n" % name, re.MULTILINE) for name in (b"To", b"Date", b"Message-ID")
}
_FIXED_BOUNDARY = b"==undersigned=form=="

# Bytes as they are, or a stretch of a value: its name, from, to.
_Part = bytes | tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class _Form:
    sender: str
    parts: list[_Part]

    def fill(self, values: dict[str, bytes]) -> bytes:
        return b"".join(
            [part if isinstance(part, bytes) else values[part[0]][part[1] : part[2]] for part in self.parts]
        )


_forms: OrderedDict[tuple[object, ...], _Form | None] = OrderedDict()


def render(message: Message) -> Rendered:
    """The message of a row, as `render.render` makes it and with the same errors."""
    to = addresses.wire(vault.unseal(message.to_sealed, context=TO_CONTEXT))
    params: dict[str, Any] = vault.unseal_json(message.params_sealed, context=PARAMS_CONTEXT)
    own = {name: params[name] for name in OWN if name in params}
    if not _PLAIN_ADDRESS(to) or len(to) > 200 or params.get("enclosures") or not _all_safe(own):
        return rendering.render(message)
    key = _key(message, params, own)
    if key not in _forms:
        _forms[key] = _learn(message, params, own)
        if len(_forms) > _FORMS:
            _forms.popitem(last=False)
    form = _forms[key]
    if form is None:
        return rendering.render(message)
    identity = rendering.message_id(message.key)
    values = {
        "To": to.encode(), "Date": format_datetime(clock.now()).encode(), "Message-ID": identity.encode(),
        **{name: str(value).encode() for name, value in own.items()},
    }  # fmt: skip
    return Rendered(form.sender, to, form.fill(values), identity, False)


def _all_safe(own: dict[str, Any]) -> bool:
    return all(isinstance(value, str) and _SAFE(value) for value in own.values())


def _key(message: Message, params: dict[str, Any], own: dict[str, Any]) -> tuple[object, ...]:
    settings = env.load()
    shared = tuple(sorted((name, repr(value)) for name, value in params.items() if name not in own))
    lengths = tuple((name, len(value)) for name, value in own.items())
    site = (settings.base_url, settings.site_name, settings.sender)
    return message.kind, message.language, shared, lengths, site


def _learn(message: Message, params: dict[str, Any], own: dict[str, str]) -> _Form | None:
    """The form of this message and those like it; None when no form gives it exactly."""
    first = rendering.render(message)
    data = _settled(first.data)
    owners: dict[int, tuple[str, int]] = {}
    for name, value in own.items():
        other = "".join("y" if char == "x" else "x" for char in value)
        changed = _settled(_with(message, {**params, name: other}))
        if len(changed) != len(data):
            return None
        places = [at for at in range(len(data)) if data[at] != changed[at]]
        places = [at for at in places if not _in_header(data, at)]
        if len(places) % len(value) or owners.keys() & set(places):
            return None
        owners |= {at: (name, order % len(value)) for order, at in enumerate(places)}
    form = _Form(first.sender, _parts(data, owners))
    values = {name.decode(): _header(data, name) for name in _HEADERS}
    values |= {name: value.encode() for name, value in own.items()}
    return form if form.fill(values) == data else None


def _with(message: Message, params: dict[str, Any]) -> bytes:
    copy = Message(
        key=message.key, kind=message.kind, language=message.language, to_sealed=message.to_sealed,
        params_sealed=vault.seal_json(params, context=PARAMS_CONTEXT),
    )  # fmt: skip
    return rendering.render(copy).data


def _settled(data: bytes) -> bytes:
    """The bytes with a boundary that is always the same; no value can hold it."""
    found = _BOUNDARY.search(data)
    return data.replace(found[1], _FIXED_BOUNDARY) if found else data


def _header(data: bytes, name: bytes) -> bytes:
    found = _HEADERS[name].search(data)
    return found[1] if found else b""


def _in_header(data: bytes, at: int) -> bool:
    """Whether a place lies in a header that is filled as a whole: the date may change meanwhile."""
    spans = (found.span(1) for found in (each.search(data) for each in _HEADERS.values()) if found)
    return any(start <= at < end for start, end in spans)


def _parts(data: bytes, owners: dict[int, tuple[str, int]]) -> list[_Part]:
    headers = {
        found.start(1): (name.decode(), found.end(1))
        for name, each in _HEADERS.items()
        if (found := each.search(data))
    }
    parts: list[_Part] = []
    at = plain = 0
    while at < len(data):
        if at in headers:
            name, end = headers[at]
            start, stop = 0, 1_000
        elif at in owners:
            (name, start), end = owners[at], at + 1
            while owners.get(end) == (name, start + end - at):
                end += 1
            stop = start + end - at
        else:
            at += 1
            continue
        parts += [data[plain:at], (name, start, stop)]
        at = plain = end
    return [*parts, data[plain:]]
