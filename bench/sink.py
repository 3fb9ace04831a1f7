"""A mail server that takes everything and keeps nothing but their number: `python -m bench.sink PORT`."""

import asyncio
import sys

_GREETING = b"220 sink\r\n"
_EHLO = b"250-sink\r\n250-8BITMIME\r\n250-SIZE 10000000\r\n%s250 SMTPUTF8\r\n"


class _Session(asyncio.Protocol):
    """One connection; commands may come several at once (RFC 2920)."""

    taken = 0

    def __init__(self, *, pipelining: bool) -> None:
        self._extensions = b"250-PIPELINING\r\n" if pipelining else b""
        self._waiting = b""
        self._in_data = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        answers = []
        while True:
            end = self._waiting.find(b"\r\n.\r\n" if self._in_data else b"\r\n")
            if end < 0:
                break
            line, self._waiting = self._waiting[:end], self._waiting[end + (5 if self._in_data else 2) :]
            answers.append(self._answer(line))
        if answers and self._transport is not None:
            self._transport.write(b"".join(answers))

    def _answer(self, line: bytes) -> bytes:
        if self._in_data:
            self._in_data = False
            _Session.taken += 1
            return b"250 taken\r\n"
        match line[:4].upper():
            case b"EHLO":
                return _EHLO % self._extensions
            case b"DATA":
                self._in_data = True
                return b"354 go on\r\n"
            case b"QUIT":
                return b"221 %d taken\r\n" % _Session.taken
            case _:
                return b"250 ok\r\n"


async def main(port: int, *, pipelining: bool) -> None:
    """Listens until it is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Session(pipelining=pipelining), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), pipelining="--pipelining" in sys.argv))
