"""A plain HTTP client: no script, no cookie unless it signs in, redirects seen one by one."""

import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from html.parser import HTMLParser
from typing import Any


@dataclass
class Form:
    """A form of a page: where it goes, and what it would send untouched."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._into: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "option" and self._form is not None and self._select and "selected" in values:
            self._form.fields[self._select] = values.get("value", "")
        elif self._form is None or not (name := values.get("name", "")):
            return
        elif tag == "input":
            box = values.get("type") in ("radio", "checkbox")
            if not box or "checked" in values:
                self._form.fields[name] = values.get("value", "on" if box else "")
        elif tag == "textarea":
            self._form.fields[name] = ""
            self._into = name
        elif tag == "select":
            self._select = name
            self._form.fields.setdefault(name, "")
        elif tag == "button":
            self._form.buttons.append(name)

    def handle_data(self, data: str) -> None:
        if self._into and self._form is not None:
            self._form.fields[self._into] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._form is not None and self._into:
            # The first line break after the tag is not content.
            self._form.fields[self._into] = self._form.fields[self._into].removeprefix("\n")
            self._into = None
        elif tag == "select":
            self._select = None


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Message
    body: bytes
    url: str

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        """The body as data."""
        return json.loads(self.body)

    @property
    def location(self) -> str:
        """Where a redirect leads, whole."""
        return urllib.parse.urljoin(self.url, self.headers.get("Location", ""))

    def forms(self) -> list[Form]:
        """All forms of the page."""
        reader = _Forms()
        reader.feed(self.text)
        return reader.forms

    def form(self, *names: str, action: str = "") -> Form:
        """The POST form that has all these fields, and goes to an address that ends so."""
        found = [
            form
            for form in self.forms()
            if form.method == "post" and set(names) <= set(form.fields) and form.action.endswith(action)
        ]
        assert len(found) == 1, f"{len(found)} forms with {names} at {self.url} ({self.status})"
        return found[0]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        """Redirects are answers like others."""


class Client:
    """Somebody who asks a site by hand."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies = http.cookiejar.CookieJar()
        # Never through a proxy of the machine: everything here is loopback.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), _Stay(), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def get(self, path: str, **headers: str) -> Answer:
        """One GET."""
        return self._ask(urllib.request.Request(self._url(path), headers=_named(headers)))

    def post(self, path: str, fields: Mapping[str, str] | bytes, **headers: str) -> Answer:
        """One POST of a form, as a browser of this site would send it."""
        data = fields if isinstance(fields, bytes) else urllib.parse.urlencode(fields).encode()
        made = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.base} | _named(headers)
        return self._ask(urllib.request.Request(self._url(path), data, made, method="POST"))

    def upload(
        self, path: str, fields: Mapping[str, str], name: str, filename: str, content: bytes
    ) -> Answer:
        """One POST of a form with a file."""
        edge = "----------edge-of-the-letter"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts += [head.encode(), b"Content-Type: text/plain\r\n\r\n", content, f"\r\n--{edge}--\r\n".encode()]
        return self.post(path, b"".join(parts), content_type=f"multipart/form-data; boundary={edge}")

    def fill(self, page: Answer, form: Form, **values: str) -> Answer:
        """Sends a form of a page with these values in place of what it holds."""
        return self.post(urllib.parse.urljoin(page.url, form.action or page.url), {**form.fields, **values})

    def follow(self, answer: Answer) -> Answer:
        """Goes where redirects lead."""
        while answer.status in (301, 302, 303, 307, 308):
            answer = self.get(answer.location)
        return answer

    def sign_in(self, email: str, password: str) -> None:
        """Signs in at the desk."""
        page = self.get("/desk/account/login/")
        answer = self.fill(page, page.form("login", "password"), login=email, password=password)
        assert answer.status == 302, (answer.status, answer.text[:2000])

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.base + path

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read(), request.full_url)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read(), request.full_url)


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-").title(): value for name, value in headers.items()}
