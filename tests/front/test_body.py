"""Bodies are bounded by where they go; a large upload waits in a file, not in memory."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from undersigned.front import body

KEEP = "/desk/appeals/lamp/sources/times/keep/"


def scope(path: str, *, cookie: bool = True) -> dict[str, Any]:
    return {"path": path, "headers": [(b"cookie", b"sessionid=x")] if cookie else []}


def sender(parts: list[bytes]) -> Any:
    left: Iterator[tuple[int, bytes]] = iter(enumerate(parts, 1))

    async def receive() -> dict[str, Any]:
        number, part = next(left)
        return {"type": "http.request", "body": part, "more_body": number < len(parts)}

    return receive


async def replayed(whole: body.Body) -> bytes:
    receive = whole.replay(sender([b""]))
    found = b""
    while True:
        message = await receive()
        found += message["body"]
        if not message["more_body"]:
            return found


def test_a_large_upload_is_spooled_and_comes_out_whole() -> None:
    async def story() -> None:
        parts = [bytes([n]) * 999_983 for n in range(40)]
        room = body.Room(1000)
        whole = await body.read(scope(KEEP), sender(parts), room)
        assert (whole.held, room.used, room.spools) == (0, 0, 0)
        assert await replayed(whole) == b"".join(parts)
        whole.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("where", "cookie", "size"),
    [
        (KEEP, True, 54_000_001),
        (KEEP, False, 12_000_001),
        ("/desk/import/", True, 12_000_001),
        ("/appeals/lamp/en/sign", True, 1_000_001),
    ],
)
def test_what_is_larger_than_the_address_takes_is_refused(where: str, cookie: bool, size: int) -> None:
    async def story() -> None:
        with pytest.raises(body.TooLarge):
            await body.read(scope(where, cookie=cookie), sender([b"x" * size]), body.Room(10**9))

    asyncio.run(story())


def test_only_a_few_large_uploads_arrive_at_once() -> None:
    async def story() -> None:
        room = body.Room()
        room.spools = body.SPOOLS_MAX
        with pytest.raises(body.NoRoom):
            await body.read(scope(KEEP), sender([b"x"]), room)

    asyncio.run(story())
