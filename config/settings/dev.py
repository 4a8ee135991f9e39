"""Settings of `make run`: plain http on this machine, and keys that production refuses."""

from __future__ import annotations

from config.env import env
from config.settings.base import *  # noqa: F403 -- a settings module adds to its base

SECRET_KEY = env.str("SECRET_KEY", default="demonstration-only-key-that-production-refuses")
FIELD_ENCRYPTION_KEYS = env.list(
    "FIELD_ENCRYPTION_KEYS", default=["ZGVtb25zdHJhdGlvbi1vbmx5LWtleS0zMi1ieXRlcyE="]
)
ALLOW_LOOPBACK_PROVIDERS = True

ALLOW_DEMONSTRATION = True  # seed_demo and its well-known passwords

# Served from where they lie: nothing has to be collected first.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
