"""A thousand requests, good and bad, the same for the same seed."""

# ruff: noqa: E501  tables of oddities are read by the row

import json
import random
from collections.abc import Callable, Sequence
from urllib.parse import quote_from_bytes, urlencode

from tests.front.ways import Request

FORM_TYPE = "application/x-www-form-urlencoded"
NAMES = (
    "Ana Sol",
    "Jürgen Groß",
    "علی‌رضا",
    "李小龍",
    "O’Neil",
    "Đặng Thị",
    "👩‍🚀 Zoë",
    "X Æ A",
    "Νίκος",
    "अनिल",
)
ODD = (
    "", " ", "\t", "x" * 10_000, "x" * 201, "x" * 200, "a\x00b", "a\x07b", "a\r\nb", "\u202eevil\u202c", "\u200fשלום",
    "\u2066iso\u2069", "😀", "😀 Smile", "' OR 1=1; --", "Robert'); DROP TABLE signing_signature;--",
    "<script>alert(1)</script>", "<b>Bold</b> &amp; name", "{{ 7*7 }}", "%00", "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "\ufffd", "\ufeffAna", "Ana\u00ad Sol", "12345", "…", "\U000e0041", "\ue000", "\u0600 Ana", "a" * 2001, "ﬁ ligature",
)  # fmt: skip
EMAILS = (
    "ana@people.example", "ANA@People.Example", "ana+tag@people.example", "ana@bücher.example",
    "ana@xn--bcher-kva.example", "ana@例え.テスト", "jürgen@people.example", "a.b.c@gmail.com", "abc@googlemail.com",
    "no-at-sign", "two@@people.example", "ana@localhost", "ana@people", "ana@-bad.example", ".ana@people.example",
    "ana.@people.example", "a..b@people.example", '"quoted name"@people.example', "ana@[192.0.2.1]", "<ana@people.example>",
    "ana@people.example\r\nBcc: bo@people.example", "x" * 65 + "@people.example", "x@" + "d" * 64 + ".example",
    "x@" + ".".join(["d" * 60] * 5), "ana@people.test", "ana@people.invalid", " ana@people.example ", "ana@people.example.",
    "ana'@people.example", "ana%40people.example", "a/b@people.example", "_ana_@people.example", "-ana@people.example",
)  # fmt: skip
FIELDS = ("name", "email", "display", "pseudonym", "affiliation", "role", "place", "country", "updates", "addressee",
          "edition", "version")  # fmt: skip
# What a browser sends with a form of the site's own page.
BROWSER = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin", "content-type": FORM_TYPE}
OWN, OLD, CLOSED, ABSENT = "/appeals/night-ferry/en", "2", "/appeals/day-ferry/en", "/appeals/no-ferry/en"
_API = "/api/v1/appeals/%s/texts/%s/signatures"

Values = dict[str, object]


class Odd:
    """Makes requests; tokens and codes are those of the rows that a run makes one after the other."""

    def __init__(self, seed: int, token: Callable[[int], str], code: Callable[[int], str]) -> None:
        self.random = random.Random(seed)
        self.token = token
        self.code = code
        self.made = 0

    def requests(self, number: int) -> list[Request]:
        """So many requests."""
        ways = (
            self.good_form,
            self.odd_form,
            self.good_json,
            self.odd_json,
            self.confirmation,
            self.page,
            self.wrong,
        )
        return [self.random.choices(ways, (26, 30, 8, 12, 14, 5, 5))[0]() for _ in range(number)]

    def values(self) -> Values:
        """Fields that a signer fills in."""
        self.made += 1
        pick = self.random.choice
        email = pick(
            (f"signer{self.made}@people.example", f"signer{self.random.randint(1, 60)}@people.example")
        )
        found: Values = {
            "name": pick(NAMES[:6]),
            "email": email,
            "display": pick(("name", "unlisted", "name")),
        }
        if self.random.random() < 0.2:
            found |= {"display": "pseudonym", "pseudonym": pick(NAMES)}
        for name in ("affiliation", "role", "place"):
            if self.random.random() < 0.4:
                found[name] = pick(("", "Harbour School", "Kraków", "東京"))
        for name in ("updates", "addressee", "edition"):
            if self.random.random() < 0.3:
                found[name] = "on"
        return found

    def good_form(self) -> Request:
        """A form as browsers send it."""
        values = self.values() | self.random.choice(({}, {"version": OLD}, {"version": ""}))
        return Request("POST", f"{OWN}/sign", urlencode(values).encode(), tuple(BROWSER.items()))

    def odd_form(self) -> Request:
        """A form with something about it that may be wrong."""
        values, headers = self.values(), dict(BROWSER)
        body = urlencode(self._spoilt(values)).encode()
        body = self.random.choice((body,) * 8 + self._bytes(body))
        path = self.random.choice((OWN,) * 12 + (CLOSED, ABSENT)) + "/sign"
        return Request(
            "POST",
            path,
            body,
            tuple(self._headers(headers).items()),
            self.random.choice((b"",) * 9 + (b"a=1",)),
        )

    def _spoilt(self, values: Values) -> Values:
        for _ in range(self.random.choice((0, 1, 1, 2))):
            name = self.random.choice(FIELDS)
            values[name] = self.random.choice(EMAILS if name == "email" else ODD)
        if self.random.random() < 0.3:
            values["version"] = self.random.choice(
                ("1", "2", "3", " 2 ", "02", "２", "-1", "x", "2.0", "true")
            )
        if self.random.random() < 0.2:
            values["email"] = self.random.choice(EMAILS)
        if self.random.random() < 0.1:
            values |= {"unknown": "x", "csrfmiddlewaretoken": "y"}
        if self.random.random() < 0.1:
            values["updates"] = self.random.choice(("yes", "0", "off", "maybe", "ON", " on "))
        return values

    def _bytes(self, body: bytes) -> tuple[bytes, ...]:
        return (
            body + b"&name=Twice&name=Thrice", body.replace(b"name=", b"name=%ff%fe", 1), body + b"&&&", b"", b"=", b"&",
            body.replace(b"name=", b"name=\xff", 1), body.replace(b"=", b"%3D"), body.replace(b"&", b";"),
            body + b"&role=%", body + b"&place=%zz", body.replace(b"name", b"n%61me"), "name=Zoë&email=zoe@people.example".encode(),
            body + b"&x=" * 300, body + b"&big=" + b"x" * 30_000, quote_from_bytes(body).encode(), b"\x00", body + b"&place=%00",
        )  # fmt: skip

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        odd: Sequence[dict[str, str]] = (
            {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
            {"origin": "https://evil.example", "sec-fetch-site": ""}, {"origin": "null", "sec-fetch-site": ""},
            {"sec-fetch-site": "none"}, {"origin": "", "sec-fetch-site": ""}, {"content-type": "text/plain"},
            {"content-type": f"{FORM_TYPE}; charset=UTF-8"}, {"content-type": f"{FORM_TYPE}; charset=latin-1"},
            {"content-type": "multipart/form-data; boundary=x"}, {"content-type": "application/json"},
            {"content-type": ""}, {"host": "evil.example"}, {"host": "localhost:8000"}, {"host": "bad host"},
            {"x-forwarded-for": "6.6.6.6"}, {"x_forwarded_for": "6.6.6.6"}, {"cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345; csrftoken=abcdefghijklmnopqrstuvwxyz012345"},
            {"accept-language": "ar,en;q=0.5"}, {"content-type": "Application/X-WWW-Form-Urlencoded"},
            {"authorization": "Basic Zm9vOmJhcg=="}, {"content-encoding": "gzip"}, {"x-http-method-override": "DELETE"},
        )  # fmt: skip
        return headers | self.random.choice(odd) if self.random.random() < 0.35 else headers

    def good_json(self) -> Request:
        """A JSON object as programs send it."""
        values = self.values() | self.random.choice(({}, {"version": 2}, {"updates": True}))
        return self._json(json.dumps(values, ensure_ascii=self.random.random() < 0.5).encode())

    def _json(self, body: bytes, **more: str) -> Request:
        return Request(
            "POST",
            _API % ("night-ferry", "en"),
            body,
            (("content-type", more.pop("kind", "application/json")),),
        )

    def odd_json(self) -> Request:
        """JSON of odd shapes."""
        values = self._spoilt(self.values())
        values[self.random.choice(FIELDS)] = self.random.choice(
            (None, 1, 2, 1.0, 2.0, True, False, [], {}, ["on"], {"a": 1}, "\ud800", "2", 10**30, -1, "on")
        )
        good = json.dumps(values).encode()
        shapes = (
            b"", b"[]", b"null", b'"x"', b"{", b"{}", good[:-1], good + b"x", b"\xef\xbb\xbf" + good, b"[" * 5000, good.decode().encode("utf-16"),
            good[:-1] + b', "name": "Twice"}', good[:-1] + b', "x": NaN}', b'{"name": "\xff"}', b" \n" + good + b" ", good.replace(b'"', b"'"),
            good[:-1] + b', "x": ' + b"9" * 5000 + b"}", good[:-1] + b', "' + b"k" * 25_000 + b'": 1}',
        )  # fmt: skip
        kinds = ("application/json",) * 8 + ("application/json; charset=utf-8", "text/json", FORM_TYPE, "")
        request = self._json(self.random.choice((good,) * 20 + shapes), kind=self.random.choice(kinds))
        path = self.random.choice(
            (request.path,) * 12 + (_API % ("day-ferry", "en"), _API % ("no-ferry", "en"))
        )
        more = self.random.choice(((),) * 9 + ((("sec-fetch-site", "cross-site"),),))
        return Request("POST", path, request.body, request.headers + more)

    def confirmation(self) -> Request:
        """A confirmation by link or code, of rows that exist, exist no more, or never did."""
        row = self.random.randint(0, max(1, int(self.made * 0.8)))
        headers = tuple(self._headers(dict(BROWSER)).items())
        if self.random.random() < 0.6:
            token = self.token(row)
            path = self.random.choice(
                (token,) * 8 + (token[:-1] + "A", token[:-1], token + "x", "é" * 43, "x" * 43)
            )
            method = self.random.choice(("POST",) * 6 + ("GET", "HEAD", "PUT"))
            return Request(method, f"/confirm/{path}/", b"", headers)
        code = self.code(row)
        odd = (code.lower(), code.replace("-", ""), f" {code} ", code[:-1], "AAAAA-AAAAA", "", "x" * 43, self.token(row),
               "\x00", "'; --", "é", code.replace("0", "O"), code + code, "\u202e" + code)  # fmt: skip
        typed = self.random.choice((code,) * 8 + odd)
        return Request("POST", "/confirm/", urlencode({"code": typed}).encode(), headers)

    def page(self) -> Request:
        """A letter page, in several ways."""
        path = self.random.choice(
            (OWN,) * 6 + (CLOSED, ABSENT, "/appeals/night-ferry/names", "/appeals/night-ferry/fr")
        )
        odd: Sequence[dict[str, str]] = (
            {}, {}, {"accept-encoding": "gzip"}, {"accept-encoding": "br"}, {"accept-encoding": "gzip;q=0"}, {"if-none-match": '"x"'},
            {"if-none-match": "*"}, {"if-none-match": 'W/"a", "b"'}, {"if-match": '"x"'}, {"cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"},
            {"authorization": "Bearer x"}, {"if-modified-since": "Thu, 01 Jan 2099 00:00:00 GMT"}, {"range": "bytes=0-9"},
            {"accept-language": "fr"}, {"host": "evil.example"}, {"if-none-match": "junk"},
        )  # fmt: skip
        headers = tuple(self.random.choice(odd).items())
        query = self.random.choice((b"",) * 6 + (b"x=1", b"%ff"))
        return Request(
            self.random.choice(("GET",) * 5 + ("HEAD", "OPTIONS")), f"{path}/", b"", headers, query
        )

    def wrong(self) -> Request:
        """Methods and addresses that lead elsewhere or nowhere."""
        method = self.random.choice(("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "POST", "BREW"))
        paths = (f"{OWN}/sign", f"{OWN}/sign/", f"{OWN}/signed/", _API % ("night-ferry", "en"), "/confirm", "/confirm/", "/",
                 "/appeals/", "/appeals/night-ferry", f"{OWN}", "/appeals/night-ferry/é/", "/healthz", f"{OWN}/sign\n")  # fmt: skip
        return Request(method, self.random.choice(paths), b"", tuple(BROWSER.items()))
