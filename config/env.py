"""Where configuration comes from: environment variables, else what the launcher noted it runs.

The brief's names are honoured beside our own: POS_DATABASE_URL for DATABASE_URL, and driver
suffixes such as postgresql+psycopg2:// are accepted.
"""

from __future__ import annotations

import os
import re
from typing import Any

import environ

from config.launch import run_file

env = environ.Env()


def given(name: str) -> str | None:
    """The variable's value, else what `.storeroom/run.json` says of servers that run now."""
    value = os.environ.get(name)
    if value:
        return value
    noted = (run_file.read() or {}).get(name)
    return str(noted) if noted else None


def database(url: str | None) -> dict[str, Any]:
    """Django's settings of one PostgreSQL; without an address commands that need none still run."""
    plain = re.sub(
        r"^(postgres(?:ql)?)\+\w+://", r"\1://", url or "postgresql://storeroom_app@/storeroom"
    )
    settings: dict[str, Any] = dict(environ.Env.db_url_config(plain))
    options: dict[str, Any] = settings.setdefault("OPTIONS", {})
    # environ leaves a socket folder (?host=/dir) among the options; Django wants it as HOST.
    settings["HOST"] = options.pop("host", None) or settings.get("HOST") or ""
    settings["ENGINE"] = "django.db.backends.postgresql"
    return settings


def live_sources(address: str) -> list[str]:
    """Where a page may open its socket. This machine has two names, and people type either."""
    if not address:
        return []
    return list(dict.fromkeys([address, address.replace("127.0.0.1", "localhost")]))
