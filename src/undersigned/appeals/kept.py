"""Where kept copies lie: by their SHA-256, below `kept` in the data folder, through Django's storage."""

import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from undersigned.lib import env, keys

_CHUNK = 1 << 20


class KeptFiles(FileSystemStorage):
    """Files that are there whole or not at all, also after a power cut; none is ever overwritten."""

    def __init__(self, location: str | None = None, **options: Any) -> None:
        super().__init__(location=location, **options)
        self._given = location

    @property
    def base_location(self) -> str:
        """The folder given, else `kept` in the data folder as the settings say now."""
        return str(self._given or env.load().data / "kept")

    @property
    def location(self) -> str:
        """The same folder, absolute."""
        return str(Path(self.base_location).resolve())

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """A name is used as it is: it says what the file holds."""
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        path = Path(self.path(name))
        if path.exists():
            return name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks(_CHUNK):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
        for folder in (path.parent, path.parent.parent):
            keys.sync_folder(folder)
        return name


def storage() -> Storage:
    """The storage named `kept`; a bucket can stand for the folder."""
    return storages["kept"]


def path_of(sha256: str) -> str:
    """Where the bytes with this digest lie."""
    return f"{sha256[:2]}/{sha256}"
