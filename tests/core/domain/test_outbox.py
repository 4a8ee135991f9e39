"""What is put in a change's transaction is told after its commit, until it is told or given up."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from core import tenancy
from core.domain import outbox
from core.models import OutboxMessage, User
from tests.factories import make_tenant, make_user

State = OutboxMessage.State


@pytest.fixture
def handlers(monkeypatch):
    """The handlers of this test alone; topics nobody handles are told at once."""
    own: dict[str, list] = {}
    monkeypatch.setattr(outbox, "_handlers", own)
    monkeypatch.setattr("core.receivers.nudge", lambda task: None)  # the relay is run by hand
    return own


@pytest.fixture
def chain(committing, handlers):
    """A tenant, and no message of any other test that is still to be told."""
    with tenancy.across_tenants("what other tests left"):
        OutboxMessage.objects.filter(state=State.PENDING).update(state=State.DELIVERED)
    return make_tenant()


def put(tenant, topic, *numbers):
    with tenancy.acting_for(tenant):
        return [outbox.put(topic, n=n).pk for n in numbers]


def stored(numbers):
    with tenancy.across_tenants("a look"):
        return list(OutboxMessage.objects.filter(pk__in=numbers).order_by("id"))


def states(numbers):
    return [message.state for message in stored(numbers)]


def make_due():
    with tenancy.across_tenants("time passes"):
        OutboxMessage.objects.filter(state=State.PENDING).update(
            due_at=timezone.now() - timedelta(seconds=1)
        )


@pytest.mark.proves("2.5")
def test_a_message_goes_with_its_change_or_not_at_all(tenant):
    with transaction.atomic():
        outbox.put("a", n=1)
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()

    message = outbox.put("a", n=1)
    message.refresh_from_db()
    assert (message.tenant, message.state, message.payload) == (tenant, State.PENDING, {"n": 1})


@pytest.mark.proves("I12")
def test_each_topic_hears_its_messages_at_once_and_once(chain):
    heard = []
    outbox.handles("a")(lambda batch: heard.append([message.payload["n"] for message in batch]))
    numbers = put(chain, "a", 1, 2, 3) + put(chain, "nobody-listens", 4)

    assert outbox.relay() == 4
    assert heard == [[1, 2, 3]]
    assert states(numbers) == [State.DELIVERED] * 4
    assert outbox.relay() == 0
    assert heard == [[1, 2, 3]]


def test_several_may_listen_to_one_topic(chain):
    heard = []
    for name in ("x", "y"):
        outbox.handles("a")(lambda batch, name=name: heard.append(name))
    put(chain, "a", 1)
    outbox.relay()
    assert heard == ["x", "y"]


@pytest.mark.proves("2.3")
def test_a_handler_that_fails_holds_back_no_other_topic(chain, caplog):
    def fail(batch):
        raise OSError("no route")

    heard = []
    outbox.handles("a")(fail)
    outbox.handles("b")(heard.extend)
    bad, good = put(chain, "a", 1), put(chain, "b", 2)

    outbox.relay()

    assert states(good) == [State.DELIVERED]
    assert len(heard) == 1
    [message] = stored(bad)
    assert (message.state, message.attempts, message.error) == (State.PENDING, 1, "no route")
    assert message.due_at > message.created_at
    assert "Outbox topic a failed" in caplog.text
    assert outbox.relay() == 0  # not before its pause is over


@pytest.mark.proves("2.3")
def test_a_message_that_always_fails_is_dead_after_ten_attempts_and_says_why(chain):
    tries = []

    def fail(batch):
        tries.append(len(batch))
        raise OSError("no route")

    outbox.handles("a")(fail)
    [number] = put(chain, "a", 1)
    for _ in range(12):
        make_due()
        outbox.relay()

    [message] = stored([number])
    assert (message.state, message.attempts, message.error) == (State.DEAD, 10, "no route")
    assert len(tries) == 10


@pytest.mark.proves("2.3")
def test_one_message_that_can_not_be_told_holds_back_no_other_of_its_topic(chain):
    heard = []

    def refuse_two(batch):
        if any(message.payload["n"] == 2 for message in batch):
            raise ValueError("two")
        heard.extend(message.payload["n"] for message in batch)

    outbox.handles("a")(refuse_two)
    numbers = put(chain, "a", 1, 2, 3)
    outbox.relay()
    make_due()
    outbox.relay()

    assert states(numbers) == [State.DELIVERED, State.PENDING, State.DELIVERED]
    assert heard == [1, 3]


def test_what_a_failed_handler_wrote_is_undone(chain):
    def write_and_fail(batch):
        make_user(email="half@example.com")
        raise OSError("no route")

    outbox.handles("a")(write_and_fail)
    put(chain, "a", 1)
    outbox.relay()
    with tenancy.across_tenants("a test looks for what was undone"):
        assert not User.objects.filter(email="half@example.com").exists()


def test_a_message_that_is_not_due_waits(chain):
    [number] = put(chain, "a", 1)
    with tenancy.acting_for(chain):
        OutboxMessage.objects.update(due_at=timezone.now() + timedelta(hours=1))
    assert outbox.relay() == 0
    assert states([number]) == [State.PENDING]
    assert outbox.oldest_pending_seconds() == 0


def test_how_long_the_oldest_has_waited_is_known(chain):
    put(chain, "a", 1)
    with tenancy.acting_for(chain):
        OutboxMessage.objects.update(due_at=timezone.now() - timedelta(minutes=2))
    assert 120 <= outbox.oldest_pending_seconds() < 180


def test_two_relays_at_once_share_the_work(chain, monkeypatch):
    monkeypatch.setattr(outbox, "BATCH", 2)
    both, heard = threading.Barrier(2, timeout=20), []

    def meet(batch):
        both.wait()  # neither goes on before the other has its own batch
        heard.append([message.payload["n"] for message in batch])

    outbox.handles("a")(meet)
    numbers = put(chain, "a", 1, 2, 3, 4)

    def relay():
        outbox.relay()
        connections.close_all()

    threads = [threading.Thread(target=relay) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == [[1, 2], [3, 4]]
    assert states(numbers) == [State.DELIVERED] * 4


@pytest.mark.proves("F1")
def test_a_relay_that_dies_halfway_leaves_its_batch_to_the_next(chain):
    class Killed(BaseException):
        pass

    def die(batch):
        raise Killed

    outbox.handles("a")(die)
    numbers = put(chain, "a", 1)
    with pytest.raises(Killed):
        outbox.relay()
    assert states(numbers) == [State.PENDING]

    outbox._handlers.clear()
    assert outbox.relay() == 1
    assert states(numbers) == [State.DELIVERED]
