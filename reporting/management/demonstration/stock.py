"""The demonstration's stock: opened a week ago, a delivery since, and a count that found less."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from core import tenancy
from core.models import User
from inventory.domain import ledger
from inventory.domain.ledger import Kind, Move
from inventory.models import Barcode, Category, Item, Product, Unit
from locations.models import Location
from reporting.management.demonstration.goods import GOODS

WAREHOUSE_TIMES = 8  # what a store begins with, the warehouse holds so many times
DELIVERED = ("DRNK-OAT-1L", "DRNK-MLK-2L", "BEAN-HSE-250", "BAKE-CRO-PLN")


def make_items() -> dict[str, Item]:
    """Products, items, categories and barcodes, by SKU."""
    tenant = tenancy.acting_tenant()
    each = Unit.objects.create(tenant_id=tenant, code="each", name="each")
    items = {}
    for place, goods in enumerate(GOODS):
        category, _ = Category.objects.get_or_create(
            tenant_id=tenant, name=goods.category, parent=None
        )
        product = Product.objects.create(
            tenant_id=tenant, name=goods.name, category=category, drawing=goods.drawing
        )
        items[goods.sku] = item = Item.objects.create(
            tenant_id=tenant,
            product=product,
            sku=goods.sku,
            name=goods.name,
            unit=each,
            price=goods.price,
            low_below=goods.low_below,
        )
        Barcode.objects.create(tenant_id=tenant, item=item, code=gtin(f"93000000{place:04d}"))
    return items


def fill(places: list[Location], items: dict[str, Item], *, actor: User, now: datetime) -> None:
    """Open every location, receive a delivery, count a shelf."""
    for place in places:
        opened = now - timedelta(days=8)
        times = WAREHOUSE_TIMES if place.kind == Location.Kind.WAREHOUSE else 1
        ledger.post(
            kind=Kind.OPENING,
            key=f"opening:{place.code}",
            moves=[
                Move(place.pk, items[g.sku].pk, Decimal(g.opening * times), g.unit_cost)
                for g in GOODS
            ],
            actor=actor,
            effective_at=opened,
            note="What was there when Storeroom began.",
        )
        _deliver(place, items, actor, now - timedelta(days=2, hours=5))
        _count(place, items, actor, now - timedelta(days=1, hours=3))


def gtin(twelve: str) -> str:
    """An EAN-13 with its check digit (weights 1 and 3 from the left)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return f"{twelve}{-total % 10}"


def _deliver(place: Location, items: dict[str, Item], actor: User, at: datetime) -> None:
    ledger.post(
        kind=Kind.RECEIPT,
        key=f"receipt:{place.code}:1",
        moves=[
            Move(place.pk, items[g.sku].pk, Decimal(48), g.unit_cost)
            for g in GOODS
            if g.sku in DELIVERED
        ],
        actor=actor,
        effective_at=at,
        note="Northbean, weekly delivery.",
    )


def _count(place: Location, items: dict[str, Item], actor: User, at: datetime) -> None:
    found = [
        (items[goods.sku].pk, Decimal(goods.opening - 1))
        for goods in GOODS
        if goods.category in {"Mugs", "Tea"} and place.kind == Location.Kind.STORE
    ]
    if found:
        ledger.count(
            location=place.pk,
            counted=found,
            actor=actor,
            counted_at=at,
            key=f"count:{place.code}:1",
            note="Cycle count of mugs and tea.",
        )
