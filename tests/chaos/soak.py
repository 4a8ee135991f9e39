"""Lets the tills of a running system misbehave, then compares what was sold with what we hold.

    make run                                     in one terminal
    python -m tests.chaos.soak --minutes 5       in another

Needs the demonstration (`make run` without `--no-demo`) and nobody else who moves its stock
meanwhile. Exit 0: every level moved by what its till says was sold, and the ledger verifies.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import django

FAULTS = {
    "duplicate": 0.1,
    "reorder": 0.1,
    "delay": 0.1,
    "drop": 0.1,
    "429": 0.05,
    "500": 0.05,
    "edit": 0.1,
    "void": 0.05,
    "refund": 0.1,
    "offline": 0.01,
    "outage": 0.002,
}
PATIENCE = 300.0  # seconds for the system to come to rest

Totals = dict[tuple[str, str], Decimal]  # location's code, SKU


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    minutes = parser.parse_args(argv).minutes
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    soak = Soak()
    soak.rest()
    before = soak.truth(), soak.levels()
    soak.misbehave(seconds=minutes * 60)
    soak.rest()
    return soak.compare(*before)


class Soak:
    """The running system seen from both its ends: the tills, and our levels."""

    def __init__(self) -> None:
        from django.conf import settings  # noqa: PLC0415 -- after django.setup

        from core import tenancy  # noqa: PLC0415 -- after django.setup
        from pos_bridge.models import Connection  # noqa: PLC0415 -- after django.setup

        self.simulator = settings.SIMULATOR_URL
        if not self.simulator:
            raise SystemExit("The simulated tills do not run: start everything with make run.")
        played = self.ask("/_sim/state")["providers"]
        with tenancy.across_tenants("what a soak watches"):
            found = Connection.objects.filter(state="ACTIVE", provider__in=played)
            self.connections = {
                each.provider: each for each in found if each.base_url == self.simulator
            }

    def ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.simulator + path, data)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def misbehave(self, *, seconds: float) -> None:
        self.ask("/_sim/faults", {"rates": FAULTS})
        self.ask("/_sim/pause", {"paused": False})
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 30))
            say(f"{self.sales()} sales so far, {self.waiting()} events wait")

    def rest(self) -> None:
        """No more customers and faults; every sale told or found by a poll, and worked on."""
        self.ask("/_sim/pause", {"paused": True})
        self.ask("/_sim/faults", {"rates": dict.fromkeys(FAULTS, 0)})
        for provider, state in self.ask("/_sim/state")["providers"].items():
            for place in state["offline"]:
                self.ask(
                    "/_sim/offline", {"provider": provider, "location": place, "offline": False}
                )
        wait("the end of outages", lambda: not self._is_out())
        wait("an empty inbox", lambda: not self.waiting())
        self._poll()
        wait("an empty inbox", lambda: not self.waiting())

    def sales(self) -> int:
        providers = self.ask("/_sim/state")["providers"].values()
        return sum(state["happenings"].get("sale", 0) for state in providers)

    def waiting(self) -> int:
        from core import tenancy  # noqa: PLC0415 -- after django.setup
        from pos_bridge.models import RawEventState  # noqa: PLC0415 -- after django.setup

        with tenancy.across_tenants("what a soak waits for"):
            waiting = RawEventState.objects.filter(
                connection__in=[each.pk for each in self.connections.values()],
                state__in=["PENDING", "LEASED"],
            )
            return waiting.count()

    def truth(self) -> Totals:
        """Net units that left the shelf by the tills' own account, of what is linked."""
        from core import tenancy  # noqa: PLC0415 -- after django.setup

        linked = {}
        with tenancy.across_tenants("what a soak compares"):
            for provider, connection in self.connections.items():
                places = connection.location_links.values_list("external_id", "location__code")
                linked[provider] = (
                    dict(places),
                    set(connection.item_links.values_list("item__sku", flat=True)),
                )
        totals: Totals = {}
        for row in self.ask("/_sim/state")["items"]:
            if row["provider"] in linked:
                places, skus = linked[row["provider"]]
                if row["sku"] in skus:
                    back = self._came_back(row)
                    net = Decimal(row["sold"]) - back + Decimal(row["wasted"])
                    key = (places[row["location"]], row["sku"])
                    totals[key] = totals.get(key, Decimal(0)) + net
        return totals

    def levels(self) -> Totals:
        from core import tenancy  # noqa: PLC0415 -- after django.setup
        from inventory.models.stock import StockLevel  # noqa: PLC0415 -- after django.setup

        tenants = {each.tenant_id for each in self.connections.values()}
        with tenancy.across_tenants("what a soak compares"):
            rows = StockLevel.objects.filter(tenant__in=tenants)
            found = rows.values_list("location__code", "item__sku", "on_hand")
            return {(place, sku): on_hand for place, sku, on_hand in found}

    def compare(self, truth: Totals, levels: Totals) -> int:
        sold, held = self.truth(), self.levels()
        wrong = 0
        say(f"{'location':20} {'item':16} {'sold':>8} {'moved':>8}")
        for place, sku in sorted(sold):
            key = (place, sku)
            left = sold[key] - truth.get(key, Decimal(0))
            moved = levels.get(key, Decimal(0)) - held.get(key, Decimal(0))
            if left or moved:
                mark = "" if left == moved else "  <-- differs"
                wrong += left != moved
                say(f"{place:20} {sku:16} {left.normalize():>8f} {moved.normalize():>8f}{mark}")
        units = sum(sold.values()) - sum(truth.values())
        say(f"{units:f} units net, {wrong} levels differ")
        return 1 if _verify() or wrong else 0

    def _came_back(self, row: dict[str, str]) -> Decimal:
        if row["provider"] == "toast":  # its refunds speak of money only, whatever the policy
            return Decimal(row["restocked"])
        policy = self.connections[row["provider"]].restock_policy
        return Decimal({"always": row["returned"], "never": "0"}.get(policy, row["restocked"]))

    def _is_out(self) -> bool:
        providers = self.ask("/_sim/state")["providers"].values()
        return any(state["outage_until"] for state in providers)

    def _poll(self) -> None:
        from core import tenancy  # noqa: PLC0415 -- after django.setup
        from pos_bridge.domain import syncs  # noqa: PLC0415 -- after django.setup
        from pos_bridge.models import SyncRun  # noqa: PLC0415 -- after django.setup

        # One that is under way may have passed the newest sale already.
        wait("running polls", lambda: not self._polls())
        for connection in self.connections.values():
            with tenancy.acting_for(connection.tenant_id):
                syncs.start(connection=connection, actor=connection.actor)
        wait("polls", lambda: not self._polls())
        for connection in self.connections.values():
            with tenancy.acting_for(connection.tenant_id):
                last = SyncRun.objects.filter(connection=connection).latest("pk")
                say(f"{connection.provider}: poll {last.state} {last.error}")

    def _polls(self) -> int:
        from core import tenancy  # noqa: PLC0415 -- after django.setup
        from pos_bridge.models import SyncRun  # noqa: PLC0415 -- after django.setup

        with tenancy.across_tenants("what a soak waits for"):
            return SyncRun.objects.filter(state__in=["QUEUED", "RUNNING"]).count()


def wait(what: str, is_there: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_there():
        if time.monotonic() > end:
            raise SystemExit(f"Waited {PATIENCE:.0f} s in vain for {what}.")
        time.sleep(1)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _verify() -> int:
    from inventory.domain import verification  # noqa: PLC0415 -- after django.setup

    found = 0
    for tenant in verification.tenants():
        report = verification.verify(tenant)
        say(f"{report.tenant}: {report.entries} entries, {len(report.findings)} findings")
        found += len(report.findings)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
