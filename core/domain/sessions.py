"""Django's session rows, reached before anybody knows whose tenant the request is for."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db

from core import tenancy


class SessionStore(db.SessionStore):
    """The database session store, each step in its own scope."""

    def load(self) -> dict[str, Any]:
        with tenancy.across_tenants("session"):
            return super().load()

    def exists(self, session_key: str) -> bool:
        with tenancy.across_tenants("session"):
            return super().exists(session_key)

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001,FBT002,RUF100 -- Django's signature
        with tenancy.across_tenants("session"):
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        with tenancy.across_tenants("session"):
            super().delete(session_key)

    @classmethod
    def clear_expired(cls) -> None:
        with tenancy.across_tenants("session"):
            super().clear_expired()
