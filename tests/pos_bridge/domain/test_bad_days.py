"""What goes wrong with one event holds back that event, and nothing is lost or told twice."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings

from inventory.models.stock import Posting, StockLevel
from pos_bridge.domain import connections, inbox, ingest, links
from pos_bridge.models import RawEventState, Transaction, TransactionLine
from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import Answer, ProviderUnavailable
from pos_bridge.providers.square.adapter import Square
from pos_bridge.providers.toast.adapter import Toast
from tests.factories import make_item, make_location, make_member, make_user
from tests.pos_bridge import tills
from tests.pos_bridge.providers.square.signing import sign
from tests.pos_bridge.tills import SOLD_AT

SQUARE = PROVIDERS["square"]
LATER = SOLD_AT + timedelta(minutes=5)


@pytest.fixture
def till(tenant):
    return tills.open_till(items=["latte", "bun"])


def on_hand(till, external="latte"):
    level = StockLevel.objects.filter(location=till.location, item=till.items[external]).first()
    return level.on_hand if level else 0


def die(till, times=1):
    """Workers that claim what is due and are killed; then their leases pass."""
    for _ in range(times):
        taken = inbox.claim(connection=till.connection.pk)
        RawEventState.objects.filter(pk__in=[event.id for event in taken]).update(
            lease_until=SOLD_AT
        )


# One event among others


@pytest.mark.proves("2.3")
def test_a_fault_of_ours_in_reading_one_event_holds_back_that_event_alone(till, monkeypatch):
    till.receive(till.order("strange", [("1", "latte", 1)]))
    till.receive(till.order("plain", [("1", "latte", 2)]))
    read = Toast.read

    def stumble(self, body, kind="webhook"):
        if b"strange" in body:
            raise KeyError("a field nobody thought of")
        return read(self, body, kind)

    monkeypatch.setattr(Toast, "read", stumble)
    till.drain()
    assert till.states() == ["PENDING", "POSTED"]
    assert "KeyError" in RawEventState.objects.first().reason

    monkeypatch.undo()
    RawEventState.objects.update(due_at=SOLD_AT)
    till.drain()
    assert till.states() == ["POSTED", "POSTED"]
    assert on_hand(till) == -3


@pytest.mark.proves("2.4")
def test_a_lease_that_passed_on_for_one_event_leaves_the_others_to_their_worker(till):
    till.receive(till.order("A", [("1", "latte", 1)]))
    body = till.webhook(till.order("B", [])).body.replace(b"order_updated", b"weather_news")
    inbox.accept(
        provider=PROVIDERS["toast"], webhook=tills.sign(body), connection=till.connection.pk
    )
    order, news = inbox.claim(connection=till.connection.pk)
    RawEventState.objects.filter(pk=news.id).update(lease=news.lease + 1)

    ingest.process(till.connection, [order, news])

    assert till.states() == ["POSTED", "LEASED"]
    assert on_hand(till) == -1


@pytest.mark.proves("2.3")
def test_an_event_on_which_workers_die_is_worked_on_by_itself(till):
    for number in range(3):
        till.receive(till.order(f"order-{number}", [("1", "latte", 1)]))
    die(till, times=2)

    alone = inbox.claim(connection=till.connection.pk)

    assert [event.attempts for event in alone] == [3]
    till.drain()  # another worker, while the first one's lease lasts
    assert till.states() == ["LEASED", "POSTED", "POSTED"]


@pytest.mark.proves("2.3")
def test_an_event_on_which_ten_workers_died_is_a_dead_letter_with_its_reason(till):
    till.receive(till.order("A", [("1", "latte", 1)]))
    die(till, times=10)

    till.drain()

    [state] = RawEventState.objects.all()
    assert (state.state, state.attempts) == ("DEAD", 10)
    assert state.reason == "Given up after 10 attempts: nobody came back from the last one."
    assert not Posting.objects.exists()


# Numbers and names


@pytest.mark.parametrize("quantity", ["NaN", -1, 10**13, 10**40, "1e999999", None, [], True])
def test_a_quantity_that_is_none_is_put_aside_and_moves_nothing(till, quantity):
    inbox.accept(
        provider=PROVIDERS["toast"],
        webhook=till.webhook(till.order("A", [("1", "latte", quantity)])),
        connection=till.connection.pk,  # what cannot be read names no merchant
    )
    till.receive(till.order("B", [("1", "latte", 1)]))
    till.drain()
    assert till.states() == ["DEAD", "POSTED"]
    assert on_hand(till) == -1


def test_a_quantity_too_large_by_its_factor_is_put_aside_at_once(till):
    tills.link(till, "grain", factor="1000000000000")
    till.receive(till.order("A", [("1", "grain", 10**12)]))
    till.receive(till.order("B", [("1", "latte", 1)]))
    till.drain()
    assert till.states() == ["DEAD", "POSTED"]


@pytest.mark.parametrize("name", ["\0", "\ud800", "n" * 9000, "<script>alert(1)</script>", "💥"])
def test_a_hostile_name_is_kept_as_far_as_it_goes_and_its_goods_are_posted(till, name):
    order = till.order("A", [("1", "latte", 2), ("2", "latte", 1)])
    order["checks"][0]["selections"][0]["displayName"] = name
    order["displayNumber"] = name
    till.receive(order)
    till.drain()
    assert till.states() == ["POSTED"]
    assert on_hand(till) == -3


@pytest.mark.parametrize("item", ["\0", "\ud800", "i" * 5000])
def test_a_hostile_id_is_put_aside_and_holds_nobody_back(till, item):
    till.receive(till.order("A", [("1", item, 1)]))
    till.receive(till.order(item, [("1", "latte", 1)]))
    till.receive(till.order("B", [("1", "latte", 1)]))
    till.drain()
    assert till.states() == ["DEAD", "DEAD", "POSTED"]


# Orders that wait


@pytest.mark.proves("7.5")
def test_a_waiting_order_that_is_voided_waits_no_more(till):
    till.sell("A", [("1", "cake", 1)])
    assert till.states() == ["UNMAPPED"]
    till.sell("A", [("1", "cake", 1)], voided=True, version=LATER)
    assert till.states() == ["POSTED", "POSTED"]


@pytest.mark.proves("7.5")
def test_a_link_frees_more_orders_than_one_batch_holds_also_where_others_wait_on(till):
    orders = [
        till.order(f"order-{number:03}", [("1", "cake", 1), ("2", "pie", 1)])
        for number in range(210)
    ]
    for order in orders:
        till.receive(order)
    till.drain()

    cake = make_item()
    links.link_item(connection=till.connection, external_id="cake", item=cake, actor=make_user())

    assert StockLevel.objects.get(item=cake).on_hand == -210
    assert set(till.states()) == {"UNMAPPED"}


@pytest.mark.proves("7.5")
def test_an_order_whose_location_is_known_waits_for_its_items_alone(till):
    place = till.connection.location_links.get()
    place.delete()
    till.sell("A", [("1", "cake", 1)])
    links.link_location(
        connection=till.connection,
        external_id=till.restaurant,
        location=till.location,
        actor=make_user(),
    )
    order = Transaction.objects.get()
    assert (order.location, order.waiting) == (till.location, 1)
    state = RawEventState.objects.get()
    assert state.reason == "1 of its items are not linked; the rest is posted."


def test_a_return_that_is_wanted_no_more_asks_nobody(tenant):
    shop = Seller()
    shop.answer(version=1, returned=1)
    assert shop.line_states() == ["MAPPED", "UNDECIDED"]
    shop.answer(version=2, returned=0)
    assert shop.line_states() == ["MAPPED", "MAPPED"]


# A provider that has to be asked


class Seller:
    """A Square seller, whose words and answers we make up."""

    def __init__(self) -> None:
        owner = make_member(role="OWNER")
        self.connection = connections.create(
            provider="square",
            name="Square",
            actor=owner,
            webhook_secrets=["key"],
            oldest_days=3650,
            secrets={"access_token": "t"},
        )
        links.link_location(
            connection=self.connection, external_id="L1", location=make_location(), actor=owner
        )
        links.link_item(
            connection=self.connection, external_id="latte", item=make_item(), actor=owner
        )

    def tell(self, number: int) -> None:
        """A thin event: that an order changed, and no more."""
        named = {"order_updated": {"order_id": f"O-{number}", "location_id": "L1"}}
        event = {"type": "order.updated", "event_id": f"e-{number}", "merchant_id": "M"}
        body = json.dumps({**event, "data": {"object": named}}).encode()
        path = f"{settings.WEBHOOK_BASE_URL}/api/v1/webhooks/square/{self.connection.pk}"
        inbox.accept(
            provider=SQUARE, webhook=sign(body, "key", url=path), connection=self.connection.pk
        )

    def answer(self, *, version: int, returned: int) -> None:
        """An order of three lattes, some of them returned; the next version may say otherwise."""
        back = {"uid": "b", "source_line_item_uid": "l", "catalog_object_id": "latte"}
        order = {
            "id": "O",
            "location_id": "L1",
            "state": "COMPLETED",
            "version": version,
            "created_at": "2026-11-20T09:30:00Z",
            "closed_at": "2026-11-20T09:30:00Z",
            "updated_at": f"2026-11-20T09:3{version}:00Z",
            "line_items": [{"uid": "l", "catalog_object_id": "latte", "quantity": "3"}],
            "returns": [{"uid": "r", "return_line_items": [{**back, "quantity": "1"}] * returned}],
        }
        inbox.keep_answers(
            connection=self.connection.pk,
            provider="square",
            answers=[Answer(json.dumps({"order": order}).encode(), f"O:{version}")],
        )
        ingest.drain(connection_id=self.connection.pk)

    def line_states(self) -> list[str]:
        return list(TransactionLine.objects.order_by("pk").values_list("state", flat=True))

    def states(self) -> list[str]:
        events = RawEventState.objects.filter(connection=self.connection).order_by("pk")
        return list(events.values_list("state", flat=True))


class Line:
    """A provider at the other end of a line: what it answers, and how long it takes."""

    def __init__(self, monkeypatch, *, seconds: float = 0, fails: Exception | None = None) -> None:
        self.now, self.seconds, self.fails, self.asked = 0.0, seconds, fails, []
        monkeypatch.setattr(Square, "connect", lambda _self, _account: self)
        monkeypatch.setattr("pos_bridge.domain.ingest.monotonic", lambda: self.now)

    def fetch(self, wanted):
        self.asked.append(wanted.id)
        self.now += self.seconds
        if self.fails:
            raise self.fails
        return []

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.proves("2.3")
def test_an_unexpected_fault_in_asking_lets_the_event_wait(tenant, monkeypatch):
    shop = Seller()
    shop.tell(1)
    Line(monkeypatch, fails=RuntimeError("a fault of ours"))
    ingest.drain(connection_id=shop.connection.pk)
    assert shop.states() == ["PENDING"]
    assert "RuntimeError" in RawEventState.objects.get().reason


def test_secrets_that_cannot_be_opened_let_events_wait_and_say_so(tenant, settings):
    shop = Seller()
    shop.tell(1)
    settings.FIELD_ENCRYPTION_KEYS = ["YW5vdGhlci1rZXktdGhhdC1pcy0zMi1ieXRlcy1sb24="]
    ingest.drain(connection_id=shop.connection.pk)
    assert shop.states() == ["PENDING"]
    assert "CannotOpen" in RawEventState.objects.get().reason


@pytest.mark.proves("2.7")
def test_a_provider_that_is_slow_is_asked_in_turns_that_end_before_the_lease(tenant, monkeypatch):
    shop = Seller()
    for number in range(10):
        shop.tell(number)
    line = Line(monkeypatch, seconds=9)

    assert ingest.drain(connection_id=shop.connection.pk) is True
    assert len(line.asked) == 4
    assert shop.states() == ["POSTED"] * 4 + ["PENDING"] * 6
    waiting = RawEventState.objects.filter(state="PENDING")
    assert set(waiting.values_list("attempts", flat=True)) == {0}

    ingest.drain(connection_id=shop.connection.pk)
    ingest.drain(connection_id=shop.connection.pk)
    assert shop.states() == ["POSTED"] * 10
    assert len(line.asked) == 10


@pytest.mark.proves("7.2")
def test_a_provider_that_is_away_is_asked_again_when_it_said(tenant, monkeypatch):
    shop = Seller()
    shop.tell(1)
    Line(monkeypatch, fails=ProviderUnavailable("busy", retry_after=300))
    ingest.drain(connection_id=shop.connection.pk)
    state = RawEventState.objects.select_related("event").get()
    assert state.state == "PENDING"
    assert timedelta(seconds=299) < state.due_at - state.event.received_at < timedelta(seconds=330)
    assert Decimal(state.attempts) == 1
