"""The whole product as `make run` starts it, with its tills, and a real browser before it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib import request

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from config.launch import ports, run_file
from config.launch.data_folder import PROJECT

PASSWORD = "demonstration-only"
AT_MOST = 120.0  # seconds for everything to come up, on a busy machine
GIVEN = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL", "WEBHOOK_BASE_URL")


@dataclass
class Shop:
    """A running Storeroom with its demonstration chain."""

    data: Path
    addresses: dict[str, Any]

    @property
    def web(self) -> str:
        return str(self.addresses["WEB_URL"])

    @property
    def chain(self) -> dict[str, Any]:
        chain: dict[str, Any] = json.loads((self.data / "chain.json").read_text())
        return chain

    def sell(self, sku: str, *, provider: str = "square") -> None:
        """Ring up one unit at the till, as a customer would."""
        till = self.chain[provider]
        [ware] = [ware for ware in till["items"] if ware["sku"] == sku]
        self.tell(
            "sell",
            provider=provider,
            location=till["locations"][0]["id"],
            lines=[[ware["id"], 1]],
        )

    def tell(self, action: str, **values: Any) -> None:
        asked = request.Request(
            f"{self.addresses['SIMULATOR_URL']}/_sim/{action}",
            data=json.dumps(values).encode(),
            headers={"content-type": "application/json"},
        )
        request.urlopen(asked, timeout=10).close()

    def kill(self, part: str) -> None:
        note = run_file.read(self.data)
        assert note
        os.kill(note["pids"][part], signal.SIGKILL)

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=PROJECT,
            env=_environment() | {"STOREROOM_DATA": str(self.data)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Everything, started once for all browser tests and stopped in order after them."""
    data = tmp_path_factory.mktemp("shop") / "data"
    words = ["--data", str(data)]
    for name in ("--port", "--live-port", "--simulator-port"):
        words += [name, str(_free_port())]
    shown = data.parent / "shown"
    with shown.open("w") as output:
        launcher = subprocess.Popen(
            [sys.executable, "manage.py", "up", *words],
            cwd=PROJECT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: launcher.poll() is not None or re.search(r"is ready: ", shown.read_text()))
        assert launcher.poll() is None, shown.read_text()
        made = Shop(data, run_file.read(data) or {})
        made.tell("pause", paused=True)  # the tests are the only customers
        yield made
    finally:
        launcher.send_signal(signal.SIGINT)
        try:
            launcher.wait(30)
        except subprocess.TimeoutExpired:
            launcher.kill()
            launcher.wait()


@pytest.fixture
def sign_in(shop: Shop, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a browser of one person's own and signs in."""
    contexts: list[BrowserContext] = []

    def open_as(email: str, **options: Any) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1440, "height": 960}, **options})
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{shop.web}/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Stock')")
        return page

    yield open_as
    for context in contexts:
        context.close()


def until(condition: Callable[[], Any], *, seconds: float = AT_MOST) -> Any:
    """What the condition comes to, looked at again and again, in the end an assertion."""
    give_up_at = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    return found


def _free_port() -> int:
    with ports.listen("127.0.0.1", 0, variable="PORT") as found:
        return int(ports.number(found))


def _environment() -> dict[str, str]:
    """Ours, without the servers of the test run: this shop has its own."""
    kept = {name: value for name, value in os.environ.items() if name not in GIVEN}
    return kept | {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}
