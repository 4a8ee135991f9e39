"""Rings up sample sales at the simulated tills, which sign and send them to the running server."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

PROVIDERS = ["square", "toast", "lightspeed"]


class Command(BaseCommand):
    help = (
        "Ring up sample sales at the demonstration's tills. Square and Toast send them as signed"
        " webhooks; Lightspeed's are found by the next poll."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--provider", default="square", choices=PROVIDERS)
        parser.add_argument("--count", type=int, default=1, help="How many sales.")
        parser.add_argument("--sku", help="Sell this item; otherwise any.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["count"] < 1:
            raise CommandError("--count is how many sales: 1 or more.")
        address = settings.SIMULATOR_URL
        if not address:
            raise CommandError("The simulated tills do not run: start everything with make run.")
        till = _chain().get(options["provider"])
        if not till:
            raise CommandError(f"The demonstration has no {options['provider']} till.")
        for _ in range(options["count"]):
            self.stdout.write(_sell(address, options["provider"], till, options["sku"]))


def _sell(address: str, provider: str, till: dict[str, Any], sku: str | None) -> str:
    wares = [ware for ware in till["items"] if sku in (None, ware["sku"])]
    if not wares:
        raise CommandError(f"{sku} is not on sale there.")
    ware, place = secrets.choice(wares), secrets.choice(till["locations"])
    quantity = 1 + secrets.randbelow(2)
    sale = {"provider": provider, "location": place["id"], "lines": [[ware["id"], quantity]]}
    try:
        answer = httpx.post(f"{address}/_sim/sell", json=sale, timeout=10)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise CommandError(f"The till did not ring it up: {error}") from error
    order = answer.json()["order"]
    return f"{place['name']} sold {quantity} of {ware['name']} ({provider} order {order})."


def _chain() -> dict[str, Any]:
    folder = Path(os.environ.get("STOREROOM_DATA") or settings.BASE_DIR / ".storeroom")
    path = folder / "chain.json"
    if not path.exists():
        raise CommandError("There is no demonstration here: make run makes one.")
    chain: dict[str, Any] = json.loads(path.read_text())
    return chain
