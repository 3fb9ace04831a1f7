"""The addresses of the public JSON interface, apart: its library is loaded when one is asked for."""

from undersigned.pages.api import api

urlpatterns, _, _ = api.urls
