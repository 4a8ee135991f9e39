"""Small programs that play parts of the running system."""

import sys

from config.launch.process import Part


def python(name, code, *, is_ready=lambda _pid: True, **more):
    """A part that runs these lines of Python."""
    argv = [sys.executable, "-S", "-c", code]
    return Part(name=name, argv=argv, env={}, is_ready=is_ready, **more)


def sleeper(name, **more):
    """A part that does nothing until it is stopped."""
    return python(name, "import time; time.sleep(600)", **more)


def diary(name, folder, **more):
    """A part that writes its name into `folder/stopped` when it is asked to stop."""
    code = f"""
import pathlib, signal, sys
folder = pathlib.Path({str(folder)!r})
def stop(*_):
    with (folder / "stopped").open("a") as file:
        file.write("{name} ")
    sys.exit()
signal.signal(signal.SIGTERM, stop)
(folder / "{name}.ready").touch()
while True:
    signal.pause()
"""
    return python(name, code, is_ready=lambda _pid: (folder / f"{name}.ready").exists(), **more)
