from django.apps import AppConfig
from django.utils.module_loading import import_string


class AccountsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "undersigned.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Hears who signs in; the module reads settings, which are there only now."""
        import_string("undersigned.accounts.again.listen")()
