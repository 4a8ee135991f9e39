"""Finds the Chromium that browser tests drive; on a Debian where we are root, installs it.

python -m config.launch.browser
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from config.launch import account
from config.launch.refusal import CannotStart

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The program, or None; STOREROOM_BROWSER in the environment names one."""
    candidates = (os.environ.get("STOREROOM_BROWSER") or "", *NAMES)
    return next((found for name in candidates if name and (found := shutil.which(name))), None)


def find_or_install() -> str:
    """The program; raises CannotStart, saying what to install, when there is none to be had."""
    found = find() or (_install() and find())
    if not found:
        raise CannotStart(
            "The tests need a browser: apt-get install chromium, or name one in STOREROOM_BROWSER."
        )
    return found


def _install() -> bool:
    apt_get = shutil.which("apt-get")
    if not apt_get or not account.is_root():
        return False
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return all(
        subprocess.run([apt_get, *words], env=env, stdin=subprocess.DEVNULL, check=False).returncode  # noqa: S603 -- Debian's own
        == 0
        for words in (["-qq", "update"], ["-qq", "install", "--no-install-recommends", "chromium"])
    )


def main() -> int:
    """Say where the browser is; 1 when there is none."""
    try:
        sys.stdout.write(f"{find_or_install()}\n")
    except CannotStart as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
