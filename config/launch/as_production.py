"""Runs a program with production's settings and secrets made up for this one run.

python -m config.launch.as_production manage.py check --deploy
"""

from __future__ import annotations

import base64
import os
import secrets
import sys

EXAMPLE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "ALLOWED_HOSTS": "stock.example.com",
    "WEBHOOK_BASE_URL": "https://stock.example.com",
}


def main(words: list[str]) -> None:
    """Become Python with these words."""
    made_up = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    os.environ.update(EXAMPLE | made_up)
    os.execv(sys.executable, [sys.executable, *words])  # noqa: S606 -- no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
