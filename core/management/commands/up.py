"""Starts everything. The launcher is a program of its own, so that it never holds the product."""

from __future__ import annotations

import os
import sys

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Start everything, until Ctrl-C; --help tells what can be chosen."

    def run_from_argv(self, argv: list[str]) -> None:
        """Become the launcher, with the words that follow `up`."""
        launcher = [sys.executable, "-m", "config.launch.up", *argv[2:]]
        os.execv(sys.executable, launcher)  # noqa: S606 -- no shell is wanted
