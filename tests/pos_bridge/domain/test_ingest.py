"""From a signed event to the ledger, one test a way out."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from inventory.models.stock import Entry, Kind, Posting, StockLevel
from pos_bridge.domain import inbox, ingest, links
from pos_bridge.models import Quarantined, RawEvent, RawEventState, Transaction, TransactionLine
from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import BadSignature
from tests.factories import make_item, make_location, make_user
from tests.pos_bridge import tills
from tests.pos_bridge.tills import SOLD_AT

TOAST = PROVIDERS["toast"]


@pytest.fixture
def till(tenant):
    return tills.open_till(items=["latte", "bun"])


def on_hand(till, external):
    level = StockLevel.objects.filter(location=till.location, item=till.items[external]).first()
    return level.on_hand if level else 0


@pytest.mark.proves("7.1")
def test_a_sale_posts_once_whatever_the_till_repeats(till):
    order = till.order("A", [("1", "latte", 2), ("2", "bun", 1)])
    for guid in ("event-a", "event-a", "event-b"):
        till.receive(order, guid=guid)
    till.drain()
    till.drain()

    assert (on_hand(till, "latte"), on_hand(till, "bun")) == (-2, -1)
    assert Posting.objects.filter(kind=Kind.SALE).count() == 2
    assert till.states() == ["POSTED", "POSTED"]


@pytest.mark.proves("7.2")
def test_an_open_order_moves_nothing_until_it_is_paid(till):
    till.sell("A", [("1", "latte", 2)], paid=False)
    assert on_hand(till, "latte") == 0

    till.sell("A", [("1", "latte", 2)], version=SOLD_AT + timedelta(minutes=20))
    assert on_hand(till, "latte") == -2


@pytest.mark.proves("7.1")
def test_an_edit_posts_the_difference_and_a_void_takes_all_back(till):
    till.sell("A", [("1", "latte", 2), ("2", "bun", 1)])
    till.sell("A", [("1", "latte", 3)], version=SOLD_AT + timedelta(minutes=1))
    assert (on_hand(till, "latte"), on_hand(till, "bun")) == (-3, 0)

    till.sell("A", [("1", "latte", 3)], version=SOLD_AT + timedelta(minutes=2), voided=True)
    assert on_hand(till, "latte") == 0
    assert Entry.objects.order_by("-seq").first().effective_at == SOLD_AT + timedelta(minutes=2)


@pytest.mark.proves("7.1")
def test_an_older_version_that_comes_late_changes_nothing(till):
    newest = till.order("A", [("1", "latte", 3)], version=SOLD_AT + timedelta(minutes=5))
    older = till.order("A", [("1", "latte", 1)])
    for order in (newest, older):
        till.receive(order)
        till.drain()
    assert on_hand(till, "latte") == -3


def test_another_item_on_the_same_line_takes_the_first_one_back(till):
    till.sell("A", [("1", "latte", 2)])
    till.sell("A", [("1", "bun", 2)], version=SOLD_AT + timedelta(minutes=1))
    assert (on_hand(till, "latte"), on_hand(till, "bun")) == (0, -2)


@pytest.mark.proves("7.5")
def test_an_unknown_item_waits_alone_and_posts_at_its_true_time_once_linked(till):
    till.sell("A", [("1", "latte", 1), ("2", "cake", 4)])
    assert on_hand(till, "latte") == -1
    assert till.states() == ["UNMAPPED"]

    cake = make_item(name="Cake")
    links.link_item(
        connection=till.connection,
        external_id="cake",
        item=cake,
        actor=make_user(),
        factor=Decimal("0.125"),
    )
    entry = Entry.objects.get(item=cake)
    assert (entry.quantity, entry.effective_at) == (Decimal("-0.5"), SOLD_AT)
    assert till.states() == ["POSTED"]


@pytest.mark.proves("7.5")
def test_an_unknown_location_lets_the_whole_order_wait(tenant):
    till = tills.open_till(items=["latte"])
    till.connection.location_links.all().delete()
    till.sell("A", [("1", "latte", 1)])
    assert till.states() == ["UNMAPPED"]
    assert not Entry.objects.exists()

    links.link_location(
        connection=till.connection,
        external_id=till.restaurant,
        location=till.location,
        actor=make_user(),
    )
    assert on_hand(till, "latte") == -1
    assert till.states() == ["POSTED"]


@pytest.mark.proves("7.1")
def test_a_link_changed_later_alters_nothing_that_is_posted(till):
    till.sell("A", [("1", "latte", 1)])
    other = make_item()
    links.link_item(connection=till.connection, external_id="latte", item=other, actor=make_user())
    till.sell("A", [("1", "latte", 1)], version=SOLD_AT + timedelta(minutes=1))

    assert on_hand(till, "latte") == -1
    assert not Entry.objects.filter(item=other).exists()


def test_what_moves_no_stock_posts_nothing_and_waits_for_nobody(till):
    links.link_item(connection=till.connection, external_id="service", item=None, actor=make_user())
    till.sell("A", [("1", "service", 1)])
    assert till.states() == ["POSTED"]
    assert TransactionLine.objects.get().state == "NO_STOCK"


@pytest.mark.proves("1.3")
def test_an_unknown_kind_of_event_is_kept_as_ignored(till):
    body = json.dumps(
        {
            "timestamp": "2026-11-20T10:00:00.000Z",
            "eventCategory": "weather",
            "eventType": "rain",
            "guid": "w-1",
            "details": {"restaurantGuid": till.restaurant},
        }
    ).encode()
    inbox.accept(provider=TOAST, webhook=tills.sign(body), connection=till.connection.pk)
    till.drain()
    assert till.states() == ["IGNORED"]


@pytest.mark.proves("1.3")
def test_what_cannot_be_read_is_kept_and_put_aside_and_holds_nobody_back(till):
    junk = (
        b'{"timestamp":"2026-11-20T10:00:00.000Z",'
        b'"eventCategory":"order_updated","details":{"order":7}}'
    )
    inbox.accept(provider=TOAST, webhook=tills.sign(junk), connection=till.connection.pk)
    till.receive(till.order("A", [("1", "latte", 1)]))
    till.drain()

    assert till.states() == ["DEAD", "POSTED"]
    assert bytes(RawEvent.objects.order_by("pk").first().body) == junk
    assert on_hand(till, "latte") == -1


@pytest.mark.proves("2.3")
def test_one_event_that_cannot_be_posted_stands_alone(till):
    for number, quantity in enumerate([1, 10**12, 1, 1]):
        till.receive(till.order(f"order-{number}", [("1", "latte", quantity)]))
    till.drain()

    assert sorted(till.states()) == ["DEAD", "POSTED", "POSTED", "POSTED"]
    assert on_hand(till, "latte") == -3


@pytest.mark.proves("4.3")
def test_a_fact_older_than_the_limit_is_held_and_counted(tenant):
    till = tills.open_till(items=["latte"], oldest_days=35)
    till.receive(
        till.order(
            "A",
            [("1", "latte", 1)],
            opened=SOLD_AT - timedelta(days=400),
            version=SOLD_AT - timedelta(days=400),
        )
    )
    till.drain()
    assert till.states() == ["HELD"]
    assert not Entry.objects.exists()


@pytest.mark.proves("4.2")
def test_a_till_whose_clock_runs_ahead_is_believed_up_to_now(till):
    future = SOLD_AT + timedelta(days=3650)
    till.sell("A", [("1", "latte", 1)], opened=future, version=future)
    order = Transaction.objects.get()
    assert order.is_clock_suspect
    assert Entry.objects.get().effective_at == RawEvent.objects.get().received_at


@pytest.mark.proves("S13")
def test_a_bad_signature_is_refused_and_its_body_is_quarantined(till):
    webhook = till.webhook(till.order("A", [("1", "latte", 1)]), secret="wrong")
    with pytest.raises(BadSignature):
        inbox.accept(provider=TOAST, webhook=webhook, connection=None)
    assert not RawEventState.objects.exists()


def test_the_quarantine_keeps_what_did_not_verify(till):
    from core import tenancy  # noqa: PLC0415 -- seen by the system alone

    webhook = till.webhook(till.order("A", []), secret="wrong")
    with pytest.raises(BadSignature):
        inbox.accept(provider=TOAST, webhook=webhook, connection=till.connection.pk)
    with tenancy.across_tenants("a test looks into quarantine"):
        assert (
            bytes(Quarantined.objects.get(endpoint__connection=till.connection).body)
            == webhook.body
        )


def test_a_connection_nobody_knows_is_answered_as_a_bad_signature(tenant):
    body = b'{"timestamp":"2026-11-20T10:00:00.000Z"}'
    with pytest.raises(BadSignature):
        inbox.accept(provider=TOAST, webhook=tills.sign(body), connection=987654)


@pytest.mark.proves("2.4")
def test_a_worker_whose_lease_has_passed_on_writes_nothing(till):
    till.receive(till.order("A", [("1", "latte", 1)]))
    [stale] = inbox.claim(connection=till.connection.pk)
    RawEventState.objects.filter(pk=stale.id).update(lease_until=SOLD_AT)
    [fresh] = inbox.claim(connection=till.connection.pk)

    ingest.process(till.connection, [stale])
    assert not Posting.objects.exists()

    ingest.process(till.connection, [fresh])
    assert on_hand(till, "latte") == -1


@pytest.mark.proves("2.3")
def test_a_claim_counts_as_an_attempt_before_the_work(till):
    till.receive(till.order("A", []))
    [claimed] = inbox.claim(connection=till.connection.pk)
    state = RawEventState.objects.get()
    assert (claimed.attempts, state.attempts, state.state) == (1, 1, "LEASED")


def test_two_orders_of_one_batch_that_share_items_post_both(till):
    shared = make_location()
    assert shared.pk
    till.receive(till.order("A", [("1", "latte", 1), ("2", "bun", 1)]))
    till.receive(till.order("B", [("1", "bun", 2), ("2", "latte", 2)]))
    till.drain()
    assert (on_hand(till, "latte"), on_hand(till, "bun")) == (-3, -3)


@pytest.mark.proves("I2")
def test_reading_all_raw_events_again_changes_nothing(till):
    till.sell("A", [("1", "latte", 2)])
    till.sell("A", [("1", "latte", 1)], version=SOLD_AT + timedelta(minutes=1))
    before = list(Entry.objects.values_list("location_id", "seq", "quantity"))
    RawEventState.objects.update(state="PENDING")
    till.drain()
    assert list(Entry.objects.values_list("location_id", "seq", "quantity")) == before


def test_hostile_names_are_kept_as_text(till):
    order = till.order("A", [("1", "evil", 1)])
    order["checks"][0]["selections"][0]["displayName"] = (
        "<script>alert(1)</script>\x00\u202e" + "x" * 500
    )
    till.receive(order)
    till.drain()
    line = TransactionLine.objects.get()
    assert line.name.startswith("<script>alert(1)</script>\ufffd")
    assert len(line.name) == 200
