"""The whole site as ASGI: the front door, and Django behind it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "undersigned.settings")
application = get_wsgi_application()

# The front knows models, which can be loaded once Django is set up.
from undersigned.front.door import Front  # noqa: E402
from undersigned.lib import env  # noqa: E402

app = Front(application, threads=env.load().web_threads)
