"""Production settings: refuse to start with anything that is only good for a demonstration."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from config.env import env
from config.settings.base import *  # noqa: F403 -- a settings module adds to its base
from config.settings.base import ALLOWED_HOSTS, STORAGES, WEBHOOK_BASE_URL

SECRET_KEY = env.str("SECRET_KEY")
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS")
if SECRET_KEY.startswith("demonstration-only"):
    raise ImproperlyConfigured("SECRET_KEY is the demonstration's: set a secret of your own.")
if set(FIELD_ENCRYPTION_KEYS) & {"ZGVtb25zdHJhdGlvbi1vbmx5LWtleS0zMi1ieXRlcyE="}:
    raise ImproperlyConfigured(
        "FIELD_ENCRYPTION_KEYS holds the demonstration's key: make your own."
    )
if not WEBHOOK_BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("WEBHOOK_BASE_URL must be the https address tills post to.")

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
