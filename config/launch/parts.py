"""The parts of the product: which program each one is, and how it says that it is ready."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from config.launch import ports, ready
from config.launch.data_folder import PROJECT
from config.launch.probe import HttpProbe
from config.launch.process import Part

PYTHON = sys.executable
LOCAL = "127.0.0.1"
AS_ROOT = "You're running the worker with superuser privileges"  # no harm without pickle


def web(listener: socket.socket, *, env: Mapping[str, str]) -> Part:
    """Pages, API and webhooks: gunicorn on a port that is open already."""
    options = "--worker-class gthread --workers 2 --threads 4 --graceful-timeout 8"
    options += " --preload"  # both workers share what is loaded once
    quiet = "--no-control-socket --log-level warning"
    # Workers show that they live through a file: in memory, no slow disk makes them look dead.
    alive = "--worker-tmp-dir /dev/shm" if Path("/dev/shm").is_dir() else ""  # noqa: S108
    served = f"--bind fd://{listener.fileno()} config.wsgi:application"
    words = f"gunicorn {options} {quiet} {alive} {served}".split()
    return _served("web", words, listener, env=env)


def live(listener: socket.socket, *, env: Mapping[str, str]) -> Part:
    """The sockets of open pages: Daphne, which serves nothing but /ws/."""
    # What a page says is short: larger frames are refused before they are held in memory.
    bounds = "--websocket-max-message-size 65536 --websocket-max-frame-size 65536"
    alive = "--ping-interval 15 --ping-timeout 15"
    words = f"daphne -v 0 {bounds} {alive} --fd {listener.fileno()} config.asgi:application".split()
    return _served("live", words, listener, env=env)


def worker(*, folder: Path, env: Mapping[str, str]) -> Part:
    """Does what the doorbells ask for."""
    options = "--pool prefork --concurrency 2 --max-memory-per-child 300000"
    quiet = "--without-gossip --without-mingle"
    words = f"-q -A config worker {options} {quiet} -n worker-{os.getpid()}@%h".split()
    # With SIGTERM it would live on until its task is done, with SIGQUIT even longer. Nothing is
    # lost with SIGKILL: the queues are tables, and what it held is claimed again.
    return _signalling("worker", words, folder=folder, env=env, death_signal=signal.SIGKILL)


def beat(*, folder: Path, env: Mapping[str, str]) -> Part:
    """Rings at fixed times. A process of its own: inside a worker it would fall with it."""

    def forget_schedule() -> None:
        # It may not open after a kill, and everything in it comes from the settings.
        for file in folder.glob("beat.schedule*"):
            file.unlink()

    schedule = str(folder / "beat.schedule")
    options = ["--loglevel", "warning", "--pidfile=", "--schedule", schedule]
    words = ["-q", "-A", "config", "beat", *options]
    return _signalling("beat", words, folder=folder, env=env, forget=forget_schedule)


# A quiet shop on an ordinary day: a sale every two seconds, and what tills do wrong now and then.
TRADE = (
    *("--rate", "0.5"),
    *("--faults", "duplicate=0.03,reorder=0.03,drop=0.01,edit=0.02,void=0.01,refund=0.02"),
)


def simulator(*, port: int, target: str, chain: Path, env: Mapping[str, str]) -> Part:
    """Plays the till providers of the demonstration."""
    words = ["--port", str(port), "--target", target, "--chain", str(chain), *TRADE]
    return Part(
        name="simulator",
        argv=[PYTHON, "-m", "pos_bridge.simulator", *words],
        env=env,
        cwd=PROJECT,
        is_ready=HttpProbe(port=port, path="/_sim/state"),
        patience=5,
    )


def manage(name: str, *words: str, env: Mapping[str, str]) -> Part:
    """A `manage.py` command that runs to its end."""
    return Part(
        name=name,
        argv=[PYTHON, "manage.py", *words],
        env=env,
        cwd=PROJECT,
        is_ready=lambda _pid: True,
    )


def _served(
    name: str, words: Sequence[str], listener: socket.socket, *, env: Mapping[str, str]
) -> Part:
    return Part(
        name=name,
        argv=[PYTHON, "-m", *words],
        env=env,
        cwd=PROJECT,
        fds=[listener.fileno()],
        is_ready=HttpProbe(port=ports.number(listener), path="/livez"),
    )


def _signalling(
    name: str,
    words: Sequence[str],
    *,
    folder: Path,
    env: Mapping[str, str],
    death_signal: signal.Signals = signal.SIGTERM,
    forget: Callable[[], None] = lambda: None,
) -> Part:
    """A Celery program: it has no port, so it touches a file when it is ready."""
    file = folder / f"{name}.ready"

    def prepare() -> None:
        file.unlink(missing_ok=True)
        forget()

    return Part(
        name=name,
        argv=[PYTHON, "-W", f"ignore:{AS_ROOT}", "-m", "celery", *words],
        env={**env, ready.VARIABLE: str(file)},
        cwd=PROJECT,
        prepare=prepare,
        is_ready=lambda _pid: file.exists(),
        death_signal=death_signal,
    )
