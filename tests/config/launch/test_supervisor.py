"""What the supervisor does with parts that start, fall, speak and will not stop."""

import io
import os
import signal

import pytest

from config.launch.output import Output
from config.launch.refusal import CannotStart
from config.launch.supervisor import Stopped, Supervisor
from tests.config.launch.fakes import diary, python, sleeper


@pytest.fixture
def shown():
    return io.StringIO()


@pytest.fixture
def supervise(shown):
    return lambda **more: Supervisor(output=Output(shown), first_delay=0.01, **more)


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ask_to_stop():
    os.kill(os.getpid(), signal.SIGTERM)


def test_parts_stop_step_by_step_in_their_order(supervise, tmp_path):
    with supervise(stop_order=[["web"], ["worker"], ["postgres"]]) as supervisor:
        for name in ("postgres", "worker", "web"):
            supervisor.start(diary(name, tmp_path))

    assert (tmp_path / "stopped").read_text() == "web worker postgres "


def test_what_the_order_does_not_name_stops_first(supervise, tmp_path):
    with supervise(stop_order=[["postgres"]]) as supervisor:
        supervisor.start(diary("postgres", tmp_path), diary("seed", tmp_path))

    assert (tmp_path / "stopped").read_text() == "seed postgres "


def test_a_part_that_is_killed_starts_again(supervise):
    started = []

    def on_change(pids):
        started.append(pids["web"])
        if len(started) == 2:
            ask_to_stop()

    with supervise(on_change=on_change) as supervisor:
        supervisor.start(sleeper("web"))
        os.kill(started[0], signal.SIGKILL)
        status = supervisor.watch()

    assert status == 0
    assert len(set(started)) == 2
    assert [is_running(pid) for pid in started] == [False, False]


def test_the_fifth_fall_in_two_minutes_ends_everything(supervise, shown):
    started = []

    def on_change(pids):
        started.append(pids["web"])
        if len(started) > 1:
            os.kill(pids["web"], signal.SIGKILL)

    with supervise(on_change=on_change) as supervisor:
        supervisor.start(sleeper("web"))
        os.kill(started[0], signal.SIGKILL)
        status = supervisor.watch()

    assert status == 1
    assert len(started) == 5
    assert shown.getvalue().splitlines()[-1] == "web fell 5 times in two minutes: giving up."


def test_a_part_that_ends_before_it_is_ready_is_a_refusal_to_start(supervise, shown):
    fake = python("web", "print('no such thing'); raise SystemExit(3)", is_ready=lambda _pid: False)

    with supervise() as supervisor, pytest.raises(CannotStart, match="web ended at once"):
        supervisor.start(fake)

    assert shown.getvalue() == "web       | no such thing\n"


def test_a_server_that_ends_at_once_is_told_with_the_end_of_its_log(supervise, tmp_path):
    log = tmp_path / "redis.log"
    fake = python("redis", "print('bad option')", is_ready=lambda _pid: False, log=log)

    with supervise() as supervisor, pytest.raises(CannotStart) as refused:
        supervisor.start(fake)

    assert str(refused.value) == "redis ended at once. Its log ends with:\n  bad option"


def test_a_part_that_stays_silent_is_a_refusal_to_start(supervise):
    fake = sleeper("live", is_ready=lambda _pid: False)

    with supervise() as supervisor, pytest.raises(CannotStart, match="Not ready in 0 s: live"):
        supervisor.start(fake, seconds=0)


def test_being_asked_to_stop_while_something_starts_stops_what_has_started(supervise):
    started: list[dict[str, int]] = []
    fake = sleeper("web", is_ready=lambda _pid: ask_to_stop())

    with pytest.raises(Stopped), supervise(on_change=started.append) as supervisor:
        supervisor.start(fake)

    assert not is_running(started[0]["web"])


def test_a_part_that_ignores_the_request_is_killed_when_patience_ends(supervise, tmp_path):
    code = f"""
import pathlib, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path({str(tmp_path)!r}, "ready").touch()
while True:
    signal.pause()
"""
    fake = python("web", code, is_ready=lambda _pid: (tmp_path / "ready").exists(), patience=0.05)
    started: list[dict[str, int]] = []

    with supervise(on_change=started.append) as supervisor:
        supervisor.start(fake)

    assert not is_running(started[0]["web"])


def test_a_command_that_fails_is_a_refusal_to_start(supervise):
    with supervise() as supervisor, pytest.raises(CannotStart, match="migrate failed"):
        supervisor.run(python("migrate", "raise SystemExit(1)"))


def test_everything_a_part_says_is_shown_also_its_last_words(supervise, shown):
    with supervise() as supervisor:
        supervisor.run(python("seed", "print('one'); print('two', end='')"))

    assert shown.getvalue() == "seed      | one\nseed      | two\n"


def test_the_handlers_of_signals_are_given_back(supervise):
    before = signal.getsignal(signal.SIGTERM)

    with supervise():
        assert signal.getsignal(signal.SIGTERM) != before

    assert signal.getsignal(signal.SIGTERM) == before
