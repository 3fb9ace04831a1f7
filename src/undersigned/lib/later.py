"""Views that are loaded when they are first asked for: no start waits for what nobody asks for."""

import importlib
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLResolver
from django.urls.resolvers import RoutePattern

# Which modules a table of addresses names.
_modules: dict[str, None] = {}


class View:
    """Stands for a view in a table of addresses."""

    def __init__(self, module: str, name: str) -> None:
        self.__module__, self.__name__, self.__qualname__ = module, name, name

    @cached_property
    def _real(self) -> Any:
        return getattr(importlib.import_module(self.__module__), self.__name__)

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answers as the view does."""
        answer: HttpResponseBase = self._real(request, *args, **kwargs)
        return answer

    def __getattr__(self, name: str) -> Any:
        # The table itself looks for this one; the others are asked about a view that is to answer.
        if name == "view_class":
            raise AttributeError(name)
        return getattr(self._real, name)


class Views:
    """A module's views by their names, as `module.name` would give them."""

    def __init__(self, module: str) -> None:
        self._module = module
        _modules[module] = None

    def __getattr__(self, name: str) -> View:
        return View(self._module, name)


class Urls(URLResolver):
    """Addresses in a namespace of their own whose table is loaded when one of them is asked for."""

    def __init__(self, route: str, module: str, app_name: str, namespace: str) -> None:
        super().__init__(RoutePattern(route), module, app_name=app_name, namespace=namespace)
        _modules[module] = None

    def _populate(self) -> None:
        # The table above it collects names of everything below; those in a namespace it never uses.
        if "url_patterns" in self.__dict__:
            super()._populate()


def load_all() -> None:
    """Loads what has not been asked for yet."""
    for module in list(_modules):
        importlib.import_module(module)
