"""The chain that is measured: twenty stores, five thousand items, a level for each of both."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from core import tenancy
from core.models import User
from inventory.domain import ledger
from inventory.domain.ledger import Move
from inventory.models import Item, Product, Unit
from inventory.models.stock import Kind
from locations.domain import tenants
from locations.models import Location

HOT, UNIFORM = "hot", "uniform"
EXPONENT = 1.1  # of Zipf's law, the same as in keys_hot.sql
LINES = 3
ON_HAND = Decimal(10_000_000)  # so that no sale finds an empty shelf
PASSWORD = "as good as any other"  # noqa: S105 -- of a database that is dropped in a minute
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chain:
    """One tenant with all its numbers in a row, so that pgbench can draw them too."""

    tenant: UUID
    actor: int
    first_location: int
    locations: int
    first_item: int
    items: int

    @property
    def names(self) -> dict[str, int]:
        """What pgbench is told of it."""
        return {
            "first_location": self.first_location,
            "locations": self.locations,
            "first_item": self.first_item,
            "items": self.items,
            "actor": self.actor,
        }

    def person(self) -> User:
        return User(pk=self.actor)

    def sales(self, keys: str, *, seed: int, count: int) -> Iterator[list[Move]]:
        """The moves of so many sales. Hot: three of ten hit one level, the others go by Zipf."""
        draw = random.Random(seed)  # noqa: S311 -- no secret
        items = range(self.first_item, self.first_item + self.items)
        weights = [1 / rank**EXPONENT for rank in range(1, self.items + 1)] if keys == HOT else None
        summed = list(itertools.accumulate(weights)) if weights else None
        drawn = iter(draw.choices(items, cum_weights=summed, k=count * LINES))
        for _ in range(count):
            location = self.first_location + draw.randrange(self.locations)
            mine = [next(drawn) for _ in range(LINES)]
            if keys == HOT and draw.randrange(10) < 3:  # noqa: PLR2004 -- three of ten
                location, mine[0] = self.first_location, self.first_item
            yield [Move(location, item, Decimal(-1)) for item in mine]


def make(*, locations: int = 20, items: int = 5_000) -> Chain:
    """Make it, with every level filled by a posting."""
    made = tenants.create(
        name="Measured",
        slug="measured",
        email="owner@example.com",
        password=PASSWORD,
        currency="AUD",
        time_zone="UTC",
    )
    with tenancy.acting_for(made.tenant):
        chain = Chain(
            tenant=made.tenant.pk,
            actor=made.owner.pk,
            first_location=_first(_locations(made.tenant.pk, locations)),
            locations=locations,
            first_item=_first(_items(made.tenant.pk, items)),
            items=items,
        )
    _fill(chain, made.owner)
    return chain


def _locations(tenant: UUID, count: int) -> list[int]:
    return [
        location.pk
        for location in Location.objects.bulk_create(
            Location(
                tenant_id=tenant, code=f"store-{place}", name=f"Store {place}", time_zone="UTC"
            )
            for place in range(count)
        )
    ]


def _items(tenant: UUID, count: int) -> list[int]:
    unit = Unit.objects.create(tenant_id=tenant, code="each", name="each")
    product = Product.objects.create(tenant_id=tenant, name="Measured")
    return [
        item.pk
        for item in Item.objects.bulk_create(
            Item(
                tenant_id=tenant,
                product=product,
                sku=f"SKU-{place:06}",
                name=f"Item {place:06}",
                unit=unit,
            )
            for place in range(count)
        )
    ]


def _first(numbers: list[int]) -> int:
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise RuntimeError("The numbers have gaps: the database is not new.")
    return numbers[0]


def _fill(chain: Chain, owner: User) -> None:
    for place in range(chain.locations):
        with tenancy.acting_for(chain.tenant):
            ledger.post(
                kind=Kind.OPENING,
                moves=[
                    Move(chain.first_location + place, chain.first_item + item, ON_HAND, Decimal(2))
                    for item in range(chain.items)
                ],
                actor=owner,
                effective_at=BEGAN,
                key=f"opening:{place}",
            )
