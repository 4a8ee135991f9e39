"""Measures the hot paths, each beside its limit in the same run."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

PARTS = ["posting", "road", "reading"]
SECONDS = 3


class Command(BaseCommand):
    help = "Measure the hot paths in a database made for it, each beside its limit in the same run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", nargs="?", default="all", choices=[*PARTS, "all"])
        parser.add_argument("--json", action="store_true", help="As a list for programs.")
        parser.add_argument(
            "--seconds", type=_seconds, default=SECONDS, help="How long one measurement runs."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # Loaded here, so that listing the commands loads no load generators.
        from benchmarks import figures, suite  # noqa: PLC0415

        if not os.environ.get("DATABASE_URL"):
            raise CommandError("There is no server to measure: set DATABASE_URL, or `make bench`.")
        wanted = PARTS if options["part"] == "all" else [options["part"]]
        found = list(suite.run(wanted, seconds=options["seconds"]))
        show = figures.as_json if options["json"] else figures.as_lines
        self.stdout.write(show(found))


def _seconds(text: str) -> int:
    seconds = int(text)
    if seconds < 1:
        raise ArgumentTypeError("At least one second.")
    return seconds
