"""How the doorbells are set up, and that a broker that is away harms nobody."""

from __future__ import annotations

import pytest
from celery import Celery
from celery.schedules import crontab

from config import celery
from config.celery import app, broker
from core import tenancy
from core.domain import outbox
from core.models import OutboxMessage
from core.nudge import nudge
from core.tasks import relay_outbox
from tests.factories import make_tenant


@pytest.mark.proves("2.7")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("worker_prefetch_multiplier", 1),
        ("worker_cancel_long_running_tasks_on_connection_loss", True),
        ("task_serializer", "json"),
        ("accept_content", ["json"]),
        ("task_ignore_result", True),
        ("result_backend", None),
        ("task_soft_time_limit", 50),
        ("task_time_limit", 60),
        ("timezone", "UTC"),
    ],
)
def test_a_task_that_is_cut_short_runs_again(name, value):
    assert app.conf[name] == value


@pytest.mark.proves("2.7")
def test_every_task_ends_before_its_message_is_handed_out_again():
    limits = [task.time_limit or app.conf.task_time_limit for task in ours()]
    assert max(limits) < app.conf.broker_transport_options["visibility_timeout"]


def test_every_task_is_told_to_stop_before_it_is_killed():
    for task in ours():
        soft = task.soft_time_limit or app.conf.task_soft_time_limit
        assert soft < (task.time_limit or app.conf.task_time_limit), task.name


def test_what_beat_rings_for_exists():
    known = {task.name for task in ours()}
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= known


@pytest.mark.proves("2.2")
def test_lost_bells_are_rung_again_in_time():
    rings = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
    assert rings["core.tasks.relay_outbox"] == 1
    assert rings["pos_bridge.tasks.sweep_inbox"] <= 5
    assert rings["core.tasks.seal_audit"] <= 60
    assert isinstance(rings["inventory.tasks.verify_ledgers"], crontab)
    assert isinstance(rings["core.tasks.clear_sessions"], crontab)


def test_rings_do_not_pile_up_while_no_worker_runs():
    for entry in app.conf.beat_schedule.values():
        if not isinstance(entry["schedule"], crontab):
            assert entry["options"]["expires"] <= 2 * entry["schedule"]


@pytest.mark.parametrize(
    ("redis", "celerys"),
    [
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("rediss://:secret@redis.example:6380/2", "rediss://:secret@redis.example:6380/2"),
        ("unix:///run/a b/redis.sock?db=0", "redis+socket:///run/a b/redis.sock?virtual_host=0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix://:secret@/r.sock?db=7", "redis+socket://:secret@/r.sock?virtual_host=7"),
    ],
)
def test_a_redis_address_is_spelled_as_celery_wants_it(redis, celerys):
    assert broker(redis) == celerys


def test_whoever_rings_knows_the_broker(settings):
    assert relay_outbox.app.conf.broker_url == broker(settings.REDIS_URL)
    assert relay_outbox.app is celery.app


def test_test_workers_have_queues_of_their_own(settings):
    assert app.conf.task_default_queue == settings.REDIS_PREFIX
    assert app.conf.task_default_queue.startswith("test-")


@pytest.mark.proves("2.2")
def test_a_broker_that_is_away_harms_nobody_who_rings(
    tenant, caplog, django_capture_on_commit_callbacks
):
    lonely = Celery("lonely", set_as_current=False)
    lonely.conf.update(celery.configuration() | {"broker_url": broker("unix:///nowhere/r.sock")})

    @lonely.task(name="ring")
    def ring():
        """Never runs."""

    with django_capture_on_commit_callbacks(execute=True):
        nudge(ring)
        outbox.put("news.nobody.handles", word="kept")

    assert caplog.messages == ["No broker to nudge ring; the sweeper will look."]
    assert OutboxMessage.objects.get(topic="news.nobody.handles").state == "PENDING"


@pytest.mark.proves("1.1")
def test_who_rings_never_waits_for_a_broker_that_is_away():
    options = app.conf.broker_transport_options
    assert (options["max_retries"], options["socket_connect_timeout"]) == (0, 1)


def test_the_relay_hands_on_until_nothing_is_due(committing):
    chain = make_tenant()
    with tenancy.acting_for(chain):
        for number in range(3):
            outbox.put("news.nobody.handles", number=number)
    relay_outbox(what_a_newer_release_sends=1)

    with tenancy.acting_for(chain):
        states = set(OutboxMessage.objects.values_list("state", flat=True))
    assert states == {"DELIVERED"}


def ours():
    app.loader.import_default_modules()
    return [task for name, task in app.tasks.items() if not name.startswith("celery.")]
