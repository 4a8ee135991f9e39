"""From raw events to postings: read, ask for what is only named, converge, settle.

Reading and asking happen outside any transaction. A batch's postings and verdicts commit together;
a batch that fails is halved until the one that fails stands alone and holds nobody back.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from django.core.exceptions import ValidationError
from django.db import DataError, InterfaceError, OperationalError

from core import tenancy
from core.domain import outbox
from inventory.domain import ledger
from pos_bridge.domain import connections, inbox, orders
from pos_bridge.domain.inbox import Claimed, StaleLease, State, Verdict
from pos_bridge.domain.orders import Arrival
from pos_bridge.models import Connection
from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import (
    Client,
    Fetch,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    Reading,
    UnreadablePayload,
)

logger = logging.getLogger(__name__)

TELL_EVERY = 1.0  # seconds: open pages are told also while a long drain goes on
LONGEST_DRAIN = 30.0  # seconds: then somebody else may have the worker
LONGEST_ASKING = 15.0  # seconds: what is asked last must still answer within the lease
ORDER = "order"


AWAY = (OperationalError, InterfaceError)
# The same again would be the same: no number, no text the database can hold.
LASTING = (ValidationError, DataError, ValueError, ArithmeticError)


@dataclass
class Batch:
    """Claimed events of one connection, sorted by what their reading asks for."""

    verdicts: dict[Claimed, Verdict] = field(default_factory=dict)
    arrivals: dict[Claimed, list[Arrival]] = field(default_factory=dict)
    fetches: dict[Fetch, list[Claimed]] = field(default_factory=dict)


def drain(*, connection_id: int, seconds: float = LONGEST_DRAIN) -> bool:
    """Work on the connection's inbox until it is empty or time is up. True when more waits."""
    connection = connections.find(connection_id)
    if connection is None:
        return False
    end = monotonic() + seconds
    told_at = monotonic()
    newest = None
    more = False
    while claimed := inbox.claim(connection=connection.pk):
        process(connection, claimed)
        newest = claimed[-1].received_at
        if monotonic() > told_at + TELL_EVERY:  # every worker may be busy draining
            outbox.relay()
            told_at = monotonic()
        if monotonic() > end:
            more = True
            break
    if newest:
        connections.heard_of(connection, newest)
    return more


def process(connection: Connection, claimed: Sequence[Claimed]) -> None:
    """Work on claimed events; each ends in exactly one state."""
    batch = Batch()
    provider = PROVIDERS[connection.provider]
    for event in claimed:
        _read(provider, connection, event, batch)
    if batch.fetches:
        _ask(connection, provider, batch)
    _settle(connection, batch.verdicts)
    for part in _parts(batch.arrivals):
        _post(connection, part)


def _read(provider: Provider, connection: Connection, event: Claimed, batch: Batch) -> None:
    try:
        reading = provider.read(event.body, event.kind)
    except UnreadablePayload as error:
        batch.verdicts[event] = Verdict(State.DEAD, f"Not readable: {error}")
        return
    except Exception as error:
        batch.verdicts[event] = _fault(event, error)
        return
    orders_asked = [wanted for wanted in reading.fetches if wanted.kind == ORDER]
    for wanted in orders_asked:
        batch.fetches.setdefault(wanted, []).append(event)
    if reading.orders:
        _sort_orders(connection, event, reading, batch)
    elif not orders_asked:
        batch.verdicts[event] = Verdict(State.IGNORED, _why_ignored(reading))


def _sort_orders(connection: Connection, event: Claimed, reading: Reading, batch: Batch) -> None:
    oldest = event.received_at - timedelta(days=connection.oldest_days)
    if any(version.occurred_at < oldest for version in reading.orders):
        batch.verdicts[event] = Verdict(
            State.HELD, f"Older than {connection.oldest_days} days: a person decides."
        )
        return
    batch.arrivals[event] = [
        Arrival(event.id, event.received_at, version) for version in reading.orders
    ]


def _why_ignored(reading: Reading) -> str:
    if reading.stock_hints:
        return "What the till believes it has: kept for reconciliation, moves nothing."
    if reading.fetches:
        return "Tells that their catalogue changed."
    return f"Says nothing of goods: {reading.identity.event_type or 'unknown kind'}."


def _ask(connection: Connection, provider: Provider, batch: Batch) -> None:
    """Bring what thin events only name. What comes is kept as an event of its own.

    A slow provider is asked in turns: who is not reached in this one is put back.
    """
    end = monotonic() + LONGEST_ASKING
    left = dict(batch.fetches)
    try:
        with connections.client(connection) as client:
            while left and monotonic() < end:
                wanted = next(iter(left))
                verdicts = _fetch(connection, provider, client, wanted, left.pop(wanted))
                for event, verdict in verdicts.items():
                    batch.verdicts.setdefault(event, verdict)
    except AWAY:
        raise
    except Exception as error:  # there is no client to ask with
        for event in _not_reached(left, batch):
            batch.verdicts[event] = _fault(event, error)
    inbox.put_back(_not_reached(left, batch))


def _not_reached(left: dict[Fetch, list[Claimed]], batch: Batch) -> list[Claimed]:
    return [event for events in left.values() for event in events if event not in batch.verdicts]


def _fetch(
    connection: Connection,
    provider: Provider,
    client: Client,
    wanted: Fetch,
    events: list[Claimed],
) -> dict[Claimed, Verdict]:
    try:
        answers = client.fetch(wanted)
        inbox.keep_answers(connection=connection.pk, provider=provider.name, answers=answers)
    except AWAY:
        raise
    except ProviderUnavailable as error:
        reason = f"{provider.title} did not answer for {wanted}: {error}"
        return {event: inbox.failed(event, reason, wait=error.retry_after) for event in events}
    except ProviderRefused as error:
        reason = f"{provider.title} refused {wanted}: {error}"
        return {event: Verdict(State.DEAD, reason) for event in events}
    except Exception as error:
        return {event: _fault(event, error) for event in events}
    return {event: Verdict(State.POSTED, f"Asked for {wanted}.") for event in events}


def _fault(event: Claimed, error: Exception) -> Verdict:
    """What nobody foresaw: it waits, for the next release may know better."""
    logger.error("Event %s met a fault of ours", event.id, exc_info=error)
    return inbox.failed(event, f"{type(error).__name__}: {error}")


def _settle(connection: Connection, verdicts: dict[Claimed, Verdict]) -> None:
    """Settle these; one whose lease has passed on is left to whoever holds it now."""
    try:
        with tenancy.acting_for(connection.tenant_id):
            inbox.settle(verdicts)
    except StaleLease:
        if len(verdicts) > 1:
            for event, verdict in verdicts.items():
                _settle(connection, {event: verdict})
            return
        logger.warning("The lease of event %s has passed on.", next(iter(verdicts)).id)


def _parts(arrivals: dict[Claimed, list[Arrival]]) -> list[dict[Claimed, list[Arrival]]]:
    """Equal parts whose lines fit into one call of the ledger each.

    A second call in one transaction would lock levels after the streams of the first, and two
    workers would wait for each other.
    """
    lines = sum(len(each.version.lines) for found in arrivals.values() for each in found)
    parts = max(1, -(-lines // ledger.BATCH))
    events = list(arrivals)
    return [{event: arrivals[event] for event in events[start::parts]} for start in range(parts)]


def _post(connection: Connection, arrivals: dict[Claimed, list[Arrival]]) -> None:
    """Converge and settle together; halve on failure, so that one bad event stands alone."""
    if not arrivals:
        return
    try:
        _converge(connection, arrivals)
    except StaleLease:
        logger.warning("A lease passed on while its events were worked on; nothing was written.")
    except AWAY:
        raise  # the database is away: the leases run out and the events come again
    except Exception as error:
        if len(arrivals) > 1:
            events = list(arrivals)
            half = len(events) // 2
            _post(connection, {event: arrivals[event] for event in events[:half]})
            _post(connection, {event: arrivals[event] for event in events[half:]})
            return
        [event] = arrivals
        _give_up_or_wait(connection, event, error)


def _converge(connection: Connection, arrivals: dict[Claimed, list[Arrival]]) -> None:
    def attempt() -> None:
        with tenancy.acting_for(connection.tenant_id):
            flat = [arrival for each in arrivals.values() for arrival in each]
            outcomes = orders.converge(connection, flat)
            inbox.settle({event: _verdict(outcomes[event.id]) for event in arrivals})

    tenancy.retrying(attempt)


def _verdict(outcome: orders.Outcome) -> Verdict:
    if outcome.waiting:
        return Verdict(State.UNMAPPED, outcome.waiting, outcome.transaction)
    return Verdict(State.POSTED, "", outcome.transaction)


def _give_up_or_wait(connection: Connection, event: Claimed, error: Exception) -> None:
    if isinstance(error, LASTING):
        logger.warning("Event %s cannot be posted: %s", event.id, error)
        verdict = Verdict(State.DEAD, f"Cannot be posted: {error}")
    else:
        verdict = _fault(event, error)
    _settle(connection, {event: verdict})
