"""Fills an empty database with a small chain, its people and its tills."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import tenancy
from core.models import Tenant, User
from locations.domain import memberships, places, tenants
from locations.models import Location
from locations.roles import Role
from pos_bridge.models import Connection
from reporting.management.demonstration import chain, stock

PASSWORD = "demonstration-only"  # noqa: S105 -- printed at every start, refused by production
ZONE = "Australia/Melbourne"
STORES = {
    "harbour-street": ("Harbour Street", Location.Kind.STORE),
    "fitzroy": ("Fitzroy", Location.Kind.STORE),
    "carlton": ("Carlton", Location.Kind.STORE),
    "warehouse-west": ("Warehouse West", Location.Kind.WAREHOUSE),
}
PEOPLE = [
    ("sam@northbean.example", "Sam Okafor", Role.OWNER, None),
    ("priya@northbean.example", "Priya Nair", Role.MANAGER, ["harbour-street"]),
    ("lena@northbean.example", "Lena Kovacs", Role.WAREHOUSE, ["warehouse-west", "fitzroy"]),
    ("noor@northbean.example", "Noor Haddad", Role.AUDITOR, None),
]


class Command(BaseCommand):
    help = "Fill an empty database with the demonstration chain. Refused by production settings."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing when there is a tenant already."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not getattr(settings, "ALLOW_DEMONSTRATION", False):
            raise CommandError("Only development settings load the demonstration.")
        with tenancy.across_tenants("is the database empty?"):
            is_empty = not Tenant.objects.exists()
        if not is_empty:
            if options["if_empty"]:
                return
            raise CommandError(
                "There is a tenant already: the demonstration wants an empty database."
            )
        self.stdout.write("Filling the database with the demonstration chain …")
        sign_ins = _seed()
        _data_folder().joinpath("sign-ins.txt").write_text(sign_ins)
        self.stdout.write(sign_ins)


def _seed() -> str:
    email, name, *_ = PEOPLE[0]
    made = tenants.create(
        name="Northbean",
        slug="northbean",
        email=email,
        password=PASSWORD,
        currency=chain.CURRENCY,
        time_zone=ZONE,
    )
    with tenancy.across_tenants("the demonstration's people"):
        User.objects.filter(pk=made.owner.pk).update(name=name)
    with tenancy.acting_for(made.tenant):
        stores = _open_stores(made.owner)
        _welcome_people(stores, made.owner)
        items = stock.make_items()
        stock.fill(list(stores.values()), items, actor=made.owner, now=timezone.now())
        found = chain.accounts()
        url = os.environ.get("SIMULATOR_URL", "")
        connected: list[tuple[chain.Account, Connection]] = [
            (
                account,
                chain.connect(account, stores=stores, items=items, url=url, actor=made.owner),
            )
            for account in found
        ]
    chain.write(_data_folder() / "chain.json", connected, stores)
    return _sign_ins(token=made.token, tenant=made.tenant)


def _open_stores(owner: User) -> dict[str, Location]:
    return {
        code: places.open_location(
            code=code,
            name=name,
            kind=kind,
            time_zone=ZONE,
            actor=owner,
            address=f"{name}, Melbourne",
        )
        for code, (name, kind) in STORES.items()
    }


def _welcome_people(stores: dict[str, Location], owner: User) -> None:
    for email, name, role, codes in PEOPLE[1:]:
        with tenancy.across_tenants("the demonstration's people"):
            person = User.objects.create_user(email, PASSWORD, name=name)
        memberships.grant(
            user=person,
            role=role,
            actor=owner,
            locations=None if codes is None else [stores[code] for code in codes],
        )


def _sign_ins(*, token: str, tenant: Tenant) -> str:
    lines = [f"  {email:<28} {role.label:<16} {PASSWORD}" for email, _, role, _ in PEOPLE]
    keys = [f"  API token: {token}", f"  API tenant: {tenant.pk}"]
    return "\n".join(["Sign in (demonstration only):", *lines, *keys, ""])


def _data_folder() -> Path:
    folder = Path(os.environ.get("STOREROOM_DATA") or settings.BASE_DIR / ".storeroom")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
