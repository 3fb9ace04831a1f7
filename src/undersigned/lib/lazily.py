"""Libraries that are loaded when something of them is used first, since they take long to load."""

import importlib
from typing import Any


class Library:
    """Stands for a library's module: `module.name` loads it."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        found = getattr(importlib.import_module(self._module), name)
        # The next look finds it here.
        setattr(self, name, found)
        return found
