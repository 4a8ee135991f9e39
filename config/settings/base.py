"""Settings that hold everywhere. dev, test and prod only add to them."""

from __future__ import annotations

from pathlib import Path

from config.env import database, env, given, live_sources

BASE_DIR = Path(__file__).resolve().parent.parent.parent
PRODUCT_NAME = env.str("PRODUCT_NAME", default="Storeroom")

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
WEBHOOK_BASE_URL = env.str("WEBHOOK_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
# Where the page opens its socket: an address, or empty for the page's own origin.
LIVE_URL = given("LIVE_URL") or ""
SIMULATOR_URL = given("SIMULATOR_URL") or ""  # demonstration only
LIVE_ORIGINS = env.list("LIVE_ORIGINS", default=[])
# The secret of an application that serves all chains with one webhook address (Square).
WEBHOOK_SECRET = env.str("WEBHOOK_SECRET", default="")
# What a connection uses of these where it has none of its own.
PROVIDER_CREDENTIALS = {
    "square": {
        "client_id": env.str("SQUARE_APPLICATION_ID", default=""),
        "access_token": env.str("SQUARE_ACCESS_TOKEN", default=""),
    },
    "toast": {
        "client_id": env.str("TOAST_CLIENT_ID", default=""),
        "client_secret": env.str("TOAST_CLIENT_SECRET", default=""),
    },
    "lightspeed": {
        "client_id": env.str("LIGHTSPEED_CLIENT_ID", default=""),
        "client_secret": env.str("LIGHTSPEED_CLIENT_SECRET", default=""),
    },
}
# Credentials at rest: comma-separated keys, 32 bytes in base64 each; the first one seals.
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[])
# Whether a connection may point at this machine: the till simulator's place, and nobody else's.
ALLOW_LOOPBACK_PROVIDERS = False

INSTALLED_APPS = [
    "daphne",
    "unfold.apps.BasicAppConfig",
    "config.apps.SiteConfig",  # the admin, with our site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "channels",
    "guardian",
    "auditlog",
    "csp",
    "django_htmx",
    "core",
    "locations",
    "inventory",
    "suppliers",
    "pos_bridge",
    "reporting",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.RequestId",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.Scope",  # last: the view runs inside one tenant's transaction
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
CELERY_APP = "config.celery"
APPEND_SLASH = False  # no API path redirects; pages are spelled with their slash

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["reporting.templatetags.storeroom"],
        },
    }
]

DATABASES = {
    "default": {
        **database(given("DATABASE_URL") or given("POS_DATABASE_URL")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 3,
    **DATABASES["default"].get("OPTIONS", {}),
    "options": "-c statement_timeout=15s -c lock_timeout=2s"
    " -c idle_in_transaction_session_timeout=10s",
}
# The login that owns the tables; only `migrate` and the test database use it.
MIGRATE_DATABASE_URL = given("MIGRATE_DATABASE_URL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = given("REDIS_URL") or "redis://127.0.0.1:6379/0"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "core.domain.people.SignIn",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # unique by its small letters, by a constraint
SESSION_ENGINE = "core.domain.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"

# Permissions live on locations, by rows with real foreign keys; there is no anonymous member.
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = True

AUDITLOG_LOGENTRY_MODEL = "core.LogEntry"
AUDITLOG_STORE_JSON_CHANGES = True
AUDITLOG_DISABLE_REMOTE_ADDR = True  # the first X-Forwarded-For value is the caller's own word

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
REDIS_PREFIX = "storeroom"  # of queues and channels, so that two sites may share a Redis

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024 + 1  # Toast's limit; each adapter has its own below

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.api.TokenAuthentication",
        "config.api.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["config.api.IsMember"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "config.api.Cursor",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "config.api.answer_refusal",
    "PAGE_SIZE": 50,
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{PRODUCT_NAME} API",
    "DESCRIPTION": "Stock that stays true to the tills.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {  # fields of the same name and other words
        "LocationKind": "locations.models.Location.Kind",
        "MovementKind": "inventory.models.stock.Kind",
        "PosSystem": "pos_bridge.models.connection.ProviderName",
        "ConnectionState": "pos_bridge.models.connection.Connection.State",
        "EditableConnectionState": "pos_bridge.api.configuration_values.EDITABLE_STATES",
        "JobState": "core.models.job.Job.State",
        "RawEventState": "pos_bridge.models.inbox.RawEventState.State",
        "TransactionState": "pos_bridge.models.order.Transaction.State",
        "TransactionLineState": "pos_bridge.models.order.TransactionLine.State",
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "connect-src": ["'self'", *live_sources(LIVE_URL)],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
    "EXCLUDE_URL_PREFIXES": ["/admin", "/api/docs"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # They tell of every call and of what is not installed; failures they raise.
    "loggers": {"httpx": {"level": "WARNING"}, "daphne": {"level": "WARNING"}},
}

UNFOLD = {
    "SITE_TITLE": PRODUCT_NAME,
    "SITE_HEADER": PRODUCT_NAME,
    "SITE_SYMBOL": "inventory_2",
    "COLORS": {
        "primary": {
            "50": "#eef8f6",
            "100": "#e0f1ee",
            "200": "#b9e0d9",
            "300": "#84c8bd",
            "400": "#4fc9b8",
            "500": "#23877a",
            "600": "#0b6a60",
            "700": "#085249",
            "800": "#0a423b",
            "900": "#0a3631",
            "950": "#04221e",
        }
    },
}
