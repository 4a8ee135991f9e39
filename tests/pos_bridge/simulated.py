"""A connected chain whose tills are played: its webhooks come through our door, its API is asked.

Everything between the till and the ledger is the real thing; only the clock of the tills stands
still until it is moved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection as database
from django.test import Client

from core import tenancy
from inventory.models import Item
from inventory.models.stock import StockLevel
from locations.models import Location
from pos_bridge.domain import connections, ingest, links, syncs
from pos_bridge.domain.tokens import KeptTokens
from pos_bridge.models import Connection, RawEventState
from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import Tokens
from pos_bridge.simulator.chain import Chain
from pos_bridge.simulator.clock import HandClock
from pos_bridge.simulator.simulator import Simulator
from pos_bridge.simulator.wire import Request
from tests import factories
from tests.pos_bridge.simulator.conftest import CHAIN_FILE

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PUBLIC = "https://example.com"  # what the chain file has registered with Square
SECRETS = {
    "square": ["asdf1234"],
    "toast": ["toast-stock-subscription-secret", "toast-order-subscription-secret"],
    "lightspeed": ["username:password"],
}
ROUNDS = 30  # no history needs as many

Totals = dict[tuple[str, str, str], Decimal]  # location, item, kind (item or modifier)


class Shop:
    """One provider's tills and our connection to them, for the tenant acted for."""

    def __init__(self, name: str, *, seed: object = 0, restock: str = "as_stated") -> None:
        self.provider, self.browser = PROVIDERS[name], Client()
        self.clock = HandClock(START)
        chain = Chain.read({name: json.loads(CHAIN_FILE.read_text())[name]})
        self.sim = Simulator(chain, clock=self.clock, seed=seed, carry=self._carry)
        self.sim.start()
        self.till, self.policy = self.sim.tills[name], restock
        self.account = self.till.account
        self.owner = factories.make_member(role="OWNER")
        self.connection = self._connect()
        self.locations: dict[str, Location] = {}
        self.items: dict[tuple[str, str], Item] = {}
        self._link()

    def close(self) -> None:
        self.sim.stop()

    # What happens

    def drain(self) -> None:
        ingest.drain(connection_id=self.connection.pk)

    def poll(self) -> None:
        """Ask the provider what was sold, as the hourly run does."""
        run = syncs.start(connection=self.connection, actor=self.owner)
        syncs.run(run_id=run.pk, now=self.clock.now() + timedelta(seconds=1))
        run.refresh_from_db()
        assert run.state == "DONE", run.error
        self.drain()

    def settle(self) -> None:
        """All faults end, everything under way arrives, and one poll finds what was lost."""
        self.sim.faults.set_rates(dict.fromkeys(self.sim.faults.rates, 0.0))
        for place in self.till.offline_places():
            self.till.come_online(place)
        for _ in range(ROUNDS):
            self.clock.advance(hours=1)
            self.sim.deliver()
            if not self.sim.world.mail.waiting():
                break
        self.finish()
        self.poll()
        self.finish()

    def finish(self) -> None:
        """Drain until nothing waits for a later try."""
        for _ in range(ROUNDS):
            waiting = self.events().filter(state="PENDING")
            if not waiting.update(due_at=START):
                return
            self.drain()
        raise AssertionError("The inbox does not get empty.")

    def replay(self) -> None:
        """Read every raw event again."""
        self.events().update(state="PENDING", attempts=0, due_at=START)
        self.drain()
        self.finish()

    # What it came to

    def truth(self) -> Totals:
        """Net units by the till's own account, under our connection's policy on returns."""
        totals: Totals = {}
        for row in self.sim.world.tally.rows():
            back = {"always": row["returned"], "never": "0"}.get(self.policy, row["restocked"])
            net = Decimal(row["sold"]) - Decimal(back) + Decimal(row["wasted"])
            if net:
                totals[row["location"], self.name_of(row["item"]), row["kind"]] = net
        return totals

    def ours(self) -> Totals:
        """The same from our levels: what is missing from the shelf has been sold."""
        places = {location.pk: place for place, location in self.locations.items()}
        items = {item.pk: name for name, item in self.items.items()}
        rows = StockLevel.objects.filter(location__in=places).exclude(on_hand=0)
        return {(places[row.location_id], *items[row.item_id]): -row.on_hand for row in rows}

    def events(self) -> Any:
        return RawEventState.objects.filter(connection=self.connection)

    def name_of(self, ware: str) -> str:
        """The id a sale carries for it."""
        found = self.account.ware(ware)
        if self.provider.name == "lightspeed":
            return str(found.sku)
        return str(getattr(found, "multi_location_id", "") or found.id)

    # How it is connected

    def _connect(self) -> Connection:
        name = self.provider.name
        merchants = {
            "square": [getattr(self.account, "merchant_id", "")],
            "toast": [place.id for place in self.account.places],
            "lightspeed": [getattr(self.account, "business_id", "")],
        }
        made = connections.create(
            provider=name,
            name=f"The played {name}",
            actor=self.owner,
            merchants=merchants[name],
            secrets={
                "client_id": self.account.client_id,
                "client_secret": self.account.client_secret,
            },
            webhook_secrets=SECRETS[name],
            base_url=self.sim.url,
            restock_policy=self.policy,
            oldest_days=3650,
        )
        tokens = Tokens(self._token())
        KeptTokens(made.pk, made.tenant_id).renew(None, lambda _: tokens)
        return made

    def _token(self) -> str:
        if self.provider.name != "toast":
            return self.account.access_token
        login = {
            "clientId": self.account.client_id,
            "clientSecret": self.account.client_secret,
            "userAccessType": "TOAST_MACHINE_CLIENT",
        }
        path = "/authentication/v1/authentication/login"
        answer = self.sim.answer(Request("POST", path, {}, json.dumps(login).encode()))
        return str(answer.json()["token"]["accessToken"])

    def _link(self) -> None:
        for place in self.account.places:
            self.locations[place.id] = factories.make_location()
            links.link_location(
                connection=self.connection,
                external_id=place.id,
                location=self.locations[place.id],
                actor=self.owner,
            )
        for kind, wares in (("item", self.account.wares), ("modifier", self.account.modifiers)):
            for ware in wares:
                name = self.name_of(ware.id)
                self.items[name, kind] = factories.make_item()
                links.link_item(
                    connection=self.connection,
                    external_id=name,
                    item=self.items[name, kind],
                    actor=self.owner,
                )

    def _carry(self, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> int:
        path = self.account.webhook_path
        if self.provider.name == "lightspeed":  # it names no merchant, so the address has to
            path = f"/api/v1/webhooks/lightspeed/{self.connection.pk}"
        answer = self.browser.post(
            path, body, content_type="application/json", headers=dict(headers)
        )
        return answer.status_code


def postings_differ() -> list[Any]:
    """Lines whose postings do not add up to what the line says is posted (I7); none should be."""
    with database.cursor() as cursor:
        cursor.execute(
            """
            SELECT t."order", i.line, i.posted, coalesce(sum(e.quantity), 0), i.postings
            FROM pos_transaction_items i JOIN pos_transactions t ON t.id = i.transaction_id
            LEFT JOIN inventory_posting p ON p.tenant_id = t.tenant_id AND p.key = ANY(ARRAY(
                SELECT 'pos:' || t.connection_id || ':' || t."order" || ':' || i.line || ':' || n
                FROM generate_series(1, i.postings) n))
            LEFT JOIN inventory_entry e ON e.posting_id = p.id
            GROUP BY t.id, i.id
            HAVING i.posted <> coalesce(sum(e.quantity), 0) OR i.postings <> count(DISTINCT p.id)
            """
        )
        return cursor.fetchall()


def final_states(connection: Connection) -> set[str]:
    """In which states its events are; every event must have one (I1)."""
    with tenancy.across_tenants("a test counts events"), database.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pos_webhook_logs e"
            " LEFT JOIN pos_webhook_states s ON s.event_id = e.id WHERE s.event_id IS NULL"
        )
        assert cursor.fetchone() == (0,)
    found = RawEventState.objects.filter(connection=connection)
    return set(found.values_list("state", flat=True))
