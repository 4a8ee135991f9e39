"""Workers killed between any two steps of the road: nothing is lost and nothing is doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client
from django.conf import settings as configured
from django.db import connection as database

from config.launch import process, redis
from core import tenancy
from core.models import OutboxMessage
from inventory.domain import verification
from inventory.models.stock import Posting, StockLevel
from pos_bridge.domain import inbox, ingest
from pos_bridge.models import RawEventState
from tests import factories
from tests.chaos import worker
from tests.pos_bridge import simulated, tills
from tests.pos_bridge.simulated import Shop

OF_DRAIN = [step for step in worker.STEPS if step != "relay"]


@pytest.fixture
def chain(committing):
    return factories.make_tenant()


@pytest.fixture
def shop(chain, settings):
    settings.WEBHOOK_BASE_URL = simulated.PUBLIC
    with tenancy.acting_for(chain):
        opened = Shop("square")
    yield opened
    opened.close()
    with tenancy.acting_for(chain):  # a merchant has one chain, and the next test wants it
        opened.connection.merchants.all().delete()


def run(*words: str, given: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """A worker in a process of its own, on this test's database."""
    return subprocess.run(
        [sys.executable, "-m", "tests.chaos.worker", *words],
        input=given,
        env={**os.environ, **_addresses(), **env},
        cwd=configured.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _addresses() -> dict[str, str]:
    is_at = database.settings_dict
    host = is_at["HOST"] or is_at["OPTIONS"].get("host", "")
    url = f"postgresql://{is_at['USER']}:{is_at['PASSWORD']}@/{is_at['NAME']}?host={host}"
    if is_at["PORT"]:
        url += f"&port={is_at['PORT']}"
    return {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "WEBHOOK_BASE_URL": simulated.PUBLIC,
    }


def let_leases_pass() -> None:
    """As if the minute were over."""
    with tenancy.across_tenants("a test lets leases pass"):
        RawEventState.objects.filter(state="LEASED").update(lease_until=simulated.START)


@pytest.mark.proves("F1")
@pytest.mark.proves("2.3")
@pytest.mark.parametrize("step", OF_DRAIN)
def test_a_worker_killed_after_a_step_loses_nothing_and_doubles_nothing(shop, chain, step):
    places = list(shop.locations)
    for number, ware in enumerate(["VLATTE", "VBEANS", "VLATTES"], start=1):
        shop.till.sell(places[number % 2], [(ware, number), ("VLATTE" if number == 2 else ware, 1)])
    shop.sim.deliver()

    killed = run("drain", str(shop.connection.pk), step)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    let_leases_pass()
    ingest.drain(connection_id=shop.connection.pk)
    with tenancy.acting_for(chain):
        assert shop.ours() == shop.truth()
        assert simulated.final_states(shop.connection) <= {"POSTED", "IGNORED"}
        assert simulated.postings_differ() == []
        before = Posting.objects.count()
    with tenancy.acting_for(chain):
        shop.replay()
        assert (shop.ours(), Posting.objects.count()) == (shop.truth(), before)
    assert verification.verify(chain).findings == []


@pytest.mark.proves("2.5")
@pytest.mark.proves("I12")
def test_a_relay_killed_after_it_told_tells_again_and_forgets_nothing(chain):
    with tenancy.acting_for(chain):
        till = tills.open_till(items=["latte"])
    till.receive(till.order("A", [("1", "latte", 2)]))
    till.drain()
    with tenancy.acting_for(chain):
        waiting = OutboxMessage.objects.filter(state="PENDING").count()
    assert waiting > 0

    killed = run("relay", "relay")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with tenancy.acting_for(chain):
        assert OutboxMessage.objects.filter(state="PENDING").count() == waiting

    done = run("relay")
    assert done.returncode == 0, done.stderr
    with tenancy.acting_for(chain):
        assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"DELIVERED"}


@contextmanager
def own_redis() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        part = redis.part(
            data=place / "redis", sockets=place, log=place / "redis.log", for_tests=True
        )
        started = process.start(part)
        try:
            process.wait_until_ready(part, started)
            yield part.addresses["REDIS_URL"], lambda: process.stop(part, started)
        finally:
            process.stop(part, started)


def request(till: tills.Till, guid: str) -> str:
    webhook = till.webhook(till.order(guid, [("1", "latte", 1)]))
    path = f"/api/v1/webhooks/toast/{till.connection.pk}"
    return json.dumps(
        {"path": path, "body": webhook.body.decode(), "headers": dict(webhook.headers)}
    )


@pytest.mark.proves("2.2")
@pytest.mark.proves("F3")
def test_redis_flushed_or_stopped_between_a_sale_and_its_worker_loses_nothing(chain):
    with tenancy.acting_for(chain):
        till = tills.open_till(items=["latte"])
    with own_redis() as (url, stop):
        assert run("receive", given=request(till, "A"), REDIS_URL=url).stdout == "200"
        broker = redis_client.Redis.from_url(url)
        assert broker.dbsize() > 0  # the bell has rung
        broker.flushall()
        broker.close()
        stop()
        assert run("receive", given=request(till, "B"), REDIS_URL=url).stdout == "200"

    assert till.connection.pk in inbox.connections_due()
    till.drain()
    with tenancy.acting_for(chain):
        assert till.states() == ["POSTED", "POSTED"]
        assert StockLevel.objects.get(location=till.location).on_hand == Decimal(-2)
    assert verification.verify(chain).findings == []
