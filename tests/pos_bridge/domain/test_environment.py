"""What the environment says of our own applications at the providers."""

from __future__ import annotations

import pytest

from pos_bridge.domain import connections, endpoints, inbox
from pos_bridge.models import RawEventState
from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import BadSignature
from tests.pos_bridge import tills


@pytest.fixture
def till(tenant):
    return tills.open_till(items=["latte"])


def test_the_webhook_secret_of_the_environment_serves_every_chain(till, settings, monkeypatch):
    monkeypatch.setattr(endpoints, "_given", set())
    webhook = till.webhook(till.order("A", [("1", "latte", 1)]), secret="the-application's")
    with pytest.raises(BadSignature):
        inbox.accept(provider=PROVIDERS["toast"], webhook=webhook, connection=None)

    settings.WEBHOOK_SECRET = "the-application's"
    kept = inbox.accept(provider=PROVIDERS["toast"], webhook=webhook, connection=None)
    assert kept.connection == till.connection.pk
    till.drain()
    assert RawEventState.objects.get().state == "POSTED"


def test_a_connection_without_credentials_uses_those_of_the_environment(
    till, settings, monkeypatch
):
    settings.PROVIDER_CREDENTIALS = {"toast": {"client_id": "ours", "client_secret": ""}}
    used = {}
    monkeypatch.setattr(
        PROVIDERS["toast"], "connect", lambda account: used.update(account.secrets) or Closing()
    )
    with connections.client(till.connection):
        assert used == {"client_id": "ours"}


class Closing:
    def close(self):
        """Nothing was opened."""
