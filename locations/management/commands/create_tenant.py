"""Makes a chain with its owner and an API token, and prints the token once."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from locations.domain import tenants


class Command(BaseCommand):
    help = "Make a tenant with its owner and an API token; the token is shown only here."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="As people write it.")
        parser.add_argument("--slug", required=True, help="Part of every address.")
        parser.add_argument("--email", required=True, help="The owner's e-mail.")
        parser.add_argument("--password", required=True, help="The owner's first password.")
        parser.add_argument("--currency", default="USD", help="ISO 4217, for example AUD.")
        parser.add_argument("--time-zone", default="UTC", help="For example Australia/Melbourne.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = tenants.create(
                name=options["name"],
                slug=options["slug"],
                email=options["email"],
                password=options["password"],
                currency=options["currency"],
                time_zone=options["time_zone"],
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        facts = {
            "tenant": str(made.tenant.pk),
            "slug": made.tenant.slug,
            "owner": made.owner.email,
            "token": made.token,
        }
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        self.stdout.write(f"Made {made.tenant} ({facts['tenant']}), owner {facts['owner']}.")
        self.stdout.write(f"API token, shown only now: {made.token}")
