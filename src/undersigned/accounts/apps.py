from django.apps import AppConfig
from django.utils.module_loading import import_string

from undersigned.accounts import sign_ins


class AccountsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "undersigned.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Hears who signs in, and writes it down; `again` reads settings, which are there only now."""
        import_string("undersigned.accounts.again.listen")()
        sign_ins.listen()
