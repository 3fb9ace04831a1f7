"""The whole site as ASGI: the front door, and Django behind it."""

import os

from django.core.wsgi import get_wsgi_application

from undersigned.front.door import Front
from undersigned.lib import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "undersigned.settings")

app = Front(get_wsgi_application(), threads=env.load().web_threads)
