"""The simulator as a program: ready line, sales by itself, a clean stop."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from pos_bridge.simulator import program
from pos_bridge.simulator.server import Server
from pos_bridge.simulator.wire import Answer
from tests.pos_bridge.simulator.conftest import CHAIN_FILE

ROOT = Path(__file__).parents[3]


@pytest.fixture
def start():
    """Start the program; whatever the test leaves running is killed."""
    started = []

    def run(*options):
        process = subprocess.Popen(
            [sys.executable, "-m", "pos_bridge.simulator", "--port", "0", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_sells_posts_and_stops_when_told(start, number):
    arrived = threading.Event()

    def answer(request):
        if request.path == "/api/v1/webhooks/square":
            arrived.set()
        return Answer(200)

    target = Server(answer, host="127.0.0.1", port=0)
    target.start()
    process = start("--chain", str(CHAIN_FILE), "--target", target.url, "--rate", "200")

    ready = process.stdout.readline()
    has_arrived = arrived.wait(timeout=20)
    process.send_signal(number)
    _, complaints = process.communicate(timeout=10)
    target.stop()

    assert ready.startswith("simulator ready on http://127.0.0.1:")
    assert has_arrived
    assert (process.returncode, complaints) == (0, "")


def test_it_lives_on_while_the_target_is_down(start):
    process = start("--chain", str(CHAIN_FILE), "--target", "http://127.0.0.1:9", "--rate", "500")
    url = process.stdout.readline().split()[-1]

    def has_failed():
        letters = httpx.get(f"{url}/_sim/state").json()["providers"]["square"]["letters"]
        return letters.get("failed", 0) > 0

    assert any(has_failed() for _ in range(2000))
    process.terminate()
    assert process.wait(timeout=10) == 0


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--chain", "nowhere.json"], "nowhere.json"),
        (["--chain", str(CHAIN_FILE), "--faults", "flood=1"], "unknown fault 'flood'"),
    ],
)
def test_it_says_in_one_sentence_why_it_cannot_start(capsys, monkeypatch, options, complaint):
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    assert program.main(["--port", "0", *options]) == 1

    complaints = capsys.readouterr().err
    assert complaint in complaints
    assert complaints.count("\n") == 1
