"""What strangers can cause at will takes one line of the log each."""

import logging


class OneLine(logging.Filter):
    """Lets every record through without its traceback: a stray Host is the visitor's matter."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        record.exc_text = None
        return True
