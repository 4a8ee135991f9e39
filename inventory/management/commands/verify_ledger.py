"""Adds up every entry and compares. Exit 0: all is as it was written; 1: what is not is named."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.domain import verification
from inventory.domain.verification import Finding, Report


class Command(BaseCommand):
    help = "Recompute levels, versions, streams and hash chains, and name what was altered."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="Only this tenant.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = verification.tenants(options["tenant"])
        if options["tenant"] and not tenants:
            raise CommandError(f"There is no tenant {options['tenant']}.")
        reports = [verification.verify(tenant) for tenant in tenants]
        is_fine = not any(report.findings for report in reports)
        if options["json"]:
            facts = {"ok": is_fine, "tenants": [asdict(report) for report in reports]}
            self.stdout.write(json.dumps(facts))
        else:
            for report in reports:
                self._tell(report)
        if not is_fine:
            sys.exit(1)

    def _tell(self, report: Report) -> None:
        verdict = f"{len(report.findings)} findings" if report.findings else "as written"
        self.stdout.write(f"{report.tenant}: {report.entries} entries, {verdict}")
        for finding in report.findings:
            self.stdout.write(f"  {finding.check}: {_where(finding)}{finding.message}")


def _where(finding: Finding) -> str:
    words = []
    if finding.location:
        words.append(f"at {finding.location}")
    if finding.item:
        words.append(f"item {finding.item}")
    if finding.first_seq is not None:
        words.append(f"seq {finding.first_seq} to {finding.last_seq}")
    return f"{', '.join(words)}: " if words else ""
