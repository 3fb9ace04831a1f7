"""What a look found, in one line that says what is and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What one look found."""

    subject: str
    ok: bool
    text: str


def fine(subject: str, text: str) -> Finding:
    """Something that is as it should be."""
    return Finding(subject, True, text)


def problem(subject: str, text: str) -> Finding:
    """Something that is wrong; the text ends with what to do."""
    return Finding(subject, False, text)
