"""Organisations that ask to sign, made through the acts themselves; and a name server of their own."""

import socket
import threading
from datetime import date, datetime
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from undersigned.appeals.models import Version
from undersigned.signing.models import Organisation
from undersigned.signing.organisations import ask, confirm
from undersigned.signing.organisations.request import Officer, Request

FORM = {
    "name": "Ferry Users' Union",
    "place": "Lower Quay",
    "country": "IE",
    "domain": "ferry.example",
    "resolved_on": "2026-03-01",
    "resolution": "That we sign.",
    "officer_name": "Ida Berg",
    "officer_role": "Chair",
    "officer_email": "ida@ferry.example",
}
SECOND = {"second_name": "Tom Reed", "second_role": "Secretary", "second_email": "tom@reed.example"}


def request(**more: Any) -> Request:
    """A complete request; `email` is the officer's, `second` a second officer's address."""
    email = more.pop("email", "ida@ferry.example")
    second = more.pop("second", "")
    values: dict[str, Any] = {
        "name": "Ferry Users' Union", "place": "Lower Quay", "country": "IE", "domain": "ferry.example",
        "officer": Officer("Ida Berg", "Chair", email),
        "second": Officer("Tom Reed", "Secretary", second) if second else None,
        "resolved_on": date(2026, 3, 1), "resolution": "That we sign.",
    }  # fmt: skip
    return Request(**{**values, **more})


def asked(version: Version, *, at: datetime | None = None, **more: Any) -> Organisation:
    """An organisation that waits for its officer."""
    return ask.ask(version=version, request=request(**more), language=version.language, at=at)


def signed(version: Version, *, at: datetime | None = None, **more: Any) -> Organisation:
    """An organisation whose officer confirmed, at its domain if the address says so."""
    return confirm.confirm(organisation=asked(version, at=at, **more), at=at)


class NameServer:
    """A name server on the loopback that answers TXT questions from a table, or not at all."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.questions: list[str] = []
        self.is_silent = False
        self.rcode = dns.rcode.NOERROR
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def setting(self) -> str:
        """Its address as the setting writes it."""
        return f"127.0.0.1@{self._socket.getsockname()[1]}"

    def __enter__(self) -> "NameServer":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        end.sendto(b"", self._socket.getsockname())
        end.close()
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, client = self._socket.recvfrom(4096)
            if not data:
                return
            question = dns.message.from_wire(data)
            name = question.question[0].name
            self.questions.append(str(name))
            if self.is_silent:
                continue
            answer = dns.message.make_response(question)
            answer.flags |= dns.flags.RA
            answer.set_rcode(self.rcode)
            texts = self.records.get(str(name).rstrip("."))
            if texts:
                quoted = ['"{}"'.format(text.replace('"', '\\"')) for text in texts]
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *quoted))
            elif self.rcode == dns.rcode.NOERROR:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(answer.to_wire(), client)
