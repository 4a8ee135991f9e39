"""The whole of `manage.py up`, with its real parts: it starts, mends itself, and leaves nothing."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.launch import ports, run_file
from config.launch.data_folder import PROJECT

AT_MOST = 300.0


def until(condition):
    give_up_at = time.monotonic() + AT_MOST
    while not (found := condition()):
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    return found


def free_port():
    with ports.listen("127.0.0.1", 0, variable="PORT") as found:
        return ports.number(found)


def answers(url):
    try:
        with urllib.request.urlopen(f"{url}/livez", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def is_running(pid):
    return Path(f"/proc/{pid}").exists()


@pytest.fixture
def up(tmp_path, bare_environment):
    """Starts everything in one folder, as often as it is called, and ends what a test leaves."""
    words = ["--no-demo", "--data", str(tmp_path / "data")]
    words += ["--port", str(free_port()), "--live-port", str(free_port())]
    environment = bare_environment | {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}

    @contextmanager
    def start():
        with (tmp_path / "shown").open("w") as shown:
            launcher = subprocess.Popen(
                [sys.executable, "manage.py", "up", *words],
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=shown,
                stderr=subprocess.STDOUT,
            )
        try:
            yield launcher, lambda: run_file.read(tmp_path / "data")
        finally:
            launcher.kill()
            launcher.wait()

    return start


def has_come_up(launcher, shown):
    assert launcher.poll() is None, shown.read_text()
    return re.search(r"^Storeroom is ready: http://127.0.0.1:\d+", shown.read_text(), re.MULTILINE)


def has_started(note, name):
    return note and name in note["pids"]


def test_everything_starts_mends_itself_and_leaves_nothing_behind(up, tmp_path):
    with up() as (_killed, note):
        until(lambda: has_started(note(), "beat"))
        first = note()
    # Its launcher was killed: nothing outlives it, and the next start clears up.
    until(lambda: not any(is_running(pid) for pid in first["pids"].values()))
    assert run_file.read(tmp_path / "data") is None

    with up() as (launcher, note):
        until(lambda: has_come_up(launcher, tmp_path / "shown"))
        second = note()
        assert set(second["pids"]) == {"postgres", "redis", "web", "live", "worker", "beat"}
        assert not Path(first["sockets"]).exists()
        assert answers(second["LIVE_URL"].replace("ws:", "http:"))

        os.kill(second["pids"]["web"], signal.SIGKILL)
        until(lambda: note()["pids"]["web"] != second["pids"]["web"])
        until(lambda: answers(second["WEB_URL"]))

        last = note()
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(AT_MOST) == 0
    assert [name for name, pid in last["pids"].items() if is_running(pid)] == []
    assert not Path(last["sockets"]).exists()
    assert not (tmp_path / "data" / run_file.NAME).exists()
