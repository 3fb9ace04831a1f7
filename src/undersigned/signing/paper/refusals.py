"""What an act on paper refuses, in words for those at the desk."""

from undersigned.signing.models import Gathering


class NotPossible(Exception):
    """This cannot be done now; the message says why, and nothing was changed."""


class KeptAlready(NotPossible):
    """The same sheet or file is there; `gathering` is where."""

    def __init__(self, message: str, gathering: Gathering) -> None:
        super().__init__(message)
        self.gathering = gathering
