"""What strangers can cause at will takes one line of the log each."""

import logging

_BAD_REQUEST = 400
_TOO_MANY = 429


class OneLine(logging.Filter):
    """Lets every record pass, without its traceback where a visitor's request was the trouble.

    A stray Host, a broken form, too many fields: Django notes each under `django.security`, or as a
    request that was answered 400. Refusals for haste are many by nature, and counted by the front.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.request" and getattr(record, "status_code", 0) == _TOO_MANY:
            return False
        bad = getattr(record, "status_code", 0) == _BAD_REQUEST and record.name == "django.request"
        if bad or record.name.startswith("django.security."):
            record.exc_info = None
            record.exc_text = None
        return True
