"""A mail server that cuts connections: before a message is taken, or when it is taken and not yet said."""

import asyncio
import re
import threading
from collections import defaultdict
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

_LINK = re.compile(r"http://\S+?/(confirm|mine)/([A-Za-z0-9_-]{20,})/?")


class MailServer:
    """Takes mail on a loopback port, and keeps when each message began to arrive."""

    def __init__(self) -> None:
        # `before`: failed and not stored; `after`: stored, and no answer.
        self.cut = ""
        self.cuts = 0
        self.port = 0
        # By address: (moment of DATA, {kind of link: token}).
        self.taken: dict[str, list[tuple[float, dict[str, str]]]] = defaultdict(list)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Answers from now on."""
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def stop(self) -> None:
        """Is gone for good."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def token(self, email: str, kind: str) -> str:
        """The newest token of a kind that somebody was sent, empty when none has arrived."""
        found = [links[kind] for _moment, links in list(self.taken.get(email, ())) if kind in links]
        return found[-1] if found else ""

    async def _listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20)
        self.port = int(server.sockets[0].getsockname()[1])
        return server

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 storm\r\n")
        to: list[str] = []
        while line := await reader.readline():
            word = line[:4].upper()
            if word in (b"EHLO", b"HELO"):
                writer.write(b"250-storm\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
            elif word == b"RCPT":
                to.append(line.decode().partition("<")[2].partition(">")[0])
                writer.write(b"250 ok\r\n")
            elif word == b"DATA":
                began = self._loop.time()
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                cut, self.cut = self.cut, ""
                if cut == "before":
                    self.cuts += 1
                    return
                self._keep(to, data[:-3], began)
                to = []
                if cut == "after":
                    self.cuts += 1
                    return
                writer.write(b"250 kept\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            else:
                writer.write(b"250 ok\r\n")
            await writer.drain()

    def _keep(self, to: list[str], data: bytes, began: float) -> None:
        message = message_from_bytes(data, policy=default)
        assert isinstance(message, EmailMessage)
        plain = message.get_body(("plain",))
        links = dict(_LINK.findall(str(plain.get_content()))) if plain else {}
        for address in to:
            self.taken[address].append((began, links))

    def now(self) -> float:
        """The moment, on the clock that arrivals are kept by."""
        return self._loop.time()
