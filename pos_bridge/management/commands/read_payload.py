"""`manage.py read_payload`: what an adapter reads from a payload, without touching the database."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pos_bridge.providers import PROVIDERS, summary
from pos_bridge.providers.base import UnreadablePayload

ALIASES = {"lightspeed_k": "lightspeed"}  # the folder's name, for whoever looks there first


class Command(BaseCommand):
    help = (
        "Shows what we read from a till's payload: the keys it is known by, what it makes us fetch,"
        " what moved, what the till believes it has. Touches no database. Exits with 0 when the"
        " payload was read or ignored, with 1 when it is unreadable (the reason goes to stderr)."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the body as it came; - reads stdin")
        parser.add_argument("--provider", required=True, choices=[*PROVIDERS, *ALIASES])
        parser.add_argument(
            "--kind",
            choices=["webhook", "answer"],
            help="a webhook's body or an API's answer; by default whichever it turns out to be",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *_: object, **options: Any) -> None:
        body = _bytes_of(options["file"])
        provider = PROVIDERS[ALIASES.get(options["provider"], options["provider"])]
        try:
            reading = summary.read(provider, body, options["kind"])
        except UnreadablePayload as reason:
            self._print(summary.of_unreadable(body), as_json=options["json"])
            raise CommandError(f"unreadable: {reason}") from reason
        self._print(summary.of_reading(reading), as_json=options["json"])

    def _print(self, told: dict[str, Any], *, as_json: bool) -> None:
        self.stdout.write(json.dumps(told, indent=2) if as_json else summary.as_text(told))


def _bytes_of(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}") from error
