"""Settings of the test run: real PostgreSQL and Redis, fast password hashes, no mail, no broker."""

from __future__ import annotations

import os

from config.settings.base import *  # noqa: F403 -- a settings module adds to its base

SECRET_KEY = "test-only"  # noqa: S105 -- guards nothing
FIELD_ENCRYPTION_KEYS = ["dGVzdC1vbmx5LWtleS10aGF0LWlzLTMyLWJ5dGVzISE="]
ALLOW_LOOPBACK_PROVIDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# Redis pub/sub knows no database numbers, so each test worker has names of its own.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
REDIS_PREFIX = f"test-{WORKER}"

# Served from where they lie: nothing has to be collected first.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
