"""Django's settings, derived from the settings table in `lib.env`."""

from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _

from undersigned.lib import env, keys

UNDERSIGNED = env.load()

DEBUG = UNDERSIGNED.debug
SECRET_KEY = UNDERSIGNED.secret_key or keys.read_or_create("secret").hex()
BASE_URL = UNDERSIGNED.base_url
_HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = list(dict.fromkeys([UNDERSIGNED.host.rsplit(":", 1)[0], "127.0.0.1", "localhost", "[::1]"]))
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Before allauth: its pages and mails are replaced by ours.
    "undersigned.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "undersigned.mailroom",
    "undersigned.appeals",
    "undersigned.ledger",
    "undersigned.circulation",
    "undersigned.signing",
    "undersigned.pages",
]

MIDDLEWARE = [
    "undersigned.pages.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "undersigned.pages.middleware.StorageTrouble",
    # Public pages touch no session and so set no cookie; a test says so.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "undersigned.accounts.sessions.Seen",
    "undersigned.accounts.language.DeskLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "undersigned.urls"
WSGI_APPLICATION = "undersigned.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "undersigned.pages.context.page",
            ],
        },
    }
]

_SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": str((UNDERSIGNED.data / "undersigned.sqlite3").resolve()),
    # A connection of its own for each thread, kept: opening one costs more than a query.
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # secure_delete: what is erased is overwritten, not only unlinked.
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA temp_store=MEMORY;"
            "PRAGMA wal_autocheckpoint=16000;PRAGMA mmap_size=134217728;PRAGMA cache_size=-16000;"
            "PRAGMA journal_size_limit=67108864;PRAGMA secure_delete=ON;"
        ),
    },
}
DATABASES = {
    "default": dj_database_url.parse(UNDERSIGNED.database_url, conn_max_age=600, conn_health_checks=True)
    if UNDERSIGNED.database_url
    else _SQLITE
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "undersigned.accounts.adapter.Adapter"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _HTTPS else "http"

MFA_ADAPTER = "undersigned.accounts.factors.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A key that is stolen with the bag opens nothing.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Clocks of telephones go wrong by half a minute.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "undersigned.accounts.factor_forms.SecondFactor",
    "reauthenticate": "undersigned.accounts.factor_forms.FactorAgain",
    "activate_totp": "undersigned.accounts.factor_forms.ActivateApp",
    "add_webauthn": "undersigned.accounts.factor_forms.AddPasskey",
    "edit_webauthn": "undersigned.accounts.factor_forms.NamePasskey",
    "login_webauthn": "undersigned.accounts.factor_forms.PasskeyLogin",
    "authenticate_webauthn": "undersigned.accounts.factor_forms.PasskeyStep",
    "reauthenticate_webauthn": "undersigned.accounts.factor_forms.PasskeyAgain",
}

EMAIL_BACKEND = "undersigned.mailroom.backend.QueueBackend"
DEFAULT_FROM_EMAIL = UNDERSIGNED.sender

LANGUAGE_CODE = UNDERSIGNED.language
LANGUAGES = [("en", _("English")), ("es", _("Spanish")), ("fr", _("French")), ("ar", _("Arabic"))]
LOCALE_PATHS = [str(Path(__file__).parent / "locale")]
FORMAT_MODULE_PATH = "undersigned.pages.formats"
TIME_ZONE = UNDERSIGNED.time_zone
USE_TZ = True

STATIC_URL = "/static/"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str((UNDERSIGNED.data / "files").resolve())},
    },
    # Its place is read from the settings at each use: `ledger` in the data folder.
    "ledger": {"BACKEND": "undersigned.ledger.store.DurableStorage"},
    # The same: `kept` in the data folder.
    "kept": {"BACKEND": "undersigned.appeals.kept.KeptFiles"},
    "staticfiles": {"BACKEND": "undersigned.pages.staticfiles.Hashed"},
}

# In the session: a cookie of its own would reach public pages too.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "undersigned.accounts.sessions"
# A browser takes cookies of such names over HTTPS alone. `__Host-` would send them to public pages too.
_PREFIX = "__Secure-" if _HTTPS else ""
# A day after it was last used; `accounts.sessions` ends each after two weeks in any case.
SESSION_COOKIE_AGE = 86_400
SESSION_COOKIE_NAME = f"{_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{_PREFIX}csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_PATH = "/desk/"
CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_PATH = "/desk/"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "no_tokens": {"()": "undersigned.lib.redact.NoTokens"},
        "one_line": {"()": "undersigned.pages.quiet.OneLine"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["one_line", "no_tokens"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # It tells what stands in the files that people hand in.
        "bibtexparser": {"level": "CRITICAL"},
    },
}
