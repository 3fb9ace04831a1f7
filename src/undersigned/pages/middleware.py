"""What every answer carries, and what a full disk or a lost database is answered with."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from undersigned.lib import env
from undersigned.pages import errors

Handler = Callable[[HttpRequest], HttpResponseBase]

# Scripts, styles and pictures are files of this site; nothing is inline, framed, or sent elsewhere.
CONTENT_SECURITY_POLICY = "; ".join(
    ["default-src 'none'"]
    + [f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect")]
    + ["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]
)
_UNUSED = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
    "magnetometer", "microphone", "midi", "payment", "usb",
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
if env.load().base_url.startswith("https:"):
    # The proxy speaks HTTPS; that nothing else is ever asked for again, the site itself says. Below a name
    # of its own it speaks for all names; below a whole domain other sites may live that know nothing of it.
    _DEEPER = env.load().host.count(".") > 1
    HEADERS["Strict-Transport-Security"] = "max-age=63072000" + ("; includeSubDomains" if _DEEPER else "")


class SecurityHeaders:
    """Adds the headers that keep a page to itself; a view that sets its own keeps it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.headers.get("Access-Control-Allow-Origin") == "*":
            # Public data: what anybody may read by script, anybody may also load.
            response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
        if request.path.startswith("/desk/"):
            # Drafts and personal data: no browser keeps them for the next person at the machine.
            response.headers.setdefault("Cache-Control", "no-store")
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class StorageTrouble:
    """Answers 503 with Retry-After when nothing can be stored or read just now.

    What goes wrong in a middleware further in reaches `errors.server_error`, which answers the same.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turns a view's trouble with storage into an answer; leaves everything else alone."""
        return errors.unavailable(request) if errors.is_storage_trouble(exception) else None
