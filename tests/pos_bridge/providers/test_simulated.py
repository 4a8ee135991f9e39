"""Adapters and clients against tills they were not written from: both roads count what was sold."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import Account, LineKind, OrderState, OrderVersion, Tokens, Webhook
from pos_bridge.simulator.chain import Chain
from pos_bridge.simulator.clock import HandClock
from pos_bridge.simulator.simulator import Simulator
from tests.pos_bridge.providers.wire import Keeper
from tests.pos_bridge.simulator.conftest import CHAIN_FILE

START = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
ADDRESS = "https://example.com/api/v1/webhooks/square"
SECRETS = {
    "square": ["asdf1234"],
    "toast": ["toast-stock-subscription-secret", "toast-order-subscription-secret"],
}

Totals = dict[tuple[str | None, str | None], Decimal]


class Shop:
    """One provider's tills, a box where its webhooks are put, and our client connected to it."""

    def __init__(self, name: str) -> None:
        self.box: list[Webhook] = []
        self.clock = HandClock(START)
        chain = Chain.load(CHAIN_FILE)
        self.sim = Simulator(chain, clock=self.clock, seed=7, carry=self._put)
        self.sim.start()
        self.provider, self.till = PROVIDERS[name], self.sim.tills[name]
        self.account = self.till.account
        self.places = [place.id for place in self.account.places]
        refresh = getattr(self.account, "refresh_token", "")
        keeper = Keeper(Tokens("accepted no more", None, refresh) if refresh else None)
        login = {"client_id": self.account.client_id, "client_secret": self.account.client_secret}
        self.client = self.provider.connect(
            Account("sandbox", self.places[0], login, keeper, base_url=self.sim.url)
        )

    def trade(self) -> None:
        """Sales at each place, then one is voided, one changed, one returned."""
        wares = [ware.id for ware in self.account.wares]
        orders = [
            self.till.sell(place, [(ware, count), (wares[0], 2)])
            for place in self.places
            for count, ware in enumerate(wares, start=1)
        ]
        extra = {0: [(self.account.modifiers[0].id, 1)]}
        self.till.sell(self.places[0], [(wares[0], 5)], modifiers=extra)
        self.clock.advance(minutes=1)
        self.till.void(orders[0])
        self.till.edit(orders[1], [(wares[0], 7)])
        self.till.refund(orders[3])  # one with a price at every till
        self.clock.advance(minutes=10)

    def polled(self) -> Iterator[OrderVersion]:
        for place in self.places:
            for page in self.client.poll(location=place, since=START, until=self.clock.now()):
                for answer in page.answers:
                    yield from self.provider.read(answer.body, "answer").orders

    def told(self) -> Iterator[OrderVersion]:
        """What the webhooks say; where they only name an order, it is fetched."""
        self.sim.deliver()
        for webhook in self.box:
            self.provider.verify(webhook, SECRETS[self.provider.name])
            reading = self.provider.read(webhook.body)
            yield from reading.orders
            for wanted in reading.fetches:
                for answer in self.client.fetch(wanted):
                    yield from self.provider.read(answer.body, "answer").orders

    def truth(self) -> Totals:
        """What was sold, less what its papers say came back. Toast's papers only speak of money."""
        back = "returned" if self.provider.name != "toast" else "restocked"
        named = {
            (row["location"], self._name(row["item"])): Decimal(row["sold"]) - Decimal(row[back])
            for row in self.sim.world.tally.rows()
        }
        return {place: count for place, count in named.items() if count}

    def _name(self, item: str) -> str:
        """The id a sale carries for it."""
        ware = self.account.ware(item)
        if self.provider.name == "lightspeed":
            return str(ware.sku)
        return str(getattr(ware, "multi_location_id", "") or ware.id)

    def _put(self, url: str, headers: Any, body: bytes, timeout: float) -> int:
        named = {name.lower(): value for name, value in headers.items()}
        self.box.append(Webhook(body, named, ADDRESS))
        return 200


@pytest.fixture(params=list(PROVIDERS))
def shop(request):
    opened = Shop(request.param)
    yield opened
    opened.client.close()
    opened.sim.stop()


def moved(versions: Iterable[OrderVersion], *, restocks: bool) -> Totals:
    """Net units by place and item, from the newest version of each order."""
    newest: dict[str, OrderVersion] = {}
    for order in versions:
        known = newest.get(order.order, order)
        newest[order.order] = max(known, order, key=lambda one: (one.version_at, one.version_no))
    totals: Counter[tuple[str | None, str | None]] = Counter()
    for order in newest.values():
        for line in order.lines if order.state is OrderState.COMPLETED else ():
            is_return = line.kind is LineKind.RETURN
            sign = -1 if is_return and restocks else 0 if is_return else 1
            totals[order.location, line.item] += sign * line.quantity
    return {place: Decimal(count) for place, count in totals.items() if count}


@pytest.mark.proves("1.5")
def test_the_poll_counts_what_was_sold(shop):
    shop.trade()

    assert moved(shop.polled(), restocks=True) == shop.truth()


@pytest.mark.proves("1.5")
def test_the_webhooks_count_the_same_where_there_are_any(shop):
    shop.trade()

    if shop.provider.capabilities.pushes_sales:
        assert moved(shop.told(), restocks=True) == shop.truth()
    else:
        shop.sim.deliver()
        assert shop.box == []


def test_every_place_and_every_ware_is_told(shop):
    assert [place.id for place in shop.client.locations()] == shop.places
    known = {item.id for item in shop.client.catalogue(location=shop.places[0])}
    assert {shop._name(ware.id) for ware in shop.account.wares} <= known
